/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linear map and vmemmap arithmetic: see linear_map.h. */
#include "phys/linear_map.h"

#define LL(v) ((unsigned long long)(v))

/* Address of the struct page of the first pfn that has one, and that pfn. */
static bool page_array(const struct linear_map *lm, u64 *base, pfn_t *first)
{
	if (lm->arch->vmemmap_start) {
		*base = lm->arch->vmemmap_start;
		*first = phys_to_pfn(lm->arch, lm->memstart);
		return true;
	}
	*first = 0;
	return lm->mem_map_base && linear_map_virt(lm, lm->mem_map_base, base);
}

bool linear_map_virt(const struct linear_map *lm, phys_t phys, u64 *virt)
{
	if (phys < lm->memstart || phys_to_pfn(lm->arch, phys) >= lm->max_low_pfn)
		return false;
	*virt = phys - lm->memstart + lm->arch->page_offset;
	return true;
}

bool linear_map_phys(const struct linear_map *lm, u64 virt, phys_t *phys)
{
	phys_t p = virt - lm->arch->page_offset + lm->memstart;

	if (virt < lm->arch->page_offset || phys_to_pfn(lm->arch, p) >= lm->max_low_pfn)
		return false;
	*phys = p;
	return true;
}

bool linear_map_page(const struct linear_map *lm, pfn_t pfn, u64 *page)
{
	pfn_t first;
	u64 base;

	if (!page_array(lm, &base, &first) || pfn < first)
		return false;
	*page = base + (pfn - first) * lm->arch->struct_page_size;
	return true;
}

bool linear_map_pfn(const struct linear_map *lm, u64 page, pfn_t *pfn)
{
	pfn_t first;
	u64 base;

	if (!page_array(lm, &base, &first) || page < base)
		return false;
	*pfn = first + (page - base) / lm->arch->struct_page_size;
	return *pfn >> (lm->arch->phys_bits - lm->arch->page_shift) == 0;
}

void linear_map_explain(const struct linear_map *lm, pfn_t pfn, struct text *out)
{
	const struct arch *a = lm->arch;
	phys_t phys = pfn_to_phys(a, pfn);
	unsigned section_shift = (unsigned)a->section_shift - a->page_shift;
	u64 v, base;
	pfn_t first;

	text_printf(out, "pfn            %#llx\n", LL(pfn));
	text_printf(out, "physical       %#llx = pfn << %u\n", LL(phys), a->page_shift);
	if (linear_map_virt(lm, phys, &v))
		text_printf(out, "linear         %#llx = physical - %#llx + PAGE_OFFSET %#llx\n", LL(v), LL(lm->memstart),
			    LL(a->page_offset));
	else
		text_printf(out, "linear         none: the linear map covers pfn %#llx to %#llx; a page beyond (HIGHMEM) gets a "
				 "temporary address from kmap()\n",
			    LL(phys_to_pfn(a, lm->memstart)), LL(lm->max_low_pfn) - 1);
	if (page_array(lm, &base, &first) && linear_map_page(lm, pfn, &v))
		text_printf(out, "struct page    %#llx = %s %#llx + (pfn - %#llx) * %u\n", LL(v),
			    a->vmemmap_start ? "vmemmap" : "mem_map", LL(base), LL(first), a->struct_page_size);
	if (!a->flatmem)
		text_printf(out, "section        %llu = pfn >> %u\n", LL(pfn >> section_shift), section_shift);
	text_printf(out, "pageblock      %llu = pfn >> %u\n", LL(pfn >> a->pageblock_order), a->pageblock_order);
}
