/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages as /proc/kpageflags tells them, and the filters of the kernel's page-types
 * tool:
 *
 *   anon,lru        any of the two
 *   anon,~lru       anon, and not lru
 *   lru,dirty=lru   of these two, lru alone
 *   =buddy          exactly that and nothing else
 *
 * A name may be cut short ("anon"); "compound" stands for head and tail.
 *
 * Models: fs/proc/page.c stable_page_flags(), tools/mm/page-types.c of Linux 6.12.
 */
#ifndef MM_PHYS_PAGE_TYPES_H
#define MM_PHYS_PAGE_TYPES_H

#include "base/error.h"
#include "base/text.h"
#include "phys/sparse.h"

/* Bits of /proc/kpageflags that the model sets. */
enum kpf {
	KPF_LOCKED = 0, KPF_REFERENCED = 2, KPF_UPTODATE = 3, KPF_DIRTY = 4, KPF_LRU = 5, KPF_ACTIVE = 6,
	KPF_SLAB = 7, KPF_WRITEBACK = 8, KPF_RECLAIM = 9, KPF_BUDDY = 10, KPF_MMAP = 11, KPF_ANON = 12,
	KPF_SWAPBACKED = 14, KPF_COMPOUND_HEAD = 15, KPF_COMPOUND_TAIL = 16, KPF_HUGE = 17, KPF_UNEVICTABLE = 18,
	KPF_HWPOISON = 19, KPF_NOPAGE = 20, KPF_THP = 22, KPF_PGTABLE = 26, KPF_RESERVED = 32, KPF_MLOCKED = 33,
};

struct page_filter {
	u64 mask;
	u64 bits;  /* what of @mask must be set */
	bool any;  /* one bit of @mask is enough */
};

/* stable_page_flags() */
u64 kpage_flags(const struct page_view *v);
/* What page-types shows without -r: nothing for kernel hackers, no compound bits but of huge pages. */
u64 kpage_flags_known(u64 flags);
/* "__RU_l__..." one letter per flag there is, and "referenced,uptodate,lru". */
void kpage_flags_symbols(u64 flags, struct text *out);
void kpage_flags_names(u64 flags, struct text *out);

/* 0, or -EINVAL naming the word that is no flag. */
int page_filter_parse(const char *s, struct page_filter *f, struct mm_error *err);
bool page_filter_match(const struct page_filter *f, u64 flags);

#endif
