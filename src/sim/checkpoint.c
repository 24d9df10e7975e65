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

#include "phys/summary.h"
#include "sim/delta.h"
#include "sim/machine.h"

#define CHUNK       4096u
#define TRIM_BYTES  (256u * KiB) /* that go back to the host at once, at most: that takes long */
#define STEP_CHUNKS 64u /* looked at in one piece of taking a checkpoint: some 20 to 100 us */

struct point {
	u64 time;
	u64 trace_seq;
	struct delta chunks;  /* of the arena, and */
	struct delta slots;   /* of struct pages, that differ at the next one; unused in the last point */
};

/* What is done piece by piece, and how far it is. */
enum job {
	JOB_NONE,
	TAKE_SCAN, TAKE_SORT, TAKE_CLOSE,      /* a new checkpoint */
	DROP_CHUNKS, DROP_SLOTS,               /* one between others goes */
	DROP_PENDING, DROP_SHADOW,             /* the last one goes */
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
	struct delta_pool pool;
	u8 *buf;              /* room for a slot, and, in the pool, for packing it or a chunk */
	size_t buf_bytes;
	bool broken;          /* host memory ran out: nothing can be restored any more */

	enum job job;
	u64 take_time;
	size_t scanned;       /* bytes of the arena that were compared, or chunks that were put back */
	struct delta chunks;  /* those that had changed */
	size_t drop;          /* the checkpoint that goes */
	struct absorb absorb;
};

static struct memmap *map_of(const struct checkpoints *c) { return &c->m->sys->map; }

/* Bytes that a slot's content takes: its pages, its summary rows, its descriptor. */
static size_t slot_bytes(const struct memmap *map)
{
	return align_up(memmap_slot_state_bytes(map), DELTA_GRANULE);
}

/* The hook: slot @slot is about to change for the first time since the last checkpoint. */
static void save_slot(void *arg, u32 slot)
{
	struct checkpoints *c = arg;

	if (c->broken)
		return;
	memmap_slot_save(map_of(c), slot, c->buf);
	c->broken = delta_add(&c->pending, &c->pool, slot, c->buf, slot_bytes(map_of(c))) != 0;
}

static void release(struct checkpoints *c)
{
	if (c->shadow != MAP_FAILED)
		munmap(c->shadow, c->shadow_reserve);
	delta_pool_trim(&c->pool, 0);
	free(c->buf);
	free(c->point);
	free(c);
}

bool checkpoints_blind(const struct checkpoints *c) { return map_of(c)->pages && map_of(c)->on_dirty != save_slot; }

/*
 * See changes of slots from here on. The map may have been made since the last checkpoint
 * (a machine that stood at an early boot stage): only then slots have a size.
 */
static int watch_slots(struct checkpoints *c)
{
	size_t most = max_u64(CHUNK, slot_bytes(map_of(c)));
	u8 *buf = most > c->buf_bytes ? realloc(c->buf, most + packed_room(most)) : c->buf;

	if (!buf)
		return -ENOMEM;
	c->buf = buf;
	c->buf_bytes = max_u64(c->buf_bytes, most);
	c->pool.room = buf + c->buf_bytes;
	if (map_of(c)->on_dirty != save_slot)
		memmap_set_dirty_hook(map_of(c), save_slot, c);
	return 0;
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
	if (c->shadow == MAP_FAILED || !c->point || watch_slots(c)) { /* before the copy: the hook is part of the state */
		release(c);
		return NULL;
	}
	c->cap = 16;
	c->nr = 1;
	c->point[0].time = m->sim->ops;
	c->point[0].trace_seq = m->trace.seq;
	memcpy(c->shadow, arena_base(m->arena), len);
	c->shadow_len = len;
	return c;
}

static void clear_point(struct checkpoints *c, struct point *p)
{
	delta_clear(&p->chunks, &c->pool);
	delta_clear(&p->slots, &c->pool);
}

void checkpoints_destroy(struct checkpoints *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nr; i++)
		clear_point(c, &c->point[i]);
	delta_clear(&c->pending, &c->pool);
	delta_clear(&c->chunks, &c->pool);
	release(c);
}

static void forget_dirty(struct checkpoints *c, const struct delta *slots)
{
	for (size_t i = 0; i < slots->nr; i++)
		memmap_slot_clean(map_of(c), slots->item[i].id);
}

