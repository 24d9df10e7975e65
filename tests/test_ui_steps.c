/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of commands, without a screen: what is cut, joined, moved and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ui/steps.h"

#define MACHINE "ini/pc-512m.ini"

static struct machine *open_machine(void)
{
	struct mm_error err = { 0 };
	struct machine *m = machine_open(MACHINE, &err);

	assert_non_null(m);
	return m;
}

/* Steps of @line, whatever it returns. */
static struct steps *steps_of(struct machine *m, const char *line)
{
	struct steps *s = calloc(1, sizeof(*s));
	struct text out = TEXT_INIT;
	u64 from = machine_trace(m)->seq;

	assert_non_null(s);
	machine_command(m, line, &out, NULL);
	text_cleanup(&out);
	steps_collect(m, from, machine_trace(m)->seq, !strncmp(line, "alloc", 5), s);
	return s;
}

static int count(const struct steps *s, enum step_kind kind)
{
	int n = 0;

	for (int i = 0; i < s->nr; i++)
		n += s->step[i].kind == kind;
	return n;
}

/*
 *   order 7   ................................................................
 *   order 6   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
 * Expect every cut to give two buddies of the next lower order inside the block,
 * down to the order that was asked for, and the caller to get the last lower half.
 */
static void a_split_is_a_chain_of_halves(void **state)
{
	struct machine *m = open_machine();
	struct steps *s = steps_of(m, "alloc order=6 as=x");
	const struct step *last = &s->step[s->nr - 1];
	unsigned order = 0;

	assert_true(count(s, STEP_SPLIT) > 0);
	for (int i = 0; i < s->nr; i++) {
		const struct step *st = &s->step[i];

		if (st->kind != STEP_SPLIT)
			continue;
		assert_true(!order || st->order == order - 1);
		order = st->order;
		assert_int_equal(st->a.start ^ st->b.start, 1ULL << order);
		assert_int_equal(st->a.end - st->a.start, 1ULL << order);
		assert_true(st->b.end <= st->whole.end);
	}
	assert_int_equal(order, 6);
	assert_int_equal(last->kind, STEP_TAKE);
	assert_int_equal(last->a.end - last->a.start, 64);
	assert_int_equal(s->totals.allocs, 1);
	assert_int_equal(s->totals.splits, count(s, STEP_SPLIT));
	free(s);
	machine_destroy(m);
}

/* Freed at once: Expect as many merges as there were cuts, each with its buddy, up to the same block. */
static void a_free_undoes_the_cuts(void **state)
{
	struct machine *m = open_machine();
	struct steps *cut = steps_of(m, "alloc order=6 as=x"), *s = steps_of(m, "free x");
	pfn_t at = NO_PFN;

	assert_int_equal(s->step[0].kind, STEP_FREE);
	assert_int_equal(count(s, STEP_MERGE), count(cut, STEP_SPLIT));
	for (int i = 1; i < s->nr && s->step[i].kind == STEP_MERGE; i++) {
		const struct step *st = &s->step[i];

		assert_int_equal(st->a.start ^ st->b.start, 1ULL << st->order);
		assert_true(at == NO_PFN || st->a.start == at);
		at = st->a.start & st->b.start;
	}
	assert_int_equal(at, cut->step[0].a.start);
	free(cut);
	free(s);
	machine_destroy(m);
}

/* Order 10 until none is left: Expect zones that refuse, each with its span, then the failure in words. */
static void a_failure_names_the_zones_that_refused(void **state)
{
	struct machine *m = open_machine();
	struct steps *s = steps_of(m, "alloc order=10 gfp=GFP_ATOMIC count=2000");
	struct alloc_try t[4];
	bool said = false;

	assert_true(machine_last_tries(m, t, 4) > 0);
	assert_true(count(s, STEP_REFUSE) > 0);
	assert_int_equal(s->step[0].kind, STEP_REFUSE);
	assert_true(s->step[0].a.end > s->step[0].a.start);
	for (int i = 0; i < s->nr; i++)
		said |= s->step[i].kind == STEP_NOTE && s->step[i].bad;
	assert_true(said);
	assert_int_equal(s->totals.failed, 1);
	free(s);
	machine_destroy(m);
}

/*
 * Compaction of a fragmented machine, zone by zone:
 *   migrate ▸ ......... ◂ free
 * Expect the migrate scanner to go up and the free scanner to go down between a
 * beginning and an end, and pages to move upwards only. Around a block that came
 * from a free list the rest of its pageblock is searched: up, but not out of it.
 */
