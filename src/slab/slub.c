/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking and giving back objects.
 *
 *            fast                      slow, in this order
 *   alloc    cpu freelist       ->     cpu slab's freelist (objects freed by other
 *                                      cpus) -> cpu partial -> node partial -> other
 *                                      nodes' partial -> new slab from the buddy
 *   free     to the cpu slab    ->     to another slab: a full one goes to the cpu
 *            (its freelist)            partial chain, an empty one may be given back
 *
 * The object freed last is handed out first: it is still warm in the cache.
 *
 * A slab's @inuse counts everything that is not on its own freelist: a frozen slab
 * gave all its free objects to the cpu and counts as full.
 *
 * Caches with debug options have neither cpu slabs nor cpu partial chains: every
 * object goes through the node's lists, and full slabs are on a list too.
 *
 * Models: mm/slub.c ___slab_alloc(), __slab_free(), deactivate_slab(),
 * put_cpu_partial(), get_partial(). Left out: pfmemalloc matching, kfence.
 */
#include "slab/slub_internal.h"

#include "alloc/zonelist.h"

#define DEFRAG_RANGE 1024 /* remote_node_defrag_ratio is a share of this */

static struct kmem_cache_cpu *this_cpu(struct slab_state *st, struct kmem_cache *s)
{
	int cpu = st->mm->cpu;
	struct kmem_cache_cpu *c = s->cpu[cpu];

	if (unlikely(!c)) {
		c = arena_alloc(st->arena, sizeof(*c));
		c->tid = (u64)cpu;
		c->freelist = OBJ_NONE;
		s->cpu[cpu] = c;
	}
	return c;
}

static void next_tid(const struct slab_state *st, struct kmem_cache_cpu *c)
{
	c->tid += st->tid_step;
}

/* numa_mem_id(): the node whose memory the running cpu uses first. */
int slab_mem_node(const struct mm *mm)
{
	int nid = mm->cpu_node[mm->cpu];
	const struct node *n = nid >= 0 ? mm->node[nid] : NULL;

	for (int i = 0; n && i < n->fallback.nr; i++)
		if (n->fallback.refs[i].zid <= ZONE_NORMAL)
			return n->fallback.refs[i].zone->nid;
	return nid < 0 ? 0 : nid;
}

struct kmem_cache_node *slab_get_node(struct slab_state *st, struct kmem_cache *s, int nid)
{
	if (unlikely(!s->node[nid]))
		s->node[nid] = arena_alloc(st->arena, sizeof(*s->node[nid]));
	return s->node[nid];
}

/* --- node lists ------------------------------------------------------------- */

void node_add_partial(struct kmem_cache_node *n, struct slab *slab, bool tail)
{
	slab_list_add(&n->partial, slab, tail);
	n->nr_partial++;
	slab->on_node_partial = true;
}

void node_remove_partial(struct kmem_cache_node *n, struct slab *slab)
{
	slab_list_del(&n->partial, slab);
	n->nr_partial--;
	slab->on_node_partial = false;
}

static void node_add_full(struct kmem_cache_node *n, struct slab *slab)
{
	slab_list_add(&n->full, slab, false);
	slab->on_full = true;
}

static void node_remove_full(struct kmem_cache_node *n, struct slab *slab)
{
	slab_list_del(&n->full, slab);
	slab->on_full = false;
}

static void node_count_slab(struct kmem_cache_node *n, const struct slab *slab)
{
	n->nr_slabs++;
	n->total_objects += slab->objects;
}

/* --- cpu slab and cpu partial chain ------------------------------------------- */

static void discard_empty(struct slab_state *st, struct kmem_cache *s, struct slab *slab)
{
	s->stat[SLUB_deactivate_empty]++;
	s->stat[SLUB_free_slab]++;
	slab_discard(st, s, slab);
}

