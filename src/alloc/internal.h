/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the page allocator share with each other and with reclaim and
 * compaction (mm/internal.h): the context of one request and the attempts at it.
 */
#ifndef MM_ALLOC_INTERNAL_H
#define MM_ALLOC_INTERNAL_H

#include "alloc/page_alloc.h"
#include "zone/buddy.h"

/* struct alloc_context, and what the explain views want to know. Lives on the stack. */
struct alloc_context {
	const struct zonelist *zonelist;
	const struct zonelist *only;     /* a nodemask was given: the zones that it leaves; NULL: all */
	const struct zoneref *preferred; /* first zone that the request may use; NULL: none */
	gfp_t gfp;
	unsigned order;
	int nid;
	int highest_zoneidx;
	unsigned migratetype;
	owner_id owner;
	u32 path;           /* enum alloc_path */
	s8 split_from;      /* order of the block that was split, -1: none */
	s8 fallback_mt;     /* type taken from, -1: own */
	u8 pass;            /* 0 fast path, 1.. attempts of the slow path */
	struct alloc_explain *why; /* NULL: nobody asks */
};

static inline const struct zoneref *zonelist_end(const struct zonelist *zl) { return zl->refs + zl->nr; }

/* next_zones_zonelist(): first entry from @z on whose zone type is at most @highest; NULL at the end. */
static inline const struct zoneref *next_zoneref(const struct zonelist *zl, const struct zoneref *z, int highest)
{
	for (; z < zonelist_end(zl); z++)
		if (likely(z->zid <= highest))
			return z;
	return NULL;
}

/* for_each_zone_zonelist(zone, zl, highest) from entry @start (may be NULL) on. */
#define for_each_zoneref(z, zl, start, highest)                                     \
	for (const struct zoneref *z = (start); z; z = next_zoneref(zl, z + 1, highest))

/* get_page_from_freelist(): one walk along the zonelist. NO_PAGE: no zone could or may give a block. */
page_handle get_page_from_freelist(struct mm *mm, struct alloc_context *ac, u32 alloc_flags);
/* __alloc_pages_slowpath(): after the first attempt failed. */
page_handle alloc_pages_slowpath(struct mm *mm, struct alloc_context *ac);
/* alloc/page_alloc_direct.c: its part for requests that may reclaim and compact. */
page_handle alloc_pages_direct(struct mm *mm, struct alloc_context *ac, u32 flags);
/* Once for each run of zones of one node in the zonelist. */
void wake_all_kswapds(struct mm *mm, const struct alloc_context *ac);
/* prep_new_page() of a block in limbo that compaction captured. */
void prep_captured_page(struct mm *mm, const struct alloc_context *ac, page_handle h);

/* alloc/fallback.c: blocks of other types. *mode: where rmqueue_bulk() found the last one. */
enum rmqueue_mode { RMQUEUE_NORMAL, RMQUEUE_CMA, RMQUEUE_CLAIM, RMQUEUE_STEAL };
page_handle rmqueue_mode(struct mm *mm, struct alloc_context *ac, struct zone *z, u32 alloc_flags,
			 enum rmqueue_mode *mode);

/* Movable requests that may use CMA memory could be told to use it first (fallback.c decides). */
static inline bool may_use_cma_first(const struct zone *z, u32 alloc_flags)
{
	return (alloc_flags & ALLOC_CMA) && zone_stat(z, NR_FREE_CMA_PAGES);
}
/* A block of the request's own type was split: one of order @from. */
static inline void note_split(struct alloc_context *ac, int from)
{
	ac->path |= PATH_SPLIT;
	ac->split_from = (s8)from;
}

/* find_suitable_fallback(only_stealable): could a request of @mt claim a pageblock from @area? */
bool has_claimable_fallback(const struct mm *mm, const struct free_area *area, unsigned order, unsigned mt);

/* alloc/highatomic.c */
void reserve_highatomic_pageblock(struct mm *mm, struct zone *z, page_handle h, unsigned order);
/* Gives blocks back to @ac's type; @force: the last one too. Return: pages moved were more than none. */
bool unreserve_highatomic_pageblock(struct mm *mm, const struct alloc_context *ac, bool force);

/* wakeup_kswapd(): remember what is asked of the node's kswapd; the reclaim code runs it. */
void wakeup_kswapd(struct mm *mm, struct zone *z, gfp_t gfp, unsigned order, int highest_zoneidx);

/*
 * alloc/page_alloc_boot.c: pages [pfn, +1 << @order), reserved or offline and each
 * on its own, go to limbo (zone/buddy.h); the block must be aligned. Return: the first.
 */
page_handle unreserve_pages(struct mm *mm, pfn_t pfn, unsigned order);

#endif
