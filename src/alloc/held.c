/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of held blocks: see held.h. */
#include "alloc/held.h"

#include "alloc/page_owner.h"
#include "alloc/rmap.h"

u32 held_add(struct mm *mm, struct held_set *set, page_handle head)
{
	struct page *p = memmap_page(mm->map, head);

	if (set->nr == set->cap) {
		u32 cap = set->cap ? set->cap * 2 : 64;

		set->h = arena_realloc(mm->arena, set->h, set->cap * sizeof(*set->h), cap * sizeof(*set->h));
		set->cap = cap;
	}
	memmap_dirty(mm->map, head);
	p->prev = p->next;
	p->next = set->nr;
	set->h[set->nr] = head;
	return set->nr++;
}

static void set_index(struct mm *mm, page_handle h, u32 index)
{
	struct page *p = memmap_page(mm->map, h);

	if (p->info & PGF_LRU) {
		rmap_set_index(mm, h, index);
		return;
	}
	memmap_dirty(mm->map, h);
	p->next = index;
}

u32 held_index(const struct mm *mm, page_handle head)
{
	const struct page *p = memmap_page(mm->map, head);
	u32 index, seq;

	return (p->info & PGF_LRU) && rmap_get(mm, head, &index, &seq) ? index : p->next;
}

page_handle held_remove(struct mm *mm, struct held_set *set, u32 index)
{
	page_handle gone = set->h[index];
	page_handle last = set->h[--set->nr];

	if (index != set->nr) {
		set->h[index] = last;
		set_index(mm, last, index);
	}
	return gone;
}

void held_moved(struct mm *mm, page_handle from, page_handle to)
{
	const struct page *p = memmap_page(mm->map, to);
	const struct owner_record *o = owner_get(mm, page_owner_id(p));

	if (o && o->set && p->next < o->set->nr && o->set->h[p->next] == from)
		o->set->h[p->next] = to;
}

void held_forget(struct mm *mm, page_handle head)
{
	const struct owner_record *o = owner_get(mm, page_owner_id(memmap_page(mm->map, head)));

	if (o && o->set)
		held_remove(mm, o->set, held_index(mm, head));
}

u32 allocation_seq(const struct mm *mm, page_handle head)
{
	const struct page *p = memmap_page(mm->map, head);
	const struct owner_record *o = owner_get((struct mm *)mm, page_owner_id(p));
	u32 index, seq;

	if (p->info & PGF_LRU)
		return rmap_get(mm, head, &index, &seq) ? seq : 0;
	return o && o->set ? p->prev : p->next;
}

int held_check(struct mm *mm, const struct held_set *set, struct text *report)
{
	for (u32 i = 0; i < set->nr; i++) {
		const struct page *p = memmap_page(mm->map, set->h[i]);

		if (page_state(p) == PAGE_ALLOC && held_index(mm, set->h[i]) == i)
			continue;
		text_printf(report, "held set: entry %u (pfn 0x%llx) is state %d and points to entry %u\n", i,
			    (unsigned long long)page_to_pfn(mm->map, set->h[i]), page_state(p),
			    held_index(mm, set->h[i]));
		return -EUCLEAN;
	}
	return 0;
}
