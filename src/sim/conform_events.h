/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What else happened on a recorded machine while memory went offline: its own
 * allocations and frees, from trace.txt, done to the model at the same moment.
 */
#ifndef MM_SIM_CONFORM_EVENTS_H
#define MM_SIM_CONFORM_EVENTS_H

#include "alloc/page_alloc.h"
#include "base/text.h"

struct outside_events {
	struct mm *mm;
	const char *at;   /* the rest of trace.txt; not owned */
	struct text *out; /* where differences are told */
	u64 nr_frees, nr_allocs;
	u32 differences;  /* pages that the model does not hold, or hands out elsewhere */
};

/* Do the events up to the first migration (a line that counts destinations, or mm_migrate_pages). */
void outside_events_before_moves(struct outside_events *e);
/* Do all that are left. */
void outside_events_rest(struct outside_events *e);

#endif
