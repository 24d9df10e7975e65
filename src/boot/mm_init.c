/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zone sizing: from the architecture's limits and memblock's ranges to the zones
 * of every node.
 *
 *   spanned = zone_end - zone_start       what the zone covers, holes included
 *   present = spanned - absent            what is memory
 *   managed                               what the buddy got (later)
 *
 * Models: mm/mm_init.c free_area_init() and its helpers in Linux 6.12.
 */
#include "boot/stages.h"

#include "alloc/node.h"

#define LLX(v) ((unsigned long long)(v))

/* Each zone begins where the one below it ended. */
static void set_zone_limits(struct system *sys, const pfn_t *max_zone_pfn)
{
	pfn_t start = phys_to_pfn(&sys->arch, memblock_start_of_DRAM(&sys->memblock));

	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		pfn_t end;

		if (zid == ZONE_MOVABLE || !arch_has_zone(&sys->arch, zid))
			continue;
		end = max_u64(max_zone_pfn[zid], start);
		sys->zone_lowest_pfn[zid] = start;
		sys->zone_highest_pfn[zid] = end;
		start = end;
	}
}

static bool mirrored(const struct system *sys)
{
	return sys->cmd.kernelcore_mirror && memblock_has_mirror(&sys->memblock);
}

/* What Movable takes from the zones below it, or has itself. */
static void adjust_for_movable(const struct system *sys, int nid, int zid, pfn_t node_end, pfn_t *start,
			       pfn_t *end)
{
	pfn_t movable = sys->movable_start_pfn[nid];

	if (!movable)
		return;
	if (zid == ZONE_MOVABLE) {
		*start = movable;
		*end = min_u64(node_end, sys->zone_highest_pfn[sys->mm.movable_zone]);
	} else if (!mirrored(sys) && *start < movable && *end > movable) {
		*end = movable;
	} else if (*start >= movable) {
		*start = *end;
	}
}

/* Fill *start, *end; return spanned pages. */
static u64 zone_spanned(const struct system *sys, int nid, int zid, pfn_t node_start, pfn_t node_end,
			pfn_t *start, pfn_t *end)
{
	*start = clamp_u64(node_start, sys->zone_lowest_pfn[zid], sys->zone_highest_pfn[zid]);
	*end = clamp_u64(node_end, sys->zone_lowest_pfn[zid], sys->zone_highest_pfn[zid]);
	adjust_for_movable(sys, nid, zid, node_end, start, end);
	if (*end < node_start || *start > node_end)
		return 0;
	*end = min_u64(*end, node_end);
	*start = max_u64(*start, node_start);
	return *end - *start;
}

static u64 absent_pages(const struct system *sys, int nid, pfn_t start, pfn_t end)
{
	u64 absent = end - start;
	pfn_t s, e;
	int i;

	for_each_mem_pfn_range(&sys->memblock, i, nid, &s, &e, NULL)
		absent -= clamp_u64(e, start, end) - clamp_u64(s, start, end);
	return absent;
}

/* kernelcore=mirror: Normal and Movable span the same frames; each lacks what the other has. */
static u64 mirror_absent(const struct system *sys, int zid, pfn_t start, pfn_t end)
{
	const struct memblock_region *r;
	u64 absent = 0;

	for_each_mem_region(&sys->memblock, r) {
		u64 pages = clamp_u64(memblock_region_memory_end_pfn(&sys->memblock, r), start, end) -
			    clamp_u64(memblock_region_memory_base_pfn(&sys->memblock, r), start, end);

		if (zid == ZONE_MOVABLE && memblock_is_mirror(r))
			absent += pages;
		if (zid == ZONE_NORMAL && !memblock_is_mirror(r))
			absent += pages;
	}
	return absent;
}

static u64 zone_absent(const struct system *sys, int nid, int zid, pfn_t start, pfn_t end)
{
	u64 absent;

	if (start == end)
		return 0;
	absent = absent_pages(sys, nid, start, end);
	if (mirrored(sys) && sys->movable_start_pfn[nid])
		absent += mirror_absent(sys, zid, start, end);
	return absent;
}

static void size_zone(struct system *sys, struct node *n, int zid, pfn_t node_end)
{
	struct zone *z = &n->zones[zid];
	pfn_t start, end;
	u64 spanned = zone_spanned(sys, n->nid, zid, n->node_start_pfn, node_end, &start, &end);

	z->spanned_pages = spanned;
	z->zone_start_pfn = spanned ? start : 0;
	z->present_pages = spanned - zone_absent(sys, n->nid, zid, start, end);
	z->present_early_pages = z->present_pages;
	/* Until the hand-over a zone counts as managing all it has. */
	z->managed_pages = z->present_pages;
	z->initialized = spanned > 0;
	n->node_present_pages += z->present_pages;
}

