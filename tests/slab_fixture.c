/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small machine for slab tests: see slab_fixture.h. */
#include "slab_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/node.h"
#include "alloc/watermark.h"
#include "alloc/zonelist.h"

#define DMA_BYTES (16 * MiB) /* where node 0's Normal begins */

static void add_zone(struct slab_machine *m, struct node *n, int zid, pfn_t start, pfn_t end)
{
	struct zone *z = &n->zones[zid];

	z->zone_start_pfn = start;
	z->spanned_pages = end - start;
	z->present_pages = end - start;
	z->initialized = true;
	n->node_spanned_pages += end - start;
	n->node_present_pages += end - start;
	memmap_set_range(&m->map, start, end, PAGE_RESERVED, (u16)zone_nr(z));
}

static void add_node(struct slab_machine *m, int nid, pfn_t start, pfn_t end)
{
	struct node *n = node_create(&m->mm, nid);

	n->online = true;
	n->node_start_pfn = start;
	if (!nid)
		add_zone(m, n, ZONE_DMA, start, DMA_BYTES >> m->arch.page_shift);
	add_zone(m, n, ZONE_NORMAL, nid ? start : DMA_BYTES >> m->arch.page_shift, end);
}

static void set_up_mm(struct slab_machine *m, int nodes, int cpus)
{
	struct mm *mm = &m->mm;

	mm->arena = m->arena;
	mm->trace = &m->trace;
	mm->arch = &m->arch;
	mm->map = &m->map;
	rng_seed(&mm->rng, 1);
	mm->nr_cpus = mm->nr_cpus_possible = cpus;
	mm->nr_node_ids = nodes;
	mm->cpu_node = arena_alloc(m->arena, (size_t)cpus * sizeof(*mm->cpu_node));
	for (int i = 0; i < cpus; i++)
		mm->cpu_node[i] = (s16)(i % nodes);
	mm->distance = arena_alloc(m->arena, (size_t)(nodes * nodes));
	for (int i = 0; i < nodes * nodes; i++)
		mm->distance[i] = i / nodes == i % nodes ? 10 : 20;
	vm_tunables_init(&mm->vm);
}

static void free_everything(struct slab_machine *m)
{
	for_each_node(&m->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			struct zone *z = &n->zones[zid];

			if (!z->present_pages)
				continue;
			free_boot_range(&m->mm, z, z->zone_start_pfn, zone_end_pfn(z));
			setup_zone_pageset(&m->mm, z);
		}
}

struct slab_machine *slab_machine_bare(const char *arch, int nodes, u64 mib, int cpus)
{
	struct slab_machine *m = calloc(1, sizeof(*m));
	struct mm_error err = { 0, "" };
	pfn_t per_node;

	assert_non_null(m);
	assert_int_equal(arch_preset(&m->arch, strcmp(arch, "arm64-64k") ? arch : "arm64", &err), 0);
	if (!strcmp(arch, "arm64-64k"))
		assert_int_equal(arch_set_page_shift(&m->arch, 16, &err), 0);
	m->arena = arena_create(4 * GiB);
	assert_non_null(m->arena);
	assert_int_equal(trace_init(&m->trace, 1024), 0);
	per_node = mib * MiB >> m->arch.page_shift;
	assert_int_equal(memmap_init(&m->map, m->arena, &m->arch, per_node * (u64)nodes), 0);
	set_up_mm(m, nodes, cpus);
	for (int nid = 0; nid < nodes; nid++)
		add_node(m, nid, per_node * (u64)nid, per_node * (u64)(nid + 1));
	free_everything(m);
	build_all_zonelists(&m->mm); /* after: it counts pages to see whether mobility types pay */
	init_per_zone_wmark_min(&m->mm);
	m->mm.booted = true;
	m->free_at_start = slab_machine_free_pages(m);
	slab_config_default(&m->cfg, &m->mm, 0);
	return m;
}

void slab_machine_init_slab(struct slab_machine *m)
{
	struct mm_error err = { 0, "" };

	m->st = slab_init(&m->mm, &m->cfg, &err);
	if (!m->st)
		fail_msg("%s", err.msg);
}

struct slab_machine *slab_machine_new(const char *arch, int nodes, u64 mib, int cpus)
{
	struct slab_machine *m = slab_machine_bare(arch, nodes, mib, cpus);

	slab_machine_init_slab(m);
	return m;
}

void slab_machine_free(struct slab_machine *m)
{
	memmap_cleanup(&m->map);
	arena_destroy(m->arena);
	trace_cleanup(&m->trace);
	free(m);
}

void slab_machine_check(struct slab_machine *m)
{
	struct text report = TEXT_INIT;

	if ((m->st && slab_check(m->st, &report)) || page_alloc_check(&m->mm, &report))
		fail_msg("%s", text_str(&report));
	text_cleanup(&report);
}

u64 slab_machine_free_pages(struct slab_machine *m)
{
	u64 pages = 0;

	drain_all_pages(&m->mm, NULL);
	for_each_node(&m->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			pages += (u64)zone_page_state_snapshot(&m->mm, &n->zones[zid], NR_FREE_PAGES);
	return pages;
}

struct kmem_cache *make_cache(struct slab_machine *m, const char *name, u32 size, slab_flags_t flags)
{
	struct slab_request rq = { .object_size = size, .flags = flags };
	struct mm_error err = { 0, "" };
	struct kmem_cache *s = kmem_cache_create(m->st, name, &rq, &err);

	if (!s)
		fail_msg("%s", err.msg);
	return s;
}
