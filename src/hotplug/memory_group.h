/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory groups: blocks that belong to one device. A static group (a DIMM)
 * comes and goes as a whole; a dynamic group (virtio-mem) in units. The
 * auto-movable policy decides by group.
 * Models: drivers/base/memory.c struct memory_group.
 */
#ifndef MM_HOTPLUG_MEMORY_GROUP_H
#define MM_HOTPLUG_MEMORY_GROUP_H

#include "boot/system.h"

struct memory_group {
	bool in_use;
	bool is_dynamic;
	int nid;
	u64 max_pages; /* static: pages of the device; dynamic: pages of a unit */
	u64 nr_blocks;
	u64 present_kernel_pages;
	u64 present_movable_pages;
};

/* Group id >= 0, or -EINVAL (no such node, no pages, unit not a power of two or below a block). */
int memory_group_register_static(struct system *sys, int nid, u64 max_pages);
int memory_group_register_dynamic(struct system *sys, int nid, u64 unit_pages);
/* 0, -EINVAL (no such group), -EBUSY (blocks belong to it). */
int memory_group_unregister(struct system *sys, int mgid);
/* NULL when there is no such group (-1 included). */
struct memory_group *memory_group_find(const struct system *sys, int mgid);

#endif
