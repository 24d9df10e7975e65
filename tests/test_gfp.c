/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GFP flags as text, in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "alloc/gfp.h"

static void expect_text(gfp_t gfp, const char *want)
{
	struct text t = TEXT_INIT;

	gfp_format(gfp, &t);
	assert_string_equal(text_str(&t), want);
	text_cleanup(&t);
}

/* Expect the kernel's spelling: the largest combination that fits, then single flags in the kernel's order. */
static void test_gfp_prints_as_the_kernel_does(void **state)
{
	expect_text(GFP_KERNEL, "GFP_KERNEL");
	expect_text(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN, "GFP_KERNEL|__GFP_NOWARN|__GFP_COMP");
	expect_text(GFP_ATOMIC | __GFP_NOWARN, "GFP_ATOMIC|__GFP_NOWARN");
	expect_text(GFP_NOWAIT, "GFP_NOWAIT");
	expect_text(GFP_HIGHUSER_MOVABLE | __GFP_ZERO, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO");
	expect_text(GFP_DMA32 | __GFP_MOVABLE, "GFP_DMA32|__GFP_MOVABLE");
	expect_text(0, "none");
	expect_text(0x80000000u, "0x80000000");
}

/* Expect every single flag and every combination with a name to survive printing and reading. */
static void test_gfp_reads_what_it_prints(void **state)
{
	for (unsigned i = 0; i < 4096; i++) {
		gfp_t gfp = (i * 2654435761u) & 0x7ffdffu, back = 0;
		struct text t = TEXT_INIT;

		if (!gfp)
			continue;
		gfp_format(gfp, &t);
		assert_int_equal(gfp_parse(text_str(&t), &back, NULL), 0);
		assert_int_equal(back, gfp);
		text_cleanup(&t);
	}
}

static void test_gfp_reads_words_and_numbers(void **state)
{
	gfp_t g;

	assert_int_equal(gfp_parse("kernel", &g, NULL), 0);
	assert_int_equal(g, GFP_KERNEL);
	assert_int_equal(gfp_parse("movable|__GFP_NOWARN", &g, NULL), 0);
	assert_int_equal(g, GFP_HIGHUSER_MOVABLE | __GFP_NOWARN);
	assert_int_equal(gfp_parse("0xcc0", &g, NULL), 0);
	assert_int_equal(g, 0xcc0);
}

/* Expect refusals that name the word and say what would be right. */
static void test_gfp_refuses_unknown_words(void **state)
{
	static const char *const bad[] = { "", "GFP_KERNELL", "kernel|", "|kernel", "0xzz", "99999999999999", "kernel,movable" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct mm_error err = { 0 };
		gfp_t g = 7;

		assert_int_equal(gfp_parse(bad[i], &g, &err), -EINVAL);
		assert_int_equal(g, 7);
		assert_non_null(strstr(err.msg, "GFP_KERNEL|__GFP_COMP"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gfp_prints_as_the_kernel_does),
		cmocka_unit_test(test_gfp_reads_what_it_prints),
		cmocka_unit_test(test_gfp_reads_words_and_numbers),
		cmocka_unit_test(test_gfp_refuses_unknown_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
