/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands for scripts that compare: experiment, echo.
 */
#include "cmd/tables.h"

#include "io/config.h"
#include "mmview.h"
#include "sim/experiment.h"
#include "sim/machine.h"

#define MAX_ITERATIONS 1000

/* Another machine like this one: through its description, fresh from boot, nothing recorded. */
static struct machine *boot_twin(void *arg, struct mm_error *err)
{
	const struct machine *m = arg;
	struct text ini = TEXT_INIT;
	struct desc *d = NULL;
	struct machine *twin;

	if (config_write(m->desc, &ini))
		mm_fail(err, -ENOMEM, "the host has no memory for another machine");
	else
		d = config_parse(text_str(&ini), ini.len, "twin", err);
	text_cleanup(&ini);
	twin = d ? machine_create(d, BOOT_LATE, err) : NULL;
	if (twin)
		machine_stop_recording(twin);
	return twin;
}

static void list_experiments(struct text *out)
{
	for (int i = 0; i < experiment_count(); i++)
		text_printf(out, "%-15s %s (%s)\n", experiment_at(i)->name, experiment_at(i)->help, experiment_at(i)->source);
}

static int run_experiment(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct experiment_params p = { .seed = m->desc->seed + 1, .iterations = 10, .boot = boot_twin, .arg = m };
	struct experiment_result res = { 0, 0 };
	const struct experiment *x;
	int rc;

	if (a->argc == 1) {
		list_experiments(out);
		return 0;
	}
	x = experiment_find(a->argv[1]);
	if (!x || a->argc > 2)
		return mm_fail(err, -ENOENT, "no experiment is called '%s'; 'experiment' lists them", a->argv[1]);
	rc = cmd_u64(a, "seed", &p.seed, err);
	rc = rc ? rc : cmd_u64(a, "ops", &p.ops, err);
	rc = rc ? rc : cmd_u64(a, "iterations", &p.iterations, err);
	if (!rc && p.iterations > MAX_ITERATIONS)
		rc = mm_fail(err, -EINVAL, "iterations=%llu: at most %d", (unsigned long long)p.iterations, MAX_ITERATIONS);
	return rc ? rc : x->run(&p, &res, out, err);
}

static int run_echo(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	for (int i = 1; i < a->argc; i++)
		text_printf(out, "%s%s", i > 1 ? " " : "", a->argv[i]);
	text_puts(out, "\n");
	return 0;
}

static const char *const experiment_keys[] = { "seed", "ops", "iterations", NULL };
static const char *const experiment_words[] = { "three-quarters", "mobility", "fragavoid", "frag", "pollution", NULL };

static const struct command rows[] = {
	{ "experiment", "[NAME [seed=N] [ops=N] [iterations=N]]",
	  "replay a published experiment on fresh machines like this one, and compare; alone: list them", "Workload", CMD_READ,
	  experiment_keys, experiment_words, run_experiment },
	{ "echo", "TEXT", "print text (quote it), for scripts", "Session", CMD_READ, NULL, NULL, run_echo },
};

const struct command *cmd_experiment_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
