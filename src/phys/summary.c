/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The summary pyramid. What the ranges say is the ground truth for untouched
 * memory; every touched section adds a correction:
 *
 *   pages in [a, b) by class =   what the ranges say of [a, b)     two binary searches
 *                              + corrections of whole sections     radix tree, logarithmic
 *                              + corrections inside the two cut ones (rows, then pages)
 *
 * A section's correction is the sum of its slots' rows minus what the ranges say
 * of those blocks. Rows change with every page; the section is then only marked,
 * and the next query brings it and the nodes above it up to date.
 */
#include "phys/summary.h"

#include <string.h>

#include "base/text.h"
#include "phys/ranges.h"

#define ITEM_MT MEMMAP_SUM_CLASSES /* first item that counts pageblocks */

static const char *const class_names[] = {
	[SUM_HOLE] = "hole", [SUM_RESERVED] = "reserved", [SUM_OFFLINE] = "offline",
	[SUM_DEVICE] = "device", [SUM_PCP] = "per-cpu list", [SUM_ISOLATED] = "isolated",
	[SUM_KIND0 + KIND_KERNEL] = "kernel", [SUM_KIND0 + KIND_RECLAIMABLE] = "reclaimable",
	[SUM_KIND0 + KIND_MOVABLE] = "movable", [SUM_KIND0 + KIND_ANON] = "anonymous",
	[SUM_KIND0 + KIND_FILE] = "file", [SUM_KIND0 + KIND_SLAB] = "slab",
	[SUM_KIND0 + KIND_PGTABLE] = "page table", [SUM_KIND0 + KIND_HUGETLB] = "huge page",
	[SUM_KIND0 + KIND_THP] = "transparent huge page", [SUM_KIND0 + KIND_CMA] = "cma",
	[SUM_KIND0 + KIND_DRIVER] = "driver", [SUM_KIND0 + KIND_MEMMAP] = "memmap",
	[SUM_FREE0] = "free order 0", "free order 1", "free order 2", "free order 3", "free order 4",
	"free order 5", "free order 6", "free order 7", "free order 8", "free order 9",
	"free order 10", "free order 11", "free order 12", "free order 13",
};

const char *summary_class_name(enum summary_class c)
{
	return (unsigned)c < NR_SUMMARY_CLASSES ? class_names[c] : "?";
}

enum summary_class summary_class_of(const struct page_view *v)
{
	return page_summary_class(page_info(v->state, v->order, 0, v->state == PAGE_RESERVED ? v->device : v->kind));
}

/* --- corrections of one section -------------------------------------------- */

/* Take away what the ranges say of pages [start, end) of block @blk (not of its pageblocks). */
static void sub_declared(struct memmap *map, const struct mem_section *sec, unsigned blk,
			 pfn_t start, pfn_t end, s64 *sum)
{
	s64 keep = sum[ITEM_MT + map->default_mt];

	if (sec->block[blk].flags & MB_RANGE_FREE) {
		sum[SUM_FREE0 + map->max_order] -= (s64)(end - start);
		return;
	}
	ranges_count(map, start, end, -1, sum);
	sum[ITEM_MT + map->default_mt] = keep;
}

/* Pageblock @i of @sec is not of the type that the ranges stand for. */
static void add_type(const struct memmap *map, const struct mem_section *sec, u64 i, s64 *sum)
{
	unsigned mt = sec->pb[i] & PB_MT_MASK;

	if (likely(mt == map->default_mt))
		return;
	sum[ITEM_MT + mt]++;
	sum[ITEM_MT + map->default_mt]--;
}

static void add_row(const u16 *row, s64 *sum)
{
	for (int c = 0; c < MEMMAP_SUM_CLASSES; c++)
		sum[c] += row[c];
}

/* Add up the rows of slot @n. */
static void add_slot(const struct memmap *map, u32 n, s64 *sum)
{
	u32 rows = 1u << (map->max_order - map->pb_order);
	u32 first = slot_handle(map, n) >> map->pb_order;

	for (u32 i = 0; i < rows; i++)
		add_row(map->psum[first + i], sum);
}

static void section_sum(struct memmap *map, struct mem_section *sec, s64 *sum)
{
	u32 nr_pb = 1u << (map->section_order - map->pb_order);

	for (unsigned blk = 0; sec->nr_slots && blk < 1u << map->block_shift; blk++) {
		pfn_t start = sec->start_pfn + ((u64)blk << map->max_order);
		u32 n = sec->slot[blk];

		if (n == NO_SLOT)
			continue;
		map->slot_dirty[n] &= (u8)~SLOT_SUMMED;
		add_slot(map, n, sum);
		sub_declared(map, sec, blk, start, start + memmap_block_pages(map), sum);
	}
	for (u32 i = 0; i < nr_pb; i++)
		add_type(map, sec, i, sum);
}

