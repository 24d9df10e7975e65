/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86: from the e820 map to memblock.
 *
 *   BIOS-e820   -> sanitised, printed           (firmware)
 *   mem= memmap -> the map is changed           (cmdline)
 *   the map     -> page 0 and the BIOS hole out, max_pfn, RAM into memblock
 *
 * On i386 the kernel's address space of 1 GiB has to hold a linear map of RAM,
 * the vmalloc area and fixed mappings. So only the first 896 MiB or a little
 * less are "low"; what lies above has no linear address and is HIGHMEM.
 *
 * Models: arch/x86/kernel/{setup,e820}.c, arch/x86/mm/{init,init_32}.c of 6.12.
 */
#include "boot/stages.h"

#define E820_PAGE    4096u
#define BIOS_BEGIN   0xa0000u
#define BIOS_END     0x100000u
#define MAX_DMA_PFN  (16 * MiB >> 12)
#define PFN_4G       (1ULL << (32 - 12))

#define LLX(v) ((unsigned long long)(v))

static unsigned long long pages_to_mb(u64 pages) { return pages >> (20 - 12); }

void x86_firmware(struct system *sys)
{
	const struct desc *d = sys->desc;

	e820_init(&sys->e820, sys->arena, sys->arch.max_numnodes, &sys->log);
	for (size_t i = 0; i < d->nr_fw; i++) {
		u32 type = e820_type_of(&d->fw[i]);

		if (type)
			e820_range_add(&sys->e820, d->fw[i].start, d->fw[i].end - d->fw[i].start, type);
	}
	e820_update_table(sys->arena, &sys->e820);
	e820_copy(&sys->e820_firmware, sys->arena, &sys->e820);
	if (sys->arch.id == ARCH_X86_64)
		sys_printk(sys, "Command line: %s", d->cmdline);
	sys_printk(sys, "BIOS-provided physical RAM map:");
	e820_print_table(&sys->e820, "BIOS-e820");
}

static void apply_memmap_op(struct system *sys, const struct memmap_op *op)
{
	struct e820_table *t = &sys->e820;

	switch (op->kind) {
	case MEMMAP_LIMIT:
		e820_range_remove(t, op->start, ~0ULL - op->start, E820_TYPE_RAM, true);
		break;
	case MEMMAP_EXACT:
		t->nr_entries = 0;
		break;
	case MEMMAP_ADD:
		e820_range_add(t, op->start, op->size, op->to);
		break;
	case MEMMAP_UPDATE:
		e820_range_update(t, op->start, op->size, op->from, op->to);
		break;
	case MEMMAP_REMOVE:
		e820_range_remove(t, op->start, op->size, op->from, op->from != 0);
		break;
	}
}

int x86_cmdline(struct system *sys, struct mm_error *err)
{
	for (u32 i = 0; i < sys->cmd.nr_memmap; i++)
		apply_memmap_op(sys, &sys->cmd.memmap[i]);
	if (!sys->cmd.userdef)
		return 0;
	if (e820_update_table(sys->arena, &sys->e820) < 0 && !sys->e820.nr_entries)
		return mm_fail(err, -EINVAL, "the command line leaves no memory map; give memmap=exactmap its ranges");
	sys_printk(sys, "user-defined physical RAM map:");
	e820_print_table(&sys->e820, "user");
	return 0;
}

/* The kernel must be in RAM, whatever the map says. */
static void e820_add_kernel_range(struct system *sys)
{
	phys_t start, end;

	if (!kernel_image_range(sys, &start, &end))
		return;
	if (e820_mapped_all(&sys->e820, start, end, E820_TYPE_RAM))
		return;
	sys_printk(sys, ".text .data .bss are not marked as E820_TYPE_RAM!");
	e820_range_remove(&sys->e820, start, end - start, E820_TYPE_RAM, false);
	e820_range_add(&sys->e820, start, end - start, E820_TYPE_RAM);
}

/* Page 0 belongs to the BIOS; so does 640 KiB - 1 MiB, even when called RAM. */
static void trim_bios_range(struct system *sys)
{
	e820_range_update(&sys->e820, 0, E820_PAGE, E820_TYPE_RAM, E820_TYPE_RESERVED);
	e820_range_remove(&sys->e820, BIOS_BEGIN, BIOS_END - BIOS_BEGIN, E820_TYPE_RAM, true);
	e820_update_table(sys->arena, &sys->e820);
}

