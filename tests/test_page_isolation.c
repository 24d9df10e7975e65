/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Page isolation: which pages are in the way, and what is left when it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alloc/page_isolation.h"
#include "hotplug_fixture.h"
#include "zone/pageblock.h"

#define PER 32768ULL
#define START (32 * PER) /* first page of the added block */
#define PB 512ULL

/* One block of 128 MiB in ZONE_NORMAL of node 0, all free. */
static int setup(void **state)
{
	struct hot_machine *m = hot_boot_ini(hot_ini);

	if (add_memory(m->sys, 0, -1, 0x100000000, 128 * MiB, NULL, 0, NULL) ||
	    memory_block_store_state(m->sys, 32, MMOP_ONLINE, NULL))
		fail();
	drain_all_pages(&m->sys->mm, NULL);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	hot_free(*state);
	return 0;
}

static page_handle get(struct hot_machine *m, gfp_t gfp, unsigned order)
{
	page_handle h = alloc_pages(&m->sys->mm, gfp, order, 0, 0);

	assert_int_not_equal(h, NO_PAGE);
	assert_true(page_to_pfn(&m->sys->map, h) >= START);
	return h;
}

static pfn_t unmovable(struct hot_machine *m, pfn_t pfn)
{
	pfn_t start = align_down(pfn, PB);

	return has_unmovable_pages(&m->sys->mm, start, start + PB, MIGRATE_MOVABLE, MEMORY_OFFLINE);
}

static u64 isolated_blocks(struct hot_machine *m)
{
	return m->sys->mm.node[0]->zones[ZONE_NORMAL].nr_isolate_pageblock;
}

/* Expect isolation to take the pages out of the count of free ones, and undo to bring them back. */
static void test_isolate_and_undo(void **state)
{
	struct hot_machine *m = *state;
	struct mm *mm = &m->sys->mm;
	u64 before = hot_free_pages(m, 0, ZONE_NORMAL);
	pfn_t bad;

	assert_int_equal(start_isolate_page_range(mm, START, START + 4 * PB, MIGRATE_MOVABLE, 0, &bad), 0);
	assert_int_equal(hot_free_pages(m, 0, ZONE_NORMAL), before - 4 * PB);
	assert_int_equal(isolated_blocks(m), 4);
	assert_int_equal(pageblock_mt(&m->sys->map, START + PB), MIGRATE_ISOLATE);
	assert_int_equal(test_pages_isolated(mm, START, START + 4 * PB, 0, &bad), 0);
	assert_int_equal(test_pages_isolated(mm, START, START + 5 * PB, 0, &bad), -EBUSY);
	assert_int_equal(bad, START + 4 * PB);
	undo_isolate_page_range(mm, START, START + 4 * PB, MIGRATE_MOVABLE);
	assert_int_equal(hot_free_pages(m, 0, ZONE_NORMAL), before);
	assert_int_equal(mm->node[0]->zones[ZONE_NORMAL].free_area[10].list[MIGRATE_MOVABLE].nr, PER >> 10);
	hot_check(m);
}

/*
 *   [ max block ......... ]      order 10, two pageblocks
 *   [ isolated | movable  ]
 * Expect a free block to be split where only its first half is isolated, and to grow together again.
 */
static void test_isolating_half_of_a_free_block_splits_it(void **state)
{
	struct hot_machine *m = *state;
	struct zone *z = &m->sys->mm.node[0]->zones[ZONE_NORMAL];
	pfn_t bad;

	assert_int_equal(start_isolate_page_range(&m->sys->mm, START, START + PB, MIGRATE_MOVABLE, 0, &bad),
			 0);
	assert_int_equal(z->free_area[9].list[MIGRATE_ISOLATE].nr, 1);
	assert_int_equal(z->free_area[9].list[MIGRATE_MOVABLE].nr, 1);
	assert_int_equal(start_isolate_page_range(&m->sys->mm, START, START + PB, MIGRATE_MOVABLE, 0, &bad),
			 -EBUSY);
	undo_isolate_page_range(&m->sys->mm, START, START + PB, MIGRATE_MOVABLE);
	assert_int_equal(area_nr_free(&z->free_area[9]), 0);
	assert_int_equal(z->free_area[10].list[MIGRATE_MOVABLE].nr, PER >> 10);
	hot_check(m);
}

