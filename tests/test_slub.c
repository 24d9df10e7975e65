/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SLUB: where slabs and objects go. Drawings: # used object, . free object.
 * Freelists are in ascending order here (no randomization), so that every list can
 * be written out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slab_fixture.h"

static struct slab_machine *plain(int nodes, int cpus)
{
	struct slab_machine *m = slab_machine_bare("x86_64", nodes, 64, cpus);

	m->cfg.freelist_random = false;
	slab_machine_init_slab(m);
	return m;
}

static struct slab_cache_info info_of(struct slab_machine *m, struct kmem_cache *s)
{
	struct slab_cache_info info;

	slab_cache_info(m->st, s, &info);
	return info;
}

static struct slab_info slab_at(struct slab_machine *m, u64 addr)
{
	struct slab_info info;
	u32 index;

	assert_true(slab_of_addr(m->st, addr, &info, &index));
	return info;
}

static void must_free(struct slab_machine *m, struct kmem_cache *s, u64 addr)
{
	struct mm_error err = { 0, "" };

	if (kmem_cache_free(m->st, s, addr, &err))
		fail_msg("%s", err.msg);
}

/* --- one cpu ------------------------------------------------------------------- */

/*
 *   new slab  >.........        first object out is number 0, the next 1, 2 ...
 * Expect one slab for the first @objects objects, a second one after that.
 */
static void test_objects_come_from_one_slab_until_it_is_full(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "box", 512, SLAB_NO_MERGE);
	u32 n = kmem_cache_geometry(s)->objects;
	u64 first = kmem_cache_alloc(m->st, s, GFP_KERNEL);

	for (u32 i = 1; i < n; i++)
		assert_int_equal(kmem_cache_alloc(m->st, s, GFP_KERNEL), first + i * 512ULL);
	assert_int_equal(info_of(m, s).num_slabs, 1);
	kmem_cache_alloc(m->st, s, GFP_KERNEL);
	assert_int_equal(info_of(m, s).num_slabs, 2);
	slab_machine_check(m);
	slab_machine_free(m);
}

/* Expect the object freed last to be handed out first (it is warm in the cache). */
static void test_freed_object_is_reused_first(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "box", 64, SLAB_NO_MERGE);
	u64 a = kmem_cache_alloc(m->st, s, GFP_KERNEL);
	u64 b = kmem_cache_alloc(m->st, s, GFP_KERNEL);

	must_free(m, s, a);
	must_free(m, s, b);
	assert_int_equal(kmem_cache_alloc(m->st, s, GFP_KERNEL), b);
	assert_int_equal(kmem_cache_alloc(m->st, s, GFP_KERNEL), a);
	slab_machine_free(m);
}

/* Expect each step on the cpu freelist to advance the tid by a power of two >= NR_CPUS. */
static void test_tid_advances_with_every_operation(void **state)
{
	struct slab_machine *m = plain(1, 2);
	struct kmem_cache *s = make_cache(m, "box", 64, SLAB_NO_MERGE);
	u64 before, after, addr;
	u32 nr_free, nr_partial;

	m->mm.cpu = 1;
	addr = kmem_cache_alloc(m->st, s, GFP_KERNEL);
	assert_true(slab_cpu_info(m->st, s, 1, &before, &nr_free, &nr_partial));
	must_free(m, s, addr);
	kmem_cache_alloc(m->st, s, GFP_KERNEL);
	assert_true(slab_cpu_info(m->st, s, 1, &after, &nr_free, &nr_partial));
	assert_int_equal(after - before, 2 * 8192);
	assert_int_equal(after % 8192, 1);
	assert_false(slab_cpu_info(m->st, s, 0, &before, &nr_free, &nr_partial));
	slab_machine_free(m);
}

/*
 *   A ######## (full)   B ###..... (cpu slab)
 *   free one of A: it goes to the cpu's partial chain.
 */
