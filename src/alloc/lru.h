/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LRU lists: anonymous and page-cache folios of each node, by age. A folio on a
 * list has PGF_LRU; page->next and page->prev are its links.
 * Models: include/linux/mm_inline.h (lruvec_add_folio ...), mm/swap.c. Left out:
 * per-cpu batches (folios reach the lists at once) and memory cgroups.
 */
#ifndef MM_ALLOC_LRU_H
#define MM_ALLOC_LRU_H

#include "alloc/page_alloc.h"

/* LRU list of a folio with these flags: LRU_INACTIVE_ANON ... LRU_UNEVICTABLE. */
enum lru_list { LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_INACTIVE_FILE, LRU_ACTIVE_FILE, LRU_UNEVICTABLE, NR_LRU_LISTS };

enum lru_list folio_lru_list(const struct page *p);
/* lruvec_add_folio(): to the head (unevictable ones are only counted there). Sets PGF_LRU. */
void lru_add(struct mm *mm, page_handle h);
void lru_add_tail(struct mm *mm, page_handle h);
/* lruvec_del_folio(): off its list. Clears PGF_LRU. */
void lru_del(struct mm *mm, page_handle h);
/* The lists of @nid. */
struct free_list *lru_lists(struct mm *mm, int nid);
/* Links and counters. 0 or -EUCLEAN. */
int lru_check(struct mm *mm, struct text *report);

#endif
