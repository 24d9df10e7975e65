/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every page frame learns its zone, and starts its life reserved.
 *
 * Memory ranges are cut at zone borders. Frames that have a struct page but no
 * memory (the section is larger than the RAM in it) are linked to the zone that
 * follows them and counted:
 *
 *   zone      ...DMA32 [ RAM )..hole..[ RAM ) Normal...
 *   section   |              |  unavailable |           "On node 0, zone Normal: 32 pages ..."
 *
 * On 64-bit machines only the beginning of a node's last zone is set up at first;
 * the rest is done later in parallel (first_deferred_pfn).
 *
 * Models: mm/mm_init.c memmap_init(), init_unavailable_range(), defer_init() of
 * Linux 6.12. Pages are never touched one by one here.
 */
#include "boot/stages.h"

#include "alloc/node.h"
#include "zone/pageblock.h"

#define SUBSECTION_SIZE (2 * MiB)

struct memmap_walk {
	struct system *sys;
	pfn_t hole;         /* end of what was set up: a hole may begin here */
	pfn_t prev_end_pfn; /* of the zone that nr_initialised counts for */
	u64 nr_initialised;
};

/*
 * Frames of [start, end), all in one section that is present. They are linked to
 * a zone, but only what shares a subsection with memory counts as online.
 */
static u64 mark_in_section(struct system *sys, pfn_t start, pfn_t end, const struct zone *z)
{
	u64 sub = SUBSECTION_SIZE >> sys->arch.page_shift;
	pfn_t first_end = min_u64(end, align_up(start, sub));
	pfn_t last_start = max_u64(first_end, align_down(end, sub));

	memmap_set_range(&sys->map, start, first_end, PAGE_HOLE, (u16)zone_nr(z));
	memmap_set_range(&sys->map, first_end, last_start, PAGE_HOLE, ZONE_NONE);
	memmap_set_range(&sys->map, last_start, end, PAGE_HOLE, (u16)zone_nr(z));
	return end - start;
}

/* Frames of [start, end) that have a section; only its edges can lie in one with memory. */
static u64 mark_unavailable(struct system *sys, pfn_t start, pfn_t end, const struct zone *z)
{
	u64 section = arch_pages_per_section(&sys->arch);
	pfn_t first_end = min_u64(end, align_up(start, section));
	pfn_t last_start = max_u64(first_end, align_down(end, section));
	u64 pages = 0;

	if (sys->arch.flatmem) {
		memmap_set_range(&sys->map, start, end, PAGE_HOLE, (u16)zone_nr(z));
		return end - start;
	}
	if (start < first_end && boot_pfn_valid(sys, start))
		pages += mark_in_section(sys, start, first_end, z);
	if (last_start < end && boot_pfn_valid(sys, last_start))
		pages += mark_in_section(sys, last_start, end, z);
	return pages;
}

/*
 * The walk skips pageblocks whose first frame is not valid. Where only mapped
 * memory is valid, the rest of the pageblock that the hole begins in is left.
 */
static pfn_t strict_end(const struct system *sys, pfn_t start, pfn_t end)
{
	pfn_t block = align_down(start, 1ULL << sys->arch.pageblock_order);

	if (block == start || !memblock_is_map_memory(&sys->memblock, pfn_to_phys(&sys->arch, block)))
		return start;
	return min_u64(end, block + (1ULL << sys->arch.pageblock_order));
}

static void init_unavailable_range(struct system *sys, pfn_t start, pfn_t end, const struct zone *z)
{
	u64 pages;

	if (sys->arch.strict_pfn_valid)
		end = strict_end(sys, start, end);
	pages = start < end ? mark_unavailable(sys, start, end, z) : 0;

	if (pages)
		sys_printk(sys, "On node %d, zone %s: %llu pages in unavailable ranges", z->nid, z->name,
			   (unsigned long long)pages);
}

/*
 * Where in [start, end) deferring begins: at the first section border after more
 * than one section of pages was set up. Zones that do not end their node are
 * never deferred.
 */
