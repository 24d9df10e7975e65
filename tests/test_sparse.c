/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections, slots, ranges and the runs on the largest order's free list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mm_fixture.h"
#include "phys/maxblock.h"
#include "phys/ranges.h"
#include "zone/buddy.h"
#include "zone/pageblock.h"

#define BASE    0x100000u /* first pfn of the test zone, 4 GiB */
#define BLOCK   1024u     /* pages of a max block */
#define SECTION 32768u

static struct mm_fixture *one_zone(u64 pages)
{
	const struct zone_spec s = { 0, ZONE_NORMAL, BASE, BASE + pages, BASE, BASE + pages };

	return mm_fixture_new("x86_64", &s, 1, 1);
}

static struct zone *the_zone(struct mm_fixture *f) { return &f->mm.node[0]->zones[ZONE_NORMAL]; }

static struct free_list *max_list(struct mm_fixture *f)
{
	return &the_zone(f)->free_area[f->map.max_order].list[MIGRATE_MOVABLE];
}

/* The list as "0 1 2 ...": block numbers from the start of the zone. */
static void list_text(struct mm_fixture *f, struct text *t)
{
	struct maxblock_iter it;

	text_clear(t);
	for (bool ok = maxblock_iter_first(&it, &f->map, max_list(f)); ok; ok = maxblock_iter_next(&it))
		for (u64 i = 0; i < it.nr; i++)
			text_printf(t, "%s%llu", t->len ? " " : "",
				    (unsigned long long)((it.start - BASE) / BLOCK + i));
}

static void expect_list(struct mm_fixture *f, const char *want)
{
	struct text t = TEXT_INIT;

	list_text(f, &t);
	assert_string_equal(text_str(&t), want);
	text_cleanup(&t);
}

/*
 *   [ 4096 sections, all free ]      one run, no struct page, no section
 *
 * Expect: a zone of 512 GiB costs nothing until somebody touches it.
 */
