/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands about memory set aside: hugetlb pools and CMA areas.
 */
#include "cmd/tables.h"

#include <string.h>

#include "alloc/cma.h"
#include "alloc/hugetlb.h"
#include "alloc/process.h"
#include "boot/pools.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))
#define CMA_ALIGNMENT 8 /* CONFIG_CMA_ALIGNMENT: order */

static int need_late(struct machine *m, const struct cmd_args *a, struct mm_error *err)
{
	if (m->sys->stage >= BOOT_LATE)
		return 0;
	return mm_fail(err, -EAGAIN, "%s: nothing is set aside before the last boot stage; run 'boot'",
		       a->argv[0]);
}

static int node_key(struct machine *m, const struct cmd_args *a, int *nid, struct mm_error *err)
{
	const struct mm *mm = &m->sys->mm;
	int rc = cmd_int(a, "node", 0, MAX_NUMNODES - 1, nid, err);

	if (!rc && *nid != NO_NODE && (*nid >= mm->nr_node_ids || !mm->node[*nid] || !mm->node[*nid]->online))
		return mm_fail(err, -EINVAL, "there is no node %d; 'show nodes' lists them", *nid);
	return rc;
}

/* --- hugetlb ---------------------------------------------------------------------------- */

struct huge_request {
	u32 hstate;
	int nid;
	u64 count;
	struct process *p;
};

static int size_key(struct machine *m, const struct cmd_args *a, u32 *hstate, struct mm_error *err)
{
	const struct system *sys = m->sys;
	u64 size = 0;
	int rc = cmd_u64(a, "size", &size, err);

	*hstate = sys->default_hstate;
	if (rc || (!size && sys->nr_hstates))
		return rc;
	for (u32 i = 0; i < sys->nr_hstates; i++) {
		*hstate = i;
		if (sys->hstate[i].size == size)
			return 0;
	}
	return mm_fail(err, -EINVAL,
		       "this machine has no huge pages of that size; 'hugetlb show' lists the sizes");
}

static int parse_huge(struct machine *m, const struct cmd_args *a, struct huge_request *r,
		      struct mm_error *err)
{
	int rc = size_key(m, a, &r->hstate, err);

	r->nid = NO_NODE;
	r->count = 1;
	rc = rc ? rc : node_key(m, a, &r->nid, err);
	return rc ? rc : cmd_u64(a, "count", &r->count, err);
}

static int the_process(struct machine *m, const struct cmd_args *a, struct process **p, struct mm_error *err)
{
	*p = a->argc > 2 && m->sys->procs ? process_find(m->sys->procs, a->argv[2]) : NULL;
	if (*p)
		return 0;
	return mm_fail(err, -ESRCH,
		       "hugetlb %s for which process? 'proc list' shows them, 'proc spawn' makes one",
		       a->argv[1]);
}

static int huge_set(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct hugetlb *t = system_hugetlb(m->sys);
	struct huge_request r;
	u64 nr = ~0ULL, have;
	int rc = parse_huge(m, a, &r, err);

	rc = rc ? rc : cmd_u64(a, "nr", &nr, err);
	if (!rc)
		rc = cmd_u64(a, "overcommit", &t->h[r.hstate].overcommit, err);
	if (rc)
		return rc;
	if (nr == ~0ULL && !cmd_value(a, "overcommit"))
		return mm_fail(err, -EINVAL,
			       "hugetlb set nr=N [size=2M] [node=N], or hugetlb set overcommit=N");
	if (nr == ~0ULL)
		return 0;
	have = hugetlb_set(&m->sys->mm, t, r.hstate, nr, r.nid);
	text_printf(out, "nr_hugepages %llu of %llu KiB%s\n", LL(have), LL(t->h[r.hstate].size / KiB),
		    have < nr ? ": no more could be allocated" : "");
	return 0;
}

