/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Published experiments on fragmentation. Each runs on machines of its own, fresh
 * from boot, so that a result depends on the machine file and the seed alone.
 */
#ifndef MM_SIM_EXPERIMENT_H
#define MM_SIM_EXPERIMENT_H

#include "base/error.h"
#include "base/text.h"
#include "base/types.h"

struct machine;

struct experiment_params {
	u64 seed;
	u64 ops;        /* operations of the load after memory is filled; 0: the experiment's own number */
	u64 iterations; /* of frag */
	/* A machine like the one of the session, fresh from boot. NULL: *err says why. */
	struct machine *(*boot)(void *arg, struct mm_error *err);
	void *arg;
};

/* What was measured, for tests; the meaning of the two is the experiment's. */
struct experiment_result {
	double before, after; /* without and with the policy, or before and after the cure */
};

struct experiment {
	const char *name;
	const char *help;
	const char *source; /* the publication, and what it found */
	int (*run)(const struct experiment_params *p, struct experiment_result *res, struct text *out, struct mm_error *err);
};

int experiment_count(void);
const struct experiment *experiment_at(int i);
const struct experiment *experiment_find(const char *name);

#endif
