/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An allocator out of a state dump. Every page starts reserved; then the lists
 * are filled in list order, and what is left over is what the rest of the recorded
 * system was using:
 *
 *   pageblock   [ffffffffffffffff|f f f f |........]   f: on a list of the dump
 *   the rest    LRU pages (as many as "movable" says), kernel pages, reserved
 *
 * Models: nothing of the kernel; see the format of the vectors.
 */
#include "sim/conform_load.h"

#include <string.h>

#include "alloc/internal.h"
#include "alloc/node.h"
#include "alloc/watermark.h"
#include "zone/pageblock.h"
#include "zone/pcp.h"

struct loader {
	struct mm *mm;
	const struct state_dump *d;
	struct mm_error *err;
};

/* --- nodes, zones, zonelists -------------------------------------------------------- */

static void load_node(struct mm *mm, const struct dump_node *dn)
{
	struct node *n = node_create(mm, dn->nid);

	n->online = true;
	n->node_start_pfn = dn->start;
	n->node_spanned_pages = dn->spanned;
	n->node_present_pages = dn->present;
	n->kswapd_order = dn->kswapd_order;
	n->kswapd_highest_zoneidx = dn->kswapd_highest_zoneidx;
	n->kswapd_failures = dn->kswapd_failures;
}

static struct zone *zone_at(struct mm *mm, int nid, enum zone_type zid)
{
	return nid >= 0 && nid < mm->nr_node_ids && mm->node[nid] ? &mm->node[nid]->zones[zid] : NULL;
}

static int load_zonelist(struct loader *l, const struct dump_node *dn)
{
	struct node *n = l->mm->node[dn->nid];
	size_t bytes = (dn->nr_refs + 1) * sizeof(struct zoneref);

	n->fallback.refs = arena_alloc(l->mm->arena, bytes);
	n->nofallback.refs = arena_alloc(l->mm->arena, bytes);
	for (u32 i = 0; i < dn->nr_refs; i++) {
		struct zoneref ref = { zone_at(l->mm, dn->ref[i].nid, dn->ref[i].zid), dn->ref[i].zid };

		if (!ref.zone)
			return mm_fail(l->err, -EINVAL, "%s: the zonelist of node %d names a node that is not there",
				       l->d->name, dn->nid);
		n->fallback.refs[n->fallback.nr++] = ref;
		if (dn->ref[i].nid == dn->nid)
			n->nofallback.refs[n->nofallback.nr++] = ref;
	}
	return 0;
}

/* The numbers of a zone; counters come last, when the lists are filled. */
static struct zone *load_zone_numbers(struct mm *mm, const struct dump_zone *dz)
{
	struct zone *z = zone_at(mm, dz->nid, dz->zid);
	const char *name = z->name;

	*z = dz->z;
	z->name = name;
	z->pcp = arena_alloc(mm->arena, (size_t)mm->nr_cpus * sizeof(*z->pcp));
	z->zonestat = arena_alloc(mm->arena, (size_t)mm->nr_cpus * sizeof(*z->zonestat));
	for (int cpu = 0; cpu < mm->nr_cpus; cpu++)
		z->pcp[cpu] = dz->pcp[cpu].pcp;
	return z;
}

static void load_zone_counters(struct mm *mm, const struct dump_zone *dz)
{
	struct zone *z = zone_at(mm, dz->nid, dz->zid);

	memcpy(z->vm_stat, dz->z.vm_stat, sizeof(z->vm_stat));
	for (int cpu = 0; cpu < mm->nr_cpus; cpu++)
		z->zonestat[cpu] = dz->stat[cpu];
}

/* --- pages ------------------------------------------------------------------------------ */

static pfn_t dump_zone_end(const struct dump_zone *dz)
{
	return dz->z.zone_start_pfn + dz->z.spanned_pages;
}

static void load_ranges(struct mm *mm, const struct dump_zone *dz)
{
	u64 block = pageblock_pages(mm->map);
	u16 nr = ZONE_NR(dz->nid, dz->zid);

	memmap_set_range(mm->map, dz->z.zone_start_pfn, dump_zone_end(dz), PAGE_RESERVED, nr);
	for (u32 i = 0; i < dz->nr_pb; i++) {
		pfn_t start = max_u64(dz->z.zone_start_pfn, dz->pb_start + i * block);
		pfn_t end = min_u64(dump_zone_end(dz), dz->pb_start + (i + 1) * block);

		if (dz->pb[i] == DUMP_NO_SECTION)
			memmap_set_range(mm->map, start, end, PAGE_HOLE, ZONE_NONE);
	}
}

