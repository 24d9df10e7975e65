/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of references, compound pages and splitting, and that misuse changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/held.h"
#include "alloc/process.h"
#include "pages_fixture.h"

#define LL(v) ((unsigned long long)(v))

/* "@verb@pfn@rest" must be refused with @code, print @words, and change nothing. */
static void refused_pfn(struct machine *m, const char *verb, pfn_t pfn, const char *rest, int code, const char *words)
{
	char line[96];

	snprintf(line, sizeof(line), "%s0x%llx%s", verb, LL(pfn), rest);
	refused(m, line, code, words);
}

static void put_at_zero_is_refused_with_a_dump(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	pfn_t pfn;

	run(m, "alloc order=0 as=a");
	pfn = last_pfn(m);
	run(m, "free a");
	refused_pfn(m, "put ", pfn, "", -EUCLEAN, "page dumped because: VM_BUG_ON_PAGE(page_ref_count(page) == 0)");
	refused_pfn(m, "get ", pfn, "", -EUCLEAN, "page: refcount:0");
	machine_destroy(m);
}

static void a_double_free_is_refused(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	pfn_t pfn;

	run(m, "alloc order=2 as=a");
	pfn = last_pfn(m);
	run(m, "free a");
	refused_pfn(m, "free pfn=", pfn, "", -EINVAL, "free already");
	refused_pfn(m, "free pfn=", pfn, "", -EINVAL, "page dumped because: VM_BUG_ON_PAGE(page_ref_count(page) == 0)");
	machine_destroy(m);
}

/* Expect a block to be freed by its head, with the order it was allocated with. */
static void tails_and_wrong_orders_are_refused(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	pfn_t pfn;

	run(m, "folio alloc order=3 as=f");
	pfn = last_pfn(m);
	refused_pfn(m, "free pfn=", pfn + 1, "", -EINVAL, "VM_BUG_ON_PAGE(page_ref_count(page) == 0)");
	refused_pfn(m, "free pfn=", pfn, " order=2", -EINVAL, "VM_BUG_ON_PAGE(compound && compound_order(page) != order)");
	refused_pfn(m, "free pfn=", pfn, " order=2", -EINVAL, "page last allocated via order 3, migratetype Movable");
	run(m, "alloc order=2 as=a");
	refused_pfn(m, "free pfn=", last_pfn(m), " order=0", -EINVAL, "would not notice");
	refused_pfn(m, "split ", last_pfn(m) + 1, "", -EINVAL, "VM_BUG_ON_PAGE(!page_count(page))");
	run(m, "proc spawn p");
	run(m, "proc touch p anon=64K");
	refused_pfn(m, "free pfn=", page_to_pfn(&m->sys->map, m->sys->procs->first->set[PS_ANON].h[0]), "", -EINVAL,
		    "page dumped because: PAGE_FLAGS_CHECK_AT_FREE flag(s) set");
	refused_pfn(m, "free pfn=", page_to_pfn(&m->sys->map, m->sys->procs->first->set[PS_TABLE].h[0]), "", -EINVAL,
		    "page dumped because: nonzero mapcount");
	machine_destroy(m);
}

static void a_reserved_page_is_not_freed(void **state)
{
	struct machine *m = boot_string(tiny_ini);

	/* The kernel image lies there. */
	refused_pfn(m, "put ", 0x1000, "", -EINVAL, "reserved");
	refused_pfn(m, "free pfn=", 0x1000, "", -EINVAL, "PageReserved");
	refused_pfn(m, "put ", 0x1000, "", -EINVAL, "BUG: Bad page state in process mmview  pfn:01000\n");
	machine_destroy(m);
}

static void pages_of_a_plain_block_have_no_counts_of_their_own(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	pfn_t pfn;

	run(m, "alloc order=3 as=a");
	pfn = last_pfn(m);
	refused_pfn(m, "put ", pfn + 5, "", -EBUSY, "not compound");
	refused_pfn(m, "put ", pfn, "", -EBUSY, "split it first");
	refused_pfn(m, "split ", pfn + 1, "", -EINVAL, "inside a block");
	machine_destroy(m);
}