/* --- taking one, piece by piece -------------------------------------------------- */

static int make_room(struct checkpoints *c)
{
	struct point *p;

	if (c->nr < c->cap)
		return 0;
	p = realloc(c->point, c->cap * 2 * sizeof(*p));
	if (!p)
		return -ENOMEM;
	c->point = p;
	c->cap *= 2;
	return 0;
}

int checkpoints_begin(struct checkpoints *c, u64 time)
{
	checkpoints_finish(c);
	if (c->broken)
		return -ENOMEM;
	if (c->point[c->cur].time == time)
		return 0;
	if (c->cur + 1 != c->nr)
		checkpoints_forget_after(c, c->point[c->cur].time);
	if (make_room(c) || watch_slots(c))
		return -ENOMEM;
	if (map_of(c)->root)
		summary_flush(map_of(c)); /* a reader would do it, in the middle of the scan */
	c->job = TAKE_SCAN;
	c->take_time = time;
	c->scanned = 0;
	return 0;
}

static bool all_zero(const u8 *p)
{
	return !p[0] && !memcmp(p, p + 1, CHUNK - 1);
}

/* Keep what the next chunks were that differ from the shadow; the shadow follows, without memory for zeroes. */
static int scan_some(struct checkpoints *c)
{
	const u8 *now = arena_base(c->m->arena);
	size_t end = max_u64(arena_extent(c->m->arena), c->shadow_len), off = c->scanned, zero = 0;

	c->scanned = min_u64(end, off + STEP_CHUNKS * CHUNK);
	for (; off < c->scanned; off += CHUNK) {
		if (!memcmp(now + off, c->shadow + off, CHUNK))
			continue;
		if (delta_add(&c->chunks, &c->pool, (u32)(off / CHUNK), c->shadow + off, CHUNK))
			return -ENOMEM;
		memcpy(c->shadow + off, now + off, CHUNK);
		zero += all_zero(now + off);
	}
	if (zero == STEP_CHUNKS)
		madvise(c->shadow + c->scanned - STEP_CHUNKS * CHUNK, STEP_CHUNKS * CHUNK, MADV_DONTNEED);
	if (c->scanned == end)
		c->job = TAKE_SORT;
	return 0;
}

/* Chunks and slots become the way back from the new checkpoint to the one before. */
static void close_point(struct checkpoints *c)
{
	struct point *p = &c->point[c->cur];

	forget_dirty(c, &c->pending);
	p->slots = c->pending;
	p->chunks = c->chunks;
	memset(&c->pending, 0, sizeof(c->pending));
	memset(&c->chunks, 0, sizeof(c->chunks));
	c->shadow_len = max_u64(c->shadow_len, arena_extent(c->m->arena));
	c->cur = c->nr++;
	memset(&c->point[c->cur], 0, sizeof(c->point[c->cur]));
	c->point[c->cur].time = c->take_time;
	c->point[c->cur].trace_seq = c->m->trace.seq;
	c->job = JOB_NONE;
}

/* What is under way, to its end. */
void checkpoints_finish(struct checkpoints *c)
{
	while (checkpoints_piece(c))
		;
}

int checkpoints_take(struct checkpoints *c, u64 time)
{
	int rc = checkpoints_begin(c, time);

	checkpoints_finish(c);
	return c->broken ? -ENOMEM : rc;
}

/* --- fewer of them ----------------------------------------------------------------- */

/*
 * Checkpoint c->drop (not the first, the last or the present one) goes. Where both deltas
 * beside it know a chunk, the content counts that lies further from the present.
 */
static bool drop_keeps_left(const struct checkpoints *c) { return c->drop < c->cur; }

static struct point *drop_to(const struct checkpoints *c) { return &c->point[c->drop - drop_keeps_left(c)]; }
static struct point *drop_from(const struct checkpoints *c) { return &c->point[c->drop - !drop_keeps_left(c)]; }

static int drop_chunks(struct checkpoints *c)
{
	if (absorb_some(&c->absorb, &c->pool))
		return 0;
	c->job = DROP_SLOTS;
	return absorb_begin(&c->absorb, &drop_to(c)->slots, &c->pool, &drop_from(c)->slots);
}

