/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of every kind: each step allocates with any GFP flags, any order, on any
 * node, or frees. Memory fills until it is nearly gone, then empties, so that the
 * fast path, the reserves, reclaim, compaction and the OOM killer all have their
 * turn. One process reads a file beside it: its page cache is what reclaim can take.
 *
 *   used  100 |      /\      /\         high: requests fail, processes are killed
 *          .. |     /  \    /  \
 *           0 |____/    \__/    \___    low: everything merges again
 */
#include "sim/workload_internal.h"

#include "alloc/process.h"
#include "sim/machine.h"

enum { REQ_LOW, REQ_HIGH, REQ_CACHE };

static const gfp_t base_flags[] = {
	GFP_KERNEL, GFP_KERNEL, GFP_KERNEL | __GFP_RECLAIMABLE, GFP_KERNEL_ACCOUNT, GFP_ATOMIC, GFP_NOWAIT,
	GFP_NOIO, GFP_NOFS, GFP_USER, GFP_HIGHUSER, GFP_HIGHUSER_MOVABLE, GFP_HIGHUSER_MOVABLE,
	GFP_HIGHUSER_MOVABLE, GFP_TRANSHUGE, GFP_TRANSHUGE_LIGHT, GFP_KERNEL | GFP_DMA, GFP_KERNEL | GFP_DMA32,
	GFP_ATOMIC | GFP_DMA, 0, __GFP_HIGHMEM, __GFP_MOVABLE,
};

static const gfp_t modifiers[] = {
	__GFP_COMP, __GFP_ZERO, __GFP_NOWARN, __GFP_RETRY_MAYFAIL, __GFP_NORETRY, __GFP_NOFAIL, __GFP_HIGH,
	__GFP_MEMALLOC, __GFP_NOMEMALLOC, __GFP_THISNODE, __GFP_HARDWALL, __GFP_WRITE, __GFP_ACCOUNT,
};

/* Any base, and up to three modifiers. */
static gfp_t any_flags(struct workload *w)
{
	gfp_t gfp = base_flags[rng_below(&w->rng, ARRAY_SIZE(base_flags))];

	for (u64 n = rng_below(&w->rng, 4); n; n--)
		gfp |= modifiers[rng_below(&w->rng, ARRAY_SIZE(modifiers))];
	return gfp;
}

/* Half of the requests are small, as in life; the others have every order alike. */
static unsigned any_order(struct machine *m, struct workload *w)
{
	u64 max = (u64)m->sys->map.max_order;

	return rng_percent(&w->rng, 50) ? workload_geometric_order(w, 3) : (unsigned)rng_below(&w->rng, max + 1);
}

static int any_node(struct machine *m, struct workload *w)
{
	const struct mm *mm = &m->sys->mm;
	int nid = (int)rng_below(&w->rng, (u64)mm->nr_node_ids);

	return mm->node[nid] && mm->node[nid]->online ? nid : mm->cpu_node[mm->cpu];
}

static int set_of_flags(gfp_t gfp)
{
	return gfp & __GFP_MOVABLE ? SET_MOVABLE : gfp & __GFP_RECLAIMABLE ? SET_RECLAIMABLE : SET_UNMOVABLE;
}

/* The process that reads; it may have been killed and is started anew. */
static void read_a_file(struct machine *m, struct workload *w)
{
	struct mm *mm = &m->sys->mm;
	struct touch q = { .file = 1 + rng_below(&w->rng, 64), .anon = rng_below(&w->rng, 32), .nid = any_node(m, w) };
	struct process *p;

	if (!m->sys->procs)
		m->sys->procs = arena_alloc(m->arena, sizeof(*m->sys->procs));
	process_reap(mm, m->sys->procs);
	p = process_find(m->sys->procs, w->kind->name);
	q.dirty = rng_percent(&w->rng, 10);
	if (!p)
		p = process_spawn(mm, m->sys->procs, w->kind->name, q.nid, NULL);
	if (p)
		process_touch(mm, m->sys->procs, p, &q, NULL);
	process_reap(mm, m->sys->procs);
}

static void requests_start(struct machine *m, struct workload *w)
{
	workload_owner(m, w, SET_UNMOVABLE, "alloc_pages < workload unmovable");
	workload_owner(m, w, SET_MOVABLE, "alloc_pages < folio_alloc < workload movable");
	workload_owner(m, w, SET_RECLAIMABLE, "alloc_pages < workload reclaimable");
	w->phase = 1;
}

/* Beyond the level, or when nothing can be had, memory is given back down to the low mark. */
static void requests_step(struct machine *m, struct workload *w)
{
	gfp_t gfp;

	if (m->sys->mm.nr_cpus > 1 && (w->steps & 15) == 0)
		m->sys->mm.cpu = (int)rng_below(&w->rng, (u64)m->sys->mm.nr_cpus);
	if ((w->steps & 255) == 0) {
		u64 used = workload_percent_used(m);

		if (used >= w->param[REQ_HIGH])
			w->phase = 0;
		else if (used <= w->param[REQ_LOW] || !workload_held(w))
			w->phase = 1;
	}
	if (rng_below(&w->rng, 1000) < w->param[REQ_CACHE]) {
		read_a_file(m, w);
		return;
	}
	if (!rng_percent(&w->rng, w->phase ? 55 : 40) && workload_held(w)) {
		workload_free_random(m, w);
		return;
	}
	gfp = any_flags(w);
	workload_take_on(m, w, set_of_flags(gfp), gfp, any_order(m, w), any_node(m, w));
}

static u64 requests_stop(struct machine *m, struct workload *w)
{
	struct process_table *t = m->sys->procs;
	struct process *p = t ? process_find(t, w->kind->name) : NULL;
	u64 freed = p != NULL;

	if (p)
		process_exit(&m->sys->mm, t, p);
	return freed + (t ? process_drop_files(&m->sys->mm, t) : 0);
}

const struct workload_kind workload_requests = {
	.name = "requests",
	.help = "every combination of GFP flags, orders and nodes, between empty and full",
	.source = "the random tests of the page allocator",
	.param = { { "low", 20, 100, "level at which memory fills again, percent used" },
		   { "high", 97, 100, "level at which it empties, percent used" },
		   { "cache", 10, 1000, "steps that read a file, per thousand" } },
	.start = requests_start,
	.step = requests_step,
	.stop = requests_stop,
};
