/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reclaim from the LRU lists: see vmscan.h. */
#include "alloc/vmscan.h"

#include "alloc/compaction.h"
#include "alloc/held.h"
#include "alloc/internal.h"
#include "alloc/lru.h"
#include "alloc/page_stat.h"
#include "alloc/shrinker.h"
#include "alloc/swap.h"
#include "zone/page_list.h"

#define DEF_PRIORITY          12
#define MAX_RECLAIM_RETRIES   16
#define PAGE_ALLOC_COSTLY_ORDER 3

struct scan_control {
	struct mm *mm;
	u64 nr_to_reclaim;
	u64 nr_reclaimed;
	u64 nr_scanned;
	unsigned order;
	int priority;
	int reclaim_idx; /* zones above are left alone */
	gfp_t gfp;
	bool kswapd;
	bool boosted; /* reclaim for a boost: nothing is swapped */
};

u64 zone_reclaimable_pages(const struct mm *mm, const struct zone *z)
{
	s64 n = zone_page_state_snapshot(mm, z, NR_ZONE_INACTIVE_FILE) +
		zone_page_state_snapshot(mm, z, NR_ZONE_ACTIVE_FILE);

	if (nr_swap_pages(mm))
		n += zone_page_state_snapshot(mm, z, NR_ZONE_INACTIVE_ANON) +
		     zone_page_state_snapshot(mm, z, NR_ZONE_ACTIVE_ANON);
	return n > 0 ? (u64)n : 0;
}

/* --- ageing -------------------------------------------------------------------------- */

static u64 lruvec_size(struct scan_control *sc, const struct node *n, enum lru_list lru)
{
	s64 size = 0;

	for (int z = 0; z <= sc->reclaim_idx && z < MAX_NR_ZONES; z++)
		if (managed_zone(&n->zones[z]))
			size += zone_page_state_snapshot(sc->mm, &n->zones[z], NR_ZONE_INACTIVE_ANON + (int)lru);
	return size > 0 ? (u64)size : 0;
}

/* inactive_is_low(): the larger the lists, the smaller the inactive share may be. */
static bool inactive_is_low(struct scan_control *sc, const struct node *n, bool file)
{
	enum lru_list lru = file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON;
	u64 inactive = lruvec_size(sc, n, lru), active = lruvec_size(sc, n, lru + 1);
	u64 gb = (inactive + active) >> (30 - sc->mm->arch->page_shift), ratio = 1;

	while (gb && ratio * ratio < 10 * gb)
		ratio++;
	return inactive * ratio < active;
}

static int zone_idx_of(const struct mm *mm, page_handle h) { return (int)mm_zone(mm, memmap_zone(mm->map, h))->idx; }

/* Take up to @nr folios of allowed zones from the tail of @l into @out. */
static u32 isolate_lru(struct scan_control *sc, struct free_list *l, u32 nr, page_handle *out)
{
	page_handle h = l->last, prev;
	u32 n = 0;

	for (u64 left = l->nr; left && n < nr; left--, h = prev) {
		prev = memmap_page(sc->mm->map, h)->prev;
		if (zone_idx_of(sc->mm, h) > sc->reclaim_idx)
			continue;
		lru_del(sc->mm, h);
		out[n++] = h;
	}
	return n;
}

static void shrink_active(struct scan_control *sc, struct node *n, bool file)
{
	page_handle batch[SWAP_CLUSTER_MAX];
	u32 taken = isolate_lru(sc, &n->lru[file ? LRU_ACTIVE_FILE : LRU_ACTIVE_ANON], SWAP_CLUSTER_MAX, batch), kept = 0;

	for (u32 i = 0; i < taken; i++) {
		struct page *p = memmap_page(sc->mm->map, batch[i]);

		memmap_dirty(sc->mm->map, batch[i]);
		/* Mapped executables that were used stay active; the model has no executables. */
		p->info &= ~(u32)(PGF_ACTIVE | PGF_REFERENCED);
		lru_add(sc->mm, batch[i]);
	}
	sc->mm->vm_event[EV_pgrefill] += taken;
	sc->mm->vm_event[EV_pgdeactivate] += taken - kept;
	trace_emit(sc->mm->trace, TRACE_mm_vmscan_lru_shrink_active, taken, taken - kept, (u32)n->nid, file, (u32)sc->priority, 0);
}

