/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells, clipping, text of any width: see canvas.h. */
#include "canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

int canvas_resize(struct canvas *cv, int w, int h)
{
	struct cell *cells = calloc((size_t)w * (size_t)h, sizeof(*cells));

	if (!cells)
		return -ENOMEM;
	free(cv->cells);
	cv->cells = cells;
	cv->w = w;
	cv->h = h;
	canvas_clear(cv, st(C_TEXT, C_GROUND));
	return 0;
}

void canvas_cleanup(struct canvas *cv)
{
	free(cv->cells);
	memset(cv, 0, sizeof(*cv));
}

void canvas_clear(struct canvas *cv, struct style style)
{
	cv->clip = (struct rect){ 0, 0, cv->w, cv->h };
	canvas_fill(cv, cv->clip, ' ', style);
}

struct rect canvas_clip(struct canvas *cv, struct rect r)
{
	struct rect old = cv->clip;
	int x1 = r.x + r.w < cv->w ? r.x + r.w : cv->w;
	int y1 = r.y + r.h < cv->h ? r.y + r.h : cv->h;

	r.x = r.x < 0 ? 0 : r.x;
	r.y = r.y < 0 ? 0 : r.y;
	cv->clip = (struct rect){ r.x, r.y, x1 > r.x ? x1 - r.x : 0, y1 > r.y ? y1 - r.y : 0 };
	return old;
}

u32 ascii_for(u32 ch)
{
	static const struct { u32 ch; char a; } map[] = {
		{ 0xb7, '-' }, { 0x2013, '-' }, { 0x2014, '-' }, { 0x2026, '~' }, { 0xd7, 'x' }, { 0x2190, '<' },
		{ 0x2191, '^' }, { 0x2192, '>' }, { 0x2193, 'v' }, { 0x2500, '-' }, { 0x2502, '|' }, { 0x2506, '|' },
		{ 0x2514, '`' }, { 0x2518, '\'' }, { 0x2575, '\'' }, { 0x2577, '|' }, { 0x2581, '_' }, { 0x2582, '_' }, { 0x2583, '-' },
		{ 0x2584, '-' }, { 0x2585, '=' }, { 0x2586, '=' }, { 0x2587, '#' }, { 0x2588, '#' }, { 0x2580, '"' },
		{ 0x258c, '|' }, { 0x258f, '|' }, { 0x2590, '|' }, { 0x2591, '.' }, { 0x2592, ':' }, { 0x2593, '%' },
		{ 0x25b2, '^' }, { 0x25b6, '>' }, { 0x25b8, '>' }, { 0x25bc, 'v' }, { 0x25cf, '*' }, { 0x25cb, 'o' },
		{ 0x2713, '+' }, { 0x2715, 'x' }, { 0x22ef, '~' }, { 0x2295, '^' }, { 0x2016, '|' }, { 0x25c2, '<' },
		{ 0x25be, 'v' }, { 0x25b4, '^' }, { 0x250c, '+' }, { 0x2510, '+' }, { 0x2518, '+' },
		{ 0x23f8, '=' }, { 0x2248, '~' }, { 0x2260, '!' }, { 0x2264, '<' }, { 0x2265, '>' }, { 0x2020, '+' }, { 0x23ce, '<' },
		{ 0x2589, '#' }, { 0x258a, '#' }, { 0x258b, '=' }, { 0x258d, '-' }, { 0x258e, '|' }, { 0x2571, '/' },
	};

	if (ch < 0x7f)
		return ch < 0x20 ? ' ' : ch;
	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (map[i].ch == ch)
			return (u32)map[i].a;
	return '?';
}

int char_columns(u32 ch)
{
	int w;

	if (ch < 0x7f)
		return ch >= 0x20;
	w = wcwidth((wchar_t)ch);
	return w < 0 ? 1 : w;
}

u32 utf8_next(const char **s)
{
	static const u8 lead[] = { 0x00, 0x00, 0x1f, 0x0f, 0x07 };
	const u8 *p = (const u8 *)*s;
	int n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
	u32 ch;

	if (n <= 1) {
		(*s)++;
		return n ? p[0] : 0xfffd;
	}
	ch = p[0] & lead[n];
	for (int i = 1; i < n; i++) {
		if (p[i] >> 6 != 2) {
			*s += i;
			return 0xfffd;
		}
		ch = ch << 6 | (p[i] & 0x3f);
	}
	*s += n;
	return ch;
}

