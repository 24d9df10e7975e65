/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers for the front end: nodes, zones, zonelists.
 */
#include "mmview.h"

#include <stdio.h>
#include <string.h>

#include "alloc/extfrag.h"
#include "alloc/node.h"
#include "sim/machine.h"

int machine_nodes(const struct machine *m, struct node_info *out, int max)
{
	const struct mm *mm = &m->sys->mm;
	int nr = 0;

	for_each_node(mm, n) {
		if (nr < max) {
			struct node_info *o = &out[nr];

			o->nid = n->nid;
			o->start_pfn = n->node_start_pfn;
			o->spanned = n->node_spanned_pages;
			o->present = n->node_present_pages;
			o->nr_cpus = node_nr_cpus(mm, n->nid);
			o->has_memory = node_has_memory(n);
			o->has_cpu = o->nr_cpus > 0;
		}
		nr++;
	}
	return nr;
}

int machine_distance(const struct machine *m, int a, int b)
{
	const struct mm *mm = &m->sys->mm;

	return a < mm->nr_node_ids && b < mm->nr_node_ids ? node_distance(mm, a, b) : 0;
}

/* Free blocks and what they are good for; per-cpu pages; pageblocks. */
static void fill_contents(const struct machine *m, const struct zone *z, struct zone_info *o)
{
	const struct mm *mm = &m->sys->mm;
	struct summary s = { 0 };

	o->max_order = m->sys->arch.max_page_order;
	for (int order = 0; order <= o->max_order; order++) {
		o->nr_free[order] = area_nr_free(&z->free_area[order]);
		for (int mt = 0; mt < MIGRATE_TYPES; mt++)
			o->nr_free_mt[order][mt] = z->free_area[order].list[mt].nr;
	}
	fragmentation_indices(mm, z, o->unusable, o->extfrag);
	for (int c = 0; z->pcp && c < mm->nr_cpus; c++)
		o->pcp += (u64)z->pcp[c].count;
	summary_query(&m->sys->map, z->zone_start_pfn, zone_end_pfn(z), &s);
	memcpy(o->pageblocks, s.pageblocks, sizeof(o->pageblocks));
}

/* What the zone's own record says. */
static void fill_brief(const struct zone *z, struct zone_info *o)
{
	memset(o, 0, sizeof(*o));
	o->nid = z->nid;
	o->type = z->idx;
	o->name = z->name;
	o->start_pfn = z->zone_start_pfn;
	o->spanned = z->spanned_pages;
	o->present = z->present_pages;
	o->managed = z->managed_pages;
	o->cma = z->cma_pages;
	o->free = zone_free_pages(z);
	for (int w = 0; w < NR_WMARK; w++)
		o->wmark[w] = z->watermark[w];
	o->boost = z->watermark_boost;
	memcpy(o->protection, z->lowmem_reserve, sizeof(o->protection));
	o->nr_reserved_highatomic = z->nr_reserved_highatomic;
	o->pcp_high_min = z->pageset_high_min;
	o->pcp_high_max = z->pageset_high_max;
	o->pcp_batch = z->pageset_batch;
}

bool machine_zone_next(const struct machine *m, u32 *at, struct zone_info *out)
{
	const struct mm *mm = &m->sys->mm;

	for (; *at < (u32)mm->nr_node_ids * MAX_NR_ZONES; ++*at) {
		const struct node *n = mm->node[*at / MAX_NR_ZONES];
		const struct zone *z = n && n->online ? &n->zones[*at % MAX_NR_ZONES] : NULL;

		if (z && z->spanned_pages) {
			fill_brief(z, out);
			++*at;
			return true;
		}
	}
	return false;
}

bool machine_zone(const struct machine *m, int nid, int type, struct zone_info *out)
{
	const struct mm *mm = &m->sys->mm;
	const struct zone *z;

	if (nid < 0 || nid >= mm->nr_node_ids || !mm->node[nid] || type < 0 || type >= MAX_NR_ZONES)
		return false;
	z = &mm->node[nid]->zones[type];
	if (!z->spanned_pages)
		return false;
	fill_brief(z, out);
	fill_contents(m, z, out);
	return true;
}

int machine_zones(const struct machine *m, struct zone_info *out, int max)
{
	struct zone_info z;
	int nr = 0;

	for (u32 at = 0; machine_zone_next(m, &at, &z); nr++)
		if (nr < max)
			machine_zone(m, z.nid, (int)z.type, &out[nr]);
	return nr;
}

void machine_zonelist(const struct machine *m, int nid, struct text *out)
{
	const struct mm *mm = &m->sys->mm;
	const struct node *n = nid >= 0 && nid < mm->nr_node_ids ? mm->node[nid] : NULL;

	for (int i = 0; n && i < n->fallback.nr; i++)
		text_printf(out, "%s%d/%s", i ? " " : "", n->fallback.refs[i].zone->nid, n->fallback.refs[i].zone->name);
}
