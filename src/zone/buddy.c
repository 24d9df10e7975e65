/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The binary buddy. A block of order o starts at a multiple of 1 << o; its buddy
 * is the other half of the block of order o + 1.
 *
 *   alloc order 0 from order 2:   [....]  ->  [a|1|2.]     halves 1 and 2 go to lists
 *   free a again:                 [a|1|2.] -> [..|2.] -> [....]
 *
 * Handles of one slot differ as pfns do, so a buddy is handle ^ (1 << order).
 *
 * Models: mm/page_alloc.c __free_one_page(), expand(), __rmqueue_smallest() of
 * Linux 6.12.117. Left out: guard pages, free page reporting, shuffling.
 */
#include "zone/buddy_lists.h"

#include <string.h>

#include "phys/maxblock.h"
#include "phys/ranges.h"
#include "zone/pageblock.h"

#define TRIM_SECTIONS    64 /* sections that became whole free before it is worth looking for pristine ones */

/* --- lists below the largest order ------------------------------------------ */

void buddy_add(const struct zone_env *env, struct zone *z, page_handle h, unsigned order, unsigned mt)
{
	memmap_dirty(env->map, h);
	add_to_free_list(env->map, z, h, order, mt, false);
	account_freepages(env, z, (s64)(1LL << order), mt);
}

void buddy_del(const struct zone_env *env, struct zone *z, page_handle h, unsigned order)
{
	memmap_dirty(env->map, h);
	del_from_free_list(env->map, z, h, order);
}

/* --- lists of the largest order ----------------------------------------------- */

/* Take the whole max block at @pfn off its list and give it a slot. */
static page_handle take_max(const struct zone_env *env, struct zone *z, pfn_t pfn)
{
	struct memmap *map = env->map;
	struct mem_section *sec = memmap_touch_section(map, pfn);
	unsigned blk = section_block(map, sec, pfn), mt = sec->block[blk].mt;

	maxblock_del(map, &z->free_area[map->max_order].list[mt], sec, blk);
	list_shrank(z, map->max_order, mt);
	return memmap_attach_slot(map, sec, blk);
}

/* The whole max block at @h, in limbo, goes on a list and gives its slot back. */
static void add_max(const struct zone_env *env, struct zone *z, page_handle h, unsigned mt, bool tail)
{
	struct memmap *map = env->map;
	const struct slot *s = memmap_slot(map, h);
	struct mem_section *sec = s->sec;
	unsigned blk = s->blk;

	memmap_release_slot(map, h >> map->max_order);
	maxblock_add(map, &z->free_area[map->max_order].list[mt], sec, blk, mt, tail);
	list_grew(z, map->max_order, mt);
	if (unlikely(sec->nr_free == 1u << map->block_shift) && ++map->nr_emptied >= TRIM_SECTIONS &&
	    map->nr_emptied >= map->nr_sections / 4)
		buddy_trim(env, z);
}

void buddy_add_wild(const struct zone_env *env, struct zone *z, pfn_t start, u64 nr_blocks)
{
	struct memmap *map = env->map;
	struct free_area *area = &z->free_area[map->max_order];

	maxblock_add_run(map, &area->list[map->default_mt], start, nr_blocks, map->default_mt);
	z->order_mask[map->default_mt] |= (u16)(1u << map->max_order);
	account_freepages(env, z, (s64)(nr_blocks << map->max_order), map->default_mt);
}

void buddy_append(const struct zone_env *env, struct zone *z, page_handle h, unsigned order, unsigned mt)
{
	memmap_dirty(env->map, h);
	if (order == env->map->max_order)
		add_max(env, z, h, mt, true);
	else
		add_to_free_list(env->map, z, h, order, mt, true);
}

/* buddy_take_first() below the largest order. */
static inline page_handle take_first_page(const struct zone_env *env, struct zone *z, unsigned order, unsigned mt)
{
	page_handle h = unlink_first(env->map, z, order, mt);

	env->map->pages[h] = (struct page){ 0 };
	psum_sub(env->map, h, order, SUM_FREE0 + order);
	return h;
}

page_handle buddy_take_first(const struct zone_env *env, struct zone *z, unsigned order, unsigned mt)
{
	if (unlikely(order == env->map->max_order))
		return take_max(env, z, maxblock_first(env->map, &z->free_area[order].list[mt]));
	return take_first_page(env, z, order, mt);
}

/* --- by pfn -------------------------------------------------------------------- */

