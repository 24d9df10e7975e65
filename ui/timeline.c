/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run as a bar, and moving in it: see timeline.h.
 *
 *   Time  op 1 204 of 4 000   run random, step 1 203 of 3 000        state 9f3a11c0
 *   run      |||||----------------------------------O----------------
 *            checkpoints below the bar as dots, bookmarks as flags with names
 *   Left Right one operation ...
 */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))
#define LABEL TIMELINE_LABEL

u64 timeline_op(u64 end, int columns, int i)
{
	if (columns < 2 || i <= 0)
		return 0;
	return i >= columns - 1 ? end : (u64)((double)end * i / (columns - 1) + 0.5);
}

int timeline_column(u64 end, int columns, u64 op)
{
	if (!end || columns < 2)
		return 0;
	return op >= end ? columns - 1 : (int)((double)op * (columns - 1) / (double)end + 0.5);
}

bool timeline_shown(const struct ui *ui) { return ui->timeline.open || ui->view == VIEW_TIME; }

struct rect timeline_area(const struct ui *ui, struct rect *rest)
{
	struct rect r = { rest->x, rest->y + rest->h, rest->w, 0 };

	if (!timeline_shown(ui) || rest->h < MIN_H)
		return r;
	rest->h -= TIMELINE_ROWS;
	r.y -= TIMELINE_ROWS;
	r.h = TIMELINE_ROWS;
	return r;
}

u64 ui_hash(struct pane *p)
{
	if (p->hash && p->hash_ops == p->info.ops && p->hash_events == p->info.events)
		return p->hash;
	p->hash = machine_hash(p->m);
	p->hash_ops = p->info.ops;
	p->hash_events = p->info.events;
	return p->hash;
}

/* --- drawing ---------------------------------------------------------------------- */

struct bar {
	struct ui *ui;
	struct rect r; /* the bar itself, one row; marks go below it */
	u64 end, now;
};

static int bar_x(const struct bar *b, u64 op) { return b->r.x + timeline_column(b->end, b->r.w, op); }

static bool draw_entry(const struct moment *mo, void *arg)
{
	struct bar *b = arg;
	int x = bar_x(b, mo->steps ? mo->start : mo->end), x_end = bar_x(b, mo->end);
	bool past = mo->end <= b->now;

	if (mo->steps) {
		for (int i = x; i <= x_end; i++)
			canvas_put(&b->ui->cv, i, b->r.y, 0x2500,
				   st(timeline_op(b->end, b->r.w, i - b->r.x) <= b->now ? C_GOOD : C_FAINT, C_TRACK));
		return true;
	}
	canvas_put(&b->ui->cv, x, b->r.y, mo->rc ? 0x2715 : 0x2502, st(mo->rc ? C_BAD : past ? C_ACCENT : C_FAINT, C_TRACK));
	return true;
}

static bool draw_checkpoint(const struct moment *mo, void *arg)
{
	struct bar *b = arg;

	canvas_put(&b->ui->cv, bar_x(b, mo->start), b->r.y + 1, 0xb7, st(C_FAINT, C_GROUND));
	return true;
}

static bool draw_bookmark(const struct moment *mo, void *arg)
{
	struct bar *b = arg;
	int x = bar_x(b, mo->start), w = text_columns(mo->text) + 1, right = b->ui->cv.w - 1;
	bool here = mo->start == b->now;
	struct style s = st_attr(here ? C_INK : C_BRIGHT, here ? C_CURSOR : C_TRACK, AT_BOLD);

	canvas_put(&b->ui->cv, x, b->r.y + 1, 0x25b2, st(C_ACCENT, C_GROUND));
	if (x + 1 + w <= right)
		canvas_text(&b->ui->cv, x + 1, b->r.y + 1, w, s, mo->text);
	else if (x - w >= b->r.x)
		canvas_text(&b->ui->cv, x - w + 1, b->r.y + 1, w, s, mo->text);
	return true;
}

/* What was done at the present: the command, or how far a run had come. */
static void moment_text(struct pane *p, char *buf, size_t n)
{
	struct moment mo;
	char a[24], b[24];

	if (!machine_moment_at(p->m, p->info.ops, &mo))
		snprintf(buf, n, p->info.ops ? "not recorded" : "as it booted");
	else if (mo.steps)
		snprintf(buf, n, "%s: step %s of %s", p->info.workload ? p->info.workload : "workload",
			 count_str(p->info.ops - mo.start, a, sizeof(a)), count_str(mo.steps, b, sizeof(b)));
	else
		snprintf(buf, n, "%s%s", mo.text, mo.rc ? "  (failed)" : "");
}

static void draw_title(struct ui *ui, struct pane *p, struct rect r, u64 end)
{
	char now[24], all[24], what[256];
	int x = r.x + 1, right = r.x + r.w - 1;

	canvas_fill(&ui->cv, (struct rect){ r.x, r.y, r.w, 1 }, ' ', st(C_TEXT, C_BAR));
	if (!p->info.running)
		right = canvas_right(&ui->cv, right, r.y, 24, st(C_BRIGHT, C_BAR), "state %08llx", LL(ui_hash(p) >> 32)) - 2;
	moment_text(p, what, sizeof(what));
	x += canvas_text(&ui->cv, x, r.y, right - x, st_attr(C_ACCENT, C_BAR, AT_BOLD), "Time") + 2;
	x += canvas_printf(&ui->cv, x, r.y, right - x, st(C_BRIGHT, C_BAR), "op %s of %s", count_str(p->info.ops, now, sizeof(now)),
			   count_str(end, all, sizeof(all))) + 2;
	if (p->info.ops < end && right - x > 50)
		x += canvas_text(&ui->cv, x, r.y, right - x, st(C_ACCENT, C_BAR), "the past") + 2;
	canvas_text(&ui->cv, x, r.y, right - x, st(C_TEXT, C_BAR), what);
}

