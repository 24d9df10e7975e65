/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The front door: which zone, which list, which page.
 *
 *   request ── zonelist ──> zone: watermark? ──> per-cpu list ──empty──> refill from the buddy
 *                 │ no                             (orders 0..3, THP)         own lists, CMA,
 *                 v next zone                                                 claim, steal
 *              all refused: slow path (alloc/page_alloc_slow.c)
 *
 * Models: mm/page_alloc.c __alloc_pages(), get_page_from_freelist(), rmqueue(),
 * __free_pages() of Linux 6.12.117. Left out: cpusets, memcg charges, dirty page
 * limits per node (__GFP_WRITE), zone_reclaim_mode.
 */
#include "alloc/page_alloc.h"

#include <string.h>

#include "alloc/internal.h"
#include "alloc/page_owner.h"
#include "alloc/zonelist.h"
#include "zone/buddy_lists.h"
#include "zone/pageblock.h"
#include "zone/pcp.h"

/* --- taking a block out of one zone ----------------------------------------- */

static inline bool use_pcp(const struct mm *mm, const struct zone *z, unsigned order)
{
	return pcp_allowed_order(order, mm->arch->hpage_pmd_order) && likely(z->pcp && mm->vm.pcp_enabled);
}

/* rmqueue_bulk() once the type's own lists are empty, or CMA comes first: one block after the other. */
static int rmqueue_bulk_other(struct mm *mm, struct alloc_context *ac, struct zone *z, struct free_list *l,
			      int count, u32 alloc_flags)
{
	u32 info = page_info(PAGE_PCP, ac->order, ac->migratetype, 0);
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	int i;

	for (i = 0; i < count; i++) {
		page_handle h = rmqueue_mode(mm, ac, z, alloc_flags, &mode);

		if (unlikely(h == NO_PAGE))
			break;
		buddy_set_page(mm->map, h, ac->order, info, 0);
		page_list_add_tail(mm->map, l, h);
	}
	return i;
}

/* rmqueue_bulk(): up to @count blocks to the tail of list @l. Return: how many. */
static int rmqueue_bulk(struct mm *mm, struct alloc_context *ac, struct zone *z, struct free_list *l,
			int count, u32 alloc_flags)
{
	int got = 0, from = -1;

	if (likely(!may_use_cma_first(z, alloc_flags)))
		got = buddy_take_bulk(&mm->env, z, l, ac->order, ac->migratetype, count, &from);
	if (from >= 0)
		note_split(ac, from);
	if (unlikely(got < count))
		got += rmqueue_bulk_other(mm, ac, z, l, count - got, alloc_flags);
	return got;
}

/* The list is empty: fetch a batch from the buddy. False: there was nothing. */
static bool refill_pcp(struct mm *mm, struct alloc_context *ac, struct zone *z, struct per_cpu_pages *pcp,
		       struct free_list *l, u32 alloc_flags)
{
	int got = rmqueue_bulk(mm, ac, z, l, pcp_nr_alloc(pcp, z, ac->order), alloc_flags);

	pcp->count += got << ac->order;
	ac->path |= PATH_PCP_REFILL;
	return got;
}

/* rmqueue_pcplist(): limbo afterwards. */
static page_handle rmqueue_pcplist(struct mm *mm, struct alloc_context *ac, struct zone *z, u32 alloc_flags)
{
	struct per_cpu_pages *pcp = &z->pcp[mm->cpu];
	struct free_list *l = &pcp->lists[order_to_pindex(ac->migratetype, ac->order)];
	page_handle h;

	pcp->free_count >>= 1;
	if (unlikely(!l->nr) && !refill_pcp(mm, ac, z, pcp, l, alloc_flags))
		return NO_PAGE;
	h = page_list_pop(mm->map, l);
	pcp->count -= 1 << ac->order;
	memmap_dirty(mm->map, h);
	psum_sub(mm->map, h, ac->order, SUM_PCP);
	ac->path |= PATH_PCP;
	return h;
}

