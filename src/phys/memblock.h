/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock: who owns physical memory before the page allocator exists.
 *
 * Two sorted lists of ranges: `memory` (what RAM there is) and `reserved` (what
 * is taken). Free memory is what is in the first and not in the second. A third
 * list, `physmem`, remembers the RAM that existed before any limit cut it. At
 * the end of boot, memblock_free_all() hands what is free to the buddy
 * allocator and memblock has no more say.
 *
 * Names and argument order are the kernel's, with the object first. Where the
 * kernel returns a virtual address (memblock_alloc*()), we return the physical
 * one; 0 is failure in both families. Addresses and sizes are bytes. int
 * functions return 0 or -ENOMEM, the latter when a region array could not grow.
 *
 * A region holds the same four fields as the kernel's. Who asked for it is kept
 * in a list of its own (memblock_label_at()), so that labels never influence
 * how regions merge.
 *
 * Models: include/linux/memblock.h, mm/memblock.c (6.12.117). Left out:
 * kmemleak, accept_memory(), memtest.
 */
#ifndef MM_PHYS_MEMBLOCK_H
#define MM_PHYS_MEMBLOCK_H

#include "base/arena.h"
#include "base/text.h"
#include "base/trace.h"
#include "base/types.h"
#include "phys/arch.h"

enum memblock_flags {
	MEMBLOCK_NONE = 0x0,
	MEMBLOCK_HOTPLUG = 0x1,        /* firmware says it can be unplugged */
	MEMBLOCK_MIRROR = 0x2,         /* mirrored, preferred for the kernel */
	MEMBLOCK_NOMAP = 0x4,          /* not in the linear map, reserved for ever */
	MEMBLOCK_DRIVER_MANAGED = 0x8, /* found by a driver, not by firmware */
	MEMBLOCK_RSRV_NOINIT = 0x10,   /* reserved: its struct pages stay uninitialised */
};

#define MEMBLOCK_ALLOC_ANYWHERE    (~(phys_t)0)
#define MEMBLOCK_ALLOC_ACCESSIBLE  0 /* up to mb->current_limit */
#define MEMBLOCK_ALLOC_NOLEAKTRACE 1 /* the same, and kmemleak does not look */
#define MEMBLOCK_LOW_LIMIT         0

#define INIT_MEMBLOCK_REGIONS 128
#define INIT_PHYSMEM_REGIONS  4

/* A region without a node: what memblock_add() and memblock_reserve() write. */
#define MEMBLOCK_NO_NID MAX_NUMNODES

struct memblock_region {
	phys_t base;
	phys_t size;
	enum memblock_flags flags;
	int nid; /* MEMBLOCK_NO_NID: none */
};

struct memblock_type {
	unsigned long cnt;               /* regions in use */
	unsigned long max;               /* regions the array has room for */
	phys_t total_size;               /* bytes, sum over regions */
	struct memblock_region *regions; /* sorted by base, in the arena */
	const char *name;
	struct memblock_region *init_regions; /* the first array; in the kernel a part of its image, never freed */
	phys_t array_base;               /* where the kernel's array lies, once it is not the first one */
	bool in_slab;                    /* the array came from kmalloc */
};

/* Who took [start, end): the caller that memblock_set_caller() had named. */
struct memblock_label {
	phys_t start;
	phys_t end;
	const char *text; /* not owned */
};

/*
 * What differs between kernel builds. memblock_config_default() gives a 64-bit
 * kernel with NUMA and 4 KiB pages.
 */
struct memblock_config {
	u32 page_size;               /* bytes */
	u32 region_size;             /* sizeof(struct memblock_region) there: 24, i386 without NUMA 20 */
	u32 init_memory_regions;     /* INIT_MEMBLOCK_MEMORY_REGIONS */
	u32 init_reserved_regions;   /* INIT_MEMBLOCK_RESERVED_REGIONS */
	u32 smp_cache_bytes;         /* SMP_CACHE_BYTES: alignment of an allocation that asks for none */
	u8 phys_addr_bits;           /* width of phys_addr_t: 64, or 32 (i386 without PAE) */
	bool numa;                   /* CONFIG_NUMA: regions have a node */
	phys_t low_address_limit;    /* ARCH_LOW_ADDRESS_LIMIT, last byte that memblock_alloc_low() may use */
};

