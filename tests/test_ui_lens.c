/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours of the map, filters on it, and the readers behind them (sim/view_pages.c, ui/lens.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../ui/lens.h"
#include "sim_fixture.h"

static const struct tile_options gauges = { LENS_PAGES, true, true };
static const struct tile_options letters = { LENS_PAGES, true, false };
static const struct spot no_spot = { .kind = SPOT_NONE };

/* A machine with something of everything on it. */
static struct machine *busy_machine(void)
{
	static const char *const lines[] = {
		"proc spawn shop", "proc touch shop anon=6M file=3M dirty=on", "proc spawn bank", "proc touch bank anon=4M thp=on",
		"proc mlock bank", "proc use shop", "folio alloc order=4 as=big", "alloc order=3 as=plain", "kmalloc size=200 count=50 as=k",
		"run random ops=3000 seed=5",
	};
	struct machine *m = boot_string(two_node_ini);

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		free(must(m, lines[i]));
	return m;
}

/* --- tiles --------------------------------------------------------------------- */

static struct lens two_owners(void)
{
	struct lens l = { .id = LENS_OWNER, .nr = BUCKET_KEY0 + 2 };

	l.b[BUCKET_FREE] = (struct lens_bucket){ C_BAND_EVEN, '.', "free" };
	l.b[BUCKET_KEY0] = (struct lens_bucket){ C_CAT0, 'x', "x" };
	l.b[BUCKET_KEY0 + 1] = (struct lens_bucket){ C_CAT1, 'y', "y" };
	return l;
}

/* 24 pages of x, 8 of y. Expect x above and y below, two eighths high. */
static void test_lens_cell_shows_the_mixture(void **state)
{
	struct lens l = two_owners();
	struct lens_count c = { .all = { [BUCKET_KEY0] = 24, [BUCKET_KEY0 + 1] = 8 } };
	struct tile t = lens_tile(&l, &c, false, &gauges);

	assert_int_equal(t.ch, 0x2582);
	assert_int_equal(t.style.fg, C_CAT1);
	assert_int_equal(t.style.bg, C_CAT0);
	c.all[BUCKET_KEY0 + 1] = 0;
	t = lens_tile(&l, &c, false, &gauges);
	assert_int_equal(t.ch, 'x');
	assert_int_equal(t.style.bg, C_CAT0);
}

/* Without part blocks: filled with the larger, the letter of the smaller. */
static void test_lens_cell_without_gauges_names_the_smaller_part(void **state)
{
	struct lens l = two_owners();
	struct lens_count c = { .all = { [BUCKET_KEY0] = 24, [BUCKET_KEY0 + 1] = 8 } };
	struct tile t = lens_tile(&l, &c, false, &letters);

	assert_int_equal(t.ch, 'y');
	assert_int_equal(t.style.bg, C_CAT0);
}

/* Spotlight: no page lit, half of them, all. Expect a dark cell, half a gauge, the owner's cell. */
static void test_spotlight_dims_what_does_not_match(void **state)
{
	struct lens l = two_owners();
	struct lens_count c = { .all = { [BUCKET_KEY0] = 16, [BUCKET_FREE] = 16 } };
	struct tile t = lens_tile(&l, &c, true, &gauges);

	assert_int_equal(t.ch, ' ');
	assert_int_equal(t.style.bg, C_TRACK);
	c.lit[BUCKET_KEY0] = 16;
	t = lens_tile(&l, &c, true, &gauges);
	assert_int_equal(t.ch, 0x2584);
	assert_int_equal(t.style.fg, C_CAT0);
	assert_int_equal(t.style.bg, C_TRACK);
	c.all[BUCKET_FREE] = 0;
	t = lens_tile(&l, &c, true, &gauges);
	assert_int_equal(t.ch, 'x');
	assert_int_equal(t.style.bg, C_CAT0);
}

/* Expect no two answers of one lens to have the same letter. */
static void test_lens_letters_are_distinct(void **state)
{
	struct machine *m = busy_machine();

	for (int id = LENS_ORDER; id < NR_LENSES; id++) {
		struct lens l;

		lens_prepare(&l, m, (enum tile_lens)id);
		assert_true(l.nr > BUCKET_KEY0);
		for (int a = 0; a < l.nr; a++)
			for (int b = a + 1; b < l.nr; b++)
				assert_int_not_equal(l.b[a].letter, l.b[b].letter);
	}
	machine_destroy(m);
}

static void test_lens_is_found_by_its_name(void **state)
{
	for (int id = 0; id < NR_LENSES; id++)
		assert_int_equal(lens_find(lens_name((enum tile_lens)id)), id);
	assert_int_equal(lens_find("nonsense"), NR_LENSES);
}

/* --- runs ------------------------------------------------------------------------- */

struct walk {
	struct machine *m;
	pfn_t next;
	u64 runs;
};

static bool check_run(const struct page_run *r, void *arg)
{
	struct walk *w = arg;
	struct page_info first, last;

	assert_int_equal(r->start, w->next);
	assert_true(r->nr > 0);
	assert_int_equal(machine_page(w->m, r->start, &first), 0);
	assert_int_equal(machine_page(w->m, r->start + r->nr - 1, &last), 0);
	assert_int_equal(first.state, r->state);
	assert_int_equal(last.state, r->state);
	assert_int_equal(first.order, r->order);
	assert_int_equal(last.order, r->order);
	assert_int_equal(first.flags, r->flags);
	if (r->state == PAGE_ALLOC || r->state == PAGE_PCP) {
		assert_int_equal(first.head, r->head);
		assert_int_equal(last.head, r->head);
	}
	w->next += r->nr;
	w->runs++;
	return true;
}

/* |free 3|a|a|ff|......untouched......|  Expect runs without gap or overlap, alike from first to last page. */
static void test_runs_cover_all_pages_once(void **state)
{
	struct machine *m = busy_machine();
	struct machine_info info;
	struct walk w = { m, 0, 0 };

	machine_info(m, &info);
	assert_int_equal(machine_visit_pages(m, 0, info.end_pfn, ~0ULL, check_run, &w), info.end_pfn);
	assert_int_equal(w.next, info.end_pfn);
	assert_true(w.runs > 1000);
	/* From the middle of a block on, and only so many. */
	w = (struct walk){ m, info.start_pfn + 3, 0 };
	machine_visit_pages(m, info.start_pfn + 3, info.end_pfn, 5, check_run, &w);
	assert_int_equal(w.runs, 5);
	machine_destroy(m);
}

/* --- counts ------------------------------------------------------------------------ */

/* Expect the lens "use", which looks at pages, to count what the summary pyramid counts. */
static void test_lens_counts_agree_with_the_summary(void **state)
{
	struct machine *m = busy_machine();
	struct machine_info info;
	struct lens_count c;
	struct summary s;
	struct lens l;

	machine_info(m, &info);
	lens_prepare(&l, m, LENS_PAGES);
	lens_count(&l, m, &no_spot, info.start_pfn, info.end_pfn, ~0ULL, &c);
	machine_summary(m, info.start_pfn, info.end_pfn, &s);
	assert_false(c.sampled);
	for (int k = SUM_RESERVED; k < NR_SUMMARY_CLASSES; k++)
		assert_int_equal(c.all[k], s.pages[k]);
	machine_destroy(m);
}

/* Expect every lens to put every page somewhere. */
static void test_every_lens_counts_every_page(void **state)
{
	struct machine *m = busy_machine();
	struct machine_info info;

	machine_info(m, &info);
	for (int id = LENS_ORDER; id < NR_LENSES; id++) {
		u64 all = 0, keys = 0;
		struct lens_count c;
		struct lens l;

		lens_prepare(&l, m, (enum tile_lens)id);
		lens_count(&l, m, &no_spot, info.start_pfn, info.end_pfn, ~0ULL, &c);
		for (int b = 0; b < LENS_BUCKETS; b++)
			all += c.all[b];
		for (int b = BUCKET_KEY0; b < l.nr; b++)
			keys += c.all[b];
		assert_int_equal(all, info.end_pfn - info.start_pfn);
		assert_true(keys > 0);
	}
	machine_destroy(m);
}

/* A cell that may cost 64 runs. Expect it to say that it sampled, and to stand for all its pages. */
static void test_a_cell_too_large_is_sampled_and_says_so(void **state)
{
	struct machine *m = busy_machine();
	struct machine_info info;
	struct lens_count c;
	u64 all = 0;
	struct lens l;

	machine_info(m, &info);
	lens_prepare(&l, m, LENS_OWNER);
	lens_count(&l, m, &no_spot, info.start_pfn, info.end_pfn, 64, &c);
	assert_true(c.sampled);
	for (int b = 0; b < LENS_BUCKETS; b++)
		all += c.all[b];
	assert_in_range(all, (info.end_pfn - info.start_pfn) * 99 / 100, info.end_pfn - info.start_pfn);
	machine_destroy(m);
}

/* The count that page-types prints in its last line. */
static u64 page_types_total(struct machine *m, const char *filter)
{
	char line[64], *out, *at;
	u64 n;

	snprintf(line, sizeof(line), "show page-types %s", filter);
	out = must(m, line);
	at = strstr(out, " total\t");
	assert_non_null(at);
	n = strtoull(at + 7, NULL, 10);
	free(out);
	return n;
}

/* Expect a filter on the map to light as many pages as page-types counts. */
static void test_filter_lights_what_page_types_counts(void **state)
{
	static const char *const filters[] = { "anon", "anon,~lru", "anon,lru", "compound_head", "compound_tail", "slab", "=buddy",
		"lru,dirty=lru", "reserved", "mlocked" };
	struct machine *m = busy_machine();
	struct machine_info info;
	struct lens l;

	machine_info(m, &info);
	lens_prepare(&l, m, LENS_PAGES);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		struct spot s = { .kind = SPOT_FLAGS };
		struct lens_count c;

		assert_int_equal(page_filter_parse(filters[i], &s.filter, NULL), 0);
		lens_count(&l, m, &s, 0, info.end_pfn, ~0ULL, &c);
		assert_int_equal(lens_lit(&c), page_types_total(m, filters[i]));
	}
	machine_destroy(m);
}

