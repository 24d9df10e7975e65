/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page isolation.
 *
 *   [ M | M | M | M ]   four pageblocks that are to be emptied
 *   [ I | M | M | I ]   the two ends first: something may straddle the borders
 *   [ I | I | I | I ]   then the rest; free pages sit on MIGRATE_ISOLATE lists
 *
 * A pageblock with a page that cannot be moved is refused, and what was isolated
 * so far becomes MIGRATE_MOVABLE again: also what was something else before.
 *
 * In ZONE_MOVABLE everything but reserved pages passes: that it really moves is
 * only seen when migration tries.
 *
 * Models: mm/page_isolation.c (6.12.117). Left out: unaccepted memory.
 */
#include "alloc/page_isolation.h"

#include "zone/buddy.h"
#include "zone/pageblock.h"

struct zone *pfn_zone(const struct mm *mm, pfn_t pfn)
{
	const struct memmap_range *r = memmap_range_of(mm->map, pfn);

	return r && r->zone != ZONE_NONE ? mm_zone(mm, r->zone) : NULL;
}

bool pfn_is_online(const struct mm *mm, pfn_t pfn)
{
	const struct memmap_range *r = memmap_range_of(mm->map, pfn);

	if (r)
		return !r->device && r->zone != ZONE_NONE;
	return memmap_section_present(mm->map, pfn / arch_pages_per_section(mm->arch));
}

/* --- pages in the way -------------------------------------------------------- */

/* An allocated block, asked at @pfn which lies in it at index @idx. Is it movable? */
static bool alloc_is_movable(const struct page *p, pfn_t idx)
{
	if (page_kind(p) == KIND_HUGETLB)
		return true;
	if (p->info & (PGF_LRU | PGF_MOVABLE_OPS))
		return true;
	/* Without __GFP_COMP only the first page has a reference: the others look free. */
	return !(p->info & PGF_HEAD) && idx;
}

/*
 * Look at the block that covers page @h. Return: how many pages from @h on are no
 * obstacle; 0: @h is one.
 */
static u64 movable_run(const struct memmap *map, page_handle h, u32 flags)
{
	page_handle head = memmap_head(map, h);
	const struct page *p = memmap_page(map, head);
	u64 rest = (1ULL << page_order(p)) - (h - head);

	switch (page_state(p)) {
	case PAGE_BUDDY:
	case PAGE_PCP:
		return rest;
	case PAGE_ALLOC:
		return alloc_is_movable(p, h - head) ? rest : 0;
	case PAGE_POISON:
	case PAGE_OFFLINE:
		return flags & MEMORY_OFFLINE ? 1 : 0;
	default:
		return 0;
	}
}

/* The same where nobody touched anything, up to @end. */
static u64 movable_untouched(const struct memmap *map, pfn_t pfn, pfn_t end)
{
	const struct memmap_range *r = memmap_range_of(map, pfn);

	if (!r || (r->state != PAGE_BUDDY && r->state != PAGE_OFFLINE))
		return 0;
	return min_u64(r->end, end) - pfn;
}

/* Nothing but reserved pages and holes is an obstacle in ZONE_MOVABLE. */
static u64 not_reserved_run(const struct memmap *map, page_handle h)
{
	const struct page *p = memmap_page(map, h);

	return page_state(p) == PAGE_RESERVED || page_state(p) == PAGE_HOLE ? 0 : 1ULL << page_order(p);
}

pfn_t has_unmovable_pages(const struct mm *mm, pfn_t start, pfn_t end, enum migratetype mt, u32 flags)
{
	const struct memmap *map = mm->map;
	const struct zone *z = pfn_zone(mm, start);
	bool movable_zone = z && z->idx == ZONE_MOVABLE;
	page_handle h;

	if (pageblock_mt(map, start) == MIGRATE_CMA)
		return mt == MIGRATE_CMA ? NO_PFN : start;
	/* A pageblock lies in one max block: either all of its struct pages exist, or none. */
	h = memmap_find(map, start);
	for (u64 i = 0, n, nr = end - start; i < nr; i += n) {
		if (h == NO_PAGE)
			n = movable_untouched(map, start + i, end);
		else if (movable_zone)
			n = not_reserved_run(map, h + (u32)i);
		else
			n = movable_run(map, h + (u32)i, flags);
		if (!n)
			return start + i;
	}
	return NO_PFN;
}

