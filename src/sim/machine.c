/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making, checking and hashing a machine.
 */
#include "sim/machine.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/hugetlb.h"
#include "alloc/lru.h"
#include "alloc/process.h"
#include "alloc/swap.h"
#include "hotplug/memory_hotplug.h"
#include "mmview.h"
#include "sim/history.h"
#include "sim/workload.h"
#include "slab/slub.h"

#define TRACE_ENTRIES (1u << 16)
#define ARENA_RESERVE (32 * GiB)

static int boot_guarded(struct machine *m, enum boot_stage upto, struct mm_error *err)
{
	jmp_buf env;
	int rc;

	arena_set_oom(m->arena, &env);
	if (setjmp(env)) {
		arena_set_oom(m->arena, NULL);
		return mm_fail(err, -ENOMEM, "the host has no memory left to boot this machine");
	}
	m->sys = arena_alloc(m->arena, sizeof(*m->sys));
	m->sim = arena_alloc(m->arena, sizeof(*m->sim));
	rng_seed(&m->sim->rng, m->desc->seed);
	rc = system_init(m->sys, m->arena, m->desc, &m->trace, err);
	if (!rc)
		rc = system_boot(m->sys, upto, err);
	arena_set_oom(m->arena, NULL);
	return rc;
}

struct machine *machine_create_unrecorded(struct desc *desc, enum boot_stage upto, struct mm_error *err)
{
	struct machine *m = calloc(1, sizeof(*m));

	if (!m) {
		desc_free(desc);
		mm_fail(err, -ENOMEM, "the host has no memory left");
		return NULL;
	}
	m->desc = desc;
	m->arena = arena_create(ARENA_RESERVE);
	if (!m->arena || trace_init(&m->trace, TRACE_ENTRIES)) {
		mm_fail(err, -ENOMEM, "the host gives no address space for the model; check ulimit -v");
		machine_destroy(m);
		return NULL;
	}
	if (boot_guarded(m, upto, err)) {
		machine_destroy(m);
		return NULL;
	}
	return m;
}

struct machine *machine_create(struct desc *desc, enum boot_stage upto, struct mm_error *err)
{
	struct machine *m = machine_create_unrecorded(desc, upto, err);

	if (!m)
		return NULL;
	m->history = history_create(m);
	if (!m->history) {
		mm_fail(err, -ENOMEM, "the host has no memory to record this machine's history");
		machine_destroy(m);
		return NULL;
	}
	return m;
}

void machine_destroy(struct machine *m)
{
	if (!m)
		return;
	history_destroy(m->history);
	if (m->sys)
		system_cleanup(m->sys);
	arena_destroy(m->arena);
	trace_cleanup(&m->trace);
	desc_free(m->desc);
	free(m);
}

static void release_state(struct system *sys, struct arena *arena, struct history *history)
{
	history_destroy(history);
	if (sys)
		system_cleanup(sys);
	arena_destroy(arena);
}

int machine_reboot(struct machine *m, enum boot_stage upto, struct mm_error *err)
{
	struct machine old = *m; /* the trace ring stays in use: readers know its sequence numbers */
	int rc;

	m->sys = NULL;
	m->history = NULL;
	m->arena = arena_create(ARENA_RESERVE);
	rc = m->arena ? boot_guarded(m, upto, err)
		      : mm_fail(err, -ENOMEM, "the host gives no address space for a second model; check ulimit -v");
	if (rc) {
		if (m->arena)
			release_state(m->sys, m->arena, NULL);
		m->arena = old.arena;
		m->sys = old.sys;
		m->sim = old.sim;
		m->history = old.history;
		return rc;
	}
	release_state(old.sys, old.arena, old.history);
	if (old.history)
		m->history = history_create(m);
	return 0;
}

void machine_stop_recording(struct machine *m)
{
	if (!m->history)
		return;
	memmap_set_dirty_hook(&m->sys->map, NULL, NULL);
	history_destroy(m->history);
	m->history = NULL;
}

static int held_blocks_check(struct machine *m, struct text *report)
{
	return held_check(&m->sys->mm, &m->sim->held, report);
}

int machine_verify(struct machine *m, struct text *report)
{
	struct system *sys = m->sys;
	int rc = 0;

	if (sys->stage >= BOOT_MEM_INIT)
		rc = rc ? rc : page_alloc_check(&sys->mm, report); /* the summary, too */
	if (sys->stage >= BOOT_MEM_INIT)
		rc = rc ? rc : lru_check(&sys->mm, report) ? -EUCLEAN : swap_check(&sys->mm, report);
	if (sys->hugetlb)
		rc = rc ? rc : hugetlb_check(&sys->mm, sys->hugetlb, report);
	if (sys->procs)
		rc = rc ? rc : process_check(&sys->mm, sys->procs, report);
	if (sys->slab)
		rc = rc ? rc : slab_check(sys->slab, report);
	if (sys->hotplug)
		rc = rc ? rc : hotplug_check(sys, report);
	rc = rc ? rc : workload_check(m, report);
	rc = rc ? rc : held_blocks_check(m, report);
	return rc;
}
