/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of pages, processes and pools share: commands and what they must say or leave. */
#ifndef MM_TESTS_PAGES_FIXTURE_H
#define MM_TESTS_PAGES_FIXTURE_H

#include "base/rng.h"
#include "sim/machine.h"
#include "sim_fixture.h"

/* Run a command that must work. */
void run(struct machine *m, const char *line);
/* The same; what it prints must contain @words. */
void expect(struct machine *m, const char *line, const char *words);
/* Run a command that must fail with @code, print @words (NULL: anything), and change nothing. */
void refused(struct machine *m, const char *line, int code, const char *words);

/* A node counter, summed over nodes. */
s64 stat_of(struct machine *m, enum node_stat_item item);
u64 event_of(struct machine *m, enum vm_event_item item);
/* Free pages, exactly, with nothing on per-cpu lists. */
u64 free_pages_of(struct machine *m);
/* The pfn of the block allocated last by command. */
pfn_t last_pfn(struct machine *m);

/*
 * Many commands at random, refused or not, with a check every 20; @line writes one.
 * MMVIEW_SEED replaces @seed, MMVIEW_STEPS @steps.
 */
void random_session(struct machine *m, u64 seed, int steps, void (*line)(struct rng *r, char *line, size_t n));

#endif
