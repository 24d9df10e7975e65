/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel itself takes from memblock, for machines of which only the
 * firmware's view is known (desc->boot_alloc_model). A boot log with
 * memblock=debug tells all this exactly; here are the big pieces, with the sizes
 * that Debian's 6.12 kernels have, so that the picture is true and the numbers
 * are near:
 *
 *   kernel image, low 1 MiB (x86)           known places
 *   page tables of the linear map (arm64)   one page per 2 MiB
 *   pg_data_t of each node                  on the node
 *   section array, usage maps, memmap       1.6 % of memory, on each node
 *   per-cpu areas, swiotlb                  by cpus and memory size
 *
 * Models: the callers of memblock_alloc*() in Linux 6.12.
 */
#include "boot/stages.h"

#include "phys/numa.h"

#define SECTION_STRUCT_BYTES 32  /* struct mem_section */
#define USAGE_FIXED_BYTES    24  /* struct mem_section_usage without the pageblock bits */
#define PAGEBLOCK_BITS       4
#define LOW_1M               (1 * MiB)
#define TRAMPOLINE_BYTES     28672
#define SWIOTLB_DEFAULT      (64 * MiB)
#define SWIOTLB_UNIT         (256 * KiB) /* IO_TLB_SEGSIZE slots of 2 KiB */

/* Numbers of one architecture's kernel. */
struct build {
	struct phys_range image[4]; /* code, rodata, data, bss; offsets for arm64 (from the load address) */
	u64 brk;           /* early page tables behind the image */
	u64 node_data;
	u64 percpu_unit;   /* bytes in use per cpu */
	u64 percpu_align;  /* of the area of one node */
};

static const struct build builds[NR_ARCH] = {
	[ARCH_X86_64] = {
		.image = { { 0x1000000, 0x2000000 }, { 0x2000000, 0x2b71000 }, { 0x2c00000, 0x2e70f80 },
			   { 0x3736000, 0x3c00000 } },
		.brk = 17 * 4096, .node_data = 174464, .percpu_unit = 66 * 4096, .percpu_align = 2 * MiB,
	},
	[ARCH_ARM64] = {
		.image = { { 0x200000, 0x1f00000 }, { 0, 0 }, { 0x2870000, 0x2d30000 }, { 0, 0 } },
		.node_data = 14144, .percpu_unit = 34 * 4096, .percpu_align = 4096,
	},
	[ARCH_I386] = {
		.image = { { 0x1000000, 0x12d21e9 }, { 0x12d3000, 0x13a3000 }, { 0x13a3000, 0x1429f80 },
			   { 0x14a9000, 0x14f1000 } },
		.brk = 19 * 4096, .node_data = 0, .percpu_unit = 25 * 4096, .percpu_align = 4096,
	},
};

static bool modelled(const struct system *sys) { return sys->desc->boot_alloc_model && !sys->desc->resv_complete; }

static const struct build *build_of(const struct system *sys) { return &builds[sys->arch.id]; }

/* The lowest RAM that can hold the kernel: arm64 kernels load near the start of RAM. */
static phys_t load_offset(const struct system *sys)
{
	phys_t lowest = ~0ULL;

	if (arch_is_x86(sys))
		return 0;
	for (size_t i = 0; i < sys->desc->nr_fw; i++)
		if (sys->desc->fw[i].type == FW_RAM)
			lowest = min_u64(lowest, sys->desc->fw[i].start);
	return align_up(lowest, 2 * MiB);
}

void kernel_image_init(struct system *sys)
{
	phys_t offset = load_offset(sys);
	bool known = false;

	for (size_t i = 0; i < ARRAY_SIZE(sys->image); i++) {
		const struct desc_resv *r = desc_find_resv(sys->desc, (enum desc_resv_kind)(RESV_KERNEL_CODE + (int)i));

		if (!r)
			continue;
		sys->image[i] = (struct phys_range){ r->start, r->end };
		known = true;
	}
	for (size_t i = 0; !known && modelled(sys) && i < ARRAY_SIZE(sys->image); i++) {
		const struct phys_range *r = &build_of(sys)->image[i];

		if (r->start < r->end)
			sys->image[i] = (struct phys_range){ r->start + offset, r->end + offset };
	}
}

