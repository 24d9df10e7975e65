/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shrinkers: who has objects that can be made again (dentries, inodes) registers here,
 * and reclaim asks for a share of them that grows as memory gets shorter.
 *
 * Models: mm/shrinker.c do_shrink_slab(), shrink_slab() of Linux 6.12, for shrinkers
 * that know of nodes but not of memory cgroups.
 */
#ifndef MM_ALLOC_SHRINKER_H
#define MM_ALLOC_SHRINKER_H

#include "alloc/mm.h"

#define DEFAULT_SEEKS 2 /* what it costs to make an object again: a disk seek each way */

struct shrinker {
	struct shrinker *next;
	u64 (*count)(void *arg, int nid);         /* objects that could go */
	u64 (*scan)(void *arg, int nid, u64 nr);  /* look at @nr of them; return: freed */
	void *arg;
	unsigned seeks;
	u64 batch;                   /* objects to look at in one call */
	u64 nr_deferred[MAX_NUMNODES]; /* asked for, but too few to call for */
};

/* @s must live on in the arena. */
void shrinker_register(struct mm *mm, struct shrinker *s);
/* Every shrinker, for node @nid, at reclaim priority @priority. Return: objects freed. */
u64 shrink_slab(struct mm *mm, gfp_t gfp, int nid, int priority);

#endif
