/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state that an imported machine was in: after boot its free lists are made
 * to hold exactly the blocks that buddyinfo and pagetypeinfo counted.
 */
#ifndef MM_IO_IMPORT_STATE_H
#define MM_IO_IMPORT_STATE_H

#include "base/error.h"
#include "boot/system.h"

/*
 * Take pages (owner "imported") from the booted @sys until each zone that
 * desc->freecount names has exactly these free blocks per order and, where known,
 * per migratetype. Zones that it does not name stay as booted. The same
 * description gives the same machine.
 *
 * Return: 0, or -ENOSPC: a zone of the model has too few pages for the counts; it
 * then holds as many as fit, largest orders first, and *err says how many lack.
 */
int import_apply_freecounts(struct system *sys, struct mm_error *err);

#endif
