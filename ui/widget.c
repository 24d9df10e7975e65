/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small things that every view draws with. */
#include "app.h"
#include "keynames.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int draw_heading(struct ui *ui, struct rect r, const char *title)
{
	int n = canvas_text(&ui->cv, r.x, r.y, r.w, st_attr(C_ACCENT, C_GROUND, AT_BOLD), title);

	for (int x = r.x + n + 1; x < r.x + r.w; x++)
		canvas_put(&ui->cv, x, r.y, 0x2500, st(C_FAINT, C_GROUND));
	return r.y + 1;
}

void draw_bar(struct canvas *cv, int x, int y, int w, u64 part, u64 all, enum color fg, enum color bg)
{
	int eighths = all ? (int)((double)part / (double)all * w * 8 + 0.5) : 0;

	if (part && !eighths)
		eighths = 1;
	if (eighths > w * 8)
		eighths = w * 8;
	for (int i = 0; i < w; i++) {
		int left = eighths - i * 8;

		if (left >= 8)
			canvas_put(cv, x + i, y, cv->ascii ? '#' : ' ', st(C_INK, fg));
		else if (left > 0)
			canvas_put(cv, x + i, y, (u32)(0x2590 - left), st(fg, bg));
		else
			canvas_put(cv, x + i, y, ' ', st(fg, bg));
	}
}

void draw_field(struct ui *ui, struct rect r, int row, const char *label, struct style style, const char *fmt, ...)
{
	char buf[512];
	va_list ap;

	if (row >= r.h)
		return;
	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	canvas_text(&ui->cv, r.x, r.y + row, 10, st(C_DIM, C_GROUND), label);
	canvas_text(&ui->cv, r.x + 10, r.y + row, r.w - 10, style, buf);
}

/* Punctuation that must not begin a line of Chinese text. */
static bool clings(u32 ch)
{
	static const u16 marks[] = { 0x3001, 0x3002, 0xff0c, 0xff1a, 0xff1b, 0xff01, 0xff1f, 0xff09, 0x300b, 0x201d };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (marks[i] == ch)
			return true;
	return false;
}

/* The end of the first line of @s that fits into @w columns: after a blank or a wide character. */
static const char *line_end(const char *s, int w)
{
	const char *p = s, *cut = NULL, *before_last = NULL;
	int cols = 0;

	while (*p && *p != '\n') {
		const char *q = p;
		u32 ch = utf8_next(&q);

		if (cols + char_columns(ch) > w) {
			if (ch == ' ')
				return p;
			if (clings(ch) && before_last)
				return before_last;
			return cut ? cut : p;
		}
		cols += char_columns(ch);
		if (char_columns(ch) == 2 && !clings(ch))
			before_last = p;
		p = q;
		if (ch == ' ' || char_columns(ch) == 2)
			cut = p;
	}
	return p;
}

int draw_wrapped(struct ui *ui, struct rect r, int row, struct style style, const char *s)
{
	int used = 0;

	while (*s && row + used < r.h) {
		const char *end = line_end(s, r.w);
		char line[512];

		if (end == s && *s != '\n')
			break;
		snprintf(line, sizeof(line), "%.*s", (int)(end - s), s);
		canvas_text(&ui->cv, r.x, r.y + row + used, r.w, style, line);
		used++;
		s = end;
		while (*s == ' ')
			s++;
		s += *s == '\n';
	}
	return used;
}

/* Names of keys before the '=' and what they do, as text and as buttons. Return: columns. */
static int draw_hint(struct ui *ui, int x, int y, enum color bg, const char *s, size_t n)
{
	const char *eq = memchr(s, '=', n);
	int at = x, first = x;
	char word[64];
	u32 key = 0;

	while (eq && s < eq) {
		size_t len = strcspn(s, " =");

		if (key)
			hits_add(&ui->hits, (struct rect){ first, y, at - first, 1 }, key);
		first = at;
		key = key_parse(s, len);
		snprintf(word, sizeof(word), "%.*s", (int)len, s);
		at += canvas_text(&ui->cv, at, y, 64, st_attr(C_ACCENT, bg, AT_BOLD), word) + 1;
		s += len + 1;
		n -= len + 1;
	}
	snprintf(word, sizeof(word), "%.*s", (int)n, s);
	at += canvas_text(&ui->cv, at, y, 64, st(C_TEXT, bg), word);
	if (key)
		hits_add(&ui->hits, (struct rect){ first, y, at - first, 1 }, key);
	return at - x;
}

int draw_hints(struct ui *ui, int x, int y, int max, enum color bg, const char *hints)
{
	int used = 0;

	for (const char *s = hints; *s;) {
		size_t n = strcspn(s, "\t");
		char part[64];

		snprintf(part, sizeof(part), "%.*s", (int)n, s);
		if (used + text_columns(part) > max)
			break;
		used += draw_hint(ui, x + used, y, bg, s, n) + 2;
		s += n;
		s += *s == '\t';
	}
	return used ? used - 2 : 0;
}

int hints_columns(const char *hints)
{
	int n = text_columns(hints);

	for (const char *s = hints; *s; s++)
		n += 2 * (*s == '\t'); /* a gap on the screen, nothing in @n */
	return n;
}

void text_wrap(struct text *t, int w)
{
	struct text out = TEXT_INIT;

	for (const char *s = text_str(t); *s;) {
		const char *end = line_end(s, w);

		if (end == s && *s != '\n')
			break;
		text_printf(&out, "%.*s\n", (int)(end - s), s);
		s = end;
		while (*s == ' ' && s > text_str(t) && s[-1] != '\n')
			s++;
		s += *s == '\n';
	}
	text_clear(t);
	text_puts(t, text_str(&out));
	text_cleanup(&out);
}

char *size_of_pages(const struct pane *p, u64 pages, char *buf, size_t n)
{
	size_str(pages << p->info.arch->page_shift, buf, n);
	return buf;
}

void scroll_move(struct scroll *s, s64 rows)
{
	s->at += rows;
	if (s->at >= s->nr)
		s->at = s->nr - 1;
	if (s->at < 0)
		s->at = 0;
}

s64 scroll_begin(struct scroll *s, s64 nr, s64 rows)
{
	s->nr = nr;
	s->rows = rows;
	scroll_move(s, 0);
	if (s->at < s->top)
		s->top = s->at;
	if (s->at >= s->top + rows)
		s->top = s->at - rows + 1;
	if (s->top > nr - rows)
		s->top = nr - rows;
	if (s->top < 0)
		s->top = 0;
	return s->top;
}
