/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of the kernel log that sum up zones, zonelists and memory.
 * Models: the pr_info() calls of mm/mm_init.c and mm/page_alloc.c, Linux 6.12.
 */
#include "boot/stages.h"

#include <stdio.h>
#include <string.h>

#include "alloc/node.h"
#include "alloc/zonelist.h"

#define LLX(v) ((unsigned long long)(v))

static void print_zone_range(struct system *sys, int zid)
{
	phys_t start = pfn_to_phys(&sys->arch, sys->zone_lowest_pfn[zid]);
	phys_t end = pfn_to_phys(&sys->arch, sys->zone_highest_pfn[zid]);

	if (start == end)
		sys_printk(sys, "  %-8s empty", zone_name((enum zone_type)zid));
	else
		sys_printk(sys, "  %-8s [mem 0x%016llx-0x%016llx]", zone_name((enum zone_type)zid),
			   LLX(start), LLX(end - 1));
}

void print_zone_ranges(struct system *sys)
{
	const struct arch *a = &sys->arch;
	pfn_t start, end;
	int i, nid;

	sys_printk(sys, "Zone ranges:");
	for_each_zone_type(&sys->mm, zid)
		if (zid != ZONE_MOVABLE)
			print_zone_range(sys, zid);
	sys_printk(sys, "Movable zone start for each node");
	for (nid = 0; nid < sys->mm.nr_node_ids; nid++)
		if (sys->movable_start_pfn[nid])
			sys_printk(sys, "  Node %d: 0x%016llx", nid,
				   LLX(pfn_to_phys(a, sys->movable_start_pfn[nid])));
	sys_printk(sys, "Early memory node ranges");
	for_each_mem_pfn_range(&sys->memblock, i, MEMBLOCK_NO_NID, &start, &end, &nid)
		sys_printk(sys, "  node %3d: [mem 0x%016llx-0x%016llx]", numa_valid_node(nid) ? nid : 0,
			   LLX(pfn_to_phys(a, start)), LLX(pfn_to_phys(a, end) - 1));
}

static void print_fallback_order(struct system *sys, const struct node *n, int *order)
{
	char line[1024];
	size_t len = (size_t)snprintf(line, sizeof(line), "Fallback order for Node %d: ", n->nid);
	int nr = node_fallback_order(&sys->mm, n->nid, order);

	for (int i = 0; i < nr && len < sizeof(line) - 8; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%d ", order[i]);
	sys_printk(sys, "%s", line);
}

void print_zonelists(struct system *sys)
{
	struct mm *mm = &sys->mm;
	size_t bytes = (size_t)mm->nr_node_ids * sizeof(int);
	int *order = arena_alloc(sys->arena, bytes);

	for (int nid = 0; arch_is_numa(sys) && nid < mm->nr_node_ids; nid++)
		if (mm->node[nid])
			print_fallback_order(sys, mm->node[nid], order);
	arena_free(sys->arena, order, bytes);
	sys_printk(sys, "Built %d zonelists, mobility grouping %s.  Total pages: %llu", nr_online_nodes(mm),
		   mm->vm.mobility ? "on" : "off",
		   LLX(nr_free_zone_pages(mm, gfp_zone(mm, GFP_HIGHUSER_MOVABLE))));
	if (arch_is_numa(sys))
		sys_printk(sys, "Policy zone: %s", zone_name(policy_zone(mm)));
}

static u64 kib(const struct system *sys, u64 pages) { return pages << (sys->arch.page_shift - 10); }

/* KiB of the kernel image's part of @kind. */
static u64 image_kib(const struct system *sys, enum desc_resv_kind kind)
{
	const struct phys_range *r = &sys->image[kind - RESV_KERNEL_CODE];

	return (r->end - r->start) / KiB;
}

/* KiB of init sections: what the kernel frees of its own image as "initmem". */
static u64 init_kib(const struct system *sys)
{
	u64 bytes = 0;

	for (size_t i = 0; i < sys->desc->nr_resv; i++) {
		const struct desc_resv *r = &sys->desc->resv[i];

		if ((r->flags & RESV_INIT) && r->label &&
		    (strstr(r->label, "initmem") || !strcmp(r->label, "unused kernel")))
			bytes += r->end - r->start;
	}
	return bytes / KiB;
}

static u64 cma_pages(const struct system *sys)
{
	u64 bytes = 0;

	for (u32 i = 0; i < sys->nr_cma; i++)
		bytes += sys->cma[i].size;
	return bytes >> sys->arch.page_shift;
}

static u64 free_pages_now(const struct system *sys)
{
	u64 pages = 0;

	for_each_node(&sys->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			pages += (u64)zone_page_state_snapshot(&sys->mm, &n->zones[zid], NR_FREE_PAGES);
	return pages;
}

void print_memory_line(struct system *sys)
{
	const struct mm *mm = &sys->mm;
	u64 present = mm_present_pages(mm), cma = cma_pages(sys);
	char high[48] = "";

	if (arch_has_zone(&sys->arch, ZONE_HIGHMEM))
		snprintf(high, sizeof(high), ", %lluK highmem", LLX(kib(sys, mm_high_pages(mm))));
	sys_printk(sys, "Memory: %lluK/%lluK available (%lluK kernel code, %lluK rwdata, %lluK rodata, "
		   "%lluK init, %lluK bss, %lluK reserved, %lluK cma-reserved%s)",
		   LLX(kib(sys, free_pages_now(sys))), LLX(kib(sys, present)),
		   LLX(image_kib(sys, RESV_KERNEL_CODE)), LLX(image_kib(sys, RESV_KERNEL_DATA)),
		   LLX(image_kib(sys, RESV_KERNEL_RODATA)), LLX(init_kib(sys)),
		   LLX(image_kib(sys, RESV_KERNEL_BSS)),
		   LLX(kib(sys, present - mm_managed_pages(mm) - cma)), LLX(kib(sys, cma)), high);
}