static page_handle rmqueue_highatomic(struct mm *mm, struct alloc_context *ac, struct zone *z)
{
	page_handle h = buddy_rmqueue_smallest(&mm->env, z, ac->order, MIGRATE_HIGHATOMIC, NULL);

	if (h != NO_PAGE)
		ac->path |= PATH_HIGHATOMIC;
	return h;
}

/* rmqueue_buddy(): limbo afterwards. */
static page_handle rmqueue_buddy(struct mm *mm, struct alloc_context *ac, struct zone *z, u32 alloc_flags)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	page_handle h = NO_PAGE;

	if (alloc_flags & ALLOC_HIGHATOMIC)
		h = rmqueue_highatomic(mm, ac, z);
	if (h == NO_PAGE)
		h = rmqueue_mode(mm, ac, z, alloc_flags, &mode);
	if (h == NO_PAGE && (alloc_flags & (ALLOC_OOM | ALLOC_NON_BLOCK)))
		h = rmqueue_highatomic(mm, ac, z);
	if (h != NO_PAGE)
		ac->path |= PATH_BUDDY;
	return h;
}

/* zone_statistics(): was it the wanted node, and the running cpu's? */
static inline void zone_statistics(const struct mm *mm, struct zone *preferred, struct zone *z)
{
	int local = mm->cpu_node ? mm->cpu_node[mm->cpu] : z->nid;

	if (likely(z->nid == preferred->nid)) {
		z->numa_event[NUMA_HIT]++;
	} else {
		z->numa_event[NUMA_MISS]++;
		preferred->numa_event[NUMA_FOREIGN]++;
	}
	z->numa_event[likely(z->nid == local) ? NUMA_LOCAL : NUMA_OTHER]++;
}

static page_handle rmqueue(struct mm *mm, struct alloc_context *ac, struct zone *z, u32 alloc_flags)
{
	page_handle h = NO_PAGE;

	if (likely(use_pcp(mm, z, ac->order)))
		h = rmqueue_pcplist(mm, ac, z, alloc_flags);
	if (h == NO_PAGE)
		h = rmqueue_buddy(mm, ac, z, alloc_flags);
	if (likely(h != NO_PAGE)) {
		mm->vm_event[EV_pgalloc_dma + z->idx] += 1ULL << ac->order;
		zone_statistics(mm, ac->preferred->zone, z);
	}
	if (unlikely(z->flags & ZONE_BOOSTED_WATERMARK) && (alloc_flags & ALLOC_KSWAPD)) {
		z->flags &= ~(u32)ZONE_BOOSTED_WATERMARK;
		wakeup_kswapd(mm, z, 0, 0, z->idx);
	}
	return h;
}

/*
 * prep_new_page() without the summary: @h, whose slot is announced, is a block of @order
 * that says @info of itself.
 */
static inline void set_allocated(struct mm *mm, page_handle h, gfp_t gfp, unsigned order, u32 info, owner_id owner)
{
	struct page *p = &mm->map->pages[h];

	p->next = (page_handle)++mm->alloc_seq;
	p->prev = gfp;
	p->info = unlikely(gfp & __GFP_COMP) && order ? info | PGF_HEAD : info;
	p->ext = owner << 12 | 1;
	if (owner)
		owner_charge(mm, owner, order);
}

/* KIND_KERNEL, KIND_MOVABLE, KIND_RECLAIMABLE for the types 0, 1, 2. */
static inline unsigned kind_of_type(unsigned mt)
{
	return (KIND_KERNEL | KIND_MOVABLE << 2 | KIND_RECLAIMABLE << 4) >> mt * 2 % 6 & 3;
}

