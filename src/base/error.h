/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors that a person reads: a negative errno-like code plus a sentence that
 * says what is wrong and what to do. Codes travel between functions; the
 * sentence is filled where the obstacle is known.
 */
#ifndef MM_BASE_ERROR_H
#define MM_BASE_ERROR_H

#include "base/types.h"

struct mm_error {
	int code; /* 0, or a negative errno */
	char msg[512];
};

/*
 * Fill @err (may be NULL) with @code and the sentence. A message already there
 * is kept: the first obstacle is the one worth reading.
 * Return: @code, so that callers can write `return mm_fail(err, -EINVAL, ...)`.
 */
int mm_fail(struct mm_error *err, int code, const char *fmt, ...) PRINTF(3, 4);

/* Put "prefix: " before the message of @err. No effect when err is NULL. */
void mm_error_prefix(struct mm_error *err, const char *fmt, ...) PRINTF(2, 3);

/* The symbolic name of an errno ("EBUSY"); "E?" for unknown ones. */
const char *mm_errname(int code);

#endif
