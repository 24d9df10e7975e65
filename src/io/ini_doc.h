/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine file taken apart into (section, key, value, line), before anybody
 * asks what it means. Reading is done by config.c, understanding by
 * config_keys.c.
 */
#ifndef MM_IO_INI_DOC_H
#define MM_IO_INI_DOC_H

#include "base/error.h"
#include "base/types.h"

struct ini_entry {
	const char *section; /* points into the document's section table */
	char *key;
	char *value; /* as it stands in the file */
	u32 line;
	bool used;
};

struct ini_section {
	char *name;
	u32 line;
};

struct ini_doc {
	const char *name; /* file name for messages; not owned */
	struct ini_entry *entry;
	u32 nr_entries;
	struct ini_section *section;
	u32 nr_sections;
};

void ini_doc_cleanup(struct ini_doc *doc);

/* The first entry called @key in @section; NULL: none. */
struct ini_entry *ini_doc_find(struct ini_doc *doc, const char *section, const char *key);

/*
 * An error about @e: "file:line: [section] key = value: ..." with @fmt behind.
 * Return: @code.
 */
int ini_fail(const struct ini_doc *doc, const struct ini_entry *e, struct mm_error *err, int code,
	     const char *fmt, ...) PRINTF(5, 6);

#endif
