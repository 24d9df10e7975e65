/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the slab allocator: what the slab panel, the inspector and `cache` print.
 * Nothing here changes anything.
 */
#include <stdio.h>
#include <string.h>

#include "slab/mempool.h"
#include "slab/slub_internal.h"

/* slabinfo counts free objects on longer partial lists from this many slabs only. */
#define MAX_PARTIAL_TO_SCAN 10000

static const char *const stat_names[NR_SLUB_STATS] = {
#define X(name) #name,
	SLUB_STATS(X)
#undef X
};

const char *slub_stat_name(enum slub_stat i) { return stat_names[i]; }

/* count_partial_free_approx() */
static u64 partial_free(const struct kmem_cache_node *n)
{
	u64 nr_free = 0, scanned = 0;
	bool all = n->nr_partial <= MAX_PARTIAL_TO_SCAN;
	u64 head = all ? n->nr_partial : MAX_PARTIAL_TO_SCAN / 2;
	const struct slab *slab;

	for (slab = n->partial.first; slab && scanned < head; slab = slab->next, scanned++)
		nr_free += slab->objects - slab->inuse;
	if (all)
		return nr_free;
	for (slab = n->partial.last; slab && scanned < MAX_PARTIAL_TO_SCAN; slab = slab->prev, scanned++)
		nr_free += slab->objects - slab->inuse;
	return min_u64(nr_free * n->nr_partial / scanned, n->total_objects);
}

void slab_node_info(const struct kmem_cache *s, int nid, struct slab_node_info *out)
{
	const struct kmem_cache_node *n = s->node[nid];

	memset(out, 0, sizeof(*out));
	if (!n)
		return;
	out->nr_slabs = n->nr_slabs;
	out->total_objects = n->total_objects;
	out->nr_partial = n->nr_partial;
	out->partial_free = partial_free(n);
}

static void count_cpus(const struct slab_state *st, const struct kmem_cache *s, struct slab_cache_info *out)
{
	for (int cpu = 0; cpu < st->mm->nr_cpus_possible; cpu++) {
		const struct kmem_cache_cpu *c = s->cpu[cpu];

		if (!c)
			continue;
		out->cpu_slabs += c->slab != NULL;
		out->cpu_partial_slabs += c->partial ? c->partial->cpu_slabs : 0;
	}
}

void slab_cache_info(const struct slab_state *st, const struct kmem_cache *s, struct slab_cache_info *out)
{
	u64 nr_free = 0;

	memset(out, 0, sizeof(*out));
	out->id = s->id;
	out->name = s->name;
	out->flags = s->flags;
	out->ctor = s->ctor;
	out->internal = s->internal;
	out->owner = s->owner;
	out->aliases = s->refcount > 0 ? s->refcount - 1 : 0;
	out->geo = s->geo;
	out->used_objs = cache_used(s);
	memcpy(out->stat, s->stat, sizeof(out->stat));
	for (int nid = 0; nid < st->mm->nr_node_ids; nid++) {
		struct slab_node_info n;

		slab_node_info(s, nid, &n);
		out->num_slabs += n.nr_slabs;
		out->num_objs += n.total_objects;
		out->node_partial_slabs += n.nr_partial;
		nr_free += n.partial_free;
	}
	out->active_objs = out->num_objs - nr_free;
	count_cpus(st, s, out);
	out->bytes = s->nr_pages << st->page_shift;
	out->waste = out->bytes - min_u64(out->bytes, out->used_objs * s->geo.object_size);
}

u32 slab_caches(const struct slab_state *st, struct slab_cache_info *out, u32 max)
{
	u32 n = 0;

	for (const struct kmem_cache *s = st->newest; s; s = s->older, n++)
		if (n < max)
			slab_cache_info(st, s, &out[n]);
	return n;
}

struct kmem_cache *slab_cache_by_id(const struct slab_state *st, u32 id)
{
	return id < st->nr_ids ? st->by_id[id] : NULL;
}

/* --- one slab --------------------------------------------------------------------- */

static const struct slab *find_slab(const struct slab_state *st, pfn_t pfn)
{
	const struct slab *slab = slab_map_find(st, slab_page_address(st, pfn));

	return slab && pfn >= slab->pfn && pfn < slab->pfn + (1ULL << slab->order) ? slab : NULL;
}

/* The cpu that has @slab as its slab or on its chain; -1: none. */
static int cpu_holding(const struct slab_state *st, const struct slab *slab)
{
	const struct kmem_cache *s = slab->cache;

	if (!slab->frozen && !slab->cpu_slabs)
		return -1;
	for (int cpu = 0; cpu < st->mm->nr_cpus_possible; cpu++) {
		const struct kmem_cache_cpu *c = s->cpu[cpu];

		if (!c)
			continue;
		if (c->slab == slab)
			return cpu;
		for (const struct slab *p = c->partial; p; p = p->next)
			if (p == slab)
				return cpu;
	}
	return -1;
}

