/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lifetimes of pages and folios: references, compound pages, splitting.
 *
 * A page frame is counted: alloc_pages() gives one reference, get_page() adds
 * one, put_page() takes one, and the last one frees. The count belongs to what
 * was allocated as a unit: an order-0 page, or a compound page (a folio), whose
 * tail pages only point to the head. The pages of a high-order block that is not
 * compound have no counts of their own: such a block goes back as a whole, or
 * split_page() makes single pages of it first.
 *
 * Every misuse is refused and changes nothing; the refusal carries the kernel's
 * kind of diagnosis (dump_page()).
 *
 * Models: include/linux/mm.h (get_page, put_page), mm/page_alloc.c split_page(),
 * mm/huge_memory.c (splitting a folio), mm/debug.c (dump_page).
 */
#ifndef MM_ALLOC_FOLIO_H
#define MM_ALLOC_FOLIO_H

#include "alloc/page_alloc.h"
#include "base/error.h"
#include "base/text.h"

#define PAGE_REF_MAX 0xfffu /* references that the model can count for one folio */

/* get_page(): 0; -EINVAL for pages that nobody may hold; -EOVERFLOW. */
int page_get(struct mm *mm, pfn_t pfn, struct mm_error *err);
/*
 * put_page(): 0, and *freed tells whether that was the last reference. The last
 * reference also leaves the holder's set (alloc/held.h). -EINVAL as above, -EBUSY for
 * pages of a non-compound high-order block, -EUCLEAN when there is no reference.
 */
int page_put(struct mm *mm, pfn_t pfn, bool *freed, struct mm_error *err);

/*
 * split_page(): the non-compound block that @pfn heads becomes single pages, each
 * with a reference of its own; held blocks stay held. -EINVAL for anything else.
 */
int page_split(struct mm *mm, pfn_t pfn, struct mm_error *err);
/*
 * split_folio_to_order(): the folio of @pfn becomes folios of @new_order.
 * -EBUSY when somebody besides the owner holds it or it is pinned, -EINVAL when it
 * is no large folio or @new_order is not smaller.
 */
int folio_split(struct mm *mm, pfn_t pfn, unsigned new_order, struct mm_error *err);

/* The block of @h becomes blocks of @new_order with the same owner, kind, flags and references. */
void page_resize(struct mm *mm, page_handle h, unsigned new_order);

/*
 * dump_page(): the lines that the kernel logs about a page, and why. Without @reason
 * (nothing is wrong) the owner is told as the file page_owner tells it.
 */
void dump_page(struct mm *mm, pfn_t pfn, const char *reason, struct text *out);
/* What the kernel logs when this page is freed, or its last reference put, and must not be (alloc/bad_page.c). */
void dump_bad_free(struct mm *mm, pfn_t pfn, struct text *out);

#endif
