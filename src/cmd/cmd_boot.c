/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands for booting: boot and reboot move the machine itself; film looks at
 * any moment of the boot that has been, without moving it.
 */
#include "cmd/tables.h"

#include <stdlib.h>
#include <string.h>

#include "io/import_state.h"
#include "io/open.h"
#include "mmview.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

static int parse_stage(const char *word, int *stage, struct mm_error *err)
{
	for (int s = BOOT_NONE + 1; s < NR_BOOT_STAGES; s++) {
		if (!strcmp(boot_stage_name((enum boot_stage)s), word)) {
			*stage = s;
			return 0;
		}
	}
	return mm_fail(err, -EINVAL, "no boot stage is called '%s'; 'film' lists them", word);
}

static int run_boot(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int upto = BOOT_LATE, rc = a->argc > 1 ? parse_stage(a->argv[1], &upto, err) : 0;

	if (rc)
		return rc;
	if (m->sys->stage >= (enum boot_stage)upto)
		return mm_fail(err, -EALREADY, "boot has passed stage '%s' already (it is at '%s'); 'reboot %s' starts over",
			       boot_stage_name((enum boot_stage)upto), boot_stage_name(m->sys->stage),
			       boot_stage_name((enum boot_stage)upto));
	rc = system_boot(m->sys, (enum boot_stage)upto, err);
	if (!rc && upto == BOOT_LATE && desc_has_state(m->desc))
		import_apply_state(m->sys, out);
	if (!rc)
		text_printf(out, "boot: %s\n", boot_stage_help(m->sys->stage));
	return rc;
}

static int run_reboot(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int upto = BOOT_LATE, rc = a->argc > 1 ? parse_stage(a->argv[1], &upto, err) : 0;

	rc = rc ? rc : machine_reopen(m, (enum boot_stage)upto, err);
	if (!rc)
		text_printf(out, "rebooted up to %s: %s\n", boot_stage_name(m->sys->stage), boot_stage_help(m->sys->stage));
	return rc;
}

/* --- film -------------------------------------------------------------------- */

static void print_stages(const struct machine *m, struct text *out)
{
	struct film_stage st[NR_BOOT_STAGES];
	int n = machine_film_stages(m, st, NR_BOOT_STAGES);

	for (int i = 0; i < n; i++) {
		text_printf(out, "%-9s ", st[i].name);
		if (st[i].end_call > st[i].first_call)
			text_printf(out, "calls %5u to %5u  ", st[i].first_call + 1, st[i].end_call);
		else
			text_printf(out, "%-22s  ", st[i].reached ? "no calls" : "not reached yet");
		text_printf(out, "%s\n", st[i].help);
	}
}

static void print_call(const struct machine *m, u32 i, struct text *out)
{
	struct film_call c;

	if (machine_film_call(m, i, &c))
		return;
	text_printf(out, "%5u  %-9s %-26s ", i + 1, c.stage, c.name);
	if (c.end)
		text_printf(out, "[0x%012llx-0x%012llx]", LL(c.start), LL(c.end - 1));
	else
		text_printf(out, "%-31s", c.failed ? "failed" : "all memory");
	text_printf(out, "%s%s%s%s\n", c.args[0] ? " " : "", c.args, c.caller[0] ? "  by " : "", c.caller);
}

static void print_list(const struct film *f, enum film_list list, const char *title, struct text *out)
{
	struct film_region r;

	if (list == FILM_PHYSMEM && !film_count(f, list))
		return;
	text_printf(out, "%s\n", title);
	for (u32 i = 0; !film_region(f, list, i, &r); i++) {
		text_printf(out, "%c%4u: 0x%016llx..0x%016llx ", r.changed ? '>' : ' ', i, LL(r.start), LL(r.end - 1));
		if (r.nid == NO_NODE)
			text_puts(out, "   x ");
		else
			text_printf(out, "%4d ", r.nid);
		text_printf(out, "%s%s%s\n", r.flags, r.label ? "  " : "", r.label ? r.label : "");
	}
}

