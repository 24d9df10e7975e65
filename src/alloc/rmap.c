/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table by page handle: open addressing, linear probing, and removal that
 * moves later entries back, so that it never fills with marks.
 */
#include "alloc/rmap.h"

#include <string.h>

#define MIN_SLOTS 256u

struct rmap_entry {
	page_handle key; /* handle + 1; 0: empty */
	u32 index;
	u32 seq;
};

struct rmap {
	struct rmap_entry *e;
	u32 slots; /* a power of two */
	u32 nr;
};

static u32 slot_of(const struct rmap *r, page_handle h) { return (u32)(h * 0x9e3779b1u) >> 7 & (r->slots - 1); }

static struct rmap_entry *find(const struct rmap *r, page_handle h)
{
	u32 i;

	if (!r)
		return NULL;
	for (i = slot_of(r, h); r->e[i].key; i = (i + 1) & (r->slots - 1))
		if (r->e[i].key == h + 1)
			return &r->e[i];
	return NULL;
}

static void insert(struct rmap *r, struct rmap_entry entry)
{
	u32 i = slot_of(r, entry.key - 1);

	while (r->e[i].key)
		i = (i + 1) & (r->slots - 1);
	r->e[i] = entry;
	r->nr++;
}

static void grow(struct mm *mm, struct rmap *r)
{
	struct rmap old = *r;

	r->slots = old.slots ? old.slots * 2 : MIN_SLOTS;
	r->e = arena_alloc(mm->arena, r->slots * sizeof(*r->e));
	r->nr = 0;
	for (u32 i = 0; i < old.slots; i++)
		if (old.e[i].key)
			insert(r, old.e[i]);
	if (old.e)
		arena_free(mm->arena, old.e, old.slots * sizeof(*old.e));
}

static void erase(struct rmap *r, struct rmap_entry *e)
{
	u32 hole = (u32)(e - r->e), i = hole;

	for (;;) {
		u32 want;

		i = (i + 1) & (r->slots - 1);
		if (!r->e[i].key)
			break;
		want = slot_of(r, r->e[i].key - 1);
		/* Entry i may fill the hole unless its own place lies between them. */
		if (((i - want) & (r->slots - 1)) < ((i - hole) & (r->slots - 1)))
			continue;
		r->e[hole] = r->e[i];
		hole = i;
	}
	memset(&r->e[hole], 0, sizeof(r->e[hole]));
	r->nr--;
}

void rmap_park(struct mm *mm, page_handle h)
{
	const struct page *p = memmap_page(mm->map, h);
	struct rmap_entry entry = { h + 1, p->next, p->prev };

	if (!mm->rmap)
		mm->rmap = arena_alloc(mm->arena, sizeof(*mm->rmap));
	if (mm->rmap->nr * 4 >= mm->rmap->slots * 3)
		grow(mm, mm->rmap);
	insert(mm->rmap, entry);
}

void rmap_unpark(struct mm *mm, page_handle h)
{
	struct rmap_entry *e = find(mm->rmap, h);
	struct page *p = memmap_page(mm->map, h);

	if (!e)
		return;
	memmap_dirty(mm->map, h);
	p->next = e->index;
	p->prev = e->seq;
	erase(mm->rmap, e);
}

bool rmap_get(const struct mm *mm, page_handle h, u32 *index, u32 *seq)
{
	const struct rmap_entry *e = find(mm->rmap, h);

	if (!e)
		return false;
	*index = e->index;
	*seq = e->seq;
	return true;
}

void rmap_set_index(struct mm *mm, page_handle h, u32 index)
{
	struct rmap_entry *e = find(mm->rmap, h);

	if (e)
		e->index = index;
}
