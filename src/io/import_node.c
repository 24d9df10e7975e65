/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes of the imported machine: which memory and which cpus belong to them, how
 * far they are apart.
 *
 * Memory comes from SRAT or numa=fake lines, memblock's list, or the node
 * ranges of a device-tree machine; cpus from sysfs, or from the SRAT and the
 * per-cpu allocation groups of the log.
 */
#include "io/import_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- memory ----------------------------------------------------------------- */

static int add_mem(struct import *im, const struct log_node_mem *m, size_t nr)
{
	int ret = 0;

	for (size_t i = 0; i < nr && !ret; i++)
		ret = desc_add_mem(im->d, m[i].start, m[i].end, m[i].nid, m[i].hotplug);
	return ret;
}

static int mem_from_dump(struct import *im)
{
	const struct bootlog_dump *d = &im->calls.dump[im->calls.nr_dump - 1];
	int ret = 0;

	for (size_t i = 0; i < d->nr_memory && !ret; i++) {
		const struct memblock_region *r = &d->memory[i];

		if (r->nid >= 0 && r->nid < MAX_NUMNODES)
			ret = desc_add_mem(im->d, r->base, r->base + r->size, r->nid, false);
	}
	return ret;
}

/*
 * numa=fake= on a machine without nodes of its own, split by the rules that boot
 * has, too: one node is described, and boot makes the others of it.
 */
static bool boot_fakes_nodes(const struct import *im)
{
	const struct bootlog *log = &im->log;

	return log->nr_fake && log->no_numa && !log->nr_srat && log->version >> 8 == (6 << 8 | 12) && im->cmdline &&
	       strstr(im->cmdline, "numa=fake=");
}

/*
 * numa=fake= was split by the kernel of the log, whose rules changed through the
 * versions: take the nodes that it made and the option away.
 */
static void drop_numa_fake(struct import *im)
{
	char *s = im->cmdline ? strstr(im->cmdline, "numa=fake=") : NULL;
	size_t n;

	if (!s)
		return;
	n = strcspn(s, " ");
	text_printf(&im->notes, "%.*s: replaced by the nodes that the log's kernel made of it\n", (int)n, s);
	memmove(s, s + n, strlen(s + n) + 1);
}

static int node_memory(struct import *im)
{
	const struct bootlog *log = &im->log;
	bool x86 = im->d->arch.id != ARCH_ARM64;

	if (im->d->nr_mem)
		return 0;
	if (!x86 && log->whole_end)
		return 0; /* one node with everything: boot fakes it as well */
	if (boot_fakes_nodes(im))
		return 0;
	if (log->nr_fake) {
		drop_numa_fake(im);
		return add_mem(im, log->fake, log->nr_fake);
	}
	if (log->nr_srat && !log->no_numa)
		return add_mem(im, log->srat, log->nr_srat);
	if (!x86 && im->calls.nr_dump && !log->no_numa)
		return mem_from_dump(im);
	if (!x86 || !(im->flags & IMPORT_WITHHOLD))
		return log->no_numa ? 0 : add_mem(im, log->early, log->nr_early);
	return 0;
}

/*
 * sysfs says which memory blocks a node has ("memoryN" in the node's folder);
 * blocks that follow each other are one range.
 */
static int blocks_of_node(struct import *im, u64 nid, u64 block_size)
{
	char dir[64];
	size_t nr;
	u64 *list;
	int ret = 0;

	snprintf(dir, sizeof(dir), "sys/devices/system/node/node%llu", (unsigned long long)nid);
	list = import_list_numbered(im, dir, "memory", &nr);
	for (size_t i = 0, k; i < nr && !ret; i = k) {
		for (k = i + 1; k < nr && list[k] == list[k - 1] + 1;)
			k++;
		if (list[k - 1] < (1ULL << 52) / block_size)
			ret = desc_add_mem(im->d, list[i] * block_size, (list[k - 1] + 1) * block_size, (int)nid,
					   false);
	}
	free(list);
	return ret;
}

