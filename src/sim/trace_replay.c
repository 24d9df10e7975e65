/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replaying a kernel's trace.
 *
 *   kernel:  alloc pfn 0x1200 order 0 ... free pfn 0x1200
 *   map:     0x1200 -> number of our block in the set of held blocks
 *   model:   alloc_pages(order, gfp)  ... free_pages(that block)
 *
 * The kernel's events of the lists (pcpu_drain, extfrag, zone_locked) are not done
 * but counted against ours. Pages that were in use before the trace began are
 * freed by events that we know nothing of; they are counted.
 *
 * Left out: what happened between the events that were traced, so the lists differ
 * and pfns are equal only where both machines were in the same state.
 */
#include "sim/trace_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/held.h"
#include "alloc/page_owner.h"
#include "sim/machine.h"

#define DETECT_LINES 2000 /* a trace shows its first page event within so many lines */
#define TABLE_MIN    1024u

typedef unsigned long long ull;

/* Open addressing; key NO_PFN: empty. In the arena while a replay runs. */
struct entry {
	pfn_t pfn;  /* the kernel's */
	u32 index;  /* in the set of held blocks */
	u8 order;
	u32 left;   /* pages that were not freed yet (a block may be freed in parts) */
};

struct replay {
	struct machine *m;
	struct mm *mm;
	struct replay_summary *s;
	struct entry *table;
	u32 cap, used;
	pfn_t *kpfn;     /* [kpfn_cap] the kernel's pfn of held block number i; NO_PFN: not of the trace */
	u32 kpfn_cap;
	owner_id owner;
	u64 seq;         /* our events up to here are counted */
};

/* --- GFP ---------------------------------------------------------------------------- */

static gfp_t gfp_of_migratetype(int mt)
{
	return mt == 1 ? GFP_HIGHUSER_MOVABLE : mt == 2 ? GFP_KERNEL | __GFP_RECLAIMABLE : GFP_KERNEL;
}

gfp_t trace_line_gfp(const struct trace_line *l, u64 *unknown)
{
	char buf[sizeof(l->gfp)], *save, *name;
	gfp_t all = 0;

	if (!l->gfp[0])
		return gfp_of_migratetype(l->migratetype);
	memcpy(buf, l->gfp, sizeof(buf));
	for (name = strtok_r(buf, "|", &save); name; name = strtok_r(NULL, "|", &save)) {
		struct mm_error ignored = { 0, "" };
		gfp_t bits;

		if (!gfp_parse(name, &bits, &ignored))
			all |= bits;
		else if (unknown)
			(*unknown)++;
	}
	return all;
}

/* --- the kernel's pfns ----------------------------------------------------------------- */

static u32 slot_of(const struct replay *r, pfn_t pfn)
{
	u32 i = (u32)((pfn * 0x9e3779b97f4a7c15ULL) >> 32) & (r->cap - 1);

	while (r->table[i].pfn != NO_PFN && r->table[i].pfn != pfn)
		i = (i + 1) & (r->cap - 1);
	return i;
}

static struct entry *find(const struct replay *r, pfn_t pfn)
{
	struct entry *e = &r->table[slot_of(r, pfn)];

	return e->pfn == NO_PFN ? NULL : e;
}

static void table_alloc(struct replay *r, u32 cap)
{
	r->table = arena_alloc(r->m->arena, (size_t)cap * sizeof(*r->table));
	r->cap = cap;
	for (u32 i = 0; i < cap; i++)
		r->table[i].pfn = NO_PFN;
}

static void table_grow(struct replay *r)
{
	struct entry *old = r->table;
	u32 cap = r->cap;

	table_alloc(r, cap * 2);
	for (u32 i = 0; i < cap; i++)
		if (old[i].pfn != NO_PFN)
			r->table[slot_of(r, old[i].pfn)] = old[i];
	arena_free(r->m->arena, old, (size_t)cap * sizeof(*old));
}

static void insert(struct replay *r, const struct entry *e)
{
	if (r->used * 2 >= r->cap)
		table_grow(r);
	r->table[slot_of(r, e->pfn)] = *e;
	r->used++;
}

/* Entries behind the hole move up, so that no search stops early. */
static void erase(struct replay *r, pfn_t pfn)
{
	u32 hole = slot_of(r, pfn), i = hole;

	r->used--;
	for (;;) {
		u32 home;

		r->table[hole].pfn = NO_PFN;
		do {
			i = (i + 1) & (r->cap - 1);
			if (r->table[i].pfn == NO_PFN)
				return;
			home = (u32)((r->table[i].pfn * 0x9e3779b97f4a7c15ULL) >> 32) & (r->cap - 1);
		} while (hole <= i ? hole < home && home <= i : hole < home || home <= i);
		r->table[hole] = r->table[i];
		hole = i;
	}
}

/* The block of the trace that @pfn lies in, or NULL. */
static struct entry *find_around(const struct replay *r, pfn_t pfn)
{
	struct entry *e = find(r, pfn);

	for (unsigned o = 1; !e && o <= r->mm->map->max_order; o++) {
		e = find(r, align_down(pfn, 1ULL << o));
		if (e && pfn >= e->pfn + (1ULL << e->order))
			e = NULL;
	}
	return e;
}

