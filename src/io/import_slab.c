/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slab caches of a captured system: proc/slabinfo becomes rows of the description,
 * and rows become caches with as many slabs and objects. Where the system's pages are
 * known (import_pages.c), slabs take the blocks that were slabs there:
 *
 *   run     ... s3 a*2 s1*4 s s3 ...
 *   dentry: 20 slabs of order 0      the first 20 single pages that are marked s
 */
#include "io/import_internal.h"
#include "io/import_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/page_owner.h"
#include "slab/slab_populate.h"
#include "slab/slabinfo.h"
#include "zone/pageblock.h"

#define MAX_CACHES 4096
#define MAX_NAME   48 /* bytes; the kernel's are shorter */
#define ROW_ROOM   256

int import_slabinfo(struct import *im)
{
	size_t len;
	char *text = im->flags & (IMPORT_WITHHOLD | IMPORT_NO_STATE) ? NULL : import_read(im, &len, "proc/slabinfo");
	u64 caches = 0, odd = 0;
	int ret = 0;

	for (const char *s = text, *next; s && *s && !ret; s = next) {
		struct slabinfo_row row;
		size_t n = strcspn(s, "\n");
		int rc = slabinfo_parse(s, n, &row);

		next = s + n + (s[n] == '\n');
		if (rc || strlen(row.name) > MAX_NAME || caches == MAX_CACHES) {
			odd += rc <= 0;
			continue;
		}
		caches++;
		ret = desc_add_slab(im->d, &(struct desc_slab){
			.name = row.name, .active_objs = row.active_objs, .num_objs = row.num_objs, .objsize = row.objsize,
			.objperslab = row.objperslab, .pagesperslab = row.pagesperslab,
			.active_slabs = row.active_slabs, .num_slabs = row.num_slabs });
	}
	free(text);
	if (caches)
		text_printf(&im->notes, "slab caches: proc/slabinfo, %llu of them\n", (unsigned long long)caches);
	if (odd)
		text_printf(&im->notes, "proc/slabinfo: %llu lines are no rows of a slabinfo and are ignored\n",
			    (unsigned long long)odd);
	return ret;
}

/* --- blocks that were slabs ----------------------------------------------------------- */

/* Where the next block of an order and a node is looked for. */
struct spot {
	size_t run;
	u32 nr;
};

struct slab_blocks {
	struct system *sys;
	owner_id marked; /* who holds them until a cache does */
	int nr_nodes;
	struct spot *at; /* [orders * nr_nodes] */
};

/* The block at @pfn, if it is still marked and lies on @nid; else NO_PAGE. */
static page_handle marked_block(const struct slab_blocks *b, pfn_t pfn, unsigned order, int nid)
{
	struct memmap *map = &b->sys->map;
	page_handle h = memmap_find(map, pfn);
	const struct page *p;

	if (h == NO_PAGE)
		return NO_PAGE;
	p = memmap_page(map, h);
	if (page_state(p) != PAGE_ALLOC || page_order(p) != order || page_owner_id(p) != b->marked ||
	    mm_zone(&b->sys->mm, memmap_zone(map, h))->nid != nid)
		return NO_PAGE;
	return h;
}

static page_handle next_marked(struct slab_blocks *b, unsigned order, int nid)
{
	const struct desc *d = b->sys->desc;
	struct spot *s = &b->at[order * (unsigned)b->nr_nodes + (unsigned)nid];

	for (; s->run < d->nr_run; s->run++, s->nr = 0) {
		const struct desc_run *r = &d->run[s->run];

		if (r->use != USE_SLAB || r->order != order)
			continue;
		while (s->nr < r->nr) {
			page_handle h = marked_block(b, r->pfn + ((u64)s->nr++ << order), order, nid);

			if (h != NO_PAGE)
				return h;
		}
	}
	return NO_PAGE;
}

static page_handle take_marked(void *arg, unsigned order, int nid, bool reclaimable, owner_id owner)
{
	struct slab_blocks *b = arg;
	struct mm *mm = &b->sys->mm;
	page_handle h = nid >= 0 && nid < b->nr_nodes ? next_marked(b, order, nid) : NO_PAGE;
	struct page *p;

	if (h == NO_PAGE)
		return NO_PAGE;
	p = memmap_page(mm->map, h);
	memmap_dirty(mm->map, h);
	owner_uncharge(mm, b->marked, order);
	owner_charge(mm, owner, order);
	p->ext = owner << 12 | 1;
	p->info = page_info(PAGE_ALLOC, order, reclaimable ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE, KIND_SLAB) |
		  (p->info & PG_FLAG_MASK);
	return h;
}

/* --- into caches ------------------------------------------------------------------------- */

/* Rows as text, in the arena; *size bytes of it. */
static char *rows_text(struct system *sys, size_t *len, size_t *size)
{
	const struct desc *d = sys->desc;
	char *text;

	*size = d->nr_slab * ROW_ROOM + 1;
	*len = 0;
	text = arena_alloc(sys->arena, *size);
	for (size_t i = 0; i < d->nr_slab; i++) {
		const struct desc_slab *s = &d->slab[i];

		*len += (size_t)snprintf(text + *len, ROW_ROOM,
					 "%.*s %llu %llu %llu %llu %llu : tunables 0 0 0 : slabdata %llu %llu 0\n",
					 MAX_NAME, s->name, (unsigned long long)s->active_objs,
					 (unsigned long long)s->num_objs, (unsigned long long)s->objsize,
					 (unsigned long long)s->objperslab, (unsigned long long)s->pagesperslab,
					 (unsigned long long)s->active_slabs, (unsigned long long)s->num_slabs);
	}
	return text;
}

void import_apply_slab(struct system *sys, struct text *out)
{
	struct slab_blocks b = { .sys = sys, .nr_nodes = sys->mm.nr_node_ids };
	struct slab_source src = { take_marked, &b };
	size_t nr = NR_PAGE_ORDERS_MAX * (size_t)b.nr_nodes * sizeof(*b.at), len, size;
	struct mm_error err = { 0, "" };
	char *text;

	if (!sys->slab || !sys->desc->nr_slab)
		return;
	b.marked = import_use_owner(sys, USE_SLAB);
	b.at = arena_alloc(sys->arena, nr);
	text = rows_text(sys, &len, &size);
	if (slab_populate_from(sys->slab, text, len, &src, out, &err))
		text_printf(out, "slab caches: %s\n", err.msg);
	arena_free(sys->arena, text, size);
	arena_free(sys->arena, b.at, nr);
}
