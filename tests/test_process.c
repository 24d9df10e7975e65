/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of processes: faults, page cache, huge pages, locking, pinning, exit, OOM. */
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

static void anonymous_memory_is_counted_and_given_back(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 before = free_pages_of(m);

	run(m, "proc spawn bash");
	/* Expect four pages of stack and one page table. */
	assert_int_equal(before - free_pages_of(m), 5);
	assert_int_equal(stat_of(m, NS_nr_kernel_stack), 16);
	run(m, "proc touch bash anon=4M");
	assert_int_equal(stat_of(m, NS_nr_anon_pages), 1024);
	assert_int_equal(stat_of(m, NS_nr_inactive_anon), 1024);
	assert_int_equal(stat_of(m, NS_nr_page_table_pages), 2);
	must_verify(m);
	run(m, "proc munmap bash anon=1M");
	assert_int_equal(stat_of(m, NS_nr_anon_pages), 768);
	run(m, "proc exit bash");
	assert_int_equal(stat_of(m, NS_nr_anon_pages), 0);
	assert_int_equal(stat_of(m, NS_nr_kernel_stack), 0);
	assert_int_equal(free_pages_of(m), before);
	must_verify(m);
	machine_destroy(m);
}

static void page_cache_outlives_the_process_and_is_reclaimed(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 before = free_pages_of(m);

	run(m, "proc spawn cc");
	run(m, "proc touch cc file=2M dirty=on");
	assert_int_equal(stat_of(m, NS_nr_file_pages), 512);
	assert_int_equal(stat_of(m, NS_nr_mapped), 512);
	assert_int_equal(stat_of(m, NS_nr_dirty), 512);
	run(m, "proc exit cc");
	assert_int_equal(stat_of(m, NS_nr_file_pages), 512);
	assert_int_equal(stat_of(m, NS_nr_mapped), 0);
	/* Expect the next process of that name to find its file in the cache. */
	run(m, "proc spawn cc");
	expect(m, "proc touch cc file=2M", "512 pages were in the page cache already");
	run(m, "proc exit cc");
	must_verify(m);
	run(m, "reclaim pages=512");
	run(m, "reclaim pages=512");
	must_verify(m);
	assert_int_equal(stat_of(m, NS_nr_file_pages), 0);
	assert_int_equal(stat_of(m, NS_nr_dirty), 0);
	assert_int_equal(free_pages_of(m), before);
	machine_destroy(m);
}

static void huge_pages_are_faulted_split_and_collapsed(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	struct mm *mm = &m->sys->mm;

	run(m, "proc spawn db");
	expect(m, "proc touch db anon=4M thp=on", "2 got a huge page");
	assert_int_equal(stat_of(m, NS_nr_anon_transparent_hugepages), 1024);
	assert_int_equal(mm->vm_event[EV_thp_fault_alloc], 2);
	/* Expect half a huge page unmapped to split it: the other half stays, in single pages. */
	run(m, "proc munmap db anon=1M");
	assert_int_equal(stat_of(m, NS_nr_anon_transparent_hugepages), 512);
	assert_int_equal(stat_of(m, NS_nr_anon_pages), 768);
	assert_int_equal(mm->vm_event[EV_thp_split_page], 1);
	must_verify(m);
	expect(m, "proc collapse db", "collapsed 0 huge pages");
	run(m, "proc touch db anon=1M");
	expect(m, "proc collapse db", "collapsed 1 huge pages");
	assert_int_equal(stat_of(m, NS_nr_anon_transparent_hugepages), 1024);
	must_verify(m);
	run(m, "proc exit db");
	must_verify(m);
	machine_destroy(m);
}

static void a_folio_of_a_process_can_be_split_on_its_list(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	char line[64];
	page_handle h;

	run(m, "proc spawn db");
	run(m, "proc touch db anon=2M thp=on");
	h = m->sys->procs->first->set[PS_ANON].h[0];
	snprintf(line, sizeof(line), "folio split 0x%llx order=4", (unsigned long long)page_to_pfn(&m->sys->map, h));
	run(m, line);
	assert_int_equal(m->sys->procs->first->set[PS_ANON].nr, 32);
	assert_int_equal(stat_of(m, NS_nr_anon_transparent_hugepages), 0);
	assert_int_equal(stat_of(m, NS_nr_inactive_anon), 512);
	must_verify(m);
	run(m, "proc exit db");
	must_verify(m);
	machine_destroy(m);
}

static void locked_pages_are_unevictable_and_pinned_pages_stay(void **state)
{
	struct machine *m = boot_string(two_node_ini);
	char line[64];
	pfn_t pfn;

	run(m, "proc spawn vm");
	run(m, "proc touch vm anon=1M");
	expect(m, "proc mlock vm", "256 pages locked");
	assert_int_equal(stat_of(m, NS_nr_unevictable), 256);
	assert_int_equal(stat_of(m, NS_nr_inactive_anon), 0);
	must_verify(m);
	run(m, "proc munlock vm");
	assert_int_equal(stat_of(m, NS_nr_unevictable), 0);
	expect(m, "proc pin vm anon=64K", "16 pages pinned");
	pfn = page_to_pfn(&m->sys->map, m->sys->procs->first->set[PS_ANON].h[0]);
	/* Expect compaction to leave a pinned page where it is. */
	run(m, "compact");
	assert_int_equal(page_to_pfn(&m->sys->map, m->sys->procs->first->set[PS_ANON].h[0]), pfn);
	snprintf(line, sizeof(line), "put 0x%llx", (unsigned long long)pfn);
	must_fail(m, line, -EBUSY);
	expect(m, "proc unpin vm", "16 pages unpinned");
	must_verify(m);
	run(m, "proc exit all");
	must_verify(m);
	machine_destroy(m);
}

