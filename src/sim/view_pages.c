/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers that look at pages one by one, for map colours, filters and the page
 * view: runs of pages that are alike, page->flags, owners by what they pollute.
 *
 * A walk goes from block to block, not from page to page: a free or allocated block
 * is one step, and so is memory that nobody touched, however much of it there is.
 */
#include "mmview.h"

#include <string.h>

#include "alloc/folio.h"
#include "alloc/held.h"
#include "alloc/page_owner.h"
#include "boot/system.h"
#include "phys/page_types.h"
#include "sim/machine.h"
#include "sim/translate.h"

/* End of the untouched stretch that @v->pfn lies in: nothing in it differs from @v. */
static pfn_t untouched_end(const struct memmap *map, const struct page_view *v, pfn_t end)
{
	const struct memmap_range *r = memmap_range_of(map, v->pfn);
	const struct mem_section *sec = memmap_next_section(map, v->pfn);
	pfn_t stop = r ? min_u64(r->end, end) : memmap_next_present(map, v->pfn, end);

	stop = min_u64(stop, end);
	if (sec && sec->start_pfn > v->pfn)
		return min_u64(stop, sec->start_pfn);
	if (sec)
		stop = min_u64(stop, align_up(v->pfn + 1, memmap_block_pages(map)));
	return max_u64(stop, v->pfn + 1);
}

/* Memory without struct pages: one run of it from @pfn on. */
static void run_untouched(const struct memmap *map, pfn_t pfn, pfn_t end, struct page_run *out)
{
	struct page_view v;

	memmap_view(map, pfn, &v);
	*out = (struct page_run){ .start = pfn, .head = v.head, .state = v.state, .order = v.order, .mt = v.mt,
		.pb_mt = v.pb_mt, .device = v.device, .zoned = v.zone < ZONE_NONE, .handle = NO_PAGE };
	out->nr = untouched_end(map, &v, end) - pfn;
}

/* Pages from @h on that are nobody's in the same way (reserved, offline), @max at most. */
static u64 same_pages(const struct memmap *map, page_handle h, u64 max)
{
	u64 n = 1;

	while (n < max && memmap_page(map, h + (u32)n)->info == memmap_page(map, h)->info)
		n++;
	return n;
}

/* A block with struct pages; @h is the page at @pfn. */
static void run_touched(const struct memmap *map, page_handle h, pfn_t pfn, pfn_t end, struct page_run *out)
{
	page_handle head = memmap_head(map, h);
	const struct page *p = memmap_page(map, head);
	pfn_t first = pfn - (h - head);

	*out = (struct page_run){ .start = pfn, .head = first, .state = page_state(p), .order = page_order(p),
		.mt = page_mt(p), .pb_mt = *page_pb(map, h) & PB_MT_MASK, .kind = page_kind(p),
		.flags = p->info & PG_FLAG_MASK, .owner = page_owner_id(p), .ref = page_ref(p), .handle = head,
		.zoned = true };
	out->device = out->state == PAGE_RESERVED && out->kind;
	out->nr = min_u64(first + (1ULL << out->order), end) - pfn;
	if (out->state == PAGE_RESERVED || out->state == PAGE_OFFLINE || out->state == PAGE_HOLE)
		out->nr = same_pages(map, h, end - pfn);
}

pfn_t machine_visit_pages(const struct machine *m, pfn_t start, pfn_t end, u64 max, page_run_fn fn, void *arg)
{
	const struct memmap *map = &m->sys->map;
	pfn_t block = memmap_block_pages(map), slot_end = 0;
	page_handle h = NO_PAGE;

	for (pfn_t pfn = start; pfn < end;) {
		struct page_run r;

		if (!max--)
			return pfn;
		if (pfn >= slot_end) {
			h = memmap_find(map, pfn);
			slot_end = align_down(pfn, block) + block;
		}
		if (h == NO_PAGE) {
			run_untouched(map, pfn, end, &r);
			slot_end = 0;
		} else {
			run_touched(map, h, pfn, min_u64(end, slot_end), &r);
			h += (u32)r.nr;
		}
		if (!fn(&r, arg))
			return pfn;
		pfn = r.start + r.nr;
	}
	return end;
}

