/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page migration.
 *
 *   isolate   the folio leaves its LRU list (or its driver lends it): PGF_ISOLATED
 *   unmap     a destination is found for every folio of a batch
 *   move      content and everything that is known of the folio go over
 *   free      the source goes back to the allocator
 *
 * A batch is at most 512 pages. Synchronous migration tries every batch
 * asynchronously first and then what is left one by one. What could not be moved
 * stays on the caller's list, to be put back.
 *
 * Models: mm/migrate.c (6.12.117). Left out: locks that somebody else holds,
 * buffers, swap entries; hugetlb folios are moved like others.
 */
#include "alloc/migrate.h"

#include <string.h>

#include "alloc/folio.h"
#include "alloc/held.h"
#include "alloc/lru.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "zone/buddy.h"

#define NR_MAX_BATCHED_MIGRATION    512
#define NR_MAX_MIGRATE_PAGES_RETRY  10
#define NR_MAX_MIGRATE_ASYNC_RETRY  3
#define NR_MAX_MIGRATE_SYNC_RETRY   (NR_MAX_MIGRATE_PAGES_RETRY - NR_MAX_MIGRATE_ASYNC_RETRY)

static bool is_lru(const struct page *p) { return !(p->info & PGF_MOVABLE_OPS); }

bool folio_is_migratable(const struct mm *mm, page_handle head)
{
	const struct page *p = memmap_page(mm->map, head);

	return page_state(p) == PAGE_ALLOC && (p->info & (PGF_LRU | PGF_MOVABLE_OPS)) && !(p->info & PGF_ISOLATED);
}

/* --- isolating and putting back ------------------------------------------------ */

bool folio_isolate(struct mm *mm, page_handle h)
{
	struct page *p = memmap_page(mm->map, h);
	u64 pages = 1ULL << page_order(p);

	if (!folio_is_migratable(mm, h))
		return false;
	memmap_dirty(mm->map, h);
	if (is_lru(p)) {
		lru_del(mm, h);
		mm->node[mm_zone(mm, memmap_zone(mm->map, h))->nid]
			->vm_stat[p->info & PGF_SWAPBACKED ? NS_nr_isolated_anon : NS_nr_isolated_file] += (s64)pages;
	}
	p->info |= PGF_ISOLATED;
	trace_emit(mm->trace, TRACE_mm_page_isolate, page_to_pfn(mm->map, h), 0, page_order(p), 0, is_lru(p), 0);
	return true;
}

static void unaccount_isolated(struct mm *mm, page_handle h, const struct page *p)
{
	if (is_lru(p))
		mm->node[mm_zone(mm, memmap_zone(mm->map, h))->nid]
			->vm_stat[p->info & PGF_SWAPBACKED ? NS_nr_isolated_anon : NS_nr_isolated_file] -=
			(s64)(1ULL << page_order(p));
}

void folio_putback(struct mm *mm, page_handle h)
{
	struct page *p = memmap_page(mm->map, h);

	memmap_dirty(mm->map, h);
	unaccount_isolated(mm, h, p);
	p->info &= ~(u32)PGF_ISOLATED;
	trace_emit(mm->trace, TRACE_mm_page_putback, page_to_pfn(mm->map, h), 0, page_order(p), 0, is_lru(p), 0);
	if (is_lru(p))
		lru_add(mm, h);
}

void putback_movable_pages(struct mm *mm, struct page_vec *list)
{
	while (list->nr)
		folio_putback(mm, page_vec_pop(list));
}

/* --- one folio -------------------------------------------------------------------- */

/* May the content of @src go now? 0, or the errno of whoever refuses. */
static int may_move(const struct mm *mm, const struct page *src, enum migrate_mode mode)
{
	const struct owner_record *o = owner_get((struct mm *)mm, page_owner_id(src));

	if (!is_lru(src))
		return o ? -o->movable_ops : 0;
	if ((src->info & PGF_WRITEBACK) && mode != MIGRATE_SYNC)
		return -EBUSY;
	if ((src->info & PGF_PINNED) || page_ref(src) > 1)
		return -EAGAIN;
	return 0;
}