enum verdict { FREE_IT, KEEP_IT, ACTIVATE_IT, CULL_IT };

/* What becomes of an inactive folio that is looked at. */
static enum verdict judge(struct scan_control *sc, page_handle h)
{
	struct page *p = memmap_page(sc->mm->map, h);

	memmap_dirty(sc->mm->map, h);
	if (p->info & (PGF_UNEVICTABLE | PGF_MLOCKED))
		return CULL_IT;
	if ((p->info & PGF_PINNED) || page_ref(p) > 1)
		return ACTIVATE_IT;
	if (p->info & PGF_REFERENCED) {
		p->info &= ~(u32)PGF_REFERENCED;
		/* Read once by a system call is not used again: a clean page goes all the same. */
		if (p->info & PGF_MAPPED)
			return ACTIVATE_IT;
		if (p->info & PGF_SWAPBACKED)
			return KEEP_IT;
	}
	if (p->info & PGF_SWAPBACKED)
		return swap_has_room_for(sc->mm, h) ? FREE_IT : ACTIVATE_IT;
	if (p->info & PGF_DIRTY) {
		/* The flusher writes it; it is clean when it comes round again. */
		folio_change_flags(sc->mm, h, PGF_RECLAIM, PGF_DIRTY);
		sc->mm->node[mm_zone(sc->mm, memmap_zone(sc->mm->map, h))->nid]->vm_stat[NS_nr_written] += 1LL << page_order(p);
		sc->mm->node[mm_zone(sc->mm, memmap_zone(sc->mm->map, h))->nid]->vm_stat[NS_nr_vmscan_write]++;
		return KEEP_IT;
	}
	return FREE_IT;
}

/* The folio is given up: file folios can be read again, anonymous ones are written to swap. Return: pages. */
static u64 free_folio(struct mm *mm, page_handle h)
{
	const struct page *p = memmap_page(mm->map, h);
	unsigned order = page_order(p);

	if (p->info & PGF_SWAPBACKED)
		return swap_out(mm, h);
	page_stat_mod(mm, h, -1);
	held_forget(mm, h);
	free_pages(mm, h, order);
	return 1ULL << order;
}

/* shrink_folio_list() for one folio. Return: pages freed. */
static u64 shrink_folio(struct scan_control *sc, page_handle h)
{
	struct page *p = memmap_page(sc->mm->map, h);
	u64 pages = 1ULL << page_order(p);

	switch (judge(sc, h)) {
	case FREE_IT:
		return free_folio(sc->mm, h);
	case CULL_IT:
		p->info |= PGF_UNEVICTABLE;
		sc->mm->vm_event[EV_unevictable_pgs_culled] += pages;
		break;
	case ACTIVATE_IT:
		p->info |= PGF_ACTIVE;
		sc->mm->vm_event[EV_pgactivate] += pages;
		break;
	case KEEP_IT:
		break;
	}
	lru_add(sc->mm, h);
	return 0;
}

static u64 shrink_inactive(struct scan_control *sc, struct node *n, u32 nr, bool file)
{
	page_handle batch[SWAP_CLUSTER_MAX];
	u32 taken = isolate_lru(sc, &n->lru[file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON], nr, batch);
	u64 freed = 0;

	for (u32 i = 0; i < taken; i++)
		freed += shrink_folio(sc, batch[i]);
	sc->nr_scanned += taken;
	sc->mm->vm_event[sc->kswapd ? EV_pgscan_kswapd : EV_pgscan_direct] += taken;
	sc->mm->vm_event[sc->kswapd ? EV_pgsteal_kswapd : EV_pgsteal_direct] += freed;
	sc->mm->vm_event[file ? EV_pgscan_file : EV_pgscan_anon] += taken;
	sc->mm->vm_event[file ? EV_pgsteal_file : EV_pgsteal_anon] += freed;
	trace_emit(sc->mm->trace, TRACE_mm_vmscan_lru_shrink_inactive, taken, freed, (u32)n->nid, file, (u32)sc->priority, 0);
	return freed;
}

