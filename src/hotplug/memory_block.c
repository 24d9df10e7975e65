/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of memory block devices.
 *
 * A machine of 4 PiB has two million blocks of 2 GiB, nearly all alike. So the
 * table is a sorted array of stretches of like blocks:
 *
 *   number    0   1 .. 7      32 .. 34        35
 *           +---+-----------+---------------+---------+
 *           |DMA|DMA32      | offline       | Movable |
 *           +---+-----------+---------------+---------+
 *
 * memory_block_set() cuts a stretch around one block and joins it again with
 * neighbours that became alike. Finding a block is a binary search.
 *
 * Models: drivers/base/memory.c (6.12).
 */
#include "hotplug/memory_block.h"

#include <stdio.h>
#include <string.h>

#include "hotplug/memory_hotplug.h"

static const char *const online_type_name[NR_MMOP] = {
	[MMOP_OFFLINE] = "offline",
	[MMOP_ONLINE] = "online",
	[MMOP_ONLINE_KERNEL] = "online_kernel",
	[MMOP_ONLINE_MOVABLE] = "online_movable",
};

int mhp_online_type_from_str(const char *s)
{
	for (int i = 0; i < NR_MMOP; i++)
		if (!strcmp(s, online_type_name[i]))
			return i;
	return -EINVAL;
}

const char *mhp_online_type_name(enum mmop t) { return online_type_name[t]; }

const char *memory_block_state_name(enum block_state s)
{
	static const char *const name[] = { "online", "offline", "going-offline" };

	return name[s];
}

static u64 range_end(const struct block_range *r) { return r->first + r->nr; }

