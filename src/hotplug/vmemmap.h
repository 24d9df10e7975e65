/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memmap of sections that were added after boot. Their struct pages have to
 * lie somewhere: in pages taken from the buddy allocator, of the node of the new
 * memory if it has any free.
 * Models: mm/sparse-vmemmap.c, arch/{x86,arm64}/mm vmemmap_populate() (6.12).
 */
#ifndef MM_HOTPLUG_VMEMMAP_H
#define MM_HOTPLUG_VMEMMAP_H

#include "boot/system.h"

/* One block of pages that holds struct pages. */
struct vmemmap_chunk {
	pfn_t start; /* first page that is described there */
	pfn_t pfn;
	u32 order;
};

/*
 * Pages for the memmap of [@start, @end), which must be subsection aligned (2 MiB).
 * Sections that boot memory shares have theirs already. 0, or -ENOMEM with
 * everything given back.
 */
int vmemmap_populate(struct system *sys, int nid, pfn_t start, pfn_t end);
/* Give the pages back to the buddy. */
void vmemmap_depopulate(struct system *sys, pfn_t start, pfn_t end);
/* Pages that all of it takes (nr_memmap_pages of /proc/vmstat). */
u64 vmemmap_pages(const struct system *sys);
/* Chunks of the sections from that of @pfn on, by index; NULL when @pfn's section has no more. */
const struct vmemmap_chunk *vmemmap_chunk_of(const struct system *sys, pfn_t pfn, u32 index);

#endif
