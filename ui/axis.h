/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The address axis, twice.
 *
 * struct axis cuts the stretches of memory into cells of 1 << shift pages for
 * the heatmap: cell numbers run on over holes, so a hole costs no screen.
 *
 *    memory   |0000|1111|2222|.....hole.....|3333|4444|
 *    cells      0    1    2                   3    4
 *
 * struct scale lays the same stretches out over the columns of the bands, to
 * scale, with each hole squeezed into one column.
 *
 * Both are pure arithmetic and do not know what memory holds.
 */
#ifndef MM_UI_AXIS_H
#define MM_UI_AXIS_H

#include "base/types.h"

struct axis_seg {
	pfn_t start, end; /* aligned to the cell size */
	u64 cell;         /* number of its first cell */
};

struct axis {
	unsigned shift; /* log2 pages of a cell */
	int nr;
	struct axis_seg *seg; /* owned */
	u64 cells;      /* in all */
};

/* @r: sorted stretches without overlaps. 0 or -ENOMEM. Frees what was there. */
int axis_build(struct axis *a, const struct pfn_range *r, int nr, unsigned shift);
/*
 * The same, but the stretches i with new_row[i] begin at a multiple of @row cells:
 * the cells before are void. @new_row NULL: none does.
 */
int axis_build_rows(struct axis *a, const struct pfn_range *r, const bool *new_row, int nr, unsigned shift, u64 row);
/* Nothing belongs there: the end of a row that the next stretch did not want. */
bool axis_is_void(const struct axis *a, u64 cell);
void axis_cleanup(struct axis *a);
/* Cell of @pfn; for a pfn in a hole the nearest cell after it, at the end the last. */
u64 axis_cell(const struct axis *a, pfn_t pfn);
/* First pfn of @cell; cells past the end give the end. */
pfn_t axis_pfn(const struct axis *a, u64 cell);
/* A hole lies right before @cell. */
bool axis_hole_before(const struct axis *a, u64 cell);
/* The smallest shift at which everything fits into @cells. */
unsigned axis_fit(const struct pfn_range *r, int nr, u64 cells);

#define SCALE_MAX 64
struct scale_seg {
	phys_t start, end;
	int x, w; /* columns */
};
struct scale {
	int nr, width;
	struct scale_seg seg[SCALE_MAX];
};

/* Lay the stretches @r out over @width columns; small holes are drawn to scale when there are too many. */
void scale_build(struct scale *s, const struct phys_range *r, int nr, int width);
/* Where @addr lies, in eighths of a column; a hole is the middle of its column. */
int scale_x8(const struct scale *s, phys_t addr);
/* First address of column @x; in a hole's column the end of the hole. */
phys_t scale_addr(const struct scale *s, int x);
bool scale_is_hole(const struct scale *s, int x);
/* The largest power of two (or 10 of them) apart at which labels of @label columns do not touch. */
u64 scale_tick(const struct scale *s, int label);

#endif
