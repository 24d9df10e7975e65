/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel with its checks on (CONFIG_DEBUG_VM, CONFIG_PAGE_OWNER) logs when a
 * page is misused: the condition that caught it, and the dump of the page.
 *
 *   refcount 0 (free, a tail, no memory)    VM_BUG_ON_PAGE(page_ref_count(page) == 0)
 *   reserved, on an LRU list                BUG: Bad page state, a flag that is checked at free
 *   slab, page table, hugetlb               BUG: Bad page state, nonzero mapcount (the page's type)
 *
 * Models: include/linux/page_ref.h, mm/page_alloc.c bad_page(), page_bad_reason().
 */
#include "alloc/folio.h"

static bool has_type(const struct page_view *v)
{
	return v->kind == KIND_SLAB || v->kind == KIND_PGTABLE || v->kind == KIND_HUGETLB;
}

/* page_bad_reason(); NULL: its reference count is zero, which is caught earlier. */
static const char *bad_reason(const struct page_view *v)
{
	if (v->state == PAGE_RESERVED)
		return "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
	if (v->state != PAGE_ALLOC || v->head != v->pfn)
		return NULL;
	if (has_type(v))
		return "nonzero mapcount";
	return v->flags & PGF_LRU ? "PAGE_FLAGS_CHECK_AT_FREE flag(s) set" : "nonzero _refcount";
}

void dump_bad_free(struct mm *mm, pfn_t pfn, struct text *out)
{
	struct page_view v;
	const char *reason;

	memmap_view(mm->map, pfn, &v);
	reason = bad_reason(&v);
	if (reason)
		text_printf(out, "BUG: Bad page state in process mmview  pfn:%05llx\n", (unsigned long long)pfn);
	dump_page(mm, pfn, reason ? reason : "VM_BUG_ON_PAGE(page_ref_count(page) == 0)", out);
}
