/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts that the kinds of workload are made of: see workload_internal.h. */
#include "sim/workload_internal.h"

#include "alloc/page_owner.h"
#include "sim/machine.h"

owner_id workload_owner(struct machine *m, struct workload *w, int set, const char *chain)
{
	struct mm *mm = &m->sys->mm;

	if (!w->owner[set]) {
		w->owner[set] = owner_intern(mm, w->kind->name, chain, -1);
		owner_get(mm, w->owner[set])->set = &w->set[set];
	}
	return w->owner[set];
}

bool workload_take_on(struct machine *m, struct workload *w, int set, gfp_t gfp, unsigned order, int nid)
{
	struct mm *mm = &m->sys->mm;
	page_handle h = alloc_pages(mm, gfp, order, nid, w->owner[set]);

	if (h == NO_PAGE) {
		w->failed++;
		return false;
	}
	held_add(mm, &w->set[set], h);
	if (gfp & __GFP_MOVABLE)
		memmap_page(mm->map, h)->info |= PGF_MOVABLE_OPS;
	return true;
}

bool workload_take(struct machine *m, struct workload *w, int set, gfp_t gfp, unsigned order)
{
	return workload_take_on(m, w, set, gfp, order, m->sys->mm.cpu_node[m->sys->mm.cpu]);
}

void workload_give_back(struct machine *m, struct workload *w, int set, u32 index)
{
	struct mm *mm = &m->sys->mm;
	page_handle h = held_remove(mm, &w->set[set], index);

	free_pages(mm, h, page_order(memmap_page(mm->map, h)));
}

bool workload_give_back_random(struct machine *m, struct workload *w, int set)
{
	if (!w->set[set].nr)
		return false;
	workload_give_back(m, w, set, (u32)rng_below(&w->rng, w->set[set].nr));
	return true;
}

u64 workload_held(const struct workload *w)
{
	return (u64)w->set[0].nr + w->set[1].nr + w->set[2].nr + w->set[3].nr;
}

void workload_free_random(struct machine *m, struct workload *w)
{
	u64 r = rng_below(&w->rng, workload_held(w));

	for (int s = 0; s < WORKLOAD_SETS; s++) {
		if (r < w->set[s].nr) {
			workload_give_back(m, w, s, (u32)r);
			return;
		}
		r -= w->set[s].nr;
	}
}

void workload_wander(struct machine *m, struct workload *w)
{
	struct mm *mm = &m->sys->mm;

	if (mm->nr_cpus > 1 && (w->steps & 63) == 0)
		mm->cpu = (int)rng_below(&w->rng, (u64)mm->nr_cpus);
}

unsigned workload_geometric_order(struct workload *w, u64 max)
{
	u64 r = rng_next(&w->rng);
	unsigned o = r ? (unsigned)__builtin_ctzll(r) : 63;

	return o > max ? (unsigned)rng_below(&w->rng, max + 1) : o;
}

u64 workload_percent_used(struct machine *m)
{
	struct mm *mm = &m->sys->mm;
	u64 free = 0, managed = 0;

	for_each_node(mm, n) {
		for (int z = 0; z < ZONE_DEVICE; z++) {
			free += zone_page_state(&n->zones[z], NR_FREE_PAGES);
			managed += n->zones[z].managed_pages;
		}
	}
	return managed ? 100 - free * 100 / managed : 100;
}
