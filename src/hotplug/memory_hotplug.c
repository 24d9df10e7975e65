/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adding and removing memory.
 *
 *   add_memory()                                    remove_memory()
 *     resource "System RAM" in the iomem tree         blocks are offline?
 *     node online, if it is new                       block devices gone
 *     sections, their memmap taken from the buddy     sections, memmap gone
 *     block devices, offline                          resource cut out
 *     online them, if auto_online_blocks says so      node offline, if it is empty
 *
 * Added memory belongs to no zone until its blocks come online.
 *
 * Left out: the linear mapping and its page tables, sysfs objects in slab.
 *
 * Models: mm/memory_hotplug.c add_memory_resource(), try_remove_memory(),
 * offline_and_remove_memory() (6.12).
 */
#include "hotplug/memory_hotplug.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alloc/node.h"
#include "alloc/zonelist.h"
#include "hotplug/vmemmap.h"

static u64 block_size(const struct system *sys) { return sys->hotplug->block_size; }

/* ull: what printf wants. */
static unsigned long long ull(u64 v) { return v; }

bool node_possible(const struct system *sys, int nid)
{
	return nid >= 0 && nid < sys->mm.nr_node_ids && sys->mm.node[nid];
}

void hotplug_debug(struct system *sys, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	if (!sys->hotplug->debug)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	sys_printk(sys, "%s", line);
}

/* --- checks ---------------------------------------------------------------- */

static int range_allowed(struct system *sys, phys_t start, u64 size, struct mm_error *err)
{
	phys_t max = (1ULL << sys->arch.phys_bits) - 1;
	phys_t end = start + size;
	u64 sections = sys->map.nr_sections_max;

	if (start >= end || end - 1 > max) {
		sys_printk(sys,
			   "Hotplug memory [0x%llx-0x%llx] exceeds maximum addressable range [0x%llx-0x%llx]",
			   ull(start), ull(end), 0ULL, ull(max));
		return mm_fail(err, -E2BIG,
			       "0x%llx-0x%llx is beyond the %u address bits of this machine; "
			       "use an address below 0x%llx",
			       ull(start), ull(end), sys->arch.phys_bits, ull(max + 1));
	}
	if ((end - 1) >> sys->arch.section_shift >= sections)
		return mm_fail(err, -E2BIG,
			       "0x%llx-0x%llx is beyond what this machine was made for (0x%llx); "
			       "raise max_memory in its file",
			       ull(start), ull(end), ull(sections << sys->arch.section_shift));
	return 0;
}

static struct resource *register_memory_resource(struct system *sys, phys_t start, u64 size,
						 const char *driver, struct mm_error *err)
{
	u32 flags = IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY;
	struct resource *res, *conflict = NULL;
	char name[64];

	snprintf(name, sizeof(name), driver ? "System RAM (%s)" : "System RAM", driver);
	if (driver)
		flags |= IORESOURCE_SYSRAM_DRIVER_MANAGED;
	res = request_region(sys->arena, &sys->iomem, start, size, name, flags, &conflict);
	if (res)
		return res;
	hotplug_debug(sys, "Unable to reserve System RAM region: %016llx->%016llx", ull(start),
		      ull(start + size));
	if (conflict)
		mm_fail(err, -EEXIST, "0x%llx-0x%llx overlaps %s 0x%llx-0x%llx; see `show iomem`", ull(start),
			ull(start + size - 1), conflict->name, ull(conflict->start), ull(conflict->end));
	else
		mm_fail(err, -EEXIST, "0x%llx-0x%llx cannot be reserved; see `show iomem`", ull(start),
			ull(start + size - 1));
	return NULL;
}

