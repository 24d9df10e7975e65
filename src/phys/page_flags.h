/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page->flags as the kernel packs it: flag bits at the bottom; node, zone and the
 * last cpu and process that touched the page at the top.
 *
 *   63      node   zone   last_cpupid             flags        0
 *   | NODES_SHIFT | 2-3 | 8 + log2 NR_CPUS | ... | locked ... |
 *
 * With sparse vmemmap (x86_64, arm64) no section number is needed; i386 as Debian
 * builds it has one node and no last_cpupid.
 *
 * Models: include/linux/page-flags.h, page-flags-layout.h, lib/vsprintf.c (%pGp).
 */
#ifndef MM_PHYS_PAGE_FLAGS_H
#define MM_PHYS_PAGE_FLAGS_H

#include "base/text.h"
#include "phys/sparse.h"

struct page_flags_layout {
	u8 bits;             /* of page->flags: 64 or 32 */
	u8 node_shift, node_width;
	u8 zone_shift, zone_width;
	u8 cpupid_shift, cpupid_width;
};

void page_flags_layout(const struct arch *a, struct page_flags_layout *out);
/* What page->flags of the page holds (of its head, for the flag bits). */
u64 page_flags_pack(const struct arch *a, const struct page_view *v);
/* "0x17ffffc0000040(head|node=0|zone=2|lastcpupid=0x1fffff)", as the kernel's %pGp. */
void page_flags_format(const struct arch *a, const struct page_view *v, struct text *out);
/* The names only, '|' between: "referenced|uptodate|lru". */
void page_flags_names(const struct page_view *v, struct text *out);
/* PG_ name of bit @bit, 0 .. NR_PAGE_FLAGS - 1, with what it says in plain words (may be NULL: it says little). */
#define NR_PAGE_FLAGS 23
const char *page_flag_bit(unsigned bit, const char **plain);
/* One line per field: name, bits, width, value. */
void page_flags_explain(const struct arch *a, const struct page_view *v, struct text *out);

#endif
