/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replaying the memblock calls of a boot log.
 *
 * Most of what decides where an allocation lands is printed. What is not, is
 * deduced from the rest of the log:
 *
 *   before memblock=debug    The first dump shows the lists. What is in it and
 *   was parsed               was not printed, and what was freed without having
 *                            been reserved, was there from the start.
 *   direction, limits        x86 starts below 1 MiB and gets the whole linear map
 *                            ("low ram" on i386) once that is built; with
 *                            movable_node it goes bottom up until the node tables are read.
 *   nodes                    Set just before the first NODE_DATA, as the next dump
 *                            shows them. Regions reserved before lose their "no
 *                            node yet" mark then and stay apart from later ones.
 *   NODE_DATA, CMA           Print no request. Size, node and limits follow from the
 *                            line behind the answer and from the kernel's rules.
 *   trimming, marking        The memory list is taken from each dump; NOMAP marks are
 *                            made when memory is added, mirror marks after the dump before.
 *   huge pages               All but the first page of each is marked NOINIT.
 *   the hand-over            Gives reserved regions their nodes.
 *
 *   log    [call][answer] [call][answer] [dump] ...
 *            |      |                       |
 *   ours   call -> compare ------------> compare both lists
 *
 * After a difference the kernel's answer is adopted, so that one difference is
 * counted once.
 */
#include "io/bootreplay.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "io/bootreplay_internal.h"

#define MAX_SHOWN 20

#define U(x) ((unsigned long long)(x))

/* --- what differs --------------------------------------------------------------- */

static bool show_difference(struct replay *r)
{
	return r->nr_diff++ < MAX_SHOWN;
}

static void check_array(struct replay *r, const struct memblock_type *type, unsigned long *accounted,
			u32 line)
{
	if (type->max == *accounted)
		return;
	if (show_difference(r))
		text_printf(r->out, "line %u: our %s array has %lu entries, the kernel's %lu\n", line,
			    type->name, type->max, *accounted);
	*accounted = type->max;
}

static void check_arrays(struct replay *r, u32 line)
{
	check_array(r, &r->mb.memory, &r->max_memory, line);
	check_array(r, &r->mb.reserved, &r->max_reserved, line);
}

/* --- silent steps ------------------------------------------------------------------ */

/* The memory list becomes @list (trimming, nodes and flags are not printed). */
static void adopt_memory(struct replay *r, const struct memblock_region *list, size_t n)
{
	size_t i;

	memblock_remove(&r->mb, 0, ~(phys_t)0);
	for (i = 0; i < n; i++)
		memblock_add_node(&r->mb, list[i].base, list[i].size, list[i].nid, list[i].flags);
}

static const struct bootlog_dump *next_dump(const struct replay *r)
{
	size_t i;

	for (i = r->next + 1; i < r->log->nr_call; i++)
		if (r->log->call[i].kind == BOOTLOG_DUMP)
			return &r->log->dump[r->log->call[i].align];
	return NULL;
}

/* Under kernelcore=mirror, efi_find_mirror() runs between the first two dumps. */
static void find_mirror(struct replay *r)
{
	const struct bootlog_dump *d = r->mb.mirrored_kernelcore ? next_dump(r) : NULL;
	size_t i;

	for (i = 0; d && i < d->nr_memory; i++)
		if (memblock_is_mirror(&d->memory[i]))
			memblock_mark_mirror(&r->mb, d->memory[i].base, d->memory[i].size);
}

static void set_nodes(struct replay *r, struct memblock_type *type, const struct memblock_region *list,
		      size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (numa_valid_node(list[i].nid))
			memblock_set_node(&r->mb, list[i].base, list[i].size, type, list[i].nid);
}

/*
 * numa_memblks_init(): all nodes are forgotten (NO_NODE, which does not merge with
 * "never had one"), memory gets its nodes and hot-plug marks, and so do the
 * regions reserved so far.
 */
