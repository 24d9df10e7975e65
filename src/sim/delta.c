/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packed contents of chunks and sets of them: see delta.h.
 *
 * Packing is what recording costs: it happens for every slot of struct pages at its
 * first change after a checkpoint. It writes each granule and moves on by 16 bytes or
 * by none, without a branch to guess wrong.
 */
#include "sim/delta.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_BYTES (128u * 1024)

struct delta_record {
	u32 id;
	u32 bytes; /* of data[]; 0: all zero */
	u8 data[]; /* bitmap, then granules; up to the next multiple of 8 */
};

struct delta_block {
	struct delta_block *next;
	size_t size; /* with this head */
	size_t used;
};

static size_t map_bytes(size_t n) { return (n / DELTA_GRANULE + 7) / 8; }

size_t packed_room(size_t n) { return n + map_bytes(n) + DELTA_GRANULE; }

/* --- blocks ------------------------------------------------------------------------ */

static struct delta_block *block_new(struct delta_pool *pool, size_t size)
{
	struct delta_block *b = pool->free;

	if (b && size <= BLOCK_BYTES) {
		pool->free = b->next;
		pool->bytes -= BLOCK_BYTES;
	} else {
		size = align_up(max_u64(size, BLOCK_BYTES), 4096);
		b = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (b == MAP_FAILED)
			return NULL;
		b->size = size;
	}
	b->next = NULL;
	b->used = align_up(sizeof(*b), 8);
	return b;
}

static void block_free(struct delta_pool *pool, struct delta_block *b)
{
	if (b->size > BLOCK_BYTES) {
		munmap(b, b->size);
		return;
	}
	b->next = pool->free;
	pool->free = b;
	pool->bytes += BLOCK_BYTES;
}

void delta_pool_trim(struct delta_pool *pool, size_t keep)
{
	while (pool->bytes > keep) {
		struct delta_block *b = pool->free;

		pool->free = b->next;
		pool->bytes -= BLOCK_BYTES;
		munmap(b, BLOCK_BYTES);
	}
}

static void link_block(struct delta *d, struct delta_block *b)
{
	b->next = NULL;
	if (d->last)
		d->last->next = b;
	else
		d->first = b;
	d->last = b;
	d->bytes += b->size;
}

/* Room for a record at the end of @d, or NULL. One that is larger than most has a block for itself. */
static struct delta_record *record_new(struct delta *d, struct delta_pool *pool, size_t bytes)
{
	size_t size = align_up(sizeof(struct delta_record) + bytes, 8);
	struct delta_block *b = d->last;
	struct delta_record *rec;

	if (!b || b->size > BLOCK_BYTES || b->size - b->used < size) {
		b = block_new(pool, align_up(sizeof(*b), 8) + size);
		if (!b)
			return NULL;
		link_block(d, b);
	}
	rec = (struct delta_record *)((u8 *)b + b->used);
	b->used += size;
	return rec;
}

static struct delta_record *record_after(struct delta_record *rec)
{
	return (struct delta_record *)((u8 *)rec + align_up(sizeof(*rec) + rec->bytes, 8));
}

/* --- packing ------------------------------------------------------------------------ */

/* Append granule @i of @from to *to if it is not zero. Return: 1 then, else 0. */
static inline unsigned pack_granule(const u8 *from, size_t i, u8 **to)
{
	u64 v[2];
	unsigned used;

	memcpy(v, from + i * DELTA_GRANULE, sizeof(v));
	memcpy(*to, v, sizeof(v));
	used = (v[0] | v[1]) != 0;
	*to += used * DELTA_GRANULE;
	return used;
}

/* Return: bytes written to @room; 0 when everything is zero. */
static size_t pack(const u8 *from, size_t n, u8 *room)
{
	size_t granules = n / DELTA_GRANULE;
	u8 *start = room + map_bytes(n), *to = start;

	for (size_t i = 0; i < granules; i += 8) {
		unsigned bits = 0, end = granules - i < 8 ? (unsigned)(granules - i) : 8;

		for (unsigned j = 0; j < end; j++)
			bits |= pack_granule(from, i + j, &to) << j;
		room[i / 8] = (u8)bits;
	}
	return to == start ? 0 : (size_t)(to - room);
}

void delta_restore(const struct delta *d, size_t i, u8 *to, size_t n)
{
	const struct delta_record *rec = d->item[i].rec;
	const u8 *from = rec->data + map_bytes(n);

	memset(to, 0, n);
	for (size_t k = 0; rec->bytes && k < map_bytes(n); k++) {
		for (unsigned bits = rec->data[k]; bits; bits &= bits - 1) {
			memcpy(to + (k * 8 + (unsigned)__builtin_ctz(bits)) * DELTA_GRANULE, from, DELTA_GRANULE);
			from += DELTA_GRANULE;
		}
	}
}

/* --- sets ---------------------------------------------------------------------------- */

static int make_room(struct delta *d, size_t more)
{
	size_t cap = d->cap ? d->cap : 64;
	struct delta_item *it;

	if (d->nr + more <= d->cap)
		return 0;
	while (cap < d->nr + more)
		cap *= 2;
	it = realloc(d->item, cap * sizeof(*it));
	if (!it)
		return -ENOMEM;
	d->bytes += (cap - d->cap) * sizeof(*it);
	d->item = it;
	d->cap = cap;
	return 0;
}

