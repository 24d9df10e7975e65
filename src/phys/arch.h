/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an architecture fixes: page size, section size, zone limits, the linear
 * map, huge page sizes. A machine file picks a preset by name and may override
 * single values; the result is plain data that every floor reads.
 *
 * Models: arch/{x86,arm64}/include/asm/{sparsemem,page*,memory,pgtable*}.h with
 * Debian's 6.12 configurations.
 */
#ifndef MM_PHYS_ARCH_H
#define MM_PHYS_ARCH_H

#include "base/error.h"
#include "base/types.h"

enum arch_id { ARCH_X86_64, ARCH_ARM64, ARCH_I386, NR_ARCH };

struct arch {
	enum arch_id id;
	const char *name; /* "x86_64", "arm64", "i386"; static */
	u8 page_shift;    /* 12; 14 and 16 are possible on arm64 */
	u8 max_page_order;
	u8 pageblock_order;
	u8 section_shift; /* log2 bytes of a sparsemem section */
	u8 phys_bits;     /* MAX_PHYSMEM_BITS; x86_64: above 46 means five-level page tables */
	u8 struct_page_size;  /* bytes of the kernel's struct page: 64 (i386: 40) */
	u8 hpage_pmd_order;   /* THP order */
	u16 nr_cpus_limit;    /* CONFIG_NR_CPUS */
	u16 max_numnodes;     /* 1 << CONFIG_NODES_SHIFT */
	u8 zones_mask;        /* bit per enum zone_type that exists */
	bool has_cma;         /* CONFIG_CMA: MIGRATE_CMA exists */
	bool deferred_init;   /* CONFIG_DEFERRED_STRUCT_PAGE_INIT */
	bool strict_pfn_valid; /* a frame without mapped memory is no valid pfn even in a section that has some:
				  arm64 before 5.14, arm */
	bool flatmem;         /* no sections (i386 without sparsemem) */
	u64 block_size;       /* memory block device size, bytes; 0: the kernel's own rule */
	u64 page_offset;      /* linear address of arch_memstart(): physical 0 on x86 */
	u64 vmemmap_start;    /* address of the struct page of arch_memstart()'s pfn; 0: flat mem_map */
	phys_t dma_limit;     /* end of ZONE_DMA, bytes; 0: rule of the architecture */
	phys_t dma32_limit;   /* end of ZONE_DMA32, bytes; 0: rule of the architecture */
	u64 vmalloc_end;      /* i386: VMALLOC_END, a virtual address; 0 elsewhere */
	u64 vmalloc_reserve;  /* i386: what the linear map must leave free below it, bytes */
};

#define ARCH_MAX_HUGE_SIZES 4

/* The preset called @name; -EINVAL with the list of names when there is none. */
int arch_preset(struct arch *out, const char *name, struct mm_error *err);
/* The names that arch_preset() takes; NULL beyond the last. */
const char *arch_preset_name(unsigned i);
/* Check what overrides made of it. Return: 0 or -EINVAL with key and remedy. */
int arch_validate(const struct arch *a, struct mm_error *err);

/*
 * Base page of 1 << @page_shift bytes, with everything that Kconfig and headers
 * derive from it: section size, MAX_PAGE_ORDER, pageblock order, huge pages, and
 * where linear map and vmemmap lie (arm64). 0 or -EINVAL with the sizes there are.
 */
int arch_set_page_shift(struct arch *a, u8 page_shift, struct mm_error *err);
/* Width of physical addresses. x86_64: above 46 the five-level layout is used. */
void arch_set_phys_bits(struct arch *a, u8 bits);

/*
 * The physical address at which the linear map begins: 0 on x86; on arm64 the
 * start of RAM, rounded down to what a block mapping needs (memstart_addr).
 */
phys_t arch_memstart(const struct arch *a, phys_t start_of_ram);
/*
 * End of the linear map (max_low_pfn's address) on i386 with @vmalloc bytes
 * reserved (0: the default); ~0 where all RAM is mapped.
 */
phys_t arch_lowmem_limit(const struct arch *a, u64 vmalloc);
/* MAX_ARCH_PFN of e820.c: pfns at and above it are not usable RAM. */
pfn_t arch_max_pfn(const struct arch *a);
/* Sizes in bytes that hugetlb supports, in the order in which their hstates are
 * made; *out has ARCH_MAX_HUGE_SIZES places. The PMD size is the default one. */
unsigned arch_huge_sizes(const struct arch *a, u64 *out);
/* Bytes of a PMD-sized huge page. */
static inline u64 arch_pmd_size(const struct arch *a)
{
	return 1ULL << (a->page_shift + a->hpage_pmd_order);
}

static inline u64 arch_page_size(const struct arch *a) { return 1ULL << a->page_shift; }
static inline u64 arch_pages_per_section(const struct arch *a)
{
	return 1ULL << (a->section_shift - a->page_shift);
}
static inline bool arch_has_zone(const struct arch *a, int zid)
{
	return a->zones_mask >> zid & 1;
}
/* The kernel's own number of our zone type on this architecture (for dumps). */
static inline int arch_zone_idx(const struct arch *a, int zid)
{
	return __builtin_popcount(a->zones_mask & ((1u << zid) - 1));
}
/* The kernel's number of our migratetype, and how many types it has. */
static inline int arch_migratetype_nr(const struct arch *a, int mt)
{
	return mt == MIGRATE_ISOLATE && !a->has_cma ? MIGRATE_CMA : mt;
}
static inline int arch_nr_migratetypes(const struct arch *a)
{
	return a->has_cma ? MIGRATE_TYPES : MIGRATE_TYPES - 1;
}
static inline pfn_t phys_to_pfn(const struct arch *a, phys_t p) { return p >> a->page_shift; }
static inline phys_t pfn_to_phys(const struct arch *a, pfn_t p) { return p << a->page_shift; }
static inline pfn_t phys_to_pfn_up(const struct arch *a, phys_t p)
{
	return (p + arch_page_size(a) - 1) >> a->page_shift;
}

#endif
