/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of the live view: see live.h. */
#ifndef MM_IO_LIVE_INTERNAL_H
#define MM_IO_LIVE_INTERNAL_H

#include "boot/system.h"
#include "io/import_state.h"
#include "io/live.h"

/* --- live_zoneinfo.c --------------------------------------------------------- */

/*
 * Is @text a whole zoneinfo? NULL, or what is wrong with it ("is cut in the middle of
 * node 0, zone Normal"), in @why (@n bytes).
 */
const char *live_zoneinfo_wrong(const char *text, char *why, size_t n);
/* Do both place the same zones at the same pages? */
bool live_zoneinfo_same_layout(const char *a, const char *b);
/* Watermarks, protection, per-cpu list sizes and counters into the machine's zones and nodes. */
void live_zoneinfo_apply(struct system *sys, const char *text);
/* Events of proc/vmstat. */
void live_vmstat_apply(struct system *sys, const char *text);

/* --- live_free.c --------------------------------------------------------------- */

/* What is wrong with a buddyinfo, or a pagetypeinfo (@typed), next to the last good one; NULL: nothing. */
const char *live_free_wrong(const char *text, const char *last, bool typed, char *why, size_t n);
/*
 * The zones' lists get the counts of @buddy (NULL: not known), by the types of @types
 * (NULL: those that the lists have now). Zones whose counts are right already are left alone.
 */
void live_free_apply(struct system *sys, const char *buddy, const char *types, struct live_stats *st);

#endif
