/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a captured machine that boot alone cannot give: how many free
 * blocks of each order its zones had, from pagetypeinfo (per migratetype) or
 * buddyinfo (sums).
 *
 *   Node    0, zone    DMA32, type      Movable   3  6 ... 481
 *   Node 0, zone    DMA32      7      9 ... 482
 *
 * pagetypeinfo stops counting at 100,000 blocks and prints ">100000": what is
 * missing then is taken from buddyinfo.
 *
 * Models: mm/vmstat.c (frag_show_print, pagetypeinfo_showfree_print).
 */
#include "io/import_internal.h"

#include <stdlib.h>
#include <string.h>

static enum migratetype migratetype_of(const char *name)
{
	static const char *const names[MIGRATE_TYPES] = {
		[MIGRATE_UNMOVABLE] = "Unmovable", [MIGRATE_MOVABLE] = "Movable",
		[MIGRATE_RECLAIMABLE] = "Reclaimable", [MIGRATE_HIGHATOMIC] = "HighAtomic",
		[MIGRATE_CMA] = "CMA", [MIGRATE_ISOLATE] = "Isolate",
	};

	for (int i = 0; i < MIGRATE_TYPES; i++) {
		if (names[i] && !strcmp(name, names[i]))
			return (enum migratetype)i;
	}
	return MIGRATE_TYPES;
}

/* Counts of each order at *s; "> 100000" becomes COUNT_UNKNOWN. Orders beyond the model's are dropped. */
static int scan_counts(const char *s, u64 *count)
{
	int n = 0;

	memset(count, 0, NR_PAGE_ORDERS_MAX * sizeof(*count));
	while (n < NR_PAGE_ORDERS_MAX) {
		bool more;
		u64 v;

		scan_blanks(&s);
		more = scan_lit(&s, ">");
		if (!scan_num(&s, 10, &v))
			break;
		count[n++] = more ? COUNT_UNKNOWN : v;
	}
	return n;
}

/* "Node 0, zone DMA32," up to what follows the zone's name. */
static bool scan_zone(const char **s, struct desc_freecount *f)
{
	const char *p = *s;
	char name[16];

	if (!scan_lit(&p, "Node"))
		return false;
	scan_blanks(&p);
	if (!scan_int(&p, &f->nid) || f->nid < 0 || f->nid >= MAX_NUMNODES || !scan_lit(&p, ", zone") ||
	    !scan_word(&p, name, sizeof(name)))
		return false;
	name[strcspn(name, ",")] = '\0';
	f->zone = zone_type_of(name);
	*s = p;
	return f->zone != MAX_NR_ZONES;
}

bool import_buddy_line(const char *s, struct desc_freecount *f)
{
	f->mt = -1;
	return scan_zone(&s, f) && scan_counts(s, f->count) > 0;
}

bool import_pagetype_line(const char *s, struct desc_freecount *f)
{
	char name[24];

	if (!scan_zone(&s, f))
		return false;
	scan_blanks(&s);
	if (!scan_lit(&s, "type") || !scan_word(&s, name, sizeof(name)))
		return false;
	f->mt = migratetype_of(name);
	return f->mt != MIGRATE_TYPES && scan_counts(s, f->count) > 0;
}

/* The lines of @text (NULL: there is none) into d->freecount. Return: how many, or -ENOMEM. */
static int parse(struct desc *d, const char *text, bool (*line)(const char *, struct desc_freecount *))
{
	int n = 0;

	for (const char *s = text; s && *s; s += strcspn(s, "\n"), s += *s == '\n') {
		struct desc_freecount f = { 0 };

		if (n >= MAX_NUMNODES * MAX_NR_ZONES * MIGRATE_TYPES || !line(s, &f))
			continue;
		if (desc_add_freecount(d, &f))
			return -ENOMEM;
		n++;
	}
	return n;
}

static struct desc_freecount *find(struct desc *d, int nid, int zone, int mt)
{
	for (size_t i = 0; i < d->nr_freecount; i++) {
		struct desc_freecount *f = &d->freecount[i];

		if (f->nid == nid && f->zone == zone && f->mt == mt)
			return f;
	}
	return NULL;
}

