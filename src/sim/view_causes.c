/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers that answer "why": which zones refused the last allocation, and how a
 * pageblock came to hold pages of several types.
 *
 * Models: nothing of its own; it reads what mm/page_alloc.c's model left behind:
 * the refusals noted on the way, page owners, mm_page_alloc_extfrag events.
 */
#include "mmview.h"

#include <stdio.h>
#include <string.h>

#include "alloc/page_owner.h"
#include "sim/explain.h"
#include "sim/machine.h"

int machine_last_tries(const struct machine *m, struct alloc_try *out, int max)
{
	const struct alloc_explain *e = &m->sim->last;

	for (int i = 0; i < e->nr_zones && i < max; i++) {
		const struct zone *z = mm_zone(&m->sys->mm, e->zones[i].zone);

		out[i] = (struct alloc_try){ z->nid, z->name, z->zone_start_pfn, z->zone_start_pfn + z->spanned_pages,
					     e->zones[i].pass, e->zones[i].free, e->zones[i].mark, e->zones[i].reserve,
					     refuse_words((enum refuse_reason)e->zones[i].reason) };
	}
	return e->nr_zones;
}

/* The type that pages of @kind want to live among. */
static unsigned mobility(unsigned kind)
{
	if (kind == KIND_KERNEL || kind == KIND_SLAB || kind == KIND_PGTABLE || kind == KIND_MEMMAP)
		return MIGRATE_UNMOVABLE;
	return kind == KIND_RECLAIMABLE ? MIGRATE_RECLAIMABLE : MIGRATE_MOVABLE;
}

/* What a pageblock is for: highatomic reserves are the kernel's, CMA is lent to movable pages. */
static unsigned purpose(unsigned mt)
{
	return mt == MIGRATE_HIGHATOMIC ? MIGRATE_UNMOVABLE : mt == MIGRATE_CMA || mt == MIGRATE_ISOLATE ? MIGRATE_MOVABLE : mt;
}

static void add_foreign(const struct machine *m, const struct page_view *v, struct pageblock_info *pb)
{
	const struct owner_record *o = owner_get((struct mm *)&m->sys->mm, v->owner);
	const char *tag = o ? o->tag : "unknown owner";
	int i = 0;

	pb->foreign_pages += 1ULL << v->order;
	while (i < pb->nr_foreign && strcmp(pb->foreign[i].owner, tag))
		i++;
	if (i == PAGEBLOCK_FOREIGN)
		return;
	if (i == pb->nr_foreign) {
		pb->nr_foreign++;
		snprintf(pb->foreign[i].owner, sizeof(pb->foreign[i].owner), "%s", tag);
		pb->foreign[i].first = v->head;
		pb->foreign[i].mt = mobility(v->kind);
	}
	pb->foreign[i].pages += 1ULL << v->order;
}

/* The newest fallback that took a block in here, where the trace still knows it. */
static void find_fallback(const struct machine *m, struct pageblock_info *pb)
{
	const struct trace *t = &m->trace;

	for (u64 s = t->seq; s > trace_oldest(t); s--) {
		const struct trace_event *e = trace_get(t, s - 1);

		if (e->type != TRACE_mm_page_alloc_extfrag || e->p < pb->start || e->p >= pb->start + pb->pages)
			continue;
		pb->fallback_seq = s - 1;
		pb->has_fallback = true;
		pb->fallback_pfn = e->p;
		pb->alloc_order = e->a & 0xff;
		pb->fallback_order = e->a >> 8;
		pb->alloc_mt = e->b & 0xff;
		pb->fallback_mt = e->b >> 8 & 0xff;
		pb->took_over = e->b >> 16;
		return;
	}
}

int machine_pageblock(const struct machine *m, pfn_t pfn, struct pageblock_info *out)
{
	const struct arch *a = &m->sys->arch;
	struct page_view v;

	memset(out, 0, sizeof(*out));
	if (pfn >> (a->phys_bits - a->page_shift) || m->sys->stage < BOOT_MEM_INIT)
		return -EINVAL;
	out->pages = 1ULL << a->pageblock_order;
	out->start = align_down(pfn, out->pages);
	memmap_view(&m->sys->map, pfn, &v);
	out->mt = v.pb_mt;
	for (pfn_t at = out->start; at < out->start + out->pages;) {
		memmap_view(&m->sys->map, at, &v);
		at = v.state == PAGE_BUDDY || v.state == PAGE_ALLOC ? max_u64(v.head + (1ULL << v.order), at + 1) : at + 1;
		if (v.state == PAGE_BUDDY)
			out->free += 1ULL << v.order;
		if (v.state != PAGE_ALLOC)
			continue;
		out->used += 1ULL << v.order;
		if (mobility(v.kind) != purpose(out->mt))
			add_foreign(m, &v, out);
	}
	out->free = min_u64(out->free, out->pages);
	if (out->foreign_pages)
		find_fallback(m, out);
	return 0;
}
