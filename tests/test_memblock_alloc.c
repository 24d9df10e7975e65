/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock allocations: where they land, top down and bottom up, inside limits,
 * on nodes, with mirrored and hot-pluggable memory, and after the hand-over.
 *
 * Memory is [4 MiB, 4 MiB + 32 KiB) unless said otherwise. In the drawings
 * r is reserved before, N is the new allocation, '|' the limits of the request.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "memblock_fixture.h"

#define B MB_BASE
#define E MB_END

/* A request in 32 KiB of memory, with up to two reservations before it. */
struct alloc_case {
	const char *what;
	struct { phys_t base, size; } before[2];
	phys_t size, align, min, max;
	phys_t top_down, bottom_up; /* expected addresses; 0: fails */
	const char *want_top_down, *want_bottom_up; /* reserved afterwards; NULL: not compared */
};

static void run_case(const struct alloc_case *t, bool bottom_up)
{
	struct mb_fixture f;
	phys_t want = bottom_up ? t->bottom_up : t->top_down;
	const char *list = bottom_up ? t->want_bottom_up : t->want_top_down;
	phys_t got;
	int i;

	mb_setup_32k(&f);
	memblock_set_bottom_up(&f.mb, bottom_up);
	for (i = 0; i < 2; i++)
		memblock_reserve(&f.mb, t->before[i].base, t->before[i].size);
	got = memblock_alloc_try_nid(&f.mb, t->size, t->align, t->min, t->max, NO_NODE);
	if (got != want)
		fail_msg("%s, %s: got %#llx, expected %#llx", t->what, bottom_up ? "bottom up" : "top down",
			 (unsigned long long)got, (unsigned long long)want);
	if (list)
		expect_reserved(&f, list);
	mb_teardown(&f);
}

static void run_cases(const struct alloc_case *cases, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		run_case(&cases[i], false);
		run_case(&cases[i], true);
	}
}

/* --- anywhere --------------------------------------------------------------- */

static const struct alloc_case anywhere_cases[] = {
	/*  [            N]  or  [N            ]  */
	{ "simple", { { 0 } }, 2, 64, 0, 0, E - 64, B, "407fc0+2", "400000+2" },
	/*  [      N r     ]: r not aligned, so the new region does not touch it.  */
	{ "below an unaligned one", { { E - 66, 66 } }, 16, 64, 0, 0, E - 128, B, "407f80+10 407fbe+42", NULL },
	/*  [            rN]: the hole behind r is just enough.  */
	{ "behind a reservation", { { E - 512 - 64, 512 } }, 64, 64, 0, 0, E - 64, B, "407dc0+240", NULL },
	/*  [           Nr]  */
	{ "below a reservation", { { E - 512, 512 } }, 64, 64, 0, 0, E - 576, B, "407dc0+240", NULL },
	/*  [      N r - r]: the gap is too small, expect the second place.  */
	{ "second fit", { { E - 512, 512 }, { E - 1024 - 64, 512 } }, 128, 64, 0, 0, E - 1088 - 128, B,
	  "407b40+280 407e00+200", NULL },
	/*  [rr N rr]: exactly the hole between two. Expect one region.  */
	{ "in between", { { B, 16 * KiB - 64 }, { B + 16 * KiB, 16 * KiB } }, 64, 64, 0, 0,
	  B + 16 * KiB - 64, B + 16 * KiB - 64, "400000+8000", "400000+8000" },
	{ "everything reserved", { { B, 32 * KiB } }, 64, 64, 0, 0, 0, 0, "400000+8000", "400000+8000" },
	{ "too little left", { { B, 32 * KiB - 32 } }, 64, 64, 0, 0, 0, 0, NULL, NULL },
	{ "exactly what is left", { { B, 32 * KiB - 64 } }, 64, 64, 0, 0, E - 64, E - 64, "400000+8000",
	  "400000+8000" },
	{ "larger than memory", { { 0 } }, 33 * KiB, 64, 0, 0, 0, 0, "", "" },
	{ "no alignment asked: cache lines", { { 0 } }, 10, 0, 0, 0, E - 64, B, NULL, NULL },
};

static void test_memblock_alloc_takes_the_first_place_that_fits(void **state)
{
	run_cases(anywhere_cases, ARRAY_SIZE(anywhere_cases));
}

