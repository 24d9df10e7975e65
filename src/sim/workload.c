/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running workloads. The kinds themselves are in workload_kinds.c; here is what
 * they share: starting, stepping, freeing, checking.
 */
#include "sim/workload.h"

#include <string.h>

#include "alloc/page_owner.h"
#include "alloc/vmscan.h"
#include "sim/history.h"
#include "sim/machine.h"
#include "mmview.h"

#define KSWAPD_STEPS 256 /* the kernel threads get the cpu this often; a power of two */

const struct workload_kind *workload_kind_find(const char *name)
{
	for (int i = 0, n = workload_kind_count(); i < n; i++)
		if (!strcmp(workload_kind_at(i)->name, name))
			return workload_kind_at(i);
	return NULL;
}

/* The memory of a replaced workload stays: its sets must outlive it. */
struct workload *workload_start(struct machine *m, const struct workload_kind *kind, u64 seed)
{
	struct workload *w = arena_alloc(m->arena, sizeof(*w));

	w->kind = kind;
	w->seed = seed;
	rng_seed(&w->rng, seed);
	for (int i = 0; i < WORKLOAD_PARAMS && kind->param[i].name; i++)
		w->param[i] = kind->param[i].dflt;
	w->next = m->sim->workload;
	m->sim->workload = w;
	return w;
}

u64 workload_steps(struct machine *m, u64 n)
{
	struct workload *w = m->sim->workload;

	if (!w)
		return 0;
	if (!w->started && w->kind->start)
		w->kind->start(m, w);
	w->started = true;
	for (u64 i = 0; i < n; i++) {
		w->kind->step(m, w);
		if ((++w->steps & (KSWAPD_STEPS - 1)) == 0)
			kswapd_run_all(&m->sys->mm);
	}
	m->sim->ops += n;
	return n;
}

u64 machine_run_slice(struct machine *m, u64 max_ops)
{
	jmp_buf env, *old = arena_set_oom(m->arena, &env);
	volatile u64 done = 0;

	if (m->lost) {
		arena_set_oom(m->arena, old);
		return 0;
	}
	if (setjmp(env)) {
		arena_set_oom(m->arena, old);
		history_rollback(m, NULL);
		return 0;
	}
	history_before(m);
	done = workload_steps(m, max_ops);
	arena_set_oom(m->arena, old);
	history_steps(m, done);
	return done;
}

u64 workload_free_all(struct machine *m, struct workload *w)
{
	struct mm *mm = &m->sys->mm;
	u64 freed = w->kind->stop && w->started ? w->kind->stop(m, w) : 0;

	for (int s = 0; s < WORKLOAD_SETS; s++) {
		while (w->set[s].nr) {
			page_handle h = held_remove(mm, &w->set[s], w->set[s].nr - 1);

			free_pages(mm, h, page_order(memmap_page(mm->map, h)));
			freed++;
		}
	}
	return freed;
}

int workload_check(struct machine *m, struct text *report)
{
	for (struct workload *w = m->sim->workload; w; w = w->next)
		for (int s = 0; s < WORKLOAD_SETS; s++)
			if (held_check(&m->sys->mm, &w->set[s], report))
				return -EUCLEAN;
	return 0;
}
