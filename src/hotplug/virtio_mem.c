/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-mem: a window of address space whose memory the host plugs and unplugs
 * in subblocks of a pageblock, at least 2 MiB.
 *
 *   window   |  memory block  |  memory block  |  not added yet ...
 *   plugged  |################|####............|
 *
 * To grow, unplugged subblocks of blocks that are there are plugged first, then
 * whole blocks are added. In a block that is online, subblocks that are not
 * plugged are PageOffline: present, but not managed. To shrink, subblocks are
 * emptied and taken from the buddy; a block without any goes offline and away.
 *
 * At most 1 GiB of added memory may be offline: more would have its memmap
 * eating up memory that nobody brings online.
 *
 * Models: drivers/virtio/virtio_mem.c, subblock mode (6.12). Left out: big block
 * mode (blocks smaller than a subblock), retry timers.
 */
#include <string.h>

#include "alloc/contig.h"
#include "alloc/page_isolation.h"
#include "hotplug/dimm.h"
#include "hotplug/memory_hotplug.h"

#define DEVICE_BLOCK_SIZE (2 * MiB)
#define OFFLINE_THRESHOLD (1 * GiB)
#define MOVABLE_TRIES 5

/* States of a memory block, in the order in which they are asked to shrink. */
enum mb_state {
	MB_OFFLINE_PARTIAL,
	MB_OFFLINE,
	MB_MOVABLE_PARTIAL,
	MB_KERNEL_PARTIAL,
	MB_MOVABLE,
	MB_KERNEL,
	MB_UNUSED,
	NR_MB_STATES
};

static u64 sb_index(const struct dimm *d, phys_t addr) { return (addr - d->start) / d->sb_size; }

static bool sb_test(const struct dimm *d, u64 i) { return d->sb_plugged[i / 64] >> (i % 64) & 1; }

static void sb_set(struct dimm *d, u64 i, bool plugged)
{
	if (plugged)
		d->sb_plugged[i / 64] |= 1ULL << (i % 64);
	else
		d->sb_plugged[i / 64] &= ~(1ULL << (i % 64));
}

static u64 sb_count(const struct dimm *d, u64 first, u64 nr)
{
	u64 n = 0;

	for (u64 i = first; i < first + nr; i++)
		n += sb_test(d, i);
	return n;
}

u64 virtio_mem_plugged(const struct dimm *d) { return sb_count(d, 0, d->size / d->sb_size) * d->sb_size; }

bool virtio_mem_sb_plugged(const struct dimm *d, phys_t addr) { return sb_test(d, sb_index(d, addr)); }

struct dimm *virtio_mem_at(const struct system *sys, phys_t addr)
{
	const struct hotplug_state *hp = sys->hotplug;

	for (u32 i = 0; i < hp->nr_dimms; i++)
		if (hp->dimm[i].virtio_mem && addr >= hp->dimm[i].start &&
		    addr - hp->dimm[i].start < hp->dimm[i].size)
			return &hp->dimm[i];
	return NULL;
}

static void log_sizes(struct system *sys, const struct dimm *d, u64 plugged, u64 requested)
{
	sys_printk(sys, "virtio_mem %s: plugged size: 0x%llx", d->id, (unsigned long long)plugged);
	sys_printk(sys, "virtio_mem %s: requested size: 0x%llx", d->id, (unsigned long long)requested);
}

/* The window as a resource; one that firmware or an import put there serves as well. */
static int claim_window(struct system *sys, struct dimm *d, struct mm_error *err)
{
	struct resource *there = lookup_resource(&sys->iomem, d->start), *conflict = NULL;

	if (there && there->end == d->start + d->size - 1 && !there->child) {
		there->flags = IORESOURCE_SYSTEM_RAM;
		d->res = there;
		return 0;
	}
	d->res = request_region(sys->arena, &sys->iomem, d->start, d->size, d->id, IORESOURCE_SYSTEM_RAM,
				&conflict);
	if (!d->res)
		return mm_fail(err, -EEXIST, "the window of %s overlaps %s", d->id,
			       conflict ? conflict->name : "a resource");
	d->res->flags &= ~IORESOURCE_BUSY;
	return 0;
}

/* What the driver prints when it finds the device. */
static void log_device(struct system *sys, const struct dimm *d, u64 unit)
{
	sys_printk(sys, "virtio_mem %s: start address: 0x%llx", d->id, (unsigned long long)d->start);
	sys_printk(sys, "virtio_mem %s: region size: 0x%llx", d->id, (unsigned long long)d->size);
	sys_printk(sys, "virtio_mem %s: device block size: 0x%llx", d->id, (unsigned long long)unit);
	if (d->nid != NO_NODE)
		sys_printk(sys, "virtio_mem %s: nid: %d", d->id, d->nid);
	sys_printk(sys, "virtio_mem %s: memory block size: 0x%llx", d->id,
		   (unsigned long long)sys->hotplug->block_size);
	sys_printk(sys, "virtio_mem %s: subblock size: 0x%llx", d->id, (unsigned long long)d->sb_size);
}

