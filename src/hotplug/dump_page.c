/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's description of a page that cannot be moved.
 *
 *   page: refcount:1 mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x13808a
 *   flags: 0x57ffffc0000000(node=1|zone=2|lastcpupid=0x1fffff)
 *   raw: ...
 *   page dumped because: unmovable page
 *
 * page->flags has the node, the zone and the last cpu in its upper bits; how wide
 * each is follows from the architecture's limits:
 *
 *   63       54 53  51 50            30            0
 *   +----------+------+----------------+--- ... ---+
 *   |   node   | zone | last cpu + pid |   flags   |    x86_64
 *
 * Left out: the raw words of pages that hold pointers (slab, page cache, anon):
 * there are no such objects to point at.
 *
 * Models: mm/debug.c, include/linux/page-flags-layout.h, lib/vsprintf.c %pGp (6.12).
 */
#include "hotplug/dump_page.h"

#include <stdio.h>

#include "phys/sparse.h"

#define ZONES_WIDTH      3  /* five zones */
#define LAST_PID_BITS    8
#define LIST_POISON2     0xdead000000000122ULL
#define PG_RESERVED_BIT  13
#define PG_HWPOISON_BIT  20
#define PGTY_HUGETLB     0xf4u
#define PGTY_SLAB        0xf5u
#define PGTY_TABLE       0xf2u

/* One kept flag: its bit in our info word, its bit in the kernel's page->flags. */
struct flag_name {
	u32 ours;
	u8 bit;
	const char *name;
};

static const struct flag_name flag_names[] = {
	{ PGF_LOCKED, 0, "locked" },           { PGF_REFERENCED, 2, "referenced" },
	{ PGF_UPTODATE, 3, "uptodate" },       { PGF_DIRTY, 4, "dirty" },
	{ PGF_LRU, 5, "lru" },                 { PGF_ACTIVE, 8, "active" },
	{ PGF_WRITEBACK, 1, "writeback" },     { PGF_HEAD, 6, "head" },
	{ PGF_RECLAIM, 16, "reclaim" },        { PGF_SWAPBACKED, 17, "swapbacked" },
	{ PGF_UNEVICTABLE, 18, "unevictable" }, { PGF_MLOCKED, 19, "mlocked" },
};

/* Widths of the upper fields of page->flags, in bits. */
struct flags_layout {
	unsigned node_shift;
	unsigned zone_shift;
	unsigned cpupid_shift;
	u64 cpupid_mask;
};

static struct flags_layout layout_of(const struct arch *a)
{
	unsigned nodes = (unsigned)ilog2_u64(a->max_numnodes);
	unsigned cpus = (unsigned)ilog2_u64(a->nr_cpus_limit) + LAST_PID_BITS;
	struct flags_layout l = { .node_shift = 64 - nodes };

	l.zone_shift = l.node_shift - ZONES_WIDTH;
	l.cpupid_shift = l.zone_shift - cpus;
	l.cpupid_mask = (1ULL << cpus) - 1;
	return l;
}

u64 page_flags_word(const struct system *sys, pfn_t pfn)
{
	struct flags_layout l = layout_of(&sys->arch);
	struct page_view v;
	u64 w = l.cpupid_mask << l.cpupid_shift;

	memmap_view(&sys->map, pfn, &v);
	if (v.zone != ZONE_NONE) {
		const struct zone *z = mm_zone(&sys->mm, v.zone);

		w |= (u64)z->nid << l.node_shift | (u64)arch_zone_idx(&sys->arch, z->idx) << l.zone_shift;
	}
	if (v.state == PAGE_RESERVED || v.state == PAGE_HOLE)
		return w | 1ULL << PG_RESERVED_BIT;
	if (v.state == PAGE_POISON)
		return w | 1ULL << PG_HWPOISON_BIT;
	if (v.state != PAGE_ALLOC)
		return w;
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (v.flags & flag_names[i].ours)
			w |= 1ULL << flag_names[i].bit;
	return w;
}

