/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Charts over time: free memory that is whole enough for the order asked for,
 * and the share of free memory that is not (the unusable free space index).
 */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define SAMPLE_MS 200
#define MAX_ZONES 256

/* Sum over all zones; the index is weighted by free pages. */
static void take_sample(struct pane *p, unsigned order, struct sample *s)
{
	struct zone_info z[MAX_ZONES];
	int n = machine_zones(p->m, z, MAX_ZONES);
	u64 free = 0, usable = 0;

	memset(s, 0, sizeof(*s));
	for (int i = 0; i < n && i < MAX_ZONES; i++) {
		s->managed += z[i].managed;
		for (unsigned o = 0; o < NR_PAGE_ORDERS_MAX; o++) {
			u64 pages = z[i].nr_free[o] << o;

			s->free[o] += pages;
			free += pages;
			usable += o >= order ? pages : 0;
		}
	}
	s->unusable = free ? (int)((free - usable) * 1000 / free) : 0;
}

void chart_sample(struct pane *p, u64 now, unsigned order)
{
	struct chart *c = &p->chart;

	if (c->nr && (now < c->last_ms + SAMPLE_MS || p->info.ops == c->last_ops))
		return;
	take_sample(p, order, &c->s[c->nr % CHART_SAMPLES]);
	c->nr++;
	c->last_ms = now;
	c->last_ops = p->info.ops;
}

/* Column @x of a chart that is @h rows high: @v of @max as a stack of eighths. */
static void draw_column(struct canvas *cv, int x, int y, int h, u64 v, u64 max, enum color fg)
{
	int e = max ? (int)((double)v / (double)max * h * 8 + 0.5) : 0;

	if (v && !e)
		e = 1;
	for (int row = 0; row < h; row++) {
		int left = e - (h - 1 - row) * 8;

		if (left > 0)
			canvas_put(cv, x, y + row, (u32)(0x2580 + (left > 8 ? 8 : left)), st(fg, C_GROUND));
	}
}

static u64 usable(const struct sample *s, unsigned order)
{
	u64 n = 0;

	for (unsigned o = order; o < NR_PAGE_ORDERS_MAX; o++)
		n += s->free[o];
	return n;
}

/* The newest values, right of the last column. */
static void draw_values(struct ui *ui, struct pane *p, struct rect r, int x, const struct sample *s)
{
	int room = r.x + r.w - x - 1;
	char size[24];

	if (room < 12)
		return;
	canvas_printf(&ui->cv, x + 1, r.y + r.h / 2 - 1, room, st(C_DIM, C_GROUND), "%s in blocks of order %u and larger",
		      size_of_pages(p, usable(s, ui->order), size, sizeof(size)), ui->order);
	canvas_printf(&ui->cv, x + 1, r.y + r.h - 1, room, st(C_DIM, C_GROUND), "%d.%02d of free memory is in smaller blocks",
		      s->unusable / 1000, s->unusable % 1000 / 10);
}

void chart_draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct chart *c = &p->chart;
	int w = p->layout.cells * p->layout.cell_w, half = r.h / 2, x0 = r.x + p->layout.label_w;
	u64 n = min_u64(min_u64(c->nr, CHART_SAMPLES), (u64)w);

	if (half < 1 || !n)
		return;
	canvas_printf(&ui->cv, r.x, r.y + half - 1, p->layout.label_w - 1, st(C_DIM, C_GROUND), "free \xe2\x89\xa5%u", ui->order);
	canvas_text(&ui->cv, r.x, r.y + r.h - 1, p->layout.label_w - 1, st(C_DIM, C_GROUND), "unusable");
	for (u64 i = 0; i < n; i++) {
		const struct sample *s = &c->s[(c->nr - n + i) % CHART_SAMPLES];

		draw_column(&ui->cv, x0 + (int)i, r.y, half, usable(s, ui->order), s->managed, free_color(8));
		draw_column(&ui->cv, x0 + (int)i, r.y + half, half, (u64)s->unusable, 1000, C_BAD);
	}
	draw_values(ui, p, r, x0 + (int)n, &c->s[(c->nr - 1) % CHART_SAMPLES]);
}
