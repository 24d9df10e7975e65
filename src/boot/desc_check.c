/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cross checks of a machine description: what no single entry can tell by
 * itself. Every message names the entries and what to do about them.
 *
 * What a kernel survives is allowed where it teaches something (RAM that is not
 * page aligned, nodes that do not cover all RAM, cpus without a node); what it
 * cannot boot with, or what is surely a slip of the pen, is an error.
 */
#include "boot/desc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct checker {
	const struct desc *d;
	struct desc_place place;
	struct mm_error *err;
};

/* "0x40000000-0x4fffffff" of the half-open [start, end), for messages. */
struct range_str {
	char s[48];
};

static struct range_str range_str(phys_t start, phys_t end)
{
	struct range_str r;

	snprintf(r.s, sizeof(r.s), "0x%llx-0x%llx", (unsigned long long)start,
		 (unsigned long long)(end - 1));
	return r;
}

static void at(struct checker *c, enum desc_part part, size_t index)
{
	c->place = (struct desc_place){ part, index, -1, part };
}

static void collides(struct checker *c, enum desc_part part, size_t index)
{
	c->place.other = (s64)index;
	c->place.other_part = part;
}

static phys_t phys_limit(const struct desc *d) { return 1ULL << d->arch.phys_bits; }

/* Not empty, not beyond what the architecture can address. */
static int check_range(struct checker *c, const char *what, phys_t start, phys_t end)
{
	if (end <= start)
		return mm_fail(c->err, -EINVAL, "%s at 0x%llx is empty or ends before it starts; give START-END "
			       "with END the last byte", what, (unsigned long long)start);
	if (end > phys_limit(c->d))
		return mm_fail(c->err, -EINVAL,
			       "%s %s ends above the %u address bits of %s; lower it or raise physical_bits",
			       what, range_str(start, end).s, c->d->arch.phys_bits, c->d->arch.name);
	return 0;
}

/* --- [machine] ------------------------------------------------------------- */

static int check_machine(struct checker *c)
{
	const struct desc *d = c->d;

	at(c, DESC_ARCH, 0);
	if (arch_validate(&d->arch, c->err))
		return -EINVAL;
	at(c, DESC_MACHINE, 0);
	if (d->nr_cpus < 1 || d->nr_cpus > d->nr_cpus_possible)
		return mm_fail(c->err, -EINVAL, "cpus = %d must be between 1 and cpus_possible (%d)",
			       d->nr_cpus, d->nr_cpus_possible);
	if (d->nr_cpus_possible > d->arch.nr_cpus_limit)
		return mm_fail(c->err, -EINVAL, "%d cpus are more than this %s kernel is built for (%u); "
			       "use fewer or set nr_cpus in [arch]",
			       d->nr_cpus_possible, d->arch.name, d->arch.nr_cpus_limit);
	return 0;
}

/* --- overlaps -------------------------------------------------------------- */

/* An interval with the entry it belongs to, for sorting. */
struct span {
	phys_t start;
	phys_t end;
	size_t index;
	enum desc_part part;
};

static int span_cmp(const void *a, const void *b)
{
	const struct span *p = a, *q = b;

	if (p->start != q->start)
		return p->start < q->start ? -1 : 1;
	return p->index < q->index ? -1 : p->index > q->index;
}

/*
 * The first pair of neighbours that overlap after sorting, as indexes into @s.
 * When any two overlap, two neighbours do (the first one that starts too early).
 */
static bool spans_overlap(struct span *s, size_t n, size_t *first, size_t *second)
{
	size_t last = 0;

	qsort(s, n, sizeof(*s), span_cmp);
	for (size_t i = 1; i < n; i++) {
		if (s[i].start < s[last].end) {
			*first = last;
			*second = i;
			return true;
		}
		last = i;
	}
	return false;
}

/* Report the overlap of @s[a] and @s[b]: the later entry of the file is blamed. */
static int overlap_error(struct checker *c, const struct span *a, const struct span *b,
			 const char *what_a, const char *what_b, const char *remedy)
{
	const struct span *later = a->part == b->part && a->index > b->index ? a : b;
	const struct span *other = later == a ? b : a;

	at(c, later->part, later->index);
	collides(c, other->part, other->index);
	return mm_fail(c->err, -EINVAL, "%s %s overlaps %s %s; %s", later == a ? what_a : what_b,
		       range_str(later->start, later->end).s, later == a ? what_b : what_a,
		       range_str(other->start, other->end).s, remedy);
}

/* --- [firmware] ------------------------------------------------------------ */

static bool fw_in_map(const struct fw_entry *e)
{
	return e->type != FW_DEVICE && e->type != FW_NOMAP;
}

