/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ZONE_DEVICE: pages that have a struct page but belong to a device. They are
 * spanned by the Device zone of a node, never free, never allocated.
 * Models: mm/memremap.c, drivers/nvdimm/pfn_devs.c (6.12).
 */
#ifndef MM_HOTPLUG_MEMREMAP_H
#define MM_HOTPLUG_MEMREMAP_H

#include "boot/system.h"

enum pagemap_type { MEMORY_DEVICE_FS_DAX, MEMORY_DEVICE_GENERIC, MEMORY_DEVICE_PCI_P2PDMA, NR_PAGEMAP_TYPES };

/* struct dev_pagemap. */
struct pagemap {
	char name[24]; /* "namespace0.0", "dax1.0", "p2pmem2" */
	pfn_t start;
	pfn_t end;
	u64 reserve;          /* altmap: pages before the memmap (info block) */
	u64 altmap_pages;     /* altmap: pages of the device that hold its memmap; 0: the buddy's do */
	struct resource *res; /* claimed for it; NULL: the range is part of another resource */
	int nid;
	enum pagemap_type type;
};

/* "fsdax", "devdax", "p2pdma"; and back, or -EINVAL. */
const char *pagemap_type_name(enum pagemap_type t);
int pagemap_type_from_str(const char *s);

/*
 * memremap_pages(): [@start, @start + @size) bytes become ZONE_DEVICE pages of node
 * @nid. @altmap: their memmap lies at the start of the device itself.
 * 0, -EINVAL (unaligned, no such node, not addressable), -ENXIO (System RAM is
 * there), -ENOMEM (another device is there, or no memory for the memmap), -EBUSY
 * (a busy resource is there).
 */
int memremap_pages(struct system *sys, phys_t start, u64 size, int nid, enum pagemap_type type, bool altmap,
		   struct mm_error *err);
/* memunmap_pages() of the device that starts at byte @start. -ENOENT. */
int memunmap_pages(struct system *sys, phys_t start, struct mm_error *err);

/* The device that has page @pfn, or NULL. */
const struct pagemap *pagemap_of(const struct system *sys, pfn_t pfn);
/* First page of it that holds data, not memmap. */
static inline pfn_t pagemap_pfn_first(const struct pagemap *p)
{
	return p->start + p->reserve + p->altmap_pages;
}

#endif
