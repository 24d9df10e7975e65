/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who holds memory: interned owner records. An allocated head keeps the number
 * of its record; equal records share one number, so a million pages of one
 * workload cost one record.
 * Models: mm/page_owner.c (what is printed, not how stacks are stored).
 */
#ifndef MM_ALLOC_PAGE_OWNER_H
#define MM_ALLOC_PAGE_OWNER_H

#include "alloc/page_alloc.h"
#include "base/text.h"

#define OWNER_MAX ((1u << 20) - 1)

struct held_set; /* alloc/held.h */

/* For a holder that keeps no set of its LRU folios, but must know what becomes of them. */
struct owner_ops {
	void (*forgot)(void *arg, page_handle head);                   /* reclaim is about to free it */
	void (*moved)(void *arg, page_handle from, page_handle to);    /* it was migrated */
};

struct owner_record {
	const char *tag;       /* name the user gave or the subsystem's; in the arena */
	const char *callchain; /* "alloc_pages < new_slab < kmalloc": innermost first, " < " between */
	s32 pid;
	u64 pages;             /* held now */
	u64 allocs;            /* ever */
	u64 swapped;           /* pages in the swap area */
	s8 movable_ops;        /* what the owner's migrate callback answers: 0, or a positive errno (EBUSY, EAGAIN) */
	const char *keeper;    /* who alone frees these blocks ("the process that ..."); NULL: whoever likes */
	bool kernel_stack;     /* they are kernel stacks */
	bool imported;         /* read from a real system: nobody in the model holds these blocks */
	const struct owner_ops *ops; /* NULL: nobody wants to know */
	void *ops_arg;
	struct held_set *set;  /* where the holder keeps these blocks; NULL: nobody looks them up */
};

owner_id owner_intern(struct mm *mm, const char *tag, const char *callchain, int pid);
struct owner_record *owner_get(struct mm *mm, owner_id id); /* NULL for unknown ids */
u32 owner_count(const struct mm *mm);
/* An allocation or a free of 1 << @order pages by @id, which owner_intern() returned. */
void owner_charge(struct mm *mm, owner_id id, unsigned order);
void owner_uncharge(struct mm *mm, owner_id id, unsigned order);
/* The text that page_owner prints for the block headed by @head. */
void page_owner_print(struct mm *mm, page_handle head, struct text *out);
/* The same as dump_page() says it. */
void page_owner_dump(struct mm *mm, page_handle head, struct text *out);

#endif
