/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Per-cpu page lists: free pages that a cpu keeps for itself, so that most
 * requests never look at the buddy. 14 lists: 3 types x orders 0..3, and two for
 * blocks of THP size (not movable, movable).
 */
#ifndef MM_ZONE_PCP_H
#define MM_ZONE_PCP_H

#include "zone/buddy.h"
#include "zone/zone.h"

#define PCP_BATCH_SCALE_MAX 5 /* CONFIG_PCP_BATCH_SCALE_MAX */
#define PCP_LOW_LISTS       (MIGRATE_PCPTYPES * PCP_LIST_ORDERS)

/* May blocks of @order be on per-cpu lists? @thp_order: the architecture's huge page order. */
static inline bool pcp_allowed_order(unsigned order, unsigned thp_order)
{
	return order < PCP_LIST_ORDERS || order == thp_order;
}
static inline unsigned order_to_pindex(unsigned mt, unsigned order)
{
	if (unlikely(order >= PCP_LIST_ORDERS))
		return PCP_LOW_LISTS + (mt == MIGRATE_MOVABLE);
	return MIGRATE_PCPTYPES * order + mt;
}
static inline unsigned pindex_to_order(unsigned pindex, unsigned thp_order)
{
	return pindex >= PCP_LOW_LISTS ? thp_order : pindex / MIGRATE_PCPTYPES;
}

/* nr_pcp_alloc(): how many blocks of @order a refill takes; raises high and alloc_factor. */
int pcp_nr_alloc(struct per_cpu_pages *pcp, const struct zone *z, unsigned order);

/*
 * The kernel's clamp(). high_max may be below high_min (watermark_scale_factor of
 * several hundred) and the span of a flush empty: the upper end is looked at first.
 */
static inline int pcp_clamp(int v, int lo, int hi) { return v >= hi ? hi : v <= lo ? lo : v; }

/* Was the block freed before this one of orders 1..3 (PCPF_PREV_FREE_HIGH_ORDER)? Remembers @order. */
static always_inline bool pcp_note_order(struct per_cpu_pages *pcp, unsigned order)
{
	u8 flags = pcp->flags;

	_Static_assert(PCPF_PREV_FREE_HIGH_ORDER == 1, "the flag is a truth value");
	pcp->flags = (flags & (u8)~PCPF_PREV_FREE_HIGH_ORDER) | (order - 1 < PCP_LIST_ORDERS - 1);
	return flags & PCPF_PREV_FREE_HIGH_ORDER;
}

/* pcp_nr_flush() when neither the lists are long nor the cpu frees without end: nothing to flush. */
static always_inline bool pcp_is_calm(const struct per_cpu_pages *pcp, const struct zone *z)
{
	int high = pcp->high;

	return likely(pcp->count < high && pcp->free_count < pcp->batch && high >= pcp->high_min &&
		      high <= pcp->high_max && !(z->flags & (ZONE_RECLAIM_ACTIVE | ZONE_BELOW_HIGH)));
}

/*
 * What free_unref_page_commit() decides after the block (already on its list) was
 * counted: how many pages to flush now (0: none). @prev_high: pcp_note_order() of it.
 */
int pcp_nr_flush(struct per_cpu_pages *pcp, const struct zone *z, unsigned order, bool prev_high);

/* free_pcppages_bulk(): @count pages to the buddy, from list @pindex on, tails first. Emits mm_page_pcpu_drain. */
void pcp_free_bulk(const struct zone_env *env, struct zone *z, struct per_cpu_pages *pcp, int count,
		   unsigned pindex);
/* drain_pages_zone(): everything of cpu @cpu. */
void pcp_drain(const struct zone_env *env, struct zone *z, int cpu);
/* decay_pcp_high() and drain_zone_pages(): what the vmstat worker does once a second. Return: work left. */
bool pcp_decay_high(const struct zone_env *env, struct zone *z, int cpu);
void pcp_drain_expired(const struct zone_env *env, struct zone *z, int cpu);

#endif
