/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What node counters say about a block: see page_stat.h. */
#include "alloc/page_stat.h"

#include "alloc/lru.h"
#include "alloc/page_owner.h"

const enum node_stat_item page_stat_item[PAGE_STAT_ITEMS] = {
	NS_nr_anon_pages, NS_nr_anon_transparent_hugepages, NS_nr_file_pages,   NS_nr_mapped,
	NS_nr_dirty,      NS_nr_page_table_pages,           NS_nr_kernel_stack,
};

static void file_stat_mod(struct mm *mm, s64 *stat, struct zone *z, u32 info, s64 pages)
{
	stat[NS_nr_file_pages] += pages;
	if (info & PGF_MAPPED)
		stat[NS_nr_mapped] += pages;
	if (info & PGF_DIRTY) {
		stat[NS_nr_dirty] += pages;
		zone_stat_mod(z, mm->cpu, NR_ZONE_WRITE_PENDING, pages);
	}
}

void page_stat_mod(struct mm *mm, page_handle h, int sign)
{
	const struct page *p = memmap_page(mm->map, h);
	const struct owner_record *o = owner_get(mm, page_owner_id(p));
	struct zone *z = mm_zone(mm, memmap_zone(mm->map, h));
	s64 pages = sign * (1LL << page_order(p)), *stat = mm->node[z->nid]->vm_stat;

	switch ((enum page_kind)page_kind(p)) {
	case KIND_THP:
		stat[NS_nr_anon_transparent_hugepages] += pages;
		/* fall through */
	case KIND_ANON:
		stat[NS_nr_anon_pages] += pages;
		break;
	case KIND_FILE:
		file_stat_mod(mm, stat, z, p->info, pages);
		break;
	case KIND_PGTABLE:
		stat[NS_nr_page_table_pages] += pages;
		break;
	default:
		if (o && o->kernel_stack)
			stat[NS_nr_kernel_stack] += pages * (s64)(arch_page_size(mm->arch) / KiB);
		break;
	}
	if (p->info & PGF_MLOCKED)
		zone_stat_mod(z, mm->cpu, NR_MLOCK, pages);
}

void page_stat_set(struct mm *mm, page_handle h, enum page_kind kind, u32 flags)
{
	page_set_info(mm, h, kind, flags);
	page_stat_mod(mm, h, 1);
}

void folio_change_flags(struct mm *mm, page_handle h, u32 set, u32 clear)
{
	struct page *p = memmap_page(mm->map, h);
	bool listed = p->info & PGF_LRU;

	if ((p->info & set) == set && !(p->info & clear))
		return;
	if (listed)
		lru_del(mm, h);
	page_stat_mod(mm, h, -1);
	memmap_dirty(mm->map, h);
	p->info = (p->info & ~clear) | set;
	page_stat_mod(mm, h, 1);
	if (listed)
		lru_add(mm, h);
}

bool mark_page_accessed(struct mm *mm, page_handle h)
{
	u32 info = memmap_page(mm->map, h)->info;

	if (!(info & PGF_REFERENCED)) {
		folio_change_flags(mm, h, PGF_REFERENCED, 0);
		return false;
	}
	if (info & (PGF_ACTIVE | PGF_UNEVICTABLE))
		return false;
	folio_change_flags(mm, h, PGF_ACTIVE, PGF_REFERENCED);
	mm->vm_event[EV_pgactivate] += 1ULL << page_order(memmap_page(mm->map, h));
	return true;
}
