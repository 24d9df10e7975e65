/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an architecture fixes: page size, section size, zone limits, the linear
 * map, page->flags layout. A machine file picks a preset by name and may
 * override single values; the result is plain data that every floor reads.
 *
 * Models: arch/{x86,arm64}/include/asm/{sparsemem,page*}.h, Debian's 6.12
 * configurations.
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
	u8 phys_bits;     /* MAX_PHYSMEM_BITS */
	u8 struct_page_size;  /* bytes of the kernel's struct page, 64 (i386: 40 or less) */
	u8 hpage_pmd_order;   /* THP order */
	u16 nr_cpus_limit;    /* CONFIG_NR_CPUS */
	u16 max_numnodes;     /* 1 << CONFIG_NODES_SHIFT */
	u8 zones_mask;        /* bit per enum zone_type that exists */
	bool has_cma;         /* CONFIG_CMA: MIGRATE_CMA exists */
	bool deferred_init;   /* CONFIG_DEFERRED_STRUCT_PAGE_INIT */
	bool flatmem;         /* no sections (i386 without sparsemem) */
	u64 block_size;       /* memory block device size, bytes; 0: the kernel's own rule */
	u64 page_offset;      /* linear address of physical 0 (x86) or of phys_start (arm64) */
	u64 vmemmap_start;    /* virtual address of the struct page of pfn 0 (sparse vmemmap) */
	phys_t dma_limit;     /* end of ZONE_DMA, bytes; 0: rule of the architecture */
	phys_t dma32_limit;
	u64 vmalloc_reserve;  /* i386: what the linear map must leave free, bytes */
};

/* The preset called @name; -EINVAL with the list of names when there is none. */
int arch_preset(struct arch *out, const char *name, struct mm_error *err);
/* Check what overrides made of it. Return: 0 or -EINVAL with key and remedy. */
int arch_validate(const struct arch *a, struct mm_error *err);

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
