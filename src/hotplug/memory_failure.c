/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Soft and hard offline of single pages.
 *
 *   free page      split off its buddy block; the rest stays free
 *   movable page   soft: migrated first, then taken off as a free page
 *   kernel page    soft: refused; hard: cannot be helped ("Ignored")
 *
 * A poisoned page is never free again. Its memory block counts it and cannot come
 * back online once it was offline.
 *
 * Left out: killing the processes that map a page which fails hard.
 *
 * Models: mm/memory-failure.c soft_offline_page(), memory_failure();
 * mm/page_alloc.c take_page_off_buddy() (6.12).
 */
#include "hotplug/memory_failure.h"

#include "alloc/migrate.h"
#include "alloc/page_isolation.h"
#include "hotplug/memory_hotplug.h"
#include "zone/buddy.h"

enum failure_result { MF_IGNORED, MF_FAILED, MF_DELAYED, MF_RECOVERED };

static const char *const result_name[] = { "Ignored", "Failed", "Delayed", "Recovered" };

static unsigned long long ull(u64 v)
{
	return v;
}

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
static void give_back_rest(struct mm *mm, struct zone *z, page_handle h, unsigned order, page_handle target, unsigned mt)
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

/* Also when it sits on a per-cpu list. */
static bool take_free_page(struct system *sys, pfn_t pfn)
{
	if (take_page_off_buddy(sys, pfn))
		return true;
	drain_all_pages(&sys->mm, pfn_zone(&sys->mm, pfn));
	return take_page_off_buddy(sys, pfn);
}

static bool is_free(const struct page_view *v)
{
	return v->state == PAGE_BUDDY || v->state == PAGE_PCP;
}

/* 0, or why @pfn cannot be asked for at all. */
static int check_pfn(struct system *sys, pfn_t pfn, struct mm_error *err)
{
	if (!memmap_section_present(&sys->map, pfn / arch_pages_per_section(&sys->arch)))
		return mm_fail(err, -ENXIO, "there is no page 0x%llx", ull(pfn));
	if (!pfn_is_online(&sys->mm, pfn))
		return mm_fail(err, -EIO, "page 0x%llx is not online", ull(pfn));
	return 0;
}

/* --- soft -------------------------------------------------------------------- */

static int soft_offline_in_use(struct system *sys, pfn_t pfn, struct mm_error *err)
{
	struct migrate_result res = { 0 };

	migrate_pages_range(&sys->mm, pfn, pfn + 1, MR_MEMORY_FAILURE, &res);
	if (res.nr_succeeded && take_free_page(sys, pfn))
		return 0;
	sys_printk(sys, "Memory failure: 0x%llx: page migration failed %d", ull(pfn), res.nr_noted ? res.noted[0].err : 0);
	return mm_fail(err, -EBUSY, "page 0x%llx could not be moved away", ull(pfn));
}

int soft_offline_page(struct system *sys, pfn_t pfn, struct mm_error *err)
{
	struct page_view v;
	int ret = check_pfn(sys, pfn, err);
	page_handle h;

	if (ret)
		return ret;
	memmap_view(&sys->map, pfn, &v);
	if (v.state == PAGE_POISON) {
		sys_printk(sys, "Memory failure: 0x%llx: page already poisoned", ull(pfn));
		return 0;
	}
	trace_emit(sys->trace, TRACE_memory_failure, pfn, 0, v.kind, 0, 0, 0);
	if (is_free(&v))
		return take_free_page(sys, pfn) ? 0 : mm_fail(err, -EBUSY, "page 0x%llx is not free any more", ull(pfn));
	h = memmap_find(&sys->map, v.head);
	if (v.state == PAGE_ALLOC && h != NO_PAGE && folio_is_migratable(&sys->mm, h))
		return soft_offline_in_use(sys, pfn, err);
	sys_printk(sys, "Memory failure: 0x%llx: unhandlable page.", ull(pfn));
	return mm_fail(err, -EIO, "page 0x%llx belongs to the kernel and cannot be moved", ull(pfn));
}

/* --- hard -------------------------------------------------------------------- */

static int action_result(struct system *sys, pfn_t pfn, const char *type, enum failure_result r, struct mm_error *err)
{
	sys_printk(sys, "Memory failure: 0x%llx: recovery action for %s: %s", ull(pfn), type, result_name[r]);
	trace_emit(sys->trace, TRACE_memory_failure, pfn, 0, 0, r, 0, 0);
	if (r >= MF_DELAYED)
		return 0;
	return mm_fail(err, -EBUSY, "page 0x%llx is a %s: nothing can be done", ull(pfn), type);
}

int memory_failure(struct system *sys, pfn_t pfn, struct mm_error *err)
{
	struct page_view v;
	int ret = check_pfn(sys, pfn, err);

	if (ret)
		return ret;
	memmap_view(&sys->map, pfn, &v);
	if (v.state == PAGE_POISON) {
		sys_printk(sys, "Memory failure: 0x%llx: already hardware poisoned", ull(pfn));
		return mm_fail(err, -EHWPOISON, "page 0x%llx is poisoned already", ull(pfn));
	}
	if (is_free(&v) && take_free_page(sys, pfn))
		return action_result(sys, pfn, "free buddy page", MF_RECOVERED, err);
	count_poison(sys, pfn);
	if (v.state == PAGE_RESERVED)
		return action_result(sys, pfn, "reserved kernel page", MF_IGNORED, err);
	if (v.state == PAGE_ALLOC && v.flags & PGF_LRU)
		return action_result(sys, pfn, v.flags & PGF_DIRTY ? "dirty LRU page" : "clean LRU page", MF_FAILED, err);
	return action_result(sys, pfn, "get hwpoison page", MF_IGNORED, err);
}
