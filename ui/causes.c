/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why it is so: the block under the cursor, the buddy that keeps it from
 * growing and who holds it, and how its pageblock came to be mixed.
 */
#include "app.h"

#include <stdio.h>
#include <string.h>

#include "actions.h"

#define LL(v) ((unsigned long long)(v))

/* "order 0 Unmovable took a block of order 9 from Movable ..." */
static void fallback_text(const struct pageblock_info *pb, char *buf, size_t n)
{
	snprintf(buf, n, "event %llu: no free %s block was left, so a request of order %u took a block of order %u from %s at 0x%llx%s",
		 LL(pb->fallback_seq), story_mt(pb->alloc_mt), pb->alloc_order, pb->fallback_order, story_mt(pb->fallback_mt),
		 LL(pb->fallback_pfn), pb->took_over ? ", and the pageblock changed its type" : "");
}

/* --- panel ------------------------------------------------------------------------------ */

/* A mixed pageblock under the cursor; nothing where all is as it should be. */
int panel_mixed(struct ui *ui, struct pane *p, struct rect r)
{
	struct pageblock_info pb;
	char text[256];
	int row = 1;

	if (r.h < 6 || machine_pageblock(p->m, p->map.cursor, &pb) || !pb.foreign_pages)
		return 0;
	draw_heading(ui, r, "A mixed pageblock");
	snprintf(text, sizeof(text), "%s pageblock 0x%llx: %llu of its pages are of another type.", story_mt(pb.mt), LL(pb.start),
		 LL(pb.foreign_pages));
	row += draw_wrapped(ui, r, row, st(C_TEXT, C_GROUND), text);
	for (int i = 0; i < pb.nr_foreign && row < r.h; i++)
		row += canvas_printf(&ui->cv, r.x, r.y + row, r.w, st(C_BAD, C_GROUND), "%llu %s  %s", LL(pb.foreign[i].pages),
				     story_mt(pb.foreign[i].mt), pb.foreign[i].owner) > 0;
	if (pb.has_fallback && r.h > 16) {
		fallback_text(&pb, text, sizeof(text));
		row += draw_wrapped(ui, r, row, st(C_DIM, C_GROUND), text);
	}
	return row + 1;
}

/* --- e: explain what is under the cursor ----------------------------------------------------- */

static void explain_state(struct pane *p, const struct page_info *pi, struct text *out)
{
	char size[24];

	switch (pi->state) {
	case PAGE_BUDDY:
		text_printf(out, "0x%llx is a free block of order %u (%s), on the free list for %s pages.\n", LL(pi->head), pi->order,
			    size_of_pages(p, 1ULL << pi->order, size, sizeof(size)), story_mt(pi->mt));
		break;
	case PAGE_PCP:
		text_printf(out, "0x%llx is free, but on a cpu's own list: it merges with nothing until the list hands it back.\n", LL(pi->head));
		break;
	case PAGE_ALLOC:
		text_printf(out, "0x%llx is in use: a block of order %u (%s), held by %s.\n", LL(pi->head), pi->order,
			    size_of_pages(p, 1ULL << pi->order, size, sizeof(size)), pi->owner[0] ? pi->owner : "an unknown owner");
		if (pi->callchain[0])
			text_printf(out, "It was allocated by %s.\n", pi->callchain);
		break;
	case PAGE_RESERVED:
		text_printf(out, "0x%llx was reserved during boot and never reached the allocator.\n", LL(pi->pfn));
		break;
	default:
		text_printf(out, "0x%llx is not memory that the allocator has.\n", LL(pi->pfn));
	}
}

static void explain_buddy(const struct page_info *pi, unsigned max_order, struct text *out)
{
	if (pi->state != PAGE_BUDDY)
		return;
	if (pi->buddy == NO_PFN) {
		text_printf(out, "Order %u is the largest: it cannot grow.\n", max_order);
		return;
	}
	text_printf(out, "Its buddy is 0x%llx = 0x%llx ^ (1 << %u): the one block that it can merge with.\n", LL(pi->buddy), LL(pi->head), pi->order);
	text_printf(out, "They cannot merge: the buddy is %s. It is marked on the map.\n",
		    pi->buddy_why[0] ? pi->buddy_why : "free too, but of another pageblock type that must stay apart");
}

static void explain_pageblock(struct pane *p, const struct pageblock_info *pb, struct text *out)
{
	char size[24], text[256];

	text_printf(out, "\nIt lies in the pageblock 0x%llx (%s) for %s pages: %llu pages free, %llu in use.\n", LL(pb->start),
		    size_of_pages(p, pb->pages, size, sizeof(size)), story_mt(pb->mt), LL(pb->free), LL(pb->used));
	if (!pb->foreign_pages) {
		text_puts(out, "Everything in use there is of this type: the pageblock is pure.\n");
		return;
	}
	text_printf(out, "It is mixed: %llu pages are of another type.\n", LL(pb->foreign_pages));
	for (int i = 0; i < pb->nr_foreign; i++)
		text_printf(out, "  %6llu %-12s held by %s, the first at 0x%llx\n", LL(pb->foreign[i].pages), story_mt(pb->foreign[i].mt),
			    pb->foreign[i].owner, LL(pb->foreign[i].first));
	if (pb->has_fallback) {
		fallback_text(pb, text, sizeof(text));
		text_printf(out, "Who let them in: %s.\n", text);
	} else {
		text_puts(out, "Who let them in is no longer in the log of events: the timeline (r) goes back to it.\n");
	}
}

int act_explain(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	struct pageblock_info pb;
	struct page_info pi;

	if (machine_page(p->m, p->map.cursor, &pi))
		return RE_DRAW;
	text_clear(&ui->popup);
	explain_state(p, &pi, &ui->popup);
	explain_buddy(&pi, p->info.arch->max_page_order, &ui->popup);
	if (pi.nid >= 0 && !machine_pageblock(p->m, p->map.cursor, &pb))
		explain_pageblock(p, &pb, &ui->popup);
	text_wrap(&ui->popup, ui->cv.w - 3);
	snprintf(ui->popup_title, sizeof(ui->popup_title), "Why it is so: page 0x%llx", LL(pi.pfn));
	ui->popup_scroll = (struct scroll){ 0 };
	ui->popup_open = true;
	return RE_DRAW;
}