/* All RAM could be low; highmem= may ask for some high memory nevertheless. */
static void lowmem_pfn_init(struct system *sys)
{
	u64 highmem = sys->cmd.highmem_pages == ~0ULL ? 0 : sys->cmd.highmem_pages;

	sys->max_low_pfn = sys->max_pfn;
	if (highmem >= sys->max_pfn) {
		sys_printk(sys, "highmem size (%lluMB) is bigger than pages available (%lluMB)!",
			   pages_to_mb(highmem), pages_to_mb(sys->max_pfn));
		highmem = 0;
	}
	if (highmem && sys->max_low_pfn - highmem < 64 * MiB >> 12) {
		sys_printk(sys, "highmem size (%lluMB) results in <64MB lowmem, ignoring it!",
			   pages_to_mb(highmem));
		highmem = 0;
	}
	sys->max_low_pfn -= highmem;
}

static void highmem_pfn_init(struct system *sys, pfn_t maxmem)
{
	u64 highmem = sys->cmd.highmem_pages;

	sys->max_low_pfn = maxmem;
	if (highmem == ~0ULL)
		highmem = sys->max_pfn - maxmem;
	if (highmem + maxmem < sys->max_pfn)
		sys->max_pfn = maxmem + highmem;
	if (highmem + maxmem > sys->max_pfn)
		sys_printk(sys, "only %lluMB highmem pages available, ignoring highmem size of %lluMB!",
			   pages_to_mb(sys->max_pfn - maxmem), pages_to_mb(highmem));
	if (sys->arch.phys_bits <= 32 && sys->max_pfn > PFN_4G) {
		sys->max_pfn = PFN_4G;
		sys_printk(sys, "only 4GB will be used. Use a HIGHMEM64G enabled kernel!");
	}
}

static void find_low_pfn_range(struct system *sys)
{
	pfn_t maxmem = phys_to_pfn(&sys->arch, arch_lowmem_limit(&sys->arch, sys->cmd.vmalloc_reserve));

	if (sys->max_pfn <= maxmem)
		lowmem_pfn_init(sys);
	else
		highmem_pfn_init(sys, maxmem);
}

/* max_pfn and max_low_pfn, with the kernel's last_pfn lines. */
static void find_max_pfn(struct system *sys)
{
	pfn_t max = arch_max_pfn(&sys->arch);

	sys->max_pfn = e820_end_of_ram_pfn(&sys->e820, max, max);
	if (sys->arch.id == ARCH_I386) {
		find_low_pfn_range(sys);
		return;
	}
	/* Printed on the way; the linear map reaches all RAM in the end. */
	if (sys->max_pfn > PFN_4G)
		e820_end_of_ram_pfn(&sys->e820, PFN_4G, max);
	sys->max_low_pfn = sys->max_pfn;
}

static void e820_memblock_setup(struct system *sys)
{
	struct memblock *mb = &sys->memblock;

	memblock_set_caller(mb, "e820__memblock_setup");
	memblock_allow_resize(mb);
	for (u32 i = 0; i < sys->e820.nr_entries; i++) {
		const struct e820_entry *e = &sys->e820.entries[i];

		if (e->type == E820_TYPE_SOFT_RESERVED)
			memblock_reserve(mb, e->addr, e->size);
		if (e->type == E820_TYPE_RAM || e->type == E820_TYPE_RESERVED_KERN)
			memblock_add(mb, e->addr, e->size);
	}
	memblock_set_caller(mb, NULL);
	memblock_trim_memory(mb, E820_PAGE);
	memblock_dump_all(mb);
}

static void mark_mirror(struct system *sys)
{
	const struct desc *d = sys->desc;

	for (size_t i = 0; i < d->nr_fw; i++)
		if (d->fw[i].flags & FW_MIRROR)
			memblock_mark_mirror(&sys->memblock, d->fw[i].start, d->fw[i].end - d->fw[i].start);
}