/* Everything that is known of @src becomes true of @dst; @src is an anonymous block to be freed. */
static void folio_copy(struct mm *mm, page_handle src, page_handle dst, enum migrate_reason reason)
{
	struct page *s = memmap_page(mm->map, src), *d = memmap_page(mm->map, dst);
	unsigned order = page_order(s);
	u32 flags = s->info & PG_FLAG_MASK & ~(u32)PGF_ISOLATED;

	memmap_dirty(mm->map, dst);
	if (page_owner_id(d) != page_owner_id(s)) {
		if (page_owner_id(d))
			owner_uncharge(mm, page_owner_id(d), order);
		if (page_owner_id(s))
			owner_charge(mm, page_owner_id(s), order);
	}
	d->next = s->next;
	d->prev = s->prev;
	d->ext = s->ext;
	page_stat_mod(mm, src, -1);
	page_stat_set(mm, dst, page_kind(s), flags);
	held_moved(mm, src, dst);
	allocation_note_move(mm, dst, (int)reason);
	memmap_dirty(mm->map, src);
	s->ext = (s->ext & ~0xfffu) | 1;
}

static void source_done(struct mm *mm, page_handle src)
{
	struct page *p = memmap_page(mm->map, src);
	unsigned order = page_order(p);

	unaccount_isolated(mm, src, p);
	free_pages(mm, src, order);
}

/* migrate_folio_move(): 0, -EAGAIN (again later), -EBUSY. */
static int folio_move(struct mm *mm, page_handle src, page_handle dst, enum migrate_mode mode, enum migrate_reason reason)
{
	const struct page *s = memmap_page(mm->map, src);
	bool lru = is_lru(s);
	int rc = may_move(mm, s, mode);

	trace_emit(mm->trace, TRACE_mm_page_migrate, page_to_pfn(mm->map, src), page_to_pfn(mm->map, dst), page_order(s),
		   (u32)mode, lru, rc);
	if (rc) {
		mm->nr_move_refusals++;
		return rc;
	}
	folio_copy(mm, src, dst, reason);
	if (lru)
		lru_add(mm, dst);
	source_done(mm, src);
	return 0;
}

/* --- batches ------------------------------------------------------------------------ */

struct migrate_stats {
	u64 nr_succeeded;
	u64 nr_failed;
	u64 nr_thp_succeeded, nr_thp_failed, nr_thp_split;
};

/* One migrate_pages() call. Lists are in list order: entry 0 is the head. */
struct migration {
	struct mm *mm;
	const struct migrate_target *target;
	enum migrate_reason reason;
	struct migrate_stats stats;
	struct page_vec failed; /* ret_folios */
	struct page_vec split;  /* split_folios */
};

struct pair {
	page_handle src, dst;
};

/* A large folio for which there is no destination is split; its pages are tried later. */
static bool try_split(struct migration *g, page_handle src)
{
	struct mm *mm = g->mm;
	unsigned order = page_order(memmap_page(mm->map, src));

	if (!order || page_kind(memmap_page(mm->map, src)) == KIND_HUGETLB ||
	    (memmap_page(mm->map, src)->info & PGF_PINNED) || page_ref(memmap_page(mm->map, src)) > 1)
		return false;
	page_resize(mm, src, 0);
	for (u32 i = 0; i < 1u << order; i++)
		page_vec_push(mm->arena, &g->split, src + i);
	mm->vm_event[EV_thp_split_page]++;
	g->stats.nr_thp_split++;
	return true;
}

/*
 * First half of a batch: a destination for every folio of @from. Those that got one
 * are in @pairs. 0, or -ENOMEM when destinations ran out (the rest stays in @from).
 */
