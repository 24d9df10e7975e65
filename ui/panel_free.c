/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Free blocks of the zone under the cursor: count and size per order, watermarks, indices. */
#include "app.h"

#include <stdio.h>
#include <string.h>

/* The first zone where the cursor is in none. */
static bool zone_at_cursor(struct pane *p, struct zone_info *out)
{
	struct page_info pi;
	u32 at = 0;

	if (machine_page(p->m, p->map.cursor, &pi))
		return false;
	return machine_zone(p->m, pi.nid, pi.zone, out) ||
	       (machine_zone_next(p->m, &at, out) && machine_zone(p->m, out->nid, (int)out->type, out));
}

static void draw_order(struct ui *ui, struct pane *p, struct rect r, int y, const struct zone_info *z, unsigned o, u64 most)
{
	u64 pages = z->nr_free[o] << o;
	int bar = r.w - 10 - 16;
	char count[24], size[24];
	bool mine = o == ui->order;

	canvas_printf(&ui->cv, r.x, y, 2, st_attr(mine ? C_ACCENT : C_DIM, C_GROUND, mine ? AT_BOLD : 0), "%2u", o);
	draw_bar(&ui->cv, r.x + 3, y, bar, pages, most, free_color(o), C_GROUND);
	canvas_right(&ui->cv, r.x + 3 + bar + 9, y, 9, st(z->nr_free[o] ? C_TEXT : C_FAINT, C_GROUND), "%s",
		     count_str(z->nr_free[o], count, sizeof(count)));
	canvas_right(&ui->cv, r.x + r.w, y, 9, st(C_DIM, C_GROUND), "%s", size_of_pages(p, pages, size, sizeof(size)));
}

/* Free pages of all managed, then the watermarks in words. */
static void draw_marks(struct ui *ui, struct pane *p, struct rect r, int y, const struct zone_info *z)
{
	char a[24], b[24], c[24], d[24];
	enum color fg = z->free <= z->wmark[WMARK_MIN] ? C_BAD : z->free <= z->wmark[WMARK_LOW] ? C_ACCENT : free_color(7);

	canvas_text(&ui->cv, r.x, y, 5, st(C_DIM, C_GROUND), "free");
	draw_bar(&ui->cv, r.x + 5, y, r.w - 16, z->free, max_u64(z->managed, 1), fg, C_TRACK);
	canvas_right(&ui->cv, r.x + r.w, y, 10, st(C_TEXT, C_GROUND), "%s", size_of_pages(p, z->free, d, sizeof(d)));
	canvas_printf(&ui->cv, r.x, y + 1, r.w, st(C_DIM, C_GROUND), r.w >= 42 ? "min %s  low %s  high %s" : "min %s  low %s",
		      size_of_pages(p, z->wmark[WMARK_MIN], a, sizeof(a)), size_of_pages(p, z->wmark[WMARK_LOW], b, sizeof(b)),
		      size_of_pages(p, z->wmark[WMARK_HIGH], c, sizeof(c)));
}

int panel_free(struct ui *ui, struct pane *p, struct rect r)
{
	struct zone_info z;
	char title[64];
	u64 most = 1;
	int y, top = p->info.arch->max_page_order;

	if (r.h < top + 2 || !zone_at_cursor(p, &z))
		return 0;
	snprintf(title, sizeof(title), "Free blocks, node %d %s", z.nid, z.name);
	y = draw_heading(ui, r, title);
	for (int o = 0; o <= top; o++)
		most = max_u64(most, z.nr_free[o] << o);
	for (int o = 0; o <= top; o++)
		draw_order(ui, p, r, y++, &z, (unsigned)o, most);
	if (y + 1 < r.y + r.h) {
		draw_marks(ui, p, r, y, &z);
		y += 2;
	}
	if (y < r.y + r.h) {
		int u = ui->order < NR_PAGE_ORDERS_MAX ? z.unusable[ui->order] : 0;

		canvas_printf(&ui->cv, r.x, y++, r.w, st(u > 500 ? C_BAD : C_DIM, C_GROUND),
			      "order %u: %d.%02d of it unusable", ui->order, u / 1000, u % 1000 / 10);
	}
	return y - r.y + 1;
}
