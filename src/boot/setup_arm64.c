/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64: from the device tree's or EFI's memory to memblock.
 *
 * All RAM is added as it was found, what must not be mapped is marked NOMAP, and
 * mem= keeps the first so many bytes of it, but never loses kernel or initrd.
 * ZONE_DMA covers everything below 4 GiB unless the firmware says that devices
 * reach less; the rest of the low 4 GiB is then ZONE_DMA32.
 *
 * Models: drivers/of/fdt.c, arch/arm64/mm/init.c arm64_memblock_init() and
 * zone_sizes_init() of 6.12.
 */
#include "boot/stages.h"

#define U32_MAX_ADDR 0xffffffffULL

static void add_memory(struct system *sys)
{
	const struct desc *d = sys->desc;

	for (size_t i = 0; i < d->nr_fw; i++)
		if (d->fw[i].type == FW_RAM || d->fw[i].type == FW_NOMAP)
			memblock_add(&sys->memblock, d->fw[i].start, d->fw[i].end - d->fw[i].start);
	for (size_t i = 0; i < d->nr_fw; i++)
		if (d->fw[i].type == FW_NOMAP)
			memblock_mark_nomap(&sys->memblock, d->fw[i].start,
					    d->fw[i].end - d->fw[i].start);
}

/* What mem= cut away comes back where the kernel itself or its initrd lies. */
static void enforce_memory_limit(struct system *sys)
{
	struct memblock *mb = &sys->memblock;
	phys_t start, end;

	if (sys->cmd.memory_limit == ~0ULL)
		return;
	memblock_mem_limit_remove_map(mb, sys->cmd.memory_limit);
	if (kernel_image_range(sys, &start, &end))
		memblock_add(mb, start, end - start);
}

static void add_initrd(struct system *sys)
{
	const struct desc_resv *r = desc_find_resv(sys->desc, RESV_INITRD);
	u64 page = arch_page_size(&sys->arch);
	phys_t base, size;

	if (!r)
		return;
	base = align_down(r->start, page);
	size = align_up(r->end, page) - base;
	memblock_add(&sys->memblock, base, size);
	memblock_clear_nomap(&sys->memblock, base, size);
	memblock_reserve(&sys->memblock, base, size);
	sys->initrd = (struct phys_range){ r->start, r->end };
}

/*
 * Machines that are drawn with the rules of arm64 but have HIGHMEM (arm): the
 * linear map ends where vmalloc begins, or with the last memory below that.
 */
static pfn_t find_max_low_pfn(const struct system *sys)
{
	const struct memblock *mb = &sys->memblock;
	phys_t limit = memblock_start_of_DRAM(mb) + arch_lowmem_limit(&sys->arch, sys->cmd.vmalloc_reserve), low = 0;
	const struct memblock_region *r;

	if (!arch_has_zone(&sys->arch, ZONE_HIGHMEM))
		return sys->max_pfn;
	for_each_mem_region(mb, r)
		if (r->base < limit)
			low = min_u64(r->base + r->size, limit);
	return phys_to_pfn(&sys->arch, low);
}

int arm64_memblock(struct system *sys, struct mm_error *err)
{
	struct memblock *mb = &sys->memblock;
	u64 page = arch_page_size(&sys->arch);

	memblock_set_caller(mb, "early_init_dt_add_memory_arch");
	add_memory(sys);
	memblock_set_caller(mb, "arm64_memblock_init");
	if (sys->arch.phys_bits < 64)
		memblock_remove(mb, 1ULL << sys->arch.phys_bits, ~0ULL);
	if (!mb->memory.cnt)
		return mm_fail(err, -EINVAL, "no RAM below 2^%u; give [memory] at least one ram range",
			       sys->arch.phys_bits);
	sys->memstart = arch_memstart(&sys->arch, memblock_start_of_DRAM(mb));
	enforce_memory_limit(sys);
	add_initrd(sys);
	memblock_set_caller(mb, NULL);
	memblock_allow_resize(mb);
	sys->max_pfn = memblock_end_of_DRAM(mb) / page;
	sys->max_low_pfn = find_max_low_pfn(sys);
	model_after_memory(sys);
	return 0;
}

/* One past the last byte of a zone that ends with address @limit (inclusive). */
static phys_t max_zone_phys(const struct system *sys, phys_t limit)
{
	return min_u64(limit, memblock_end_of_DRAM(&sys->memblock) - 1) + 1;
}

void arm64_max_zone_pfns(struct system *sys, pfn_t *max_zone_pfn)
{
	phys_t dma = sys->arch.dma_limit ? sys->arch.dma_limit - 1 : ~0ULL;
	phys_t dma32 = sys->arch.dma32_limit ? sys->arch.dma32_limit - 1 : U32_MAX_ADDR;

	sys->dma_limit = 0;
	if (arch_has_zone(&sys->arch, ZONE_DMA)) {
		if (memblock_start_of_DRAM(&sys->memblock) < U32_MAX_ADDR)
			dma = min_u64(dma, U32_MAX_ADDR);
		sys->dma_limit = max_zone_phys(sys, dma);
		max_zone_pfn[ZONE_DMA] = phys_to_pfn(&sys->arch, sys->dma_limit);
	}
	if (arch_has_zone(&sys->arch, ZONE_DMA32)) {
		max_zone_pfn[ZONE_DMA32] = phys_to_pfn(&sys->arch, max_zone_phys(sys, dma32));
		if (!sys->dma_limit)
			sys->dma_limit = max_zone_phys(sys, dma32);
	}
	if (!sys->dma_limit)
		sys->dma_limit = 1ULL << sys->arch.phys_bits;
	max_zone_pfn[ZONE_NORMAL] = sys->max_low_pfn;
	max_zone_pfn[ZONE_HIGHMEM] = sys->max_pfn;
}
