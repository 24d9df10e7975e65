/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps of the machine in text: iomem, memblock, the kernel log, memory blocks,
 * nodes, zonelists, sections.
 *
 * Models: kernel/resource.c, mm/memblock.c debugfs; the tables of lsmem
 * (util-linux) and of numactl --hardware for what sysfs spreads over many files.
 */
#include "io/procfs.h"

#include <stdio.h>
#include <string.h>

#include "alloc/node.h"
#include "hotplug/memory_block.h"

#define LLX(v) ((unsigned long long)(v))

void procfs_iomem(struct system *sys, struct text *out)
{
	resource_print(&sys->iomem, out);
}

void procfs_memblock(struct system *sys, struct text *out)
{
	const struct memblock *mb = &sys->memblock;

	text_puts(out, "memory\n");
	memblock_debugfs_show(mb, &mb->memory, out);
	text_puts(out, "reserved\n");
	memblock_debugfs_show(mb, &mb->reserved, out);
}

void procfs_dmesg(struct system *sys, struct text *out)
{
	for (u32 i = 0; i < sys->dmesg.nr; i++) {
		text_puts(out, sys->dmesg.line[i]);
		text_puts(out, "\n");
	}
}

/* --- memory blocks ------------------------------------------------------------ */

/* A size as lsmem prints it: "128M", "2G", "1.5G". */
static const char *lsmem_size(u64 bytes, char *buf, size_t n)
{
	static const char unit[] = "BKMGTPE";
	unsigned u = 0;
	u64 whole = bytes, tenth = 0;

	while (whole >= 1024 && u + 2 < sizeof(unit)) {
		tenth = (whole % 1024 * 10 + 512) / 1024;
		whole /= 1024;
		u++;
	}
	if (tenth == 10) {
		whole++;
		tenth = 0;
	}
	if (tenth)
		snprintf(buf, n, "%llu.%llu%c", LLX(whole), LLX(tenth), unit[u]);
	else
		snprintf(buf, n, "%llu%c", LLX(whole), unit[u]);
	return buf;
}

struct block_table {
	u64 online; /* bytes */
	u64 offline;
	int state_width; /* columns are as wide as their longest word */
	int zones_width;
};

/* valid_zones as lsmem writes it: "Normal/Movable", "None". */
static const char *lsmem_zones(struct system *sys, const struct memory_block *b, char *zones)
{
	const char *valid = memory_block_valid_zones(sys, b, zones);
	char *s = zones;

	if (!strcmp(valid, "none"))
		return "None";
	while ((s = strchr(s, ' ')))
		*s = '/';
	return valid;
}

static void measure_block(struct system *sys, const struct memory_block *b, struct block_table *t)
{
	int state = (int)strlen(memory_block_state_name((enum block_state)b->range.state));
	char buf[64];
	int zones = (int)strlen(lsmem_zones(sys, b, buf));

	t->state_width = state > t->state_width ? state : t->state_width;
	t->zones_width = zones > t->zones_width ? zones : t->zones_width;
}

static void print_block(struct system *sys, const struct memory_block *b, struct block_table *t, struct text *out)
{
	u64 size = pfn_to_phys(&sys->arch, b->nr_pages);
	phys_t start = pfn_to_phys(&sys->arch, b->start_pfn);
	char text[32], zones[64];

	if (b->range.state == BLOCK_ONLINE)
		t->online += size;
	else
		t->offline += size;
	text_printf(out, "0x%016llx-0x%016llx %5s %*s %9s %5llu %4d %*s\n", LLX(start), LLX(start + size - 1),
		    lsmem_size(size, text, sizeof(text)), t->state_width,
		    memory_block_state_name((enum block_state)b->range.state),
		    b->range.state == BLOCK_ONLINE ? "yes" : "", LLX(b->nr), b->range.nid,
		    t->zones_width, lsmem_zones(sys, b, zones));
}

/* "Total online memory:       2G": right-aligned at column 29. */
static void print_sum(struct text *out, const char *what, u64 bytes)
{
	char text[32];

	text_printf(out, "%s%*s\n", what, 29 - (int)strlen(what), lsmem_size(bytes, text, sizeof(text)));
}

void procfs_blocks(struct system *sys, struct text *out)
{
	struct block_table t = { .state_width = 6, .zones_width = 5 };
	struct memory_block b;

	if (!memory_block_size_bytes(sys) || !memory_block_count(sys)) {
		text_puts(out, "this kernel has no memory block devices\n");
		return;
	}
	for (u64 i = 0; i < memory_block_count(sys); i++)
		if (!memory_block_at(sys, i, &b))
			measure_block(sys, &b, &t);
	text_printf(out, "%-37s %5s %*s REMOVABLE BLOCK NODE %*s\n", "RANGE", "SIZE", t.state_width, "STATE",
		    t.zones_width, "ZONES");
	for (u64 i = 0; i < memory_block_count(sys); i++)
		if (!memory_block_at(sys, i, &b))
			print_block(sys, &b, &t, out);
	text_puts(out, "\n");
	print_sum(out, "Memory block size:", memory_block_size_bytes(sys));
	print_sum(out, "Total online memory:", t.online);
	print_sum(out, "Total offline memory:", t.offline);
}

