/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the memblock_*.c files share with each other and with nobody else.
 */
#ifndef MM_PHYS_MEMBLOCK_INTERNAL_H
#define MM_PHYS_MEMBLOCK_INTERNAL_H

#include "phys/memblock.h"

/* "0x0000000040000000" as the kernel's %pa prints it: the digits that a phys_addr_t has. */
#define PA_FMT          "0x%0*llx"
#define PA_ARG(mb, pa)  (mb)->cfg.phys_addr_bits / 4, (unsigned long long)((pa) & memblock_phys_max(mb))

/* PHYS_ADDR_MAX of the kernel that @mb belongs to. */
static inline phys_t memblock_phys_max(const struct memblock *mb)
{
	return mb->cfg.phys_addr_bits >= 64 ? ~(phys_t)0 : ((phys_t)1 << mb->cfg.phys_addr_bits) - 1;
}

/* Shrink @size so that @base + @size does not pass the last address. */
static inline phys_t memblock_cap_size(const struct memblock *mb, phys_t base, phys_t size)
{
	return min_u64(size, memblock_phys_max(mb) - base);
}

/* memblock.c */

/* The node that a region stores: without CONFIG_NUMA there is only node 0. */
int memblock_region_nid(const struct memblock *mb, int nid);
/* memblock_reserve() whose debug line names @printed as the caller; the label is still mb->caller. */
int memblock_reserve_from(struct memblock *mb, phys_t base, phys_t size, const char *printed);

/* Tell hooks.note of a call; fields that are not given are 0. */
void memblock_note(struct memblock *mb, const struct memblock_call *call);

/* memblock_alloc.c */

/* A place of @size bytes in [start, end) on any node, mirrored memory first. 0: none. Reserves nothing. */
phys_t memblock_find_in_range(struct memblock *mb, phys_t start, phys_t end, phys_t size, phys_t align);

/* memblock_debug.c */

/* A line of the kernel log; with memblock_dbg() only under memblock=debug. */
void memblock_printk(struct memblock *mb, const char *fmt, ...) PRINTF(2, 3);
void memblock_dbg(struct memblock *mb, const char *fmt, ...) PRINTF(2, 3);
/* The debug line of a call about a range: "@func: [base-last] caller". */
void memblock_dbg_range(struct memblock *mb, const char *func, phys_t base, phys_t size,
			const char *caller);
/* Label the parts of the range that have no label yet. */
void memblock_add_label(struct memblock *mb, phys_t base, phys_t size, const char *text);

#endif
