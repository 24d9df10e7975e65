/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One page: its struct page, the block it belongs to, the chain of buddies it
 * could merge with, and all its addresses.
 */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))

static const struct { u32 bit; const char *name; } flag_names[] = {
	{ PGF_LOCKED, "locked" }, { PGF_REFERENCED, "referenced" }, { PGF_UPTODATE, "uptodate" }, { PGF_DIRTY, "dirty" },
	{ PGF_LRU, "lru" }, { PGF_ACTIVE, "active" }, { PGF_HEAD, "head" }, { PGF_WRITEBACK, "writeback" },
	{ PGF_RECLAIM, "reclaim" }, { PGF_SWAPBACKED, "swapbacked" }, { PGF_UNEVICTABLE, "unevictable" },
	{ PGF_MLOCKED, "mlocked" }, { PGF_PINNED, "pinned" }, { PGF_MOVABLE_OPS, "movable_ops" },
	{ PGF_ISOLATED, "isolated" }, { PGF_MAPPED, "mapped" },
};

static void flags_text(u32 flags, char *buf, size_t n)
{
	size_t o = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (flags & flag_names[i].bit && o + 16 < n)
			o += (size_t)snprintf(buf + o, n - o, "%s%s", o ? "|" : "", flag_names[i].name);
	if (!o)
		snprintf(buf, n, "none");
}

/* "= physical - 0x40000000 + PAGE_OFFSET": the line of the linear map. */
static void draw_linear(struct ui *ui, struct pane *p, struct rect r, int row, const struct page_info *pi)
{
	u64 first = pi->phys - (pi->linear - p->info.arch->page_offset);

	if (first)
		draw_field(ui, r, row, "linear", st(C_TEXT, C_GROUND), "0x%llx  = physical - 0x%llx + PAGE_OFFSET", LL(pi->linear), LL(first));
	else
		draw_field(ui, r, row, "linear", st(C_TEXT, C_GROUND), "0x%llx  = physical + PAGE_OFFSET", LL(pi->linear));
}

static int draw_addresses(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	const struct arch *a = p->info.arch;
	int row = 0;

	draw_heading(ui, r, "Addresses of this page");
	r.y++;
	draw_field(ui, r, row++, "pfn", st(C_BRIGHT, C_GROUND), "0x%llx", LL(pi->pfn));
	draw_field(ui, r, row++, "physical", st(C_TEXT, C_GROUND), "0x%llx  = pfn << %u", LL(pi->phys), a->page_shift);
	draw_field(ui, r, row++, "section", st(C_TEXT, C_GROUND), "%llu  = physical >> %u", LL(pi->section), a->section_shift);
	if (pi->block >= 0)
		draw_field(ui, r, row++, "block", st(C_TEXT, C_GROUND), "memory%lld  = physical / 0x%llx", (long long)pi->block,
			   LL(p->info.block_size));
	if (pi->has_linear)
		draw_linear(ui, p, r, row++, pi);
	else
		draw_field(ui, r, row++, "linear", st(C_DIM, C_GROUND), "none: the kernel must map it before it can touch it");
	draw_field(ui, r, row++, "memmap", st(C_TEXT, C_GROUND), "0x%llx  its struct page, %u bytes", LL(pi->struct_page), a->struct_page_size);
	return row + 2;
}

static int draw_struct_page(struct ui *ui, struct rect r, const struct page_info *pi)
{
	char flags[200];
	int row = 0;

	draw_heading(ui, r, pi->head == pi->pfn ? "struct page" : "struct page of the head of its block");
	r.y++;
	flags_text(pi->flags, flags, sizeof(flags));
	draw_field(ui, r, row++, "flags", st(C_TEXT, C_GROUND), "%s", flags);
	draw_field(ui, r, row++, "refcount", st(C_TEXT, C_GROUND), "%u", pi->ref);
	draw_field(ui, r, row++, "order", st(C_TEXT, C_GROUND), "%u  (%llu pages%s)", pi->order, 1ULL << pi->order,
		   pi->flags & PGF_HEAD ? ", compound: one folio" : "");
	if (pi->head != pi->pfn)
		draw_field(ui, r, row++, "head", st(C_ACCENT, C_GROUND), "0x%llx: this page is number %llu of its block", LL(pi->head),
			   LL(pi->pfn - pi->head));
	if (pi->owner[0])
		draw_field(ui, r, row++, "owner", st(C_BRIGHT, C_GROUND), pi->pid >= 0 ? "%s, pid %d" : "%s", pi->owner, pi->pid);
	if (pi->callchain[0])
		draw_field(ui, r, row++, "called by", st(C_DIM, C_GROUND), "%s", pi->callchain);
	if (pi->seq)
		draw_field(ui, r, row++, "allocated", st(C_DIM, C_GROUND), "as number %llu", LL(pi->seq));
	return row + 2;
}

