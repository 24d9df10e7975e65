/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slabs as pages: taking a block from the page allocator, cutting it into objects
 * and giving it back.
 *
 *   page block of order 1, objects of 704 bytes:
 *   |obj 0|obj 1|obj 2| ... |obj 10|rest|     freelist: 7 -> 2 -> 10 -> ... -> end
 *
 * A new freelist is shuffled where CONFIG_SLAB_FREELIST_RANDOM is set: each cache
 * has one random order, and each slab starts somewhere in it.
 *
 * Models: mm/slub.c allocate_slab(), shuffle_freelist(), __free_slab(). Left out:
 * the delay of SLAB_TYPESAFE_BY_RCU (a grace period is taken to be over at once),
 * vectors of memory cgroups.
 */
#include "slab/slab_populate.h"
#include "slab/slub_internal.h"

/* Flags of a caller that reach the page allocator. */
#define GFP_RECLAIM_MASK                                                                     \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL | \
	 __GFP_NOFAIL | __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC)
#define GFP_CONSTRAINT_MASK (__GFP_HARDWALL | __GFP_THISNODE)

u64 slab_page_address(const struct slab_state *st, pfn_t pfn)
{
	return st->cfg.linear_base + (pfn << st->page_shift);
}

int slab_page_nid(const struct mm *mm, page_handle page)
{
	struct page_view v;
	u16 zone = memmap_slot(mm->map, page)->zone;

	if (zone == ZONE_MIXED) {
		memmap_view(mm->map, page_to_pfn(mm->map, page), &v);
		zone = v.zone;
	}
	return mm_zone(mm, zone)->nid;
}

void slab_list_add(struct slab_list *l, struct slab *slab, bool tail)
{
	slab->next = tail ? NULL : l->first;
	slab->prev = tail ? l->last : NULL;
	if (slab->next)
		slab->next->prev = slab;
	else
		l->last = slab;
	if (slab->prev)
		slab->prev->next = slab;
	else
		l->first = slab;
}

void slab_list_del(struct slab_list *l, struct slab *slab)
{
	if (slab->next)
		slab->next->prev = slab->prev;
	else
		l->last = slab->prev;
	if (slab->prev)
		slab->prev->next = slab->next;
	else
		l->first = slab->next;
	slab->next = NULL;
	slab->prev = NULL;
}

static void all_add(struct kmem_cache *s, struct slab *slab)
{
	slab->all_prev = s->all.last;
	if (s->all.last)
		s->all.last->all_next = slab;
	else
		s->all.first = slab;
	s->all.last = slab;
}

static void all_del(struct kmem_cache *s, struct slab *slab)
{
	if (slab->all_next)
		slab->all_next->all_prev = slab->all_prev;
	else
		s->all.last = slab->all_prev;
	if (slab->all_prev)
		slab->all_prev->all_next = slab->all_next;
	else
		s->all.first = slab->all_next;
}

void slab_account_pages(struct slab_state *st, int nid, bool reclaimable, s64 pages)
{
	struct node *n = st->mm->node[nid];

	n->vm_stat[reclaimable ? NS_nr_slab_reclaimable : NS_nr_slab_unreclaimable] += pages;
}

/* The next entry of the cache's random order that exists in this slab (a fallback slab has fewer). */
static u16 next_random_entry(const struct kmem_cache *s, u32 *pos, u32 objects)
{
	u32 obj;

	do {
		obj = s->random_seq[*pos];
		*pos = *pos + 1 < s->geo.objects ? *pos + 1 : 0;
	} while (obj >= objects);
	return (u16)obj;
}

static void shuffle_freelist(struct slab_state *st, struct kmem_cache *s, struct slab *slab)
{
	u32 pos = (u32)rng_below(&st->rng, s->geo.objects);
	u16 cur = next_random_entry(s, &pos, slab->objects);

	slab->freelist = cur;
	for (u32 i = 1; i < slab->objects; i++) {
		u16 next = next_random_entry(s, &pos, slab->objects);

		slab->link[cur] = next;
		cur = next;
	}
	slab->link[cur] = OBJ_NONE;
}

