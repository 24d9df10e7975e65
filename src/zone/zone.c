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
	for (unsigned o = order; o < NR_PAGE_ORDERS_MAX; o++) {
		const struct free_area *area = &z->free_area[o];

		if (!area->nr_free)
			continue;
		for (int mt = 0; mt < MIGRATE_PCPTYPES; mt++)
			if (area->list[mt].nr)
				return true;
		if ((alloc_flags & ALLOC_CMA) && area->list[MIGRATE_CMA].nr)
			return true;
		if ((alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM)) && area->list[MIGRATE_HIGHATOMIC].nr)
			return true;
	}
	return false;
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

bool zone_watermark_fast_slow(const struct zone *z, unsigned order, u64 mark, int highest_zoneidx,
			      u32 alloc_flags)
{
	s64 free = (s64)zone_stat(z, NR_FREE_PAGES);

	if (zone_watermark_ok_free(z, order, mark, highest_zoneidx, alloc_flags, free))
		return true;
	/* Single pages with access to reserves ignore the boost at the min mark. */
	if (!order && (alloc_flags & ALLOC_MIN_RESERVE) && z->watermark_boost &&
	    (alloc_flags & ALLOC_WMARK_MASK) == ALLOC_WMARK_MIN)
		return zone_watermark_ok_free(z, order, z->watermark[WMARK_MIN], highest_zoneidx,
					      alloc_flags, free);
	return false;
}
