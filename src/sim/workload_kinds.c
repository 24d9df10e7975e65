/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of workload. Each is one row of the table at the end: parameters
 * with defaults, an optional start, and one step = one operation.
 */
#include "sim/workload_internal.h"

#include "mmview.h"
#include "sim/machine.h"

static void start_three_sets(struct machine *m, struct workload *w)
{
	workload_owner(m, w, SET_UNMOVABLE, "alloc_pages < workload unmovable");
	workload_owner(m, w, SET_MOVABLE, "alloc_pages < folio_alloc < workload movable");
	workload_owner(m, w, SET_RECLAIMABLE, "alloc_pages < workload reclaimable");
	workload_owner(m, w, SET_EXTRA, "alloc_pages < workload extra");
}

static int pick_set(struct workload *w, u64 unmovable, u64 reclaimable)
{
	u64 r = rng_below(&w->rng, 100);

	return r < unmovable ? SET_UNMOVABLE : r < unmovable + reclaimable ? SET_RECLAIMABLE : SET_MOVABLE;
}

static gfp_t set_gfp(int set)
{
	return set == SET_UNMOVABLE	  ? GFP_KERNEL
	       : set == SET_RECLAIMABLE ? GFP_RECLAIMABLE_PAGES
					  : GFP_HIGHUSER_MOVABLE;
}

/* --- random: every order and type, around a level of use --- */

enum { RANDOM_FILL, RANDOM_ORDER, RANDOM_UNMOVABLE, RANDOM_RECLAIMABLE };

/* Below the level three of four steps allocate, above it one of four. */
static void random_step(struct machine *m, struct workload *w)
{
	bool grow;
	int set;

	workload_wander(m, w);
	if ((w->steps & 255) == 0 || !w->started)
		w->phase = workload_percent_used(m) < w->param[RANDOM_FILL];
	grow = rng_percent(&w->rng, w->phase ? 75 : 25);
	if (!grow && workload_held(w)) {
		workload_free_random(m, w);
		return;
	}
	set = pick_set(w, w->param[RANDOM_UNMOVABLE], w->param[RANDOM_RECLAIMABLE]);
	if (!workload_take(m, w, set, set_gfp(set), workload_geometric_order(w, w->param[RANDOM_ORDER])))
		w->phase = 0;
}

/* --- network: short-lived receive buffers of order 0 to 3, first in, first out --- */

static void network_step(struct machine *m, struct workload *w)
{
	workload_wander(m, w);
	if (w->set[SET_UNMOVABLE].nr >= w->param[0] || rng_percent(&w->rng, 48)) {
		/* The ring turns: near its oldest part something is handed to a socket and freed. */
		u32 nr = w->set[SET_UNMOVABLE].nr;

		if (nr)
			workload_give_back(m, w, SET_UNMOVABLE, (u32)rng_below(&w->rng, nr / 8 + 1));
		return;
	}
	workload_take(m, w, SET_UNMOVABLE, GFP_ATOMIC | __GFP_NOWARN, (unsigned)rng_below(&w->rng, w->param[1] + 1));
}

/* --- kbuild: compilers start, fault memory in, read files, end --- */

static void kbuild_step(struct machine *m, struct workload *w)
{
	u64 jobs = w->param[0] * w->param[1];

	workload_wander(m, w);
	if (w->set[SET_MOVABLE].nr > jobs && !w->aux)
		w->aux = w->param[1]; /* a compiler ends: its pages go one after the other */
	if (w->aux && w->set[SET_MOVABLE].nr) {
		w->aux--;
		workload_give_back_random(m, w, SET_MOVABLE);
		return;
	}
	if (rng_percent(&w->rng, 15) && workload_percent_used(m) < w->param[2])
		workload_take(m, w, SET_EXTRA, GFP_HIGHUSER_MOVABLE, 0); /* page cache: stays */
	else if (rng_percent(&w->rng, 6))
		workload_take(m, w, SET_RECLAIMABLE, GFP_RECLAIMABLE_PAGES, (unsigned)rng_below(&w->rng, 2)); /* dentries, inodes */
	else if (rng_percent(&w->rng, 4))
		workload_take(m, w, SET_UNMOVABLE, GFP_KERNEL, rng_percent(&w->rng, 20) ? 2 : 0); /* page tables, stacks */
	else
		workload_take(m, w, SET_MOVABLE, GFP_HIGHUSER_MOVABLE, 0);
	if (workload_percent_used(m) >= w->param[2]) {
		workload_give_back_random(m, w, SET_EXTRA);
		workload_give_back_random(m, w, SET_RECLAIMABLE);
	}
}