static void reserve_as(struct system *sys, const char *who, phys_t start, phys_t end)
{
	const char *before = memblock_set_caller(&sys->memblock, who);

	memblock_reserve(&sys->memblock, start, end - start);
	memblock_set_caller(&sys->memblock, before);
}

static phys_t alloc_as(struct system *sys, const char *who, u64 size, u64 align, phys_t min, phys_t max, int nid)
{
	const char *before = memblock_set_caller(&sys->memblock, who);
	phys_t at = size ? memblock_alloc_try_nid_raw(&sys->memblock, size, align, min, max, nid) : 0;

	memblock_set_caller(&sys->memblock, before);
	return at;
}

static void reserve_image(struct system *sys)
{
	u64 brk = build_of(sys)->brk;
	phys_t start, end;

	if (!kernel_image_range(sys, &start, &end))
		return;
	end = align_up(end, arch_page_size(&sys->arch));
	reserve_as(sys, "kernel", start, end);
	if (brk)
		reserve_as(sys, "brk, early page tables", end, end + brk);
}

void model_before_memory(struct system *sys)
{
	if (!modelled(sys))
		return;
	reserve_image(sys);
	reserve_as(sys, "BIOS (low 64 KiB)", 0, 64 * KiB);
}

/* arm64 maps RAM page by page at boot: one table page per PMD entry. */
static void linear_map_tables(struct system *sys)
{
	u64 page = arch_page_size(&sys->arch);
	u64 tables = memblock_phys_mem_size(&sys->memblock) / arch_pmd_size(&sys->arch);

	alloc_as(sys, "page tables", tables * page, page, 0, MEMBLOCK_ALLOC_ACCESSIBLE, NO_NODE);
}

void model_after_memory(struct system *sys)
{
	if (!modelled(sys))
		return;
	if (arch_is_x86(sys)) {
		alloc_as(sys, "real mode trampoline", TRAMPOLINE_BYTES, 4096, 0, LOW_1M, NO_NODE);
		reserve_as(sys, "low 1 MiB", 0, LOW_1M);
	} else {
		reserve_image(sys);
		linear_map_tables(sys);
	}
}

void model_node_data(struct system *sys, int nid)
{
	u64 size = build_of(sys)->node_data;
	phys_t at;

	if (!modelled(sys) || !size)
		return;
	at = alloc_as(sys, "node data", size, 0, 0, MEMBLOCK_ALLOC_ACCESSIBLE, nid);
	if (at)
		print_node_data(sys, nid, at, at + size);
}

/*
 * Struct pages of @sections sections, in one buffer of the node if it has the room.
 * The buffer has a PMD for each section; where the memmap is mapped by base pages
 * (arm64 with pages larger than 4 KiB) most of that is given back:
 *
 *   16 KiB pages: a section of 128 MiB needs 512 KiB, its PMD maps 32 MiB
 */
static void model_memmap(struct system *sys, int nid, u64 sections)
{
	u64 used = align_up(arch_pages_per_section(&sys->arch) * sys->arch.struct_page_size, arch_page_size(&sys->arch));
	u64 map = align_up(used, arch_pmd_size(&sys->arch));
	const char *before = memblock_set_caller(&sys->memblock, "memmap");
	phys_t min = arch_is_x86(sys) ? 16 * MiB : 0, at;

	if (arch_page_size(&sys->arch) == 4 * KiB)
		used = map;
	at = memblock_alloc_exact_nid_raw(&sys->memblock, sections * map, map, min, MEMBLOCK_ALLOC_ACCESSIBLE, nid);
	if (at && used < map)
		memblock_phys_free(&sys->memblock, at + sections * used, sections * (map - used));
	memblock_set_caller(&sys->memblock, before);
	for (u64 i = 0; !at && i < sections; i++)
		alloc_as(sys, "memmap", used, arch_page_size(&sys->arch), min, MEMBLOCK_ALLOC_ACCESSIBLE, nid);
}

