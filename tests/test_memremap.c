/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ZONE_DEVICE: device memory with struct pages; and DIMMs, virtio-mem, poisoned pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "alloc/lru.h"
#include "alloc/page_alloc.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "hotplug/dimm.h"
#include "hotplug/memory_failure.h"
#include "hotplug/memremap.h"
#include "hotplug_fixture.h"
#include "phys/summary.h"

#define PMEM 0x100000000ULL
#define PER 32768ULL

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

static struct zone *device_zone(struct hot_machine *m, int nid)
{
	return &m->sys->mm.node[nid]->zones[ZONE_DEVICE];
}

/*
 *   |info| memmap 4 MiB |  data ...   256 MiB
 * Expect the zone to span it, nothing of it to be present, managed or free, and
 * the buddy to give nothing.
 */
static void test_fsdax_with_altmap_costs_nothing(void **state)
{
	struct hot_machine *m = *state;
	u64 before = hot_free_pages(m, 0, ZONE_DMA32);
	const struct pagemap *p;
	struct page_view v;

	assert_int_equal(memremap_pages(m->sys, PMEM, 256 * MiB, 0, MEMORY_DEVICE_FS_DAX, true, NULL), 0);
	assert_int_equal(hot_free_pages(m, 0, ZONE_DMA32), before);
	assert_int_equal(device_zone(m, 0)->spanned_pages, 2 * PER);
	assert_int_equal(device_zone(m, 0)->present_pages, 0);
	assert_int_equal(device_zone(m, 0)->managed_pages, 0);
	p = pagemap_of(m->sys, PMEM >> 12);
	assert_non_null(p);
	assert_string_equal(p->name, "namespace0.0");
	assert_int_equal(p->reserve, 2);
	assert_int_equal(pagemap_pfn_first(p), (PMEM + 6 * MiB) >> 12);
	memmap_view(&m->sys->map, (PMEM >> 12) + 5000, &v);
	assert_true(v.device);
	assert_int_equal(summary_class_of(&v), SUM_DEVICE);
	hot_check(m);
}

/* Expect the memmap of 128 MiB to be one PMD-sized page of the node, given back at the end. */
static void test_devdax_without_altmap_takes_pages_of_the_node(void **state)
{
	struct hot_machine *m = *state;
	u64 before = hot_free_pages(m, 1, ZONE_DMA32);

	assert_int_equal(memremap_pages(m->sys, PMEM, 128 * MiB, 1, MEMORY_DEVICE_GENERIC, false, NULL), 0);
	drain_all_pages(&m->sys->mm, NULL); /* a per-cpu list may have taken a second one */
	assert_int_equal(before - hot_free_pages(m, 1, ZONE_DMA32), 512);
	hot_check(m);
	assert_int_equal(memunmap_pages(m->sys, PMEM, NULL), 0);
	assert_int_equal(memunmap_pages(m->sys, PMEM, NULL), -ENOENT);
	drain_all_pages(&m->sys->mm, NULL);
	assert_int_equal(hot_free_pages(m, 1, ZONE_DMA32), before);
	/* As in the kernel, the Device zone keeps its span. */
	assert_int_equal(device_zone(m, 1)->spanned_pages, PER);
	hot_check(m);
}

