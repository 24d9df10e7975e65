/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resource tree: request, insert, split, release, print. Models kernel/resource.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "phys/resource.h"

#define RAM (IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY)

struct fixture {
	struct arena *a;
	struct resource root;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->a = arena_create(64 * MiB);
	resource_init_root(&f->root, ~0ULL);
	*state = f;
	return f->a ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_destroy(f->a);
	free(f);
	return 0;
}

static struct resource *res(struct fixture *f, phys_t start, phys_t end, const char *name, u32 flags)
{
	return resource_new(f->a, start, end, name, flags, IORES_DESC_NONE);
}

static struct resource *put(struct fixture *f, phys_t start, phys_t end, const char *name)
{
	struct resource *r = res(f, start, end, name, RAM);

	assert_int_equal(insert_resource(&f->root, r), 0);
	return r;
}

static void assert_tree(struct fixture *f, const char *want)
{
	struct text t = TEXT_INIT, why = TEXT_INIT;

	resource_print(&f->root, &t);
	assert_string_equal(text_str(&t), want);
	assert_int_equal(resource_check(&f->root, &why), 0);
	text_cleanup(&t);
	text_cleanup(&why);
}

/*
 *   |--a--|      |--b--|
 *      |---new---|
 * Expect the request to name a, the first one in the way.
 */
static void test_request_names_the_obstacle(void **state)
{
	struct fixture *f = *state;
	struct resource *a = put(f, 0x1000, 0x1fff, "a");

	put(f, 0x4000, 0x4fff, "b");
	assert_ptr_equal(request_resource_conflict(&f->root, res(f, 0x1800, 0x4000, "new", RAM)), a);
	assert_int_equal(request_resource(&f->root, res(f, 0x1800, 0x4000, "new", RAM)), -EBUSY);
}

/* Expect the root itself to be the obstacle of what does not fit, or is turned around. */
static void test_request_outside_of_root_names_root(void **state)
{
	struct fixture *f = *state;
	struct resource small;

	resource_init_root(&small, 0xffff);
	assert_ptr_equal(request_resource_conflict(&small, res(f, 0xf000, 0x10000, "x", 0)), &small);
	assert_ptr_equal(request_resource_conflict(&f->root, res(f, 0x2000, 0x1000, "x", 0)), &f->root);
}

/*
 *   |-------- System RAM --------|
 *        |-code-|   |-data-|
 * Expect the order of insertion not to matter.
 */
static void test_insert_finds_its_level_in_any_order(void **state)
{
	struct fixture *f = *state;

	put(f, 0x200000, 0x2fffff, "Kernel data");
	put(f, 0x100000, 0xffffff, "System RAM");
	put(f, 0x110000, 0x1fffff, "Kernel code");
	put(f, 0x1000, 0x9fbff, "System RAM");
	assert_tree(f, "00001000-0009fbff : System RAM\n"
		       "00100000-00ffffff : System RAM\n"
		       "  00110000-001fffff : Kernel code\n"
		       "  00200000-002fffff : Kernel data\n");
}

/* Expect the later of two equal ranges to become the parent. */
static void test_insert_of_equal_range_becomes_parent(void **state)
{
	struct fixture *f = *state;

	put(f, 0xf0000, 0xfffff, "System ROM");
	put(f, 0xf0000, 0xfffff, "Reserved");
	assert_tree(f, "000f0000-000fffff : Reserved\n  000f0000-000fffff : System ROM\n");
}

/*
 *   |---a---|
 *       |---new---|
 * Expect no insertion, because new would cut a.
 */
static void test_insert_of_partial_overlap_is_refused(void **state)
{
	struct fixture *f = *state;
	struct resource *a = put(f, 0x1000, 0x2fff, "a");

	assert_ptr_equal(insert_resource_conflict(&f->root, res(f, 0x2000, 0x3fff, "new", 0)), a);
	assert_int_equal(insert_resource(&f->root, res(f, 0x2000, 0x3fff, "new", 0)), -EBUSY);
}

static void catch_line(void *ctx, const char *line)
{
	text_puts(ctx, line);
}