/* Many gaps, all too small. Expect failure and nothing reserved. */
static void test_memblock_alloc_ignores_small_gaps(void **state)
{
	struct mb_fixture f;
	phys_t at;

	mb_setup_32k(&f);
	for (at = B; at < E; at += 4 * KiB)
		memblock_reserve(&f.mb, at, 4 * KiB - 64);
	assert_true(memblock_alloc(&f.mb, 128, 64) == 0);
	assert_int_equal(f.mb.reserved.cnt, 8);
	mb_teardown(&f);
}

static void test_memblock_alloc_without_memory_fails(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	assert_true(memblock_alloc(&f.mb, 64, 64) == 0);
	expect_reserved(&f, "");
	mb_teardown(&f);
}

/* Memory starts at 0; page 0 stays untouched, because 0 means failure. */
static void test_memblock_alloc_never_gives_page_0(void **state)
{
	struct mb_fixture f;

	mb_setup(&f);
	memblock_add(&f.mb, 0, 8 * KiB);
	memblock_set_bottom_up(&f.mb, true);
	assert_true(memblock_alloc(&f.mb, 4 * KiB, 64) == 4 * KiB);
	assert_true(memblock_alloc(&f.mb, 64, 64) == 0);
	mb_teardown(&f);
}

/* --- inside limits ------------------------------------------------------------ */

static const struct alloc_case range_cases[] = {
	/*  [    |    N|    ]  and  [    |N    |    ]  */
	{ "range", { { 0 } }, 512, 64, B + 128, B + 128 + 512 + 1024, B + 128 + 1024, B + 128, NULL, NULL },
	/*  The upper limit is not aligned: expect to stay below it.  */
	{ "unaligned upper limit", { { 0 } }, 128, 64, B + 2, B + 512 + 2, B + 384, B + 64, NULL, NULL },
	/*  [    |N|    ]  */
	{ "exact range", { { 0 } }, 1024, 64, B + 64, B + 64 + 1024, B + 64, B + 64, NULL, NULL },
	/*  The range is smaller than the request: expect the lower limit to be dropped.  */
	{ "narrow range", { { 0 } }, 256, 64, B + 512, B + 512 + 64, B + 512 + 64 - 256, B, NULL, NULL },
	/*  The upper limit is too low even so.  */
	{ "low upper limit", { { 0 } }, 1024, 64, B, B + 64, 0, 0, "", "" },
	/*  [   N|rr|    ]: the range is reserved from below: expect below it.  */
	{ "range reserved", { { B + 1024, 1024 } }, 512, 64, B + 1024, B + 2048, B + 512, B, NULL, NULL },
	/*  [r |   N| r]  */
	{ "free between two reservations", { { B, 512 }, { B + 2048, 512 } }, 256, 64, B + 512, B + 2048,
	  B + 1792, B + 512, "400000+200 400700+300", "400000+300 400800+200" },
	/*  [r|N|r]: expect one region.  */
	{ "exactly between two", { { B, 512 }, { B + 1024, 512 } }, 512, 64, B + 512, B + 1024, B + 512,
	  B + 512, "400000+600", "400000+600" },
	/*  [  N r|-|r ]: no room inside: expect room below.  */
	{ "too little between two", { { B + 1024, 512 }, { B + 1600, 512 } }, 256, 64, B + 1536, B + 1600,
	  B + 768, B, NULL, NULL },
	{ "all reserved, and a limit", { { B, 32 * KiB } }, 256, 64, B + 64, B + 512, 0, 0, NULL, NULL },
	/*  The upper limit is beyond memory: expect it to be cut.  */
	{ "upper limit beyond memory", { { 0 } }, 256, 64, E - 1024, E + 256, E - 256, E - 1024, NULL, NULL },
	/*  The lower limit is below memory.  */
	{ "lower limit below memory", { { 0 } }, 1024, 64, B - 512, E, E - 1024, B, NULL, NULL },
	/*  The lower limit is too high: expect it to be dropped.  */
	{ "no room above the lower limit", { { 0 } }, 64, 64, E - 32, 0, E - 64, B, NULL, NULL },
	{ "unaligned lower limit", { { 0 } }, 32, 64, E - 100, 0, E - 64, E - 64, NULL, NULL },
};

static void test_memblock_alloc_keeps_limits_and_drops_the_lower_one(void **state)
{
	run_cases(range_cases, ARRAY_SIZE(range_cases));
}