static int check_fw_entry(struct checker *c, size_t i)
{
	const struct fw_entry *e = &c->d->fw[i];

	at(c, DESC_FW, i);
	if (e->type == FW_RAM)
		return check_range(c, "ram", e->start, e->end);
	if (e->end <= e->start)
		return mm_fail(c->err, -EINVAL, "%s at 0x%llx is empty or ends before it starts; give START-END "
			       "with END the last byte", fw_type_key(e->type), (unsigned long long)e->start);
	if (e->type == FW_DEVICE && (!e->name || !*e->name))
		return mm_fail(c->err, -EINVAL, "device %s has no name; write the name behind the range",
			       range_str(e->start, e->end).s);
	if (e->type != FW_OTHER && (e->depth < 0 || e->depth > 8))
		return mm_fail(c->err, -EINVAL, "depth of a device must be 0 to 8");
	return 0;
}

static int check_fw_overlaps(struct checker *c)
{
	const struct desc *d = c->d;
	struct span *s = calloc(d->nr_fw ? d->nr_fw : 1, sizeof(*s));
	size_t n = 0, a, b;
	int ret = 0;

	if (!s)
		return mm_fail(c->err, -ENOMEM, "no memory to check the firmware map");
	for (size_t i = 0; i < d->nr_fw; i++)
		if (fw_in_map(&d->fw[i]))
			s[n++] = (struct span){ d->fw[i].start, d->fw[i].end, i, DESC_FW };
	if (spans_overlap(s, n, &a, &b))
		ret = overlap_error(c, &s[a], &s[b], fw_type_key(d->fw[s[a].index].type),
				    fw_type_key(d->fw[s[b].index].type),
				    "correct one of them, or set overlaps = yes to let the kernel sort it out");
	free(s);
	return ret;
}

static int check_firmware(struct checker *c)
{
	const struct desc *d = c->d;
	bool ram = false;

	for (size_t i = 0; i < d->nr_fw; i++) {
		int ret = check_fw_entry(c, i);

		if (ret)
			return ret;
		ram |= d->fw[i].type == FW_RAM;
	}
	if (!ram) {
		at(c, DESC_MACHINE, 0);
		return mm_fail(c->err, -EINVAL, "the machine has no RAM; add 'ram = START-END' to [firmware]");
	}
	return d->fw_overlaps ? 0 : check_fw_overlaps(c);
}

/* --- [node N] -------------------------------------------------------------- */

static int check_nid(struct checker *c, int nid)
{
	if (nid >= 0 && nid < c->d->arch.max_numnodes)
		return 0;
	return mm_fail(c->err, -EINVAL, "node %d does not exist on this %s kernel: nodes are 0 to %u "
		       "(max_nodes in [arch])", nid, c->d->arch.name, c->d->arch.max_numnodes - 1u);
}

static int check_distances(struct checker *c, const struct desc_node *n)
{
	if (n->nr_distance > c->d->arch.max_numnodes)
		return mm_fail(c->err, -EINVAL, "node %d: %d distances are more than there can be nodes (%u)",
			       n->nid, n->nr_distance, c->d->arch.max_numnodes);
	for (int i = 0; i < n->nr_distance; i++) {
		if (i == n->nid && n->distance[i] != 10)
			return mm_fail(c->err, -EINVAL, "node %d: the distance to itself is %u; it must be 10",
				       n->nid, n->distance[i]);
		if (i != n->nid && n->distance[i] <= 10)
			return mm_fail(c->err, -EINVAL,
				       "node %d: the distance to node %d is %u; remote nodes are 11 to 255",
				       n->nid, i, n->distance[i]);
	}
	return 0;
}

/* No cpu in two nodes. @owner: node index + 1 by cpu. */
static int check_node_cpus(struct checker *c, const struct desc_node *n, u16 *owner, size_t index)
{
	for (int cpu = 0; n->cpu && cpu < c->d->nr_cpus_possible; cpu++) {
		if (!n->cpu[cpu])
			continue;
		if (owner[cpu]) {
			collides(c, DESC_NODE, owner[cpu] - 1u);
			return mm_fail(c->err, -EINVAL, "cpus: %d is in node %d and in node %d; leave it in one",
				       cpu, c->d->node[owner[cpu] - 1].nid, n->nid);
		}
		owner[cpu] = (u16)(index + 1);
	}
	return 0;
}

static int check_node_entries(struct checker *c)
{
	const struct desc *d = c->d;
	u16 *owner = calloc((size_t)d->nr_cpus_possible, sizeof(*owner));
	int ret = 0;

	if (!owner)
		return mm_fail(c->err, -ENOMEM, "no memory to check the nodes");
	for (size_t i = 0; i < d->nr_node && !ret; i++) {
		at(c, DESC_NODE, i);
		ret = check_nid(c, d->node[i].nid);
		if (!ret)
			ret = check_distances(c, &d->node[i]);
		if (!ret)
			ret = check_node_cpus(c, &d->node[i], owner, i);
	}
	free(owner);
	return ret;
}

