/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zones in the kernel's words: /proc/zoneinfo, buddyinfo, pagetypeinfo and the two
 * fragmentation indexes of debugfs.
 * Models: mm/vmstat.c of Linux 6.12.117.
 */
#include "io/procfs.h"

#include "alloc/extfrag.h"
#include "alloc/node.h"
#include "phys/summary.h"
#include "zone/pageblock.h"

#define LLX(v) ((unsigned long long)(v))
#define MAX_RECLAIM_RETRIES   16
#define PAGETYPE_COUNT_LIMIT  100000 /* the kernel stops walking a free list here */

static const char *const zone_stat_names[NR_VM_ZONE_STAT_ITEMS] = {
	[NR_FREE_PAGES] = "nr_free_pages",
	[NR_ZONE_INACTIVE_ANON] = "nr_zone_inactive_anon",
	[NR_ZONE_ACTIVE_ANON] = "nr_zone_active_anon",
	[NR_ZONE_INACTIVE_FILE] = "nr_zone_inactive_file",
	[NR_ZONE_ACTIVE_FILE] = "nr_zone_active_file",
	[NR_ZONE_UNEVICTABLE] = "nr_zone_unevictable",
	[NR_ZONE_WRITE_PENDING] = "nr_zone_write_pending",
	[NR_MLOCK] = "nr_mlock",
	[NR_BOUNCE] = "nr_bounce",
	[NR_ZSPAGES] = "nr_zspages",
	[NR_FREE_CMA_PAGES] = "nr_free_cma",
	[NR_UNACCEPTED] = "nr_unaccepted",
};

static const char *const numa_event_names[NR_VM_NUMA_EVENT_ITEMS] = {
	"numa_hit", "numa_miss", "numa_foreign", "numa_interleave", "numa_local", "numa_other",
};

static const char *const migratetype_names[MIGRATE_TYPES] = {
	[MIGRATE_UNMOVABLE] = "Unmovable", [MIGRATE_MOVABLE] = "Movable",
	[MIGRATE_RECLAIMABLE] = "Reclaimable", [MIGRATE_HIGHATOMIC] = "HighAtomic",
	[MIGRATE_CMA] = "CMA", [MIGRATE_ISOLATE] = "Isolate",
};

const char *procfs_zone_stat_name(int item) { return zone_stat_names[item]; }

bool procfs_has_zone_stat(const struct system *sys, int item)
{
	if (item == NR_UNACCEPTED)
		return sys->arch.id == ARCH_X86_64;
	if (item == NR_ZSPAGES)
		return sys->arch.id != ARCH_I386;
	return true;
}

bool procfs_has_node_stat(const struct system *sys, int item)
{
	if (item == NS_nr_iommu_pages || item == NS_pgpromote_success || item == NS_pgpromote_candidate)
		return sys->arch.id != ARCH_I386;
	return true;
}

/* MIGRATE_CMA and MIGRATE_ISOLATE are there by configuration. */
static bool has_migratetype(const struct system *sys, int mt)
{
	if (mt == MIGRATE_CMA)
		return sys->arch.has_cma;
	if (mt == MIGRATE_ISOLATE)
		return sys->arch.id != ARCH_I386;
	return true;
}

static bool counted_in_thp(int item)
{
	return item == NS_nr_shmem_hugepages || item == NS_nr_shmem_pmdmapped || item == NS_nr_file_hugepages ||
	       item == NS_nr_file_pmdmapped || item == NS_nr_anon_transparent_hugepages;
}

static void print_node_stats(struct system *sys, const struct node *n, struct text *out)
{
	text_puts(out, "\n  per-node stats");
	for (int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++) {
		s64 v = n->vm_stat[i] < 0 ? 0 : n->vm_stat[i];

		if (!procfs_has_node_stat(sys, i))
			continue;
		if (counted_in_thp(i))
			v >>= sys->arch.hpage_pmd_order;
		text_printf(out, "\n      %-12s %lld", node_stat_name((enum node_stat_item)i), (long long)v);
	}
}

