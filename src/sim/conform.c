/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replaying a recorded kernel: the same requests on the same free lists must give
 * the same page frames. After a difference the replay goes on (a page that the
 * kernel frees is the one that we returned for the same request), so that the
 * report shows how far it spreads.
 *
 *   before.txt ─load─> allocator ─ops.txt─> pfn, nr_free, nr_pcp equal?
 *                          └── at mid-*.txt, after.txt: every list equal?
 */
#include "sim/conform.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/page_alloc.h"
#include "sim/conform_load.h"

#define ARENA_BYTES   (2 * GiB)
#define MAX_STATES    64
#define HISTORY_SHOWN 10
#define TRACE_RING    4096

typedef unsigned long long ull;

/* One line of ops.txt, and what we made of it. */
struct op {
	pfn_t pfn;        /* the kernel's; NO_PFN: it failed */
	pfn_t ours;
	u64 nr_free, nr_pcp;
	u32 gfp;
	s16 nid;
	u8 order;
	char what;        /* 'A' or 'F' */
	bool freed;       /* an allocation whose block was given back */
};

struct conform {
	const char *dir;
	struct text *out;
	struct mm_error *err;
	struct arena *arena;
	struct trace trace;
	struct memmap map;
	struct mm *mm;
	struct op *op;
	u64 nr_ops;
	u64 nr_equal;
	s64 first_diff;         /* operation number, -1: none */
	u64 have_free, have_pcp; /* our counters after the first different operation */
	/* Blocks held: the kernel's pfn -> number of the operation that got it, by hashing. */
	u64 *held;
	u64 held_mask;
	char *state[MAX_STATES]; /* file names, sorted */
	u64 state_op[MAX_STATES];
	u32 nr_states;
	u32 states_equal;
	bool loaded;
	DIR *folder;            /* while states are looked for; closed at the end in any case */
};

static char *path_of(struct conform *c, const char *name)
{
	size_t n = strlen(c->dir) + strlen(name) + 2;
	char *p = arena_alloc(c->arena, n);

	snprintf(p, n, "%s/%s", c->dir, name);
	return p;
}

/* --- reading ops.txt ------------------------------------------------------------------- */

static u64 count_lines(const char *p)
{
	u64 n = 0;

	for (; (p = strchr(p, '\n')); p++)
		n++;
	return n;
}

/* The next number of the line; false at its end. */
static bool next_number(char **p, int base, u64 *out)
{
	char *end;

	*out = strtoull(*p, &end, base);
	if (end == *p)
		return false;
	*p = end;
	return true;
}

/* "<i> A order gfp nid pfn|-1 free pcp" or "<i> F order pfn free pcp" */
static bool parse_op(char *p, u64 i, struct op *o)
{
	u64 nr, order, gfp = 0, nid = 0, pfn;

	if (!next_number(&p, 10, &nr) || nr != i || (p[1] != 'A' && p[1] != 'F'))
		return false;
	o->what = p[1];
	p += 2;
	if (!next_number(&p, 10, &order) || order >= NR_PAGE_ORDERS_MAX)
		return false;
	if (o->what == 'A' && (!next_number(&p, 16, &gfp) || !next_number(&p, 10, &nid) || nid >= MAX_NUMNODES))
		return false;
	if (!next_number(&p, 16, &pfn) || !next_number(&p, 10, &o->nr_free) || !next_number(&p, 10, &o->nr_pcp))
		return false;
	o->order = (u8)order;
	o->gfp = (u32)gfp;
	o->nid = (s16)nid;
	o->pfn = pfn == (u64)-1 ? NO_PFN : pfn;
	o->ours = NO_PFN;
	return true;
}

