/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands about single pages and folios: get, put, split, folio.
 */
#include "cmd/tables.h"

#include <string.h>

#include "alloc/folio.h"
#include "alloc/held.h"
#include "alloc/page_owner.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

/* The first block that users hold under the name @word. NO_PFN: none. */
static pfn_t held_by_name(struct machine *m, const char *word)
{
	const struct held_set *set = &m->sim->held;
	struct mm *mm = &m->sys->mm;
	pfn_t first = NO_PFN;

	for (u32 i = 0; i < set->nr; i++) {
		const struct owner_record *o = owner_get(mm, page_owner_id(memmap_page(mm->map, set->h[i])));

		if (o && !strcmp(o->tag, word))
			first = min_u64(first, page_to_pfn(mm->map, set->h[i]));
	}
	return first;
}

/* A pfn, or the name of a block that was allocated by command. */
static int pfn_argument(struct machine *m, const struct cmd_args *a, int index, pfn_t *pfn, struct mm_error *err)
{
	if (m->sys->stage < BOOT_MEM_INIT)
		return mm_fail(err, -EAGAIN, "there are no pages to hold before the hand-over to the buddy; run 'boot' first");
	if (a->argc <= index)
		return mm_fail(err, -EINVAL, "%s which page? give its pfn, e.g. 0x48000", a->argv[0]);
	*pfn = held_by_name(m, a->argv[index]);
	return *pfn != NO_PFN ? 0 : cmd_parse_u64(a->argv[index], pfn, "pfn or name", err);
}

/* The refusal of a misuse carries the kernel's dump of the page. */
static int dump_refusal(struct machine *m, pfn_t pfn, int rc, struct text *out, const char *reason)
{
	if (rc)
		dump_page(&m->sys->mm, pfn, reason, out);
	return rc;
}

static int run_get(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct page_view v;
	pfn_t pfn;
	int rc = pfn_argument(m, a, 1, &pfn, err);

	if (rc)
		return rc;
	rc = page_get(&m->sys->mm, pfn, err);
	if (rc)
		return dump_refusal(m, pfn, rc, out, "VM_BUG_ON_FOLIO(folio_ref_zero_or_close_to_overflow(folio))");
	memmap_view(&m->sys->map, pfn, &v);
	text_printf(out, "pfn 0x%llx: refcount %u\n", LL(v.head), v.ref);
	return 0;
}

static int run_put(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct page_view v;
	bool freed = false;
	pfn_t pfn;
	int rc = pfn_argument(m, a, 1, &pfn, err);

	if (rc)
		return rc;
	memmap_view(&m->sys->map, pfn, &v);
	rc = page_put(&m->sys->mm, pfn, &freed, err);
	if (rc)
		dump_bad_free(&m->sys->mm, pfn, out);
	if (rc)
		return rc;
	if (freed)
		text_printf(out, "pfn 0x%llx: that was the last reference, order %u freed\n", LL(v.head), v.order);
	else
		text_printf(out, "pfn 0x%llx: refcount %u\n", LL(v.head), v.ref - 1);
	return 0;
}

static int run_split(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct page_view v;
	pfn_t pfn;
	int rc = pfn_argument(m, a, 1, &pfn, err);

	if (rc)
		return rc;
	memmap_view(&m->sys->map, pfn, &v);
	rc = page_split(&m->sys->mm, pfn, err);
	if (rc)
		return dump_refusal(m, pfn, rc, out, v.flags & PGF_HEAD ? "VM_BUG_ON_PAGE(PageCompound(page))"
									: "VM_BUG_ON_PAGE(!page_count(page))");
	text_printf(out, "split_page: pfn 0x%llx order %u became %u single pages, each with refcount 1\n", LL(pfn), v.order,
		    1u << v.order);
	return 0;
}

