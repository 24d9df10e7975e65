/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lists of memblock: adding, reserving, removing, freeing, marking, cutting,
 * asking. Each drawing shows memory from low to high; letters are regions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "memblock_fixture.h"

#define TOP (~(phys_t)0)

/* --- add and reserve ------------------------------------------------------- */

/* Expect empty lists with the kernel's sizes and names, top-down, no limit. */
static void test_memblock_starts_empty_and_top_down(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	expect_mem(&f, "");
	expect_reserved(&f, "");
	assert_int_equal(f.mb.memory.max, INIT_MEMBLOCK_REGIONS);
	assert_int_equal(f.mb.reserved.max, INIT_MEMBLOCK_REGIONS);
	assert_string_equal(f.mb.memory.name, "memory");
	assert_string_equal(f.mb.reserved.name, "reserved");
	assert_false(memblock_bottom_up(&f.mb));
	assert_true(memblock_get_current_limit(&f.mb) == MEMBLOCK_ALLOC_ANYWHERE);
	mb_teardown(&f);
}

static void test_memblock_bottom_up_can_be_switched(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_set_bottom_up(&f.mb, true);
	assert_true(memblock_bottom_up(&f.mb));
	memblock_set_bottom_up(&f.mb, false);
	assert_false(memblock_bottom_up(&f.mb));
	mb_teardown(&f);
}

/* Expect node and flags of the new region to be kept; plain add has neither. */
static void test_memblock_add_keeps_node_and_flags(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	assert_int_equal(memblock_add_node(&f.mb, MiB, 4 * MiB, 1, MEMBLOCK_HOTPLUG), 0);
	assert_int_equal(memblock_add(&f.mb, GiB, 4 * MiB), 0);
	expect_mem(&f, "1M+4M@1!1 400M+4M");
	mb_teardown(&f);
}

/*
 * One table for memory and reserved: both lists add in the same way.
 *
 *   first   [----a----)
 *   second       [----b----)      Expect what is written in @want.
 */
static const struct add_case {
	const char *what;
	phys_t base[3], size[3];
	const char *want;
} add_cases[] = {
	{ "one region", { MiB }, { 4 * MiB }, "1M+4M" },
	/*  [a)    [b)   Expect two regions. */
	{ "disjoint", { GiB, 2 * GiB }, { 8 * KiB, 8 * KiB }, "400M+8k 800M+8k" },
	/*  [b--[==)--a)   The new one reaches over the lower border. Expect one. */
	{ "overlap below", { 512 * MiB, 128 * MiB }, { GiB, 512 * MiB }, "80M+580M" },
	/*  [a--[==)--b)   Over the upper border. Expect one. */
	{ "overlap above", { 128 * MiB, 256 * MiB }, { 512 * MiB, GiB }, "80M+480M" },
	/*  [a-[b)-)   Expect nothing to change. */
	{ "within", { 8 * MiB, 16 * MiB }, { 32 * MiB, MiB }, "8M+20M" },
	{ "the same again", { 16 * KiB, 16 * KiB }, { 2 * MiB, 2 * MiB }, "4000+2M" },
	/*  [a)[c)[b)   The third fills the gap exactly. Expect one. */
	{ "between two", { GiB, GiB + 16 * KiB, GiB + 8 * KiB }, { 8 * KiB, 8 * KiB, 8 * KiB }, "400M+18k" },
	/*  [c=[a==)===[b==)==)   Covers both and all around. Expect one. */
	{ "over two", { GiB, GiB + 16 * KiB, GiB - KiB }, { 4 * KiB, 4 * KiB, 32 * KiB }, "3FFFFC00+20k" },
	/*  [a)[b)   Touching, same attributes. Expect one. */
	{ "adjacent", { MiB, 2 * MiB }, { MiB, MiB }, "1M+2M" },
	/* Past the last address: expect it to be cut there. */
	{ "near the top", { TOP - MiB }, { 2 * MiB }, "FFFFFFFFFFEFFFFF+100000" },
	{ "of no size", { MiB }, { 0 }, "" },
};

