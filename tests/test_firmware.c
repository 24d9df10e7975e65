/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The e820 table: sanitising, updates, removals, printing. Models arch/x86/kernel/e820.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "base/text.h"
#include "phys/firmware.h"
#include "phys/resource.h"

struct fixture {
	struct arena *a;
	struct e820_table t;
	struct text said;
	struct log_sink log;
};

static void catch_line(void *ctx, const char *line)
{
	text_printf(ctx, "%s\n", line);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->a = arena_create(64 * MiB);
	f->log = (struct log_sink){ catch_line, &f->said };
	e820_init(&f->t, f->a, 1, &f->log);
	*state = f;
	return f->a ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	text_cleanup(&f->said);
	arena_destroy(f->a);
	free(f);
	return 0;
}

static void assert_entry(struct fixture *f, u32 i, u64 addr, u64 size, u32 type)
{
	assert_true(i < f->t.nr_entries);
	assert_int_equal(f->t.entries[i].addr, addr);
	assert_int_equal(f->t.entries[i].size, size);
	assert_int_equal(f->t.entries[i].type, type);
}

/*
 *   11111111111111        RAM 0-0xe000
 *       2222              reserved 0x4000-0x8000
 *         3333            ACPI 0x6000-0xa000
 * Expect   1111 22 3333 1111: the larger number wins, no overlaps are left.
 */
static void test_sanitise_lets_the_larger_type_win(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0x6000, 0x4000, E820_TYPE_ACPI);
	e820_range_add(&f->t, 0, 0xe000, E820_TYPE_RAM);
	e820_range_add(&f->t, 0x4000, 0x4000, E820_TYPE_RESERVED);
	assert_int_equal(e820_update_table(f->a, &f->t), 0);
	assert_int_equal(f->t.nr_entries, 4);
	assert_entry(f, 0, 0, 0x4000, E820_TYPE_RAM);
	assert_entry(f, 1, 0x4000, 0x2000, E820_TYPE_RESERVED);
	assert_entry(f, 2, 0x6000, 0x4000, E820_TYPE_ACPI);
	assert_entry(f, 3, 0xa000, 0x4000, E820_TYPE_RAM);
}

/* Expect neighbours of one type to join, legacy persistent memory not to. */
static void test_sanitise_joins_neighbours_but_not_pmem(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0x1000, 0x1000, E820_TYPE_RAM);
	e820_range_add(&f->t, 0, 0x1000, E820_TYPE_RAM);
	e820_range_add(&f->t, 0x2000, 0x1000, E820_TYPE_PRAM);
	e820_range_add(&f->t, 0x3000, 0x1000, E820_TYPE_PRAM);
	assert_int_equal(e820_update_table(f->a, &f->t), 0);
	assert_int_equal(f->t.nr_entries, 3);
	assert_entry(f, 0, 0, 0x2000, E820_TYPE_RAM);
	assert_entry(f, 1, 0x2000, 0x1000, E820_TYPE_PRAM);
	assert_entry(f, 2, 0x3000, 0x1000, E820_TYPE_PRAM);
}

/* Expect one entry, or one that wraps around, to stop sanitising. */
static void test_sanitise_refuses_one_entry_and_wrapping(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0x2000, 0x1000, E820_TYPE_RAM);
	assert_int_equal(e820_update_table(f->a, &f->t), -1);
	e820_range_add(&f->t, ~0ULL - 0xfff, 0x2000, E820_TYPE_RAM);
	assert_int_equal(e820_update_table(f->a, &f->t), -1);
	assert_int_equal(f->t.nr_entries, 2);
}

static void test_sanitise_drops_empty_entries(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0x2000, 0, E820_TYPE_RAM);
	e820_range_add(&f->t, 0x1000, 0x1000, E820_TYPE_RAM);
	assert_int_equal(e820_update_table(f->a, &f->t), 0);
	assert_int_equal(f->t.nr_entries, 1);
	assert_entry(f, 0, 0x1000, 0x1000, E820_TYPE_RAM);
}

