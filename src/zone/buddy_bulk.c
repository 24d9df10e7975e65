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

/*
 * Blocks that go to the head of one free list one after the other, from the tail of a
 * per-cpu list: afterwards they are linked to each other as they were before, so only the
 * two ends of such a chain are touched.
 *
 *   per-cpu   ... - c - b - a            freed in the order a, b, c
 *   free list           c - b - a - ...
 */
struct chain {
	page_handle first, last;
	u32 nr;
	unsigned mt;
};

static always_inline void chain_end(struct memmap *map, struct zone *z, unsigned order, struct chain *c)
{
	if (!c->nr)
		return;
	page_list_splice(map, &z->free_area[order].list[c->mt], c->first, c->last, c->nr);
	list_grew(z, order, c->mt);
	c->nr = 0;
}

static always_inline void chain_add(struct memmap *map, struct zone *z, unsigned order, struct chain *c,
				    page_handle h, unsigned mt)
{
	if (unlikely(mt != c->mt)) {
		chain_end(map, z, order, c);
		c->mt = mt;
	}
	if (!c->nr++)
		c->last = h;
	c->first = h;
	map->pages[h].info = page_info(PAGE_BUDDY, order, mt, 0);
}

/* account_freepages() of @nr blocks one after the other, @step pages each (negative: they are taken). */
static void account_blocks(const struct zone_env *env, struct zone *z, s64 step, int nr)
{
	struct per_cpu_zonestat *zs = z->zonestat + env->cpu;
	s64 x = zs->vm_stat_diff[NR_FREE_PAGES], t = zs->stat_threshold;

	for (; nr; nr--) {
		x += step;
		if (unlikely((u64)(x + t) > (u64)(2 * t))) {
			z->vm_stat[NR_FREE_PAGES] += x;
			x = 0;
		}
	}
	zs->vm_stat_diff[NR_FREE_PAGES] = (s8)x;
}

/* A block that does not stay alone, or of an odd type. */
static noinline void free_merging(const struct zone_env *env, struct zone *z, page_handle h,
						   unsigned order, unsigned mt)
{
	psum_sub(env->map, h, order, SUM_PCP);
	free_one(env, z, h, order, mt, FPI_NONE);
}

/* Nothing odd about freeing the block of type @mt at @h of slot @s: it stays as large as it is. */
static always_inline bool stays_alone(const struct memmap *map, const struct slot *s, page_handle h, unsigned order,
				      unsigned mt)
{
	return likely(mt < MIGRATE_PCPTYPES && s->zone != ZONE_MIXED) &&
	       !is_free_of_order(&map->pages[h ^ (1u << order)], order);
}

/* buddy_free_bulk() when nobody waits for a block and every pageblock has one type. */
static always_inline page_handle free_run(const struct zone_env *env, struct zone *z, page_handle next,
					  unsigned order, int count)
{
	struct memmap *map = env->map;
	struct chain c = { .mt = MIGRATE_MOVABLE };
	int alone = 0;

	for (int i = 0; i < count; i++) {
		page_handle h = next;
		const struct slot *s = memmap_slot(map, h);
		u32 at = h & map->block_mask;
		unsigned mt = s->pb[at >> map->pb_order] & PB_MT_MASK;

		next = map->pages[h].prev;
		memmap_dirty(map, h);
		if (likely(stays_alone(map, s, h, order, mt))) {
			if (merge_likely(map, z, h, order)) {
				chain_end(map, z, order, &c);
				link_free(map, z, h, order, mt, true);
			} else {
				chain_add(map, z, order, &c, h, mt);
			}
			psum_move(map, h, order, SUM_PCP, SUM_FREE0 + order);
			alone++;
		} else {
			chain_end(map, z, order, &c);
			account_blocks(env, z, (s64)(1LL << order), alone);
			alone = 0;
			free_merging(env, z, h, order, mt);
		}
		trace_emit(env->trace, TRACE_mm_page_pcpu_drain, s->pfn + at, order, mt, 0, 0, 0);
	}
	chain_end(map, z, order, &c);
	account_blocks(env, z, (s64)(1LL << order), alone);
	return next;
}

/* The same whatever is odd. */
static page_handle free_one_by_one(const struct zone_env *env, struct zone *z, page_handle next, unsigned order,
				   int count)
{
	struct memmap *map = env->map;

	for (int i = 0; i < count; i++) {
		page_handle h = next;
		unsigned mt = *page_pb(map, h) & PB_MT_MASK;
		pfn_t pfn = page_to_pfn(map, h);

		next = map->pages[h].prev;
		memmap_dirty(map, h);
		free_merging(env, z, h, order, mt);
		trace_emit(env->trace, TRACE_mm_page_pcpu_drain, pfn, order, mt, 0, 0, 0);
	}
	return next;
}

