/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The large hash tables of the VFS, sized by free memory at the time zones were
 * made. On one node they come from memblock, in one piece; spread over several
 * nodes they come later from vmalloc.
 *
 * Example, 1 GiB, Dentry cache: one bucket per 2^13 bytes, that is 262144 pages
 * * 4096 / 8192 = 131072 entries of 8 bytes: 1 MiB, order 8.
 *
 * Models: mm/mm_init.c alloc_large_system_hash(), fs/dcache.c, fs/inode.c,
 * fs/namespace.c, kernel/futex/core.c of Linux 6.12.
 */
#include "boot/stages.h"

#include "alloc/node.h"

#define ADAPT_BASE  (64 * GiB) /* from here on the tables grow half as fast */
#define ADAPT_SHIFT 2
#define MAX_ENTRIES 0x80000000ULL

struct hash_table {
	const char *name;
	u64 bucket;  /* bytes */
	u64 entries; /* asked for on the command line, 0: computed */
	unsigned scale;
	bool early;  /* taken from memblock */
};

static bool is_64bit(const struct system *sys) { return sys->arch.id != ARCH_I386; }
static u64 pointer_bytes(const struct system *sys) { return is_64bit(sys) ? 8 : 4; }

/* Are tables spread over nodes? Only where there are several with memory. */
static bool hashdist(const struct system *sys)
{
	int nodes = 0;

	for_each_node(&sys->mm, n)
		nodes += node_has_memory(n);
	if (nodes <= 1 || !arch_is_numa(sys))
		return false;
	return sys->cmd.hashdist != OPT_OFF;
}

static u64 roundup_pow_of_two(u64 v)
{
	return v <= 1 ? 1 : 1ULL << (ilog2_u64(v - 1) + 1);
}

/* One bucket per 2^scale bytes of low memory. */
static u64 scaled_entries(const struct system *sys, const struct hash_table *t)
{
	unsigned page_shift = sys->arch.page_shift, scale = t->scale;
	u64 n = sys->nr_kernel_pages;

	if (arch_page_size(&sys->arch) < MiB)
		n = align_up(n, MiB >> page_shift);
	for (u64 adapt = ADAPT_BASE >> page_shift; is_64bit(sys) && adapt < n; adapt <<= ADAPT_SHIFT)
		scale++;
	n = scale > page_shift ? n >> (scale - page_shift) : n << (page_shift - scale);
	if (n * t->bucket < arch_page_size(&sys->arch))
		n = arch_page_size(&sys->arch) / t->bucket;
	return n;
}

static u64 table_entries(const struct system *sys, const struct hash_table *t)
{
	u64 n = roundup_pow_of_two(t->entries ? t->entries : scaled_entries(sys, t));
	u64 max = ((sys->nr_all_pages << sys->arch.page_shift) >> 4) / t->bucket;

	max = clamp_u64(max, 1, MAX_ENTRIES);
	return 1ULL << ilog2_u64(min_u64(n, max));
}

static unsigned order_of(const struct system *sys, u64 bytes)
{
	unsigned order = 0;

	while (arch_page_size(&sys->arch) << order < bytes)
		order++;
	return order;
}

/* vmalloc maps a table with large pages where each node's share of it fills one. */
static bool vmalloc_huge(const struct system *sys, u64 bytes)
{
	unsigned pmd_shift = 2u * sys->arch.page_shift - 3;

	return is_64bit(sys) && bytes / (u64)nr_online_nodes(&sys->mm) >= 1ULL << pmd_shift;
}

static void print_table(struct system *sys, const struct hash_table *t, u64 n, bool virt)
{
	u64 bytes = n * t->bucket;

	sys_printk(sys, "%s hash table entries: %llu (order: %u, %llu bytes, %s)", t->name,
		   (unsigned long long)n, order_of(sys, bytes), (unsigned long long)bytes,
		   !virt ? "linear" : vmalloc_huge(sys, bytes) ? "vmalloc hugepage" : "vmalloc");
}

static void make_table(struct system *sys, const struct hash_table *t)
{
	u64 n = table_entries(sys, t), bytes = n * t->bucket;
	const char *before;

	if (t->early && sys->desc->boot_alloc_model && !sys->desc->resv_complete) {
		before = memblock_set_caller(&sys->memblock, "hash table");
		memblock_alloc_raw(&sys->memblock, bytes, 0);
		memblock_set_caller(&sys->memblock, before);
	}
	print_table(sys, t, n, !t->early && (hashdist(sys) || order_of(sys, bytes) > sys->arch.max_page_order));
}

static void make_dcache(struct system *sys, bool early)
{
	struct hash_table dentry = { "Dentry cache", pointer_bytes(sys), sys->cmd.dhash_entries, 13, early };
	struct hash_table inode = { "Inode-cache", pointer_bytes(sys), sys->cmd.ihash_entries, 14, early };

	make_table(sys, &dentry);
	make_table(sys, &inode);
}

void hash_tables_early(struct system *sys)
{
	if (!hashdist(sys))
		make_dcache(sys, true);
}

void hash_tables_late(struct system *sys)
{
	if (hashdist(sys))
		make_dcache(sys, false);
}

void hash_tables_mount(struct system *sys)
{
	struct hash_table mount = { "Mount-cache", pointer_bytes(sys), sys->cmd.mhash_entries, 19, false };
	struct hash_table point = { "Mountpoint-cache", pointer_bytes(sys), sys->cmd.mphash_entries, 19, false };

	make_table(sys, &mount);
	make_table(sys, &point);
}

void hash_table_futex(struct system *sys)
{
	struct hash_table t = { "futex", 64, 256 * (u64)sys->mm.nr_cpus_possible, 0, false };

	print_table(sys, &t, roundup_pow_of_two(t.entries), hashdist(sys));
}
