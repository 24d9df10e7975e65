/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing array of page handles in the arena: where the kernel strings isolated
 * pages on a private list. The last entry is the head of that list, because pages
 * are added at the head and taken from it.
 */
#ifndef MM_ALLOC_PAGE_VEC_H
#define MM_ALLOC_PAGE_VEC_H

#include "base/arena.h"
#include "phys/memmap.h"

struct page_vec {
	page_handle *h;
	u32 nr;
	u32 cap;
};

static inline void page_vec_push(struct arena *a, struct page_vec *v, page_handle h)
{
	if (v->nr == v->cap) {
		u32 cap = v->cap ? v->cap * 2 : 64;

		v->h = arena_realloc(a, v->h, v->cap * sizeof(*v->h), cap * sizeof(*v->h));
		v->cap = cap;
	}
	v->h[v->nr++] = h;
}

static inline page_handle page_vec_pop(struct page_vec *v) { return v->h[--v->nr]; }

static inline void page_vec_cleanup(struct arena *a, struct page_vec *v)
{
	if (v->h)
		arena_free(a, v->h, v->cap * sizeof(*v->h));
	v->h = NULL;
	v->nr = v->cap = 0;
}

#endif
