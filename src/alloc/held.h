/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of allocated blocks that somebody holds: what a driver's own list or a
 * page table is for real memory. A set is a dense array of page handles; the
 * block's page->next is its index, so a block that migrates is found and renamed
 * in constant time (the model's rmap), and a random member can be picked.
 *
 * A set belongs to owner records (owner_record.set): a page knows its owner, the
 * owner knows the set. page->next of a member is taken, and the
 * allocation's sequence number moves to page->prev. While such a block is on an LRU
 * list both wait in the reverse map (alloc/rmap.h). The flags it was allocated with
 * are kept beside its handle in the set:
 *
 *                      page->next   page->prev   set->word[index]
 *   held by nobody     sequence     word         -
 *   held               index        sequence     word
 *   held, on an LRU    list link    list link    word      (rmap: index, sequence)
 *
 * The word is the gfp mask and, above it, why the page was moved last. A set has few
 * different ones: they stand in a list of their own, and beside a handle its number in it.
 */
#ifndef MM_ALLOC_HELD_H
#define MM_ALLOC_HELD_H

#include "alloc/page_alloc.h"

struct held_set {
	page_handle *h; /* [cap], in the arena */
	u16 *word;      /* [cap], the same: gfp mask and last migration of each, as an index into words[] */
	u32 nr;
	u32 cap;
	u32 *words;     /* [cap_words], the same: different ones, in the order of their first use */
	u32 nr_words;
	u32 cap_words;
};

/* Add the allocated block headed by @head. Return: its index. */
u32 held_add(struct mm *mm, struct held_set *set, page_handle head);
/* Take block number @index out; the last one moves to its place. Return: the block. */
page_handle held_remove(struct mm *mm, struct held_set *set, u32 index);
/* Where the block headed by @head is in its holder's set. */
u32 held_index(const struct mm *mm, page_handle head);
/* Take the block out of its holder's set, if it has one, and tell the holder. It is about to be freed. */
void held_forget(struct mm *mm, page_handle head);
/* The block @from now lives at @to (page->next and ext are copied already). */
void held_moved(struct mm *mm, page_handle from, page_handle to);
/* Sequence number of the allocation headed by @head (page_owner's clock); 0: not kept. */
u32 allocation_seq(const struct mm *mm, page_handle head);
/* The flags it was allocated with; for blocks on an LRU list that nobody holds: 0. */
gfp_t allocation_gfp(const struct mm *mm, page_handle head);
/* enum migrate_reason of its last move; -1: it never moved. */
int allocation_moved(const struct mm *mm, page_handle head);
/* It has just been moved for @reason (0 to 14). */
void allocation_note_move(struct mm *mm, page_handle head, int reason);
/* Both in one number, for blocks that change hands: page->prev of a block before held_add(). */
u32 allocation_word(const struct mm *mm, page_handle head);
/* Free the memory of an empty set. */
void held_cleanup(struct mm *mm, struct held_set *set);
/* Every member is an allocated head that points back. 0 or -EUCLEAN. */
int held_check(struct mm *mm, const struct held_set *set, struct text *report);

#endif