static int check_hotplug_memory_range(struct system *sys, phys_t start, u64 size, struct mm_error *err)
{
	u64 bs = block_size(sys);

	if (size && is_aligned(start, bs) && is_aligned(size, bs))
		return 0;
	sys_printk(sys, "Block size [0x%llx] unaligned hotplug range: start 0x%llx, size 0x%llx", ull(bs),
		   ull(start), ull(size));
	return mm_fail(err, -EINVAL,
		       "start 0x%llx and size 0x%llx must be multiples of the block size 0x%llx", ull(start),
		       ull(size), ull(bs));
}

/* --- nodes ----------------------------------------------------------------- */

void rebuild_zonelists(struct system *sys)
{
	build_all_zonelists(&sys->mm);
	print_zonelists(sys);
}

/* __try_online_node(): true when the node has to be made known. */
static bool prepare_node(struct system *sys, int nid)
{
	struct node *n = sys->mm.node[nid];

	if (n->online)
		return false;
	n->kswapd_order = 0;
	n->kswapd_highest_zoneidx = 0;
	n->node_start_pfn = 0;
	n->node_present_pages = 0;
	rebuild_zonelists(sys);
	return true;
}

static bool node_has_blocks(const struct system *sys, int nid)
{
	for (u32 i = 0; i < sys->hotplug->nr_ranges; i++)
		if (sys->hotplug->range[i].nid == nid)
			return true;
	return false;
}

static bool node_has_cpus(const struct mm *mm, int nid)
{
	for (int cpu = 0; cpu < mm->nr_cpus_possible; cpu++)
		if (mm->cpu_node[cpu] == nid)
			return true;
	return false;
}

static void try_offline_node(struct system *sys, int nid)
{
	struct node *n = sys->mm.node[nid];

	if (n->node_spanned_pages || node_has_blocks(sys, nid) || node_has_cpus(&sys->mm, nid))
		return;
	n->online = false;
}

/* --- add ------------------------------------------------------------------- */

/* arch_add_memory() and create_memory_block_devices(). */
static int add_sections(struct system *sys, phys_t start, u64 size, const struct block_range *attr)
{
	pfn_t pfn = phys_to_pfn(&sys->arch, start), end = phys_to_pfn(&sys->arch, start + size);
	int ret;

	ret = memory_block_create(sys, start / block_size(sys), size / block_size(sys), attr);
	if (ret)
		return ret;
	if (!attr->altmap_pages)
		ret = vmemmap_populate(sys, attr->nid, pfn, end);
	if (ret) {
		memory_block_delete(sys, start / block_size(sys), size / block_size(sys));
		return ret;
	}
	memmap_set_range(&sys->map, pfn, end, PAGE_OFFLINE, ZONE_NONE);
	sys->max_pfn = max_u64(sys->max_pfn, end);
	sys->max_low_pfn = sys->max_pfn;
	trace_emit(sys->trace, TRACE_memory_add, pfn, end - pfn, 0, 0, 0, attr->nid);
	return 0;
}

/* Pages of each block that hold its own memmap; 0: the buddy pays. mhp_supports_memmap_on_memory(). */
static u32 memmap_on_memory_pages(const struct system *sys, u32 flags)
{
	const struct arch *a = &sys->arch;
	u64 bytes = (block_size(sys) >> a->page_shift) * a->struct_page_size;
	u64 pages = (bytes + arch_page_size(a) - 1) >> a->page_shift;
	u64 pageblock = 1ULL << a->pageblock_order;

	if (!(flags & MHP_MEMMAP_ON_MEMORY) || sys->hotplug->memmap_mode == MEMMAP_ON_MEMORY_DISABLE)
		return 0;
	if (sys->hotplug->memmap_mode == MEMMAP_ON_MEMORY_FORCE)
		pages = align_up(pages, pageblock);
	if (!is_aligned(bytes, arch_page_size(a)) || !is_aligned(pages, pageblock) ||
	    pages == block_size(sys) >> a->page_shift)
		return 0;
	return is_aligned(bytes, arch_page_size(a) << (a->page_shift - 3)) ? (u32)pages : 0;
}

