/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watermarks: may a request take pages from this zone?
 *
 *   free pages  ├───────┬─────────┬────┬────┬──────────────┤
 *               0      min/4..   min  low  high
 *                      reserves   │    └ first attempt stays above this
 *                                 └ slow path stays above this
 *
 * Models: mm/page_alloc.c __zone_watermark_ok(), zone_watermark_fast() of Linux 6.12.117.
 */
#include "zone/zone.h"

/* Free pages that this request must not count on. */
static s64 unusable_free(const struct zone *z, unsigned order, u32 alloc_flags)
{
	s64 n = (1 << order) - 1;

	if (likely(!(alloc_flags & ALLOC_RESERVES)))
		n += (s64)z->nr_free_highatomic;
	if (!(alloc_flags & ALLOC_CMA))
		n += (s64)zone_stat(z, NR_FREE_CMA_PAGES);
	return n;
}

/* How far below @mark requests with access to reserves may go. */
static s64 lower_mark(s64 mark, u32 alloc_flags)
{
	if (alloc_flags & ALLOC_MIN_RESERVE) {
		mark -= mark / 2;
		if (alloc_flags & ALLOC_NON_BLOCK)
			mark -= mark / 4;
	}
	if (alloc_flags & ALLOC_OOM)
		mark -= mark / 2;
	return mark;
}

/* Is there a free block of @order or more that this request may take? */
static bool has_block(const struct zone *z, unsigned order, u32 alloc_flags)
{
	u32 mask = 0;

	if (alloc_flags & ALLOC_CMA)
		mask |= z->order_mask[MIGRATE_CMA];
	if (alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM))
		mask |= z->order_mask[MIGRATE_HIGHATOMIC];
	return zone_has_block(z, order) || mask >> order;
}

bool zone_watermark_ok_free(const struct zone *z, unsigned order, u64 mark, int highest_zoneidx,
			    u32 alloc_flags, s64 free)
{
	s64 min = lower_mark((s64)mark, alloc_flags);

	free -= unusable_free(z, order, alloc_flags);
	if (free <= min + (s64)z->lowmem_reserve[highest_zoneidx])
		return false;
	return !order || has_block(z, order, alloc_flags);
}

/* zone_watermark_fast()'s check of single pages, which never counts more than it has as unusable. */
static bool order0_ok(const struct zone *z, s64 free, u64 mark, int highest_zoneidx, u32 alloc_flags)
{
	s64 unusable = unusable_free(z, 0, alloc_flags);

	return free - min_s64(free, unusable) > (s64)(mark + z->lowmem_reserve[highest_zoneidx]);
}

bool zone_watermark_fast_slow(const struct zone *z, unsigned order, u64 mark, int highest_zoneidx,
			      u32 alloc_flags)
{
	s64 free = (s64)zone_stat(z, NR_FREE_PAGES);

	if (!order && order0_ok(z, free, mark, highest_zoneidx, alloc_flags))
		return true;
	if (zone_watermark_ok_free(z, order, mark, highest_zoneidx, alloc_flags, free))
		return true;
	/* Single pages with access to reserves ignore the boost at the min mark. */
	if (!order && (alloc_flags & ALLOC_MIN_RESERVE) && z->watermark_boost &&
	    (alloc_flags & ALLOC_WMARK_MASK) == ALLOC_WMARK_MIN)
		return zone_watermark_ok_free(z, order, z->watermark[WMARK_MIN], highest_zoneidx,
					      alloc_flags, free);
	return false;
}
