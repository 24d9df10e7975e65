/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages at the places where a captured system had them: what desc->run says becomes
 * the state of the booted machine, max block by max block.
 *
 *   booted    [        free        ][reserved]
 *   run        .3 a*2 k f2 s1 .4 ...  r*512
 *   1. free blocks of the max block leave their lists, reserved pages that the system
 *      calls something else are given up by boot
 *   2. each pageblock gets the type that suits what is in it
 *   3. block by block: onto the free lists, or used, on LRU lists where it was on one
 *
 * What the model's own boot allocated stays; runs pass it by.
 */
#include "io/import_state.h"

#include <string.h>

#include "alloc/lru.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "zone/buddy.h"
#include "zone/pageblock.h"

#define MAX_BLOCK_PAGES (1u << (NR_PAGE_ORDERS_MAX - 1))

/* How the model keeps a use: kind, flags, and the name under which its pages are held. */
static const struct use {
	u8 kind;
	u8 mt;
	u32 flags;
	const char *owner;
} uses[NR_PAGE_USES] = {
	[USE_ANON] = { KIND_ANON, MIGRATE_MOVABLE, PGF_LRU | PGF_SWAPBACKED | PGF_UPTODATE, "processes (imported)" },
	[USE_ANON_ACTIVE] = { KIND_ANON, MIGRATE_MOVABLE, PGF_LRU | PGF_ACTIVE | PGF_SWAPBACKED | PGF_UPTODATE,
			      "processes (imported)" },
	[USE_FILE] = { KIND_FILE, MIGRATE_MOVABLE, PGF_LRU | PGF_UPTODATE, "page cache (imported)" },
	[USE_FILE_ACTIVE] = { KIND_FILE, MIGRATE_MOVABLE, PGF_LRU | PGF_ACTIVE | PGF_UPTODATE, "page cache (imported)" },
	[USE_SHMEM] = { KIND_FILE, MIGRATE_MOVABLE, PGF_LRU | PGF_SWAPBACKED | PGF_UPTODATE, "shared memory (imported)" },
	[USE_SHMEM_ACTIVE] = { KIND_FILE, MIGRATE_MOVABLE, PGF_LRU | PGF_ACTIVE | PGF_SWAPBACKED | PGF_UPTODATE,
			       "shared memory (imported)" },
	[USE_ANON_LOCKED] = { KIND_ANON, MIGRATE_MOVABLE, PGF_LRU | PGF_UNEVICTABLE | PGF_SWAPBACKED | PGF_UPTODATE,
			      "processes (imported)" },
	[USE_FILE_LOCKED] = { KIND_FILE, MIGRATE_MOVABLE, PGF_LRU | PGF_UNEVICTABLE | PGF_UPTODATE, "page cache (imported)" },
	[USE_SLAB] = { KIND_SLAB, MIGRATE_UNMOVABLE, 0, "slab (imported)" },
	[USE_PGTABLE] = { KIND_PGTABLE, MIGRATE_UNMOVABLE, 0, "page tables (imported)" },
	[USE_HUGETLB] = { KIND_HUGETLB, MIGRATE_MOVABLE, 0, "huge pages (imported)" },
	[USE_KERNEL] = { KIND_KERNEL, MIGRATE_UNMOVABLE, 0, "kernel (imported)" },
	[USE_OFFLINE] = { KIND_KERNEL, MIGRATE_UNMOVABLE, 0, "taken by a balloon (imported)" },
	[USE_POISON] = { KIND_KERNEL, MIGRATE_UNMOVABLE, 0, "broken pages (imported)" },
};

/* Block after block of all runs. */
struct cursor {
	size_t run;
	u32 nr; /* blocks of the run that are behind */
};

struct place {
	struct system *sys;
	struct memmap *map;
	struct mm *mm;
	owner_id owner[NR_PAGE_USES];
	struct cursor at;
	/* The max block that is being filled. */
	pfn_t base;
	page_handle first;
	u64 limbo[MAX_BLOCK_PAGES / 64]; /* pages of it that wait for their use */
};

struct block {
	pfn_t pfn;
	unsigned order, use;
};

static bool peek(const struct desc *d, const struct cursor *c, struct block *b)
{
	const struct desc_run *r;

	if (c->run == d->nr_run)
		return false;
	r = &d->run[c->run];
	*b = (struct block){ r->pfn + ((u64)c->nr << r->order), r->order, r->use };
	return true;
}

static void step(const struct desc *d, struct cursor *c)
{
	if (++c->nr == d->run[c->run].nr)
		*c = (struct cursor){ c->run + 1, 0 };
}

/* --- limbo ------------------------------------------------------------------------- */

static bool in_limbo(const struct place *p, page_handle h)
{
	u32 i = h - p->first;

	return p->limbo[i / 64] >> (i % 64) & 1;
}

