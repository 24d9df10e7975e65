/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of kernels for other architectures. All print "Early memory node ranges";
 * where those are missing, what the firmware listed has to do:
 *
 *   mips     memory: 0000000010000000 @ 0000000000000000 (usable)
 *   alpha    memcluster 2, usage 0, start 1021, end 32768        in pages of 8 KiB
 *   parisc   0) Start 0x0000000000000000 End 0x000000003fffffff Size   1024 MB
 *   ppc64    Node 0 Memory: 0x0-0x40000000 0x80000000-0xa0000000 (3.x; a node with holes)
 *   ppc      Top of RAM: 0x80000000, Total RAM: 0x60000000; Total memory = 768MB; ...
 *   s390     setup: The maximum memory size is 4096MB
 *
 * And nodes that exist without memory of their own.
 *
 * Models: the messages of arch/{mips,alpha,parisc,powerpc,s390}, mm/page_alloc.c
 * build_zonelists(), mm/mm_init.c alloc_large_system_hash().
 */
#include "io/bootlog_internal.h"

#include <string.h>

#define ALPHA_PAGE (8 * KiB)

static void add_ram(struct log_parse *p, phys_t a, phys_t b, int nid)
{
	struct log_node_mem *m;

	if (!log_range_ok(p, a, b))
		return;
	m = LOG_ADD(p, ram);
	if (m)
		*m = (struct log_node_mem){ .start = a, .end = b, .nid = nid };
}

/* RAM of @size bytes from 0 on, told by a line that says no more. */
static void add_size(struct log_parse *p, u64 size)
{
	if (size && !p->log->nr_ram)
		add_ram(p, 0, size, 0);
}

static void set_arch(struct log_parse *p, enum log_arch a)
{
	if (p->log->arch == LOG_ARCH_UNKNOWN)
		p->log->arch = a;
}

static void see_node(struct log_parse *p, int nid)
{
	if (log_nid_ok(p, nid))
		p->log->nodes_seen[nid / 64] |= 1ULL << (nid % 64);
}

static void mips_memory(struct log_parse *p, const char *s)
{
	u64 size, start;

	scan_blanks(&s);
	if (!scan_num(&s, 16, &size) || !scan_lit(&s, " @ ") || !scan_num(&s, 16, &start))
		return;
	set_arch(p, LOG_MIPS);
	if (!strstr(s, "(usable"))
		return;
	if (start + size < start)
		log_bad(p, "the memory would wrap around");
	else
		add_ram(p, start, start + size, 0);
}

static void alpha_cluster(struct log_parse *p, const char *s)
{
	u64 nr, usage, start, end;

	set_arch(p, LOG_ALPHA);
	if (!scan_num(&s, 10, &nr) || !scan_lit(&s, ", usage ") || !scan_num(&s, 10, &usage) || !scan_lit(&s, ", start"))
		return;
	scan_blanks(&s);
	if (!scan_num(&s, 10, &start) || !scan_lit(&s, ", end"))
		return;
	scan_blanks(&s);
	if (scan_num(&s, 10, &end) && !(usage & 3) && end < 1ULL << 39)
		add_ram(p, start * ALPHA_PAGE, end * ALPHA_PAGE, 0);
}

void bootlog_parisc_range(struct log_parse *p, const char *s)
{
	u64 start, end;

	if (!scan_lit(&s, ") Start ") || !scan_any(&s, &start) || !scan_lit(&s, " End ") || !scan_any(&s, &end))
		return;
	set_arch(p, LOG_PARISC);
	add_ram(p, start, range_end(end), 0);
}

bool bootlog_ppc_node_memory(struct log_parse *p, const char *s)
{
	int nid;
	u64 a, b;

	if (!scan_int(&s, &nid) || !scan_lit(&s, " Memory:"))
		return false;
	set_arch(p, LOG_PPC64);
	see_node(p, nid);
	if (nid < 0 || nid >= MAX_NUMNODES)
		return true;
	for (scan_blanks(&s); scan_any(&s, &a) && scan_lit(&s, "-") && scan_any(&s, &b); scan_blanks(&s))
		add_ram(p, a, b, nid);
	return true;
}

