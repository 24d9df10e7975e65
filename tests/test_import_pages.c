/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages where kpageflags has them, and slab caches from slabinfo: imported, booted, written, booted again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/page_owner.h"
#include "base/rng.h"
#include "import_fixture.h"
#include "io/config.h"
#include "io/import.h"
#include "io/import_state.h"
#include "io/open.h"
#include "io/procfs.h"
#include "phys/page_types.h"
#include "sim/machine.h"
#include "slab/slabinfo.h"

#define PAGES  0x20000ULL /* 512 MiB */
#define FIRST  0x4000ULL  /* what the tests use begins here: boot keeps nothing above */
#define LAST   0x1c000ULL
#define ORDERS 11

#define F(bit) (1ULL << (bit))
#define FREE   F(KPF_BUDDY)
#define ANON   (F(KPF_ANON) | F(KPF_LRU) | F(KPF_MMAP) | F(KPF_SWAPBACKED) | F(KPF_UPTODATE))
#define FILE_  (F(KPF_LRU) | F(KPF_UPTODATE))
#define ACTIVE F(KPF_ACTIVE)
#define SLAB   F(KPF_SLAB)
#define TABLE  F(KPF_PGTABLE)
#define HEAD   F(KPF_COMPOUND_HEAD)
#define TAIL   F(KPF_COMPOUND_TAIL)

struct host {
	char *root;
	u64 *flags; /* [PAGES] */
	u64 free[2][ORDERS];
};

/* The largest aligned blocks of [start, end), as the buddy merges them. */
static void count_free(u64 *nr, u64 start, u64 end)
{
	while (start < end) {
		unsigned o = (unsigned)__builtin_ctzll(start | 1ULL << (ORDERS - 1));

		while (start + (1ULL << o) > end)
			o--;
		nr[o]++;
		start += 1ULL << o;
	}
}

static void put_files(struct host *h)
{
	static const char *const zone[] = { "DMA", "DMA32" };
	struct text t = TEXT_INIT;

	memset(h->free, 0, sizeof(h->free));
	for (u64 pfn = 0, end; pfn < PAGES; pfn = end + 1) {
		for (end = pfn; end < PAGES && h->flags[end] & FREE && (end == pfn || end != 0x1000); end++)
			;
		count_free(h->free[pfn >= 0x1000], pfn, end);
		end -= end == 0x1000 && end > pfn;
	}
	for (int z = 0; z < 2; z++) {
		text_printf(&t, "Node 0, zone %8s ", zone[z]);
		for (int o = 0; o < ORDERS; o++)
			text_printf(&t, "%6llu ", (unsigned long long)h->free[z][o]);
		text_puts(&t, "\n");
	}
	root_put(h->root, "proc/buddyinfo", text_str(&t), t.len);
	root_put(h->root, "proc/kpageflags", (const char *)h->flags, PAGES * 8);
	text_cleanup(&t);
}

/* Below FIRST and above LAST the kernel uses all; between them all is free. */
static void host_create(struct host *h)
{
	h->root = root_create();
	h->flags = calloc(PAGES, 8);
	assert_non_null(h->flags);
	for (u64 pfn = FIRST; pfn < LAST; pfn++)
		h->flags[pfn] = FREE;
	root_puts(h->root, "proc/version", "Linux version 6.12.117 (X@X)\n");
	root_puts(h->root, "proc/cpuinfo", "processor\t: 0\nvendor_id\t: X\nflags\t\t: fpu lm \n");
	root_puts(h->root, "proc/iomem", "00001000-0009fbff : System RAM\n00100000-1fffffff : System RAM\n"
		  "  01000000-01ffffff : Kernel code\n");
}

static void host_remove(struct host *h)
{
	free(h->flags);
	root_remove(h->root);
}

static struct machine *open_host(struct host *h, struct text *notes)
{
	struct mm_error err = { 0, "" };
	struct machine *m;

	put_files(h);
	m = machine_import(h->root, BOOT_LATE, notes, &err);
	if (!m)
		fail_msg("%s", err.msg);
	return m;
}

static void assert_sound(struct machine *m)
{
	struct text report = TEXT_INIT;

	if (machine_verify(m, &report))
		fail_msg("%s", text_str(&report));
	text_cleanup(&report);
}

