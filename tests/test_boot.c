/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot as a whole: stages, reservations, CMA, initrd, huge pages, what comes back
 * at the end; machines of all sizes, random ones included.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "alloc/node.h"
#include "alloc/page_alloc.h"
#include "base/rng.h"
#include "boot_fixture.h"
#include "io/config.h"

static struct boot_fixture *pc(const char *cmdline)
{
	struct boot_fixture *f = bf_new("x86_64", 2, cmdline);

	bf_ram(f, 0, 0x9fc00);
	bf_ram(f, MiB, GiB);
	return f;
}

/* --- stages ------------------------------------------------------------------ */

/* Stopped after every stage and booted on, expect the same machine as in one go. */
static void test_boot_in_steps_gives_the_same_machine(void **state)
{
	struct boot_fixture *a = pc("kernelcore=512M"), *b = pc("kernelcore=512M");

	for (int s = BOOT_FIRMWARE; s < NR_BOOT_STAGES; s++) {
		bf_must_boot(a, (enum boot_stage)s);
		assert_int_equal(a->sys->stage, s);
		assert_true(boot_stage_help((enum boot_stage)s)[0]);
	}
	bf_must_boot(b, BOOT_LATE);
	assert_int_equal(a->sys->dmesg.nr, b->sys->dmesg.nr);
	for (u32 i = 0; i < a->sys->dmesg.nr; i++)
		assert_string_equal(a->sys->dmesg.line[i], b->sys->dmesg.line[i]);
	assert_int_equal(mm_managed_pages(&a->sys->mm), mm_managed_pages(&b->sys->mm));
	bf_free(a);
	bf_free(b);
}

/* Booting to a stage that is over changes nothing. */
static void test_boot_to_an_earlier_stage_does_nothing(void **state)
{
	struct boot_fixture *f = pc("");
	u32 lines;

	bf_must_boot(f, BOOT_LATE);
	lines = f->sys->dmesg.nr;
	bf_must_boot(f, BOOT_NUMA);
	assert_int_equal(f->sys->stage, BOOT_LATE);
	assert_int_equal(f->sys->dmesg.nr, lines);
	bf_free(f);
}

static void test_machine_without_ram_says_so(void **state)
{
	static const char *const arch[] = { "x86_64", "arm64", "i386" };

	for (size_t i = 0; i < ARRAY_SIZE(arch); i++) {
		struct boot_fixture *f = bf_new(arch[i], 1, "");

		f->desc->boot_alloc_model = false;
		assert_int_equal(bf_boot(f, BOOT_LATE), -EINVAL);
		assert_non_null(strstr(f->err.msg, "RAM"));
		bf_free(f);
	}
}

/* The command line can take all RAM away; what happens then is an error, no crash. */
static void test_command_line_that_removes_all_ram_is_an_error(void **state)
{
	struct boot_fixture *f = pc("memmap=exactmap");

	f->desc->boot_alloc_model = false;
	assert_int_equal(bf_boot(f, BOOT_LATE), -EINVAL);
	bf_free(f);
}

static void test_node_numbers_beyond_the_kernel_are_refused(void **state)
{
	struct boot_fixture *f = bf_new("arm64", 1, "");

	bf_node(f, 0, GiB, 2 * GiB);
	bf_node(f, 40, 2 * GiB, 3 * GiB);
	assert_int_equal(bf_boot(f, BOOT_LATE), -E2BIG);
	assert_non_null(strstr(f->err.msg, "40"));
	bf_free(f);
}

/* --- reservations ------------------------------------------------------------- */

/*
 *   [ kernel | init ][ .... ][ initrd ]
 *
 * Expect managed to be what is not reserved; init code and initrd come back after
 * watermarks were set, so the watermark does not know them.
 */