/* file_is_tiny: the page cache and what is free would not reach the high watermarks. */
static bool file_is_tiny(struct scan_control *sc, const struct node *n)
{
	u64 file = (u64)(n->vm_stat[NS_nr_inactive_file] + n->vm_stat[NS_nr_active_file]), free = 0, high = 0;

	for (int z = 0; z < MAX_NR_ZONES; z++) {
		if (!managed_zone(&n->zones[z]))
			continue;
		free += zone_page_state(&n->zones[z], NR_FREE_PAGES);
		high += wmark_pages(&n->zones[z], WMARK_HIGH);
	}
	return file + free <= high && !inactive_is_low(sc, n, false) &&
	       n->vm_stat[NS_nr_inactive_anon] >> sc->priority;
}

/* get_scan_count(): how many pages of each list to look at. */
static void scan_counts(struct scan_control *sc, const struct node *n, u64 *nr)
{
	u64 share[2] = { (u64)sc->mm->vm.swappiness, 200 - (u64)sc->mm->vm.swappiness }, whole = 200;

	if (!nr_swap_pages(sc->mm) || sc->boosted)
		share[0] = 0, share[1] = whole = 1;
	else if (!sc->priority && share[0])
		share[0] = share[1] = whole = 1;
	else if (file_is_tiny(sc, n))
		share[1] = 0, share[0] = whole = 1;
	else if (lruvec_size(sc, n, LRU_INACTIVE_FILE) >> sc->priority && !inactive_is_low(sc, n, true))
		share[0] = 0, share[1] = whole = 1;
	for (int lru = LRU_INACTIVE_ANON; lru <= LRU_ACTIVE_FILE; lru++)
		nr[lru] = (lruvec_size(sc, n, (enum lru_list)lru) >> sc->priority) * share[lru >= LRU_INACTIVE_FILE] / whole;
}

/* A turn of each list. */
static void shrink_lists(struct scan_control *sc, struct node *n, u64 *nr)
{
	for (int lru = LRU_INACTIVE_ANON; lru <= LRU_ACTIVE_FILE; lru++) {
		bool file = lru >= LRU_INACTIVE_FILE, active = lru == LRU_ACTIVE_ANON || lru == LRU_ACTIVE_FILE;
		u32 turn = (u32)min_u64(nr[lru], SWAP_CLUSTER_MAX);

		if (!turn)
			continue;
		nr[lru] -= turn;
		if (!active)
			sc->nr_reclaimed += shrink_inactive(sc, n, turn, file);
		else if (inactive_is_low(sc, n, file))
			shrink_active(sc, n, file);
	}
}

/* shrink_lruvec(): a share of the lists that grows as the priority falls. */
static void shrink_lruvec(struct scan_control *sc, struct node *n)
{
	u64 nr[LRU_ACTIVE_FILE + 1];

	scan_counts(sc, n, nr);
	while (nr[LRU_INACTIVE_ANON] || nr[LRU_ACTIVE_FILE] || nr[LRU_INACTIVE_FILE]) {
		shrink_lists(sc, n, nr);
		if (sc->nr_reclaimed >= sc->nr_to_reclaim && (sc->kswapd || sc->priority != DEF_PRIORITY))
			break;
	}
	/* Even if nothing was looked at, anonymous folios age where they can be reclaimed. */
	if (nr_swap_pages(sc->mm) && inactive_is_low(sc, n, false))
		shrink_active(sc, n, false);
}

static void shrink_node(struct scan_control *sc, struct node *n)
{
	s64 before;

	shrink_lruvec(sc, n);
	before = n->vm_stat[NS_nr_slab_reclaimable];
	shrink_slab(sc->mm, sc->gfp, n->nid, sc->priority);
	sc->nr_reclaimed += (u64)(before - n->vm_stat[NS_nr_slab_reclaimable]);
}

/* --- direct reclaim ------------------------------------------------------------------ */

/* shrink_zones(): a node at a time, unless compaction could help the request already. */
static bool shrink_zones(struct scan_control *sc, const struct alloc_context *ac)
{
	int last = NO_NODE;
	bool ready = false;

	for_each_zoneref(ref, ac->zonelist, ac->preferred, ac->highest_zoneidx) {
		struct zone *z = ref->zone;

		if (sc->order > PAGE_ALLOC_COSTLY_ORDER && (ac->gfp & __GFP_IO) &&
		    compaction_suitable(sc->mm, z, sc->order, sc->reclaim_idx)) {
			ready = true;
			continue;
		}
		if (z->nid == last)
			continue;
		last = z->nid;
		shrink_node(sc, sc->mm->node[z->nid]);
	}
	return ready;
}

