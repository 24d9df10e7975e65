/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking at one page frame, whatever it is made of: a struct page of its own, a
 * whole free block of a touched section, or a pfn in a range nobody touched.
 *
 * Models: what pfn_to_page(), page->flags and friends tell in Linux 6.12.
 */
#include "phys/memmap.h"

#include <string.h>

#include "phys/maxblock.h"
#include "phys/ranges.h"

/* A page of a whole free max block. */
static void view_free(const struct memmap *map, pfn_t pfn, unsigned mt, struct page_view *v)
{
	v->state = PAGE_BUDDY;
	v->head = align_down(pfn, memmap_block_pages(map));
	v->order = map->max_order;
	v->mt = mt;
}

/* A page with a struct page. */
static void view_slot(const struct memmap *map, page_handle h, struct page_view *v)
{
	page_handle head = memmap_head(map, h);
	const struct page *p = &map->pages[head];

	v->touched = true;
	v->state = page_state(p);
	v->head = v->pfn - (h - head);
	v->order = page_order(p);
	v->mt = page_mt(p);
	v->kind = page_kind(p);
	v->flags = p->info & PG_FLAG_MASK;
	v->owner = page_owner_id(p);
	v->ref = page_ref(p);
	v->private = v->state == PAGE_ALLOC && !(v->flags & PGF_LRU) ? p->next : 0;
}

void memmap_view(const struct memmap *map, pfn_t pfn, struct page_view *out)
{
	const struct mem_section *sec = memmap_section(map, pfn);
	struct range_piece r = ranges_piece(map, pfn, pfn + 1);
	page_handle h = memmap_find(map, pfn);
	const struct wild_run *run;

	memset(out, 0, sizeof(*out));
	out->pfn = pfn;
	out->head = pfn;
	out->state = r.state;
	out->zone = r.zone;
	out->device = r.device;
	out->pb_mt = map->default_mt;
	if (sec) {
		const u8 *own = map->nr_shared ? memmap_shared_pb(map, pfn) : NULL;
		u8 pb = own ? *own : sec->pb[(pfn - sec->start_pfn) >> map->pb_order];
		const struct max_block *b = &sec->block[section_block(map, sec, pfn)];

		out->pb_mt = pb & PB_MT_MASK;
		out->pb_skip = pb & PB_SKIP;
		if (h != NO_PAGE)
			view_slot(map, h, out);
		else if (b->flags & MB_FREE)
			view_free(map, pfn, b->mt, out);
		return;
	}
	run = maxblock_run_of(map, pfn);
	if (run)
		view_free(map, pfn, run->mt, out);
}