static void test_memblock_add_and_reserve_merge_what_touches(void **state)
{
	size_t c, i;

	for (c = 0; c < ARRAY_SIZE(add_cases); c++) {
		const struct add_case *t = &add_cases[c];
		struct mb_fixture f;

		mb_setup(&f);
		for (i = 0; i < 3 && (t->size[i] || !i); i++) {
			memblock_add(&f.mb, t->base[i], t->size[i]);
			memblock_reserve(&f.mb, t->base[i], t->size[i]);
		}
		expect_mem(&f, t->want);
		expect_reserved(&f, t->want);
		mb_teardown(&f);
	}
}

/*
 *   [--node 0--)
 *   [------- node 1, hot-pluggable -------)
 *
 * Expect the covered part to stay as it was, and only the rest to be new.
 */
static void test_memblock_add_over_another_node_keeps_the_old_part(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_add_node(&f.mb, MiB, MiB, 0, MEMBLOCK_NONE);
	memblock_add_node(&f.mb, MiB, 4 * MiB, 1, MEMBLOCK_HOTPLUG);
	expect_mem(&f, "1M+1M@0 2M+3M@1!1");
	mb_teardown(&f);
}

/* [node 0)[node 1)[node 1, NOMAP) touch: expect three regions. */
static void test_memblock_neighbours_of_other_kind_do_not_merge(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_add_node(&f.mb, MiB, MiB, 0, MEMBLOCK_NONE);
	memblock_add_node(&f.mb, 2 * MiB, MiB, 1, MEMBLOCK_NONE);
	memblock_add_node(&f.mb, 3 * MiB, MiB, 1, MEMBLOCK_NOMAP);
	expect_mem(&f, "1M+1M@0 2M+1M@1 3M+1M@1!4");
	mb_teardown(&f);
}

/* Kernels without CONFIG_NUMA know node 0 only; set_node changes nothing there. */
static void test_memblock_without_numa_has_node_0_only(void **state)
{
	struct mb_fixture f;
	struct memblock_config cfg;

	mb_setup(&f);
	memblock_config_default(&cfg);
	cfg.numa = false;
	memblock_init(&f.mb, f.arena, &cfg, NULL);
	memblock_add_node(&f.mb, MiB, MiB, 0, MEMBLOCK_NONE);
	memblock_add(&f.mb, 2 * MiB, MiB);
	assert_int_equal(memblock_set_node(&f.mb, MiB, MiB, &f.mb.memory, 3), 0);
	expect_mem(&f, "1M+2M@0");
	mb_teardown(&f);
}

/* --- growing --------------------------------------------------------------- */

#define GAP(i) (16 * MiB + (phys_t)(i) * 64 * KiB)

static void fill_reserved(struct mb_fixture *f, int skip)
{
	int i;

	for (i = 0; i <= INIT_MEMBLOCK_REGIONS; i++)
		if (i != skip)
			assert_int_equal(memblock_reserve(&f->mb, GAP(i), 32 * KiB), 0);
	assert_int_equal(f->mb.reserved.cnt, INIT_MEMBLOCK_REGIONS);
}

/*
 *   memory    [-------free 32K------)
 *   reserved                  [array)     [0) [1) ... [128)
 *
 * The 129th region does not fit. Expect an array of 256 entries (6 KiB, so two
 * pages) at the top of free memory, itself reserved; wherever the 129th lies.
 */
static void test_memblock_full_reserved_array_doubles_into_free_memory(void **state)
{
	int skip;

	for (skip = 0; skip <= INIT_MEMBLOCK_REGIONS; skip += 32) {
		struct mb_fixture f;

		mb_setup_32k(&f);
		memblock_allow_resize(&f.mb);
		fill_reserved(&f, skip);
		assert_int_equal(memblock_reserve(&f.mb, GAP(skip), 32 * KiB), 0);
		assert_int_equal(f.mb.reserved.max, 2 * INIT_MEMBLOCK_REGIONS);
		assert_int_equal(f.mb.reserved.cnt, INIT_MEMBLOCK_REGIONS + 2);
		assert_true(f.mb.reserved.regions[0].base == MB_END - 8 * KiB);
		assert_true(f.mb.reserved.regions[0].size == 8 * KiB);
		assert_string_equal(memblock_label_at(&f.mb, MB_END - 1), "memblock.reserved array");
		assert_int_equal(memblock_reserve(&f.mb, MiB, KiB), 0);
		assert_int_equal(f.mb.reserved.cnt, INIT_MEMBLOCK_REGIONS + 3);
		mb_teardown(&f);
	}
}

