/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one file that prints: see output.h. */
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void output_init(struct output *o, struct tty *t, const struct theme *theme)
{
	memset(o, 0, sizeof(*o));
	o->term = t;
	o->theme = theme;
	o->depth = tty_depth(t);
	o->all = true;
	o->x = -1;
}

void output_cleanup(struct output *o)
{
	free(o->shown);
	text_cleanup(&o->buf);
	memset(o, 0, sizeof(*o));
}

void output_invalidate(struct output *o)
{
	o->all = true;
	o->look_known = false;
	o->x = -1;
}

/* Append a capability without its padding ("$<5>"). */
static void add_raw(struct output *o, const char *s)
{
	while (s && *s) {
		const char *pad = strstr(s, "$<"), *end = pad ? strchr(pad, '>') : NULL;

		if (!end) {
			text_puts(&o->buf, s);
			return;
		}
		text_write(&o->buf, s, (size_t)(pad - s));
		s = end + 1;
	}
}

static void add_cap(struct output *o, const char *name) { add_raw(o, tty_cap(o->term, name)); }

static void add_color(struct output *o, bool fg, u32 c)
{
	if (c == LOOK_DEFAULT)
		return;
	if (o->depth == DEPTH_TRUE)
		text_printf(&o->buf, "\033[%d;2;%u;%u;%um", fg ? 38 : 48, c >> 16 & 255, c >> 8 & 255, c & 255);
	else
		add_raw(o, tty_cap2(o->term, fg ? "setaf" : "setab", (int)c, 0));
}

/* Set attributes: a full reset only where something must be switched off. */
static void set_look(struct output *o, struct look l)
{
	bool reset = !o->look_known || (o->look.attr & ~l.attr) ||
		     (l.fg == LOOK_DEFAULT && o->look.fg != LOOK_DEFAULT) ||
		     (l.bg == LOOK_DEFAULT && o->look.bg != LOOK_DEFAULT);

	if (reset) {
		add_cap(o, "sgr0");
		o->look = (struct look){ LOOK_DEFAULT, LOOK_DEFAULT, 0 };
		o->look_known = true;
	}
	if (l.attr & ~o->look.attr & AT_BOLD)
		add_cap(o, "bold");
	if (l.attr & ~o->look.attr & AT_FAINT)
		add_cap(o, "dim");
	if (l.attr & ~o->look.attr & AT_UNDERLINE)
		add_cap(o, "smul");
	if (l.attr & ~o->look.attr & AT_REVERSE)
		add_cap(o, "rev");
	if (l.fg != o->look.fg)
		add_color(o, true, l.fg);
	if (l.bg != o->look.bg)
		add_color(o, false, l.bg);
	o->look = l;
}

static void move_to(struct output *o, int x, int y)
{
	if (o->x == x && o->y == y)
		return;
	add_raw(o, tty_cap2(o->term, "cup", y, x));
	o->x = x;
	o->y = y;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return a->ch == b->ch && a->style.fg == b->style.fg && a->style.bg == b->style.bg &&
	       a->style.attr == b->style.attr;
}

static void put_cell(struct output *o, const struct cell *c, int x, int y)
{
	char buf[8];
	int n = utf8_put(c->ch, buf);

	move_to(o, x, y);
	set_look(o, style_resolve(c->style, o->theme, o->depth));
	text_write(&o->buf, buf, (size_t)n);
	o->x += char_columns(c->ch);
	if (o->x >= o->w)
		o->x = -1;
}

static void frame_row(struct output *o, const struct canvas *cv, int y)
{
	for (int x = 0; x < cv->w; x++) {
		const struct cell *c = canvas_at(cv, x, y);
		struct cell *s = &o->shown[y * o->w + x];

		if (!c->ch || (!o->all && same_cell(c, s) && !(x + 1 < cv->w && !c[1].ch && !same_cell(&c[1], &s[1]))))
			continue;
		if (x == cv->w - 1 && y == cv->h - 1 && tty_corner_scrolls(o->term))
			continue;
		put_cell(o, c, x, y);
	}
}

static int fit(struct output *o, const struct canvas *cv)
{
	if (o->shown && o->w == cv->w && o->h == cv->h)
		return 0;
	free(o->shown);
	o->shown = calloc((size_t)cv->w * (size_t)cv->h, sizeof(*o->shown));
	o->w = cv->w;
	o->h = cv->h;
	o->all = true;
	return o->shown ? 0 : -ENOMEM;
}

void output_frame(struct output *o, const struct canvas *cv)
{
	if (fit(o, cv))
		return;
	text_clear(&o->buf);
	if (o->all) {
		o->look_known = false;
		o->x = -1;
		set_look(o, style_resolve(st(C_TEXT, C_GROUND), o->theme, o->depth));
		add_cap(o, "clear");
	}
	for (int y = 0; y < cv->h; y++)
		frame_row(o, cv, y);
	memcpy(o->shown, cv->cells, (size_t)cv->w * (size_t)cv->h * sizeof(*o->shown));
	o->all = false;
	o->frames++;
	o->last_bytes = o->buf.len;
	o->bytes += o->buf.len;
	if (!o->buf.len)
		return;
	tty_write(o->term, o->buf.buf, o->buf.len);
	if (o->tee)
		o->tee(o->tee_arg, o->buf.buf, o->buf.len);
}
