/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running workloads. The kinds themselves are in workload_kinds.c; here is what
 * they share: starting, stepping, freeing, checking.
 */
#include "sim/workload.h"

#include <string.h>
#include <time.h>

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

#define CLOCK_STEPS 32 /* operations between two looks at the clock */

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ULL + (u64)t.tv_nsec;
}

/* At most @max_ops steps; none begins when @max_ns have passed, but some are done in any case. */
static u64 steps_for(struct machine *m, u64 max_ops, u64 max_ns)
{
	u64 end = max_ns ? now_ns() + max_ns : 0, done = 0;

	while (done < max_ops) {
		u64 n = workload_steps(m, max_ns ? min_u64(CLOCK_STEPS, max_ops - done) : max_ops);

		done += n;
		if (!n || (max_ns && now_ns() >= end))
			break;
	}
	return done;
}

u64 machine_run_for(struct machine *m, u64 max_ops, u64 max_ns)
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
	history_before_steps(m);
	done = steps_for(m, max_ops, max_ns);
	arena_set_oom(m->arena, old);
	history_steps(m, done);
	return done;
}

u64 machine_run_slice(struct machine *m, u64 max_ops) { return machine_run_for(m, max_ops, 0); }

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
