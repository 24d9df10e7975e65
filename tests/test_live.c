/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at a running system again and again: only what changed costs anything, and half a file changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "import_fixture.h"
#include "io/live.h"
#include "io/procfs.h"
#include "sim/machine.h"

#define ORDERS 11

/* A PC of 512 MiB whose kernel counts as the test says. */
struct host {
	char *root;
	u64 nr[2][ORDERS]; /* DMA, DMA32 */
};

static const char iomem[] = "00001000-0009fbff : System RAM\n"
			    "00100000-1fffffff : System RAM\n"
			    "  01000000-01ffffff : Kernel code\n";

static void put_buddyinfo(const struct host *h)
{
	static const char *const zone[] = { "DMA", "DMA32" };
	struct text t = TEXT_INIT;

	for (int z = 0; z < 2; z++) {
		text_printf(&t, "Node 0, zone %8s ", zone[z]);
		for (int o = 0; o < ORDERS; o++)
			text_printf(&t, "%6llu ", (unsigned long long)h->nr[z][o]);
		text_puts(&t, "\n");
	}
	root_put(h->root, "proc/buddyinfo", text_str(&t), t.len);
	text_cleanup(&t);
}

static const char *const type_name[3] = { "Unmovable", "Movable", "Reclaimable" };

/* Each count split by lot among the three types: @nr[zone][type][order]. */
static void put_pagetypeinfo(const struct host *h, struct rng *r, u64 nr[2][3][ORDERS])
{
	struct text t = TEXT_INIT;

	text_puts(&t, "Page block order: 9\nPages per block:  512\n\nFree pages count per migrate type at order\n");
	for (int z = 0; z < 2; z++)
		for (int mt = 0; mt < 3; mt++) {
			text_printf(&t, "Node    0, zone %8s, type %12s ", z ? "DMA32" : "DMA", type_name[mt]);
			for (int o = 0; o < ORDERS; o++) {
				u64 left = h->nr[z][o] - (mt ? nr[z][0][o] : 0) - (mt > 1 ? nr[z][1][o] : 0);

				nr[z][mt][o] = mt == 2 ? left : rng_below(r, left + 1);
				text_printf(&t, "%6llu ", (unsigned long long)nr[z][mt][o]);
			}
			text_puts(&t, "\n");
		}
	root_put(h->root, "proc/pagetypeinfo", text_str(&t), t.len);
	text_cleanup(&t);
}

/* Watermarks of DMA32 begin at @min; it lies at @start. */
static void put_zoneinfo(const struct host *h, u64 min, u64 start)
{
	struct text t = TEXT_INIT;

	text_printf(&t, "Node 0, zone      DMA\n  per-node stats\n      nr_mapped    77\n  pages free     3000\n"
		    "        boost    0\n        min      10\n        low      12\n        high     14\n        promo    16\n"
		    "        spanned  4095\n        present  3998\n        managed  3840\n        cma      0\n"
		    "        protection: (0, 400, 400, 400, 400)\n      nr_free_pages 3000\n  pagesets\n    cpu: 0\n"
		    "              count: 0\n              high:  0\n              batch: 1\n  vm stats threshold: 2\n"
		    "  node_unreclaimable:  0\n  start_pfn:           1\n");
	text_printf(&t, "Node 0, zone    DMA32\n  pages free     90000\n        boost    0\n        min      %llu\n"
		    "        low      %llu\n        high     %llu\n        promo    %llu\n        spanned  126976\n"
		    "        present  126976\n        managed  120000\n        cma      0\n"
		    "        protection: (0, 0, 0, 0, 0)\n      nr_free_pages 90000\n  pagesets\n    cpu: 0\n"
		    "              count: 0\n              high:  777\n              batch: 31\n  vm stats threshold: 2\n"
		    "  node_unreclaimable:  0\n  start_pfn:           %llu\n",
		    (unsigned long long)min, (unsigned long long)min + 1, (unsigned long long)min + 2,
		    (unsigned long long)min + 3, (unsigned long long)start);
	root_put(h->root, "proc/zoneinfo", text_str(&t), t.len);
	text_cleanup(&t);
}

