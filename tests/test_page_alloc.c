/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The front door: zones, watermarks, fallback, reserves, boot ranges; and random machines against every check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alloc/internal.h"
#include "base/rng.h"
#include "mm_fixture.h"
#include "zone/pageblock.h"

#define NOWAIT (GFP_NOWAIT) /* no reclaim: what is not there fails */

/*
 *   DMA32 [0x1000 .. 0x9000)   Normal [0x100000 .. 0x120000)
 */
static struct mm_fixture *two_zones(void)
{
	static const struct zone_spec s[] = {
		{ 0, ZONE_DMA32, 0x1000, 0x9000, 0x1000, 0x9000 },
		{ 0, ZONE_NORMAL, 0x100000, 0x120000, 0x100000, 0x120000 },
	};

	return mm_fixture_new("x86_64", s, 2, 1);
}

static struct zone *zone_of(struct mm_fixture *f, page_handle h) { return mm_zone(&f->mm, memmap_zone(&f->map, h)); }

/* Expect Normal first, and DMA32 for those who ask for it. */
static void test_page_alloc_zone_of_the_request(void **state)
{
	struct mm_fixture *f = two_zones();

	assert_int_equal(zone_of(f, alloc_pages(&f->mm, NOWAIT, 0, 0, 0))->idx, ZONE_NORMAL);
	assert_int_equal(zone_of(f, alloc_pages(&f->mm, NOWAIT | __GFP_DMA32, 0, 0, 0))->idx, ZONE_DMA32);
	assert_int_equal(alloc_pages(&f->mm, NOWAIT, 11, 0, 0), NO_PAGE);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* Expect Normal to be used down to its marks, then DMA32 down to its protection, then failure; and a sentence why. */
static void test_page_alloc_walks_zones_and_says_why(void **state)
{
	struct mm_fixture *f = two_zones();
	struct zone *dma32 = &f->mm.node[0]->zones[ZONE_DMA32];
	struct alloc_explain why;
	u64 in_dma32 = 0, n = 0;
	page_handle h;

	f->mm.vm.pcp_enabled = false; /* a refill may dive below the marks */
	while ((h = alloc_pages(&f->mm, NOWAIT, 0, 0, 0)) != NO_PAGE) {
		in_dma32 += zone_of(f, h) == dma32;
		n++;
	}
	assert_true(in_dma32 > 0 && n > 100000);
	assert_true(zone_stat(dma32, NR_FREE_PAGES) <=
		    dma32->watermark[WMARK_MIN] + dma32->watermark_boost + dma32->lowmem_reserve[ZONE_NORMAL] + 64);
	assert_int_equal(alloc_pages_explain(&f->mm, NOWAIT, 0, 0, 0, &why), NO_PAGE);
	assert_true(why.pfn == NO_PFN && (why.path & PATH_SLOW) && why.nr_zones >= 4);
	assert_int_equal(why.zones[0].reason, REFUSE_WATERMARK);
	assert_int_equal(why.zones[1].reason, REFUSE_LOWMEM_RESERVE);
	assert_int_not_equal(alloc_pages(&f->mm, GFP_ATOMIC, 0, 0, 0), NO_PAGE);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* The first unmovable page. Expect a movable block to be claimed whole, and the explanation to say so. */
static void test_page_alloc_claims_a_pageblock(void **state)
{
	struct mm_fixture *f = two_zones();
	struct alloc_explain why;
	page_handle h = alloc_pages_explain(&f->mm, NOWAIT, 0, 0, 0, &why);

	assert_true(why.path & PATH_FALLBACK_CLAIM);
	assert_int_equal(why.fallback_mt, MIGRATE_MOVABLE);
	assert_int_equal(get_pageblock_migratetype(&f->mm, page_to_pfn(&f->map, h)), MIGRATE_UNMOVABLE);
	assert_int_equal(page_kind(memmap_page(&f->map, h)), KIND_KERNEL);
	assert_int_equal(page_kind(memmap_page(&f->map, alloc_pages(&f->mm, GFP_HIGHUSER_MOVABLE, 0, 0, 0))), KIND_MOVABLE);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/*
 * A zone filled with movable single pages, every second one freed: no block of order 1.
 * Expect an unmovable page to be stolen, its pageblock to stay movable.
 */
static void test_page_alloc_steals_where_it_cannot_claim(void **state)
{
	static const struct zone_spec s = { 0, ZONE_DMA32, 0x1000, 0x3000, 0x1000, 0x3000 };
	struct mm_fixture *f = mm_fixture_new("x86_64", &s, 1, 1);
	static page_handle h[0x2000];
	struct alloc_explain why;
	int n = 0;

	while (n < 0x2000 && (h[n] = alloc_pages(&f->mm, __GFP_HIGH | __GFP_MOVABLE, 0, 0, 0)) != NO_PAGE)
		page_set_info(&f->mm, h[n++], KIND_FILE, PGF_LRU);
	for (int i = 0; i < n; i++)
		if (i % 8 == 0)
			free_pages(&f->mm, h[i], 0);
	drain_all_pages(&f->mm, NULL);
	alloc_pages_explain(&f->mm, __GFP_HIGH, 0, 0, 0, &why);
	assert_true(why.path & PATH_FALLBACK_STEAL);
	assert_int_equal(get_pageblock_migratetype(&f->mm, why.pfn), MIGRATE_MOVABLE);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* Expect a block set aside for atomic requests of higher order, and given back when asked. */
static void test_page_alloc_highatomic_reserve(void **state)
{
	struct mm_fixture *f = two_zones();
	struct zone *z = &f->mm.node[0]->zones[ZONE_NORMAL];
	struct alloc_context ac = { .zonelist = &f->mm.node[0]->fallback, .highest_zoneidx = ZONE_NORMAL };
	page_handle h = NO_PAGE;

	while (alloc_pages(&f->mm, NOWAIT, 10, 0, 0) != NO_PAGE)
		;
	while (!z->nr_reserved_highatomic && (h = alloc_pages(&f->mm, GFP_ATOMIC, 3, 0, 0)) != NO_PAGE)
		;
	assert_true(z->nr_reserved_highatomic == 512);
	assert_int_equal(get_pageblock_migratetype(&f->mm, page_to_pfn(&f->map, h)), MIGRATE_HIGHATOMIC);
	mm_fixture_check(f);
	assert_true(unreserve_highatomic_pageblock(&f->mm, &ac, true));
	assert_true(z->nr_reserved_highatomic == 0 && z->nr_free_highatomic == 0);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* Two nodes. Expect the local one first, the other when it is full, and never with THISNODE. */
static void test_page_alloc_nodes(void **state)
{
	static const struct zone_spec s[] = {
		{ 0, ZONE_NORMAL, 0x100000, 0x102000, 0x100000, 0x102000 },
		{ 1, ZONE_NORMAL, 0x102000, 0x108000, 0x102000, 0x108000 },
	};
	struct mm_fixture *f = mm_fixture_new("x86_64", s, 2, 1);
	page_handle h;
	u64 local = 0;

	while ((h = alloc_pages(&f->mm, NOWAIT, 4, 0, 0)) != NO_PAGE && zone_of(f, h)->nid == 0)
		local++;
	assert_true(local > 200 && h != NO_PAGE);
	while (alloc_pages(&f->mm, NOWAIT | __GFP_THISNODE, 4, 0, 0) != NO_PAGE)
		local++;
	assert_true(local <= 0x2000 / 16);
	assert_true(f->mm.node[0]->zones[ZONE_NORMAL].numa_event[NUMA_FOREIGN] == 1);
	assert_true(f->mm.node[1]->zones[ZONE_NORMAL].numa_event[NUMA_MISS] == 1);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* Expect isolated blocks to take their pages back past the per-cpu lists, and to count them as free nowhere. */
static void test_page_alloc_free_into_isolated_block(void **state)
{
	struct mm_fixture *f = two_zones();
	page_handle h = alloc_pages(&f->mm, NOWAIT, 0, 0, 0);
	struct zone *z = zone_of(f, h);
	u64 before;

	drain_all_pages(&f->mm, NULL);
	pageblock_move_isolate(&f->mm.env, z, page_to_pfn(&f->map, h), MIGRATE_ISOLATE);
	before = mm_fixture_free_pages(f);
	free_pages(&f->mm, h, 0);
	assert_true(mm_fixture_free_pages(f) == before);
	assert_int_equal(z->pcp[0].count, 0);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/*
 *   block of order 3 with one more reference on its first page, freed as a whole
 *   [h|.|..|....]   the first page stays, the rest goes
 */
static void test_page_alloc_free_of_a_shared_block(void **state)
{
	struct mm_fixture *f = two_zones();
	page_handle h = alloc_pages(&f->mm, NOWAIT, 3, 0, 0);

	memmap_page(&f->map, h)->ext += 1;
	free_pages(&f->mm, h, 3);
	assert_int_equal(page_order(memmap_page(&f->map, h)), 0);
	assert_int_equal(page_ref(memmap_page(&f->map, h)), 1);
	mm_fixture_check(f);
	free_pages(&f->mm, h, 0);
	drain_all_pages(&f->mm, NULL);
	assert_true(mm_fixture_free_pages(f) == 0x8000 + 0x20000);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* Expect a range with ragged ends to become the largest aligned pieces, in the order that the kernel frees them. */
static void test_page_alloc_boot_range_with_ragged_ends(void **state)
{
	static const struct zone_spec s = { 0, ZONE_DMA32, 0x1000, 0x3000, 0x1003, 0x2fff };
	struct mm_fixture *f = mm_fixture_new("x86_64", &s, 1, 1);
	const struct zone *z = &f->mm.node[0]->zones[ZONE_DMA32];

	assert_true(z->managed_pages == 0x2fff - 0x1003);
	/* 0x1003, 0x1004, 0x1008 ... 0x1200 at the front; 0x2c00 (order 9) ... 0x2ffe (order 0) at the back */
	for (unsigned o = 0; o < 10; o++)
		assert_true(area_nr_free(&z->free_area[o]) == (o == 1 ? 1 : 2));
	assert_true(area_nr_free(&z->free_area[10]) == 6);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* Expect a reserved page given back to join its neighbours. */
static void test_page_alloc_reserved_pages_come_back(void **state)
{
	static const struct zone_spec s = { 0, ZONE_DMA32, 0x1000, 0x3000, 0x1400, 0x3000 };
	struct mm_fixture *f = mm_fixture_new("x86_64", &s, 1, 1);
	struct zone *z = &f->mm.node[0]->zones[ZONE_DMA32];

	for (pfn_t p = 0x1000; p < 0x1400; p++)
		free_reserved_block(&f->mm, p, 0);
	drain_all_pages(&f->mm, NULL);
	assert_true(z->managed_pages == 0x2000 && area_nr_free(&z->free_area[10]) == 8);
	assert_int_equal(f->map.nr_free_slots, f->map.nr_slots);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* Expect the watermark boost of fragmenting requests, its limit, and kswapd being asked. */
static void test_page_alloc_boost(void **state)
{
	struct mm_fixture *f = two_zones();
	struct zone *z = &f->mm.node[0]->zones[ZONE_NORMAL];
	u64 limit = max_u64(512, z->watermark[WMARK_HIGH] * 3 / 2);

	for (int i = 0; i < 5000; i++) {
		page_handle h = alloc_pages(&f->mm, i & 1 ? NOWAIT : GFP_HIGHUSER_MOVABLE & ~__GFP_DIRECT_RECLAIM, 4, 0, 0);

		assert_true(z->watermark_boost <= limit);
		if (h == NO_PAGE)
			break;
	}
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* --- random machines ----------------------------------------------------------------------- */

struct random_machine {
	struct mm_fixture *f;
	struct rng rng;
	page_handle *held;
	u8 *order;
	u32 nr, cap;
};

static gfp_t random_gfp(struct rng *r)
{
	static const gfp_t kinds[] = { GFP_NOWAIT, GFP_NOWAIT | __GFP_RECLAIMABLE, GFP_HIGHUSER_MOVABLE & ~__GFP_RECLAIM,
				       GFP_ATOMIC, GFP_ATOMIC | __GFP_NOMEMALLOC, GFP_NOWAIT | __GFP_THISNODE,
				       GFP_NOWAIT | __GFP_DMA32, GFP_NOWAIT | __GFP_DMA, GFP_NOWAIT | __GFP_MOVABLE,
				       GFP_NOWAIT | __GFP_COMP, __GFP_MEMALLOC };

	return kinds[rng_below(r, ARRAY_SIZE(kinds))];
}

static void random_alloc(struct random_machine *m)
{
	struct mm *mm = &m->f->mm;
	unsigned order = (unsigned)rng_below(&m->rng, rng_percent(&m->rng, 85) ? 3 : m->f->map.max_order + 1u);
	int nid = (int)rng_below(&m->rng, (u64)mm->nr_node_ids);
	page_handle h = alloc_pages(mm, random_gfp(&m->rng), order, nid, 0);

	if (h == NO_PAGE)
		return;
	assert_int_equal(page_state(memmap_page(&m->f->map, h)), PAGE_ALLOC);
	if (rng_percent(&m->rng, 30))
		page_set_info(mm, h, KIND_FILE, PGF_LRU | (memmap_page(&m->f->map, h)->info & PGF_HEAD));
	m->held[m->nr] = h;
	m->order[m->nr++] = (u8)order;
}

static void random_free(struct random_machine *m)
{
	u32 i = (u32)rng_below(&m->rng, m->nr);

	free_pages(&m->f->mm, m->held[i], m->order[i]);
	m->held[i] = m->held[--m->nr];
	m->order[i] = m->order[m->nr];
}

/* Fill, drain and refill; all checks every @every operations; at the end everything is free again. */
static void random_run(struct mm_fixture *f, u64 seed, int ops, int every)
{
	struct random_machine m = { .f = f, .cap = (u32)ops };
	u64 managed = 0;

	m.held = calloc(m.cap, sizeof(*m.held));
	m.order = calloc(m.cap, 1);
	rng_seed(&m.rng, seed);
	for (int i = 0; i < ops; i++) {
		u32 grow = i / 4000 % 2 ? 40 : 62;

		f->mm.cpu = (int)rng_below(&m.rng, (u64)f->mm.nr_cpus);
		if (!m.nr || rng_percent(&m.rng, grow))
			random_alloc(&m);
		else
			random_free(&m);
		if (rng_below(&m.rng, 3000) == 0)
			drain_all_pages(&f->mm, NULL);
		if (i % every == 0)
			mm_fixture_check(f);
	}
	while (m.nr)
		random_free(&m);
	drain_all_pages(&f->mm, NULL);
	mm_fixture_check(f);
	for_each_node(&f->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			managed += n->zones[zid].managed_pages;
	assert_true(mm_fixture_free_pages(f) == managed);
	free(m.held);
	free(m.order);
	mm_fixture_free(f);
}

#define SEED 20261124

/* Two nodes that meet inside a pageblock, ragged ends, three zone types. */
static void test_page_alloc_random_odd_zones(void **state)
{
	static const struct zone_spec s[] = {
		{ 0, ZONE_DMA, 1, 0x1000, 0x10, 0x9f0 },
		{ 0, ZONE_DMA32, 0x1000, 0x7f00, 0x1077, 0x7f00 },
		{ 1, ZONE_DMA32, 0x7f00, 0xb123, 0x7f00, 0xb000 },
		{ 1, ZONE_MOVABLE, 0xb123, 0xc345, 0xb123, 0xc2ff },
	};

	print_message("seed %u\n", SEED);
	random_run(mm_fixture_new("x86_64", s, 4, 2), SEED, 30000, 1500);
}

/* A machine large enough for highatomic reserves. */
static void test_page_alloc_random_normal(void **state)
{
	static const struct zone_spec s[] = {
		{ 0, ZONE_DMA32, 0x1000, 0x9000, 0x1000, 0x9000 },
		{ 0, ZONE_NORMAL, 0x100000, 0x10f000, 0x100000, 0x10f000 },
	};

	random_run(mm_fixture_new("x86_64", s, 2, 1), SEED + 1, 30000, 3000);
}

/* 32 bits with high memory. */
static void test_page_alloc_random_highmem(void **state)
{
	static const struct zone_spec s[] = {
		{ 0, ZONE_DMA, 1, 0x1000, 0x10, 0x9f },
		{ 0, ZONE_NORMAL, 0x1000, 0x4000, 0x1000, 0x4000 },
		{ 0, ZONE_HIGHMEM, 0x4000, 0x8000, 0x4000, 0x7fff },
	};

	random_run(mm_fixture_new("i386", s, 3, 1), SEED + 2, 20000, 2000);
}

/* 64 KiB pages: order 13, pageblocks as large as max blocks, one max block per section. */
static void test_page_alloc_random_64k_pages(void **state)
{
	static const struct zone_spec s = { 0, ZONE_NORMAL, 0x10000, 0x30000, 0x10123, 0x2ffff };
	struct arch a;

	assert_int_equal(arch_preset(&a, "arm64", NULL), 0);
	a.page_shift = 16;
	a.max_page_order = 13;
	a.pageblock_order = 13;
	a.hpage_pmd_order = 13;
	a.section_shift = 29;
	random_run(mm_fixture_new_arch(&a, &s, 1, 1), SEED + 3, 15000, 1500);
}

/* CMA pageblocks in the middle. Expect movable requests to use them, others never. */
static void test_page_alloc_cma_is_for_movable_requests(void **state)
{
	static const struct zone_spec s = { 0, ZONE_DMA, 0x40000, 0x48000, 0x40000, 0x48000 };
	struct mm_fixture *f = mm_fixture_new("arm64", &s, 1, 1);
	struct zone *z = &f->mm.node[0]->zones[ZONE_DMA];

	for (pfn_t p = 0x44000; p < 0x46000; p += 512)
		pageblock_move_isolate(&f->mm.env, z, p, MIGRATE_CMA);
	mm_fixture_check(f);
	assert_true(zone_page_state_snapshot(&f->mm, z, NR_FREE_CMA_PAGES) == 0x2000);
	for (int i = 0; i < 20000; i++) {
		page_handle h = alloc_pages(&f->mm, GFP_NOWAIT, 0, 0, 0);

		if (h == NO_PAGE)
			break;
		assert_true(get_pageblock_migratetype(&f->mm, page_to_pfn(&f->map, h)) != MIGRATE_CMA);
	}
	assert_true(zone_page_state_snapshot(&f->mm, z, NR_FREE_CMA_PAGES) == 0x2000);
	assert_int_not_equal(alloc_pages(&f->mm, GFP_HIGHUSER_MOVABLE & ~__GFP_RECLAIM, 0, 0, 0), NO_PAGE);
	mm_fixture_check(f);
	mm_fixture_free(f);
}

/* 4 PiB: only what is touched costs anything. */
static void test_page_alloc_random_4_pib(void **state)
{
	u64 end = 4 * PiB >> 12;
	const struct zone_spec s[] = {
		{ 0, ZONE_DMA32, 0x1000, 0x100000, 0x1234, 0xc0000 },
		{ 0, ZONE_NORMAL, 0x100000, end / 2, 0x100000, end / 2 },
		{ 1, ZONE_NORMAL, end / 2, end, end / 2, end - 77 },
	};

	random_run(mm_fixture_new("x86_64", s, 3, 2), SEED + 5, 20000, 2500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_alloc_zone_of_the_request),
		cmocka_unit_test(test_page_alloc_walks_zones_and_says_why),
		cmocka_unit_test(test_page_alloc_claims_a_pageblock),
		cmocka_unit_test(test_page_alloc_steals_where_it_cannot_claim),
		cmocka_unit_test(test_page_alloc_highatomic_reserve),
		cmocka_unit_test(test_page_alloc_nodes),
		cmocka_unit_test(test_page_alloc_free_into_isolated_block),
		cmocka_unit_test(test_page_alloc_free_of_a_shared_block),
		cmocka_unit_test(test_page_alloc_boot_range_with_ragged_ends),
		cmocka_unit_test(test_page_alloc_reserved_pages_come_back),
		cmocka_unit_test(test_page_alloc_boost),
		cmocka_unit_test(test_page_alloc_random_odd_zones),
		cmocka_unit_test(test_page_alloc_random_normal),
		cmocka_unit_test(test_page_alloc_random_highmem),
		cmocka_unit_test(test_page_alloc_random_64k_pages),
		cmocka_unit_test(test_page_alloc_cma_is_for_movable_requests),
		cmocka_unit_test(test_page_alloc_random_4_pib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