/* What a call was, for those who keep a film of them. */
enum memblock_op {
	MEMBLOCK_OP_ADD,
	MEMBLOCK_OP_REMOVE,
	MEMBLOCK_OP_RESERVE,
	MEMBLOCK_OP_FREE,
	MEMBLOCK_OP_ALLOC,        /* found and reserved [base, base + size) */
	MEMBLOCK_OP_ALLOC_FAILED, /* base is 0 */
	MEMBLOCK_OP_ARRAY,        /* a region array moved to a larger one, which is reserved */
	MEMBLOCK_OP_PHYSMEM_ADD,
	MEMBLOCK_OP_SET_FLAG,
	MEMBLOCK_OP_CLEAR_FLAG,
	MEMBLOCK_OP_SET_NODE,
	MEMBLOCK_OP_TRIM,         /* size: the alignment */
	MEMBLOCK_OP_LIMIT,        /* size: bytes of RAM to keep */
	MEMBLOCK_OP_CAP,          /* [base, base + size) is kept */
	NR_MEMBLOCK_OPS
};

/* One call with its answer: enough to do it again with memblock_redo(). */
struct memblock_call {
	enum memblock_op op;
	bool on_reserved;   /* flags and nodes: of the reserved list, else of memory */
	u32 flags;          /* enum memblock_flags: of what is added, or set, or cleared */
	int nid;            /* MEMBLOCK_NO_NID or NO_NODE: none; allocations: the wish */
	phys_t base, size;  /* bytes */
	u64 align;          /* allocations: as asked */
	phys_t min, max;    /* allocations: limits as asked */
	const char *caller; /* who called; NULL: nobody said */
};

/* The world outside. Every function pointer may be NULL; @arg and @slab_arg are passed through. */
struct memblock_hooks {
	void *arg;
	void *slab_arg;
	/* One line of the kernel log, without newline or level. */
	void (*printk)(void *arg, const char *line);
	/* A call was made and answered. */
	void (*note)(void *arg, const struct memblock_call *call);
	/* kzalloc_node() once slab_available is set. Physical address or 0. */
	phys_t (*slab_alloc)(void *slab_arg, u64 size, int nid);
	/* kfree() of what slab_alloc gave. */
	void (*slab_free)(void *slab_arg, phys_t base);
	/* Pages [start, end) go to the buddy allocator (memblock_free_late()). */
	void (*free_late)(void *arg, pfn_t start, pfn_t end);
};

struct memblock {
	bool bottom_up;       /* direction of allocations; false: from the top */
	phys_t current_limit; /* bytes; MEMBLOCK_ALLOC_ACCESSIBLE means this */
	struct memblock_type memory;
	struct memblock_type reserved;
	struct memblock_type physmem;

	bool system_has_some_mirror;
	bool mirrored_kernelcore;    /* kernelcore=mirror: memblock_mark_mirror() has an effect */
	bool movable_node_enabled;   /* movable_node: hot-pluggable memory is avoided */
	bool can_resize;             /* memblock_allow_resize() was called */
	bool slab_available;         /* allocations are served by hooks.slab_alloc from now on */
	bool discarded;              /* memblock_discard() was called */
	bool debug;                  /* memblock=debug: every call is printed */
	const char *panic;           /* NULL, or why the kernel would have stopped; static text */
	u32 mirror_warnings;         /* "Could not allocate ... mirrored" lines printed so far */

	struct memblock_config cfg;
	struct memblock_hooks hooks;
	struct arena *arena;
	struct trace *trace;         /* may be NULL */

	const char *caller;          /* who is calling, for labels and debug lines; not owned */
	struct memblock_label *labels; /* sorted, no overlaps */
	size_t nr_labels;
	size_t cap_labels;
};

/* --- memblock.c: life ------------------------------------------------------ */

void memblock_config_default(struct memblock_config *cfg);
/* What Debian's kernel for @a has; @numa: CONFIG_NUMA. */
void memblock_config_arch(struct memblock_config *cfg, const struct arch *a, bool numa);
/*
 * Empty lists, top-down, no limit. @cfg NULL: the default. @trace may be NULL.
 * The arrays come from @arena.
 */
void memblock_init(struct memblock *mb, struct arena *arena, const struct memblock_config *cfg,
		   struct trace *trace);
