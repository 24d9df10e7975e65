/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Contiguous memory areas: reserved while memblock rules, given to the buddy as
 * pageblocks of type CMA once it runs, so that movable pages may live there until
 * a device wants the area.
 *
 * cma=SIZE[@START[-END]] places the default area; without it the size is what
 * Debian configures. It may not cross a zone, and lies below what all devices
 * reach; with much memory it is searched from 4 GiB upwards.
 *
 * Models: kernel/dma/contiguous.c dma_contiguous_reserve(), mm/cma.c
 * cma_declare_contiguous_nid() and cma_activate_area() of Linux 6.12.
 */
#include "boot/stages.h"

#include "alloc/node.h"
#include "alloc/page_alloc.h"

#define CONFIG_CMA_SIZE (64 * MiB) /* CONFIG_CMA_SIZE_MBYTES */

struct cma_wish {
	phys_t base;
	u64 size;
	phys_t limit;
	bool fixed;
};

static u64 cma_min_alignment(const struct system *sys)
{
	return 1ULL << (sys->arch.page_shift + sys->arch.pageblock_order);
}

static struct cma_wish cma_parameters(const struct system *sys)
{
	phys_t limit = arch_is_x86(sys) ? sys->max_low_pfn << sys->arch.page_shift : sys->dma_limit;
	struct cma_wish w = { .size = CONFIG_CMA_SIZE, .limit = limit };

	if (sys->cmd.cma_size == ~0ULL)
		return w;
	w.size = sys->cmd.cma_size;
	w.base = sys->cmd.cma_base;
	if (sys->cmd.cma_limit && sys->cmd.cma_limit < limit)
		w.limit = sys->cmd.cma_limit;
	w.fixed = w.base + w.size == sys->cmd.cma_limit;
	return w;
}

/* 0: no room. */
static phys_t find_place(struct system *sys, const struct cma_wish *w, u64 align)
{
	struct memblock *mb = &sys->memblock;
	phys_t at = 0;

	if (!memblock_bottom_up(mb) && memblock_end_of_DRAM(mb) >= 4 * GiB + w->size) {
		memblock_set_bottom_up(mb, true);
		at = memblock_alloc_range_nid(mb, w->size, align, 4 * GiB, w->limit, NO_NODE, true);
		memblock_set_bottom_up(mb, false);
	}
	if (!at)
		at = memblock_alloc_range_nid(mb, w->size, align, w->base, w->limit, NO_NODE, true);
	return at;
}

static phys_t place_fixed(struct system *sys, const struct cma_wish *w)
{
	if (memblock_is_region_reserved(&sys->memblock, w->base, w->size))
		return 0;
	memblock_reserve(&sys->memblock, w->base, w->size);
	return w->base;
}

static void add_area(struct system *sys, phys_t base, u64 size)
{
	sys->cma = arena_realloc(sys->arena, sys->cma, sys->nr_cma * sizeof(*sys->cma),
				 (sys->nr_cma + 1) * sizeof(*sys->cma));
	sys->cma[sys->nr_cma++] = (struct boot_cma){ .base = base, .size = size, .name = "reserved" };
}

static void declare_contiguous(struct system *sys, struct cma_wish w)
{
	u64 align = cma_min_alignment(sys);
	phys_t end = memblock_end_of_DRAM(&sys->memblock), at = 0;
	const char *before = memblock_set_caller(&sys->memblock, "cma");

	w.base = align_up(w.base, align);
	w.size = align_up(w.size, align);
	w.limit = align_down(w.limit, align);
	if (!w.base)
		w.fixed = false;
	if (!w.limit || w.limit > end)
		w.limit = end;
	if (w.base + w.size <= w.limit)
		at = w.fixed ? place_fixed(sys, &w) : find_place(sys, &w, align);
	memblock_set_caller(&sys->memblock, before);
	if (!at) {
		sys_printk(sys, "cma: Failed to reserve %llu MiB on node -1", (unsigned long long)(w.size / MiB));
		return;
	}
	add_area(sys, at, w.size);
	sys_printk(sys, "cma: Reserved %llu MiB at 0x%016llx on node -1", (unsigned long long)(w.size / MiB),
		   (unsigned long long)at);
}

void cma_reserve_boot(struct system *sys)
{
	struct cma_wish w = cma_parameters(sys);

	if (!sys->arch.has_cma || !w.size)
		return;
	if (sys->nr_cma) {
		/* The description says where the areas are. */
		for (u32 i = 0; i < sys->nr_cma; i++)
			sys_printk(sys, "cma: Reserved %llu MiB at 0x%016llx on node -1",
				   (unsigned long long)(sys->cma[i].size / MiB),
				   (unsigned long long)sys->cma[i].base);
		return;
	}
	declare_contiguous(sys, w);
}

static void activate_area(struct system *sys, const struct boot_cma *c)
{
	u64 block = 1ULL << sys->arch.pageblock_order;
	pfn_t start = phys_to_pfn(&sys->arch, c->base);
	pfn_t end = start + (c->size >> sys->arch.page_shift);
	const struct memmap_range *r = memmap_range_of(&sys->map, start);

	if (!r || r->zone == ZONE_NONE)
		return;
	mm_zone(&sys->mm, r->zone)->cma_pages += end - start;
	for (pfn_t pfn = start; pfn < end; pfn += block) {
		set_pageblock_migratetype(&sys->mm, pfn, MIGRATE_CMA);
		free_reserved_block(&sys->mm, pfn, sys->arch.pageblock_order);
	}
}

void cma_activate(struct system *sys)
{
	for (u32 i = 0; i < sys->nr_cma; i++)
		activate_area(sys, &sys->cma[i]);
}