static void set_limbo(struct place *p, page_handle h, u32 nr, bool on)
{
	for (u32 i = h - p->first, end = i + nr; i < end; i++)
		p->limbo[i / 64] = on ? p->limbo[i / 64] | 1ULL << (i % 64) : p->limbo[i / 64] & ~(1ULL << (i % 64));
}

static bool all_limbo(const struct place *p, page_handle h, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		if (!in_limbo(p, h + i))
			return false;
	return true;
}

static struct zone *zone_of_page(const struct place *p, page_handle h)
{
	u16 zone = memmap_zone(p->map, h);

	return zone == ZONE_NONE ? NULL : mm_zone(p->mm, zone);
}

/* Free blocks of the max block leave their lists. */
static void take_free(struct place *p)
{
	struct free_block b;
	pfn_t end = p->base + memmap_block_pages(p->map);

	if (buddy_find(p->map, p->base, &b) && b.order == p->map->max_order) {
		const struct memmap_range *r = memmap_range_of(p->map, p->base);

		p->first = buddy_take(&p->mm->env, mm_zone(p->mm, r->zone), &b, true);
		set_limbo(p, p->first, memmap_block_pages(p->map), true);
		return;
	}
	p->first = memmap_touch(p->map, p->base);
	for (page_handle h = p->first; h < p->first + (page_handle)(end - p->base); h += 1u << b.order) {
		const struct page *page = memmap_page(p->map, h);

		b = (struct free_block){ .order = page_state(page) == PAGE_TAIL ? 0 : page_order(page), .mt = page_mt(page),
					 .h = h, .pfn = page_to_pfn(p->map, h) };
		if (page_state(page) != PAGE_BUDDY)
			continue;
		buddy_take(&p->mm->env, zone_of_page(p, h), &b, true);
		set_limbo(p, h, 1u << b.order, true);
	}
}

/* Pages that boot reserved and the system did not: they are managed, like on the system. */
static void give_up_reserved(struct place *p, page_handle h, u32 nr)
{
	for (u32 i = 0; i < nr; i++) {
		struct page *page = memmap_page(p->map, h + i);
		struct zone *z = page_state(page) == PAGE_RESERVED ? zone_of_page(p, h + i) : NULL;

		if (!z || page_summary_class(page->info) != SUM_RESERVED)
			continue;
		memmap_dirty(p->map, h + i);
		psum_sub(p->map, h + i, 0, SUM_RESERVED);
		*page = (struct page){ 0 };
		z->managed_pages++;
		set_limbo(p, h + i, 1, true);
	}
}

/* --- one block ------------------------------------------------------------------------ */

static void put_free(struct place *p, page_handle h, unsigned order)
{
	buddy_free_one(&p->mm->env, zone_of_page(p, h), h, order, *page_pb(p->map, h) & PB_MT_MASK, FPI_TO_TAIL);
}

static void put_reserved(struct place *p, page_handle h, unsigned order)
{
	for (u32 i = 0; i < 1u << order; i++)
		buddy_set_page(p->map, h + i, 0, page_info(PAGE_RESERVED, 0, 0, 0), 0);
	zone_of_page(p, h)->managed_pages -= 1u << order;
}

static void put_used(struct place *p, page_handle h, unsigned order, unsigned use)
{
	const struct use *u = &uses[use];
	bool thp = u->kind == KIND_ANON && order == p->mm->arch->hpage_pmd_order;
	u32 flags = (u->flags & ~(u32)PGF_LRU) | (order && use != USE_KERNEL ? PGF_HEAD : 0);
	struct page *page = memmap_page(p->map, h);

	buddy_set_page(p->map, h, order, page_info(PAGE_ALLOC, order, u->mt, thp ? KIND_THP : u->kind) | flags,
		       p->owner[use] << 12 | 1);
	page->next = (page_handle)++p->mm->alloc_seq;
	page->prev = u->mt == MIGRATE_MOVABLE ? GFP_HIGHUSER_MOVABLE : GFP_KERNEL;
	owner_charge(p->mm, p->owner[use], order);
	page_stat_mod(p->mm, h, 1);
	if (u->flags & PGF_LRU)
		lru_add_tail(p->mm, h);
}

/* The block gets its use as far as its pages are waiting for one. */
static void put_block(struct place *p, page_handle h, unsigned order, unsigned use)
{
	u32 nr = 1u << order;

	if (order && (!all_limbo(p, h, nr) || memmap_zone(p->map, h) != memmap_zone(p->map, h + nr - 1))) {
		put_block(p, h, order - 1, use);
		put_block(p, h + nr / 2, order - 1, use);
		return;
	}
	if (!in_limbo(p, h) || !zone_of_page(p, h))
		return;
	set_limbo(p, h, nr, false);
	if (use == USE_FREE)
		put_free(p, h, order);
	else if (use == USE_RESERVED)
		put_reserved(p, h, order);
	else
		put_used(p, h, order, use);
}

