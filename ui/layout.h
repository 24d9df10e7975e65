/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where things go on a screen of some size. Pure. */
#ifndef MM_UI_LAYOUT_H
#define MM_UI_LAYOUT_H

#include "canvas.h"

#define MIN_W 60
#define MIN_H 15
#define MAX_PANELS 3

struct layout_request {
	int w, h;
	int address_digits;  /* of the largest address */
	int nr_bands;        /* that the user wants to see */
	bool zoomed;         /* a minimap is useful */
	bool presentation;   /* wide cells, few words */
	bool narrow;         /* half of a screen: no panels */
	int heat_rows;       /* that the heatmap can use; 0: any number */
	u64 pages;           /* on the axis: which width shows them finest? */
};

/* A rect with h == 0 is not shown. */
struct layout {
	struct rect minimap, axis, bands, crumb, title, heat, chart, inspect, events, legend;
	struct rect panel[MAX_PANELS];
	int nr_panels;
	int label_w;      /* columns left of bands and heatmap */
	int cell_w;       /* columns of a heatmap cell: 1 or 2 */
	int cells;        /* per heatmap row */
	int nr_bands;
	bool legend_side; /* the legend stands right of the heatmap */
};

/* Lay out the map view inside @area (below the header, above the status line). */
void layout_map(struct layout *l, struct rect area, const struct layout_request *q);
bool layout_too_small(int w, int h);

#endif