/* __put_partials(): a chain goes to the node lists; empty slabs that a node does not want, to the buddy. */
static void put_partials(struct slab_state *st, struct kmem_cache *s, struct slab *chain)
{
	struct slab *empty = NULL;
	struct slab *slab;

	while ((slab = chain)) {
		struct kmem_cache_node *n = slab_get_node(st, s, slab->nid);

		chain = slab->next;
		slab->cpu_slabs = 0;
		if (!slab->inuse && n->nr_partial >= s->geo.min_partial) {
			slab->next = empty;
			empty = slab;
			continue;
		}
		node_add_partial(n, slab, true);
		s->stat[SLUB_free_add_partial]++;
	}
	while ((slab = empty)) {
		empty = slab->next;
		discard_empty(st, s, slab);
	}
}

/* Put @slab before the cpu's chain; with @drain a chain that is long enough goes to the node first. */
static void put_cpu_partial(struct slab_state *st, struct kmem_cache *s, struct slab *slab, bool drain)
{
	struct kmem_cache_cpu *c = this_cpu(st, s);
	struct slab *old = c->partial;
	struct slab *to_put = NULL;

	if (old && drain && old->cpu_slabs >= s->geo.cpu_partial_slabs) {
		to_put = old;
		old = NULL;
	}
	slab->cpu_slabs = (u16)((old ? old->cpu_slabs : 0) + 1);
	slab->next = old;
	c->partial = slab;
	if (to_put) {
		put_partials(st, s, to_put);
		s->stat[SLUB_cpu_partial_drain]++;
	}
}

/* Give @slab's free objects back to it: the cpu's @freelist goes before its own. */
static void splice_cpu_freelist(struct slab *slab, u16 freelist)
{
	u16 last = OBJ_NONE;

	for (u16 obj = freelist; obj != OBJ_NONE; obj = slab->link[obj]) {
		last = obj;
		slab->inuse--;
	}
	if (last == OBJ_NONE)
		return;
	slab->link[last] = slab->freelist;
	slab->freelist = freelist;
}

/* The cpu is done with @slab, of which it still has @freelist. */
static void deactivate_slab(struct slab_state *st, struct kmem_cache *s, struct slab *slab, u16 freelist)
{
	struct kmem_cache_node *n = slab_get_node(st, s, slab->nid);
	bool tail = slab->freelist != OBJ_NONE; /* others freed into it: it is colder */

	if (tail)
		s->stat[SLUB_deactivate_remote_frees]++;
	splice_cpu_freelist(slab, freelist);
	slab->frozen = false;
	if (!slab->inuse && n->nr_partial >= s->geo.min_partial) {
		discard_empty(st, s, slab);
	} else if (slab->freelist != OBJ_NONE) {
		node_add_partial(n, slab, tail);
		s->stat[tail ? SLUB_deactivate_to_tail : SLUB_deactivate_to_head]++;
	} else {
		s->stat[SLUB_deactivate_full]++;
	}
}

/* Take the cpu's slab away and deactivate it. */
static void drop_cpu_slab(struct slab_state *st, struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	struct slab *slab = c->slab;
	u16 freelist = c->freelist;

	c->slab = NULL;
	c->freelist = OBJ_NONE;
	next_tid(st, c);
	if (slab)
		deactivate_slab(st, s, slab, freelist);
}

void slab_flush_cpu(struct slab_state *st, struct kmem_cache *s, int cpu)
{
	struct kmem_cache_cpu *c = s->cpu[cpu];
	struct slab *chain;

	if (!c || (!c->slab && !c->partial))
		return;
	if (c->slab)
		s->stat[SLUB_cpuslab_flush]++;
	drop_cpu_slab(st, s, c);
	chain = c->partial;
	c->partial = NULL;
	put_partials(st, s, chain);
}

void slab_flush_all(struct slab_state *st, struct kmem_cache *s)
{
	for (int cpu = 0; cpu < st->mm->nr_cpus_possible; cpu++)
		slab_flush_cpu(st, s, cpu);
}

/* --- allocation, slow path -------------------------------------------------------- */