static int memory_from_blocks(struct import *im, const u64 *nodes, size_t nr)
{
	u64 block_size;
	int ret = 0;

	if (im->d->nr_mem || nr < 2 || (im->flags & IMPORT_WITHHOLD))
		return 0;
	if (!import_read_u64(im, &block_size, 16, "sys/devices/system/memory/block_size_bytes") ||
	    !is_pow2(block_size))
		return 0;
	for (size_t i = 0; i < nr && !ret; i++) {
		if (nodes[i] < MAX_NUMNODES)
			ret = blocks_of_node(im, nodes[i], block_size);
	}
	return ret;
}

/* From the first to the last frame of a node's zones; false: it has none, or frames that cannot be. */
static bool node_span(const struct import *im, int nid, phys_t *start, phys_t *end)
{
	u64 most = 1ULL << (52 - im->d->arch.page_shift);

	*start = ~0ULL;
	*end = 0;
	for (size_t i = 0; i < im->nr_zones; i++) {
		const struct zoneinfo_zone *z = &im->zones[i];

		if (z->nid != nid || !z->present)
			continue;
		if (z->start_pfn > most || z->spanned > most - z->start_pfn)
			return false;
		*start = min_u64(*start, z->start_pfn << im->d->arch.page_shift);
		*end = max_u64(*end, (z->start_pfn + z->spanned) << im->d->arch.page_shift);
	}
	return *start < *end;
}

static bool meets_a_node(const struct desc *d, phys_t start, phys_t end)
{
	for (size_t i = 0; i < d->nr_mem; i++)
		if (d->mem[i].start < end && start < d->mem[i].end)
			return true;
	return false;
}

/* Without sysfs and log: the zones of proc/zoneinfo say where a node is, unless nodes lie in each other. */
static int memory_from_zones(struct import *im)
{
	phys_t a, b;
	int ret = 0;

	for (int nid = 0; nid < MAX_NUMNODES && !ret; nid++) {
		if (!node_span(im, nid, &a, &b))
			continue;
		if (meets_a_node(im->d, a, b)) {
			text_puts(&im->notes, "proc/zoneinfo: nodes lie in each other; without sys/devices/system/node "
					      "they are not told apart\n");
			im->d->nr_mem = 0;
			return 0;
		}
		ret = desc_add_mem(im->d, a, b, nid, false);
	}
	if (im->d->nr_mem == 1 && !im->d->mem[0].nid)
		im->d->nr_mem = 0; /* one node has everything */
	return ret;
}

/* --- cpus ------------------------------------------------------------------- */

static void set_cpu(struct desc *d, struct desc_node *n, u64 cpu)
{
	if (!n->cpu)
		n->cpu = calloc((size_t)d->nr_cpus_possible, 1);
	if (n->cpu && cpu < (u64)d->nr_cpus_possible)
		n->cpu[cpu] = 1;
}

struct cpu_arg {
	struct desc *d;
	struct desc_node *n;
	u64 max;
};

static void each_cpu(u64 cpu, void *arg)
{
	struct cpu_arg *a = arg;

	if (a->n)
		set_cpu(a->d, a->n, cpu);
	a->max = max_u64(a->max, cpu + 1);
}

/* Highest cpu number + 1 that any node's cpulist names. */
static int cpus_of_nodes(struct import *im, const u64 *nodes, size_t nr)
{
	struct cpu_arg a = { .d = im->d };
	char line[1024];

	for (size_t i = 0; i < nr; i++) {
		if (import_read_line(im, line, sizeof(line), "sys/devices/system/node/node%llu/cpulist",
				     (unsigned long long)nodes[i]))
			scan_list(line, MAX_CPUS, each_cpu, &a);
	}
	return (int)a.max;
}

static int list_max(struct import *im, const char *path)
{
	struct cpu_arg a = { .d = im->d };
	char line[1024];

	if (!import_read_line(im, line, sizeof(line), "%s", path) || !scan_list(line, MAX_CPUS, each_cpu, &a))
		return 0;
	return (int)a.max;
}

