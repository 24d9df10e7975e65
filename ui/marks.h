/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Marks on the heatmap: pages that a step is about, and the buddy that keeps a
 * free block from growing. The heatmap asks once per frame and lays them over
 * its cells.
 */
#ifndef MM_UI_MARKS_H
#define MM_UI_MARKS_H

#include "canvas.h"

struct ui;
struct pane;

#define MARKS_MAX 8

struct mark {
	struct pfn_range r;
	u32 ch;            /* 0: as the cell is */
	struct style style;
};

struct marks {
	int nr;
	struct mark m[MARKS_MAX]; /* the first that covers a cell counts */
	bool arrow;               /* from the page @from to the page @to */
	pfn_t from, to;
};

void marks_collect(struct ui *ui, struct pane *p, struct marks *out);
const struct mark *marks_at(const struct marks *m, pfn_t start, pfn_t end);
/* The arrow, over the finished cells. */
void marks_draw_arrow(struct ui *ui, struct pane *p, const struct marks *m);

#endif
