/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Caches: creating, merging, shrinking, destroying, and the allocator's own start.
 *
 * The allocator describes its caches in objects of two caches that it makes first,
 * by hand: kmem_cache_node (the per-node lists) and kmem_cache (the caches). Until
 * they exist nothing can be allocated from them, so the first kmem_cache_node of
 * each node is cut out of a fresh slab without any allocator.
 *
 * Caches of equal layout and equal kind of memory share their slabs: the newer name
 * becomes an alias of the oldest cache that fits.
 *
 * Models: mm/slab_common.c, mm/slub.c kmem_cache_init(), __kmem_cache_do_shrink().
 * Left out: sysfs objects, percpu memory of the cpu slabs (taken from the percpu
 * allocator, which is not modelled).
 */
#include "slab/slub_internal.h"

#include <string.h>

#include "alloc/node.h"
#include "slab/kmalloc.h"
#include "slab/slab_debug.h"

#define SLAB_NEVER_MERGE                                                                       \
	(SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_TYPESAFE_BY_RCU |   \
	 SLAB_NOLEAKTRACE | SLAB_NO_MERGE)
#define SLAB_MERGE_SAME (SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA | SLAB_CACHE_DMA32 | SLAB_ACCOUNT)

#define REMOTE_NODE_DEFRAG_RATIO 1000
#define SHRINK_PROMOTE_MAX 32 /* slabs with fewer free objects are sorted to the front */

/* Bytes of struct kmem_cache up to its array of nodes, and of struct kmem_cache_node. */
#define KMEM_CACHE_BYTES_64      216u
#define KMEM_CACHE_BYTES_32      136u
#define KMEM_CACHE_NODE_BYTES_64 64u
#define KMEM_CACHE_NODE_BYTES_32 32u

const char *kmem_cache_name(const struct kmem_cache *s) { return s->name; }
u32 kmem_cache_id(const struct kmem_cache *s) { return s->id; }
const struct slab_geometry *kmem_cache_geometry(const struct kmem_cache *s) { return &s->geo; }

/* --- the list of caches --------------------------------------------------------- */

static void list_add_cache(struct slab_state *st, struct kmem_cache *s)
{
	s->older = st->newest;
	if (st->newest)
		st->newest->newer = s;
	else
		st->oldest = s;
	st->newest = s;
	st->nr_caches++;
}

static void list_del_cache(struct slab_state *st, struct kmem_cache *s)
{
	if (s->newer)
		s->newer->older = s->older;
	else
		st->newest = s->older;
	if (s->older)
		s->older->newer = s->newer;
	else
		st->oldest = s->newer;
	st->nr_caches--;
}

static void give_id(struct slab_state *st, struct kmem_cache *s)
{
	if (st->nr_ids == st->cap_ids) {
		u32 cap = st->cap_ids ? st->cap_ids * 2 : 64;

		st->by_id = arena_realloc(st->arena, st->by_id, st->cap_ids * sizeof(*st->by_id),
					  cap * sizeof(*st->by_id));
		st->cap_ids = cap;
	}
	s->id = st->nr_ids++;
	st->by_id[s->id] = s;
}

static struct slab_alias *find_alias(const struct slab_state *st, const char *name)
{
	for (u32 i = 0; i < st->nr_alias; i++)
		if (!strcmp(st->alias[i].name, name))
			return &st->alias[i];
	return NULL;
}

struct kmem_cache *kmem_cache_find(const struct slab_state *st, const char *name)
{
	const struct slab_alias *a = find_alias(st, name);