static void assert_free(const struct host *h, struct machine *m)
{
	static const enum zone_type type[2] = { ZONE_DMA, ZONE_DMA32 };

	for (int z = 0; z < 2; z++)
		for (int o = 0; o < ORDERS; o++) {
			u64 nr = area_nr_free(&m->sys->mm.node[0]->zones[type[z]].free_area[o]);

			if (nr != h->free[z][o])
				fail_msg("zone %d order %d: %llu free blocks, buddyinfo has %llu", z, o,
					 (unsigned long long)nr, (unsigned long long)h->free[z][o]);
		}
}

/* The class that a page of the model has, as the bits that the test writes. */
static u64 bits_of(const struct page_view *v)
{
	switch (v->state) {
	case PAGE_BUDDY: return FREE;
	case PAGE_ALLOC: break;
	default: return 0;
	}
	return kpage_flags(v) & (F(KPF_ANON) | F(KPF_LRU) | F(KPF_SLAB) | F(KPF_PGTABLE) | F(KPF_ACTIVE));
}

static u64 pages_unlike(const struct host *h, struct machine *m, u64 start, u64 end)
{
	u64 unlike = 0;

	for (u64 pfn = start; pfn < end; pfn++) {
		u64 want = h->flags[pfn] & (FREE | F(KPF_ANON) | F(KPF_LRU) | SLAB | TABLE | ACTIVE);
		struct page_view v;

		memmap_view(&m->sys->map, pfn, &v);
		unlike += bits_of(&v) != want;
	}
	return unlike;
}

/*
 *   0x8000  [anon][anon][file, active][slab of order 2   ][table][free ...
 * Expect each page at its place, and the folio's order.
 */
static void pages_lie_where_kpageflags_has_them(void **state)
{
	static const u64 seen[] = { ANON, ANON, FILE_ | ACTIVE, TABLE, SLAB | HEAD, SLAB | TAIL, SLAB | TAIL, SLAB | TAIL };
	struct text notes = TEXT_INIT;
	struct page_view v;
	struct machine *m;
	struct host h;

	host_create(&h);
	memcpy(h.flags + 0x8000, seen, sizeof(seen));
	m = open_host(&h, &notes);
	assert_non_null(strstr(text_str(&notes), "each page is shown where it is"));
	assert_int_equal(pages_unlike(&h, m, FIRST, LAST), 0);
	memmap_view(&m->sys->map, 0x8006, &v);
	assert_int_equal(v.head, 0x8004);
	assert_int_equal(v.order, 2);
	assert_int_equal(v.kind, KIND_SLAB);
	memmap_view(&m->sys->map, 0x8008, &v);
	assert_int_equal(v.order, 3);
	assert_int_equal(m->sys->mm.node[0]->vm_stat[NS_nr_active_file], 1);
	assert_int_equal(m->sys->mm.node[0]->vm_stat[NS_nr_inactive_anon], 2);
	assert_free(&h, m);
	assert_sound(m);
	machine_destroy(m);
	text_cleanup(&notes);
	host_remove(&h);
}

/* Used stretches by lot, as a host at work has them. */
static void use_by_lot(struct host *h, struct rng *r)
{
	static const u64 use[] = { ANON, ANON | ACTIVE, FILE_, FILE_ | ACTIVE, SLAB, TABLE, 0 };

	for (u64 pfn = FIRST; pfn < LAST;) {
		u64 nr = 1 + rng_below(r, rng_below(r, 20) ? 12 : 3000), bits = use[rng_below(r, ARRAY_SIZE(use))];
		unsigned order = (unsigned)rng_below(r, 4);

		nr = nr < LAST - pfn ? nr : LAST - pfn;
		if (rng_below(r, 3) == 0) {
			for (u64 i = 0; i < nr; i++)
				h->flags[pfn + i] = bits;
		} else if (rng_below(r, 3) == 0 && pfn % 8 == 0 && pfn + 8 <= LAST) {
			nr = 1ULL << order;
			for (u64 i = 0; i < nr; i++)
				h->flags[pfn + i] = (bits && bits != TABLE ? bits : SLAB) | (!order ? 0 : i ? TAIL : HEAD);
		}
		pfn += nr;
	}
}

static struct desc *again(const struct desc *d)
{
	struct text out = TEXT_INIT, why = TEXT_INIT;
	struct mm_error err = { 0, "" };
	struct desc *copy;

	assert_int_equal(config_write(d, &out), 0);
	copy = config_parse(text_str(&out), out.len, "again", &err);
	if (!copy)
		fail_msg("%s", err.msg);
	if (!desc_equal(d, copy, &why))
		fail_msg("%s", text_str(&why));
	text_cleanup(&out);
	text_cleanup(&why);
	return copy;
}

