/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slab caches, largest first: how many objects live in how many slabs, and what
 * that costs in pages. Read from the machine's own slabinfo.
 */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CACHES 512

struct cache {
	char name[40];
	u64 active, objects, size, per_slab, pages_per_slab, slabs;
};

static u64 pages_of(const struct cache *c) { return c->slabs * c->pages_per_slab; }

static int by_pages(const void *a, const void *b)
{
	u64 x = pages_of(a), y = pages_of(b);

	return x < y ? 1 : x > y ? -1 : strcmp(((const struct cache *)a)->name, ((const struct cache *)b)->name);
}

/* One line of slabinfo 2.1; false for its two heading lines. */
static bool parse_line(const char *line, struct cache *c)
{
	unsigned long long v[6];
	const char *data = strstr(line, ": slabdata");

	if (line[0] == '#' || !data ||
	    sscanf(line, "%39s %llu %llu %llu %llu %llu", c->name, &v[0], &v[1], &v[2], &v[3], &v[4]) != 6 ||
	    sscanf(data, ": slabdata %*u %llu", &v[5]) != 1)
		return false;
	c->active = v[0];
	c->objects = v[1];
	c->size = v[2];
	c->per_slab = v[3];
	c->pages_per_slab = v[4];
	c->slabs = v[5];
	return true;
}

static int read_caches(const char *text, struct cache *out, int max)
{
	int n = 0;

	while (*text && n < max) {
		char line[512];
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		n += parse_line(line, &out[n]);
		text += len + (text[len] == '\n');
	}
	qsort(out, (size_t)n, sizeof(*out), by_pages);
	return n;
}

static void draw_heads(struct ui *ui, struct rect r, int y)
{
	static const struct { int end; const char *name; } heads[] = {
		{ 32, "in use" }, { 42, "objects" }, { 49, "bytes" }, { 58, "per slab" }, { 66, "slabs" }, { 76, "memory" },
	};

	canvas_text(&ui->cv, r.x, y, 20, st(C_DIM, C_GROUND), "cache");
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		canvas_right(&ui->cv, r.x + heads[i].end, y, 9, st(C_DIM, C_GROUND), "%s", heads[i].name);
	if (r.w > 100)
		canvas_text(&ui->cv, r.x + 79, y, 30, st(C_DIM, C_GROUND), "objects in use");
}

static void draw_row(struct ui *ui, struct pane *p, struct rect r, int y, const struct cache *c, bool chosen)
{
	enum color bg = chosen ? C_TRACK : C_GROUND;
	struct style num = st(c->objects ? C_TEXT : C_FAINT, bg);
	char a[24], b[24], m[24];

	canvas_fill(&ui->cv, (struct rect){ r.x, y, r.w, 1 }, ' ', num);
	canvas_text(&ui->cv, r.x, y, 23, st(c->objects ? C_BRIGHT : C_DIM, bg), c->name);
	canvas_right(&ui->cv, r.x + 32, y, 9, num, "%s", count_str(c->active, a, sizeof(a)));
	canvas_right(&ui->cv, r.x + 42, y, 9, num, "%s", count_str(c->objects, b, sizeof(b)));
	canvas_right(&ui->cv, r.x + 49, y, 7, st(C_DIM, bg), "%llu", (unsigned long long)c->size);
	canvas_right(&ui->cv, r.x + 58, y, 7, st(C_DIM, bg), "%llu", (unsigned long long)c->per_slab);
	canvas_right(&ui->cv, r.x + 66, y, 7, num, "%llu", (unsigned long long)c->slabs);
	canvas_right(&ui->cv, r.x + 76, y, 9, num, "%s", size_of_pages(p, pages_of(c), m, sizeof(m)));
	if (r.w > 100)
		draw_bar(&ui->cv, r.x + 79, y, r.w - 79 < 40 ? r.w - 79 : 40, c->active, c->objects, C_SLAB, bg);
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	struct cache c[MAX_CACHES];
	int n = read_caches(ui_shown(ui, p, "show slabinfo"), c, MAX_CACHES), y;
	u64 pages = 0;
	char title[96], size[24];
	s64 first;

	for (int i = 0; i < n; i++)
		pages += pages_of(&c[i]);
	snprintf(title, sizeof(title), "%d slab caches: %s cut into objects", n, size_of_pages(p, pages, size, sizeof(size)));
	y = draw_heading(ui, in, title);
	draw_heads(ui, in, y++);
	first = scroll_begin(&ui->scroll[VIEW_SLAB], n, in.h - 2);
	for (s64 i = first; i < n && y < r.y + r.h; i++)
		draw_row(ui, p, in, y++, &c[i], i == ui->scroll[VIEW_SLAB].at);
}

const struct view_ops view_slab = {
	.name = "Slab",
	.about = "slab caches: pages cut into objects",
	.draw = draw,
	.lists = true,
};
