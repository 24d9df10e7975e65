/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-mem devices: a window of address space of which the host filled a part.
 * The driver's lines in the log tell all of it; without them proc/iomem shows the
 * window and, below it, what is filled:
 *
 *   200000000-27fffffff : virtio0
 *     200000000-21fffffff : System RAM (virtio_mem)
 *
 * Models: drivers/virtio/virtio_mem.c.
 */
#include "io/import_internal.h"

#include <string.h>

static bool filled_line(const struct iomem_line *l)
{
	return !strcmp(l->name, "System RAM (virtio_mem)");
}

static const struct log_virtio *told_by_log(const struct import *im, const char *id)
{
	for (size_t i = 0; i < im->log.nr_virtio; i++)
		if (im->log.virtio[i].start && im->log.virtio[i].size && !strcmp(im->log.virtio[i].id, id))
			return &im->log.virtio[i];
	return NULL;
}

/* Bytes filled below line @i. */
static u64 filled_below(const struct import *im, size_t i)
{
	u64 bytes = 0;

	for (size_t k = i + 1; k < im->nr_iomem && im->iomem[k].depth > im->iomem[i].depth; k++)
		bytes += filled_line(&im->iomem[k]) ? im->iomem[k].end - im->iomem[k].start : 0;
	return bytes;
}

bool import_is_virtio_line(const struct import *im, size_t i)
{
	const struct iomem_line *l = &im->iomem[i];
	const struct log_virtio *v = told_by_log(im, l->name);

	if (v)
		return v->start == l->start;
	return filled_line(l) || filled_below(im, i);
}

static int node_of(const struct import *im, phys_t at)
{
	for (size_t i = 0; i < im->log.nr_srat; i++)
		if (im->log.srat[i].start <= at && at < im->log.srat[i].end)
			return im->log.srat[i].nid;
	return 0;
}

/* A window of proc/iomem that the log does not tell of. */
static int add_window(struct import *im, const struct iomem_line *l, u64 filled)
{
	struct desc_dimm m = { .id = filled_line(l) ? "virtio-mem" : l->name, .start = l->start, .size = l->end - l->start, .virtio_mem = true,
			       .plugged = true, .requested = filled, .nid = node_of(im, l->start) };

	return filled <= m.size ? desc_add_dimm(im->d, &m) : 0;
}

int import_virtio(struct import *im)
{
	int ret = 0;

	for (size_t i = 0; i < im->log.nr_virtio && !ret; i++) {
		const struct log_virtio *v = &im->log.virtio[i];
		struct desc_dimm m = { .id = v->id, .start = v->start, .size = v->size, .virtio_mem = true,
				       .plugged = v->requested, .requested = v->requested, .unit = v->unit,
				       .nid = v->nid };

		if (told_by_log(im, v->id) && v->requested <= v->size)
			ret = desc_add_dimm(im->d, &m);
	}
	for (size_t i = 0; i < im->nr_iomem && !im->iomem_masked && !ret; i++) {
		const struct iomem_line *l = &im->iomem[i];
		u64 filled = !l->depth && filled_line(l) ? l->end - l->start : filled_below(im, i);

		if (filled && !told_by_log(im, l->name))
			ret = add_window(im, l, filled);
	}
	return ret;
}
