/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands, scripts, checks and imports without a terminal. Results go to
 * standard output, complaints to standard error as "file:line: what; remedy".
 */
#include "headless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/atomic_file.h"
#include "io/config.h"
#include "io/import.h"
#include "io/json.h"
#include "io/open.h"

#define EXIT_FAILED 1
#define EXIT_USAGE  2

/*
 * Print and empty @out; names in it come from files, and standard output may be a terminal.
 * Return: 0, or 1 when standard output does not take it.
 */
static int emit(struct text *out)
{
	bool bad;

	text_harmless(out->buf);
	bad = fwrite(text_str(out), 1, out->len, stdout) != out->len || fflush(stdout) || out->failed;

	text_clear(out);
	if (bad)
		fputs("mmview: standard output does not take the results (closed pipe or full disk?)\n", stderr);
	return bad;
}

static int run_one(struct machine *m, const char *line, bool json, struct text *out, struct mm_error *err)
{
	int rc = json ? json_command(m, line, out, err) : machine_command(m, line, out, err);

	return emit(out) ? -EPIPE : rc;
}

static int run_script(struct machine *m, const char *path, bool json, struct text *out)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "r") : stdin;
	struct mm_error err = { 0, "" };
	char *line = NULL;
	size_t cap = 0;
	int nr = 0, rc = 0;

	if (!f) {
		mm_fail(&err, -errno, "%s: cannot be read (%s); check the name", path, strerror(errno));
		fprintf(stderr, "mmview: %s\n", err.msg);
		return EXIT_USAGE;
	}
	while (!rc && getline(&line, &cap, f) != -1) {
		nr++;
		line[strcspn(line, "\r\n")] = '\0';
		rc = run_one(m, line, json, out, &err);
	}
	if (rc)
		mm_error_prefix(&err, "%s:%d", path, nr);
	else if (ferror(f))
		rc = mm_fail(&err, -errno, "%s: cannot be read any further after line %d (%s)", path, nr, strerror(errno));
	if (rc)
		fprintf(stderr, "%s\n", err.msg);
	free(line);
	if (f != stdin)
		fclose(f);
	return rc ? EXIT_FAILED : 0;
}

int headless_run(struct machine *m, const struct action *action, int nr, bool json)
{
	struct text out = TEXT_INIT;
	struct mm_error err;
	int status = 0;

	for (int i = 0; i < nr && !status; i++) {
		if (action[i].kind == ACTION_SCRIPT) {
			status = run_script(m, action[i].text, json, &out);
		} else if (run_one(m, action[i].text, json, &out, &err)) {
			mm_error_prefix(&err, "%s", action[i].text);
			fprintf(stderr, "mmview: %s\n", err.msg);
			status = EXIT_FAILED;
		}
	}
	text_cleanup(&out);
	return status;
}

int headless_check(char **paths, int nr)
{
	int status = 0;

	for (int i = 0; i < nr; i++) {
		struct mm_error err = { 0, "" };
		struct machine *m = machine_open(paths[i], &err);

		if (m)
			printf("%s: ok\n", text_harmless(paths[i]));
		else
			fprintf(stderr, "mmview: %s\n", err.msg);
		status |= !m;
		machine_destroy(m);
	}
	return status ? EXIT_FAILED : 0;
}

static void print_notes(const struct text *notes)
{
	if (notes->len)
		fputs(text_str(notes), stderr);
}

int headless_import(const char *root, const char *output)
{
	struct text notes = TEXT_INIT, ini = TEXT_INIT;
	struct mm_error err = { 0, "" };
	struct desc *d = import_root(root, 0, &notes, &err);
	int rc = d ? config_write(d, &ini) : err.code;

	print_notes(&notes);
	if (!rc && !strcmp(output, "-"))
		rc = emit(&ini) ? -EPIPE : 0;
	else if (!rc)
		rc = atomic_write_file(output, text_str(&ini), ini.len, &err);
	if (rc)
		fprintf(stderr, "mmview: %s\n", err.msg[0] ? err.msg : mm_errname(rc));
	desc_free(d);
	text_cleanup(&notes);
	text_cleanup(&ini);
	return rc ? EXIT_USAGE : 0;
}

struct machine *headless_open_import(const char *root, struct mm_error *err)
{
	struct text notes = TEXT_INIT;
	struct machine *m = machine_import(root, BOOT_LATE, &notes, err);

	print_notes(&notes);
	text_cleanup(&notes);
	return m;
}
