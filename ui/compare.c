/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two machines that get the same commands: where do they differ? Figures side by
 * side, and a mark on each cell of the map that looks different. Marks mean
 * something only where the machines are alike: when most cells differ there are
 * none, and only the figures speak.
 */
#include "compare.h"

#include <stdio.h>
#include <string.h>

#include "actions.h"

#define LL(v) ((unsigned long long)(v))
#define MAX_ZONES 256
#define NR_FIGURES 16
#define MARK 0x2260 /* not equal */

enum unit { UNIT_PAGES, UNIT_COUNT, UNIT_INDEX };

struct figure {
	char name[32];
	enum unit unit;
	s64 v[2]; /* UNIT_INDEX: x1000, -1000: none */
};

struct pane *compare_other(struct ui *ui, const struct pane *p)
{
	return ui->nr_panes > 1 ? &ui->pane[p == &ui->pane[0]] : NULL;
}

/* --- figures ------------------------------------------------------------------------ */

/* Sums over the zones of one machine, and the worst indices. */
struct totals {
	struct zone_info sum;
	s64 unusable, extfrag, largest, in_order;
	u64 fallbacks;
};

static void add_zone(struct totals *t, const struct zone_info *z, unsigned order)
{
	t->sum.free += z->free;
	t->sum.managed += z->managed;
	t->sum.pcp += z->pcp;
	for (int w = 0; w < NR_WMARK; w++)
		t->sum.wmark[w] += z->wmark[w];
	for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++)
		t->sum.pageblocks[mt] += z->pageblocks[mt];
	for (int o = 0; o <= z->max_order; o++) {
		t->largest = z->nr_free[o] && o > t->largest ? o : t->largest;
		t->in_order += o >= (int)order ? (s64)(z->nr_free[o] << o) : 0;
	}
	if (order < NR_PAGE_ORDERS_MAX && z->managed) {
		t->unusable = max_s64(t->unusable, z->unusable[order]);
		t->extfrag = max_s64(t->extfrag, z->extfrag[order]);
	}
}

/* Blocks taken from pageblocks of another type, as far back as the trace remembers. */
static u64 count_fallbacks(const struct machine *m)
{
	const struct trace *t = machine_trace(m);
	u64 n = 0;

	for (u64 s = trace_oldest(t); s < t->seq; s++) {
		const struct trace_event *e = trace_get(t, s);

		n += e && e->type == TRACE_mm_page_alloc_extfrag;
	}
	return n;
}

static void count_totals(const struct pane *p, unsigned order, struct totals *t)
{
	struct zone_info z[MAX_ZONES];
	int n = machine_zones(p->m, z, MAX_ZONES);

	memset(t, 0, sizeof(*t));
	t->unusable = 0;
	t->extfrag = -1000;
	t->largest = -1;
	for (int i = 0; i < n && i < MAX_ZONES; i++)
		add_zone(t, &z[i], order);
	t->fallbacks = count_fallbacks(p->m);
}

static void put_figure(struct figure *f, int *n, int side, enum unit unit, s64 v, const char *name)
{
	snprintf(f[*n].name, sizeof(f[*n].name), "%s", name);
	f[*n].unit = unit;
	f[(*n)++].v[side] = v;
}

/* One column of the table, always in the same order. Return: rows. */
static int fill_side(const struct ui *ui, int side, struct figure *f)
{
	const struct pane *p = &ui->pane[side];
	struct totals t;
	char name[32];
	int n = 0;

	count_totals(p, ui->order, &t);
	put_figure(f, &n, side, UNIT_PAGES, (s64)t.sum.free, "free");
	snprintf(name, sizeof(name), "free, order %u and up", ui->order);
	put_figure(f, &n, side, UNIT_PAGES, t.in_order, name);
	put_figure(f, &n, side, UNIT_COUNT, t.largest, "largest free order");
	snprintf(name, sizeof(name), "unusable at order %u", ui->order);
	put_figure(f, &n, side, UNIT_INDEX, t.unusable, name);
	snprintf(name, sizeof(name), "fragmentation, order %u", ui->order);
	put_figure(f, &n, side, UNIT_INDEX, t.extfrag, name);
	put_figure(f, &n, side, UNIT_COUNT, (s64)t.fallbacks, "fallbacks to other types");
	put_figure(f, &n, side, UNIT_COUNT, (s64)t.sum.pageblocks[MIGRATE_UNMOVABLE], "unmovable pageblocks");
	put_figure(f, &n, side, UNIT_COUNT, (s64)t.sum.pageblocks[MIGRATE_MOVABLE], "movable pageblocks");
	put_figure(f, &n, side, UNIT_PAGES, (s64)t.sum.wmark[WMARK_MIN], "watermark min");
	put_figure(f, &n, side, UNIT_PAGES, (s64)t.sum.wmark[WMARK_LOW], "watermark low");
	put_figure(f, &n, side, UNIT_PAGES, (s64)t.sum.wmark[WMARK_HIGH], "watermark high");
	put_figure(f, &n, side, UNIT_PAGES, (s64)t.sum.pcp, "on cpu lists");
	put_figure(f, &n, side, UNIT_COUNT, (s64)machine_vm_event(p->m, EV_pgmigrate_success), "pages moved");
	put_figure(f, &n, side, UNIT_COUNT, (s64)machine_vm_event(p->m, EV_compact_stall), "waits for compaction");
	put_figure(f, &n, side, UNIT_PAGES, (s64)t.sum.managed, "managed");
	return n;
}

