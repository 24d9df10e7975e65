/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command `memblock`: poke the boot allocator by hand. Before mem_init the
 * lists change and the next boot stages work with what is left; afterwards an
 * allocation is served by the slab allocator, and the answer says so.
 */
#include "cmd/tables.h"

#include <string.h>

#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

static int need_memblock(struct machine *m, struct mm_error *err)
{
	if (m->sys->stage >= BOOT_MEMBLOCK)
		return 0;
	return mm_fail(err, -EAGAIN, "boot stands at stage '%s', before memblock knows memory; run 'boot memblock'",
		       boot_stage_name(m->sys->stage));
}

static bool handed_over(const struct machine *m)
{
	return m->sys->memblock.slab_available;
}

static void note_handed_over(struct machine *m, struct text *out)
{
	if (handed_over(m))
		text_puts(out, "memory was handed over at mem_init: the list changes, the buddy allocator does not\n");
}

/* @label must live as long as the machine: copy it into the arena. */
static const char *label_of(struct machine *m, const struct cmd_args *a)
{
	const char *as = cmd_value(a, "as");

	return arena_strdup(m->sys->arena, as && *as ? as : "memblock command");
}

static int parse_base_size(const struct cmd_args *a, u64 *base, u64 *size, struct mm_error *err)
{
	int rc;

	if (!cmd_value(a, "base") || !cmd_value(a, "size"))
		return mm_fail(err, -EINVAL, "give base=ADDRESS and size=BYTES");
	rc = cmd_u64(a, "base", base, err);
	rc = rc ? rc : cmd_u64(a, "size", size, err);
	if (!rc && (!*size || *base + *size < *base))
		return mm_fail(err, -EINVAL, "base=0x%llx size=%llu is empty or goes past the last address",
			       LL(*base), LL(*size));
	return rc;
}

/* --- alloc ------------------------------------------------------------------ */

struct alloc_request {
	u64 size, align, min, max;
	int node, exact;
};

static int parse_alloc(const struct cmd_args *a, struct alloc_request *r, struct mm_error *err)
{
	int rc;

	*r = (struct alloc_request){ .max = MEMBLOCK_ALLOC_ACCESSIBLE, .node = NO_NODE };
	rc = cmd_u64(a, "size", &r->size, err);
	rc = rc ? rc : cmd_u64(a, "align", &r->align, err);
	rc = rc ? rc : cmd_u64(a, "min", &r->min, err);
	rc = rc ? rc : cmd_u64(a, "max", &r->max, err);
	rc = rc ? rc : cmd_int(a, "node", 0, MAX_NUMNODES - 1, &r->node, err);
	rc = rc ? rc : cmd_int(a, "exact", 0, 1, &r->exact, err);
	if (rc)
		return rc;
	if (!r->size)
		return mm_fail(err, -EINVAL, "size=BYTES is missing or 0");
	if (r->align && !is_pow2(r->align))
		return mm_fail(err, -EINVAL, "align=%llu is not a power of two", LL(r->align));
	return 0;
}

static phys_t do_alloc(struct memblock *mb, const struct alloc_request *r)
{
	if (r->exact)
		return memblock_alloc_exact_nid_raw(mb, r->size, r->align, r->min, r->max, r->node);
	return memblock_alloc_try_nid(mb, r->size, r->align, r->min, r->max, r->node);
}

static int alloc_failed(struct machine *m, const struct alloc_request *r, struct mm_error *err)
{
	if (handed_over(m) && !m->sys->slab)
		return mm_fail(err, -EAGAIN, "memory was handed over, but the slab allocator is not up at stage "
			       "'%s'; run 'boot'", boot_stage_name(m->sys->stage));
	return mm_fail(err, -ENOMEM, "no free range of %llu bytes fits these limits; 'show memblock' tells "
		       "what is free", LL(r->size));
}

static int memblock_do_alloc(struct machine *m, const struct cmd_args *a, struct text *out,
			    struct mm_error *err)
{
	struct memblock *mb = &m->sys->memblock;
	struct alloc_request r;
	const char *before;
	phys_t got;
	int rc = parse_alloc(a, &r, err);

