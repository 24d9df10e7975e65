/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compaction of a zone: the loop around the two scanners, when it ends, when it is
 * worth starting, when it is put off.
 *
 * Models: mm/compaction.c (6.12.117). Left out: kcompactd's sleeping time between
 * proactive runs (it acts when it is asked).
 */
#include "alloc/compaction.h"

#include <string.h>

#include "alloc/compaction_internal.h"
#include "alloc/extfrag.h"
#include "zone/pcp.h"

static bool via_compact_memory(const struct compact_control *cc) { return cc->order == -1; }
static int zone_field(const struct zone *z) { return (int)z->idx; }

/* --- putting off -------------------------------------------------------------------- */

static void defer_compaction(struct mm *mm, struct zone *z, int order)
{
	z->compact_considered = 0;
	if (z->compact_defer_shift < COMPACT_MAX_DEFER_SHIFT)
		z->compact_defer_shift++;
	if (order < z->compact_order_failed)
		z->compact_order_failed = order;
	trace_emit(mm->trace, TRACE_mm_compaction_defer_compaction, 0, 0, (u32)z->nid, (u32)zone_field(z), (u32)order, 0);
}

static bool compaction_deferred(struct mm *mm, struct zone *z, int order)
{
	u32 limit = 1u << z->compact_defer_shift;

	if (order < z->compact_order_failed)
		return false;
	if (++z->compact_considered >= limit) {
		z->compact_considered = limit;
		return false;
	}
	trace_emit(mm->trace, TRACE_mm_compaction_deferred, 0, 0, (u32)z->nid, (u32)zone_field(z), (u32)order, 0);
	return true;
}

void compaction_defer_reset(struct mm *mm, struct zone *z, unsigned order, bool alloc_success)
{
	if (alloc_success) {
		z->compact_considered = 0;
		z->compact_defer_shift = 0;
	}
	if ((int)order >= z->compact_order_failed)
		z->compact_order_failed = (int)order + 1;
	trace_emit(mm->trace, TRACE_mm_compaction_defer_reset, 0, 0, (u32)z->nid, (u32)zone_field(z), order, 0);
}

static bool compaction_restarting(const struct zone *z, int order)
{
	return order >= z->compact_order_failed && z->compact_defer_shift == COMPACT_MAX_DEFER_SHIFT &&
	       z->compact_considered >= 1u << z->compact_defer_shift;
}

/* --- skip bits ------------------------------------------------------------------------ */

static void reset_cached_positions(const struct mm *mm, struct zone *z)
{
	z->compact_cached_migrate_pfn[0] = z->zone_start_pfn;
	z->compact_cached_migrate_pfn[1] = z->zone_start_pfn;
	z->compact_cached_free_pfn = pb_start(mm, zone_end_pfn(z) - 1);
}

static bool is_source(const struct page_view *v) { return v->state == PAGE_ALLOC && (v->flags & PGF_LRU); }
static bool is_target(const struct page_view *v) { return v->state == PAGE_BUDDY && v->head == v->pfn; }

/* Does the pageblock of @pfn hold a page worth scanning for? Then its skip bit goes. */
static bool reset_isolation_pfn(struct mm *mm, struct zone *z, pfn_t pfn, bool source, bool target)
{
	struct compact_control cc = { .mm = mm, .zone = z };
	pfn_t start, last;

	if (!pageblock_in_compaction(&cc, pfn, pfn + 1) || pageblock_skip_persistent(mm, pfn))
		return false;
	if (source && target && !pageblock_skip(mm->map, pfn))
		return true;
	if (!source && target && pageblock_mt(mm->map, pfn) != MIGRATE_MOVABLE)
		return false;
	start = max_u64(pb_start(mm, pfn), z->zone_start_pfn);
	if (pageblock_in_compaction(&cc, start, start + 1))
		pfn = start;
	last = min_u64(pb_end(mm, pfn) - 1, zone_end_pfn(z) - 1);
	if (!pageblock_in_compaction(&cc, last, last + 1))
		return false;
	for (; pfn <= last; pfn += 1 << PAGE_ALLOC_COSTLY_ORDER) {
		struct page_view v;

		memmap_view(mm->map, pfn, &v);
		if ((source && is_source(&v)) || (target && is_target(&v))) {
			pageblock_set_skip(mm->map, pfn, false);
			return true;
		}
	}
	return false;
}