static void a_reference_taken_elsewhere_keeps_the_page_after_exit(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 before = free_pages_of(m);
	char line[64];

	run(m, "proc spawn bash");
	run(m, "proc touch bash anon=16K");
	snprintf(line, sizeof(line), "get 0x%llx",
		 (unsigned long long)page_to_pfn(&m->sys->map, m->sys->procs->first->set[PS_ANON].h[2]));
	run(m, line);
	run(m, "proc exit bash");
	must_verify(m);
	assert_int_equal(before - free_pages_of(m), 1);
	memcpy(line, "put", 3);
	run(m, line);
	assert_int_equal(free_pages_of(m), before);
	must_verify(m);
	machine_destroy(m);
}

/* Expect page_owner's first line for pages in each of the places where it is kept: held, on an LRU list, moved. */
static void page_owner_knows_held_and_listed_pages(void **state)
{
	struct machine *m = boot_string(two_node_ini);
	const struct process *p;
	char line[64];

	run(m, "proc spawn db");
	run(m, "proc touch db anon=64K");
	p = m->sys->procs->first;
	snprintf(line, sizeof(line), "show page %llu", (unsigned long long)page_to_pfn(&m->sys->map, p->set[PS_TABLE].h[0]));
	expect(m, line, "Page allocated via order 0, mask 0x400dc0(GFP_KERNEL_ACCOUNT|__GFP_ZERO), pid 2, tgid 2 (db), ts ");
	snprintf(line, sizeof(line), "show page %llu", (unsigned long long)page_to_pfn(&m->sys->map, p->set[PS_ANON].h[7]));
	expect(m, line, "mask 0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), pid 2, tgid 2 (db), ts ");
	run(m, "proc pin db anon=64K longterm=on");
	snprintf(line, sizeof(line), "show page %llu", (unsigned long long)page_to_pfn(&m->sys->map, p->set[PS_ANON].h[7]));
	expect(m, line, "mask 0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), pid 2, tgid 2 (db), ts ");
	expect(m, line, "Page has been migrated, last migrate reason: longterm_pin");
	must_verify(m);
	machine_destroy(m);
}

static void the_largest_process_is_killed_when_memory_ends(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 before = free_pages_of(m);

	run(m, "proc spawn small");
	run(m, "proc touch small anon=1M");
	run(m, "proc spawn big");
	must_fail(m, "proc touch big anon=512M", -ESRCH);
	assert_int_equal(m->sys->mm.vm_event[EV_oom_kill], 1);
	assert_int_equal(m->sys->procs->nr, 1);
	must_verify(m);
	run(m, "proc exit all");
	must_verify(m);
	assert_int_equal(free_pages_of(m), before);
	machine_destroy(m);
}

/* One random command line. */
static void random_line(struct rng *r, char *line, size_t n)
{
	static const char *const name[] = { "a", "b", "c", "d" };
	const char *who = name[rng_below(r, 4)];
	unsigned kb = (unsigned)rng_below(r, 3000) + 4;

	switch (rng_below(r, 16)) {
	case 0: snprintf(line, n, "proc spawn %s", who); break;
	case 1: snprintf(line, n, "proc exit %s", who); break;
	case 2: snprintf(line, n, "proc touch %s anon=%uK thp=on", who, kb * 2); break;
	case 3: case 4: snprintf(line, n, "proc touch %s anon=%uK", who, kb); break;
	case 5: snprintf(line, n, "proc touch %s file=%uK dirty=%s", who, kb, kb & 1 ? "on" : "off"); break;
	case 6: case 7: snprintf(line, n, "proc munmap %s anon=%uK file=%s", who, kb, kb & 1 ? "on" : "off"); break;
	case 8: snprintf(line, n, "proc %s %s", kb & 1 ? "mlock" : "munlock", who); break;
	case 9: snprintf(line, n, "proc pin %s anon=%uK", who, kb / 8 + 4); break;
	case 10: snprintf(line, n, "proc unpin %s", who); break;
	case 11: snprintf(line, n, "proc use %s", who); break;
	case 12: snprintf(line, n, "proc collapse %s", who); break;
	case 13: snprintf(line, n, "compact"); break;
	case 14: snprintf(line, n, "reclaim pages=%u", kb); break;
	default: snprintf(line, n, "alloc order=%u count=%u", kb % 4, kb % 8 + 1); break;
	}
}

static void random_churn_leaves_nothing_behind(void **state)
{
	struct machine *m = boot_string(two_node_ini);
	u64 before = free_pages_of(m);

	random_session(m, 0x5eed, 1500, random_line);
	run(m, "proc exit all");
	run(m, "free all");
	for (int i = 0; i < 20; i++)
		run(m, "reclaim pages=100000");
	must_verify(m);
	assert_int_equal(stat_of(m, NS_nr_file_pages), 0);
	assert_int_equal(free_pages_of(m), before);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anonymous_memory_is_counted_and_given_back),
		cmocka_unit_test(page_cache_outlives_the_process_and_is_reclaimed),
		cmocka_unit_test(huge_pages_are_faulted_split_and_collapsed),
		cmocka_unit_test(a_folio_of_a_process_can_be_split_on_its_list),
		cmocka_unit_test(locked_pages_are_unevictable_and_pinned_pages_stay),
		cmocka_unit_test(a_reference_taken_elsewhere_keeps_the_page_after_exit),
		cmocka_unit_test(page_owner_knows_held_and_listed_pages),
		cmocka_unit_test(the_largest_process_is_killed_when_memory_ends),
		cmocka_unit_test(random_churn_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