/*
 * Expect of maps by lot: all pages at their places, buddyinfo equal; and that the
 * machine file boots into the very same machine.
 */
static void any_map_is_shown_and_survives_the_machine_file(void **state)
{
	u64 seed = 612117;
	struct rng r;

	rng_seed(&r, seed);
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < 6; i++) {
		struct text notes = TEXT_INIT, out = TEXT_INIT;
		struct mm_error err = { 0, "" };
		struct host h;
		struct machine *m;
		struct booted b;
		struct desc *d, *copy;

		host_create(&h);
		use_by_lot(&h, &r);
		m = open_host(&h, &notes);
		assert_int_equal(pages_unlike(&h, m, FIRST, LAST), 0);
		assert_free(&h, m);
		assert_sound(m);
		d = import_root(h.root, 0, NULL, &err);
		assert_non_null(d);
		copy = again(d);
		boot_desc(&b, copy, BOOT_LATE);
		import_apply_state(b.sys, &out);
		for (u64 pfn = 0; pfn < PAGES; pfn++) {
			struct page_view x, y;

			memmap_view(&m->sys->map, pfn, &x);
			memmap_view(&b.sys->map, pfn, &y);
			if (x.state != y.state || x.order != y.order || x.kind != y.kind || x.flags != y.flags)
				fail_msg("pfn 0x%llx differs after the machine file", (unsigned long long)pfn);
		}
		booted_cleanup(&b);
		desc_free(copy);
		desc_free(d);
		machine_destroy(m);
		text_cleanup(&notes);
		text_cleanup(&out);
		host_remove(&h);
	}
}

/* buddyinfo counts more free pages than kpageflags marks. Expect its counts, few pages moved, and a word about it. */
static void counts_are_believed_over_places(void **state)
{
	struct text notes = TEXT_INIT;
	struct mm_error err = { 0, "" };
	struct machine *m;
	struct host h;
	u64 unlike;

	host_create(&h);
	for (u64 pfn = 0x9000; pfn < 0x9400; pfn++)
		h.flags[pfn] = FILE_;
	put_files(&h);
	h.free[1][0] = 5;
	h.free[1][3] = 2;
	{
		struct text t = TEXT_INIT;

		for (int z = 0; z < 2; z++) {
			text_printf(&t, "Node 0, zone %s ", z ? "DMA32" : "DMA");
			for (int o = 0; o < ORDERS; o++)
				text_printf(&t, "%llu ", (unsigned long long)h.free[z][o]);
			text_puts(&t, "\n");
		}
		root_put(h.root, "proc/buddyinfo", text_str(&t), t.len);
		text_cleanup(&t);
	}
	m = machine_import(h.root, BOOT_LATE, &notes, &err);
	assert_non_null(m);
	assert_free(&h, m);
	assert_sound(m);
	unlike = pages_unlike(&h, m, FIRST, LAST);
	assert_true(unlike >= 1 && unlike <= 21);
	assert_non_null(strstr(text_str(&notes), "the counts are believed for how many, kpageflags for where"));
	machine_destroy(m);
	text_cleanup(&notes);
	host_remove(&h);
}

static u64 runs_of(const char *root, const char *flags, size_t len, struct text *notes)
{
	struct mm_error err = { 0, "" };
	struct desc *d;
	u64 nr;

	root_put(root, "proc/kpageflags", flags, len);
	d = import_root(root, 0, notes, &err);
	if (!d)
		fail_msg("%s", err.msg);
	assert_int_equal(desc_validate(d, &err), 0);
	nr = d->nr_run;
	desc_free(d);
	return nr;
}

/* Cut in a word, garbage, halves of folios, a kernel that marks heads only: expect a good description each time. */
static void odd_files_give_what_they_can(void **state)
{
	struct text notes = TEXT_INIT;
	struct host h;
	struct rng r;

	rng_seed(&r, 7);
	host_create(&h);
	put_files(&h);
	assert_true(runs_of(h.root, (const char *)h.flags, 0x8000 * 8 + 5, NULL) > 0);
	assert_int_equal(runs_of(h.root, "", 0, NULL), 0);
	for (u64 pfn = 0; pfn < PAGES; pfn++)
		h.flags[pfn] = rng_next(&r);
	assert_true(runs_of(h.root, (const char *)h.flags, PAGES * 8, NULL) > 0);
	for (u64 pfn = 0; pfn < PAGES; pfn++)
		h.flags[pfn] = SLAB | (pfn % 5 == 1 ? HEAD : TAIL);
	assert_true(runs_of(h.root, (const char *)h.flags, PAGES * 8, NULL) > 0);
	root_puts(h.root, "proc/version", "Linux version 4.4.0 (X@X)\n");
	assert_int_equal(runs_of(h.root, (const char *)h.flags, PAGES * 8, &notes), 0);
	assert_non_null(strstr(text_str(&notes), "places of pages are not used"));
	text_cleanup(&notes);
	host_remove(&h);
}

