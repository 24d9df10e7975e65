/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Per-cpu page lists and how they tune themselves. A refill takes more and more
 * while a cpu only allocates (alloc_factor), a flush gives more and more while it
 * only frees (free_count); high, the size at which lists are flushed, moves
 * between high_min and high_max.
 *
 *   alloc  <── head [ list ] tail <── refill
 *   free   ──> head [ list ] tail ──> flush to the buddy
 *
 * Models: mm/page_alloc.c nr_pcp_alloc(), nr_pcp_high(), nr_pcp_free(),
 * free_unref_page_commit(), free_pcppages_bulk() of Linux 6.12.117.
 */
#include "zone/pcp.h"

static inline int min_int(int a, int b) { return a < b ? a : b; }
static inline int max_int(int a, int b) { return a > b ? a : b; }

int pcp_nr_alloc(struct per_cpu_pages *pcp, const struct zone *z, unsigned order)
{
	int base = pcp->batch, batch = base, room;
	int high = pcp_clamp(pcp->high, pcp->high_min, pcp->high_max);

	pcp->high = high;
	if (high < base) /* lists are disabled, or the pageset is the boot one */
		return 1;
	if (!order)
		batch = base << pcp->alloc_factor;
	if (pcp->high_min != pcp->high_max && !(z->flags & ZONE_BELOW_HIGH))
		high = pcp->high = min_int(high + batch, pcp->high_max);
	if (!order) {
		room = max_int(high - pcp->count - base, base);
		if (batch <= room && pcp->alloc_factor < PCP_BATCH_SCALE_MAX)
			pcp->alloc_factor++;
		batch = min_int(batch, room);
	}
	return batch > 1 ? max_int(batch >> order, 2) : batch;
}

/* nr_pcp_high(): from how many pages on the lists are flushed; moves high, which is within its limits. */
static int nr_high(struct per_cpu_pages *pcp, const struct zone *z, int batch, bool free_high)
{
	int high = pcp->high;
	int freed = max_int(pcp->free_count, batch);

	if (!high)
		return 0;
	if (free_high) {
		pcp->high = max_int(high - (batch << PCP_BATCH_SCALE_MAX), pcp->high_min);
		return 0;
	}
	if (z->flags & ZONE_RECLAIM_ACTIVE) {
		pcp->high = max_int(high - freed, pcp->high_min);
		return min_int(batch << 2, pcp->high);
	}
	if (pcp->high_min == pcp->high_max)
		return high;
	if (z->flags & ZONE_BELOW_HIGH) {
		pcp->high = max_int(high - freed, pcp->high_min);
		return max_int(pcp->count, pcp->high_min);
	}
	if (pcp->count >= high && pcp->high < pcp->free_count + batch)
		pcp->high = pcp_clamp(pcp->free_count + batch, pcp->high_min, pcp->high_max);
	return high;
}

/* nr_pcp_free(): how many pages such a flush frees. */
static int nr_free(const struct per_cpu_pages *pcp, int batch, int high, bool free_high)
{
	if (free_high)
		return min_int(pcp->count, batch << PCP_BATCH_SCALE_MAX);
	if (high < batch)
		return 1;
	return pcp_clamp(pcp->free_count, batch, high - batch);
}

/* Is the cpu freeing one block of orders 1..3 after the other, so that they should not pile up here? */
static bool frees_high_orders(const struct per_cpu_pages *pcp, unsigned order, bool prev_high)
{
	return order && order < PCP_LIST_ORDERS && prev_high && pcp->free_count >= pcp->batch &&
	       (!(pcp->flags & PCPF_FREE_HIGH_BATCH) || pcp->count >= pcp->batch);
}

int pcp_nr_flush(struct per_cpu_pages *pcp, const struct zone *z, unsigned order, bool prev_high)
{
	bool free_high = frees_high_orders(pcp, order, prev_high);
	int batch = pcp->batch, high;

	pcp->high = pcp_clamp(pcp->high, pcp->high_min, pcp->high_max);
	if (pcp->free_count < batch << PCP_BATCH_SCALE_MAX)
		pcp->free_count = (s16)(pcp->free_count + (1 << order));
	high = nr_high(pcp, z, batch, free_high);
	return pcp->count >= high ? nr_free(pcp, batch, high, free_high) : 0;
}

void pcp_free_bulk(const struct zone_env *env, struct zone *z, struct per_cpu_pages *pcp, int count,
		   unsigned pindex)
{
	unsigned thp_order = env->map->arch->hpage_pmd_order;

	count = min_int(pcp->count, count);
	while (count > 0) {
		struct free_list *l;
		unsigned order;
		int blocks;

		while (!pcp->lists[pindex].nr)
			pindex = pindex + 1 < NR_PCP_LISTS_MAX ? pindex + 1 : 0;
		l = &pcp->lists[pindex];
		order = pindex_to_order(pindex, thp_order);
		blocks = (int)min_u64(l->nr, ((u64)count + (1u << order) - 1) >> order);
		buddy_free_bulk(env, z, l, order, blocks);
		pcp->count -= blocks << order;
		count -= blocks << order;
		pindex = pindex + 1 < NR_PCP_LISTS_MAX ? pindex + 1 : 0;
	}
}

void pcp_drain(const struct zone_env *env, struct zone *z, int cpu)
{
	struct per_cpu_pages *pcp;

	if (!z->pcp)
		return;
	pcp = &z->pcp[cpu];
	while (pcp->count)
		pcp_free_bulk(env, z, pcp, pcp->batch << PCP_BATCH_SCALE_MAX, 0);
}

bool pcp_decay_high(const struct zone_env *env, struct zone *z, int cpu)
{
	struct per_cpu_pages *pcp = &z->pcp[cpu];
	int batch = pcp->batch, to_drain;
	bool todo = false;

	if (pcp->high > pcp->high_min) {
		pcp->high = max_int(max_int(pcp->count - (batch << PCP_BATCH_SCALE_MAX),
					    pcp->high - (pcp->high >> 3)), pcp->high_min);
		todo = pcp->high > pcp->high_min;
	}
	for (to_drain = pcp->count - pcp->high; to_drain > 0; to_drain -= batch) {
		pcp_free_bulk(env, z, pcp, min_int(to_drain, batch), 0);
		todo = true;
	}
	return todo;
}

void pcp_drain_expired(const struct zone_env *env, struct zone *z, int cpu)
{
	struct per_cpu_pages *pcp = &z->pcp[cpu];
	int n = min_int(pcp->count, pcp->batch);

	if (n > 0)
		pcp_free_bulk(env, z, pcp, n, 0);
}
