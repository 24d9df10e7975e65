/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fragmentation avoidance off and on, under mmtests' thpfioscale: files of 64 KiB are
 * created until they are 150 % of memory, read again at random for as long, and while
 * that goes on a process faults 75 % of memory in as huge pages, several times.
 *
 * Counted is what the author counts: fallbacks from a block smaller than a pageblock,
 * which leave the pageblock mixed. He had three kernels: without, with ALLOC_NOFRAGMENT,
 * and with the watermark boost, too. Ours are switches of one kernel, and the boost is
 * shown by the rule of his kernel and by that of 6.12.117.
 */
#include "sim/experiment_internal.h"

#include "alloc/process.h"
#include "alloc/vmscan.h"
#include "boot/system.h"
#include "sim/fio_load.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

#define FILES_PERCENT 150 /* of memory */
#define THP_PERCENT   75
#define THP_ROUNDS    3
#define KSWAPD_STEPS  16 /* the kernel threads get a turn this often */
#define MAX_FILES     (1u << 24)
#define STEPS_PER_THP 64 /* of the readers while one huge page is cleared */

/* What one run counts. */
struct tally {
	u64 steps, thp, thp_wanted;
};

/* kswapd and kcompactd have cpus of their own: where they were woken, they run soon. */
static void step(struct lab *l, struct fio *f, struct tally *t, bool create)
{
	fio_step(f, create);
	if (++t->steps % KSWAPD_STEPS == 0)
		kswapd_run_all(l->mm);
}

static int cpu_of_turn(const struct lab *l, u64 turn) { return (int)(turn % (u64)l->mm->nr_cpus); }

/* One process faults its share of memory in, from all cpus in turn, while files are read. */
static void thp_round(struct lab *l, struct fio *f, struct tally *t, u64 nr_huge)
{
	struct process_table *procs = l->m->sys->procs;
	struct process *p = process_spawn(l->mm, procs, "thpscale", l->mm->cpu_node[0], NULL);

	for (u64 i = 0; p && i < nr_huge; i++) {
		struct touch q = { .anon = 1ULL << l->mm->arch->hpage_pmd_order, .thp = true };

		for (int s = 0; s < STEPS_PER_THP; s++)
			step(l, f, t, false);
		l->mm->cpu = cpu_of_turn(l, i);
		q.nid = l->mm->cpu_node[l->mm->cpu];
		t->thp_wanted++;
		if (process_touch(l->mm, procs, p, &q, NULL))
			break;
		t->thp += q.nr_thp;
		kswapd_run_all(l->mm);
	}
	if (p)
		process_exit(l->mm, procs, p);
	process_reap(l->mm, procs);
}

/* The author's machines can swap, and have processes. */
static void prepare_machine(struct lab *l, u64 managed)
{
	l->mm->swap_total = max_u64(l->mm->swap_total, managed);
	if (!l->m->sys->procs)
		l->m->sys->procs = arena_alloc(l->m->arena, sizeof(*l->m->sys->procs));
}

/* value[0]: fallbacks; value[1]: the same without any policy, 0: this is that run. */
static void fragavoid(struct lab *l, const struct experiment_params *p, double *value, struct text *out)
{
	u64 managed = lab_managed_pages(l), files = p->ops ? p->ops : managed * FILES_PERCENT / 100 / FIO_FILE_PAGES;
	u64 nr_huge = managed * THP_PERCENT / 100 >> l->mm->arch->hpage_pmd_order, create;
	const u64 *by_type = l->mm->nr_extfrag;
	struct tally t = { 0, 0, 0 };
	struct fio *f;

	prepare_machine(l, managed);
	f = fio_start(l->m, clamp_u64(files, 1, MAX_FILES), p->seed);
	while (!fio_all_created(f))
		step(l, f, &t, true);
	create = t.steps;
	for (u64 i = 0; i < create; i++)
		step(l, f, &t, false);
	for (int i = 0; i < THP_ROUNDS; i++)
		thp_round(l, f, &t, nr_huge);
	value[0] = (double)(by_type[MIGRATE_UNMOVABLE] + by_type[MIGRATE_MOVABLE] + by_type[MIGRATE_RECLAIMABLE]);
	text_printf(out, "%8.0f %5.0f %%  %8llu  %9llu  %11llu  %9.1f %%\n", value[0],
		    value[1] > 0 ? 100.0 * (1.0 - value[0] / value[1]) : 0.0, LL(by_type[MIGRATE_MOVABLE]),
		    LL(by_type[MIGRATE_UNMOVABLE]), LL(by_type[MIGRATE_RECLAIMABLE]),
		    t.thp_wanted ? 100.0 * (double)t.thp / (double)t.thp_wanted : 0.0);
}

static const char said[] =
	"published (Gorman 2018, thpfioscale with MADV_HUGEPAGE): NOFRAGMENT 34 % fewer, with boost 95 % (1 socket); "
	"11 % and 93 % (2 sockets); nearly all of them movable.\n"
	"His kernel boosts the watermarks at every such fallback. 6.12.117 does so only where it tries to claim a block, not\n"
	"where it takes a single page ('set boost_steal=1' brings that back), so movable requests, which claim from order 4 on,\n"
	"boost less. NOFRAGMENT acts only where a zone Normal lies above a zone DMA32. Ours is one task at a time: kswapd gets\n"
	"a turn every 16 page accesses, nothing waits for a disk, and what is written is clean.\n";

int run_fragavoid(const struct experiment_params *p, struct experiment_result *res, struct text *out,
		  struct mm_error *err)
{
	static const struct {
		const char *name;
		struct policy policy;
	} runs[] = {
		{ "off", { true, false, false, false } },
		{ "NOFRAGMENT", { true, true, false, false } },
		{ "and boost, 6.12.117", { true, true, true, false } },
		{ "and boost, Linux 5.0", { true, true, true, true } },
	};
	double v[2] = { 0, 0 };

	text_printf(out, "%-21s%8s %7s  %8s  %9s  %11s  %11s\n", "fallbacks < pageblock", "all", "fewer", "movable",
		    "unmovable", "reclaimable", "huge faults");
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		int rc;

		text_printf(out, "%-21s", runs[i].name);
		rc = lab_on_machine(p, &runs[i].policy, fragavoid, v, out, err);
		if (rc)
			return rc;
		v[1] = i ? v[1] : v[0];
	}
	*res = (struct experiment_result){ v[1], v[0] };
	text_puts(out, said);
	return 0;
}
