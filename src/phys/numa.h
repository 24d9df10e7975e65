/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which memory belongs to which node, while the nodes are being found: a list of
 * ranges as SRAT or the device tree gives them, cleaned up and then written into
 * memblock's regions.
 *
 * Models: mm/numa_memblks.c (6.12).
 */
#ifndef MM_PHYS_NUMA_H
#define MM_PHYS_NUMA_H

#include "base/arena.h"
#include "base/log.h"
#include "phys/memblock.h"

#define LOCAL_DISTANCE  10
#define REMOTE_DISTANCE 20

struct numa_memblk {
	u64 start; /* bytes */
	u64 end;   /* exclusive */
	int nid;
};

struct numa_meminfo {
	struct numa_memblk *blk; /* [cap], in the arena */
	u32 nr_blks;
	u32 cap;
};

/* Room for @cap blocks. */
void numa_meminfo_init(struct numa_meminfo *mi, struct arena *a, u32 cap);
/* Append a block; empty ones are ignored. 0, or -EINVAL when it is full. */
int numa_add_memblk(struct numa_meminfo *mi, int nid, u64 start, u64 end, const struct log_sink *log);
/*
 * Trim blocks to what memblock knows as memory, drop those without any, and join
 * blocks of one node that no other node lies between. Prints the kernel's lines.
 * 0, or -EINVAL when two nodes claim the same memory.
 */
int numa_cleanup_meminfo(struct numa_meminfo *mi, const struct memblock *mb, const struct log_sink *log);
/*
 * Give memblock's regions their nodes. Nodes that hold something reserved already
 * lose their HOTPLUG mark: the kernel cannot leave them.
 */
void numa_register_meminfo(const struct numa_meminfo *mi, struct memblock *mb);

#endif