u64 try_to_free_pages(struct mm *mm, const struct alloc_context *ac)
{
	struct scan_control sc = { .mm = mm, .nr_to_reclaim = SWAP_CLUSTER_MAX, .order = ac->order,
				   .priority = DEF_PRIORITY, .reclaim_idx = ac->highest_zoneidx,
				   .gfp = ac->gfp };
	bool ready;

	trace_emit(mm->trace, TRACE_mm_vmscan_direct_reclaim_begin, 0, 0, ac->order, ac->gfp, 0, 0);
	mm->vm_event[EV_allocstall_dma + ac->highest_zoneidx]++;
	do {
		ready = shrink_zones(&sc, ac);
	} while (sc.nr_reclaimed < sc.nr_to_reclaim && !ready && --sc.priority >= 0);
	trace_emit(mm->trace, TRACE_mm_vmscan_direct_reclaim_end, sc.nr_reclaimed, 0, 0, 0, 0, 0);
	return sc.nr_reclaimed ? sc.nr_reclaimed : ready;
}

u64 reclaim_pages(struct mm *mm, int nid, u64 pages)
{
	struct scan_control sc = { .mm = mm, .nr_to_reclaim = pages, .priority = DEF_PRIORITY, .reclaim_idx = ZONE_MOVABLE,
				   .gfp = GFP_KERNEL };

	for (; sc.priority >= 0 && sc.nr_reclaimed < pages; sc.priority--)
		for_each_node(mm, n)
			if (nid == NO_NODE || n->nid == nid)
				shrink_node(&sc, n);
	return sc.nr_reclaimed;
}

u64 drop_slab(struct mm *mm)
{
	u64 freed = 0;

	for_each_node(mm, n) {
		s64 before = n->vm_stat[NS_nr_slab_reclaimable];

		while (shrink_slab(mm, GFP_KERNEL, n->nid, 0))
			;
		freed += (u64)(before - n->vm_stat[NS_nr_slab_reclaimable]);
	}
	mm->vm_event[EV_drop_slab]++;
	return freed;
}

/* --- kswapd ------------------------------------------------------------------------------ */

/* pgdat_balanced(): some zone that may serve the request is above its high watermark. */
static bool balanced(struct mm *mm, const struct node *n, unsigned order, int highest)
{
	bool any = false;

	for (int z = 0; z <= highest && z < MAX_NR_ZONES; z++) {
		struct zone *zone = (struct zone *)&n->zones[z];

		if (!managed_zone(zone))
			continue;
		any = true;
		if (zone_watermark_ok(mm, zone, order, wmark_pages(zone, WMARK_HIGH), highest, 0))
			return true;
	}
	return !any;
}

/* The boosts of the zones that kswapd works for; @boost gets each, 0 where there is none. Return: their sum. */
static u64 note_boosts(const struct node *n, int highest, u64 boost[MAX_NR_ZONES])
{
	u64 sum = 0;

	for (int z = 0; z < MAX_NR_ZONES; z++) {
		boost[z] = z <= highest && managed_zone(&n->zones[z]) ? n->zones[z].watermark_boost : 0;
		sum += boost[z];
	}
	return sum;
}

/* Per-cpu lists stay short while kswapd works for their zone. */
static void set_reclaim_active(struct node *n, int highest, bool on)
{
	for (int z = 0; z <= highest && z < MAX_NR_ZONES; z++) {
		if (!managed_zone(&n->zones[z]))
			continue;
		n->zones[z].flags &= ~(u32)ZONE_RECLAIM_ACTIVE;
		n->zones[z].flags |= on ? ZONE_RECLAIM_ACTIVE : 0;
	}
}

