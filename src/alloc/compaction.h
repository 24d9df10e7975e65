/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compaction: movable pages from the low end of a zone are moved into free pages
 * at its high end, so that large free blocks appear.
 *
 *   zone  [ m . m m . . m . | . . m . . . m . ]
 *           ^ migrate scanner -->   <-- free scanner ^
 *
 * Models: mm/compaction.c (6.12.117).
 */
#ifndef MM_ALLOC_COMPACTION_H
#define MM_ALLOC_COMPACTION_H

#include "alloc/migrate.h"

struct alloc_context; /* alloc/internal.h */

/* In the kernel's order: a larger value wins when several zones were tried. */
enum compact_result {
	COMPACT_NOT_SUITABLE_ZONE,
	COMPACT_SKIPPED,
	COMPACT_DEFERRED,
	COMPACT_NO_SUITABLE_PAGE,
	COMPACT_CONTINUE,
	COMPACT_COMPLETE,
	COMPACT_PARTIAL_SKIPPED,
	COMPACT_CONTENDED,
	COMPACT_SUCCESS,
};

enum compact_priority {
	COMPACT_PRIO_SYNC_FULL,
	MIN_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_FULL,
	COMPACT_PRIO_SYNC_LIGHT,
	MIN_COMPACT_COSTLY_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	DEF_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	COMPACT_PRIO_ASYNC,
	INIT_COMPACT_PRIORITY = COMPACT_PRIO_ASYNC
};

/* try_to_compact_pages(): direct compaction for a request. *capture: a block that fits it, or NO_PAGE. */
enum compact_result try_to_compact_pages(struct mm *mm, struct alloc_context *ac, u32 alloc_flags,
					 enum compact_priority prio, page_handle *capture);
/* compaction_zonelist_suitable(): could reclaim make compaction possible at all? */
bool compaction_zonelist_suitable(struct mm *mm, const struct alloc_context *ac, u32 alloc_flags);
/* compaction_suitable(): enough free order-0 pages in the zone to compact for @order. */
bool compaction_suitable(struct mm *mm, struct zone *z, unsigned order, int highest_zoneidx);
void compaction_defer_reset(struct mm *mm, struct zone *z, unsigned order, bool alloc_success);

/* echo 1 > /proc/sys/vm/compact_memory for one node, or all (NO_NODE). Return: zones compacted. */
int compact_nodes(struct mm *mm, int nid);

/* How one zone's compaction went, for `compact` and for tests: where the scanners stopped. */
struct compact_report {
	struct zone *zone;
	pfn_t migrate_pfn, free_pfn;
	u64 nr_migrated;
	enum compact_result result;
};
/* compact_zone() on the whole zone, MIGRATE_SYNC, skip bits ignored (order -1). */
void compact_zone_full(struct mm *mm, struct zone *z, struct compact_report *out);

/* Proactive compaction: fragmentation_score_node(), and whether kcompactd would start. */
unsigned fragmentation_score_node(const struct mm *mm, const struct node *n);
bool should_proactive_compact_node(const struct mm *mm, const struct node *n);
/* What kcompactd does when it is woken: for an order, or proactively. Return: true when it worked. */
bool kcompactd_run(struct mm *mm, struct node *n);
void wakeup_kcompactd(struct mm *mm, struct node *n, int order, int highest_zoneidx);
/* reset_isolation_suitable(): kswapd goes to sleep, so blocks that gave nothing may be looked at again. */
void reset_skip_hints(struct mm *mm, struct node *n);

#endif