int utf8_put(u32 ch, char *out)
{
	if (ch < 0x80) {
		out[0] = (char)ch;
		return 1;
	}
	if (ch < 0x800) {
		out[0] = (char)(0xc0 | ch >> 6);
		out[1] = (char)(0x80 | (ch & 0x3f));
		return 2;
	}
	if (ch < 0x10000) {
		out[0] = (char)(0xe0 | ch >> 12);
		out[1] = (char)(0x80 | (ch >> 6 & 0x3f));
		out[2] = (char)(0x80 | (ch & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | ch >> 18);
	out[1] = (char)(0x80 | (ch >> 12 & 0x3f));
	out[2] = (char)(0x80 | (ch >> 6 & 0x3f));
	out[3] = (char)(0x80 | (ch & 0x3f));
	return 4;
}

int text_columns(const char *s)
{
	int n = 0;

	while (*s)
		n += char_columns(utf8_next(&s));
	return n;
}

static bool in_clip(const struct canvas *cv, int x, int y, int w)
{
	const struct rect *c = &cv->clip;

	return x >= c->x && y >= c->y && x + w <= c->x + c->w && y < c->y + c->h;
}

/* Never leave half of a wide character behind. */
static void break_wide(struct canvas *cv, int x, int y)
{
	struct cell *c = canvas_at(cv, x, y);

	if (!c->ch && x > 0)
		c[-1].ch = ' ';
	if (x + 1 < cv->w && !c[1].ch)
		c[1].ch = ' ';
}

/* No character that a terminal acts on, nor one that UTF-8 has not. */
static u32 drawable(u32 ch)
{
	if (ch < 0x20)
		return ' ';
	return (ch >= 0x7f && ch < 0xa0) || (ch >= 0xd800 && ch < 0xe000) || ch > 0x10ffff ? 0xfffd : ch;
}

int canvas_put(struct canvas *cv, int x, int y, u32 ch, struct style style)
{
	int w;

	ch = cv->ascii ? ascii_for(ch) : drawable(ch);
	w = char_columns(ch);
	if (w < 1)
		return 0;
	if (!in_clip(cv, x, y, w))
		return w;
	break_wide(cv, x, y);
	*canvas_at(cv, x, y) = (struct cell){ ch, style };
	if (w == 2) {
		break_wide(cv, x + 1, y);
		*canvas_at(cv, x + 1, y) = (struct cell){ 0, style };
		canvas_at(cv, x, y)->ch = ch;
	}
	return w;
}

void canvas_fill(struct canvas *cv, struct rect r, u32 ch, struct style style)
{
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			canvas_put(cv, x, y, ch, style);
}

int canvas_text(struct canvas *cv, int x, int y, int max, struct style style, const char *s)
{
	bool cut = text_columns(s) > max;
	int used = 0;

	if (max <= 0)
		return 0;
	while (*s) {
		u32 ch = utf8_next(&s);

		if (used + char_columns(ch) > max - cut)
			break;
		used += canvas_put(cv, x + used, y, ch, style);
	}
	if (cut)
		used += canvas_put(cv, x + used, y, 0x2026, style);
	return used;
}

int canvas_printf(struct canvas *cv, int x, int y, int max, struct style style, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	return canvas_text(cv, x, y, max, style, buf);
}

int canvas_right(struct canvas *cv, int x_end, int y, int max, struct style style, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;
	int cols;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	cols = text_columns(buf);
	cols = cols < max ? cols : max;
	canvas_text(cv, x_end - cols, y, cols, style, buf);
	return x_end - cols;
}

void canvas_tint(struct canvas *cv, struct rect r, enum color bg)
{
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			if (in_clip(cv, x, y, 1))
				canvas_at(cv, x, y)->style.bg = (u8)bg;
}

const char *count_str(u64 n, char *buf, size_t size)
{
	char raw[24];
	int len = snprintf(raw, sizeof(raw), "%llu", (unsigned long long)n);
	size_t o = 0;

	for (int i = 0; i < len && o + 2 < size; i++) {
		if (i && (len - i) % 3 == 0 && len > 4)
			buf[o++] = ' ';
		buf[o++] = raw[i];
	}
	buf[o] = '\0';
	return buf;
}
