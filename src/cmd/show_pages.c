/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks over all pages for `show`: see show_pages.h. Untouched memory is passed in one step. */
#include "cmd/show_pages.h"

#include <stdlib.h>
#include <string.h>

#include "alloc/page_owner.h"
#include "phys/page_types.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

/* Pages from @v->pfn on that look the same (a block's first page looks different from the rest). */
static u64 run_length(const struct memmap *map, const struct page_view *v, pfn_t end)
{
	const struct memmap_range *r;
	const struct mem_section *sec;
	pfn_t stop;

	if (v->touched) {
		bool block = v->state == PAGE_ALLOC || v->state == PAGE_BUDDY || v->state == PAGE_PCP;

		return block && v->pfn != v->head ? v->head + (1ULL << v->order) - v->pfn : 1;
	}
	r = memmap_range_of(map, v->pfn);
	sec = memmap_next_section(map, v->pfn);
	stop = r ? min_u64(r->end, end) : memmap_next_present(map, v->pfn, end);
	stop = stop == NO_PFN ? end : stop;
	if (sec && sec->start_pfn > v->pfn)
		stop = min_u64(stop, sec->start_pfn);
	else if (sec)
		stop = min_u64(stop, align_up(v->pfn + 1, memmap_block_pages(map)));
	return stop > v->pfn ? stop - v->pfn : 1;
}

/* --- page-types -------------------------------------------------------------------------- */

struct flag_count {
	u64 flags;
	u64 pages;
};

struct flag_table {
	struct flag_count *e;
	u32 nr;
	u32 cap;
	u64 total;
};

static int count_flags(struct flag_table *t, u64 flags, u64 pages)
{
	u32 i;

	for (i = 0; i < t->nr && t->e[i].flags != flags; i++)
		;
	if (i == t->cap) {
		u32 cap = t->cap ? t->cap * 2 : 64;
		struct flag_count *e = realloc(t->e, cap * sizeof(*e));

		if (!e)
			return -ENOMEM;
		t->e = e;
		t->cap = cap;
	}
	if (i == t->nr)
		t->e[t->nr++] = (struct flag_count){flags, 0};
	t->e[i].pages += pages;
	t->total += pages;
	return 0;
}

static int by_flags(const void *a, const void *b)
{
	const struct flag_count *x = a, *y = b;

	return x->flags < y->flags ? -1 : x->flags > y->flags;
}

static int walk_flags(struct machine *m, const struct page_filter *f, struct flag_table *t)
{
	const struct memmap *map = &m->sys->map;
	pfn_t end = m->sys->max_pfn;
	int rc = 0;

	for (pfn_t pfn = 0; pfn < end && !rc;) {
		struct page_view v;
		u64 flags, n;

		memmap_view(map, pfn, &v);
		flags = kpage_flags(&v);
		n = run_length(map, &v, end);
		if (!f || page_filter_match(f, flags))
			rc = count_flags(t, kpage_flags_known(flags), n);
		pfn += n;
	}
	return rc;
}

static void print_flags(struct machine *m, const struct flag_table *t, struct text *out)
{
	unsigned mib = 20 - m->sys->arch.page_shift;

	text_puts(out, "             flags\tpage-count       MB  symbolic-flags\t\t\tlong-symbolic-flags\n");
	for (u32 i = 0; i < t->nr; i++) {
		text_printf(out, "0x%016llx\t%10llu %8llu  ", LL(t->e[i].flags), LL(t->e[i].pages),
			    LL(t->e[i].pages >> mib));
		kpage_flags_symbols(t->e[i].flags, out);
		text_puts(out, "\t");
		kpage_flags_names(t->e[i].flags, out);
		text_puts(out, "\n");
	}
	text_printf(out, "             total\t%10llu %8llu\n", LL(t->total), LL(t->total >> mib));
}

