/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page isolation: pageblocks marked MIGRATE_ISOLATE, whose free pages are given
 * to nobody. The first step of taking memory offline and of CMA allocations.
 * Models: mm/page_isolation.c (6.12.117).
 */
#ifndef MM_ALLOC_PAGE_ISOLATION_H
#define MM_ALLOC_PAGE_ISOLATION_H

#include "alloc/page_alloc.h"

enum isolate_flag {
	MEMORY_OFFLINE = 1, /* poisoned and PageOffline pages are no obstacle */
};

/* The zone whose page @pfn is, NULL for holes and offline memory. */
struct zone *pfn_zone(const struct mm *mm, pfn_t pfn);
/* pfn_to_online_page() is not NULL. */
bool pfn_is_online(const struct mm *mm, pfn_t pfn);

/*
 * has_unmovable_pages(): the first page of [@start, @end), part of one pageblock,
 * that could not be migrated away; NO_PFN: none. @mt is the type the block is
 * isolated for (MIGRATE_MOVABLE, or MIGRATE_CMA).
 */
pfn_t has_unmovable_pages(const struct mm *mm, pfn_t start, pfn_t end, enum migratetype mt, u32 flags);

/*
 * Isolate the pageblocks of [@start, @end). 0, or -EBUSY with the pfn in the way
 * in *@culprit (NO_PFN: a pageblock was isolated already or is not of the zone);
 * then every pageblock touched so far has type @mt, as in the kernel.
 */
int start_isolate_page_range(struct mm *mm, pfn_t start, pfn_t end, enum migratetype mt, u32 flags,
			     pfn_t *culprit);
/* Every isolated pageblock of [@start, @end) becomes @mt. */
void undo_isolate_page_range(struct mm *mm, pfn_t start, pfn_t end, enum migratetype mt);
/* Are all pages free and isolated? 0, or -EBUSY with the first one that is not in *@culprit. */
int test_pages_isolated(const struct mm *mm, pfn_t start, pfn_t end, u32 flags, pfn_t *culprit);

/*
 * What start_isolate_page_range() would stumble over, in its order of looking
 * (first pageblock, last one, the others). Changes nothing.
 */
pfn_t find_unmovable_page(const struct mm *mm, pfn_t start, pfn_t end, u32 flags);

#endif
