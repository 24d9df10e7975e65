/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show WHAT: everything there is to see, in the kernel's formats where the kernel
 * has one (io/procfs.h), in plain tables otherwise.
 */
#include "cmd/tables.h"
#include "cmd/show_pages.h"

#include <stdlib.h>
#include <string.h>

#include "alloc/folio.h"
#include "alloc/node.h"
#include "alloc/page_owner.h"
#include "io/procfs.h"
#include "mmview.h"
#include "sim/explain.h"
#include "sim/machine.h"
#include "sim/translate.h"
#include "slab/slabinfo.h"

#define LL(v) ((unsigned long long)(v))

struct show {
	const char *name;
	const char *help;
	int (*run)(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err);
};

static int word_to_pfn(struct machine *m, const struct cmd_args *a, pfn_t *pfn, struct mm_error *err)
{
	if (a->argc < 3)
		return mm_fail(err, -EINVAL, "show %s which page? give a pfn, or phys:ADDRESS, virt:ADDRESS", a->argv[1]);
	return translate_word(m->sys, a->argv[2], pfn, NULL, err);
}

static const char *state_words(const struct page_info *p)
{
	static const char *const names[NR_PAGE_STATES] = {
		[PAGE_BUDDY] = "free, in the buddy",	[PAGE_PCP] = "free, on a per-cpu list",
		[PAGE_ALLOC] = "allocated",		[PAGE_RESERVED] = "reserved since boot",
		[PAGE_HOLE] = "no memory here",		[PAGE_OFFLINE] = "offline",
		[PAGE_ISOLATED] = "free, isolated",	[PAGE_POISON] = "poisoned",
	};

	return p->device ? "device memory (ZONE_DEVICE)" : names[p->state] ? names[p->state] : "?";
}

static void print_place(const struct page_info *p, struct text *out)
{
	text_printf(out, "pfn            0x%llx\nstate          %s\n", LL(p->pfn), state_words(p));
	if (p->state == PAGE_BUDDY || p->state == PAGE_ALLOC || p->state == PAGE_PCP)
		text_printf(out, "block          0x%llx order %u (%u pages)\n", LL(p->head), p->order, 1u << p->order);
	if (p->nid >= 0)
		text_printf(out, "node           %d\nzone           %s\n", p->nid, zone_name((enum zone_type)p->zone));
	text_printf(out, "section        %llu\n", LL(p->section));
	if (p->block >= 0)
		text_printf(out, "memory block   memory%lld\n", (long long)p->block);
	if (p->nid >= 0)
		text_printf(out, "pageblock      %s%s\n", migratetype_name((int)p->pb_mt), p->pb_skip ? ", skip" : "");
	if (p->iomem[0])
		text_printf(out, "iomem          %s\n", p->iomem);
	if (p->memblock[0])
		text_printf(out, "memblock       %s\n", p->memblock);
}

static void print_buddy(const struct page_info *p, struct text *out)
{
	if (p->buddy == NO_PFN)
		return;
	text_printf(out, "buddy          0x%llx = 0x%llx ^ (1 << %u)%s%s%s\n", LL(p->buddy), LL(p->head), p->order,
		    p->buddy_free ? ", free: they would merge" : "", p->buddy_why[0] ? ", cannot merge: " : "", p->buddy_why);
}

static int show_page(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct linear_map lm = system_linear_map(m->sys);
	struct page_info p;
	pfn_t pfn;
	int rc = word_to_pfn(m, a, &pfn, err);

	if (rc)
		return rc;
	if (machine_page(m, pfn, &p))
		return mm_fail(err, -EINVAL, "pfn 0x%llx is outside this machine's address space", LL(pfn));
	print_place(&p, out);
	print_buddy(&p, out);
	linear_map_explain(&lm, pfn, out);
	if (p.nid >= 0 || p.state != PAGE_HOLE)
		dump_page(&m->sys->mm, pfn, NULL, out);
	return 0;
}

static int show_translate(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	if (a->argc < 3)
		return mm_fail(err, -EINVAL, "show translate what? a pfn, or phys:N, virt:N, page:N, section:N");
	return translate(m->sys, a->argv[2], out, err);
}

static int show_owners(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int n = machine_owners(m, NULL, 0);
	struct owner_info *o = n < 0 ? NULL : calloc((size_t)n + 1, sizeof(*o));

	n = o ? machine_owners(m, o, n) : -ENOMEM;
	if (n < 0) {
		free(o);
		return mm_fail(err, -ENOMEM, "the host has no memory for the table");
	}
	text_printf(out, "%10s %12s  %-20s %s\n", "pages", "allocations", "owner", "call chain");
	for (int i = 0; i < n; i++)
		text_printf(out, "%10llu %12llu  %-20s %s\n", LL(o[i].pages), LL(o[i].allocs), o[i].tag, o[i].callchain);
	free(o);
	return 0;
}