static int find_targets(struct migration *g, page_handle *from, u32 *nr, struct pair *pairs, u32 *nr_pairs, int *nr_failed)
{
	u32 n = *nr;

	for (u32 i = 0; i < n; i++) {
		page_handle dst = g->target->get(g->mm, from[i], g->target->arg);

		if (dst != NO_PAGE) {
			pairs[*nr_pairs].src = from[i];
			pairs[(*nr_pairs)++].dst = dst;
			continue;
		}
		(*nr_failed)++;
		if (try_split(g, from[i]))
			continue;
		g->stats.nr_failed += 1ULL << page_order(memmap_page(g->mm->map, from[i]));
		memmove(from, from + i, (n - i) * sizeof(*from));
		*nr = n - i;
		return -ENOMEM;
	}
	*nr = 0;
	return 0;
}

static void give_back_target(struct migration *g, page_handle dst) { g->target->put(g->mm, dst, g->target->arg); }

/* Second half: move the pairs; -EAGAIN ones again, @passes times in all. Return: failures. */
static int move_pairs(struct migration *g, struct pair *pairs, u32 *nr_pairs, enum migrate_mode mode, int passes)
{
	int retry = 1, nr_failed = 0;

	for (int pass = 0; pass < passes && retry; pass++) {
		u32 kept = 0;

		retry = 0;
		for (u32 i = 0; i < *nr_pairs; i++) {
			u64 pages = 1ULL << page_order(memmap_page(g->mm->map, pairs[i].src));
			int rc = folio_move(g->mm, pairs[i].src, pairs[i].dst, mode, g->reason);

			if (rc == -EAGAIN) {
				retry++;
				pairs[kept++] = pairs[i];
			} else if (rc) {
				nr_failed++;
				g->stats.nr_failed += pages;
				page_vec_push(g->mm->arena, &g->failed, pairs[i].src);
				give_back_target(g, pairs[i].dst);
			} else {
				g->stats.nr_succeeded += pages;
			}
		}
		*nr_pairs = kept;
	}
	return nr_failed + retry;
}

/* migrate_pages_batch(): what fails is in g->failed; what had no target stays in @from. */
static int migrate_batch(struct migration *g, page_handle *from, u32 *nr, enum migrate_mode mode, int passes)
{
	struct arena *a = g->mm->arena;
	size_t bytes = (*nr + 1) * sizeof(struct pair);
	struct pair *pairs = arena_alloc(a, bytes);
	u32 nr_pairs = 0;
	int nr_failed = 0, rc_saved, rc;

	rc_saved = find_targets(g, from, nr, pairs, &nr_pairs, &nr_failed);
	if (rc_saved && !nr_pairs) {
		arena_free(a, pairs, bytes);
		return rc_saved;
	}
	rc = move_pairs(g, pairs, &nr_pairs, mode, passes);
	rc = rc_saved ? rc_saved : nr_failed + rc;
	for (u32 i = 0; i < nr_pairs; i++) {
		page_vec_push(a, &g->failed, pairs[i].src);
		give_back_target(g, pairs[i].dst);
		g->stats.nr_failed += 1ULL << page_order(memmap_page(g->mm->map, pairs[i].src));
	}
	arena_free(a, pairs, bytes);
	return rc;
}

static void push_all(struct migration *g, struct page_vec *to, const page_handle *h, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		page_vec_push(g->mm->arena, to, h[i]);
}

/* migrate_pages_sync(): asynchronously first, then one by one. */
static int migrate_sync(struct migration *g, page_handle *batch, u32 *nr, enum migrate_mode mode)
{
	struct page_vec ret = g->failed, again;
	u64 failed_before = g->stats.nr_failed;
	int nr_failed = 0, rc;

	memset(&g->failed, 0, sizeof(g->failed));
	rc = migrate_batch(g, batch, nr, MIGRATE_ASYNC, NR_MAX_MIGRATE_ASYNC_RETRY);
	again = g->failed;
	g->failed = ret;
	if (rc < 0) {
		push_all(g, &g->failed, again.h, again.nr);
		page_vec_cleanup(g->mm->arena, &again);
		return rc;
	}
	g->stats.nr_failed = failed_before;
	for (u32 i = 0; i < again.nr; i++) {
		page_handle one = again.h[i];
		u32 left = 1;

		rc = migrate_batch(g, &one, &left, mode, NR_MAX_MIGRATE_SYNC_RETRY);
		if (left)
			page_vec_push(g->mm->arena, &g->failed, one);
		if (rc < 0) {
			/* The rest was not tried: it goes back to the caller's list. */
			push_all(g, &g->failed, again.h + i + 1, again.nr - i - 1);
			page_vec_cleanup(g->mm->arena, &again);
			return rc;
		}
		nr_failed += rc;
	}
	page_vec_cleanup(g->mm->arena, &again);
	return nr_failed;
}

