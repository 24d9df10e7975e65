/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What proc/zoneinfo tells of free pages that are on no free list, for zones whose
 * free lists are known:
 *
 *   Node 0, zone    DMA32
 *     pages free     113358      the counter, without what cpus have not yet added
 *     pagesets
 *       cpu: 0
 *                 count: 87      on the lists of this cpu
 *
 * Models: mm/vmstat.c (zoneinfo_show_print).
 */
#include "io/import_internal.h"

#include <stdlib.h>
#include <string.h>

/* A zone being read; pages. */
struct percpu_parse {
	struct import *im;
	struct desc_percpu p;  /* zone and cpu that lines belong to */
	bool known;            /* the zone has free counts */
	size_t first;          /* of its elements in desc->percpu */
	u64 managed, counted, on_cpus, threshold;
	bool has_counted;
	size_t nr;
};

/* Pages on the free lists of a zone; 0: not known. */
static u64 listed_pages(const struct desc *d, int nid, int zone, bool *known)
{
	u64 pages = 0;

	for (size_t i = 0; i < d->nr_freecount; i++) {
		const struct desc_freecount *f = &d->freecount[i];

		if (f->nid != nid || f->zone != zone)
			continue;
		*known = true;
		for (int o = 0; o < NR_PAGE_ORDERS_MAX; o++)
			pages += f->count[o] << o;
	}
	return pages;
}

static int add(struct percpu_parse *c, int cpu, u64 pages)
{
	struct desc_percpu p = c->p;

	p.cpu = cpu;
	p.pages = pages;
	c->nr++;
	return desc_add_percpu(c->im->d, &p);
}

/*
 * The files were read one after the other. What cannot have been true together is
 * not kept: more pages with the cpus than the lists leave, a counter further from
 * the lists than the cpus' differences may be. A counter that agrees says nothing.
 */
static int end_zone(struct percpu_parse *c)
{
	u64 listed, off;

	if (!c->known)
		return 0;
	listed = listed_pages(c->im->d, c->p.nid, c->p.zone, &c->known);
	off = listed > c->counted ? listed - c->counted : c->counted - listed;
	if (listed + c->on_cpus > c->managed)
		c->im->d->nr_percpu = c->first;
	return c->has_counted && off && off <= c->threshold ? add(c, -1, c->counted) : 0;
}

/* "0, zone    DMA32" */
static void begin_zone(struct percpu_parse *c, const char *s)
{
	struct import *im = c->im;
	size_t nr = c->nr;
	char name[16];

	*c = (struct percpu_parse){ .im = im, .first = im->d->nr_percpu, .nr = nr };
	c->p.cpu = -1;
	if (!scan_int(&s, &c->p.nid) || !scan_lit(&s, ", zone") || !scan_word(&s, name, sizeof(name)))
		return;
	c->p.zone = (int)zone_type_of(name);
	listed_pages(im->d, c->p.nid, c->p.zone, &c->known);
}

static bool field(const char *s, const char *key, u64 *v)
{
	if (!scan_lit(&s, key))
		return false;
	scan_blanks(&s);
	return scan_num(&s, 10, v);
}

static int one_line(struct percpu_parse *c, const char *s)
{
	int ret;
	u64 v;

	if (scan_lit(&s, "Node ")) {
		ret = end_zone(c);
		begin_zone(c, s);
		return ret;
	}
	scan_blanks(&s);
	if (!c->known || field(s, "managed", &c->managed))
		return 0;
	if (field(s, "pages free ", &c->counted))
		c->has_counted = true;
	else if (field(s, "cpu:", &v))
		c->p.cpu = v < MAX_CPUS ? (int)v : -1;
	else if (field(s, "vm stats threshold:", &v))
		c->threshold += v & INT8_MAX;
	else if (c->p.cpu >= 0 && field(s, "count:", &v) && v && v <= INT32_MAX) {
		c->on_cpus += v;
		return add(c, c->p.cpu, v);
	}
	return 0;
}

int import_percpu(struct import *im)
{
	struct percpu_parse c = { .im = im };
	size_t len;
	char *text = im->d->nr_freecount ? import_read(im, &len, "proc/zoneinfo") : NULL;
	int ret = 0;

	for (char *s = text; s && *s && !ret && c.nr < BOOTLOG_MAX_ITEMS; s += strcspn(s, "\n"), s += *s == '\n')
		ret = one_line(&c, s);
	if (!ret)
		ret = end_zone(&c);
	free(text);
	return ret;
}