int virtio_mem_init(struct system *sys, struct dimm *d, u64 unit, struct mm_error *err)
{
	u64 bs = sys->hotplug->block_size;
	int ret;

	unit = unit ? unit : DEVICE_BLOCK_SIZE;
	d->sb_size = max_u64(unit, arch_page_size(&sys->arch) << sys->arch.pageblock_order);
	if (d->sb_size >= bs)
		return mm_fail(err, -EOPNOTSUPP,
			       "%s: memory blocks (%llu MiB) must be larger than subblocks (%llu MiB)", d->id,
			       (unsigned long long)(bs >> 20), (unsigned long long)(d->sb_size >> 20));
	ret = claim_window(sys, d, err);
	if (ret)
		return ret;
	d->mgid = memory_group_register_dynamic(sys, d->nid, bs >> sys->arch.page_shift);
	d->sb_plugged = arena_alloc(sys->arena, (d->size / d->sb_size + 63) / 64 * sizeof(u64));
	log_device(sys, d, unit);
	log_sizes(sys, d, 0, 0);
	return 0;
}

/* --- blocks and their subblocks -------------------------------------------------- */

static u64 sbs_per_mb(const struct system *sys, const struct dimm *d)
{
	return sys->hotplug->block_size / d->sb_size;
}

static enum mb_state mb_state(const struct system *sys, const struct dimm *d, u64 mb)
{
	u64 per = sbs_per_mb(sys, d);
	struct memory_block b;
	bool partial;

	if (memory_block_find(sys, mb, &b))
		return MB_UNUSED;
	partial = sb_count(d, sb_index(d, mb * sys->hotplug->block_size), per) < per;
	if (b.range.state == BLOCK_OFFLINE)
		return partial ? MB_OFFLINE_PARTIAL : MB_OFFLINE;
	if (mm_zone(&sys->mm, b.range.zone)->idx == ZONE_MOVABLE)
		return partial ? MB_MOVABLE_PARTIAL : MB_MOVABLE;
	return partial ? MB_KERNEL_PARTIAL : MB_KERNEL;
}

static pfn_t sb_pfn(const struct system *sys, const struct dimm *d, u64 i)
{
	return phys_to_pfn(&sys->arch, d->start + i * d->sb_size);
}

/* Subblocks [i, i + nr) of an online block reach the buddy. */
static void fake_online(struct system *sys, struct dimm *d, u64 i, u64 nr)
{
	pfn_t start = sb_pfn(sys, d, i), end = sb_pfn(sys, d, i + nr);

	free_boot_range(&sys->mm, pfn_zone(&sys->mm, start), start, end);
}

/*
 * virtio_mem_fake_offline(): allocate [start, end) and mark it PageOffline. ZONE_MOVABLE,
 * which promises that it works, gets several tries. 0 or -EBUSY.
 */
static int fake_offline(struct system *sys, struct zone *z, pfn_t start, pfn_t end)
{
	const struct contig_use use = { GFP_KERNEL, sys->arch.pageblock_order, KIND_DRIVER, 0 };
	int tries = z->idx == ZONE_MOVABLE ? MOVABLE_TRIES : 1, ret;
	pfn_t culprit;

	do {
		ret = alloc_contig_range(&sys->mm, start, end, MIGRATE_MOVABLE, &use, &culprit);
	} while (ret && --tries);
	if (!ret)
		memmap_set_range(&sys->map, start, end, PAGE_OFFLINE, (u16)zone_nr(z));
	return ret;
}

/* Subblocks of an online block go back to the host. 0 or -EBUSY. */
static int unplug_online(struct system *sys, struct dimm *d, u64 i, u64 nr)
{
	pfn_t start = sb_pfn(sys, d, i), end = sb_pfn(sys, d, i + nr);
	struct zone *z = pfn_zone(&sys->mm, start);
	int ret = fake_offline(sys, z, start, end);

	if (ret)
		return ret;
	z->managed_pages -= end - start;
	while (nr--)
		sb_set(d, i++, false);
	return 0;
}

/* --- growing ----------------------------------------------------------------------- */

static bool could_add_memory(const struct system *sys, const struct dimm *d)
{
	u64 bs = sys->hotplug->block_size, offline = bs;

	for (u64 mb = d->start / bs; mb < (d->start + d->size) / bs; mb++) {
		enum mb_state s = mb_state(sys, d, mb);

		if (s == MB_OFFLINE || s == MB_OFFLINE_PARTIAL)
			offline += bs;
	}
	return offline <= max_u64(OFFLINE_THRESHOLD, 2 * bs);
}

/* Plug what is missing in block @mb, up to *nb subblocks. */
static void plug_any_sb(struct system *sys, struct dimm *d, u64 mb, u64 *nb)
{
	u64 first = sb_index(d, mb * sys->hotplug->block_size), end = first + sbs_per_mb(sys, d);
	bool online = mb_state(sys, d, mb) != MB_OFFLINE_PARTIAL;

	for (u64 i = first, n; i < end && *nb; i += n) {
		n = 1;
		if (sb_test(d, i))
			continue;
		while (i + n < end && n < *nb && !sb_test(d, i + n))
			n++;
		for (u64 k = 0; k < n; k++)
			sb_set(d, i + k, true);
		if (online)
			fake_online(sys, d, i, n);
		*nb -= n;
	}
}

