/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first and the last stages of boot: firmware and command line; the
 * hand-over; and what happens once the buddy allocator runs.
 *
 * Late in boot, in the kernel's order: per-cpu lists; CMA areas become free;
 * watermarks are set from what is managed then; khugepaged may raise them; and
 * only after that the memory of the initrd and of init code comes back, so it
 * counts as managed without having a say in the watermarks.
 *
 * Models: init/main.c, mm/mm_init.c page_alloc_init_late(), the initcalls of mm/
 * and the callers of free_reserved_area() in Linux 6.12.
 */
#include "boot/stages.h"

#include <string.h>

#include "alloc/node.h"
#include "alloc/page_alloc.h"
#include "alloc/watermark.h"
#include "alloc/zonelist.h"
#include "hotplug/memory_hotplug.h"
#include "slab/kmalloc.h"
#include "slab/slub.h"

#define THP_MIN_RAM (512 * MiB) /* huge pages are off by default below */

int boot_firmware(struct system *sys, struct mm_error *err)
{
	phys_t end = sys->arch.phys_bits >= 64 || !arch_is_x86(sys) ? ~0ULL : (1ULL << sys->arch.phys_bits) - 1;

	resource_init_root(&sys->iomem, end);
	kernel_image_init(sys);
	if (arch_is_x86(sys))
		x86_firmware(sys);
	iomem_firmware(sys);
	return 0;
}

int boot_cmdline(struct system *sys, struct mm_error *err)
{
	cmdline_parse(&sys->cmd, sys->arena, &sys->arch, sys->desc->cmdline);
	sys->memblock.debug = sys->cmd.memblock_debug == OPT_ON;
	sys->memblock.mirrored_kernelcore = sys->cmd.kernelcore_mirror;
	sys->memblock.movable_node_enabled = sys->cmd.movable_node;
	boot_limit_cpus(sys);
	for (u32 i = 0; i < sys->cmd.nr_note; i++)
		sys_printk(sys, "%s", sys->cmd.note[i]);
	return arch_is_x86(sys) ? x86_cmdline(sys, err) : 0;
}

int boot_memblock(struct system *sys, struct mm_error *err)
{
	int rc = arch_is_x86(sys) ? x86_memblock(sys, err) : arm64_memblock(sys, err);

	if (!rc)
		rc = early_resv(sys, RESV_EARLY, err);
	setup_log_buf(sys, true);
	return rc || !arch_is_x86(sys) ? rc : x86_initrd(sys, err);
}

int boot_mem_init(struct system *sys, struct mm_error *err)
{
	int rc = early_resv(sys, RESV_REST, err);

	if (rc)
		return rc;
	model_percpu(sys);
	sys_printk(sys, "Kernel command line: %s", sys->desc->cmdline);
	hugetlb_boot(sys);
	setup_log_buf(sys, false);
	hash_tables_early(sys);
	build_all_zonelists(&sys->mm);
	print_zonelists(sys);
	sys_printk(sys, "mem auto-init: stack:all(zero), heap alloc:%s, heap free:%s",
		   sys->cmd.init_on_alloc == OPT_OFF ? "off" : "on", sys->cmd.init_on_free == OPT_ON ? "on" : "off");
	model_before_handover(sys);
	handover_to_buddy(sys);
	sys->mm.booted = true;
	return 0;
}

static void setup_pagesets(struct mm *mm)
{
	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (populated_zone(&n->zones[zid]))
				setup_zone_pageset(mm, &n->zones[zid]);
	/* The first thresholds are set while watermarks are still 0. */
	refresh_zone_stat_thresholds(mm);
}

/* x86 frees the last page of an initrd too when it is only partly filled. */
static phys_t init_end(const struct system *sys, phys_t end)
{
	return arch_is_x86(sys) ? align_up(end, arch_page_size(&sys->arch)) : end;
}

/* arm64 keeps memblock's lists for ever, and true. */
static void forget_reservation(struct system *sys, phys_t start, phys_t end)
{
	u64 page = arch_page_size(&sys->arch);
	const char *before;

	if (arch_is_x86(sys))
		return;
	start = align_down(start, page);
	before = memblock_set_caller(&sys->memblock, "memblock_free");
	memblock_phys_free(&sys->memblock, start, align_up(end, page) - start);
	memblock_set_caller(&sys->memblock, before);
}

