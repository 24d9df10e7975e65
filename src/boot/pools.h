/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what boot set aside to what is used at run time: the hugetlb pools and CMA
 * areas of a machine, made when somebody asks for them first.
 */
#ifndef MM_BOOT_POOLS_H
#define MM_BOOT_POOLS_H

#include "boot/system.h"

struct hugetlb;
struct cma_table;

/* Needs the last boot stage. Never NULL. */
struct hugetlb *system_hugetlb(struct system *sys);
struct cma_table *system_cma(struct system *sys);
/* sys->hstate[].nr follows the pools. */
void system_hugetlb_count(struct system *sys);
/* Huge pages of processes that are gone return to their pools; then the same. */
void system_hugetlb_reap(struct system *sys);

#endif
