/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time travel: a log of what was done, and checkpoints that cost what changed.
 *
 * Time is counted in operations (sim_state.ops): a command is one, each step of
 * a workload is one. Going to time t means: put back the last checkpoint at or
 * before t, then do again what the log says up to t. Commands and seeds decide
 * everything, so the same time is the same state, bit for bit.
 *
 *   log:          alloc ...   run random   step 40000 ............   free ...
 *   time:         1           2            3 ........... 40002       40003
 *   checkpoints:  |0                       |          |         |
 *
 * Between two checkpoints the old content of every changed 4 KiB chunk of the
 * arena and of every changed slot of struct pages is kept (a delta). Applying a
 * delta swaps contents, so the same delta leads back and forth.
 */
#ifndef MM_SIM_HISTORY_H
#define MM_SIM_HISTORY_H

#include "base/error.h"
#include "base/text.h"
#include "base/types.h"

struct machine;
struct history;

/* Start recording with the machine as it is as time 0. NULL: no host memory. */
struct history *history_create(struct machine *m);
void history_destroy(struct history *h);

/* Around a recorded command, or before steps of a workload; nothing happens while history itself replays. */
void history_before(struct machine *m);
void history_before_steps(struct machine *m);
void history_after(struct machine *m, const char *line, int rc);
/* @ops steps of the running workload were done (neighbouring slices become one entry). */
void history_steps(struct machine *m, u64 ops);

/*
 * The machine ran out of host memory inside a command: put back the state before it, or,
 * when memory does not even suffice for that, an earlier one. Without a history the
 * machine is lost (machine.lost). Return: -ENOMEM, with what happened in *err.
 */
int history_rollback(struct machine *m, struct mm_error *err);

/* Go to time @t (0 ... history_end()). 0, or -ERANGE. */
int history_seek(struct machine *m, u64 t, struct mm_error *err);
/* Before / after the last successful command. 0, or -ENOENT when there is none. */
int history_undo(struct machine *m, struct mm_error *err);
int history_redo(struct machine *m, struct mm_error *err);

u64 history_now(const struct machine *m);
u64 history_end(const struct machine *m);

/* Names for moments. 0 or -errno. */
int history_bookmark(struct machine *m, const char *name, struct mm_error *err);
int history_find_bookmark(const struct machine *m, const char *name, u64 *t);

/* The nearest bookmark after (@direction > 0) or before now. 0 with *t, or -ENOENT. */
int history_next_bookmark(const struct machine *m, int direction, u64 *t);

/* The log as a command script that reproduces the session up to now. */
void history_script(const struct machine *m, struct text *out);
/* One line per entry: time, mark of the present, the command. */
void history_list(const struct machine *m, struct text *out);

struct history_stats {
	u64 entries;
	u64 checkpoints;
	u64 bytes;       /* host memory in deltas, log and shadow */
	u64 delta_bytes; /* of which deltas, which are what can be spared */
	u64 limit;       /* that they may have */
	u64 since_checkpoint; /* operations since the last checkpoint at or before now */
};
void history_stats(const struct machine *m, struct history_stats *out);

/*
 * Host memory that deltas may have, bytes. By default it depends on how large the model has
 * become; history_set_limit() fixes it (0: as by default). Above it checkpoints go, and
 * going back does more operations again.
 */
u64 history_limit(const struct machine *m);
void history_set_limit(struct machine *m, u64 bytes);

/* A checkpoint under way (machine_save_piece()) is taken to its end, before something changes. */
void history_settle(struct machine *m);

/* Tests: take a checkpoint every @ops operations instead of by time (0: by time again). */
void history_set_interval(struct machine *m, u64 ops);

#endif