/* Add @diff to every node above section @nr. */
static void add_to_nodes(struct memmap *map, u64 nr, const s64 *diff)
{
	struct radix_node *n = map->root;

	for (int level = map->radix_levels - 1; level >= 0; level--) {
		for (int i = 0; i < MEMMAP_SUM_ITEMS; i++)
			n->sum[i] += diff[i];
		n = n->child[(nr >> (level * RADIX_SHIFT)) & (RADIX_SIZE - 1)];
	}
}

static void flush_section(struct memmap *map, struct mem_section *sec)
{
	s64 sum[MEMMAP_SUM_ITEMS] = { 0 }, diff[MEMMAP_SUM_ITEMS];

	section_sum(map, sec, sum);
	for (int i = 0; i < MEMMAP_SUM_ITEMS; i++) {
		diff[i] = sum[i] - sec->sum[i];
		sec->sum[i] = (s32)sum[i];
	}
	sec->summary_dirty = false;
	add_to_nodes(map, sec->start_pfn >> map->section_order, diff);
}

void summary_flush(struct memmap *map)
{
	while (map->dirty_section != NO_SECTION) {
		struct mem_section *sec = map->section[map->dirty_section];

		map->dirty_section = sec->next;
		flush_section(map, sec);
	}
}

/* --- queries --------------------------------------------------------------- */

/* @nr pages from @h on, one block after the other; only the first may begin before them. */
static void add_pages(const struct memmap *map, page_handle h, u64 nr, s64 *sum)
{
	page_handle end = h + (u32)nr, head = memmap_head(map, h);

	while (h < end) {
		u32 info = map->pages[head].info;
		page_handle next = head + (1u << (info >> PG_ORDER_SHIFT & 15));

		if (next > end)
			next = end;
		sum[page_summary_class(info)] += next - h;
		h = head = next;
	}
}

/* Rows of slot @n that lie in [start, end), pages where a row is cut. */
static void add_slot_part(const struct memmap *map, u32 n, pfn_t start, pfn_t end, s64 *sum)
{
	u64 size = 1ULL << map->pb_order;
	pfn_t block = map->slots[n].pfn;

	while (start < end) {
		pfn_t next = min_u64(end, align_down(start, size) + size);
		page_handle h = slot_handle(map, n) + (u32)(start - block);

		if (next - start == size)
			add_row(map->psum[h >> map->pb_order], sum);
		else
			add_pages(map, h, next - start, sum);
		start = next;
	}
}

static void add_section_part(struct memmap *map, const struct mem_section *sec, pfn_t start, pfn_t end, s64 *sum)
{
	u64 round = (1ULL << map->pb_order) - 1;
	u64 first = (start - sec->start_pfn + round) >> map->pb_order;
	u64 last = (end - sec->start_pfn + round) >> map->pb_order;

	for (u64 i = first; i < last; i++)
		add_type(map, sec, i, sum);
	while (sec->nr_slots && start < end) {
		unsigned blk = section_block(map, sec, start);
		pfn_t next = min_u64(end, align_down(start, memmap_block_pages(map)) + memmap_block_pages(map));

		if (sec->slot[blk] != NO_SLOT) {
			add_slot_part(map, sec->slot[blk], start, next, sum);
			sub_declared(map, sec, blk, start, next, sum);
		}
		start = next;
	}
}

static void add_section(struct memmap *map, const struct mem_section *sec, pfn_t start, pfn_t end, s64 *sum)
{
	if (start > sec->start_pfn || end - sec->start_pfn < memmap_section_pages(map)) {
		add_section_part(map, sec, max_u64(start, sec->start_pfn),
				 min_u64(end, sec->start_pfn + memmap_section_pages(map)), sum);
		return;
	}
	for (int i = 0; i < MEMMAP_SUM_ITEMS; i++)
		sum[i] += sec->sum[i];
}

/* Node @n covers pages from @base on, its children 1 << @shift pages each. */
static void add_node(struct memmap *map, const struct radix_node *n, int level, pfn_t base,
		     pfn_t start, pfn_t end, s64 *sum)
{
	unsigned shift = map->section_order + (unsigned)level * RADIX_SHIFT;
	u64 first = start > base ? (start - base) >> shift : 0;
	u64 last = (end - 1 - base) >> shift;
	u32 bits = n->present;

	if (start <= base && (end - base) >> shift >= RADIX_SIZE) {
		for (int i = 0; i < MEMMAP_SUM_ITEMS; i++)
			sum[i] += n->sum[i];
		return;
	}
	bits = bits >> first << first;
	if (last < RADIX_SIZE - 1)
		bits &= (2u << last) - 1;
	for (; bits; bits &= bits - 1) {
		unsigned i = (unsigned)__builtin_ctz(bits);

		if (level)
			add_node(map, n->child[i], level - 1, base + ((u64)i << shift), start, end, sum);
		else
			add_section(map, n->child[i], start, end, sum);
	}
}

