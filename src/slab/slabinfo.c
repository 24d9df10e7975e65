/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of /proc/slabinfo. See slab/slabinfo.h.
 *
 * Names may contain blanks ("UBIFS inode cache"), so a row is taken apart from the
 * ": tunables" in its middle towards both ends.
 */
#include "slab/slabinfo.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slab/slub_internal.h"

#define MAX_LINE 512

void slabinfo_print(const struct slab_state *st, struct text *out)
{
	struct slab_cache_info c;

	text_puts(out, "slabinfo - version: 2.1\n"
		       "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		       " : tunables <limit> <batchcount> <sharedfactor>"
		       " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for (const struct kmem_cache *s = st->newest; s; s = s->older) {
		slab_cache_info(st, s, &c);
		text_printf(out, "%-17s %6llu %6llu %6u %4u %4d : tunables %4u %4u %4u", c.name,
			    (unsigned long long)c.active_objs, (unsigned long long)c.num_objs, c.geo.size,
			    c.geo.objects, 1 << c.geo.order, 0u, 0u, 0u);
		text_printf(out, " : slabdata %6llu %6llu %6lu\n", (unsigned long long)c.num_slabs,
			    (unsigned long long)c.num_slabs, 0ul);
	}
}

/* The number at the end of [line, end); moves *end before it. */
static bool last_number(const char *line, const char **end, u64 *out)
{
	const char *e = *end;
	const char *p;

	while (e > line && isspace((unsigned char)e[-1]))
		e--;
	for (p = e; p > line && isdigit((unsigned char)p[-1]); p--)
		;
	if (p == e || e - p > 18 || p == line || !isspace((unsigned char)p[-1]))
		return false;
	*out = strtoull(p, NULL, 10);
	*end = p;
	return true;
}

static bool parse_left(const char *line, const char *mid, struct slabinfo_row *row)
{
	const char *end = mid;

	if (!last_number(line, &end, &row->pagesperslab) || !last_number(line, &end, &row->objperslab) ||
	    !last_number(line, &end, &row->objsize) || !last_number(line, &end, &row->num_objs) ||
	    !last_number(line, &end, &row->active_objs))
		return false;
	while (line < end && isspace((unsigned char)*line))
		line++;
	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	if (end == line || (size_t)(end - line) >= sizeof(row->name))
		return false;
	memcpy(row->name, line, (size_t)(end - line));
	for (const char *c = row->name; *c; c++)
		if ((unsigned char)*c < ' ')
			return false;
	return true;
}

static bool parse_right(const char *mid, struct slabinfo_row *row)
{
	const char *data = strstr(mid, ": slabdata");
	unsigned long long active, total, limit;

	if (!data || sscanf(mid, ": tunables %18llu", &limit) != 1 ||
	    sscanf(data, ": slabdata %18llu %18llu", &active, &total) != 2)
		return false;
	row->limit = limit;
	row->active_slabs = active;
	row->num_slabs = total;
	return true;
}

int slabinfo_parse(const char *line, size_t len, struct slabinfo_row *row)
{
	char buf[MAX_LINE];
	const char *mid;
	const char *p;

	memset(row, 0, sizeof(*row));
	if (len >= sizeof(buf) || memchr(line, '\0', len))
		return -EINVAL;
	memcpy(buf, line, len);
	buf[len] = '\0';
	p = buf + strspn(buf, " \t\r");
	if (!*p || *p == '#' || !strncmp(p, "slabinfo", 8))
		return 1;
	mid = strstr(p, ": tunables");
	if (!mid || !parse_left(p, mid, row) || !parse_right(mid, row))
		return -EINVAL;
	return 0;
}
