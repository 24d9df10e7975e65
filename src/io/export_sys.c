/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys/devices/system and sys/firmware of an exported machine: memory blocks,
 * nodes and cpus with the links between them, as lsmem and hwloc walk them.
 *
 *   memory/memory8/node1 -> ../../node/node1
 *   node/node1/memory8   -> ../../memory/memory8
 *   node/node1/cpu1      -> ../../cpu/cpu1
 *
 * Models: drivers/base/{memory,node,cpu,topology}.c, drivers/firmware/memmap.c.
 */
#include "io/export_internal.h"

#include <stdio.h>

#include "alloc/node.h"
#include "hotplug/memory_hotplug.h"
#include "io/procfs.h"

#define SYS "sys/devices/system/"
#define LLU(v) ((unsigned long long)(v))

/* --- memory blocks --------------------------------------------------------------- */

static bool has_nodes(const struct system *sys) { return sys->arch.max_numnodes > 1; }

static void put_block(struct tree *t, struct system *sys, const struct memory_block *b)
{
	bool online = b->range.state != BLOCK_OFFLINE;
	char buf[64], link[32];

	tree_line(t, online ? "1" : "0", SYS "memory/memory%llu/online", LLU(b->nr));
	tree_line(t, "0", SYS "memory/memory%llu/phys_device", LLU(b->nr));
	text_printf(&t->body, "%08llx\n", LLU(b->nr));
	tree_put(t, SYS "memory/memory%llu/phys_index", LLU(b->nr));
	tree_line(t, "1", SYS "memory/memory%llu/removable", LLU(b->nr));
	tree_line(t, memory_block_state_name((enum block_state)b->range.state), SYS "memory/memory%llu/state", LLU(b->nr));
	tree_line(t, memory_block_valid_zones(sys, b, buf), SYS "memory/memory%llu/valid_zones", LLU(b->nr));
	if (!has_nodes(sys) || b->range.nid < 0)
		return;
	snprintf(link, sizeof(link), "../../node/node%d", b->range.nid);
	tree_link(t, link, SYS "memory/memory%llu/node%d", LLU(b->nr), b->range.nid);
	snprintf(link, sizeof(link), "../../memory/memory%llu", LLU(b->nr));
	tree_link(t, link, SYS "node/node%d/memory%llu", b->range.nid, LLU(b->nr));
}

void export_memory_blocks(struct tree *t, struct system *sys)
{
	u64 size = memory_block_size_bytes(sys), nr = memory_block_count(sys);

	if (!size || !nr)
		return;
	if (nr > EXPORT_MAX_BLOCKS) {
		t->rc = mm_fail(t->err, -E2BIG, "%llu memory blocks would make as many folders; set memory_block_size "
				"so that there are at most %u", LLU(nr), EXPORT_MAX_BLOCKS);
		return;
	}
	text_printf(&t->body, "%llx\n", LLU(size));
	tree_put(t, SYS "memory/block_size_bytes");
	tree_line(t, mhp_online_type_name(sys->hotplug->default_online_type), SYS "memory/auto_online_blocks");
	for (u64 i = 0; i < nr && !t->rc; i++) {
		struct memory_block b;

		if (!memory_block_at(sys, i, &b))
			put_block(t, sys, &b);
	}
}

/* --- nodes ------------------------------------------------------------------------- */

static bool nid_exists(const void *ctx, int nid)
{
	const struct system *sys = ctx;

	return sys->mm.node[nid] != NULL;
}

static bool nid_is_online(const void *ctx, int nid)
{
	const struct system *sys = ctx;

	return sys->mm.node[nid] && sys->mm.node[nid]->online;
}

static bool nid_has_memory(const void *ctx, int nid)
{
	const struct system *sys = ctx;

	return nid_is_online(ctx, nid) && sys->mm.node[nid]->node_present_pages;
}

