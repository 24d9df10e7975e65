/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Process churn: every step is one thing that a process, a driver or the
 * administrator does. Processes are born, fault memory in, map files, get huge
 * pages by fault, by collapse and from hugetlb pools, lock and pin, lose pages to
 * CMA and compaction, unmap and die; at a level of use they begin to die faster.
 *
 *   spawn -> touch, thp, file, mlock, pin, collapse, split, hugetlb -> munmap -> exit
 *                      ^ compaction, reclaim and CMA in between ^
 *
 * Stopping undoes all of it: what then is missing has leaked.
 */
#include "sim/workload_internal.h"

#include <stdio.h>

#include "alloc/cma.h"
#include "alloc/compaction.h"
#include "alloc/folio.h"
#include "alloc/hugetlb.h"
#include "alloc/khugepaged.h"
#include "alloc/process.h"
#include "alloc/vmscan.h"
#include "boot/pools.h"
#include "sim/machine.h"

enum { CHURN_FILL, CHURN_PROCS, CHURN_TOUCH, CHURN_POOL };

#define NR_NAMES 8   /* of processes, and so of files */
#define MAX_REFS 64  /* references that others hold */
#define CMA_PAGES 64 /* most pages of one CMA allocation */

/* workload->own: what the others hold. */
struct churn {
	u32 nr_refs;
	pfn_t ref[MAX_REFS];
	u64 pool[ARCH_MAX_HUGE_SIZES][MAX_NUMNODES]; /* huge pages before the start, by node */
};

typedef void (*churn_fn)(struct machine *m, struct workload *w, struct process *p);

static u64 below(struct workload *w, u64 n) { return rng_below(&w->rng, n); }

static int any_node(struct machine *m, struct workload *w)
{
	const struct mm *mm = &m->sys->mm;
	int nid = (int)below(w, (u64)mm->nr_node_ids);

	return mm->node[nid] && mm->node[nid]->online ? nid : mm->cpu_node[mm->cpu];
}

/* One of the processes; NULL: there is none. */
static struct process *any_process(struct machine *m, struct workload *w)
{
	const struct process_table *t = m->sys->procs;
	struct process *p = t->first;

	for (u64 n = t->nr ? below(w, t->nr) : 0; p && n; n--)
		p = p->next;
	return p;
}

/* --- what processes do ---------------------------------------------------------------- */

static void do_spawn(struct machine *m, struct workload *w, struct process *p)
{
	char name[TASK_COMM_LEN];

	if (m->sys->procs->nr >= w->param[CHURN_PROCS])
		return;
	/* Equal pids have equal names, so that owner records are used again. */
	snprintf(name, sizeof(name), "job%d", (m->sys->procs->last_pid + 1) % NR_NAMES);
	if (!process_spawn(&m->sys->mm, m->sys->procs, name, any_node(m, w), NULL))
		w->failed++;
}

static void touch(struct machine *m, struct workload *w, struct process *p, struct touch q)
{
	q.nid = any_node(m, w);
	if (process_touch(&m->sys->mm, m->sys->procs, p, &q, NULL))
		w->failed++;
}

static void do_touch(struct machine *m, struct workload *w, struct process *p)
{
	if (w->phase)
		touch(m, w, p, (struct touch){ .anon = 1 + below(w, w->param[CHURN_TOUCH]) });
}

static void do_thp(struct machine *m, struct workload *w, struct process *p)
{
	u64 huge = 1ULL << m->sys->arch.hpage_pmd_order;

	/* Not with huge pages of hundreds of MiB: one of them would be the whole machine. */
	if (w->phase && m->sys->arch.hpage_pmd_order <= 10)
		touch(m, w, p, (struct touch){ .anon = huge - p->anon_pages % huge + below(w, huge), .thp = true });
}

static void do_file(struct machine *m, struct workload *w, struct process *p)
{
	touch(m, w, p, (struct touch){ .file = 1 + below(w, w->param[CHURN_TOUCH]), .dirty = rng_percent(&w->rng, 20) });
}

static void do_munmap(struct machine *m, struct workload *w, struct process *p)
{
	u64 most = rng_percent(&w->rng, 1) ? p->anon_pages + 1 : 2 * w->param[CHURN_TOUCH];

	process_munmap(&m->sys->mm, m->sys->procs, p, 1 + below(w, most), rng_percent(&w->rng, 5));
}

static void do_exit(struct machine *m, struct workload *w, struct process *p)
{
	process_exit(&m->sys->mm, m->sys->procs, p);
}

static void do_mlock(struct machine *m, struct workload *w, struct process *p)
{
	process_mlock(&m->sys->mm, p, rng_percent(&w->rng, 40));
}

static void do_pin(struct machine *m, struct workload *w, struct process *p)
{
	u64 pages = 1 + below(w, 32), moved;

	if (rng_percent(&w->rng, 40))
		process_unpin(&m->sys->mm, p);
	else if (rng_percent(&w->rng, 70) || !process_move_out(&m->sys->mm, p, pages, &moved))
		process_pin(&m->sys->mm, p, pages);
}

