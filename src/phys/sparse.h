/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct memmap: sections, slots and the layer of ranges below them. See
 * phys/memmap.h for the idea.
 */
#ifndef MM_PHYS_SPARSE_H
#define MM_PHYS_SPARSE_H

#include "phys/memmap.h"

/* Sums kept per section and radix node: pages by summary class, then pageblocks by type. */
#define MEMMAP_SUM_CLASSES 32
#define MEMMAP_SUM_ITEMS   (MEMMAP_SUM_CLASSES + MIGRATE_TYPES)

/*
 * What is true of untouched pages: one stretch of pfns of one zone in one
 * state. Sorted by pfn, no overlaps; a pfn in no range is a hole.
 */
struct memmap_range {
	pfn_t start;
	pfn_t end;
	u16 zone;    /* zone number, or ZONE_NONE */
	u8 state;    /* PAGE_RESERVED, PAGE_OFFLINE, PAGE_HOLE ..., or PAGE_BUDDY: whole max blocks that are free */
	u8 device;   /* 1: ZONE_DEVICE pages */
};


/* A max block of a touched section while it has no slot, and what the range layer says of it. */
struct max_block {
	u32 next; /* block handles (phys/maxblock.h) while on a list */
	u32 prev;
	u8 flags; /* MB_* */
	u8 mt;    /* of the list it is on */
};
#define MB_FREE       1u /* on a free list; has no slot */
#define MB_RANGE_FREE 2u /* the range layer says that the whole block is free */

/* A section somebody touched. */
struct mem_section {
	pfn_t start_pfn;
	u32 index;        /* among touched sections; part of block handles */
	u32 next;         /* chain of sections with stale sums */
	u32 nr_slots;     /* blocks with a slot */
	u32 nr_free;      /* blocks on a free list */
	bool summary_dirty;
	u8 *pb;           /* [pageblocks per section] pageblock bytes */
	u32 *slot;        /* [max blocks per section] slot number, or NO_SLOT */
	struct max_block *block; /* [max blocks per section] list membership while wholly free */
	s32 sum[MEMMAP_SUM_ITEMS]; /* pages of slots by class, minus what the ranges say of them */
};
#define NO_SLOT    ((u32)~0U)
#define NO_SECTION ((u32)~0U)

/* Consecutive free max blocks of untouched sections: one entry of a list. */
struct wild_run {
	pfn_t start;
	u64 nr;                 /* max blocks */
	struct free_list *list; /* in the zone, in the arena */
	u32 next;               /* block handles */
	u32 prev;
	u8 mt;
};

/* Sections by number: a radix tree with the sums of what is below each node. */
#define RADIX_SHIFT 5
#define RADIX_SIZE  (1u << RADIX_SHIFT)
struct radix_node {
	void *child[RADIX_SIZE]; /* struct radix_node, or struct mem_section at the lowest level */
	u32 present;             /* bit per child */
	s64 sum[MEMMAP_SUM_ITEMS];
};

/* Running totals of the range layer: what lies in ranges 0 .. i - 1. */
enum range_class { RC_RESERVED, RC_OFFLINE, RC_DEVICE, RC_ISOLATED, RC_FREE, RC_HOLE, NR_RANGE_CLASSES };
struct range_total {
	u64 pages[NR_RANGE_CLASSES];
	u64 pageblocks; /* that start in a range with a zone */
};

/*
 * A kernel without sections keeps a bitmap of pageblocks per zone: where zones
 * meet inside a pageblock, each has a byte of its own for it. The lowest zone's is
 * the section's; this is one of another zone.
 */
struct shared_pageblock {
	pfn_t pfn; /* the pageblock's first page */
	u16 zone;
	u8 pb;
};

typedef void (*memmap_dirty_fn)(void *arg, u32 slot);

struct memmap {
	const struct arch *arch;
	struct arena *arena;
	unsigned max_order;
	unsigned pb_order;
	unsigned section_order; /* log2 pages of a section, at least max_order */
	unsigned block_shift;   /* log2 max blocks of a section */
	unsigned default_mt;    /* of pageblocks that nobody touched */
	u32 block_mask;         /* pages of a max block - 1: where in its block a handle is */

	/* Hot, in address ranges of their own that never move: */
	struct page *pages;   /* page p of handle h is pages[h] */
	struct slot *slots;
	u16 (*psum)[32];      /* per pageblock of a slot (h >> pb_order): pages by summary class */
	u8 *slot_dirty;       /* [slots] SLOT_SAVED | SLOT_SUMMED */
	u32 max_slots;
	u32 nr_slots;         /* slots ever used */
	u32 *free_slot;       /* [nr_free_slots] of them that are free again; the last one is used first */
	u32 nr_free_slots;
	u32 nr_returned;      /* the first so many of free_slot[] have no host memory */
	u32 cap_free_slots;
	memmap_dirty_fn on_dirty;
	void *on_dirty_arg;

