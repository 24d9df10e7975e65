/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why an allocation went where it did, or why it failed: struct alloc_explain
 * (filled by alloc_pages_explain()) turned into one line and into a table.
 */
#include "sim/explain.h"

#include <stdio.h>

#include "phys/sparse.h"

const char *migratetype_name(int mt)
{
	static const char *const names[MIGRATE_TYPES] = { "Unmovable", "Movable", "Reclaimable", "HighAtomic",
							  "CMA", "Isolate" };

	return mt >= 0 && mt < MIGRATE_TYPES ? names[mt] : "?";
}

static const char *zone_label(const struct mm *mm, unsigned nr, int *nid)
{
	const struct zone *z = mm_zone(mm, nr);

	*nid = z->nid;
	return z->name;
}

static const char *path_words(u32 path)
{
	if (path & PATH_PCP)
		return "per-cpu list";
	if (path & PATH_PCP_REFILL)
		return "per-cpu list, refilled from the buddy";
	if (path & PATH_HIGHATOMIC)
		return "buddy, from the highatomic reserve";
	return "buddy";
}

/* " > node 0 Movable" for the zone that gave the block. */
static void taken_zone(const struct mm *mm, const struct alloc_explain *e, struct text *out)
{
	struct page_view v;
	int nid;

	memmap_view(mm->map, e->pfn, &v);
	if (v.zone >= ZONE_NONE)
		return;
	text_printf(out, " > node %d", v.zone >> ZONE_NR_SHIFT);
	text_printf(out, " %s", zone_label(mm, v.zone, &nid));
}

void explain_line(const struct mm *mm, const struct alloc_explain *e, struct text *out)
{
	int nid;

	text_printf(out, "order %u %s", e->order, migratetype_name((int)gfp_migratetype(e->gfp)));
	if (e->pfn == NO_PFN) {
		text_printf(out, ": failed, %d zone checks refused it", e->nr_zones);
		return;
	}
	for (int i = 0; i < e->nr_zones; i++) {
		const char *name = zone_label(mm, e->zones[i].zone, &nid);

		text_printf(out, " > node %d %s refused", nid, name);
	}
	taken_zone(mm, e, out);
	text_printf(out, " > %s", path_words(e->path));
	if (e->split_from >= 0 && (unsigned)e->split_from > e->order)
		text_printf(out, ", split from order %d", e->split_from);
	if (e->path & PATH_FALLBACK_CLAIM)
		text_printf(out, ", claimed a %s pageblock", migratetype_name(e->fallback_mt));
	if (e->path & PATH_FALLBACK_STEAL)
		text_printf(out, ", stole from %s", migratetype_name(e->fallback_mt));
	if (e->path & PATH_COMPACT)
		text_puts(out, ", after compaction");
	else if (e->path & PATH_RECLAIM)
		text_puts(out, ", after direct reclaim");
	text_printf(out, " > pfn 0x%llx", (unsigned long long)e->pfn);
}

const char *refuse_words(enum refuse_reason reason)
{
	switch (reason) {
	case REFUSE_NONE: return "taken";
	case REFUSE_WATERMARK: return "below the watermark";
	case REFUSE_LOWMEM_RESERVE: return "below watermark + lowmem reserve";
	case REFUSE_NO_BLOCK: return "no free block large enough";
	case REFUSE_NOFRAGMENT: return "would mix pageblock types (NOFRAGMENT)";
	case REFUSE_EMPTY: return "lists empty";
	}
	return "?";
}

static const char *reason_sentence(enum refuse_reason reason)
{
	switch (reason) {
	case REFUSE_WATERMARK:
		return "the watermark is the number of free pages that must be left over for those who cannot wait";
	case REFUSE_LOWMEM_RESERVE:
		return "the lowmem reserve keeps a low zone free of requests that could be served by a higher zone";
	case REFUSE_NO_BLOCK:
		return "pages are free, but none in a block of this order or larger whose type may be used";
	case REFUSE_NOFRAGMENT:
		return "only a pageblock of another type had room; the first attempt looks elsewhere rather than mix types";
	case REFUSE_EMPTY:
		return "the zone manages no pages";
	default:
		return NULL;
	}
}

/* What the verdicts in the table mean, each once. */
static void explain_reasons(const struct alloc_explain *e, struct text *out)
{
	for (int r = REFUSE_WATERMARK; r <= REFUSE_EMPTY; r++) {
		int i = 0;

		while (i < e->nr_zones && e->zones[i].reason != r)
			i++;
		if (i < e->nr_zones)
			text_printf(out, "%s: %s\n", refuse_words((enum refuse_reason)r), reason_sentence((enum refuse_reason)r));
	}
}

static bool seen_before(const struct alloc_explain *e, int i)
{
	for (int k = 0; k < i; k++)
		if (e->zones[k].zone == e->zones[i].zone)
			return true;
	return false;
}

/* Free blocks per order of the zones in the table, as they are now. */
static void explain_orders(const struct mm *mm, const struct alloc_explain *e, struct text *out)
{
	text_printf(out, "%-11s", "free blocks");
	for (int o = 0; o <= mm->arch->max_page_order; o++)
		text_printf(out, o == (int)e->order ? " [%2d]" : "  %2d ", o);
	text_puts(out, "\n");
	for (int i = 0; i < e->nr_zones; i++) {
		const struct zone *z = mm_zone(mm, e->zones[i].zone);
		char label[32];

		if (seen_before(e, i))
			continue;
		snprintf(label, sizeof(label), "%d/%s", z->nid, z->name);
		text_printf(out, "%-11s", label);
		for (int o = 0; o <= mm->arch->max_page_order; o++)
			text_printf(out, " %4llu", (unsigned long long)area_nr_free(&z->free_area[o]));
		text_puts(out, "\n");
	}
}

void explain_table(const struct mm *mm, const struct alloc_explain *e, struct text *out)
{
	if (!e->nr_zones) {
		text_puts(out, "no zone refused: the first one that was asked had it\n");
		return;
	}
	text_printf(out, "%-3s %-10s %9s %9s %8s  %s\n", "try", "zone", "free", "watermark", "reserve", "refused because");
	for (int i = 0; i < e->nr_zones; i++) {
		int nid;
		const char *name = zone_label(mm, e->zones[i].zone, &nid);
		char label[32];

		snprintf(label, sizeof(label), "%d/%s", nid, name);
		text_printf(out, "%-3u %-10s %9llu %9llu %8llu  %s\n", e->zones[i].pass, label,
			    (unsigned long long)e->zones[i].free, (unsigned long long)e->zones[i].mark,
			    (unsigned long long)e->zones[i].reserve, refuse_words((enum refuse_reason)e->zones[i].reason));
	}
	explain_orders(mm, e, out);
	explain_reasons(e, out);
}
