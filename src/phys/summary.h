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

#include "phys/sparse.h"

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

/* Add what is in [start, end) to *out (callers zero it first). Logarithmic. */
void summary_query(struct memmap *map, pfn_t start, pfn_t end, struct summary *out);

/* The class of an allocated block. */
static inline unsigned page_summary_allocated(u32 info) { return SUM_KIND0 + (info >> PG_KIND_SHIFT & 31); }

/* The class of the block that a head with @info stands for (PAGE_TAIL stands for nothing). */
static inline unsigned page_summary_class(u32 info)
{
	switch ((enum page_state)(info & PG_STATE_MASK)) {
	case PAGE_BUDDY: return SUM_FREE0 + (info >> PG_ORDER_SHIFT & 15);
	case PAGE_PCP: return SUM_PCP;
	case PAGE_ALLOC: return page_summary_allocated(info);
	case PAGE_RESERVED: return info >> PG_KIND_SHIFT & 31 ? SUM_DEVICE : SUM_RESERVED;
	case PAGE_OFFLINE: return SUM_OFFLINE;
	case PAGE_ISOLATED:
	case PAGE_POISON: return SUM_ISOLATED;
	default: return SUM_HOLE;
	}
}

/* The block of 1 << @order pages at @h joins or leaves @class; memmap_dirty() came before. */
static inline void psum_add(struct memmap *map, page_handle h, unsigned order, unsigned class)
{
	u32 row = h >> map->pb_order;

	if (likely(order <= map->pb_order))
		map->psum[row][class] = (u16)(map->psum[row][class] + (1u << order));
	else
		for (u32 n = 1u << (order - map->pb_order); n; n--, row++)
			map->psum[row][class] = (u16)(map->psum[row][class] + (1u << map->pb_order));
}
static inline void psum_sub(struct memmap *map, page_handle h, unsigned order, unsigned class)
{
	u32 row = h >> map->pb_order;

	if (likely(order <= map->pb_order))
		map->psum[row][class] = (u16)(map->psum[row][class] - (1u << order));
	else
		for (u32 n = 1u << (order - map->pb_order); n; n--, row++)
			map->psum[row][class] = (u16)(map->psum[row][class] - (1u << map->pb_order));
}

/* @nr pages from @h on, of one slot, join @class. */
static inline void psum_add_pages(struct memmap *map, page_handle h, u32 nr, unsigned class)
{
	u32 room = (1u << map->pb_order) - (h & ((1u << map->pb_order) - 1));

	for (u32 row = h >> map->pb_order; nr; row++, room = 1u << map->pb_order) {
		u32 n = nr < room ? nr : room;

		map->psum[row][class] = (u16)(map->psum[row][class] + n);
		nr -= n;
	}
}

/* The same block goes from one class to another. */
static inline void psum_move(struct memmap *map, page_handle h, unsigned order, unsigned from, unsigned to)
{
	if (likely(order <= map->pb_order)) {
		u16 *row = map->psum[h >> map->pb_order];

		row[from] = (u16)(row[from] - (1u << order));
		row[to] = (u16)(row[to] + (1u << order));
	} else {
		psum_sub(map, h, order, from);
		psum_add(map, h, order, to);
	}
}

/* The class of a page as memmap_view() tells it. */
enum summary_class summary_class_of(const struct page_view *v);
const char *summary_class_name(enum summary_class c);

/* Bring the sums of changed sections up to date (queries do it themselves). */
void summary_flush(struct memmap *map);

/* Walk all pages of touched sections and compare with the counters. 0 or -EUCLEAN. */
struct text;
int summary_check(struct memmap *map, struct text *report);

#endif
