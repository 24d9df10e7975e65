/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The summary pyramid against counting page by page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mm_fixture.h"
#include "phys/summary.h"
#include "zone/pageblock.h"

#define BASE    0x40000u
#define SECTION 32768u

static struct mm_fixture *one_zone(u64 pages)
{
	const struct zone_spec s = { 0, ZONE_NORMAL, BASE, BASE + pages, BASE + 77, BASE + pages - 1000 };

	return mm_fixture_new("x86_64", &s, 1, 2);
}

/* The same question, answered by looking at every page. */
static void count_pages(struct mm_fixture *f, pfn_t start, pfn_t end, struct summary *s)
{
	memset(s, 0, sizeof(*s));
	s->total = end - start;
	for (pfn_t p = start; p < end; p++) {
		struct page_view v;

		memmap_view(&f->map, p, &v);
		s->pages[summary_class_of(&v)]++;
		if (!(p & 511) && v.zone != ZONE_NONE)
			s->pageblocks[v.pb_mt]++;
	}
}

static void expect_equal(struct mm_fixture *f, pfn_t start, pfn_t end)
{
	struct summary want, have = { .total = 0 };

	count_pages(f, start, end, &want);
	summary_query(&f->map, start, end, &have);
	for (int c = 0; c < NR_SUMMARY_CLASSES; c++)
		if (want.pages[c] != have.pages[c])
			fail_msg("[%llx, %llx) class %s: %llu pages, the summary says %llu", (unsigned long long)start,
				 (unsigned long long)end, summary_class_name(c), (unsigned long long)want.pages[c],
				 (unsigned long long)have.pages[c]);
	assert_memory_equal(want.pageblocks, have.pageblocks, sizeof(want.pageblocks));
	assert_true(have.total == end - start);
}

/* Expect free, reserved and hole pages of an untouched zone, and pageblocks where they start. */
static void test_summary_of_untouched_memory(void **state)
{
	struct mm_fixture *f = one_zone(3 * SECTION);
	struct summary s = { .total = 0 };

	summary_query(&f->map, BASE, BASE + 3 * SECTION, &s);
	assert_true(s.pages[SUM_RESERVED] == 77 + 1000);
	assert_true(s.pageblocks[MIGRATE_MOVABLE] == 3 * 64);
	expect_equal(f, BASE - 500, BASE + 2000);
	expect_equal(f, BASE + 1000, BASE + SECTION + 3);
	mm_fixture_free(f);
}

/* Allocate and free at random; change kinds and pageblock types now and then. */
static void churn(struct mm_fixture *f, struct rng *r, int ops)
{
	static page_handle held[4096];
	static u8 order[4096];
	u32 nr = 0;

	while (ops--) {
		u32 i;

		if (nr < ARRAY_SIZE(held) && rng_percent(r, 55)) {
			static const gfp_t gfp[] = { GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_KERNEL | __GFP_RECLAIMABLE };
			page_handle h;

			order[nr] = (u8)rng_below(r, rng_percent(r, 5) ? 11 : 5);
			h = alloc_pages(&f->mm, gfp[rng_below(r, 3)], order[nr], 0, 0);
			if (h == NO_PAGE)
				continue;
			held[nr++] = h;
			if (rng_percent(r, 20))
				page_set_info(&f->mm, h, (enum page_kind)rng_below(r, NR_PAGE_KINDS), PGF_PINNED);
		} else if (nr) {
			i = (u32)rng_below(r, nr);
			free_pages(&f->mm, held[i], order[i]);
			held[i] = held[--nr];
			order[i] = order[nr];
		}
	}
	while (nr > 1000) {
		nr--;
		free_pages(&f->mm, held[nr], order[nr]);
	}
}

