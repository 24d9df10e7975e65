/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * New free counts for a zone that is in use: as few blocks as possible change, so
 * that a picture that is read again and again stays still where nothing happened.
 *
 *   too many free   the first block of the list is cut into smaller ones that are
 *                   wanted; the rest of it is taken
 *   too few         pages that an import took are freed: a stretch of used pages of
 *                   the same type whose buddy is not free; else another pageblock
 *                   becomes of this type; else the zone is filled anew
 *
 * Large orders come first, so what is broken up for them is made again later.
 */
#include "io/import_state.h"

#include <string.h>

#include "alloc/lru.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "io/import_cut.h"
#include "zone/buddy.h"
#include "zone/pageblock.h"

#define ROUNDS 4 /* of making what was broken up; then the zone is filled anew */

struct adjust {
	struct fill f;
	pfn_t cursor[NR_PAGE_ORDERS_MAX]; /* where the last stretch of this order was found */
};

/* --- used pages that may be freed ---------------------------------------------------- */

static bool may_free(const struct adjust *a, const struct page *p)
{
	const struct owner_record *o;

	if (page_state(p) != PAGE_ALLOC || p->info & PGF_PINNED)
		return false;
	o = owner_get(&a->f.sys->mm, page_owner_id(p));
	return o && o->imported;
}

/* The used block headed by @h goes into limbo. */
static void let_go(struct adjust *a, page_handle h)
{
	struct mm *mm = &a->f.sys->mm;
	struct page *p = memmap_page(mm->map, h);
	unsigned order = page_order(p);

	memmap_dirty(mm->map, h);
	if (p->info & PGF_LRU)
		lru_del(mm, h);
	page_stat_mod(mm, h, -1);
	owner_uncharge(mm, page_owner_id(p), order);
	psum_sub(mm->map, h, order, page_summary_class(p->info));
	*p = (struct page){ 0 };
	a->f.moved++;
}

/* Every block of the region may be freed, or is free (*free counts those pages). */
static bool region_usable(const struct adjust *a, page_handle h, unsigned order, u64 *free)
{
	const struct memmap *map = a->f.env->map;
	u16 zone = (u16)zone_nr(a->f.z);

	*free = 0;
	for (page_handle p = h, end = h + (1u << order); p < end; p += 1u << page_order(&map->pages[p])) {
		const struct page *page = &map->pages[p];

		if (page_state(page) == PAGE_BUDDY)
			*free += 1u << page_order(page);
		else if (!may_free(a, page))
			return false;
	}
	return memmap_zone(map, h) == zone && memmap_zone(map, h + (1u << order) - 1) == zone;
}

static bool buddy_is_free(const struct adjust *a, page_handle h, unsigned order)
{
	const struct page *b = &a->f.env->map->pages[h ^ (1u << order)];

	return order < a->f.max_order && page_state(b) == PAGE_BUDDY && page_order(b) == order;
}

/* Used blocks of the region go into limbo; free ones, too, and are wanted somewhere else. */
static void clear_region(struct adjust *a, page_handle h, unsigned order)
{
	struct memmap *map = a->f.env->map;
	unsigned o;

	for (page_handle p = h, end = h + (1u << order); p < end; p += 1u << o) {
		struct page *page = &map->pages[p];
		unsigned mt = page_mt(page);

		o = page_order(page);
		if (page_state(page) == PAGE_BUDDY) {
			buddy_del(a->f.env, a->f.z, p, o);
			account_freepages(a->f.env, a->f.z, -(s64)(1LL << o), mt);
			a->f.want[mt][o]++;
		} else {
			let_go(a, p);
		}
	}
}

/* --- slots of the zone, round from a cursor -------------------------------------------- */

/* First slot of the zone at or behind @pfn and before @end; NO_SLOT: none. */
static u32 next_slot(const struct memmap *map, pfn_t pfn, pfn_t end)
{
	const struct mem_section *sec = memmap_next_section(map, pfn);

	for (; sec && sec->start_pfn < end; sec = memmap_next_section(map, sec->start_pfn + memmap_section_pages(map))) {
		unsigned blk = pfn > sec->start_pfn ? section_block(map, sec, pfn) : 0;

		for (; blk < 1u << map->block_shift; blk++)
			if (sec->slot[blk] != NO_SLOT)
				return sec->slot[blk];
	}
	return NO_SLOT;
}

