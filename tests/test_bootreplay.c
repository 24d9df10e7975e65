/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot logs made with memblock=debug: reading the calls, replaying them, and
 * every such log of the captures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "io/bootreplay.h"
#include "memblock_fixture.h"

#define T "[    0.000000] "
#define ANSWER " memblock_alloc_range_nid+0xbd/0x180\n"

/* memory [1M,2M), one page of it reserved before the log begins */
#define DUMP                                                                                       \
	T "MEMBLOCK configuration:\n"                                                              \
	T " memory size = 0x0000000000100000 reserved size = 0x0000000000001000\n"                 \
	T " memory.cnt  = 0x1\n"                                                                   \
	T " memory[0x0]\t[0x0000000000100000-0x00000000001fffff], 0x0000000000100000 bytes flags: 0x0\n" \
	T " reserved.cnt  = 0x1\n"                                                                 \
	T " reserved[0x0]\t[0x00000000001ff000-0x00000000001fffff], 0x0000000000001000 bytes flags: 0x0\n"

#define ALLOC(size)                                                                                \
	T "memblock_alloc_try_nid: " size " bytes align=0x40 nid=-1 from=0x0000000000000000 "      \
	"max_addr=0x0000000000000000 start_kernel+0x125/0x8d0\n"
#define ALLOC_4096(base, last)                                                                     \
	ALLOC("4096") T "memblock_reserve: [" base "-" last "]" ANSWER

static int replay(const char *log, struct bootreplay_result *res, struct text *out)
{
	struct mm_error err = { 0 };
	int ret = bootreplay_text(log, strlen(log), NULL, NULL, out, res, &err);

	assert_int_equal(ret, err.code);
	return ret;
}

/* --- reading ------------------------------------------------------------------ */

static const char told_log[] =
	"BIOS-e820: [mem 0x0-0xfff] usable\n"
	T "Command line: quiet movable_node\n"
	T "memblock_add: [0x0000000000100000-0x00000000001fffff] e820__memblock_setup+0x73/0xb0\n"
	T "memblock_remove: [0x0001000000000000-0x0000fffffffffffe] arm64_memblock_init+0x70/0x340\n"
	T "memblock_phys_alloc_range: 8192 bytes align=0x1000 from=0x0000000000001000 "
	  "max_addr=0x0000000000100000 reserve_real_mode+0x57/0x90\n"
	T "memblock_reserve: [0x0000000000008000-0x0000000000009fff]" ANSWER
	T "memblock_reserve: [0x0000000000180000-0x0000000000180fff]" ANSWER
	T "NODE_DATA(1) allocated [mem 0x00180000-0x00180fff]\n"
	T "memblock_reserve: [0x0000000000190000-0x0000000000190fff]" ANSWER
	T "cma: Reserved 64 MiB at 0x0000000000190000 on node -1\n"
	T "memblock_reserve: [0x00000000001a0000-0x00000000001a0fff]" ANSWER
	T "memblock_alloc_exact_nid_raw: 64 bytes align=0x40 nid=3 from=0x0000000000000000 "
	  "max_addr=0x0000000000000000 sparse_init_nid+0x111/0x5b0\n"
	T "memblock_reserve: [0x0000000000200000-0x0000000000200fff] setup_arch+0x1/0x2\n"
	T "memblock: reserved is doubled to 256 at [0x00000000001b0000-0x00000000001b17ff]\n"
	T "memblock_reserve: [0x00000000001b0000-0x00000000001b1fff] memblock_double_array+0x1/0x2\n"
	T "memblock_phys_free: [0x0000000000200000-0x00000000002001ff] memblock_free+0x5c/0x78\n"
	T "memblock: reserved is doubled to 512 at [0x00000000001c0000-0x00000000001c2fff]\n"
	T "memblock_phys_free: [0x00000000001b0000-0x00000000001b1fff] memblock_free+0x5c/0x78\n"
	T "memblock_reserve: [0x00000000001c0000-0x00000000001c2fff] memblock_double_array+0x1/0x2\n"
	T "memblock_add_node: [0x0000003fc8000000-0x0000003fcfffffff] nid=1 flags=8 add_memory_resource+0x1/0x3\n";

/*
 * Expect requests with their answers, silent requests named after the line behind
 * them, and nothing of what memblock does for its own arrays.
 */
