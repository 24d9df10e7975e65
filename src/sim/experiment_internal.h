/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the experiments share: a machine of their own, fresh from boot, with the
 * policies under test switched on or off, and a measure.
 */
#ifndef MM_SIM_EXPERIMENT_INTERNAL_H
#define MM_SIM_EXPERIMENT_INTERNAL_H

#include "alloc/held.h"
#include "sim/experiment.h"

enum { UNMOVABLE, MOVABLE, NR_SETS };

/* One run on one machine. */
struct lab {
	struct machine *m;
	struct mm *mm;
	struct rng rng;
	struct held_set set[NR_SETS];
	owner_id owner[NR_SETS];
};

/* Policies under test. */
struct policy {
	bool mobility, nofragment, boost, boost_steal;
};

/* The load; @value and @out get what it measured. */
typedef void (*lab_fn)(struct lab *l, const struct experiment_params *p, double *value, struct text *out);

/* Boot a machine, run @fn on it under @pol, throw it away. 0, or -errno and *err. */
int lab_on_machine(const struct experiment_params *p, const struct policy *pol, lab_fn fn, double *value,
		   struct text *out, struct mm_error *err);

/* Pages of the zones that requests are served from. */
u64 lab_managed_pages(const struct lab *l);

/* The experiment of experiment_fragavoid.c. */
int run_fragavoid(const struct experiment_params *p, struct experiment_result *res, struct text *out,
		  struct mm_error *err);

#endif