static inline void prep_new_page(struct mm *mm, const struct alloc_context *ac, page_handle h)
{
	u32 info = page_info(PAGE_ALLOC, ac->order, ac->migratetype, kind_of_type(gfp_migratetype(ac->gfp)));

	memmap_dirty(mm->map, h);
	set_allocated(mm, h, ac->gfp, ac->order, info, ac->owner);
	psum_add(mm->map, h, ac->order, page_summary_allocated(info));
}

/* --- walking the zonelist ----------------------------------------------------- */

static void note_refusal(struct alloc_context *ac, const struct zone *z, u64 mark, u32 alloc_flags, bool tried)
{
	struct alloc_explain *why = ac->why;
	u64 free = zone_stat(z, NR_FREE_PAGES), reserve = z->lowmem_reserve[ac->highest_zoneidx];
	u8 reason = REFUSE_NO_BLOCK;

	if (!why || why->nr_zones == EXPLAIN_MAX_ZONES)
		return;
	if (!managed_zone(z))
		reason = REFUSE_EMPTY;
	else if (tried && (alloc_flags & ALLOC_NOFRAGMENT))
		reason = REFUSE_NOFRAGMENT;
	else if (!tried && !zone_watermark_ok_free(z, 0, mark, z->idx, alloc_flags, (s64)free))
		reason = REFUSE_WATERMARK;
	else if (!tried && !zone_watermark_ok_free(z, 0, mark, ac->highest_zoneidx, alloc_flags, (s64)free))
		reason = REFUSE_LOWMEM_RESERVE;
	why->zones[why->nr_zones].zone = (u16)zone_nr(z);
	why->zones[why->nr_zones].reason = reason;
	why->zones[why->nr_zones].pass = ac->pass;
	why->zones[why->nr_zones].free = free;
	why->zones[why->nr_zones].mark = mark;
	why->zones[why->nr_zones++].reserve = reserve;
}

/* More than one node is online (nr_online_nodes > 1). */
static bool several_nodes(const struct mm *mm)
{
	int nr = 0;

	for (int nid = 0; nid < mm->nr_node_ids && nr < 2; nid++)
		nr += mm->node[nid] && mm->node[nid]->online;
	return nr > 1;
}

/*
 * May the request take from @z? The high mark is asked first: failing it makes
 * frees give pages back earlier (ZONE_BELOW_HIGH).
 */
static inline bool zone_allows(struct alloc_context *ac, struct zone *z, u32 alloc_flags)
{
	u64 mark;

	if (likely(!(z->flags & ZONE_BELOW_HIGH))) {
		mark = wmark_pages(z, WMARK_HIGH);
		if (likely(zone_watermark_fast(z, ac->order, mark, ac->highest_zoneidx, alloc_flags)))
			return true;
		z->flags |= ZONE_BELOW_HIGH;
	}
	mark = wmark_pages(z, alloc_flags & ALLOC_WMARK_MASK);
	if (zone_watermark_fast(z, ac->order, mark, ac->highest_zoneidx, alloc_flags) ||
	    (alloc_flags & ALLOC_NO_WATERMARKS))
		return true;
	note_refusal(ac, z, mark, alloc_flags, false);
	return false;
}

/* The walk is about to leave the preferred node: locality matters more than fragmentation. */
static bool leaves_node(const struct mm *mm, const struct alloc_context *ac, const struct zone *z)
{
	return z->nid != ac->preferred->zone->nid && several_nodes(mm);
}

void prep_captured_page(struct mm *mm, const struct alloc_context *ac, page_handle h) { prep_new_page(mm, ac, h); }

