/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware map: what firmware says about the physical address space before
 * the kernel decides anything. One entry per range, as e820, EFI or a device
 * tree's memory nodes give it.
 * Models: arch/x86/kernel/e820.c (types, sanitising), drivers/of/fdt.c.
 */
#ifndef MM_PHYS_FIRMWARE_H
#define MM_PHYS_FIRMWARE_H

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
	int depth;        /* devices: nesting in the iomem tree */
};

#endif
