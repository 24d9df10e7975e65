/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Temporary root folders, and machines booted from descriptions, for tests of import and export. */
#ifndef TESTS_IMPORT_FIXTURE_H
#define TESTS_IMPORT_FIXTURE_H

#include "boot/system.h"

/* A new empty folder; free() the name after root_remove(). */
char *root_create(void);
/* Write @text (@len bytes) to @root/@rel; folders are made. */
void root_put(const char *root, const char *rel, const char *text, size_t len);
void root_puts(const char *root, const char *rel, const char *text);
/* Remove the folder with all that is in it and free its name. */
void root_remove(char *root);

/* $MMVIEW_SHARED/@rel, or ../shared/@rel; NULL and a message when it is not there. free() it. */
char *shared_path(const char *rel);
/* Call @fn for each capture <arch>/<machine>/root under the shared kernel folder. Return: how many; 0: none there. */
int each_capture(void (*fn)(const char *machine, const char *root, void *arg), void *arg);

/* A booted machine and what it stands on. */
struct booted {
	struct arena *arena;
	struct trace trace;
	struct system *sys;
};
/* Boot @d (not taken over) up to @upto; fails the test when it does not boot. */
void boot_desc(struct booted *b, const struct desc *d, enum boot_stage upto);
void booted_cleanup(struct booted *b);

#endif
