/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SLUB: caches of equal objects on top of the page allocator, as Linux 6.12 does
 * it, down to the single object.
 *
 * A cache takes blocks of pages ("slabs") and cuts them into objects. Where a
 * slab is at any moment:
 *
 *   cpu slab      one per cpu and cache; frozen: only that cpu takes objects from
 *                 it. Its free objects are on the cpu's own, lockless freelist.
 *   cpu partial   a short chain per cpu of slabs that got a free object while full
 *   node partial  list per node of slabs with free objects; shared by all cpus
 *   full          on no list; found again when one of its objects is freed
 *
 * The lockless freelist and its tid. A real cpu takes the first object with one
 * compare-and-exchange of two words at once: the freelist and a transaction id.
 * If anything else happened on that cpu in between (an interrupt that allocated,
 * or the task moved to another cpu), the tid differs and the whole step is done
 * again. Transaction ids start at the cpu's number and grow by the number of
 * possible cpus, so no two cpus ever have the same one. The model runs one step
 * at a time and never has to repeat, but it counts the tid as the kernel does.
 *
 * Addresses are linear addresses (bytes). Functions that return an address
 * return 0 when simulated memory is out. Names follow mm/slub.c.
 */
#ifndef MM_SLAB_SLUB_H
#define MM_SLAB_SLUB_H

#include "alloc/mm.h"
#include "base/text.h"
#include "slab/slab_geometry.h"

struct slab_state; /* all of it, in the machine's arena */
struct kmem_cache;
struct slab;

/* What the kernel's configuration and command line decide. */
struct slab_config {
	struct slab_limits limits;
	bool nomerge;           /* slab_nomerge */
	const char *debug;      /* value of slab_debug=, "" for all; NULL: off. Copied. */
	bool freelist_random;   /* CONFIG_SLAB_FREELIST_RANDOM */
	bool memcg;             /* CONFIG_MEMCG: kmalloc-cg-* exist */
	bool zone_dma;          /* CONFIG_ZONE_DMA: dma-kmalloc-* exist */
	bool buckets;           /* CONFIG_SLAB_BUCKETS */
	u32 random_kmalloc;     /* CONFIG_RANDOM_KMALLOC_CACHES: extra copies of kmalloc-*, 0 or 15 */
	u64 linear_base;        /* linear address of physical 0, as a 64-bit number that may wrap */
};

/*
 * Debian's 6.12 configuration for the machine @mm, whose linear map begins at
 * physical address @memstart.
 */
void slab_config_default(struct slab_config *cfg, const struct mm *mm, phys_t memstart);

/*
 * kmem_cache_init(): the caches of the allocator itself and the kmalloc family.
 * @mm must be able to serve pages. NULL: not enough simulated memory (*err).
 */
struct slab_state *slab_init(struct mm *mm, const struct slab_config *cfg, struct mm_error *err);

/* --- slab_common.c: caches -------------------------------------------------- */

/*
 * kmem_cache_create(): a cache, or an older one of the same layout that it is
 * merged with (then @name becomes an alias). NULL and *err: -EINVAL, -EEXIST (the
 * name is taken), -ENOMEM.
 */
struct kmem_cache *kmem_cache_create(struct slab_state *st, const char *name,
				     const struct slab_request *rq, struct mm_error *err);
/*
 * Drop one name of a cache; the last one gives its pages back. -EBUSY while objects
 * are in use (the message names some) or when the allocator itself needs the cache.
 * (The kernel warns and leaks the cache instead.)
 */
int kmem_cache_destroy(struct slab_state *st, const char *name, struct mm_error *err);
/* Give back empty slabs, fullest partial slabs first on the list. Return: true when slabs are left. */
bool kmem_cache_shrink(struct slab_state *st, struct kmem_cache *s);
/* By name or alias; NULL: there is none. */
struct kmem_cache *kmem_cache_find(const struct slab_state *st, const char *name);
const char *kmem_cache_name(const struct kmem_cache *s);
u32 kmem_cache_id(const struct kmem_cache *s); /* the "cache index" of trace events */
const struct slab_geometry *kmem_cache_geometry(const struct kmem_cache *s);