/* Append a record; there is room in the array. */
static int append(struct delta *d, struct delta_pool *pool, u32 id, const u8 *data, size_t bytes)
{
	struct delta_record *rec = record_new(d, pool, bytes);

	if (!rec)
		return -ENOMEM;
	rec->id = id;
	rec->bytes = (u32)bytes;
	memcpy(rec->data, data, bytes);
	d->item[d->nr++] = (struct delta_item){ id, rec };
	return 0;
}

int delta_add(struct delta *d, struct delta_pool *pool, u32 id, const u8 *content, size_t n)
{
	if (make_room(d, 1))
		return -ENOMEM;
	return append(d, pool, id, pool->room, pack(content, n, pool->room));
}

void delta_clear(struct delta *d, struct delta_pool *pool)
{
	while (d->first) {
		struct delta_block *b = d->first;

		d->first = b->next;
		block_free(pool, b);
	}
	free(d->item);
	memset(d, 0, sizeof(*d));
}

static int by_id(const void *a, const void *b)
{
	u32 x = ((const struct delta_item *)a)->id, y = ((const struct delta_item *)b)->id;

	return x < y ? -1 : x > y;
}

#define RADIX_BITS 11

/* One pass of a radix sort, by the bits of the number from @shift on. */
static void sort_pass(const struct delta_item *from, struct delta_item *to, size_t nr, unsigned shift)
{
	u32 start[(1u << RADIX_BITS) + 1] = { 0 }, mask = (1u << RADIX_BITS) - 1;

	for (size_t i = 0; i < nr; i++)
		start[(from[i].id >> shift & mask) + 1]++;
	for (u32 i = 0; i < mask; i++)
		start[i + 1] += start[i];
	for (size_t i = 0; i < nr; i++)
		to[start[from[i].id >> shift & mask]++] = from[i];
}

static bool sorted(const struct delta *d)
{
	for (size_t i = 1; i < d->nr; i++)
		if (d->item[i - 1].id > d->item[i].id)
			return false;
	return true;
}

/* The array is replaced by a sorted one of the same length; without memory for it, sorted in place. */
void delta_sort(struct delta *d)
{
	struct delta_item *other;

	if (sorted(d))
		return;
	other = malloc(d->cap * sizeof(*other));
	if (!other) {
		qsort(d->item, d->nr, sizeof(*d->item), by_id);
		return;
	}
	sort_pass(d->item, other, d->nr, 0);
	sort_pass(other, d->item, d->nr, RADIX_BITS);
	sort_pass(d->item, other, d->nr, 2 * RADIX_BITS);
	free(d->item);
	d->item = other;
}

/* --- two become one --------------------------------------------------------------------- */

/* Does one of the first @nr items, which are sorted, have number @id? */
static bool holds(const struct delta *d, size_t nr, u32 id)
{
	size_t lo = 0, hi = nr;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (d->item[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < nr && d->item[lo].id == id;
}

static struct delta_record *first_record(struct delta_block *b)
{
	return (struct delta_record *)((u8 *)b + align_up(sizeof(*b), 8));
}

/* Move what is wanted of block @b, and free it; @nr items of @to are sorted, the rest came just before. */
static void absorb_block(struct delta *to, size_t nr, struct delta_pool *pool, struct delta_block *b)
{
	struct delta_record *rec = first_record(b), *end = (struct delta_record *)((u8 *)b + b->used);

	if (b->size > BLOCK_BYTES && !holds(to, nr, rec->id)) {
		link_block(to, b);
		to->item[to->nr++] = (struct delta_item){ rec->id, rec };
		return;
	}
	for (; b->size <= BLOCK_BYTES && rec < end; rec = record_after(rec))
		if (!holds(to, nr, rec->id))
			append(to, pool, rec->id, rec->data, rec->bytes);
	block_free(pool, b);
}

/*
 * The pool has a block to go on with. What one block holds fits into what is left of the
 * one being filled and one more, so every later one is a block that was emptied.
 */
static int reserve_block(struct delta_pool *pool)
{
	struct delta_block *b;

	if (pool->free)
		return 0;
	b = block_new(pool, BLOCK_BYTES);
	if (b)
		block_free(pool, b);
	return b ? 0 : -ENOMEM;
}

int absorb_begin(struct absorb *ab, struct delta *to, struct delta_pool *pool, struct delta *from)
{
	if (make_room(to, from->nr) || reserve_block(pool))
		return -ENOMEM;
	*ab = (struct absorb){ to, from, to->nr };
	return 0;
}

bool absorb_some(struct absorb *ab, struct delta_pool *pool)
{
	struct delta_block *b = ab->from->first;

	if (b) {
		ab->from->first = b->next;
		ab->from->bytes -= b->size;
		absorb_block(ab->to, ab->nr, pool, b);
		return true;
	}
	delta_clear(ab->from, pool);
	delta_sort(ab->to);
	return false;
}

int delta_absorb(struct delta *to, struct delta_pool *pool, struct delta *from)
{
	struct absorb ab;

	if (absorb_begin(&ab, to, pool, from))
		return -ENOMEM;
	while (absorb_some(&ab, pool))
		;
	return 0;
}