static int read_ops(struct conform *c)
{
	size_t size;
	char *path = path_of(c, "ops.txt"), *p = file_read_arena(c->arena, path, &size, c->err), *next;

	if (!p)
		return c->err ? c->err->code : -EIO;
	c->op = arena_alloc(c->arena, (count_lines(p) + 1) * sizeof(*c->op));
	for (; *p; p = next) {
		next = strchr(p, '\n');
		if (!next)
			break;
		*next++ = '\0';
		if (!parse_op(p, c->nr_ops, &c->op[c->nr_ops]))
			return mm_fail(c->err, -EINVAL, "%s:%llu: not an operation like '0 A 0 2808 1 17fdf 67151 3452'",
				       path, (ull)c->nr_ops + 1);
		c->nr_ops++;
	}
	c->held_mask = 1;
	while (c->held_mask < c->nr_ops * 2)
		c->held_mask <<= 1;
	c->held = arena_alloc(c->arena, c->held_mask * sizeof(*c->held));
	c->held_mask--;
	return 0;
}

/* --- the machine ------------------------------------------------------------------------- */

/* "watermark_boost_factor: 15000" and friends of config.txt. */
static void read_tunables(struct conform *c)
{
	struct mm_error ignored = { 0 };
	size_t size;
	const char *p = file_read_arena(c->arena, path_of(c, "config.txt"), &size, &ignored);
	u64 v;

	if (p && line_number(p, "watermark_boost_factor: ", 10, &v))
		c->mm->vm.watermark_boost_factor = (int)v;
}

static int load_before(struct conform *c)
{
	struct state_dump *d;
	int rc = state_dump_read(&d, c->arena, path_of(c, "before.txt"), c->err);

	if (rc)
		return rc;
	c->mm = arena_alloc(c->arena, sizeof(*c->mm));
	rc = conform_load(c->mm, c->arena, &c->map, &c->trace, d, c->err);
	if (rc)
		return rc;
	c->loaded = true;
	read_tunables(c);
	return 0;
}

static void counters(const struct mm *mm, u64 *nr_free, u64 *nr_pcp)
{
	s64 free = 0, pcp = 0;

	for_each_node(mm, n) {
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct zone *z = &n->zones[zid];

			free += z->vm_stat[NR_FREE_PAGES];
			for (int cpu = 0; z->pcp && cpu < mm->nr_cpus; cpu++) {
				free += z->zonestat[cpu].vm_stat_diff[NR_FREE_PAGES];
				pcp += z->pcp[cpu].count;
			}
		}
	}
	*nr_free = (u64)free;
	*nr_pcp = (u64)pcp;
}

/* --- replaying ------------------------------------------------------------------------------ */

/* Slot of the operation that holds the kernel's block @pfn, or an empty one (0). */
static u64 *held_slot(struct conform *c, pfn_t pfn)
{
	u64 i = (pfn * 0x9e3779b97f4a7c15ULL >> 20) & c->held_mask;

	while (c->held[i] && c->op[c->held[i] - 1].pfn != pfn)
		i = (i + 1) & c->held_mask;
	return &c->held[i];
}

static void do_alloc(struct conform *c, u64 i)
{
	struct op *o = &c->op[i];
	page_handle h = NO_PAGE;

	if (o->nid < c->mm->nr_node_ids && c->mm->node[o->nid])
		h = alloc_pages(c->mm, o->gfp, o->order, o->nid, 0);
	if (h != NO_PAGE)
		o->ours = page_to_pfn(&c->map, h);
	if (o->pfn != NO_PFN)
		*held_slot(c, o->pfn) = i + 1;
}

/* The block that we returned where the kernel returned the one that is freed now. */
static void do_free(struct conform *c, u64 i)
{
	struct op *o = &c->op[i];
	u64 holder = *held_slot(c, o->pfn);

	if (!holder || c->op[holder - 1].order != o->order || c->op[holder - 1].freed)
		return;
	o->ours = c->op[holder - 1].ours;
	c->op[holder - 1].freed = true;
	if (o->ours != NO_PFN)
		free_pages(c->mm, memmap_find(&c->map, o->ours), o->order);
}

static void do_op(struct conform *c, u64 i)
{
	struct op *o = &c->op[i];
	u64 nr_free, nr_pcp;

	if (o->what == 'A')
		do_alloc(c, i);
	else
		do_free(c, i);
	counters(c->mm, &nr_free, &nr_pcp);
	if (o->ours == o->pfn && nr_free == o->nr_free && nr_pcp == o->nr_pcp) {
		c->nr_equal++;
	} else if (c->first_diff < 0) {
		c->first_diff = (s64)i;
		c->have_free = nr_free;
		c->have_pcp = nr_pcp;
	}
}