static void split_makes_single_pages_that_are_put_one_by_one(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	char line[64];
	pfn_t pfn;

	run(m, "alloc order=3 as=a");
	pfn = last_pfn(m);
	snprintf(line, sizeof(line), "split 0x%llx", LL(pfn));
	run(m, line);
	assert_int_equal(m->sim->held.nr, 8);
	for (int i = 0; i < 8; i++) {
		snprintf(line, sizeof(line), "put 0x%llx", LL(pfn + (pfn_t)i));
		run(m, line);
		must_verify(m);
	}
	assert_int_equal(m->sim->held.nr, 0);
	refused_pfn(m, "put ", pfn, "", -EUCLEAN, NULL);
	machine_destroy(m);
}

static void the_tail_of_a_folio_counts_for_its_head(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	struct page_view v;
	char line[64];
	pfn_t pfn;

	run(m, "folio alloc order=3 as=f");
	pfn = last_pfn(m);
	snprintf(line, sizeof(line), "get 0x%llx", LL(pfn + 5));
	run(m, line);
	memmap_view(&m->sys->map, pfn, &v);
	assert_int_equal(v.ref, 2);
	/* Expect the whole folio to be what is freed, never its tail. */
	refused_pfn(m, "free pfn=", pfn, "", -EINVAL, "somebody else holds a reference");
	refused_pfn(m, "free pfn=", pfn + 5, "", -EINVAL, "it is no head");
	refused_pfn(m, "split ", pfn, "", -EINVAL, "it is compound");
	machine_destroy(m);
}

static void a_folio_in_use_is_not_split(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	char line[64];
	pfn_t pfn;

	run(m, "folio alloc order=3 as=f");
	pfn = last_pfn(m);
	snprintf(line, sizeof(line), "get 0x%llx", LL(pfn));
	run(m, line);
	refused_pfn(m, "folio split ", pfn, " order=0", -EBUSY, "in use");
	memcpy(line, "put", 3);
	run(m, line);
	/* Expect an order that is not smaller to be refused. */
	refused_pfn(m, "folio split ", pfn, " order=3", -EINVAL, "give a smaller one");
	snprintf(line, sizeof(line), "folio split 0x%llx order=1", LL(pfn));
	run(m, line);
	assert_int_equal(m->sim->held.nr, 4);
	must_verify(m);
	run(m, "free all");
	must_verify(m);
	machine_destroy(m);
}

static void memory_of_processes_and_pools_is_freed_by_them_alone(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	const struct process *p;

	run(m, "proc spawn a");
	run(m, "proc touch a anon=2M thp=on");
	p = m->sys->procs->first;
	refused_pfn(m, "free pfn=", page_to_pfn(&m->sys->map, p->set[PS_TABLE].h[0]), "", -EINVAL, "the process");
	refused_pfn(m, "put ", page_to_pfn(&m->sys->map, p->set[PS_STACK].h[0]), "", -EBUSY, "the process");
	refused_pfn(m, "put ", page_to_pfn(&m->sys->map, p->set[PS_ANON].h[0]) + 3, "", -EBUSY, "the process");
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_at_zero_is_refused_with_a_dump),
		cmocka_unit_test(a_double_free_is_refused),
		cmocka_unit_test(tails_and_wrong_orders_are_refused),
		cmocka_unit_test(a_reserved_page_is_not_freed),
		cmocka_unit_test(pages_of_a_plain_block_have_no_counts_of_their_own),
		cmocka_unit_test(split_makes_single_pages_that_are_put_one_by_one),
		cmocka_unit_test(the_tail_of_a_folio_counts_for_its_head),
		cmocka_unit_test(a_folio_in_use_is_not_split),
		cmocka_unit_test(memory_of_processes_and_pools_is_freed_by_them_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
