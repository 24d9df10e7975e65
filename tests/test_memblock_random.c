/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock against a model too simple to be wrong: 1 MiB of address space as an
 * array with one entry per 64-byte unit, which says memory or not, node, flags
 * and reserved or not. Random calls go to both; both must then say the same.
 *
 * What the array cannot say is how regions are cut. For that the rule is: two
 * regions that touch differ in node or flags.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "memblock_fixture.h"

#define UNIT  64
#define UNITS 16384 /* 1 MiB */
#define BASE  (16 * MiB)

struct unit {
	bool present;
	s16 nid;
	u8 flags;
};

struct model {
	struct mb_fixture f;
	struct unit memory[UNITS];
	struct unit reserved[UNITS];
	bool seen[UNITS]; /* scratch of compare_free() */
	struct rng rng;
};

static phys_t addr(u64 unit) { return BASE + unit * UNIT; }

/* --- the simple model -------------------------------------------------------------- */

static void model_add(struct unit *list, u64 from, u64 to, int nid, u32 flags)
{
	for (; from < to; from++)
		if (!list[from].present)
			list[from] = (struct unit){ true, (s16)nid, (u8)flags };
}

static void model_remove(struct unit *list, u64 from, u64 to)
{
	for (; from < to; from++)
		list[from].present = false;
}

static void model_flag(struct unit *list, u64 from, u64 to, u32 set, u32 clear)
{
	for (; from < to; from++)
		if (list[from].present)
			list[from].flags = (u8)((list[from].flags | set) & ~clear);
}

static bool usable(const struct model *m, u64 i, int nid, bool mirror)
{
	const struct unit *u = &m->memory[i];

	return u->present && !m->reserved[i].present && !(u->flags & MEMBLOCK_NOMAP) &&
	       (nid == NO_NODE || u->nid == nid) && (!mirror || u->flags & MEMBLOCK_MIRROR) &&
	       (!m->f.mb.movable_node_enabled || !(u->flags & MEMBLOCK_HOTPLUG));
}

/* A run never crosses from one memory region into another. */
static bool run_fits(const struct model *m, u64 at, u64 units, int nid, bool mirror)
{
	u64 i;

	for (i = at; i < at + units; i++)
		if (!usable(m, i, nid, mirror) || m->memory[i].nid != m->memory[at].nid ||
		    m->memory[i].flags != m->memory[at].flags)
			return false;
	return true;
}

/* First fit in [from, to), in units; NO_PFN: none. */
static u64 model_find(const struct model *m, u64 units, u64 align, u64 from, u64 to, int nid, bool mirror)
{
	u64 n, at;

	for (n = 0; n + units <= to - from && to > from; n++) {
		at = m->f.mb.bottom_up ? from + n : to - units - n;
		if (is_aligned(addr(at), align) && run_fits(m, at, units, nid, mirror))
			return at;
	}
	return NO_PFN;
}

/* Node, any node; then the same without mirroring. */
static u64 model_alloc(const struct model *m, u64 units, u64 align, u64 from, u64 to, int nid, bool exact)
{
	int mirror;
	u64 at;

	for (mirror = m->f.mb.system_has_some_mirror; mirror >= 0; mirror--) {
		at = model_find(m, units, align, from, to, nid, mirror);
		if (at == NO_PFN && nid != NO_NODE && !exact)
			at = model_find(m, units, align, from, to, NO_NODE, mirror);
		if (at != NO_PFN)
			return at;
	}
	return NO_PFN;
}

/* --- comparing ----------------------------------------------------------------------- */

static void compare_list(const struct memblock_type *type, const struct unit *list)
{
	unsigned long r = 0;
	u64 i;

	for (i = 0; i < UNITS; i++) {
		const struct memblock_region *m = &type->regions[r];
		bool inside = r < type->cnt && m->base <= addr(i);

		assert_int_equal(inside, list[i].present);
		if (!inside)
			continue;
		assert_int_equal(m->flags, list[i].flags);
		assert_int_equal(m->nid, list[i].nid);
		if (m->base + m->size == addr(i + 1))
			r++;
	}
	assert_int_equal(r, type->cnt);
	for (r = 1; r < type->cnt; r++) {
		const struct memblock_region *b = &type->regions[r], *a = b - 1;

		assert_true(a->base + a->size < b->base || a->nid != b->nid || a->flags != b->flags);
	}
}

/* The free-range walk in both directions, against the model. */
static void compare_free(struct model *m)
{
	bool *seen = m->seen;
	phys_t start, end, before = ~0ULL;
	u64 i, u, left = 0;

	memset(seen, 0, sizeof(m->seen));
	for_each_free_mem_range(&m->f.mb, i, NO_NODE, MEMBLOCK_HOTPLUG, &start, &end, NULL)
		for (u = (start - BASE) / UNIT; u < (end - BASE) / UNIT; u++)
			seen[u] = true;
	for_each_free_mem_range_reverse(&m->f.mb, i, NO_NODE, MEMBLOCK_HOTPLUG, &start, &end, NULL) {
		assert_true(end <= before && start < end);
		before = start;
		left += (end - start) / UNIT;
	}
	for (u = 0; u < UNITS; u++) {
		assert_int_equal(seen[u], m->memory[u].present && !m->reserved[u].present &&
						  !(m->memory[u].flags & MEMBLOCK_NOMAP));
		left -= seen[u];
	}
	assert_int_equal(left, 0);
}

