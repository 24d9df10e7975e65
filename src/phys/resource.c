/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resource tree. Two ways in: request_resource() takes an unclaimed stretch
 * of its parent; insert_resource() finds its level by itself, below what covers
 * it and above what it covers. All lists are in address order, so every search
 * is a walk that stops early.
 *
 *    root  0 .............................................. ~0
 *            System RAM 1000-9fbff   System RAM 100000-1ffdffff
 *                                      Kernel code   Kernel data
 *
 * Models: kernel/resource.c (6.12).
 */
#include "phys/resource.h"

#include <string.h>

#define MAX_IORES_LEVEL 5 /* deeper resources are not indented further */

void resource_init_root(struct resource *root, phys_t end)
{
	*root = (struct resource){ .start = 0, .end = end, .name = "PCI mem", .flags = IORESOURCE_MEM };
}

struct resource *resource_new(struct arena *a, phys_t start, phys_t end, const char *name,
			      u32 flags, enum iores_desc desc)
{
	struct resource *r = arena_alloc(a, sizeof(*r));

	r->start = start;
	r->end = end;
	r->name = name ? arena_strdup(a, name) : NULL;
	r->flags = flags;
	r->desc = desc;
	return r;
}

static bool resource_contains(const struct resource *outer, const struct resource *inner)
{
	return outer->start <= inner->start && outer->end >= inner->end;
}

/* --- entering the tree ----------------------------------------------------- */

struct resource *request_resource_conflict(struct resource *root, struct resource *new)
{
	struct resource **p = &root->child;

	if (new->end < new->start || !resource_contains(root, new))
		return root;
	while (*p && (*p)->start <= new->end) {
		if ((*p)->end >= new->start)
			return *p;
		p = &(*p)->sibling;
	}
	new->sibling = *p;
	*p = new;
	new->parent = root;
	return NULL;
}

int request_resource(struct resource *root, struct resource *new)
{
	return request_resource_conflict(root, new) ? -EBUSY : 0;
}

/* Put @new between @parent and its children @first ... @last, which it covers. */
static void resource_adopt(struct resource *parent, struct resource *new, struct resource *first,
			   struct resource *last)
{
	struct resource **p = &parent->child;

	new->parent = parent;
	new->sibling = last->sibling;
	new->child = first;
	last->sibling = NULL;
	for (struct resource *r = first; r; r = r->sibling)
		r->parent = new;
	while (*p != first)
		p = &(*p)->sibling;
	*p = new;
}

/*
 * Walk down to the level where @new meets something it does not lie inside.
 * Return: NULL, @new is in the tree; else the first obstacle, *@parent its parent.
 */
static struct resource *resource_descend(struct resource **parent, struct resource *new)
{
	for (;;) {
		struct resource *first = request_resource_conflict(*parent, new);

		if (!first || first == *parent || first == new)
			return first;
		if (first->start > new->start || first->end < new->end)
			return first;
		if (first->start == new->start && first->end == new->end)
			return first;
		*parent = first;
	}
}

struct resource *insert_resource_conflict(struct resource *parent, struct resource *new)
{
	struct resource *first = resource_descend(&parent, new);
	struct resource *last;

	if (!first || first == parent || first == new)
		return first;
	for (last = first;; last = last->sibling) {
		if (!resource_contains(new, last))
			return last;
		if (!last->sibling || last->sibling->start > new->end)
			break;
	}
	resource_adopt(parent, new, first, last);
	return NULL;
}

int insert_resource(struct resource *parent, struct resource *new)
{
	return insert_resource_conflict(parent, new) ? -EBUSY : 0;
}

void insert_resource_expand_to_fit(struct resource *root, struct resource *new,
				   const struct log_sink *log)
{
	struct resource *conflict;

	if (new->parent)
		return;
	while ((conflict = insert_resource_conflict(root, new)) && conflict != root) {
		new->start = min_u64(new->start, conflict->start);
		new->end = max_u64(new->end, conflict->end);
		log_line(log, "Expanded resource %s due to conflict with %s", new->name, conflict->name);
	}
}

void reserve_region_with_split(struct arena *a, struct resource *root, phys_t start, phys_t end,
			       const char *name)
{
	const u32 flags = IORESOURCE_MEM | IORESOURCE_BUSY;

	start = max_u64(start, root->start);
	end = min_u64(end, root->end);
	while (start <= end) {
		struct resource *res = resource_new(a, start, end, name, flags, IORES_DESC_NONE);
		struct resource *conflict = request_resource_conflict(root, res);

		if (conflict == root)
			return;
		if (conflict && conflict->start > start) {
			res->end = conflict->start - 1;
			request_resource_conflict(root, res);
		}
		if (!conflict || conflict->end >= end)
			return;
		start = conflict->end + 1;
	}
}