static void do_use(struct machine *m, struct workload *w, struct process *p)
{
	u64 swapped_in;

	process_use(&m->sys->mm, p, any_node(m, w), &swapped_in);
}

static void do_collapse(struct machine *m, struct workload *w, struct process *p)
{
	khugepaged_collapse(&m->sys->mm, p, 1 + below(w, 2));
}

/* A folio of its anonymous memory is split, wholly or to a smaller order. */
static void do_split(struct machine *m, struct workload *w, struct process *p)
{
	const struct held_set *set = &p->set[PS_ANON];
	page_handle h = set->nr ? set->h[below(w, set->nr)] : NO_PAGE;
	unsigned order = set->nr ? page_order(memmap_page(m->sys->mm.map, h)) : 0;

	if (order)
		folio_split(&m->sys->mm, page_to_pfn(m->sys->mm.map, h), (unsigned)below(w, order), NULL);
}

/* Somebody else takes a reference, which outlives the process when it must. */
static void do_get(struct machine *m, struct workload *w, struct process *p)
{
	const struct held_set *set = &p->set[PS_ANON];
	struct churn *c = w->own;
	pfn_t pfn = set->nr ? page_to_pfn(m->sys->mm.map, set->h[below(w, set->nr)]) : NO_PFN;

	if (c->nr_refs < MAX_REFS && set->nr && !page_get(&m->sys->mm, pfn, NULL))
		c->ref[c->nr_refs++] = pfn;
}

static void put_ref(struct machine *m, struct churn *c, u32 i)
{
	bool freed;

	page_put(&m->sys->mm, c->ref[i], &freed, NULL);
	c->ref[i] = c->ref[--c->nr_refs];
}

static void do_put(struct machine *m, struct workload *w, struct process *p)
{
	struct churn *c = w->own;

	if (c->nr_refs)
		put_ref(m, c, (u32)below(w, c->nr_refs));
}

/* --- pools ----------------------------------------------------------------------------------- */

static void do_hugetlb(struct machine *m, struct workload *w, struct process *p)
{
	struct hugetlb *t = m->sys->hugetlb;
	u32 size = t->nr ? (u32)below(w, t->nr) : 0;

	if (!t->nr)
		return;
	switch (below(w, 4)) {
	case 0:
		hugetlb_map(&m->sys->mm, t, size, p->pid, p->name, 1 + below(w, 3), NULL);
		break;
	case 1:
		hugetlb_fault(&m->sys->mm, t, size, p->pid, p->name, 1 + below(w, 2), any_node(m, w), NULL, NULL);
		break;
	default:
		hugetlb_free(&m->sys->mm, t, size, p->pid, 1 + below(w, 4));
		break;
	}
}

static void do_pool(struct machine *m, struct workload *w, struct process *p)
{
	struct hugetlb *t = m->sys->hugetlb;
	u32 size = t->nr ? (u32)below(w, t->nr) : 0;
	u64 most = w->param[CHURN_POOL];

	if (!t->nr)
		return;
	if (t->h[size].order > m->sys->mm.map->max_order)
		most = 2;
	t->h[size].overcommit = below(w, 3);
	hugetlb_set(&m->sys->mm, t, size, below(w, most + 1), rng_percent(&w->rng, 70) ? NO_NODE : any_node(m, w));
}

static void do_cma(struct machine *m, struct workload *w, struct process *p)
{
	struct cma_table *t = m->sys->cma_areas;
	struct cma_area *c = t->nr ? &t->area[below(w, t->nr)] : NULL;

	if (!c)
		return;
	if (c->nr && rng_percent(&w->rng, 50))
		cma_release(&m->sys->mm, c, c->alloc[below(w, c->nr)].pfn);
	else
		cma_alloc(&m->sys->mm, c, 1 + below(w, CMA_PAGES), (unsigned)below(w, 5), NULL);
}

/* --- kernel threads --------------------------------------------------------------------------- */

static void do_compact(struct machine *m, struct workload *w, struct process *p)
{
	struct mm *mm = &m->sys->mm;
	struct node *n = mm->node[any_node(m, w)];
	struct zone *z = &n->zones[below(w, MAX_NR_ZONES)];
	struct compact_report r;

	if (populated_zone(z))
		compact_zone_full(mm, z, &r);
	kcompactd_run(mm, n);
}

static void do_reclaim(struct machine *m, struct workload *w, struct process *p)
{
	reclaim_pages(&m->sys->mm, any_node(m, w), 1 + below(w, 256));
}

static void do_drain(struct machine *m, struct workload *w, struct process *p) { drain_all_pages(&m->sys->mm, NULL); }

