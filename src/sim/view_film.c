/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot as a film: the stages, every call of the boot allocator, and its lists as
 * they were after any of the calls.
 *
 * Boot notes each call with its answer (boot/system.c). A film is a second
 * memblock, with memory of its own, on which the calls are done again: forward
 * one by one, back by starting over, which for some thousand calls is quicker
 * than a screen can be drawn.
 */
#include "mmview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))
#define FILM_RESERVE (4 * GiB)

struct film {
	const struct system *sys; /* not owned */
	struct arena *arena;      /* owned */
	struct memblock *mb;      /* in the arena */
	u32 at;
};

/* --- stages and calls -------------------------------------------------------- */

int machine_film_stages(const struct machine *m, struct film_stage *out, int max)
{
	const struct boot_film *f = &m->sys->film;
	u32 call = 0, line = 0;

	for (int s = BOOT_NONE + 1; s < NR_BOOT_STAGES && s <= max; s++) {
		struct film_stage *o = &out[s - 1];

		*o = (struct film_stage){
			.name = boot_stage_name((enum boot_stage)s),
			.help = boot_stage_help((enum boot_stage)s),
			.reached = m->sys->stage >= (enum boot_stage)s,
			.first_call = call,
			.first_line = line,
		};
		while (call < f->nr && f->call[call].stage == (enum boot_stage)s)
			call++;
		if (o->reached)
			line = f->dmesg_end[s];
		o->end_call = call;
		o->end_line = line;
	}
	return NR_BOOT_STAGES - 1;
}

u32 machine_film_count(const struct machine *m) { return m->sys->film.nr; }

static void format_alloc(const struct memblock_call *c, char *buf, size_t n)
{
	int len = snprintf(buf, n, "%llu bytes, align %llu", LL(c->size), LL(c->align));

	if (c->min)
		len += snprintf(buf + len, n - (size_t)len, ", from 0x%llx", LL(c->min));
	if (c->max != MEMBLOCK_ALLOC_ANYWHERE && c->max > MEMBLOCK_ALLOC_NOLEAKTRACE)
		len += snprintf(buf + len, n - (size_t)len, ", below 0x%llx", LL(c->max));
	if (numa_valid_node(c->nid))
		snprintf(buf + len, n - (size_t)len, ", node %d", c->nid);
}

static void format_args(const struct memblock_call *c, char *buf, size_t n)
{
	char flags[64];

	buf[0] = '\0';
	switch (c->op) {
	case MEMBLOCK_OP_ALLOC:
	case MEMBLOCK_OP_ALLOC_FAILED:
		format_alloc(c, buf, n);
		break;
	case MEMBLOCK_OP_SET_FLAG:
	case MEMBLOCK_OP_CLEAR_FLAG:
		snprintf(buf, n, "%s", memblock_flags_str((enum memblock_flags)c->flags, flags, sizeof(flags)));
		break;
	case MEMBLOCK_OP_SET_NODE:
		snprintf(buf, n, numa_valid_node(c->nid) ? "node %d" : "no node", c->nid);
		break;
	case MEMBLOCK_OP_TRIM:
		snprintf(buf, n, "to multiples of %llu bytes", LL(c->size));
		break;
	case MEMBLOCK_OP_LIMIT:
		snprintf(buf, n, "%llu MiB stay", LL(c->size / MiB));
		break;
	default:
		if (c->op == MEMBLOCK_OP_ADD && numa_valid_node(c->nid))
			snprintf(buf, n, "node %d", c->nid);
	}
}

static bool call_on_reserved(const struct memblock_call *c)
{
	switch (c->op) {
	case MEMBLOCK_OP_RESERVE:
	case MEMBLOCK_OP_FREE:
	case MEMBLOCK_OP_ALLOC:
	case MEMBLOCK_OP_ALLOC_FAILED:
	case MEMBLOCK_OP_ARRAY:
		return true;
	default:
		return c->on_reserved;
	}
}

/* What the call touches, bytes; empty: a failed allocation. */
static struct phys_range call_range(const struct memblock_call *c)
{
	phys_t end = c->base + c->size;

	if (c->op == MEMBLOCK_OP_TRIM || c->op == MEMBLOCK_OP_LIMIT || c->op == MEMBLOCK_OP_ALLOC_FAILED)
		return (struct phys_range){ 0, 0 };
	return (struct phys_range){ c->base, end < c->base ? ~(phys_t)0 : end };
}