static bool node_match(const struct slab *slab, int node)
{
	return node == NO_NODE || slab->nid == node;
}

static bool node_usable(const struct slab_state *st, int node)
{
	return node >= 0 && node < st->mm->nr_node_ids && st->node_ok[node];
}

/* All free objects of the cpu's slab become the cpu's; without any it is no longer frozen. */
static u16 get_freelist(struct slab *slab)
{
	u16 freelist = slab->freelist;

	slab->inuse = slab->objects;
	slab->frozen = freelist != OBJ_NONE;
	slab->freelist = OBJ_NONE;
	return freelist;
}

/* Can the cpu's own slab serve? It is dropped when it is full or on the wrong node. */
static bool use_cpu_slab(struct slab_state *st, struct kmem_cache *s, struct kmem_cache_cpu *c, int node)
{
	if (!c->slab)
		return false;
	if (!node_match(c->slab, node)) {
		s->stat[SLUB_alloc_node_mismatch]++;
		drop_cpu_slab(st, s, c);
		return false;
	}
	if (c->freelist != OBJ_NONE)
		return true;
	c->freelist = get_freelist(c->slab);
	if (c->freelist != OBJ_NONE) {
		s->stat[SLUB_alloc_refill]++;
		return true;
	}
	c->slab = NULL;
	next_tid(st, c);
	s->stat[SLUB_deactivate_bypass]++;
	return false;
}

/* The first slab of the cpu's partial chain that is on the right node. */
static bool use_cpu_partial(struct slab_state *st, struct kmem_cache *s, struct kmem_cache_cpu *c, int node)
{
	while (c->partial) {
		struct slab *slab = c->partial;

		c->partial = slab->next;
		slab->next = NULL;
		slab->cpu_slabs = 0;
		if (node_match(slab, node)) {
			c->slab = slab;
			c->freelist = get_freelist(slab);
			s->stat[SLUB_cpu_partial_alloc]++;
			return true;
		}
		put_partials(st, s, slab);
	}
	return false;
}

/*
 * The first slab of the node's list; some of those behind it go to the cpu's chain.
 * A debug cache's slab stays on the list.
 */
static struct slab *get_partial_node(struct slab_state *st, struct kmem_cache *s, int nid)
{
	struct kmem_cache_node *n = s->node[nid];
	struct slab *partial = NULL;
	u32 taken = 0;

	if (n && cache_debug(s))
		return n->partial.first;
	while (n && n->partial.first) {
		struct slab *slab = n->partial.first;

		node_remove_partial(n, slab);
		if (!partial) {
			partial = slab;
			s->stat[SLUB_alloc_from_partial]++;
			if (!s->geo.cpu_partial_slabs)
				break;
			continue;
		}
		put_cpu_partial(st, s, slab, false);
		s->stat[SLUB_cpu_partial_node]++;
		if (++taken > s->geo.cpu_partial_slabs / 2)
			break;
	}
	return partial;
}

/* A partial slab of another node, nearest first; now and then not, to stay local. */
static struct slab *get_any_partial(struct slab_state *st, struct kmem_cache *s, gfp_t gfp)
{
	const struct node *home = st->mm->node[slab_mem_node(st->mm)];
	int highest = gfp_zone(st->mm, gfp);

	if (st->mm->nr_node_ids == 1 || !s->defrag_ratio ||
	    rng_below(&st->rng, DEFRAG_RANGE) > s->defrag_ratio)
		return NULL;
	for (int i = 0; home && i < home->fallback.nr; i++) {
		const struct zoneref *z = &home->fallback.refs[i];
		const struct kmem_cache_node *n = s->node[z->zone->nid];

		if (z->zid <= highest && n && n->nr_partial > s->geo.min_partial)
			return get_partial_node(st, s, z->zone->nid);
	}
	return NULL;
}

static struct slab *get_partial(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node)
{
	int nid = node == NO_NODE ? slab_mem_node(st->mm) : node;
	struct slab *slab = get_partial_node(st, s, nid);