static int folio_new(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mm *mm = &m->sys->mm;
	const char *tag = cmd_value(a, "as"), *gfp_text = cmd_value(a, "gfp");
	gfp_t gfp = GFP_HIGHUSER_MOVABLE;
	int order = 2, nid = mm->cpu_node[mm->cpu];
	page_handle h;
	owner_id owner;
	int rc = cmd_int(a, "order", 0, mm->arch->max_page_order, &order, err);

	rc = rc ? rc : cmd_int(a, "node", 0, MAX_NUMNODES - 1, &nid, err);
	rc = rc || !gfp_text ? rc : gfp_parse(gfp_text, &gfp, err);
	if (rc)
		return rc;
	if (nid >= mm->nr_node_ids || !mm->node[nid] || !mm->node[nid]->online)
		return mm_fail(err, -EINVAL, "there is no node %d; 'show nodes' lists them", nid);
	owner = owner_intern(mm, tag ? tag : "folio", "alloc_pages < folio_alloc < command", -1);
	owner_get(mm, owner)->set = &m->sim->held;
	h = alloc_pages_explain(mm, gfp | __GFP_COMP, (unsigned)order, nid, owner, &m->sim->last);
	if (h == NO_PAGE)
		return mm_fail(err, -ENOMEM, "folio_alloc: no block of order %d; 'why' tells what refused it", order);
	held_add(mm, &m->sim->held, h);
	text_printf(out, "folio: head pfn 0x%llx order %d, %u pages\n", LL(page_to_pfn(mm->map, h)), order, 1u << order);
	return 0;
}

/* page_folio(): which folio a page belongs to, in words. */
static void tell_folio(const struct page_view *v, struct text *out)
{
	if (v->state != PAGE_ALLOC) {
		text_printf(out, "pfn 0x%llx is not allocated: there is no folio\n", LL(v->pfn));
		return;
	}
	if (!v->order) {
		text_printf(out, "pfn 0x%llx is an order-0 page: page and folio are the same struct page\n", LL(v->pfn));
		return;
	}
	if (!(v->flags & PGF_HEAD)) {
		text_printf(out, "pfn 0x%llx: PageCompound is false: part of a plain high-order block of order %u at 0x%llx, "
				 "no folio\n", LL(v->pfn), v->order, LL(v->head));
		return;
	}
	text_printf(out, "pfn 0x%llx: PageCompound is true: %s page of the folio at 0x%llx, order %u (%u pages), refcount %u\n",
		    LL(v->pfn), v->pfn == v->head ? "head" : "tail", LL(v->head), v->order, 1u << v->order, v->ref);
}

static int run_folio(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct page_view v;
	int order = 0, rc;
	pfn_t pfn;

	if (a->argc > 1 && !strcmp(a->argv[1], "alloc"))
		return m->sys->stage < BOOT_MEM_INIT ? pfn_argument(m, a, 1, &pfn, err) : folio_new(m, a, out, err);
	if (a->argc < 3 || (strcmp(a->argv[1], "split") && strcmp(a->argv[1], "of")))
		return mm_fail(err, -EINVAL, "folio alloc order=N, folio split PFN order=N, or folio of PFN");
	rc = pfn_argument(m, a, 2, &pfn, err);
	if (rc)
		return rc;
	if (!strcmp(a->argv[1], "of")) {
		memmap_view(&m->sys->map, pfn, &v);
		tell_folio(&v, out);
		return 0;
	}
	rc = cmd_int(a, "order", 0, m->sys->arch.max_page_order, &order, err);
	rc = rc ? rc : folio_split(&m->sys->mm, pfn, (unsigned)order, err);
	if (rc)
		return dump_refusal(m, pfn, rc, out, "split_folio refused");
	text_printf(out, "folio at 0x%llx split to order %d\n", LL(pfn), order);
	return 0;
}

static const char *const no_keys[] = { NULL };
static const char *const folio_keys[] = { "order", "gfp", "node", "as", NULL };
static const char *const folio_words[] = { "alloc", "split", "of", NULL };

static const struct command rows[] = {
	{ "get", "PFN|NAME", "get_page(): take one more reference to the page or folio", "Pages", 0, no_keys, NULL, run_get },
	{ "put", "PFN|NAME", "put_page(): drop a reference; the last one frees", "Pages", 0, no_keys, NULL, run_put },
	{ "split", "PFN|NAME", "split_page(): make single pages of a high-order block that is not compound", "Pages", 0, no_keys,
	  NULL, run_split },
	{ "folio", "alloc [order=N] [gfp=FLAGS] [node=N] [as=NAME] | split PFN [order=N] | of PFN",
	  "allocate a folio (compound page), split one, or tell which folio a page belongs to", "Pages", 0, folio_keys,
	  folio_words, run_folio },
};

const struct command *cmd_page_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
