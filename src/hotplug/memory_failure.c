/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Soft and hard offline of single pages.
 *
 *   free page      split off its buddy block; the rest stays free
 *   movable page   soft: migrated first, then taken off as a free page
 *   page cache     clean and not mapped: dropped
 *   user page      hard: unmapped and dropped, with what it held
 *   kernel page    soft: refused; hard: cannot be helped ("Ignored")
 *
 * A poisoned page is never free again. Its memory block counts it and cannot come
 * back online once it was offline.
 *
 * Left out: the signal to processes that map a page which fails hard; the poison mark
 * of pages that stay in use.
 *
 * Models: mm/memory-failure.c soft_offline_page(), memory_failure();
 * mm/page_alloc.c take_page_off_buddy() (6.12).
 */
#include "hotplug/memory_failure.h"

#include <string.h>

#include "alloc/folio.h"
#include "alloc/held.h"
#include "alloc/hugetlb.h"
#include "alloc/lru.h"
#include "alloc/migrate.h"
#include "alloc/page_isolation.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "boot/pools.h"
#include "hotplug/memory_hotplug.h"
#include "zone/pcp.h"

enum failure_result { MF_IGNORED, MF_FAILED, MF_DELAYED, MF_RECOVERED };

static const char *const result_name[] = { "Ignored", "Failed", "Delayed", "Recovered" };

static unsigned long long ull(u64 v) { return v; }

/* --- taking a page out ------------------------------------------------------- */

static void count_poison(struct system *sys, pfn_t pfn)
{
	s64 index = memory_block_index_of(sys, pfn_to_phys(&sys->arch, pfn));
	struct memory_block b;

	sys->hotplug->num_poisoned_pages++;
	if (index < 0 || memory_block_at(sys, (u64)index, &b))
		return;
	b.range.nr_hwpoison++;
	memory_block_set(sys, b.nr, &b.range);
}

/* break_down_buddy_pages(): @h is a block of @order in limbo; all of it but @target is free again. */
static void give_back_rest(struct mm *mm, struct zone *z, page_handle h, unsigned order, page_handle target,
			   unsigned mt)
{
	while (order-- > 0) {
		page_handle upper = h + (1u << order);

		if (target >= upper) {
			buddy_add(&mm->env, z, h, order, mt);
			h = upper;
		} else {
			buddy_add(&mm->env, z, upper, order, mt);
		}
	}
}

/* take_page_off_buddy(): false when @pfn is not free. */
static bool take_page_off_buddy(struct system *sys, pfn_t pfn)
{
	struct mm *mm = &sys->mm;
	struct zone *z = pfn_zone(mm, pfn);
	struct free_block b;
	page_handle h, target;

	if (!buddy_find(mm->map, pfn, &b))
		return false;
	h = buddy_take(&mm->env, z, &b, true);
	target = h + (u32)(pfn - b.pfn);
	give_back_rest(mm, z, h, b.order, target, b.mt);
	buddy_set_page(mm->map, target, 0, page_info(PAGE_POISON, 0, 0, 0), 0);
	count_poison(sys, pfn);
	return true;
}

/* A free page, also one on a per-cpu list: the zone's lists are drained then. */
static bool take_free_page(struct system *sys, pfn_t pfn)
{
	if (take_page_off_buddy(sys, pfn))
		return true;
	drain_all_pages(&sys->mm, pfn_zone(&sys->mm, pfn));
	return take_page_off_buddy(sys, pfn);
}

/* An order-0 page that its holder has let go of, never freed: it is poisoned in place. */
static void poison_in_place(struct system *sys, pfn_t pfn)
{
	struct mm *mm = &sys->mm;
	page_handle h = memmap_find(mm->map, pfn);
	struct page *p = memmap_page(mm->map, h);

	if (p->info & PGF_LRU)
		lru_del(mm, h);
	page_stat_mod(mm, h, -1);
	held_forget(mm, h);
	if (page_owner_id(p))
		owner_uncharge(mm, page_owner_id(p), 0);
	memmap_dirty(mm->map, h);
	psum_sub(mm->map, h, 0, page_summary_class(p->info));
	memset(p, 0, sizeof(*p));
	buddy_set_page(mm->map, h, 0, page_info(PAGE_POISON, 0, 0, 0), 0);
	count_poison(sys, pfn);
}

