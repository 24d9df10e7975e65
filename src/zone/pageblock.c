/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pageblocks. One byte each in its section: three bits of migratetype, one skip
 * bit of compaction. A free page lies on the lists of its block's type; when a
 * block changes type, its free pages move.
 *
 *   block, type movable:   [..aa|....|a...|....]   a: allocated
 *   becomes unmovable:      the free parts go to unmovable lists, the a's stay
 *
 * Models: mm/page_alloc.c set_pfnblock_flags_mask(), prep_move_freepages_block(),
 * __move_freepages_block(), move_freepages_block_isolate() of Linux 6.12.117.
 */
#include "zone/pageblock.h"

#include "zone/buddy.h"

static u8 *pb_of(const struct memmap *map, const struct mem_section *sec, pfn_t pfn)
{
	u8 *own = unlikely(map->nr_shared) ? memmap_shared_pb(map, pfn) : NULL;

	return own ? own : &sec->pb[(pfn - sec->start_pfn) >> map->pb_order];
}

unsigned pageblock_mt(const struct memmap *map, pfn_t pfn)
{
	const struct mem_section *sec = memmap_section(map, pfn);

	return sec ? *pb_of(map, sec, pfn) & PB_MT_MASK : map->default_mt;
}

static void set_bits(struct memmap *map, struct mem_section *sec, u8 *pb, u8 mask, u8 value)
{
	memmap_dirty_section(map, sec);
	*pb = (u8)((*pb & ~mask) | value);
}

void pageblock_set_mt(struct memmap *map, pfn_t pfn, unsigned mt)
{
	struct mem_section *sec = memmap_touch_section(map, pfn);

	set_bits(map, sec, pb_of(map, sec, pfn), PB_MT_MASK, (u8)mt);
}

void pageblock_set_range(struct memmap *map, page_handle h, unsigned order, unsigned mt)
{
	struct mem_section *sec = memmap_slot(map, h)->sec;
	u8 *pb = page_pb(map, h);

	for (u32 n = 1u << (order - map->pb_order); n; n--, pb++)
		set_bits(map, sec, pb, PB_MT_MASK, (u8)mt);
}

bool pageblock_skip(const struct memmap *map, pfn_t pfn)
{
	const struct mem_section *sec = memmap_section(map, pfn);

	return sec && *pb_of(map, sec, pfn) & PB_SKIP;
}

void pageblock_set_skip(struct memmap *map, pfn_t pfn, bool skip)
{
	struct mem_section *sec;

	if (pageblock_skip(map, pfn) == skip)
		return;
	sec = memmap_touch_section(map, pfn);
	set_bits(map, sec, pb_of(map, sec, pfn), PB_SKIP, skip ? PB_SKIP : 0);
}

bool pageblock_in_zone(const struct memmap *map, const struct zone *z, pfn_t pfn)
{
	pfn_t start = align_down(pfn, pageblock_pages(map));

	return zone_spans_pfn(z, start) && zone_spans_pfn(z, start + pageblock_pages(map) - 1);
}

/* Pages of an allocated block that migration could take: on an LRU list, or with movable operations. */
static u32 movable_pages(const struct page *p, u32 pages)
{
	if (page_state(p) != PAGE_ALLOC)
		return 0;
	if (p->info & PGF_LRU)
		return pages;
	return p->info & PGF_MOVABLE_OPS ? 1 : 0;
}

void pageblock_count(const struct memmap *map, pfn_t pfn, u32 *nr_free, u32 *nr_movable)
{
	pfn_t start = align_down(pfn, pageblock_pages(map));
	page_handle h = memmap_find(map, start), end = h + pageblock_pages(map);

	*nr_free = 0;
	*nr_movable = 0;
	if (h == NO_PAGE)
		return;
	if (page_state(&map->pages[h]) == PAGE_TAIL) {
		const struct page *head = &map->pages[memmap_head(map, h)];

		*nr_movable = head->info & PGF_LRU ? movable_pages(head, pageblock_pages(map)) : 0;
		return;
	}
	while (h < end) {
		const struct page *p = &map->pages[h];
		u32 n = 1u << page_order(p);

		if (page_state(p) == PAGE_BUDDY)
			*nr_free += n;
		else
			*nr_movable += movable_pages(p, n < end - h ? n : end - h);
		h += n;
	}
}

u32 pageblock_move_free(const struct zone_env *env, struct zone *z, pfn_t pfn, unsigned old_mt, unsigned new_mt)
{
	struct memmap *map = env->map;
	pfn_t start = align_down(pfn, pageblock_pages(map));
	page_handle h = memmap_find(map, start);
	u32 moved = 0, i = 0;
	struct free_block b = { .pfn = start, .order = map->max_order, .mt = old_mt, .h = NO_PAGE };

	if (h == NO_PAGE && map->pb_order == map->max_order && buddy_find(map, start, &b)) {
		buddy_move(env, z, &b, new_mt);
		moved = pageblock_pages(map);
	}
	while (h != NO_PAGE && i < pageblock_pages(map)) {
		const struct page *p = &map->pages[h + i];
		u32 n = 1u << page_order(p);

		if (page_state(p) == PAGE_BUDDY) {
			b = (struct free_block){ start + i, page_order(p), old_mt, h + i };
			buddy_move(env, z, &b, new_mt);
			moved += n;
		}
		i += n;
	}
	pageblock_set_mt(map, start, new_mt);
	return moved;
}

int pageblock_try_move_free(const struct zone_env *env, struct zone *z, pfn_t pfn, unsigned old_mt, unsigned new_mt)
{
	if (!pageblock_in_zone(env->map, z, pfn))
		return -1;
	return (int)pageblock_move_free(env, z, pfn, old_mt, new_mt);
}

bool pageblock_move_isolate(const struct zone_env *env, struct zone *z, pfn_t pfn, unsigned new_mt)
{
	struct memmap *map = env->map;
	pfn_t start = align_down(pfn, pageblock_pages(map));
	struct free_block b;
	page_handle h;

	if (!pageblock_in_zone(map, z, pfn))
		return false;
	/* A free block that reaches beyond this pageblock is freed again block by block. */
	if (buddy_find(map, start, &b) && b.order > map->pb_order) {
		h = buddy_take(env, z, &b, true);
		pageblock_set_mt(map, start, new_mt);
		buddy_free_split(env, z, h, b.order, FPI_NONE);
		return true;
	}
	pageblock_move_free(env, z, start, pageblock_mt(map, start), new_mt);
	return true;
}