static void kpfn_set(struct replay *r, u32 index, pfn_t pfn)
{
	if (index >= r->kpfn_cap) {
		u32 cap = index + index / 2 + TABLE_MIN;
		pfn_t *bigger = arena_alloc(r->m->arena, (size_t)cap * sizeof(*bigger));

		for (u32 i = 0; i < cap; i++)
			bigger[i] = i < r->kpfn_cap ? r->kpfn[i] : NO_PFN;
		arena_free(r->m->arena, r->kpfn, (size_t)r->kpfn_cap * sizeof(*r->kpfn));
		r->kpfn = bigger;
		r->kpfn_cap = cap;
	}
	r->kpfn[index] = pfn;
}

/* --- events -------------------------------------------------------------------------------- */

/* Our block goes; the last held block takes its number. */
static void release(struct replay *r, struct entry *e)
{
	struct held_set *set = &r->m->sim->held;
	u32 index = e->index, last = set->nr - 1;
	page_handle h;

	erase(r, e->pfn);
	h = held_remove(r->mm, set, index);
	if (last != index && last < r->kpfn_cap && r->kpfn[last] != NO_PFN) {
		find(r, r->kpfn[last])->index = index;
		kpfn_set(r, index, r->kpfn[last]);
	} else if (index < r->kpfn_cap) {
		r->kpfn[index] = NO_PFN;
	}
	if (last < r->kpfn_cap)
		r->kpfn[last] = NO_PFN;
	free_pages(r->mm, h, page_order(memmap_page(r->mm->map, h)));
	r->s->freed++;
}

static bool zone_of(const struct replay *r, pfn_t pfn, u16 *zone)
{
	const struct memmap_range *range = memmap_range_of(r->mm->map, pfn);

	*zone = range ? range->zone : ZONE_NONE;
	return range && range->zone != ZONE_NONE;
}

static void compare(struct replay *r, pfn_t kernel, pfn_t ours)
{
	u16 a, b;

	if (kernel == ours)
		r->s->same_pfn++;
	else if (zone_of(r, kernel, &a) && zone_of(r, ours, &b) && a == b)
		r->s->same_place++;
	else
		r->s->elsewhere++;
}

static void do_alloc(struct replay *r, const struct trace_line *l)
{
	gfp_t gfp = trace_line_gfp(l, &r->s->unknown_flags);
	struct entry *old, e = { .pfn = l->pfn, .order = (u8)l->order, .left = 1u << l->order };
	page_handle h;

	if (l->pfn == NO_PFN) {
		r->s->kernel_failed++;
		return;
	}
	old = find(r, l->pfn);
	if (old) {
		r->s->reused++;
		release(r, old);
	}
	h = alloc_pages(r->mm, gfp, l->order, r->mm->cpu_node[r->mm->cpu], r->owner);
	if (h == NO_PAGE) {
		r->s->failed++;
		return;
	}
	if (gfp & __GFP_MOVABLE)
		page_set_info(r->mm, h, KIND_DRIVER,
			      (memmap_page(r->mm->map, h)->info & PGF_HEAD) | PGF_MOVABLE_OPS);
	compare(r, l->pfn, page_to_pfn(r->mm->map, h));
	e.index = held_add(r->mm, &r->m->sim->held, h);
	insert(r, &e);
	kpfn_set(r, e.index, l->pfn);
}

/*
 * A kernel reports a batched free twice: mm_page_free, then mm_page_free_batched. The
 * second finds nothing.
 */
static void do_free(struct replay *r, const struct trace_line *l)
{
	struct entry *e = find_around(r, l->pfn);
	u32 pages = 1u << l->order;

	if (!e) {
		r->s->unknown_frees += l->type == TL_FREE;
		return;
	}
	if (pages < e->left)
		e->left -= pages;
	else
		release(r, e);
}

/* The lists at work; counted before the ring forgets. */
static void count_ours(struct replay *r)
{
	const struct trace *t = &r->m->trace;
	u64 seq = max_u64(r->seq, trace_oldest(t));

	for (; seq < t->seq; seq++) {
		const struct trace_event *e = trace_get(t, seq);

		if (!e)
			continue;
		r->s->ours[TL_EXTFRAG] += e->type == TRACE_mm_page_alloc_extfrag;
		r->s->ours[TL_PCPU_DRAIN] += e->type == TRACE_mm_page_pcpu_drain;
		r->s->ours[TL_ZONE_LOCKED] += e->type == TRACE_mm_page_alloc_zone_locked;
	}
	r->seq = t->seq;
}

static void do_line(struct replay *r, const struct trace_line *l)
{
	if (l->cpu >= 0)
		r->mm->cpu = l->cpu % r->mm->nr_cpus;
	if (l->order > r->mm->map->max_order)
		r->s->too_large++;
	else if (l->type == TL_ALLOC)
		do_alloc(r, l);
	else if (l->type == TL_FREE || l->type == TL_FREE_BATCHED)
		do_free(r, l);
	count_ours(r);
}

