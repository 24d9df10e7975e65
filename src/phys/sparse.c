/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections and slots: where struct pages come from and go to.
 *
 *   pfn ──radix──> mem_section ──slot[blk]──> slot ──> 1 << max_order pages
 *                     │ pb[]: pageblock types      └─> summary rows, one per pageblock
 *                     └ block[]: links of free max blocks (phys/maxblock.h)
 *
 * Everything that is not said there is said by the ranges (phys/ranges.c).
 * Slots live in reserved address ranges of their own; all else is in the arena.
 *
 * Models: mm/sparse.c of Linux 6.12 (section_mem_map, usemap), with storage
 * only for what somebody touched.
 */
#include "phys/sparse.h"

#include <string.h>
#include <sys/mman.h>

#include "phys/maxblock.h"
#include "phys/ranges.h"
#include "phys/summary.h"

/* Struct pages that one machine may have touched at the same time. */
#define MAX_TOUCHED_PAGES (sizeof(void *) > 4 ? 1ULL << 30 : 1ULL << 24)
#define TRIM_SLOTS 1024 /* so many slots may lie unused before the memory of most goes back to the host */
#define KEEP_SLOTS 256  /* and so many keep it, to be used first */

static void *reserve(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static size_t rows_per_slot(const struct memmap *map)
{
	return (size_t)1 << (map->max_order - map->pb_order);
}

static size_t pages_bytes(const struct memmap *map)
{
	return ((size_t)map->max_slots << map->max_order) * sizeof(struct page);
}
static size_t psum_bytes(const struct memmap *map)
{
	return map->max_slots * rows_per_slot(map) * sizeof(*map->psum);
}

void memmap_cleanup(struct memmap *map)
{
	if (map->pages)
		munmap(map->pages, pages_bytes(map));
	if (map->psum)
		munmap(map->psum, psum_bytes(map));
	if (map->slots)
		munmap(map->slots, map->max_slots * sizeof(*map->slots));
	if (map->slot_dirty)
		munmap(map->slot_dirty, map->max_slots);
	map->pages = NULL;
	map->psum = NULL;
	map->slots = NULL;
	map->slot_dirty = NULL;
}

static int reserve_slots(struct memmap *map, u64 blocks)
{
	u64 limit = MAX_TOUCHED_PAGES >> map->max_order;

	map->max_slots = (u32)min_u64(blocks, limit);
	map->pages = reserve(pages_bytes(map));
	map->psum = reserve(psum_bytes(map));
	map->slots = reserve(map->max_slots * sizeof(*map->slots));
	map->slot_dirty = reserve(map->max_slots);
	if (map->pages && map->psum && map->slots && map->slot_dirty)
		return 0;
	memmap_cleanup(map);
	return -ENOMEM;
}

int memmap_init(struct memmap *map, struct arena *arena, const struct arch *arch, pfn_t max_pfn)
{
	u64 section_pages = arch->section_shift > arch->page_shift ? arch_pages_per_section(arch) : 1;
	u64 blocks;

	memset(map, 0, sizeof(*map));
	map->arch = arch;
	map->arena = arena;
	map->max_order = arch->max_page_order;
	map->pb_order = arch->pageblock_order;
	map->section_order = (unsigned)ilog2_u64(section_pages);
	if (map->section_order < map->max_order)
		map->section_order = map->max_order;
	map->block_shift = map->section_order - map->max_order;
	map->block_mask = memmap_block_pages(map) - 1;
	map->default_mt = MIGRATE_MOVABLE;
	map->nr_sections_max = ((max_pfn - 1) >> map->section_order) + 1;
	if (!max_pfn || map->nr_sections_max << map->block_shift >> 31)
		return -E2BIG;
	map->radix_levels = 1;
	while (map->nr_sections_max > 1ULL << (map->radix_levels * RADIX_SHIFT))
		map->radix_levels++;
	map->free_run = NO_RUN;
	map->dirty_section = NO_SECTION;
	blocks = map->nr_sections_max << map->block_shift;
	map->root = arena_alloc(arena, sizeof(*map->root));
	return reserve_slots(map, blocks);
}

/* --- sections by number ---------------------------------------------------- */

static unsigned radix_slot(u64 nr, int level)
{
	return (unsigned)(nr >> (level * RADIX_SHIFT)) & (RADIX_SIZE - 1);
}

struct mem_section *memmap_section(const struct memmap *map, pfn_t pfn)
{
	u64 nr = pfn >> map->section_order;
	const struct radix_node *n = map->root;

	if (unlikely(nr >= map->nr_sections_max))
		return NULL;
	for (int level = map->radix_levels - 1; level > 0; level--) {
		n = n->child[radix_slot(nr, level)];
		if (!n)
			return NULL;
	}
	return n->child[radix_slot(nr, 0)];
}

/* The lowest node on the way to section @nr; makes what is missing. */
static struct radix_node *radix_leaf(struct memmap *map, u64 nr)
{
	struct radix_node *n = map->root;

	for (int level = map->radix_levels - 1; level > 0; level--) {
		unsigned i = radix_slot(nr, level);

		if (!n->child[i]) {
			n->child[i] = arena_alloc(map->arena, sizeof(*n));
			n->present |= 1u << i;
		}
		n = n->child[i];
	}
	return n;
}

/* First section with number >= @nr below @n, which covers numbers from @base on. */
static struct mem_section *radix_next(const struct radix_node *n, int level, u64 base, u64 nr)
{
	unsigned first = nr > base ? radix_slot(nr, level) : 0;
	u32 bits = n->present >> first << first;

	while (bits) {
		unsigned i = (unsigned)__builtin_ctz(bits);
		u64 start = base + ((u64)i << (level * RADIX_SHIFT));
		struct mem_section *s = level ? radix_next(n->child[i], level - 1, start, nr) : n->child[i];

		if (s)
			return s;
		bits &= bits - 1;
	}
	return NULL;
}

struct mem_section *memmap_next_section(const struct memmap *map, pfn_t pfn)
{
	u64 nr = pfn >> map->section_order;

	if (nr >= map->nr_sections_max)
		return NULL;
	return radix_next(map->root, map->radix_levels - 1, 0, nr);
}

static u32 section_index(struct memmap *map)
{
	u32 cap = map->cap_sections;

	if (map->nr_free_index)
		return map->free_index[--map->nr_free_index];
	if (map->nr_sections == cap) {
		u32 more = cap ? cap * 2 : 16;

		map->section = arena_realloc(map->arena, map->section, cap * sizeof(*map->section),
					     more * sizeof(*map->section));
		map->free_index = arena_realloc(map->arena, map->free_index, cap * sizeof(u32),
						more * sizeof(u32));
		map->cap_sections = more;
	}
	return map->nr_sections++;
}

static struct mem_section *section_new(struct memmap *map, u64 nr)
{
	size_t nr_pb = (size_t)1 << (map->section_order - map->pb_order);
	size_t nr_blocks = (size_t)1 << map->block_shift;
	struct mem_section *sec = arena_alloc(map->arena, sizeof(*sec));

	sec->start_pfn = nr << map->section_order;
	sec->pb = arena_alloc(map->arena, nr_pb);
	memset(sec->pb, (int)map->default_mt, nr_pb);
	sec->slot = arena_alloc(map->arena, nr_blocks * sizeof(*sec->slot));
	memset(sec->slot, 0xff, nr_blocks * sizeof(*sec->slot));
	sec->block = arena_alloc(map->arena, nr_blocks * sizeof(*sec->block));
	sec->next = NO_SECTION;
	return sec;
}

struct mem_section *memmap_touch_section(struct memmap *map, pfn_t pfn)
{
	struct mem_section *sec = memmap_section(map, pfn);
	u64 nr = pfn >> map->section_order;
	struct radix_node *leaf;

	if (likely(sec))
		return sec;
	leaf = radix_leaf(map, nr);
	sec = section_new(map, nr);
	sec->index = section_index(map);
	map->section[sec->index] = sec;
	leaf->child[radix_slot(nr, 0)] = sec;
	leaf->present |= 1u << radix_slot(nr, 0);
	maxblock_tame(map, sec);
	return sec;
}

/* The section holds nothing that the ranges do not say: forget it. */
static void section_delete(struct memmap *map, struct mem_section *sec)
{
	u64 nr = sec->start_pfn >> map->section_order;
	struct radix_node *leaf = radix_leaf(map, nr);
	size_t nr_blocks = (size_t)1 << map->block_shift;

	leaf->child[radix_slot(nr, 0)] = NULL;
	leaf->present &= ~(1u << radix_slot(nr, 0));
	map->section[sec->index] = NULL;
	map->free_index[map->nr_free_index++] = sec->index;
	arena_free(map->arena, sec->pb, (size_t)1 << (map->section_order - map->pb_order));
	arena_free(map->arena, sec->slot, nr_blocks * sizeof(*sec->slot));
	arena_free(map->arena, sec->block, nr_blocks * sizeof(*sec->block));
	arena_free(map->arena, sec, sizeof(*sec));
}

bool memmap_section_pristine(const struct memmap *map, const struct mem_section *sec)
{
	u32 nr_pb = 1u << (map->section_order - map->pb_order);

	if (sec->nr_slots || sec->nr_free != 1u << map->block_shift)
		return false;
	for (u32 i = 0; i < nr_pb; i++)
		if (sec->pb[i] != map->default_mt)
			return false;
	return true;
}

void memmap_retire_section(struct memmap *map, struct free_list *list, struct mem_section *sec)
{
	summary_flush(map);
	maxblock_untame(map, list, sec);
	section_delete(map, sec);
}

/* --- slots ----------------------------------------------------------------- */

void memmap_dirty_section(struct memmap *map, struct mem_section *sec)
{
	if (sec->summary_dirty)
		return;
	sec->summary_dirty = true;
	sec->next = map->dirty_section;
	map->dirty_section = sec->index;
}

void memmap_dirty_slow(struct memmap *map, u32 slot)
{
	if (!(map->slot_dirty[slot] & SLOT_SAVED) && map->on_dirty)
		map->on_dirty(map->on_dirty_arg, slot);
	map->slot_dirty[slot] |= SLOT_SAVED;
	if (!map->slots[slot].sec)
		return;
	memmap_dirty_section(map, map->slots[slot].sec);
	map->slot_dirty[slot] |= SLOT_SUMMED;
}

static u32 slot_new(struct memmap *map)
{
	if (map->nr_free_slots) {
		if (map->nr_returned == map->nr_free_slots)
			map->nr_returned--;
		return map->free_slot[--map->nr_free_slots];
	}
	if (map->nr_slots == map->max_slots)
		arena_exhausted(map->arena);
	return map->nr_slots++;
}

/*
 * The memory of the first @nr free slots goes back to the host. Their pages are
 * zero, and so they are when the host has taken them.
 */
static void return_slots(struct memmap *map, u32 nr)
{
	size_t bytes = ((size_t)1 << map->max_order) * sizeof(struct page);

	for (; map->nr_returned < nr; map->nr_returned++)
		madvise(&map->pages[slot_handle(map, map->free_slot[map->nr_returned])], bytes, MADV_DONTNEED);
}

static void slot_forget(struct memmap *map, u32 slot)
{
	if (map->nr_free_slots == map->cap_free_slots) {
		u32 cap = map->cap_free_slots ? map->cap_free_slots * 2 : 64;

		map->free_slot = arena_realloc(map->arena, map->free_slot,
					       map->cap_free_slots * sizeof(u32), cap * sizeof(u32));
		map->cap_free_slots = cap;
	}
	map->free_slot[map->nr_free_slots++] = slot;
	if (unlikely(map->nr_free_slots - map->nr_returned > TRIM_SLOTS))
		return_slots(map, map->nr_free_slots - KEEP_SLOTS);
}

page_handle memmap_attach_slot(struct memmap *map, struct mem_section *sec, unsigned blk)
{
	u32 n = slot_new(map);
	struct slot *s = &map->slots[n];

	memmap_dirty(map, slot_handle(map, n));
	s->pfn = sec->start_pfn + ((u64)blk << map->max_order);
	s->sec = sec;
	s->pb = sec->pb + ((size_t)blk << (map->max_order - map->pb_order));
	s->blk = (u16)blk;
	s->zone = ranges_zone(map, s->pfn, s->pfn + memmap_block_pages(map));
	sec->slot[blk] = n;
	sec->nr_slots++;
	memmap_dirty(map, slot_handle(map, n));
	return slot_handle(map, n);
}

/* Take the slot from its section; its pages and rows are zero. */
static void slot_detach(struct memmap *map, u32 n)
{
	struct slot *s = &map->slots[n];

	memmap_dirty(map, slot_handle(map, n));
	memset(&map->psum[(size_t)n * rows_per_slot(map)], 0, rows_per_slot(map) * sizeof(*map->psum));
	s->sec->slot[s->blk] = NO_SLOT;
	s->sec->nr_slots--;
	memset(s, 0, sizeof(*s));
	map->slot_dirty[n] &= (u8)~SLOT_SUMMED;
	slot_forget(map, n);
}

void memmap_release_slot(struct memmap *map, u32 slot)
{
	struct slot *s = &map->slots[slot];
	struct max_block *b = &s->sec->block[s->blk];

	if (!(b->flags & MB_RANGE_FREE)) {
		ranges_set(map, s->pfn, s->pfn + memmap_block_pages(map), PAGE_BUDDY, s->zone, false);
		b->flags |= MB_RANGE_FREE;
	}
	slot_detach(map, slot);
}

/* --- pages ----------------------------------------------------------------- */

page_handle memmap_find(const struct memmap *map, pfn_t pfn)
{
	const struct mem_section *sec = memmap_section(map, pfn);
	u32 n;

	if (!sec)
		return NO_PAGE;
	n = sec->slot[section_block(map, sec, pfn)];
	if (n == NO_SLOT)
		return NO_PAGE;
	return slot_handle(map, n) + (u32)(pfn & (memmap_block_pages(map) - 1));
}

/* Pages [start, end) of the slot at @base, whose block starts at @block, are what @r says. */
static void fill_pages(struct memmap *map, page_handle base, pfn_t block, pfn_t start, const struct range_piece *r)
{
	u32 info = page_info(r->state, 0, 0, r->device);

	for (pfn_t p = start; p < r->end; p++) {
		page_handle h = base + (u32)(p - block);

		map->pages[h] = (struct page){ .info = info };
		psum_add(map, h, 0, page_summary_class(info));
	}
}

/* Write what the ranges say into all pages of a fresh slot. */
static void fill_slot(struct memmap *map, page_handle base, pfn_t block)
{
	pfn_t p = block, end = block + memmap_block_pages(map);

	while (p < end) {
		struct range_piece r = ranges_piece(map, p, end);

		fill_pages(map, base, block, p, &r);
		p = r.end;
	}
}

page_handle memmap_touch(struct memmap *map, pfn_t pfn)
{
	page_handle h = memmap_find(map, pfn), base;
	struct mem_section *sec;
	unsigned blk;

	if (h != NO_PAGE)
		return h;
	sec = memmap_touch_section(map, pfn);
	blk = section_block(map, sec, pfn);
	if (sec->block[blk].flags & MB_FREE)
		return NO_PAGE;
	base = memmap_attach_slot(map, sec, blk);
	fill_slot(map, base, align_down(pfn, memmap_block_pages(map)));
	return base + (u32)(pfn & (memmap_block_pages(map) - 1));
}

page_handle memmap_head(const struct memmap *map, page_handle h)
{
	for (unsigned o = 0; o <= map->max_order; o++) {
		h &= ~((1u << o) - 1);
		if (page_state(&map->pages[h]) != PAGE_TAIL)
			break;
	}
	return h;
}

u16 memmap_zone_slow(const struct memmap *map, page_handle h)
{
	const struct memmap_range *r = memmap_range_of(map, page_to_pfn(map, h));

	return r ? r->zone : ZONE_NONE;
}

/* --- pageblocks that zones share -------------------------------------------- */

void memmap_share_pageblock(struct memmap *map, pfn_t pfn, u16 zone, unsigned mt)
{
	size_t size = sizeof(*map->shared);

	map->shared = arena_realloc(map->arena, map->shared, map->nr_shared * size, (map->nr_shared + 1) * size);
	map->shared[map->nr_shared++] =
		(struct shared_pageblock){ align_down(pfn, 1ULL << map->pb_order), zone, (u8)mt };
}

u8 *memmap_shared_pb(const struct memmap *map, pfn_t pfn)
{
	pfn_t block = align_down(pfn, 1ULL << map->pb_order);
	const struct memmap_range *r;

	for (u32 i = 0; i < map->nr_shared; i++) {
		if (map->shared[i].pfn != block)
			continue;
		r = memmap_range_of(map, pfn);
		if (r && r->zone == map->shared[i].zone)
			return &map->shared[i].pb;
	}
	return NULL;
}

/* --- declaring ranges ------------------------------------------------------ */

static void clear_pages(struct memmap *map, page_handle h, u64 nr)
{
	for (u64 i = 0; i < nr; i++) {
		struct page *p = &map->pages[h + i];

		if (page_state(p) == PAGE_TAIL)
			continue;
		psum_sub(map, h + (u32)i, page_order(p), page_summary_class(p->info));
		memset(p, 0, sizeof(*p));
	}
}

/* Block @blk of @sec: [start, end) of it was declared anew. */
static void redeclare_block(struct memmap *map, struct mem_section *sec, unsigned blk, pfn_t start, pfn_t end)
{
	pfn_t block = sec->start_pfn + ((u64)blk << map->max_order);
	u32 n = sec->slot[blk];
	page_handle base;

	sec->block[blk].flags &= (u8)~MB_RANGE_FREE;
	if (n == NO_SLOT)
		return;
	base = slot_handle(map, n);
	memmap_dirty(map, base);
	clear_pages(map, base + (u32)(start - block), end - start);
	if (end - start == memmap_block_pages(map)) {
		slot_detach(map, n);
		return;
	}
	map->slots[n].zone = ranges_zone(map, block, block + memmap_block_pages(map));
	while (start < end) {
		struct range_piece r = ranges_piece(map, start, end);

		fill_pages(map, base, block, start, &r);
		start = r.end;
	}
}

static void redeclare(struct memmap *map, pfn_t start, pfn_t end)
{
	struct mem_section *sec = memmap_next_section(map, start);

	while (sec && sec->start_pfn < end) {
		pfn_t sec_end = sec->start_pfn + memmap_section_pages(map);
		pfn_t p = max_u64(start, sec->start_pfn), e = min_u64(end, sec_end);

		memmap_dirty_section(map, sec);
		while (p < e) {
			pfn_t next = min_u64(e, align_down(p, memmap_block_pages(map)) + memmap_block_pages(map));

			redeclare_block(map, sec, section_block(map, sec, p), p, next);
			p = next;
		}
		sec = memmap_next_section(map, sec_end);
	}
}

void memmap_set_range(struct memmap *map, pfn_t start, pfn_t end, enum page_state state, u16 zone)
{
	if (start >= end)
		return;
	ranges_set(map, start, end, state, zone, false);
	redeclare(map, start, end);
}

void memmap_set_device(struct memmap *map, pfn_t start, pfn_t end, u16 zone)
{
	if (start >= end)
		return;
	ranges_set(map, start, end, PAGE_RESERVED, zone, true);
	redeclare(map, start, end);
}

/* --- checkpoints ----------------------------------------------------------- */

void memmap_set_dirty_hook(struct memmap *map, memmap_dirty_fn fn, void *arg)
{
	map->on_dirty = fn;
	map->on_dirty_arg = arg;
	memmap_rebuild_caches(map);
}

size_t memmap_slot_state_bytes(const struct memmap *map)
{
	return sizeof(struct slot) + rows_per_slot(map) * sizeof(*map->psum) +
	       ((size_t)1 << map->max_order) * sizeof(struct page);
}

void memmap_slot_save(const struct memmap *map, u32 slot, void *buf)
{
	size_t rows = rows_per_slot(map) * sizeof(*map->psum);
	u8 *p = buf;

	memcpy(p, &map->slots[slot], sizeof(struct slot));
	memcpy(p + sizeof(struct slot), &map->psum[slot * rows_per_slot(map)], rows);
	memcpy(p + sizeof(struct slot) + rows, &map->pages[slot_handle(map, slot)],
	       ((size_t)1 << map->max_order) * sizeof(struct page));
}

void memmap_slot_load(struct memmap *map, u32 slot, const void *buf)
{
	size_t rows = rows_per_slot(map) * sizeof(*map->psum);
	const u8 *p = buf;

	memcpy(&map->slots[slot], p, sizeof(struct slot));
	memcpy(&map->psum[slot * rows_per_slot(map)], p + sizeof(struct slot), rows);
	memcpy(&map->pages[slot_handle(map, slot)], p + sizeof(struct slot) + rows,
	       ((size_t)1 << map->max_order) * sizeof(struct page));
}

void memmap_slot_clean(struct memmap *map, u32 slot)
{
	map->slot_dirty[slot] = 0;
}

void memmap_slot_saved(struct memmap *map, u32 slot)
{
	map->slot_dirty[slot] |= SLOT_SAVED;
}

void memmap_rebuild_caches(struct memmap *map)
{
	if (map->slot_dirty) /* NULL: back to before the boot stage that makes the map */
		memset(map->slot_dirty, 0, map->nr_slots);
}

/* --- giving memory back ---------------------------------------------------- */

void memmap_trim(struct memmap *map)
{
	return_slots(map, map->nr_free_slots);
}

size_t memmap_host_bytes(const struct memmap *map)
{
	size_t slot = memmap_slot_state_bytes(map) + 1;
	size_t nr_blocks = (size_t)1 << map->block_shift;
	size_t sec = sizeof(struct mem_section) + nr_blocks * (sizeof(u32) + sizeof(struct max_block)) +
		     ((size_t)1 << (map->section_order - map->pb_order));

	return (map->nr_slots - map->nr_returned) * slot + (map->nr_sections - map->nr_free_index) * sec +
	       map->cap_runs * (sizeof(struct wild_run) + sizeof(u32)) +
	       map->cap_ranges * (sizeof(struct memmap_range) + sizeof(struct range_total));
}
