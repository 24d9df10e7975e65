/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/zoneinfo and proc/vmstat of a running system: what they say that free lists do
 * not. Counters of the LRU lists and of slabs are left alone: here they count pages
 * that the machine really has on its lists.
 *
 * Models: mm/vmstat.c (zoneinfo_show_print, vmstat_show).
 */
#include "io/import_internal.h"
#include "io/live_internal.h"

#include <stdio.h>
#include <string.h>

#include "alloc/node.h"

/* --- zone by zone ------------------------------------------------------------------ */

/* A zone of the text: from its headline to the next one. */
struct part {
	int nid;
	enum zone_type type;
	const char *start, *end; /* behind the headline */
};

/* The first zone at or behind *s; *s moves behind it. False: there is none. */
static bool next_part(const char **s, struct part *p)
{
	const char *next;

	for (const char *line = *s; *line; line = next) {
		const char *c = line;
		char name[16];

		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (!scan_lit(&c, "Node ") || !scan_int(&c, &p->nid) || !scan_lit(&c, ", zone") ||
		    !scan_word(&c, name, sizeof(name)))
			continue;
		p->type = zone_type_of(name);
		p->start = next;
		p->end = strstr(next, "\nNode ");
		p->end = p->end ? p->end + 1 : next + strlen(next);
		*s = p->end;
		if (p->type != MAX_NR_ZONES && p->nid >= 0 && p->nid < MAX_NUMNODES)
			return true;
		next = p->end;
	}
	return false;
}

/* Where @word stands in @p; NULL: nowhere. */
static const char *part_find(const struct part *p, const char *word)
{
	return memmem(p->start, (size_t)(p->end - p->start), word, strlen(word));
}

/* The number behind @key, which begins a line of @p after blanks. */
static bool part_number(const struct part *p, const char *key, u64 *out)
{
	for (const char *s = p->start; s < p->end; s += strcspn(s, "\n"), s += *s == '\n') {
		const char *c = s;

		scan_blanks(&c);
		if (!scan_lit(&c, key))
			continue;
		scan_blanks(&c);
		return scan_num(&c, 10, out);
	}
	return false;
}

/* Every part ends with start_pfn, but a zone without pages, which ends with its protection. */
static bool part_whole(const struct part *p)
{
	u64 present, v;

	if (p->end == p->start || p->end[-1] != '\n' || !part_number(p, "present ", &present))
		return false;
	return present ? part_number(p, "start_pfn:", &v) : part_find(p, "protection:") != NULL;
}

const char *live_zoneinfo_wrong(const char *text, char *why, size_t n)
{
	struct part p;
	int parts = 0;

	for (const char *s = text; next_part(&s, &p); parts++) {
		if (part_whole(&p))
			continue;
		snprintf(why, n, "is cut in the middle of node %d, zone %.8s", p.nid, zone_name(p.type));
		return why;
	}
	if (parts)
		return NULL;
	snprintf(why, n, "describes no zone");
	return why;
}

bool live_zoneinfo_same_layout(const char *a, const char *b)
{
	static const char *const key[] = { "spanned ", "present ", "start_pfn:" };
	struct part p, q;
	bool more;

	while ((more = next_part(&a, &p)) == next_part(&b, &q) && more) {
		if (p.nid != q.nid || p.type != q.type)
			return false;
		for (size_t i = 0; i < ARRAY_SIZE(key); i++) {
			u64 x = 0, y = 0;

			part_number(&p, key[i], &x);
			part_number(&q, key[i], &y);
			if (x != y)
				return false;
		}
	}
	return !more && !next_part(&b, &q);
}

/* --- into the machine ------------------------------------------------------------------ */

/* Without the boost, which the kernel adds when it prints. */
static void apply_watermarks(struct zone *z, const struct part *p)
{
	static const char *const key[NR_WMARK] = { "min ", "low ", "high ", "promo " };
	u64 v;

	z->watermark_boost = part_number(p, "boost ", &v) ? v : 0;
	for (int w = 0; w < NR_WMARK; w++)
		if (part_number(p, key[w], &v))
			z->watermark[w] = v - min_u64(v, z->watermark_boost);
}

/* "protection: (0, 2945, 5908)": one number for each type of zone that the kernel has. */
static void apply_protection(struct system *sys, struct zone *z, const struct part *p)
{
	const char *s = part_find(p, "protection: (");

	if (!s)
		return;
	s += strlen("protection: (");
	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		u64 v;

		if (!arch_has_zone(&sys->arch, zid))
			continue;
		if (!scan_num(&s, 10, &v))
			return;
		z->lowmem_reserve[zid] = v;
		while (*s == ',' || *s == ' ')
			s++;
	}
}