static void reset_isolation_suitable(struct mm *mm, struct zone *z)
{
	pfn_t migrate_pfn = z->zone_start_pfn, free_pfn = zone_end_pfn(z) - 1;
	pfn_t reset_migrate = free_pfn, reset_free = migrate_pfn;
	const u64 pb = 1ULL << mm->map->pb_order;
	bool source_set = false, free_set = false;

	if (!z->compact_blockskip_flush)
		return;
	z->compact_blockskip_flush = false;
	for (; migrate_pfn < free_pfn; migrate_pfn += pb, free_pfn -= pb) {
		if (reset_isolation_pfn(mm, z, migrate_pfn, true, source_set) && migrate_pfn < reset_migrate) {
			source_set = true;
			reset_migrate = migrate_pfn;
			z->compact_init_migrate_pfn = reset_migrate;
			z->compact_cached_migrate_pfn[0] = z->compact_cached_migrate_pfn[1] = reset_migrate;
		}
		if (reset_isolation_pfn(mm, z, free_pfn, free_set, true) && free_pfn > reset_free) {
			free_set = true;
			reset_free = free_pfn;
			z->compact_init_free_pfn = reset_free;
			z->compact_cached_free_pfn = reset_free;
		}
	}
	if (reset_migrate >= reset_free) {
		z->compact_cached_migrate_pfn[0] = z->compact_cached_migrate_pfn[1] = migrate_pfn;
		z->compact_cached_free_pfn = free_pfn;
	}
}

void reset_skip_hints(struct mm *mm, struct node *n)
{
	for (int z = 0; z < MAX_NR_ZONES; z++)
		if (populated_zone(&n->zones[z]))
			reset_isolation_suitable(mm, &n->zones[z]);
}

/* --- suitability and proactiveness ------------------------------------------------------ */

/* Room to move things about: twice the request. */
static u64 compact_gap(unsigned order) { return 2ULL << order; }

static bool compaction_suitable_with(struct zone *z, unsigned order, int highest_zoneidx, s64 free)
{
	u64 mark = wmark_pages(z, order > PAGE_ALLOC_COSTLY_ORDER ? WMARK_LOW : WMARK_MIN) + compact_gap(order);

	return zone_watermark_ok_free(z, 0, mark, highest_zoneidx, ALLOC_CMA, free);
}

bool compaction_suitable(struct mm *mm, struct zone *z, unsigned order, int highest_zoneidx)
{
	bool suitable = compaction_suitable_with(z, order, highest_zoneidx, (s64)zone_page_state(z, NR_FREE_PAGES));
	enum compact_result result = suitable ? COMPACT_CONTINUE : COMPACT_SKIPPED;

	if (suitable && order > PAGE_ALLOC_COSTLY_ORDER) {
		int index = fragmentation_index(mm, z, (int)order);

		if (index >= 0 && index <= mm->vm.extfrag_threshold) {
			suitable = false;
			result = COMPACT_NOT_SUITABLE_ZONE;
		}
	}
	trace_emit(mm->trace, TRACE_mm_compaction_suitable, 0, 0, (u32)z->nid, (u32)zone_field(z), order, (int)result);
	return suitable;
}

/* zone_reclaimable_pages() */
static u64 reclaimable_pages(const struct mm *mm, const struct zone *z)
{
	return (u64)max_s64(0, zone_page_state_snapshot(mm, z, NR_ZONE_INACTIVE_FILE) +
				       zone_page_state_snapshot(mm, z, NR_ZONE_ACTIVE_FILE));
}

bool compaction_zonelist_suitable(struct mm *mm, const struct alloc_context *ac, u32 alloc_flags)
{
	for_each_zoneref(ref, ac->zonelist, ac->preferred, ac->highest_zoneidx) {
		u64 available = reclaimable_pages(mm, ref->zone) / (ac->order ? ac->order : 1);

		available += (u64)zone_page_state_snapshot(mm, ref->zone, NR_FREE_PAGES);
		if (compaction_suitable_with(ref->zone, ac->order, ac->highest_zoneidx, (s64)available))
			return true;
	}
	return false;
}

static unsigned hpage_order(const struct mm *mm) { return mm->arch->hpage_pmd_order; }

static unsigned fragmentation_score_zone(const struct mm *mm, const struct zone *z)
{
	return extfrag_for_order(mm, z, (int)hpage_order(mm));
}