/*
 *   memory    [32K)                 [32K)  <- about to be reserved
 *   reserved        [1) [2) ...            ...
 *
 * Expect the new array in the low range: the high one is what the caller is
 * reserving. When only memory above it is free, expect the array above.
 */
static void test_memblock_doubling_spares_the_range_being_reserved(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	memblock_allow_resize(&f.mb);
	memblock_add(&f.mb, GAP(64), 32 * KiB);
	fill_reserved(&f, 64);
	memblock_reserve(&f.mb, GAP(64), 32 * KiB);
	assert_true(f.mb.reserved.array_base == MB_END - 8 * KiB);
	mb_teardown(&f);

	mb_setup(&f);
	memblock_allow_resize(&f.mb);
	memblock_add(&f.mb, GAP(64), 32 * KiB);
	memblock_add(&f.mb, GAP(1000), 32 * KiB);
	fill_reserved(&f, 64);
	memblock_reserve(&f.mb, GAP(64), 32 * KiB);
	assert_true(f.mb.reserved.array_base == GAP(1000) + 24 * KiB);
	mb_teardown(&f);
}

/* Expect the memory array to grow too, and the third array to give back the second. */
static void test_memblock_memory_array_doubles_again_and_frees_the_old_one(void **state)
{
	struct mb_fixture f;
	phys_t second;
	int i;

	mb_setup(&f);
	memblock_allow_resize(&f.mb);
	memblock_add(&f.mb, MiB, MiB);
	for (i = 1; i <= INIT_MEMBLOCK_REGIONS; i++)
		assert_int_equal(memblock_add(&f.mb, GAP(i), 32 * KiB), 0);
	second = f.mb.memory.array_base;
	assert_true(second == GAP(INIT_MEMBLOCK_REGIONS - 1) + 24 * KiB);
	assert_true(memblock_is_reserved(&f.mb, second));
	for (; i <= 2 * INIT_MEMBLOCK_REGIONS; i++)
		assert_int_equal(memblock_add(&f.mb, GAP(i), 32 * KiB), 0);
	assert_int_equal(f.mb.memory.max, 4 * INIT_MEMBLOCK_REGIONS);
	assert_false(memblock_is_reserved(&f.mb, second));
	assert_int_equal(f.mb.reserved.cnt, 1);
	mb_teardown(&f);
}

/* Expect the kernel's panic text and a refusal, the list unchanged. */
static void test_memblock_full_array_before_allow_resize_is_a_panic(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	fill_reserved(&f, 7);
	assert_int_equal(memblock_reserve(&f.mb, GAP(7), KiB), -ENOMEM);
	assert_string_equal(f.mb.panic, "memblock: cannot resize reserved array");
	assert_int_equal(f.mb.reserved.cnt, INIT_MEMBLOCK_REGIONS);
	mb_teardown(&f);
}

/* No free memory for a larger array: expect -ENOMEM and the kernel's line. */
static void test_memblock_doubling_without_memory_is_enomem(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_allow_resize(&f.mb);
	fill_reserved(&f, 7);
	assert_int_equal(memblock_reserve(&f.mb, GAP(7), KiB), -ENOMEM);
	assert_string_equal(text_str(&f.log),
			    "memblock: Failed to double reserved array from 128 to 256 entries !\n");
	mb_teardown(&f);
}

/* --- remove and free ------------------------------------------------------- */

/*
 *   before  [--a--)     [--b--)
 *   cut        [----c----)        Expect what is written in @want.
 */
