/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zone sizing: where zones begin and end on each node, what they lack, and where
 * ZONE_MOVABLE begins. Drawings run from low to high addresses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "alloc/node.h"
#include "boot_fixture.h"

static void expect_zone(struct boot_fixture *f, int nid, enum zone_type zid, pfn_t start, u64 spanned, u64 present)
{
	struct zone *z = bf_zone(f, nid, zid);

	if (z->zone_start_pfn != start || z->spanned_pages != spanned || z->present_pages != present)
		print_error("node %d zone %s: start 0x%llx spanned %llu present %llu\n", nid, z->name,
			    (unsigned long long)z->zone_start_pfn, (unsigned long long)z->spanned_pages,
			    (unsigned long long)z->present_pages);
	assert_true(z->zone_start_pfn == start);
	assert_true(z->spanned_pages == spanned);
	assert_true(z->present_pages == present);
}

/*
 *   0   640K  1M              3G          4G          6G
 *   [RAM )    [--- RAM -------)           [--- RAM ---)
 *   |DMA 16M |        DMA32               |  Normal   |
 *
 * Expect the first 16 MiB to be DMA without page 0 and the BIOS hole, the hole
 * below 4 GiB to be absent from DMA32 and spanned by it.
 */
static void test_pc_with_a_hole_below_4g_has_three_zones(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 2, "");

	bf_ram(f, 0, 0x9fc00);
	bf_ram(f, MiB, 3 * GiB);
	bf_ram(f, 4 * GiB, 6 * GiB);
	bf_must_boot(f, BOOT_ZONES);
	expect_zone(f, 0, ZONE_DMA, 1, 4095, 4095 - 97);
	expect_zone(f, 0, ZONE_DMA32, 4096, 0x100000 - 4096, 0xc0000 - 4096);
	expect_zone(f, 0, ZONE_NORMAL, 0x100000, 0x80000, 0x80000);
	bf_expect_log(f, "  DMA      [mem 0x0000000000001000-0x0000000000ffffff]");
	bf_expect_log(f, "  DMA32    [mem 0x0000000001000000-0x00000000ffffffff]");
	bf_expect_log(f, "  Normal   [mem 0x0000000100000000-0x000000017fffffff]");
	bf_expect_log(f, "  Device   empty");
	bf_expect_log(f, "On node 0, zone DMA: 97 pages in unavailable ranges");
	bf_free(f);
}

/* RAM that ends 128 KiB before a section does. Expect the 32 frames behind it to be told. */
static void test_frames_of_a_section_without_ram_are_unavailable(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "");

	bf_ram(f, MiB, 0x7ffe0000);
	bf_must_boot(f, BOOT_ZONES);
	bf_expect_log(f, "On node 0, zone DMA32: 32 pages in unavailable ranges");
	bf_expect_log(f, "On node 0, zone DMA: 256 pages in unavailable ranges");
	bf_free(f);
}

/* A hole of whole sections has no struct pages. Expect nothing to be told of it. */
static void test_absent_sections_are_not_unavailable(void **state)
{
	struct boot_fixture *f = bf_new("arm64", 1, "");

	bf_ram(f, GiB, GiB + 128 * MiB);
	bf_ram(f, 2 * GiB, 2 * GiB + 128 * MiB);
	bf_must_boot(f, BOOT_ZONES);
	assert_int_equal(bf_log_count(f, "On node 0"), 0);
	expect_zone(f, 0, ZONE_DMA, GiB >> 12, (GiB + 128 * MiB) >> 12, 256 * MiB >> 12);
	bf_free(f);
}

/* arm64: all of the low 4 GiB is DMA; dma_limit leaves the rest of it to DMA32. */
static void test_arm64_dma_zone_covers_4g_unless_devices_reach_less(void **state)
{
	struct boot_fixture *f = bf_new("arm64", 1, "");

	bf_ram(f, 0, 6 * GiB);
	bf_must_boot(f, BOOT_ZONES);
	expect_zone(f, 0, ZONE_DMA, 0, 0x100000, 0x100000);
	expect_zone(f, 0, ZONE_NORMAL, 0x100000, 0x80000, 0x80000);
	bf_free(f);

	f = bf_new("arm64", 1, "");
	f->desc->arch.dma_limit = GiB;
	bf_ram(f, 0, 6 * GiB);
	bf_must_boot(f, BOOT_ZONES);
	expect_zone(f, 0, ZONE_DMA, 0, 0x40000, 0x40000);
	expect_zone(f, 0, ZONE_DMA32, 0x40000, 0xc0000, 0xc0000);
	bf_free(f);
}

static struct boot_fixture *article(const char *cmdline)
{
	struct boot_fixture *f = bf_new("arm64", 2, cmdline);