static void host_create(struct host *h)
{
	static const u64 dma[ORDERS] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2 };
	static const u64 dma32[ORDERS] = { 700, 350, 150, 90, 40, 20, 10, 5, 4, 3, 60 };

	h->root = root_create();
	memcpy(h->nr[0], dma, sizeof(dma));
	memcpy(h->nr[1], dma32, sizeof(dma32));
	root_puts(h->root, "proc/version", "Linux version 6.12.117 (X@X)\n");
	root_puts(h->root, "proc/cpuinfo", "processor\t: 0\nvendor_id\t: X\nflags\t\t: fpu lm \n");
	root_puts(h->root, "proc/iomem", iomem);
	put_zoneinfo(h, 500, 4096);
	put_buddyinfo(h);
}

static struct live *look(struct host *h, struct machine **m)
{
	struct mm_error err = { 0, "" };
	struct live *l = live_open(h->root, m, &err);

	if (!l)
		fail_msg("%s", err.msg);
	return l;
}

static enum live_result look_again(struct live *l, struct machine **m)
{
	struct mm_error err = { 0, "" };
	int r = live_look(l, m, &err);

	if (r < 0)
		fail_msg("%s", err.msg);
	return (enum live_result)r;
}

static void done(struct host *h, struct live *l, struct machine *m)
{
	live_close(l);
	machine_destroy(m);
	root_remove(h->root);
}

static void assert_sound(struct machine *m)
{
	struct text report = TEXT_INIT;

	if (machine_verify(m, &report))
		fail_msg("%s", text_str(&report));
	text_cleanup(&report);
}

/* The machine's buddyinfo is the host's, byte by byte. */
static void assert_counts(const struct host *h, struct machine *m)
{
	struct text t = TEXT_INIT;

	procfs_buddyinfo(m->sys, &t);
	for (int z = 0; z < 2; z++) {
		const char *s = strstr(text_str(&t), z ? "DMA32" : "DMA");

		s += z ? 5 : 3;
		for (int o = 0; o < ORDERS; o++) {
			u64 n = strtoull(s, (char **)&s, 10);

			if (n != h->nr[z][o])
				fail_msg("zone %d order %d: %llu free blocks, the host has %llu", z, o,
					 (unsigned long long)n, (unsigned long long)h->nr[z][o]);
		}
	}
	text_cleanup(&t);
}

/*
 *   order   0    1   ...          0    1
 *          700  350  ...   ->    702  349       one block of order 1 was split
 * Expect exactly these numbers, and little moved.
 */
static void new_counts_are_shown_and_little_moves(void **state)
{
	struct host h;
	struct machine *m, *first;
	struct live *l;
	u64 moved;

	host_create(&h);
	l = look(&h, &m);
	first = m;
	assert_counts(&h, m);
	moved = live_stats(l)->blocks_moved;
	h.nr[1][0] += 2;
	h.nr[1][1]--;
	put_buddyinfo(&h);
	assert_int_equal(look_again(l, &m), LIVE_CHANGED);
	assert_ptr_equal(m, first);
	assert_counts(&h, m);
	assert_sound(m);
	assert_true(live_stats(l)->blocks_moved - moved <= 8);
	assert_int_equal(live_stats(l)->imports, 1);
	done(&h, l, m);
}

/* Files that say what they said: expect that nothing is parsed and no block moves, however often one looks. */
static void what_did_not_change_costs_nothing(void **state)
{
	struct host h;
	struct machine *m;
	struct live *l;
	struct live_stats before;

	host_create(&h);
	l = look(&h, &m);
	before = *live_stats(l);
	for (int i = 0; i < 5; i++)
		assert_int_equal(look_again(l, &m), LIVE_SAME);
	assert_int_equal(live_stats(l)->looks, before.looks + 5);
	assert_int_equal(live_stats(l)->bytes_parsed, before.bytes_parsed);
	assert_int_equal(live_stats(l)->blocks_moved, before.blocks_moved);
	assert_int_equal(live_stats(l)->zones_changed, before.zones_changed);
	assert_int_equal(live_stats(l)->imports, 1);
	assert_string_equal(live_trouble(l), "");
	done(&h, l, m);
}

