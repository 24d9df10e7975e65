/* SPDX-License-Identifier: GPL-2.0-or-later */
/* References, compound pages and splitting: see folio.h. */
#include "alloc/folio.h"

#include "alloc/held.h"
#include "alloc/lru.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "phys/page_flags.h"

#define LL(v) ((unsigned long long)(v))

static const char *state_words(enum page_state s)
{
	switch (s) {
	case PAGE_BUDDY: return "it is free, on a buddy list";
	case PAGE_PCP: return "it is free, on a per-cpu list";
	case PAGE_RESERVED: return "it is reserved since boot (PageReserved)";
	case PAGE_HOLE: return "there is no memory";
	case PAGE_OFFLINE: return "its memory block is offline";
	case PAGE_ISOLATED: return "compaction or isolation has taken it";
	case PAGE_POISON: return "it is poisoned (PageHWPoison)";
	default: return "it is not allocated";
	}
}

/* The allocated block that covers @pfn, looked at; *h is its head. */
static int held_block(struct mm *mm, pfn_t pfn, const char *what, page_handle *h, struct page_view *v,
		      struct mm_error *err)
{
	memmap_view(mm->map, pfn, v);
	if (v->state != PAGE_ALLOC)
		return mm_fail(err, v->state == PAGE_BUDDY || v->state == PAGE_PCP ? -EUCLEAN : -EINVAL,
			       "%s of pfn 0x%llx: %s%s", what, LL(pfn),
			       v->state == PAGE_RESERVED ? "" : "refcount is 0, ", state_words(v->state));
	*h = memmap_find(mm->map, v->head);
	return 0;
}

static void set_ref(struct mm *mm, page_handle h, u32 ref)
{
	struct page *p = memmap_page(mm->map, h);

	memmap_dirty(mm->map, h);
	p->ext = (p->ext & ~PAGE_REF_MAX) | ref;
}

static bool counted_as_unit(const struct page_view *v) { return !v->order || (v->flags & PGF_HEAD); }

static int refuse_uncounted(const struct page_view *v, const char *what, struct mm_error *err)
{
	return mm_fail(err, -EBUSY,
		       "%s of pfn 0x%llx: it belongs to a block of order %u that is not compound, whose pages have no "
		       "counts of their own; free the whole block (free pfn=0x%llx) or split it first (split 0x%llx)",
		       what, LL(v->pfn), v->order, LL(v->head), LL(v->head));
}

/* Who alone may free the block, in words; NULL: whoever holds the last reference. */
static const char *keeper_of(struct mm *mm, const struct page_view *v)
{
	const struct owner_record *o = owner_get(mm, v->owner);

	if (v->kind == KIND_SLAB)
		return "its slab cache";
	if (o && o->keeper)
		return o->keeper;
	return v->flags & PGF_LRU ? "the process or page cache that holds it" : NULL;
}

int page_get(struct mm *mm, pfn_t pfn, struct mm_error *err)
{
	struct page_view v;
	page_handle h;
	int rc = held_block(mm, pfn, "get_page", &h, &v, err);

	if (rc)
		return rc;
	if (!counted_as_unit(&v))
		return refuse_uncounted(&v, "get_page", err);
	if (v.ref == PAGE_REF_MAX)
		return mm_fail(err, -EOVERFLOW, "get_page of pfn 0x%llx: it has %u references, more cannot be counted",
			       LL(pfn), PAGE_REF_MAX);
	set_ref(mm, h, v.ref + 1);
	return 0;
}

int page_put(struct mm *mm, pfn_t pfn, bool *freed, struct mm_error *err)
{
	struct page_view v;
	page_handle h;
	int rc = held_block(mm, pfn, "put_page", &h, &v, err);

	if (rc)
		return rc;
	if (!counted_as_unit(&v))
		return refuse_uncounted(&v, "put_page", err);
	if (v.kind == KIND_SLAB || (v.ref == 1 && keeper_of(mm, &v)))
		return mm_fail(err, -EBUSY, "put_page of pfn 0x%llx: the last reference belongs to %s", LL(pfn),
			       keeper_of(mm, &v));
	*freed = v.ref == 1;
	if (!*freed) {
		set_ref(mm, h, v.ref - 1);
		return 0;
	}
	held_forget(mm, h);
	free_pages(mm, h, v.order);
	return 0;
}

void page_resize(struct mm *mm, page_handle h, unsigned new_order)
{
	struct page *p = memmap_page(mm->map, h);
	unsigned order = page_order(p);
	struct owner_record *o = owner_get(mm, page_owner_id(p));
	u32 info, seq = allocation_seq(mm, h), word = allocation_word(mm, h);

	if (page_kind(p) == KIND_THP && new_order < order) {
		/* Smaller anonymous folios are no transparent huge pages any more. */
		page_stat_mod(mm, h, -1);
		page_stat_set(mm, h, KIND_ANON, p->info);
	}
	info = (p->info & ~(15u << PG_ORDER_SHIFT)) | new_order << PG_ORDER_SHIFT;
	if (!new_order)
		info &= ~(u32)PGF_HEAD;
	memmap_dirty(mm->map, h);
	p->info = info;
	for (u32 i = 1u << new_order; i < 1u << order; i += 1u << new_order) {
		struct page *q = memmap_page(mm->map, h + i);

		q->info = info;
		q->ext = p->ext;
		q->next = seq;
		q->prev = word;
		if (o && o->set)
			held_add(mm, o->set, h + i);
	}
	if (o)
		o->allocs += (1u << (order - new_order)) - 1;
}