/* alloc maps and touches; map and fault do one of both. */
static int huge_alloc(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct hugetlb *t = system_hugetlb(m->sys);
	bool map = strcmp(a->argv[1], "fault"), fault = strcmp(a->argv[1], "map");
	struct mm *mm = &m->sys->mm;
	struct huge_request r;
	u64 done = 0;
	int rc = the_process(m, a, &r.p, err);

	rc = rc ? rc : parse_huge(m, a, &r, err);
	if (rc)
		return rc;
	if (r.nid == NO_NODE)
		r.nid = mm->cpu_node[mm->cpu];
	if (map)
		rc = hugetlb_map(mm, t, r.hstate, r.p->pid, r.p->name, r.count, err);
	if (!rc && map)
		text_printf(out, "process %d (%s) maps %llu more huge pages\n", r.p->pid, r.p->name, LL(r.count));
	if (rc || !fault)
		return rc;
	rc = hugetlb_fault(mm, t, r.hstate, r.p->pid, r.p->name, r.count, r.nid, &done, err);
	text_printf(out, "process %d (%s) touched %llu huge pages%s\n", r.p->pid, r.p->name, LL(done),
		    rc ? ", then got signal 7 (SIGBUS)" : "");
	return rc;
}

static int huge_free(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct hugetlb *t = system_hugetlb(m->sys);
	struct huge_request r;
	int rc = the_process(m, a, &r.p, err);

	rc = rc ? rc : parse_huge(m, a, &r, err);
	if (!rc)
		text_printf(out, "%llu huge pages given back\n",
			    LL(hugetlb_free(&m->sys->mm, t, r.hstate, r.p->pid, r.count)));
	return rc;
}

static int huge_show(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct hugetlb *t = system_hugetlb(m->sys);

	for (u32 i = 0; i < t->nr; i++)
		text_printf(out, "hugepages-%llukB: total %llu free %u surplus %llu reserved %llu overcommit %llu%s\n",
			    LL(t->h[i].size / KiB), LL(hugetlb_total(t, i)), t->h[i].free.nr,
			    LL(t->h[i].surplus), LL(t->h[i].resv), LL(t->h[i].overcommit),
			    i == m->sys->default_hstate ? " (default)" : "");
	return 0;
}

void pools_reap(struct machine *m) { system_hugetlb_reap(m->sys); }

struct verb {
	const char *name;
	int (*run)(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err);
};

static const struct verb huge_verbs[] = {
	{ "set", huge_set },    { "alloc", huge_alloc }, { "map", huge_alloc }, { "fault", huge_alloc },
	{ "free", huge_free }, { "show", huge_show },   { NULL, NULL },
};

static const struct verb *find_verb(const struct verb *v, const struct cmd_args *a)
{
	while (v->name && (a->argc < 2 || strcmp(v->name, a->argv[1])))
		v++;
	return v->name ? v : NULL;
}

static int run_hugetlb(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct verb *v = find_verb(huge_verbs, a);
	int rc = need_late(m, a, err);

	if (!rc && !v)
		rc = mm_fail(err, -EINVAL,
			     "hugetlb set nr=N, map, fault, alloc or free PROCESS count=N, or show");
	rc = rc ? rc : v->run(m, a, out, err);
	pools_reap(m);
	return rc;
}

/* --- cma ------------------------------------------------------------------------------------ */

static int the_area(struct machine *m, const struct cmd_args *a, struct cma_area **c, struct mm_error *err)
{
	struct cma_table *t = system_cma(m->sys);
	int index = 0, rc;

	if (!t->nr)
		return mm_fail(err, -ENODEV, "this machine has no CMA area; boot it with cma=64M");
	rc = cmd_int(a, "area", 0, (int)t->nr - 1, &index, err);
	*c = &t->area[index];
	return rc;
}