/*
 *   [      N|current limit        ]
 *
 * Expect ACCESSIBLE and any higher limit of memblock_alloc*() to stop there;
 * memblock_phys_alloc_range() with ANYWHERE does not.
 */
static void test_memblock_alloc_respects_the_current_limit(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	memblock_set_current_limit(&f.mb, B + 8 * KiB);
	assert_true(memblock_alloc(&f.mb, KiB, 64) == B + 7 * KiB);
	assert_true(memblock_alloc_try_nid(&f.mb, KiB, 64, 0, E, NO_NODE) == B + 6 * KiB);
	assert_true(memblock_phys_alloc(&f.mb, KiB, 64) == B + 5 * KiB);
	assert_true(memblock_phys_alloc_range(&f.mb, KiB, 64, 0, MEMBLOCK_ALLOC_NOLEAKTRACE) == B + 4 * KiB);
	assert_true(memblock_phys_alloc_range(&f.mb, KiB, 64, 0, MEMBLOCK_ALLOC_ANYWHERE) == E - KiB);
	assert_true(memblock_alloc_low(&f.mb, KiB, 64) == B + 3 * KiB);
	assert_true(memblock_alloc_from(&f.mb, KiB, 64, B + KiB) == B + 2 * KiB);
	mb_teardown(&f);
}

/* phys_alloc_range has no second try without the lower limit. */
static void test_memblock_phys_alloc_range_is_strict(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	assert_true(memblock_phys_alloc_range(&f.mb, KiB, 64, E - 512, E) == 0);
	assert_true(memblock_phys_alloc_range(&f.mb, KiB, 64, E - KiB, E) == E - KiB);
	mb_teardown(&f);
}

/* --- nodes -------------------------------------------------------------------- */

/* KiB per node:                     0  1  2  3   4  5  6  7 */
static const u32 eight_nodes[8] = { 4, 2, 1, 12, 4, 5, 2, 2 };
#define N3   (B + 7 * KiB)       /* 12 KiB */
#define N3_E (B + 19 * KiB)
#define N2   (B + 6 * KiB)       /* 1 KiB */
#define N6   (B + 28 * KiB)

struct node_case {
	const char *what;
	struct { phys_t base, size; } before;
	phys_t size;
	int nid;
	phys_t min, max;
	phys_t top_down, bottom_up;             /* try_nid */
	phys_t exact_top_down, exact_bottom_up; /* exact_nid */
};

static const struct node_case node_cases[] = {
	/*  The node has room.  */
	{ "simple", { 0 }, KiB, 3, B, E, N3_E - KiB, N3, N3_E - KiB, N3 },
	/*  The node is smaller than the request: expect another one, or failure.  */
	{ "small node", { 0 }, 2 * KiB, 2, B, E, E - 2 * KiB, B, 0, 0 },
	{ "node reserved", { N2, KiB }, KiB, 2, B, E, E - KiB, B, 0, 0 },
	/*  [ node 3: rrrrrr.N]  */
	{ "node partly reserved", { N3, 6 * KiB }, 3 * KiB, 3, B, E, N3_E - 3 * KiB, N3 + 6 * KiB,
	  N3_E - 3 * KiB, N3 + 6 * KiB },
	/*  [ node 3: ..rrrr..] with both holes too small: expect the next node down that has room, 5.  */
	{ "node with two small holes", { N3 + 3 * KiB, 6 * KiB }, 4 * KiB, 3, B, E, B + 24 * KiB, B, 0, 0 },
	/*  |.. node 6 | : the range covers only a part of node 6.  */
	{ "range ends in the node", { 0 }, KiB, 6, B + 26 * KiB, N6 + KiB, N6, N6, N6, N6 },
	/*  Too little of the node inside: expect the node below, from its end down.  */
	{ "too little of the node", { 0 }, KiB, 6, B + 26 * KiB, N6 + 512, N6 - KiB, B + 26 * KiB, 0, 0 },
	/*  The range and the node do not meet, the node above.  */
	{ "range below the node", { 0 }, KiB, 6, B, B + 4 * KiB, B + 3 * KiB, B, 0, 0 },
	/*  The range is above the node: the lower limit is dropped, but only after other nodes in it.  */
	{ "range above the node", { 0 }, KiB, 2, N6, E, E - KiB, N6, N2, N2 },
	/*  A place never spans two memory regions, so not two nodes.  */
	{ "range begins in the node", { 0 }, KiB, 3, N3 + 2 * KiB, N6, N3_E - KiB, N3 + 2 * KiB, N3_E - KiB, N3 + 2 * KiB },
	/* Nothing in the range: the lower limit is dropped, then the node, unless it is exact. */
	{ "range over two nodes, reserved", { N2, N3_E - N2 }, KiB, 2, N2, N3_E, N2 - KiB, B, 0, 0 },
	{ "larger than any node", { 0 }, 13 * KiB, 3, B, E, 0, 0, 0, 0 },
	{ "no such node", { 0 }, KiB, 9, B, E, E - KiB, B, 0, 0 },
};

