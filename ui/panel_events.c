/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What just happened, newest first. */
#include "app.h"

#include <stdio.h>

static enum color tone_color(enum tone t)
{
	return t == TONE_BAD ? C_BAD : t == TONE_GOOD ? C_GOOD : C_BRIGHT;
}

static void draw_story(struct ui *ui, struct pane *p, struct rect r, int row, const struct story *s)
{
	char seq[24];
	int x = r.x + p->layout.label_w, w = r.w - p->layout.label_w - 1, n;
	enum color fg = row ? C_TEXT : tone_color(s->tone);

	canvas_right(&ui->cv, x - 1, r.y + row, p->layout.label_w - 1, st(C_FAINT, C_GROUND), "%s",
		     count_str(s->seq, seq, sizeof(seq)));
	n = canvas_text(&ui->cv, x, r.y + row, w, st(fg, C_GROUND), s->what);
	if (n < 44 && w > 100)
		n = 44;
	if (n + 3 < w)
		canvas_text(&ui->cv, x + n + 2, r.y + row, w - n - 2, st(C_DIM, C_GROUND), s->how);
}

/* How the last allocation went: one line, then zone by zone. */
int panel_why(struct ui *ui, struct pane *p, struct rect r)
{
	struct text line = TEXT_INIT, table = TEXT_INIT;
	struct rect in = { r.x, r.y + 1, r.w, r.h - 1 };
	int row;

	machine_last_alloc(p->m, &line, &table);
	row = line.len ? draw_wrapped(ui, in, 0, st(C_TEXT, C_GROUND), text_str(&line)) : 0;
	if (table.len)
		row += draw_wrapped(ui, in, row, st(C_DIM, C_GROUND), text_str(&table));
	if (row)
		draw_heading(ui, r, "How the last allocation went");
	text_cleanup(&line);
	text_cleanup(&table);
	return row ? row + 2 : 0;
}

void events_draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct story s[16];
	int n = story_latest(p->m, ~0ULL, s, r.h < 16 ? r.h : 16);

	for (int i = 0; i < n; i++)
		draw_story(ui, p, r, i, &s[i]);
	if (!n && r.h)
		canvas_text(&ui->cv, r.x + p->layout.label_w, r.y, r.w - p->layout.label_w - 1, st(C_DIM, C_GROUND),
			    "Booted. Press a to allocate, Space to run a workload, ? for everything else.");
}