page_handle get_page_from_freelist(struct mm *mm, struct alloc_context *ac, u32 alloc_flags)
{
	bool no_fallback;
	page_handle h;

retry:
	no_fallback = alloc_flags & ALLOC_NOFRAGMENT;
	for_each_zoneref(ref, ac->zonelist, ac->preferred, ac->highest_zoneidx) {
		struct zone *z = ref->zone;

		if (no_fallback && leaves_node(mm, ac, z)) {
			alloc_flags &= ~(u32)ALLOC_NOFRAGMENT;
			goto retry;
		}
		if (!zone_allows(ac, z, alloc_flags))
			continue;
		h = rmqueue(mm, ac, z, alloc_flags);
		if (unlikely(h == NO_PAGE)) {
			note_refusal(ac, z, wmark_pages(z, alloc_flags & ALLOC_WMARK_MASK), alloc_flags, true);
			continue;
		}
		prep_new_page(mm, ac, h);
		if (unlikely(alloc_flags & ALLOC_HIGHATOMIC))
			reserve_highatomic_pageblock(mm, z, h, ac->order);
		return h;
	}
	if (no_fallback) {
		alloc_flags &= ~(u32)ALLOC_NOFRAGMENT;
		goto retry;
	}
	return NO_PAGE;
}

/* --- requests ------------------------------------------------------------------ */

/* alloc_flags_nofragment(): is there a DMA32 zone that could be mixed before this Normal zone must be? */
static inline u32 alloc_flags_nofragment(const struct mm *mm, const struct alloc_context *ac)
{
	const struct zone *z = ac->preferred->zone;

	if (z->idx != ZONE_NORMAL || !arch_has_zone(mm->arch, ZONE_DMA32) || !mm->vm.nofragment)
		return 0;
	if (!populated_zone(z - 1) && several_nodes(mm))
		return 0;
	return ALLOC_NOFRAGMENT;
}

/* gfp_zone() with the frequent answers at hand. */
static inline int request_zone(const struct mm *mm, gfp_t gfp)
{
	gfp_t bits = gfp & (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | __GFP_MOVABLE);

	if (likely(!(bits & ~__GFP_MOVABLE)))
		return ZONE_NORMAL;
	if (likely(bits == (__GFP_HIGHMEM | __GFP_MOVABLE)))
		return ZONE_MOVABLE;
	return gfp_zone(mm, gfp);
}

/* prepare_alloc_pages(). False: no zone at all may serve the request. */
static inline bool prepare(struct mm *mm, struct alloc_context *ac)
{
	const struct node *n = mm->node[likely(ac->nid != NO_NODE) ? ac->nid : mm->cpu_node[mm->cpu]];

	ac->highest_zoneidx = request_zone(mm, ac->gfp);
	ac->migratetype = gfp_migratetype(ac->gfp);
	/* Without mobility grouping there is one type; movable and reclaimable at once is no type. */
	if (unlikely(!mm->vm.mobility || ac->migratetype >= MIGRATE_PCPTYPES))
		ac->migratetype = MIGRATE_UNMOVABLE;
	ac->zonelist = ac->gfp & __GFP_THISNODE ? &n->nofallback : &n->fallback;
	if (unlikely(ac->only))
		ac->zonelist = ac->only;
	ac->preferred = next_zoneref(ac->zonelist, ac->zonelist->refs, ac->highest_zoneidx);
	return ac->preferred;
}

static page_handle alloc_context_run(struct mm *mm, struct alloc_context *ac)
{
	page_handle h = NO_PAGE;
	u32 flags = ALLOC_WMARK_LOW | (ac->gfp & __GFP_KSWAPD_RECLAIM);

	if (unlikely(ac->order > mm->map->max_order) || !prepare(mm, ac))
		goto out;
	flags |= alloc_flags_nofragment(mm, ac);
	if (mm->arch->has_cma && ac->migratetype == MIGRATE_MOVABLE)
		flags |= ALLOC_CMA;
	h = get_page_from_freelist(mm, ac, flags);
	if (unlikely(h == NO_PAGE))
		h = alloc_pages_slowpath(mm, ac);
out:
	trace_emit(mm->trace, TRACE_mm_page_alloc, h == NO_PAGE ? NO_PFN : page_to_pfn(mm->map, h), ac->order,
		   ac->gfp, ac->migratetype, ac->path, 0);
	return h;
}

