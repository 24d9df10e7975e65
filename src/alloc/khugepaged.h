/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collapse: a huge page's worth of single anonymous pages of a process is copied into
 * one transparent huge page, and the single pages are freed.
 *
 * Models: mm/khugepaged.c collapse_huge_page() of Linux 6.12. A process has no virtual
 * addresses here, so any of its single pages go together.
 */
#ifndef MM_ALLOC_KHUGEPAGED_H
#define MM_ALLOC_KHUGEPAGED_H

#include "alloc/process.h"

/*
 * Collapse up to @max times; pages that are pinned, referenced by others or off the
 * LRU lists are left out. Return: huge pages made. Stops at the first one that the
 * allocator cannot serve (thp_collapse_alloc_failed).
 */
u64 khugepaged_collapse(struct mm *mm, struct process *p, u64 max);

#endif