/* What stands at @buddy, and whether a free block of @order there could merge. */
static bool buddy_text(const struct page_info *b, pfn_t buddy, unsigned order, char *out, size_t n)
{
	if (b->state == PAGE_BUDDY && b->order == order && b->head == buddy) {
		snprintf(out, n, "free: would merge");
		return true;
	}
	if (b->state == PAGE_BUDDY)
		snprintf(out, n, "free, but of order %u", b->order);
	else if (b->state == PAGE_ALLOC)
		snprintf(out, n, "in use: %s%s%s", class_label(SUM_KIND0 + b->kind), b->owner[0] ? ", " : "", b->owner);
	else if (b->state == PAGE_PCP)
		snprintf(out, n, "on a cpu's own list");
	else
		snprintf(out, n, "not the buddy allocator's");
	return false;
}

/* For each order: where the buddy is, what it is, and whether merging can get that far. */
static int draw_buddies(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	pfn_t head = pi->head;
	bool possible = pi->state == PAGE_BUDDY || pi->state == PAGE_ALLOC || pi->state == PAGE_PCP, free = true;
	int y = draw_heading(ui, r, "Buddies, order by order");

	if (!possible) {
		canvas_text(&ui->cv, r.x, y, r.w, st(C_DIM, C_GROUND), "not managed by the buddy allocator");
		return 3;
	}
	for (unsigned o = pi->order; free && o < p->info.arch->max_page_order && y < r.y + r.h; o++, y++) {
		pfn_t buddy = head ^ (1ULL << o);
		struct page_info b;
		char what[160];
		int n;

		if (machine_page(p->m, buddy, &b))
			break;
		free = buddy_text(&b, buddy, o, what, sizeof(what));
		n = canvas_printf(&ui->cv, r.x, y, r.w, st(C_DIM, C_GROUND), "order %2u  ", o);
		n += canvas_printf(&ui->cv, r.x + n, y, r.w - n, st(C_TEXT, C_GROUND), "0x%llx ^ 0x%llx = 0x%llx  ", LL(head), 1ULL << o,
				   LL(buddy));
		canvas_text(&ui->cv, r.x + n, y, r.w - n, st(free ? C_GOOD : C_BAD, C_GROUND), what);
		head = head < buddy ? head : buddy;
	}
	return y - r.y + 1;
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	bool wide = r.w >= 110;
	struct rect left = { r.x + 1, r.y + 1, wide ? r.w / 2 - 3 : r.w - 2, r.h - 1 };
	struct rect right = { r.x + r.w / 2, r.y + 1, r.w / 2 - 1, r.h - 1 };
	struct page_info pi;
	int used;

	if (machine_page(p->m, p->map.cursor, &pi)) {
		canvas_text(&ui->cv, left.x, left.y, left.w, st(C_TEXT, C_GROUND), "There is no page here.");
		return;
	}
	used = draw_addresses(ui, p, left, &pi);
	left.y += used;
	left.h -= used;
	used = draw_struct_page(ui, left, &pi);
	left.y += used;
	left.h -= used;
	if (wide) {
		used = draw_buddies(ui, p, right, &pi);
		right.y += used;
		right.h -= used;
		panel_inspector(ui, p, right);
	} else {
		draw_buddies(ui, p, left, &pi);
	}
}

const struct view_ops view_page = {
	.name = "Page",
	.about = "the page under the map's cursor; arrows walk page by page",
	.draw = draw,
};
