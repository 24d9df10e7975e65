/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kmalloc family. See slab/kmalloc.h.
 *
 * Sizes up to 192 go through a table of 24 entries, because 96 and 192 are not powers
 * of two; larger ones to the next power of two, up to two pages. Beyond that a whole
 * page block is used: kmalloc(10000) takes 16 KiB.
 *
 * Where the kernel is built with random kmalloc caches, the call site chooses one of
 * 16 copies, so that two kinds of objects rarely share a slab.
 *
 * Left out: the check for GFP flags that make no sense here is made by masking them.
 */
#include "slab/kmalloc.h"

#include <stdio.h>

#include "slab/slub_internal.h"

#define SHIFT_LOW 3
#define RANDOM_CACHES_LOG 4 /* ilog2(KMALLOC_RANDOM_MAX + 1) */
#define GOLDEN_RATIO_64 0x61c8864680b583ebULL

/* Bytes of cache number @index: 1 and 2 are the odd ones. */
static u32 index_size(u32 index)
{
	return index == 1 ? 96 : index == 2 ? 192 : 1u << index;
}

static u32 shift_high(const struct slab_state *st)
{
	return st->page_shift + 1;
}

static void cache_name(char *buf, size_t n, enum kmalloc_type type, u32 size)
{
	static const char *const prefix[NR_KMALLOC_TYPES] = {
		[KMALLOC_NORMAL] = "kmalloc-",
		[KMALLOC_RECLAIM] = "kmalloc-rcl-",
		[KMALLOC_DMA] = "dma-kmalloc-",
		[KMALLOC_CGROUP] = "kmalloc-cg-",
	};
	char num[16];

	if (size < 1024)
		snprintf(num, sizeof(num), "%u", size);
	else
		snprintf(num, sizeof(num), "%uk", size >> 10);
	if (prefix[type])
		snprintf(buf, n, "%s%s", prefix[type], num);
	else
		snprintf(buf, n, "kmalloc-rnd-%02d-%s", (int)type, num);
}

static slab_flags_t type_flags(const struct slab_state *st, enum kmalloc_type type)
{
	switch (type) {
	case KMALLOC_RECLAIM: return SLAB_RECLAIM_ACCOUNT;
	case KMALLOC_DMA: return SLAB_CACHE_DMA;
	case KMALLOC_CGROUP: return SLAB_ACCOUNT;
	case KMALLOC_NORMAL: return st->cfg.memcg ? SLAB_NO_MERGE : 0;
	default: return SLAB_NO_MERGE;
	}
}

static bool type_exists(const struct slab_state *st, enum kmalloc_type type)
{
	if (type > KMALLOC_NORMAL && type <= KMALLOC_RANDOM_END)
		return (u32)type <= st->cfg.random_kmalloc;
	return (type != KMALLOC_DMA || st->cfg.zone_dma) && (type != KMALLOC_CGROUP || st->cfg.memcg);
}

/* Sizes are aligned to their largest power of two: 64 to 64, 96 to 32. */
static int new_kmalloc_cache(struct slab_state *st, u32 index, enum kmalloc_type type, struct mm_error *err)
{
	u32 size = index_size(index);
	u32 align = size & -size;
	char name[32];

	if (align < st->cfg.limits.kmalloc_min)
		align = st->cfg.limits.kmalloc_min;
	cache_name(name, sizeof(name), type, size);
	st->kmalloc[type][index] =
		slab_boot_cache(st, name, size, align, type_flags(st, type) | SLAB_KMALLOC, err);
	return st->kmalloc[type][index] ? 0 : -ENOMEM;
}

static int new_kmalloc_type(struct slab_state *st, enum kmalloc_type type, struct mm_error *err)
{
	int rc = new_kmalloc_cache(st, 1, type, err);

	if (!rc)
		rc = new_kmalloc_cache(st, 2, type, err);
	for (u32 i = SHIFT_LOW; i <= shift_high(st) && !rc; i++)
		rc = new_kmalloc_cache(st, i, type, err);
	return rc;
}

