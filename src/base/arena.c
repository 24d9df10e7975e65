/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arena: see arena.h. Free blocks are kept in lists by size class (powers
 * of two from 16 bytes on); the bookkeeping lives at the start of the arena
 * itself, so that a checkpoint of the used range restores the allocator too.
 */
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ARENA_MIN_SHIFT 4
#define ARENA_CLASSES   44
#define ARENA_CHUNK     4096
#define GIVE_BACK_BYTES (256u * 1024) /* free blocks of this size and more keep no host memory */

struct free_cell {
	struct free_cell *next;
};

/* At the start of the range: part of every checkpoint. */
struct arena_state {
	size_t top;  /* bytes used from the start of the range */
	size_t used; /* bytes handed out */
	struct free_cell *free[ARENA_CLASSES];
};

struct arena {
	struct arena_state *st;
	size_t reserve;
	size_t high; /* the range is untouched, hence zero, from here on */
	jmp_buf *oom;
	u64 fail_in;
};

/* What one arena may take of the host's address space. */
static size_t affordable(u64 reserve)
{
	u64 most = sizeof(void *) > 4 ? SIZE_MAX - ARENA_CHUNK : 256 * MiB;

	return (size_t)align_up(reserve < most ? reserve : most, (u64)ARENA_CHUNK);
}

struct arena *arena_create(u64 wanted)
{
	size_t reserve = affordable(wanted);
	struct arena *a = calloc(1, sizeof(*a));
	void *p;

	if (!a)
		return NULL;
	p = mmap(NULL, reserve, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED) {
		free(a);
		return NULL;
	}
	a->st = p;
	a->reserve = reserve;
	a->st->top = align_up(sizeof(struct arena_state), 64);
	a->high = a->st->top;
	return a;
}

void arena_destroy(struct arena *a)
{
	if (!a)
		return;
	munmap(a->st, a->reserve);
	free(a);
}

static unsigned size_class(size_t size)
{
	unsigned c = ARENA_MIN_SHIFT;

	while (((size_t)1 << c) < size)
		c++;
	return c;
}

_Noreturn void arena_exhausted(struct arena *a)
{
	if (!a->oom)
		abort();
	longjmp(*a->oom, 1);
}

void *arena_alloc(struct arena *a, size_t size)
{
	unsigned c = size_class(size);
	size_t bytes = (size_t)1 << c;
	struct free_cell *cell = a->st->free[c - ARENA_MIN_SHIFT];

	if (unlikely(a->fail_in) && !--a->fail_in)
		arena_exhausted(a);
	if (cell) {
		a->st->free[c - ARENA_MIN_SHIFT] = cell->next;
		a->st->used += bytes;
		memset(cell, 0, size);
		return cell;
	}
	if (bytes > a->reserve || a->st->top > a->reserve - bytes)
		arena_exhausted(a);
	cell = (void *)((char *)a->st + a->st->top);
	a->st->top += bytes;
	a->st->used += bytes;
	/* Bytes below high may be left over from a state that was undone. */
	if (a->st->top <= a->high)
		memset(cell, 0, size);
	else if (a->st->top - bytes < a->high)
		memset(cell, 0, a->high - (a->st->top - bytes));
	if (a->st->top > a->high)
		a->high = a->st->top;
	return cell;
}

/*
 * The memory of a large free block goes back to the host, except where its link is. Whoever
 * gets the block finds it zeroed in any case.
 */
static void give_back(void *block, size_t bytes)
{
	if (bytes >= GIVE_BACK_BYTES)
		madvise((char *)align_up((uintptr_t)block + sizeof(struct free_cell), ARENA_CHUNK),
			bytes - 2 * ARENA_CHUNK, MADV_DONTNEED);
}

void arena_free(struct arena *a, void *p, size_t size)
{
	unsigned c = size_class(size);
	struct free_cell *cell = p;

	if (!p)
		return;
	cell->next = a->st->free[c - ARENA_MIN_SHIFT];
	a->st->free[c - ARENA_MIN_SHIFT] = cell;
	a->st->used -= (size_t)1 << c;
	give_back(p, (size_t)1 << c);
}

void *arena_realloc(struct arena *a, void *old, size_t old_size, size_t size)
{
	void *p;

	if (old && size_class(old_size) == size_class(size)) {
		if (size > old_size)
			memset((char *)old + old_size, 0, size - old_size);
		return old;
	}
	p = arena_alloc(a, size);
	if (old) {
		memcpy(p, old, old_size < size ? old_size : size);
		arena_free(a, old, old_size);
	}
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(arena_alloc(a, n), s, n);
}

jmp_buf *arena_set_oom(struct arena *a, jmp_buf *env)
{
	jmp_buf *old = a->oom;

	a->oom = env;
	return old;
}

void arena_inject_failure(struct arena *a, u64 n) { a->fail_in = n; }
size_t arena_used(const struct arena *a) { return a->st->used; }
void *arena_base(const struct arena *a) { return a->st; }
size_t arena_extent(const struct arena *a) { return align_up(a->st->top, ARENA_CHUNK); }
size_t arena_reserve(const struct arena *a) { return a->reserve; }