static void size_field(const char *s, int *to)
{
	u64 v;

	scan_blanks(&s);
	if (scan_num(&s, 10, &v) && v <= 1u << 30)
		*to = (int)v;
}

static void apply_pagesets(const struct system *sys, struct zone *z, const struct part *p)
{
	struct per_cpu_pages *pcp = NULL;

	for (const char *s = p->start; s < p->end; s += strcspn(s, "\n"), s += *s == '\n') {
		const char *c = s;
		u64 v = 0;

		scan_blanks(&c);
		if (scan_lit(&c, "cpu: ")) {
			scan_num(&c, 10, &v);
			pcp = z->pcp && v < (u64)sys->mm.nr_cpus ? &z->pcp[v] : NULL;
		} else if (pcp && scan_lit(&c, "high:")) {
			size_field(c, &pcp->high);
		} else if (pcp && scan_lit(&c, "batch:")) {
			size_field(c, &pcp->batch);
		}
	}
}

/* The counter called @name, looked for from *hint on, where the last one was found. */
static int stat_by_name(const char *name, size_t len, const char *(*name_of)(int), int nr, int *hint)
{
	for (int i = 0; i < nr; i++) {
		int item = (*hint + i) % nr;
		const char *n = name_of(item);

		if (!strncmp(n, name, len) && !n[len]) {
			*hint = item + 1;
			return item;
		}
	}
	return -1;
}

static const char *node_stat_by_nr(int item) { return node_stat_name((enum node_stat_item)item); }
static const char *event_by_nr(int item) { return vm_event_name((enum vm_event_item)item); }

/* Counters that follow from pages on lists of the machine. */
static bool counted_here(int item)
{
	return item <= NS_nr_slab_unreclaimable;
}

static bool counted_in_thp(int item)
{
	return item == NS_nr_shmem_hugepages || item == NS_nr_shmem_pmdmapped || item == NS_nr_file_hugepages ||
	       item == NS_nr_file_pmdmapped || item == NS_nr_anon_transparent_hugepages;
}

static void apply_node_stats(const struct system *sys, struct node *n, const struct part *p)
{
	int hint = 0;

	for (const char *s = p->start; s < p->end; s += strcspn(s, "\n"), s += *s == '\n') {
		const char *c = s, *name;
		size_t len;
		u64 v;
		int item;

		scan_blanks(&c);
		name = c;
		len = strcspn(c, " \n");
		if (scan_lit(&c, "pages free"))
			return;
		item = stat_by_name(name, len, node_stat_by_nr, NR_VM_NODE_STAT_ITEMS, &hint);
		c = name + len;
		scan_blanks(&c);
		if (item >= 0 && !counted_here(item) && scan_num(&c, 10, &v))
			n->vm_stat[item] = (s64)(counted_in_thp(item) ? v << sys->arch.hpage_pmd_order : v);
	}
}

static void apply_numa_events(struct zone *z, const struct part *p)
{
	static const char *const key[NR_VM_NUMA_EVENT_ITEMS] = {
		"numa_hit ", "numa_miss ", "numa_foreign ", "numa_interleave ", "numa_local ", "numa_other ",
	};
	u64 v;

	for (int i = 0; i < NR_VM_NUMA_EVENT_ITEMS; i++)
		if (part_number(p, key[i], &v))
			z->numa_event[i] = v;
}

void live_zoneinfo_apply(struct system *sys, const char *text)
{
	struct part p;

	while (next_part(&text, &p)) {
		struct node *n = sys->mm.node[p.nid];
		struct zone *z = n ? &n->zones[p.type] : NULL;

		if (!n)
			continue;
		if (part_find(&p, "per-node stats"))
			apply_node_stats(sys, n, &p);
		apply_watermarks(z, &p);
		apply_protection(sys, z, &p);
		apply_pagesets(sys, z, &p);
		apply_numa_events(z, &p);
	}
}

void live_vmstat_apply(struct system *sys, const char *text)
{
	int hint = 0;

	for (const char *s = text; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		size_t len = strcspn(s, " \n");
		const char *c = s + len;
		int item = stat_by_name(s, len, event_by_nr, NR_VM_EVENT_ITEMS, &hint);
		u64 v;

		scan_blanks(&c);
		if (item >= 0 && scan_num(&c, 10, &v))
			sys->mm.vm_event[item] = v;
	}
}
