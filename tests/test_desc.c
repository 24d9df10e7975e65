/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machine descriptions: building, comparing, cross checks that no file is needed for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boot/desc.h"

/* 1 GiB of RAM and nothing else. */
static struct desc *small(void)
{
	struct desc *d = desc_new();

	assert_non_null(d);
	assert_int_equal(desc_add_fw(d, 0, GiB, FW_RAM, 0, NULL, 0), 0);
	assert_int_equal(desc_validate(d, NULL), 0);
	return d;
}

/* Expect the check to fail at @part[@index] with @message; frees @d. */
static void refuse(struct desc *d, enum desc_part part, size_t index, s64 other, const char *message)
{
	struct mm_error err = { 0, "" };
	struct desc_place at;

	assert_int_equal(desc_validate_at(d, &at, &err), -EINVAL);
	assert_string_equal(err.msg, message);
	assert_int_equal(at.part, part);
	assert_int_equal(at.index, index);
	assert_int_equal(at.other, other);
	desc_free(d);
}

static void test_new_description_is_an_empty_x86_64(void **state)
{
	struct mm_error err = { 0, "" };
	struct desc *d = desc_new();

	assert_string_equal(d->arch.name, "x86_64");
	assert_string_equal(d->cmdline, "");
	assert_true(d->boot_alloc_model);
	assert_int_equal(desc_validate(d, &err), -EINVAL);
	assert_string_equal(err.msg, "the machine has no RAM; add 'ram = START-END' to [firmware]");
	desc_free(d);
	desc_free(NULL);
}

/* The description must not depend on the strings that it was made from. */
static void test_strings_are_copied(void **state)
{
	struct desc *d = small();
	char name[] = "device", label[] = "label", id[] = "dimm0";
	struct desc_resv r = { .start = 0, .end = 4096, .nid = NO_NODE, .label = label };
	struct desc_dimm m = { .id = id, .start = 4 * GiB, .size = GiB };

	assert_int_equal(desc_add_fw(d, 2 * GiB, 3 * GiB, FW_DEVICE, 0, name, 0), 0);
	assert_int_equal(desc_add_resv(d, &r), 0);
	assert_int_equal(desc_add_dimm(d, &m), 0);
	memset(name, 'x', 3);
	memset(label, 'x', 3);
	memset(id, 'x', 3);
	assert_string_equal(d->fw[1].name, "device");
	assert_string_equal(d->resv[0].label, "label");
	assert_string_equal(d->dimm[0].id, "dimm0");
	desc_free(d);
}

static void test_arrays_grow_and_keep_their_elements(void **state)
{
	struct desc *d = desc_new();

	for (u64 i = 0; i < 1000; i++)
		assert_int_equal(desc_add_fw(d, i * 8192, i * 8192 + 4096, FW_RAM, 0, NULL, 0), 0);
	for (u64 i = 0; i < 1000; i++)
		assert_int_equal(d->fw[i].start, i * 8192);
	assert_int_equal(desc_validate(d, NULL), 0);
	assert_ptr_equal(desc_get_node(d, 3), desc_get_node(d, 3));
	assert_int_equal(d->nr_node, 1);
	desc_free(d);
}

/* Each change of one field must be seen by desc_equal(). */
static void differ(void (*change)(struct desc *d), const char *what)
{
	struct desc *a = small(), *b = small();
	struct text why = TEXT_INIT;

	assert_true(desc_equal(a, b, NULL));
	change(b);
	assert_false(desc_equal(a, b, &why));
	assert_string_equal(text_str(&why), what);
	assert_false(desc_equal(b, a, NULL));
	text_cleanup(&why);
	desc_free(a);
	desc_free(b);
}

static void change_name(struct desc *d) { desc_set_string(&d->name, "other"); }
static void change_cmdline(struct desc *d) { desc_set_string(&d->cmdline, "quiet"); }
static void change_notes(struct desc *d) { desc_set_string(&d->hostfacts, "x"); }
static void change_arch(struct desc *d) { d->arch.dma_limit = 0; }
static void change_seed(struct desc *d) { d->seed = 7; }
static void change_fw(struct desc *d) { d->fw[0].flags = FW_MIRROR; }
static void change_mem(struct desc *d) { desc_add_mem(d, 0, GiB, 0, false); }
static void change_node(struct desc *d)
{
	struct desc_node *n = desc_get_node(d, 0);

	n->cpu = calloc(1, 1);
	n->cpu[0] = 1;
}
static void change_resv(struct desc *d)
{
	struct desc_resv r = { .end = 4096, .nid = NO_NODE };

	desc_add_resv(d, &r);
}

static void test_equal_sees_every_difference(void **state)
{
	differ(change_name, "name or title, part 0 differs\n");
	differ(change_cmdline, "command line 0 differs\n");
	differ(change_notes, "notes, part 0 differs\n");
	differ(change_arch, "architecture 0 differs\n");
	differ(change_seed, "machine setting 0 differs\n");
	differ(change_fw, "firmware entry 0 differs\n");
	differ(change_mem, "number of node memory ranges: 0 differs\n");
	differ(change_node, "node 0 differs\n");
	differ(change_resv, "number of reservations: 0 differs\n");
}

