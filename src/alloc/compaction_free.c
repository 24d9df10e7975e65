/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The free scanner: walks a zone downwards and takes free pages of movable
 * pageblocks off the buddy lists, as destinations. Unused ones go back at the end.
 *
 * Models: mm/compaction.c isolate_freepages(), compaction_alloc(),
 * mm/page_alloc.c __isolate_free_page() (6.12.117).
 */
#include "alloc/compaction_internal.h"

#include "alloc/page_owner.h"
#include "zone/page_list.h"

/* A page in limbo becomes an entry of cc's list of @order. */
static void hold_free(struct compact_control *cc, page_handle h, unsigned order, bool tail)
{
	struct memmap *map = cc->mm->map;

	buddy_set_page(map, h, order, page_info(PAGE_ISOLATED, order, MIGRATE_MOVABLE, 0), 0);
	if (tail)
		page_list_add_tail(map, &cc->freepages[order], h);
	else
		page_list_add(map, &cc->freepages[order], h);
}

/* An entry of cc's lists goes to limbo. */
static void release_held(struct compact_control *cc, page_handle h, unsigned order)
{
	struct memmap *map = cc->mm->map;

	memmap_dirty(map, h);
	psum_sub(map, h, order, page_summary_class(map->pages[h].info));
}

bool isolate_free_page(struct compact_control *cc, pfn_t pfn, unsigned order)
{
	struct mm *mm = cc->mm;
	struct zone *z = cc->zone;
	unsigned mt = pageblock_mt(mm->map, pfn);
	struct free_block b;
	page_handle h;

	if (mt != MIGRATE_ISOLATE &&
	    !zone_watermark_ok(mm, z, 0, z->watermark[WMARK_MIN] + (1ULL << order), 0, ALLOC_CMA))
		return false;
	if (!buddy_find(mm->map, pfn, &b) || b.pfn != pfn || b.order != order)
		return false;
	h = buddy_take(&mm->env, z, &b, true);
	if (order + 1 >= mm->map->pb_order) {
		for (pfn_t p = pfn; p < pfn + (1ULL << order) - 1; p += 1ULL << mm->map->pb_order) {
			unsigned t = pageblock_mt(mm->map, p);

			if (migratetype_is_mergeable(t))
				pageblock_try_move_free(&mm->env, z, p, t, MIGRATE_MOVABLE);
		}
	}
	hold_free(cc, h, order, true);
	cc->nr_freepages += 1ULL << order;
	return true;
}

/* Look at the page at @pfn. Return: pages to go on by in addition to the stride; *taken pages were isolated. */
static u64 scan_free_page(struct compact_control *cc, pfn_t pfn, pfn_t end_pfn, u64 *taken, bool *refused)
{
	struct page_view v;

	*taken = 0;
	memmap_view(cc->mm->map, pfn, &v);
	/* Only a head knows its order: a scan that starts at a tail goes on page by page. */
	if (v.state == PAGE_ALLOC && (v.flags & PGF_HEAD) && v.head == pfn)
		return pfn + (1ULL << v.order) <= end_pfn ? (1ULL << v.order) - 1 : 0;
	if (v.state != PAGE_BUDDY || v.head != pfn)
		return 0;
	if (!isolate_free_page(cc, pfn, v.order)) {
		*refused = true;
		return 0;
	}
	*taken = 1ULL << v.order;
	return *taken - 1;
}

void isolate_freepages_block(struct compact_control *cc, pfn_t *start_pfn, pfn_t end_pfn, unsigned stride)
{
	pfn_t pfn = *start_pfn;
	u64 scanned = 0, total = 0, taken;
	bool refused = false;

	for (; pfn < end_pfn; pfn += stride) {
		u64 extra;

		scanned++;
		extra = scan_free_page(cc, pfn, end_pfn, &taken, &refused);
		if (refused)
			break;
		scanned += extra;
		total += taken;
		if (taken && cc->nr_migratepages <= cc->nr_freepages) {
			pfn += taken;
			break;
		}
		pfn += extra;
	}
	pfn = min_u64(pfn, end_pfn);
	trace_emit(cc->mm->trace, TRACE_mm_compaction_isolate_freepages, *start_pfn, pfn, (u32)scanned, (u32)total, 0, 0);
	*start_pfn = pfn;
	cc->total_free_scanned += scanned;
	cc->mm->vm_event[EV_compact_isolated] += total;
}

bool suitable_migration_target(const struct compact_control *cc, pfn_t pfn)
{
	unsigned order = cc->order > 0 ? (unsigned)cc->order : cc->mm->map->pb_order, mt;
	struct page_view v;

	memmap_view(cc->mm->map, pfn, &v);
	if (v.state == PAGE_BUDDY && v.head == pfn && v.order >= order)
		return false;
	if (cc->ignore_block_suitable)
		return true;
	mt = pageblock_mt(cc->mm->map, pfn);
	return mt == MIGRATE_MOVABLE || mt == MIGRATE_CMA;
}

