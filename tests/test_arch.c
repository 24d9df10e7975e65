/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Architecture presets, what follows from the page size, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "phys/arch.h"

static struct arch preset(const char *name)
{
	struct arch a;

	assert_int_equal(arch_preset(&a, name, NULL), 0);
	assert_int_equal(arch_validate(&a, NULL), 0);
	return a;
}

static void test_presets_are_valid_and_named(void **state)
{
	unsigned n = 0;

	for (; arch_preset_name(n); n++)
		preset(arch_preset_name(n));
	assert_int_equal(n, NR_ARCH);
}

static void test_unknown_preset_lists_the_names(void **state)
{
	struct mm_error err = { 0, "" };
	struct arch a;

	assert_int_equal(arch_preset(&a, "amd64", &err), -EINVAL);
	assert_string_equal(err.msg, "unknown architecture 'amd64'; use x86_64, arm64 or i386");
}

/* Expect Debian's numbers for 4 KiB pages. */
static void test_x86_64_numbers(void **state)
{
	struct arch a = preset("x86_64");

	assert_int_equal(arch_page_size(&a), 4096);
	assert_int_equal(arch_pages_per_section(&a), 32768);
	assert_int_equal(a.max_page_order, 10);
	assert_int_equal(a.pageblock_order, 9);
	assert_int_equal(arch_max_pfn(&a), 0x400000000ULL);
	assert_int_equal(arch_nr_migratetypes(&a), 5);
	assert_int_equal(arch_migratetype_nr(&a, MIGRATE_ISOLATE), 4);
	assert_int_equal(arch_zone_idx(&a, ZONE_MOVABLE), 3);
	assert_false(arch_has_zone(&a, ZONE_HIGHMEM));
	assert_int_equal(arch_memstart(&a, 0x40000000), 0);
	assert_int_equal(arch_lowmem_limit(&a, 0), ~0ULL);
}

/* 52 address bits need five-level page tables, which move everything. */
static void test_x86_64_with_52_bits_uses_the_five_level_layout(void **state)
{
	struct arch a = preset("x86_64");

	assert_int_equal(a.page_offset, 0xffff888000000000ULL);
	assert_int_equal(a.vmemmap_start, 0xffffea0000000000ULL);
	arch_set_phys_bits(&a, 52);
	assert_int_equal(a.page_offset, 0xff11000000000000ULL);
	assert_int_equal(a.vmemmap_start, 0xffd4000000000000ULL);
	assert_int_equal(arch_validate(&a, NULL), 0);
}

/*
 * page   section  orders  memmap begins
 * 4K     128M     10/9    0xfffffdffc0000000
 * 16K    128M     11/11   0xffffff7fc0000000: 64 bytes for each 16 KiB of the gap
 * 64K    512M     13/13
 */
static void test_arm64_page_size_decides_the_rest(void **state)
{
	struct arch a = preset("arm64");

	assert_int_equal(a.vmemmap_start, 0xfffffdffc0000000ULL);
	assert_int_equal(arch_nr_migratetypes(&a), 6);
	assert_int_equal(arch_set_page_shift(&a, 14, NULL), 0);
	assert_int_equal(a.section_shift, 27);
	assert_int_equal(a.max_page_order, 11);
	assert_int_equal(a.pageblock_order, 11);
	assert_int_equal(arch_pmd_size(&a), 32 * MiB);
	assert_int_equal(a.vmemmap_start, 0xffffff7fc0000000ULL);
	assert_int_equal(arch_validate(&a, NULL), 0);
	assert_int_equal(arch_set_page_shift(&a, 16, NULL), 0);
	assert_int_equal(a.section_shift, 29);
	assert_int_equal(a.max_page_order, 13);
	assert_int_equal(a.pageblock_order, 13);
	assert_int_equal(arch_pmd_size(&a), 512 * MiB);
	assert_int_equal(arch_validate(&a, NULL), 0);
}

/* The linear map begins where a block mapping can: 1 GiB, 1 GiB, 512 MiB. */
static void test_arm64_memstart_is_rounded_down(void **state)
{
	struct arch a = preset("arm64");

	assert_int_equal(arch_memstart(&a, 0x48000000), 0x40000000);
	arch_set_page_shift(&a, 14, NULL);
	assert_int_equal(arch_memstart(&a, 0x88000000), 0x80000000);
	arch_set_page_shift(&a, 16, NULL);
	assert_int_equal(arch_memstart(&a, 0x68000000), 0x60000000);
}

/* 879 MiB of low memory, as the captured kernel says; less with more vmalloc. */
static void test_i386_lowmem_follows_vmalloc(void **state)
{
	struct arch a = preset("i386");

	assert_int_equal(arch_lowmem_limit(&a, 0), 0x36ffe000);
	assert_int_equal(arch_lowmem_limit(&a, 264 * MiB), 0x2e7fe000);
	assert_int_equal(arch_lowmem_limit(&a, 2 * GiB), 0);
	assert_int_equal(arch_max_pfn(&a), 0x1000000);
	assert_int_equal(arch_zone_idx(&a, ZONE_HIGHMEM), 2);
}

