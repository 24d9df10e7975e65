/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buddies of a block, order by order up to the largest: how the address of each
 * is found, whether it is free, and else who is in the way.
 */
#include "page_parts.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))
#define MAX_RUNS 2048 /* looked at for one buddy */

/* What keeps one buddy from being a whole free block. */
struct blocker {
	struct page_run first; /* that is not free */
	bool any;
};

static bool look(const struct page_run *r, void *arg)
{
	struct blocker *b = arg;

	b->any = r->state != PAGE_BUDDY;
	b->first = *r;
	return !b->any;
}

/* "reserved since boot", or with the place where it is not the buddy's first page: "0x48210 is reserved ..." */
static void blocker_text(struct pane *p, const struct blocker *b, pfn_t buddy, char *out, size_t n)
{
	struct page_info pi;
	size_t o = 0;

	out[0] = '\0';
	if (!b->any) {
		snprintf(out, n, "free, in smaller blocks");
		return;
	}
	if (b->first.start != buddy)
		o = (size_t)snprintf(out, n, "0x%llx is ", LL(b->first.start));
	if (machine_page(p->m, b->first.start, &pi))
		snprintf(out, n, "outside memory");
	else if (pi.state == PAGE_ALLOC)
		snprintf(out + o, n - o, "%s, held by %s", class_label(SUM_KIND0 + pi.kind), pi.owner[0] ? pi.owner : "an unknown owner");
	else if (pi.state == PAGE_PCP)
		snprintf(out + o, n - o, "on a cpu's own list");
	else if (pi.state == PAGE_RESERVED)
		snprintf(out + o, n - o, "reserved since boot");
	else if (pi.state == PAGE_OFFLINE)
		snprintf(out + o, n - o, "offline");
	else if (pi.state == PAGE_ISOLATED)
		snprintf(out + o, n - o, "isolated for a while");
	else
		snprintf(out + o, n - o, "no memory of this zone");
}

/* Is the buddy one free block of @order? Else *out says who is in the way. */
static bool buddy_state(struct pane *p, pfn_t buddy, unsigned order, const struct page_info *pi, char *out, size_t n)
{
	struct blocker b = { 0 };
	struct page_info bi;

	if (!machine_page(p->m, buddy, &bi) && bi.state == PAGE_BUDDY && bi.order == order && bi.head == buddy) {
		if (bi.nid == pi->nid && bi.zone == pi->zone) {
			snprintf(out, n, "free: they would merge");
			return true;
		}
		snprintf(out, n, "free, but of another zone");
		return false;
	}
	if (bi.state == PAGE_BUDDY && bi.order > order) {
		snprintf(out, n, "part of a larger free block");
		return false;
	}
	machine_visit_pages(p->m, buddy, buddy + (1ULL << order), MAX_RUNS, look, &b);
	blocker_text(p, &b, buddy, out, n);
	return false;
}

/* "order 3  0x43020 ^ 0x8 = 0x43028" and what is there, below where it does not fit. Return: rows. */
static int draw_order(struct ui *ui, struct pane *p, struct rect r, int row, const struct page_info *pi, pfn_t head, unsigned o,
		      bool reached, bool *free)
{
	pfn_t buddy = head ^ (1ULL << o);
	struct rect in = { r.x + 9, r.y, r.w - 9, r.h };
	enum color fg;
	char what[160];
	int n;

	*free = buddy_state(p, buddy, o, pi, what, sizeof(what));
	fg = !reached ? C_DIM : *free ? C_GOOD : C_BAD;
	canvas_printf(&ui->cv, r.x, r.y + row, 9, st(reached ? C_BRIGHT : C_DIM, C_GROUND), "order %2u", o);
	n = canvas_printf(&ui->cv, in.x, r.y + row, in.w, st(reached ? C_TEXT : C_DIM, C_GROUND), "0x%llx ^ 0x%llx = 0x%llx", LL(head),
			  1ULL << o, LL(buddy));
	if (n + 2 + text_columns(what) > in.w)
		return 1 + draw_wrapped(ui, in, row + 1, st(fg, C_GROUND), what);
	canvas_text(&ui->cv, in.x + n + 2, r.y + row, in.w - n - 2, st(fg, C_GROUND), what);
	return 1;
}

static int draw_chain(struct ui *ui, struct pane *p, struct rect r, int row, const struct page_info *pi)
{
	bool reached = true, free = true;
	pfn_t head = pi->head;
	unsigned top = p->info.arch->max_page_order;

	if (pi->order >= top)
		return draw_wrapped(ui, r, row, st(C_DIM, C_GROUND), "It has the largest order: nothing merges further.");
	for (unsigned o = pi->order; o < top; o++) {
		row += draw_order(ui, p, r, row, pi, head, o, reached, &free);
		reached = reached && free;
		head &= ~(1ULL << o);
	}
	return row;
}

int page_part_buddies(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	int row = draw_heading(ui, r, "Buddies, order by order") - r.y;

	if (!page_has_block(pi))
		return row + 1 + draw_wrapped(ui, r, row, st(C_DIM, C_GROUND),
					      "None: the buddy allocator was never given this page, so it never merges.");
	row += draw_wrapped(ui, r, row, st(C_DIM, C_GROUND),
			    "A block of order n has one buddy: bit n of its pfn is the other way round. Two free buddies become one "
			    "block of the next order.");
	if (pi->order >= p->info.arch->max_page_order)
		return row + 1 + draw_chain(ui, p, r, row, pi);
	return draw_chain(ui, p, r, row, pi) + 1;
}
