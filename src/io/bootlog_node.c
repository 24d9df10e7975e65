/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes and zones in the boot log: SRAT, numa=fake, which cpu is where, and the
 * kernel's answers (zone ranges, Movable starts, node ranges).
 *
 *   Zone ranges:
 *     DMA      [mem 0x0000000000001000-0x0000000000ffffff]
 *   Movable zone start for each node
 *     Node 0: 0x0000000040000000
 *   Early memory node ranges
 *     node   0: [mem 0x0000000000001000-0x000000000009efff]
 *   Initmem setup node 0 [mem 0x0000000000001000-0x000000003fffffff]
 *
 * Models: the printers of mm/mm_init.c, drivers/acpi/numa, arch/x86/mm/numa.c.
 */
#include "io/bootlog_internal.h"

#include <string.h>

static void see_node(struct log_parse *p, int nid)
{
	p->log->nodes_seen[nid / 64] |= 1ULL << (nid % 64);
}

static void add_srat(struct log_parse *p, int nid, phys_t a, phys_t b, bool hotplug)
{
	struct log_node_mem *m;

	if (!log_nid_ok(p, nid) || !log_range_ok(p, a, b))
		return;
	see_node(p, nid);
	m = LOG_ADD(p, srat);
	if (m)
		*m = (struct log_node_mem){ .start = a, .end = b, .nid = nid, .hotplug = hotplug };
}

/* "0 PXM 0 [mem 0x00000000-0x0009ffff] hotplug", or "0 PXM 0 0-a0000" before 3.5 */
static void srat_node(struct log_parse *p, const char *s)
{
	phys_t a, b;
	int nid, pxm;

	if (!scan_int(&s, &nid) || !scan_lit(&s, " PXM ") || !scan_int(&s, &pxm))
		return;
	scan_blanks(&s);
	if (*s != '[') {
		if (!scan_range(&s, &a, &b))
			return;
		add_srat(p, nid, a, b - 1, false);
		return;
	}
	if (!scan_mem(&s, &a, &b)) {
		log_bad(p, "no address range in an SRAT entry");
		return;
	}
	add_srat(p, nid, a, b, strstr(s, "hotplug") != NULL);
}

/* "0 -> APIC 0x00 -> Node 0", "0 -> MPIDR 0x120000 -> Node 0" */
static void srat_cpu(struct log_parse *p, const char *s)
{
	struct log_cpu *c;
	char kind[16];
	u64 pxm, hwid;
	int nid;

	if (!scan_any(&s, &pxm) || !scan_lit(&s, " -> ") || !scan_word(&s, kind, sizeof(kind)))
		return;
	scan_blanks(&s);
	if (!scan_any(&s, &hwid) || !scan_lit(&s, " -> Node ") || !scan_int(&s, &nid))
		return;
	if (!log_nid_ok(p, nid))
		return;
	see_node(p, nid);
	c = LOG_ADD(p, cpu);
	if (c)
		*c = (struct log_cpu){ .hwid = hwid, .nid = nid };
}

/* "0 at [mem 0x1000-0x40000fff] (1024MB)" */
static void fake_node(struct log_parse *p, const char *s)
{
	struct log_node_mem *m;
	phys_t a, b;
	int nid;

	if (!scan_int(&s, &nid) || !scan_mem(&s, &a, &b) || !log_nid_ok(p, nid) || !log_range_ok(p, a, b))
		return;
	see_node(p, nid);
	m = LOG_ADD(p, fake);
	if (m)
		*m = (struct log_node_mem){ .start = a, .end = b, .nid = nid };
}

static void whole_machine(struct log_parse *p, const char *s)
{
	phys_t a, b;

	p->log->no_numa = true;
	if (scan_mem(&s, &a, &b) && log_range_ok(p, a, b)) {
		p->log->whole_start = a;
		p->log->whole_end = b;
	}
}

static void no_numa(struct log_parse *p, const char *s) { p->log->no_numa = true; }

/* "s105560 ...": not a group line; "[0] 0 1 2 [1] 4 5" is. */
static void pcpu_groups(struct log_parse *p, const char *s)
{
	int group = -1, cpu;

	for (;;) {
		scan_blanks(&s);
		if (scan_lit(&s, "[")) {
			if (!scan_int(&s, &group) || !scan_lit(&s, "]"))
				return;
			continue;
		}
		if (group < 0 || !scan_int(&s, &cpu) || cpu < 0 || cpu >= MAX_CPUS)
			return;
		struct log_group *g = LOG_ADD(p, group);

		if (!g)
			return;
		*g = (struct log_group){ .cpu = cpu, .group = group };
	}
}

