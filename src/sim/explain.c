/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why an allocation went where it did, or why it failed: struct alloc_explain
 * (filled by alloc_pages_explain()) turned into one line and into a table.
 */
#include "sim/explain.h"

#include <stdio.h>

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

		text_printf(out, " > node %d %s%s", nid, name, e->zones[i].reason ? " refused" : "");
	}
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

static const char *reason_words(int reason)
{
	switch ((enum refuse_reason)reason) {
	case REFUSE_NONE: return "taken";
	case REFUSE_WATERMARK: return "below the watermark";
	case REFUSE_LOWMEM_RESERVE: return "below watermark + lowmem reserve";
	case REFUSE_NO_BLOCK: return "no free block large enough";
	case REFUSE_NOFRAGMENT: return "would mix pageblock types (NOFRAGMENT)";
	case REFUSE_EMPTY: return "lists empty";
	}
	return "?";
}

void explain_table(const struct mm *mm, const struct alloc_explain *e, struct text *out)
{
	text_printf(out, "%-4s %-16s %10s %10s %10s  %s\n", "try", "zone", "free", "watermark", "reserve", "verdict");
	for (int i = 0; i < e->nr_zones; i++) {
		int nid;
		const char *name = zone_label(mm, e->zones[i].zone, &nid);
		char label[32];

		snprintf(label, sizeof(label), "%d/%s", nid, name);
		text_printf(out, "%-4u %-16s %10llu %10llu %10llu  %s\n", e->zones[i].pass, label,
			    (unsigned long long)e->zones[i].free, (unsigned long long)e->zones[i].mark,
			    (unsigned long long)e->zones[i].reserve, reason_words(e->zones[i].reason));
	}
}