/* Region arrays may move from now on; before, a full array is a panic. */
void memblock_allow_resize(struct memblock *mb);
/* Give the region arrays back (kernels without ARCH_KEEP_MEMBLOCK). The model keeps its lists readable. */
void memblock_discard(struct memblock *mb);
/*
 * Name who makes the next calls ("setup_node_data"); NULL: nobody.
 * @caller must live as long as @mb. Return: the name before.
 */
const char *memblock_set_caller(struct memblock *mb, const char *caller);

/* --- memblock.c: adding, taking away, marking ------------------------------ */

int memblock_add_node(struct memblock *mb, phys_t base, phys_t size, int nid, enum memblock_flags flags);
int memblock_add(struct memblock *mb, phys_t base, phys_t size);
int memblock_remove(struct memblock *mb, phys_t base, phys_t size);
int memblock_reserve(struct memblock *mb, phys_t base, phys_t size);
int memblock_phys_free(struct memblock *mb, phys_t base, phys_t size);
/* memblock_phys_free() that does nothing for address 0. */
void memblock_free(struct memblock *mb, phys_t addr, phys_t size);
/* After the hand-over: whole pages of [base, base + size) go to the buddy through hooks.free_late. */
void memblock_free_late(struct memblock *mb, phys_t base, phys_t size);
int memblock_physmem_add(struct memblock *mb, phys_t base, phys_t size);

int memblock_mark_hotplug(struct memblock *mb, phys_t base, phys_t size);
int memblock_clear_hotplug(struct memblock *mb, phys_t base, phys_t size);
/* Without kernelcore=mirror (mb->mirrored_kernelcore) this does nothing. */
int memblock_mark_mirror(struct memblock *mb, phys_t base, phys_t size);
int memblock_mark_nomap(struct memblock *mb, phys_t base, phys_t size);
int memblock_clear_nomap(struct memblock *mb, phys_t base, phys_t size);
int memblock_reserved_mark_noinit(struct memblock *mb, phys_t base, phys_t size);

/* @type is one of the lists of @mb. Without CONFIG_NUMA this does nothing. */
int memblock_set_node(struct memblock *mb, phys_t base, phys_t size, struct memblock_type *type, int nid);

/* --- memblock.c: cutting --------------------------------------------------- */

/* Round every memory region inwards to @align (a power of two); what vanishes is removed. */
void memblock_trim_memory(struct memblock *mb, phys_t align);
/* mem=: keep the first @limit bytes of RAM; 0 means no limit. Reserved is cut too. */
void memblock_enforce_memory_limit(struct memblock *mb, phys_t limit);
/* Keep [base, base + size); regions with NOMAP stay. Reserved is cut too. */
void memblock_cap_memory_range(struct memblock *mb, phys_t base, phys_t size);
/* memblock_cap_memory_range() to the first @limit bytes of RAM. */
void memblock_mem_limit_remove_map(struct memblock *mb, phys_t limit);

/* --- memblock_alloc.c: allocating ------------------------------------------ */

/*
 * @align: power of two; 0 means cfg.smp_cache_bytes. @start, @end: limits, @end may
 * be MEMBLOCK_ALLOC_ACCESSIBLE or _ANYWHERE. @nid: preferred node or NO_NODE;
 * other nodes serve too unless @exact_nid.
 */
phys_t memblock_alloc_range_nid(struct memblock *mb, phys_t size, phys_t align, phys_t start,
				phys_t end, int nid, bool exact_nid);
phys_t memblock_phys_alloc_range(struct memblock *mb, phys_t size, phys_t align, phys_t start, phys_t end);
phys_t memblock_phys_alloc_try_nid(struct memblock *mb, phys_t size, phys_t align, int nid);

/* @min_addr is a wish: it is dropped when it cannot be had. */
phys_t memblock_alloc_exact_nid_raw(struct memblock *mb, phys_t size, phys_t align, phys_t min_addr,
				    phys_t max_addr, int nid);
phys_t memblock_alloc_try_nid_raw(struct memblock *mb, phys_t size, phys_t align, phys_t min_addr,
				  phys_t max_addr, int nid);
phys_t memblock_alloc_try_nid(struct memblock *mb, phys_t size, phys_t align, phys_t min_addr,
			      phys_t max_addr, int nid);

