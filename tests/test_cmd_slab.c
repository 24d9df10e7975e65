/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of the slab allocator on a booted machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pages_fixture.h"
#include "slab/slab_tag.h"

static int setup(void **state)
{
	*state = boot_string(tiny_ini);
	return 0;
}

static int teardown(void **state)
{
	must_verify(*state);
	machine_destroy(*state);
	return 0;
}

static void test_kmalloc_names_what_it_gives(void **state)
{
	struct machine *m = *state;

	expect(m, "kmalloc size=100 as=a", "kmalloc-128 object");
	expect(m, "kmalloc size=10000 as=b", "large kmalloc");
	expect(m, "slab a", "slab of cpu 0");
	expect(m, "slab b", "pages straight from the buddy");
	must_verify(m);
	expect(m, "kfree a", "freed 1");
	expect(m, "kfree all", "freed 1");
	must_fail(m, "kfree a", -ENOENT);
	must_fail(m, "kmalloc size=8M", -EINVAL);
	must_fail(m, "kfree 0x1234567", -EINVAL);
}

static void test_cache_lives_and_dies(void **state)
{
	struct machine *m = *state;

	expect(m, "cache create box size=700 flags=HWCACHE_ALIGN|SLAB_NO_MERGE ctor=1",
	       "box: objects of 700 bytes take 768");
	must_fail(m, "cache create box size=700", -EEXIST);
	must_fail(m, "cache create bad size=7 flags=PURPLE", -EINVAL);
	must_fail(m, "cache create big size=8M", -EINVAL);
	expect(m, "cache alloc box count=50 as=x", "50 objects in all");
	must_fail(m, "cache destroy box", -EBUSY);
	expect(m, "cache show box draw=1", "constructed once");
	expect(m, "cache list sort=bytes", "box");
	expect(m, "cache free box n=20", "freed 20");
	must_verify(m);
	expect(m, "cache free box n=all", "freed 30");
	expect(m, "cache shrink box", "0 left");
	expect(m, "cache destroy box", "destroyed");
	must_fail(m, "cache show box", -ENOENT);
}

/* Expect undo to take a slab back, with names, counts and pages. */
static void test_undo_takes_objects_back(void **state)
{
	struct machine *m = *state;
	char *before = must(m, "show slabinfo"), *after;

	free(must(m, "kmalloc size=5000 count=300 as=many"));
	free(must(m, "undo"));
	after = must(m, "show slabinfo");
	assert_string_equal(before, after);
	must_fail(m, "kfree many", -ENOENT);
	free(before);
	free(after);
}

static void test_allocators_own_objects_are_protected(void **state)
{
	struct machine *m = *state;

	expect(m, "cache free kmem_cache n=all", "freed 0");
	expect(m, "cache free kmem_cache_node n=all", "freed 0");
	must_fail(m, "cache destroy kmem_cache", -EBUSY);
}

static void test_mempool_by_command(void **state)
{
	struct machine *m = *state;

	expect(m, "mempool create p cache=kmalloc-512 min=8", "reserve of 8");
	expect(m, "mempool list", "p: 8 of 8 elements of kmalloc-512");
	expect(m, "mempool alloc p as=e", "kmalloc-512 object");
	expect(m, "mempool free p e", "1 elements");
	expect(m, "mempool destroy p", "destroyed");
	must_fail(m, "mempool create p cache=nothing", -EINVAL);
}

/* Expect a slabinfo to become pages, and files that are none to be refused. */
static void test_populate_reads_a_file(void **state)
{
	char path[] = "/tmp/mmview-slabinfo-XXXXXX", line[128];
	struct machine *m = *state;
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	assert_non_null(f);
	fputs("slabinfo - version: 2.1\nmine 90 100 1000 0 0 : tunables 0 0 0 : slabdata 9 9 0\n", f);
	fclose(f);
	snprintf(line, sizeof(line), "populate slab %s", path);
	expect(m, line, "populated: 1 caches (1 created)");
	expect(m, "show slabinfo", "mine");
	unlink(path);
	must_fail(m, line, -ENOENT);
	must_fail(m, "populate slab /", -EIO);
	must_fail(m, "populate", -EINVAL);
}

/* Expect the kernel's reports, and a machine that is as before. */
static void misuse_of_objects_is_reported_and_changes_nothing(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	char line[96];
	u64 addr;

	free(must(m, "cache create c1 size=300 flags=NO_MERGE"));
	free(must(m, "cache create c2 size=300 flags=NO_MERGE"));
	free(must(m, "cache alloc c1 as=x"));
	slab_tag_at(m->sys->slab, 0, &addr);
	snprintf(line, sizeof(line), "cache free c2 addr=0x%llx", (unsigned long long)addr);
	refused(m, line, -EINVAL, "cache_from_obj: Wrong slab cache. c2 but object is from c1");
	snprintf(line, sizeof(line), "kfree 0x%llx", (unsigned long long)addr + 8);
	refused(m, line, -EINVAL, "BUG c1 (Not tainted): Invalid object pointer");
	snprintf(line, sizeof(line), "kfree 0x%llx", (unsigned long long)addr);
	free(must(m, line));
	refused(m, line, -EINVAL, "BUG c1 (Not tainted): Object already free");
	refused(m, line, -EINVAL, "double free");
	refused(m, "kfree 0xffff888000000000", -EINVAL, "object pointer: 0xffff888000000000");
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kmalloc_names_what_it_gives, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cache_lives_and_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_takes_objects_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_allocators_own_objects_are_protected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mempool_by_command, setup, teardown),
		cmocka_unit_test_setup_teardown(test_populate_reads_a_file, setup, teardown),
		cmocka_unit_test(misuse_of_objects_is_reported_and_changes_nothing),
	};

	return cmocka_run_group_tests_name("cmd_slab", tests, NULL, NULL);
}
