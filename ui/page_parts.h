/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the page view. Each draws itself from the top of @r, whose height is
 * unlimited, and returns the rows that it took, a blank one behind it included.
 */
#ifndef MM_UI_PAGE_PARTS_H
#define MM_UI_PAGE_PARTS_H

#include "app.h"

typedef int (*page_part)(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);

/* page_block.c: what it is, in words; the pages and blocks around it; the block as a compound page or not. */
int page_part_state(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);
int page_part_around(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);
int page_part_near(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);
int page_part_folio(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);
/* page_address.c: every address of it, with the arithmetic. */
int page_part_addresses(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);
/* page_bits.c: page->flags bit by bit. */
int page_part_flags(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);
/* page_buddies.c: with whom it could merge, order by order, and who is in the way. */
int page_part_buddies(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);
/* page_log.c: what the kernel would print about it; the slab it is part of. */
int page_part_log(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);
int page_part_slab(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi);

/* "order 3 free", "order 0 anonymous" ... (panel_inspector.c) */
void page_state_text(const struct page_info *pi, char *buf, size_t n);
enum color page_state_color(const struct page_info *pi);
/* One plain sentence on why this page is what it is. */
const char *page_plain_words(const struct page_info *pi);
/* Is it part of a block of the buddy allocator, free or used? */
bool page_has_block(const struct page_info *pi);

#endif
