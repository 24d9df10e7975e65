/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A description as a machine file that people like to read: only what differs
 * from the preset, ranges in hexadecimal, one entry a line. Reading it back
 * gives an equal description, whatever strange bytes an imported name holds:
 * what an ini file cannot carry is written as \xNN.
 */
#include "io/config.h"

#include <stdio.h>
#include <string.h>

#include "io/config_tables.h"

#define LINE_ROOM  150 /* bytes of text per line; the rest is for keys and escapes */
#define LABEL_ROOM 60  /* bytes of a name behind a range and its options */

/* --- strings --------------------------------------------------------------- */

/* Would @s[i] be lost or change its meaning if it stood there as it is? */
static bool must_escape(const char *s, size_t i, size_t n)
{
	unsigned char c = (unsigned char)s[i];

	if (c < ' ' || c == 127)
		return true;
	if (c == ' ' && (i == 0 || i + 1 == n))
		return true;
	if (c == ';' && (i == 0 || s[i - 1] == ' ' || s[i - 1] == '\t'))
		return true;
	return c == '\\' && i + 1 < n && s[i + 1] == 'x';
}

static void put_escaped(struct text *out, const char *s, size_t n, bool first)
{
	for (size_t i = 0; i < n; i++) {
		if ((first && i == 0) || must_escape(s, i, n))
			text_printf(out, "\\x%02x", (unsigned char)s[i]);
		else
			text_write(out, &s[i], 1);
	}
}

/* Does @s begin with a word that the key in front of it would take for an option? */
static bool looks_like_option(const char *s)
{
	static const char *const word[] = { "hotplug", "mirror", "init", "init_early", "keep" };
	static const char *const option[] = { "depth=", "type=", "align=", "node=", "above=", "below=" };
	size_t n = strcspn(s, " \t");

	for (size_t i = 0; i < ARRAY_SIZE(word); i++)
		if (n == strlen(word[i]) && !strncmp(s, word[i], n))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(option); i++)
		if (!strncmp(s, option[i], strlen(option[i])))
			return true;
	return false;
}

/*
 * How many of the @n bytes of @s fit into @room bytes once escaped; a space is a
 * good place to cut.
 */
static size_t line_part(const char *s, size_t n, size_t room, bool *at_space)
{
	size_t used = 0, i, space = 0;

	for (i = 0; i < n && used < room; i++) {
		used += must_escape(s, i, n) ? 4 : 1;
		if (s[i] == ' ')
			space = i;
	}
	*at_space = i < n && space;
	return *at_space ? space : i;
}

/* @s behind @key, over several lines if need be: the first as @key, the others as @join. */
static void put_string(struct text *out, const char *key, const char *join, const char *s)
{
	bool at_space;

	while (s && *s) {
		size_t n = line_part(s, strlen(s), LINE_ROOM, &at_space);

		text_printf(out, "%s = ", key);
		put_escaped(out, s, n, false);
		text_puts(out, "\n");
		s += n;
		key = join;
	}
}

/* " LABEL" at the end of a line; what has no room follows as name_join. */
static void put_label(struct text *out, const char *label)
{
	bool at_space;
	size_t n;

	if (label && *label) {
		n = line_part(label, strlen(label), LABEL_ROOM, &at_space);
		text_puts(out, " ");
		put_escaped(out, label, n, looks_like_option(label));
		text_puts(out, "\n");
		put_string(out, "name_join", "name_join", label + n);
	} else {
		text_puts(out, "\n");
	}
}

/* The command line is cut at spaces where it has some. */
static void put_cmdline(struct text *out, const char *s)
{
	const char *key = "cmdline";
	bool at_space;

	while (*s) {
		size_t n = line_part(s, strlen(s), LINE_ROOM, &at_space);

		text_printf(out, "%s = ", key);
		put_escaped(out, s, n, false);
		text_puts(out, "\n");
		s += n + at_space;
		key = at_space ? "cmdline" : "cmdline_join";
	}
}

/* Notes are lines; a long one continues as note_join. */
static void put_notes(struct text *out, const char *s)
{
	bool at_space;

	while (s && *s) {
		const char *key = "note";
		size_t n = strcspn(s, "\n");

		do {
			size_t part = line_part(s, n, LINE_ROOM, &at_space);

			text_printf(out, "%s = ", key);
			put_escaped(out, s, part, false);
			text_puts(out, "\n");
			s += part;
			n -= part;
			key = "note_join";
		} while (n);
		s += *s == '\n';
	}
}