/* Pages of pageblock @row that are used by anybody. */
static u32 row_used(const struct memmap *map, u32 row)
{
	u32 used = 0;

	for (unsigned c = SUM_KIND0; c < SUM_FREE0; c++)
		used += map->psum[row][c];
	return used;
}

typedef bool (*try_fn)(struct adjust *a, page_handle h, unsigned order, unsigned mt);

/* Call @try for the zone's slots from the cursor on until it says yes. */
static bool each_slot(struct adjust *a, unsigned order, unsigned mt, try_fn try)
{
	const struct memmap *map = a->f.env->map;
	pfn_t start = align_down(a->f.z->zone_start_pfn, memmap_block_pages(map)), end = zone_end_pfn(a->f.z);
	pfn_t from = clamp_u64(a->cursor[order], start, end), pfn = from;

	for (int turn = 0; turn < 2; turn++, pfn = start, end = from) {
		u32 slot;

		while (pfn < end && (slot = next_slot(map, pfn, end)) != NO_SLOT) {
			pfn = map->slots[slot].pfn;
			if (pfn >= end)
				break;
			a->cursor[order] = pfn;
			if (try(a, slot_handle(map, slot), order, mt))
				return true;
			pfn += memmap_block_pages(map);
		}
	}
	return false;
}

/* --- small blocks ------------------------------------------------------------------------ */

/* A used block larger than wanted: it is cut. */
static bool cut_used_block(struct adjust *a, page_handle h, unsigned mt)
{
	const struct page *p = memmap_page(a->f.env->map, h);
	unsigned order = page_order(p);

	if (!may_free(a, p))
		return false;
	let_go(a, h);
	if (order <= a->f.pb_order || mt == MIGRATE_CMA)
		fill_cut_typed(&a->f, h, order, mt);
	else
		fill_cut(&a->f, h, order);
	return true;
}

static bool free_region(struct adjust *a, page_handle h, unsigned order, unsigned mt)
{
	page_handle head = memmap_head(a->f.env->map, h);
	u64 free;

	if (page_order(memmap_page(a->f.env->map, head)) > order)
		return cut_used_block(a, head, mt);
	if (!region_usable(a, h, order, &free) || free || buddy_is_free(a, h, order))
		return false;
	clear_region(a, h, order);
	fill_give(&a->f, h, order, mt);
	return true;
}

/* Free a stretch inside a pageblock of type @mt. */
static bool try_small(struct adjust *a, page_handle first, unsigned order, unsigned mt)
{
	const struct memmap *map = a->f.env->map;
	u32 block = 1u << a->f.pb_order;

	for (page_handle pb = first; pb < first + memmap_block_pages(map); pb += block) {
		if ((*page_pb(map, pb) & PB_MT_MASK) != mt || row_used(map, pb >> map->pb_order) < 1u << order)
			continue;
		for (page_handle h = pb; h < pb + block; h += 1u << order)
			if (free_region(a, h, order, mt))
				return true;
	}
	return false;
}

/* --- whole pageblocks ------------------------------------------------------------------------ */

static bool may_retype(const struct adjust *a, page_handle h, unsigned order, unsigned mt)
{
	for (u32 i = 0; i < 1u << order; i += 1u << a->f.pb_order) {
		unsigned now = *page_pb(a->f.env->map, h + i) & PB_MT_MASK;

		if (now != mt && (now == MIGRATE_CMA || now == MIGRATE_ISOLATE || mt == MIGRATE_CMA))
			return false;
	}
	return true;
}

/* The region becomes a free block of type @mt, or, at pageblock size for smaller wants, is cut for them. */
static void use_region(struct adjust *a, page_handle h, unsigned order, unsigned mt)
{
	clear_region(a, h, order);
	fill_set_type(&a->f, h, order, mt);
	if (a->f.want[mt][order])
		fill_give(&a->f, h, order, mt);
	else
		fill_cut_typed(&a->f, h, order, mt);
}

struct best { page_handle h; u64 free; };