/* "lru|dirty|" */
static void name_flags(const struct page_view *v, u64 w, char *buf, size_t n)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; v->state == PAGE_ALLOC && i < ARRAY_SIZE(flag_names); i++)
		if (v->flags & flag_names[i].ours)
			len += (size_t)snprintf(buf + len, n - len, "%s|", flag_names[i].name);
	if (w >> PG_RESERVED_BIT & 1)
		len += (size_t)snprintf(buf + len, n - len, "reserved|");
	if (w >> PG_HWPOISON_BIT & 1)
		snprintf(buf + len, n - len, "hwpoison|");
}

static void print_flags(struct system *sys, const struct page_view *v)
{
	struct flags_layout l = layout_of(&sys->arch);
	u64 w = page_flags_word(sys, v->head);
	char names[200];

	name_flags(v, w, names, sizeof(names));
	sys_printk(sys, "%sflags: %#llx(%snode=%llu|zone=%llu|lastcpupid=%#llx)%s",
		   v->state == PAGE_ALLOC && v->kind == KIND_ANON ? "anon " : "", (unsigned long long)w, names,
		   (unsigned long long)(w >> l.node_shift),
		   (unsigned long long)(w >> l.zone_shift & ((1u << ZONES_WIDTH) - 1)),
		   (unsigned long long)(w >> l.cpupid_shift & l.cpupid_mask), v->pb_mt == MIGRATE_CMA ? " CMA" : "");
}

static void print_type(struct system *sys, const struct page_view *v)
{
	if (v->kind == KIND_SLAB)
		sys_printk(sys, "page_type: %x(slab)", PGTY_SLAB);
	else if (v->kind == KIND_PGTABLE)
		sys_printk(sys, "page_type: %x(pgtable)", PGTY_TABLE);
	else if (v->kind == KIND_HUGETLB)
		sys_printk(sys, "page_type: %x(hugetlb)", PGTY_HUGETLB);
}

/* Pages without pointers: what the kernel prints of them is known to the bit. */
static void print_raw(struct system *sys, const struct page_view *v)
{
	unsigned long long w = page_flags_word(sys, v->pfn);
	unsigned long long self = sys->arch.vmemmap_start + v->pfn * sys->arch.struct_page_size + 8;

	if (v->state == PAGE_RESERVED)
		sys_printk(sys, "raw: %016llx %016llx %016llx %016llx", w, self, self, 0ULL);
	else if (v->state == PAGE_ALLOC && v->kind == KIND_KERNEL && !(v->flags & PGF_HEAD))
		sys_printk(sys, "raw: %016llx %016llx %016llx %016llx", w, 0ULL, LIST_POISON2, 0ULL);
	else
		return;
	sys_printk(sys, "raw: %016llx %016llx %016llx %016llx", 0ULL, 0ULL,
		   (unsigned long long)(v->state == PAGE_ALLOC ? v->ref : 1) << 32 | 0xffffffffULL, 0ULL);
}

void log_dump_page(struct system *sys, pfn_t pfn, const char *reason)
{
	struct page_view v;
	bool mapped;

	memmap_view(&sys->map, pfn, &v);
	mapped = v.state == PAGE_ALLOC && v.flags & PGF_MAPPED;
	sys_printk(sys, "page: refcount:%u mapcount:%d mapping:%016llx index:%#llx pfn:%#llx",
		   v.state == PAGE_ALLOC ? v.ref : 1, mapped, 0ULL, 0ULL, (unsigned long long)pfn);
	if (v.state == PAGE_ALLOC && v.flags & PGF_HEAD)
		sys_printk(sys, "head: order:%u mapcount:%d entire_mapcount:0 nr_pages_mapped:%d pincount:%d",
			   v.order, mapped, mapped, !!(v.flags & PGF_PINNED));
	print_flags(sys, &v);
	if (v.state == PAGE_ALLOC)
		print_type(sys, &v);
	print_raw(sys, &v);
	sys_printk(sys, "page dumped because: %s", reason);
}
