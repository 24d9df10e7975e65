/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Per-cpu lists: sizes, order, flushing, and how they tune themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "mm_fixture.h"
#include "zone/pcp.h"

#define BASE 0x100000u

struct pcp_test {
	struct mm_fixture *f;
	struct zone *z;
	struct per_cpu_pages *pcp;
};

/* 256 MiB; batch 7, high between 100 and 400, nothing below the high mark. */
static struct pcp_test pcp_test_new(void)
{
	static const struct zone_spec s = { 0, ZONE_NORMAL, BASE, BASE + 65536, BASE, BASE + 65536 };
	struct pcp_test t;

	t.f = mm_fixture_new("x86_64", &s, 1, 2);
	t.z = &t.f->mm.node[0]->zones[ZONE_NORMAL];
	t.pcp = &t.z->pcp[0];
	t.pcp->batch = 7;
	t.pcp->high_min = 100;
	t.pcp->high_max = 400;
	return t;
}

/*
 * Order 0, list empty. Expect batch, 2 * batch, 4 * batch ... pages per refill as long as nothing is freed,
 * in physical order.
 */
static void test_pcp_refill_doubles(void **state)
{
	struct pcp_test t = pcp_test_new();
	u64 refill = 7, before;

	for (int i = 0; i < 4; i++, refill *= 2) {
		before = mm_fixture_free_pages(t.f);
		for (u64 k = 0; k < refill; k++) {
			page_handle h = alloc_pages(&t.f->mm, GFP_KERNEL, 0, 0, 0);

			assert_true(page_to_pfn(&t.f->map, h) == BASE + 65536 - before + k);
			assert_true(mm_fixture_free_pages(t.f) == before - refill);
		}
		assert_int_equal(t.pcp->count, 0);
	}
	assert_int_equal(t.pcp->alloc_factor, 4);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/* Expect higher orders to fetch batch >> order blocks, but two at least. */
static void test_pcp_refill_of_higher_orders(void **state)
{
	struct pcp_test t = pcp_test_new();

	alloc_pages(&t.f->mm, GFP_KERNEL, 1, 0, 0);
	assert_int_equal(t.pcp->count, (3 - 1) << 1);
	alloc_pages(&t.f->mm, GFP_KERNEL, 3, 0, 0);
	assert_int_equal(t.pcp->lists[9].nr, 1);
	alloc_pages(&t.f->mm, GFP_HIGHUSER_MOVABLE, 9, 0, 0);
	assert_int_equal(t.pcp->lists[13].nr, 1);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/* Expect what was freed last to be taken first. */
static void test_pcp_is_last_in_first_out(void **state)
{
	struct pcp_test t = pcp_test_new();
	page_handle a = alloc_pages(&t.f->mm, GFP_KERNEL, 0, 0, 0), b = alloc_pages(&t.f->mm, GFP_KERNEL, 0, 0, 0);

	free_pages(&t.f->mm, a, 0);
	free_pages(&t.f->mm, b, 0);
	assert_int_equal(alloc_pages(&t.f->mm, GFP_KERNEL, 0, 0, 0), b);
	assert_int_equal(alloc_pages(&t.f->mm, GFP_KERNEL, 0, 0, 0), a);
	mm_fixture_free(t.f);
}

/* Freeing only. Expect a flush when high is reached, larger each time, and all pages back after a drain. */
static void test_pcp_flush_grows_with_freeing(void **state)
{
	struct pcp_test t = pcp_test_new();
	page_handle h[1000];
	int flushes = 0, last = 0;

	for (int i = 0; i < 1000; i++)
		h[i] = alloc_pages(&t.f->mm, GFP_KERNEL, 0, 0, 0);
	drain_all_pages(&t.f->mm, t.z);
	for (int i = 0; i < 1000; i++) {
		int before = t.pcp->count;

		free_pages(&t.f->mm, h[i], 0);
		if (t.pcp->count <= before) {
			int n = before + 1 - t.pcp->count;

			assert_true(n >= last);
			last = n;
			flushes++;
		}
		assert_true(t.pcp->count <= t.pcp->high_max);
	}
	assert_true(flushes > 1);
	drain_all_pages(&t.f->mm, NULL);
	assert_int_equal(t.pcp->count, 0);
	assert_true(mm_fixture_free_pages(t.f) == 65536);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/* Freeing blocks of order 2 one after the other. Expect them not to pile up. */
static void test_pcp_high_orders_are_flushed_early(void **state)
{
	struct pcp_test t = pcp_test_new();
	page_handle h[60];
	int most = 0;

	for (int i = 0; i < 60; i++)
		h[i] = alloc_pages(&t.f->mm, GFP_KERNEL, 2, 0, 0);
	drain_all_pages(&t.f->mm, t.z);
	for (int i = 0; i < 60; i++) {
		free_pages(&t.f->mm, h[i], 2);
		if (t.pcp->count > most)
			most = t.pcp->count;
	}
	assert_true(most < 30);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/*
 * watermark_scale_factor=1000: the low mark, which is high_min, is above an eighth of the zone, which is high_max.
 * Expect high to fall to high_max once it is there or above, and to go up to high_min from below.
 */
static void test_pcp_high_with_crossed_limits(void **state)
{
	struct pcp_test t = pcp_test_new();

	t.pcp->high_min = 400;
	t.pcp->high_max = 300;
	t.pcp->high = 400;
	assert_int_equal(pcp_nr_flush(t.pcp, t.z, 0, false), 0);
	assert_int_equal(t.pcp->high, 300);
	t.pcp->high = 10;
	assert_int_equal(pcp_nr_flush(t.pcp, t.z, 0, false), 0);
	assert_int_equal(t.pcp->high, 400);
	mm_fixture_free(t.f);
}

/* high between batch and two batches: expect a flush to leave a batch, though that frees less than one. */
static void test_pcp_flush_of_a_small_list_leaves_a_batch(void **state)
{
	struct pcp_test t = pcp_test_new();

	t.pcp->high_min = t.pcp->high_max = t.pcp->high = t.pcp->count = 10;
	t.pcp->free_count = 5;
	assert_int_equal(pcp_nr_flush(t.pcp, t.z, 0, false), 3);
	t.pcp->count = 0;
	mm_fixture_free(t.f);
}

/* Expect the type of the pageblock at the time of the free to choose the list; highatomic counts as movable. */
static void test_pcp_list_follows_the_pageblock(void **state)
{
	struct pcp_test t = pcp_test_new();
	page_handle a = alloc_pages(&t.f->mm, GFP_KERNEL, 0, 0, 0);
	pfn_t pfn = page_to_pfn(&t.f->map, a);

	assert_int_equal(get_pageblock_migratetype(&t.f->mm, pfn), MIGRATE_UNMOVABLE);
	u64 movable = t.pcp->lists[1].nr;
	set_pageblock_migratetype(&t.f->mm, pfn, MIGRATE_HIGHATOMIC);
	free_pages(&t.f->mm, a, 0);
	assert_true(t.pcp->lists[1].nr == movable + 1);
	set_pageblock_migratetype(&t.f->mm, pfn, MIGRATE_UNMOVABLE);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/* Expect each cpu to have its own lists. */
static void test_pcp_cpus_do_not_share(void **state)
{
	struct pcp_test t = pcp_test_new();
	page_handle a = alloc_pages(&t.f->mm, GFP_KERNEL, 0, 0, 0);

	t.f->mm.cpu = 1;
	free_pages(&t.f->mm, a, 0);
	assert_int_equal(t.z->pcp[1].count, 1);
	assert_int_equal(t.pcp->count, 6);
	drain_all_pages(&t.f->mm, t.z);
	assert_int_equal(t.z->pcp[0].count + t.z->pcp[1].count, 0);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/* Expect high to shrink by an eighth a second towards high_min, and pages above it to leave. */
static void test_pcp_decay(void **state)
{
	struct pcp_test t = pcp_test_new();

	t.pcp->high = 400;
	assert_true(pcp_decay_high(&t.f->mm.env, t.z, 0));
	assert_int_equal(t.pcp->high, 350);
	while (pcp_decay_high(&t.f->mm.env, t.z, 0))
		;
	assert_int_equal(t.pcp->high, 100);
	mm_fixture_free(t.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pcp_refill_doubles),
		cmocka_unit_test(test_pcp_refill_of_higher_orders),
		cmocka_unit_test(test_pcp_is_last_in_first_out),
		cmocka_unit_test(test_pcp_flush_grows_with_freeing),
		cmocka_unit_test(test_pcp_high_orders_are_flushed_early),
		cmocka_unit_test(test_pcp_high_with_crossed_limits),
		cmocka_unit_test(test_pcp_flush_of_a_small_list_leaves_a_batch),
		cmocka_unit_test(test_pcp_list_follows_the_pageblock),
		cmocka_unit_test(test_pcp_cpus_do_not_share),
		cmocka_unit_test(test_pcp_decay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
