/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cutting a region of pages into free blocks that are wanted and used ones: see
 * import_cut.h.
 */
#include "io/import_cut.h"

#include "alloc/page_owner.h"
#include "zone/buddy.h"
#include "zone/page_list.h"
#include "zone/pageblock.h"
#include "zone/pcp.h"

const u8 fill_type[NR_FILL_TYPES] = { MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC, MIGRATE_MOVABLE };

/* --- what is wanted -------------------------------------------------------------- */

static bool wanted_of(const struct fill *f, unsigned mt, unsigned below)
{
	for (unsigned o = 0; o < below; o++) {
		if (f->want[mt][o])
			return true;
	}
	return false;
}

static bool wanted_any(const struct fill *f, unsigned below)
{
	for (size_t i = 0; i < ARRAY_SIZE(fill_type); i++) {
		if (wanted_of(f, fill_type[i], below))
			return true;
	}
	return false;
}

unsigned fill_type_wanting(const struct fill *f, unsigned order)
{
	for (size_t i = 0; i < ARRAY_SIZE(fill_type); i++) {
		if (f->want[fill_type[i]][order])
			return fill_type[i];
	}
	return MIGRATE_TYPES;
}

static unsigned type_wanting_below(const struct fill *f, unsigned below)
{
	for (size_t i = 0; i < ARRAY_SIZE(fill_type); i++) {
		if (wanted_of(f, fill_type[i], below))
			return fill_type[i];
	}
	return MIGRATE_TYPES;
}

struct fill fill_begin(struct system *sys, struct zone *z)
{
	struct fill f = { .sys = sys, .env = &sys->mm.env, .z = z, .max_order = sys->map.max_order,
			  .pb_order = sys->map.pb_order, .pcp_at = sys->desc->nr_percpu };

	f.owner = owner_intern(&sys->mm, "imported", "", -1);
	owner_get(&sys->mm, f.owner)->imported = true;
	return f;
}

u64 fill_lack(const struct fill *f)
{
	u64 pages = 0;

	for (int mt = 0; mt < MIGRATE_TYPES; mt++)
		for (unsigned o = 0; o <= f->max_order; o++)
			pages += f->want[mt][o] << o;
	return pages;
}

/* --- making it --------------------------------------------------------------------- */

const struct desc_percpu *fill_pcp_wanted(struct fill *f)
{
	const struct desc *d = f->sys->desc;

	for (; f->pcp_at < d->nr_percpu; f->pcp_at++, f->pcp_done = 0) {
		const struct desc_percpu *p = &d->percpu[f->pcp_at];

		if (p->nid == f->z->nid && p->zone == (int)f->z->idx && p->cpu >= 0 && p->cpu < f->sys->mm.nr_cpus &&
		    f->pcp_done < p->pages)
			return p;
	}
	return NULL;
}

void fill_to_pcp(struct fill *f, const struct desc_percpu *p, page_handle h, unsigned mt)
{
	struct per_cpu_pages *pcp = &f->z->pcp[p->cpu];

	buddy_set_page(f->env->map, h, 0, page_info(PAGE_PCP, 0, mt, 0), 0);
	page_list_add_tail(f->env->map, &pcp->lists[order_to_pindex(mt, 0)], h);
	pcp->count++;
	f->pcp_done++;
}

/* Per-cpu lists get their share of a block in limbo. False: they want nothing of it. */
static bool share_with_pcp(struct fill *f, page_handle h, unsigned order, unsigned mt)
{
	const struct desc_percpu *p = f->z->pcp ? fill_pcp_wanted(f) : NULL;

	if (!p || mt == MIGRATE_HIGHATOMIC || mt == MIGRATE_ISOLATE)
		return false;
	if (!order) {
		fill_to_pcp(f, p, h, mt < MIGRATE_PCPTYPES ? mt : MIGRATE_MOVABLE);
		return true;
	}
	fill_take(f, h, order - 1, mt);
	fill_take(f, h + (1u << (order - 1)), order - 1, mt);
	return true;
}

void fill_take(struct fill *f, page_handle h, unsigned order, unsigned mt)
{
	static const u8 kind[MIGRATE_TYPES] = {
		[MIGRATE_UNMOVABLE] = KIND_KERNEL, [MIGRATE_MOVABLE] = KIND_MOVABLE,
		[MIGRATE_RECLAIMABLE] = KIND_RECLAIMABLE, [MIGRATE_HIGHATOMIC] = KIND_KERNEL,
		[MIGRATE_CMA] = KIND_MOVABLE, [MIGRATE_ISOLATE] = KIND_MOVABLE,
	};
	struct mm *mm = &f->sys->mm;
	struct page *page = &f->env->map->pages[h];

	if (share_with_pcp(f, h, order, mt))
		return;
	buddy_set_page(f->env->map, h, order, page_info(PAGE_ALLOC, order, mt, kind[mt]), f->owner << 12 | 1);
	page->next = (page_handle)++mm->alloc_seq;
	page->prev = kind[mt] == KIND_MOVABLE ? GFP_HIGHUSER_MOVABLE : GFP_KERNEL;
	owner_charge(mm, f->owner, order);
	f->moved++;
}

void fill_give(struct fill *f, page_handle h, unsigned order, unsigned mt)
{
	buddy_free_one(f->env, f->z, h, order, mt, FPI_TO_TAIL);
	f->want[mt][order]--;
	f->moved++;
}

/* Pages of the region whose pageblocks are a high-atomic reserve. */
static u64 highatomic_pages(const struct fill *f, page_handle h, unsigned order)
{
	u64 pages = 0;

	for (u32 i = 0; i < 1u << order; i += 1u << f->pb_order)
		if ((*page_pb(f->env->map, h + i) & PB_MT_MASK) == MIGRATE_HIGHATOMIC)
			pages += 1u << f->pb_order;
	return pages;
}

void fill_set_type(struct fill *f, page_handle h, unsigned order, unsigned mt)
{
	f->z->nr_reserved_highatomic -= highatomic_pages(f, h, order);
	pageblock_set_range(f->env->map, h, order, mt);
	f->z->nr_reserved_highatomic += highatomic_pages(f, h, order);
}

void fill_cut_typed(struct fill *f, page_handle h, unsigned order, unsigned mt)
{
	page_handle half;

	if (!order || !wanted_of(f, mt, order)) {
		fill_take(f, h, order, mt);
		return;
	}
	order--;
	half = h + (1u << order);
	if (f->want[mt][order])
		fill_give(f, h, order, mt);
	else
		fill_cut_typed(f, h, order, mt);
	fill_cut_typed(f, half, order, mt);
}

void fill_cut(struct fill *f, page_handle h, unsigned order)
{
	page_handle half;
	unsigned mt;

	if (!wanted_any(f, order)) {
		fill_take(f, h, order, MIGRATE_MOVABLE);
		return;
	}
	if (order == f->pb_order) {
		mt = type_wanting_below(f, order);
		fill_set_type(f, h, order, mt);
		fill_cut_typed(f, h, order, mt);
		return;
	}
	order--;
	half = h + (1u << order);
	mt = fill_type_wanting(f, order);
	if (mt != MIGRATE_TYPES) {
		fill_set_type(f, h, order, mt);
		fill_give(f, h, order, mt);
	} else {
		fill_cut(f, h, order);
	}
	fill_cut(f, half, order);
}
