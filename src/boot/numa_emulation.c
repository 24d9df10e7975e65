/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cutting real nodes into emulated ones.
 *
 * Real memory is a list of blocks by node (pi). A cut takes the first piece of a
 * real node's first block, appends it to the list of emulated blocks (ei) and
 * shortens the real one, until nothing of pi is left. All sizes are multiples of
 * 32 MiB; holes do not count, so a node that spans one is longer.
 *
 *   real      node 0 [0 ........... 2G)   node 1 [2G ........... 4G)
 *   fake=4    0 [0-1G)  2 [1G-2G)         1 [2G-3G)  3 [3G-4G)
 *
 * Models: mm/numa_emulation.c (6.12).
 */
#include "boot/numa_emulation.h"

#include <string.h>

#include "boot/cmdline.h"

#define FAKE_NODE_MIN_SIZE (32 * MiB)
#define LLX(v)             ((unsigned long long)(v))

/* One run over all real nodes. */
struct split {
	struct numa_emulation *e;
	struct numa_meminfo ei;
	struct numa_meminfo pi;
	bool todo[MAX_NUMNODES]; /* real nodes with memory left */
};

/* Where a piece ends: the rule that differs between the forms. */
struct cut {
	u64 size;
	u32 big;        /* the first so many nodes are 32 MiB larger */
	u32 modulus;    /* node numbers wrap here */
	bool uniform;   /* equal parts, holes included */
	bool by_count;  /* fake=N: every node gets its size without holes */
};

/* Bytes of [start, end) that are no memory. */
static u64 mem_hole_size(const struct numa_emulation *e, u64 start, u64 end)
{
	pfn_t first = phys_to_pfn_up(e->arch, start), last = phys_to_pfn(e->arch, end);
	pfn_t s, t, absent;
	int i;

	if (first >= last)
		return 0;
	absent = last - first;
	for_each_mem_pfn_range(e->mb, i, MAX_NUMNODES, &s, &t, NULL) {
		s = clamp_u64(s, first, last);
		t = clamp_u64(t, first, last);
		absent -= t - s;
	}
	return pfn_to_phys(e->arch, absent);
}

/* A node must not leave less than 32 MiB below this address to the next one. */
static u64 dma_end(const struct numa_emulation *e)
{
	return e->arch->id == ARCH_ARM64 ? memblock_start_of_DRAM(e->mb) + 4 * GiB : 4 * GiB;
}

static int find_blk(const struct numa_meminfo *mi, int nid)
{
	for (u32 i = 0; i < mi->nr_blks; i++)
		if (mi->blk[i].nid == nid)
			return (int)i;
	return -1;
}

/* Take @size bytes off the front of real block @phys_blk for node @nid. False: too many. */
static bool take(struct split *s, int nid, u32 phys_blk, u64 size)
{
	struct numa_memblk *pb = &s->pi.blk[phys_blk], *eb;

	if (s->ei.nr_blks >= s->ei.cap) {
		log_line(s->e->log, "NUMA: Too many emulated memblks, failing emulation");
		return false;
	}
	eb = &s->ei.blk[s->ei.nr_blks++];
	*eb = (struct numa_memblk){ pb->start, pb->start + size, nid };
	if (s->e->nid_to_phys[nid] == NO_NODE)
		s->e->nid_to_phys[nid] = pb->nid;
	pb->start += size;
	if (pb->start >= pb->end) {
		s->pi.nr_blks--;
		memmove(pb, pb + 1, (s->pi.nr_blks - phys_blk) * sizeof(*pb));
	}
	log_line(s->e->log, "Faking node %d at [mem 0x%016llx-0x%016llx] (%lluMB)", nid, LLX(eb->start),
		 LLX(eb->end - 1), LLX((eb->end - eb->start) >> 20));
	return true;
}

/* Go on until [start, end) holds @size bytes of memory, but not beyond @limit. */
static u64 extend_over_holes(const struct numa_emulation *e, u64 start, u64 end, u64 limit, u64 size)
{
	while (end - start - mem_hole_size(e, start, end) < size) {
		end += FAKE_NODE_MIN_SIZE;
		if (end > limit)
			return limit;
	}
	return end;
}

static u64 piece_end(const struct split *s, const struct cut *c, u32 nid, u64 start, u64 limit)
{
	const struct numa_emulation *e = s->e;
	u64 end = start + c->size, dma = dma_end(e);

	if (c->by_count && nid < c->big)
		end += FAKE_NODE_MIN_SIZE;
	if (!c->uniform)
		end = extend_over_holes(e, start, end, limit, c->size);
	if (end < dma && dma - end - mem_hole_size(e, end, dma) < FAKE_NODE_MIN_SIZE)
		end = dma;
	if (!c->uniform && limit - end - mem_hole_size(e, end, limit) < c->size)
		end = limit;
	return min_u64(end, limit);
}