static int check_node_memory(struct checker *c)
{
	const struct desc *d = c->d;
	struct span *s = calloc(d->nr_mem ? d->nr_mem : 1, sizeof(*s));
	size_t a, b;
	int ret = 0;

	if (!s)
		return mm_fail(c->err, -ENOMEM, "no memory to check the nodes");
	for (size_t i = 0; i < d->nr_mem && !ret; i++) {
		at(c, DESC_MEM, i);
		ret = check_nid(c, d->mem[i].nid);
		if (!ret)
			ret = check_range(c, "memory", d->mem[i].start, d->mem[i].end);
		s[i] = (struct span){ d->mem[i].start, d->mem[i].end, i, DESC_MEM };
	}
	if (!ret && spans_overlap(s, d->nr_mem, &a, &b))
		ret = overlap_error(c, &s[a], &s[b], "memory", "memory", "a byte belongs to one node only");
	free(s);
	return ret;
}

/* --- [reserve] ------------------------------------------------------------- */

static int check_alloc(struct checker *c, const struct desc_resv *r)
{
	if (!r->size || r->size > phys_limit(c->d))
		return mm_fail(c->err, -EINVAL, "alloc of 0x%llx bytes: give a size above 0 and below the %u "
			       "address bits of %s", (unsigned long long)r->size, c->d->arch.phys_bits,
			       c->d->arch.name);
	if (r->align && !is_pow2(r->align))
		return mm_fail(c->err, -EINVAL, "alloc: align = 0x%llx is not a power of two",
			       (unsigned long long)r->align);
	if (r->end && r->end - r->start < r->size)
		return mm_fail(c->err, -EINVAL, "alloc of 0x%llx bytes does not fit between above = 0x%llx and "
			       "below = 0x%llx", (unsigned long long)r->size, (unsigned long long)r->start,
			       (unsigned long long)r->end);
	return r->nid == NO_NODE ? 0 : check_nid(c, r->nid);
}

static int check_reservations(struct checker *c)
{
	for (size_t i = 0; i < c->d->nr_resv; i++) {
		const struct desc_resv *r = &c->d->resv[i];
		int ret;

		at(c, DESC_RESV, i);
		if (r->kind == RESV_ALLOC)
			ret = check_alloc(c, r);
		else
			ret = check_range(c, desc_resv_key(r->kind), r->start, r->end);
		if (ret)
			return ret;
	}
	return 0;
}

/* --- [dimm ID], [virtio-mem ID] -------------------------------------------- */

/* The name stands in a section header. */
static int check_dimm_id(struct checker *c, const char *id)
{
	size_t n = id ? strlen(id) : 0;

	if (n < 1 || n > 32 || strcspn(id, " \t\r\n]") != n)
		return mm_fail(c->err, -EINVAL, "a memory device needs a name of 1 to 32 characters without "
			       "blanks and brackets");
	return 0;
}

static int check_dimm(struct checker *c, const struct desc_dimm *m)
{
	const u64 unit = c->d->arch.block_size ? c->d->arch.block_size : 1ULL << c->d->arch.section_shift;

	if (c->d->arch.flatmem)
		return mm_fail(c->err, -EINVAL, "%s: this kernel has no sections (flatmem), so no memory hotplug; "
			       "remove the device", m->id);
	if (!m->size || !is_aligned(m->start, unit) || !is_aligned(m->size, unit))
		return mm_fail(c->err, -EINVAL, "%s: start 0x%llx and size 0x%llx must be multiples of the "
			       "memory block size (%llu MiB) and the size above 0", m->id,
			       (unsigned long long)m->start, (unsigned long long)m->size,
			       (unsigned long long)(unit >> 20));
	if (m->start + m->size < m->start || m->start + m->size > phys_limit(c->d))
		return mm_fail(c->err, -EINVAL, "%s ends above the %u address bits of %s; lower start or size",
			       m->id, c->d->arch.phys_bits, c->d->arch.name);
	if (m->requested > m->size)
		return mm_fail(c->err, -EINVAL, "%s: requested is larger than size; ask for at most %llu MiB",
			       m->id, (unsigned long long)(m->size >> 20));
	if (m->unit && (!is_pow2(m->unit) || m->unit < arch_page_size(&c->d->arch)))
		return mm_fail(c->err, -EINVAL, "%s: unit must be a power of two and at least a page", m->id);
	return check_nid(c, m->nid);
}