static void sec_zones(struct log_parse *p, const char *s)
{
	p->section = SEC_ZONES;
	p->zones_seen = true;
}

static void sec_movable(struct log_parse *p, const char *s) { p->section = SEC_MOVABLE; }
static void sec_early(struct log_parse *p, const char *s) { p->section = SEC_EARLY; }
static void sec_early_pfn(struct log_parse *p, const char *s) { p->section = SEC_EARLY_PFN; }

/* "0x00000010 -> 0x00001000": page frames, as kernels before 3.5 print zones and node ranges */
static bool scan_pfns(const char **s, phys_t *a, phys_t *b)
{
	const char *p = *s;
	u64 x, y;

	if (!scan_num(&p, 16, &x) || !scan_lit(&p, " -> ") || !scan_num(&p, 16, &y) || (x | y) >> 52)
		return false;
	*a = x << 12;
	*b = y << 12;
	*s = p;
	return true;
}

static void zone_line(struct log_parse *p, const char *s, enum zone_type type)
{
	struct log_zone *z;
	phys_t a = 0, b = 0;
	bool empty;

	/* "DMA zone: 64 pages used for memmap", behind the node's total: no answer, but which zones there are */
	if (!strncmp(s, " zone: ", 7))
		p->log->zones_counted |= 1u << type;
	if (p->section != SEC_ZONES || p->withhold || (*s != ' ' && *s != '\t'))
		return;
	scan_blanks(&s);
	empty = !strncmp(s, "empty", 5);
	if (!empty && !scan_mem(&s, &a, &b) && !scan_pfns(&s, &a, &b))
		return;
	if (!empty && !log_range_ok(p, a, b))
		return;
	z = LOG_ADD(p, zone);
	if (z)
		*z = (struct log_zone){ .type = type, .empty = empty, .start = a, .end = b };
}

static void zone_dma(struct log_parse *p, const char *s) { zone_line(p, s, ZONE_DMA); }
static void zone_dma32(struct log_parse *p, const char *s) { zone_line(p, s, ZONE_DMA32); }
static void zone_normal(struct log_parse *p, const char *s) { zone_line(p, s, ZONE_NORMAL); }
static void zone_high(struct log_parse *p, const char *s) { zone_line(p, s, ZONE_HIGHMEM); }
static void zone_movable(struct log_parse *p, const char *s) { zone_line(p, s, ZONE_MOVABLE); }
static void zone_device(struct log_parse *p, const char *s) { zone_line(p, s, ZONE_DEVICE); }

/* "0 MemBase 0000000000000000 Limit 0000000420000000": northbridge registers of old Opterons */
static bool northbridge_node(struct log_parse *p, const char *s)
{
	u64 a, b;
	int nid;

	if (!scan_int(&s, &nid) || !scan_lit(&s, " MemBase ") || !scan_num(&s, 16, &a) || !scan_lit(&s, " Limit ") ||
	    !scan_num(&s, 16, &b))
		return false;
	add_srat(p, nid, a, b, false);
	return true;
}

/* Under "Movable zone start for each node": "0: 0x0000000040000000" */
static void movable_start(struct log_parse *p, const char *s)
{
	struct log_movable *m;
	u64 at;
	int nid;

	if (northbridge_node(p, s) || bootlog_ppc_node_memory(p, s))
		return;
	if (p->section != SEC_MOVABLE || p->withhold || !scan_int(&s, &nid) || !scan_lit(&s, ":"))
		return;
	scan_blanks(&s);
	if (!scan_any(&s, &at) || !log_nid_ok(p, nid))
		return;
	m = LOG_ADD(p, movable);
	if (m)
		*m = (struct log_movable){ .nid = nid, .start = at };
}

/* "  0: [mem ...]", under "Early memory node ranges" or where that heading was cut off */
static void early_range(struct log_parse *p, const char *s)
{
	struct log_node_mem *m;
	phys_t a, b;
	int nid;

	scan_blanks(&s);
	if (!scan_int(&s, &nid) || !scan_lit(&s, ": [mem"))
		return;
	s -= strlen("[mem");
	if (!scan_mem(&s, &a, &b)) {
		log_bad(p, "no address range in a node range");
		return;
	}
	if (!log_nid_ok(p, nid) || !log_range_ok(p, a, b))
		return;
	m = LOG_ADD(p, early);
	if (m)
		*m = (struct log_node_mem){ .start = a, .end = b, .nid = nid };
}

