/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Export, import, export: the second folder holds what the first one holds, byte
 * by byte, for every machine file and every capture.
 *
 *   machine file -> a -> import -> b -> import -> c        a = b (but for some log lines), b = c
 *   capture -> import -> a -> import -> b                  a = b
 *
 * Not asked:
 *   - lines of the log that list calls of memblock. A machine file may ask for a size
 *     and lists its places in its own order; an import knows all places and lists
 *     them in the order of the log. Where the initrd was before it was moved is such
 *     a line, too.
 *   - c of ini/scale-1t.ini, which has 8192 memory blocks. ini/scale-64t.ini: 65536 folders, three times (it is equal as well);
 *     ini/scale-4p.ini has more memory blocks than are exported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import_fixture.h"
#include "io/config.h"
#include "io/export.h"
#include "io/import.h"
#include "io/import_state.h"

static char *path_in(const char *dir, const char *name)
{
	size_t n = strlen(dir) + strlen(name) + 2;
	char *path = malloc(n);

	assert_non_null(path);
	snprintf(path, n, "%s/%s", dir, name);
	return path;
}

/* --- comparing two folders ------------------------------------------------------- */

static char *content(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n, cap = 1 << 16, len = 0;
	char *text = malloc(cap + 1);

	if (!f)
		fail_msg("%s is not there", path);
	while ((n = fread(text + len, 1, cap - len, f)) > 0) {
		len += n;
		if (len == cap)
			text = realloc(text, (cap *= 2) + 1);
	}
	fclose(f);
	text[len] = '\0';
	return text;
}

/* Does the line of a log tell of memblock's calls and lists? */
static bool memblock_line(const char *line)
{
	static const char *const begin[] = { "memblock_", "MEMBLOCK ", " memory", " reserved", "RAMDISK: ",
					     "Allocated new RAMDISK", "Move RAMDISK" };
	const char *s = strstr(line, "] ");

	for (size_t i = 0; s && i < ARRAY_SIZE(begin); i++)
		if (!strncmp(s + 2, begin[i], strlen(begin[i])))
			return true;
	return false;
}

static void drop_memblock_lines(char *text)
{
	char *to = text;

	for (char *s = text, *next; *s; s = next) {
		next = s + strcspn(s, "\n");
		next += *next == '\n';
		if (memblock_line(s))
			continue;
		memmove(to, s, (size_t)(next - s));
		to += next - s;
	}
	*to = '\0';
}

