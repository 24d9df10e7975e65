/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line to whoever listens; see base/log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

void log_line(const struct log_sink *log, const char *fmt, ...)
{
	char buf[256];
	va_list ap;

	if (!log || !log->line)
		return;
	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	log->line(log->ctx, buf);
}
