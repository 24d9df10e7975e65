/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watermarks, reserves and per-cpu list sizes: numbers worked out by hand from
 * the kernel's formulas, and numbers that captured kernels printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "alloc/node.h"
#include "alloc/watermark.h"

/* An mm with nothing but sizes: zone @zid of node @nid manages @pages. */
struct sizes {
	struct arena *arena;
	struct arch arch;
	struct mm mm;
};

static struct sizes *sizes_new(const char *arch, int nodes, int cpus)
{
	struct arena *a = arena_create(64 * MiB);
	struct sizes *s = arena_alloc(a, sizeof(*s));

	s->arena = a;
	assert_int_equal(arch_preset(&s->arch, arch, NULL), 0);
	s->mm.arena = a;
	s->mm.arch = &s->arch;
	s->mm.nr_cpus = cpus;
	s->mm.nr_cpus_possible = cpus;
	s->mm.cpu_node = arena_alloc(a, (size_t)cpus * sizeof(s16));
	s->mm.nr_node_ids = nodes;
	vm_tunables_init(&s->mm.vm);
	for (int nid = 0; nid < nodes; nid++)
		node_create(&s->mm, nid)->online = true;
	return s;
}

static struct zone *size_zone(struct sizes *s, int nid, enum zone_type zid, u64 pages)
{
	struct zone *z = &s->mm.node[nid]->zones[zid];

	z->managed_pages = pages;
	z->present_pages = pages;
	z->spanned_pages = pages;
	s->mm.node[nid]->node_present_pages += pages;
	setup_zone_pageset(&s->mm, z);
	return z;
}

static void expect_marks(const struct zone *z, u64 min, u64 low, u64 high, u64 promo)
{
	assert_int_equal(z->watermark[WMARK_MIN], min);
	assert_int_equal(z->watermark[WMARK_LOW], low);
	assert_int_equal(z->watermark[WMARK_HIGH], high);
	assert_int_equal(z->watermark[WMARK_PROMO], promo);
}

/* 1 GiB: sqrt(16 * 1048576) = 4096 KiB = 1024 pages; the steps are 0.1 % of the zone, more than 1024 / 4. */
static void test_min_free_kbytes_is_the_root_of_memory(void **state)
{
	struct sizes *s = sizes_new("x86_64", 1, 1);
	struct zone *z = size_zone(s, 0, ZONE_NORMAL, 262144);

	init_per_zone_wmark_min(&s->mm);
	assert_int_equal(s->mm.vm.min_free_kbytes, 4096);
	expect_marks(z, 1024, 1286, 1548, 1810);
	arena_destroy(s->arena);
}

/* Bounds: 128 KiB below, 256 MiB above. A value set by hand that is larger stays. */
static void test_min_free_kbytes_has_bounds_and_respects_the_user(void **state)
{
	struct sizes *s = sizes_new("x86_64", 1, 1);
	struct zone *z = size_zone(s, 0, ZONE_NORMAL, 64);

	calculate_min_free_kbytes(&s->mm);
	assert_int_equal(s->mm.vm.min_free_kbytes, 128);
	z->managed_pages = 1ULL << 40;
	calculate_min_free_kbytes(&s->mm);
	assert_int_equal(s->mm.vm.min_free_kbytes, 262144);
	s->mm.vm.min_free_kbytes = 9000000;
	s->mm.vm.user_min_free_kbytes = 900000000;
	calculate_min_free_kbytes(&s->mm);
	assert_int_equal(s->mm.vm.min_free_kbytes, 9000000);
	arena_destroy(s->arena);
}

/*
 * The captured machine of 1 GiB with one zone of 245389 pages at the time:
 * khugepaged raises min to (2 + 9) * 512 pages.
 */
static void test_khugepaged_raises_min_to_eleven_pageblocks_per_zone(void **state)
{
	struct sizes *s = sizes_new("arm64", 1, 2);
	struct zone *z = size_zone(s, 0, ZONE_DMA, 245389);

	init_per_zone_wmark_min(&s->mm);
	set_recommended_min_free_kbytes(&s->mm);
	assert_int_equal(s->mm.vm.min_free_kbytes, 22528);
	expect_marks(z, 5632, 7040, 8448, 9856);
	arena_destroy(s->arena);
}

/* Never more than 5 % of low memory: 100000 pages, high 948: (100000 - 948) / 20 = 4952. */
static void test_recommended_minimum_is_capped_at_five_percent(void **state)
{
	struct sizes *s = sizes_new("x86_64", 1, 1);

	size_zone(s, 0, ZONE_NORMAL, 100000);
	init_per_zone_wmark_min(&s->mm);
	assert_int_equal(s->mm.node[0]->zones[ZONE_NORMAL].watermark[WMARK_HIGH], 948);
	set_recommended_min_free_kbytes(&s->mm);
	assert_int_equal(s->mm.vm.min_free_kbytes, 4952 * 4);
	arena_destroy(s->arena);
}

/* Movable and HighMem: min is managed / 1024 within 32..128; the steps are not capped. */
static void test_movable_zone_has_a_small_minimum(void **state)
{
	struct sizes *s = sizes_new("x86_64", 1, 1);
	struct zone *small = size_zone(s, 0, ZONE_MOVABLE, 1000), *normal = size_zone(s, 0, ZONE_NORMAL, 262144);

	init_per_zone_wmark_min(&s->mm);
	assert_int_equal(small->watermark[WMARK_MIN], 32);
	small->managed_pages = 1 << 20;
	setup_per_zone_wmarks(&s->mm);
	/* 1024 pages of min for 262144 of Normal: the share of 1048576 is 4096, a quarter 1024. */
	expect_marks(small, 128, 128 + 1048, 128 + 2096, 128 + 3144);
	assert_int_equal(normal->watermark[WMARK_MIN], 1024);
	arena_destroy(s->arena);
}