/* The page that migration has just freed waits on a per-cpu list: taken off alone. */
static bool take_off_pcp(struct system *sys, pfn_t pfn)
{
	struct mm *mm = &sys->mm;
	page_handle h = memmap_find(mm->map, pfn);
	const struct page *p = h == NO_PAGE ? NULL : memmap_page(mm->map, h);
	struct zone *z = pfn_zone(mm, pfn);

	if (!p || page_state(p) != PAGE_PCP || page_order(p))
		return false;
	for (int cpu = 0; cpu < mm->nr_cpus; cpu++) {
		struct free_list *l = &z->pcp[cpu].lists[order_to_pindex(page_mt(p), 0)];

		for_each_page_list(mm->map, l, q) {
			if (q != h)
				continue;
			page_list_del(mm->map, l, h);
			z->pcp[cpu].count--;
			memmap_dirty(mm->map, h);
			psum_sub(mm->map, h, 0, SUM_PCP);
			memset(memmap_page(mm->map, h), 0, sizeof(*p));
			buddy_set_page(mm->map, h, 0, page_info(PAGE_POISON, 0, 0, 0), 0);
			count_poison(sys, pfn);
			return true;
		}
	}
	return false;
}

static bool is_free(const struct page_view *v) { return v->state == PAGE_BUDDY || v->state == PAGE_PCP; }

/* A large folio becomes single pages first. False: somebody holds on to it. */
static bool split_large(struct system *sys, struct page_view *v)
{
	if (!(v->flags & PGF_HEAD))
		return true;
	if (folio_split(&sys->mm, v->pfn, 0, NULL))
		return false;
	memmap_view(&sys->map, v->pfn, v);
	return true;
}

/* dissolve_free_hugetlb_folio(): a huge page of the pool that nobody uses. */
static bool dissolve_hugetlb(struct system *sys, const struct page_view *v)
{
	bool done = hugetlb_dissolve(&sys->mm, system_hugetlb(sys), v->pfn);

	system_hugetlb_count(sys);
	return done;
}

/* --- soft -------------------------------------------------------------------- */

/* Page cache that is clean and not mapped is simply dropped. */
static bool can_invalidate(const struct page_view *v)
{
	return v->kind == KIND_FILE && v->flags & PGF_LRU && v->ref == 1 &&
	       !(v->flags & (PGF_DIRTY | PGF_WRITEBACK | PGF_MAPPED | PGF_PINNED));
}

static int soft_offline_in_use(struct system *sys, struct page_view *v, struct mm_error *err)
{
	struct migrate_result res = { 0 };

	if (!split_large(sys, v)) {
		sys_printk(sys, "Memory failure: 0x%llx: thp split failed", ull(v->pfn));
		return mm_fail(err, -EBUSY, "the huge page around 0x%llx cannot be split", ull(v->pfn));
	}
	if (can_invalidate(v)) {
		sys_printk(sys, "Memory failure: 0x%llx: invalidated", ull(v->pfn));
		poison_in_place(sys, v->pfn);
		return 0;
	}
	migrate_pages_range(&sys->mm, v->pfn, v->pfn + 1, MR_MEMORY_FAILURE, &res);
	if (res.nr_succeeded && (take_off_pcp(sys, v->pfn) || take_free_page(sys, v->pfn)))
		return 0;
	sys_printk(sys, "Memory failure: 0x%llx: page migration failed %d", ull(v->pfn),
		   res.nr_noted ? res.noted[0].err : -EBUSY);
	return mm_fail(err, -EBUSY, "page 0x%llx could not be moved away", ull(v->pfn));
}

int soft_offline_page(struct system *sys, pfn_t pfn, struct mm_error *err)
{
	struct page_view v;
	page_handle h;

	if (!memmap_section_present(&sys->map, pfn / arch_pages_per_section(&sys->arch)))
		return mm_fail(err, -ENXIO, "there is no page 0x%llx", ull(pfn));
	if (!pfn_is_online(&sys->mm, pfn))
		return mm_fail(err, -EIO, "page 0x%llx is not online", ull(pfn));
	memmap_view(&sys->map, pfn, &v);
	if (v.state == PAGE_POISON) {
		sys_printk(sys, "Memory failure: 0x%llx: page already poisoned", ull(pfn));
		return 0;
	}
	trace_emit(sys->trace, TRACE_memory_failure, pfn, 0, v.kind, 0, 0, 0);
	if (v.state == PAGE_ALLOC && v.kind == KIND_HUGETLB && !(v.flags & PGF_MAPPED)) {
		dissolve_hugetlb(sys, &v);
		memmap_view(&sys->map, pfn, &v);
	}
	if (is_free(&v))
		return take_free_page(sys, pfn)
			       ? 0
			       : mm_fail(err, -EBUSY, "page 0x%llx is not free any more", ull(pfn));
	h = memmap_find(&sys->map, v.head);
	if (v.state == PAGE_ALLOC && h != NO_PAGE && folio_is_migratable(&sys->mm, h))
		return soft_offline_in_use(sys, &v, err);
	sys_printk(sys, "Memory failure: 0x%llx: unhandlable page.", ull(pfn));
	return mm_fail(err, -EIO, "page 0x%llx belongs to the kernel and cannot be moved", ull(pfn));
}