	if (rc)
		return rc;
	before = memblock_set_caller(mb, label_of(m, a));
	got = do_alloc(mb, &r);
	memblock_set_caller(mb, before);
	if (!got)
		return alloc_failed(m, &r, err);
	text_printf(out, "[0x%llx-0x%llx] ", LL(got), LL(got + r.size - 1));
	if (handed_over(m))
		text_puts(out, "from the slab allocator: memory was handed over at mem_init\n");
	else
		text_printf(out, "reserved in memblock, %s\n", mb->bottom_up ? "bottom up" : "top down");
	return 0;
}

/* --- the lists ----------------------------------------------------------------- */

static int memblock_do_reserve(struct machine *m, const struct cmd_args *a, struct text *out,
			      struct mm_error *err)
{
	struct memblock *mb = &m->sys->memblock;
	const char *before;
	u64 base = 0, size = 0;
	int rc = parse_base_size(a, &base, &size, err);

	if (rc)
		return rc;
	before = memblock_set_caller(mb, label_of(m, a));
	rc = memblock_reserve(mb, base, size);
	memblock_set_caller(mb, before);
	if (rc)
		return mm_fail(err, rc, "the reserved array is full and there is no memory for a larger one");
	note_handed_over(m, out);
	return 0;
}

static int memblock_do_free(struct machine *m, const struct cmd_args *a, struct text *out,
			    struct mm_error *err)
{
	u64 base = 0, size = 0;
	int rc = parse_base_size(a, &base, &size, err);

	if (rc)
		return rc;
	if (!memblock_is_region_reserved(&m->sys->memblock, base, size))
		return mm_fail(err, -EINVAL, "nothing in [0x%llx-0x%llx] is reserved", LL(base),
			       LL(base + size - 1));
	rc = memblock_phys_free(&m->sys->memblock, base, size);
	if (rc)
		return mm_fail(err, rc, "the reserved array is full and there is no memory for a larger one");
	note_handed_over(m, out);
	return 0;
}

static int memblock_do_direction(struct machine *m, const struct cmd_args *a, struct text *out,
				 struct mm_error *err)
{
	memblock_set_bottom_up(&m->sys->memblock, !strcmp(a->argv[1], "bottom_up"));
	return 0;
}

static int memblock_do_state(struct machine *m, const struct cmd_args *a, struct text *out,
			    struct mm_error *err)
{
	const struct memblock *mb = &m->sys->memblock;

	text_printf(out, "direction  %s\n", mb->bottom_up ? "bottom up" : "top down");
	if (mb->current_limit == MEMBLOCK_ALLOC_ANYWHERE)
		text_puts(out, "limit      none\n");
	else
		text_printf(out, "limit      0x%llx\n", LL(mb->current_limit));
	text_printf(out, "memory     %lu of %lu regions, %llu bytes\n", mb->memory.cnt, mb->memory.max,
		    LL(mb->memory.total_size));
	text_printf(out, "reserved   %lu of %lu regions, %llu bytes\n", mb->reserved.cnt, mb->reserved.max,
		    LL(mb->reserved.total_size));
	text_printf(out, "serves     %s\n", handed_over(m) ? "nobody: memory was handed over at mem_init" :
							     "every allocation until mem_init");
	return 0;
}

static const struct {
	const char *word;
	int (*run)(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err);
} subcommands[] = {
	{ "alloc", memblock_do_alloc },         { "reserve", memblock_do_reserve },
	{ "free", memblock_do_free },           { "bottom_up", memblock_do_direction },
	{ "top_down", memblock_do_direction },  { "state", memblock_do_state },
};

static int run_memblock(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_memblock(m, err);

	if (rc)
		return rc;
	for (size_t i = 0; a->argc == 2 && i < ARRAY_SIZE(subcommands); i++)
		if (!strcmp(a->argv[1], subcommands[i].word))
			return subcommands[i].run(m, a, out, err);
	return mm_fail(err, -EINVAL, "say memblock alloc, reserve, free, bottom_up, top_down or state");
}

static const char *const keys[] = { "size", "align", "min", "max", "node", "exact", "base", "as", NULL };
static const char *const words[] = { "alloc", "reserve", "free", "bottom_up", "top_down", "state", NULL };

static const struct command rows[] = {
	{ "memblock",
	  "alloc size=BYTES [align=N] [min=A] [max=A] [node=N] [exact=1] [as=NAME] | "
	  "reserve base=A size=BYTES [as=NAME] | free base=A size=BYTES | bottom_up | top_down | state",
	  "use the boot allocator by hand; after mem_init its allocations come from the slab allocator",
	  "Allocate", 0, keys, words, run_memblock },
};

const struct command *cmd_memblock_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
