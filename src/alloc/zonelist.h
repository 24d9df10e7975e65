/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zonelists: in which order a request walks zones and nodes.
 * Models: mm/page_alloc.c build_all_zonelists(), find_next_best_node(), node_load.
 */
#ifndef MM_ALLOC_ZONELIST_H
#define MM_ALLOC_ZONELIST_H

#include "alloc/mm.h"

/*
 * Rebuild both lists of every node, and decide whether there is memory enough to
 * group pages by mobility (mm->vm.mobility).
 */
void build_all_zonelists(struct mm *mm);
/* Nodes in the order of the fallback list of @nid into @out (room for nr_node_ids). Return: how many. */
int node_fallback_order(struct mm *mm, int nid, int *out);
/* The highest zone that memory policies apply to: never Movable. */
enum zone_type policy_zone(const struct mm *mm);
/* Highest zone type that @gfp may use (gfp_zone()). */
enum zone_type gfp_zone(const struct mm *mm, gfp_t gfp);

#endif
