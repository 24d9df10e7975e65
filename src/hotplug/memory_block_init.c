/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory block devices of the memory that was there at boot.
 *
 * The block size depends on architecture and amount of memory. Every block that
 * has a section gets a device, online. Its zone is known only when all of its
 * memory lies in one zone of one node; such a block can go offline later.
 *
 * Attributes of a block change only where a memblock region or a zone begins or
 * ends. So those borders are collected, and between two of them all blocks are
 * alike: the work does not depend on the size of the machine.
 *
 * Models: drivers/base/memory.c memory_dev_init(), memory_block_add_nid();
 * arch/x86/mm/init_64.c probe_memory_block_size() (6.12).
 */
#include <stdlib.h>
#include <string.h>

#include "hotplug/dimm.h"
#include "hotplug/memory_hotplug.h"

#define MAX_BLOCK_SIZE (2 * GiB)
#define MEM_SIZE_FOR_LARGE_BLOCK (64 * GiB)

static u64 section_bytes(const struct system *sys) { return 1ULL << sys->arch.section_shift; }

/* Bare metal: big blocks as soon as there is much memory. */
static u64 x86_block_size(const struct system *sys)
{
	u64 end = pfn_to_phys(&sys->arch, sys->max_pfn);

	return end < MEM_SIZE_FOR_LARGE_BLOCK ? section_bytes(sys) : MAX_BLOCK_SIZE;
}

u64 memory_block_size_bytes(const struct system *sys)
{
	/* Found once: later memory changes nothing. */
	if (sys->hotplug && sys->hotplug->block_size)
		return sys->hotplug->block_size;
	if (sys->arch.flatmem || sys->arch.id == ARCH_I386)
		return 0;
	if (sys->arch.block_size)
		return sys->arch.block_size;
	return sys->arch.id == ARCH_X86_64 ? x86_block_size(sys) : section_bytes(sys);
}

/* Borders between blocks that may differ, as block numbers. */
struct cuts {
	u64 *nr;
	u32 n;
};

/* @addr may lie inside a block: the block itself is a stretch of its own then. */
static void cuts_add(struct cuts *c, const struct system *sys, phys_t addr)
{
	u64 size = sys->hotplug->block_size;

	c->nr[c->n++] = addr / size;
	c->nr[c->n++] = (addr + size - 1) / size;
}

static int cmp_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static u32 cuts_count_max(const struct system *sys)
{
	u32 n = (u32)sys->memblock.memory.cnt;

	for_each_node(&sys->mm, node)
		n += MAX_NR_ZONES;
	return 4 * n;
}

static void cuts_collect(struct system *sys, struct cuts *c)
{
	const struct memblock_type *mem = &sys->memblock.memory;

	for (unsigned long i = 0; i < mem->cnt; i++) {
		cuts_add(c, sys, mem->regions[i].base);
		cuts_add(c, sys, mem->regions[i].base + mem->regions[i].size);
	}
	for_each_node(&sys->mm, node)
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			if (!populated_zone(&node->zones[z]))
				continue;
			cuts_add(c, sys, pfn_to_phys(&sys->arch, node->zones[z].zone_start_pfn));
			cuts_add(c, sys, pfn_to_phys(&sys->arch, zone_end_pfn(&node->zones[z])));
		}
	qsort(c->nr, c->n, sizeof(*c->nr), cmp_u64);
}

/* The only populated zone of @nid that the block lies in; BLOCK_NO_ZONE: several. */
static u32 early_node_zone(const struct system *sys, int nid, pfn_t start, u64 nr_pages)
{
	u32 zone = BLOCK_NO_ZONE;

	for (int z = 0; z < MAX_NR_ZONES; z++) {
		const struct zone *zn = &sys->mm.node[nid]->zones[z];

		if (!populated_zone(zn) || !zone_intersects(zn, start, nr_pages))
			continue;
		if (zone != BLOCK_NO_ZONE)
			return BLOCK_NO_ZONE;
		zone = zone_nr(zn);
	}
	return zone;
}

static int region_nid(const struct memblock_region *r)
{
	return r->nid == MEMBLOCK_NO_NID || r->nid < 0 ? 0 : r->nid;
}