static inline phys_t memblock_phys_alloc(struct memblock *mb, phys_t size, phys_t align)
{
	return memblock_phys_alloc_range(mb, size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE);
}
static inline phys_t memblock_alloc(struct memblock *mb, phys_t size, phys_t align)
{
	return memblock_alloc_try_nid(mb, size, align, MEMBLOCK_LOW_LIMIT,
				      MEMBLOCK_ALLOC_ACCESSIBLE, NO_NODE);
}
static inline phys_t memblock_alloc_raw(struct memblock *mb, phys_t size, phys_t align)
{
	return memblock_alloc_try_nid_raw(mb, size, align, MEMBLOCK_LOW_LIMIT,
					  MEMBLOCK_ALLOC_ACCESSIBLE, NO_NODE);
}
static inline phys_t memblock_alloc_from(struct memblock *mb, phys_t size, phys_t align, phys_t min_addr)
{
	return memblock_alloc_try_nid(mb, size, align, min_addr, MEMBLOCK_ALLOC_ACCESSIBLE, NO_NODE);
}
static inline phys_t memblock_alloc_low(struct memblock *mb, phys_t size, phys_t align)
{
	return memblock_alloc_try_nid(mb, size, align, MEMBLOCK_LOW_LIMIT,
				      mb->cfg.low_address_limit, NO_NODE);
}
static inline phys_t memblock_alloc_node(struct memblock *mb, phys_t size, phys_t align, int nid)
{
	return memblock_alloc_try_nid(mb, size, align, MEMBLOCK_LOW_LIMIT,
				      MEMBLOCK_ALLOC_ACCESSIBLE, nid);
}

static inline void memblock_set_bottom_up(struct memblock *mb, bool enable) { mb->bottom_up = enable; }
static inline bool memblock_bottom_up(const struct memblock *mb) { return mb->bottom_up; }
static inline void memblock_set_current_limit(struct memblock *mb, phys_t limit)
{
	mb->current_limit = limit;
}
static inline phys_t memblock_get_current_limit(const struct memblock *mb) { return mb->current_limit; }
static inline bool memblock_has_mirror(const struct memblock *mb) { return mb->system_has_some_mirror; }

/* --- memblock.c: asking ---------------------------------------------------- */

phys_t memblock_phys_mem_size(const struct memblock *mb); /* bytes of memory */
phys_t memblock_reserved_size(const struct memblock *mb); /* bytes reserved */
u64 memblock_estimated_nr_free_pages(const struct memblock *mb);
phys_t memblock_start_of_DRAM(const struct memblock *mb); /* 0 when there is none */
phys_t memblock_end_of_DRAM(const struct memblock *mb);   /* exclusive; 0 when there is none */
/* Bytes of memory without a node at most @threshold_bytes? If not, says so in the log. */
bool memblock_validate_numa_coverage(struct memblock *mb, u64 threshold_bytes);

bool memblock_addrs_overlap(phys_t base1, phys_t size1, phys_t base2, phys_t size2);
bool memblock_overlaps_region(const struct memblock *mb, const struct memblock_type *type,
			      phys_t base, phys_t size);
bool memblock_is_memory(const struct memblock *mb, phys_t addr);
bool memblock_is_map_memory(const struct memblock *mb, phys_t addr); /* and not NOMAP */
bool memblock_is_region_memory(const struct memblock *mb, phys_t base, phys_t size); /* in one region */
bool memblock_is_reserved(const struct memblock *mb, phys_t addr);
bool memblock_is_region_reserved(const struct memblock *mb, phys_t base, phys_t size); /* any overlap */
/* Node of @pfn's memory region and the region's pfns; NO_NODE (outputs untouched) when it is no memory. */
int memblock_search_pfn_nid(const struct memblock *mb, pfn_t pfn, pfn_t *start_pfn, pfn_t *end_pfn);

static inline bool memblock_is_hotpluggable(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_HOTPLUG;
}
static inline bool memblock_is_mirror(const struct memblock_region *m) { return m->flags & MEMBLOCK_MIRROR; }
static inline bool memblock_is_nomap(const struct memblock_region *m) { return m->flags & MEMBLOCK_NOMAP; }
static inline bool memblock_is_reserved_noinit(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_RSRV_NOINIT;
}
static inline bool memblock_is_driver_managed(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_DRIVER_MANAGED;
}
static inline bool numa_valid_node(int nid) { return nid >= 0 && nid < MAX_NUMNODES; }

