/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block comes online: its pages join a zone.
 *
 *   zone and node spans grow over the range
 *   pages reach the free lists, at the tail, in blocks of the largest order
 *   present and managed grow; a zone that was empty enters the zonelists
 *   watermarks, reserves and per-cpu limits are computed anew
 *   kswapd and kcompactd of the node run
 *
 * The kernel puts the pages on MIGRATE_ISOLATE lists first and moves them to
 * MIGRATE_MOVABLE when everything is ready. Nothing can happen between the two
 * here, and the result is the same: whole blocks at the tail in address order.
 *
 * Models: mm/memory_hotplug.c online_pages(), move_pfn_range_to_zone(); and
 * drivers/base/memory.c memory_block_online() (6.12).
 */
#include "alloc/node.h"
#include "alloc/page_alloc.h"
#include "hotplug/dimm.h"
#include "hotplug/memory_hotplug.h"
#include "slab/slub.h"
#include "zone/pageblock.h"

static void resize_zone(struct zone *z, pfn_t start, u64 nr_pages)
{
	pfn_t end = max_u64(start + nr_pages, z->spanned_pages ? zone_end_pfn(z) : 0);

	if (!z->spanned_pages) {
		z->initialized = true;
		z->zone_start_pfn = start;
	}
	z->zone_start_pfn = min_u64(z->zone_start_pfn, start);
	z->spanned_pages = end - z->zone_start_pfn;
}

static void resize_node(struct node *n, pfn_t start, u64 nr_pages)
{
	pfn_t end = max_u64(start + nr_pages, n->node_start_pfn + n->node_spanned_pages);

	if (!n->node_spanned_pages || start < n->node_start_pfn)
		n->node_start_pfn = start;
	n->node_spanned_pages = end - n->node_start_pfn;
}

void reset_pageblocks(struct system *sys, pfn_t start, pfn_t end)
{
	struct memmap *map = &sys->map;
	struct mem_section *sec = memmap_next_section(map, start);

	while (sec && sec->start_pfn < end) {
		pfn_t sec_end = sec->start_pfn + memmap_section_pages(map);

		for (pfn_t p = max_u64(start, sec->start_pfn); p < min_u64(end, sec_end);
		     p += pageblock_pages(map)) {
			pageblock_set_mt(map, p, MIGRATE_MOVABLE);
			pageblock_set_skip(map, p, false);
		}
		sec = memmap_next_section(map, sec_end);
	}
}

void move_pfn_range_to_zone(struct system *sys, struct zone *zone, pfn_t start, u64 nr_pages)
{
	reset_pageblocks(sys, start, start + nr_pages);
	resize_zone(zone, start, nr_pages);
	resize_node(sys->mm.node[zone->nid], start, nr_pages);
	if (zone->idx == ZONE_DEVICE)
		memmap_set_device(&sys->map, start, start + nr_pages, (u16)zone_nr(zone));
	else
		memmap_set_range(&sys->map, start, start + nr_pages, PAGE_OFFLINE, (u16)zone_nr(zone));
	zone_check_contiguous(&sys->mm, zone);
}

/*
 * The kernel looks at one page per subsection (2 MiB), from @lo up and from @hi
 * down; pages of a hole beside the zone's memory count as its own.
 */
struct pfn_range zone_pages_extent(const struct system *sys, const struct zone *zone, pfn_t lo, pfn_t hi)
{
	const u64 sub = (2 * MiB) >> sys->arch.page_shift;
	struct pfn_range r = { hi, lo };

	for (size_t i = 0; i < sys->map.nr_ranges; i++) {
		const struct memmap_range *m = &sys->map.ranges[i];

		if (m->zone != zone_nr(zone) || m->end <= lo || m->start >= hi)
			continue;
		r.start = min_u64(r.start, max_u64(m->start, lo));
		r.end = max_u64(r.end, min_u64(m->end, hi));
	}
	if (r.start >= r.end)
		return (struct pfn_range){ 0, 0 };
	r.start = lo + (r.start - lo + sub - 1) / sub * sub;
	r.end = hi - (hi - r.end) / sub * sub;
	return r;
}

/* What the span of @zone is without [start, end), which was its first or last part. */
static void shrink_zone_span(struct system *sys, struct zone *zone, pfn_t start, pfn_t end)
{
	struct pfn_range left;

	if (zone->zone_start_pfn != start && zone_end_pfn(zone) != end)
		return;
	left = zone_pages_extent(sys, zone, zone->zone_start_pfn == start ? end : zone->zone_start_pfn,
				 zone->zone_start_pfn == start ? zone_end_pfn(zone) : start);
	if (left.start == left.end) {
		zone->zone_start_pfn = 0;
		zone->spanned_pages = 0;
	} else if (zone->zone_start_pfn == start) {
		zone->spanned_pages = zone_end_pfn(zone) - left.start;
		zone->zone_start_pfn = left.start;
	} else {
		zone->spanned_pages = left.end - zone->zone_start_pfn;
	}
}

static void update_node_span(struct node *n)
{
	pfn_t start = 0, end = 0;

	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		const struct zone *z = &n->zones[zid];

		if (!z->spanned_pages)
			continue;
		start = end ? min_u64(start, z->zone_start_pfn) : z->zone_start_pfn;
		end = max_u64(end, zone_end_pfn(z));
	}
	n->node_start_pfn = start;
	n->node_spanned_pages = end - start;
}

