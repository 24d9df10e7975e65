/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The swap area: where anonymous memory waits on disk while others use the pages.
 *
 *   resident ── reclaim: pswpout ──> swap area ── fault: pswpin ──> resident
 *                                      '── exit, munmap: slot is free again
 *
 * Only numbers of pages are kept: in all, and for each owner (owner_record.swapped).
 * Without a swap area anonymous memory cannot be reclaimed, and is not scanned.
 *
 * Models: mm/swapfile.c, mm/page_io.c, mm/memory.c do_swap_page() of Linux 6.12. Left
 * out: the swap cache (writing and reading are over at once, and a page that was read
 * back gives its slot up), read-ahead, clusters, zswap, swapping of shmem.
 */
#ifndef MM_ALLOC_SWAP_H
#define MM_ALLOC_SWAP_H

#include "alloc/page_owner.h"
#include "base/error.h"

/* get_nr_swap_pages(): free slots. */
static inline u64 nr_swap_pages(const struct mm *mm) { return mm->swap_total - mm->swap_used; }
/* The area gets @pages pages. 0, or -EBUSY when more are in use. */
int swap_resize(struct mm *mm, u64 pages, struct mm_error *err);
/* Could the anonymous folio @h be swapped out at all: does a process own it, and is there room? */
bool swap_has_room_for(struct mm *mm, page_handle h);
/* The folio, off its LRU list and used by nobody else, is written and freed. Return: pages. */
u64 swap_out(struct mm *mm, page_handle h);
/* Up to @pages slots of owner @o are free again. Return: how many. */
u64 swap_free(struct mm *mm, struct owner_record *o, u64 pages);
/* Slots of owners add up. 0 or -EUCLEAN. */
int swap_check(struct mm *mm, struct text *report);

#endif