/* Pages wholly inside a memory region; pages touched by a reserved one. */
static inline pfn_t memblock_region_memory_base_pfn(const struct memblock *mb,
						    const struct memblock_region *r)
{
	return (r->base + mb->cfg.page_size - 1) / mb->cfg.page_size;
}
static inline pfn_t memblock_region_memory_end_pfn(const struct memblock *mb,
						   const struct memblock_region *r)
{
	return (r->base + r->size) / mb->cfg.page_size;
}
static inline pfn_t memblock_region_reserved_base_pfn(const struct memblock *mb,
						      const struct memblock_region *r)
{
	return r->base / mb->cfg.page_size;
}
static inline pfn_t memblock_region_reserved_end_pfn(const struct memblock *mb,
						     const struct memblock_region *r)
{
	return (r->base + r->size + mb->cfg.page_size - 1) / mb->cfg.page_size;
}

/* --- memblock_iter.c: walking ---------------------------------------------- */

#define for_each_mem_region(mb, region)                                                    \
	for (region = (mb)->memory.regions;                                                \
	     region < (mb)->memory.regions + (mb)->memory.cnt; region++)
#define for_each_reserved_mem_region(mb, region)                                           \
	for (region = (mb)->reserved.regions;                                              \
	     region < (mb)->reserved.regions + (mb)->reserved.cnt; region++)

/*
 * One step of the range iterators. *@idx holds an index into @type_a (low 32
 * bits) and one into the gaps of @type_b (high 32 bits); ~0 means "the end" (and
 * "start from the top" for the reverse walk). Every output may be NULL.
 */
void __next_mem_range(const struct memblock *mb, u64 *idx, int nid, enum memblock_flags flags,
		      const struct memblock_type *type_a, const struct memblock_type *type_b,
		      phys_t *out_start, phys_t *out_end, int *out_nid);
void __next_mem_range_rev(const struct memblock *mb, u64 *idx, int nid, enum memblock_flags flags,
			  const struct memblock_type *type_a, const struct memblock_type *type_b,
			  phys_t *out_start, phys_t *out_end, int *out_nid);
void __next_mem_pfn_range(const struct memblock *mb, int *idx, int nid, pfn_t *out_start_pfn,
			  pfn_t *out_end_pfn, int *out_nid);
/* The zone is given as node and [zone_start, zone_end) in pfns. */
void __next_mem_pfn_range_in_zone(const struct memblock *mb, u64 *idx, int nid, pfn_t zone_start,
				  pfn_t zone_end, pfn_t *out_spfn, pfn_t *out_epfn);

/* @i is a u64; ranges of @type_a that are not in @type_b (may be NULL). */
#define __for_each_mem_range(mb, i, type_a, type_b, nid, flags, p_start, p_end, p_nid)     \
	for (i = 0, __next_mem_range(mb, &i, nid, flags, type_a, type_b, p_start, p_end, p_nid); \
	     i != ~0ULL;                                                                   \
	     __next_mem_range(mb, &i, nid, flags, type_a, type_b, p_start, p_end, p_nid))
#define __for_each_mem_range_rev(mb, i, type_a, type_b, nid, flags, p_start, p_end, p_nid) \
	for (i = ~0ULL, __next_mem_range_rev(mb, &i, nid, flags, type_a, type_b, p_start, p_end, p_nid); \
	     i != ~0ULL;                                                                   \
	     __next_mem_range_rev(mb, &i, nid, flags, type_a, type_b, p_start, p_end, p_nid))

/* Mapped memory, ascending and descending (NOMAP regions are skipped). */
#define for_each_mem_range(mb, i, p_start, p_end)                                          \
	__for_each_mem_range(mb, i, &(mb)->memory, NULL, NO_NODE,                          \
			     MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED, p_start, p_end, NULL)
#define for_each_mem_range_rev(mb, i, p_start, p_end)                                      \
	__for_each_mem_range_rev(mb, i, &(mb)->memory, NULL, NO_NODE,                      \
				 MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED, p_start, p_end, NULL)
#define for_each_reserved_mem_range(mb, i, p_start, p_end)                                 \
	__for_each_mem_range(mb, i, &(mb)->reserved, NULL, NO_NODE, MEMBLOCK_NONE, p_start, p_end, NULL)
/* physmem that is not in @type (may be NULL). */
#define for_each_physmem_range(mb, i, type, p_start, p_end)                                \
	__for_each_mem_range(mb, i, &(mb)->physmem, type, NO_NODE, MEMBLOCK_NONE, p_start, p_end, NULL)