/*
 *   1111111111     update the middle to reserved
 *      222
 * Expect three pieces: the entry shortened, then the new range, then the rest.
 */
static void test_update_in_the_middle_appends_two(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0, 0xa000, E820_TYPE_RAM);
	assert_int_equal(e820_range_update(&f->t, 0x3000, 0x3000, E820_TYPE_RAM, E820_TYPE_RESERVED), 0x3000);
	assert_int_equal(f->t.nr_entries, 3);
	assert_entry(f, 0, 0, 0x3000, E820_TYPE_RAM);
	assert_entry(f, 1, 0x3000, 0x3000, E820_TYPE_RESERVED);
	assert_entry(f, 2, 0x6000, 0x4000, E820_TYPE_RAM);
	assert_string_equal(text_str(&f->said),
			    "e820: update [mem 0x00003000-0x00005fff] usable ==> reserved\n");
}

/* Expect the head and the tail of entries to change, other types to stay. */
static void test_update_changes_only_the_old_type(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0, 0x4000, E820_TYPE_RAM);
	e820_range_add(&f->t, 0x4000, 0x2000, E820_TYPE_ACPI);
	e820_range_add(&f->t, 0x6000, 0x4000, E820_TYPE_RAM);
	assert_int_equal(e820_range_update(&f->t, 0x2000, 0x6000, E820_TYPE_RAM, E820_TYPE_RESERVED), 0x4000);
	assert_entry(f, 0, 0, 0x2000, E820_TYPE_RAM);
	assert_entry(f, 1, 0x4000, 0x2000, E820_TYPE_ACPI);
	assert_entry(f, 2, 0x8000, 0x2000, E820_TYPE_RAM);
	assert_entry(f, 3, 0x2000, 0x2000, E820_TYPE_RESERVED);
	assert_entry(f, 4, 0x6000, 0x2000, E820_TYPE_RESERVED);
}

/* mem=: expect all RAM from the limit on to go, and nothing else. */
static void test_remove_cuts_ram_above_a_limit(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0x100000, 0x1ff00000, E820_TYPE_RAM);
	e820_range_add(&f->t, 0x20000000, 0x1000, E820_TYPE_RESERVED);
	e820_range_add(&f->t, 0x100000000, 0x40000000, E820_TYPE_RAM);
	assert_int_equal(e820_range_remove(&f->t, 0x10000000, ~0ULL - 0x10000000, E820_TYPE_RAM, true),
			 0x50000000);
	assert_entry(f, 0, 0x100000, 0xff00000, E820_TYPE_RAM);
	assert_entry(f, 1, 0x20000000, 0x1000, E820_TYPE_RESERVED);
	assert_entry(f, 2, 0, 0, 0);
	assert_string_equal(text_str(&f->said),
			    "e820: remove [mem 0x10000000-0xfffffffffffffffe] usable\n");
}

/* Expect a hole in any type, without a type in the message. */
static void test_remove_without_type_makes_a_hole(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0, 0x10000, E820_TYPE_NVS);
	assert_int_equal(e820_range_remove(&f->t, 0x4000, 0x4000, 0, false), 0x4000);
	assert_entry(f, 0, 0, 0x4000, E820_TYPE_NVS);
	assert_entry(f, 1, 0x8000, 0x8000, E820_TYPE_NVS);
	assert_string_equal(text_str(&f->said), "e820: remove [mem 0x00004000-0x00007fff] \n");
}

/* Expect the 132nd entry (128 + 3 for one node) to be dropped with a message. */
static void test_full_table_drops_entries_with_a_message(void **state)
{
	struct fixture *f = *state;

	for (u64 i = 0; i < 132; i++)
		e820_range_add(&f->t, i << 16, 0x1000, E820_TYPE_RAM);
	assert_int_equal(f->t.nr_entries, 131);
	assert_string_equal(text_str(&f->said), "too many entries; ignoring [mem 0x00830000-0x00830fff]\n");
}