/* Fill @b for boot memory in block @nr. False: no section of it is present. */
static bool boot_block(const struct system *sys, u64 nr, struct block_range *b)
{
	const struct memblock_type *mem = &sys->memblock.memory;
	u64 size = sys->hotplug->block_size, section = section_bytes(sys);
	pfn_t start = nr * size >> sys->arch.page_shift;
	bool present = false, several = false;

	*b = (struct block_range){ .zone = BLOCK_NO_ZONE, .group = -1, .nid = NO_NODE, .early = 1 };
	for (unsigned long i = 0; i < mem->cnt; i++) {
		const struct memblock_region *r = &mem->regions[i];
		int nid = region_nid(r);

		if (align_down(r->base, section) >= (nr + 1) * size ||
		    align_up(r->base + r->size, section) <= nr * size)
			continue;
		present = true;
		if (r->base >= (nr + 1) * size || r->base + r->size <= nr * size)
			continue;
		several |= b->nid != NO_NODE && b->nid != nid;
		b->nid = (s16)(nid > b->nid ? nid : b->nid);
	}
	if (b->nid != NO_NODE && !several)
		b->zone = early_node_zone(sys, b->nid, start, size >> sys->arch.page_shift);
	return present;
}

static void boot_blocks(struct system *sys)
{
	u32 max = cuts_count_max(sys);
	struct cuts c = { arena_alloc(sys->arena, max * sizeof(u64)), 0 };
	struct block_range b;

	cuts_collect(sys, &c);
	for (u32 i = 0; i + 1 < c.n; i++)
		if (c.nr[i] != c.nr[i + 1] && boot_block(sys, c.nr[i], &b))
			memory_block_create(sys, c.nr[i], c.nr[i + 1] - c.nr[i], &b);
	arena_free(sys->arena, c.nr, max * sizeof(u64));
}

static enum mmop default_online_type(const struct cmdline *cmd)
{
	switch (cmd->memhp_default_state) {
	case MEMHP_OFFLINE:
		return MMOP_OFFLINE;
	case MEMHP_ONLINE_KERNEL:
		return MMOP_ONLINE_KERNEL;
	case MEMHP_ONLINE_MOVABLE:
		return MMOP_ONLINE_MOVABLE;
	default:
		return MMOP_ONLINE; /* CONFIG_MHP_DEFAULT_ONLINE_TYPE_ONLINE_AUTO */
	}
}

/* dyndbg="file mm/memory_hotplug.c +p" */
static bool debug_wanted(const char *cmdline)
{
	const char *s = strstr(cmdline, "dyndbg=");

	s = s ? strstr(s, "memory_hotplug.c") : NULL;
	return s && strstr(s, "+p");
}

void memory_dev_init(struct system *sys)
{
	struct hotplug_state *hp = arena_alloc(sys->arena, sizeof(*hp));

	hp->block_size = memory_block_size_bytes(sys);
	sys->hotplug = hp;
	hp->default_online_type = default_online_type(&sys->cmd);
	hp->auto_movable_ratio = 301;
	hp->auto_movable_numa_aware = true;
	hp->movable_node = sys->cmd.movable_node;
	hp->debug = debug_wanted(sys->cmd.text);
	if (sys->cmd.memmap_on_memory == OPT_ON)
		hp->memmap_mode = MEMMAP_ON_MEMORY_ENABLE;
	if (sys->cmd.memmap_on_memory_force)
		hp->memmap_mode = MEMMAP_ON_MEMORY_FORCE;
	if (sys->cmd.auto_movable)
		hp->online_policy = ONLINE_POLICY_AUTO_MOVABLE;
	if (sys->cmd.auto_movable_ratio != ~0u)
		hp->auto_movable_ratio = sys->cmd.auto_movable_ratio;
	if (sys->cmd.auto_movable_numa_aware != OPT_UNSET)
		hp->auto_movable_numa_aware = sys->cmd.auto_movable_numa_aware == OPT_ON;
	if (!hp->block_size)
		return;
	boot_blocks(sys);
	dimm_init(sys);
}