/* Position of the first stretch that ends after block @nr; nr_ranges when there is none. */
static u32 range_search(const struct hotplug_state *hp, u64 nr)
{
	u32 lo = 0, hi = hp->nr_ranges;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (range_end(&hp->range[mid]) <= nr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct block_range *range_covering(const struct hotplug_state *hp, u64 nr)
{
	u32 i = range_search(hp, nr);

	if (i == hp->nr_ranges || hp->range[i].first > nr)
		return NULL;
	return &hp->range[i];
}

static bool range_alike(const struct block_range *a, const struct block_range *b)
{
	return a->zone == b->zone && a->altmap_pages == b->altmap_pages && a->group == b->group &&
	       a->nid == b->nid && a->state == b->state && a->early == b->early && a->online_type == b->online_type &&
	       !a->nr_hwpoison &&
	       !b->nr_hwpoison;
}

/* Make room for one more entry at @pos. */
static struct block_range *range_open(struct system *sys, u32 pos)
{
	struct hotplug_state *hp = sys->hotplug;
	u32 cap = hp->cap_ranges ? 2 * hp->cap_ranges : 16;

	if (hp->nr_ranges == hp->cap_ranges) {
		hp->range = arena_realloc(sys->arena, hp->range, hp->cap_ranges * sizeof(*hp->range),
					  cap * sizeof(*hp->range));
		hp->cap_ranges = cap;
	}
	memmove(&hp->range[pos + 1], &hp->range[pos], (hp->nr_ranges - pos) * sizeof(*hp->range));
	hp->nr_ranges++;
	return &hp->range[pos];
}

static void range_close(struct hotplug_state *hp, u32 pos)
{
	hp->nr_ranges--;
	memmove(&hp->range[pos], &hp->range[pos + 1], (hp->nr_ranges - pos) * sizeof(*hp->range));
}

/* Cut the stretch that has blocks on both sides of the border before @nr. */
static void range_split(struct system *sys, u64 nr)
{
	struct hotplug_state *hp = sys->hotplug;
	u32 i = range_search(hp, nr);
	struct block_range *r;

	if (i == hp->nr_ranges || hp->range[i].first >= nr)
		return;
	r = range_open(sys, i + 1);
	*r = hp->range[i];
	r->nr = range_end(&hp->range[i]) - nr;
	r->first = nr;
	hp->range[i].nr -= r->nr;
}

/* Join what is alike from entry @lo to @hi with its neighbours, then count again. */
static void range_settle(struct hotplug_state *hp, u32 lo, u32 hi)
{
	u64 index = 0;

	for (u32 i = lo ? lo - 1 : 0; i + 1 < hp->nr_ranges && i <= hi;) {
		struct block_range *r = &hp->range[i];

		if (range_end(r) == r[1].first && range_alike(r, &r[1])) {
			r->nr += r[1].nr;
			range_close(hp, i + 1);
		} else {
			i++;
		}
	}
	for (u32 i = 0; i < hp->nr_ranges; i++) {
		hp->range[i].index = index;
		index += hp->range[i].nr;
	}
	hp->nr_blocks = index;
}

int memory_block_create(struct system *sys, u64 first, u64 nr, const struct block_range *attr)
{
	struct hotplug_state *hp = sys->hotplug;
	u32 i = range_search(hp, first);
	struct block_range *r;

	if (i < hp->nr_ranges && hp->range[i].first < first + nr)
		return -EEXIST;
	r = range_open(sys, i);
	*r = *attr;
	r->first = first;
	r->nr = nr;
	if (memory_group_find(sys, attr->group))
		memory_group_find(sys, attr->group)->nr_blocks += nr;
	range_settle(hp, i, i + 1);
	return 0;
}

void memory_block_delete(struct system *sys, u64 first, u64 nr)
{
	struct hotplug_state *hp = sys->hotplug;
	u32 i;

	range_split(sys, first);
	range_split(sys, first + nr);
	i = range_search(hp, first);
	while (i < hp->nr_ranges && hp->range[i].first < first + nr) {
		struct memory_group *g = memory_group_find(sys, hp->range[i].group);

		if (g)
			g->nr_blocks -= hp->range[i].nr;
		hp->num_poisoned_pages -= hp->range[i].nr_hwpoison;
		range_close(hp, i);
	}
	range_settle(hp, i, i);
}

void memory_block_set(struct system *sys, u64 nr, const struct block_range *attr)
{
	struct hotplug_state *hp = sys->hotplug;
	u32 i;

	range_split(sys, nr);
	range_split(sys, nr + 1);
	i = range_search(hp, nr);
	hp->range[i] = *attr;
	hp->range[i].first = nr;
	hp->range[i].nr = 1;
	range_settle(hp, i, i + 1);
}

u64 memory_block_count(const struct system *sys) { return sys->hotplug ? sys->hotplug->nr_blocks : 0; }

static void block_fill(const struct system *sys, const struct block_range *r, u64 nr,
		       struct memory_block *out)
{
	out->nr = nr;
	out->nr_pages = sys->hotplug->block_size >> sys->arch.page_shift;
	out->start_pfn = nr * out->nr_pages;
	out->range = *r;
}

int memory_block_at(const struct system *sys, u64 index, struct memory_block *out)
{
	const struct hotplug_state *hp = sys->hotplug;
	u32 lo = 0, hi;

	if (index >= memory_block_count(sys))
		return -ENOENT;
	hi = hp->nr_ranges;
	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (hp->range[mid].index <= index)
			lo = mid;
		else
			hi = mid;
	}
	block_fill(sys, &hp->range[lo], hp->range[lo].first + index - hp->range[lo].index, out);
	return 0;
}

int memory_block_find(const struct system *sys, u64 nr, struct memory_block *out)
{
	const struct block_range *r = sys->hotplug ? range_covering(sys->hotplug, nr) : NULL;

	if (!r)
		return -ENOENT;
	block_fill(sys, r, nr, out);
	return 0;
}

s64 memory_block_index_of(const struct system *sys, phys_t addr)
{
	const struct block_range *r;

	if (!memory_block_count(sys))
		return -1;
	r = range_covering(sys->hotplug, addr / sys->hotplug->block_size);
	return r ? (s64)(r->index + addr / sys->hotplug->block_size - r->first) : -1;
}

const struct block_range *memory_block_range_from(const struct system *sys, u64 nr)
{
	const struct hotplug_state *hp = sys->hotplug;
	u32 i = hp ? range_search(hp, nr) : 0;

	return hp && i < hp->nr_ranges ? &hp->range[i] : NULL;
}

/* The name of the zone that @type leads to, unless it is the default one. */
static void print_allowed_zone(struct system *sys, const struct memory_block *b, enum mmop type,
			       const struct zone *default_zone, char *buf, size_t n)
{
	size_t len = strlen(buf);
	struct zone *z =
		zone_for_pfn_range(sys, type, b->range.nid, b->range.group, b->start_pfn, b->nr_pages);

	if (z != default_zone)
		snprintf(buf + len, n - len, " %s", z->name);
}

const char *memory_block_valid_zones(struct system *sys, const struct memory_block *b, char *buf)
{
	const size_t n = 64;
	struct zone *z;

	if (b->range.state == BLOCK_ONLINE) {
		snprintf(buf, n, "%s",
			 b->range.zone == BLOCK_NO_ZONE ? "none" : mm_zone(&sys->mm, b->range.zone)->name);
		return buf;
	}
	z = zone_for_pfn_range(sys, MMOP_ONLINE, b->range.nid, b->range.group, b->start_pfn, b->nr_pages);
	snprintf(buf, n, "%s", z->name);
	print_allowed_zone(sys, b, MMOP_ONLINE_KERNEL, z, buf, n);
	print_allowed_zone(sys, b, MMOP_ONLINE_MOVABLE, z, buf, n);
	return buf;
}
