/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock: the iterators, the hand-over to the buddy, labels, and what is
 * printed (debug lines, dump, debugfs).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "memblock_fixture.h"

#define U(x) ((unsigned long long)(x))

/* memory [1M,5M)@0 [8M,12M)@1!nomap [16M,20M)@1, reserved [2M,3M) [4M,9M) [19M,21M) */
static void setup_three(struct mb_fixture *f)
{
	mb_setup(f);
	memblock_add_node(&f->mb, MiB, 4 * MiB, 0, MEMBLOCK_NONE);
	memblock_add_node(&f->mb, 8 * MiB, 4 * MiB, 1, MEMBLOCK_NOMAP);
	memblock_add_node(&f->mb, 16 * MiB, 4 * MiB, 1, MEMBLOCK_NONE);
	memblock_reserve(&f->mb, 2 * MiB, MiB);
	memblock_reserve(&f->mb, 4 * MiB, 5 * MiB);
	memblock_reserve(&f->mb, 19 * MiB, 2 * MiB);
}

static void put(struct text *t, u64 start, u64 end, int nid)
{
	text_printf(t, "%llu-%llu@%d ", U(start >> 20), U(end >> 20), nid);
}

/*
 *   memory    [1--------5)     [8 nomap 12)      [16------20)
 *   reserved     [2-3) [4---------9)                   [19--21)
 *   free      [1)  [3-4)                         [16---19)
 */
static void test_memblock_free_ranges_are_memory_without_reserved(void **state)
{
	struct mb_fixture f;
	struct text t = TEXT_INIT;
	phys_t s, e;
	int nid;
	u64 i;

	setup_three(&f);
	for_each_free_mem_range(&f.mb, i, NO_NODE, MEMBLOCK_NONE, &s, &e, &nid)
		put(&t, s, e, nid);
	assert_string_equal(text_str(&t), "1-2@0 3-4@0 16-19@1 ");
	text_clear(&t);
	for_each_free_mem_range_reverse(&f.mb, i, NO_NODE, MEMBLOCK_NONE, &s, &e, &nid)
		put(&t, s, e, nid);
	assert_string_equal(text_str(&t), "16-19@1 3-4@0 1-2@0 ");
	text_clear(&t);
	for_each_free_mem_range(&f.mb, i, 1, MEMBLOCK_NOMAP, &s, &e, &nid)
		put(&t, s, e, nid);
	assert_string_equal(text_str(&t), "9-12@1 16-19@1 ");
	text_cleanup(&t);
	mb_teardown(&f);
}

static void test_memblock_range_walks_both_ways_skip_nomap(void **state)
{
	struct mb_fixture f;
	struct text t = TEXT_INIT;
	const struct memblock_region *r;
	phys_t s, e;
	u64 i;

	setup_three(&f);
	for_each_mem_range(&f.mb, i, &s, &e)
		put(&t, s, e, 0);
	for_each_mem_range_rev(&f.mb, i, &s, &e)
		put(&t, s, e, 1);
	for_each_reserved_mem_range(&f.mb, i, &s, &e)
		put(&t, s, e, 2);
	for_each_mem_region(&f.mb, r)
		put(&t, r->base, r->base + r->size, 3);
	for_each_reserved_mem_region(&f.mb, r)
		put(&t, r->base, r->base + r->size, 4);
	assert_string_equal(text_str(&t), "1-5@0 16-20@0 16-20@1 1-5@1 2-3@2 4-9@2 19-21@2 "
					  "1-5@3 8-12@3 16-20@3 2-3@4 4-9@4 19-21@4 ");
	text_cleanup(&t);
	mb_teardown(&f);
}

/* physmem remembers RAM that mem= cut. Expect what memory lost. */
static void test_memblock_physmem_minus_memory_is_what_was_cut(void **state)
{
	struct mb_fixture f;
	struct text t = TEXT_INIT;
	phys_t s, e;
	u64 i;

	mb_setup(&f);
	memblock_add(&f.mb, MiB, 8 * MiB);
	memblock_physmem_add(&f.mb, MiB, 8 * MiB);
	memblock_enforce_memory_limit(&f.mb, 3 * MiB);
	for_each_physmem_range(&f.mb, i, &f.mb.memory, &s, &e)
		put(&t, s, e, 0);
	for_each_physmem_range(&f.mb, i, NULL, &s, &e)
		put(&t, s, e, 1);
	assert_string_equal(text_str(&t), "4-9@0 1-9@1 ");
	text_cleanup(&t);
	mb_teardown(&f);
}

