/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making an allocator that is in a recorded state, and telling how one differs
 * from a recorded state.
 */
#ifndef MM_SIM_CONFORM_LOAD_H
#define MM_SIM_CONFORM_LOAD_H

#include "alloc/mm.h"
#include "base/text.h"
#include "sim/state_dump.h"

/*
 * Build nodes, zones, lists, pages and counters of @d in @mm, which is zeroed and
 * in @arena; @map and @trace become its own. @d must stay (its arch is used).
 * What is in use in the record is one page a block: LRU pages as many as the
 * record counts in each pageblock, kernel pages otherwise, reserved pages up to
 * the zone's managed size. Cleaned up by memmap_cleanup(mm->map).
 * 0, or -EINVAL with the obstacle: pages that are free twice, outside their zone ...
 */
int conform_load(struct mm *mm, struct arena *arena, struct memmap *map, struct trace *trace,
		 const struct state_dump *d, struct mm_error *err);

/* First page that differs, for the history of operations; NO_PFN: none does. */
struct conform_diff {
	u32 nr;          /* differences found */
	pfn_t pfn;       /* a page of the first one */
	pfn_t pfn_ours;
};
/* Compare everything that @d says with @mm; one line per difference to @out (may be NULL). */
void conform_compare(struct mm *mm, const struct state_dump *d, struct conform_diff *diff, struct text *out);

#endif