/* @z is above its high mark and has a block of @order, the likely type first, and nothing is odd. */
static inline bool zone_has_plenty(const struct zone *z, unsigned order, const struct zone_door *d)
{
	if (unlikely(z->flags & (ZONE_BELOW_HIGH | ZONE_BOOSTED_WATERMARK)))
		return false;
	return likely(zone_usable_free(z, order) > (s64)(wmark_pages(z, WMARK_HIGH) + z->lowmem_reserve[d->highest])) &&
	       (likely(z->order_mask[d->mt] >> order) || zone_has_block(z, order));
}

/* The block at @h, just taken out of the lists of @z, is the request's. The summary knows already. Return: @h. */
static always_inline page_handle hand_out(struct mm *mm, struct zone *z, const struct zone_door *d, page_handle h,
					  gfp_t gfp, unsigned order, owner_id owner, u32 path)
{
	mm->vm_event[EV_pgalloc_dma + z->idx] += 1u << order;
	zone_statistics(mm, z, z);
	set_allocated(mm, h, gfp, order, d->info | order << PG_ORDER_SHIFT, owner);
	trace_emit(mm->trace, TRACE_mm_page_alloc, page_to_pfn(mm->map, h), order, gfp, d->mt, path, 0);
	return h;
}

/* The first block of list @l, which has one, is the request's. */
static always_inline page_handle take_from_pcp(struct mm *mm, struct zone *z, const struct zone_door *d,
					struct per_cpu_pages *pcp, struct free_list *l, gfp_t gfp, unsigned order,
					owner_id owner, u32 path)
{
	page_handle h = page_list_pop(mm->map, l);

	pcp->count -= 1 << order;
	memmap_dirty(mm->map, h);
	psum_move(mm->map, h, order, SUM_PCP, page_summary_allocated(d->info));
	return hand_out(mm, z, d, h, gfp, order, owner, path);
}

/* The type's own lists have enough for any refill of a list of @order. */
static bool own_lists_refill(const struct zone *z, const struct per_cpu_pages *pcp, unsigned order, unsigned mt)
{
	s64 need = order ? (pcp->batch >> order) + 2 : (s64)pcp->batch << PCP_BATCH_SCALE_MAX;

	for (u32 orders = (u32)z->order_mask[mt] >> order; orders && need > 0; ) {
		unsigned top = (unsigned)ilog2_u64(orders);

		need -= (s64)(z->free_area[order + top].list[mt].nr << top);
		orders ^= 1u << top;
	}
	return need <= 0;
}

/* refill_pcp() where the type's own lists have enough. Return: path flags. */
static u32 refill_from_own(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, struct free_list *l,
			   unsigned order, unsigned mt)
{
	int split = -1, got = buddy_take_bulk(&mm->env, z, l, order, mt, pcp_nr_alloc(pcp, z, order), &split);

	pcp->count += got << order;
	return split >= 0 ? PATH_PCP | PATH_PCP_REFILL | PATH_SPLIT : PATH_PCP | PATH_PCP_REFILL;
}

static inline page_handle alloc_from_buddy(struct mm *mm, struct zone *z, const struct zone_door *d, gfp_t gfp,
					   unsigned order, owner_id owner)
{
	unsigned from = order;
	page_handle h = take_smallest(&mm->env, z, order, d->mt, page_summary_allocated(d->info), &from);

	if (unlikely(h == NO_PAGE))
		return NO_PAGE;
	return hand_out(mm, z, d, h, gfp, order, owner, from > order ? PATH_BUDDY | PATH_SPLIT : PATH_BUDDY);
}

