/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands print, for machines: see json.c. */
#ifndef MM_IO_JSON_H
#define MM_IO_JSON_H

#include "mmview.h"

/*
 * Run @line and append one JSON object and a newline to @out:
 * {"command":…,"status":0,…}. `show` of zones, blocks, nodes, iomem, owners and
 * pages has fields; everything else has "lines". On failure "error" is there.
 * Return: what the command returned.
 */
int json_command(struct machine *m, const char *line, struct text *out, struct mm_error *err);
/* @s as a JSON string with quotes; control characters and bytes that are no UTF-8 are escaped. */
void json_string(struct text *out, const char *s, size_t n);

#endif
