/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes: who they are, which memory and cpus they have, how far they are from
 * each other.
 *
 * A node is possible when firmware mentions it; it is online at boot when it has
 * memory (arm64: always), or a cpu. Without any word from the firmware, or with
 * one that contradicts itself, all memory is node 0.
 *
 * Models: arch/x86/mm/numa.c, drivers/base/arch_numa.c, drivers/acpi/numa/srat.c,
 * mm/numa.c of Linux 6.12.
 */
#include "boot/stages.h"

#include <string.h>

#include "alloc/node.h"
#include "boot/numa_emulation.h"
#include "phys/numa.h"

#define LLX(v) ((unsigned long long)(v))

/* Memory without a node that is too little to distrust the firmware (x86). */
#define X86_UNCOVERED_MAX MiB

/* What firmware says: nodes that it mentions; or the emulated ones cut out of them. */
struct parsed_nodes {
	bool set[MAX_NUMNODES];
	int highest;
	struct numa_emulation *emu; /* numa=fake=; NULL: none */
};

static void parsed_add(struct parsed_nodes *p, int nid)
{
	if (nid < 0 || nid >= MAX_NUMNODES)
		return;
	p->set[nid] = true;
	if (nid > p->highest)
		p->highest = nid;
}

/*
 * Does firmware tell distances? A description always may; only those that differ
 * from "10 here, 20 elsewhere" need a table.
 */
static bool has_slit(const struct desc *d)
{
	for (size_t i = 0; i < d->nr_node; i++)
		for (int j = 0; d->node[i].distance && j < d->node[i].nr_distance; j++)
			if (d->node[i].distance[j] != (d->node[i].nid == j ? LOCAL_DISTANCE : REMOTE_DISTANCE))
				return true;
	return false;
}

/* SRAT memory affinity: each entry becomes a block, hot-pluggable ones are marked. */
static int parse_memory(struct system *sys, struct numa_meminfo *mi, struct parsed_nodes *p)
{
	const struct desc *d = sys->desc;

	for (size_t i = 0; i < d->nr_mem; i++) {
		const struct desc_mem *m = &d->mem[i];
		int rc = numa_add_memblk(mi, m->nid, m->start, m->end, &sys->log);

		if (rc)
			return rc;
		parsed_add(p, m->nid);
		if (arch_is_x86(sys))
			sys_printk(sys, "ACPI: SRAT: Node %d PXM %d [mem 0x%08llx-0x%08llx]%s", m->nid,
				   m->nid, LLX(m->start), LLX(m->end - 1), m->hotplug ? " hotplug" : "");
		if (m->hotplug)
			memblock_mark_hotplug(&sys->memblock, m->start, m->end - m->start);
	}
	return 0;
}

/* Memory without a node must be little: firmware that forgets some is not believed. */
static bool coverage_ok(struct system *sys)
{
	return memblock_validate_numa_coverage(&sys->memblock, arch_is_x86(sys) ? X86_UNCOVERED_MAX : 0);
}

