/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of page flags as /proc/kpageflags tells them, of filters, and of walks over all pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/page_alloc.h"
#include "phys/page_types.h"
#include "pages_fixture.h"

#define BIT(n) (1ULL << (n))

static bool matches(const char *filter, u64 flags)
{
	struct mm_error err = { 0, "" };
	struct page_filter f;

	if (page_filter_parse(filter, &f, &err))
		fail_msg("%s: %s", filter, err.msg);
	return page_filter_match(&f, flags);
}

static void filters_follow_the_grammar_of_page_types(void **state)
{
	u64 anon = BIT(KPF_ANON), lru = BIT(KPF_LRU), dirty = BIT(KPF_DIRTY);

	/* Expect a plain list to mean any of them. */
	assert_true(matches("anon,lru", lru | dirty));
	assert_false(matches("anon,lru", dirty));
	/* Expect '~' to make it: these set, those not. */
	assert_true(matches("anon,~lru", anon | dirty));
	assert_false(matches("anon,~lru", anon | lru));
	assert_false(matches("anon,~lru", dirty));
	/* Expect mask=bits. */
	assert_true(matches("lru,dirty=lru", lru | anon));
	assert_false(matches("lru,dirty=lru", lru | dirty));
	/* Expect '=bits' to leave nothing open. */
	assert_true(matches("=lru,dirty", lru | dirty));
	assert_false(matches("=lru,dirty", lru | dirty | anon));
	/* Expect names cut short, and compound for head or tail. */
	assert_true(matches("swapb", BIT(KPF_SWAPBACKED)));
	assert_true(matches("compound", BIT(KPF_COMPOUND_TAIL)));
	assert_true(matches("buddy", BIT(KPF_BUDDY)));
}

static void an_unknown_flag_is_refused_by_name(void **state)
{
	struct mm_error err = { 0, "" };
	struct page_filter f;

	assert_int_equal(page_filter_parse("anon,~bogus", &f, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "~bogus"));
	assert_int_equal(page_filter_parse("anon,,lru", &f, &err), -EINVAL);
}

static void compound_pages_answer_for_their_head(void **state)
{
	struct page_view v = { .pfn = 9, .head = 8, .state = PAGE_ALLOC, .order = 3, .kind = KIND_ANON,
			       .flags = PGF_HEAD | PGF_LRU | PGF_SWAPBACKED };

	assert_int_equal(kpage_flags(&v), BIT(KPF_ANON) | BIT(KPF_LRU) | BIT(KPF_SWAPBACKED) | BIT(KPF_THP) |
						  BIT(KPF_COMPOUND_TAIL));
	assert_int_equal(kpage_flags_known(kpage_flags(&v)), BIT(KPF_ANON) | BIT(KPF_LRU) | BIT(KPF_SWAPBACKED) |
								     BIT(KPF_THP));
	v.flags = 0;
	v.kind = KIND_KERNEL;
	assert_int_equal(kpage_flags(&v), 0);
	v.state = PAGE_BUDDY;
	assert_int_equal(kpage_flags(&v), BIT(KPF_BUDDY));
}

static void the_table_counts_every_page_once(void **state)
{
	struct machine *m = boot_string(tiny_ini);

	run(m, "proc spawn a");
	run(m, "proc touch a anon=2M thp=on");
	run(m, "proc touch a anon=40K");
	/* 64 MiB from pfn 0: 16384 pages, whatever they are. */
	expect(m, "show page-types", "             total\t     16384       64\n");
	expect(m, "show page-types anon,~thp", "             total\t        10        0\n");
	expect(m, "show page-types thp", "             total\t       512        2\n");
	expect(m, "show page-types anon,~lru", "             total\t         0        0\n");
	must_fail(m, "show page-types bogus", -EINVAL);
	machine_destroy(m);
}

static void owners_are_ranked_by_the_pageblocks_they_pollute(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	char *out;

	run(m, "alloc order=0 gfp=GFP_HIGHUSER_MOVABLE count=600 as=movable");
	/* A whole pageblock of the kernel's, which is said to be for movable memory. */
	run(m, "alloc order=9 gfp=GFP_KERNEL as=dirty");
	set_pageblock_migratetype(&m->sys->mm, page_to_pfn(&m->sys->map, m->sim->held.h[600]), MIGRATE_MOVABLE);
	expect(m, "show polluters", "         1  dirty");
	out = must(m, "show polluters");
	/* Expect movable memory not to be blamed. */
	assert_null(strstr(out, " movable "));
	free(out);
	expect(m, "show page_owner 3", "Page allocated via order");
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_follow_the_grammar_of_page_types),
		cmocka_unit_test(an_unknown_flag_is_refused_by_name),
		cmocka_unit_test(compound_pages_answer_for_their_head),
		cmocka_unit_test(the_table_counts_every_page_once),
		cmocka_unit_test(owners_are_ranked_by_the_pageblocks_they_pollute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
