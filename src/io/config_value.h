/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of machine files: numbers, sizes, ranges, lists, words. Readers take a
 * cursor into the value and leave it behind what they read; all of them fail
 * with a message about the entry.
 */
#ifndef MM_IO_CONFIG_VALUE_H
#define MM_IO_CONFIG_VALUE_H

#include "base/error.h"
#include "base/types.h"
#include "io/ini_doc.h"

/* What a reader needs to complain. */
struct value {
	const struct ini_doc *doc;
	struct ini_entry *e;
	struct mm_error *err;
	const char *s; /* cursor */
};

int value_fail(const struct value *v, const char *fmt, ...) PRINTF(2, 3);

/* "4096", "0x1000", "256M", "256MiB". */
int value_size(struct value *v, u64 *out);
/* A plain number in [lo, hi]. */
int value_number(struct value *v, u64 lo, u64 hi, u64 *out);
/* "START-END" (END is the last byte) or "START+SIZE" as half-open [start, end). */
int value_range(struct value *v, phys_t *start, phys_t *end);
/* yes/no, on/off, true/false, 1/0. */
int value_bool(struct value *v, bool *out);
/* Nothing but blanks must be left. */
int value_end(struct value *v);

void value_skip_blanks(struct value *v);
/* Is the next word @word? Then it is read. */
bool value_word(struct value *v, const char *word);
/* Does the next word begin with @name and '='? Then the cursor stands behind the '='. */
bool value_option(struct value *v, const char *name);
/* The rest of the value without the blanks in front; "" when there is none. */
const char *value_rest(struct value *v);
/* The same as text for people: "\\x3b" has become ';'. Call it once, last. */
char *value_text(struct value *v);

/* "0-3,8,10-11": @fn for each number up to @max. */
int value_list(struct value *v, u64 max, int (*fn)(u64 n, void *arg), void *arg);

/* Number of single-character edits from @a to @b, for "did you mean". */
unsigned edit_distance(const char *a, const char *b);

#endif
