/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structures of the slab allocator, for the files of src/slab/ only.
 */
#ifndef MM_SLAB_SLUB_INTERNAL_H
#define MM_SLAB_SLUB_INTERNAL_H

#include "alloc/page_alloc.h"
#include "alloc/page_owner.h"
#include "slab/slub.h"

/* Values of slab->link[] that are not an object's number. */
#define OBJ_USED  ((u16)0xffff) /* handed out */
#define OBJ_NONE  ((u16)0xfffe) /* end of a freelist */
#define OBJ_GOING ((u16)0xfffd) /* being freed by a bulk free */

/*
 * struct slab. The kernel keeps free pointers in the free objects themselves; the
 * model has no bytes of objects, so they are numbers in @link: the next free
 * object, OBJ_NONE at the end, OBJ_USED for objects that are handed out.
 */
struct slab {
	u64 addr;                 /* linear address of its first byte */
	u64 first;                /* address of object 0: behind its left red zone */
	u16 *link;                /* [objects]; NULL for a large kmalloc */
	struct kmem_cache *cache; /* NULL: a block of a large kmalloc */
	u32 size;                 /* of an object, bytes; copy of the cache's */
	u32 reciprocal;           /* 2^32 / size, rounded up: divides by one multiplication */
	u16 freelist;             /* first free object that no cpu has taken, or OBJ_NONE */
	u16 objects;
	u16 inuse;                /* objects not on @freelist */
	u8 order;
	bool frozen;              /* some cpu's slab */
	bool on_node_partial;     /* the kernel borrows PG_workingset for this */
	bool on_full;             /* debug caches keep full slabs on a list */
	s16 nid;
	u16 cpu_slabs;            /* first of a cpu partial chain: length of the chain */
	page_handle page;
	pfn_t pfn;
	struct slab *next;        /* node partial or full list, or cpu partial chain */
	struct slab *prev;
	struct slab *all_next;    /* every slab of the cache, in order of creation (ours) */
	struct slab *all_prev;
};

struct slab_list {
	struct slab *first;
	struct slab *last;
};

/* What a cpu keeps of a cache. Made when the cpu first needs it. */
struct kmem_cache_cpu {
	u64 tid;
	struct slab *slab;
	struct slab *partial; /* chain through slab->next */
	u16 freelist;         /* objects of @slab that only this cpu may take */
};

struct kmem_cache_node {
	u64 addr;          /* of the simulated struct, an object of kmem_cache_node; 0: static */
	u64 nr_partial;
	struct slab_list partial;
	u64 nr_slabs;
	u64 total_objects;
	struct slab_list full; /* debug caches only */
};

struct kmem_cache {
	struct kmem_cache_cpu **cpu; /* [nr_cpus_possible], NULL until used */
	struct slab_geometry geo;
	slab_flags_t flags;
	gfp_t allocflags;
	u32 id;
	int refcount;            /* names; -1: never merged (boot caches) */
	bool ctor;
	bool internal;
	const char *name;
	u64 slow_allocs;         /* objects, besides those that the fast paths count */
	u64 slow_frees;
	u64 nr_pages;            /* of all its slabs */
	struct kmem_cache_node **node; /* [nr_node_ids] */
	u32 *random_seq;         /* [geo.objects] order of a new freelist, NULL: ascending */
	u64 random_seq_addr;     /* the kernel kmallocs that array */
	u64 self_addr;           /* of the simulated struct kmem_cache */
	u32 defrag_ratio;        /* remote_node_defrag_ratio, of 1024 */
	owner_id owner;          /* of its pages */
	struct slab_list all;    /* through all_next */
	u64 stat[NR_SLUB_STATS];
	struct kmem_cache *older; /* list of caches, newest first */
	struct kmem_cache *newer;
};

struct slab_alias {
	const char *name;
	struct kmem_cache *cache;
};

/* Pages of slabs by address: open addressing, linear probing. */
struct slab_map_entry {
	u64 vpn; /* address >> page_shift; 0: empty */
	struct slab *slab;
};

struct slab_map {
	struct slab_map_entry *entry;
	u64 mask; /* entries - 1 */
	u64 nr;
	struct slab *hot; /* found last by a free: often the next one too; NULL: none */
};

/* SLAB_DOWN: nothing; SLAB_PARTIAL_UP: kmem_cache_node works; SLAB_UP: kmalloc works. */
enum slab_stage { SLAB_DOWN, SLAB_PARTIAL_UP, SLAB_UP };

