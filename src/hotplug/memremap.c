/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ZONE_DEVICE.
 *
 *   persistent memory, "fsdax", with its memmap on the device (altmap):
 *
 *   |info| struct pages of the range |  data: pfn_first() ...           |
 *   |8 KiB        rounded up to 2 MiB |                                  |
 *
 * Without altmap the struct pages come from the buddy allocator of the node, as
 * for hot-added memory. The Device zone's span grows to cover the range and, as
 * in the kernel, does not shrink when the device goes.
 *
 * Models: mm/memremap.c pagemap_range(), memunmap_pages(); drivers/nvdimm/pfn_devs.c
 * __nvdimm_setup_pfn() (6.12). Left out: private and coherent device memory.
 */
#include "hotplug/memremap.h"

#include <stdio.h>
#include <string.h>

#include "hotplug/memory_hotplug.h"
#include "hotplug/vmemmap.h"

#define SUBSECTION_SIZE (2 * MiB)
#define INFO_BLOCK_SIZE (8 * KiB)

static const char *const type_name[NR_PAGEMAP_TYPES] = {
	[MEMORY_DEVICE_FS_DAX] = "fsdax",
	[MEMORY_DEVICE_GENERIC] = "devdax",
	[MEMORY_DEVICE_PCI_P2PDMA] = "p2pdma",
};

static const char *const resource_name[NR_PAGEMAP_TYPES] = {
	[MEMORY_DEVICE_FS_DAX] = "namespace%u.0",
	[MEMORY_DEVICE_GENERIC] = "dax%u.0",
	[MEMORY_DEVICE_PCI_P2PDMA] = "p2pmem%u",
};

const char *pagemap_type_name(enum pagemap_type t) { return type_name[t]; }

int pagemap_type_from_str(const char *s)
{
	for (int i = 0; i < NR_PAGEMAP_TYPES; i++)
		if (!strcmp(s, type_name[i]))
			return i;
	return -EINVAL;
}

const struct pagemap *pagemap_of(const struct system *sys, pfn_t pfn)
{
	const struct hotplug_state *hp = sys->hotplug;

	for (u32 i = 0; hp && i < hp->nr_pagemaps; i++)
		if (pfn >= hp->pagemap[i].start && pfn < hp->pagemap[i].end)
			return &hp->pagemap[i];
	return NULL;
}

static unsigned long long ull(u64 v) { return v; }

/* Is there System RAM in the range? */
static int check_no_ram(struct system *sys, phys_t start, phys_t last, struct mm_error *err)
{
	const struct resource *r =
		find_next_iomem_res(&sys->iomem, start, last, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE);
	bool whole;

	if (!r)
		return 0;
	whole = r->start <= start && r->end >= last;
	sys_printk(sys, "attempted on %s region 0x%llx-0x%llx", whole ? "ram" : "mixed", ull(start),
		   ull(last));
	return mm_fail(err, -ENXIO, "0x%llx-0x%llx is System RAM; device memory must lie elsewhere",
		       ull(r->start), ull(r->end));
}

static int check_conflicts(struct system *sys, const struct pagemap *p, struct mm_error *err)
{
	const struct pagemap *other = pagemap_of(sys, p->start);

	if (!other)
		other = pagemap_of(sys, p->end - 1);
	for (u32 i = 0; !other && i < sys->hotplug->nr_pagemaps; i++)
		if (sys->hotplug->pagemap[i].start < p->end && sys->hotplug->pagemap[i].end > p->start)
			other = &sys->hotplug->pagemap[i];
	if (other) {
		sys_printk(sys, "Conflicting mapping in same section");
		return mm_fail(err, -ENOMEM, "%s has pages there already; remove it first", other->name);
	}
	return check_no_ram(sys, pfn_to_phys(&sys->arch, p->start), pfn_to_phys(&sys->arch, p->end) - 1, err);
}

static int check_range(struct system *sys, phys_t start, u64 size, int nid, struct mm_error *err)
{
	u64 limit = min_u64(1ULL << sys->arch.phys_bits, sys->map.nr_sections_max << sys->arch.section_shift);

	if (!arch_has_zone(&sys->arch, ZONE_DEVICE) || sys->arch.flatmem)
		return mm_fail(err, -EOPNOTSUPP, "%s has no ZONE_DEVICE", sys->arch.name);
	if (!size || !is_aligned(start | size, SUBSECTION_SIZE))
		return mm_fail(err, -EINVAL, "start and size must be multiples of 2 MiB (a subsection)");
	if (start + size < start || start + size > limit)
		return mm_fail(err, -EINVAL, "0x%llx-0x%llx is beyond 0x%llx, what this machine can address",
			       ull(start), ull(start + size - 1), ull(limit));
	if (!node_possible(sys, nid) || !sys->mm.node[nid]->online)
		return mm_fail(err, -EINVAL, "node %d is not online", nid);
	return 0;
}

/* The lowest number that no device of this type has. */
static u32 free_number(const struct hotplug_state *hp, enum pagemap_type type)
{
	char name[24];
	u32 n = 0;

	for (u32 i = 0; i < hp->nr_pagemaps; i++) {
		snprintf(name, sizeof(name), resource_name[type], n);
		if (!strcmp(name, hp->pagemap[i].name)) {
			n++;
			i = (u32)-1;
		}
	}
	return n;
}