/* Expect new to grow over both neighbours that it cuts, with a message for each. */
static void test_expand_to_fit_grows_over_conflicts(void **state)
{
	struct fixture *f = *state;
	struct text said = TEXT_INIT;
	struct log_sink log = { catch_line, &said };

	put(f, 0x1000, 0x2fff, "a");
	put(f, 0x5000, 0x6fff, "b");
	insert_resource_expand_to_fit(&f->root, res(f, 0x2000, 0x5fff, "new", 0), &log);
	assert_tree(f, "00001000-00006fff : new\n  00001000-00002fff : a\n  00005000-00006fff : b\n");
	assert_string_equal(text_str(&said), "Expanded resource new due to conflict with a"
			    "Expanded resource new due to conflict with b");
	text_cleanup(&said);
}

/*
 *   ..|a|..|b|..
 *   |--wanted--|
 * Expect three pieces around a and b.
 */
static void test_reserve_with_split_fills_the_gaps(void **state)
{
	struct fixture *f = *state;

	put(f, 0x2000, 0x2fff, "a");
	put(f, 0x5000, 0x5fff, "b");
	reserve_region_with_split(f->a, &f->root, 0x1000, 0x7fff, "RAM buffer");
	assert_tree(f, "00001000-00001fff : RAM buffer\n00002000-00002fff : a\n"
		       "00003000-00004fff : RAM buffer\n00005000-00005fff : b\n"
		       "00006000-00007fff : RAM buffer\n");
}

/* Expect nothing where everything is taken, and clipping at the end of the root. */
static void test_reserve_with_split_of_covered_range_does_nothing(void **state)
{
	struct fixture *f = *state;
	struct resource small;

	put(f, 0x1000, 0x8fff, "a");
	reserve_region_with_split(f->a, &f->root, 0x2000, 0x3fff, "x");
	assert_tree(f, "00001000-00008fff : a\n");
	resource_init_root(&small, 0xffff);
	reserve_region_with_split(f->a, &small, 0x8000, 0x1ffff, "x");
	assert_int_equal(small.child->end, 0xffff);
	assert_null(small.child->sibling);
	reserve_region_with_split(f->a, &small, 0x20000, 0x2ffff, "x");
	assert_null(small.child->sibling);
}

/* Expect release to take the children along, remove to leave them. */
static void test_release_takes_children_remove_leaves_them(void **state)
{
	struct fixture *f = *state;
	struct resource *ram = put(f, 0x1000, 0xffff, "System RAM");

	put(f, 0x2000, 0x2fff, "Kernel code");
	put(f, 0x4000, 0x4fff, "Kernel data");
	assert_int_equal(remove_resource(ram), 0);
	assert_tree(f, "00002000-00002fff : Kernel code\n00004000-00004fff : Kernel data\n");
	assert_int_equal(remove_resource(ram), -EINVAL);
	ram = put(f, 0x1000, 0xffff, "System RAM");
	assert_int_equal(release_resource(ram), 0);
	assert_tree(f, "");
	assert_int_equal(release_resource(ram), -EINVAL);
}

/* Expect a driver to get a busy child of a window, and the second one nothing. */
static void test_request_region_goes_below_windows_once(void **state)
{
	struct fixture *f = *state;
	struct resource *conflict = NULL, *mine;

	assert_int_equal(insert_resource(&f->root, res(f, 0x8000000000, 0xffffffffff, "pcie", IORESOURCE_MEM)), 0);
	mine = request_region(f->a, &f->root, 0x8000000000, 0x4000, "virtio", 0, &conflict);
	assert_non_null(mine);
	assert_true(mine->flags & IORESOURCE_BUSY);
	assert_null(request_region(f->a, &f->root, 0x8000001000, 0x1000, "other", 0, &conflict));
	assert_ptr_equal(conflict, mine);
	assert_tree(f, "8000000000-ffffffffff : pcie\n  8000000000-8000003fff : virtio\n");
	assert_int_equal(release_region(&f->root, 0x8000000000, 0x1000), -EINVAL);
	assert_int_equal(release_region(&f->root, 0x8000000000, 0x4000), 0);
	assert_int_equal(release_region(&f->root, 0x8000000000, 0x4000), -EINVAL);
}

