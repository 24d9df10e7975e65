/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an address to its slab: a hash table with one entry per page.
 *
 * The kernel finds the slab of an object through its struct page (virt_to_slab());
 * here struct page is kept free of slab data, and a table of virtual page numbers
 * answers as fast. Open addressing with linear probing; deleting moves later
 * entries of the same run back, so no tombstones pile up.
 */
#include "slab/slub_internal.h"

#define FIRST_ENTRIES 256u

static void insert(struct slab_map *map, u64 vpn, struct slab *slab)
{
	u64 i = slab_map_slot(map, vpn);

	while (map->entry[i].vpn)
		i = (i + 1) & map->mask;
	map->entry[i].vpn = vpn;
	map->entry[i].slab = slab;
	map->nr++;
}

static void resize(struct slab_state *st, u64 size)
{
	struct slab_map *map = &st->map;
	struct slab_map old = *map;

	map->entry = arena_alloc(st->arena, size * sizeof(*map->entry));
	map->mask = size - 1;
	map->nr = 0;
	if (!old.entry)
		return;
	for (u64 i = 0; i <= old.mask; i++)
		if (old.entry[i].vpn)
			insert(map, old.entry[i].vpn, old.entry[i].slab);
	arena_free(st->arena, old.entry, (old.mask + 1) * sizeof(*old.entry));
}

void slab_map_init(struct slab_state *st)
{
	resize(st, FIRST_ENTRIES);
}

/* Room for @more entries at a load of at most one half. */
static void reserve(struct slab_state *st, u64 more)
{
	u64 size = st->map.mask + 1;

	while ((st->map.nr + more) * 2 > size)
		size *= 2;
	if (size > st->map.mask + 1)
		resize(st, size);
}

void slab_map_add(struct slab_state *st, struct slab *slab)
{
	u64 vpn = slab->addr >> st->page_shift;
	u64 nr = 1ULL << slab->order;

	reserve(st, nr);
	for (u64 i = 0; i < nr; i++)
		insert(&st->map, vpn + i, slab);
}

/* Is slot @home cyclically outside (@hole, @at]? Then the entry at @at may move to @hole. */
static bool may_move(u64 home, u64 hole, u64 at)
{
	return hole <= at ? home <= hole || home > at : home <= hole && home > at;
}

static void delete_at(struct slab_map *map, u64 hole)
{
	for (u64 at = (hole + 1) & map->mask; map->entry[at].vpn; at = (at + 1) & map->mask) {
		if (!may_move(slab_map_slot(map, map->entry[at].vpn), hole, at))
			continue;
		map->entry[hole] = map->entry[at];
		hole = at;
	}
	map->entry[hole].vpn = 0;
	map->entry[hole].slab = NULL;
	map->nr--;
}

void slab_map_del(struct slab_state *st, struct slab *slab)
{
	struct slab_map *map = &st->map;
	u64 vpn = slab->addr >> st->page_shift;

	if (map->hot == slab)
		map->hot = NULL;
	for (u64 n = 0; n < 1ULL << slab->order; n++) {
		u64 i = slab_map_slot(map, vpn + n);

		while (map->entry[i].vpn != vpn + n)
			i = (i + 1) & map->mask;
		delete_at(map, i);
	}
}
