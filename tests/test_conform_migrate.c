/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compaction and offlining of a recorded kernel, move by move. */
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

#include "sim/conform_migrate.h"

static void records_dir(char *path, size_t n)
{
	const char *s = getenv("MMVIEW_SHARED");

	snprintf(path, n, "%s/kernel/x86_64/migration", s ? s : "../shared");
}

/* Expect: every line of moves.txt, the scanners' meeting points and after.txt are equal. */
static void replay_all(const char *prefix)
{
	char path[512], dir[1024];
	struct dirent *e;
	int nr = 0;
	DIR *d;

	records_dir(path, sizeof(path));
	d = opendir(path);
	if (!d) {
		print_message("skip: no records at %s (set MMVIEW_SHARED)\n", path);
		skip();
	}
	while ((e = readdir(d))) {
		struct text t = TEXT_INIT;
		struct mm_error err = { 0 };
		struct stat st;

		if (strncmp(e->d_name, prefix, strlen(prefix)))
			continue;
		snprintf(dir, sizeof(dir), "%s/%s", path, e->d_name);
		if (stat(dir, &st) || !S_ISDIR(st.st_mode))
			continue;
		if (conform_migrate_dir(dir, &t, &err))
			fail_msg("%s\n%s", text_str(&t), err.msg);
		assert_non_null(strstr(text_str(&t), "after.txt: 0 differences"));
		text_cleanup(&t);
		nr++;
	}
	closedir(d);
	assert_true(nr > 0);
}

static void test_compaction_moves_what_the_kernel_moved(void **state) { replay_all("compact-"); }
static void test_offlining_moves_what_the_kernel_moved(void **state) { replay_all("offline-"); }

/* --- a record that is not true is found out ------------------------------------------------ */

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *s;
	long n;

	if (!f)
		return NULL;
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	s = malloc((size_t)n + 1);
	assert_non_null(s);
	n = (long)fread(s, 1, (size_t)n, f);
	s[n] = '\0';
	fclose(f);
	return s;
}

static void spew(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* Copy compact-order9 with one destination changed. Expect: its line is named as the first difference. */
static void test_a_changed_move_is_reported(void **state)
{
	static const char *const files[] = { "before.txt", "after.txt", "pages-before.txt", "config.txt", "moves.txt" };
	char path[1024], base[512], tmp[] = "/tmp/mmview-migrate-XXXXXX";
	struct text t = TEXT_INIT;
	struct mm_error err = { 0 };

	records_dir(base, sizeof(base));
	snprintf(path, sizeof(path), "%s/compact-order9", base);
	if (access(path, R_OK))
		skip();
	assert_non_null(mkdtemp(tmp));
	for (size_t i = 0; i < 5; i++) {
		char *s, *m;

		snprintf(path, sizeof(path), "%s/compact-order9/%s", base, files[i]);
		s = slurp(path);
		assert_non_null(s);
		m = i == 4 ? strstr(s, " M ") : NULL;
		if (m)
			m[3] = m[3] == '1' ? '2' : '1';
		spew(tmp, files[i], s);
		free(s);
	}
	assert_int_equal(conform_migrate_dir(tmp, &t, &err), -EUCLEAN);
	assert_non_null(strstr(text_str(&t), "first difference at line"));
	assert_non_null(strstr(text_str(&t), "kernel 'M "));
	text_cleanup(&t);
	for (size_t i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "%s/%s", tmp, files[i]);
		unlink(path);
	}
	rmdir(tmp);
}

static void test_a_missing_record_is_an_error(void **state)
{
	struct text t = TEXT_INIT;
	struct mm_error err = { 0 };

	assert_true(conform_migrate_dir("/nonexistent-record", &t, &err) < 0);
	assert_non_null(strstr(err.msg, "before.txt"));
	text_cleanup(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compaction_moves_what_the_kernel_moved),
		cmocka_unit_test(test_offlining_moves_what_the_kernel_moved),
		cmocka_unit_test(test_a_changed_move_is_reported),
		cmocka_unit_test(test_a_missing_record_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
