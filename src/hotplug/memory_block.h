/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory block devices: /sys/devices/system/memory/memoryN.
 *
 * A block is a stretch of physical address space of one fixed size (128 MiB to
 * 2 GiB) that goes online and offline as a whole. Blocks that are equal in
 * everything but their number are kept as one stretch, so that a machine with
 * millions of them pays for the few that somebody touched.
 *
 * Models: drivers/base/memory.c.
 */
#ifndef MM_HOTPLUG_MEMORY_BLOCK_H
#define MM_HOTPLUG_MEMORY_BLOCK_H

#include "boot/system.h"

enum mmop { MMOP_OFFLINE, MMOP_ONLINE, MMOP_ONLINE_KERNEL, MMOP_ONLINE_MOVABLE, NR_MMOP };

enum block_state { BLOCK_ONLINE, BLOCK_OFFLINE, BLOCK_GOING_OFFLINE };

#define BLOCK_NO_ZONE (~0U) /* spans several zones or nodes: cannot go offline; or is offline */

/* Blocks [first, first + nr), all alike. */
struct block_range {
	u64 first; /* block number */
	u64 nr;
	u64 index;        /* how many block devices have a lower number */
	u32 zone;         /* zone number, or BLOCK_NO_ZONE */
	u32 altmap_pages; /* pages of each block that hold its own memmap, 0: none */
	u32 nr_hwpoison;  /* poisoned pages of the block */
	s32 group;        /* memory group id, -1: none */
	s16 nid;
	u8 state; /* enum block_state */
	u8 early; /* there since boot */
	u8 online_type; /* enum mmop that was refused because it is online; its next device_online() obeys it */
};

/* One block, as a reader sees it. */
struct memory_block {
	u64 nr; /* N of memoryN */
	pfn_t start_pfn;
	u64 nr_pages;
	struct block_range range; /* what is true of it; @first and @nr are the stretch's */
};

/*
 * memory_block_size_bytes(): what an override says, else the kernel's rule for
 * this architecture and amount of memory. Units: bytes; 0: no block devices.
 */
u64 memory_block_size_bytes(const struct system *sys);

/* Number of block devices. */
u64 memory_block_count(const struct system *sys);
/* The @index-th block device in address order. 0, or -ENOENT. */
int memory_block_at(const struct system *sys, u64 index, struct memory_block *out);
/* memory@nr. 0, or -ENOENT. */
int memory_block_find(const struct system *sys, u64 nr, struct memory_block *out);
/* Index of the block device that covers byte @addr; -1: there is none. */
s64 memory_block_index_of(const struct system *sys, phys_t addr);
/* The stretch of like blocks that covers or follows block @nr; NULL: no more. For bands. */
const struct block_range *memory_block_range_from(const struct system *sys, u64 nr);

const char *memory_block_state_name(enum block_state s);
/* What sysfs prints as valid_zones: "Normal Movable", "DMA32", "none". @buf holds 64 bytes. */
const char *memory_block_valid_zones(struct system *sys, const struct memory_block *b, char *buf);
/*
 * Would `offline` succeed now? Nothing is changed. True, or false with the
 * reason in plain words in @why (@n bytes) and the culprit's pfn in *@culprit
 * (NO_PFN: no single page is to blame); both may be NULL.
 */
bool memory_block_can_offline(struct system *sys, const struct memory_block *b, char *why, size_t n,
			      pfn_t *culprit);

/* MMOP_* for "offline", "online", "online_kernel", "online_movable"; -EINVAL. */
int mhp_online_type_from_str(const char *s);
const char *mhp_online_type_name(enum mmop t);

/*
 * echo @type > memory@nr/state. 0, -EINVAL (no such state change), -EBUSY
 * (unmovable page), -EPERM (boot memory on arm64), -EHWPOISON ..., -ENOENT.
 */
int memory_block_store_state(struct system *sys, u64 nr, enum mmop type, struct mm_error *err);

/*
 * device_online(): what a roll-back does. Plain `online`, unless an online_kernel
 * or online_movable was refused since, because the block was online: the word is
 * remembered. Returns as memory_block_store_state().
 */
int memory_block_device_online(struct system *sys, u64 nr, struct mm_error *err);

/*
 * create_memory_block_devices(): blocks [@first, @first + @nr), offline.
 * 0 or -EEXIST (nothing is created then).
 */
int memory_block_create(struct system *sys, u64 first, u64 nr, const struct block_range *attr);
/* remove_memory_block_devices(): the blocks must exist and be offline. */
void memory_block_delete(struct system *sys, u64 first, u64 nr);

/* Change one block: the stretch is cut around it, and joined again where neighbours became alike. */
void memory_block_set(struct system *sys, u64 nr, const struct block_range *attr);

#endif
