/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free lists with given counts: after boot most of a zone is free in its largest
 * blocks; pages are taken until exactly the blocks are free that buddyinfo and
 * pagetypeinfo counted.
 *
 * Each free block of the booted zone is kept, or cut so that no two free halves
 * meet (they would merge): a free left half always has a right half in which at
 * least one page is taken.
 *
 *   order 3 region, wanted: one block of order 2, two of order 0
 *   [ free, order 2 ][ free ][ taken ][ free ][ taken ]
 *
 * A pageblock has one type, so types are served pageblock by pageblock. Largest
 * blocks that stay whole are spread over the zone; nothing of them is touched.
 */
#include "io/import_state.h"

#include <string.h>

#include "alloc/page_alloc.h"
#include "io/import_cut.h"
#include "zone/buddy.h"
#include "zone/pageblock.h"

#define LLU(v) ((unsigned long long)(v))

/* A free block of at least a pageblock: whole for whom it suits, else cut. */
static void use_large(struct fill *f, const struct free_block *b)
{
	unsigned mt = fill_type_wanting(f, b->order);
	page_handle h;

	if (f->want[b->mt][b->order]) {
		f->want[b->mt][b->order]--;
		return;
	}
	h = buddy_take(f->env, f->z, b, true);
	if (b->mt == MIGRATE_CMA) {
		fill_cut_typed(f, h, b->order, MIGRATE_CMA);
	} else if (mt != MIGRATE_TYPES) {
		fill_set_type(f, h, b->order, mt);
		fill_give(f, h, b->order, mt);
	} else {
		fill_cut(f, h, b->order);
	}
}

/* --- fragments: free blocks inside a pageblock that is not wholly free ---------------- */

struct group {
	pfn_t start, end;      /* of the pageblock, within the zone */
	u32 nr[NR_PAGE_ORDERS_MAX];
};

/* Pages of the group that would stay free as they are if the pageblock were of type @mt. */
static u64 group_fit(const struct fill *f, const struct group *g, unsigned mt)
{
	u64 pages = 0;

	for (unsigned o = 0; o < f->pb_order; o++)
		pages += min_u64(g->nr[o], f->want[mt][o]) << o;
	return pages;
}

static unsigned group_type(const struct fill *f, const struct group *g, unsigned now)
{
	unsigned best = now;
	u64 fit = group_fit(f, g, now);

	if (now == MIGRATE_CMA || now == MIGRATE_ISOLATE)
		return now;
	for (size_t i = 0; i < ARRAY_SIZE(fill_type); i++) {
		u64 n = group_fit(f, g, fill_type[i]);

		if (n > fit) {
			fit = n;
			best = fill_type[i];
		}
	}
	return best;
}

/* Next free block at or after @pfn and before @end, smaller than a pageblock or not. */
static bool next_free(const struct memmap *map, pfn_t pfn, pfn_t end, struct free_block *b)
{
	while (pfn < end) {
		if (buddy_find(map, pfn, b))
			return true;
		/* Without a slot the whole max block is not free. */
		pfn = memmap_find(map, pfn) == NO_PAGE ? align_down(pfn, memmap_block_pages(map)) +
			memmap_block_pages(map) : pfn + 1;
	}
	return false;
}

static void use_fragments(struct fill *f, struct group *g, unsigned mt)
{
	struct free_block b;
	unsigned type = group_type(f, g, mt);

	if (type != mt && pageblock_try_move_free(f->env, f->z, g->start, mt, type) < 0)
		type = mt;
	if (type != mt && type == MIGRATE_HIGHATOMIC)
		f->z->nr_reserved_highatomic += pageblock_pages(f->env->map);
	for (pfn_t pfn = g->start; next_free(f->env->map, pfn, g->end, &b); pfn = b.pfn + (1ULL << b.order)) {
		if (f->want[type][b.order])
			f->want[type][b.order]--;
		else
			fill_cut_typed(f, buddy_take(f->env, f->z, &b, true), b.order, type);
	}
}

static void count_group(const struct fill *f, struct group *g)
{
	struct free_block b;

	for (pfn_t pfn = g->start; next_free(f->env->map, pfn, g->end, &b); pfn = b.pfn + (1ULL << b.order))
		g->nr[b.order]++;
}