static bool nid_has_normal(const void *ctx, int nid)
{
	const struct system *sys = ctx;

	for (int zid = 0; nid_is_online(ctx, nid) && zid <= ZONE_NORMAL; zid++) {
		if (populated_zone(&sys->mm.node[nid]->zones[zid]))
			return true;
	}
	return false;
}

static bool nid_has_cpu(const void *ctx, int nid)
{
	const struct system *sys = ctx;

	for (int cpu = 0; cpu < sys->mm.nr_cpus; cpu++) {
		if (sys->mm.cpu_node[cpu] == nid)
			return true;
	}
	return false;
}

/* A set of cpus: those below @nr for which has() says so. */
struct cpus {
	const struct system *sys;
	int nid; /* of this node; -1: all */
	int cpu; /* this one only; -1: all of the node */
};

static bool cpu_in(const void *ctx, int cpu)
{
	const struct cpus *c = ctx;

	if (c->cpu >= 0)
		return c->cpu == cpu;
	return c->nid < 0 || c->sys->mm.cpu_node[cpu] == c->nid;
}

static void put_list(struct tree *t, const struct cpus *c, const char *path)
{
	procfs_list(&t->body, c->sys->mm.nr_cpus, cpu_in, c);
	text_puts(&t->body, "\n");
	tree_put(t, "%s", path);
}

/* Groups of 32 cpus, the highest first, as wide as there may be cpus. */
static void put_map(struct tree *t, const struct cpus *c, const char *path)
{
	int possible = c->sys->mm.nr_cpus_possible, top = (possible - 1) / 32;

	for (int g = top; g >= 0; g--) {
		int bits = g == top ? possible - 32 * g : 32;
		u32 mask = 0;

		for (int i = 0; i < 32 && 32 * g + i < c->sys->mm.nr_cpus; i++)
			mask |= cpu_in(c, 32 * g + i) ? 1u << i : 0;
		text_printf(&t->body, "%0*x%s", (bits + 3) / 4, mask, g ? "," : "\n");
	}
	tree_put(t, "%s", path);
}

static void put_node(struct tree *t, struct system *sys, const struct node *n)
{
	struct cpus c = { .sys = sys, .nid = n->nid, .cpu = -1 };
	const char *sep = "";
	char path[96], link[32];

	snprintf(path, sizeof(path), SYS "node/node%d/cpulist", n->nid);
	put_list(t, &c, path);
	snprintf(path, sizeof(path), SYS "node/node%d/cpumap", n->nid);
	put_map(t, &c, path);
	for_each_node(&sys->mm, other) {
		text_printf(&t->body, "%s%d", sep, node_distance(&sys->mm, n->nid, other->nid));
		sep = " ";
	}
	text_puts(&t->body, "\n");
	tree_put(t, SYS "node/node%d/distance", n->nid);
	procfs_node_meminfo(sys, n->nid, &t->body);
	tree_put(t, SYS "node/node%d/meminfo", n->nid);
	procfs_node_vmstat(sys, n->nid, &t->body);
	tree_put(t, SYS "node/node%d/vmstat", n->nid);
	procfs_node_numastat(sys, n->nid, &t->body);
	tree_put(t, SYS "node/node%d/numastat", n->nid);
	for (int cpu = 0; cpu < sys->mm.nr_cpus; cpu++) {
		if (sys->mm.cpu_node[cpu] != n->nid)
			continue;
		snprintf(link, sizeof(link), "../../cpu/cpu%d", cpu);
		tree_link(t, link, SYS "node/node%d/cpu%d", n->nid, cpu);
	}
}

void export_nodes(struct tree *t, struct system *sys)
{
	static const struct {
		const char *name;
		bool (*has)(const void *ctx, int nid);
	} lists[] = {
		{ "possible", nid_exists }, { "online", nid_is_online }, { "has_memory", nid_has_memory },
		{ "has_normal_memory", nid_has_normal }, { "has_cpu", nid_has_cpu },
	};

	export_hugepages(t, sys, has_nodes(sys));
	if (!has_nodes(sys))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		procfs_list(&t->body, sys->mm.nr_node_ids, lists[i].has, sys);
		text_puts(&t->body, "\n");
		tree_put(t, SYS "node/%s", lists[i].name);
	}
	for_each_node(&sys->mm, n)
		put_node(t, sys, n);
}

