/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock: walking ranges, and the hand-over to the buddy allocator.
 *
 * "Free" is computed on the way: region A of one list is cut by the gaps between
 * the regions of the other. Both lists are sorted, so two indexes move in
 * lockstep; both live in one u64 (A low, gap high) so that a walk has one loop
 * variable.
 *
 *   memory      [-------- A0 --------)        [------ A1 ------)
 *   reserved         [--B0--)  [---B1---)
 *   gaps        g0   )      [g1)        [ g2 ...
 *   free        [---)       [-)               [----------------)
 *
 * Models: mm/memblock.c, __next_mem_range() and friends, memblock_free_all()
 * (6.12.117).
 */
#include "phys/memblock.h"
#include "phys/memblock_internal.h"

#define ITER_END (~0ULL)

static u64 iter_pack(u32 a, u32 b)
{
	return (u64)a | (u64)b << 32;
}

static bool should_skip_region(const struct memblock *mb, const struct memblock_type *type,
			       const struct memblock_region *m, int nid, enum memblock_flags flags)
{
	/* Only memory has nodes and attributes; after memblock_discard() the kernel forgets which list it was. */
	if (type != &mb->memory || mb->discarded)
		return false;
	if (numa_valid_node(nid) && nid != m->nid)
		return true;
	if (mb->movable_node_enabled && memblock_is_hotpluggable(m) && !(flags & MEMBLOCK_HOTPLUG))
		return true;
	if (flags & MEMBLOCK_MIRROR && !memblock_is_mirror(m))
		return true;
	if (!(flags & MEMBLOCK_NOMAP) && memblock_is_nomap(m))
		return true;
	return !(flags & MEMBLOCK_DRIVER_MANAGED) && memblock_is_driver_managed(m);
}

/* Gap @i of @type: before region @i; gap cnt is behind the last region. */
static struct phys_range type_gap(const struct memblock *mb, const struct memblock_type *type, u32 i)
{
	const struct memblock_region *r = &type->regions[i];

	return (struct phys_range){
		i ? r[-1].base + r[-1].size : 0,
		i < type->cnt ? r->base : memblock_phys_max(mb),
	};
}

static void put_range(const struct memblock_region *m, phys_t start, phys_t end, phys_t *out_start,
		      phys_t *out_end, int *out_nid)
{
	if (out_start)
		*out_start = start;
	if (out_end)
		*out_end = end;
	if (out_nid)
		*out_nid = m->nid;
}

void __next_mem_range(const struct memblock *mb, u64 *idx, int nid, enum memblock_flags flags,
		      const struct memblock_type *type_a, const struct memblock_type *type_b,
		      phys_t *out_start, phys_t *out_end, int *out_nid)
{
	u32 a = (u32)*idx, b = (u32)(*idx >> 32);

	for (; a < type_a->cnt; a++) {
		const struct memblock_region *m = &type_a->regions[a];
		phys_t m_end = m->base + m->size;

		if (should_skip_region(mb, type_a, m, nid, flags))
			continue;
		if (!type_b) {
			put_range(m, m->base, m_end, out_start, out_end, out_nid);
			*idx = iter_pack(a + 1, b);
			return;
		}
		for (; b < type_b->cnt + 1; b++) {
			struct phys_range gap = type_gap(mb, type_b, b);

			if (gap.start >= m_end)
				break;
			if (m->base >= gap.end)
				continue;
			put_range(m, max_u64(m->base, gap.start), min_u64(m_end, gap.end), out_start,
				  out_end, out_nid);
			/* Whichever ends first is done. */
			*idx = m_end <= gap.end ? iter_pack(a + 1, b) : iter_pack(a, b + 1);
			return;
		}
	}
	*idx = ITER_END;
}

void __next_mem_range_rev(const struct memblock *mb, u64 *idx, int nid, enum memblock_flags flags,
			  const struct memblock_type *type_a, const struct memblock_type *type_b,
			  phys_t *out_start, phys_t *out_end, int *out_nid)
{
	s32 a = (s32)(u32)*idx, b = (s32)(*idx >> 32);

	if (*idx == ITER_END) {
		a = (s32)type_a->cnt - 1;
		b = type_b ? (s32)type_b->cnt : 0;
	}
	for (; a >= 0; a--) {
		const struct memblock_region *m = &type_a->regions[a];
		phys_t m_end = m->base + m->size;

		if (should_skip_region(mb, type_a, m, nid, flags))
			continue;
		if (!type_b) {
			put_range(m, m->base, m_end, out_start, out_end, out_nid);
			*idx = iter_pack((u32)(a - 1), (u32)b);
			return;
		}
		for (; b >= 0; b--) {
			struct phys_range gap = type_gap(mb, type_b, (u32)b);

			if (gap.end <= m->base)
				break;
			if (m_end <= gap.start)
				continue;
			put_range(m, max_u64(m->base, gap.start), min_u64(m_end, gap.end), out_start,
				  out_end, out_nid);
			/* Whichever begins last is done. */
			*idx = m->base >= gap.start ? iter_pack((u32)(a - 1), (u32)b) :
						      iter_pack((u32)a, (u32)(b - 1));
			return;
		}
	}
	*idx = ITER_END;
}

void __next_mem_pfn_range(const struct memblock *mb, int *idx, int nid, pfn_t *out_start_pfn,
			  pfn_t *out_end_pfn, int *out_nid)
{
	const struct memblock_type *type = &mb->memory;

	while (++*idx < (int)type->cnt) {
		const struct memblock_region *r = &type->regions[*idx];
		pfn_t start = memblock_region_memory_base_pfn(mb, r);
		pfn_t end = memblock_region_memory_end_pfn(mb, r);

		if (start >= end || (numa_valid_node(nid) && nid != r->nid))
			continue;
		put_range(r, start, end, out_start_pfn, out_end_pfn, out_nid);
		return;
	}
	*idx = -1;
}

void __next_mem_pfn_range_in_zone(const struct memblock *mb, u64 *idx, int nid, pfn_t zone_start,
				  pfn_t zone_end, pfn_t *out_spfn, pfn_t *out_epfn)
{
	u32 page_size = mb->cfg.page_size;
	phys_t spa, epa;

	for (;;) {
		pfn_t spfn, epfn;

		__next_mem_range(mb, idx, nid, MEMBLOCK_NONE, &mb->memory, &mb->reserved, &spa, &epa, NULL);
		if (*idx == ITER_END)
			break;
		spfn = align_up(spa, page_size) / page_size;
		epfn = epa / page_size;
		if (zone_start >= epfn || spfn >= epfn)
			continue;
		if (zone_end <= spfn) {
			*idx = ITER_END;
			break;
		}
		if (out_spfn)
			*out_spfn = max_u64(zone_start, spfn);
		if (out_epfn)
			*out_epfn = min_u64(zone_end, epfn);
		return;
	}
	if (out_spfn)
		*out_spfn = NO_PFN;
	if (out_epfn)
		*out_epfn = 0;
}

/* --- the hand-over -------------------------------------------------------- */

/*
 * Every reserved byte gets the node of the memory around it. Splitting regions
 * may double the reserved array, which reserves a place that was passed already;
 * then once more from the start.
 */
static void set_reserved_nodes(struct memblock *mb)
{
	const struct memblock_region *r;
	unsigned long max;

	do {
		max = mb->reserved.max;
		for_each_mem_region(mb, r)
			memblock_set_node(mb, r->base, r->size, &mb->reserved, r->nid);
	} while (max != mb->reserved.max);
}

static int reserved_nid(const struct memblock *mb, const struct memblock_region *r)
{
	pfn_t start, end;
	int nid = r->nid;

	if (!numa_valid_node(nid))
		nid = memblock_search_pfn_nid(mb, r->base / mb->cfg.page_size, &start, &end);
	return numa_valid_node(nid) ? nid : NO_NODE;
}

static void report_reserved(const struct memblock *mb, const struct memblock_handover *h)
{
	const struct memblock_region *r;

	if (!h->reserve)
		return;
	for_each_mem_region(mb, r)
		if (memblock_is_nomap(r))
			h->reserve(h->arg, r->base, r->base + r->size,
				   numa_valid_node(r->nid) ? r->nid : NO_NODE);
	for_each_reserved_mem_region(mb, r)
		if (!memblock_is_reserved_noinit(r))
			h->reserve(h->arg, r->base, r->base + r->size, reserved_nid(mb, r));
}

u64 memblock_free_all(struct memblock *mb, pfn_t max_low_pfn, const struct memblock_handover *h)
{
	u32 page_size = mb->cfg.page_size;
	u64 i, pages = 0;
	phys_t start, end;

	memblock_clear_hotplug(mb, 0, memblock_phys_max(mb));
	set_reserved_nodes(mb);
	report_reserved(mb, h);
	for_each_free_mem_range(mb, i, NO_NODE, MEMBLOCK_NONE, &start, &end, NULL) {
		pfn_t spfn = align_up(start, page_size) / page_size;
		pfn_t epfn = min_u64(end / page_size, max_low_pfn);

		if (spfn >= epfn)
			continue;
		if (h->free)
			h->free(h->arg, spfn, epfn);
		pages += epfn - spfn;
	}
	return pages;
}
