/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recorded kernel's page events drive the machine: the same sizes, the same
 * order, the same lifetimes. What the kernel and the model then did is compared.
 */
#ifndef MM_SIM_TRACE_REPLAY_H
#define MM_SIM_TRACE_REPLAY_H

#include "base/trace_text.h"
#include "alloc/gfp.h"
#include "base/error.h"
#include "base/text.h"

struct machine;

/*
 * GFP flags of an mm_page_alloc line. Names that the model does not know are left
 * out and counted in *@unknown (may be NULL). Without the field: what the
 * migratetype says.
 */
gfp_t trace_line_gfp(const struct trace_line *l, u64 *unknown);

struct replay_summary {
	u64 lines, events[NR_TRACE_LINES]; /* of the trace, by enum trace_line_type */
	u64 same_pfn;        /* allocations that got the kernel's page frame */
	u64 same_place;      /* another one of the same zone */
	u64 elsewhere;       /* in another zone */
	u64 failed;          /* ours failed, the kernel's did not */
	u64 kernel_failed;   /* the kernel's failed: not repeated */
	u64 freed;           /* blocks that we freed */
	u64 unknown_frees;   /* pages that were in use before the trace began */
	u64 reused;          /* the kernel allocated a page that was not freed in the trace: an event was lost */
	u64 too_large;       /* orders that this machine does not have */
	u64 unknown_flags;   /* names of GFP flags passed over */
	u64 held;            /* blocks still in use at the end */
	u64 ours[NR_TRACE_LINES]; /* our events meanwhile: TL_ZONE_LOCKED, TL_EXTFRAG, TL_PCPU_DRAIN */
};

/*
 * Drive @m with the trace in @path. Blocks that are in use at the end stay held, as
 * "trace". 0, or -errno: -ENOENT ..., -EINVAL when no line is a page event.
 */
int trace_replay_file(struct machine *m, const char *path, struct replay_summary *s, struct mm_error *err);
void replay_summary_print(const struct replay_summary *s, struct text *out);

/* Is this a file with page events (as opposed to a script)? -errno when it cannot be read. */
int trace_replay_detect(const char *path, struct mm_error *err);

#endif
