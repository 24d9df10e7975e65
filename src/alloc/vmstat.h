/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Node counters and event counters, in the order and with the names of
 * /proc/vmstat. One table each: enum, array size and printed name come from it.
 *
 * Models: include/linux/mmzone.h enum node_stat_item, include/linux/vm_event_item.h,
 * mm/vmstat.c.
 */
#ifndef MM_ALLOC_VMSTAT_H
#define MM_ALLOC_VMSTAT_H

#include "base/types.h"

/* Units: pages (nr_kernel_stack: KiB). Enum constants are NS_<name>. */
#define NODE_STATS(X) \
	X(nr_inactive_anon) X(nr_active_anon) X(nr_inactive_file) X(nr_active_file) \
	X(nr_unevictable) X(nr_slab_reclaimable) X(nr_slab_unreclaimable) X(nr_isolated_anon) \
	X(nr_isolated_file) X(workingset_nodes) X(workingset_refault_anon) \
	X(workingset_refault_file) X(workingset_activate_anon) X(workingset_activate_file) \
	X(workingset_restore_anon) X(workingset_restore_file) X(workingset_nodereclaim) \
	X(nr_anon_pages) X(nr_mapped) X(nr_file_pages) X(nr_dirty) X(nr_writeback) \
	X(nr_writeback_temp) X(nr_shmem) X(nr_shmem_hugepages) X(nr_shmem_pmdmapped) \
	X(nr_file_hugepages) X(nr_file_pmdmapped) X(nr_anon_transparent_hugepages) \
	X(nr_vmscan_write) X(nr_vmscan_immediate_reclaim) X(nr_dirtied) X(nr_written) \
	X(nr_throttled_written) X(nr_kernel_misc_reclaimable) X(nr_foll_pin_acquired) \
	X(nr_foll_pin_released) X(nr_kernel_stack) X(nr_page_table_pages) \
	X(nr_sec_page_table_pages) X(nr_iommu_pages) X(nr_swapcached) X(pgpromote_success) \
	X(pgpromote_candidate) X(pgdemote_kswapd) X(pgdemote_direct) X(pgdemote_khugepaged)

/* Units: events. pgalloc, allocstall and pgskip have one row per zone type. Constants are EV_<name>. */
#define VM_EVENTS(X) \
	X(pgpgin) X(pgpgout) X(pswpin) X(pswpout) X(pgalloc_dma) X(pgalloc_dma32) \
	X(pgalloc_normal) X(pgalloc_high) X(pgalloc_movable) X(pgalloc_device) X(allocstall_dma) \
	X(allocstall_dma32) X(allocstall_normal) X(allocstall_high) X(allocstall_movable) \
	X(allocstall_device) X(pgskip_dma) X(pgskip_dma32) X(pgskip_normal) X(pgskip_high) \
	X(pgskip_movable) X(pgskip_device) X(pgfree) X(pgactivate) X(pgdeactivate) X(pglazyfree) \
	X(pgfault) X(pgmajfault) X(pglazyfreed) X(pgrefill) X(pgreuse) X(pgsteal_kswapd) \
	X(pgsteal_direct) X(pgsteal_khugepaged) X(pgscan_kswapd) X(pgscan_direct) \
	X(pgscan_khugepaged) X(pgscan_direct_throttle) X(pgscan_anon) X(pgscan_file) \
	X(pgsteal_anon) X(pgsteal_file) X(zone_reclaim_success) X(zone_reclaim_failed) \
	X(pginodesteal) X(slabs_scanned) X(kswapd_inodesteal) X(kswapd_low_wmark_hit_quickly) \
	X(kswapd_high_wmark_hit_quickly) X(pageoutrun) X(pgrotated) X(drop_pagecache) \
	X(drop_slab) X(oom_kill) X(numa_pte_updates) X(numa_huge_pte_updates) \
	X(numa_hint_faults) X(numa_hint_faults_local) X(numa_pages_migrated) \
	X(pgmigrate_success) X(pgmigrate_fail) X(thp_migration_success) X(thp_migration_fail) \
	X(thp_migration_split) X(compact_migrate_scanned) X(compact_free_scanned) \
	X(compact_isolated) X(compact_stall) X(compact_fail) X(compact_success) \
	X(compact_daemon_wake) X(compact_daemon_migrate_scanned) X(compact_daemon_free_scanned) \
	X(htlb_buddy_alloc_success) X(htlb_buddy_alloc_fail) X(cma_alloc_success) \
	X(cma_alloc_fail) X(unevictable_pgs_culled) X(unevictable_pgs_scanned) \
	X(unevictable_pgs_rescued) X(unevictable_pgs_mlocked) X(unevictable_pgs_munlocked) \
	X(unevictable_pgs_cleared) X(unevictable_pgs_stranded) X(thp_fault_alloc) \
	X(thp_fault_fallback) X(thp_fault_fallback_charge) X(thp_collapse_alloc) \
	X(thp_collapse_alloc_failed) X(thp_file_alloc) X(thp_file_fallback) \
	X(thp_file_fallback_charge) X(thp_file_mapped) X(thp_split_page) \
	X(thp_split_page_failed) X(thp_deferred_split_page) X(thp_underused_split_page) \
	X(thp_split_pmd) X(thp_scan_exceed_none_pte) X(thp_scan_exceed_swap_pte) \
	X(thp_scan_exceed_share_pte) X(thp_split_pud) X(thp_zero_page_alloc) \
	X(thp_zero_page_alloc_failed) X(thp_swpout) X(thp_swpout_fallback) X(balloon_inflate) \
	X(balloon_deflate) X(balloon_migrate) X(swap_ra) X(swap_ra_hit) X(swpin_zero) \
	X(swpout_zero) X(ksm_swpin_copy) X(cow_ksm) X(zswpin) X(zswpout) X(zswpwb) \
	X(direct_map_level2_splits) X(direct_map_level3_splits)

enum node_stat_item {
#define X(name) NS_##name,
	NODE_STATS(X)
#undef X
	NR_VM_NODE_STAT_ITEMS
};

enum vm_event_item {
#define X(name) EV_##name,
	VM_EVENTS(X)
#undef X
	NR_VM_EVENT_ITEMS
};

struct mm;
struct zone;

const char *node_stat_name(enum node_stat_item item);
const char *vm_event_name(enum vm_event_item item);

/*
 * zone->vm_stat[@item] += @delta through the running cpu's difference, as
 * __mod_zone_page_state(): the sum moves to the global part when the difference
 * passes the cpu's threshold. Watermark checks read only the global part.
 */
void mod_zone_page_state(struct mm *mm, struct zone *zone, int item, s64 delta);
/* The exact value: global part plus all cpus' differences (zone_page_state_snapshot()). */
s64 zone_page_state_snapshot(const struct mm *mm, const struct zone *zone, int item);
/* The global part, negative read as 0 (zone_page_state()). */
u64 zone_page_state(const struct zone *zone, int item);

/* calculate_normal_threshold() for every zone and cpu, and percpu_drift_mark. */
void refresh_zone_stat_thresholds(struct mm *mm);
/* Fold every cpu's differences into the global part (the periodic vmstat work). */
void refresh_cpu_vm_stats(struct mm *mm);

#endif