/* The capture of 6 GiB: DMA 3840, DMA32 754104, Normal 756681 managed when they were set. */
static void test_lowmem_reserve_protects_lower_zones(void **state)
{
	struct sizes *s = sizes_new("x86_64", 1, 2);
	struct zone *dma = size_zone(s, 0, ZONE_DMA, 3840), *dma32 = size_zone(s, 0, ZONE_DMA32, 754104);

	size_zone(s, 0, ZONE_NORMAL, 758398);
	setup_per_zone_lowmem_reserve(&s->mm);
	assert_int_equal(dma->lowmem_reserve[ZONE_DMA], 0);
	assert_int_equal(dma->lowmem_reserve[ZONE_DMA32], 754104 / 256);
	assert_int_equal(dma->lowmem_reserve[ZONE_NORMAL], (754104 + 758398) / 256);
	assert_int_equal(dma->lowmem_reserve[ZONE_MOVABLE], (754104 + 758398) / 256);
	assert_int_equal(dma32->lowmem_reserve[ZONE_NORMAL], 758398 / 256);
	s->mm.vm.lowmem_reserve_ratio[ZONE_DMA] = 0;
	setup_per_zone_lowmem_reserve(&s->mm);
	assert_int_equal(dma->lowmem_reserve[ZONE_NORMAL], 0);
	arena_destroy(s->arena);
}

/* Two cpus on node 0, none on node 1: local cpus share a zone's lists, strangers all of them. */
static void test_pageset_high_is_split_over_local_cpus(void **state)
{
	struct sizes *s = sizes_new("x86_64", 2, 2);
	struct zone *a = size_zone(s, 0, ZONE_NORMAL, 262144), *b = size_zone(s, 1, ZONE_NORMAL, 262144);

	init_per_zone_wmark_min(&s->mm);
	assert_int_equal(a->pageset_batch, 63);
	assert_int_equal(a->pageset_high_min, a->watermark[WMARK_LOW] / 2);
	assert_int_equal(b->pageset_high_min, b->watermark[WMARK_LOW] / 2);
	assert_int_equal(a->pageset_high_max, 262144 / 8 / 2);
	s->mm.cpu_node[1] = 1;
	setup_per_zone_wmarks(&s->mm);
	assert_int_equal(a->pageset_high_min, a->watermark[WMARK_LOW]);
	assert_int_equal(a->pcp[1].high_min, a->pageset_high_min);
	s->mm.vm.percpu_pagelist_high_fraction = 8;
	zone_set_pageset_high_and_batch(&s->mm, a);
	assert_int_equal(a->pageset_high_min, 262144 / 8);
	assert_int_equal(a->pageset_high_max, 262144 / 8);
	arena_destroy(s->arena);
}

/* Batches are 2^n - 1 of about 0.1 %: 3840 pages: 0 -> 1; 118445: 28 + 14 = 42 -> 31. */
static void test_batch_is_one_less_than_a_power_of_two(void **state)
{
	static const struct { u64 pages; int batch; } rows[] = {
		{ 1, 1 }, { 3840, 1 }, { 24128, 3 }, { 31446, 7 }, { 118445, 31 }, { 244285, 63 },
		{ 1 << 30, 63 },
	};
	struct sizes *s = sizes_new("x86_64", 1, 1);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct zone *z = size_zone(s, 0, ZONE_NORMAL, rows[i].pages);

		zone_set_pageset_high_and_batch(&s->mm, z);
		assert_int_equal(z->pageset_batch, rows[i].batch);
		assert_true(z->pageset_high_min >= 4 * z->pageset_batch);
	}
	arena_destroy(s->arena);
}

/* A cache slice of more than three batches keeps freed batches near the cpu. */
static void test_large_caches_set_free_high_batch(void **state)
{
	struct sizes *s = sizes_new("x86_64", 1, 1);
	struct zone *z = size_zone(s, 0, ZONE_NORMAL, 262144);

	s->mm.cache_slice_kib = 3 * 63 * 4;
	setup_pcp_cacheinfo(&s->mm);
	assert_false(z->pcp[0].flags & PCPF_FREE_HIGH_BATCH);
	s->mm.cache_slice_kib += 4;
	setup_pcp_cacheinfo(&s->mm);
	assert_true(z->pcp[0].flags & PCPF_FREE_HIGH_BATCH);
	arena_destroy(s->arena);
}

/* No memory at all: nothing divides by zero. */
static void test_empty_machine_has_no_watermarks(void **state)
{
	struct sizes *s = sizes_new("x86_64", 1, 1);

	init_per_zone_wmark_min(&s->mm);
	setup_per_zone_lowmem_reserve(&s->mm);
	assert_int_equal(s->mm.node[0]->zones[ZONE_NORMAL].watermark[WMARK_MIN], 0);
	assert_int_equal(s->mm.totalreserve_pages, 0);
	arena_destroy(s->arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_min_free_kbytes_is_the_root_of_memory),
		cmocka_unit_test(test_min_free_kbytes_has_bounds_and_respects_the_user),
		cmocka_unit_test(test_khugepaged_raises_min_to_eleven_pageblocks_per_zone),
		cmocka_unit_test(test_recommended_minimum_is_capped_at_five_percent),
		cmocka_unit_test(test_movable_zone_has_a_small_minimum),
		cmocka_unit_test(test_lowmem_reserve_protects_lower_zones),
		cmocka_unit_test(test_pageset_high_is_split_over_local_cpus),
		cmocka_unit_test(test_batch_is_one_less_than_a_power_of_two),
		cmocka_unit_test(test_large_caches_set_free_high_batch),
		cmocka_unit_test(test_empty_machine_has_no_watermarks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
