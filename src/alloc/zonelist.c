/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zonelists. Each node has two lists of zones: the fallback list goes through
 * all nodes with memory from near to far, each node's zones from high to low;
 * the other list holds only its own zones.
 *
 *   node 0: 0/Movable 0/Normal 0/DMA32 | 1/Movable 1/Normal | ...
 *
 * Nodes at equal distance are spread: whoever was put first into somebody's
 * group of equals gets a little load, so the next node prefers another one.
 *
 * Models: mm/page_alloc.c build_zonelists() of a NUMA kernel, 6.12.117.
 */
#include "alloc/zonelist.h"

#include <stdlib.h>
#include <string.h>

#include "alloc/node.h"

#define PENALTY_FOR_NODE_WITH_CPUS 1

/* Work space for one rebuild of all lists. */
struct fallback {
	struct mm *mm;
	int load[MAX_NUMNODES];      /* times a node came first among equals */
	bool has_cpu[MAX_NUMNODES];
	u32 key[MAX_NUMNODES];       /* value and number of a node, for sorting */
	int order[MAX_NUMNODES];
	int nr;
};

#define NID_BITS 10
_Static_assert(MAX_NUMNODES <= 1 << NID_BITS, "a node number fits a sort key");

static bool has_memory(const struct mm *mm, int nid)
{
	return mm->node[nid] && node_has_memory(mm->node[nid]);
}

/*
 * The value that the nearest node has least of. Distance weighs most, then
 * "a node below us", then "cpus of its own", then how often it came first.
 */
static u32 fallback_value(const struct fallback *f, int from, int to)
{
	u32 val = (u32)node_distance(f->mm, from, to);

	val += to < from;
	if (f->has_cpu[to])
		val += PENALTY_FOR_NODE_WITH_CPUS;
	return val * MAX_NUMNODES + (u32)f->load[to];
}

