/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones and nodes: spans and sizes, protection, zonelists, distances. */
#include "app.h"
#include "compare.h"

#include <stdio.h>
#include <string.h>

#define MAX_ZONES 256
#define MAX_SHOWN_NODES 64
#define LL(v) ((unsigned long long)(v))

static const char *const zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

static int draw_zone_row(struct ui *ui, struct pane *p, struct rect r, int y, const struct zone_info *z)
{
	char a[24], b[24], c[24], d[24];
	struct zone_info other;
	int x = r.x;

	compare_mark(ui, x + 1, y, compare_zone(ui, p, z, &other) && (other.spanned != z->spanned || other.present != z->present ||
								       other.managed != z->managed || other.free != z->free));
	canvas_put(&ui->cv, x, y, ' ', st(C_INK, (enum color)(C_ZONE_DMA + z->type)));
	canvas_printf(&ui->cv, x + 2, y, 16, st(C_BRIGHT, C_GROUND), "%d %s", z->nid, z->name);
	canvas_printf(&ui->cv, x + 14, y, 13, st(C_TEXT, C_GROUND), "0x%llx", LL(z->start_pfn));
	canvas_right(&ui->cv, x + 38, y, 10, st(C_TEXT, C_GROUND), "%s", size_of_pages(p, z->spanned, a, sizeof(a)));
	canvas_right(&ui->cv, x + 49, y, 10, st(C_TEXT, C_GROUND), "%s", size_of_pages(p, z->present, b, sizeof(b)));
	canvas_right(&ui->cv, x + 60, y, 10, st(C_TEXT, C_GROUND), "%s", size_of_pages(p, z->managed, c, sizeof(c)));
	canvas_right(&ui->cv, x + 71, y, 10, st(C_BRIGHT, C_GROUND), "%s", size_of_pages(p, z->free, d, sizeof(d)));
	if (r.w > 84)
		draw_bar(&ui->cv, x + 73, y, r.w - 74 < 40 ? r.w - 74 : 40, z->managed - min_u64(z->free, z->managed), z->managed,
			 C_MOVABLE, C_TRACK);
	return 1;
}

static int draw_table(struct ui *ui, struct pane *p, struct rect r, const struct zone_info *z, int n, s64 first)
{
	int y = draw_heading(ui, r, "Zones");
	struct style s = st(C_DIM, C_GROUND);

	canvas_text(&ui->cv, r.x + 2, y, 12, s, "node zone");
	canvas_text(&ui->cv, r.x + 14, y, 12, s, "start pfn");
	canvas_right(&ui->cv, r.x + 38, y, 10, s, "spanned");
	canvas_right(&ui->cv, r.x + 49, y, 10, s, "present");
	canvas_right(&ui->cv, r.x + 60, y, 10, s, "managed");
	canvas_right(&ui->cv, r.x + 71, y, 10, s, "free");
	if (r.w > 84)
		canvas_text(&ui->cv, r.x + 73, y, 20, s, "in use");
	y++;
	for (s64 i = first; i < n && y < r.y + r.h; i++)
		y += draw_zone_row(ui, p, r, y, &z[i]);
	return y;
}

/* lowmem_reserve: what a request that could have used a higher zone must leave here. */
static int draw_protection(struct ui *ui, struct pane *p, struct rect r, int y, const struct zone_info *z, int n)
{
	y = draw_heading(ui, (struct rect){ r.x, y, r.w, 1 }, "Protection: pages to leave for requests that can only use this zone");
	for (int i = 0; i < n && y < r.y + r.h; i++) {
		int x = r.x + 2;

		x += canvas_printf(&ui->cv, x, y, 14, st(C_TEXT, C_GROUND), "%d %s", z[i].nid, z[i].name);
		x = r.x + 16;
		for (int t = 0; t < MAX_NR_ZONES; t++)
			if (arch_has_zone(p->info.arch, t) && x + 18 < r.x + r.w)
				x += 2 + canvas_printf(&ui->cv, x, y, 18, st(z[i].protection[t] ? C_TEXT : C_FAINT, C_GROUND), "%s %llu",
						       zone_names[t], LL(z[i].protection[t]));
		y++;
	}
	return y;
}

static int draw_nodes(struct ui *ui, struct pane *p, struct rect r, int y, const struct node_info *nodes, int n)
{
	y = draw_heading(ui, (struct rect){ r.x, y, r.w, 1 }, "Nodes: distance to each other, and where an allocation looks, in order");
	for (int i = 0; i < n && y < r.y + r.h; i++) {
		struct text list = TEXT_INIT;
		int x = r.x + 2;

		canvas_put(&ui->cv, r.x, y, ' ', st(C_INK, (enum color)(C_NODE0 + nodes[i].nid % 8)));
		x += canvas_printf(&ui->cv, x, y, 10, st(C_BRIGHT, C_GROUND), "node %d", nodes[i].nid);
		for (int k = 0; k < n && k < 12; k++) {
			int d = machine_distance(p->m, nodes[i].nid, nodes[k].nid);

			x = r.x + 10 + k * 4;
			canvas_right(&ui->cv, x + 4, y, 4, st(d == 10 ? C_GOOD : C_TEXT, C_GROUND), "%d", d);
		}
		x = r.x + 12 + (n < 12 ? n : 12) * 4;
		x += canvas_printf(&ui->cv, x, y, 10, st(C_DIM, C_GROUND), "%d cpus  ", nodes[i].nr_cpus);
		machine_zonelist(p->m, nodes[i].nid, &list);
		canvas_text(&ui->cv, x, y, r.x + r.w - x, st(C_TEXT, C_GROUND), text_str(&list));
		text_cleanup(&list);
		y++;
	}
	return y;
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct zone_info z[MAX_ZONES];
	struct node_info nodes[MAX_SHOWN_NODES];
	int n = machine_zones(p->m, z, MAX_ZONES), nn = machine_nodes(p->m, nodes, MAX_SHOWN_NODES), y;
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	s64 first;

	n = n < MAX_ZONES ? n : MAX_ZONES;
	nn = nn < MAX_SHOWN_NODES ? nn : MAX_SHOWN_NODES;
	first = scroll_begin(&ui->scroll[VIEW_ZONES], n, max_s64(3, r.h / 2));
	y = draw_table(ui, p, in, z, n, first);
	y = draw_nodes(ui, p, in, y + 1, nodes, nn);
	draw_protection(ui, p, in, y + 1, z, n);
}

const struct view_ops view_zones = {
	.name = "Zones",
	.about = "spans, sizes, protection, zonelists and distances",
	.draw = draw,
	.lists = true,
};

/* The same beside the map: a line and a bar per zone. */
int panel_zones(struct ui *ui, struct pane *p, struct rect r)
{
	int y = draw_heading(ui, r, "Zones"), bar = r.w - 16 - 10;
	struct zone_info z;
	char free[24];

	for (u32 at = 0; y < r.y + r.h && machine_zone_next(p->m, &at, &z);) {
		if (!z.managed)
			continue;
		canvas_put(&ui->cv, r.x, y, ' ', st(C_INK, (enum color)(C_ZONE_DMA + z.type)));
		canvas_printf(&ui->cv, r.x + 2, y, 13, st(C_TEXT, C_GROUND), "%d %s", z.nid, z.name);
		draw_bar(&ui->cv, r.x + 15, y, bar, z.free, z.managed, free_color(7), C_TRACK);
		canvas_right(&ui->cv, r.x + r.w, y++, 10, st(C_DIM, C_GROUND), "%s", size_of_pages(p, z.free, free, sizeof(free)));
	}
	return y - r.y + 1;
}
