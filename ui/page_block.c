/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a page is, in words; the pages around it; its block as a compound page or a plain one. */
#include "page_parts.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))

static const char *const zone_words[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };
static const char *const mt_words[MIGRATE_TYPES] = { "unmovable", "movable", "reclaimable", "highatomic", "CMA", "isolated" };

static void draw_ref(struct ui *ui, struct rect r, int row, const struct page_info *pi)
{
	bool mapped = pi->flags & PGF_MAPPED;

	draw_field(ui, r, row, "refcount", st(C_BRIGHT, C_GROUND), "%u%s  %s", pi->ref, mapped ? ", mapped by a page table" : "",
		   pi->flags & PGF_PINNED ? "pinned: must stay where it is" : "the last put_page() frees it");
}

int page_part_state(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	struct rect in = r;
	char state[96];
	int row = 0;

	page_state_text(pi, state, sizeof(state));
	row += canvas_printf(&ui->cv, r.x, r.y, r.w, st_attr(C_ACCENT, C_GROUND, AT_BOLD), "Page 0x%llx", LL(pi->pfn)) + 2;
	canvas_text(&ui->cv, r.x + row, r.y, r.w - row, st_attr(page_state_color(pi), C_GROUND, AT_BOLD), state);
	row = 1 + draw_wrapped(ui, in, 1, st(C_TEXT, C_GROUND), page_plain_words(pi));
	if (pi->nid >= 0 && pi->zone >= 0)
		draw_field(ui, r, row++, "zone", st(C_TEXT, C_GROUND), "node %d %s, %s pageblock", pi->nid, zone_words[pi->zone],
			   pi->pb_mt < MIGRATE_TYPES ? mt_words[pi->pb_mt] : "?");
	if (pi->owner[0])
		draw_field(ui, r, row++, "owner", st(C_BRIGHT, C_GROUND), pi->pid > 0 ? "%s, pid %d" : "%s", pi->owner, pi->pid);
	if (pi->state == PAGE_ALLOC)
		draw_ref(ui, r, row++, pi);
	if (pi->iomem[0] || pi->memblock[0])
		draw_field(ui, r, row++, "iomem", st(C_TEXT, C_GROUND), "%s%s%s", pi->iomem, pi->memblock[0] ? ", memblock " : "", pi->memblock);
	return row + 1;
}

/* --- the pages around it ------------------------------------------------------------- */

static struct tile tile_at(struct ui *ui, struct pane *p, pfn_t start, u64 pages)
{
	struct tile_options o = ui->tile;
	struct summary s;

	o.lens = LENS_PAGES;
	memset(&s, 0, sizeof(s));
	machine_summary(p->m, start, start + pages, &s);
	return tile_of(&s, &o);
}

/* @w cells of @pages each from @start on; the one with the page is marked. */
static void draw_strip(struct ui *ui, struct pane *p, int x, int y, int w, pfn_t start, u64 pages, const struct page_info *pi)
{
	for (int i = 0; i < w; i++) {
		pfn_t at = start + (u64)i * pages;
		struct tile t = tile_at(ui, p, at, pages);

		if (pi->pfn >= at && pi->pfn < at + pages)
			t = (struct tile){ t.ch > 0x7f || t.ch == ' ' ? 0x25cf : t.ch, st_attr(C_INK, C_CURSOR, AT_BOLD) };
		canvas_put(&ui->cv, x + i, y, t.ch, t.style);
	}
}

/* A bracket under the cells of the block that the page belongs to. */
static void draw_bracket(struct ui *ui, int x, int y, int w, pfn_t start, const struct page_info *pi)
{
	pfn_t end = pi->head + (page_has_block(pi) ? 1ULL << pi->order : 1);
	int a = pi->head > start ? (int)(pi->head - start) : 0, b = end - start < (u64)w ? (int)(end - start) : w;
	bool left = pi->head >= start, right = end - start <= (u64)w;

	if (b - a < 2) {
		canvas_put(&ui->cv, x + a, y, 0x25b2, st(C_ACCENT, C_GROUND));
		return;
	}
	for (int i = a; i < b; i++)
		canvas_put(&ui->cv, x + i, y, 0x2500, st(C_ACCENT, C_GROUND));
	if (left)
		canvas_put(&ui->cv, x + a, y, 0x2514, st(C_ACCENT, C_GROUND));
	if (right)
		canvas_put(&ui->cv, x + b - 1, y, 0x2518, st(C_ACCENT, C_GROUND));
}

static int pow2_below(int n)
{
	int w = 1;

	while (w * 2 <= n)
		w *= 2;
	return w;
}

/* A row of pages, sixteens, the page in the middle one. */
static int draw_pages(struct ui *ui, struct pane *p, struct rect r, int row, const struct page_info *pi)
{
	int w = r.w / 16 * 16;
	u64 before = (u64)(w / 32 * 16);
	pfn_t first = align_down(pi->pfn, 16);

	first = first > before ? first - before : 0;
	canvas_printf(&ui->cv, r.x, r.y + row, r.w, st(C_DIM, C_GROUND), "pages from 0x%llx, each one; the line is its block", LL(first));
	draw_strip(ui, p, r.x, r.y + row + 1, w, first, 1, pi);
	draw_bracket(ui, r.x, r.y + row + 2, w, first, pi);
	return row + 3;
}

