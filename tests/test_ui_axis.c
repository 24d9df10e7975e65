/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address axis: cells of the heatmap and columns of the bands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "../ui/axis.h"
#include "../ui/hilbert.h"
#include "base/rng.h"

/* Two stretches with a hole: [0x100, 0x180) and [0x400, 0x500). */
static const struct pfn_range two[] = { { 0x100, 0x180 }, { 0x400, 0x500 } };

/*
 *   0x100..0x180 | hole | 0x400..0x500
 *   cells 0..7           cells 8..23       (16 pages each)
 * Expect cell numbers to run on over the hole.
 */
static void test_axis_cells_run_on_over_a_hole(void **state)
{
	struct axis a = { 0 };

	assert_int_equal(axis_build(&a, two, 2, 4), 0);
	assert_int_equal(a.cells, 8 + 16);
	assert_int_equal(axis_cell(&a, 0x17f), 7);
	assert_int_equal(axis_cell(&a, 0x400), 8);
	assert_int_equal(axis_pfn(&a, 8), 0x400);
	assert_true(axis_hole_before(&a, 8));
	assert_false(axis_hole_before(&a, 7));
	assert_false(axis_hole_before(&a, 0));
	axis_cleanup(&a);
}

/* Expect a pfn in the hole to give the first cell after it, one past the end the last cell. */
static void test_axis_pfn_in_a_hole_gives_the_next_cell(void **state)
{
	struct axis a = { 0 };

	axis_build(&a, two, 2, 4);
	assert_int_equal(axis_cell(&a, 0x200), 8);
	assert_int_equal(axis_cell(&a, 0), 0);
	assert_int_equal(axis_cell(&a, 0x900), 23);
	assert_int_equal(axis_pfn(&a, 1000), 0x500);
	axis_cleanup(&a);
}

/* Expect stretches that meet after rounding to become one: no cell is counted twice. */
static void test_axis_rounding_joins_neighbours(void **state)
{
	static const struct pfn_range r[] = { { 0, 0x9f }, { 0xa0, 0x1000 } };
	struct axis a = { 0 };

	axis_build(&a, r, 2, 8);
	assert_int_equal(a.nr, 1);
	assert_int_equal(a.cells, 16);
	axis_cleanup(&a);
}

/* Expect every cell's first pfn to lie in that cell, for any machine. */
static void test_axis_cell_and_pfn_are_inverse(void **state)
{
	struct rng rng;

	rng_seed(&rng, 11);
	for (int round = 0; round < 200; round++) {
		struct pfn_range r[8];
		struct axis a = { 0 };
		pfn_t at = rng_below(&rng, 1000);
		int n = 1 + (int)rng_below(&rng, 8);

		for (int i = 0; i < n; i++) {
			r[i].start = at + rng_below(&rng, 5000);
			r[i].end = r[i].start + 1 + rng_below(&rng, 5000);
			at = r[i].end;
		}
		axis_build(&a, r, n, (unsigned)rng_below(&rng, 8));
		for (u64 c = 0; c < a.cells; c++)
			assert_int_equal(axis_cell(&a, axis_pfn(&a, c)), c);
		axis_cleanup(&a);
	}
}

/* 512 MiB of 4 KiB pages in 1024 cells: 128 pages each; one cell less needs 256. */
static void test_axis_fit_finds_the_smallest_cell(void **state)
{
	static const struct pfn_range r[] = { { 0x40000, 0x60000 } };

	assert_int_equal(axis_fit(r, 1, 1024), 7);
	assert_int_equal(axis_fit(r, 1, 1023), 8);
	assert_int_equal(axis_fit(r, 1, 1u << 20), 0);
}

/*
 *  0..3 GiB | hole | 4..7 GiB   over 61 columns: 30, 1 for the hole, 30.
 */
static void test_scale_squeezes_a_hole_into_one_column(void **state)
{
	static const struct phys_range r[] = { { 0, 3 * GiB }, { 4 * GiB, 7 * GiB } };
	struct scale s;

	scale_build(&s, r, 2, 61);
	assert_int_equal(s.seg[0].w, 30);
	assert_int_equal(s.seg[1].x, 31);
	assert_int_equal(s.seg[1].w, 30);
	assert_true(scale_is_hole(&s, 30));
	assert_false(scale_is_hole(&s, 29));
	assert_int_equal(scale_x8(&s, 0), 0);
	assert_int_equal(scale_x8(&s, 4 * GiB), 31 * 8);
	assert_int_equal(scale_x8(&s, 7 * GiB), 61 * 8);
	assert_int_equal(scale_addr(&s, 31), 4 * GiB);
}

