/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Freeing some objects of a cache that nobody keeps addresses of: what populating,
 * `cache free` and fragmentation lessons need.
 *
 * Objects are chosen by selection sampling: of @left objects still to look at, each
 * goes with the probability that @want are needed. So exactly as many go as asked
 * for, spread evenly, in one walk.
 */
#include "slab/slub_internal.h"

static u32 used_in(const struct slab *slab)
{
	u32 n = 0;

	for (u32 i = 0; i < slab->objects; i++)
		n += slab->link[i] == OBJ_USED;
	return n;
}

/* The allocator's own structures and reserves of mempools are objects too; they stay. */
static bool is_own(const struct slab_state *st, const struct slab *slab, u32 obj)
{
	return (slab->cache->internal || st->pools) && slab_internal_object(st, obj_addr(slab, obj));
}

/* Thin out one slab down to @keep objects at least; it may be gone afterwards. */
static void thin_slab(struct slab_state *st, struct slab *slab, u32 keep, u64 *want, u64 *left)
{
	u32 used = used_in(slab);
	u32 objects = slab->objects;

	for (u32 i = 0; i < objects && used; i++) {
		if (slab->link[i] != OBJ_USED)
			continue;
		if (rng_below(&st->rng, (*left)--) >= *want || used <= keep || is_own(st, slab, i))
			continue;
		(*want)--;
		used--;
		slab_free_object(st, slab, i);
	}
}

static void thin_cache(struct slab_state *st, struct kmem_cache *s, u32 keep, u64 *want)
{
	u64 left = cache_used(s);
	struct slab *next;

	for (struct slab *slab = s->all.first; slab && *want && left; slab = next) {
		next = slab->all_next;
		thin_slab(st, slab, keep, want, &left);
	}
}

u64 slab_thin_out(struct slab_state *st, struct kmem_cache *s, u64 want, bool keep_slabs)
{
	u64 before = cache_used(s);

	if (want > before)
		want = before;
	if (keep_slabs)
		thin_cache(st, s, 1, &want);
	/* What was skipped leaves a shortfall; then nothing is skipped but the allocator's own. */
	thin_cache(st, s, 0, &want);
	return before - cache_used(s);
}
