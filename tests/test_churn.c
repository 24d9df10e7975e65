/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two workloads that look for trouble, at a size for every day: nothing that
 * processes, pools and requests of every kind do breaks an invariant, and when
 * all has been given back, what was free at boot is free. `make check-long` runs
 * the same with millions of operations on machines of ini/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pages_fixture.h"

/* arm64 with a CMA area, two nodes and huge pages of 2 MiB. */
static const char cma_ini[] = "[machine]\nname = cma\narch = arm64\ncpus = 2\ncmdline = cma=32M hugepages=4\n"
			      "[firmware]\nram = 0x40000000-0x4bffffff\n"
			      "[reserve]\nkernel_code = 0x40200000-0x40ffffff\n"
			      "[node 0]\nmemory = 0x40000000-0x45ffffff\ncpus = 0\n"
			      "[node 1]\nmemory = 0x46000000-0x4bffffff\ncpus = 1\n";
/* A page of 1 GiB from boot on, and some of 2 MiB. */
static const char huge_ini[] = "[machine]\nname = huge\narch = x86_64\ncpus = 2\n"
			       "cmdline = hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=8\n"
			       "[firmware]\nram = 0x1000-0x9ffff\nram = 0x100000-0xbfffffff\n"
			       "[reserve]\nkernel_code = 0x1000000-0x13fffff\n";

/* What every zone has free, and what the counters of nodes say that churn moves. */
struct level {
	u64 free[MAX_NUMNODES][MAX_NR_ZONES];
	s64 stat[NR_VM_NODE_STAT_ITEMS];
};

static void take_level(struct machine *m, struct level *l)
{
	memset(l, 0, sizeof(*l));
	run(m, "drain");
	for_each_node(&m->sys->mm, n)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			l->free[n->nid][z] = (u64)zone_page_state_snapshot(&m->sys->mm, &n->zones[z], NR_FREE_PAGES);
	for (int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++)
		l->stat[i] = stat_of(m, (enum node_stat_item)i);
}

/* Counters that only ever grow. */
static bool is_event(int item)
{
	return (item >= NS_workingset_refault_anon && item <= NS_workingset_nodereclaim) ||
	       (item >= NS_nr_vmscan_write && item <= NS_nr_throttled_written) || item == NS_nr_foll_pin_acquired ||
	       item == NS_nr_foll_pin_released || item >= NS_pgpromote_success;
}

static void same_level(const struct level *a, const struct level *b)
{
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			if (a->free[nid][z] != b->free[nid][z])
				fail_msg("node %d zone %d: %llu pages free at boot, %llu now", nid, z,
					 (unsigned long long)a->free[nid][z], (unsigned long long)b->free[nid][z]);
	for (int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++)
		if (!is_event(i) && a->stat[i] != b->stat[i])
			fail_msg("%s was %lld, is %lld", node_stat_name((enum node_stat_item)i), (long long)a->stat[i],
				 (long long)b->stat[i]);
}

/* Free everything; expect the pages and counters of @before, which is freed with the machine. */
static void end_as_it_began(struct machine *m, struct level *before)
{
	struct level *after = malloc(sizeof(*after));

	run(m, "free all");
	must_verify(m);
	take_level(m, after);
	same_level(before, after);
	free(before);
	free(after);
	machine_destroy(m);
}

static void churn(const char *ini, const char *line)
{
	struct machine *m = boot_string(ini);
	struct level *before = malloc(sizeof(*before));

	take_level(m, before);
	run(m, line);
	must_verify(m);
	end_as_it_began(m, before);
}

static void churn_leaves_nothing_behind_on_a_small_machine(void **state)
{
	churn(tiny_ini, "run churn ops=30000 seed=1 procs=8 verify=2000");
	churn(tiny_ini, "run churn ops=30000 seed=2 fill=100 verify=2000");
}

static void churn_leaves_nothing_behind_with_a_movable_zone(void **state)
{
	churn(two_node_ini, "run churn ops=30000 seed=3 fill=100 touch=100 verify=2000");
}

static void churn_leaves_nothing_behind_with_cma(void **state)
{
	churn(cma_ini, "run churn ops=40000 seed=4 verify=4000");
	churn(cma_ini, "run churn ops=20000 seed=5 fill=100 pool=40 verify=4000");
}

static void churn_leaves_nothing_behind_with_gigantic_pages(void **state)
{
	churn(huge_ini, "run churn ops=40000 seed=6 verify=10000");
}

/* Expect the machine that went back and forth to be the one that went straight. */
static void churn_can_be_undone_and_done_again(void **state)
{
	struct machine *m = boot_string(cma_ini);
	u64 first, middle;

	run(m, "run churn ops=3000 seed=7");
	middle = machine_hash(m);
	run(m, "step 3000");
	first = machine_hash(m);
	run(m, "undo");
	assert_int_equal(machine_hash(m), middle);
	run(m, "redo");
	assert_int_equal(machine_hash(m), first);
	must_verify(m);
	machine_destroy(m);
}

static void requests_of_every_kind_keep_all_invariants(void **state)
{
	static const char *const ini[] = { tiny_ini, two_node_ini, cma_ini };

	for (size_t i = 0; i < ARRAY_SIZE(ini); i++) {
		struct machine *m = boot_string(ini[i]);
		struct level *before = malloc(sizeof(*before));

		take_level(m, before);
		run(m, "run requests ops=60000 seed=8 verify=2000");
		/* Expect the slow path to have been walked to its end. */
		assert_true(event_of(m, EV_allocstall_normal) + event_of(m, EV_allocstall_movable) +
			    event_of(m, EV_allocstall_dma));
		assert_true(event_of(m, EV_compact_stall) && event_of(m, EV_pgsteal_file));
		end_as_it_began(m, before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(churn_leaves_nothing_behind_on_a_small_machine),
		cmocka_unit_test(churn_leaves_nothing_behind_with_a_movable_zone),
		cmocka_unit_test(churn_leaves_nothing_behind_with_cma),
		cmocka_unit_test(churn_leaves_nothing_behind_with_gigantic_pages),
		cmocka_unit_test(churn_can_be_undone_and_done_again),
		cmocka_unit_test(requests_of_every_kind_keep_all_invariants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