static void auto_online(struct system *sys, phys_t start, u64 size)
{
	enum mmop type = sys->hotplug->default_online_type;
	u64 bs = block_size(sys);

	if (type == MMOP_OFFLINE)
		return;
	for (u64 nr = start / bs; nr < (start + size) / bs; nr++)
		if (memory_block_store_state(sys, nr, type, NULL))
			break;
}

/* arm64 keeps memblock's list of memory: hot-added memory joins it. */
static void memblock_add_hotplug(struct system *sys, const struct resource *res, int nid)
{
	const char *caller = memblock_set_caller(&sys->memblock, "add_memory_resource");

	memblock_add_node(&sys->memblock, res->start, res->end - res->start + 1, nid,
			  res->flags & IORESOURCE_SYSRAM_DRIVER_MANAGED ? MEMBLOCK_DRIVER_MANAGED
									: MEMBLOCK_NONE);
	memblock_set_caller(&sys->memblock, caller);
}

static void memblock_remove_hotplug(struct system *sys, phys_t start, u64 size, const char *who)
{
	const char *caller = memblock_set_caller(&sys->memblock, who);

	memblock_remove(&sys->memblock, start, size);
	memblock_set_caller(&sys->memblock, caller);
}

static int add_memory_resource(struct system *sys, int nid, int mgid, struct resource *res, u32 flags,
			       struct mm_error *err)
{
	phys_t start = res->start;
	u64 size = res->end - res->start + 1;
	bool keep_memblock = sys->arch.id == ARCH_ARM64, new_node;
	struct block_range attr = {
		.zone = BLOCK_NO_ZONE, .group = mgid, .nid = (s16)nid, .state = BLOCK_OFFLINE
	};
	int ret;

	if (keep_memblock)
		memblock_add_hotplug(sys, res, nid);
	new_node = prepare_node(sys, nid);
	attr.altmap_pages = memmap_on_memory_pages(sys, flags);
	ret = add_sections(sys, start, size, &attr);
	if (ret) {
		if (keep_memblock)
			memblock_remove_hotplug(sys, start, size, "add_memory_resource");
		return mm_fail(err, ret,
			       ret == -EEXIST ? "a memory block device is there already"
					      : "no %llu MiB free for the memmap of the new sections",
			       ull(((size >> sys->arch.page_shift) * sys->arch.struct_page_size) >> 20));
	}
	if (new_node)
		sys->mm.node[nid]->online = true;
	if (flags & MHP_MERGE_RESOURCE)
		merge_system_ram_resource(res);
	auto_online(sys, start, size);
	return 0;
}

int add_memory(struct system *sys, int nid, int mgid, phys_t start, u64 size, const char *driver, u32 flags,
	       struct mm_error *err)
{
	struct memory_group *g = memory_group_find(sys, mgid);
	struct resource *res;
	int ret;

	if (!block_size(sys))
		return mm_fail(err, -ENOSYS, "this kernel has no memory hotplug (%s)", sys->arch.name);
	ret = range_allowed(sys, start, size, err);
	if (ret)
		return ret;
	res = register_memory_resource(sys, start, size, driver, err);
	if (!res)
		return -EEXIST;
	ret = check_hotplug_memory_range(sys, start, size, err);
	if (!ret && mgid >= 0 && !g)
		ret = mm_fail(err, -EINVAL, "there is no memory group %d", mgid);
	if (g)
		nid = g->nid;
	if (!ret && !node_possible(sys, nid)) {
		sys_printk(sys, "node %d was absent from the node_possible_map", nid);
		ret = mm_fail(err, -EINVAL,
			      "node %d is not possible on this machine; describe it in the machine "
			      "file or use one of 0-%d",
			      nid, sys->mm.nr_node_ids - 1);
	}
	if (!ret)
		ret = add_memory_resource(sys, nid, mgid, res, flags, err);
	if (ret)
		release_resource(res);
	return ret;
}

/* --- remove ---------------------------------------------------------------- */

