/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block goes offline: its pages are emptied and leave their zone.
 *
 *   no holes?         every page must be System RAM
 *   per-cpu lists     of the zone are drained and switched off
 *   isolate           pageblocks become MIGRATE_ISOLATE; an unmovable page ends it here
 *   notify            arm64 refuses boot memory
 *   migrate           until nothing movable is left; free huge pages are dissolved
 *   take              the free pages off their lists, the counters down
 *   shrink            spans of zone and node; daemons of an empty node stop
 *
 * The kernel repeats the migration until it succeeds or a signal arrives. Here
 * nobody else runs meanwhile, so a few rounds without any progress mean that it
 * would never end: then we act as if somebody had pressed Ctrl-C. Where it is
 * known when the signal came (system.signal_after_refusals), that decides.
 *
 * Models: mm/memory_hotplug.c offline_pages(), drivers/base/memory.c
 * memory_block_offline(), arch/arm64/mm/mmu.c prevent_bootmem_remove_notifier() (6.12).
 */
#include <stdio.h>
#include <string.h>

#include "alloc/folio.h"
#include "alloc/hugetlb.h"
#include "alloc/migrate.h"
#include "alloc/node.h"
#include "alloc/page_isolation.h"
#include "alloc/page_owner.h"
#include "boot/pools.h"
#include "hotplug/memory_hotplug.h"
#include "slab/slub.h"
#include "zone/buddy.h"

#define ROUNDS_WITHOUT_PROGRESS 5

/* One attempt to take a range offline. */
struct offline {
	struct system *sys;
	const struct memory_block *block;
	struct zone *zone;
	pfn_t start;
	pfn_t end;
	const char *reason; /* in the kernel's words */
	pfn_t culprit;      /* NO_PFN: no single page */
};

/* dump_page() into the kernel log. */
static void log_page(struct system *sys, pfn_t pfn, const char *reason)
{
	struct text t = TEXT_INIT;
	char buf[2048];

	dump_page(&sys->mm, pfn, reason, &t);
	snprintf(buf, sizeof(buf), "%s", text_str(&t));
	text_cleanup(&t);
	for (char *line = buf, *save; (line = strtok_r(line, "\n", &save)); line = NULL)
		sys_printk(sys, "%s", line);
}

/* --- checks -------------------------------------------------------------------- */

/* Pages of [start, end) that are busy System RAM; walk_system_ram_range(). */
static u64 system_ram_pages(const struct system *sys, pfn_t start, pfn_t end)
{
	phys_t addr = pfn_to_phys(&sys->arch, start), last = pfn_to_phys(&sys->arch, end) - 1;
	u64 pages = 0;

	while (addr <= last) {
		const struct resource *r =
			find_next_iomem_res((struct resource *)&sys->iomem, addr, last,
					    IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, IORES_DESC_NONE);
		pfn_t from, to;

		if (!r)
			break;
		from = phys_to_pfn_up(&sys->arch, max_u64(r->start, addr));
		to = phys_to_pfn(&sys->arch, min_u64(r->end, last) + 1);
		pages += to > from ? to - from : 0;
		addr = r->end + 1;
	}
	return pages;
}

static bool is_boot_memory_on_arm64(const struct system *sys, const struct memory_block *b)
{
	return sys->arch.id == ARCH_ARM64 && b->range.early;
}

static bool has_holes(const struct system *sys, pfn_t start, pfn_t end)
{
	return system_ram_pages(sys, start, end) != end - start;
}

/* --- emptying ------------------------------------------------------------------ */

static void zone_pcp_disable(struct mm *mm, struct zone *z)
{
	for (int cpu = 0; z->pcp && cpu < mm->nr_cpus; cpu++) {
		z->pcp[cpu].high_min = 0;
		z->pcp[cpu].high_max = 0;
		z->pcp[cpu].batch = 1;
	}
	drain_all_pages(mm, z);
}

static void zone_pcp_enable(struct mm *mm, struct zone *z)
{
	for (int cpu = 0; z->pcp && cpu < mm->nr_cpus; cpu++) {
		z->pcp[cpu].high_min = z->pageset_high_min;
		z->pcp[cpu].high_max = z->pageset_high_max;
		z->pcp[cpu].batch = z->pageset_batch;
	}
}