static void test_init_memory_comes_back_after_watermarks(void **state)
{
	struct boot_fixture *f = pc(""), *g = pc("");
	struct zone *z, *w;

	f->desc->boot_alloc_model = false;
	g->desc->boot_alloc_model = false;
	bf_reserve(f, 16 * MiB, 32 * MiB, RESV_KERNEL_CODE, 0, NULL);
	bf_reserve(f, 32 * MiB, 48 * MiB, RESV_PLAIN, RESV_INIT, "unused kernel image (initmem)");
	bf_reserve(f, 512 * MiB, 768 * MiB, RESV_INITRD, RESV_INIT, NULL);
	bf_reserve(g, 16 * MiB, 48 * MiB, RESV_PLAIN, 0, NULL);
	bf_reserve(g, 512 * MiB, 768 * MiB, RESV_PLAIN, 0, NULL);
	bf_must_boot(f, BOOT_LATE);
	bf_must_boot(g, BOOT_LATE);
	z = bf_zone(f, 0, ZONE_DMA32);
	w = bf_zone(g, 0, ZONE_DMA32);
	assert_int_equal(z->managed_pages, (GiB - 16 * MiB - 16 * MiB) >> 12);
	assert_int_equal(z->watermark[WMARK_MIN], w->watermark[WMARK_MIN]);
	bf_expect_log(f, "Freeing initrd memory: 262144K");
	bf_expect_log(f, "Freeing unused kernel image (initmem) memory: 16384K");
	bf_free(f);
	bf_free(g);
}

/* The last page of an initrd that fills it in part: x86 frees it, arm64 keeps it. */
static void test_partial_last_page_of_an_initrd(void **state)
{
	struct boot_fixture *f = pc(""), *g = bf_new("arm64", 1, "");

	bf_reserve(f, 512 * MiB, 513 * MiB + 1, RESV_INITRD, RESV_INIT, NULL);
	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "Freeing initrd memory: 1028K");
	bf_free(f);

	bf_ram(g, GiB, 2 * GiB);
	bf_reserve(g, GiB + 512 * MiB, GiB + 513 * MiB + 1, RESV_INITRD, RESV_INIT, NULL);
	bf_must_boot(g, BOOT_LATE);
	bf_expect_log(g, "Freeing initrd memory: 1024K");
	bf_free(g);
}

/* An initrd in high memory of an i386: expect it below the end of the linear map. */
static void test_i386_initrd_moves_to_low_memory(void **state)
{
	struct boot_fixture *f = bf_new("i386", 1, "");

	f->desc->boot_alloc_model = false;
	bf_ram(f, MiB, 2 * GiB);
	bf_reserve(f, 2 * GiB - MiB, 2 * GiB, RESV_INITRD, RESV_INIT, NULL);
	bf_must_boot(f, BOOT_MEM_INIT);
	bf_expect_log(f, "Allocated new RAMDISK: [mem 0x36efe000-0x36ffdfff]");
	assert_true(f->sys->initrd.end <= f->sys->max_low_pfn << 12);
	/* The old place is free again. */
	assert_true(bf_zone(f, 0, ZONE_HIGHMEM)->managed_pages == bf_zone(f, 0, ZONE_HIGHMEM)->present_pages);
	bf_free(f);
}

/* A size without a place: memblock finds one at the top of what is free. */
static void test_reservation_without_a_place_is_allocated(void **state)
{
	struct boot_fixture *f = pc("");
	struct desc_resv r = { .kind = RESV_ALLOC, .size = 8 * MiB, .align = MiB, .nid = NO_NODE,
			       .label = "thing" };

	f->desc->boot_alloc_model = false;
	assert_int_equal(desc_add_resv(f->desc, &r), 0);
	bf_must_boot(f, BOOT_MEMBLOCK);
	assert_true(memblock_is_region_reserved(&f->sys->memblock, GiB - 8 * MiB, 8 * MiB));
	assert_string_equal(memblock_label_at(&f->sys->memblock, GiB - MiB), "thing");
	bf_free(f);
}

static void test_reservation_that_does_not_fit_is_an_error(void **state)
{
	struct boot_fixture *f = pc("");
	struct desc_resv r = { .kind = RESV_ALLOC, .size = 8 * GiB, .align = MiB, .nid = NO_NODE,
			       .label = "giant" };

	assert_int_equal(desc_add_resv(f->desc, &r), 0);
	assert_int_equal(bf_boot(f, BOOT_LATE), -ENOMEM);
	assert_non_null(strstr(f->err.msg, "giant"));
	bf_free(f);
}

/* --- CMA ------------------------------------------------------------------------ */

/*
 * Default: 64 MiB at the top of what all devices reach. cma=16M@1100M is taken as
 * a start to search from, cma=0 switches it off.
 */