static void fill_index_table(struct slab_state *st)
{
	for (u32 i = 0; i < ARRAY_SIZE(st->kmalloc_index); i++) {
		u32 bytes = (i + 1) * 8;
		u32 index = SHIFT_LOW;

		while (1u << index < bytes)
			index++;
		if (bytes > 64 && bytes <= 96)
			index = 1;
		else if (bytes > 128)
			index = 2;
		st->kmalloc_index[i] = (u8)index;
	}
}

/* create_kmalloc_caches() */
int kmalloc_init(struct slab_state *st, struct mm_error *err)
{
	struct slab_request buckets = { .flags = SLAB_NO_MERGE };
	struct kmem_cache *s;

	fill_index_table(st);
	for (int type = KMALLOC_NORMAL; type < NR_KMALLOC_TYPES; type++)
		if (type_exists(st, type) && new_kmalloc_type(st, type, err))
			return -ENOMEM;
	st->random_kmalloc_seed = rng_next(&st->rng);
	st->large_owner = owner_intern(st->mm, "kmalloc_large", "alloc_pages < ___kmalloc_large_node", 0);
	st->stage = SLAB_UP;
	if (!st->cfg.buckets)
		return 0;
	buckets.object_size = (shift_high(st) + 1) * st->cfg.limits.word;
	s = kmem_cache_create(st, "kmalloc_buckets", &buckets, err);
	if (!s)
		return -ENOMEM;
	s->internal = true;
	return 0;
}

static enum kmalloc_type kmalloc_type(const struct slab_state *st, gfp_t gfp, u64 caller)
{
	if (likely(!(gfp & (__GFP_DMA | __GFP_RECLAIMABLE | __GFP_ACCOUNT)) && !st->cfg.random_kmalloc))
		return KMALLOC_NORMAL;
	if ((gfp & __GFP_DMA) && st->cfg.zone_dma)
		return KMALLOC_DMA;
	if (gfp & __GFP_RECLAIMABLE)
		return KMALLOC_RECLAIM;
	if ((gfp & __GFP_ACCOUNT) && st->cfg.memcg)
		return KMALLOC_CGROUP;
	if (!st->cfg.random_kmalloc)
		return KMALLOC_NORMAL;
	return (enum kmalloc_type)((caller ^ st->random_kmalloc_seed) * GOLDEN_RATIO_64 >>
				   (64 - RANDOM_CACHES_LOG));
}

static inline struct kmem_cache *cache_for(const struct slab_state *st, u64 size, gfp_t gfp, u64 caller)
{
	enum kmalloc_type type = kmalloc_type(st, gfp, caller);

	if (size - 1 < 192)
		return st->kmalloc[type][st->kmalloc_index[(size - 1) / 8]];
	if (!size || size > 1ULL << shift_high(st))
		return NULL;
	return st->kmalloc[type][ilog2_u64(size - 1) + 1];
}

struct kmem_cache *kmalloc_slab(const struct slab_state *st, u64 size, gfp_t gfp, u64 caller)
{
	return cache_for(st, size, gfp, caller);
}

/* A block of 1 << @order pages; remembered as a slab without objects. */
static u64 kmalloc_large(struct slab_state *st, u32 order, gfp_t gfp, int node)
{
	struct mm *mm = st->mm;
	struct slab *slab;
	page_handle page;

	if (order > mm->arch->max_page_order)
		return 0;
	if (node == NO_NODE)
		node = mm->cpu_node[mm->cpu];
	gfp &= ~(__GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE);
	page = alloc_pages(mm, gfp | __GFP_COMP, order, node, st->large_owner);
	if (page == NO_PAGE)
		return 0;
	slab = arena_alloc(st->arena, sizeof(*slab));
	slab->order = (u8)order;
	slab->page = page;
	slab->pfn = page_to_pfn(mm->map, page);
	slab->addr = slab_page_address(st, slab->pfn);
	slab->nid = (s16)slab_page_nid(mm, page);
	slab_map_add(st, slab);
	slab_account_pages(st, slab->nid, false, 1LL << order);
	st->nr_large++;
	return slab->addr;
}

void kmalloc_free_large(struct slab_state *st, struct slab *slab)
{
	slab_map_del(st, slab);
	slab_account_pages(st, slab->nid, false, -(1LL << slab->order));
	free_pages(st->mm, slab->page, slab->order);
	arena_free(st->arena, slab, sizeof(*slab));
	st->nr_large--;
}

