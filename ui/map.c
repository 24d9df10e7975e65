/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where we are on the map: cursor, zoom and the window that the heatmap shows.
 * The window starts at a whole row, so that row addresses stay round numbers.
 */
#include "app.h"

#include <stdlib.h>
#include <string.h>

#include "hilbert.h"

void map_init(struct pane *p)
{
	memset(&p->map, 0, sizeof(p->map));
	p->map.whole = true;
	p->map.cells = 64;
	p->map.rows = 15;
	bands_set(&p->map, "");
	machine_info(p->m, &p->info);
	p->map.cursor = p->info.start_pfn;
	map_update(p);
}

void map_cleanup(struct map *map)
{
	axis_cleanup(&map->axis);
	free(map->ranges);
	free(map->new_row);
	memset(map, 0, sizeof(*map));
}

const char *axis_mode_name(enum axis_mode m)
{
	static const char *const names[NR_AXIS_MODES] = { "squeezed", "linear", "nodes" };

	return m < NR_AXIS_MODES ? names[m] : "?";
}

/* The stretches of memory as pfns; on a host without memory the old ones stay. */
static void read_ranges(struct pane *p)
{
	struct map *map = &p->map;
	struct axis_range *r = NULL;
	struct pfn_range *out;
	int nr = 0, max = 16;

	do {
		max *= 4;
		free(r);
		r = calloc((size_t)max, sizeof(*r));
		nr = r ? machine_axis(p->m, r, max) : 0;
	} while (r && nr >= max);
	out = calloc((size_t)nr + 1, sizeof(*out));
	if (!r || !out) {
		free(r);
		free(out);
		return;
	}
	for (int i = 0; i < nr; i++) {
		out[i].start = phys_to_pfn(p->info.arch, r[i].start);
		out[i].end = phys_to_pfn_up(p->info.arch, r[i].end);
	}
	free(r);
	if (map->mode == AXIS_LINEAR && nr > 1) {
		out[0].end = out[nr - 1].end;
		nr = 1;
	}
	free(map->ranges);
	map->ranges = out;
	map->nr_ranges = nr;
}

#define MAX_SPLITS 256

/* Where a node begins, a stretch begins, and a row. */
static void split_at_nodes(struct pane *p)
{
	struct map *map = &p->map;
	struct node_info node[MAX_SPLITS];
	int n = machine_nodes(p->m, node, MAX_SPLITS), nr = 0;
	struct pfn_range *out = calloc((size_t)map->nr_ranges + MAX_SPLITS + 1, sizeof(*out));
	bool *new_row = calloc((size_t)map->nr_ranges + MAX_SPLITS + 1, sizeof(*new_row));

	free(map->new_row);
	map->new_row = NULL;
	if (map->mode != AXIS_NODES || !out || !new_row) {
		free(out);
		free(new_row);
		return;
	}
	n = n < MAX_SPLITS ? n : MAX_SPLITS;
	for (int i = 0; i < map->nr_ranges; i++) {
		struct pfn_range r = map->ranges[i];

		for (int k = 0; k < n && nr < map->nr_ranges + MAX_SPLITS; k++) {
			if (node[k].start_pfn < r.start || node[k].start_pfn >= r.end)
				continue;
			if (node[k].start_pfn > r.start)
				out[nr++] = (struct pfn_range){ r.start, node[k].start_pfn };
			r.start = node[k].start_pfn;
			new_row[nr] = nr > 0;
		}
		out[nr++] = r;
	}
	free(map->ranges);
	map->ranges = out;
	map->nr_ranges = nr;
	map->new_row = new_row;
}

static int build_axis(const struct map *map, struct axis *a, unsigned shift)
{
	return axis_build_rows(a, map->ranges, map->new_row, map->nr_ranges, shift, (u64)map->cells);
}

/* The smallest shift at which everything fits into @cells, rows of nodes counted whole. */
static unsigned fit_shift(const struct map *map, u64 cells)
{
	unsigned shift = axis_fit(map->ranges, map->nr_ranges, cells);

	for (; map->new_row && shift < 60; shift++) {
		struct axis a = { 0 };
		u64 n = build_axis(map, &a, shift) ? 0 : a.cells;

		axis_cleanup(&a);
		if (n <= cells)
			break;
	}
	return shift;
}