/* Are all blocks of the range there and offline? Stores the node of the last one. */
static int check_blocks_offlined(struct system *sys, phys_t start, u64 size, int *nid, struct mm_error *err)
{
	u64 bs = block_size(sys), end = (start + size) / bs;

	for (u64 nr = start / bs; nr < end;) {
		const struct block_range *r = memory_block_range_from(sys, nr);

		if (!r || r->first > nr)
			return mm_fail(err, -ENOENT, "there is no memory%llu to remove", ull(nr));
		if (r->state != BLOCK_OFFLINE) {
			sys_printk(sys,
				   "removing memory fails, because memory [0x%016llx-0x%016llx] is onlined",
				   ull(nr * bs), ull((nr + 1) * bs - 1));
			return mm_fail(err, -EBUSY, "memory%llu is online; take it offline first", ull(nr));
		}
		*nid = r->nid;
		nr = r->first + r->nr;
	}
	return 0;
}

/* The sections are gone: no pages, pageblocks as in a section that was never there. */
void forget_pages(struct system *sys, pfn_t start, pfn_t end)
{
	reset_pageblocks(sys, start, end);
	memmap_set_range(&sys->map, start, end, PAGE_HOLE, ZONE_NONE);
}

int remove_memory(struct system *sys, phys_t start, u64 size, struct mm_error *err)
{
	u64 bs = block_size(sys);
	pfn_t pfn = phys_to_pfn(&sys->arch, start), end = phys_to_pfn(&sys->arch, start + size);
	int nid = NO_NODE, ret;

	ret = check_hotplug_memory_range(sys, start, size, err);
	if (!ret)
		ret = check_blocks_offlined(sys, start, size, &nid, err);
	if (ret)
		return ret;
	memory_block_delete(sys, start / bs, size / bs);
	vmemmap_depopulate(sys, pfn, end);
	forget_pages(sys, pfn, end);
	if (sys->arch.id == ARCH_ARM64)
		memblock_remove_hotplug(sys, start, size, "try_remove_memory");
	release_mem_region_adjustable(sys->arena, &sys->iomem, start, size);
	trace_emit(sys->trace, TRACE_memory_remove, pfn, end - pfn, 0, 0, 0, nid);
	try_offline_node(sys, nid);
	return 0;
}

/* Take block @nr offline and note in *@was how to bring it back. 0 also when it was offline. */
static int try_offline_block(struct system *sys, u64 nr, u8 *was, struct mm_error *err)
{
	struct memory_block b;
	bool movable;
	int ret;

	*was = MMOP_OFFLINE;
	if (memory_block_find(sys, nr, &b) || b.range.state == BLOCK_OFFLINE)
		return 0;
	movable = b.range.zone != BLOCK_NO_ZONE && mm_zone(&sys->mm, b.range.zone)->idx == ZONE_MOVABLE;
	ret = memory_block_store_state(sys, nr, MMOP_OFFLINE, err);
	if (!ret)
		*was = movable ? MMOP_ONLINE_MOVABLE : MMOP_ONLINE_KERNEL;
	return ret;
}

int offline_and_remove_memory(struct system *sys, phys_t start, u64 size, struct mm_error *err)
{
	u64 bs = block_size(sys), first = start / bs, nr = size / bs, done = 0;
	u8 *was;
	int ret;

	ret = check_hotplug_memory_range(sys, start, size, err);
	if (ret)
		return ret;
	was = arena_alloc(sys->arena, nr);
	while (done < nr && !ret) {
		ret = try_offline_block(sys, first + done, &was[done], err);
		done++;
	}
	if (!ret)
		ret = remove_memory(sys, start, size, err);
	for (u64 i = 0; ret && i < done; i++)
		if (was[i] != MMOP_OFFLINE)
			memory_block_store_state(sys, first + i, (enum mmop)was[i], NULL);
	arena_free(sys->arena, was, nr);
	return ret;
}