static void value_text(const struct pane *p, const struct figure *f, int side, char *buf, size_t n)
{
	s64 v = f->v[side];

	if (f->unit == UNIT_PAGES)
		size_of_pages(p, (u64)v, buf, n);
	else if (f->unit == UNIT_INDEX && v == -1000)
		snprintf(buf, n, "fits");
	else if (f->unit == UNIT_INDEX)
		snprintf(buf, n, "%lld.%03lld", (long long)v / 1000, (long long)(v < 0 ? -v : v) % 1000);
	else
		snprintf(buf, n, v < 0 ? "none" : "%lld", (long long)v);
}

/* Sizes are compared in bytes: pages of the two may differ in size. */
static bool differs(const struct ui *ui, const struct figure *f)
{
	if (f->unit != UNIT_PAGES)
		return f->v[0] != f->v[1];
	return (u64)f->v[0] << ui->pane[0].info.arch->page_shift != (u64)f->v[1] << ui->pane[1].info.arch->page_shift;
}

static int all_figures(const struct ui *ui, struct figure *f)
{
	fill_side(ui, 0, f);
	return fill_side(ui, 1, f);
}

/* --- the strip below both machines ------------------------------------------------------ */

#define COL_W 58 /* one figure with both values */

struct rect compare_area(const struct ui *ui, struct rect *rest)
{
	int h = ui->nr_panes < 2 ? 0 : rest->h >= 34 ? 1 + (NR_FIGURES + 1) / 2 : rest->h >= 20 ? 1 : 0;
	struct rect r = { rest->x, rest->y + rest->h - h, rest->w, h };

	if (rest->w >= 3 * COL_W && h > 1)
		r = (struct rect){ rest->x, rest->y + rest->h - 6, rest->w, 6 };
	rest->h -= r.h;
	return r;
}

static void draw_figure(struct ui *ui, int x, int y, const struct figure *f)
{
	bool diff = differs(ui, f);
	char a[24], b[24];

	value_text(&ui->pane[0], f, 0, a, sizeof(a));
	value_text(&ui->pane[1], f, 1, b, sizeof(b));
	canvas_put(&ui->cv, x, y, diff ? MARK : ' ', st_attr(C_ACCENT, C_GROUND, AT_BOLD));
	canvas_text(&ui->cv, x + 2, y, 26, st(diff ? C_TEXT : C_DIM, C_GROUND), f->name);
	canvas_right(&ui->cv, x + 41, y, 13, st(diff ? C_BRIGHT : C_DIM, C_GROUND), "%s", a);
	canvas_right(&ui->cv, x + 54, y, 13, st(diff ? C_BRIGHT : C_DIM, C_GROUND), "%s", b);
}

/* Where there is one row only: the first figures that differ. */
static void draw_line(struct ui *ui, struct rect r, const struct figure *f, int n)
{
	int x = r.x + 1, end = r.x + r.w - 6;

	for (int i = 0; i < n; i++) {
		char text[96], a[24], b[24];

		if (!differs(ui, &f[i]))
			continue;
		value_text(&ui->pane[0], &f[i], 0, a, sizeof(a));
		value_text(&ui->pane[1], &f[i], 1, b, sizeof(b));
		snprintf(text, sizeof(text), "%.31s %s | %s", f[i].name, a, b);
		if (x + text_columns(text) + 2 > end)
			break;
		canvas_put(&ui->cv, x, r.y, MARK, st_attr(C_ACCENT, C_GROUND, AT_BOLD));
		x += 4 + canvas_text(&ui->cv, x + 2, r.y, end - x, st(C_TEXT, C_GROUND), text);
	}
	if (x == r.x + 1)
		canvas_text(&ui->cv, x, r.y, end - x, st(C_DIM, C_GROUND), "no figure differs");
	canvas_right(&ui->cv, r.x + r.w - 1, r.y, 6, st(C_DIM, C_GROUND), "Z all");
}

