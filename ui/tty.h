/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal: the one file that starts and stops curses. Input, size, mouse,
 * signals, and a way to write bytes. What the bytes are is output.c's business.
 */
#ifndef MM_UI_TTY_H
#define MM_UI_TTY_H

#include "base/error.h"
#include "base/types.h"
#include "style.h"

struct tty;

struct tty_options {
	enum depth depth; /* DEPTH_AUTO: by terminfo, COLORTERM, NO_COLOR */
	bool mouse;
};

enum input_type { IN_NONE, IN_KEY, IN_MOUSE, IN_RESIZE, IN_REDRAW, IN_QUIT };

/* Keys above Unicode. */
enum key_code {
	K_UP = 0x200000, K_DOWN, K_LEFT, K_RIGHT, K_PGUP, K_PGDN, K_HOME, K_END,
	K_BACKTAB, K_DELETE, K_INSERT, K_BACKSPACE, K_ENTER, K_ESC, K_TAB,
	K_F1, K_F12 = K_F1 + 11, K_SHIFT_LEFT, K_SHIFT_RIGHT, K_SHIFT_UP, K_SHIFT_DOWN
};

enum mouse_event { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_MOVE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct input {
	enum input_type type;
	u32 key;              /* IN_KEY: Unicode, control code 1..26, or enum key_code */
	enum mouse_event mouse;
	int button, x, y;     /* IN_MOUSE; button 0 left, 1 middle, 2 right */
	bool ctrl, shift;
	int signal;           /* IN_QUIT: why */
};

/* Take over the terminal. NULL and *err when there is none. */
struct tty *tty_start(const struct tty_options *opt, struct mm_error *err);
/* Give it back as it was. */
void tty_stop(struct tty *t);
/* Give it back, stop like any job, and take it over again on return. */
void tty_suspend(struct tty *t);

void tty_size(const struct tty *t, int *w, int *h);
enum depth tty_depth(const struct tty *t);
bool tty_mouse(const struct tty *t);
void tty_set_mouse(struct tty *t, bool on);
bool tty_is_utf8(void);
/* Writing the last column of the last row would scroll. */
bool tty_corner_scrolls(const struct tty *t);

/* Wait up to @ms (-1: for ever) for the next input. IN_NONE when the time is over. */
struct input tty_read(struct tty *t, int ms);

/* Everything goes through here. */
void tty_write(struct tty *t, const char *s, size_t n);
/* A terminfo capability by name, padding removed; "" where there is none. */
const char *tty_cap(const struct tty *t, const char *name);
/* A capability with two parameters filled in; valid until the next call. */
const char *tty_cap2(const struct tty *t, const char *name, int a, int b);

/* Milliseconds of a clock that never goes back. */
u64 clock_ms(void);

#endif