static void replay_cleanup(struct replay *r)
{
	r->s->held = r->used;
	arena_free(r->m->arena, r->table, (size_t)r->cap * sizeof(*r->table));
	arena_free(r->m->arena, r->kpfn, (size_t)r->kpfn_cap * sizeof(*r->kpfn));
	r->mm->cpu = r->m->sim->cpu;
}

static FILE *open_text(const char *path, struct mm_error *err)
{
	FILE *f = fopen(path, "r");

	if (!f)
		mm_fail(err, -errno, "%s: cannot be read (%s); check the name", path, strerror(errno));
	return f;
}

/* Lines longer than this are no page events; their rest is read as lines of its own. */
#define LINE_BYTES 4096

static int replay_lines(struct replay *r, FILE *f, const char *path, struct mm_error *err)
{
	char line[LINE_BYTES];

	while (fgets(line, sizeof(line), f)) {
		struct trace_line l;

		r->s->lines++;
		r->s->events[trace_line_parse(line, &l)]++;
		if (l.type > TL_GARBLED)
			do_line(r, &l);
	}
	return ferror(f) ? mm_fail(err, -errno, "%s: cannot be read any further: %s", path, strerror(errno)) : 0;
}

int trace_replay_file(struct machine *m, const char *path, struct replay_summary *s, struct mm_error *err)
{
	struct replay r = { .m = m, .mm = &m->sys->mm, .s = s };
	jmp_buf env, *old;
	FILE *f = open_text(path, err);
	u64 events = 0;
	int rc;

	memset(s, 0, sizeof(*s));
	if (!f)
		return err->code;
	old = arena_set_oom(m->arena, &env);
	if (setjmp(env)) {
		/* The file is closed here; what the machine was is the business of the caller. */
		fclose(f);
		arena_set_oom(m->arena, old);
		longjmp(*old, 1);
	}
	r.seq = m->trace.seq;
	r.owner = owner_intern(r.mm, "trace", "alloc_pages < recorded kernel", -1);
	owner_get(r.mm, r.owner)->set = &m->sim->held;
	table_alloc(&r, TABLE_MIN);
	rc = replay_lines(&r, f, path, err);
	replay_cleanup(&r);
	arena_set_oom(m->arena, old);
	fclose(f);
	if (rc)
		return rc;
	for (int t = TL_ALLOC; t < NR_TRACE_LINES; t++)
		events += s->events[t];
	return events ? 0 : mm_fail(err, -EINVAL, "%s: no line is a page event (kmem:mm_page_alloc, mm_page_free ...); "
				    "record some with 'trace-cmd record -e kmem:mm_page*'", path);
}

int trace_replay_detect(const char *path, struct mm_error *err)
{
	FILE *f = open_text(path, err);
	char line[LINE_BYTES];
	struct trace_line l = { 0 };
	int rc;

	if (!f)
		return err->code;
	for (int i = 0; i < DETECT_LINES && fgets(line, sizeof(line), f); i++)
		if (trace_line_parse(line, &l) > TL_GARBLED)
			break;
	rc = ferror(f) ? mm_fail(err, -errno, "%s: cannot be read: %s", path, strerror(errno)) : l.type > TL_GARBLED;
	fclose(f);
	return rc;
}

static double percent(u64 part, u64 all)
{
	return all ? 100.0 * (double)part / (double)all : 0.0;
}

void replay_summary_print(const struct replay_summary *s, struct text *out)
{
	u64 done = s->same_pfn + s->same_place + s->elsewhere;

	text_printf(out, "lines %llu: allocations %llu, frees %llu (batched %llu), not page events %llu, unreadable %llu\n",
		    (ull)s->lines, (ull)s->events[TL_ALLOC], (ull)s->events[TL_FREE], (ull)s->events[TL_FREE_BATCHED],
		    (ull)s->events[TL_NONE], (ull)s->events[TL_GARBLED]);
	text_printf(out, "our allocations %llu: the kernel's pfn %llu (%.1f %%), its zone and order %llu (%.1f %%), "
		    "another zone %llu (%.1f %%)\n", (ull)done, (ull)s->same_pfn, percent(s->same_pfn, done),
		    (ull)s->same_place, percent(s->same_place, done), (ull)s->elsewhere, percent(s->elsewhere, done));
	text_printf(out, "failed here only %llu, in the kernel %llu; order too large for this machine %llu\n",
		    (ull)s->failed, (ull)s->kernel_failed, (ull)s->too_large);
	text_printf(out, "freed %llu, still held as 'trace' %llu; frees of pages from before the trace %llu; "
		    "frees missing from it %llu\n", (ull)s->freed, (ull)s->held, (ull)s->unknown_frees, (ull)s->reused);
	for (int t = TL_ZONE_LOCKED; t < NR_TRACE_LINES; t++)
		text_printf(out, "%-26s kernel %llu, ours %llu\n", trace_line_name((enum trace_line_type)t),
			    (ull)s->events[t], (ull)s->ours[t]);
	if (s->unknown_flags)
		text_printf(out, "names of GFP flags passed over: %llu\n", (ull)s->unknown_flags);
}
