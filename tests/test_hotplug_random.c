/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random hotplug: four nodes, blocks, DIMMs, virtio-mem and device memory come and
 * go while kernel and movable pages are allocated and freed. Every invariant holds
 * all the time, no page that moved is lost, and at the end everything can go.
 *
 * HOTPLUG_OPS and HOTPLUG_SEED in the environment make it longer or repeat a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc/held.h"
#include "alloc/page_owner.h"
#include "hotplug/dimm.h"
#include "hotplug/memory_failure.h"
#include "hotplug/memremap.h"
#include "hotplug_fixture.h"

#define FIRST 32u /* blocks [FIRST, FIRST + NR) come and go */
#define NR 24u
#define BS (128 * MiB)

static const char four_nodes[] = "[machine]\nname = four\narch = x86_64\ncpus = 4\n"
				 "cmdline = memhp_default_state=offline kernelcore=192M\n"
				 "[firmware]\nram = 0x1000-0x9ffff\nram = 0x100000-0x2fffffff\n"
				 "[node 0]\nmemory = 0x0-0xfffffff\ncpus = 0-1\n"
				 "[node 1]\nmemory = 0x10000000-0x1fffffff\ncpus = 2\n"
				 "[node 2]\nmemory = 0x20000000-0x2fffffff\ncpus = 3\n"
				 "[node 3]\nmemory = 0x200000000-0x23fffffff hotplug\n"
				 "[reserve]\nkernel_code = 0x1000000-0x13fffff\n"
				 "[dimm d0]\nstart = 0x300000000\nsize = 256M\nnode = 1\n"
				 "[virtio-mem v0]\nstart = 0x400000000\nsize = 512M\nnode = 2\n";

struct world {
	struct hot_machine *m;
	struct rng rng;
	struct held_set kernel, movable;
	owner_id kernel_owner, movable_owner;
	u64 done[16]; /* how often each operation worked */
};

static u64 pick(struct world *w, u64 n) { return rng_below(&w->rng, n); }

static void op_add(struct world *w)
{
	u64 nr = 1 + pick(w, 3), first = FIRST + pick(w, NR);

	w->done[0] += !add_memory(w->m->sys, (int)pick(w, 4), -1, first * BS, nr * BS, NULL, 0, NULL);
}

static void op_remove(struct world *w)
{
	w->done[1] += !remove_memory(w->m->sys, (FIRST + pick(w, NR)) * BS, (1 + pick(w, 2)) * BS, NULL);
}

/* Any block of the machine, early ones included. */
static void op_state(struct world *w)
{
	struct memory_block b;

	memory_block_at(w->m->sys, pick(w, memory_block_count(w->m->sys)), &b);
	w->done[2] += !memory_block_store_state(w->m->sys, b.nr, (enum mmop)pick(w, NR_MMOP), NULL);
}

static page_handle alloc_any(struct world *w, gfp_t gfp, owner_id owner, unsigned order)
{
	struct mm *mm = &w->m->sys->mm;
	int nid = (int)pick(w, 4);

	if (!mm->node[nid]->online)
		nid = 0;
	return alloc_pages(mm, gfp, order, nid, owner);
}

static void op_alloc_kernel(struct world *w)
{
	page_handle h = alloc_any(w, GFP_KERNEL, w->kernel_owner, (unsigned)pick(w, 4));

	if (h == NO_PAGE)
		return;
	held_add(&w->m->sys->mm, &w->kernel, h);
	w->done[3]++;
}

static void op_alloc_movable(struct world *w)
{
	struct mm *mm = &w->m->sys->mm;

	for (u64 n = pick(w, 200); n; n--) {
		page_handle h = alloc_any(w, GFP_HIGHUSER_MOVABLE, w->movable_owner, 0);

		if (h == NO_PAGE)
			return;
		page_set_info(mm, h, KIND_DRIVER, PGF_MOVABLE_OPS);
		held_add(mm, &w->movable, h);
		w->done[4]++;
	}
}

static void free_one(struct world *w, struct held_set *set)
{
	struct mm *mm = &w->m->sys->mm;
	page_handle h;

	if (!set->nr)
		return;
	h = held_remove(mm, set, (u32)pick(w, set->nr));
	free_pages(mm, h, page_order(memmap_page(mm->map, h)));
}

static void op_free(struct world *w)
{
	for (u64 n = pick(w, 150); n; n--)
		free_one(w, pick(w, 3) ? &w->movable : &w->kernel);
	w->done[5]++;
}

