/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mempools. See slab/mempool.h.
 */
#include "slab/mempool.h"

#include <string.h>

#include "slab/slub_internal.h"

#define MAX_RESERVE 1024

struct mempool {
	const char *name;
	struct kmem_cache *cache;
	u32 min_nr;
	u32 curr_nr;
	u64 *element; /* [min_nr], the first curr_nr are in the reserve; last in, first out */
	struct mempool *next;
};

struct mempool *mempool_find(const struct slab_state *st, const char *name)
{
	struct mempool *p = st->pools;

	while (p && strcmp(p->name, name))
		p = p->next;
	return p;
}

static void release(struct slab_state *st, struct mempool *pool)
{
	while (pool->curr_nr)
		kmem_cache_free(st, pool->cache, pool->element[--pool->curr_nr], NULL);
	arena_free(st->arena, (void *)(uintptr_t)pool->name, strlen(pool->name) + 1);
	arena_free(st->arena, pool->element, pool->min_nr * sizeof(*pool->element));
	arena_free(st->arena, pool, sizeof(*pool));
}

static bool fill(struct slab_state *st, struct mempool *pool)
{
	while (pool->curr_nr < pool->min_nr) {
		u64 addr = kmem_cache_alloc(st, pool->cache, GFP_KERNEL);

		if (!addr)
			return false;
		pool->element[pool->curr_nr++] = addr;
	}
	return true;
}

struct mempool *mempool_create(struct slab_state *st, const char *name, u32 min_nr, struct kmem_cache *s,
			       struct mm_error *err)
{
	struct mempool *pool;

	if (!min_nr || min_nr > MAX_RESERVE) {
		mm_fail(err, -EINVAL, "a reserve has 1 to %u elements", MAX_RESERVE);
		return NULL;
	}
	if (mempool_find(st, name)) {
		mm_fail(err, -EEXIST, "a mempool named %s exists; choose another name", name);
		return NULL;
	}
	pool = arena_alloc(st->arena, sizeof(*pool));
	pool->name = arena_strdup(st->arena, name);
	pool->cache = s;
	pool->min_nr = min_nr;
	pool->element = arena_alloc(st->arena, min_nr * sizeof(*pool->element));
	if (!fill(st, pool)) {
		mm_fail(err, -ENOMEM, "no simulated memory for a reserve of %u objects of %s", min_nr, s->name);
		release(st, pool);
		return NULL;
	}
	pool->next = st->pools;
	st->pools = pool;
	return pool;
}

void mempool_destroy(struct slab_state *st, struct mempool *pool)
{
	struct mempool **link = &st->pools;

	while (*link != pool)
		link = &(*link)->next;
	*link = pool->next;
	release(st, pool);
}

u64 mempool_alloc(struct slab_state *st, struct mempool *pool, gfp_t gfp)
{
	gfp_t hard = gfp | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	gfp_t soft = hard & ~(__GFP_DIRECT_RECLAIM | __GFP_IO);
	u64 addr = kmem_cache_alloc(st, pool->cache, soft);

	if (addr)
		return addr;
	if (pool->curr_nr)
		return pool->element[--pool->curr_nr];
	return soft == hard ? 0 : kmem_cache_alloc(st, pool->cache, hard);
}

int mempool_free(struct slab_state *st, struct mempool *pool, u64 addr, struct mm_error *err)
{
	struct slab *slab = slab_map_find(st, addr);
	u32 obj;

	if (pool->curr_nr >= pool->min_nr)
		return kmem_cache_free(st, pool->cache, addr, err);
	if (!slab_may_free(pool->cache, slab, addr, &obj))
		return slab_free_refused(pool->cache, slab, addr, err);
	if (mempool_holds(st, addr))
		return mm_fail(err, -EINVAL, "double free: 0x%llx is in the reserve of a mempool already",
			       (unsigned long long)addr);
	pool->element[pool->curr_nr++] = addr;
	return 0;
}

bool mempool_info(const struct slab_state *st, u32 i, struct mempool_info *out)
{
	const struct mempool *p = st->pools;

	while (p && i--)
		p = p->next;
	if (!p)
		return false;
	out->name = p->name;
	out->cache = p->cache->name;
	out->min_nr = p->min_nr;
	out->curr_nr = p->curr_nr;
	return true;
}

void mempool_visit(const struct slab_state *st, void (*fn)(u64 addr, void *arg), void *arg)
{
	for (const struct mempool *p = st->pools; p; p = p->next)
		for (u32 i = 0; i < p->curr_nr; i++)
			fn(p->element[i], arg);
}

bool mempool_holds(const struct slab_state *st, u64 addr)
{
	for (const struct mempool *p = st->pools; p; p = p->next)
		for (u32 i = 0; i < p->curr_nr; i++)
			if (p->element[i] == addr)
				return true;
	return false;
}
