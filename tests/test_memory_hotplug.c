/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adding, onlining, offlining and removing memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/page_alloc.h"
#include "alloc/page_owner.h"
#include "hotplug_fixture.h"

#define BLOCK (128 * MiB)
#define PER 32768ULL /* pages of a block */
#define AT(n) ((phys_t)(n)*BLOCK)

static int setup(void **state)
{
	struct hot_machine *m = hot_boot_ini(hot_ini);

	drain_all_pages(&m->sys->mm, NULL); /* so that free pages can be counted */
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	hot_free(*state);
	return 0;
}

static void expect_block(struct hot_machine *m, u64 nr, const char *want)
{
	char buf[96];

	assert_string_equal(hot_block(m, nr, buf), want);
}

static void add(struct hot_machine *m, u64 nr, u64 blocks, int nid)
{
	struct mm_error err = { 0, "" };

	if (add_memory(m->sys, nid, -1, AT(nr), blocks * BLOCK, NULL, 0, &err))
		fail_msg("%s", err.msg);
}

static int store(struct hot_machine *m, u64 nr, enum mmop type)
{
	return memory_block_store_state(m->sys, nr, type, NULL);
}

static struct zone *zone(struct hot_machine *m, int nid, enum zone_type zid)
{
	return &m->sys->mm.node[nid]->zones[zid];
}

static bool log_has(const struct hot_machine *m, const char *text)
{
	for (u32 i = 0; i < m->sys->dmesg.nr; i++)
		if (strstr(m->sys->dmesg.line[i], text))
			return true;
	return false;
}

/*
 *   memory  0    1      2     3
 *          none DMA32  DMA32 DMA32
 * Expect block 0, which holds DMA and DMA32, to have no zone of its own.
 */
static void test_boot_blocks_know_their_zone(void **state)
{
	struct hot_machine *m = *state;

	assert_int_equal(memory_block_count(m->sys), 4);
	expect_block(m, 0, "online none");
	expect_block(m, 1, "online DMA32");
	expect_block(m, 3, "online DMA32");
	expect_block(m, 4, "-");
	assert_int_equal(memory_block_index_of(m->sys, AT(3) + 5), 3);
	assert_int_equal(memory_block_index_of(m->sys, AT(4)), -1);
	hot_check(m);
}

/* Expect an added block to be offline, to belong to no zone, and its memmap to cost 512 pages of the node. */
static void test_added_memory_is_offline_and_costs_a_memmap(void **state)
{
	struct hot_machine *m = *state;
	u64 before = hot_free_pages(m, 1, ZONE_DMA32);

	add(m, 32, 2, 1);
	expect_block(m, 32, "offline Normal Movable");
	expect_block(m, 33, "offline Normal Movable");
	assert_int_equal(zone(m, 1, ZONE_NORMAL)->spanned_pages, 0);
	drain_all_pages(&m->sys->mm, NULL);
	assert_int_equal(before - hot_free_pages(m, 1, ZONE_DMA32), 2 * 512);
	hot_check(m);
}

/* Expect the refusals of the kernel, with what is in the way. */
static void test_add_refusals(void **state)
{
	struct hot_machine *m = *state;
	struct mm_error err = { 0, "" };

	assert_int_equal(add_memory(m->sys, 0, -1, AT(32) + 4096, BLOCK, NULL, 0, &err), -EINVAL);
	assert_int_equal(add_memory(m->sys, 0, -1, AT(32), 0, NULL, 0, NULL), -E2BIG);
	assert_int_equal(add_memory(m->sys, 9, -1, AT(32), BLOCK, NULL, 0, NULL), -EINVAL);
	assert_int_equal(add_memory(m->sys, 0, 3, AT(32), BLOCK, NULL, 0, NULL), -EINVAL);
	assert_int_equal(add_memory(m->sys, 0, -1, 1ULL << 52, BLOCK, NULL, 0, NULL), -E2BIG);
	err.msg[0] = '\0';
	assert_int_equal(add_memory(m->sys, 0, -1, AT(2), BLOCK, NULL, 0, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "System RAM"));
	assert_int_equal(memory_block_count(m->sys), 4);
	hot_check(m);
}

/*
 *   32 33 34 35    kernel, plain, plain, movable
 * Expect plain online to stay with the zone it touches: the hole of Normal.
 */
