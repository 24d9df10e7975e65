/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock: finding free memory and reserving it.
 *
 * A request has limits, an alignment, a node and (when the machine has mirrored
 * memory) a preference for mirrored regions. Free ranges are walked from the top
 * down, or from the bottom up, and the first one in which the request fits is
 * used, at its far end from where the walk started:
 *
 *   top down    |----free----[aligned request)-|----reserved----|
 *   bottom up   |-[aligned request)----free----|----reserved----|
 *
 * Wishes are given up one after another: the node (unless it must be exact),
 * then mirroring, then, for memblock_alloc*(), the lower limit.
 *
 * Once the slab allocator is up, requests that still come here are served by it.
 *
 * Models: mm/memblock.c, memblock_alloc_range_nid() and its callers (6.12.117).
 */
#include "phys/memblock.h"
#include "phys/memblock_internal.h"

/* The kernel's pr_warn_ratelimited() lets ten lines through; boot is one burst. */
#define MIRROR_WARNINGS_MAX 10

static enum memblock_flags choose_memblock_flags(const struct memblock *mb)
{
	return mb->system_has_some_mirror ? MEMBLOCK_MIRROR : MEMBLOCK_NONE;
}

static void warn_no_mirror(struct memblock *mb, phys_t size)
{
	if (mb->mirror_warnings++ < MIRROR_WARNINGS_MAX)
		memblock_printk(mb, "Could not allocate " PA_FMT " bytes of mirrored memory",
				PA_ARG(mb, size));
}

static phys_t find_range_bottom_up(const struct memblock *mb, phys_t start, phys_t end, phys_t size,
				   phys_t align, int nid, enum memblock_flags flags)
{
	phys_t this_start, this_end, cand;
	u64 i;

	for_each_free_mem_range(mb, i, nid, flags, &this_start, &this_end, NULL) {
		this_start = clamp_u64(this_start, start, end);
		this_end = clamp_u64(this_end, start, end);
		cand = align_up(this_start, align);
		if (cand < this_end && this_end - cand >= size)
			return cand;
	}
	return 0;
}

static phys_t find_range_top_down(const struct memblock *mb, phys_t start, phys_t end, phys_t size,
				  phys_t align, int nid, enum memblock_flags flags)
{
	phys_t this_start, this_end, cand;
	u64 i;

	for_each_free_mem_range_reverse(mb, i, nid, flags, &this_start, &this_end, NULL) {
		this_start = clamp_u64(this_start, start, end);
		this_end = clamp_u64(this_end, start, end);
		if (this_end < size)
			continue;
		cand = align_down(this_end - size, align);
		if (cand >= this_start)
			return cand;
	}
	return 0;
}

/* Page 0 is never given out: its address would mean "none". */
static phys_t find_in_range_node(const struct memblock *mb, phys_t size, phys_t align, phys_t start,
				 phys_t end, int nid, enum memblock_flags flags)
{
	if (end == MEMBLOCK_ALLOC_ACCESSIBLE || end == MEMBLOCK_ALLOC_NOLEAKTRACE)
		end = mb->current_limit;
	start = max_u64(start, mb->cfg.page_size);
	end = max_u64(start, end);
	return mb->bottom_up ? find_range_bottom_up(mb, start, end, size, align, nid, flags) :
			       find_range_top_down(mb, start, end, size, align, nid, flags);
}

phys_t memblock_find_in_range(struct memblock *mb, phys_t start, phys_t end, phys_t size, phys_t align)
{
	enum memblock_flags flags = choose_memblock_flags(mb);
	phys_t found = find_in_range_node(mb, size, align, start, end, NO_NODE, flags);

	if (found || !(flags & MEMBLOCK_MIRROR))
		return found;
	warn_no_mirror(mb, size);
	return find_in_range_node(mb, size, align, start, end, NO_NODE, flags & ~(unsigned)MEMBLOCK_MIRROR);
}

/* One try with fixed @flags: the node, then any node. */
static phys_t alloc_once(struct memblock *mb, phys_t size, phys_t align, phys_t start, phys_t end,
			 int nid, bool exact_nid, enum memblock_flags flags)
{
	const char *printed = "memblock_alloc_range_nid";
	phys_t found = find_in_range_node(mb, size, align, start, end, nid, flags);

	if (found && !memblock_reserve_from(mb, found, size, printed))
		return found;
	if (!numa_valid_node(nid) || exact_nid)
		return 0;
	found = find_in_range_node(mb, size, align, start, end, NO_NODE, flags);
	if (found && !memblock_reserve_from(mb, found, size, printed))
		return found;
	return 0;
}

