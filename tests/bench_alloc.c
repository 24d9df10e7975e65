/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast is the full allocator, against two that do nothing but buddy?
 *
 *   plain    a buddy in thirty lines: arrays of links and orders, one entry a page
 *   headers  the same with a 64-byte header per page, as large as struct page
 *   full     ours: zones, watermarks, per-cpu lists, types, trace events, summary
 *
 * One GiB each; one sequence of requests for all of them. Prints nanoseconds per
 * operation and the ratio to the plain one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "mm_fixture.h"

#define PAGES     (1u << 18)
#define MAX_ORDER 10
#define NONE      0xffffffffu

struct bench {
	const char *name;
	void *state;
	u32 (*alloc)(void *state, unsigned order);
	void (*free)(void *state, u32 block, unsigned order);
};

/* --- the plain one ---------------------------------------------------------------- */

struct plain {
	u32 next[PAGES], prev[PAGES];
	s8 order[PAGES]; /* of a free block's first page; -1: not that */
	u32 head[MAX_ORDER + 1];
};

static void plain_push(struct plain *b, u32 p, unsigned o)
{
	b->order[p] = (s8)o;
	b->prev[p] = NONE;
	b->next[p] = b->head[o];
	if (b->head[o] != NONE)
		b->prev[b->head[o]] = p;
	b->head[o] = p;
}

static void plain_del(struct plain *b, u32 p, unsigned o)
{
	b->order[p] = -1;
	if (b->next[p] != NONE)
		b->prev[b->next[p]] = b->prev[p];
	if (b->prev[p] != NONE)
		b->next[b->prev[p]] = b->next[p];
	else
		b->head[o] = b->next[p];
}

static u32 plain_alloc(void *state, unsigned order)
{
	struct plain *b = state;
	unsigned o = order;
	u32 p;

	while (o <= MAX_ORDER && b->head[o] == NONE)
		o++;
	if (o > MAX_ORDER)
		return NONE;
	p = b->head[o];
	plain_del(b, p, o);
	while (o-- > order)
		plain_push(b, p + (1u << o), o);
	return p;
}

static void plain_free(void *state, u32 p, unsigned o)
{
	struct plain *b = state;

	for (; o < MAX_ORDER && b->order[p ^ (1u << o)] == (s8)o; o++) {
		plain_del(b, p ^ (1u << o), o);
		p &= ~(1u << o);
	}
	plain_push(b, p, o);
}

static void *plain_new(void)
{
	struct plain *b = malloc(sizeof(*b));

	if (!b)
		abort();
	memset(b, 0xff, sizeof(*b));
	for (u32 p = 0; p < PAGES; p += 1u << MAX_ORDER)
		plain_push(b, p, MAX_ORDER);
	return b;
}

/* --- the one with headers ------------------------------------------------------------- */

struct header {
	struct header *next, *prev;
	s64 order;
	u64 pad[5];
};

struct headers {
	struct header *page;
	struct header list[MAX_ORDER + 1];
};

static void header_push(struct headers *b, struct header *h, unsigned o)
{
	struct header *l = &b->list[o];

	h->order = o;
	h->next = l->next;
	h->prev = l;
	l->next->prev = h;
	l->next = h;
}

static void header_del(struct header *h)
{
	h->order = -1;
	h->next->prev = h->prev;
	h->prev->next = h->next;
}

static u32 header_alloc(void *state, unsigned order)
{
	struct headers *b = state;
	unsigned o = order;
	struct header *h;

	while (o <= MAX_ORDER && b->list[o].next == &b->list[o])
		o++;
	if (o > MAX_ORDER)
		return NONE;
	h = b->list[o].next;
	header_del(h);
	while (o-- > order)
		header_push(b, h + (1u << o), o);
	return (u32)(h - b->page);
}

static void header_free(void *state, u32 p, unsigned o)
{
	struct headers *b = state;

	for (; o < MAX_ORDER && b->page[p ^ (1u << o)].order == (s64)o; o++) {
		header_del(&b->page[p ^ (1u << o)]);
		p &= ~(1u << o);
	}
	header_push(b, &b->page[p], o);
}

static void *header_new(void)
{
	struct headers *b = malloc(sizeof(*b));

	if (!b || !(b->page = calloc(PAGES, sizeof(*b->page))))
		abort();
	for (u32 p = 0; p < PAGES; p++)
		b->page[p].order = -1;
	for (int o = 0; o <= MAX_ORDER; o++)
		b->list[o].next = b->list[o].prev = &b->list[o];
	for (u32 p = 0; p < PAGES; p += 1u << MAX_ORDER)
		header_push(b, &b->page[p], MAX_ORDER);
	return b;
}

/* --- ours -------------------------------------------------------------------------------- */

static u32 full_alloc(void *state, unsigned order)
{
	return alloc_pages(&((struct mm_fixture *)state)->mm, GFP_KERNEL, order, 0, 0);
}

static void full_free(void *state, u32 block, unsigned order)
{
	free_pages(&((struct mm_fixture *)state)->mm, block, order);
}

static void *full_new(void)
{
	static const struct zone_spec one = { 0, ZONE_NORMAL, 0x100000, 0x100000 + PAGES, 0x100000, 0x100000 + PAGES };

	return mm_fixture_new("x86_64", &one, 1, 1);
}

/* --- mixes --------------------------------------------------------------------------------- */

