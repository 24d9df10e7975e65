/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pageblocks: the unit in which memory has a migratetype, and moving the free
 * pages of a whole block from one type's lists to another's.
 */
#ifndef MM_ZONE_PAGEBLOCK_H
#define MM_ZONE_PAGEBLOCK_H

#include "zone/zone.h"

static inline u32 pageblock_pages(const struct memmap *map) { return 1u << map->pb_order; }

/* Type of the pageblock of @pfn. */
unsigned pageblock_mt(const struct memmap *map, pfn_t pfn);
/* Set it; the skip bit stays. Touches the section; free pages do not move. */
void pageblock_set_mt(struct memmap *map, pfn_t pfn, unsigned mt);
/* change_pageblock_range(): the pageblocks of the block of @order (at least one) at @h. */
void pageblock_set_range(struct memmap *map, page_handle h, unsigned order, unsigned mt);

/* Compaction's skip bit. */
bool pageblock_skip(const struct memmap *map, pfn_t pfn);
void pageblock_set_skip(struct memmap *map, pfn_t pfn, bool skip);

/* The pageblock of @pfn lies within the zone's span, so its free pages may be moved. */
bool pageblock_in_zone(const struct memmap *map, const struct zone *z, pfn_t pfn);
/* prep_move_freepages_block(): pages of the block of @pfn that are free, and that could be migrated. */
void pageblock_count(const struct memmap *map, pfn_t pfn, u32 *nr_free, u32 *nr_movable);
/*
 * __move_freepages_block(): the block's free pages go to the tails of the lists
 * of @new_mt, in ascending order, then the block becomes @new_mt. The block must
 * not be part of a larger free block. Return: pages moved.
 */
u32 pageblock_move_free(const struct zone_env *env, struct zone *z, pfn_t pfn, unsigned old_mt, unsigned new_mt);
/* move_freepages_block(): the same, or -1 when the block is not within the zone. */
int pageblock_try_move_free(const struct zone_env *env, struct zone *z, pfn_t pfn, unsigned old_mt, unsigned new_mt);
/*
 * move_freepages_block_isolate(): the same for page isolation, splitting free
 * blocks that reach beyond the pageblock. False when it is not within the zone.
 */
bool pageblock_move_isolate(const struct zone_env *env, struct zone *z, pfn_t pfn, unsigned new_mt);

#endif