/* --- cpus ---------------------------------------------------------------------------- */

/* A package per node, a core per cpu: what hwloc needs to see the machine. */
static void put_topology(struct tree *t, const struct system *sys, int cpu)
{
	struct cpus self = { .sys = sys, .nid = -1, .cpu = cpu };
	struct cpus package = { .sys = sys, .nid = sys->mm.cpu_node[cpu], .cpu = -1 };
	char path[96];

	text_printf(&t->body, "%d\n", sys->mm.cpu_node[cpu]);
	tree_put(t, SYS "cpu/cpu%d/topology/physical_package_id", cpu);
	text_printf(&t->body, "%d\n", cpu);
	tree_put(t, SYS "cpu/cpu%d/topology/core_id", cpu);
	snprintf(path, sizeof(path), SYS "cpu/cpu%d/topology/core_cpus", cpu);
	put_map(t, &self, path);
	snprintf(path, sizeof(path), SYS "cpu/cpu%d/topology/thread_siblings", cpu);
	put_map(t, &self, path);
	snprintf(path, sizeof(path), SYS "cpu/cpu%d/topology/package_cpus", cpu);
	put_map(t, &package, path);
	snprintf(path, sizeof(path), SYS "cpu/cpu%d/topology/core_siblings", cpu);
	put_map(t, &package, path);
	snprintf(path, sizeof(path), SYS "cpu/cpu%d/topology/thread_siblings_list", cpu);
	put_list(t, &self, path);
	snprintf(path, sizeof(path), SYS "cpu/cpu%d/topology/core_siblings_list", cpu);
	put_list(t, &package, path);
}

static void put_range(struct tree *t, int nr, const char *name)
{
	text_printf(&t->body, nr > 1 ? "0-%d\n" : "%d\n", nr - 1);
	tree_put(t, SYS "cpu/%s", name);
}

void export_cpus(struct tree *t, struct system *sys)
{
	const struct mm *mm = &sys->mm;
	char link[32];

	put_range(t, mm->nr_cpus, "online");
	put_range(t, mm->nr_cpus, "present");
	put_range(t, mm->nr_cpus_possible, "possible");
	text_printf(&t->body, "%d\n", sys->arch.nr_cpus_limit - 1);
	tree_put(t, SYS "cpu/kernel_max");
	for (int cpu = 0; cpu < mm->nr_cpus && !t->rc; cpu++) {
		put_topology(t, sys, cpu);
		if (cpu)
			tree_line(t, "1", SYS "cpu/cpu%d/online", cpu);
		if (!has_nodes(sys))
			continue;
		snprintf(link, sizeof(link), "../../node/node%d", mm->cpu_node[cpu]);
		tree_link(t, link, SYS "cpu/cpu%d/node%d", cpu, mm->cpu_node[cpu]);
	}
}

/* --- firmware map --------------------------------------------------------------------- */

/* As firmware gave it, before the kernel changed anything. */
void export_firmware(struct tree *t, struct system *sys)
{
	const struct e820_table *map = &sys->e820_firmware;

	if (sys->arch.id == ARCH_ARM64)
		return;
	for (u32 i = 0; i < map->nr_entries; i++) {
		const struct e820_entry *e = &map->entries[i];

		text_printf(&t->body, "0x%llx\n", LLU(e->addr));
		tree_put(t, "sys/firmware/memmap/%u/start", i);
		text_printf(&t->body, "0x%llx\n", LLU(e->addr + e->size - 1));
		tree_put(t, "sys/firmware/memmap/%u/end", i);
		tree_line(t, e820_type_to_string(e->type), "sys/firmware/memmap/%u/type", i);
	}
}
