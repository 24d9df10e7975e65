/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions on a machine's state, for "back until": VALUE OPERATOR NUMBER, e.g.
 * free(order=9)>0, free>1000, unusable(order=9)<500, failed=0.
 */
#ifndef MM_SIM_CONDITION_H
#define MM_SIM_CONDITION_H

#include "base/error.h"
#include "base/types.h"

struct machine;

enum condition_value {
	COND_FREE_PAGES,  /* free: pages in the buddy, all zones */
	COND_FREE_ORDER,  /* free(order=N): blocks of order N and above, all zones */
	COND_UNUSABLE,    /* unusable(order=N): worst zone's unusable index x1000 */
	COND_FAILED       /* failed: allocations of the workload that failed */
};

struct condition {
	enum condition_value value;
	int order;
	char op; /* '<', '>', '=' */
	u64 number;
};

int condition_parse(const char *s, struct condition *out, struct mm_error *err);
/* The number that the condition compares, as it is now. */
u64 condition_value(const struct machine *m, const struct condition *c);
bool condition_holds(const struct machine *m, const struct condition *c);
/*
 * Go back to an earlier moment at which the condition held. The session is probed
 * in 256 steps from now backwards; from the first probe that holds, halving finds
 * an operation after which it stopped to hold. A condition that held only between
 * two probes is not seen. -ENOENT when no probe holds (the machine does not move).
 */
int condition_back(struct machine *m, const struct condition *c, struct mm_error *err);

#endif
