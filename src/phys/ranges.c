/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layer of ranges: see ranges.h. Running totals over the array (rebuilt when
 * it changed) make counting any stretch two binary searches:
 *
 *   ranges   [reserved 0-0x100) [free 0x400-0x8000) [reserved 0x8000-0x8100)
 *   totals   0                  r 0x100             r 0x100, f 0x7c00 ...
 *
 * Models: what memblock's regions become in struct pages at boot; the array
 * replaces initialising them (memmap_init() of mm/mm_init.c).
 */
#include "phys/ranges.h"

#include <string.h>

#include "base/text.h"

/* First range that ends after @pfn; nr_ranges when there is none. */
static size_t range_search(const struct memmap *map, pfn_t pfn)
{
	size_t lo = 0, hi = map->nr_ranges;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (map->ranges[mid].end > pfn)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

const struct memmap_range *memmap_range_of(const struct memmap *map, pfn_t pfn)
{
	size_t i = range_search(map, pfn);

	return i < map->nr_ranges && map->ranges[i].start <= pfn ? &map->ranges[i] : NULL;
}

struct range_piece ranges_piece(const struct memmap *map, pfn_t pfn, pfn_t limit)
{
	size_t i = range_search(map, pfn);
	struct range_piece p = { limit, PAGE_HOLE, ZONE_NONE, false };
	const struct memmap_range *r;

	if (i == map->nr_ranges)
		return p;
	r = &map->ranges[i];
	if (r->start > pfn) {
		p.end = min_u64(limit, r->start);
		return p;
	}
	p.end = min_u64(limit, r->end);
	p.state = r->state;
	p.zone = r->zone;
	p.device = r->device;
	return p;
}

u16 ranges_zone(const struct memmap *map, pfn_t start, pfn_t end)
{
	u16 zone = ZONE_NONE;

	while (start < end) {
		struct range_piece p = ranges_piece(map, start, end);

		if (p.zone != ZONE_NONE && zone != ZONE_NONE && p.zone != zone)
			return ZONE_MIXED;
		if (p.zone != ZONE_NONE)
			zone = p.zone;
		start = p.end;
	}
	return zone;
}

/* --- changing -------------------------------------------------------------- */

static void grow(struct memmap *map)
{
	size_t cap = map->cap_ranges ? map->cap_ranges * 2 : 32;

	map->ranges = arena_realloc(map->arena, map->ranges, map->cap_ranges * sizeof(*map->ranges),
				    cap * sizeof(*map->ranges));
	map->totals = arena_realloc(map->arena, map->totals,
				    map->cap_ranges ? (map->cap_ranges + 1) * sizeof(*map->totals) : 0,
				    (cap + 1) * sizeof(*map->totals));
	map->cap_ranges = cap;
}

/* Make room for @add more ranges at position @at. */
static void open_gap(struct memmap *map, size_t at, size_t add)
{
	while (map->nr_ranges + add > map->cap_ranges)
		grow(map);
	memmove(&map->ranges[at + add], &map->ranges[at], (map->nr_ranges - at) * sizeof(*map->ranges));
	map->nr_ranges += add;
}

static void close_gap(struct memmap *map, size_t at, size_t nr)
{
	if (nr)
		memmove(&map->ranges[at], &map->ranges[at + nr],
			(map->nr_ranges - at - nr) * sizeof(*map->ranges));
	map->nr_ranges -= nr;
}

/* Remove [start, end) from all ranges. Return: where a range starting at @start belongs. */
static size_t cut_out(struct memmap *map, pfn_t start, pfn_t end)
{
	size_t i = range_search(map, start), gone = 0;

	if (i < map->nr_ranges && map->ranges[i].start < start) {
		if (map->ranges[i].end > end) {
			open_gap(map, i, 1);
			map->ranges[i].end = start;
			map->ranges[i + 1].start = end;
			return i + 1;
		}
		map->ranges[i++].end = start;
	}
	while (i + gone < map->nr_ranges && map->ranges[i + gone].end <= end)
		gone++;
	close_gap(map, i, gone);
	if (i < map->nr_ranges && map->ranges[i].start < end)
		map->ranges[i].start = end;
	return i;
}

static bool joins(const struct memmap_range *a, const struct memmap_range *b)
{
	return a->end == b->start && a->state == b->state && a->zone == b->zone && a->device == b->device;
}

void ranges_set(struct memmap *map, pfn_t start, pfn_t end, enum page_state state, u16 zone, bool device)
{
	size_t i = cut_out(map, start, end);

	map->totals_stale = true;
	if (state == PAGE_HOLE && zone == ZONE_NONE)
		return;
	open_gap(map, i, 1);
	map->ranges[i] = (struct memmap_range){ start, end, zone, (u8)state, device };
	if (i + 1 < map->nr_ranges && joins(&map->ranges[i], &map->ranges[i + 1])) {
		map->ranges[i].end = map->ranges[i + 1].end;
		close_gap(map, i + 1, 1);
	}
	if (i && joins(&map->ranges[i - 1], &map->ranges[i])) {
		map->ranges[i - 1].end = map->ranges[i].end;
		close_gap(map, i, 1);
	}
}

/* --- counting -------------------------------------------------------------- */

static enum range_class class_index(enum page_state state, bool device)
{
	if (device)
		return RC_DEVICE;
	switch (state) {
	case PAGE_BUDDY: return RC_FREE;
	case PAGE_OFFLINE: return RC_OFFLINE;
	case PAGE_HOLE: return RC_HOLE;
	case PAGE_ISOLATED:
	case PAGE_POISON: return RC_ISOLATED;
	default: return RC_RESERVED;
	}
}

static enum summary_class to_summary(const struct memmap *map, enum range_class c)
{
	static const u8 table[NR_RANGE_CLASSES] = {
		[RC_RESERVED] = SUM_RESERVED, [RC_OFFLINE] = SUM_OFFLINE, [RC_DEVICE] = SUM_DEVICE,
		[RC_ISOLATED] = SUM_ISOLATED, [RC_HOLE] = SUM_HOLE,
	};

	return c == RC_FREE ? SUM_FREE0 + map->max_order : table[c];
}

enum summary_class ranges_class(const struct memmap *map, enum page_state state, bool device)
{
	return to_summary(map, class_index(state, device));
}

/* Pageblocks that start in [start, end). */
static u64 block_starts(const struct memmap *map, pfn_t start, pfn_t end)
{
	u64 round = (1ULL << map->pb_order) - 1;

	return ((end + round) >> map->pb_order) - ((start + round) >> map->pb_order);
}

static void rebuild_totals(struct memmap *map)
{
	struct range_total t = { 0 };

	for (size_t i = 0; i < map->nr_ranges; i++) {
		const struct memmap_range *r = &map->ranges[i];

		map->totals[i] = t;
		t.pages[class_index(r->state, r->device)] += r->end - r->start;
		if (r->zone != ZONE_NONE)
			t.pageblocks += block_starts(map, r->start, r->end);
	}
	if (map->totals)
		map->totals[map->nr_ranges] = t;
	map->totals_stale = false;
}

/* What lies in ranges below @pfn. */
static struct range_total total_below(const struct memmap *map, pfn_t pfn)
{
	size_t i = range_search(map, pfn);
	struct range_total t = map->totals[i];
	const struct memmap_range *r = &map->ranges[i];

	if (i == map->nr_ranges || r->start >= pfn)
		return t;
	t.pages[class_index(r->state, r->device)] += pfn - r->start;
	if (r->zone != ZONE_NONE)
		t.pageblocks += block_starts(map, r->start, pfn);
	return t;
}

void ranges_count(struct memmap *map, pfn_t start, pfn_t end, s64 sign, s64 sum[MEMMAP_SUM_ITEMS])
{
	struct range_total a, b;
	u64 holes = end - start;

	if (map->totals_stale)
		rebuild_totals(map);
	if (!map->nr_ranges) {
		sum[SUM_HOLE] += sign * (s64)holes;
		return;
	}
	a = total_below(map, start);
	b = total_below(map, end);
	for (int c = 0; c < NR_RANGE_CLASSES; c++) {
		u64 n = b.pages[c] - a.pages[c];

		sum[to_summary(map, c)] += sign * (s64)n;
		holes -= n;
	}
	sum[SUM_HOLE] += sign * (s64)holes;
	sum[MEMMAP_SUM_CLASSES + map->default_mt] += sign * (s64)(b.pageblocks - a.pageblocks);
}

pfn_t memmap_next_present(const struct memmap *map, pfn_t pfn, pfn_t end)
{
	for (size_t i = range_search(map, pfn); i < map->nr_ranges; i++) {
		const struct memmap_range *r = &map->ranges[i];

		if (r->start >= end || pfn >= end)
			break;
		if (r->state != PAGE_HOLE)
			return max_u64(r->start, pfn);
	}
	return NO_PFN;
}

bool memmap_section_present(const struct memmap *map, u64 section_nr)
{
	pfn_t start = section_nr << map->section_order;
	size_t i = range_search(map, start);

	return i < map->nr_ranges && map->ranges[i].start < start + memmap_section_pages(map);
}

int ranges_check(const struct memmap *map, struct text *report)
{
	pfn_t end = 0;

	for (size_t i = 0; i < map->nr_ranges; i++) {
		const struct memmap_range *r = &map->ranges[i];

		if (r->start < end || r->start >= r->end) {
			text_printf(report, "range %#llx-%#llx overlaps its neighbour or is empty\n",
				    (unsigned long long)r->start, (unsigned long long)r->end);
			return -EUCLEAN;
		}
		end = r->end;
	}
	return 0;
}
