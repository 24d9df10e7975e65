/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Architecture presets: Debian's 6.12 kernels for x86_64, arm64 and i386 (PAE),
 * as plain numbers, and the rules by which some numbers follow from others.
 *
 *               page  section  order  pageblock  zones
 *   x86_64      4K    128M     10     9          DMA DMA32 Normal Movable Device
 *   arm64       4K    128M     10     9          the same
 *   arm64       16K   128M     11     11
 *   arm64       64K   512M     13     13
 *   i386        4K    (flat)   10     9          DMA Normal HighMem Movable
 *
 * Models: arch/x86/include/asm/{sparsemem,page_64_types,pgtable_64_types,
 * pgtable_32_areas}.h, arch/arm64/include/asm/{sparsemem,memory,pgtable-hwdef}.h
 * and their Kconfig files.
 */
#include "phys/arch.h"

#include <string.h>

#define ZONES_64BIT (1u << ZONE_DMA | 1u << ZONE_DMA32 | 1u << ZONE_NORMAL | 1u << ZONE_MOVABLE | \
		     1u << ZONE_DEVICE)
#define ZONES_I386 (1u << ZONE_DMA | 1u << ZONE_NORMAL | 1u << ZONE_HIGHMEM | 1u << ZONE_MOVABLE)

/* Without KASLR. Four-level and five-level page tables differ. */
#define X86_PAGE_OFFSET_L4  0xffff888000000000ULL
#define X86_PAGE_OFFSET_L5  0xff11000000000000ULL
#define X86_VMEMMAP_L4      0xffffea0000000000ULL
#define X86_VMEMMAP_L5      0xffd4000000000000ULL
#define X86_PHYS_BITS_L4    46

/*
 * arm64: the kernel is built for 52-bit virtual addresses and runs with 48 on a
 * cpu that has no more. The linear map then begins at the 48-bit PAGE_OFFSET.
 */
#define ARM64_PAGE_OFFSET_48 0xffff000000000000ULL
#define ARM64_VA_GAP         0x000f000000000000ULL /* between PAGE_OFFSET of 52 and of 48 bits */
#define ARM64_PAGE_OFFSET_52 0xfff0000000000000ULL
#define ARM64_PAGE_END       0xffff800000000000ULL /* end of the linear map, 48 bits */
#define ARM64_VMEMMAP_END    0xffffffffc0000000ULL /* 1 GiB below the top */

static const struct arch presets[NR_ARCH] = {
	[ARCH_X86_64] = {
		.id = ARCH_X86_64,
		.name = "x86_64",
		.page_shift = 12,
		.max_page_order = 10,
		.pageblock_order = 9,
		.section_shift = 27,
		.phys_bits = X86_PHYS_BITS_L4,
		.struct_page_size = 64,
		.hpage_pmd_order = 9,
		.nr_cpus_limit = 8192,
		.max_numnodes = 1024,
		.zones_mask = ZONES_64BIT,
		.deferred_init = true,
		.page_offset = X86_PAGE_OFFSET_L4,
		.vmemmap_start = X86_VMEMMAP_L4,
		.dma_limit = 16 * MiB,
		.dma32_limit = 4 * GiB,
	},
	[ARCH_ARM64] = {
		.id = ARCH_ARM64,
		.name = "arm64",
		.page_shift = 12,
		.max_page_order = 10,
		.pageblock_order = 9,
		.section_shift = 27,
		.phys_bits = 48,
		.struct_page_size = 64,
		.hpage_pmd_order = 9,
		.nr_cpus_limit = 512,
		.max_numnodes = 16,
		.zones_mask = ZONES_64BIT,
		.has_cma = true,
		.deferred_init = true,
		.page_offset = ARM64_PAGE_OFFSET_48,
	},
	[ARCH_I386] = {
		.id = ARCH_I386,
		.name = "i386",
		.page_shift = 12,
		.max_page_order = 10,
		.pageblock_order = 9,
		.section_shift = 29,
		.phys_bits = 36,
		.struct_page_size = 40,
		.hpage_pmd_order = 9,
		.nr_cpus_limit = 32,
		.max_numnodes = 1,
		.zones_mask = ZONES_I386,
		.flatmem = true,
		.page_offset = 0xc0000000,
		.dma_limit = 16 * MiB,
		.vmalloc_end = 0xfeffe000,
		.vmalloc_reserve = 128 * MiB,
	},
};

const char *arch_preset_name(unsigned i)
{
	return i < NR_ARCH ? presets[i].name : NULL;
}

/*
 * Address of the struct page of the first page of the linear map. The array
 * begins at VMEMMAP_START for the lowest address of the 52-bit map; a 48-bit
 * map begins ARM64_VA_GAP bytes higher.
 * 4 KiB pages: range 0x000f800000000000, 64 bytes for each 4096 of it, so
 * VMEMMAP_START is 0xffffc1ffc0000000 and pfn 0 of the map 0xfffffdffc0000000.
 */