/* Blocks of @order are on no list of the cpu, or theirs is empty: the type's own free lists, else NO_PAGE. */
static noinline page_handle alloc_from_own(struct mm *mm, struct zone *z, const struct zone_door *d,
							    gfp_t gfp, unsigned order, owner_id owner)
{
	struct per_cpu_pages *pcp = &z->pcp[mm->cpu];
	struct free_list *l;
	u32 path = PATH_PCP;

	if (unlikely(d->mt == MIGRATE_MOVABLE && zone_stat(z, NR_FREE_CMA_PAGES)))
		return NO_PAGE;
	if (!pcp_allowed_order(order, mm->arch->hpage_pmd_order))
		return alloc_from_buddy(mm, z, d, gfp, order, owner);
	l = &pcp->lists[order_to_pindex(d->mt, order)];
	if (!l->nr && unlikely(!own_lists_refill(z, pcp, order, d->mt)))
		return NO_PAGE;
	pcp->free_count >>= 1;
	if (!l->nr)
		path = refill_from_own(mm, z, pcp, l, order, d->mt);
	return take_from_pcp(mm, z, d, pcp, l, gfp, order, owner, path);
}

/*
 * Most requests: the first zone has plenty, and the cpu's list has a block or the type's own
 * free lists have. What get_page_from_freelist() would do, without looking around. NO_PAGE:
 * nothing was done.
 */
static always_inline page_handle alloc_fast(struct mm *mm, gfp_t gfp, unsigned order, int nid, owner_id owner)
{
	const struct zone_door *d;
	struct per_cpu_pages *pcp;
	struct free_list *l;
	struct zone *z;

	if (unlikely(nid < 0 || order > mm->map->max_order || !mm->vm.mobility || !mm->vm.pcp_enabled))
		return NO_PAGE;
	d = &mm->node[nid]->door[gfp_door(gfp)];
	z = d->zone;
	if (unlikely(!z || !z->pcp || !zone_has_plenty(z, order, d)))
		return NO_PAGE;
	if (order >= PCP_LIST_ORDERS)
		return alloc_from_own(mm, z, d, gfp, order, owner);
	pcp = &z->pcp[mm->cpu];
	l = &pcp->lists[MIGRATE_PCPTYPES * order + d->mt];
	if (unlikely(!l->nr))
		return alloc_from_own(mm, z, d, gfp, order, owner);
	pcp->free_count >>= 1;
	return take_from_pcp(mm, z, d, pcp, l, gfp, order, owner, PATH_PCP);
}

/* Everything else: see alloc_fast(). */
static noinline page_handle alloc_pages_general(struct mm *mm, gfp_t gfp, unsigned order, int nid,
								 owner_id owner)
{
	struct alloc_context ac = { .gfp = gfp, .order = order, .nid = nid, .owner = owner };

	return alloc_context_run(mm, &ac);
}

page_handle alloc_pages(struct mm *mm, gfp_t gfp, unsigned order, int nid, owner_id owner)
{
	page_handle h = alloc_fast(mm, gfp, order, nid, owner);

	return likely(h != NO_PAGE) ? h : alloc_pages_general(mm, gfp, order, nid, owner);
}

page_handle alloc_pages_avoiding(struct mm *mm, gfp_t gfp, unsigned order, int nid, owner_id owner, int avoid)
{
	const struct zonelist *all = &mm->node[nid]->fallback;
	size_t bytes = ((size_t)all->nr + 1) * sizeof(struct zoneref);
	struct zonelist some = { arena_alloc(mm->arena, bytes), 0 };
	struct alloc_context ac = { .gfp = gfp, .order = order, .nid = nid, .owner = owner, .only = &some };
	page_handle h;

	for (int i = 0; i < all->nr; i++)
		if (all->refs[i].zone->nid != avoid)
			some.refs[some.nr++] = all->refs[i];
	h = alloc_context_run(mm, &ac);
	arena_free(mm->arena, some.refs, bytes);
	return h;
}

page_handle alloc_pages_explain(struct mm *mm, gfp_t gfp, unsigned order, int nid, owner_id owner,
				struct alloc_explain *why)
{
	struct alloc_context ac = { .gfp = gfp, .order = order, .nid = nid, .owner = owner,
				    .split_from = -1, .fallback_mt = -1, .why = why };
	page_handle h;