/* --- one max block ------------------------------------------------------------------------ */

/* Pageblocks where most of what is used cannot move are unmovable. */
static void set_types(struct place *p)
{
	u32 movable[MAX_BLOCK_PAGES >> 5] = { 0 }, fixed[MAX_BLOCK_PAGES >> 5] = { 0 };
	const struct desc *d = p->sys->desc;
	u32 nr = 1u << (p->map->max_order - p->map->pb_order);
	struct cursor c = p->at;
	struct block b;

	if (nr > ARRAY_SIZE(movable))
		return;
	for (; peek(d, &c, &b) && b.pfn < p->base + memmap_block_pages(p->map); step(d, &c)) {
		u32 i = (u32)(b.pfn - p->base) >> p->map->pb_order;

		if (b.use != USE_FREE && b.use != USE_RESERVED)
			*(uses[b.use].mt == MIGRATE_MOVABLE ? &movable[i] : &fixed[i]) += 1u << b.order;
	}
	for (u32 i = 0; i < nr; i++) {
		pfn_t pfn = p->base + ((u64)i << p->map->pb_order);

		if (fixed[i] > movable[i] && pageblock_mt(p->map, pfn) == MIGRATE_MOVABLE)
			pageblock_set_mt(p->map, pfn, MIGRATE_UNMOVABLE);
	}
}

/* What was in limbo and in no run is free, as boot had left it. */
static void put_rest(struct place *p)
{
	for (u32 i = 0; i < memmap_block_pages(p->map); i++)
		if (in_limbo(p, p->first + i))
			put_block(p, p->first + i, 0, USE_FREE);
}

/* Is all of the max block already what its runs say: free, or reserved, as one? */
static bool is_so_already(const struct place *p, const struct block *b)
{
	const struct memmap_range *r = memmap_range_of(p->map, p->base);
	struct free_block f;

	if (!r || r->zone == ZONE_NONE)
		return true;
	if (b->use == USE_FREE && b->order == p->map->max_order)
		return buddy_find(p->map, b->pfn, &f) && f.order == b->order;
	return false;
}

static bool only_reserved(const struct place *p)
{
	const struct memmap_range *r = memmap_range_of(p->map, p->base);
	pfn_t end = p->base + memmap_block_pages(p->map);
	struct cursor c = p->at;
	struct block b;

	if (memmap_find(p->map, p->base) != NO_PAGE || r->state != PAGE_RESERVED || r->end < end)
		return false;
	for (; peek(p->sys->desc, &c, &b) && b.pfn < end; step(p->sys->desc, &c))
		if (b.use != USE_RESERVED && b.use != USE_KERNEL)
			return false;
	return true;
}

static void skip_block(struct place *p, pfn_t end)
{
	struct block b;

	while (peek(p->sys->desc, &p->at, &b) && b.pfn < end)
		step(p->sys->desc, &p->at);
}

static void fill_block(struct place *p, pfn_t end)
{
	const struct desc *d = p->sys->desc;
	struct block b;

	take_free(p);
	set_types(p);
	for (; peek(d, &p->at, &b) && b.pfn < end; step(d, &p->at)) {
		page_handle h = p->first + (page_handle)(b.pfn - p->base);

		/* Flags of a page that the kernel uses and of one that is reserved may both be 0. */
		if (b.use != USE_RESERVED && b.use != USE_KERNEL)
			give_up_reserved(p, h, 1u << b.order);
		put_block(p, h, b.order, b.use);
	}
	put_rest(p);
}

owner_id import_use_owner(struct system *sys, enum desc_page_use use)
{
	return owner_intern(&sys->mm, uses[use].owner, "", -1);
}

void import_apply_pages(struct system *sys)
{
	struct place *p = arena_alloc(sys->arena, sizeof(*p));
	struct block b;

	*p = (struct place){ .sys = sys, .map = &sys->map, .mm = &sys->mm };
	for (int use = USE_FREE + 1; use < NR_PAGE_USES; use++) {
		if (!uses[use].owner)
			continue;
		p->owner[use] = import_use_owner(sys, (enum desc_page_use)use);
		owner_get(p->mm, p->owner[use])->imported = true;
	}
	drain_all_pages(p->mm, NULL);
	while (peek(sys->desc, &p->at, &b) && b.pfn < sys->max_pfn) {
		pfn_t end;

		p->base = align_down(b.pfn, memmap_block_pages(p->map));
		end = p->base + memmap_block_pages(p->map);
		if (is_so_already(p, &b) || only_reserved(p))
			skip_block(p, end);
		else
			fill_block(p, end);
	}
	refresh_cpu_vm_stats(p->mm);
	arena_free(sys->arena, p, sizeof(*p));
}
