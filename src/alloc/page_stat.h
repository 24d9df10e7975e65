/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the node counters say about an allocated block: anonymous, page cache,
 * mapped, dirty, page table, kernel stack, mlocked. Whoever gives a block its use,
 * takes it away, or moves it to another node says so here, so that the counters
 * are at any time what a walk over all blocks would find.
 *
 * Models: include/linux/vmstat.h (lruvec_stat_mod_folio and its callers in
 * mm/rmap.c, mm/filemap.c, mm/page-writeback.c), kernel/fork.c
 * account_kernel_stack(), include/linux/mm.h pagetable_pte_ctor().
 */
#ifndef MM_ALLOC_PAGE_STAT_H
#define MM_ALLOC_PAGE_STAT_H

#include "alloc/page_alloc.h"

/* The block at @h begins (@sign 1) or ends (-1) to be what its kind and flags say. */
void page_stat_mod(struct mm *mm, page_handle h, int sign);
/* Give a block that nobody counted yet its kind and flags (enum page_flag), and count it. */
void page_stat_set(struct mm *mm, page_handle h, enum page_kind kind, u32 flags);
/* Set and clear flags of a counted block; it changes LRU lists where they ask for it. */
void folio_change_flags(struct mm *mm, page_handle h, u32 set, u32 clear);
/* The first use marks a folio, the second one activates it. Return: it became active now. */
bool mark_page_accessed(struct mm *mm, page_handle h);

/* The counters of one node that page_stat_mod() keeps, for checks: units as in vm_stat. */
#define PAGE_STAT_ITEMS 7
extern const enum node_stat_item page_stat_item[PAGE_STAT_ITEMS];

#endif
