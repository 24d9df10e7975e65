/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many blocks of one order in a row: what refills and flushes a per-cpu list. The
 * outcome and the trace events are those of one block after the other; what all have
 * in common is worked out once.
 *
 *   refill   free list  head ──> tail  per-cpu list     whole runs keep their links,
 *            large block  [0|1|2|3|....] ─carve──> 0,1,2,3 and one block of the rest per order
 *   flush    per-cpu list  tail ──> head or tail  free list
 *
 * Models: mm/page_alloc.c rmqueue_bulk(), free_pcppages_bulk() of Linux 6.12.117.
 */
#include "zone/buddy_lists.h"

/* --- flush ------------------------------------------------------------------- */

/* Nothing odd about freeing the block at @h: it stays as large as it is. */
static always_inline bool stays_alone(const struct zone_env *env, const struct zone *z, page_handle h, unsigned order,
				      unsigned mt)
{
	return likely(mt < MIGRATE_PCPTYPES && !env->capture && order < env->map->max_order) &&
	       !page_is_buddy(env->map, z, h ^ (1u << order), order);
}

/* __free_one_page() of a block that stays alone. */
static always_inline void free_alone(const struct zone_env *env, struct zone *z, page_handle h, unsigned order,
				     unsigned mt)
{
	struct memmap *map = env->map;

	cpu_stat_mod(z, z->zonestat + env->cpu, NR_FREE_PAGES, (s64)(1LL << order));
	link_free(map, z, h, order, mt, merge_likely(map, z, h, order));
	psum_move(map, h, order, SUM_PCP, SUM_FREE0 + order);
}

void buddy_free_bulk(const struct zone_env *env, struct zone *z, struct free_list *l, unsigned order, int count)
{
	struct memmap *map = env->map;
	page_handle next = l->last;

	for (int i = 0; i < count; i++) {
		page_handle h = next;
		unsigned mt = *page_pb(map, h) & PB_MT_MASK;
		pfn_t pfn = page_to_pfn(map, h);

		next = map->pages[h].prev;
		memmap_dirty(map, h);
		if (likely(stays_alone(env, z, h, order, mt))) {
			free_alone(env, z, h, order, mt);
		} else {
			psum_sub(map, h, order, SUM_PCP);
			buddy_free_one(env, z, h, order, mt, FPI_NONE);
		}
		trace_emit(env->trace, TRACE_mm_page_pcpu_drain, pfn, order, mt, 0, 0, 0);
	}
	l->last = next;
	l->nr -= (u64)count;
}

/* --- refill ------------------------------------------------------------------ */

/* A block of @order leaves the free lists for a per-cpu list. */
static always_inline void account_taken(const struct zone_env *env, struct zone *z, pfn_t pfn, unsigned order,
					unsigned mt)
{
	cpu_stat_mod(z, z->zonestat + env->cpu, NR_FREE_PAGES, -(s64)(1LL << order));
	trace_emit(env->trace, TRACE_mm_page_alloc_zone_locked, pfn, order, mt, 1, 0, 0);
}

/* The first @nr blocks of list (@order, @mt), below the largest order, to the tail of @l as they are linked. */
static void take_run(const struct zone_env *env, struct zone *z, struct free_list *l, unsigned order, unsigned mt,
		     u64 nr)
{
	struct memmap *map = env->map;
	struct free_list *from = &z->free_area[order].list[mt];
	page_handle first = from->first, last = first, next = first;
	u32 info = page_info(PAGE_PCP, order, mt, 0);

	for (u64 i = 0; i < nr; i++) {
		last = next;
		memmap_dirty(map, last);
		psum_move(map, last, order, SUM_FREE0 + order, SUM_PCP);
		map->pages[last].info = info;
		next = map->pages[last].next;
		account_taken(env, z, page_to_pfn(map, last), order, mt);
	}
	from->first = next;
	from->nr -= nr;
	list_shrank(z, order, mt);
	page_list_splice_tail(map, l, first, last, nr);
}

/* Blocks @i .. @end - 1 of @order of the block at @h go to lists that are all empty, as large as can be. */
static void put_rest(struct memmap *map, struct zone *z, page_handle h, u32 i, u32 end, unsigned order, unsigned mt)
{
	while (i < end) {
		unsigned up = (unsigned)__builtin_ctz(i);

		add_to_free_list(map, z, h + (i << order), order + up, mt, false);
		i += 1u << up;
	}
}

/*
 * The first block of list (@from, @mt) is split, and what it leaves on the lists
 * below, empty before, is split again until @nr blocks of @order (or all) are off it.
 * Return: how many. *@split: the order of the last block that was split.
 */
static u32 carve(const struct zone_env *env, struct zone *z, struct free_list *l, unsigned order, unsigned mt,
		 unsigned from, u32 nr, int *split)
{
	struct memmap *map = env->map;
	page_handle start = buddy_take_first(env, z, from, mt), step = 1u << order;
	u32 whole = 1u << (from - order), info = page_info(PAGE_PCP, order, mt, 0);
	pfn_t pfn = page_to_pfn(map, start);

	nr = nr < whole ? nr : whole;
	for (u32 i = 0; i < nr; i++) {
		page_handle h = start + (i << order);

		if (!(i & 1) && whole > 1) {
			*split = (int)(i ? order + (unsigned)__builtin_ctz(i) : from);
			trace_emit(env->trace, TRACE_mm_page_split, pfn + (i << order), step, (u32)*split, order, 0, 0);
		}
		account_taken(env, z, pfn + (i << order), order, mt);
		map->pages[h] = (struct page){ .next = h + step, .prev = h - step, .info = info };
	}
	psum_add_pages(map, start, nr << order, SUM_PCP);
	put_rest(map, z, start, nr, whole, order, mt);
	page_list_splice_tail(map, l, start, start + ((nr - 1) << order), nr);
	return nr;
}

int buddy_take_bulk(const struct zone_env *env, struct zone *z, struct free_list *l, unsigned order, unsigned mt,
		    int count, int *split)
{
	unsigned max_order = env->map->max_order;
	int left = count;

	while (left > 0) {
		u32 orders = (u32)z->order_mask[mt] >> order;
		u64 here = z->free_area[order].list[mt].nr;

		if (!orders)
			break;
		if (here && order < max_order) {
			here = min_u64(here, (u64)left);
			take_run(env, z, l, order, mt, here);
			left -= (int)here;
		} else {
			left -= (int)carve(env, z, l, order, mt, order + (unsigned)__builtin_ctz(orders), (u32)left, split);
		}
	}
	return count - left;
}
