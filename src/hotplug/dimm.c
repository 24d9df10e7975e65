/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DIMMs: memory that ACPI announces and takes away as one unit.
 *
 * A DIMM is one static memory group and one resource; its blocks go online one
 * by one. Ejecting it takes all blocks offline first:
 *
 *   first pass    every block is tried, whatever happens to the others
 *   second pass   those that failed, again
 *   still online  "Offline failed."; what went offline comes back with a plain
 *                 online, so that a block may end up in another zone than before
 *
 * Models: drivers/acpi/acpi_memhotplug.c, drivers/acpi/scan.c
 * acpi_scan_try_to_offline() (6.12).
 */
#include "hotplug/dimm.h"

#include <stdio.h>
#include <string.h>

#include "hotplug/memory_hotplug.h"

struct dimm *dimm_find(const struct system *sys, const char *id)
{
	const struct hotplug_state *hp = sys->hotplug;

	for (u32 i = 0; i < hp->nr_dimms; i++)
		if (!strcmp(hp->dimm[i].id, id))
			return &hp->dimm[i];
	return NULL;
}

static int check_description(struct system *sys, const struct desc_dimm *dd, struct mm_error *err)
{
	u64 bs = sys->hotplug->block_size;
	struct dimm d;

	if (!bs)
		return mm_fail(err, -ENOSYS, "this kernel has no memory hotplug (%s)", sys->arch.name);
	if (!*dd->id || strlen(dd->id) >= sizeof(d.id))
		return mm_fail(err, -EINVAL, "'%s': a device name has 1 to %zu characters", dd->id,
			       sizeof(d.id) - 1);
	if (dimm_find(sys, dd->id))
		return mm_fail(err, -EEXIST, "there is a device %s already", dd->id);
	if (!dd->size || !is_aligned(dd->start, bs) || !is_aligned(dd->size, bs))
		return mm_fail(err, -EINVAL, "%s: start and size must be multiples of the block size 0x%llx",
			       dd->id, (unsigned long long)bs);
	if (!node_possible(sys, dd->nid))
		return mm_fail(err, -EINVAL, "%s: node %d is not possible on this machine", dd->id, dd->nid);
	return 0;
}

int dimm_describe(struct system *sys, const struct desc_dimm *dd, struct mm_error *err)
{
	struct hotplug_state *hp = sys->hotplug;
	struct dimm *d;
	int ret = check_description(sys, dd, err);

	if (ret)
		return ret;
	hp->dimm = arena_realloc(sys->arena, hp->dimm, hp->nr_dimms * sizeof(*d),
				 (hp->nr_dimms + 1) * sizeof(*d));
	d = &hp->dimm[hp->nr_dimms];
	*d = (struct dimm){
		.start = dd->start, .size = dd->size, .nid = dd->nid, .mgid = -1, .virtio_mem = dd->virtio_mem
	};
	snprintf(d->id, sizeof(d->id), "%s", dd->id);
	if (d->virtio_mem)
		ret = virtio_mem_init(sys, d, dd->unit, err);
	if (ret)
		hp->dimm = arena_realloc(sys->arena, hp->dimm, (hp->nr_dimms + 1) * sizeof(*d),
					 hp->nr_dimms * sizeof(*d));
	else
		hp->nr_dimms++;
	return ret;
}

int dimm_forget(struct system *sys, const char *id, struct mm_error *err)
{
	struct hotplug_state *hp = sys->hotplug;
	struct dimm *d = dimm_find(sys, id);
	u32 i;

	if (!d)
		return mm_fail(err, -ENOENT, "there is no device %s", id);
	if (d->plugged || (d->virtio_mem && virtio_mem_plugged(d)))
		return mm_fail(err, -EBUSY, "%s still has memory plugged", id);
	if (d->res)
		release_resource(d->res);
	if (d->virtio_mem)
		memory_group_unregister(sys, d->mgid);
	i = (u32)(d - hp->dimm);
	hp->nr_dimms--;
	memmove(d, d + 1, (hp->nr_dimms - i) * sizeof(*d));
	hp->dimm = arena_realloc(sys->arena, hp->dimm, (hp->nr_dimms + 1) * sizeof(*d),
				 hp->nr_dimms * sizeof(*d));
	return 0;
}