/* --- a zone ------------------------------------------------------------------------- */

enum pass { PASS_FRAGMENTS, PASS_LARGE, PASS_MAX };

struct spread { /* which of the largest blocks stay whole */
	u64 nr, keep, seen;
};

static u64 count_max(const struct fill *f)
{
	struct free_block b;
	u64 nr = 0;

	for (pfn_t pfn = f->z->zone_start_pfn; next_free(f->env->map, pfn, zone_end_pfn(f->z), &b);
	     pfn = b.pfn + (1ULL << b.order))
		nr += b.order == f->max_order && b.mt == MIGRATE_MOVABLE;
	return nr;
}

/* Evenly: block i of nr stays when keep * (i + 1) / nr is one more than keep * i / nr. */
static bool stays_whole(struct spread *s)
{
	u64 i = s->seen++;

	return s->keep * (i + 1) / s->nr > s->keep * i / s->nr;
}

static void one_block(struct fill *f, const struct free_block *b, enum pass pass, struct spread *s)
{
	if (b->order < f->pb_order) {
		struct group g = { .start = align_down(b->pfn, 1ULL << f->pb_order) };

		if (pass != PASS_FRAGMENTS)
			return;
		g.end = min_u64(g.start + (1ULL << f->pb_order), zone_end_pfn(f->z));
		g.start = max_u64(g.start, f->z->zone_start_pfn);
		count_group(f, &g);
		use_fragments(f, &g, b->mt);
	} else if (b->order < f->max_order) {
		if (pass == PASS_LARGE)
			use_large(f, b);
	} else if (pass == PASS_MAX && (b->mt != MIGRATE_MOVABLE || !stays_whole(s))) {
		use_large(f, b);
	}
}

/* Where to go on behind @b: a pageblock that was dealt with is done. */
static pfn_t behind(const struct fill *f, const struct free_block *b)
{
	pfn_t end = b->pfn + (1ULL << b->order);

	return b->order < f->pb_order ? align_up(end, 1ULL << f->pb_order) : end;
}

static void walk(struct fill *f, enum pass pass, struct spread *s)
{
	struct free_block b;

	for (pfn_t pfn = f->z->zone_start_pfn; next_free(f->env->map, pfn, zone_end_pfn(f->z), &b);
	     pfn = behind(f, &b))
		one_block(f, &b, pass, s);
}

void fill_zone(struct fill *f)
{
	struct spread s = { .nr = count_max(f) };
	u64 *max = &f->want[MIGRATE_MOVABLE][f->max_order];

	s.keep = min_u64(*max, s.nr);
	walk(f, PASS_FRAGMENTS, &s);
	walk(f, PASS_LARGE, &s);
	*max -= s.keep;
	walk(f, PASS_MAX, &s);
}

static void report_lack(struct system *sys, const struct zone *z, u64 lack)
{
	if (lack)
		sys_printk(sys, "import: node %d, zone %s: %llu free pages that the system had do not fit the model",
			   z->nid, z->name, LLU(lack));
}

/* What the description says of the zone; *typed: by type. False: nothing. */
static bool load_counts(const struct desc *d, const struct zone *z, struct free_counts *c, bool *typed)
{
	bool any = false;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < d->nr_freecount; i++) {
		const struct desc_freecount *f = &d->freecount[i];
		int mt = f->mt < 0 ? MIGRATE_MOVABLE : f->mt;

		if (f->nid != z->nid || f->zone != (int)z->idx || mt >= MIGRATE_TYPES)
			continue;
		*typed |= f->mt >= 0;
		any = true;
		for (int o = 0; o < NR_PAGE_ORDERS_MAX; o++)
			c->nr[mt][o] += f->count[o];
	}
	return any;
}

/* --- per-cpu lists and counters ------------------------------------------------------- */

static u64 pcp_pages_wanted(const struct desc *d, const struct zone *z, int cpu)
{
	u64 pages = 0;

	for (size_t i = 0; i < d->nr_percpu; i++) {
		const struct desc_percpu *p = &d->percpu[i];

		if (p->nid == z->nid && p->zone == (int)z->idx && p->cpu == cpu)
			pages += p->pages;
	}
	return pages;
}

