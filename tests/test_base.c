/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ground floor: arena, text, sizes, errors, trace ring, random numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/rng.h"
#include "base/text.h"
#include "base/trace.h"

/* Expect zeroed, 16-byte aligned memory, also when it was used before. */
static void arena_gives_zeroed_aligned_memory_again(void **state)
{
	struct arena *a = arena_create(1 << 20);
	u8 *p = arena_alloc(a, 100), *q;

	assert_int_equal((uintptr_t)p % 16, 0);
	memset(p, 0xff, 100);
	arena_free(a, p, 100);
	q = arena_alloc(a, 100);
	assert_ptr_equal(p, q);
	for (int i = 0; i < 100; i++)
		assert_int_equal(q[i], 0);
	arena_destroy(a);
}

/* Expect old bytes kept and new bytes zero when a block grows, in place or not. */
static void arena_realloc_keeps_content_and_zeroes_the_rest(void **state)
{
	struct arena *a = arena_create(1 << 20);
	u8 *p = arena_alloc(a, 20);

	memset(p, 7, 20);
	p = arena_realloc(a, p, 20, 30);
	assert_int_equal(p[19], 7);
	assert_int_equal(p[29], 0);
	memset(p, 7, 30);
	p = arena_realloc(a, p, 30, 5000);
	assert_int_equal(p[29], 7);
	assert_int_equal(p[30], 0);
	assert_int_equal(p[4999], 0);
	arena_destroy(a);
}

/* A checkpoint is a byte copy of the range: put back, the allocator goes on from there. */
static void arena_bytes_put_back_restore_the_allocator(void **state)
{
	struct arena *a = arena_create(1 << 20);
	size_t len;
	void *copy, *after, *again;

	arena_alloc(a, 64);
	len = arena_extent(a);
	copy = malloc(len);
	memcpy(copy, arena_base(a), len);
	after = arena_alloc(a, 500);
	memset(after, 0xee, 500);
	memcpy(arena_base(a), copy, len);
	again = arena_alloc(a, 500);
	assert_ptr_equal(after, again);
	for (int i = 0; i < 500; i++)
		assert_int_equal(((u8 *)again)[i], 0);
	free(copy);
	arena_destroy(a);
}

/* Expect the handler to be reached, and the arena to be usable afterwards. */
static void arena_exhaustion_and_injected_failure_jump_to_the_handler(void **state)
{
	struct arena *a = arena_create(64 * 1024);
	volatile int jumps = 0;
	jmp_buf env;

	arena_set_oom(a, &env);
	if (setjmp(env))
		jumps++;
	if (jumps == 0)
		arena_alloc(a, 1 << 20);
	if (jumps == 1) {
		arena_inject_failure(a, 2);
		arena_alloc(a, 16);
		arena_alloc(a, 16);
	}
	assert_int_equal(jumps, 2);
	assert_non_null(arena_alloc(a, 16));
	arena_destroy(a);
}

static void sizes_are_written_as_people_write_them(void **state)
{
	char buf[32];

	assert_string_equal(size_str(0, buf, sizeof(buf)), "0 B");
	assert_string_equal(size_str(512 * MiB, buf, sizeof(buf)), "512 MiB");
	assert_string_equal(size_str(4 * PiB, buf, sizeof(buf)), "4 PiB");
	assert_string_equal(size_str(4096, buf, sizeof(buf)), "4 KiB");
	assert_string_equal(size_str(1536 * MiB, buf, sizeof(buf)), "1536 MiB");
	assert_string_equal(size_str(~0ULL, buf, sizeof(buf)), "16.0 EiB");
}

static void sizes_are_parsed_with_suffix_and_limits(void **state)
{
	const char *end;
	u64 v;

	assert_int_equal(parse_size("256M", &v, NULL), 0);
	assert_int_equal(v, 256 * MiB);
	assert_int_equal(parse_size("0x10k", &v, NULL), 0);
	assert_int_equal(v, 16 * KiB);
	assert_int_equal(parse_size("16E", &v, NULL), -ERANGE);
	assert_int_equal(parse_size("99999999999999999999", &v, NULL), -ERANGE);
	assert_int_equal(parse_size("-1", &v, NULL), -EINVAL);
	assert_int_equal(parse_size("", &v, NULL), -EINVAL);
	assert_int_equal(parse_size("12x", &v, NULL), -EINVAL);
	assert_int_equal(parse_size("12x", &v, &end), 0);
	assert_string_equal(end, "x");
}