void buddy_free_bulk(const struct zone_env *env, struct zone *z, struct free_list *l, unsigned order, int count)
{
	if (unlikely(env->capture || env->map->nr_shared || order >= env->map->max_order))
		l->last = free_one_by_one(env, z, l->last, order, count);
	else if (!order) /* half of all blocks: code of its own */
		l->last = free_run(env, z, l->last, 0, count);
	else
		l->last = free_run(env, z, l->last, order, count);
	l->nr -= (u64)count;
}

/* --- refill ------------------------------------------------------------------ */

/* Blocks of @order and type @mt on their way to a per-cpu list, chained as they were taken. */
struct refill {
	const struct zone_env *env;
	struct memmap *map;
	struct zone *z;
	unsigned order, mt;
	u32 info; /* of their heads */
	page_handle first, last;
	int nr;
};

/* The block at @h, which is announced, is the next one. */
static always_inline void refill_add(struct refill *r, page_handle h, pfn_t pfn)
{
	struct page *p = &r->map->pages[h];

	p->info = r->info;
	p->prev = r->last;
	if (likely(r->nr++))
		r->map->pages[r->last].next = h;
	else
		r->first = h;
	r->last = h;
	trace_emit(r->env->trace, TRACE_mm_page_alloc_zone_locked, pfn, r->order, r->mt, 1, 0, 0);
}

/* The first @nr blocks of the list of their own order, which is below the largest. */
static always_inline void take_run(struct refill *r, u64 nr)
{
	struct memmap *map = r->map;
	struct free_list *from = &r->z->free_area[r->order].list[r->mt];
	page_handle next = from->first;

	for (u64 i = 0; i < nr; i++) {
		page_handle h = next;

		next = map->pages[h].next;
		memmap_dirty(map, h);
		psum_move(map, h, r->order, SUM_FREE0 + r->order, SUM_PCP);
		refill_add(r, h, page_to_pfn(map, h));
	}
	from->first = next;
	from->nr -= nr;
	list_shrank(r->z, r->order, r->mt);
}

/* Blocks @i .. @end - 1 of the block at @start go to lists that are all empty, as large as can be. */
static void put_rest(struct refill *r, page_handle start, u32 i, u32 end)
{
	while (i < end) {
		unsigned up = (unsigned)__builtin_ctz(i);

		add_to_free_list(r->map, r->z, start + (i << r->order), r->order + up, r->mt, false);
		i += 1u << up;
	}
}

/* The first block of the list of order @from leaves it; its first @nr << order pages are on a per-cpu list. */
static always_inline page_handle take_large(struct refill *r, unsigned from, u32 nr)
{
	struct memmap *map = r->map;
	page_handle h;

	if (unlikely(from == map->max_order)) {
		h = buddy_take_first(r->env, r->z, from, r->mt);
	} else {
		h = unlink_first(map, r->z, from, r->mt);
		psum_sub(map, h, from, SUM_FREE0 + from);
	}
	if (likely(from <= map->pb_order))
		map->psum[h >> map->pb_order][SUM_PCP] += (u16)(nr << r->order);
	else
		psum_add_pages(map, h, nr << r->order, SUM_PCP);
	return h;
}

/*
 * The first block of the list of order @from is split, and what it leaves on the lists
 * below, empty before, is split again until @nr blocks (or all) are off it. *@split: the
 * order of the last block that was split. Return: how many.
 */
static always_inline u32 carve(struct refill *r, unsigned from, u32 nr, int *split)
{
	u32 whole = 1u << (from - r->order);
	page_handle start;
	pfn_t pfn;

	nr = nr < whole ? nr : whole;
	start = take_large(r, from, nr);
	pfn = page_to_pfn(r->map, start);
	for (u32 i = 0; i < nr; i++) {
		if (!(i & 1) && whole > 1) {
			*split = (int)(i ? r->order + (unsigned)__builtin_ctz(i) : from);
			trace_emit(r->env->trace, TRACE_mm_page_split, pfn + (i << r->order), 1u << r->order,
				   (u32)*split, r->order, 0, 0);
		}
		refill_add(r, start + (i << r->order), pfn + (i << r->order));
	}
	if (nr < whole)
		put_rest(r, start, nr, whole);
	return nr;
}

int buddy_take_bulk(const struct zone_env *env, struct zone *z, struct free_list *l, unsigned order, unsigned mt,
		    int count, int *split)
{
	struct refill r = { env, env->map, z, order, mt, page_info(PAGE_PCP, order, mt, 0), 0, 0, 0 };
	int left = count;

	while (left > 0) {
		u32 orders = (u32)z->order_mask[mt] >> order;

		if (!orders)
			break;
		if ((orders & 1) && order < env->map->max_order) {
			u64 here = min_u64(z->free_area[order].list[mt].nr, (u64)left);

			take_run(&r, here);
			left -= (int)here;
		} else {
			left -= (int)carve(&r, order + (unsigned)__builtin_ctz(orders), (u32)left, split);
		}
	}
	if (r.nr)
		page_list_splice_tail(env->map, l, r.first, r.last, (u64)r.nr);
	account_blocks(env, z, -(s64)(1LL << order), r.nr);
	return r.nr;
}
