/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Published results, replayed on the model.
 *
 *   three-quarters   of every four pages one stays; compaction
 *   mobility         grouping by mobility off and on; huge pages that are left
 *   fragavoid        ALLOC_NOFRAGMENT and watermark boost off and on; fallbacks (experiment_fragavoid.c)
 *   frag             LLFree's benchmark: fill, free half, replace a tenth again and again
 *   pollution        how few unmovable pages spoil how many pageblocks
 *
 * The loads are ours, written after the descriptions: one task on one cpu, no time.
 * So the direction and the rough size of an effect are comparable, not its digits;
 * every report says so.
 */
#include "sim/experiment.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "alloc/compaction.h"
#include "alloc/extfrag.h"
#include "alloc/page_owner.h"
#include "sim/experiment_internal.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

/* Takes every page: watermarks do not count, nobody reclaims. */
#define GFP_ALL_OF_IT (__GFP_MEMALLOC | __GFP_NOWARN)

static void lab_start(struct lab *l, struct machine *m, u64 seed)
{
	*l = (struct lab){ .m = m, .mm = &m->sys->mm };
	rng_seed(&l->rng, seed);
	l->owner[UNMOVABLE] = owner_intern(l->mm, "experiment", "alloc_pages < unmovable", -1);
	l->owner[MOVABLE] = owner_intern(l->mm, "experiment", "alloc_pages < movable", -1);
	for (int s = 0; s < NR_SETS; s++)
		owner_get(l->mm, l->owner[s])->set = &l->set[s];
}

static bool take(struct lab *l, int set, gfp_t gfp, unsigned order)
{
	page_handle h = alloc_pages(l->mm, gfp, order, l->mm->cpu_node[l->mm->cpu], l->owner[set]);

	if (h == NO_PAGE)
		return false;
	held_add(l->mm, &l->set[set], h);
	if (set == MOVABLE)
		memmap_page(l->mm->map, h)->info |= PGF_MOVABLE_OPS;
	return true;
}

static void drop(struct lab *l, int set, u32 index)
{
	page_handle h = held_remove(l->mm, &l->set[set], index);

	free_pages(l->mm, h, page_order(memmap_page(l->mm->map, h)));
}

static void drop_random(struct lab *l, int set)
{
	if (l->set[set].nr)
		drop(l, set, (u32)rng_below(&l->rng, l->set[set].nr));
}

static void drop_all(struct lab *l, int set)
{
	while (l->set[set].nr)
		drop(l, set, l->set[set].nr - 1);
}

/* --- measures -------------------------------------------------------------------------- */

struct contiguity {
	u64 managed, free, huge; /* pages; huge: in free blocks of a huge page or more */
};

static struct contiguity measure(const struct lab *l)
{
	struct contiguity c = { 0, 0, 0 };
	int order = (int)l->mm->map->pb_order;

	for_each_node(l->mm, n)
		for (int z = 0; z < ZONE_DEVICE; z++) {
			struct contig_page_info info;

			fill_contig_page_info(l->mm, &n->zones[z], order, &info);
			c.managed += n->zones[z].managed_pages;
			c.free += info.free_pages;
			c.huge += info.free_blocks_suitable << order;
		}
	return c;
}

/* unusable_index of all memory: the part of what is free that no huge page can use, x1000. */
static double unusable(const struct contiguity *c)
{
	return c->free ? 1000.0 * (double)(c->free - c->huge) / (double)c->free : 0.0;
}

u64 lab_managed_pages(const struct lab *l) { return measure(l).managed; }

static double huge_share(const struct contiguity *c)
{
	return c->managed ? 100.0 * (double)c->huge / (double)c->managed : 0.0;
}

/* --- machines ------------------------------------------------------------------------------ */

static const struct policy all_on = { true, true, true, false };

static void set_policy(struct mm *mm, const struct policy *pol)
{
	mm->vm.mobility = pol->mobility;
	mm->vm.nofragment = pol->nofragment;
	mm->vm.boost_steal = pol->boost_steal;
	if (!pol->boost)
		mm->vm.watermark_boost_factor = 0;
}

