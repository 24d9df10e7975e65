/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turning a /proc/slabinfo into pages: the caches it names, with as many slabs and
 * active objects, on this machine.
 */
#ifndef MM_SLAB_SLAB_POPULATE_H
#define MM_SLAB_SLAB_POPULATE_H

#include "alloc/page_alloc.h"
#include "slab/slub.h"

/*
 * Create the caches of the slabinfo text @file (@len bytes) that do not exist, then
 * allocate until each has the file's number of slabs and active objects, as far as
 * simulated memory reaches. Sizes come from the file; objects and pages per slab are
 * always computed, compared with the file (zeros in it are not) and reported.
 * -EINVAL: not a slabinfo (names the line). Differences are not errors.
 */
int slab_populate(struct slab_state *st, const char *file, size_t len, struct text *out,
		  struct mm_error *err);

/*
 * Where pages for slabs come from before the page allocator is asked: a block of @order
 * on node @nid that is allocated already and now belongs to @owner, or NO_PAGE.
 */
struct slab_source {
	page_handle (*take)(void *arg, unsigned order, int nid, bool reclaimable, owner_id owner);
	void *arg;
};
/* slab_populate() whose slabs take the blocks of @src (may be NULL) first. */
int slab_populate_from(struct slab_state *st, const char *file, size_t len, struct slab_source *src,
		       struct text *out, struct mm_error *err);

/* Flags with which the 6.12 kernel creates the cache @name, as far as they choose its kind of pages. */
slab_flags_t slab_known_flags(const char *name);

#endif
