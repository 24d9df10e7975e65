/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands about processes: what they fault in, map, lock, pin and give back.
 */
#include "cmd/tables.h"

#include <string.h>

#include "alloc/khugepaged.h"
#include "alloc/process.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

/* The table, made when the first process is spawned. */
static struct process_table *table_of(struct machine *m)
{
	if (!m->sys->procs)
		m->sys->procs = arena_alloc(m->arena, sizeof(*m->sys->procs));
	return m->sys->procs;
}

static int the_process(struct machine *m, const struct cmd_args *a, struct process **p, struct mm_error *err)
{
	if (a->argc < 3)
		return mm_fail(err, -EINVAL,
			       "proc %s which process? give its name or pid; 'proc list' shows them",
			       a->argv[1]);
	*p = m->sys->procs ? process_find(m->sys->procs, a->argv[2]) : NULL;
	if (!*p)
		return mm_fail(err, -ESRCH,
			       "there is no process '%s'; 'proc list' shows them, 'proc spawn' makes one",
			       a->argv[2]);
	return 0;
}

static int node_key(struct machine *m, const struct cmd_args *a, int *nid, struct mm_error *err)
{
	const struct mm *mm = &m->sys->mm;
	int rc;

	*nid = mm->cpu_node[mm->cpu];
	rc = cmd_int(a, "node", 0, MAX_NUMNODES - 1, nid, err);
	if (rc)
		return rc;
	if (*nid >= mm->nr_node_ids || !mm->node[*nid] || !mm->node[*nid]->online)
		return mm_fail(err, -EINVAL, "there is no node %d; 'show nodes' lists them", *nid);
	return 0;
}

/* A size in bytes as pages, rounded up. */
static int pages_key(struct machine *m, const struct cmd_args *a, const char *key, u64 *pages,
		     struct mm_error *err)
{
	u64 bytes = 0;
	int rc = cmd_u64(a, key, &bytes, err);

	if (!rc && bytes > 1ULL << 52)
		return mm_fail(err, -ERANGE, "%s=%s: no process is that large", key, cmd_value(a, key));
	*pages = (bytes + arch_page_size(&m->sys->arch) - 1) >> m->sys->arch.page_shift;
	return rc;
}

static int switch_key(const struct cmd_args *a, const char *key, bool *on, struct mm_error *err)
{
	const char *s = cmd_value(a, key);

	if (!s)
		return 0;
	*on = !strcmp(s, "on");
	if (!*on && strcmp(s, "off"))
		return mm_fail(err, -EINVAL, "%s=%s: on or off", key, s);
	return 0;
}

static int proc_spawn(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct process *p;
	int nid, rc = node_key(m, a, &nid, err);

	if (rc)
		return rc;
	if (a->argc < 3)
		return mm_fail(err, -EINVAL, "proc spawn NAME: how is it called?");
	p = process_spawn(&m->sys->mm, table_of(m), a->argv[2], nid, err);
	if (!p)
		return err ? err->code : -ENOMEM;
	text_printf(out, "process %d (%s): kernel stack of %u blocks, one page table\n", p->pid, p->name,
		    p->set[PS_STACK].nr);
	return 0;
}

static void tell_touch(const struct process *p, const struct touch *q, struct text *out)
{
	text_printf(out, "process %d (%s): %llu anonymous pages, %llu of its file, %u page tables\n", p->pid,
		    p->name, LL(p->anon_pages), LL(p->file_pages), p->set[PS_TABLE].nr);
	if (q->nr_thp || q->nr_fallback)
		text_printf(out, "huge page faults: %llu got a huge page, %llu fell back to single pages\n",
			    LL(q->nr_thp), LL(q->nr_fallback));
	if (q->nr_hits)
		text_printf(out, "%llu pages were in the page cache already\n", LL(q->nr_hits));
}

