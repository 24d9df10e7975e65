/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layer of ranges: what is true of pages that nobody touched. A sorted array
 * of stretches of one state and zone; a pfn in none of them is a hole.
 */
#ifndef MM_PHYS_RANGES_H
#define MM_PHYS_RANGES_H

#include "phys/sparse.h"
#include "phys/summary.h"

/* [start, end) becomes one stretch; equal neighbours melt together. Cost: O(number of ranges). */
void ranges_set(struct memmap *map, pfn_t start, pfn_t end, enum page_state state, u16 zone, bool device);

/* What is said of @pfn, and up to where (at most @limit) it is the same. */
struct range_piece {
	pfn_t end;
	enum page_state state; /* PAGE_HOLE outside every range */
	u16 zone;
	bool device;
};
struct range_piece ranges_piece(const struct memmap *map, pfn_t pfn, pfn_t limit);

/* Zone number of [start, end): ZONE_MIXED where several meet, ZONE_NONE for none; what has no zone does not count. */
u16 ranges_zone(const struct memmap *map, pfn_t start, pfn_t end);

/* Add @sign times what the ranges say of [start, end) to @sum: pages by class, then pageblocks by type. */
void ranges_count(struct memmap *map, pfn_t start, pfn_t end, s64 sign, s64 sum[MEMMAP_SUM_ITEMS]);

/* Class of untouched pages. */
enum summary_class ranges_class(const struct memmap *map, enum page_state state, bool device);

/* Sorted, no overlaps, no empty ones. 0 or -EUCLEAN. */
struct text;
int ranges_check(const struct memmap *map, struct text *report);

#endif
