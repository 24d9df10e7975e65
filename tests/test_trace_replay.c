/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel traces as text, and machines driven by them. */
#include "sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/rng.h"
#include "sim/machine.h"
#include "sim/trace_replay.h"

#define SAMPLE "tests/data/kmem-ftrace.txt"

/* Expect: the same event out of the lines of all three tools, and of a bare one. */
static void test_three_tools_one_event(void **state)
{
	static const char *const lines[] = {
		"            bash-1234    [001] d..1.    12.345678: mm_page_alloc: page=00000000f2a2d8a1 pfn=0x1200 order=3 migratetype=1 gfp_flags=GFP_KERNEL|__GFP_COMP\n",
		"            bash-1234  [001]    12.345678: mm_page_alloc:        page=0xffffea0000048000 pfn=0x1200 order=3 migratetype=1 gfp_flags=GFP_KERNEL|__GFP_COMP\n",
		"bash  1234 [001]    12.345678: kmem:mm_page_alloc: page=0x12 pfn=0x1200 order=3 migratetype=1 gfp_flags=GFP_KERNEL|__GFP_COMP\r\n",
		"kmem:mm_page_alloc: pfn=4608 order=3 migratetype=1 gfp_flags=GFP_KERNEL|__GFP_COMP",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct trace_line l;

		assert_int_equal(trace_line_parse(lines[i], &l), TL_ALLOC);
		assert_int_equal(l.pfn, 0x1200);
		assert_int_equal(l.order, 3);
		assert_int_equal(l.migratetype, 1);
		assert_int_equal(l.cpu, i < 3 ? 1 : -1);
		assert_string_equal(l.gfp, "GFP_KERNEL|__GFP_COMP");
		assert_int_equal(trace_line_gfp(&l, NULL), GFP_KERNEL | __GFP_COMP);
	}
}

static void test_other_lines_are_no_events(void **state)
{
	static const struct { const char *line; int type; } cases[] = {
		{ "", TL_NONE },
		{ "# mm_page_alloc: pfn=1 order=0", TL_NONE },
		{ "sched_switch: prev_comm=mm_page_alloc", TL_NONE },
		{ "x: mm_page_alloc: page=1 order=0", TL_GARBLED },
		{ "x: mm_page_alloc: pfn=zz order=0", TL_GARBLED },
		{ "x: mm_page_free: pfn=1 order=99", TL_GARBLED },
		{ "x: mm_page_free: pfn=1", TL_GARBLED },
		{ "x: mm_page_free: pfn=99999999999999999999999 order=0", TL_GARBLED },
		{ "x: mm_page_free: [FAILED TO PARSE] pfn=", TL_GARBLED },
		{ "x: mm_page_free_batched: pfn=0x10", TL_FREE_BATCHED },
		{ "x: mm_page_pcpu_drain: pfn=0x10 order=0 migratetype=2", TL_PCPU_DRAIN },
		{ "x: mm_page_alloc_extfrag: pfn=0x10 alloc_order=1 fallback_order=4", TL_EXTFRAG },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct trace_line l;

		assert_int_equal(trace_line_parse(cases[i].line, &l), cases[i].type);
	}
}

/* Expect: random bytes are read without harm and are no events of ours. */
static void test_noise(void **state)
{
	struct rng rng;

	rng_seed(&rng, 20);
	for (int i = 0; i < 20000; i++) {
		char buf[200];
		struct trace_line l;
		size_t n = rng_below(&rng, sizeof(buf) - 1);

		for (size_t k = 0; k < n; k++)
			buf[k] = (char)(1 + rng_below(&rng, 255));
		if (n > 40)
			memcpy(buf + 8, " mm_page_free: pfn=", 19);
		buf[n] = '\0';
		trace_line_parse(buf, &l);
		assert_true(l.type < NR_TRACE_LINES);
	}
}