u64 page_run_flags(const struct page_run *r, bool head)
{
	struct page_view v = { .pfn = head ? r->head : r->head + 1, .head = r->head, .state = r->state, .order = r->order,
		.kind = r->kind, .flags = r->flags, .device = r->device, .zone = r->zoned ? 0 : ZONE_NONE };

	return kpage_flags(&v);
}

u64 page_run_matches(const struct page_run *r, const struct page_filter *f)
{
	bool begins = r->start == r->head;
	u64 n = 0;

	if (begins && page_filter_match(f, page_run_flags(r, true)))
		n++;
	if (r->nr > begins && page_filter_match(f, page_run_flags(r, r->state != PAGE_ALLOC)))
		n += r->nr - begins;
	return n;
}

u64 machine_run_age(const struct machine *m, const struct page_run *r)
{
	u32 seq = r->state == PAGE_ALLOC && r->handle != NO_PAGE ? allocation_seq(&m->sys->mm, r->handle) : 0;

	return seq ? m->sys->mm.alloc_seq - seq : AGE_UNKNOWN;
}

/* --- owners ------------------------------------------------------------------------- */

u32 machine_owner_count(const struct machine *m) { return owner_count(&m->sys->mm); }

const char *machine_owner_tag(const struct machine *m, u32 owner)
{
	const struct owner_record *o = owner_get((struct mm *)&m->sys->mm, owner);

	return o ? o->tag : "";
}

int machine_owner_pid(const struct machine *m, u32 owner)
{
	const struct owner_record *o = owner_get((struct mm *)&m->sys->mm, owner);

	return o && o->pid > 0 ? o->pid : -1;
}

struct pollution {
	struct owner_blocks *t; /* [nr] by owner number */
	u32 nr;
	unsigned shift;
};

/* An unmovable page in a pageblock that is meant for movable ones. */
static bool run_pollutes(const struct page_run *r)
{
	return r->state == PAGE_ALLOC && r->pb_mt == MIGRATE_MOVABLE && !(r->flags & (PGF_LRU | PGF_MOVABLE_OPS)) &&
	       r->kind != KIND_HUGETLB;
}

bool page_run_pollutes(const struct page_run *r) { return run_pollutes(r); }

static bool count_pollution(const struct page_run *r, void *arg)
{
	struct pollution *p = arg;
	u64 block = r->start >> p->shift;

	if (!run_pollutes(r) || r->owner >= p->nr || p->t[r->owner].last == block + 1)
		return true;
	p->t[r->owner].last = block + 1;
	p->t[r->owner].polluted++;
	return true;
}

bool machine_pollution(const struct machine *m, struct owner_blocks *t, u32 nr, u64 max)
{
	struct pollution p = { t, nr, m->sys->map.pb_order };

	memset(t, 0, nr * sizeof(*t));
	return machine_visit_pages(m, 0, m->sys->max_pfn, max, count_pollution, &p) >= m->sys->max_pfn;
}

/* --- one page ------------------------------------------------------------------------ */

void machine_page_flags(const struct machine *m, pfn_t pfn, struct page_flags_info *out)
{
	const struct arch *a = &m->sys->arch;
	struct page_view v;

	memset(out, 0, sizeof(*out));
	memmap_view(&m->sys->map, pfn, &v);
	page_flags_layout(a, &out->layout);
	out->word = page_flags_pack(a, &v);
	out->kpage_flags = kpage_flags(&v);
}

void machine_page_dump(const struct machine *m, pfn_t pfn, struct text *out)
{
	dump_page(&m->sys->mm, pfn, NULL, out);
}

void machine_translate(const struct machine *m, pfn_t pfn, struct text *out)
{
	struct linear_map lm = system_linear_map(m->sys);

	linear_map_explain(&lm, pfn, out);
}

const struct slab_state *machine_slab(const struct machine *m) { return m->sys->slab; }