static void load_pageblocks(struct mm *mm, const struct dump_zone *dz)
{
	for (u32 i = 0; i < dz->nr_pb; i++) {
		pfn_t pfn = dz->pb_start + (u64)i * pageblock_pages(mm->map);

		if (dz->pb[i] == DUMP_NO_SECTION || dz->pb[i] == mm->map->default_mt)
			continue;
		pageblock_set_mt(mm->map, pfn, dz->pb[i] & PB_MT_MASK);
		pageblock_set_skip(mm->map, pfn, dz->pb[i] & PB_SKIP);
	}
}

/* All pages of the block are still reserved pages of the zone. */
static bool block_unused(const struct mm *mm, const struct dump_zone *dz, pfn_t pfn, unsigned order)
{
	u16 nr = ZONE_NR(dz->nid, dz->zid);

	if (!is_aligned(pfn, 1ULL << order) || pfn < dz->z.zone_start_pfn ||
	    pfn + (1ULL << order) > dump_zone_end(dz))
		return false;
	for (u32 i = 0; i < 1u << order; i++) {
		struct page_view v;

		memmap_view(mm->map, pfn + i, &v);
		if (v.state != PAGE_RESERVED || v.zone != nr)
			return false;
	}
	return true;
}

static int load_list(struct loader *l, const struct dump_zone *dz, const struct dump_list *list, unsigned order,
		     unsigned mt, struct free_list *pcp_list)
{
	struct zone *z = zone_at(l->mm, dz->nid, dz->zid);

	for (u32 i = 0; i < list->nr; i++) {
		page_handle h;

		if (!block_unused(l->mm, dz, list->pfn[i], order))
			return mm_fail(l->err, -EINVAL,
				       "%s: block %llx of order %u is misaligned, outside zone %d/%s or free twice",
				       l->d->name, (unsigned long long)list->pfn[i], order, dz->nid, z->name);
		h = unreserve_pages(l->mm, list->pfn[i], order);
		if (pcp_list) {
			buddy_set_page(l->mm->map, h, order, page_info(PAGE_PCP, order, mt, 0), 0);
			page_list_add_tail(l->mm->map, pcp_list, h);
		} else {
			buddy_append(&l->mm->env, z, h, order, mt);
		}
	}
	return 0;
}

static int load_free(struct loader *l, const struct dump_zone *dz)
{
	for (unsigned order = 0; order <= l->mm->map->max_order; order++)
		for (unsigned mt = 0; mt < MIGRATE_TYPES; mt++)
			if (load_list(l, dz, &dz->free[order][mt], order, mt, NULL))
				return -EINVAL;
	return 0;
}

/* Type of the pages on per-cpu list @pindex. */
static unsigned pindex_mt(unsigned pindex)
{
	if (pindex < PCP_LOW_LISTS)
		return pindex % MIGRATE_PCPTYPES;
	return pindex == PCP_LOW_LISTS ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
}

static int load_pcp(struct loader *l, const struct dump_zone *dz)
{
	struct zone *z = zone_at(l->mm, dz->nid, dz->zid);

	for (int cpu = 0; cpu < l->mm->nr_cpus; cpu++)
		for (unsigned i = 0; i < NR_PCP_LISTS_MAX; i++)
			if (load_list(l, dz, &dz->pcp[cpu].list[i],
				      pindex_to_order(i, l->mm->arch->hpage_pmd_order), pindex_mt(i),
				      &z->pcp[cpu].lists[i]))
				return -EINVAL;
	return 0;
}

static u64 listed_pages(const struct dump_zone *dz, int nr_cpus)
{
	u64 n = 0;

	for (int o = 0; o < NR_PAGE_ORDERS_MAX; o++)
		for (int mt = 0; mt < MIGRATE_TYPES; mt++)
			n += (u64)dz->free[o][mt].nr << o;
	for (int cpu = 0; cpu < nr_cpus; cpu++)
		n += (u64)(dz->pcp[cpu].present ? dz->pcp[cpu].pcp.count : 0);
	return n;
}

static void use_page(struct mm *mm, pfn_t pfn, enum page_kind kind, u32 flags)
{
	page_handle h = unreserve_pages(mm, pfn, 0);

	buddy_set_page(mm->map, h, 0, page_info(PAGE_ALLOC, 0, MIGRATE_UNMOVABLE, kind) | flags, 1);
}