/* Side of the squares of the Hilbert layout: the largest power of two that fits. */
int map_side(const struct map *map)
{
	int side = 1, most = map->cells < map->rows ? map->cells : map->rows;

	while (side * 2 <= most)
		side *= 2;
	return side;
}

/* The window scrolls by units: rows, or squares of the Hilbert layout. */
static u64 unit_cells(const struct map *map)
{
	u64 side = (u64)map_side(map);

	return map->hilbert ? side * side : (u64)map->cells;
}

static u64 units_shown(const struct map *map)
{
	return map->hilbert ? (u64)(map->cells / map_side(map)) : (u64)map->rows;
}

static u64 units_all(const struct map *map)
{
	return (map->axis.cells + unit_cells(map) - 1) / unit_cells(map);
}

static void clamp_window(struct map *map)
{
	u64 all = units_all(map), rows = units_shown(map), row = map->top / unit_cells(map);

	if (row + rows > all)
		row = all > rows ? all - rows : 0;
	map->top = row * unit_cells(map);
}

/* Scroll just enough that the cursor is inside. */
static void follow_cursor(struct map *map)
{
	u64 row = axis_cell(&map->axis, map->cursor) / unit_cells(map), top = map->top / unit_cells(map);

	if (row < top)
		top = row;
	else if (row >= top + units_shown(map))
		top = row - units_shown(map) + 1;
	map->top = top * unit_cells(map);
	clamp_window(map);
}

static void clamp_cursor(struct map *map)
{
	pfn_t at = map->cursor;

	for (int i = 0; i < map->nr_ranges; i++) {
		if (at < map->ranges[i].start)
			at = map->ranges[i].start;
		if (at < map->ranges[i].end)
			break;
		if (i == map->nr_ranges - 1)
			at = map->ranges[i].end - 1;
	}
	map->cursor = at;
}

/*
 * The window stays at its address when the axis becomes another one: memory that
 * is plugged in or removed below it moves cell numbers, not what one looks at.
 */
static void rebuild_axis(struct map *map)
{
	pfn_t top = axis_pfn(&map->axis, map->top);
	bool same = map->axis.shift == map->shift && map->axis.nr;

	build_axis(map, &map->axis, map->shift);
	if (same && map->top)
		map->top = axis_cell(&map->axis, top);
}

void map_update(struct pane *p)
{
	struct map *map = &p->map;

	machine_info(p->m, &p->info);
	read_ranges(p);
	split_at_nodes(p);
	if (map->cells < 1)
		map->cells = 1;
	if (map->rows < 1)
		map->rows = 1;
	map->fit = fit_shift(map, unit_cells(map) * units_shown(map));
	if (map->whole || map->shift > map->fit)
		map->shift = map->fit;
	rebuild_axis(map);
	clamp_cursor(map);
	clamp_window(map);
}

void map_move(struct pane *p, s64 cells)
{
	struct map *map = &p->map;
	u64 cell = axis_cell(&map->axis, map->cursor);

	if (!map->axis.cells)
		return;
	if (cells < 0)
		cell = (u64)-cells > cell ? 0 : cell - (u64)-cells;
	else
		cell = min_u64(cell + (u64)cells, map->axis.cells - 1);
	map->cursor = axis_pfn(&map->axis, cell);
	clamp_cursor(map);
	follow_cursor(map);
}

void map_cell_xy(const struct map *map, u64 cell, int *x, int *y)
{
	u64 i = cell - map->top;
	int side = map_side(map);

	if (map->hilbert) {
		hilbert_xy(side, i % unit_cells(map), x, y);
		*x += (int)(i / unit_cells(map)) * side;
	} else {
		*x = (int)(i % (u64)map->cells);
		*y = (int)(i / (u64)map->cells);
	}
}

bool map_xy_cell(const struct map *map, int x, int y, u64 *cell)
{
	int side = map_side(map);

	if (x < 0 || y < 0)
		return false;
	if (map->hilbert) {
		if (y >= side || x / side >= map->cells / side)
			return false;
		*cell = map->top + (u64)(x / side) * unit_cells(map) + hilbert_d(side, x % side, y);
	} else {
		if (x >= map->cells || y >= map->rows)
			return false;
		*cell = map->top + (u64)y * (u64)map->cells + (u64)x;
	}
	return *cell < map->axis.cells;
}

