/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of reclaim beyond the page cache: the swap area, and objects of caches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/process.h"
#include "pages_fixture.h"

/* Expect anonymous lists not even to be looked at where there is no swap area. */
static void without_swap_anonymous_memory_is_not_scanned(void **state)
{
	struct machine *m = boot_string(tiny_ini);

	run(m, "proc spawn a");
	run(m, "proc touch a anon=8M");
	expect(m, "reclaim pages=500", "reclaimed 0 pages");
	assert_int_equal(event_of(m, EV_pgscan_anon), 0);
	expect(m, "show meminfo", "SwapTotal:             0 kB\nSwapFree:              0 kB\n");
	expect(m, "memreport", "0 pages in swap cache\nFree swap  = 0kB\nTotal swap = 0kB\n");
	machine_destroy(m);
}

/*
 * memory [ a a a a a a ]            [ a a a . . . ]
 * swap   [ . . . . ]      reclaim   [ a a a . ]
 */
static void reclaim_writes_anonymous_memory_to_swap(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	const struct process *p;
	u64 before = free_pages_of(m);

	run(m, "set swap=4M");
	run(m, "proc spawn a");
	run(m, "proc touch a anon=8M");
	p = m->sys->procs->first;
	run(m, "reclaim pages=600");
	must_verify(m);
	assert_true(process_swapped(&m->sys->mm, p) >= 600);
	assert_int_equal(event_of(m, EV_pswpout), process_swapped(&m->sys->mm, p));
	assert_int_equal(event_of(m, EV_pgsteal_anon), event_of(m, EV_pswpout));
	assert_int_equal(stat_of(m, NS_nr_anon_pages) + (s64)process_swapped(&m->sys->mm, p), 2048);
	/* Expect the area to fill, and the lists to be left alone then. */
	run(m, "reclaim pages=5000");
	expect(m, "show meminfo", "SwapTotal:          4096 kB\nSwapFree:              0 kB\n");
	expect(m, "reclaim pages=50", "reclaimed 0 pages");
	must_verify(m);
	must_fail(m, "set swap=1M", -EINVAL);
	/* Expect what is used again to come back, and its slots to be free. */
	expect(m, "proc use a", "1024 pages came back from swap");
	assert_int_equal(event_of(m, EV_pswpin), 1024);
	expect(m, "show meminfo", "SwapFree:           4096 kB\n");
	must_verify(m);
	run(m, "reclaim pages=100");
	run(m, "proc exit a");
	assert_int_equal(m->sys->mm.swap_used, 0);
	assert_int_equal(free_pages_of(m), before);
	must_verify(m);
	machine_destroy(m);
}

/* Expect more memory than there is to be touched without anybody being killed, as long as swap lasts. */
static void swap_keeps_the_oom_killer_away(void **state)
{
	struct machine *m = boot_string(tiny_ini);

	run(m, "set swap=64M");
	run(m, "proc spawn a");
	run(m, "proc touch a anon=80M");
	assert_int_equal(event_of(m, EV_oom_kill), 0);
	assert_true(event_of(m, EV_pswpout) > 4096);
	must_verify(m);
	must_fail(m, "proc touch a anon=80M", -ESRCH);
	assert_int_equal(event_of(m, EV_oom_kill), 1);
	assert_int_equal(m->sys->mm.swap_used, 0);
	must_verify(m);
	machine_destroy(m);
}

static void locked_and_pinned_pages_are_not_swapped(void **state)
{
	struct machine *m = boot_string(tiny_ini);

	run(m, "set swap=64M");
	run(m, "proc spawn a");
	run(m, "proc touch a anon=4M");
	run(m, "proc mlock a");
	run(m, "proc spawn b");
	run(m, "proc touch b anon=4M");
	run(m, "proc pin b");
	expect(m, "reclaim pages=2000", "reclaimed 0 pages");
	assert_int_equal(event_of(m, EV_pswpout), 0);
	must_verify(m);
	machine_destroy(m);
}

static void swapping_can_be_undone(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 before;

	run(m, "set swap=16M");
	run(m, "proc spawn a");
	run(m, "proc touch a anon=8M");
	before = machine_hash(m);
	run(m, "reclaim pages=600");
	assert_true(m->sys->mm.swap_used);
	run(m, "undo");
	assert_int_equal(m->sys->mm.swap_used, 0);
	assert_int_equal(machine_hash(m), before);
	must_verify(m);
	machine_destroy(m);
}

/* Expect churn with a swap area to keep every invariant and leave nothing behind. */
static void churn_with_swap_leaves_nothing_behind(void **state)
{
	struct machine *m = boot_string(two_node_ini);
	u64 before = free_pages_of(m);

	run(m, "set swap=32M");
	run(m, "run churn ops=30000 seed=9 fill=100 procs=8 verify=1000");
	assert_true(event_of(m, EV_pswpout) && event_of(m, EV_pswpin));
	run(m, "free all");
	assert_int_equal(m->sys->mm.swap_used, 0);
	assert_int_equal(free_pages_of(m), before);
	must_verify(m);
	machine_destroy(m);
}

/*
 * slabs  [ o o o o ][ o o n o ][ o o o o ]    n: named, in use
 * drop   [ freed   ][ . . n . ][ freed   ]
 */
static void objects_of_reclaimable_caches_are_given_up(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	s64 before, full;

	run(m, "cache create entries size=192 flags=RECLAIM_ACCOUNT|NO_MERGE");
	before = stat_of(m, NS_nr_slab_reclaimable);
	run(m, "cache alloc entries count=2000 unused=on");
	run(m, "cache alloc entries as=busy");
	run(m, "cache alloc entries count=2000 unused=on");
	full = stat_of(m, NS_nr_slab_reclaimable);
	assert_true(full - before > 150);
	/* Expect a little pressure to take the oldest, and dropping to take all but what is in use. */
	run(m, "reclaim pages=20");
	assert_true(event_of(m, EV_slabs_scanned) > 0);
	assert_true(stat_of(m, NS_nr_slab_reclaimable) <= full - 20);
	must_verify(m);
	run(m, "drop_caches 2");
	must_verify(m);
	expect(m, "cache show entries", " 1 used");
	/* Empty slabs that cpus and the node keep for the next allocation are few. */
	assert_true(stat_of(m, NS_nr_slab_reclaimable) - before <= 20);
	run(m, "kfree busy");
	must_verify(m);
	machine_destroy(m);
}

static void objects_of_other_caches_stay(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	s64 full;

	run(m, "cache create tasks size=192");
	run(m, "cache alloc tasks count=2000");
	full = stat_of(m, NS_nr_slab_unreclaimable);
	expect(m, "drop_caches", "0 pages of slab dropped");
	assert_int_equal(stat_of(m, NS_nr_slab_unreclaimable), full);
	must_fail(m, "drop_caches 4", -EINVAL);
	must_verify(m);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_swap_anonymous_memory_is_not_scanned),
		cmocka_unit_test(reclaim_writes_anonymous_memory_to_swap),
		cmocka_unit_test(swap_keeps_the_oom_killer_away),
		cmocka_unit_test(locked_and_pinned_pages_are_not_swapped),
		cmocka_unit_test(swapping_can_be_undone),
		cmocka_unit_test(churn_with_swap_leaves_nothing_behind),
		cmocka_unit_test(objects_of_reclaimable_caches_are_given_up),
		cmocka_unit_test(objects_of_other_caches_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
