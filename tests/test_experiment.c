/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Published experiments on small machines: the direction and the rough size of each effect. */
#include "sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "io/config.h"
#include "sim/experiment.h"
#include "sim/machine.h"

/* 192 MiB in one zone above DMA. */
static const char small_ini[] = "[machine]\nname = small\narch = x86_64\ncpus = 1\n"
				"[firmware]\nram = 0x0-0x9fbff\nram = 0x100000-0xbffffff\n"
				"[reserve]\nkernel_code = 0x1000000-0x13fffff\n";

static struct machine *boot_small(void *arg, struct mm_error *err)
{
	struct machine *m = boot_string(small_ini);

	machine_stop_recording(m);
	return m;
}

static struct experiment_result run_said(const char *name, u64 seed, struct text *out)
{
	struct experiment_params p = { .seed = seed, .iterations = 5, .boot = boot_small };
	struct experiment_result r = { 0, 0 };
	struct mm_error err = { 0, "" };

	if (experiment_find(name)->run(&p, &r, out, &err))
		fail_msg("%s", err.msg);
	assert_non_null(strstr(text_str(out), "published"));
	return r;
}

static struct experiment_result run(const char *name, u64 seed)
{
	struct text out = TEXT_INIT;
	struct experiment_result r = run_said(name, seed, &out);

	text_cleanup(&out);
	return r;
}

/* [m...m...] -> [mm......]. Expect: no huge page can be had before, most of them after. */
static void test_compaction_restores_contiguity(void **state)
{
	struct experiment_result r = run("three-quarters", 1);

	assert_true(r.before > 950);
	assert_true(r.after < 200);
}

/* Expect: without grouping hardly any huge page, with it several times as many. */
static void test_grouping_keeps_huge_pages(void **state)
{
	struct experiment_result r = run("mobility", 1);

	assert_true(r.before < 15);
	assert_true(r.after > 40);
}

/* Expect: as published, at least 80 % fewer fallbacks that mix a pageblock. */
static void test_avoidance_makes_fallbacks_rarer(void **state)
{
	struct experiment_result r = run("fragavoid", 1);

	assert_true(r.before > 0);
	assert_true(r.after < r.before / 5);
}

static void test_frag_gives_no_blocks_back(void **state)
{
	struct experiment_result r = run("frag", 1);

	assert_true(r.before == 0);
	assert_true(r.after <= 2);
}

/* 1 % of unmovable pages: 99.4 % of blocks without grouping, few with it. */
static void test_few_pages_spoil_many_blocks(void **state)
{
	struct experiment_result r = run("pollution", 1);

	assert_true(r.before > 95);
	assert_true(r.after < 20);
}

/* Expect: the same table for the same seed, another one for another seed. */
static void test_same_seed_same_result(void **state)
{
	struct text a = TEXT_INIT, b = TEXT_INIT, c = TEXT_INIT;

	run_said("pollution", 7, &a);
	run_said("pollution", 7, &b);
	run_said("pollution", 8, &c);
	assert_string_equal(text_str(&a), text_str(&b));
	assert_string_not_equal(text_str(&a), text_str(&c));
	text_cleanup(&a);
	text_cleanup(&b);
	text_cleanup(&c);
}

/* Expect: an experiment leaves the session's machine alone. */
static void test_the_session_is_untouched(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 before = machine_hash(m);
	char *s = must(m, "experiment three-quarters");

	assert_true(machine_hash(m) == before);
	free(s);
	must_fail(m, "experiment nothing", -ENOENT);
	must_fail(m, "experiment frag iterations=5000", -EINVAL);
	s = must(m, "echo \"two words\" and 1");
	assert_string_equal(s, "two words and 1\n");
	free(s);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compaction_restores_contiguity),
		cmocka_unit_test(test_grouping_keeps_huge_pages),
		cmocka_unit_test(test_avoidance_makes_fallbacks_rarer),
		cmocka_unit_test(test_frag_gives_no_blocks_back),
		cmocka_unit_test(test_few_pages_spoil_many_blocks),
		cmocka_unit_test(test_same_seed_same_result),
		cmocka_unit_test(test_the_session_is_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