static void test_full_slab_that_loses_an_object_goes_to_cpu_partial(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "box", 512, SLAB_NO_MERGE);
	u32 n = kmem_cache_geometry(s)->objects;
	u64 a = kmem_cache_alloc(m->st, s, GFP_KERNEL);

	for (u32 i = 0; i < n; i++)
		kmem_cache_alloc(m->st, s, GFP_KERNEL);
	assert_int_equal(slab_at(m, a).place, SLAB_FULL);
	must_free(m, s, a);
	assert_int_equal(slab_at(m, a).place, SLAB_CPU_PARTIAL);
	assert_int_equal(info_of(m, s).active_objs, 2 * n); /* slabinfo counts it as active */
	slab_machine_check(m);
	slab_machine_free(m);
}

/*
 * Fill K slabs, free one object of each, newest last. The chain of a cpu takes
 * cpu_partial_slabs; the next one pushes the whole chain to the node.
 * Expect: that many on the node, one on the chain.
 */
static void test_long_cpu_partial_chain_is_drained_to_the_node(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "box", 1024, SLAB_NO_MERGE);
	const struct slab_geometry *g = kmem_cache_geometry(s);
	u32 slabs = g->cpu_partial_slabs + 1;
	u64 *first = calloc(slabs, sizeof(*first));

	for (u32 i = 0; i < slabs; i++)
		for (u32 j = 0; j < g->objects; j++) {
			u64 a = kmem_cache_alloc(m->st, s, GFP_KERNEL);

			first[i] = j ? first[i] : a;
		}
	kmem_cache_alloc(m->st, s, GFP_KERNEL); /* so that the last of them is full too */
	for (u32 i = 0; i < slabs; i++)
		must_free(m, s, first[i]);
	assert_int_equal(info_of(m, s).node_partial_slabs, g->cpu_partial_slabs);
	assert_int_equal(info_of(m, s).cpu_partial_slabs, 1);
	assert_int_equal(info_of(m, s).stat[SLUB_cpu_partial_drain], 1);
	slab_machine_check(m);
	free(first);
	slab_machine_free(m);
}

/* Expect an emptied slab on the node list to be given back once min_partial others are there. */
static void test_empty_slab_is_discarded_beyond_min_partial(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "box", 4096, SLAB_NO_MERGE);
	const struct slab_geometry *g = kmem_cache_geometry(s);
	u32 nr = g->objects * 24;
	u64 *p = calloc(nr, sizeof(*p));
	u64 slabs;

	for (u32 i = 0; i < nr; i++)
		p[i] = kmem_cache_alloc(m->st, s, GFP_KERNEL);
	for (u32 i = 0; i < nr; i++)
		must_free(m, s, p[i]);
	slabs = info_of(m, s).num_slabs;
	assert_in_range(slabs, g->min_partial, g->min_partial + g->cpu_partial_slabs + 2);
	assert_false(kmem_cache_shrink(m->st, s));
	assert_int_equal(info_of(m, s).num_slabs, 0);
	slab_machine_check(m);
	free(p);
	slab_machine_free(m);
}

/*
 * Slabs with 1, 3 and 2 free objects. Expect kmem_cache_shrink() to put the fullest
 * first: the next cpu slab is the one with 1 free object.
 */
static void test_shrink_sorts_partial_slabs_fullest_first(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "box", 512, SLAB_NO_MERGE);
	u32 n = kmem_cache_geometry(s)->objects;
	const u32 holes[3] = { 1, 3, 2 };
	u64 start[3];

	for (int i = 0; i < 3; i++)
		for (u32 j = 0; j < n; j++) {
			u64 a = kmem_cache_alloc(m->st, s, GFP_KERNEL);

			start[i] = j ? start[i] : a;
		}
	kmem_cache_alloc(m->st, s, GFP_KERNEL);
	for (int i = 2; i >= 0; i--)
		for (u32 j = 0; j < holes[i]; j++)
			must_free(m, s, start[i] + j * 512ULL);
	assert_true(kmem_cache_shrink(m->st, s));
	assert_int_equal(kmem_cache_alloc(m->st, s, GFP_KERNEL), start[0]);
	slab_machine_check(m);
	slab_machine_free(m);
}

/* --- several cpus and nodes ------------------------------------------------------- */

