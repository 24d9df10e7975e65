/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for boot tests: see boot_fixture.h. */
#include "boot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc/page_alloc.h"

#define FIXTURE_ARENA (16 * GiB)

struct boot_fixture *bf_new(const char *arch, int cpus, const char *cmdline)
{
	struct boot_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->desc = desc_new();
	assert_non_null(f->desc);
	assert_int_equal(arch_preset(&f->desc->arch, arch, &f->err), 0);
	f->desc->nr_cpus = cpus;
	f->desc->nr_cpus_possible = cpus;
	assert_int_equal(desc_set_string(&f->desc->cmdline, cmdline), 0);
	f->arena = arena_create(FIXTURE_ARENA);
	assert_non_null(f->arena);
	assert_int_equal(trace_init(&f->trace, 256), 0);
	return f;
}

void bf_free(struct boot_fixture *f)
{
	if (f->sys)
		system_cleanup(f->sys);
	trace_cleanup(&f->trace);
	arena_destroy(f->arena);
	desc_free(f->desc);
	free(f);
}

void bf_ram(struct boot_fixture *f, phys_t start, phys_t end)
{
	assert_int_equal(desc_add_fw(f->desc, start, end, FW_RAM, 0, NULL, 0), 0);
}

void bf_node(struct boot_fixture *f, int nid, phys_t start, phys_t end)
{
	bf_ram(f, start, end);
	assert_int_equal(desc_add_mem(f->desc, start, end, nid, false), 0);
}

void bf_hotplug_node(struct boot_fixture *f, int nid, phys_t start, phys_t end)
{
	bf_ram(f, start, end);
	assert_int_equal(desc_add_mem(f->desc, start, end, nid, true), 0);
}

void bf_cpu(struct boot_fixture *f, int nid, int cpu)
{
	struct desc_node *n = desc_get_node(f->desc, nid);

	assert_non_null(n);
	if (!n->cpu)
		n->cpu = calloc((size_t)f->desc->nr_cpus_possible, 1);
	assert_non_null(n->cpu);
	n->cpu[cpu] = 1;
}

void bf_distance(struct boot_fixture *f, int from, int to, u8 distance)
{
	struct desc_node *n = desc_get_node(f->desc, from);

	assert_non_null(n);
	if (to >= n->nr_distance) {
		n->distance = realloc(n->distance, (size_t)to + 1);
		assert_non_null(n->distance);
		for (int i = n->nr_distance; i <= to; i++)
			n->distance[i] = i == from ? 10 : 20;
		n->nr_distance = to + 1;
	}
	n->distance[to] = distance;
}

void bf_reserve(struct boot_fixture *f, phys_t start, phys_t end, enum desc_resv_kind kind, u32 flags,
		const char *label)
{
	struct desc_resv r = { .start = start, .end = end, .kind = kind, .flags = flags, .label = label,
			       .nid = NO_NODE };

	assert_int_equal(desc_add_resv(f->desc, &r), 0);
}

int bf_boot(struct boot_fixture *f, enum boot_stage stage)
{
	int rc = 0;

	if (!f->sys) {
		f->sys = arena_alloc(f->arena, sizeof(*f->sys));
		rc = system_init(f->sys, f->arena, f->desc, &f->trace, &f->err);
	}
	return rc ? rc : system_boot(f->sys, stage, &f->err);
}

void bf_check(struct boot_fixture *f)
{
	struct text t = TEXT_INIT;
	int rc = page_alloc_check(&f->sys->mm, &t);

	if (rc)
		print_error("%s\n", text_str(&t));
	text_cleanup(&t);
	assert_int_equal(rc, 0);
}

void bf_must_boot(struct boot_fixture *f, enum boot_stage stage)
{
	int rc = bf_boot(f, stage);

	if (rc)
		print_error("%s\n", f->err.msg);
	assert_int_equal(rc, 0);
	if (stage >= BOOT_MEM_INIT)
		bf_check(f);
}

struct zone *bf_zone(struct boot_fixture *f, int nid, enum zone_type zid)
{
	assert_non_null(f->sys->mm.node[nid]);
	return &f->sys->mm.node[nid]->zones[zid];
}

bool bf_logged(const struct boot_fixture *f, const char *line)
{
	for (u32 i = 0; i < f->sys->dmesg.nr; i++)
		if (!strcmp(f->sys->dmesg.line[i], line))
			return true;
	return false;
}

int bf_log_count(const struct boot_fixture *f, const char *begin)
{
	int nr = 0;

	for (u32 i = 0; i < f->sys->dmesg.nr; i++)
		nr += !strncmp(f->sys->dmesg.line[i], begin, strlen(begin));
	return nr;
}

void bf_expect_log(const struct boot_fixture *f, const char *line)
{
	if (bf_logged(f, line))
		return;
	print_error("not in the log: %s\n", line);
	for (u32 i = 0; i < f->sys->dmesg.nr; i++)
		print_error("  %s\n", f->sys->dmesg.line[i]);
	fail();
}
