/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Samples over time and the two small charts below the map: see chart.h. */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ZONES 256

/* --- samples --------------------------------------------------------------------- */

static u64 pgalloc(const struct machine *m)
{
	u64 n = 0;

	for (int i = EV_pgalloc_dma; i <= EV_pgalloc_device; i++)
		n += machine_vm_event(m, (enum vm_event_item)i);
	return n;
}

static void read_events(const struct machine *m, struct sample *s)
{
	s->ev[CE_ALLOC] = pgalloc(m);
	s->ev[CE_FREE] = machine_vm_event(m, EV_pgfree);
	s->ev[CE_MOVE] = machine_vm_event(m, EV_pgmigrate_success);
	s->ev[CE_RECLAIM] = machine_vm_event(m, EV_pgsteal_kswapd) + machine_vm_event(m, EV_pgsteal_direct);
}

static void take_sample(const struct pane *p, u64 ops, struct sample *s)
{
	struct zone_info *z = calloc(MAX_ZONES, sizeof(*z));
	int n = z ? machine_zones(p->m, z, MAX_ZONES) : 0;

	memset(s, 0, sizeof(*s));
	s->ops = ops;
	for (int o = 0; o < NR_PAGE_ORDERS_MAX; o++)
		s->extfrag[o] = -1000;
	for (int i = 0; i < n && i < MAX_ZONES; i++) {
		s->managed += z[i].managed;
		for (int o = 0; o < NR_PAGE_ORDERS_MAX; o++) {
			s->free[o] += z[i].nr_free[o] << o;
			if (z[i].managed && z[i].extfrag[o] > s->extfrag[o])
				s->extfrag[o] = (s16)z[i].extfrag[o];
		}
	}
	free(z);
	read_events(p->m, s);
}

