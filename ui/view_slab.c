/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slab caches, as slabtop lists them: how many objects live in how many slabs, what
 * that costs, what of it is wasted, and on which nodes it lies. Enter opens one
 * (slab_open.c).
 */
#include "slab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))
#define NODE_W 16

static const struct { const char *key, *head; } sorts[NR_SLAB_SORTS] = {
	[SLAB_BY_MEMORY] = { "memory", "memory" }, [SLAB_BY_OBJECTS] = { "objects", "objects" },
	[SLAB_BY_ACTIVE] = { "objects in use", "in use" }, [SLAB_BY_SLABS] = { "slabs", "slabs" },
	[SLAB_BY_WASTE] = { "waste", "waste" }, [SLAB_BY_SIZE] = { "object size", "bytes" },
	[SLAB_BY_NAME] = { "name", "cache" },
};

static u64 sort_value(const struct slab_cache_info *c, enum slab_sort sort)
{
	switch (sort) {
	case SLAB_BY_OBJECTS: return c->num_objs;
	case SLAB_BY_ACTIVE: return c->used_objs;
	case SLAB_BY_SLABS: return c->num_slabs;
	case SLAB_BY_WASTE: return c->waste;
	case SLAB_BY_SIZE: return c->geo.size;
	case SLAB_BY_NAME: return 0;
	default: return c->bytes;
	}
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct slab_cache_info *x = a, *y = b;
	enum slab_sort sort = *(const enum slab_sort *)arg;
	u64 u = sort_value(x, sort), v = sort_value(y, sort);

	return u < v ? 1 : u > v ? -1 : strcmp(x->name, y->name);
}

struct slab_cache_info *slab_list(struct ui *ui, struct pane *p, int *nr)
{
	const struct slab_state *st = machine_slab(p->m);
	struct slab_cache_info *c;
	u32 n;

	*nr = 0;
	c = st ? calloc(SLAB_CACHES_MAX, sizeof(*c)) : NULL;
	if (!c)
		return NULL;
	n = slab_caches(st, c, SLAB_CACHES_MAX);
	*nr = (int)(n < SLAB_CACHES_MAX ? n : SLAB_CACHES_MAX);
	qsort_r(c, (size_t)*nr, sizeof(*c), compare, &ui->slab.sort);
	return c;
}

/* --- drawing ---------------------------------------------------------------------- */

/* Columns of the list: where each ends, and what it can be sorted by. */
static const struct { int end; enum slab_sort sort; } heads[] = {
	{ 32, SLAB_BY_ACTIVE }, { 42, SLAB_BY_OBJECTS }, { 49, SLAB_BY_SIZE }, { 56, SLAB_BY_SLABS }, { 67, SLAB_BY_MEMORY },
	{ 78, SLAB_BY_WASTE },
};

static void draw_head(struct ui *ui, int x_end, int y, enum slab_sort sort)
{
	bool on = ui->slab.sort == sort;

	canvas_right(&ui->cv, x_end, y, 12, st_attr(on ? C_ACCENT : C_DIM, C_GROUND, on ? AT_BOLD : 0), "%s%s", sorts[sort].head,
		     on ? "\xe2\x96\xbc" : "");
}

static void draw_heads(struct ui *ui, struct pane *p, struct rect r, int y)
{
	bool on = ui->slab.sort == SLAB_BY_NAME;

	canvas_text(&ui->cv, r.x, y, 20, st_attr(on ? C_ACCENT : C_DIM, C_GROUND, on ? AT_BOLD : 0), on ? "cache \xe2\x96\xb2" : "cache");
	for (size_t i = 0; i < ARRAY_SIZE(heads) && !ui->slab.nodes; i++)
		draw_head(ui, r.x + heads[i].end, y, heads[i].sort);
	for (int n = 0, x = 24; ui->slab.nodes && n < p->info.nr_nodes && x + NODE_W <= r.w; n++, x += NODE_W)
		canvas_printf(&ui->cv, r.x + x, y, NODE_W, st(C_DIM, C_GROUND), "node %d", n);
	if (!ui->slab.nodes && r.w > 100)
		canvas_text(&ui->cv, r.x + 81, y, r.w - 81, st(C_DIM, C_GROUND), "used, free, lost to gaps");
}

/* What the pages hold: objects in use, free objects, the rest. */
static void draw_shares(struct ui *ui, int x, int y, int w, const struct slab_cache_info *c, enum color bg)
{
	u64 used = c->used_objs * c->geo.object_size, all = c->num_objs * c->geo.object_size;
	int a, b;

	if (!c->bytes)
		return;
	a = (int)((double)used / (double)c->bytes * w + 0.5);
	b = (int)((double)all / (double)c->bytes * w + 0.5);
	for (int i = 0; i < w; i++) {
		enum color color = i < a ? C_SLAB : i < b ? C_FREE5 : C_RESERVED;

		canvas_put(&ui->cv, x + i, y, i < a ? ' ' : i < b ? '.' : '/', st_attr(C_INK, color, AT_FAINT));
	}
}