static void assert_sizes(const struct arch *a, u64 s0, u64 s1, u64 s2, u64 s3)
{
	const u64 want[] = { s0, s1, s2, s3 };
	u64 got[ARCH_MAX_HUGE_SIZES];
	unsigned n = arch_huge_sizes(a, got);

	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(i < n ? got[i] : 0, want[i]);
}

static void test_huge_page_sizes(void **state)
{
	struct arch x = preset("x86_64"), a = preset("arm64"), i = preset("i386");

	assert_sizes(&x, GiB, 2 * MiB, 0, 0);
	assert_sizes(&i, 2 * MiB, 0, 0, 0);
	assert_sizes(&a, GiB, 32 * MiB, 2 * MiB, 64 * KiB);
	arch_set_page_shift(&a, 14, NULL);
	assert_sizes(&a, GiB, 32 * MiB, 2 * MiB, 0);
	arch_set_page_shift(&a, 16, NULL);
	assert_sizes(&a, 16 * GiB, 512 * MiB, 2 * MiB, 0);
}

static void test_page_size_of_another_architecture_is_refused(void **state)
{
	struct mm_error err = { 0, "" };
	struct arch a = preset("x86_64");

	assert_int_equal(arch_set_page_shift(&a, 16, &err), -EINVAL);
	assert_string_equal(err.msg, "x86_64 has no pages of that size; use 4K");
	assert_int_equal(arch_set_page_shift(&a, 12, NULL), 0);
}

/* Change one number, expect the message. */
static void refuse(struct arch a, const char *message)
{
	struct mm_error err = { 0, "" };

	assert_int_equal(arch_validate(&a, &err), -EINVAL);
	assert_string_equal(err.msg, message);
}

static void test_impossible_numbers_are_refused(void **state)
{
	struct arch x = preset("x86_64"), a;

#define REFUSE(field, value, message) (a = x, a.field = (value), refuse(a, message))
	REFUSE(max_page_order, 0, "max_page_order = 0 is not possible; use 1 to 13");
	REFUSE(max_page_order, 14, "max_page_order = 14 is not possible; use 1 to 13");
	REFUSE(pageblock_order, 11, "pageblock_order = 11 must be between 1 and max_page_order (10)");
	REFUSE(pageblock_order, 4, "pageblock_order = 4 leaves more than 32 pageblocks in a block of "
	       "max_page_order (10); raise it to 5 or more");
	REFUSE(hpage_pmd_order, 14, "huge_page_size must be 4 to 8192 pages");
	REFUSE(phys_bits, 53, "physical_bits = 53 is not possible; use 32 to 52");
	REFUSE(section_shift, 21, "section_size must hold a block of max_page_order (4096 KiB) and be at most 4G; "
	       "make it a power of two in between");
	REFUSE(struct_page_size, 31, "struct_page_size = 31 is not possible; use 32 to 96");
	REFUSE(block_size, 64 * MiB, "memory_block_size must be a power of two and at least section_size (128 MiB)");
	REFUSE(block_size, 384 * MiB, "memory_block_size must be a power of two and at least section_size (128 MiB)");
	REFUSE(zones_mask, 1u << ZONE_NORMAL, "zones must name Normal and Movable: every kernel has them");
	REFUSE(zones_mask, x.zones_mask | 1u << ZONE_HIGHMEM, "zones: HighMem exists on i386 only; remove it");
	REFUSE(flatmem, true, "zones: Device needs sparse memory; remove it or set flatmem = no");
	REFUSE(dma_limit, 4097, "dma_end and dma32_end must be multiples of the page size (4096)");
	REFUSE(dma_limit, 8 * GiB, "dma_end must not be above dma32_end");
	REFUSE(vmalloc_end, 0xff000000, "vmalloc_end and vmalloc exist on i386 only; remove them");
	REFUSE(nr_cpus_limit, 0, "nr_cpus = 0 is not possible; use 1 to 8192");
	REFUSE(max_numnodes, 3, "max_nodes = 3 must be a power of two up to 1024");
	x = preset("i386");
	REFUSE(vmalloc_reserve, 2 * GiB, "vmalloc leaves no room for the linear map; use less than 896M");
#undef REFUSE
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presets_are_valid_and_named),
		cmocka_unit_test(test_unknown_preset_lists_the_names),
		cmocka_unit_test(test_x86_64_numbers),
		cmocka_unit_test(test_x86_64_with_52_bits_uses_the_five_level_layout),
		cmocka_unit_test(test_arm64_page_size_decides_the_rest),
		cmocka_unit_test(test_arm64_memstart_is_rounded_down),
		cmocka_unit_test(test_i386_lowmem_follows_vmalloc),
		cmocka_unit_test(test_huge_page_sizes),
		cmocka_unit_test(test_page_size_of_another_architecture_is_refused),
		cmocka_unit_test(test_impossible_numbers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