static u8 desc_distance(const struct desc *d, int from, int to)
{
	for (size_t i = 0; i < d->nr_node; i++)
		if (d->node[i].nid == from && d->node[i].distance && to < d->node[i].nr_distance)
			return d->node[i].distance[to];
	return from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

static u8 firmware_distance(const void *ctx, int from, int to)
{
	return desc_distance(ctx, from, to);
}

/* numa=fake=: from here on only emulated nodes exist. @slit: firmware told distances. */
static void emulate_nodes(struct system *sys, struct numa_meminfo *mi, struct parsed_nodes *p, bool slit)
{
	struct numa_emulation *e;
	bool *parsed;

	if (!sys->cmd.numa_fake)
		return;
	parsed = arena_alloc(sys->arena, sizeof(p->set));
	memcpy(parsed, p->set, sizeof(p->set));
	e = arena_alloc(sys->arena, sizeof(*e));
	*e = (struct numa_emulation){
		.arena = sys->arena, .arch = &sys->arch, .mb = &sys->memblock, .log = &sys->log, .parsed = parsed,
		.max_addr = pfn_to_phys(&sys->arch, sys->max_pfn), .distance = firmware_distance,
		.distance_ctx = sys->desc, .nr_distance = slit ? p->highest + 1 : 0,
	};
	if (!numa_emulation(e, mi, sys->cmd.numa_fake))
		return;
	memset(p, 0, sizeof(*p));
	for (u32 i = 0; i < mi->nr_blks; i++)
		parsed_add(p, mi->blk[i].nid);
	p->emu = e;
}

static int numa_from_firmware(struct system *sys, struct parsed_nodes *p)
{
	const struct desc *d = sys->desc;
	struct numa_meminfo mi;
	int rc;

	numa_meminfo_init(&mi, sys->arena, (u32)sys->arch.max_numnodes * 2 + (u32)d->nr_mem);
	for (size_t i = 0; i < d->nr_node; i++)
		parsed_add(p, d->node[i].nid);
	rc = parse_memory(sys, &mi, p);
	if (rc)
		return rc;
	if (has_slit(d))
		sys_printk(sys, "NUMA: Initialized distance table, cnt=%d", p->highest + 1);
	if (arch_is_x86(sys))
		memblock_set_bottom_up(&sys->memblock, false);
	rc = numa_cleanup_meminfo(&mi, &sys->memblock, &sys->log);
	if (rc)
		return rc;
	emulate_nodes(sys, &mi, p, has_slit(d));
	numa_register_meminfo(&mi, &sys->memblock);
	return coverage_ok(sys) ? 0 : -EINVAL;
}

/* One node with everything. */
static void numa_dummy(struct system *sys, struct parsed_nodes *p)
{
	struct memblock *mb = &sys->memblock;
	bool off = sys->cmd.numa_off;
	struct numa_meminfo mi;
	phys_t start = 0, end = pfn_to_phys(&sys->arch, sys->max_pfn);

	memset(p, 0, sizeof(*p));
	memblock_set_node(mb, 0, ~(phys_t)0, &mb->memory, MEMBLOCK_NO_NID);
	memblock_set_node(mb, 0, ~(phys_t)0, &mb->reserved, MEMBLOCK_NO_NID);
	memblock_clear_hotplug(mb, 0, ~(phys_t)0);
	if (arch_is_x86(sys)) {
		memblock_set_bottom_up(mb, false);
		sys_printk(sys, "%s", off ? "NUMA turned off" : "No NUMA configuration found");
		sys_printk(sys, "Faking a node at [mem 0x%016llx-0x%016llx]", LLX(start), LLX(end - 1));
	} else {
		start = memblock_start_of_DRAM(mb);
		end = memblock_end_of_DRAM(mb);
		if (off)
			sys_printk(sys, "NUMA: NUMA disabled");
		sys_printk(sys, "NUMA: Faking a node at [mem 0x%016llx-0x%016llx]", LLX(start),
			   LLX(end - 1));
	}
	numa_meminfo_init(&mi, sys->arena, 1);
	numa_add_memblk(&mi, 0, start, end, &sys->log);
	numa_cleanup_meminfo(&mi, mb, &sys->log);
	parsed_add(p, 0);
	emulate_nodes(sys, &mi, p, false);
	numa_register_meminfo(&mi, mb);
}

/* Distances that firmware tells, over the usual 10 and 20. */
static void set_distances(struct mm *mm, const struct desc_node *n)
{
	for (int to = 0; n->distance && n->nid < mm->nr_node_ids && to < n->nr_distance && to < mm->nr_node_ids; to++)
		mm->distance[n->nid * mm->nr_node_ids + to] = n->distance[to];
}

static void init_distance(struct system *sys, const struct parsed_nodes *p, bool firmware)
{
	struct mm *mm = &sys->mm;
	int nr = p->highest + 1;

	mm->nr_node_ids = nr;
	if (p->emu && p->emu->nr_nodes == nr) {
		mm->distance = p->emu->node_distance;
		return;
	}
	mm->distance = arena_alloc(sys->arena, (size_t)nr * (size_t)nr);
	for (int i = 0; i < nr; i++)
		for (int j = 0; j < nr; j++)
			mm->distance[i * nr + j] = i == j ? LOCAL_DISTANCE : REMOTE_DISTANCE;
	for (size_t i = 0; firmware && i < sys->desc->nr_node; i++)
		set_distances(mm, &sys->desc->node[i]);
}

/* The node that firmware gives @cpu, or NO_NODE. */
static int desc_cpu_node(const struct desc *d, int cpu)
{
	for (size_t i = 0; i < d->nr_node; i++)
		if (d->node[i].cpu && d->node[i].cpu[cpu])
			return d->node[i].nid;
	return NO_NODE;
}

/* Next online node after @nid, going round. */
static int next_online(const struct mm *mm, int nid)
{
	for (int i = 1; i <= mm->nr_node_ids; i++) {
		int n = (nid + i) % mm->nr_node_ids;

		if (mm->node[n] && mm->node[n]->online)
			return n;
	}
	return nid;
}

/* A cpu that firmware is silent about: x86 deals them round, arm64 says node 0. */
static void init_cpu_nodes(struct system *sys, bool firmware, const struct numa_emulation *emu)
{
	struct mm *mm = &sys->mm;
	int rr = next_online(mm, mm->nr_node_ids - 1);

	for (int cpu = 0; cpu < mm->nr_cpus_possible; cpu++) {
		int nid = firmware && cpu < sys->desc->nr_cpus_possible ? desc_cpu_node(sys->desc, cpu) : NO_NODE;

		if (emu && nid >= 0)
			nid = numa_emulation_cpu_node(emu, nid);
		if (nid >= 0 && nid < mm->nr_node_ids && mm->node[nid]) {
			mm->cpu_node[cpu] = (s16)nid;
		} else if (arch_is_x86(sys)) {
			mm->cpu_node[cpu] = (s16)rr;
			rr = next_online(mm, rr);
		}
	}
}

void get_pfn_range_for_nid(const struct system *sys, int nid, pfn_t *start, pfn_t *end)
{
	pfn_t s, e;
	int i;

	*start = NO_PFN;
	*end = 0;
	for_each_mem_pfn_range(&sys->memblock, i, nid, &s, &e, NULL) {
		*start = min_u64(*start, s);
		*end = max_u64(*end, e);
	}
	if (*start == NO_PFN)
		*start = 0;
}

static bool is_node_data(const char *label)
{
	return label && (!strcmp(label, "node data") || !strcmp(label, "alloc_node_data") ||
			 !strncmp(label, "NODE_DATA(", 10));
}

/* Where the pg_data_t of @nid went; another node's memory is worth a word. */
void print_node_data(struct system *sys, int nid, phys_t start, phys_t end)
{
	pfn_t s, e;
	int on = memblock_search_pfn_nid(&sys->memblock, phys_to_pfn(&sys->arch, start), &s, &e);

	sys_printk(sys, "NODE_DATA(%d) allocated [mem 0x%08llx-0x%08llx]", nid, LLX(start), LLX(end - 1));
	if (on >= 0 && on != nid)
		sys_printk(sys, "    NODE_DATA(%d) on node %d", nid, on);
}

/* Address ranges of node data that the description tells, printed as the kernel does. */
static void print_known_node_data(struct system *sys, size_t from)
{
	int nid = -1;

	for (size_t i = from; i < sys->resv_next; i++) {
		const struct desc_resv *r = &sys->desc->resv[i];

		if (!is_node_data(r->label))
			continue;
		nid = next_online(&sys->mm, nid < 0 ? sys->mm.nr_node_ids - 1 : nid);
		print_node_data(sys, nid, r->start, r->end);
	}
}

static void register_nodes(struct system *sys, const struct parsed_nodes *p)
{
	for (int nid = 0; nid <= p->highest; nid++) {
		pfn_t start, end;

		if (!p->set[nid])
			continue;
		node_create(&sys->mm, nid);
		get_pfn_range_for_nid(sys, nid, &start, &end);
		if (start >= end && !arch_is_x86(sys))
			sys_printk(sys, "NUMA: Initmem setup node %d [<memory-less node>]", nid);
		else if (start >= end)
			continue;
		model_node_data(sys, nid);
		sys->mm.node[nid]->online = true;
	}
}

static int check_nodes(const struct system *sys, const struct parsed_nodes *p, struct mm_error *err)
{
	if (p->highest < (int)sys->arch.max_numnodes)
		return 0;
	return mm_fail(err, -E2BIG, "node %d is beyond what %s kernels know (%u nodes); raise max_nodes in [arch] or number nodes from 0",
		       p->highest, sys->arch.name, (unsigned)sys->arch.max_numnodes);
}

int boot_numa(struct system *sys, struct mm_error *err)
{
	struct parsed_nodes *p = arena_alloc(sys->arena, sizeof(*p));
	bool firmware = sys->desc->nr_mem && !sys->cmd.numa_off && arch_is_numa(sys);
	size_t resv_before = sys->resv_next;
	int rc = 0;

	if (sys->arch.id == ARCH_I386) {
		i386_initmem(sys);
		parsed_add(p, 0);
	} else {
		if (firmware && numa_from_firmware(sys, p))
			firmware = false;
		if (!firmware)
			numa_dummy(sys, p);
	}
	rc = check_nodes(sys, p, err);
	if (!rc) {
		init_distance(sys, p, firmware);
		register_nodes(sys, p);
		init_cpu_nodes(sys, firmware, p->emu);
		rc = early_resv(sys, RESV_AT_NUMA, err);
	}
	if (!rc && arch_is_x86(sys))
		crash_reserve(sys);
	if (!rc) {
		print_known_node_data(sys, resv_before);
		memblock_dump_all(&sys->memblock);
	}
	arena_free(sys->arena, p, sizeof(*p));
	return rc;
}
