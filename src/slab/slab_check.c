/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every invariant of the slab allocator, walked and compared with its counters.
 *
 * An object is in exactly one place: handed out, on its slab's freelist, or on the
 * freelist of the cpu that froze the slab. A slab is in exactly one place: a cpu's
 * slab (frozen), a cpu partial chain, a node's partial list, a debug cache's full
 * list, or on no list because it has no free object.
 */
#include <string.h>

#include "slab/slab_tag.h"
#include "slab/slub_internal.h"

#define SEEN_BYTES ((SLUB_MAX_OBJS_PER_SLAB + 8) / 8)

/* What walking the lists of one cache found. */
struct tally {
	const struct slab_state *st;
	const struct kmem_cache *s;
	struct text *report;
	u64 frozen, cpu_partial, node_partial, full; /* slabs on each kind of list */
	u64 used;                                    /* objects */
	u64 slabs;                                   /* that the nodes count */
};

static int bad(const struct tally *t, const struct slab *slab, const char *what)
{
	text_printf(t->report, "slab: cache %s, slab at pfn %llu: %s\n", t->s->name,
		    slab ? (unsigned long long)slab->pfn : 0ULL, what);
	return -EUCLEAN;
}

static int bad_cache(const struct tally *t, const char *what, u64 is, u64 should)
{
	text_printf(t->report, "slab: cache %s: %s is %llu, counted %llu\n", t->s->name, what,
		    (unsigned long long)is, (unsigned long long)should);
	return -EUCLEAN;
}

/* Objects on the chain from @obj; each must be free and met for the first time. -1: broken. */
static int chain_length(const struct slab *slab, u32 obj, u8 *seen)
{
	int n = 0;

	for (; obj != OBJ_NONE; obj = slab->link[obj]) {
		if (obj >= slab->objects || seen[obj / 8] >> obj % 8 & 1)
			return -1;
		seen[obj / 8] |= (u8)(1u << obj % 8);
		n++;
	}
	return n;
}

static const struct kmem_cache_cpu *cpu_of_slab(const struct tally *t, const struct slab *slab)
{
	for (int cpu = 0; cpu < t->st->mm->nr_cpus_possible; cpu++)
		if (t->s->cpu[cpu] && t->s->cpu[cpu]->slab == slab)
			return t->s->cpu[cpu];
	return NULL;
}

static int check_objects(struct tally *t, const struct slab *slab)
{
	u8 seen[SEEN_BYTES];
	const struct kmem_cache_cpu *c = slab->frozen ? cpu_of_slab(t, slab) : NULL;
	int own, cpu = 0, used = 0;

	memset(seen, 0, (slab->objects + 7u) / 8);
	own = chain_length(slab, slab->freelist, seen);
	if (c)
		cpu = chain_length(slab, c->freelist, seen);
	if (own < 0 || cpu < 0)
		return bad(t, slab, "a freelist is broken or holds an object twice");
	for (u32 i = 0; i < slab->objects; i++)
		used += slab->link[i] == OBJ_USED;
	if (used + own + cpu != slab->objects)
		return bad(t, slab, "used and free objects do not add up");
	if (slab->inuse != slab->objects - own)
		return bad(t, slab, "inuse does not match the freelist");
	t->used += (u64)used;
	return 0;
}

static int check_pages(const struct tally *t, const struct slab *slab)
{
	struct page_view v;

	memmap_view(t->st->mm->map, slab->pfn, &v);
	if (v.state != PAGE_ALLOC || v.head != slab->pfn || v.order != slab->order)
		return bad(t, slab, "its pages are not allocated as one block of its order");
	if (v.kind != KIND_SLAB)
		return bad(t, slab, "its pages are not marked as slab");
	for (u64 i = 0; i < 1ULL << slab->order; i++)
		if (slab_map_find(t->st, slab->addr + (i << t->st->page_shift)) != slab)
			return bad(t, slab, "a page of it is not found by address");
	return 0;
}

/* Flags say where the slab is; exactly one place, and "none" only for slabs without a free object. */
static int check_place(const struct tally *t, const struct slab *slab)
{
	int places = slab->frozen + (slab->cpu_slabs > 0) + slab->on_node_partial + slab->on_full;

	if (places > 1)
		return bad(t, slab, "is on more than one list");
	if (!places && slab->freelist != OBJ_NONE)
		return bad(t, slab, "has free objects but is on no list");
	if (slab->on_node_partial && slab->freelist == OBJ_NONE)
		return bad(t, slab, "is on a partial list without a free object");
	if (slab->cache != t->s)
		return bad(t, slab, "belongs to another cache");
	return 0;
}

static int check_slabs(struct tally *t)
{
	u64 frozen = 0, chained = 0, partial = 0, full = 0, slabs = 0, pages = 0;
	int rc;

	for (const struct slab *slab = t->s->all.first; slab; slab = slab->all_next) {
		rc = check_place(t, slab);
		if (!rc)
			rc = check_objects(t, slab);
		if (!rc)
			rc = check_pages(t, slab);
		if (rc)
			return rc;
		frozen += slab->frozen;
		chained += slab->cpu_slabs > 0;
		partial += slab->on_node_partial;
		full += slab->on_full;
		pages += 1ULL << slab->order;
		slabs++;
	}
	if (slabs != t->slabs)
		return bad_cache(t, "slabs of all nodes", t->slabs, slabs);
	if (pages != t->s->nr_pages)
		return bad_cache(t, "pages", t->s->nr_pages, pages);
	if (frozen != t->frozen)
		return bad_cache(t, "frozen slabs", frozen, t->frozen);
	if (chained != t->cpu_partial)
		return bad_cache(t, "cpu partial slabs", chained, t->cpu_partial);
	if (partial != t->node_partial)
		return bad_cache(t, "node partial slabs", partial, t->node_partial);
	if (full != t->full)
		return bad_cache(t, "full slabs on lists", full, t->full);
	return t->used == cache_used(t->s) ? 0 : bad_cache(t, "objects in use", cache_used(t->s), t->used);
}

