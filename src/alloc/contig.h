/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocation of a given range of page frames: isolate its pageblocks, move away what
 * lives there, take the free pages off their lists.
 *
 *   [ m . m | . . . | m m . ]   movable pages and free ones
 *   [ I I I | I I I | I I I ]   isolated: what is freed here is given to nobody
 *   [ . . . | . . . | . . . ]   migrated away; clean page cache is dropped
 *   [ a a a | a a a | a a a ]   ours
 *
 * Models: mm/page_alloc.c alloc_contig_range(), alloc_contig_pages(),
 * free_contig_range() of Linux 6.12.117.
 */
#ifndef MM_ALLOC_CONTIG_H
#define MM_ALLOC_CONTIG_H

#include "alloc/page_alloc.h"

/* What the pages become: blocks of @order, compound where @order > 0, of @kind. */
struct contig_use {
	gfp_t gfp;
	unsigned order;
	enum page_kind kind;
	owner_id owner;
};

/*
 * Allocate [@start, @end), which lies in one zone and is a multiple of the blocks in
 * @use; @mt is the type its pageblocks have (MIGRATE_CMA or MIGRATE_MOVABLE) and get
 * back. 0, or -EBUSY with the page in the way in *@culprit (NO_PFN: a pageblock is
 * isolated already); nothing is allocated then, but pages may have moved.
 */
int alloc_contig_range(struct mm *mm, pfn_t start, pfn_t end, enum migratetype mt, const struct contig_use *use,
		       pfn_t *culprit);
/*
 * The first range of @nr_pages (a power of two), aligned to itself, that can be had in
 * zones of node @nid. Return: its first pfn; NO_PFN: none.
 */
pfn_t alloc_contig_pages(struct mm *mm, u64 nr_pages, int nid, const struct contig_use *use);
/* Free the blocks of [@start, @end), as alloc_contig_range() made them. */
void free_contig_range(struct mm *mm, pfn_t start, pfn_t end);

#endif
