/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time: charts over the whole run, one operation after the other from left to
 * right, and the numbers of the moment under the cursor beside them.
 *
 *   free memory by order, stacked: large blocks at the bottom
 *   unusable free space index, a row per order
 *   fragmentation index, a row per order
 *   pages allocated, freed, moved, reclaimed per operation
 */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define LABEL   TIMELINE_LABEL
#define TABLE_W 36
#define TABLE_MIN_W 76 /* of the view, from which on the table stands beside the charts */
#define FILL_MS 120

/* What the charts of one frame share. */
struct plot {
	struct ui *ui;
	struct pane *p;
	struct rect r; /* the columns of all charts */
	u64 end;
	int top;       /* largest order */
};

static const struct sample *at_column(const struct plot *pl, int i)
{
	return chart_at(&pl->p->chart, timeline_op(pl->end, pl->r.w, i));
}

/* --- free memory, stacked ---------------------------------------------------------- */

/* The order at @level eighths of a column that is @all eighths high; -1: above it. */
static int order_at(const struct sample *s, int top, int all, int level)
{
	u64 sum = 0;

	for (int o = top; o >= 0; o--) {
		sum += s->free[o];
		if (level < (int)((double)sum / (double)(s->managed ? s->managed : 1) * all + 0.5))
			return o;
	}
	return -1;
}

/* A cell is eight levels; where two orders meet in it, the upper one is its ground. */
static void stack_cell(const struct plot *pl, const struct sample *s, int x, int y, int row, int h)
{
	struct canvas *cv = &pl->ui->cv;
	int low = order_at(s, pl->top, h * 8, row * 8), high = order_at(s, pl->top, h * 8, row * 8 + 7), n = 1;
	enum color bg = high < 0 ? C_GROUND : free_color((unsigned)high);

	if (low < 0)
		return;
	while (n < 8 && order_at(s, pl->top, h * 8, row * 8 + n) == low)
		n++;
	if (!pl->ui->tile.gauges)
		canvas_put(cv, x, y, (u32)order_digit((unsigned)low), st(C_INK, free_color((unsigned)low)));
	else if (low == high)
		canvas_put(cv, x, y, ' ', st(C_INK, free_color((unsigned)low)));
	else
		canvas_put(cv, x, y, (u32)(0x2580 + n), st(free_color((unsigned)low), bg));
}

/* The digit of the order that fills a row, at the left edge, so that colours need no legend. */
static void stack_digits(const struct plot *pl, int y, int h)
{
	const struct sample *s = at_column(pl, 0);
	int last = -1;

	for (int row = 0; s && row < h; row++) {
		int o = order_at(s, pl->top, h * 8, row * 8 + 4);

		if (o >= 0 && o != last)
			canvas_put(&pl->ui->cv, pl->r.x, y + h - 1 - row, (u32)order_digit((unsigned)o),
				   st(C_INK, free_color((unsigned)o)));
		last = o;
	}
}

static void draw_stack(const struct plot *pl, int y, int h)
{
	char size[24];
	const struct sample *now = chart_at(&pl->p->chart, pl->p->info.ops);

	for (int i = 0; i < pl->r.w; i++) {
		const struct sample *s = at_column(pl, i);

		for (int row = 0; s && row < h; row++)
			stack_cell(pl, s, pl->r.x + i, y + h - 1 - row, row, h);
	}
	stack_digits(pl, y, h);
	canvas_text(&pl->ui->cv, 1, y, LABEL - 2, st(C_BRIGHT, C_GROUND), "free");
	canvas_text(&pl->ui->cv, 1, y + 1, LABEL - 2, st(C_DIM, C_GROUND), "by order");
	if (h > 3 && now)
		canvas_text(&pl->ui->cv, 1, y + h - 1, LABEL - 1, st(C_TEXT, C_GROUND),
			    size_of_pages(pl->p, sample_free(now, 0), size, sizeof(size)));
}

/* --- indices: a row per order -------------------------------------------------------- */

/* Tenths as a digit on a shade, a dot for less: nothing is told by colour alone. */
static void index_cell(const struct plot *pl, int x, int y, int v)
{
	enum color bg = v < 500 ? C_RECLAIM : C_BAD;
	int digit = v >= 1000 ? 9 : v / 100;

	if (v < 100)
		canvas_put(&pl->ui->cv, x, y, v < 0 ? ' ' : 0xb7, st(C_FAINT, C_TRACK));
	else
		canvas_put(&pl->ui->cv, x, y, (u32)('0' + digit), st(C_INK, bg));
}

