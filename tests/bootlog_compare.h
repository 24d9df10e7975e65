/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real boot logs as tests: take the kernel's answers out of a log, import the
 * rest, boot it, and compare what the model prints with what the log said.
 */
#ifndef TESTS_BOOTLOG_COMPARE_H
#define TESTS_BOOTLOG_COMPARE_H

#include "base/text.h"
#include "io/bootlog.h"

struct log_verdict {
	enum log_arch arch;
	unsigned lines;      /* answer lines in the log */
	unsigned equal;      /* of them predicted */
	char first[160];     /* the first one that is not, or why there is no machine */
	bool booted;
};

/* Lines of @want (zones, Movable starts, node ranges, Initmem, unavailable ranges) found in @got. */
void bootlog_compare(const struct bootlog *want, const struct bootlog *got, struct log_verdict *v);
/* Import the log at @path with its answers withheld, boot, compare. */
void bootlog_predict(const char *path, struct log_verdict *v);

struct log_totals {
	unsigned logs;       /* all */
	unsigned booted;
	unsigned judged;     /* x86_64, i386, arm64 */
	unsigned right;      /* of these, predicted in every line */
};

/*
 * Every log in folder @dir, one row each in @out ("log, arch, lines, equal, different")
 * and a last line of sums. 0, or -errno when there is no such folder.
 */
int bootlog_table(const char *dir, struct text *out, struct log_totals *t);

#endif