static void drop_slots(struct checkpoints *c)
{
	struct point *left = &c->point[c->drop - 1], *to = drop_to(c);

	if (absorb_some(&c->absorb, &c->pool))
		return;
	left->chunks = to->chunks;
	left->slots = to->slots;
	memmove(left + 1, left + 2, (c->nr - c->drop - 1) * sizeof(*left));
	c->nr--;
	if (c->cur > c->drop)
		c->cur--;
	c->job = JOB_NONE;
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

/*
 * The last checkpoint, after which the machine is, goes: what changed since then and
 * what changed before it are one. The shadow is as it was at the one before.
 *
 *   0 ----- 1 ----- 2 . . . now        0 ----- 1 . . . . . . . now
 *                slots  pending                    pending
 */
static void drop_pending(struct checkpoints *c)
{
	struct point *p = &c->point[c->cur - 1];

	if (absorb_some(&c->absorb, &c->pool))
		return;
	c->pending = p->slots;
	memset(&p->slots, 0, sizeof(p->slots));
	for (size_t i = 0; i < c->pending.nr; i++)
		memmap_slot_saved(map_of(c), c->pending.item[i].id);
	c->scanned = 0;
	c->job = DROP_SHADOW;
}

static void drop_shadow(struct checkpoints *c)
{
	struct delta *chunks = &c->point[c->cur - 1].chunks;
	size_t end = min_u64(chunks->nr, c->scanned + STEP_CHUNKS);

	for (; c->scanned < end; c->scanned++)
		delta_restore(chunks, c->scanned, c->shadow + (size_t)chunks->item[c->scanned].id * CHUNK, CHUNK);
	if (end < chunks->nr)
		return;
	delta_clear(chunks, &c->pool);
	c->nr--;
	c->cur--;
	c->job = JOB_NONE;
}

static enum checkpoints_dropped drop_failed(struct checkpoints *c)
{
	c->job = JOB_NONE;
	return DROPPED_NONE;
}

enum checkpoints_dropped checkpoints_drop_begin(struct checkpoints *c)
{
	struct point *last = &c->point[c->nr - 1];

	checkpoints_finish(c);
	if (c->broken || c->nr == 1)
		return DROPPED_NONE;
	c->drop = least_missed(c);
	if (c->drop) {
		c->job = DROP_CHUNKS;
		return absorb_begin(&c->absorb, &drop_to(c)->chunks, &c->pool, &drop_from(c)->chunks) ?
			       drop_failed(c) : DROPPED_INNER;
	}
	if (c->cur + 1 == c->nr) {
		c->job = DROP_PENDING;
		return absorb_begin(&c->absorb, &last[-1].slots, &c->pool, &c->pending) ? drop_failed(c) : DROPPED_LAST;
	}
	c->nr--; /* a way forward; the log leads there, too */
	clear_point(c, &c->point[c->nr - 1]);
	return DROPPED_INNER;
}

/* --- pieces --------------------------------------------------------------------------- */

bool checkpoints_piece(struct checkpoints *c)
{
	int rc = 0;

	switch (c->job) {
	case JOB_NONE: break;
	case TAKE_SCAN: rc = scan_some(c); break;
	case TAKE_SORT: delta_sort(&c->pending); c->job = TAKE_CLOSE; break;
	case TAKE_CLOSE: close_point(c); break;
	case DROP_CHUNKS: rc = drop_chunks(c); break;
	case DROP_SLOTS: drop_slots(c); break;
	case DROP_PENDING: drop_pending(c); break;
	case DROP_SHADOW: drop_shadow(c); break;
	}
	if (rc) { /* half of it is of another time */
		c->broken = true;
		c->job = JOB_NONE;
	}
	return c->job != JOB_NONE;
}

/* --- going to one --------------------------------------------------------------------- */

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
		delta_restore(&c->pending, i, c->buf, n);
		memmap_slot_load(map_of(c), c->pending.item[i].id, c->buf);
	}
	forget_dirty(c, &c->pending);
	for (size_t off = 0; off < len; off += CHUNK)
		if (memcmp(now + off, c->shadow + off, CHUNK))
			memcpy(now + off, c->shadow + off, CHUNK);
	delta_clear(&c->pending, &c->pool);
}

static u8 *chunk_at(const struct checkpoints *c, u32 id)
{
	return (u8 *)arena_base(c->m->arena) + (size_t)id * CHUNK;
}

