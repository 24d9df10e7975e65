/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every invariant of the page allocator: walk all lists, then all touched pages,
 * and compare both with each other and with every counter.
 *
 *   lists:  free_area[order].list[mt] ── links, states, types, sizes
 *   pages:  heads aligned, tails zero, every free head is on a list
 *   sums:   managed = free + per-cpu + allocated + taken out of use
 *
 * Models: the VM_BUG_ON() conditions of mm/page_alloc.c, and what
 * Documentation/mm/ promises between them.
 */
#include <stdlib.h>

#include "alloc/internal.h"
#include "base/text.h"
#include "phys/maxblock.h"
#include "phys/ranges.h"
#include "zone/pageblock.h"
#include "zone/pcp.h"

/* What walking found in one zone; units: pages. */
struct zone_tally {
	u64 listed;      /* on buddy lists below the largest order */
	u64 pcp_listed;
	u64 heads_buddy; /* the same, as the pages themselves say */
	u64 heads_pcp;
	u64 allocated;   /* and isolated, poisoned */
};

struct checker {
	struct mm *mm;
	struct text *report;
	struct zone_tally *tally; /* by zone number */
};

#define COMPLAIN(c, ...) (text_printf((c)->report, __VA_ARGS__), -EUCLEAN)
typedef unsigned long long ull;

static ull pfn_of(const struct checker *c, page_handle h) { return page_to_pfn(c->mm->map, h); }

/* --- lists ----------------------------------------------------------------------- */

static bool handle_ok(const struct memmap *map, page_handle h)
{
	return h >> map->max_order < map->nr_slots && memmap_slot(map, h)->sec;
}

/* The pair would have been merged when the second one was freed. */
static bool missed_merge(const struct checker *c, page_handle h, unsigned order)
{
	const struct memmap *map = c->mm->map;
	page_handle b = h ^ (1u << order);
	const struct page *p = &map->pages[b];

	return order < map->pb_order && page_state(p) == PAGE_BUDDY && page_order(p) == order &&
	       memmap_zone(map, b) == memmap_zone(map, h);
}

static int check_free_page(const struct checker *c, const struct zone *z, page_handle h, unsigned order, unsigned mt)
{
	const struct page *p = &c->mm->map->pages[h];

	if (page_state(p) != PAGE_BUDDY || page_order(p) != order || page_mt(p) != mt)
		return COMPLAIN(c, "%s: page %#llx on the free list of order %u, type %u says state %u, order %u, type %u\n",
				z->name, pfn_of(c, h), order, mt, page_state(p), page_order(p), page_mt(p));
	if ((h & ((1u << order) - 1)) || memmap_zone(c->mm->map, h) != zone_nr(z))
		return COMPLAIN(c, "%s: free block %#llx of order %u is misaligned or of another zone\n", z->name,
				pfn_of(c, h), order);
	if ((*page_pb(c->mm->map, h) & PB_MT_MASK) != mt)
		return COMPLAIN(c, "%s: free block %#llx is on the list of type %u in a pageblock of type %u\n",
				z->name, pfn_of(c, h), mt, *page_pb(c->mm->map, h) & PB_MT_MASK);
	if (missed_merge(c, h, order))
		return COMPLAIN(c, "%s: free block %#llx of order %u and its buddy are not merged\n", z->name,
				pfn_of(c, h), order);
	return 0;
}

/* Links of a list of pages; fn is called for each. */
typedef int (*page_check_fn)(const struct checker *c, const struct zone *z, page_handle h, unsigned order, unsigned mt);

static int check_page_list(const struct checker *c, const struct zone *z, const struct free_list *l,
			   unsigned order, unsigned mt, page_check_fn fn)
{
	const struct memmap *map = c->mm->map;
	page_handle h = l->first, prev = NO_PAGE;

	for (u64 i = 0; i < l->nr; i++) {
		if (!handle_ok(map, h))
			return COMPLAIN(c, "%s: list of order %u, type %u: entry %llu of %llu is no page\n", z->name,
					order, mt, (ull)i, (ull)l->nr);
		if (i && map->pages[h].prev != prev)
			return COMPLAIN(c, "%s: list of order %u, type %u: page %#llx does not link back\n", z->name,
					order, mt, pfn_of(c, h));
		if (fn(c, z, h, order, mt))
			return -EUCLEAN;
		prev = h;
		h = map->pages[h].next;
	}
	if (l->nr && l->last != prev)
		return COMPLAIN(c, "%s: list of order %u, type %u does not end at its last page\n", z->name, order, mt);
	return 0;
}