/* Memory hotplug and cpu hotplug callbacks. */
void slab_memory_going_offline(struct slab_state *st);
int slab_node_going_online(struct slab_state *st, int nid); /* -ENOMEM */
void slab_node_offline(struct slab_state *st, int nid);
void slab_cpu_dead(struct slab_state *st, int cpu);

/* --- slub.c: objects ---------------------------------------------------------- */

/* One object, preferably from @node (NO_NODE: the cpu's). Emits kmem_cache_alloc. */
u64 kmem_cache_alloc_node(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node);
static inline u64 kmem_cache_alloc(struct slab_state *st, struct kmem_cache *s, gfp_t gfp)
{
	return kmem_cache_alloc_node(st, s, gfp, NO_NODE);
}
/*
 * Emits kmem_cache_free. -EINVAL and *err for what would corrupt a real kernel: a
 * double free, an address inside an object, an object of another cache, no slab.
 */
int kmem_cache_free(struct slab_state *st, struct kmem_cache *s, u64 addr, struct mm_error *err);
/* What the kernel logs with slab_debug=F when @addr, which must not be, is freed to @s (NULL: kfree()). */
void slab_report_bad_free(const struct slab_state *st, const struct kmem_cache *s, u64 addr, struct text *out);
/* All @nr objects or none; addresses into @p. Return: @nr or 0. */
u32 kmem_cache_alloc_bulk(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, u32 nr, u64 *p);
/*
 * Free @nr objects; neighbours in @p that share a slab go back in one step. @s may be
 * NULL (kfree_bulk()). @p is reordered. -EINVAL and nothing freed when one is bad.
 */
int kmem_cache_free_bulk(struct slab_state *st, struct kmem_cache *s, u32 nr, u64 *p,
			 struct mm_error *err);

/* Pages are being asked for a slab: a shrinker that is called meanwhile must free no object. */
bool slab_busy(const struct slab_state *st);

/* --- slab_thin.c ----------------------------------------------------------------- */

/*
 * Free @want objects of @s, chosen at random, the allocator's own excepted.
 * @keep_slabs: leave one object in each slab where that is possible.
 * Return: how many were freed.
 */
u64 slab_thin_out(struct slab_state *st, struct kmem_cache *s, u64 want, bool keep_slabs);

/* --- slab_view.c: readers ------------------------------------------------------- */

/* Events of one cache, as CONFIG_SLUB_STATS counts them. SLUB_STAT names are the kernel's. */
#define SLUB_STATS(X) \
	X(alloc_fastpath) X(alloc_slowpath) X(free_fastpath) X(free_slowpath) X(free_frozen) \
	X(free_add_partial) X(free_remove_partial) X(alloc_from_partial) X(alloc_slab) \
	X(alloc_refill) X(alloc_node_mismatch) X(free_slab) X(cpuslab_flush) \
	X(deactivate_full) X(deactivate_empty) X(deactivate_to_head) X(deactivate_to_tail) \
	X(deactivate_remote_frees) X(deactivate_bypass) X(order_fallback) X(cpu_partial_alloc) \
	X(cpu_partial_free) X(cpu_partial_node) X(cpu_partial_drain) X(ctor_calls)
enum slub_stat {
#define X(name) SLUB_##name,
	SLUB_STATS(X)
#undef X
	NR_SLUB_STATS
};
const char *slub_stat_name(enum slub_stat i);

/* One cache, counted. */
struct slab_cache_info {
	u32 id;
	const char *name;
	slab_flags_t flags;
	bool ctor;
	bool internal;       /* made by the allocator at boot: cannot be destroyed */
	u32 owner;           /* owner number of its pages (alloc/page_owner.h) */
	int aliases;         /* further names */
	struct slab_geometry geo;
	u64 num_slabs;       /* all slabs, as slabinfo counts them */
	u64 num_objs;
	u64 active_objs;     /* as slabinfo counts: free objects of cpu slabs are active */
	u64 used_objs;       /* really handed out */
	u64 cpu_slabs;       /* frozen slabs */
	u64 cpu_partial_slabs;
	u64 node_partial_slabs;
	u64 bytes;           /* of all its pages */
	u64 waste;           /* bytes of them that hold no used object's object_size */
	u64 stat[NR_SLUB_STATS];
};

