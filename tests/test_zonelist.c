/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which order a request tries zones: distance, balance, cpus, memoryless nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "alloc/zonelist.h"
#include "boot_fixture.h"

/* @nr nodes of 256 MiB, the first one from 1 MiB on; node i has cpu i. */
static struct boot_fixture *row_of_nodes(int nr)
{
	struct boot_fixture *f = bf_new("x86_64", nr, "");

	for (int i = 0; i < nr; i++) {
		bf_node(f, i, i ? (u64)i * 256 * MiB : MiB, (u64)(i + 1) * 256 * MiB);
		bf_cpu(f, i, i);
	}
	return f;
}

static void expect_order(struct boot_fixture *f, int nid, const int *want, int nr)
{
	int got[64];

	assert_int_equal(node_fallback_order(&f->sys->mm, nid, got), nr);
	for (int i = 0; i < nr; i++)
		assert_int_equal(got[i], want[i]);
}

/* Zones of a node come from the highest down, then the next node's. */
static void test_fallback_list_goes_down_the_zones_then_to_the_next_node(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "kernelcore=4G");
	static const enum zone_type own[] = { ZONE_MOVABLE, ZONE_NORMAL, ZONE_DMA32, ZONE_DMA };
	const struct zonelist *l;

	bf_node(f, 0, MiB, 6 * GiB);
	bf_node(f, 1, 6 * GiB, 8 * GiB);
	bf_must_boot(f, BOOT_MEM_INIT);
	l = &f->sys->mm.node[0]->fallback;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		assert_int_equal(l->refs[i].zone->nid, 0);
		assert_int_equal(l->refs[i].zid, own[i]);
	}
	assert_int_equal(l->refs[4].zone->nid, 1);
	assert_int_equal(f->sys->mm.node[1]->nofallback.refs[0].zone->nid, 1);
	bf_free(f);
}

/*
 * A ring of four: neighbours 15, opposite 25. Expect both neighbours before the
 * opposite one, and the higher of two equal ones first where it lies above us.
 */
static void test_nearer_nodes_come_first(void **state)
{
	struct boot_fixture *f = row_of_nodes(4);
	static const int from0[] = { 0, 1, 3, 2 }, from2[] = { 2, 3, 1, 0 };

	for (int i = 0; i < 4; i++) {
		bf_distance(f, i, (i + 1) % 4, 15);
		bf_distance(f, i, (i + 3) % 4, 15);
		bf_distance(f, i, (i + 2) % 4, 25);
	}
	bf_must_boot(f, BOOT_MEM_INIT);
	expect_order(f, 0, from0, 4);
	expect_order(f, 2, from2, 4);
	bf_free(f);
}

/*
 * Three nodes at equal distance, as the kernel's capture with three nodes printed
 * them: whoever came first among equals is loaded and comes later elsewhere.
 */
static void test_equal_nodes_take_turns(void **state)
{
	struct boot_fixture *f = row_of_nodes(3);

	bf_must_boot(f, BOOT_MEM_INIT);
	bf_expect_log(f, "Fallback order for Node 0: 0 1 2 ");
	bf_expect_log(f, "Fallback order for Node 1: 1 2 0 ");
	bf_expect_log(f, "Fallback order for Node 2: 2 0 1 ");
	bf_free(f);
}

/* A memoryless node starts with the nearest node above it that has memory. */
static void test_memoryless_node_uses_its_neighbours(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 2, "");

	bf_node(f, 0, MiB, GiB);
	bf_node(f, 2, GiB, 2 * GiB);
	bf_cpu(f, 0, 0);
	bf_cpu(f, 1, 1);
	bf_must_boot(f, BOOT_MEM_INIT);
	bf_expect_log(f, "Fallback order for Node 0: 0 2 ");
	bf_expect_log(f, "Fallback order for Node 1: 2 0 ");
	bf_expect_log(f, "Fallback order for Node 2: 2 0 ");
	bf_expect_log(f, "Built 3 zonelists, mobility grouping on.  Total pages: 524032");
	bf_free(f);
}

/*
 * Once cpus are up, a node without cpus is preferred to an equally far one that
 * has some: node 1 has none.
 */
static void test_headless_node_is_preferred_after_boot(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 2, "");
	static const int before[] = { 2, 0, 1 }, after[] = { 2, 1, 0 };

	for (int i = 0; i < 3; i++)
		bf_node(f, i, i ? (u64)i * GiB : MiB, (u64)(i + 1) * GiB);
	bf_cpu(f, 0, 0);
	bf_cpu(f, 2, 1);
	bf_must_boot(f, BOOT_LATE);
	expect_order(f, 2, before, 3);
	build_all_zonelists(&f->sys->mm);
	expect_order(f, 2, after, 3);
	bf_free(f);
}

/* Less memory than one pageblock of each type: expect no grouping by mobility. */
static void test_tiny_machine_does_not_group_by_mobility(void **state)
{
	struct boot_fixture *f = bf_new("arm64", 1, "cma=0");

	bf_ram(f, GiB, GiB + 11 * MiB);
	bf_must_boot(f, BOOT_MEM_INIT);
	assert_false(f->sys->mm.vm.mobility);
	bf_expect_log(f, "Built 1 zonelists, mobility grouping off.  Total pages: 2816");
	bf_free(f);
}

static void test_gfp_zone_follows_the_modifiers(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, ""), *g = bf_new("i386", 1, "");

	bf_ram(f, MiB, GiB);
	bf_ram(g, MiB, GiB);
	bf_must_boot(f, BOOT_FIRMWARE);
	bf_must_boot(g, BOOT_FIRMWARE);
	assert_int_equal(gfp_zone(&f->sys->mm, GFP_KERNEL), ZONE_NORMAL);
	assert_int_equal(gfp_zone(&f->sys->mm, GFP_DMA), ZONE_DMA);
	assert_int_equal(gfp_zone(&f->sys->mm, GFP_DMA32), ZONE_DMA32);
	assert_int_equal(gfp_zone(&f->sys->mm, GFP_HIGHUSER), ZONE_NORMAL);
	assert_int_equal(gfp_zone(&f->sys->mm, GFP_HIGHUSER_MOVABLE), ZONE_MOVABLE);
	assert_int_equal(gfp_zone(&f->sys->mm, __GFP_MOVABLE), ZONE_NORMAL);
	assert_int_equal(gfp_zone(&g->sys->mm, GFP_DMA32), ZONE_NORMAL);
	assert_int_equal(gfp_zone(&g->sys->mm, GFP_HIGHUSER), ZONE_HIGHMEM);
	bf_free(f);
	bf_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fallback_list_goes_down_the_zones_then_to_the_next_node),
		cmocka_unit_test(test_nearer_nodes_come_first),
		cmocka_unit_test(test_equal_nodes_take_turns),
		cmocka_unit_test(test_memoryless_node_uses_its_neighbours),
		cmocka_unit_test(test_headless_node_is_preferred_after_boot),
		cmocka_unit_test(test_tiny_machine_does_not_group_by_mobility),
		cmocka_unit_test(test_gfp_zone_follows_the_modifiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
