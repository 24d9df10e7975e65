/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short cuts of compaction: instead of scanning pfn by pfn, the free lists are
 * searched for a pageblock worth emptying and for free pages near the end of the
 * zone. Lists are rotated so that the next search starts where this one ended.
 *
 * Models: mm/compaction.c fast_find_migrateblock(), fast_isolate_freepages()
 * (6.12.117).
 */
#include "alloc/compaction_internal.h"

#include "zone/page_list.h"

static unsigned freelist_scan_limit(const struct compact_control *cc)
{
	unsigned shift = cc->fast_search_fail < 63 ? cc->fast_search_fail : 63;

	return (unsigned)((u64)COMPACT_CLUSTER_MAX >> shift) + 1;
}

/* list_cut_before() + list_splice_tail(): @h becomes the first entry, what was before it goes to the end. */
static void move_freelist_head(struct memmap *map, struct free_list *l, page_handle h)
{
	page_handle before;

	if (l->first == h)
		return;
	before = map->pages[h].prev;
	memmap_dirty(map, l->last);
	memmap_dirty(map, l->first);
	map->pages[l->last].next = l->first;
	map->pages[l->first].prev = l->last;
	l->first = h;
	l->last = before;
}

/* list_cut_position() + list_splice_tail(): @h becomes the last entry. */
static void move_freelist_tail(struct memmap *map, struct free_list *l, page_handle h)
{
	if (l->last != h)
		move_freelist_head(map, l, map->pages[h].next);
}

static void fast_isolate_around(struct compact_control *cc, pfn_t pfn)
{
	pfn_t start, end;

	if (cc->nr_freepages >= cc->nr_migratepages || (cc->direct_compaction && cc->mode == MIGRATE_ASYNC))
		return;
	start = max_u64(pb_start(cc->mm, pfn), cc->zone->zone_start_pfn);
	end = min_u64(pb_end(cc->mm, pfn), zone_end_pfn(cc->zone));
	if (!pageblock_in_compaction(cc, start, end))
		return;
	pfn = start;
	isolate_freepages_block(cc, &pfn, end, 1);
	if (pfn == end && !cc->no_set_skip_hint)
		pageblock_set_skip(cc->mm->map, start, true);
}

/* The order below; after the smallest the largest; -1 when all were searched. */
static int next_search_order(struct compact_control *cc, int order)
{
	order--;
	if (order < 0)
		order = cc->order - 1;
	if (order != cc->search_order)
		return order;
	cc->search_order--;
	if (cc->search_order < 0)
		cc->search_order = (s16)(cc->order - 1);
	return -1;
}

/* One fast_isolate_freepages(). */
struct fast_search {
	struct compact_control *cc;
	unsigned limit;
	unsigned nr_scanned;
	u64 total_isolated;
	pfn_t low_pfn, min_pfn; /* at or above low: taken at once; at or above min: good enough */
	pfn_t highest;          /* highest pageblock seen */
	pfn_t found;            /* first page of what was taken, NO_PFN: nothing */
};

/* Search one list from its tail. Return: entries looked at; *h is where it ended. */
static unsigned search_list(struct fast_search *s, struct free_list *l, int order, page_handle *h, pfn_t *pick)
{
	struct memmap *map = s->cc->mm->map;
	unsigned scanned = 0;
	pfn_t high = 0;
	u64 left = l->nr;

	*pick = NO_PFN;
	for (*h = l->last; left; left--, *h = left ? map->pages[*h].prev : *h) {
		pfn_t pfn = page_to_pfn(map, *h);

		scanned++;
		s->nr_scanned++;
		if (pfn >= s->highest)
			s->highest = max_u64(pb_start(s->cc->mm, pfn), s->cc->zone->zone_start_pfn);
		if (pfn >= s->low_pfn) {
			s->cc->fast_search_fail = 0;
			s->cc->search_order = (s16)order;
			*pick = pfn;
			return scanned;
		}
		if (pfn >= s->min_pfn && pfn > high) {
			high = pfn;
			s->limit >>= 1;
		}
		if (scanned >= s->limit)
			break;
	}
	if (high) {
		*pick = high;
		*h = memmap_find(map, high);
	}
	return scanned;
}

/* Search the movable list of @order. False: the search is over. */
static bool search_order(struct fast_search *s, int *order)
{
	struct compact_control *cc = s->cc;
	struct free_list *l = &cc->zone->free_area[*order].list[MIGRATE_MOVABLE];
	unsigned scanned;
	page_handle h = NO_PAGE;
	pfn_t pick;

	scanned = search_list(s, l, *order, &h, &pick);
	/* A search that ran off the head ends at the list itself: nothing is rotated. */
	if (l->nr && (pick != NO_PFN || scanned >= s->limit))
		move_freelist_head(cc->mm->map, l, h);
	if (pick != NO_PFN) {
		if (isolate_free_page(cc, pick, (unsigned)*order)) {
			u64 taken = 1ULL << *order;

			s->found = pick;
			s->nr_scanned += (unsigned)taken - 1;
			s->total_isolated += taken;
			cc->mm->vm_event[EV_compact_isolated] += taken;
		} else {
			*order = cc->search_order + 1;
		}
	}
	if (cc->nr_freepages >= cc->nr_migratepages)
		return false;
	if (scanned >= s->limit)
		s->limit = s->limit >> 1 ? s->limit >> 1 : 1;
	return true;
}

