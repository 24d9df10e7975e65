/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory hotplug: memory that comes and goes while the machine runs.
 *
 *   add      a resource, sections with their memmap, offline block devices
 *   online   pages of a block join a zone and reach the buddy allocator
 *   offline  pages of a block are emptied by migration and leave their zone
 *   remove   the opposite of add
 *
 * Models: mm/memory_hotplug.c, drivers/acpi/acpi_memhotplug.c,
 * drivers/virtio/virtio_mem.c.
 */
#ifndef MM_HOTPLUG_MEMORY_HOTPLUG_H
#define MM_HOTPLUG_MEMORY_HOTPLUG_H

#include "boot/system.h"
#include "hotplug/memory_block.h"
#include "hotplug/memory_group.h"

enum online_policy { ONLINE_POLICY_CONTIG_ZONES, ONLINE_POLICY_AUTO_MOVABLE };
enum memmap_mode { MEMMAP_ON_MEMORY_DISABLE, MEMMAP_ON_MEMORY_ENABLE, MEMMAP_ON_MEMORY_FORCE };

struct dimm;    /* hotplug/dimm.h */
struct pagemap; /* hotplug/memremap.h */

/* Everything hotplug keeps. In the arena. */
struct hotplug_state {
	u64 block_size; /* bytes; 0: this machine has no block devices */

	struct block_range *range; /* by number, no overlaps */
	u32 nr_ranges;
	u32 cap_ranges;
	u64 nr_blocks;

	struct memory_group *group; /* by id; unused ids have @in_use false */
	u32 nr_groups;

	struct dimm *dimm;
	u32 nr_dimms;
	struct pagemap *pagemap;
	u32 nr_pagemaps;

	struct vmemmap_chunk *vmemmap; /* pages that hold the memmap of added sections */
	u32 nr_vmemmap;
	u32 cap_vmemmap;

	enum mmop default_online_type; /* auto_online_blocks */
	enum online_policy online_policy;
	u32 auto_movable_ratio; /* percent */
	bool auto_movable_numa_aware;
	bool movable_node; /* movable_node on the command line */
	enum memmap_mode memmap_mode;
	u64 num_poisoned_pages;
	bool debug; /* dyndbg= switches the pr_debug() lines of mm/memory_hotplug.c on */
};

/*
 * The state with the command line's settings applied (memhp_default_state=,
 * movable_node, memory_hotplug.*) and a block device for each block that has a
 * section; then the devices that the machine file describes, plugged where it says
 * so (what cannot be plugged is told in the kernel log). Boot calls it once, at the
 * end of its last stage.
 */
void memory_dev_init(struct system *sys);

/*
 * add_memory() / add_memory_driver_managed(). @driver NULL: "System RAM", else
 * "System RAM (@driver)". @mgid: a memory group id (then @nid is the group's),
 * or -1. 0, -EINVAL (unaligned, no such node or group), -EEXIST (resource or
 * block in the way, named in @err), -E2BIG (not addressable), -ENOMEM.
 */
#define MHP_MEMMAP_ON_MEMORY 1u
#define MHP_MERGE_RESOURCE 2u
int add_memory(struct system *sys, int nid, int mgid, phys_t start, u64 size, const char *driver, u32 flags,
	       struct mm_error *err);
/* remove_memory(): -EBUSY when a block is online. */
int remove_memory(struct system *sys, phys_t start, u64 size, struct mm_error *err);
/* offline_and_remove_memory(): all or nothing; blocks that went offline come back with their type. */
int offline_and_remove_memory(struct system *sys, phys_t start, u64 size, struct mm_error *err);

/* zone_for_pfn_range(): where @type puts the range. */
struct zone *zone_for_pfn_range(struct system *sys, enum mmop type, int nid, int mgid, pfn_t start,
				u64 nr_pages);

/* memory_block_online(), memory_block_offline() of drivers/base/memory.c: what state changes do. */
int memory_block_online(struct system *sys, const struct memory_block *b, enum mmop type);
int memory_block_offline(struct system *sys, const struct memory_block *b, struct mm_error *err);

/* Every invariant of hotplug. 0, or -EUCLEAN with a line in @report. */
int hotplug_check(struct system *sys, struct text *report);

/* node_possible(): can this machine ever have node @nid? */
bool node_possible(const struct system *sys, int nid);

/* --- between the files of this folder ------------------------------------- */

/* pr_debug(): a line for the kernel log where the command line asks for such lines. */
void hotplug_debug(struct system *sys, const char *fmt, ...) PRINTF(2, 3);
/* build_all_zonelists() with the kernel's lines in the log. */
void rebuild_zonelists(struct system *sys);

/* Pages [start, start + nr) join @zone (as ZONE_DEVICE pages, or offline until freed); spans grow. */
void move_pfn_range_to_zone(struct system *sys, struct zone *zone, pfn_t start, u64 nr_pages);
/* They leave it, and are offline; spans shrink (ZONE_DEVICE's do not). */
void remove_pfn_range_from_zone(struct system *sys, struct zone *zone, pfn_t start, u64 nr_pages);
/* Pages [start, end) stop existing; and their pageblocks become what they are in new sections. */
void forget_pages(struct system *sys, pfn_t start, pfn_t end);
void reset_pageblocks(struct system *sys, pfn_t start, pfn_t end);
/* @early: the memory was there at boot. @nr_pages may be negative. */
void adjust_present_page_count(struct system *sys, struct zone *zone, bool early, int mgid, s64 nr_pages);
/* First and last page of @zone in [lo, hi), as far as zones shrink to (subsections); empty: none. */
struct pfn_range zone_pages_extent(const struct system *sys, const struct zone *zone, pfn_t lo, pfn_t hi);
/* offline_pages(): pages [start, start + nr) of block @b leave @zone. 0 or -errno, nothing changed then. */
int offline_pages(struct system *sys, const struct memory_block *b, pfn_t start, u64 nr_pages,
		  struct zone *zone, struct mm_error *err);
/* Is [start, start + nr) spanned in part by @zone? */
bool zone_intersects(const struct zone *zone, pfn_t start, u64 nr_pages);

/*
 * A setting as sysfs has it: auto_online_blocks=online_movable,
 * online_policy=auto-movable, auto_movable_ratio=300, auto_movable_numa_aware=N.
 * 0, -EINVAL (bad value, with the good ones), -ENOENT (no such key).
 */
int hotplug_set(struct system *sys, const char *key, const char *value, struct mm_error *err);
/* The keys of hotplug_set(), NULL terminated, and their present values. */
const char *const *hotplug_keys(void);
int hotplug_get(const struct system *sys, const char *key, struct text *out);

#endif
