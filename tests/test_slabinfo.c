/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Geometry and /proc/slabinfo, against every slabinfo of real machines that is at
 * hand (MMVIEW_SHARED, default ../shared; tests are skipped without it).
 *
 * Flags had to be known for no row: slabinfo prints the size that an object takes
 * with all its metadata, and objects and pages per slab follow from that size, the
 * page size and the number of cpus alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "slab/slab_populate.h"
#include "slab/slabinfo.h"
#include "slab_fixture.h"

static const char *shared(void)
{
	const char *dir = getenv("MMVIEW_SHARED");

	return dir ? dir : "../shared";
}

static bool need_folder(const char *sub, char *path, size_t n)
{
	struct stat sb;

	snprintf(path, n, "%s/%s", shared(), sub);
	if (!stat(path, &sb))
		return true;
	print_message("no %s: set MMVIEW_SHARED to the folder with captures of real machines\n", path);
	return false;
}

/* The whole file, NUL terminated; free it. NULL: there is none. */
static char *read_all(const char *path)
{
	FILE *f = fopen(path, "r");
	struct text t = TEXT_INIT;
	char buf[4096];
	size_t n;

	if (!f)
		return NULL;
	text_puts(&t, "");
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_write(&t, buf, n);
	fclose(f);
	return t.buf;
}

/* The number behind @key in @text, or @none. */
static u32 number_after(const char *text, const char *key, u32 none)
{
	const char *p = text ? strstr(text, key) : NULL;

	return p ? (u32)strtoul(p + strlen(key), NULL, 10) : none;
}

/* --- geometry -------------------------------------------------------------------- */

struct count {
	u32 rows, wrong, files;
	bool quiet;
};

static void check_row(const struct slab_limits *l, const char *path, const struct slabinfo_row *row, struct count *c)
{
	struct slab_request rq = { .object_size = (u32)row->objsize };
	struct slab_geometry g;

	c->rows++;
	if (!slab_calculate_sizes(l, &rq, &g) && g.size == row->objsize && g.objects == row->objperslab &&
	    1ULL << g.order == row->pagesperslab)
		return;
	c->wrong++;
	if (!c->quiet)
		print_message("%s: %s objsize %llu: kernel %llu in %llu pages, computed %u in %u\n", path, row->name,
			      (unsigned long long)row->objsize, (unsigned long long)row->objperslab,
			      (unsigned long long)row->pagesperslab, g.objects, 1u << g.order);
}

static void check_text(const struct slab_limits *l, const char *path, const char *text, struct count *c)
{
	struct slabinfo_row row;

	c->files++;
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");

		if (!slabinfo_parse(line, n, &row) && !row.limit)
			check_row(l, path, &row, c);
		line += n + (line[n] == '\n');
	}
}

/* Every file called slabinfo below @path. */
static void check_tree(const struct slab_limits *l, const char *path, struct count *c)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	char sub[1024];

	while (dir && (e = readdir(dir))) {
		char *text;

		if (e->d_name[0] == '.' || snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name) >= (int)sizeof(sub))
			continue;
		text = strcmp(e->d_name, "slabinfo") ? NULL : read_all(sub);
		if (text)
			check_text(l, sub, text, c);
		else
			check_tree(l, sub, c);
		free(text);
	}
	if (dir)
		closedir(dir);
}

static void limits_of(struct slab_limits *l, const char *arch, u32 cpus)
{
	struct mm_error err = { 0, "" };
	struct arch a;

	assert_int_equal(arch_preset(&a, arch, &err), 0);
	slab_limits_init(l, &a, cpus, cpus);
}