/* Cpus that the first per-cpu chunk was made for. */
static int group_cpus(const struct bootlog *log)
{
	int max = 0;

	for (size_t i = 0; i < log->nr_group; i++)
		max = log->group[i].cpu >= max ? log->group[i].cpu + 1 : max;
	return max;
}

/* How many cpus are online, and how many there may be. */
static void count_cpus(struct import *im, const u64 *nodes, size_t nr)
{
	const struct bootlog *log = &im->log;
	struct desc *d = im->d;
	int online = 0, possible = 0;

	if (im->root[0]) {
		online = list_max(im, "sys/devices/system/cpu/online");
		possible = list_max(im, "sys/devices/system/cpu/possible");
		if (!online)
			online = import_cpuinfo_count(im);
		if (!online)
			online = cpus_of_nodes(im, nodes, nr);
	}
	if (!online)
		online = im->zoneinfo_cpus;
	if (!possible)
		possible = log->nr_cpu_ids ? log->nr_cpu_ids : log->nr_cpus ? log->nr_cpus : group_cpus(log);
	if (!online && possible)
		online = log->nr_hotplug_cpus < possible ? possible - log->nr_hotplug_cpus : possible;
	d->nr_cpus = online > 0 ? online : 1;
	d->nr_cpus_possible = possible > d->nr_cpus ? possible : d->nr_cpus;
	if (log->config_nr_cpus && log->config_nr_cpus >= d->nr_cpus_possible)
		d->arch.nr_cpus_limit = (u16)log->config_nr_cpus;
	if (!online)
		text_puts(&im->notes, "nothing tells the number of cpus; one is assumed\n");
}

static int cpus_from_sysfs(struct import *im, const u64 *nodes, size_t nr, bool *any)
{
	char line[1024];

	for (size_t i = 0; i < nr; i++) {
		struct cpu_arg a = { .d = im->d };

		if (nodes[i] >= MAX_NUMNODES)
			continue;
		a.n = desc_get_node(im->d, (int)nodes[i]);
		if (!a.n)
			return -ENOMEM;
		if (!import_read_line(im, line, sizeof(line), "sys/devices/system/node/node%llu/cpulist",
				      (unsigned long long)nodes[i]))
			continue;
		*any = true;
		if (!scan_list(line, MAX_CPUS, each_cpu, &a))
			text_printf(&im->notes, "node %llu: its cpulist makes no sense\n",
				    (unsigned long long)nodes[i]);
	}
	return 0;
}

/* Node of the @want-th different node in the order in which SRAT lists cpus; -1: fewer. */
static int nth_cpu_node(const struct bootlog *log, int want)
{
	u64 seen[MAX_NUMNODES / 64] = { 0 };
	int n = 0;

	for (size_t i = 0; i < log->nr_cpu; i++) {
		int nid = log->cpu[i].nid;

		if (seen[nid / 64] >> (nid % 64) & 1)
			continue;
		seen[nid / 64] |= 1ULL << (nid % 64);
		if (n++ == want)
			return nid;
	}
	return -1;
}

static int max_group(const struct bootlog *log)
{
	int max = -1;

	for (size_t i = 0; i < log->nr_group; i++)
		max = log->group[i].group > max ? log->group[i].group : max;
	return max;
}

/*
 * Without sysfs: first-chunk groups are made per node, in the order of their
 * first cpu; SRAT names nodes in the order of its entries. When both count the
 * same, group g is the g-th node. Otherwise cpu n is the n-th SRAT entry.
 */