static int migrate_one_batch(struct migration *g, page_handle *batch, u32 *nr, enum migrate_mode mode)
{
	int rc;

	if (mode == MIGRATE_ASYNC)
		rc = migrate_batch(g, batch, nr, mode, NR_MAX_MIGRATE_PAGES_RETRY);
	else
		rc = migrate_sync(g, batch, nr, mode);
	push_all(g, &g->failed, batch, *nr);
	return rc;
}

/* Pages of split folios get one asynchronous try. */
static void migrate_split(struct migration *g)
{
	struct page_vec split = g->split;
	u32 nr = split.nr;

	memset(&g->split, 0, sizeof(g->split));
	if (nr) {
		migrate_batch(g, split.h, &nr, MIGRATE_ASYNC, 1);
		push_all(g, &g->failed, split.h, nr);
	}
	page_vec_cleanup(g->mm->arena, &split);
}

/* Number of entries from the head that make one batch. */
static u32 batch_length(const struct mm *mm, const page_handle *head_first, u32 nr)
{
	u64 pages = 0;
	u32 n = 0;

	while (n < nr && pages < NR_MAX_BATCHED_MIGRATION)
		pages += 1ULL << page_order(memmap_page(mm->map, head_first[n++]));
	return n;
}

static void count_events(struct mm *mm, const struct migrate_stats *s, enum migrate_mode mode, enum migrate_reason reason)
{
	mm->vm_event[EV_pgmigrate_success] += s->nr_succeeded;
	mm->vm_event[EV_pgmigrate_fail] += s->nr_failed;
	mm->vm_event[EV_thp_migration_split] += s->nr_thp_split;
	trace_emit(mm->trace, TRACE_mm_migrate_pages, s->nr_succeeded, s->nr_failed, (u32)mode, (u32)reason, 0, 0);
}

/* Turn a vec (last entry is the head) around, so that entry 0 is the head, and back. */
static void reverse(page_handle *h, u32 nr)
{
	for (u32 i = 0; i < nr / 2; i++) {
		page_handle t = h[i];

		h[i] = h[nr - 1 - i];
		h[nr - 1 - i] = t;
	}
}

int migrate_pages(struct mm *mm, struct page_vec *list, const struct migrate_target *target, enum migrate_mode mode,
		  enum migrate_reason reason, u64 *nr_succeeded)
{
	struct migration g = { .mm = mm, .target = target, .reason = reason };
	u32 at = 0;
	int rc = 0, gathered = 0;

	reverse(list->h, list->nr);
	while (at < list->nr && rc >= 0) {
		u32 n = batch_length(mm, list->h + at, list->nr - at), left = n;

		rc = migrate_one_batch(&g, list->h + at, &left, mode);
		at += n;
		if (rc < 0) {
			gathered = rc;
			push_all(&g, &g.failed, g.split.h, g.split.nr);
			break;
		}
		migrate_split(&g);
		gathered += rc;
	}
	push_all(&g, &g.failed, list->h + at, list->nr - at);
	page_vec_cleanup(mm->arena, list);
	page_vec_cleanup(mm->arena, &g.split);
	*list = g.failed;
	reverse(list->h, list->nr);
	count_events(mm, &g.stats, mode, reason);
	if (nr_succeeded)
		*nr_succeeded = g.stats.nr_succeeded;
	return list->nr ? gathered : 0;
}

