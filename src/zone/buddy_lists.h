/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a block joins and leaves a free list below the largest order: the steps that
 * zone/buddy.c does one by one and zone/buddy_bulk.c in a row. Only those two include this,
 * and the front door (alloc/page_alloc.c), which has no time for a call in between.
 *
 * Each step keeps four things in agreement: the links, what the head says of itself,
 * the counters of the zone's list, and the pageblock's row of the summary.
 *
 * Models: mm/page_alloc.c __add_to_free_list(), __del_page_from_free_list(),
 * buddy_merge_likely() of Linux 6.12.117.
 */
#ifndef MM_ZONE_BUDDY_LISTS_H
#define MM_ZONE_BUDDY_LISTS_H

#include "zone/buddy.h"
#include "zone/pcp.h"

#define STATE_ORDER_MASK (PG_STATE_MASK | 15u << PG_ORDER_SHIFT)

static always_inline bool is_free_of_order(const struct page *p, unsigned order)
{
	return (p->info & STATE_ORDER_MASK) == (PAGE_BUDDY | order << PG_ORDER_SHIFT);
}

/* page_is_buddy(): @b, the buddy of a page of zone @z, is free at @order and of the same zone. */
static always_inline bool page_is_buddy(const struct memmap *map, const struct zone *z, page_handle b, unsigned order)
{
	if (!is_free_of_order(&map->pages[b], order))
		return false;
	return likely(memmap_slot(map, b)->zone != ZONE_MIXED) ||
	       memmap_zone_slow(map, b) == ZONE_NR(z->nid, z->idx);
}

/* merge_likely() where two zones meet: is the free block at @next of the zone in which the pair at @higher begins? */
bool merge_likely_mixed(const struct memmap *map, const struct zone *z, page_handle higher, page_handle next);

/*
 * Should the block go to the tail, because the block next to the pair is free and
 * the pair will probably soon merge with it? (buddy_merge_likely())
 */
static always_inline bool merge_likely(const struct memmap *map, const struct zone *z, page_handle h, unsigned order)
{
	page_handle higher = h & ~(1u << order), next = higher ^ (1u << (order + 1));

	if (order + 1 >= map->max_order || !is_free_of_order(&map->pages[next], order + 1))
		return false;
	return likely(memmap_slot(map, next)->zone != ZONE_MIXED) || merge_likely_mixed(map, z, higher, next);
}

/* The list of (@order, @mt) got an entry, or lost one. */
static always_inline void list_grew(struct zone *z, unsigned order, unsigned mt)
{
	z->order_mask[mt] |= (u16)(1u << order);
}
static always_inline void list_shrank(struct zone *z, unsigned order, unsigned mt)
{
	if (!z->free_area[order].list[mt].nr)
		z->order_mask[mt] &= (u16)~(1u << order);
}

/* The block in limbo at @h goes on a list without joining a summary class; its slot is announced already. */
static always_inline void link_free(struct memmap *map, struct zone *z, page_handle h, unsigned order, unsigned mt,
				    bool tail)
{
	struct free_list *l = &z->free_area[order].list[mt];
	struct page *p = &map->pages[h];

	p->info = page_info(PAGE_BUDDY, order, mt, 0);
	p->ext = 0;
	if (tail)
		page_list_add_tail(map, l, h);
	else
		page_list_add(map, l, h);
	list_grew(z, order, mt);
}

/* The block in limbo at @h goes on a list; its slot is announced already. */
static always_inline void add_to_free_list(struct memmap *map, struct zone *z, page_handle h, unsigned order,
					   unsigned mt, bool tail)
{
	link_free(map, z, h, order, mt, tail);
	psum_add(map, h, order, SUM_FREE0 + order);
}

/* buddy_del() of a page whose slot is announced already. */
static always_inline void del_from_free_list(struct memmap *map, struct zone *z, page_handle h, unsigned order)
{
	struct page *p = &map->pages[h];
	unsigned mt = page_mt(p);

	page_list_del(map, &z->free_area[order].list[mt], h);
	list_shrank(z, order, mt);
	*p = (struct page){ 0 };
	psum_sub(map, h, order, SUM_FREE0 + order);
}

/* The first block of a list leaves it, but still counts in its summary class; its slot is announced. */
static always_inline page_handle unlink_first(struct memmap *map, struct zone *z, unsigned order, unsigned mt)
{
	page_handle h = page_list_pop(map, &z->free_area[order].list[mt]);

	list_shrank(z, order, mt);
	memmap_dirty(map, h);
	return h;
}

/* The block in limbo at @h is all that list (@order, @mt) has; order_mask and the summary are the caller's. */
static always_inline void add_alone(struct memmap *map, struct zone *z, page_handle h, unsigned order, unsigned mt)
{
	struct free_list *l = &z->free_area[order].list[mt];
	struct page *p = &map->pages[h];

	p->info = page_info(PAGE_BUDDY, order, mt, 0);
	p->ext = 0;
	l->first = l->last = h;
	l->nr = 1;
}

/*
 * expand() where the lists of @mt below @high are all empty, as they are when the smallest
 * block that fits is split.
 */
