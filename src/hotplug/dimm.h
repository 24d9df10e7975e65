/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that bring memory: DIMMs, which come and go as a whole (ACPI), and
 * virtio-mem devices, which grow and shrink in subblocks inside a fixed window.
 * Models: drivers/acpi/acpi_memhotplug.c, drivers/acpi/scan.c,
 * drivers/virtio/virtio_mem.c (6.12).
 */
#ifndef MM_HOTPLUG_DIMM_H
#define MM_HOTPLUG_DIMM_H

#include "boot/system.h"

struct dimm {
	char id[40];
	phys_t start; /* bytes; virtio-mem: of the window */
	u64 size;
	int nid;
	int mgid;     /* memory group while plugged, -1: none */
	bool plugged; /* DIMM: the kernel has its memory */
	bool virtio_mem;

	/* virtio-mem only. */
	u64 requested;        /* bytes that the host wants the guest to have */
	u64 sb_size;          /* bytes of a subblock */
	u64 *sb_plugged;      /* bit per subblock of the window, in the arena */
	struct resource *res; /* the window */
};

/* The device called @id, or NULL. */
struct dimm *dimm_find(const struct system *sys, const char *id);
/* The virtio-mem device whose window covers byte @addr, or NULL. */
struct dimm *virtio_mem_at(const struct system *sys, phys_t addr);

/*
 * What the machine file describes, plugged where it says so. A device that cannot
 * be plugged leaves a line in the kernel log. Called once, at boot.
 */
void dimm_init(struct system *sys);

/*
 * Describe a new device; virtio-mem: an empty window. @desc->plugged and
 * @desc->requested are not looked at. 0, -EEXIST (the name is taken, or something
 * is in the window), -EINVAL (unaligned, no such node).
 */
int dimm_describe(struct system *sys, const struct desc_dimm *desc, struct mm_error *err);
/* Forget a device that has no memory plugged: -EBUSY, -ENOENT. */
int dimm_forget(struct system *sys, const char *id, struct mm_error *err);

/*
 * acpi_memory_enable_device(): a static group, its memory added as one resource.
 * 0, -EEXIST (plugged already), or what add_memory() says.
 */
int dimm_plug(struct system *sys, struct dimm *d, struct mm_error *err);
/*
 * acpi_scan_hot_remove(): take every block offline, in two passes; if one stays,
 * those that went come back by device_online() (their zone may change): -EBUSY.
 */
int dimm_unplug(struct system *sys, struct dimm *d, struct mm_error *err);

/*
 * The host asks for @bytes in all: the driver plugs or unplugs subblocks until
 * it has them. 0; -EBUSY (some memory is in use: less was unplugged), -ENOSPC
 * (no room in the window, or too much offline memory already), -EINVAL.
 */
int virtio_mem_resize(struct system *sys, struct dimm *d, u64 bytes, struct mm_error *err);
/* Bytes that are plugged now. */
u64 virtio_mem_plugged(const struct dimm *d);
/* Is the subblock at byte @addr of the window plugged? */
bool virtio_mem_sb_plugged(const struct dimm *d, phys_t addr);
/* Claim the window and set up an empty device with blocks of @unit bytes (0: 2 MiB). */
int virtio_mem_init(struct system *sys, struct dimm *d, u64 unit, struct mm_error *err);

#endif
