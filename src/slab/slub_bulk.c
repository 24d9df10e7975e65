/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many objects in one call.
 *
 * Allocation empties the cpu freelist without touching the tid for each object.
 * Freeing collects objects of the same slab into a detached freelist first, looking
 * only a little ahead, and gives each list back in one step.
 *
 * Models: mm/slub.c kmem_cache_alloc_bulk(), kmem_cache_free_bulk(),
 * build_detached_freelist().
 */
#include "slab/slub_internal.h"

#define LOOKAHEAD 3 /* objects of other slabs that end the search for more of this one */

static void undo_alloc(struct slab_state *st, struct kmem_cache *s, u32 nr, u64 *p)
{
	if (nr)
		kmem_cache_free_bulk(st, s, nr, p, NULL);
}

/* The next object; while the cpu freelist lasts its tid is left alone. */
static u64 take_one(struct slab_state *st, struct kmem_cache *s, gfp_t gfp)
{
	struct kmem_cache_cpu *c = s->cpu[st->mm->cpu];
	u16 obj;

	if (!c || c->freelist == OBJ_NONE) {
		if (c)
			c->tid += st->tid_step;
		return slab_alloc_node(st, s, gfp, NO_NODE);
	}
	obj = c->freelist;
	c->freelist = c->slab->link[obj];
	c->slab->link[obj] = OBJ_USED;
	s->stat[SLUB_alloc_fastpath]++;
	return obj_addr(c->slab, obj);
}

static void end_bulk(struct slab_state *st, struct kmem_cache *s)
{
	struct kmem_cache_cpu *c = s->cpu[st->mm->cpu];

	if (c)
		c->tid += st->tid_step;
}

u32 kmem_cache_alloc_bulk(struct slab_state *st, struct kmem_cache *s, gfp_t gfp, u32 nr, u64 *p)
{
	for (u32 i = 0; i < nr; i++) {
		p[i] = take_one(st, s, gfp);
		if (!p[i]) {
			undo_alloc(st, s, i, p);
			return 0;
		}
	}
	end_bulk(st, s);
	for (u32 i = 0; i < nr; i++)
		trace_emit(st->trace, TRACE_kmem_cache_alloc, p[i], s->id, s->geo.object_size,
			   s->geo.size, gfp, NO_NODE);
	return nr;
}

static u16 object_number(const struct slab *slab, u64 addr)
{
	return (u16)obj_index(slab, addr);
}

/* Undo the marks that check_all() made on the first @nr objects. */
static void unmark(struct slab_state *st, u32 nr, const u64 *p)
{
	for (u32 i = 0; i < nr; i++) {
		struct slab *slab = slab_map_find(st, p[i]);

		slab->link[object_number(slab, p[i])] = OBJ_USED;
	}
}

/* Every object is in use and named once: they are marked for a while, so that a second mention shows. */
static int check_all(struct slab_state *st, const struct kmem_cache *s, u32 nr, const u64 *p,
		     struct mm_error *err)
{
	int rc = 0;
	u32 i, obj;

	for (i = 0; i < nr; i++) {
		struct slab *slab = slab_map_find(st, p[i]);

		if (!slab_may_free(s, slab, p[i], &obj)) {
			rc = slab_free_refused(s, slab, p[i], err);
			break;
		}
		slab->link[obj] = OBJ_GOING;
	}
	unmark(st, i, p);
	return rc;
}

/* Objects p[nr - 1] and what shares its slab, linked; returns how many of @p are left, in front. */
static u32 detach_and_free(struct slab_state *st, u32 nr, u64 *p)
{
	struct slab *slab = slab_map_find(st, p[nr - 1]);
	u16 tail = object_number(slab, p[--nr]);
	u16 head = tail;
	int lookahead = LOOKAHEAD;
	u32 same = nr, cnt = 1;

	slab->link[tail] = OBJ_NONE;
	while (nr) {
		u64 addr = p[--nr];
		u16 obj;

		if (slab_map_find(st, addr) != slab) {
			if (!--lookahead)
				break;
			continue;
		}
		obj = object_number(slab, addr);
		slab->link[obj] = head;
		head = obj;
		cnt++;
		same--;
		p[nr] = p[same];
		p[same] = addr;
	}
	slab_free_list(st, slab, head, tail, cnt);
	return same;
}

int kmem_cache_free_bulk(struct slab_state *st, struct kmem_cache *s, u32 nr, u64 *p,
			 struct mm_error *err)
{
	int rc = check_all(st, s, nr, p, err);

	if (rc)
		return rc;
	for (u32 i = 0; i < nr; i++)
		trace_emit(st->trace, TRACE_kmem_cache_free, p[i], s ? s->id : ~0ULL, 0, 0, 0, 0);
	while (nr)
		nr = detach_and_free(st, nr, p);
	return 0;
}