/* Mirrored memory first, then any. */
static phys_t alloc_mirror_first(struct memblock *mb, phys_t size, phys_t align, phys_t start, phys_t end,
				 int nid, bool exact_nid)
{
	enum memblock_flags flags = choose_memblock_flags(mb);
	phys_t found = alloc_once(mb, size, align, start, end, nid, exact_nid, flags);

	if (found || !(flags & MEMBLOCK_MIRROR))
		return found;
	warn_no_mirror(mb, size);
	return alloc_once(mb, size, align, start, end, nid, exact_nid, flags & ~(unsigned)MEMBLOCK_MIRROR);
}

phys_t memblock_alloc_range_nid(struct memblock *mb, phys_t size, phys_t align, phys_t start,
				phys_t end, int nid, bool exact_nid)
{
	struct memblock_call call = { .op = MEMBLOCK_OP_ALLOC, .size = size, .min = start, .max = end, .nid = nid };

	if (mb->slab_available)
		return mb->hooks.slab_alloc ? mb->hooks.slab_alloc(mb->hooks.slab_arg, size, nid) : 0;
	call.align = align ? align : mb->cfg.smp_cache_bytes;
	call.base = alloc_mirror_first(mb, size, call.align, start, end, nid, exact_nid);
	if (!call.base)
		call.op = MEMBLOCK_OP_ALLOC_FAILED;
	memblock_note(mb, &call);
	return call.base;
}

phys_t memblock_phys_alloc_range(struct memblock *mb, phys_t size, phys_t align, phys_t start, phys_t end)
{
	memblock_dbg(mb, "memblock_phys_alloc_range: %llu bytes align=0x%llx from=" PA_FMT
		     " max_addr=" PA_FMT " %s", (unsigned long long)size, (unsigned long long)align,
		     PA_ARG(mb, start), PA_ARG(mb, end), mb->caller ? mb->caller : "-");
	return memblock_alloc_range_nid(mb, size, align, start, end, NO_NODE, false);
}

phys_t memblock_phys_alloc_try_nid(struct memblock *mb, phys_t size, phys_t align, int nid)
{
	return memblock_alloc_range_nid(mb, size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE, nid, false);
}

/* memblock_alloc*() go through the linear map, so they never pass current_limit. */
static phys_t memblock_alloc_internal(struct memblock *mb, phys_t size, phys_t align, phys_t min_addr,
				      phys_t max_addr, int nid, bool exact_nid)
{
	phys_t found;

	max_addr = min_u64(max_addr, mb->current_limit);
	found = memblock_alloc_range_nid(mb, size, align, min_addr, max_addr, nid, exact_nid);
	if (!found && min_addr)
		found = memblock_alloc_range_nid(mb, size, align, 0, max_addr, nid, exact_nid);
	return found;
}

static void dbg_alloc(struct memblock *mb, const char *func, phys_t size, phys_t align, int nid,
		      phys_t min_addr, phys_t max_addr)
{
	memblock_dbg(mb, "%s: %llu bytes align=0x%llx nid=%d from=" PA_FMT " max_addr=" PA_FMT " %s",
		     func, (unsigned long long)size, (unsigned long long)align, nid,
		     PA_ARG(mb, min_addr), PA_ARG(mb, max_addr), mb->caller ? mb->caller : "-");
}

phys_t memblock_alloc_exact_nid_raw(struct memblock *mb, phys_t size, phys_t align, phys_t min_addr,
				    phys_t max_addr, int nid)
{
	dbg_alloc(mb, "memblock_alloc_exact_nid_raw", size, align, nid, min_addr, max_addr);
	return memblock_alloc_internal(mb, size, align, min_addr, max_addr, nid, true);
}

phys_t memblock_alloc_try_nid_raw(struct memblock *mb, phys_t size, phys_t align, phys_t min_addr,
				  phys_t max_addr, int nid)
{
	dbg_alloc(mb, "memblock_alloc_try_nid_raw", size, align, nid, min_addr, max_addr);
	return memblock_alloc_internal(mb, size, align, min_addr, max_addr, nid, false);
}

phys_t memblock_alloc_try_nid(struct memblock *mb, phys_t size, phys_t align, phys_t min_addr,
			      phys_t max_addr, int nid)
{
	dbg_alloc(mb, "memblock_alloc_try_nid", size, align, nid, min_addr, max_addr);
	return memblock_alloc_internal(mb, size, align, min_addr, max_addr, nid, false);
}
