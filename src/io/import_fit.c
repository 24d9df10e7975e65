/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Last step of an import: make the description fit. Limits that the machine
 * plainly had are raised (nodes, cpus, address width); what contradicts itself is
 * left out, with a note that says what.
 */
#include "io/import_internal.h"

#include <stdlib.h>
#include <string.h>

static int highest_nid(const struct desc *d)
{
	int max = 0;

	for (size_t i = 0; i < d->nr_mem; i++)
		max = d->mem[i].nid > max ? d->mem[i].nid : max;
	for (size_t i = 0; i < d->nr_node; i++)
		max = d->node[i].nid > max ? d->node[i].nid : max;
	for (size_t i = 0; i < d->nr_freecount; i++)
		max = d->freecount[i].nid > max ? d->freecount[i].nid : max;
	return max;
}

static void raise_limits(struct import *im)
{
	struct arch *a = &im->d->arch;

	while (a->max_numnodes <= highest_nid(im->d) && a->max_numnodes < MAX_NUMNODES)
		a->max_numnodes = (u16)(a->max_numnodes * 2);
	if (a->nr_cpus_limit < im->d->nr_cpus_possible)
		a->nr_cpus_limit = (u16)im->d->nr_cpus_possible;
}

/* --- ranges ------------------------------------------------------------------ */

static phys_t limit_of(const struct desc *d) { return 1ULL << d->arch.phys_bits; }

/* x86_64: five-level page tables when RAM needs them. */
static void raise_phys_bits(struct import *im)
{
	struct desc *d = im->d;
	phys_t top = 0;

	for (size_t i = 0; i < d->nr_fw; i++) {
		if (d->fw[i].type == FW_RAM && d->fw[i].end > top)
			top = d->fw[i].end;
	}
	if (d->arch.id == ARCH_X86_64 && top > limit_of(d) && top <= 1ULL << 52)
		arch_set_phys_bits(&d->arch, 52);
}

static bool fw_fits(const struct desc *d, const struct fw_entry *e)
{
	if (e->start >= e->end || (e->type == FW_DEVICE && (!e->name || !*e->name || e->depth > 8)))
		return false;
	return e->type != FW_RAM || e->end <= limit_of(d);
}

static void fit_firmware(struct import *im)
{
	struct desc *d = im->d;
	size_t kept = 0;

	for (size_t i = 0; i < d->nr_fw; i++) {
		struct fw_entry *e = &d->fw[i];

		if (e->type == FW_RAM && e->start < limit_of(d) && e->end > limit_of(d))
			e->end = limit_of(d);
		if (fw_fits(d, e)) {
			d->fw[kept++] = *e;
			continue;
		}
		if (e->type != FW_DEVICE)
			text_printf(&im->notes, "firmware range 0x%llx-0x%llx is beyond %u address bits; left out\n",
				    (unsigned long long)e->start, (unsigned long long)(e->end - 1),
				    d->arch.phys_bits);
		free((char *)e->name);
	}
	d->nr_fw = kept;
}

/* Entries of a map overlap: x86 sorts that out itself; elsewhere it is said, too. */
static void find_overlaps(struct import *im)
{
	struct desc *d = im->d;
	phys_t end = 0;

	for (size_t i = 0; i < d->nr_fw && !d->fw_overlaps; i++) {
		if (d->fw[i].type == FW_DEVICE || d->fw[i].type == FW_NOMAP)
			continue;
		d->fw_overlaps = d->fw[i].start < end;
		end = max_u64(end, d->fw[i].end);
	}
	if (d->fw_overlaps)
		text_puts(&im->notes, "firmware ranges overlap or are out of order; they are given to the kernel's "
				      "own sorting\n");
}