	memset(why, 0, sizeof(*why));
	h = alloc_context_run(mm, &ac);
	why->order = order;
	why->gfp = gfp;
	why->nid = nid;
	why->pfn = h == NO_PAGE ? NO_PFN : page_to_pfn(mm->map, h);
	why->path = ac.path;
	why->split_from = ac.split_from;
	why->fallback_mt = ac.fallback_mt;
	return h;
}

/* --- freeing --------------------------------------------------------------------- */

/* The lists may be too long: flush them, from list @pindex on. */
static noinline void flush_pcp(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, unsigned order,
			       unsigned pindex, bool prev_high)
{
	int count = pcp_nr_flush(pcp, z, order, prev_high);

	if (!count)
		return;
	pcp_free_bulk(&mm->env, z, pcp, count, pindex);
	if ((z->flags & ZONE_BELOW_HIGH) &&
	    zone_watermark_ok(mm, z, 0, wmark_pages(z, WMARK_HIGH), ZONE_MOVABLE, 0))
		z->flags &= ~(u32)ZONE_BELOW_HIGH;
}

/* free_unref_page_commit(): the allocated block goes to a per-cpu list, which may be flushed. */
static always_inline void free_to_pcp(struct mm *mm, struct zone *z, page_handle h, unsigned order, unsigned mt,
				      unsigned pindex)
{
	struct per_cpu_pages *pcp = &z->pcp[mm->cpu];
	struct page *p = &mm->map->pages[h];
	bool prev_high;

	psum_move(mm->map, h, order, page_summary_allocated(p->info), SUM_PCP);
	p->info = page_info(PAGE_PCP, order, mt, 0);
	p->ext = 0;
	pcp->alloc_factor >>= 1;
	page_list_add(mm->map, &pcp->lists[pindex], h);
	pcp->count += 1 << order;
	prev_high = pcp_note_order(pcp, order);
	if (pcp_is_calm(pcp, z))
		pcp->free_count = (s16)(pcp->free_count + (1 << order));
	else
		flush_pcp(mm, z, pcp, order, pindex, prev_high);
}

/* free_unref_page() once the block is prepared: large blocks, and pageblocks of types that no cpu has lists for. */
static noinline void free_elsewhere(struct mm *mm, struct zone *z, page_handle h, unsigned order, unsigned mt)
{
	unsigned list = unlikely(mt >= MIGRATE_PCPTYPES) && mt != MIGRATE_ISOLATE ? MIGRATE_MOVABLE : mt;

	if (list < MIGRATE_PCPTYPES && use_pcp(mm, z, order)) {
		free_to_pcp(mm, z, h, order, list, order_to_pindex(list, order));
		return;
	}
	psum_sub(mm->map, h, order, page_summary_allocated(mm->map->pages[h].info));
	if (likely(order <= mm->map->pb_order))
		free_one(&mm->env, z, h, order, mt, FPI_NONE);
	else
		buddy_free_split(&mm->env, z, h, order, FPI_NONE);
}

/* free_unref_page(): free an allocated block of zone @z whatever its reference count says. @pb: of its pageblock. */
static always_inline void free_unref_page(struct mm *mm, struct zone *z, page_handle h, unsigned order, u8 pb)
{
	u32 owner = page_owner_id(&mm->map->pages[h]);
	unsigned mt = pb & PB_MT_MASK;

	memmap_dirty(mm->map, h);
	trace_emit(mm->trace, TRACE_mm_page_free, page_to_pfn(mm->map, h), order, 0, 0, 0, 0);
	if (owner)
		owner_uncharge(mm, owner, order);
	mm->vm_event[EV_pgfree] += 1u << order;
	if (order < PCP_LIST_ORDERS && likely(mt < MIGRATE_PCPTYPES && z->pcp && mm->vm.pcp_enabled))
		free_to_pcp(mm, z, h, order, mt, MIGRATE_PCPTYPES * order + mt);
	else
		free_elsewhere(mm, z, h, order, mt);
}

