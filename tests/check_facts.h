/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts: what kernel files say, as (key, value) pairs that can be compared. Used
 * by check_kernel.
 */
#ifndef TESTS_CHECK_FACTS_H
#define TESTS_CHECK_FACTS_H

#include <stdarg.h>

#include "base/types.h"

struct fact {
	char key[256];
	char value[128]; /* "" where the key alone is the fact */
};

struct facts {
	struct fact *fact; /* owned */
	size_t nr;
	size_t cap;
};

void facts_cleanup(struct facts *f);
void facts_add(struct facts *f, const char *value, const char *fmt, ...) PRINTF(3, 4);
/* The value of @key, NULL when nobody said. */
const char *facts_find(const struct facts *f, const char *key);
/* Copy the next line of *s (cut at @n - 1 bytes) and step over it; false at the end. */
bool next_line(const char **s, char *line, size_t n);

/* What each file says, as far as a model can know it. */
void facts_zoneinfo(struct facts *f, const char *text);
void facts_meminfo(struct facts *f, const char *text);
void facts_vmstat(struct facts *f, const char *text);
void facts_buddyinfo(struct facts *f, const char *text);
void facts_pagetypeinfo(struct facts *f, const char *text);
void facts_iomem(struct facts *f, const char *text);
void facts_log(struct facts *f, const char *text);
/* Every line as it is, keyed by @what. */
void facts_lines(struct facts *f, const char *text, const char *what);

#endif