static void compare(struct model *m)
{
	assert_int_equal(memblock_check(&m->f.mb, NULL), 0);
	compare_list(&m->f.mb.memory, m->memory);
	compare_list(&m->f.mb.reserved, m->reserved);
	compare_free(m);
}

/* --- random calls ---------------------------------------------------------------------- */

static void random_alloc(struct model *m, u64 from, u64 to)
{
	u64 units = 1 + rng_below(&m->rng, 64), align = UNIT << rng_below(&m->rng, 8);
	int nid = (int)rng_below(&m->rng, 4) - 1;
	bool exact = rng_percent(&m->rng, 30);
	u64 want = model_alloc(m, units, align, from, to, nid, exact);
	phys_t got = memblock_alloc_range_nid(&m->f.mb, units * UNIT, align, addr(from), addr(to), nid, exact);

	assert_true(got == (want == NO_PFN ? 0 : addr(want)));
	if (got)
		model_add(m->reserved, want, want + units, MEMBLOCK_NO_NID, 0);
}

static void random_mark(struct model *m, u64 from, u64 to)
{
	phys_t base = addr(from), size = (to - from) * UNIT;

	switch (rng_below(&m->rng, 5)) {
	case 0:
		memblock_mark_hotplug(&m->f.mb, base, size);
		model_flag(m->memory, from, to, MEMBLOCK_HOTPLUG, 0);
		break;
	case 1:
		memblock_clear_hotplug(&m->f.mb, base, size);
		model_flag(m->memory, from, to, 0, MEMBLOCK_HOTPLUG);
		break;
	case 2:
		memblock_mark_nomap(&m->f.mb, base, size);
		model_flag(m->memory, from, to, MEMBLOCK_NOMAP, 0);
		break;
	case 3:
		memblock_clear_nomap(&m->f.mb, base, size);
		model_flag(m->memory, from, to, 0, MEMBLOCK_NOMAP);
		break;
	default:
		memblock_mark_mirror(&m->f.mb, base, size);
		if (m->f.mb.mirrored_kernelcore)
			model_flag(m->memory, from, to, MEMBLOCK_MIRROR, 0);
		break;
	}
}

static void random_node(struct model *m, u64 from, u64 to)
{
	int nid = (int)rng_below(&m->rng, 3);
	u64 i;

	memblock_set_node(&m->f.mb, addr(from), (to - from) * UNIT, &m->f.mb.memory, nid);
	for (i = from; i < to; i++)
		if (m->memory[i].present)
			m->memory[i].nid = (s16)nid;
}

static void random_call(struct model *m)
{
	u64 from = rng_below(&m->rng, UNITS), to = from + 1 + rng_below(&m->rng, 512);
	phys_t size;
	int nid = (int)rng_below(&m->rng, 3);

	to = min_u64(to, UNITS);
	size = (to - from) * UNIT;
	switch (rng_below(&m->rng, 12)) {
	case 0 ... 1:
		memblock_add_node(&m->f.mb, addr(from), size, nid, MEMBLOCK_NONE);
		model_add(m->memory, from, to, nid, MEMBLOCK_NONE);
		break;
	case 2:
		memblock_remove(&m->f.mb, addr(from), size);
		model_remove(m->memory, from, to);
		break;
	case 3:
		memblock_reserve(&m->f.mb, addr(from), size / 8 / UNIT * UNIT);
		model_add(m->reserved, from, from + size / 8 / UNIT, MEMBLOCK_NO_NID, 0);
		break;
	case 4 ... 5:
		memblock_phys_free(&m->f.mb, addr(from), size);
		model_remove(m->reserved, from, to);
		break;
	case 6:
		random_mark(m, from, to);
		break;
	case 7:
		random_node(m, from, to);
		break;
	case 8:
		memblock_set_bottom_up(&m->f.mb, rng_percent(&m->rng, 50));
		break;
	default:
		random_alloc(m, rng_percent(&m->rng, 50) ? 0 : from, rng_percent(&m->rng, 50) ? UNITS : to);
		break;
	}
}

static void run(struct model *m, u64 seed, bool mirror, bool movable)
{
	struct memblock_config cfg;
	int i;

	print_message("seed %llu\n", (unsigned long long)seed);
	memset(m, 0, sizeof(*m));
	mb_setup(&m->f);
	/* Large arrays: a doubled one would lie where the model expects free memory. */
	memblock_config_default(&cfg);
	cfg.init_memory_regions = cfg.init_reserved_regions = 4096;
	memblock_init(&m->f.mb, m->f.arena, &cfg, NULL);
	m->f.mb.mirrored_kernelcore = mirror;
	m->f.mb.movable_node_enabled = movable;
	rng_seed(&m->rng, seed);
	for (i = 0; i < 1500; i++) {
		random_call(m);
		if (i % 10 == 0)
			compare(m);
	}
	compare(m);
	mb_teardown(&m->f);
}

static void test_memblock_random_calls_equal_the_simple_model(void **state)
{
	struct model *m = test_malloc(sizeof(*m));

	run(m, 1, false, false);
	run(m, 2, true, false);
	run(m, 3, false, true);
	run(m, 4, true, true);
	test_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memblock_random_calls_equal_the_simple_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
