/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections: physical address space is cut into equal pieces, and a piece that
 * holds any RAM gets struct pages for all of its page frames.
 *
 *   RAM      [0x1000 ----------- 0x7ffe0000)
 *   sections |  0  |  1  | ...  |  15  |        the last one has 32 frames without RAM
 *
 * The model keeps sections as ranges (phys/sparse.h); what boot has to do is to
 * know which are present and where their memmap lies.
 *
 * Models: mm/sparse.c sparse_init(), memblocks_present() of Linux 6.12.
 */
#include "boot/stages.h"


/* Is any memory in [start, end) pfns? */
static bool memory_in(const struct system *sys, pfn_t start, pfn_t end)
{
	const struct memblock_type *mem = &sys->memblock.memory;
	unsigned long lo = 0, hi = mem->cnt;

	/* First region that ends after @start; regions are sorted. */
	while (lo < hi) {
		unsigned long mid = lo + (hi - lo) / 2;

		if (memblock_region_memory_end_pfn(&sys->memblock, &mem->regions[mid]) <= start)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < mem->cnt && memblock_region_memory_base_pfn(&sys->memblock, &mem->regions[lo]) < end;
}

bool boot_pfn_valid(const struct system *sys, pfn_t pfn)
{
	u64 pages = arch_pages_per_section(&sys->arch);
	pfn_t start = align_down(pfn, pages);

	if (sys->arch.flatmem)
		return pfn < sys->max_pfn;
	return memory_in(sys, start, start + pages);
}

int boot_sparse(struct system *sys, struct mm_error *err)
{
	int rc = memmap_init(&sys->map, sys->arena, &sys->arch, arch_max_pfn(&sys->arch));

	if (rc)
		return mm_fail(err, rc, "the physical address space of %u bits is too large for the model; "
		       "lower phys_bits in [arch]",
			       sys->arch.phys_bits);
	rc = early_resv(sys, RESV_AT_SPARSE, err);
	if (rc)
		return rc;
	if (!sys->arch.flatmem)
		model_sparse(sys);
	return 0;
}