static void look_at(const struct adjust *a, page_handle h, unsigned order, unsigned mt, struct best *best)
{
	const struct memmap *map = a->f.env->map;
	page_handle head = memmap_head(map, h);
	u64 free;

	if (page_order(memmap_page(map, head)) > order || buddy_is_free(a, h, order) || !may_retype(a, h, order, mt) ||
	    !region_usable(a, h, order, &free) || free >= best->free)
		return;
	*best = (struct best){ h, free };
}

/* Nothing but used pages in it. */
static bool try_used(struct adjust *a, page_handle first, unsigned order, unsigned mt)
{
	const struct memmap *map = a->f.env->map;
	struct best best = { NO_PAGE, 1 };

	for (page_handle h = first; h < first + memmap_block_pages(map) && best.h == NO_PAGE; h += 1u << order) {
		page_handle head = memmap_head(map, h);

		if (page_order(memmap_page(map, head)) > order && may_retype(a, h, order, mt) &&
		    cut_used_block(a, head, mt))
			return true;
		look_at(a, h, order, mt, &best);
	}
	if (best.h == NO_PAGE)
		return false;
	use_region(a, best.h, order, mt);
	return true;
}

/* The region with the fewest free pages of all. */
static bool use_best(struct adjust *a, unsigned order, unsigned mt)
{
	const struct memmap *map = a->f.env->map;
	pfn_t pfn = align_down(a->f.z->zone_start_pfn, memmap_block_pages(map)), end = zone_end_pfn(a->f.z);
	struct best best = { NO_PAGE, 1ULL << order };
	u32 slot;

	while (pfn < end && (slot = next_slot(map, pfn, end)) != NO_SLOT) {
		page_handle first = slot_handle(map, slot);

		pfn = map->slots[slot].pfn + memmap_block_pages(map);
		for (page_handle h = first; h < first + memmap_block_pages(map); h += 1u << order)
			look_at(a, h, order, mt, &best);
	}
	if (best.h == NO_PAGE)
		return false;
	use_region(a, best.h, order, mt);
	return true;
}

/* --- per-cpu lists ---------------------------------------------------------------------------- */

/* A used single page, of which nothing but its place is known, goes to the cpu that wants one. */
static bool try_pcp(struct adjust *a, page_handle first, unsigned order, unsigned mt)
{
	const struct memmap *map = a->f.env->map;

	for (page_handle h = first; h < first + memmap_block_pages(map); h++) {
		const struct page *p = memmap_page(map, h);
		unsigned type = *page_pb(map, h) & PB_MT_MASK;

		if (page_order(p) || !may_free(a, p) || page_kind(p) != KIND_KERNEL || type >= MIGRATE_PCPTYPES ||
		    memmap_zone(map, h) != (u16)zone_nr(a->f.z))
			continue;
		let_go(a, h);
		fill_to_pcp(&a->f, fill_pcp_wanted(&a->f), h, type);
		return true;
	}
	return false;
}

void import_fill_percpu(struct system *sys, struct zone *z)
{
	struct adjust a = { .f = fill_begin(sys, z) };

	a.f.pcp_at = 0;
	while (z->pcp && fill_pcp_wanted(&a.f))
		if (!each_slot(&a, 0, 0, try_pcp))
			break;
}

/* --- a zone ----------------------------------------------------------------------------------- */

static bool make_one(struct adjust *a, unsigned order, unsigned mt)
{
	unsigned whole = order > a->f.pb_order ? order : a->f.pb_order;

	if (order < a->f.pb_order && each_slot(a, order, mt, try_small))
		return true;
	return each_slot(a, whole, mt, try_used) || use_best(a, whole, mt);
}

static void make_wanted(struct adjust *a)
{
	for (unsigned o = a->f.max_order + 1; o-- > 0;)
		for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++)
			while (a->f.want[mt][o])
				if (!make_one(a, o, mt))
					break;
}

static void cut_first(struct adjust *a, unsigned order, unsigned mt)
{
	page_handle h = buddy_take_first(a->f.env, a->f.z, order, mt);

	account_freepages(a->f.env, a->f.z, -(s64)(1LL << order), mt);
	if (order <= a->f.pb_order || mt == MIGRATE_CMA)
		fill_cut_typed(&a->f, h, order, mt);
	else
		fill_cut(&a->f, h, order);
}

