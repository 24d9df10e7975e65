/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that appear whole or not at all: see atomic_file.c. */
#ifndef MM_IO_ATOMIC_FILE_H
#define MM_IO_ATOMIC_FILE_H

#include "base/error.h"
#include "base/types.h"

/*
 * Write @len bytes to @path: into a new file beside it, flushed to disk, then
 * renamed. A link stays one, and a device or a pipe is written as it is.
 * 0, or -errno with what to do; the old file is untouched then.
 */
int atomic_write_file(const char *path, const char *data, size_t len, struct mm_error *err);

#endif