/* Expect each rule of pagemap_range() with its errno. */
static void test_device_refusals(void **state)
{
	struct hot_machine *m = *state;
	struct system *sys = m->sys;
	struct mm_error err = { 0, "" };

	assert_int_equal(memremap_pages(sys, PMEM + 4096, 2 * MiB, 0, MEMORY_DEVICE_FS_DAX, false, NULL),
			 -EINVAL);
	assert_int_equal(memremap_pages(sys, PMEM, 2 * MiB, 2, MEMORY_DEVICE_FS_DAX, false, NULL), -EINVAL);
	assert_int_equal(memremap_pages(sys, 1ULL << 60, 2 * MiB, 0, MEMORY_DEVICE_FS_DAX, false, NULL),
			 -EINVAL);
	assert_int_equal(memremap_pages(sys, 0x10000000, 2 * MiB, 0, MEMORY_DEVICE_FS_DAX, false, &err),
			 -ENXIO);
	assert_non_null(strstr(err.msg, "System RAM"));
	assert_int_equal(memremap_pages(sys, PMEM, 2 * MiB, 0, MEMORY_DEVICE_FS_DAX, true, NULL), -ENOSPC);
	assert_int_equal(memremap_pages(sys, PMEM, 4 * MiB, 0, MEMORY_DEVICE_FS_DAX, false, NULL), 0);
	assert_int_equal(memremap_pages(sys, PMEM + 2 * MiB, 4 * MiB, 0, MEMORY_DEVICE_GENERIC, false, NULL),
			 -ENOMEM);
	assert_int_equal(memremap_pages(sys, PMEM + 4 * MiB, 4 * MiB, 0, MEMORY_DEVICE_GENERIC, false, NULL),
			 0);
	assert_int_equal(add_memory(sys, 0, -1, PMEM, 128 * MiB, NULL, 0, NULL), -EEXIST);
	hot_check(m);
}

/* Expect a DIMM to come as one resource and one group, and a block that stays to bring all of it back. */
static void test_dimm_unplug_rolls_back(void **state)
{
	struct hot_machine *m = *state;
	struct desc_dimm dd = { .id = "d0", .start = PMEM, .size = 256 * MiB, .nid = 0 };
	struct dimm *d;
	char buf[96];
	page_handle h;

	assert_int_equal(dimm_describe(m->sys, &dd, NULL), 0);
	assert_int_equal(dimm_describe(m->sys, &dd, NULL), -EEXIST);
	d = dimm_find(m->sys, "d0");
	assert_int_equal(dimm_plug(m->sys, d, NULL), 0);
	assert_int_equal(dimm_plug(m->sys, d, NULL), -EEXIST);
	assert_int_equal(memory_block_store_state(m->sys, 32, MMOP_ONLINE_MOVABLE, NULL), 0);
	assert_int_equal(memory_block_store_state(m->sys, 33, MMOP_ONLINE_KERNEL, NULL), 0);
	h = alloc_pages(&m->sys->mm, GFP_KERNEL, 0, 0, 0);
	assert_int_equal(dimm_unplug(m->sys, d, NULL), -EBUSY);
	/* The second block stays in Normal; the first comes back with a plain online, next to it. */
	assert_string_equal(hot_block(m, 32, buf), "online Normal");
	hot_check(m);
	free_pages(&m->sys->mm, h, 0);
	assert_int_equal(dimm_unplug(m->sys, d, NULL), 0);
	assert_int_equal(memory_block_count(m->sys), 4);
	assert_int_equal(dimm_unplug(m->sys, d, NULL), -EINVAL);
	hot_check(m);
}

/*
 *   memory32 online Normal (told `online_movable`: refused) | memory33 online Normal, a kernel page
 * Expect the roll-back of the unplug to obey the refused word, and to have forgotten it the second time.
 */
static void test_dimm_roll_back_obeys_a_refused_word(void **state)
{
	struct hot_machine *m = *state;
	struct desc_dimm dd = { .id = "d0", .start = PMEM, .size = 256 * MiB, .nid = 0 };
	struct dimm *d;
	char buf[96];

	assert_int_equal(dimm_describe(m->sys, &dd, NULL), 0);
	d = dimm_find(m->sys, "d0");
	assert_int_equal(dimm_plug(m->sys, d, NULL), 0);
	assert_int_equal(memory_block_store_state(m->sys, 33, MMOP_ONLINE_KERNEL, NULL), 0);
	assert_int_not_equal(alloc_pages(&m->sys->mm, GFP_KERNEL, 0, 0, 0), NO_PAGE);
	assert_int_equal(memory_block_store_state(m->sys, 32, MMOP_ONLINE, NULL), 0);
	assert_string_equal(hot_block(m, 32, buf), "online Normal");
	assert_int_equal(memory_block_store_state(m->sys, 32, MMOP_ONLINE_MOVABLE, NULL), -EINVAL);
	assert_int_equal(dimm_unplug(m->sys, d, NULL), -EBUSY);
	assert_string_equal(hot_block(m, 32, buf), "online Movable");
	assert_int_equal(dimm_unplug(m->sys, d, NULL), -EBUSY);
	assert_string_equal(hot_block(m, 32, buf), "online Normal");
	hot_check(m);
}