static void test_bootlog_calls_pair_requests_with_answers(void **state)
{
	static const struct {
		enum bootlog_call_kind kind;
		phys_t base, size;
		int nid;
		const char *caller;
	} want[] = {
		{ BOOTLOG_ADD, 0x100000, MiB, NO_NODE, "e820__memblock_setup" },
		{ BOOTLOG_REMOVE, 0x1000000000000, ~0ULL, NO_NODE, "arm64_memblock_init" },
		{ BOOTLOG_PHYS_ALLOC, 0x8000, 8192, NO_NODE, "reserve_real_mode" },
		{ BOOTLOG_ALLOC_NODE_DATA, 0x180000, 4096, 1, "memblock_alloc_range_nid" },
		{ BOOTLOG_ALLOC_CMA, 0x190000, 4096, -1, "memblock_alloc_range_nid" },
		{ BOOTLOG_ALLOC_UNKNOWN, 0x1a0000, 4096, NO_NODE, "memblock_alloc_range_nid" },
		{ BOOTLOG_ALLOC_EXACT, 0, 64, 3, "sparse_init_nid" },
		{ BOOTLOG_RESERVE, 0x200000, 4096, NO_NODE, "setup_arch" },
		{ BOOTLOG_DOUBLED, 0x1b0000, 6144, NO_NODE, "" },
		{ BOOTLOG_FREE, 0x200000, 512, NO_NODE, "memblock_free" },
		{ BOOTLOG_DOUBLED, 0x1c0000, 12288, NO_NODE, "" },
		{ BOOTLOG_ADD_NODE, 0x3fc8000000, 128 * MiB, 1, "add_memory_resource" },
	};
	struct bootlog_calls c;
	size_t i;

	bootlog_calls_read(&c, told_log, strlen(told_log));
	assert_int_equal(c.nr_call, ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		assert_string_equal(bootlog_call_name(c.call[i].kind), bootlog_call_name(want[i].kind));
		assert_true(c.call[i].base == want[i].base);
		assert_true(c.call[i].size == want[i].size);
		assert_int_equal(c.call[i].nid, want[i].nid);
		assert_string_equal(c.call[i].caller, want[i].caller);
	}
	assert_int_equal(c.call[2].line, 5);
	assert_int_equal(c.call[2].min, 0x1000);
	assert_int_equal(c.call[2].max, 0x100000);
	assert_int_equal(c.call[2].align, 0x1000);
	assert_int_equal(c.call[11].flags, MEMBLOCK_DRIVER_MANAGED);
	assert_true(c.movable_node);
	assert_int_equal(c.nr_ignored, 0);
	bootlog_calls_cleanup(&c);
}

/* --- replaying ------------------------------------------------------------------ */

/*
 *   memory    [1M .................... 2M)
 *   reserved            [ours][ours][silent)     Expect both allocations equal.
 */
static void test_bootreplay_lands_where_the_kernel_did(void **state)
{
	struct bootreplay_result res;

	assert_int_equal(replay(DUMP ALLOC_4096("0x00000000001fe000", "0x00000000001fefff")
				ALLOC_4096("0x00000000001fd000", "0x00000000001fdfff"), &res, NULL), 0);
	assert_int_equal(res.calls, 2);
	assert_int_equal(res.allocs, 2);
	assert_int_equal(res.equal, 2);
	assert_int_equal(res.dumps_equal, 1);
	assert_int_equal(res.reserved_equal, -1);
}

/* The kernel says another place. Expect one difference with its line, and the next one equal again. */
static void test_bootreplay_adopts_the_answer_after_a_difference(void **state)
{
	struct bootreplay_result res;
	struct text out = TEXT_INIT;

	assert_int_equal(replay(DUMP ALLOC_4096("0x00000000001f0000", "0x00000000001f0fff")
				ALLOC_4096("0x00000000001fe000", "0x00000000001fefff"), &res, &out), -EUCLEAN);
	assert_int_equal(res.equal, 1);
	assert_non_null(strstr(text_str(&out), "line 7: memblock_alloc_try_nid 4096 bytes for start_kernel: "
					       "kernel 0x1f0000, ours 0x1fe000\n"));
	text_cleanup(&out);
}

/* A request that nothing can satisfy has no answer; that is equal too. */
static void test_bootreplay_failed_allocation_is_an_answer(void **state)
{
	struct bootreplay_result res;

	assert_int_equal(replay(DUMP ALLOC("2097152") ALLOC_4096("0x00000000001fe000", "0x00000000001fefff"),
				&res, NULL), 0);
	assert_int_equal(res.equal, 2);
	assert_int_equal(replay(DUMP ALLOC("4096") T "x\n" T "y\n", &res, NULL), -EUCLEAN);
}

