/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a captured system was doing, in [state]: its pages one behind the other, and its
 * slab caches. Reading and writing stand side by side, because both spell the same words.
 *
 *   run = 0x100000 .4 k*12 a*3 f2 s3*8
 *         address  |  |    |   |  `- eight blocks of order 3 with slabs
 *                  |  |    |   `---- a folio of order 2 of the page cache
 *                  |  |    `-------- three anonymous pages
 *                  |  `------------- twelve pages of the kernel
 *                  `---------------- a free block of order 4
 */
#include <stdio.h>
#include <string.h>

#include "io/config_keys.h"
#include "io/config_tables.h"

#define LINE_ROOM 150

static int no_memory(const struct value *v)
{
	return ini_fail(v->doc, v->e, v->err, -ENOMEM, "no memory");
}

/* --- pages ------------------------------------------------------------------- */

/* LETTER[ORDER][*COUNT] */
static int read_blocks(struct value *v, struct desc_run *r)
{
	const char *letter = strchr(DESC_USE_LETTERS, *v->s);
	u64 n;

	if (!letter || !*letter)
		return value_fail(v, "'%c' is no use of pages; there are %s (see mmview.ini(5))", *v->s, DESC_USE_LETTERS);
	r->use = (u8)(letter - DESC_USE_LETTERS);
	r->order = 0;
	r->nr = 1;
	v->s++;
	if (*v->s >= '0' && *v->s <= '9') {
		if (value_number(v, 0, NR_PAGE_ORDERS_MAX - 1, &n))
			return -EINVAL;
		r->order = (u8)n;
	}
	if (*v->s == '*') {
		v->s++;
		if (value_number(v, 1, UINT32_MAX, &n))
			return -EINVAL;
		r->nr = (u32)n;
	}
	return 0;
}

/* ADDRESS BLOCKS... */
static int set_run(struct config *c, struct value *v)
{
	struct desc_run r = { 0 };
	u64 addr;

	if (value_size(v, &addr))
		return -EINVAL;
	r.pfn = addr >> c->d->arch.page_shift;
	if (r.pfn << c->d->arch.page_shift != addr)
		return value_fail(v, "the address is no multiple of the page size");
	while (*value_rest(v)) {
		size_t before = c->d->nr_run;

		value_skip_blanks(v);
		if (read_blocks(v, &r))
			return -EINVAL;
		if (desc_add_run(c->d, &r))
			return no_memory(v);
		if (c->d->nr_run != before && config_here(c, DESC_RUN, v))
			return -ENOMEM;
		r.pfn += (u64)r.nr << r.order;
	}
	return 0;
}

static void put_blocks(struct text *out, const struct desc_run *r)
{
	text_printf(out, " %c", DESC_USE_LETTERS[r->use]);
	if (r->order || r->use == USE_FREE)
		text_printf(out, "%u", r->order);
	if (r->nr > 1)
		text_printf(out, "*%u", r->nr);
}

void config_put_runs(struct text *out, const struct desc *d)
{
	size_t line = 0;
	pfn_t next = NO_PFN;

	if (d->nr_run)
		text_puts(out, "; Pages from an address on: use, order, *how many. free .  anonymous a A  page cache f F\n"
			       "; shared m M  unevictable u U  slab s  page tables t  hugetlb h  kernel k  reserved r\n"
			       "; offline o  broken p; capitals: on the active list\n");
	for (size_t i = 0; i < d->nr_run; i++) {
		const struct desc_run *r = &d->run[i];

		if (r->pfn != next || out->len - line > LINE_ROOM) {
			text_puts(out, next == NO_PFN ? "" : "\n");
			line = out->len;
			text_printf(out, "run = 0x%llx", (unsigned long long)(r->pfn << d->arch.page_shift));
		}
		put_blocks(out, r);
		next = r->pfn + ((u64)r->nr << r->order);
	}
	text_puts(out, d->nr_run ? "\n" : "");
}

/* --- slab caches ---------------------------------------------------------------- */

/* ACTIVE_OBJS NUM_OBJS OBJSIZE OBJPERSLAB PAGESPERSLAB ACTIVE_SLABS NUM_SLABS NAME */
static int set_cache(struct config *c, struct value *v)
{
	struct desc_slab s = { 0 };
	u64 *const field[] = { &s.active_objs, &s.num_objs, &s.objsize, &s.objperslab, &s.pagesperslab, &s.active_slabs,
			       &s.num_slabs };

	for (size_t i = 0; i < ARRAY_SIZE(field); i++)
		if (value_size(v, field[i]))
			return -EINVAL;
	s.name = value_text(v);
	if (!*s.name)
		return value_fail(v, "the name of the cache is missing behind its seven numbers");
	if (config_here(c, DESC_SLAB, v))
		return -ENOMEM;
	return desc_add_slab(c->d, &s) ? no_memory(v) : 0;
}

void config_put_slab(struct text *out, const struct desc_slab *s)
{
	const u64 field[] = { s->active_objs, s->num_objs, s->objsize, s->objperslab, s->pagesperslab, s->active_slabs,
			      s->num_slabs };

	text_puts(out, "cache =");
	for (size_t i = 0; i < ARRAY_SIZE(field); i++)
		text_printf(out, " %llu", (unsigned long long)field[i]);
}

const struct config_key config_state_keys[] = {
	{ "state", "run", true, set_run, "ADDRESS BLOCKS ...: what pages were used for" },
	{ "state", "cache", true, set_cache, "ACTIVE NUM SIZE OBJS PAGES ACTIVE_SLABS SLABS NAME: a row of slabinfo" },
	{ NULL, NULL, false, NULL, NULL },
};