/* The zone is empty: its per-cpu lists and counters go. */
static void zone_pcp_reset(struct mm *mm, struct zone *z)
{
	for (int cpu = 0; z->zonestat && cpu < mm->nr_cpus; cpu++)
		for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
			z->vm_stat[i] += z->zonestat[cpu].vm_stat_diff[i];
	arena_free(mm->arena, z->zonestat, (size_t)mm->nr_cpus * sizeof(*z->zonestat));
	arena_free(mm->arena, z->pcp, (size_t)mm->nr_cpus * sizeof(*z->pcp));
	z->zonestat = NULL;
	z->pcp = NULL;
}

/* scan_movable_pages(): from @pfn on, a page that migration could take. -ENOENT: none left. */
static int scan_movable_pages(const struct mm *mm, pfn_t pfn, pfn_t end, pfn_t *found)
{
	while (pfn < end) {
		struct page_view v;
		page_handle h;

		memmap_view(mm->map, pfn, &v);
		h = memmap_find(mm->map, v.head);
		if (v.state == PAGE_ALLOC && h != NO_PAGE && folio_is_migratable(mm, h)) {
			*found = pfn;
			return 0;
		}
		pfn = v.state == PAGE_ALLOC || v.state == PAGE_BUDDY ? v.head + (1ULL << v.order) : pfn + 1;
	}
	return -ENOENT;
}

/* signal_pending(): the signal that was announced, or the one of somebody who lost patience. */
static bool signal_arrived(const struct offline *o, int idle, u64 refusals_before)
{
	u64 refused = o->sys->mm.nr_move_refusals - refusals_before;

	if (o->sys->signal_after_refusals && refused)
		return refused >= o->sys->signal_after_refusals;
	return idle >= ROUNDS_WITHOUT_PROGRESS;
}

/* What do_migrate_range() says about folios that stayed. */
static void report_refusals(struct offline *o, const struct migrate_result *res)
{
	for (u32 i = 0; i < res->nr_noted; i++) {
		bool isolation = res->noted[i].err == -EBUSY && !res->nr_failed;

		o->culprit = res->noted[i].pfn;
		if (isolation)
			sys_printk(o->sys, "failed to isolate pfn %llx",
				   (unsigned long long)res->noted[i].pfn);
		else
			sys_printk(o->sys, "migrating pfn %llx failed ret:%d",
				   (unsigned long long)res->noted[i].pfn, res->noted[i].err);
		log_page(o->sys, res->noted[i].pfn, isolation ? "isolation failed" : "migration failure");
	}
}

/* dissolve_free_hugetlb_folios(): huge pages of the pool that nobody uses go back to the buddy. */
static void dissolve_free_hugetlb(struct offline *o)
{
	struct system *sys = o->sys;

	for (pfn_t pfn = o->start; pfn < o->end;) {
		struct page_view v;

		memmap_view(&sys->map, pfn, &v);
		pfn = v.head + (1ULL << v.order);
		if (v.state == PAGE_ALLOC && v.kind == KIND_HUGETLB)
			hugetlb_dissolve(&sys->mm, system_hugetlb(sys), v.head);
	}
	if (sys->hugetlb)
		system_hugetlb_count(sys);
}

/* Migrate and look again, until all is free or nothing moves any more. */
static int empty_range(struct offline *o)
{
	struct mm *mm = &o->sys->mm;
	u64 refusals = mm->nr_move_refusals;
	bool reported = false;
	int idle = 0;

	for (;;) {
		struct migrate_result res = { 0 };
		pfn_t pfn = o->start;

		while (!signal_arrived(o, idle, refusals) && !scan_movable_pages(mm, pfn, o->end, &pfn)) {
			memset(&res, 0, sizeof(res));
			migrate_pages_range(mm, pfn, o->end, MR_MEMORY_HOTPLUG, &res);
			if (res.nr_noted && !reported)
				report_refusals(o, &res);
			reported |= res.nr_noted;
			idle = res.nr_succeeded ? 0 : idle + 1;
		}
		if (signal_arrived(o, idle, refusals))
			break;
		dissolve_free_hugetlb(o);
		if (!test_pages_isolated(mm, o->start, o->end, MEMORY_OFFLINE, &o->culprit))
			return 0;
		idle++;
	}
	o->reason = "signal backoff";
	return -EINTR;
}

