/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters in the kernel's words: /proc/vmstat, /proc/meminfo and the same per
 * node. Which lines there are depends on the kernel's configuration, hence on the
 * architecture.
 *
 * Models: mm/vmstat.c vmstat_text, fs/proc/meminfo.c, mm/show_mem.c,
 * drivers/base/node.c, mm/page-writeback.c of Linux 6.12.117.
 */
#include "io/procfs.h"

#include <string.h>

#include "alloc/node.h"
#include "alloc/zonelist.h"
#include "hotplug/memory_hotplug.h"
#include "hotplug/vmemmap.h"

#define LLX(v) ((unsigned long long)(v))

#define DIRTY_RATIO            20 /* vm.dirty_ratio, percent */
#define DIRTY_BACKGROUND_RATIO 10
#define OVERCOMMIT_RATIO       50

static u64 positive(s64 v) { return v < 0 ? 0 : (u64)v; }

static u64 zone_sum(const struct mm *mm, int item)
{
	u64 sum = 0;

	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			sum += zone_page_state(&n->zones[zid], item);
	return sum;
}

static u64 node_zone_sum(const struct node *n, int item)
{
	u64 sum = 0;

	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		sum += zone_page_state(&n->zones[zid], item);
	return sum;
}

static u64 stat_sum(const struct mm *mm, int item)
{
	s64 sum = 0;

	for_each_node(mm, n)
		sum += n->vm_stat[item];
	return positive(sum);
}

static u64 numa_sum(const struct node *n, int item)
{
	u64 sum = 0;

	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		sum += n->zones[zid].numa_event[item];
	return sum;
}

/* --- vmstat ------------------------------------------------------------------ */

static const char *const numa_names[NR_VM_NUMA_EVENT_ITEMS] = {
	"numa_hit", "numa_miss", "numa_foreign", "numa_interleave", "numa_local", "numa_other",
};

static bool starts(const char *s, const char *prefix) { return !strncmp(s, prefix, strlen(prefix)); }

/* "pgalloc_dma32" and its like exist for the zones that exist. -1: not such an event. */
static int event_zone(int item)
{
	static const int first[] = { EV_pgalloc_dma, EV_allocstall_dma, EV_pgskip_dma };

	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		if (item >= first[i] && item < first[i] + MAX_NR_ZONES)
			return item - first[i];
	return -1;
}

static bool has_event(const struct system *sys, int item)
{
	const char *name = vm_event_name((enum vm_event_item)item);
	bool is_i386 = sys->arch.id == ARCH_I386;
	int zid = event_zone(item);

	if (zid >= 0)
		return arch_has_zone(&sys->arch, zid);
	if (starts(name, "cma_alloc"))
		return sys->arch.has_cma;
	if (starts(name, "direct_map"))
		return sys->arch.id != ARCH_ARM64;
	if (item == EV_thp_split_pud)
		return sys->arch.id == ARCH_X86_64;
	if (starts(name, "zone_reclaim") || starts(name, "numa_") || starts(name, "balloon") || starts(name, "zsw"))
		return !is_i386;
	return true;
}

static u64 dirty_limit(const struct system *sys, u64 available, u64 percent)
{
	u64 page = arch_page_size(&sys->arch);

	return percent * page / 100 * available / page;
}

/* Pages that could be dirty: free beyond the reserves, and the page cache; no high memory. */
static u64 dirtyable_memory(const struct mm *mm)
{
	u64 pages = zone_sum(mm, NR_FREE_PAGES), high = 0;

	pages -= min_u64(pages, mm->totalreserve_pages);
	pages += stat_sum(mm, NS_nr_inactive_file) + stat_sum(mm, NS_nr_active_file);
	for_each_node(mm, n) {
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct zone *z = &n->zones[zid];
			u64 x = zone_page_state(z, NR_FREE_PAGES);

			if (!zone_is_highmem(mm, z) || !populated_zone(z))
				continue;
			x -= min_u64(x, z->watermark[WMARK_HIGH]);
			high += x + zone_page_state(z, NR_ZONE_INACTIVE_FILE) +
				zone_page_state(z, NR_ZONE_ACTIVE_FILE);
		}
	}
	return pages - min_u64(pages, high) + 1;
}