/* Expect nodes without cpus and the order of node memory to make no difference. */
static void test_equal_ignores_what_says_nothing(void **state)
{
	struct desc *a = small(), *b = small();

	desc_get_node(a, 1);
	desc_add_mem(a, 0, MiB, 0, false);
	desc_add_mem(a, MiB, GiB, 1, false);
	desc_add_mem(b, MiB, GiB, 1, false);
	desc_add_mem(b, 0, MiB, 0, false);
	desc_set_string(&a->hostfacts, "one\n");
	desc_set_string(&b->hostfacts, "one");
	assert_true(desc_equal(a, b, NULL));
	assert_true(desc_equal(b, a, NULL));
	desc_free(a);
	desc_free(b);
}

/* Three ranges; the second and third overlap: expect the third to be blamed. */
static void test_overlap_blames_the_later_entry(void **state)
{
	struct desc *d = small();

	desc_add_fw(d, 4 * GiB, 6 * GiB, FW_RAM, 0, NULL, 0);
	desc_add_fw(d, 5 * GiB, 7 * GiB, FW_NVS, 0, NULL, 0);
	refuse(d, DESC_FW, 2, 1, "nvs 0x140000000-0x1bfffffff overlaps ram 0x100000000-0x17fffffff; correct one of them, "
	       "or set overlaps = yes to let the kernel sort it out");
}

/* A wide range that swallows several others must be found, wherever it stands. */
static void test_overlap_with_a_wide_range_is_found(void **state)
{
	struct desc *d = small();

	desc_add_fw(d, 2 * GiB, 2 * GiB + MiB, FW_RESERVED, 0, NULL, 0);
	desc_add_fw(d, 3 * GiB, 3 * GiB + MiB, FW_RESERVED, 0, NULL, 0);
	desc_add_fw(d, GiB, 4 * GiB, FW_RAM, 0, NULL, 0);
	refuse(d, DESC_FW, 3, 1, "ram 0x40000000-0xffffffff overlaps reserved 0x80000000-0x800fffff; correct one of them, "
	       "or set overlaps = yes to let the kernel sort it out");
}

/* Devices and no-map ranges lie over RAM without harm. */
static void test_devices_and_nomap_may_lie_over_ram(void **state)
{
	struct desc *d = small();

	desc_add_fw(d, MiB, 2 * MiB, FW_NOMAP, 0, NULL, 0);
	desc_add_fw(d, 0, GiB, FW_DEVICE, 0, "window", 0);
	assert_int_equal(desc_validate(d, NULL), 0);
	desc_free(d);
}

static void test_limits_of_the_address_space(void **state)
{
	struct desc *d = small();

	desc_add_fw(d, 64 * TiB - GiB, 64 * TiB, FW_RAM, 0, NULL, 0);
	assert_int_equal(desc_validate(d, NULL), 0);
	desc_add_fw(d, 64 * TiB, 64 * TiB + 1, FW_RAM, 0, NULL, 0);
	refuse(d, DESC_FW, 2, -1, "ram 0x400000000000-0x400000000000 ends above the 46 address bits of x86_64; lower it "
	       "or raise physical_bits");
	d = small();
	desc_add_fw(d, GiB, GiB, FW_RESERVED, 0, NULL, 0);
	refuse(d, DESC_FW, 1, -1, "reserved at 0x40000000 is empty or ends before it starts; give START-END with END the "
	       "last byte");
}

static void test_dimm_names_stand_in_a_section_header(void **state)
{
	struct desc_dimm m = { .id = "a b", .start = 4 * GiB, .size = GiB };
	struct desc *d = small();

	desc_add_dimm(d, &m);
	refuse(d, DESC_DIMM, 0, -1, "a memory device needs a name of 1 to 32 characters without blanks and brackets");
}

static void test_keys_name_every_type(void **state)
{
	for (int t = 0; t < NR_FW_TYPES; t++)
		assert_non_null(fw_type_key((enum fw_type)t));
	for (int k = 0; k < NR_RESV_KINDS; k++)
		assert_non_null(desc_resv_key((enum desc_resv_kind)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_description_is_an_empty_x86_64),
		cmocka_unit_test(test_strings_are_copied),
		cmocka_unit_test(test_arrays_grow_and_keep_their_elements),
		cmocka_unit_test(test_equal_sees_every_difference),
		cmocka_unit_test(test_equal_ignores_what_says_nothing),
		cmocka_unit_test(test_overlap_blames_the_later_entry),
		cmocka_unit_test(test_overlap_with_a_wide_range_is_found),
		cmocka_unit_test(test_devices_and_nomap_may_lie_over_ram),
		cmocka_unit_test(test_limits_of_the_address_space),
		cmocka_unit_test(test_dimm_names_stand_in_a_section_header),
		cmocka_unit_test(test_keys_name_every_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
