/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page events of others in a record of offlining.
 *
 *   mm_page_free        (shrinkers)         free the block here, too
 *   # 512 allocations of destination pages  from here on the pages move
 *   mm_page_alloc       (a signal ...)      allocate; it must be the same pfn
 *
 * mm_page_pcpu_drain is a consequence of a free; the model has it by itself.
 */
#include "sim/conform_events.h"

#include <string.h>

#include "base/trace_text.h"
#include "sim/trace_replay.h"

typedef unsigned long long ull;

static void do_free(struct outside_events *e, const struct trace_line *l)
{
	struct page_view v;

	e->nr_frees++;
	memmap_view(e->mm->map, l->pfn, &v);
	if (v.state == PAGE_ALLOC && v.head == l->pfn && v.order == l->order) {
		free_pages(e->mm, memmap_find(e->mm->map, l->pfn), l->order);
		return;
	}
	e->differences++;
	text_printf(e->out, "  trace: the kernel freed %llx, order %u; we hold no such block\n", (ull)l->pfn, l->order);
}

static void do_alloc(struct outside_events *e, const struct trace_line *l)
{
	int nid = mm_zone(e->mm, memmap_range_of(e->mm->map, l->pfn)->zone)->nid;
	page_handle h = alloc_pages(e->mm, trace_line_gfp(l, NULL), l->order, nid, 0);
	pfn_t ours = h == NO_PAGE ? 0 : page_to_pfn(e->mm->map, h);

	e->nr_allocs++;
	if (ours == l->pfn)
		return;
	e->differences++;
	text_printf(e->out, "  trace: the kernel allocated %llx, order %u; ours %llx\n", (ull)l->pfn, l->order, (ull)ours);
}

static void do_line(struct outside_events *e, const struct trace_line *l)
{
	if (l->type == TL_FREE)
		do_free(e, l);
	else if (l->type == TL_ALLOC && l->pfn != NO_PFN && memmap_range_of(e->mm->map, l->pfn))
		do_alloc(e, l);
}

static void advance(struct outside_events *e, bool stop_at_moves)
{
	while (e->at && *e->at) {
		const char *end = strchr(e->at, '\n');
		struct trace_line l;

		if (stop_at_moves && !strncmp(e->at, "# ", 2))
			return;
		trace_line_parse(e->at, &l);
		do_line(e, &l);
		e->at = end ? end + 1 : NULL;
	}
}

void outside_events_before_moves(struct outside_events *e) { advance(e, true); }
void outside_events_rest(struct outside_events *e) { advance(e, false); }
