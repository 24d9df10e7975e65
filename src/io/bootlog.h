/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel's boot log says about memory, as plain lists. The parser knows
 * the wording of kernels 3.x to 7.x; it never guesses: a line that it does not
 * know is skipped, one that makes no sense is noted with its number.
 *
 * Lists keep the order of the log. Ranges are half-open, in bytes.
 */
#ifndef MM_IO_BOOTLOG_H
#define MM_IO_BOOTLOG_H

#include "base/text.h"
#include "base/types.h"
#include "boot/desc.h"

/* A list of one of these kinds never grows beyond this; the rest is noted and dropped. */
#define BOOTLOG_MAX_ITEMS 262144
/* A line is looked at up to here (bytes); what follows is ignored. */
#define BOOTLOG_MAX_LINE 8192

/* The architecture that wrote the log. */
enum log_arch {
	LOG_ARCH_UNKNOWN,
	LOG_X86_64, LOG_I386, LOG_ARM64, LOG_ARM, LOG_RISCV64, LOG_PPC64, LOG_PPC32, LOG_S390,
	LOG_MIPS, LOG_SPARC64, LOG_IA64, LOG_ALPHA, LOG_SH, LOG_LOONGARCH, LOG_PARISC, LOG_M68K,
	NR_LOG_ARCH
};

/* Where an e820 line came from. */
enum log_map { MAP_NONE, MAP_BIOS, MAP_USER, MAP_EXTENDED, MAP_MODIFIED, NR_LOG_MAPS };

struct log_e820 {
	phys_t start, end;
	enum fw_type type;
	u32 number; /* FW_OTHER: e820 type */
	enum log_map map;
};

/* "e820: update ... usable ==> reserved", "e820: remove ... usable". */
struct log_e820_op {
	phys_t start, end;
	enum fw_type from, to; /* to: NR_FW_TYPES for remove */
	u32 line;
};

struct log_node_mem { /* SRAT, "Faking node", "node   0:" lines */
	phys_t start, end;
	int nid;
	bool hotplug;
};

struct log_zone {
	enum zone_type type;
	bool empty;
	phys_t start, end;
};

struct log_initmem {
	phys_t start, end;
	int nid;
	bool memoryless; /* "as memoryless" or an empty range */
};

struct log_movable {
	phys_t start;
	int nid;
};

struct log_hole { /* "On node 0, zone DMA32: 33 pages in unavailable ranges" (since 5.13) */
	u64 pages;
	int nid;
	enum zone_type type;
};

struct log_total { /* "On node 0 totalpages: 262143" (before 5.14) */
	u64 pages;
	int nid;
};

struct log_cpu { /* "SRAT: PXM 1 -> APIC 0x10 -> Node 1" */
	u64 hwid;
	int nid;
};

struct log_group { /* "pcpu-alloc: [1] 04 05": first chunk group of a cpu */
	int cpu;
	int group;
};

enum log_resv_source {
	LOG_RESV_RAMDISK, LOG_RESV_CRASHKERNEL,
	LOG_RESV_CMA_DEFAULT, /* "cma: Reserved": cma= or the built-in size, placed by boot */
	LOG_RESV_CMA,         /* a device tree pool, at its place */
	LOG_RESV_DMA_POOL, LOG_RESV_OF_MAP, LOG_RESV_OF_NOMAP,
	LOG_RESV_SWIOTLB, LOG_RESV_NODE_DATA, LOG_RESV_ACPI, LOG_RESV_ESRT
};

struct log_resv {
	phys_t start, end;
	enum log_resv_source source;
	char label[40];
};

/* "Freeing unused kernel image (initmem) memory: 4264K": given back after boot. */
struct log_freed {
	u64 kib;
	char what[48];
};

struct log_efi { /* efi=debug memory map */
	phys_t start, end;
	char type[32];
	bool memory;        /* cacheable in some way: RAM */
	bool write_back;
	bool mirrored;      /* "more reliable" */
};

