/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stages of boot and the helpers that they share. Private to src/boot.
 */
#ifndef MM_BOOT_STAGES_H
#define MM_BOOT_STAGES_H

#include "boot/system.h"

/* One function per stage, called in this order. 0, or -errno with what to do. */
int boot_firmware(struct system *sys, struct mm_error *err);
int boot_cmdline(struct system *sys, struct mm_error *err);
int boot_memblock(struct system *sys, struct mm_error *err);
int boot_numa(struct system *sys, struct mm_error *err);
int boot_sparse(struct system *sys, struct mm_error *err);
int boot_zones(struct system *sys, struct mm_error *err);
int boot_mem_init(struct system *sys, struct mm_error *err);
int boot_late(struct system *sys, struct mm_error *err);

/* --- setup_x86.c, setup_arm64.c: what differs by architecture -------------- */

void x86_firmware(struct system *sys);
int x86_cmdline(struct system *sys, struct mm_error *err);
int x86_memblock(struct system *sys, struct mm_error *err);
/* Find the initrd, and move it where the linear map reaches it. */
int x86_initrd(struct system *sys, struct mm_error *err);
void x86_max_zone_pfns(const struct system *sys, pfn_t *max_zone_pfn);
void i386_initmem(struct system *sys);
int arm64_memblock(struct system *sys, struct mm_error *err);
void arm64_max_zone_pfns(struct system *sys, pfn_t *max_zone_pfn);
static inline bool arch_is_x86(const struct system *sys)
{
	return sys->arch.id == ARCH_X86_64 || sys->arch.id == ARCH_I386;
}
static inline bool arch_is_numa(const struct system *sys) { return sys->arch.max_numnodes > 1; }

/* --- early_resv.c: who takes memory before the hand-over -------------------- */

/* Where in boot an entry of desc->resv happens. */
enum resv_phase { RESV_EARLY, RESV_AT_NUMA, RESV_AT_SPARSE, RESV_AT_ZONES, RESV_BEFORE_CMA, RESV_REST };
/* Do the entries of desc->resv up to and including @phase, in their order. */
int early_resv(struct system *sys, enum resv_phase phase, struct mm_error *err);
/* The first entry of @kind, or NULL. */
const struct desc_resv *desc_find_resv(const struct desc *d, enum desc_resv_kind kind);
/* Fill sys->image from the description, or from the usual image when boot models allocations. */
void kernel_image_init(struct system *sys);
/* [start, end) of the whole kernel image. False: nobody said. */
bool kernel_image_range(const struct system *sys, phys_t *start, phys_t *end);

/* --- early_model.c: allocations that the kernel itself makes (desc->boot_alloc_model) --- */

void model_before_memory(struct system *sys);
void model_after_memory(struct system *sys);
void model_node_data(struct system *sys, int nid);
void model_sparse(struct system *sys);
void model_zone_tables(struct system *sys);
void model_percpu(struct system *sys);
void model_before_handover(struct system *sys);

/* --- numa_init.c ------------------------------------------------------------ */

/* The kernel's line for a pg_data_t at [start, end). */
void print_node_data(struct system *sys, int nid, phys_t start, phys_t end);
/* First and last + 1 pfn of memory of @nid (MEMBLOCK_NO_NID: of all); 0, 0: none. */
void get_pfn_range_for_nid(const struct system *sys, int nid, pfn_t *start, pfn_t *end);

/* --- zone_movable.c --------------------------------------------------------- */

/* find_zone_movable_pfns_for_nodes(): fills sys->movable_start_pfn. */
void find_zone_movable_pfns_for_nodes(struct system *sys);

/* --- memmap_init.c ---------------------------------------------------------- */

/* Give every page frame with a struct page its zone; all of them start reserved. */
void memmap_init_zones(struct system *sys);
/* Is there a section, hence a struct page, for @pfn? (boot time: from memblock) */
bool boot_pfn_valid(const struct system *sys, pfn_t pfn);

/* --- handover.c ------------------------------------------------------------- */

/* Everything that memblock has free goes to the buddy. */
void handover_to_buddy(struct system *sys);
/* Reserved pages of [start, end) are freed one by one (free_reserved_area()). Return: pages. */
u64 handover_reserved(struct system *sys, pfn_t start, pfn_t end);

/* --- hash_tables.c ---------------------------------------------------------- */

/* Print the lines of the tables made before (@early) or after the page allocator exists. */
void hash_tables_early(struct system *sys);
void hash_tables_late(struct system *sys);
void hash_tables_mount(struct system *sys);
void hash_table_futex(struct system *sys);

/* --- cma_init.c ------------------------------------------------------------- */

void cma_reserve_boot(struct system *sys);
void cma_activate(struct system *sys);

/* --- crash_reserve.c, boot_params.c: what the command line asks for ---------- */

/* crashkernel=: fills sys->crashk. x86: after the nodes are known; arm64: after CMA. */
void crash_reserve(struct system *sys);
/* nr_cpus=, maxcpus=, nosmp. */
void boot_limit_cpus(struct system *sys);
/* A larger kernel log: @early where log_buf_len= asks for it (x86), else for many cpus. */
void setup_log_buf(struct system *sys, bool early);
/* sysctl.vm.* parameters: the last thing before init runs. */
void boot_sysctls(struct system *sys);

/* --- hugetlb_init.c ---------------------------------------------------------- */

/* Sizes and numbers from the command line; gigantic pages are taken from memblock now. */
void hugetlb_boot(struct system *sys);
/* What memblock gave joins memory, before that is counted for the log and the watermarks. */
void hugetlb_gather_gigantic(struct system *sys);
/* The others are taken from the buddy; prints the kernel's lines. */
void hugetlb_init(struct system *sys);

/* --- iomem_init.c ----------------------------------------------------------- */

void iomem_firmware(struct system *sys);
void iomem_early(struct system *sys);
void iomem_late(struct system *sys);

/* --- messages.c ------------------------------------------------------------- */

void print_zone_ranges(struct system *sys);
void print_zonelists(struct system *sys);
void print_memory_line(struct system *sys);

#endif