static enum slab_place place_of(const struct slab *slab)
{
	if (!slab->cache)
		return SLAB_LARGE;
	if (slab->frozen)
		return SLAB_CPU;
	if (slab->cpu_slabs)
		return SLAB_CPU_PARTIAL;
	return slab->on_node_partial ? SLAB_NODE_PARTIAL : SLAB_FULL;
}

static u32 chain_length(const struct slab *slab, u16 obj)
{
	u32 n = 0;

	for (; obj != OBJ_NONE; obj = slab->link[obj])
		n++;
	return n;
}

static void fill_info(const struct slab_state *st, const struct slab *slab, struct slab_info *out)
{
	memset(out, 0, sizeof(*out));
	out->addr = slab->addr;
	out->pfn = slab->pfn;
	out->order = slab->order;
	out->nid = slab->nid;
	out->cpu = -1;
	out->place = place_of(slab);
	out->cache = ~0u;
	out->free_next = out->cpu_first = out->list_first = ~0u;
	if (!slab->cache)
		return;
	out->cache = slab->cache->id;
	out->cpu = cpu_holding(st, slab);
	out->objects = slab->objects;
	out->inuse = slab->inuse;
	out->used = slab->inuse;
	out->list_first = slab->freelist == OBJ_NONE ? ~0u : slab->freelist;
	out->free_next = out->list_first;
	if (slab->frozen && out->cpu >= 0) {
		u16 first = slab->cache->cpu[out->cpu]->freelist;

		out->used -= chain_length(slab, first);
		if (first != OBJ_NONE)
			out->free_next = out->cpu_first = first;
	}
}

bool slab_of_pfn(const struct slab_state *st, pfn_t pfn, struct slab_info *out)
{
	const struct slab *slab = find_slab(st, pfn);

	if (slab)
		fill_info(st, slab, out);
	return slab != NULL;
}

bool slab_of_addr(const struct slab_state *st, u64 addr, struct slab_info *out, u32 *index)
{
	const struct slab *slab = slab_map_find(st, addr);
	u64 offset;

	if (!slab)
		return false;
	fill_info(st, slab, out);
	*index = ~0u;
	if (!slab->cache || addr < obj_addr(slab, 0))
		return true;
	offset = addr - obj_addr(slab, 0);
	if (offset / slab->size < slab->objects)
		*index = (u32)(offset / slab->size);
	return true;
}

static bool on_cpu_freelist(const struct slab_state *st, const struct slab *slab, u32 index)
{
	int cpu = slab->frozen ? cpu_holding(st, slab) : -1;

	if (cpu < 0)
		return false;
	for (u16 obj = slab->cache->cpu[cpu]->freelist; obj != OBJ_NONE; obj = slab->link[obj])
		if (obj == index)
			return true;
	return false;
}

enum slab_object_state slab_object(const struct slab_state *st, pfn_t pfn, u32 index)
{
	const struct slab *slab = find_slab(st, pfn);

	if (!slab || !slab->cache || index >= slab->objects || slab->link[index] == OBJ_USED)
		return OBJ_IS_USED;
	return on_cpu_freelist(st, slab, index) ? OBJ_IS_CPU_FREE : OBJ_IS_FREE;
}

u32 slab_object_next(const struct slab_state *st, pfn_t pfn, u32 index)
{
	const struct slab *slab = find_slab(st, pfn);

	return slab && slab->cache && index < slab->objects && slab->link[index] < OBJ_GOING ? slab->link[index] : ~0u;
}

u64 slab_object_addr(const struct slab_state *st, pfn_t pfn, u32 index)
{
	const struct slab *slab = find_slab(st, pfn);

	return slab && slab->cache && index < slab->objects ? obj_addr(slab, index) : 0;
}

void slab_visit(const struct slab_state *st, const struct kmem_cache *s,
		bool (*fn)(const struct slab_info *info, void *arg), void *arg)
{
	struct slab_info info;

	for (const struct slab *slab = s->all.first; slab; slab = slab->all_next) {
		fill_info(st, slab, &info);
		if (!fn(&info, arg))
			return;
	}
}

bool slab_cpu_info(const struct slab_state *st, const struct kmem_cache *s, int cpu, u64 *tid, u32 *nr_free,
		   u32 *nr_partial)
{
	const struct kmem_cache_cpu *c = cpu >= 0 && cpu < st->mm->nr_cpus_possible ? s->cpu[cpu] : NULL;

	if (!c)
		return false;
	*tid = c->tid;
	*nr_free = c->slab ? chain_length(c->slab, c->freelist) : 0;
	*nr_partial = c->partial ? c->partial->cpu_slabs : 0;
	return true;
}