int lab_on_machine(const struct experiment_params *p, const struct policy *pol, lab_fn fn, double *value,
		   struct text *out, struct mm_error *err)
{
	struct machine *m = p->boot(p->arg, err);
	struct lab l;
	jmp_buf env;
	volatile int rc = 0;

	if (!m)
		return err->code;
	arena_set_oom(m->arena, &env);
	if (setjmp(env)) {
		rc = mm_fail(err, -ENOMEM, "the host has no memory left for the experiment; take a smaller machine");
	} else {
		lab_start(&l, m, p->seed);
		set_policy(l.mm, pol);
		fn(&l, p, value, out);
	}
	machine_destroy(m);
	return rc;
}

/* --- three quarters --------------------------------------------------------------------------- */

/* Of every aligned group of four pages one stays, at random. */
static void free_three_of_four(struct lab *l)
{
	u64 keep_seed = rng_next(&l->rng);

	for (u32 i = 0; i < l->set[MOVABLE].nr;) {
		pfn_t pfn = page_to_pfn(l->mm->map, l->set[MOVABLE].h[i]);
		struct rng group;

		rng_seed(&group, keep_seed ^ pfn >> 2);
		if ((pfn & 3) == rng_below(&group, 4))
			i++;
		else
			drop(l, MOVABLE, i);
	}
}

static void three_quarters(struct lab *l, const struct experiment_params *p, double *value, struct text *out)
{
	struct contiguity c;

	while (take(l, MOVABLE, GFP_HIGHUSER_MOVABLE | GFP_ALL_OF_IT, 0))
		;
	free_three_of_four(l);
	drain_all_pages(l->mm, NULL);
	c = measure(l);
	value[0] = unusable(&c);
	text_printf(out, "before: %llu MiB free, %llu in huge pages; unusable index %.0f\n",
		    LL(c.free >> 8), LL(c.huge >> 8), value[0]);
	compact_nodes(l->mm, NO_NODE);
	drain_all_pages(l->mm, NULL);
	c = measure(l);
	value[1] = unusable(&c);
	text_printf(out, "after compaction: %llu MiB free, %llu in huge pages; unusable index %.0f\n",
		    LL(c.free >> 8), LL(c.huge >> 8), value[1]);
}

static int run_three_quarters(const struct experiment_params *p, struct experiment_result *res, struct text *out,
			      struct mm_error *err)
{
	double v[2] = { 0, 0 };
	int rc = lab_on_machine(p, &all_on, three_quarters, v, out, err);

	*res = (struct experiment_result){ v[0], v[1] };
	if (!rc)
		text_puts(out, "published: index 1000 before, contiguity restored. Ours: every page left is movable, so only "
			  "the pages where the scanners meet stay scattered.\n");
	return rc;
}

/* --- mobility grouping ---------------------------------------------------------------------------- */

/* A tenth of all requests cannot move, a tenth is reclaimable kernel memory, the rest can move. */
static bool mixed_request(struct lab *l)
{
	u64 r = rng_below(&l->rng, 10);

	if (r > 1)
		return take(l, MOVABLE, GFP_HIGHUSER_MOVABLE, 0);
	return take(l, UNMOVABLE, r ? GFP_KERNEL : GFP_KERNEL | __GFP_RECLAIMABLE, 0);
}

/* Allocate to about 95 % of memory; leaves enough for nobody to reclaim. */
static void fill_mixed(struct lab *l)
{
	struct contiguity c = measure(l);

	for (u64 i = c.free - c.managed / 20; i && c.free > c.managed / 20; i--)
		if (!mixed_request(l))
			return;
}

static void mobility(struct lab *l, const struct experiment_params *p, double *value, struct text *out)
{
	struct contiguity c;
	u64 ops;

	fill_mixed(l);
	ops = p->ops ? p->ops : 4ULL * (l->set[MOVABLE].nr + l->set[UNMOVABLE].nr);
	for (u64 i = 0; i < ops; i++) {
		u64 all = (u64)l->set[MOVABLE].nr + l->set[UNMOVABLE].nr;

		drop_random(l, rng_below(&l->rng, all ? all : 1) < l->set[MOVABLE].nr ? MOVABLE : UNMOVABLE);
		mixed_request(l);
	}
	drop_all(l, MOVABLE);
	drain_all_pages(l->mm, NULL);
	c = measure(l);
	*value = huge_share(&c);
	text_printf(out, "%.0f %% of memory is free, %.1f %% of memory can be had as huge pages\n",
		    100.0 * (double)c.free / (double)c.managed, *value);
}

