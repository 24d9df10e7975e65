/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The summary pyramid: how many pages of a pfn range are in which state.
 *
 * Leaves are pageblocks (updated as pages change), then sections, then a radix
 * tree over touched sections; what nobody touched is answered from the range
 * layer. A query costs logarithmic time in the size of the machine, so a frame
 * costs the same for 256 MiB and for 4 PiB. The screen and `show` read nothing
 * else.
 */
#ifndef MM_PHYS_SUMMARY_H
#define MM_PHYS_SUMMARY_H

#include "phys/memmap.h"

enum summary_class {
	SUM_HOLE,      /* no memory */
	SUM_RESERVED,
	SUM_OFFLINE,
	SUM_DEVICE,
	SUM_PCP,       /* free, on a per-cpu list */
	SUM_ISOLATED,  /* free, taken by compaction/isolation; or PageHWPoison */
	SUM_KIND0,     /* allocated: SUM_KIND0 + enum page_kind (12) */
	SUM_FREE0 = SUM_KIND0 + NR_PAGE_KINDS, /* free in the buddy: SUM_FREE0 + order (up to 13) */
	NR_SUMMARY_CLASSES = SUM_FREE0 + 14
};
_Static_assert(NR_SUMMARY_CLASSES <= 32, "a summary leaf is 64 bytes");

struct summary {
	u64 pages[32];                  /* by enum summary_class; units: pages */
	u64 pageblocks[MIGRATE_TYPES];  /* pageblocks that start in the range, by type */
	u64 total;                      /* pages in the range, holes included */
};

struct memmap;

/* Add what is in [start, end) to *out (callers zero it first). Logarithmic. */
void summary_query(struct memmap *map, pfn_t start, pfn_t end, struct summary *out);

/* The class of a page as memmap_view() tells it. */
struct page_view;
enum summary_class summary_class_of(const struct page_view *v);
const char *summary_class_name(enum summary_class c);

/* Walk all pages of touched sections and compare with the counters. 0 or -EUCLEAN. */
struct text;
int summary_check(struct memmap *map, struct text *report);

#endif
