/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands: the one way to change or question a machine. A keystroke, the ':'
 * prompt, a script line and a replayed record are the same command. The table
 * feeds completion, the help screen, the man page and the recorder.
 *
 * Each subsystem brings its rows in src/cmd/cmd_<subsystem>.c; command.c joins
 * the tables, parses lines and finds rows.
 */
#ifndef MM_CMD_COMMAND_H
#define MM_CMD_COMMAND_H

#include "base/error.h"
#include "base/text.h"
#include "base/types.h"

struct machine;

#define CMD_MAX_ARGS 32

/* One parsed line: words that are not key=value, and the key=value pairs, in order. */
struct cmd_args {
	int argc;
	const char *argv[CMD_MAX_ARGS]; /* argv[0] is the command's name */
	int nr_kv;
	struct {
		const char *key;
		const char *value;
	} kv[CMD_MAX_ARGS];
};

enum cmd_flag {
	CMD_READ = 1,     /* does not change the machine: not recorded */
	CMD_SESSION = 2,  /* acts on the session (undo, seek, quit): not recorded */
	CMD_FRONT = 4,    /* needs the screen */
};

struct command {
	const char *name;
	const char *args;    /* "order=N gfp=FLAGS [node=N] [as=TAG]" */
	const char *help;    /* one sentence, plain words */
	const char *group;   /* heading in help: "Allocate", "Look", "Hotplug" ... */
	u32 flags;
	const char *const *keys;   /* names of key=value keys, NULL-terminated, for completion; may be NULL */
	const char *const *words;  /* values of the first word, NULL-terminated ("zoneinfo" ...); may be NULL */
	/* Print to @out; fill @err on failure. Return 0 or -errno. */
	int (*run)(struct machine *m, const struct cmd_args *args, struct text *out, struct mm_error *err);
};

/* Value of key @key, or NULL. */
const char *cmd_value(const struct cmd_args *a, const char *key);
/* Numbers with K/M/G suffix or 0x; *out untouched when the key is absent. 0, or -EINVAL with advice. */
int cmd_u64(const struct cmd_args *a, const char *key, u64 *out, struct mm_error *err);
int cmd_int(const struct cmd_args *a, const char *key, int lo, int hi, int *out, struct mm_error *err);
/* A number given as a word; @what names it in the message. 0, -EINVAL or -ERANGE. */
int cmd_parse_u64(const char *s, u64 *out, const char *what, struct mm_error *err);
/* Split @line in place into words and key=value pairs. Quotes group, '#' starts a comment. */
int cmd_split(char *line, struct cmd_args *a, struct mm_error *err);
/* Refuse keys that are not in the NULL-terminated @known list: -EINVAL naming the key and the known ones. */
int cmd_check_keys(const struct cmd_args *a, const char *const *known, struct mm_error *err);

/* Split, find, run and record one line; what machine_command() and the replay of history use. */
int command_execute(struct machine *m, const char *line, struct text *out, struct mm_error *err);

/* All rows of all tables: index 0 .. command_count() - 1. */
int command_count(void);
const struct command *command_at(int i);
const struct command *command_find(const char *name);

#endif