static void test_cma_area_is_placed_and_becomes_free_memory(void **state)
{
	struct boot_fixture *f = bf_new("arm64", 1, "");
	struct zone *z;

	f->desc->boot_alloc_model = false;
	bf_ram(f, GiB, 2 * GiB);
	bf_must_boot(f, BOOT_LATE);
	z = bf_zone(f, 0, ZONE_DMA);
	bf_expect_log(f, "cma: Reserved 64 MiB at 0x000000007c000000 on node -1");
	assert_int_equal(z->cma_pages, 64 * MiB >> 12);
	assert_int_equal(z->managed_pages, GiB >> 12);
	assert_int_equal(get_pageblock_migratetype(&f->sys->mm, 0x7c000), MIGRATE_CMA);
	assert_int_equal(get_pageblock_migratetype(&f->sys->mm, 0x7be00), MIGRATE_MOVABLE);
	bf_free(f);

	f = bf_new("arm64", 1, "cma=0");
	bf_ram(f, GiB, 2 * GiB);
	bf_must_boot(f, BOOT_LATE);
	assert_int_equal(bf_log_count(f, "cma:"), 0);
	assert_int_equal(bf_zone(f, 0, ZONE_DMA)->cma_pages, 0);
	bf_free(f);
}

/* An area larger than memory: a line in the log, and the machine boots without. */
static void test_cma_that_does_not_fit_is_told(void **state)
{
	struct boot_fixture *f = bf_new("arm64", 1, "cma=4G");

	bf_ram(f, GiB, 2 * GiB);
	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "cma: Failed to reserve 4096 MiB on node -1");
	bf_free(f);
}

/* --- huge pages ------------------------------------------------------------------ */

static void test_huge_pages_are_spread_over_nodes(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "hugepages=64 hugepagesz=1G hugepages=1");
	u64 managed;

	bf_node(f, 0, MiB, 2 * GiB);
	bf_node(f, 1, 2 * GiB, 4 * GiB);
	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "HugeTLB: registered 2.00 MiB page size, pre-allocated 64 pages");
	bf_expect_log(f, "HugeTLB: registered 1.00 GiB page size, pre-allocated 1 pages");
	managed = bf_zone(f, 0, ZONE_DMA32)->managed_pages + bf_zone(f, 1, ZONE_DMA32)->managed_pages;
	assert_true(managed > 3900 * MiB >> 12); /* huge pages of every size count as managed */
	bf_free(f);
}

/*
 *   reserved  [page 0 ][ pages 1 ... of the huge page: not initialised by boot )
 * Expect the huge page to count as managed when the "Memory:" line is printed.
 */
static void test_gigantic_page_joins_memory_before_it_is_counted(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "hugepagesz=1G hugepages=1"), *g = bf_new("x86_64", 1, "");
	const struct memblock_region *r;
	u64 noinit = 0;

	bf_ram(f, MiB, 4 * GiB);
	bf_ram(g, MiB, 4 * GiB);
	bf_must_boot(f, BOOT_LATE);
	bf_must_boot(g, BOOT_LATE);
	for_each_reserved_mem_region(&f->sys->memblock, r)
		noinit += memblock_is_reserved_noinit(r) ? r->size : 0;
	assert_true(noinit == GiB - 4096);
	assert_true(wmark_pages(bf_zone(f, 0, ZONE_DMA32), WMARK_MIN) == wmark_pages(bf_zone(g, 0, ZONE_DMA32), WMARK_MIN));
	bf_free(f);
	bf_free(g);
}

/* Two nodes: the table of 4 MiB is one large page per node, the one of 2 MiB is not. */
static void test_tables_over_nodes_are_mapped_large_where_a_share_fills_a_page(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "");

	bf_node(f, 0, MiB, 2 * GiB);
	bf_node(f, 1, 2 * GiB, 3 * GiB);
	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "Dentry cache hash table entries: 524288 (order: 10, 4194304 bytes, vmalloc hugepage)");
	bf_expect_log(f, "Inode-cache hash table entries: 262144 (order: 9, 2097152 bytes, vmalloc)");
	bf_free(f);
}

static void test_too_many_huge_pages_leave_a_note(void **state)
{
	struct boot_fixture *f = pc("hugepages=100000");

	bf_must_boot(f, BOOT_LATE);
	assert_int_equal(bf_log_count(f, "HugeTLB: allocating 100000 of page size 2.00 MiB failed."), 1);
	bf_free(f);
}

/* --- the command line --------------------------------------------------------------- */

