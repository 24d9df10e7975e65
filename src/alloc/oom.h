/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Out of memory: who holds it, in the kernel's words, and who must go.
 * Models: mm/oom_kill.c, mm/show_mem.c (6.12.117).
 */
#ifndef MM_ALLOC_OOM_H
#define MM_ALLOC_OOM_H

#include "alloc/page_alloc.h"

struct alloc_context;

/*
 * The process that holds most is killed and its memory freed. Return: pages freed;
 * 0 when there is no process to kill. Emits oom_kill.
 */
u64 out_of_memory(struct mm *mm, const struct alloc_context *ac);
/*
 * Free an allocated block, whoever holds it: off its LRU list, out of the counters
 * and of its holder's set. Where others have references it lives on without owner.
 */
void free_held_block(struct mm *mm, page_handle h);
/* show_mem(): the Mem-Info block: counters of nodes and zones, free blocks by order. */
void show_mem(struct mm *mm, struct text *out);
/* The header of an OOM or allocation failure report, then Mem-Info, then the largest holders. */
void oom_report(struct mm *mm, gfp_t gfp, unsigned order, const char *what, struct text *out);

#endif
