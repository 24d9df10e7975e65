/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bands: what the address space is, seen seven ways, for whoever draws it. Cost
 * follows the number of ranges that are told apart, never the size of memory:
 * ranges thinner than the drawer can show are joined into one "mixed" range.
 */
#include "mmview.h"

#include <stdio.h>
#include <string.h>

#include "hotplug/memory_hotplug.h"
#include "sim/explain.h"
#include "sim/machine.h"

/* Sends ranges on, joining what is thinner than @min. */
struct joiner {
	phys_t start, end; /* what was asked for */
	u64 min;
	band_fn fn;
	void *arg;
	struct band_range held;
	bool has;
	bool stopped;
};

static void joiner_flush(struct joiner *j)
{
	if (j->has && !j->stopped && !j->fn(&j->held, j->arg))
		j->stopped = true;
	j->has = false;
}

static bool thin(const struct joiner *j, const struct band_range *r) { return r->end - r->start < j->min; }

static void joiner_add(struct joiner *j, const struct band_range *r)
{
	if (j->stopped || r->end <= j->start || r->start >= j->end)
		return;
	if (j->has && j->held.end == r->start && j->held.depth == r->depth && thin(j, r) &&
	    (thin(j, &j->held) || j->held.cls == BC_MIXED)) {
		j->held.end = r->end;
		if (j->held.cls != r->cls) {
			j->held.cls = BC_MIXED;
			j->held.label[0] = j->held.detail[0] = '\0';
		}
		return;
	}
	joiner_flush(j);
	j->held = *r;
	j->has = true;
}

/* The same for bands where neighbours of one class and label are one range. */
static void joiner_add_same(struct joiner *j, const struct band_range *r)
{
	if (j->has && j->held.end == r->start && j->held.cls == r->cls && !strcmp(j->held.label, r->label) &&
	    !strcmp(j->held.detail, r->detail))
		j->held.end = r->end;
	else
		joiner_add(j, r);
}

static struct band_range range_of(phys_t start, phys_t end, enum band_class cls, const char *label)
{
	struct band_range r = { .start = start, .end = end, .cls = cls };

	snprintf(r.label, sizeof(r.label), "%s", label);
	size_str(end - start, r.detail, sizeof(r.detail));
	return r;
}

/* A range that is never one with its like neighbours: without words where it is too thin to show them. */
static struct band_range shown_range(const struct joiner *j, phys_t start, phys_t end, enum band_class cls,
				     const char *label)
{
	return end - start < j->min ? (struct band_range){ .start = start, .end = end, .cls = cls }
				    : range_of(start, end, cls, label);
}

static enum band_class iomem_class(const struct resource *r)
{
	if (!strncmp(r->name, "Kernel ", 7))
		return BC_KERNEL;
	if (!strncmp(r->name, "System RAM", 10))
		return BC_RAM;
	if (!strncmp(r->name, "ACPI", 4))
		return BC_ACPI;
	if (!strcasecmp(r->name, "reserved"))
		return BC_RESERVED;
	return BC_DEVICE;
}

static void band_iomem(const struct machine *m, struct joiner *j)
{
	const struct resource *root = &m->sys->iomem;

	for (const struct resource *r = resource_next(root, root); r; r = resource_next(root, r)) {
		struct band_range b = shown_range(j, r->start, r->end + 1, iomem_class(r), r->name);

		b.depth = resource_depth(root, r);
		if (r->start >= j->end)
			break;
		joiner_add(j, &b);
	}
}

static void reserved_in(const struct machine *m, struct joiner *j, phys_t from, phys_t to)
{
	const struct memblock *mb = &m->sys->memblock;
	const struct memblock_region *r;
	const char *label;
	phys_t at = from;

	for_each_reserved_mem_region(mb, r) {
		phys_t s = max_u64(r->base, from), e = min_u64(r->base + r->size, to);
		struct band_range b;

		if (r->base >= to)
			break;
		if (e <= s)
			continue;
		if (s > at) {
			b = shown_range(j, at, s, BC_RAM, "memory");
			joiner_add(j, &b);
		}
		b = shown_range(j, s, e, BC_RESERVED, "reserved");
		label = thin(j, &b) ? NULL : memblock_label_at(mb, r->base);
		if (label)
			snprintf(b.label, sizeof(b.label), "%s", label);
		joiner_add(j, &b);
		at = e;
	}
	if (at < to) {
		struct band_range b = shown_range(j, at, to, BC_RAM, "memory");

		joiner_add(j, &b);
	}
}