static void run_node_case(const struct node_case *t, bool bottom_up, bool exact)
{
	struct mb_fixture f;
	phys_t want = exact ? (bottom_up ? t->exact_bottom_up : t->exact_top_down) :
			      (bottom_up ? t->bottom_up : t->top_down);
	phys_t got;

	mb_setup_nodes(&f, eight_nodes);
	memblock_set_bottom_up(&f.mb, bottom_up);
	memblock_reserve(&f.mb, t->before.base, t->before.size);
	if (exact)
		got = memblock_alloc_exact_nid_raw(&f.mb, t->size, 64, t->min, t->max, t->nid);
	else
		got = memblock_alloc_try_nid_raw(&f.mb, t->size, 64, t->min, t->max, t->nid);
	if (got != want)
		fail_msg("%s, %s%s: got %#llx, expected %#llx", t->what, exact ? "exact, " : "",
			 bottom_up ? "bottom up" : "top down", (unsigned long long)got,
			 (unsigned long long)want);
	mb_teardown(&f);
}

static void test_memblock_alloc_prefers_its_node_and_exact_insists(void **state)
{
	size_t i;
	int v;

	for (i = 0; i < ARRAY_SIZE(node_cases); i++)
		for (v = 0; v < 4; v++)
			run_node_case(&node_cases[i], v & 1, v & 2);
}

/*
 *   [n0....rr][n1 NN][rr....n2]   The request fills node 1 between two
 * reservations on other nodes. Expect one region: reserved has no nodes yet.
 */
static void test_memblock_reserved_merges_across_nodes(void **state)
{
	struct mb_fixture f;

	mb_setup_nodes(&f, eight_nodes);
	memblock_reserve(&f.mb, B + 3 * KiB, KiB);
	memblock_reserve(&f.mb, N2, KiB);
	assert_true(memblock_alloc_exact_nid_raw(&f.mb, 2 * KiB, 64, 0, 0, 1) == B + 4 * KiB);
	expect_reserved(&f, "400C00+1000");
	assert_true(memblock_alloc_node(&f.mb, KiB, 64, 7) == E - KiB);
	assert_true(memblock_phys_alloc_try_nid(&f.mb, KiB, 64, 0) == B + 2 * KiB);
	mb_teardown(&f);
}

/* --- attributes --------------------------------------------------------------- */

/*
 *   [plain][mirror][plain]
 *
 * Expect the mirrored region first; when it is full, others, with a warning.
 */
static void test_memblock_alloc_prefers_mirrored_memory(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	f.mb.mirrored_kernelcore = true;
	memblock_mark_mirror(&f.mb, B + 8 * KiB, 4 * KiB);
	assert_true(memblock_alloc(&f.mb, 4 * KiB, 64) == B + 8 * KiB);
	assert_string_equal(text_str(&f.log), "");
	assert_true(memblock_alloc(&f.mb, 4 * KiB, 64) == E - 4 * KiB);
	assert_string_equal(text_str(&f.log), "Could not allocate 0x0000000000001000 bytes of mirrored memory\n");
	mb_teardown(&f);
}

/* On a node without mirrored memory: mirrored memory elsewhere comes first. */
static void test_memblock_mirror_goes_before_node(void **state)
{
	struct mb_fixture f;

	mb_setup_nodes(&f, eight_nodes);
	f.mb.mirrored_kernelcore = true;
	memblock_mark_mirror(&f.mb, B, 4 * KiB);
	assert_true(memblock_alloc_node(&f.mb, KiB, 64, 3) == B + 3 * KiB);
	assert_true(memblock_alloc_exact_nid_raw(&f.mb, KiB, 64, 0, 0, 3) == N3_E - KiB);
	mb_teardown(&f);
}

