/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of zones. Each cpu keeps a small difference per counter and adds it
 * to the shared value only when it grows past a threshold, so the shared value
 * that watermark checks read may lag behind by up to cpus * threshold pages.
 *
 *   cpu 0 diff  cpu 1 diff        vm_stat
 *      -3    +     +7       +      2040     =  the exact number (snapshot)
 *
 * Where that lag could hide that a zone is below its min watermark,
 * percpu_drift_mark says from which free count on a check has to add up exactly.
 *
 * Models: mm/vmstat.c of Linux 6.12.117.
 */
#include "alloc/vmstat.h"

#include "alloc/mm.h"

#define STAT_THRESHOLD_MAX 125 /* what a signed byte of difference can hold safely */

static const char *const node_stat_names[] = {
#define X(name) #name,
	NODE_STATS(X)
#undef X
};

static const char *const vm_event_names[] = {
#define X(name) #name,
	VM_EVENTS(X)
#undef X
};

const char *node_stat_name(enum node_stat_item item)
{
	return (unsigned)item < NR_VM_NODE_STAT_ITEMS ? node_stat_names[item] : "?";
}

const char *vm_event_name(enum vm_event_item item)
{
	return (unsigned)item < NR_VM_EVENT_ITEMS ? vm_event_names[item] : "?";
}

void mod_zone_page_state(struct mm *mm, struct zone *zone, int item, s64 delta)
{
	struct per_cpu_zonestat *zs = zone->zonestat;
	s64 x;

	/* Before the zone has per-cpu counters (early boot) everything is shared. */
	if (unlikely(!zs)) {
		zone->vm_stat[item] += delta;
		return;
	}
	zs += mm->cpu;
	x = delta + zs->vm_stat_diff[item];
	if (x > zs->stat_threshold || x < -zs->stat_threshold) {
		zone->vm_stat[item] += x;
		x = 0;
	}
	zs->vm_stat_diff[item] = (s8)x;
}

s64 zone_page_state_snapshot(const struct mm *mm, const struct zone *zone, int item)
{
	s64 x = zone->vm_stat[item];

	for (int cpu = 0; zone->zonestat && cpu < mm->nr_cpus; cpu++)
		x += zone->zonestat[cpu].vm_stat_diff[item];
	return x < 0 ? 0 : x;
}

u64 zone_page_state(const struct zone *zone, int item)
{
	s64 x = zone->vm_stat[item];

	return x < 0 ? 0 : (u64)x;
}

/* Position of the highest set bit, counted from 1; 0 for 0. */
static int fls_u64(u64 v)
{
	return v ? ilog2_u64(v) + 1 : 0;
}

/*
 * Grows with the logarithm of cpus and of memory in units of 128 MiB:
 * 2 cpus, 1 GiB: 2 * fls(2) * (1 + fls(8)) = 2 * 2 * 5 = 20 pages.
 */
static int normal_threshold(const struct mm *mm, const struct zone *zone)
{
	u64 mem = zone->managed_pages >> (27 - mm->arch->page_shift);
	int t = 2 * fls_u64((u64)mm->nr_cpus) * (1 + fls_u64(mem));

	return t < STAT_THRESHOLD_MAX ? t : STAT_THRESHOLD_MAX;
}

static void refresh_zone(struct mm *mm, struct zone *zone)
{
	int threshold = normal_threshold(mm, zone);
	u64 tolerate = zone->watermark[WMARK_LOW] - zone->watermark[WMARK_MIN];
	u64 max_drift = (u64)mm->nr_cpus * (u64)threshold;

	for (int cpu = 0; zone->zonestat && cpu < mm->nr_cpus; cpu++)
		zone->zonestat[cpu].stat_threshold = (s8)threshold;
	/* As in the kernel, a mark that is no longer needed keeps its last value. */
	if (max_drift > tolerate)
		zone->percpu_drift_mark = zone->watermark[WMARK_HIGH] + max_drift;
}

void refresh_zone_stat_thresholds(struct mm *mm)
{
	for_each_node(mm, node)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (populated_zone(&node->zones[zid]))
				refresh_zone(mm, &node->zones[zid]);
}

static void fold_zone(struct zone *zone, int nr_cpus)
{
	for (int cpu = 0; zone->zonestat && cpu < nr_cpus; cpu++) {
		struct per_cpu_zonestat *zs = &zone->zonestat[cpu];

		for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++) {
			zone->vm_stat[i] += zs->vm_stat_diff[i];
			zs->vm_stat_diff[i] = 0;
		}
	}
}

void refresh_cpu_vm_stats(struct mm *mm)
{
	for_each_node(mm, node)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			fold_zone(&node->zones[zid], mm->nr_cpus);
}