unsigned fragmentation_score_node(const struct mm *mm, const struct node *n)
{
	u64 score = 0;

	for (int z = 0; z < MAX_NR_ZONES; z++)
		if (populated_zone(&n->zones[z]))
			score += n->zones[z].present_pages * fragmentation_score_zone(mm, &n->zones[z]) /
				 (n->node_present_pages + 1);
	return (unsigned)score;
}

static unsigned fragmentation_score_wmark(const struct mm *mm, bool low)
{
	int p = 100 - mm->vm.compaction_proactiveness;
	unsigned wmark_low = (unsigned)(p > 5 ? p : 5);

	return low ? wmark_low : (unsigned)min_u64(wmark_low + 10, 100);
}

bool should_proactive_compact_node(const struct mm *mm, const struct node *n)
{
	return mm->vm.compaction_proactiveness && fragmentation_score_node(mm, n) > fragmentation_score_wmark(mm, false);
}

/* --- one zone ----------------------------------------------------------------------------- */

static bool scanners_met(const struct compact_control *cc)
{
	return cc->free_pfn >> cc->mm->map->pb_order <= cc->migrate_pfn >> cc->mm->map->pb_order;
}

/* Is there a block of the order that the request could take, fallbacks included? */
static bool has_suitable_block(const struct compact_control *cc)
{
	for (unsigned o = (unsigned)cc->order; o <= cc->mm->map->max_order; o++) {
		const struct free_area *area = &cc->zone->free_area[o];

		if (area->list[cc->migratetype].nr)
			return true;
		if (cc->migratetype == MIGRATE_MOVABLE && area->list[MIGRATE_CMA].nr)
			return true;
		if (has_claimable_fallback(cc->mm, area, o, (unsigned)cc->migratetype))
			return true;
	}
	return false;
}

static enum compact_result finished(struct compact_control *cc)
{
	struct mm *mm = cc->mm;

	if (scanners_met(cc)) {
		reset_cached_positions(mm, cc->zone);
		if (cc->direct_compaction)
			cc->zone->compact_blockskip_flush = true;
		return cc->whole_zone ? COMPACT_COMPLETE : COMPACT_PARTIAL_SKIPPED;
	}
	if (cc->proactive_compaction)
		return fragmentation_score_zone(mm, cc->zone) > fragmentation_score_wmark(mm, true) ? COMPACT_CONTINUE
												     : COMPACT_SUCCESS;
	if (via_compact_memory(cc) || !pb_aligned(mm, cc->migrate_pfn))
		return COMPACT_CONTINUE;
	return has_suitable_block(cc) ? COMPACT_SUCCESS : COMPACT_NO_SUITABLE_PAGE;
}

static enum compact_result compact_finished(struct compact_control *cc)
{
	enum compact_result r = finished(cc);

	trace_emit(cc->mm->trace, TRACE_mm_compaction_finished, 0, 0, (u32)cc->zone->nid, (u32)zone_field(cc->zone),
		   (u32)cc->order, (int)r);
	return r == COMPACT_NO_SUITABLE_PAGE ? COMPACT_CONTINUE : r;
}

/* Where the scanners start: the ends of the zone, or where the last run stopped. */
static void place_scanners(struct compact_control *cc)
{
	struct zone *z = cc->zone;
	pfn_t start = z->zone_start_pfn, end = zone_end_pfn(z);

	if (cc->whole_zone) {
		cc->migrate_pfn = start;
		cc->free_pfn = pb_start(cc->mm, end - 1);
		return;
	}
	cc->migrate_pfn = z->compact_cached_migrate_pfn[cc->mode != MIGRATE_ASYNC];
	cc->free_pfn = z->compact_cached_free_pfn;
	if (cc->free_pfn < start || cc->free_pfn >= end) {
		cc->free_pfn = pb_start(cc->mm, end - 1);
		z->compact_cached_free_pfn = cc->free_pfn;
	}
	if (cc->migrate_pfn < start || cc->migrate_pfn >= end) {
		cc->migrate_pfn = start;
		z->compact_cached_migrate_pfn[0] = z->compact_cached_migrate_pfn[1] = start;
	}
	if (cc->migrate_pfn <= z->compact_init_migrate_pfn)
		cc->whole_zone = true;
}

static void trace_ends(struct compact_control *cc, enum trace_type type, u32 last)
{
	trace_emit(cc->mm->trace, type, cc->zone->zone_start_pfn, zone_end_pfn(cc->zone), (u32)cc->migrate_pfn,
		   (u32)cc->free_pfn, last, 0);
}

