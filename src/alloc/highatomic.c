/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reserves for large requests that may not wait. Each success of such a request
 * sets its pageblock aside (type HighAtomic), up to about one percent of the
 * zone; when memory gets tight, the blocks are given back.
 *
 * Models: mm/page_alloc.c reserve_highatomic_pageblock(),
 * unreserve_highatomic_pageblock() of Linux 6.12.117.
 */
#include "alloc/internal.h"
#include "phys/maxblock.h"
#include "zone/pageblock.h"

void reserve_highatomic_pageblock(struct mm *mm, struct zone *z, page_handle h, unsigned order)
{
	u64 percent = z->managed_pages / 100, block = pageblock_pages(mm->map);
	unsigned mt = *page_pb(mm->map, h) & PB_MT_MASK;

	if (percent < block || z->nr_reserved_highatomic >= align_up(percent, block))
		return;
	if (!migratetype_is_mergeable(mt))
		return;
	if (order >= mm->map->pb_order) {
		pageblock_set_range(mm->map, h, order, MIGRATE_HIGHATOMIC);
		z->nr_reserved_highatomic += 1ULL << order;
	} else if (pageblock_try_move_free(&mm->env, z, page_to_pfn(mm->map, h), mt, MIGRATE_HIGHATOMIC) >= 0) {
		z->nr_reserved_highatomic += block;
	}
}

/* The first free block of @order on the HighAtomic lists. */
static bool first_reserved(struct mm *mm, const struct zone *z, unsigned order, struct free_block *b)
{
	const struct free_list *l = &z->free_area[order].list[MIGRATE_HIGHATOMIC];
	pfn_t pfn;

	if (!l->nr)
		return false;
	if (order == mm->map->max_order)
		pfn = maxblock_first(mm->map, l);
	else
		pfn = page_to_pfn(mm->map, l->first);
	return buddy_find(mm->map, pfn, b);
}

/* The pageblocks of a whole free block that is on a list of its own size. */
static void retype(struct mm *mm, const struct free_block *b, unsigned mt)
{
	for (pfn_t pfn = b->pfn; pfn < b->pfn + (1ULL << b->order); pfn += pageblock_pages(mm->map))
		pageblock_set_mt(mm->map, pfn, mt);
}

/* Give the block's pageblocks to type @to. Return: pages that moved to its lists. */
static int unreserve_block(struct mm *mm, struct zone *z, const struct free_block *b, unsigned to)
{
	unsigned mt = pageblock_mt(mm->map, b->pfn);
	u64 size = max_u64(pageblock_pages(mm->map), 1ULL << b->order);

	if (mt == MIGRATE_HIGHATOMIC)
		z->nr_reserved_highatomic -= min_u64(size, z->nr_reserved_highatomic);
	if (b->order < mm->map->pb_order)
		return pageblock_try_move_free(&mm->env, z, b->pfn, mt, to);
	buddy_move(&mm->env, z, b, to);
	retype(mm, b, to);
	return 1;
}

bool unreserve_highatomic_pageblock(struct mm *mm, const struct alloc_context *ac, bool force)
{
	const struct zonelist *zl = ac->zonelist;
	struct free_block b;

	for_each_zoneref(ref, zl, next_zoneref(zl, zl->refs, ac->highest_zoneidx), ac->highest_zoneidx) {
		struct zone *z = ref->zone;

		if (!force && z->nr_reserved_highatomic <= pageblock_pages(mm->map))
			continue;
		for (unsigned order = 0; order <= mm->map->max_order; order++)
			if (first_reserved(mm, z, order, &b) && unreserve_block(mm, z, &b, ac->migratetype) > 0)
				return true;
	}
	return false;
}