static int keep_chunks(struct checkpoints *c, struct delta *d, const struct delta *like)
{
	for (size_t i = 0; i < like->nr; i++)
		if (delta_add(d, &c->pool, like->item[i].id, chunk_at(c, like->item[i].id), CHUNK))
			return -ENOMEM;
	return 0;
}

static int keep_slots(struct checkpoints *c, struct delta *d, const struct delta *like)
{
	size_t n = map_of(c)->pages ? slot_bytes(map_of(c)) : 0; /* no map yet: nothing in them */

	for (size_t i = 0; i < like->nr; i++) {
		if (n)
			memmap_slot_save(map_of(c), like->item[i].id, c->buf);
		if (delta_add(d, &c->pool, like->item[i].id, c->buf, n))
			return -ENOMEM;
	}
	return 0;
}

static void put_back_chunks(struct checkpoints *c, const struct delta *d)
{
	for (size_t i = 0; i < d->nr; i++) {
		delta_restore(d, i, chunk_at(c, d->item[i].id), CHUNK);
		memcpy(c->shadow + (size_t)d->item[i].id * CHUNK, chunk_at(c, d->item[i].id), CHUNK);
	}
}

static void put_back_slots(struct checkpoints *c, const struct delta *d)
{
	for (size_t i = 0; i < d->nr; i++) {
		delta_restore(d, i, c->buf, slot_bytes(map_of(c)));
		memmap_slot_load(map_of(c), d->item[i].id, c->buf);
	}
}

/*
 * Exchange the contents of chunks and slots with what point @p keeps: first all of the
 * present is packed, so that memory that ends halfway leaves everything as it was.
 */
static int swap_over(struct checkpoints *c, struct point *p)
{
	struct delta chunks = { 0 }, slots = { 0 };
	bool early;

	if (keep_chunks(c, &chunks, &p->chunks) || keep_slots(c, &slots, &p->slots)) {
		delta_clear(&chunks, &c->pool);
		delta_clear(&slots, &c->pool);
		return -ENOMEM;
	}
	early = !map_of(c)->pages; /* from a boot stage that has no map yet: slots need it */
	if (early)
		put_back_chunks(c, &p->chunks);
	put_back_slots(c, &p->slots);
	if (!early)
		put_back_chunks(c, &p->chunks);
	clear_point(c, p);
	p->chunks = chunks;
	p->slots = slots;
	return 0;
}

int checkpoints_restore(struct checkpoints *c, u64 time)
{
	size_t to = nearest_index(c, time);
	u64 seq = max_u64(c->m->trace.seq, c->m->trace.floor);
	int rc = 0;

	checkpoints_finish(c);
	if (c->broken)
		return -ENOMEM;
	revert_pending(c);
	while (!rc && c->cur > to) {
		rc = swap_over(c, &c->point[c->cur - 1]);
		c->cur -= !rc;
	}
	while (!rc && c->cur < to) {
		rc = swap_over(c, &c->point[c->cur]);
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
		clear_point(c, &c->point[c->nr - 1]);
	}
}

static size_t point_bytes(const struct point *p) { return p->chunks.bytes + p->slots.bytes; }

size_t checkpoints_last_bytes(const struct checkpoints *c)
{
	if (c->job >= TAKE_SCAN && c->job <= TAKE_CLOSE)
		return c->pending.bytes + c->chunks.bytes;
	return c->cur ? point_bytes(&c->point[c->cur - 1]) : 0;
}

u64 checkpoints_count(const struct checkpoints *c) { return c->nr; }
u64 checkpoints_time(const struct checkpoints *c, u64 index) { return c->point[index].time; }

size_t checkpoints_delta_bytes(const struct checkpoints *c)
{
	size_t bytes = c->pending.bytes + c->chunks.bytes;

	for (size_t i = 0; i < c->nr; i++)
		bytes += point_bytes(&c->point[i]);
	return bytes;
}

size_t checkpoints_bytes(const struct checkpoints *c)
{
	return checkpoints_delta_bytes(c) + c->pool.bytes + c->shadow_len;
}

void checkpoints_trim(struct checkpoints *c, size_t limit)
{
	size_t used = checkpoints_delta_bytes(c), keep = used < limit ? limit - used : 0;

	delta_pool_trim(&c->pool, max_u64(keep, c->pool.bytes > TRIM_BYTES ? c->pool.bytes - TRIM_BYTES : 0));
}