static const struct cut_case {
	const char *what;
	phys_t base[2], size[2], cut_base, cut_size;
	const char *want;
} cut_cases[] = {
	{ "a whole one of two", { 2 * KiB, 128 * KiB }, { 4 * KiB, 4 * MiB }, 2 * KiB, 4 * KiB, "80k+4M" },
	{ "what is not there", { 512 * KiB }, { 4 * MiB }, 64 * MiB, GiB, "200k+4M" },
	{ "the lower part", { 32 * MiB }, { 32 * MiB }, 16 * MiB, 32 * MiB, "30M+10M" },
	{ "the upper part", { 2 * MiB }, { 64 * MiB }, 32 * MiB, 256 * MiB, "2M+1EM" },
	{ "the middle", { MiB }, { 32 * MiB }, 16 * MiB, MiB, "1M+FM 11M+10M" },
	{ "the only one", { 2 * KiB }, { 4 * KiB }, 2 * KiB, 4 * KiB, "" },
	{ "past the last address", { TOP - 2 * MiB }, { 2 * MiB }, TOP - MiB, 2 * MiB,
	  "FFFFFFFFFFDFFFFF+100000" },
	{ "parts of two", { 16 * MiB, 64 * MiB }, { 32 * MiB, 64 * MiB }, 32 * MiB, 64 * MiB,
	  "10M+10M 60M+20M" },
	{ "nothing", { MiB }, { MiB }, MiB, 0, "1M+1M" },
};

static void test_memblock_remove_and_free_cut_exactly_the_range(void **state)
{
	size_t c, i;

	for (c = 0; c < ARRAY_SIZE(cut_cases); c++) {
		const struct cut_case *t = &cut_cases[c];
		struct mb_fixture f;

		mb_setup(&f);
		for (i = 0; i < 2; i++) {
			memblock_add(&f.mb, t->base[i], t->size[i]);
			memblock_reserve(&f.mb, t->base[i], t->size[i]);
		}
		assert_int_equal(memblock_remove(&f.mb, t->cut_base, t->cut_size), 0);
		memblock_free(&f.mb, t->cut_base, t->cut_size);
		expect_mem(&f, t->want);
		expect_reserved(&f, t->want);
		mb_teardown(&f);
	}
}

/* Address 0 is what a failed allocation returned. Expect nothing to be freed. */
static void test_memblock_free_of_address_0_does_nothing(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_reserve(&f.mb, 0, 8 * KiB);
	memblock_free(&f.mb, 0, 4 * KiB);
	expect_reserved(&f, "0+8k");
	mb_teardown(&f);
}

/* --- flags and nodes -------------------------------------------------------- */

/*
 *   [--------------------)
 *        [mark)             Expect three regions; after clearing, one again.
 */
static void test_memblock_marks_split_and_clearing_merges(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_add(&f.mb, MiB, 8 * MiB);
	memblock_mark_hotplug(&f.mb, 2 * MiB, MiB);
	memblock_mark_nomap(&f.mb, 3 * MiB, MiB);
	expect_mem(&f, "1M+1M 2M+1M!1 3M+1M!4 4M+5M");
	assert_false(memblock_is_map_memory(&f.mb, 3 * MiB));
	assert_true(memblock_is_map_memory(&f.mb, 2 * MiB));
	memblock_clear_hotplug(&f.mb, 0, TOP);
	memblock_clear_nomap(&f.mb, 0, TOP);
	expect_mem(&f, "1M+8M");
	mb_teardown(&f);
}

/* mark_mirror counts only under kernelcore=mirror. */
static void test_memblock_mirror_mark_needs_kernelcore_mirror(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	memblock_mark_mirror(&f.mb, MB_BASE, 4 * KiB);
	assert_false(memblock_has_mirror(&f.mb));
	f.mb.mirrored_kernelcore = true;
	memblock_mark_mirror(&f.mb, MB_BASE, 4 * KiB);
	assert_true(memblock_has_mirror(&f.mb));
	expect_mem(&f, "4M+4k!2 401000+7000");
	mb_teardown(&f);
}

static void test_memblock_noinit_marks_reserved_regions(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_reserve(&f.mb, MiB, 3 * MiB);
	memblock_reserved_mark_noinit(&f.mb, 2 * MiB, MiB);
	expect_reserved(&f, "1M+1M 2M+1M!10 3M+1M");
	mb_teardown(&f);
}

/*
 *   [--------memory--------)
 *   [node 0)[node 1)[--none)
 */
static void test_memblock_set_node_splits_and_merges(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_add(&f.mb, MiB, 4 * MiB);
	memblock_set_node(&f.mb, MiB, MiB, &f.mb.memory, 0);
	memblock_set_node(&f.mb, 2 * MiB, MiB, &f.mb.memory, 1);
	expect_mem(&f, "1M+1M@0 2M+1M@1 3M+2M");
	memblock_set_node(&f.mb, 0, TOP, &f.mb.memory, 1);
	expect_mem(&f, "1M+4M@1");
	mb_teardown(&f);
}