/* "virtio_mem virtio0: start address: 0x..." and the lines that follow; the last word counts. */
struct log_virtio {
	char id[24];
	phys_t start;
	u64 size, unit, requested; /* bytes */
	int nid;
};

/* The "Memory:" line; units: KiB, 0 where it does not say. */
struct log_memory {
	u64 available, total, code, rwdata, rodata, init, bss, reserved, cma, highmem;
	bool highmem_told; /* "K highmem" is in the line: the kernel has the zone */
};

#define LOG_LIST(type, name) struct type *name; size_t nr_##name, cap_##name

struct bootlog {
	enum log_arch arch;
	u32 version;        /* major << 16 | minor << 8 | patch; 0: not told */
	char release[96];   /* "6.12.117+deb12-amd64" */
	char model[96];     /* "Machine model:" or "DMI:" */
	char *cmdline;      /* NULL: not told */

	LOG_LIST(log_e820, e820);
	LOG_LIST(log_e820_op, op);
	u32 last_pfn_line;  /* of the last "last_pfn =" line: later e820 changes come after memblock */
	u64 last_pfn;       /* the first one told */
	u64 max_arch_pfn;
	LOG_LIST(log_efi, efi);
	u32 zones_counted; /* bit per zone type that a line "DMA zone: 64 pages used for memmap" names; 0: none */
	LOG_LIST(log_node_mem, srat);
	LOG_LIST(log_node_mem, fake);    /* numa=fake results */
	LOG_LIST(log_node_mem, ram);     /* what the firmware of other architectures listed */
	phys_t whole_start, whole_end;   /* "Faking a node at"; end 0: not told */
	bool no_numa;                    /* "No NUMA configuration found" or "NUMA turned off" */
	LOG_LIST(log_cpu, cpu);
	LOG_LIST(log_group, group);
	u64 nodes_seen[MAX_NUMNODES / 64]; /* any line that names the node as existing */
	LOG_LIST(log_resv, resv);
	LOG_LIST(log_freed, freed);
	LOG_LIST(log_virtio, virtio);

	/* The answers. */
	LOG_LIST(log_zone, zone);
	LOG_LIST(log_movable, movable);
	LOG_LIST(log_node_mem, early);
	LOG_LIST(log_initmem, initmem);
	LOG_LIST(log_hole, hole);
	LOG_LIST(log_total, total);

	int nr_cpus;        /* allowed now; 0: not told */
	int nr_hotplug_cpus;
	int nr_cpu_ids;
	int config_nr_cpus; /* CONFIG_NR_CPUS */
	u32 page_size;      /* bytes; 0: not told */
	bool highmem_line;  /* "NMB HIGHMEM available." was printed */
	u64 highmem_mb, lowmem_mb; /* i386 */
	u64 block_size;     /* x86: bytes of a memory block device; 0: not told */
	bool lowmem_line;
	phys_t low_ram_end; /* i386: "low ram: 0 - 36dfe000"; 0: not told */
	struct log_memory memory;

	u32 nr_lines;
	u32 nr_ignored;     /* lines that looked known and made no sense */
	bool failed;        /* host memory ran out; lists are incomplete */
};

/*
 * Read @len bytes of @text (any bytes) into *log, which need not be initialised.
 * With @withhold the zone answers are skipped ("Zone ranges:" and its lines,
 * "Movable zone start ...", "Initmem setup node", "On node"); "Early memory node
 * ranges" are kept in the list, because on device-tree machines they are the only
 * word about memory: the caller decides. Notes are appended to @notes (may be NULL).
 */
void bootlog_parse(struct bootlog *log, const char *text, size_t len, bool withhold, struct text *notes);
void bootlog_cleanup(struct bootlog *log);

const char *log_arch_name(enum log_arch a); /* "x86_64", "arm64" ... */

/*
 * The text of a log line after all prefixes (level, syslog or journal date, time
 * stamps, caller ids, "kernel:"), leading blanks included as the kernel printed
 * them. Points into @line.
 */
const char *bootlog_strip_prefix(const char *line);

#endif