/* --- numbers --------------------------------------------------------------- */

static void put_range(struct text *out, const char *key, phys_t start, phys_t end)
{
	text_printf(out, "%s = 0x%llx-0x%llx", key, (unsigned long long)start,
		    (unsigned long long)(end - 1));
}

/* "256M", "0x1234": the shortest exact way. */
static const char *size_text(u64 v, char *buf, size_t n)
{
	static const char suffix[] = "KMGTPE";
	int s = -1;

	while (v && s < 5 && !(v & 1023)) {
		v >>= 10;
		s++;
	}
	if (s < 0)
		snprintf(buf, n, v < 4096 ? "%llu" : "0x%llx", (unsigned long long)v);
	else
		snprintf(buf, n, "%llu%c", (unsigned long long)v, suffix[s]);
	return buf;
}

static void put_size(struct text *out, const char *key, u64 v)
{
	char buf[32];

	text_printf(out, "%s = %s\n", key, size_text(v, buf, sizeof(buf)));
}

/* --- sections -------------------------------------------------------------- */

static void put_machine(struct text *out, const struct desc *d)
{
	text_puts(out, "[machine]\n");
	put_string(out, "name", "name", d->name);
	put_string(out, "title", "title", d->title);
	text_printf(out, "arch = %s\ncpus = %d\n", d->arch.name, d->nr_cpus);
	if (d->nr_cpus_possible != d->nr_cpus)
		text_printf(out, "cpus_possible = %d\n", d->nr_cpus_possible);
	if (d->kernel_version)
		text_printf(out, "kernel = %u.%u.%u\n", d->kernel_version >> 16, d->kernel_version >> 8 & 255,
			    d->kernel_version & 255);
	if (d->l3_slice_kib)
		put_size(out, "cpu_cache", d->l3_slice_kib * KiB);
	if (d->swap)
		put_size(out, "swap", d->swap);
	put_cmdline(out, d->cmdline);
	if (d->seed)
		text_printf(out, "seed = %llu\n", (unsigned long long)d->seed);
	if (d->resv_complete)
		text_puts(out, "early_allocations = listed\n");
	else if (!d->boot_alloc_model)
		text_puts(out, "early_allocations = none\n");
	put_notes(out, d->hostfacts);
}

static void put_zones(struct text *out, const struct arch *a)
{
	text_puts(out, "zones =");
	for (int z = 0; z < MAX_NR_ZONES; z++)
		if (arch_has_zone(a, z))
			text_printf(out, " %s", config_zone_names[z]);
	text_puts(out, "\n");
}

