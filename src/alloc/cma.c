/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contiguous memory areas: see cma.h. */
#include "alloc/cma.h"

#include <string.h>

#include "alloc/contig.h"
#include "alloc/page_owner.h"

#define LL(v) ((unsigned long long)(v))

void cma_add_area(struct mm *mm, struct cma_table *t, const char *name, pfn_t base, u64 pages)
{
	struct cma_area *c;

	t->area = arena_realloc(mm->arena, t->area, t->nr * sizeof(*c), (t->nr + 1) * sizeof(*c));
	c = &t->area[t->nr++];
	*c = (struct cma_area){.name = name, .base = base, .pages = pages};
	c->owner = owner_intern(mm, name, "alloc_contig_range < cma_alloc < dma_alloc_contiguous", -1);
	owner_get(mm, c->owner)->keeper = "the driver that got it from its CMA area (cma free)";
}

/* bitmap_find_next_zero_area(): the first aligned gap of @count pages from @from on. NO_PFN: none. */
static pfn_t find_gap(const struct cma_area *c, pfn_t from, u64 count, unsigned align)
{
	pfn_t at = align_up(from, 1ULL << align);

	for (u32 i = 0; i < c->nr; i++) {
		const struct cma_alloc *a = &c->alloc[i];

		if (a->pfn + a->pages <= at)
			continue;
		if (a->pfn >= at + count)
			break;
		at = align_up(a->pfn + a->pages, 1ULL << align);
	}
	return at + count <= c->base + c->pages ? at : NO_PFN;
}

static void note_alloc(struct mm *mm, struct cma_area *c, pfn_t pfn, u64 pages)
{
	u32 i;

	if (c->nr == c->cap) {
		u32 cap = c->cap ? c->cap * 2 : 16;

		c->alloc = arena_realloc(mm->arena, c->alloc, c->cap * sizeof(*c->alloc),
					 cap * sizeof(*c->alloc));
		c->cap = cap;
	}
	for (i = c->nr++; i && c->alloc[i - 1].pfn > pfn; i--)
		c->alloc[i] = c->alloc[i - 1];
	c->alloc[i] = (struct cma_alloc){pfn, pages};
}

static int no_place(const struct cma_area *c, u64 count, pfn_t culprit, struct mm_error *err)
{
	if (culprit == NO_PFN)
		return mm_fail(err, -ENOMEM,
			       "cma: %s: alloc failed, req-size: %llu pages, ret: -12: no gap of that size",
			       c->name, LL(count));
	return mm_fail(err, -EBUSY,
		       "cma: %s: alloc failed, req-size: %llu pages, ret: -16: pfn 0x%llx could not be moved "
		       "(show page 0x%llx)",
		       c->name, LL(count), LL(culprit), LL(culprit));
}

pfn_t cma_alloc(struct mm *mm, struct cma_area *c, u64 count, unsigned align, struct mm_error *err)
{
	const struct contig_use use = {GFP_KERNEL, 0, KIND_CMA, c->owner};
	pfn_t culprit = NO_PFN, from = c->base, pfn;

	while ((pfn = find_gap(c, from, count, align)) != NO_PFN) {
		if (!alloc_contig_range(mm, pfn, pfn + count, MIGRATE_CMA, &use, &culprit)) {
			note_alloc(mm, c, pfn, count);
			mm->vm_event[EV_cma_alloc_success]++;
			c->nr_success += count;
			return pfn;
		}
		from = pfn + (1ULL << align);
	}
	mm->vm_event[EV_cma_alloc_fail]++;
	c->nr_fail += count;
	no_place(c, count, culprit, err);
	return NO_PFN;
}

u64 cma_release(struct mm *mm, struct cma_area *c, pfn_t pfn)
{
	for (u32 i = 0; i < c->nr; i++) {
		u64 pages = c->alloc[i].pages;

		if (c->alloc[i].pfn != pfn)
			continue;
		memmove(&c->alloc[i], &c->alloc[i + 1], (c->nr - i - 1) * sizeof(*c->alloc));
		c->nr--;
		free_contig_range(mm, pfn, pfn + pages);
		return pages;
	}
	return 0;
}

u64 cma_used(const struct cma_area *c)
{
	u64 pages = 0;

	for (u32 i = 0; i < c->nr; i++)
		pages += c->alloc[i].pages;
	return pages;
}