static int check_cpus(struct tally *t)
{
	for (int cpu = 0; cpu < t->st->mm->nr_cpus_possible; cpu++) {
		const struct kmem_cache_cpu *c = t->s->cpu[cpu];
		u64 n = 0;

		if (!c)
			continue;
		if (c->slab && !c->slab->frozen)
			return bad(t, c->slab, "is a cpu's slab but not frozen");
		if (!c->slab && c->freelist != OBJ_NONE)
			return bad(t, NULL, "a cpu has free objects but no slab");
		t->frozen += c->slab != NULL;
		for (const struct slab *slab = c->partial; slab; slab = slab->next, n++)
			if (!slab->cpu_slabs || slab->frozen)
				return bad(t, slab, "is on a cpu partial chain without its mark");
		if (c->partial && c->partial->cpu_slabs != n)
			return bad_cache(t, "length of a cpu partial chain", c->partial->cpu_slabs, n);
		t->cpu_partial += n;
		if ((c->tid - (u64)cpu) % t->st->tid_step)
			return bad_cache(t, "a transaction id", c->tid, (u64)cpu);
	}
	return 0;
}

static int check_node_list(struct tally *t, const struct slab_list *l, int nid, u64 *n)
{
	const struct slab *prev = NULL;

	*n = 0;
	for (const struct slab *slab = l->first; slab; slab = slab->next, (*n)++) {
		if (slab->prev != prev || slab->nid != nid)
			return bad(t, slab, "is linked wrongly on its node's list");
		prev = slab;
	}
	return l->last == prev ? 0 : bad(t, prev, "is the last of a list that ends elsewhere");
}

static int check_node(struct tally *t, int nid)
{
	const struct kmem_cache_node *n = t->s->node[nid];
	u64 slabs = 0, objects = 0, nr;
	int rc;

	if (!n)
		return 0;
	rc = check_node_list(t, &n->partial, nid, &nr);
	if (rc)
		return rc;
	if (nr != n->nr_partial)
		return bad_cache(t, "nr_partial", n->nr_partial, nr);
	t->node_partial += nr;
	rc = check_node_list(t, &n->full, nid, &nr);
	if (rc)
		return rc;
	t->full += nr;
	t->slabs += n->nr_slabs;
	if (!n->nr_slabs)
		return n->total_objects ? bad_cache(t, "total_objects of a node", n->total_objects, 0) : 0;
	for (const struct slab *slab = t->s->all.first; slab; slab = slab->all_next) {
		slabs += slab->nid == nid;
		objects += slab->nid == nid ? slab->objects : 0;
	}
	if (slabs != n->nr_slabs)
		return bad_cache(t, "nr_slabs of a node", n->nr_slabs, slabs);
	return objects == n->total_objects ? 0 : bad_cache(t, "total_objects of a node", n->total_objects, objects);
}

static int check_cache(const struct slab_state *st, const struct kmem_cache *s, struct text *report)
{
	struct tally t = { .st = st, .s = s, .report = report };
	int rc = check_cpus(&t);

	for (int nid = 0; nid < st->mm->nr_node_ids && !rc; nid++)
		rc = check_node(&t, nid);
	return rc ? rc : check_slabs(&t);
}

/* Pages of all slabs against the table of addresses and the nodes' counters. */
static int check_totals(const struct slab_state *st, struct text *report)
{
	u64 pages = 0, large = 0, counted = 0;

	for (const struct kmem_cache *s = st->newest; s; s = s->older)
		for (const struct slab *slab = s->all.first; slab; slab = slab->all_next)
			pages += 1ULL << slab->order;
	for (u64 i = 0; i <= st->map.mask; i++)
		if (st->map.entry[i].vpn && !st->map.entry[i].slab->cache)
			large++;
	for_each_node(st->mm, n)
		counted += (u64)(n->vm_stat[NS_nr_slab_reclaimable] + n->vm_stat[NS_nr_slab_unreclaimable]);
	if (pages != st->nr_slab_pages || pages + large != st->map.nr || pages + large != counted) {
		text_printf(report,
			    "slab: %llu slab pages and %llu of large kmallocs, but counters say %llu, the table "
			    "of addresses %llu, the nodes %llu\n", (unsigned long long)pages,
			    (unsigned long long)large, (unsigned long long)st->nr_slab_pages,
			    (unsigned long long)st->map.nr, (unsigned long long)counted);
		return -EUCLEAN;
	}
	return 0;
}

int slab_check(const struct slab_state *st, struct text *report)
{
	u32 caches = 0;

	for (const struct kmem_cache *s = st->newest; s; s = s->older, caches++) {
		int rc = check_cache(st, s, report);

		if (rc)
			return rc;
	}
	if (caches != st->nr_caches) {
		text_printf(report, "slab: %u caches are listed, %u counted\n", caches, st->nr_caches);
		return -EUCLEAN;
	}
	return check_totals(st, report) || slab_tag_check(st, report) ? -EUCLEAN : 0;
}