/* --- nodes --------------------------------------------------------------------- */

void procfs_list(struct text *out, int nr, bool (*has)(const void *ctx, int i), const void *ctx)
{
	const char *sep = "";

	for (int i = 0; i < nr; i++) {
		int first = i;

		if (!has(ctx, i))
			continue;
		while (i + 1 < nr && has(ctx, i + 1))
			i++;
		text_printf(out, first == i ? "%s%d" : "%s%d-%d", sep, first, i);
		sep = ",";
	}
}

static bool node_is_online(const void *ctx, int nid)
{
	const struct mm *mm = ctx;

	return mm->node[nid] && mm->node[nid]->online;
}

static void print_node_memory(struct system *sys, const struct node *n, struct text *out)
{
	u64 managed = 0, free = 0;

	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		managed += n->zones[zid].managed_pages;
		free += zone_page_state(&n->zones[zid], NR_FREE_PAGES);
	}
	text_printf(out, "node %d size: %llu MB\nnode %d free: %llu MB\n", n->nid,
		    LLX(pfn_to_phys(&sys->arch, managed) / MiB), n->nid, LLX(pfn_to_phys(&sys->arch, free) / MiB));
}

static void print_distances(const struct mm *mm, struct text *out)
{
	text_puts(out, "node distances:\nnode ");
	for_each_node(mm, n)
		text_printf(out, "%3d ", n->nid);
	text_puts(out, "\n");
	for_each_node(mm, a) {
		text_printf(out, "%3d: ", a->nid);
		for_each_node(mm, b)
			text_printf(out, "%3d ", node_distance(mm, a->nid, b->nid));
		text_puts(out, "\n");
	}
}

void procfs_nodes(struct system *sys, struct text *out)
{
	const struct mm *mm = &sys->mm;

	text_printf(out, "available: %d nodes (", nr_online_nodes(mm));
	procfs_list(out, mm->nr_node_ids, node_is_online, mm);
	text_puts(out, ")\n");
	for_each_node(mm, n) {
		text_printf(out, "node %d cpus:", n->nid);
		for (int cpu = 0; cpu < mm->nr_cpus; cpu++)
			if (mm->cpu_node[cpu] == n->nid)
				text_printf(out, " %d", cpu);
		text_puts(out, "\n");
		print_node_memory(sys, n, out);
	}
	print_distances(mm, out);
}

void procfs_zonelists(struct system *sys, struct text *out)
{
	for_each_node(&sys->mm, n) {
		text_printf(out, "Node %d:", n->nid);
		for (int i = 0; i < n->fallback.nr; i++)
			text_printf(out, " %d/%s", n->fallback.refs[i].zone->nid, n->fallback.refs[i].zone->name);
		text_puts(out, "\n");
	}
}

/* --- sections ------------------------------------------------------------------- */

/* A run of present sections of one node. */
struct section_run {
	u64 first;
	u64 end;
	int nid;
};

static void print_run(const struct system *sys, const struct section_run *r, struct text *out)
{
	u64 bytes = 1ULL << sys->arch.section_shift;
	char size[32];

	if (r->first < r->end)
		text_printf(out, "section %llu-%llu: [mem 0x%016llx-0x%016llx] %s node %d\n", LLX(r->first),
			    LLX(r->end - 1), LLX(r->first * bytes), LLX(r->end * bytes - 1),
			    size_str((r->end - r->first) * bytes, size, sizeof(size)), r->nid);
}

void procfs_sections(struct system *sys, struct text *out)
{
	u64 per = arch_pages_per_section(&sys->arch);
	struct section_run run = { 0, 0, NO_NODE };
	char size[32];

	if (sys->arch.flatmem) {
		text_printf(out, "no sections: one flat mem_map of %llu struct pages\n", LLX(sys->max_pfn));
		return;
	}
	text_printf(out, "section size %s, %llu pages\n",
		    size_str(1ULL << sys->arch.section_shift, size, sizeof(size)), LLX(per));
	for (size_t i = 0; i < sys->map.nr_ranges; i++) {
		const struct memmap_range *r = &sys->map.ranges[i];
		int nid = r->zone == ZONE_NONE ? NO_NODE : r->zone >> ZONE_NR_SHIFT;
		u64 first = max_u64(r->start / per, run.end), end = (r->end + per - 1) / per;

		if (first >= end)
			continue;
		if (first != run.end || nid != run.nid) {
			print_run(sys, &run, out);
			run = (struct section_run){ first, end, nid };
		}
		run.end = end;
	}
	print_run(sys, &run, out);
}
