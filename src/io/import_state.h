/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state that an imported machine was in: after boot its free lists are made
 * to hold exactly the blocks that buddyinfo and pagetypeinfo counted.
 */
#ifndef MM_IO_IMPORT_STATE_H
#define MM_IO_IMPORT_STATE_H

#include "boot/system.h"
#include "zone/zone.h"

/*
 * Take pages (owner "imported") from the booted @sys until each zone that
 * desc->freecount names has exactly these free blocks per order and, where known,
 * per migratetype. Zones that it does not name stay as booted. The same
 * description gives the same machine.
 *
 * A zone of the model may have fewer pages than the counts need, because boot of
 * another kernel took more; then as many are free as fit, and the kernel log says
 * how many lack.
 */
void import_apply_freecounts(struct system *sys);

/* Free blocks of a zone. */
struct free_counts {
	u64 nr[MIGRATE_TYPES][NR_PAGE_ORDERS_MAX];
};

/*
 * Zone @z of a machine that was imported and is in use: its lists get exactly these
 * counts while as few blocks as possible change. *moved grows by the number of blocks
 * that did. The caller folds the counters (refresh_cpu_vm_stats()).
 *
 * Return: free pages that lack because the model has no room for them, else 0.
 */
u64 import_adjust_zone(struct system *sys, struct zone *z, const struct free_counts *c, u64 *moved);
/* What the zone's lists hold now. */
struct free_counts import_counts_of(const struct zone *z);
/* Change types as little as possible so that each order sums up to @sum: what lacks is movable. */
void import_match_sums(struct free_counts *c, const u64 *sum);

#endif