static int cpus_from_log(struct import *im)
{
	const struct bootlog *log = &im->log;
	int groups = max_group(log) + 1;
	bool by_group = groups > 0 && nth_cpu_node(log, groups - 1) >= 0 && nth_cpu_node(log, groups) < 0;
	size_t nr = by_group ? log->nr_group : log->nr_cpu;

	for (size_t i = 0; i < nr; i++) {
		int nid = by_group ? nth_cpu_node(log, log->group[i].group) : log->cpu[i].nid;
		u64 cpu = by_group ? (u64)log->group[i].cpu : i;
		struct desc_node *n;

		if (nid < 0 || cpu >= (u64)im->d->nr_cpus_possible)
			continue;
		n = desc_get_node(im->d, nid);
		if (!n)
			return -ENOMEM;
		set_cpu(im->d, n, cpu);
	}
	return 0;
}

/* --- distances and the list of nodes ----------------------------------------- */

static int node_distance_row(struct import *im, u64 nid)
{
	struct desc_node *n;
	char line[8192];
	const char *s = line;
	u8 row[MAX_NUMNODES];
	int nr = 0;
	u64 v;

	if (nid >= MAX_NUMNODES || !import_read_line(im, line, sizeof(line),
						     "sys/devices/system/node/node%llu/distance",
						     (unsigned long long)nid))
		return 0;
	for (scan_blanks(&s); nr < MAX_NUMNODES && scan_num(&s, 10, &v); scan_blanks(&s))
		row[nr++] = v < 255 ? (u8)v : 255;
	n = nr ? desc_get_node(im->d, (int)nid) : NULL;
	if (!n || n->distance)
		return nr && !n ? -ENOMEM : 0;
	n->distance = malloc((size_t)nr);
	if (!n->distance)
		return -ENOMEM;
	memcpy(n->distance, row, (size_t)nr);
	n->nr_distance = nr;
	return 0;
}

/* Nodes without memory that the log names: they exist because cpus or devices are there. */
static int nodes_from_log(struct import *im)
{
	for (int nid = 0; nid < MAX_NUMNODES; nid++) {
		if ((im->log.nodes_seen[nid / 64] >> (nid % 64) & 1) && !desc_get_node(im->d, nid))
			return -ENOMEM;
	}
	return 0;
}

static int cmp_mem(const void *x, const void *y)
{
	const struct desc_mem *a = x, *b = y;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* memblock's list has a range for each flag, the device tree one for all. */
static void join_touching(struct desc *d)
{
	size_t kept = 0;

	if (d->nr_mem)
		qsort(d->mem, d->nr_mem, sizeof(*d->mem), cmp_mem);
	for (size_t i = 0; i < d->nr_mem; i++) {
		struct desc_mem *last = kept ? &d->mem[kept - 1] : NULL;

		if (last && last->end == d->mem[i].start && last->nid == d->mem[i].nid)
			last->end = d->mem[i].end;
		else
			d->mem[kept++] = d->mem[i];
	}
	d->nr_mem = kept;
}

int import_nodes(struct import *im)
{
	u64 *nodes = NULL;
	size_t nr = 0;
	bool any = false;
	int ret;

	if (im->root[0])
		nodes = import_list_numbered(im, "sys/devices/system/node", "node", &nr);
	count_cpus(im, nodes, nr);
	if (boot_fakes_nodes(im))
		nr = 0;
	ret = node_memory(im);
	if (!im->log.nr_srat && !im->log.nr_fake)
		join_touching(im->d);
	if (!ret)
		ret = memory_from_blocks(im, nodes, nr);
	if (!ret && !im->d->nr_mem && !boot_fakes_nodes(im) && !im->log.no_numa && !nr)
		ret = memory_from_zones(im);
	if (!ret)
		ret = cpus_from_sysfs(im, nodes, nr, &any);
	if (!ret && !any && !im->log.no_numa)
		ret = cpus_from_log(im);
	if (!ret && !nr && !im->log.no_numa)
		ret = nodes_from_log(im);
	for (size_t i = 0; i < nr && !ret; i++)
		ret = node_distance_row(im, nodes[i]);
	free(nodes);
	return ret ? mm_fail(im->err, ret, "no memory for the nodes") : 0;
}