/* Page by page, as the kernel does. */
static void free_init_entry(struct system *sys, const struct desc_resv *r)
{
	const struct arch *a = &sys->arch;
	phys_t start = r->kind == RESV_INITRD ? sys->initrd.start : r->start;
	phys_t end = r->kind == RESV_INITRD ? init_end(sys, sys->initrd.end) : r->end;
	u64 pages = handover_reserved(sys, phys_to_pfn_up(a, start), phys_to_pfn(a, end));

	forget_reservation(sys, start, end);
	if (pages)
		sys_printk(sys, "Freeing %s memory: %lluK",
			   r->kind == RESV_INITRD ? "initrd" : r->label ? r->label : "init",
			   (unsigned long long)(pages << (a->page_shift - 10)));
}

/*
 * The kernel gives back the initrd when it is unpacked; then, done with starting,
 * what only encrypted guests need, its init sections, and the gaps that it left
 * between parts of its image so that each has its own protection.
 */
enum freed_rank { FREED_INITRD, FREED_DECRYPTED, FREED_INIT, FREED_GAP, NR_FREED_RANKS };

static enum freed_rank freed_rank(const struct desc_resv *r)
{
	if (r->kind == RESV_INITRD)
		return FREED_INITRD;
	if (r->label && strstr(r->label, "decrypted"))
		return FREED_DECRYPTED;
	return r->label && strstr(r->label, " gap)") ? FREED_GAP : FREED_INIT;
}

/* Give back what the description marks; @early: before watermarks. */
static void free_init_memory(struct system *sys, bool early)
{
	const struct desc *d = sys->desc;

	for (int rank = 0; rank < NR_FREED_RANKS; rank++) {
		for (size_t i = 0; i < d->nr_resv; i++) {
			const struct desc_resv *r = &d->resv[i];

			if ((r->flags & RESV_INIT) && !(r->flags & RESV_INIT_EARLY) != early && (int)freed_rank(r) == rank)
				free_init_entry(sys, r);
		}
	}
}

static void setup_watermarks(struct system *sys)
{
	struct mm *mm = &sys->mm;
	bool large = mm_managed_pages(mm) << sys->arch.page_shift >= THP_MIN_RAM;

	mm->vm.thp_enabled = large && sys->cmd.thp != THP_NEVER;
	init_per_zone_wmark_min(mm);
	hugetlb_init(sys);
	if (large)
		set_recommended_min_free_kbytes(mm);
	setup_pcp_cacheinfo(mm);
}

static void set_zones_contiguous(struct system *sys)
{
	for_each_node(&sys->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (populated_zone(&n->zones[zid]))
				zone_check_contiguous(&sys->mm, &n->zones[zid]);
}

/* kmem_cache_init(): from here on the kernel has kmalloc(). */
static int setup_slab(struct system *sys, struct mm_error *err)
{
	const struct cmdline *c = &sys->cmd;
	struct slab_config cfg;

	slab_config_default(&cfg, &sys->mm, sys->memstart);
	cfg.nomerge = c->slab_nomerge;
	cfg.debug = c->slab_debug;
	slab_limits_tune(&cfg.limits, c->slab_min_order, c->slab_max_order, c->slab_min_objects);
	sys->slab = slab_init(&sys->mm, &cfg, err);
	if (!sys->slab)
		return -ENOMEM;
	sys_printk(sys, "SLUB: HWalign=%u, Order=%u-%u, MinObjects=%u, CPUs=%d, Nodes=%d", cfg.limits.cache_line,
		   cfg.limits.min_order, cfg.limits.max_order, cfg.limits.min_objects, sys->mm.nr_cpus_possible,
		   sys->mm.nr_node_ids);
	sys->memblock.hooks.slab_arg = sys->slab;
	sys->memblock.hooks.slab_alloc = slab_memblock_alloc;
	sys->memblock.hooks.slab_free = slab_memblock_free;
	return 0;
}

static void print_block_size(struct system *sys)
{
	if (sys->arch.id == ARCH_X86_64)
		sys_printk(sys, "x86/mm: Memory block size: %lluMB",
			   (unsigned long long)(memory_block_size_bytes(sys) / MiB));
}

int boot_late(struct system *sys, struct mm_error *err)
{
	int rc;

	setup_pagesets(&sys->mm);
	rc = setup_slab(sys, err);
	if (rc)
		return rc;
	free_init_memory(sys, true);
	hash_tables_late(sys);
	hash_tables_mount(sys);
	hugetlb_gather_gigantic(sys);
	print_memory_line(sys);
	set_zones_contiguous(sys);
	print_block_size(sys);
	cma_activate(sys);
	hash_table_futex(sys);
	setup_watermarks(sys);
	memory_dev_init(sys);
	iomem_late(sys);
	free_init_memory(sys, false);
	boot_sysctls(sys);
	return 0;
}