/* cpu 1 frees an object of cpu 0's slab. Expect it on the slab's own list, not on cpu 0's. */
static void test_remote_free_goes_to_the_slab_of_the_other_cpu(void **state)
{
	struct slab_machine *m = plain(1, 2);
	struct kmem_cache *s = make_cache(m, "box", 512, SLAB_NO_MERGE);
	u64 a = kmem_cache_alloc(m->st, s, GFP_KERNEL);
	struct slab_info slab = slab_at(m, a);

	m->mm.cpu = 1;
	must_free(m, s, a);
	assert_int_equal(info_of(m, s).stat[SLUB_free_frozen], 1);
	assert_int_equal(slab_object(m->st, slab.pfn, 0), OBJ_IS_FREE);
	assert_int_equal(slab_object(m->st, slab.pfn, 1), OBJ_IS_CPU_FREE);
	m->mm.cpu = 0;
	assert_int_equal(kmem_cache_alloc(m->st, s, GFP_KERNEL), a + 512);
	slab_machine_check(m);
	slab_machine_free(m);
}

/* Expect objects of node 1 for whoever asks for node 1, and the cpu's own node otherwise. */
static void test_node_is_honoured(void **state)
{
	struct slab_machine *m = plain(2, 2);
	struct kmem_cache *s = make_cache(m, "box", 256, SLAB_NO_MERGE);

	for (int i = 0; i < 100; i++) {
		u64 far = kmem_cache_alloc_node(m->st, s, GFP_KERNEL, 1);
		u64 near = kmem_cache_alloc_node(m->st, s, GFP_KERNEL, 0);

		assert_int_equal(slab_at(m, far).nid, 1);
		assert_int_equal(slab_at(m, near).nid, 0);
	}
	m->mm.cpu = 1;
	assert_int_equal(slab_at(m, kmem_cache_alloc(m->st, s, GFP_KERNEL)).nid, 1);
	assert_int_not_equal(info_of(m, s).stat[SLUB_alloc_node_mismatch], 0);
	slab_machine_check(m);
	slab_machine_free(m);
}

/* --- caches --------------------------------------------------------------------------- */

/* Expect "b" (60 bytes) to share the slabs of "a" (64), and reclaimable "c" not to. */
static void test_similar_caches_are_merged(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *a = make_cache(m, "a", 4 * 57, 0);
	struct kmem_cache *b = make_cache(m, "b", 4 * 56 + 1, 0);
	struct kmem_cache *c = make_cache(m, "c", 4 * 57, SLAB_RECLAIM_ACCOUNT);
	struct mm_error err = { 0, "" };

	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	assert_int_equal(info_of(m, a).aliases, 1);
	assert_int_equal(kmem_cache_destroy(m->st, "a", &err), 0);
	assert_null(kmem_cache_find(m->st, "a"));
	assert_ptr_equal(kmem_cache_find(m->st, "b"), b);
	assert_int_equal(kmem_cache_destroy(m->st, "b", &err), 0);
	assert_null(kmem_cache_find(m->st, "b"));
	slab_machine_check(m);
	slab_machine_free(m);
}

static void test_nomerge_keeps_caches_apart(void **state)
{
	struct slab_machine *m = slab_machine_bare("x86_64", 1, 64, 1);

	m->cfg.nomerge = true;
	slab_machine_init_slab(m);
	assert_ptr_not_equal(make_cache(m, "a", 200, 0), make_cache(m, "b", 200, 0));
	slab_machine_free(m);
}

/* Expect pages of a reclaimable cache in a reclaimable pageblock, and counted as such. */
static void test_reclaimable_cache_takes_reclaimable_pages(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "r", 2000, SLAB_RECLAIM_ACCOUNT);
	u64 a = kmem_cache_alloc(m->st, s, GFP_KERNEL);
	struct page_view v;

	memmap_view(&m->map, slab_at(m, a).pfn, &v);
	assert_int_equal(v.kind, KIND_SLAB);
	assert_int_equal(get_pageblock_migratetype(&m->mm, v.pfn), MIGRATE_RECLAIMABLE);
	assert_int_equal(m->mm.node[0]->vm_stat[NS_nr_slab_reclaimable], 1 << kmem_cache_geometry(s)->order);
	slab_machine_free(m);
}