static void numa_init(struct replay *r)
{
	const struct bootlog_dump *d = next_dump(r);

	r->numa_done = true;
	memblock_set_bottom_up(&r->mb, false);
	memblock_set_node(&r->mb, 0, ~(phys_t)0, &r->mb.memory, NO_NODE);
	memblock_set_node(&r->mb, 0, ~(phys_t)0, &r->mb.reserved, NO_NODE);
	if (d) {
		adopt_memory(r, d->memory, d->nr_memory);
		set_nodes(r, &r->mb.reserved, d->reserved, d->nr_reserved);
	} else {
		set_nodes(r, &r->mb.memory, r->log->early, r->log->nr_early);
		set_nodes(r, &r->mb.reserved, r->log->early, r->log->nr_early);
	}
}

static void hand_over(struct replay *r)
{
	struct memblock_handover none = { 0 };

	if (!r->handed_over)
		memblock_free_all(&r->mb, ~(pfn_t)0, &none);
	r->handed_over = true;
}

/* --- calls --------------------------------------------------------------------------- */

/*
 * Where arm64's default CMA area may end: with ZONE_DMA, whose end the log tells;
 * else 4 GiB, or nowhere when all RAM is above.
 */
static phys_t cma_limit(const struct replay *r)
{
	if (r->log->dma_end)
		return r->log->dma_end;
	return memblock_start_of_DRAM(&r->mb) < 4 * GiB ? 4 * GiB : 0;
}

/*
 * cma_declare_contiguous_nid(): aligned to a pageblock; on machines that reach
 * above 4 GiB first from there upwards, else from the top below the limit.
 */
static phys_t alloc_cma(struct replay *r, const struct bootlog_call *c)
{
	struct memblock *mb = &r->mb;
	u64 align = (u64)mb->cfg.page_size * (mb->cfg.page_size / 8);
	phys_t end = memblock_end_of_DRAM(mb), limit = align_down(cma_limit(r), align);
	phys_t addr = 0;

	if (!limit || limit > end)
		limit = end;
	if (!mb->bottom_up && end >= 4 * GiB && end - 4 * GiB >= c->size) {
		mb->bottom_up = true;
		addr = memblock_alloc_range_nid(mb, c->size, align, 4 * GiB, limit, c->nid, true);
		mb->bottom_up = false;
	}
	return addr ? addr : memblock_alloc_range_nid(mb, c->size, align, 0, limit, c->nid, true);
}

static phys_t make_alloc(struct replay *r, const struct bootlog_call *c)
{
	struct memblock *mb = &r->mb;

	switch (c->kind) {
	case BOOTLOG_PHYS_ALLOC:
		return memblock_phys_alloc_range(mb, c->size, c->align, c->min, c->max);
	case BOOTLOG_ALLOC_EXACT:
		return memblock_alloc_exact_nid_raw(mb, c->size, c->align, c->min, c->max, c->nid);
	case BOOTLOG_ALLOC_NODE_DATA:
		if (!r->numa_done)
			numa_init(r);
		return memblock_phys_alloc_try_nid(mb, c->size, mb->cfg.smp_cache_bytes, c->nid);
	case BOOTLOG_ALLOC_CMA:
		return alloc_cma(r, c);
	default:
		return memblock_alloc_try_nid(mb, c->size, c->align, c->min, c->max, c->nid);
	}
}

/* hugetlb initialises the struct pages of its boot-time pages itself, except the first. */
static void mark_huge_page(struct replay *r, const struct bootlog_call *c)
{
	u32 page_size = r->mb.cfg.page_size;

	if (c->base && c->size > page_size && strstr(c->caller, "alloc_bootmem_huge_page"))
		memblock_reserved_mark_noinit(&r->mb, c->base + page_size, c->size - page_size);
}