/* --- offlining ------------------------------------------------------------------------ */

/* alloc_migration_target(): its argument. */
struct target_control {
	int nid;
	int avoid; /* node that may not serve, NO_NODE: none */
	gfp_t gfp;
};

static page_handle alloc_migration_target(struct mm *mm, page_handle src, void *arg)
{
	const struct target_control *tc = arg;
	const struct page *p = memmap_page(mm->map, src);
	const struct zone *z = mm_zone(mm, memmap_zone(mm->map, src));
	unsigned order = page_order(p);
	gfp_t gfp = tc->gfp | __GFP_COMP;

	if (order)
		gfp = (gfp & ~__GFP_RECLAIM) | GFP_TRANSHUGE;
	if (z->idx == ZONE_HIGHMEM || z->idx == ZONE_MOVABLE)
		gfp |= __GFP_HIGHMEM;
	return alloc_pages_avoiding(mm, gfp, order, tc->nid, page_owner_id(p), tc->avoid);
}

static void free_migration_target(struct mm *mm, page_handle dst, void *arg)
{
	free_pages(mm, dst, page_order(memmap_page(mm->map, dst)));
}

static bool another_node_has_memory(const struct mm *mm, int nid)
{
	for_each_node(mm, n)
		if (n->nid != nid && n->node_present_pages)
			return true;
	return false;
}

static void note_failure(struct migrate_result *res, pfn_t pfn, int err)
{
	if (res->nr_noted == MIGRATE_NOTED_MAX)
		return;
	res->noted[res->nr_noted].pfn = pfn;
	res->noted[res->nr_noted++].err = err;
}

/* Isolate what can be isolated of [@start, @end). */
static void isolate_range(struct mm *mm, pfn_t start, pfn_t end, struct page_vec *list, struct migrate_result *res)
{
	for (pfn_t pfn = start; pfn < end; pfn++) {
		struct page_view v;
		page_handle h;

		memmap_view(mm->map, pfn, &v);
		if (v.state == PAGE_BUDDY || v.state == PAGE_PCP) {
			pfn = v.head + (1ULL << v.order) - 1;
			continue;
		}
		if (v.state != PAGE_ALLOC)
			continue;
		h = memmap_find(mm->map, v.head);
		if (v.flags & PGF_HEAD)
			pfn = v.head + (1ULL << v.order) - 1;
		else if (pfn != v.head)
			continue; /* no reference of its own: folio_try_get() fails */
		if (folio_isolate(mm, h)) {
			page_vec_push(mm->arena, list, h);
			res->nr_isolated++;
		} else {
			note_failure(res, v.head, -EBUSY);
		}
	}
}

void migrate_pages_range(struct mm *mm, pfn_t start, pfn_t end, enum migrate_reason reason, struct migrate_result *res)
{
	struct target_control tc = { .gfp = GFP_USER | __GFP_MOVABLE | __GFP_RETRY_MAYFAIL, .avoid = NO_NODE };
	struct migrate_target target = { alloc_migration_target, free_migration_target, &tc };
	struct page_vec list = { NULL, 0, 0 };
	int rc;

	memset(res, 0, sizeof(*res));
	isolate_range(mm, start, end, &list, res);
	if (!list.nr)
		return;
	tc.nid = mm_zone(mm, memmap_zone(mm->map, list.h[list.nr - 1]))->nid;
	/* Offlining wants to empty the node; a contiguous allocation only wants the range. */
	if (reason != MR_CONTIG_RANGE && another_node_has_memory(mm, tc.nid))
		tc.avoid = tc.nid;
	rc = migrate_pages(mm, &list, &target, MIGRATE_SYNC, reason, &res->nr_succeeded);
	res->nr_failed = list.nr;
	for (u32 i = list.nr; i-- > 0;)
		note_failure(res, page_to_pfn(mm->map, list.h[i]), rc);
	putback_movable_pages(mm, &list);
	page_vec_cleanup(mm->arena, &list);
}