void map_step(struct pane *p, int dx, int dy)
{
	struct map *map = &p->map;
	u64 cell = axis_cell(&map->axis, map->cursor);
	int x, y;

	if (!map->hilbert) {
		map_move(p, dx + (s64)dy * map->cells);
		return;
	}
	map_cell_xy(map, cell, &x, &y);
	if (map_xy_cell(map, x + dx, y + dy, &cell)) {
		map->cursor = axis_pfn(&map->axis, cell);
		clamp_cursor(map);
	} else if (dx) {
		map_move(p, dx * (s64)unit_cells(map) / 2);
	}
}

void map_goto(struct pane *p, pfn_t pfn)
{
	p->map.cursor = pfn;
	clamp_cursor(&p->map);
	follow_cursor(&p->map);
}

/* Keep the cursor in the middle row after a change of scale. */
static void center(struct map *map)
{
	u64 row = axis_cell(&map->axis, map->cursor) / unit_cells(map), half = units_shown(map) / 2;

	map->top = (row > half ? row - half : 0) * unit_cells(map);
	clamp_window(map);
}

void map_zoom(struct pane *p, int steps)
{
	struct map *map = &p->map;
	int shift = (int)map->shift - steps;

	if (shift < 0)
		shift = 0;
	map->whole = shift >= (int)map->fit;
	map->shift = map->whole ? map->fit : (unsigned)shift;
	build_axis(map, &map->axis, map->shift);
	center(map);
}

void map_show_range(struct pane *p, pfn_t start, pfn_t end)
{
	struct map *map = &p->map;
	u64 cells = unit_cells(map) * units_shown(map);
	unsigned shift = 0;

	while (shift < map->fit && ((end - start) >> shift) + 1 > cells)
		shift++;
	map->cursor = start;
	clamp_cursor(map);
	map_zoom(p, (int)map->shift - (int)shift);
	map->top = axis_cell(&map->axis, start) / unit_cells(map) * unit_cells(map);
	clamp_window(map);
}

void map_cursor_to_top(struct pane *p)
{
	struct map *map = &p->map;
	u64 row = axis_cell(&map->axis, map->cursor) / unit_cells(map);

	map->top = (row ? row - 1 : 0) * unit_cells(map);
	clamp_window(map);
}

void map_whole(struct pane *p)
{
	p->map.whole = true;
	map_update(p);
}

void map_scroll(struct pane *p, s64 rows)
{
	struct map *map = &p->map;
	s64 row = (s64)(map->top / unit_cells(map)) + rows;
	u64 cell = axis_cell(&map->axis, map->cursor), last;

	map->top = (u64)(row < 0 ? 0 : row) * unit_cells(map);
	clamp_window(map);
	last = map->top + units_shown(map) * unit_cells(map) - 1;
	if (cell < map->top)
		cell = map->top + cell % unit_cells(map);
	else if (cell > last)
		cell = last - unit_cells(map) + 1 + cell % unit_cells(map);
	else
		return;
	map->cursor = axis_pfn(&map->axis, min_u64(cell, map->axis.cells - 1));
	clamp_cursor(map);
}

void map_window(const struct map *map, pfn_t *start, pfn_t *end)
{
	u64 last = map->top + units_shown(map) * unit_cells(map);

	*start = axis_pfn(&map->axis, map->top);
	*end = last >= map->axis.cells ? (map->axis.nr ? map->axis.seg[map->axis.nr - 1].end : 0)
				       : axis_pfn(&map->axis, last - 1) + (1ULL << map->shift);
}

struct pfn_range map_selection(const struct map *map)
{
	u64 size = 1ULL << map->shift;
	pfn_t a = align_down(map->cursor, size), b = align_down(map->selecting ? map->anchor : map->cursor, size);

	return (struct pfn_range){ a < b ? a : b, (a < b ? b : a) + size };
}

bool map_is_zoomed(const struct map *map) { return map->shift < map->fit; }