static int check_area(struct checker *c, const struct zone *z, unsigned order)
{
	const struct free_area *area = &z->free_area[order];

	for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++) {
		const struct free_list *l = &area->list[mt];
		int rc;

		if (order == c->mm->map->max_order)
			rc = maxblock_check_list(c->mm->map, l, mt, c->report);
		else
			rc = check_page_list(c, z, l, order, mt, check_free_page);
		if (rc)
			return rc;
		if ((z->order_mask[mt] >> order & 1) != (l->nr != 0))
			return COMPLAIN(c, "%s: order_mask of type %u is wrong about order %u\n", z->name, mt, order);
	}
	if (order < c->mm->map->max_order)
		c->tally[zone_nr(z)].listed += area_nr_free(area) << order;
	return 0;
}

static int check_pcp_page(const struct checker *c, const struct zone *z, page_handle h, unsigned order, unsigned mt)
{
	const struct page *p = &c->mm->map->pages[h];

	if (page_state(p) == PAGE_PCP && page_order(p) == order && memmap_zone(c->mm->map, h) == zone_nr(z))
		return 0;
	return COMPLAIN(c, "%s: page %#llx on a per-cpu list of order %u says state %u, order %u\n", z->name,
			pfn_of(c, h), order, page_state(p), page_order(p));
}

static int check_pcp(struct checker *c, const struct zone *z, int cpu)
{
	const struct per_cpu_pages *pcp = &z->pcp[cpu];
	u64 pages = 0;

	for (unsigned i = 0; i < NR_PCP_LISTS_MAX; i++) {
		unsigned order = pindex_to_order(i, c->mm->arch->hpage_pmd_order);

		if (check_page_list(c, z, &pcp->lists[i], order, i, check_pcp_page))
			return -EUCLEAN;
		pages += pcp->lists[i].nr << order;
	}
	if (pages != (u64)pcp->count)
		return COMPLAIN(c, "%s: per-cpu count of cpu %d is %d, the lists hold %llu pages\n", z->name, cpu,
				pcp->count, (ull)pages);
	c->tally[zone_nr(z)].pcp_listed += pages;
	return 0;
}

/* --- pages ----------------------------------------------------------------------- */

static int check_head(struct checker *c, page_handle h)
{
	const struct memmap *map = c->mm->map;
	const struct page *p = &map->pages[h];
	u32 n = 1u << page_order(p);
	u16 zone = memmap_zone(map, h);
	bool managed = page_state(p) != PAGE_RESERVED && page_state(p) != PAGE_HOLE && page_state(p) != PAGE_OFFLINE;
	struct zone_tally *t;

	if (page_state(p) == PAGE_TAIL || (h & (n - 1)))
		return COMPLAIN(c, "page %#llx is a tail without a head, or a misaligned head of order %u\n",
				pfn_of(c, h), page_order(p));
	for (u32 i = 1; i < n; i++)
		if (map->pages[h + i].info || map->pages[h + i].ext || map->pages[h + i].next || map->pages[h + i].prev)
			return COMPLAIN(c, "page %#llx inside the block of order %u at %#llx is not zero\n",
					pfn_of(c, h + i), page_order(p), pfn_of(c, h));
	if (!managed)
		return 0;
	if (zone == ZONE_NONE)
		return COMPLAIN(c, "page %#llx is in use but in no zone\n", pfn_of(c, h));
	t = &c->tally[zone];
	*(page_state(p) == PAGE_BUDDY ? &t->heads_buddy : page_state(p) == PAGE_PCP ? &t->heads_pcp : &t->allocated) += n;
	return 0;
}

static int check_slot(struct checker *c, u32 n)
{
	const struct memmap *map = c->mm->map;
	const struct slot *s = &map->slots[n];
	page_handle h = slot_handle(map, n), end = h + memmap_block_pages(map);

	if (!s->sec)
		return 0;
	if (s->sec->slot[s->blk] != n || s->pfn != s->sec->start_pfn + ((u64)s->blk << map->max_order) ||
	    (s->sec->block[s->blk].flags & MB_FREE))
		return COMPLAIN(c, "slot %u of block %#llx and its section disagree\n", n, (ull)s->pfn);
	while (h < end) {
		if (check_head(c, h))
			return -EUCLEAN;
		h += 1u << page_order(&map->pages[h]);
	}
	return 0;
}

