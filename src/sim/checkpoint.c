/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checkpoints: the memory of a machine, kept as deltas.
 *
 * Two kinds of memory change: 4 KiB chunks of the arena (found by comparing with
 * a shadow copy when a checkpoint is taken) and slots of struct pages (saved by
 * a hook just before their first change after a checkpoint). A delta between
 * checkpoints i and i+1 holds, for what changed between them, the content of the
 * side that the machine is not on: deltas before the present lead back, deltas
 * after it lead forward, and applying one swaps it over.
 *
 *   checkpoint   0 ----- 1 ----- 2 ----- 3
 *   delta            0       1       2        pending (since the last one)
 *                  back    back   ^cur  forward
 */
#include "sim/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/machine.h"

#define CHUNK        4096u
#define SLOT_ITEM    0x80000000u
#define BUDGET_BYTES (160ULL * MiB) /* host memory for deltas before old ones are merged */

/*
 * Old content of one chunk or slot, packed: a bitmap of the 16-byte granules that
 * are not zero, then these granules. Most struct pages are zero (only heads carry
 * information), so this is much smaller. NULL means all zero. Owned.
 */
struct packed {
	u32 bytes; /* of bits[] and the granules */
	u32 pad;
	u8 data[];
};

struct item {
	u32 id; /* chunk number, or SLOT_ITEM | slot number */
	struct packed *data;
};

struct delta {
	struct item *item; /* sorted by id once the delta is closed */
	size_t nr, cap;
};

struct point {
	u64 time;
	u64 trace_seq;
	struct delta to_next; /* unused in the last point */
};

struct checkpoints {
	struct machine *m;
	struct point *point;
	size_t nr, cap;
	size_t cur;           /* the machine is at or after this one */
	struct delta pending; /* slots changed since point[cur] */
	u8 *shadow;           /* arena content at point[cur]; as much address space as the arena */
	size_t shadow_len;    /* bytes of it that may differ from zero */
	size_t shadow_reserve;
	size_t bytes;
	u8 *buf;              /* room for two chunks or slots: restoring needs no memory */
	bool broken;          /* host memory ran out: nothing can be restored any more */
};

static struct memmap *map_of(const struct checkpoints *c) { return &c->m->sys->map; }

/* Bytes that a slot's content takes: its pages, its summary rows, its descriptor. */
static size_t slot_bytes(const struct memmap *map)
{
	return align_up(memmap_slot_state_bytes(map), 16);
}

static size_t item_bytes(const struct checkpoints *c, u32 id)
{
	return id & SLOT_ITEM ? slot_bytes(map_of(c)) : CHUNK;
}

#define GRANULE 16u

static bool granule_used(const u8 *p)
{
	u64 v[2];

	memcpy(v, p, sizeof(v));
	return v[0] | v[1];
}

/* *out is NULL when everything is zero. 0 or -ENOMEM. @n is a multiple of GRANULE. */
static int pack(const u8 *from, size_t n, struct packed **out)
{
	size_t granules = n / GRANULE, map = (granules + 7) / 8, used = 0;
	struct packed *p;
	u8 *to;

	*out = NULL;
	for (size_t i = 0; i < granules; i++)
		used += granule_used(from + i * GRANULE);
	if (!used)
		return 0;
	p = malloc(sizeof(*p) + map + used * GRANULE);
	if (!p)
		return -ENOMEM;
	p->bytes = (u32)(map + used * GRANULE);
	memset(p->data, 0, map);
	to = p->data + map;
	for (size_t i = 0; i < granules; i++) {
		if (!granule_used(from + i * GRANULE))
			continue;
		p->data[i / 8] |= (u8)(1u << i % 8);
		memcpy(to, from + i * GRANULE, GRANULE);
		to += GRANULE;
	}
	*out = p;
	return 0;
}

static void unpack(const struct packed *p, u8 *to, size_t n)
{
	size_t granules = n / GRANULE;
	const u8 *from;

	memset(to, 0, n);
	if (!p)
		return;
	from = p->data + (granules + 7) / 8;
	for (size_t i = 0; i < granules; i++) {
		if (!(p->data[i / 8] >> i % 8 & 1))
			continue;
		memcpy(to + i * GRANULE, from, GRANULE);
		from += GRANULE;
	}
}

static size_t packed_bytes(const struct packed *p) { return p ? sizeof(*p) + p->bytes : 0; }