static int index_of(const struct sample *s, bool extfrag, unsigned o) { return extfrag ? s->extfrag[o] : sample_unusable(s, o); }

static void index_row(const struct plot *pl, int y, bool extfrag, unsigned o)
{
	bool mine = o == pl->ui->order;

	canvas_printf(&pl->ui->cv, 7, y, 2, st_attr(mine ? C_ACCENT : C_DIM, C_GROUND, mine ? AT_BOLD : 0), "%2u", o);
	for (int i = 0; i < pl->r.w; i++) {
		const struct sample *s = at_column(pl, i);

		if (s)
			index_cell(pl, pl->r.x + i, y, index_of(s, extfrag, o));
	}
}

/* Orders to show in @h rows: all, or the one asked for and the upper ones. */
static int draw_index(const struct plot *pl, int y, int h, bool extfrag)
{
	int rows = h < pl->top ? h : pl->top, first = pl->top - rows + 1;

	if (rows < 1)
		return y;
	canvas_text(&pl->ui->cv, 1, y, 6, st(C_BRIGHT, C_GROUND), extfrag ? "frag" : "unus.");
	if (rows > 1)
		canvas_text(&pl->ui->cv, 1, y + 1, 6, st(C_DIM, C_GROUND), "index");
	for (int i = 0; i < rows; i++)
		index_row(pl, y + i, extfrag, i || (int)pl->ui->order >= first ? (unsigned)(first + i) : pl->ui->order);
	return y + rows;
}

/* --- pages per operation ---------------------------------------------------------------- */

static double rate(const struct sample *a, const struct sample *b, int e)
{
	return a && b && b->ops > a->ops ? (double)(b->ev[e] - a->ev[e]) / (double)(b->ops - a->ops) : 0;
}

/* Of the operations that lie between this column and the next. */
static double column_rate(const struct plot *pl, int i, int e)
{
	const struct sample *b = at_column(pl, i), *a = NULL;

	for (int k = i - 1; k >= 0 && (!a || a == b); k--)
		a = at_column(pl, k);
	return rate(a, b, e);
}

static void draw_event(const struct plot *pl, int y, enum chart_event e)
{
	static const enum color colors[NR_CHART_EVENTS] = { C_MOVABLE, C_GOOD, C_ACCENT, C_RECLAIM };
	double most = 0;

	for (int i = 1; i < pl->r.w; i++)
		most = column_rate(pl, i, e) > most ? column_rate(pl, i, e) : most;
	canvas_text(&pl->ui->cv, 1, y, LABEL - 1, st(C_DIM, C_GROUND), chart_event_name(e));
	for (int i = 1; i < pl->r.w; i++)
		chart_column(&pl->ui->cv, pl->r.x + i, y, 1, (u64)(column_rate(pl, i, e) * 1000), (u64)(most * 1000), colors[e]);
}

/* --- the moment under the cursor ---------------------------------------------------------- */

static void index_text(int v, char *buf, size_t n)
{
	if (v == -1000)
		snprintf(buf, n, "would do");
	else
		snprintf(buf, n, "%s%d.%03d", v < 0 ? "-" : "", (v < 0 ? -v : v) / 1000, (v < 0 ? -v : v) % 1000);
}

