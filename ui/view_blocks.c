/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory block devices: what can be plugged, put online, taken offline, and what
 * stands in the way. A table of all blocks; below it the chosen one, in words and
 * page by page.
 */
#include "app.h"
#include "compare.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))
#define MAX_DIMMS 64
#define TEXT_W 60 /* columns of the words beside the pages of the chosen block */

static enum color state_color(const struct block_info *b)
{
	return !strcmp(b->state, "online") ? C_GOOD : !strcmp(b->state, "offline") ? C_DIM : C_ACCENT;
}

static bool is_online(const struct block_info *b) { return !strcmp(b->state, "online"); }

/* Part @i of @n of a block as a tile. */
static void draw_part(struct ui *ui, struct pane *p, int x, int y, const struct block_info *b, u64 i, u64 n)
{
	pfn_t start = phys_to_pfn(p->info.arch, b->start);
	u64 pages = b->size >> p->info.arch->page_shift;
	pfn_t from = start + pages * i / n, to = start + pages * (i + 1) / n;
	struct summary s;
	struct tile t;

	memset(&s, 0, sizeof(s));
	machine_summary(p->m, from, to, &s);
	t = tile_of(&s, &ui->tile);
	if (s.pages[SUM_FREE0 + p->info.arch->max_page_order] == s.total)
		t.ch = ' ';
	if (b->culprit != NO_PFN && b->culprit >= from && b->culprit < to) {
		t.ch = '!';
		t.style = st_attr(C_INK, C_FLASH, AT_BOLD);
	}
	canvas_put(&ui->cv, x, y, t.ch, t.style);
}

/* How the pages of a block are used, as a strip of tiles. */
static void draw_strip(struct ui *ui, struct pane *p, int x, int y, int w, const struct block_info *b)
{
	for (int i = 0; i < w; i++)
		draw_part(ui, p, x + i, y, b, (u64)i, (u64)w);
}

/* --- the table -------------------------------------------------------------------- */

/* Columns at this width. */
struct columns {
	int address, size, strip, strip_w, state, nid, zones, zones_w, why;
};

static struct columns columns_at(int w)
{
	struct columns c = { .address = 11, .size = 23, .strip = 33, .strip_w = w > 130 ? 32 : w > 100 ? 16 : 8 };

	c.state = c.strip + c.strip_w + 1;
	c.nid = c.state + 8;
	c.zones = c.nid + 4;
	c.zones_w = w > 100 ? 16 : 15;
	c.why = c.zones + c.zones_w;
	return c;
}

/* May it go offline? In a few words. */
static void verdict(const struct block_info *b, char *buf, size_t n)
{
	if (!is_online(b))
		snprintf(buf, n, "%s", strcmp(b->state, "offline") ? "going" : "unused");
	else
		snprintf(buf, n, "%s%s", b->removable ? "yes" : "no: ", b->removable ? "" : b->why);
}

static enum color verdict_color(const struct block_info *b)
{
	return !is_online(b) ? C_DIM : b->removable ? C_GOOD : C_BAD;
}

/* The block of the same number of the other machine is in another state, or there is none. */
static bool block_differs(struct ui *ui, const struct pane *p, const struct block_info *b)
{
	const struct pane *other = compare_other(ui, p);
	struct block_info o;
	s64 i = other ? machine_block_index_of(other->m, b->start) : -1;

	if (!other)
		return false;
	return i < 0 || machine_block(other->m, (u64)i, &o) || strcmp(o.state, b->state) || strcmp(o.zones, b->zones) || o.removable != b->removable;
}

static void draw_row(struct ui *ui, struct pane *p, struct rect r, int y, const struct block_info *b, bool chosen)
{
	struct columns c = columns_at(r.w);
	enum color bg = chosen ? C_TRACK : C_GROUND;
	struct style text = st(chosen ? C_BRIGHT : C_TEXT, bg);
	char size[24], why[160];

	canvas_fill(&ui->cv, (struct rect){ r.x, y, r.w, 1 }, ' ', text);
	canvas_printf(&ui->cv, r.x, y, 11, text, "memory%llu", LL(b->nr));
	canvas_printf(&ui->cv, r.x + c.address, y, 13, text, "0x%llx", LL(b->start));
	canvas_right(&ui->cv, r.x + c.size + 9, y, 9, st(C_DIM, bg), "%s", (size_str(b->size, size, sizeof(size)), size));
	draw_strip(ui, p, r.x + c.strip, y, c.strip_w, b);
	canvas_text(&ui->cv, r.x + c.state, y, 8, st(state_color(b), bg), b->state);
	canvas_printf(&ui->cv, r.x + c.nid, y, 3, text, "%d", b->nid);
	canvas_text(&ui->cv, r.x + c.zones, y, c.zones_w - 1, text, b->zones);
	compare_mark(ui, r.x + c.address - 1, y, block_differs(ui, p, b));
	verdict(b, why, sizeof(why));
	canvas_text(&ui->cv, r.x + c.why, y, r.w - c.why, st(verdict_color(b), bg), why);
}

