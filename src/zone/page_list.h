/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doubly linked lists of struct page by handle. The outer links of the two ends
 * mean nothing (the list knows its ends), so taking the first page changes no
 * other page. Every page that changes is announced to checkpoints.
 *
 * Models: include/linux/list.h as used by free_area and per_cpu_pages.
 */
#ifndef MM_ZONE_PAGE_LIST_H
#define MM_ZONE_PAGE_LIST_H

#include "phys/sparse.h"

/* Put @h, whose slot is announced already, at the head. */
static inline void page_list_add(struct memmap *map, struct free_list *l, page_handle h)
{
	struct page *p = &map->pages[h];

	if (l->nr++) {
		memmap_dirty(map, l->first);
		map->pages[l->first].prev = h;
		p->next = l->first;
	} else {
		l->last = h;
	}
	l->first = h;
}

static inline void page_list_add_tail(struct memmap *map, struct free_list *l, page_handle h)
{
	struct page *p = &map->pages[h];

	if (l->nr++) {
		memmap_dirty(map, l->last);
		map->pages[l->last].next = h;
		p->prev = l->last;
	} else {
		l->first = h;
	}
	l->last = h;
}

/* Put the chain of @nr pages from @first to @last, linked both ways and announced, at the tail. */
static inline void page_list_splice_tail(struct memmap *map, struct free_list *l, page_handle first, page_handle last,
					 u64 nr)
{
	if (l->nr) {
		memmap_dirty(map, l->last);
		map->pages[l->last].next = first;
		map->pages[first].prev = l->last;
	} else {
		l->first = first;
	}
	l->last = last;
	l->nr += nr;
}

/* The same at the head. */
static inline void page_list_splice(struct memmap *map, struct free_list *l, page_handle first, page_handle last,
				    u64 nr)
{
	if (l->nr) {
		memmap_dirty(map, l->first);
		map->pages[l->first].prev = last;
		map->pages[last].next = l->first;
	} else {
		l->last = last;
	}
	l->first = first;
	l->nr += nr;
}

static inline void page_list_del(struct memmap *map, struct free_list *l, page_handle h)
{
	const struct page *p = &map->pages[h];

	if (!--l->nr)
		return;
	if (l->first == h) {
		l->first = p->next;
	} else {
		memmap_dirty(map, p->prev);
		map->pages[p->prev].next = p->next;
	}
	if (l->last == h) {
		l->last = p->prev;
	} else {
		memmap_dirty(map, p->next);
		map->pages[p->next].prev = p->prev;
	}
}

/* Take the first page; the list must not be empty. */
static inline page_handle page_list_pop(const struct memmap *map, struct free_list *l)
{
	page_handle h = l->first;

	if (--l->nr)
		l->first = map->pages[h].next;
	return h;
}

/* Take the last page; the list must not be empty. */
static inline page_handle page_list_pop_tail(const struct memmap *map, struct free_list *l)
{
	page_handle h = l->last;

	if (--l->nr)
		l->last = map->pages[h].prev;
	return h;
}

/* for_each_page_list(map, list, h): @h runs over the handles from the head. */
#define for_each_page_list(map, l, h)                                                        \
	for (u64 h##_left = (l)->nr, h##_go = 1; h##_go; h##_go = 0)                         \
		for (page_handle h = (l)->first; h##_left;                                   \
		     h = --h##_left ? (map)->pages[h].next : NO_PAGE)

#endif
