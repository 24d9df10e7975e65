/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LRU lists: see lru.h. */
#include "alloc/lru.h"

#include "alloc/page_owner.h"
#include "alloc/rmap.h"
#include "zone/page_list.h"

enum lru_list folio_lru_list(const struct page *p)
{
	enum lru_list base = p->info & PGF_SWAPBACKED ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;

	if (p->info & PGF_UNEVICTABLE)
		return LRU_UNEVICTABLE;
	return base + (p->info & PGF_ACTIVE ? 1 : 0);
}

struct free_list *lru_lists(struct mm *mm, int nid) { return mm->node[nid]->lru; }

/* Node and zone counters follow the lists. */
static void lru_account(struct mm *mm, page_handle h, enum lru_list lru, s64 pages)
{
	struct zone *z = mm_zone(mm, memmap_zone(mm->map, h));

	mm->node[z->nid]->vm_stat[NS_nr_inactive_anon + (int)lru] += pages;
	zone_stat_mod(z, mm->cpu, NR_ZONE_INACTIVE_ANON + (int)lru, pages);
}

static struct free_list *list_of(struct mm *mm, page_handle h, enum lru_list lru)
{
	return &mm->node[mm_zone(mm, memmap_zone(mm->map, h))->nid]->lru[lru];
}

static void add(struct mm *mm, page_handle h, bool tail)
{
	struct page *p = memmap_page(mm->map, h);
	enum lru_list lru = folio_lru_list(p);

	const struct owner_record *o = owner_get(mm, page_owner_id(p));

	if (o && o->set)
		rmap_park(mm, h);
	memmap_dirty(mm->map, h);
	p->info |= PGF_LRU;
	if (tail)
		page_list_add_tail(mm->map, list_of(mm, h, lru), h);
	else
		page_list_add(mm->map, list_of(mm, h, lru), h);
	lru_account(mm, h, lru, 1LL << page_order(p));
}

void lru_add(struct mm *mm, page_handle h) { add(mm, h, false); }
void lru_add_tail(struct mm *mm, page_handle h) { add(mm, h, true); }

void lru_del(struct mm *mm, page_handle h)
{
	struct page *p = memmap_page(mm->map, h);
	enum lru_list lru = folio_lru_list(p);

	memmap_dirty(mm->map, h);
	page_list_del(mm->map, list_of(mm, h, lru), h);
	p->info &= ~(u32)PGF_LRU;
	rmap_unpark(mm, h);
	lru_account(mm, h, lru, -(1LL << page_order(p)));
}

static int check_list(struct mm *mm, const struct node *n, int lru, struct text *report)
{
	const struct free_list *l = &n->lru[lru];
	u64 pages = 0;

	for_each_page_list(mm->map, l, h) {
		const struct page *p = memmap_page(mm->map, h);

		pages += 1ULL << page_order(p);
		if (page_state(p) == PAGE_ALLOC && (p->info & PGF_LRU) && (int)folio_lru_list(p) == lru)
			continue;
		text_printf(report, "node %d lru list %d: pfn 0x%llx does not belong there (info 0x%x)\n", n->nid, lru,
			    (unsigned long long)page_to_pfn(mm->map, h), p->info);
		return -EUCLEAN;
	}
	if ((s64)pages == n->vm_stat[NS_nr_inactive_anon + lru])
		return 0;
	text_printf(report, "node %d lru list %d: %llu pages on it, counter says %lld\n", n->nid, lru,
		    (unsigned long long)pages, (long long)n->vm_stat[NS_nr_inactive_anon + lru]);
	return -EUCLEAN;
}

int lru_check(struct mm *mm, struct text *report)
{
	for_each_node(mm, n)
		for (int lru = 0; lru < NR_LRU_LISTS; lru++)
			if (check_list(mm, n, lru, report))
				return -EUCLEAN;
	return 0;
}
