/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slow path of requests that may wait: direct compaction, direct reclaim, the
 * rules for trying again, and the end (out of memory).
 *
 * Models: mm/page_alloc.c __alloc_pages_slowpath() and below (6.12.117). Left out:
 * the OOM killer kills nobody (there is nobody to kill unless processes exist, see
 * alloc/oom.h); __GFP_NOFAIL fails like the others after it has taken the reserves.
 */
#include "alloc/internal.h"

#include "alloc/compaction.h"
#include "alloc/oom.h"
#include "alloc/vmscan.h"

#define MAX_COMPACT_RETRIES     16
#define MAX_RECLAIM_RETRIES     16
#define PAGE_ALLOC_COSTLY_ORDER 3

/* What one request has tried so far. */
struct direct {
	struct mm *mm;
	struct alloc_context *ac;
	u32 flags;
	bool costly;
	bool can_compact;
	enum compact_priority priority;
	enum compact_result result;
	int compaction_retries;
	int no_progress_loops;
	u64 progress;
};

static page_handle attempt(struct direct *d)
{
	d->ac->pass++;
	return get_page_from_freelist(d->mm, d->ac, d->flags);
}

/* __alloc_pages_direct_compact() */
static page_handle direct_compact(struct direct *d, enum compact_priority prio)
{
	struct mm *mm = d->mm;
	page_handle h = NO_PAGE;

	if (!d->ac->order)
		return NO_PAGE;
	d->result = try_to_compact_pages(mm, d->ac, d->flags, prio, &h);
	if (d->result == COMPACT_SKIPPED)
		return NO_PAGE;
	mm->vm_event[EV_compact_stall]++;
	if (h != NO_PAGE)
		prep_captured_page(mm, d->ac, h);
	else
		h = attempt(d);
	if (h == NO_PAGE) {
		mm->vm_event[EV_compact_fail]++;
		return NO_PAGE;
	}
	mm_zone(mm, memmap_zone(mm->map, h))->compact_blockskip_flush = false;
	compaction_defer_reset(mm, mm_zone(mm, memmap_zone(mm->map, h)), d->ac->order, true);
	mm->vm_event[EV_compact_success]++;
	d->ac->path |= PATH_COMPACT;
	return h;
}

/* __alloc_pages_direct_reclaim() */
static page_handle direct_reclaim(struct direct *d)
{
	page_handle h;

	d->progress = try_to_free_pages(d->mm, d->ac);
	if (!d->progress)
		return NO_PAGE;
	h = attempt(d);
	if (h == NO_PAGE) {
		unreserve_highatomic_pageblock(d->mm, d->ac, false);
		drain_all_pages(d->mm, NULL);
		h = attempt(d);
	}
	if (h != NO_PAGE)
		d->ac->path |= PATH_RECLAIM;
	return h;
}

/* should_reclaim_retry(): could reclaim still make it fit? */
static bool should_reclaim_retry(struct direct *d)
{
	const struct alloc_context *ac = d->ac;

	if (d->progress && !d->costly)
		d->no_progress_loops = 0;
	else
		d->no_progress_loops++;
	if (d->no_progress_loops <= MAX_RECLAIM_RETRIES) {
		for_each_zoneref(ref, ac->zonelist, ac->preferred, ac->highest_zoneidx) {
			struct zone *z = ref->zone;
			s64 available = (s64)zone_reclaimable_pages(d->mm, z) +
					zone_page_state_snapshot(d->mm, z, NR_FREE_PAGES);

			if (zone_watermark_ok_free(z, ac->order, wmark_pages(z, WMARK_MIN), ac->highest_zoneidx, d->flags,
						   available))
				return true;
		}
	}
	return unreserve_highatomic_pageblock(d->mm, ac, true);
}

/* should_compact_retry(): try again, harder, as long as there is a harder way. */
static bool should_compact_retry(struct direct *d)
{
	enum compact_priority min = d->costly ? MIN_COMPACT_COSTLY_PRIORITY : MIN_COMPACT_PRIORITY;
	int max = d->costly ? MAX_COMPACT_RETRIES / 4 : MAX_COMPACT_RETRIES;

	if (!d->ac->order)
		return false;
	if (d->result == COMPACT_SKIPPED)
		return compaction_zonelist_suitable(d->mm, d->ac, d->flags);
	if (d->result == COMPACT_SUCCESS && ++d->compaction_retries <= max)
		return true;
	if (d->priority <= min)
		return false;
	d->priority--;
	d->compaction_retries = 0;
	return true;
}

/* __alloc_pages_may_oom(): a last look at the high watermark, then somebody is killed. */
static page_handle may_oom(struct direct *d)
{
	struct alloc_context *ac = d->ac;
	page_handle h;

	ac->pass++;
	h = get_page_from_freelist(d->mm, ac, ALLOC_WMARK_HIGH | ALLOC_CPUSET);
	d->progress = 0;
	if (h != NO_PAGE)
		return h;
	if (d->costly || (ac->gfp & (__GFP_RETRY_MAYFAIL | __GFP_THISNODE)) || ac->highest_zoneidx < ZONE_NORMAL)
		return NO_PAGE;
	d->progress = out_of_memory(d->mm, ac);
	return NO_PAGE;
}

/* The first compaction, before any reclaim: cheap, for requests that fragmentation fails. */
static page_handle first_compact(struct direct *d, bool *give_up)
{
	const struct alloc_context *ac = d->ac;
	page_handle h;

	if (!d->can_compact || !(d->costly || (ac->order && ac->migratetype != MIGRATE_MOVABLE)))
		return NO_PAGE;
	h = direct_compact(d, INIT_COMPACT_PRIORITY);
	if (h != NO_PAGE || !d->costly || !(ac->gfp & __GFP_NORETRY))
		return h;
	*give_up = d->result == COMPACT_SKIPPED || d->result == COMPACT_DEFERRED || (ac->gfp & __GFP_THISNODE);
	d->priority = INIT_COMPACT_PRIORITY;
	return NO_PAGE;
}

static bool retry_allowed(const struct direct *d)
{
	if (d->ac->gfp & __GFP_NORETRY)
		return false;
	return !d->costly || (d->can_compact && (d->ac->gfp & __GFP_RETRY_MAYFAIL));
}

page_handle alloc_pages_direct(struct mm *mm, struct alloc_context *ac, u32 flags)
{
	struct direct d = { .mm = mm, .ac = ac, .flags = flags, .costly = ac->order > PAGE_ALLOC_COSTLY_ORDER,
			    .can_compact = ac->gfp & __GFP_IO, .priority = DEF_COMPACT_PRIORITY, .result = COMPACT_SKIPPED };
	bool give_up = false;
	page_handle h = first_compact(&d, &give_up);

	while (h == NO_PAGE && !give_up) {
		if (flags & ALLOC_KSWAPD)
			wake_all_kswapds(mm, ac);
		h = attempt(&d);
		h = h != NO_PAGE ? h : direct_reclaim(&d);
		h = h != NO_PAGE ? h : direct_compact(&d, d.priority);
		if (h != NO_PAGE || !retry_allowed(&d))
			break;
		if (should_reclaim_retry(&d) || (d.progress && d.can_compact && should_compact_retry(&d)))
			continue;
		h = may_oom(&d);
		give_up = !d.progress;
		d.no_progress_loops = 0;
	}
	return h;
}