static void defer_init(struct memmap_walk *w, const struct zone *z, pfn_t start, pfn_t end)
{
	struct system *sys = w->sys;
	const struct node *n = sys->mm.node[z->nid];
	pfn_t *deferred = &sys->first_deferred_pfn[z->nid];
	u64 section = arch_pages_per_section(&sys->arch);
	pfn_t pfn;

	if (!sys->arch.deferred_init || sys->cmd.page_owner == OPT_ON)
		return;
	if (zone_end_pfn(z) < n->node_start_pfn + n->node_spanned_pages || *deferred != NO_PFN)
		return;
	if (w->prev_end_pfn != zone_end_pfn(z)) {
		w->prev_end_pfn = zone_end_pfn(z);
		w->nr_initialised = 0;
	}
	/* pfn is counted as number nr_initialised + (pfn - start) + 1, which must exceed a section. */
	pfn = w->nr_initialised < section ? start + (section - w->nr_initialised) : start;
	pfn = align_up(pfn, section);
	if (pfn < end)
		*deferred = pfn;
	else
		w->nr_initialised += end - start;
}

static bool skip_mirror(const struct system *sys, const struct zone *z, bool mirror)
{
	return sys->cmd.kernelcore_mirror && z->idx == ZONE_MOVABLE && mirror;
}

/*
 * A pageblock becomes movable when the walk passes its first frame. One that
 * begins in a hole is never passed and keeps type 0, unmovable: the lowest block
 * of ZONE_DMA on x86, whose frame 0 belongs to the BIOS, is always one.
 */
static void mark_headless_pageblock(struct system *sys, const struct zone *z, pfn_t start)
{
	pfn_t block = align_down(start, 1ULL << sys->arch.pageblock_order);
	const struct memmap_range *below = memmap_range_of(&sys->map, block);

	/* Without sections each zone has its own bitmap, and this zone's bit is never passed either. */
	if (sys->arch.flatmem && block != start && start == z->zone_start_pfn && below && below->zone != ZONE_NONE) {
		memmap_touch_section(&sys->map, block);
		memmap_share_pageblock(&sys->map, block, (u16)zone_nr(z), MIGRATE_UNMOVABLE);
		return;
	}
	if (block != start && !memblock_is_memory(&sys->memblock, pfn_to_phys(&sys->arch, block)))
		pageblock_set_mt(&sys->map, block, MIGRATE_UNMOVABLE);
}

static void init_zone_range(struct memmap_walk *w, const struct zone *z, pfn_t start, pfn_t end, bool mirror)
{
	start = clamp_u64(start, z->zone_start_pfn, zone_end_pfn(z));
	end = clamp_u64(end, z->zone_start_pfn, zone_end_pfn(z));
	if (start >= end)
		return;
	if (!skip_mirror(w->sys, z, mirror)) {
		defer_init(w, z, start, end);
		memmap_set_range(&w->sys->map, start, end, PAGE_RESERVED, (u16)zone_nr(z));
		mark_headless_pageblock(w->sys, z, start);
	}
	init_unavailable_range(w->sys, w->hole, start, z);
	w->hole = end;
}

static void alloc_deferred(struct system *sys)
{
	size_t nr = (size_t)sys->mm.nr_node_ids;

	sys->first_deferred_pfn = arena_alloc(sys->arena, nr * sizeof(pfn_t));
	for (size_t i = 0; i < nr; i++)
		sys->first_deferred_pfn[i] = NO_PFN;
}

void memmap_init_zones(struct system *sys)
{
	struct memmap_walk w = { .sys = sys };
	const struct memblock *mb = &sys->memblock;
	const struct memblock_region *r;
	const struct zone *last = NULL;
	pfn_t end = 0;

	alloc_deferred(sys);
	for_each_mem_region(mb, r) {
		struct node *n = sys->mm.node[numa_valid_node(r->nid) ? r->nid : 0];
		pfn_t start = memblock_region_memory_base_pfn(mb, r);

		end = memblock_region_memory_end_pfn(mb, r);
		for (int zid = 0; start < end && zid < MAX_NR_ZONES; zid++) {
			if (!populated_zone(&n->zones[zid]))
				continue;
			init_zone_range(&w, &n->zones[zid], start, end, memblock_is_mirror(r));
			last = &n->zones[zid];
		}
	}
	if (last && !sys->arch.flatmem)
		init_unavailable_range(sys, w.hole, align_up(end, arch_pages_per_section(&sys->arch)), last);
}