/* Region [1M, 1M + 100) has no whole page: expect it to be passed over. */
static void test_memblock_pfn_ranges_are_whole_pages(void **state)
{
	struct mb_fixture f;
	struct text t = TEXT_INIT;
	pfn_t s, e;
	int i, nid;

	mb_setup(&f);
	memblock_add_node(&f.mb, MiB, 100, 0, MEMBLOCK_NONE);
	memblock_add_node(&f.mb, 2 * MiB + 1, 3 * 4096, 1, MEMBLOCK_NONE);
	memblock_add_node(&f.mb, 4 * MiB, 4096, 0, MEMBLOCK_NONE);
	for_each_mem_pfn_range(&f.mb, i, MEMBLOCK_NO_NID, &s, &e, &nid)
		text_printf(&t, "%llx-%llx@%d ", U(s), U(e), nid);
	assert_string_equal(text_str(&t), "201-203@1 400-401@0 ");
	text_clear(&t);
	for_each_mem_pfn_range(&f.mb, i, 0, &s, &e, &nid)
		text_printf(&t, "%llx-%llx@%d ", U(s), U(e), nid);
	assert_string_equal(text_str(&t), "400-401@0 ");
	text_cleanup(&t);
	mb_teardown(&f);
}

/*
 *   free      [1)  [3-4)                         [16---19)
 *   zone         [  3.5 ............... 17 )      of node 0, then node 1
 */
static void test_memblock_zone_walk_clips_to_the_zone(void **state)
{
	struct mb_fixture f;
	struct text t = TEXT_INIT;
	pfn_t s, e, lo = 7 * MiB / 2 / 4096, hi = 17 * MiB / 4096;
	u64 i;

	setup_three(&f);
	for_each_free_mem_pfn_range_in_zone(&f.mb, i, 0, lo, hi, &s, &e)
		text_printf(&t, "%llx-%llx ", U(s), U(e));
	assert_true(s == NO_PFN && e == 0);
	for_each_free_mem_pfn_range_in_zone(&f.mb, i, 1, lo, hi, &s, &e)
		text_printf(&t, "%llx-%llx ", U(s), U(e));
	assert_string_equal(text_str(&t), "380-400 1000-1100 ");
	text_cleanup(&t);
	mb_teardown(&f);
}

/* --- the hand-over ------------------------------------------------------------- */

static void hand_reserve(void *arg, phys_t start, phys_t end, int nid)
{
	text_printf(arg, "R%llu-%llu@%d ", U(start >> 20), U(end >> 20), nid);
}

static void hand_free(void *arg, pfn_t start, pfn_t end)
{
	text_printf(arg, "F%llx-%llx ", U(start), U(end));
}

/*
 * Expect reserved regions to be split by node, NOMAP memory to be reported as
 * reserved, NOINIT not, pages above max_low_pfn (17 MiB) to stay.
 */
static void test_memblock_free_all_hands_over_what_is_not_reserved(void **state)
{
	struct mb_fixture f;
	struct text t = TEXT_INIT;
	struct memblock_handover h = { &t, hand_reserve, hand_free };

	setup_three(&f);
	memblock_mark_hotplug(&f.mb, 16 * MiB, 4 * MiB);
	memblock_reserved_mark_noinit(&f.mb, 2 * MiB, MiB);
	assert_int_equal(memblock_free_all(&f.mb, 17 * MiB / 4096, &h), 256 + 256 + 256);
	assert_string_equal(text_str(&t), "R8-12@1 R4-5@0 R5-8@-1 R8-9@1 R19-20@1 R20-21@-1 "
					  "F100-200 F300-400 F1000-1100 ");
	expect_mem(&f, "1M+4M@0 8M+4M@1!4 10M+4M@1");
	expect_reserved(&f, "2M+1M@0!10 4M+1M@0 5M+3M 8M+1M@1 13M+1M@1 14M+1M");
	text_cleanup(&t);
	mb_teardown(&f);
}

