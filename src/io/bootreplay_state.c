/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memblock looked like before the first call that a boot log prints:
 * deduced from the first dump and from the calls before it.
 *
 *   first dump   [--A--)   [--B--)      [--C--)
 *   printed                [--B--)                   reserved and not freed again
 *   so before    [--A--)                [--C--)
 */
#include "io/bootreplay_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- how that kernel was built --------------------------------------------------- */

static u32 region_size(const struct bootlog_calls *log)
{
	u32 phys = log->phys_addr_bits / 8;
	u32 size = 2 * phys + 4 + (log->numa ? 4 : 0);

	return log->is_32bit ? size : 24;
}

/* arm64 sizes its first arrays for EFI maps and for one GIC table per cpu. */
static void config_arm64(struct memblock_config *cfg, const struct bootlog_calls *log)
{
	u32 nr_cpus = log->nr_cpus ? log->nr_cpus : 512;

	cfg->init_memory_regions = INIT_MEMBLOCK_REGIONS * 8;
	cfg->init_reserved_regions = INIT_MEMBLOCK_REGIONS + nr_cpus + 1;
}

static void replay_config(struct memblock_config *cfg, const struct bootlog_calls *log)
{
	memblock_config_default(cfg);
	cfg->page_size = log->page_size;
	cfg->phys_addr_bits = log->phys_addr_bits;
	cfg->numa = log->numa;
	cfg->region_size = region_size(log);
	if (log->machine == BOOTLOG_ARM64)
		config_arm64(cfg, log);
}

/* --- sets of ranges ----------------------------------------------------------------- */

/* A memblock that serves as two sets of ranges (memory, reserved) with room for everything. */
static void set_init(struct replay *r, struct memblock *set)
{
	struct memblock_config cfg;
	size_t i, n = 2 * r->log->nr_call + 16;

	for (i = 0; i < r->log->nr_dump; i++)
		n += 2 * (r->log->dump[i].nr_memory + r->log->dump[i].nr_reserved);
	memblock_config_default(&cfg);
	cfg.phys_addr_bits = r->log->phys_addr_bits;
	cfg.init_memory_regions = cfg.init_reserved_regions = (u32)n;
	memblock_init(set, r->arena, &cfg, NULL);
}

static struct memblock_type list_as_type(struct memblock_region *list, size_t n)
{
	return (struct memblock_type){ .cnt = n, .max = n, .regions = list, .name = "list" };
}

