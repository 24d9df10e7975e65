/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The front door of the allocator: alloc_pages() and free_pages() as Linux 6.12.117
 * does them, page for page.
 *
 * Models: mm/page_alloc.c.
 */
#ifndef MM_ALLOC_PAGE_ALLOC_H
#define MM_ALLOC_PAGE_ALLOC_H

#include "alloc/mm.h"
#include "phys/sparse.h"

/* Who allocates; interned by owner_intern() (alloc/page_owner.h). 0: unknown. */
typedef u32 owner_id;

/* Why each zone was taken or refused, for the last call; the explain views read it. */
enum refuse_reason {
	REFUSE_NONE, REFUSE_WATERMARK, REFUSE_LOWMEM_RESERVE, REFUSE_NO_BLOCK,
	REFUSE_NOFRAGMENT, REFUSE_EMPTY
};
enum alloc_path { PATH_PCP = 1, PATH_PCP_REFILL = 2, PATH_BUDDY = 4, PATH_SPLIT = 8,
	PATH_FALLBACK_CLAIM = 16, PATH_FALLBACK_STEAL = 32, PATH_HIGHATOMIC = 64, PATH_SLOW = 128,
	PATH_CMA = 256, PATH_RECLAIM = 512, PATH_COMPACT = 1024 };
#define EXPLAIN_MAX_ZONES 64
struct alloc_explain {
	unsigned order;
	gfp_t gfp;
	int nid;
	pfn_t pfn;           /* result, NO_PFN when failed */
	u32 path;            /* enum alloc_path bits */
	int split_from;      /* order of the block that was split, -1: none */
	int fallback_mt;     /* type taken from, -1: own */
	int nr_zones;
	struct {
		u16 zone;            /* zone number */
		u8 reason;           /* enum refuse_reason */
		u8 pass;             /* 0 fast path, 1.. slow path attempts */
		u64 free;            /* what the check read, pages */
		u64 mark;            /* watermark + boost it had to beat */
		u64 reserve;         /* lowmem_reserve that was added */
	} zones[EXPLAIN_MAX_ZONES];
};

/*
 * __alloc_pages(@gfp, @order, @nid): a block of 1 << @order pages, zonelist of
 * @nid. Return: handle of its first page (refcount 1, kind set from @gfp), or
 * NO_PAGE. Emits mm_page_alloc. Never fails for reasons of host memory.
 */
page_handle alloc_pages(struct mm *mm, gfp_t gfp, unsigned order, int nid, owner_id owner);
/* The same with a nodemask that leaves out node @avoid (NO_NODE: none). */
page_handle alloc_pages_avoiding(struct mm *mm, gfp_t gfp, unsigned order, int nid, owner_id owner, int avoid);
/* __free_pages(): the block must be an allocated head of @order with refcount 1. Emits mm_page_free. */
void free_pages(struct mm *mm, page_handle head, unsigned order);

/* The same, and why: fills *why. Slower; used by interactive commands. */
page_handle alloc_pages_explain(struct mm *mm, gfp_t gfp, unsigned order, int nid,
				owner_id owner, struct alloc_explain *why);

/* Boot: hand [start, end) of one zone to the buddy, as memblock_free_pages() does
 * (largest aligned orders, FPI_TO_TAIL); managed_pages grows. Cost: O(edges). */
void free_boot_range(struct mm *mm, struct zone *zone, pfn_t start, pfn_t end);

/*
 * Give a reserved block back as an allocated one is: it gets a reference and is
 * freed with free_pages(); managed_pages grows. For freed boot memory (order 0,
 * free_reserved_page()) and CMA areas (pageblock order, init_cma_reserved_pageblock()).
 */
void free_reserved_block(struct mm *mm, pfn_t pfn, unsigned order);
/*
 * A reserved block becomes an allocated one of @kind without passing through the
 * free lists; managed_pages grows. For gigantic huge pages, in max blocks.
 */
void alloc_reserved_block(struct mm *mm, pfn_t pfn, unsigned order, enum page_kind kind, owner_id owner);

/* drain_pages_zone() for all cpus of @zone (NULL: every zone). */
void drain_all_pages(struct mm *mm, struct zone *zone);

/* Watermarks, reserves, pagesets after sizes changed. */
void init_per_zone_wmark_min(struct mm *mm);   /* min_free_kbytes from memory size, then the rest */
void setup_per_zone_wmarks(struct mm *mm);
void setup_per_zone_lowmem_reserve(struct mm *mm);
void zone_set_pageset_high_and_batch(struct mm *mm, struct zone *zone);
void setup_zone_pageset(struct mm *mm, struct zone *zone); /* real per-cpu pagesets (after boot) */

/* zone_watermark_ok() with the kernel's arguments; units: pages. */
bool zone_watermark_ok(struct mm *mm, struct zone *z, unsigned order, u64 mark, int highest_zoneidx, u32 alloc_flags);

/* Type of the pageblock of @pfn; set it (touching the section; free pages do not move). */
enum migratetype get_pageblock_migratetype(const struct mm *mm, pfn_t pfn);
void set_pageblock_migratetype(struct mm *mm, pfn_t pfn, enum migratetype mt);

/*
 * Change what an allocated block is used for: kind, and enum page_flag bits
 * (all of them; keep PGF_HEAD where it was set).
 */
void page_set_info(struct mm *mm, page_handle head, enum page_kind kind, u32 flags);

/* Every invariant of lists, counters, pages, pageblocks. 0, or -EUCLEAN with a report. */
int page_alloc_check(struct mm *mm, struct text *report);

#endif