/* A host at work: counts drift, jump, fall to nothing and come back. Expect the host's numbers each time. */
static void counts_of_a_busy_host_are_followed(void **state)
{
	u64 seed = 20261124;
	struct rng r;
	struct host h;
	struct machine *m;
	struct live *l;

	rng_seed(&r, seed);
	print_message("seed %llu\n", (unsigned long long)seed);
	host_create(&h);
	l = look(&h, &m);
	for (int i = 0; i < 60; i++) {
		for (int o = 0; o < ORDERS; o++) {
			u64 most = (i % 20 == 19 ? 0 : 24000ULL) >> o;

			if (rng_below(&r, 2) || i % 20 == 19)
				h.nr[1][o] = rng_below(&r, most / 4 + 1);
			if (rng_below(&r, 4) == 0)
				h.nr[0][o] = rng_below(&r, (300ULL >> o) + 1);
		}
		put_buddyinfo(&h);
		look_again(l, &m);
		assert_counts(&h, m);
		assert_sound(m);
	}
	assert_int_equal(live_stats(l)->imports, 1);
	done(&h, l, m);
}

/* The same with types: expect each list of each type to be as long as the host's. */
static void counts_by_type_are_followed(void **state)
{
	u64 seed = 42, nr[2][3][ORDERS];
	struct rng r;
	struct host h;
	struct machine *m;
	struct live *l;

	rng_seed(&r, seed);
	print_message("seed %llu\n", (unsigned long long)seed);
	host_create(&h);
	put_pagetypeinfo(&h, &r, nr);
	l = look(&h, &m);
	for (int i = 0; i < 40; i++) {
		for (int o = 0; o < ORDERS; o++)
			h.nr[1][o] = rng_below(&r, (12000ULL >> o) / 2 + 1);
		put_buddyinfo(&h);
		put_pagetypeinfo(&h, &r, nr);
		look_again(l, &m);
		assert_counts(&h, m);
		assert_sound(m);
		for (int mt = 0; mt < 3; mt++)
			for (int o = 0; o < ORDERS; o++) {
				static const u8 type[3] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE };
				const struct zone *z = &m->sys->mm.node[0]->zones[ZONE_DMA32];

				assert_int_equal(z->free_area[o].list[type[mt]].nr, nr[1][mt][o]);
			}
	}
	done(&h, l, m);
}

/* Expect watermarks, per-cpu list sizes and counters of zoneinfo in the machine, without an import. */
static void zoneinfo_changes_watermarks_and_pagesets(void **state)
{
	struct host h;
	struct machine *m;
	struct live *l;
	const struct zone *z;

	host_create(&h);
	l = look(&h, &m);
	put_zoneinfo(&h, 900, 4096);
	assert_int_equal(look_again(l, &m), LIVE_CHANGED);
	z = &m->sys->mm.node[0]->zones[ZONE_DMA32];
	assert_int_equal(z->watermark[WMARK_MIN], 900);
	assert_int_equal(z->watermark[WMARK_PROMO], 903);
	assert_int_equal(z->pcp[0].high, 777);
	assert_int_equal(z->pcp[0].batch, 31);
	assert_int_equal(m->sys->mm.node[0]->zones[ZONE_DMA].lowmem_reserve[ZONE_DMA32], 400);
	assert_int_equal(m->sys->mm.node[0]->vm_stat[NS_nr_mapped], 77);
	assert_int_equal(live_stats(l)->imports, 1);
	done(&h, l, m);
}

/* Memory is added: iomem has another line. Expect a whole import, and the new machine. */
static void another_layout_is_imported_anew(void **state)
{
	struct host h;
	struct machine *m;
	struct live *l;

	host_create(&h);
	l = look(&h, &m);
	root_puts(h.root, "proc/iomem", "00001000-0009fbff : System RAM\n00100000-27ffffff : System RAM\n");
	assert_int_equal(look_again(l, &m), LIVE_REPLACED);
	assert_int_equal(live_stats(l)->imports, 2);
	assert_int_equal(m->sys->max_pfn, 0x28000);
	assert_counts(&h, m);
	assert_int_equal(look_again(l, &m), LIVE_SAME);
	done(&h, l, m);
}

