/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel command line, as far as it says something about memory.
 *
 * As in the kernel a bad value never stops the boot: it is ignored with a note.
 * What the model does not know is kept in a list, to be shown as "not modelled".
 * Everything here lives in the arena that cmdline_parse() got.
 *
 * Models: kernel/params.c and lib/cmdline.c (splitting, quotes, memparse) and
 * the early_param()/__setup() handlers of mm/, arch/x86 and arch/arm64 (6.12).
 */
#ifndef MM_BOOT_CMDLINE_H
#define MM_BOOT_CMDLINE_H

#include "base/arena.h"
#include "base/types.h"
#include "phys/arch.h"

/*
 * Changes to the e820 map that mem= and memmap= ask for (x86), in the order of
 * the command line. Types are e820 numbers (1 RAM, 2 Reserved, 3 ACPI, 4 NVS,
 * 5 unusable, 7 PMEM, 12 PRAM); see fw_type_of_e820(). fw_map_apply() does one.
 */
enum memmap_op_kind {
	MEMMAP_LIMIT,  /* mem=N, memmap=N: take RAM at and above @start away */
	MEMMAP_EXACT,  /* memmap=exactmap: forget the firmware's map */
	MEMMAP_ADD,    /* N@S N#S N$S N!S, N%S+to: add [@start, @start + @size) of @to */
	MEMMAP_UPDATE, /* N%S-from+to: change @from into @to there */
	MEMMAP_REMOVE, /* N%S-from: take @from away there; from 0: whatever it is */
};

struct memmap_op {
	enum memmap_op_kind kind;
	u64 start;
	u64 size; /* bytes; LIMIT: up to the end of the address space */
	u32 from;
	u32 to;
};

/* kernelcore= or movablecore=: pages, or percent of all memory; 0 and 0: not asked for. */
struct cmdline_core {
	u64 pages;
	u32 percent;
};

/* One of hugepages=, hugepagesz=, default_hugepagesz=, in order; read by cmdline_hugetlb(). */
enum hugetlb_arg_kind { HUGETLB_PAGES, HUGETLB_SIZE, HUGETLB_DEFAULT_SIZE };

struct hugetlb_arg {
	enum hugetlb_arg_kind kind;
	const char *value;
};

struct hugetlb_node_count {
	int nid;
	u64 count;
};

/* A huge page size and what is to be allocated of it at boot. */
struct hugetlb_request {
	u64 size;   /* bytes */
	u64 count;  /* pages, the sum when given per node */
	struct hugetlb_node_count *node; /* per-node form; NULL: spread over nodes with memory */
	u32 nr_node;
	bool gigantic; /* above MAX_PAGE_ORDER: taken from memblock */
	bool is_default;
};

struct hugetlb_plan {
	struct hugetlb_request *req; /* in the order in which the kernel made the hstates */
	u32 nr;
};

enum thp_mode { THP_DEFAULT, THP_ALWAYS, THP_MADVISE, THP_NEVER };
enum memhp_state { MEMHP_DEFAULT, MEMHP_OFFLINE, MEMHP_ONLINE, MEMHP_ONLINE_KERNEL, MEMHP_ONLINE_MOVABLE };
enum onoff { OPT_UNSET, OPT_OFF, OPT_ON };

/* A word of the command line. */
struct cmdline_arg {
	const char *name;
	const char *value; /* NULL: no '=' */
	bool known;        /* the model acts on it (or knows that it changes nothing here) */
};

struct cmdline {
	const char *text; /* as given */

	struct cmdline_arg *arg;
	u32 nr_arg;
	const char **note; /* kernel messages and remarks about ignored values */
	u32 nr_note;

	/* Firmware map (x86). */
	struct memmap_op *memmap;
	u32 nr_memmap;
	bool userdef;       /* a user-defined physical RAM map is printed */
	u64 max_mem_size;   /* mem= also limits hot-add (x86); 0: no limit */
	/* arm64: mem= rounded down to pages, for memblock_enforce_memory_limit(); ~0ULL: none. */
	u64 memory_limit;

	struct cmdline_core kernelcore;
	struct cmdline_core movablecore;
	bool kernelcore_mirror;
	bool movable_node;

	bool numa_off;
	const char *numa_fake; /* value after "fake="; NULL: none (x86 and arm64 share the rules) */

	/* cma=: size ~0ULL when not given (then CONFIG_CMA_SIZE_MBYTES); 0 switches it off. */
	u64 cma_size;
	u64 cma_base;  /* 0: anywhere */
	u64 cma_limit; /* 0: anywhere */
	const char *crashkernel; /* value, for crash_reserve; NULL: none (the last one wins) */

	struct hugetlb_arg *hugetlb;
	u32 nr_hugetlb;

	/* i386 */
	u64 highmem_pages;   /* ~0ULL: not given */
	u64 vmalloc_reserve; /* bytes, guard hole included; 0: the architecture's */

	enum memhp_state memhp_default_state;
	enum onoff memmap_on_memory; /* memory_hotplug.memmap_on_memory= */
	bool memmap_on_memory_force; /* the same with "force" */
	bool auto_movable;           /* memory_hotplug.online_policy=auto-movable */
	u32 auto_movable_ratio;      /* percent; ~0u: not given */
	enum onoff auto_movable_numa_aware;
	u64 min_free_kbytes;         /* sysctl.vm.min_free_kbytes=; ~0ULL: not given */
	u64 watermark_scale_factor;  /* sysctl.vm.watermark_scale_factor=; ~0ULL: not given */
	enum onoff page_owner;
	enum onoff memblock_debug;
	enum onoff hashdist;
	enum thp_mode thp;
	bool nokaslr;
	bool slab_nomerge;
	const char *slab_debug;  /* value, "" for the bare word; NULL: not given */
	u32 slab_min_order;      /* ~0u: not given */
	u32 slab_max_order;
	u32 slab_min_objects;
	u32 nr_cpus;             /* nr_cpus=; 0: not given */
	u32 maxcpus;             /* maxcpus=, nosmp (0); ~0u: not given */
	u64 dhash_entries, ihash_entries, mhash_entries, mphash_entries; /* 0: computed */
	enum onoff init_on_alloc;
	enum onoff init_on_free;
	u32 log_buf_len;         /* bytes, a power of two; 0: CONFIG_LOG_BUF_SHIFT */
	bool noefi;
};

/*
 * Parse @text for a machine of @arch. Values that the kernel would refuse leave
 * a note and no effect. Never fails.
 */
void cmdline_parse(struct cmdline *c, struct arena *a, const struct arch *arch, const char *text);

/*
 * What the hugepage parameters add up to. The kernel reads them after the nodes
 * are known, so @node_online(@ctx, nid) is asked about per-node counts (NULL:
 * every node is online). Notes are added to @c. Sizes that always exist on the
 * architecture are in the plan with count 0.
 */
void cmdline_hugetlb(struct cmdline *c, struct arena *a, const struct arch *arch,
		     bool (*node_online)(const void *ctx, int nid), const void *ctx,
		     struct hugetlb_plan *out);

/* lib/cmdline.c memparse(): number with suffix, no error; *end (may be NULL) is where it stopped. */
u64 memparse(const char *s, const char **end);
/* Append a note (printf style) to @c. */
void cmdline_note(struct cmdline *c, struct arena *a, const char *fmt, ...) PRINTF(3, 4);

#endif
