/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's own colours, in config.ini:
 *
 *    [theme beamer]
 *    base = light              ; what is not named below; dark unless said
 *    ground = #ffffff
 *    free = #0b3d2e #bfe8c0    ; order 0 to the largest, steps between
 *    kernel = #a02020
 */
#ifndef MM_UI_THEME_H
#define MM_UI_THEME_H

#include "base/error.h"
#include "style.h"

#define MAX_THEMES 16

struct themes {
	struct theme own[MAX_THEMES];
	int nr;
};

/* "[theme NAME]" begins. 0, or -EINVAL with *err. */
int theme_begin(struct themes *t, const char *name, struct mm_error *err);
/* A line of the theme that began last. 0, or -EINVAL with *err. */
int theme_set(struct themes *t, const char *key, const char *value, struct mm_error *err);
/* The user's, else ours. NULL: there is none. */
const struct theme *theme_find(const struct themes *t, const char *name);
/* The one after @name: ours first, then the user's, and from the last to the first. */
const struct theme *theme_next(const struct themes *t, const char *name);
/* "dark, light, ...": all that there are. */
void theme_names(const struct themes *t, char *buf, size_t n);

#endif
