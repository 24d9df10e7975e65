/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A zone: one range of one node's memory with its own free lists, per-cpu
 * lists, watermarks and counters.
 *
 * Models: include/linux/mmzone.h struct zone, free_area, per_cpu_pages.
 */
#ifndef MM_ZONE_ZONE_H
#define MM_ZONE_ZONE_H

#include "base/types.h"
#include "phys/memmap.h"

enum zone_watermark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

enum zone_flag {
	ZONE_BOOSTED_WATERMARK = 1 << 0,
	ZONE_RECLAIM_ACTIVE = 1 << 1,
	ZONE_BELOW_HIGH = 1 << 2,
};

/* zone->vm_stat[], in the order of /proc/zoneinfo (units: pages). */
enum zone_stat_item {
	NR_FREE_PAGES,
	NR_ZONE_INACTIVE_ANON,
	NR_ZONE_ACTIVE_ANON,
	NR_ZONE_INACTIVE_FILE,
	NR_ZONE_ACTIVE_FILE,
	NR_ZONE_UNEVICTABLE,
	NR_ZONE_WRITE_PENDING,
	NR_MLOCK,
	NR_BOUNCE,
	NR_ZSPAGES,
	NR_FREE_CMA_PAGES,
	NR_UNACCEPTED,
	NR_VM_ZONE_STAT_ITEMS
};

/*
 * A list of free blocks. Below the largest order @first/@last are page handles;
 * at the largest order they are run handles (zone/buddy.h).
 */
struct free_list {
	u32 first;
	u32 last;
	u64 nr; /* entries (blocks) */
};

struct free_area {
	struct free_list list[MIGRATE_TYPES];
	u64 nr_free; /* blocks of this order, all types */
};

#define PCP_LIST_ORDERS  4 /* PAGE_ALLOC_COSTLY_ORDER + 1 */
#define NR_PCP_LISTS_MAX 14

/* struct per_cpu_pages, one per zone and cpu. */
struct per_cpu_pages {
	int count; /* pages */
	int high;
	int high_min;
	int high_max;
	int batch;
	u8 flags; /* PCPF_* */
	u8 alloc_factor;
	u8 expire;
	s16 free_count;
	struct free_list lists[NR_PCP_LISTS_MAX]; /* page handles; head is taken first */
};

enum pcp_flag {
	PCPF_PREV_FREE_HIGH_ORDER = 1 << 0,
	PCPF_FREE_HIGH_BATCH = 1 << 1,
};

/* Per-cpu differences of vm_stat, folded when they pass the threshold. */
struct per_cpu_zonestat {
	s8 vm_stat_diff[NR_VM_ZONE_STAT_ITEMS];
	s8 stat_threshold;
};

/* numa_hit ... numa_other of one zone (units: events). */
enum numa_stat_item {
	NUMA_HIT, NUMA_MISS, NUMA_FOREIGN, NUMA_INTERLEAVE_HIT, NUMA_LOCAL, NUMA_OTHER,
	NR_VM_NUMA_EVENT_ITEMS
};

struct zone {
	/* Where. */
	const char *name; /* "DMA32"; static */
	int nid;
	enum zone_type idx;
	pfn_t zone_start_pfn;
	u64 spanned_pages;
	u64 present_pages;
	u64 present_early_pages;
	u64 managed_pages;
	u64 cma_pages;
	bool initialized;
	bool contiguous;

	/* Watermarks, without the boost. */
	u64 watermark[NR_WMARK];
	u64 watermark_boost;
	u64 lowmem_reserve[MAX_NR_ZONES]; /* indexed by our enum zone_type */
	u64 nr_reserved_highatomic;
	u64 nr_free_highatomic;
	u64 nr_isolate_pageblock;
	u64 percpu_drift_mark;
	u32 flags; /* enum zone_flag */

	/* Per-cpu lists: what new pagesets get. */
	int pageset_high_min;
	int pageset_high_max;
	int pageset_batch;
	struct per_cpu_pages *pcp;         /* [nr_cpus] */
	struct per_cpu_zonestat *zonestat; /* [nr_cpus] */

	s64 vm_stat[NR_VM_ZONE_STAT_ITEMS]; /* global part: what watermark checks read */
	u64 numa_event[NR_VM_NUMA_EVENT_ITEMS];

	/* Compaction. */
	pfn_t compact_cached_free_pfn;
	pfn_t compact_cached_migrate_pfn[2];
	pfn_t compact_init_migrate_pfn;
	pfn_t compact_init_free_pfn;
	u32 compact_considered;
	u32 compact_defer_shift;
	int compact_order_failed;
	bool compact_blockskip_flush;

	struct free_area free_area[NR_PAGE_ORDERS_MAX];
};

static inline pfn_t zone_end_pfn(const struct zone *z)
{
	return z->zone_start_pfn + z->spanned_pages;
}
static inline bool zone_spans_pfn(const struct zone *z, pfn_t pfn)
{
	return pfn >= z->zone_start_pfn && pfn < zone_end_pfn(z);
}
static inline bool managed_zone(const struct zone *z) { return z->managed_pages; }
static inline bool populated_zone(const struct zone *z) { return z->present_pages; }

#endif
