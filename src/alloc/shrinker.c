/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shrinkers: see shrinker.h. */
#include "alloc/shrinker.h"

void shrinker_register(struct mm *mm, struct shrinker *s)
{
	s->next = mm->shrinkers;
	mm->shrinkers = s;
}

/*
 * do_shrink_slab(): of 1000 objects with 2 seeks at priority 12 none are asked for,
 * at priority 4 125, at priority 0 2000: each of them twice.
 */
static u64 shrink_one(struct mm *mm, struct shrinker *s, int nid, int priority)
{
	u64 freeable = s->count(s->arg, nid), nr = s->nr_deferred[nid], delta, total, scanned = 0, freed = 0;

	if (!freeable)
		return 0;
	delta = (freeable >> priority) * 4 / s->seeks;
	total = min_u64((nr >> priority) + delta, 2 * freeable);
	while (total && (total >= s->batch || total >= freeable)) {
		u64 n = min_u64(s->batch, total);

		freed += s->scan(s->arg, nid, n);
		mm->vm_event[EV_slabs_scanned] += n;
		total -= n;
		scanned += n;
	}
	s->nr_deferred[nid] = min_u64(nr + delta > scanned ? nr + delta - scanned : 0, 2 * freeable);
	return freed;
}

u64 shrink_slab(struct mm *mm, gfp_t gfp, int nid, int priority)
{
	u64 freed = 0;

	/* The objects belong to file systems. */
	if (!(gfp & __GFP_FS))
		return 0;
	for (struct shrinker *s = mm->shrinkers; s; s = s->next)
		freed += shrink_one(mm, s, nid, priority);
	return freed;
}