/* --- labels -------------------------------------------------------------------- */

/*
 *   reserve  [---a---)
 *   reserve      [-----b-----)      Expect a to keep what it had.
 *   free       [---------)
 */
static void test_memblock_labels_survive_merging_and_go_with_the_memory(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	assert_null(memblock_set_caller(&f.mb, "a"));
	memblock_reserve(&f.mb, MiB, 2 * MiB);
	assert_string_equal(memblock_set_caller(&f.mb, "b"), "a");
	memblock_reserve(&f.mb, 2 * MiB, 4 * MiB);
	expect_reserved(&f, "1M+5M");
	assert_string_equal(memblock_label_at(&f.mb, 3 * MiB - 1), "a");
	assert_string_equal(memblock_label_at(&f.mb, 3 * MiB), "b");
	assert_null(memblock_label_at(&f.mb, 6 * MiB));
	memblock_phys_free(&f.mb, 2 * MiB, 2 * MiB);
	assert_string_equal(memblock_label_at(&f.mb, MiB), "a");
	assert_null(memblock_label_at(&f.mb, 2 * MiB));
	assert_null(memblock_label_at(&f.mb, 4 * MiB - 1));
	assert_string_equal(memblock_label_at(&f.mb, 4 * MiB), "b");
	memblock_set_label(&f.mb, 4 * MiB, MiB, "c");
	assert_string_equal(memblock_label_at(&f.mb, 4 * MiB), "c");
	assert_string_equal(memblock_label_at(&f.mb, 5 * MiB), "b");
	memblock_clear_label(&f.mb, 0, 64 * MiB);
	assert_int_equal(f.mb.nr_labels, 0);
	mb_teardown(&f);
}

/* A label over three others fills the gaps between them; equal neighbours join. */
static void test_memblock_label_fills_gaps_and_joins(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_set_label(&f.mb, 10, 10, "x");
	memblock_set_label(&f.mb, 30, 10, "y");
	memblock_set_caller(&f.mb, "x");
	memblock_reserve(&f.mb, 0, 50);
	assert_int_equal(f.mb.nr_labels, 3);
	assert_int_equal(f.mb.labels[0].end, 30);
	assert_string_equal(f.mb.labels[1].text, "y");
	assert_int_equal(f.mb.labels[2].end, 50);
	memblock_clear_label(&f.mb, 5, 2);
	assert_int_equal(f.mb.nr_labels, 4);
	mb_teardown(&f);
}

/* --- printing ------------------------------------------------------------------- */

static void test_memblock_debug_lines_are_the_kernels(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_add(&f.mb, MiB, MiB);
	assert_string_equal(text_str(&f.log), "");
	f.mb.debug = true;
	memblock_set_caller(&f.mb, "setup_arch");
	memblock_add_node(&f.mb, 0x40000000, 0x1000, 1, MEMBLOCK_HOTPLUG);
	memblock_remove(&f.mb, 0x1000000000000, ~0ULL);
	memblock_phys_alloc_range(&f.mb, 4096, 4096, 0, MEMBLOCK_ALLOC_NOLEAKTRACE);
	memblock_alloc_node(&f.mb, 100, 64, 1);
	memblock_free(&f.mb, 0x40000f80, 100);
	assert_string_equal(text_str(&f.log),
		"memblock_add_node: [0x0000000040000000-0x0000000040000fff] nid=1 flags=1 setup_arch\n"
		"memblock_remove: [0x0001000000000000-0x0000fffffffffffe] setup_arch\n"
		"memblock_phys_alloc_range: 4096 bytes align=0x1000 from=0x0000000000000000 "
		"max_addr=0x0000000000000001 setup_arch\n"
		"memblock_reserve: [0x0000000040000000-0x0000000040000fff] memblock_alloc_range_nid\n"
		"memblock_alloc_try_nid: 100 bytes align=0x40 nid=1 from=0x0000000000000000 "
		"max_addr=0x0000000000000000 setup_arch\n"
		"memblock_reserve: [0x00000000001fff80-0x00000000001fffe3] memblock_alloc_range_nid\n"
		"memblock_phys_free: [0x0000000040000f80-0x0000000040000fe3] memblock_free\n");
	mb_teardown(&f);
}