	if (slab || (node != NO_NODE && (gfp & __GFP_THISNODE)))
		return slab;
	return get_any_partial(st, s, gfp);
}

/* A new slab, counted; a debug cache's goes on the node's list at once. */
static struct slab *get_new_slab(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node)
{
	struct slab *slab = slab_new(st, s, gfp, node);
	struct kmem_cache_node *n;

	if (!slab)
		return NULL;
	s->stat[SLUB_alloc_slab]++;
	n = slab_get_node(st, s, slab->nid);
	node_count_slab(n, slab);
	if (cache_debug(s))
		node_add_partial(n, slab, false);
	return slab;
}

/*
 * A slab from the node lists or a new one. With a wanted node the first try stays on
 * it, without waiting; the second follows @gfp.
 */
static struct slab *find_slab(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node)
{
	bool local_first = node != NO_NODE && !(gfp & __GFP_THISNODE);
	struct slab *slab = NULL;

	for (int attempt = local_first ? 0 : 1; attempt < 2 && !slab; attempt++) {
		gfp_t g = attempt ? gfp : GFP_NOWAIT | __GFP_THISNODE;

		slab = get_partial(st, s, g, node);
		if (!slab)
			slab = get_new_slab(st, s, g, node);
	}
	return slab;
}

static bool use_found_slab(struct slab_state *st, struct kmem_cache *s, struct kmem_cache_cpu *c, gfp_t gfp,
			   int node)
{
	struct slab *slab = find_slab(st, s, gfp, node);

	if (!slab)
		return false;
	c->slab = slab;
	c->freelist = get_freelist(slab);
	return true;
}

/* --- debug caches: one object at a time under the node's lists ----------------------- */

static u64 debug_alloc(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node)
{
	struct slab *slab = find_slab(st, s, gfp, node);
	struct kmem_cache_node *n;
	u16 obj;

	if (!slab)
		return 0;
	n = s->node[slab->nid];
	obj = slab->freelist;
	slab->freelist = slab->link[obj];
	slab->link[obj] = OBJ_USED;
	slab->inuse++;
	s->slow_allocs++;
	if (slab->inuse == slab->objects) {
		node_remove_partial(n, slab);
		node_add_full(n, slab);
	}
	return obj_addr(slab, obj);
}

static void debug_free(struct slab_state *st, struct kmem_cache *s, struct slab *slab, u16 head, u16 tail,
		       u32 cnt)
{
	struct kmem_cache_node *n = s->node[slab->nid];
	bool was_full = slab->freelist == OBJ_NONE;
	bool give_back;

	slab->link[tail] = slab->freelist;
	slab->freelist = head;
	slab->inuse -= (u16)cnt;
	give_back = !slab->inuse && n->nr_partial >= s->geo.min_partial;
	if (was_full) {
		node_remove_full(n, slab);
		if (!give_back) {
			node_add_partial(n, slab, true);
			s->stat[SLUB_free_add_partial]++;
		}
	} else if (give_back) {
		node_remove_partial(n, slab);
		s->stat[SLUB_free_remove_partial]++;
	}
	if (give_back) {
		s->stat[SLUB_free_slab]++;
		slab_discard(st, s, slab);
	}
}

/* --- allocation ------------------------------------------------------------------ */

/* ___slab_alloc() */
u64 slab_alloc_slow(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node)
{
	struct kmem_cache_cpu *c = this_cpu(st, s);

	s->stat[SLUB_alloc_slowpath]++;
	if (node != NO_NODE && !node_usable(st, node))
		node = NO_NODE;
	if (cache_debug(s))
		return debug_alloc(st, s, gfp, node);
	if (!use_cpu_slab(st, s, c, node) && !use_cpu_partial(st, s, c, node) &&
	    !use_found_slab(st, s, c, gfp, node))
		return 0;
	s->slow_allocs++;
	return slab_take_from_cpu(st, c);
}