/* struct pages made at boot, in pages of memory. */
static u64 memmap_boot_pages(const struct system *sys)
{
	const struct memblock *mb = &sys->memblock;
	u64 per = arch_pages_per_section(&sys->arch), next = 0, sections = 0;
	u64 page = arch_page_size(&sys->arch);
	pfn_t s, e;
	int i;

	if (sys->arch.flatmem) {
		const struct node *n = sys->mm.node[0];
		u64 block = 1ULL << sys->arch.max_page_order;
		pfn_t start = align_down(n->node_start_pfn, block);

		e = align_up(n->node_start_pfn + n->node_spanned_pages, block);
		return ((e - start) * sys->arch.struct_page_size + page - 1) / page;
	}
	for_each_mem_pfn_range(mb, i, MEMBLOCK_NO_NID, &s, &e, NULL) {
		u64 first = max_u64(s / per, next);

		next = max_u64(next, (e + per - 1) / per);
		sections += next > first ? next - first : 0;
	}
	return sections * ((per * sys->arch.struct_page_size + page - 1) / page);
}

static void print_node_stat(const struct system *sys, struct text *out, int item, u64 v)
{
	if (procfs_has_node_stat(sys, item))
		text_printf(out, "%s %llu\n", node_stat_name((enum node_stat_item)item), LLX(v));
}

void procfs_vmstat(struct system *sys, struct text *out)
{
	const struct mm *mm = &sys->mm;
	u64 dirtyable = dirtyable_memory(mm);

	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		if (procfs_has_zone_stat(sys, i))
			text_printf(out, "%s %llu\n", procfs_zone_stat_name(i), LLX(zone_sum(mm, i)));
	for (int i = 0; sys->arch.max_numnodes > 1 && i < NR_VM_NUMA_EVENT_ITEMS; i++) {
		u64 v = 0;

		for_each_node(mm, n)
			v += numa_sum(n, i);
		text_printf(out, "%s %llu\n", numa_names[i], LLX(v));
	}
	for (int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++)
		print_node_stat(sys, out, i, stat_sum(mm, i));
	text_printf(out, "nr_dirty_threshold %llu\nnr_dirty_background_threshold %llu\n",
		    LLX(dirty_limit(sys, dirtyable, DIRTY_RATIO)),
		    LLX(dirty_limit(sys, dirtyable, DIRTY_BACKGROUND_RATIO)));
	text_printf(out, "nr_memmap_pages %llu\nnr_memmap_boot_pages %llu\n", LLX(vmemmap_pages(sys)),
		    LLX(memmap_boot_pages(sys)));
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		if (has_event(sys, i))
			text_printf(out, "%s %llu\n", vm_event_name((enum vm_event_item)i), LLX(mm->vm_event[i]));
	text_puts(out, "nr_unstable 0\n");
}

void procfs_node_vmstat(struct system *sys, int nid, struct text *out)
{
	const struct node *n = sys->mm.node[nid];

	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		if (procfs_has_zone_stat(sys, i))
			text_printf(out, "%s %llu\n", procfs_zone_stat_name(i), LLX(node_zone_sum(n, i)));
	for (int i = 0; sys->arch.max_numnodes > 1 && i < NR_VM_NUMA_EVENT_ITEMS; i++)
		text_printf(out, "%s %llu\n", numa_names[i], LLX(numa_sum(n, i)));
	for (int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++)
		print_node_stat(sys, out, i, positive(n->vm_stat[i]));
}

void procfs_node_numastat(struct system *sys, int nid, struct text *out)
{
	static const char *const names[NR_VM_NUMA_EVENT_ITEMS] = {
		"numa_hit", "numa_miss", "numa_foreign", "interleave_hit", "local_node", "other_node",
	};

	for (int i = 0; i < NR_VM_NUMA_EVENT_ITEMS; i++)
		text_printf(out, "%s %llu\n", names[i], LLX(numa_sum(sys->mm.node[nid], i)));
}

/* --- meminfo ------------------------------------------------------------------ */

