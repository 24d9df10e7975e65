/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Owner records: interned, counted, printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "alloc/page_owner.h"
#include "mm_fixture.h"

static struct mm_fixture *small(void)
{
	static const struct zone_spec s = { 0, ZONE_NORMAL, 0x100000, 0x108000, 0x100000, 0x108000 };

	return mm_fixture_new("x86_64", &s, 1, 1);
}

/* Expect equal words to be one record, and every other combination its own. */
static void test_owner_equal_records_share_a_number(void **state)
{
	struct mm_fixture *f = small();
	owner_id a = owner_intern(&f->mm, "shell", "alloc_pages < vma_alloc_folio", 7);

	assert_int_not_equal(a, 0);
	assert_int_equal(owner_intern(&f->mm, "shell", "alloc_pages < vma_alloc_folio", 7), a);
	assert_int_not_equal(owner_intern(&f->mm, "shell", "alloc_pages < vma_alloc_folio", 8), a);
	assert_int_not_equal(owner_intern(&f->mm, "shell", "alloc_pages", 7), a);
	assert_int_not_equal(owner_intern(&f->mm, NULL, NULL, 7), a);
	assert_int_equal(owner_count(&f->mm), 5);
	assert_null(owner_get(&f->mm, 0));
	assert_null(owner_get(&f->mm, 5));
	mm_fixture_free(f);
}

/* Expect thousands of records to be found again after the table grew. */
static void test_owner_table_grows(void **state)
{
	struct mm_fixture *f = small();
	char tag[32];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 3000; i++) {
			snprintf(tag, sizeof(tag), "process %d", i);
			assert_int_equal(owner_intern(&f->mm, tag, "alloc_pages", i % 10), i + 1);
		}
	assert_string_equal(owner_get(&f->mm, 1000)->tag, "process 999");
	mm_fixture_free(f);
}

/* Expect pages held and allocations made, by owner. */
static void test_owner_counts_pages(void **state)
{
	struct mm_fixture *f = small();
	owner_id id = owner_intern(&f->mm, "leak", "alloc_pages < leak", 1);
	page_handle a = alloc_pages(&f->mm, GFP_KERNEL, 3, 0, id), b = alloc_pages(&f->mm, GFP_KERNEL, 0, 0, id);

	assert_true(owner_get(&f->mm, id)->pages == 9 && owner_get(&f->mm, id)->allocs == 2);
	free_pages(&f->mm, a, 3);
	assert_true(owner_get(&f->mm, id)->pages == 1);
	free_pages(&f->mm, b, 0);
	assert_true(owner_get(&f->mm, id)->pages == 0 && owner_get(&f->mm, id)->allocs == 2);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* Expect the kernel's lines: order, mask, pid; PFN and types; one frame a line. */
static void test_owner_prints_as_page_owner(void **state)
{
	struct mm_fixture *f = small();
	owner_id id = owner_intern(&f->mm, "dd", "alloc_pages < filemap_alloc_folio < write", 42);
	page_handle h = alloc_pages(&f->mm, GFP_HIGHUSER_MOVABLE, 0, 0, id);
	struct text t = TEXT_INIT;

	page_owner_print(&f->mm, h, &t);
	assert_non_null(strstr(text_str(&t), "Page allocated via order 0, mask 0x100cca(GFP_HIGHUSER_MOVABLE), pid 42, tgid 42 (dd)"));
	assert_non_null(strstr(text_str(&t), "PFN 0x100000 type Movable Block 2048 type Movable"));
	assert_non_null(strstr(text_str(&t), "\n alloc_pages\n filemap_alloc_folio\n write\n"));
	text_cleanup(&t);
	mm_fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner_equal_records_share_a_number),
		cmocka_unit_test(test_owner_table_grows),
		cmocka_unit_test(test_owner_counts_pages),
		cmocka_unit_test(test_owner_prints_as_page_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