/* Expect an owner's spotlight to fall on the pages that the ranking gives it. */
static void test_owner_spotlight_counts_its_pages(void **state)
{
	struct machine *m = busy_machine();
	struct owner_info o[8];
	struct machine_info info;
	struct lens l;

	machine_info(m, &info);
	lens_prepare(&l, m, LENS_OWNER);
	assert_true(machine_owners(m, o, 8) >= 8);
	for (int i = 0; i < 8; i++) {
		struct spot s = { .kind = SPOT_OWNER, .key = o[i].id };
		struct lens_count c;

		lens_count(&l, m, &s, 0, info.end_pfn, ~0ULL, &c);
		assert_int_equal(lens_lit(&c), o[i].pages);
	}
	machine_destroy(m);
}

/* An unmovable page into a movable pageblock: Expect its owner to pollute as `show polluters` tells. */
static void test_pollution_agrees_with_the_ranking(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u32 nr = machine_owner_count(m);
	struct owner_blocks *t;
	char *out, line[96];
	u64 all = 0;

	/* Three of four pages stay, and could move; nothing large is free. */
	free(must(m, "proc spawn stays"));
	free(must(m, "proc spawn goes"));
	for (int i = 0; i < 380; i++) {
		free(must(m, "proc touch stays anon=96K"));
		free(must(m, "proc touch goes anon=32K"));
	}
	free(must(m, "proc exit goes"));
	free(must(m, "alloc order=0 gfp=GFP_KERNEL count=2500 as=drv"));
	nr = machine_owner_count(m);
	t = calloc(nr, sizeof(*t));
	assert_true(machine_pollution(m, t, nr, ~0ULL));
	out = must(m, "show polluters");
	for (u32 i = 1; i < nr; i++) {
		if (!t[i].polluted)
			continue;
		all += t[i].polluted;
		snprintf(line, sizeof(line), "%10llu  %-20s", (unsigned long long)t[i].polluted, machine_owner_tag(m, i));
		assert_non_null(strstr(out, line));
	}
	assert_true(all > 0);
	free(out);
	free(t);
	machine_destroy(m);
}