static int cmp_key(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/*
 * The kernel looks for the best of the remaining nodes again and again. While one
 * list is made, only nodes that are on it already change their load, so sorting
 * once gives the same order. A node with memory begins with itself.
 */
static void fallback_order(struct fallback *f, int local)
{
	int prev = local, nr = 0;

	f->nr = 0;
	if (has_memory(f->mm, local))
		f->order[f->nr++] = local;
	for (int n = 0; n < f->mm->nr_node_ids; n++)
		if (n != local && has_memory(f->mm, n))
			f->key[nr++] = fallback_value(f, local, n) << NID_BITS | (u32)n;
	qsort(f->key, (size_t)nr, sizeof(*f->key), cmp_key);
	for (int i = 0; i < nr; i++) {
		int n = (int)(f->key[i] & ((1u << NID_BITS) - 1));

		if (node_distance(f->mm, local, n) != node_distance(f->mm, local, prev))
			f->load[n]++;
		f->order[f->nr++] = n;
		prev = n;
	}
}

static int populated_zones(const struct node *n)
{
	int nr = 0;

	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		nr += populated_zone(&n->zones[zid]);
	return nr;
}

/* Append the zones of @n, highest type first. */
static void zonelist_add_node(struct zonelist *l, struct node *n)
{
	for (int zid = MAX_NR_ZONES - 1; zid >= 0; zid--) {
		struct zone *z = &n->zones[zid];

		if (!populated_zone(z))
			continue;
		l->refs[l->nr].zone = z;
		l->refs[l->nr].zid = zid;
		l->nr++;
	}
}

static void zonelist_set(struct mm *mm, struct zonelist *l, const int *order, int nr_nodes)
{
	size_t nr = 0;

	arena_free(mm->arena, l->refs, (size_t)l->nr * sizeof(*l->refs));
	for (int i = 0; i < nr_nodes; i++)
		nr += (size_t)populated_zones(mm->node[order[i]]);
	l->refs = nr ? arena_alloc(mm->arena, nr * sizeof(*l->refs)) : NULL;
	l->nr = 0;
	for (int i = 0; i < nr_nodes; i++)
		zonelist_add_node(l, mm->node[order[i]]);
}

/* KIND_KERNEL, KIND_MOVABLE, KIND_RECLAIMABLE for the types 0, 1, 2. */
static unsigned kind_of_type(enum migratetype mt)
{
	return mt == MIGRATE_MOVABLE ? KIND_MOVABLE : mt == MIGRATE_RECLAIMABLE ? KIND_RECLAIMABLE : KIND_KERNEL;
}

static void set_door(struct mm *mm, struct node *n, gfp_t gfp)
{
	struct zone_door *d = &n->door[gfp_door(gfp)];
	const struct zonelist *l = gfp & __GFP_THISNODE ? &n->nofallback : &n->fallback;
	enum zone_type highest = gfp_zone(mm, gfp);
	enum migratetype mt = gfp_migratetype(gfp);
	int i = 0;

	while (i < l->nr && l->refs[i].zid > (int)highest)
		i++;
	*d = (struct zone_door){
		.zone = i < l->nr && mt < MIGRATE_PCPTYPES ? l->refs[i].zone : NULL,
		.mt = (u8)mt,
		.highest = (u8)highest,
		.info = (u16)page_info(PAGE_ALLOC, 0, mt, kind_of_type(mt)),
	};
}

static void set_doors(struct mm *mm, struct node *n)
{
	for (gfp_t gfp = 0; gfp <= 0x1f; gfp++) {
		set_door(mm, n, gfp);
		set_door(mm, n, gfp | __GFP_THISNODE);
	}
}

static void fallback_init(struct fallback *f, struct mm *mm)
{
	memset(f, 0, sizeof(*f));
	f->mm = mm;
	/* The first lists are built before any cpu has joined its node's mask. */
	for (int cpu = 0; mm->booted && cpu < mm->nr_cpus; cpu++)
		if (mm->cpu_node[cpu] >= 0)
			f->has_cpu[mm->cpu_node[cpu]] = true;
}

void build_all_zonelists(struct mm *mm)
{
	struct fallback f;
	u64 total;

	fallback_init(&f, mm);
	for (int nid = 0; nid < mm->nr_node_ids; nid++) {
		struct node *n = mm->node[nid];

		if (!n)
			continue;
		fallback_order(&f, nid);
		zonelist_set(mm, &n->fallback, f.order, f.nr);
		zonelist_set(mm, &n->nofallback, &nid, 1);
		set_doors(mm, n);
	}
	/* Too little memory for pageblocks of every type: do not group by mobility. */
	total = nr_free_zone_pages(mm, gfp_zone(mm, GFP_HIGHUSER_MOVABLE));
	mm->vm.mobility = total >= ((u64)arch_nr_migratetypes(mm->arch) << mm->arch->pageblock_order);
}

int node_fallback_order(struct mm *mm, int nid, int *out)
{
	const struct zonelist *l = &mm->node[nid]->fallback;
	int nr = 0;

	for (int i = 0; i < l->nr; i++)
		if (!nr || out[nr - 1] != l->refs[i].zone->nid)
			out[nr++] = l->refs[i].zone->nid;
	return nr;
}

enum zone_type policy_zone(const struct mm *mm)
{
	int highest = 0;

	for (int nid = 0; nid < mm->nr_node_ids; nid++)
		for (int zid = 0; mm->node[nid] && zid < ZONE_MOVABLE; zid++)
			if (populated_zone(&mm->node[nid]->zones[zid]) && zid > highest)
				highest = zid;
	return (enum zone_type)highest;
}

static enum zone_type zone_or(const struct mm *mm, enum zone_type zid, enum zone_type other)
{
	return arch_has_zone(mm->arch, zid) ? zid : other;
}

enum zone_type gfp_zone(const struct mm *mm, gfp_t gfp)
{
	switch (gfp & (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | __GFP_MOVABLE)) {
	case __GFP_DMA:
	case __GFP_MOVABLE | __GFP_DMA:
		return zone_or(mm, ZONE_DMA, ZONE_NORMAL);
	case __GFP_DMA32:
	case __GFP_MOVABLE | __GFP_DMA32:
		return zone_or(mm, ZONE_DMA32, ZONE_NORMAL);
	case __GFP_HIGHMEM:
		return zone_or(mm, ZONE_HIGHMEM, ZONE_NORMAL);
	case __GFP_HIGHMEM | __GFP_MOVABLE:
		return ZONE_MOVABLE;
	case 0:
	case __GFP_MOVABLE:
		return ZONE_NORMAL;
	default:
		/* Two zone modifiers at once: the kernel's table has 0 there. */
		return zone_or(mm, ZONE_DMA, ZONE_NORMAL);
	}
}
