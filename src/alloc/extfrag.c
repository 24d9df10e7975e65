/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fragmentation measures: see extfrag.h. */
#include "alloc/extfrag.h"

#include <string.h>

void fill_contig_page_info(const struct mm *mm, const struct zone *z, int order, struct contig_page_info *info)
{
	memset(info, 0, sizeof(*info));
	for (int o = 0; o <= mm->arch->max_page_order; o++) {
		u64 blocks = area_nr_free(&z->free_area[o]);

		info->free_blocks_total += blocks;
		info->free_pages += blocks << o;
		if (o >= order)
			info->free_blocks_suitable += blocks << (o - order);
	}
}

static int unusable_of(const struct contig_page_info *info, int order)
{
	if (!info->free_pages)
		return 1000;
	return (int)((info->free_pages - (info->free_blocks_suitable << order)) * 1000 / info->free_pages);
}

static int index_of(const struct contig_page_info *info, int order)
{
	if (!info->free_blocks_total)
		return 0;
	if (info->free_blocks_suitable)
		return -1000;
	return 1000 - (int)((1000 + info->free_pages * 1000 / (1ULL << order)) / info->free_blocks_total);
}

int unusable_free_index(const struct mm *mm, const struct zone *z, int order)
{
	struct contig_page_info info;

	fill_contig_page_info(mm, z, order, &info);
	return unusable_of(&info, order);
}

int fragmentation_index(const struct mm *mm, const struct zone *z, int order)
{
	struct contig_page_info info;

	fill_contig_page_info(mm, z, order, &info);
	return index_of(&info, order);
}

void fragmentation_indices(const struct mm *mm, const struct zone *z, int *unusable, int *index)
{
	struct contig_page_info info;

	fill_contig_page_info(mm, z, 0, &info);
	info.free_blocks_suitable = 0;
	/* A block of one order is two of the order below. */
	for (int order = mm->arch->max_page_order; order >= 0; order--) {
		info.free_blocks_suitable = info.free_blocks_suitable * 2 + area_nr_free(&z->free_area[order]);
		unusable[order] = unusable_of(&info, order);
		index[order] = index_of(&info, order);
	}
}

unsigned extfrag_for_order(const struct mm *mm, const struct zone *z, int order)
{
	struct contig_page_info info;

	fill_contig_page_info(mm, z, order, &info);
	if (!info.free_pages)
		return 0;
	return (unsigned)((info.free_pages - (info.free_blocks_suitable << order)) * 100 / info.free_pages);
}