static const char rows[] =
	"slabinfo - version: 2.1\n# name ...\n"
	"my_inode_cache        20     24    960    8    2 : tunables    0    0    0 : slabdata      3      3      0\n"
	"my_objects            33     42    192   21    1 : tunables    0    0    0 : slabdata      2      2      0\n";

static u64 slabs_outside(const struct host *h, struct machine *m, const char *cache)
{
	const struct slab_state *st = m->sys->slab;
	u64 outside = 0;

	for (u64 pfn = 0; pfn < PAGES; pfn++) {
		struct page_view v;
		const struct owner_record *o;

		memmap_view(&m->sys->map, pfn, &v);
		o = v.state == PAGE_ALLOC ? owner_get(&m->sys->mm, v.owner) : NULL;
		outside += o && !strcmp(o->tag, cache) && !(h->flags[pfn] & SLAB);
	}
	assert_non_null(st);
	return outside;
}

/* Three blocks of order 1 and two single pages were slabs. Expect the caches' slabs in just these, and their rows. */
static void slabs_take_the_blocks_that_were_slabs(void **state)
{
	static const u64 at[] = { 0x8000, 0xa004, 0x12348 };
	struct text out = TEXT_INIT;
	struct machine *m;
	struct host h;

	host_create(&h);
	for (size_t i = 0; i < ARRAY_SIZE(at); i++)
		for (u64 k = 0; k < 2; k++)
			h.flags[at[i] + k] = SLAB | (k ? TAIL : HEAD);
	h.flags[0x9001] = h.flags[0x13333] = SLAB;
	root_puts(h.root, "proc/slabinfo", rows);
	m = open_host(&h, NULL);
	assert_int_equal(slabs_outside(&h, m, "my_inode_cache"), 0);
	assert_int_equal(slabs_outside(&h, m, "my_objects"), 0);
	slabinfo_print(m->sys->slab, &out);
	for (const char *s = strchr(strchr(rows, '\n') + 1, '\n') + 1; *s; s = strchr(s, '\n') + 1) {
		struct slabinfo_row want, have;
		const char *mine;

		assert_int_equal(slabinfo_parse(s, strcspn(s, "\n"), &want), 0);
		mine = strstr(text_str(&out), want.name);
		assert_non_null(mine);
		assert_int_equal(slabinfo_parse(mine, strcspn(mine, "\n"), &have), 0);
		assert_memory_equal(&want.active_objs, &have.active_objs, sizeof(want) - offsetof(struct slabinfo_row, active_objs));
	}
	assert_free(&h, m);
	assert_sound(m);
	machine_destroy(m);
	text_cleanup(&out);
	host_remove(&h);
}

/* Lines of a run that make no sense: expect a message that names the line and the remedy. */
static void wrong_runs_are_told(void **state)
{
	static const struct { const char *run, *say; } bad[] = {
		{ "0x1001 a", "multiple of the page size" }, { "0x1000 .1", "cannot begin at page 1" },
		{ "0x1000 .11", "above max_page_order" }, { "0x1000 z", "'z' is no use of pages" },
		{ "0x1000 a*0", "0" }, { "0x1000 a*4294967296", "4294967296" },
		{ "0x3000 a\nrun = 0x1000 a", "stands in two runs" }, { "0xfffffffffffff000 a*2", "beyond" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct mm_error err = { 0, "" };
		char ini[256];

		snprintf(ini, sizeof(ini), "[machine]\n[firmware]\nram = 0x0+1G\n[state]\nrun = %s\n", bad[i].run);
		assert_null(config_parse(ini, strlen(ini), "t.ini", &err));
		if (!strstr(err.msg, bad[i].say) || !strstr(err.msg, "t.ini:"))
			fail_msg("%s: %s", bad[i].run, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_lie_where_kpageflags_has_them),
		cmocka_unit_test(any_map_is_shown_and_survives_the_machine_file),
		cmocka_unit_test(counts_are_believed_over_places),
		cmocka_unit_test(odd_files_give_what_they_can),
		cmocka_unit_test(slabs_take_the_blocks_that_were_slabs),
		cmocka_unit_test(wrong_runs_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
