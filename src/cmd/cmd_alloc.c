/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that allocate and free pages: alloc, free.
 */
#include "cmd/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/folio.h"
#include "alloc/page_owner.h"
#include "mmview.h"
#include "sim/explain.h"
#include "sim/machine.h"
#include "sim/workload.h"

#define LL(v) ((unsigned long long)(v))
#define ALLOC_MAX_COUNT 100000000ULL

struct alloc_request {
	gfp_t gfp;
	int order;
	int node;
	u64 count;
	int mops; /* what the migrate callback answers; -1: there is none */
	char tag[64];
};

static int need_buddy(struct machine *m, struct mm_error *err)
{
	if (m->sys->stage >= BOOT_MEM_INIT)
		return 0;
	return mm_fail(err, -EAGAIN, "boot stands at stage '%s', before the hand-over to the buddy; run 'boot' first",
		       boot_stage_name(m->sys->stage));
}

static int check_node(struct machine *m, int nid, struct mm_error *err)
{
	const struct mm *mm = &m->sys->mm;

	if (nid >= 0 && nid < mm->nr_node_ids && mm->node[nid] && mm->node[nid]->online)
		return 0;
	return mm_fail(err, -EINVAL, "there is no node %d; 'show nodes' lists them", nid);
}

/* mops=: movable_ops of the blocks. Only movable requests have them unless asked for. */
static int parse_mops(const struct cmd_args *a, struct alloc_request *r, struct mm_error *err)
{
	const char *s = cmd_value(a, "mops");

	r->mops = r->gfp & __GFP_MOVABLE ? 0 : -1;
	if (!s)
		return 0;
	if (!strcmp(s, "ok"))
		r->mops = 0;
	else if (!strcmp(s, "busy"))
		r->mops = EBUSY;
	else if (!strcmp(s, "again"))
		r->mops = EAGAIN;
	else if (!strcmp(s, "none"))
		r->mops = -1;
	else
		return mm_fail(err, -EINVAL, "mops=%s: ok (migrates), busy or again (its callback refuses), none (cannot move)", s);
	return 0;
}

static int parse_request(struct machine *m, const struct cmd_args *a, struct alloc_request *r, struct mm_error *err)
{
	const struct mm *mm = &m->sys->mm;
	const char *gfp = cmd_value(a, "gfp"), *tag = cmd_value(a, "as");
	int rc;

	r->gfp = GFP_KERNEL;
	r->order = 0;
	r->node = mm->cpu_node[mm->cpu];
	r->count = 1;
	rc = cmd_int(a, "order", 0, mm->arch->max_page_order, &r->order, err);
	rc = rc ? rc : cmd_int(a, "node", 0, MAX_NUMNODES - 1, &r->node, err);
	rc = rc ? rc : cmd_u64(a, "count", &r->count, err);
	if (!rc && gfp)
		rc = gfp_parse(gfp, &r->gfp, err);
	rc = rc ? rc : parse_mops(a, r, err);
	if (rc)
		return rc;
	if (r->count < 1 || r->count > ALLOC_MAX_COUNT)
		return mm_fail(err, -EINVAL, "count=%llu: give 1 to %llu", LL(r->count), ALLOC_MAX_COUNT);
	if (tag && (!*tag || strlen(tag) >= sizeof(r->tag)))
		return mm_fail(err, -EINVAL, "as=%s: a name has 1 to %zu characters", tag, sizeof(r->tag) - 1);
	if (tag)
		snprintf(r->tag, sizeof(r->tag), "%s", tag);
	else
		snprintf(r->tag, sizeof(r->tag), "b%llu", LL(m->sim->next_name++));
	return check_node(m, r->node, err);
}