/* One pass. Return: so much was looked at that a higher priority is not needed. */
static bool kswapd_shrink_node(struct scan_control *sc, struct node *n, int highest)
{
	sc->nr_reclaimed = 0;
	sc->nr_scanned = 0;
	sc->nr_to_reclaim = 0;
	for (int z = 0; z <= highest && z < MAX_NR_ZONES; z++)
		if (managed_zone(&n->zones[z]))
			sc->nr_to_reclaim += max_u64(wmark_pages(&n->zones[z], WMARK_HIGH), SWAP_CLUSTER_MAX);
	shrink_node(sc, n);
	/* Enough for compaction to go on with: order-0 balance will do. */
	if (sc->order && sc->nr_reclaimed >= 2ULL << sc->order)
		sc->order = 0;
	return sc->nr_scanned >= sc->nr_to_reclaim;
}

/*
 * balance_pgdat(). A node that is balanced is reclaimed from all the same where a
 * fallback boosted its watermarks: as many pages as the boost, gently, so that the
 * next request need not fall back. One that is not forgets the boost and balances.
 * Return: pages freed.
 */
static u64 balance_pgdat(struct mm *mm, struct node *n, unsigned order, int highest)
{
	struct scan_control sc = { .mm = mm, .order = order, .priority = DEF_PRIORITY, .reclaim_idx = highest,
				   .gfp = GFP_KERNEL, .kswapd = true };
	u64 boost[MAX_NR_ZONES], boosted = note_boosts(n, highest, boost), left = boosted, total = 0;
	bool ok = false;

	mm->vm_event[EV_pageoutrun]++;
	set_reclaim_active(n, highest, true);
	while (sc.priority >= 1) {
		bool gentle = left && sc.priority == DEF_PRIORITY - 2, enough;

		ok = balanced(mm, n, sc.order, highest);
		if (!ok && left) {
			left = 0;
			sc.priority = DEF_PRIORITY;
			continue;
		}
		if (ok && !left)
			break;
		sc.boosted = left;
		enough = kswapd_shrink_node(&sc, n, highest);
		total += sc.nr_reclaimed;
		left -= min_u64(left, sc.nr_reclaimed);
		ok = false;
		if (left && !sc.nr_reclaimed)
			break;
		if (!sc.nr_reclaimed || (!gentle && !enough))
			sc.priority--;
	}
	set_reclaim_active(n, highest, false);
	for (int z = 0; z < MAX_NR_ZONES; z++)
		n->zones[z].watermark_boost -= min_u64(n->zones[z].watermark_boost, boost[z]);
	if (boosted)
		wakeup_kcompactd(mm, n, (int)mm->map->pb_order, highest);
	if (total)
		n->kswapd_failures = 0;
	else if (!ok)
		n->kswapd_failures++;
	return total;
}

/* wakeup_kswapd(): is there anything to do, or is the node hopeless or well enough? */
static bool kswapd_has_work(struct mm *mm, const struct node *n, unsigned order, int highest)
{
	u64 boost[MAX_NR_ZONES];

	if (n->kswapd_failures >= MAX_RECLAIM_RETRIES)
		return false;
	return !balanced(mm, n, order, highest) || note_boosts(n, highest, boost);
}

u64 kswapd_run(struct mm *mm, struct node *n)
{
	int highest = n->kswapd_highest_zoneidx, order = n->kswapd_order;
	u64 freed = 0;

	if (highest == MAX_NR_ZONES)
		return 0;
	n->kswapd_highest_zoneidx = MAX_NR_ZONES;
	n->kswapd_order = 0;
	if (kswapd_has_work(mm, n, (unsigned)order, highest)) {
		trace_emit(mm->trace, TRACE_mm_vmscan_kswapd_wake, 0, 0, (u32)n->nid, (u32)highest, (u32)order, 0);
		freed = balance_pgdat(mm, n, (unsigned)order, highest);
		trace_emit(mm->trace, TRACE_mm_vmscan_kswapd_sleep, 0, 0, (u32)n->nid, 0, 0, 0);
	}
	/* kcompactd is asked only where reclaim left enough for it to work with. */
	if (balanced(mm, n, 0, highest)) {
		reset_skip_hints(mm, n);
		wakeup_kcompactd(mm, n, order, highest);
	}
	if (n->kcompactd_max_order)
		kcompactd_run(mm, n);
	return freed;
}

u64 kswapd_run_all(struct mm *mm)
{
	u64 freed = 0;

	for_each_node(mm, n)
		freed += kswapd_run(mm, n);
	return freed;
}
