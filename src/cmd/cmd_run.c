/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands for workloads: run, pause, resume, step.
 */
#include "cmd/tables.h"

#include <stdio.h>
#include <string.h>

#include "mmview.h"
#include "sim/history.h"
#include "sim/machine.h"
#include "sim/workload.h"

#define LL(v) ((unsigned long long)(v))
#define SLICE 1024ULL /* operations between looks at what recording takes */

static void list_kinds(struct text *out)
{
	for (int i = 0; i < workload_kind_count(); i++) {
		const struct workload_kind *k = workload_kind_at(i);

		text_printf(out, "%-10s %s (%s)\n", k->name, k->help, k->source);
		for (int p = 0; p < WORKLOAD_PARAMS && k->param[p].name; p++)
			text_printf(out, "           %s=%llu  %s\n", k->param[p].name, LL(k->param[p].dflt),
				    k->param[p].help);
	}
}

/* The index of parameter @name of @kind, or -1. */
static int param_index(const struct workload_kind *kind, const char *name)
{
	for (int i = 0; i < WORKLOAD_PARAMS && kind->param[i].name; i++)
		if (!strcmp(kind->param[i].name, name))
			return i;
	return -1;
}

static int set_params(struct workload *w, const struct cmd_args *a, struct mm_error *err)
{
	static const char *const common[] = { "ops", "seed", "rate", "verify", NULL };

	for (int i = 0; i < a->nr_kv; i++) {
		int p = param_index(w->kind, a->kv[i].key), rc;
		u64 v;

		if (p < 0) {
			int c = 0;

			while (common[c] && strcmp(common[c], a->kv[i].key))
				c++;
			if (common[c])
				continue;
			return mm_fail(err, -EINVAL, "workload %s has no parameter '%s'; 'run' lists them", w->kind->name,
				       a->kv[i].key);
		}
		rc = cmd_parse_u64(a->kv[i].value, &v, a->kv[i].key, err);
		if (rc)
			return rc;
		if (v > w->kind->param[p].max)
			return mm_fail(err, -EINVAL, "%s=%llu: at most %llu", a->kv[i].key, LL(v),
				       LL(w->kind->param[p].max));
		w->param[p] = v;
	}
	return 0;
}

/* start NAME [seed=] [rate=] [params]: what `run` records. */
static int run_start(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct workload_kind *kind;
	struct workload *w;
	u64 seed = m->desc->seed + 1, rate = 0;
	int rc;

	if (m->sys->stage < BOOT_MEM_INIT)
		return mm_fail(err, -EAGAIN, "the buddy has no memory yet; run 'boot' first");
	if (a->argc != 2)
		return mm_fail(err, -EINVAL, "say which workload; 'run' lists them");
	kind = workload_kind_find(a->argv[1]);
	if (!kind)
		return mm_fail(err, -ENOENT, "no workload is called '%s'; 'run' lists them", a->argv[1]);
	rc = cmd_u64(a, "seed", &seed, err);
	rc = rc ? rc : cmd_u64(a, "rate", &rate, err);
	if (rc)
		return rc;
	w = workload_start(m, kind, seed);
	rc = set_params(w, a, err);
	if (rc) {
		m->sim->workload = w->next;
		arena_free(m->arena, w, sizeof(*w));
		return rc;
	}
	w->rate = rate;
	w->running = true;
	return 0;
}

/* Rebuild "start NAME key=value ..." without ops= and verify=, which are a matter of stepping. */
static void start_line(const struct cmd_args *a, struct text *line)
{
	text_printf(line, "start %s", a->argv[1]);
	for (int i = 0; i < a->nr_kv; i++)
		if (strcmp(a->kv[i].key, "ops") && strcmp(a->kv[i].key, "verify"))
			text_printf(line, " %s=%s", a->kv[i].key, a->kv[i].value);
}

