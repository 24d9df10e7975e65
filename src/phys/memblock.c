/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock: the lists of ranges and everything that changes them.
 *
 * A list is an array of regions, sorted, without overlap, and minimal: two
 * neighbours that touch differ in node or flags. Two primitives keep it so.
 *
 *   add       the parts of the new range that nobody covers become regions;
 *             what is covered keeps its node and flags; then neighbours merge
 *
 *        old      [-----n0-----)        [--n1--)
 *        add  [--------------------------------------)
 *        new  [new)[----n0-----)[-new--)[--n1--)[-new-)
 *
 *   isolate   regions are split where the range begins and ends, so that
 *             "inside" is a run of whole regions that can be removed, flagged
 *             or given a node
 *
 *        old  [----------------------)
 *        cut         [-------)
 *        new  [------)[------)[------)
 *
 * The arrays start with a fixed size (in the kernel's image). A full one is
 * doubled: the new array is itself taken from free memory and reserved, which
 * is visible in the reserved list of every machine with many ranges.
 *
 * Lives from the first lines of setup_arch() until mem_init() hands what is
 * free to the buddy allocator (memblock_free_all() in memblock_iter.c).
 *
 * Models: mm/memblock.c (6.12.117).
 */
#include "phys/memblock.h"

#include <string.h>

#include "phys/memblock_internal.h"

/* --- life ----------------------------------------------------------------- */

void memblock_config_default(struct memblock_config *cfg)
{
	*cfg = (struct memblock_config){
		.page_size = 4096,
		.region_size = 24,
		.init_memory_regions = INIT_MEMBLOCK_REGIONS,
		.init_reserved_regions = INIT_MEMBLOCK_REGIONS,
		.smp_cache_bytes = 64,
		.phys_addr_bits = 64,
		.numa = true,
		.low_address_limit = 0xffffffff,
	};
}

/*
 * arm64 starts with larger arrays: EFI maps cut memory into many regions, and
 * every cpu may bring a reserved interrupt table.
 */
void memblock_config_arch(struct memblock_config *cfg, const struct arch *a, bool numa)
{
	memblock_config_default(cfg);
	cfg->page_size = (u32)arch_page_size(a);
	cfg->numa = numa;
	if (a->id == ARCH_I386)
		cfg->region_size = numa ? 24 : 20;
	if (a->id == ARCH_ARM64) {
		cfg->init_memory_regions = INIT_MEMBLOCK_REGIONS * 8;
		cfg->init_reserved_regions = INIT_MEMBLOCK_REGIONS + a->nr_cpus_limit + 1;
	}
}

static void type_init(struct memblock *mb, struct memblock_type *type, const char *name, u32 max)
{
	*type = (struct memblock_type){
		.max = max,
		.name = name,
		.init_regions = arena_alloc(mb->arena, max * sizeof(struct memblock_region)),
	};
	type->regions = type->init_regions;
}

void memblock_init(struct memblock *mb, struct arena *arena, const struct memblock_config *cfg,
		   struct trace *trace)
{
	struct memblock_config own;

	if (cfg)
		own = *cfg; /* @cfg may lie in *mb */
	else
		memblock_config_default(&own);
	*mb = (struct memblock){
		.cfg = own,
		.arena = arena,
		.trace = trace,
		.current_limit = MEMBLOCK_ALLOC_ANYWHERE,
	};
	type_init(mb, &mb->memory, "memory", mb->cfg.init_memory_regions);
	type_init(mb, &mb->reserved, "reserved", mb->cfg.init_reserved_regions);
	type_init(mb, &mb->physmem, "physmem", INIT_PHYSMEM_REGIONS);
}

void memblock_allow_resize(struct memblock *mb)
{
	mb->can_resize = true;
}

const char *memblock_set_caller(struct memblock *mb, const char *caller)
{
	const char *before = mb->caller;

	mb->caller = caller;
	return before;
}

/* Bytes of an array of @max regions, in whole pages of the simulated machine. */
static phys_t array_bytes(const struct memblock *mb, unsigned long max)
{
	return align_up((u64)max * mb->cfg.region_size, mb->cfg.page_size);
}

static void discard_array(struct memblock *mb, struct memblock_type *type)
{
	if (type->regions == type->init_regions)
		return;
	if (!type->in_slab)
		memblock_free_late(mb, type->array_base, array_bytes(mb, type->max));
	else if (mb->hooks.slab_free)
		mb->hooks.slab_free(mb->hooks.slab_arg, type->array_base);
}

void memblock_discard(struct memblock *mb)
{
	discard_array(mb, &mb->reserved);
	discard_array(mb, &mb->memory);
	mb->discarded = true;
}

void memblock_note(struct memblock *mb, const struct memblock_call *call)
{
	struct memblock_call c = *call;

	if (!mb->hooks.note)
		return;
	c.caller = mb->caller;
	mb->hooks.note(mb->hooks.arg, &c);
}

static void note_range(struct memblock *mb, enum memblock_op op, phys_t base, phys_t size, int nid, u32 flags)
{
	memblock_note(mb, &(struct memblock_call){ .op = op, .base = base, .size = size, .nid = nid, .flags = flags });
}

/* --- regions -------------------------------------------------------------- */

int memblock_region_nid(const struct memblock *mb, int nid)
{
	return mb->cfg.numa ? nid : 0;
}

static phys_t region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

static void memblock_remove_region(struct memblock *mb, struct memblock_type *type, unsigned long r)
{
	type->total_size -= type->regions[r].size;
	memmove(&type->regions[r], &type->regions[r + 1],
		(type->cnt - (r + 1)) * sizeof(type->regions[r]));
	type->cnt--;
	if (!type->cnt)
		type->regions[0] = (struct memblock_region){
			.nid = memblock_region_nid(mb, MEMBLOCK_NO_NID),
		};
}

/* The array must have room. */
static void memblock_insert_region(struct memblock *mb, struct memblock_type *type, unsigned long idx,
				   const struct memblock_region *new)
{
	struct memblock_region *r = &type->regions[idx];

	memmove(r + 1, r, (type->cnt - idx) * sizeof(*r));
	*r = *new;
	r->nid = memblock_region_nid(mb, new->nid);
	type->cnt++;
	type->total_size += new->size;
}

static bool mergeable(const struct memblock_region *a, const struct memblock_region *b)
{
	return region_end(a) == b->base && a->nid == b->nid && a->flags == b->flags;
}

/* Merge neighbours in [@start_rgn - 1, @end_rgn]: where a change can have made equals meet. */
static void memblock_merge_regions(struct memblock_type *type, unsigned long start_rgn,
				   unsigned long end_rgn)
{
	unsigned long i = start_rgn ? start_rgn - 1 : 0;

	if (!type->cnt)
		return;
	end_rgn = min_u64(end_rgn, type->cnt - 1);
	while (i < end_rgn) {
		struct memblock_region *this = &type->regions[i];
		struct memblock_region *next = this + 1;

		if (!mergeable(this, next)) {
			i++;
			continue;
		}
		this->size += next->size;
		memmove(next, next + 1, (type->cnt - (i + 2)) * sizeof(*next));
		type->cnt--;
		end_rgn--;
	}
}

/* --- growing an array ------------------------------------------------------ */

/*
 * Where a new array of @size bytes goes. A range that is about to be reserved
 * must not be hit: first look above it, then below.
 */
static phys_t find_array_space(struct memblock *mb, const struct memblock_type *type, phys_t size,
			       phys_t new_area_start, phys_t new_area_size)
{
	phys_t addr;

	if (type != &mb->reserved)
		new_area_start = new_area_size = 0;
	addr = memblock_find_in_range(mb, new_area_start + new_area_size, mb->current_limit, size,
				      mb->cfg.page_size);
	if (!addr && new_area_size)
		addr = memblock_find_in_range(mb, 0, min_u64(new_area_start, mb->current_limit), size,
					      mb->cfg.page_size);
	return addr;
}

/* Move the regions of @type into an array twice as large. */
static void move_array(struct memblock *mb, struct memblock_type *type)
{
	size_t old_host = type->max * sizeof(struct memblock_region);
	struct memblock_region *new_array = arena_alloc(mb->arena, old_host * 2);

	memcpy(new_array, type->regions, old_host);
	if (type->regions != type->init_regions)
		arena_free(mb->arena, type->regions, old_host);
	type->regions = new_array;
	type->max *= 2;
}

static void free_old_array(struct memblock *mb, phys_t base, phys_t size, bool in_slab)
{
	if (!in_slab)
		memblock_free(mb, base, size);
	else if (mb->hooks.slab_free)
		mb->hooks.slab_free(mb->hooks.slab_arg, base);
}

static phys_t new_array_address(struct memblock *mb, const struct memblock_type *type,
				phys_t new_area_start, phys_t new_area_size)
{
	u64 new_size = (u64)type->max * 2 * mb->cfg.region_size;

	if (!mb->slab_available)
		return find_array_space(mb, type, array_bytes(mb, type->max * 2), new_area_start,
					new_area_size);
	return mb->hooks.slab_alloc ? mb->hooks.slab_alloc(mb->hooks.slab_arg, new_size, NO_NODE) : 0;
}

/* The range of the new array becomes reserved, and is labelled as what it is. */
static void reserve_array(struct memblock *mb, const struct memblock_type *type)
{
	const char *caller = memblock_set_caller(mb, type == &mb->reserved ? "memblock.reserved array" :
									     "memblock.memory array");

	note_range(mb, MEMBLOCK_OP_ARRAY, type->array_base, array_bytes(mb, type->max), MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	memblock_reserve_from(mb, type->array_base, array_bytes(mb, type->max), "memblock_double_array");
	memblock_set_caller(mb, caller);
}

/*
 * The kernel stops when an array is full before memblock_allow_resize(). We
 * note it in mb->panic, refuse the call, and let boot decide.
 */
static int memblock_double_array(struct memblock *mb, struct memblock_type *type,
				 phys_t new_area_start, phys_t new_area_size)
{
	bool old_is_first = type->regions == type->init_regions;
	phys_t old_base = type->array_base;
	phys_t old_bytes = array_bytes(mb, type->max);
	bool old_in_slab = type->in_slab;
	phys_t addr;

	if (!mb->can_resize) {
		mb->panic = type == &mb->reserved ? "memblock: cannot resize reserved array" :
			    type == &mb->memory ? "memblock: cannot resize memory array" :
						  "memblock: cannot resize physmem array";
		memblock_printk(mb, "Kernel panic - not syncing: %s", mb->panic);
		return -ENOMEM;
	}
	addr = new_array_address(mb, type, new_area_start, new_area_size);
	if (!addr) {
		memblock_printk(mb, "memblock: Failed to double %s array from %lu to %lu entries !",
				type->name, type->max, type->max * 2);
		return -ENOMEM;
	}
	memblock_dbg(mb, "memblock: %s is doubled to %lu at [" PA_FMT "-" PA_FMT "]", type->name,
		     type->max * 2, PA_ARG(mb, addr),
		     PA_ARG(mb, addr + (u64)type->max * 2 * mb->cfg.region_size - 1));
	move_array(mb, type);
	type->array_base = addr;
	if (!old_is_first)
		free_old_array(mb, old_base, old_bytes, old_in_slab);
	if (!mb->slab_available)
		reserve_array(mb, type);
	type->in_slab = mb->slab_available;
	return 0;
}

/* --- add ------------------------------------------------------------------ */

/* What one pass of memblock_add_range() does and finds. */
struct add_pass {
	bool insert;          /* false: only count */
	unsigned long nr_new; /* regions inserted or needed */
	unsigned long first;  /* index of the first inserted region */
	unsigned long end;    /* one past the last inserted region */
};

static void add_piece(struct memblock *mb, struct memblock_type *type, struct add_pass *pass,
		      unsigned long idx, const struct memblock_region *piece)
{
	pass->nr_new++;
	if (!pass->insert)
		return;
	if (pass->nr_new == 1)
		pass->first = idx;
	pass->end = idx + 1;
	memblock_insert_region(mb, type, idx, piece);
}

/* Walk @type and add (or count) the parts of @new that no region covers. */
static void add_uncovered(struct memblock *mb, struct memblock_type *type, struct add_pass *pass,
			  const struct memblock_region *new)
{
	phys_t base = new->base, end = region_end(new);
	struct memblock_region piece = *new;
	unsigned long idx;

	for (idx = 0; idx < type->cnt; idx++) {
		phys_t rbase = type->regions[idx].base;
		phys_t rend = region_end(&type->regions[idx]);

		if (rbase >= end)
			break;
		if (rend <= base)
			continue;
		if (rbase > base) {
			piece.base = base;
			piece.size = rbase - base;
			add_piece(mb, type, pass, idx, &piece);
			idx += pass->insert;
		}
		base = min_u64(rend, end);
	}
	if (base < end) {
		piece.base = base;
		piece.size = end - base;
		add_piece(mb, type, pass, idx, &piece);
	}
}

static void add_first(struct memblock *mb, struct memblock_type *type, const struct memblock_region *new)
{
	type->regions[0] = *new;
	type->regions[0].nid = memblock_region_nid(mb, new->nid);
	type->total_size = new->size;
	type->cnt = 1;
}

/*
 * With n regions, a new range can need n + 1 more. When even that fits, the
 * counting pass is skipped; so an array is doubled only when it must be.
 */
static int memblock_add_range(struct memblock *mb, struct memblock_type *type, phys_t base, phys_t size,
			      int nid, enum memblock_flags flags)
{
	struct memblock_region new = { base, memblock_cap_size(mb, base, size), flags, nid };
	struct add_pass pass = { .insert = type->cnt * 2 + 1 <= type->max };

	if (!new.size)
		return 0;
	if (!type->regions[0].size) {
		add_first(mb, type, &new);
		return 0;
	}
	add_uncovered(mb, type, &pass, &new);
	if (!pass.nr_new)
		return 0;
	if (!pass.insert) {
		while (type->cnt + pass.nr_new > type->max)
			if (memblock_double_array(mb, type, base, new.size) < 0)
				return -ENOMEM;
		pass = (struct add_pass){ .insert = true };
		add_uncovered(mb, type, &pass, &new);
	}
	if (pass.nr_new)
		memblock_merge_regions(type, pass.first, pass.end);
	return 0;
}

static void trace_range(struct memblock *mb, enum trace_type event, phys_t base, phys_t size,
			enum memblock_flags flags, int nid)
{
	if (mb->trace)
		trace_emit(mb->trace, event, base, size, flags, 0, 0, numa_valid_node(nid) ? nid : NO_NODE);
}

int memblock_add_node(struct memblock *mb, phys_t base, phys_t size, int nid, enum memblock_flags flags)
{
	const char *caller = mb->caller ? mb->caller : "";

	memblock_dbg(mb, "memblock_add_node: [" PA_FMT "-" PA_FMT "] nid=%d flags=%x%s%s",
		     PA_ARG(mb, base), PA_ARG(mb, base + size - 1), nid, (unsigned int)flags,
		     *caller ? " " : "", caller);
	trace_range(mb, TRACE_memblock_add, base, size, flags, nid);
	note_range(mb, MEMBLOCK_OP_ADD, base, size, nid, flags);
	return memblock_add_range(mb, &mb->memory, base, size, nid, flags);
}

int memblock_add(struct memblock *mb, phys_t base, phys_t size)
{
	memblock_dbg_range(mb, "memblock_add", base, size, mb->caller);
	trace_range(mb, TRACE_memblock_add, base, size, MEMBLOCK_NONE, NO_NODE);
	note_range(mb, MEMBLOCK_OP_ADD, base, size, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	return memblock_add_range(mb, &mb->memory, base, size, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
}

int memblock_reserve_from(struct memblock *mb, phys_t base, phys_t size, const char *printed)
{
	int ret;

	memblock_dbg_range(mb, "memblock_reserve", base, size, printed);
	trace_range(mb, TRACE_memblock_reserve, base, size, MEMBLOCK_NONE, NO_NODE);
	ret = memblock_add_range(mb, &mb->reserved, base, size, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	if (!ret && mb->caller)
		memblock_add_label(mb, base, memblock_cap_size(mb, base, size), mb->caller);
	return ret;
}

int memblock_reserve(struct memblock *mb, phys_t base, phys_t size)
{
	note_range(mb, MEMBLOCK_OP_RESERVE, base, size, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	return memblock_reserve_from(mb, base, size, mb->caller);
}

int memblock_physmem_add(struct memblock *mb, phys_t base, phys_t size)
{
	memblock_dbg_range(mb, "memblock_physmem_add", base, size, mb->caller);
	note_range(mb, MEMBLOCK_OP_PHYSMEM_ADD, base, size, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	return memblock_add_range(mb, &mb->physmem, base, size, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
}

/* --- isolate -------------------------------------------------------------- */

/* Split region @idx at @at: the lower part becomes region @idx, the upper @idx + 1. */
static void split_region(struct memblock *mb, struct memblock_type *type, unsigned long idx, phys_t at)
{
	struct memblock_region *r = &type->regions[idx];
	struct memblock_region lower = *r;

	lower.size = at - r->base;
	r->base = at;
	r->size -= lower.size;
	type->total_size -= lower.size;
	memblock_insert_region(mb, type, idx, &lower);
}

/*
 * Split regions at the borders of the range. [*@start_rgn, *@end_rgn) are the
 * indexes of the regions inside it afterwards (equal: none).
 */
static int memblock_isolate_range(struct memblock *mb, struct memblock_type *type, phys_t base,
				  phys_t size, unsigned long *start_rgn, unsigned long *end_rgn)
{
	phys_t end;
	unsigned long idx;

	*start_rgn = *end_rgn = 0;
	size = memblock_cap_size(mb, base, size);
	end = base + size;
	if (!size)
		return 0;
	/* Two borders can make two more regions. */
	while (type->cnt + 2 > type->max)
		if (memblock_double_array(mb, type, base, size) < 0)
			return -ENOMEM;

	for (idx = 0; idx < type->cnt; idx++) {
		struct memblock_region *r = &type->regions[idx];

		if (r->base >= end)
			break;
		if (region_end(r) <= base)
			continue;
		if (r->base < base) {
			split_region(mb, type, idx, base);
			continue;
		}
		if (region_end(r) > end)
			split_region(mb, type, idx, end);
		if (!*end_rgn)
			*start_rgn = idx;
		*end_rgn = idx + 1;
	}
	return 0;
}

static int memblock_remove_range(struct memblock *mb, struct memblock_type *type, phys_t base, phys_t size)
{
	unsigned long start_rgn, end_rgn;
	int ret = memblock_isolate_range(mb, type, base, size, &start_rgn, &end_rgn);

	if (ret)
		return ret;
	while (end_rgn > start_rgn)
		memblock_remove_region(mb, type, --end_rgn);
	return 0;
}

int memblock_remove(struct memblock *mb, phys_t base, phys_t size)
{
	memblock_dbg_range(mb, "memblock_remove", base, size, mb->caller);
	trace_range(mb, TRACE_memblock_remove, base, size, MEMBLOCK_NONE, NO_NODE);
	note_range(mb, MEMBLOCK_OP_REMOVE, base, size, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	return memblock_remove_range(mb, &mb->memory, base, size);
}

static int phys_free_from(struct memblock *mb, phys_t base, phys_t size, const char *printed)
{
	int ret;

	memblock_dbg_range(mb, "memblock_phys_free", base, size, printed);
	trace_range(mb, TRACE_memblock_phys_free, base, size, MEMBLOCK_NONE, NO_NODE);
	note_range(mb, MEMBLOCK_OP_FREE, base, size, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	ret = memblock_remove_range(mb, &mb->reserved, base, size);
	if (!ret)
		memblock_clear_label(mb, base, size);
	return ret;
}

int memblock_phys_free(struct memblock *mb, phys_t base, phys_t size)
{
	return phys_free_from(mb, base, size, mb->caller);
}

void memblock_free(struct memblock *mb, phys_t addr, phys_t size)
{
	if (addr)
		phys_free_from(mb, addr, size, "memblock_free");
}

void memblock_free_late(struct memblock *mb, phys_t base, phys_t size)
{
	pfn_t start = align_up(base, mb->cfg.page_size) / mb->cfg.page_size;
	pfn_t end = (base + size) / mb->cfg.page_size;

	memblock_dbg_range(mb, "memblock_free_late", base, size, mb->caller);
	if (start < end && mb->hooks.free_late)
		mb->hooks.free_late(mb->hooks.arg, start, end);
}

/* --- flags and nodes ------------------------------------------------------- */

static int memblock_setclr_flag(struct memblock *mb, struct memblock_type *type, phys_t base,
				phys_t size, bool set, enum memblock_flags flag)
{
	enum memblock_op op = set ? MEMBLOCK_OP_SET_FLAG : MEMBLOCK_OP_CLEAR_FLAG;
	unsigned long i, start_rgn, end_rgn;
	int ret;

	memblock_note(mb, &(struct memblock_call){ .op = op, .base = base, .size = size, .flags = flag,
						   .nid = MEMBLOCK_NO_NID, .on_reserved = type == &mb->reserved });
	ret = memblock_isolate_range(mb, type, base, size, &start_rgn, &end_rgn);
	if (ret)
		return ret;
	for (i = start_rgn; i < end_rgn; i++) {
		if (set)
			type->regions[i].flags |= flag;
		else
			type->regions[i].flags &= ~flag;
	}
	memblock_merge_regions(type, start_rgn, end_rgn);
	return 0;
}

int memblock_mark_hotplug(struct memblock *mb, phys_t base, phys_t size)
{
	return memblock_setclr_flag(mb, &mb->memory, base, size, true, MEMBLOCK_HOTPLUG);
}

int memblock_clear_hotplug(struct memblock *mb, phys_t base, phys_t size)
{
	return memblock_setclr_flag(mb, &mb->memory, base, size, false, MEMBLOCK_HOTPLUG);
}

int memblock_mark_mirror(struct memblock *mb, phys_t base, phys_t size)
{
	if (!mb->mirrored_kernelcore)
		return 0;
	mb->system_has_some_mirror = true;
	return memblock_setclr_flag(mb, &mb->memory, base, size, true, MEMBLOCK_MIRROR);
}

int memblock_mark_nomap(struct memblock *mb, phys_t base, phys_t size)
{
	return memblock_setclr_flag(mb, &mb->memory, base, size, true, MEMBLOCK_NOMAP);
}

int memblock_clear_nomap(struct memblock *mb, phys_t base, phys_t size)
{
	return memblock_setclr_flag(mb, &mb->memory, base, size, false, MEMBLOCK_NOMAP);
}

int memblock_reserved_mark_noinit(struct memblock *mb, phys_t base, phys_t size)
{
	return memblock_setclr_flag(mb, &mb->reserved, base, size, true, MEMBLOCK_RSRV_NOINIT);
}

int memblock_set_node(struct memblock *mb, phys_t base, phys_t size, struct memblock_type *type, int nid)
{
	unsigned long i, start_rgn, end_rgn;
	int ret;

	if (!mb->cfg.numa)
		return 0;
	memblock_note(mb, &(struct memblock_call){ .op = MEMBLOCK_OP_SET_NODE, .base = base, .size = size, .nid = nid,
						   .on_reserved = type == &mb->reserved });
	ret = memblock_isolate_range(mb, type, base, size, &start_rgn, &end_rgn);
	if (ret)
		return ret;
	for (i = start_rgn; i < end_rgn; i++)
		type->regions[i].nid = nid;
	memblock_merge_regions(type, start_rgn, end_rgn);
	return 0;
}

/* --- cutting -------------------------------------------------------------- */

/*
 * As in the kernel, total_size keeps counting what is trimmed from a region that
 * stays: "memory size =" of a boot log is a little more than its regions.
 */
void memblock_trim_memory(struct memblock *mb, phys_t align)
{
	unsigned long i = 0;

	note_range(mb, MEMBLOCK_OP_TRIM, 0, align, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	while (i < mb->memory.cnt) {
		struct memblock_region *r = &mb->memory.regions[i];
		phys_t start = align_up(r->base, align);
		phys_t end = align_down(region_end(r), align);

		if (start >= end) {
			memblock_remove_region(mb, &mb->memory, i);
			continue;
		}
		r->base = start;
		r->size = end - start;
		i++;
	}
}

/* The address where the first @limit bytes of RAM end; PHYS_ADDR_MAX when there is less RAM. */
static phys_t find_max_addr(const struct memblock *mb, phys_t limit)
{
	const struct memblock_region *r;

	for_each_mem_region(mb, r) {
		if (limit <= r->size)
			return r->base + limit;
		limit -= r->size;
	}
	return memblock_phys_max(mb);
}

void memblock_enforce_memory_limit(struct memblock *mb, phys_t limit)
{
	phys_t max = memblock_phys_max(mb);
	phys_t max_addr;

	if (!limit)
		return;
	max_addr = find_max_addr(mb, limit);
	if (max_addr == max)
		return;
	note_range(mb, MEMBLOCK_OP_LIMIT, 0, limit, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	memblock_remove_range(mb, &mb->memory, max_addr, max);
	memblock_remove_range(mb, &mb->reserved, max_addr, max);
}

/* Remove the regions [from, to) except NOMAP ones, last first. */
static void remove_mapped(struct memblock *mb, unsigned long from, unsigned long to)
{
	while (to > from)
		if (!memblock_is_nomap(&mb->memory.regions[--to]))
			memblock_remove_region(mb, &mb->memory, to);
}

void memblock_cap_memory_range(struct memblock *mb, phys_t base, phys_t size)
{
	unsigned long start_rgn, end_rgn;

	if (!size)
		return;
	if (!mb->memory.total_size) {
		memblock_printk(mb, "memblock_cap_memory_range: No memory registered yet");
		return;
	}
	note_range(mb, MEMBLOCK_OP_CAP, base, size, MEMBLOCK_NO_NID, MEMBLOCK_NONE);
	if (memblock_isolate_range(mb, &mb->memory, base, size, &start_rgn, &end_rgn))
		return;
	remove_mapped(mb, end_rgn, mb->memory.cnt);
	remove_mapped(mb, 0, start_rgn);
	memblock_remove_range(mb, &mb->reserved, 0, base);
	memblock_remove_range(mb, &mb->reserved, base + size, memblock_phys_max(mb));
}

void memblock_mem_limit_remove_map(struct memblock *mb, phys_t limit)
{
	phys_t max_addr;

	if (!limit)
		return;
	max_addr = find_max_addr(mb, limit);
	if (max_addr != memblock_phys_max(mb))
		memblock_cap_memory_range(mb, 0, max_addr);
}

/* --- asking --------------------------------------------------------------- */

phys_t memblock_phys_mem_size(const struct memblock *mb)
{
	return mb->memory.total_size;
}

phys_t memblock_reserved_size(const struct memblock *mb)
{
	return mb->reserved.total_size;
}

u64 memblock_estimated_nr_free_pages(const struct memblock *mb)
{
	return (mb->memory.total_size - mb->reserved.total_size) / mb->cfg.page_size;
}

phys_t memblock_start_of_DRAM(const struct memblock *mb)
{
	return mb->memory.regions[0].base;
}

phys_t memblock_end_of_DRAM(const struct memblock *mb)
{
	return mb->memory.cnt ? region_end(&mb->memory.regions[mb->memory.cnt - 1]) : 0;
}

bool memblock_validate_numa_coverage(struct memblock *mb, u64 threshold_bytes)
{
	pfn_t start, end;
	u64 bytes = 0;
	int i, nid;

	for_each_mem_pfn_range(mb, i, MEMBLOCK_NO_NID, &start, &end, &nid)
		if (!numa_valid_node(nid))
			bytes += (end - start) * mb->cfg.page_size;
	if (bytes <= threshold_bytes)
		return true;
	memblock_printk(mb, "NUMA: no nodes coverage for %lluMB of %lluMB RAM",
			(unsigned long long)(bytes >> 20),
			(unsigned long long)(memblock_phys_mem_size(mb) >> 20));
	return false;
}

bool memblock_addrs_overlap(phys_t base1, phys_t size1, phys_t base2, phys_t size2)
{
	return base1 < base2 + size2 && base2 < base1 + size1;
}

bool memblock_overlaps_region(const struct memblock *mb, const struct memblock_type *type,
			      phys_t base, phys_t size)
{
	unsigned long i;

	size = memblock_cap_size(mb, base, size);
	for (i = 0; i < type->cnt; i++)
		if (memblock_addrs_overlap(base, size, type->regions[i].base, type->regions[i].size))
			return true;
	return false;
}

/* The region of @type that holds @addr, or NULL. */
static const struct memblock_region *memblock_search(const struct memblock_type *type, phys_t addr)
{
	unsigned long left = 0, right = type->cnt;

	while (left < right) {
		unsigned long mid = (left + right) / 2;
		const struct memblock_region *r = &type->regions[mid];

		if (addr < r->base)
			right = mid;
		else if (addr >= region_end(r))
			left = mid + 1;
		else
			return r;
	}
	return NULL;
}

bool memblock_is_reserved(const struct memblock *mb, phys_t addr)
{
	return memblock_search(&mb->reserved, addr);
}

bool memblock_is_memory(const struct memblock *mb, phys_t addr)
{
	return memblock_search(&mb->memory, addr);
}

bool memblock_is_map_memory(const struct memblock *mb, phys_t addr)
{
	const struct memblock_region *r = memblock_search(&mb->memory, addr);

	return r && !memblock_is_nomap(r);
}

int memblock_search_pfn_nid(const struct memblock *mb, pfn_t pfn, pfn_t *start_pfn, pfn_t *end_pfn)
{
	const struct memblock_region *r = memblock_search(&mb->memory, pfn * mb->cfg.page_size);

	if (!r)
		return NO_NODE;
	*start_pfn = r->base / mb->cfg.page_size;
	*end_pfn = region_end(r) / mb->cfg.page_size;
	return r->nid;
}

bool memblock_is_region_memory(const struct memblock *mb, phys_t base, phys_t size)
{
	const struct memblock_region *r = memblock_search(&mb->memory, base);

	return r && region_end(r) >= base + memblock_cap_size(mb, base, size);
}

bool memblock_is_region_reserved(const struct memblock *mb, phys_t base, phys_t size)
{
	return memblock_overlaps_region(mb, &mb->reserved, base, size);
}
