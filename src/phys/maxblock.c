/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free lists of the largest order. After boot a zone of any size is a handful of
 * runs; touching a section cuts the run it lies in:
 *
 *   list:  [run 0..95]                       one entry, 96 max blocks
 *   touch the section with blocks 32..63
 *   list:  [run 0..31] [32] [33] ... [63] [run 64..95]
 *
 * so that blocks still come off the list in the same order.
 *
 * Models: nothing by itself; it stands for zone->free_area[MAX_PAGE_ORDER] of
 * Linux 6.12 without one struct page per page.
 */
#include "phys/maxblock.h"

#include <string.h>

#include "base/text.h"

/* next and prev of an entry. */
struct links {
	u32 *next;
	u32 *prev;
};

static struct links links_of(const struct memmap *map, u32 h)
{
	struct links l;

	if (h & BLOCK_WILD) {
		struct wild_run *r = &map->run[h & ~BLOCK_WILD];

		l.next = &r->next;
		l.prev = &r->prev;
	} else {
		struct mem_section *sec = map->section[h >> map->block_shift];
		struct max_block *b = &sec->block[h & ((1u << map->block_shift) - 1)];

		l.next = &b->next;
		l.prev = &b->prev;
	}
	return l;
}

static u32 block_handle(const struct memmap *map, const struct mem_section *sec, unsigned blk)
{
	return sec->index << map->block_shift | blk;
}

/* Put entry @h of @nr blocks between @prev and @next of a list; @at_first, @at_last: there is none. */
static void link_entry(struct memmap *map, struct free_list *list, u32 h, u32 prev, u32 next,
		       bool at_first, bool at_last)
{
	struct links l = links_of(map, h);

	*l.prev = prev;
	*l.next = next;
	if (at_first)
		list->first = h;
	else
		*links_of(map, prev).next = h;
	if (at_last)
		list->last = h;
	else
		*links_of(map, next).prev = h;
}

static void add_entry(struct memmap *map, struct free_list *list, u32 h, u64 nr, bool tail)
{
	bool empty = !list->nr;

	if (tail)
		link_entry(map, list, h, list->last, h, empty, true);
	else
		link_entry(map, list, h, h, list->first, true, empty);
	list->nr += nr;
}

static void del_entry(struct memmap *map, struct free_list *list, u32 h, u64 nr)
{
	struct links l = links_of(map, h);

	list->nr -= nr;
	if (!list->nr)
		return;
	if (list->first == h)
		list->first = *l.next;
	else
		*links_of(map, *l.prev).next = *l.next;
	if (list->last == h)
		list->last = *l.prev;
	else
		*links_of(map, *l.next).prev = *l.prev;
}

void maxblock_add(struct memmap *map, struct free_list *list, struct mem_section *sec, unsigned blk,
		  unsigned mt, bool tail)
{
	struct max_block *b = &sec->block[blk];

	b->flags |= MB_FREE;
	b->mt = (u8)mt;
	sec->nr_free++;
	add_entry(map, list, block_handle(map, sec, blk), 1, tail);
}

void maxblock_del(struct memmap *map, struct free_list *list, struct mem_section *sec, unsigned blk)
{
	struct max_block *b = &sec->block[blk];

	del_entry(map, list, block_handle(map, sec, blk), 1);
	b->flags &= (u8)~MB_FREE;
	sec->nr_free--;
}

/* --- wild runs ------------------------------------------------------------- */

static pfn_t run_end(const struct memmap *map, const struct wild_run *r)
{
	return r->start + (r->nr << map->max_order);
}

