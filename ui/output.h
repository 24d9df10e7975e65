/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From canvas to terminal: only cells that changed are written, in one write
 * per frame, and the bytes are counted.
 */
#ifndef MM_UI_OUTPUT_H
#define MM_UI_OUTPUT_H

#include "base/text.h"
#include "canvas.h"
#include "tty.h"

struct output {
	struct tty *term;
	const struct theme *theme;
	enum depth depth;
	struct cell *shown; /* what the terminal shows; owned */
	int w, h;
	bool all;           /* nothing is known about the terminal's content */
	struct text buf;
	struct look look;   /* attributes that the terminal has set now */
	bool look_known;
	int x, y;           /* where its cursor is; x < 0: unknown */
	u64 frames, bytes, last_bytes;
	/* Called with what was written, when set (recordings). */
	void (*tee)(void *arg, const char *s, size_t n);
	void *tee_arg;
};

void output_init(struct output *o, struct tty *t, const struct theme *theme);
void output_cleanup(struct output *o);
/* Forget what is shown: the next frame writes everything. */
void output_invalidate(struct output *o);
void output_frame(struct output *o, const struct canvas *cv);

#endif