/* Nothing found: where the linear scan should start instead. */
static void search_failed(struct fast_search *s, bool scan_start)
{
	struct compact_control *cc = s->cc;
	pfn_t end;

	cc->fast_search_fail++;
	if (!scan_start)
		return;
	if (s->highest >= s->min_pfn) {
		s->found = s->highest;
		cc->free_pfn = s->highest;
		return;
	}
	if (!cc->direct_compaction || memmap_range_of(cc->mm->map, s->min_pfn) == NULL)
		return;
	end = min_u64(pb_end(cc->mm, s->min_pfn), zone_end_pfn(cc->zone));
	if (pageblock_in_compaction(cc, s->min_pfn, end) && suitable_migration_target(cc, s->min_pfn))
		s->found = s->min_pfn;
	cc->free_pfn = s->min_pfn;
}

void fast_isolate_freepages(struct compact_control *cc)
{
	struct fast_search s = { .cc = cc, .found = NO_PFN };
	bool scan_start = false;
	u64 distance;

	if (cc->order <= 0)
		return;
	s.limit = freelist_scan_limit(cc) >> 1 ? freelist_scan_limit(cc) >> 1 : 1;
	if (cc->free_pfn >= cc->zone->compact_init_free_pfn) {
		s.limit = (1u << cc->mm->map->pb_order) >> 1;
		scan_start = true;
	}
	distance = cc->free_pfn - cc->migrate_pfn;
	s.low_pfn = pb_start(cc->mm, cc->free_pfn - (distance >> 2));
	s.min_pfn = pb_start(cc->mm, cc->free_pfn - (distance >> 1));
	s.low_pfn = max_u64(s.low_pfn, s.min_pfn);
	cc->search_order = (s16)min_s64(cc->order - 1, cc->search_order);
	for (int order = cc->search_order; s.found == NO_PFN && order >= 0; order = next_search_order(cc, order)) {
		if (!area_nr_free(&cc->zone->free_area[order]))
			continue;
		if (!search_order(&s, &order))
			break;
	}
	if (s.found == NO_PFN)
		search_failed(&s, scan_start);
	if (s.highest && s.highest >= cc->zone->compact_cached_free_pfn)
		cc->zone->compact_cached_free_pfn = s.highest - (1ULL << cc->mm->map->pb_order);
	cc->total_free_scanned += s.nr_scanned;
	if (s.found != NO_PFN)
		fast_isolate_around(cc, s.found);
}

/* --- a pageblock to empty ---------------------------------------------------------- */

static void update_fast_start_pfn(struct compact_control *cc, pfn_t pfn)
{
	if (cc->fast_start_pfn == NO_PFN)
		return;
	if (!cc->fast_start_pfn)
		cc->fast_start_pfn = pfn;
	cc->fast_start_pfn = min_u64(cc->fast_start_pfn, pfn);
}

static pfn_t reinit_migrate_pfn(struct compact_control *cc)
{
	if (!cc->fast_start_pfn || cc->fast_start_pfn == NO_PFN)
		return cc->migrate_pfn;
	cc->migrate_pfn = cc->fast_start_pfn;
	cc->fast_start_pfn = NO_PFN;
	return cc->migrate_pfn;
}

static bool may_search(const struct compact_control *cc)
{
	pfn_t pfn = cc->migrate_pfn;

	if (cc->ignore_skip_hint || cc->finish_pageblock)
		return false;
	if (pfn != cc->zone->zone_start_pfn && !pb_aligned(cc->mm, pfn))
		return false;
	if (cc->order <= PAGE_ALLOC_COSTLY_ORDER)
		return false;
	return !(cc->direct_compaction && cc->migratetype != MIGRATE_MOVABLE);
}

/* Search one list from its head for a block below @high_pfn whose pageblock is not marked. */
static pfn_t find_on_list(struct compact_control *cc, struct free_list *l, pfn_t high_pfn, unsigned *nr_scanned, unsigned limit)
{
	struct memmap *map = cc->mm->map;
	page_handle h = l->first;

	for (u64 left = l->nr; left; left--, h = map->pages[h].next) {
		pfn_t pfn;

		if ((*nr_scanned)++ >= limit) {
			move_freelist_tail(map, l, h);
			return NO_PFN;
		}
		pfn = page_to_pfn(map, h);
		if (pfn >= high_pfn || pageblock_skip(map, pfn))
			continue;
		move_freelist_tail(map, l, h);
		return pfn;
	}
	return NO_PFN;
}

pfn_t fast_find_migrateblock(struct compact_control *cc)
{
	unsigned limit = freelist_scan_limit(cc), nr_scanned = 0;
	pfn_t high_pfn, found = NO_PFN;
	u64 distance;

	if (!may_search(cc))
		return cc->migrate_pfn;
	distance = (cc->free_pfn - cc->migrate_pfn) >> 1;
	if (cc->migrate_pfn != cc->zone->zone_start_pfn)
		distance >>= 2;
	high_pfn = pb_start(cc->mm, cc->migrate_pfn + distance);
	for (int order = cc->order - 1; order >= PAGE_ALLOC_COSTLY_ORDER && found == NO_PFN && nr_scanned < limit; order--)
		if (area_nr_free(&cc->zone->free_area[order]))
			found = find_on_list(cc, &cc->zone->free_area[order].list[MIGRATE_MOVABLE], high_pfn, &nr_scanned,
					     limit);
	cc->total_migrate_scanned += nr_scanned;
	if (found == NO_PFN) {
		cc->fast_search_fail++;
		return reinit_migrate_pfn(cc);
	}
	update_fast_start_pfn(cc, found);
	cc->fast_search_fail = 0;
	return max_u64(pb_start(cc->mm, found), cc->zone->zone_start_pfn);
}