/* --- leak: a driver that forgets one of its buffers now and then --- */

static void leak_step(struct machine *m, struct workload *w)
{
	workload_wander(m, w);
	if (w->set[SET_EXTRA].nr > 64 || (w->set[SET_EXTRA].nr && rng_percent(&w->rng, 50))) {
		if (rng_below(&w->rng, 1000) < w->param[0]) {
			/* Forgotten: it moves to the set that nobody frees from. */
			struct mm *mm = &m->sys->mm;
			page_handle h = held_remove(mm, &w->set[SET_EXTRA], 0);
			struct page *p = memmap_page(mm->map, h);
			unsigned order = page_order(p);

			free_pages(mm, h, order);
			workload_take(m, w, SET_UNMOVABLE, GFP_KERNEL, order);
			return;
		}
		workload_give_back_random(m, w, SET_EXTRA);
		return;
	}
	workload_take(m, w, SET_EXTRA, GFP_KERNEL, (unsigned)w->param[1]);
}

/* --- fork: processes appear in bursts and die in bursts --- */

static void fork_step(struct machine *m, struct workload *w)
{
	workload_wander(m, w);
	if (!w->phase && workload_percent_used(m) > w->param[0])
		w->phase = 1;
	if (w->phase) {
		if (!workload_give_back_random(m, w, SET_MOVABLE) && !workload_give_back_random(m, w, SET_UNMOVABLE))
			w->phase = 0;
		else if (w->set[SET_MOVABLE].nr % 16 == 0)
			workload_give_back_random(m, w, SET_UNMOVABLE);
		if (workload_held(w) < w->param[1])
			w->phase = 0;
		return;
	}
	if (w->steps % 16 == 0)
		workload_take(m, w, SET_UNMOVABLE, GFP_KERNEL, w->steps % 64 == 0 ? 2 : 0); /* stack, page table */
	else if (!workload_take(m, w, SET_MOVABLE, GFP_HIGHUSER_MOVABLE, 0))
		w->phase = 1;
}

/* --- balloon: a guest gives pages to its host and takes them back --- */

static void balloon_step(struct machine *m, struct workload *w)
{
	u64 used = workload_percent_used(m);

	if (used >= w->param[1])
		w->phase = 1;
	else if (used <= w->param[0])
		w->phase = 0;
	if (w->phase && workload_give_back_random(m, w, SET_MOVABLE))
		return;
	if (!workload_take(m, w, SET_MOVABLE, GFP_HIGHUSER_MOVABLE | __GFP_NOWARN | __GFP_NORETRY, (unsigned)w->param[2]))
		w->phase = 1;
}

/* --- sawtooth: fill until a request fails, give part of it back, again --- */

static void sawtooth_step(struct machine *m, struct workload *w)
{
	int set = pick_set(w, w->param[1], 10);

	workload_wander(m, w);
	if (!w->phase) {
		if (!workload_take(m, w, set, set_gfp(set) | __GFP_NORETRY, workload_geometric_order(w, 3)))
			w->phase = workload_held(w) * w->param[0] / 100;
		return;
	}
	workload_free_random(m, w);
	w->phase--;
}

/* --- server: slabs, page cache and huge pages over a long time --- */

static void server_step(struct machine *m, struct workload *w)
{
	u64 used = (w->steps & 63) && w->started ? w->aux : workload_percent_used(m);
	u64 r = rng_below(&w->rng, 100);

	workload_wander(m, w);
	w->aux = used;
	if (used > w->param[0] && r < 70) {
		workload_free_random(m, w);
		return;
	}
	if (r < 25)
		workload_take(m, w, SET_UNMOVABLE, GFP_KERNEL, workload_geometric_order(w, 3));
	else if (r < 40)
		workload_take(m, w, SET_RECLAIMABLE, GFP_RECLAIMABLE_PAGES, workload_geometric_order(w, 3));
	else if (r < 40 + w->param[1])
		workload_take(m, w, SET_EXTRA, GFP_TRANSHUGE_LIGHT, m->sys->arch.hpage_pmd_order);
	else
		workload_take(m, w, SET_MOVABLE, GFP_HIGHUSER_MOVABLE, 0);
	if (r % 3 == 0 && workload_held(w))
		workload_free_random(m, w);
}