/* Caches in slabinfo order (newest first). Fills up to @max; returns how many there are. */
u32 slab_caches(const struct slab_state *st, struct slab_cache_info *out, u32 max);
void slab_cache_info(const struct slab_state *st, const struct kmem_cache *s,
		     struct slab_cache_info *out);
struct kmem_cache *slab_cache_by_id(const struct slab_state *st, u32 id); /* NULL: gone */

/* The part of a cache that lies on node @nid. */
struct slab_node_info {
	u64 nr_slabs;
	u64 total_objects;
	u64 nr_partial;
	u64 partial_free;    /* free objects on the partial list */
};
void slab_node_info(const struct kmem_cache *s, int nid, struct slab_node_info *out);

enum slab_place { SLAB_CPU, SLAB_CPU_PARTIAL, SLAB_NODE_PARTIAL, SLAB_FULL, SLAB_LARGE };
enum slab_object_state {
	OBJ_IS_USED,
	OBJ_IS_FREE,         /* on the slab's own freelist */
	OBJ_IS_CPU_FREE,     /* on the cpu's lockless freelist: the next ones to go out */
};

/* One slab. */
struct slab_info {
	u64 addr;            /* of its first byte */
	pfn_t pfn;
	u32 order;
	u32 cache;           /* id; ~0u for a large kmalloc */
	int nid;
	int cpu;             /* whose cpu slab or cpu partial it is; -1: nobody's */
	enum slab_place place;
	u32 objects;
	u32 inuse;           /* slab->inuse: a cpu slab counts all its objects */
	u32 used;            /* really handed out */
	u32 free_next;       /* object that comes off first; ~0u: none */
	u32 cpu_first;       /* first of the cpu's lockless freelist; ~0u: none */
	u32 list_first;      /* first of the slab's own freelist; ~0u: none */
};
/* The slab (or large kmalloc block) that covers @pfn. False: there is none. */
bool slab_of_pfn(const struct slab_state *st, pfn_t pfn, struct slab_info *out);
/* virt_to_slab(): the same for an address; *index gets the object's number (~0u: between objects). */
bool slab_of_addr(const struct slab_state *st, u64 addr, struct slab_info *out, u32 *index);
/* State of object @index of that slab. */
enum slab_object_state slab_object(const struct slab_state *st, pfn_t pfn, u32 index);
/* The free object behind @index on its freelist; ~0u: it is the last, or in use. */
u32 slab_object_next(const struct slab_state *st, pfn_t pfn, u32 index);
/* Address of object @index; 0: out of range. */
u64 slab_object_addr(const struct slab_state *st, pfn_t pfn, u32 index);
/* Slabs of a cache, in the order they were made; @fn returns false to stop. */
void slab_visit(const struct slab_state *st, const struct kmem_cache *s,
		bool (*fn)(const struct slab_info *info, void *arg), void *arg);
/* The transaction id and freelist length of a cpu; false: that cpu never used the cache. */
bool slab_cpu_info(const struct slab_state *st, const struct kmem_cache *s, int cpu, u64 *tid,
		   u32 *nr_free, u32 *nr_partial);
/* One slab drawn object by object, with a legend. */
void slab_draw(const struct slab_state *st, pfn_t pfn, struct text *out);
/* What holds the object at @addr inside the allocator (a struct kmem_cache, a mempool ...); NULL: nothing does. */
const char *slab_internal_object(const struct slab_state *st, u64 addr);

/* --- slab_check.c ------------------------------------------------------------------ */

/* Every object in exactly one place, every slab page owned, counts equal. 0 or -EUCLEAN with a report. */
int slab_check(const struct slab_state *st, struct text *report);

#endif