static void scanners_move_towards_each_other(void **state)
{
	struct machine *m = open_machine();
	struct steps *s;
	pfn_t low = 0, high = NO_PFN;
	struct machine_info info;
	u64 block;

	machine_info(m, &info);
	block = 1ULL << info.arch->pageblock_order;
	free(steps_of(m, "run random ops=20000 seed=5"));
	s = steps_of(m, "compact");
	assert_true(count(s, STEP_SCAN) > 1 && count(s, STEP_MOVE) > 0);
	for (int i = 0; i < s->nr; i++) {
		const struct step *st = &s->step[i];

		if (st->kind == STEP_NOTE) {
			low = 0;
			high = NO_PFN;
		} else if (st->kind == STEP_SCAN && st->a.end) {
			assert_true(st->a.start >= low);
			low = st->a.start;
		} else if (st->kind == STEP_SCAN) {
			assert_true(st->b.end <= high || (st->b.end - 1) / block == (high - 1) / block);
			high = st->b.end;
		} else if (st->kind == STEP_MOVE) {
			assert_true(st->b.start > st->a.start);
		}
	}
	free(s);
	machine_destroy(m);
}

/* 20000 operations at once: Expect the steps to end at their limit and the sums to go on. */
static void what_is_too_long_is_summed_up(void **state)
{
	struct machine *m = open_machine();
	struct steps *s = steps_of(m, "run random ops=3000 seed=5");
	char sum[224];

	assert_true(s->cut);
	assert_int_equal(s->nr, STEPS_MAX);
	assert_true(s->totals.allocs > STEPS_MAX);
	steps_summary(&s->totals, sum, sizeof(sum));
	assert_non_null(strstr(sum, "allocations"));
	steps_summary(&(struct step_totals){ .moves = 1, .splits = 2 }, sum, sizeof(sum));
	assert_string_equal(sum, "2 splits, 1 page moved");
	free(s);
	machine_destroy(m);
}

/*
 * Movable pages fill the machine, every second one of some goes, kernel pages come:
 *   mmmmmmmm -> m.m.m.m. -> mkmkmkmk
 * The causes of a mixed pageblock add up: foreign pages are some of those in use,
 * named owners hold some of them.
 */
static void mixed_pageblocks_name_who_is_foreign(void **state)
{
	struct machine *m = open_machine();
	struct machine_info info;
	int mixed = 0, told = 0;

	machine_info(m, &info);
	free(steps_of(m, "alloc order=0 gfp=GFP_HIGHUSER_MOVABLE count=200000 as=pages"));
	for (pfn_t pfn = info.start_pfn + 0x4000; pfn < info.start_pfn + 0x4000 + 6000; pfn += 2) {
		char line[64];

		snprintf(line, sizeof(line), "free pfn=0x%llx", (unsigned long long)pfn);
		free(steps_of(m, line));
	}
	free(steps_of(m, "alloc order=0 gfp=GFP_KERNEL count=2000 as=kernel"));
	for (pfn_t pfn = info.start_pfn; pfn < info.end_pfn; pfn += 512) {
		struct pageblock_info pb;
		u64 named = 0;

		if (machine_pageblock(m, pfn, &pb) || !pb.foreign_pages)
			continue;
		for (int i = 0; i < pb.nr_foreign; i++) {
			named += pb.foreign[i].pages;
			assert_true(pb.foreign[i].mt != pb.mt);
			assert_true(pb.foreign[i].first >= pb.start && pb.foreign[i].first < pb.start + pb.pages);
		}
		assert_true(named && named <= pb.foreign_pages && pb.foreign_pages <= pb.used);
		mixed++;
		told += pb.has_fallback;
	}
	print_message("# %d mixed pageblocks, %d with the fallback that began it\n", mixed, told);
	assert_true(mixed > 0);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_split_is_a_chain_of_halves),
		cmocka_unit_test(a_free_undoes_the_cuts),
		cmocka_unit_test(a_failure_names_the_zones_that_refused),
		cmocka_unit_test(scanners_move_towards_each_other),
		cmocka_unit_test(what_is_too_long_is_summed_up),
		cmocka_unit_test(mixed_pageblocks_name_who_is_foreign),
	};

	return cmocka_run_group_tests_name("ui_steps", tests, NULL, NULL);
}
