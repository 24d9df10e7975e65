/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Object and slab sizes, as SLUB of Linux 6.12 computes them.
 *
 * An object in memory (sizes grow from left to right, debug parts in brackets):
 *
 *   [left red zone] object [right red zone] [free pointer] [alloc/free track] [pad]
 *   |<-red_left_pad->|<------ inuse ------->|
 *   |<------------------------------ size ---------------------------------------->|
 *
 * Normally the free pointer lies inside the free object, near its middle; it
 * moves behind the object when a free object must keep its contents: with a
 * constructor, with RCU readers, or when it is poisoned.
 *
 * Models: mm/slub.c, mm/slab_common.c. Left out: KASAN's own metadata.
 */
#include "slab/slab_geometry.h"

/* struct track: address, stack handle, cpu, pid, time. */
#define TRACK_BYTES_64 32u
#define TRACK_BYTES_32 20u

/* Fractions of a slab that may stay unused: 1/16 first, at last 1/2. */
#define FIRST_WASTE_FRACTION 16u

static const char *const flag_names[] = {
	"CONSISTENCY_CHECKS", "RED_ZONE", "POISON", "KMALLOC", "HWCACHE_ALIGN", "CACHE_DMA",
	"CACHE_DMA32", "STORE_USER", "PANIC", "TYPESAFE_BY_RCU", "TRACE", "NOLEAKTRACE",
	"NO_MERGE", "ACCOUNT", "RECLAIM_ACCOUNT", "NO_OBJ_EXT", "NO_USER_FLAGS",
};

const char *slab_flag_name(unsigned bit)
{
	return bit < ARRAY_SIZE(flag_names) ? flag_names[bit] : NULL;
}

void slab_limits_init(struct slab_limits *l, const struct arch *arch, u32 present, u32 possible)
{
	bool x86_32 = arch->id == ARCH_I386;

	l->page_shift = arch->page_shift;
	l->word = x86_32 ? 4 : 8;
	l->cache_line = x86_32 ? 32 : 64;
	l->min_align = 8;
	l->kmalloc_min = 8;
	l->max_page_order = arch->max_page_order;
	l->nr_cpus = present > 1 ? present : possible;
	l->min_order = 0;
	l->max_order = SLUB_MAX_ORDER_DEFAULT;
	l->min_objects = 0;
}

void slab_limits_tune(struct slab_limits *l, u32 min_order, u32 max_order, u32 min_objects)
{
	if (max_order != ~0u) {
		l->max_order = max_order < l->max_page_order ? max_order : l->max_page_order;
		if (l->min_order > l->max_order)
			l->min_order = l->max_order;
	}
	if (min_order != ~0u) {
		l->min_order = min_order < l->max_page_order ? min_order : l->max_page_order;
		if (l->min_order > l->max_order)
			l->max_order = l->min_order;
	}
	if (min_objects != ~0u)
		l->min_objects = min_objects;
}

u32 slab_get_order(const struct slab_limits *l, u64 size)
{
	u32 order = 0;

	while (l->page_shift + order < 63 && 1ULL << (l->page_shift + order) < size)
		order++;
	return order;
}

u32 slab_alignment(const struct slab_limits *l, slab_flags_t flags, u32 align, u32 size)
{
	if (flags & SLAB_HWCACHE_ALIGN) {
		u32 ralign = l->cache_line;

		while (size <= ralign / 2)
			ralign /= 2;
		if (align < ralign)
			align = ralign;
	}
	if (align < l->min_align)
		align = l->min_align;
	return (u32)align_up(align, l->word);
}

/* Number of the highest set bit, counted from 1; 0 for 0. */
static u32 fls32(u32 v)
{
	return v ? 32 - (u32)__builtin_clz(v) : 0;
}

/* Objects that a slab should have: four per doubling of the cpus, if they fit. */
static u32 wanted_objects(const struct slab_limits *l, u32 size)
{
	u32 want = l->min_objects ? l->min_objects : 4 * (fls32(l->nr_cpus) + 1);
	u32 fit = slab_order_objects(l, l->max_order, size);

	if (!fit)
		fit = 1;
	return want < fit ? want : fit;
}

/* First order from @min_order on that leaves at most 1/@fraction unused; max_order + 1: none. */
static u32 order_with_waste(const struct slab_limits *l, u32 size, u32 min_order, u32 fraction)
{
	u32 order;

	for (order = min_order; order <= l->max_order; order++) {
		u64 bytes = 1ULL << (l->page_shift + order);

		if (bytes % size <= bytes / fraction)
			break;
	}
	return order;
}

