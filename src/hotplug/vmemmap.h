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

/* One block of pages that holds struct pages of a section. */
struct vmemmap_chunk {
	u64 section;
	pfn_t pfn;
	u32 order;
};

/*
 * Pages for the memmap of sections [@first, @first + @nr). 0, or -ENOMEM with
 * everything given back.
 */
int vmemmap_populate(struct system *sys, int nid, u64 first, u64 nr);
/* Give them back to the buddy. */
void vmemmap_depopulate(struct system *sys, u64 first, u64 nr);
/* Chunks of @section, by index; NULL when there are no more. */
const struct vmemmap_chunk *vmemmap_chunk_of(const struct system *sys, u64 section, u32 index);

#endif
