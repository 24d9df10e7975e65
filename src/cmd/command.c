/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command table, joined from the tables of src/cmd/cmd_*.c, and everything
 * that is done with a line of text: splitting it, finding its row, running it,
 * completing it.
 */
#include "cmd/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/vmscan.h"
#include "cmd/tables.h"
#include "sim/history.h"
#include "sim/machine.h"

#define LINE_MAX_BYTES 4096

typedef const struct command *(*table_fn)(int *nr);

static const table_fn tables[] = {
	cmd_alloc_table,   cmd_page_table,    cmd_vm_table,     cmd_run_table,  cmd_show_table, cmd_set_table,
	cmd_hotplug_table, cmd_slab_table,    cmd_boot_table, cmd_memblock_table, cmd_file_table, cmd_experiment_table, cmd_proc_table,
	cmd_pool_table,    cmd_session_table,
};

int command_count(void)
{
	int total = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		int nr;

		tables[i](&nr);
		total += nr;
	}
	return total;
}

const struct command *command_at(int index)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		int nr;
		const struct command *rows = tables[i](&nr);

		if (index < nr)
			return &rows[index];
		index -= nr;
	}
	return NULL;
}

const struct command *command_find(const char *name)
{
	for (int i = 0, n = command_count(); i < n; i++) {
		const struct command *c = command_at(i);

		if (!strcmp(c->name, name))
			return c;
	}
	return NULL;
}

const char *cmd_value(const struct cmd_args *a, const char *key)
{
	for (int i = 0; i < a->nr_kv; i++)
		if (!strcmp(a->kv[i].key, key))
			return a->kv[i].value;
	return NULL;
}

int cmd_parse_u64(const char *s, u64 *out, const char *what, struct mm_error *err)
{
	int rc = parse_size(s, out, NULL);

	if (rc == -ERANGE)
		return mm_fail(err, -ERANGE, "%s: '%s' does not fit into 64 bits; give a smaller number", what, s);
	if (rc)
		return mm_fail(err, -EINVAL, "%s: '%s' is not a number; write e.g. 4096, 0x1000, 4K or 2M", what, s);
	return 0;
}

int cmd_u64(const struct cmd_args *a, const char *key, u64 *out, struct mm_error *err)
{
	const char *v = cmd_value(a, key);

	return v ? cmd_parse_u64(v, out, key, err) : 0;
}

int cmd_int(const struct cmd_args *a, const char *key, int lo, int hi, int *out, struct mm_error *err)
{
	const char *v = cmd_value(a, key);
	char *end;
	long n;

	if (!v)
		return 0;
	errno = 0;
	n = strtol(v, &end, 0);
	if (errno || end == v || *end || n < lo || n > hi)
		return mm_fail(err, -EINVAL, "%s=%s: give a whole number from %d to %d", key, v, lo, hi);
	*out = (int)n;
	return 0;
}

int cmd_check_keys(const struct cmd_args *a, const char *const *known, struct mm_error *err)
{
	for (int i = 0; i < a->nr_kv; i++) {
		struct text list = TEXT_INIT;
		const char *const *k;
		int rc;

		for (k = known; k && *k && strcmp(*k, a->kv[i].key); k++)
			;
		if (k && *k)
			continue;
		for (k = known; k && *k; k++)
			text_printf(&list, "%s%s=", k == known ? "" : ", ", *k);
		rc = mm_fail(err, -EINVAL, "%s does not take '%s='; it takes %s", a->argv[0], a->kv[i].key,
			     list.len ? text_str(&list) : "no keys");
		text_cleanup(&list);
		return rc;
	}
	return 0;
}

