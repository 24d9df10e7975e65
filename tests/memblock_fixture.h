/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the memblock tests share: one machine's memblock in its own arena, and
 * the comparison of a list with what it should be.
 */
#ifndef TESTS_MEMBLOCK_FIXTURE_H
#define TESTS_MEMBLOCK_FIXTURE_H

#include "base/arena.h"
#include "phys/memblock.h"

struct mb_fixture {
	struct arena *arena;
	struct trace trace;
	struct memblock mb;
	struct text log; /* lines that memblock printed */
};

/* An empty memblock with the default configuration; @f is filled. */
void mb_setup(struct mb_fixture *f);
void mb_teardown(struct mb_fixture *f);
/* The same with memory [4 MiB, 4 MiB + 32 KiB) and room for nothing else. */
#define MB_BASE (4 * MiB)
#define MB_SIZE (32 * KiB)
#define MB_END  (MB_BASE + MB_SIZE)
void mb_setup_32k(struct mb_fixture *f);
/* 32 KiB cut into eight nodes of the given sizes in KiB (0: none). */
void mb_setup_nodes(struct mb_fixture *f, const u32 kib[8]);

/*
 * @want: "base+size[@nid][!flags]" separated by spaces, numbers in hexadecimal,
 * k and M suffixes; "" is the empty list. Fails the test with both lists.
 */
void mb_expect_at(struct mb_fixture *f, const struct memblock_type *type, const char *want,
		  const char *file, int line);
#define expect_mem(f, want)      mb_expect_at(f, &(f)->mb.memory, want, __FILE__, __LINE__)
#define expect_reserved(f, want) mb_expect_at(f, &(f)->mb.reserved, want, __FILE__, __LINE__)

#endif