/* The log ends behind a request. Expect that request not to count. */
static void test_bootreplay_forgets_a_request_cut_from_its_answer(void **state)
{
	struct bootreplay_result res;

	assert_int_equal(replay(DUMP ALLOC_4096("0x00000000001fe000", "0x00000000001fefff") ALLOC("4096")
				T "memblock_res", &res, NULL), 0);
	assert_int_equal(res.allocs, 1);
}

/*
 * What is freed without having been reserved in the log was reserved before it;
 * the dump cannot show it any more.
 */
static void test_bootreplay_silent_reservations_are_deduced(void **state)
{
	struct bootreplay_result res;

	assert_int_equal(replay(ALLOC_4096("0x00000000001fd000", "0x00000000001fdfff")
				T "memblock_phys_free: [0x00000000001fe000-0x00000000001fefff] setup_arch+0x1/0x2\n"
				T "memblock_phys_free: [0x00000000001fd000-0x00000000001fdfff] setup_arch+0x1/0x2\n"
				DUMP, &res, NULL), 0);
	assert_int_equal(res.dumps_equal, 1);
}

/*
 * EFI machines dump before memory is known, then add it piece by piece and mark
 * some NOMAP without printing that; the next dump shows the marks.
 *
 *   add   [1M ......... 2M)
 *   mark             [NOMAP)      Expect the allocation below the mark.
 */
static void test_bootreplay_nomap_of_the_next_dump_is_avoided(void **state)
{
	static const char log[] =
		T "MEMBLOCK configuration:\n"
		T " memory.cnt  = 0x0\n"
		T " reserved.cnt  = 0x0\n"
		T "memblock_add: [0x0000000000100000-0x00000000001fffff] early_init_dt_add_memory_arch+0x34/0x80\n"
		ALLOC_4096("0x000000000017f000", "0x000000000017ffff")
		T "MEMBLOCK configuration:\n"
		T " memory[0x0]\t[0x0000000000100000-0x000000000017ffff], 0x0000000000080000 bytes flags: 0x0\n"
		T " memory[0x1]\t[0x0000000000180000-0x00000000001fffff], 0x0000000000080000 bytes flags: 0x4\n"
		T " reserved[0x0]\t[0x000000000017f000-0x000000000017ffff], 0x0000000000001000 bytes flags: 0x0\n";
	struct bootreplay_result res;

	assert_int_equal(replay(log, &res, NULL), 0);
	assert_int_equal(res.equal, 1);
	assert_int_equal(res.dumps_equal, 2);
}

/*
 * x86 with movable_node: below 1 MiB until the linear map is complete, then from
 * the bottom, and from the top once the node tables are read.
 */
static void test_bootreplay_movable_node_goes_bottom_up_until_nodes_are_read(void **state)
{
	static const char log[] =
		T "BIOS-e820: [mem 0x0000000000100000-0x00000000001fffff] usable\n"
		T "Command line: movable_node quiet\n" DUMP ALLOC("64") T "RAMDISK: [mem 0x1000-0x1fff]\n"
		ALLOC_4096("0x0000000000100000", "0x0000000000100fff")
		T "Faking node 0 at [mem 0x0000000000001000-0x00000000001fffff] (1MB)\n"
		ALLOC_4096("0x00000000001fe000", "0x00000000001fefff");
	struct bootreplay_result res;

	assert_int_equal(replay(log, &res, NULL), 0);
	assert_int_equal(res.equal, 3);
}

/* The final list is compared with debugfs, line by line. */
static void test_bootreplay_compares_with_debugfs(void **state)
{
	static const char log[] = DUMP;
	static const char good[] = "   0: 0x00000000001ff000..0x00000000001fffff    0 NONE\n";
	static const char bad[] = "   0: 0x00000000001fe000..0x00000000001fffff    0 NONE\n";
	struct bootreplay_result res;

	assert_int_equal(bootreplay_text(log, sizeof(log) - 1, good, NULL, NULL, &res, NULL), 0);
	assert_int_equal(res.reserved_equal, 1);
	assert_int_equal(res.memory_equal, -1);
	assert_int_equal(bootreplay_text(log, sizeof(log) - 1, bad, NULL, NULL, &res, NULL), -EUCLEAN);
	assert_int_equal(res.reserved_equal, 0);
}

/* --- a log of our own --------------------------------------------------------------- */

