/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resource tree of /proc/iomem, as boot builds it.
 *
 *   x86      the e820 map, "Kernel code/rodata/data/bss" inside System RAM, and
 *            "RAM buffer" where RAM ends oddly
 *   arm64    System RAM from memblock, kernel code and data, and everything that
 *            is reserved as children
 *   both     devices that the description lists
 *
 * Models: arch/x86/kernel/e820.c e820__reserve_resources{,_late}(),
 * arch/x86/kernel/setup.c, arch/arm64/kernel/setup.c of Linux 6.12.
 */
#include "boot/stages.h"

#include <string.h>

#define LLX(v) ((unsigned long long)(v))

static void insert_range(struct system *sys, phys_t start, phys_t end, const char *name, u32 flags,
			 enum iores_desc desc)
{
	if (start < end)
		insert_resource(&sys->iomem, resource_new(sys->arena, start, end - 1, name, flags, desc));
}

static void insert_image(struct system *sys)
{
	static const char *const name[] = { "Kernel code", "Kernel rodata", "Kernel data", "Kernel bss" };

	for (size_t i = 0; i < ARRAY_SIZE(sys->image); i++)
		insert_range(sys, sys->image[i].start, sys->image[i].end, name[i],
			     IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, IORES_DESC_NONE);
}

static void insert_crash_kernel(struct system *sys)
{
	for (size_t i = 0; i < ARRAY_SIZE(sys->crashk); i++)
		insert_range(sys, sys->crashk[i].start, sys->crashk[i].end, "Crash kernel",
			     IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, IORES_DESC_CRASH_KERNEL);
}

static struct resource *e820_resource(struct system *sys, const struct e820_entry *e)
{
	return resource_new(sys->arena, e->addr, e->addr + e->size - 1, e820_type_to_string(e->type),
			    e820_type_to_iomem_flags(e->type), (enum iores_desc)e820_type_to_iores_desc(e->type));
}

static void x86_reserve_resources(struct system *sys)
{
	for (u32 i = 0; i < sys->e820.nr_entries; i++) {
		const struct e820_entry *e = &sys->e820.entries[i];
		struct resource *r;

		if (!e820_mark_busy(e->type, e->addr) || !e->size)
			continue;
		r = e820_resource(sys, e);
		r->flags |= IORESOURCE_BUSY;
		insert_resource(&sys->iomem, r);
	}
}

/* What was left out before, because it could be in the way of a PCI device. */
static void x86_reserve_late(struct system *sys)
{
	for (u32 i = 0; i < sys->e820.nr_entries; i++) {
		const struct e820_entry *e = &sys->e820.entries[i];

		if (e->size && !e820_mark_busy(e->type, e->addr))
			insert_resource_expand_to_fit(&sys->iomem, e820_resource(sys, e), &sys->log);
	}
}

/* Firmware may hide memory of its own right behind RAM. */
static void x86_ram_buffers(struct system *sys)
{
	for (u32 i = 0; i < sys->e820.nr_entries; i++) {
		const struct e820_entry *e = &sys->e820.entries[i];
		u64 start = e->addr + e->size;
		u64 end;

		if (e->type != E820_TYPE_RAM)
			continue;
		end = align_up(start, e820_ram_alignment(start)) - 1;
		if (start >= end)
			continue;
		sys_printk(sys, "e820: reserve RAM buffer [mem 0x%08llx-0x%08llx]", LLX(start), LLX(end));
		reserve_region_with_split(sys->arena, &sys->iomem, start, end, "RAM buffer");
	}
}

static void arm64_system_ram(struct system *sys)
{
	const struct memblock *mb = &sys->memblock;
	const struct memblock_region *r;

	for_each_mem_region(mb, r) {
		if (memblock_is_nomap(r))
			insert_range(sys, pfn_to_phys(&sys->arch, memblock_region_reserved_base_pfn(mb, r)),
				     pfn_to_phys(&sys->arch, memblock_region_reserved_end_pfn(mb, r)), "reserved",
				     IORESOURCE_MEM, IORES_DESC_NONE);
		else
			insert_range(sys, pfn_to_phys(&sys->arch, memblock_region_memory_base_pfn(mb, r)),
				     pfn_to_phys(&sys->arch, memblock_region_memory_end_pfn(mb, r)), "System RAM",
				     IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, IORES_DESC_NONE);
	}
}

