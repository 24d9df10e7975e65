/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path of one allocation in words: see explain.c. */
#ifndef MM_SIM_EXPLAIN_H
#define MM_SIM_EXPLAIN_H

#include "alloc/page_alloc.h"

/* "order 3 MOVABLE: node 0 Movable > pcp empty > buddy, split from order 5 > pfn 0x489f0" */
void explain_line(const struct mm *mm, const struct alloc_explain *e, struct text *out);
/*
 * Zones that refused: free pages, the mark they had to beat, why; then their free
 * blocks by order as they are now, and what the reasons mean.
 */
void explain_table(const struct mm *mm, const struct alloc_explain *e, struct text *out);
/* "below the watermark" */
const char *refuse_words(enum refuse_reason reason);
const char *migratetype_name(int mt); /* "Unmovable" ..., as pagetypeinfo prints it */

#endif
