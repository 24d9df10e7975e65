/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a low floor says something that the kernel would printk: the floor above
 * decides what becomes of the line (the machine's kernel log, a test, nothing).
 */
#ifndef MM_BASE_LOG_H
#define MM_BASE_LOG_H

#include "base/types.h"

struct log_sink {
	void (*line)(void *ctx, const char *line); /* without newline; the text is only valid during the call */
	void *ctx;
};

/* One line to @log; nothing happens when @log is NULL. Lines are cut at 255 bytes. */
void log_line(const struct log_sink *log, const char *fmt, ...) PRINTF(2, 3);

#endif
