/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot as a film: the calls done again give the lists that boot left, forward
 * and back; a machine can be booted again to every stage and go on from there.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/machine.h"
#include "sim_fixture.h"

static void same_list(const struct film *f, enum film_list list, const struct memblock_type *t, const char *where)
{
	struct film_region r;

	if (film_count(f, list) != t->cnt)
		fail_msg("%s: %s has %u regions in the film, %lu after boot", where, t->name, film_count(f, list), t->cnt);
	for (u32 i = 0; i < t->cnt; i++) {
		assert_int_equal(film_region(f, list, i, &r), 0);
		if (r.start != t->regions[i].base || r.end != t->regions[i].base + t->regions[i].size)
			fail_msg("%s: %s[%u] is at 0x%llx in the film", where, t->name, i, (unsigned long long)r.start);
	}
	assert_int_equal(film_region(f, list, t->cnt, &r), -ERANGE);
}

/* Expect the last picture to be the machine as it is, also after a look at an earlier one. */
static void film_ends_as_boot(const struct machine *m, const char *where)
{
	struct film *f = film_open(m);
	u32 n = machine_film_count(m);

	assert_non_null(f);
	assert_int_equal(film_at(f), 0);
	assert_int_equal(film_count(f, FILM_MEMORY), 0);
	assert_int_equal(film_seek(f, n), n);
	assert_int_equal(film_seek(f, n / 2), n / 2);
	assert_int_equal(film_seek(f, n + 1), n);
	same_list(f, FILM_MEMORY, &m->sys->memblock.memory, where);
	same_list(f, FILM_RESERVED, &m->sys->memblock.reserved, where);
	film_close(f);
}

static void test_film_ends_where_boot_ended_on_every_machine_of_ini(void **state)
{
	glob_t g;

	assert_int_equal(glob("ini/*.ini", 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct mm_error err = { 0 };
		struct machine *m = machine_open(g.gl_pathv[i], &err);

		if (!m)
			fail_msg("%s", err.msg);
		film_ends_as_boot(m, g.gl_pathv[i]);
		machine_destroy(m);
	}
	globfree(&g);
}

/* Every call belongs to one stage, and only the last one's regions are marked as changed. */
static void test_film_marks_what_the_last_call_touched(void **state)
{
	struct machine *m = boot_string(two_node_ini);
	struct film *f = film_open(m);
	struct film_stage st[NR_BOOT_STAGES];
	int n = machine_film_stages(m, st, NR_BOOT_STAGES);
	u32 next = 0, reserves = 0;

	for (int s = 0; s < n; s++) {
		assert_int_equal(st[s].first_call, next);
		assert_true(st[s].end_line >= st[s].first_line);
		next = st[s].end_call;
	}
	assert_int_equal(next, machine_film_count(m));
	for (u32 i = 0; i < next; i++) {
		struct film_call c;
		struct film_region r;

		assert_int_equal(machine_film_call(m, i, &c), 0);
		film_seek(f, i + 1);
		for (u32 k = 0; !film_region(f, FILM_RESERVED, k, &r); k++)
			if (c.on_reserved && r.start < c.end && c.start < r.end)
				assert_true(r.changed);
		reserves += c.on_reserved;
	}
	assert_true(reserves > 3);
	film_close(f);
	machine_destroy(m);
}

/* Expect a machine that is stopped at each stage and goes on to be the one that booted at once. */
static void test_reboot_reaches_every_stage_and_goes_on_to_the_same_machine(void **state)
{
	static const char *const stage[] = { "firmware", "cmdline", "memblock", "numa", "sparse", "zones", "mem_init", "late" };
	struct machine *m = boot_string(two_node_ini);
	u64 hash = machine_hash(m);
	char line[64];

	free(must(m, "alloc order=0 as=gone"));
	for (size_t i = 0; i < sizeof(stage) / sizeof(stage[0]); i++) {
		snprintf(line, sizeof(line), "reboot %s", stage[i]);
		free(must(m, line));
		assert_string_equal(boot_stage_name(m->sys->stage), stage[i]);
		film_ends_as_boot(m, line);
		if (m->sys->stage < BOOT_LATE)
			free(must(m, "boot"));
		else
			assert_true(machine_hash(m) == hash);
		must_verify(m);
		must_fail(m, "free gone", -ENOENT);
	}
	free(must(m, "reboot zones"));
	must_fail(m, "alloc order=0", -EAGAIN);
	free(must(m, "boot mem_init"));
	free(must(m, "undo"));
	assert_int_equal(m->sys->stage, BOOT_ZONES);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_film_ends_where_boot_ended_on_every_machine_of_ini),
		cmocka_unit_test(test_film_marks_what_the_last_call_touched),
		cmocka_unit_test(test_reboot_reaches_every_stage_and_goes_on_to_the_same_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