void dimm_init(struct system *sys)
{
	for (size_t i = 0; i < sys->desc->nr_dimm; i++) {
		const struct desc_dimm *dd = &sys->desc->dimm[i];
		struct mm_error err = { 0, "" };
		int ret = dimm_describe(sys, dd, &err);
		struct dimm *d = dimm_find(sys, dd->id);

		if (!ret && dd->plugged && d->virtio_mem)
			ret = virtio_mem_resize(sys, d, dd->requested ? dd->requested : d->size, &err);
		else if (!ret && dd->plugged)
			ret = dimm_plug(sys, d, &err);
		if (ret)
			sys_printk(sys, "%s: adding memory failed: %d (%s)", dd->id, ret, err.msg);
	}
}

int dimm_plug(struct system *sys, struct dimm *d, struct mm_error *err)
{
	int ret;

	if (d->plugged)
		return mm_fail(err, -EEXIST, "%s is plugged already", d->id);
	d->mgid = memory_group_register_static(sys, d->nid, d->size >> sys->arch.page_shift);
	if (d->mgid < 0)
		return mm_fail(err, d->mgid, "%s: node %d is not possible on this machine", d->id, d->nid);
	ret = add_memory(sys, d->nid, d->mgid, d->start, d->size, NULL, MHP_MEMMAP_ON_MEMORY, err);
	if (ret) {
		memory_group_unregister(sys, d->mgid);
		d->mgid = -1;
		return ret;
	}
	d->plugged = true;
	return 0;
}

/* Blocks of one eject request: which went offline by it. */
struct eject {
	u64 first;
	u64 nr;
	u8 *put_online;
};

/* acpi_bus_offline(). Return: 0, or the last error; *failed is the block. */
static int offline_pass(struct system *sys, struct eject *e, bool second, u64 *failed, struct mm_error *err)
{
	int errcode = 0;

	for (u64 i = 0; i < e->nr; i++) {
		struct memory_block b;
		int ret;

		if ((second && e->put_online[i]) || memory_block_find(sys, e->first + i, &b) ||
		    b.range.state == BLOCK_OFFLINE)
			continue;
		ret = memory_block_store_state(sys, e->first + i, MMOP_OFFLINE, second ? err : NULL);
		e->put_online[i] = !ret;
		if (!ret)
			continue;
		errcode = ret;
		*failed = e->first + i;
		if (second)
			break;
	}
	return errcode;
}

static int offline_all(struct system *sys, struct eject *e, struct mm_error *err)
{
	u64 failed = 0;

	if (!offline_pass(sys, e, false, &failed, err) || !offline_pass(sys, e, true, &failed, err))
		return 0;
	sys_printk(sys, "memory memory%llu: Offline failed.", (unsigned long long)failed);
	for (u64 i = 0; i < e->nr; i++)
		if (e->put_online[i])
			memory_block_device_online(sys, e->first + i, NULL);
	return -EBUSY;
}

int dimm_unplug(struct system *sys, struct dimm *d, struct mm_error *err)
{
	struct eject e = { .first = d->start / sys->hotplug->block_size,
			   .nr = d->size / sys->hotplug->block_size };
	int ret;

	if (!d->plugged)
		return mm_fail(err, -EINVAL, "%s is not plugged", d->id);
	e.put_online = arena_alloc(sys->arena, e.nr);
	ret = offline_all(sys, &e, err);
	arena_free(sys->arena, e.put_online, e.nr);
	if (!ret)
		ret = remove_memory(sys, d->start, d->size, err);
	if (ret) {
		if (err)
			err->code = ret;
		return mm_fail(err, ret, "%s cannot go", d->id);
	}
	memory_group_unregister(sys, d->mgid);
	d->mgid = -1;
	d->plugged = false;
	return 0;
}