static int check_between(struct machine *m, u64 done, struct text *out, struct mm_error *err)
{
	struct text report = TEXT_INIT;
	int rc = machine_verify(m, &report);

	if (rc) {
		text_puts(out, text_str(&report));
		mm_fail(err, rc, "the machine is inconsistent after %llu operations (report above)", LL(done));
	}
	text_cleanup(&report);
	return rc;
}

/* @verify: check every invariant each time after so many operations; 0: never. */
static int run_steps(struct machine *m, u64 ops, u64 verify, struct text *out, struct mm_error *err)
{
	u64 slice = verify ? min_u64(verify, SLICE) : SLICE, done = 0, checks = 0;

	while (done < ops) {
		u64 n = machine_run_slice(m, min_u64(slice - (verify ? done % slice : 0), ops - done));
		int rc;

		if (!n)
			return mm_fail(err, -ENOMEM, "the workload stopped after %llu operations: the host has no memory left",
				       LL(done));
		done += n;
		if (!verify || (done - n) / verify == done / verify)
			continue;
		checks++;
		rc = check_between(m, done, out, err);
		if (rc)
			return rc;
	}
	text_printf(out, "%s: %llu operations, %llu allocations failed\n", m->sim->workload->kind->name,
		    LL(m->sim->workload->steps), LL(m->sim->workload->failed));
	if (checks)
		text_printf(out, "verify: ok, %llu times\n", LL(checks));
	return 0;
}

static int run_run(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct text line = TEXT_INIT;
	u64 ops = 0, verify = 0;
	int rc;

	if (a->argc == 1) {
		list_kinds(out);
		return 0;
	}
	rc = cmd_u64(a, "ops", &ops, err);
	rc = rc ? rc : cmd_u64(a, "verify", &verify, err);
	if (rc)
		return rc;
	start_line(a, &line);
	rc = command_execute(m, text_str(&line), out, err);
	text_cleanup(&line);
	if (rc || !ops)
		return rc;
	rc = run_steps(m, ops, verify, out, err);
	return rc ? rc : command_execute(m, "pause", out, err);
}

static int need_workload(struct machine *m, struct mm_error *err)
{
	if (m->sim->workload)
		return 0;
	return mm_fail(err, -ENOENT, "no workload was started; try 'run random'");
}

static int run_pause(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_workload(m, err);

	if (!rc)
		m->sim->workload->running = false;
	return rc;
}

static int run_resume(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_workload(m, err);

	rc = rc ? rc : cmd_u64(a, "rate", &m->sim->workload->rate, err);
	if (!rc)
		m->sim->workload->running = true;
	return rc;
}

static int run_step(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u64 n = 1;
	int rc = need_workload(m, err);

	if (!rc && a->argc > 1)
		rc = cmd_parse_u64(a->argv[1], &n, "step", err);
	return rc ? rc : run_steps(m, n, 0, out, err);
}

static const char *const resume_keys[] = { "rate", NULL };
static const char *const no_keys[] = { NULL };
static const char *const kind_words[] = {
	"random", "server", "kbuild", "network", "leak", "fork", "balloon", "sawtooth",
	"fragment", "churn", "requests", NULL };

static const struct command rows[] = {
	{ "run", "[NAME [ops=N] [seed=N] [rate=N] [verify=N] [PARAMETER=N]...]",
	  "start a workload; with ops=N do that many operations and stop, with verify=N checking all invariants "
	  "every N of them; alone: list the workloads", "Workload",
	  CMD_SESSION, NULL, kind_words, run_run },
	{ "start", "NAME [seed=N] [rate=N] [PARAMETER=N]...", "start a workload (what 'run' records)", "Workload", 0, NULL,
	  kind_words, run_start },
	{ "pause", "", "stop the workload; what it holds stays allocated", "Workload", 0, no_keys, NULL, run_pause },
	{ "resume", "[rate=N]", "let the workload run on, at most rate operations a second (0: no limit)", "Workload", 0,
	  resume_keys, NULL, run_resume },
	{ "step", "[N]", "do N operations of the workload (1)", "Workload", CMD_SESSION, no_keys, NULL, run_step },
};

const struct command *cmd_run_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