/* Deal pieces over the real nodes in todo. Return: the next node number, or -1. */
static int split_all(struct split *s, const struct cut *c, int nid)
{
	bool left = true;

	while (left) {
		left = false;
		for (int phys = 0; phys < MAX_NUMNODES; phys++) {
			int blk = s->todo[phys] ? find_blk(&s->pi, phys) : -1;
			u64 start, limit;

			s->todo[phys] = blk >= 0;
			if (blk < 0)
				continue;
			left = true;
			start = s->pi.blk[blk].start;
			limit = s->pi.blk[blk].end;
			if (!take(s, nid % (int)c->modulus, (u32)blk,
				  piece_end(s, c, (u32)nid, start, limit) - start))
				return -1;
			nid++;
		}
	}
	return nid;
}

/* --- the three forms ------------------------------------------------------- */

/* fake=N: what does not divide evenly makes the first nodes 32 MiB larger. */
static int split_count(struct split *s, u64 nr)
{
	struct numa_emulation *e = s->e;
	struct cut c = { .by_count = true };
	u64 size;

	if ((int)nr <= 0)
		return -1;
	if (nr > e->arch->max_numnodes) {
		log_line(e->log, "numa=fake=%llu too large, reducing to %u", LLX(nr), e->arch->max_numnodes);
		nr = e->arch->max_numnodes;
	}
	size = e->max_addr - mem_hole_size(e, 0, e->max_addr);
	size = (size >> e->arch->page_shift) / nr << e->arch->page_shift;
	c.big = (u32)((size & (FAKE_NODE_MIN_SIZE - 1)) * nr / FAKE_NODE_MIN_SIZE);
	c.size = align_down(size, FAKE_NODE_MIN_SIZE);
	c.modulus = (u32)nr;
	if (!c.size) {
		log_line(e->log, "Not enough memory for each node.  NUMA emulation disabled.");
		return -1;
	}
	memcpy(s->todo, e->parsed, sizeof(s->todo));
	return split_all(s, &c, 0) < 0 ? -1 : 0;
}

/* @size, or more where that would give too many nodes; a multiple of 32 MiB. */
static u64 node_size(const struct numa_emulation *e, u64 size, u64 min_size)
{
	min_size = align_up(max_u64(min_size, FAKE_NODE_MIN_SIZE), FAKE_NODE_MIN_SIZE);
	if (size < min_size) {
		log_line(e->log, "Fake node size %lluMB too small, increasing to %lluMB", LLX(size >> 20),
			 LLX(min_size >> 20));
		size = min_size;
	}
	return align_down(size, FAKE_NODE_MIN_SIZE);
}

/* fake=512M */
static int split_size(struct split *s, u64 size)
{
	struct numa_emulation *e = s->e;
	struct cut c = { .modulus = e->arch->max_numnodes };
	u64 bytes = e->max_addr - mem_hole_size(e, 0, e->max_addr);

	if (!size)
		return -1;
	c.size = node_size(e, size, align_down(bytes / e->arch->max_numnodes, arch_page_size(e->arch)));
	memcpy(s->todo, e->parsed, sizeof(s->todo));
	return split_all(s, &c, 0);
}

/* One real node of fake=NU, the one that owns the first block that is left. */
static int split_one_uniform(struct split *s, u64 nr, int nid)
{
	struct cut c = { .uniform = true, .modulus = s->e->arch->max_numnodes };
	const struct numa_memblk *pb = &s->pi.blk[0];
	u64 pages;

	if (!nr)
		return -1;
	pages = phys_to_pfn(s->e->arch, pb->end) - phys_to_pfn(s->e->arch, pb->start);
	c.size = pfn_to_phys(s->e->arch, pages / nr);
	c.size = node_size(s->e, c.size, c.size);
	memset(s->todo, 0, sizeof(s->todo));
	s->todo[pb->nid] = true;
	return split_all(s, &c, nid);
}