static bool find_max(const struct memmap *map, pfn_t pfn, struct free_block *out)
{
	const struct mem_section *sec = memmap_section(map, pfn);
	const struct wild_run *r;

	out->pfn = align_down(pfn, memmap_block_pages(map));
	out->order = map->max_order;
	out->h = NO_PAGE;
	if (sec) {
		const struct max_block *b = &sec->block[section_block(map, sec, pfn)];

		out->mt = b->mt;
		return b->flags & MB_FREE;
	}
	r = maxblock_run_of(map, pfn);
	if (r)
		out->mt = r->mt;
	return r;
}

bool buddy_find(const struct memmap *map, pfn_t pfn, struct free_block *out)
{
	page_handle h = memmap_find(map, pfn), head;
	const struct page *p;

	if (h == NO_PAGE)
		return find_max(map, pfn, out);
	head = memmap_head(map, h);
	p = &map->pages[head];
	if (page_state(p) != PAGE_BUDDY)
		return false;
	out->pfn = pfn - (h - head);
	out->order = page_order(p);
	out->mt = page_mt(p);
	out->h = head;
	return true;
}

page_handle buddy_take(const struct zone_env *env, struct zone *z, const struct free_block *b, bool account)
{
	page_handle h = b->h;

	if (b->order == env->map->max_order)
		h = take_max(env, z, b->pfn);
	else
		buddy_del(env, z, h, b->order);
	if (account)
		account_freepages(env, z, -(s64)(1LL << b->order), b->mt);
	return h;
}

void buddy_move(const struct zone_env *env, struct zone *z, const struct free_block *b, unsigned mt)
{
	struct memmap *map = env->map;
	struct free_area *area = &z->free_area[b->order];

	if (b->order == map->max_order) {
		struct mem_section *sec = memmap_touch_section(map, b->pfn);
		unsigned blk = section_block(map, sec, b->pfn);

		maxblock_del(map, &area->list[b->mt], sec, blk);
		list_shrank(z, b->order, b->mt);
		maxblock_add(map, &area->list[mt], sec, blk, mt, true);
	} else {
		memmap_dirty(map, b->h);
		page_list_del(map, &area->list[b->mt], b->h);
		list_shrank(z, b->order, b->mt);
		map->pages[b->h].info = page_info(PAGE_BUDDY, b->order, mt, 0);
		page_list_add_tail(map, &area->list[mt], b->h);
	}
	list_grew(z, b->order, mt);
	account_freepages(env, z, -(s64)(1LL << b->order), b->mt);
	account_freepages(env, z, (s64)(1LL << b->order), mt);
}

/* --- splitting ------------------------------------------------------------------- */

u64 buddy_expand(const struct zone_env *env, struct zone *z, page_handle h, unsigned low, unsigned high, unsigned mt)
{
	memmap_dirty(env->map, h);
	expand(env->map, z, h, low, high, mt);
	return (1ULL << high) - (1ULL << low);
}

page_handle buddy_rmqueue_smallest(const struct zone_env *env, struct zone *z, unsigned order,
				   unsigned mt, int *from)
{
	unsigned cur = order;
	page_handle h = take_smallest(env, z, order, mt, SUM_PCP, &cur);

	if (h == NO_PAGE)
		return NO_PAGE;
	psum_sub(env->map, h, order, SUM_PCP);
	env->map->pages[h] = (struct page){ 0 };
	if (from)
		*from = (int)cur;
	return h;
}

/* --- merging --------------------------------------------------------------------- */

/* compaction_capture(): does somebody wait for exactly this block? */
static bool capture_block(const struct zone_env *env, struct zone *z, page_handle h, unsigned order, unsigned mt)
{
	struct capture *c = env->capture;

	if (likely(!c) || c->zone != z || c->page != NO_PAGE || c->order != order)
		return false;
	if (mt == MIGRATE_CMA || mt == MIGRATE_ISOLATE)
		return false;
	/* Small requests of other types must not pollute a movable block. */
	if (order < env->map->pb_order && mt == MIGRATE_MOVABLE && c->migratetype != MIGRATE_MOVABLE)
		return false;
	account_freepages(env, z, -(s64)(1LL << order), mt);
	memset(&env->map->pages[h], 0, sizeof(struct page));
	c->page = h;
	return true;
}

/* Types differ at the size of whole pageblocks: may the two merge all the same? */
static bool types_merge(unsigned a, unsigned b)
{
	return a == b || (migratetype_is_mergeable(a) && migratetype_is_mergeable(b));
}