/* Blocks of one order that buddyinfo has beyond what the types of pagetypeinfo sum up to. */
static u64 rest_of(struct desc *d, const struct desc_freecount *f, int order)
{
	const struct desc_freecount *sum = find(d, f->nid, f->zone, -1);
	u64 known = 0;

	for (size_t i = 0; i < d->nr_freecount; i++) {
		const struct desc_freecount *o = &d->freecount[i];

		if (o->nid == f->nid && o->zone == f->zone && o->mt >= 0 && o->count[order] != COUNT_UNKNOWN)
			known += o->count[order];
	}
	return sum && sum->count[order] > known ? sum->count[order] - known : 100000;
}

static void fill_unknown(struct desc *d)
{
	for (size_t i = 0; i < d->nr_freecount; i++) {
		struct desc_freecount *f = &d->freecount[i];

		for (int o = 0; o < NR_PAGE_ORDERS_MAX; o++) {
			if (f->count[o] == COUNT_UNKNOWN)
				f->count[o] = rest_of(d, f, o);
		}
	}
}

/* Blocks of all types of one zone and order; *typed: pagetypeinfo has the zone. */
static u64 sum_of_types(struct desc *d, const struct desc_freecount *f, int order, bool *typed)
{
	u64 sum = 0;

	for (int mt = 0; mt < MIGRATE_TYPES; mt++) {
		const struct desc_freecount *t = find(d, f->nid, f->zone, mt);

		*typed |= t != NULL;
		sum += t ? t->count[order] : 0;
	}
	return sum;
}

/* With types known, the sums say nothing more: drop them, telling where they differ. */
static void drop_sums(struct import *im)
{
	struct desc *d = im->d;
	size_t nr = d->nr_freecount, kept = 0, differ = 0;
	bool *drop = calloc(nr ? nr : 1, sizeof(*drop));

	im->no_memory |= !drop;
	if (!drop)
		return;
	for (size_t i = 0; i < nr; i++) {
		const struct desc_freecount *f = &d->freecount[i];

		for (int o = 0; f->mt < 0 && o < NR_PAGE_ORDERS_MAX; o++) {
			u64 sum = sum_of_types(d, f, o, &drop[i]);

			differ += drop[i] && sum != f->count[o];
		}
	}
	for (size_t i = 0; i < nr; i++) {
		if (!drop[i])
			d->freecount[kept++] = d->freecount[i];
	}
	d->nr_freecount = kept;
	free(drop);
	if (differ)
		text_printf(&im->notes, "buddyinfo and pagetypeinfo differ in %zu counts, as files do that are read "
			    "one after the other; pagetypeinfo is used\n", differ);
}

static u64 counted_pages(const struct desc *d)
{
	u64 pages = 0;

	for (size_t i = 0; i < d->nr_freecount; i++)
		for (int o = 0; o < NR_PAGE_ORDERS_MAX; o++)
			pages += d->freecount[i].count[o] << o;
	return pages;
}

/* Counts and places of free pages come from files that were read one after the other. */
static void tell_contradiction(struct import *im)
{
	u64 pages = counted_pages(im->d);

	if (im->d->nr_freecount && im->free_frames && pages != im->free_frames)
		text_printf(&im->notes, "%llu pages are free by their count, %llu by kpageflags; the counts are believed for "
			    "how many, kpageflags for where\n", (unsigned long long)pages,
			    (unsigned long long)im->free_frames);
}

static int load(struct import *im, const char *path, bool (*line)(const char *, struct desc_freecount *))
{
	size_t len;
	char *text = import_read(im, &len, "%s", path);
	int n = parse(im->d, text, line);

	free(text);
	if (n > 0)
		text_printf(&im->notes, "free blocks: %s\n", path);
	return n < 0 ? n : 0;
}

int import_freecounts(struct import *im)
{
	int ret;

	if (im->flags & (IMPORT_WITHHOLD | IMPORT_NO_STATE))
		return 0;
	ret = load(im, "proc/buddyinfo", import_buddy_line);
	if (!ret)
		ret = load(im, "proc/pagetypeinfo", import_pagetype_line);
	if (ret)
		return mm_fail(im->err, ret, "no memory for the free counts");
	fill_unknown(im->d);
	drop_sums(im);
	tell_contradiction(im);
	ret = import_percpu(im);
	return ret ? mm_fail(im->err, ret, "no memory for the per-cpu counts") : 0;
}