static int print_moment(const struct machine *m, u32 calls, struct text *out, struct mm_error *err)
{
	struct film *f = film_open(m);
	struct film_call c;

	if (!f)
		return mm_fail(err, -ENOMEM, "the host has no memory left for a second look at memblock");
	film_seek(f, calls);
	text_printf(out, "after %u of %u calls\n", film_at(f), machine_film_count(m));
	if (film_at(f) && !machine_film_call(m, film_at(f) - 1, &c)) {
		print_call(m, film_at(f) - 1, out);
		text_printf(out, "       %s\n", c.help);
	}
	print_list(f, FILM_MEMORY, "memory", out);
	print_list(f, FILM_RESERVED, "reserved", out);
	print_list(f, FILM_PHYSMEM, "physmem", out);
	film_close(f);
	return 0;
}

static int print_calls(const struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u64 from = 1, to = machine_film_count(m);
	int rc = a->argc > 2 ? cmd_parse_u64(a->argv[2], &from, "calls FROM", err) : 0;

	rc = rc || a->argc <= 3 ? rc : cmd_parse_u64(a->argv[3], &to, "calls TO", err);
	if (rc)
		return rc;
	to = min_u64(to, machine_film_count(m));
	for (u64 i = from ? from : 1; i <= to; i++)
		print_call(m, (u32)(i - 1), out);
	return 0;
}

/* film STAGE: as the lists were when the stage was done. */
static int stage_end(const struct machine *m, const char *word, u64 *calls, struct mm_error *err)
{
	struct film_stage st[NR_BOOT_STAGES];
	int stage = 0, rc = parse_stage(word, &stage, err);

	if (rc)
		return rc;
	machine_film_stages(m, st, NR_BOOT_STAGES);
	if (!st[stage - 1].reached)
		return mm_fail(err, -EAGAIN, "boot has not reached stage '%s' yet; 'boot %s' runs up to it", word, word);
	*calls = st[stage - 1].end_call;
	return 0;
}

static int run_film(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u64 calls = 0;
	int rc;

	if (a->argc == 1) {
		print_stages(m, out);
		return 0;
	}
	if (!strcmp(a->argv[1], "calls"))
		return print_calls(m, a, out, err);
	if (a->argv[1][0] >= '0' && a->argv[1][0] <= '9')
		rc = cmd_parse_u64(a->argv[1], &calls, "film", err);
	else
		rc = stage_end(m, a->argv[1], &calls, err);
	if (!rc && calls > machine_film_count(m))
		rc = mm_fail(err, -ERANGE, "boot made %u calls; say film 0 to film %u", machine_film_count(m),
			     machine_film_count(m));
	return rc ? rc : print_moment(m, (u32)calls, out, err);
}

static const char *const no_keys[] = { NULL };
static const char *const stage_words[] = { "firmware", "cmdline", "memblock", "numa", "sparse", "zones", "mem_init", "late", NULL };
static const char *const film_words[] = { "calls", "firmware", "cmdline", "memblock", "numa", "sparse", "zones", "mem_init",
					  "late", NULL };

#define STAGES "firmware|cmdline|memblock|numa|sparse|zones|mem_init|late"

static const struct command rows[] = {
	{ "boot", "[" STAGES "]", "run boot up to a stage (to the end)", "Boot", 0, no_keys, stage_words, run_boot },
	{ "reboot", "[" STAGES "]",
	  "switch off and on: boot again up to a stage, to look at the machine there; what was done is gone", "Boot",
	  CMD_SESSION, no_keys, stage_words, run_reboot },
	{ "film", "[N | STAGE | calls [FROM [TO]]]",
	  "look back at boot: the stages; the boot allocator's lists after its Nth call or after a stage; the calls", "Boot",
	  CMD_READ, no_keys, film_words, run_film },
};

const struct command *cmd_boot_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