static void set_wants(struct adjust *a, const struct free_counts *c)
{
	for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++)
		for (unsigned o = 0; o <= a->f.max_order; o++) {
			u64 have = a->f.z->free_area[o].list[mt].nr;

			a->f.want[mt][o] = c->nr[mt][o] > have ? c->nr[mt][o] - have : 0;
		}
}

static void cut_surplus(struct adjust *a, const struct free_counts *c)
{
	for (unsigned o = a->f.max_order + 1; o-- > 0;)
		for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++)
			while (a->f.z->free_area[o].list[mt].nr > c->nr[mt][o])
				cut_first(a, o, mt);
}

/* All that imports took is free again, and the lists are made anew. */
static void start_over(struct adjust *a, const struct free_counts *c)
{
	struct memmap *map = a->f.env->map;
	pfn_t pfn = a->f.z->zone_start_pfn, end = zone_end_pfn(a->f.z);
	u32 slot;

	while (pfn < end && (slot = next_slot(map, pfn, end)) != NO_SLOT) {
		page_handle first = slot_handle(map, slot);
		unsigned order;

		pfn = map->slots[slot].pfn + memmap_block_pages(map);
		/* Freeing the last block of a slot gives the slot back: its pages are zero then. */
		for (page_handle h = first; h < first + memmap_block_pages(map); h += 1u << order) {
			const struct page *p = memmap_page(map, h);

			order = page_order(p);
			if (!may_free(a, p) || memmap_zone(map, h) != (u16)zone_nr(a->f.z))
				continue;
			let_go(a, h);
			buddy_free_split(a->f.env, a->f.z, h, order, FPI_TO_TAIL);
		}
	}
	memcpy(a->f.want, c->nr, sizeof(a->f.want));
	fill_zone(&a->f);
}

/* A block that is isolated is so for a moment only: here it is a movable one. */
static struct free_counts without_isolated(const struct free_counts *c)
{
	struct free_counts out = *c;

	for (unsigned o = 0; o < NR_PAGE_ORDERS_MAX; o++) {
		out.nr[MIGRATE_MOVABLE][o] += out.nr[MIGRATE_ISOLATE][o];
		out.nr[MIGRATE_ISOLATE][o] = 0;
	}
	return out;
}

u64 import_adjust_zone(struct system *sys, struct zone *z, const struct free_counts *counts, u64 *moved)
{
	struct adjust a = { .f = fill_begin(sys, z) };
	struct free_counts c = without_isolated(counts);

	set_wants(&a, &c);
	cut_surplus(&a, &c);
	for (int round = 0; round < ROUNDS && fill_lack(&a.f); round++)
		make_wanted(&a);
	if (fill_lack(&a.f))
		start_over(&a, &c);
	*moved += a.f.moved;
	return fill_lack(&a.f);
}

u64 import_settle_zone(struct system *sys, struct zone *z, const struct free_counts *counts, u64 *moved)
{
	struct adjust a = { .f = fill_begin(sys, z) };
	struct free_counts c = without_isolated(counts);

	memcpy(a.f.want, c.nr, sizeof(a.f.want));
	fill_zone(&a.f);
	for (int round = 0; round < ROUNDS && fill_lack(&a.f); round++)
		make_wanted(&a);
	if (fill_lack(&a.f))
		start_over(&a, &c);
	*moved += a.f.moved;
	return fill_lack(&a.f);
}

struct free_counts import_counts_of(const struct zone *z)
{
	struct free_counts c;

	for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++)
		for (unsigned o = 0; o < NR_PAGE_ORDERS_MAX; o++)
			c.nr[mt][o] = z->free_area[o].list[mt].nr;
	return c;
}

void import_match_sums(struct free_counts *c, const u64 *sum)
{
	static const u8 first[] = { MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, MIGRATE_CMA,
				    MIGRATE_HIGHATOMIC, MIGRATE_ISOLATE };

	for (unsigned o = 0; o < NR_PAGE_ORDERS_MAX; o++) {
		u64 have = 0;

		for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++)
			have += c->nr[mt][o];
		if (have < sum[o])
			c->nr[MIGRATE_MOVABLE][o] += sum[o] - have;
		for (size_t i = 0; i < ARRAY_SIZE(first) && have > sum[o]; i++) {
			u64 less = min_u64(have - sum[o], c->nr[first[i]][o]);

			c->nr[first[i]][o] -= less;
			have -= less;
		}
	}
}