static void random_call(struct memblock *mb, struct rng *rng)
{
	phys_t base = 16 * MiB + rng_below(rng, 48 * MiB), size = 1 + rng_below(rng, 4 * KiB);
	u64 align = 1ULL << rng_below(rng, 14);

	switch (rng_below(rng, 6)) {
	case 0:
		memblock_reserve(mb, base, size);
		break;
	case 1:
		memblock_phys_free(mb, base, size);
		break;
	case 2:
		memblock_phys_alloc_range(mb, size, align, rng_below(rng, base), base);
		break;
	case 3:
		memblock_alloc_exact_nid_raw(mb, size, align, 0, 0, (int)rng_below(rng, 3));
		break;
	default:
		memblock_alloc_try_nid(mb, size, align, base, 0, (int)rng_below(rng, 3) - 1);
		break;
	}
}

/*
 * 2,000 random calls print a log, with two nodes and arrays that double. Expect
 * the replay of it to be equal in every point.
 */
static void test_bootreplay_of_a_log_that_memblock_wrote(void **state)
{
	struct bootreplay_result res;
	struct mb_fixture f;
	struct rng rng;
	u64 seed = 20;
	int i;

	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&rng, seed);
	mb_setup(&f);
	memblock_add_node(&f.mb, 16 * MiB, 24 * MiB, 0, MEMBLOCK_NONE);
	memblock_add_node(&f.mb, 44 * MiB, 20 * MiB, 1, MEMBLOCK_NONE);
	memblock_allow_resize(&f.mb);
	f.mb.debug = true;
	memblock_set_caller(&f.mb, "someone");
	memblock_dump_all(&f.mb);
	for (i = 0; i < 2000; i++)
		random_call(&f.mb, &rng);
	memblock_dump_all(&f.mb);
	assert_int_equal(replay(text_str(&f.log), &res, NULL), 0);
	assert_true(res.allocs > 1000);
	assert_int_equal(res.equal, res.allocs);
	assert_true(res.doublings >= 2);
	assert_int_equal(res.doublings_equal, res.doublings);
	assert_int_equal(res.dumps_equal, 2);
	mb_teardown(&f);
}

/* --- bad input ------------------------------------------------------------------------ */

static void test_bootreplay_says_what_is_missing(void **state)
{
	static const char nothing[] = T "Linux version 6.12\n";
	static const char no_memory[] = T "memblock_reserve: [0x1000-0x1fff] a+0x1/0x2\n";
	struct mm_error err = { 0 };

	assert_int_equal(bootreplay_text(nothing, sizeof(nothing) - 1, NULL, NULL, NULL, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "memblock=debug"));
	err = (struct mm_error){ 0 };
	assert_int_equal(bootreplay_text(no_memory, sizeof(no_memory) - 1, NULL, NULL, NULL, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "what memory there is"));
	err = (struct mm_error){ 0 };
	assert_int_equal(bootreplay_file("/nonexistent/log", NULL, NULL, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "/nonexistent/log"));
	assert_int_equal(bootreplay_text("", 0, NULL, NULL, NULL, NULL, NULL), -EINVAL);
}

/* Expect no crash, and lines that make no sense counted. */
static void test_bootreplay_survives_senseless_lines(void **state)
{
	static const char *const lines[] = {
		"memblock_reserve: [0x-]\n", "memblock_reserve: [0x10\n", "memblock_reserve:  \n",
		"memblock_reserve: [0xffffffffffffffff-0x0] a\n", "memblock_reserve: [0x2000-0x1000] swapped\n",
		"memblock_add: [0x123456789abcdef01-0x2] too long\n", "memblock_phys_free: [-1--5]\n",
		"memblock_alloc_try_nid: -1 bytes align=0x40\n",
		"memblock_alloc_try_nid: 18446744073709551615 bytes align=0x8000000000000000 "
		"nid=-1 from=0x0 max_addr=0x0 x\n",
		"memblock_alloc_try_nid: 64 bytes align=0x3 nid=0 from=0x0 max_addr=0x0 x\n",
		"memblock_alloc_try_nid: 0 bytes align=0x0 nid=2147483647 from=0xffffffffffffffff max_addr=0x1 x\n",
		"memblock_add_node: [0x0-0xffff] nid=99999999999 flags=zz\n",
		"memblock: reserved is doubled to 99999999999 at [0x0-0x1]\n",
		"memblock: memory is doubled to 2 at [0x0-0x1]\n",
		"MEMBLOCK configuration:\n", " memory[0x0]\t[0x5-0x1], 0x0 bytes on node -7 flags: 0xffffffff\n",
		" reserved[0x0]\t[0x9000-0x1fff], on node 4096\n", " reserved[\n",
		"NODE_DATA(-1) allocated [mem 0x5-0x4]\n",
		"cma: Reserved x MiB at\n", "cma: Reserved 1 MiB at 0x0 on node 3\n", "  node 0: [mem 0xff-0x0]\n",
		"low ram: 0 - zz\n", "NR_CPUS=99999999999999999999\n", "SLUB: \n", "Zone ranges:\n", "  DMA  [mem 0x1\n",
	};
	struct text log = TEXT_INIT;
	struct bootreplay_result res;
	struct rng rng;
	int i;

	rng_seed(&rng, 7);
	for (i = 0; i < 300; i++) {
		int n = (int)rng_below(&rng, 40);

		text_clear(&log);
		text_puts(&log, i & 1 ? DUMP : "");
		while (n--)
			text_puts(&log, lines[rng_below(&rng, ARRAY_SIZE(lines))]);
		text_puts(&log, i & 2 ? DUMP : "");
		bootreplay_text(text_str(&log), log.len, NULL, NULL, NULL, &res, NULL);
	}
	text_cleanup(&log);
}

