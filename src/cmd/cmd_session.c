/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands about the session itself: time travel, checking, help.
 */
#include "cmd/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mmview.h"
#include "sim/condition.h"
#include "sim/history.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

static void say_time(struct machine *m, struct text *out)
{
	text_printf(out, "time %llu of %llu\n", LL(history_now(m)), LL(history_end(m)));
}

static int run_undo(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = history_undo(m, err);

	if (!rc)
		say_time(m, out);
	return rc;
}

static int run_redo(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = history_redo(m, err);

	if (!rc)
		say_time(m, out);
	return rc;
}

/* T, +N, -N, start, end, next, previous, or a bookmark. */
static int parse_time(struct machine *m, const char *s, u64 *t, struct mm_error *err)
{
	u64 now = history_now(m), n;

	if (!strcmp(s, "start")) {
		*t = 0;
		return 0;
	}
	if (!strcmp(s, "end")) {
		*t = history_end(m);
		return 0;
	}
	if (!history_find_bookmark(m, s, t))
		return 0;
	if (!strcmp(s, "next") || !strcmp(s, "previous"))
		return history_next_bookmark(m, *s == 'n' ? 1 : -1, t) ?
			mm_fail(err, -ENOENT, "no bookmark %s this moment; 'bookmark NAME' sets one", *s == 'n' ? "after" : "before") : 0;
	if (*s == '+' || *s == '-') {
		if (parse_size(s + 1, &n, NULL))
			return mm_fail(err, -EINVAL, "'%s': write +N or -N operations", s);
		*t = *s == '+' ? now + n : now > n ? now - n : 0;
		return 0;
	}
	if (parse_size(s, t, NULL))
		return mm_fail(err, -EINVAL, "'%s' is no time and no bookmark; write a number, +N, -N, start, end or a bookmark's name", s);
	return 0;
}

static int run_seek(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u64 t;
	int rc;

	if (a->argc != 2)
		return mm_fail(err, -EINVAL, "seek where? a time, +N, -N, start, end or a bookmark");
	rc = parse_time(m, a->argv[1], &t, err);
	rc = rc ? rc : history_seek(m, t, err);
	if (!rc)
		say_time(m, out);
	return rc;
}

static int run_bookmark(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc;

	if (a->argc != 2 || strlen(a->argv[1]) > 40)
		return mm_fail(err, -EINVAL, "bookmark NAME: one word of at most 40 characters");
	rc = history_bookmark(m, a->argv[1], err);
	if (!rc)
		text_printf(out, "bookmark %s at time %llu; 'seek %s' comes back here\n", a->argv[1], LL(history_now(m)), a->argv[1]);
	return rc;
}

static int run_history(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct history_stats st;

	history_list(m, out);
	history_stats(m, &st);
	text_printf(out, "%llu entries, %llu checkpoints, %llu KiB\n", LL(st.entries), LL(st.checkpoints),
		    LL(st.bytes / 1024));
	return 0;
}

static int run_reset(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	return history_seek(m, 0, err);
}

/* What the condition's value is here, and what the next operation made of it. */
static int say_found(struct machine *m, const struct condition *c, const char *cond, struct text *out, struct mm_error *err)
{
	u64 now = history_now(m), here = condition_value(m, c), after;
	const char *close = strchr(cond, ')');
	int n = (int)(close ? close + 1 - cond : (ptrdiff_t)strcspn(cond, "<>=")), rc = history_seek(m, now + 1, err);

	if (rc)
		return rc;
	after = condition_value(m, c);
	rc = history_seek(m, now, err);
	if (!rc)
		text_printf(out, "time %llu of %llu: %.*s is %llu here, %llu after the next operation\n", LL(now),
			    LL(history_end(m)), n, cond, LL(here), LL(after));
	return rc;
}

/* back until CONDITION: the latest earlier moment at which it held. */
static int run_back(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct condition c;
	char cond[256] = "";
	int rc, first = a->argc > 1 && !strcmp(a->argv[1], "until") ? 2 : 1;

	for (int i = first; i < a->argc; i++)
		snprintf(cond + strlen(cond), sizeof(cond) - strlen(cond), "%s", a->argv[i]);
	for (int i = 0; i < a->nr_kv; i++)
		snprintf(cond + strlen(cond), sizeof(cond) - strlen(cond), "%s=%s", a->kv[i].key, a->kv[i].value);
	rc = condition_parse(cond, &c, err);
	rc = rc ? rc : condition_back(m, &c, err);
	return rc ? rc : say_found(m, &c, cond, out, err);
}

static int run_verify(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct text report = TEXT_INIT;
	int rc = machine_verify(m, &report);

	if (rc) {
		text_puts(out, text_str(&report));
		mm_fail(err, rc, "the machine is inconsistent (report above); please keep the session (save FILE)");
	} else {
		text_puts(out, "verify: ok\n");
	}
	text_cleanup(&report);
	return rc;
}

static int run_hash(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	text_printf(out, "%016llx\n", LL(machine_hash(m)));
	return 0;
}

static void help_all(struct text *out)
{
	const char *group = "";

	for (int i = 0, n = command_count(); i < n; i++) {
		const struct command *c = command_at(i);

		if (strcmp(group, c->group))
			text_printf(out, "%s%s\n", *group ? "\n" : "", c->group);
		group = c->group;
		text_printf(out, "  %s%s%s\n      %s\n", c->name, *c->args ? " " : "", c->args, c->help);
	}
}

static int run_help(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct command *c;

	if (a->argc == 1) {
		help_all(out);
		return 0;
	}
	c = command_find(a->argv[1]);
	if (!c)
		return mm_fail(err, -ENOENT, "no command is called '%s'; 'help' lists all", a->argv[1]);
	text_printf(out, "%s %s\n%s\n", c->name, c->args, c->help);
	return 0;
}

static const char *const no_keys[] = { NULL };
static const char *const seek_words[] = { "start", "end", "next", "previous", NULL };

static const struct command rows[] = {
	{ "undo", "", "go back to before the last command", "Time", CMD_SESSION, no_keys, NULL, run_undo },
	{ "redo", "", "do again what was undone", "Time", CMD_SESSION, no_keys, NULL, run_redo },
	{ "seek", "TIME | +N | -N | start | end | next | previous | BOOKMARK",
	  "go to a moment of the session; next and previous are bookmarks", "Time", CMD_SESSION,
	  no_keys, seek_words, run_seek },
	{ "back", "until CONDITION", "go back to the last moment at which e.g. free(order=9)>0 held", "Time",
	  CMD_SESSION, NULL, NULL, run_back },
	{ "bookmark", "NAME", "name this moment", "Time", CMD_SESSION, no_keys, NULL, run_bookmark },
	{ "history", "", "list what was done, with times and bookmarks", "Time", CMD_READ, no_keys, NULL, run_history },
	{ "reset", "", "go back to the machine as it booted", "Time", CMD_SESSION, no_keys, NULL, run_reset },
	{ "verify", "", "check every invariant of the whole machine", "Look", CMD_READ, no_keys, NULL, run_verify },
	{ "hash", "", "print the hash of the whole state; equal states have equal hashes", "Look", CMD_READ, no_keys,
	  NULL, run_hash },
	{ "help", "[COMMAND]", "list the commands, or explain one", "Look", CMD_READ, no_keys, NULL, run_help },
};

const struct command *cmd_session_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
