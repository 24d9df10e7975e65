/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for objects that users allocated by command, so that scripts need no
 * addresses: kmalloc size=100 as=a, kfree a.
 */
#ifndef MM_SLAB_SLAB_TAG_H
#define MM_SLAB_SLAB_TAG_H

#include "slab/slub.h"

#define SLAB_TAG_MAX 24 /* bytes of a name, with its NUL */

void slab_tag_add(struct slab_state *st, u64 addr, const char *name);
/* Free every object called @name (NULL: every named one). Return: how many. */
u64 slab_tag_free(struct slab_state *st, const char *name);
/* Forget names of objects that are not in use any more; call it after freeing by address. */
void slab_tag_sweep(struct slab_state *st);
/* Entry @i: its name, *addr its object; NULL past the end. */
const char *slab_tag_at(const struct slab_state *st, u32 i, u64 *addr);
/* Forget entry @i; the last one moves to its place. */
void slab_tag_forget(struct slab_state *st, u32 i);
/* The name of the object at @addr; NULL: it has none. */
const char *slab_tag_of(const struct slab_state *st, u64 addr);
/* Every named object is in use. 0 or -EUCLEAN. */
int slab_tag_check(const struct slab_state *st, struct text *report);

#endif