static int proc_touch(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct process *p;
	struct touch q = {0};
	int rc = the_process(m, a, &p, err);

	rc = rc ? rc : node_key(m, a, &q.nid, err);
	rc = rc ? rc : pages_key(m, a, "anon", &q.anon, err);
	rc = rc ? rc : pages_key(m, a, "file", &q.file, err);
	rc = rc ? rc : switch_key(a, "thp", &q.thp, err);
	rc = rc ? rc : switch_key(a, "dirty", &q.dirty, err);
	if (rc)
		return rc;
	if (!q.anon && !q.file)
		return mm_fail(err, -EINVAL, "proc touch %s: how much? anon=SIZE, file=SIZE", a->argv[2]);
	rc = process_touch(&m->sys->mm, m->sys->procs, p, &q, err);
	m->sim->ops += q.anon + q.file - 1;
	if (!rc)
		tell_touch(p, &q, out);
	return rc;
}

static int proc_munmap(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct process *p;
	bool file = false;
	u64 anon = 0;
	int rc = the_process(m, a, &p, err);

	rc = rc ? rc : pages_key(m, a, "anon", &anon, err);
	rc = rc ? rc : switch_key(a, "file", &file, err);
	if (rc)
		return rc;
	if (!anon && !file)
		return mm_fail(err, -EINVAL, "proc munmap %s: what? anon=SIZE, file=on", a->argv[2]);
	text_printf(out, "freed %llu pages\n", LL(process_munmap(&m->sys->mm, m->sys->procs, p, anon, file)));
	return 0;
}

static int proc_exit(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct process *p;
	u64 freed = 0;
	int rc;

	if (a->argc > 2 && !strcmp(a->argv[2], "all")) {
		while (m->sys->procs && m->sys->procs->first)
			freed += process_exit(&m->sys->mm, m->sys->procs, m->sys->procs->first);
	} else {
		rc = the_process(m, a, &p, err);
		if (rc)
			return rc;
		freed = process_exit(&m->sys->mm, m->sys->procs, p);
	}
	text_printf(out, "freed %llu pages; what it read stays in the page cache\n", LL(freed));
	return 0;
}

static int proc_list(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct process_table *t = table_of(m);

	text_printf(out, "%5s %-15s %10s %10s %10s %7s %6s\n", "pid", "name", "anon", "swapped", "file", "tables",
		    "stack");
	for (const struct process *p = t->first; p; p = p->next)
		text_printf(out, "%5d %-15s %10llu %10llu %10llu %7u %6u\n", p->pid, p->name, LL(p->anon_pages),
			    LL(process_swapped(&m->sys->mm, p)), LL(p->file_pages), p->set[PS_TABLE].nr, p->set[PS_STACK].nr);
	for (const struct cached_file *f = t->files; f; f = f->next)
		text_printf(out, "page cache of %s: %u pages, mapped by %u\n", f->name, f->set.nr,
			    f->mappers);
	return 0;
}

static int proc_lock(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	bool lock = !strcmp(a->argv[1], "mlock");
	struct process *p;
	int rc = the_process(m, a, &p, err);

	if (!rc)
		text_printf(out, "%llu pages %s\n", LL(process_mlock(&m->sys->mm, p, lock)),
			    lock ? "locked: they are unevictable, but can still be migrated" : "unlocked");
	return rc;
}

/* What is pinned for long has to leave the places that must stay movable. */
static int move_out(struct machine *m, struct process *p, u64 pages, struct text *out, struct mm_error *err)
{
	u64 moved, left = process_move_out(&m->sys->mm, p, pages, &moved);

	text_printf(out, "%llu pages moved out of ZONE_MOVABLE and CMA\n", LL(moved));
	if (!left)
		return 0;
	return mm_fail(err, -ENOMEM, "%llu pages cannot leave ZONE_MOVABLE or CMA: nothing was pinned",
		       LL(left));
}