static int split_uniform(struct split *s, u64 nr)
{
	int nid = 0, next = -1;

	for (int phys = 0; phys < MAX_NUMNODES; phys++) {
		if (!s->e->parsed[phys])
			continue;
		if (!s->pi.nr_blks)
			continue; /* a node without memory */
		next = split_one_uniform(s, nr, nid);
		if (next < 0)
			return -1;
		if (next != nid && (u64)(next - nid) < nr) {
			log_line(s->e->log, "numa_emulation: phys: %d only got %d of %llu nodes, failing", phys,
				 next - nid, LLX(nr));
			return -1;
		}
		nid = next;
	}
	return next;
}

/* --- distances ------------------------------------------------------------- */

/* get_option(): an int and the comma behind it; false: none, or nothing follows. */
static bool next_distance(const char **s, int *out)
{
	const char *end;
	u64 v;

	if (!**s)
		return false;
	v = memparse(*s, &end);
	if (end == *s)
		return false;
	*s = end;
	*out = (int)v;
	if (*end != ',')
		return false;
	(*s)++;
	return true;
}

static int real_distance(const struct numa_emulation *e, int a, int b)
{
	if (a < e->nr_distance && b < e->nr_distance)
		return e->distance(e->distance_ctx, a, b);
	return a == b ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

/* numa_set_distance(): what is no distance is refused. */
static void set_distance(struct numa_emulation *e, int i, int j, int d)
{
	u8 *to = &e->node_distance[i * e->nr_nodes + j];

	*to = i == j ? LOCAL_DISTANCE : REMOTE_DISTANCE;
	if (d != (u8)d || (i == j && d != LOCAL_DISTANCE))
		log_line(e->log, "Warning: invalid distance parameter, from=%d to=%d distance=%d", i, j, d);
	else
		*to = (u8)d;
}

static void emulate_distances(struct numa_emulation *e, const char *args)
{
	e->node_distance = arena_alloc(e->arena, (size_t)e->nr_nodes * (size_t)e->nr_nodes);
	for (int i = 0; i < e->nr_nodes; i++)
		for (int j = 0; j < e->nr_nodes; j++) {
			int d;

			if (!next_distance(&args, &d))
				d = real_distance(e, e->nid_to_phys[i], e->nid_to_phys[j]);
			set_distance(e, i, j, d);
		}
}

/* Every number up to the highest emulated node gets a real one. */
static void finish_map(struct numa_emulation *e)
{
	int dflt = NO_NODE;

	e->nr_nodes = 1;
	for (int i = 0; i < MAX_NUMNODES; i++) {
		if (e->nid_to_phys[i] == NO_NODE)
			continue;
		e->nr_nodes = i + 1;
		if (dflt == NO_NODE)
			dflt = e->nid_to_phys[i];
	}
	for (int i = 0; i < e->nr_nodes; i++)
		if (e->nid_to_phys[i] == NO_NODE)
			e->nid_to_phys[i] = dflt;
}

/* Which form it is; *rest is what follows the first number. */
static int split_as_asked(struct split *s, const char *cmdline, const char **rest)
{
	u64 n = memparse(cmdline, rest);

	if (strchr(cmdline, 'U'))
		return split_uniform(s, n);
	if (strchr(cmdline, 'M') || strchr(cmdline, 'G'))
		return split_size(s, n);
	return split_count(s, n);
}

bool numa_emulation(struct numa_emulation *e, struct numa_meminfo *mi, const char *cmdline)
{
	struct split *s = arena_alloc(e->arena, sizeof(*s));
	const char *rest;
	bool ok;

	s->e = e;
	numa_meminfo_init(&s->ei, e->arena, 2u * e->arch->max_numnodes);
	numa_meminfo_init(&s->pi, e->arena, mi->nr_blks ? mi->nr_blks : 1);
	memcpy(s->pi.blk, mi->blk, mi->nr_blks * sizeof(*mi->blk));
	s->pi.nr_blks = mi->nr_blks;
	for (int i = 0; i < MAX_NUMNODES; i++)
		e->nid_to_phys[i] = NO_NODE;
	ok = split_as_asked(s, cmdline, &rest) >= 0;
	if (ok && numa_cleanup_meminfo(&s->ei, e->mb, e->log) < 0) {
		log_line(e->log, "NUMA: Warning: constructed meminfo invalid, disabling emulation");
		ok = false;
	}
	if (ok) {
		*mi = s->ei;
		finish_map(e);
		emulate_distances(e, *rest == ':' ? rest + 1 : rest);
	}
	arena_free(e->arena, s, sizeof(*s));
	return ok;
}

int numa_emulation_cpu_node(const struct numa_emulation *e, int phys)
{
	for (int i = 0; i < e->nr_nodes; i++)
		if (e->nid_to_phys[i] == phys)
			return i;
	return 0;
}
