/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes. A node is one piece of memory that is equally far from some cpus; it
 * has one zone of each type, most of them empty:
 *
 *   node 0: DMA  DMA32  Normal          node 1: -  -  Normal  Movable
 *
 * Models: include/linux/mmzone.h (pg_data_t), mm/mm_init.c zone_init_internals()
 * and zone_pcp_init(), include/linux/nodemask.h node states.
 */
#include "alloc/node.h"

#include "phys/sparse.h"

static const char *const zone_names[MAX_NR_ZONES] = {
	[ZONE_DMA] = "DMA",
	[ZONE_DMA32] = "DMA32",
	[ZONE_NORMAL] = "Normal",
	[ZONE_HIGHMEM] = "HighMem",
	[ZONE_MOVABLE] = "Movable",
	[ZONE_DEVICE] = "Device",
};

const char *zone_name(enum zone_type zid)
{
	return (unsigned)zid < MAX_NR_ZONES ? zone_names[zid] : "?";
}

static void zone_init_internals(struct zone *z, int nid, enum zone_type zid)
{
	z->name = zone_name(zid);
	z->nid = nid;
	z->idx = zid;
	z->pageset_high_min = BOOT_PAGESET_HIGH;
	z->pageset_high_max = BOOT_PAGESET_HIGH;
	z->pageset_batch = BOOT_PAGESET_BATCH;
}

struct node *node_create(struct mm *mm, int nid)
{
	struct node *n = mm->node[nid];

	if (n)
		return n;
	n = arena_alloc(mm->arena, sizeof(*n));
	n->nid = nid;
	n->kswapd_highest_zoneidx = MAX_NR_ZONES;
	n->kcompactd_highest_zoneidx = MAX_NR_ZONES;
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		zone_init_internals(&n->zones[zid], nid, (enum zone_type)zid);
	mm->node[nid] = n;
	return n;
}

bool node_has_normal_memory(const struct node *n)
{
	for (int zid = 0; zid <= ZONE_NORMAL; zid++)
		if (populated_zone(&n->zones[zid]))
			return true;
	return false;
}

int node_nr_cpus(const struct mm *mm, int nid)
{
	int nr = 0;

	for (int cpu = 0; cpu < mm->nr_cpus; cpu++)
		nr += mm->cpu_node[cpu] == nid;
	return nr;
}

int nr_online_nodes(const struct mm *mm)
{
	int nr = 0;

	for_each_node(mm, n)
		nr++;
	return nr;
}

u64 mm_managed_pages(const struct mm *mm)
{
	u64 sum = 0;

	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			sum += n->zones[zid].managed_pages;
	return sum;
}

u64 mm_present_pages(const struct mm *mm)
{
	u64 sum = 0;

	for_each_node(mm, n)
		sum += n->node_present_pages;
	return sum;
}

u64 mm_cma_pages(const struct mm *mm)
{
	u64 sum = 0;

	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			sum += n->zones[zid].cma_pages;
	return sum;
}

bool zone_is_highmem(const struct mm *mm, const struct zone *z)
{
	return z->idx == ZONE_HIGHMEM ||
	       (z->idx == ZONE_MOVABLE && mm->movable_zone == ZONE_HIGHMEM);
}

u64 mm_high_pages(const struct mm *mm)
{
	u64 sum = 0;

	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (zone_is_highmem(mm, &n->zones[zid]))
				sum += n->zones[zid].managed_pages;
	return sum;
}

u64 nr_free_zone_pages(const struct mm *mm, enum zone_type highest)
{
	u64 sum = 0;

	for_each_node(mm, n) {
		for (int zid = 0; zid <= (int)highest; zid++) {
			const struct zone *z = &n->zones[zid];
			u64 high = z->watermark[WMARK_HIGH] + z->watermark_boost;

			if (z->managed_pages > high)
				sum += z->managed_pages - high;
		}
	}
	return sum;
}

void zone_check_contiguous(const struct mm *mm, struct zone *z)
{
	u64 block = 1ULL << mm->arch->pageblock_order;
	pfn_t pfn = z->zone_start_pfn;

	z->contiguous = false;
	while (pfn < zone_end_pfn(z)) {
		const struct memmap_range *r = memmap_range_of(mm->map, pfn);

		/* A gap that neither begins nor ends a pageblock goes unnoticed. */
		if (r && r->zone == zone_nr(z))
			pfn = r->end;
		else if (r && r->end < align_up(pfn + 1, block) && pfn & (block - 1))
			pfn = r->end;
		else
			return;
	}
	z->contiguous = z->spanned_pages > 0;
}