static void replay_alloc(struct replay *r, const struct bootlog_call *c)
{
	phys_t ours = make_alloc(r, c);

	r->res.allocs++;
	if (ours == c->base) {
		r->res.equal++;
		return;
	}
	if (show_difference(r))
		text_printf(r->out, "line %u: %s %llu bytes for %s: kernel %#llx, ours %#llx\n", c->line,
			    bootlog_call_name(c->kind), U(c->size), *c->caller ? c->caller : "?",
			    U(c->base), U(ours));
	if (ours)
		memblock_phys_free(&r->mb, ours, c->size);
	if (c->base)
		memblock_reserve(&r->mb, c->base, c->size);
}

static int make_range_call(struct memblock *mb, const struct bootlog_call *c)
{
	switch (c->kind) {
	case BOOTLOG_ADD:
		return memblock_add(mb, c->base, c->size);
	case BOOTLOG_ADD_NODE:
		return memblock_add_node(mb, c->base, c->size, c->nid, (enum memblock_flags)c->flags);
	case BOOTLOG_REMOVE:
		return memblock_remove(mb, c->base, c->size);
	case BOOTLOG_FREE:
		return memblock_phys_free(mb, c->base, c->size);
	case BOOTLOG_PHYSMEM_ADD:
		return memblock_physmem_add(mb, c->base, c->size);
	case BOOTLOG_FREE_LATE:
		return 0; /* pages go to the buddy; the lists stay */
	default: /* BOOTLOG_RESERVE, BOOTLOG_ALLOC_UNKNOWN */
		return memblock_reserve(mb, c->base, c->size);
	}
}

static void replay_range(struct replay *r, const struct bootlog_call *c)
{
	int ret = make_range_call(&r->mb, c);

	if (c->kind == BOOTLOG_ADD || c->kind == BOOTLOG_ADD_NODE)
		bootreplay_mark_nomap(r, c->base, c->size);
	if (ret && show_difference(r))
		text_printf(r->out, "line %u: our %s fails: no room for a larger array\n", c->line,
			    bootlog_call_name(c->kind));
}

/* Our array must have doubled during the call before, into the same place. */
static void replay_doubled(struct replay *r, const struct bootlog_call *c)
{
	bool reserved = c->flags & 1;
	const struct memblock_type *type = reserved ? &r->mb.reserved : &r->mb.memory;
	unsigned long *accounted = reserved ? &r->max_reserved : &r->max_memory;

	r->res.doublings++;
	if (type->max == c->flags >> 1 && type->array_base == c->base)
		r->res.doublings_equal++;
	else if (show_difference(r))
		text_printf(r->out, "line %u: the kernel's %s array moves to %#llx (%u entries), ours is at %#llx (%lu)\n",
			    c->line, type->name, U(c->base), c->flags >> 1, U(type->array_base), type->max);
	*accounted = type->max;
}

/* --- dumps ----------------------------------------------------------------------------- */

/* Kernels without NUMA print no nodes. */
static bool same_region(const struct memblock_region *a, const struct memblock_region *b, bool numa)
{
	return a->base == b->base && a->size == b->size && a->flags == b->flags &&
	       (!numa || a->nid == b->nid || (!numa_valid_node(a->nid) && !numa_valid_node(b->nid)));
}

/* Index of the first region that differs; @n when all are equal. */
static size_t first_difference(const struct memblock_type *type, const struct memblock_region *list,
			       size_t n, bool numa)
{
	size_t i;

	for (i = 0; i < n && i < type->cnt; i++)
		if (!same_region(&type->regions[i], &list[i], numa))
			return i;
	return i;
}

static void show_region(struct replay *r, const char *who, const struct memblock_region *m)
{
	if (m)
		text_printf(r->out, "  %s [%#llx-%#llx] node %d flags %#x\n", who, U(m->base),
			    U(m->base + m->size - 1), numa_valid_node(m->nid) ? m->nid : NO_NODE,
			    (unsigned int)m->flags);
	else
		text_printf(r->out, "  %s has no such region\n", who);
}