/* Expect all columns to be given out and no stretch to vanish, however small. */
static void test_scale_keeps_tiny_stretches_visible(void **state)
{
	static const struct phys_range r[] = { { 0, 64 * KiB }, { 1 * GiB, 65 * GiB }, { 100 * GiB, 100 * GiB + 4096 } };
	struct scale s;

	scale_build(&s, r, 3, 70);
	assert_int_equal(s.nr, 3);
	for (int i = 0; i < 3; i++)
		assert_true(s.seg[i].w >= 1);
	assert_int_equal(s.seg[2].x + s.seg[2].w, 70);
}

/* 200 stretches on 80 columns. Expect the smallest holes to be drawn to scale, the rest squeezed. */
static void test_scale_joins_where_there_are_too_many_holes(void **state)
{
	struct phys_range r[200];
	struct scale s;

	for (u64 i = 0; i < 200; i++)
		r[i] = (struct phys_range){ i * 4 * GiB, i * 4 * GiB + 3 * GiB };
	scale_build(&s, r, 200, 80);
	assert_true(s.nr <= 80 / 6);
	assert_int_equal(s.seg[0].start, 0);
	assert_int_equal(s.seg[s.nr - 1].end, 199 * 4 * GiB + 3 * GiB);
	assert_int_equal(s.seg[s.nr - 1].x + s.seg[s.nr - 1].w, 80);
}

/* Expect ticks to be powers of two that leave room for their labels. */
static void test_scale_ticks_have_room_for_labels(void **state)
{
	static const struct phys_range r[] = { { 0x40000000, 0x60000000 } };
	struct scale s;

	scale_build(&s, r, 1, 110);
	assert_int_equal(scale_tick(&s, 11), 64 * MiB);
	scale_build(&s, r, 1, 70);
	assert_int_equal(scale_tick(&s, 11), 128 * MiB);
}

/* Every cell of a 16 x 16 square. Expect the curve to visit each once, and neighbours to touch. */
static void test_hilbert_is_one_unbroken_line(void **state)
{
	int px = 0, py = 0;

	for (u64 d = 0; d < 256; d++) {
		int x, y;

		hilbert_xy(16, d, &x, &y);
		assert_int_equal(hilbert_d(16, x, y), d);
		if (d)
			assert_int_equal((x > px ? x - px : px - x) + (y > py ? y - py : py - y), 1);
		px = x;
		py = y;
	}
}

/*
 * Two nodes of 5 and 3 cells, rows of 4: the second begins a row.
 *
 *    0 1 2 3
 *    4 . . .      cells 5, 6, 7 are void
 *    8 9 10
 */
static void test_axis_rows_begin_where_a_node_does(void **state)
{
	static const struct pfn_range r[] = { { 0, 80 }, { 80, 128 } };
	static const bool new_row[] = { false, true };
	struct axis a = { 0 };

	assert_int_equal(axis_build_rows(&a, r, new_row, 2, 4, 4), 0);
	assert_int_equal(a.cells, 11);
	assert_int_equal(axis_cell(&a, 79), 4);
	assert_int_equal(axis_cell(&a, 80), 8);
	assert_int_equal(axis_pfn(&a, 8), 80);
	for (u64 c = 0; c < 12; c++)
		assert_int_equal(axis_is_void(&a, c), (c > 4 && c < 8) || c > 10);
	axis_cleanup(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_axis_cells_run_on_over_a_hole),
		cmocka_unit_test(test_axis_pfn_in_a_hole_gives_the_next_cell),
		cmocka_unit_test(test_axis_rounding_joins_neighbours),
		cmocka_unit_test(test_axis_cell_and_pfn_are_inverse),
		cmocka_unit_test(test_axis_rows_begin_where_a_node_does),
		cmocka_unit_test(test_axis_fit_finds_the_smallest_cell),
		cmocka_unit_test(test_scale_squeezes_a_hole_into_one_column),
		cmocka_unit_test(test_scale_keeps_tiny_stretches_visible),
		cmocka_unit_test(test_scale_joins_where_there_are_too_many_holes),
		cmocka_unit_test(test_hilbert_is_one_unbroken_line),
		cmocka_unit_test(test_scale_ticks_have_room_for_labels),
	};

	return cmocka_run_group_tests_name("ui_axis", tests, NULL, NULL);
}