/* The pageblock: row by row on a high screen, else in two. */
static int draw_pageblock(struct ui *ui, struct pane *p, struct rect r, int row, const struct page_info *pi)
{
	u64 block = 1ULL << p->info.arch->pageblock_order, w = (u64)pow2_below(r.w), rows, pages;
	pfn_t start = align_down(pi->pfn, block);

	w = min_u64(w, block);
	rows = min_u64(block / w, ui->cv.h >= 50 ? 16 : 2);
	pages = block / (w * rows);
	canvas_printf(&ui->cv, r.x, r.y + row++, r.w, st(C_DIM, C_GROUND), "its pageblock, 0x%llx to 0x%llx: %llu pages, %s", LL(start),
		      LL(start + block - 1), LL(block), pi->pb_mt < MIGRATE_TYPES ? mt_words[pi->pb_mt] : "of no type");
	for (u64 i = 0; i < rows; i++)
		draw_strip(ui, p, r.x, r.y + row++, (int)w, start + i * w * pages, pages, pi);
	return row;
}

int page_part_around(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	int row = draw_heading(ui, r, "Around it") - r.y;

	row = draw_pages(ui, p, r, row, pi);
	return draw_pageblock(ui, p, r, row, pi) + 1;
}

/* --- blocks nearby ------------------------------------------------------------------- */

#define NEAR_BEFORE 4
#define NEAR_ALL    14

/* Block @pi in a row: where, what, whose. */
static void draw_near(struct ui *ui, struct rect r, int y, const struct page_info *pi, bool chosen)
{
	enum color bg = chosen ? C_TRACK : C_GROUND;
	char state[96];

	page_state_text(pi, state, sizeof(state));
	canvas_fill(&ui->cv, (struct rect){ r.x, y, r.w, 1 }, ' ', st(C_TEXT, bg));
	canvas_printf(&ui->cv, r.x, y, 14, st(chosen ? C_ACCENT : C_DIM, bg), "0x%llx", LL(page_has_block(pi) ? pi->head : pi->pfn));
	canvas_text(&ui->cv, r.x + 14, y, pi->owner[0] ? 25 : r.w - 14, st(page_state_color(pi), bg), state);
	canvas_text(&ui->cv, r.x + 40, y, r.w - 40, st(C_TEXT, bg), pi->owner);
}

/* The first page of the block before the one at @pfn; NO_PFN: there is none. */
static pfn_t block_before(struct pane *p, pfn_t pfn)
{
	struct page_info pi;

	if (!pfn || machine_page(p->m, pfn - 1, &pi) || pi.state == PAGE_HOLE)
		return NO_PFN;
	return page_has_block(&pi) ? pi.head : pi.pfn;
}

int page_part_near(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	int row = draw_heading(ui, r, "Blocks nearby") - r.y;
	pfn_t at = page_has_block(pi) ? pi->head : pi->pfn, first = at;

	for (int i = 0; i < NEAR_BEFORE; i++) {
		pfn_t before = block_before(p, first);

		first = before == NO_PFN ? first : before;
	}
	for (int i = 0; i < NEAR_ALL; i++) {
		struct page_info near;

		if (machine_page(p->m, first, &near) || near.state == PAGE_HOLE)
			break;
		draw_near(ui, r, r.y + row++, &near, first == at);
		first += page_has_block(&near) ? 1ULL << near.order : 1;
	}
	return row + 1;
}

/* --- folio ---------------------------------------------------------------------------- */

static const char *folio_words(const struct page_info *pi)
{
	if (pi->flags & PGF_HEAD)
		return pi->head == pi->pfn
		       ? "A compound page: one folio. This is its head: flags, refcount and owner are kept here for all pages of it."
		       : "A compound page: one folio. This is a tail: it only points to the head, which page_folio() finds.";
	if (!pi->order)
		return "A single page: page and folio are the same struct page.";
	if (pi->state != PAGE_ALLOC)
		return "One free block: only its first page says how large it is.";
	return "A plain block, not compound: its pages were allocated together and can only be freed together, by the first one; "
	       "split_page() makes single pages of them.";
}

/* One box per page: head, tails, and where the row ends the last one. */
static void draw_boxes(struct ui *ui, struct rect r, int row, const struct page_info *pi)
{
	u64 pages = 1ULL << pi->order, at = pi->pfn - pi->head;
	int room = r.w / 5;
	bool compound = pi->flags & PGF_HEAD;
	/* The row begins so that the page under the cursor is in it. */
	u64 first = at < (u64)room ? 0 : at - (u64)room + 2;

	for (int i = 0; i < room && first + (u64)i < pages; i++) {
		u64 n = first + (u64)i;
		enum color bg = n == at ? C_CURSOR : !n ? C_ZONE_MOVABLE : compound ? C_BAND_ONLINE : C_BAND_ODD;

		canvas_printf(&ui->cv, r.x + i * 5, r.y + row, 4, st_attr(C_INK, bg, n == at ? AT_BOLD : 0), "%4s",
			      !n ? "head" : compound ? "tail" : "");
		canvas_printf(&ui->cv, r.x + i * 5, r.y + row + 1, 4, st(n == at ? C_ACCENT : C_DIM, C_GROUND), "+%llu", LL(n));
	}
}

int page_part_folio(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	char title[96];
	int row;

	if (!page_has_block(pi))
		return 0;
	snprintf(title, sizeof(title), "Its block: order %u, %llu page%s from 0x%llx", pi->order, 1ULL << pi->order, pi->order ? "s" : "",
		 LL(pi->head));
	row = draw_heading(ui, r, title) - r.y;
	if (pi->order) {
		draw_boxes(ui, r, row, pi);
		row += 2;
	}
	row += draw_wrapped(ui, r, row, st(C_DIM, C_GROUND), folio_words(pi));
	if (pi->head != pi->pfn && pi->flags & PGF_HEAD)
		canvas_printf(&ui->cv, r.x, r.y + row++, r.w, st(C_GOOD, C_GROUND), "page_folio(0x%llx) = 0x%llx", LL(pi->pfn), LL(pi->head));
	return row + 1;
}