/* --- report ---------------------------------------------------------------------------------- */

static void print_pfn(struct text *out, pfn_t pfn)
{
	if (pfn == NO_PFN)
		text_puts(out, "failed");
	else
		text_printf(out, "%llx", (ull)pfn);
}

static void print_op(struct conform *c, u64 i)
{
	const struct op *o = &c->op[i];

	text_printf(c->out, "    %8llu %s order %u", (ull)i, o->what == 'A' ? "alloc" : "free ", o->order);
	if (o->what == 'A') {
		text_printf(c->out, " node %d gfp ", o->nid);
		gfp_format(o->gfp, c->out);
	}
	text_puts(c->out, ": ");
	print_pfn(c->out, o->pfn);
	text_puts(c->out, "\n");
}

static bool covers(const struct op *o, pfn_t pfn)
{
	return o->pfn != NO_PFN && pfn - o->pfn < 1ULL << o->order;
}

/* The last operations of the kernel on the page, oldest first. */
static void print_history(struct conform *c, u64 before, pfn_t pfn)
{
	u64 found[HISTORY_SHOWN];
	int n = 0;

	for (u64 i = before; i && n < HISTORY_SHOWN; i--)
		if (covers(&c->op[i - 1], pfn))
			found[n++] = i - 1;
	text_printf(c->out, "  last operations on page %llx%s\n", (ull)pfn, n ? ":" : ": none");
	while (n--)
		print_op(c, found[n]);
}

static void print_first_difference(struct conform *c)
{
	const struct op *o;

	text_printf(c->out, "%s: operations %llu, equal %llu", c->dir, (ull)c->nr_ops, (ull)c->nr_equal);
	if (c->first_diff < 0) {
		text_puts(c->out, "\n");
		return;
	}
	o = &c->op[c->first_diff];
	text_printf(c->out, ", first difference at %llu:\n", (ull)c->first_diff);
	print_op(c, (u64)c->first_diff);
	text_puts(c->out, "  kernel: page ");
	print_pfn(c->out, o->pfn);
	text_printf(c->out, ", nr_free %llu, nr_pcp %llu\n  ours:   page ", (ull)o->nr_free, (ull)o->nr_pcp);
	print_pfn(c->out, o->ours);
	text_printf(c->out, ", nr_free %llu, nr_pcp %llu\n", (ull)c->have_free, (ull)c->have_pcp);
	if (o->pfn != NO_PFN)
		print_history(c, (u64)c->first_diff, o->pfn);
	if (o->ours != NO_PFN && o->ours != o->pfn)
		print_history(c, (u64)c->first_diff, o->ours);
}

/* Compare with one state; what differs is printed after the state's line. */
static int compare_state(struct conform *c, const char *name, u64 op)
{
	const char *path = path_of(c, name);
	struct arena *scratch = arena_create(ARENA_BYTES);
	struct conform_diff diff = { 0 };
	struct text lines = TEXT_INIT;
	struct state_dump *d;
	volatile int rc = -ENOMEM;
	jmp_buf env;

	if (!scratch)
		return mm_fail(c->err, -ENOMEM, "no host memory for the state dumps");
	arena_set_oom(scratch, &env);
	if (!setjmp(env))
		rc = state_dump_read(&d, scratch, path, c->err);
	if (!rc) {
		conform_compare(c->mm, d, &diff, &lines);
		text_printf(c->out, "  state %-24s after operation %7llu: %s", name, (ull)op,
			    diff.nr ? "" : "equal\n");
		if (diff.nr)
			text_printf(c->out, "%u difference%s\n%s", diff.nr, diff.nr > 1 ? "s" : "", text_str(&lines));
		if (diff.pfn != NO_PFN)
			print_history(c, op, diff.pfn);
		c->states_equal += !diff.nr;
	}
	text_cleanup(&lines);
	arena_destroy(scratch);
	return rc;
}

