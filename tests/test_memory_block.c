/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of memory blocks: stretches of like blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "hotplug_fixture.h"

#define PER 32768ULL

static int setup(void **state)
{
	*state = hot_boot_ini(hot_ini);
	return 0;
}

static int teardown(void **state)
{
	hot_free(*state);
	return 0;
}

static const struct block_range offline_attr = {
	.zone = BLOCK_NO_ZONE,
	.group = -1,
	.nid = 0,
	.state = BLOCK_OFFLINE,
};

/* Blocks 100 .. 1000099 as one stretch; expect it to cost one entry, and lookups to find all of it. */
static void test_a_million_blocks_are_one_stretch(void **state)
{
	struct system *sys = ((struct hot_machine *)*state)->sys;
	u32 before = sys->hotplug->nr_ranges;
	struct memory_block b;

	assert_int_equal(memory_block_create(sys, 100, 1000000, &offline_attr), 0);
	assert_int_equal(sys->hotplug->nr_ranges, before + 1);
	assert_int_equal(memory_block_count(sys), 4 + 1000000);
	assert_int_equal(memory_block_at(sys, 4 + 999999, &b), 0);
	assert_int_equal(b.nr, 1000099);
	assert_int_equal(b.start_pfn, 1000099 * PER);
	assert_int_equal(memory_block_at(sys, 4 + 1000000, &b), -ENOENT);
	assert_int_equal(memory_block_index_of(sys, 5000 * PER << 12), 4 + 4900);
}

/*
 *   [ offline ........ ]   ->   [ off ][on][ off ]   ->   [ offline ........ ]
 * Expect a changed block to cut its stretch, and the stretch to grow together again.
 */
static void test_stretches_are_cut_and_joined(void **state)
{
	struct system *sys = ((struct hot_machine *)*state)->sys;
	u32 before = sys->hotplug->nr_ranges;
	struct block_range other = offline_attr;
	struct memory_block b;

	other.altmap_pages = 512;
	memory_block_create(sys, 100, 1000, &offline_attr);
	memory_block_set(sys, 600, &other);
	assert_int_equal(sys->hotplug->nr_ranges, before + 3);
	memory_block_set(sys, 601, &other);
	assert_int_equal(sys->hotplug->nr_ranges, before + 3);
	assert_int_equal(memory_block_find(sys, 600, &b), 0);
	assert_int_equal(b.range.altmap_pages, 512);
	assert_int_equal(memory_block_find(sys, 602, &b), 0);
	assert_int_equal(b.range.altmap_pages, 0);
	assert_int_equal(memory_block_index_of(sys, 700 * PER << 12), 4 + 600);
	memory_block_set(sys, 600, &offline_attr);
	memory_block_set(sys, 601, &offline_attr);
	assert_int_equal(sys->hotplug->nr_ranges, before + 1);
	memory_block_set(sys, 100, &other);
	memory_block_set(sys, 1099, &other);
	assert_int_equal(sys->hotplug->nr_ranges, before + 3);
	assert_int_equal(memory_block_count(sys), 1004);
}

/* Expect neighbours to be created next to each other, overlaps to be refused, and holes to stay. */
static void test_create_refuses_overlap_and_delete_leaves_holes(void **state)
{
	struct system *sys = ((struct hot_machine *)*state)->sys;
	struct memory_block b;

	assert_int_equal(memory_block_create(sys, 100, 10, &offline_attr), 0);
	assert_int_equal(memory_block_create(sys, 109, 10, &offline_attr), -EEXIST);
	assert_int_equal(memory_block_create(sys, 95, 6, &offline_attr), -EEXIST);
	assert_int_equal(memory_block_create(sys, 95, 5, &offline_attr), 0);
	assert_int_equal(memory_block_create(sys, 110, 1, &offline_attr), 0);
	assert_int_equal(memory_block_count(sys), 4 + 16);
	memory_block_delete(sys, 99, 3);
	assert_int_equal(memory_block_find(sys, 98, &b), 0);
	assert_int_equal(memory_block_find(sys, 99, &b), -ENOENT);
	assert_int_equal(memory_block_find(sys, 101, &b), -ENOENT);
	assert_int_equal(memory_block_find(sys, 102, &b), 0);
	assert_int_equal(memory_block_count(sys), 4 + 13);
	assert_int_equal(memory_block_range_from(sys, 99)->first, 102);
	assert_null(memory_block_range_from(sys, 111));
}

/* Expect the words of sysfs, and nothing else. */
static void test_online_type_words(void **state)
{
	assert_int_equal(mhp_online_type_from_str("online_movable"), MMOP_ONLINE_MOVABLE);
	assert_int_equal(mhp_online_type_from_str("offline"), MMOP_OFFLINE);
	assert_int_equal(mhp_online_type_from_str("online_nowhere"), -EINVAL);
	assert_string_equal(mhp_online_type_name(MMOP_ONLINE_KERNEL), "online_kernel");
}

/*
 *   RAM end     64 GiB - 4 K   64 GiB       the override
 *   block size  128 MiB        2 GiB        256 MiB
 */
static void test_block_size_follows_the_kernels_rule(void **state)
{
	struct system *sys = ((struct hot_machine *)*state)->sys;

	sys->max_pfn = (64 * GiB >> 12) - 1;
	assert_int_equal(memory_block_size_bytes(sys), 128 * MiB);
	sys->max_pfn++;
	/* Found at boot, never again. */
	assert_int_equal(memory_block_size_bytes(sys), 128 * MiB);
	sys->max_pfn--;
	sys->hotplug = NULL;
	assert_int_equal(memory_block_size_bytes(sys), 128 * MiB);
	sys->max_pfn++;
	assert_int_equal(memory_block_size_bytes(sys), 2 * GiB);
	sys->arch.block_size = 256 * MiB;
	assert_int_equal(memory_block_size_bytes(sys), 256 * MiB);
	sys->arch.block_size = 0;
	sys->arch.id = ARCH_ARM64;
	assert_int_equal(memory_block_size_bytes(sys), 128 * MiB);
	sys->arch.flatmem = true;
	assert_int_equal(memory_block_size_bytes(sys), 0);
}

/*
 *   64 TiB, blocks of 2 GiB: 32768 of them. Expect a handful of stretches.
 */
static void test_a_big_machine_boots_with_few_stretches(void **state)
{
	struct hot_machine *m = hot_boot_ini("[machine]\nname = big\narch = x86_64\ncpus = 2\n"
					     "[firmware]\nram = 0x1000-0x9ffff\nram = 0x100000-0x7fffffff\n"
					     "ram = 0x100000000-0x3fffffffffff\n");

	assert_int_equal(m->sys->hotplug->block_size, 2 * GiB);
	assert_int_equal(memory_block_count(m->sys), 32768 - 1);
	assert_true(m->sys->hotplug->nr_ranges < 8);
	assert_int_equal(memory_block_index_of(m->sys, 0x3fffffffffff), 32768 - 2);
	hot_free(m);
}

#define BLOCK_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BLOCK_TEST(test_a_million_blocks_are_one_stretch),
		BLOCK_TEST(test_stretches_are_cut_and_joined),
		BLOCK_TEST(test_create_refuses_overlap_and_delete_leaves_holes),
		BLOCK_TEST(test_online_type_words),
		BLOCK_TEST(test_block_size_follows_the_kernels_rule),
		cmocka_unit_test(test_a_big_machine_boots_with_few_stretches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
