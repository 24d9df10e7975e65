/* SPDX-License-Identifier: GPL-2.0-or-later */
/* numa=fake=: how real nodes are cut, and what distances and cpus become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"
#include "boot/numa_emulation.h"

struct fixture {
	struct arena *a;
	struct arch arch;
	struct memblock mb;
	struct numa_meminfo mi;
	bool parsed[MAX_NUMNODES];
	struct text said;
	struct log_sink log;
	struct numa_emulation *e;
};

static void catch_line(void *ctx, const char *line)
{
	text_printf(ctx, "%s\n", line);
}

/* Real nodes 0 and 1 are 21 apart. */
static u8 real(const void *ctx, int a, int b)
{
	return a == b ? 10 : 21;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct memblock_config cfg;

	f->a = arena_create(256 * MiB);
	arch_preset(&f->arch, "x86_64", NULL);
	memblock_config_default(&cfg);
	memblock_init(&f->mb, f->a, &cfg, NULL);
	numa_meminfo_init(&f->mi, f->a, 16);
	f->log = (struct log_sink){ catch_line, &f->said };
	f->e = calloc(1, sizeof(*f->e));
	*f->e = (struct numa_emulation){ .arena = f->a, .arch = &f->arch, .mb = &f->mb, .log = &f->log,
					 .parsed = f->parsed, .distance = real };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	text_cleanup(&f->said);
	arena_destroy(f->a);
	free(f->e);
	free(f);
	return 0;
}

/* RAM [start, end) that belongs to @nid. */
static void ram(struct fixture *f, int nid, u64 start, u64 end)
{
	memblock_add(&f->mb, start, end - start);
	numa_add_memblk(&f->mi, nid, start, end, NULL);
	f->parsed[nid] = true;
	f->e->max_addr = max_u64(f->e->max_addr, end);
}

/* The result as "nid:start-end@phys ..." in MiB. */
static void assert_nodes(struct fixture *f, const char *want)
{
	char got[512] = "";
	size_t n = 0;

	for (u32 i = 0; i < f->mi.nr_blks; i++) {
		const struct numa_memblk *b = &f->mi.blk[i];

		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%d:%llu-%llu@%d", i ? " " : "", b->nid,
				      (unsigned long long)(b->start >> 20), (unsigned long long)(b->end >> 20),
				      f->e->nid_to_phys[b->nid]);
	}
	assert_string_equal(got, want);
}

/* A real 2 GiB machine under numa=fake=2 printed exactly these two lines. */
static void test_fake_2_on_a_real_machine(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0x1000, 0x9f000);
	ram(f, 0, 0x100000, 0x7ffe0000);
	numa_cleanup_meminfo(&f->mi, &f->mb, NULL);
	assert_true(numa_emulation(f->e, &f->mi, "2"));
	assert_string_equal(text_str(&f->said),
		"Faking node 0 at [mem 0x0000000000001000-0x0000000040000fff] (1024MB)\n"
		"Faking node 1 at [mem 0x0000000040001000-0x000000007ffdffff] (1023MB)\n");
	assert_int_equal(f->e->nr_nodes, 2);
}

/*
 *   real   0 [0 ---- 1G)       1 [1G ---- 2G)
 *   fake=4 0 [0-512M) 2 [..)   1 [1G-1.5G) 3 [..)
 * Expect the nodes to be dealt over the real ones in turn.
 */
static void test_count_deals_over_real_nodes(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0, GiB);
	ram(f, 1, GiB, 2 * GiB);
	assert_true(numa_emulation(f->e, &f->mi, "4"));
	assert_nodes(f, "0:0-512@0 1:1024-1536@1 2:512-1024@0 3:1536-2048@1");
}

/* 1 GiB by three: 341 MiB each is 320 MiB and a rest; expect the first node 32 MiB larger. */
static void test_rest_makes_the_first_nodes_larger(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0, GiB);
	assert_true(numa_emulation(f->e, &f->mi, "3"));
	assert_nodes(f, "0:0-352@0 1:352-672@0 2:672-1024@0");
}

