/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of hugetlb pools, CMA areas and allocations of given ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/cma.h"
#include "alloc/hugetlb.h"
#include "alloc/process.h"
#include "boot/pools.h"
#include "pages_fixture.h"

/* 512 MiB on arm64 with a CMA area of 32 MiB. */
static const char cma_ini[] = "[machine]\nname = cma\narch = arm64\ncpus = 2\ncmdline = cma=32M\n"
			      "[firmware]\nram = 0x40000000-0x5fffffff\n"
			      "[reserve]\nkernel_code = 0x40200000-0x40ffffff\n";
/* Two pages of 1 GiB and eight of 2 MiB from boot on. */
static const char huge_ini[] = "[machine]\nname = huge\narch = x86_64\ncpus = 2\n"
			       "cmdline = hugepagesz=1G hugepages=2 hugepagesz=2M hugepages=8\n"
			       "[firmware]\nram = 0x1000-0x9ffff\nram = 0x100000-0xbfffffff\nram = 0x100000000-0x1ffffffff\n"
			       "[reserve]\nkernel_code = 0x1000000-0x13fffff\n";

static void a_pool_grows_shrinks_and_serves_processes(void **state)
{
	struct machine *m = boot_string(two_node_ini);
	u64 before = free_pages_of(m);

	expect(m, "hugetlb set nr=8", "nr_hugepages 8 of 2048 KiB");
	assert_int_equal(event_of(m, EV_htlb_buddy_alloc_success), 8);
	assert_int_equal(before - free_pages_of(m), 8 * 512);
	expect(m, "show meminfo", "HugePages_Total:       8");
	run(m, "proc spawn db");
	run(m, "hugetlb alloc db count=6");
	must_verify(m);
	must_fail(m, "hugetlb alloc db count=3", -ENOMEM);
	expect(m, "hugetlb show", "total 8 free 2 surplus 0");
	/* Expect pages beyond the pool only when they are allowed, and only while they are in use. */
	run(m, "hugetlb set overcommit=1");
	run(m, "hugetlb alloc db count=3");
	expect(m, "hugetlb show", "total 9 free 0 surplus 1");
	/* Surplus is counted by node: a page that comes back on the other node stays in the pool. */
	run(m, "hugetlb free db count=9");
	expect(m, "hugetlb show", "total 8 free 8 surplus 0");
	run(m, "hugetlb alloc db count=8");
	must_verify(m);
	/* Expect pages in use to stay when the pool is emptied, as surplus. */
	expect(m, "hugetlb set nr=0", "nr_hugepages 8");
	run(m, "proc exit db");
	expect(m, "hugetlb show", "total 0 free 0 surplus 0");
	must_verify(m);
	run(m, "proc exit all");
	assert_int_equal(free_pages_of(m), before);
	machine_destroy(m);
}

/*
 * pool   [ . . . . ]   map 3   [ r r r . ]   fault 1   [ r r . ] U   munmap   [ . . . . ]
 */
static void mappings_reserve_and_faults_consume(void **state)
{
	struct machine *m = boot_string(two_node_ini);

	run(m, "hugetlb set nr=4");
	run(m, "proc spawn a");
	run(m, "proc spawn b");
	run(m, "hugetlb map a count=3");
	expect(m, "show meminfo", "HugePages_Free:        4\nHugePages_Rsvd:        3\n");
	/* Expect b to get the one page that is not promised, and no more. */
	must_fail(m, "hugetlb map b count=2", -ENOMEM);
	run(m, "hugetlb fault b");
	must_fail(m, "hugetlb fault b", -EFAULT);
	must_verify(m);
	run(m, "hugetlb fault a");
	expect(m, "show meminfo", "HugePages_Free:        2\nHugePages_Rsvd:        2\nHugePages_Surp:        0\n");
	/* Expect promised pages to stay, and the pool to give up only what is left. */
	expect(m, "hugetlb set nr=1", "nr_hugepages 4");
	expect(m, "show meminfo", "HugePages_Surp:        3\n");
	must_verify(m);
	/* Expect the touched page and both promises to go, and the surplus with them. */
	expect(m, "hugetlb free a count=9", "3 huge pages given back");
	expect(m, "show meminfo", "HugePages_Rsvd:        0\n");
	must_verify(m);
	run(m, "proc exit b");
	expect(m, "show meminfo", "HugePages_Total:       1\nHugePages_Free:        1\nHugePages_Rsvd:        0\n");
	/* Expect a mapping that is allowed surplus pages to take them when it is made. */
	run(m, "hugetlb set overcommit=2");
	run(m, "hugetlb map a count=3");
	expect(m, "show meminfo", "HugePages_Total:       3\nHugePages_Free:        3\nHugePages_Rsvd:        3\n"
				  "HugePages_Surp:        2\n");
	run(m, "proc exit a");
	expect(m, "hugetlb show", "total 1 free 1 surplus 0 reserved 0");
	must_verify(m);
	machine_destroy(m);
}

