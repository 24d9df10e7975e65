/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map view at any size: see layout.h. Rows are given out by need: what the
 * map cannot do without first, then one part after the other while the heatmap
 * keeps enough rows to be one.
 */
#include "layout.h"

#include <string.h>

#define PANEL_MIN 36

bool layout_too_small(int w, int h) { return w < MIN_W || h < MIN_H; }

static void split_columns(struct layout *l, int w, const struct layout_request *q)
{
	int room = w - l->label_w - 1, panels = q->narrow ? 0 : w >= 160 ? 2 : w >= 106 ? 1 : 0;

	if (q->presentation && panels)
		panels--;
	l->cell_w = q->presentation ? 2 : 1;
	l->nr_panels = panels;
	l->cells = (room - panels * (PANEL_MIN + 2)) / l->cell_w;
}

/* Rows of each part, and what is left for the heatmap. */
struct rows {
	int minimap, gap_top, bands, title, gap_chart, chart, inspect, gap_events, events, legend, heat;
	int heat_max;
};

/* @n rows for @part, unless that leaves the heatmap less than @keep or what it can use. */
static bool take(struct rows *r, int *part, int n, int keep)
{
	if (r->heat - n < (keep < r->heat_max ? keep : r->heat_max))
		return false;
	*part += n;
	r->heat -= n;
	return true;
}

static struct rows split_rows(int h, const struct layout_request *q, const struct layout *l)
{
	struct rows r = { 0 };
	int bands = q->nr_bands < 3 ? q->nr_bands : 3;

	r.bands = bands;
	r.heat_max = q->heat_rows ? q->heat_rows : h;
	r.heat = h - 2 - bands; /* axis and breadcrumb are always there */
	take(&r, &r.events, 1, 4);
	if (!l->nr_panels)
		take(&r, &r.inspect, 1, 4);
	if (q->zoomed)
		take(&r, &r.minimap, 1, 8);
	while (r.bands < q->nr_bands && take(&r, &r.bands, 1, 13))
		;
	if (!l->legend_side)
		take(&r, &r.legend, 1, 14);
	take(&r, &r.events, 1, 14);
	if (!l->nr_panels)
		take(&r, &r.inspect, 1, 14);
	take(&r, &r.title, 1, 15);
	take(&r, &r.chart, 2, 16);
	if (!r.minimap)
		take(&r, &r.gap_top, 1, 17);
	take(&r, &r.gap_chart, 1, 17);
	take(&r, &r.gap_events, 1, 17);
	take(&r, &r.chart, 2, 44);
	take(&r, &r.events, 3, 46);
	while (r.heat > r.heat_max && r.chart < 10 && take(&r, &r.chart, 2, h))
		;
	return r;
}

static struct rect next_rows(struct rect area, int *y, int n)
{
	struct rect r = { area.x, *y, area.w, n };

	*y += n;
	return r;
}

static void place_panels(struct layout *l, struct rect area, int y_end)
{
	int x = area.x + l->label_w + l->cells * l->cell_w + 2;
	int w = area.x + area.w - 1 - x, y = l->crumb.y + 1;

	for (int i = 0; i < l->nr_panels; i++) {
		int pw = (w - (l->nr_panels - 1) * 2) / l->nr_panels;

		l->panel[i] = (struct rect){ x + i * (pw + 2), y, pw, y_end - y };
	}
}

/* log2 of the pages that one of @cells must hold to show @pages. */
static unsigned shift_for(u64 pages, u64 cells)
{
	unsigned shift = 0;

	while (shift < 60 && cells && ((pages - 1) >> shift) + 1 > cells)
		shift++;
	return shift;
}

/*
 * Cells per row: of the widths that are round numbers (so that row addresses
 * are), the one that shows the whole machine finest; of equals the roundest.
 */
static void choose_cells(struct layout *l, struct rect area, const struct layout_request *q)
{
	static const int nice[] = { 256, 192, 128, 64, 32, 16, 224, 160, 96, 112, 80, 48, 40, 24 };
	int room = l->cells, best = room > 0 ? room : 1;
	unsigned best_shift = 64;
	struct layout_request any = *q;

	any.heat_rows = 0;
	for (size_t i = 0; i < ARRAY_SIZE(nice); i++) {
		unsigned shift;

		if (nice[i] > room || nice[i] * 4 < room * 3)
			continue;
		shift = shift_for(q->pages, (u64)nice[i] * (u64)split_rows(area.h, &any, l).heat);
		if (shift >= best_shift)
			continue;
		best_shift = shift;
		best = nice[i];
	}
	l->cells = best;
	l->legend_side = !l->nr_panels && !q->presentation && area.w - l->label_w - best * l->cell_w >= 7;
}

void layout_map(struct layout *l, struct rect area, const struct layout_request *q)
{
	struct rows r;
	int y = area.y;

	memset(l, 0, sizeof(*l));
	l->label_w = q->address_digits + 1 > 9 ? q->address_digits + 1 : 9;
	split_columns(l, area.w, q);
	choose_cells(l, area, q);
	r = split_rows(area.h, q, l);
	l->nr_bands = r.bands;
	y += r.gap_top;
	l->minimap = next_rows(area, &y, r.minimap);
	l->axis = next_rows(area, &y, 1);
	l->bands = next_rows(area, &y, r.bands);
	l->crumb = next_rows(area, &y, 1);
	l->title = next_rows(area, &y, r.title);
	l->heat = next_rows(area, &y, r.heat);
	y += r.gap_chart;
	l->chart = next_rows(area, &y, r.chart);
	place_panels(l, area, y);
	l->inspect = next_rows(area, &y, r.inspect);
	y += r.gap_events;
	l->events = next_rows(area, &y, r.events);
	l->legend = next_rows(area, &y, r.legend);
	l->heat.w = l->label_w + l->cells * l->cell_w;
	l->chart.w = l->heat.w;
	l->title.w = l->heat.w;
}