/* Position in run_order of the first run that ends after @pfn. */
static u32 order_search(const struct memmap *map, pfn_t pfn)
{
	u32 lo = 0, hi = map->nr_ordered;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (run_end(map, &map->run[map->run_order[mid]]) > pfn)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

const struct wild_run *maxblock_run_of(const struct memmap *map, pfn_t pfn)
{
	u32 i = order_search(map, pfn);

	if (i < map->nr_ordered && map->run[map->run_order[i]].start <= pfn)
		return &map->run[map->run_order[i]];
	return NULL;
}

static void grow_runs(struct memmap *map)
{
	u32 cap = map->cap_runs ? map->cap_runs * 2 : 16;

	map->run = arena_realloc(map->arena, map->run, map->cap_runs * sizeof(*map->run),
				 cap * sizeof(*map->run));
	map->run_order = arena_realloc(map->arena, map->run_order,
				       map->cap_runs * sizeof(*map->run_order),
				       cap * sizeof(*map->run_order));
	map->cap_runs = cap;
}

/* A new run number, entered in run_order. Pointers to runs are stale afterwards. */
static u32 run_new(struct memmap *map, pfn_t start, u64 nr, struct free_list *list, unsigned mt)
{
	u32 i = map->free_run, at;

	if (i != NO_RUN) {
		map->free_run = map->run[i].next;
	} else {
		if (map->nr_runs == map->cap_runs)
			grow_runs(map);
		i = map->nr_runs++;
	}
	map->run[i] = (struct wild_run){ .start = start, .nr = nr, .list = list, .mt = (u8)mt };
	at = order_search(map, start);
	memmove(&map->run_order[at + 1], &map->run_order[at],
		(map->nr_ordered - at) * sizeof(*map->run_order));
	map->run_order[at] = i;
	map->nr_ordered++;
	return i;
}

static void run_delete(struct memmap *map, u32 i)
{
	u32 at = order_search(map, map->run[i].start);

	memmove(&map->run_order[at], &map->run_order[at + 1],
		(map->nr_ordered - at - 1) * sizeof(*map->run_order));
	map->nr_ordered--;
	map->run[i].nr = 0;
	map->run[i].list = NULL;
	map->run[i].next = map->free_run;
	map->free_run = i;
}

void maxblock_add_run(struct memmap *map, struct free_list *list, pfn_t start, u64 nr, unsigned mt)
{
	u32 i;

	if (list->nr && (list->last & BLOCK_WILD)) {
		struct wild_run *r = &map->run[list->last & ~BLOCK_WILD];

		if (run_end(map, r) == start && r->mt == mt) {
			r->nr += nr;
			list->nr += nr;
			return;
		}
	}
	i = run_new(map, start, nr, list, mt);
	add_entry(map, list, BLOCK_WILD | i, nr, true);
}

/*
 * Cut run @i so that [start, start + nr blocks) is no longer in it. What is left
 * stays on the list. Return the list and where the cut is: *prev is the entry
 * before it (*first: none), *next the one after it (*last: none).
 */
struct cut {
	struct free_list *list;
	u32 prev, next;
	bool first, last;
	u8 mt;
};

static struct cut run_cut(struct memmap *map, u32 i, pfn_t start, u64 nr)
{
	struct wild_run r = map->run[i];
	u64 before = (start - r.start) >> map->max_order, after = r.nr - before - nr;
	u32 h = BLOCK_WILD | i, h2;
	struct cut c = { r.list, r.prev, r.next, r.list->first == h, r.list->last == h, r.mt };

	if (before) {
		map->run[i].nr = before;
		c.prev = h;
		c.first = false;
	}
	if (after && before) {
		h2 = BLOCK_WILD | run_new(map, start + (nr << map->max_order), after, r.list, r.mt);
		link_entry(map, c.list, h2, h, c.next, false, c.last);
		c.next = h2;
		c.last = false;
	} else if (after) {
		map->run[i].start = start + (nr << map->max_order);
		map->run[i].nr = after;
		c.next = h;
		c.last = false;
	} else if (!before) {
		del_entry(map, r.list, h, 0);
		run_delete(map, i);
	}
	return c;
}

/* Blocks of @sec from @start on, taken out of run @i, become entries of their own. */
static void tame_part(struct memmap *map, struct mem_section *sec, u32 i, pfn_t start, u64 nr)
{
	unsigned blk = section_block(map, sec, start);
	struct cut c = run_cut(map, i, start, nr);

	for (u64 k = 0; k < nr; k++, blk++) {
		u32 h = block_handle(map, sec, blk);

		sec->block[blk].flags |= MB_FREE | MB_RANGE_FREE;
		sec->block[blk].mt = c.mt;
		sec->nr_free++;
		link_entry(map, c.list, h, c.prev, c.next, c.first, c.last);
		c.prev = h;
		c.first = false;
	}
}

void maxblock_tame(struct memmap *map, struct mem_section *sec)
{
	pfn_t end = sec->start_pfn + memmap_section_pages(map);
	pfn_t pfn = sec->start_pfn;

	while (pfn < end) {
		u32 at = order_search(map, pfn);
		const struct wild_run *r;
		pfn_t s, e;

		if (at == map->nr_ordered)
			return;
		r = &map->run[map->run_order[at]];
		s = max_u64(r->start, pfn);
		e = min_u64(run_end(map, r), end);
		if (s >= end)
			return;
		tame_part(map, sec, map->run_order[at], s, (e - s) >> map->max_order);
		pfn = e;
	}
}

void maxblock_del_wild(struct memmap *map, pfn_t start, u64 nr)
{
	pfn_t end = start + (nr << map->max_order);

	while (start < end) {
		u32 i = map->run_order[order_search(map, start)];
		pfn_t e = min_u64(run_end(map, &map->run[i]), end);
		struct free_list *list = map->run[i].list;
		u64 n = (e - start) >> map->max_order;

		run_cut(map, i, start, n);
		list->nr -= n;
		start = e;
	}
}

/* Entries first .. last of @list, which are blocks @blk .. @blk + @nr - 1 of @sec, become one run. */
static void untame_part(struct memmap *map, struct free_list *list, struct mem_section *sec,
			unsigned blk, u64 nr)
{
	u32 first = block_handle(map, sec, blk), last = first + (u32)nr - 1;
	bool at_first = list->first == first, at_last = list->last == last;
	u32 prev = *links_of(map, first).prev, next = *links_of(map, last).next;
	pfn_t start = sec->start_pfn + ((u64)blk << map->max_order);
	struct wild_run *p = at_first || !(prev & BLOCK_WILD) ? NULL : &map->run[prev & ~BLOCK_WILD];
	u32 h;

	if (p && run_end(map, p) == start && p->mt == sec->block[blk].mt) {
		p->nr += nr;
		*links_of(map, prev).next = next;
		if (at_last)
			list->last = prev;
		else
			*links_of(map, next).prev = prev;
		return;
	}
	h = BLOCK_WILD | run_new(map, start, nr, list, sec->block[blk].mt);
	link_entry(map, list, h, prev, next, at_first, at_last);
}

/* How many blocks from @blk on follow each other on @list too. */
static u64 stretch_at(const struct memmap *map, const struct free_list *list,
		      const struct mem_section *sec, unsigned blk, unsigned nr_blocks)
{
	unsigned k = blk;

	while (k + 1 < nr_blocks && list->last != block_handle(map, sec, k) &&
	       sec->block[k].next == block_handle(map, sec, k + 1))
		k++;
	return k + 1 - blk;
}

void maxblock_untame(struct memmap *map, struct free_list *list, struct mem_section *sec)
{
	unsigned nr_blocks = 1u << map->block_shift, blk = 0;

	while (blk < nr_blocks) {
		u64 n = stretch_at(map, list, sec, blk, nr_blocks);

		untame_part(map, list, sec, blk, n);
		blk += (unsigned)n;
	}
}

/* --- walking and checking -------------------------------------------------- */

pfn_t maxblock_first(const struct memmap *map, const struct free_list *list)
{
	u32 h = list->first;

	if (h & BLOCK_WILD)
		return map->run[h & ~BLOCK_WILD].start;
	return map->section[h >> map->block_shift]->start_pfn +
	       ((u64)(h & ((1u << map->block_shift) - 1)) << map->max_order);
}

static void iter_load(struct maxblock_iter *it)
{
	const struct memmap *map = it->map;
	u32 h = it->cur;

	if (h & BLOCK_WILD) {
		const struct wild_run *r = &map->run[h & ~BLOCK_WILD];

		it->start = r->start;
		it->nr = r->nr;
		it->mt = r->mt;
	} else {
		const struct mem_section *sec = map->section[h >> map->block_shift];
		unsigned blk = h & ((1u << map->block_shift) - 1);

		it->start = sec->start_pfn + ((u64)blk << map->max_order);
		it->nr = 1;
		it->mt = sec->block[blk].mt;
	}
}

bool maxblock_iter_first(struct maxblock_iter *it, const struct memmap *map, const struct free_list *list)
{
	it->map = map;
	it->cur = list->first;
	it->left = list->nr;
	if (!it->left)
		return false;
	iter_load(it);
	return true;
}

bool maxblock_iter_next(struct maxblock_iter *it)
{
	it->left -= min_u64(it->nr, it->left);
	if (!it->left)
		return false;
	it->cur = *links_of(it->map, it->cur).next;
	iter_load(it);
	return true;
}

static bool handle_ok(const struct memmap *map, u32 h)
{
	if (h & BLOCK_WILD)
		return (h & ~BLOCK_WILD) < map->nr_runs && map->run[h & ~BLOCK_WILD].nr;
	return h >> map->block_shift < map->nr_sections && map->section[h >> map->block_shift];
}

int maxblock_check_list(const struct memmap *map, const struct free_list *list, unsigned mt, struct text *report)
{
	u32 h = list->first, prev = h;
	u64 left = list->nr;

	while (left) {
		struct maxblock_iter it = { .map = map, .cur = h };

		if (!handle_ok(map, h)) {
			text_printf(report, "max block list: entry %#x is no block\n", h);
			return -EUCLEAN;
		}
		iter_load(&it);
		if (it.mt != mt || it.nr > left || (h != list->first && *links_of(map, h).prev != prev)) {
			text_printf(report, "max block list of type %u: block %#llx (type %u, %llu blocks) does not fit\n",
				    mt, (unsigned long long)it.start, it.mt, (unsigned long long)it.nr);
			return -EUCLEAN;
		}
		left -= it.nr;
		prev = h;
		h = *links_of(map, h).next;
	}
	if (list->nr && list->last != prev) {
		text_printf(report, "max block list of type %u: the last entry is not where the list ends\n", mt);
		return -EUCLEAN;
	}
	return 0;
}

int maxblock_check_runs(const struct memmap *map, struct text *report)
{
	pfn_t end = 0;

	for (u32 i = 0; i < map->nr_ordered; i++) {
		const struct wild_run *r = &map->run[map->run_order[i]];

		if (!r->nr || r->start < end || !is_aligned(r->start, memmap_block_pages(map))) {
			text_printf(report, "wild run %#llx + %llu blocks overlaps or is misaligned\n",
				    (unsigned long long)r->start, (unsigned long long)r->nr);
			return -EUCLEAN;
		}
		end = run_end(map, r);
	}
	return 0;
}