static void adopt_reserved(struct replay *r, const struct bootlog_dump *d)
{
	size_t i;

	memblock_phys_free(&r->mb, 0, ~(phys_t)0);
	for (i = 0; i < d->nr_reserved; i++) {
		memblock_reserve(&r->mb, d->reserved[i].base, d->reserved[i].size);
		if (numa_valid_node(d->reserved[i].nid))
			memblock_set_node(&r->mb, d->reserved[i].base, d->reserved[i].size,
					  &r->mb.reserved, d->reserved[i].nid);
		if (memblock_is_reserved_noinit(&d->reserved[i]))
			memblock_reserved_mark_noinit(&r->mb, d->reserved[i].base, d->reserved[i].size);
	}
}

static void replay_dump(struct replay *r, const struct bootlog_call *c)
{
	const struct bootlog_dump *d = &r->log->dump[c->align];
	size_t i = first_difference(&r->mb.reserved, d->reserved, d->nr_reserved, r->log->numa);

	adopt_memory(r, d->memory, d->nr_memory);
	r->res.dumps++;
	if (i == d->nr_reserved && i == r->mb.reserved.cnt) {
		r->res.dumps_equal++;
	} else {
		if (show_difference(r)) {
			text_printf(r->out, "line %u: the dump's reserved[%#zx] differs:\n", c->line, i);
			show_region(r, "kernel", i < d->nr_reserved ? &d->reserved[i] : NULL);
			show_region(r, "ours  ", i < r->mb.reserved.cnt ? &r->mb.reserved.regions[i] : NULL);
		}
		adopt_reserved(r, d);
	}
	bootreplay_look_ahead(r, r->next + 1);
	find_mirror(r);
}

/* --- the run --------------------------------------------------------------------------- */

static void replay_one(struct replay *r, const struct bootlog_call *c)
{
	if (c->kind != BOOTLOG_DOUBLED)
		check_arrays(r, c->line);
	switch (c->kind) {
	case BOOTLOG_DOUBLED:
		replay_doubled(r, c);
		return;
	case BOOTLOG_DUMP:
		replay_dump(r, c);
		return;
	case BOOTLOG_SRAT_HOTPLUG:
		memblock_mark_hotplug(&r->mb, c->base, c->size);
		return;
	case BOOTLOG_NUMA_PARSED:
		memblock_set_bottom_up(&r->mb, false);
		return;
	case BOOTLOG_MAPPED:
		bootreplay_linear_map_done(r);
		return;
	case BOOTLOG_HANDOVER:
		hand_over(r);
		return;
	default:
		break;
	}
	r->res.calls++;
	if (c->kind == BOOTLOG_ALLOC_UNKNOWN)
		r->res.untold++;
	if (bootlog_call_is_alloc(c) && c->kind != BOOTLOG_ALLOC_UNKNOWN) {
		replay_alloc(r, c);
		mark_huge_page(r, c);
	} else {
		replay_range(r, c);
	}
}

static int replay_all(struct replay *r, struct mm_error *err)
{
	for (r->next = 0; r->next < r->log->nr_call; r->next++) {
		replay_one(r, &r->log->call[r->next]);
		if (r->mb.reserved.cnt > BOOTREPLAY_MAX_REGIONS || r->mb.memory.cnt > BOOTREPLAY_MAX_REGIONS)
			return mm_fail(err, -E2BIG, "line %u: more than %d regions; this is not the log of one boot",
				       r->log->call[r->next].line, BOOTREPLAY_MAX_REGIONS);
	}
	hand_over(r);
	return 0;
}

/* Compare a list with the debugfs text of the same kernel. Return: 1 equal, 0 not, -1 no text. */
static int compare_debugfs(struct replay *r, const struct memblock_type *type, const char *want)
{
	struct text ours = TEXT_INIT;
	const char *a, *b;
	int equal = 1;

	if (!want)
		return -1;
	memblock_debugfs_show(&r->mb, type, &ours);
	for (a = text_str(&ours), b = want; *a || *b;) {
		size_t na = strcspn(a, "\n"), nb = strcspn(b, "\n");

		if (na != nb || memcmp(a, b, na)) {
			if (show_difference(r))
				text_printf(r->out, "%s at the end differs:\n  kernel %.*s\n  ours   %.*s\n",
					    type->name, (int)nb, b, (int)na, a);
			equal = 0;
			break;
		}
		a += na + (a[na] == '\n');
		b += nb + (b[nb] == '\n');
	}
	text_cleanup(&ours);
	return equal;
}

