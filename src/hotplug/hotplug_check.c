/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Invariants of hotplug: blocks, zones, nodes, groups, the memmap of added
 * sections and device memory must tell one story.
 */
#include "hotplug/memory_hotplug.h"
#include "hotplug/memremap.h"
#include "hotplug/vmemmap.h"

static int bad(struct text *report, const char *what, u64 nr)
{
	text_printf(report, "hotplug: %s (%llu)\n", what, (unsigned long long)nr);
	return -EUCLEAN;
}

/* What one stretch of like blocks claims about the memmap and its zone. */
static int check_range(const struct system *sys, const struct block_range *r, struct text *report)
{
	u64 per = sys->hotplug->block_size >> sys->arch.page_shift;
	pfn_t start = r->first * per, end = (r->first + r->nr) * per;
	const struct zone *z;

	if (!r->nr || r->state == BLOCK_GOING_OFFLINE)
		return bad(report, "stretch of blocks is empty or going offline", r->first);
	if (r->state == BLOCK_OFFLINE) {
		const struct memmap_range *m = memmap_range_of(&sys->map, start);

		if (r->zone != BLOCK_NO_ZONE)
			return bad(report, "offline block has a zone", r->first);
		if (!m || m->state != PAGE_OFFLINE || m->zone != ZONE_NONE || m->end < end)
			return bad(report, "pages of an offline block are not offline", r->first);
		return 0;
	}
	if (r->zone == BLOCK_NO_ZONE)
		return 0;
	z = mm_zone(&sys->mm, r->zone);
	if (z->nid != r->nid)
		return bad(report, "block and its zone are of different nodes", r->first);
	if (!r->early && (z->zone_start_pfn > start || zone_end_pfn(z) < end))
		return bad(report, "zone does not span an online block", r->first);
	return 0;
}

static int check_blocks(const struct system *sys, struct text *report)
{
	const struct hotplug_state *hp = sys->hotplug;
	u64 index = 0, end = 0;

	for (u32 i = 0; i < hp->nr_ranges; i++) {
		const struct block_range *r = &hp->range[i];
		int ret = check_range(sys, r, report);

		if (ret)
			return ret;
		if (r->first < end)
			return bad(report, "stretches of blocks overlap or are out of order", r->first);
		if (r->index != index)
			return bad(report, "stretch of blocks has a wrong index", r->first);
		end = r->first + r->nr;
		index += r->nr;
	}
	return index == hp->nr_blocks ? 0 : bad(report, "number of blocks is wrong", hp->nr_blocks);
}

static int check_groups(const struct system *sys, struct text *report)
{
	const struct hotplug_state *hp = sys->hotplug;
	u64 per = hp->block_size >> sys->arch.page_shift;

	for (u32 g = 0; g < hp->nr_groups; g++) {
		u64 blocks = 0, kernel = 0, movable = 0;

		for (u32 i = 0; i < hp->nr_ranges; i++) {
			const struct block_range *r = &hp->range[i];

			if (r->group != (s32)g)
				continue;
			blocks += r->nr;
			if (r->state != BLOCK_ONLINE)
				continue;
			if (mm_zone(&sys->mm, r->zone)->idx == ZONE_MOVABLE)
				movable += r->nr * per;
			else
				kernel += r->nr * per;
		}
		if (!hp->group[g].in_use ? blocks : blocks != hp->group[g].nr_blocks)
			return bad(report, "group has a wrong number of blocks", g);
		if (hp->group[g].in_use && (kernel != hp->group[g].present_kernel_pages ||
					    movable != hp->group[g].present_movable_pages))
			return bad(report, "group has wrong present pages", g);
	}
	return 0;
}

/* Present pages of zones add up to the node's, spans lie in the node's span. */
static int check_nodes(const struct system *sys, struct text *report)
{
	for_each_node(&sys->mm, n) {
		u64 present = 0;

		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct zone *z = &n->zones[zid];

			present += z->present_pages;
			if (z->managed_pages > z->present_pages)
				return bad(report, "zone manages more than is present", zone_nr(z));
			if (z->present_pages > z->spanned_pages)
				return bad(report, "zone has more present than spanned pages", zone_nr(z));
			if (z->spanned_pages && (z->zone_start_pfn < n->node_start_pfn ||
						 zone_end_pfn(z) > n->node_start_pfn + n->node_spanned_pages))
				return bad(report, "zone reaches out of its node's span", zone_nr(z));
			if (z->nr_isolate_pageblock)
				return bad(report, "zone has isolated pageblocks left", zone_nr(z));
		}
		if (present != n->node_present_pages)
			return bad(report, "present pages of zones and node differ", (u64)n->nid);
	}
	return 0;
}

static int check_vmemmap(const struct system *sys, struct text *report)
{
	const struct hotplug_state *hp = sys->hotplug;

	for (u32 i = 0; i < hp->nr_vmemmap; i++) {
		const struct vmemmap_chunk *c = &hp->vmemmap[i];
		struct page_view v;

		memmap_view(&sys->map, c->pfn, &v);
		if (v.state != PAGE_ALLOC || v.kind != KIND_MEMMAP || v.head != c->pfn || v.order != c->order)
			return bad(report, "memmap of a section is not an allocated block", c->start);
		if (memory_block_index_of(sys, pfn_to_phys(&sys->arch, c->start)) < 0 &&
		    !pagemap_of(sys, c->start))
			return bad(report, "memmap of pages that are gone", c->start);
	}
	return 0;
}

int hotplug_check(struct system *sys, struct text *report)
{
	int ret = check_blocks(sys, report);

	ret = ret ? ret : check_groups(sys, report);
	ret = ret ? ret : check_nodes(sys, report);
	return ret ? ret : check_vmemmap(sys, report);
}