/*
 * Zone number of the page where a merged pair would begin. It may be another zone's
 * than that of the freed block, which is the pair's upper half then; a hole's page is
 * of the zone that follows.
 *
 *   zone A | zone B        the pair [a|b] begins in A: a free block of B behind it
 *      [a  |  ][b ]        promises no merge, one of A before it does
 */
static u16 pair_zone(const struct memmap *map, const struct zone *z, page_handle higher)
{
	u16 zone = memmap_zone_slow(map, higher);

	return zone == ZONE_NONE ? ZONE_NR(z->nid, z->idx) : zone;
}

bool merge_likely_mixed(const struct memmap *map, const struct zone *z, page_handle higher, page_handle next)
{
	return memmap_zone_slow(map, next) == pair_zone(map, z, higher);
}

/* Blocks of pageblock size and more merge only with types that fit; the buddy's blocks follow. False: they do not. */
static bool merge_types(const struct zone_env *env, page_handle b, unsigned order, unsigned mt)
{
	unsigned buddy_mt = *page_pb(env->map, b) & PB_MT_MASK;

	if (!types_merge(mt, buddy_mt))
		return false;
	if (buddy_mt != mt)
		pageblock_set_range(env->map, b, order, mt);
	return true;
}

/*
 * Merge the block at *@h from one pageblock to the next up to the largest order, and wherever
 * something is odd; *@order grows. False: it was captured.
 */
static bool merge_on(const struct zone_env *env, struct zone *z, page_handle *h, unsigned *order, unsigned mt)
{
	struct memmap *map = env->map;
	unsigned max = map->max_order, o = *order;
	page_handle p = *h;

	for (; o < max; o++) {
		page_handle b = p ^ (1u << o);

		if (unlikely(env->capture) && capture_block(env, z, p, o, mt))
			return false;
		if (!page_is_buddy(map, z, b, o))
			break;
		if (o >= map->pb_order && !merge_types(env, b, o, mt))
			break;
		del_from_free_list(env->map, z, b, o);
		p = join(map, p, o);
	}
	*h = p;
	*order = o;
	return true;
}

void buddy_free_on(const struct zone_env *env, struct zone *z, page_handle start, unsigned order, page_handle h,
		   unsigned o, unsigned mt, enum fpi_flag fpi)
{
	struct memmap *map = env->map;

	if (!merge_on(env, z, &h, &o, mt))
		return;
	if (o > order)
		trace_emit(env->trace, TRACE_mm_page_merge, page_to_pfn(map, start), page_to_pfn(map, h), order, o, 0, 0);
	if (unlikely(o == map->max_order)) {
		map->pages[h] = (struct page){ 0 };
		add_max(env, z, h, mt, fpi & FPI_TO_TAIL);
		return;
	}
	add_to_free_list(env->map, z, h, o, mt, (fpi & FPI_TO_TAIL) || merge_likely(map, z, h, o));
}

void buddy_free_one(const struct zone_env *env, struct zone *z, page_handle h, unsigned order,
		    unsigned mt, enum fpi_flag fpi)
{
	memmap_dirty(env->map, h);
	free_one(env, z, h, order, mt, fpi);
}

void buddy_free_split(const struct zone_env *env, struct zone *z, page_handle h, unsigned order,
		      enum fpi_flag fpi)
{
	page_handle end = h + (1u << order);

	if (order > env->map->pb_order)
		order = env->map->pb_order;
	for (; h != end; h += 1u << order)
		buddy_free_one(env, z, h, order, *page_pb(env->map, h) & PB_MT_MASK, fpi);
}

/* --- giving memory back -------------------------------------------------------------- */

void buddy_trim(const struct zone_env *env, struct zone *z)
{
	struct memmap *map = env->map;
	struct mem_section *sec = memmap_next_section(map, z->zone_start_pfn);

	map->nr_emptied = 0;
	while (sec && sec->start_pfn < zone_end_pfn(z)) {
		pfn_t end = sec->start_pfn + memmap_section_pages(map);

		if (sec->start_pfn >= z->zone_start_pfn && end <= zone_end_pfn(z) &&
		    memmap_section_pristine(map, sec) &&
		    ranges_zone(map, sec->start_pfn, end) == ZONE_NR(z->nid, z->idx))
			memmap_retire_section(map, &z->free_area[map->max_order].list[map->default_mt], sec);
		sec = memmap_next_section(map, end);
	}
}
