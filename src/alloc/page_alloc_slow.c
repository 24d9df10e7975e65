/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slow path: the first attempt found every zone below its low watermark.
 * Wake kswapd, then try again down to the min watermark and, for those who may,
 * into the reserves.
 *
 * Models: mm/page_alloc.c __alloc_pages_slowpath(), gfp_to_alloc_flags(),
 * wake_all_kswapds(); mm/vmscan.c wakeup_kswapd() of Linux 6.12.117.
 */
#include "alloc/internal.h"

/* gfp_to_alloc_flags(): how deep the request may go. */
static u32 gfp_to_alloc_flags(const struct mm *mm, const struct alloc_context *ac)
{
	u32 flags = ALLOC_WMARK_MIN | ALLOC_CPUSET | (ac->gfp & (__GFP_HIGH | __GFP_KSWAPD_RECLAIM));

	_Static_assert(__GFP_HIGH == ALLOC_MIN_RESERVE && __GFP_KSWAPD_RECLAIM == ALLOC_KSWAPD,
		       "these gfp bits are used as alloc flags");
	if (!(ac->gfp & __GFP_DIRECT_RECLAIM)) {
		if (!(ac->gfp & __GFP_NOMEMALLOC)) {
			flags |= ALLOC_NON_BLOCK;
			if (ac->order && (flags & ALLOC_MIN_RESERVE))
				flags |= ALLOC_HIGHATOMIC;
		}
		if (flags & ALLOC_MIN_RESERVE)
			flags &= ~(u32)ALLOC_CPUSET;
	}
	if (mm->arch->has_cma && ac->migratetype == MIGRATE_MOVABLE)
		flags |= ALLOC_CMA;
	return flags;
}

void wakeup_kswapd(struct mm *mm, struct zone *z, gfp_t gfp, unsigned order, int highest_zoneidx)
{
	struct node *n = mm->node[z->nid];

	if (!managed_zone(z))
		return;
	if (n->kswapd_highest_zoneidx == MAX_NR_ZONES || n->kswapd_highest_zoneidx < highest_zoneidx)
		n->kswapd_highest_zoneidx = highest_zoneidx;
	if (n->kswapd_order < (int)order)
		n->kswapd_order = (int)order;
}

/* wake_all_kswapds(): once for each run of zones of one node. */
void wake_all_kswapds(struct mm *mm, const struct alloc_context *ac)
{
	const struct zonelist *zl = ac->zonelist;
	int last = NO_NODE;

	for_each_zoneref(ref, zl, next_zoneref(zl, zl->refs, ac->highest_zoneidx), ac->highest_zoneidx) {
		if (!managed_zone(ref->zone) || ref->zone->nid == last)
			continue;
		wakeup_kswapd(mm, ref->zone, ac->gfp, ac->order, ac->highest_zoneidx);
		last = ref->zone->nid;
	}
}

/* One attempt with @flags, numbered for the explain views. */
static page_handle attempt(struct mm *mm, struct alloc_context *ac, u32 flags)
{
	ac->pass++;
	return get_page_from_freelist(mm, ac, flags);
}

page_handle alloc_pages_slowpath(struct mm *mm, struct alloc_context *ac)
{
	u32 flags = gfp_to_alloc_flags(mm, ac);
	page_handle h;

	ac->path |= PATH_SLOW;
	if (flags & ALLOC_KSWAPD)
		wake_all_kswapds(mm, ac);
	h = attempt(mm, ac, flags);
	if (h != NO_PAGE)
		return h;
	if (ac->gfp & __GFP_DIRECT_RECLAIM)
		return alloc_pages_direct(mm, ac, flags);
	if (flags & ALLOC_KSWAPD)
		wake_all_kswapds(mm, ac);
	if ((ac->gfp & (__GFP_MEMALLOC | __GFP_NOMEMALLOC)) == __GFP_MEMALLOC)
		flags = ALLOC_NO_WATERMARKS | (flags & (ALLOC_KSWAPD | ALLOC_CMA));
	return attempt(mm, ac, flags);
}