/* Part of a PCI device's window: then the resource is the device's own. */
static bool inside_device(const struct pagemap *p, const struct resource *r, const struct arch *a)
{
	return p->type == MEMORY_DEVICE_PCI_P2PDMA && r && r->parent &&
	       r->start <= pfn_to_phys(a, p->start) && r->end >= pfn_to_phys(a, p->end) - 1 &&
	       !(r->flags & IORESOURCE_SYSRAM);
}

static int claim(struct system *sys, struct pagemap *p, struct mm_error *err)
{
	phys_t start = pfn_to_phys(&sys->arch, p->start);
	struct resource *conflict = NULL;

	snprintf(p->name, sizeof(p->name), resource_name[p->type], free_number(sys->hotplug, p->type));
	p->res = request_region(sys->arena, &sys->iomem, start, pfn_to_phys(&sys->arch, p->end) - start,
				p->name, IORESOURCE_MEM | IORESOURCE_BUSY, &conflict);
	if (p->res || inside_device(p, conflict, &sys->arch))
		return 0;
	return mm_fail(err, -EBUSY, "%s 0x%llx-0x%llx is in the way",
		       conflict ? conflict->name : "a resource", ull(conflict ? conflict->start : 0),
		       ull(conflict ? conflict->end : 0));
}

/* Where the memmap lies on the device itself. -ENOSPC: nothing would be left. */
static int place_altmap(const struct arch *a, struct pagemap *p, struct mm_error *err)
{
	u64 bytes = align_up(INFO_BLOCK_SIZE + (p->end - p->start) * a->struct_page_size, SUBSECTION_SIZE);

	p->reserve = (INFO_BLOCK_SIZE + arch_page_size(a) - 1) >> a->page_shift;
	p->altmap_pages = (bytes >> a->page_shift) - p->reserve;
	if (bytes >> a->page_shift >= p->end - p->start)
		return mm_fail(err, -ENOSPC, "the device is too small to hold its own memmap (%llu KiB)",
			       ull(bytes >> 10));
	return 0;
}

static void pagemap_append(struct system *sys, const struct pagemap *p)
{
	struct hotplug_state *hp = sys->hotplug;

	hp->pagemap = arena_realloc(sys->arena, hp->pagemap, hp->nr_pagemaps * sizeof(*p),
				    (hp->nr_pagemaps + 1) * sizeof(*p));
	hp->pagemap[hp->nr_pagemaps++] = *p;
}

int memremap_pages(struct system *sys, phys_t start, u64 size, int nid, enum pagemap_type type, bool altmap,
		   struct mm_error *err)
{
	struct pagemap p = { .nid = nid, .type = type };
	int ret = check_range(sys, start, size, nid, err);

	if (ret)
		return ret;
	p.start = phys_to_pfn(&sys->arch, start);
	p.end = phys_to_pfn(&sys->arch, start + size);
	ret = check_conflicts(sys, &p, err);
	if (!ret && altmap)
		ret = place_altmap(&sys->arch, &p, err);
	if (!ret)
		ret = claim(sys, &p, err);
	if (ret)
		return ret;
	if (!altmap && vmemmap_populate(sys, nid, p.start, p.end)) {
		if (p.res)
			release_resource(p.res);
		return mm_fail(err, -ENOMEM, "no free memory for the struct pages; try altmap");
	}
	move_pfn_range_to_zone(sys, &sys->mm.node[nid]->zones[ZONE_DEVICE], p.start, p.end - p.start);
	pagemap_append(sys, &p);
	trace_emit(sys->trace, TRACE_memory_add, p.start, p.end - p.start, 0, 0, 0, nid);
	return 0;
}

int memunmap_pages(struct system *sys, phys_t start, struct mm_error *err)
{
	struct hotplug_state *hp = sys->hotplug;
	pfn_t pfn = phys_to_pfn(&sys->arch, start);
	struct pagemap p;
	u32 i = 0;

	while (i < hp->nr_pagemaps && hp->pagemap[i].start != pfn)
		i++;
	if (i == hp->nr_pagemaps)
		return mm_fail(err, -ENOENT, "no device starts at 0x%llx; `device list` shows them",
			       ull(start));
	p = hp->pagemap[i];
	hp->nr_pagemaps--;
	memmove(&hp->pagemap[i], &hp->pagemap[i + 1], (hp->nr_pagemaps - i) * sizeof(p));
	hp->pagemap = arena_realloc(sys->arena, hp->pagemap, (hp->nr_pagemaps + 1) * sizeof(p),
				    hp->nr_pagemaps * sizeof(p));
	remove_pfn_range_from_zone(sys, &sys->mm.node[p.nid]->zones[ZONE_DEVICE], p.start, p.end - p.start);
	forget_pages(sys, p.start, p.end);
	vmemmap_depopulate(sys, p.start, p.end);
	if (p.res)
		release_resource(p.res);
	trace_emit(sys->trace, TRACE_memory_remove, p.start, p.end - p.start, 0, 0, 0, p.nid);
	return 0;
}