	if (a)
		return a->cache;
	for (struct kmem_cache *s = st->newest; s; s = s->older)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

/* --- making a cache ------------------------------------------------------------------ */

static gfp_t alloc_flags(slab_flags_t flags)
{
	gfp_t gfp = __GFP_COMP;

	if (flags & SLAB_CACHE_DMA)
		gfp |= GFP_DMA;
	if (flags & SLAB_CACHE_DMA32)
		gfp |= GFP_DMA32;
	if (flags & SLAB_RECLAIM_ACCOUNT)
		gfp |= __GFP_RECLAIMABLE;
	return gfp;
}

static void free_name(struct slab_state *st, const char *name)
{
	arena_free(st->arena, (void *)(uintptr_t)name, strlen(name) + 1);
}

static void free_cache_memory(struct slab_state *st, struct kmem_cache *s)
{
	const struct mm *mm = st->mm;

	free_name(st, s->name);
	for (int cpu = 0; cpu < mm->nr_cpus_possible; cpu++)
		if (s->cpu[cpu])
			arena_free(st->arena, s->cpu[cpu], sizeof(*s->cpu[cpu]));
	for (int nid = 0; nid < mm->nr_node_ids; nid++)
		if (s->node[nid])
			arena_free(st->arena, s->node[nid], sizeof(*s->node[nid]));
	arena_free(st->arena, s->cpu, (size_t)mm->nr_cpus_possible * sizeof(*s->cpu));
	arena_free(st->arena, s->node, (size_t)mm->nr_node_ids * sizeof(*s->node));
	if (s->random_seq)
		arena_free(st->arena, s->random_seq, s->geo.objects * sizeof(*s->random_seq));
	arena_free(st->arena, s, sizeof(*s));
}

/* kmem_cache_node without an allocator: the first object of a new slab on @nid. */
static int early_node_alloc(struct slab_state *st, struct kmem_cache *s, int nid)
{
	struct slab *slab = slab_new(st, s, GFP_NOWAIT, nid);
	struct kmem_cache_node *n;
	u16 obj;

	if (!slab)
		return -ENOMEM;
	obj = slab->freelist;
	slab->freelist = slab->link[obj];
	slab->link[obj] = OBJ_USED;
	slab->inuse = 1;
	s->slow_allocs++;
	slab_get_node(st, s, nid)->addr = obj_addr(slab, obj);
	n = slab_get_node(st, s, slab->nid);
	n->nr_slabs++;
	n->total_objects += slab->objects;
	node_add_partial(n, slab, false);
	return 0;
}

/* The per-node structure of @s for @nid. */
static int make_node(struct slab_state *st, struct kmem_cache *s, int nid, gfp_t gfp, int from)
{
	u64 addr;

	if (st->stage == SLAB_DOWN)
		return early_node_alloc(st, s, nid);
	addr = kmem_cache_alloc_node(st, st->kmem_cache_node, gfp, from);
	if (!addr)
		return -ENOMEM;
	slab_get_node(st, s, nid)->addr = addr;
	return 0;
}

static int init_nodes(struct slab_state *st, struct kmem_cache *s)
{
	int rc = 0;

	for (int nid = 0; nid < st->mm->nr_node_ids && !rc; nid++)
		if (st->node_ok[nid])
			rc = make_node(st, s, nid, GFP_KERNEL, nid);
	return rc;
}

/* Free the simulated objects that describe @s itself. */
static void free_own_objects(struct slab_state *st, struct kmem_cache *s)
{
	if (s->random_seq_addr)
		kfree(st, s->random_seq_addr, NULL);
	for (int nid = 0; nid < st->mm->nr_node_ids; nid++)
		if (s->node[nid] && s->node[nid]->addr)
			kmem_cache_free(st, st->kmem_cache_node, s->node[nid]->addr, NULL);
	if (s->self_addr)
		kmem_cache_free(st, st->kmem_cache, s->self_addr, NULL);
}

/* The order in which objects of a new slab are linked: a Fisher-Yates shuffle. */
int slab_cache_random_seq(struct slab_state *st, struct kmem_cache *s)
{
	u32 count = s->geo.objects;

	if (!st->cfg.freelist_random || s->random_seq || count < 2)
		return 0;
	s->random_seq_addr = kmalloc(st, count * sizeof(u32), GFP_KERNEL | __GFP_ZERO);
	if (!s->random_seq_addr)
		return -ENOMEM;
	s->random_seq = arena_alloc(st->arena, count * sizeof(*s->random_seq));
	for (u32 i = 0; i < count; i++)
		s->random_seq[i] = i;
	for (u32 i = count - 1; i > 0; i--) {
		u32 j = (u32)rng_below(&st->rng, i + 1);
		u32 tmp = s->random_seq[i];

		s->random_seq[i] = s->random_seq[j];
		s->random_seq[j] = tmp;
	}
	return 0;
}

/* calculate_sizes() with what slab_debug= adds; *rq gets the flags that remain. */
static int compute_layout(struct slab_state *st, const char *name, struct slab_request *rq,
			  struct slab_geometry *geo)
{
	const struct slab_limits *l = &st->cfg.limits;
	bool keep_order;