#define KMALLOC_INDEXES 20 /* up to 2 pages of 64 KiB */
#define KMALLOC_RANDOM_MAX 15
enum kmalloc_type {
	KMALLOC_NORMAL,
	KMALLOC_RANDOM_END = KMALLOC_NORMAL + KMALLOC_RANDOM_MAX,
	KMALLOC_RECLAIM,
	KMALLOC_DMA,
	KMALLOC_CGROUP,
	NR_KMALLOC_TYPES
};

struct slab_tag;
struct mempool;

struct slab_state {
	struct mm *mm;
	struct trace *trace;
	struct arena *arena;
	struct slab_config cfg;
	enum slab_stage stage;
	u32 page_shift;
	u64 tid_step;
	struct rng rng;
	struct slab_map map;
	struct kmem_cache *newest;
	struct kmem_cache *oldest;
	struct kmem_cache **by_id;
	u32 nr_ids;
	u32 cap_ids;
	u32 nr_caches;
	struct slab_alias *alias;
	u32 nr_alias;
	u32 cap_alias;
	bool *node_ok;           /* slab_nodes: [nr_node_ids] */
	struct kmem_cache *kmem_cache;
	struct kmem_cache *kmem_cache_node;
	struct kmem_cache *kmalloc[NR_KMALLOC_TYPES][KMALLOC_INDEXES];
	u8 kmalloc_index[24];    /* (bytes - 1) / 8 -> index, up to 192 */
	u64 random_kmalloc_seed;
	owner_id large_owner;
	u64 nr_large;            /* blocks of large kmallocs */
	bool in_new_slab;        /* pages are being asked for: no object may be freed meanwhile */
	u64 nr_slab_pages;       /* pages of all slabs, large blocks not counted */
	struct mempool *pools;   /* newest first */
	struct slab_tag *tag;    /* objects that users named */
	u32 nr_tag;
	u32 cap_tag;
	struct slab_source *source; /* while caches are populated; else NULL */
};

static inline u64 obj_addr(const struct slab *slab, u32 obj)
{
	return slab->first + (u64)obj * slab->size;
}

/*
 * Number of the object at @addr: reciprocal_divide() of its offset. Exact for starts of
 * objects, since offsets are below 2^23; other addresses get some number, so compare
 * obj_addr() with @addr. Addresses before the first object give a number too large.
 */
static inline u32 obj_index(const struct slab *slab, u64 addr)
{
	return (u32)((addr - slab->first) * slab->reciprocal >> 32);
}

/* Objects of @s that are handed out. */
static inline u64 cache_used(const struct kmem_cache *s)
{
	return s->stat[SLUB_alloc_fastpath] + s->slow_allocs - s->stat[SLUB_free_fastpath] - s->slow_frees;
}

static inline bool cache_debug(const struct kmem_cache *s) { return s->flags & SLAB_DEBUG_FLAGS; }

/* slab_map.c */
static inline u64 slab_map_slot(const struct slab_map *map, u64 vpn)
{
	return (vpn * 0x9e3779b97f4a7c15ULL >> 20) & map->mask;
}

/* The slab (or large block) that covers @addr; NULL: none. */
static inline struct slab *slab_map_find(const struct slab_state *st, u64 addr)
{
	const struct slab_map *map = &st->map;
	u64 vpn = addr >> st->page_shift;

	/* An empty entry answers for page number 0, which has no slab either. */
	for (u64 i = slab_map_slot(map, vpn);; i = (i + 1) & map->mask)
		if (likely(map->entry[i].vpn == vpn || !map->entry[i].vpn))
			return map->entry[i].vpn == vpn ? map->entry[i].slab : NULL;
}
/* The same, trying the slab of the last free first. */
static inline struct slab *slab_map_find_hot(struct slab_state *st, u64 addr)
{
	struct slab *slab = st->map.hot;

	if (likely(slab && addr - slab->addr < 1ULL << (st->page_shift + slab->order)))
		return slab;
	slab = slab_map_find(st, addr);
	st->map.hot = slab;
	return slab;
}
void slab_map_init(struct slab_state *st);
void slab_map_add(struct slab_state *st, struct slab *slab);
void slab_map_del(struct slab_state *st, struct slab *slab);