static void print_block(struct machine *m, const char *tag, page_handle h, struct text *out)
{
	const struct mm *mm = &m->sys->mm;
	struct page_view v;
	const struct zone *z;

	memmap_view(&m->sys->map, page_to_pfn(&m->sys->map, h), &v);
	z = mm_zone(mm, v.zone);
	text_printf(out, "%s: pfn 0x%llx order %u node %d zone %s pageblock %s\n", tag, LL(v.pfn), v.order, z->nid,
		    z->name, migratetype_name((int)v.pb_mt));
}

static int fail_alloc(struct machine *m, const struct alloc_request *r, struct text *out, struct mm_error *err)
{
	explain_table(&m->sys->mm, &m->sim->last, out);
	return mm_fail(err, -ENOMEM, "alloc_pages: order %d failed on node %d: every zone refused it (table above)",
		       r->order, r->node);
}

static int run_alloc(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mm *mm = &m->sys->mm;
	struct alloc_request r;
	owner_id owner;
	int rc = need_buddy(m, err);

	rc = rc ? rc : parse_request(m, a, &r, err);
	if (rc)
		return rc;
	owner = owner_intern(mm, r.tag, "alloc_pages < command", -1);
	owner_get(mm, owner)->set = &m->sim->held;
	owner_get(mm, owner)->movable_ops = (s8)(r.mops > 0 ? r.mops : 0);
	for (u64 i = 0; i < r.count; i++) {
		page_handle h = alloc_pages_explain(mm, r.gfp, (unsigned)r.order, r.node, owner, &m->sim->last);

		if (h == NO_PAGE)
			return fail_alloc(m, &r, out, err);
		held_add(mm, &m->sim->held, h);
		if (r.mops >= 0)
			memmap_page(mm->map, h)->info |= PGF_MOVABLE_OPS;
		if (i < 8)
			print_block(m, r.tag, h, out);
	}
	m->sim->ops += r.count - 1;
	if (r.count > 8)
		text_printf(out, "%s: %llu blocks in all\n", r.tag, LL(r.count));
	return 0;
}

/* Why a page cannot be freed by command, or NULL when it can. */
static const char *unfreeable(struct mm *mm, const struct page_view *v)
{
	const struct owner_record *o = v->state == PAGE_ALLOC ? owner_get(mm, v->owner) : NULL;

	if (v->state == PAGE_BUDDY || v->state == PAGE_PCP)
		return "it is free already";
	if (v->state == PAGE_RESERVED)
		return "it is reserved since boot (PageReserved): nobody may free it";
	if (v->state == PAGE_HOLE)
		return "there is no memory";
	if (v->state == PAGE_OFFLINE)
		return "its memory block is offline";
	if (v->state != PAGE_ALLOC)
		return "it is not allocated";
	if (v->head != v->pfn)
		return "it is no head: give the first page of its block";
	if (v->kind == KIND_SLAB)
		return "it is a slab page; free its objects (kfree, cache free)";
	if (v->flags & PGF_LRU)
		return "a process or the page cache holds it (on an LRU list); unmap it or reclaim it";
	if (o && o->keeper)
		return o->keeper;
	if (v->ref != 1)
		return "somebody else holds a reference; put it first";
	return NULL;
}

/* __free_pages() with an order that is not the block's: a folio knows its own. */
static int wrong_order(struct mm *mm, const struct page_view *v, int order, struct text *out, struct mm_error *err)
{
	if (v->flags & PGF_HEAD)
		dump_page(mm, v->pfn, "VM_BUG_ON_PAGE(compound && compound_order(page) != order)", out);
	return mm_fail(err, -EINVAL, "pfn 0x%llx cannot be freed with order %d: it was allocated with order %u%s", LL(v->pfn),
		       order, v->order, v->flags & PGF_HEAD ? "" : "; a real kernel would not notice, and lose or share pages");
}