static void pages_of_a_node_come_from_that_node(void **state)
{
	struct machine *m = boot_string(two_node_ini);
	const struct hstate *h;

	run(m, "hugetlb set nr=3 node=1");
	h = &m->sys->hugetlb->h[m->sys->default_hstate];
	assert_int_equal(h->free.nr, 3);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(memmap_zone(&m->sys->map, h->free.h[i]) >> ZONE_NR_SHIFT, 1);
	machine_destroy(m);
}

static void gigantic_pages_of_boot_can_be_freed_and_made_again(void **state)
{
	struct machine *m = boot_string(huge_ini);
	u64 before = free_pages_of(m);

	expect(m, "hugetlb show", "hugepages-1048576kB: total 2 free 2");
	expect(m, "hugetlb show", "hugepages-2048kB: total 8 free 8");
	run(m, "hugetlb set nr=0 size=1G");
	must_verify(m);
	assert_int_equal(free_pages_of(m) - before, 2 * 262144);
	/* Expect movable pages in the way to be moved. */
	run(m, "proc spawn a");
	run(m, "proc touch a anon=64M");
	run(m, "alloc order=0 gfp=GFP_HIGHUSER_MOVABLE count=5000 as=movable");
	expect(m, "hugetlb set nr=2 size=1G", "nr_hugepages 2");
	must_verify(m);
	run(m, "hugetlb alloc a size=1G count=2");
	must_fail(m, "hugetlb alloc a size=1G", -ENOMEM);
	must_verify(m);
	run(m, "proc exit a");
	run(m, "free all");
	run(m, "hugetlb set nr=2 size=1G");
	assert_int_equal(free_pages_of(m), before);
	machine_destroy(m);
}

static void cma_moves_lent_pages_out(void **state)
{
	struct machine *m = boot_string(cma_ini);
	struct cma_table *t;
	u64 before, moved;
	char line[64];

	run(m, "cma show");
	t = system_cma(m->sys);
	assert_int_equal(t->nr, 1);
	assert_int_equal(t->area[0].pages, 8192);
	before = free_pages_of(m);
	/* Expect movable memory to be lent out of the area once half of the rest is used. */
	run(m, "proc spawn first");
	run(m, "proc touch first anon=40M");
	run(m, "proc spawn a");
	run(m, "proc touch a anon=410M");
	run(m, "proc exit first");
	moved = event_of(m, EV_pgmigrate_success);
	expect(m, "cma alloc size=24M", "6144 pages at pfn");
	assert_true(event_of(m, EV_pgmigrate_success) > moved);
	assert_int_equal(event_of(m, EV_cma_alloc_success), 1);
	must_verify(m);
	/* Expect a page of it to be refused to everybody else. */
	snprintf(line, sizeof(line), "free pfn=0x%llx", (unsigned long long)t->area[0].alloc[0].pfn);
	must_fail(m, line, -EINVAL);
	run(m, "cma free all");
	must_verify(m);
	run(m, "proc exit a");
	must_verify(m);
	assert_int_equal(free_pages_of(m), before);
	machine_destroy(m);
}