static void draw_nodes(struct ui *ui, struct pane *p, struct rect r, int y, const struct slab_cache_info *c, enum color bg)
{
	const struct slab_state *slab = machine_slab(p->m);
	const struct kmem_cache *cache = slab_cache_by_id(slab, c->id);

	for (int n = 0, x = 24; cache && n < p->info.nr_nodes && x + NODE_W <= r.w; n++, x += NODE_W) {
		struct slab_node_info info;
		char size[24];

		slab_node_info(cache, n, &info);
		size_of_pages(p, info.nr_slabs << c->geo.order, size, sizeof(size));
		if (info.nr_slabs)
			canvas_printf(&ui->cv, r.x + x, y, NODE_W, st(C_TEXT, bg), "%s %llu/%llu", size, LL(info.nr_partial), LL(info.nr_slabs));
		else
			canvas_text(&ui->cv, r.x + x, y, NODE_W, st(C_FAINT, bg), "-");
	}
}

static void draw_row(struct ui *ui, struct pane *p, struct rect r, int y, const struct slab_cache_info *c, bool chosen)
{
	enum color bg = chosen ? C_TRACK : C_GROUND;
	struct style num = st(c->num_objs ? C_TEXT : C_FAINT, bg);
	int percent = c->bytes ? (int)((double)c->waste * 100 / (double)c->bytes + 0.5) : 0;
	char buf[24];

	canvas_fill(&ui->cv, (struct rect){ r.x, y, r.w, 1 }, ' ', num);
	canvas_text(&ui->cv, r.x, y, 23, st_attr(c->num_objs ? C_BRIGHT : C_DIM, bg, chosen ? AT_BOLD : 0), c->name);
	if (ui->slab.nodes) {
		draw_nodes(ui, p, r, y, c, bg);
		return;
	}
	canvas_right(&ui->cv, r.x + 32, y, 9, num, "%s", count_str(c->used_objs, buf, sizeof(buf)));
	canvas_right(&ui->cv, r.x + 42, y, 9, num, "%s", count_str(c->num_objs, buf, sizeof(buf)));
	canvas_right(&ui->cv, r.x + 49, y, 7, st(C_DIM, bg), "%u", c->geo.size);
	canvas_right(&ui->cv, r.x + 56, y, 7, num, "%s", count_str(c->num_slabs, buf, sizeof(buf)));
	size_str(c->bytes, buf, sizeof(buf));
	canvas_right(&ui->cv, r.x + 67, y, 9, num, "%s", buf);
	if (c->bytes)
		canvas_right(&ui->cv, r.x + 78, y, 9, st(percent > 50 ? C_BAD : C_TEXT, bg), "%d %%", percent);
	if (r.w > 100)
		draw_shares(ui, r.x + 81, y, r.w - 81 < 60 ? r.w - 81 : 60, c, bg);
}

/* "55 slab caches: 108 KiB cut into objects, 43 KiB of it not in use" */
static void draw_title(struct ui *ui, struct rect r, const struct slab_cache_info *c, int n)
{
	u64 bytes = 0, waste = 0;
	char title[160], size[24], lost[24];

	for (int i = 0; i < n; i++) {
		bytes += c[i].bytes;
		waste += c[i].waste;
	}
	size_str(bytes, size, sizeof(size));
	size_str(waste, lost, sizeof(lost));
	snprintf(title, sizeof(title), "%d slab caches, by %s: %s cut into objects, %s unused", n, sorts[ui->slab.sort].key, size, lost);
	draw_heading(ui, r, title);
}

static const char *footnote(const struct ui *ui)
{
	if (ui->slab.nodes)
		return "Memory on each node, then slabs with free objects / all slabs.";
	return "Waste: bytes of its pages without an object in use: free ones, gaps, padding.";
}

static void draw_list(struct ui *ui, struct pane *p, struct rect in)
{
	int n, y = in.y;
	struct slab_cache_info *c = slab_list(ui, p, &n);
	s64 first;

	if (!c) {
		canvas_text(&ui->cv, in.x, y, in.w, st(C_TEXT, C_GROUND), "No slab allocator yet: boot goes on with :boot.");
		return;
	}
	draw_title(ui, in, c, n);
	draw_heads(ui, p, in, ++y);
	first = scroll_begin(&ui->scroll[VIEW_SLAB], n, in.h - 3);
	for (s64 i = first; i < n && y < in.y + in.h - 2; i++)
		draw_row(ui, p, in, ++y, &c[i], i == ui->scroll[VIEW_SLAB].at);
	canvas_text(&ui->cv, in.x, in.y + in.h - 1, in.w, st(C_DIM, C_GROUND), footnote(ui));
	free(c);
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };

	if (ui->slab.open && slab_open_draw(ui, p, in))
		return;
	ui->slab.open = false;
	draw_list(ui, p, in);
}

/* --- keys --------------------------------------------------------------------------- */

int act_slab_sort(struct ui *ui, int arg)
{
	ui->slab.sort = (enum slab_sort)((ui->slab.sort + 1) % NR_SLAB_SORTS);
	ui_say(ui, false, "caches by %s", sorts[ui->slab.sort].key);
	return RE_DRAW;
}

int act_slab_nodes(struct ui *ui, int arg)
{
	ui->slab.nodes = !ui->slab.nodes;
	return RE_DRAW;
}

const struct view_ops view_slab = {
	.name = "Slab",
	.about = "slab caches: pages cut into objects",
	.draw = draw,
	.lists = true,
};
