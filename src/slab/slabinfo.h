/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/slabinfo, version 2.1: writing ours and reading others'.
 * Models: mm/slab_common.c cache_show(), mm/slub.c get_slabinfo().
 */
#ifndef MM_SLAB_SLABINFO_H
#define MM_SLAB_SLABINFO_H

#include "slab/slub.h"

/* The whole file, newest cache first. */
void slabinfo_print(const struct slab_state *st, struct text *out);

/* One row as somebody's kernel printed it. */
struct slabinfo_row {
	char name[64];
	u64 active_objs;
	u64 num_objs;
	u64 objsize;      /* bytes */
	u64 objperslab;
	u64 pagesperslab;
	u64 limit;        /* 0 with SLUB; the old SLAB had per-cpu arrays of this many objects */
	u64 active_slabs;
	u64 num_slabs;
};

/* Parse one line of @len bytes. 0; 1 for the two header lines and blank ones; -EINVAL: not a slabinfo row. */
int slabinfo_parse(const char *line, size_t len, struct slabinfo_row *row);

#endif
