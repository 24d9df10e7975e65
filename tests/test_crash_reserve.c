/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crashkernel= in all its forms, and the parameters of boot_params.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boot_fixture.h"

/* 2 GiB below the hole and 4 GiB above it, with @cmdline. */
static struct boot_fixture *pc6(const char *cmdline, int cpus)
{
	struct boot_fixture *f = bf_new("x86_64", cpus, cmdline);

	bf_ram(f, MiB, 2 * GiB);
	bf_ram(f, 4 * GiB, 8 * GiB);
	return f;
}

/* Boot, and expect @line; NULL: no crash kernel at all. */
static void expect(const char *cmdline, const char *line)
{
	struct boot_fixture *f = pc6(cmdline, 1);

	bf_must_boot(f, BOOT_LATE);
	if (line)
		bf_expect_log(f, line);
	else
		assert_int_equal(f->sys->crashk[0].end, 0);
	bf_free(f);
}

/* Expect the highest place below 4 GiB at a multiple of 16 MiB. */
static void test_size_alone_goes_below_4g(void **state)
{
	struct boot_fixture *f = pc6("crashkernel=256M", 1);
	struct resource *r;

	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "crashkernel reserved: 0x0000000070000000 - 0x0000000080000000 (256 MB)");
	r = resource_find(&f->sys->iomem, 0x78000000);
	assert_string_equal(r->name, "Crash kernel");
	assert_int_equal(r->end, 0x7fffffff);
	assert_string_equal(r->parent->name, "System RAM");
	bf_free(f);
}

/* 3 GiB do not fit below: expect them above (16 MiB below node data), and 256 MiB below for devices. */
static void test_too_large_for_low_memory_goes_above(void **state)
{
	expect("crashkernel=3G", "crashkernel low memory reserved: 0x70000000 - 0x80000000 (256 MB)");
	expect("crashkernel=3G", "crashkernel reserved: 0x000000013f000000 - 0x00000001ff000000 (3072 MB)");
}

static void test_high_and_low(void **state)
{
	expect("crashkernel=512M,high", "crashkernel reserved: 0x00000001df000000 - 0x00000001ff000000 (512 MB)");
	expect("crashkernel=512M,high", "crashkernel low memory reserved: 0x70000000 - 0x80000000 (256 MB)");
	expect("crashkernel=512M,high crashkernel=64M,low",
	       "crashkernel low memory reserved: 0x7c000000 - 0x80000000 (64 MB)");
	expect("crashkernel=512M,high crashkernel=lots,low", NULL);
}

static void test_fixed_place_or_nothing(void **state)
{
	expect("crashkernel=64M@512M", "crashkernel reserved: 0x0000000020000000 - 0x0000000024000000 (64 MB)");
	expect("crashkernel=64M@3G", "crashkernel reservation failed - memory is in use.");
}

/* RAM is 6 GiB: expect the second range, and its place. */
static void test_ranges_choose_by_size_of_ram(void **state)
{
	expect("crashkernel=1G-4G:64M,4G-:128M", "crashkernel reserved: 0x0000000078000000 - 0x0000000080000000 (128 MB)");
	expect("crashkernel=1G-8G:64M,8G-:128M@256M",
	       "crashkernel reserved: 0x0000000010000000 - 0x0000000014000000 (64 MB)");
	expect("crashkernel=16G-:128M", "crashkernel size resulted in zero bytes");
}

