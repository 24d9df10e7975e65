/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the memmap of hot-added sections lies.
 *
 *   section of 128 MiB = 32768 pages x 64 bytes = 2 MiB of struct pages
 *                      = one page of order 9, mapped by one PMD
 *
 * Each section takes its memmap in PMD-sized blocks; where the buddy has none,
 * in single pages. Sections whose memmap is smaller than a PMD (big pages) take
 * single pages only, and so do parts of sections (device memory).
 *
 * Left out: the page tables that map them (a page for every 512 blocks).
 *
 * Models: mm/sparse-vmemmap.c vmemmap_alloc_block(), vmemmap_populate_hugepages(),
 * arch/x86/mm/init_64.c remove_pagetable() (6.12).
 */
#include "hotplug/vmemmap.h"

#include <string.h>

#include "alloc/page_owner.h"
#include "hotplug/memory_hotplug.h"
#include "phys/summary.h"

static u32 pmd_order(const struct arch *a)
{
	return a->page_shift - 3u; /* a page holds 1 << (page_shift - 3) entries of 8 bytes */
}

/* Pages of memmap that @nr_pages need. */
static u64 memmap_pages(const struct arch *a, u64 nr_pages)
{
	return (nr_pages * a->struct_page_size + arch_page_size(a) - 1) >> a->page_shift;
}

/* Position of the first chunk that describes @pfn or later pages. */
static u32 chunk_search(const struct hotplug_state *hp, pfn_t pfn)
{
	u32 lo = 0, hi = hp->nr_vmemmap;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (hp->vmemmap[mid].start < pfn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void chunk_insert(struct system *sys, const struct vmemmap_chunk *c)
{
	struct hotplug_state *hp = sys->hotplug;
	u32 cap = hp->cap_vmemmap ? 2 * hp->cap_vmemmap : 16;
	u32 pos = chunk_search(hp, c->start + 1);

	if (hp->nr_vmemmap == hp->cap_vmemmap) {
		hp->vmemmap = arena_realloc(sys->arena, hp->vmemmap, hp->cap_vmemmap * sizeof(*c),
					    cap * sizeof(*c));
		hp->cap_vmemmap = cap;
	}
	memmove(&hp->vmemmap[pos + 1], &hp->vmemmap[pos], (hp->nr_vmemmap - pos) * sizeof(*c));
	hp->vmemmap[pos] = *c;
	hp->nr_vmemmap++;
}

/* The allocated block at @h holds struct pages from now on. */
static void mark_memmap(struct memmap *map, page_handle h, u32 order)
{
	struct page *p = memmap_page(map, h);

	memmap_dirty(map, h);
	psum_sub(map, h, order, page_summary_class(p->info));
	p->info = (p->info & ~(31u << PG_KIND_SHIFT)) | (u32)KIND_MEMMAP << PG_KIND_SHIFT;
	psum_add(map, h, order, page_summary_class(p->info));
}

static int chunk_alloc(struct system *sys, int nid, pfn_t start, u32 order)
{
	owner_id owner = owner_intern(
		&sys->mm, "memmap", "alloc_pages < vmemmap_alloc_block < sparse_add_section < add_pages", 0);
	page_handle h =
		alloc_pages(&sys->mm, GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN, order, nid, owner);
	struct vmemmap_chunk c = { .start = start, .order = order };

	if (h == NO_PAGE)
		return -ENOMEM;
	mark_memmap(&sys->map, h, order);
	c.pfn = page_to_pfn(&sys->map, h);
	chunk_insert(sys, &c);
	return 0;
}

/* [start, end) lies in one section. */
static int populate_section(struct system *sys, int nid, pfn_t start, pfn_t end)
{
	const struct arch *a = &sys->arch;
	u32 order = pmd_order(a);
	bool huge = (a->page_shift == 12 || a->id == ARCH_X86_64) && end - start == arch_pages_per_section(a);

	if (memmap_section_present(&sys->map, start / arch_pages_per_section(a)))
		return 0;
	while (start < end) {
		u64 left = memmap_pages(a, end - start);

		if (huge && left >= 1ULL << order && !chunk_alloc(sys, nid, start, order)) {
			start += (arch_page_size(a) << order) / a->struct_page_size;
			continue;
		}
		if (chunk_alloc(sys, nid, start, 0))
			return -ENOMEM;
		start += arch_page_size(a) / a->struct_page_size;
	}
	return 0;
}

int vmemmap_populate(struct system *sys, int nid, pfn_t start, pfn_t end)
{
	u64 per = arch_pages_per_section(&sys->arch);

	for (pfn_t p = start, next; p < end; p = next) {
		next = min_u64(end, align_down(p, per) + per);
		if (populate_section(sys, nid, p, next)) {
			vmemmap_depopulate(sys, start, next);
			return -ENOMEM;
		}
	}
	return 0;
}

void vmemmap_depopulate(struct system *sys, pfn_t start, pfn_t end)
{
	struct hotplug_state *hp = sys->hotplug;
	u32 lo = chunk_search(hp, start), hi = chunk_search(hp, end);

	if (lo == hi)
		return;
	for (u32 i = lo; i < hi; i++)
		free_pages(&sys->mm, memmap_find(&sys->map, hp->vmemmap[i].pfn), hp->vmemmap[i].order);
	memmove(&hp->vmemmap[lo], &hp->vmemmap[hi], (hp->nr_vmemmap - hi) * sizeof(*hp->vmemmap));
	hp->nr_vmemmap -= hi - lo;
}

const struct vmemmap_chunk *vmemmap_chunk_of(const struct system *sys, pfn_t pfn, u32 index)
{
	const struct hotplug_state *hp = sys->hotplug;
	u64 per = arch_pages_per_section(&sys->arch);
	u32 i = chunk_search(hp, align_down(pfn, per)) + index;

	return i < hp->nr_vmemmap && hp->vmemmap[i].start / per == pfn / per ? &hp->vmemmap[i] : NULL;
}

u64 vmemmap_pages(const struct system *sys)
{
	const struct hotplug_state *hp = sys->hotplug;
	u64 pages = 0;

	for (u32 i = 0; hp && i < hp->nr_vmemmap; i++)
		pages += 1ULL << hp->vmemmap[i].order;
	return pages;
}