void slab_visit_own(const struct slab_state *st, void (*fn)(u64 addr, void *arg), void *arg)
{
	for (const struct kmem_cache *s = st->newest; s; s = s->older) {
		if (s->self_addr)
			fn(s->self_addr, arg);
		if (s->random_seq_addr)
			fn(s->random_seq_addr, arg);
		for (int nid = 0; nid < st->mm->nr_node_ids; nid++)
			if (s->node[nid] && s->node[nid]->addr)
				fn(s->node[nid]->addr, arg);
	}
	mempool_visit(st, fn, arg);
}

const char *slab_internal_object(const struct slab_state *st, u64 addr)
{
	for (const struct kmem_cache *s = st->newest; s; s = s->older) {
		if (s->self_addr == addr)
			return "a struct kmem_cache";
		if (s->random_seq_addr == addr)
			return "a cache's random freelist order";
		for (int nid = 0; nid < st->mm->nr_node_ids; nid++)
			if (s->node[nid] && s->node[nid]->addr == addr)
				return "a struct kmem_cache_node";
	}
	return mempool_holds(st, addr) ? "in the reserve of a mempool" : NULL;
}

/* --- drawing ------------------------------------------------------------------------ */

#define DRAW_PER_ROW 64
#define DRAW_MAX     1024 /* objects drawn; kmalloc-8 on 64 KiB pages has more */

static const char *place_text(enum slab_place place)
{
	switch (place) {
	case SLAB_CPU: return "slab of cpu";
	case SLAB_CPU_PARTIAL: return "on the partial chain of cpu";
	case SLAB_NODE_PARTIAL: return "on the partial list of node";
	case SLAB_FULL: return "full, on no list; node";
	default: return "large kmalloc, pages straight from the buddy; node";
	}
}

static char object_letter(const struct slab *slab, u32 i, const struct slab_info *info, const u8 *cpu_free)
{
	if (slab->link[i] == OBJ_USED)
		return '#';
	if (i == info->free_next)
		return '>';
	return cpu_free[i / 8] >> i % 8 & 1 ? 'c' : '.';
}

static void draw_objects(const struct slab *slab, const struct slab_info *info, u16 cpu_first,
			 struct text *out)
{
	u8 cpu_free[(SLUB_MAX_OBJS_PER_SLAB + 8) / 8] = { 0 };
	u32 shown = slab->objects < DRAW_MAX ? slab->objects : DRAW_MAX;

	for (u16 obj = cpu_first; obj != OBJ_NONE; obj = slab->link[obj])
		cpu_free[obj / 8] |= (u8)(1u << obj % 8);
	for (u32 i = 0; i < shown; i++) {
		if (i % DRAW_PER_ROW == 0)
			text_printf(out, "%s%6u ", i ? "\n" : "", i);
		text_printf(out, "%c", object_letter(slab, i, info, cpu_free));
	}
	if (shown < slab->objects)
		text_printf(out, "\n       ... and %u more", slab->objects - shown);
	text_puts(out, "\n       # used   > next to be handed out   c on the cpu's lockless freelist   "
		       ". on the slab's freelist\n");
}

void slab_draw(const struct slab_state *st, pfn_t pfn, struct text *out)
{
	const struct slab *slab = find_slab(st, pfn);
	const struct kmem_cache *s;
	struct slab_info info;

	if (!slab) {
		text_printf(out, "pfn 0x%llx is in no slab\n", (unsigned long long)pfn);
		return;
	}
	fill_info(st, slab, &info);
	s = slab->cache;
	text_printf(out, "%s: %u page%s from pfn 0x%llx, address 0x%llx; %s %d\n",
		    s ? s->name : "kmalloc", 1u << slab->order, slab->order ? "s" : "",
		    (unsigned long long)slab->pfn, (unsigned long long)slab->addr,
		    place_text(info.place), info.cpu >= 0 ? info.cpu : info.nid);
	if (!s)
		return;
	text_printf(out, "%u objects of %u bytes%s, %u used, inuse %u%s; free pointer at byte %u%s\n",
		    slab->objects, slab->size, s->ctor ? ", constructed once" : "", info.used, slab->inuse,
		    slab->frozen ? " (frozen: the cpu's free objects count)" : "", s->geo.offset,
		    s->geo.offset >= s->geo.inuse ? ", behind the object" : "");
	draw_objects(slab, &info, slab->frozen && info.cpu >= 0 ? s->cpu[info.cpu]->freelist : OBJ_NONE, out);
}