/* Sections that one node begins: their root arrays, usage maps and struct pages. */
static void model_node_sections(struct system *sys, int nid, u64 sections)
{
	u64 page = arch_page_size(&sys->arch), per_root = page / SECTION_STRUCT_BYTES;
	u64 pages = arch_pages_per_section(&sys->arch);
	u64 blocks = pages >> sys->arch.pageblock_order;
	u64 usage = USAGE_FIXED_BYTES + (blocks * PAGEBLOCK_BITS + 63) / 64 * 8;

	alloc_as(sys, "section roots", (sections + per_root - 1) / per_root * page, 0, 0,
		 MEMBLOCK_ALLOC_ACCESSIBLE, nid);
	alloc_as(sys, "section usage", sections * usage, 0, 0, MEMBLOCK_ALLOC_ACCESSIBLE, nid);
	model_memmap(sys, nid, sections);
}

void model_sparse(struct system *sys)
{
	u64 section = arch_pages_per_section(&sys->arch), next = 0, run = 0;
	u64 roots = 1ULL << (sys->arch.phys_bits - sys->arch.section_shift);
	int last = NO_NODE, nid, i;
	pfn_t s, e;

	if (!modelled(sys))
		return;
	alloc_as(sys, "section array", roots * SECTION_STRUCT_BYTES / arch_page_size(&sys->arch) * sizeof(u64),
		 0, 0, MEMBLOCK_ALLOC_ACCESSIBLE, NO_NODE);
	for_each_mem_pfn_range(&sys->memblock, i, MEMBLOCK_NO_NID, &s, &e, &nid) {
		u64 first = max_u64(s / section, next);

		if (nid != last && run)
			model_node_sections(sys, last, run);
		run = nid != last ? 0 : run;
		next = (e + section - 1) / section;
		run += next > first ? next - first : 0;
		last = nid;
	}
	if (run)
		model_node_sections(sys, last, run);
}

/* Without sections there is one array for everything, and pageblock bits per zone. */
void model_zone_tables(struct system *sys)
{
	u64 block = 1ULL << sys->arch.max_page_order;
	pfn_t start, end;

	if (!modelled(sys) || !sys->arch.flatmem)
		return;
	get_pfn_range_for_nid(sys, 0, &start, &end);
	alloc_as(sys, "memmap", (align_up(end, block) - align_down(start, block)) * sys->arch.struct_page_size,
		 0, 0, MEMBLOCK_ALLOC_ACCESSIBLE, 0);
	alloc_as(sys, "pageblock flags", ((end - start) >> sys->arch.pageblock_order) * PAGEBLOCK_BITS / 8 + 8,
		 0, 0, MEMBLOCK_ALLOC_ACCESSIBLE, 0);
}

void model_percpu(struct system *sys)
{
	const struct build *b = build_of(sys);

	if (!modelled(sys))
		return;
	for_each_node(&sys->mm, n) {
		u64 cpus = 0;

		for (int cpu = 0; cpu < sys->mm.nr_cpus_possible; cpu++)
			cpus += sys->mm.cpu_node[cpu] == n->nid;
		alloc_as(sys, "per-cpu areas", cpus * b->percpu_unit, b->percpu_align, 0,
			 MEMBLOCK_ALLOC_ACCESSIBLE, n->nid);
	}
}

/* Bounce buffers: 64 MiB where RAM lies beyond what 32-bit devices reach (arm64: a little, always). */
void model_before_handover(struct system *sys)
{
	phys_t end = pfn_to_phys(&sys->arch, sys->max_pfn);
	u64 size = 0;

	if (!modelled(sys))
		return;
	if (end > (arch_is_x86(sys) ? 4 * GiB : sys->dma_limit))
		size = SWIOTLB_DEFAULT;
	else if (!arch_is_x86(sys))
		size = align_up(memblock_phys_mem_size(&sys->memblock) / 1024, SWIOTLB_UNIT);
	alloc_as(sys, "swiotlb", size, arch_page_size(&sys->arch), 0, min_u64(4 * GiB, end), NO_NODE);
}
