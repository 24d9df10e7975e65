/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stretch of the trace as steps that one can follow with the eyes: a zone that
 * refuses, a block cut in two, two buddies that become one, a page that moves, a
 * scanner that goes on. Each step has a sentence and pages to light up. Pure:
 * what to show and when is play.c's business.
 */
#ifndef MM_UI_STEPS_H
#define MM_UI_STEPS_H

#include "mmview.h"

#define STEPS_MAX 512

enum step_kind {
	STEP_NOTE,   /* words, and at most one range */
	STEP_REFUSE, /* @a: the zone's pages */
	STEP_SPLIT,  /* @a: half to go on with, @b: half that goes to a free list */
	STEP_TAKE,   /* @a: block that leaves a free list or is handed out */
	STEP_FREE,   /* @a: block that comes back */
	STEP_MERGE,  /* @a: the block, @b: its buddy, of the same order */
	STEP_STOP,   /* @a: the block, @b: the buddy that is not free */
	STEP_SCAN,   /* @a: the migrate scanner's range, @b: the free scanner's; one of them empty */
	STEP_MOVE,   /* @a: from, @b: to */
};

struct step {
	enum step_kind kind;
	bool bad;              /* something was refused */
	bool nothing;          /* of STEP_SCAN: it found nothing */
	struct pfn_range a, b;
	struct pfn_range whole; /* the block that is cut up or grows, of STEP_SPLIT and STEP_MERGE */
	unsigned order;        /* of @a */
	char text[224];
};

/* What the whole stretch did, counted also where it is too long to be shown. */
struct step_totals {
	u64 events, allocs, failed, frees, splits, merges, moves, refused_moves, fallbacks;
};

struct steps {
	int nr;
	struct step step[STEPS_MAX];
	bool cut; /* there were more */
	struct step_totals totals;
};

/*
 * Steps of events [@from, @to). @tries: the last command was an allocation, begin
 * with the zones that refused it.
 */
void steps_collect(const struct machine *m, u64 from, u64 to, bool tries, struct steps *out);
/* "1 200 pages moved, 14 blocks split, 96 merged": what happened, without the steps. */
void steps_summary(const struct step_totals *t, char *buf, size_t n);

#endif