/* mem= cuts RAM; x86 says so with a user-defined map. */
static void test_mem_limits_ram(void **state)
{
	struct boot_fixture *f = pc("mem=512M"), *g = bf_new("arm64", 1, "mem=256M");

	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "user-defined physical RAM map:");
	assert_int_equal(f->sys->max_pfn, 512 * MiB >> 12);
	bf_free(f);

	bf_ram(g, GiB, 2 * GiB);
	bf_must_boot(g, BOOT_LATE);
	assert_int_equal(g->sys->max_pfn, (GiB + 256 * MiB) >> 12);
	bf_free(g);
}

static void test_numa_off_makes_one_node(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 2, "numa=off");

	bf_node(f, 0, MiB, GiB);
	bf_node(f, 1, GiB, 2 * GiB);
	bf_cpu(f, 1, 1);
	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "NUMA turned off");
	assert_int_equal(f->sys->mm.nr_node_ids, 1);
	assert_int_equal(node_nr_cpus(&f->sys->mm, 0), 2);
	bf_free(f);
}

/* Two nodes claim the same memory: firmware is not believed. */
static void test_overlapping_nodes_are_not_believed(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "");

	bf_ram(f, MiB, 2 * GiB);
	assert_int_equal(desc_add_mem(f->desc, 0, GiB + MiB, 0, false), 0);
	assert_int_equal(desc_add_mem(f->desc, GiB, 2 * GiB, 1, false), 0);
	bf_must_boot(f, BOOT_LATE);
	assert_int_equal(f->sys->mm.nr_node_ids, 1);
	bf_expect_log(f, "No NUMA configuration found");
	bf_free(f);
}

/* --- the hand-over ------------------------------------------------------------------- */

/* HIGHMEM pages are freed one by one to the head: expect the highest block first. */
static void test_highmem_comes_from_the_top(void **state)
{
	struct boot_fixture *f = bf_new("i386", 1, "");
	page_handle h;

	f->desc->boot_alloc_model = false;
	bf_ram(f, MiB, 2 * GiB);
	bf_must_boot(f, BOOT_MEM_INIT);
	h = alloc_pages(&f->sys->mm, GFP_HIGHUSER_MOVABLE, 10, 0, 0);
	assert_int_equal(page_to_pfn(&f->sys->map, h), (2 * GiB >> 12) - 1024);
	bf_free(f);
}

/* Low memory goes to the tail in ascending order: expect the lowest block first. */
static void test_low_memory_comes_from_the_bottom(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "");
	page_handle h;

	f->desc->boot_alloc_model = false;
	bf_ram(f, 16 * MiB, GiB);
	bf_must_boot(f, BOOT_MEM_INIT);
	h = alloc_pages(&f->sys->mm, GFP_KERNEL | __GFP_MOVABLE, 10, 0, 0);
	assert_int_equal(page_to_pfn(&f->sys->map, h), 4096);
	bf_free(f);
}

/* --- many machines -------------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Expect every shipped machine to boot cleanly, in little time whatever its size. */
static void test_every_machine_file_boots_in_time(void **state)
{
	DIR *d = opendir("ini");
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d))) {
		struct mm_error err = { 0 };
		char path[512];
		struct boot_fixture *f;
		struct desc *desc;
		double start;

		if (!strstr(e->d_name, ".ini"))
			continue;
		snprintf(path, sizeof(path), "ini/%s", e->d_name);
		desc = config_load(path, &err);
		if (!desc)
			print_error("%s\n", err.msg);
		assert_non_null(desc);
		f = bf_new("x86_64", 1, "");
		desc_free(f->desc);
		f->desc = desc;
		start = seconds();
		bf_must_boot(f, BOOT_LATE);
		assert_true(seconds() - start < 10); /* sanitizers and a busy host included */
		bf_free(f);
	}
	closedir(d);
}

/* Ranges, nodes, options and reservations by chance. */
static struct boot_fixture *random_machine(struct rng *r)
{
	static const char *const arch[] = { "x86_64", "arm64", "i386" };
	static const char *const options[] = { "", "kernelcore=100M", "kernelcore=30%", "movablecore=200M",
					       "movable_node", "numa=off", "cma=48M", "hugepages=3", "mem=700M",
					       "kernelcore=mirror", "transparent_hugepage=never" };
	struct boot_fixture *f = bf_new(arch[rng_below(r, 3)], 1 + (int)rng_below(r, 4),
					options[rng_below(r, ARRAY_SIZE(options))]);
	bool nodes = f->desc->arch.max_numnodes > 1 && rng_percent(r, 50);
	phys_t at = f->desc->arch.id == ARCH_ARM64 ? GiB : MiB;
	int nr = 1 + (int)rng_below(r, 5);