static void test_online_chooses_zones_as_contig_zones_does(void **state)
{
	struct hot_machine *m = *state;

	add(m, 32, 4, 0);
	assert_int_equal(store(m, 35, MMOP_ONLINE_MOVABLE), 0);
	assert_int_equal(store(m, 32, MMOP_ONLINE_KERNEL), 0);
	assert_int_equal(store(m, 34, MMOP_ONLINE), 0);
	assert_int_equal(zone(m, 0, ZONE_NORMAL)->spanned_pages, 3 * PER);
	assert_int_equal(zone(m, 0, ZONE_NORMAL)->present_pages, 2 * PER);
	assert_int_equal(zone(m, 0, ZONE_NORMAL)->managed_pages, 2 * PER);
	assert_int_equal(zone(m, 0, ZONE_NORMAL)->zone_start_pfn, 32 * PER);
	assert_false(zone(m, 0, ZONE_NORMAL)->contiguous);
	assert_int_equal(zone(m, 0, ZONE_MOVABLE)->managed_pages, PER);
	expect_block(m, 33, "offline Normal Movable");
	assert_int_equal(store(m, 33, MMOP_ONLINE), 0);
	assert_true(zone(m, 0, ZONE_NORMAL)->contiguous);
	assert_int_equal(store(m, 33, MMOP_ONLINE), -EINVAL);
	assert_true(log_has(m, "Policy zone: Normal"));
	hot_check(m);
}

/* Expect pages of an onlined block at the tail of the Movable list, in address order. */
static void test_onlined_pages_are_free_in_largest_blocks(void **state)
{
	struct hot_machine *m = *state;

	add(m, 32, 1, 0);
	store(m, 32, MMOP_ONLINE_MOVABLE);
	assert_int_equal(hot_free_pages(m, 0, ZONE_MOVABLE), PER);
	assert_int_equal(zone(m, 0, ZONE_MOVABLE)->free_area[10].list[MIGRATE_MOVABLE].nr, PER >> 10);
	assert_true(zone(m, 0, ZONE_MOVABLE)->watermark[WMARK_MIN] > 0);
	hot_check(m);
}

/* Expect spans to shrink from both ends, and not in the middle. */
static void test_offline_shrinks_spans_at_the_ends_only(void **state)
{
	struct hot_machine *m = *state;

	add(m, 32, 4, 0);
	for (u64 nr = 32; nr < 36; nr++)
		assert_int_equal(store(m, nr, MMOP_ONLINE), 0);
	assert_int_equal(store(m, 33, MMOP_OFFLINE), 0);
	assert_int_equal(zone(m, 0, ZONE_NORMAL)->spanned_pages, 4 * PER);
	assert_int_equal(store(m, 32, MMOP_OFFLINE), 0);
	assert_int_equal(zone(m, 0, ZONE_NORMAL)->zone_start_pfn, 34 * PER);
	assert_int_equal(store(m, 35, MMOP_OFFLINE), 0);
	assert_int_equal(zone(m, 0, ZONE_NORMAL)->spanned_pages, PER);
	hot_check(m);
	assert_int_equal(store(m, 34, MMOP_OFFLINE), 0);
	assert_int_equal(zone(m, 0, ZONE_NORMAL)->spanned_pages, 0);
	assert_int_equal(zone(m, 0, ZONE_NORMAL)->managed_pages, 0);
	assert_null(zone(m, 0, ZONE_NORMAL)->pcp);
	assert_int_equal(store(m, 34, MMOP_OFFLINE), -EINVAL);
	assert_true(log_has(m, "Offlined Pages 32768"));
	hot_check(m);
}

