/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The film of memblock: every call is noted with its answer (hooks.note), and
 * can be done again on lists that stand where the real ones stood.
 *
 *   boot    add  add  reserve  alloc->A  set_node ...      each is noted
 *   film    [1]  [2]  [3]      reserve A [5]               done again up to any call
 *
 * An allocation is done again by reserving what it got, and an array that had to
 * grow by reserving its new place: so the lists of a film need room for all
 * regions from the start and must not grow by themselves.
 *
 * Nothing of this is in the kernel, which prints its calls and forgets them.
 */
#include "phys/memblock_internal.h"

static const struct {
	const char *name;
	const char *help;
} ops[NR_MEMBLOCK_OPS] = {
	[MEMBLOCK_OP_ADD] = { "memblock_add", "this range is RAM" },
	[MEMBLOCK_OP_REMOVE] = { "memblock_remove", "this range is no RAM after all" },
	[MEMBLOCK_OP_RESERVE] = { "memblock_reserve", "somebody lies here: nobody else may take it" },
	[MEMBLOCK_OP_FREE] = { "memblock_phys_free", "nobody needs this any more" },
	[MEMBLOCK_OP_ALLOC] = { "memblock_alloc", "a free place was looked for, found here, and reserved" },
	[MEMBLOCK_OP_ALLOC_FAILED] = { "memblock_alloc", "no free place fits these limits" },
	[MEMBLOCK_OP_ARRAY] = { "memblock_double_array", "the list of regions was full and moved here, twice as large" },
	[MEMBLOCK_OP_PHYSMEM_ADD] = { "memblock_physmem_add", "RAM is here, whatever limit cuts it later" },
	[MEMBLOCK_OP_SET_FLAG] = { "memblock_mark", "the range gets a mark" },
	[MEMBLOCK_OP_CLEAR_FLAG] = { "memblock_clear", "a mark is taken off the range" },
	[MEMBLOCK_OP_SET_NODE] = { "memblock_set_node", "the range belongs to this node" },
	[MEMBLOCK_OP_TRIM] = { "memblock_trim_memory", "ranges are cut to whole pages" },
	[MEMBLOCK_OP_LIMIT] = { "memblock_enforce_memory_limit", "only so much RAM may be used (mem=)" },
	[MEMBLOCK_OP_CAP] = { "memblock_cap_memory_range", "RAM outside of this range is given up" },
};

const char *memblock_op_name(enum memblock_op op)
{
	return (unsigned)op < NR_MEMBLOCK_OPS ? ops[op].name : "?";
}

const char *memblock_op_help(enum memblock_op op)
{
	return (unsigned)op < NR_MEMBLOCK_OPS ? ops[op].help : "";
}

/* Only memory knows these two flags' functions; the reserved list has one of its own. */
static void redo_flag(struct memblock *mb, const struct memblock_call *c)
{
	switch (c->flags) {
	case MEMBLOCK_HOTPLUG:
		if (c->op == MEMBLOCK_OP_SET_FLAG)
			memblock_mark_hotplug(mb, c->base, c->size);
		else
			memblock_clear_hotplug(mb, c->base, c->size);
		break;
	case MEMBLOCK_NOMAP:
		if (c->op == MEMBLOCK_OP_SET_FLAG)
			memblock_mark_nomap(mb, c->base, c->size);
		else
			memblock_clear_nomap(mb, c->base, c->size);
		break;
	case MEMBLOCK_MIRROR:
		mb->mirrored_kernelcore = true;
		memblock_mark_mirror(mb, c->base, c->size);
		break;
	case MEMBLOCK_RSRV_NOINIT:
		memblock_reserved_mark_noinit(mb, c->base, c->size);
		break;
	}
}

static void redo(struct memblock *mb, const struct memblock_call *c)
{
	switch (c->op) {
	case MEMBLOCK_OP_ADD:
		memblock_add_node(mb, c->base, c->size, c->nid, (enum memblock_flags)c->flags);
		break;
	case MEMBLOCK_OP_REMOVE:
		memblock_remove(mb, c->base, c->size);
		break;
	case MEMBLOCK_OP_RESERVE:
	case MEMBLOCK_OP_ALLOC:
	case MEMBLOCK_OP_ARRAY:
		memblock_reserve(mb, c->base, c->size);
		break;
	case MEMBLOCK_OP_FREE:
		memblock_phys_free(mb, c->base, c->size);
		break;
	case MEMBLOCK_OP_PHYSMEM_ADD:
		memblock_physmem_add(mb, c->base, c->size);
		break;
	case MEMBLOCK_OP_SET_FLAG:
	case MEMBLOCK_OP_CLEAR_FLAG:
		redo_flag(mb, c);
		break;
	case MEMBLOCK_OP_SET_NODE:
		memblock_set_node(mb, c->base, c->size, c->on_reserved ? &mb->reserved : &mb->memory, c->nid);
		break;
	case MEMBLOCK_OP_TRIM:
		memblock_trim_memory(mb, c->size);
		break;
	case MEMBLOCK_OP_LIMIT:
		memblock_enforce_memory_limit(mb, c->size);
		break;
	case MEMBLOCK_OP_CAP:
		memblock_cap_memory_range(mb, c->base, c->size);
		break;
	case MEMBLOCK_OP_ALLOC_FAILED:
	case NR_MEMBLOCK_OPS:
		break;
	}
}

void memblock_redo(struct memblock *mb, const struct memblock_call *c)
{
	const char *before = memblock_set_caller(mb, c->caller);

	redo(mb, c);
	memblock_set_caller(mb, before);
}
