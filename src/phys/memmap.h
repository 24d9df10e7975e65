/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct page for a simulated machine: sparse by nature.
 *
 * The idea. A page costs host memory only while something other than "whole
 * free block of the largest order" or "reserved since boot" is true of it.
 * Memory is looked at in three grains:
 *
 *   section   (arch->section_shift)   has a struct mem_section once touched
 *   max block (1 << max_page_order)   one entry in its section; has a *slot*
 *                                     of struct page while it is not one whole
 *                                     free block and not wholly reserved
 *   page      16 bytes in a slot
 *
 * Page handles (u32) name a page inside a slot: slot << max_page_order | index.
 * Buddies of any order below the largest lie in the same slot, so a buddy's
 * handle is handle ^ (1 << order). List links are handles: a list may hold any
 * page of a machine of any size.
 *
 * Free blocks of the largest order never need a slot. They sit on their free
 * list as *runs*: (start pfn, number of consecutive max blocks). After boot a
 * 64 TiB machine has a handful of runs. A run is cut when one of its blocks is
 * touched and what is left keeps its place in the list, so that blocks come off
 * the list in exactly the kernel's order.
 *
 * Only heads carry information: the first page of a free block or of an
 * allocated block says state and order; the other pages of it are zero
 * (PAGE_TAIL) and are resolved by alignment (memmap_head()).
 *
 * Models: mm/sparse.c, include/linux/mm_types.h (struct page), mmzone.h.
 */
#ifndef MM_PHYS_MEMMAP_H
#define MM_PHYS_MEMMAP_H

#include "base/arena.h"
#include "base/types.h"
#include "phys/arch.h"

typedef u32 page_handle;
#define NO_PAGE ((page_handle)~0U)

enum page_state {
	PAGE_TAIL,     /* inside a block whose head says what it is */
	PAGE_BUDDY,    /* head of a free block on a buddy list */
	PAGE_PCP,      /* head of a free block on a per-cpu list */
	PAGE_ALLOC,    /* head of an allocated block */
	PAGE_RESERVED, /* PageReserved: given to nobody since boot */
	PAGE_HOLE,     /* no memory here (or not in any zone) */
	PAGE_OFFLINE,  /* its memory block is offline */
	PAGE_ISOLATED, /* free page taken by compaction or isolation, on a private list */
	PAGE_POISON,   /* PageHWPoison, taken out of use */
	NR_PAGE_STATES
};

/* What an allocated block is used for; decides the summary class and the colour. */
enum page_kind {
	KIND_KERNEL,      /* unmovable */
	KIND_RECLAIMABLE,
	KIND_MOVABLE,     /* movable without further structure */
	KIND_ANON,
	KIND_FILE,
	KIND_SLAB,
	KIND_PGTABLE,
	KIND_HUGETLB,
	KIND_THP,
	KIND_CMA,
	KIND_DRIVER,      /* movable_ops */
	KIND_MEMMAP,      /* vmemmap of hot-added memory */
	NR_PAGE_KINDS
};

/*
 * 16 bytes. @next and @prev are links while the page is on a list (buddy, pcp,
 * lru, isolated); for an allocated page that is on no list they are free for
 * @private data (allocation sequence number, slab index).
 * @info packs state:4 order:4 mt:3 kind:5 flags:16; use the accessors. The kind of
 * a PAGE_RESERVED page is 1 for ZONE_DEVICE pages.
 * @ext packs owner:20 refcount:12 for allocated heads.
 */
struct page {
	page_handle next;
	page_handle prev;
	u32 info;
	u32 ext;
};

#define PG_STATE_SHIFT 0
#define PG_ORDER_SHIFT 4
#define PG_MT_SHIFT    8
#define PG_KIND_SHIFT  11
#define PG_FLAG_SHIFT  16

/* page->flags that we keep, already shifted for @info. */
enum page_flag {
	PGF_HEAD = 1u << 16,       /* compound */
	PGF_LRU = 1u << 17,
	PGF_ACTIVE = 1u << 18,
	PGF_REFERENCED = 1u << 19,
	PGF_DIRTY = 1u << 20,
	PGF_UPTODATE = 1u << 21,
	PGF_SWAPBACKED = 1u << 22,
	PGF_UNEVICTABLE = 1u << 23,
	PGF_MLOCKED = 1u << 24,
	PGF_PINNED = 1u << 25,     /* not a kernel flag: long-term pin */
	PGF_MOVABLE_OPS = 1u << 26,/* __PageMovable */
	PGF_ISOLATED = 1u << 27,
	PGF_WRITEBACK = 1u << 28,
	PGF_MAPPED = 1u << 29,     /* mapcount > 0 */
	PGF_LOCKED = 1u << 30,
	PGF_RECLAIM = 1u << 31,
};

static inline u32 page_info(enum page_state s, unsigned order, unsigned mt, unsigned kind)
{
	return (u32)s | order << PG_ORDER_SHIFT | mt << PG_MT_SHIFT | kind << PG_KIND_SHIFT;
}
static inline enum page_state page_state(const struct page *p) { return p->info & 15; }
static inline unsigned page_order(const struct page *p) { return p->info >> PG_ORDER_SHIFT & 15; }
static inline unsigned page_mt(const struct page *p) { return p->info >> PG_MT_SHIFT & 7; }
static inline unsigned page_kind(const struct page *p) { return p->info >> PG_KIND_SHIFT & 31; }
static inline u32 page_owner_id(const struct page *p) { return p->ext >> 12; }
static inline u32 page_ref(const struct page *p) { return p->ext & 0xfff; }

#define PG_STATE_MASK 0xfu
#define PG_FLAG_MASK  0xffff0000u

/* Pageblock byte: low 3 bits migratetype (ours), bit 3 compaction skip. */
#define PB_MT_MASK 7u
#define PB_SKIP    8u

struct mem_section;

/*
 * A list of blocks. @first and @last mean something only while @nr > 0, so a
 * zeroed list is empty; the outer links of the two ends mean nothing. Of pages
 * (handles), or of whole max blocks (phys/maxblock.h).
 */
struct free_list {
	u32 first;
	u32 last;
	u64 nr; /* entries (blocks) */
};

/* One slot: the struct pages of one max block. */
struct slot {
	pfn_t pfn;                /* of its first page; meaningless while @sec is NULL */
	struct mem_section *sec;  /* NULL: slot is free, all of it is zero */
	u8 *pb;                   /* pageblock bytes of this block, inside sec->pb */
	u16 zone;                 /* zone number (ZONE_NR); ZONE_MIXED where pages of two zones meet */
	u16 blk;                  /* index of the max block in its section */
};

/* Zone numbers, as kept in slots and ranges. */
#define ZONE_NR_SHIFT 3
#define ZONE_NR(nid, zid) ((u16)((unsigned)(nid) << ZONE_NR_SHIFT | (unsigned)(zid)))
#define ZONE_MIXED 0xffff
#define ZONE_NONE  0xfffe
_Static_assert(MAX_NR_ZONES <= 1 << ZONE_NR_SHIFT, "zone types fit a zone number");

#endif
