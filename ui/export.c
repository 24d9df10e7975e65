/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures of the canvas: SVG, HTML, ANSI, plain text. */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/atomic_file.h"

#define CELL_W 10
#define CELL_H 20

struct shot {
	FILE *f;
	const struct canvas *cv;
	const struct theme *theme;
};

static struct look look_at(const struct shot *s, int x, int y)
{
	return style_rgb(canvas_at(s->cv, x, y)->style, s->theme);
}

static bool same_look(struct look a, struct look b) { return a.fg == b.fg && a.bg == b.bg && a.attr == b.attr; }

/* How many cells from @x on look the same. */
static int run_of(const struct shot *s, int x, int y)
{
	struct look l = look_at(s, x, y);
	int n = 1;

	while (x + n < s->cv->w && same_look(l, look_at(s, x + n, y)))
		n++;
	return n;
}

static void put_escaped(FILE *f, u32 ch)
{
	char buf[8] = "";

	if (ch == '<')
		fputs("&lt;", f);
	else if (ch == '&')
		fputs("&amp;", f);
	else if (ch)
		fwrite(buf, 1, (size_t)utf8_put(ch, buf), f);
}

/* Part blocks are drawn as rectangles, so that no font can tear them. */
static bool svg_block(const struct shot *s, u32 ch, int x, int y, u32 fg)
{
	int l = 0, t = 0, w = CELL_W, h = CELL_H;

	if (ch >= 0x2581 && ch <= 0x2588) {
		h = CELL_H * (int)(ch - 0x2580) / 8;
		t = CELL_H - h;
	} else if (ch > 0x2588 && ch <= 0x258f) {
		w = CELL_W * (int)(0x2590 - ch) / 8;
		w = w < 1 ? 1 : w;
	} else {
		return false;
	}
	fprintf(s->f, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>", x * CELL_W + l, y * CELL_H + t, w, h, fg);
	return true;
}

static void svg_run(const struct shot *s, int x, int y, int n, u32 ground)
{
	struct look l = look_at(s, x, y);

	if (l.bg != ground)
		fprintf(s->f, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>", x * CELL_W, y * CELL_H,
			n * CELL_W, CELL_H, l.bg);
	for (int i = 0; i < n; i++) {
		u32 ch = canvas_at(s->cv, x + i, y)->ch;

		if (ch <= ' ' || svg_block(s, ch, x + i, y, l.fg))
			continue;
		fprintf(s->f, "<text x=\"%d\" y=\"%d\" fill=\"#%06x\"%s%s>", (x + i) * CELL_W, y * CELL_H + 15, l.fg,
			l.attr & AT_BOLD ? " font-weight=\"bold\"" : "",
			l.attr & AT_UNDERLINE ? " text-decoration=\"underline\"" : "");
		put_escaped(s->f, ch);
		fputs("</text>", s->f);
	}
}

static void write_svg(const struct shot *s)
{
	u32 ground = style_rgb(st(C_TEXT, C_GROUND), s->theme).bg;
	int w = s->cv->w * CELL_W, h = s->cv->h * CELL_H;

	fprintf(s->f, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		"font-family=\"DejaVu Sans Mono,Menlo,Consolas,monospace\" font-size=\"16\" xml:space=\"preserve\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", w, h, w, h, w, h, ground);
	for (int y = 0; y < s->cv->h; y++) {
		for (int x = 0, n; x < s->cv->w; x += n) {
			n = run_of(s, x, y);
			svg_run(s, x, y, n, ground);
		}
		fputc('\n', s->f);
	}
	fputs("</svg>\n", s->f);
}

static void write_html(const struct shot *s)
{
	struct look g = style_rgb(st(C_TEXT, C_GROUND), s->theme);

	fprintf(s->f, "<!DOCTYPE html><meta charset=\"utf-8\"><title>mmview</title>\n<pre style=\"display:inline-block;padding:1em;"
		"background:#%06x;color:#%06x;font:16px/20px 'DejaVu Sans Mono',Menlo,Consolas,monospace\">\n", g.bg, g.fg);
	for (int y = 0; y < s->cv->h; y++) {
		for (int x = 0, n; x < s->cv->w; x += n) {
			struct look l = look_at(s, x, y);

			n = run_of(s, x, y);
			fprintf(s->f, "<span style=\"color:#%06x;background:#%06x%s%s\">", l.fg, l.bg,
				l.attr & AT_BOLD ? ";font-weight:bold" : "", l.attr & AT_UNDERLINE ? ";text-decoration:underline" : "");
			for (int i = 0; i < n; i++)
				put_escaped(s->f, canvas_at(s->cv, x + i, y)->ch);
			fputs("</span>", s->f);
		}
		fputc('\n', s->f);
	}
	fputs("</pre>\n", s->f);
}

static void put_char(FILE *f, u32 ch)
{
	char buf[8] = "";

	if (ch)
		fwrite(buf, 1, (size_t)utf8_put(ch, buf), f);
}

static void write_ansi(const struct shot *s)
{
	for (int y = 0; y < s->cv->h; y++) {
		for (int x = 0, n; x < s->cv->w; x += n) {
			struct look l = look_at(s, x, y);

			n = run_of(s, x, y);
			fprintf(s->f, "\033[0;%s%s38;2;%u;%u;%u;48;2;%u;%u;%um", l.attr & AT_BOLD ? "1;" : "",
				l.attr & AT_UNDERLINE ? "4;" : "", l.fg >> 16, l.fg >> 8 & 255, l.fg & 255, l.bg >> 16,
				l.bg >> 8 & 255, l.bg & 255);
			for (int i = 0; i < n; i++)
				put_char(s->f, canvas_at(s->cv, x + i, y)->ch);
		}
		fputs("\033[0m\n", s->f);
	}
}

static void write_text(const struct shot *s)
{
	for (int y = 0; y < s->cv->h; y++) {
		int end = s->cv->w;

		while (end && canvas_at(s->cv, end - 1, y)->ch == ' ')
			end--;
		for (int x = 0; x < end; x++)
			put_char(s->f, canvas_at(s->cv, x, y)->ch);
		fputc('\n', s->f);
	}
}

/* The whole picture in memory, then the file at once: a full disk leaves the old one. */
static int write_shot(struct shot *s, void (*draw)(const struct shot *), const char *path, struct mm_error *err)
{
	char *buf = NULL;
	size_t len = 0;
	bool bad;
	int rc;

	s->f = open_memstream(&buf, &len);
	if (!s->f)
		return mm_fail(err, -ENOMEM, "no memory for a picture");
	draw(s);
	bad = ferror(s->f);
	bad |= fclose(s->f) != 0;
	rc = bad ? mm_fail(err, -ENOMEM, "no memory for a picture") : atomic_write_file(path, buf, len, err);
	free(buf);
	return rc;
}

int shot_write(const struct canvas *cv, const struct theme *theme, const char *path, struct mm_error *err)
{
	static const struct { const char *ext; void (*fn)(const struct shot *); } kinds[] = {
		{ ".svg", write_svg }, { ".html", write_html }, { ".ans", write_ansi }, { ".txt", write_text },
	};
	const char *dot = strrchr(path, '.');
	struct shot s = { NULL, cv, theme };

	for (size_t i = 0; dot && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(dot, kinds[i].ext))
			return write_shot(&s, kinds[i].fn, path, err);
	return mm_fail(err, -EINVAL, "shot FILE.svg, FILE.html, FILE.ans or FILE.txt: \"%s\" is none of these", path);
}
