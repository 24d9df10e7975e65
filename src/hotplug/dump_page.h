/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel prints about a page that stands in the way.
 * Models: mm/debug.c dump_page() (6.12).
 */
#ifndef MM_HOTPLUG_DUMP_PAGE_H
#define MM_HOTPLUG_DUMP_PAGE_H

#include "boot/system.h"

/* "page: refcount:1 ..." to "page dumped because: @reason" into the kernel log. */
void log_dump_page(struct system *sys, pfn_t pfn, const char *reason);

/* The bits of page->flags of @pfn as this architecture lays them out. */
u64 page_flags_word(const struct system *sys, pfn_t pfn);

#endif