static void build_freelist(struct slab_state *st, struct kmem_cache *s, struct slab *slab)
{
	if (s->random_seq && slab->objects > 1) {
		shuffle_freelist(st, s, slab);
	} else {
		slab->freelist = 0;
		for (u32 i = 0; i + 1 < slab->objects; i++)
			slab->link[i] = (u16)(i + 1);
		slab->link[slab->objects - 1] = OBJ_NONE;
	}
	if (s->ctor)
		s->stat[SLUB_ctor_calls] += slab->objects;
}

/* alloc_slab_page(): the cache's order first, without trying hard; then the smallest that works. */
static page_handle alloc_slab_page(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node,
				   u32 *order)
{
	struct mm *mm = st->mm;
	gfp_t first = (gfp | __GFP_NOWARN | __GFP_NORETRY) & ~__GFP_NOFAIL;
	page_handle page;

	if (node == NO_NODE)
		node = mm->cpu_node[mm->cpu];
	if ((first & __GFP_DIRECT_RECLAIM) && s->geo.order > s->geo.min_order)
		first = (first | __GFP_NOMEMALLOC) & ~__GFP_RECLAIM;
	*order = s->geo.order;
	if (unlikely(st->source)) {
		page = st->source->take(st->source->arg, *order, node, s->flags & SLAB_RECLAIM_ACCOUNT, s->owner);
		if (page != NO_PAGE)
			return page;
	}
	page = alloc_pages(mm, first, *order, node, s->owner);
	if (page != NO_PAGE)
		return page;
	*order = s->geo.min_order;
	page = alloc_pages(mm, gfp, *order, node, s->owner);
	if (page != NO_PAGE)
		s->stat[SLUB_order_fallback]++;
	return page;
}

bool slab_busy(const struct slab_state *st) { return st->in_new_slab; }

struct slab *slab_new(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, int node)
{
	struct slab *slab;
	page_handle page;
	u32 order;

	gfp = (gfp & (GFP_RECLAIM_MASK | GFP_CONSTRAINT_MASK)) | s->allocflags;
	st->in_new_slab = true;
	page = alloc_slab_page(st, s, gfp, node, &order);
	st->in_new_slab = false;
	if (page == NO_PAGE)
		return NULL;
	page_set_info(st->mm, page, KIND_SLAB, order ? PGF_HEAD : 0);
	slab = arena_alloc(st->arena, sizeof(*slab));
	slab->cache = s;
	slab->order = (u8)order;
	slab->size = s->geo.size;
	slab->reciprocal = (u32)(((1ULL << 32) + slab->size - 1) / slab->size);
	slab->objects = (u16)(order == s->geo.order ? s->geo.objects : s->geo.min_objects);
	slab->page = page;
	slab->pfn = page_to_pfn(st->mm->map, page);
	slab->addr = slab_page_address(st, slab->pfn);
	slab->first = slab->addr + s->geo.red_left_pad;
	slab->nid = (s16)slab_page_nid(st->mm, page);
	slab->link = arena_alloc(st->arena, slab->objects * sizeof(*slab->link));
	build_freelist(st, s, slab);
	all_add(s, slab);
	slab_map_add(st, slab);
	slab_account_pages(st, slab->nid, s->flags & SLAB_RECLAIM_ACCOUNT, 1LL << order);
	st->nr_slab_pages += 1ULL << order;
	s->nr_pages += 1ULL << order;
	return slab;
}

void slab_discard(struct slab_state *st, struct kmem_cache *s, struct slab *slab)
{
	struct kmem_cache_node *n = slab_get_node(st, s, slab->nid);

	n->nr_slabs--;
	n->total_objects -= slab->objects;
	slab_map_del(st, slab);
	all_del(s, slab);
	slab_account_pages(st, slab->nid, s->flags & SLAB_RECLAIM_ACCOUNT, -(1LL << slab->order));
	st->nr_slab_pages -= 1ULL << slab->order;
	s->nr_pages -= 1ULL << slab->order;
	free_pages(st->mm, slab->page, slab->order);
	arena_free(st->arena, slab->link, slab->objects * sizeof(*slab->link));
	arena_free(st->arena, slab, sizeof(*slab));
}
