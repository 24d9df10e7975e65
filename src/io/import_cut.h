/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cutting regions of pages until exactly the wanted blocks are free: shared by
 * import_apply.c (from a booted machine) and import_adjust.c (from what it is now).
 *
 * A region is in limbo (zone/buddy.h) when it is handed in. A free left half always
 * gets a right half in which at least one page is taken, so that nothing merges.
 */
#ifndef MM_IO_IMPORT_CUT_H
#define MM_IO_IMPORT_CUT_H

#include "alloc/page_alloc.h"
#include "boot/system.h"
#include "zone/zone.h"

struct fill {
	struct system *sys;
	struct zone_env *env;
	struct zone *z;
	owner_id owner;                              /* of what is taken */
	u64 want[MIGRATE_TYPES][NR_PAGE_ORDERS_MAX]; /* free blocks still to be made */
	u64 moved;                                   /* blocks that were given or taken */
	unsigned max_order, pb_order;
	size_t pcp_at;                               /* the element of desc->percpu that is being filled */
	u64 pcp_done;                                /* pages that it has */
};

/* Types that may get pageblocks, the rare ones first. CMA blocks only serve CMA. */
#define NR_FILL_TYPES 4
extern const u8 fill_type[NR_FILL_TYPES];

/* Nothing is wanted yet, neither on free lists nor on those of cpus (pcp_at = 0: what desc->percpu says). */
struct fill fill_begin(struct system *sys, struct zone *z);
/* Pages of all blocks that are still wanted. */
u64 fill_lack(const struct fill *f);
/* A type that wants a block of @order; MIGRATE_TYPES: none does. */
unsigned fill_type_wanting(const struct fill *f, unsigned order);

/* The next cpu of this zone whose per-cpu lists lack pages; NULL: none. */
const struct desc_percpu *fill_pcp_wanted(struct fill *f);
/* A single page in limbo is on the list of that cpu: zoneinfo tells no orders. */
void fill_to_pcp(struct fill *f, const struct desc_percpu *p, page_handle h, unsigned mt);
/* The region in limbo at @h is held by nobody in particular; per-cpu lists take what they lack. */
void fill_take(struct fill *f, page_handle h, unsigned order, unsigned mt);
/* It becomes the wanted free block (@mt, @order); its buddy must not be free. */
void fill_give(struct fill *f, page_handle h, unsigned order, unsigned mt);
/* Type of the whole pageblocks of the region. */
void fill_set_type(struct fill *f, page_handle h, unsigned order, unsigned mt);
/* A region within one pageblock of type @mt; not all of it becomes free. */
void fill_cut_typed(struct fill *f, page_handle h, unsigned order, unsigned mt);
/* A region of whole pageblocks; not all of it becomes free. */
void fill_cut(struct fill *f, page_handle h, unsigned order);

/* import_apply.c: free blocks of a zone that holds nothing but what boot took become the wanted ones. */
void fill_zone(struct fill *f);

#endif
