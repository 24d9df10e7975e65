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

static void fill_free(const struct machine *m, const struct zone *z, struct zone_info *o)
{
	const struct mm *mm = &m->sys->mm;

	o->max_order = m->sys->arch.max_page_order;
	for (int order = 0; order <= o->max_order; order++) {
		o->nr_free[order] = area_nr_free(&z->free_area[order]);
		for (int mt = 0; mt < MIGRATE_TYPES; mt++)
			o->nr_free_mt[order][mt] = z->free_area[order].list[mt].nr;
		o->unusable[order] = unusable_free_index(mm, z, order);
		o->extfrag[order] = fragmentation_index(mm, z, order);
	}
	for (int c = 0; z->pcp && c < mm->nr_cpus; c++)
		o->pcp += (u64)z->pcp[c].count;
}

static void fill_zone(const struct machine *m, const struct zone *z, struct zone_info *o)
{
	struct summary s = { 0 };

	memset(o, 0, sizeof(*o));
	o->nid = z->nid;
	o->type = z->idx;
	o->name = z->name;
	o->start_pfn = z->zone_start_pfn;
	o->spanned = z->spanned_pages;
	o->present = z->present_pages;
	o->managed = z->managed_pages;
	o->cma = z->cma_pages;
	o->free = (u64)zone_page_state_snapshot(&m->sys->mm, z, NR_FREE_PAGES);
	for (int w = 0; w < NR_WMARK; w++)
		o->wmark[w] = z->watermark[w];
	o->boost = z->watermark_boost;
	memcpy(o->protection, z->lowmem_reserve, sizeof(o->protection));
	o->nr_reserved_highatomic = z->nr_reserved_highatomic;
	o->pcp_high_min = z->pageset_high_min;
	o->pcp_high_max = z->pageset_high_max;
	o->pcp_batch = z->pageset_batch;
	fill_free(m, z, o);
	summary_query(&m->sys->map, z->zone_start_pfn, zone_end_pfn(z), &s);
	memcpy(o->pageblocks, s.pageblocks, sizeof(o->pageblocks));
}

int machine_zones(const struct machine *m, struct zone_info *out, int max)
{
	const struct mm *mm = &m->sys->mm;
	int nr = 0;

	for_each_node(mm, n) {
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			if (!n->zones[z].spanned_pages)
				continue;
			if (nr < max)
				fill_zone(m, &n->zones[z], &out[nr]);
			nr++;
		}
	}
	return nr;
}

void machine_zonelist(const struct machine *m, int nid, struct text *out)
{
	const struct mm *mm = &m->sys->mm;
	const struct node *n = nid >= 0 && nid < mm->nr_node_ids ? mm->node[nid] : NULL;

	for (int i = 0; n && i < n->fallback.nr; i++)
		text_printf(out, "%s%d/%s", i ? " " : "", n->fallback.refs[i].zone->nid, n->fallback.refs[i].zone->name);
}