static void test_sparse_untouched_zone_has_no_pages(void **state)
{
	struct mm_fixture *f = one_zone(4096ull * SECTION);

	assert_int_equal(f->map.nr_sections, 0);
	assert_int_equal(f->map.nr_slots, 0);
	assert_int_equal(f->map.nr_ordered, 1);
	assert_true(max_list(f)->nr == 4096 * 32);
	assert_true(memmap_host_bytes(&f->map) < 16 * KiB);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/*
 *   list   [run 0 ............. 95]
 *   touch the section of block 40
 *   list   [run 0..31] 32 33 .. 63 [run 64..95]
 *
 * Expect the same blocks in the same order, and only one section with metadata.
 */
static void test_sparse_touching_keeps_list_order(void **state)
{
	struct mm_fixture *f = one_zone(3 * SECTION);
	struct text before = TEXT_INIT;

	list_text(f, &before);
	memmap_touch_section(&f->map, BASE + 40 * BLOCK);
	assert_int_equal(f->map.nr_sections, 1);
	assert_int_equal(f->map.nr_ordered, 2);
	expect_list(f, text_str(&before));
	mm_fixture_check(f);
	memmap_touch_section(&f->map, BASE);
	memmap_touch_section(&f->map, BASE + 95 * BLOCK);
	assert_int_equal(f->map.nr_ordered, 0);
	expect_list(f, text_str(&before));
	mm_fixture_check(f);
	text_cleanup(&before);
	mm_fixture_free(f);
}

/* Expect blocks to leave the list from its head, ascending, across runs and sections. */
static void test_sparse_blocks_come_off_in_order(void **state)
{
	struct mm_fixture *f = one_zone(3 * SECTION);

	memmap_touch_section(&f->map, BASE + 50 * BLOCK);
	for (u64 i = 0; i < 96; i++) {
		page_handle h = buddy_rmqueue_smallest(&f->mm.env, the_zone(f), 10, MIGRATE_MOVABLE, NULL);

		assert_true(page_to_pfn(&f->map, h) == BASE + i * BLOCK);
		buddy_set_page(&f->map, h, 10, page_info(PAGE_ALLOC, 10, 1, KIND_KERNEL), 1);
	}
	assert_true(max_list(f)->nr == 0);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/*
 * All memory allocated and freed again in a scattered order. Expect: no slot in
 * use; after trimming no section either, and the scattered list order kept.
 */
static void test_sparse_pristine_sections_give_memory_back(void **state)
{
	struct mm_fixture *f = one_zone(4 * SECTION);
	page_handle h[128];
	struct text order = TEXT_INIT;
	size_t bytes;

	for (int i = 0; i < 128; i++)
		h[i] = buddy_rmqueue_smallest(&f->mm.env, the_zone(f), 10, MIGRATE_MOVABLE, NULL);
	for (int i = 0; i < 128; i++)
		buddy_free_one(&f->mm.env, the_zone(f), h[i * 37 % 128], 10, MIGRATE_MOVABLE, FPI_NONE);
	assert_int_equal(f->map.nr_free_slots, f->map.nr_slots);
	list_text(f, &order);
	bytes = memmap_host_bytes(&f->map);
	buddy_trim(&f->mm.env, the_zone(f));
	memmap_trim(&f->map);
	assert_int_equal(f->map.nr_free_index, 4);
	assert_null(memmap_section(&f->map, BASE));
	expect_list(f, text_str(&order));
	assert_true(memmap_host_bytes(&f->map) < bytes);
	mm_fixture_check(f);
	/* And it still works. */
	assert_true(alloc_pages(&f->mm, GFP_KERNEL, 0, 0, 0) != NO_PAGE);
	mm_fixture_check(f);
	text_cleanup(&order);
	mm_fixture_free(f);
}

/* Expect one page allocated to keep one slot, and freeing it to give the slot back. */
static void test_sparse_slot_lives_as_long_as_its_block_is_split(void **state)
{
	struct mm_fixture *f = one_zone(SECTION);
	page_handle h = alloc_pages(&f->mm, GFP_HIGHUSER_MOVABLE, 4, 0, 0);
	const struct page *p;

	assert_int_equal(f->map.nr_slots - f->map.nr_free_slots, 1);
	p = memmap_page(&f->map, h);
	free_pages(&f->mm, h, 4);
	assert_int_equal(f->map.nr_slots - f->map.nr_free_slots, 0);
	for (u32 i = 0; i < BLOCK; i++)
		assert_true(!p[i].info && !p[i].next && !p[i].prev && !p[i].ext);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

static void expect_view(struct mm_fixture *f, pfn_t pfn, enum page_state state, u16 zone)
{
	struct page_view v;

	memmap_view(&f->map, pfn, &v);
	assert_int_equal(v.state, state);
	assert_int_equal(v.zone, zone);
}

/*
 *   [free .......|reserved 100|free] [hole] [device]
 *
 * Expect views to say so, untouched and touched alike.
 */
static void test_sparse_views_of_untouched_pages(void **state)
{
	struct mm_fixture *f = one_zone(2 * SECTION);
	u16 zone = ZONE_NR(0, ZONE_NORMAL);
	struct page_view v;

	memmap_set_range(&f->map, BASE - 100, BASE, PAGE_RESERVED, ZONE_NONE);
	memmap_set_device(&f->map, BASE - 300, BASE - 200, ZONE_NR(0, ZONE_DEVICE));
	expect_view(f, BASE - 50, PAGE_RESERVED, ZONE_NONE);
	expect_view(f, BASE - 150, PAGE_HOLE, ZONE_NONE);
	expect_view(f, BASE + 5, PAGE_BUDDY, zone);
	memmap_view(&f->map, BASE - 250, &v);
	assert_true(v.device && v.state == PAGE_RESERVED && !v.touched);
	memmap_view(&f->map, BASE + 3 * BLOCK + 7, &v);
	assert_true(v.head == BASE + 3 * BLOCK && v.order == 10 && v.pb_mt == MIGRATE_MOVABLE && !v.touched);
	memmap_touch(&f->map, BASE - 250);
	memmap_view(&f->map, BASE - 250, &v);
	assert_true(v.device && v.state == PAGE_RESERVED && v.touched);
	expect_view(f, BASE - 150, PAGE_HOLE, ZONE_NONE);
	assert_int_equal(memmap_touch(&f->map, BASE + 5 * BLOCK), NO_PAGE);
	assert_true(memmap_next_present(&f->map, 0, BASE) == BASE - 300);
	assert_true(memmap_next_present(&f->map, BASE - 200, BASE + 1) == BASE - 100);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* Expect a range declared anew to overwrite touched pages too, and a whole block to drop its slot. */
static void test_sparse_redeclaring_a_touched_range(void **state)
{
	struct mm_fixture *f = one_zone(SECTION);
	u16 zone = ZONE_NR(0, ZONE_NORMAL);

	memmap_set_range(&f->map, BASE - BLOCK, BASE, PAGE_RESERVED, zone);
	memmap_touch(&f->map, BASE - 1);
	memmap_set_range(&f->map, BASE - 10, BASE, PAGE_OFFLINE, zone);
	expect_view(f, BASE - 10, PAGE_OFFLINE, zone);
	expect_view(f, BASE - 11, PAGE_RESERVED, zone);
	assert_int_equal(f->map.nr_slots - f->map.nr_free_slots, 1);
	memmap_set_range(&f->map, BASE - BLOCK, BASE, PAGE_HOLE, ZONE_NONE);
	assert_int_equal(f->map.nr_slots - f->map.nr_free_slots, 0);
	expect_view(f, BASE - 1, PAGE_HOLE, ZONE_NONE);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/*
 *   one max block:  [ node 0 ....|.... node 1 ]
 *
 * Expect pages of both sides to know their zone, and buddies across the border never to merge.
 */
static void test_sparse_block_with_two_zones(void **state)
{
	const struct zone_spec s[] = {
		{ 0, ZONE_NORMAL, BASE, BASE + 4 * BLOCK + 512, BASE, BASE + 4 * BLOCK + 512 },
		{ 1, ZONE_NORMAL, BASE + 4 * BLOCK + 512, BASE + 8 * BLOCK, BASE + 4 * BLOCK + 512, BASE + 8 * BLOCK },
	};
	struct mm_fixture *f = mm_fixture_new("x86_64", s, 2, 1);
	page_handle h = memmap_find(&f->map, BASE + 4 * BLOCK);

	assert_int_not_equal(h, NO_PAGE);
	assert_int_equal(memmap_slot(&f->map, h)->zone, ZONE_MIXED);
	assert_int_equal(memmap_zone(&f->map, h + 511), ZONE_NR(0, ZONE_NORMAL));
	assert_int_equal(memmap_zone(&f->map, h + 512), ZONE_NR(1, ZONE_NORMAL));
	assert_true(area_nr_free(&the_zone(f)->free_area[9]) == 1);
	assert_true(area_nr_free(&f->mm.node[1]->zones[ZONE_NORMAL].free_area[9]) == 1);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* --- checkpoints ---------------------------------------------------------------------- */

/* What the hook saw. */
struct seen {
	struct memmap *map;
	u32 calls;
	u32 slot;
	u8 *saved; /* state of the slot before it changed */
};

static void see(void *arg, u32 slot)
{
	struct seen *s = arg;

	s->calls++;
	s->slot = slot;
	memmap_slot_save(s->map, slot, s->saved);
}

/* Expect the hook once per slot and checkpoint, before the change, and loading to undo it. */
static void test_sparse_hook_sees_each_slot_once(void **state)
{
	struct mm_fixture *f = one_zone(SECTION);
	page_handle h = alloc_pages(&f->mm, GFP_KERNEL, 0, 0, 0);
	size_t n = memmap_slot_state_bytes(&f->map);
	struct seen s = { .map = &f->map, .saved = malloc(n) };

	assert_true(s.saved && n <= MEMMAP_SLOT_STATE_MAX);
	memmap_set_dirty_hook(&f->map, see, &s);
	page_set_info(&f->mm, h, KIND_SLAB, 0);
	page_set_info(&f->mm, h, KIND_ANON, 0);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.slot, h >> 10);
	memmap_slot_load(&f->map, s.slot, s.saved);
	assert_int_equal(page_kind(memmap_page(&f->map, h)), KIND_KERNEL);
	memmap_rebuild_caches(&f->map);
	mm_fixture_check(f);
	memmap_slot_clean(&f->map, s.slot);
	page_set_info(&f->mm, h, KIND_SLAB, 0);
	assert_int_equal(s.calls, 2);
	/* A new slot was all zero before. */
	while (alloc_pages(&f->mm, GFP_KERNEL, 9, 0, 0) >> 10 == h >> 10)
		;
	assert_int_not_equal(s.slot, h >> 10);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(s.saved[i], 0);
	free(s.saved);
	mm_fixture_free(f);
}

/* --- ranges against a bitmap -------------------------------------------------------------- */

#define SPAN 4096

/* Expect the range layer to say what an array with one entry per page says. */
static void test_ranges_random(void **state)
{
	static struct { u8 state; u16 zone; } want[SPAN];
	struct mm_fixture *f = one_zone(SECTION);
	static const u8 states[] = { PAGE_RESERVED, PAGE_OFFLINE, PAGE_HOLE };
	struct rng r;
	u64 seed = 7;

	printf("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int i = 0; i < SPAN; i++)
		want[i].state = PAGE_HOLE, want[i].zone = ZONE_NONE;
	for (int round = 0; round < 1500; round++) {
		u64 a = rng_below(&r, SPAN), b = a + 1 + rng_below(&r, 300);
		u8 st = states[rng_below(&r, 3)];
		u16 zone = st == PAGE_HOLE ? ZONE_NONE : (u16)rng_below(&r, 3);
		s64 sum[MEMMAP_SUM_ITEMS] = { 0 };
		u64 holes = 0;

		b = min_u64(b, SPAN);
		memmap_set_range(&f->map, a, b, st, zone);
		for (u64 i = a; i < b; i++)
			want[i].state = st, want[i].zone = zone;
		a = rng_below(&r, SPAN - 1);
		b = a + 1 + rng_below(&r, SPAN - a - 1);
		for (u64 i = a; i < b; i++) {
			struct page_view v;

			holes += want[i].state == PAGE_HOLE;
			if (i % 17)
				continue;
			memmap_view(&f->map, i, &v);
			assert_int_equal(v.state, want[i].state);
			assert_int_equal(v.zone, want[i].zone);
		}
		ranges_count(&f->map, a, b, 1, sum);
		assert_true((u64)sum[SUM_HOLE] == holes);
		assert_true((u64)(sum[SUM_HOLE] + sum[SUM_RESERVED] + sum[SUM_OFFLINE]) == b - a);
		assert_int_equal(ranges_check(&f->map, NULL), 0);
	}
	mm_fixture_free(f);
}

/* Expect random touching of 4 PiB to keep the list, and to cost what was touched. */
static void test_sparse_random_touches_of_4_pib(void **state)
{
	struct mm_fixture *f = one_zone((4 * PiB >> 12) - BASE);
	struct rng r;
	struct maxblock_iter it;
	pfn_t next = BASE;

	rng_seed(&r, 3);
	for (int i = 0; i < 2000; i++)
		memmap_touch_section(&f->map, BASE + rng_below(&r, (4 * PiB >> 12) - BASE));
	for (bool ok = maxblock_iter_first(&it, &f->map, max_list(f)); ok; ok = maxblock_iter_next(&it)) {
		assert_true(it.start == next);
		next = it.start + it.nr * BLOCK;
	}
	assert_true(next == 4 * PiB >> 12);
	assert_true(memmap_host_bytes(&f->map) < 4 * MiB);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sparse_untouched_zone_has_no_pages),
		cmocka_unit_test(test_sparse_touching_keeps_list_order),
		cmocka_unit_test(test_sparse_blocks_come_off_in_order),
		cmocka_unit_test(test_sparse_pristine_sections_give_memory_back),
		cmocka_unit_test(test_sparse_slot_lives_as_long_as_its_block_is_split),
		cmocka_unit_test(test_sparse_views_of_untouched_pages),
		cmocka_unit_test(test_sparse_redeclaring_a_touched_range),
		cmocka_unit_test(test_sparse_block_with_two_zones),
		cmocka_unit_test(test_sparse_hook_sees_each_slot_once),
		cmocka_unit_test(test_ranges_random),
		cmocka_unit_test(test_sparse_random_touches_of_4_pib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