/* --- page->flags ----------------------------------------------------------------------- */

/* Expect node and zone, cut out of the word, to be the page's own. */
static void test_page_flags_hold_node_and_zone(void **state)
{
	struct machine *m = busy_machine();
	struct machine_info info;

	machine_info(m, &info);
	for (pfn_t pfn = info.start_pfn; pfn < info.end_pfn; pfn += 997) {
		struct page_flags_info f;
		struct page_info p;

		machine_page(m, pfn, &p);
		if (p.nid < 0)
			continue;
		machine_page_flags(m, pfn, &f);
		assert_int_equal(f.word >> f.layout.node_shift & ((1u << f.layout.node_width) - 1), p.nid);
		assert_int_equal(f.word >> f.layout.zone_shift & ((1u << f.layout.zone_width) - 1), arch_zone_idx(info.arch, p.zone));
	}
	machine_destroy(m);
}

/* --- slab freelists ------------------------------------------------------------------------ */

struct cpu_slab {
	struct slab_info s;
	bool found;
};

static bool find_cpu_slab(const struct slab_info *s, void *arg)
{
	struct cpu_slab *c = arg;

	if (s->place != SLAB_CPU || s->cpu_first == ~0u)
		return true;
	c->s = *s;
	c->found = true;
	return false;
}

