/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * numa=fake=: nodes that exist on paper only, cut out of the real ones.
 *
 *   numa=fake=4      4 nodes of equal size, dealt over the real nodes
 *   numa=fake=512M   nodes of at least 512 MiB
 *   numa=fake=2U     each real node in 2 equal parts
 *   numa=fake=2:10,30,30,10     with distances
 *
 * Models: mm/numa_emulation.c (6.12).
 */
#ifndef MM_BOOT_NUMA_EMULATION_H
#define MM_BOOT_NUMA_EMULATION_H

#include "base/arena.h"
#include "base/log.h"
#include "phys/arch.h"
#include "phys/memblock.h"
#include "phys/numa.h"

/* What numa_emulation() needs to know and what it finds. */
struct numa_emulation {
	struct arena *arena;
	const struct arch *arch;
	const struct memblock *mb;
	const struct log_sink *log;
	const bool *parsed;      /* [MAX_NUMNODES] nodes that firmware told */
	u64 max_addr;            /* end of RAM, bytes */
	/* The distance of real nodes @a and @b; NULL: firmware told none. */
	u8 (*distance)(const void *ctx, int a, int b);
	const void *distance_ctx;
	int nr_distance;         /* nodes that the table covers; 0: no table */

	/* Results. */
	int nid_to_phys[MAX_NUMNODES]; /* real node of each emulated one, NO_NODE: does not exist */
	int nr_nodes;                  /* emulated nodes are 0 .. nr_nodes - 1 */
	u8 *node_distance;             /* [nr_nodes * nr_nodes], in the arena */
};

/*
 * Replace the cleaned-up @mi by emulated nodes as @cmdline (what stands behind
 * "fake=") asks. Return: true, and the results are valid; false: no emulation,
 * @mi is as it was, the log says why.
 */
bool numa_emulation(struct numa_emulation *e, struct numa_meminfo *mi, const char *cmdline);

/* The emulated node of a cpu of real node @phys: the first one cut out of it, else 0. */
int numa_emulation_cpu_node(const struct numa_emulation *e, int phys);

#endif
