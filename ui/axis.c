/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells and columns of the address axis: see axis.h. */
#include "axis.h"

#include <stdlib.h>
#include <string.h>

void axis_cleanup(struct axis *a)
{
	free(a->seg);
	memset(a, 0, sizeof(*a));
}

int axis_build_rows(struct axis *a, const struct pfn_range *r, const bool *new_row, int nr, unsigned shift, u64 row)
{
	u64 size = 1ULL << shift;
	int n = 0;

	axis_cleanup(a);
	a->seg = calloc(nr > 0 ? (size_t)nr : 1, sizeof(*a->seg));
	if (!a->seg)
		return -ENOMEM;
	a->shift = shift;
	for (int i = 0; i < nr; i++) {
		pfn_t start = align_down(r[i].start, size), end = align_up(r[i].end, size);
		bool fresh = new_row && new_row[i] && row;

		if (n && (start < a->seg[n - 1].end || (start == a->seg[n - 1].end && !fresh))) {
			a->seg[n - 1].end = max_u64(end, a->seg[n - 1].end);
			continue;
		}
		if (n)
			a->cells += (a->seg[n - 1].end - a->seg[n - 1].start) >> shift;
		if (fresh)
			a->cells = (a->cells + row - 1) / row * row;
		a->seg[n++] = (struct axis_seg){ start, end, a->cells };
	}
	if (n)
		a->cells += (a->seg[n - 1].end - a->seg[n - 1].start) >> shift;
	a->nr = n;
	return 0;
}

int axis_build(struct axis *a, const struct pfn_range *r, int nr, unsigned shift)
{
	return axis_build_rows(a, r, NULL, nr, shift, 0);
}

bool axis_is_void(const struct axis *a, u64 cell)
{
	for (int i = a->nr - 1; i >= 0; i--)
		if (cell >= a->seg[i].cell)
			return cell - a->seg[i].cell >= (a->seg[i].end - a->seg[i].start) >> a->shift;
	return true;
}

u64 axis_cell(const struct axis *a, pfn_t pfn)
{
	for (int i = 0; i < a->nr; i++) {
		if (pfn < a->seg[i].start)
			return a->seg[i].cell;
		if (pfn < a->seg[i].end)
			return a->seg[i].cell + ((pfn - a->seg[i].start) >> a->shift);
	}
	return a->cells ? a->cells - 1 : 0;
}

pfn_t axis_pfn(const struct axis *a, u64 cell)
{
	for (int i = a->nr - 1; i >= 0; i--)
		if (cell >= a->seg[i].cell) {
			pfn_t pfn = a->seg[i].start + ((cell - a->seg[i].cell) << a->shift);

			return pfn < a->seg[i].end ? pfn : a->seg[i].end;
		}
	return 0;
}

bool axis_hole_before(const struct axis *a, u64 cell)
{
	for (int i = 1; i < a->nr; i++)
		if (a->seg[i].cell == cell)
			return true;
	return false;
}

unsigned axis_fit(const struct pfn_range *r, int nr, u64 cells)
{
	for (unsigned shift = 0; shift < 60; shift++) {
		struct axis a = { 0 };
		u64 n;

		if (axis_build(&a, r, nr, shift))
			return shift;
		n = a.cells;
		axis_cleanup(&a);
		if (n <= cells)
			return shift;
	}
	return 60;
}

/* --- columns --------------------------------------------------------------- */

/* Join the two neighbours with the smallest hole between them. */
static int join_smallest(struct phys_range *r, int nr)
{
	int at = 1;

	for (int i = 2; i < nr; i++)
		if (r[i].start - r[i - 1].end < r[at].start - r[at - 1].end)
			at = i;
	r[at - 1].end = r[at].end;
	memmove(&r[at], &r[at + 1], (size_t)(nr - at - 1) * sizeof(*r));
	return nr - 1;
}

void scale_build(struct scale *s, const struct phys_range *in, int nr, int width)
{
	struct phys_range r[SCALE_MAX];
	int most = width / 6 < SCALE_MAX ? width / 6 : SCALE_MAX, n = 0, free_cols, x = 0;
	u64 total = 0, before = 0;

	most = most < 1 ? 1 : most;
	for (int i = 0; i < nr; i++) {
		if (n == most && n > 1)
			n = join_smallest(r, n);
		if (n && n == most)
			r[n - 1].end = in[i].end;
		else
			r[n++] = in[i];
	}
	s->nr = n;
	s->width = width;
	for (int i = 0; i < n; i++)
		total += r[i].end - r[i].start;
	free_cols = width - (n - 1) - n;
	for (int i = 0; i < n; i++) {
		u64 after = before + (r[i].end - r[i].start);
		double share = total ? (double)free_cols / (double)total : 0;
		int w = 1 + (int)((double)after * share + 0.5) - (int)((double)before * share + 0.5);

		s->seg[i] = (struct scale_seg){ r[i].start, r[i].end, x, w };
		x += w + 1;
		before = after;
	}
}

int scale_x8(const struct scale *s, phys_t addr)
{
	for (int i = 0; i < s->nr; i++) {
		const struct scale_seg *g = &s->seg[i];
		double part;

		if (addr < g->start)
			return i ? g->x * 8 - 4 : 0;
		if (addr >= g->end && (i + 1 < s->nr ? addr > g->end : true))
			continue;
		part = (double)(addr - g->start) / (double)(g->end - g->start);
		return g->x * 8 + (int)(part * g->w * 8 + 0.5);
	}
	return s->width * 8;
}

phys_t scale_addr(const struct scale *s, int x)
{
	for (int i = 0; i < s->nr; i++) {
		const struct scale_seg *g = &s->seg[i];

		if (x < g->x)
			return g->start;
		if (x < g->x + g->w)
			return g->start + (phys_t)((double)(g->end - g->start) * (x - g->x) / g->w);
	}
	return s->nr ? s->seg[s->nr - 1].end : 0;
}

bool scale_is_hole(const struct scale *s, int x)
{
	for (int i = 0; i + 1 < s->nr; i++)
		if (x == s->seg[i].x + s->seg[i].w)
			return true;
	return false;
}

u64 scale_tick(const struct scale *s, int label)
{
	u64 total = 0, step = 1;
	int cols = 0;

	for (int i = 0; i < s->nr; i++) {
		total += s->seg[i].end - s->seg[i].start;
		cols += s->seg[i].w;
	}
	if (!cols)
		return 1;
	while (step < total && (double)step * cols / (double)total < label + 2)
		step <<= 1;
	return step;
}
