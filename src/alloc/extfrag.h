/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fragmented a zone is, as the kernel defines it.
 * Models: mm/vmstat.c (fill_contig_page_info, __fragmentation_index,
 * unusable_free_index), mm/compaction.c (fragmentation_score_zone).
 */
#ifndef MM_ALLOC_EXTFRAG_H
#define MM_ALLOC_EXTFRAG_H

#include "alloc/mm.h"

struct contig_page_info {
	u64 free_pages;           /* pages, all orders */
	u64 free_blocks_total;    /* blocks, all orders */
	u64 free_blocks_suitable; /* blocks of @suitable order that larger ones hold */
};
void fill_contig_page_info(const struct mm *mm, const struct zone *z, int order, struct contig_page_info *info);

/* Part of free memory that is of no use for @order, x1000 (0: all of it is usable). */
int unusable_free_index(const struct mm *mm, const struct zone *z, int order);
/*
 * Why @order would fail, x1000: towards 0 lack of memory, towards 1000
 * fragmentation; -1000: it would not fail. extfrag_index of debugfs.
 */
int fragmentation_index(const struct mm *mm, const struct zone *z, int order);
/* Both of every order at once: @unusable and @index have an entry per order. */
void fragmentation_indices(const struct mm *mm, const struct zone *z, int *unusable, int *index);
/* External fragmentation of huge-page order in percent (extfrag_for_order()). */
unsigned extfrag_for_order(const struct mm *mm, const struct zone *z, int order);

#endif
