/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reclaim: free memory by giving up folios from the LRU lists, oldest first.
 *
 *   tail                        head            head
 *   [ inactive list  o o o o o ] <- demoted -- [ active list  o o o ]
 *     | clean, not referenced: freed              ^
 *     | referenced: one more round, then promoted |
 *     | dirty: written by the flusher first       |
 *
 * Direct reclaim works for one request, kswapd works for a node up to the high
 * watermark when it was woken.
 *
 * Anonymous folios go to the swap area (alloc/swap.h); where there is none, or it is
 * full, their lists are not scanned. Then shrinkers give up objects (alloc/shrinker.h).
 *
 * Models: mm/vmscan.c (6.12.117). Left out: the multi-generational LRU, refault
 * costs in the balance of anonymous and file lists, throttling, memory cgroups.
 */
#ifndef MM_ALLOC_VMSCAN_H
#define MM_ALLOC_VMSCAN_H

#include "alloc/page_alloc.h"

struct alloc_context;

#define SWAP_CLUSTER_MAX 32

/* try_to_free_pages(): direct reclaim for a request. Return: pages freed. */
u64 try_to_free_pages(struct mm *mm, const struct alloc_context *ac);
/* zone_reclaimable_pages(): pages of the zone that reclaim could give up. */
u64 zone_reclaimable_pages(const struct mm *mm, const struct zone *z);
/*
 * kswapd of @n, if it was woken: reclaim until a zone that was asked for is
 * balanced, or as much as watermarks were boosted; then compact for what was asked (kcompactd), then sleep. Return: pages freed.
 */
u64 kswapd_run(struct mm *mm, struct node *n);
/* Every node's kswapd that was woken runs once. */
u64 kswapd_run_all(struct mm *mm);
/* drop_slab(): every object that a shrinker can give up, on every node. Return: pages freed. */
u64 drop_slab(struct mm *mm);
/* Reclaim @pages from @nid (NO_NODE: everywhere), as memory.reclaim asks. Return: pages freed. */
u64 reclaim_pages(struct mm *mm, int nid, u64 pages);

#endif
