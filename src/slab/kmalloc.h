/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmalloc(): memory of any size from a family of caches, and larger requests from
 * the page allocator directly.
 *
 *   bytes        1..8 ..16 ..32 ..64 ..96 ..128 ..192 ..256 ..512 ... ..2 pages   more
 *   cache index    3    4    5    6    1     7     2     8     9  ...            buddy
 *
 * The kind of memory follows from the flags: GFP_DMA, __GFP_RECLAIMABLE and
 * __GFP_ACCOUNT each have their own family (dma-kmalloc-, kmalloc-rcl-, kmalloc-cg-).
 *
 * Models: mm/slab_common.c, include/linux/slab.h, mm/slub.c.
 */
#ifndef MM_SLAB_KMALLOC_H
#define MM_SLAB_KMALLOC_H

#include "slab/slub.h"

#define ZERO_SIZE_PTR 16ULL /* kmalloc(0): an address that faults when used */

/*
 * @size bytes, preferably from @node. Emits kmalloc. Return: the address,
 * ZERO_SIZE_PTR for size 0, or 0 when simulated memory is out or @size is larger
 * than the largest page block.
 */
u64 kmalloc_node(struct slab_state *st, u64 size, gfp_t gfp, int node);
static inline u64 kmalloc(struct slab_state *st, u64 size, gfp_t gfp)
{
	return kmalloc_node(st, size, gfp, NO_NODE);
}
/* kmalloc_node() from the call site @caller: matters where there are random kmalloc caches. */
u64 kmalloc_caller(struct slab_state *st, u64 size, gfp_t gfp, int node, u64 caller);
/*
 * 0 and ZERO_SIZE_PTR are accepted. Emits kfree. -EINVAL and *err as kmem_cache_free();
 * an object of a named cache may be freed this way, as in the kernel.
 */
int kfree(struct slab_state *st, u64 addr, struct mm_error *err);
/* Usable bytes of what kmalloc returned as @addr; 0 for ZERO_SIZE_PTR and unknown addresses. */
u64 ksize(const struct slab_state *st, u64 addr);
/* kmalloc_size_roundup(): what a request for @size really gets, bytes. */
u64 kmalloc_size_roundup(const struct slab_state *st, u64 size);
/* The cache that serves @size bytes with @gfp; NULL: the page allocator does. */
struct kmem_cache *kmalloc_slab(const struct slab_state *st, u64 size, gfp_t gfp, u64 caller);

/*
 * memblock_alloc() after memory was handed over: served from here with GFP_NOWAIT, on
 * node @nid (NO_NODE: any), aligned as kmalloc aligns. @arg is the slab_state; these
 * fit struct memblock_hooks. Physical address, 0: no memory.
 */
phys_t slab_memblock_alloc(void *arg, u64 size, int nid);
void slab_memblock_free(void *arg, phys_t base);

#endif
