/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation of given page frames: see contig.h. */
#include "alloc/contig.h"

#include "alloc/held.h"
#include "alloc/internal.h"
#include "alloc/migrate.h"
#include "alloc/oom.h"
#include "alloc/page_isolation.h"
#include "alloc/page_owner.h"
#include "zone/pageblock.h"

#define MIGRATE_TRIES 5

/* --- emptying ------------------------------------------------------------------------ */

static bool is_clean_cache(const struct page_view *v)
{
	return v->state == PAGE_ALLOC && v->kind == KIND_FILE && (v->flags & PGF_LRU) && v->ref == 1 &&
	       !(v->flags & (PGF_DIRTY | PGF_WRITEBACK | PGF_MAPPED | PGF_PINNED | PGF_UNEVICTABLE));
}

/* reclaim_clean_pages_from_list(): what can be read again is not worth moving. */
static void drop_clean_cache(struct mm *mm, pfn_t start, pfn_t end)
{
	for (pfn_t pfn = start; pfn < end;) {
		struct page_view v;

		memmap_view(mm->map, pfn, &v);
		if (is_clean_cache(&v)) {
			free_held_block(mm, memmap_find(mm->map, v.head));
			mm->vm_event[EV_pgsteal_direct] += 1ULL << v.order;
			mm->vm_event[EV_pgsteal_file] += 1ULL << v.order;
		}
		pfn = v.state == PAGE_ALLOC || v.state == PAGE_BUDDY ? v.head + (1ULL << v.order) : pfn + 1;
	}
}

/* isolate_or_dissolve_huge_page(): a huge page that waits in its pool is replaced by a new one elsewhere. */
static void replace_pool_page(struct mm *mm, const struct page_view *v)
{
	const gfp_t gfp =
		GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOWARN | __GFP_THISNODE | __GFP_RETRY_MAYFAIL;
	page_handle old = memmap_find(mm->map, v->head), h;
	struct owner_record *o = owner_get(mm, v->owner);

	h = alloc_pages(mm, gfp, v->order, mm_zone(mm, v->zone)->nid, v->owner);
	if (h == NO_PAGE)
		return;
	page_set_info(mm, h, KIND_HUGETLB, v->flags);
	held_add(mm, o->set, h);
	free_held_block(mm, old);
}

static void replace_pool_pages(struct mm *mm, pfn_t start, pfn_t end)
{
	while (start < end) {
		const struct owner_record *o;
		struct page_view v;

		memmap_view(mm->map, start, &v);
		o = owner_get(mm, v.owner);
		if (v.state == PAGE_ALLOC && v.kind == KIND_HUGETLB && !(v.flags & PGF_MAPPED) && o &&
		    o->set && v.order < mm->arch->max_page_order)
			replace_pool_page(mm, &v);
		start = v.state == PAGE_ALLOC || v.state == PAGE_BUDDY ? v.head + (1ULL << v.order)
								       : start + 1;
	}
}

/* __alloc_contig_migrate_range() */
static void empty_range(struct mm *mm, pfn_t start, pfn_t end)
{
	struct migrate_result res = {.nr_failed = 1};

	drop_clean_cache(mm, start, end);
	replace_pool_pages(mm, start, end);
	for (int i = 0; i < MIGRATE_TRIES && res.nr_failed; i++) {
		migrate_pages_range(mm, start, end, MR_CONTIG_RANGE, &res);
		if (!res.nr_succeeded)
			break;
	}
}

/* --- taking ---------------------------------------------------------------------------- */

/* The page in limbo at @pfn becomes the head of a block. */
static void make_block(struct mm *mm, pfn_t pfn, const struct contig_use *use)
{
	page_handle h = memmap_find(mm->map, pfn);
	u32 info = page_info(PAGE_ALLOC, use->order, gfp_migratetype(use->gfp), use->kind);
	struct page *p = memmap_page(mm->map, h);

	buddy_set_page(mm->map, h, use->order, info | (use->order ? PGF_HEAD : 0), use->owner << 12 | 1);
	p->next = (page_handle)mm->alloc_seq;
	p->prev = use->gfp;
	if (use->owner)
		owner_charge(mm, use->owner, use->order);
}

