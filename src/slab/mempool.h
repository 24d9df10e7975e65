/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mempools: a reserve of objects for those who must never wait for memory forever,
 * such as the path that writes memory out to get memory back.
 *
 * Allocation asks the cache first and takes from the reserve when that fails; freeing
 * fills the reserve before it gives anything back.
 *
 * Models: mm/mempool.c with mempool_alloc_slab(). Left out: sleeping until somebody
 * gives an element back; the model reports the failure instead.
 */
#ifndef MM_SLAB_MEMPOOL_H
#define MM_SLAB_MEMPOOL_H

#include "slab/slub.h"

struct mempool;

/*
 * A pool called @name with a reserve of @min_nr (1 .. 1024) objects of @s. NULL and
 * *err: -EEXIST, -EINVAL, -ENOMEM (what was taken is given back).
 */
struct mempool *mempool_create(struct slab_state *st, const char *name, u32 min_nr, struct kmem_cache *s,
			       struct mm_error *err);
/* The reserve goes back to the cache. Elements that are out stay allocated. */
void mempool_destroy(struct slab_state *st, struct mempool *pool);
struct mempool *mempool_find(const struct slab_state *st, const char *name);
/* An element; 0 when cache and reserve have none. */
u64 mempool_alloc(struct slab_state *st, struct mempool *pool, gfp_t gfp);
/* As kmem_cache_free(), but the reserve is filled first. */
int mempool_free(struct slab_state *st, struct mempool *pool, u64 addr, struct mm_error *err);

struct mempool_info {
	const char *name;
	const char *cache;
	u32 min_nr;
	u32 curr_nr; /* elements in the reserve now */
};
/* Pool number @i; false past the end. */
bool mempool_info(const struct slab_state *st, u32 i, struct mempool_info *out);
/* Call @fn with the address of each object in any reserve. */
void mempool_visit(const struct slab_state *st, void (*fn)(u64 addr, void *arg), void *arg);
/* Is @addr in some pool's reserve? */
bool mempool_holds(const struct slab_state *st, u64 addr);

#endif