/* Expect kernel pages to be in the way; pages with movable operations and on an LRU list not. */
static void test_who_is_in_the_way(void **state)
{
	struct hot_machine *m = *state;
	page_handle kernel = get(m, GFP_KERNEL, 0), movable = get(m, GFP_HIGHUSER_MOVABLE, 0);
	pfn_t pfn = page_to_pfn(&m->sys->map, kernel), mpfn = page_to_pfn(&m->sys->map, movable);

	drain_all_pages(&m->sys->mm, NULL);
	assert_int_equal(unmovable(m, pfn), pfn);
	assert_int_equal(unmovable(m, mpfn), mpfn);
	page_set_info(&m->sys->mm, movable, KIND_DRIVER, PGF_MOVABLE_OPS);
	assert_int_equal(unmovable(m, mpfn), NO_PFN);
	page_set_info(&m->sys->mm, movable, KIND_ANON, PGF_LRU);
	assert_int_equal(unmovable(m, mpfn), NO_PFN);
}

/*
 *   order 10, not compound:  [first page has the reference | .... looks free .... ]
 *   order 10, compound:      [head                         | tails                ]
 * Expect the second pageblock to pass in the first case only.
 */
static void test_tails_without_references_pass(void **state)
{
	struct hot_machine *m = *state;
	pfn_t plain = page_to_pfn(&m->sys->map, get(m, GFP_KERNEL, 10));
	pfn_t compound = page_to_pfn(&m->sys->map, get(m, GFP_KERNEL | __GFP_COMP, 10));

	assert_int_equal(unmovable(m, plain), plain);
	assert_int_equal(unmovable(m, plain + PB), NO_PFN);
	assert_int_equal(unmovable(m, compound), compound);
	assert_int_equal(unmovable(m, compound + PB), compound + PB);
}

/*
 *   [ a | b | u | d ]   u: unmovable
 * Expect the first block, the last and those before u to be as movable as before, and u to be named.
 */
static void test_failed_isolation_leaves_no_isolated_block(void **state)
{
	struct hot_machine *m = *state;
	page_handle h = get(m, GFP_KERNEL, 0);
	pfn_t pfn = page_to_pfn(&m->sys->map, h), start = align_down(pfn, PB) - 2 * PB, bad;
	u64 before;

	if (align_down(pfn, PB) < START + 2 * PB)
		start = START;
	drain_all_pages(&m->sys->mm, NULL);
	before = hot_free_pages(m, 0, ZONE_NORMAL);
	assert_int_equal(find_unmovable_page(&m->sys->mm, START, START + PER, MEMORY_OFFLINE), pfn);
	assert_int_equal(start_isolate_page_range(&m->sys->mm, start, start + 8 * PB, MIGRATE_MOVABLE,
						  MEMORY_OFFLINE, &bad),
			 -EBUSY);
	assert_int_equal(bad, pfn);
	assert_int_equal(isolated_blocks(m), 0);
	assert_int_equal(hot_free_pages(m, 0, ZONE_NORMAL), before);
	hot_check(m);
}

/* Expect reserved pages to be in the way in every zone, other pages not in ZONE_MOVABLE. */
static void test_movable_zone_only_minds_reserved_pages(void **state)
{
	struct hot_machine *m = *state;
	struct mm *mm = &m->sys->mm;
	page_handle h;

	assert_int_equal(add_memory(m->sys, 1, -1, 0x108000000, 128 * MiB, NULL, 0, NULL), 0);
	assert_int_equal(memory_block_store_state(m->sys, 33, MMOP_ONLINE_MOVABLE, NULL), 0);
	h = alloc_pages(mm, GFP_HIGHUSER_MOVABLE, 0, 1, 0);
	assert_int_equal(unmovable(m, page_to_pfn(&m->sys->map, h)), NO_PFN);
	assert_int_equal(has_unmovable_pages(mm, 0x1000, 0x1200, MIGRATE_MOVABLE, MEMORY_OFFLINE), 0x1000);
	hot_check(m);
}

#define ISO_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ISO_TEST(test_isolate_and_undo),
		ISO_TEST(test_isolating_half_of_a_free_block_splits_it),
		ISO_TEST(test_who_is_in_the_way),
		ISO_TEST(test_tails_without_references_pass),
		ISO_TEST(test_failed_isolation_leaves_no_isolated_block),
		ISO_TEST(test_movable_zone_only_minds_reserved_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
