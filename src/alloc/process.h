/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes, as far as physical memory sees them: what they fault in, map, pin,
 * and leave behind. There are no virtual addresses; a process is its sets of blocks:
 *
 *   anon    anonymous pages and transparent huge pages: LRU, movable
 *   table   page tables of the lowest level, one per table-full of pages touched
 *   stack   its kernel stack
 *   file    the page cache of the file that bears its name, shared with others of
 *           that name; it stays when they exit, and can be reclaimed
 *
 * Models: mm/memory.c (do_anonymous_page, pte_alloc), mm/huge_memory.c
 * (do_huge_pmd_anonymous_page, zap), mm/filemap.c, mm/mlock.c, mm/gup.c, kernel/fork.c
 * (alloc_thread_stack_node, exit). Left out: upper page table levels, copy on write,
 * huge page cache. What was swapped out (alloc/swap.h) still counts as touched. The deferred split of a THP that is partly unmapped is done
 * at once.
 */
#ifndef MM_ALLOC_PROCESS_H
#define MM_ALLOC_PROCESS_H

#include "alloc/held.h"
#include "base/error.h"
#include "base/text.h"

#define TASK_COMM_LEN 16
#define PID_MAX       32768

enum process_set { PS_ANON, PS_TABLE, PS_STACK, NR_PROCESS_SETS };

/* Page cache of one file. In the arena; goes when nobody maps it and no page is left. */
struct cached_file {
	struct cached_file *next;
	char name[TASK_COMM_LEN];
	owner_id owner;
	struct held_set set;
	u32 mappers; /* processes that have it mapped */
};

struct process {
	struct process *next;
	s32 pid;
	char name[TASK_COMM_LEN];
	owner_id owner[NR_PROCESS_SETS];
	struct held_set set[NR_PROCESS_SETS];
	struct cached_file *file; /* NULL: none mapped */
	u64 anon_pages;           /* pages touched and not unmapped */
	u64 file_pages;           /* how far it has read its file */
};

/* sys->procs. */
struct process_table {
	struct process *first; /* newest first */
	struct cached_file *files;
	s32 last_pid;
	u32 nr;
};

/* What one touch asks for, and what came of it. Pages. */
struct touch {
	u64 anon;
	u64 file;
	bool dirty;
	bool thp;
	int nid; /* preferred node */
	u64 nr_thp, nr_fallback, nr_hits; /* out: huge faults, fallbacks, page cache hits */
};

/* fork() and exec: kernel stack and first page table on @nid. NULL and -ENOMEM, -EINVAL (name), -EAGAIN (pids). */
struct process *process_spawn(struct mm *mm, struct process_table *t, const char *name, int nid, struct mm_error *err);
/* By pid, or the newest of that name. NULL when there is none. */
struct process *process_find(const struct process_table *t, const char *word);
/* Fault pages in. 0; -ENOMEM; -ESRCH when the process was killed for want of memory. */
int process_touch(struct mm *mm, struct process_table *t, struct process *p, struct touch *q, struct mm_error *err);
/* Unmap the last @anon pages it touched, splitting a THP that is cut, then
 * what is in the swap area; @file: its file, too. Return: pages freed. */
u64 process_munmap(struct mm *mm, struct process_table *t, struct process *p, u64 anon, bool file);
/* All its memory goes, page cache stays. Frees @p. Return: pages freed. */
u64 process_exit(struct mm *mm, struct process_table *t, struct process *p);
/* The page cache of files that nobody maps goes, after dirty pages were written. Return: pages freed. */
u64 process_drop_files(struct mm *mm, struct process_table *t);
/* Bury processes that the OOM killer emptied. Return: how many. */
u32 process_reap(struct mm *mm, struct process_table *t);

/* mlockall(), munlockall(): pages whose state changed. */
u64 process_mlock(struct mm *mm, struct process *p, bool lock);
/* Pin up to @pages (where they are: O_DIRECT and the like) or let all pins go. Return: pages that changed. */
u64 process_pin(struct mm *mm, struct process *p, u64 pages);
u64 process_unpin(struct mm *mm, struct process *p);
/*
 * Before a long-term pin (RDMA, VFIO): up to @pages pages move out of ZONE_MOVABLE and
 * CMA pageblocks, which must stay movable. Return: pages left there (0: pin now).
 */
u64 process_move_out(struct mm *mm, struct process *p, u64 pages, u64 *nr_moved);
/*
 * Every page is used once more: those in the swap area are faulted in on @nid, as far as
 * memory reaches (*swapped_in; the process may be killed for want of it), then
 * mark_page_accessed(). Return: pages that became active.
 */
u64 process_use(struct mm *mm, struct process *p, int nid, u64 *swapped_in);
/* Pages it has in the swap area. */
u64 process_swapped(const struct mm *mm, const struct process *p);

/* 0, or -EUCLEAN with a report: sets, kinds, LRU membership, node counters. */
int process_check(struct mm *mm, const struct process_table *t, struct text *report);

#endif
