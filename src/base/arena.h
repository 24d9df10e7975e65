/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory that one simulated machine lives in.
 *
 * All mutable state of a machine is allocated here, in one range of host
 * address space that never moves. So a checkpoint is a copy of the 4 KiB chunks
 * that changed, putting it back makes every pointer valid again, destroying a
 * machine is one unmap, and two machines never share a byte.
 *
 * When the host has no more memory, arena_alloc() does not return: it jumps to
 * the handler that the command boundary set (arena_set_oom()). Engine code
 * therefore needs no error paths for host memory; simulated memory is another
 * thing and is always an ordinary result.
 */
#ifndef MM_BASE_ARENA_H
#define MM_BASE_ARENA_H

#include <setjmp.h>
#include "base/types.h"

struct arena;

/*
 * Reserve @reserve bytes of address space (nothing is backed until used); a host
 * with 32-bit pointers has no room for much and gives 256 MiB at most.
 * Return: the arena, or NULL when the host refuses.
 */
struct arena *arena_create(u64 reserve);
void arena_destroy(struct arena *a);

/* Zeroed memory, aligned to 16 bytes. Never NULL (see above). */
void *arena_alloc(struct arena *a, size_t size);
/* @old may be NULL. New bytes are zero. @old_size must be the size asked for. */
void *arena_realloc(struct arena *a, void *old, size_t old_size, size_t size);
void arena_free(struct arena *a, void *p, size_t size);
char *arena_strdup(struct arena *a, const char *s);

/*
 * Where arena_alloc() jumps when memory ends. @env stays owned by the caller;
 * NULL means abort(). Return: the handler that was set before.
 */
jmp_buf *arena_set_oom(struct arena *a, jmp_buf *env);

/* Fail the @n-th allocation from now (1 = the next); 0 switches this off. For tests. */
void arena_inject_failure(struct arena *a, u64 n);

/* Other host memory of the machine ended: what arena_alloc() does when memory ends. */
_Noreturn void arena_exhausted(struct arena *a);

/* Bytes handed out, and the used part of the range (for checkpoints). */
size_t arena_used(const struct arena *a);
void *arena_base(const struct arena *a);
size_t arena_extent(const struct arena *a); /* bytes from base, multiple of 4096 */
size_t arena_reserve(const struct arena *a); /* address space it may grow to, bytes */

#endif
