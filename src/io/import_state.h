/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state that an imported machine was in: after boot its free lists are made
 * to hold exactly the blocks that buddyinfo and pagetypeinfo counted.
 */
#ifndef MM_IO_IMPORT_STATE_H
#define MM_IO_IMPORT_STATE_H

#include "boot/system.h"

/*
 * Take pages (owner "imported") from the booted @sys until each zone that
 * desc->freecount names has exactly these free blocks per order and, where known,
 * per migratetype. Zones that it does not name stay as booted. The same
 * description gives the same machine.
 *
 * A zone of the model may have fewer pages than the counts need, because boot of
 * another kernel took more; then as many are free as fit, and the kernel log says
 * how many lack.
 */
void import_apply_freecounts(struct system *sys);

#endif