/* One line of meminfo: what, and how many KiB. */
static void line(struct text *out, const char *name, u64 kb)
{
	text_printf(out, "%-16s%8llu kB\n", name, LLX(kb));
}

static u64 kb(const struct system *sys, u64 pages) { return pages << (sys->arch.page_shift - 10); }

static void stat_line(struct system *sys, struct text *out, const char *name, int item)
{
	line(out, name, kb(sys, stat_sum(&sys->mm, item)));
}

/* si_mem_available(): what a new program could get without swapping. */
static u64 mem_available(const struct mm *mm)
{
	u64 low = 0, cache, reclaimable;
	s64 available = (s64)zone_sum(mm, NR_FREE_PAGES) - (s64)mm->totalreserve_pages;

	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			low += n->zones[zid].watermark[WMARK_LOW];
	cache = stat_sum(mm, NS_nr_active_file) + stat_sum(mm, NS_nr_inactive_file);
	available += (s64)(cache - min_u64(cache / 2, low));
	reclaimable = stat_sum(mm, NS_nr_slab_reclaimable) + stat_sum(mm, NS_nr_kernel_misc_reclaimable);
	available += (s64)(reclaimable - min_u64(reclaimable / 2, low));
	return positive(available);
}

static void print_lru(struct system *sys, struct text *out)
{
	const struct mm *mm = &sys->mm;
	u64 aa = stat_sum(mm, NS_nr_active_anon), ia = stat_sum(mm, NS_nr_inactive_anon);
	u64 af = stat_sum(mm, NS_nr_active_file), xf = stat_sum(mm, NS_nr_inactive_file);

	line(out, "Active:", kb(sys, aa + af));
	line(out, "Inactive:", kb(sys, ia + xf));
	line(out, "Active(anon):", kb(sys, aa));
	line(out, "Inactive(anon):", kb(sys, ia));
	line(out, "Active(file):", kb(sys, af));
	line(out, "Inactive(file):", kb(sys, xf));
	stat_line(sys, out, "Unevictable:", NS_nr_unevictable);
	line(out, "Mlocked:", kb(sys, zone_sum(mm, NR_MLOCK)));
}

static u64 high_free(const struct mm *mm)
{
	u64 sum = 0;

	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (zone_is_highmem(mm, &n->zones[zid]))
				sum += zone_page_state(&n->zones[zid], NR_FREE_PAGES);
	return sum;
}

static void print_highmem(struct system *sys, struct text *out)
{
	const struct mm *mm = &sys->mm;
	u64 high = mm_high_pages(mm), hfree = high_free(mm);

	line(out, "HighTotal:", kb(sys, high));
	line(out, "HighFree:", kb(sys, hfree));
	line(out, "LowTotal:", kb(sys, mm_managed_pages(mm) - high));
	line(out, "LowFree:", kb(sys, zone_sum(mm, NR_FREE_PAGES) - hfree));
}

static void print_use(struct system *sys, struct text *out)
{
	const struct mm *mm = &sys->mm;
	u64 slab_r = stat_sum(mm, NS_nr_slab_reclaimable), slab_u = stat_sum(mm, NS_nr_slab_unreclaimable);

	stat_line(sys, out, "Dirty:", NS_nr_dirty);
	stat_line(sys, out, "Writeback:", NS_nr_writeback);
	stat_line(sys, out, "AnonPages:", NS_nr_anon_pages);
	stat_line(sys, out, "Mapped:", NS_nr_mapped);
	stat_line(sys, out, "Shmem:", NS_nr_shmem);
	line(out, "KReclaimable:", kb(sys, slab_r + stat_sum(mm, NS_nr_kernel_misc_reclaimable)));
	line(out, "Slab:", kb(sys, slab_r + slab_u));
	line(out, "SReclaimable:", kb(sys, slab_r));
	line(out, "SUnreclaim:", kb(sys, slab_u));
	line(out, "KernelStack:", stat_sum(mm, NS_nr_kernel_stack));
	stat_line(sys, out, "PageTables:", NS_nr_page_table_pages);
	stat_line(sys, out, "SecPageTables:", NS_nr_sec_page_table_pages);
	line(out, "NFS_Unstable:", 0);
	line(out, "Bounce:", kb(sys, zone_sum(mm, NR_BOUNCE)));
	stat_line(sys, out, "WritebackTmp:", NS_nr_writeback_temp);
}

