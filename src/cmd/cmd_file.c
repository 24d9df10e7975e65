/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that read and write files: conform, bootreplay, replay, export, save, source.
 */
#include "cmd/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/atomic_file.h"
#include "io/bootreplay.h"
#include "io/export.h"
#include "mmview.h"
#include "sim/conform.h"
#include "sim/conform_migrate.h"
#include "sim/history.h"
#include "sim/machine.h"
#include "sim/trace_replay.h"

#define SOURCE_MAX_LINES 10000000u

static int need_path(const struct cmd_args *a, const char *what, struct mm_error *err)
{
	return a->argc == 2 ? 0 : mm_fail(err, -EINVAL, "%s which %s? give one path", a->argv[0], what);
}

/* Records of compaction and offlining have moves instead of operations. */
static bool is_migration_record(const char *dir)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/moves.txt", dir);
	return !access(path, R_OK);
}

static int run_conform(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_path(a, "folder", err);

	if (!rc)
		rc = is_migration_record(a->argv[1]) ? conform_migrate_dir(a->argv[1], out, err)
						     : conform_dir(a->argv[1], out, err);
	return rc == -EUCLEAN ? mm_fail(err, rc, "the model differs from the record in %s (report above)", a->argv[1]) : rc;
}

static int run_bootreplay(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_path(a, "boot log", err);

	rc = rc ? rc : bootreplay_file(a->argv[1], out, NULL, err);
	return rc == -EUCLEAN ? mm_fail(err, rc, "the model differs from the log %s (report above)", a->argv[1]) : rc;
}

static int run_export(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_path(a, "folder", err);
	u64 nr = 0;

	rc = rc ? rc : export_dir(m->sys, a->argv[1], &nr, err);
	if (!rc)
		text_printf(out, "%llu files in %s; try 'lsmem -s %s' or 'mmview --import %s'\n", (unsigned long long)nr,
			    a->argv[1], a->argv[1], a->argv[1]);
	return rc;
}

static int run_save(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct text script = TEXT_INIT;
	int rc = need_path(a, "file", err);

	if (rc)
		return rc;
	history_script(m, &script);
	rc = script.failed ? mm_fail(err, -ENOMEM, "the host has no memory for the script")
			   : atomic_write_file(a->argv[1], text_str(&script), script.len, err);
	if (!rc)
		text_printf(out, "session saved to %s; 'source %s' plays it on a fresh machine\n", a->argv[1], a->argv[1]);
	text_cleanup(&script);
	return rc;
}

static int source_lines(struct machine *m, FILE *f, const char *path, struct text *out, struct mm_error *err)
{
	char *line = NULL;
	size_t cap = 0;
	unsigned nr = 0;
	int rc = 0;

	while (!rc && getline(&line, &cap, f) != -1) {
		line[strcspn(line, "\r\n")] = '\0';
		if (++nr > SOURCE_MAX_LINES)
			rc = mm_fail(err, -E2BIG, "%s: more than %u lines; split it", path, SOURCE_MAX_LINES);
		else if (!strncmp(line + strspn(line, " \t"), "source", 6))
			rc = mm_fail(err, -EINVAL, "a script cannot source another one; put the lines in");
		else if (!strncmp(line + strspn(line, " \t"), "replay", 6))
			rc = mm_fail(err, -EINVAL, "a script cannot replay a file; write 'feed FILE' for a trace");
		else
			rc = machine_command(m, line, out, err);
	}
	if (rc)
		mm_error_prefix(err, "%s:%u", path, nr);
	else if (ferror(f))
		rc = mm_fail(err, -errno, "%s: cannot be read any further after line %u (%s)", path, nr, strerror(errno));
	free(line);
	return rc;
}

static int run_source(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_path(a, "script", err);
	char path[512];
	FILE *f;

	if (rc)
		return rc;
	snprintf(path, sizeof(path), "%s", a->argv[1]);
	f = fopen(path, "r");
	if (!f)
		return mm_fail(err, -errno, "%s: cannot be read (%s); check the name", path, strerror(errno));
	rc = source_lines(m, f, path, out, err);
	fclose(f);
	return rc;
}

/* feed FILE: what `replay` records when the file is a trace. */
static int run_feed(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct replay_summary s;
	int rc = need_path(a, "trace", err);

	if (!rc && m->sys->stage < BOOT_MEM_INIT)
		rc = mm_fail(err, -EAGAIN, "the buddy has no memory yet; run 'boot' first");
	rc = rc ? rc : trace_replay_file(m, a->argv[1], &s, err);
	if (!rc)
		replay_summary_print(&s, out);
	return rc;
}

static int run_replay(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_path(a, "trace or script", err);
	char line[4096];

	rc = rc ? rc : trace_replay_detect(a->argv[1], err);
	if (!rc)
		return run_source(m, a, out, err);
	if (rc < 0)
		return rc;
	if (snprintf(line, sizeof(line), "feed '%s'", a->argv[1]) >= (int)sizeof(line))
		return mm_fail(err, -ENAMETOOLONG, "the name is too long; move the file");
	return command_execute(m, line, out, err);
}

static const char *const no_keys[] = { NULL };

static const struct command rows[] = {
	{ "conform", "DIR", "replay a recorded kernel's allocator (before.txt, ops.txt ...) and compare every page and list",
	  "Files", CMD_READ, no_keys, NULL, run_conform },
	{ "bootreplay", "FILE", "replay the memblock calls of a boot log made with memblock=debug and compare every address",
	  "Files", CMD_READ, no_keys, NULL, run_bootreplay },
	{ "replay", "FILE",
	  "drive the machine with a kernel's trace (ftrace, trace-cmd, perf text) and compare page frames; or run a saved session",
	  "Files", CMD_SESSION, no_keys, NULL, run_replay },
	{ "feed", "FILE", "drive the machine with a kernel's trace (what 'replay' records)", "Files", 0, no_keys, NULL, run_feed },
	{ "export", "DIR", "write the machine as a folder with proc/ and sys/ in the kernel's formats", "Files", CMD_READ,
	  no_keys, NULL, run_export },
	{ "save", "FILE", "write the session as a script that reproduces it", "Files", CMD_READ, no_keys, NULL, run_save },
	{ "source", "FILE", "run the commands of a script", "Files", CMD_SESSION, no_keys, NULL, run_source },
};

const struct command *cmd_file_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