/* Expect objects and pages per slab of every row of every captured 6.12 kernel. */
static void test_every_captured_row_has_the_computed_geometry(void **state)
{
	static const char *const arches[] = { "x86_64", "arm64", "i386" };
	struct count c = { 0 };
	char path[512], machine[800], log[900];

	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		struct dirent *e;
		DIR *dir;

		snprintf(machine, sizeof(machine), "kernel/%s", arches[i]);
		if (!need_folder(machine, path, sizeof(path)))
			skip();
		dir = opendir(path);
		while (dir && (e = readdir(dir))) {
			struct slab_limits l;
			char *dmesg;

			snprintf(machine, sizeof(machine), "%s/%s", path, e->d_name);
			snprintf(log, sizeof(log), "%s/root/var/log/dmesg", machine);
			dmesg = e->d_name[0] == '.' ? NULL : read_all(log);
			if (dmesg) {
				limits_of(&l, arches[i], number_after(dmesg, "MinObjects=0, CPUs=", 1));
				check_tree(&l, machine, &c);
			}
			free(dmesg);
		}
		closedir(dir);
	}
	print_message("%u rows of %u files\n", c.rows, c.files);
	assert_int_not_equal(c.rows, 0);
	assert_int_equal(c.wrong, 0);
}

/* The cpus of other machines are not recorded: some number has to explain every row. */
static void test_real_machines_have_the_computed_geometry(void **state)
{
	char path[512], file[800];
	struct dirent *e;
	DIR *dir;

	if (!need_folder("slabinfo", path, sizeof(path)))
		skip();
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		struct count best = { .wrong = ~0u };
		char *text;

		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		text = e->d_name[0] == '.' ? NULL : read_all(file);
		for (u32 cpus = 1; text && cpus <= 4096; cpus *= 2) {
			struct count c = { .quiet = true };
			struct slab_limits l;

			limits_of(&l, "x86_64", cpus);
			check_text(&l, file, text, &c);
			best = c.wrong < best.wrong ? c : best;
		}
		if (text && best.wrong)
			fail_msg("%s: %u of %u rows differ for every number of cpus", file, best.wrong, best.rows);
		free(text);
	}
	closedir(dir);
}

/* The article's own table: a machine of 8 to 15 cpus. */
static void test_the_articles_table_has_the_computed_geometry(void **state)
{
	static const struct {
		u32 size, objects, pages;
	} rows[] = {
		{ 176, 23, 1 },  { 160, 25, 1 },  { 184, 22, 1 },  { 1216, 26, 8 }, { 1344, 24, 8 }, { 248, 33, 2 },
		{ 312, 26, 2 },  { 2496, 13, 8 }, { 208, 39, 2 },  { 256, 32, 2 },  { 8192, 4, 8 },  { 4096, 8, 8 },
		{ 2048, 16, 8 }, { 1024, 32, 8 }, { 512, 32, 4 },  { 128, 32, 1 },
	};
	struct slab_limits l;

	limits_of(&l, "arm64", 8);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct slab_request rq = { .object_size = rows[i].size };
		struct slab_geometry g;

		assert_int_equal(slab_calculate_sizes(&l, &rq, &g), 0);
		assert_int_equal(g.size, rows[i].size);
		assert_int_equal(g.objects, rows[i].objects);
		assert_int_equal(1 << g.order, rows[i].pages);
	}
}

struct layout {
	u32 object_size, align;
	slab_flags_t flags;
	bool ctor;
	u32 size, offset, inuse; /* expected */
};

/*
 * Where the free pointer goes and what metadata adds, computed by hand from
 * calculate_sizes() for 8-byte pointers and 64-byte cache lines.
 */
static void test_flags_change_the_layout(void **state)
{
	static const struct layout cases[] = {
		{ 100, 0, 0, false, 104, 48, 104 },
		{ 1, 0, 0, false, 8, 0, 8 },
		{ 100, 0, 0, true, 112, 104, 104 },
		{ 100, 0, SLAB_TYPESAFE_BY_RCU, false, 112, 104, 104 },
		{ 100, 0, SLAB_HWCACHE_ALIGN, false, 128, 48, 104 },
		{ 24, 0, SLAB_HWCACHE_ALIGN, false, 32, 8, 24 },
		{ 100, 256, 0, false, 256, 48, 104 },
		/* red zone: 104 has 4 bytes to spare; right word and left pad of 8 each */
		{ 100, 0, SLAB_RED_ZONE, false, 120, 48, 104 },
		/* 104 exactly: a word for the red zone first */
		{ 104, 0, SLAB_RED_ZONE, false, 128, 48, 112 },
		{ 104, 0, SLAB_POISON, false, 112, 104, 104 },
		{ 104, 0, SLAB_STORE_USER, false, 168, 48, 104 },
	};
	struct slab_limits l;

	limits_of(&l, "x86_64", 2);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct layout *t = &cases[i];
		struct slab_request rq = {
			.object_size = t->object_size, .align = t->align, .flags = t->flags, .ctor = t->ctor };
		struct slab_geometry g;

		assert_int_equal(slab_calculate_sizes(&l, &rq, &g), 0);
		if (g.size != t->size || g.offset != t->offset || g.inuse != t->inuse)
			fail_msg("case %zu: size %u offset %u inuse %u", i, g.size, g.offset, g.inuse);
	}
}

