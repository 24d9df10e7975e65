/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory block devices: what can be plugged, put online, taken offline, and what stands in the way. */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))

static enum color state_color(const struct block_info *b)
{
	return !strcmp(b->state, "online") ? C_GOOD : !strcmp(b->state, "offline") ? C_DIM : C_ACCENT;
}

/* How the pages of a block are used, as a strip of tiles. */
static void draw_strip(struct ui *ui, struct pane *p, int x, int y, int w, const struct block_info *b)
{
	pfn_t start = phys_to_pfn(p->info.arch, b->start);
	u64 pages = b->size >> p->info.arch->page_shift;

	for (int i = 0; i < w; i++) {
		struct summary s;
		struct tile t;

		memset(&s, 0, sizeof(s));
		machine_summary(p->m, start + pages * (u64)i / (u64)w, start + pages * (u64)(i + 1) / (u64)w, &s);
		t = tile_of(&s, &ui->tile);
		if (s.pages[SUM_FREE0 + p->info.arch->max_page_order] == s.total)
			t.ch = ' ';
		canvas_put(&ui->cv, x + i, y, t.ch, t.style);
	}
}

/* Columns at this width. */
struct columns {
	int address, size, strip, strip_w, state, nid, zones, why;
};

static struct columns columns_at(int w)
{
	struct columns c = { .address = 12, .size = 25, .strip = 34, .strip_w = w > 130 ? 32 : w > 100 ? 16 : 8 };

	c.state = c.strip + c.strip_w + 2;
	c.nid = c.state + 9;
	c.zones = c.nid + 4;
	c.why = c.zones + 18;
	return c;
}

static void why_text(const struct block_info *b, char *buf, size_t n)
{
	if (b->why[0])
		snprintf(buf, n, "cannot go offline: %s", b->why);
	else if (strcmp(b->state, "online"))
		snprintf(buf, n, "x puts it online; :online_movable memory%llu into Movable", LL(b->nr));
	else
		snprintf(buf, n, "can go offline%s", b->removable ? ": all its used pages can move elsewhere" : "");
}

static void draw_row(struct ui *ui, struct pane *p, struct rect r, int y, const struct block_info *b, bool chosen)
{
	struct columns c = columns_at(r.w);
	enum color bg = chosen ? C_TRACK : C_GROUND;
	struct style text = st(chosen ? C_BRIGHT : C_TEXT, bg);
	char size[24], why[160];

	canvas_fill(&ui->cv, (struct rect){ r.x, y, r.w, 1 }, ' ', text);
	canvas_printf(&ui->cv, r.x, y, 12, text, "memory%llu", LL(b->nr));
	canvas_printf(&ui->cv, r.x + c.address, y, 14, text, "0x%llx", LL(b->start));
	canvas_right(&ui->cv, r.x + c.size + 8, y, 8, st(C_DIM, bg), "%s", (size_str(b->size, size, sizeof(size)), size));
	draw_strip(ui, p, r.x + c.strip, y, c.strip_w, b);
	canvas_text(&ui->cv, r.x + c.state, y, 9, st(state_color(b), bg), b->state);
	canvas_printf(&ui->cv, r.x + c.nid, y, 3, text, "%d", b->nid);
	canvas_text(&ui->cv, r.x + c.zones, y, c.why - c.zones - 1, text, b->zones);
	why_text(b, why, sizeof(why));
	if (c.why + 30 < r.w)
		canvas_text(&ui->cv, r.x + c.why, y, r.w - c.why, st(b->why[0] ? C_BAD : C_DIM, bg), why);
}

static void draw_heads(struct ui *ui, struct rect r, int y)
{
	struct columns c = columns_at(r.w);
	struct style s = st(C_DIM, C_GROUND);

	canvas_text(&ui->cv, r.x, y, 12, s, "device");
	canvas_text(&ui->cv, r.x + c.address, y, 12, s, "address");
	canvas_right(&ui->cv, r.x + c.size + 8, y, 5, s, "size");
	canvas_text(&ui->cv, r.x + c.strip, y, c.strip_w, s, "pages");
	canvas_text(&ui->cv, r.x + c.state, y, 9, s, "state");
	canvas_text(&ui->cv, r.x + c.nid, y, 4, s, "nid");
	canvas_text(&ui->cv, r.x + c.zones, y, 12, s, "valid zones");
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 3 };
	u64 n = machine_block_count(p->m);
	struct block_info b;
	int y = draw_heading(ui, in, "Memory blocks");
	s64 first = scroll_begin(&ui->scroll[VIEW_BLOCKS], (s64)n, in.h - 2), at = ui->scroll[VIEW_BLOCKS].at;
	char why[160];

	draw_heads(ui, in, y++);
	if (!n)
		canvas_text(&ui->cv, in.x, y, in.w, st(C_TEXT, C_GROUND), "This machine has no memory block devices (no memory hotplug).");
	for (s64 i = first; i < (s64)n && y < in.y + in.h; i++)
		if (!machine_block(p->m, (u64)i, &b))
			draw_row(ui, p, in, y++, &b, i == at);
	if (n && !machine_block(p->m, (u64)at, &b)) {
		why_text(&b, why, sizeof(why));
		canvas_printf(&ui->cv, in.x, r.y + r.h - 1, in.w, st(b.why[0] ? C_BAD : C_GOOD, C_GROUND), "memory%llu %s", LL(b.nr), why);
	}
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