static int cmp_mem(const void *x, const void *y)
{
	const struct desc_mem *a = x, *b = y;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* A byte belongs to one node: what a later range claims again is cut off. */
static void fit_mem(struct import *im)
{
	struct desc *d = im->d;
	phys_t end = 0;
	size_t kept = 0;

	if (d->nr_mem)
		qsort(d->mem, d->nr_mem, sizeof(*d->mem), cmp_mem);
	for (size_t i = 0; i < d->nr_mem; i++) {
		struct desc_mem m = d->mem[i];
		phys_t a = max_u64(m.start, end), b = min_u64(m.end, limit_of(d));

		if (m.nid >= d->arch.max_numnodes || a >= b || a != m.start)
			text_printf(&im->notes, "node %d: memory 0x%llx-0x%llx contradicts another range; %s\n",
				    m.nid, (unsigned long long)m.start, (unsigned long long)(m.end - 1),
				    a < b && m.nid < d->arch.max_numnodes ? "cut" : "left out");
		if (m.nid >= d->arch.max_numnodes || a >= b)
			continue;
		m.start = a;
		m.end = b;
		end = b;
		d->mem[kept++] = m;
	}
	d->nr_mem = kept;
}

static void fit_resv(struct import *im)
{
	struct desc *d = im->d;
	size_t kept = 0, dropped = 0;

	for (size_t i = 0; i < d->nr_resv; i++) {
		struct desc_resv *r = &d->resv[i];

		if (r->start < r->end && r->end <= limit_of(d)) {
			d->resv[kept++] = *r;
			continue;
		}
		free((char *)r->label);
		dropped++;
	}
	d->nr_resv = kept;
	if (dropped)
		text_printf(&im->notes, "%zu reservations lie beyond the address space; left out\n", dropped);
}

/* --- nodes, devices, counts --------------------------------------------------- */

static bool row_ok(const struct desc_node *n)
{
	for (int i = 0; i < n->nr_distance; i++) {
		if (i == n->nid ? n->distance[i] != 10 : n->distance[i] <= 10)
			return false;
	}
	return true;
}

/* sysfs prints a row with one number per online node; give each its node's place. */
static void spread_row(struct import *im, struct desc_node *n)
{
	struct desc *d = im->d;
	int max = highest_nid(d), from = 0;
	u8 *row;

	if (!n->distance || n->nr_distance > max)
		return;
	row = malloc((size_t)max + 1);
	im->no_memory |= !row;
	if (!row)
		return;
	for (int nid = 0; nid <= max; nid++) {
		bool there = false;

		for (size_t i = 0; i < d->nr_node; i++)
			there |= d->node[i].nid == nid;
		row[nid] = there && from < n->nr_distance ? n->distance[from++] : nid == n->nid ? 10 : 20;
	}
	free(n->distance);
	n->distance = row;
	n->nr_distance = max + 1;
}

static void fit_nodes(struct import *im)
{
	struct desc *d = im->d;
	u8 *taken = calloc((size_t)d->nr_cpus_possible, 1);

	im->no_memory |= !taken;
	if (!taken)
		return;
	for (size_t i = 0; i < d->nr_node; i++) {
		struct desc_node *n = &d->node[i];

		spread_row(im, n);
		if (n->distance && !row_ok(n)) {
			text_printf(&im->notes, "node %d: its distances make no sense; 10 and 20 are used\n", n->nid);
			free(n->distance);
			n->distance = NULL;
			n->nr_distance = 0;
		}
		for (int cpu = 0; taken && n->cpu && cpu < d->nr_cpus_possible; cpu++) {
			n->cpu[cpu] = n->cpu[cpu] && !taken[cpu];
			taken[cpu] |= n->cpu[cpu];
		}
	}
	free(taken);
}

static bool dimm_fits(const struct desc *d, const struct desc_dimm *m)
{
	u64 unit = d->arch.block_size ? d->arch.block_size : 1ULL << d->arch.section_shift;

	if (d->arch.flatmem || !m->size || !is_aligned(m->start, unit) || !is_aligned(m->size, unit) ||
	    m->start + m->size > limit_of(d))
		return false;
	for (size_t i = 0; i < d->nr_fw; i++) {
		if (d->fw[i].type == FW_RAM && d->fw[i].start < m->start + m->size && m->start < d->fw[i].end)
			return false;
	}
	return true;
}

static void fit_dimms(struct import *im)
{
	struct desc *d = im->d;
	size_t kept = 0;

	for (size_t i = 0; i < d->nr_dimm; i++) {
		struct desc_dimm *m = &d->dimm[i];

		if (dimm_fits(d, m)) {
			d->dimm[kept++] = *m;
			continue;
		}
		text_printf(&im->notes, "hot-added memory at 0x%llx is no multiple of memory blocks or overlaps RAM; "
			    "left out\n", (unsigned long long)m->start);
		free((char *)m->id);
	}
	d->nr_dimm = kept;
}

static bool count_fits(const struct desc *d, const struct desc_freecount *f)
{
	for (int o = d->arch.max_page_order + 1; o < NR_PAGE_ORDERS_MAX; o++) {
		if (f->count[o])
			return false;
	}
	return f->nid < d->arch.max_numnodes && arch_has_zone(&d->arch, f->zone);
}

static void fit_counts(struct import *im)
{
	struct desc *d = im->d;
	size_t kept = 0;

	for (size_t i = 0; i < d->nr_freecount; i++) {
		if (count_fits(d, &d->freecount[i]))
			d->freecount[kept++] = d->freecount[i];
	}
	if (kept < d->nr_freecount)
		text_printf(&im->notes, "free counts of %zu rows belong to no zone of this machine; left out\n",
			    d->nr_freecount - kept);
	d->nr_freecount = kept;
}

static bool percpu_fits(const struct desc *d, const struct desc_percpu *p)
{
	return p->nid < d->arch.max_numnodes && arch_has_zone(&d->arch, p->zone) && p->cpu < d->nr_cpus;
}

static void fit_percpu(struct desc *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->nr_percpu; i++)
		if (percpu_fits(d, &d->percpu[i]))
			d->percpu[kept++] = d->percpu[i];
	d->nr_percpu = kept;
}

int import_fit(struct import *im)
{
	raise_limits(im);
	raise_phys_bits(im);
	fit_firmware(im);
	find_overlaps(im);
	fit_mem(im);
	fit_resv(im);
	fit_nodes(im);
	fit_dimms(im);
	fit_counts(im);
	fit_percpu(im->d);
	return 0;
}
