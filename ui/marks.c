/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lights up on the heatmap, and the arrow of a migration: see marks.h. */
#include "app.h"

static void add(struct marks *m, struct pfn_range r, u32 ch, struct style s)
{
	if (m->nr < MARKS_MAX && r.end > r.start)
		m->m[m->nr++] = (struct mark){ r, ch, s };
}

/* A free block that cannot grow: its buddy, when both are cells of their own. */
static void mark_buddy(struct pane *p, struct marks *m)
{
	struct page_info pi;

	if (machine_page(p->m, p->map.cursor, &pi) || pi.state != PAGE_BUDDY || pi.buddy == NO_PFN || pi.buddy_free ||
	    pi.order < p->map.shift)
		return;
	add(m, (struct pfn_range){ pi.buddy, pi.buddy + (1ULL << pi.order) }, 0xd7, st_attr(C_BRIGHT, C_BAD, AT_BOLD));
}

/* Where the scanners of compaction stand: the last ranges that they looked at. */
static void mark_scanners(const struct play *pl, struct marks *m)
{
	bool low = false, high = false;

	for (int i = pl->at; i >= 0 && !(low && high); i--) {
		const struct step *s = &pl->steps.step[i];

		if (s->kind != STEP_SCAN && s->kind != STEP_MOVE)
			break;
		if (s->kind != STEP_SCAN)
			continue;
		if (s->a.end && !low)
			add(m, s->a, 0x25b8, st_attr(C_INK, C_ACCENT, AT_BOLD));
		if (s->b.end && !high)
			add(m, s->b, 0x25c2, st_attr(C_INK, C_ACCENT, AT_BOLD));
		low |= s->a.end != 0;
		high |= s->b.end != 0;
	}
}

static void mark_step(const struct play *pl, const struct step *s, struct marks *m)
{
	struct style one = st_attr(C_INK, C_FLASH, AT_BOLD), two = st_attr(C_INK, free_color(s->order), AT_BOLD);
	u32 digit = (u32)order_digit(s->order);

	switch (s->kind) {
	case STEP_REFUSE:
		add(m, s->a, 0xd7, st_attr(C_BAD, C_TRACK, AT_BOLD));
		break;
	case STEP_SPLIT:
	case STEP_MERGE:
		add(m, s->a, digit, one);
		add(m, s->b, digit, st_attr(C_ACCENT, two.bg, AT_BOLD | AT_UNDERLINE));
		break;
	case STEP_STOP:
		add(m, s->a, digit, one);
		add(m, s->b, 0xd7, st_attr(C_BRIGHT, C_BAD, AT_BOLD));
		break;
	case STEP_MOVE:
		add(m, s->a, 0x25cb, st_attr(C_BRIGHT, C_ISOLATED, AT_BOLD));
		add(m, s->b, s->bad ? 0xd7 : 0x25cf, s->bad ? st_attr(C_BRIGHT, C_BAD, AT_BOLD) : one);
		m->arrow = true;
		m->from = s->a.start;
		m->to = s->b.start;
		mark_scanners(pl, m);
		break;
	case STEP_SCAN:
		mark_scanners(pl, m);
		break;
	case STEP_NOTE:
		add(m, s->a, 0, st_attr(C_ACCENT, C_SELECT, AT_BOLD));
		break;
	default:
		add(m, s->a, digit, one);
	}
}

void marks_collect(struct ui *ui, struct pane *p, struct marks *out)
{
	const struct step *s = play_step(ui, p);

	out->nr = 0;
	out->arrow = false;
	if (s)
		mark_step(&ui->play, s, out);
	else if (p == ui_pane(ui))
		mark_buddy(p, out);
}

const struct mark *marks_at(const struct marks *m, pfn_t start, pfn_t end)
{
	for (int i = 0; i < m->nr; i++)
		if (m->m[i].r.start < end && m->m[i].r.end > start)
			return &m->m[i];
	return NULL;
}

/* --- the arrow ------------------------------------------------------------------------- */

/* Column and row of the cell of @pfn on the canvas; false: not in the window. */
static bool place(const struct pane *p, pfn_t pfn, int *x, int *y)
{
	const struct rect *r = &p->layout.heat;
	u64 cell = axis_cell(&p->map.axis, pfn), back;

	if (cell < p->map.top)
		return false;
	map_cell_xy(&p->map, cell, x, y);
	if (!map_xy_cell(&p->map, *x, *y, &back) || back != cell)
		return false;
	*x = r->x + p->layout.label_w + *x * p->layout.cell_w;
	*y += r->y;
	return true;
}

static void line_cell(struct ui *ui, int x, int y, u32 ch)
{
	canvas_put(&ui->cv, x, y, ch, st_attr(C_BRIGHT, canvas_at(&ui->cv, x, y)->style.bg, AT_BOLD));
}

/* Along the row of the source, then along the column of the target; the head stands before the target. */
void marks_draw_arrow(struct ui *ui, struct pane *p, const struct marks *m)
{
	int x0, y0, x1, y1, dx, dy;

	if (!m->arrow || !place(p, m->from, &x0, &y0) || !place(p, m->to, &x1, &y1))
		return;
	dx = x1 > x0 ? 1 : -1;
	dy = y1 > y0 ? 1 : -1;
	for (int x = x0 + dx; x0 != x1 && x != x1; x += dx)
		line_cell(ui, x, y0, y0 == y1 && x + dx == x1 ? (dx > 0 ? 0x25b8 : 0x25c2) : 0x2500);
	if (y0 == y1)
		return;
	if (x0 != x1)
		line_cell(ui, x1, y0, dx > 0 ? (dy > 0 ? 0x2510 : 0x2518) : dy > 0 ? 0x250c : 0x2514);
	for (int y = y0 + dy; y != y1; y += dy)
		line_cell(ui, x1, y, y + dy == y1 ? (dy > 0 ? 0x25be : 0x25b4) : 0x2502);
}
