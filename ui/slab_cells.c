/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One slab drawn object by object. A used object is filled; a free one says how soon
 * it goes out: c1 c2 c3 along the cpu's lockless freelist, then 1 2 3 along the
 * slab's own.
 *
 *     0  #    #    c2   #    c1   #    #    1
 *     8  #    3    #    #    2    #    #    #
 */
#include "slab.h"

#include <stdio.h>
#include <stdlib.h>

/* How the cells lie. */
struct cells {
	int w;        /* columns of a cell, the gap included */
	int per_row;
	int rows;     /* shown */
	int step;     /* lines from row to row: 2 where there is room for air */
	u32 first;    /* first object shown */
};

#define LABEL_W 6

static void lay_cells(struct cells *c, struct rect r, u32 objects, u32 chosen, bool airy)
{
	static const int widths[] = { 8, 6, 5, 4, 3, 2, 1 };
	int room = r.w - LABEL_W, all = 0, at;

	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		c->w = widths[i];
		for (c->per_row = 4; c->per_row * 2 * c->w <= room && c->per_row < 128;)
			c->per_row *= 2;
		all = ((int)objects + c->per_row - 1) / c->per_row;
		if (all <= r.h)
			break;
	}
	c->rows = all < r.h ? all : r.h;
	c->step = c->w > 2 && airy && all * 2 <= r.h ? 2 : 1;
	at = (int)chosen / c->per_row - c->rows / 2;
	if (at + c->rows > all)
		at = all - c->rows;
	c->first = (u32)((at > 0 ? at : 0) * c->per_row);
}

/* place[i]: how many objects of its list go out before object i, from 1; 0: it is in use. */
static void follow_list(const struct slab_state *st, const struct slab_info *s, u32 first, u32 *place)
{
	u32 n = 0;

	for (u32 i = first; i < s->objects && !place[i]; i = slab_object_next(st, s->pfn, i))
		place[i] = ++n;
}

static enum color object_color(enum slab_object_state state)
{
	return state == OBJ_IS_USED ? C_SLAB : state == OBJ_IS_CPU_FREE ? C_PCP : C_FREE4;
}

static void draw_object(struct ui *ui, int x, int y, const struct cells *c, enum slab_object_state state, u32 place, bool chosen, bool ctor)
{
	struct style style = chosen ? st_attr(C_INK, C_CURSOR, AT_BOLD)
				    : st_attr(C_INK, object_color(state), (state == OBJ_IS_USED ? AT_FAINT : 0) | (ctor ? AT_UNDERLINE : 0));
	char text[12];
	int w = c->w > 2 ? c->w - 1 : c->w;

	if (state == OBJ_IS_USED)
		snprintf(text, sizeof(text), "#");
	else if (w < 3)
		snprintf(text, sizeof(text), "%s", state == OBJ_IS_CPU_FREE ? place == 1 ? ">" : "c" : ".");
	else
		snprintf(text, sizeof(text), "%s%u", state == OBJ_IS_CPU_FREE ? "c" : "", place);
	canvas_fill(&ui->cv, (struct rect){ x, y, w, 1 }, ' ', style);
	if (text_columns(text) <= w)
		canvas_text(&ui->cv, x, y, w, style, text);
	else
		canvas_put(&ui->cv, x, y, state == OBJ_IS_CPU_FREE ? 'c' : '.', style);
}

int slab_cells_draw(struct ui *ui, struct pane *p, struct rect r, const struct slab_info *s, bool ctor)
{
	const struct slab_state *st_slab = machine_slab(p->m);
	u32 *place = calloc(s->objects + 1, sizeof(*place));
	struct cells c;

	if (!place)
		return 0;
	follow_list(st_slab, s, s->cpu_first, place);
	follow_list(st_slab, s, s->list_first, place);
	lay_cells(&c, r, s->objects, ui->slab.object, ui->cv.h >= 30);
	for (int row = 0; row < c.rows; row++) {
		u32 first = c.first + (u32)(row * c.per_row);

		canvas_right(&ui->cv, r.x + LABEL_W - 1, r.y + row * c.step, LABEL_W - 1, st(C_DIM, C_GROUND), "%u", first);
		for (u32 i = first; i < first + (u32)c.per_row && i < s->objects; i++)
			draw_object(ui, r.x + LABEL_W + (int)(i - first) * c.w, r.y + row * c.step, &c, slab_object(st_slab, s->pfn, i), place[i],
				    i == ui->slab.object, ctor);
	}
	ui->slab.per_row = (u32)c.per_row;
	free(place);
	return c.rows * c.step;
}
