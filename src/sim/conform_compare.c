/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An allocator against a state dump: every number, every pageblock, every list in
 * order. A difference is one line that names the place, what the kernel had and
 * what we have.
 */
#include "sim/conform_load.h"

#include <stdio.h>

#include "phys/maxblock.h"
#include "zone/page_list.h"
#include "zone/pageblock.h"
#include "zone/pcp.h"

#define MAX_LINES 40 /* differences printed; the rest is only counted */

typedef unsigned long long ull;

struct comparer {
	struct mm *mm;
	const struct state_dump *d;
	const struct dump_zone *dz;
	const struct zone *z;
	struct conform_diff *diff;
	struct text *out;
};

/* Count a difference; true when it should be printed. */
static bool differs(struct comparer *c, pfn_t kernel, pfn_t ours)
{
	if (!c->diff->nr++) {
		c->diff->pfn = kernel != NO_PFN ? kernel : ours;
		c->diff->pfn_ours = ours;
	}
	return c->out && c->diff->nr <= MAX_LINES;
}

static void compare_number(struct comparer *c, const char *what, s64 kernel, s64 ours)
{
	if (kernel == ours || !differs(c, NO_PFN, NO_PFN))
		return;
	if (c->z)
		text_printf(c->out, "  zone %d/%s: %s: kernel %lld, ours %lld\n", c->z->nid, c->z->name, what,
			    (long long)kernel, (long long)ours);
	else
		text_printf(c->out, "  %s: kernel %lld, ours %lld\n", what, (long long)kernel, (long long)ours);
}

/* --- lists ------------------------------------------------------------------------------ */

/* Walks a list of ours, whatever it is made of. */
struct walker {
	const struct memmap *map;
	const struct free_list *list;
	bool max;               /* of whole max blocks */
	struct maxblock_iter it;
	u64 in_run;             /* blocks of the run already seen */
	page_handle h;
	u64 left;
};

static void walk_start(struct walker *w, const struct memmap *map, const struct free_list *list, bool max)
{
	*w = (struct walker){ .map = map, .list = list, .max = max, .h = list->first, .left = list->nr };
	if (max)
		maxblock_iter_first(&w->it, map, list);
}

/* The next block, or NO_PFN at the end. */
static pfn_t walk_next(struct walker *w)
{
	pfn_t pfn;

	if (!w->left)
		return NO_PFN;
	w->left--;
	if (!w->max) {
		pfn = page_to_pfn(w->map, w->h);
		if (w->left)
			w->h = w->map->pages[w->h].next;
		return pfn;
	}
	pfn = w->it.start + (w->in_run << w->map->max_order);
	if (++w->in_run == w->it.nr) {
		w->in_run = 0;
		maxblock_iter_next(&w->it);
	}
	return pfn;
}

static void print_entry(struct text *out, const char *who, pfn_t pfn)
{
	if (pfn == NO_PFN)
		text_printf(out, "%s has the end of the list", who);
	else
		text_printf(out, "%s has %llx", who, (ull)pfn);
}

/* Compare one list; @place names it. The first entry that differs is told. */
static void compare_list(struct comparer *c, const char *place, const struct dump_list *want,
			 const struct free_list *have, bool max)
{
	struct walker w;

	walk_start(&w, c->mm->map, have, max);
	for (u32 i = 0; i <= want->nr; i++) {
		pfn_t kernel = i < want->nr ? want->pfn[i] : NO_PFN, ours = walk_next(&w);

		if (kernel == ours)
			continue;
		if (!differs(c, kernel, ours))
			return;
		text_printf(c->out, "  zone %d/%s: %s: entry %u: ", c->z->nid, c->z->name, place, i);
		print_entry(c->out, "the kernel", kernel);
		print_entry(c->out, ", ours", ours);
		text_printf(c->out, " (%u entries, ours %llu)\n", want->nr, (ull)have->nr);
		return;
	}
}

static void compare_areas(struct comparer *c)
{
	char place[64];

	for (unsigned o = 0; o <= c->mm->map->max_order; o++) {
		snprintf(place, sizeof(place), "order %u nr_free", o);
		compare_number(c, place, (s64)c->dz->nr_free[o], (s64)area_nr_free(&c->z->free_area[o]));
		for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++) {
			snprintf(place, sizeof(place), "free list, order %u, type %d", o,
				 arch_migratetype_nr(c->mm->arch, (int)mt));
			compare_list(c, place, &c->dz->free[o][mt], &c->z->free_area[o].list[mt],
				     o == c->mm->map->max_order);
		}
	}
}