static void op_dimm(struct world *w)
{
	struct dimm *d = dimm_find(w->m->sys, "d0");

	w->done[6] += !(d->plugged ? dimm_unplug(w->m->sys, d, NULL) : dimm_plug(w->m->sys, d, NULL));
}

static void op_virtio(struct world *w)
{
	w->done[7] += !virtio_mem_resize(w->m->sys, dimm_find(w->m->sys, "v0"), pick(w, 257) * 2 * MiB, NULL);
}

static void op_device(struct world *w)
{
	phys_t at = 0x500000000ULL + pick(w, 16) * 32 * MiB;
	int nid = (int)pick(w, 3);

	if (pick(w, 2))
		w->done[8] += !memunmap_pages(w->m->sys, at, NULL);
	else
		w->done[9] += !memremap_pages(w->m->sys, at, 64 * MiB, nid, (enum pagemap_type)pick(w, 3),
					      pick(w, 2), NULL);
}

/* Seldom: poisoned pages keep their block from coming back. */
static void op_poison(struct world *w)
{
	struct memory_block b;

	memory_block_at(w->m->sys, pick(w, memory_block_count(w->m->sys)), &b);
	if (!pick(w, 8) && !b.range.early)
		w->done[10] += !soft_offline_page(w->m->sys, b.start_pfn + pick(w, b.nr_pages), NULL);
}

static void op_settings(struct world *w)
{
	static const char *const policy[] = { "contig-zones", "auto-movable" };
	static const char *const automatic[] = { "offline", "offline", "online", "online_movable" };

	hotplug_set(w->m->sys, "online_policy", policy[pick(w, 2)], NULL);
	hotplug_set(w->m->sys, "auto_online_blocks", automatic[pick(w, 4)], NULL);
}

static void step(struct world *w)
{
	static void (*const ops[])(struct world *) = {
		op_add,   op_add,          op_remove,        op_state,         op_state,  op_state,
		op_state, op_alloc_kernel, op_alloc_movable, op_alloc_movable, op_free,   op_free,
		op_dimm,  op_virtio,       op_device,        op_settings,      op_poison,
	};

	ops[pick(w, ARRAY_SIZE(ops))](w);
}

static void check(struct world *w)
{
	struct text t = TEXT_INIT;

	hot_check(w->m);
	if (held_check(&w->m->sys->mm, &w->kernel, &t) || held_check(&w->m->sys->mm, &w->movable, &t))
		fail_msg("%s", text_str(&t));
	text_cleanup(&t);
}

static u64 env_u64(const char *name, u64 otherwise)
{
	const char *s = getenv(name);

	return s ? strtoull(s, NULL, 0) : otherwise;
}

/*
 * Nobody holds pages any more but the kernel (slab, memmap): each block goes offline
 * exactly if that was predicted.
 */
static void offline_everything(struct world *w)
{
	struct system *sys = w->m->sys;
	struct memory_block b;
	u64 went = 0;

	while (w->kernel.nr)
		free_one(w, &w->kernel);
	while (w->movable.nr)
		free_one(w, &w->movable);
	for (u64 i = memory_block_count(sys); i-- > 0;) {
		bool expect;

		memory_block_at(sys, i, &b);
		expect = memory_block_can_offline(sys, &b, NULL, 0, NULL);
		if (expect != !memory_block_store_state(sys, b.nr, MMOP_OFFLINE, NULL))
			fail_msg("memory%llu: predicted %d", (unsigned long long)b.nr, expect);
		went += expect;
	}
	assert_true(went > 0);
	check(w);
}

static void test_random_hotplug_keeps_every_invariant(void **state)
{
	u64 seed = env_u64("HOTPLUG_SEED", 6), ops = env_u64("HOTPLUG_OPS", 3000);
	struct world w = { .m = hot_boot_ini(four_nodes) };
	struct mm *mm = &w.m->sys->mm;

	print_message("seed %llu, %llu operations\n", (unsigned long long)seed, (unsigned long long)ops);
	rng_seed(&w.rng, seed);
	w.kernel_owner = owner_intern(mm, "kernel", "random", 1);
	w.movable_owner = owner_intern(mm, "movable", "random", 2);
	owner_get(mm, w.kernel_owner)->set = &w.kernel;
	owner_get(mm, w.movable_owner)->set = &w.movable;
	for (u64 i = 1; i <= ops; i++) {
		step(&w);
		if (i % 50 == 0)
			check(&w);
	}
	for (int i = 0; i < 11; i++)
		assert_true(w.done[i] > 0);
	offline_everything(&w);
	hot_free(w.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random_hotplug_keeps_every_invariant) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