static int draw_table(const struct plot *pl, struct rect r)
{
	const struct sample *s = chart_at(&pl->p->chart, pl->p->info.ops);
	struct canvas *cv = &pl->ui->cv;
	char size[24], un[16], ef[16];
	int y = draw_heading(pl->ui, r, "At this moment");

	if (!s)
		return y;
	canvas_text(cv, r.x, y++, r.w, st(C_DIM, C_GROUND), "order      free  unusable   frag idx");
	for (int o = 0; o <= pl->top && y < r.y + r.h; o++, y++) {
		bool mine = (unsigned)o == pl->ui->order;

		canvas_put(cv, r.x, y, (u32)order_digit((unsigned)o), st(C_INK, free_color((unsigned)o)));
		canvas_printf(cv, r.x + 2, y, 3, st_attr(mine ? C_ACCENT : C_TEXT, C_GROUND, mine ? AT_BOLD : 0), "%2d", o);
		canvas_right(cv, r.x + 15, y, 10, st(s->free[o] ? C_TEXT : C_FAINT, C_GROUND), "%s",
			     size_of_pages(pl->p, s->free[o], size, sizeof(size)));
		index_text(sample_unusable(s, (unsigned)o), un, sizeof(un));
		index_text(s->extfrag[o], ef, sizeof(ef));
		canvas_right(cv, r.x + 25, y, 9, st(sample_unusable(s, (unsigned)o) > 500 ? C_BAD : C_TEXT, C_GROUND), "%s", un);
		canvas_right(cv, r.x + 36, y, 10, st(s->extfrag[o] > 500 ? C_BAD : s->extfrag[o] < 0 ? C_GOOD : C_TEXT, C_GROUND), "%s", ef);
	}
	return y;
}

static void draw_words(const struct plot *pl, struct rect r, int row)
{
	static const char words[] =
		"unusable: share of free memory that lies in blocks too small for the order. "
		"frag idx, the fragmentation index: why a request would fail; near 1 because memory is in pieces, near 0 because too little is left; "
		"'would do': it would not fail. The worst zone counts.";

	draw_wrapped(pl->ui, r, row, st(C_DIM, C_GROUND), words);
}

int time_columns(int w) { return w - LABEL - 1 - (w >= TABLE_MIN_W ? TABLE_W + 2 : 0); }

/* --- the view --------------------------------------------------------------------------------- */

/* The cursor: a line through all charts at the present. */
static void draw_cursor(const struct plot *pl, int y, int y_end)
{
	int x = pl->r.x + timeline_column(pl->end, pl->r.w, pl->p->info.ops);

	for (; y < y_end; y++) {
		struct cell *c = canvas_at(&pl->ui->cv, x, y);

		if (c->style.bg == C_GROUND && c->ch == ' ')
			canvas_put(&pl->ui->cv, x, y, 0x2502, st(C_ACCENT, C_GROUND));
		else
			canvas_put(&pl->ui->cv, x, y, c->ch == ' ' ? 0x2502 : c->ch, st(C_INK, C_CURSOR));
	}
}

/* Rows: events get one each, each index what is left over up to a row per order. */
static void draw_charts(const struct plot *pl)
{
	int y = pl->r.y, left = pl->r.h - NR_CHART_EVENTS - 2, index = left / 3 < pl->top ? left / 3 : pl->top;
	bool both = left - 2 * index >= 5 && index >= 4;
	int stack = left - (both ? 2 * index + 1 : index);

	draw_stack(pl, y, stack);
	y = draw_index(pl, y + stack + 1, index, false);
	if (both)
		y = draw_index(pl, y + 1, index, true);
	y++;
	for (int e = 0; e < NR_CHART_EVENTS && y < pl->r.y + pl->r.h; e++)
		draw_event(pl, y++, (enum chart_event)e);
	draw_cursor(pl, pl->r.y, y);
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct plot pl = { ui, p, { r.x + LABEL, r.y + 1, r.w - LABEL - 1, r.h - 1 }, 0, p->info.arch->max_page_order };
	int table = r.w >= TABLE_MIN_W ? TABLE_W + 2 : 0, y;

	ui->timeline.filling = chart_fill(p, FILL_MS);
	pl.end = machine_time_end(p->m);
	pl.r.w = time_columns(r.w);
	if (!p->chart.nr || pl.r.h < 8)
		return;
	draw_heading(ui, (struct rect){ r.x + 1, r.y, LABEL + pl.r.w - 1, 1 }, "From boot (left) to the last operation (right)");
	draw_charts(&pl);
	if (table) {
		struct rect t = { pl.r.x + pl.r.w + 2, r.y, TABLE_W, r.h };

		y = draw_table(&pl, t);
		draw_words(&pl, t, y - r.y + 1);
	}
}

static int mouse(struct ui *ui, struct pane *p, const struct input *in)
{
	return timeline_mouse(ui, in) >= 0 ? RE_DRAW : RE_NONE;
}

const struct view_ops view_time = {
	.name = "Time",
	.about = "charts over the whole run",
	.draw = draw,
	.mouse = mouse,
};