static void test_print_uses_the_kernels_words(void **state)
{
	struct fixture *f = *state;
	static const u32 type[] = { 1, 2, 3, 4, 5, 7, 12, 128, 0xefffffff, 20 };

	for (u64 i = 0; i < ARRAY_SIZE(type); i++)
		e820_range_add(&f->t, i << 12, 0x1000, type[i]);
	e820_print_table(&f->t, "BIOS-e820");
	assert_string_equal(text_str(&f->said),
		"BIOS-e820: [mem 0x0000000000000000-0x0000000000000fff] usable\n"
		"BIOS-e820: [mem 0x0000000000001000-0x0000000000001fff] reserved\n"
		"BIOS-e820: [mem 0x0000000000002000-0x0000000000002fff] ACPI data\n"
		"BIOS-e820: [mem 0x0000000000003000-0x0000000000003fff] ACPI NVS\n"
		"BIOS-e820: [mem 0x0000000000004000-0x0000000000004fff] unusable\n"
		"BIOS-e820: [mem 0x0000000000005000-0x0000000000005fff] persistent (type 7)\n"
		"BIOS-e820: [mem 0x0000000000006000-0x0000000000006fff] persistent (type 12)\n"
		"BIOS-e820: [mem 0x0000000000007000-0x0000000000007fff] usable\n"
		"BIOS-e820: [mem 0x0000000000008000-0x0000000000008fff] soft reserved\n"
		"BIOS-e820: [mem 0x0000000000009000-0x0000000000009fff] type 20\n");
}

static void test_types_map_both_ways(void **state)
{
	const struct fw_entry ram = { .type = FW_RAM }, dev = { .type = FW_DEVICE };
	const struct fw_entry other = { .type = FW_OTHER, .depth = 20 };

	assert_int_equal(e820_type_of(&ram), 1);
	assert_int_equal(e820_type_of(&dev), 0);
	assert_int_equal(e820_type_of(&other), 20);
	for (int t = FW_RAM; t <= FW_SOFT_RESERVED; t++) {
		struct fw_entry e = { .type = (enum fw_type)t };

		assert_int_equal(fw_type_of_e820(e820_type_of(&e)), t);
	}
	assert_int_equal(fw_type_of_e820(20), FW_OTHER);
	assert_string_equal(e820_type_to_string(20), "Unknown E820 type");
	assert_string_equal(e820_type_to_string(E820_TYPE_NVS), "ACPI Non-volatile Storage");
	assert_int_equal(e820_type_to_iomem_flags(E820_TYPE_RAM), IORESOURCE_SYSTEM_RAM);
	assert_int_equal(e820_type_to_iomem_flags(E820_TYPE_ACPI), IORESOURCE_MEM);
	assert_int_equal(e820_type_to_iores_desc(E820_TYPE_PMEM), IORES_DESC_PERSISTENT_MEMORY);
}

/* Expect reserved ranges to be busy below 1 MiB only. */
static void test_mark_busy_leaves_devices_above_1m_free(void **state)
{
	assert_true(e820_mark_busy(E820_TYPE_RESERVED, 0xf0000));
	assert_false(e820_mark_busy(E820_TYPE_RESERVED, 0x100000));
	assert_true(e820_mark_busy(E820_TYPE_RAM, 0x100000));
	assert_false(e820_mark_busy(E820_TYPE_PMEM, 0x100000000));
	assert_int_equal(e820_ram_alignment(0x9fc00), 64 * KiB);
	assert_int_equal(e820_ram_alignment(0x800000), MiB);
	assert_int_equal(e820_ram_alignment(0x1000000), 64 * MiB);
}

