/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by tests of pages: see pages_fixture.h. */
#include "pages_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

void run(struct machine *m, const char *line) { free(must(m, line)); }

void expect(struct machine *m, const char *line, const char *words)
{
	char *out = must(m, line);

	if (!strstr(out, words))
		fail_msg("%s: expected \"%s\" in:\n%s", line, words, out);
	free(out);
}

void refused(struct machine *m, const char *line, int code, const char *words)
{
	struct text out = TEXT_INIT;
	struct mm_error err = { 0, "" };
	u64 before = machine_hash(m);
	u64 ops = m->sim->ops;
	int rc = machine_command(m, line, &out, &err);

	if (rc != code)
		fail_msg("%s: expected %s, got %s (%s)", line, mm_errname(code), mm_errname(rc), err.msg);
	if (words && !strstr(text_str(&out), words) && !strstr(err.msg, words))
		fail_msg("%s: expected \"%s\" in:\n%s%s", line, words, text_str(&out), err.msg);
	text_cleanup(&out);
	m->sim->ops = ops; /* refused commands are counted, too */
	assert_int_equal(machine_hash(m), before);
	must_verify(m);
}

s64 stat_of(struct machine *m, enum node_stat_item item)
{
	s64 sum = 0;

	for_each_node(&m->sys->mm, n)
		sum += n->vm_stat[item];
	return sum;
}

u64 event_of(struct machine *m, enum vm_event_item item) { return m->sys->mm.vm_event[item]; }

u64 free_pages_of(struct machine *m)
{
	s64 sum = 0;

	run(m, "drain");
	for_each_node(&m->sys->mm, n)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			sum += zone_page_state_snapshot(&m->sys->mm, &n->zones[z], NR_FREE_PAGES);
	return (u64)sum;
}

pfn_t last_pfn(struct machine *m)
{
	return page_to_pfn(&m->sys->map, m->sim->held.h[m->sim->held.nr - 1]);
}

void random_session(struct machine *m, u64 seed, int steps, void (*line)(struct rng *r, char *line, size_t n))
{
	const char *env_seed = getenv("MMVIEW_SEED"), *env_steps = getenv("MMVIEW_STEPS");
	struct rng r;

	seed = env_seed ? strtoull(env_seed, NULL, 0) : seed;
	steps = env_steps ? atoi(env_steps) : steps;
	print_message("seed 0x%llx\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int i = 0; i < steps; i++) {
		struct text out = TEXT_INIT;
		struct mm_error err = { 0, "" };
		char words[96];

		line(&r, words, sizeof(words));
		machine_command(m, words, &out, &err); /* may be refused */
		text_cleanup(&out);
		if (i % 20 == 0)
			must_verify(m);
	}
	must_verify(m);
}
