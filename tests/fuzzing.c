/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share: see fuzzing.h. */
#include "fuzzing.h"

#include <ctype.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/command.h"
#include "io/config.h"
#include "sim/machine.h"

#define MAX_OPS 200 /* operations that one command may ask for */

static char folder[256]; /* one for the whole run */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_folder(void) { nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS); }

const char *fuzz_folder(void)
{
	const char *tmp = getenv("TMPDIR");

	if (folder[0])
		return folder;
	snprintf(folder, sizeof(folder), "%s/mmview-fuzz-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(folder))
		abort();
	atexit(remove_folder);
	return folder;
}

const char *fuzz_path(const char *rel)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), rel);
	return path;
}

void fuzz_put(const char *rel, const void *data, size_t len)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), rel);
	for (char *s = strchr(path + strlen(folder) + 1, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(path, 0700);
		*s = '/';
	}
	f = fopen(path, "wb");
	if (!f || fwrite(data, 1, len, f) != len || fclose(f))
		abort();
}

void fuzz_cut(const uint8_t *data, size_t size, const char *const *names, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
		size_t len = zero ? (size_t)(zero - data) : size;

		if (len)
			fuzz_put(names[i], data, len);
		else
			remove(fuzz_path(names[i]));
		data += len + (zero != NULL);
		size -= len + (zero != NULL);
	}
}

struct machine *fuzz_machine(void)
{
	static const char ini[] =
		"[machine]\ncpus = 2\ncmdline = kernelcore=64M\n"
		"[firmware]\nram = 0x0-0x9ffff\nram = 0x100000-0x3ffffff\nram = 0x8000000-0xbffffff\n"
		"[node 0]\nmemory = 0x0-0x7ffffff\ncpus = 0\n[node 1]\nmemory = 0x8000000-0xfffffff\ncpus = 1\n";
	struct mm_error err = { 0, "" };
	struct desc *d = config_parse(ini, sizeof(ini) - 1, "fuzz", &err);
	struct machine *m = d ? machine_create(d, BOOT_LATE, &err) : NULL;

	if (!m)
		abort();
	return m;
}

/* Commands whose files would be named by the input. */
static bool names_a_file(const char *line)
{
	struct mm_error err = { 0, "" };
	const struct command *c;
	struct cmd_args args;
	char *copy;
	bool file;

	while (*line == ' ' || *line == '\t')
		line++;
	if (!strncmp(line, "fails ", 6)) {
		line += 6 + strspn(line + 6, " ");
		if (*line == 'E')
			line += strcspn(line, " ");
	}
	copy = strdup(line);
	file = copy && !cmd_split(copy, &args, &err) && args.argc && (c = command_find(args.argv[0])) &&
	       (!strcmp(c->group, "Files") || !strcmp(c->name, "populate"));
	free(copy);
	return file;
}

/* Make the number at @p, with its suffix, at most MAX_OPS. */
static void bound_number(char *p)
{
	char *end = p, digits[8];
	u64 v;

	while (isalnum((unsigned char)*end))
		end++;
	v = strtoull(p, NULL, 0);
	if (end - p < 3 || (end - p == 3 && v <= MAX_OPS))
		return;
	memset(p, ' ', (size_t)(end - p));
	snprintf(digits, sizeof(digits), "%u", (unsigned)(v % MAX_OPS));
	memcpy(p, digits, strlen(digits));
}

char *fuzz_line(const char *line)
{
	/* Words after which a number says how often something is done. */
	static const char *const counts[] = { "ops", "count", "iterations", "step", "rate", "objects", "times" };
	char *copy;

	if (names_a_file(line))
		return NULL;
	copy = strdup(line);
	for (size_t i = 0; copy && i < ARRAY_SIZE(counts); i++)
		for (char *p = strstr(copy, counts[i]); p; p = strstr(p, counts[i])) {
			p += strlen(counts[i]);
			p += strspn(p, "= \t'\"");
			bound_number(p);
		}
	return copy;
}