static void test_end_of_ram_respects_both_limits(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0, 0x7ffe0000, E820_TYPE_RAM);
	e820_range_add(&f->t, 0x7ffe0000, 0x20000, E820_TYPE_RESERVED);
	e820_range_add(&f->t, 0x100000000, 0x80000000, E820_TYPE_RAM);
	assert_int_equal(e820_end_of_ram_pfn(&f->t, 1ULL << 34, 1ULL << 34), 0x180000);
	assert_int_equal(e820_end_of_ram_pfn(&f->t, 1ULL << 20, 1ULL << 34), 0x7ffe0);
	assert_int_equal(e820_end_of_ram_pfn(&f->t, 0x140000, 1ULL << 34), 0x140000);
	assert_int_equal(e820_end_of_ram_pfn(&f->t, 1ULL << 34, 0x1000), 0x1000);
	assert_string_equal(text_str(&f->said), "last_pfn = 0x180000 max_arch_pfn = 0x400000000\n"
			    "last_pfn = 0x7ffe0 max_arch_pfn = 0x400000000\n"
			    "last_pfn = 0x140000 max_arch_pfn = 0x400000000\n"
			    "last_pfn = 0x1000 max_arch_pfn = 0x1000\n");
}

static void test_mapped_any_and_all(void **state)
{
	struct fixture *f = *state;

	e820_range_add(&f->t, 0x1000, 0x1000, E820_TYPE_RAM);
	e820_range_add(&f->t, 0x2000, 0x1000, E820_TYPE_RESERVED);
	assert_true(e820_mapped_any(&f->t, 0, 0x1001, E820_TYPE_RAM));
	assert_false(e820_mapped_any(&f->t, 0, 0x1000, 0));
	assert_true(e820_mapped_all(&f->t, 0x1000, 0x3000, 0));
	assert_false(e820_mapped_all(&f->t, 0x1000, 0x3000, E820_TYPE_RAM));
	assert_false(e820_mapped_all(&f->t, 0x800, 0x2000, E820_TYPE_RAM));
}

/*
 * Random overlapping maps: expect, for every byte of a small address space, the
 * largest type that any entry gives it, in sorted entries without overlaps.
 */
static void test_sanitise_agrees_with_a_byte_map(void **state)
{
	struct fixture *f = *state;
	struct rng r;
	u64 seed = 820;

	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int round = 0; round < 500; round++) {
		u32 map[256] = { 0 }, got[256] = { 0 };

		f->t.nr_entries = 0;
		for (int i = 0; i < 12; i++) {
			u64 start = rng_below(&r, 200), size = rng_below(&r, 56);
			u32 type = 1 + (u32)rng_below(&r, 5);

			e820_range_add(&f->t, start, size, type);
			for (u64 b = start; b < start + size; b++)
				map[b] = map[b] > type ? map[b] : type;
		}
		assert_int_equal(e820_update_table(f->a, &f->t), 0);
		for (u32 i = 0; i < f->t.nr_entries; i++) {
			const struct e820_entry *e = &f->t.entries[i];

			assert_true(e->size > 0);
			assert_true(!i || e[-1].addr + e[-1].size <= e->addr);
			for (u64 b = e->addr; b < e->addr + e->size; b++)
				got[b] = e->type;
		}
		assert_memory_equal(map, got, sizeof(map));
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_sanitise_lets_the_larger_type_win),
		T(test_sanitise_joins_neighbours_but_not_pmem),
		T(test_sanitise_refuses_one_entry_and_wrapping),
		T(test_sanitise_drops_empty_entries),
		T(test_update_in_the_middle_appends_two),
		T(test_update_changes_only_the_old_type),
		T(test_remove_cuts_ram_above_a_limit),
		T(test_remove_without_type_makes_a_hole),
		T(test_full_table_drops_entries_with_a_message),
		T(test_print_uses_the_kernels_words),
		T(test_types_map_both_ways),
		T(test_mark_busy_leaves_devices_above_1m_free),
		T(test_end_of_ram_respects_both_limits),
		T(test_mapped_any_and_all),
		T(test_sanitise_agrees_with_a_byte_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