/* Expect the constructor to have run once per object of a slab, however often objects are used. */
static void test_constructed_objects_are_not_constructed_again(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct slab_request rq = { .object_size = 100, .ctor = true };
	struct kmem_cache *s = kmem_cache_create(m->st, "c", &rq, NULL);

	for (int i = 0; i < 1000; i++)
		must_free(m, s, kmem_cache_alloc(m->st, s, GFP_KERNEL));
	assert_int_equal(info_of(m, s).stat[SLUB_ctor_calls], kmem_cache_geometry(s)->objects);
	assert_int_equal(kmem_cache_geometry(s)->size, 112); /* 104 and a free pointer behind */
	slab_machine_free(m);
}

static void test_destroy_with_objects_is_ebusy(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "busy", 700, SLAB_NO_MERGE);
	u64 a = kmem_cache_alloc(m->st, s, GFP_KERNEL);
	struct mm_error err = { 0, "" };
	char text[32];

	assert_int_equal(kmem_cache_destroy(m->st, "busy", &err), -EBUSY);
	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)a);
	assert_non_null(strstr(err.msg, text));
	must_free(m, s, a);
	assert_int_equal(kmem_cache_destroy(m->st, "busy", &err), 0);
	assert_int_equal(kmem_cache_destroy(m->st, "kmalloc-64", &err), -EBUSY);
	assert_int_equal(kmem_cache_destroy(m->st, "none", &err), -ENOENT);
	slab_machine_check(m);
	slab_machine_free(m);
}

/* --- wrong frees -------------------------------------------------------------------------- */

static void expect_refused(struct slab_machine *m, struct kmem_cache *s, u64 addr, const char *word)
{
	struct mm_error err = { 0, "" };

	assert_int_equal(kmem_cache_free(m->st, s, addr, &err), -EINVAL);
	if (!strstr(err.msg, word))
		fail_msg("message lacks \"%s\": %s", word, err.msg);
}

static void test_wrong_frees_are_named(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "s", 128, SLAB_NO_MERGE);
	struct kmem_cache *t = make_cache(m, "t", 256, SLAB_NO_MERGE);
	u64 a = kmem_cache_alloc(m->st, s, GFP_KERNEL);

	expect_refused(m, t, a, "foreign free");
	expect_refused(m, s, a + 8, "invalid free");
	expect_refused(m, s, 0x1234, "not a slab object");
	must_free(m, s, a);
	expect_refused(m, s, a, "double free");
	slab_machine_check(m);
	slab_machine_free(m);
}

/* --- bulk ------------------------------------------------------------------------------------ */

static void test_bulk_allocates_all_or_nothing_and_frees_by_slab(void **state)
{
	struct slab_machine *m = plain(1, 1);
	struct kmem_cache *s = make_cache(m, "s", 700, SLAB_NO_MERGE);
	u64 p[100];
	struct mm_error err = { 0, "" };

	assert_int_equal(kmem_cache_alloc_bulk(m->st, s, GFP_KERNEL, 100, p), 100);
	assert_int_equal(info_of(m, s).used_objs, 100);
	slab_machine_check(m);
	p[99] = p[0];
	assert_int_equal(kmem_cache_free_bulk(m->st, s, 100, p, &err), -EINVAL);
	assert_int_equal(info_of(m, s).used_objs, 100);
	slab_machine_check(m);
	assert_int_equal(kmem_cache_free_bulk(m->st, s, 99, p, &err), 0);
	assert_int_equal(info_of(m, s).used_objs, 1);
	slab_machine_check(m);
	slab_machine_free(m);
}

/* --- debugging --------------------------------------------------------------------------------- */

/* slab_debug: no cpu slabs; every slab on the partial or the full list. */
static void test_debug_cache_uses_node_lists_only(void **state)
{
	struct slab_machine *m = slab_machine_bare("x86_64", 1, 64, 1);
	struct kmem_cache *s;
	u64 p[64];

	m->cfg.debug = "FZPU,dbg*";
	slab_machine_init_slab(m);
	s = make_cache(m, "dbg_box", 64, 0);
	assert_int_equal(info_of(m, s).flags & SLAB_DEBUG_FLAGS, SLAB_DEBUG_DEFAULT);
	for (int i = 0; i < 64; i++)
		p[i] = kmem_cache_alloc(m->st, s, GFP_KERNEL);
	assert_int_equal(info_of(m, s).cpu_slabs, 0);
	slab_machine_check(m);
	for (int i = 0; i < 64; i++)
		must_free(m, s, p[i]);
	expect_refused(m, s, p[0], "double free");
	slab_machine_check(m);
	assert_int_equal(info_of(m, make_cache(m, "other", 64, 0)).flags & SLAB_DEBUG_FLAGS, 0);
	slab_machine_free(m);
}