static void compare_pcp(struct comparer *c, int cpu)
{
	const struct per_cpu_pages *k = &c->dz->pcp[cpu].pcp, *o = &c->z->pcp[cpu];
	char place[64];

	compare_number(c, "pcp count", k->count, o->count);
	compare_number(c, "pcp high", k->high, o->high);
	compare_number(c, "pcp high_min", k->high_min, o->high_min);
	compare_number(c, "pcp high_max", k->high_max, o->high_max);
	compare_number(c, "pcp batch", k->batch, o->batch);
	compare_number(c, "pcp flags", k->flags, o->flags);
	compare_number(c, "pcp alloc_factor", k->alloc_factor, o->alloc_factor);
	compare_number(c, "pcp expire", k->expire, o->expire);
	compare_number(c, "pcp free_count", k->free_count, o->free_count);
	for (unsigned i = 0; i < NR_PCP_LISTS_MAX; i++) {
		snprintf(place, sizeof(place), "per-cpu list %u of cpu %d (order %u)", i, cpu,
			 pindex_to_order(i, c->mm->arch->hpage_pmd_order));
		compare_list(c, place, &c->dz->pcp[cpu].list[i], &o->lists[i], false);
	}
}

/* --- the rest of a zone --------------------------------------------------------------------- */

static void compare_pageblocks(struct comparer *c)
{
	const struct memmap *map = c->mm->map;

	for (u32 i = 0; i < c->dz->nr_pb; i++) {
		pfn_t pfn = c->dz->pb_start + (u64)i * pageblock_pages(map);
		u8 ours = (u8)(pageblock_mt(map, pfn) | (pageblock_skip(map, pfn) ? PB_SKIP : 0));
		u8 kernel = c->dz->pb[i];

		if (kernel == DUMP_NO_SECTION || kernel == ours || !differs(c, pfn, pfn))
			continue;
		text_printf(c->out, "  zone %d/%s: pageblock %llx: type %u%s, ours %u%s\n", c->z->nid, c->z->name,
			    (ull)pfn, kernel & PB_MT_MASK, kernel & PB_SKIP ? " skip" : "", ours & PB_MT_MASK,
			    ours & PB_SKIP ? " skip" : "");
	}
}

/* Pages that could be migrated, within the zone. */
static u32 count_movable(const struct comparer *c, pfn_t start)
{
	pfn_t pfn = max_u64(start, c->z->zone_start_pfn);
	pfn_t end = min_u64(start + pageblock_pages(c->mm->map), zone_end_pfn(c->z));
	u32 n = 0;

	for (; pfn < end; pfn++) {
		struct page_view v;

		memmap_view(c->mm->map, pfn, &v);
		n += v.state == PAGE_ALLOC && (v.flags & (PGF_LRU | PGF_MOVABLE_OPS));
	}
	return n;
}

static void compare_movable(struct comparer *c)
{
	/* Where pages are told one by one, the count holds more: page tables and others look movable by chance. */
	for (u32 i = 0; c->dz->movable && !c->d->pages_follow && i < c->dz->nr_pb; i++) {
		pfn_t pfn = c->dz->pb_start + (u64)i * pageblock_pages(c->mm->map);
		u32 ours = c->dz->pb[i] == DUMP_NO_SECTION ? 0 : count_movable(c, pfn);

		if (ours != c->dz->movable[i] && differs(c, pfn, pfn))
			text_printf(c->out, "  zone %d/%s: pageblock %llx: %u movable pages, ours %u\n", c->z->nid,
				    c->z->name, (ull)pfn, c->dz->movable[i], ours);
	}
}