static void test_mistakes_are_told_and_reserve_nothing(void **state)
{
	static const char *const wrong[][2] = {
		{ "crashkernel=lots", "crashkernel: memory value expected" },
		{ "crashkernel=64Mx", "crashkernel: unrecognized char: x" },
		{ "crashkernel=:64M", "crashkernel: Memory value expected" },
		{ "crashkernel=1G:64M", "crashkernel: '-' expected" },
		{ "crashkernel=2G-1G:64M", "crashkernel: end <= start" },
		{ "crashkernel=1G-2G,:64M", "crashkernel: ':' expected" },
		{ "crashkernel=1G-:x", "crashkernel: Memory value expected" },
		{ "crashkernel=1G-:7G", "crashkernel: invalid size" },
		{ "crashkernel=5G", "cannot allocate crashkernel (size:0x140000000)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		expect(wrong[i][0], wrong[i][1]);
		expect(wrong[i][0], NULL);
	}
	expect("crashkernel=64G", NULL);
	expect("crashkernel=0", NULL);
}

static void test_last_one_counts(void **state)
{
	expect("crashkernel=64M crashkernel=128M",
	       "crashkernel reserved: 0x0000000078000000 - 0x0000000080000000 (128 MB)");
}

/* What the description says about the place is believed. */
static void test_known_place_is_taken_as_it_is(void **state)
{
	struct boot_fixture *f = pc6("crashkernel=256M", 1);

	bf_reserve(f, 0x30000000, 0x40000000, RESV_CRASHKERNEL, 0, NULL);
	bf_must_boot(f, BOOT_LATE);
	assert_int_equal(bf_log_count(f, "crashkernel reserved"), 0);
	assert_string_equal(resource_find(&f->sys->iomem, 0x38000000)->name, "Crash kernel");
	bf_free(f);
}

/* arm64 aligns to 2 MiB and knows where devices reach. */
static void test_arm64_stays_in_zone_dma(void **state)
{
	struct boot_fixture *f = bf_new("arm64", 1, "crashkernel=129M cma=0");

	bf_ram(f, GiB, 2 * GiB);
	bf_ram(f, 8 * GiB, 9 * GiB);
	bf_must_boot(f, BOOT_LATE);
	assert_int_equal(f->sys->crashk[0].start % (2 * MiB), 0);
	assert_true(f->sys->crashk[0].end <= 2 * GiB);
	assert_int_equal(f->sys->crashk[0].end - f->sys->crashk[0].start, 129 * MiB);
	bf_free(f);
}

/* --- boot_params.c ------------------------------------------------------------- */

static void cpus(const char *cmdline, int online, int possible)
{
	struct boot_fixture *f = pc6(cmdline, 8);

	bf_must_boot(f, BOOT_LATE);
	assert_int_equal(f->sys->mm.nr_cpus, online);
	assert_int_equal(f->sys->mm.nr_cpus_possible, possible);
	bf_free(f);
}

static void test_cpus_are_limited(void **state)
{
	cpus("", 8, 8);
	cpus("nr_cpus=4", 4, 4);
	cpus("nr_cpus=99", 8, 8);
	cpus("maxcpus=2", 2, 8);
	cpus("nr_cpus=4 maxcpus=6", 4, 4);
	cpus("nosmp", 1, 1);
}

/* 128 cpus may say 127 * 4 KiB more than 128 KiB: expect 1 MiB, as real machines have. */
static void test_many_cpus_get_a_larger_log(void **state)
{
	struct boot_fixture *f = pc6("", 128);

	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "printk: log_buf_len total cpu_extra contributions: 520192 bytes");
	bf_expect_log(f, "printk: log_buf_len: 1048576 bytes");
	bf_free(f);
	f = pc6("", 17);
	bf_must_boot(f, BOOT_LATE);
	assert_int_equal(bf_log_count(f, "printk: log_buf_len"), 0);
	bf_free(f);
	f = pc6("", 24);
	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "printk: log_buf_len: 262144 bytes");
	bf_free(f);
}

static void test_log_buf_len_is_a_power_of_two(void **state)
{
	struct boot_fixture *f = pc6("log_buf_len=3M", 128);

	bf_must_boot(f, BOOT_LATE);
	bf_expect_log(f, "printk: log_buf_len: 4194304 bytes");
	assert_int_equal(bf_log_count(f, "printk: log_buf_len:"), 1);
	bf_free(f);
}

static void test_sysctls_are_set_at_the_end(void **state)
{
	struct boot_fixture *f = pc6("sysctl.vm.min_free_kbytes=65536 sysctl.vm.watermark_scale_factor=100", 1);
	struct zone *z;

	bf_must_boot(f, BOOT_LATE);
	assert_int_equal(f->sys->mm.vm.min_free_kbytes, 65536);
	z = bf_zone(f, 0, ZONE_NORMAL);
	assert_in_range(z->watermark[0], 10900, 11100); /* 16384 pages, two thirds of memory */
	assert_in_range(z->watermark[1] - z->watermark[0], z->managed_pages / 100 - 1, z->managed_pages / 100 + 1);
	bf_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size_alone_goes_below_4g),
		cmocka_unit_test(test_too_large_for_low_memory_goes_above),
		cmocka_unit_test(test_high_and_low),
		cmocka_unit_test(test_fixed_place_or_nothing),
		cmocka_unit_test(test_ranges_choose_by_size_of_ram),
		cmocka_unit_test(test_mistakes_are_told_and_reserve_nothing),
		cmocka_unit_test(test_last_one_counts),
		cmocka_unit_test(test_known_place_is_taken_as_it_is),
		cmocka_unit_test(test_arm64_stays_in_zone_dma),
		cmocka_unit_test(test_cpus_are_limited),
		cmocka_unit_test(test_many_cpus_get_a_larger_log),
		cmocka_unit_test(test_log_buf_len_is_a_power_of_two),
		cmocka_unit_test(test_sysctls_are_set_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