/*
 *   cpu freelist  c1 -> c2 -> c3 ...
 *
 * Expect the list to be as long as the cpu says, and the next object handed out to be c1.
 */
static void test_the_next_object_is_the_first_of_the_cpus_list(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	const struct slab_state *st = machine_slab(m);
	const struct kmem_cache *cache;
	struct cpu_slab c = { .found = false };
	char *out, address[32];
	u32 nr_free, nr_partial, n = 0;
	u64 tid;

	free(must(m, "kmalloc size=64 count=3 as=first"));
	cache = kmem_cache_find(st, "kmalloc-64");
	assert_non_null(cache);
	slab_visit(st, cache, find_cpu_slab, &c);
	assert_true(c.found);
	for (u32 i = c.s.cpu_first; i < c.s.objects; i = slab_object_next(st, c.s.pfn, i), n++)
		assert_int_equal(slab_object(st, c.s.pfn, i), OBJ_IS_CPU_FREE);
	assert_true(slab_cpu_info(st, cache, c.s.cpu, &tid, &nr_free, &nr_partial));
	assert_int_equal(n, nr_free);
	snprintf(address, sizeof(address), "0x%llx", (unsigned long long)slab_object_addr(st, c.s.pfn, c.s.cpu_first));
	out = must(m, "kmalloc size=64 as=next");
	assert_non_null(strstr(out, address));
	free(out);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lens_cell_shows_the_mixture),
		cmocka_unit_test(test_lens_cell_without_gauges_names_the_smaller_part),
		cmocka_unit_test(test_spotlight_dims_what_does_not_match),
		cmocka_unit_test(test_lens_letters_are_distinct),
		cmocka_unit_test(test_lens_is_found_by_its_name),
		cmocka_unit_test(test_runs_cover_all_pages_once),
		cmocka_unit_test(test_lens_counts_agree_with_the_summary),
		cmocka_unit_test(test_every_lens_counts_every_page),
		cmocka_unit_test(test_a_cell_too_large_is_sampled_and_says_so),
		cmocka_unit_test(test_filter_lights_what_page_types_counts),
		cmocka_unit_test(test_owner_spotlight_counts_its_pages),
		cmocka_unit_test(test_pollution_agrees_with_the_ranking),
		cmocka_unit_test(test_page_flags_hold_node_and_zone),
		cmocka_unit_test(test_the_next_object_is_the_first_of_the_cpus_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