/* --- states ------------------------------------------------------------------------------------- */

static bool is_state(const char *name)
{
	size_t n = strlen(name);

	return !strcmp(name, "after.txt") ||
	       (!strncmp(name, "mid-", 4) && n > 8 && !strcmp(name + n - 4, ".txt"));
}

/* Operations done before the state was taken: the number in its first line. */
static int state_op(struct conform *c, const char *name, u64 *op)
{
	char line[64];
	FILE *f = fopen(path_of(c, name), "r");
	bool ok = f && fgets(line, sizeof(line), f) && line_number(line, "op=", 10, op);

	if (f)
		fclose(f);
	return ok ? 0 : mm_fail(c->err, -EINVAL, "%s/%s: the first line must say 'state op=<operations done>'",
				c->dir, name);
}

static void insert_state(struct conform *c, const char *name, u64 op)
{
	u32 i = c->nr_states++;

	for (; i && (c->state_op[i - 1] > op || (c->state_op[i - 1] == op && strcmp(c->state[i - 1], name) > 0)); i--) {
		c->state_op[i] = c->state_op[i - 1];
		c->state[i] = c->state[i - 1];
	}
	c->state_op[i] = op;
	c->state[i] = arena_strdup(c->arena, name);
}

static int find_states(struct conform *c)
{
	struct dirent *e;
	int rc = 0;

	c->folder = opendir(c->dir);
	if (!c->folder)
		return mm_fail(c->err, -errno, "%s: %s", c->dir, strerror(errno));
	while (!rc && (e = readdir(c->folder))) {
		u64 op;

		if (!is_state(e->d_name))
			continue;
		if (c->nr_states == MAX_STATES)
			rc = mm_fail(c->err, -E2BIG, "%s: more than %d states", c->dir, MAX_STATES);
		else
			rc = state_op(c, e->d_name, &op);
		if (!rc)
			insert_state(c, e->d_name, op);
	}
	return rc;
}

static int replay(struct conform *c)
{
	u32 next = 0;
	int rc = 0;

	for (u64 i = 0; i <= c->nr_ops && !rc; i++) {
		while (!rc && next < c->nr_states && c->state_op[next] == i) {
			rc = compare_state(c, c->state[next], i);
			next++;
		}
		if (i < c->nr_ops)
			do_op(c, i);
	}
	if (!rc && next < c->nr_states)
		rc = mm_fail(c->err, -EINVAL, "%s/%s was taken after operation %llu, but ops.txt ends before",
			     c->dir, c->state[next], (ull)c->state_op[next]);
	return rc;
}

static int run(struct conform *c)
{
	int rc = read_ops(c);

	if (!rc)
		rc = load_before(c);
	if (!rc)
		rc = find_states(c);
	if (!rc)
		rc = replay(c);
	if (rc)
		return rc;
	print_first_difference(c);
	text_printf(c->out, "%s: states %u, equal %u\n", c->dir, c->nr_states, c->states_equal);
	rc = page_alloc_check(c->mm, c->out);
	if (rc)
		return rc;
	return c->first_diff < 0 && c->states_equal == c->nr_states ? 0 : -EUCLEAN;
}

int conform_dir(const char *dir, struct text *out, struct mm_error *err)
{
	struct conform *c = calloc(1, sizeof(*c));
	volatile int rc = -ENOMEM;
	jmp_buf env;

	if (!c)
		return mm_fail(err, -ENOMEM, "no host memory");
	c->dir = dir;
	c->out = out;
	c->err = err;
	c->first_diff = -1;
	c->arena = arena_create(ARENA_BYTES);
	if (!c->arena || trace_init(&c->trace, TRACE_RING))
		goto out;
	arena_set_oom(c->arena, &env);
	if (!setjmp(env))
		rc = run(c);
	if (c->folder)
		closedir(c->folder);
	memmap_cleanup(&c->map);
	trace_cleanup(&c->trace);
out:
	arena_destroy(c->arena);
	free(c);
	return rc == -ENOMEM ? mm_fail(err, rc, "no host memory to replay %s", dir) : rc;
}