void compare_draw(struct ui *ui, struct rect r)
{
	struct figure f[NR_FIGURES];
	int n, rows = r.h - 1, columns;

	if (!r.h)
		return;
	n = all_figures(ui, f);
	if (r.h == 1) {
		draw_line(ui, r, f, n);
		return;
	}
	columns = (n + rows - 1) / rows;
	draw_heading(ui, (struct rect){ r.x + 1, r.y, r.w - 2, 1 }, "Differences");
	for (int c = 0; c < columns && (c + 1) * COL_W <= r.w; c++) {
		canvas_right(&ui->cv, r.x + 1 + c * COL_W + 41, r.y, 13, st(C_TEXT, C_GROUND), " left");
		canvas_right(&ui->cv, r.x + 1 + c * COL_W + 54, r.y, 13, st(C_TEXT, C_GROUND), " right");
	}
	for (int i = 0; i < n; i++)
		draw_figure(ui, r.x + 1 + i / rows * COL_W, r.y + 1 + i % rows, &f[i]);
}

int act_compare(struct ui *ui, int arg)
{
	struct figure f[NR_FIGURES];
	int n;

	if (ui->nr_panes < 2) {
		ui_say(ui, true, "one machine only; mmview A.ini B.ini compares two");
		return RE_DRAW;
	}
	n = all_figures(ui, f);
	text_clear(&ui->popup);
	text_printf(&ui->popup, "  %-28s %16s %16s\n", "", ui->pane[0].info.name, ui->pane[1].info.name);
	for (int i = 0; i < n; i++) {
		char a[24], b[24];

		value_text(&ui->pane[0], &f[i], 0, a, sizeof(a));
		value_text(&ui->pane[1], &f[i], 1, b, sizeof(b));
		text_printf(&ui->popup, "%s %-28s %16s %16s\n", differs(ui, &f[i]) ? "\xe2\x89\xa0" : " ", f[i].name, a, b);
	}
	snprintf(ui->popup_title, sizeof(ui->popup_title), "Differences (\xe2\x89\xa0): sums over all zones, the worst zone's index");
	ui->popup_scroll = (struct scroll){ 0 };
	ui->popup_open = true;
	return RE_DRAW;
}

/* --- marks on the map ---------------------------------------------------------------------- */

static void cell_summary(const struct pane *p, u64 cell, struct summary *s)
{
	pfn_t pfn = axis_pfn(&p->map.axis, cell);

	memset(s, 0, sizeof(*s));
	machine_summary(p->m, pfn, pfn + (1ULL << p->map.shift), s);
}

/* The same cell of both, counted from the start of memory, holds something else. */
static bool cell_differs(const struct ui *ui, const struct pane *p, const struct pane *other, u64 cell)
{
	struct summary a, b;

	if (cell >= other->map.axis.cells)
		return true;
	cell_summary(p, cell, &a);
	cell_summary(other, cell, &b);
	if (ui->tile.lens == LENS_PAGEBLOCKS)
		return memcmp(a.pageblocks, b.pageblocks, sizeof(a.pageblocks)) != 0;
	return a.total != b.total || memcmp(a.pages, b.pages, sizeof(a.pages));
}

static void mark_cell(struct ui *ui, const struct pane *p, u64 cell)
{
	int x, y;

	map_cell_xy(&p->map, cell, &x, &y);
	x = p->layout.heat.x + p->layout.label_w + x * p->layout.cell_w;
	y += p->layout.heat.y;
	if (x < ui->cv.w && y < ui->cv.h && cell != axis_cell(&p->map.axis, p->map.cursor))
		canvas_put(&ui->cv, x, y, MARK, st_attr(C_INK, (enum color)canvas_at(&ui->cv, x, y)->style.bg, AT_BOLD));
}

void compare_mark_cells(struct ui *ui, struct pane *p)
{
	struct pane *other = compare_other(ui, p);
	u64 n = (u64)p->map.cells * (u64)p->map.rows, end = min_u64(p->map.top + n, p->map.axis.cells), nr = 0;
	u64 differ[512];

	if (!other || other->map.shift != p->map.shift || other->info.arch->page_shift != p->info.arch->page_shift)
		return;
	for (u64 c = p->map.top; c < end; c++)
		if (cell_differs(ui, p, other, c) && nr < ARRAY_SIZE(differ))
			differ[nr++] = c;
	if (nr == ARRAY_SIZE(differ) || nr * 2 > end - p->map.top)
		return;
	for (u64 i = 0; i < nr; i++)
		mark_cell(ui, p, differ[i]);
}

bool compare_zone(struct ui *ui, const struct pane *p, const struct zone_info *z, struct zone_info *out)
{
	struct pane *other = compare_other(ui, p);
	struct zone_info all[MAX_ZONES];
	int n = other ? machine_zones(other->m, all, MAX_ZONES) : 0;

	for (int i = 0; i < n && i < MAX_ZONES; i++)
		if (all[i].nid == z->nid && all[i].type == z->type) {
			*out = all[i];
			return true;
		}
	return false;
}

void compare_mark(struct ui *ui, int x, int y, bool differ)
{
	if (differ)
		canvas_put(&ui->cv, x, y, MARK, st_attr(C_ACCENT, C_GROUND, AT_BOLD));
}