/* --- one pageblock ------------------------------------------------------------- */

static void trace_type(struct mm *mm, pfn_t pfn, unsigned new_mt, unsigned old_mt)
{
	trace_emit(mm->trace, TRACE_set_migratetype, align_down(pfn, pageblock_pages(mm->map)),
		   pageblock_pages(mm->map), new_mt, old_mt, 0, 0);
}

/* set_migratetype_isolate() for the pageblock of @pfn, looking at [@start, @end) of it. */
static int isolate_pageblock(struct mm *mm, pfn_t pfn, enum migratetype mt, u32 flags, pfn_t start, pfn_t end,
			     pfn_t *culprit)
{
	pfn_t block_end = align_down(pfn, pageblock_pages(mm->map)) + pageblock_pages(mm->map);
	unsigned old = pageblock_mt(mm->map, pfn);
	struct zone *z = pfn_zone(mm, pfn);

	*culprit = NO_PFN;
	if (old == MIGRATE_ISOLATE)
		return -EBUSY;
	*culprit = has_unmovable_pages(mm, max_u64(pfn, start), min_u64(block_end, end), mt, flags);
	if (*culprit != NO_PFN)
		return -EBUSY;
	if (!pageblock_move_isolate(&mm->env, z, pfn, MIGRATE_ISOLATE))
		return -EBUSY;
	z->nr_isolate_pageblock++;
	trace_type(mm, pfn, MIGRATE_ISOLATE, old);
	return 0;
}

/*
 * Is the pageblock at @pfn one free block, smaller than the largest, whose buddy
 * is free too and not isolated? Then the two must merge by hand.
 */
static bool merges_when_freed(const struct mm *mm, pfn_t pfn, struct free_block *b)
{
	struct free_block buddy;

	if (!buddy_find(mm->map, pfn, b) || b->pfn != pfn)
		return false;
	if (b->order < mm->map->pb_order || b->order >= mm->map->max_order)
		return false;
	if (!buddy_find(mm->map, pfn ^ (1ULL << b->order), &buddy))
		return false;
	return buddy.order == b->order && buddy.mt != MIGRATE_ISOLATE &&
	       pfn_zone(mm, buddy.pfn) == pfn_zone(mm, pfn);
}

/* unset_migratetype_isolate() for the pageblock of @pfn. */
static void unisolate_pageblock(struct mm *mm, pfn_t pfn, enum migratetype mt)
{
	struct zone *z = pfn_zone(mm, pfn);
	struct free_block b;

	pfn = align_down(pfn, pageblock_pages(mm->map));
	if (!z || pageblock_mt(mm->map, pfn) != MIGRATE_ISOLATE)
		return;
	if (merges_when_freed(mm, pfn, &b)) {
		page_handle h = buddy_take(&mm->env, z, &b, true);

		pageblock_set_mt(mm->map, pfn, mt);
		buddy_free_one(&mm->env, z, h, b.order, mt, FPI_TO_TAIL);
	} else {
		pageblock_move_isolate(&mm->env, z, pfn, mt);
	}
	z->nr_isolate_pageblock--;
	trace_type(mm, pfn, mt, MIGRATE_ISOLATE);
}

/* --- the range ----------------------------------------------------------------- */

/* Does an allocated compound page that begins in [@pfn, @boundary) reach beyond @boundary? */
static bool compound_straddles(const struct mm *mm, pfn_t pfn, pfn_t boundary)
{
	while (pfn < boundary) {
		struct page_view v;

		memmap_view(mm->map, pfn, &v);
		if (!v.touched)
			return false;
		if (v.state == PAGE_ALLOC && v.flags & PGF_HEAD && v.kind != KIND_HUGETLB &&
		    v.head + (1ULL << v.order) > boundary)
			return true;
		pfn = v.state == PAGE_ALLOC || v.state == PAGE_BUDDY ? v.head + (1ULL << v.order) : pfn + 1;
	}
	return false;
}