/* Numbers that follow from nothing else. @p: the preset with this page size and these bits. */
static void put_arch_numbers(struct text *out, const struct arch *a, const struct arch *p)
{
	const struct {
		const char *key;
		u64 own, preset;
		bool size;
	} row[] = {
		{ "section_size", 1ULL << a->section_shift, 1ULL << p->section_shift, true },
		{ "max_page_order", a->max_page_order, p->max_page_order, false },
		{ "pageblock_order", a->pageblock_order, p->pageblock_order, false },
		{ "struct_page_size", a->struct_page_size, p->struct_page_size, false },
		{ "huge_page_size", arch_pmd_size(a), arch_pmd_size(p), true },
		{ "nr_cpus", a->nr_cpus_limit, p->nr_cpus_limit, false },
		{ "max_nodes", a->max_numnodes, p->max_numnodes, false },
		{ "memory_block_size", a->block_size, p->block_size, true },
		{ "page_offset", a->page_offset, p->page_offset, true },
		{ "vmemmap", a->vmemmap_start, p->vmemmap_start, true },
		{ "dma_end", a->dma_limit, p->dma_limit, true },
		{ "dma32_end", a->dma32_limit, p->dma32_limit, true },
		{ "vmalloc_end", a->vmalloc_end, p->vmalloc_end, true },
		{ "vmalloc", a->vmalloc_reserve, p->vmalloc_reserve, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		if (row[i].own == row[i].preset)
			continue;
		if (row[i].size)
			put_size(out, row[i].key, row[i].own);
		else
			text_printf(out, "%s = %llu\n", row[i].key, (unsigned long long)row[i].own);
	}
}

static void put_flag(struct text *out, const char *key, bool own, bool preset)
{
	if (own != preset)
		text_printf(out, "%s = %s\n", key, own ? "yes" : "no");
}

static void put_arch(struct text *out, const struct arch *a)
{
	struct text body = TEXT_INIT;
	struct arch p;

	arch_preset(&p, a->name, NULL);
	if (a->page_shift != p.page_shift && !arch_set_page_shift(&p, a->page_shift, NULL))
		put_size(&body, "page_size", arch_page_size(a));
	if (a->phys_bits != p.phys_bits) {
		arch_set_phys_bits(&p, a->phys_bits);
		text_printf(&body, "physical_bits = %u\n", a->phys_bits);
	}
	put_arch_numbers(&body, a, &p);
	if (a->zones_mask != p.zones_mask)
		put_zones(&body, a);
	put_flag(&body, "cma", a->has_cma, p.has_cma);
	put_flag(&body, "deferred_init", a->deferred_init, p.deferred_init);
	put_flag(&body, "strict_pfn_valid", a->strict_pfn_valid, p.strict_pfn_valid);
	put_flag(&body, "flatmem", a->flatmem, p.flatmem);
	if (body.len)
		text_printf(out, "\n[arch]\n%s", text_str(&body));
	out->failed |= body.failed;
	text_cleanup(&body);
}

static void put_firmware(struct text *out, const struct desc *d)
{
	if (!d->nr_fw && !d->fw_overlaps)
		return;
	text_puts(out, "\n[firmware]\n");
	if (d->fw_overlaps)
		text_puts(out, "overlaps = yes\n");
	for (size_t i = 0; i < d->nr_fw; i++) {
		const struct fw_entry *e = &d->fw[i];

		put_range(out, fw_type_key(e->type), e->start, e->end);
		if (e->flags & FW_HOTPLUG)
			text_puts(out, " hotplug");
		if (e->flags & FW_MIRROR)
			text_puts(out, " mirror");
		if (e->type == FW_OTHER)
			text_printf(out, " type=%u", (u32)e->depth);
		else if (e->depth)
			text_printf(out, " depth=%d", e->depth);
		put_label(out, e->name);
	}
}

/* "cpus = 0-3,8" of @n, on as many lines as it takes. */
static void put_cpus(struct text *out, const struct desc *d, const struct desc_node *n)
{
	size_t line = 0;

	for (int cpu = 0; n->cpu && cpu < d->nr_cpus_possible; cpu++) {
		int first = cpu;

		if (!n->cpu[cpu])
			continue;
		while (cpu + 1 < d->nr_cpus_possible && n->cpu[cpu + 1])
			cpu++;
		if (!line || out->len - line > LINE_ROOM) {
			text_puts(out, line ? "\n" : "");
			line = out->len;
			text_puts(out, "cpus = ");
		} else {
			text_puts(out, ",");
		}
		text_printf(out, first == cpu ? "%d" : "%d-%d", first, cpu);
	}
	if (line)
		text_puts(out, "\n");
}

static const struct desc_node *find_node(const struct desc *d, int nid)
{
	for (size_t i = 0; i < d->nr_node; i++)
		if (d->node[i].nid == nid)
			return &d->node[i];
	return NULL;
}

static void put_distances(struct text *out, const struct desc_node *n)
{
	for (int i = 0; i < n->nr_distance; i++)
		text_printf(out, "%s%u", !i ? "distance = " : i % 32 ? " " : "\ndistance = ", n->distance[i]);
	if (n->nr_distance)
		text_puts(out, "\n");
}

static void put_node(struct text *out, const struct desc *d, int nid)
{
	const struct desc_node *n = find_node(d, nid);

	text_printf(out, "\n[node %d]\n", nid);
	for (size_t i = 0; i < d->nr_mem; i++) {
		if (d->mem[i].nid != nid)
			continue;
		put_range(out, "memory", d->mem[i].start, d->mem[i].end);
		text_puts(out, d->mem[i].hotplug ? " hotplug\n" : "\n");
	}
	if (n) {
		put_cpus(out, d, n);
		put_distances(out, n);
	}
}

static void put_resv(struct text *out, const struct desc_resv *r)
{
	char buf[32];

	if (r->kind == RESV_ALLOC) {
		text_printf(out, "alloc = %s", size_text(r->size, buf, sizeof(buf)));
		if (r->align)
			text_printf(out, " align=%s", size_text(r->align, buf, sizeof(buf)));
		if (r->nid != NO_NODE)
			text_printf(out, " node=%d", r->nid);
		if (r->start)
			text_printf(out, " above=%s", size_text(r->start, buf, sizeof(buf)));
		if (r->end)
			text_printf(out, " below=%s", size_text(r->end, buf, sizeof(buf)));
	} else {
		put_range(out, desc_resv_key(r->kind), r->start, r->end);
	}
	if (r->kind == RESV_INITRD && !(r->flags & RESV_INIT))
		text_puts(out, " keep");
	if (r->flags & RESV_INIT_EARLY)
		text_puts(out, " init_early");
	else if (r->kind != RESV_INITRD && r->flags & RESV_INIT)
		text_puts(out, " init");
	put_label(out, r->label);
}

static void put_dimm(struct text *out, const struct desc_dimm *m)
{
	text_printf(out, "\n[%s %s]\n", m->virtio_mem ? "virtio-mem" : "dimm", m->id);
	put_size(out, "start", m->start);
	put_size(out, "size", m->size);
	if (m->nid)
		text_printf(out, "node = %d\n", m->nid);
	if (m->plugged)
		text_puts(out, "plugged = yes\n");
	if (m->virtio_mem && m->requested)
		put_size(out, "requested", m->requested);
	if (m->virtio_mem && m->unit)
		put_size(out, "unit", m->unit);
}

static void put_freecount(struct text *out, const struct desc_freecount *f)
{
	const char *mt = f->mt < 0 ? "any" : config_migratetype_names[f->mt];
	size_t line = 0;

	for (int o = 0; o < NR_PAGE_ORDERS_MAX; o++) {
		if (!f->count[o])
			continue;
		if (!line || out->len - line > LINE_ROOM) {
			text_puts(out, line ? "\n" : "");
			line = out->len;
			text_printf(out, "free = %d %s %s", f->nid, config_zone_names[f->zone], mt);
		}
		text_printf(out, " %d:%llu", o, (unsigned long long)f->count[o]);
	}
	if (!line)
		text_printf(out, "free = %d %s %s", f->nid, config_zone_names[f->zone], mt);
	text_puts(out, "\n");
}

static bool same_zone(const struct desc_percpu *a, const struct desc_percpu *b)
{
	return a->nid == b->nid && a->zone == b->zone && (a->cpu < 0) == (b->cpu < 0);
}

static void put_percpu(struct text *out, const struct desc *d)
{
	size_t line = 0;

	for (size_t i = 0; i < d->nr_percpu; i++) {
		const struct desc_percpu *p = &d->percpu[i];
		bool counted = p->cpu < 0;

		if (counted || !i || !same_zone(p, p - 1) || out->len - line > LINE_ROOM) {
			text_puts(out, line ? "\n" : "");
			line = out->len;
			text_printf(out, "%s = %d %s", counted ? "counted" : "pcp", p->nid, config_zone_names[p->zone]);
		}
		if (counted)
			text_printf(out, " %llu", (unsigned long long)p->pages);
		else
			text_printf(out, " %d:%llu", p->cpu, (unsigned long long)p->pages);
	}
	text_puts(out, line ? "\n" : "");
}

/* --- everything ------------------------------------------------------------ */

/* Nodes in the order of the description, then nodes that only have memory. */
static void put_nodes(struct text *out, const struct desc *d)
{
	for (size_t i = 0; i < d->nr_node; i++)
		put_node(out, d, d->node[i].nid);
	for (size_t i = 0; i < d->nr_mem; i++) {
		bool done = find_node(d, d->mem[i].nid) != NULL;

		for (size_t j = 0; j < i; j++)
			done |= d->mem[j].nid == d->mem[i].nid;
		if (!done)
			put_node(out, d, d->mem[i].nid);
	}
}

int config_write(const struct desc *d, struct text *out)
{
	put_machine(out, d);
	put_arch(out, &d->arch);
	put_firmware(out, d);
	put_nodes(out, d);
	if (d->nr_resv)
		text_puts(out, "\n[reserve]\n");
	for (size_t i = 0; i < d->nr_resv; i++)
		put_resv(out, &d->resv[i]);
	for (size_t i = 0; i < d->nr_dimm; i++)
		put_dimm(out, &d->dimm[i]);
	if (desc_has_state(d))
		text_puts(out, "\n[state]\n");
	for (size_t i = 0; i < d->nr_freecount; i++)
		put_freecount(out, &d->freecount[i]);
	put_percpu(out, d);
	for (size_t i = 0; i < d->nr_slab; i++) {
		config_put_slab(out, &d->slab[i]);
		put_label(out, d->slab[i].name);
	}
	config_put_runs(out, d);
	return out->failed ? -ENOMEM : 0;
}