/* @order: what the caller believes, -1: whatever it is. */
static int free_block(struct machine *m, pfn_t pfn, int order, struct text *out, struct mm_error *err)
{
	struct mm *mm = &m->sys->mm;
	struct page_view v;
	page_handle h;
	const char *why;

	memmap_view(&m->sys->map, pfn, &v);
	why = unfreeable(mm, &v);
	if (why)
		dump_bad_free(mm, pfn, out);
	if (why)
		return mm_fail(err, -EINVAL, "pfn 0x%llx cannot be freed: %s", LL(pfn), why);
	if (order >= 0 && order != (int)v.order)
		return wrong_order(mm, &v, order, out, err);
	h = memmap_find(&m->sys->map, v.head);
	held_forget(mm, h);
	free_pages(mm, h, v.order);
	text_printf(out, "freed pfn 0x%llx order %u\n", LL(v.head), v.order);
	return 0;
}

/* Free what users hold under @tag (NULL: everything). Return: blocks freed. */
static u64 free_named(struct machine *m, const char *tag)
{
	struct mm *mm = &m->sys->mm;
	struct held_set *set = &m->sim->held;
	u64 freed = 0;

	for (u32 i = 0; i < set->nr;) {
		const struct page *p = memmap_page(mm->map, set->h[i]);
		const struct owner_record *o = owner_get(mm, page_owner_id(p));
		page_handle h;

		if (page_ref(p) != 1 || (tag && (!o || strcmp(o->tag, tag)))) {
			i++;
			continue;
		}
		h = held_remove(mm, set, i);
		free_pages(mm, h, page_order(memmap_page(mm->map, h)));
		freed++;
	}
	return freed;
}

static u64 free_workloads(struct machine *m)
{
	u64 freed = 0;

	for (struct workload *w = m->sim->workload; w; w = w->next)
		freed += workload_free_all(m, w);
	return freed;
}

static int run_free(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u64 pfn = NO_PFN, freed;
	int order = -1, rc = need_buddy(m, err);

	rc = rc ? rc : cmd_u64(a, "pfn", &pfn, err);
	rc = rc ? rc : cmd_int(a, "order", 0, m->sys->arch.max_page_order, &order, err);
	if (rc)
		return rc;
	if (pfn != NO_PFN)
		return free_block(m, pfn, order, out, err);
	if (a->argc != 2)
		return mm_fail(err, -EINVAL, "say what to free: a name (free b0), free pfn=0x48000, or free all");
	freed = free_named(m, strcmp(a->argv[1], "all") ? a->argv[1] : NULL);
	if (!strcmp(a->argv[1], "all"))
		freed += free_workloads(m);
	else if (!freed)
		return mm_fail(err, -ENOENT, "nothing is held under the name '%s'; 'show held' lists the names", a->argv[1]);
	text_printf(out, "freed %llu blocks\n", LL(freed));
	return 0;
}

static int run_why(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	if (!m->sim->last.nr_zones && !m->sim->last.pfn)
		return mm_fail(err, -ENOENT, "nothing was allocated by command yet; try 'alloc order=3'");
	explain_line(&m->sys->mm, &m->sim->last, out);
	text_puts(out, "\n");
	explain_table(&m->sys->mm, &m->sim->last, out);
	return 0;
}

static const char *const alloc_keys[] = { "order", "gfp", "node", "as", "count", "mops", NULL };
static const char *const free_keys[] = { "pfn", "order", NULL };
static const char *const no_keys[] = { NULL };

static const struct command rows[] = {
	{ "alloc", "[order=N] [gfp=FLAGS] [node=N] [as=NAME] [count=N] [mops=ok|busy|again|none]",
	  "allocate 2^order pages with alloc_pages() and keep them under a name", "Allocate", 0, alloc_keys, NULL,
	  run_alloc },
	{ "free", "NAME | pfn=PFN [order=N] | all", "give blocks back: those of a name, the block at a page frame, or all",
	  "Allocate", 0, free_keys, NULL, run_free },
	{ "why", "", "explain the last allocation: which zones were tried and what refused it", "Look", CMD_READ,
	  no_keys, NULL, run_why },
};

const struct command *cmd_alloc_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
