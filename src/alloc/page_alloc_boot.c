/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that comes to the allocator from outside: at boot from memblock, later
 * from hotplug, and reserved memory that is given back. What lies between the
 * first and the last max block of a stretch becomes one run on the free list,
 * however large it is:
 *
 *   [..|.. .. .. .. .. ..|.]     edges block by block, the middle in one step
 *
 * Models: mm/memblock.c __free_pages_memory(), mm/page_alloc.c
 * __free_pages_core() of Linux 6.12.117.
 */
#include <string.h>

#include "alloc/internal.h"
#include "alloc/page_owner.h"
#include "phys/maxblock.h"
#include "phys/ranges.h"
#include "zone/pageblock.h"

page_handle unreserve_pages(struct mm *mm, pfn_t pfn, unsigned order)
{
	struct memmap *map = mm->map;
	page_handle h = memmap_touch(map, pfn);

	memmap_dirty(map, h);
	for (u32 i = 0; i < 1u << order; i++) {
		struct page *p = &map->pages[h + i];

		psum_sub(map, h + i, 0, page_summary_class(p->info));
		memset(p, 0, sizeof(*p));
	}
	return h;
}

/* __free_pages_core() for one aligned block. */
static void free_block(struct mm *mm, struct zone *z, pfn_t pfn, unsigned order)
{
	buddy_free_split(&mm->env, z, unreserve_pages(mm, pfn, order), order, FPI_TO_TAIL);
}

/* [start, end) is smaller than a max block or does not cover one: in the largest aligned pieces. */
static void free_pieces(struct mm *mm, struct zone *z, pfn_t start, pfn_t end)
{
	while (start < end) {
		unsigned order = start ? (unsigned)__builtin_ctzll(start) : mm->map->max_order;

		if (order > mm->map->max_order)
			order = mm->map->max_order;
		while (start + (1ULL << order) > end)
			order--;
		free_block(mm, z, start, order);
		start += 1ULL << order;
	}
}

/* Whole max blocks in sections that nobody touched. */
static void free_wild(struct mm *mm, struct zone *z, pfn_t start, pfn_t end)
{
	if (start >= end)
		return;
	ranges_set(mm->map, start, end, PAGE_BUDDY, (u16)zone_nr(z), false);
	buddy_add_wild(&mm->env, z, start, (end - start) >> mm->map->max_order);
}

/* Whole max blocks: touched sections block by block, what lies between them at once. */
static void free_max_blocks(struct mm *mm, struct zone *z, pfn_t start, pfn_t end)
{
	while (start < end) {
		const struct mem_section *sec = memmap_next_section(mm->map, start);
		pfn_t wild_end = sec ? clamp_u64(sec->start_pfn, start, end) : end;
		pfn_t sec_end = sec ? min_u64(end, sec->start_pfn + memmap_section_pages(mm->map)) : end;

		free_wild(mm, z, start, wild_end);
		if (wild_end == end)
			break;
		free_pieces(mm, z, wild_end, sec_end);
		start = sec_end;
	}
}

void free_boot_range(struct mm *mm, struct zone *zone, pfn_t start, pfn_t end)
{
	u64 block = memmap_block_pages(mm->map);
	pfn_t first = align_up(start, block), last = align_down(end, block);

	zone->managed_pages += end - start;
	mm->vm_event[EV_pgfree] += end - start;
	if (first >= last) {
		free_pieces(mm, zone, start, end);
		return;
	}
	free_pieces(mm, zone, start, first);
	free_max_blocks(mm, zone, first, last);
	free_pieces(mm, zone, last, end);
}

void free_reserved_block(struct mm *mm, pfn_t pfn, unsigned order)
{
	page_handle h = unreserve_pages(mm, pfn, order);

	mm_zone(mm, memmap_zone(mm->map, h))->managed_pages += 1ULL << order;
	buddy_set_page(mm->map, h, order, page_info(PAGE_ALLOC, order, MIGRATE_UNMOVABLE, KIND_KERNEL), 1);
	free_pages(mm, h, order);
}

void alloc_reserved_block(struct mm *mm, pfn_t pfn, unsigned order, enum page_kind kind, owner_id owner)
{
	page_handle h = unreserve_pages(mm, pfn, order);

	mm_zone(mm, memmap_zone(mm->map, h))->managed_pages += 1ULL << order;
	buddy_set_page(mm->map, h, order,
		       page_info(PAGE_ALLOC, order, MIGRATE_MOVABLE, kind) | PGF_HEAD, owner << 12 | 1);
	owner_charge(mm, owner, order);
}