static void test_memblock_dump_and_debugfs_are_the_kernels(void **state)
{
	struct mb_fixture f;
	struct text t = TEXT_INIT;

	mb_setup(&f);
	memblock_add_node(&f.mb, MiB, MiB, 0, MEMBLOCK_HOTPLUG | MEMBLOCK_NOMAP);
	memblock_reserve(&f.mb, MiB, 4096);
	memblock_dump_all(&f.mb);
	f.mb.debug = true;
	memblock_dump_all(&f.mb);
	assert_string_equal(text_str(&f.log),
		"MEMBLOCK configuration:\n"
		" memory size = 0x0000000000100000 reserved size = 0x0000000000001000\n"
		" memory.cnt  = 0x1\n"
		" memory[0x0]\t[0x0000000000100000-0x00000000001fffff], 0x0000000000100000 bytes on node 0 flags: 0x5\n"
		" reserved.cnt  = 0x1\n"
		" reserved[0x0]\t[0x0000000000100000-0x0000000000100fff], 0x0000000000001000 bytes flags: 0x0\n");
	memblock_debugfs_show(&f.mb, &f.mb.memory, &t);
	memblock_debugfs_show(&f.mb, &f.mb.reserved, &t);
	assert_string_equal(text_str(&t), "   0: 0x0000000000100000..0x00000000001fffff    0 HOTPLUG|NOMAP\n"
					  "   0: 0x0000000000100000..0x0000000000100fff    x NONE\n");
	text_cleanup(&t);
	mb_teardown(&f);
}

/* A 32-bit phys_addr_t has eight digits, and ranges end at 4 GiB. */
static void test_memblock_with_32_bit_addresses_stops_at_4_gib(void **state)
{
	struct mb_fixture f;
	struct memblock_config cfg;
	struct text t = TEXT_INIT;

	mb_setup(&f);
	memblock_config_default(&cfg);
	cfg.phys_addr_bits = 32;
	memblock_init(&f.mb, f.arena, &cfg, NULL);
	memblock_add(&f.mb, 0xfff00000, 2 * MiB);
	memblock_debugfs_show(&f.mb, &f.mb.memory, &t);
	assert_string_equal(text_str(&t), "   0: 0xfff00000..0xfffffffe    x NONE\n");
	text_cleanup(&t);
	mb_teardown(&f);
}

/* Every change is an event with base, size and node. */
static void test_memblock_changes_are_traced(void **state)
{
	struct mb_fixture f;
	const struct trace_event *e;

	mb_setup(&f);
	memblock_add_node(&f.mb, MiB, MiB, 1, MEMBLOCK_HOTPLUG);
	memblock_alloc(&f.mb, 4096, 4096);
	assert_int_equal(f.trace.seq, 2);
	e = trace_get(&f.trace, 0);
	assert_int_equal(e->type, TRACE_memblock_add);
	assert_int_equal(e->p, MiB);
	assert_int_equal(e->i, 1);
	e = trace_get(&f.trace, 1);
	assert_int_equal(e->type, TRACE_memblock_reserve);
	assert_int_equal(e->p, 2 * MiB - 4096);
	assert_int_equal(e->q, 4096);
	mb_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memblock_free_ranges_are_memory_without_reserved),
		cmocka_unit_test(test_memblock_range_walks_both_ways_skip_nomap),
		cmocka_unit_test(test_memblock_physmem_minus_memory_is_what_was_cut),
		cmocka_unit_test(test_memblock_pfn_ranges_are_whole_pages),
		cmocka_unit_test(test_memblock_zone_walk_clips_to_the_zone),
		cmocka_unit_test(test_memblock_free_all_hands_over_what_is_not_reserved),
		cmocka_unit_test(test_memblock_labels_survive_merging_and_go_with_the_memory),
		cmocka_unit_test(test_memblock_label_fills_gaps_and_joins),
		cmocka_unit_test(test_memblock_debug_lines_are_the_kernels),
		cmocka_unit_test(test_memblock_dump_and_debugfs_are_the_kernels),
		cmocka_unit_test(test_memblock_with_32_bit_addresses_stops_at_4_gib),
		cmocka_unit_test(test_memblock_changes_are_traced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
