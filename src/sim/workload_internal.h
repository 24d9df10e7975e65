/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kinds of workload share: taking blocks into numbered sets, giving them
 * back, wandering over the cpus, and how full the machine is.
 */
#ifndef MM_SIM_WORKLOAD_INTERNAL_H
#define MM_SIM_WORKLOAD_INTERNAL_H

#include "alloc/page_alloc.h"
#include "sim/workload.h"

#define GFP_RECLAIMABLE_PAGES (GFP_KERNEL | __GFP_RECLAIMABLE)

/* What set number 0 to 3 holds. */
enum { SET_UNMOVABLE, SET_MOVABLE, SET_RECLAIMABLE, SET_EXTRA };

/* Owner record of set number @set, made on first use with @chain as its call chain. */
owner_id workload_owner(struct machine *m, struct workload *w, int set, const char *chain);
/*
 * Allocate into set number @set, on the running cpu's node or on @nid; failures are
 * counted, not retried. What was asked for as movable can be moved: the set's owner
 * has a migrate callback that works. False: no block.
 */
bool workload_take(struct machine *m, struct workload *w, int set, gfp_t gfp, unsigned order);
bool workload_take_on(struct machine *m, struct workload *w, int set, gfp_t gfp, unsigned order, int nid);
void workload_give_back(struct machine *m, struct workload *w, int set, u32 index);
/* False: the set is empty. */
bool workload_give_back_random(struct machine *m, struct workload *w, int set);
/* Blocks in all sets. */
u64 workload_held(const struct workload *w);
/* Free one of them, whichever; there must be one. */
void workload_free_random(struct machine *m, struct workload *w);
/* Now and then the work moves to another cpu, so that every per-cpu list is used. */
void workload_wander(struct machine *m, struct workload *w);
/* Used part of the memory that ordinary requests may have, percent. */
u64 workload_percent_used(struct machine *m);
/* An order from 0 to @max, each half as likely as the one below. */
unsigned workload_geometric_order(struct workload *w, u64 max);

/* Kinds with files of their own. */
extern const struct workload_kind workload_churn;    /* workload_churn.c */
extern const struct workload_kind workload_fragment; /* workload_fragment.c */
extern const struct workload_kind workload_requests; /* workload_requests.c */

#endif
