/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmalloc: which cache serves a size, what is too large for caches, and what wrong
 * frees say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "slab/mempool.h"
#include "slab/slab_tag.h"
#include "slab_fixture.h"

static int setup(void **state)
{
	*state = slab_machine_new("x86_64", 1, 64, 1);
	return 0;
}

static int teardown(void **state)
{
	slab_machine_check(*state);
	slab_machine_free(*state);
	return 0;
}

static void must_kfree(struct slab_machine *m, u64 addr)
{
	struct mm_error err = { 0, "" };

	if (kfree(m->st, addr, &err))
		fail_msg("%s", err.msg);
}

static const char *cache_of(struct slab_machine *m, u64 addr)
{
	struct slab_info info;
	u32 index;

	assert_true(slab_of_addr(m->st, addr, &info, &index));
	return info.cache == ~0u ? "large" : kmem_cache_name(slab_cache_by_id(m->st, info.cache));
}

static void test_sizes_choose_caches(void **state)
{
	static const struct {
		u64 size;
		gfp_t gfp;
		const char *cache;
	} cases[] = {
		{ 1, GFP_KERNEL, "kmalloc-8" },       { 8, GFP_KERNEL, "kmalloc-8" },
		{ 9, GFP_KERNEL, "kmalloc-16" },      { 64, GFP_KERNEL, "kmalloc-64" },
		{ 65, GFP_KERNEL, "kmalloc-96" },     { 96, GFP_KERNEL, "kmalloc-96" },
		{ 97, GFP_KERNEL, "kmalloc-128" },    { 129, GFP_KERNEL, "kmalloc-192" },
		{ 192, GFP_KERNEL, "kmalloc-192" },   { 193, GFP_KERNEL, "kmalloc-256" },
		{ 257, GFP_KERNEL, "kmalloc-512" },   { 1025, GFP_KERNEL, "kmalloc-2k" },
		{ 8192, GFP_KERNEL, "kmalloc-8k" },   { 8193, GFP_KERNEL, "large" },
		{ 100, GFP_KERNEL_ACCOUNT, "kmalloc-cg-128" },
		{ 100, GFP_KERNEL | GFP_DMA, "dma-kmalloc-128" },
		{ 100, GFP_KERNEL | __GFP_RECLAIMABLE, "kmalloc-rcl-128" },
		{ 100, GFP_DMA | __GFP_RECLAIMABLE | __GFP_ACCOUNT, "dma-kmalloc-128" },
		{ 100, __GFP_RECLAIMABLE | __GFP_ACCOUNT, "kmalloc-rcl-128" },
	};
	struct slab_machine *m = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 addr = kmalloc(m->st, cases[i].size, cases[i].gfp);

		assert_string_equal(cache_of(m, addr), cases[i].cache);
		must_kfree(m, addr);
	}
}

/* Expect a power of two to lie on its own boundary, and 96 on 32. */
static void test_objects_are_aligned_to_their_size(void **state)
{
	struct slab_machine *m = *state;

	for (u64 size = 8; size <= 8192; size *= 2)
		for (int i = 0; i < 20; i++)
			assert_int_equal(kmalloc(m->st, size, GFP_KERNEL) % size, 0);
	for (int i = 0; i < 50; i++)
		assert_int_equal(kmalloc(m->st, 96, GFP_KERNEL) % 32, 0);
}