int show_page_types(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct flag_table t = {NULL, 0, 0, 0};
	struct page_filter f;
	int rc = a->argc > 2 ? page_filter_parse(a->argv[2], &f, err) : 0;

	if (rc)
		return rc;
	if (walk_flags(m, a->argc > 2 ? &f : NULL, &t)) {
		free(t.e);
		return mm_fail(err, -ENOMEM, "the host has no memory for the table");
	}
	if (t.nr)
		qsort(t.e, t.nr, sizeof(*t.e), by_flags);
	print_flags(m, &t, out);
	free(t.e);
	return 0;
}

/* --- owners -------------------------------------------------------------------------------- */

/* The next allocated block whose head is at or above *@pfn; its head. NO_PAGE: none. *@pfn moves behind it.
 */
static page_handle next_allocated(const struct memmap *map, pfn_t *pfn, pfn_t end)
{
	while (*pfn < end) {
		struct page_view v;

		memmap_view(map, *pfn, &v);
		if (v.state == PAGE_ALLOC && v.head == *pfn) {
			*pfn += 1ULL << v.order;
			return memmap_find(map, v.head);
		}
		*pfn += run_length(map, &v, end);
	}
	return NO_PAGE;
}

int show_page_owner(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mm *mm = &m->sys->mm;
	u64 n = 10, left;
	page_handle h;
	pfn_t pfn = 0;

	if (a->argc > 2 && cmd_parse_u64(a->argv[2], &n, "number of blocks", err))
		return err ? err->code : -EINVAL;
	for (left = n; left && (h = next_allocated(mm->map, &pfn, m->sys->max_pfn)) != NO_PAGE;) {
		if (!page_owner_id(memmap_page(mm->map, h)))
			continue;
		page_owner_print(mm, h, out);
		left--;
	}
	return 0;
}

struct polluter {
	owner_id id;
	u64 blocks;
	pfn_t last; /* pageblock that was counted last */
};

static bool is_unmovable(const struct page *p)
{
	return !(p->info & (PGF_LRU | PGF_MOVABLE_OPS)) && page_kind(p) != KIND_HUGETLB;
}

static void walk_polluters(struct machine *m, struct polluter *t)
{
	struct mm *mm = &m->sys->mm;
	page_handle h;
	pfn_t pfn = 0;

	while ((h = next_allocated(mm->map, &pfn, m->sys->max_pfn)) != NO_PAGE) {
		const struct page *p = memmap_page(mm->map, h);
		pfn_t at = page_to_pfn(mm->map, h), block = at >> mm->map->pb_order;
		struct polluter *o = &t[page_owner_id(p)];

		if (!is_unmovable(p) || get_pageblock_migratetype(mm, at) != MIGRATE_MOVABLE ||
		    o->last == block + 1)
			continue;
		o->last = block + 1;
		o->blocks++;
	}
}

static int by_blocks(const void *a, const void *b)
{
	const struct polluter *x = a, *y = b;

	if (x->blocks != y->blocks)
		return x->blocks < y->blocks ? 1 : -1;
	return x->id < y->id ? -1 : x->id > y->id;
}

int show_polluters(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mm *mm = &m->sys->mm;
	u32 n = owner_count(mm);
	struct polluter *t = calloc(n + 1, sizeof(*t));

	if (!t)
		return mm_fail(err, -ENOMEM, "the host has no memory for the table");
	for (u32 i = 0; i <= n; i++)
		t[i].id = i;
	walk_polluters(m, t);
	qsort(t, n + 1, sizeof(*t), by_blocks);
	text_printf(out, "%10s  %-20s %s\n", "pageblocks", "owner", "call chain");
	for (u32 i = 0; i <= n && t[i].blocks; i++) {
		const struct owner_record *o = owner_get(mm, t[i].id);

		text_printf(out, "%10llu  %-20s %s\n", LL(t[i].blocks), o ? o->tag : "unknown",
			    o ? o->callchain : "");
	}
	free(t);
	return 0;
}
