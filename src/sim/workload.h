/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workloads: seeded programs that allocate and free, one small step at a time,
 * so that the screen can run them between frames and history can stop anywhere.
 */
#ifndef MM_SIM_WORKLOAD_H
#define MM_SIM_WORKLOAD_H

#include "base/error.h"
#include "base/rng.h"
#include "base/text.h"
#include "alloc/held.h"

struct machine;
struct workload;

#define WORKLOAD_PARAMS 8
#define WORKLOAD_SETS   4

struct workload_param {
	const char *name;
	u64 dflt;
	u64 max;
	const char *help; /* with the unit */
};

struct workload_kind {
	const char *name;
	const char *help;   /* one sentence: what it imitates */
	const char *source; /* the published fragmenter or load that it follows */
	struct workload_param param[WORKLOAD_PARAMS]; /* up to a NULL name */
	void (*start)(struct machine *m, struct workload *w); /* may be NULL */
	void (*step)(struct machine *m, struct workload *w);  /* one operation */
	/* Give back what is not in the sets; may be NULL. Return: blocks freed. */
	u64 (*stop)(struct machine *m, struct workload *w);
};

/* In the arena. */
struct workload {
	const struct workload_kind *kind;
	struct rng rng;
	u64 seed;
	u64 rate;     /* operations per second on the screen; 0: as fast as possible */
	bool running;
	bool started;
	struct workload *next; /* the one before; its memory may still be held */
	u64 param[WORKLOAD_PARAMS];
	u64 steps;    /* done */
	u64 failed;   /* allocations that failed */
	u64 phase;    /* free for the kind's use */
	u64 aux;      /* the same */
	void *own;    /* the same; in the arena */
	struct held_set set[WORKLOAD_SETS];
	owner_id owner[WORKLOAD_SETS];
};

int workload_kind_count(void);
const struct workload_kind *workload_kind_at(int i);
const struct workload_kind *workload_kind_find(const char *name);

/* Make @kind the machine's workload (memory of the one before stays allocated and is named so). */
struct workload *workload_start(struct machine *m, const struct workload_kind *kind, u64 seed);
/* @n steps of the machine's workload; counts operations, does not record. Return: steps done. */
u64 workload_steps(struct machine *m, u64 n);
/* Free everything that the workload holds. Return: blocks freed. */
u64 workload_free_all(struct machine *m, struct workload *w);
int workload_check(struct machine *m, struct text *report);

#endif
