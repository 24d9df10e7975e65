/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heatmap: one cell, some pages, all of them counted. */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define MAX_FLASH 64
#define FRAME_RUNS 400000 /* blocks that a lens looks at in one frame */

/* Pages that the last command touched; they light up for a moment. */
struct flashes {
	int nr;
	struct pfn_range r[MAX_FLASH];
};

static void collect_flashes(struct ui *ui, struct pane *p, struct flashes *f)
{
	const struct trace *t = machine_trace(p->m);
	u64 from = max_u64(p->flash_seq, trace_oldest(t));

	f->nr = 0;
	if (ui->now >= p->flash_until || p->info.running)
		return;
	for (u64 s = from; s < t->seq && s < from + 4096 && f->nr < MAX_FLASH; s++) {
		const struct trace_event *e = trace_get(t, s);

		if (!e || e->p == NO_PFN)
			continue;
		if (e->type == TRACE_mm_page_alloc || e->type == TRACE_mm_page_free)
			f->r[f->nr++] = (struct pfn_range){ e->p, e->p + (1ULL << (e->q & 15)) };
		else if (e->type == TRACE_mm_page_merge)
			f->r[f->nr++] = (struct pfn_range){ e->q, e->q + (1ULL << (e->b & 15)) };
		else if (e->type == TRACE_mm_page_migrate)
			f->r[f->nr++] = (struct pfn_range){ e->q, e->q + (1ULL << (e->a & 15)) };
		else if (e->type >= TRACE_memory_going_online && e->type <= TRACE_memory_remove)
			f->r[f->nr++] = (struct pfn_range){ e->p, e->p + e->q };
	}
}

static bool flashing(const struct flashes *f, pfn_t start, pfn_t end)
{
	for (int i = 0; i < f->nr; i++)
		if (f->r[i].start < end && f->r[i].end > start)
			return true;
	return false;
}

/* A border belongs here: a hole, a memory block or a pageblock begins. */
static bool border_color(const struct pane *p, u64 cell, pfn_t pfn, enum color *c)
{
	const struct arch *a = p->info.arch;
	u64 size = 1ULL << p->map.shift, block = p->info.block_size >> a->page_shift;

	*c = C_ACCENT;
	if (axis_hole_before(&p->map.axis, cell))
		return true;
	if (p->map.hilbert || cell % (u64)p->map.cells == 0)
		return false;
	*c = C_BRIGHT;
	if (block && size * 16 <= block && pfn % block == 0)
		return true;
	*c = C_GROUND;
	return size * 8 <= 1ULL << a->pageblock_order && p->map.shift && is_aligned(pfn, 1ULL << a->pageblock_order);
}

/* What lies over the cells of one frame. */
struct overlay {
	struct flashes f;
	struct marks marks;
};

static struct tile decorate(struct ui *ui, struct pane *p, struct tile t, u64 cell, pfn_t pfn,
			    const struct overlay *over)
{
	const struct mark *mark;
	pfn_t end = pfn + (1ULL << p->map.shift);
	struct pfn_range sel = map_selection(&p->map);
	bool part = t.ch >= 0x2581 && t.ch <= 0x2588;
	enum color edge;

	mark = marks_at(&over->marks, pfn, end);
	if (mark && (play_step(ui, p) || cell != axis_cell(&p->map.axis, p->map.cursor)))
		return (struct tile){ mark->ch ? mark->ch : t.ch, mark->style };
	if (cell == axis_cell(&p->map.axis, p->map.cursor) && ui_is_mono(ui)) {
		/* The other way round than its neighbours, whatever they are. */
		t.style = (struct style){ C_BRIGHT, t.style.bg, AT_BOLD | AT_UNDERLINE | AT_REVERSE };
		t.ch = part || t.ch == ' ' ? 0x25cf : t.ch;
		return t;
	}
	if (cell == axis_cell(&p->map.axis, p->map.cursor)) {
		t.style = st_attr(C_INK, C_CURSOR, AT_BOLD);
		if (part || t.ch == ' ')
			t.ch = 0x25cf;
		return t;
	}
	if (flashing(&over->f, pfn, end)) {
		t.style = st_attr(C_INK, C_FLASH, AT_BOLD);
		return t;
	}
	if (p->map.selecting && pfn < sel.end && end > sel.start) {
		t.ch = part || t.ch == ' ' ? 0x2592 : t.ch;
		t.style = st_attr(t.style.bg == C_INK ? C_TEXT : t.style.bg, C_SELECT, AT_UNDERLINE);
		return t;
	}
	if (!part && ui->tile.gauges && border_color(p, cell, pfn, &edge)) {
		t.ch = 0x258f;
		t.style = st(edge, t.style.bg);
	}
	return t;
}

/* The row with the cursor is told by its address, too. */
static void draw_row_label(struct ui *ui, struct pane *p, int y, pfn_t pfn)
{
	const struct rect *r = &p->layout.heat;
	u64 row = axis_cell(&p->map.axis, pfn), at = axis_cell(&p->map.axis, p->map.cursor);
	bool here = !p->map.hilbert && at >= row && at < row + (u64)p->map.cells;

	canvas_right(&ui->cv, r->x + p->layout.label_w - 1, y, p->layout.label_w - 1, here ? st_attr(C_ACCENT, C_GROUND, AT_BOLD) : st(C_DIM, C_GROUND), "%08llx",
		     (unsigned long long)pfn_to_phys(p->info.arch, pfn));
}

