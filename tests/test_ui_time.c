/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Charts and timeline without a terminal: samples depend on operations, not on the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../ui/app.h"

#define MACHINE "ini/pc-512m.ini"

static struct pane *open_pane(void)
{
	struct pane *p = calloc(1, sizeof(*p));
	struct mm_error err = { 0 };

	assert_non_null(p);
	p->m = machine_open(MACHINE, &err);
	assert_non_null(p->m);
	machine_info(p->m, &p->info);
	chart_tick(p);
	return p;
}

static void close_pane(struct pane *p)
{
	machine_destroy(p->m);
	free(p);
}

static void command(struct pane *p, const char *line)
{
	struct text out = TEXT_INIT;

	assert_int_equal(machine_command(p->m, line, &out, NULL), 0);
	text_cleanup(&out);
	machine_info(p->m, &p->info);
	chart_tick(p);
}

/* @ops operations in slices of at most @slice, as the main loop does them. */
static void run(struct pane *p, u64 ops, u64 slice)
{
	while (ops) {
		u64 n = min_u64(min_u64(slice, ops), chart_room(p));

		assert_int_equal(machine_run_slice(p->m, n), n);
		machine_info(p->m, &p->info);
		chart_tick(p);
		ops -= n;
	}
}

static void assert_same_samples(const struct chart *a, const struct chart *b)
{
	assert_int_equal(a->stride, b->stride);
	assert_int_equal(a->nr, b->nr);
	for (int i = 0; i < a->nr; i++)
		assert_memory_equal(&a->s[i], &b->s[i], sizeof(a->s[i]));
}

/* Slow frames and fast frames: Expect the same samples, at most CHART_SAMPLES, evenly spaced. */
static void the_same_run_gives_the_same_chart(void **state)
{
	struct pane *a = open_pane(), *b = open_pane();

	command(a, "start random seed=3");
	command(b, "start random seed=3");
	run(a, 5000, 7);
	run(b, 5000, 256);
	assert_same_samples(&a->chart, &b->chart);
	assert_true(a->chart.nr > CHART_SAMPLES / 2 - 2 && a->chart.nr <= CHART_SAMPLES);
	for (int i = 1; i < a->chart.nr; i++)
		assert_int_equal(a->chart.s[i].ops - a->chart.s[i - 1].ops, a->chart.stride);
	close_pane(a);
	close_pane(b);
}

/* A command does 5000 operations at once; filling in gives what watching gives, and time stands where it stood. */
static void gaps_are_filled_from_history(void **state)
{
	struct pane *a = open_pane(), *b = open_pane();
	u64 before;

	command(a, "start random seed=3");
	run(a, 5000, 256);
	command(b, "start random seed=3");
	command(b, "step 5000");
	command(b, "seek 1234");
	before = machine_hash(b->m);
	while (chart_fill(b, 50))
		;
	assert_int_equal(b->info.ops, 1234);
	assert_int_equal(machine_hash(b->m), before);
	assert_same_samples(&a->chart, &b->chart);
	close_pane(a);
	close_pane(b);
}

/*
 * Back to 100 and something new: samples after 100 told of a future that is gone.
 *
 *   0 ..... 100 ..... 400        0 ..... 100 x
 */
static void samples_of_a_future_that_was_given_up_go(void **state)
{
	struct pane *p = open_pane();

	command(p, "start random seed=3");
	run(p, 400, 256);
	assert_int_equal(p->chart.nr, 402);
	command(p, "seek 100");
	assert_int_equal(p->chart.nr, 402);
	command(p, "alloc order=0");
	assert_int_equal(p->chart.nr, 102);
	assert_int_equal(p->chart.tip.ops, 101);
	close_pane(p);
}

static void sums_are_of_free_memory(void **state)
{
	struct sample s = { .free = { 100, 0, 0, 300 }, .managed = 1000 };

	assert_int_equal(sample_free(&s, 0), 400);
	assert_int_equal(sample_free(&s, 3), 300);
	assert_int_equal(sample_unusable(&s, 3), 250);
	assert_int_equal(sample_unusable(&s, 4), 1000);
	assert_int_equal(sample_unusable(&(struct sample){ 0 }, 3), 0);
}

/* Column and operation: ends meet ends, and a column's operation lies in that column. */
static void columns_and_operations_agree(void **state)
{
	static const u64 ends[] = { 1, 2, 79, 80, 81, 1000, 123456789, 1ULL << 40 };

	for (size_t e = 0; e < ARRAY_SIZE(ends); e++) {
		assert_int_equal(timeline_op(ends[e], 80, 0), 0);
		assert_int_equal(timeline_op(ends[e], 80, 79), ends[e]);
		assert_int_equal(timeline_column(ends[e], 80, ends[e]), 79);
		for (int i = 0; ends[e] >= 80 && i < 80; i++)
			assert_int_equal(timeline_column(ends[e], 80, timeline_op(ends[e], 80, i)), i);
	}
	assert_int_equal(timeline_column(0, 80, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_run_gives_the_same_chart),
		cmocka_unit_test(gaps_are_filled_from_history),
		cmocka_unit_test(samples_of_a_future_that_was_given_up_go),
		cmocka_unit_test(sums_are_of_free_memory),
		cmocka_unit_test(columns_and_operations_agree),
	};

	return cmocka_run_group_tests_name("ui_time", tests, NULL, NULL);
}