/* Isolate and empty; pcp lists are off. */
static int isolate_and_empty(struct offline *o)
{
	struct system *sys = o->sys;
	int ret;

	o->reason = "failure to isolate range";
	ret = start_isolate_page_range(&sys->mm, o->start, o->end, MIGRATE_MOVABLE, MEMORY_OFFLINE,
				       &o->culprit);
	if (ret) {
		if (o->culprit != NO_PFN)
			log_page(sys, o->culprit, "unmovable page");
		return ret;
	}
	trace_emit(sys->trace, TRACE_memory_going_offline, o->start, o->end - o->start, 0, 0, 0,
		   o->zone->nid);
	if (sys->slab)
		slab_memory_going_offline(sys->slab);
	if (sys->notifier)
		sys->notifier->going_offline(sys, sys->notifier->arg);
	if (is_boot_memory_on_arm64(sys, o->block)) {
		phys_t addr = pfn_to_phys(&sys->arch, o->start);

		sys_printk(sys, "Boot memory [%llx %llx] offlining attempted", (unsigned long long)addr,
			   (unsigned long long)(addr + (1ULL << sys->arch.section_shift)));
		o->reason = "notifier failure";
		ret = -EPERM;
	} else {
		ret = empty_range(o);
	}
	if (ret) {
		undo_isolate_page_range(&sys->mm, o->start, o->end, MIGRATE_MOVABLE);
		trace_emit(sys->trace, TRACE_memory_cancel_offline, o->start, o->end - o->start, 0, 0, 0,
			   o->zone->nid);
	}
	return ret;
}

/* --- leaving ------------------------------------------------------------------- */

/* __offline_isolated_pages(): every free block leaves its list. Return: pages that had been managed. */
static u64 take_isolated_pages(struct offline *o)
{
	struct mm *mm = &o->sys->mm;
	u64 managed = o->end - o->start;

	for (pfn_t pfn = o->start; pfn < o->end;) {
		struct free_block b;
		struct page_view v;

		if (buddy_find(mm->map, pfn, &b)) {
			buddy_take(&mm->env, o->zone, &b, false);
			pfn = b.pfn + (1ULL << b.order);
			continue;
		}
		memmap_view(mm->map, pfn, &v);
		managed -= v.state == PAGE_OFFLINE;
		pfn++;
	}
	return managed;
}

static void stop_daemons(struct node *n)
{
	n->kswapd_running = false;
	n->kcompactd_running = false;
}

static void offline_account(struct offline *o, u64 managed)
{
	struct system *sys = o->sys;
	struct node *n = sys->mm.node[o->zone->nid];
	u64 nr_pages = o->end - o->start;

	o->zone->managed_pages -= managed;
	adjust_present_page_count(sys, o->zone, o->block->range.early, o->block->range.group, -(s64)nr_pages);
	init_per_zone_wmark_min(&sys->mm);
	if (!populated_zone(o->zone)) {
		zone_pcp_reset(&sys->mm, o->zone);
		rebuild_zonelists(sys);
	}
	if (!node_has_memory(n))
		stop_daemons(n);
	if (sys->slab && o->zone->idx <= ZONE_NORMAL && !node_has_normal_memory(n))
		slab_node_offline(sys->slab, n->nid);
	trace_emit(sys->trace, TRACE_memory_offline, o->start, nr_pages, 0, 0, 0, n->nid);
	remove_pfn_range_from_zone(sys, o->zone, o->start, nr_pages);
}

/* The sentence for a person: which page, whose. */
static int offline_fail(struct offline *o, int ret, struct mm_error *err)
{
	struct system *sys = o->sys;
	struct owner_record *owner;
	struct page_view v;

	hotplug_debug(sys, "memory offlining [mem 0x%08llx-0x%08llx] failed due to %s",
		      (unsigned long long)pfn_to_phys(&sys->arch, o->start),
		      (unsigned long long)pfn_to_phys(&sys->arch, o->end) - 1, o->reason);
	if (o->culprit == NO_PFN)
		return mm_fail(err, ret, "memory%llu stays online: %s", (unsigned long long)o->block->nr,
			       o->reason);
	memmap_view(&sys->map, o->culprit, &v);
	owner = v.state == PAGE_ALLOC ? owner_get(&sys->mm, v.owner) : NULL;
	return mm_fail(err, ret,
		       "memory%llu stays online: %s; pfn 0x%llx is in the way (%s%s); see `show page 0x%llx`",
		       (unsigned long long)o->block->nr, o->reason, (unsigned long long)o->culprit,
		       v.state == PAGE_RESERVED ? "reserved since boot"
		       : owner                  ? "held by "
						: "in use",
		       owner ? owner->tag : "", (unsigned long long)o->culprit);
}