/* slab_page.c */
u64 slab_page_address(const struct slab_state *st, pfn_t pfn);
int slab_page_nid(const struct mm *mm, page_handle page);
struct slab *slab_new(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node);
void slab_discard(struct slab_state *st, struct kmem_cache *s, struct slab *slab);
void slab_list_add(struct slab_list *l, struct slab *slab, bool tail);
void slab_list_del(struct slab_list *l, struct slab *slab);
void slab_account_pages(struct slab_state *st, int nid, bool reclaimable, s64 pages);

/* slub.c */
u64 slab_alloc_slow(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node);
int slab_free_slow(struct slab_state *st, struct slab *slab, u16 head, u16 tail, u32 cnt);
int slab_free_refused(const struct kmem_cache *s, const struct slab *slab, u64 addr, struct mm_error *err);
void node_add_partial(struct kmem_cache_node *n, struct slab *slab, bool tail);
void node_remove_partial(struct kmem_cache_node *n, struct slab *slab);
void slab_flush_cpu(struct slab_state *st, struct kmem_cache *s, int cpu);
void slab_flush_all(struct slab_state *st, struct kmem_cache *s);
int slab_mem_node(const struct mm *mm);

/* The first object of the cpu's freelist, which must not be empty. */
static inline u64 slab_take_from_cpu(const struct slab_state *st, struct kmem_cache_cpu *c)
{
	struct slab *slab = c->slab;
	u16 obj = c->freelist;

	c->freelist = slab->link[obj];
	slab->link[obj] = OBJ_USED;
	c->tid += st->tid_step;
	return obj_addr(slab, obj);
}

/* The lockless path: an object of the cpu's freelist, on @node (NO_NODE: any); 0: it has none. */
static inline u64 slab_alloc_fast(const struct slab_state *st, struct kmem_cache *s, int node)
{
	struct kmem_cache_cpu *c = s->cpu[st->mm->cpu];

	if (unlikely(!c || c->freelist == OBJ_NONE || (node != NO_NODE && c->slab->nid != node)))
		return 0;
	s->stat[SLUB_alloc_fastpath]++;
	return slab_take_from_cpu(st, c);
}

/* slab_alloc_node(): an object, whatever it takes; 0: no memory. */
static inline u64 slab_alloc_node(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node)
{
	u64 addr = slab_alloc_fast(st, s, node);

	return likely(addr) ? addr : slab_alloc_slow(st, s, gfp, node);
}

/*
 * do_slab_free(): @cnt objects linked from @head to @tail, lockless where the slab is the
 * cpu's. Return: 0, always; callers end with it, which keeps the fast path free of calls.
 */
static inline int slab_free_list(struct slab_state *st, struct slab *slab, u16 head, u16 tail, u32 cnt)
{
	struct kmem_cache *s = slab->cache;
	struct kmem_cache_cpu *c = s->cpu[st->mm->cpu];

	if (unlikely(!c || c->slab != slab))
		return slab_free_slow(st, slab, head, tail, cnt);
	slab->link[tail] = c->freelist;
	c->freelist = head;
	c->tid += st->tid_step;
	s->stat[SLUB_free_fastpath] += cnt;
	return 0;
}

static inline int slab_free_object(struct slab_state *st, struct slab *slab, u32 obj)
{
	return slab_free_list(st, slab, (u16)obj, (u16)obj, 1);
}

/*
 * Is @addr, in @slab (may be NULL), a handed out object of @s (NULL: of any cache)? Its
 * number goes to *obj. If not, slab_free_refused() says why.
 */
static inline bool slab_may_free(const struct kmem_cache *s, const struct slab *slab, u64 addr, u32 *obj)
{
	*obj = 0;
	if (unlikely(!slab || !slab->cache || (s && s != slab->cache)))
		return false;
	*obj = obj_index(slab, addr);
	return likely(*obj < slab->objects && obj_addr(slab, *obj) == addr && slab->link[*obj] == OBJ_USED);
}
struct kmem_cache_node *slab_get_node(struct slab_state *st, struct kmem_cache *s, int nid);

/* slab_view.c */
void slab_visit_own(const struct slab_state *st, void (*fn)(u64 addr, void *arg), void *arg);

/* slab_common.c */
struct kmem_cache *slab_boot_cache(struct slab_state *st, const char *name, u32 size, u32 align,
				   slab_flags_t flags, struct mm_error *err);
int slab_cache_random_seq(struct slab_state *st, struct kmem_cache *s);

/* slab_shrink.c */
void slab_register_shrinker(struct slab_state *st);

/* kmalloc.c */
int kmalloc_init(struct slab_state *st, struct mm_error *err);
void kmalloc_free_large(struct slab_state *st, struct slab *slab);

#endif