	bf_node(f, 0, 0x40000000, 0x50000000);
	bf_node(f, 1, 0x50000000, 0x60000000);
	bf_cpu(f, 0, 0);
	bf_cpu(f, 1, 1);
	return f;
}

/*
 * kernelcore=256M on two nodes of 256 MiB: half of each is for everything.
 *
 *   node 0 [ DMA | Movable ]  node 1 [ DMA | Movable ]
 *   0x40000000   0x48000000   0x50000000   0x58000000
 */
static void test_kernelcore_is_spread_evenly_over_nodes(void **state)
{
	struct boot_fixture *f = article("kernelcore=256M");

	bf_must_boot(f, BOOT_ZONES);
	expect_zone(f, 0, ZONE_DMA, 0x40000, 0x8000, 0x8000);
	expect_zone(f, 0, ZONE_MOVABLE, 0x48000, 0x8000, 0x8000);
	expect_zone(f, 1, ZONE_DMA, 0x50000, 0x8000, 0x8000);
	expect_zone(f, 1, ZONE_MOVABLE, 0x58000, 0x8000, 0x8000);
	bf_expect_log(f, "  Node 0: 0x0000000048000000");
	bf_expect_log(f, "  Node 1: 0x0000000058000000");
	bf_free(f);
}

/* The same from the other end, and in percent. */
static void test_movablecore_and_percent_say_the_same(void **state)
{
	static const char *const same[] = { "movablecore=256M", "kernelcore=50%", "movablecore=50%",
					    "kernelcore=1M movablecore=256M" };

	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		struct boot_fixture *f = article(same[i]);

		bf_must_boot(f, BOOT_ZONES);
		expect_zone(f, 0, ZONE_MOVABLE, 0x48000, 0x8000, 0x8000);
		expect_zone(f, 1, ZONE_MOVABLE, 0x58000, 0x8000, 0x8000);
		bf_free(f);
	}
}

/* As much as there is, or more: expect no Movable zone. */
static void test_kernelcore_of_everything_leaves_no_movable(void **state)
{
	static const char *const all[] = { "kernelcore=512M", "kernelcore=4G", "kernelcore=0", "" };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct boot_fixture *f = article(all[i]);

		bf_must_boot(f, BOOT_ZONES);
		expect_zone(f, 0, ZONE_DMA, 0x40000, 0x10000, 0x10000);
		expect_zone(f, 0, ZONE_MOVABLE, 0, 0, 0);
		bf_free(f);
	}
}

/*
 * Node 0 has 64 MiB, node 1 has 1 GiB, kernelcore=512M: node 0 cannot give its
 * half, so node 1 gives the rest.
 */
static void test_kernelcore_asks_the_others_for_what_a_small_node_lacks(void **state)
{
	struct boot_fixture *f = bf_new("arm64", 1, "kernelcore=512M");

	bf_node(f, 0, 0x40000000, 0x44000000);
	bf_node(f, 1, 0x80000000, 0xc0000000);
	bf_must_boot(f, BOOT_ZONES);
	expect_zone(f, 0, ZONE_DMA, 0x40000, 0x4000, 0x4000);
	expect_zone(f, 0, ZONE_MOVABLE, 0, 0, 0);
	expect_zone(f, 1, ZONE_DMA, 0x80000, 448 * MiB >> 12, 448 * MiB >> 12);
	expect_zone(f, 1, ZONE_MOVABLE, 0x80000 + (448 * MiB >> 12), 576 * MiB >> 12, 576 * MiB >> 12);
	bf_free(f);
}

/*
 * movable_node: a hot-pluggable node is Movable, unless the kernel lies in it.
 *
 *   node 0 (kernel) | node 1 hotplug -> Movable | node 2
 */
static void test_movable_node_makes_hotpluggable_nodes_movable(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "movable_node kernelcore=16M");

	bf_node(f, 0, MiB, GiB);
	bf_hotplug_node(f, 1, GiB, 2 * GiB);
	bf_node(f, 2, 2 * GiB, 3 * GiB);
	bf_reserve(f, 16 * MiB, 48 * MiB, RESV_KERNEL_CODE, 0, NULL);
	bf_must_boot(f, BOOT_ZONES);
	expect_zone(f, 1, ZONE_MOVABLE, 0x40000, 0x40000, 0x40000);
	expect_zone(f, 1, ZONE_DMA32, 0, 0, 0);
	expect_zone(f, 2, ZONE_MOVABLE, 0, 0, 0);
	bf_free(f);

	f = bf_new("x86_64", 1, "movable_node");
	bf_hotplug_node(f, 0, MiB, GiB);
	bf_reserve(f, 16 * MiB, 48 * MiB, RESV_KERNEL_CODE, 0, NULL);
	bf_must_boot(f, BOOT_ZONES);
	expect_zone(f, 0, ZONE_MOVABLE, 0, 0, 0);
	bf_free(f);
}

