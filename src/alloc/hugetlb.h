/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hugetlb pools: huge pages set aside per size, given to processes whole.
 *
 *   persistent   as many as nr_hugepages asks for, in use or waiting in the pool
 *   surplus      taken beyond that when the pool was empty, up to nr_overcommit_hugepages;
 *                they go back to the buddy when their user is done
 *
 *   reserved     promised to mappings that were not touched yet: mmap() reserves, the
 *                fault takes the page and the promise together, munmap() gives back what
 *                was not touched. Who has no reservation gets only what is not promised.
 *
 *        free pages of the pool   [ r r r r . . . ]     r reserved, . available
 *
 * Sizes above the largest order are "gigantic": consecutive blocks of the largest order,
 * from boot or by moving away what is in a suitable range (alloc/contig.h).
 *
 * Models: mm/hugetlb.c of Linux 6.12 (set_max_huge_pages, hugetlb_acct_memory,
 * alloc_hugetlb_folio, free_huge_folio). Left out: subpools, shared mappings, vmemmap
 * optimisation, demotion.
 */
#ifndef MM_ALLOC_HUGETLB_H
#define MM_ALLOC_HUGETLB_H

#include "alloc/held.h"
#include "base/error.h"
#include "base/text.h"

struct hstate {
	u64 size;         /* bytes */
	unsigned order;   /* log2 pages; may be above the largest order */
	u64 resv;         /* pages of the pool that are promised */
	u64 surplus;      /* pages */
	u64 surplus_node[MAX_NUMNODES];
	u64 overcommit;   /* nr_overcommit_hugepages */
	int next_nid_to_alloc, next_nid_to_free; /* whose turn it is */
	owner_id owner;   /* of pages in the pool */
	owner_id rest;    /* of the blocks of gigantic pages behind the first */
	struct held_set free; /* first blocks of pages in the pool */
};

/* Huge pages of one size that a process has. */
struct hugetlb_user {
	struct hugetlb_user *next;
	s32 pid;
	u32 hstate;       /* index */
	owner_id owner;
	u64 reserved;     /* pages mapped, not touched yet */
	struct held_set set;
};

/* sys->hugetlb. */
struct hugetlb {
	struct hstate h[ARCH_MAX_HUGE_SIZES];
	u32 nr;
	struct hugetlb_user *users;
};

/* Add a size of the machine. */
void hugetlb_add_hstate(struct mm *mm, struct hugetlb *t, u64 size);
/* Take over the huge pages that boot allocated: every page of kind hugetlb. */
void hugetlb_adopt(struct mm *mm, struct hugetlb *t);
/* All pages of the size: in the pool and in use. */
u64 hugetlb_total(const struct hugetlb *t, u32 hstate);
/* The same on node @nid only (NO_NODE: all). */
u64 hugetlb_pages_on(const struct mm *mm, const struct hugetlb *t, u32 hstate, int nid);
/* Pages in the pool that lie on node @nid (NO_NODE: all). */
u64 hugetlb_free_on(const struct mm *mm, const struct hstate *h, int nid);
/*
 * nr_hugepages: grow or shrink the pool to @count persistent pages, on node @nid or
 * (NO_NODE) spread over nodes with memory. Return: the pages there are now; pages in
 * use cannot be freed, they become surplus.
 */
u64 hugetlb_set(struct mm *mm, struct hugetlb *t, u32 hstate, u64 count, int nid);
/*
 * mmap(MAP_HUGETLB): process @pid (named @name) maps @count pages, for which as many of
 * the pool are reserved; the pool grows by surplus pages where it may. 0 or -ENOMEM:
 * nothing was mapped.
 */
int hugetlb_map(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, const char *name, u64 count,
		struct mm_error *err);
/*
 * The process touches @count more pages, near node @nid: reserved ones first, then as
 * MAP_NORESERVE mappings do. 0 or -EFAULT: there was none, the process gets SIGBUS (it
 * keeps what it got before). *@done: pages it got; may be NULL.
 */
int hugetlb_fault(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, const char *name, u64 count, int nid,
		  u64 *done, struct mm_error *err);
/* Both in one step: 0, or -ENOMEM and nothing is mapped. */
int hugetlb_alloc(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, const char *name, u64 count, int nid,
		  struct mm_error *err);
/* munmap() of up to @count pages: touched ones go back to the pool, then unused reservations. Return: pages. */
u64 hugetlb_free(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, u64 count);
/* dissolve_free_hugetlb_folio(): the page around @pfn leaves the pool and is freed. False: it is in use, promised, or none. */
bool hugetlb_dissolve(struct mm *mm, struct hugetlb *t, pfn_t pfn);
/* 0, or -EUCLEAN with a report. */
int hugetlb_check(struct mm *mm, const struct hugetlb *t, struct text *report);

#endif