/* The size of the vmalloc area: a constant of the kernel, except on i386. */
static u64 vmalloc_total_kb(const struct system *sys)
{
	if (sys->arch.id == ARCH_X86_64)
		return sys->arch.phys_bits > 46 ? 13743895347199ULL : 34359738367ULL;
	if (sys->arch.id == ARCH_ARM64)
		return 135288315904ULL;
	return (sys->arch.vmalloc_end - sys->arch.page_offset - 8 * MiB -
		pfn_to_phys(&sys->arch, sys->max_low_pfn)) / KiB;
}

static void print_huge(struct system *sys, struct text *out)
{
	stat_line(sys, out, "AnonHugePages:", NS_nr_anon_transparent_hugepages);
	stat_line(sys, out, "ShmemHugePages:", NS_nr_shmem_hugepages);
	stat_line(sys, out, "ShmemPmdMapped:", NS_nr_shmem_pmdmapped);
	stat_line(sys, out, "FileHugePages:", NS_nr_file_hugepages);
	stat_line(sys, out, "FilePmdMapped:", NS_nr_file_pmdmapped);
	if (sys->arch.has_cma) {
		line(out, "CmaTotal:", kb(sys, mm_cma_pages(&sys->mm)));
		line(out, "CmaFree:", kb(sys, zone_sum(&sys->mm, NR_FREE_CMA_PAGES)));
	}
	if (procfs_has_zone_stat(sys, NR_UNACCEPTED))
		line(out, "Unaccepted:", kb(sys, zone_sum(&sys->mm, NR_UNACCEPTED)));
}

void procfs_meminfo(struct system *sys, struct text *out)
{
	const struct mm *mm = &sys->mm;
	u64 total = mm_managed_pages(mm);

	line(out, "MemTotal:", kb(sys, total));
	line(out, "MemFree:", kb(sys, zone_sum(mm, NR_FREE_PAGES)));
	line(out, "MemAvailable:", kb(sys, mem_available(mm)));
	line(out, "Buffers:", 0);
	line(out, "Cached:", kb(sys, stat_sum(mm, NS_nr_file_pages)));
	line(out, "SwapCached:", kb(sys, stat_sum(mm, NS_nr_swapcached)));
	print_lru(sys, out);
	if (arch_has_zone(&sys->arch, ZONE_HIGHMEM))
		print_highmem(sys, out);
	line(out, "SwapTotal:", kb(sys, mm->swap_total));
	line(out, "SwapFree:", kb(sys, mm->swap_total - mm->swap_used));
	if (sys->arch.id != ARCH_I386) {
		line(out, "Zswap:", 0);
		line(out, "Zswapped:", 0);
	}
	print_use(sys, out);
	line(out, "CommitLimit:", kb(sys, (total - min_u64(total, procfs_hugetlb_pages(sys))) * OVERCOMMIT_RATIO / 100 +
					mm->swap_total));
	line(out, "VmallocTotal:", vmalloc_total_kb(sys));
	if (sys->arch.id != ARCH_I386)
		text_printf(out, "HardwareCorrupted: %5llu kB\n",
			    LLX(sys->hotplug ? sys->hotplug->num_poisoned_pages << (sys->arch.page_shift - 10) : 0));
	print_huge(sys, out);
	procfs_hugetlb_meminfo(sys, out);
}

static void node_line(struct text *out, int nid, const char *name, u64 kib)
{
	text_printf(out, "Node %d %-15s %8llu kB\n", nid, name, LLX(kib));
}

static void node_stat_line(struct system *sys, struct text *out, int nid, const char *name, int item)
{
	node_line(out, nid, name, kb(sys, positive(sys->mm.node[nid]->vm_stat[item])));
}

