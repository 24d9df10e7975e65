/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct machine: the handle that owns one simulated machine: its arena, the
 * booted system in it, its trace ring, its history.
 */
#ifndef MM_SIM_MACHINE_H
#define MM_SIM_MACHINE_H

#include "base/arena.h"
#include "base/trace.h"
#include "boot/system.h"
#include "sim/command.h"

struct history;
struct workload;

struct machine {
	struct arena *arena;      /* owned */
	struct desc *desc;        /* owned */
	struct trace trace;       /* ring in host memory */
	struct system *sys;       /* in the arena */
	struct sim_state *sim;    /* in the arena: names of allocations, workload, counters */
	struct history *history;  /* owned, host memory; NULL when recording is off */
	bool in_command;
};

/* A block that a user allocated and named. In the arena. */
struct held_block {
	pfn_t pfn;
	u32 order;
	char tag[28];
};

/* What commands keep between calls; undone and redone with everything else. */
struct sim_state {
	struct rng rng;
	struct held_block *held; /* hash by name is not needed: user allocations are few; workloads keep their own */
	u32 nr_held;
	u32 cap_held;
	struct workload *workload; /* running or paused background workload, NULL: none */
	u64 ops;                   /* operations done by commands and workloads */
	u64 nr_commands;
	u32 default_order;
	u32 default_gfp;
	int default_node;
};

/* Boot @desc (taken over, also on failure) up to @upto. NULL and *err on failure. */
struct machine *machine_create(struct desc *desc, enum boot_stage upto, struct mm_error *err);
void machine_destroy(struct machine *m);

/* Run one command line. Output is appended to @out. 0 or -errno with err->msg. */
int machine_command(struct machine *m, const char *line, struct text *out, struct mm_error *err);

/* Every invariant of the whole machine. 0, or -EUCLEAN; *report says what is wrong. */
int machine_verify(struct machine *m, struct text *report);

/* 64-bit hash of the whole model state: equal states, equal hashes. */
u64 machine_hash(struct machine *m);

#endif
