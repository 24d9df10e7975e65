/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where ZONE_MOVABLE begins on each node.
 *
 * kernelcore= says how much memory has to stay usable for everything; it is
 * spread evenly over the nodes, and what lies above it on a node is Movable:
 *
 *   kernelcore=256M, two nodes of 256 MiB:
 *   node 0 [ DMA 128 MiB | Movable 128 MiB ]   node 1 [ DMA 128 MiB | Movable 128 MiB ]
 *
 * movablecore= says it from the other end. movable_node makes hot-pluggable
 * memory Movable, kernelcore=mirror what is not mirrored.
 *
 * Models: mm/mm_init.c find_zone_movable_pfns_for_nodes() of Linux 6.12.
 */
#include "boot/stages.h"

#define PFN_4G(sys) phys_to_pfn(&(sys)->arch, 4 * GiB)

/* The zone that Movable is carved out of: the highest one with any range. */
static enum zone_type usable_zone(const struct system *sys)
{
	for (int zid = MAX_NR_ZONES - 1; zid >= 0; zid--)
		if (zid != ZONE_MOVABLE && sys->zone_highest_pfn[zid] > sys->zone_lowest_pfn[zid])
			return (enum zone_type)zid;
	return ZONE_NORMAL;
}

static void lower_start(struct system *sys, int nid, pfn_t pfn)
{
	pfn_t *start = &sys->movable_start_pfn[nid];

	*start = *start ? min_u64(*start, pfn) : pfn;
}

static int region_nid(const struct memblock_region *r)
{
	return numa_valid_node(r->nid) ? r->nid : 0;
}

static void movable_from_hotplug(struct system *sys)
{
	const struct memblock_region *r;

	for_each_mem_region(&sys->memblock, r)
		if (memblock_is_hotpluggable(r))
			lower_start(sys, region_nid(r), memblock_region_memory_base_pfn(&sys->memblock, r));
}

/* False: there is no mirrored memory, so the option is ignored. */
static bool movable_from_mirror(struct system *sys)
{
	const struct memblock_region *r;
	bool low = false;

	if (!memblock_has_mirror(&sys->memblock)) {
		sys_printk(sys, "The system has no mirror memory, ignore kernelcore=mirror.");
		return false;
	}
	for_each_mem_region(&sys->memblock, r) {
		pfn_t pfn = memblock_region_memory_base_pfn(&sys->memblock, r);

		if (memblock_is_mirror(r))
			continue;
		if (pfn < PFN_4G(sys))
			low = true;
		else
			lower_start(sys, region_nid(r), pfn);
	}
	if (low)
		sys_printk(sys, "This configuration results in unmirrored kernel memory.");
	return true;
}

/* Pages for everything that kernelcore= and movablecore= leave; 0: no limit. */
static u64 required_core(const struct system *sys, u64 total)
{
	const struct cmdline *c = &sys->cmd;
	u64 core = c->kernelcore.pages, movable = c->movablecore.pages;

	if (c->kernelcore.percent)
		core = total * 100 * c->kernelcore.percent / 10000;
	if (c->movablecore.percent)
		movable = total * 100 * c->movablecore.percent / 10000;
	if (movable) {
		movable = min_u64(total, align_up(movable, 1ULL << sys->arch.max_page_order));
		core = max_u64(core, total - movable);
	}
	return core < total ? core : 0;
}

/* State of one distribution over the nodes; all in pages. */
struct spread {
	u64 required;  /* not placed yet */
	u64 per_node;
	u64 remaining; /* of per_node, on the node at hand */
	pfn_t usable;  /* lowest pfn that Movable may begin at */
};

static void take_pages(struct spread *s, u64 pages)
{
	s->remaining -= min_u64(pages, s->remaining);
	s->required -= min_u64(pages, s->required);
}

/* Count [start, end) of @nid; false when the node has its share. */
static bool spread_range(struct system *sys, struct spread *s, int nid, pfn_t start, pfn_t end)
{
	pfn_t *movable = &sys->movable_start_pfn[nid];
	u64 pages;

	start = max_u64(start, *movable);
	if (start >= end)
		return true;
	if (start < s->usable) {
		take_pages(s, min_u64(end, s->usable) - start);
		if (end <= s->usable) {
			*movable = end;
			return true;
		}
		start = s->usable;
	}
	pages = min_u64(end - start, s->remaining);
	*movable = start + pages;
	s->required -= min_u64(s->required, pages);
	s->remaining -= pages;
	return s->remaining > 0;
}

static void spread_node(struct system *sys, struct spread *s, int nid, u64 nodes)
{
	pfn_t start, end;
	int i;

	if (s->required < s->per_node)
		s->per_node = s->required / nodes;
	s->remaining = s->per_node;
	for_each_mem_pfn_range(&sys->memblock, i, nid, &start, &end, NULL)
		if (!spread_range(sys, s, nid, start, end))
			break;
}

static bool node_has_ranges(const struct system *sys, int nid)
{
	pfn_t start, end;

	get_pfn_range_for_nid(sys, nid, &start, &end);
	return start < end;
}

/* Every node gives an equal share; what one could not give is asked of the others again. */
static void spread_core(struct system *sys, u64 core)
{
	struct spread s = { .required = core, .usable = sys->zone_lowest_pfn[sys->mm.movable_zone] };
	u64 nodes = 0;

	for (int nid = 0; nid < sys->mm.nr_node_ids; nid++)
		nodes += node_has_ranges(sys, nid);
	do {
		s.per_node = s.required / nodes;
		for (int nid = 0; nid < sys->mm.nr_node_ids; nid++)
			if (node_has_ranges(sys, nid))
				spread_node(sys, &s, nid, nodes);
		nodes--;
	} while (nodes && s.required > nodes);
}

static void align_starts(struct system *sys)
{
	u64 block = 1ULL << sys->arch.max_page_order;

	for (int nid = 0; nid < sys->mm.nr_node_ids; nid++) {
		pfn_t *m = &sys->movable_start_pfn[nid];
		pfn_t start, end;

		*m = align_up(*m, block);
		get_pfn_range_for_nid(sys, nid, &start, &end);
		if (*m >= end)
			*m = 0;
	}
}

static u64 total_pages(const struct system *sys)
{
	pfn_t start, end;
	u64 total = 0;
	int i;

	for_each_mem_pfn_range(&sys->memblock, i, MEMBLOCK_NO_NID, &start, &end, NULL)
		total += end - start;
	return total;
}

void find_zone_movable_pfns_for_nodes(struct system *sys)
{
	u64 core;

	sys->mm.movable_zone = usable_zone(sys);
	if (sys->cmd.movable_node) {
		movable_from_hotplug(sys);
	} else if (sys->cmd.kernelcore_mirror) {
		if (!movable_from_mirror(sys))
			return;
	} else {
		core = required_core(sys, total_pages(sys));
		if (!core)
			return;
		spread_core(sys, core);
	}
	align_starts(sys);
}
