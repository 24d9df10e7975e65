/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Huge pages asked for on the command line. Sizes that the buddy can serve are
 * allocated from it late in boot, spread over the nodes that have memory; larger
 * ("gigantic") ones have to be taken from memblock, before memory is cut up.
 *
 * Models: mm/hugetlb.c hugetlb_hstate_alloc_pages(), hugetlb_init() and
 * report_hugepages() of Linux 6.12. Left out: hugetlb_cma=, vmemmap optimisation.
 */
#include "boot/pools.h"
#include "boot/stages.h"

#include <stdio.h>

#include "alloc/node.h"
#include "alloc/page_owner.h"

static const char gigantic_label[] = "gigantic huge page";

#define HUGETLB_VMEMMAP_RESERVE_SIZE 4096 /* bytes of memmap that an optimised huge page keeps */

static bool node_online_of(const void *ctx, int nid)
{
	const struct mm *mm = ctx;

	return nid >= 0 && nid < mm->nr_node_ids && mm->node[nid] && mm->node[nid]->online;
}

static unsigned order_of(const struct system *sys, u64 size)
{
	return (unsigned)ilog2_u64(size >> sys->arch.page_shift);
}

/* Next node with memory after @nid, going round. */
static int next_memory_node(const struct mm *mm, int nid)
{
	for (int i = 1; i <= mm->nr_node_ids; i++) {
		int n = (nid + i) % mm->nr_node_ids;

		if (mm->node[n] && node_has_memory(mm->node[n]))
			return n;
	}
	return 0;
}

typedef bool (*take_fn)(struct system *sys, u64 size, int nid);

static bool take_gigantic(struct system *sys, u64 size, int nid)
{
	const char *before = memblock_set_caller(&sys->memblock, gigantic_label);
	phys_t at = memblock_alloc_try_nid_raw(&sys->memblock, size, size, 0, MEMBLOCK_ALLOC_ACCESSIBLE, nid);
	u64 page = arch_page_size(&sys->arch);

	/* Boot fills in the first struct page; hugetlb does the others itself. */
	if (at)
		memblock_reserved_mark_noinit(&sys->memblock, at + page, size - page);
	memblock_set_caller(&sys->memblock, before);
	return at;
}

static bool take_huge(struct system *sys, u64 size, int nid)
{
	gfp_t gfp = GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOWARN | __GFP_THISNODE | __GFP_RETRY_MAYFAIL;
	owner_id who = owner_intern(&sys->mm, "hugetlb", "alloc_pages < alloc_buddy_hugetlb_folio < hugetlb_init", 1);
	page_handle h = alloc_pages(&sys->mm, gfp, order_of(sys, size), nid, who);

	if (h == NO_PAGE)
		return false;
	page_set_info(&sys->mm, h, KIND_HUGETLB, PGF_HEAD);
	return true;
}

/* @count pages, one node after the other; nodes that are full are skipped. */
static u64 take_spread(struct system *sys, u64 size, u64 count, take_fn take)
{
	const struct mm *mm = &sys->mm;
	int nid = next_memory_node(mm, mm->nr_node_ids - 1), misses = 0;
	u64 got = 0;

	while (got < count && misses < mm->nr_node_ids) {
		if (take(sys, size, nid)) {
			got++;
			misses = 0;
		} else {
			misses++;
		}
		nid = next_memory_node(mm, nid);
	}
	return got;
}

static u64 take_on_node(struct system *sys, u64 size, const struct hugetlb_node_count *c, take_fn take)
{
	u64 got = 0;

	while (got < c->count && take(sys, size, c->nid))
		got++;
	return got;
}

/* "2.00 MiB", "32.0 MiB", "1.00 GiB": three digits, as the kernel prints sizes. */
static const char *size_text(u64 size, char *buf, size_t n)
{
	static const char *const unit[] = { "KiB", "MiB", "GiB" };
	unsigned u = 0;

	size >>= 10;
	while (size >= 1024 && u < 2) {
		size >>= 10;
		u++;
	}
	snprintf(buf, n, size < 10 ? "%llu.00 %s" : size < 100 ? "%llu.0 %s" : "%llu %s",
		 (unsigned long long)size, unit[u]);
	return buf;
}