static void draw_hint(struct ui *ui, struct rect r, int y)
{
	draw_hints(ui, r.x + 1, y, r.w - 1, C_GROUND, "\xe2\x86\x90 \xe2\x86\x92=one operation\tPgUp PgDn=a tenth\tHome End=ends\t"
		   ", ;=bookmarks\tb=set one\tEsc=close\tmouse=drag");
}

void timeline_draw(struct ui *ui, struct pane *p, struct rect r)
{
	int w = ui->view == VIEW_TIME ? time_columns(p->area.w) : r.w - LABEL - 1;
	struct bar b = { ui, { r.x + LABEL, r.y + 1, w, 1 }, machine_time_end(p->m), p->info.ops };

	canvas_fill(&ui->cv, r, ' ', st(C_TEXT, C_GROUND));
	draw_title(ui, p, r, b.end);
	canvas_text(&ui->cv, r.x + 1, b.r.y, LABEL, st(C_DIM, C_GROUND), "run");
	canvas_fill(&ui->cv, b.r, ' ', st(C_TEXT, C_TRACK));
	machine_moments(p->m, MOMENT_ENTRY, draw_entry, &b);
	machine_moments(p->m, MOMENT_CHECKPOINT, draw_checkpoint, &b);
	machine_moments(p->m, MOMENT_BOOKMARK, draw_bookmark, &b);
	canvas_put(&ui->cv, bar_x(&b, b.now), b.r.y, 0x25cf, st_attr(C_INK, C_CURSOR, AT_BOLD));
	draw_hint(ui, r, r.y + 3);
	if (p == ui_pane(ui))
		ui->timeline.bar = b.r;
}

/* --- moving ----------------------------------------------------------------------- */

static int want(struct ui *ui, u64 op)
{
	ui->timeline.want = min_u64(op, machine_time_end(ui_pane(ui)->m));
	ui->timeline.pending = true;
	return RE_DRAW;
}

static int move_by(struct ui *ui, s64 ops)
{
	u64 at = ui->timeline.pending ? ui->timeline.want : ui_pane(ui)->info.ops;

	if (ops < 0)
		return want(ui, at > (u64)-ops ? at - (u64)-ops : 0);
	return want(ui, at + (u64)ops);
}

int timeline_key(struct ui *ui, u32 key)
{
	u64 end = machine_time_end(ui_pane(ui)->m);
	s64 tenth = end / 10 ? (s64)(end / 10) : 1;

	if (!timeline_shown(ui))
		return -1;
	switch (key) {
	case K_LEFT: return move_by(ui, -1);
	case K_RIGHT: return move_by(ui, 1);
	case K_SHIFT_LEFT: return move_by(ui, -(tenth + 9) / 10);
	case K_SHIFT_RIGHT: return move_by(ui, (tenth + 9) / 10);
	case K_PGUP: return move_by(ui, -tenth);
	case K_PGDN: return move_by(ui, tenth);
	case K_HOME: return want(ui, 0);
	case K_END: return want(ui, end);
	case K_ESC:
		if (!ui->timeline.open)
			return -1;
		ui->timeline.open = false;
		return RE_DRAW;
	default: return -1;
	}
}

int timeline_mouse(struct ui *ui, const struct input *in)
{
	const struct rect *b = &ui->timeline.bar;

	if (!timeline_shown(ui) || !b->h || in->y < b->y - 1 || in->y > b->y + 2)
		return -1;
	if (in->mouse == MOUSE_WHEEL_UP || in->mouse == MOUSE_WHEEL_DOWN)
		return move_by(ui, in->mouse == MOUSE_WHEEL_UP ? -1 : 1);
	if (in->mouse == MOUSE_RELEASE || in->button != 0)
		return RE_NONE;
	return want(ui, timeline_op(machine_time_end(ui_pane(ui)->m), b->w, in->x - b->x));
}

void timeline_settle(struct ui *ui)
{
	char line[48];

	if (!ui->timeline.pending)
		return;
	ui->timeline.pending = false;
	if (ui->timeline.want == ui_pane(ui)->info.ops)
		return;
	snprintf(line, sizeof(line), "seek %llu", LL(ui->timeline.want));
	if (!ui_command(ui, line, false))
		ui->message[0] = '\0';
}

int act_timeline(struct ui *ui, int arg)
{
	ui->timeline.open = !ui->timeline.open;
	return RE_DRAW;
}

int act_bookmark(struct ui *ui, int arg)
{
	prompt_open(ui, ':', "bookmark ");
	return RE_DRAW;
}

int act_bookmark_go(struct ui *ui, int arg)
{
	timeline_settle(ui);
	ui_command(ui, arg > 0 ? "seek next" : "seek previous", false);
	return RE_DRAW;
}
