/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The binary buddy: free lists per order and migratetype, splitting and merging.
 *
 * A page that leaves a list is "in limbo": its struct page is zero and it counts
 * in no summary class until somebody says what it is (buddy_set_page()).
 * Blocks of the largest order are on lists without struct pages
 * (phys/maxblock.h); taking one gives it a slot, freeing one gives the slot back.
 */
#ifndef MM_ZONE_BUDDY_H
#define MM_ZONE_BUDDY_H

#include "phys/summary.h"
#include "zone/page_list.h"
#include "zone/zone.h"

enum fpi_flag {
	FPI_NONE = 0,
	FPI_TO_TAIL = 1, /* to the tail of its list, whatever the buddies look like */
};

/* Types whose blocks may merge with each other (migratetype_is_mergeable()). */
static inline bool migratetype_is_mergeable(unsigned mt) { return mt < MIGRATE_PCPTYPES; }

/* A page in limbo becomes the head of a block: @info says what (page_info()), @ext owner and references. */
static inline void buddy_set_page(struct memmap *map, page_handle h, unsigned order, u32 info, u32 ext)
{
	struct page *p = &map->pages[h];

	memmap_dirty(map, h);
	p->info = info;
	p->ext = ext;
	psum_add(map, h, order, page_summary_class(info));
}

/*
 * The free block of order @order at @h leaves its list (no accounting of free
 * pages). Order below the largest. Limbo afterwards.
 */
void buddy_del(const struct zone_env *env, struct zone *z, page_handle h, unsigned order);
/* The block in limbo at @h, whose buddy is not free, goes to the head of its list; accounts. */
void buddy_add(const struct zone_env *env, struct zone *z, page_handle h, unsigned order, unsigned mt);
/* First block of list (@order, @mt), which must not be empty; any order. Limbo afterwards. */
page_handle buddy_take_first(const struct zone_env *env, struct zone *z, unsigned order, unsigned mt);

/* A free block as found by pfn. */
struct free_block {
	pfn_t pfn;       /* first page */
	unsigned order;
	unsigned mt;     /* of the list it is on */
	page_handle h;   /* NO_PAGE at the largest order */
};
/* The free block on a buddy list that covers @pfn. False: there is none. */
bool buddy_find(const struct memmap *map, pfn_t pfn, struct free_block *out);
/* Take it off its list; del_page_from_free_list() when @account. Return: its first page, in limbo. */
page_handle buddy_take(const struct zone_env *env, struct zone *z, const struct free_block *b, bool account);

/*
 * expand(): @h is a block of @high in limbo of which the first 1 << @low pages are
 * wanted: the upper halves go to the heads of the lists of @mt.
 * Return: pages put on lists (no accounting done).
 */
u64 buddy_expand(const struct zone_env *env, struct zone *z, page_handle h, unsigned low, unsigned high, unsigned mt);
/*
 * __rmqueue_smallest(): the first block of the smallest order >= @order of type
 * @mt, split to @order; accounts. NO_PAGE: no such block. *@from (may be NULL) is
 * the order it was split from.
 */
page_handle buddy_rmqueue_smallest(const struct zone_env *env, struct zone *z, unsigned order,
				   unsigned mt, int *from);
/* __free_one_page(): free the block in limbo at @h, merging as far as it goes. */
void buddy_free_one(const struct zone_env *env, struct zone *z, page_handle h, unsigned order,
		    unsigned mt, enum fpi_flag fpi);
/*
 * Per-cpu list @l of (@order, @mt) gets up to @count blocks from the type's own free lists,
 * split where needed; accounts. *@split: order of the last block that was split, else as it was.
 * Return: how many; fewer than @count when the lists are empty.
 */
int buddy_take_bulk(const struct zone_env *env, struct zone *z, struct free_list *l, unsigned order, unsigned mt,
		    int count, int *split);
/* The last @count blocks of per-cpu list @l, of @order, are freed, the last first. Emits mm_page_pcpu_drain. */
void buddy_free_bulk(const struct zone_env *env, struct zone *z, struct free_list *l, unsigned order, int count);
/* split_large_buddy(): free a block in limbo pageblock by pageblock, each to its own type. */
void buddy_free_split(const struct zone_env *env, struct zone *z, page_handle h, unsigned order,
		      enum fpi_flag fpi);
/* move_to_free_list(): to the tail of the list of @mt; any order; accounts twice. */
void buddy_move(const struct zone_env *env, struct zone *z, const struct free_block *b, unsigned mt);

/*
 * Restoring a recorded state: the block in limbo at @h goes to the tail of its
 * list as it is; no merging, no accounting.
 */
void buddy_append(const struct zone_env *env, struct zone *z, page_handle h, unsigned order, unsigned mt);

/* Append whole max blocks of untouched, default-typed sections, which the ranges say are free. Accounts. */
void buddy_add_wild(const struct zone_env *env, struct zone *z, pfn_t start, u64 nr_blocks);

/* Pristine sections of this zone become ranges again. Done by itself from time to time. */
void buddy_trim(const struct zone_env *env, struct zone *z);

#endif