	struct memmap_range *ranges;
	size_t nr_ranges;
	size_t cap_ranges;
	struct range_total *totals; /* [cap_ranges + 1] */
	bool totals_stale;

	u64 nr_sections_max;
	int radix_levels;
	struct radix_node *root;
	struct mem_section **section; /* [cap_sections] touched sections by index */
	u32 nr_sections;      /* indexes ever used */
	u32 cap_sections;
	u32 *free_index;      /* [nr_free_index] of them that are unused again */
	u32 nr_free_index;
	u32 nr_emptied;       /* times that a section became whole free since the last buddy_trim() */
	u32 dirty_section;    /* chain of sections with stale sums, or NO_SECTION */

	struct shared_pageblock *shared; /* [nr_shared], by pfn; at most one per zone */
	u32 nr_shared;

	struct wild_run *run; /* [cap_runs] */
	u32 nr_runs;          /* in use or on the chain */
	u32 cap_runs;
	u32 free_run;         /* chain through next, or NO_RUN */
	u32 *run_order;       /* [cap_runs] runs in use, by start */
	u32 nr_ordered;
};
#define NO_RUN ((u32)~0U)

/* Bits of slot_dirty. */
#define SLOT_SAVED  1u /* the hook saw it since the last checkpoint */
#define SLOT_SUMMED 2u /* its section is on the chain of stale sums */

/* --- what boot and hotplug call ------------------------------------------ */

/* @max_pfn: pages the machine can ever have (hotplug included). 0 or -ENOMEM/-E2BIG. */
int memmap_init(struct memmap *map, struct arena *arena, const struct arch *arch, pfn_t max_pfn);
void memmap_cleanup(struct memmap *map); /* what is not in the arena */

/* Declare [start, end) to be @state of @zone; replaces what was declared before.
 * No page in it may be on any list. */
void memmap_set_range(struct memmap *map, pfn_t start, pfn_t end, enum page_state state, u16 zone);
void memmap_set_device(struct memmap *map, pfn_t start, pfn_t end, u16 zone);

/* --- what the allocator calls -------------------------------------------- */

static inline struct page *memmap_page(const struct memmap *map, page_handle h)
{
	return &map->pages[h];
}
static inline const struct slot *memmap_slot(const struct memmap *map, page_handle h)
{
	return &map->slots[h >> map->max_order];
}
static inline pfn_t page_to_pfn(const struct memmap *map, page_handle h)
{
	return memmap_slot(map, h)->pfn + (h & map->block_mask);
}
/* The byte of the pageblock of @pfn that is the zone's own, or NULL: the section's counts. */
u8 *memmap_shared_pb(const struct memmap *map, pfn_t pfn);
/* Pageblock of [pfn, ...) of @zone gets a byte of its own, of type @mt: boot of a flat memory map. */
void memmap_share_pageblock(struct memmap *map, pfn_t pfn, u16 zone, unsigned mt);
static inline u8 *page_pb(const struct memmap *map, page_handle h)
{
	u8 *own = unlikely(map->nr_shared) ? memmap_shared_pb(map, page_to_pfn(map, h)) : NULL;

	if (own)
		return own;
	return &memmap_slot(map, h)->pb[(h & map->block_mask) >> map->pb_order];
}

/* The handle of @pfn if its max block has a slot, else NO_PAGE. Changes nothing. */
page_handle memmap_find(const struct memmap *map, pfn_t pfn);
/*
 * The handle of @pfn, giving its max block a slot if needed (range state is
 * written into the pages). NO_PAGE inside a whole free max block: that one must
 * be taken off its list first (zone/buddy.h buddy_take()).
 */
