/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Invariants of processes and the page cache: their sets are consistent, their
 * pages are what they should be, and the node counters are the sum of them.
 */
#include "alloc/process.h"

#include <stdlib.h>

#include "alloc/lru.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"

/* What the counters of every node must say. */
struct tally {
	s64 stat[MAX_NUMNODES][NR_VM_NODE_STAT_ITEMS];
};

static const char *expect_kind(const struct page *p, bool lru, bool ok)
{
	if (!ok)
		return "has the wrong kind";
	if (lru && !(p->info & (PGF_LRU | PGF_ISOLATED)))
		return "is on no LRU list";
	if (!lru && (p->info & PGF_LRU))
		return "is on an LRU list";
	return NULL;
}

static const char *wrong_page(const struct page *p, int set)
{
	unsigned kind = page_kind(p);

	switch (set) {
	case PS_ANON:
		return expect_kind(p, true, kind == KIND_ANON || kind == KIND_THP);
	case PS_TABLE:
		return expect_kind(p, false, kind == KIND_PGTABLE);
	case PS_STACK:
		return expect_kind(p, false, kind == KIND_KERNEL);
	default:
		return expect_kind(p, true, kind == KIND_FILE);
	}
}

static void tally_page(const struct mm *mm, struct tally *c, page_handle h, const struct page *p, int set)
{
	s64 *stat = c->stat[mm_zone(mm, memmap_zone(mm->map, h))->nid];
	s64 pages = 1LL << page_order(p);

	if (set == PS_ANON)
		stat[NS_nr_anon_pages] += pages;
	if (page_kind(p) == KIND_THP)
		stat[NS_nr_anon_transparent_hugepages] += pages;
	if (set == PS_TABLE)
		stat[NS_nr_page_table_pages] += pages;
	if (set == PS_STACK)
		stat[NS_nr_kernel_stack] += pages * (s64)(arch_page_size(mm->arch) / KiB);
	if (set == NR_PROCESS_SETS) {
		stat[NS_nr_file_pages] += pages;
		stat[NS_nr_mapped] += p->info & PGF_MAPPED ? pages : 0;
		stat[NS_nr_dirty] += p->info & PGF_DIRTY ? pages : 0;
	}
}

/* @set: enum process_set, or NR_PROCESS_SETS for page cache. */
static int check_set(struct mm *mm, struct tally *c, const struct held_set *set, owner_id owner, int which,
		     u64 *pages, struct text *report)
{
	if (held_check(mm, set, report))
		return -EUCLEAN;
	for (u32 i = 0; i < set->nr; i++) {
		const struct page *p = memmap_page(mm->map, set->h[i]);
		const char *wrong = page_owner_id(p) == owner ? wrong_page(p, which) : "has another owner";

		if (wrong) {
			text_printf(report, "process memory: pfn 0x%llx (set %d of %s) %s\n",
				    (unsigned long long)page_to_pfn(mm->map, set->h[i]), which,
				    owner_get(mm, owner)->tag, wrong);
			return -EUCLEAN;
		}
		tally_page(mm, c, set->h[i], p, which);
		*pages += 1ULL << page_order(p);
	}
	return 0;
}

static int check_process(struct mm *mm, struct tally *c, const struct process *p, struct text *report)
{
	for (int s = 0; s < NR_PROCESS_SETS; s++) {
		u64 pages = 0;

		if (check_set(mm, c, &p->set[s], p->owner[s], s, &pages, report))
			return -EUCLEAN;
		if (s == PS_ANON && p->set[PS_STACK].nr && pages + process_swapped(mm, p) != p->anon_pages) {
			text_printf(report, "process %d (%s): %llu pages and %llu in swap, %llu were touched\n", p->pid, p->name,
				    (unsigned long long)pages, (unsigned long long)process_swapped(mm, p),
				    (unsigned long long)p->anon_pages);
			return -EUCLEAN;
		}
		if (pages == owner_get(mm, p->owner[s])->pages)
			continue;
		text_printf(report, "process %d (%s): set %d has %llu pages, its owner record %llu\n", p->pid,
			    p->name, s, (unsigned long long)pages,
			    (unsigned long long)owner_get(mm, p->owner[s])->pages);
		return -EUCLEAN;
	}
	return 0;
}

static int compare(struct mm *mm, const struct tally *c, struct text *report)
{
	for_each_node(mm, n)
	{
		for (int i = 0; i < PAGE_STAT_ITEMS; i++) {
			enum node_stat_item item = page_stat_item[i];

			if (n->vm_stat[item] == c->stat[n->nid][item])
				continue;
			text_printf(report, "node %d: %s is %lld, a walk finds %lld\n", n->nid,
				    node_stat_name(item), (long long)n->vm_stat[item],
				    (long long)c->stat[n->nid][item]);
			return -EUCLEAN;
		}
	}
	return 0;
}

static int check_all(struct mm *mm, const struct process_table *t, struct tally *c, struct text *report)
{
	for (const struct process *p = t->first; p; p = p->next)
		if (check_process(mm, c, p, report))
			return -EUCLEAN;
	for (const struct cached_file *f = t->files; f; f = f->next) {
		u64 pages = 0;

		if (check_set(mm, c, &f->set, f->owner, NR_PROCESS_SETS, &pages, report))
			return -EUCLEAN;
	}
	return compare(mm, c, report);
}

int process_check(struct mm *mm, const struct process_table *t, struct text *report)
{
	struct tally *c = calloc(1, sizeof(*c)); /* nothing below allocates from the arena */
	int rc;

	if (!c) {
		text_puts(report, "the host has no memory to check processes\n");
		return -ENOMEM;
	}
	rc = check_all(mm, t, c, report);
	free(c);
	return rc;
}