/*
 *   160 MiB of a 512 MiB window: one whole block, a quarter of the next.
 * Expect present to count whole blocks, managed what is plugged.
 */
static void test_virtio_mem_grows_and_shrinks_in_subblocks(void **state)
{
	struct hot_machine *m = *state;
	struct desc_dimm dd = { .id = "v0", .start = PMEM, .size = 512 * MiB, .nid = 1, .virtio_mem = true };
	struct zone *z = &m->sys->mm.node[1]->zones[ZONE_NORMAL];
	struct dimm *d;

	assert_int_equal(hotplug_set(m->sys, "auto_online_blocks", "online", NULL), 0);
	assert_int_equal(dimm_describe(m->sys, &dd, NULL), 0);
	d = dimm_find(m->sys, "v0");
	assert_int_equal(virtio_mem_resize(m->sys, d, 160 * MiB, NULL), 0);
	assert_int_equal(z->present_pages, 2 * PER);
	assert_int_equal(z->managed_pages, PER + PER / 4);
	hot_check(m);
	assert_int_equal(virtio_mem_resize(m->sys, d, 200 * MiB, NULL), 0);
	assert_int_equal(z->managed_pages, 51200);
	hot_check(m);
	assert_int_equal(virtio_mem_resize(m->sys, d, 64 * MiB, NULL), 0);
	assert_int_equal(virtio_mem_plugged(d), 64 * MiB);
	assert_int_equal(z->managed_pages, PER / 2);
	hot_check(m);
	assert_int_equal(virtio_mem_resize(m->sys, d, 0, NULL), 0);
	assert_int_equal(z->spanned_pages, 0);
	assert_int_equal(memory_block_count(m->sys), 4);
	assert_int_equal(virtio_mem_resize(m->sys, d, 513 * MiB, NULL), -EINVAL);
	hot_check(m);
}

/* Expect virtio-mem to stop when 1 GiB of its memory is offline. */
static void test_virtio_mem_keeps_little_offline(void **state)
{
	struct hot_machine *m = *state;
	struct desc_dimm dd = { .id = "v0", .start = PMEM, .size = 2 * GiB, .nid = 0, .virtio_mem = true };

	assert_int_equal(dimm_describe(m->sys, &dd, NULL), 0);
	assert_int_equal(virtio_mem_resize(m->sys, dimm_find(m->sys, "v0"), 2 * GiB, NULL), -ENOSPC);
	assert_int_equal(virtio_mem_plugged(dimm_find(m->sys, "v0")), 1 * GiB);
	hot_check(m);
}

/* Expect a free page to leave the buddy for good, and its block never to come back online. */
static void test_poisoned_page_leaves_the_buddy(void **state)
{
	struct hot_machine *m = *state;
	pfn_t pfn = 32 * PER + 77;
	struct page_view v;
	u64 before;

	assert_int_equal(add_memory(m->sys, 0, -1, PMEM, 128 * MiB, NULL, 0, NULL), 0);
	assert_int_equal(soft_offline_page(m->sys, pfn, NULL), -EIO);
	memory_block_store_state(m->sys, 32, MMOP_ONLINE_MOVABLE, NULL);
	before = hot_free_pages(m, 0, ZONE_MOVABLE);
	assert_int_equal(memory_failure(m->sys, pfn, NULL), 0);
	memmap_view(&m->sys->map, pfn, &v);
	assert_int_equal(v.state, PAGE_POISON);
	assert_int_equal(before - hot_free_pages(m, 0, ZONE_MOVABLE), 1);
	assert_int_equal(memory_failure(m->sys, pfn, NULL), -EHWPOISON);
	assert_int_equal(soft_offline_page(m->sys, pfn, NULL), 0);
	hot_check(m);
	assert_int_equal(memory_block_store_state(m->sys, 32, MMOP_OFFLINE, NULL), 0);
	assert_int_equal(memory_block_store_state(m->sys, 32, MMOP_ONLINE, NULL), -EHWPOISON);
	hot_check(m);
	assert_int_equal(soft_offline_page(m->sys, 1ULL << 30, NULL), -ENXIO);
}

