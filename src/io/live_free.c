/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free counts of a running system into the machine's lists. buddyinfo is believed for
 * the sums, pagetypeinfo for the types: the two are read one after the other, and an
 * ordinary user can read the first one only.
 *
 * Models: mm/vmstat.c (frag_show_print, pagetypeinfo_showfree_print).
 */
#include "io/import_internal.h"
#include "io/live_internal.h"

#include <stdio.h>
#include <string.h>

#include "alloc/node.h"
#include "alloc/page_alloc.h"

/* --- is it whole? ---------------------------------------------------------------- */

typedef bool (*line_fn)(const char *s, struct desc_freecount *f);

/* What tells one file from a damaged one: its rows and the numbers in each. */
struct shape {
	u64 rows;
	u64 hash;    /* of zones, types and numbers of columns */
	bool ended;  /* the last line has its end */
};

static int columns(const char *s)
{
	int n = 0;

	for (; *s && *s != '\n'; s++)
		n += *s != ' ' && (s[1] == ' ' || s[1] == '\n' || !s[1]);
	return n;
}

static struct shape shape_of(const char *text, line_fn line)
{
	struct shape sh = { 0, 0, false };

	for (const char *s = text; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		struct desc_freecount f = { 0 };

		if (!line(s, &f))
			continue;
		sh.rows++;
		sh.hash = (sh.hash ^ (u64)(f.nid * 4096 + f.zone * 256 + (f.mt + 1) * 32 + columns(s))) * (u64)0x100000001b3ULL;
	}
	sh.ended = *text && text[strlen(text) - 1] == '\n';
	return sh;
}

const char *live_free_wrong(const char *text, const char *last, bool typed, char *why, size_t n)
{
	line_fn line = typed ? import_pagetype_line : import_buddy_line;
	struct shape now = shape_of(text, line), was = last ? shape_of(last, line) : now;

	if (!now.rows)
		snprintf(why, n, "holds no line that counts free blocks");
	else if (!now.ended || now.rows < was.rows)
		snprintf(why, n, "is cut: %llu lines of counts where there were %llu", (unsigned long long)now.rows,
			 (unsigned long long)was.rows);
	else if (now.rows != was.rows || now.hash != was.hash)
		snprintf(why, n, "names other zones, or other orders, than before");
	else
		return NULL;
	return why;
}

/* --- into the lists ----------------------------------------------------------------- */

static bool read_sums(const char *text, const struct zone *z, u64 *sum)
{
	struct desc_freecount f;

	for (const char *s = text; s && *s; s += strcspn(s, "\n"), s += *s == '\n') {
		if (!import_buddy_line(s, &f) || f.nid != z->nid || f.zone != (int)z->idx)
			continue;
		memcpy(sum, f.count, sizeof(f.count));
		return true;
	}
	return false;
}

/* Counts by type; of those that pagetypeinfo gave up counting the least that they can be. */
static bool read_types(const char *text, const struct zone *z, struct free_counts *c)
{
	struct desc_freecount f;
	bool any = false;

	for (const char *s = text; s && *s; s += strcspn(s, "\n"), s += *s == '\n') {
		if (!import_pagetype_line(s, &f) || f.nid != z->nid || f.zone != (int)z->idx)
			continue;
		if (!any)
			memset(c, 0, sizeof(*c));
		any = true;
		for (int o = 0; o < NR_PAGE_ORDERS_MAX; o++)
			c->nr[f.mt][o] = f.count[o] == COUNT_UNKNOWN ? 100000 : f.count[o];
	}
	return any;
}

static bool counts_are(const struct zone *z, const struct free_counts *c)
{
	struct free_counts now = import_counts_of(z);

	return !memcmp(&now, c, sizeof(now));
}

static void apply_zone(struct system *sys, struct zone *z, const char *buddy, const char *types, struct live_stats *st)
{
	struct free_counts c = import_counts_of(z);
	u64 sum[NR_PAGE_ORDERS_MAX];
	bool typed = read_types(types, z, &c), summed = read_sums(buddy, z, sum);

	if (summed)
		import_match_sums(&c, sum);
	if ((!typed && !summed) || counts_are(z, &c))
		return;
	import_adjust_zone(sys, z, &c, &st->blocks_moved);
	st->zones_changed++;
}

void live_free_apply(struct system *sys, const char *buddy, const char *types, struct live_stats *st)
{
	for_each_node(&sys->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (managed_zone(&n->zones[zid]))
				apply_zone(sys, &n->zones[zid], buddy, types, st);
	refresh_cpu_vm_stats(&sys->mm);
}