static int delta_add(struct checkpoints *c, struct delta *d, u32 id, const u8 *content)
{
	struct packed *copy;

	if (d->nr == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 64;
		struct item *it = realloc(d->item, cap * sizeof(*it));

		if (!it)
			return -ENOMEM;
		c->bytes += (cap - d->cap) * sizeof(*it);
		d->item = it;
		d->cap = cap;
	}
	if (pack(content, item_bytes(c, id), &copy))
		return -ENOMEM;
	c->bytes += packed_bytes(copy);
	d->item[d->nr].id = id;
	d->item[d->nr++].data = copy;
	return 0;
}

static void delta_clear(struct checkpoints *c, struct delta *d)
{
	for (size_t i = 0; i < d->nr; i++) {
		c->bytes -= packed_bytes(d->item[i].data);
		free(d->item[i].data);
	}
	c->bytes -= d->cap * sizeof(*d->item);
	free(d->item);
	memset(d, 0, sizeof(*d));
}

static int by_id(const void *a, const void *b)
{
	u32 x = ((const struct item *)a)->id, y = ((const struct item *)b)->id;

	return x < y ? -1 : x > y;
}

/* The hook: slot @slot is about to change for the first time since the last checkpoint. */
static void save_slot(void *arg, u32 slot)
{
	struct checkpoints *c = arg;
	u8 buf[MEMMAP_SLOT_STATE_MAX];
	size_t n = slot_bytes(map_of(c));
	u8 *p = n <= sizeof(buf) ? buf : malloc(n);

	if (!p || c->broken) {
		c->broken = true;
		if (p != buf)
			free(p);
		return;
	}
	memmap_slot_save(map_of(c), slot, p);
	if (delta_add(c, &c->pending, SLOT_ITEM | slot, p))
		c->broken = true;
	if (p != buf)
		free(p);
}

struct checkpoints *checkpoints_create(struct machine *m)
{
	struct checkpoints *c = calloc(1, sizeof(*c));
	size_t len = arena_extent(m->arena);

	if (!c)
		return NULL;
	c->m = m;
	c->shadow_reserve = arena_reserve(m->arena);
	c->shadow = mmap(NULL, c->shadow_reserve, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	c->point = calloc(16, sizeof(*c->point));
	c->buf = malloc(2 * max_u64(CHUNK, slot_bytes(map_of(c))));
	if (c->shadow == MAP_FAILED || !c->point || !c->buf) {
		if (c->shadow != MAP_FAILED)
			munmap(c->shadow, c->shadow_reserve);
		free(c->buf);
		free(c->point);
		free(c);
		return NULL;
	}
	c->cap = 16;
	c->nr = 1;
	c->point[0].time = m->sim->ops;
	c->point[0].trace_seq = m->trace.seq;
	memmap_set_dirty_hook(map_of(c), save_slot, c); /* before the copy: the hook is part of the state */
	memcpy(c->shadow, arena_base(m->arena), len);
	c->shadow_len = len;
	return c;
}

void checkpoints_destroy(struct checkpoints *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nr; i++)
		delta_clear(c, &c->point[i].to_next);
	delta_clear(c, &c->pending);
	munmap(c->shadow, c->shadow_reserve);
	free(c->buf);
	free(c->point);
	free(c);
}

/* Add to @d every arena chunk that differs from the shadow, with the shadow's content. */
static int collect_chunks(struct checkpoints *c, struct delta *d)
{
	const u8 *now = arena_base(c->m->arena);
	size_t len = max_u64(arena_extent(c->m->arena), c->shadow_len);

	for (size_t off = 0; off < len; off += CHUNK) {
		if (!memcmp(now + off, c->shadow + off, CHUNK))
			continue;
		if (delta_add(c, d, (u32)(off / CHUNK), c->shadow + off))
			return -ENOMEM;
	}
	return 0;
}

static void shadow_follow(struct checkpoints *c, const struct delta *d)
{
	const u8 *now = arena_base(c->m->arena);

	for (size_t i = 0; i < d->nr; i++)
		if (!(d->item[i].id & SLOT_ITEM))
			memcpy(c->shadow + (size_t)d->item[i].id * CHUNK, now + (size_t)d->item[i].id * CHUNK, CHUNK);
	c->shadow_len = max_u64(c->shadow_len, arena_extent(c->m->arena));
}

