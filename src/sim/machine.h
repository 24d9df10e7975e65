/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct machine: the handle that owns one simulated machine: its arena, the
 * booted system in it, its trace ring, its history.
 */
#ifndef MM_SIM_MACHINE_H
#define MM_SIM_MACHINE_H

#include "base/arena.h"
#include "alloc/held.h"
#include "base/trace.h"
#include "boot/system.h"

struct history;
struct workload;

struct machine;
/* Runs one line; what history does again goes through it. */
typedef int (*machine_execute_fn)(struct machine *m, const char *line, struct text *out, struct mm_error *err);

struct machine {
	struct arena *arena;      /* owned */
	struct desc *desc;        /* owned */
	struct trace trace;       /* ring in host memory */
	struct system *sys;       /* in the arena */
	struct sim_state *sim;    /* in the arena: names of allocations, workload, counters */
	struct history *history;  /* owned, host memory; NULL when recording is off */
	bool lost;                /* host memory ended in the middle of a change that could not be taken back */
	machine_execute_fn execute; /* the command floor above; it says so before its first line is recorded */
};

/* What commands keep between calls; undone and redone with everything else. */
struct sim_state {
	struct rng rng;
	struct held_set held;      /* blocks that users allocated by command */
	struct workload *workload; /* the current background workload, NULL: none */
	struct alloc_explain last; /* why the last allocation by command went where it did */
	u64 ops;                   /* operations done by commands and workloads */
	u64 next_name;             /* for blocks that the user did not name */
	int cpu;                   /* the cpu that commands run on */
};

/* Boot @desc (taken over, also on failure) up to @upto. NULL and *err on failure. */
struct machine *machine_create(struct desc *desc, enum boot_stage upto, struct mm_error *err);
/* The same without history: no undo, and none of its memory and time. */
struct machine *machine_create_unrecorded(struct desc *desc, enum boot_stage upto, struct mm_error *err);
void machine_destroy(struct machine *m);

/*
 * Switch off and on: the same description boots again, up to @upto, into the
 * same handle; what was done before and the history of it are gone. Pointers
 * into the old machine are dead. On failure the machine stays as it was.
 */
int machine_reboot(struct machine *m, enum boot_stage upto, struct mm_error *err);

/* Run one command line. Output is appended to @out. 0 or -errno with err->msg. */
int machine_command(struct machine *m, const char *line, struct text *out, struct mm_error *err);

/* Every invariant of the whole machine. 0, or -EUCLEAN; *report says what is wrong. */
int machine_verify(struct machine *m, struct text *report);

/* 64-bit hash of the whole model state: equal states, equal hashes. */
u64 machine_hash(struct machine *m);

#endif