/* An LRU page of node 0 in ZONE_MOVABLE's block 32. */
static pfn_t lru_page(struct hot_machine *m, enum page_kind kind, u32 flags)
{
	struct mm *mm = &m->sys->mm;
	page_handle h = alloc_pages(mm, GFP_HIGHUSER_MOVABLE, 0, 0, owner_intern(mm, "user", "test", 1));

	page_stat_set(mm, h, kind, flags);
	lru_add(mm, h);
	return page_to_pfn(mm->map, h);
}

static enum page_state state_of(struct hot_machine *m, pfn_t pfn)
{
	struct page_view v;

	memmap_view(&m->sys->map, pfn, &v);
	return v.state;
}

/*
 * clean page cache: dropped; a user's page: soft moves it, hard takes it away; a kernel
 * page: neither. Expect the log to say so.
 */
static void test_soft_and_hard_offline_of_pages_in_use(void **state)
{
	struct hot_machine *m = *state;
	struct system *sys = m->sys;
	u64 moved = sys->mm.vm_event[EV_pgmigrate_success];
	pfn_t cache, user, user2, kernel;
	page_handle h;

	assert_int_equal(add_memory(sys, 0, -1, PMEM, 128 * MiB, NULL, 0, NULL), 0);
	memory_block_store_state(sys, 32, MMOP_ONLINE_MOVABLE, NULL);
	cache = lru_page(m, KIND_FILE, PGF_UPTODATE);
	user = lru_page(m, KIND_ANON, PGF_SWAPBACKED | PGF_DIRTY | PGF_MAPPED);
	user2 = lru_page(m, KIND_ANON, PGF_SWAPBACKED | PGF_DIRTY | PGF_MAPPED);
	h = alloc_pages(&sys->mm, GFP_KERNEL, 0, 0, 0);
	kernel = page_to_pfn(&sys->map, h);
	assert_int_equal(soft_offline_page(sys, cache, NULL), 0);
	assert_int_equal(state_of(m, cache), PAGE_POISON);
	assert_int_equal(soft_offline_page(sys, user, NULL), 0);
	assert_int_equal(state_of(m, user), PAGE_POISON);
	assert_int_equal(sys->mm.vm_event[EV_pgmigrate_success], moved + 1);
	assert_int_equal(memory_failure(sys, user2, NULL), 0);
	assert_int_equal(state_of(m, user2), PAGE_POISON);
	assert_int_equal(soft_offline_page(sys, kernel, NULL), -EIO);
	assert_int_equal(memory_failure(sys, kernel, NULL), -EBUSY);
	assert_int_equal(state_of(m, kernel), PAGE_ALLOC);
	assert_int_equal(sys->hotplug->num_poisoned_pages, 4);
	hot_check(m);
}

#define DEV_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEV_TEST(test_fsdax_with_altmap_costs_nothing),
		DEV_TEST(test_devdax_without_altmap_takes_pages_of_the_node),
		DEV_TEST(test_device_refusals),
		DEV_TEST(test_dimm_unplug_rolls_back),
		DEV_TEST(test_dimm_roll_back_obeys_a_refused_word),
		DEV_TEST(test_virtio_mem_grows_and_shrinks_in_subblocks),
		DEV_TEST(test_virtio_mem_keeps_little_offline),
		DEV_TEST(test_poisoned_page_leaves_the_buddy),
		DEV_TEST(test_soft_and_hard_offline_of_pages_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