/* "0x80000000, Total RAM: 0x60000000": where the hole is, it does not say */
static void top_of_ram(struct log_parse *p, const char *s)
{
	u64 top, total;

	if (!scan_any(&s, &top) || !scan_lit(&s, ", Total RAM: ") || !scan_any(&s, &total))
		return;
	if (total > top)
		log_bad(p, "there is more RAM than addresses");
	else
		add_size(p, top);
}

static void total_memory(struct log_parse *p, const char *s)
{
	u64 mb;

	set_arch(p, LOG_PPC32);
	if (scan_any(&s, &mb) && scan_lit(&s, "MB") && mb < 1ULL << 30)
		add_size(p, mb * MiB);
}

static void s390_setup(struct log_parse *p, const char *s)
{
	const char *size = strstr(s, "maximum memory size is ");
	u64 mb;

	if (strstr(s, "64-bi") || strstr(s, "running as") || strstr(s, "running natively") || size)
		set_arch(p, LOG_S390);
	if (!size)
		return;
	size += strlen("maximum memory size is ");
	if (scan_any(&size, &mb) && scan_lit(&size, "MB") && mb < 1ULL << 30)
		add_size(p, mb * MiB);
}

/* "Partition configured for 32 NUMA nodes.", "  NODE_DATA(1) on node 16" */
static void ppc_numa(struct log_parse *p, const char *s)
{
	int n;

	scan_blanks(&s);
	if (scan_lit(&s, "Partition configured for ") && scan_int(&s, &n) && strstr(s, "NUMA nodes")) {
		set_arch(p, LOG_PPC64);
		for (int nid = 0; nid < n && nid < MAX_NUMNODES; nid++)
			see_node(p, nid);
	} else if (scan_lit(&s, "NODE_DATA(") && scan_int(&s, &n)) {
		see_node(p, n);
	}
}

/* "Node 2: 0 1": every node has such a list, with memory or without. */
static void fallback_order(struct log_parse *p, const char *s)
{
	int nid;

	if (scan_int(&s, &nid) && scan_lit(&s, ":"))
		see_node(p, nid);
}

/* "262144 (order: 7, 2097152 bytes, linear)": a table of 2^7 pages; of half a page for order -1 */
static void hash_table(struct log_parse *p, const char *s)
{
	u64 entries, bytes, page;
	int order;

	if (p->log->page_size || !scan_num(&s, 10, &entries) || !scan_lit(&s, " (order: ") || !scan_int(&s, &order) ||
	    !scan_lit(&s, ", ") || !scan_num(&s, 10, &bytes) || order > 40 || order < -16 || bytes > 1ULL << 40)
		return;
	page = order < 0 ? bytes << -order : bytes >> order;
	if (is_pow2(page) && page >= 4 * KiB && page <= 64 * KiB)
		p->log->page_size = (u32)page;
}

/* ppc64: "linear mapping = 24, virtual = 16, io = 16, vmemmap = 24", as powers of two */
static void page_orders(struct log_parse *p, const char *s)
{
	u64 shift;

	set_arch(p, LOG_PPC64);
	s = strstr(s, "virtual = ");
	if (!s)
		return;
	s += strlen("virtual = ");
	if (scan_num(&s, 10, &shift) && (shift == 12 || shift == 16))
		p->log->page_size = 1u << shift;
}

const struct log_rule bootlog_other_rules[] = {
	{ "Page orders: ", page_orders },
	{ "hash-mmu: Page orders: ", page_orders },
	{ "memory: ", mips_memory },
	{ "memcluster ", alpha_cluster },
	{ "Top of RAM: ", top_of_ram },
	{ "Total memory = ", total_memory },
	{ "setup: ", s390_setup },
	{ "setup.", s390_setup },
	{ "numa: ", ppc_numa },
	{ "Fallback order for Node ", fallback_order },
	{ "Dentry cache hash table entries: ", hash_table },
	{ "PID hash table entries: ", hash_table },
	{ NULL, NULL }
};
