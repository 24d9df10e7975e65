/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page allocator by itself: see mm_fixture.h. */
#include "mm_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "alloc/node.h"
#include "alloc/watermark.h"
#include "alloc/zonelist.h"

#define ARENA_BYTES (4 * GiB)
#define TRACE_RING  (1u << 16)

static void add_zone(struct mm_fixture *f, const struct zone_spec *s)
{
	struct node *n = node_create(&f->mm, s->nid);
	struct zone *z = &n->zones[s->zid];

	z->zone_start_pfn = s->start;
	z->spanned_pages = z->present_pages = z->present_early_pages = s->end - s->start;
	z->initialized = z->contiguous = true;
	if (!n->node_present_pages)
		n->node_start_pfn = s->start;
	n->node_present_pages += z->present_pages;
	n->node_spanned_pages = s->end - n->node_start_pfn;
	n->online = true;
	memmap_set_range(&f->map, s->start, s->end, PAGE_RESERVED, (u16)zone_nr(z));
}

static void init_mm(struct mm_fixture *f, const struct zone_spec *spec, int nr, int cpus)
{
	struct mm *mm = &f->mm;

	mm->arena = f->arena;
	mm->arch = &f->arch;
	mm->map = &f->map;
	mm->trace = &f->trace;
	mm->nr_cpus = mm->nr_cpus_possible = cpus;
	mm->cpu_node = arena_alloc(f->arena, (size_t)cpus * sizeof(*mm->cpu_node));
	for (int i = 0; i < nr; i++)
		if (spec[i].nid >= mm->nr_node_ids)
			mm->nr_node_ids = spec[i].nid + 1;
	mm->distance = arena_alloc(f->arena, (size_t)(mm->nr_node_ids * mm->nr_node_ids));
	for (int i = 0; i < mm->nr_node_ids * mm->nr_node_ids; i++)
		mm->distance[i] = i % (mm->nr_node_ids + 1) ? 20 : 10;
	vm_tunables_init(&mm->vm);
	mm->vm.thp_enabled = false;
}

struct mm_fixture *mm_fixture_new_arch(const struct arch *arch, const struct zone_spec *spec, int nr, int cpus)
{
	struct mm_fixture *f = calloc(1, sizeof(*f));
	pfn_t end = 0;

	if (!f || !(f->arena = arena_create(ARENA_BYTES)) || trace_init(&f->trace, TRACE_RING))
		abort();
	f->arch = *arch;
	init_mm(f, spec, nr, cpus);
	for (int i = 0; i < nr; i++)
		end = max_u64(end, spec[i].end);
	if (memmap_init(&f->map, f->arena, &f->arch, end))
		abort();
	for (int i = 0; i < nr; i++)
		add_zone(f, &spec[i]);
	for (int i = 0; i < nr; i++)
		free_boot_range(&f->mm, &f->mm.node[spec[i].nid]->zones[spec[i].zid], spec[i].free_start,
				spec[i].free_end);
	f->mm.booted = true;
	build_all_zonelists(&f->mm);
	for (int i = 0; i < nr; i++)
		setup_zone_pageset(&f->mm, &f->mm.node[spec[i].nid]->zones[spec[i].zid]);
	init_per_zone_wmark_min(&f->mm);
	return f;
}

struct mm_fixture *mm_fixture_new(const char *arch, const struct zone_spec *spec, int nr, int cpus)
{
	struct arch a;

	if (arch_preset(&a, arch, NULL))
		abort();
	return mm_fixture_new_arch(&a, spec, nr, cpus);
}

void mm_fixture_free(struct mm_fixture *f)
{
	memmap_cleanup(&f->map);
	arena_destroy(f->arena);
	trace_cleanup(&f->trace);
	free(f);
}

void mm_fixture_check(struct mm_fixture *f)
{
	struct text t = TEXT_INIT;

	if (page_alloc_check(&f->mm, &t)) {
		fprintf(stderr, "page_alloc_check: %s", text_str(&t));
		abort();
	}
	text_cleanup(&t);
}

u64 mm_fixture_free_pages(const struct mm_fixture *f)
{
	u64 sum = 0;

	for_each_node(&f->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			sum += (u64)zone_page_state_snapshot(&f->mm, &n->zones[zid], NR_FREE_PAGES);
	return sum;
}
