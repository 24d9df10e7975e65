/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named objects. See slab/slab_tag.h. A plain array: users name few objects, and
 * freeing sweeps it once per command, not once per object.
 */
#include "slab/slab_tag.h"

#include <stdio.h>
#include <string.h>

#include "slab/kmalloc.h"
#include "slab/slub_internal.h"

struct slab_tag {
	u64 addr;
	char name[SLAB_TAG_MAX];
};

static bool in_use(const struct slab_state *st, u64 addr)
{
	const struct slab *slab = slab_map_find(st, addr);
	u32 obj;

	if (slab && !slab->cache)
		return addr == slab->addr;
	return slab_may_free(NULL, slab, addr, &obj);
}

void slab_tag_add(struct slab_state *st, u64 addr, const char *name)
{
	struct slab_tag *t;

	if (st->nr_tag == st->cap_tag) {
		u32 cap = st->cap_tag ? st->cap_tag * 2 : 64;

		st->tag = arena_realloc(st->arena, st->tag, st->cap_tag * sizeof(*t), cap * sizeof(*t));
		st->cap_tag = cap;
	}
	t = &st->tag[st->nr_tag++];
	t->addr = addr;
	snprintf(t->name, sizeof(t->name), "%s", name);
}

u64 slab_tag_free(struct slab_state *st, const char *name)
{
	u32 kept = 0;
	u64 freed = 0;

	for (u32 i = 0; i < st->nr_tag; i++) {
		if (name && strcmp(st->tag[i].name, name))
			st->tag[kept++] = st->tag[i];
		else
			freed += !kfree(st, st->tag[i].addr, NULL);
	}
	st->nr_tag = kept;
	return freed;
}

void slab_tag_sweep(struct slab_state *st)
{
	u32 kept = 0;

	for (u32 i = 0; i < st->nr_tag; i++)
		if (in_use(st, st->tag[i].addr))
			st->tag[kept++] = st->tag[i];
	st->nr_tag = kept;
}

const char *slab_tag_at(const struct slab_state *st, u32 i, u64 *addr)
{
	if (i >= st->nr_tag)
		return NULL;
	*addr = st->tag[i].addr;
	return st->tag[i].name;
}

void slab_tag_forget(struct slab_state *st, u32 i)
{
	st->tag[i] = st->tag[--st->nr_tag];
}

const char *slab_tag_of(const struct slab_state *st, u64 addr)
{
	for (u32 i = 0; i < st->nr_tag; i++)
		if (st->tag[i].addr == addr)
			return st->tag[i].name;
	return NULL;
}

int slab_tag_check(const struct slab_state *st, struct text *report)
{
	for (u32 i = 0; i < st->nr_tag; i++) {
		if (in_use(st, st->tag[i].addr))
			continue;
		text_printf(report, "slab: %s names 0x%llx, which is not in use\n", st->tag[i].name,
			    (unsigned long long)st->tag[i].addr);
		return -EUCLEAN;
	}
	return 0;
}