void remove_pfn_range_from_zone(struct system *sys, struct zone *zone, pfn_t start, u64 nr_pages)
{
	memmap_set_range(&sys->map, start, start + nr_pages, PAGE_OFFLINE, ZONE_NONE);
	if (zone->idx == ZONE_DEVICE)
		return;
	shrink_zone_span(sys, zone, start, start + nr_pages);
	update_node_span(sys->mm.node[zone->nid]);
	zone_check_contiguous(&sys->mm, zone);
}

void adjust_present_page_count(struct system *sys, struct zone *zone, bool early, int mgid, s64 nr_pages)
{
	struct memory_group *g = memory_group_find(sys, mgid);

	if (early)
		zone->present_early_pages += (u64)nr_pages;
	zone->present_pages += (u64)nr_pages;
	sys->mm.node[zone->nid]->node_present_pages += (u64)nr_pages;
	if (g && zone->idx == ZONE_MOVABLE)
		g->present_movable_pages += (u64)nr_pages;
	else if (g)
		g->present_kernel_pages += (u64)nr_pages;
}

static void start_daemons(struct node *n)
{
	if (!n->kswapd_running) {
		n->kswapd_order = 0;
		n->kswapd_highest_zoneidx = MAX_NR_ZONES;
	}
	n->kswapd_running = true;
	n->kcompactd_running = true;
}

/* Of a virtio-mem block only the subblocks that are plugged reach the buddy; the rest stays PageOffline. */
static void free_online_range(struct system *sys, struct zone *zone, pfn_t start, pfn_t end)
{
	const struct arch *a = &sys->arch;
	const struct dimm *d = virtio_mem_at(sys, pfn_to_phys(a, start));
	u64 step = d ? d->sb_size >> a->page_shift : end - start;

	for (pfn_t p = start, next; p < end; p = next) {
		bool plugged = !d || virtio_mem_sb_plugged(d, pfn_to_phys(a, p));

		next = p + step;
		while (next < end && virtio_mem_sb_plugged(d, pfn_to_phys(a, next)) == plugged)
			next += step;
		if (plugged)
			free_boot_range(&sys->mm, zone, p, next);
	}
}

/* The notifiers of MEM_GOING_ONLINE: slab needs its per-node structures. 0 or -ENOMEM. */
static int notify_going_online(struct system *sys, const struct zone *zone, pfn_t start, u64 nr_pages)
{
	trace_emit(sys->trace, TRACE_memory_going_online, start, nr_pages, 0, 0, 0, zone->nid);
	if (!sys->slab || zone->idx > ZONE_NORMAL || node_has_normal_memory(sys->mm.node[zone->nid]))
		return 0;
	return slab_node_going_online(sys->slab, zone->nid);
}

static int online_pages(struct system *sys, const struct memory_block *b, pfn_t start, u64 nr_pages,
			struct zone *zone)
{
	bool rebuild = !populated_zone(zone);

	move_pfn_range_to_zone(sys, zone, start, nr_pages);
	if (notify_going_online(sys, zone, start, nr_pages)) {
		trace_emit(sys->trace, TRACE_memory_cancel_online, start, nr_pages, 0, 0, 0, zone->nid);
		remove_pfn_range_from_zone(sys, zone, start, nr_pages);
		return -ENOMEM;
	}
	if (rebuild)
		setup_zone_pageset(&sys->mm, zone);
	free_online_range(sys, zone, start, start + nr_pages);
	adjust_present_page_count(sys, zone, b->range.early, b->range.group, (s64)nr_pages);
	if (rebuild)
		rebuild_zonelists(sys);
	init_per_zone_wmark_min(&sys->mm);
	start_daemons(sys->mm.node[zone->nid]);
	trace_emit(sys->trace, TRACE_memory_online, start, nr_pages, 0, 0, 0, zone->nid);
	return 0;
}

/*
 * mhp_init_memmap_on_memory(): the first pages of the block hold its own memmap.
 * They belong to the zone, are present and never managed.
 */
static void init_memmap_on_memory(struct system *sys, struct zone *zone, pfn_t start, u64 nr_pages)
{
	move_pfn_range_to_zone(sys, zone, start, nr_pages);
	memmap_set_range(&sys->map, start, start + nr_pages, PAGE_RESERVED, (u16)zone_nr(zone));
	for (pfn_t p = start; p < start + nr_pages; p += 1ULL << sys->arch.pageblock_order)
		set_pageblock_migratetype(&sys->mm, p, MIGRATE_UNMOVABLE);
}

int memory_block_online(struct system *sys, const struct memory_block *b, enum mmop type)
{
	u32 vmemmap = b->range.altmap_pages;
	struct block_range attr = b->range;
	struct zone *zone;
	int ret;

	if (b->range.nr_hwpoison)
		return -EHWPOISON;
	zone = zone_for_pfn_range(sys, type, b->range.nid, b->range.group, b->start_pfn, b->nr_pages);
	if (vmemmap)
		init_memmap_on_memory(sys, zone, b->start_pfn, vmemmap);
	ret = online_pages(sys, b, b->start_pfn + vmemmap, b->nr_pages - vmemmap, zone);
	if (ret && vmemmap)
		remove_pfn_range_from_zone(sys, zone, b->start_pfn, vmemmap);
	if (ret)
		return ret;
	if (vmemmap)
		adjust_present_page_count(sys, zone, b->range.early, b->range.group, vmemmap);
	attr.zone = zone_nr(zone);
	attr.state = BLOCK_ONLINE;
	attr.online_type = MMOP_OFFLINE;
	memory_block_set(sys, b->nr, &attr);
	return 0;
}
