/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Splitting, merging, list order, pageblock types; one small zone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "mm_fixture.h"
#include "zone/buddy.h"
#include "zone/pageblock.h"

#define BASE 0x8000u

struct zone_test {
	struct mm_fixture *f;
	struct zone *z;
	const struct zone_env *env;
};

/* @blocks max blocks, all free, pcp lists unused (the functions below do not know them). */
static struct zone_test zone_test_new(u64 blocks)
{
	const struct zone_spec s = { 0, ZONE_DMA32, BASE, BASE + blocks * 1024, BASE, BASE + blocks * 1024 };
	struct zone_test t;

	t.f = mm_fixture_new("x86_64", &s, 1, 1);
	t.z = &t.f->mm.node[0]->zones[ZONE_DMA32];
	t.env = &t.f->mm.env;
	return t;
}

static page_handle take(struct zone_test *t, unsigned order, unsigned mt)
{
	page_handle h = buddy_rmqueue_smallest(t->env, t->z, order, mt, NULL);

	if (h != NO_PAGE)
		buddy_set_page(&t->f->map, h, order, page_info(PAGE_ALLOC, order, mt, KIND_KERNEL), 1);
	return h;
}

static void give(struct zone_test *t, page_handle h, unsigned order, enum fpi_flag fpi)
{
	psum_sub(&t->f->map, h, order, page_summary_class(t->f->map.pages[h].info));
	buddy_free_split(t->env, t->z, h, order, fpi);
}

/* List (@order, @mt) as pfn offsets from the start of the zone. */
static void expect_list(struct zone_test *t, unsigned order, unsigned mt, const char *want)
{
	struct text have = TEXT_INIT;

	for_each_page_list(&t->f->map, &t->z->free_area[order].list[mt], h)
		text_printf(&have, "%s%llx", have.len ? " " : "", (unsigned long long)page_to_pfn(&t->f->map, h) - BASE);
	assert_string_equal(text_str(&have), want);
	text_cleanup(&have);
}

/*
 *   [................]  order 10
 *   take order 7:  [a.......|       ...       ]
 *   lists: 7: 80   8: 100   9: 200
 */