/* A debug message until 5.13. */
static void print_total(struct system *sys, int nid, u64 pages)
{
	if (sys->desc->kernel_version && sys->desc->kernel_version < (5 << 16 | 14 << 8))
		sys_printk(sys, "On node %d totalpages: %llu", nid, LLX(pages));
}

/* Until 5.17 an empty range was printed. */
static void print_memoryless(struct system *sys, int nid)
{
	if (sys->desc->kernel_version && sys->desc->kernel_version < (5 << 16 | 18 << 8))
		sys_printk(sys, "Initmem setup node %d [mem 0x%016llx-0x%016llx]", nid, 0ULL, 0ULL);
	else
		sys_printk(sys, "Initmem setup node %d as memoryless", nid);
	print_total(sys, nid, 0);
}

static void free_area_init_node(struct system *sys, int nid)
{
	struct node *n = sys->mm.node[nid];
	pfn_t start, end;

	get_pfn_range_for_nid(sys, nid, &start, &end);
	if (start == end) {
		print_memoryless(sys, nid);
		return;
	}
	sys_printk(sys, "Initmem setup node %d [mem 0x%016llx-0x%016llx]", nid,
		   LLX(pfn_to_phys(&sys->arch, start)), LLX(pfn_to_phys(&sys->arch, end) - 1));
	n->node_start_pfn = start;
	n->node_spanned_pages = end - start;
	for_each_zone_type(&sys->mm, zid)
		size_zone(sys, n, zid, end);
	print_total(sys, nid, n->node_present_pages);
}

/* Pages that are free now: hash tables will be sized by them. */
static void calc_nr_kernel_pages(struct system *sys)
{
	pfn_t low_end = arch_has_zone(&sys->arch, ZONE_HIGHMEM) ? sys->zone_lowest_pfn[ZONE_HIGHMEM] : NO_PFN;
	phys_t start, end;
	u64 i;

	sys->nr_all_pages = 0;
	sys->nr_kernel_pages = 0;
	for_each_free_mem_range(&sys->memblock, i, NO_NODE, MEMBLOCK_NONE, &start, &end, NULL) {
		pfn_t s = phys_to_pfn_up(&sys->arch, start), e = phys_to_pfn(&sys->arch, end);

		if (s >= e)
			continue;
		sys->nr_all_pages += e - s;
		sys->nr_kernel_pages += min_u64(e, low_end) - min_u64(s, low_end);
	}
}

static void free_area_init(struct system *sys, const pfn_t *max_zone_pfn)
{
	set_zone_limits(sys, max_zone_pfn);
	find_zone_movable_pfns_for_nodes(sys);
	print_zone_ranges(sys);
	for (int nid = 0; nid < sys->mm.nr_node_ids; nid++)
		if (sys->mm.node[nid])
			free_area_init_node(sys, nid);
	model_zone_tables(sys);
	calc_nr_kernel_pages(sys);
	memmap_init_zones(sys);
}

/* x86: a node with cpus is online even without memory. */
static void online_cpu_nodes(struct system *sys)
{
	struct mm *mm = &sys->mm;

	for (int cpu = 0; cpu < mm->nr_cpus_possible; cpu++)
		if (mm->node[mm->cpu_node[cpu]])
			mm->node[mm->cpu_node[cpu]]->online = true;
}

int boot_zones(struct system *sys, struct mm_error *err)
{
	pfn_t max_zone_pfn[MAX_NR_ZONES] = { 0 };
	int rc;

	if (arch_is_x86(sys))
		x86_max_zone_pfns(sys, max_zone_pfn);
	else
		arm64_max_zone_pfns(sys, max_zone_pfn);
	rc = early_resv(sys, RESV_AT_ZONES, err);
	if (rc)
		return rc;
	free_area_init(sys, max_zone_pfn);
	rc = early_resv(sys, RESV_BEFORE_CMA, err);
	if (rc)
		return rc;
	cma_reserve_boot(sys);
	if (!arch_is_x86(sys)) {
		crash_reserve(sys);
		memblock_dump_all(&sys->memblock);
	}
	online_cpu_nodes(sys);
	iomem_early(sys);
	return 0;
}
