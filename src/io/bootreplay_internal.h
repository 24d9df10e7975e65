/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the bootreplay*.c files only.
 */
#ifndef MM_IO_BOOTREPLAY_INTERNAL_H
#define MM_IO_BOOTREPLAY_INTERNAL_H

#include "io/bootreplay.h"

/* More regions than any kernel has had: such a log is not the log of one boot. */
#define BOOTREPLAY_MAX_REGIONS 16384

/* One replay in progress. */
struct replay {
	const struct bootlog_calls *log;
	struct arena *arena;
	struct memblock mb;
	struct memblock seen;                    /* scratch: what the calls up to the next dump add and reserve */
	struct memblock nomap;                   /* its reserved list: what is marked NOMAP before the next dump */
	size_t next;                             /* index of the call that is being made */
	unsigned long max_memory, max_reserved;  /* array sizes that the log accounts for */
	bool numa_done, handed_over;
	u32 nr_diff;
	struct text *out;
	struct bootreplay_result res;
};

/* Set up r->mb as it was before the first printed call. 0 or -EINVAL. */
int bootreplay_initial_state(struct replay *r, struct mm_error *err);
/* Look from call @from to the next dump: which memory is marked NOMAP on the way. */
void bootreplay_look_ahead(struct replay *r, size_t from);
/* Mark what firmware keeps out of the linear map in [base, base + size), which was just added. */
void bootreplay_mark_nomap(struct replay *r, phys_t base, phys_t size);
/* x86: allocations may now use the whole linear map. */
void bootreplay_linear_map_done(struct replay *r);

#endif
