/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which RAM the memory controller keeps twice. Firmware tells it in the EFI memory
 * map (efi=debug prints it), memblock=debug prints memblock's flag, and under
 * kernelcore=mirror the zones tell: above 4 GiB what is not mirrored is Movable.
 * Zone Movable begins at the first such range, Normal goes on to the node's end; a
 * block that both span belongs to none, and firmware mirrors the beginning of a
 * node, so those are taken for not mirrored.
 *
 *   memory47/valid_zones   Normal   mirrored
 *   memory48/valid_zones   none     Normal and Movable: not
 *
 * Models: efi_find_mirror(), find_zone_movable_pfns_for_nodes(),
 * early_node_zone_for_memory_block().
 */
#include "io/import_internal.h"

#include <stdlib.h>
#include <string.h>

/* RAM in [@start, @end) is mirrored: entries are split where the range begins and ends. */
static int mark(struct desc *d, phys_t start, phys_t end)
{
	size_t nr = d->nr_fw;

	for (size_t i = 0; i < nr; i++) {
		struct fw_entry e = d->fw[i];
		phys_t a = max_u64(e.start, start), b = min_u64(e.end, end);

		if (e.type != FW_RAM || (e.flags & FW_MIRROR) || a >= b)
			continue;
		d->fw[i] = (struct fw_entry){ .start = a, .end = b, .type = FW_RAM, .flags = e.flags | FW_MIRROR };
		if ((e.start < a && desc_add_fw(d, e.start, a, FW_RAM, e.flags, NULL, 0)) ||
		    (b < e.end && desc_add_fw(d, b, e.end, FW_RAM, e.flags, NULL, 0)))
			return -ENOMEM;
	}
	return 0;
}

static int from_dump(struct import *im)
{
	const struct bootlog_dump *dump = im->calls.nr_dump ? &im->calls.dump[im->calls.nr_dump - 1] : NULL;
	int ret = 0;

	for (size_t i = 0; dump && i < dump->nr_memory && !ret; i++) {
		const struct memblock_region *r = &dump->memory[i];

		if (r->flags & MEMBLOCK_MIRROR)
			ret = mark(im->d, r->base, r->base + r->size);
	}
	return ret;
}

static int from_efi(struct import *im)
{
	int ret = 0;

	for (size_t i = 0; i < im->log.nr_efi && !ret; i++)
		if (im->log.efi[i].mirrored)
			ret = mark(im->d, im->log.efi[i].start, im->log.efi[i].end);
	return ret;
}

#define LIMIT_4G (4 * GiB)

/* One memory block is mirrored when it is all of zone Normal. */
static int from_block(struct import *im, u64 nr, u64 size)
{
	phys_t start = nr * size, end = start + size;
	char zones[64];

	if (start < LIMIT_4G || !import_read_line(im, zones, sizeof(zones), "sys/devices/system/memory/memory%llu/valid_zones",
						  (unsigned long long)nr))
		return 0;
	return strcmp(zones, "Normal") ? 0 : mark(im->d, start, end);
}

static int from_zones(struct import *im)
{
	size_t nr = 0;
	u64 size, *list;
	int ret = 0;

	if ((im->flags & IMPORT_WITHHOLD) || !im->root[0] || !im->cmdline || !strstr(im->cmdline, "kernelcore=mirror"))
		return 0;
	if (!import_read_u64(im, &size, 16, "sys/devices/system/memory/block_size_bytes") || !is_pow2(size))
		return 0;
	list = import_list_numbered(im, "sys/devices/system/memory", "memory", &nr);
	for (size_t i = 0; i < nr && !ret; i++)
		if (list[i] < (1ULL << 52) / size)
			ret = from_block(im, list[i], size);
	free(list);
	/* Below 4 GiB everything stays in its zone; where some of it were not mirrored, the kernel would say so. */
	return nr && !ret ? mark(im->d, 0, LIMIT_4G) : ret;
}

static int cmp_start(const void *x, const void *y)
{
	const struct fw_entry *a = x, *b = y;

	return a->start != b->start ? (a->start < b->start ? -1 : 1) : a->depth - b->depth;
}

static bool continues(const struct fw_entry *a, const struct fw_entry *b)
{
	return a->type == FW_RAM && b->type == FW_RAM && a->flags == b->flags && a->end == b->start && (a->flags & FW_MIRROR);
}

/* Blocks side by side are one range again. */
static void join(struct desc *d)
{
	size_t kept = 0;

	qsort(d->fw, d->nr_fw, sizeof(*d->fw), cmp_start);
	for (size_t i = 0; i < d->nr_fw; i++) {
		if (kept && continues(&d->fw[kept - 1], &d->fw[i]))
			d->fw[kept - 1].end = d->fw[i].end;
		else
			d->fw[kept++] = d->fw[i];
	}
	d->nr_fw = kept;
}

int import_mirror(struct import *im)
{
	size_t nr = im->d->nr_fw;
	int ret;

	if (im->d->arch.id == ARCH_ARM64)
		return 0; /* its map comes from memblock, with flags */
	ret = from_dump(im);
	if (!ret)
		ret = from_efi(im);
	if (!ret && !im->calls.nr_dump && !im->log.nr_efi)
		ret = from_zones(im);
	if (!ret && im->d->nr_fw != nr)
		join(im->d);
	return ret;
}
