/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which zone a block goes to when it comes online.
 *
 *   online_kernel    the kernel zone whose span it touches, else Normal
 *   online_movable   Movable
 *   online           by policy:
 *       contig-zones   stay with the one zone whose span it touches; else a
 *                      kernel zone (Movable with movable_node)
 *       auto-movable   Movable as long as MOVABLE : KERNEL memory that was there
 *                      at boot stays below auto_movable_ratio percent, on the
 *                      whole machine and on the node
 *
 * Models: mm/memory_hotplug.c zone_for_pfn_range() and below it (6.12).
 */
#include "alloc/node.h"
#include "hotplug/memory_hotplug.h"

/* Pages; what counts for the ratio. */
struct auto_movable_stats {
	u64 kernel_early;
	u64 movable;
};

bool zone_intersects(const struct zone *zone, pfn_t start, u64 nr_pages)
{
	return zone->spanned_pages && start < zone_end_pfn(zone) && start + nr_pages > zone->zone_start_pfn;
}

static struct zone *default_kernel_zone(struct system *sys, int nid, pfn_t start, u64 nr_pages)
{
	struct node *n = sys->mm.node[nid];

	for (int zid = 0; zid < ZONE_NORMAL; zid++)
		if (zone_intersects(&n->zones[zid], start, nr_pages))
			return &n->zones[zid];
	return &n->zones[ZONE_NORMAL];
}

static struct zone *contig_zone(struct system *sys, int nid, pfn_t start, u64 nr_pages)
{
	struct zone *kernel = default_kernel_zone(sys, nid, start, nr_pages);
	struct zone *movable = &sys->mm.node[nid]->zones[ZONE_MOVABLE];
	bool in_kernel = zone_intersects(kernel, start, nr_pages);
	bool in_movable = zone_intersects(movable, start, nr_pages);

	if (in_kernel != in_movable)
		return in_kernel ? kernel : movable;
	return sys->hotplug->movable_node ? movable : kernel;
}

static void stats_add_node(struct auto_movable_stats *st, const struct node *n)
{
	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		const struct zone *z = &n->zones[zid];

		if (!populated_zone(z))
			continue;
		if (zid == ZONE_MOVABLE) {
			st->movable += z->present_pages;
			continue;
		}
		st->kernel_early += z->present_early_pages - z->cma_pages;
		st->movable += z->cma_pages;
	}
}

/*
 * What the other dynamic groups of @nid (NO_NODE: of all nodes) hold movable,
 * and how much early kernel memory they use up for it.
 */
static void stats_of_groups(const struct system *sys, int nid, const struct memory_group *except,
			    struct auto_movable_stats *st)
{
	const struct hotplug_state *hp = sys->hotplug;

	for (u32 i = 0; i < hp->nr_groups; i++) {
		const struct memory_group *g = &hp->group[i];
		s64 need;

		if (!g->in_use || !g->is_dynamic || g == except || (nid != NO_NODE && g->nid != nid))
			continue;
		need = (s64)(g->present_movable_pages * 100 / hp->auto_movable_ratio) -
		       (s64)g->present_kernel_pages;
		if (need > 0)
			st->kernel_early += (u64)need;
		st->movable += g->present_movable_pages;
	}
}

/* May @nr_pages more be Movable, looking at @nid (NO_NODE: at the machine)? */
static bool can_online_movable(const struct system *sys, int nid, const struct memory_group *group,
			       u64 nr_pages)
{
	struct auto_movable_stats st = { 0 }, others = { 0 };

	if (nid == NO_NODE) {
		for_each_node(&sys->mm, n)
			stats_add_node(&st, n);
	} else {
		stats_add_node(&st, sys->mm.node[nid]);
	}
	stats_of_groups(sys, nid, group, &others);
	if (st.kernel_early <= others.kernel_early)
		return false;
	st.kernel_early -= others.kernel_early;
	st.movable -= others.movable;
	if (group && group->is_dynamic)
		st.kernel_early += group->present_kernel_pages;
	return st.movable + nr_pages <= sys->hotplug->auto_movable_ratio * st.kernel_early / 100;
}

/*
 * Online pages of the unit of a dynamic group that holds @start; -EBUSY when
 * some of them are in a kernel zone.
 */
static s64 unit_online_pages(const struct system *sys, pfn_t start, u64 unit_pages)
{
	u64 per_block = sys->hotplug->block_size >> sys->arch.page_shift;
	u64 first = align_down(start, unit_pages) / per_block;
	s64 online = 0;

	for (u64 nr = first; nr < first + unit_pages / per_block; nr++) {
		struct memory_block b;

		if (memory_block_find(sys, nr, &b) || b.range.state == BLOCK_OFFLINE)
			continue;
		if (b.range.zone == BLOCK_NO_ZONE || mm_zone(&sys->mm, b.range.zone)->idx != ZONE_MOVABLE)
			return -EBUSY;
		online += (s64)per_block;
	}
	return online;
}

static struct zone *auto_movable_zone(struct system *sys, int nid, const struct memory_group *g, pfn_t start,
				      u64 nr_pages)
{
	u64 max = nr_pages;
	s64 online = 0;

	if (!sys->hotplug->auto_movable_ratio)
		return default_kernel_zone(sys, nid, start, nr_pages);
	if (g && !g->is_dynamic) {
		max = g->max_pages;
		online = g->present_kernel_pages ? -EBUSY : (s64)g->present_movable_pages;
	} else if (g && g->max_pages != nr_pages) {
		max = g->max_pages;
		online = unit_online_pages(sys, start, max);
	}
	if (online < 0 || !can_online_movable(sys, NO_NODE, g, max - (u64)online))
		return default_kernel_zone(sys, nid, start, nr_pages);
	if (sys->hotplug->auto_movable_numa_aware && !can_online_movable(sys, nid, g, max - (u64)online))
		return default_kernel_zone(sys, nid, start, nr_pages);
	return &sys->mm.node[nid]->zones[ZONE_MOVABLE];
}

struct zone *zone_for_pfn_range(struct system *sys, enum mmop type, int nid, int mgid, pfn_t start,
				u64 nr_pages)
{
	if (type == MMOP_ONLINE_KERNEL)
		return default_kernel_zone(sys, nid, start, nr_pages);
	if (type == MMOP_ONLINE_MOVABLE)
		return &sys->mm.node[nid]->zones[ZONE_MOVABLE];
	if (sys->hotplug->online_policy == ONLINE_POLICY_AUTO_MOVABLE)
		return auto_movable_zone(sys, nid, memory_group_find(sys, mgid), start, nr_pages);
	return contig_zone(sys, nid, start, nr_pages);
}
