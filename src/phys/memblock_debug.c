/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock: what it tells. The lines of memblock=debug, the dump, the debugfs
 * files, the labels that say who took what, and a check of the lists.
 *
 * Labels are ranges of their own, sorted and without overlap, because regions
 * merge and forget: three allocations side by side are one reserved region, and
 * the map should still show three owners.
 *
 *   reserved  [---------------- one region ----------------)
 *   labels    [--memmap--)[-NODE_DATA-)[-----initrd--------)
 *
 * Models: mm/memblock.c, memblock_dbg(), memblock_dump_all(),
 * memblock_debug_show() (6.12.117). Labels are ours: the kernel prints callers
 * and forgets them.
 */
#include "phys/memblock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "phys/memblock_internal.h"

/* --- lines of the log ------------------------------------------------------ */

static void vprintk(struct memblock *mb, const char *fmt, va_list ap)
{
	char line[256];

	vsnprintf(line, sizeof(line), fmt, ap);
	mb->hooks.printk(mb->hooks.arg, line);
}

void memblock_printk(struct memblock *mb, const char *fmt, ...)
{
	va_list ap;

	if (!mb->hooks.printk)
		return;
	va_start(ap, fmt);
	vprintk(mb, fmt, ap);
	va_end(ap);
}

void memblock_dbg(struct memblock *mb, const char *fmt, ...)
{
	va_list ap;

	if (!mb->debug || !mb->hooks.printk)
		return;
	va_start(ap, fmt);
	vprintk(mb, fmt, ap);
	va_end(ap);
}

void memblock_dbg_range(struct memblock *mb, const char *func, phys_t base, phys_t size,
			const char *caller)
{
	memblock_dbg(mb, "%s: [" PA_FMT "-" PA_FMT "] %s", func, PA_ARG(mb, base),
		     PA_ARG(mb, base + size - 1), caller ? caller : "-");
}

/* --- labels --------------------------------------------------------------- */

/* Index of the first label that ends behind @addr. */
static size_t label_search(const struct memblock *mb, phys_t addr)
{
	size_t left = 0, right = mb->nr_labels;

	while (left < right) {
		size_t mid = (left + right) / 2;

		if (mb->labels[mid].end <= addr)
			left = mid + 1;
		else
			right = mid;
	}
	return left;
}

const char *memblock_label_at(const struct memblock *mb, phys_t addr)
{
	size_t i = label_search(mb, addr);

	return i < mb->nr_labels && mb->labels[i].start <= addr ? mb->labels[i].text : NULL;
}

static void label_insert(struct memblock *mb, size_t i, phys_t start, phys_t end, const char *text)
{
	size_t cap = mb->cap_labels ? mb->cap_labels * 2 : 64;

	if (mb->nr_labels == mb->cap_labels) {
		mb->labels = arena_realloc(mb->arena, mb->labels,
					   mb->cap_labels * sizeof(*mb->labels), cap * sizeof(*mb->labels));
		mb->cap_labels = cap;
	}
	memmove(&mb->labels[i + 1], &mb->labels[i], (mb->nr_labels - i) * sizeof(*mb->labels));
	mb->labels[i] = (struct memblock_label){ start, end, text };
	mb->nr_labels++;
}

static void label_remove(struct memblock *mb, size_t i, size_t n)
{
	if (!n)
		return;
	memmove(&mb->labels[i], &mb->labels[i + n], (mb->nr_labels - i - n) * sizeof(*mb->labels));
	mb->nr_labels -= n;
}

static bool label_joins(const struct memblock_label *a, phys_t start, const char *text)
{
	return a->end == start && !strcmp(a->text, text);
}

/* Put a label where none is, at index @i, joining equal neighbours. Return: index behind it. */
static size_t label_place(struct memblock *mb, size_t i, phys_t start, phys_t end, const char *text)
{
	if (i && label_joins(&mb->labels[i - 1], start, text))
		mb->labels[--i].end = end;
	else
		label_insert(mb, i, start, end, text);
	if (i + 1 < mb->nr_labels && label_joins(&mb->labels[i], mb->labels[i + 1].start,
						 mb->labels[i + 1].text)) {
		mb->labels[i].end = mb->labels[i + 1].end;
		label_remove(mb, i + 1, 1);
	}
	return i + 1;
}

void memblock_add_label(struct memblock *mb, phys_t base, phys_t size, const char *text)
{
	phys_t end = base + size;
	size_t i = label_search(mb, base);

	while (base < end) {
		phys_t gap_end = end;

		if (i < mb->nr_labels && mb->labels[i].start < end)
			gap_end = mb->labels[i].start;
		if (base < gap_end)
			label_place(mb, i, base, gap_end, text);
		if (gap_end == end)
			return;
		i = label_search(mb, gap_end);
		base = mb->labels[i++].end;
	}
}

