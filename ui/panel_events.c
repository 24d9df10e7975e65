/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What just happened, newest first; sums where it goes too fast to be read. */
#include "app.h"

#include <stdio.h>

#define WHY_ROWS 8

static enum color tone_color(enum tone t)
{
	return t == TONE_BAD ? C_BAD : t == TONE_GOOD ? C_GOOD : C_BRIGHT;
}

static void draw_story(struct ui *ui, struct pane *p, struct rect r, int row, const struct story *s)
{
	char seq[24];
	int x = r.x + p->layout.label_w, w = r.w - p->layout.label_w - 1, n;
	enum color fg = row ? C_TEXT : tone_color(s->tone);

	canvas_right(&ui->cv, x - 1, r.y + row, p->layout.label_w - 1, st(C_DIM, C_GROUND), "%s",
		     count_str(s->seq, seq, sizeof(seq)));
	n = canvas_text(&ui->cv, x, r.y + row, w, st(fg, C_GROUND), s->what);
	if (n < 44 && w > 100)
		n = 44;
	if (n + 3 < w)
		canvas_text(&ui->cv, x + n + 2, r.y + row, w - n - 2, st(C_DIM, C_GROUND), s->how);
}

/* How the last allocation went: one line, then who refused. */
int panel_why(struct ui *ui, struct pane *p, struct rect r)
{
	struct text line = TEXT_INIT;
	struct rect in = { r.x, r.y + 1, r.w, r.h - 1 };
	struct alloc_try t[WHY_ROWS];
	int row, n = machine_last_tries(p->m, t, WHY_ROWS);
	char size[24];

	machine_last_alloc(p->m, &line, NULL);
	row = line.len ? draw_wrapped(ui, in, 0, st(C_TEXT, C_GROUND), text_str(&line)) : 0;
	for (int i = 0; i < n && i < WHY_ROWS && row < in.h; i++, row++)
		canvas_printf(&ui->cv, in.x, in.y + row, in.w, st(C_BAD, C_GROUND), "%d %-8s%9s  %s", t[i].nid, t[i].zone,
			      size_of_pages(p, t[i].free, size, sizeof(size)), t[i].why);
	if (row)
		draw_heading(ui, r, "How the last allocation went (w)");
	text_cleanup(&line);
	return row ? row + 2 : 0;
}

/* --- at a speed at which single events cannot be read ------------------------------ */

#define READABLE_RATE 20 /* operations a second */

static bool too_fast(const struct pane *p) { return p->info.running && (!p->info.rate || p->info.rate > READABLE_RATE); }

/* The last whole second of the run, by the clock: pages by what happened to them. */
static void update_pace(struct pane *p, u64 now)
{
	const struct sample *s = &p->chart.tip;
	struct pace *pc = &p->pace;

	if (now < pc->ms + 1000 && pc->ms)
		return;
	pc->span = pc->ms ? now - pc->ms : 0;
	pc->done = s->ops - pc->ops;
	for (int e = 0; e < NR_CHART_EVENTS; e++) {
		pc->pages[e] = s->ev[e] - pc->ev[e];
		pc->ev[e] = s->ev[e];
	}
	pc->ms = now;
	pc->ops = s->ops;
}

static u64 a_second(const struct pace *pc, u64 n) { return pc->span ? n * 1000 / pc->span : 0; }

static void draw_pace(struct ui *ui, struct pane *p, struct rect r)
{
	const struct pace *pc = &p->pace;
	int x = r.x + p->layout.label_w, right = r.x + r.w - 1;
	char num[24];

	if (!pc->span || pc->span > 5000)
		return;
	canvas_right(&ui->cv, x - 1, r.y, p->layout.label_w - 1, st(C_DIM, C_GROUND), "a second");
	x += canvas_printf(&ui->cv, x, r.y, right - x, st(C_BRIGHT, C_GROUND), "%s operations",
			   count_str(a_second(pc, pc->done), num, sizeof(num))) + 2;
	for (int e = 0; e < NR_CHART_EVENTS && x < right; e++)
		x += canvas_printf(&ui->cv, x, r.y, right - x, st(C_TEXT, C_GROUND), "%s pages %s",
				   count_str(a_second(pc, pc->pages[e]), num, sizeof(num)), chart_event_name((enum chart_event)e)) + 2;
}

void events_draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct story s[16];
	int n;

	update_pace(p, ui->now);
	if (too_fast(p)) {
		draw_pace(ui, p, r);
		return;
	}
	n = story_latest(p->m, ~0ULL, s, r.h < 16 ? r.h : 16);

	for (int i = 0; i < n; i++)
		draw_story(ui, p, r, i, &s[i]);
	if (!n && r.h)
		canvas_text(&ui->cv, r.x + p->layout.label_w, r.y, r.w - p->layout.label_w - 1, st(C_DIM, C_GROUND),
			    ui->opt.live ? "The running system. What changes is redrawn; :live tells what is read, m is the menu."
					 : "Booted. Press a to allocate, Space to run a workload, m for the menu.");
}