/* A log cut at any byte, or with any byte changed, is still only a log. */
static void test_bootreplay_survives_cut_and_damaged_logs(void **state)
{
	size_t len = sizeof(told_log) - 1, i;
	char *copy = malloc(len);
	struct rng rng;

	assert_non_null(copy);
	rng_seed(&rng, 11);
	for (i = 0; i < len; i += 3)
		bootreplay_text(told_log, i, NULL, NULL, NULL, NULL, NULL);
	for (i = 0; i < 1000; i++) {
		memcpy(copy, told_log, len);
		copy[rng_below(&rng, len)] = (char)rng_below(&rng, 256);
		copy[rng_below(&rng, len)] = (char)rng_below(&rng, 256);
		bootreplay_text(copy, len, NULL, NULL, NULL, NULL, NULL);
	}
	free(copy);
}

/* --- the captures ------------------------------------------------------------------------ */

static void replay_capture(const char *root)
{
	struct bootreplay_result res;
	struct mm_error err = { 0 };
	struct text out = TEXT_INIT;
	int ret = bootreplay_file(root, &out, &res, &err);

	if (ret)
		print_message("%s: %s\n%s", root, err.msg, text_str(&out));
	assert_int_equal(ret, 0);
	assert_true(res.allocs > 20);
	assert_int_equal(res.equal, res.allocs);
	assert_int_equal(res.untold, 0);
	assert_int_equal(res.dumps_equal, res.dumps);
	assert_int_not_equal(res.reserved_equal, 0);
	assert_int_not_equal(res.memory_equal, 0);
	text_cleanup(&out);
}

/* Expect every allocation of every captured boot on the kernel's address, and equal lists at the end. */
static void test_bootreplay_is_equal_on_every_capture(void **state)
{
	const char *shared = getenv("MMVIEW_SHARED");
	char pattern[512];
	glob_t g;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%s/kernel/*/*/root/var/log/dmesg", shared ? shared : "../shared");
	if (glob(pattern, 0, NULL, &g) == GLOB_NOMATCH) {
		print_message("no captures at %s: set MMVIEW_SHARED\n", pattern);
		skip();
	}
	for (i = 0; i < g.gl_pathc; i++)
		replay_capture(g.gl_pathv[i]);
	globfree(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bootlog_calls_pair_requests_with_answers),
		cmocka_unit_test(test_bootreplay_lands_where_the_kernel_did),
		cmocka_unit_test(test_bootreplay_adopts_the_answer_after_a_difference),
		cmocka_unit_test(test_bootreplay_failed_allocation_is_an_answer),
		cmocka_unit_test(test_bootreplay_forgets_a_request_cut_from_its_answer),
		cmocka_unit_test(test_bootreplay_silent_reservations_are_deduced),
		cmocka_unit_test(test_bootreplay_nomap_of_the_next_dump_is_avoided),
		cmocka_unit_test(test_bootreplay_movable_node_goes_bottom_up_until_nodes_are_read),
		cmocka_unit_test(test_bootreplay_compares_with_debugfs),
		cmocka_unit_test(test_bootreplay_of_a_log_that_memblock_wrote),
		cmocka_unit_test(test_bootreplay_says_what_is_missing),
		cmocka_unit_test(test_bootreplay_survives_senseless_lines),
		cmocka_unit_test(test_bootreplay_survives_cut_and_damaged_logs),
		cmocka_unit_test(test_bootreplay_is_equal_on_every_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
