/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes: making them, and the sums over nodes and zones that several parts ask for.
 * Models: struct pglist_data (include/linux/mmzone.h), node states.
 */
#ifndef MM_ALLOC_NODE_H
#define MM_ALLOC_NODE_H

#include "alloc/mm.h"

#define BOOT_PAGESET_HIGH  0 /* pages: nothing is kept on per-cpu lists yet */
#define BOOT_PAGESET_BATCH 1

/* "DMA32", "Movable"; static text. */
const char *zone_name(enum zone_type zid);

/*
 * The node @nid, made if it does not exist: no memory, no online mark, every
 * zone empty with boot pagesets. @nid must be below MAX_NUMNODES.
 */
struct node *node_create(struct mm *mm, int nid);

/* N_MEMORY: has present pages. */
static inline bool node_has_memory(const struct node *n) { return n->node_present_pages; }
/* Any present page below ZONE_MOVABLE that is not high memory (N_NORMAL_MEMORY). */
bool node_has_normal_memory(const struct node *n);
/* Online cpus of node @nid. */
int node_nr_cpus(const struct mm *mm, int nid);
/* num_online_nodes(). */
int nr_online_nodes(const struct mm *mm);

/* Pages: sums over every zone of every online node. */
u64 mm_managed_pages(const struct mm *mm);  /* totalram_pages() */
u64 mm_present_pages(const struct mm *mm);  /* get_num_physpages() */
u64 mm_cma_pages(const struct mm *mm);      /* totalcma_pages, once activated */
u64 mm_high_pages(const struct mm *mm);     /* totalhigh_pages() */
/* nr_free_zone_pages(): managed beyond the high watermark, zones up to @highest. */
u64 nr_free_zone_pages(const struct mm *mm, enum zone_type highest);

/* is_highmem(): HighMem, or Movable where it is carved out of HighMem. */
bool zone_is_highmem(const struct mm *mm, const struct zone *z);
/*
 * set_zone_contiguous(): sets zone->contiguous when every pageblock of the span
 * begins and ends with a page frame of this zone.
 */
void zone_check_contiguous(const struct mm *mm, struct zone *z);
/* Zone types that the architecture has, in the kernel's order. */
#define for_each_zone_type(mm, zid)                              \
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)             \
		if (arch_has_zone((mm)->arch, zid))

#endif
