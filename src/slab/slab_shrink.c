/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reclaim of objects: caches that account their memory as reclaimable (dentries,
 * inodes) hold objects that can be made again. The oldest slabs give theirs up first.
 * An object that a user gave a name is in use and stays, and keeps its slab:
 *
 *   [ . . . . . . . . ]  [ . . n . . . . . ]  [ o o o o o o o o ]     n: named
 *     freed: a page back     one holds it all     not yet asked
 *
 * Models: fs/super.c super_cache_count(), super_cache_scan() and the LRU lists below
 * them. Left out: the second chance of referenced entries; and while a slab is being
 * allocated no objects are freed.
 */
#include <string.h>

#include "alloc/shrinker.h"
#include "slab/slab_tag.h"
#include "slab/slub_internal.h"

#define SUPER_BATCH 1024

static bool is_shrinkable(const struct kmem_cache *s)
{
	/* What kmalloc gave belongs to whoever asked. */
	return (s->flags & SLAB_RECLAIM_ACCOUNT) && strncmp(s->name, "kmalloc", 7);
}

/* Objects of @s on @nid, as slabinfo counts them. */
static u64 count_objects(void *arg, int nid)
{
	const struct slab_state *st = arg;
	u64 n = 0;

	for (const struct kmem_cache *s = st->newest; s && !st->in_new_slab; s = s->older)
		for (const struct slab *slab = is_shrinkable(s) ? s->all.first : NULL; slab; slab = slab->all_next)
			n += slab->nid == nid ? slab->inuse : 0;
	return n;
}

struct mark {
	const struct slab_state *st;
	u16 from, to; /* what the object's link is, and becomes */
};

static void mark_object(u64 addr, void *arg)
{
	const struct mark *k = arg;
	struct slab *slab = slab_map_find(k->st, addr);

	u32 obj;

	if (!slab || !slab->cache || !is_shrinkable(slab->cache))
		return;
	obj = obj_index(slab, addr);
	if (obj < slab->objects && slab->link[obj] == k->from)
		slab->link[obj] = k->to;
}

/* Objects that users named, and those of the allocator itself, look free (@to OBJ_GOING) or used again. */
static void mark_kept(const struct slab_state *st, u16 from, u16 to)
{
	struct mark k = { st, from, to };
	u64 addr;

	for (u32 i = 0; slab_tag_at(st, i, &addr); i++)
		mark_object(addr, &k);
	slab_visit_own(st, mark_object, &k);
}

static u64 shrink_one_slab(struct slab_state *st, struct slab *slab, u64 nr)
{
	u32 objects = slab->objects, left = 0;
	u64 freed = 0;

	for (u32 i = 0; i < objects; i++)
		left += slab->link[i] == OBJ_USED;
	/* The slab may be gone with its last object. */
	for (u32 i = 0; left && freed < nr; i++) {
		if (slab->link[i] != OBJ_USED)
			continue;
		left--;
		slab_free_object(st, slab, i);
		freed++;
	}
	return freed;
}

static u64 scan_objects(void *arg, int nid, u64 nr)
{
	struct slab_state *st = arg;
	u64 freed = 0;

	mark_kept(st, OBJ_USED, OBJ_GOING);
	for (struct kmem_cache *s = st->newest; s; s = s->older) {
		struct slab *next;

		for (struct slab *slab = is_shrinkable(s) ? s->all.first : NULL; slab && freed < nr; slab = next) {
			next = slab->all_next;
			if (slab->nid == nid)
				freed += shrink_one_slab(st, slab, nr - freed);
		}
	}
	mark_kept(st, OBJ_GOING, OBJ_USED);
	return freed;
}

void slab_register_shrinker(struct slab_state *st)
{
	struct shrinker *s = arena_alloc(st->arena, sizeof(*s));

	s->count = count_objects;
	s->scan = scan_objects;
	s->arg = st;
	s->seeks = DEFAULT_SEEKS;
	s->batch = SUPER_BATCH;
	shrinker_register(st->mm, s);
}