static void test_memblock_numa_coverage_counts_pages_without_node(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_add_node(&f.mb, MiB, 14 * MiB, 0, MEMBLOCK_NONE);
	memblock_add(&f.mb, 32 * MiB, 2 * MiB);
	assert_true(memblock_validate_numa_coverage(&f.mb, 2 * MiB));
	assert_false(memblock_validate_numa_coverage(&f.mb, MiB));
	assert_string_equal(text_str(&f.log), "NUMA: no nodes coverage for 2MB of 16MB RAM\n");
	mb_teardown(&f);
}

/* --- cutting --------------------------------------------------------------- */

/*
 *   align   |       |       |       |       |
 *   before  [--a----)  [b)     [--c---------)     Expect a as it is, b gone,
 *   after   [--a----)               [--c----)     c with its base rounded up.
 */
static void test_memblock_trim_rounds_inwards_and_drops_small_regions(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_add(&f.mb, 4 * MiB, 4 * MiB);
	memblock_add(&f.mb, 10 * MiB, MiB);
	memblock_add(&f.mb, 16 * MiB + 2, 8 * MiB - 2);
	memblock_add(&f.mb, 32 * MiB, 8 * MiB - 2);
	memblock_trim_memory(&f.mb, 4 * MiB);
	expect_mem(&f, "4M+4M 14M+4M 20M+4M");
	mb_teardown(&f);
}

/* mem=: expect the first 3 MiB of RAM, and reservations beyond it gone. */
static void test_memblock_memory_limit_cuts_both_lists(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_add(&f.mb, MiB, 2 * MiB);
	memblock_add(&f.mb, 8 * MiB, 4 * MiB);
	memblock_reserve(&f.mb, 8 * MiB, 4 * MiB);
	memblock_enforce_memory_limit(&f.mb, 0);
	memblock_enforce_memory_limit(&f.mb, 64 * MiB);
	expect_mem(&f, "1M+2M 8M+4M");
	memblock_enforce_memory_limit(&f.mb, 3 * MiB);
	expect_mem(&f, "1M+2M 8M+1M");
	expect_reserved(&f, "8M+1M");
	mb_teardown(&f);
}

/*
 *   [a)  [--b--)  [nomap)  [c)
 *          [cap)               Expect b's middle and the NOMAP region.
 */
static void test_memblock_cap_keeps_nomap_regions(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_cap_memory_range(&f.mb, 0, MiB);
	assert_string_equal(text_str(&f.log), "memblock_cap_memory_range: No memory registered yet\n");
	memblock_add(&f.mb, MiB, MiB);
	memblock_add(&f.mb, 4 * MiB, 4 * MiB);
	memblock_add_node(&f.mb, 16 * MiB, MiB, MEMBLOCK_NO_NID, MEMBLOCK_NOMAP);
	memblock_add(&f.mb, 32 * MiB, MiB);
	memblock_reserve(&f.mb, 0, 64 * MiB);
	memblock_cap_memory_range(&f.mb, 5 * MiB, MiB);
	expect_mem(&f, "5M+1M 10M+1M!4");
	expect_reserved(&f, "5M+1M");
	mb_teardown(&f);

	mb_setup(&f);
	memblock_add(&f.mb, MiB, 4 * MiB);
	memblock_mem_limit_remove_map(&f.mb, 2 * MiB);
	expect_mem(&f, "1M+2M");
	mb_teardown(&f);
}

/* --- asking ---------------------------------------------------------------- */

static void test_memblock_overlap_is_half_open(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_reserve(&f.mb, GiB, 4 * MiB);
	assert_false(memblock_overlaps_region(&f.mb, &f.mb.reserved, GiB - MiB, MiB));
	assert_false(memblock_overlaps_region(&f.mb, &f.mb.reserved, GiB + 4 * MiB, MiB));
	assert_true(memblock_overlaps_region(&f.mb, &f.mb.reserved, GiB + 4 * MiB - 1, MiB));
	assert_true(memblock_overlaps_region(&f.mb, &f.mb.reserved, GiB - MiB, MiB + 1));
	assert_true(memblock_overlaps_region(&f.mb, &f.mb.reserved, 0, TOP));
	assert_true(memblock_is_region_reserved(&f.mb, GiB + MiB, 1));
	assert_true(memblock_addrs_overlap(0, 2, 1, 2));
	assert_false(memblock_addrs_overlap(0, 1, 1, 1));
	mb_teardown(&f);
}

