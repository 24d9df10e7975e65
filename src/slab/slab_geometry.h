/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How objects lie in a slab: the size that an object really takes, where its
 * free pointer is kept, and how many pages one slab has. Pure arithmetic: no
 * machine is needed, so a row of any /proc/slabinfo can be checked with it.
 *
 * Models: mm/slub.c calculate_sizes(), calculate_order(), set_cpu_partial();
 * mm/slab_common.c calculate_alignment().
 */
#ifndef MM_SLAB_GEOMETRY_H
#define MM_SLAB_GEOMETRY_H

#include "base/types.h"
#include "phys/arch.h"

/* Flags of kmem_cache_create() that change something in this model. */
typedef u32 slab_flags_t;
enum slab_flag {
	SLAB_CONSISTENCY_CHECKS = 1u << 0, /* debug: check on alloc and free */
	SLAB_RED_ZONE = 1u << 1,           /* debug: guard words around objects */
	SLAB_POISON = 1u << 2,             /* debug: pattern in free objects */
	SLAB_KMALLOC = 1u << 3,
	SLAB_HWCACHE_ALIGN = 1u << 4,      /* objects on cache line boundaries */
	SLAB_CACHE_DMA = 1u << 5,          /* pages with GFP_DMA */
	SLAB_CACHE_DMA32 = 1u << 6,
	SLAB_STORE_USER = 1u << 7,         /* debug: who allocated and freed */
	SLAB_PANIC = 1u << 8,
	SLAB_TYPESAFE_BY_RCU = 1u << 9,    /* pages are given back after a grace period */
	SLAB_TRACE = 1u << 10,
	SLAB_NOLEAKTRACE = 1u << 11,
	SLAB_NO_MERGE = 1u << 12,
	SLAB_ACCOUNT = 1u << 13,           /* charged to memory cgroups */
	SLAB_RECLAIM_ACCOUNT = 1u << 14,   /* reclaimable: pages with __GFP_RECLAIMABLE */
	SLAB_NO_OBJ_EXT = 1u << 15,
	SLAB_NO_USER_FLAGS = 1u << 16,     /* slab_debug= does not touch it */
};

#define SLAB_DEBUG_FLAGS \
	(SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_CONSISTENCY_CHECKS)
#define SLAB_DEBUG_DEFAULT \
	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)
/* Debug flags that make objects larger. */
#define SLAB_DEBUG_METADATA (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

/* "HWCACHE_ALIGN|PANIC" of one flag bit, for lists and arguments; NULL past the end. */
const char *slab_flag_name(unsigned bit);

#define SLUB_MAX_OBJS_PER_SLAB 32767 /* slab->objects has 15 bits */
#define SLUB_MAX_ORDER_DEFAULT 3     /* PAGE_ALLOC_COSTLY_ORDER */
#define MAX_PARTIAL 10
#define MIN_PARTIAL 5

/* What the machine fixes for every cache. */
struct slab_limits {
	u32 page_shift;
	u32 word;           /* bytes of a pointer */
	u32 cache_line;     /* bytes */
	u32 min_align;      /* ARCH_SLAB_MINALIGN, bytes */
	u32 kmalloc_min;    /* KMALLOC_MIN_SIZE, bytes */
	u32 max_page_order;
	u32 nr_cpus;        /* as calculate_order() counts them: present, or possible when that is 1 */
	u32 min_order;      /* slab_min_order=, default 0 */
	u32 max_order;      /* slab_max_order=, default 3 */
	u32 min_objects;    /* slab_min_objects=; 0: from the number of cpus */
};

/*
 * Limits of @arch with @present and @possible cpus (6.12: slab_min_order 0,
 * slab_max_order 3).
 */
void slab_limits_init(struct slab_limits *l, const struct arch *arch, u32 present, u32 possible);
/* slab_min_order=, slab_max_order= and slab_min_objects=; ~0u: not given. */
void slab_limits_tune(struct slab_limits *l, u32 min_order, u32 max_order, u32 min_objects);

/* What kmem_cache_create() was told. */
struct slab_request {
	u32 object_size;      /* bytes, > 0 */
	u32 align;            /* bytes, power of two, 0: none asked for */
	slab_flags_t flags;
	bool ctor;            /* has a constructor */
	bool use_freeptr;     /* TYPESAFE_BY_RCU with its own place for the free pointer */
	u32 freeptr_offset;   /* bytes */
};

/* The layout that follows. Bytes, except where said. */
struct slab_geometry {
	u32 object_size;
	u32 align;
	u32 size;             /* distance of two objects: what slabinfo prints as objsize */
	u32 inuse;            /* object and right red zone: where metadata may start */
	u32 offset;           /* of the free pointer in a free object */
	u32 red_left_pad;
	u32 order;            /* pages per slab, log2 */
	u32 objects;          /* per slab */
	u32 min_order;        /* smallest order that holds one object: the fallback */
	u32 min_objects;
	u32 cpu_partial;      /* free objects kept on a cpu's partial list, as asked */
	u32 cpu_partial_slabs;/* the same as a number of slabs: what is compared */
	u32 min_partial;      /* slabs a node keeps even when they are empty */
};

/* Bytes that an object must be aligned to. */
u32 slab_alignment(const struct slab_limits *l, slab_flags_t flags, u32 align, u32 size);

/*
 * log2 pages of a slab of objects that take @size bytes each. -ENOSYS when even
 * the largest page block is too small.
 *
 * Example (4 KiB pages, 2 cpus, so 12 objects wanted): size 192 needs 2304 bytes,
 * order 0, and 4096 % 192 = 64 wastes less than 1/16: order 0, 21 objects.
 */
int slab_calculate_order(const struct slab_limits *l, u32 size);

/* The whole layout. 0, or -EINVAL when no slab can hold an object. */
int slab_calculate_sizes(const struct slab_limits *l, const struct slab_request *rq,
			 struct slab_geometry *out);

/* get_order(): smallest order whose block has @size bytes. */
u32 slab_get_order(const struct slab_limits *l, u64 size);

static inline u32 slab_order_objects(const struct slab_limits *l, u32 order, u32 size)
{
	return (u32)((1ULL << (l->page_shift + order)) / size);
}

#endif
