/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of whole free max blocks: the free lists of the largest order. An entry
 * is either one block of a touched section or a run of blocks in sections that
 * nobody touched. Block handles (u32):
 *
 *   0 | section index << block_shift | block in section
 *   1 | wild run number                                   (bit 31 set)
 *
 * The order of a list is the kernel's: a run stands for its blocks in ascending
 * order, and cutting it leaves every block where it was.
 */
#ifndef MM_PHYS_MAXBLOCK_H
#define MM_PHYS_MAXBLOCK_H

#include "phys/sparse.h"

#define BLOCK_WILD 0x80000000u

/* Put block @blk of @sec, which is on no list and has no slot, at an end of @list. */
void maxblock_add(struct memmap *map, struct free_list *list, struct mem_section *sec, unsigned blk,
		  unsigned mt, bool tail);
void maxblock_del(struct memmap *map, struct free_list *list, struct mem_section *sec, unsigned blk);
/* Append @nr max blocks from @start, all in untouched sections, to the tail of @list. */
void maxblock_add_run(struct memmap *map, struct free_list *list, pfn_t start, u64 nr, unsigned mt);
/* First pfn of the first block; the list must not be empty. */
pfn_t maxblock_first(const struct memmap *map, const struct free_list *list);
/* Take [start, start + nr max blocks), all free and in untouched sections, off its lists. */
void maxblock_del_wild(struct memmap *map, pfn_t start, u64 nr);

/* The run that covers @pfn, or NULL. */
const struct wild_run *maxblock_run_of(const struct memmap *map, pfn_t pfn);
/* The blocks of @sec, which is becoming touched, turn from runs into entries of their own, in place. */
void maxblock_tame(struct memmap *map, struct mem_section *sec);
/* The blocks of @sec, all free and on @list, become runs again, in place. The section is of no use afterwards. */
void maxblock_untame(struct memmap *map, struct free_list *list, struct mem_section *sec);

/*
 * Walk a list: for (ok = maxblock_iter_first(...); ok; ok = maxblock_iter_next(...)) gives
 * stretches of consecutive blocks [it.start, it.start + it.nr max blocks) in list order.
 */
struct maxblock_iter {
	const struct memmap *map;
	u32 cur;
	u64 left; /* blocks of the list not yet visited, this stretch included */
	pfn_t start;
	u64 nr;
	u8 mt;
};
bool maxblock_iter_first(struct maxblock_iter *it, const struct memmap *map, const struct free_list *list);
bool maxblock_iter_next(struct maxblock_iter *it);

/* Links, order and sizes of one list; runs sorted and disjoint. 0 or -EUCLEAN. */
struct text;
int maxblock_check_list(const struct memmap *map, const struct free_list *list, unsigned mt, struct text *report);
int maxblock_check_runs(const struct memmap *map, struct text *report);

#endif
