/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checkpoints of a machine's memory as chains of deltas: see history.h.
 */
#ifndef MM_SIM_CHECKPOINT_H
#define MM_SIM_CHECKPOINT_H

#include "base/types.h"

struct machine;
struct checkpoints;

/* The state now is checkpoint 0 at time 0. NULL: no host memory. */
struct checkpoints *checkpoints_create(struct machine *m);
void checkpoints_destroy(struct checkpoints *c);

/* The state now becomes a checkpoint at @time. 0, or -ENOMEM (nothing changed). */
int checkpoints_take(struct checkpoints *c, u64 time);
/*
 * Taking and dropping one in pieces of some 100 us, for a front that must answer keys in
 * between. From begin until a piece returns false the machine may be read but not changed;
 * whoever wants to change it calls finish first (take, restore and drop do).
 */
int checkpoints_begin(struct checkpoints *c, u64 time);
bool checkpoints_piece(struct checkpoints *c);
void checkpoints_finish(struct checkpoints *c);

enum checkpoints_dropped {
	DROPPED_NONE,  /* none can go, or there is no memory for it */
	DROPPED_INNER,
	DROPPED_LAST,  /* the one that the machine is after: going back becomes slower */
};
/* One checkpoint begins to go, so that the rest are evenly spread; the first one stays. */
enum checkpoints_dropped checkpoints_drop_begin(struct checkpoints *c);
/* Some memory of dropped ones goes back to the host, where all is not within @limit bytes. */
void checkpoints_trim(struct checkpoints *c, size_t limit);
/* Struct pages came into being since the last checkpoint: it is high time for another one. */
bool checkpoints_blind(const struct checkpoints *c);
/* Time of the last checkpoint at or before @time. */
u64 checkpoints_nearest(const struct checkpoints *c, u64 time);
/*
 * Make the machine what it was at checkpoints_nearest(@time). What was not checkpointed is
 * lost. 0, or -ENOMEM: the machine is then at another checkpoint, or, with
 * checkpoints_broken(), as it was.
 */
int checkpoints_restore(struct checkpoints *c, u64 time);
/* Host memory ended while something was saved: nothing can be restored any more. */
bool checkpoints_broken(const struct checkpoints *c);
/* Checkpoints after @time are dropped; the machine does not change. */
void checkpoints_forget_after(struct checkpoints *c, u64 time);

/* Host memory that the last checkpoint took, or takes that is under way. */
size_t checkpoints_last_bytes(const struct checkpoints *c);
u64 checkpoints_count(const struct checkpoints *c);
u64 checkpoints_time(const struct checkpoints *c, u64 index); /* index 0 ... checkpoints_count() - 1, in order */
size_t checkpoints_delta_bytes(const struct checkpoints *c); /* without the copy of the arena */
size_t checkpoints_bytes(const struct checkpoints *c);

#endif