/* Memory that nobody reserved, ascending and descending. */
#define for_each_free_mem_range(mb, i, nid, flags, p_start, p_end, p_nid)                  \
	__for_each_mem_range(mb, i, &(mb)->memory, &(mb)->reserved, nid, flags, p_start, p_end, p_nid)
#define for_each_free_mem_range_reverse(mb, i, nid, flags, p_start, p_end, p_nid)          \
	__for_each_mem_range_rev(mb, i, &(mb)->memory, &(mb)->reserved, nid, flags, p_start, p_end, p_nid)

/* Whole pages of memory regions; @i is an int, @nid MEMBLOCK_NO_NID or NO_NODE for all. */
#define for_each_mem_pfn_range(mb, i, nid, p_start, p_end, p_nid)                          \
	for (i = -1, __next_mem_pfn_range(mb, &i, nid, p_start, p_end, p_nid); i >= 0;     \
	     __next_mem_pfn_range(mb, &i, nid, p_start, p_end, p_nid))

/* Free whole pages of one zone; @i is a u64 (the _from form goes on where @i stands). */
#define for_each_free_mem_pfn_range_in_zone(mb, i, nid, zone_start, zone_end, p_start, p_end) \
	for (i = 0, __next_mem_pfn_range_in_zone(mb, &i, nid, zone_start, zone_end, p_start, p_end); \
	     i != ~0ULL;                                                                   \
	     __next_mem_pfn_range_in_zone(mb, &i, nid, zone_start, zone_end, p_start, p_end))
#define for_each_free_mem_pfn_range_in_zone_from(mb, i, nid, zone_start, zone_end, p_start, p_end) \
	for (; i != ~0ULL;                                                                 \
	     __next_mem_pfn_range_in_zone(mb, &i, nid, zone_start, zone_end, p_start, p_end))

/* --- memblock_iter.c: the hand-over ---------------------------------------- */

/* Called by memblock_free_all(); both may be NULL. */
struct memblock_handover {
	void *arg;
	/* [start, end) bytes are PageReserved, on node @nid; NO_NODE: the first online one. */
	void (*reserve)(void *arg, phys_t start, phys_t end, int nid);
	/* Pages [start, end) are free; the kernel cuts them into the largest aligned blocks, ascending. */
	void (*free)(void *arg, pfn_t start, pfn_t end);
};

/*
 * Everything that is not reserved goes to the buddy: clears HOTPLUG marks, gives
 * reserved regions their nodes, reports reserved regions (without NOINIT) and
 * NOMAP memory, then the free ranges below @max_low_pfn in ascending order.
 * Return: pages handed over. Models memblock_free_all() without the counters.
 */
u64 memblock_free_all(struct memblock *mb, pfn_t max_low_pfn, const struct memblock_handover *h);

/* --- memblock_redo.c: the film of calls ------------------------------------- */

/* The kernel's name of @op's function ("memblock_reserve"), and what it does in plain words. */
const char *memblock_op_name(enum memblock_op op);
const char *memblock_op_help(enum memblock_op op);
/* Do on @mb, which stands where the noted one stood, what @call did; allocations go where they went. */
void memblock_redo(struct memblock *mb, const struct memblock_call *call);

/* --- memblock_debug.c: labels and printing --------------------------------- */

/* Who took the byte at @addr, or NULL (nobody, or nobody said). */
const char *memblock_label_at(const struct memblock *mb, phys_t addr);
/* Say after the fact who owns [base, base + size). @text must live as long as @mb. */
void memblock_set_label(struct memblock *mb, phys_t base, phys_t size, const char *text);
/* Forget labels inside [base, base + size); memblock_phys_free() does it. */
void memblock_clear_label(struct memblock *mb, phys_t base, phys_t size);

/* memblock_dump_all(): the lists into the log when mb->debug is set. */
void memblock_dump_all(struct memblock *mb);
/* The text of /sys/kernel/debug/memblock/{memory,reserved,physmem}. */
void memblock_debugfs_show(const struct memblock *mb, const struct memblock_type *type, struct text *out);
/* "HOTPLUG|NOMAP", "NONE"; @buf at least 64 bytes. */
const char *memblock_flags_str(enum memblock_flags flags, char *buf, size_t n);
/* Sorted, no overlap, merged, totals right: 0 or -EUCLEAN with the first fault in @report (may be NULL). */
int memblock_check(const struct memblock *mb, struct text *report);

#endif
