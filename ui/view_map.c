/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The map: bands, heatmap, panels, charts and events on one screen. */
#include "app.h"
#include "compare.h"

#include <string.h>

static int address_digits(const struct pane *p)
{
	phys_t end = pfn_to_phys(p->info.arch, p->info.end_pfn);
	int n = 8;

	while (n < 16 && end >> (4 * n))
		n++;
	return n;
}

static u64 pages_on_axis(const struct map *map)
{
	u64 n = 0;

	for (int i = 0; i < map->nr_ranges; i++)
		n += map->ranges[i].end - map->ranges[i].start;
	return n ? n : 1;
}

static void lay_out(struct ui *ui, struct pane *p, struct rect r)
{
	struct layout_request q = {
		.w = r.w, .h = r.h, .address_digits = address_digits(p),
		.nr_bands = p->map.nr_order, .zoomed = map_is_zoomed(&p->map),
		.pages = pages_on_axis(&p->map), .presentation = ui->opt.presentation, .narrow = ui->nr_panes > 1,
	};

	layout_map(&p->layout, r, &q);
	if (!q.zoomed) {
		u64 cells = (u64)p->layout.cells, all;

		p->map.cells = p->layout.cells;
		p->map.rows = p->layout.heat.h;
		map_update(p);
		all = (p->map.axis.cells + cells - 1) / cells;
		q.heat_rows = !p->map.hilbert && all && all < (u64)p->layout.heat.h ? (int)all : 0;
		layout_map(&p->layout, r, &q);
	}
	if (p->map.cells != p->layout.cells || p->map.rows != p->layout.heat.h) {
		p->map.cells = p->layout.cells;
		p->map.rows = p->layout.heat.h;
		map_update(p);
		map_goto(p, p->map.cursor);
	}
}

static void draw_panels(struct ui *ui, struct pane *p)
{
	static const panel_fn first[] = { panel_inspector, panel_selection, panel_mixed, panel_free };
	static const panel_fn second[] = { panel_zones, panel_blocks, panel_why, panel_owners };
	struct rect r = p->layout.panel[0];

	if (!p->layout.nr_panels)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		struct rect clip = canvas_clip(&ui->cv, r);
		int used = r.h > 2 ? first[i](ui, p, r) : 0;

		canvas_clip(&ui->cv, clip);
		r.y += used;
		r.h -= used;
	}
	if (p->layout.nr_panels < 2)
		return;
	r = p->layout.panel[1];
	for (size_t i = 0; i < ARRAY_SIZE(second); i++) {
		struct rect clip = canvas_clip(&ui->cv, r);
		int used = r.h > 2 ? second[i](ui, p, r) : 0;

		canvas_clip(&ui->cv, clip);
		r.y += used;
		r.h -= used;
	}
}

static void draw_legend(struct ui *ui, struct pane *p)
{
	struct layout *l = &p->layout;

	if (l->legend_side) {
		int x = l->heat.x + l->label_w + l->cells + 1;

		legend_draw(ui, p, (struct rect){ x, l->heat.y, ui->cv.w - x, l->heat.h }, true);
	} else if (l->legend.h) {
		legend_draw(ui, p, (struct rect){ l->legend.x + l->label_w, l->legend.y, l->legend.w - l->label_w - 1, 1 }, false);
	}
}

/* Where no row is left for the map's title, what colours tell stands in the events' row. */
static void draw_title(struct ui *ui, struct pane *p)
{
	struct rect r = { p->layout.events.x, p->layout.events.y, p->layout.events.w, 1 };
	char title[200];

	lens_title(ui, title, sizeof(title));
	canvas_fill(&ui->cv, r, ' ', st(C_TEXT, C_GROUND));
	canvas_text(&ui->cv, r.x + 1, r.y, r.w - 2, st(C_ACCENT, C_GROUND), title);
}

/* Two machines: name each, the one that keys act on in the accent colour. */
static struct rect draw_name(struct ui *ui, struct pane *p, struct rect r)
{
	bool focus = p == ui_pane(ui);
	char size[32];