static int migrate_isolated(struct compact_control *cc)
{
	struct migrate_target target = { compaction_alloc, compaction_free, cc };
	u64 nr = cc->nr_migratepages, succeeded = 0;
	int rc = migrate_pages(cc->mm, &cc->migratepages, &target, cc->mode, MR_COMPACTION, &succeeded);

	trace_emit(cc->mm->trace, TRACE_mm_compaction_migratepages, 0, 0, (u32)succeeded, (u32)(nr - succeeded), 0, 0);
	cc->nr_migrated += succeeded;
	cc->nr_migratepages = 0;
	return rc;
}

/* Freed sources wait on per-cpu lists; once a block of the order was passed they are drained, to merge. */
static void check_drain(struct compact_control *cc, pfn_t *last_migrated)
{
	pfn_t block;

	if (cc->order <= 0 || !*last_migrated)
		return;
	block = align_down(cc->migrate_pfn, 1ULL << cc->order);
	if (*last_migrated < block) {
		pcp_drain(&cc->mm->env, cc->zone, cc->mm->cpu);
		*last_migrated = 0;
	}
}

/* What to do after migrate_isolated() failed. */
enum after_failure { AFTER_STOP, AFTER_RESCAN, AFTER_GO_ON };

static enum after_failure after_failure(struct compact_control *cc, int rc, pfn_t *last_migrated)
{
	putback_movable_pages(cc->mm, &cc->migratepages);
	if (rc == -ENOMEM && !scanners_met(cc))
		return AFTER_STOP;
	if (pb_aligned(cc->mm, cc->migrate_pfn) || cc->ignore_skip_hint || cc->finish_pageblock || cc->mode >= MIGRATE_SYNC)
		return AFTER_GO_ON;
	cc->finish_pageblock = true;
	if (cc->order == (int)hpage_order(cc->mm))
		*last_migrated = 0;
	return AFTER_RESCAN;
}

/* One round: isolate, move. Return: COMPACT_CONTINUE, or why it is over. */
static enum compact_result compact_round(struct compact_control *cc, bool *update_cached, pfn_t *last_migrated)
{
	struct zone *z = cc->zone;
	enum after_failure next;
	int rc;

	cc->finish_pageblock = pb_start(cc->mm, *last_migrated) == pb_start(cc->mm, cc->migrate_pfn);
	do {
		switch (isolate_migratepages(cc)) {
		case ISOLATE_ABORT:
			putback_movable_pages(cc->mm, &cc->migratepages);
			cc->nr_migratepages = 0;
			return COMPACT_CONTENDED;
		case ISOLATE_NONE:
			if (*update_cached)
				z->compact_cached_migrate_pfn[1] = z->compact_cached_migrate_pfn[0];
			check_drain(cc, last_migrated);
			return COMPACT_CONTINUE;
		case ISOLATE_SUCCESS:
			*update_cached = false;
			*last_migrated = max_u64(z->zone_start_pfn, pb_start(cc->mm, cc->migrate_pfn - 1));
		}
		rc = migrate_isolated(cc);
		next = rc ? after_failure(cc, rc, last_migrated) : AFTER_GO_ON;
	} while (next == AFTER_RESCAN);
	if (next == AFTER_STOP)
		return COMPACT_CONTENDED;
	if (cc->mm->capture && cc->mm->capture->page != NO_PAGE)
		return COMPACT_SUCCESS;
	check_drain(cc, last_migrated);
	return COMPACT_CONTINUE;
}

static void end_of_zone(struct compact_control *cc, enum compact_result ret)
{
	struct mm *mm = cc->mm;

	if (cc->nr_freepages) {
		pfn_t pfn = pb_start(mm, release_free_list(cc));

		cc->nr_freepages = 0;
		cc->zone->compact_cached_free_pfn = max_u64(cc->zone->compact_cached_free_pfn, pfn);
	}
	mm->vm_event[EV_compact_migrate_scanned] += cc->total_migrate_scanned;
	mm->vm_event[EV_compact_free_scanned] += cc->total_free_scanned;
	trace_ends(cc, TRACE_mm_compaction_end, (u32)ret);
	page_vec_cleanup(mm->arena, &cc->migratepages);
}

static enum compact_result worth_starting(struct compact_control *cc)
{
	struct zone *z = cc->zone;
	u64 mark;

