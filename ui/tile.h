/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cell of the heatmap: what a mixture of pages looks like. Pure.
 *
 * A cell that is all of one kind is filled with its colour and carries its
 * letter (a free one: the largest free order as a digit). A mixed cell is a
 * gauge: free on top, used rising from the bottom in eighths.
 */
#ifndef MM_UI_TILE_H
#define MM_UI_TILE_H

#include "phys/summary.h"
#include "style.h"

enum tile_lens { LENS_PAGES, LENS_PAGEBLOCKS, /* those below look at pages: lens.h */ LENS_ORDER, LENS_TYPE, LENS_OWNER,
	LENS_PROCESS, LENS_FLAGS, LENS_AGE, LENS_REF, LENS_FOLIO, LENS_LRU, NR_LENSES };

struct tile_options {
	enum tile_lens lens;
	bool letters; /* letters and digits in cells */
	bool gauges;  /* part blocks are possible (not ASCII, some colours) */
};

struct tile {
	u32 ch;
	struct style style;
};

struct tile tile_of(const struct summary *s, const struct tile_options *o);
/* Colour, letter and name of one summary class ("u", "unmovable"). */
enum color class_color(unsigned cls);
char class_letter(unsigned cls);
const char *class_label(unsigned cls);
enum color mt_color(unsigned mt);
char mt_letter(unsigned mt);
/* '0'..'9', 'A'.. */
char order_digit(unsigned order);
/* Largest order with free pages, -1: none. */
int summary_largest_free(const struct summary *s);
u64 summary_free(const struct summary *s);
/* The used class with most pages; SUM_HOLE when there is none. *pages: how many. */
unsigned summary_main_use(const struct summary *s, u64 *pages);

#endif