/* The sample: 6 blocks, one of them freed in three parts; one free from before; one failure. */
static void test_sample_drives_the_machine(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	struct replay_summary s;
	struct mm_error err = { 0, "" };
	u64 pages = 0;

	assert_int_equal(trace_replay_file(m, SAMPLE, &s, &err), 0);
	assert_int_equal(s.events[TL_ALLOC], 6);
	assert_int_equal(s.events[TL_FREE], 6);
	assert_int_equal(s.events[TL_FREE_BATCHED], 1);
	assert_int_equal(s.events[TL_EXTFRAG], 1);
	assert_int_equal(s.kernel_failed, 1);
	assert_int_equal(s.unknown_frees, 1);
	assert_int_equal(s.unknown_flags, 1);
	assert_int_equal(s.same_pfn + s.same_place + s.elsewhere, 5);
	assert_int_equal(s.freed, 3);
	assert_int_equal(s.held, 2);
	for (u32 i = 0; i < m->sim->held.nr; i++)
		pages += 1ULL << page_order(memmap_page(&m->sys->map, m->sim->held.h[i]));
	assert_int_equal(pages, 1 + 8);
	must_verify(m);
	machine_destroy(m);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* Expect: a trace can be undone like any command; what it holds is freed by its name. */
static void test_replay_is_a_command(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 before = machine_hash(m);
	char *out = must(m, "replay " SAMPLE);

	assert_non_null(strstr(out, "allocations 6"));
	assert_non_null(strstr(out, "mm_page_alloc_extfrag      kernel 1"));
	free(out);
	assert_true(machine_hash(m) != before);
	free(must(m, "undo"));
	assert_true(machine_hash(m) == before);
	free(must(m, "feed " SAMPLE));
	free(must(m, "free trace"));
	must_verify(m);
	must_fail(m, "replay /nonexistent", -ENOENT);
	machine_destroy(m);
}

static void test_a_script_is_sourced(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	char path[] = "/tmp/mmview-replay-XXXXXX", line[64];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	snprintf(line, sizeof(line), "replay %s", path);
	write_file(path, "# a session\nalloc order=2 as=scripted\n");
	free(must(m, line));
	free(must(m, "free scripted"));
	write_file(path, "replay x\n");
	must_fail(m, line, -EINVAL);
	snprintf(line, sizeof(line), "feed %s", path);
	must_fail(m, line, -EINVAL);
	unlink(path);
	machine_destroy(m);
}

/*
 * Our own trace as the kernel's: 4000 random allocations and frees, written in the
 * format of perf, on a second machine that was booted the same way. Expect: every
 * block is in the same zone (the cpus that our load wandered over are not told).
 */
static void test_own_trace_gives_the_same_zones(void **state)
{
	struct machine *a = boot_string(tiny_ini), *b = boot_string(tiny_ini);
	char path[] = "/tmp/mmview-trace-XXXXXX";
	struct replay_summary s;
	struct mm_error err = { 0, "" };
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	u64 seq = a->trace.seq, allocs = 0;

	assert_non_null(f);
	free(must(a, "run random ops=4000 seed=3"));
	for (; seq < a->trace.seq; seq++) {
		const struct trace_event *e = trace_get(&a->trace, seq);

		if (e->type == TRACE_mm_page_alloc && e->p != NO_PFN)
			allocs++;
		if (e->type == TRACE_mm_page_alloc && e->p != NO_PFN)
			fprintf(f, "w 1 [000] 1.0: kmem:mm_page_alloc: page=0x1 pfn=%#llx order=%u migratetype=%u gfp_flags=%#x\n",
				(unsigned long long)e->p, (unsigned)e->q, e->b, e->a);
		else if (e->type == TRACE_mm_page_free)
			fprintf(f, "w 1 [000] 1.0: kmem:mm_page_free: page=0x1 pfn=%#llx order=%u\n",
				(unsigned long long)e->p, (unsigned)e->q);
	}
	fclose(f);
	assert_int_equal(trace_replay_file(b, path, &s, &err), 0);
	assert_int_equal(s.events[TL_ALLOC], allocs);
	assert_int_equal(s.unknown_frees, 0);
	assert_true(s.same_pfn + s.same_place == allocs);
	must_verify(b);
	unlink(path);
	machine_destroy(a);
	machine_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_tools_one_event),
		cmocka_unit_test(test_other_lines_are_no_events),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_sample_drives_the_machine),
		cmocka_unit_test(test_replay_is_a_command),
		cmocka_unit_test(test_a_script_is_sourced),
		cmocka_unit_test(test_own_trace_gives_the_same_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