static void make_blocks(struct mm *mm, pfn_t start, pfn_t end, const struct contig_use *use)
{
	for (; start < end; start += 1ULL << use->order)
		make_block(mm, start, use);
}

/* Pages around the range that came with its blocks go back. */
static void give_back(struct mm *mm, pfn_t start, pfn_t end)
{
	const struct contig_use single = {GFP_KERNEL, 0, KIND_KERNEL, 0};

	make_blocks(mm, start, end, &single);
	free_contig_range(mm, start, end);
}

/* isolate_freepages_range(): every page of it is free and isolated. */
static void take_range(struct mm *mm, struct zone *z, pfn_t start, pfn_t end, const struct contig_use *use)
{
	pfn_t outer_start = start, pfn = start;

	while (pfn < end) {
		struct free_block b;

		buddy_find(mm->map, pfn, &b);
		if (pfn == start)
			outer_start = b.pfn;
		buddy_take(&mm->env, z, &b, true);
		pfn = b.pfn + (1ULL << b.order);
	}
	mm->alloc_seq++;
	make_blocks(mm, start, end, use);
	give_back(mm, outer_start, start);
	give_back(mm, end, pfn);
}

int alloc_contig_range(struct mm *mm, pfn_t start, pfn_t end, enum migratetype mt,
		       const struct contig_use *use, pfn_t *culprit)
{
	struct zone *z = pfn_zone(mm, start);
	int rc;

	*culprit = NO_PFN;
	if (!z)
		return -EBUSY;
	rc = start_isolate_page_range(mm, start, end, mt, 0, culprit);
	if (rc)
		return rc;
	drain_all_pages(mm, z);
	empty_range(mm, start, end);
	rc = test_pages_isolated(mm, start, end, 0, culprit);
	if (!rc)
		take_range(mm, z, start, end, use);
	undo_isolate_page_range(mm, start, end, mt);
	return rc;
}

void free_contig_range(struct mm *mm, pfn_t start, pfn_t end)
{
	while (start < end) {
		page_handle h = memmap_find(mm->map, start);

		start += 1ULL << page_order(memmap_page(mm->map, h));
		free_held_block(mm, h);
	}
}

/* --- looking for a range ---------------------------------------------------------------- */

/* pfn_range_valid_contig(): online pages of the zone, none reserved, no huge page. */
static bool range_is_candidate(const struct mm *mm, const struct zone *z, pfn_t start, pfn_t end)
{
	while (start < end) {
		struct page_view v;

		if (!pfn_is_online(mm, start) || pfn_zone(mm, start) != z)
			return false;
		memmap_view(mm->map, start, &v);
		if (v.state == PAGE_RESERVED || v.state == PAGE_HOLE || v.state == PAGE_OFFLINE ||
		    (v.state == PAGE_ALLOC && v.kind == KIND_HUGETLB))
			return false;
		start = v.state == PAGE_ALLOC || v.state == PAGE_BUDDY ? v.head + (1ULL << v.order)
								       : start + 1;
	}
	return true;
}

pfn_t alloc_contig_pages(struct mm *mm, u64 nr_pages, int nid, const struct contig_use *use)
{
	const struct zonelist *zl = &mm->node[nid]->nofallback;

	for (const struct zoneref *ref = zl->refs; ref < zonelist_end(zl); ref++) {
		struct zone *z = ref->zone;
		pfn_t pfn = align_up(z->zone_start_pfn, nr_pages);

		for (; pfn + nr_pages <= z->zone_start_pfn + z->spanned_pages; pfn += nr_pages) {
			pfn_t culprit;

			if (range_is_candidate(mm, z, pfn, pfn + nr_pages) &&
			    !alloc_contig_range(mm, pfn, pfn + nr_pages, MIGRATE_MOVABLE, use, &culprit))
				return pfn;
		}
	}
	return NO_PFN;
}