static int run_mobility(const struct experiment_params *p, struct experiment_result *res, struct text *out,
			struct mm_error *err)
{
	static const struct policy off = { false, true, true, false };
	int rc;

	text_puts(out, "grouping off: ");
	rc = lab_on_machine(p, &off, mobility, &res->before, out, err);
	if (rc)
		return rc;
	text_puts(out, "grouping on:  ");
	rc = lab_on_machine(p, &all_on, mobility, &res->after, out, err);
	if (!rc)
		text_printf(out, "published (Gorman, Whitcroft): 1 %% against 40 %%; ours %.1f %% against %.1f %%. Ours gives all "
			    "movable memory back at the end, the paper's machine kept part of it; so ours is higher.\n",
			    res->before, res->after);
	return rc;
}

/* --- frag ------------------------------------------------------------------------------------------------- */

#define DIGITS_SHOWN 96

/* Pages of the experiment in every pageblock of memory. */
static void count_used(struct lab *l, u32 *used, u64 blocks)
{
	memset(used, 0, blocks * sizeof(*used));
	for (u32 i = 0; i < l->set[MOVABLE].nr; i++)
		used[page_to_pfn(l->mm->map, l->set[MOVABLE].h[i]) >> l->mm->map->pb_order]++;
}

/*
 * Every pageblock that the experiment once filled (@full) as a digit: 0 empty ... 9
 * full; a space stands for one that others use. Return: how many are empty.
 */
static u64 frag_line(struct lab *l, u64 iteration, const u32 *full, u32 *used, u64 blocks, struct text *out)
{
	u64 whole = 0, shown = 0, step = blocks / DIGITS_SHOWN + 1;
	u32 pages = 1u << l->mm->map->pb_order;

	count_used(l, used, blocks);
	for (u64 b = 0; b < blocks; b++)
		whole += full[b] == pages && !used[b];
	text_printf(out, "%3llu %6llu ", LL(iteration), LL(whole));
	for (u64 b = 0; b < blocks && shown < DIGITS_SHOWN; b += step, shown++)
		text_printf(out, "%c", full[b] == pages ? (char)('0' + min_u64(9, (u64)used[b] * 10 / pages)) : ' ');
	text_puts(out, "\n");
	return whole;
}

static void frag(struct lab *l, const struct experiment_params *p, double *value, struct text *out)
{
	u64 blocks = (l->m->sys->max_pfn >> l->mm->map->pb_order) + 1, half, tenth;
	u32 *used = arena_alloc(l->m->arena, blocks * sizeof(*used));
	u32 *full = arena_alloc(l->m->arena, blocks * sizeof(*full));

	while (take(l, MOVABLE, GFP_HIGHUSER_MOVABLE | GFP_ALL_OF_IT, 0))
		;
	count_used(l, full, blocks);
	half = l->set[MOVABLE].nr / 2;
	tenth = half / 10;
	while (l->set[MOVABLE].nr > half)
		drop_random(l, MOVABLE);
	text_puts(out, "iteration, whole 2 MiB blocks free, fill of the blocks (0: empty, 9: full, space: not ours)\n");
	value[0] = (double)frag_line(l, 0, full, used, blocks, out);
	for (u64 i = 1; i <= p->iterations; i++) {
		for (u64 k = 0; k < tenth; k++)
			drop_random(l, MOVABLE);
		for (u64 k = 0; k < tenth; k++)
			take(l, MOVABLE, GFP_HIGHUSER_MOVABLE | GFP_ALL_OF_IT, 0);
		value[1] = (double)frag_line(l, i, full, used, blocks, out);
	}
}