/* Is the text before '=' a key? Keys are made of letters, digits, '_', '-' and '.'. */
static char *key_end(char *word)
{
	char *p = word;

	while (*p == '_' || *p == '-' || *p == '.' || (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
	       (*p >= 'A' && *p <= 'Z'))
		p++;
	return *p == '=' && p > word ? p : NULL;
}

/* Cut the next word out of *line in place; quotes group, '#' starts a comment. NULL at the end. */
static char *next_word(char **line, struct mm_error *err)
{
	char *p = *line, *word, *to;
	char quote = 0;

	while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
		p++;
	if (!*p || *p == '#')
		return NULL;
	for (word = to = p; *p; p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? 0 : *p;
		else if (!quote && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
			break;
		else
			*to++ = *p;
	}
	if (quote) {
		mm_fail(err, -EINVAL, "a quote (%c) is not closed; close it", quote);
		return NULL;
	}
	*line = *p ? p + 1 : p;
	*to = '\0';
	return word;
}

int cmd_split(char *line, struct cmd_args *a, struct mm_error *err)
{
	char *word, *eq;

	memset(a, 0, sizeof(*a));
	while ((word = next_word(&line, err))) {
		eq = key_end(word);
		if (a->argc >= CMD_MAX_ARGS || a->nr_kv >= CMD_MAX_ARGS)
			return mm_fail(err, -E2BIG, "more than %d words; split the line", CMD_MAX_ARGS);
		if (eq && a->argc) {
			*eq = '\0';
			a->kv[a->nr_kv].key = word;
			a->kv[a->nr_kv++].value = eq + 1;
		} else {
			a->argv[a->argc++] = word;
		}
	}
	return err && err->msg[0] ? err->code : 0;
}

/* The command whose name is nearest to @name, for "did you mean". */
static const char *nearest_command(const char *name)
{
	const char *best = NULL;
	size_t best_len = 0;

	for (int i = 0, n = command_count(); i < n; i++) {
		const char *c = command_at(i)->name;
		size_t same = 0;

		while (c[same] && c[same] == name[same])
			same++;
		if (same > best_len) {
			best_len = same;
			best = c;
		}
	}
	return best;
}

static int unknown_command(const char *name, struct mm_error *err)
{
	const char *near = nearest_command(name);

	if (near)
		return mm_fail(err, -ENOENT, "no command is called '%s'; did you mean '%s'? 'help' lists all", name, near);
	return mm_fail(err, -ENOENT, "no command is called '%s'; 'help' lists all", name);
}

/*
 * Run a row, and after it the kernel's threads where they were woken (kswapd, kcompactd);
 * host memory that ends becomes -ENOMEM.
 */
static int run_guarded(struct machine *m, const struct command *c, const struct cmd_args *a,
		       struct text *out, struct mm_error *err)
{
	jmp_buf env, *old = arena_set_oom(m->arena, &env);
	volatile int rc;

	if (setjmp(env)) {
		arena_set_oom(m->arena, old);
		return history_rollback(m, err);
	}
	rc = c->run(m, a, out, err);
	if (!(c->flags & (CMD_READ | CMD_SESSION | CMD_FRONT)))
		kswapd_run_all(&m->sys->mm);
	arena_set_oom(m->arena, old);
	return rc;
}

int command_execute(struct machine *m, const char *line, struct text *out, struct mm_error *err)
{
	char buf[LINE_MAX_BYTES];
	struct cmd_args args;
	const struct command *c;
	int rc;

	if (strlen(line) >= sizeof(buf))
		return mm_fail(err, -E2BIG, "a command line may have %d bytes at most; split it", LINE_MAX_BYTES - 1);
	memcpy(buf, line, strlen(line) + 1);
	rc = cmd_split(buf, &args, err);
	if (rc || !args.argc)
		return rc;
	c = command_find(args.argv[0]);
	if (!c)
		return unknown_command(args.argv[0], err);
	rc = c->keys ? cmd_check_keys(&args, c->keys, err) : 0;
	if (rc)
		return rc;
	if (m->lost)
		return mm_fail(err, -EUCLEAN, "host memory ended in the middle of a change; leave this machine and start again");
	history_settle(m);
	if (c->flags & (CMD_READ | CMD_SESSION | CMD_FRONT))
		return run_guarded(m, c, &args, out, err);
	m->execute = command_execute;
	history_before(m);
	m->sys->mm.cpu = m->sim->cpu;
	m->sim->ops++;
	rc = run_guarded(m, c, &args, out, err);
	history_after(m, line, rc);
	return rc;
}

/* Run @line and give the error a code and a message in any case. */
static int run_line(struct machine *m, const char *line, struct text *out, struct mm_error *e)
{
	int rc;

	e->code = 0;
	e->msg[0] = '\0';
	rc = command_execute(m, line, out, e);
	if (rc && !e->msg[0])
		mm_fail(e, rc, "%s failed: %s", line, mm_errname(rc));
	if (rc && !e->code)
		e->code = rc;
	return rc;
}

/* "fails [EBUSY] COMMAND": scripts say what must be refused. */
static int run_expected_failure(struct machine *m, const char *rest, struct text *out, struct mm_error *e)
{
	char want[24] = "";
	int n = 0, rc;

	if (rest[0] == 'E' && sscanf(rest, "%23[A-Z0-9] %n", want, &n) == 1)
		rest += n;
	rc = run_line(m, rest, out, e);
	if (!rc)
		return mm_fail(e, -EINVAL, "'%s' was expected to fail but worked", rest);
	if (want[0] && strcmp(want, mm_errname(rc))) {
		mm_error_prefix(e, "expected %s but got %s", want, mm_errname(rc));
		return rc;
	}
	text_printf(out, "refused as expected (%s): %s\n", mm_errname(rc), e->msg);
	e->code = 0;
	e->msg[0] = '\0';
	return 0;
}

/* Names end up on terminals and in saved scripts: no line may hold what acts there. */
static int check_characters(const char *line, struct mm_error *e)
{
	const char *bad = line, *nl = strchr(line, '\n');

	while ((bad = text_harmful(bad)) && *bad == '\r')
		bad++;
	if (nl && nl[1] && (!bad || nl < bad))
		bad = nl;
	if (bad)
		return mm_fail(e, -EINVAL, "byte %d of the command is a control character or no UTF-8 (%#x); take it out",
			       (int)(bad - line) + 1, (unsigned char)*bad);
	return 0;
}

int machine_command(struct machine *m, const char *line, struct text *out, struct mm_error *err)
{
	struct mm_error mine = { 0, "" };
	struct mm_error *e = err ? err : &mine;
	int rc;

	e->code = 0;
	e->msg[0] = '\0';
	while (*line == ' ' || *line == '\t')
		line++;
	rc = check_characters(line, e);
	if (rc)
		return rc;
	if (!strncmp(line, "fails ", 6))
		return run_expected_failure(m, line + 6 + strspn(line + 6, " "), out, e);
	return run_line(m, line, out, e);
}
