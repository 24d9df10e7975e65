/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded kernels, page for page; and reports that find what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "sim/conform.h"

static const char *shared(void)
{
	const char *s = getenv("MMVIEW_SHARED");

	return s ? s : "../shared";
}

/* Every folder of vectors must be equal, operations and states. */
static void test_conform_every_vector_is_equal(void **state)
{
	char path[512], dir[1024];
	struct dirent *e;
	int nr = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/kernel/x86_64/vectors", shared());
	d = opendir(path);
	if (!d) {
		print_message("skip: no vectors at %s (set MMVIEW_SHARED)\n", path);
		skip();
	}
	while ((e = readdir(d))) {
		struct text t = TEXT_INIT;
		struct mm_error err = { 0 };
		struct stat st;

		snprintf(dir, sizeof(dir), "%s/%s/ops.txt", path, e->d_name);
		if (stat(dir, &st))
			continue;
		*strrchr(dir, '/') = '\0';
		if (conform_dir(dir, &t, &err))
			fail_msg("%s\n%s", text_str(&t), err.msg);
		assert_non_null(strstr(text_str(&t), "operations "));
		text_cleanup(&t);
		nr++;
	}
	closedir(d);
	assert_true(nr > 0);
}

/* --- small records of our own ---------------------------------------------------------- */

/* A zone of 4 MiB at pfn 0x1000, one free block of order 10, everything else empty. */
static const char zone_head[] =
	"params pageblock_order=9 MAX_PAGE_ORDER=10 MIGRATE_TYPES=5 MIGRATE_PCPTYPES=3 PAGES_PER_SECTION=32768\n"
	"node 0 start=1000 spanned=1024 present=1024 kswapd_order=0 kswapd_highest_zoneidx=5 kswapd_failures=0\n"
	"zonelist node=0: 0/DMA32\n"
	"zone node=0 idx=1 name=DMA32 start=1000 spanned=1024 present=1024 present_early=1024 managed=1024 contiguous=1 initialized=1\n"
	"wmark min=10 low=12 high=14 promo=16 boost=0\n"
	"lowmem_reserve 0 0 0 0 0\n"
	"flags=0x0 nr_reserved_highatomic=0 nr_free_highatomic=0 nr_isolate_pageblock=0 percpu_drift_mark=0\n"
	"compact free_pfn=0 migrate_pfn=0,0 init_migrate=0 init_free=0 considered=0 defer_shift=0 order_failed=0 blockskip_flush=0\n"
	"pageset high_min=0 high_max=0 batch=1\n";

struct record {
	char dir[64];
};

static void put(const struct record *r, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void put_state(const struct record *r, const char *name, int op, const char *tail)
{
	char buf[4096];

	snprintf(buf, sizeof(buf), "state op=%d\n%s%s", op, zone_head, tail);
	put(r, name, buf);
}

#define BEFORE                                                                          \
	"vm_stat NR_FREE_PAGES=0: 1024 0 0\nvm_stat_diff cpu=0 threshold=2: 0 0 0\n"    \
	"pcp cpu=0 count=0 high=0 high_min=0 high_max=0 batch=1 flags=0x0 alloc_factor=0 expire=0 free_count=0\n" \
	"area order=10 nr_free=1\nfree order=10 mt=1 n=1: 1000\n"                       \
	"pageblocks start=1000 n=2: 11\nmovable start=1000 : 0 0\nendstate\n"
#define OPS "0 A 8 2808 0 1000 768 0\n1 F 8 1000 1024 0\n"

static struct record record_new(void)
{
	struct record r = { "/tmp/test_conform_XXXXXX" };

	assert_non_null(mkdtemp(r.dir));
	put_state(&r, "before.txt", 0, BEFORE);
	put(&r, "ops.txt", OPS);
	put(&r, "config.txt", "watermark_boost_factor: 15000\n");
	put_state(&r, "after.txt", 2, BEFORE);
	return r;
}

static void record_free(struct record *r)
{
	static const char *const names[] = { "before.txt", "ops.txt", "config.txt", "after.txt" };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", r->dir, names[i]);
		unlink(path);
	}
	rmdir(r->dir);
}

