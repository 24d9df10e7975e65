/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated machine as a folder laid out like a root file system: proc/, sys/
 * and var/log/dmesg in the kernel's formats, sysfs links included, so that real
 * programs read it (lsmem -s DIR, lstopo --input DIR) and --import reads it back.
 */
#ifndef MM_IO_EXPORT_H
#define MM_IO_EXPORT_H

#include "base/error.h"
#include "boot/system.h"

/* More memory blocks than this are not written: each is a folder of eight entries. */
#define EXPORT_MAX_BLOCKS 65536

/*
 * Write @sys to the folder @dir, which must not exist or be empty: into a folder
 * beside it first, renamed when all is written, so that @dir appears whole or not
 * at all. *nr_files (may be NULL) counts files and links.
 *
 * Return: 0; -EEXIST: there is something in @dir; -E2BIG: too many memory blocks;
 * -EINVAL: not booted; or what the file system said.
 */
int export_dir(struct system *sys, const char *dir, u64 *nr_files, struct mm_error *err);

#endif