static int check_dimm_overlaps(struct checker *c)
{
	const struct desc *d = c->d;
	struct span *s = calloc(d->nr_dimm + d->nr_fw + 1, sizeof(*s));
	size_t n = 0, a, b;
	int ret = 0;

	if (!s)
		return mm_fail(c->err, -ENOMEM, "no memory to check the memory devices");
	for (size_t i = 0; i < d->nr_fw && !d->fw_overlaps; i++)
		if (d->fw[i].type == FW_RAM)
			s[n++] = (struct span){ d->fw[i].start, d->fw[i].end, i, DESC_FW };
	for (size_t i = 0; i < d->nr_dimm; i++)
		s[n++] = (struct span){ d->dimm[i].start, d->dimm[i].start + d->dimm[i].size, i, DESC_DIMM };
	if (spans_overlap(s, n, &a, &b)) {
		const struct span *x = &s[a], *y = &s[b];

		if (y->part == DESC_FW) {
			x = &s[b];
			y = &s[a];
		}
		ret = overlap_error(c, x, y, x->part == DESC_FW ? "ram" : "memory device", "memory device",
				    "move one of them");
	}
	free(s);
	return ret;
}

static int check_dimms(struct checker *c)
{
	for (size_t i = 0; i < c->d->nr_dimm; i++) {
		int ret;

		at(c, DESC_DIMM, i);
		ret = check_dimm_id(c, c->d->dimm[i].id);
		if (!ret)
			ret = check_dimm(c, &c->d->dimm[i]);
		if (ret)
			return ret;
	}
	return c->d->nr_dimm ? check_dimm_overlaps(c) : 0;
}

static int check_freecounts(struct checker *c)
{
	for (size_t i = 0; i < c->d->nr_freecount; i++) {
		const struct desc_freecount *f = &c->d->freecount[i];

		at(c, DESC_FREECOUNT, i);
		if (check_nid(c, f->nid))
			return -EINVAL;
		if (f->zone < 0 || f->zone >= MAX_NR_ZONES || !arch_has_zone(&c->d->arch, f->zone))
			return mm_fail(c->err, -EINVAL, "free: %s has no such zone", c->d->arch.name);
		for (int o = c->d->arch.max_page_order + 1; o < NR_PAGE_ORDERS_MAX; o++)
			if (f->count[o])
				return mm_fail(c->err, -EINVAL, "free: order %d is above max_page_order (%u)", o,
					       c->d->arch.max_page_order);
	}
	return 0;
}

static int check_percpu(struct checker *c)
{
	const struct desc *d = c->d;

	for (size_t i = 0; i < d->nr_percpu; i++) {
		const struct desc_percpu *p = &d->percpu[i];

		at(c, DESC_PERCPU, i);
		if (check_nid(c, p->nid))
			return -EINVAL;
		if (p->zone < 0 || p->zone >= MAX_NR_ZONES || !arch_has_zone(&d->arch, p->zone))
			return mm_fail(c->err, -EINVAL, "per-cpu pages: %s has no such zone", d->arch.name);
		if (p->cpu < -1 || p->cpu >= d->nr_cpus)
			return mm_fail(c->err, -EINVAL, "per-cpu pages: the machine has no cpu %d; its cpus are 0-%d",
				       p->cpu, d->nr_cpus - 1);
	}
	return 0;
}

static int check_runs(struct checker *c)
{
	pfn_t next = 0, limit = 1ULL << (c->d->arch.phys_bits - c->d->arch.page_shift);

	for (size_t i = 0; i < c->d->nr_run; i++) {
		const struct desc_run *r = &c->d->run[i];
		u64 pages = (u64)r->nr << (r->order & 31);

		at(c, DESC_RUN, i);
		if (r->order > c->d->arch.max_page_order)
			return mm_fail(c->err, -EINVAL, "run: order %d is above max_page_order (%u)", r->order,
				       c->d->arch.max_page_order);
		if (r->pfn & ((1ULL << r->order) - 1))
			return mm_fail(c->err, -EINVAL, "run: a block of order %d cannot begin at page %llu", r->order,
				       (unsigned long long)r->pfn);
		if (r->pfn < next)
			return mm_fail(c->err, -EINVAL, "run: page %llu stands in two runs; give them in ascending order",
				       (unsigned long long)r->pfn);
		if (!pages || r->pfn >= limit || pages > limit - r->pfn)
			return mm_fail(c->err, -EINVAL, "run: it reaches beyond the %u bits of a physical address",
				       c->d->arch.phys_bits);
		next = r->pfn + pages;
	}
	return 0;
}

int desc_validate_at(const struct desc *d, struct desc_place *place, struct mm_error *err)
{
	static int (*const check[])(struct checker *) = {
		check_machine, check_firmware, check_node_entries, check_node_memory,
		check_reservations, check_dimms, check_freecounts, check_percpu, check_runs,
	};
	struct checker c = { .d = d, .err = err };
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(check) && !ret; i++)
		ret = check[i](&c);
	if (place)
		*place = c.place;
	return ret;
}

int desc_validate(const struct desc *d, struct mm_error *err)
{
	return desc_validate_at(d, NULL, err);
}
