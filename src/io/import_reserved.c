/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was reserved at boot, from the "reserved" lines below System RAM in
 * proc/iomem (arm64), where no memblock=debug log tells more.
 *
 * A line is a region of memblock rounded to pages. Regions that touch merge, so
 * between two lines that touch some bytes are free; sys/kernel/debug/memblock
 * tells which:
 *
 *   iomem      f7c680000-f7fbeffff | f7fbf0000-f7fffffff
 *   memblock   f7c68b000-f7fbeafff   f7fbeb8c0-f7fffffff
 *
 * Gigantic huge pages are among them; boot takes those itself, as the command
 * line says, so they are cut out of the lines.
 *
 * Models: arch/arm64/kernel/setup.c (reserve_memblock_reserved_regions()).
 */
#include "io/import_internal.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "boot/cmdline.h"

#define SMALLEST_GAP 64 /* bytes between regions: allocations are aligned to cache lines */
#define MAX_GIGANTIC 65536

struct ranges {
	struct import *im;
	struct phys_range *r; /* ascending */
	size_t nr, cap;
};

static int push(struct ranges *l, phys_t start, phys_t end)
{
	struct phys_range *n = l->r;

	if (l->nr == l->cap) {
		n = realloc(l->r, (l->cap ? l->cap * 2 : 64) * sizeof(*n));
		if (!n)
			return -ENOMEM;
		l->r = n;
		l->cap = l->cap ? l->cap * 2 : 64;
	}
	n[l->nr++] = (struct phys_range){ start, end };
	return 0;
}

static int from_iomem(struct ranges *l)
{
	const struct import *im = l->im;
	int ret = 0;

	for (size_t i = 0; i < im->nr_iomem && !ret; i++) {
		const struct iomem_line *o = &im->iomem[i];

		if (o->depth && !strcmp(o->name, "reserved") && o->end > o->start)
			ret = push(l, o->start, o->end);
	}
	return ret;
}

/* --- exact ends --------------------------------------------------------------- */

/* Regions of debugfs; one that was freed since (initrd) is missing there. */
static int from_debugfs(struct ranges *l)
{
	phys_t a, b;
	size_t len;
	char *text = import_read(l->im, &len, "sys/kernel/debug/memblock/reserved");
	int nid, ret = 0;
	u32 flags;

	for (char *s = text; s && *s && !ret && l->nr < BOOTLOG_MAX_ITEMS; s += strcspn(s, "\n"), s += *s == '\n')
		if (import_debugfs_line(s, &a, &b, &nid, &flags))
			ret = push(l, a, b);
	free(text);
	return ret;
}

/* The first region that ends behind @at. */
static const struct phys_range *region_behind(const struct ranges *l, phys_t at)
{
	size_t lo = 0, hi = l->nr;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (l->r[mid].end <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->nr ? &l->r[lo] : NULL;
}

static void exact_ends(struct ranges *l, const struct ranges *regions)
{
	u64 page = arch_page_size(&l->im->d->arch);

	for (size_t i = 0; i < l->nr; i++) {
		struct phys_range *r = &l->r[i];
		const struct phys_range *first = region_behind(regions, r->start);
		const struct phys_range *last = region_behind(regions, r->end - page);

		if (r->start >= r->end)
			continue;
		if (last && last->end < r->end && last->end > r->start)
			r->end = last->end;
		else if (i + 1 < l->nr && l->r[i + 1].start == r->end && !(last && last->end == r->end))
			r->end -= SMALLEST_GAP;
		/* A first page that it shares with the region before is in that one's line. */
		if (first && first->start > r->start - page && first->start < r->start + page && first->start < r->end)
			r->start = first->start;
	}
}

/* --- gigantic pages ------------------------------------------------------------- */

/*
 * Boot fills in the first struct page of a gigantic page only: its memory is a
 * region of one page and one with another flag behind it, two lines that are one.
 */
static void join_first_page(struct ranges *l, u64 size)
{
	u64 page = arch_page_size(&l->im->d->arch);

	for (size_t i = 0; i + 1 < l->nr; i++) {
		struct phys_range *r = &l->r[i];

		if (is_aligned(r->end - page, size) && r[1].start == r->end && r[1].end >= r->end - page + size) {
			r[1].start = r->end - page;
			r->end -= page;
		}
	}
}

/* Cut one page of @size out of the highest range that holds one. False: none does. */
static bool cut_one(struct ranges *l, u64 size, int *ret)
{
	for (size_t i = l->nr; i-- > 0;) {
		phys_t end = align_down(l->r[i].end, size), rest = l->r[i].end;

		if (end < size || end - size < l->r[i].start)
			continue;
		l->r[i].end = end - size;
		*ret = end == rest ? 0 : push(l, end, rest);
		return !*ret;
	}
	return false;
}

static int cmp_start(const void *x, const void *y)
{
	const struct phys_range *a = x, *b = y;

	return a->start < b->start ? -1 : a->start > b->start;
}

static int cut_plan(struct ranges *l, struct arena *a)
{
	struct hugetlb_plan plan;
	struct cmdline cmd;
	int ret = 0;

	cmdline_parse(&cmd, a, &l->im->d->arch, l->im->cmdline);
	cmdline_hugetlb(&cmd, a, &l->im->d->arch, NULL, NULL, &plan);
	for (u32 i = 0; i < plan.nr; i++) {
		u64 left = plan.req[i].gigantic ? min_u64(plan.req[i].count, MAX_GIGANTIC) : 0;

		if (left)
			join_first_page(l, plan.req[i].size);
		while (left && !ret && cut_one(l, plan.req[i].size, &ret))
			left--;
	}
	qsort(l->r, l->nr, sizeof(*l->r), cmp_start);
	return ret;
}

static int cut_gigantic(struct ranges *l)
{
	struct arena *a;
	jmp_buf env;
	volatile int ret = -ENOMEM;

	if (!l->im->cmdline || !strstr(l->im->cmdline, "hugepages"))
		return 0;
	a = arena_create(16 * MiB);
	if (!a)
		return -ENOMEM;
	arena_set_oom(a, &env);
	if (!setjmp(env))
		ret = cut_plan(l, a);
	arena_destroy(a);
	return ret;
}

static bool in_nomap(const struct desc *d, const struct phys_range *r)
{
	for (size_t i = 0; i < d->nr_fw; i++)
		if (d->fw[i].type == FW_NOMAP && d->fw[i].start <= r->start && r->end <= d->fw[i].end)
			return true;
	return false;
}

static int add_reserved(struct import *im, const struct phys_range *range)
{
	struct desc_resv r = { .start = range->start, .end = range->end, .nid = NO_NODE, .kind = RESV_PLAIN,
			       .label = "reserved" };

	return r.start < r.end ? desc_add_resv(im->d, &r) : 0;
}

int import_reserved_lines(struct import *im)
{
	struct ranges lines = { .im = im }, regions = { .im = im };
	int ret = from_iomem(&lines);

	if (!ret && lines.nr)
		ret = from_debugfs(&regions);
	if (!ret && lines.nr)
		ret = cut_gigantic(&lines);
	if (!ret)
		exact_ends(&lines, &regions);
	for (size_t i = 0; i < lines.nr && !ret; i++)
		ret = add_reserved(im, &lines.r[i]);
	/* Memory that is not mapped is no System RAM: iomem does not tell whether it is reserved, too. */
	for (size_t i = 0; i < regions.nr && !ret; i++)
		if (in_nomap(im->d, &regions.r[i]))
			ret = add_reserved(im, &regions.r[i]);
	free(lines.r);
	free(regions.r);
	return ret;
}