u64 kmem_cache_alloc_node(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node)
{
	u64 addr = slab_alloc_node(st, s, gfp, node);

	trace_emit(st->trace, TRACE_kmem_cache_alloc, addr, s->id, s->geo.object_size, s->geo.size, gfp,
		   node);
	return addr;
}

/* --- freeing ------------------------------------------------------------------------ */

/* An unfrozen slab lost its last object or was full: lists may have to change. */
static void free_moves_slab(struct slab_state *st, struct kmem_cache *s, struct slab *slab, bool was_full)
{
	struct kmem_cache_node *n = s->node[slab->nid];

	if (was_full) {
		put_cpu_partial(st, s, slab, true);
		s->stat[SLUB_cpu_partial_free]++;
		return;
	}
	if (slab->inuse || !slab->on_node_partial || n->nr_partial < s->geo.min_partial)
		return;
	node_remove_partial(n, slab);
	s->stat[SLUB_free_remove_partial]++;
	s->stat[SLUB_free_slab]++;
	slab_discard(st, s, slab);
}

/* __slab_free(): @cnt objects, linked from @head to @tail, go to a slab that is not this cpu's. */
int slab_free_slow(struct slab_state *st, struct slab *slab, u16 head, u16 tail, u32 cnt)
{
	struct kmem_cache *s = slab->cache;
	bool was_full = slab->freelist == OBJ_NONE;

	s->stat[SLUB_free_slowpath]++;
	s->slow_frees += cnt;
	if (cache_debug(s)) {
		debug_free(st, s, slab, head, tail, cnt);
		return 0;
	}
	slab->link[tail] = slab->freelist;
	slab->freelist = head;
	slab->inuse -= (u16)cnt;
	if (slab->frozen)
		s->stat[SLUB_free_frozen]++;
	else
		free_moves_slab(st, s, slab, was_full);
	return 0;
}

static int fail_no_slab(u64 addr, struct mm_error *err)
{
	return mm_fail(err, -EINVAL,
		       "0x%llx is not a slab object: no slab covers that address (given back already, or "
		       "never allocated); give an address that kmalloc or cache alloc printed",
		       (unsigned long long)addr);
}

/* Why @addr, which slab_may_free() did not like, cannot be freed. */
int slab_free_refused(const struct kmem_cache *s, const struct slab *slab, u64 addr, struct mm_error *err)
{
	const struct kmem_cache *own = slab ? slab->cache : NULL;
	u32 obj = 0;

	if (!own)
		return fail_no_slab(addr, err);
	if (s && s != own)
		return mm_fail(err, -EINVAL,
			       "foreign free: 0x%llx is an object of %s, not of %s (the kernel says \"Wrong slab "
			       "cache\"); free it to its own cache", (unsigned long long)addr, own->name, s->name);
	obj = obj_index(slab, addr);
	if (obj < slab->objects && addr == obj_addr(slab, obj))
		return mm_fail(err, -EINVAL,
			       "double free: object 0x%llx (number %u of its slab) of %s is free already; a real "
			       "kernel would hand it out twice", (unsigned long long)addr, obj, own->name);
	return mm_fail(err, -EINVAL,
		       "invalid free: 0x%llx points inside a slab of %s (objects of %u bytes from 0x%llx) but not "
		       "at the start of an object", (unsigned long long)addr, own->name, own->geo.size,
		       (unsigned long long)slab->first);
}

int kmem_cache_free(struct slab_state *st, struct kmem_cache *s, u64 addr, struct mm_error *err)
{
	struct slab *slab = slab_map_find_hot(st, addr);
	u32 obj;

	if (unlikely(!slab_may_free(s, slab, addr, &obj)))
		return slab_free_refused(s, slab, addr, err);
	trace_emit(st->trace, TRACE_kmem_cache_free, addr, s->id, 0, 0, 0, 0);
	return slab_free_object(st, slab, obj);
}
