/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Freeing some objects of a cache that nobody keeps addresses of: what populating,
 * `cache free` and fragmentation lessons need.
 *
 * Objects are chosen by selection sampling: of @left objects still to look at, each
 * goes with the probability that @want are needed. So exactly as many go as asked
 * for, spread evenly, in one walk. The allocator's own structures and the reserves of
 * mempools are objects too; they are marked meanwhile, so that they look free.
 */
#include "slab/slub_internal.h"

static u32 used_in(const struct slab *slab)
{
	u32 n = 0;

	for (u32 i = 0; i < slab->objects; i++)
		n += slab->link[i] == OBJ_USED;
	return n;
}

struct own_mark {
	struct slab_state *st;
	const struct kmem_cache *s;
	u16 link; /* what the object's link becomes */
	u64 nr;
};

static void mark_own(u64 addr, void *arg)
{
	struct own_mark *o = arg;
	struct slab *slab = slab_map_find(o->st, addr);

	if (!slab || slab->cache != o->s)
		return;
	slab->link[obj_index(slab, addr)] = o->link;
	o->nr++;
}

/* Thin out one slab down to @keep objects at least; it may be gone afterwards. */
static void thin_slab(struct slab_state *st, struct slab *slab, u32 keep, u64 *want, u64 *left)
{
	u32 used = used_in(slab);
	u32 objects = slab->objects;

	for (u32 i = 0; i < objects && used; i++) {
		if (slab->link[i] != OBJ_USED)
			continue;
		if (rng_below(&st->rng, (*left)--) >= *want || used <= keep)
			continue;
		(*want)--;
		used--;
		slab_free_object(st, slab, i);
	}
}

static void thin_cache(struct slab_state *st, struct kmem_cache *s, u32 keep, u64 own, u64 *want)
{
	u64 left = cache_used(s) - own;
	struct slab *next;

	for (struct slab *slab = s->all.first; slab && *want && left; slab = next) {
		next = slab->all_next;
		thin_slab(st, slab, keep, want, &left);
	}
}

u64 slab_thin_out(struct slab_state *st, struct kmem_cache *s, u64 want, bool keep_slabs)
{
	struct own_mark own = { .st = st, .s = s, .link = OBJ_GOING };
	u64 before = cache_used(s);

	slab_visit_own(st, mark_own, &own);
	want = min_u64(want, before - own.nr);
	if (keep_slabs)
		thin_cache(st, s, 1, own.nr, &want);
	/* What was skipped to keep slabs leaves a shortfall; now nothing is skipped. */
	thin_cache(st, s, 0, own.nr, &want);
	own.link = OBJ_USED;
	slab_visit_own(st, mark_own, &own);
	return before - cache_used(s);
}