/* A hole does not count: the node around it is longer. */
static void test_holes_do_not_count(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0, 256 * MiB);
	memblock_add(&f->mb, 512 * MiB, 768 * MiB);
	f->mi.blk[0].end = 1280 * MiB;
	f->e->max_addr = 1280 * MiB;
	assert_true(numa_emulation(f->e, &f->mi, "2"));
	assert_nodes(f, "0:0-768@0 1:768-1280@0");
}

static void test_size_is_a_floor_of_32m_steps(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0, GiB);
	assert_true(numa_emulation(f->e, &f->mi, "300M"));
	assert_nodes(f, "0:0-288@0 1:288-576@0 2:576-1024@0");
}

static void test_too_small_a_size_is_increased(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0, 64 * MiB);
	assert_true(numa_emulation(f->e, &f->mi, "1M"));
	assert_nodes(f, "0:0-32@0 1:32-64@0");
	assert_non_null(strstr(text_str(&f->said), "Fake node size 1MB too small, increasing to 32MB\n"));
}

/* 2U: expect each real node in two parts, numbers in order. */
static void test_uniform_cuts_each_real_node(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0, GiB);
	ram(f, 1, GiB, 2 * GiB);
	f->e->nr_distance = 2;
	assert_true(numa_emulation(f->e, &f->mi, "2U"));
	assert_nodes(f, "0:0-512@0 1:512-1024@0 2:1024-1536@1 3:1536-2048@1");
	assert_int_equal(f->e->node_distance[0 * 4 + 1], 10);
	assert_int_equal(f->e->node_distance[0 * 4 + 2], 21);
	assert_int_equal(numa_emulation_cpu_node(f->e, 0), 0);
	assert_int_equal(numa_emulation_cpu_node(f->e, 1), 2);
	assert_int_equal(numa_emulation_cpu_node(f->e, 5), 0);
}

static void test_uniform_of_a_small_node_fails(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0, 64 * MiB);
	assert_false(numa_emulation(f->e, &f->mi, "4U"));
	assert_int_equal(f->mi.nr_blks, 1);
	assert_non_null(strstr(text_str(&f->said), "numa_emulation: phys: 0 only got 2 of 4 nodes, failing\n"));
}

/* A list of distances; the last one needs its comma, what is no distance is refused. */
static void test_distances_from_the_command_line(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0, GiB);
	assert_true(numa_emulation(f->e, &f->mi, "2:10,40,50,11,"));
	assert_int_equal(f->e->node_distance[1], 40);
	assert_int_equal(f->e->node_distance[2], 50);
	assert_int_equal(f->e->node_distance[3], 10);
	assert_non_null(strstr(text_str(&f->said), "Warning: invalid distance parameter, from=1 to=1 distance=11\n"));
}

static void test_last_distance_without_comma_is_not_used(void **state)
{
	struct fixture *f = *state;

	ram(f, 0, 0, GiB);
	assert_true(numa_emulation(f->e, &f->mi, "2:10,40"));
	assert_int_equal(f->e->node_distance[1], 10);
}

static void test_nonsense_changes_nothing(void **state)
{
	static const char *const bad[] = { "0", "", "x", "0M", "0U", "99999" };
	struct fixture *f = *state;

	ram(f, 0, 0, GiB);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_false(numa_emulation(f->e, &f->mi, bad[i]));
		assert_int_equal(f->mi.nr_blks, 1);
		assert_int_equal(f->mi.blk[0].end, GiB);
	}
	assert_non_null(strstr(text_str(&f->said), "numa=fake=99999 too large, reducing to 1024\n"
			       "Not enough memory for each node.  NUMA emulation disabled.\n"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_fake_2_on_a_real_machine),
		T(test_count_deals_over_real_nodes),
		T(test_rest_makes_the_first_nodes_larger),
		T(test_holes_do_not_count),
		T(test_size_is_a_floor_of_32m_steps),
		T(test_too_small_a_size_is_increased),
		T(test_uniform_cuts_each_real_node),
		T(test_uniform_of_a_small_node_fails),
		T(test_distances_from_the_command_line),
		T(test_last_distance_without_comma_is_not_used),
		T(test_nonsense_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
