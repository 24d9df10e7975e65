/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canvas: a buffer of cells that views draw into. Nothing is written to the
 * terminal from here; output.c compares the canvas with what is shown and writes
 * the difference, and export.c turns it into pictures.
 */
#ifndef MM_UI_CANVAS_H
#define MM_UI_CANVAS_H

#include "base/types.h"
#include "style.h"

struct rect {
	int x, y, w, h;
};

struct cell {
	u32 ch;          /* Unicode; 0: right half of a wide character */
	struct style style;
};

struct canvas {
	int w, h;
	bool ascii;      /* only ASCII may be put: others are replaced on the way in */
	struct rect clip;
	struct cell *cells; /* [w * h]; owned */
};

/* 0 or -ENOMEM; the old content is lost. */
int canvas_resize(struct canvas *cv, int w, int h);
void canvas_cleanup(struct canvas *cv);
/* Blank everything in @style and open the clip to the whole canvas. */
void canvas_clear(struct canvas *cv, struct style style);
/* Draw only inside @r from now on. Return: the clip that was set before. */
struct rect canvas_clip(struct canvas *cv, struct rect r);

static inline struct cell *canvas_at(const struct canvas *cv, int x, int y)
{
	return &cv->cells[y * cv->w + x];
}

/* One character; outside the clip nothing happens. Return: columns it takes (0, 1, 2). */
int canvas_put(struct canvas *cv, int x, int y, u32 ch, struct style style);
void canvas_fill(struct canvas *cv, struct rect r, u32 ch, struct style style);
/*
 * UTF-8 text in at most @max columns; what does not fit ends in an ellipsis.
 * Return: columns used.
 */
int canvas_text(struct canvas *cv, int x, int y, int max, struct style style, const char *s);
int canvas_printf(struct canvas *cv, int x, int y, int max, struct style style, const char *fmt, ...) PRINTF(6, 7);
/* The same, ending before column @x_end. Return: column of the first character. */
int canvas_right(struct canvas *cv, int x_end, int y, int max, struct style style, const char *fmt, ...) PRINTF(6, 7);
/* Change only the style's background (and keep text), for highlights. */
void canvas_tint(struct canvas *cv, struct rect r, enum color bg);

/* Columns that @s takes. */
int text_columns(const char *s);
/* Next character of UTF-8; broken bytes come out as U+FFFD. Advances *s. */
u32 utf8_next(const char **s);
/* Append @ch as UTF-8 to @out (at least 5 bytes). Return: bytes written. */
int utf8_put(u32 ch, char *out);
int char_columns(u32 ch);
/* What to put for @ch where only ASCII is possible. */
u32 ascii_for(u32 ch);

/* "12 345": thousands separated by a thin gap that every terminal has. Return: @buf. */
const char *count_str(u64 n, char *buf, size_t size);

#endif