static void text_grows_and_formats(void **state)
{
	struct text t = TEXT_INIT;

	assert_string_equal(text_str(&t), "");
	for (int i = 0; i < 1000; i++)
		text_printf(&t, "%03d,", i);
	assert_int_equal(t.len, 4000);
	assert_memory_equal(t.buf + 4 * 999, "999,", 4);
	text_clear(&t);
	text_puts(&t, "x");
	assert_string_equal(text_str(&t), "x");
	text_cleanup(&t);
}

/* Expect the first obstacle to stay, and a prefix to be put before it. */
static void errors_keep_the_first_message(void **state)
{
	struct mm_error e = { 0, "" };

	assert_int_equal(mm_fail(&e, -EBUSY, "page %d", 7), -EBUSY);
	mm_fail(&e, -EINVAL, "later");
	mm_error_prefix(&e, "%s:%d", "a.ini", 3);
	assert_string_equal(e.msg, "a.ini:3: page 7");
	assert_int_equal(e.code, -EBUSY);
	assert_string_equal(mm_errname(-EBUSY), "EBUSY");
	assert_int_equal(mm_fail(NULL, -EIO, "nobody reads this"), -EIO);
}

/* A ring of 4: after 6 events the first two are gone, and a reader can tell. */
static void trace_ring_tells_what_was_missed(void **state)
{
	struct trace t;

	assert_int_equal(trace_init(&t, 3), 0);
	for (u64 i = 0; i < 6; i++)
		trace_emit(&t, TRACE_mm_page_free, i, 0, 0, 0, 0, 0);
	assert_int_equal(trace_oldest(&t), 2);
	assert_null(trace_get(&t, 1));
	assert_null(trace_get(&t, 6));
	assert_int_equal(trace_get(&t, 5)->p, 5);
	trace_rewind(&t, 4, 6);
	assert_null(trace_get(&t, 4));
	assert_int_equal(trace_get(&t, 3)->p, 3);
	trace_cleanup(&t);
}

static void trace_events_read_as_in_tracefs(void **state)
{
	struct text out = TEXT_INIT;
	struct trace_event e = { .type = TRACE_mm_page_alloc, .p = 0x489f0, .q = 3, .a = 0xcc0, .b = 1 };

	trace_format(&e, &out);
	assert_string_equal(text_str(&out), "mm_page_alloc: pfn=0x489f0 order=3 migratetype=1 gfp_flags=0xcc0");
	text_cleanup(&out);
}

/* Every event type must have a name and format without reading past its fields. */
static void every_trace_event_formats(void **state)
{
	for (unsigned i = 0; i < NR_TRACE_TYPES; i++) {
		struct trace_event e = { .type = (u16)i, .p = 1, .q = 2 };
		struct text out = TEXT_INIT;

		trace_format(&e, &out);
		assert_memory_equal(text_str(&out), trace_name(i), strlen(trace_name(i)));
		assert_true(out.len > strlen(trace_name(i)) + 2);
		text_cleanup(&out);
	}
}

static void random_numbers_repeat_and_stay_below_their_limit(void **state)
{
	struct rng a, b;

	rng_seed(&a, 42);
	rng_seed(&b, 42);
	for (int i = 0; i < 1000; i++) {
		u64 n = 1 + rng_next(&a) % 1000, x;

		rng_next(&b);
		x = rng_below(&a, n);
		assert_true(x < n);
		assert_int_equal(x, rng_below(&b, n));
	}
	assert_true(rng_below(&a, 1ULL << 40) < 1ULL << 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_memory_again),
		cmocka_unit_test(arena_realloc_keeps_content_and_zeroes_the_rest),
		cmocka_unit_test(arena_bytes_put_back_restore_the_allocator),
		cmocka_unit_test(arena_exhaustion_and_injected_failure_jump_to_the_handler),
		cmocka_unit_test(sizes_are_written_as_people_write_them),
		cmocka_unit_test(sizes_are_parsed_with_suffix_and_limits),
		cmocka_unit_test(text_grows_and_formats),
		cmocka_unit_test(errors_keep_the_first_message),
		cmocka_unit_test(trace_ring_tells_what_was_missed),
		cmocka_unit_test(trace_events_read_as_in_tracefs),
		cmocka_unit_test(every_trace_event_formats),
		cmocka_unit_test(random_numbers_repeat_and_stay_below_their_limit),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