/* Say where the texts part. */
static void texts_equal(const char *what, const char *path, const char *a, const char *b)
{
	size_t i = 0, line = 1, start = 0;

	if (!strcmp(a, b))
		return;
	for (; a[i] == b[i]; i++) {
		if (a[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	fail_msg("%s: %s, line %zu: '%.*s' became '%.*s'", what, path, line, (int)strcspn(a + start, "\n"), a + start,
		 (int)strcspn(b + start, "\n"), b + start);
}

static void files_equal(const char *what, const char *a, const char *b, bool all_lines)
{
	char *x = content(a), *y = content(b);

	if (!all_lines && strstr(a, "/dmesg")) {
		drop_memblock_lines(x);
		drop_memblock_lines(y);
	}
	texts_equal(what, a, x, y);
	free(x);
	free(y);
}

static void links_equal(const char *what, const char *a, const char *b)
{
	char x[PATH_MAX] = "", y[PATH_MAX] = "";

	assert_true(readlink(a, x, sizeof(x) - 1) > 0);
	if (readlink(b, y, sizeof(y) - 1) < 0 || strcmp(x, y))
		fail_msg("%s: link %s became '%s'", what, a, y);
}

static int entries_of(const char *dir, struct dirent ***names)
{
	int n = scandir(dir, names, NULL, alphasort);

	if (n < 0)
		fail_msg("%s: %s", dir, strerror(errno));
	return n;
}

static void trees_equal(const char *what, const char *a, const char *b, bool all_lines);

static void entries_equal(const char *what, const char *a, const char *b, bool all_lines)
{
	struct stat st;

	assert_int_equal(lstat(a, &st), 0);
	if (S_ISDIR(st.st_mode))
		trees_equal(what, a, b, all_lines);
	else if (S_ISLNK(st.st_mode))
		links_equal(what, a, b);
	else
		files_equal(what, a, b, all_lines);
}

static void trees_equal(const char *what, const char *a, const char *b, bool all_lines)
{
	struct dirent **in_a, **in_b;
	int na = entries_of(a, &in_a), nb = entries_of(b, &in_b);

	for (int i = 0; i < na; i++) {
		const char *name = in_a[i]->d_name;
		char *x = path_in(a, name), *y = path_in(b, name);

		if (i >= nb || strcmp(name, in_b[i]->d_name))
			fail_msg("%s: %s is only in one of the folders", what, x);
		if (strcmp(name, ".") && strcmp(name, ".."))
			entries_equal(what, x, y, all_lines);
		free(x);
		free(y);
	}
	if (nb != na)
		fail_msg("%s: %s/%s is only in the second folder", what, b, in_b[na]->d_name);
	for (int i = 0; i < na; i++)
		free(in_a[i]);
	for (int i = 0; i < nb; i++)
		free(in_b[i]);
	free(in_a);
	free(in_b);
}

/* --- one step of the trip ----------------------------------------------------------- */

/* Boot @d (taken over), with its free counts, and export it to @dir. Return: what export_dir() said. */
static int export_of(struct desc *d, const char *dir, struct mm_error *err)
{
	struct booted b;
	int rc;

	boot_desc(&b, d, BOOT_LATE);
	import_apply_freecounts(b.sys);
	rc = export_dir(b.sys, dir, NULL, err);
	booted_cleanup(&b);
	desc_free(d);
	return rc;
}

static void again(const char *what, const char *from, const char *to)
{
	struct mm_error err = { 0 };
	struct desc *d = import_root(from, 0, NULL, &err);

	if (!d || export_of(d, to, &err))
		fail_msg("%s: %s", what, err.msg);
}

static bool too_large(const char *name)
{
	return !strncmp(name, "scale-4p", 8) || !strncmp(name, "scale-64t", 9);
}

static void machine_comes_back(const char *path)
{
	char *parent = root_create(), *a = path_in(parent, "a"), *b = path_in(parent, "b"), *c = path_in(parent, "c");
	struct mm_error err = { 0 };
	struct desc *d = config_load(path, &err);

	if (!d || export_of(d, a, &err))
		fail_msg("%s: %s", path, err.msg);
	again(path, a, b);
	trees_equal(path, a, b, false);
	if (!strstr(path, "scale")) {
		again(path, b, c);
		trees_equal(path, b, c, true);
	}
	free(a);
	free(b);
	free(c);
	root_remove(parent);
}

static void every_machine_of_ini_comes_back(void **state)
{
	struct dirent **names;
	int n = entries_of("ini", &names), nr = 0;

	for (int i = 0; i < n; i++) {
		const char *dot = strrchr(names[i]->d_name, '.');
		char *path = path_in("ini", names[i]->d_name);

		if (dot && !strcmp(dot, ".ini") && !too_large(names[i]->d_name)) {
			machine_comes_back(path);
			nr++;
		}
		free(path);
		free(names[i]);
	}
	free(names);
	assert_true(nr > 15);
}

/* Four PiB would be a folder for each of two million blocks: expect a refusal that says what to change. */
static void the_largest_machine_is_refused(void **state)
{
	char *parent = root_create(), *a = path_in(parent, "a");
	struct mm_error err = { 0 };
	struct desc *d = config_load("ini/scale-4p.ini", &err);

	assert_non_null(d);
	assert_int_equal(export_of(d, a, &err), -E2BIG);
	assert_non_null(strstr(err.msg, "memory_block_size"));
	free(a);
	root_remove(parent);
}

static void capture_comes_back(const char *machine, const char *root, void *arg)
{
	char *parent = root_create(), *a = path_in(parent, "a"), *b = path_in(parent, "b");

	again(machine, root, a);
	again(machine, a, b);
	trees_equal(machine, a, b, true);
	free(a);
	free(b);
	root_remove(parent);
}

static void every_capture_comes_back(void **state)
{
	if (!each_capture(capture_comes_back, NULL))
		skip();
}

/* --- pieces of it ------------------------------------------------------------------- */

/* A machine file in memory goes through the trip. */
static void text_comes_back(const char *what, const char *ini)
{
	char *parent = root_create(), *a = path_in(parent, "a"), *b = path_in(parent, "b");
	struct mm_error err = { 0 };
	struct desc *d = config_parse(ini, strlen(ini), what, &err);

	if (!d || export_of(d, a, &err))
		fail_msg("%s: %s", what, err.msg);
	again(what, a, b);
	trees_equal(what, a, b, false);
	free(a);
	free(b);
	root_remove(parent);
}

/* Gigantic pages are in the reserved list and on the command line: expect them taken once. */
static void gigantic_pages_are_reserved_once(void **state)
{
	text_comes_back("arm64, iomem", "[machine]\narch = arm64\ncpus = 2\ncmdline = hugepagesz=1G hugepages=2\n"
			"[firmware]\nram = 0x40000000-0x23fffffff\n");
	text_comes_back("arm64, log", "[machine]\narch = arm64\ncpus = 2\n"
			"cmdline = memblock=debug hugepagesz=1G hugepages=2\n[firmware]\nram = 0x40000000-0x23fffffff\n");
	text_comes_back("x86_64, log", "[machine]\narch = x86_64\ncpus = 2\n"
			"cmdline = memblock=debug hugepagesz=1G hugepages=2\n[firmware]\nram = 0x0-0x9fbff\n"
			"ram = 0x100000-0xbfffffff\nram = 0x100000000-0x23fffffff\n");
}

/* A device of which nothing is plugged, and one half full that no log tells of. */
static void virtio_mem_windows_come_back(void **state)
{
	static const char ini[] = "[machine]\narch = x86_64\ncpus = 2\n[firmware]\nram = 0x0-0x9fbff\n"
				  "ram = 0x100000-0x7fffffff\n[virtio-mem empty0]\nstart = 0x140000000\nsize = 1G\n"
				  "[virtio-mem half0]\nstart = 0x180000000\nsize = 1G\nplugged = yes\n"
				  "requested = 512M\n";
	char *parent = root_create(), *a = path_in(parent, "a"), *log;
	struct mm_error err = { 0 };
	struct desc *d = config_parse(ini, sizeof(ini) - 1, "virtio.ini", &err);

	text_comes_back("virtio-mem", ini);
	if (!d || export_of(d, a, &err))
		fail_msg("%s", err.msg);
	log = path_in(a, "var/log/dmesg");
	assert_int_equal(unlink(log), 0);
	d = import_root(a, 0, NULL, &err);
	if (!d)
		fail_msg("%s", err.msg);
	assert_int_equal(d->nr_dimm, 1);
	assert_string_equal(d->dimm[0].id, "half0");
	assert_int_equal(d->dimm[0].size, GiB);
	assert_int_equal(d->dimm[0].requested, 512 * MiB);
	desc_free(d);
	free(log);
	free(a);
	root_remove(parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_machine_of_ini_comes_back),
		cmocka_unit_test(the_largest_machine_is_refused),
		cmocka_unit_test(every_capture_comes_back),
		cmocka_unit_test(gigantic_pages_are_reserved_once),
		cmocka_unit_test(virtio_mem_windows_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
