/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resource tree that /proc/iomem prints: who owns which stretch of the
 * physical address space. A resource lies wholly inside its parent; siblings
 * are in address order and never overlap.
 *
 * As in the kernel, @end is the last byte that belongs to the resource (the
 * only inclusive ends in this program).
 *
 * Models: kernel/resource.c, include/linux/ioport.h (6.12).
 */
#ifndef MM_PHYS_RESOURCE_H
#define MM_PHYS_RESOURCE_H

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "base/types.h"

#define IORESOURCE_MEM                   0x00000200u
#define IORESOURCE_SYSRAM                0x01000000u
#define IORESOURCE_SYSRAM_DRIVER_MANAGED 0x02000000u
#define IORESOURCE_SYSRAM_MERGEABLE      0x04000000u
#define IORESOURCE_EXCLUSIVE             0x08000000u
#define IORESOURCE_BUSY                  0x80000000u
#define IORESOURCE_SYSTEM_RAM            (IORESOURCE_MEM | IORESOURCE_SYSRAM)

/* What a resource is, where its flags do not say it. */
enum iores_desc {
	IORES_DESC_NONE,
	IORES_DESC_CRASH_KERNEL,
	IORES_DESC_ACPI_TABLES,
	IORES_DESC_ACPI_NV_STORAGE,
	IORES_DESC_PERSISTENT_MEMORY,
	IORES_DESC_PERSISTENT_MEMORY_LEGACY,
	IORES_DESC_DEVICE_PRIVATE_MEMORY,
	IORES_DESC_RESERVED,
	IORES_DESC_SOFT_RESERVED,
	IORES_DESC_CXL,
};

struct resource {
	phys_t start;
	phys_t end;       /* last byte, inclusive */
	const char *name; /* in the arena, or static */
	u32 flags;        /* IORESOURCE_* */
	enum iores_desc desc;
	struct resource *parent; /* NULL: root, or not in a tree */
	struct resource *sibling;
	struct resource *child;
};

/* Make @root the whole address space [0, @end], named as the kernel's ("PCI mem"). */
void resource_init_root(struct resource *root, phys_t end);

/*
 * A resource of [@start, @end] that is in no tree yet. @name is copied into the
 * arena; NULL prints as "<BAD>".
 */
struct resource *resource_new(struct arena *a, phys_t start, phys_t end, const char *name,
			      u32 flags, enum iores_desc desc);

/*
 * Make @new a child of @root. Return: NULL when done, else what is in the way:
 * a child of @root that overlaps, or @root itself when @new does not fit in it.
 */
struct resource *request_resource_conflict(struct resource *root, struct resource *new);
/* The same as an errno: 0 or -EBUSY. */
int request_resource(struct resource *root, struct resource *new);

/*
 * Put @new where it belongs below @parent: inside what covers it, around what it
 * covers. Return: NULL when done, else the resource that it cuts into.
 */
struct resource *insert_resource_conflict(struct resource *parent, struct resource *new);
int insert_resource(struct resource *parent, struct resource *new);

/*
 * Insert @new, growing it over whatever it cuts into. @log (may be NULL) gets
 * the kernel's "Expanded resource ..." line for each step.
 */
void insert_resource_expand_to_fit(struct resource *root, struct resource *new,
				   const struct log_sink *log);

/*
 * Claim the parts of [@start, @end] that no child of @root has, as one or more
 * busy resources called @name.
 */
void reserve_region_with_split(struct arena *a, struct resource *root, phys_t start, phys_t end,
			       const char *name);

/* Take @old and all below it out of the tree. 0 or -EINVAL (it is in none). */
int release_resource(struct resource *old);
/* Take @old out; its children move up to where they were. 0 or -EINVAL. */
int remove_resource(struct resource *old);
/* Give @res another place and size; children and neighbours stay. 0 or -EBUSY. */
int adjust_resource(struct resource *res, phys_t start, u64 size);

/*
 * Claim [@start, @start + @n) as a driver does: below every non-busy resource
 * that covers it. Return: the new busy resource, or NULL with *conflict (may be
 * NULL) naming what has it.
 */
struct resource *request_region(struct arena *a, struct resource *parent, phys_t start, u64 n,
				const char *name, u32 flags, struct resource **conflict);
/* Undo request_region(): 0, or -EINVAL when no busy resource matches exactly. */
int release_region(struct resource *parent, phys_t start, u64 n);

/*
 * Memory hot-remove: take [@start, @start + @size) out of the one busy memory
 * resource below @root that holds it; the rest of it stays, split in two when
 * the range lies in the middle. 0 or -EINVAL.
 */
int release_mem_region_adjustable(struct arena *a, struct resource *root, phys_t start, u64 size);
/*
 * Memory hot-add: join @res with neighbours of the same name, flags, desc and
 * without children when it is marked mergeable (merge_system_ram_resource()).
 */
void merge_system_ram_resource(struct resource *res);

/* The innermost resource that contains @addr; NULL: none below @root. */
struct resource *resource_find(const struct resource *root, phys_t addr);
/* The child of @root that starts at @start (not deeper), or NULL. */
struct resource *lookup_resource(struct resource *root, phys_t start);
/*
 * The first resource of the whole tree, in printing order, with all @flags set,
 * the @desc (IORES_DESC_NONE: any) and a part in [@start, @end]. NULL: none.
 */
struct resource *find_next_iomem_res(struct resource *root, phys_t start, phys_t end, u32 flags,
				     enum iores_desc desc);

/* Next resource in printing order (children before siblings); NULL at the end. */
struct resource *resource_next(const struct resource *root, const struct resource *r);
/* Depth below @root: 0 for its children, at most 4 as the kernel prints it. */
int resource_depth(const struct resource *root, const struct resource *r);

/* /proc/iomem, as the kernel's r_show(). */
void resource_print(const struct resource *root, struct text *out);
/* Order, nesting and parent pointers; 0 or -EUCLEAN with a line in @report (may be NULL). */
int resource_check(const struct resource *root, struct text *report);

#endif
