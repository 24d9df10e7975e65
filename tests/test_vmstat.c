/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters with per-cpu differences: when they fold, and what each reader sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "boot_fixture.h"

static struct boot_fixture *two_cpus(void)
{
	struct boot_fixture *f = bf_new("x86_64", 2, "");

	bf_ram(f, MiB, GiB);
	bf_must_boot(f, BOOT_LATE);
	return f;
}

/*
 * Threshold t: the difference may reach t, and one more folds all of it.
 * 2 cpus, 1 GiB: 2 * fls(2) * (1 + fls(7)) = 16.
 */
static void test_difference_folds_beyond_the_threshold(void **state)
{
	struct boot_fixture *f = two_cpus();
	struct mm *mm = &f->sys->mm;
	struct zone *z = bf_zone(f, 0, ZONE_DMA32);
	s64 before = z->vm_stat[NR_BOUNCE];

	assert_int_equal(z->zonestat[0].stat_threshold, 16);
	for (int i = 0; i < 16; i++)
		mod_zone_page_state(mm, z, NR_BOUNCE, 1);
	assert_int_equal(z->vm_stat[NR_BOUNCE], before);
	assert_int_equal(z->zonestat[0].vm_stat_diff[NR_BOUNCE], 16);
	mod_zone_page_state(mm, z, NR_BOUNCE, 1);
	assert_int_equal(z->vm_stat[NR_BOUNCE], before + 17);
	assert_int_equal(z->zonestat[0].vm_stat_diff[NR_BOUNCE], 0);
	bf_free(f);
}

/* Differences of two cpus: the global part lags, the snapshot does not, a refresh folds both. */
static void test_snapshot_adds_every_cpu(void **state)
{
	struct boot_fixture *f = two_cpus();
	struct mm *mm = &f->sys->mm;
	struct zone *z = bf_zone(f, 0, ZONE_DMA32);

	mod_zone_page_state(mm, z, NR_BOUNCE, 5);
	mm->cpu = 1;
	mod_zone_page_state(mm, z, NR_BOUNCE, 7);
	assert_int_equal(zone_page_state(z, NR_BOUNCE), 0);
	assert_int_equal(zone_page_state_snapshot(mm, z, NR_BOUNCE), 12);
	refresh_cpu_vm_stats(mm);
	assert_int_equal(zone_page_state(z, NR_BOUNCE), 12);
	assert_int_equal(zone_page_state_snapshot(mm, z, NR_BOUNCE), 12);
	bf_free(f);
}

/* A negative sum is read as 0: another cpu freed what this one counted. */
static void test_negative_counters_read_as_zero(void **state)
{
	struct boot_fixture *f = two_cpus();
	struct zone *z = bf_zone(f, 0, ZONE_DMA32);

	mod_zone_page_state(&f->sys->mm, z, NR_BOUNCE, -1000);
	assert_int_equal(z->vm_stat[NR_BOUNCE], -1000);
	assert_int_equal(zone_page_state(z, NR_BOUNCE), 0);
	assert_int_equal(zone_page_state_snapshot(&f->sys->mm, z, NR_BOUNCE), 0);
	bf_free(f);
}

/* Big changes pass at once; threshold 125 is the limit with very many cpus. */
static void test_threshold_is_limited(void **state)
{
	struct boot_fixture *f = bf_new("x86_64", 512, "");
	struct zone *z;

	bf_ram(f, MiB, 64 * GiB);
	bf_must_boot(f, BOOT_LATE);
	z = bf_zone(f, 0, ZONE_NORMAL);
	assert_int_equal(z->zonestat[511].stat_threshold, 125);
	mod_zone_page_state(&f->sys->mm, z, NR_BOUNCE, 1 << 20);
	assert_int_equal(z->vm_stat[NR_BOUNCE], 1 << 20);
	/* 512 cpus may hide 64000 pages, more than lies between min and low: checks must add up. */
	assert_true(z->percpu_drift_mark > 512 * 125);
	bf_free(f);
}

static void test_names_are_those_of_proc_vmstat(void **state)
{
	assert_string_equal(node_stat_name(NS_nr_inactive_anon), "nr_inactive_anon");
	assert_string_equal(vm_event_name(EV_pgalloc_dma32), "pgalloc_dma32");
	assert_string_equal(node_stat_name(NR_VM_NODE_STAT_ITEMS), "?");
	assert_string_equal(vm_event_name(NR_VM_EVENT_ITEMS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_difference_folds_beyond_the_threshold),
		cmocka_unit_test(test_snapshot_adds_every_cpu),
		cmocka_unit_test(test_negative_counters_read_as_zero),
		cmocka_unit_test(test_threshold_is_limited),
		cmocka_unit_test(test_names_are_those_of_proc_vmstat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
