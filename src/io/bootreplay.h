/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot logs made with memblock=debug: the calls in them, and replaying them.
 *
 * Such a log prints every memblock call and, for an allocation, the range that
 * was reserved for it. bootlog_calls_read() turns it into a list of calls with
 * their answers. bootreplay_file() makes the same calls on our memblock and
 * compares each answer: an allocation must land where the kernel's did, an array
 * must double at the same call and into the same place, the dumps must show the
 * same lists, and so must /sys/kernel/debug/memblock when it was captured.
 *
 * Models: what mm/memblock.c prints (6.12.117; older wording is read too), and
 * what it does not print: see bootreplay.c.
 */
#ifndef MM_IO_BOOTREPLAY_H
#define MM_IO_BOOTREPLAY_H

#include "base/error.h"
#include "base/text.h"
#include "phys/memblock.h"

enum bootlog_call_kind {
	BOOTLOG_ADD,
	BOOTLOG_ADD_NODE,
	BOOTLOG_REMOVE,
	BOOTLOG_RESERVE,
	BOOTLOG_FREE,            /* memblock_phys_free() */
	BOOTLOG_PHYSMEM_ADD,
	BOOTLOG_FREE_LATE,
	BOOTLOG_PHYS_ALLOC,      /* memblock_phys_alloc_range() */
	BOOTLOG_ALLOC,           /* memblock_alloc_try_nid(), also _raw */
	BOOTLOG_ALLOC_EXACT,     /* memblock_alloc_exact_nid_raw() */
	BOOTLOG_ALLOC_NODE_DATA, /* memblock_phys_alloc_try_nid(), which prints no request; told by NODE_DATA() */
	BOOTLOG_ALLOC_CMA,       /* cma_declare_contiguous(), no request; told by "cma: Reserved" */
	BOOTLOG_ALLOC_UNKNOWN,   /* an allocation whose request the log does not tell */
	BOOTLOG_DOUBLED,         /* a region array moved to [base, base + size); not a call */
	BOOTLOG_DUMP,            /* "MEMBLOCK configuration:", dump number @align; not a call */
	BOOTLOG_SRAT_HOTPLUG,    /* SRAT calls [base, base + size) hot-pluggable; memblock_mark_hotplug() prints nothing */
	BOOTLOG_NUMA_PARSED,     /* the firmware's node tables are read; not a call */
	BOOTLOG_MAPPED,          /* x86: the linear map is complete by now; not a call */
	BOOTLOG_HANDOVER,        /* memblock_free_all() has happened by now; not a call */
	NR_BOOTLOG_CALLS
};

struct bootlog_call {
	enum bootlog_call_kind kind;
	u32 line;        /* in the log, from 1 */
	phys_t base;     /* bytes; allocations: the kernel's answer, 0: it failed */
	phys_t size;     /* bytes; allocations: the size asked for */
	u64 align;       /* allocations: bytes, as asked; BOOTLOG_DUMP: index into dump[] */
	phys_t min, max; /* allocations: limits as asked (max: MEMBLOCK_ALLOC_*) */
	int nid;         /* allocations and ADD_NODE: node or NO_NODE */
	u32 flags;       /* ADD_NODE: enum memblock_flags; DOUBLED: 1 for the reserved array, new max << 1 */
	char caller[48]; /* symbol without offset; "" when not told */
};

/* One "MEMBLOCK configuration:": the two lists. Regions without a node have nid MEMBLOCK_NO_NID. */
struct bootlog_dump {
	struct memblock_region *memory;
	size_t nr_memory;
	struct memblock_region *reserved;
	size_t nr_reserved;
};

enum bootlog_machine { BOOTLOG_OTHER, BOOTLOG_X86, BOOTLOG_ARM64 };

struct bootlog_calls {
	struct bootlog_call *call; size_t nr_call, cap_call;
	struct bootlog_dump *dump; size_t nr_dump, cap_dump;
	struct memblock_region *early; size_t nr_early, cap_early; /* "Early memory node ranges" */

	/* What else the log says that decides where allocations land. */
	enum bootlog_machine machine;
	bool is_32bit;
	u8 phys_addr_bits;      /* 64, or 32 where addresses have 8 digits */
	bool numa;              /* some line names a node of a region */
	u32 nr_cpus;            /* CONFIG_NR_CPUS; 0: not told */
	u32 page_size;          /* bytes */
	bool movable_node;      /* on the command line */
	bool mirrored_kernelcore;
	phys_t low_ram_end;     /* i386: end of the linear map; 0: not told */
	phys_t dma_end;         /* end of ZONE_DMA; 0: not told */

	u32 nr_lines;
	u32 nr_ignored;         /* memblock lines that make no sense */
	u32 first_ignored;      /* line number of the first of them */
	bool failed;            /* host memory ran out: the list is incomplete */
};

/*
 * Read @len bytes of a log (any bytes). *out need not be initialised; free it
 * with bootlog_calls_cleanup(). A log without memblock=debug gives no calls.
 */
void bootlog_calls_read(struct bootlog_calls *out, const char *text, size_t len);
void bootlog_calls_cleanup(struct bootlog_calls *c);
bool bootlog_call_is_alloc(const struct bootlog_call *c);
const char *bootlog_call_name(enum bootlog_call_kind kind);

struct bootreplay_result {
	u32 lines;
	u32 calls;           /* calls made, allocations included */
	u32 allocs;          /* allocations whose request is known */
	u32 equal;           /* of them, at the kernel's address (or failed as there) */
	u32 untold;          /* allocations taken as printed, because nothing tells the request */
	u32 doublings, doublings_equal;
	u32 dumps, dumps_equal;
	int reserved_equal;  /* final list against debugfs: 1 yes, 0 no, -1 no such file */
	int memory_equal;
};

/*
 * Replay the log at @path, which is a file or a root folder with var/log/dmesg.
 * The report goes to @out (may be NULL), counts to @res (may be NULL).
 * Return: 0 when everything is equal, -EUCLEAN when something differs, -EINVAL
 * when the file holds no replayable log, -ENOMEM, or what open() said.
 */
int bootreplay_file(const char *path, struct text *out, struct bootreplay_result *res, struct mm_error *err);

/* The same for a log in memory; @reserved and @memory are debugfs texts or NULL. */
int bootreplay_text(const char *log, size_t len, const char *reserved, const char *memory,
		    struct text *out, struct bootreplay_result *res, struct mm_error *err);

#endif