	rq->flags = slab_debug_flags(st->cfg.debug, rq->flags, name, &keep_order);
	if (slab_calculate_sizes(l, rq, geo))
		return -EINVAL;
	if (!keep_order || slab_get_order(l, geo->size) <= slab_get_order(l, geo->object_size))
		return 0;
	rq->flags &= ~(u32)SLAB_DEBUG_METADATA;
	return slab_calculate_sizes(l, rq, geo);
}

static struct kmem_cache *new_cache(struct slab_state *st, const char *name, struct slab_request rq,
				    struct mm_error *err)
{
	struct slab_geometry geo;
	struct kmem_cache *s;

	if (compute_layout(st, name, &rq, &geo)) {
		mm_fail(err, -EINVAL, "no slab can hold objects of %u bytes: the largest page block has %llu KiB",
			rq.object_size,
			1ULL << (st->page_shift + st->cfg.limits.max_page_order) >> 10);
		return NULL;
	}
	s = arena_alloc(st->arena, sizeof(*s));
	s->geo = geo;
	s->flags = rq.flags;
	s->ctor = rq.ctor;
	s->allocflags = alloc_flags(rq.flags);
	s->name = arena_strdup(st->arena, name);
	s->cpu = arena_alloc(st->arena, (size_t)st->mm->nr_cpus_possible * sizeof(*s->cpu));
	s->node = arena_alloc(st->arena, (size_t)st->mm->nr_node_ids * sizeof(*s->node));
	s->defrag_ratio = REMOTE_NODE_DEFRAG_RATIO;
	s->owner = owner_intern(st->mm, s->name,
				"alloc_pages < alloc_slab_page < allocate_slab < ___slab_alloc", 0);
	return s;
}

/* do_kmem_cache_create(): the rest, which needs simulated memory. NULL: there is none (*err). */
static struct kmem_cache *finish_cache(struct slab_state *st, struct kmem_cache *s, struct mm_error *err)
{
	if ((st->stage < SLAB_UP || !slab_cache_random_seq(st, s)) && !init_nodes(st, s)) {
		give_id(st, s);
		list_add_cache(st, s);
		return s;
	}
	mm_fail(err, -ENOMEM, "no simulated memory left for the structures of cache %s; free something first",
		s->name);
	free_own_objects(st, s);
	free_cache_memory(st, s);
	return NULL;
}

struct kmem_cache *slab_boot_cache(struct slab_state *st, const char *name, u32 size, u32 align,
				   slab_flags_t flags, struct mm_error *err)
{
	struct slab_request rq = { .object_size = size, .align = align, .flags = flags };
	struct kmem_cache *s;
	u64 self = 0;

	if (st->kmem_cache) {
		self = kmem_cache_alloc(st, st->kmem_cache, GFP_NOWAIT | __GFP_ZERO);
		if (!self) {
			mm_fail(err, -ENOMEM, "not enough memory for the slab allocator's own caches");
			return NULL;
		}
	}
	s = new_cache(st, name, rq, err);
	if (!s)
		return NULL;
	s->self_addr = self;
	s->internal = true;
	s->refcount = 1;
	return finish_cache(st, s, err);
}

/* --- merging ----------------------------------------------------------------------------- */

static bool unmergeable(const struct kmem_cache *s)
{
	return s->flags & SLAB_NEVER_MERGE || s->ctor || s->refcount < 0;
}

/* The oldest cache whose slabs could hold objects of @rq; NULL: none. */
static struct kmem_cache *find_mergeable(const struct slab_state *st, const char *name,
					 const struct slab_request *rq)
{
	const struct slab_limits *l = &st->cfg.limits;
	bool keep_order;
	slab_flags_t flags = slab_debug_flags(st->cfg.debug, rq->flags, name, &keep_order);
	u32 size = (u32)align_up(rq->object_size, l->word);
	u32 align = slab_alignment(l, flags, rq->align, size);

	if (st->cfg.nomerge || rq->ctor || (flags & SLAB_NEVER_MERGE))
		return NULL;
	size = (u32)align_up(size, align);
	for (struct kmem_cache *s = st->oldest; s; s = s->newer) {
		if (unmergeable(s) || size > s->geo.size)
			continue;
		if ((flags & SLAB_MERGE_SAME) != (s->flags & SLAB_MERGE_SAME))
			continue;
		if (s->geo.size & (align - 1) || s->geo.size - size >= l->word)
			continue;
		return s;
	}
	return NULL;
}

static void add_alias(struct slab_state *st, struct kmem_cache *s, const char *name, u32 size)
{
	u32 words = (u32)align_up(size, st->cfg.limits.word);

	if (st->nr_alias == st->cap_alias) {
		u32 cap = st->cap_alias ? st->cap_alias * 2 : 16;

		st->alias = arena_realloc(st->arena, st->alias, st->cap_alias * sizeof(*st->alias),
					  cap * sizeof(*st->alias));
		st->cap_alias = cap;
	}
	st->alias[st->nr_alias].name = arena_strdup(st->arena, name);
	st->alias[st->nr_alias++].cache = s;
	s->refcount++;
	if (s->geo.object_size < size)
		s->geo.object_size = size;
	if (s->geo.inuse < words)
		s->geo.inuse = words;
}

static int check_request(const struct slab_state *st, const char *name, const struct slab_request *rq,
			 struct mm_error *err)
{
	if (!*name || strlen(name) > 63 || strpbrk(name, " \t\n"))
		return mm_fail(err, -EINVAL, "cache name \"%.64s\" is not usable: 1 to 63 characters, no blanks",
			       name);
	if (!rq->object_size || rq->object_size > 4 * MiB)
		return mm_fail(err, -EINVAL, "object size %u is outside 1 byte to 4 MiB", rq->object_size);
	if (rq->align && (!is_pow2(rq->align) || rq->align > 1u << st->page_shift))
		return mm_fail(err, -EINVAL, "align %u is not a power of two up to a page (%u)", rq->align,
			       1u << st->page_shift);
	if (kmem_cache_find(st, name))
		return mm_fail(err, -EEXIST, "a cache named %s exists; choose another name", name);
	return 0;
}

struct kmem_cache *kmem_cache_create(struct slab_state *st, const char *name,
				     const struct slab_request *rq, struct mm_error *err)
{
	struct kmem_cache *s;
	u64 self;

	if (check_request(st, name, rq, err))
		return NULL;
	s = find_mergeable(st, name, rq);
	if (s) {
		add_alias(st, s, name, rq->object_size);
		return s;
	}
	s = new_cache(st, name, *rq, err);
	if (!s)
		return NULL;
	self = kmem_cache_alloc(st, st->kmem_cache, GFP_KERNEL | __GFP_ZERO);
	if (!self) {
		mm_fail(err, -ENOMEM, "no simulated memory left for another struct kmem_cache");
		free_cache_memory(st, s);
		return NULL;
	}
	s->self_addr = self;
	s->refcount = 1;
	return finish_cache(st, s, err);
}

/* --- shrinking and destroying ---------------------------------------------------------------- */

/*
 * Split the partial list of @n: empty slabs to @discard, slabs with few free objects
 * to @promote by that number. What has more free objects stays.
 */
static void sort_partial(struct kmem_cache_node *n, struct slab_list *discard, struct slab_list *promote)
{
	struct slab *next;

	for (struct slab *slab = n->partial.first; slab; slab = next) {
		u32 nr_free = slab->objects - slab->inuse;

		next = slab->next;
		if (nr_free == slab->objects) {
			node_remove_partial(n, slab);
			slab_list_add(discard, slab, false);
		} else if (nr_free <= SHRINK_PROMOTE_MAX) {
			slab_list_del(&n->partial, slab);
			slab_list_add(&promote[nr_free - 1], slab, false);
		}
	}
}

/* __kmem_cache_do_shrink() for one node: the fullest slabs end up first. */
static void shrink_node(struct slab_state *st, struct kmem_cache *s, struct kmem_cache_node *n)
{
	struct slab_list promote[SHRINK_PROMOTE_MAX] = { { NULL, NULL } };
	struct slab_list discard = { NULL, NULL };

	sort_partial(n, &discard, promote);
	for (int i = SHRINK_PROMOTE_MAX - 1; i >= 0; i--) {
		while (promote[i].last) {
			struct slab *slab = promote[i].last;

			slab_list_del(&promote[i], slab);
			slab_list_add(&n->partial, slab, false);
		}
	}
	while (discard.first) {
		struct slab *slab = discard.first;

		slab_list_del(&discard, slab);
		slab_discard(st, s, slab);
	}
}

bool kmem_cache_shrink(struct slab_state *st, struct kmem_cache *s)
{
	bool left = false;

	slab_flush_all(st, s);
	for (int nid = 0; nid < st->mm->nr_node_ids; nid++) {
		if (!s->node[nid])
			continue;
		shrink_node(st, s, s->node[nid]);
		left |= s->node[nid]->nr_slabs != 0;
	}
	return left;
}

static int refuse_used(const struct kmem_cache *s, struct mm_error *err)
{
	const struct slab *slab = s->all.first;
	u32 obj = 0;

	for (; slab; slab = slab->all_next) {
		for (obj = 0; obj < slab->objects && slab->link[obj] != OBJ_USED; obj++)
			;
		if (obj < slab->objects)
			break;
	}
	return mm_fail(err, -EBUSY,
		       "cache %s still has %llu objects in use, the first at 0x%llx; free them (cache free %s "
		       "n=all), then destroy it. A real kernel warns and leaks the cache.", s->name,
		       (unsigned long long)cache_used(s),
		       (unsigned long long)(slab ? obj_addr(slab, obj) : 0), s->name);
}

/* Forget the name @name of @s, which has others. (The kernel goes on showing the first one.) */
static void drop_name(struct slab_state *st, struct kmem_cache *s, const char *name)
{
	struct slab_alias *a = find_alias(st, name);
	const char *dropped = a ? a->name : s->name;

	for (u32 i = 0; !a; i++)
		if (st->alias[i].cache == s)
			a = &st->alias[i];
	if (dropped == s->name)
		s->name = a->name;
	*a = st->alias[--st->nr_alias];
	s->refcount--;
	free_name(st, dropped);
}

int kmem_cache_destroy(struct slab_state *st, const char *name, struct mm_error *err)
{
	struct kmem_cache *s = kmem_cache_find(st, name);

	if (!s)
		return mm_fail(err, -ENOENT, "no cache is named %s; cache list shows them", name);
	if (s->refcount > 1) {
		drop_name(st, s, name);
		return 0;
	}
	if (s->internal)
		return mm_fail(err, -EBUSY, "cache %s belongs to the allocator itself and stays", name);
	if (cache_used(s))
		return refuse_used(s, err);
	kmem_cache_shrink(st, s);
	list_del_cache(st, s);
	st->by_id[s->id] = NULL;
	free_own_objects(st, s);
	free_cache_memory(st, s);
	return 0;
}

/* --- hotplug ------------------------------------------------------------------------------------- */

void slab_memory_going_offline(struct slab_state *st)
{
	for (struct kmem_cache *s = st->newest; s; s = s->older)
		kmem_cache_shrink(st, s);
}

int slab_node_going_online(struct slab_state *st, int nid)
{
	for (struct kmem_cache *s = st->newest; s; s = s->older)
		if ((!s->node[nid] || !s->node[nid]->addr) && make_node(st, s, nid, GFP_KERNEL, NO_NODE))
			return -ENOMEM;
	st->node_ok[nid] = true;
	return 0;
}

void slab_node_offline(struct slab_state *st, int nid)
{
	st->node_ok[nid] = false;
}

void slab_cpu_dead(struct slab_state *st, int cpu)
{
	for (struct kmem_cache *s = st->newest; s; s = s->older)
		slab_flush_cpu(st, s, cpu);
}

/* --- boot ------------------------------------------------------------------------------------------- */

void slab_config_default(struct slab_config *cfg, const struct mm *mm, phys_t memstart)
{
	memset(cfg, 0, sizeof(*cfg));
	slab_limits_init(&cfg->limits, mm->arch, (u32)mm->nr_cpus, (u32)mm->nr_cpus_possible);
	cfg->freelist_random = true;
	cfg->memcg = true;
	cfg->zone_dma = true;
	cfg->buckets = mm->arch->id != ARCH_I386;
	cfg->linear_base = mm->arch->page_offset - memstart;
}

/* bootstrap(): a cache made by hand gets its real struct, and its cpu slab is given up. */
static int bootstrap(struct slab_state *st, struct kmem_cache *s)
{
	s->self_addr = kmem_cache_alloc(st, st->kmem_cache, GFP_NOWAIT | __GFP_ZERO);
	if (!s->self_addr)
		return -ENOMEM;
	slab_flush_cpu(st, s, st->mm->cpu);
	s->refcount = -1;
	return 0;
}

/* kmem_cache_node and kmem_cache; slabinfo lists the latter as the older one. */
static int make_first_caches(struct slab_state *st, struct mm_error *err)
{
	bool wide = st->cfg.limits.word == 8;
	u32 cache_size = wide ? KMEM_CACHE_BYTES_64 : KMEM_CACHE_BYTES_32;
	slab_flags_t flags = SLAB_HWCACHE_ALIGN | SLAB_NO_OBJ_EXT;
	struct kmem_cache *node, *cache;

	cache_size += (u32)st->mm->nr_node_ids * st->cfg.limits.word;
	node = slab_boot_cache(st, "kmem_cache_node",
			       wide ? KMEM_CACHE_NODE_BYTES_64 : KMEM_CACHE_NODE_BYTES_32,
			       st->cfg.limits.kmalloc_min, flags, err);
	if (!node)
		return -ENOMEM;
	st->kmem_cache_node = node;
	st->stage = SLAB_PARTIAL_UP;
	cache = slab_boot_cache(st, "kmem_cache", cache_size, st->cfg.limits.kmalloc_min, flags, err);
	if (!cache)
		return -ENOMEM;
	st->kmem_cache = cache;
	list_del_cache(st, node);
	node->older = node->newer = NULL;
	list_add_cache(st, node);
	if (bootstrap(st, cache) || bootstrap(st, node))
		return mm_fail(err, -ENOMEM, "not enough memory for the slab allocator's own caches");
	return 0;
}

static void find_slab_nodes(struct slab_state *st)
{
	struct mm *mm = st->mm;

	st->node_ok = arena_alloc(st->arena, (size_t)mm->nr_node_ids * sizeof(*st->node_ok));
	for_each_node(mm, n)
		st->node_ok[n->nid] = node_has_normal_memory(n);
}

/* init_freelist_randomization(): newest cache first, as the kernel walks its list. */
static int randomize_freelists(struct slab_state *st, struct mm_error *err)
{
	for (struct kmem_cache *s = st->newest; s; s = s->older)
		if (slab_cache_random_seq(st, s))
			return mm_fail(err, -ENOMEM, "not enough memory for the slab allocator's freelists");
	return 0;
}

struct slab_state *slab_init(struct mm *mm, const struct slab_config *cfg, struct mm_error *err)
{
	struct slab_state *st = arena_alloc(mm->arena, sizeof(*st));

	st->mm = mm;
	st->trace = mm->trace;
	st->arena = mm->arena;
	st->cfg = *cfg;
	if (cfg->debug)
		st->cfg.debug = arena_strdup(st->arena, cfg->debug);
	st->page_shift = mm->arch->page_shift;
	st->tid_step = 1;
	while (st->tid_step < mm->arch->nr_cpus_limit)
		st->tid_step *= 2;
	rng_seed(&st->rng, rng_next(&mm->rng));
	slab_map_init(st);
	find_slab_nodes(st);
	if (make_first_caches(st, err) || kmalloc_init(st, err) || randomize_freelists(st, err))
		return NULL;
	slab_register_shrinker(st);
	return st;
}
