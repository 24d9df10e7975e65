/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a machine file, or from a real system, to a booted machine.
 */
#include "io/open.h"

#include "io/config.h"
#include "io/import.h"
#include "io/import_state.h"
#include "mmview.h"
#include "sim/history.h"
#include "sim/machine.h"

/* Free counts that the description holds become pages; then that is time 0. */
static void fill(struct machine *m)
{
	if (m->sys->stage < BOOT_LATE || !m->desc->nr_freecount)
		return;
	import_apply_freecounts(m->sys);
	if (!m->history)
		return;
	history_destroy(m->history);
	m->history = history_create(m);
}

static struct machine *boot_and_fill(struct desc *desc, enum boot_stage upto, struct mm_error *err)
{
	struct machine *m = machine_create_unrecorded(desc, upto, err);

	if (m)
		fill(m);
	return m;
}

/* Now is time 0. */
static struct machine *record(struct machine *m)
{
	if (m)
		m->history = history_create(m);
	return m;
}

int machine_reopen(struct machine *m, enum boot_stage upto, struct mm_error *err)
{
	int rc = machine_reboot(m, upto, err);

	if (!rc)
		fill(m);
	return rc;
}

struct machine *machine_open_at(const char *path, enum boot_stage upto, struct mm_error *err)
{
	struct desc *desc = config_load(path, err);

	return desc ? record(boot_and_fill(desc, upto, err)) : NULL;
}

struct machine *machine_open(const char *path, struct mm_error *err)
{
	return machine_open_at(path, BOOT_LATE, err);
}

struct machine *machine_import(const char *root, enum boot_stage upto, struct text *notes, struct mm_error *err)
{
	struct desc *desc = import_root(root, 0, notes, err);

	return desc ? record(boot_and_fill(desc, upto, err)) : NULL;
}

struct machine *machine_import_look(const char *root, struct text *notes, struct mm_error *err)
{
	struct desc *desc = import_root(root, 0, notes, err);

	return desc ? boot_and_fill(desc, BOOT_LATE, err) : NULL;
}