static int run_frag(const struct experiment_params *p, struct experiment_result *res, struct text *out, struct mm_error *err)
{
	double v[2] = { 0, 0 };
	int rc = lab_on_machine(p, &all_on, frag, v, out, err);

	*res = (struct experiment_result){ v[0], v[1] };
	if (!rc)
		text_puts(out, "published (LLFree, frag): Linux' buddy allocator hardly gets blocks back, however long the "
			  "replacing goes on. Ours is one task on one cpu.\n");
	return rc;
}

/* --- pollution -------------------------------------------------------------------------------------------- */

#define NR_SHARES 6
static const double shares[NR_SHARES] = { 0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01 };

/* value[0]: the share of unmovable pages; value[1]: percent of blocks with one. */
static void pollution(struct lab *l, const struct experiment_params *p, double *value, struct text *out)
{
	u64 blocks = (l->m->sys->max_pfn >> l->mm->map->pb_order) + 1, all = 0, bad = 0;
	u32 pages = 1u << l->mm->map->pb_order;
	u32 *ours = arena_alloc(l->m->arena, blocks * sizeof(*ours)), *un = arena_alloc(l->m->arena, blocks * sizeof(*un));
	u64 limit = (u64)(value[0] * 4294967296.0);
	bool unmovable;

	do
		unmovable = rng_next(&l->rng) >> 32 < limit;
	while (take(l, unmovable ? UNMOVABLE : MOVABLE, (unmovable ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE) | GFP_ALL_OF_IT, 0));
	for (int s = 0; s < NR_SETS; s++)
		for (u32 i = 0; i < l->set[s].nr; i++) {
			u64 b = page_to_pfn(l->mm->map, l->set[s].h[i]) >> l->mm->map->pb_order;

			ours[b]++;
			un[b] += s == UNMOVABLE;
		}
	for (u64 b = 0; b < blocks; b++) {
		all += ours[b] == pages;
		bad += ours[b] == pages && un[b];
	}
	value[1] = all ? 100.0 * (double)bad / (double)all : 0.0;
}

static double power(double base, int n)
{
	double v = 1.0;

	while (n-- > 0)
		v *= base;
	return v;
}

static int run_pollution(const struct experiment_params *p, struct experiment_result *res, struct text *out,
			 struct mm_error *err)
{
	static const struct policy off = { false, true, true, false };

	text_puts(out, "unmovable   1-(1-u)^512   grouping off   grouping on   (percent of 2 MiB blocks spoilt)\n");
	for (int i = 0; i < NR_SHARES; i++) {
		double a[2] = { shares[i], 0 }, b[2] = { shares[i], 0 };
		int rc = lab_on_machine(p, &off, pollution, a, out, err);

		rc = rc ? rc : lab_on_machine(p, &all_on, pollution, b, out, err);
		if (rc)
			return rc;
		text_printf(out, "%7.2f %%   %9.1f %%   %10.1f %%   %9.1f %%\n", 100.0 * shares[i],
			    100.0 * (1.0 - power(1.0 - shares[i], 512)), a[1], b[1]);
		*res = (struct experiment_result){ a[1], b[1] };
	}
	text_puts(out, "published (Contiguitas): 1 % of unmovable pages is enough to spoil nearly every 2 MiB block. Ours: every "
		  "request is alone and none is freed, so grouping holds better than on servers after weeks.\n");
	return 0;
}

/* --- the table ----------------------------------------------------------------------------------------------- */

static const struct experiment table[] = {
	{ "three-quarters", "free three quarters of every 2 MiB; compact", "unusable index 1000, contiguity restored",
	  run_three_quarters },
	{ "mobility", "huge pages that are left with and without grouping by mobility", "Gorman, Whitcroft: 1 % against 40 %",
	  run_mobility },
	{ "fragavoid", "fallbacks with and without ALLOC_NOFRAGMENT and watermark boost", "Gorman, Linux 5.0: 93 to 98 % fewer",
	  run_fragavoid },
	{ "frag", "fill, free half at random, replace a tenth an iteration", "LLFree's benchmark frag", run_frag },
	{ "pollution", "2 MiB blocks that a few unmovable pages spoil", "Contiguitas; 1-(1-u)^512", run_pollution },
};

int experiment_count(void)
{
	return (int)ARRAY_SIZE(table);
}

const struct experiment *experiment_at(int i)
{
	return &table[i];
}

const struct experiment *experiment_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}
