/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct system: one simulated computer with everything that boot builds. It
 * lives in the machine's arena. sim/ adds commands, history and workloads on top.
 */
#ifndef MM_BOOT_SYSTEM_H
#define MM_BOOT_SYSTEM_H

#include "alloc/mm.h"
#include "base/text.h"
#include "boot/cmdline.h"
#include "boot/desc.h"
#include "phys/firmware.h"
#include "phys/memblock.h"
#include "phys/resource.h"
#include "phys/sparse.h"

/* Boot is a list of named stages; a machine can be run up to any of them and drawn there. */
enum boot_stage {
	BOOT_NONE,
	BOOT_FIRMWARE,  /* firmware map, sanitised; iomem skeleton */
	BOOT_CMDLINE,   /* mem=, memmap= ... applied */
	BOOT_MEMBLOCK,  /* memory and reserved arrays */
	BOOT_NUMA,      /* nodes, distances, NODE_DATA */
	BOOT_SPARSE,    /* sections, memmap placed */
	BOOT_ZONES,     /* zone ranges, spans, zone tables */
	BOOT_MEM_INIT,  /* hand-over to the buddy */
	BOOT_LATE,      /* slab, watermarks, pagesets, memory block devices, iomem complete */
	NR_BOOT_STAGES
};

struct slab_state;    /* slab/slub.h */
struct hotplug_state; /* hotplug/memory_hotplug.h */
struct process_table; /* alloc/process.h */
struct system;

/* A CMA area: reserved from memblock, given to the buddy as MIGRATE_CMA late in boot. */
struct boot_cma {
	phys_t base;
	u64 size;         /* bytes */
	const char *name; /* "reserved" for cma=; in the arena or static */
};

/* A huge page size, and how many of its pages boot took. */
struct boot_hstate {
	u64 size; /* bytes */
	u64 nr;   /* pages */
};

/* The kernel log: lines without time stamp or level. */
struct dmesg {
	char **line;
	u64 *seq; /* [nr] number of the trace event that came after it */
	u32 nr;
	u32 cap;
};

/* A call of memblock, where in boot it was made, and how many log lines there were by then. */
struct boot_call {
	struct memblock_call call;
	enum boot_stage stage;
	u32 dmesg;
};

/* All of them, in order: the film of boot. */
struct boot_film {
	struct boot_call *call;
	u32 nr;
	u32 cap;
	u32 dmesg_end[NR_BOOT_STAGES]; /* log lines when the stage was done */
};

/* Who wants to know of memory that is about to go; register_memory_notifier(). */
struct memory_notifier {
	/* MEM_GOING_OFFLINE: the range is isolated, nothing was moved yet. */
	void (*going_offline)(struct system *sys, void *arg);
	void *arg;
};

struct system {
	struct arena *arena;
	const struct desc *desc; /* not owned */
	struct arch arch;        /* preset + overrides + what the command line changed */
	struct trace *trace;
	struct cmdline cmd;
	struct memblock memblock;
	struct resource iomem;   /* the root of the tree */
	struct memmap map;
	struct mm mm;
	struct slab_state *slab;
	struct hotplug_state *hotplug;
	struct process_table *procs;
	struct hugetlb *hugetlb;     /* boot/pools.h; NULL: nobody asked yet */
	struct cma_table *cma_areas; /* the same */
	enum boot_stage stage;
	struct dmesg dmesg;
	struct log_sink log; /* appends to dmesg */
	struct boot_film film;

	/* Results of zone sizing that messages and `show` need. */
	pfn_t zone_lowest_pfn[MAX_NR_ZONES];
	pfn_t zone_highest_pfn[MAX_NR_ZONES];
	pfn_t movable_start_pfn[MAX_NUMNODES]; /* 0: none on that node */
	pfn_t max_pfn;      /* end of RAM */
	pfn_t max_low_pfn;  /* end of the linear map (i386), else max_pfn */
	pfn_t *first_deferred_pfn; /* [nr_node_ids] struct pages from here on come late; NO_PFN: none */
	phys_t memstart;    /* physical address that arch.page_offset maps (arm64: start of RAM, rounded down) */
	/* What disturbs an offlining from outside. */
	const struct memory_notifier *notifier; /* not owned; NULL: nobody */
	/* A signal reaches the task that takes memory offline when so many moves were refused; 0: none comes. */
	u64 signal_after_refusals;

	phys_t dma_limit;   /* end of what every device reaches (arm64_dma_phys_limit), bytes */
	u64 nr_kernel_pages; /* free low memory when zones were sized: what hash tables scale with */
	u64 nr_all_pages;

	/* The kernel image, by enum desc_resv_kind - RESV_KERNEL_CODE; empty: unknown. */
	struct phys_range image[4];
	struct phys_range initrd; /* where it lies after boot moved it; its end need not be a page's */

	struct phys_range crashk[2]; /* crash kernel, and its part in low memory; empty: none */

	struct boot_hstate hstate[ARCH_MAX_HUGE_SIZES]; /* in the order the kernel made them */
	u32 nr_hstates;
	u32 default_hstate; /* what hugepages= without a size means */

	/* Only while booting. */
	struct e820_table e820;          /* the map that the kernel works with (x86) */
	struct e820_table e820_firmware; /* as firmware gave it */
	size_t resv_next;                /* entries of desc->resv that were done */
	struct boot_cma *cma;
	u32 nr_cma;
};

/* Append a line to the kernel log of @sys (printk without newline). */
void sys_printk(struct system *sys, const char *fmt, ...) PRINTF(2, 3);

/* The log lines of build_all_zonelists(): fallback orders, pages, policy zone. */
void print_zonelists(struct system *sys);

/*
 * Prepare @sys (zeroed, in @arena) for @desc, then run boot stages up to and
 * including @upto. 0, or -errno with what to do (no RAM, no memory for the
 * kernel, more nodes than the architecture allows ...).
 */
int system_init(struct system *sys, struct arena *arena, const struct desc *desc, struct trace *trace, struct mm_error *err);
int system_boot(struct system *sys, enum boot_stage upto, struct mm_error *err);
void system_cleanup(struct system *sys); /* host memory outside the arena */
/* Where printing functions of lower floors send their lines to become the kernel log of @sys. */
const struct log_sink *system_log(const struct system *sys);
const char *boot_stage_name(enum boot_stage s);
const char *boot_stage_help(enum boot_stage s); /* one plain sentence */

#endif
