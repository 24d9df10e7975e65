/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of held blocks: see held.h. */
#include "alloc/held.h"

#include "alloc/page_owner.h"
#include "alloc/rmap.h"

#define REASON_SHIFT 28 /* of the reason + 1 in a word; gfp masks are shorter */

#define MAX_WORDS 65536u

/*
 * The number of @word in the set's list. When somebody used all numbers, which takes as many
 * different gfp masks in one set, the last one has to do.
 */
static u16 word_number(struct mm *mm, struct held_set *set, u32 word)
{
	for (u32 i = 0; i < set->nr_words; i++)
		if (set->words[i] == word)
			return (u16)i;
	if (set->nr_words == MAX_WORDS)
		return MAX_WORDS - 1;
	if (set->nr_words == set->cap_words) {
		u32 cap = set->cap_words ? set->cap_words * 2 : 4;

		set->words = arena_realloc(mm->arena, set->words, set->cap_words * sizeof(u32), cap * sizeof(u32));
		set->cap_words = cap;
	}
	set->words[set->nr_words] = word;
	return (u16)set->nr_words++;
}

u32 held_add(struct mm *mm, struct held_set *set, page_handle head)
{
	struct page *p = memmap_page(mm->map, head);

	if (set->nr == set->cap) {
		u32 cap = set->cap ? set->cap * 2 : 64;

		set->h = arena_realloc(mm->arena, set->h, set->cap * sizeof(*set->h), cap * sizeof(*set->h));
		set->word = arena_realloc(mm->arena, set->word, set->cap * sizeof(u16), cap * sizeof(u16));
		set->cap = cap;
	}
	memmap_dirty(mm->map, head);
	set->word[set->nr] = word_number(mm, set, p->prev);
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
		set->word[index] = set->word[set->nr];
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
	if (o && o->ops)
		o->ops->moved(o->ops_arg, from, to);
}

void held_forget(struct mm *mm, page_handle head)
{
	const struct owner_record *o = owner_get(mm, page_owner_id(memmap_page(mm->map, head)));

	if (o && o->set)
		held_remove(mm, o->set, held_index(mm, head));
	if (o && o->ops)
		o->ops->forgot(o->ops_arg, head);
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

/* The set that holds the block; NULL: nobody does. */
static struct held_set *set_of(const struct mm *mm, page_handle head)
{
	const struct owner_record *o = owner_get((struct mm *)mm, page_owner_id(memmap_page(mm->map, head)));

	return o ? o->set : NULL;
}

u32 allocation_word(const struct mm *mm, page_handle head)
{
	const struct page *p = memmap_page(mm->map, head);
	const struct held_set *set = set_of(mm, head);
	u32 i;

	if (!set)
		return p->info & PGF_LRU ? 0 : p->prev;
	i = held_index(mm, head);
	return i < set->nr ? set->words[set->word[i]] : 0;
}

gfp_t allocation_gfp(const struct mm *mm, page_handle head)
{
	return allocation_word(mm, head) & ((1u << REASON_SHIFT) - 1);
}

int allocation_moved(const struct mm *mm, page_handle head)
{
	return (int)(allocation_word(mm, head) >> REASON_SHIFT) - 1;
}

void allocation_note_move(struct mm *mm, page_handle head, int reason)
{
	u32 gfp = allocation_gfp(mm, head), word = gfp | (u32)(reason + 1) << REASON_SHIFT;
	struct page *p = memmap_page(mm->map, head);
	struct held_set *set = set_of(mm, head);
	u32 i;

	memmap_dirty(mm->map, head);
	if (!set) {
		if (!(p->info & PGF_LRU))
			p->prev = word;
		return;
	}
	i = held_index(mm, head);
	if (i < set->nr)
		set->word[i] = word_number(mm, set, word);
}

void held_cleanup(struct mm *mm, struct held_set *set)
{
	if (!set->cap)
		return;
	arena_free(mm->arena, set->h, set->cap * sizeof(*set->h));
	arena_free(mm->arena, set->word, set->cap * sizeof(*set->word));
	arena_free(mm->arena, set->words, set->cap_words * sizeof(*set->words));
	*set = (struct held_set){ 0 };
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