/* Expect order, objects and limits to follow slab_min_order, slab_max_order and slab_min_objects. */
static void test_tunables_change_the_order(void **state)
{
	struct slab_limits l;

	limits_of(&l, "x86_64", 1);
	assert_int_equal(slab_calculate_order(&l, 512), 0);
	assert_int_equal(slab_calculate_order(&l, 8192), 3);
	slab_limits_tune(&l, 1, ~0u, ~0u);
	assert_int_equal(slab_calculate_order(&l, 64), 1);
	slab_limits_tune(&l, 0, 1, ~0u);
	assert_int_equal(slab_calculate_order(&l, 512), 0);
	assert_int_equal(slab_calculate_order(&l, 2048), 1);
	assert_int_equal(slab_calculate_order(&l, 40000), 4); /* larger than slab_max_order allows */
	slab_limits_tune(&l, 0, 3, 64);
	assert_int_equal(slab_calculate_order(&l, 512), 3);
	assert_int_equal(slab_calculate_order(&l, 64 << 20), -ENOSYS);
}

/* --- the text -------------------------------------------------------------------------- */

static void test_rows_are_parsed_from_the_middle(void **state)
{
	static const char good[] = "UBIFS inode cache      7     20    400   10    1 : tunables    0    0    0 "
				   ": slabdata      2      2      0";
	static const char *const bad[] = {
		"kmalloc-64", "a b c : tunables 0 0 0 : slabdata 0 0 0", ": tunables 0 0 0 : slabdata 1 1 0",
		"x 1 2 3 4 5 : tunables 0 0 0", "x 1 2 3 4 99999999999999999999 : tunables 0 0 0 : slabdata 1 1 0",
		"x -1 2 3 4 5 : tunables : slabdata",
	};
	struct slabinfo_row row;
	char longline[4000];

	assert_int_equal(slabinfo_parse(good, strlen(good), &row), 0);
	assert_string_equal(row.name, "UBIFS inode cache");
	assert_int_equal(row.active_objs, 7);
	assert_int_equal(row.objsize, 400);
	assert_int_equal(row.num_slabs, 2);
	assert_int_equal(slabinfo_parse("", 0, &row), 1);
	assert_int_equal(slabinfo_parse("# name", 6, &row), 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(slabinfo_parse(bad[i], strlen(bad[i]), &row), -EINVAL);
	memset(longline, '1', sizeof(longline));
	assert_int_equal(slabinfo_parse(longline, sizeof(longline), &row), -EINVAL);
}

static void populate(struct slab_machine *m, const char *file, struct text *out)
{
	struct mm_error err = { 0, "" };

	if (slab_populate(m->st, file, strlen(file), out, &err))
		fail_msg("%s", err.msg);
	slab_machine_check(m);
}

/* Expect `show slabinfo` after populating a like machine to be the file, byte for byte. */
static void test_populated_machine_prints_the_same_slabinfo(void **state)
{
	static const struct {
		const char *arch, *name;
	} machines[] = {
		{ "x86_64", "pc-512m" }, { "x86_64", "pc-6g" }, { "x86_64", "numa2" },
		{ "arm64", "seed" },     { "arm64", "holes" },  { "i386", "highmem-2g-612" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		struct text out = TEXT_INIT, printed = TEXT_INIT;
		char path[512], sub[256], *file, *dmesg;
		struct slab_machine *m;

		snprintf(sub, sizeof(sub), "kernel/%s/%s/root/proc/slabinfo", machines[i].arch, machines[i].name);
		if (!need_folder(sub, path, sizeof(path)))
			skip();
		file = read_all(path);
		snprintf(path, sizeof(path), "%s/kernel/%s/%s/root/var/log/dmesg", shared(), machines[i].arch,
			 machines[i].name);
		dmesg = read_all(path);
		m = slab_machine_new(machines[i].arch, (int)number_after(dmesg, "Nodes=", 1), 256,
				     (int)number_after(dmesg, "MinObjects=0, CPUs=", 1));
		populate(m, file, &out);
		slabinfo_print(m->st, &printed);
		if (strcmp(text_str(&printed), file))
			fail_msg("%s differs:\n%s", machines[i].name, text_str(&out));
		text_cleanup(&out);
		text_cleanup(&printed);
		slab_machine_free(m);
		free(file);
		free(dmesg);
	}
}

/* Expect zeros in the geometry columns not to be compared, and the computed ones to be used. */
static void test_populate_ignores_zero_geometry(void **state)
{
	struct slab_machine *m = slab_machine_new("x86_64", 1, 64, 2);
	struct text out = TEXT_INIT;
	struct slab_cache_info info;

	populate(m, "mine 10 12 1000 0 0 : tunables 0 0 0 : slabdata 3 3 0\n", &out);
	assert_non_null(strstr(text_str(&out), "geometry: 0 of 0 rows"));
	slab_cache_info(m->st, kmem_cache_find(m->st, "mine"), &info);
	assert_int_equal(info.geo.objects, 16);
	assert_int_equal(info.num_slabs, 3);
	assert_int_equal(info.active_objs, 10);
	text_cleanup(&out);
	slab_machine_free(m);
}

/* Expect differences to be reported, nonsense to be refused with its line, and memory's end to be survived. */
static void test_populate_reports_differences(void **state)
{
	struct slab_machine *m = slab_machine_new("x86_64", 1, 64, 2);
	struct text out = TEXT_INIT;
	struct mm_error err = { 0, "" };
	static const char no_row[] = "one 1 1 64 64 1 : tunables 0 0 0 : slabdata 1 1 0\nnonsense\n";

	populate(m, "odd 0 0 1000 7 2 : tunables 0 0 0 : slabdata 0 0 0\n"
		    "huge 0 0 4096 8 8 : tunables 0 0 0 : slabdata 99999999 99999999 0\n"
		    "kmem_cache 1 1 320 1 1 : tunables 0 0 0 : slabdata 0 0 0\n", &out);
	assert_non_null(strstr(text_str(&out), "odd: objsize 1000: the file has 7 objects in 2 pages"));
	assert_non_null(strstr(text_str(&out), "kmem_cache: the file has objects of 320 bytes"));
	assert_non_null(strstr(text_str(&out), "memory is too small"));
	assert_int_equal(slab_populate(m->st, no_row, strlen(no_row), &out, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "line 2"));
	assert_int_equal(slab_populate(m->st, "", 0, &out, &err), -EINVAL);
	text_cleanup(&out);
	slab_machine_free(m);
}

static void test_reclaimable_caches_are_known_by_name(void **state)
{
	assert_int_equal(slab_known_flags("dentry"), SLAB_RECLAIM_ACCOUNT);
	assert_int_equal(slab_known_flags("ext4_inode_cache"), SLAB_RECLAIM_ACCOUNT);
	assert_int_equal(slab_known_flags("shmem_inode_cache"), 0);
	assert_int_equal(slab_known_flags("dma-kmalloc-64"), SLAB_CACHE_DMA);
	assert_int_equal(slab_known_flags("task_struct"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_captured_row_has_the_computed_geometry),
		cmocka_unit_test(test_real_machines_have_the_computed_geometry),
		cmocka_unit_test(test_the_articles_table_has_the_computed_geometry),
		cmocka_unit_test(test_flags_change_the_layout),
		cmocka_unit_test(test_tunables_change_the_order),
		cmocka_unit_test(test_rows_are_parsed_from_the_middle),
		cmocka_unit_test(test_populated_machine_prints_the_same_slabinfo),
		cmocka_unit_test(test_populate_ignores_zero_geometry),
		cmocka_unit_test(test_populate_reports_differences),
		cmocka_unit_test(test_reclaimable_caches_are_known_by_name),
	};

	return cmocka_run_group_tests_name("slabinfo", tests, NULL, NULL);
}