static void assert_kept(struct host *h, struct live *l, struct machine **m, const char *word)
{
	struct machine *before = *m;

	look_again(l, m);
	assert_ptr_equal(*m, before);
	assert_counts(h, *m);
	if (!strstr(live_trouble(l), word))
		fail_msg("\"%s\" is not told: %s", word, live_trouble(l));
}

/* Expect that each kind of damage is told, that the last picture stays, and that all is well when the file is. */
static void damaged_files_are_told_and_the_picture_stays(void **state)
{
	static const char *const path[] = { "proc/buddyinfo", "proc/zoneinfo", "proc/iomem" };
	static const struct { const char *text; size_t len; } bad[] = {
		{ "", 0 }, { "garbage\n", 8 }, { "Node 0, zone      DMA      1      2", 35 },
		{ "Node 0, zone      DMA\n  pages free 1\n", 37 }, { "\0\0\0\0", 4 },
		{ "00001000-0009fbff : System RAM\n0010", 35 }, { "\xff\xfe\x80 -1 18446744073709551616\n", 29 },
	};
	struct host h;
	struct machine *m;
	struct live *l;

	host_create(&h);
	l = look(&h, &m);
	for (size_t i = 0; i < ARRAY_SIZE(path); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(bad); k++) {
			root_put(h.root, path[i], bad[k].text, bad[k].len);
			assert_kept(&h, l, &m, path[i]);
		}
		{
			char name[512];

			snprintf(name, sizeof(name), "%s/%s", h.root, path[i]);
			unlink(name);
			assert_kept(&h, l, &m, "is not there any more");
		}
		root_puts(h.root, "proc/iomem", iomem);
		put_zoneinfo(&h, 500, 4096);
		put_buddyinfo(&h);
		assert_int_equal(look_again(l, &m), LIVE_SAME);
		assert_string_equal(live_trouble(l), "");
	}
	assert_int_equal(live_stats(l)->imports, 1);
	done(&h, l, m);
}

/* Cut at every byte: expect no other numbers than those before and those after. */
static void a_buddyinfo_cut_anywhere_shows_no_third_thing(void **state)
{
	char whole[512], name[512];
	struct host h;
	struct machine *m;
	struct live *l;
	size_t len;
	FILE *f;

	host_create(&h);
	l = look(&h, &m);
	snprintf(name, sizeof(name), "%s/proc/buddyinfo", h.root);
	f = fopen(name, "rb");
	assert_non_null(f);
	len = fread(whole, 1, sizeof(whole), f);
	fclose(f);
	for (size_t n = 0; n < len; n++) {
		root_put(h.root, "proc/buddyinfo", whole, n);
		look_again(l, &m);
		assert_counts(&h, m);
		assert_string_not_equal(live_trouble(l), "");
	}
	done(&h, l, m);
}

/* Every capture: expect that its own buddyinfo is shown, and that a second look finds nothing. */
static void one_capture(const char *machine, const char *root, void *arg)
{
	struct mm_error err = { 0, "" };
	struct machine *m;
	struct live *l = live_open(root, &m, &err);
	struct live_stats before;

	if (!l)
		fail_msg("%s: %s", machine, err.msg);
	before = *live_stats(l);
	assert_int_equal(look_again(l, &m), LIVE_SAME);
	assert_int_equal(live_stats(l)->bytes_parsed, before.bytes_parsed);
	assert_string_equal(live_trouble(l), "");
	assert_sound(m);
	live_close(l);
	machine_destroy(m);
}

static void captures_are_looked_at_without_a_word(void **state)
{
	if (!each_capture(one_capture, NULL))
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_counts_are_shown_and_little_moves),
		cmocka_unit_test(what_did_not_change_costs_nothing),
		cmocka_unit_test(counts_of_a_busy_host_are_followed),
		cmocka_unit_test(counts_by_type_are_followed),
		cmocka_unit_test(zoneinfo_changes_watermarks_and_pagesets),
		cmocka_unit_test(another_layout_is_imported_anew),
		cmocka_unit_test(damaged_files_are_told_and_the_picture_stays),
		cmocka_unit_test(a_buddyinfo_cut_anywhere_shows_no_third_thing),
		cmocka_unit_test(captures_are_looked_at_without_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
