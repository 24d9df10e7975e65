/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct mm: everything that the page allocator and what stands on it share:
 * nodes, zones, cpus, tunables, event counters. One per machine, in the
 * machine's arena, passed explicitly.
 */
#ifndef MM_ALLOC_MM_H
#define MM_ALLOC_MM_H

#include "alloc/gfp.h"
#include "alloc/vmstat.h"
#include "base/arena.h"
#include "base/rng.h"
#include "base/trace.h"
#include "phys/arch.h"
#include "phys/memmap.h"
#include "zone/zone.h"

struct rmap;        /* alloc/rmap.h */
struct owner_table; /* alloc/page_owner.h */
struct shrinker;    /* alloc/shrinker.h */

/* One entry of a zonelist: a zone, and its kernel-side index for comparisons. */
struct zoneref {
	struct zone *zone;
	int zid;
};

struct zonelist {
	struct zoneref *refs; /* [nr]; owned by the node, in the arena */
	int nr;
};

/*
 * What follows from a request's gfp bits alone: the zone that it asks first and what
 * its page will say of itself. Made with the zonelists, so that no request walks one
 * to find its first entry.
 */
struct zone_door {
	struct zone *zone; /* NULL: no zone may serve it, or its type is none */
	u8 mt;
	u8 highest; /* zone type */
	u16 info;   /* page_info() of an allocated page of order 0 */
};

/* Every gfp bit that names a zone or a type, and __GFP_THISNODE. */
#define NR_ZONE_DOORS 64
static inline unsigned gfp_door(gfp_t gfp)
{
	_Static_assert(__GFP_RECLAIMABLE == 0x10 && __GFP_THISNODE >> 16 == 0x20, "the low bits of gfp are an index");
	return (gfp & 0x1f) | (gfp & __GFP_THISNODE) >> 16;
}

/* pg_data_t. */
struct node {
	int nid;
	bool online;
	pfn_t node_start_pfn;
	u64 node_spanned_pages;
	u64 node_present_pages;
	struct zone zones[MAX_NR_ZONES];
	struct zonelist fallback;   /* ZONELIST_FALLBACK */
	struct zonelist nofallback; /* ZONELIST_NOFALLBACK: for __GFP_THISNODE */
	struct zone_door door[NR_ZONE_DOORS]; /* by gfp_door() */
	bool kswapd_running;
	int kswapd_order;
	int kswapd_highest_zoneidx; /* our zone type; MAX_NR_ZONES: not asked */
	int kswapd_failures;
	bool kcompactd_running;
	int kcompactd_max_order;
	int kcompactd_highest_zoneidx;
	s64 vm_stat[NR_VM_NODE_STAT_ITEMS]; /* node counters, units as in zoneinfo */
	struct free_list lru[5];            /* by enum lru_list (alloc/lru.h) */
};

/* Sysctls, named as in /proc/sys/vm. */
struct vm_tunables {
	u64 min_free_kbytes;
	int user_min_free_kbytes; /* -1: not set by hand */
	int lowmem_reserve_ratio[MAX_NR_ZONES];
	int watermark_scale_factor;
	int watermark_boost_factor;
	int percpu_pagelist_high_fraction;
	int extfrag_threshold;
	int compaction_proactiveness;
	bool compact_unevictable_allowed;
	int swappiness;
	int zone_reclaim_mode;
	bool thp_enabled; /* hugepage_pmd_enabled(): khugepaged asks for more free memory */
	/* Ours: policies that a class can switch off to compare. */
	bool mobility;    /* page_group_by_mobility_disabled when false */
	bool nofragment;  /* ALLOC_NOFRAGMENT honoured */
	bool boost_steal; /* boost watermarks for a single stolen page, too, as Linux 5.0 to 6.11 did */
	bool pcp_enabled; /* per-cpu lists used */
};

struct mm {
	struct arena *arena;
	const struct arch *arch;
	union {
		struct zone_env env; /* what floor 2 sees of the machine */
		struct {             /* the same fields, by their own names */
			struct memmap *map;
			struct trace *trace;
			struct capture *capture;
			int cpu; /* the cpu that the running command is on */
		};
	};
	struct rng rng;

	int nr_cpus; /* online */
	int nr_cpus_possible;
	s16 *cpu_node;    /* [nr_cpus_possible] */
	struct node *node[MAX_NUMNODES]; /* NULL where there is none */
	int nr_node_ids;  /* highest possible nid + 1 */
	enum zone_type movable_zone; /* the zone that ZONE_MOVABLE is carved out of */
	u8 *distance;     /* [nr_node_ids * nr_node_ids] */

	struct vm_tunables vm;
	u64 totalreserve_pages; /* what the high watermarks and lowmem reserves hold back */
	u32 cache_slice_kib;    /* data cache per cpu, for PCPF_FREE_HIGH_BATCH; 0: unknown */
	u64 vm_event[NR_VM_EVENT_ITEMS];
	struct rmap *rmap;          /* alloc/rmap.h; NULL: no held folio is on an LRU list */
	struct owner_table *owners; /* NULL: nobody was named yet */
	u64 alloc_seq;    /* allocations ever made: page_owner's clock */
	u64 swap_total, swap_used; /* the swap area, pages (alloc/swap.h) */
	struct shrinker *shrinkers; /* NULL: nobody has objects to give up */
	u64 nr_extfrag[MIGRATE_PCPTYPES]; /* fallbacks from blocks smaller than a pageblock, ever, by the type asked for */
	u64 nr_move_refusals; /* migrate callbacks that refused a folio, ever */
	bool booted;      /* mem_init is over: memblock_alloc is served from here */
};

/* The zone with number @n (ZONE_NR()), as kept in slots and ranges. */
static inline struct zone *mm_zone(const struct mm *mm, unsigned n)
{
	return &mm->node[n >> ZONE_NR_SHIFT]->zones[n & ((1u << ZONE_NR_SHIFT) - 1)];
}
static inline unsigned zone_nr(const struct zone *z)
{
	return ZONE_NR(z->nid, z->idx);
}
static inline int node_distance(const struct mm *mm, int a, int b)
{
	return mm->distance[a * mm->nr_node_ids + b];
}

#define for_each_node(mm, n)                                                      \
	for (int n##_i = 0; n##_i < (mm)->nr_node_ids; n##_i++)                   \
		for (struct node *n = (mm)->node[n##_i]; n && n->online; n = NULL)

#endif
