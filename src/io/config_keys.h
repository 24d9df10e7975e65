/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sections and keys of a machine file mean; see config_keys.c. */
#ifndef MM_IO_CONFIG_KEYS_H
#define MM_IO_CONFIG_KEYS_H

#include "boot/desc.h"
#include "io/config_value.h"
#include "io/ini_doc.h"

/* A key's function may be called once per entry, in the order of the file. */
struct config;

struct config_key {
	const char *section; /* "machine", "node" ...: the first word of the header */
	const char *key;
	bool repeat;         /* may stand there more than once */
	int (*set)(struct config *c, struct value *v);
	const char *help;    /* one line */
};

/* Everything that understanding a document needs. */
struct config {
	struct ini_doc *doc;
	struct desc *d;
	struct mm_error *err;
	int nid;                /* of the current [node N] */
	struct desc_dimm dimm;  /* the current [dimm ID] or [virtio-mem ID] */
	bool dimm_start, dimm_size;
	bool name_given, cpus_given, possible_given;
	/* Which entry made element i of an array of the description. */
	u32 *where[NR_DESC_PARTS];
	u32 nr_where[NR_DESC_PARTS];
};

/* Remember that the entry of @v made the element that is appended next. 0 or -ENOMEM. */
int config_here(struct config *c, enum desc_part part, const struct value *v);

extern const struct config_key *const config_tables[];
extern const unsigned config_nr_tables;

/* The description that @doc gives, called @name unless it says otherwise; NULL with *err. */
struct desc *config_understand(struct ini_doc *doc, const char *name, struct mm_error *err);

#endif
