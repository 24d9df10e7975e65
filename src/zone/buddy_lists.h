/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a block joins and leaves a free list below the largest order: the steps that
 * zone/buddy.c does one by one and zone/buddy_bulk.c in a row. Only those two include this.
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

#define always_inline       inline __attribute__((always_inline))
#define STATE_ORDER_MASK    (PG_STATE_MASK | 15u << PG_ORDER_SHIFT)

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

/* expand() of a block in limbo whose slot is announced: see buddy_expand(). */
static always_inline void expand(struct memmap *map, struct zone *z, page_handle h, unsigned low, unsigned high,
				 unsigned mt)
{
	while (high-- > low)
		add_to_free_list(map, z, h + (1u << high), high, mt, false);
}

#endif