static void update_pageblock_skip(struct compact_control *cc, pfn_t block, pfn_t pfn)
{
	if (cc->no_set_skip_hint)
		return;
	pageblock_set_skip(cc->mm->map, block, true);
	if (pfn < cc->zone->compact_cached_free_pfn)
		cc->zone->compact_cached_free_pfn = pfn;
}

/* End of the last stretch of memory below @pfn, or 0. */
static pfn_t present_below(const struct compact_control *cc, pfn_t pfn)
{
	const struct memmap *map = cc->mm->map;
	size_t lo = 0, hi = map->nr_ranges;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (map->ranges[mid].start < pfn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && map->ranges[lo - 1].end <= pfn ? map->ranges[lo - 1].end : 0;
}

static void isolate_freepages(struct compact_control *cc)
{
	const struct mm *mm = cc->mm;
	const u64 pb = 1ULL << mm->map->pb_order;
	pfn_t at, block_start, block_end, low_pfn;
	unsigned stride = cc->mode == MIGRATE_ASYNC ? COMPACT_CLUSTER_MAX : 1;

	fast_isolate_freepages(cc);
	if (cc->nr_freepages)
		return;
	at = cc->free_pfn;
	block_start = pb_start(mm, at);
	block_end = min_u64(block_start + pb, zone_end_pfn(cc->zone));
	low_pfn = pb_end(mm, cc->migrate_pfn);
	for (; block_start >= low_pfn; block_end = block_start, block_start -= pb, at = block_start) {
		u64 before = cc->nr_freepages;

		if (!pageblock_in_compaction(cc, block_start, block_end)) {
			pfn_t next = present_below(cc, block_start);

			if (next && next < block_start)
				block_start = max_u64(align_up(next, pb), low_pfn);
			continue;
		}
		if (!suitable_migration_target(cc, block_start) || !isolation_suitable(cc, block_start))
			continue;
		isolate_freepages_block(cc, &at, block_end, stride);
		if (at == block_end)
			update_pageblock_skip(cc, block_start, block_start - pb);
		if (cc->nr_freepages >= cc->nr_migratepages) {
			if (at >= block_end)
				at = block_start - pb;
			break;
		}
		if (at < block_end)
			break;
		stride = cc->nr_freepages > before ? 1 : (unsigned)min_u64(COMPACT_CLUSTER_MAX, stride << 1);
	}
	cc->free_pfn = at;
}

static int first_order_with_pages(const struct compact_control *cc, unsigned order)
{
	for (unsigned o = order; o <= cc->mm->map->max_order; o++)
		if (cc->freepages[o].nr)
			return (int)o;
	return -1;
}

page_handle compaction_alloc(struct mm *mm, page_handle src, void *arg)
{
	struct compact_control *cc = arg;
	const struct page *s = memmap_page(mm->map, src);
	unsigned order = page_order(s), o;
	int found = first_order_with_pages(cc, order);
	page_handle h;

	if (found < 0) {
		isolate_freepages(cc);
		found = first_order_with_pages(cc, order);
		if (found < 0)
			return NO_PAGE;
	}
	h = page_list_pop(mm->map, &cc->freepages[found]);
	release_held(cc, h, (unsigned)found);
	for (o = (unsigned)found; o > order;) {
		o--;
		hold_free(cc, h + (1u << o), o, false);
	}
	buddy_set_page(mm->map, h, order,
		       page_info(PAGE_ALLOC, order, MIGRATE_MOVABLE, page_kind(s)) | (order ? PGF_HEAD : 0), 1);
	cc->nr_freepages -= 1ULL << order;
	cc->nr_migratepages -= 1ULL << order;
	return h;
}

void compaction_free(struct mm *mm, page_handle dst, void *arg)
{
	struct compact_control *cc = arg;
	struct page *p = memmap_page(mm->map, dst);
	unsigned order = page_order(p);

	if (page_owner_id(p))
		owner_uncharge(mm, page_owner_id(p), order);
	release_held(cc, dst, order);
	hold_free(cc, dst, order, false);
	cc->nr_freepages += 1ULL << order;
	cc->nr_migratepages += 1ULL << order;
}

pfn_t release_free_list(struct compact_control *cc)
{
	struct mm *mm = cc->mm;
	pfn_t high = 0;

	for (unsigned o = 0; o <= mm->map->max_order; o++) {
		while (cc->freepages[o].nr) {
			page_handle h = page_list_pop(mm->map, &cc->freepages[o]);

			high = max_u64(high, page_to_pfn(mm->map, h));
			release_held(cc, h, o);
			buddy_set_page(mm->map, h, o, page_info(PAGE_ALLOC, o, MIGRATE_MOVABLE, KIND_MOVABLE), 1);
			free_pages(mm, h, o);
		}
	}
	return high;
}