static int proc_pin(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u64 pages = ~0ULL;
	bool longterm = false;
	struct process *p;
	int rc = the_process(m, a, &p, err);

	rc = rc ? rc : switch_key(a, "longterm", &longterm, err);
	if (!rc && cmd_value(a, "anon"))
		rc = pages_key(m, a, "anon", &pages, err);
	if (!rc && longterm)
		rc = move_out(m, p, pages, out, err);
	if (!rc)
		text_printf(out, "%llu pages pinned: they cannot be migrated\n",
			    LL(process_pin(&m->sys->mm, p, pages)));
	return rc;
}

static int proc_unpin(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct process *p;
	int rc = the_process(m, a, &p, err);

	if (!rc)
		text_printf(out, "%llu pages unpinned\n", LL(process_unpin(&m->sys->mm, p)));
	return rc;
}

static int proc_use(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct process *p;
	u64 active, swapped_in;
	int nid, rc = the_process(m, a, &p, err);

	rc = rc ? rc : node_key(m, a, &nid, err);
	if (rc)
		return rc;
	active = process_use(&m->sys->mm, p, nid, &swapped_in);
	if (!p->set[PS_STACK].nr)
		return mm_fail(err, -ESRCH, "Out of memory: Killed process %d (%s)", p->pid, p->name);
	if (swapped_in || process_swapped(&m->sys->mm, p))
		text_printf(out, "%llu pages came back from swap\n", LL(swapped_in));
	text_printf(out, "%llu pages became active\n", LL(active));
	return 0;
}

static int proc_collapse(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct process *p;
	u64 max = ~0ULL;
	int rc = the_process(m, a, &p, err);

	rc = rc ? rc : cmd_u64(a, "count", &max, err);
	if (!rc)
		text_printf(out, "collapsed %llu huge pages\n", LL(khugepaged_collapse(&m->sys->mm, p, max)));
	return rc;
}

static const struct {
	const char *name;
	int (*run)(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err);
} verbs[] = {
	{ "spawn", proc_spawn}, {"touch", proc_touch}, {"munmap", proc_munmap},     {"exit", proc_exit },
	{ "list", proc_list},   {"mlock", proc_lock},  {"munlock", proc_lock},      {"pin", proc_pin },
	{ "unpin", proc_unpin}, {"use", proc_use},     {"collapse", proc_collapse },
};

/* Dead ones are buried before and after, as init does. */
static int run_proc(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	if (m->sys->stage < BOOT_LATE)
		return mm_fail(err, -EAGAIN, "there are no processes before the last boot stage; run 'boot'");
	process_reap(&m->sys->mm, table_of(m));
	for (size_t i = 0; a->argc > 1 && i < ARRAY_SIZE(verbs); i++) {
		int rc;

		if (strcmp(a->argv[1], verbs[i].name))
			continue;
		rc = verbs[i].run(m, a, out, err);
		process_reap(&m->sys->mm, m->sys->procs);
		pools_reap(m);
		return rc;
	}
	return mm_fail(err, -EINVAL,
		       "proc spawn NAME, then touch, munmap, mlock, pin, use, collapse, exit; or proc list");
}

static const char *const proc_keys[] = {"anon", "file", "dirty", "thp", "node", "count", "longterm", NULL};
static const char *const proc_words[] = {"spawn",   "touch", "munmap", "exit", "list",     "mlock",
					 "munlock", "pin",   "unpin",  "use",  "collapse", NULL};

static const struct command rows[] = {
	{ "proc",
	 "spawn NAME [node=N] | touch P [anon=SIZE [thp=on]] [file=SIZE [dirty=on]] [node=N] | munmap P "
	 "[anon=SIZE] [file=on] | "
	 "mlock P | munlock P | pin P [anon=SIZE] [longterm=on] | unpin P | use P | collapse P [count=N] | "
	 "exit P|all | list",
	 "processes: fault memory in, map files, lock, pin, give it back", "Pages", 0, proc_keys, proc_words,
	 run_proc},
};

const struct command *cmd_proc_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