int x86_memblock(struct system *sys, struct mm_error *err)
{
	struct memblock *mb = &sys->memblock;

	if (sys->cmd.movable_node)
		memblock_set_bottom_up(mb, true);
	model_before_memory(sys);
	e820_add_kernel_range(sys);
	trim_bios_range(sys);
	find_max_pfn(sys);
	e820_memblock_setup(sys);
	if (!mb->memory.cnt)
		return mm_fail(err, -EINVAL, "no usable RAM is left below %llu MiB; check [memory] and mem=/memmap=",
			       pages_to_mb(arch_max_pfn(&sys->arch)));
	mark_mirror(sys);
	memblock_set_current_limit(mb, sys->max_low_pfn << 12);
	model_after_memory(sys);
	return 0;
}

/* i386: an initrd in high memory has no linear address, so it is copied down. */
static int relocate_initrd(struct system *sys, phys_t end, struct mm_error *err)
{
	struct memblock *mb = &sys->memblock;
	struct phys_range old = sys->initrd;
	u64 size = end - old.start;
	phys_t at = memblock_phys_alloc_range(mb, size, E820_PAGE, 0, sys->max_low_pfn << 12);

	if (!at)
		return mm_fail(err, -ENOMEM, "no low memory for an initrd of %llu bytes; make it smaller",
			       LLX(size));
	sys->initrd = (struct phys_range){ at, at + (old.end - old.start) };
	sys_printk(sys, "Allocated new RAMDISK: [mem 0x%08llx-0x%08llx]", LLX(at), LLX(sys->initrd.end - 1));
	sys_printk(sys, "Move RAMDISK from [mem 0x%08llx-0x%08llx] to [mem 0x%08llx-0x%08llx]", LLX(old.start),
		   LLX(old.end - 1), LLX(at), LLX(sys->initrd.end - 1));
	memblock_phys_free(mb, old.start, size);
	return 0;
}

int x86_initrd(struct system *sys, struct mm_error *err)
{
	const struct desc_resv *r = desc_find_resv(sys->desc, RESV_INITRD);
	phys_t end;

	if (!r)
		return 0;
	end = align_up(r->end, E820_PAGE);
	sys->initrd = (struct phys_range){ r->start, r->end };
	sys_printk(sys, "RAMDISK: [mem 0x%08llx-0x%08llx]", LLX(r->start), LLX(end - 1));
	return end <= sys->max_low_pfn << 12 ? 0 : relocate_initrd(sys, end, err);
}

void x86_max_zone_pfns(const struct system *sys, pfn_t *max_zone_pfn)
{
	pfn_t dma = sys->arch.dma_limit ? phys_to_pfn(&sys->arch, sys->arch.dma_limit) : MAX_DMA_PFN;
	pfn_t dma32 = sys->arch.dma32_limit ? phys_to_pfn(&sys->arch, sys->arch.dma32_limit) : PFN_4G;

	if (arch_has_zone(&sys->arch, ZONE_DMA))
		max_zone_pfn[ZONE_DMA] = min_u64(dma, sys->max_low_pfn);
	if (arch_has_zone(&sys->arch, ZONE_DMA32))
		max_zone_pfn[ZONE_DMA32] = min_u64(dma32, sys->max_low_pfn);
	max_zone_pfn[ZONE_NORMAL] = sys->max_low_pfn;
	if (arch_has_zone(&sys->arch, ZONE_HIGHMEM))
		max_zone_pfn[ZONE_HIGHMEM] = sys->max_pfn;
}

void i386_initmem(struct system *sys)
{
	struct memblock *mb = &sys->memblock;

	sys_printk(sys, "%lluMB HIGHMEM available.", pages_to_mb(sys->max_pfn - sys->max_low_pfn));
	memblock_set_node(mb, 0, ~(phys_t)0, &mb->memory, 0);
	sys_printk(sys, "%lluMB LOWMEM available.", pages_to_mb(sys->max_low_pfn));
	sys_printk(sys, "  mapped low ram: 0 - %08llx", (unsigned long long)sys->max_low_pfn << 12);
	sys_printk(sys, "  low ram: 0 - %08llx", (unsigned long long)sys->max_low_pfn << 12);
}