static u64 arm64_vmemmap(const struct arch *a)
{
	u64 range = ARM64_PAGE_END - ARM64_PAGE_OFFSET_52;
	u64 start = ARM64_VMEMMAP_END - (range >> a->page_shift) * a->struct_page_size;

	return start + (ARM64_VA_GAP >> a->page_shift) * a->struct_page_size;
}

int arch_preset(struct arch *out, const char *name, struct mm_error *err)
{
	for (int i = 0; i < NR_ARCH; i++) {
		if (strcmp(presets[i].name, name))
			continue;
		*out = presets[i];
		if (out->id == ARCH_ARM64)
			out->vmemmap_start = arm64_vmemmap(out);
		return 0;
	}
	return mm_fail(err, -EINVAL, "unknown architecture '%.40s'; use x86_64, arm64 or i386", name);
}

/* The PMD maps 512, 2048 or 8192 pages: as many as page table entries fit a page. */
static void arm64_set_page_shift(struct arch *a, u8 page_shift)
{
	static const struct { u8 shift, section, max_order; } rule[] = {
		{ 12, 27, 10 }, { 14, 27, 11 }, { 16, 29, 13 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rule); i++) {
		if (rule[i].shift != page_shift)
			continue;
		a->page_shift = page_shift;
		a->section_shift = rule[i].section;
		a->max_page_order = rule[i].max_order;
	}
	a->hpage_pmd_order = a->page_shift - 3;
	a->pageblock_order = a->hpage_pmd_order < a->max_page_order ? a->hpage_pmd_order : a->max_page_order;
	a->vmemmap_start = arm64_vmemmap(a);
}

int arch_set_page_shift(struct arch *a, u8 page_shift, struct mm_error *err)
{
	if (a->id == ARCH_ARM64 && (page_shift == 12 || page_shift == 14 || page_shift == 16)) {
		arm64_set_page_shift(a, page_shift);
		return 0;
	}
	if (page_shift == a->page_shift)
		return 0;
	return mm_fail(err, -EINVAL, "%s has no pages of that size; use %s", a->name,
		       a->id == ARCH_ARM64 ? "4K, 16K or 64K" : "4K");
}

void arch_set_phys_bits(struct arch *a, u8 bits)
{
	bool l5 = bits > X86_PHYS_BITS_L4;

	a->phys_bits = bits;
	if (a->id != ARCH_X86_64)
		return;
	a->page_offset = l5 ? X86_PAGE_OFFSET_L5 : X86_PAGE_OFFSET_L4;
	a->vmemmap_start = l5 ? X86_VMEMMAP_L5 : X86_VMEMMAP_L4;
}

/*
 * arm64 maps RAM with blocks: 1 GiB with 4 KiB pages, else what a PMD covers,
 * and at least a section, so that vmemmap of a section is contiguous.
 */
phys_t arch_memstart(const struct arch *a, phys_t start_of_ram)
{
	unsigned pmd_shift = a->page_shift + a->hpage_pmd_order;
	unsigned shift;

	if (a->id != ARCH_ARM64)
		return 0;
	switch (a->page_shift) {
	case 12:
		shift = 30;
		break;
	case 14:
		shift = pmd_shift + 5; /* CONT_PMD */
		break;
	default:
		shift = pmd_shift;
		break;
	}
	if (shift < a->section_shift)
		shift = a->section_shift;
	return align_down(start_of_ram, 1ULL << shift);
}

phys_t arch_lowmem_limit(const struct arch *a, u64 vmalloc)
{
	if (!a->vmalloc_end)
		return ~0ULL;
	if (!vmalloc)
		vmalloc = a->vmalloc_reserve;
	if (vmalloc >= a->vmalloc_end - a->page_offset)
		return 0;
	return a->vmalloc_end - a->page_offset - vmalloc;
}

pfn_t arch_max_pfn(const struct arch *a)
{
	return 1ULL << (a->phys_bits - a->page_shift);
}

unsigned arch_huge_sizes(const struct arch *a, u64 *out)
{
	u64 pmd = arch_pmd_size(a);
	unsigned n = 0;

	if (a->id == ARCH_X86_64)
		out[n++] = GiB;
	if (a->id == ARCH_ARM64) {
		if (a->page_shift == 12)
			out[n++] = GiB;
		out[n++] = pmd << (a->page_shift == 12 ? 4 : 5); /* 16 or 32 contiguous PMDs */
	}
	out[n++] = pmd;
	if (a->id == ARCH_ARM64)
		out[n++] = arch_page_size(a) << (a->page_shift == 12 ? 4 : a->page_shift == 14 ? 7 : 5);
	return n;
}

/* --- validation ------------------------------------------------------------ */