/* Expect one kernel page to stop it, named in message and log, and everything as before. */
static void test_offline_unmovable_is_ebusy(void **state)
{
	struct hot_machine *m = *state;
	struct mm_error err = { 0, "" };
	struct zone *z;
	u64 free_before;
	page_handle h;

	add(m, 32, 2, 0);
	store(m, 32, MMOP_ONLINE_KERNEL);
	z = zone(m, 0, ZONE_NORMAL);
	h = alloc_pages(&m->sys->mm, GFP_KERNEL, 2, 0,
			owner_intern(&m->sys->mm, "culprit", "alloc_pages", 7));
	assert_true(zone_spans_pfn(z, page_to_pfn(&m->sys->map, h)));
	drain_all_pages(&m->sys->mm, z);
	free_before = hot_free_pages(m, 0, ZONE_NORMAL);
	assert_int_equal(memory_block_store_state(m->sys, 32, MMOP_OFFLINE, &err), -EBUSY);
	assert_non_null(strstr(err.msg, "culprit"));
	assert_true(log_has(m, "page dumped because: unmovable page"));
	assert_true(log_has(m, "failed due to failure to isolate range"));
	expect_block(m, 32, "online Normal");
	assert_int_equal(hot_free_pages(m, 0, ZONE_NORMAL), free_before);
	hot_check(m);
	free_pages(&m->sys->mm, h, 2);
	assert_int_equal(store(m, 32, MMOP_OFFLINE), 0);
	hot_check(m);
}

/* Expect the prediction to agree with the attempt, and to change nothing. */
static void test_removable_is_predicted(void **state)
{
	struct hot_machine *m = *state;
	struct memory_block b;
	char why[96] = "";
	pfn_t bad;

	add(m, 32, 1, 0);
	store(m, 32, MMOP_ONLINE);
	memory_block_find(m->sys, 32, &b);
	assert_true(memory_block_can_offline(m->sys, &b, why, sizeof(why), &bad));
	alloc_pages(&m->sys->mm, GFP_KERNEL, 0, 0, 0);
	assert_false(memory_block_can_offline(m->sys, &b, why, sizeof(why), &bad));
	assert_true(bad >= 32 * PER && bad < 33 * PER);
	assert_non_null(strstr(why, "unmovable"));
	memory_block_find(m->sys, 0, &b);
	assert_false(memory_block_can_offline(m->sys, &b, why, sizeof(why), NULL));
	hot_check(m);
}

/* Expect everything back after remove: free pages, resource, blocks, spans. */
static void test_remove_gives_everything_back(void **state)
{
	struct hot_machine *m = *state;
	u64 before = hot_free_pages(m, 1, ZONE_DMA32);

	add(m, 40, 2, 1);
	store(m, 40, MMOP_ONLINE_MOVABLE);
	assert_int_equal(remove_memory(m->sys, AT(40), 2 * BLOCK, NULL), -EBUSY);
	assert_int_equal(store(m, 40, MMOP_OFFLINE), 0);
	assert_int_equal(remove_memory(m->sys, AT(40), 2 * BLOCK, NULL), 0);
	expect_block(m, 40, "-");
	drain_all_pages(&m->sys->mm, NULL);
	/* Going offline has shrunk the slab caches, too. */
	assert_true(hot_free_pages(m, 1, ZONE_DMA32) >= before);
	assert_int_equal(m->sys->hotplug->nr_vmemmap, 0);
	assert_null(find_next_iomem_res(&m->sys->iomem, AT(40), AT(42) - 1, IORESOURCE_SYSTEM_RAM,
					IORES_DESC_NONE));
	assert_int_equal(remove_memory(m->sys, AT(40), BLOCK, NULL), -ENOENT);
	hot_check(m);
	add(m, 40, 1, 1);
	assert_int_equal(store(m, 40, MMOP_ONLINE), 0);
	hot_check(m);
}

/* Expect a node without memory to appear with its first block, and to go with its last one. */
static void test_node_comes_and_goes(void **state)
{
	struct hot_machine *m = *state;
	struct node *n = m->sys->mm.node[2];

	assert_false(n->online);
	add(m, 64, 2, 2);
	assert_true(n->online);
	assert_false(n->kswapd_running);
	assert_int_equal(store(m, 64, MMOP_ONLINE), 0);
	assert_true(n->kswapd_running && n->kcompactd_running);
	assert_int_equal(n->node_present_pages, PER);
	assert_true(n->fallback.nr > 1);
	assert_int_equal(store(m, 64, MMOP_OFFLINE), 0);
	assert_false(n->kswapd_running);
	assert_int_equal(n->node_spanned_pages, 0);
	hot_check(m);
	assert_int_equal(remove_memory(m->sys, AT(64), 2 * BLOCK, NULL), 0);
	assert_false(n->online);
	hot_check(m);
}

