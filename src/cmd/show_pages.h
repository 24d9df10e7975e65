/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `show` prints about all pages at once: flags, owners, polluted pageblocks. */
#ifndef MM_CMD_SHOW_PAGES_H
#define MM_CMD_SHOW_PAGES_H

#include "cmd/command.h"

/* page-types' table: pages by combination of flags; argument: a filter (phys/page_types.h). */
int show_page_types(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err);
/* The first allocated blocks in page_owner's format; argument: how many. */
int show_page_owner(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err);
/* Owners by how many movable pageblocks their unmovable pages sit in. */
int show_polluters(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err);

#endif
