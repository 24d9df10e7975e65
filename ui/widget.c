/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small things that every view draws with. */
#include "app.h"

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

int draw_wrapped(struct ui *ui, struct rect r, int row, struct style style, const char *s)
{
	int used = 0;

	while (*s && row + used < r.h) {
		const char *p = s, *cut = NULL;
		int cols = 0;
		char line[512];
		size_t n;

		while (*p && *p != '\n') {
			const char *q = p;
			u32 ch = utf8_next(&q);

			if (cols + char_columns(ch) > r.w)
				break;
			cols += char_columns(ch);
			p = q;
			if (ch == ' ' || char_columns(ch) == 2)
				cut = p;
		}
		if (*p && *p != '\n' && *p != ' ' && cut)
			p = cut;
		if (p == s && *p && *p != '\n')
			return used;
		n = (size_t)(p - s) < sizeof(line) - 1 ? (size_t)(p - s) : sizeof(line) - 1;
		memcpy(line, s, n);
		line[n] = '\0';
		canvas_text(&ui->cv, r.x, r.y + row + used, r.w, style, line);
		used++;
		s = p;
		while (*s == ' ')
			s++;
		if (*s == '\n')
			s++;
	}
	return used;
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