static void report_list(struct replay *r, const struct memblock_type *type, int equal)
{
	text_printf(r->out, "%s at the end: %lu region%s, %s\n", type->name, type->cnt,
		    type->cnt == 1 ? "" : "s",
		    equal < 0 ? "no debugfs file to compare with" : equal ? "equal" : "different");
}

static void report(struct replay *r)
{
	const struct bootreplay_result *res = &r->res;

	text_printf(r->out, "calls: %u in %u lines\n", res->calls, res->lines);
	text_printf(r->out, "allocations: %u of %u at the kernel's address\n", res->equal, res->allocs);
	if (res->untold)
		text_printf(r->out, "allocations whose request the log does not tell: %u\n", res->untold);
	if (res->doublings)
		text_printf(r->out, "arrays doubled: %u of %u into the same place\n", res->doublings_equal,
			    res->doublings);
	text_printf(r->out, "dumps: %u of %u equal\n", res->dumps_equal, res->dumps);
	report_list(r, &r->mb.reserved, res->reserved_equal);
	report_list(r, &r->mb.memory, res->memory_equal);
	if (r->log->nr_ignored)
		text_printf(r->out, "ignored: %u memblock lines that make no sense, the first is line %u\n",
			    r->log->nr_ignored, r->log->first_ignored);
	if (r->nr_diff > MAX_SHOWN)
		text_printf(r->out, "%u more differences are not shown\n", r->nr_diff - MAX_SHOWN);
}

static int run(struct replay *r, const char *reserved, const char *memory, struct mm_error *err)
{
	int ret = bootreplay_initial_state(r, err);

	if (!ret)
		ret = replay_all(r, err);
	if (ret)
		return ret;
	r->res.reserved_equal = compare_debugfs(r, &r->mb.reserved, reserved);
	r->res.memory_equal = compare_debugfs(r, &r->mb.memory, memory);
	report(r);
	if (r->nr_diff)
		return mm_fail(err, -EUCLEAN, "%u difference%s from the kernel (%u of %u allocations differ)",
			       r->nr_diff, r->nr_diff == 1 ? "" : "s", r->res.allocs - r->res.equal,
			       r->res.allocs);
	return 0;
}

/* Run with an arena of its own, whose end of host memory comes back here. */
static int run_in_arena(struct replay *r, const char *reserved, const char *memory, struct mm_error *err)
{
	jmp_buf oom;
	int ret;

	r->arena = arena_create(GiB);
	if (!r->arena)
		return mm_fail(err, -ENOMEM, "no host memory for a replay");
	if (setjmp(oom)) {
		ret = mm_fail(err, -ENOMEM, "host memory ran out during the replay");
	} else {
		arena_set_oom(r->arena, &oom);
		ret = run(r, reserved, memory, err);
	}
	arena_destroy(r->arena);
	return ret;
}

int bootreplay_text(const char *log, size_t len, const char *reserved, const char *memory,
		    struct text *out, struct bootreplay_result *res, struct mm_error *err)
{
	struct text own = TEXT_INIT;
	struct bootlog_calls calls;
	struct replay r = { .log = &calls, .out = out ? out : &own };
	int ret;

	bootlog_calls_read(&calls, log, len);
	r.res.lines = calls.nr_lines;
	r.res.reserved_equal = r.res.memory_equal = -1;
	if (calls.failed)
		ret = mm_fail(err, -ENOMEM, "no host memory for a log of %zu bytes", len);
	else
		ret = run_in_arena(&r, reserved, memory, err);
	if (res)
		*res = r.res;
	bootlog_calls_cleanup(&calls);
	text_cleanup(&own);
	return ret;
}