static void forget_dirty(struct checkpoints *c, const struct delta *d)
{
	for (size_t i = 0; i < d->nr; i++)
		if (d->item[i].id & SLOT_ITEM)
			memmap_slot_clean(map_of(c), d->item[i].id & ~SLOT_ITEM);
}

/*
 * One delta from @a (older) and @b: where both know a chunk, the content of the
 * side that lies further from the present wins (@keep_a).
 */
static int delta_merge(struct checkpoints *c, struct delta *a, struct delta *b, bool keep_a)
{
	struct item *out = malloc((a->nr + b->nr) * sizeof(*out) + 1);
	size_t i = 0, j = 0, n = 0;

	if (!out)
		return -ENOMEM;
	while (i < a->nr || j < b->nr) {
		if (j == b->nr || (i < a->nr && a->item[i].id < b->item[j].id)) {
			out[n++] = a->item[i++];
		} else if (i == a->nr || b->item[j].id < a->item[i].id) {
			out[n++] = b->item[j++];
		} else {
			struct item *drop = keep_a ? &b->item[j] : &a->item[i];

			out[n++] = keep_a ? a->item[i] : b->item[j];
			c->bytes -= packed_bytes(drop->data);
			free(drop->data);
			i++;
			j++;
		}
	}
	c->bytes += (a->nr + b->nr) * sizeof(*out);
	c->bytes -= (a->cap + b->cap) * sizeof(*out);
	free(a->item);
	free(b->item);
	a->cap = a->nr + b->nr;
	a->item = out;
	a->nr = n;
	memset(b, 0, sizeof(*b));
	return 0;
}

/* Drop checkpoint @i (not the first, the last or the present one). */
static int drop_point(struct checkpoints *c, size_t i)
{
	int rc = delta_merge(c, &c->point[i - 1].to_next, &c->point[i].to_next, i < c->cur);

	if (rc)
		return rc;
	memmove(&c->point[i], &c->point[i + 1], (c->nr - i - 1) * sizeof(*c->point));
	c->nr--;
	if (c->cur > i)
		c->cur--;
	return 0;
}

/* The checkpoint that is missed least: its neighbours are nearest to each other. 0: none may go. */
static size_t least_missed(const struct checkpoints *c)
{
	u64 least = ~0ULL;
	size_t best = 0;

	for (size_t i = 1; i + 1 < c->nr; i++) {
		u64 gap = c->point[i + 1].time - c->point[i - 1].time;

		if (i == c->cur || gap >= least)
			continue;
		least = gap;
		best = i;
	}
	return best;
}

/* Too much memory: checkpoints go, so that the rest stay evenly spread. */
static void thin_out(struct checkpoints *c)
{
	while (c->bytes > BUDGET_BYTES && c->nr > 3) {
		size_t i = least_missed(c);

		if (!i || drop_point(c, i))
			return;
	}
}

int checkpoints_take(struct checkpoints *c, u64 time)
{
	struct delta d = c->pending;

	if (c->broken)
		return -ENOMEM;
	if (c->point[c->cur].time == time)
		return 0;
	if (c->cur + 1 != c->nr)
		checkpoints_forget_after(c, c->point[c->cur].time);
	if (c->nr == c->cap) {
		struct point *p = realloc(c->point, c->cap * 2 * sizeof(*p));

		if (!p)
			return -ENOMEM;
		c->point = p;
		c->cap *= 2;
	}
	memset(&c->pending, 0, sizeof(c->pending));
	if (collect_chunks(c, &d)) {
		c->broken = true;
		delta_clear(c, &d);
		return -ENOMEM;
	}
	qsort(d.item, d.nr, sizeof(*d.item), by_id);
	shadow_follow(c, &d);
	forget_dirty(c, &d);
	c->point[c->cur].to_next = d;
	c->cur = c->nr++;
	memset(&c->point[c->cur], 0, sizeof(c->point[c->cur]));
	c->point[c->cur].time = time;
	c->point[c->cur].trace_seq = c->m->trace.seq;
	thin_out(c);
	return 0;
}

