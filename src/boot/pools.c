/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugetlb pools and CMA areas of a booted machine: see pools.h. */
#include "boot/pools.h"

#include "alloc/cma.h"
#include "alloc/hugetlb.h"
#include "alloc/process.h"

struct hugetlb *system_hugetlb(struct system *sys)
{
	struct hugetlb *t = sys->hugetlb;

	if (t)
		return t;
	t = arena_alloc(sys->arena, sizeof(*t));
	for (u32 i = 0; i < sys->nr_hstates; i++)
		hugetlb_add_hstate(&sys->mm, t, sys->hstate[i].size);
	hugetlb_adopt(&sys->mm, t);
	sys->hugetlb = t;
	return t;
}

void system_hugetlb_count(struct system *sys)
{
	for (u32 i = 0; i < sys->nr_hstates; i++)
		sys->hstate[i].nr = hugetlb_total(sys->hugetlb, i);
}

static const struct process *process_of(const struct system *sys, s32 pid)
{
	const struct process *p = sys->procs ? sys->procs->first : NULL;

	while (p && p->pid != pid)
		p = p->next;
	return p;
}

void system_hugetlb_reap(struct system *sys)
{
	struct hugetlb *t = sys->hugetlb;

	if (!t)
		return;
	for (struct hugetlb_user *u = t->users, *next; u; u = next) {
		next = u->next;
		if (!process_of(sys, u->pid))
			hugetlb_free(&sys->mm, t, u->hstate, u->pid, ~0ULL);
	}
	system_hugetlb_count(sys);
}

struct cma_table *system_cma(struct system *sys)
{
	struct cma_table *t = sys->cma_areas;

	if (t)
		return t;
	t = arena_alloc(sys->arena, sizeof(*t));
	for (u32 i = 0; i < sys->nr_cma; i++) {
		pfn_t pfn = phys_to_pfn(&sys->arch, sys->cma[i].base);
		const struct memmap_range *r = memmap_range_of(&sys->map, pfn);

		if (r && r->zone != ZONE_NONE)
			cma_add_area(&sys->mm, t, sys->cma[i].name, pfn, sys->cma[i].size >> sys->arch.page_shift);
	}
	sys->cma_areas = t;
	return t;
}