int slab_calculate_order(const struct slab_limits *l, u32 size)
{
	u32 min_order = slab_get_order(l, (u64)wanted_objects(l, size) * size);
	u32 order;

	if (min_order < l->min_order)
		min_order = l->min_order;
	if (slab_order_objects(l, min_order, size) > SLUB_MAX_OBJS_PER_SLAB)
		return (int)slab_get_order(l, (u64)size * SLUB_MAX_OBJS_PER_SLAB) - 1;
	for (u32 fraction = FIRST_WASTE_FRACTION; fraction > 1; fraction /= 2) {
		order = order_with_waste(l, size, min_order, fraction);
		if (order <= l->max_order)
			return (int)order;
	}
	order = slab_get_order(l, size);
	return order <= l->max_page_order ? (int)order : -ENOSYS;
}

/* May the free pointer overwrite a free object, or must it lie behind it? */
static bool freeptr_behind_object(const struct slab_limits *l, const struct slab_request *rq)
{
	slab_flags_t f = rq->flags;

	if ((f & SLAB_TYPESAFE_BY_RCU) && !rq->use_freeptr)
		return true;
	if ((f & SLAB_POISON) || rq->ctor)
		return true;
	if (!(f & SLAB_RED_ZONE))
		return false;
	return rq->object_size < l->word || ((f & SLAB_STORE_USER) && (f & SLAB_KMALLOC));
}

/* Place the free pointer; @size is the end of the object so far. Return: the new end. */
static u32 place_freeptr(const struct slab_limits *l, const struct slab_request *rq, u32 size,
			 struct slab_geometry *g)
{
	if (freeptr_behind_object(l, rq)) {
		g->offset = size;
		return size + l->word;
	}
	if ((rq->flags & SLAB_TYPESAFE_BY_RCU) && rq->use_freeptr)
		g->offset = rq->freeptr_offset;
	else
		g->offset = (u32)align_down(rq->object_size / 2, l->word);
	return size;
}

/* Bytes that debug options put behind (and before) the object. */
static u32 add_debug_metadata(const struct slab_limits *l, const struct slab_request *rq,
			      u32 size, struct slab_geometry *g)
{
	if (rq->flags & SLAB_STORE_USER) {
		size += 2 * (l->word == 8 ? TRACK_BYTES_64 : TRACK_BYTES_32);
		if (rq->flags & SLAB_KMALLOC)
			size += l->word;
	}
	if (rq->flags & SLAB_RED_ZONE) {
		g->red_left_pad = (u32)align_up(l->word, g->align);
		size += l->word + g->red_left_pad;
	}
	return size;
}

/* How much a cpu may hoard: fewer objects when they are large, none with debugging. */
static u32 cpu_partial_objects(const struct slab_limits *l, u32 size, slab_flags_t flags)
{
	if (flags & SLAB_DEBUG_FLAGS)
		return 0;
	if (size >= 1u << l->page_shift)
		return 6;
	if (size >= 1024)
		return 24;
	return size >= 256 ? 52 : 120;
}

static void set_partial_limits(const struct slab_limits *l, slab_flags_t flags,
			       struct slab_geometry *g)
{
	u32 half = (u32)ilog2_u64(g->size) / 2;

	g->min_partial = half < MIN_PARTIAL ? MIN_PARTIAL : half > MAX_PARTIAL ? MAX_PARTIAL : half;
	g->cpu_partial = cpu_partial_objects(l, g->size, flags);
	/* Slabs are taken to be half full, so twice as many objects' worth of them. */
	g->cpu_partial_slabs = (g->cpu_partial * 2 + g->objects - 1) / g->objects;
}

int slab_calculate_sizes(const struct slab_limits *l, const struct slab_request *rq,
			 struct slab_geometry *out)
{
	struct slab_geometry g = { .object_size = rq->object_size };
	u32 size = (u32)align_up(rq->object_size, l->word);
	int order;

	if (!rq->object_size || rq->object_size > 1u << 30)
		return -EINVAL;
	g.align = slab_alignment(l, rq->flags, rq->align, rq->object_size);
	if ((rq->flags & SLAB_RED_ZONE) && size == rq->object_size)
		size += l->word;
	g.inuse = size;
	size = place_freeptr(l, rq, size, &g);
	size = add_debug_metadata(l, rq, size, &g);
	g.size = (u32)align_up(size, g.align);
	order = slab_calculate_order(l, g.size);
	if (order < 0)
		return -EINVAL;
	g.order = (u32)order;
	g.objects = slab_order_objects(l, g.order, g.size);
	g.min_order = slab_get_order(l, g.size);
	g.min_objects = slab_order_objects(l, g.min_order, g.size);
	if (!g.objects)
		return -EINVAL;
	if (g.min_objects > SLUB_MAX_OBJS_PER_SLAB)
		g.min_objects = SLUB_MAX_OBJS_PER_SLAB;
	set_partial_limits(l, rq->flags, &g);
	*out = g;
	return 0;
}
