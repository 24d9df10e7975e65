/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The migrate scanner: walks a zone upwards, pageblock by pageblock, and isolates
 * folios that can move, 32 pages at a time.
 *
 * Models: mm/compaction.c isolate_migratepages(), isolate_migratepages_block()
 * (6.12.117). Left out: lock contention, memory cgroups, inaccessible mappings.
 */
#include "alloc/compaction_internal.h"

/* One call of isolate_migratepages_block(). */
struct block_scan {
	struct compact_control *cc;
	pfn_t start_pfn;
	pfn_t low_pfn;
	pfn_t end_pfn;
	pfn_t next_skip_pfn;
	pfn_t valid_pfn;       /* page that stands for the pageblock, or NO_PFN */
	bool skip_on_failure;  /* direct async: a block with one obstacle is of no use */
	bool skip_updated;
	u64 nr_scanned;
	u64 nr_isolated;
};

bool pageblock_in_compaction(const struct compact_control *cc, pfn_t start, pfn_t end)
{
	const struct memmap *map = cc->mm->map;
	const struct memmap_range *a = memmap_range_of(map, start), *b;

	if (a && a->zone == ZONE_NR(cc->zone->nid, cc->zone->idx) && !a->device && a->end >= end)
		return a->state != PAGE_OFFLINE;
	b = memmap_range_of(map, end - 1);
	if (!a || !b || a->device || a->state == PAGE_OFFLINE)
		return false;
	return a->zone == ZONE_NR(cc->zone->nid, cc->zone->idx) && b->zone == a->zone;
}

bool isolation_suitable(const struct compact_control *cc, pfn_t pfn)
{
	return cc->ignore_skip_hint || !pageblock_skip(cc->mm->map, pfn);
}

bool pageblock_skip_persistent(const struct mm *mm, pfn_t pfn)
{
	struct page_view v;

	memmap_view(mm->map, pfn, &v);
	return v.state == PAGE_ALLOC && (v.flags & PGF_HEAD) && v.order >= mm->map->pb_order;
}

void update_cached_migrate(struct compact_control *cc, pfn_t pfn)
{
	struct zone *z = cc->zone;

	if (cc->no_set_skip_hint)
		return;
	pfn = pb_end(cc->mm, pfn);
	if (pfn > z->compact_cached_migrate_pfn[0])
		z->compact_cached_migrate_pfn[0] = pfn;
	if (cc->mode != MIGRATE_ASYNC && pfn > z->compact_cached_migrate_pfn[1])
		z->compact_cached_migrate_pfn[1] = pfn;
}

/* More than half of the node's LRU pages are out already. */
static bool too_many_isolated(const struct compact_control *cc)
{
	const s64 *s = cc->mm->node[cc->zone->nid]->vm_stat;
	s64 inactive = s[NS_nr_inactive_file] + s[NS_nr_inactive_anon];
	s64 active = s[NS_nr_active_file] + s[NS_nr_active_anon];
	s64 isolated = s[NS_nr_isolated_file] + s[NS_nr_isolated_anon];

	if (cc->gfp & __GFP_FS) {
		inactive >>= 3;
		active >>= 3;
	}
	return isolated > (inactive + active) / 2;
}

static bool skip_isolation_on_order(const struct compact_control *cc, unsigned order)
{
	if (cc->order != -1 && (int)order >= cc->order)
		return true;
	return order >= cc->mm->map->pb_order;
}

static void skip_pages(struct block_scan *s, u64 pages)
{
	s->low_pfn += pages - 1;
	s->nr_scanned += pages - 1;
}

/* May an LRU folio be taken in this mode? */
static bool lru_suitable(const struct compact_control *cc, const struct page_view *v)
{
	bool file = !(v->flags & PGF_SWAPBACKED);

	if (!(cc->gfp & __GFP_FS) && file)
		return false;
	if (!cc->mm->vm.compact_unevictable_allowed && (v->flags & PGF_UNEVICTABLE))
		return false;
	if (cc->mode != MIGRATE_SYNC && (v->flags & PGF_WRITEBACK))
		return false;
	/* A pinned anonymous folio has more references than mappings. */
	return !(v->flags & PGF_PINNED) || file;
}

enum scan_step { STEP_NEXT, STEP_FAIL, STEP_DONE, STEP_ABORT };

