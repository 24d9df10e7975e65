/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct memmap: sections, slots and the layer of ranges below them. See
 * phys/memmap.h for the idea.
 */
#ifndef MM_PHYS_SPARSE_H
#define MM_PHYS_SPARSE_H

#include "phys/memmap.h"

struct summary_tree;

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

/* A section somebody touched. */
struct mem_section {
	pfn_t start_pfn;
	u32 index;        /* among touched sections; part of block handles */
	u16 nr_slots;     /* blocks with a slot */
	bool summary_dirty;
	u8 *pb;           /* [pageblocks per section] pageblock bytes */
	u32 *slot;        /* [max blocks per section] slot number, or NO_SLOT */
	struct max_block *block; /* [max blocks per section] list membership while wholly free */
};
#define NO_SLOT ((u32)~0U)

struct memmap {
	const struct arch *arch;
	struct arena *arena;
	u8 max_order;
	u8 pb_order;

	/* Hot: page p of handle h is pages[h]. */
	struct page *pages;   /* own address range, grows by slots; never moves */
	struct slot *slots;   /* same */
	u16 (*psum)[32];      /* per pageblock of a slot: pages by summary class */
	u8 *slot_dirty;       /* [slots] changed since the last checkpoint */
	u32 nr_slots;         /* slots in use or on the free chain */
	u32 free_slot;        /* head of the chain of free slots, or NO_SLOT */

	struct memmap_range *ranges;
	size_t nr_ranges;
	size_t cap_ranges;

	struct mem_section **sections; /* by section number; NULL: untouched */
	u64 nr_sections_max;
	struct summary_tree *tree;
	/* ... the implementation may add fields; readers use functions. */
};

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
	return memmap_slot(map, h)->pfn + (h & ((1u << map->max_order) - 1));
}
static inline u8 *page_pb(const struct memmap *map, page_handle h)
{
	return &memmap_slot(map, h)->pb[(h & ((1u << map->max_order) - 1)) >> map->pb_order];
}

/* The handle of @pfn if its max block has a slot, else NO_PAGE. Changes nothing. */
page_handle memmap_find(const struct memmap *map, pfn_t pfn);
/* The handle of @pfn, giving its max block a slot if needed (range state is written into the pages). */
page_handle memmap_touch(struct memmap *map, pfn_t pfn);
/* The block of @pfn is one free max block again or wholly reserved: give the slot back. All its pages must be zero. */
void memmap_release_slot(struct memmap *map, u32 slot);
/* Head of the free or allocated block that covers @h (itself, where it is a head). */
page_handle memmap_head(const struct memmap *map, page_handle h);

/* Must be called before any page, psum or pageblock byte of the slot changes. */
static inline void memmap_dirty(struct memmap *map, page_handle h);
void memmap_dirty_slow(struct memmap *map, u32 slot);
static inline void memmap_dirty(struct memmap *map, page_handle h)
{
	u32 s = h >> map->max_order;

	if (unlikely(!map->slot_dirty[s]))
		memmap_dirty_slow(map, s);
}

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