static int cma_take(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct cma_area *c;
	u64 bytes = 0, pages;
	unsigned align = 0;
	pfn_t pfn;
	int rc = the_area(m, a, &c, err);

	rc = rc ? rc : cmd_u64(a, "size", &bytes, err);
	if (rc)
		return rc;
	pages = (bytes + arch_page_size(&m->sys->arch) - 1) >> m->sys->arch.page_shift;
	if (!pages || pages > c->pages)
		return mm_fail(err, -EINVAL,
			       "cma alloc size=N: from one page to the size of the area, %llu pages",
			       LL(c->pages));
	while (align < CMA_ALIGNMENT && 1ULL << align < pages)
		align++;
	pfn = cma_alloc(&m->sys->mm, c, pages, align, err);
	if (pfn == NO_PFN)
		return err ? err->code : -ENOMEM;
	text_printf(out, "cma %s: %llu pages at pfn 0x%llx\n", c->name, LL(pages), LL(pfn));
	return 0;
}

static int cma_give(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct cma_area *c;
	u64 pages;
	pfn_t pfn;
	int rc = the_area(m, a, &c, err);

	if (rc)
		return rc;
	if (a->argc < 3)
		return mm_fail(err, -EINVAL,
			       "cma free PFN | all: the first pfn of an allocation; 'cma show' lists them");
	if (!strcmp(a->argv[2], "all")) {
		while (c->nr)
			cma_release(&m->sys->mm, c, c->alloc[0].pfn);
		return 0;
	}
	rc = cmd_parse_u64(a->argv[2], &pfn, "pfn", err);
	if (rc)
		return rc;
	pages = cma_release(&m->sys->mm, c, pfn);
	if (!pages)
		return mm_fail(err, -ENOENT, "no CMA allocation starts at pfn 0x%llx; 'cma show' lists them",
			       LL(pfn));
	text_printf(out, "cma %s: %llu pages given back\n", c->name, LL(pages));
	return 0;
}

static int cma_show(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct cma_table *t = system_cma(m->sys);

	for (u32 i = 0; i < t->nr; i++) {
		const struct cma_area *c = &t->area[i];

		text_printf(out, "area %u %s: pfn 0x%llx, %llu pages, %llu allocated\n", i, c->name,
			    LL(c->base), LL(c->pages), LL(cma_used(c)));
		for (u32 k = 0; k < c->nr; k++)
			text_printf(out, "  pfn 0x%llx %llu pages\n", LL(c->alloc[k].pfn),
				    LL(c->alloc[k].pages));
	}
	return 0;
}

static const struct verb cma_verbs[] = {
	{ "alloc", cma_take },
	{ "free", cma_give },
	{ "show", cma_show },
	{ NULL, NULL },
};

static int run_cma(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct verb *v = find_verb(cma_verbs, a);
	int rc = need_late(m, a, err);

	if (!rc && !v)
		rc = mm_fail(err, -EINVAL, "cma alloc size=N, cma free PFN|all, or cma show");
	return rc ? rc : v->run(m, a, out, err);
}

static const char *const huge_keys[] = {"nr", "size", "node", "count", "overcommit", NULL};
static const char *const huge_words[] = {"set", "alloc", "map", "fault", "free", "show", NULL};
static const char *const cma_keys[] = {"size", "area", NULL};
static const char *const cma_words[] = {"alloc", "free", "show", NULL};

static const struct command rows[] = {
	{ "hugetlb",
	 "set nr=N [size=S] [node=N] | set overcommit=N [size=S] | map P [count=N] [size=S] | "
	 "fault P [count=N] [size=S] [node=N] | alloc P [count=N] [size=S] [node=N] | free P [count=N] | show",
	 "pools of huge pages: size them; a process maps (pages are reserved), touches (alloc: both), unmaps", "Pages", 0, huge_keys, huge_words,
	 run_hugetlb},
	{ "cma", "alloc size=N [area=N] | free PFN|all [area=N] | show",
	 "contiguous memory areas: allocate from them, moving away what lives there", "Pages", 0, cma_keys,
	 cma_words, run_cma},
};

const struct command *cmd_pool_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