static void draw_heads(struct ui *ui, struct rect r, int y)
{
	struct columns c = columns_at(r.w);
	struct style s = st(C_DIM, C_GROUND);

	canvas_text(&ui->cv, r.x, y, 11, s, "device");
	canvas_text(&ui->cv, r.x + c.address, y, 12, s, "address");
	canvas_right(&ui->cv, r.x + c.size + 9, y, 5, s, "size");
	canvas_text(&ui->cv, r.x + c.strip, y, c.strip_w, s, "pages");
	canvas_text(&ui->cv, r.x + c.state, y, 8, s, "state");
	canvas_text(&ui->cv, r.x + c.nid, y, 4, s, "nid");
	canvas_text(&ui->cv, r.x + c.zones, y, c.zones_w, s, "valid zones");
	canvas_text(&ui->cv, r.x + c.why, y, r.w - c.why, s, r.w - c.why < 15 ? "go off?" : "can go offline?");
}

/* --- the chosen block ---------------------------------------------------------------- */

static void put_state(struct ui *ui, struct rect r, const struct block_info *b)
{
	if (is_online(b))
		draw_field(ui, r, 1, "state", st(C_GOOD, C_GROUND), "online%s%s, node %d", strcmp(b->zones, "none") ? " in " : "",
			   strcmp(b->zones, "none") ? b->zones : "", b->nid);
	else
		draw_field(ui, r, 1, "state", st(C_TEXT, C_GROUND), "%s; it may go online in: %s", b->state, b->zones);
}

/* What stands in the way, or what it could be used for. Return: rows. */
static int put_verdict(struct ui *ui, struct pane *p, struct rect r, const struct block_info *b)
{
	struct page_info pi;

	if (!is_online(b)) {
		draw_field(ui, r, 2, "", st(C_DIM, C_GROUND), "the memory is there, but no page of it is used");
		return 3;
	}
	if (b->removable) {
		draw_field(ui, r, 2, "can go", st(C_GOOD, C_GROUND), "yes: what is in use here can move elsewhere");
		return 3;
	}
	draw_field(ui, r, 2, "can go", st(C_BAD, C_GROUND), "no: %s", b->why);
	if (b->culprit == NO_PFN || machine_page(p->m, b->culprit, &pi))
		return 3;
	draw_field(ui, r, 3, "that page", st(C_TEXT, C_GROUND), "order %u, %s%s", pi.order,
		   pi.owner[0] ? "held by " : pi.state == PAGE_RESERVED ? "reserved at boot: " : "no owner known", pi.owner[0] ? pi.owner : pi.memblock);
	return 4;
}

/* Slots and devices that memory can come from. */
static void put_dimms(struct ui *ui, struct pane *p, struct rect r, int row)
{
	struct dimm_info d[MAX_DIMMS];
	int n = machine_dimms(p->m, d, MAX_DIMMS);

	for (int i = 0; i < n && i < MAX_DIMMS && row < r.h; i++, row++) {
		char size[24], given[24];

		size_str(d[i].size, size, sizeof(size));
		size_str(d[i].given, given, sizeof(given));
		draw_field(ui, r, row, d[i].id, st(d[i].given ? C_TEXT : C_DIM, C_GROUND), d[i].virtio_mem ? "virtio-mem, %s of %s at 0x%llx" :
			   d[i].given ? "DIMM, plugged in: %s of %s at 0x%llx" : "empty slot: %s of %s at 0x%llx", given, size, LL(d[i].start));
	}
}

static void draw_pages(struct ui *ui, struct pane *p, struct rect r, const struct block_info *b)
{
	u64 n = (u64)r.w * (u64)r.h;

	for (int y = 0; y < r.h; y++)
		for (int x = 0; x < r.w; x++)
			draw_part(ui, p, r.x + x, r.y + y, b, (u64)y * (u64)r.w + (u64)x, n);
}

/* What the keys would do, so that nobody has to know them. */
static void put_keys(struct ui *ui, struct rect r, int row, const struct block_info *b)
{
	const char *hints = "x=online\tV=in Movable\tK=for the kernel\tX=remove it";

	if (row >= r.h)
		return;
	if (is_online(b))
		hints = b->removable ? "x=take it offline\tI=plug in memory\tEnter=on the map" :
			b->culprit == NO_PFN ? "x=try it\tI=plug in memory\tEnter=on the map" :
			"x=try it\tJ=go to that page\tI=plug in memory";
	draw_hints(ui, r.x, r.y + row, r.w, C_GROUND, hints);
}

