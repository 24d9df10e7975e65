/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page migration: moving the content of folios elsewhere so that the pages they
 * lie in become free. Compaction, offlining and soft offlining use it.
 *
 * Models: mm/migrate.c, mm/memory_hotplug.c do_migrate_range() (6.12.117).
 */
#ifndef MM_ALLOC_MIGRATE_H
#define MM_ALLOC_MIGRATE_H

#include "alloc/page_alloc.h"
#include "alloc/page_vec.h"

/* include/linux/migrate_mode.h, in its order. */
enum migrate_mode { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC };
enum migrate_reason {
	MR_COMPACTION, MR_MEMORY_FAILURE, MR_MEMORY_HOTPLUG, MR_SYSCALL, MR_MEMPOLICY_MBIND,
	MR_NUMA_MISPLACED, MR_CONTIG_RANGE, MR_LONGTERM_PIN, MR_DEMOTION, MR_DAMON,
	NR_MIGRATE_REASONS
};

#define MIGRATE_NOTED_MAX 10 /* as many refusals as the kernel's rate limit prints */

/* What became of the folios of a range. Counts are folios, pages are pages. */
struct migrate_result {
	u64 nr_isolated;
	u64 nr_succeeded;
	u64 nr_failed;
	u32 nr_noted;
	struct {
		pfn_t pfn;
		int err; /* -EBUSY: could not be isolated; else what migrate_pages() said */
	} noted[MIGRATE_NOTED_MAX];
};

/*
 * Could the folio headed by @head be isolated for migration: PageLRU, movable_ops
 * or hugetlb? (Pinned, locked or foreign references are found out only when it is
 * tried.)
 */
bool folio_is_migratable(const struct mm *mm, page_handle head);

/*
 * do_migrate_range(): isolate every migratable folio of [@start, @end), which lie
 * in one zone, and move them to other nodes with memory, or within the node when
 * there is no other one; MIGRATE_SYNC. Folios that could not be moved are put
 * back where they were. Isolated pageblocks receive the freed sources and serve
 * no destination.
 */
void migrate_pages_range(struct mm *mm, pfn_t start, pfn_t end, enum migrate_reason reason,
			 struct migrate_result *res);


/* Where destinations come from and where unused ones go; @arg is passed through. */
struct migrate_target {
	page_handle (*get)(struct mm *mm, page_handle src, void *arg); /* NO_PAGE: none */
	void (*put)(struct mm *mm, page_handle dst, void *arg);
	void *arg;
};

/* Take a migratable folio out to be moved: off its LRU list, PGF_ISOLATED. False: it is not migratable. */
bool folio_isolate(struct mm *mm, page_handle head);
/* It stays where it was. */
void folio_putback(struct mm *mm, page_handle head);
/* The same for a list, which is empty afterwards. */
void putback_movable_pages(struct mm *mm, struct page_vec *list);
/*
 * Move the isolated folios of @list, head first. Those that stayed are left in
 * @list, still isolated. Return: 0, how many failed, or -ENOMEM (no destination).
 */
int migrate_pages(struct mm *mm, struct page_vec *list, const struct migrate_target *target, enum migrate_mode mode,
		  enum migrate_reason reason, u64 *nr_succeeded);

#endif