static int show_held(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mm *mm = &m->sys->mm;

	for (u32 i = 0; i < m->sim->held.nr; i++) {
		const struct page *p = memmap_page(mm->map, m->sim->held.h[i]);
		const struct owner_record *o = owner_get(mm, page_owner_id(p));

		text_printf(out, "%-16s pfn 0x%llx order %u refcount %u\n", o ? o->tag : "?",
			    LL(page_to_pfn(mm->map, m->sim->held.h[i])), page_order(p), page_ref(p));
	}
	return 0;
}

static int show_events(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u64 n = 20, from;

	if (a->argc > 2 && cmd_parse_u64(a->argv[2], &n, "number of events", err))
		return err ? err->code : -EINVAL;
	from = max_u64(trace_oldest(&m->trace), m->trace.seq > n ? m->trace.seq - n : 0);
	for (u64 s = from; s < m->trace.seq; s++) {
		text_printf(out, "%llu ", LL(s));
		trace_format(trace_get(&m->trace, s), out);
		text_puts(out, "\n");
	}
	return 0;
}

static int show_slabinfo(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	if (!m->sys->slab)
		return mm_fail(err, -EAGAIN, "there are no slab caches before the last boot stage; run 'boot'");
	slabinfo_print(m->sys->slab, out);
	return 0;
}

static int show_cmdline(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct cmdline *c = &m->sys->cmd;

	text_printf(out, "%s\n", m->desc->cmdline);
	for (u32 i = 0; i < c->nr_arg; i++)
		if (!c->arg[i].known)
			text_printf(out, "# %s%s%s: not modelled\n", c->arg[i].name, c->arg[i].value ? "=" : "",
				    c->arg[i].value ? c->arg[i].value : "");
	for (u32 i = 0; i < c->nr_note; i++)
		text_printf(out, "# %s\n", c->note[i]);
	return 0;
}

static int show_self(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	text_printf(out, "pages and sections %llu KiB\narena %llu KiB\nevents %llu\n",
		    LL(memmap_host_bytes(&m->sys->map) / 1024), LL(arena_used(m->arena) / 1024), LL(m->trace.seq));
	return 0;
}

static const struct show shows[] = {
	{ "page", "one page frame: state, place, buddy, addresses, owner", show_page },
	{ "translate", "pfn, physical, linear, struct page, section of one page", show_translate },
	{ "owners", "who holds how much, largest first", show_owners },
	{ "page_owner", "the first allocated blocks, or as many as given, in page_owner's format", show_page_owner },
	{ "page-types", "pages by their flags; a filter picks some: anon,~lru", show_page_types },
	{ "polluters", "owners whose unmovable pages sit in movable pageblocks, worst first", show_polluters },
	{ "held", "blocks allocated by command, with their names", show_held },
	{ "events", "the last trace events (20, or as many as given)", show_events },
	{ "slabinfo", "slab caches, as /proc/slabinfo", show_slabinfo },
	{ "cmdline", "the kernel command line, and what of it is not modelled", show_cmdline },
	{ "self", "host memory that the model uses", show_self },
};

static void list_shows(struct text *out)
{
	const struct procfs_file *f;

	for (int i = 0; (f = procfs_at(i)); i++)
		text_printf(out, "%-14s %s\n", f->name, f->help);
	for (size_t i = 0; i < ARRAY_SIZE(shows); i++)
		text_printf(out, "%-14s %s\n", shows[i].name, shows[i].help);
}

static int run_show(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct procfs_file *f;

	if (a->argc < 2) {
		list_shows(out);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(shows); i++)
		if (!strcmp(shows[i].name, a->argv[1]))
			return shows[i].run(m, a, out, err);
	f = procfs_find(a->argv[1]);
	if (!f)
		return mm_fail(err, -ENOENT, "there is nothing called '%s' to show; 'show' alone lists what there is", a->argv[1]);
	if (m->sys->stage < f->from)
		return mm_fail(err, -EAGAIN, "%s says nothing before boot stage '%s'; run 'boot %s'", f->name,
			       boot_stage_name(f->from), boot_stage_name(f->from));
	f->print(m->sys, out);
	return 0;
}

static const char *const no_keys[] = { NULL };
static const char *const words[] = { "iomem",	 "memblock", "dmesg",	  "zoneinfo", "buddyinfo", "pagetypeinfo",
				     "meminfo",	 "vmstat",   "blocks",	  "nodes",    "zonelists", "sections",
				     "extfrag",	 "unusable", "slabinfo",  "page",     "translate", "owners",
				     "page_owner", "page-types", "polluters", "held",	 "events",   "cmdline",	  "self",     NULL };

static const struct command rows[] = {
	{ "show", "[WHAT [ARGUMENT]]", "print one of the kernel's files or our tables; alone: list them", "Look", CMD_READ,
	  no_keys, words, run_show },
};

const struct command *cmd_show_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