/*
 * The pages of pageblock @i that are on no list: @left of the zone are in use,
 * the others stay reserved. Blocks with LRU pages come first, see load_used().
 */
static void load_used_block(struct mm *mm, const struct dump_zone *dz, u32 i, u32 movable, u64 *left)
{
	u64 block = pageblock_pages(mm->map);
	pfn_t pfn = max_u64(dz->z.zone_start_pfn, dz->pb_start + i * block);
	pfn_t end = min_u64(dump_zone_end(dz), dz->pb_start + (i + 1) * block);
	bool lru = movable;

	for (; pfn < end && *left && (!lru || movable); pfn++) {
		struct page_view v;

		memmap_view(mm->map, pfn, &v);
		if (v.state != PAGE_RESERVED)
			continue;
		use_page(mm, pfn, movable ? KIND_MOVABLE : KIND_KERNEL, movable ? PGF_LRU : 0);
		movable -= movable > 0;
		(*left)--;
	}
}

static void load_used(struct mm *mm, const struct dump_zone *dz)
{
	u64 listed = listed_pages(dz, mm->nr_cpus);
	u64 left = dz->z.managed_pages > listed ? dz->z.managed_pages - listed : 0;

	for (u32 i = 0; dz->movable && i < dz->nr_pb; i++)
		if (dz->movable[i])
			load_used_block(mm, dz, i, dz->movable[i], &left);
	for (u32 i = 0; i < dz->nr_pb; i++)
		if (dz->pb[i] != DUMP_NO_SECTION)
			load_used_block(mm, dz, i, 0, &left);
}

/* --- all of it ---------------------------------------------------------------------------- */

static void mm_basics(struct mm *mm, struct arena *arena, struct memmap *map, struct trace *trace,
		      const struct state_dump *d)
{
	mm->arena = arena;
	mm->arch = &d->arch;
	mm->map = map;
	mm->trace = trace;
	mm->nr_cpus = d->nr_cpus ? d->nr_cpus : 1;
	mm->nr_cpus_possible = mm->nr_cpus;
	mm->cpu_node = arena_alloc(arena, (size_t)mm->nr_cpus * sizeof(*mm->cpu_node));
	vm_tunables_init(&mm->vm);
	for (u32 i = 0; i < d->nr_nodes; i++)
		if (d->node[i].nid >= mm->nr_node_ids)
			mm->nr_node_ids = d->node[i].nid + 1;
	mm->booted = true;
}

static int load_zones(struct loader *l)
{
	const struct state_dump *d = l->d;

	for (u32 i = 0; i < d->nr_zones; i++) {
		if (!zone_at(l->mm, d->zone[i]->nid, d->zone[i]->zid))
			return mm_fail(l->err, -EINVAL, "%s: a zone belongs to node %d, which is not there", d->name,
				       d->zone[i]->nid);
		load_zone_numbers(l->mm, d->zone[i]);
		load_ranges(l->mm, d->zone[i]);
	}
	for (u32 i = 0; i < d->nr_zones; i++)
		load_pageblocks(l->mm, d->zone[i]);
	for (u32 i = 0; i < d->nr_zones; i++) {
		if (load_free(l, d->zone[i]) || load_pcp(l, d->zone[i]))
			return -EINVAL;
		if (!d->pages_follow)
			load_used(l->mm, d->zone[i]);
		load_zone_counters(l->mm, d->zone[i]);
	}
	return 0;
}

int conform_load(struct mm *mm, struct arena *arena, struct memmap *map, struct trace *trace,
		 const struct state_dump *d, struct mm_error *err)
{
	struct loader l = { mm, d, err };
	pfn_t max_pfn = 0;
	int rc;

	mm_basics(mm, arena, map, trace, d);
	for (u32 i = 0; i < d->nr_zones; i++)
		max_pfn = max_u64(max_pfn, dump_zone_end(d->zone[i]));
	rc = memmap_init(map, arena, &d->arch, max_pfn);
	if (rc)
		return mm_fail(err, rc, "%s: memory up to pfn %llx cannot be held", d->name, (unsigned long long)max_pfn);
	for (u32 i = 0; i < d->nr_nodes; i++)
		load_node(mm, &d->node[i]);
	for (u32 i = 0; i < d->nr_nodes && !rc; i++)
		rc = load_zonelist(&l, &d->node[i]);
	if (!rc)
		rc = load_zones(&l);
	if (rc)
		memmap_cleanup(map);
	return rc;
}