/* What the processor spent on us: a busy machine makes nobody slower than the others. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* One page, taken and given back, again and again. */
static double run_pair(struct bench *b, u64 ops)
{
	double start = now();

	for (u64 i = 0; i < ops; i += 2)
		b->free(b->state, b->alloc(b->state, 0), 0);
	return (now() - start) / (double)(ops / 2);
}

/* Orders to ask for, and which held block to free: the same for every allocator. */
struct script {
	u8 order[1 << 16];
	u32 pick[1 << 16];
};

static void script_fill(struct script *s, bool geometric, u64 seed)
{
	struct rng r;

	rng_seed(&r, seed);
	for (size_t i = 0; i < ARRAY_SIZE(s->order); i++) {
		u64 bits = rng_next(&r);

		s->order[i] = geometric ? (u8)__builtin_ctzll(bits | 1ULL << 9) : (u8)((bits >> 32) % 10);
		s->pick[i] = (u32)rng_next(&r);
	}
}

struct held {
	u32 block;
	u32 order;
};

/* Fill up to @target pages, then free and allocate around it. */
static double run_mix(struct bench *b, const struct script *s, u64 ops, u64 target)
{
	struct held *held = malloc(sizeof(*held) * PAGES);
	u32 nr = 0, mask = ARRAY_SIZE(s->order) - 1;
	u64 used = 0, i;
	double start = 0;

	for (i = 0; held && i < ops + ops / 4; i++) {
		u32 k = (u32)i & mask;

		if (i == ops / 4)
			start = now();
		if (used < target) {
			u32 p = b->alloc(b->state, s->order[k]);

			if (p != NONE) {
				held[nr++] = (struct held){ p, s->order[k] };
				used += 1ULL << s->order[k];
				continue;
			}
		}
		if (nr) {
			u32 j = (u32)(((u64)s->pick[k] * nr) >> 32);

			b->free(b->state, held[j].block, held[j].order);
			used -= 1ULL << held[j].order;
			held[j] = held[--nr];
		}
	}
	start = (now() - start) / (double)ops;
	while (nr--)
		b->free(b->state, held[nr].block, held[nr].order);
	free(held);
	return start;
}

static double run_case(struct bench *b, int which, u64 ops)
{
	struct script *s = malloc(sizeof(*s));
	double ns;

	if (!s)
		abort();
	script_fill(s, which != 1 && which != 2, 42);
	switch (which) {
	case 0: ns = run_pair(b, ops); break;
	case 1: ns = run_mix(b, s, ops, PAGES / 2); break;
	case 2: ns = run_mix(b, s, ops, PAGES / 10 * 9); break;
	case 3: ns = run_mix(b, s, ops, PAGES / 2); break;
	default: ns = run_mix(b, s, ops, PAGES / 10 * 9); break;
	}
	free(s);
	return ns;
}

/*
 * Where the time goes that the plain one does not need. Instructions of one operation, counted by
 * callgrind (valgrind --tool=callgrind build/bench_alloc 400000 MIX 2; gcc -O2).
 */
static void print_profile(void)
{
	printf("\ntarget: 2x of plain on every mix, a pair under 20 ns. What is left, in instructions per operation\n"
	       "(the plain buddy needs 32 on uniform orders, 45 on geometric ones; this loop itself 33):\n"
	       "                      allocate  free  flush of cpu lists  refill of them  | of it summary, events\n"
	       "  uniform 0-9, 50 %%        150   123                 252             110  |      62, 56\n"
	       "  geometric, 50 %%          108    95                  67              25  |      30, 21\n"
	       "An operation on uniform orders moves 1.2 blocks from the per-cpu lists to the free lists and 1.2\n"
	       "back (order 9 is on them too and fills them), with 4.2 trace events; on geometric ones 0.3 and 0.3.\n"
	       "Next: rows of the summary made when somebody asks; shorter events for flush and refill.\n");
}

/* Rounds of all allocators in turn; the best of each counts. */
#define ROUNDS 8

static double min_double(double a, double b) { return a < b ? a : b; }

int main(int argc, char **argv)
{
	static const char *const names[] = { "order-0 pair", "uniform 0-9, 50 %", "uniform 0-9, 90 %",
					     "geometric, 50 %", "geometric, 90 %" };
	struct bench b[] = {
		{ "plain", plain_new(), plain_alloc, plain_free },
		{ "headers", header_new(), header_alloc, header_free },
		{ "full", full_new(), full_alloc, full_free },
	};
	u64 ops = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
	int only = argc > 2 ? atoi(argv[2]) : -1;

	printf("%-20s %10s %10s %10s   full/plain  full Mops/s   (ns per operation; pair: per pair)\n", "mix", b[0].name,
	       b[1].name, b[2].name);
	for (int c = 0; c < (int)ARRAY_SIZE(names); c++) {
		double ns[3] = { 1e9, 1e9, 1e9 };

		if (only >= 0 && only != c)
			continue;
		for (int round = 0; round < ROUNDS; round++)
			for (int i = argc > 3 ? atoi(argv[3]) : 0; i < 3; i++)
				ns[i] = min_double(ns[i], run_case(&b[i], c, ops));
		printf("%-20s %10.1f %10.1f %10.1f %11.2fx %12.1f\n", names[c], ns[0], ns[1], ns[2], ns[2] / ns[0],
		       (c ? 1e3 : 2e3) / ns[2]);
	}
	if (only < 0)
		print_profile();
	mm_fixture_check(b[2].state);
	mm_fixture_free(b[2].state);
	free(((struct headers *)b[1].state)->page);
	free(b[1].state);
	free(b[0].state);
	return 0;
}