static always_inline void expand_alone(struct memmap *map, struct zone *z, page_handle h, unsigned low, unsigned high,
				       unsigned mt)
{
	u16 *row = map->psum[h >> map->pb_order];

	z->order_mask[mt] |= (u16)((1u << high) - (1u << low));
	while (high > low) {
		page_handle half = h + (1u << --high);

		add_alone(map, z, half, high, mt);
		if (likely(high < map->pb_order))
			row[SUM_FREE0 + high] = (u16)(row[SUM_FREE0 + high] + (1u << high));
		else
			psum_add(map, half, high, SUM_FREE0 + high);
	}
}

/* expand() of a block in limbo whose slot is announced: see buddy_expand(). */
static always_inline void expand(struct memmap *map, struct zone *z, page_handle h, unsigned low, unsigned high,
				 unsigned mt)
{
	while (high-- > low)
		add_to_free_list(map, z, h + (1u << high), high, mt, false);
}

/* --- a whole allocation, a whole free ------------------------------------------- */

/*
 * __rmqueue_smallest() as buddy_rmqueue_smallest() does it, but the block at the result joins
 * summary class @class at once and its struct page is anything: the caller writes all of it.
 */
static always_inline page_handle take_smallest(const struct zone_env *env, struct zone *z, unsigned order,
					       unsigned mt, unsigned class, unsigned *from)
{
	struct memmap *map = env->map;
	u32 orders = (u32)z->order_mask[mt] >> order;
	unsigned cur;
	page_handle h;
	pfn_t pfn;

	if (unlikely(!orders))
		return NO_PAGE;
	*from = cur = order + (unsigned)__builtin_ctz(orders);
	if (unlikely(cur == map->max_order)) {
		h = buddy_take_first(env, z, cur, mt);
	} else {
		h = unlink_first(map, z, cur, mt);
		psum_sub(map, h, cur, SUM_FREE0 + cur);
	}
	psum_add(map, h, order, class);
	pfn = page_to_pfn(map, h);
	if (cur > order) {
		trace_emit(env->trace, TRACE_mm_page_split, pfn, 1ULL << order, cur, order, 0, 0);
		expand_alone(map, z, h, order, cur, mt);
	}
	account_freepages(env, z, -(s64)(1LL << order), mt);
	trace_emit(env->trace, TRACE_mm_page_alloc_zone_locked, pfn, order, mt,
		   mt < MIGRATE_PCPTYPES && pcp_allowed_order(order, map->arch->hpage_pmd_order), 0, 0);
	return h;
}

/* The pair of which @p is one half is one block of @order + 1: the upper half's head says nothing any more. */
static always_inline page_handle join(struct memmap *map, page_handle p, unsigned order)
{
	map->pages[p | 1u << order] = (struct page){ 0 };
	return p & ~(1u << order);
}

/*
 * Merge the block at @h with free blocks of its own pageblock: they are all of one type and one
 * row of the summary. Nobody waits for a block, no zones meet here. Return: the order it has then.
 */
static always_inline unsigned merge_in_pageblock(struct memmap *map, struct zone *z, page_handle *h, unsigned order)
{
	u16 *row = map->psum[*h >> map->pb_order];
	page_handle p = *h;

	for (; order < map->pb_order; order++) {
		page_handle b = p ^ (1u << order);
		unsigned mt = page_mt(&map->pages[b]);

		if (!is_free_of_order(&map->pages[b], order))
			break;
		page_list_del(map, &z->free_area[order].list[mt], b);
		list_shrank(z, order, mt);
		row[SUM_FREE0 + order] = (u16)(row[SUM_FREE0 + order] - (1u << order));
		p = join(map, p, order);
	}
	*h = p;
	return order;
}

/* The rest of free_one(): @h, of order @o, is what block @start of @order became so far. */
void buddy_free_on(const struct zone_env *env, struct zone *z, page_handle start, unsigned order, page_handle h,
		   unsigned o, unsigned mt, enum fpi_flag fpi);

/* __free_one_page() of the block at @h, announced and in no summary class, whose struct page is anything. */
static always_inline void free_one(const struct zone_env *env, struct zone *z, page_handle h, unsigned order,
				   unsigned mt, enum fpi_flag fpi)
{
	struct memmap *map = env->map;
	page_handle start = h;
	unsigned o = order;

	account_freepages(env, z, (s64)(1LL << order), mt);
	if (likely(!env->capture && memmap_slot(map, h)->zone != ZONE_MIXED))
		o = merge_in_pageblock(map, z, &h, o);
	if (unlikely(o >= map->pb_order || env->capture || memmap_slot(map, h)->zone == ZONE_MIXED)) {
		buddy_free_on(env, z, start, order, h, o, mt, fpi);
		return;
	}
	if (o > order)
		trace_emit(env->trace, TRACE_mm_page_merge, page_to_pfn(map, start), page_to_pfn(map, h), order, o, 0, 0);
	add_to_free_list(map, z, h, o, mt, (fpi & FPI_TO_TAIL) || merge_likely(map, z, h, o));
}

#endif