/* The same wherever zones meet. */
static noinline void free_unref_page_slow(struct mm *mm, page_handle h, unsigned order)
{
	free_unref_page(mm, mm_zone(mm, memmap_zone(mm->map, h)), h, order, *page_pb(mm->map, h));
}

/*
 * Somebody else still holds the first page: it stays, as a page of its own, and
 * the rest of the block is freed in halves.
 */
static void free_all_but_first(struct mm *mm, page_handle h, unsigned order)
{
	struct page *p = &mm->map->pages[h];
	u32 info = p->info, ext = p->ext;

	psum_sub(mm->map, h, order, page_summary_class(info));
	info &= ~(15u << PG_ORDER_SHIFT);
	buddy_set_page(mm->map, h, 0, info, ext);
	while (order-- > 0) {
		buddy_set_page(mm->map, h + (1u << order), order, info | order << PG_ORDER_SHIFT, ext);
		free_unref_page_slow(mm, h + (1u << order), order);
	}
}

/* A reference less to a block that has several. */
static noinline void put_pages(struct mm *mm, page_handle head, unsigned order)
{
	struct page *p = &mm->map->pages[head];

	memmap_dirty(mm->map, head);
	p->ext--;
	if (!(p->info & PGF_HEAD))
		free_all_but_first(mm, head, order);
}

void free_pages(struct mm *mm, page_handle head, unsigned order)
{
	const struct memmap *map = mm->map;
	const struct slot *s = memmap_slot(map, head);

	if (unlikely(page_ref(&map->pages[head]) > 1))
		put_pages(mm, head, order);
	else if (unlikely(s->zone == ZONE_MIXED || map->nr_shared))
		free_unref_page_slow(mm, head, order);
	else
		free_unref_page(mm, mm_zone(mm, s->zone), head, order, s->pb[(head & map->block_mask) >> map->pb_order]);
}

void drain_all_pages(struct mm *mm, struct zone *zone)
{
	for (int cpu = 0; cpu < mm->nr_cpus; cpu++) {
		if (zone) {
			pcp_drain(&mm->env, zone, cpu);
			continue;
		}
		for_each_node(mm, n)
			for (int zid = 0; zid < MAX_NR_ZONES; zid++)
				if (populated_zone(&n->zones[zid]))
					pcp_drain(&mm->env, &n->zones[zid], cpu);
	}
}

/* --- small readers and writers ----------------------------------------------------- */

bool zone_watermark_ok(struct mm *mm, struct zone *z, unsigned order, u64 mark, int highest_zoneidx, u32 alloc_flags)
{
	return zone_watermark_ok_free(z, order, mark, highest_zoneidx, alloc_flags, (s64)zone_stat(z, NR_FREE_PAGES));
}

enum migratetype get_pageblock_migratetype(const struct mm *mm, pfn_t pfn)
{
	return pageblock_mt(mm->map, pfn);
}

void set_pageblock_migratetype(struct mm *mm, pfn_t pfn, enum migratetype mt)
{
	if (!mm->vm.mobility && mt < MIGRATE_PCPTYPES)
		mt = MIGRATE_UNMOVABLE;
	pageblock_set_mt(mm->map, pfn, mt);
}

void page_set_info(struct mm *mm, page_handle head, enum page_kind kind, u32 flags)
{
	struct page *p = &mm->map->pages[head];
	unsigned order = page_order(p);

	memmap_dirty(mm->map, head);
	psum_sub(mm->map, head, order, page_summary_class(p->info));
	p->info = page_info(PAGE_ALLOC, order, page_mt(p), kind) | (flags & PG_FLAG_MASK);
	psum_add(mm->map, head, order, page_summary_class(p->info));
}
