/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hand-over: what memblock has not reserved goes to the buddy allocator, in
 * ascending order, each range cut into the largest aligned blocks, each block to
 * the tail of its list.
 *
 *   memory    [---------------------------)
 *   reserved      [####)         [##)
 *   buddy     [4][2]    [1][8][..]   [..]
 *
 * HIGHMEM is different: its pages are freed one by one to the head of the list,
 * so its highest block ends up first.
 *
 * Deferred struct pages reach the buddy later, from first_deferred_pfn upwards,
 * the same way; per zone that is one ascending walk, which is what happens here.
 *
 * Models: mm/memblock.c memblock_free_all(), mm/mm_init.c deferred_init_memmap(),
 * arch/x86/mm/highmem_32.c of Linux 6.12.
 */
#include "boot/stages.h"

#include "alloc/node.h"
#include "alloc/page_alloc.h"

/* [start, end) may meet several zones; give each its part. Return: pages. */
static u64 free_by_zone(struct system *sys, pfn_t start, pfn_t end)
{
	u64 pages = 0;

	while (start < end) {
		const struct memmap_range *r = memmap_range_of(&sys->map, start);
		pfn_t stop;

		if (!r || r->zone == ZONE_NONE) {
			start = r ? r->end : end;
			continue;
		}
		stop = min_u64(end, r->end);
		pages += stop - start;
		free_boot_range(&sys->mm, mm_zone(&sys->mm, r->zone), start, stop);
		start = stop;
	}
	return pages;
}

static void free_callback(void *arg, pfn_t start, pfn_t end)
{
	free_by_zone(arg, start, end);
}

/* High memory of [start, end): block by block from the top, as freeing to the head leaves it. */
static void free_high_range(struct system *sys, struct zone *z, pfn_t start, pfn_t end)
{
	u64 block = 1ULL << sys->arch.max_page_order;

	while (start < end) {
		pfn_t at = max_u64(start, align_down(end - 1, block));

		free_boot_range(&sys->mm, z, at, end);
		end = at;
	}
}

static void free_high_zone(struct system *sys, struct zone *z)
{
	phys_t start, end;
	u64 i;

	sys_printk(sys, "Initializing %s for node %d (%08llx:%08llx)", z->name, z->nid,
		   (unsigned long long)z->zone_start_pfn, (unsigned long long)zone_end_pfn(z));
	for_each_free_mem_range_reverse(&sys->memblock, i, z->nid, MEMBLOCK_NONE, &start, &end, NULL) {
		pfn_t s = clamp_u64(phys_to_pfn_up(&sys->arch, start), z->zone_start_pfn, zone_end_pfn(z));
		pfn_t e = clamp_u64(phys_to_pfn(&sys->arch, end), z->zone_start_pfn, zone_end_pfn(z));

		free_high_range(sys, z, s, e);
	}
}

static void reset_managed_pages(struct system *sys)
{
	for_each_node(&sys->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			n->zones[zid].managed_pages = 0;
}

void handover_to_buddy(struct system *sys)
{
	struct memblock_handover h = { .arg = sys, .free = free_callback };

	reset_managed_pages(sys);
	for_each_node(&sys->mm, n)
		for_each_zone_type(&sys->mm, zid)
			if (zone_is_highmem(&sys->mm, &n->zones[zid]))
				free_high_zone(sys, &n->zones[zid]);
	memblock_free_all(&sys->memblock, sys->max_low_pfn, &h);
	sys->memblock.slab_available = true;
}

u64 handover_reserved(struct system *sys, pfn_t start, pfn_t end)
{
	u64 pages = 0;

	for (pfn_t pfn = start; pfn < end; pfn++) {
		struct page_view v;

		memmap_view(&sys->map, pfn, &v);
		if (v.state != PAGE_RESERVED || v.zone == ZONE_NONE)
			continue;
		free_reserved_block(&sys->mm, pfn, 0);
		pages++;
	}
	return pages;
}