/* A free block that fills many cells says its order once, near its beginning. */
static void hide_inside(const struct pane *p, const struct summary *s, pfn_t pfn, struct tile *t)
{
	int order = summary_largest_free(s), cells = order - (int)p->map.shift; /* log2 */
	pfn_t first;

	if (summary_free(s) != s->total)
		return;
	if (cells <= 0) {
		/* All of it in blocks of the largest order: nothing to tell. */
		if (s->pages[SUM_FREE0 + p->info.arch->max_page_order] == s->total)
			t->ch = ' ';
		return;
	}
	first = align_down(pfn, 1ULL << order);
	if ((pfn - first) >> p->map.shift != (cells >= 2))
		t->ch = ' ';
}

/* A cell smaller than a pageblock takes the type of the pageblock it lies in. */
static void whole_pageblock(const struct pane *p, pfn_t pfn, struct summary *s)
{
	u64 pages = 1ULL << p->info.arch->pageblock_order;
	struct summary block;

	if (p->map.shift >= p->info.arch->pageblock_order)
		return;
	memset(&block, 0, sizeof(block));
	machine_summary(p->m, align_down(pfn, pages), align_down(pfn, pages) + pages, &block);
	memcpy(s->pageblocks, block.pageblocks, sizeof(s->pageblocks));
}

/* Cells in view: what one of them may cost. */
static u64 runs_per_cell(const struct pane *p)
{
	return max_u64(FRAME_RUNS / (u64)(p->map.cells * p->map.rows + 1), 32);
}

/* The cell as a lens or a spotlight shows it. */
static struct tile lens_cell(struct ui *ui, struct pane *p, pfn_t pfn)
{
	struct lens_count c;

	lens_count(&ui->lens, p->m, &ui->spot, pfn, pfn + (1ULL << p->map.shift), runs_per_cell(p), &c);
	ui->seen.lit += lens_lit(&c);
	ui->seen.all += lens_all(&c);
	ui->seen.sampled |= c.sampled;
	return lens_tile(&ui->lens, &c, ui->spot.kind != SPOT_NONE, &ui->tile);
}

/* The cell by its sums. */
static struct tile sum_cell(struct ui *ui, struct pane *p, pfn_t pfn)
{
	struct summary s;
	struct tile t;

	memset(&s, 0, sizeof(s));
	machine_summary(p->m, pfn, pfn + (1ULL << p->map.shift), &s);
	if (ui->tile.lens == LENS_PAGEBLOCKS)
		whole_pageblock(p, pfn, &s);
	t = tile_of(&s, &ui->tile);
	if (ui->tile.lens == LENS_PAGES)
		hide_inside(p, &s, pfn, &t);
	return t;
}

static void draw_cell(struct ui *ui, struct pane *p, u64 cell, int x, int y, const struct overlay *over)
{
	pfn_t pfn = axis_pfn(&p->map.axis, cell);
	struct tile t = lens_active(ui) ? lens_cell(ui, p, pfn) : sum_cell(ui, p, pfn);

	t = decorate(ui, p, t, cell, pfn, over);
	if (p->layout.cell_w == 2 && ui_is_mono(ui) && cell == axis_cell(&p->map.axis, p->map.cursor)) {
		canvas_text(&ui->cv, x, y, 2, t.style, "[]");
		return;
	}
	canvas_put(&ui->cv, x, y, t.ch, t.style);
	if (p->layout.cell_w == 2)
		canvas_put(&ui->cv, x + 1, y, t.ch >= 0x2580 && t.ch != 0x258f && t.ch != 0x25cf ? t.ch : ' ', t.style);
}

static void draw_rows(struct ui *ui, struct pane *p, const struct overlay *over)
{
	const struct rect *r = &p->layout.heat;
	int x0 = r->x + p->layout.label_w;

	for (int row = 0; row < p->map.rows; row++) {
		u64 first = p->map.top + (u64)row * (u64)p->map.cells;

		if (first >= p->map.axis.cells)
			break;
		draw_row_label(ui, p, r->y + row, axis_pfn(&p->map.axis, first));
		for (int i = 0; i < p->map.cells && !axis_is_void(&p->map.axis, first + (u64)i); i++)
			draw_cell(ui, p, first + (u64)i, x0 + i * p->layout.cell_w, r->y + row, over);
	}
}

/* Squares side by side, each along its own curve. */
static void draw_curve(struct ui *ui, struct pane *p, const struct overlay *over)
{
	const struct rect *r = &p->layout.heat;
	int x0 = r->x + p->layout.label_w, side = map_side(&p->map);
	u64 n = (u64)(p->map.cells / side) * (u64)side * (u64)side;

	draw_row_label(ui, p, r->y, axis_pfn(&p->map.axis, p->map.top));
	for (u64 c = p->map.top; c < p->map.top + n && c < p->map.axis.cells; c++) {
		int x, y;

		map_cell_xy(&p->map, c, &x, &y);
		draw_cell(ui, p, c, x0 + x * p->layout.cell_w, r->y + y, over);
	}
}

void heat_draw(struct ui *ui, struct pane *p)
{
	struct overlay over;

	memset(&ui->seen, 0, sizeof(ui->seen));
	lens_prepare(&ui->lens, p->m, ui->tile.lens);
	collect_flashes(ui, p, &over.f);
	marks_collect(ui, p, &over.marks);
	if (play_step(ui, p))
		over.f.nr = 0;
	if (p->map.hilbert)
		draw_curve(ui, p, &over);
	else
		draw_rows(ui, p, &over);
	marks_draw_arrow(ui, p, &over.marks);
}

bool heat_cell(const struct pane *p, int x, int y, u64 *cell)
{
	const struct rect *r = &p->layout.heat;

	if (x < r->x + p->layout.label_w)
		return false;
	return map_xy_cell(&p->map, (x - r->x - p->layout.label_w) / p->layout.cell_w, y - r->y, cell);
}