static void print_sizes(const struct zone *z, struct text *out)
{
	u64 boost = z->watermark_boost;

	text_printf(out, "\n  pages free     %llu\n        boost    %llu\n        min      %llu\n        low      %llu"
			 "\n        high     %llu\n        promo    %llu\n        spanned  %llu"
			 "\n        present  %llu\n        managed  %llu\n        cma      %llu",
		    LLX(zone_page_state(z, NR_FREE_PAGES)), LLX(boost), LLX(z->watermark[WMARK_MIN] + boost),
		    LLX(z->watermark[WMARK_LOW] + boost), LLX(z->watermark[WMARK_HIGH] + boost),
		    LLX(z->watermark[WMARK_PROMO] + boost), LLX(z->spanned_pages), LLX(z->present_pages),
		    LLX(z->managed_pages), LLX(z->cma_pages));
}

static void print_protection(struct system *sys, const struct zone *z, struct text *out)
{
	const char *sep = "";

	text_puts(out, "\n        protection: (");
	for_each_zone_type(&sys->mm, zid) {
		text_printf(out, "%s%llu", sep, LLX(z->lowmem_reserve[zid]));
		sep = ", ";
	}
	text_puts(out, ")");
}

static void print_zone_counters(struct system *sys, const struct zone *z, struct text *out)
{
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		if (procfs_has_zone_stat(sys, i))
			text_printf(out, "\n      %-12s %llu", zone_stat_names[i], LLX(zone_page_state(z, i)));
	for (int i = 0; sys->arch.max_numnodes > 1 && i < NR_VM_NUMA_EVENT_ITEMS; i++)
		text_printf(out, "\n      %-12s %llu", numa_event_names[i], LLX(z->numa_event[i]));
}

static void print_pagesets(const struct system *sys, const struct zone *z, struct text *out)
{
	text_puts(out, "\n  pagesets");
	for (int cpu = 0; z->pcp && cpu < sys->mm.nr_cpus; cpu++)
		text_printf(out, "\n    cpu: %i\n              count: %i\n              high:  %i"
				 "\n              batch: %i\n  vm stats threshold: %d",
			    cpu, z->pcp[cpu].count, z->pcp[cpu].high, z->pcp[cpu].batch,
			    z->zonestat[cpu].stat_threshold);
}

static bool first_populated(const struct node *n, const struct zone *z)
{
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (populated_zone(&n->zones[zid]))
			return z == &n->zones[zid];
	return false;
}

static void print_zone(struct system *sys, const struct node *n, const struct zone *z, struct text *out)
{
	text_printf(out, "Node %d, zone %8s", n->nid, z->name);
	if (first_populated(n, z))
		print_node_stats(sys, n, out);
	print_sizes(z, out);
	print_protection(sys, z, out);
	if (populated_zone(z)) {
		print_zone_counters(sys, z, out);
		print_pagesets(sys, z, out);
		text_printf(out, "\n  node_unreclaimable:  %u\n  start_pfn:           %llu",
			    n->kswapd_failures >= MAX_RECLAIM_RETRIES, LLX(z->zone_start_pfn));
	}
	text_puts(out, "\n");
}

void procfs_zoneinfo(struct system *sys, struct text *out)
{
	for_each_node(&sys->mm, n)
		for_each_zone_type(&sys->mm, zid)
			print_zone(sys, n, &n->zones[zid], out);
}

void procfs_buddyinfo(struct system *sys, struct text *out)
{
	for_each_node(&sys->mm, n) {
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct zone *z = &n->zones[zid];

			if (!populated_zone(z))
				continue;
			text_printf(out, "Node %d, zone %8s ", n->nid, z->name);
			for (int order = 0; order <= sys->arch.max_page_order; order++)
				text_printf(out, "%6llu ", LLX(area_nr_free(&z->free_area[order])));
			text_puts(out, "\n");
		}
	}
}