	if (via_compact_memory(cc))
		return COMPACT_CONTINUE;
	mark = wmark_pages(z, cc->alloc_flags & ALLOC_WMARK_MASK);
	if (zone_watermark_ok(cc->mm, z, (unsigned)cc->order, mark, cc->highest_zoneidx, cc->alloc_flags))
		return COMPACT_SUCCESS;
	if (!compaction_suitable(cc->mm, z, (unsigned)cc->order, cc->highest_zoneidx))
		return COMPACT_SKIPPED;
	return COMPACT_CONTINUE;
}

static enum compact_result compact_zone(struct compact_control *cc)
{
	const bool sync = cc->mode != MIGRATE_ASYNC;
	pfn_t last_migrated = 0;
	enum compact_result ret;
	bool update_cached;

	cc->total_migrate_scanned = cc->total_free_scanned = 0;
	cc->nr_migratepages = cc->nr_freepages = cc->nr_migrated = 0;
	memset(cc->freepages, 0, sizeof(cc->freepages));
	memset(&cc->migratepages, 0, sizeof(cc->migratepages));
	cc->migratetype = gfp_migratetype(cc->gfp);
	ret = worth_starting(cc);
	if (ret != COMPACT_CONTINUE)
		return ret;
	if (compaction_restarting(cc->zone, cc->order))
		reset_isolation_suitable(cc->mm, cc->zone);
	cc->fast_start_pfn = 0;
	place_scanners(cc);
	update_cached = !sync && cc->zone->compact_cached_migrate_pfn[0] == cc->zone->compact_cached_migrate_pfn[1];
	trace_ends(cc, TRACE_mm_compaction_begin, sync);
	while ((ret = compact_finished(cc)) == COMPACT_CONTINUE) {
		ret = compact_round(cc, &update_cached, &last_migrated);
		if (ret != COMPACT_CONTINUE)
			break;
	}
	end_of_zone(cc, ret);
	return ret;
}

/* --- who asks ----------------------------------------------------------------------------- */

static enum compact_result compact_zone_order(struct mm *mm, struct zone *z, const struct alloc_context *ac, u32 alloc_flags,
					      enum compact_priority prio, page_handle *capture)
{
	bool full = prio == MIN_COMPACT_PRIORITY;
	struct compact_control cc = {
		.mm = mm, .zone = z, .order = (int)ac->order, .search_order = (s16)ac->order, .gfp = ac->gfp,
		.mode = prio == COMPACT_PRIO_ASYNC ? MIGRATE_ASYNC : MIGRATE_SYNC_LIGHT, .alloc_flags = alloc_flags,
		.highest_zoneidx = ac->highest_zoneidx, .direct_compaction = true, .whole_zone = full,
		.ignore_skip_hint = full, .ignore_block_suitable = full,
	};
	struct capture capc = { .zone = z, .order = ac->order, .migratetype = (int)ac->migratetype, .page = NO_PAGE };
	struct capture *outer = mm->capture;
	enum compact_result ret;

	mm->capture = &capc;
	ret = compact_zone(&cc);
	mm->capture = outer;
	*capture = capc.page;
	return capc.page != NO_PAGE ? COMPACT_SUCCESS : ret;
}

enum compact_result try_to_compact_pages(struct mm *mm, struct alloc_context *ac, u32 alloc_flags,
					 enum compact_priority prio, page_handle *capture)
{
	enum compact_result rc = COMPACT_SKIPPED;

	*capture = NO_PAGE;
	if (!(ac->gfp & __GFP_IO))
		return COMPACT_SKIPPED;
	trace_emit(mm->trace, TRACE_mm_compaction_try_to_compact_pages, 0, 0, ac->order, ac->gfp, (u32)prio, 0);
	for_each_zoneref(ref, ac->zonelist, ac->preferred, ac->highest_zoneidx) {
		struct zone *z = ref->zone;
		enum compact_result status;

		if (prio > MIN_COMPACT_PRIORITY && compaction_deferred(mm, z, (int)ac->order)) {
			rc = rc > COMPACT_DEFERRED ? rc : COMPACT_DEFERRED;
			continue;
		}
		status = compact_zone_order(mm, z, ac, alloc_flags, prio, capture);
		rc = status > rc ? status : rc;
		if (status == COMPACT_SUCCESS) {
			compaction_defer_reset(mm, z, ac->order, false);
			break;
		}
		if (prio != COMPACT_PRIO_ASYNC && (status == COMPACT_COMPLETE || status == COMPACT_PARTIAL_SKIPPED))
			defer_compaction(mm, z, (int)ac->order);
	}
	return rc;
}

