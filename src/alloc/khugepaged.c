/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collapsing single pages into huge ones: see khugepaged.h. */
#include "alloc/khugepaged.h"

#include "alloc/lru.h"
#include "alloc/oom.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "alloc/page_vec.h"

static bool collapsible(const struct page *p)
{
	return page_kind(p) == KIND_ANON && !page_order(p) && (p->info & PGF_LRU) && page_ref(p) == 1 &&
	       !(p->info & (PGF_PINNED | PGF_MLOCKED));
}

/* The first @want pages that can go into a huge page. False: there are not as many. */
static bool gather(struct mm *mm, const struct process *p, u64 want, struct page_vec *v)
{
	const struct held_set *set = &p->set[PS_ANON];

	for (u32 i = 0; i < set->nr && v->nr < want; i++)
		if (collapsible(memmap_page(mm->map, set->h[i])))
			page_vec_push(mm->arena, v, set->h[i]);
	return v->nr == want;
}

/* Most of the pages lie on one node: the huge page should, too. */
static int target_node(const struct mm *mm, const struct page_vec *v)
{
	u32 best = 0;
	int nid = mm_zone(mm, memmap_zone(mm->map, v->h[0]))->nid;

	for_each_node(mm, n)
	{
		u32 here = 0;

		for (u32 i = 0; i < v->nr; i++)
			here += mm_zone(mm, memmap_zone(mm->map, v->h[i]))->nid == n->nid;
		if (here > best) {
			best = here;
			nid = n->nid;
		}
	}
	return nid;
}

static bool collapse_one(struct mm *mm, struct process *p)
{
	unsigned order = mm->arch->hpage_pmd_order;
	struct page_vec v = {NULL, 0, 0};
	page_handle h = NO_PAGE;
	bool enough = gather(mm, p, 1ULL << order, &v);

	if (enough)
		h = alloc_pages(mm, GFP_TRANSHUGE, order, target_node(mm, &v), p->owner[PS_ANON]);
	page_vec_cleanup(mm->arena, &v);
	if (h == NO_PAGE) {
		mm->vm_event[EV_thp_collapse_alloc_failed] += enough;
		return false;
	}
	/* Compaction for the huge page may have moved some of them. */
	if (!gather(mm, p, 1ULL << order, &v)) {
		free_pages(mm, h, order);
		page_vec_cleanup(mm->arena, &v);
		return false;
	}
	mm->vm_event[EV_thp_collapse_alloc]++;
	while (v.nr)
		free_held_block(mm, page_vec_pop(&v));
	page_vec_cleanup(mm->arena, &v);
	held_add(mm, &p->set[PS_ANON], h);
	page_stat_set(mm, h, KIND_THP, PGF_HEAD | PGF_SWAPBACKED | PGF_UPTODATE | PGF_MAPPED);
	lru_add(mm, h);
	return true;
}

u64 khugepaged_collapse(struct mm *mm, struct process *p, u64 max)
{
	u64 done = 0;

	if (mm->arch->hpage_pmd_order > mm->arch->max_page_order)
		return 0;
	while (done < max && collapse_one(mm, p))
		done++;
	return done;
}
