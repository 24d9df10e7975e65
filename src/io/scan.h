/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading numbers and ranges out of kernel text. Every function takes a cursor,
 * moves it only on success, and never reads past the terminating NUL.
 */
#ifndef MM_IO_SCAN_H
#define MM_IO_SCAN_H

#include "base/types.h"

/* Skip blanks (space, tab). */
void scan_blanks(const char **s);
/* Skip the literal @lit. Return: whether it was there. */
bool scan_lit(const char **s, const char *lit);
/* Digits of @base (10 or 16; 16 takes an optional 0x). False: no digit, or more than 64 bits. */
bool scan_num(const char **s, int base, u64 *out);
/* 0x means hexadecimal, else decimal. */
bool scan_any(const char **s, u64 *out);
bool scan_int(const char **s, int *out); /* decimal, may be negative */
/* The next run of non-blank characters into @buf (cut to @n - 1). False: end of text. */
bool scan_word(const char **s, char *buf, size_t n);

/*
 * "[mem 0xA-0xB]" (B inclusive), as most kernel messages print ranges; the
 * opening bracket is searched for from *s on. @end becomes exclusive; a range
 * that ends at the last byte of 64-bit space ends at ~0. False: no such text.
 * Swapped ranges are returned as they stand (*end <= *start).
 */
bool scan_mem(const char **s, phys_t *start, phys_t *end);
/* "0xA-0xB" or "A-B" in hexadecimal, inclusive; same conventions. */
bool scan_range(const char **s, phys_t *start, phys_t *end);
/* inclusive end -> exclusive, saturating */
phys_t range_end(phys_t last);

/* A list of cpus or nodes, "0-3,8,10-11": calls @fn for each; false: malformed or above @max. */
bool scan_list(const char *s, u64 max, void (*fn)(u64 n, void *arg), void *arg);

#endif