/* Reserve in @to what of @list is not in @except. */
static void reserve_difference(struct memblock *to, struct memblock_region *list, size_t n,
			       const struct memblock_type *except)
{
	struct memblock_type type = list_as_type(list, n);
	phys_t start, end;
	u64 i;

	__for_each_mem_range(to, i, &type, except, NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
		memblock_reserve(to, start, end - start);
}

/* --- before the first line -------------------------------------------------------------- */

/*
 * One printed call before a dump: @seen is what it reserved, @silent (may be
 * NULL) what must have been reserved before.
 */
static void account_call(struct memblock *seen, struct memblock *silent, const struct bootlog_call *c)
{
	struct memblock_region freed = { .base = c->base, .size = min_u64(c->size, ~c->base) };

	if (c->kind == BOOTLOG_ADD || c->kind == BOOTLOG_ADD_NODE)
		memblock_add(seen, c->base, c->size);
	if (c->kind == BOOTLOG_RESERVE || c->kind == BOOTLOG_DOUBLED || (bootlog_call_is_alloc(c) && c->base))
		memblock_reserve(seen, c->base, c->size);
	if (c->kind != BOOTLOG_FREE)
		return;
	if (freed.size && silent)
		reserve_difference(silent, &freed, 1, &seen->reserved);
	memblock_phys_free(seen, c->base, c->size);
}

static void set_clear(struct memblock *set)
{
	memblock_remove(set, 0, ~(phys_t)0);
	memblock_phys_free(set, 0, ~(phys_t)0);
}

/* Account the calls from @from to the next dump. Return: that dump or NULL. */
static struct bootlog_dump *account_segment(struct replay *r, size_t from, struct memblock *silent)
{
	const struct bootlog_calls *log = r->log;
	size_t i;

	set_clear(&r->seen);
	for (i = from; i < log->nr_call; i++) {
		if (log->call[i].kind == BOOTLOG_DUMP)
			return &log->dump[log->call[i].align];
		if (r->seen.reserved.cnt < BOOTREPLAY_MAX_REGIONS)
			account_call(&r->seen, silent, &log->call[i]);
	}
	return NULL;
}

/*
 * NOMAP marks that the next dump shows were made when memory was added, before
 * any allocation; except on ranges that were allocated first (reserved-memory
 * nodes without an address).
 */
static void collect_nomap(struct replay *r, struct bootlog_dump *d)
{
	size_t i;

	set_clear(&r->nomap);
	for (i = 0; d && i < d->nr_memory; i++)
		if (memblock_is_nomap(&d->memory[i]))
			reserve_difference(&r->nomap, &d->memory[i], 1, &r->seen.reserved);
}

void bootreplay_look_ahead(struct replay *r, size_t from)
{
	collect_nomap(r, account_segment(r, from, NULL));
	bootreplay_mark_nomap(r, 0, ~(phys_t)0);
}

void bootreplay_mark_nomap(struct replay *r, phys_t base, phys_t size)
{
	phys_t start, end, last = base + min_u64(size, ~base);
	u64 i;

	for_each_reserved_mem_range(&r->nomap, i, &start, &end) {
		start = max_u64(start, base);
		end = min_u64(end, last);
		if (start < end)
			memblock_mark_nomap(&r->mb, start, end - start);
	}
}

/* The memory of @list without what was added since. */
static void initial_memory(struct replay *r, struct memblock_region *list, size_t n)
{
	struct memblock_type type = list_as_type(list, n);
	phys_t start, end;
	u64 i;

	__for_each_mem_range(&r->mb, i, &type, &r->seen.memory, NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
		memblock_add(&r->mb, start, end - start);
	bootreplay_mark_nomap(r, 0, ~(phys_t)0);
}

static void copy_reserved(struct replay *r, const struct memblock *silent)
{
	const struct memblock_region *m;

	for_each_reserved_mem_region(silent, m)
		memblock_reserve(&r->mb, m->base, m->size);
}

static bool adds_memory(const struct bootlog_calls *log)
{
	size_t i;

	for (i = 0; i < log->nr_call; i++)
		if (log->call[i].kind == BOOTLOG_ADD || log->call[i].kind == BOOTLOG_ADD_NODE)
			return true;
	return false;
}

static void deduce_lists(struct replay *r)
{
	struct bootlog_dump *d;
	struct memblock silent;

	set_init(r, &r->seen);
	set_init(r, &r->nomap);
	set_init(r, &silent);
	d = account_segment(r, 0, &silent);
	collect_nomap(r, d);
	if (d) {
		reserve_difference(&silent, d->reserved, d->nr_reserved, &r->seen.reserved);
		initial_memory(r, d->memory, d->nr_memory);
	} else {
		initial_memory(r, r->log->early, r->log->nr_early);
	}
	copy_reserved(r, &silent);
}

int bootreplay_initial_state(struct replay *r, struct mm_error *err)
{
	const struct bootlog_calls *log = r->log;
	struct memblock_config cfg;

	if (!log->nr_call || (log->nr_call == 1 && log->call[0].kind == BOOTLOG_HANDOVER))
		return mm_fail(err, -EINVAL,
			       "no memblock lines in this log; boot that machine with memblock=debug ignore_loglevel");
	if (!log->nr_dump && !log->nr_early && !adds_memory(log))
		return mm_fail(err, -EINVAL, "the log does not tell what memory there is (no \"MEMBLOCK "
			       "configuration:\", no memblock_add, no \"Early memory node ranges\")");
	replay_config(&cfg, log);
	memblock_init(&r->mb, r->arena, &cfg, NULL);
	memblock_allow_resize(&r->mb);
	r->mb.movable_node_enabled = log->movable_node;
	r->mb.mirrored_kernelcore = log->mirrored_kernelcore;
	r->max_memory = r->mb.memory.max;
	r->max_reserved = r->mb.reserved.max;
	deduce_lists(r);
	if (log->machine == BOOTLOG_X86) {
		memblock_set_bottom_up(&r->mb, log->movable_node);
		memblock_set_current_limit(&r->mb, MiB);
		if (!log->nr_dump)
			bootreplay_linear_map_done(r);
	}
	return 0;
}

void bootreplay_linear_map_done(struct replay *r)
{
	const struct bootlog_calls *log = r->log;

	memblock_set_current_limit(&r->mb, log->is_32bit && log->low_ram_end ? log->low_ram_end :
									       MEMBLOCK_ALLOC_ANYWHERE);
}
