/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running system that is looked at again and again. The first look is an import
 * (io/import.h); later ones read the small files again and put only what changed
 * into the machine:
 *
 *   proc/buddyinfo, proc/pagetypeinfo   free blocks of the zones whose counts changed
 *   proc/zoneinfo                       watermarks, protection, per-cpu lists, counters
 *   proc/vmstat                         events
 *   proc/iomem, sys nodes and blocks    another layout: a whole import
 *
 * A file that goes away, or makes no sense, is told; what it said last stays.
 */
#ifndef MM_IO_LIVE_H
#define MM_IO_LIVE_H

#include "base/error.h"
#include "base/text.h"

struct live;
struct machine;

enum live_result {
	LIVE_SAME,     /* no file changed: the machine is as it was */
	LIVE_CHANGED,  /* the machine was changed in place */
	LIVE_REPLACED, /* another machine took its place; the old one is gone */
};

/* What looking cost so far. */
struct live_stats {
	u64 looks;         /* calls of live_look() */
	u64 imports;       /* whole imports */
	u64 bytes_read;
	u64 bytes_parsed;  /* of files that differed from last time */
	u64 zones_changed; /* whose free lists were made anew in part */
	u64 blocks_moved;  /* free or used blocks that changed */
};

/*
 * Import the system under @root ('/', a folder, a boot log). *m: its machine, without
 * history; the caller's (machine_destroy()). NULL and *err: as machine_import_look().
 */
struct live *live_open(const char *root, struct machine **m, struct mm_error *err);
void live_close(struct live *l);

/*
 * Look again. *m may be replaced. Return: enum live_result, or -ENOMEM with *err when
 * the host has no memory left; the machine is then as good as it was.
 */
int live_look(struct live *l, struct machine **m, struct mm_error *err);

/* What the last whole import had to say, one sentence a line. */
const char *live_notes(const struct live *l);
/* What is wrong with the files at present, one sentence a line; "": nothing. */
const char *live_trouble(const struct live *l);
const struct live_stats *live_stats(const struct live *l);

#endif
