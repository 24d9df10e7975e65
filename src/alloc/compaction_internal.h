/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct compact_control, shared by the files of compaction. */
#ifndef MM_ALLOC_COMPACTION_INTERNAL_H
#define MM_ALLOC_COMPACTION_INTERNAL_H

#include "alloc/compaction.h"
#include "alloc/internal.h"
#include "zone/pageblock.h"

#define COMPACT_CLUSTER_MAX      32
#define PAGE_ALLOC_COSTLY_ORDER  3
#define COMPACT_MAX_DEFER_SHIFT  6

struct compact_control {
	struct mm *mm;
	struct zone *zone;
	struct free_list freepages[NR_PAGE_ORDERS_MAX]; /* isolated free pages by order */
	struct page_vec migratepages;                   /* isolated folios */
	u64 nr_freepages;
	u64 nr_migratepages;
	pfn_t free_pfn;
	pfn_t migrate_pfn;
	pfn_t fast_start_pfn;
	u64 total_migrate_scanned;
	u64 total_free_scanned;
	u64 nr_migrated;      /* ours: all that moved in this run */
	u16 fast_search_fail;
	s16 search_order;
	gfp_t gfp;
	int order;            /* -1: not for a request */
	int migratetype;
	u32 alloc_flags;
	int highest_zoneidx;
	enum migrate_mode mode;
	bool ignore_skip_hint;
	bool no_set_skip_hint;
	bool ignore_block_suitable;
	bool direct_compaction;
	bool proactive_compaction;
	bool whole_zone;
	bool finish_pageblock;
	bool alloc_contig;
};

static inline pfn_t pb_start(const struct mm *mm, pfn_t pfn) { return align_down(pfn, 1ULL << mm->map->pb_order); }
static inline pfn_t pb_end(const struct mm *mm, pfn_t pfn) { return pb_start(mm, pfn) + (1ULL << mm->map->pb_order); }
static inline bool pb_aligned(const struct mm *mm, pfn_t pfn) { return is_aligned(pfn, 1ULL << mm->map->pb_order); }

/* pageblock_pfn_to_page(): is [@start, @end) of one pageblock all online and of the zone? */
bool pageblock_in_compaction(const struct compact_control *cc, pfn_t start, pfn_t end);
/* isolation_suitable(): the skip bit does not forbid it. */
bool isolation_suitable(const struct compact_control *cc, pfn_t pfn);
/* pageblock_skip_persistent(): the page belongs to a compound page of pageblock size. */
bool pageblock_skip_persistent(const struct mm *mm, pfn_t pfn);

/* compaction_migrate.c: the migrate scanner. */
enum isolate_result { ISOLATE_ABORT, ISOLATE_NONE, ISOLATE_SUCCESS };
enum isolate_result isolate_migratepages(struct compact_control *cc);

/* compaction_free.c: the free scanner, and the pages it has taken. */
page_handle compaction_alloc(struct mm *mm, page_handle src, void *arg);
void compaction_free(struct mm *mm, page_handle dst, void *arg);
/* release_free_list(): give unused pages back. Return: the highest pfn. */
pfn_t release_free_list(struct compact_control *cc);

/* compaction_fast.c: searches of the free lists. */
pfn_t fast_find_migrateblock(struct compact_control *cc);
void fast_isolate_freepages(struct compact_control *cc);
/* From compaction_free.c for it. */
void isolate_freepages_block(struct compact_control *cc, pfn_t *start_pfn, pfn_t end_pfn, unsigned stride);
bool suitable_migration_target(const struct compact_control *cc, pfn_t pfn);
/* __isolate_free_page(): take a free block off its list, onto cc's list. False: the watermark forbids it. */
bool isolate_free_page(struct compact_control *cc, pfn_t pfn, unsigned order);
/* update_cached_migrate() */
void update_cached_migrate(struct compact_control *cc, pfn_t pfn);

#endif