/* A free slot must be zero, and so must what lies behind it. */
static int check_free_slots(struct checker *c)
{
	const struct memmap *map = c->mm->map;
	u32 in_use = 0;

	for (u32 i = 0; i < map->nr_sections; i++)
		in_use += map->section[i] ? map->section[i]->nr_slots : 0;
	if (in_use + map->nr_free_slots != map->nr_slots)
		return COMPLAIN(c, "%u slots are in use and %u free of %u\n", in_use, map->nr_free_slots, map->nr_slots);
	for (u32 i = 0; i < map->nr_free_slots; i++)
		if (map->slots[map->free_slot[i]].sec)
			return COMPLAIN(c, "slot %u is on the free stack and in use\n", map->free_slot[i]);
	return 0;
}

/* --- sums ------------------------------------------------------------------------- */

static u64 list_pages(const struct zone *z, unsigned mt)
{
	u64 pages = 0;

	for (unsigned o = 0; o < NR_PAGE_ORDERS_MAX; o++)
		pages += z->free_area[o].list[mt].nr << o;
	return pages;
}

static int check_zone_sums(struct checker *c, const struct zone *z)
{
	const struct zone_tally *t = &c->tally[zone_nr(z)];
	u64 max = area_nr_free(&z->free_area[c->mm->map->max_order]) << c->mm->map->max_order;
	u64 free = 0, isolated = list_pages(z, MIGRATE_ISOLATE);
	u64 stat = (u64)zone_page_state_snapshot(c->mm, z, NR_FREE_PAGES);

	for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++)
		free += list_pages(z, mt);
	if (stat != free - isolated)
		return COMPLAIN(c, "%s: nr_free_pages is %llu, the lists hold %llu pages\n", z->name, (ull)stat,
				(ull)(free - isolated));
	if ((u64)zone_page_state_snapshot(c->mm, z, NR_FREE_CMA_PAGES) != list_pages(z, MIGRATE_CMA) ||
	    z->nr_free_highatomic != list_pages(z, MIGRATE_HIGHATOMIC))
		return COMPLAIN(c, "%s: free CMA or highatomic pages are miscounted\n", z->name);
	if (t->listed != t->heads_buddy || t->pcp_listed != t->heads_pcp)
		return COMPLAIN(c, "%s: lists hold %llu + %llu (per-cpu) pages, the pages say %llu + %llu\n", z->name,
				(ull)t->listed, (ull)t->pcp_listed, (ull)t->heads_buddy, (ull)t->heads_pcp);
	if (z->managed_pages != t->heads_buddy + max + t->heads_pcp + t->allocated)
		return COMPLAIN(c, "%s: %llu pages managed, %llu free + %llu per-cpu + %llu in use\n", z->name,
				(ull)z->managed_pages, (ull)(t->heads_buddy + max), (ull)t->heads_pcp,
				(ull)t->allocated);
	return 0;
}

static int check_zone_lists(struct checker *c, const struct zone *z)
{
	for (unsigned order = 0; order <= c->mm->map->max_order; order++)
		if (check_area(c, z, order))
			return -EUCLEAN;
	for (int cpu = 0; z->pcp && cpu < c->mm->nr_cpus; cpu++)
		if (check_pcp(c, z, cpu))
			return -EUCLEAN;
	return 0;
}

static int check_zones(struct checker *c, int (*fn)(struct checker *, const struct zone *))
{
	for_each_node(c->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (fn(c, &n->zones[zid]))
				return -EUCLEAN;
	return 0;
}

static int check_all(struct checker *c)
{
	struct memmap *map = c->mm->map;

	if (ranges_check(map, c->report) || maxblock_check_runs(map, c->report) ||
	    check_zones(c, check_zone_lists) || check_free_slots(c))
		return -EUCLEAN;
	for (u32 n = 0; n < map->nr_slots; n++)
		if (check_slot(c, n))
			return -EUCLEAN;
	if (check_zones(c, check_zone_sums))
		return -EUCLEAN;
	return summary_check(map, c->report);
}

int page_alloc_check(struct mm *mm, struct text *report)
{
	struct checker c = { .mm = mm, .report = report };
	int rc;

	c.tally = calloc((size_t)mm->nr_node_ids << ZONE_NR_SHIFT, sizeof(*c.tally));
	if (!c.tally)
		return -ENOMEM;
	rc = check_all(&c);
	free(c.tally);
	return rc;
}
