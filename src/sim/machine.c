/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making, checking and hashing a machine.
 */
#include "sim/machine.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "hotplug/memory_hotplug.h"
#include "mmview.h"
#include "sim/history.h"
#include "sim/workload.h"
#include "slab/slub.h"

#define TRACE_ENTRIES (1u << 16)
#define ARENA_RESERVE (sizeof(void *) > 4 ? 64ULL * GiB : 256ULL * MiB)

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

struct machine *machine_create(struct desc *desc, enum boot_stage upto, struct mm_error *err)
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
	m->history = history_create(m);
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

static int held_blocks_check(struct machine *m, struct text *report)
{
	return held_check(&m->sys->mm, &m->sim->held, report);
}

int machine_verify(struct machine *m, struct text *report)
{
	struct system *sys = m->sys;
	int rc = 0;

	if (sys->stage >= BOOT_MEM_INIT) {
		rc = rc ? rc : page_alloc_check(&sys->mm, report);
		rc = rc ? rc : summary_check(&sys->map, report);
	}
	if (sys->slab)
		rc = rc ? rc : slab_check(sys->slab, report);
	if (sys->hotplug)
		rc = rc ? rc : hotplug_check(sys, report);
	rc = rc ? rc : workload_check(m, report);
	rc = rc ? rc : held_blocks_check(m, report);
	return rc;
}

static u64 mix(u64 h, u64 v)
{
	h ^= v;
	h *= 0xff51afd7ed558ccdULL;
	return h ^ h >> 32;
}

static u64 hash_zone(const struct mm *mm, const struct zone *z, u64 h)
{
	h = mix(h, z->zone_start_pfn);
	h = mix(h, z->spanned_pages);
	h = mix(h, z->present_pages);
	h = mix(h, z->managed_pages);
	h = mix(h, z->watermark_boost);
	h = mix(h, z->flags);
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		h = mix(h, (u64)zone_page_state_snapshot(mm, z, i));
	for (int o = 0; o <= mm->arch->max_page_order; o++)
		for (int mt = 0; mt < MIGRATE_TYPES; mt++)
			h = mix(h, z->free_area[o].list[mt].nr);
	return memmap_hash_lists(mm, z, h);
}

u64 machine_hash(struct machine *m)
{
	const struct mm *mm = &m->sys->mm;
	u64 h = mix(m->desc->seed, m->sys->stage);

	for_each_node(mm, n)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			h = hash_zone(mm, &n->zones[z], h);
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		h = mix(h, mm->vm_event[i]);
	h = mix(h, mm->alloc_seq);
	return mix(h, m->sim->ops);
}