static int plug_and_add_mb(struct system *sys, struct dimm *d, u64 mb, u64 *nb, struct mm_error *err)
{
	u64 bs = sys->hotplug->block_size, n = min_u64(*nb, sbs_per_mb(sys, d)), first = sb_index(d, mb * bs);
	int ret;

	if (!could_add_memory(sys, d))
		return mm_fail(err, -ENOSPC,
			       "%s: too much memory is offline already; bring blocks online first", d->id);
	for (u64 i = 0; i < n; i++)
		sb_set(d, first + i, true);
	ret = add_memory(sys, d->nid, d->mgid, mb * bs, bs, "virtio_mem", MHP_MERGE_RESOURCE, err);
	if (ret) {
		for (u64 i = 0; i < n; i++)
			sb_set(d, first + i, false);
		return ret;
	}
	*nb -= n;
	return 0;
}

static int plug_request(struct system *sys, struct dimm *d, u64 nb, struct mm_error *err)
{
	static const enum mb_state order[] = { MB_KERNEL_PARTIAL, MB_MOVABLE_PARTIAL, MB_OFFLINE_PARTIAL };
	u64 bs = sys->hotplug->block_size, first = d->start / bs, end = (d->start + d->size) / bs;

	for (size_t s = 0; s < ARRAY_SIZE(order); s++)
		for (u64 mb = first; nb && mb < end; mb++)
			if (mb_state(sys, d, mb) == order[s])
				plug_any_sb(sys, d, mb, &nb);
	for (u64 mb = first; nb && mb < end; mb++) {
		int ret = mb_state(sys, d, mb) == MB_UNUSED ? plug_and_add_mb(sys, d, mb, &nb, err) : 0;

		if (ret)
			return ret;
	}
	return nb ? mm_fail(err, -ENOSPC, "%s: the window is full", d->id) : 0;
}

/* --- shrinking --------------------------------------------------------------------- */

static int unplug_offline_mb(struct system *sys, struct dimm *d, u64 mb, u64 *nb, struct mm_error *err)
{
	u64 bs = sys->hotplug->block_size, per = sbs_per_mb(sys, d), first = sb_index(d, mb * bs);

	for (u64 i = per; i-- > 0 && *nb;) {
		if (!sb_test(d, first + i))
			continue;
		sb_set(d, first + i, false);
		--*nb;
	}
	return sb_count(d, first, per) ? 0 : remove_memory(sys, mb * bs, bs, err);
}

/* The whole block at once where that is possible, else subblock by subblock from the end. */
static void unplug_online_mb(struct system *sys, struct dimm *d, u64 mb, u64 *nb)
{
	u64 bs = sys->hotplug->block_size, per = sbs_per_mb(sys, d), first = sb_index(d, mb * bs);

	if (*nb >= per && sb_count(d, first, per) == per && !unplug_online(sys, d, first, per))
		*nb -= per;
	for (u64 i = per; i-- > 0 && *nb;)
		if (sb_test(d, first + i) && !unplug_online(sys, d, first + i, 1))
			--*nb;
	if (!sb_count(d, first, per))
		offline_and_remove_memory(sys, mb * bs, bs, NULL);
}

static int unplug_request(struct system *sys, struct dimm *d, u64 nb, struct mm_error *err)
{
	u64 bs = sys->hotplug->block_size, first = d->start / bs, end = (d->start + d->size) / bs;

	for (int s = MB_OFFLINE_PARTIAL; s <= MB_KERNEL; s++) {
		for (u64 mb = end; mb-- > first && nb;) {
			if (mb_state(sys, d, mb) != (enum mb_state)s)
				continue;
			if (s > MB_OFFLINE)
				unplug_online_mb(sys, d, mb, &nb);
			else if (unplug_offline_mb(sys, d, mb, &nb, err))
				return -EBUSY;
		}
	}
	return nb ? mm_fail(err, -EBUSY, "%s: %llu MiB are in use and stay", d->id,
			    (unsigned long long)(nb * d->sb_size >> 20))
		  : 0;
}

int virtio_mem_resize(struct system *sys, struct dimm *d, u64 bytes, struct mm_error *err)
{
	u64 plugged = virtio_mem_plugged(d);

	if (bytes > d->size || !is_aligned(bytes, d->sb_size))
		return mm_fail(err, -EINVAL, "%s: ask for a multiple of %llu MiB up to %llu MiB", d->id,
			       (unsigned long long)(d->sb_size >> 20), (unsigned long long)(d->size >> 20));
	d->requested = bytes;
	log_sizes(sys, d, plugged, bytes);
	if (bytes > plugged)
		return plug_request(sys, d, (bytes - plugged) / d->sb_size, err);
	return unplug_request(sys, d, (plugged - bytes) / d->sb_size, err);
}
