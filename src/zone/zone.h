/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A zone: one range of one node's memory with its own free lists, per-cpu
 * lists, watermarks and counters.
 *
 * Models: include/linux/mmzone.h struct zone, free_area, per_cpu_pages.
 */
#ifndef MM_ZONE_ZONE_H
#define MM_ZONE_ZONE_H

#include "base/trace.h"
#include "base/types.h"
#include "phys/sparse.h"

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

/* Lists of the largest order hold whole max blocks (phys/maxblock.h), all others pages. */
struct free_area {
	struct free_list list[MIGRATE_TYPES];
};

/* area->nr_free: blocks of this order, all types. */
static inline u64 area_nr_free(const struct free_area *area)
{
	u64 nr = 0;

	for (int mt = 0; mt < MIGRATE_TYPES; mt++)
		nr += area->list[mt].nr;
	return nr;
}

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

	u16 order_mask[MIGRATE_TYPES]; /* bit o: free_area[o].list[mt] is not empty */
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
static inline u64 wmark_pages(const struct zone *z, enum zone_watermark w)
{
	return z->watermark[w] + z->watermark_boost;
}
static inline bool managed_zone(const struct zone *z) { return z->managed_pages; }
static inline bool populated_zone(const struct zone *z) { return z->present_pages; }

struct capture;

/* What the functions of this floor need of the machine; part of struct mm. */
struct zone_env {
	struct memmap *map;
	struct trace *trace;
	struct capture *capture; /* direct compaction waits for a page; NULL: nobody does */
	int cpu;                 /* the cpu that the running command is on */
};

/*
 * What direct compaction waits for: the first free block of @order that appears
 * in @zone goes to @page without passing a free list (struct capture_control).
 */
struct capture {
	struct zone *zone;
	unsigned order;
	int migratetype;
	page_handle page; /* NO_PAGE until then */
};

/* zone_stat_mod() through difference @zs of @z, which there is. */
static inline void cpu_stat_mod(struct zone *z, struct per_cpu_zonestat *zs, enum zone_stat_item item, s64 delta)
{
	s64 x = delta + zs->vm_stat_diff[item], t = zs->stat_threshold;

	if ((u64)(x + t) > (u64)(2 * t)) { /* |x| > t */
		z->vm_stat[item] += x;
		x = 0;
	}
	zs->vm_stat_diff[item] = (s8)x;
}

/*
 * __mod_zone_page_state(): add @delta pages to @item through cpu @cpu's
 * difference; the sum moves to the global part when the difference passes the
 * threshold. Calls must be grouped as the kernel groups them.
 */
static inline void zone_stat_mod(struct zone *z, int cpu, enum zone_stat_item item, s64 delta)
{
	/* Before the zone has per-cpu counters (early boot) everything is shared. */
	if (unlikely(!z->zonestat))
		z->vm_stat[item] += delta;
	else
		cpu_stat_mod(z, z->zonestat + cpu, item, delta);
}

/* account_freepages(): @nr pages of type @mt became free (or, negative, stopped being so). */
static inline void account_freepages(const struct zone_env *env, struct zone *z, s64 nr, unsigned mt)
{
	if (unlikely(mt == MIGRATE_ISOLATE))
		return;
	zone_stat_mod(z, env->cpu, NR_FREE_PAGES, nr);
	if (likely(mt < MIGRATE_PCPTYPES))
		return;
	if (mt == MIGRATE_CMA)
		zone_stat_mod(z, env->cpu, NR_FREE_CMA_PAGES, nr);
	else
		z->nr_free_highatomic += (u64)nr;
}

/* NR_FREE_PAGES with the differences of all cpus: what the lists hold, isolated blocks left out. */
static inline u64 zone_free_pages(const struct zone *z)
{
	u64 pages = 0;

	for (unsigned mt = 0; mt < MIGRATE_ISOLATE; mt++)
		for (u32 orders = z->order_mask[mt]; orders; orders &= orders - 1)
			pages += z->free_area[__builtin_ctz(orders)].list[mt].nr << __builtin_ctz(orders);
	return pages;
}

/* Global part of a counter, negative read as 0: what watermark checks see. */
static inline u64 zone_stat(const struct zone *z, enum zone_stat_item item)
{
	return z->vm_stat[item] < 0 ? 0 : (u64)z->vm_stat[item];
}

/* ALLOC_* flags of a request, with the kernel's values. */
enum alloc_flag {
	ALLOC_WMARK_MIN = WMARK_MIN,
	ALLOC_WMARK_LOW = WMARK_LOW,
	ALLOC_WMARK_HIGH = WMARK_HIGH,
	ALLOC_WMARK_MASK = 0x03,
	ALLOC_NO_WATERMARKS = 0x04,
	ALLOC_OOM = 0x08,
	ALLOC_NON_BLOCK = 0x10,
	ALLOC_MIN_RESERVE = 0x20,
	ALLOC_CPUSET = 0x40,
	ALLOC_CMA = 0x80,
	ALLOC_NOFRAGMENT = 0x100,
	ALLOC_HIGHATOMIC = 0x200,
	ALLOC_KSWAPD = 0x800,
	ALLOC_RESERVES = ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM,
};

/*
 * __zone_watermark_ok(): would a block of @order still leave more than @mark
 * pages plus the lowmem reserve of @highest_zoneidx, when @free pages are free?
 * Higher orders also need one block that is large enough. Units: pages.
 */
bool zone_watermark_ok_free(const struct zone *z, unsigned order, u64 mark, int highest_zoneidx,
			    u32 alloc_flags, s64 free);
/* A block of @order or more is free that any request may take. */
static inline bool zone_has_block(const struct zone *z, unsigned order)
{
	return (u32)(z->order_mask[MIGRATE_UNMOVABLE] | z->order_mask[MIGRATE_MOVABLE] |
		     z->order_mask[MIGRATE_RECLAIMABLE]) >> order;
}

/* zone_watermark_fast(): the same for an allocation attempt, with the global free count. */
bool zone_watermark_fast_slow(const struct zone *z, unsigned order, u64 mark, int highest_zoneidx,
			      u32 alloc_flags);
/* What a request of @order without any privilege may count on, one block of it less a page left out. */
static inline s64 zone_usable_free(const struct zone *z, unsigned order)
{
	return z->vm_stat[NR_FREE_PAGES] - (s64)z->nr_free_highatomic - (s64)zone_stat(z, NR_FREE_CMA_PAGES) -
	       (s64)((1u << order) - 1);
}
static inline bool zone_watermark_fast(const struct zone *z, unsigned order, u64 mark,
				       int highest_zoneidx, u32 alloc_flags)
{
	/* What passes without any privilege passes with it. */
	if (likely(zone_usable_free(z, order) > (s64)(mark + z->lowmem_reserve[highest_zoneidx]) &&
		   zone_has_block(z, order)))
		return true;
	return zone_watermark_fast_slow(z, order, mark, highest_zoneidx, alloc_flags);
}

#endif