	size_str(p->info.ram_bytes, size, sizeof(size));
	canvas_printf(&ui->cv, r.x, r.y, r.w, st_attr(focus ? C_ACCENT : C_DIM, C_GROUND, focus ? AT_BOLD : 0), "%s %s",
		      focus ? "\xe2\x96\xb8" : " ", p->info.name);
	canvas_right(&ui->cv, r.x + r.w - 1, r.y, r.w / 2, st(C_DIM, C_GROUND), "%s \xc2\xb7 %d nodes \xc2\xb7 %s", size,
		     p->info.nr_nodes, p->info.arch->name);
	return (struct rect){ r.x, r.y + 1, r.w, r.h - 1 };
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	if (ui->nr_panes > 1)
		r = draw_name(ui, p, r);
	lay_out(ui, p, r);
	heat_draw(ui, p);
	bands_draw(ui, p);
	compare_mark_cells(ui, p);
	draw_panels(ui, p);
	if (p->layout.chart.h)
		chart_draw(ui, p, p->layout.chart);
	inspector_line(ui, p, p->layout.inspect);
	events_draw(ui, p, p->layout.events);
	draw_legend(ui, p);
	if (lens_active(ui) && !p->layout.title.h)
		draw_title(ui, p);
}

static int click(struct ui *ui, struct pane *p, const struct input *in, bool drag)
{
	phys_t addr;
	u64 cell;

	if (heat_cell(p, in->x, in->y, &cell)) {
		if (drag && !p->map.selecting) {
			p->map.selecting = true;
			p->map.anchor = p->map.cursor;
		} else if (!drag) {
			p->map.selecting = false;
		}
		map_goto(p, axis_pfn(&p->map.axis, cell));
		return RE_DRAW;
	}
	if (bands_address(p, in->x, in->y, &addr)) {
		if (!drag)
			map_goto(p, phys_to_pfn(p->info.arch, addr));
		if (!p->map.dragging)
			p->map.drag_from = addr;
		p->map.dragging = drag;
		p->map.drag_to = addr;
		return RE_DRAW;
	}
	return RE_NONE;
}

/* What was dragged over on the bands fills the map. */
static int release(struct pane *p)
{
	const struct arch *a = p->info.arch;
	phys_t from = p->map.drag_from < p->map.drag_to ? p->map.drag_from : p->map.drag_to;
	phys_t to = p->map.drag_from < p->map.drag_to ? p->map.drag_to : p->map.drag_from;

	if (!p->map.dragging)
		return RE_NONE;
	p->map.dragging = false;
	map_show_range(p, phys_to_pfn(a, from), phys_to_pfn_up(a, to) + 1);
	return RE_DRAW;
}

/* The mouse rests somewhere else. */
static int hover(struct ui *ui, struct pane *p, const struct input *in)
{
	bool was = ui->hover.on;
	char words[8];
	u64 cell;

	ui->hover.pane = (int)(p - ui->pane);
	ui->hover.on = heat_cell(p, in->x, in->y, &cell) || bands_words(p, in->x, in->y, words, sizeof(words));
	if (ui->hover.on == was && in->x == ui->hover.x && in->y == ui->hover.y)
		return RE_NONE;
	ui->hover.x = in->x;
	ui->hover.y = in->y;
	return ui->hover.on || was ? RE_DRAW : RE_NONE;
}

static int mouse(struct ui *ui, struct pane *p, const struct input *in)
{
	u64 cell;

	switch (in->mouse) {
	case MOUSE_PRESS:
		return in->button == 0 ? click(ui, p, in, false) : RE_NONE;
	case MOUSE_DRAG:
		return click(ui, p, in, true);
	case MOUSE_RELEASE:
		return release(p);
	case MOUSE_MOVE:
		return hover(ui, p, in);
	case MOUSE_WHEEL_UP:
	case MOUSE_WHEEL_DOWN:
		if (in->shift || in->ctrl) {
			map_scroll(p, in->mouse == MOUSE_WHEEL_UP ? -1 : 1);
			return RE_DRAW;
		}
		if (heat_cell(p, in->x, in->y, &cell) && in->mouse == MOUSE_WHEEL_UP)
			map_goto(p, axis_pfn(&p->map.axis, cell));
		map_zoom(p, in->mouse == MOUSE_WHEEL_UP ? 1 : -1);
		return RE_DRAW;
	default:
		return RE_NONE;
	}
}

const struct view_ops view_map = {
	.name = "Map",
	.about = "the address space from firmware to page",
	.draw = draw,
	.mouse = mouse,
};