static void test_memblock_answers_about_addresses(void **state)
{
	struct mb_fixture f;
	pfn_t start = 7, end = 7;

	mb_setup(&f);
	assert_false(memblock_is_memory(&f.mb, 0));
	assert_true(memblock_end_of_DRAM(&f.mb) == 0);
	memblock_add_node(&f.mb, MiB, MiB, 0, MEMBLOCK_NONE);
	memblock_add_node(&f.mb, 4 * MiB, MiB, 1, MEMBLOCK_NONE);
	memblock_reserve(&f.mb, MiB, 4 * KiB);
	assert_true(memblock_start_of_DRAM(&f.mb) == MiB);
	assert_true(memblock_end_of_DRAM(&f.mb) == 5 * MiB);
	assert_true(memblock_is_memory(&f.mb, 2 * MiB - 1));
	assert_false(memblock_is_memory(&f.mb, 2 * MiB));
	assert_true(memblock_is_reserved(&f.mb, MiB));
	assert_true(memblock_is_region_memory(&f.mb, MiB, MiB));
	assert_false(memblock_is_region_memory(&f.mb, MiB, 2 * MiB));
	assert_int_equal(memblock_search_pfn_nid(&f.mb, 5 * MiB >> 12, &start, &end), NO_NODE);
	assert_int_equal(start, 7);
	assert_int_equal(memblock_search_pfn_nid(&f.mb, 4 * MiB >> 12, &start, &end), 1);
	assert_int_equal(start, 1024);
	assert_int_equal(end, 1280);
	assert_true(memblock_phys_mem_size(&f.mb) == 2 * MiB);
	assert_true(memblock_reserved_size(&f.mb) == 4 * KiB);
	assert_int_equal(memblock_estimated_nr_free_pages(&f.mb), 511);
	mb_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memblock_starts_empty_and_top_down),
		cmocka_unit_test(test_memblock_bottom_up_can_be_switched),
		cmocka_unit_test(test_memblock_add_keeps_node_and_flags),
		cmocka_unit_test(test_memblock_add_and_reserve_merge_what_touches),
		cmocka_unit_test(test_memblock_add_over_another_node_keeps_the_old_part),
		cmocka_unit_test(test_memblock_neighbours_of_other_kind_do_not_merge),
		cmocka_unit_test(test_memblock_without_numa_has_node_0_only),
		cmocka_unit_test(test_memblock_full_reserved_array_doubles_into_free_memory),
		cmocka_unit_test(test_memblock_doubling_spares_the_range_being_reserved),
		cmocka_unit_test(test_memblock_memory_array_doubles_again_and_frees_the_old_one),
		cmocka_unit_test(test_memblock_full_array_before_allow_resize_is_a_panic),
		cmocka_unit_test(test_memblock_doubling_without_memory_is_enomem),
		cmocka_unit_test(test_memblock_remove_and_free_cut_exactly_the_range),
		cmocka_unit_test(test_memblock_free_of_address_0_does_nothing),
		cmocka_unit_test(test_memblock_marks_split_and_clearing_merges),
		cmocka_unit_test(test_memblock_mirror_mark_needs_kernelcore_mirror),
		cmocka_unit_test(test_memblock_noinit_marks_reserved_regions),
		cmocka_unit_test(test_memblock_set_node_splits_and_merges),
		cmocka_unit_test(test_memblock_numa_coverage_counts_pages_without_node),
		cmocka_unit_test(test_memblock_trim_rounds_inwards_and_drops_small_regions),
		cmocka_unit_test(test_memblock_memory_limit_cuts_both_lists),
		cmocka_unit_test(test_memblock_cap_keeps_nomap_regions),
		cmocka_unit_test(test_memblock_overlap_is_half_open),
		cmocka_unit_test(test_memblock_answers_about_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
