/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model's reverse map for folios on LRU lists. Their page->next and page->prev
 * are links, so what these fields hold otherwise (the index in the holder's set,
 * the allocation's sequence number; see alloc/held.h) waits here meanwhile. It
 * costs 12 bytes per LRU folio that somebody holds, as page tables cost memory.
 */
#ifndef MM_ALLOC_RMAP_H
#define MM_ALLOC_RMAP_H

#include "alloc/mm.h"

/* Park the two fields of @h, which is on no list and must not be parked already. */
void rmap_park(struct mm *mm, page_handle h);
/* Put them back, if they are parked; @h has left its list. */
void rmap_unpark(struct mm *mm, page_handle h);
/* The parked index and sequence number; false: @h is not parked. */
bool rmap_get(const struct mm *mm, page_handle h, u32 *index, u32 *seq);
/* Change the parked index of @h, which is parked. */
void rmap_set_index(struct mm *mm, page_handle h, u32 index);

#endif