int offline_pages(struct system *sys, const struct memory_block *b, pfn_t start, u64 nr_pages,
		  struct zone *zone, struct mm_error *err)
{
	struct offline o = { .sys = sys,
			     .block = b,
			     .zone = zone,
			     .start = start,
			     .end = start + nr_pages,
			     .reason = "memory holes",
			     .culprit = NO_PFN };
	u64 managed;
	int ret;

	if (has_holes(sys, start, o.end))
		return offline_fail(&o, -EINVAL, err);
	zone_pcp_disable(&sys->mm, zone);
	ret = isolate_and_empty(&o);
	if (ret) {
		zone_pcp_enable(&sys->mm, zone);
		return offline_fail(&o, ret, err);
	}
	managed = take_isolated_pages(&o);
	hotplug_debug(sys, "Offlined Pages %llu", (unsigned long long)nr_pages);
	zone->nr_isolate_pageblock -= nr_pages >> sys->arch.pageblock_order;
	zone_pcp_enable(&sys->mm, zone);
	offline_account(&o, managed);
	return 0;
}

int memory_block_offline(struct system *sys, const struct memory_block *b, struct mm_error *err)
{
	u32 vmemmap = b->range.altmap_pages;
	struct block_range attr = b->range;
	struct zone *zone;
	int ret;

	if (b->range.zone == BLOCK_NO_ZONE)
		return mm_fail(err, -EINVAL,
			       "memory%llu lies in several zones (valid_zones: none); it can never go "
			       "offline",
			       (unsigned long long)b->nr);
	zone = mm_zone(&sys->mm, b->range.zone);
	if (vmemmap)
		adjust_present_page_count(sys, zone, b->range.early, b->range.group, -(s64)vmemmap);
	ret = offline_pages(sys, b, b->start_pfn + vmemmap, b->nr_pages - vmemmap, zone, err);
	if (ret && vmemmap)
		adjust_present_page_count(sys, zone, b->range.early, b->range.group, vmemmap);
	if (ret)
		return ret;
	if (vmemmap)
		remove_pfn_range_from_zone(sys, zone, b->start_pfn, vmemmap);
	attr.zone = BLOCK_NO_ZONE;
	attr.state = BLOCK_OFFLINE;
	memory_block_set(sys, b->nr, &attr);
	return 0;
}

/* --- asking beforehand --------------------------------------------------------- */

static bool cannot(char *why, size_t n, const char *text)
{
	if (why)
		snprintf(why, n, "%s", text);
	return false;
}

bool memory_block_can_offline(struct system *sys, const struct memory_block *b, char *why, size_t n,
			      pfn_t *culprit)
{
	pfn_t start = b->start_pfn + b->range.altmap_pages, end = b->start_pfn + b->nr_pages, bad;
	struct page_view v;

	if (culprit)
		*culprit = NO_PFN;
	if (b->range.state != BLOCK_ONLINE)
		return cannot(why, n, "is offline already");
	if (b->range.zone == BLOCK_NO_ZONE)
		return cannot(why, n, "lies in several zones or nodes");
	if (has_holes(sys, start, end))
		return cannot(why, n, "has memory holes");
	bad = find_unmovable_page(&sys->mm, start, end, MEMORY_OFFLINE);
	if (bad == NO_PFN)
		return !is_boot_memory_on_arm64(sys, b) || cannot(why, n, "boot memory cannot go on arm64");
	if (culprit)
		*culprit = bad;
	memmap_view(&sys->map, bad, &v);
	if (why)
		snprintf(why, n, "%s at pfn 0x%llx",
			 v.state == PAGE_RESERVED ? "reserved page"
			 : v.state == PAGE_HOLE   ? "hole"
						  : "unmovable page",
			 (unsigned long long)bad);
	return false;
}