int machine_film_call(const struct machine *m, u32 i, struct film_call *out)
{
	const struct boot_film *f = &m->sys->film;
	const struct memblock_call *c;
	struct phys_range r;

	if (i >= f->nr)
		return -ERANGE;
	c = &f->call[i].call;
	r = call_range(c);
	*out = (struct film_call){
		.name = memblock_op_name(c->op),
		.help = memblock_op_help(c->op),
		.stage = boot_stage_name(f->call[i].stage),
		.caller = c->caller ? c->caller : "",
		.start = r.start,
		.end = r.end,
		.on_reserved = call_on_reserved(c),
		.failed = c->op == MEMBLOCK_OP_ALLOC_FAILED,
		.dmesg = f->call[i].dmesg,
	};
	format_args(c, out->args, sizeof(out->args));
	return 0;
}

/* --- the lists ----------------------------------------------------------------- */

static void list_empty(struct memblock_type *t)
{
	t->cnt = 0;
	t->total_size = 0;
	t->regions[0] = (struct memblock_region){ .nid = MEMBLOCK_NO_NID };
}

static void film_rewind(struct film *f)
{
	list_empty(&f->mb->memory);
	list_empty(&f->mb->reserved);
	list_empty(&f->mb->physmem);
	f->mb->nr_labels = 0;
	f->at = 0;
}

/* Room for every region from the start, so that no list grows by itself: a call adds two at most. */
static void film_make_lists(struct film *f)
{
	struct memblock_config cfg = f->sys->memblock.cfg;
	u32 room = 2 * f->sys->film.nr + 2 * INIT_MEMBLOCK_REGIONS;

	cfg.init_memory_regions = room;
	cfg.init_reserved_regions = room;
	f->mb = arena_alloc(f->arena, sizeof(*f->mb));
	memblock_init(f->mb, f->arena, &cfg, NULL);
}

/* Calls up to @to, or up to where host memory ends. */
static void film_play(struct film *f, u32 to)
{
	jmp_buf env;

	arena_set_oom(f->arena, &env);
	if (!setjmp(env)) {
		if (!f->mb)
			film_make_lists(f);
		while (f->at < to)
			memblock_redo(f->mb, &f->sys->film.call[f->at++].call);
	}
	arena_set_oom(f->arena, NULL);
}

struct film *film_open(const struct machine *m)
{
	struct film *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->sys = m->sys;
	f->arena = arena_create(FILM_RESERVE);
	if (f->arena)
		film_play(f, 0);
	if (!f->mb || !f->mb->physmem.regions) {
		film_close(f);
		return NULL;
	}
	return f;
}

void film_close(struct film *f)
{
	if (!f)
		return;
	if (f->arena)
		arena_destroy(f->arena);
	free(f);
}

u32 film_at(const struct film *f) { return f->at; }

u32 film_seek(struct film *f, u32 calls)
{
	if (calls < f->at)
		film_rewind(f);
	film_play(f, (u32)min_u64(calls, f->sys->film.nr));
	return f->at;
}

static const struct memblock_type *film_type(const struct film *f, enum film_list list)
{
	return list == FILM_MEMORY ? &f->mb->memory : list == FILM_PHYSMEM ? &f->mb->physmem : &f->mb->reserved;
}

u32 film_count(const struct film *f, enum film_list list)
{
	return list == FILM_OWNERS ? (u32)f->mb->nr_labels : (u32)film_type(f, list)->cnt;
}

/* Does the last call touch [start, end) of this list? */
static bool last_call_touches(const struct film *f, bool reserved, phys_t start, phys_t end)
{
	const struct memblock_call *c = f->at ? &f->sys->film.call[f->at - 1].call : NULL;
	struct phys_range r;

	if (!c || call_on_reserved(c) != reserved)
		return false;
	r = call_range(c);
	return r.start < end && start < r.end;
}

static int film_owner(const struct film *f, u32 i, struct film_region *out)
{
	const struct memblock_label *l = &f->mb->labels[i];

	*out = (struct film_region){ .start = l->start, .end = l->end, .nid = NO_NODE, .flags = "NONE", .label = l->text,
				     .changed = last_call_touches(f, true, l->start, l->end) };
	return 0;
}

int film_region(const struct film *f, enum film_list list, u32 i, struct film_region *out)
{
	const struct memblock_region *r;

	if (i >= film_count(f, list))
		return -ERANGE;
	if (list == FILM_OWNERS)
		return film_owner(f, i, out);
	r = &film_type(f, list)->regions[i];
	*out = (struct film_region){ .start = r->base, .end = r->base + r->size, .nid = NO_NODE };
	if (numa_valid_node(r->nid) && f->mb->cfg.numa)
		out->nid = r->nid;
	memblock_flags_str(r->flags, out->flags, sizeof(out->flags));
	if (list == FILM_RESERVED)
		out->label = memblock_label_at(f->mb, r->base);
	out->changed = last_call_touches(f, list == FILM_RESERVED, out->start, out->end);
	return 0;
}

u64 film_memory_bytes(const struct film *f) { return f->mb->memory.total_size; }
u64 film_reserved_bytes(const struct film *f) { return f->mb->reserved.total_size; }
