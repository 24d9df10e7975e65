/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Poisoned pages: taken out of use because their memory is, or may soon be, bad.
 * Models: mm/memory-failure.c (6.12).
 */
#ifndef MM_HOTPLUG_MEMORY_FAILURE_H
#define MM_HOTPLUG_MEMORY_FAILURE_H

#include "boot/system.h"

/*
 * soft_offline_page(): move the content elsewhere, then use the page no more.
 * 0 (also when it is poisoned already), -ENXIO (no such page), -EIO (offline, or
 * a page that cannot be moved), -EBUSY (moving failed).
 */
int soft_offline_page(struct system *sys, pfn_t pfn, struct mm_error *err);
/*
 * memory_failure(): the page is bad now. Free pages leave the buddy, clean page
 * cache is dropped; 0. Kernel pages are left as they are: -EBUSY.
 */
int memory_failure(struct system *sys, pfn_t pfn, struct mm_error *err);

#endif