static void take_request(struct system *sys, u32 i, const struct hugetlb_request *rq, take_fn take)
{
	struct boot_hstate *h = &sys->hstate[i];
	char text[32];

	if (rq->nr_node)
		for (u32 k = 0; k < rq->nr_node; k++)
			h->nr += take_on_node(sys, rq->size, &rq->node[k], take);
	else
		h->nr = take_spread(sys, rq->size, rq->count, take);
	if (h->nr < rq->count)
		sys_printk(sys, "HugeTLB: allocating %llu of page size %s failed.  Only allocated %llu hugepages.",
			   (unsigned long long)rq->count, size_text(rq->size, text, sizeof(text)),
			   (unsigned long long)h->nr);
}

static void requests(struct system *sys, bool gigantic)
{
	struct hugetlb_plan plan;

	cmdline_hugetlb(&sys->cmd, sys->arena, &sys->arch, node_online_of, &sys->mm, &plan);
	sys->nr_hstates = plan.nr < ARCH_MAX_HUGE_SIZES ? plan.nr : ARCH_MAX_HUGE_SIZES;
	for (u32 i = 0; i < sys->nr_hstates; i++) {
		sys->hstate[i].size = plan.req[i].size;
		if (plan.req[i].is_default)
			sys->default_hstate = i;
		if (plan.req[i].gigantic == gigantic)
			take_request(sys, i, &plan.req[i], gigantic ? take_gigantic : take_huge);
	}
}

void hugetlb_boot(struct system *sys)
{
	requests(sys, true);
}

/* KiB of memmap that could be given back for one page; only x86-64 builds can. */
static u64 vmemmap_kib(const struct system *sys, u64 size)
{
	u64 bytes = (size >> sys->arch.page_shift) * sys->arch.struct_page_size;

	if (sys->arch.id != ARCH_X86_64 || bytes <= HUGETLB_VMEMMAP_RESERVE_SIZE)
		return 0;
	return (bytes - HUGETLB_VMEMMAP_RESERVE_SIZE) / KiB;
}

/* Gigantic pages never were in the buddy; they join memory as allocated blocks of the largest order. */
void hugetlb_gather_gigantic(struct system *sys)
{
	const struct memblock *mb = &sys->memblock;
	unsigned order = sys->arch.max_page_order;
	owner_id who = owner_intern(&sys->mm, "hugetlb", "memblock_alloc < alloc_bootmem_huge_page", 0);

	for (size_t i = 0; i < mb->nr_labels; i++) {
		pfn_t pfn = phys_to_pfn(&sys->arch, mb->labels[i].start);
		pfn_t end = phys_to_pfn(&sys->arch, mb->labels[i].end);

		for (; mb->labels[i].text == gigantic_label && pfn < end; pfn += 1ULL << order)
			alloc_reserved_block(&sys->mm, pfn, order, KIND_HUGETLB, who);
	}
}

void hugetlb_init(struct system *sys)
{
	char text[32];
	bool any = false;

	requests(sys, false);
	for (u32 i = 0; i < sys->nr_hstates; i++)
		any |= sys->hstate[i].nr;
	if (any)
		system_hugetlb(sys);
	for (u32 i = 0; i < sys->nr_hstates; i++) {
		const struct boot_hstate *h = &sys->hstate[i];

		size_text(h->size, text, sizeof(text));
		sys_printk(sys, "HugeTLB: registered %s page size, pre-allocated %llu pages", text,
			   (unsigned long long)h->nr);
		sys_printk(sys, "HugeTLB: %llu KiB vmemmap can be freed for a %s page",
			   (unsigned long long)vmemmap_kib(sys, h->size), text);
	}
}
