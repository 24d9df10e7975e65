/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One page: what it is, what is around it, its struct page bit by bit, its addresses,
 * its buddies. The parts (page_parts.h) stand in one, two or three columns, as the
 * screen has room; where they are longer than the screen, PgUp and PgDn scroll.
 */
#include "page_parts.h"

#include "actions.h"

#include <stdio.h>

#define COLUMN_MIN 57
#define MAX_COLUMNS 3
#define ENDLESS 1000

struct part {
	page_part draw;
	u8 column[MAX_COLUMNS]; /* where it goes with one, two, three columns */
};

static const struct part parts[] = {
	{ page_part_state, { 0, 0, 0 } },
	{ page_part_around, { 0, 0, 0 } },
	{ page_part_folio, { 0, 0, 0 } },
	{ page_part_slab, { 0, 0, 0 } },
	{ page_part_addresses, { 0, 1, 1 } },
	{ page_part_flags, { 0, 0, 1 } },
	{ page_part_buddies, { 0, 1, 2 } },
	{ page_part_log, { 0, 1, 2 } },
	{ page_part_near, { 0, 0, 0 } },
};

/* Draw all parts, @top rows scrolled away. Return: rows of the longest column. */
static int draw_parts(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi, int top)
{
	int columns = r.w / COLUMN_MIN, used[MAX_COLUMNS] = { 0 }, w, most = 0;

	columns = columns < 1 ? 1 : columns > MAX_COLUMNS ? MAX_COLUMNS : columns;
	w = (r.w - (columns - 1) * 3) / columns;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		int c = parts[i].column[columns - 1];
		struct rect in = { r.x + c * (w + 3), r.y + used[c] - top, w, ENDLESS };

		used[c] += parts[i].draw(ui, p, in, pi);
		most = used[c] > most ? used[c] : most;
	}
	return most - 1;
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	struct scroll *s = &ui->scroll[VIEW_PAGE];
	struct page_info pi;
	struct rect old;
	int rows;

	if (machine_page(p->m, p->map.cursor, &pi)) {
		canvas_text(&ui->cv, in.x, in.y, in.w, st(C_TEXT, C_GROUND), "There is no page here.");
		return;
	}
	old = canvas_clip(&ui->cv, in);
	rows = draw_parts(ui, p, in, &pi, (int)s->at);
	canvas_clip(&ui->cv, old);
	/* The sheet scrolls as a whole: at is its first row. */
	s->rows = in.h;
	s->nr = max_s64(rows - in.h, 0) + 1;
	if (s->at >= s->nr)
		scroll_move(s, 0);
	if (s->nr > 1)
		canvas_printf(&ui->cv, r.x + r.w - 26, r.y, 25, st(C_DIM, C_GROUND), "PgDn, PgUp: row %lld of %d", (long long)s->at + 1, rows);
}

/* The block before or behind the one with the page; pages that are nobody's count one by one. */
static void move_to_block(struct pane *p, int direction)
{
	struct page_info pi;
	u64 pages;

	if (machine_page(p->m, p->map.cursor, &pi))
		return;
	pages = page_has_block(&pi) ? 1ULL << pi.order : 1;
	if (direction > 0) {
		map_goto(p, pi.head + pages);
	} else if (pi.pfn > pi.head) {
		map_goto(p, pi.head);
	} else if (pi.head && !machine_page(p->m, pi.head - 1, &pi)) {
		map_goto(p, pi.head);
	}
}

void page_move(struct ui *ui, struct pane *p, enum move m)
{
	struct scroll *s = &ui->scroll[VIEW_PAGE];

	switch (m) {
	case MOVE_LEFT: map_goto(p, p->map.cursor ? p->map.cursor - 1 : 0); break;
	case MOVE_RIGHT: map_goto(p, p->map.cursor + 1); break;
	case MOVE_UP: move_to_block(p, -1); break;
	case MOVE_DOWN: move_to_block(p, 1); break;
	case MOVE_PAGE_UP: scroll_move(s, -s->rows + 2); break;
	case MOVE_PAGE_DOWN: scroll_move(s, s->rows - 2); break;
	case MOVE_ROW_START: s->at = 0; break;
	case MOVE_ROW_END: scroll_move(s, s->nr); break;
	case MOVE_FIRST: map_goto(p, 0); break;
	case MOVE_LAST: map_goto(p, NO_PFN - 1); break;
	default: break;
	}
}

static int mouse(struct ui *ui, struct pane *p, const struct input *in)
{
	if (in->mouse != MOUSE_WHEEL_UP && in->mouse != MOUSE_WHEEL_DOWN)
		return RE_NONE;
	scroll_move(&ui->scroll[VIEW_PAGE], in->mouse == MOUSE_WHEEL_UP ? -3 : 3);
	return RE_DRAW;
}

const struct view_ops view_page = {
	.name = "Page",
	.about = "the page under the map's cursor; left, right: page by page, up, down: block by block",
	.draw = draw,
	.mouse = mouse,
};