/* --- hard -------------------------------------------------------------------- */

static int action_result(struct system *sys, pfn_t pfn, const char *type, enum failure_result r,
			 struct mm_error *err)
{
	sys_printk(sys, "Memory failure: 0x%llx: recovery action for %s: %s", ull(pfn), type, result_name[r]);
	trace_emit(sys->trace, TRACE_memory_failure, pfn, 0, 0, r, 0, 0);
	if (r >= MF_DELAYED)
		return 0;
	return mm_fail(err, -EBUSY, "page 0x%llx (%s): nothing can be done", ull(pfn), type);
}

/* What the kernel calls a page on an LRU list. */
static const char *lru_page_type(const struct page_view *v)
{
	bool dirty = v->flags & PGF_DIRTY;

	if (v->flags & PGF_MLOCKED)
		return dirty ? "dirty mlocked LRU page" : "clean mlocked LRU page";
	if (v->flags & PGF_UNEVICTABLE)
		return dirty ? "dirty unevictable LRU page" : "clean unevictable LRU page";
	return dirty ? "dirty LRU page" : "clean LRU page";
}

/* Unmapped (the processes that map it get SIGBUS), and dropped from the page cache. */
static int lru_page_failed(struct system *sys, struct page_view *v, struct mm_error *err)
{
	if (!split_large(sys, v)) {
		count_poison(sys, v->pfn);
		return action_result(sys, v->pfn, "unsplit thp", MF_FAILED, err);
	}
	if (v->ref > 1 || v->flags & PGF_PINNED) {
		count_poison(sys, v->pfn);
		return action_result(sys, v->pfn, lru_page_type(v), MF_FAILED, err);
	}
	poison_in_place(sys, v->pfn);
	return action_result(sys, v->pfn, lru_page_type(v), MF_RECOVERED, err);
}

static int kernel_page_failed(struct system *sys, const struct page_view *v, struct mm_error *err)
{
	bool tail = v->state == PAGE_ALLOC && v->pfn != v->head && !(v->flags & PGF_HEAD);

	count_poison(sys, v->pfn);
	if (tail)
		return action_result(sys, v->pfn, "high-order kernel page", MF_IGNORED, err);
	sys_printk(sys, "Memory failure: 0x%llx: unhandlable page.", ull(v->pfn));
	return action_result(sys, v->pfn, "get hwpoison page", MF_IGNORED, err);
}

int memory_failure(struct system *sys, pfn_t pfn, struct mm_error *err)
{
	struct page_view v;

	if (!pfn_is_online(&sys->mm, pfn)) {
		sys_printk(sys, "Memory failure: 0x%llx: memory outside kernel control", ull(pfn));
		return mm_fail(err, -ENXIO, "there is no online page 0x%llx", ull(pfn));
	}
	memmap_view(&sys->map, pfn, &v);
	if (v.state == PAGE_POISON) {
		sys_printk(sys, "Memory failure: 0x%llx: recovery action for already poisoned page: Failed",
			   ull(pfn));
		return mm_fail(err, -EHWPOISON, "page 0x%llx is poisoned already", ull(pfn));
	}
	if (v.state == PAGE_ALLOC && v.kind == KIND_HUGETLB && dissolve_hugetlb(sys, &v)) {
		take_free_page(sys, pfn);
		return action_result(sys, pfn, "free huge page", MF_RECOVERED, err);
	}
	if (is_free(&v) && take_free_page(sys, pfn))
		return action_result(sys, pfn, "free buddy page", MF_RECOVERED, err);
	if (v.state == PAGE_ALLOC && v.flags & PGF_LRU)
		return lru_page_failed(sys, &v, err);
	return kernel_page_failed(sys, &v, err);
}
