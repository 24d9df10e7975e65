/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time travel: every moment of a session can be reached again, bit for bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "mmview.h"
#include "sim/history.h"
#include "sim/machine.h"
#include "sim_fixture.h"

/* A session of random commands; hash[t] is the state at time t where a command ended. */
struct session {
	struct machine *m;
	u64 time[512];
	u64 hash[512];
	int nr;
};

static void note_moment(struct session *s)
{
	s->time[s->nr] = history_now(s->m);
	s->hash[s->nr++] = machine_hash(s->m);
}

static void random_command(struct machine *m, struct rng *r)
{
	struct text out = TEXT_INIT;
	char line[128];

	switch (rng_below(r, 6)) {
	case 0: snprintf(line, sizeof(line), "alloc order=%d as=n%d", (int)rng_below(r, 6), (int)rng_below(r, 5)); break;
	case 1: snprintf(line, sizeof(line), "free n%d", (int)rng_below(r, 5)); break;
	case 2: snprintf(line, sizeof(line), "run random ops=%d seed=%d", 1 + (int)rng_below(r, 3000), (int)rng_below(r, 9)); break;
	case 3: snprintf(line, sizeof(line), "step %d", 1 + (int)rng_below(r, 2000)); break;
	case 4: snprintf(line, sizeof(line), "alloc order=2 gfp=GFP_HIGHUSER_MOVABLE count=%d", 1 + (int)rng_below(r, 40)); break;
	default: snprintf(line, sizeof(line), "set watermark_boost_factor=%d", (int)rng_below(r, 20000)); break;
	}
	machine_command(m, line, &out, NULL);
	text_cleanup(&out);
}

static struct session play(const char *ini, u64 seed, int commands, u64 interval)
{
	struct session s = { .m = boot_string(ini) };
	struct rng r;

