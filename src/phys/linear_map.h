/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The linear map: virtual = physical + a constant, for all memory that the kernel
 * can reach without page-table tricks; and vmemmap, the array of struct page.
 *
 *   va = pa - memstart + PAGE_OFFSET
 *   page = vmemmap + (pfn - memstart_pfn) * sizeof(struct page)
 *
 * On i386 the linear map ends where vmalloc space begins: pages above (HIGHMEM)
 * have no linear address, only a temporary one in a kmap slot.
 *
 * Models: arch/x86/include/asm/page_*.h, arch/arm64/include/asm/memory.h,
 * include/asm-generic/memory_model.h, mm/highmem.c.
 */
#ifndef MM_PHYS_LINEAR_MAP_H
#define MM_PHYS_LINEAR_MAP_H

#include "base/text.h"
#include "phys/arch.h"

struct linear_map {
	const struct arch *arch;
	phys_t memstart;     /* physical address at PAGE_OFFSET */
	pfn_t max_low_pfn;   /* pfns below it are in the linear map */
	phys_t mem_map_base; /* i386: physical address of the mem_map array, 0: unknown */
};

/* __va(): false for pfns outside the linear map. */
bool linear_map_virt(const struct linear_map *lm, phys_t phys, u64 *virt);
/* __pa(): false for addresses outside the linear map. */
bool linear_map_phys(const struct linear_map *lm, u64 virt, phys_t *phys);
/* pfn_to_page() and page_to_pfn() as addresses; false where there is no such struct page. */
bool linear_map_page(const struct linear_map *lm, pfn_t pfn, u64 *page);
bool linear_map_pfn(const struct linear_map *lm, u64 page, pfn_t *pfn);

/* The arithmetic of each conversion for @pfn, one line each, with the numbers put in. */
void linear_map_explain(const struct linear_map *lm, pfn_t pfn, struct text *out);

#endif