void memblock_clear_label(struct memblock *mb, phys_t base, phys_t size)
{
	phys_t end = base + memblock_cap_size(mb, base, size);
	size_t i = label_search(mb, base), n = 0;

	if (base >= end)
		return;
	if (i < mb->nr_labels && mb->labels[i].start < base) {
		struct memblock_label whole = mb->labels[i];

		mb->labels[i++].end = base;
		if (whole.end > end) {
			label_insert(mb, i, end, whole.end, whole.text);
			return;
		}
	}
	while (i + n < mb->nr_labels && mb->labels[i + n].end <= end)
		n++;
	label_remove(mb, i, n);
	if (i < mb->nr_labels && mb->labels[i].start < end)
		mb->labels[i].start = end;
}

void memblock_set_label(struct memblock *mb, phys_t base, phys_t size, const char *text)
{
	memblock_clear_label(mb, base, size);
	memblock_add_label(mb, base, memblock_cap_size(mb, base, size), text);
}

/* --- dumps ---------------------------------------------------------------- */

static void memblock_dump(struct memblock *mb, const struct memblock_type *type)
{
	unsigned long i;

	memblock_printk(mb, " %s.cnt  = 0x%lx", type->name, type->cnt);
	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];
		char nid_buf[32] = "";

		if (mb->cfg.numa && numa_valid_node(r->nid))
			snprintf(nid_buf, sizeof(nid_buf), " on node %d", r->nid);
		memblock_printk(mb, " %s[0x%lx]\t[" PA_FMT "-" PA_FMT "], " PA_FMT " bytes%s flags: 0x%x",
				type->name, i, PA_ARG(mb, r->base), PA_ARG(mb, r->base + r->size - 1),
				PA_ARG(mb, r->size), nid_buf, (unsigned int)r->flags);
	}
}

void memblock_dump_all(struct memblock *mb)
{
	if (!mb->debug)
		return;
	memblock_printk(mb, "MEMBLOCK configuration:");
	memblock_printk(mb, " memory size = " PA_FMT " reserved size = " PA_FMT,
			PA_ARG(mb, mb->memory.total_size), PA_ARG(mb, mb->reserved.total_size));
	memblock_dump(mb, &mb->memory);
	memblock_dump(mb, &mb->reserved);
	if (mb->physmem.cnt)
		memblock_dump(mb, &mb->physmem);
}

const char *memblock_flags_str(enum memblock_flags flags, char *buf, size_t n)
{
	static const char *const names[] = { "HOTPLUG", "MIRROR", "NOMAP", "DRV_MNG", "RSV_NIT" };
	unsigned int i, left = flags;
	size_t len = 0;

	snprintf(buf, n, "NONE");
	for (i = 0; left; i++, left >>= 1) {
		if (!(left & 1) || len >= n)
			continue;
		len += (size_t)snprintf(buf + len, n - len, "%s%s", len ? "|" : "",
					i < ARRAY_SIZE(names) ? names[i] : "UNKNOWN");
	}
	return buf;
}

void memblock_debugfs_show(const struct memblock *mb, const struct memblock_type *type, struct text *out)
{
	unsigned long i;
	char buf[64];

	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		text_printf(out, "%4lu: " PA_FMT ".." PA_FMT " ", i, PA_ARG(mb, r->base),
			    PA_ARG(mb, r->base + r->size - 1));
		if (numa_valid_node(r->nid))
			text_printf(out, "%4d ", r->nid);
		else
			text_printf(out, "%4c ", 'x');
		text_printf(out, "%s\n", memblock_flags_str(r->flags, buf, sizeof(buf)));
	}
}

/* --- checking ------------------------------------------------------------- */

static int check_fault(struct text *report, const struct memblock_type *type, unsigned long i,
		       const char *what)
{
	if (report)
		text_printf(report, "memblock.%s[%lu]: %s\n", type->name, i, what);
	return -EUCLEAN;
}

/* Trimming leaves memory.total_size above the sum (see memblock_trim_memory()). */
static int check_type(const struct memblock *mb, const struct memblock_type *type, struct text *report)
{
	phys_t sum = 0;
	unsigned long i;

	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		if (!r->size || r->size > memblock_phys_max(mb) - r->base)
			return check_fault(report, type, i, "empty or beyond the last address");
		if (i && r[-1].base + r[-1].size > r->base)
			return check_fault(report, type, i, "overlaps the region before");
		sum += r->size;
	}
	if (type->cnt > type->max)
		return check_fault(report, type, i, "more regions than the array has room for");
	if (type == &mb->memory ? type->total_size < sum : type->total_size != sum)
		return check_fault(report, type, i, "total_size is not the sum of the regions");
	return 0;
}

static int check_labels(const struct memblock *mb, struct text *report)
{
	size_t i;

	for (i = 0; i < mb->nr_labels; i++) {
		const struct memblock_label *l = &mb->labels[i];

		if (l->start >= l->end || (i && l[-1].end > l->start)) {
			if (report)
				text_printf(report, "memblock label %zu (%s): not sorted\n", i, l->text);
			return -EUCLEAN;
		}
	}
	return 0;
}

int memblock_check(const struct memblock *mb, struct text *report)
{
	int ret = check_type(mb, &mb->memory, report);

	if (!ret)
		ret = check_type(mb, &mb->reserved, report);
	if (!ret)
		ret = check_type(mb, &mb->physmem, report);
	if (!ret)
		ret = check_labels(mb, report);
	return ret;
}