page_handle memmap_touch(struct memmap *map, pfn_t pfn);
/* The block of @slot is one free max block again: give the slot back. All its pages must be zero. */
void memmap_release_slot(struct memmap *map, u32 slot);
/* The section of @pfn, or NULL while nobody touched it; touching it. */
struct mem_section *memmap_section(const struct memmap *map, pfn_t pfn);
struct mem_section *memmap_touch_section(struct memmap *map, pfn_t pfn);
/* First touched section that ends after @pfn, or NULL. */
struct mem_section *memmap_next_section(const struct memmap *map, pfn_t pfn);
/* A slot for block @blk of @sec that has none: all pages zero, in no summary class. Return: its first handle. */
page_handle memmap_attach_slot(struct memmap *map, struct mem_section *sec, unsigned blk);
/* Zone number of a page (ZONE_NONE: none). Looks at the ranges where zones meet in one block. */
u16 memmap_zone_slow(const struct memmap *map, page_handle h);
static inline u16 memmap_zone(const struct memmap *map, page_handle h)
{
	u16 z = memmap_slot(map, h)->zone;

	return likely(z != ZONE_MIXED) ? z : memmap_zone_slow(map, h);
}
/* The range that covers @pfn, or NULL (a hole). */
const struct memmap_range *memmap_range_of(const struct memmap *map, pfn_t pfn);
/* Whole free with default pageblock types: the section says nothing that the ranges do not. */
bool memmap_section_pristine(const struct memmap *map, const struct mem_section *sec);
/* Forget the pristine section, whose blocks are all on @list: they become runs in place. */
void memmap_retire_section(struct memmap *map, struct free_list *list, struct mem_section *sec);
/* Memory of free slots goes back to the host; the machine does not change. */
void memmap_trim(struct memmap *map);

/* Pages per section, max block. */
static inline u64 memmap_section_pages(const struct memmap *map) { return 1ULL << map->section_order; }
static inline u32 memmap_block_pages(const struct memmap *map) { return 1U << map->max_order; }
static inline page_handle slot_handle(const struct memmap *map, u32 slot) { return slot << map->max_order; }
/* Index of the max block of @pfn in its section. */
static inline unsigned section_block(const struct memmap *map, const struct mem_section *sec, pfn_t pfn)
{
	return (unsigned)((pfn - sec->start_pfn) >> map->max_order);
}
/* Head of the free or allocated block that covers @h (itself, where it is a head). */
page_handle memmap_head(const struct memmap *map, page_handle h);

/* Must be called before any page or psum row of the slot changes. */
void memmap_dirty_slow(struct memmap *map, u32 slot);
static inline void memmap_dirty(struct memmap *map, page_handle h)
{
	u32 s = h >> map->max_order;

	if (unlikely(map->slot_dirty[s] != (SLOT_SAVED | SLOT_SUMMED)))
		memmap_dirty_slow(map, s);
}
/* Before a pageblock byte of @sec changes. */
void memmap_dirty_section(struct memmap *map, struct mem_section *sec);

/* --- what checkpoints call (sim/checkpoint.c) ------------------------------- */

/* @fn is called before a slot changes for the first time since it was last clean. NULL: nobody. */
void memmap_set_dirty_hook(struct memmap *map, memmap_dirty_fn fn, void *arg);
#define MEMMAP_SLOT_STATE_MAX (20u * 1024) /* enough for max orders up to 10 */
/* A slot's state outside the arena: descriptor, summary rows, pages. All zero: a free slot. */
size_t memmap_slot_state_bytes(const struct memmap *map);
void memmap_slot_save(const struct memmap *map, u32 slot, void *buf);
void memmap_slot_load(struct memmap *map, u32 slot, const void *buf);
/* A checkpoint was taken: the next change of @slot calls the hook again. */
void memmap_slot_clean(struct memmap *map, u32 slot);
/* The opposite: what @slot was is kept already. */
void memmap_slot_saved(struct memmap *map, u32 slot);
/* The arena and the slots were put back to an earlier state. */
void memmap_rebuild_caches(struct memmap *map);

/* --- what readers call ---------------------------------------------------- */

/* Everything about one page frame, resolved. Plain values; nothing to free. */
struct page_view {
	pfn_t pfn;
	pfn_t head;          /* first pfn of the block that covers it */
	enum page_state state;
	unsigned order;      /* of that block; 0 for reserved pages and holes */
	unsigned mt;         /* list or allocation migratetype */
	unsigned pb_mt;      /* of its pageblock */
	bool pb_skip;
	unsigned kind;       /* enum page_kind, when allocated */
	u32 flags;           /* enum page_flag bits of the head */
	u32 owner;
	u32 ref;
	u32 private;         /* head's next field when it is on no list */
	u16 zone;            /* zone number or ZONE_NONE */
	bool device;
	bool touched;        /* has struct page storage */
};
void memmap_view(const struct memmap *map, pfn_t pfn, struct page_view *out);

/* First pfn >= @pfn and < @end that is in a range with memory; NO_PFN if none. */
pfn_t memmap_next_present(const struct memmap *map, pfn_t pfn, pfn_t end);
/* present_section_nr() for the section of @pfn. */
bool memmap_section_present(const struct memmap *map, u64 section_nr);

/* Bytes of host memory in use for pages, slots and sections (for `show self`). */
size_t memmap_host_bytes(const struct memmap *map);

#endif
