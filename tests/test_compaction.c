/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compaction on a machine of 64 MiB: what moves, what stays, what is remembered.
 *
 *   before  | m . u m | . m . m | m . . m |      m: movable   u: not   .: free
 *   after   | . . u . | . . . . | m m m m |
 */
#include "sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alloc/compaction.h"
#include "alloc/extfrag.h"
#include "sim/machine.h"
#include "zone/pageblock.h"

/* Free every held page but each fourth of memory. */
static void thin_out(struct machine *m)
{
	struct held_set *set = &m->sim->held;

	for (u32 i = 0; i < set->nr;) {
		pfn_t pfn = page_to_pfn(&m->sys->map, set->h[i]);
		page_handle h;

		if (pfn % 4 == 0) {
			i++;
			continue;
		}
		h = held_remove(&m->sys->mm, set, i);
		free_pages(&m->sys->mm, h, 0);
	}
	drain_all_pages(&m->sys->mm, NULL);
}

/* A machine of which half was filled as @mops says, three quarters of that freed again. */
static struct machine *fragmented(const char *mops)
{
	struct machine *m = boot_string(tiny_ini);
	char line[128];

	snprintf(line, sizeof(line), "alloc count=8000 gfp=movable as=x mops=%s", mops);
	free(must(m, line));
	thin_out(m);
	return m;
}

static u64 held_sum(const struct machine *m)
{
	u64 sum = 0;

	for (u32 i = 0; i < m->sim->held.nr; i++)
		sum += page_to_pfn(&m->sys->map, m->sim->held.h[i]);
	return sum;
}

static struct zone *dma32(struct machine *m)
{
	return &m->sys->mm.node[0]->zones[ZONE_DMA32];
}

/* Expect: every page that could move did or is where the scanners met; huge blocks appear. */
static void test_compact_moves_what_is_movable(void **state)
{
	struct machine *m = fragmented("ok");
	int before = unusable_free_index(&m->sys->mm, dma32(m), 9);
	u64 sum = held_sum(m), nr = m->sim->held.nr;
	struct compact_report r;

	compact_zone_full(&m->sys->mm, dma32(m), &r);
	assert_true(r.nr_migrated > 500);
	assert_true(r.migrate_pfn >> 9 >= r.free_pfn >> 9);
	assert_int_equal(m->sim->held.nr, nr);
	assert_true(held_sum(m) > sum); /* towards the end of the zone */
	free(must(m, "drain"));
	assert_true(unusable_free_index(&m->sys->mm, dma32(m), 9) < before);
	must_verify(m);
	machine_destroy(m);
}

/* Expect: a migrate callback that answers EBUSY keeps every page where it is. */
static void test_compact_leaves_busy_pages(void **state)
{
	struct machine *m = fragmented("busy");
	u64 sum = held_sum(m);

	free(must(m, "compact"));
	assert_int_equal(held_sum(m), sum);
	must_verify(m);
	machine_destroy(m);
}

/* Expect: pages without a migrate callback are not even isolated. */
static void test_compact_passes_unmovable_pages(void **state)
{
	struct machine *m = fragmented("none");
	struct compact_report r;
	u64 sum = held_sum(m);

	compact_zone_full(&m->sys->mm, dma32(m), &r);
	assert_int_equal(r.nr_migrated, 0);
	assert_int_equal(held_sum(m), sum);
	must_verify(m);
	machine_destroy(m);
}

static void test_compact_can_be_undone(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	struct held_set *set = &m->sim->held;
	u64 hash, sum;

	free(must(m, "alloc count=400 gfp=movable as=x mops=ok"));
	for (u32 i = 0; i < set->nr;) {
		unsigned long long pfn = page_to_pfn(&m->sys->map, set->h[i]);
		char line[64];

		snprintf(line, sizeof(line), "free pfn=%#llx", pfn);
		if (pfn % 4 == 0)
			i++;
		else
			free(must(m, line));
	}
	free(must(m, "drain"));
	hash = machine_hash(m);
	sum = held_sum(m);
	free(must(m, "compact"));
	assert_true(held_sum(m) != sum);
	free(must(m, "undo"));
	assert_int_equal(held_sum(m), sum);
	assert_true(machine_hash(m) == hash);
	must_verify(m);
	machine_destroy(m);
}

/* Expect: a second run finds less to do (the free scanner's stride leaves holes to the first). */
static void test_a_second_run_moves_less(void **state)
{
	struct machine *m = fragmented("ok");
	struct compact_report first, second;

	compact_zone_full(&m->sys->mm, dma32(m), &first);
	compact_zone_full(&m->sys->mm, dma32(m), &second);
	assert_true(second.nr_migrated < first.nr_migrated / 2);
	must_verify(m);
	machine_destroy(m);
}

/* Proactive compaction starts above 100 - compaction_proactiveness + 10 and lowers the score. */
static void test_proactive_score(void **state)
{
	struct machine *m = fragmented("ok");
	struct node *n = m->sys->mm.node[0];
	unsigned before = fragmentation_score_node(&m->sys->mm, n);

	free(must(m, "set compaction_proactiveness=0"));
	assert_false(should_proactive_compact_node(&m->sys->mm, n));
	free(must(m, "set compaction_proactiveness=100"));
	assert_int_equal(should_proactive_compact_node(&m->sys->mm, n), before > 10);
	kcompactd_run(&m->sys->mm, n);
	assert_true(fragmentation_score_node(&m->sys->mm, n) <= before);
	must_verify(m);
	machine_destroy(m);
}

/* Expect: a success ends all deferral; a failed order is remembered no lower than it was. */
static void test_success_resets_deferral(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	struct zone *z = dma32(m);

	z->compact_considered = 3;
	z->compact_defer_shift = 4;
	z->compact_order_failed = 5;
	compaction_defer_reset(&m->sys->mm, z, 6, false);
	assert_int_equal(z->compact_order_failed, 7);
	assert_int_equal(z->compact_defer_shift, 4);
	compaction_defer_reset(&m->sys->mm, z, 6, true);
	assert_int_equal(z->compact_defer_shift, 0);
	assert_int_equal(z->compact_considered, 0);
	machine_destroy(m);
}

/* All of memory in use but scattered pages. Expect: an order-9 request is served by compaction. */
static void test_direct_compaction_serves_a_huge_page(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	struct mm *mm = &m->sys->mm;
	struct text out = TEXT_INIT;
	struct mm_error err = { 0, "" };
	page_handle h;
	u64 stall;

	machine_command(m, "alloc count=100000 gfp=GFP_HIGHUSER_MOVABLE|__GFP_MEMALLOC|__GFP_NORETRY|__GFP_NOWARN as=x mops=ok",
			&out, &err);
	text_cleanup(&out);
	thin_out(m);
	stall = mm->vm_event[EV_compact_stall];
	h = alloc_pages(mm, GFP_TRANSHUGE | __GFP_NORETRY, 9, 0, 0);
	assert_true(h != NO_PAGE);
	assert_true(mm->vm_event[EV_compact_stall] > stall);
	free_pages(mm, h, 9);
	must_verify(m);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compact_moves_what_is_movable),
		cmocka_unit_test(test_compact_leaves_busy_pages),
		cmocka_unit_test(test_compact_passes_unmovable_pages),
		cmocka_unit_test(test_compact_can_be_undone),
		cmocka_unit_test(test_a_second_run_moves_less),
		cmocka_unit_test(test_proactive_score),
		cmocka_unit_test(test_success_resets_deferral),
		cmocka_unit_test(test_direct_compaction_serves_a_huge_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