int page_split(struct mm *mm, pfn_t pfn, struct mm_error *err)
{
	struct page_view v;
	page_handle h;
	int rc = held_block(mm, pfn, "split_page", &h, &v, err);

	if (rc)
		return rc;
	if (v.head != pfn)
		return mm_fail(err, -EINVAL, "split_page of pfn 0x%llx: it is inside a block; split its head 0x%llx", LL(pfn),
			       LL(v.head));
	if (v.flags & PGF_HEAD)
		return mm_fail(err, -EINVAL, "split_page of pfn 0x%llx: it is compound; a folio is split with 'folio split'",
			       LL(pfn));
	if (!v.order)
		return mm_fail(err, -EINVAL, "split_page of pfn 0x%llx: it is a single page already", LL(pfn));
	if (v.kind == KIND_SLAB)
		return mm_fail(err, -EBUSY, "split_page of pfn 0x%llx: it is a slab", LL(pfn));
	page_resize(mm, h, 0);
	return 0;
}

int folio_split(struct mm *mm, pfn_t pfn, unsigned new_order, struct mm_error *err)
{
	struct page_view v;
	page_handle h;
	bool listed;
	int rc = held_block(mm, pfn, "split_folio", &h, &v, err);

	if (rc)
		return rc;
	if (!(v.flags & PGF_HEAD))
		return mm_fail(err, -EINVAL, "split_folio of pfn 0x%llx: it is no large folio (PageCompound is not set)",
			       LL(pfn));
	if (new_order >= v.order)
		return mm_fail(err, -EINVAL, "split_folio of pfn 0x%llx: it has order %u; give a smaller one", LL(pfn), v.order);
	if (v.kind == KIND_SLAB || v.kind == KIND_HUGETLB)
		return mm_fail(err, -EBUSY, "split_folio of pfn 0x%llx: %s are not split", LL(pfn),
			       v.kind == KIND_SLAB ? "slabs" : "hugetlb pages");
	if (v.ref != 1 || (v.flags & PGF_PINNED))
		return mm_fail(err, -EBUSY, "split_folio of pfn 0x%llx: it is in use: %u references%s; put them first",
			       LL(pfn), v.ref, v.flags & PGF_PINNED ? ", pinned" : "");
	listed = v.flags & PGF_LRU;
	if (listed)
		lru_del(mm, h);
	page_resize(mm, h, new_order);
	for (u32 i = 0; listed && i < 1u << v.order; i += 1u << new_order)
		lru_add(mm, h + i);
	mm->vm_event[EV_thp_split_page] += v.kind == KIND_THP;
	return 0;
}

void dump_page(struct mm *mm, pfn_t pfn, const char *reason, struct text *out)
{
	struct page_view v;
	page_handle h;
	unsigned ref;

	memmap_view(mm->map, pfn, &v);
	/* Reserved pages have kept the one reference that every struct page starts with; tails have none. */
	ref = v.state == PAGE_RESERVED || v.state == PAGE_HOLE ? 1 : v.ref;
	if (v.state == PAGE_ALLOC && v.head != pfn && !(v.flags & PGF_HEAD))
		ref = 0;
	text_printf(out, "page: refcount:%u mapcount:%d mapping:%016x index:0x%llx pfn:0x%llx\n", ref,
		    v.flags & PGF_MAPPED ? 1 : 0, 0, LL(pfn - v.head), LL(pfn));
	if (v.state == PAGE_ALLOC && (v.flags & PGF_HEAD))
		text_printf(out, "head: order:%u mapcount:%d entire_mapcount:%d nr_pages_mapped:0 pincount:%d\n", v.order,
			    v.flags & PGF_MAPPED ? 1 : 0, v.flags & PGF_MAPPED ? 1 : 0, v.flags & PGF_PINNED ? 1 : 0);
	text_printf(out, "%sflags: ", v.state == PAGE_ALLOC && (v.kind == KIND_ANON || v.kind == KIND_THP) ? "anon " : "");
	page_flags_format(mm->arch, &v, out);
	text_printf(out, "%s\n", v.pb_mt == MIGRATE_CMA ? " CMA" : "");
	if (v.state == PAGE_BUDDY)
		text_puts(out, "page_type: f0(buddy)\n");
	else if (v.state == PAGE_ALLOC && v.kind == KIND_SLAB)
		text_puts(out, "page_type: f5(slab)\n");
	else if (v.state == PAGE_ALLOC && v.kind == KIND_PGTABLE)
		text_puts(out, "page_type: f2(table)\n");
	else if (v.state == PAGE_ALLOC && v.kind == KIND_HUGETLB)
		text_puts(out, "page_type: f4(hugetlb)\n");
	if (reason)
		text_printf(out, "page dumped because: %s\n", reason);
	h = v.state == PAGE_ALLOC ? memmap_find(mm->map, v.head) : NO_PAGE;
	if (h != NO_PAGE)
		(reason ? page_owner_dump : page_owner_print)(mm, h, out);
}
