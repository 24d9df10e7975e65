/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watermarks, reserves and per-cpu list sizes: the part beyond what
 * alloc/page_alloc.h declares.
 * Models: mm/page_alloc.c, mm/khugepaged.c set_recommended_min_free_kbytes().
 */
#ifndef MM_ALLOC_WATERMARK_H
#define MM_ALLOC_WATERMARK_H

#include "alloc/page_alloc.h"

#define MIN_FREE_KBYTES_BOOT 1024 /* before init_per_zone_wmark_min() */

/* The sysctls as a fresh kernel has them. */
void vm_tunables_init(struct vm_tunables *vm);
/* min_free_kbytes from memory size: floor(sqrt(16 * lowmem KiB)), 128 KiB .. 256 MiB. */
void calculate_min_free_kbytes(struct mm *mm);
/*
 * What khugepaged makes of min_free_kbytes when transparent huge pages are on
 * (mm->vm.thp_enabled): room for two pageblocks of each type per zone, at most
 * 5 % of low memory. When they are off: calculate_min_free_kbytes().
 */
void set_recommended_min_free_kbytes(struct mm *mm);
/* PCPF_FREE_HIGH_BATCH where a cpu's cache slice holds more than 3 batches. */
void setup_pcp_cacheinfo(struct mm *mm);

#endif
