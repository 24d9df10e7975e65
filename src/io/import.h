/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real system becomes a machine description: from '/', from a folder laid out
 * like it (a capture, an unpacked report), or from a boot log alone. Whatever
 * file is there is used; what is missing, unreadable, masked or contradictory is
 * told in the notes.
 *
 * Files, from the most to the least telling: the boot log, the firmware map,
 * proc/iomem, proc/zoneinfo, the sysfs nodes and memory blocks; buddyinfo,
 * pagetypeinfo and kpageflags give the state after boot.
 */
#ifndef MM_IO_IMPORT_H
#define MM_IO_IMPORT_H

#include "base/error.h"
#include "base/text.h"
#include "boot/desc.h"

enum import_flag {
	/*
	 * Predict instead of copy: do not look at what the kernel answered, that is
	 * proc/{zoneinfo,buddyinfo,pagetypeinfo,meminfo,vmstat},
	 * sys/devices/system/memory, and in the log the lines from "Zone ranges:"
	 * to the last "Initmem setup node" / "On node" line.
	 */
	IMPORT_WITHHOLD = 1 << 0,
	/* Do not read proc/{buddyinfo,pagetypeinfo,kpageflags}: the machine as it was after boot. */
	IMPORT_NO_STATE = 1 << 1,
};

/* Larger files are read up to here and a note says so. Units: bytes. */
#define IMPORT_MAX_FILE (64 * MiB)

/*
 * Describe the system under @root ('/', a folder, or a boot log file). Notes,
 * one sentence a line, say what was used, ignored, contradictory, or what root
 * would add; they also end up in desc->hostfacts. @notes may be NULL.
 *
 * Return: a new description (desc_free()), or NULL with *err: nothing there is
 * readable, or nothing says where memory is.
 */
struct desc *import_root(const char *root, unsigned flags, struct text *notes, struct mm_error *err);
/* The same for a boot log in memory (any @len bytes); @name stands for its file in messages. */
struct desc *import_log(const char *text, size_t len, const char *name, unsigned flags, struct text *notes,
			struct mm_error *err);

#endif
