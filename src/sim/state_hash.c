/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash of a machine's state: every list in order, every counter. Two rooms
 * that did the same see the same number.
 */
#include "mmview.h"
#include "phys/maxblock.h"
#include "sim/machine.h"
#include "zone/page_list.h"

static u64 mix(u64 h, u64 v)
{
	h ^= v;
	h *= 0xff51afd7ed558ccdULL;
	return h ^ h >> 32;
}

static u64 hash_page_list(const struct mm *mm, const struct free_list *l, u64 h)
{
	for_each_page_list(mm->map, l, p)
		h = mix(h, page_to_pfn(mm->map, p));
	return h;
}

static u64 hash_max_blocks(const struct mm *mm, const struct free_list *l, u64 h)
{
	struct maxblock_iter it;
	pfn_t next = NO_PFN;

	/* Neighbouring stretches count as one, however the list keeps them. */
	for (bool ok = maxblock_iter_first(&it, mm->map, l); ok; ok = maxblock_iter_next(&it)) {
		if (it.start != next)
			h = mix(mix(h, next), it.start);
		next = it.start + (it.nr << mm->map->max_order);
	}
	return mix(h, next);
}

static u64 hash_lists(const struct mm *mm, const struct zone *z, u64 h)
{
	int max = mm->arch->max_page_order;

	for (int mt = 0; mt < MIGRATE_TYPES; mt++) {
		for (int o = 0; o < max; o++)
			h = hash_page_list(mm, &z->free_area[o].list[mt], h);
		h = hash_max_blocks(mm, &z->free_area[max].list[mt], h);
	}
	for (int cpu = 0; z->pcp && cpu < mm->nr_cpus; cpu++) {
		h = mix(h, (u64)z->pcp[cpu].high);
		for (int i = 0; i < NR_PCP_LISTS_MAX; i++)
			h = hash_page_list(mm, &z->pcp[cpu].lists[i], h);
	}
	return h;
}

static u64 hash_zone(const struct mm *mm, const struct zone *z, u64 h)
{
	h = mix(h, z->zone_start_pfn);
	h = mix(h, z->spanned_pages);
	h = mix(h, z->present_pages);
	h = mix(h, z->managed_pages);
	h = mix(h, z->watermark_boost);
	h = mix(h, z->flags);
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		h = mix(h, (u64)zone_page_state_snapshot(mm, z, i));
	for (int o = 0; o <= mm->arch->max_page_order; o++)
		for (int mt = 0; mt < MIGRATE_TYPES; mt++)
			h = mix(h, z->free_area[o].list[mt].nr);
	return hash_lists(mm, z, h);
}

u64 machine_hash(struct machine *m)
{
	const struct mm *mm = &m->sys->mm;
	u64 h = mix(m->desc->seed, m->sys->stage);

	for_each_node(mm, n)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			h = hash_zone(mm, &n->zones[z], h);
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		h = mix(h, mm->vm_event[i]);
	h = mix(h, mm->alloc_seq);
	return mix(h, m->sim->ops);
}