static void compare_numbers(struct comparer *c)
{
	const struct zone *k = &c->dz->z, *o = c->z;
	static const char *const marks[NR_WMARK] = { "min", "low", "high", "promo" };

	compare_number(c, "start pfn", (s64)k->zone_start_pfn, (s64)o->zone_start_pfn);
	compare_number(c, "spanned", (s64)k->spanned_pages, (s64)o->spanned_pages);
	compare_number(c, "present", (s64)k->present_pages, (s64)o->present_pages);
	compare_number(c, "managed", (s64)k->managed_pages, (s64)o->managed_pages);
	for (int i = 0; i < NR_WMARK; i++)
		compare_number(c, marks[i], (s64)k->watermark[i], (s64)o->watermark[i]);
	compare_number(c, "boost", (s64)k->watermark_boost, (s64)o->watermark_boost);
	compare_number(c, "flags", k->flags, o->flags);
	compare_number(c, "nr_reserved_highatomic", (s64)k->nr_reserved_highatomic, (s64)o->nr_reserved_highatomic);
	compare_number(c, "nr_free_highatomic", (s64)k->nr_free_highatomic, (s64)o->nr_free_highatomic);
	compare_number(c, "nr_isolate_pageblock", (s64)k->nr_isolate_pageblock, (s64)o->nr_isolate_pageblock);
	compare_number(c, "percpu_drift_mark", (s64)k->percpu_drift_mark, (s64)o->percpu_drift_mark);
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (arch_has_zone(c->mm->arch, (enum zone_type)zid))
			compare_number(c, "lowmem_reserve", (s64)k->lowmem_reserve[zid], (s64)o->lowmem_reserve[zid]);
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		compare_number(c, i ? "vm_stat" : "vm_stat[NR_FREE_PAGES]", k->vm_stat[i], o->vm_stat[i]);
}

static void compare_compact(struct comparer *c)
{
	const struct zone *k = &c->dz->z, *o = c->z;

	compare_number(c, "compact free_pfn", (s64)k->compact_cached_free_pfn, (s64)o->compact_cached_free_pfn);
	compare_number(c, "compact migrate_pfn (async)", (s64)k->compact_cached_migrate_pfn[0],
		       (s64)o->compact_cached_migrate_pfn[0]);
	compare_number(c, "compact migrate_pfn (sync)", (s64)k->compact_cached_migrate_pfn[1],
		       (s64)o->compact_cached_migrate_pfn[1]);
	compare_number(c, "compact considered", k->compact_considered, o->compact_considered);
	compare_number(c, "compact defer_shift", k->compact_defer_shift, o->compact_defer_shift);
	compare_number(c, "compact order_failed", k->compact_order_failed, o->compact_order_failed);
}

static void compare_stat_diff(struct comparer *c, int cpu)
{
	const struct per_cpu_zonestat *k = &c->dz->stat[cpu], *o = &c->z->zonestat[cpu];

	compare_number(c, "vm_stat threshold", k->stat_threshold, o->stat_threshold);
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		compare_number(c, "vm_stat_diff", k->vm_stat_diff[i], o->vm_stat_diff[i]);
}

static void compare_zone(struct comparer *c)
{
	compare_numbers(c);
	compare_compact(c);
	for (int cpu = 0; cpu < c->mm->nr_cpus; cpu++) {
		compare_stat_diff(c, cpu);
		compare_pcp(c, cpu);
	}
	compare_areas(c);
	compare_pageblocks(c);
	compare_movable(c);
}

static void compare_node(struct comparer *c, const struct dump_node *dn)
{
	const struct node *n = dn->nid < c->mm->nr_node_ids ? c->mm->node[dn->nid] : NULL;

	compare_number(c, "node is there", true, n != NULL);
	if (!n)
		return;
	compare_number(c, "kswapd_order", dn->kswapd_order, n->kswapd_order);
	compare_number(c, "kswapd_highest_zoneidx", dn->kswapd_highest_zoneidx, n->kswapd_highest_zoneidx);
	compare_number(c, "kswapd_failures", dn->kswapd_failures, n->kswapd_failures);
}

void conform_compare(struct mm *mm, const struct state_dump *d, struct conform_diff *diff, struct text *out)
{
	struct comparer c = { .mm = mm, .d = d, .diff = diff, .out = out };

	*diff = (struct conform_diff){ 0, NO_PFN, NO_PFN };
	for (u32 i = 0; i < d->nr_nodes; i++)
		compare_node(&c, &d->node[i]);
	for (u32 i = 0; i < d->nr_zones; i++) {
		c.dz = d->zone[i];
		c.z = c.dz->nid < mm->nr_node_ids && mm->node[c.dz->nid] ? &mm->node[c.dz->nid]->zones[c.dz->zid] : NULL;
		if (c.z && c.z->pcp)
			compare_zone(&c);
		else
			compare_number(&c, "zone is there", true, false);
	}
	if (out && diff->nr > MAX_LINES)
		text_printf(out, "  ... and %u more\n", diff->nr - MAX_LINES);
}