static void band_memblock(const struct machine *m, struct joiner *j)
{
	const struct memblock_region *r;

	for_each_mem_region(&m->sys->memblock, r)
		if (r->base < j->end && r->base + r->size > j->start)
			reserved_in(m, j, max_u64(r->base, j->start), min_u64(r->base + r->size, j->end));
}

static const char *zone_name_of(const struct machine *m, u32 zone)
{
	return zone == BLOCK_NO_ZONE ? "" : mm_zone(&m->sys->mm, zone)->name;
}

/* One block of a stretch of like ones. */
static void add_block(const struct machine *m, struct joiner *j, const struct block_range *br, u64 nr, u64 size)
{
	struct band_range b;
	char label[32], sz[24];

	snprintf(label, sizeof(label), "memory%llu", (unsigned long long)nr);
	b = shown_range(j, nr * size, (nr + 1) * size, br->state == BLOCK_ONLINE ? BC_ONLINE : BC_OFFLINE, label);
	if (b.cls == BC_ONLINE)
		b.cls = nr & 1 ? BC_ODD : BC_EVEN;
	snprintf(b.detail, sizeof(b.detail), "%s · %s%s%s", size_str(size, sz, sizeof(sz)),
		 memory_block_state_name(br->state), br->zone == BLOCK_NO_ZONE ? "" : " · ", zone_name_of(m, br->zone));
	joiner_add(j, &b);
}

static void band_block(const struct machine *m, struct joiner *j)
{
	const struct hotplug_state *hs = m->sys->hotplug;
	const struct block_range *br;
	u64 size, nr;

	if (!hs || !hs->block_size)
		return;
	size = hs->block_size;
	for (nr = j->start / size; (br = memory_block_range_from(m->sys, nr)); nr = br->first + br->nr) {
		u64 first = max_u64(br->first, j->start / size);
		u64 last = min_u64(br->first + br->nr, j->end / size + 1);

		if (br->first * size >= j->end)
			break;
		if (size < j->min && last > first) {
			struct band_range b = shown_range(j, first * size, last * size,
						       br->state == BLOCK_ONLINE ? BC_MIXED : BC_OFFLINE, "");

			snprintf(b.label, sizeof(b.label), "memory%llu-%llu", (unsigned long long)first,
				 (unsigned long long)last - 1);
			joiner_add(j, &b);
			continue;
		}
		for (u64 n = first; n < last; n++)
			add_block(m, j, br, n, size);
	}
}

