/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fixture of the memblock tests; see memblock_fixture.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memblock_fixture.h"

static void log_line(void *arg, const char *line)
{
	text_printf(arg, "%s\n", line);
}

void mb_setup(struct mb_fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->arena = arena_create(64 * MiB);
	assert_non_null(f->arena);
	assert_int_equal(trace_init(&f->trace, 256), 0);
	memblock_init(&f->mb, f->arena, NULL, &f->trace);
	text_init(&f->log);
	f->mb.hooks.arg = &f->log;
	f->mb.hooks.printk = log_line;
}

void mb_teardown(struct mb_fixture *f)
{
	assert_int_equal(memblock_check(&f->mb, NULL), 0);
	text_cleanup(&f->log);
	trace_cleanup(&f->trace);
	arena_destroy(f->arena);
}

void mb_setup_32k(struct mb_fixture *f)
{
	mb_setup(f);
	memblock_add(&f->mb, MB_BASE, MB_SIZE);
}

void mb_setup_nodes(struct mb_fixture *f, const u32 kib[8])
{
	phys_t base = MB_BASE;
	int nid;

	mb_setup(f);
	for (nid = 0; nid < 8; nid++) {
		memblock_add_node(&f->mb, base, kib[nid] * KiB, nid, MEMBLOCK_NONE);
		base += kib[nid] * KiB;
	}
}

static u64 number(const char **p)
{
	char *end;
	u64 v = strtoull(*p, &end, 16);

	if (*end == 'k' || *end == 'M')
		v <<= *end++ == 'k' ? 10 : 20;
	*p = end;
	return v;
}

/* Write "base+size[@nid][!flags]" in plain hexadecimal, so that both sides are spelled alike. */
static void put_region(struct text *t, u64 base, u64 size, int nid, unsigned int flags)
{
	text_printf(t, "%s%llx+%llx", t->len ? " " : "", (unsigned long long)base, (unsigned long long)size);
	if (nid != MEMBLOCK_NO_NID)
		text_printf(t, "@%d", nid);
	if (flags)
		text_printf(t, "!%x", flags);
}

static void normalise(struct text *t, const char *p)
{
	while (*p) {
		u64 base = number(&p), size = 0;
		int nid = MEMBLOCK_NO_NID;
		unsigned int flags = 0;

		if (*p == '+')
			p++, size = number(&p);
		if (*p == '@')
			p++, nid = (int)number(&p);
		if (*p == '!')
			p++, flags = (unsigned int)number(&p);
		put_region(t, base, size, nid, flags);
		while (*p == ' ')
			p++;
	}
}

void mb_expect_at(struct mb_fixture *f, const struct memblock_type *type, const char *want,
		  const char *file, int line)
{
	struct text a = TEXT_INIT, b = TEXT_INIT;
	phys_t sum = 0;
	unsigned long i;

	normalise(&a, want);
	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		put_region(&b, r->base, r->size, r->nid, r->flags);
		sum += r->size;
	}
	_assert_string_equal(text_str(&b), text_str(&a), file, line);
	text_cleanup(&a);
	text_cleanup(&b);
	if (type != &f->mb.memory)
		_assert_int_equal(type->total_size, sum, file, line);
}