/* --- leaving the tree ------------------------------------------------------ */

/* The link that points to @r, or NULL when its parent does not have it. */
static struct resource **resource_link(struct resource *r)
{
	struct resource **p;

	if (!r->parent)
		return NULL;
	p = &r->parent->child;
	while (*p && *p != r)
		p = &(*p)->sibling;
	return *p ? p : NULL;
}

int release_resource(struct resource *old)
{
	struct resource **p = resource_link(old);

	if (!p)
		return -EINVAL;
	*p = old->sibling;
	old->parent = NULL;
	return 0;
}

int remove_resource(struct resource *old)
{
	struct resource **p = resource_link(old);
	struct resource *last;

	if (!p)
		return -EINVAL;
	if (!old->child)
		return release_resource(old);
	for (last = old->child;; last = last->sibling) {
		last->parent = old->parent;
		if (!last->sibling)
			break;
	}
	*p = old->child;
	last->sibling = old->sibling;
	old->parent = NULL;
	return 0;
}

int adjust_resource(struct resource *res, phys_t start, u64 size)
{
	phys_t end = start + size - 1;
	struct resource *r;

	if (res->parent) {
		if (start < res->parent->start || end > res->parent->end)
			return -EBUSY;
		if (res->sibling && res->sibling->start <= end)
			return -EBUSY;
		for (r = res->parent->child; r != res; r = r->sibling)
			if (r->sibling == res && start <= r->end)
				return -EBUSY;
	}
	for (r = res->child; r; r = r->sibling)
		if (r->start < start || r->end > end)
			return -EBUSY;
	res->start = start;
	res->end = end;
	return 0;
}

/* --- drivers --------------------------------------------------------------- */

struct resource *request_region(struct arena *a, struct resource *parent, phys_t start, u64 n,
				const char *name, u32 flags, struct resource **conflict)
{
	struct resource *res = resource_new(a, start, start + n - 1, name, 0, IORES_DESC_NONE);
	struct resource *c;

	for (;;) {
		res->flags = (parent->flags & IORESOURCE_MEM) | (parent->flags & IORESOURCE_SYSRAM) |
			     IORESOURCE_BUSY | flags;
		res->desc = parent->desc;
		c = request_resource_conflict(parent, res);
		if (!c)
			return res;
		if (c == parent || (c->flags & IORESOURCE_BUSY))
			break;
		parent = c;
	}
	if (conflict)
		*conflict = c;
	return NULL;
}

int release_region(struct resource *parent, phys_t start, u64 n)
{
	struct resource **p = &parent->child;
	phys_t end = start + n - 1;

	while (*p) {
		struct resource *r = *p;

		if (r->start > start || r->end < end) {
			p = &r->sibling;
		} else if (!(r->flags & IORESOURCE_BUSY)) {
			p = &r->child;
		} else if (r->start == start && r->end == end) {
			*p = r->sibling;
			r->parent = NULL;
			return 0;
		} else {
			return -EINVAL;
		}
	}
	return -EINVAL;
}

/* --- memory hotplug -------------------------------------------------------- */

/* Cut [start, end] out of @res, which is busy and covers it; *@p links to it. */
static int resource_cut(struct arena *a, struct resource **p, struct resource *res, phys_t start,
			phys_t end)
{
	struct resource *upper;

	if (res->start == start && res->end == end) {
		*p = res->sibling;
		res->parent = NULL;
		return 0;
	}
	if (res->start == start)
		return adjust_resource(res, end + 1, res->end - end) ? -EINVAL : 0;
	if (res->end == end)
		return adjust_resource(res, res->start, start - res->start) ? -EINVAL : 0;
	upper = arena_alloc(a, sizeof(*upper));
	*upper = *res;
	upper->start = end + 1;
	upper->child = NULL;
	if (adjust_resource(res, res->start, start - res->start))
		return -EINVAL;
	res->sibling = upper;
	return 0;
}

int release_mem_region_adjustable(struct arena *a, struct resource *root, phys_t start, u64 size)
{
	struct resource **p = &root->child;
	phys_t end = start + size - 1;
	struct resource *res;

	while ((res = *p) && res->start < end) {
		if (res->start > start || res->end < end)
			p = &res->sibling;
		else if (!(res->flags & IORESOURCE_MEM))
			break;
		else if (!(res->flags & IORESOURCE_BUSY))
			p = &res->child;
		else
			return resource_cut(a, p, res, start, end);
	}
	return -EINVAL;
}

