/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware map: what firmware says about the physical address space before
 * the kernel decides anything. One entry per range, as e820, EFI or a device
 * tree's memory nodes give it; and the e820 table that the x86 kernel makes of
 * it, with the kernel's own ways to add, change, remove and sanitise.
 *
 * Models: arch/x86/kernel/e820.c, arch/x86/include/asm/e820/types.h (6.12);
 * drivers/of/fdt.c for the entries of a device tree.
 */
#ifndef MM_PHYS_FIRMWARE_H
#define MM_PHYS_FIRMWARE_H

#include "base/arena.h"
#include "base/log.h"
#include "base/types.h"

enum fw_type {
	FW_RAM,            /* "System RAM", usable */
	FW_RESERVED,       /* "Reserved" */
	FW_ACPI,           /* "ACPI Tables" */
	FW_NVS,            /* "ACPI Non-volatile Storage" */
	FW_UNUSABLE,       /* "Unusable memory" */
	FW_PMEM,           /* "Persistent Memory" */
	FW_PRAM,           /* "Persistent Memory (legacy)" */
	FW_SOFT_RESERVED,  /* "Soft Reserved" */
	FW_DEVICE,         /* a device's registers or window, by name; not part of e820 */
	FW_NOMAP,          /* RAM that must not be mapped (device tree no-map, EFI runtime) */
	FW_OTHER,          /* an e820 type without a name; its number is in depth */
	NR_FW_TYPES
};

#define FW_HOTPLUG 1u /* SRAT hot-pluggable */
#define FW_MIRROR  2u /* EFI MORE_RELIABLE */

struct fw_entry {
	phys_t start;
	phys_t end; /* exclusive */
	enum fw_type type;
	u32 flags;
	const char *name; /* devices: name in /proc/iomem; owned by the description */
	int depth;        /* devices: nesting in the iomem tree; FW_OTHER: e820 type number */
};

/* --- the e820 table -------------------------------------------------------- */

#define E820_TYPE_RAM           1u
#define E820_TYPE_RESERVED      2u
#define E820_TYPE_ACPI          3u
#define E820_TYPE_NVS           4u
#define E820_TYPE_UNUSABLE      5u
#define E820_TYPE_PMEM          7u
#define E820_TYPE_PRAM          12u
#define E820_TYPE_RESERVED_KERN 128u
#define E820_TYPE_SOFT_RESERVED 0xefffffffu

struct e820_entry {
	u64 addr;
	u64 size; /* bytes */
	u32 type; /* E820_TYPE_* or any other number */
};

struct e820_table {
	struct e820_entry *entries; /* in the arena; unsorted until e820_update_table() */
	u32 nr_entries;
	u32 max_entries;            /* the kernel's array size: 128 + 3 * MAX_NUMNODES */
	const struct log_sink *log; /* what the kernel prints goes here; may be NULL */
};

/* An empty table for @max_numnodes nodes. */
void e820_init(struct e820_table *t, struct arena *a, u32 max_numnodes, const struct log_sink *log);
/* A copy of @src's entries (e820_table_firmware, e820_table_kexec). */
void e820_copy(struct e820_table *t, struct arena *a, const struct e820_table *src);

/* E820 number of @e; 0: not part of an e820 map (devices, no-map). */
u32 e820_type_of(const struct fw_entry *e);
/* The firmware type of an e820 number; FW_OTHER where it has no name. */
enum fw_type fw_type_of_e820(u32 e820_type);

/* Append an entry. A full table drops it with the kernel's message. */
void e820_range_add(struct e820_table *t, u64 start, u64 size, u32 type);
/* Change what is @old_type in the range into @new_type. Return: bytes changed. */
u64 e820_range_update(struct e820_table *t, u64 start, u64 size, u32 old_type, u32 new_type);
/* Take what is @old_type (with @check_type, else anything) out of the range. Return: bytes removed. */
u64 e820_range_remove(struct e820_table *t, u64 start, u64 size, u32 old_type, bool check_type);
/*
 * Sort and remove overlaps, the larger type number winning. Return: 0, or -1 when
 * the table was left as it is: fewer than two entries, or one that wraps.
 */
int e820_update_table(struct arena *a, struct e820_table *t);

/* Print as "@who: [mem 0x...-0x...] usable" lines. */
void e820_print_table(const struct e820_table *t, const char *who);
/* "usable", "reserved", "ACPI data" ... as in the boot log. @buf holds 32 bytes. */
const char *e820_print_type(u32 type, char *buf);
/* "System RAM", "Reserved" ... as in /proc/iomem and sysfs. */
const char *e820_type_to_string(u32 type);

/* Is any / all of [start, end) of @type (0: any type)? */
bool e820_mapped_any(const struct e820_table *t, u64 start, u64 end, u32 type);
bool e820_mapped_all(const struct e820_table *t, u64 start, u64 end, u32 type);
/*
 * Highest pfn + 1 of RAM (or ACPI data) below @limit_pfn, cut at @max_arch_pfn;
 * the kernel's "last_pfn". Prints its line.
 */
pfn_t e820_end_of_ram_pfn(const struct e820_table *t, pfn_t limit_pfn, pfn_t max_arch_pfn);

/* How a type appears in /proc/iomem: IORESOURCE_* flags, IORES_DESC_*, and whether it is busy. */
u32 e820_type_to_iomem_flags(u32 type);
int e820_type_to_iores_desc(u32 type);
bool e820_mark_busy(u32 type, u64 start);
/* The boundary (bytes) up to which RAM that ends at @pos is padded with "RAM buffer". */
u64 e820_ram_alignment(u64 pos);

#endif