/* The first LRU folio of a pageblock marks it as scanned; a block that was marked already is left. */
static bool mark_scanned(struct block_scan *s)
{
	struct compact_control *cc = s->cc;
	bool skip;

	if (s->skip_updated || s->valid_pfn == NO_PFN)
		return false;
	s->skip_updated = true;
	if (cc->ignore_skip_hint)
		return false;
	skip = pageblock_skip(cc->mm->map, s->valid_pfn);
	if (!skip && !cc->no_set_skip_hint)
		pageblock_set_skip(cc->mm->map, s->valid_pfn, true);
	return skip && !cc->finish_pageblock;
}

static enum scan_step take_folio(struct block_scan *s, page_handle h, unsigned order)
{
	struct compact_control *cc = s->cc;

	if (!folio_isolate(cc->mm, h))
		return STEP_FAIL;
	page_vec_push(cc->mm->arena, &cc->migratepages, h);
	if (order)
		s->low_pfn += (1ULL << order) - 1;
	cc->nr_migratepages += 1ULL << order;
	s->nr_isolated += 1ULL << order;
	s->nr_scanned += (1ULL << order) - 1;
	if (cc->nr_migratepages >= COMPACT_CLUSTER_MAX && !cc->finish_pageblock) {
		s->low_pfn++;
		return STEP_DONE;
	}
	return STEP_NEXT;
}

static enum scan_step scan_lru(struct block_scan *s, const struct page_view *v)
{
	if (v->pfn != v->head || !lru_suitable(s->cc, v))
		return STEP_FAIL;
	if (mark_scanned(s)) {
		s->low_pfn = s->end_pfn;
		return STEP_ABORT;
	}
	return take_folio(s, memmap_find(s->cc->mm->map, v->head), v->order);
}

/* Look at the page at low_pfn. */
static enum scan_step scan_page(struct block_scan *s)
{
	struct compact_control *cc = s->cc;
	struct page_view v;

	memmap_view(cc->mm->map, s->low_pfn, &v);
	if (v.state == PAGE_BUDDY) {
		if (v.pfn == v.head)
			skip_pages(s, 1ULL << v.order);
		return STEP_NEXT;
	}
	if (v.state != PAGE_ALLOC)
		return STEP_FAIL;
	if ((v.flags & PGF_HEAD) && v.pfn == v.head && !cc->alloc_contig &&
	    (v.kind == KIND_HUGETLB || skip_isolation_on_order(cc, v.order))) {
		skip_pages(s, 1ULL << v.order);
		return STEP_FAIL;
	}
	if (v.flags & PGF_LRU)
		return scan_lru(s, &v);
	if ((v.flags & PGF_MOVABLE_OPS) && !(v.flags & PGF_ISOLATED) && v.pfn == v.head)
		return take_folio(s, memmap_find(cc->mm->map, v.head), v.order);
	return STEP_FAIL;
}

static pfn_t order_block_end(pfn_t pfn, int order) { return align_up(pfn + 1, 1ULL << order); }

/* An obstacle: in direct async compaction the rest of the block of that order is skipped. */
static void handle_failure(struct block_scan *s)
{
	struct compact_control *cc = s->cc;

	if (!s->skip_on_failure)
		return;
	if (s->nr_isolated) {
		putback_movable_pages(cc->mm, &cc->migratepages);
		cc->nr_migratepages = 0;
		s->nr_isolated = 0;
	}
	if (s->low_pfn < s->next_skip_pfn) {
		s->low_pfn = s->next_skip_pfn - 1;
		s->next_skip_pfn += 1ULL << cc->order;
	}
}

static bool block_start_is_skipped(struct block_scan *s)
{
	struct compact_control *cc = s->cc;

	if (s->valid_pfn != NO_PFN || (!pb_aligned(cc->mm, s->low_pfn) && s->low_pfn != cc->zone->zone_start_pfn))
		return false;
	if (!isolation_suitable(cc, s->low_pfn))
		return true;
	s->valid_pfn = s->low_pfn;
	return false;
}