void summary_query(struct memmap *map, pfn_t start, pfn_t end, struct summary *out)
{
	s64 sum[MEMMAP_SUM_ITEMS] = { 0 };
	pfn_t limit = map->nr_sections_max << map->section_order;

	if (start >= end)
		return;
	out->total += end - start;
	if (end > limit) {
		out->pages[SUM_HOLE] += end - max_u64(start, limit);
		end = limit;
		if (start >= end)
			return;
	}
	summary_flush(map);
	ranges_count(map, start, end, 1, sum);
	add_node(map, map->root, map->radix_levels - 1, 0, start, end, sum);
	for (int c = 0; c < MEMMAP_SUM_CLASSES; c++)
		out->pages[c] += (u64)sum[c];
	for (int mt = 0; mt < MIGRATE_TYPES; mt++)
		out->pageblocks[mt] += (u64)sum[ITEM_MT + mt];
}

/* --- checking --------------------------------------------------------------- */

static int check_row(const struct memmap *map, u32 n, u32 row, struct text *report)
{
	u32 first = slot_handle(map, n) + (row << map->pb_order);
	s64 sum[MEMMAP_SUM_ITEMS] = { 0 };

	add_pages(map, first, 1u << map->pb_order, sum);
	for (int c = 0; c < MEMMAP_SUM_CLASSES; c++) {
		u16 have = map->psum[first >> map->pb_order][c];

		if (have == sum[c])
			continue;
		text_printf(report, "summary of pageblock %#llx: %u pages of class %s counted, %lld there\n",
			    (unsigned long long)map->slots[n].pfn + (row << map->pb_order), have,
			    summary_class_name(c), (long long)sum[c]);
		return -EUCLEAN;
	}
	return 0;
}

static int check_section(struct memmap *map, struct mem_section *sec, struct text *report)
{
	s64 sum[MEMMAP_SUM_ITEMS] = { 0 };
	u32 rows = 1u << (map->max_order - map->pb_order);

	for (unsigned blk = 0; blk < 1u << map->block_shift; blk++)
		for (u32 r = 0; sec->slot[blk] != NO_SLOT && r < rows; r++)
			if (check_row(map, sec->slot[blk], r, report))
				return -EUCLEAN;
	section_sum(map, sec, sum);
	for (int i = 0; i < MEMMAP_SUM_ITEMS; i++) {
		if (sec->sum[i] == sum[i])
			continue;
		text_printf(report, "summary of section %#llx, item %d: %d kept, %lld there\n",
			    (unsigned long long)sec->start_pfn, i, sec->sum[i], (long long)sum[i]);
		return -EUCLEAN;
	}
	return 0;
}

/* Every node is the sum of its children; adds the node's sum to @sum. */
static int check_node(struct memmap *map, const struct radix_node *n, int level, s64 *sum, struct text *report)
{
	s64 own[MEMMAP_SUM_ITEMS] = { 0 };

	for (u32 bits = n->present; bits; bits &= bits - 1) {
		unsigned c = (unsigned)__builtin_ctz(bits);

		if (level && check_node(map, n->child[c], level - 1, own, report))
			return -EUCLEAN;
		for (int i = 0; !level && i < MEMMAP_SUM_ITEMS; i++)
			own[i] += ((struct mem_section *)n->child[c])->sum[i];
	}
	for (int i = 0; i < MEMMAP_SUM_ITEMS; i++) {
		sum[i] += n->sum[i];
		if (own[i] == n->sum[i])
			continue;
		text_printf(report, "summary node of level %d, item %d: %lld kept, %lld below it\n", level, i,
			    (long long)n->sum[i], (long long)own[i]);
		return -EUCLEAN;
	}
	return 0;
}

int summary_check(struct memmap *map, struct text *report)
{
	s64 sum[MEMMAP_SUM_ITEMS] = { 0 };

	summary_flush(map);
	for (u32 i = 0; i < map->nr_sections; i++)
		if (map->section[i] && check_section(map, map->section[i], report))
			return -EUCLEAN;
	return check_node(map, map->root, map->radix_levels - 1, sum, report);
}