static void print_free_counts(const struct system *sys, const struct zone *z, int mt, struct text *out)
{
	text_printf(out, "Node %4d, zone %8s, type %12s ", z->nid, z->name, migratetype_names[mt]);
	for (int order = 0; order <= sys->arch.max_page_order; order++) {
		u64 nr = z->free_area[order].list[mt].nr;
		bool over = nr >= PAGETYPE_COUNT_LIMIT;

		text_printf(out, "%s%6llu ", over ? ">" : "", LLX(over ? PAGETYPE_COUNT_LIMIT : nr));
	}
	text_puts(out, "\n");
}

static void print_free_table(struct system *sys, const struct node *n, struct text *out)
{
	text_printf(out, "%-43s ", "Free pages count per migrate type at order");
	for (int order = 0; order <= sys->arch.max_page_order; order++)
		text_printf(out, "%6d ", order);
	text_puts(out, "\n");
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		for (int mt = 0; populated_zone(&n->zones[zid]) && mt < MIGRATE_TYPES; mt++)
			if (has_migratetype(sys, mt))
				print_free_counts(sys, &n->zones[zid], mt, out);
}

/* The kernel steps from the first page on, one pageblock at a time. */
static void print_block_counts(struct system *sys, const struct zone *z, struct text *out)
{
	u64 block = 1ULL << sys->arch.pageblock_order;
	pfn_t first = align_down(z->zone_start_pfn, block);
	struct summary s = { { 0 }, { 0 }, 0 };

	summary_query(&sys->map, first, first + align_up(z->spanned_pages, block), &s);
	/* A zone that begins inside a pageblock may have a type of its own for it (flat memory map). */
	s.pageblocks[pageblock_mt(&sys->map, first)]--;
	s.pageblocks[pageblock_mt(&sys->map, z->zone_start_pfn)]++;
	text_printf(out, "Node %d, zone %8s ", z->nid, z->name);
	for (int mt = 0; mt < MIGRATE_TYPES; mt++)
		if (has_migratetype(sys, mt))
			text_printf(out, "%12llu ", LLX(s.pageblocks[mt]));
	text_puts(out, "\n");
}

static void print_block_table(struct system *sys, const struct node *n, struct text *out)
{
	text_printf(out, "\n%-23s", "Number of blocks type ");
	for (int mt = 0; mt < MIGRATE_TYPES; mt++)
		if (has_migratetype(sys, mt))
			text_printf(out, "%12s ", migratetype_names[mt]);
	text_puts(out, "\n");
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (populated_zone(&n->zones[zid]))
			print_block_counts(sys, &n->zones[zid], out);
}

void procfs_pagetypeinfo(struct system *sys, struct text *out)
{
	for_each_node(&sys->mm, n) {
		if (!node_has_memory(n))
			continue;
		text_printf(out, "Page block order: %d\nPages per block:  %llu\n\n", sys->arch.pageblock_order,
			    1ULL << sys->arch.pageblock_order);
		print_free_table(sys, n, out);
		print_block_table(sys, n, out);
	}
}

static void print_index(struct system *sys, struct text *out, int width,
			int (*index)(const struct mm *mm, const struct zone *z, int order))
{
	for_each_node(&sys->mm, n) {
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct zone *z = &n->zones[zid];

			if (!populated_zone(z))
				continue;
			text_printf(out, "Node %d, zone %8s ", n->nid, z->name);
			for (int order = 0; order <= sys->arch.max_page_order; order++) {
				int v = index(&sys->mm, z, order);

				text_printf(out, "%*d.%03d ", width, v / 1000, (v < 0 ? -v : v) % 1000);
			}
			text_puts(out, "\n");
		}
	}
}

void procfs_extfrag(struct system *sys, struct text *out)
{
	print_index(sys, out, 2, fragmentation_index);
}

void procfs_unusable(struct system *sys, struct text *out)
{
	print_index(sys, out, 1, unusable_free_index);
}