static const struct workload_kind kinds[] = {
	{ .name = "random",
	  .help = "allocates and frees every order and type around a level of use",
	  .source = "the random fill of most allocator papers; geometric orders",
	  .param = { { "fill", 60, 100, "level of use, percent" },
		     { "maxorder", 9, 13, "largest order" },
		     { "unmovable", 20, 100, "share of unmovable requests, percent" },
		     { "reclaimable", 10, 100, "share of reclaimable requests, percent" } },
	  .start = start_three_sets,
	  .step = random_step },
	{ .name = "server",
	  .help = "a busy server: slab-sized orders, page cache and transparent huge pages",
	  .source = "the server churn of Contiguitas and LLFree",
	  .param = { { "fill", 85, 100, "level of use, percent" },
		     { "thp", 3, 60, "share of huge page requests, percent" } },
	  .start = start_three_sets,
	  .step = server_step },
	{ .name = "kbuild",
	  .help = "a kernel build: many short-lived processes over a growing page cache",
	  .source = "the kernel compilation runs of Gorman's anti-fragmentation papers",
	  .param = { { "jobs", 16, 4096, "compilers at once" },
		     { "pages", 600, 100000, "pages of one compiler" },
		     { "fill", 90, 100, "level of use at which the cache gives way, percent" } },
	  .start = start_three_sets,
	  .step = kbuild_step },
	{ .name = "network",
	  .help = "receive buffers of order 0 to 3, allocated with GFP_ATOMIC, freed soon",
	  .source = "the network buffer load of the kernel's fragmentation avoidance series",
	  .param = { { "ring", 4096, 10000000, "buffers held at most" }, { "maxorder", 3, 10, "largest order" } },
	  .start = start_three_sets,
	  .step = network_step },
	{ .name = "leak",
	  .help = "a driver that forgets a buffer now and then",
	  .source = "unmovable pollution as in Contiguitas",
	  .param = { { "permille", 20, 1000, "buffers forgotten, per thousand" }, { "order", 0, 10, "order of a buffer" } },
	  .start = start_three_sets,
	  .step = leak_step },
	{ .name = "fork",
	  .help = "processes appear in bursts and die in bursts",
	  .source = "fork-heavy process churn",
	  .param = { { "fill", 80, 100, "level of use at which they die, percent" },
		     { "keep", 64, 1000000, "blocks left when a burst ends" } },
	  .start = start_three_sets,
	  .step = fork_step },
	{ .name = "balloon",
	  .help = "a balloon driver that inflates and deflates",
	  .source = "virtio-balloon",
	  .param = { { "low", 30, 100, "deflate down to, percent used" },
		     { "high", 80, 100, "inflate up to, percent used" },
		     { "order", 0, 10, "order of a page" } },
	  .start = start_three_sets,
	  .step = balloon_step },
	{ .name = "sawtooth",
	  .help = "fills memory until a request fails, gives part back, again",
	  .source = "the memory pressure sawtooth of mmtests",
	  .param = { { "drop", 40, 100, "part given back, percent" },
		     { "unmovable", 15, 100, "share of unmovable requests, percent" } },
	  .start = start_three_sets,
	  .step = sawtooth_step },
};

/* Kinds with files of their own. */
static const struct workload_kind *const more_kinds[] = { &workload_fragment, &workload_churn, &workload_requests };

int workload_kind_count(void) { return (int)(ARRAY_SIZE(kinds) + ARRAY_SIZE(more_kinds)); }

const struct workload_kind *workload_kind_at(int i)
{
	return i < (int)ARRAY_SIZE(kinds) ? &kinds[i] : more_kinds[i - (int)ARRAY_SIZE(kinds)];
}

bool machine_workload(int i, const char **name, const char **help)
{
	if (i < 0 || i >= workload_kind_count())
		return false;
	*name = workload_kind_at(i)->name;
	*help = workload_kind_at(i)->help;
	return true;
}