/* Run it; the report or the error must contain @want. */
static void expect(struct record *r, int rc, const char *want)
{
	struct text t = TEXT_INIT;
	struct mm_error err = { 0 };
	int have = conform_dir(r->dir, &t, &err);

	if (have != rc || (!strstr(text_str(&t), want) && !strstr(err.msg, want)))
		fail_msg("%d instead of %d, or no '%s' in: %s%s", have, rc, want, text_str(&t), err.msg);
	text_cleanup(&t);
	record_free(r);
}

/* One block, its first quarter taken and given back. Expect everything equal. */
static void test_conform_small_record_is_equal(void **state)
{
	struct record r = record_new();

	expect(&r, 0, "operations 2, equal 2\n");
}

/* The kernel took another quarter. Expect the operation, both pages and its history. */
static void test_conform_tells_the_first_difference(void **state)
{
	struct record r = record_new();

	put(&r, "ops.txt", "0 A 8 2808 0 1100 768 0\n1 F 8 1100 1024 0\n");
	expect(&r, -EUCLEAN, "first difference at 0:\n");
	r = record_new();
	put(&r, "ops.txt", "0 A 8 2808 0 1100 768 0\n1 F 8 1100 1024 0\n");
	expect(&r, -EUCLEAN, "kernel: page 1100, nr_free 768, nr_pcp 0\n  ours:   page 1000");
}

/* A counter alone is wrong. Expect that to be a difference too. */
static void test_conform_compares_counters(void **state)
{
	struct record r = record_new();

	put(&r, "ops.txt", "0 A 8 2808 0 1000 767 0\n1 F 8 1000 1024 0\n");
	expect(&r, -EUCLEAN, "operations 2, equal 1");
}

/* The state afterwards lacks the block. Expect list, entry and both sides. */
static void test_conform_names_the_list_that_differs(void **state)
{
	struct record r = record_new();

	put(&r, "ops.txt", "0 A 8 2808 0 1000 768 0\n");
	put_state(&r, "after.txt", 1, BEFORE);
	expect(&r, -EUCLEAN, "free list, order 10, type 1: entry 0: the kernel has 1000, ours has the end of the list");
}

static void expect_refused(const char *name, const char *text, const char *want)
{
	struct record r = record_new();

	put(&r, name, text);
	expect(&r, -EINVAL, want);
}

/* Expect unreadable records to be refused with file and line, not to crash. */
static void test_conform_refuses_broken_records(void **state)
{
	struct record r = record_new();

	expect_refused("ops.txt", "0 A 8 2808 0 1000 768 0\n2 F 8 1000 1024 0\n", "ops.txt:2: not an operation");
	expect_refused("ops.txt", "0 X 9\n", "ops.txt:1: not an operation");
	expect_refused("before.txt", "nonsense\n", "before.txt:1: no line of a state dump starts like this");
	expect_refused("before.txt", "state op=0\n", "ends without 'endstate'");
	expect_refused("before.txt", "wmark min=1 low=1 high=1 promo=1 boost=0\n", "no zone came before it");
	expect_refused("after.txt", "stat\n", "the first line must say");
	put_state(&r, "before.txt", 0, "free order=10 mt=1 n=2: 1000\nendstate\n");
	expect(&r, -EINVAL, "the list is shorter than it says");
	r = record_new();
	put_state(&r, "before.txt", 0, "pageblocks start=1000 n=2: 11\nfree order=9 mt=1 n=2: 1000 1000\nendstate\n");
	expect(&r, -EINVAL, "free twice");
	r = record_new();
	put_state(&r, "before.txt", 0, "pageblocks start=1000 n=2: 11\nfree order=9 mt=1 n=1: 1400\nendstate\n");
	expect(&r, -EINVAL, "outside zone");
	r = record_new();
	put_state(&r, "before.txt", 0, "pageblocks start=1000 n=2: 17\nendstate\n");
	expect(&r, -EINVAL, "unknown type");
}

static void test_conform_without_a_folder(void **state)
{
	struct text t = TEXT_INIT;
	struct mm_error err = { 0 };

	assert_int_equal(conform_dir("/nonexistent", &t, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "/nonexistent/ops.txt"));
	text_cleanup(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conform_every_vector_is_equal),
		cmocka_unit_test(test_conform_small_record_is_equal),
		cmocka_unit_test(test_conform_tells_the_first_difference),
		cmocka_unit_test(test_conform_compares_counters),
		cmocka_unit_test(test_conform_names_the_list_that_differs),
		cmocka_unit_test(test_conform_refuses_broken_records),
		cmocka_unit_test(test_conform_without_a_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