static void test_zero_and_null_are_harmless(void **state)
{
	struct slab_machine *m = *state;

	assert_int_equal(kmalloc(m->st, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	must_kfree(m, ZERO_SIZE_PTR);
	must_kfree(m, 0);
	assert_int_equal(ksize(m->st, ZERO_SIZE_PTR), 0);
}

/* kmalloc(10000) = a block of 4 pages straight from the buddy; too large fails. */
static void test_large_requests_go_to_the_buddy(void **state)
{
	struct slab_machine *m = *state;
	u64 before = slab_machine_free_pages(m);
	u64 addr = kmalloc(m->st, 10000, GFP_KERNEL);
	struct mm_error err = { 0, "" };

	assert_int_equal(slab_machine_free_pages(m), before - 4);
	assert_int_equal(ksize(m->st, addr), 16384);
	assert_int_equal(kmalloc_size_roundup(m->st, 10000), 16384);
	assert_int_equal(kfree(m->st, addr + 4096, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "large kmalloc"));
	slab_machine_check(m);
	must_kfree(m, addr);
	assert_int_equal(slab_machine_free_pages(m), before);
	assert_int_equal(kmalloc(m->st, 1 << 30, GFP_KERNEL), 0);
}

static void test_ksize_is_what_the_cache_gives(void **state)
{
	struct slab_machine *m = *state;

	assert_int_equal(ksize(m->st, kmalloc(m->st, 100, GFP_KERNEL)), 128);
	assert_int_equal(kmalloc_size_roundup(m->st, 100), 128);
	assert_int_equal(kmalloc_size_roundup(m->st, 0), 0);
	assert_int_equal(ksize(m->st, 0xdead000), 0);
}

static void test_double_kfree_is_named(void **state)
{
	struct slab_machine *m = *state;
	u64 a = kmalloc(m->st, 100, GFP_KERNEL);
	struct mm_error err = { 0, "" };

	must_kfree(m, a);
	assert_int_equal(kfree(m->st, a, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "double free"));
	err.msg[0] = '\0';
	assert_int_equal(kfree(m->st, a + 1, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "invalid free"));
}

/* Expect objects of one call site in one copy, and several copies in use over many sites. */
static void test_random_caches_separate_call_sites(void **state)
{
	struct slab_machine *m = slab_machine_bare("x86_64", 1, 64, 1);
	u32 seen = 0, copies = 0;

	m->cfg.random_kmalloc = 15;
	slab_machine_init_slab(m);
	for (u64 site = 0; site < 64; site++) {
		struct kmem_cache *s = kmalloc_slab(m->st, 64, GFP_KERNEL, site);
		unsigned n = 0;

		assert_ptr_equal(s, kmalloc_slab(m->st, 64, GFP_KERNEL, site));
		sscanf(kmem_cache_name(s), "kmalloc-rnd-%2u", &n);
		seen |= 1u << n;
	}
	for (; seen; seen &= seen - 1)
		copies++;
	assert_in_range(copies, 8, 16);
	assert_non_null(kmem_cache_find(m->st, "kmalloc-rnd-15-96"));
	slab_machine_check(m);
	slab_machine_free(m);
}

/* 64 KiB pages: caches up to 128 KiB, and 64 KiB more for anything above. */
static void test_page_size_sets_the_largest_cache(void **state)
{
	struct slab_machine *m = slab_machine_new("arm64-64k", 1, 2048, 2);

	assert_string_equal(cache_of(m, kmalloc(m->st, 10000, GFP_KERNEL)), "kmalloc-16k");
	assert_string_equal(cache_of(m, kmalloc(m->st, 131072, GFP_KERNEL)), "kmalloc-128k");
	assert_string_equal(cache_of(m, kmalloc(m->st, 131073, GFP_KERNEL)), "large");
	assert_int_equal(kmem_cache_geometry(kmem_cache_find(m->st, "kmalloc-8"))->objects, 8192);
	slab_machine_check(m);
	slab_machine_free(m);
}

/* memblock_alloc() after the hand-over: served here, by physical address. */
static void test_memblock_is_served_by_slab_after_the_handover(void **state)
{
	struct slab_machine *m = *state;
	phys_t phys = slab_memblock_alloc(m->st, 1000, NO_NODE);
	u64 seq = m->trace.seq;

	assert_string_equal(cache_of(m, m->cfg.linear_base + phys), "kmalloc-1k");
	assert_int_equal(trace_get(&m->trace, seq - 1)->type, TRACE_kmalloc);
	slab_memblock_free(m->st, phys);
	assert_int_equal(trace_get(&m->trace, seq)->type, TRACE_kfree);
}

static void test_names_follow_their_objects(void **state)
{
	struct slab_machine *m = *state;
	u64 a = kmalloc(m->st, 100, GFP_KERNEL), b = kmalloc(m->st, 20000, GFP_KERNEL), at;

	slab_tag_add(m->st, a, "a");
	slab_tag_add(m->st, b, "b");
	assert_string_equal(slab_tag_of(m->st, b), "b");
	must_kfree(m, a);
	slab_tag_sweep(m->st);
	assert_null(slab_tag_of(m->st, a));
	assert_int_equal(slab_tag_free(m->st, "none"), 0);
	assert_int_equal(slab_tag_free(m->st, NULL), 1);
	assert_null(slab_tag_at(m->st, 0, &at));
}

/* A pool of 4: when memory is gone it still gives 4 elements, and refills before anything is freed. */
static void test_mempool_keeps_its_reserve(void **state)
{
	struct slab_machine *m = slab_machine_new("x86_64", 1, 32, 1);
	struct kmem_cache *s = make_cache(m, "pool", 512, SLAB_NO_MERGE);
	struct mempool *pool = mempool_create(m->st, "p", 4, s, NULL);
	struct mm_error err = { 0, "" };
	struct mempool_info info;
	u64 got[4], eaten = 0;

	assert_non_null(pool);
	assert_ptr_equal(mempool_find(m->st, "p"), pool);
	assert_null(mempool_create(m->st, "p", 4, s, &err));
	while (kmem_cache_alloc(m->st, s, GFP_NOWAIT))
		eaten++;
	assert_int_not_equal(eaten, 0);
	for (int i = 0; i < 4; i++) {
		got[i] = mempool_alloc(m->st, pool, GFP_NOWAIT);
		assert_int_not_equal(got[i], 0);
	}
	assert_int_equal(mempool_alloc(m->st, pool, GFP_NOWAIT), 0);
	assert_int_equal(mempool_free(m->st, pool, got[0], &err), 0);
	assert_int_equal(mempool_free(m->st, pool, got[0], &err), -EINVAL);
	assert_int_equal(mempool_alloc(m->st, pool, GFP_NOWAIT), got[0]);
	for (int i = 0; i < 4; i++)
		assert_int_equal(mempool_free(m->st, pool, got[i], &err), 0);
	assert_true(mempool_info(m->st, 0, &info));
	assert_int_equal(info.curr_nr, 4);
	assert_int_equal(slab_thin_out(m->st, s, ~0ULL, false), eaten);
	mempool_destroy(m->st, pool);
	assert_int_equal(kmem_cache_destroy(m->st, "pool", &err), 0);
	slab_machine_check(m);
	slab_machine_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sizes_choose_caches, setup, teardown),
		cmocka_unit_test_setup_teardown(test_objects_are_aligned_to_their_size, setup, teardown),
		cmocka_unit_test_setup_teardown(test_zero_and_null_are_harmless, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large_requests_go_to_the_buddy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ksize_is_what_the_cache_gives, setup, teardown),
		cmocka_unit_test_setup_teardown(test_double_kfree_is_named, setup, teardown),
		cmocka_unit_test(test_random_caches_separate_call_sites),
		cmocka_unit_test(test_page_size_sets_the_largest_cache),
		cmocka_unit_test_setup_teardown(test_memblock_is_served_by_slab_after_the_handover, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_follow_their_objects, setup, teardown),
		cmocka_unit_test(test_mempool_keeps_its_reserve),
	};

	return cmocka_run_group_tests_name("kmalloc", tests, NULL, NULL);
}