static struct compact_control whole_zone_control(struct mm *mm, struct zone *z, bool proactive)
{
	struct compact_control cc = {
		.mm = mm, .zone = z, .order = -1, .mode = proactive ? MIGRATE_SYNC_LIGHT : MIGRATE_SYNC,
		.ignore_skip_hint = true, .whole_zone = true, .gfp = GFP_KERNEL, .proactive_compaction = proactive,
	};

	return cc;
}

void compact_zone_full(struct mm *mm, struct zone *z, struct compact_report *out)
{
	struct compact_control cc = whole_zone_control(mm, z, false);

	out->zone = z;
	out->result = compact_zone(&cc);
	out->migrate_pfn = cc.migrate_pfn;
	out->free_pfn = cc.free_pfn;
	out->nr_migrated = cc.nr_migrated;
}

int compact_nodes(struct mm *mm, int nid)
{
	int zones = 0;

	for_each_node(mm, n) {
		if (nid != NO_NODE && n->nid != nid)
			continue;
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			struct compact_report r;

			if (!populated_zone(&n->zones[z]))
				continue;
			compact_zone_full(mm, &n->zones[z], &r);
			zones++;
		}
	}
	return zones;
}

/* --- kcompactd ------------------------------------------------------------------------------ */

void wakeup_kcompactd(struct mm *mm, struct node *n, int order, int highest_zoneidx)
{
	if (!order)
		return;
	if (!n->kcompactd_max_order || n->kcompactd_highest_zoneidx > highest_zoneidx)
		n->kcompactd_highest_zoneidx = highest_zoneidx;
	if (n->kcompactd_max_order < order)
		n->kcompactd_max_order = order;
	trace_emit(mm->trace, TRACE_mm_compaction_wakeup_kcompactd, 0, 0, (u32)n->nid, (u32)order, (u32)highest_zoneidx, 0);
}

static void kcompactd_zone(struct mm *mm, struct zone *z, int order)
{
	struct compact_control cc = {
		.mm = mm, .zone = z, .order = order, .search_order = (s16)order, .highest_zoneidx = (int)z->idx,
		.mode = MIGRATE_SYNC_LIGHT, .ignore_skip_hint = false, .gfp = GFP_KERNEL, .alloc_flags = ALLOC_WMARK_MIN,
	};
	enum compact_result status;

	if (compaction_deferred(mm, z, order) || worth_starting(&cc) != COMPACT_CONTINUE)
		return;
	status = compact_zone(&cc);
	if (status == COMPACT_SUCCESS)
		compaction_defer_reset(mm, z, (unsigned)order, false);
	else if (status == COMPACT_PARTIAL_SKIPPED || status == COMPACT_COMPLETE) {
		drain_all_pages(mm, z);
		defer_compaction(mm, z, order);
	}
	mm->vm_event[EV_compact_daemon_migrate_scanned] += cc.total_migrate_scanned;
	mm->vm_event[EV_compact_daemon_free_scanned] += cc.total_free_scanned;
}

static void kcompactd_for_order(struct mm *mm, struct node *n)
{
	int order = n->kcompactd_max_order, highest = n->kcompactd_highest_zoneidx;

	trace_emit(mm->trace, TRACE_mm_compaction_kcompactd_wake, 0, 0, (u32)n->nid, (u32)order, (u32)highest, 0);
	mm->vm_event[EV_compact_daemon_wake]++;
	for (int z = 0; z <= highest && z < MAX_NR_ZONES; z++)
		if (populated_zone(&n->zones[z]))
			kcompactd_zone(mm, &n->zones[z], order);
	n->kcompactd_max_order = 0;
}

bool kcompactd_run(struct mm *mm, struct node *n)
{
	if (n->kcompactd_max_order) {
		kcompactd_for_order(mm, n);
		return true;
	}
	if (!should_proactive_compact_node(mm, n))
		return false;
	for (int z = 0; z < MAX_NR_ZONES; z++) {
		struct compact_control cc = whole_zone_control(mm, &n->zones[z], true);

		if (!populated_zone(&n->zones[z]))
			continue;
		compact_zone(&cc);
		mm->vm_event[EV_compact_daemon_migrate_scanned] += cc.total_migrate_scanned;
		mm->vm_event[EV_compact_daemon_free_scanned] += cc.total_free_scanned;
	}
	return true;
}