/* Fill until the area is lent out, pin, and ask for all of it. */
static void pinned_pages_make_cma_fail(void **state)
{
	struct machine *m = boot_string(cma_ini);

	run(m, "proc spawn a");
	run(m, "proc touch a anon=450M");
	run(m, "proc pin a");
	must_fail(m, "cma alloc size=32M", -EBUSY);
	assert_int_equal(event_of(m, EV_cma_alloc_fail), 1);
	must_verify(m);
	run(m, "proc unpin a");
	run(m, "proc munmap a anon=300M");
	run(m, "cma alloc size=32M");
	must_fail(m, "cma alloc size=4K", -ENOMEM);
	must_verify(m);
	machine_destroy(m);
}

static void long_term_pins_leave_cma_first(void **state)
{
	struct machine *m = boot_string(cma_ini);

	run(m, "proc spawn first");
	run(m, "proc touch first anon=60M");
	run(m, "proc spawn a");
	run(m, "proc touch a anon=390M");
	run(m, "proc exit first");
	/* Expect the pages that were lent from the area to be out of it before they are pinned. */
	expect(m, "proc pin a longterm=on", "pages moved out of ZONE_MOVABLE and CMA");
	must_verify(m);
	run(m, "cma alloc size=32M");
	must_verify(m);
	machine_destroy(m);
}

static void random_line(struct rng *r, char *line, size_t n)
{
	const char *who = rng_below(r, 2) ? "a" : "b";
	unsigned kb = (unsigned)rng_below(r, 40000) + 4;

	switch (rng_below(r, 14)) {
	case 0: snprintf(line, n, "proc spawn %s", who); break;
	case 1: snprintf(line, n, "proc exit %s", who); break;
	case 2: case 3: snprintf(line, n, "proc touch %s anon=%uK thp=%s", who, kb * 2, kb & 1 ? "on" : "off"); break;
	case 4: snprintf(line, n, "proc touch %s file=%uK", who, kb); break;
	case 5: snprintf(line, n, "proc munmap %s anon=%uK file=on", who, kb); break;
	case 6: snprintf(line, n, "hugetlb set nr=%u", kb % 40); break;
	case 7: snprintf(line, n, "hugetlb alloc %s count=%u", who, kb % 6 + 1); break;
	case 8: snprintf(line, n, "hugetlb free %s count=%u", who, kb % 6 + 1); break;
	case 9: snprintf(line, n, "hugetlb set overcommit=%u", kb % 8); break;
	case 10: case 11: snprintf(line, n, "cma alloc size=%uK", kb / 4 + 4); break;
	case 12: snprintf(line, n, kb & 1 ? "cma free all" : "compact"); break;
	default: snprintf(line, n, "proc %s %s anon=%s", kb & 1 ? "pin" : "unpin", who,
			  kb & 2 ? "64K longterm=on" : "64K"); break;
	}
}

static void random_pools_leave_nothing_behind(void **state)
{
	struct machine *m = boot_string(cma_ini);
	u64 before = free_pages_of(m);

	random_session(m, 0x900d, 400, random_line);
	run(m, "proc exit all");
	run(m, "hugetlb set nr=0");
	run(m, "cma free all");
	for (int i = 0; i < 30; i++)
		run(m, "reclaim pages=200000");
	must_verify(m);
	assert_int_equal(free_pages_of(m), before);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pool_grows_shrinks_and_serves_processes),
		cmocka_unit_test(mappings_reserve_and_faults_consume),
		cmocka_unit_test(pages_of_a_node_come_from_that_node),
		cmocka_unit_test(gigantic_pages_of_boot_can_be_freed_and_made_again),
		cmocka_unit_test(cma_moves_lent_pages_out),
		cmocka_unit_test(pinned_pages_make_cma_fail),
		cmocka_unit_test(long_term_pins_leave_cma_first),
		cmocka_unit_test(random_pools_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