static void scan_pages(struct block_scan *s)
{
	for (; s->low_pfn < s->end_pfn; s->low_pfn++) {
		enum scan_step step;

		if (s->skip_on_failure && s->low_pfn >= s->next_skip_pfn) {
			if (s->nr_isolated)
				return;
			s->next_skip_pfn = order_block_end(s->low_pfn, s->cc->order);
		}
		s->nr_scanned++;
		if (block_start_is_skipped(s)) {
			s->low_pfn = s->end_pfn;
			return;
		}
		step = scan_page(s);
		if (step == STEP_DONE || step == STEP_ABORT)
			return;
		if (step == STEP_FAIL)
			handle_failure(s);
	}
	if (s->low_pfn > s->end_pfn)
		s->low_pfn = s->end_pfn;
}

/* isolate_migratepages_block(): false when too much is isolated already. */
static bool isolate_block(struct compact_control *cc, pfn_t low_pfn, pfn_t end_pfn)
{
	struct block_scan s = { .cc = cc, .start_pfn = low_pfn, .low_pfn = low_pfn, .end_pfn = end_pfn, .valid_pfn = NO_PFN };

	cc->migrate_pfn = low_pfn;
	/* Nobody else isolates here, so waiting would not help; the kernel's async mode gives up too. */
	if (too_many_isolated(cc) && (cc->nr_migratepages || cc->mode == MIGRATE_ASYNC))
		return false;
	if (cc->direct_compaction && cc->mode == MIGRATE_ASYNC) {
		s.skip_on_failure = true;
		s.next_skip_pfn = order_block_end(low_pfn, cc->order);
	}
	scan_pages(&s);
	if (s.low_pfn == end_pfn && (!s.nr_isolated || cc->finish_pageblock)) {
		if (!cc->no_set_skip_hint && s.valid_pfn != NO_PFN && !s.skip_updated)
			pageblock_set_skip(cc->mm->map, s.valid_pfn, true);
		update_cached_migrate(cc, s.low_pfn);
	}
	trace_emit(cc->mm->trace, TRACE_mm_compaction_isolate_migratepages, low_pfn, s.low_pfn, (u32)s.nr_scanned,
		   (u32)s.nr_isolated, 0, 0);
	cc->total_migrate_scanned += s.nr_scanned;
	cc->mm->vm_event[EV_compact_isolated] += s.nr_isolated;
	cc->migrate_pfn = s.low_pfn;
	return true;
}

static bool suitable_migration_source(const struct compact_control *cc, pfn_t pfn)
{
	unsigned mt;

	if (pageblock_skip_persistent(cc->mm, pfn))
		return false;
	if (cc->mode != MIGRATE_ASYNC || !cc->direct_compaction)
		return true;
	mt = pageblock_mt(cc->mm->map, pfn);
	if (cc->migratetype == MIGRATE_MOVABLE)
		return mt == MIGRATE_MOVABLE || mt == MIGRATE_CMA;
	return (int)mt == cc->migratetype;
}

/* Whole stretches without online memory are left out at once. */
static pfn_t skip_absent(const struct compact_control *cc, pfn_t block_end)
{
	pfn_t next = memmap_next_present(cc->mm->map, block_end, zone_end_pfn(cc->zone));

	return next == NO_PFN ? block_end : min_u64(pb_start(cc->mm, next), cc->free_pfn);
}

enum isolate_result isolate_migratepages(struct compact_control *cc)
{
	const struct mm *mm = cc->mm;
	pfn_t low_pfn = fast_find_migrateblock(cc);
	pfn_t block_start = max_u64(pb_start(mm, low_pfn), cc->zone->zone_start_pfn);
	pfn_t block_end = pb_end(mm, low_pfn);
	bool fast_found = low_pfn != cc->migrate_pfn && !cc->fast_search_fail;

	for (; block_end <= cc->free_pfn; fast_found = false, cc->migrate_pfn = low_pfn = block_start = block_end,
					  block_end += 1ULL << mm->map->pb_order) {
		if (!pageblock_in_compaction(cc, block_start, block_end)) {
			block_end = max_u64(block_end, skip_absent(cc, block_end));
			continue;
		}
		if ((pb_aligned(mm, low_pfn) || low_pfn == cc->zone->zone_start_pfn) && !fast_found &&
		    !isolation_suitable(cc, block_start))
			continue;
		if (!suitable_migration_source(cc, block_start)) {
			update_cached_migrate(cc, block_end);
			continue;
		}
		if (!isolate_block(cc, low_pfn, block_end))
			return ISOLATE_ABORT;
		break;
	}
	return cc->nr_migratepages ? ISOLATE_SUCCESS : ISOLATE_NONE;
}
