/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Contiguous memory areas at run time: movable pages live in them until a driver asks
 * for pages; then these are moved away (alloc/contig.h).
 *
 * Models: mm/cma.c cma_alloc() and cma_release() of Linux 6.12.117; areas are made at
 * boot (boot/cma_init.c). The bitmap is a sorted list of allocations here.
 */
#ifndef MM_ALLOC_CMA_H
#define MM_ALLOC_CMA_H

#include "alloc/page_alloc.h"
#include "base/error.h"

struct cma_alloc {
	pfn_t pfn;
	u64 pages;
};

struct cma_area {
	const char *name;
	pfn_t base;
	u64 pages;
	owner_id owner;
	struct cma_alloc *alloc; /* [nr], by pfn; in the arena */
	u32 nr;
	u32 cap;
	u64 nr_success, nr_fail; /* pages, as alloc_pages_success and alloc_pages_fail in sysfs */
};

/* sys->cma_areas. */
struct cma_table {
	struct cma_area *area; /* [nr] */
	u32 nr;
};

/* Add an activated area of @pages from @base on. @name must live on. */
void cma_add_area(struct mm *mm, struct cma_table *t, const char *name, pfn_t base, u64 pages);
/*
 * cma_alloc(): @count contiguous pages aligned to 1 << @align pages. Return: the first
 * pfn, or NO_PFN and *err: -ENOMEM when no place is left, -EBUSY when pages could not
 * be moved out of any.
 */
pfn_t cma_alloc(struct mm *mm, struct cma_area *c, u64 count, unsigned align, struct mm_error *err);
/* cma_release(): the allocation that starts at @pfn. Return: pages, 0: there is none. */
u64 cma_release(struct mm *mm, struct cma_area *c, pfn_t pfn);
u64 cma_used(const struct cma_area *c);

#endif
