/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deltas: what chunks of a machine's memory held before they changed, packed.
 * Checkpoints (sim/checkpoint.h) are chains of them.
 *
 * A chunk is a multiple of 16 bytes and has a number. Most of a machine's memory is
 * zero (only heads of blocks carry information), so zero granules of 16 bytes are not
 * kept:
 *
 *   record   number, length | bitmap of granules 1 0 0 1 0 ... | AAAA BBBB
 *
 * Records lie one after the other in blocks that come from the host and go back to it
 * whole: a delta that goes leaves no holes behind.
 */
#ifndef MM_SIM_DELTA_H
#define MM_SIM_DELTA_H

#include "base/types.h"

#define DELTA_GRANULE 16u

struct delta_block;

/* Blocks that are kept for the next delta: getting them from the host is dear. All zero: none. */
struct delta_pool {
	struct delta_block *free;
	size_t bytes;
	u8 *room; /* [packed_room()] to pack in; lent by the user of the pool */
};

struct delta_record;

struct delta_item {
	u32 id; /* number of the chunk */
	struct delta_record *rec;
};

/* All zero is an empty one. */
struct delta {
	struct delta_item *item;
	size_t nr, cap;
	struct delta_block *first, *last;
	size_t bytes; /* host memory in it */
};

/* What pool.room must hold so that contents of @n bytes can be packed. */
size_t packed_room(size_t n);
/* Blocks go back to the host until at most @keep bytes wait for the next delta. */
void delta_pool_trim(struct delta_pool *pool, size_t keep);

/* Keep @content as that of chunk @id, which the delta does not hold yet. 0 or -ENOMEM. */
int delta_add(struct delta *d, struct delta_pool *pool, u32 id, const u8 *content, size_t n);
/* The content of item @i, @n bytes. */
void delta_restore(const struct delta *d, size_t i, u8 *to, size_t n);
void delta_clear(struct delta *d, struct delta_pool *pool);
/* By number. */
void delta_sort(struct delta *d);
/*
 * What *from holds moves to @to, except chunks that @to holds already; *from becomes
 * empty. @to is sorted before and after, and of no use in between: absorb_some() moves a
 * block at a time (some 100 us) and returns true while there is more. delta_absorb()
 * does all of it. 0, or -ENOMEM: nothing changed.
 */
struct absorb {
	struct delta *to, *from;
	size_t nr; /* items of @to at first */
};
int absorb_begin(struct absorb *ab, struct delta *to, struct delta_pool *pool, struct delta *from);
bool absorb_some(struct absorb *ab, struct delta_pool *pool);
int delta_absorb(struct delta *to, struct delta_pool *pool, struct delta *from);

#endif
