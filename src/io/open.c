/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a machine file, or from a real system, to a booted machine.
 */
#include "io/open.h"

#include <setjmp.h>

#include "io/config.h"
#include "io/import.h"
#include "io/import_state.h"
#include "mmview.h"
#include "sim/history.h"
#include "sim/machine.h"

/* What the description says of free and used pages. 0, or -ENOMEM. */
static int apply_state(struct machine *m, struct mm_error *err)
{
	jmp_buf env, *old = arena_set_oom(m->arena, &env);
	struct text out = TEXT_INIT; /* what slab caches have to say: nobody is there to read it */
	volatile int rc = -ENOMEM;
	u64 seq = m->trace.seq;

	if (!setjmp(env)) {
		import_apply_state(m->sys, &out);
		rc = 0;
	}
	arena_set_oom(m->arena, old);
	text_cleanup(&out);
	trace_rewind(&m->trace, seq, m->trace.seq); /* how the state was built is no event of the machine */
	return rc ? mm_fail(err, rc, "the host has no memory left for this machine's pages") : 0;
}

/* What the description knows of a system at work becomes pages; then that is time 0. */
static int fill(struct machine *m, struct mm_error *err)
{
	int rc;

	if (m->sys->stage < BOOT_LATE || !desc_has_state(m->desc))
		return 0;
	rc = apply_state(m, err);
	if (rc || !m->history)
		return rc;
	history_destroy(m->history);
	m->history = history_create(m);
	return m->history ? 0 : mm_fail(err, -ENOMEM, "the host has no memory to record this machine's history");
}

static struct machine *boot_and_fill(struct desc *desc, enum boot_stage upto, struct mm_error *err)
{
	struct machine *m = machine_create_unrecorded(desc, upto, err);

	if (m && fill(m, err)) {
		machine_destroy(m);
		return NULL;
	}
	return m;
}

/* Now is time 0. */
static struct machine *record(struct machine *m, struct mm_error *err)
{
	if (!m)
		return NULL;
	m->history = history_create(m);
	if (m->history)
		return m;
	mm_fail(err, -ENOMEM, "the host has no memory to record this machine's history");
	machine_destroy(m);
	return NULL;
}

int machine_reopen(struct machine *m, enum boot_stage upto, struct mm_error *err)
{
	int rc = machine_reboot(m, upto, err);

	return rc ? rc : fill(m, err);
}

struct machine *machine_open_at(const char *path, enum boot_stage upto, struct mm_error *err)
{
	struct desc *desc = config_load(path, err);

	return desc ? record(boot_and_fill(desc, upto, err), err) : NULL;
}

struct machine *machine_open(const char *path, struct mm_error *err)
{
	return machine_open_at(path, BOOT_LATE, err);
}

struct machine *machine_import(const char *root, enum boot_stage upto, struct text *notes, struct mm_error *err)
{
	struct desc *desc = import_root(root, 0, notes, err);

	return desc ? record(boot_and_fill(desc, upto, err), err) : NULL;
}

struct machine *machine_import_look(const char *root, struct text *notes, struct mm_error *err)
{
	struct desc *desc = import_root(root, 0, notes, err);
	struct machine *m;

	m = desc ? boot_and_fill(desc, BOOT_LATE, err) : NULL;
	if (m)
		trace_forget(&m->trace); /* of the model's boot: the system that is looked at did something else */
	return m;
}