/* The cpu had no object of @s; NULL: the size is no cache's. Not inlined, to keep the fast path short. */
static noinline u64 kmalloc_slow(struct slab_state *st, struct kmem_cache *s, u64 size,
						  gfp_t gfp, int node)
{
	u32 order;
	u64 addr;

	if (!size)
		return ZERO_SIZE_PTR;
	if (s) {
		addr = slab_alloc_slow(st, s, gfp, node);
		trace_emit(st->trace, TRACE_kmalloc, addr, s->id, (u32)size, s->geo.size, gfp, node);
		return addr;
	}
	order = slab_get_order(&st->cfg.limits, size);
	addr = kmalloc_large(st, order, gfp, node);
	trace_emit(st->trace, TRACE_kmalloc, addr, ~0ULL, (u32)size,
		   (u32)(1ULL << (st->page_shift + order)), gfp, node);
	return addr;
}

u64 kmalloc_caller(struct slab_state *st, u64 size, gfp_t gfp, int node, u64 caller)
{
	struct kmem_cache *s = cache_for(st, size, gfp, caller);
	u64 addr = likely(s) ? slab_alloc_fast(st, s, node) : 0;

	if (unlikely(!addr))
		return kmalloc_slow(st, s, size, gfp, node);
	trace_emit(st->trace, TRACE_kmalloc, addr, s->id, (u32)size, s->geo.size, gfp, node);
	return addr;
}

u64 kmalloc_node(struct slab_state *st, u64 size, gfp_t gfp, int node)
{
	return kmalloc_caller(st, size, gfp, node, 0);
}

static int kfree_large(struct slab_state *st, struct slab *block, u64 addr, struct mm_error *err)
{
	if (addr != block->addr)
		return mm_fail(err, -EINVAL,
			       "invalid free: 0x%llx points inside a large kmalloc block; free its start 0x%llx",
			       (unsigned long long)addr, (unsigned long long)block->addr);
	kmalloc_free_large(st, block);
	return 0;
}

int kfree(struct slab_state *st, u64 addr, struct mm_error *err)
{
	struct slab *slab = slab_map_find_hot(st, addr);
	u32 obj;

	trace_emit(st->trace, TRACE_kfree, addr, 0, 0, 0, 0, 0);
	if (likely(slab_may_free(NULL, slab, addr, &obj)))
		return slab_free_object(st, slab, obj);
	if (addr <= ZERO_SIZE_PTR)
		return 0;
	if (slab && !slab->cache)
		return kfree_large(st, slab, addr, err);
	return slab_free_refused(NULL, slab, addr, err);
}

u64 ksize(const struct slab_state *st, u64 addr)
{
	const struct slab *slab = slab_map_find(st, addr);
	const struct kmem_cache *s = slab ? slab->cache : NULL;

	if (!slab)
		return 0;
	if (!s)
		return 1ULL << (st->page_shift + slab->order);
	if (s->flags & (SLAB_RED_ZONE | SLAB_POISON))
		return s->geo.object_size;
	if (s->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_STORE_USER))
		return s->geo.inuse;
	return s->geo.size;
}

u64 kmalloc_size_roundup(const struct slab_state *st, u64 size)
{
	const struct kmem_cache *s = kmalloc_slab(st, size, GFP_KERNEL, 0);
	u32 order;

	if (s)
		return s->geo.object_size;
	order = slab_get_order(&st->cfg.limits, size);
	return size && order <= st->cfg.limits.max_page_order ? 1ULL << (st->page_shift + order) : size;
}

phys_t slab_memblock_alloc(void *arg, u64 size, int nid)
{
	struct slab_state *st = arg;
	u64 addr = kmalloc_node(st, size, GFP_NOWAIT | __GFP_ZERO, nid);

	return addr > ZERO_SIZE_PTR ? addr - st->cfg.linear_base : 0;
}

void slab_memblock_free(void *arg, phys_t base)
{
	struct slab_state *st = arg;

	kfree(st, base + st->cfg.linear_base, NULL);
}