/* Kernels before 4.0 name the node's own range so, before the zones are known: only the node is of use. */
static void node_data(struct log_parse *p, const char *s)
{
	int nid;

	if (scan_int(&s, &nid) && log_nid_ok(p, nid))
		see_node(p, nid);
}

/* "    0: 0x00000010 -> 0x0000009b" under "early_node_map[3] active PFN ranges" */
void bootlog_early_pfns(struct log_parse *p, const char *s)
{
	struct log_node_mem *m;
	phys_t a, b;
	int nid;

	if (p->section != SEC_EARLY_PFN || !scan_int(&s, &nid) || !scan_lit(&s, ": ") || !scan_pfns(&s, &a, &b))
		return;
	if (!log_nid_ok(p, nid) || !log_range_ok(p, a, b))
		return;
	m = LOG_ADD(p, early);
	if (m)
		*m = (struct log_node_mem){ .start = a, .end = b, .nid = nid };
}

/* "0 [mem 0x1000-0x3fffffff]", "2 as memoryless", "5 [mem 0x0-0x0]" */
static void initmem(struct log_parse *p, const char *s)
{
	struct log_initmem *m;
	phys_t a = 0, b = 0;
	bool memoryless;
	int nid;

	p->section = SEC_NONE;
	if (!p->zones_seen) {
		node_data(p, s);
		return;
	}
	if (p->withhold || !scan_int(&s, &nid) || !log_nid_ok(p, nid))
		return;
	memoryless = !scan_mem(&s, &a, &b) || b <= 1;
	if (!memoryless && !log_range_ok(p, a, b))
		return;
	see_node(p, nid);
	m = LOG_ADD(p, initmem);
	if (m)
		*m = (struct log_initmem){ .nid = nid, .start = a, .end = b, .memoryless = memoryless };
}

static void totalpages(struct log_parse *p, int nid, const char *s)
{
	struct log_total *t;
	u64 pages;

	if (!scan_num(&s, 10, &pages) || !log_nid_ok(p, nid))
		return;
	t = LOG_ADD(p, total);
	if (t)
		*t = (struct log_total){ .pages = pages, .nid = nid };
}

/* "0, zone DMA32: 33 pages in unavailable ranges", "0 totalpages: 262143" */
static void on_node(struct log_parse *p, const char *s)
{
	static const char *const names[] = { "DMA:", "DMA32:", "Normal:", "HighMem:", "Movable:", "Device:" };
	struct log_hole *h;
	char zone[16];
	u64 pages;
	int nid;

	p->section = SEC_NONE;
	if (p->withhold || !scan_int(&s, &nid))
		return;
	if (scan_lit(&s, " totalpages: ")) {
		totalpages(p, nid, s);
		return;
	}
	if (!scan_lit(&s, ", zone ") || !scan_word(&s, zone, sizeof(zone)))
		return;
	scan_blanks(&s);
	if (!scan_num(&s, 10, &pages) || !log_nid_ok(p, nid))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(zone, names[i]))
			continue;
		h = LOG_ADD(p, hole);
		if (h)
			*h = (struct log_hole){ .pages = pages, .nid = nid, .type = (enum zone_type)i };
	}
}

const struct log_rule bootlog_node_rules[] = {
	{ "ACPI: SRAT: Node ", srat_node },
	{ "SRAT: Node ", srat_node },
	{ "SRAT: PXM ", srat_cpu },
	{ "ACPI: SRAT: PXM ", srat_cpu },
	{ "ACPI: NUMA: SRAT: PXM ", srat_cpu },
	{ "Faking node ", fake_node },
	{ "NUMA: Faking a node at ", whole_machine },
	{ "Faking a node at ", whole_machine },
	{ "No NUMA configuration found", no_numa },
	{ "NUMA: No NUMA configuration found", no_numa },
	{ "NUMA turned off", no_numa },
	{ "pcpu-alloc: ", pcpu_groups },
	{ "Zone ranges:", sec_zones },
	{ "Zone PFN ranges:", sec_zones },
	{ "Movable zone start for each node", sec_movable },
	{ "Early memory node ranges", sec_early },
	{ "early_node_map[", sec_early_pfn },
	{ "Movable zone start PFN for each node", sec_movable },
	{ "Initmem setup node ", initmem },
	{ "On node ", on_node },
	{ "DMA32", zone_dma32 },
	{ "DMA", zone_dma },
	{ "Normal", zone_normal },
	{ "HighMem", zone_high },
	{ "Movable", zone_movable },
	{ "Device", zone_device },
	{ "Node ", movable_start },
	{ "node ", early_range },
	{ NULL, NULL }
};
