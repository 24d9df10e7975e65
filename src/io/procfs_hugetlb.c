/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc and /sys say about pools of huge pages.
 * Models: mm/hugetlb.c hugetlb_report_meminfo(), hugetlb_report_node_meminfo() and
 * its sysfs files. Left out: demotion.
 */
#include "io/procfs.h"

#include <stdio.h>

#include "alloc/hugetlb.h"
#include "io/export_internal.h"

typedef unsigned long long ull;

/* Without a pool no huge page was ever asked for. */
static const struct hstate *pool_of(const struct system *sys, u32 i)
{
	return sys->hugetlb ? &sys->hugetlb->h[i] : NULL;
}

u64 procfs_hugetlb_pages(const struct system *sys)
{
	u64 bytes = 0;

	for (u32 i = 0; i < sys->nr_hstates; i++)
		bytes += sys->hstate[i].nr * sys->hstate[i].size;
	return bytes >> sys->arch.page_shift;
}

void procfs_hugetlb_meminfo(const struct system *sys, struct text *out)
{
	const struct boot_hstate *h = &sys->hstate[sys->default_hstate];
	const struct hstate *pool = pool_of(sys, sys->default_hstate);

	if (!sys->nr_hstates)
		return;
	text_printf(out,
		    "HugePages_Total:   %5llu\nHugePages_Free:    %5llu\nHugePages_Rsvd:    %5llu\n"
		    "HugePages_Surp:    %5llu\nHugepagesize:   %8llu kB\nHugetlb:        %8llu kB\n",
		    (ull)h->nr, pool ? (ull)pool->free.nr : (ull)h->nr, pool ? (ull)pool->resv : 0,
		    pool ? (ull)pool->surplus : 0, (ull)(h->size / KiB),
		    (ull)procfs_hugetlb_pages(sys) << (sys->arch.page_shift - 10));
}

/* Pages of size @i on the node: all, in the pool, surplus. */
static void node_counts(const struct system *sys, u32 i, int nid, ull *total, ull *free, ull *surplus)
{
	const struct hstate *pool = pool_of(sys, i);

	*total = pool ? (ull)hugetlb_pages_on(&sys->mm, sys->hugetlb, i, nid) : 0;
	*free = pool ? (ull)hugetlb_free_on(&sys->mm, pool, nid) : 0;
	*surplus = pool ? (ull)pool->surplus_node[nid] : 0;
}

void procfs_hugetlb_node_meminfo(const struct system *sys, int nid, struct text *out)
{
	ull total, free, surplus;

	if (!sys->nr_hstates)
		return;
	node_counts(sys, sys->default_hstate, nid, &total, &free, &surplus);
	text_printf(out, "Node %d HugePages_Total: %5llu\nNode %d HugePages_Free:  %5llu\nNode %d HugePages_Surp:  %5llu\n",
		    nid, total, nid, free, nid, surplus);
}

static void put_count(struct tree *t, const char *folder, u64 kib, const char *name, ull value)
{
	text_printf(&t->body, "%llu\n", value);
	tree_put(t, "%s/hugepages-%llukB/%s", folder, (ull)kib, name);
}

static void put_node_counts(struct tree *t, const struct system *sys, u32 i, int nid)
{
	u64 kib = sys->hstate[i].size / KiB;
	ull total, free, surplus;
	char folder[80];

	snprintf(folder, sizeof(folder), "sys/devices/system/node/node%d/hugepages", nid);
	node_counts(sys, i, nid, &total, &free, &surplus);
	put_count(t, folder, kib, "nr_hugepages", total);
	put_count(t, folder, kib, "free_hugepages", free);
	put_count(t, folder, kib, "surplus_hugepages", surplus);
}

void export_hugepages(struct tree *t, struct system *sys, bool nodes)
{
	for (u32 i = 0; i < sys->nr_hstates; i++) {
		const struct hstate *pool = pool_of(sys, i);
		u64 kib = sys->hstate[i].size / KiB;

		put_count(t, "sys/kernel/mm/hugepages", kib, "nr_hugepages", (ull)sys->hstate[i].nr);
		put_count(t, "sys/kernel/mm/hugepages", kib, "free_hugepages", pool ? (ull)pool->free.nr : 0);
		put_count(t, "sys/kernel/mm/hugepages", kib, "resv_hugepages", pool ? (ull)pool->resv : 0);
		put_count(t, "sys/kernel/mm/hugepages", kib, "surplus_hugepages", pool ? (ull)pool->surplus : 0);
		put_count(t, "sys/kernel/mm/hugepages", kib, "nr_overcommit_hugepages", pool ? (ull)pool->overcommit : 0);
		if (!nodes)
			continue;
		for_each_node(&sys->mm, n)
			put_node_counts(t, sys, i, n->nid);
	}
}