static void test_buddy_split_leaves_upper_halves(void **state)
{
	struct zone_test t = zone_test_new(1);

	assert_true(page_to_pfn(&t.f->map, take(&t, 7, MIGRATE_MOVABLE)) == BASE);
	expect_list(&t, 7, MIGRATE_MOVABLE, "80");
	expect_list(&t, 8, MIGRATE_MOVABLE, "100");
	expect_list(&t, 9, MIGRATE_MOVABLE, "200");
	assert_true(zone_page_state_snapshot(&t.f->mm, t.z, NR_FREE_PAGES) == 1024 - 128);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/* Expect the smallest block that is large enough, and exact ones unsplit. */
static void test_buddy_takes_the_smallest_fit(void **state)
{
	struct zone_test t = zone_test_new(1);
	page_handle a = take(&t, 7, MIGRATE_MOVABLE);
	int from;

	assert_true(page_to_pfn(&t.f->map, take(&t, 7, MIGRATE_MOVABLE)) == BASE + 0x80);
	assert_true(buddy_rmqueue_smallest(t.env, t.z, 3, MIGRATE_MOVABLE, &from) == a + 0x100);
	assert_int_equal(from, 8);
	assert_int_equal(take(&t, 3, MIGRATE_UNMOVABLE), NO_PAGE);
	mm_fixture_free(t.f);
}

/* Expect freeing the last piece to merge up to order 10 and to leave no struct page in use. */
static void test_buddy_free_merges_to_max_order(void **state)
{
	struct zone_test t = zone_test_new(2);
	page_handle h[4];

	for (int i = 0; i < 4; i++)
		h[i] = take(&t, 8, MIGRATE_MOVABLE);
	give(&t, h[2], 8, FPI_NONE);
	give(&t, h[0], 8, FPI_NONE);
	give(&t, h[1], 8, FPI_NONE);
	expect_list(&t, 8, MIGRATE_MOVABLE, "200");
	expect_list(&t, 9, MIGRATE_MOVABLE, "0");
	give(&t, h[3], 8, FPI_NONE);
	assert_true(area_nr_free(&t.z->free_area[10]) == 2);
	assert_int_equal(t.f->map.nr_free_slots, t.f->map.nr_slots);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/*
 *   [a|b|..|....]   a, b allocated, their neighbour of order 1 and more is free
 *
 * Expect a freed next to b's free neighbour to go to the tail (a merge is likely), and to the head where not.
 */
static void test_buddy_merge_likely_goes_to_the_tail(void **state)
{
	struct zone_test t = zone_test_new(1);
	page_handle a = take(&t, 0, MIGRATE_MOVABLE), b, c, d;

	b = take(&t, 0, MIGRATE_MOVABLE);          /* 1 */
	c = take(&t, 0, MIGRATE_MOVABLE);          /* 2; 3 is free */
	d = take(&t, 0, MIGRATE_MOVABLE);          /* 3 */
	(void)take(&t, 2, MIGRATE_MOVABLE);        /* 4..7 */
	(void)b;
	(void)c;
	page_handle e = take(&t, 0, MIGRATE_MOVABLE), g; /* 8; 9, a..b, c..f free */

	g = take(&t, 0, MIGRATE_MOVABLE);          /* 9 */
	give(&t, d, 0, FPI_NONE);
	expect_list(&t, 0, MIGRATE_MOVABLE, "3");
	give(&t, e, 0, FPI_NONE);                  /* a..b is free at order 1: tail */
	expect_list(&t, 0, MIGRATE_MOVABLE, "3 8");
	give(&t, a, 0, FPI_NONE);                  /* 2..3 is not free: head */
	expect_list(&t, 0, MIGRATE_MOVABLE, "0 3 8");
	(void)g;
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/*
 *   node 0 | node 1
 *     [.   |  ...][4..7][8......15][16.19]   order 2 at 4 and 16, in use; 8 is free at order 3
 *
 * The pair of 4..7 begins at page 0, which is node 0's: expect 4 to go to the head although its
 * neighbour 8 is free: before 16, which came first.
 */
static void test_buddy_a_pair_that_begins_in_another_zone_is_not_likely_to_merge(void **state)
{
	const struct zone_spec s[2] = { { 0, ZONE_DMA32, BASE - 1024, BASE + 1, BASE - 1024, BASE },
					{ 1, ZONE_DMA32, BASE + 1, BASE + 1024, BASE + 4, BASE + 32 } };
	struct zone_test t = { .f = mm_fixture_new("x86_64", s, 2, 1) };
	page_handle four = NO_PAGE, sixteen = NO_PAGE, h;

	t.z = &t.f->mm.node[1]->zones[ZONE_DMA32];
	t.env = &t.f->mm.env;
	while ((h = take(&t, 2, MIGRATE_MOVABLE)) != NO_PAGE) {
		if (page_to_pfn(&t.f->map, h) == BASE + 4)
			four = h;
		else if (page_to_pfn(&t.f->map, h) == BASE + 16)
			sixteen = h;
	}
	assert_true(four != NO_PAGE && sixteen != NO_PAGE);
	give(&t, four + 4, 2, FPI_NONE);
	give(&t, four + 8, 2, FPI_NONE);
	give(&t, sixteen + 8, 2, FPI_NONE);
	give(&t, sixteen + 12, 2, FPI_NONE);
	expect_list(&t, 3, MIGRATE_MOVABLE, "18 8");
	give(&t, sixteen, 2, FPI_NONE);            /* 18 is free at order 3: tail of an empty list */
	give(&t, four, 2, FPI_NONE);               /* 8 is free at order 3, but page 0 is node 0's: head */
	expect_list(&t, 2, MIGRATE_MOVABLE, "4 10");
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/* Expect FPI_TO_TAIL to put a block behind another one, where it would have gone before it. */
static void test_buddy_to_tail(void **state)
{
	struct zone_test t = zone_test_new(1);
	page_handle h[3];

	for (int i = 0; i < 3; i++)
		h[i] = take(&t, 8, MIGRATE_MOVABLE);
	expect_list(&t, 8, MIGRATE_MOVABLE, "300");
	give(&t, h[0], 8, FPI_TO_TAIL);
	expect_list(&t, 8, MIGRATE_MOVABLE, "300 0");
	assert_int_equal(take(&t, 8, MIGRATE_MOVABLE), h[2] + 0x100);
	assert_int_equal(take(&t, 8, MIGRATE_MOVABLE), h[0]);
	give(&t, h[2] + 0x100, 8, FPI_NONE);
	give(&t, h[0], 8, FPI_NONE);
	expect_list(&t, 8, MIGRATE_MOVABLE, "0 300");
	mm_fixture_free(t.f);
}

/*
 *   max block = [movable|highatomic]
 *
 * Expect halves of these types never to merge; unmovable and movable to merge, the merged block taking the
 * type of the half that was freed last.
 */
static void test_buddy_types_at_pageblock_size(void **state)
{
	struct zone_test t = zone_test_new(1);
	page_handle a = take(&t, 9, MIGRATE_MOVABLE), b = take(&t, 9, MIGRATE_MOVABLE);

	pageblock_set_mt(&t.f->map, BASE + 512, MIGRATE_HIGHATOMIC);
	give(&t, a, 9, FPI_NONE);
	give(&t, b, 9, FPI_NONE);
	expect_list(&t, 9, MIGRATE_MOVABLE, "0");
	expect_list(&t, 9, MIGRATE_HIGHATOMIC, "200");
	assert_true(t.z->nr_free_highatomic == 512);
	mm_fixture_check(t.f);

	assert_int_equal(take(&t, 9, MIGRATE_HIGHATOMIC), b);
	pageblock_set_mt(&t.f->map, BASE + 512, MIGRATE_UNMOVABLE);
	give(&t, b, 9, FPI_NONE);
	assert_true(t.z->free_area[10].list[MIGRATE_UNMOVABLE].nr == 1);
	assert_int_equal(pageblock_mt(&t.f->map, BASE), MIGRATE_UNMOVABLE);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/* Expect the free pages of a block to move in ascending order to the tail, and the skip bit to stay. */
static void test_pageblock_move_free_pages(void **state)
{
	struct zone_test t = zone_test_new(2);
	page_handle a = take(&t, 8, MIGRATE_MOVABLE), b;

	b = take(&t, 4, MIGRATE_MOVABLE);
	(void)a;
	(void)b;
	pageblock_set_skip(&t.f->map, BASE, true);
	assert_int_equal(pageblock_move_free(t.env, t.z, BASE + 5, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE), 240);
	expect_list(&t, 4, MIGRATE_RECLAIMABLE, "110");
	expect_list(&t, 7, MIGRATE_RECLAIMABLE, "180");
	expect_list(&t, 9, MIGRATE_MOVABLE, "200");
	assert_true(pageblock_skip(&t.f->map, BASE + 1));
	assert_int_equal(pageblock_mt(&t.f->map, BASE), MIGRATE_RECLAIMABLE);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/*
 *   [ one free block of order 10 ]  isolate its second half
 *   [ movable 200.. | isolated ]
 *
 * Expect the block to be cut, isolated pages not to count as free, and joining again when undone.
 */
static void test_pageblock_isolation_cuts_larger_blocks(void **state)
{
	struct zone_test t = zone_test_new(1);

	assert_true(pageblock_move_isolate(t.env, t.z, BASE + 512, MIGRATE_ISOLATE));
	expect_list(&t, 9, MIGRATE_MOVABLE, "0");
	expect_list(&t, 9, MIGRATE_ISOLATE, "200");
	assert_true(zone_page_state_snapshot(&t.f->mm, t.z, NR_FREE_PAGES) == 512);
	mm_fixture_check(t.f);
	assert_true(pageblock_move_isolate(t.env, t.z, BASE + 512, MIGRATE_MOVABLE));
	assert_true(zone_page_state_snapshot(&t.f->mm, t.z, NR_FREE_PAGES) == 1024);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

/* Expect the counts that decide about claiming a block: free, and what could be migrated. */
static void test_pageblock_counts_free_and_movable(void **state)
{
	struct zone_test t = zone_test_new(1);
	page_handle a = take(&t, 3, MIGRATE_MOVABLE), b = take(&t, 0, MIGRATE_MOVABLE);
	u32 nr_free, nr_movable;

	page_set_info(&t.f->mm, a, KIND_FILE, PGF_LRU | PGF_HEAD);
	page_set_info(&t.f->mm, b, KIND_DRIVER, PGF_MOVABLE_OPS);
	pageblock_count(&t.f->map, BASE + 100, &nr_free, &nr_movable);
	assert_int_equal(nr_free, 512 - 9);
	assert_int_equal(nr_movable, 9);
	mm_fixture_free(t.f);
}

/* Expect a waiting compaction to get the block before it reaches a list. */
static void test_buddy_capture(void **state)
{
	struct zone_test t = zone_test_new(1);
	page_handle a = take(&t, 8, MIGRATE_MOVABLE), b = take(&t, 8, MIGRATE_MOVABLE);
	struct capture c = { t.z, 9, MIGRATE_MOVABLE, NO_PAGE };

	t.f->mm.capture = &c;
	give(&t, a, 8, FPI_NONE);
	assert_int_equal(c.page, NO_PAGE);
	give(&t, b, 8, FPI_NONE);
	assert_int_equal(c.page, a);
	assert_true(zone_page_state_snapshot(&t.f->mm, t.z, NR_FREE_PAGES) == 512);
	t.f->mm.capture = NULL;
	buddy_set_page(&t.f->map, c.page, 9, page_info(PAGE_ALLOC, 9, 1, KIND_THP), 1);
	mm_fixture_check(t.f);
	mm_fixture_free(t.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buddy_split_leaves_upper_halves),
		cmocka_unit_test(test_buddy_takes_the_smallest_fit),
		cmocka_unit_test(test_buddy_free_merges_to_max_order),
		cmocka_unit_test(test_buddy_merge_likely_goes_to_the_tail),
		cmocka_unit_test(test_buddy_a_pair_that_begins_in_another_zone_is_not_likely_to_merge),
		cmocka_unit_test(test_buddy_to_tail),
		cmocka_unit_test(test_buddy_types_at_pageblock_size),
		cmocka_unit_test(test_pageblock_move_free_pages),
		cmocka_unit_test(test_pageblock_isolation_cuts_larger_blocks),
		cmocka_unit_test(test_pageblock_counts_free_and_movable),
		cmocka_unit_test(test_buddy_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