/*
 * kernelcore=mirror: what is mirrored is Normal, what is not is Movable, and both
 * zones span the same frames.
 */
static void test_mirrored_memory_is_normal_the_rest_movable(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "kernelcore=mirror");

	assert_int_equal(desc_add_fw(f->desc, MiB, 4 * GiB, FW_RAM, FW_MIRROR, NULL, 0), 0);
	assert_int_equal(desc_add_fw(f->desc, 4 * GiB, 5 * GiB, FW_RAM, FW_MIRROR, NULL, 0), 0);
	bf_ram(f, 5 * GiB, 8 * GiB);
	bf_must_boot(f, BOOT_LATE);
	expect_zone(f, 0, ZONE_NORMAL, 0x100000, 0x100000, 0x40000);
	expect_zone(f, 0, ZONE_MOVABLE, 0x140000, 0xc0000, 0xc0000);
	bf_free(f);
}

/* A node with a cpu and no memory: possible and online, with nothing in its zones. */
static void test_memoryless_node_has_empty_zones(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 2, "");

	bf_node(f, 0, MiB, GiB);
	bf_node(f, 2, GiB, 2 * GiB);
	bf_cpu(f, 0, 0);
	bf_cpu(f, 1, 1);
	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "Initmem setup node 1 as memoryless");
	assert_true(f->sys->mm.node[1]->online);
	assert_false(node_has_memory(f->sys->mm.node[1]));
	assert_int_equal(nr_online_nodes(&f->sys->mm), 3);
	bf_free(f);
}

/*
 * i386: what the linear map reaches is low, the rest is HighMem; Movable is carved
 * out of HighMem.
 */
static void test_i386_highmem_begins_where_the_linear_map_ends(void **state)
{
	struct boot_fixture *f = bf_new("i386", 1, "");

	bf_ram(f, MiB, 0x7ffe0000);
	bf_must_boot(f, BOOT_LATE);
	expect_zone(f, 0, ZONE_NORMAL, 4096, 221182, 221182);
	expect_zone(f, 0, ZONE_HIGHMEM, 0x36ffe, 298978, 298978);
	bf_expect_log(f, "1167MB HIGHMEM available.");
	bf_expect_log(f, "879MB LOWMEM available.");
	bf_free(f);

	f = bf_new("i386", 1, "highmem=256M");
	bf_ram(f, MiB, 512 * MiB);
	bf_must_boot(f, BOOT_LATE);
	expect_zone(f, 0, ZONE_HIGHMEM, 256 * MiB >> 12, 256 * MiB >> 12, 256 * MiB >> 12);
	bf_free(f);
}

/*
 * Deferred struct pages: a node's last zone is set up for more than one section,
 * up to a section border. DMA32 begins at 16 MiB, inside section 0, so section 0
 * is not enough and section 1 completes it.
 */
static void test_deferred_init_begins_after_more_than_one_section(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "");

	bf_ram(f, MiB, 2 * GiB);
	bf_must_boot(f, BOOT_ZONES);
	assert_true(f->sys->first_deferred_pfn[0] == 2 * 0x8000);
	bf_free(f);

	f = bf_new("arm64", 1, "");
	bf_ram(f, GiB, 2 * GiB);
	bf_must_boot(f, BOOT_ZONES);
	assert_true(f->sys->first_deferred_pfn[0] == 0x40000 + 0x8000);
	bf_free(f);

	f = bf_new("i386", 1, "");
	bf_ram(f, MiB, GiB);
	bf_must_boot(f, BOOT_ZONES);
	assert_true(f->sys->first_deferred_pfn[0] == NO_PFN);
	bf_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pc_with_a_hole_below_4g_has_three_zones),
		cmocka_unit_test(test_frames_of_a_section_without_ram_are_unavailable),
		cmocka_unit_test(test_absent_sections_are_not_unavailable),
		cmocka_unit_test(test_arm64_dma_zone_covers_4g_unless_devices_reach_less),
		cmocka_unit_test(test_kernelcore_is_spread_evenly_over_nodes),
		cmocka_unit_test(test_movablecore_and_percent_say_the_same),
		cmocka_unit_test(test_kernelcore_of_everything_leaves_no_movable),
		cmocka_unit_test(test_kernelcore_asks_the_others_for_what_a_small_node_lacks),
		cmocka_unit_test(test_movable_node_makes_hotpluggable_nodes_movable),
		cmocka_unit_test(test_mirrored_memory_is_normal_the_rest_movable),
		cmocka_unit_test(test_memoryless_node_has_empty_zones),
		cmocka_unit_test(test_i386_highmem_begins_where_the_linear_map_ends),
		cmocka_unit_test(test_deferred_init_begins_after_more_than_one_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