/* Expect auto-movable to stop where MOVABLE would pass the ratio of early kernel memory. */
static void test_auto_movable_keeps_the_ratio(void **state)
{
	struct hot_machine *m = *state;

	assert_int_equal(hotplug_set(m->sys, "online_policy", "auto-movable", NULL), 0);
	assert_int_equal(hotplug_set(m->sys, "auto_movable_ratio", "100", NULL), 0);
	assert_int_equal(hotplug_set(m->sys, "online_policy", "contig", NULL), -EINVAL);
	add(m, 32, 4, 0);
	expect_block(m, 32, "offline Movable Normal");
	assert_int_equal(store(m, 32, MMOP_ONLINE), 0);
	expect_block(m, 32, "online Movable");
	/* Node 0 has a bit less than two blocks of kernel memory: a second one is too much. */
	assert_int_equal(store(m, 33, MMOP_ONLINE), 0);
	expect_block(m, 33, "online Normal");
	hot_check(m);
}

/* Expect groups to count their blocks, and not to vanish while they have some. */
static void test_groups_count_blocks(void **state)
{
	struct hot_machine *m = *state;
	int g = memory_group_register_static(m->sys, 1, 2 * PER), d;

	assert_int_equal(g, 0);
	d = memory_group_register_dynamic(m->sys, 0, PER);
	assert_int_equal(d, 1);
	assert_int_equal(memory_group_register_dynamic(m->sys, 0, PER / 2), -EINVAL);
	assert_int_equal(memory_group_register_static(m->sys, 7, PER), -EINVAL);
	assert_int_equal(add_memory(m->sys, 0, g, AT(32), 2 * BLOCK, NULL, 0, NULL), 0);
	store(m, 33, MMOP_ONLINE_MOVABLE);
	assert_int_equal(memory_group_find(m->sys, g)->present_movable_pages, PER);
	assert_int_equal(memory_group_unregister(m->sys, g), -EBUSY);
	assert_int_equal(memory_group_unregister(m->sys, d), 0);
	assert_int_equal(memory_group_unregister(m->sys, d), -EINVAL);
	hot_check(m);
}

/* Expect blocks that went offline to come back with their kind of zone when another one stays. */
static void test_offline_and_remove_is_all_or_nothing(void **state)
{
	struct hot_machine *m = *state;
	page_handle h;

	add(m, 32, 2, 0);
	store(m, 32, MMOP_ONLINE_MOVABLE);
	store(m, 33, MMOP_ONLINE_KERNEL);
	h = alloc_pages(&m->sys->mm, GFP_KERNEL, 0, 0, 0);
	assert_int_equal(offline_and_remove_memory(m->sys, AT(32), 2 * BLOCK, NULL), -EBUSY);
	expect_block(m, 32, "online Movable");
	expect_block(m, 33, "online Normal");
	hot_check(m);
	free_pages(&m->sys->mm, h, 0);
	assert_int_equal(offline_and_remove_memory(m->sys, AT(32), 2 * BLOCK, NULL), 0);
	expect_block(m, 32, "-");
	hot_check(m);
}

/*
 *   memory32:  | 512 pages of its own memmap | 32256 pages for the buddy |
 * Expect the buddy to give nothing, present to count all, managed the rest; all of it goes again.
 */
static void test_memmap_on_memory_pays_for_itself(void **state)
{
	struct hot_machine *m = *state;
	u64 before = hot_free_pages(m, 0, ZONE_DMA32);
	struct memory_block b;

	m->sys->hotplug->memmap_mode = MEMMAP_ON_MEMORY_ENABLE;
	assert_int_equal(add_memory(m->sys, 0, -1, AT(32), 2 * BLOCK, NULL, MHP_MEMMAP_ON_MEMORY, NULL), 0);
	assert_int_equal(hot_free_pages(m, 0, ZONE_DMA32), before);
	memory_block_find(m->sys, 33, &b);
	assert_int_equal(b.range.altmap_pages, 512);
	assert_int_equal(store(m, 33, MMOP_ONLINE_MOVABLE), 0);
	assert_int_equal(store(m, 32, MMOP_ONLINE_MOVABLE), 0);
	assert_int_equal(zone(m, 0, ZONE_MOVABLE)->present_pages, 2 * PER);
	assert_int_equal(zone(m, 0, ZONE_MOVABLE)->managed_pages, 2 * (PER - 512));
	hot_check(m);
	assert_int_equal(store(m, 32, MMOP_OFFLINE), 0);
	assert_int_equal(zone(m, 0, ZONE_MOVABLE)->zone_start_pfn, 33 * PER);
	assert_int_equal(store(m, 33, MMOP_OFFLINE), 0);
	assert_int_equal(zone(m, 0, ZONE_MOVABLE)->spanned_pages, 0);
	hot_check(m);
	assert_int_equal(remove_memory(m->sys, AT(32), 2 * BLOCK, NULL), 0);
	hot_check(m);
}

