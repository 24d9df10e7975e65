/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machine tells about its memory, in the kernel's own text formats, so
 * that diff and existing tools read it.
 *
 *   procfs_map.c    iomem memblock dmesg blocks nodes zonelists sections
 *   procfs_zone.c   zoneinfo buddyinfo pagetypeinfo extfrag unusable
 *   procfs_stat.c   vmstat meminfo, and the same of one node
 *
 * Models: mm/vmstat.c, fs/proc/meminfo.c, drivers/base/node.c, mm/memblock.c
 * debugfs, lsmem and numactl for what has no file of its own (6.12.117).
 */
#ifndef MM_IO_PROCFS_H
#define MM_IO_PROCFS_H

#include "base/text.h"
#include "boot/system.h"

struct procfs_file {
	const char *name; /* what `show` calls it */
	const char *help; /* one sentence */
	void (*print)(struct system *sys, struct text *out);
	enum boot_stage from; /* it has something to say from this stage on */
};

/* The @i-th file, NULL beyond the last; by name, NULL when there is none. */
const struct procfs_file *procfs_at(int i);
const struct procfs_file *procfs_find(const char *name);

/* --- procfs_map.c ----------------------------------------------------------- */

void procfs_iomem(struct system *sys, struct text *out);
void procfs_memblock(struct system *sys, struct text *out);
void procfs_dmesg(struct system *sys, struct text *out);
void procfs_blocks(struct system *sys, struct text *out);   /* as `lsmem -a` prints it */
void procfs_nodes(struct system *sys, struct text *out);    /* as `numactl --hardware` prints it */
void procfs_zonelists(struct system *sys, struct text *out);
void procfs_sections(struct system *sys, struct text *out); /* runs of present sections */
/* "0-3,5": the numbers below @nr for which @has(ctx, i), as the kernel's %*pbl. */
void procfs_list(struct text *out, int nr, bool (*has)(const void *ctx, int i), const void *ctx);

/* --- procfs_zone.c ---------------------------------------------------------- */

void procfs_zoneinfo(struct system *sys, struct text *out);
void procfs_buddyinfo(struct system *sys, struct text *out);
void procfs_pagetypeinfo(struct system *sys, struct text *out);
void procfs_extfrag(struct system *sys, struct text *out);
void procfs_unusable(struct system *sys, struct text *out);

/* --- procfs_stat.c ---------------------------------------------------------- */

void procfs_vmstat(struct system *sys, struct text *out);
void procfs_meminfo(struct system *sys, struct text *out);
/* sys/devices/system/node/node@nid/{vmstat,meminfo,numastat}. */
void procfs_node_vmstat(struct system *sys, int nid, struct text *out);
void procfs_node_meminfo(struct system *sys, int nid, struct text *out);
void procfs_node_numastat(struct system *sys, int nid, struct text *out);

/* --- procfs_hugetlb.c ------------------------------------------------------- */

/* Pages of the base size in all huge pages. */
u64 procfs_hugetlb_pages(const struct system *sys);
/* The lines HugePages_... of meminfo, and of node @nid's. */
void procfs_hugetlb_meminfo(const struct system *sys, struct text *out);
void procfs_hugetlb_node_meminfo(const struct system *sys, int nid, struct text *out);

/* Which counters this kernel prints: CONFIG options that differ by architecture. */
bool procfs_has_zone_stat(const struct system *sys, int item);
bool procfs_has_node_stat(const struct system *sys, int item);
const char *procfs_zone_stat_name(int item);

#endif