/* Expect every range, however cut, to sum up to what its pages say. */
static void test_summary_random_ranges(void **state)
{
	struct mm_fixture *f = one_zone(4 * SECTION);
	struct rng r;
	u64 seed = 11, span = 4 * SECTION + 2000;

	printf("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int round = 0; round < 12; round++) {
		churn(f, &r, 3000);
		for (int i = 0; i < 6; i++) {
			pfn_t a = BASE - 1000 + rng_below(&r, span), b = a + 1 + rng_below(&r, i < 3 ? 1500 : span);

			expect_equal(f, a, min_u64(b, BASE + 4 * SECTION + 1000));
		}
		mm_fixture_check(f);
	}
	mm_fixture_free(f);
}

/* Expect a pageblock's new type to be counted, also where no page of it is touched. */
static void test_summary_counts_pageblock_types(void **state)
{
	struct mm_fixture *f = one_zone(2 * SECTION);
	struct summary s = { .total = 0 };

	set_pageblock_migratetype(&f->mm, BASE + 5000, MIGRATE_RECLAIMABLE);
	summary_query(&f->map, BASE, BASE + 2 * SECTION, &s);
	assert_true(s.pageblocks[MIGRATE_RECLAIMABLE] == 1 && s.pageblocks[MIGRATE_MOVABLE] == 127);
	set_pageblock_migratetype(&f->mm, BASE + 5000, MIGRATE_MOVABLE);
	memset(&s, 0, sizeof(s));
	summary_query(&f->map, BASE, BASE + 2 * SECTION, &s);
	assert_true(s.pageblocks[MIGRATE_MOVABLE] == 128);
	mm_fixture_free(f);
}

/*
 *   4 PiB, three pages allocated
 *
 * Expect the whole, its halves and one cell of a 200x60 screen to agree.
 */
static void test_summary_of_4_pib(void **state)
{
	u64 pages = (4 * PiB >> 12) - BASE, cell = pages / 12000;
	struct mm_fixture *f = one_zone(pages);
	struct summary whole = { .total = 0 }, parts = { .total = 0 };

	for (int i = 0; i < 3; i++)
		alloc_pages(&f->mm, GFP_KERNEL, 10, 0, 0);
	summary_query(&f->map, BASE, BASE + pages, &whole);
	for (pfn_t p = BASE; p < BASE + pages; p += cell)
		summary_query(&f->map, p, min_u64(p + cell, BASE + pages), &parts);
	assert_memory_equal(&whole, &parts, sizeof(whole));
	assert_true(whole.pages[SUM_KIND0 + KIND_KERNEL] == 3 * 1024);
	assert_int_equal(summary_check(&f->map, NULL), 0);
	mm_fixture_free(f);
}

/* Expect a wrong counter to be found. */
static void test_summary_check_finds_a_lie(void **state)
{
	struct mm_fixture *f = one_zone(SECTION);
	page_handle h = alloc_pages(&f->mm, GFP_KERNEL, 0, 0, 0);
	struct text t = TEXT_INIT;

	f->map.psum[h >> 9][SUM_PCP]++;
	assert_int_equal(summary_check(&f->map, &t), -EUCLEAN);
	assert_non_null(strstr(text_str(&t), "per-cpu list"));
	text_cleanup(&t);
	mm_fixture_free(f);
}

/* Expect nothing to be counted beyond the address space but holes. */
static void test_summary_beyond_the_end(void **state)
{
	struct mm_fixture *f = one_zone(SECTION);
	struct summary s = { .total = 0 };

	summary_query(&f->map, 1ull << 51, (1ull << 51) + 5, &s);
	assert_true(s.pages[SUM_HOLE] == 5 && s.total == 5);
	summary_query(&f->map, 9, 9, &s);
	assert_true(s.total == 5);
	mm_fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary_of_untouched_memory),
		cmocka_unit_test(test_summary_random_ranges),
		cmocka_unit_test(test_summary_counts_pageblock_types),
		cmocka_unit_test(test_summary_of_4_pib),
		cmocka_unit_test(test_summary_check_finds_a_lie),
		cmocka_unit_test(test_summary_beyond_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