/* Boot alone gave the zone just these lists: nothing is to be done. */
static bool as_wanted(const struct system *sys, const struct zone *z, const struct free_counts *c)
{
	struct free_counts own = import_counts_of(z);

	for (int cpu = 0; z->pcp && cpu < sys->mm.nr_cpus; cpu++)
		if ((u64)z->pcp[cpu].count != pcp_pages_wanted(sys->desc, z, cpu))
			return false;
	return !memcmp(&own, c, sizeof(own));
}

/*
 * The zone's counter of free pages said @counted, while its lists held another
 * number: the rest was with the cpus, at most their threshold with each.
 */
static void set_counted(struct mm *mm, struct zone *z, u64 counted)
{
	s64 left = zone_page_state_snapshot(mm, z, NR_FREE_PAGES) - (s64)counted;

	for (int cpu = 0; z->zonestat && cpu < mm->nr_cpus; cpu++) {
		s64 most = z->zonestat[cpu].stat_threshold;
		s64 diff = left > most ? most : left < -most ? -most : left;

		z->zonestat[cpu].vm_stat_diff[NR_FREE_PAGES] = (s8)diff;
		z->vm_stat[NR_FREE_PAGES] -= diff;
		left -= diff;
	}
}

static void set_counters(struct system *sys)
{
	const struct desc *d = sys->desc;

	refresh_cpu_vm_stats(&sys->mm);
	for (size_t i = 0; i < d->nr_percpu; i++) {
		const struct desc_percpu *p = &d->percpu[i];
		struct node *n = p->nid < sys->mm.nr_node_ids ? sys->mm.node[p->nid] : NULL;

		if (p->cpu < 0 && n && managed_zone(&n->zones[p->zone]))
			set_counted(&sys->mm, &n->zones[p->zone], p->pages);
	}
}

/* --- all of it -------------------------------------------------------------------- */

/* The zone is as boot left it. Counts without a type ask for movable blocks. */
static u64 fill_from_boot(struct system *sys, struct zone *z, const struct free_counts *c)
{
	struct fill f = fill_begin(sys, z);

	f.pcp_at = 0;
	memcpy(f.want, c->nr, sizeof(f.want));
	fill_zone(&f);
	return fill_lack(&f);
}

/* Its pages are where the system had them: how many are free is believed to the counts. */
static u64 settle(struct system *sys, struct zone *z, const struct free_counts *c, bool typed)
{
	struct free_counts own = import_counts_of(z);
	u64 moved = 0, lack;

	import_fill_percpu(sys, z);
	if (typed) {
		lack = import_settle_zone(sys, z, c, &moved);
	} else {
		import_match_sums(&own, c->nr[MIGRATE_MOVABLE]);
		lack = import_adjust_zone(sys, z, &own, &moved);
	}
	if (moved)
		sys_printk(sys, "import: node %d, zone %s: %llu blocks moved so that free counts are those of buddyinfo",
			   z->nid, z->name, LLU(moved));
	return lack;
}

/* Make the zone's lists hold @c, and those of the cpus what desc->percpu says. */
static void apply_zone(struct system *sys, struct zone *z, const struct free_counts *c, bool typed)
{
	u64 lack;

	if (as_wanted(sys, z, c))
		return;
	drain_all_pages(&sys->mm, z);
	lack = sys->desc->nr_run ? settle(sys, z, c, typed) : fill_from_boot(sys, z, c);
	report_lack(sys, z, lack);
}

void import_apply_freecounts(struct system *sys)
{
	if (!sys->desc->nr_freecount)
		return;
	for_each_node(&sys->mm, n) {
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			struct zone *z = &n->zones[zid];
			struct free_counts c;
			bool typed = false;

			if (managed_zone(z) && load_counts(sys->desc, z, &c, &typed))
				apply_zone(sys, z, &c, typed);
		}
	}
	set_counters(sys);
}

void import_apply_state(struct system *sys, struct text *out)
{
	if (sys->desc->nr_run)
		import_apply_pages(sys);
	import_apply_slab(sys, out);
	import_apply_freecounts(sys);
}
