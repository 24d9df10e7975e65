/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See import_fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import_fixture.h"

char *root_create(void)
{
	char *name = strdup("/tmp/mmview-test-XXXXXX");

	assert_non_null(name);
	assert_non_null(mkdtemp(name));
	return name;
}

void root_put(const char *root, const char *rel, const char *text, size_t len)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, rel);
	for (char *s = strchr(path + strlen(root) + 1, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(path, 0777);
		*s = '/';
	}
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
}

void root_puts(const char *root, const char *rel, const char *text)
{
	root_put(root, rel, text, strlen(text));
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

void root_remove(char *root)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(root);
}

char *shared_path(const char *rel)
{
	const char *base = getenv("MMVIEW_SHARED");
	char *path = malloc(PATH_MAX);

	assert_non_null(path);
	snprintf(path, PATH_MAX, "%s/%s", base ? base : "../shared", rel);
	if (!access(path, R_OK))
		return path;
	print_message("skip: %s is not there; set MMVIEW_SHARED to the folder that holds it\n", path);
	free(path);
	return NULL;
}

static int capture_of(const char *base, const char *arch, void (*fn)(const char *, const char *, void *), void *arg)
{
	char dir[PATH_MAX], root[PATH_MAX];
	struct dirent **names;
	int n, found = 0;

	snprintf(dir, sizeof(dir), "%.3000s/%s", base, arch);
	n = scandir(dir, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(root, sizeof(root), "%.3500s/%s/root", dir, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && !access(root, R_OK)) {
			fn(names[i]->d_name, root, arg);
			found++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return found;
}

int each_capture(void (*fn)(const char *machine, const char *root, void *arg), void *arg)
{
	char *base = shared_path("kernel");
	int found;

	if (!base)
		return 0;
	found = capture_of(base, "x86_64", fn, arg) + capture_of(base, "arm64", fn, arg) +
		capture_of(base, "i386", fn, arg);
	free(base);
	return found;
}

void boot_desc(struct booted *b, const struct desc *d, enum boot_stage upto)
{
	struct mm_error err = { 0 };

	b->arena = arena_create(64 * GiB);
	assert_non_null(b->arena);
	assert_int_equal(trace_init(&b->trace, 1024), 0);
	b->sys = arena_alloc(b->arena, sizeof(*b->sys));
	if (system_init(b->sys, b->arena, d, &b->trace, &err) || system_boot(b->sys, upto, &err))
		fail_msg("%s does not boot: %s", d->name, err.msg);
}

void booted_cleanup(struct booted *b)
{
	system_cleanup(b->sys);
	trace_cleanup(&b->trace);
	arena_destroy(b->arena);
}