/* --- memory runs out ------------------------------------------------------------------------------ */

/* Expect allocation to fail cleanly when memory is gone, with smaller slabs tried before. */
static void test_out_of_memory_fails_and_recovers(void **state)
{
	struct slab_machine *m = slab_machine_new("x86_64", 1, 32, 1);
	struct kmem_cache *s = make_cache(m, "s", 700, SLAB_NO_MERGE);
	u64 *p = calloc(100000, sizeof(*p));
	u32 n = 0;

	while ((p[n] = kmem_cache_alloc(m->st, s, GFP_NOWAIT)))
		n++;
	assert_int_not_equal(info_of(m, s).stat[SLUB_order_fallback], 0);
	slab_machine_check(m);
	while (n--)
		must_free(m, s, p[n]);
	assert_false(kmem_cache_shrink(m->st, s));
	slab_machine_check(m);
	free(p);
	slab_machine_free(m);
}

/* --- random operations ------------------------------------------------------------------------------- */

#define NR_CACHES 50
#define NR_OPS    5000000
#define MAX_HELD  20000

struct held {
	u64 addr;
	u32 cache;
};

struct load {
	struct slab_machine *m;
	struct kmem_cache *cache[NR_CACHES];
	struct held *held;
	u32 nr;
	struct rng rng;
};

static void make_caches(struct load *l)
{
	for (u32 i = 0; i < NR_CACHES; i++) {
		struct slab_request rq = {
			.object_size = (u32)(8 + rng_below(&l->rng, i % 7 ? 600 : 6000)),
			.flags = SLAB_NO_MERGE,
			.ctor = i % 5 == 0,
		};
		char name[16];

		rq.flags |= i % 3 ? 0 : SLAB_HWCACHE_ALIGN;
		rq.flags |= i % 4 ? 0 : SLAB_RECLAIM_ACCOUNT;
		rq.flags |= i % 11 ? 0 : SLAB_RED_ZONE | SLAB_POISON;
		snprintf(name, sizeof(name), "load%u", i);
		l->cache[i] = kmem_cache_create(l->m->st, name, &rq, NULL);
		assert_non_null(l->cache[i]);
	}
}

static void one_alloc(struct load *l)
{
	u32 i = (u32)rng_below(&l->rng, NR_CACHES);
	int node = rng_percent(&l->rng, 10) ? (int)rng_below(&l->rng, 2) : NO_NODE;
	u64 addr = kmem_cache_alloc_node(l->m->st, l->cache[i], GFP_NOWAIT, node);

	if (!addr)
		return;
	l->held[l->nr].addr = addr;
	l->held[l->nr++].cache = i;
}

static void one_free(struct load *l)
{
	u32 i = (u32)rng_below(&l->rng, l->nr);

	must_free(l->m, l->cache[l->held[i].cache], l->held[i].addr);
	l->held[i] = l->held[--l->nr];
}

static void one_step(struct load *l)
{
	u64 what = rng_below(&l->rng, 1000);

	if (what == 0)
		kmem_cache_shrink(l->m->st, l->cache[rng_below(&l->rng, NR_CACHES)]);
	else if (what < 10)
		l->m->mm.cpu = (int)rng_below(&l->rng, 4);
	else if (l->nr < MAX_HELD && (!l->nr || rng_percent(&l->rng, 52)))
		one_alloc(l);
	else
		one_free(l);
}

static void destroy_all(struct load *l)
{
	while (l->nr)
		one_free(l);
	for (u32 i = 0; i < NR_CACHES; i++) {
		struct mm_error err = { 0, "" };

		if (kmem_cache_destroy(l->m->st, kmem_cache_name(l->cache[i]), &err))
			fail_msg("%s", err.msg);
	}
}