static void print_node_lru(struct system *sys, int nid, struct text *out)
{
	const s64 *s = sys->mm.node[nid]->vm_stat;

	node_line(out, nid, "Active:", kb(sys, positive(s[NS_nr_active_anon] + s[NS_nr_active_file])));
	node_line(out, nid, "Inactive:", kb(sys, positive(s[NS_nr_inactive_anon] + s[NS_nr_inactive_file])));
	node_stat_line(sys, out, nid, "Active(anon):", NS_nr_active_anon);
	node_stat_line(sys, out, nid, "Inactive(anon):", NS_nr_inactive_anon);
	node_stat_line(sys, out, nid, "Active(file):", NS_nr_active_file);
	node_stat_line(sys, out, nid, "Inactive(file):", NS_nr_inactive_file);
	node_stat_line(sys, out, nid, "Unevictable:", NS_nr_unevictable);
	node_line(out, nid, "Mlocked:", kb(sys, node_zone_sum(sys->mm.node[nid], NR_MLOCK)));
}

static void print_node_use(struct system *sys, int nid, struct text *out)
{
	const s64 *s = sys->mm.node[nid]->vm_stat;

	node_stat_line(sys, out, nid, "Dirty:", NS_nr_dirty);
	node_stat_line(sys, out, nid, "Writeback:", NS_nr_writeback);
	node_stat_line(sys, out, nid, "FilePages:", NS_nr_file_pages);
	node_stat_line(sys, out, nid, "Mapped:", NS_nr_mapped);
	node_stat_line(sys, out, nid, "AnonPages:", NS_nr_anon_pages);
	node_stat_line(sys, out, nid, "Shmem:", NS_nr_shmem);
	node_line(out, nid, "KernelStack:", positive(s[NS_nr_kernel_stack]));
	node_stat_line(sys, out, nid, "PageTables:", NS_nr_page_table_pages);
	node_stat_line(sys, out, nid, "SecPageTables:", NS_nr_sec_page_table_pages);
	node_line(out, nid, "NFS_Unstable:", 0);
	node_line(out, nid, "Bounce:", kb(sys, node_zone_sum(sys->mm.node[nid], NR_BOUNCE)));
	node_stat_line(sys, out, nid, "WritebackTmp:", NS_nr_writeback_temp);
	node_line(out, nid, "KReclaimable:", kb(sys, positive(s[NS_nr_slab_reclaimable] + s[NS_nr_kernel_misc_reclaimable])));
	node_line(out, nid, "Slab:", kb(sys, positive(s[NS_nr_slab_reclaimable] + s[NS_nr_slab_unreclaimable])));
	node_stat_line(sys, out, nid, "SReclaimable:", NS_nr_slab_reclaimable);
	node_stat_line(sys, out, nid, "SUnreclaim:", NS_nr_slab_unreclaimable);
}

static void print_node_huge(struct system *sys, int nid, struct text *out)
{
	node_stat_line(sys, out, nid, "AnonHugePages:", NS_nr_anon_transparent_hugepages);
	node_stat_line(sys, out, nid, "ShmemHugePages:", NS_nr_shmem_hugepages);
	node_stat_line(sys, out, nid, "ShmemPmdMapped:", NS_nr_shmem_pmdmapped);
	node_stat_line(sys, out, nid, "FileHugePages:", NS_nr_file_hugepages);
	node_stat_line(sys, out, nid, "FilePmdMapped:", NS_nr_file_pmdmapped);
	if (procfs_has_zone_stat(sys, NR_UNACCEPTED))
		node_line(out, nid, "Unaccepted:", kb(sys, node_zone_sum(sys->mm.node[nid], NR_UNACCEPTED)));
	procfs_hugetlb_node_meminfo(sys, nid, out);
}

void procfs_node_meminfo(struct system *sys, int nid, struct text *out)
{
	const struct node *n = sys->mm.node[nid];
	u64 total = 0, free = node_zone_sum(n, NR_FREE_PAGES);

	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		total += n->zones[zid].managed_pages;
	node_line(out, nid, "MemTotal:", kb(sys, total));
	node_line(out, nid, "MemFree:", kb(sys, free));
	node_line(out, nid, "MemUsed:", kb(sys, total - min_u64(total, free)));
	node_stat_line(sys, out, nid, "SwapCached:", NS_nr_swapcached);
	print_node_lru(sys, nid, out);
	print_node_use(sys, nid, out);
	print_node_huge(sys, nid, out);
}