/* Blocks of 256 MiB: two sections each. Expect both to come and go together. */
static void test_blocks_of_several_sections(void **state)
{
	static const char ini[] = "[machine]\nname = two\narch = x86_64\ncpus = 1\ncmdline = "
				  "memhp_default_state=online_movable\n"
				  "[arch]\nmemory_block_size = 256M\n"
				  "[firmware]\nram = 0x1000-0x9ffff\nram = 0x100000-0x27ffffff\n";
	struct hot_machine *m = hot_boot_ini(ini);
	struct mm_error err = { 0, "" };

	assert_int_equal(memory_block_count(m->sys), 3);
	expect_block(m, 2, "online DMA32");
	/* Only half of block 2 is there. */
	assert_int_equal(memory_block_store_state(m->sys, 2, MMOP_OFFLINE, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "memory holes"));
	assert_int_equal(add_memory(m->sys, 0, -1, 0x100000000, BLOCK, NULL, 0, NULL), -EINVAL);
	assert_int_equal(add_memory(m->sys, 0, -1, 0x100000000, 2 * BLOCK, NULL, 0, NULL), 0);
	expect_block(m, 16, "online Movable");
	assert_int_equal(zone(m, 0, ZONE_MOVABLE)->managed_pages, 2 * PER);
	assert_int_equal(m->sys->hotplug->nr_vmemmap, 2);
	hot_check(m);
	assert_int_equal(store(m, 16, MMOP_OFFLINE), 0);
	assert_int_equal(remove_memory(m->sys, 0x100000000, 2 * BLOCK, NULL), 0);
	hot_check(m);
	hot_free(m);
}

/* Boot memory on arm64 stays: first because of what the kernel has there, else because it is boot memory. */
static void test_arm64_boot_memory_stays(void **state)
{
	static const char ini[] = "[machine]\nname = a\narch = arm64\ncpus = 1\n"
				  "[firmware]\nram = 0x40000000-0x5fffffff\n"
				  "[reserve]\nkernel_code = 0x40200000-0x41ffffff\n";
	struct hot_machine *m = hot_boot_ini(ini);
	struct memory_block b;
	char why[96];

	assert_int_equal(store(m, 8, MMOP_OFFLINE), -EBUSY);
	assert_int_equal(store(m, 9, MMOP_OFFLINE), -EPERM);
	assert_true(log_has(m, "Boot memory [48000000 50000000] offlining attempted"));
	memory_block_find(m->sys, 9, &b);
	assert_false(memory_block_can_offline(m->sys, &b, why, sizeof(why), NULL));
	assert_non_null(strstr(why, "boot memory"));
	hot_check(m);
	hot_free(m);
}

#define HOT_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOT_TEST(test_boot_blocks_know_their_zone),
		HOT_TEST(test_added_memory_is_offline_and_costs_a_memmap),
		HOT_TEST(test_add_refusals),
		HOT_TEST(test_online_chooses_zones_as_contig_zones_does),
		HOT_TEST(test_onlined_pages_are_free_in_largest_blocks),
		HOT_TEST(test_offline_shrinks_spans_at_the_ends_only),
		HOT_TEST(test_offline_unmovable_is_ebusy),
		HOT_TEST(test_removable_is_predicted),
		HOT_TEST(test_remove_gives_everything_back),
		HOT_TEST(test_node_comes_and_goes),
		HOT_TEST(test_auto_movable_keeps_the_ratio),
		HOT_TEST(test_groups_count_blocks),
		HOT_TEST(test_offline_and_remove_is_all_or_nothing),
		HOT_TEST(test_memmap_on_memory_pays_for_itself),
		cmocka_unit_test(test_blocks_of_several_sections),
		cmocka_unit_test(test_arm64_boot_memory_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
