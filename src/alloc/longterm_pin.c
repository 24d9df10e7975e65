/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long-term pins: a page that a device uses for good may not lie where memory is
 * promised to be movable. It is migrated away first.
 *
 * Models: mm/gup.c collect_longterm_unpinnable_folios() and
 * migrate_longterm_unpinnable_folios() of Linux 6.12.
 */
#include "alloc/process.h"

#include "alloc/migrate.h"

/* folio_is_longterm_pinnable() */
static bool is_pinnable(const struct mm *mm, page_handle h)
{
	const struct zone *z = mm_zone(mm, memmap_zone(mm->map, h));

	return z->idx != ZONE_MOVABLE &&
	       get_pageblock_migratetype(mm, page_to_pfn(mm->map, h)) != MIGRATE_CMA;
}

/* Without __GFP_MOVABLE neither ZONE_MOVABLE nor CMA serves. */
static page_handle pinnable_target(struct mm *mm, page_handle src, void *arg)
{
	const struct page *p = memmap_page(mm->map, src);
	gfp_t gfp = GFP_USER | __GFP_NOWARN | __GFP_COMP;

	if (page_order(p))
		gfp |= __GFP_NOMEMALLOC;
	return alloc_pages(mm, gfp, page_order(p), mm_zone(mm, memmap_zone(mm->map, src))->nid,
			   page_owner_id(p));
}

static void unused_target(struct mm *mm, page_handle dst, void *arg)
{
	free_pages(mm, dst, page_order(memmap_page(mm->map, dst)));
}

/* Isolate what has to move among the first @pages pages. Return: pages that cannot even be isolated. */
static u64 collect(struct mm *mm, const struct process *p, u64 pages, struct page_vec *list)
{
	const struct held_set *set = &p->set[PS_ANON];
	u64 seen = 0, stuck = 0;

	for (u32 i = 0; i < set->nr && seen < pages; i++) {
		page_handle h = set->h[i];
		u64 n = 1ULL << page_order(memmap_page(mm->map, h));

		seen += n;
		if (is_pinnable(mm, h))
			continue;
		if (folio_isolate(mm, h))
			page_vec_push(mm->arena, list, h);
		else
			stuck += n;
	}
	return stuck;
}

u64 process_move_out(struct mm *mm, struct process *p, u64 pages, u64 *nr_moved)
{
	const struct migrate_target target = {pinnable_target, unused_target, NULL};
	struct page_vec list = {NULL, 0, 0};
	u64 left = collect(mm, p, pages, &list);

	*nr_moved = 0;
	if (list.nr)
		migrate_pages(mm, &list, &target, MIGRATE_SYNC, MR_LONGTERM_PIN, nr_moved);
	for (u32 i = 0; i < list.nr; i++)
		left += 1ULL << page_order(memmap_page(mm->map, list.h[i]));
	putback_movable_pages(mm, &list);
	page_vec_cleanup(mm->arena, &list);
	return left;
}