/* movable_node keeps allocations out of hot-pluggable memory; without it they go there. */
static void test_memblock_movable_node_avoids_hotpluggable_memory(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	memblock_mark_hotplug(&f.mb, B + 16 * KiB, 16 * KiB);
	assert_true(memblock_alloc(&f.mb, KiB, 64) == E - KiB);
	f.mb.movable_node_enabled = true;
	assert_true(memblock_alloc(&f.mb, KiB, 64) == B + 15 * KiB);
	mb_teardown(&f);
}

static void test_memblock_alloc_avoids_nomap_and_driver_managed(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	memblock_mark_nomap(&f.mb, E - 4 * KiB, 4 * KiB);
	memblock_add_node(&f.mb, E, 4 * KiB, 0, MEMBLOCK_DRIVER_MANAGED);
	assert_true(memblock_alloc(&f.mb, KiB, 64) == E - 5 * KiB);
	mb_teardown(&f);
}

/* --- after the hand-over --------------------------------------------------------- */

static phys_t fake_slab(void *arg, u64 size, int nid)
{
	text_printf(arg, "slab %llu on %d\n", (unsigned long long)size, nid);
	return 0x1234000;
}

/* Expect the slab allocator to be asked, and the reserved list to stay. */
static void test_memblock_alloc_after_hand_over_goes_to_the_slab(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	f.mb.hooks.slab_alloc = fake_slab;
	f.mb.hooks.slab_arg = &f.log;
	f.mb.slab_available = true;
	assert_true(memblock_alloc_node(&f.mb, 100, 64, 1) == 0x1234000);
	assert_string_equal(text_str(&f.log), "slab 100 on 1\n");
	expect_reserved(&f, "");
	mb_teardown(&f);
}

static void fake_free_late(void *arg, pfn_t start, pfn_t end)
{
	text_printf(arg, "late %llx-%llx\n", (unsigned long long)start, (unsigned long long)end);
}

/* Only whole pages go to the buddy: [1.5, 4.5) pages are pages 2 and 3. */
static void test_memblock_free_late_gives_whole_pages(void **state)
{
	struct mb_fixture f;

	mb_setup_32k(&f);
	f.mb.hooks.free_late = fake_free_late;
	memblock_free_late(&f.mb, 6 * KiB, 12 * KiB);
	memblock_free_late(&f.mb, 6 * KiB, KiB);
	assert_string_equal(text_str(&f.log), "late 2-4\n");
	mb_teardown(&f);
}

/* A doubled array is given back page by page when memblock is discarded. */
static void test_memblock_discard_gives_back_doubled_arrays(void **state)
{
	struct mb_fixture f;
	int i;

	mb_setup_32k(&f);
	memblock_allow_resize(&f.mb);
	f.mb.hooks.free_late = fake_free_late;
	for (i = 0; i <= INIT_MEMBLOCK_REGIONS; i++)
		memblock_reserve(&f.mb, GiB + (phys_t)i * MiB, KiB);
	memblock_discard(&f.mb);
	assert_string_equal(text_str(&f.log), "late 406-408\n");
	mb_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memblock_alloc_takes_the_first_place_that_fits),
		cmocka_unit_test(test_memblock_alloc_ignores_small_gaps),
		cmocka_unit_test(test_memblock_alloc_without_memory_fails),
		cmocka_unit_test(test_memblock_alloc_never_gives_page_0),
		cmocka_unit_test(test_memblock_alloc_keeps_limits_and_drops_the_lower_one),
		cmocka_unit_test(test_memblock_alloc_respects_the_current_limit),
		cmocka_unit_test(test_memblock_phys_alloc_range_is_strict),
		cmocka_unit_test(test_memblock_alloc_prefers_its_node_and_exact_insists),
		cmocka_unit_test(test_memblock_reserved_merges_across_nodes),
		cmocka_unit_test(test_memblock_alloc_prefers_mirrored_memory),
		cmocka_unit_test(test_memblock_mirror_goes_before_node),
		cmocka_unit_test(test_memblock_movable_node_avoids_hotpluggable_memory),
		cmocka_unit_test(test_memblock_alloc_avoids_nomap_and_driver_managed),
		cmocka_unit_test(test_memblock_alloc_after_hand_over_goes_to_the_slab),
		cmocka_unit_test(test_memblock_free_late_gives_whole_pages),
		cmocka_unit_test(test_memblock_discard_gives_back_doubled_arrays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