/* The part of a reserved region that lies in @ram becomes children of it. */
static void arm64_reserve_in(struct system *sys, struct resource *ram)
{
	const struct memblock *mb = &sys->memblock;
	const struct memblock_region *r;

	for_each_reserved_mem_region(mb, r) {
		phys_t start = pfn_to_phys(&sys->arch, memblock_region_reserved_base_pfn(mb, r));
		phys_t end = pfn_to_phys(&sys->arch, memblock_region_reserved_end_pfn(mb, r)) - 1;

		start = max_u64(start, ram->start);
		end = min_u64(end, ram->end);
		if (start <= ram->end && end >= ram->start && start <= end)
			reserve_region_with_split(sys->arena, ram, start, end, "reserved");
	}
}

static void arm64_reserved_children(struct system *sys)
{
	for (struct resource *r = sys->iomem.child; r; r = r->sibling)
		if (!strcmp(r->name, "System RAM"))
			arm64_reserve_in(sys, r);
}

enum device_turn { DEVICE_NESTED, DEVICE_TOP, DEVICE_LAST };

/* x86 claims the window of PCI's memory-mapped configuration after everything else: it becomes the parent. */
static enum device_turn device_turn(const struct fw_entry *e)
{
	if (e->depth > 0)
		return DEVICE_NESTED;
	return e->name && (!strncmp(e->name, "PCI ECAM ", 9) || !strncmp(e->name, "PCI MMCONFIG ", 13)) ? DEVICE_LAST :
													  DEVICE_TOP;
}

/*
 * The devices of the description whose turn it is. Innermost first: of two equal
 * ranges the one inserted later becomes the parent.
 */
static void insert_devices(struct system *sys, enum device_turn turn)
{
	const struct desc *d = sys->desc;

	for (size_t i = d->nr_fw; i-- > 0;)
		if (d->fw[i].type == FW_DEVICE && device_turn(&d->fw[i]) == turn)
			insert_range(sys, d->fw[i].start, d->fw[i].end, d->fw[i].name, IORESOURCE_MEM,
				     IORES_DESC_NONE);
}

/* Before the kernel knows resources: what firmware says, for whoever looks that early. */
void iomem_firmware(struct system *sys)
{
	const struct desc *d = sys->desc;

	for (u32 i = 0; arch_is_x86(sys) && i < sys->e820.nr_entries; i++)
		if (sys->e820.entries[i].size)
			insert_resource(&sys->iomem, e820_resource(sys, &sys->e820.entries[i]));
	for (size_t i = 0; !arch_is_x86(sys) && i < d->nr_fw; i++)
		if (d->fw[i].type == FW_RAM || d->fw[i].type == FW_NOMAP)
			insert_range(sys, d->fw[i].start, d->fw[i].end,
				     d->fw[i].type == FW_RAM ? "System RAM" : "reserved", IORESOURCE_SYSTEM_RAM,
				     IORES_DESC_NONE);
}

void iomem_early(struct system *sys)
{
	resource_init_root(&sys->iomem, sys->iomem.end);
	insert_devices(sys, DEVICE_NESTED);
	insert_image(sys);
	if (arch_is_x86(sys)) {
		insert_crash_kernel(sys);
		x86_reserve_resources(sys);
	} else {
		arm64_system_ram(sys);
	}
}

void iomem_late(struct system *sys)
{
	insert_devices(sys, DEVICE_TOP);
	if (arch_is_x86(sys)) {
		x86_reserve_late(sys);
		x86_ram_buffers(sys);
		insert_devices(sys, DEVICE_LAST);
	} else {
		insert_devices(sys, DEVICE_LAST);
		insert_crash_kernel(sys);
		arm64_reserved_children(sys);
	}
}
