/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `conform DIR`: a recorded kernel's allocator against ours. DIR holds the state
 * before (before.txt), every request and free with the page that the kernel
 * returned (ops.txt), and states in between and after (mid-*.txt, after.txt).
 */
#ifndef MM_SIM_CONFORM_H
#define MM_SIM_CONFORM_H

#include "base/error.h"
#include "base/text.h"

/*
 * Load, replay, compare; the report goes to @out. 0: every operation and every
 * state is equal. -EUCLEAN: something differs (the report says what); other
 * -errno: the folder cannot be read (*err names file, line and remedy).
 */
int conform_dir(const char *dir, struct text *out, struct mm_error *err);

#endif
