/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The swap area: see swap.h. */
#include "alloc/swap.h"

#include "alloc/held.h"
#include "alloc/page_stat.h"

int swap_resize(struct mm *mm, u64 pages, struct mm_error *err)
{
	if (pages < mm->swap_used)
		return mm_fail(err, -EBUSY, "%llu pages are swapped out; 'proc use' or 'proc exit' brings them back",
			       (unsigned long long)mm->swap_used);
	mm->swap_total = pages;
	return 0;
}

static struct owner_record *process_owner(struct mm *mm, page_handle h)
{
	struct owner_record *o = owner_get(mm, page_owner_id(memmap_page(mm->map, h)));

	return o && o->set && o->pid > 1 ? o : NULL;
}

bool swap_has_room_for(struct mm *mm, page_handle h)
{
	return process_owner(mm, h) && nr_swap_pages(mm) >= 1ULL << page_order(memmap_page(mm->map, h));
}

u64 swap_out(struct mm *mm, page_handle h)
{
	const struct page *p = memmap_page(mm->map, h);
	unsigned order = page_order(p);
	u64 pages = 1ULL << order;

	process_owner(mm, h)->swapped += pages;
	mm->swap_used += pages;
	mm->vm_event[EV_pswpout] += pages;
	mm->vm_event[EV_pgpgout] += pages * (arch_page_size(mm->arch) / KiB);
	mm->vm_event[EV_thp_swpout] += page_kind(p) == KIND_THP;
	mm->node[mm_zone(mm, memmap_zone(mm->map, h))->nid]->vm_stat[NS_nr_vmscan_write] += (s64)pages;
	page_stat_mod(mm, h, -1);
	held_forget(mm, h);
	free_pages(mm, h, order);
	return pages;
}

u64 swap_free(struct mm *mm, struct owner_record *o, u64 pages)
{
	pages = min_u64(pages, o->swapped);
	o->swapped -= pages;
	mm->swap_used -= pages;
	return pages;
}

int swap_check(struct mm *mm, struct text *report)
{
	u64 sum = 0;

	for (u32 id = 1; id < owner_count(mm); id++)
		sum += owner_get(mm, id)->swapped;
	if (sum == mm->swap_used && sum <= mm->swap_total)
		return 0;
	text_printf(report, "swap: %llu of %llu pages used, owners have %llu\n", (unsigned long long)mm->swap_used,
		    (unsigned long long)mm->swap_total, (unsigned long long)sum);
	return -EUCLEAN;
}
