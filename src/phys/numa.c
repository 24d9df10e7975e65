/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of memory ranges by node.
 *
 *   SRAT     node 0 [1M-1G)  node 1 [1G-2G)  node 1 [4G-8G) hotplug
 *   memory        [1M------------------2G)
 *   kept     node 0 [1M-1G)  node 1 [1G-2G)       the rest has no memory yet
 *
 * Models: mm/numa_memblks.c of Linux 6.12.
 */
#include "phys/numa.h"

#include <string.h>

#define LLX(v) ((unsigned long long)(v))

void numa_meminfo_init(struct numa_meminfo *mi, struct arena *a, u32 cap)
{
	mi->blk = arena_alloc(a, (size_t)cap * sizeof(*mi->blk));
	mi->nr_blks = 0;
	mi->cap = cap;
}

int numa_add_memblk(struct numa_meminfo *mi, int nid, u64 start, u64 end, const struct log_sink *log)
{
	if (start == end)
		return 0;
	if (start > end || nid < 0 || nid >= MAX_NUMNODES) {
		log_line(log, "Warning: invalid memblk node %d [mem 0x%08llx-0x%08llx]", nid, LLX(start),
			 LLX(end - 1));
		return 0;
	}
	if (mi->nr_blks >= mi->cap) {
		log_line(log, "too many memblk ranges");
		return -EINVAL;
	}
	mi->blk[mi->nr_blks++] = (struct numa_memblk){ start, end, nid };
	return 0;
}

static void remove_blk(struct numa_meminfo *mi, u32 i)
{
	mi->nr_blks--;
	memmove(&mi->blk[i], &mi->blk[i + 1], (mi->nr_blks - i) * sizeof(*mi->blk));
}

static void trim_blks(struct numa_meminfo *mi, const struct memblock *mb)
{
	u64 low = memblock_start_of_DRAM(mb), high = memblock_end_of_DRAM(mb);

	for (u32 i = 0; i < mi->nr_blks;) {
		struct numa_memblk *b = &mi->blk[i];
		bool memory = memblock_overlaps_region(mb, &mb->memory, b->start, b->end - b->start);

		b->start = max_u64(b->start, low);
		b->end = min_u64(b->end, high);
		if (memory && b->start < b->end)
			i++;
		else
			remove_blk(mi, i);
	}
}

/* Is memory of another node than @nid between @start and @end? */
static bool other_node_between(const struct numa_meminfo *mi, int nid, u64 start, u64 end)
{
	for (u32 k = 0; k < mi->nr_blks; k++)
		if (mi->blk[k].nid != nid && start < mi->blk[k].end && end > mi->blk[k].start)
			return true;
	return false;
}

static int check_overlap(const struct numa_memblk *a, const struct numa_memblk *b, const struct log_sink *log)
{
	if (a->end <= b->start || a->start >= b->end)
		return 0;
	if (a->nid != b->nid) {
		log_line(log, "node %d [mem 0x%08llx-0x%08llx] overlaps with node %d [mem 0x%08llx-0x%08llx]",
			 a->nid, LLX(a->start), LLX(a->end - 1), b->nid, LLX(b->start), LLX(b->end - 1));
		return -EINVAL;
	}
	log_line(log, "Warning: node %d [mem 0x%08llx-0x%08llx] overlaps with itself [mem 0x%08llx-0x%08llx]",
		 a->nid, LLX(a->start), LLX(a->end - 1), LLX(b->start), LLX(b->end - 1));
	return 0;
}

/* Join block @j into block @i where that is allowed. True: done, @j is gone. */
static bool join_blks(struct numa_meminfo *mi, u32 i, u32 j, const struct log_sink *log)
{
	struct numa_memblk *a = &mi->blk[i], *b = &mi->blk[j];
	u64 start = min_u64(a->start, b->start), end = max_u64(a->end, b->end);

	if (a->nid != b->nid || other_node_between(mi, a->nid, start, end))
		return false;
	log_line(log, "NUMA: Node %d [mem 0x%08llx-0x%08llx] + [mem 0x%08llx-0x%08llx] -> [mem 0x%08llx-0x%08llx]",
		 a->nid, LLX(a->start), LLX(a->end - 1), LLX(b->start), LLX(b->end - 1), LLX(start),
		 LLX(end - 1));
	a->start = start;
	a->end = end;
	remove_blk(mi, j);
	return true;
}

int numa_cleanup_meminfo(struct numa_meminfo *mi, const struct memblock *mb, const struct log_sink *log)
{
	trim_blks(mi, mb);
	for (u32 i = 0; i < mi->nr_blks; i++) {
		for (u32 j = i + 1; j < mi->nr_blks;) {
			int rc = check_overlap(&mi->blk[i], &mi->blk[j], log);

			if (rc)
				return rc;
			if (!join_blks(mi, i, j, log))
				j++;
		}
	}
	return 0;
}

static void clear_kernel_node_hotplug(const struct numa_meminfo *mi, struct memblock *mb)
{
	bool reserved[MAX_NUMNODES] = { false };
	const struct memblock_region *r;

	for (u32 i = 0; i < mi->nr_blks; i++)
		memblock_set_node(mb, mi->blk[i].start, mi->blk[i].end - mi->blk[i].start, &mb->reserved,
				  mi->blk[i].nid);
	for_each_reserved_mem_region(mb, r)
		if (numa_valid_node(r->nid))
			reserved[r->nid] = true;
	for (u32 i = 0; i < mi->nr_blks; i++)
		if (reserved[mi->blk[i].nid])
			memblock_clear_hotplug(mb, mi->blk[i].start, mi->blk[i].end - mi->blk[i].start);
}

void numa_register_meminfo(const struct numa_meminfo *mi, struct memblock *mb)
{
	for (u32 i = 0; i < mi->nr_blks; i++)
		memblock_set_node(mb, mi->blk[i].start, mi->blk[i].end - mi->blk[i].start, &mb->memory,
				  mi->blk[i].nid);
	clear_kernel_node_hotplug(mi, mb);
}
