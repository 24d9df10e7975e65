/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page allocator by itself, for tests and benchmarks: zones given one by one,
 * no boot, no commands.
 */
#ifndef MM_TESTS_MM_FIXTURE_H
#define MM_TESTS_MM_FIXTURE_H

#include "alloc/page_alloc.h"
#include "base/text.h"

struct mm_fixture {
	struct arena *arena;
	struct trace trace;
	struct arch arch;
	struct memmap map;
	struct mm mm;
};

/* One zone: pages [start, end) of node @nid, of which [free_start, free_end) go to the buddy. */
struct zone_spec {
	int nid;
	enum zone_type zid;
	pfn_t start, end;
	pfn_t free_start, free_end;
};

/* @arch is a preset's name. The zones must be given by node, lowest type first; @cpus of node 0. */
struct mm_fixture *mm_fixture_new(const char *arch, const struct zone_spec *spec, int nr, int cpus);
/* The same with an architecture of the caller. */
struct mm_fixture *mm_fixture_new_arch(const struct arch *arch, const struct zone_spec *spec, int nr, int cpus);
void mm_fixture_free(struct mm_fixture *f);

/* page_alloc_check() says nothing, or the program ends with its report. */
void mm_fixture_check(struct mm_fixture *f);
/* Pages on buddy lists, exactly, of all zones. */
u64 mm_fixture_free_pages(const struct mm_fixture *f);

#endif