/* The stretch of the range layer that covers or follows @pfn; NULL: no more. */
static const struct memmap_range *range_from(const struct memmap *map, pfn_t pfn)
{
	size_t lo = 0, hi = map->nr_ranges;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (map->ranges[mid].end <= pfn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < map->nr_ranges ? &map->ranges[lo] : NULL;
}

/* Number of the first section after section @nr that has no memory. */
static u64 next_absent_section(const struct memmap *map, u64 nr, u64 max)
{
	u64 pages = memmap_section_pages(map);
	const struct memmap_range *r;
	pfn_t end = (nr + 1) * pages;

	while (nr < max && (r = range_from(map, end)) && r->start < end + pages) {
		end = align_up(r->end, pages);
		nr = end / pages - 1;
	}
	return end / pages;
}

static void band_section(const struct machine *m, struct joiner *j)
{
	const struct arch *a = &m->sys->arch;
	u64 size = 1ULL << a->section_shift;
	pfn_t end = phys_to_pfn_up(a, j->end);

	for (pfn_t pfn = phys_to_pfn(a, j->start); (pfn = memmap_next_present(&m->sys->map, pfn, end)) != NO_PFN;) {
		u64 nr = pfn_to_phys(a, pfn) / size;
		struct band_range b;
		char label[40];

		if (size < j->min) {
			u64 last = min_u64(next_absent_section(&m->sys->map, nr, j->end / size), j->end / size + 1);

			snprintf(label, sizeof(label), "sections %llu-%llu", (unsigned long long)nr,
				 (unsigned long long)last - 1);
			b = shown_range(j, nr * size, last * size, BC_MIXED, label);
			joiner_add(j, &b);
			pfn = phys_to_pfn(a, last * size);
			continue;
		}
		snprintf(label, sizeof(label), "section %llu", (unsigned long long)nr);
		b = shown_range(j, nr * size, (nr + 1) * size, nr & 1 ? BC_ODD : BC_EVEN, label);
		joiner_add(j, &b);
		pfn = phys_to_pfn(a, (nr + 1) * size);
	}
}

/* Memory as memblock knows it, by node; before nodes are known, as one. */
static void band_node(const struct machine *m, struct joiner *j)
{
	const struct memblock_region *r;

	for_each_mem_region(&m->sys->memblock, r) {
		bool known = numa_valid_node(r->nid) && m->sys->stage >= BOOT_NUMA;
		struct band_range b;
		char label[32];

		snprintf(label, sizeof(label), known ? "node %d" : "memory", r->nid);
		b = shown_range(j, r->base, r->base + r->size, known ? BC_NODE0 + r->nid % 8 : BC_RAM, label);
		joiner_add(j, &b);
	}
}

static void band_zone(const struct machine *m, struct joiner *j)
{
	const struct memmap *map = &m->sys->map;
	unsigned shift = m->sys->arch.page_shift;
	const struct memmap_range *r;

	for (pfn_t pfn = j->start >> shift; (r = range_from(map, pfn)); pfn = r->end) {
		struct band_range b;
		const struct zone *z;
		char label[32];

		if (r->start << shift >= j->end)
			break;
		if (r->zone == ZONE_NONE)
			continue;
		z = mm_zone(&m->sys->mm, r->zone);
		snprintf(label, sizeof(label), "%s", z->name);
		b = range_of(r->start << shift, r->end << shift, BC_ZONE0 + (int)z->idx, label);
		snprintf(b.detail, sizeof(b.detail), "node %d %s", z->nid, z->name);
		joiner_add_same(j, &b);
	}
}

static void band_migratetype(const struct machine *m, struct joiner *j)
{
	const struct arch *a = &m->sys->arch;
	u64 pb = 1ULL << (a->pageblock_order + a->page_shift);
	phys_t at = align_down(j->start, pb);

	if (m->sys->stage < BOOT_MEM_INIT || j->min > pb * 4)
		return;
	for (; at < j->end; at += pb) {
		pfn_t pfn = phys_to_pfn(a, at);
		struct page_view v;
		struct band_range b;

		if (memmap_next_present(&m->sys->map, pfn, pfn + (pb >> a->page_shift)) == NO_PFN)
			continue;
		memmap_view(&m->sys->map, pfn, &v);
		b = range_of(at, at + pb, BC_MT0 + (int)v.pb_mt, migratetype_name((int)v.pb_mt));
		joiner_add_same(j, &b);
	}
}

void machine_band(const struct machine *m, enum band band, phys_t start, phys_t end, u64 min_bytes, band_fn fn, void *arg)
{
	struct joiner j = { .start = start, .end = end, .min = min_bytes, .fn = fn, .arg = arg };

	switch (band) {
	case BAND_IOMEM: band_iomem(m, &j); break;
	case BAND_MEMBLOCK: band_memblock(m, &j); break;
	case BAND_BLOCK: band_block(m, &j); break;
	case BAND_SECTION: band_section(m, &j); break;
	case BAND_NODE: band_node(m, &j); break;
	case BAND_ZONE: band_zone(m, &j); break;
	case BAND_MIGRATETYPE: band_migratetype(m, &j); break;
	case NR_BANDS: break;
	}
	joiner_flush(&j);
}

const char *band_name(enum band b)
{
	static const char *const names[NR_BANDS] = { "iomem", "memblock", "block", "section", "node", "zone", "type" };

	return b < NR_BANDS ? names[b] : "?";
}
