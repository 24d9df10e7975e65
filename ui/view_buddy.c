/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free lists: every zone, every order, every migratetype; watermarks and the
 * fragmentation indices beside them.
 */
#include "app.h"
#include "compare.h"

#include <stdio.h>
#include <string.h>

#define MAX_ZONES 256

/* Columns of the table of one zone. */
#define COL_ORDER  3
#define COL_BAR    9
#define COL_BLOCKS 20
#define COL_TYPES  29
#define COL_TYPE   9

static const char *const mt_heads[MIGRATE_TYPES] = { "Unmov", "Movbl", "Recl", "HighAt", "CMA", "Isol" };

static int rows_of_zone(const struct pane *p) { return (int)p->info.arch->max_page_order + 6; }

static void draw_heads(struct ui *ui, const struct pane *p, struct rect r, int y)
{
	struct style s = st(C_DIM, C_GROUND);
	int x = r.x + COL_TYPES;

	canvas_text(&ui->cv, r.x + COL_ORDER, y, 6, s, "order");
	canvas_text(&ui->cv, r.x + COL_BAR, y, 10, s, "memory");
	canvas_right(&ui->cv, r.x + COL_BLOCKS + 7, y, 8, s, "blocks");
	for (unsigned t = 0; t < MIGRATE_TYPES && x + COL_TYPE <= r.x + r.w; t++) {
		if (t == MIGRATE_CMA && !p->info.arch->has_cma)
			continue;
		canvas_put(&ui->cv, x + 1, y, ' ', st(C_INK, mt_color(t)));
		canvas_right(&ui->cv, x + COL_TYPE, y, COL_TYPE, s, "%s", mt_heads[t]);
		x += COL_TYPE;
	}
	if (x + 20 <= r.x + r.w) {
		canvas_right(&ui->cv, x + 10, y, 9, s, "unusable");
		canvas_right(&ui->cv, x + 20, y, 9, s, "extfrag");
	}
}

static void draw_index(struct ui *ui, int x, int y, int v, bool fragindex)
{
	if (fragindex && v == -1000)
		canvas_right(&ui->cv, x, y, 9, st(C_DIM, C_GROUND), "fits");
	else
		canvas_right(&ui->cv, x, y, 9, st(v > 500 ? C_BAD : C_TEXT, C_GROUND), "%s%d.%03d", v < 0 ? "-" : "",
			     (v < 0 ? -v : v) / 1000, (v < 0 ? -v : v) % 1000);
}

static void draw_order(struct ui *ui, const struct pane *p, struct rect r, int y, const struct zone_info *z, unsigned o,
		       u64 most)
{
	bool mine = o == ui->order;
	int x = r.x + COL_TYPES;

	canvas_printf(&ui->cv, r.x + COL_ORDER, y, 5, st_attr(mine ? C_ACCENT : C_DIM, C_GROUND, mine ? AT_BOLD : 0), "%4u", o);
	draw_bar(&ui->cv, r.x + COL_BAR, y, 11, z->nr_free[o] << o, most, free_color(o), C_TRACK);
	canvas_right(&ui->cv, r.x + COL_BLOCKS + 7, y, 8, st(z->nr_free[o] ? C_BRIGHT : C_FAINT, C_GROUND), "%llu",
		     (unsigned long long)z->nr_free[o]);
	for (unsigned t = 0; t < MIGRATE_TYPES && x + COL_TYPE <= r.x + r.w; t++) {
		u64 n = z->nr_free_mt[o][t];

		if (t == MIGRATE_CMA && !p->info.arch->has_cma)
			continue;
		canvas_right(&ui->cv, x + COL_TYPE, y, COL_TYPE, st(n ? C_TEXT : C_FAINT, C_GROUND), n ? "%llu" : "\xc2\xb7",
			     (unsigned long long)n);
		x += COL_TYPE;
	}
	if (x + 20 > r.x + r.w)
		return;
	draw_index(ui, x + 10, y, z->unusable[o], false);
	draw_index(ui, x + 20, y, z->extfrag[o], true);
}

/* "free 180 MiB  min 2.1 MiB  low ...  on cpu lists 12 pages" */
static void draw_marks(struct ui *ui, const struct pane *p, struct rect r, int y, const struct zone_info *z)
{
	char a[24], b[24], c[24], d[24], e[24];
	bool low = z->free <= z->wmark[WMARK_LOW];

	canvas_printf(&ui->cv, r.x + COL_ORDER, y, r.w - COL_ORDER, st(low ? C_BAD : C_TEXT, C_GROUND),
		      "free %s   watermarks: min %s  low %s  high %s   on cpu lists %s%s",
		      size_of_pages(p, z->free, a, sizeof(a)), size_of_pages(p, z->wmark[WMARK_MIN], b, sizeof(b)),
		      size_of_pages(p, z->wmark[WMARK_LOW], c, sizeof(c)), size_of_pages(p, z->wmark[WMARK_HIGH], d, sizeof(d)),
		      size_of_pages(p, z->pcp, e, sizeof(e)), z->boost ? "   boosted" : "");
}

static void draw_zone(struct ui *ui, struct pane *p, struct rect r, const struct zone_info *z)
{
	char title[96], size[24];
	struct zone_info other;
	u64 most = 1;
	bool twin;
	int y;

	snprintf(title, sizeof(title), "node %d, zone %s", z->nid, z->name);
	y = draw_heading(ui, r, title);
	canvas_right(&ui->cv, r.x + r.w, r.y, 24, st(C_DIM, C_GROUND), " %s managed", size_of_pages(p, z->managed, size, sizeof(size)));
	if (!z->managed) {
		canvas_text(&ui->cv, r.x + COL_ORDER, y, r.w, st(C_DIM, C_GROUND), "no pages: nothing here is given to the buddy allocator");
		return;
	}
	draw_heads(ui, p, r, y++);
	for (unsigned o = 0; o <= p->info.arch->max_page_order; o++)
		most = max_u64(most, z->nr_free[o] << o);
	twin = compare_zone(ui, p, z, &other);
	for (unsigned o = 0; o <= p->info.arch->max_page_order; o++) {
		compare_mark(ui, r.x, y, twin && memcmp(z->nr_free_mt[o], other.nr_free_mt[o], sizeof(z->nr_free_mt[o])));
		draw_order(ui, p, r, y++, z, o, most);
	}
	compare_mark(ui, r.x, y + 1, twin && (z->free != other.free || memcmp(z->wmark, other.wmark, sizeof(z->wmark))));
	draw_marks(ui, p, r, y + 1, z);
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct zone_info z[MAX_ZONES];
	int n = machine_zones(p->m, z, MAX_ZONES), columns = r.w >= 190 ? 2 : 1, per = rows_of_zone(p);
	s64 first;

	n = n < MAX_ZONES ? n : MAX_ZONES;
	first = scroll_begin(&ui->scroll[VIEW_BUDDY], (n + columns - 1) / columns, max_s64(1, (r.h - 1) / per));
	for (int i = 0; i < n; i++) {
		int row = i / columns - (int)first, w = (r.w - 2) / columns;
		struct rect in = { r.x + 1 + i % columns * w, r.y + 1 + row * per, w - (columns > 1 ? 2 : 0), per };

		if (row >= 0 && in.y < r.y + r.h)
			draw_zone(ui, p, in, &z[i]);
	}
}

const struct view_ops view_buddy = {
	.name = "Buddy",
	.about = "free lists per zone, order and migratetype",
	.draw = draw,
	.lists = true,
};
