/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of everything that `show` and `export` can print: see procfs.h. */
#include "io/procfs.h"

#include <string.h>

static const struct procfs_file files[] = {
	{ "iomem", "who owns which physical addresses (/proc/iomem)", procfs_iomem, BOOT_FIRMWARE },
	{ "memblock", "early memory: what is RAM and what is taken (debugfs memblock)", procfs_memblock,
	  BOOT_MEMBLOCK },
	{ "dmesg", "the kernel's boot messages", procfs_dmesg, BOOT_FIRMWARE },
	{ "zoneinfo", "zones with watermarks and counters (/proc/zoneinfo)", procfs_zoneinfo, BOOT_ZONES },
	{ "buddyinfo", "free blocks per order (/proc/buddyinfo)", procfs_buddyinfo, BOOT_MEM_INIT },
	{ "pagetypeinfo", "free blocks per order and migratetype, pageblocks per type (/proc/pagetypeinfo)",
	  procfs_pagetypeinfo, BOOT_MEM_INIT },
	{ "meminfo", "memory in use, by kind (/proc/meminfo)", procfs_meminfo, BOOT_MEM_INIT },
	{ "vmstat", "all counters and events (/proc/vmstat)", procfs_vmstat, BOOT_MEM_INIT },
	{ "blocks", "memory block devices, their state and zones (lsmem)", procfs_blocks, BOOT_LATE },
	{ "nodes", "nodes with cpus, memory and distances (numactl --hardware)", procfs_nodes, BOOT_NUMA },
	{ "zonelists", "in which order a request tries zones, by node", procfs_zonelists, BOOT_MEM_INIT },
	{ "sections", "runs of sections that have struct pages, by node", procfs_sections, BOOT_ZONES },
	{ "extfrag", "why an order would fail: 0 no memory, 1 fragmentation, -1 it would not (debugfs)",
	  procfs_extfrag, BOOT_MEM_INIT },
	{ "unusable", "part of free memory that is of no use for an order (debugfs)", procfs_unusable,
	  BOOT_MEM_INIT },
};

const struct procfs_file *procfs_at(int i)
{
	return i >= 0 && i < (int)ARRAY_SIZE(files) ? &files[i] : NULL;
}

const struct procfs_file *procfs_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(files[i].name, name))
			return &files[i];
	return NULL;
}
