/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a type's own lists are empty: take from another type. First claim a whole
 * pageblock that is mostly free or alike (largest block first), so that later
 * requests of this type find their own; only then steal a single page (smallest
 * first), which leaves the block's type and fragments it.
 *
 *   unmovable wants one page, its lists are empty:
 *     claim   [mmmm....|........]  ->  [mmmm....] becomes unmovable, its free part moves
 *     steal   [mmmmmmm.|mmmmm.mm]  ->  one page out of a movable block
 *
 * Models: mm/page_alloc.c find_suitable_fallback(), try_to_steal_block(),
 * __rmqueue_claim(), __rmqueue_steal(), __rmqueue() of Linux 6.12.117.
 */
#include "alloc/internal.h"
#include "zone/pageblock.h"

#define NR_FALLBACKS (MIGRATE_PCPTYPES - 1)

static const u8 fallbacks[MIGRATE_PCPTYPES][NR_FALLBACKS] = {
	[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
};

/* find_suitable_fallback(): first other type with a block of this order, or -1. */
static int find_fallback(const struct free_area *area, unsigned mt)
{
	for (int i = 0; i < NR_FALLBACKS; i++)
		if (area->list[fallbacks[mt][i]].nr)
			return fallbacks[mt][i];
	return -1;
}

/* can_steal_fallback(): may a block of this order turn its pageblock into @mt? */
static bool may_claim(const struct mm *mm, unsigned order, unsigned mt)
{
	return order >= mm->map->pb_order / 2u || mt == MIGRATE_RECLAIMABLE || mt == MIGRATE_UNMOVABLE ||
	       !mm->vm.mobility;
}

bool has_claimable_fallback(const struct mm *mm, const struct free_area *area, unsigned order, unsigned mt)
{
	return find_fallback(area, mt) >= 0 && may_claim(mm, order, mt);
}

/* boost_watermark(): ask for more free memory, so that mixing stays rare. */
static bool boost_watermark(const struct mm *mm, struct zone *z)
{
	u64 block = pageblock_pages(mm->map), factor = (u64)mm->vm.watermark_boost_factor;
	u64 high = z->watermark[WMARK_HIGH], max;

	if (!factor || block * 4 > z->managed_pages)
		return false;
	max = high / 10000 * factor + high % 10000 * factor / 10000;
	if (!max) /* watermarks are not set up yet */
		return false;
	z->watermark_boost = min_u64(z->watermark_boost + block, max_u64(block, max));
	return true;
}

/* kswapd is woken when the request is done. */
static void boost_and_wake(const struct mm *mm, struct zone *z, u32 alloc_flags)
{
	if (boost_watermark(mm, z) && (alloc_flags & ALLOC_KSWAPD))
		z->flags |= ZONE_BOOSTED_WATERMARK;
}

static void trace_extfrag(struct mm *mm, pfn_t pfn, unsigned order, unsigned from_order,
			  unsigned mt, unsigned from_mt)
{
	bool change = pageblock_mt(mm->map, pfn) == mt;

	mm->nr_extfrag[mt] += from_order < mm->map->pb_order;
	trace_emit(mm->trace, TRACE_mm_page_alloc_extfrag, pfn, 0, order | from_order << 8,
		   mt | from_mt << 8 | (u32)change << 16, 0, 0);
}

static void note_fallback(struct alloc_context *ac, u32 path, int from_order, unsigned from_mt)
{
	ac->path |= path;
	ac->fallback_mt = (s8)from_mt;
	ac->split_from = (s8)(from_order > (int)ac->order ? from_order : -1);
}

/* A block of pageblock size or more is taken whole and changes its type. */
static page_handle claim_large(struct mm *mm, struct alloc_context *ac, struct zone *z, unsigned order,
			       unsigned from_mt)
{
	page_handle h = buddy_take_first(&mm->env, z, order, from_mt);
	u64 added;

	account_freepages(&mm->env, z, -(s64)(1LL << order), from_mt);
	pageblock_set_range(mm->map, h, order, ac->migratetype);
	added = buddy_expand(&mm->env, z, h, ac->order, order, ac->migratetype);
	account_freepages(&mm->env, z, (s64)added, ac->migratetype);
	return h;
}

/* Enough of the pageblock is free or of the same kind as the request. */
static bool block_is_alike(const struct mm *mm, const struct alloc_context *ac, pfn_t pfn, unsigned block_mt)
{
	u32 pages = pageblock_pages(mm->map), nr_free, nr_movable, alike = 0;

	pageblock_count(mm->map, pfn, &nr_free, &nr_movable);
	if (ac->migratetype == MIGRATE_MOVABLE)
		alike = nr_movable;
	else if (block_mt == MIGRATE_MOVABLE)
		alike = pages - (nr_free + nr_movable);
	return nr_free + alike >= pages / 2 || !mm->vm.mobility;
}

/* try_to_steal_block(): the first block of list (@order, @from_mt). */
static page_handle try_to_claim(struct mm *mm, struct alloc_context *ac, struct zone *z, unsigned order,
				unsigned from_mt, u32 alloc_flags)
{
	pfn_t pfn;

	if (order >= mm->map->pb_order)
		return claim_large(mm, ac, z, order, from_mt);
	boost_and_wake(mm, z, alloc_flags);
	pfn = page_to_pfn(mm->map, z->free_area[order].list[from_mt].first);
	if (!pageblock_in_zone(mm->map, z, pfn) || !block_is_alike(mm, ac, pfn, from_mt))
		return NO_PAGE;
	pageblock_move_free(&mm->env, z, pfn, from_mt, ac->migratetype);
	return buddy_rmqueue_smallest(&mm->env, z, ac->order, ac->migratetype, NULL);
}

static page_handle rmqueue_claim(struct mm *mm, struct alloc_context *ac, struct zone *z, u32 alloc_flags)
{
	int min_order = (int)ac->order;

	if (min_order < (int)mm->map->pb_order && (alloc_flags & ALLOC_NOFRAGMENT))
		min_order = (int)mm->map->pb_order;
	for (int order = (int)mm->map->max_order; order >= min_order; order--) {
		int mt = find_fallback(&z->free_area[order], ac->migratetype);
		page_handle h;

		if (mt < 0)
			continue;
		if (!may_claim(mm, (unsigned)order, ac->migratetype))
			break;
		h = try_to_claim(mm, ac, z, (unsigned)order, (unsigned)mt, alloc_flags);
		if (h == NO_PAGE)
			continue;
		note_fallback(ac, PATH_FALLBACK_CLAIM, order, (unsigned)mt);
		trace_extfrag(mm, page_to_pfn(mm->map, h), ac->order, (unsigned)order, ac->migratetype, (unsigned)mt);
		return h;
	}
	return NO_PAGE;
}

static page_handle rmqueue_steal(struct mm *mm, struct alloc_context *ac, struct zone *z, u32 alloc_flags)
{
	for (unsigned order = ac->order; order <= mm->map->max_order; order++) {
		int mt = find_fallback(&z->free_area[order], ac->migratetype);
		page_handle h;

		if (mt < 0)
			continue;
		if (mm->vm.boost_steal && order < mm->map->pb_order)
			boost_and_wake(mm, z, alloc_flags);
		h = buddy_take_first(&mm->env, z, order, (unsigned)mt);
		buddy_expand(&mm->env, z, h, ac->order, order, (unsigned)mt);
		account_freepages(&mm->env, z, -(s64)(1LL << ac->order), (unsigned)mt);
		note_fallback(ac, PATH_FALLBACK_STEAL, (int)order, (unsigned)mt);
		trace_extfrag(mm, page_to_pfn(mm->map, h), ac->order, order, ac->migratetype, (unsigned)mt);
		return h;
	}
	return NO_PAGE;
}

static page_handle rmqueue_cma(struct mm *mm, struct alloc_context *ac, struct zone *z)
{
	page_handle h = buddy_rmqueue_smallest(&mm->env, z, ac->order, MIGRATE_CMA, NULL);

	if (h != NO_PAGE)
		ac->path |= PATH_CMA;
	return h;
}

/* The request's own lists. */
static inline page_handle rmqueue_own(struct mm *mm, struct alloc_context *ac, struct zone *z)
{
	int from;
	page_handle h = buddy_rmqueue_smallest(&mm->env, z, ac->order, ac->migratetype, &from);

	if (h != NO_PAGE && from > (int)ac->order)
		note_split(ac, from);
	return h;
}

/* Movable requests use CMA first while more than half of the free memory is CMA. */
static bool cma_first(const struct zone *z, u32 alloc_flags)
{
	return (alloc_flags & ALLOC_CMA) && zone_stat(z, NR_FREE_CMA_PAGES) > zone_stat(z, NR_FREE_PAGES) / 2;
}

/* What the request's own lists could not give, from the mode that worked last time on. */
static page_handle rmqueue_other(struct mm *mm, struct alloc_context *ac, struct zone *z, u32 alloc_flags,
				 enum rmqueue_mode *mode)
{
	page_handle h;

	if (*mode <= RMQUEUE_CMA && (alloc_flags & ALLOC_CMA)) {
		h = rmqueue_cma(mm, ac, z);
		if (h != NO_PAGE) {
			*mode = RMQUEUE_CMA;
			return h;
		}
	}
	if (*mode <= RMQUEUE_CLAIM) {
		h = rmqueue_claim(mm, ac, z, alloc_flags);
		if (h != NO_PAGE) {
			*mode = RMQUEUE_NORMAL;
			return h;
		}
	}
	if (alloc_flags & ALLOC_NOFRAGMENT)
		return NO_PAGE;
	h = rmqueue_steal(mm, ac, z, alloc_flags);
	if (h != NO_PAGE)
		*mode = RMQUEUE_STEAL;
	return h;
}

page_handle rmqueue_mode(struct mm *mm, struct alloc_context *ac, struct zone *z, u32 alloc_flags,
			 enum rmqueue_mode *mode)
{
	page_handle h;

	if (unlikely(cma_first(z, alloc_flags))) {
		h = rmqueue_cma(mm, ac, z);
		if (h != NO_PAGE)
			return h;
	}
	if (*mode == RMQUEUE_NORMAL) {
		h = rmqueue_own(mm, ac, z);
		if (likely(h != NO_PAGE))
			return h;
	}
	return rmqueue_other(mm, ac, z, alloc_flags, mode);
}