static bool system_ram_resources_mergeable(const struct resource *lo, const struct resource *hi)
{
	return lo->flags == hi->flags && lo->end + 1 == hi->start && lo->desc == hi->desc &&
	       !strcmp(lo->name, hi->name) && !lo->child && !hi->child;
}

void merge_system_ram_resource(struct resource *res)
{
	const u32 need = IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY;
	struct resource *cur;

	if ((res->flags & need) != need || !res->parent)
		return;
	res->flags |= IORESOURCE_SYSRAM_MERGEABLE;
	cur = res->sibling;
	if (cur && system_ram_resources_mergeable(res, cur)) {
		res->end = cur->end;
		res->sibling = cur->sibling;
		cur->parent = NULL;
	}
	cur = res->parent->child;
	while (cur && cur->sibling != res)
		cur = cur->sibling;
	if (cur && system_ram_resources_mergeable(cur, res)) {
		cur->end = res->end;
		cur->sibling = res->sibling;
		res->parent = NULL;
	}
}

/* --- reading --------------------------------------------------------------- */

struct resource *resource_find(const struct resource *root, phys_t addr)
{
	struct resource *best = NULL;
	struct resource *r = root->child;

	while (r && r->start <= addr) {
		if (r->end < addr) {
			r = r->sibling;
		} else {
			best = r;
			r = r->child;
		}
	}
	return best;
}

struct resource *lookup_resource(struct resource *root, phys_t start)
{
	struct resource *r = root->child;

	while (r && r->start != start)
		r = r->sibling;
	return r;
}

static struct resource *resource_step(const struct resource *root, const struct resource *r,
				      bool skip_children)
{
	if (!skip_children && r->child)
		return r->child;
	while (!r->sibling && r->parent && r->parent != root)
		r = r->parent;
	return r->sibling;
}

struct resource *resource_next(const struct resource *root, const struct resource *r)
{
	return resource_step(root, r, false);
}

struct resource *find_next_iomem_res(struct resource *root, phys_t start, phys_t end, u32 flags,
				     enum iores_desc desc)
{
	bool skip_children = true;
	struct resource *r;

	if (start >= end)
		return NULL;
	for (r = root->child; r && r->start <= end; r = resource_step(root, r, skip_children)) {
		if (r->end < start)
			continue;
		skip_children = false;
		if ((r->flags & flags) == flags && (desc == IORES_DESC_NONE || desc == r->desc))
			return r;
	}
	return NULL;
}

int resource_depth(const struct resource *root, const struct resource *r)
{
	int depth = 0;

	while (depth < MAX_IORES_LEVEL && r->parent && r->parent != root) {
		r = r->parent;
		depth++;
	}
	return depth;
}

void resource_print(const struct resource *root, struct text *out)
{
	int width = root->end < 0x10000 ? 4 : 8;

	for (struct resource *r = root->child; r; r = resource_next(root, r))
		text_printf(out, "%*s%0*llx-%0*llx : %s\n", resource_depth(root, r) * 2, "", width,
			    (unsigned long long)r->start, width, (unsigned long long)r->end,
			    r->name ? r->name : "<BAD>");
}

/* What is wrong with @r in its place; NULL when nothing is. */
static const char *resource_fault(const struct resource *r)
{
	if (r->end < r->start)
		return "ends before it starts";
	if (!resource_contains(r->parent, r))
		return "sticks out of its parent";
	if (r->sibling && r->sibling->start <= r->end)
		return "overlaps its sibling";
	if (r->sibling && r->sibling->parent != r->parent)
		return "has a sibling with another parent";
	if (r->child && r->child->parent != r)
		return "is not the parent of its child";
	return NULL;
}

int resource_check(const struct resource *root, struct text *report)
{
	if (root->child && root->child->parent != root)
		return -EUCLEAN;
	for (struct resource *r = root->child; r; r = resource_next(root, r)) {
		const char *fault = resource_fault(r);

		if (!fault)
			continue;
		if (report)
			text_printf(report, "resource %llx-%llx %s: %s\n", (unsigned long long)r->start,
				    (unsigned long long)r->end, r->name ? r->name : "<BAD>", fault);
		return -EUCLEAN;
	}
	return 0;
}