	f->desc->boot_alloc_model = rng_percent(r, 50);
	bf_ram(f, at, at + 128 * MiB);
	for (int i = 0; i < nr; i++) {
		phys_t start = at + 128 * MiB + rng_below(r, 64) * 3 * MiB / 2 * MiB / MiB;
		phys_t end = start + (1 + rng_below(r, 1000)) * (rng_percent(r, 30) ? 12345 : MiB);

		start = align_up(start, 4096);
		bf_ram(f, start, align_up(end, 4096) > start ? align_up(end, 4096) : start + 4096);
		if (nodes)
			assert_int_equal(desc_add_mem(f->desc, i ? start : 0, align_up(end, 4096), i,
						      rng_percent(r, 20)), 0);
		at = align_up(end, 4096) - 128 * MiB;
		if (at > 1ULL << 40)
			break;
		at = max_u64(at, start - 128 * MiB + 4096);
	}
	return f;
}

/* Pages of a zone are present or absent; managed ones are present; sums agree. */
static void expect_sane_zones(const struct mm *mm)
{
	for_each_node(mm, n) {
		u64 present = 0;

		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct zone *z = &n->zones[zid];

			assert_true(z->managed_pages <= z->present_pages);
			assert_true(z->present_pages <= z->spanned_pages);
			assert_true(z->watermark[WMARK_MIN] <= z->watermark[WMARK_LOW]);
			assert_true(z->watermark[WMARK_LOW] <= z->watermark[WMARK_HIGH]);
			present += z->present_pages;
		}
		assert_true(present == n->node_present_pages);
		assert_true(present <= n->node_spanned_pages);
	}
}

static void test_random_machines_boot_or_say_why_not(void **state)
{
	const char *given = getenv("MMVIEW_SEED");
	u64 seed = given ? strtoull(given, NULL, 0) : 20261124;
	int booted = 0;

	print_message("seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < 150; i++) {
		struct boot_fixture *f;
		struct rng r;

		rng_seed(&r, seed + (u64)i);
		f = random_machine(&r);
		if (bf_boot(f, BOOT_LATE)) {
			if (!f->err.msg[0])
				print_error("machine %d fails without a word\n", i);
			assert_true(f->err.msg[0]);
		} else {
			expect_sane_zones(&f->sys->mm);
			bf_check(f);
			booted++;
		}
		bf_free(f);
	}
	print_message("%d of 150 booted\n", booted);
	assert_true(booted > 75);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_in_steps_gives_the_same_machine),
		cmocka_unit_test(test_boot_to_an_earlier_stage_does_nothing),
		cmocka_unit_test(test_machine_without_ram_says_so),
		cmocka_unit_test(test_command_line_that_removes_all_ram_is_an_error),
		cmocka_unit_test(test_node_numbers_beyond_the_kernel_are_refused),
		cmocka_unit_test(test_init_memory_comes_back_after_watermarks),
		cmocka_unit_test(test_partial_last_page_of_an_initrd),
		cmocka_unit_test(test_i386_initrd_moves_to_low_memory),
		cmocka_unit_test(test_reservation_without_a_place_is_allocated),
		cmocka_unit_test(test_reservation_that_does_not_fit_is_an_error),
		cmocka_unit_test(test_cma_area_is_placed_and_becomes_free_memory),
		cmocka_unit_test(test_cma_that_does_not_fit_is_told),
		cmocka_unit_test(test_huge_pages_are_spread_over_nodes),
		cmocka_unit_test(test_gigantic_page_joins_memory_before_it_is_counted),
		cmocka_unit_test(test_tables_over_nodes_are_mapped_large_where_a_share_fills_a_page),
		cmocka_unit_test(test_too_many_huge_pages_leave_a_note),
		cmocka_unit_test(test_mem_limits_ram),
		cmocka_unit_test(test_numa_off_makes_one_node),
		cmocka_unit_test(test_overlapping_nodes_are_not_believed),
		cmocka_unit_test(test_highmem_comes_from_the_top),
		cmocka_unit_test(test_low_memory_comes_from_the_bottom),
		cmocka_unit_test(test_every_machine_file_boots_in_time),
		cmocka_unit_test(test_random_machines_boot_or_say_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