/* Expect hot-remove to shorten at both ends, split in the middle, take the whole. */
static void test_release_mem_region_adjusts_and_splits(void **state)
{
	struct fixture *f = *state;

	put(f, 0x100000000, 0x13fffffff, "System RAM");
	assert_int_equal(release_mem_region_adjustable(f->a, &f->root, 0x100000000, 0x8000000), 0);
	assert_int_equal(release_mem_region_adjustable(f->a, &f->root, 0x138000000, 0x8000000), 0);
	assert_tree(f, "108000000-137ffffff : System RAM\n");
	assert_int_equal(release_mem_region_adjustable(f->a, &f->root, 0x118000000, 0x8000000), 0);
	assert_tree(f, "108000000-117ffffff : System RAM\n120000000-137ffffff : System RAM\n");
	assert_int_equal(release_mem_region_adjustable(f->a, &f->root, 0x108000000, 0x10000000), 0);
	assert_tree(f, "120000000-137ffffff : System RAM\n");
	assert_int_equal(release_mem_region_adjustable(f->a, &f->root, 0x110000000, 0x20000000), -EINVAL);
}

/* Expect children to hold their part back: -EINVAL, nothing changed. */
static void test_release_mem_region_respects_children(void **state)
{
	struct fixture *f = *state;

	put(f, 0x1000, 0xffff, "System RAM");
	put(f, 0x8000, 0x8fff, "Kernel code");
	assert_int_equal(release_mem_region_adjustable(f->a, &f->root, 0x8000, 0x8000), -EINVAL);
	assert_tree(f, "00001000-0000ffff : System RAM\n  00008000-00008fff : Kernel code\n");
}

/* Expect three mergeable neighbours to become one, and another name to stay apart. */
static void test_merge_joins_equal_neighbours_only(void **state)
{
	struct fixture *f = *state;
	struct resource *r[4];

	for (int i = 0; i < 4; i++)
		r[i] = put(f, 0x1000u * (unsigned)i, 0x1000u * (unsigned)i + 0xfff,
			   i == 3 ? "System RAM (kmem)" : "System RAM (virtio_mem)");
	merge_system_ram_resource(r[0]);
	merge_system_ram_resource(r[2]);
	assert_tree(f, "00000000-00000fff : System RAM (virtio_mem)\n"
		       "00001000-00001fff : System RAM (virtio_mem)\n"
		       "00002000-00002fff : System RAM (virtio_mem)\n"
		       "00003000-00003fff : System RAM (kmem)\n");
	merge_system_ram_resource(r[1]);
	merge_system_ram_resource(r[3]);
	assert_tree(f, "00000000-00002fff : System RAM (virtio_mem)\n00003000-00003fff : System RAM (kmem)\n");
}

static void test_adjust_stays_between_neighbours_and_children(void **state)
{
	struct fixture *f = *state;
	struct resource *r = put(f, 0x3000, 0x5fff, "r");

	put(f, 0x1000, 0x1fff, "left");
	put(f, 0x8000, 0x8fff, "right");
	put(f, 0x4000, 0x4fff, "child");
	assert_int_equal(adjust_resource(r, 0x2000, 0x6000), 0);
	assert_int_equal(adjust_resource(r, 0x1000, 0x7000), -EBUSY);
	assert_int_equal(adjust_resource(r, 0x2000, 0x7000), -EBUSY);
	assert_int_equal(adjust_resource(r, 0x2000, 0x2800), -EBUSY);
	assert_int_equal(r->start, 0x2000);
	assert_int_equal(r->end, 0x7fff);
}

