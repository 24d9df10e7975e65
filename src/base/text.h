/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing text buffer. Everything that `show` prints is written into one;
 * whoever owns the buffer decides whether it goes to a pipe, a file or a panel.
 * Running out of host memory sets @failed and drops the rest; nothing crashes.
 */
#ifndef MM_BASE_TEXT_H
#define MM_BASE_TEXT_H

#include <stdarg.h>
#include "base/types.h"

struct text {
	char *buf; /* NUL terminated once something was written; owned */
	size_t len;
	size_t cap;
	bool failed;
};

#define TEXT_INIT { NULL, 0, 0, false }

void text_init(struct text *t);
void text_cleanup(struct text *t);
void text_clear(struct text *t);
/* The first byte of @s that acts on a terminal; NULL: none does. */
const char *text_harmful(const char *s);
/*
 * What acts on a terminal (control characters but newline and tab, bytes that are no UTF-8)
 * becomes '?', in place. Return: @s.
 */
char *text_harmless(char *s);
void text_printf(struct text *t, const char *fmt, ...) PRINTF(2, 3);
void text_vprintf(struct text *t, const char *fmt, va_list ap);
void text_puts(struct text *t, const char *s);
void text_write(struct text *t, const char *s, size_t n);
/* The text as a C string, never NULL; valid until the next write. */
const char *text_str(const struct text *t);

/* "256 MiB", "4 PiB", "1.5 GiB", "12 KiB": exact where it can be, else one decimal. */
const char *size_str(u64 bytes, char *buf, size_t n);

/*
 * Parse a number with an optional K/M/G/T/P/E suffix (powers of 1024), as the
 * kernel's memparse(); hexadecimal with 0x. @end may be NULL: then the whole
 * string must be used.
 * Return: 0, -EINVAL (no number), -ERANGE (does not fit 64 bits).
 */
int parse_size(const char *s, u64 *out, const char **end);

#endif