/* isolate_single_pageblock(): the pageblock that ends (@before) or starts at @boundary. */
static int isolate_edge(struct mm *mm, pfn_t boundary, bool before, bool isolated, enum migratetype mt,
			u32 flags, pfn_t *culprit)
{
	pfn_t block = before ? boundary - pageblock_pages(mm->map) : boundary;
	struct zone *z = pfn_zone(mm, block);
	int ret;

	*culprit = NO_PFN;
	if (!z)
		return -EBUSY;
	if (!isolated) {
		ret = isolate_pageblock(mm, block, mt, flags, block, block + pageblock_pages(mm->map),
					culprit);
		if (ret)
			return ret;
	}
	if (!pfn_is_online(mm, before ? boundary : boundary - 1))
		return 0;
	if (!compound_straddles(
		    mm, max_u64(align_down(block, memmap_block_pages(mm->map)), z->zone_start_pfn), boundary))
		return 0;
	if (!isolated)
		unisolate_pageblock(mm, block, mt);
	return -EBUSY;
}

int start_isolate_page_range(struct mm *mm, pfn_t start, pfn_t end, enum migratetype mt, u32 flags,
			     pfn_t *culprit)
{
	u64 pb = pageblock_pages(mm->map);
	pfn_t first = align_down(start, pb), last = align_up(end, pb) - pb;
	int ret;

	ret = isolate_edge(mm, first, false, false, mt, flags, culprit);
	if (ret)
		return ret;
	ret = isolate_edge(mm, last + pb, true, first == last, mt, flags, culprit);
	if (ret) {
		unisolate_pageblock(mm, first, mt);
		return ret;
	}
	for (pfn_t pfn = first + pb; pfn < last; pfn += pb) {
		if (!isolate_pageblock(mm, pfn, mt, flags, start, end, culprit))
			continue;
		undo_isolate_page_range(mm, first, pfn, mt);
		unisolate_pageblock(mm, last, mt);
		return -EBUSY;
	}
	return 0;
}

void undo_isolate_page_range(struct mm *mm, pfn_t start, pfn_t end, enum migratetype mt)
{
	u64 pb = pageblock_pages(mm->map);

	for (pfn_t pfn = align_down(start, pb); pfn < align_up(end, pb); pfn += pb)
		unisolate_pageblock(mm, pfn, mt);
}

pfn_t find_unmovable_page(const struct mm *mm, pfn_t start, pfn_t end, u32 flags)
{
	u64 pb = pageblock_pages(mm->map);
	pfn_t bad = has_unmovable_pages(mm, start, start + pb, MIGRATE_MOVABLE, flags);

	if (bad == NO_PFN)
		bad = has_unmovable_pages(mm, end - pb, end, MIGRATE_MOVABLE, flags);
	for (pfn_t pfn = start + pb; bad == NO_PFN && pfn < end - pb; pfn += pb)
		bad = has_unmovable_pages(mm, pfn, pfn + pb, MIGRATE_MOVABLE, flags);
	return bad;
}

int test_pages_isolated(const struct mm *mm, pfn_t start, pfn_t end, u32 flags, pfn_t *culprit)
{
	u64 pb = pageblock_pages(mm->map);

	for (pfn_t pfn = start; pfn < end; pfn += pb) {
		*culprit = pfn;
		if (pageblock_mt(mm->map, pfn) != MIGRATE_ISOLATE)
			return -EBUSY;
	}
	while (start < end) {
		struct free_block b;
		struct page_view v;

		if (buddy_find(mm->map, start, &b)) {
			start = b.pfn + (1ULL << b.order);
			continue;
		}
		memmap_view(mm->map, start, &v);
		*culprit = start;
		if (!(flags & MEMORY_OFFLINE) || (v.state != PAGE_POISON && v.state != PAGE_OFFLINE))
			return -EBUSY;
		start++;
	}
	*culprit = NO_PFN;
	return 0;
}
