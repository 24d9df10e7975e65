/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of one page in all their forms: see translate.c. */
#ifndef MM_SIM_TRANSLATE_H
#define MM_SIM_TRANSLATE_H

#include "base/error.h"
#include "base/text.h"
#include "phys/linear_map.h"

struct system;

/* The linear map of a booted system. */
struct linear_map system_linear_map(const struct system *sys);
/*
 * What @word names: pfn:N, phys:N, virt:N (linear), page:N (struct page), section:N,
 * or a bare number (an address of the linear map or of vmemmap, else a pfn, else a
 * physical address). Stores the pfn; @as (may be NULL) tells how it was read. 0 or -EINVAL.
 */
int translate_word(const struct system *sys, const char *word, pfn_t *pfn, const char **as, struct mm_error *err);
/* `show translate WORD`: all forms with the arithmetic. 0 or -EINVAL. */
int translate(const struct system *sys, const char *word, struct text *out, struct mm_error *err);

#endif