static size_t nearest_index(const struct checkpoints *c, u64 time)
{
	size_t lo = 0, hi = c->nr;

	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;

		if (c->point[mid].time <= time)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

u64 checkpoints_nearest(const struct checkpoints *c, u64 time)
{
	return c->point[nearest_index(c, time)].time;
}

/* The machine becomes what it was at point[cur]. */
static void revert_pending(struct checkpoints *c)
{
	u8 *now = arena_base(c->m->arena);
	size_t len = max_u64(arena_extent(c->m->arena), c->shadow_len);
	size_t n = slot_bytes(map_of(c));

	for (size_t i = 0; i < c->pending.nr; i++) {
		const struct item *it = &c->pending.item[i];

		unpack(it->data, c->buf, n);
		memmap_slot_load(map_of(c), it->id & ~SLOT_ITEM, c->buf);
	}
	forget_dirty(c, &c->pending);
	for (size_t off = 0; off < len; off += CHUNK)
		if (memcmp(now + off, c->shadow + off, CHUNK))
			memcpy(now + off, c->shadow + off, CHUNK);
	delta_clear(c, &c->pending);
}

static u8 *chunk_at(const struct checkpoints *c, u32 id)
{
	return (u8 *)arena_base(c->m->arena) + (size_t)id * CHUNK;
}

/* What chunk or slot @id holds now. 0 or -ENOMEM. */
static int pack_item(struct checkpoints *c, u32 id, struct packed **out)
{
	if (!(id & SLOT_ITEM))
		return pack(chunk_at(c, id), CHUNK, out);
	memmap_slot_save(map_of(c), id & ~SLOT_ITEM, c->buf);
	return pack(c->buf, slot_bytes(map_of(c)), out);
}

static void unpack_item(struct checkpoints *c, const struct item *it)
{
	unpack(it->data, c->buf, item_bytes(c, it->id));
	if (it->id & SLOT_ITEM) {
		memmap_slot_load(map_of(c), it->id & ~SLOT_ITEM, c->buf);
		return;
	}
	memcpy(chunk_at(c, it->id), c->buf, CHUNK);
	memcpy(c->shadow + (size_t)it->id * CHUNK, c->buf, CHUNK);
}

/*
 * Exchange the contents of chunks and slots with what the delta keeps: first all of the
 * present is packed, so that memory that ends halfway leaves everything as it was.
 */
static int swap_delta(struct checkpoints *c, struct delta *d)
{
	struct packed **now = malloc(d->nr * sizeof(*now) + 1);
	size_t i = 0;

	while (now && i < d->nr && !pack_item(c, d->item[i].id, &now[i]))
		i++;
	if (!now || i < d->nr) {
		while (i)
			free(now[--i]);
		free(now);
		return -ENOMEM;
	}
	for (i = 0; i < d->nr; i++) {
		unpack_item(c, &d->item[i]);
		c->bytes += packed_bytes(now[i]);
		c->bytes -= packed_bytes(d->item[i].data);
		free(d->item[i].data);
		d->item[i].data = now[i];
	}
	free(now);
	return 0;
}

int checkpoints_restore(struct checkpoints *c, u64 time)
{
	size_t to = nearest_index(c, time);
	u64 seq = max_u64(c->m->trace.seq, c->m->trace.floor);
	int rc = 0;

	if (c->broken)
		return -ENOMEM;
	revert_pending(c);
	while (!rc && c->cur > to) {
		rc = swap_delta(c, &c->point[c->cur - 1].to_next);
		c->cur -= !rc;
	}
	while (!rc && c->cur < to) {
		rc = swap_delta(c, &c->point[c->cur].to_next);
		c->cur += !rc;
	}
	c->shadow_len = max_u64(c->shadow_len, arena_extent(c->m->arena));
	memmap_rebuild_caches(map_of(c));
	trace_rewind(&c->m->trace, c->point[c->cur].trace_seq, seq);
	return rc;
}

bool checkpoints_broken(const struct checkpoints *c) { return c->broken; }

void checkpoints_forget_after(struct checkpoints *c, u64 time)
{
	while (c->nr > 1 && c->nr - 1 > c->cur && c->point[c->nr - 1].time > time) {
		c->nr--;
		delta_clear(c, &c->point[c->nr - 1].to_next);
	}
}

size_t checkpoints_last_bytes(const struct checkpoints *c)
{
	size_t bytes = 0;
	const struct delta *d = c->cur ? &c->point[c->cur - 1].to_next : NULL;

	for (size_t i = 0; d && i < d->nr; i++)
		bytes += packed_bytes(d->item[i].data) + sizeof(d->item[i]);
	return bytes;
}

u64 checkpoints_count(const struct checkpoints *c) { return c->nr; }
u64 checkpoints_time(const struct checkpoints *c, u64 index) { return c->point[index].time; }
size_t checkpoints_bytes(const struct checkpoints *c) { return c->bytes + c->shadow_len; }