/* Index of the first sample after @ops. */
static int first_after(const struct chart *c, u64 ops)
{
	int lo = 0, hi = c->nr;

	while (lo < hi) {
		int mid = (lo + hi) / 2;

		if (c->s[mid].ops <= ops)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Every second one goes; what stays lies on multiples of the doubled stride. */
static void thin(struct chart *c)
{
	int n = 0;

	c->stride *= 2;
	for (int i = 0; i < c->nr; i++)
		if (c->s[i].ops % c->stride == 0)
			c->s[n++] = c->s[i];
	c->nr = n;
}

static void insert_sample(struct pane *p, u64 ops)
{
	struct chart *c = &p->chart;
	int at = first_after(c, ops);

	if (at && c->s[at - 1].ops == ops) {
		take_sample(p, ops, &c->s[at - 1]);
		return;
	}
	if (c->nr == CHART_SAMPLES) {
		thin(c);
		if (ops % c->stride)
			return;
		at = first_after(c, ops);
	}
	memmove(&c->s[at + 1], &c->s[at], (size_t)(c->nr - at) * sizeof(*c->s));
	take_sample(p, ops, &c->s[at]);
	c->nr++;
}

void chart_tick(struct pane *p)
{
	struct chart *c = &p->chart;
	struct machine_info info;

	machine_info(p->m, &info);
	if (!c->stride)
		c->stride = 1;
	if (info.ops < machine_time_end(p->m) || (c->nr && c->tip.ops == info.ops && info.events == c->tip_events))
		return;
	/* The latest moment: samples after it belong to a future that was given up. */
	c->nr = first_after(c, info.ops);
	if (info.ops % c->stride == 0)
		insert_sample(p, info.ops);
	take_sample(p, info.ops, &c->tip);
	c->tip_events = info.events;
}

u64 chart_room(const struct pane *p)
{
	u64 stride = p->chart.stride ? p->chart.stride : 1;

	return stride - p->info.ops % stride;
}

/* The first multiple of the stride up to the end that has no sample. */
static bool first_missing(const struct pane *p, u64 *ops)
{
	const struct chart *c = &p->chart;
	u64 want = 0;

	for (int i = 0; i < c->nr; i++) {
		if (c->s[i].ops % c->stride)
			continue;
		if (c->s[i].ops > want)
			break;
		want = c->s[i].ops + c->stride;
	}
	*ops = want;
	return want <= machine_time_end(p->m);
}

/* Before samples are taken at every operation of a long run: how far apart must they be? */
static void fit_stride(struct pane *p)
{
	while (machine_time_end(p->m) / p->chart.stride >= CHART_SAMPLES)
		thin(&p->chart);
}

static bool go_to(struct pane *p, u64 ops)
{
	struct text out = TEXT_INIT;
	char line[48];
	int rc;

	snprintf(line, sizeof(line), "seek %llu", (unsigned long long)ops);
	rc = machine_command(p->m, line, &out, NULL);
	text_cleanup(&out);
	return !rc;
}

bool chart_fill(struct pane *p, u64 ms)
{
	u64 start = clock_ms(), back, ops;
	bool missing, moved = true;

	machine_info(p->m, &p->info);
	back = p->info.ops;
	fit_stride(p);
	missing = first_missing(p, &ops);
	if (!missing || p->info.running)
		return false;
	while (missing && clock_ms() - start < ms && (moved = go_to(p, ops))) {
		insert_sample(p, ops);
		missing = first_missing(p, &ops);
	}
	go_to(p, back);
	machine_info(p->m, &p->info);
	return missing && moved;
}

const struct sample *chart_at(const struct chart *c, u64 ops)
{
	int at = first_after(c, ops);

	if (c->nr && ops >= c->tip.ops)
		return &c->tip;
	return at ? &c->s[at - 1] : NULL;
}

u64 sample_free(const struct sample *s, unsigned order)
{
	u64 n = 0;

	for (unsigned o = order; o < NR_PAGE_ORDERS_MAX; o++)
		n += s->free[o];
	return n;
}

int sample_unusable(const struct sample *s, unsigned order)
{
	u64 all = sample_free(s, 0);

	return all ? (int)((all - sample_free(s, order)) * 1000 / all) : 0;
}

const char *chart_event_name(enum chart_event e)
{
	static const char *const names[] = { "allocated", "freed", "moved", "reclaimed" };

	return names[e];
}

/* --- below the map ---------------------------------------------------------------- */

void chart_column(struct canvas *cv, int x, int y, int h, u64 v, u64 max, enum color fg)
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

/* The present values, right of the chart where there is room. */
static void draw_values(struct ui *ui, struct pane *p, struct rect r, int x, const struct sample *s)
{
	int room = r.x + r.w - x - 1, un = sample_unusable(s, ui->order);
	char size[24];

	if (room < 12)
		return;
	canvas_printf(&ui->cv, x + 1, r.y + r.h / 2 - 1, room, st(C_DIM, C_GROUND), "%s in blocks of order %u and larger",
		      size_of_pages(p, sample_free(s, ui->order), size, sizeof(size)), ui->order);
	canvas_printf(&ui->cv, x + 1, r.y + r.h - 1, room, st(C_DIM, C_GROUND), "%d.%02d of free memory is in smaller blocks",
		      un / 1000, un % 1000 / 10);
}

/* Columns that the run takes: one per operation until the width is full. */
static int columns_used(u64 end, int w) { return end + 1 < (u64)w ? (int)end + 1 : w; }

void chart_draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct chart *c = &p->chart;
	int w = p->layout.cells * p->layout.cell_w, half = r.h / 2, x0 = r.x + p->layout.label_w;
	u64 end = machine_time_end(p->m);
	int n = columns_used(end, w);

	if (half < 1 || !c->nr)
		return;
	canvas_printf(&ui->cv, r.x, r.y + half - 1, p->layout.label_w - 1, st(C_DIM, C_GROUND), "free \xe2\x89\xa5%u", ui->order);
	canvas_text(&ui->cv, r.x, r.y + r.h - 1, p->layout.label_w - 1, st(C_DIM, C_GROUND), "unusable");
	for (int i = 0; i < n; i++) {
		u64 ops = timeline_op(end, n, i);
		const struct sample *s = chart_at(c, ops);
		bool ahead = ops > p->info.ops;

		if (!s)
			continue;
		chart_column(&ui->cv, x0 + i, r.y, half, sample_free(s, ui->order), s->managed, ahead ? C_FAINT : free_color(8));
		chart_column(&ui->cv, x0 + i, r.y + half, half, (u64)sample_unusable(s, ui->order), 1000, ahead ? C_FAINT : C_BAD);
	}
	draw_values(ui, p, r, x0 + n, chart_at(c, p->info.ops));
}
