/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state that an imported machine was in: after boot its free lists are made
 * to hold exactly the blocks that buddyinfo and pagetypeinfo counted.
 */
#ifndef MM_IO_IMPORT_STATE_H
#define MM_IO_IMPORT_STATE_H

#include "alloc/page_alloc.h"
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
/* Pages of desc->run get their uses; free counts may differ from desc->freecount afterwards. */
void import_apply_pages(struct system *sys);
/* Who holds pages of this use after import_apply_pages(). */
owner_id import_use_owner(struct system *sys, enum desc_page_use use);
/* Caches of desc->slab get their slabs and objects; what differs is appended to @out. */
void import_apply_slab(struct system *sys, struct text *out);
/* All of desc's state, in its order: pages, slab caches, free counts. @out: as above. */
void import_apply_state(struct system *sys, struct text *out);

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
/* The same where most lists are right already and pageblock types are guesses: they are regrouped. */
u64 import_settle_zone(struct system *sys, struct zone *z, const struct free_counts *c, u64 *moved);
/* Lists of cpus get the pages of desc->percpu, out of single pages that the kernel uses. */
void import_fill_percpu(struct system *sys, struct zone *z);
/* What the zone's lists hold now. */
struct free_counts import_counts_of(const struct zone *z);
/* Change types as little as possible so that each order sums up to @sum: what lacks is movable. */
void import_match_sums(struct free_counts *c, const u64 *sum);

#endif