static int arch_validate_orders(const struct arch *a, struct mm_error *err)
{
	if (a->max_page_order < 1 || a->max_page_order >= NR_PAGE_ORDERS_MAX - 1)
		return mm_fail(err, -EINVAL, "max_page_order = %u is not possible; use 1 to %u",
			       a->max_page_order, NR_PAGE_ORDERS_MAX - 2);
	if (a->pageblock_order < 1 || a->pageblock_order > a->max_page_order)
		return mm_fail(err, -EINVAL,
			       "pageblock_order = %u must be between 1 and max_page_order (%u)",
			       a->pageblock_order, a->max_page_order);
	if (a->max_page_order - a->pageblock_order > 5)
		return mm_fail(err, -EINVAL,
			       "pageblock_order = %u leaves more than 32 pageblocks in a block of "
			       "max_page_order (%u); raise it to %u or more",
			       a->pageblock_order, a->max_page_order, a->max_page_order - 5);
	if (a->hpage_pmd_order < 2 || a->hpage_pmd_order > 13)
		return mm_fail(err, -EINVAL, "huge_page_size must be 4 to 8192 pages");
	return 0;
}

static int arch_validate_sizes(const struct arch *a, struct mm_error *err)
{
	unsigned block_shift = a->page_shift + a->max_page_order;

	if (a->phys_bits < 32 || a->phys_bits > 52)
		return mm_fail(err, -EINVAL, "physical_bits = %u is not possible; use 32 to 52", a->phys_bits);
	if (a->section_shift < block_shift || a->section_shift > 32)
		return mm_fail(err, -EINVAL,
			       "section_size must hold a block of max_page_order (%llu KiB) and be at "
			       "most 4G; make it a power of two in between",
			       1ULL << block_shift >> 10);
	if (a->struct_page_size < 32 || a->struct_page_size > 96)
		return mm_fail(err, -EINVAL, "struct_page_size = %u is not possible; use 32 to 96",
			       a->struct_page_size);
	if (a->block_size && (!is_pow2(a->block_size) || a->block_size < 1ULL << a->section_shift))
		return mm_fail(err, -EINVAL,
			       "memory_block_size must be a power of two and at least section_size "
			       "(%llu MiB)",
			       1ULL << a->section_shift >> 20);
	return 0;
}

static int arch_validate_zones(const struct arch *a, struct mm_error *err)
{
	u64 page = arch_page_size(a);

	if (!arch_has_zone(a, ZONE_NORMAL) || !arch_has_zone(a, ZONE_MOVABLE))
		return mm_fail(err, -EINVAL, "zones must name Normal and Movable: every kernel has them");
	/* An imported arm machine has it, too, and says where its linear map ends. */
	if (arch_has_zone(a, ZONE_HIGHMEM) && a->id != ARCH_I386 && !a->vmalloc_end)
		return mm_fail(err, -EINVAL, "zones: HighMem exists on i386 only; remove it");
	if (arch_has_zone(a, ZONE_DEVICE) && a->flatmem)
		return mm_fail(err, -EINVAL, "zones: Device needs sparse memory; remove it or set flatmem = no");
	if (!is_aligned(a->dma_limit, page) || !is_aligned(a->dma32_limit, page))
		return mm_fail(err, -EINVAL, "dma_end and dma32_end must be multiples of the page size (%llu)",
			       (unsigned long long)page);
	if (a->dma_limit && a->dma32_limit && a->dma_limit > a->dma32_limit)
		return mm_fail(err, -EINVAL, "dma_end must not be above dma32_end");
	if (a->id != ARCH_I386 && !arch_has_zone(a, ZONE_HIGHMEM) && (a->vmalloc_end || a->vmalloc_reserve))
		return mm_fail(err, -EINVAL, "vmalloc_end and vmalloc exist on i386 only; remove them");
	if (a->vmalloc_end && a->vmalloc_reserve >= a->vmalloc_end - a->page_offset)
		return mm_fail(err, -EINVAL, "vmalloc leaves no room for the linear map; use less than 896M");
	return 0;
}

int arch_validate(const struct arch *a, struct mm_error *err)
{
	int ret = arch_validate_orders(a, err);

	if (!ret)
		ret = arch_validate_sizes(a, err);
	if (!ret)
		ret = arch_validate_zones(a, err);
	if (ret)
		return ret;
	if (!a->nr_cpus_limit || a->nr_cpus_limit > MAX_CPUS)
		return mm_fail(err, -EINVAL, "nr_cpus = %u is not possible; use 1 to %u", a->nr_cpus_limit,
			       MAX_CPUS);
	if (!is_pow2(a->max_numnodes) || a->max_numnodes > MAX_NUMNODES)
		return mm_fail(err, -EINVAL, "max_nodes = %u must be a power of two up to %u",
			       a->max_numnodes, MAX_NUMNODES);
	return 0;
}