/* Expect the innermost resource; nothing in a gap; lookups at one level only. */
static void test_find_returns_the_innermost(void **state)
{
	struct fixture *f = *state;
	struct resource *code, *ram = put(f, 0x1000, 0xffff, "System RAM");

	code = put(f, 0x2000, 0x2fff, "Kernel code");
	assert_ptr_equal(resource_find(&f->root, 0x2fff), code);
	assert_ptr_equal(resource_find(&f->root, 0x3000), ram);
	assert_null(resource_find(&f->root, 0xfff));
	assert_null(resource_find(&f->root, 0x10000));
	assert_ptr_equal(lookup_resource(&f->root, 0x1000), ram);
	assert_null(lookup_resource(&f->root, 0x2000));
	assert_ptr_equal(find_next_iomem_res(&f->root, 0x2000, 0xffff, RAM, IORES_DESC_NONE), ram);
	assert_null(find_next_iomem_res(&f->root, 0x2000, 0xffff, IORESOURCE_EXCLUSIVE, IORES_DESC_NONE));
	assert_null(find_next_iomem_res(&f->root, 0x2000, 0x2000, RAM, IORES_DESC_NONE));
}

/* Seven levels: expect the indentation to stop growing after five steps. */
static void test_print_indents_five_levels_at_most(void **state)
{
	struct fixture *f = *state;

	for (u64 i = 0; i < 7; i++)
		put(f, 0x1000 * i, 0x100000 - 1 - 0x1000 * i, "r");
	assert_tree(f, "00000000-000fffff : r\n"
		       "  00001000-000fefff : r\n"
		       "    00002000-000fdfff : r\n"
		       "      00003000-000fcfff : r\n"
		       "        00004000-000fbfff : r\n"
		       "          00005000-000fafff : r\n"
		       "          00006000-000f9fff : r\n");
}

/* Expect four digits for a small root, and <BAD> without a name. */
static void test_print_of_small_root_uses_four_digits(void **state)
{
	struct fixture *f = *state;
	struct resource small;
	struct text t = TEXT_INIT;

	resource_init_root(&small, 0xffff);
	request_resource(&small, resource_new(f->a, 0x60, 0x6f, NULL, 0, IORES_DESC_NONE));
	resource_print(&small, &t);
	assert_string_equal(text_str(&t), "0060-006f : <BAD>\n");
	text_cleanup(&t);
}

/*
 * Random inserts and removals: expect the tree to stay sound, and the outcome of
 * each request to agree with a search through everything that is in the tree.
 */
static void test_random_operations_keep_the_tree_sound(void **state)
{
	struct fixture *f = *state;
	struct resource *in[64] = { NULL };
	struct text why = TEXT_INIT;
	struct rng r;
	u64 seed = 20240612;

	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int step = 0; step < 20000; step++) {
		size_t i = rng_below(&r, 64);
		phys_t start = rng_below(&r, 200);
		phys_t end = start + rng_below(&r, 40);

		if (in[i]) {
			assert_int_equal(remove_resource(in[i]), 0);
			in[i] = NULL;
		} else {
			struct resource *n = res(f, start, end, "r", IORESOURCE_MEM);
			bool crosses = false;

			for (size_t j = 0; j < 64; j++)
				if (in[j] && in[j]->start <= end && start <= in[j]->end)
					crosses |= !(in[j]->start <= start && end <= in[j]->end) &&
						   !(start <= in[j]->start && in[j]->end <= end);
			assert_int_equal(insert_resource(&f->root, n), crosses ? -EBUSY : 0);
			in[i] = crosses ? NULL : n;
		}
		assert_int_equal(resource_check(&f->root, &why), 0);
	}
	text_cleanup(&why);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_request_names_the_obstacle),
		T(test_request_outside_of_root_names_root),
		T(test_insert_finds_its_level_in_any_order),
		T(test_insert_of_equal_range_becomes_parent),
		T(test_insert_of_partial_overlap_is_refused),
		T(test_expand_to_fit_grows_over_conflicts),
		T(test_reserve_with_split_fills_the_gaps),
		T(test_reserve_with_split_of_covered_range_does_nothing),
		T(test_release_takes_children_remove_leaves_them),
		T(test_request_region_goes_below_windows_once),
		T(test_release_mem_region_adjusts_and_splits),
		T(test_release_mem_region_respects_children),
		T(test_merge_joins_equal_neighbours_only),
		T(test_adjust_stays_between_neighbours_and_children),
		T(test_find_returns_the_innermost),
		T(test_print_indents_five_levels_at_most),
		T(test_print_of_small_root_uses_four_digits),
		T(test_random_operations_keep_the_tree_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