	print_message("# seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	history_set_interval(s.m, interval);
	note_moment(&s);
	for (int i = 0; i < commands; i++) {
		random_command(s.m, &r);
		note_moment(&s);
	}
	return s;
}

static void seek_and_compare(struct session *s, int i)
{
	struct mm_error err = { 0, "" };

	if (history_seek(s->m, s->time[i], &err))
		fail_msg("%s", err.msg);
	assert_int_equal(history_now(s->m), s->time[i]);
	assert_int_equal(machine_hash(s->m), s->hash[i]);
}

/* Expect equal hashes after going to random moments, whatever the density of checkpoints. */
static void every_moment_can_be_reached_again(void **state)
{
	static const u64 intervals[] = { 1, 500, 1000000000 };

	for (size_t k = 0; k < ARRAY_SIZE(intervals); k++) {
		struct session s = play(two_node_ini, 7 + k, 60, intervals[k]);
		struct rng r;

		rng_seed(&r, 99);
		for (int i = 0; i < 40; i++)
			seek_and_compare(&s, (int)rng_below(&r, (u64)s.nr));
		must_verify(s.m);
		seek_and_compare(&s, s.nr - 1);
		must_verify(s.m);
		machine_destroy(s.m);
	}
}

/* undo, undo, redo, redo: there and back. */
static void undo_and_redo_walk_commands(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 h0 = machine_hash(m), h1, h2;

	free(must(m, "alloc order=3 as=a"));
	h1 = machine_hash(m);
	free(must(m, "run random ops=5000 seed=3"));
	free(must(m, "alloc order=0 as=b"));
	h2 = machine_hash(m);
	free(must(m, "undo"));
	assert_int_not_equal(machine_hash(m), h2);
	free(must(m, "redo"));
	assert_int_equal(machine_hash(m), h2);
	free(must(m, "reset"));
	assert_int_equal(machine_hash(m), h0);
	free(must(m, "redo"));
	assert_int_equal(machine_hash(m), h1);
	must_verify(m);
	machine_destroy(m);
}

/* A failed command is skipped by undo: it changed nothing that a person wants back. */
static void undo_skips_commands_that_failed(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 h0 = machine_hash(m);

	free(must(m, "alloc order=3 as=a"));
	must_fail(m, "free nobody", -ENOENT);
	free(must(m, "undo"));
	assert_int_equal(machine_hash(m), h0);
	must_fail(m, "undo", -ENOENT);
	machine_destroy(m);
}

/* After going back, something new replaces the future. */
static void a_new_command_in_the_past_forgets_the_future(void **state)
{
	struct machine *m = boot_string(tiny_ini);

	history_set_interval(m, 1);
	for (int i = 0; i < 10; i++)
		free(must(m, "alloc order=1"));
	free(must(m, "seek 4"));
	free(must(m, "alloc order=4 as=new"));
	assert_int_equal(history_now(m), 5);
	assert_int_equal(history_end(m), 5);
	must_fail(m, "seek 6", -ERANGE);
	must_fail(m, "redo", -ENOENT);
	must_verify(m);
	machine_destroy(m);
}

/* Expect the exact middle of a workload to be reachable, and to be the same on a second way. */
static void seek_stops_inside_a_workload(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 h;

	free(must(m, "run random ops=20000 seed=5"));
	free(must(m, "seek 12345"));
	h = machine_hash(m);
	must_verify(m);
	free(must(m, "seek end"));
	free(must(m, "seek start"));
	free(must(m, "seek 12345"));
	assert_int_equal(machine_hash(m), h);
	machine_destroy(m);
}

static void bookmarks_name_moments(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	u64 h;

	free(must(m, "alloc order=2"));
	free(must(m, "bookmark here"));
	h = machine_hash(m);
	free(must(m, "run random ops=3000"));
	free(must(m, "seek here"));
	assert_int_equal(machine_hash(m), h);
	must_fail(m, "seek nowhere", -EINVAL);
	machine_destroy(m);
}

/*
 * Bookmarks a, b, c with operations between them: next and previous visit them in
 * the order of time, whatever order they were set in, and going there pauses the
 * workload, so that looking at the past does not overwrite the future.
 *
 *   0 ..a.. 1000 ..b.. 2000 ..c.. 3000
 */
static void bookmarks_are_visited_in_order_and_the_workload_waits(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	struct machine_info info;
	u64 end;

	free(must(m, "run random ops=1000"));
	free(must(m, "bookmark b"));
	free(must(m, "seek 300"));
	free(must(m, "bookmark a"));
	free(must(m, "seek end"));
	free(must(m, "step 1000"));
	free(must(m, "bookmark c"));
	free(must(m, "resume"));
	end = history_end(m);
	must_fail(m, "seek next", -ENOENT);
	free(must(m, "seek start"));
	must_fail(m, "seek previous", -ENOENT);
	free(must(m, "seek next"));
	assert_int_equal(history_now(m), 300);
	machine_info(m, &info);
	assert_false(info.running);
	free(must(m, "seek next"));
	assert_true(history_now(m) > 1000 && history_now(m) < 1010);
	free(must(m, "seek next"));
	free(must(m, "seek previous"));
	assert_true(history_now(m) < 1010);
	assert_int_equal(history_end(m), end);
	machine_destroy(m);
}

struct tally {
	int entries, marks, checkpoints;
	u64 last;
};

static bool count_entry(const struct moment *mo, void *arg)
{
	struct tally *t = arg;

	assert_true(mo->start >= t->last && mo->end >= mo->start);
	t->last = mo->start;
	t->entries++;
	return true;
}

static bool count_mark(const struct moment *mo, void *arg)
{
	assert_string_equal(mo->text, "here");
	((struct tally *)arg)->marks++;
	return true;
}

static bool count_checkpoint(const struct moment *mo, void *arg)
{
	((struct tally *)arg)->checkpoints++;
	return true;
}

/* alloc, then a run: the timeline has the command, the start, the steps and the pause, and names the one at a time. */
static void the_timeline_lists_moments(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	struct tally t = { 0 };
	struct moment mo;

	history_set_interval(m, 100);
	assert_false(machine_moment_at(m, 0, &mo));
	free(must(m, "alloc order=2"));
	free(must(m, "bookmark here"));
	free(must(m, "run random ops=1000"));
	machine_moments(m, MOMENT_ENTRY, count_entry, &t);
	machine_moments(m, MOMENT_BOOKMARK, count_mark, &t);
	machine_moments(m, MOMENT_CHECKPOINT, count_checkpoint, &t);
	assert_int_equal(t.entries, 4);
	assert_int_equal(t.marks, 1);
	assert_true(t.checkpoints > 1);
	assert_true(machine_moment_at(m, 1, &mo));
	assert_string_equal(mo.text, "alloc order=2");
	assert_true(machine_moment_at(m, 500, &mo));
	assert_int_equal(mo.steps, 1000);
	assert_int_equal(machine_time_end(m), 1003);
	machine_destroy(m);
}

/* The saved script on a fresh machine gives the same state. */
static void the_script_reproduces_the_session(void **state)
{
	struct session s = play(two_node_ini, 21, 40, 0);
	struct machine *again = boot_string(two_node_ini);
	struct text script = TEXT_INIT, out = TEXT_INIT;
	char *save = NULL;

	history_script(s.m, &script);
	for (char *line = strtok_r(script.buf, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		machine_command(again, line, &out, NULL);
	assert_int_equal(machine_hash(again), machine_hash(s.m));
	text_cleanup(&script);
	text_cleanup(&out);
	machine_destroy(again);
	machine_destroy(s.m);
}

/* back until: the last moment with free order-9 blocks, before the workload broke them up. */
static void back_until_finds_when_a_condition_held(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	unsigned long long here, after;
	char *told;
	u64 t;

	free(must(m, "run leak ops=30000 permille=1000"));
	must_fail(m, "back until free(order=10)>99999", -ENOENT);
	told = must(m, "back until free(order=5)>100");
	assert_int_equal(sscanf(told, "time %*u of %*u: free(order=5) is %llu here, %llu after", &here, &after), 2);
	assert_true(here > 100 && after <= 100);
	free(told);
	t = history_now(m);
	assert_true(t > 0 && t < history_end(m));
	must_fail(m, "back until nonsense", -EINVAL);
	machine_destroy(m);
}

/* Host memory ends inside a command: the machine is what it was before, and goes on. */
static void host_exhaustion_rolls_the_command_back(void **state)
{
	struct machine *m = boot_string(tiny_ini);
	struct text out = TEXT_INIT;
	u64 h;

	free(must(m, "alloc order=3 as=a"));
	h = machine_hash(m);
	arena_inject_failure(m->arena, 1);
	assert_int_equal(machine_command(m, "alloc order=0 as=unseen", &out, NULL), -ENOMEM);
	assert_int_equal(machine_hash(m), h);
	arena_inject_failure(m->arena, 0);
	free(must(m, "alloc order=0 as=unseen"));
	must_verify(m);
	text_cleanup(&out);
	machine_destroy(m);
}

/* Work for the front: steps and pieces of checkpoints in turn, until time @t. Readers come in between. */
static void run_in_pieces(struct machine *m, u64 t, int *pieces)
{
	struct machine_info info;
	struct summary sum;

	while (history_now(m) < t) {
		for (int i = 0; machine_save_piece(m, 1); i++) {
			assert_true(i < 100000);
			machine_info(m, &info);
			memset(&sum, 0, sizeof(sum));
			machine_summary(m, info.start_pfn, info.end_pfn, &sum);
			(*pieces)++;
		}
		machine_run_for(m, min_u64(700, t - history_now(m)), 0);
	}
}

/*
 * The same run twice: with checkpoints in one go, and as the screen does it, in pieces
 * with readers between them. Expect the same state at every moment.
 */
static void checkpoints_in_pieces_lead_to_the_same_moments(void **state)
{
	struct machine *a = boot_string(two_node_ini), *b = boot_string(two_node_ini);
	int pieces = 0;

	free(must(a, "run random ops=50000 seed=4"));
	free(must(b, "run random seed=4"));
	history_set_interval(b, 3000);
	run_in_pieces(b, 50001, &pieces);
	free(must(b, "pause"));
	assert_true(pieces > 50);
	assert_int_equal(machine_hash(a), machine_hash(b));
	for (u64 t = 1234; t < 50000; t = t * 3 + 17) {
		assert_int_equal(history_seek(a, t, NULL), 0);
		assert_int_equal(history_seek(b, t, NULL), 0);
		assert_int_equal(machine_hash(a), machine_hash(b));
	}
	must_verify(b);
	machine_destroy(a);
	machine_destroy(b);
}

/* A command while a checkpoint is half taken, or half dropped. Expect it to wait for the whole one. */
static void a_command_ends_a_checkpoint_that_is_under_way(void **state)
{
	struct machine *m = boot_string(two_node_ini);
	struct history_stats st;
	u64 h[40];

	free(must(m, "run random seed=4"));
	history_set_interval(m, 500);
	for (int i = 0; i < 40; i++) {
		if (i == 20)
			history_set_limit(m, 1);
		machine_run_slice(m, 999);
		machine_save_piece(m, 1);
		free(must(m, "alloc order=0"));
		h[i] = machine_hash(m);
	}
	must_verify(m);
	history_stats(m, &st);
	for (int i = 39; i >= 0; i -= 3) {
		assert_int_equal(history_seek(m, 1 + 1000 * (u64)(i + 1), NULL), 0);
		assert_int_equal(machine_hash(m), h[i]);
	}
	machine_destroy(m);
}

/*
 * Little memory for deltas: checkpoints go, down to the first one, and every moment can
 * still be reached, by doing more again. Expect the limit to be kept.
 */
static void a_small_limit_costs_time_and_no_moment(void **state)
{
	struct session s = { .m = boot_string(two_node_ini) };
	struct history_stats st;
	char line[64];

	history_set_interval(s.m, 1000);
	for (int i = 0; i < 30; i++) {
		if (i == 10)
			history_set_limit(s.m, 2 * MiB);
		if (i == 20)
			history_set_limit(s.m, 400 * KiB);
		snprintf(line, sizeof(line), "run %s ops=5000 seed=%d", i & 1 ? "random" : "fork", i);
		free(must(s.m, line));
		note_moment(&s);
		history_stats(s.m, &st);
		assert_true(i < 10 || st.checkpoints == 1 || st.delta_bytes <= st.limit);
	}
	assert_true(st.checkpoints < 5);
	for (int i = s.nr - 1; i >= 0; i -= 4)
		seek_and_compare(&s, i);
	seek_and_compare(&s, s.nr - 1);
	must_verify(s.m);
	machine_destroy(s.m);
}

/*
 * A machine that stood at an early stage, before there were struct pages, boots on in a
 * recorded command. Expect time travel to work on both sides of it.
 */
static void going_back_works_across_the_boot_of_a_halted_machine(void **state)
{
	struct session s = { .m = boot_string(two_node_ini) };

	free(must(s.m, "reboot memblock"));
	note_moment(&s);
	free(must(s.m, "boot"));
	note_moment(&s);
	free(must(s.m, "run random ops=60000"));
	note_moment(&s);
	free(must(s.m, "alloc order=1 as=z"));
	note_moment(&s);
	for (int i = 0; i < 12; i++)
		seek_and_compare(&s, (i * 3 + i / 4) % s.nr);
	seek_and_compare(&s, 3);
	must_verify(s.m);
	machine_destroy(s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_moment_can_be_reached_again),
		cmocka_unit_test(undo_and_redo_walk_commands),
		cmocka_unit_test(undo_skips_commands_that_failed),
		cmocka_unit_test(a_new_command_in_the_past_forgets_the_future),
		cmocka_unit_test(seek_stops_inside_a_workload),
		cmocka_unit_test(bookmarks_name_moments),
		cmocka_unit_test(bookmarks_are_visited_in_order_and_the_workload_waits),
		cmocka_unit_test(the_timeline_lists_moments),
		cmocka_unit_test(the_script_reproduces_the_session),
		cmocka_unit_test(back_until_finds_when_a_condition_held),
		cmocka_unit_test(host_exhaustion_rolls_the_command_back),
		cmocka_unit_test(checkpoints_in_pieces_lead_to_the_same_moments),
		cmocka_unit_test(a_command_ends_a_checkpoint_that_is_under_way),
		cmocka_unit_test(a_small_limit_costs_time_and_no_moment),
		cmocka_unit_test(going_back_works_across_the_boot_of_a_halted_machine),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
