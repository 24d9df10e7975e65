/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The workload that fragments: memory is filled page by page, unmovable ones first
 * as far as they may go, then one page in so many is given back. What is free lies
 * in single pages that have no free buddy:
 *
 *    UUUUUUUUUUUUMMMMMMMMMMMM      UUU.UUUUUUU.MMMMMMM.MMMM
 *    filled                        many pages free, no block of order 1
 *
 * A step is a thousandth of memory, so that it takes as long to look at on any
 * machine. After that single pages come and go.
 */
#include "sim/workload_internal.h"

#include "sim/machine.h"

#define GFP_FILL (__GFP_NOWARN | __GFP_NORETRY)

enum { FILL_UNMOVABLE, FILL_MOVABLE, GIVE_BACK, COME_AND_GO };

static void fragment_start(struct machine *m, struct workload *w)
{
	workload_owner(m, w, SET_UNMOVABLE, "alloc_pages < workload unmovable");
	workload_owner(m, w, SET_MOVABLE, "alloc_pages < folio_alloc < workload movable");
}

static u64 pages_per_step(struct machine *m)
{
	u64 managed = 0;

	for_each_node(&m->sys->mm, n)
		for (int z = 0; z < ZONE_DEVICE; z++)
			managed += n->zones[z].managed_pages;
	return managed / 1000 + 1;
}

static void fill(struct machine *m, struct workload *w)
{
	bool movable = w->phase == FILL_MOVABLE;
	gfp_t gfp = (movable ? GFP_HIGHUSER_MOVABLE : GFP_KERNEL) | GFP_FILL;

	if (workload_take(m, w, movable ? SET_MOVABLE : SET_UNMOVABLE, gfp, 0))
		return;
	w->phase++;
	w->aux = (u64)w->set[SET_UNMOVABLE].nr + w->set[SET_MOVABLE].nr;
}

/* Number aux - 1 of both sets together; they are gone through from the end. */
static void give_back(struct machine *m, struct workload *w)
{
	u64 every = 100 / w->param[0], at, first = w->set[SET_UNMOVABLE].nr;

	if (!w->aux) {
		w->phase = COME_AND_GO;
		return;
	}
	at = w->aux = (w->aux - 1) / every * every;
	workload_give_back(m, w, at < first ? SET_UNMOVABLE : SET_MOVABLE, (u32)(at < first ? at : at - first));
}

static void fragment_step(struct machine *m, struct workload *w)
{
	u64 pages = pages_per_step(m);

	if (w->phase == COME_AND_GO) {
		workload_give_back_random(m, w, SET_MOVABLE);
		workload_take(m, w, SET_MOVABLE, GFP_HIGHUSER_MOVABLE | GFP_FILL, 0);
		return;
	}
	for (u64 i = 0; i < pages && w->phase != COME_AND_GO; i++) {
		if (w->phase == GIVE_BACK)
			give_back(m, w);
		else
			fill(m, w);
	}
}

const struct workload_kind workload_fragment = {
	.name = "fragment",
	.help = "fills memory and gives single pages back: many are free, no large block is",
	.source = "the worst case of every paper on fragmentation",
	.param = { { "free", 4, 50, "pages given back, percent" } },
	.start = fragment_start,
	.step = fragment_step,
};