/* How often, of 10000 steps; only the last rows do without a process. */
static const struct {
	u32 weight;
	bool alone;
	churn_fn run;
} deeds[] = {
	{ 3900, false, do_touch },  { 60, false, do_thp },    { 700, false, do_file },    { 2900, false, do_munmap },
	{ 20, false, do_exit },     { 30, false, do_mlock },  { 150, false, do_pin },     { 20, false, do_use },
	{ 60, false, do_collapse }, { 300, false, do_split }, { 300, false, do_get },     { 330, true, do_put },
	{ 200, false, do_hugetlb }, { 20, true, do_pool },    { 200, true, do_cma },      { 2, true, do_compact },
	{ 20, true, do_reclaim },   { 10, true, do_drain },   { 778, true, do_spawn },
};

/* The dead are buried, and what they had in the pools goes back. */
static void bury(struct machine *m)
{
	u32 nr = m->sys->procs->nr;

	process_reap(&m->sys->mm, m->sys->procs);
	if (m->sys->procs->nr != nr)
		system_hugetlb_reap(m->sys);
}

static void churn_start(struct machine *m, struct workload *w)
{
	struct hugetlb *t = system_hugetlb(m->sys);
	struct churn *c = arena_alloc(m->arena, sizeof(*c));

	w->own = c;
	w->phase = 1;
	system_cma(m->sys);
	if (!m->sys->procs)
		m->sys->procs = arena_alloc(m->arena, sizeof(*m->sys->procs));
	for (u32 i = 0; i < t->nr; i++)
		for_each_node(&m->sys->mm, n)
			c->pool[i][n->nid] = hugetlb_pages_on(&m->sys->mm, t, i, n->nid);
}

/* While memory may fill, half of the unmapping is touching; beyond the level touching is unmapping, or the end. */
static churn_fn tilted(struct workload *w, churn_fn run)
{
	if (w->phase && run == do_munmap && rng_percent(&w->rng, 50))
		return do_touch;
	if (!w->phase && run == do_touch)
		return rng_percent(&w->rng, 1) ? do_exit : do_munmap;
	return run;
}

static void churn_step(struct machine *m, struct workload *w)
{
	u32 nr = m->sys->procs->nr;
	struct process *p = any_process(m, w);
	u64 r = below(w, 10000);
	size_t i = 0;

	workload_wander(m, w);
	if ((w->steps & 63) == 0)
		w->phase = workload_percent_used(m) < w->param[CHURN_FILL];
	while (r >= deeds[i].weight)
		r -= deeds[i++].weight;
	if (p || deeds[i].alone)
		tilted(w, deeds[i].run)(m, w, p);
	bury(m);
	if (m->sys->procs->nr < nr)
		system_hugetlb_reap(m->sys);
}

/* Pools are emptied, then made as they were, the largest pages first. */
static void restore_pools(struct machine *m, const struct churn *c)
{
	struct hugetlb *t = m->sys->hugetlb;
	struct mm *mm = &m->sys->mm;

	for (u32 i = 0; i < t->nr; i++) {
		t->h[i].overcommit = 0;
		hugetlb_set(mm, t, i, 0, NO_NODE);
	}
	for (int order = 63; order >= 0; order--)
		for (u32 i = 0; i < t->nr; i++)
			for (int nid = 0; nid < MAX_NUMNODES && (int)t->h[i].order == order; nid++)
				if (c->pool[i][nid])
					hugetlb_set(mm, t, i, c->pool[i][nid], nid);
	system_hugetlb_count(m->sys);
}

/* Everybody exits, everything that was taken goes back, the page cache is dropped. */
static u64 churn_stop(struct machine *m, struct workload *w)
{
	struct mm *mm = &m->sys->mm;
	struct cma_table *cma = m->sys->cma_areas;
	struct churn *c = w->own;
	u64 freed = c->nr_refs + m->sys->procs->nr;

	while (c->nr_refs)
		put_ref(m, c, 0);
	while (m->sys->procs->first)
		process_exit(mm, m->sys->procs, m->sys->procs->first);
	system_hugetlb_reap(m->sys);
	for (u32 i = 0; i < cma->nr; i++)
		while (cma->area[i].nr)
			cma_release(mm, &cma->area[i], cma->area[i].alloc[0].pfn);
	freed += process_drop_files(mm, m->sys->procs);
	restore_pools(m, c);
	return freed;
}

const struct workload_kind workload_churn = {
	.name = "churn",
	.help = "processes: born, faulting, pinned, collapsed, split, moved, dying; with huge pages and CMA",
	.source = "the life of processes as mm/ sees it",
	.param = { { "fill", 90, 100, "level of use at which processes get no more memory, percent" },
		   { "procs", 32, 4096, "processes at once" },
		   { "touch", 32, 1000000, "most pages of one touch" },
		   { "pool", 16, 1000000, "most huge pages of a pool" } },
	.start = churn_start,
	.step = churn_step,
	.stop = churn_stop,
};
