/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory groups. Ids are handed out from 0, the lowest free one first, as the
 * kernel's xarray does.
 *
 * Models: drivers/base/memory.c memory_group_register() and friends (6.12).
 */
#include "hotplug/memory_group.h"

#include "hotplug/memory_hotplug.h"

struct memory_group *memory_group_find(const struct system *sys, int mgid)
{
	const struct hotplug_state *hp = sys->hotplug;

	if (!hp || mgid < 0 || (u32)mgid >= hp->nr_groups || !hp->group[mgid].in_use)
		return NULL;
	return &hp->group[mgid];
}

static int memory_group_register(struct system *sys, const struct memory_group *g)
{
	struct hotplug_state *hp = sys->hotplug;
	u32 id = 0;

	if (!node_possible(sys, g->nid))
		return -EINVAL;
	while (id < hp->nr_groups && hp->group[id].in_use)
		id++;
	if (id == hp->nr_groups) {
		hp->group = arena_realloc(sys->arena, hp->group, id * sizeof(*g), (id + 1) * sizeof(*g));
		hp->nr_groups++;
	}
	hp->group[id] = *g;
	return (int)id;
}

int memory_group_register_static(struct system *sys, int nid, u64 max_pages)
{
	struct memory_group g = { .in_use = true, .nid = nid, .max_pages = max_pages };

	return max_pages ? memory_group_register(sys, &g) : -EINVAL;
}

int memory_group_register_dynamic(struct system *sys, int nid, u64 unit_pages)
{
	struct memory_group g = { .in_use = true, .is_dynamic = true, .nid = nid, .max_pages = unit_pages };

	if (!is_pow2(unit_pages) || unit_pages < sys->hotplug->block_size >> sys->arch.page_shift)
		return -EINVAL;
	return memory_group_register(sys, &g);
}

int memory_group_unregister(struct system *sys, int mgid)
{
	struct memory_group *g = memory_group_find(sys, mgid);

	if (!g)
		return -EINVAL;
	if (g->nr_blocks)
		return -EBUSY;
	g->in_use = false;
	return 0;
}