/* Slabs of the allocator's own caches are kept; count what they take. */
static u64 own_pages(struct slab_machine *m)
{
	static const char *const own[] = { "kmem_cache", "kmem_cache_node" };
	u64 pages = 0;

	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		struct kmem_cache *s = kmem_cache_find(m->st, own[i]);

		kmem_cache_shrink(m->st, s);
		pages += info_of(m, s).num_slabs << kmem_cache_geometry(s)->order;
	}
	for (u32 id = 0; id < 200; id++) {
		struct kmem_cache *s = slab_cache_by_id(m->st, id);

		if (s && !strncmp(kmem_cache_name(s), "kmalloc-", 8)) {
			kmem_cache_shrink(m->st, s);
			pages += info_of(m, s).num_slabs << kmem_cache_geometry(s)->order;
		}
	}
	return pages;
}

/* Expect every invariant to hold all along, and every page back after the caches are gone. */
static void test_random_load_on_50_caches_keeps_every_object_in_one_place(void **state)
{
	u64 seed = getenv("MMVIEW_SEED") ? strtoull(getenv("MMVIEW_SEED"), NULL, 0) : 7;
	struct load l = { .m = slab_machine_new("x86_64", 2, 128, 4) };
	u64 own;

	rng_seed(&l.rng, seed);
	l.held = calloc(MAX_HELD, sizeof(*l.held));
	make_caches(&l);
	print_message("seed %llu (MMVIEW_SEED chooses another)\n", (unsigned long long)seed);
	for (u32 i = 0; i < NR_OPS; i++) {
		one_step(&l);
		if (i % (NR_OPS / 50) == 0)
			slab_machine_check(l.m);
	}
	destroy_all(&l);
	slab_machine_check(l.m);
	own = own_pages(l.m);
	assert_int_equal(slab_machine_free_pages(l.m) + own, l.m->free_at_start);
	free(l.held);
	slab_machine_free(l.m);
}

/* Expect the same seed to give the same addresses. */
static void test_same_seed_gives_same_addresses(void **state)
{
	struct slab_machine *a = slab_machine_new("x86_64", 1, 64, 1);
	struct slab_machine *b = slab_machine_new("x86_64", 1, 64, 1);
	struct kmem_cache *s = make_cache(a, "s", 300, 0);
	struct kmem_cache *t = make_cache(b, "s", 300, 0);

	for (int i = 0; i < 500; i++)
		assert_int_equal(kmem_cache_alloc(a->st, s, GFP_KERNEL), kmem_cache_alloc(b->st, t, GFP_KERNEL));
	slab_machine_free(a);
	slab_machine_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects_come_from_one_slab_until_it_is_full),
		cmocka_unit_test(test_freed_object_is_reused_first),
		cmocka_unit_test(test_tid_advances_with_every_operation),
		cmocka_unit_test(test_full_slab_that_loses_an_object_goes_to_cpu_partial),
		cmocka_unit_test(test_long_cpu_partial_chain_is_drained_to_the_node),
		cmocka_unit_test(test_empty_slab_is_discarded_beyond_min_partial),
		cmocka_unit_test(test_shrink_sorts_partial_slabs_fullest_first),
		cmocka_unit_test(test_remote_free_goes_to_the_slab_of_the_other_cpu),
		cmocka_unit_test(test_node_is_honoured),
		cmocka_unit_test(test_similar_caches_are_merged),
		cmocka_unit_test(test_nomerge_keeps_caches_apart),
		cmocka_unit_test(test_reclaimable_cache_takes_reclaimable_pages),
		cmocka_unit_test(test_constructed_objects_are_not_constructed_again),
		cmocka_unit_test(test_destroy_with_objects_is_ebusy),
		cmocka_unit_test(test_wrong_frees_are_named),
		cmocka_unit_test(test_bulk_allocates_all_or_nothing_and_frees_by_slab),
		cmocka_unit_test(test_debug_cache_uses_node_lists_only),
		cmocka_unit_test(test_out_of_memory_fails_and_recovers),
		cmocka_unit_test(test_same_seed_gives_same_addresses),
		cmocka_unit_test(test_random_load_on_50_caches_keeps_every_object_in_one_place),
	};

	return cmocka_run_group_tests_name("slub", tests, NULL, NULL);
}