static void draw_chosen(struct ui *ui, struct pane *p, struct rect r, const struct block_info *b)
{
	bool wide = r.w >= 2 * TEXT_W - 8;
	struct rect text = { r.x, r.y + 1, wide ? TEXT_W - 2 : r.w, r.h - 1 };
	struct rect pages = { r.x + TEXT_W, r.y + 2, r.w - TEXT_W, r.h - 2 };
	char title[48], size[24];
	int row;

	snprintf(title, sizeof(title), "memory%llu", LL(b->nr));
	draw_heading(ui, r, title);
	size_str(b->size, size, sizeof(size));
	draw_field(ui, text, 0, "address", st(C_TEXT, C_GROUND), "0x%llx\xe2\x80\x93" "0x%llx, %s", LL(b->start), LL(b->start + b->size - 1), size);
	put_state(ui, text, b);
	row = put_verdict(ui, p, text, b);
	put_keys(ui, text, row, b);
	put_dimms(ui, p, text, row + 2);
	if (!wide)
		return;
	canvas_text(&ui->cv, pages.x, r.y + 1, pages.w, st(C_DIM, C_GROUND),
		    b->culprit == NO_PFN ? "its pages" : "its pages; ! is the one in the way");
	if (pages.h > 24)
		pages.h = 24;
	draw_pages(ui, p, pages, b);
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	u64 n = machine_block_count(p->m);
	struct block_info b;
	int y = draw_heading(ui, in, "Memory blocks: what goes on and off as one piece"), below = r.h >= 30 ? 16 : 7;
	s64 rows = in.h - 3 - below, first, at;

	if ((s64)n < rows)
		below += (int)(rows - (s64)n), rows = (s64)n;
	first = scroll_begin(&ui->scroll[VIEW_BLOCKS], (s64)n, max_s64(rows, 1));
	at = ui->scroll[VIEW_BLOCKS].at;
	draw_heads(ui, in, y++);
	if (!n) {
		canvas_text(&ui->cv, in.x, y, in.w, st(C_TEXT, C_GROUND), "This machine has no memory block devices (no memory hotplug).");
		return;
	}
	for (s64 i = first; i < first + rows && i < (s64)n; i++)
		if (!machine_block(p->m, (u64)i, &b))
			draw_row(ui, p, in, y++, &b, i == at);
	if (!machine_block(p->m, (u64)at, &b))
		draw_chosen(ui, p, (struct rect){ in.x, y + 1, in.w, in.y + in.h - y - 1 }, &b);
}

static int mouse(struct ui *ui, struct pane *p, const struct input *in)
{
	struct scroll *s = &ui->scroll[VIEW_BLOCKS];

	if (in->mouse == MOUSE_WHEEL_UP || in->mouse == MOUSE_WHEEL_DOWN)
		scroll_move(s, in->mouse == MOUSE_WHEEL_UP ? -3 : 3);
	else if (in->mouse == MOUSE_PRESS && in->y >= p->area.y + 3)
		s->at = s->top + in->y - p->area.y - 3;
	else
		return RE_NONE;
	scroll_move(s, 0);
	return RE_DRAW;
}

const struct view_ops view_blocks = {
	.name = "Blocks",
	.about = "memory block devices, online and offline",
	.draw = draw,
	.mouse = mouse,
	.lists = true,
};

/* Beside the map: the blocks around the cursor. */
int panel_blocks(struct ui *ui, struct pane *p, struct rect r)
{
	u64 n = machine_block_count(p->m);
	s64 at = machine_block_index_of(p->m, pfn_to_phys(p->info.arch, p->map.cursor)), rows = 8, first;
	int y = draw_heading(ui, r, "Memory blocks");
	struct block_info b;

	if (!n)
		return 0;
	first = at - rows / 2;
	if (first > (s64)n - rows)
		first = (s64)n - rows;
	if (first < 0)
		first = 0;
	for (s64 i = first; i < (s64)n && i < first + rows && y < r.y + r.h; i++) {
		if (machine_block(p->m, (u64)i, &b))
			continue;
		canvas_printf(&ui->cv, r.x, y, 12, st(i == at ? C_ACCENT : C_TEXT, C_GROUND), "memory%llu", LL(b.nr));
		canvas_text(&ui->cv, r.x + 12, y, 9, st(state_color(&b), C_GROUND), b.state);
		draw_strip(ui, p, r.x + 21, y, r.w - 21 > 24 ? 24 : r.w - 21, &b);
		y++;
	}
	return y - r.y + 1;
}
