/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cache opened: its slabs in a row, one of them object by object, the object
 * under the cursor, and how the next one is handed out.
 */
#include "slab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))

static const struct { const char *words; char letter; enum color color; } places[] = {
	[SLAB_CPU] = { "the slab of cpu %d: only that cpu takes objects from it", 'C', C_ACCENT },
	[SLAB_CPU_PARTIAL] = { "on the partial list of cpu %d: next in line when its slab is empty", 'c', C_PCP },
	[SLAB_NODE_PARTIAL] = { "on the partial list of node %d: has free objects, for any cpu", 'n', C_FREE5 },
	[SLAB_FULL] = { "full, on no list (node %d): found again when an object of it is freed", 'F', C_SLAB },
	[SLAB_LARGE] = { "a large kmalloc on node %d: whole pages", 'L', C_KERNEL },
};

const char *slab_place_words(enum slab_place place) { return places[place].words; }
char slab_place_letter(enum slab_place place) { return places[place].letter; }
enum color slab_place_color(enum slab_place place) { return places[place].color; }

/* --- reading ------------------------------------------------------------------------- */

/* The slabs around number @want of a cache. */
struct window {
	u64 want, at, nr;
	struct slab_info chosen;
	bool found;
	u64 first;               /* of the strip */
	int max, n;
	u8 place[512];
	u8 eighths[512];         /* used objects */
};

static bool collect(const struct slab_info *s, void *arg)
{
	struct window *w = arg;
	u64 i = w->nr++;

	if (i == w->want) {
		w->chosen = *s;
		w->found = true;
	}
	if (i >= w->first && w->n < w->max) {
		w->place[w->n] = (u8)s->place;
		w->eighths[w->n++] = (u8)(s->objects ? (s->used * 8 + s->objects - 1) / s->objects : 0);
	}
	return true;
}

static const struct kmem_cache *open_cache(struct ui *ui, struct pane *p)
{
	const struct slab_state *slab = machine_slab(p->m);

	return slab ? slab_cache_by_id(slab, ui->slab.cache) : NULL;
}

/* --- drawing ------------------------------------------------------------------------- */

/* One cell per slab, its letter says where it is, the height how many objects are used. */
static void draw_strip(struct ui *ui, struct rect r, int y, const struct window *w)
{
	for (int i = 0; i < w->n; i++) {
		bool chosen = w->first + (u64)i == w->want;
		enum color c = slab_place_color((enum slab_place)w->place[i]);
		u32 bar = w->eighths[i] >= 8 ? 0x2588 : w->eighths[i] ? 0x2580u + w->eighths[i] : ' ';

		canvas_put(&ui->cv, r.x + i, y, (u32)slab_place_letter((enum slab_place)w->place[i]),
			   chosen ? st_attr(C_INK, C_CURSOR, AT_BOLD) : st(c, C_GROUND));
		canvas_put(&ui->cv, r.x + i, y + 1, bar, st(C_SLAB, C_TRACK));
		if (chosen)
			canvas_put(&ui->cv, r.x + i, y + 2, 0x25b2, st(C_ACCENT, C_GROUND));
	}
}

static int draw_slab_head(struct ui *ui, struct rect r, int row, const struct slab_info *s)
{
	char line[128];
	int n;

	n = canvas_printf(&ui->cv, r.x, r.y + row, r.w, st_attr(C_BRIGHT, C_GROUND, AT_BOLD), "pfn 0x%llx  %u of %u used  ", LL(s->pfn), s->used,
			  s->objects);
	snprintf(line, sizeof(line), slab_place_words(s->place), s->cpu >= 0 ? s->cpu : s->nid);
	if (n + text_columns(line) <= r.w) {
		canvas_text(&ui->cv, r.x + n, r.y + row, r.w - n, st(slab_place_color(s->place) == C_SLAB ? C_TEXT : slab_place_color(s->place), C_GROUND), line);
		return 1;
	}
	return 1 + draw_wrapped(ui, r, row + 1, st(C_TEXT, C_GROUND), line);
}

/* The object under the cursor. Return: rows. */
static int draw_object_words(struct ui *ui, struct pane *p, struct rect r, int row, const struct slab_info *s, const struct slab_cache_info *c)
{
	const struct slab_state *slab = machine_slab(p->m);
	u32 i = ui->slab.object, next = slab_object_next(slab, s->pfn, i);
	enum slab_object_state state = slab_object(slab, s->pfn, i);
	const char *holder = slab_internal_object(slab, slab_object_addr(slab, s->pfn, i));
	char line[200];
	int n;

	n = canvas_printf(&ui->cv, r.x, r.y + row, r.w, st_attr(C_ACCENT, C_GROUND, AT_BOLD), "object %u  ", i);
	canvas_printf(&ui->cv, r.x + n, r.y + row, r.w - n, st(C_BRIGHT, C_GROUND), "0x%llx", LL(slab_object_addr(slab, s->pfn, i)));
	if (state == OBJ_IS_USED)
		snprintf(line, sizeof(line), "in use%s%s", holder ? ": " : "", holder ? holder : "");
	else if (next == ~0u || next >= s->objects)
		snprintf(line, sizeof(line), "free, the last of %s", state == OBJ_IS_CPU_FREE ? "the cpu's freelist" : "the slab's freelist");
	else
		snprintf(line, sizeof(line), "free; its byte %u holds the address of object %u, the next of %s", c->geo.offset, next,
			 state == OBJ_IS_CPU_FREE ? "the cpu's freelist" : "the slab's freelist");
	return 1 + draw_wrapped(ui, r, row + 1, st(C_TEXT, C_GROUND), line);
}

/* Each cpu's part: what its next allocation does. Return: rows. */
static int draw_cpus(struct ui *ui, struct pane *p, struct rect r, int row, const struct kmem_cache *cache)
{
	const struct slab_state *slab = machine_slab(p->m);
	int n = 0;

	for (int cpu = 0; cpu < p->info.nr_cpus && n < 8; cpu++) {
		u32 nr_free, nr_partial;
		char line[96];
		u64 tid;

		if (!slab_cpu_info(slab, cache, cpu, &tid, &nr_free, &nr_partial))
			continue;
		snprintf(line, sizeof(line), "cpu %d: freelist %u, partial %u slabs, tid %llu", cpu, nr_free, nr_partial, LL(tid));
		n += draw_wrapped(ui, r, row + n, st(C_TEXT, C_GROUND), line);
	}
	if (!n)
		canvas_text(&ui->cv, r.x, r.y + row + n++, r.w, st(C_DIM, C_GROUND), "No cpu has used this cache yet.");
	return n;
}

static int draw_words(struct ui *ui, struct pane *p, struct rect r, int row, const struct kmem_cache *cache, const struct slab_cache_info *c)
{
	row += draw_cpus(ui, p, r, row, cache);
	if (ui->cv.h < 30)
		return row + draw_wrapped(ui, r, row, st(C_DIM, C_GROUND),
					  "c1 goes out next, without a lock: one instruction compares and exchanges two words, the cpu's freelist and its "
					  "transaction id (tid); had anything else happened on this cpu, the tid would differ and the step be repeated. "
					  "Then follow the slab's own list, partial slabs of the cpu, of the node, new pages.");
	row++;
	row += draw_wrapped(ui, r, row, st(C_DIM, C_GROUND),
			    "Allocating takes c1, the first object of the cpu's freelist, without a lock: one instruction compares and "
			    "exchanges two words, the freelist and the transaction id (tid). Had anything else happened on this cpu in "
			    "between, the tid would differ and the step be repeated.");
	row++;
	row += draw_wrapped(ui, r, row, st(C_DIM, C_GROUND),
			    "When the freelist is empty the cpu takes over the slab's own freelist (1, 2 ...), then a slab of its partial "
			    "list, then one of the node, then new pages of the buddy.");
	if (c->ctor)
		row += 1 + draw_wrapped(ui, r, row + 1, st(C_DIM, C_GROUND),
					"Underlined: this cache has a constructor. It ran when the slab was made; a free object keeps its constructed "
					"state and is handed out again as it is.");
	return row;
}

/* One object and one slab in bytes. Return: the next row. */
static int draw_bytes(struct ui *ui, struct pane *p, struct rect r, int row, const struct slab_cache_info *c)
{
	const struct slab_geometry *g = &c->geo;
	u64 slab = 1ULL << (p->info.arch->page_shift + (int)g->order), lost = slab - (u64)g->objects * g->size;
	int w = r.w < 64 ? r.w : 64, a = (int)((u64)g->object_size * (u64)w / g->size), f = (int)((u64)g->offset * (u64)w / g->size);
	char line[256];

	row = draw_heading(ui, (struct rect){ r.x, r.y + row, r.w, 1 }, "One object, byte by byte") - r.y;
	for (int i = 0; i < w; i++)
		canvas_put(&ui->cv, r.x + i, r.y + row, i < a ? ' ' : '/', st_attr(C_INK, i < a ? C_SLAB : C_RESERVED, AT_FAINT));
	canvas_put(&ui->cv, r.x + f, r.y + row, '>', st_attr(C_INK, C_FREE5, AT_BOLD));
	snprintf(line, sizeof(line), "%u bytes of object%s; while it is free, > at byte %u holds the address of the next free one%s.", g->object_size,
		 g->size > g->object_size ? ", the rest up to the next object is padding" : "", g->offset,
		 g->offset >= g->inuse ? " (behind the object, which must keep its content)" : "");
	row += 1 + draw_wrapped(ui, r, row + 1, st(C_DIM, C_GROUND), line);
	snprintf(line, sizeof(line), "%u x %u = %llu of %llu bytes of a slab; %llu are left over at its end.", g->objects, g->size,
		 LL(slab - lost), LL(slab), LL(lost));
	return row + 1 + draw_wrapped(ui, r, row, st(C_DIM, C_GROUND), line);
}

static void draw_key(struct ui *ui, struct rect r, int row)
{
	static const struct { enum color color; char letter; const char *words; } key[] = {
		{ C_SLAB, '#', "in use" }, { C_PCP, 'c', "on the cpu's freelist" }, { C_FREE4, '.', "on the slab's freelist" },
	};
	int x = 0;

	for (size_t i = 0; i < ARRAY_SIZE(key); i++) {
		canvas_put(&ui->cv, r.x + x, r.y + row, (u32)key[i].letter, st(C_INK, key[i].color));
		x += 2 + canvas_text(&ui->cv, r.x + x + 2, r.y + row, r.w - x - 2, st(C_DIM, C_GROUND), key[i].words) + 2;
	}
}

/* Slab by slab: strip, head, cells, the object. */
static int draw_slab(struct ui *ui, struct pane *p, struct rect r, int cells, const struct window *w, const struct slab_cache_info *c)
{
	int row = 0;

	canvas_printf(&ui->cv, r.x, r.y, r.w, st(C_DIM, C_GROUND), "slab %llu of %llu   C a cpu's  c cpu partial  n node partial  F full", LL(w->want + 1),
		      LL(w->nr));
	draw_strip(ui, r, r.y + 1, w);
	row = 4 + draw_slab_head(ui, r, 4, &w->chosen);
	row += ui->cv.h >= 30;
	row += slab_cells_draw(ui, p, (struct rect){ r.x, r.y + row, r.w, cells }, &w->chosen, c->ctor);
	draw_key(ui, r, row++);
	row += ui->cv.h >= 30;
	return row + draw_object_words(ui, p, r, row, &w->chosen, c);
}

static void draw_title(struct ui *ui, struct pane *p, struct rect r, const struct slab_cache_info *c)
{
	char title[200], size[24];

	size_str(p->info.arch ? 1ULL << (p->info.arch->page_shift + (int)c->geo.order) : 0, size, sizeof(size));
	snprintf(title, sizeof(title), "%s: slabs of %s, each %u objects of %u bytes", c->name, size, c->geo.objects, c->geo.size);
	draw_heading(ui, r, title);
	canvas_right(&ui->cv, r.x + r.w, r.y, 30, st(C_DIM, C_GROUND), " Esc: all caches");
}

bool slab_open_draw(struct ui *ui, struct pane *p, struct rect r)
{
	const struct kmem_cache *cache = open_cache(ui, p);
	bool wide = r.w >= 108;
	struct rect left = { r.x, r.y + 1, wide ? r.w * 6 / 10 : r.w, r.h - 1 }, right = { left.x + left.w + 3, r.y + 1, r.w - left.w - 3, r.h - 1 };
	struct slab_cache_info c;
	struct window w;
	int row;

	if (!cache)
		return false;
	memset(&w, 0, sizeof(w));
	slab_cache_info(machine_slab(p->m), cache, &c);
	ui->slab.slab = c.num_slabs ? min_u64(ui->slab.slab, c.num_slabs - 1) : 0;
	w.want = ui->slab.slab;
	w.max = left.w < 512 ? left.w : 512;
	w.first = w.want > (u64)w.max / 2 ? w.want - (u64)w.max / 2 : 0;
	slab_visit(machine_slab(p->m), cache, collect, &w);
	ui->slab.slabs = w.nr;
	draw_title(ui, p, r, &c);
	if (!w.found) {
		canvas_text(&ui->cv, left.x, left.y, left.w, st(C_TEXT, C_GROUND), "This cache has no slab: nothing was allocated from it.");
		draw_words(ui, p, (struct rect){ left.x, left.y + 2, left.w, left.h - 2 }, 0, cache, &c);
		return true;
	}
	ui->slab.objects = w.chosen.objects;
	ui->slab.pfn = w.chosen.pfn;
	if (ui->slab.object >= w.chosen.objects)
		ui->slab.object = w.chosen.objects - 1;
	row = draw_slab(ui, p, left, wide ? r.h - 12 : r.h < 22 ? 4 : r.h - 17, &w, &c);
	if (wide)
		draw_words(ui, p, right, draw_bytes(ui, p, right, 0, &c), cache, &c);
	else
		draw_words(ui, p, left, row + (ui->cv.h >= 30), cache, &c);
	return true;
}

/* --- keys ------------------------------------------------------------------------------ */

static void go_object(struct ui *ui, s64 step)
{
	struct slab_choice *s = &ui->slab;
	s64 at = (s64)s->object + step;

	if (at < 0 && s->slab) {
		s->slab--;
		s->object = ~0u >> 1;
	} else if (at >= (s64)s->objects && s->slab + 1 < s->slabs) {
		s->slab++;
		s->object = 0;
	} else {
		s->object = (u32)(at < 0 ? 0 : at >= (s64)s->objects ? max_s64((s64)s->objects - 1, 0) : at);
	}
}

static void go_slab(struct ui *ui, s64 to)
{
	ui->slab.slab = (u64)(to < 0 ? 0 : to >= (s64)ui->slab.slabs ? max_s64((s64)ui->slab.slabs - 1, 0) : to);
	ui->slab.object = 0;
}

void slab_move(struct ui *ui, enum move m)
{
	switch (m) {
	case MOVE_LEFT: go_object(ui, -1); break;
	case MOVE_RIGHT: go_object(ui, 1); break;
	case MOVE_UP: go_object(ui, -(s64)ui->slab.per_row); break;
	case MOVE_DOWN: go_object(ui, ui->slab.per_row); break;
	case MOVE_PAGE_UP: go_slab(ui, (s64)ui->slab.slab - 1); break;
	case MOVE_PAGE_DOWN: go_slab(ui, (s64)ui->slab.slab + 1); break;
	case MOVE_ROW_START: ui->slab.object = 0; break;
	case MOVE_ROW_END: ui->slab.object = ui->slab.objects ? ui->slab.objects - 1 : 0; break;
	case MOVE_FIRST: go_slab(ui, 0); break;
	case MOVE_LAST: go_slab(ui, (s64)ui->slab.slabs - 1); break;
	default: break;
	}
}

/* Enter: open the cache; in an open one show the page of the object. */
int act_slab_enter(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	struct slab_cache_info *c;
	int n;

	if (ui->slab.open) {
		if (ui->slab.slabs)
			map_goto(p, ui->slab.pfn);
		ui_set_view(ui, VIEW_PAGE);
		return RE_DRAW;
	}
	c = slab_list(ui, p, &n);
	if (c && ui->scroll[VIEW_SLAB].at < n) {
		ui->slab.cache = c[ui->scroll[VIEW_SLAB].at].id;
		ui->slab.open = true;
		ui->slab.slab = ui->slab.object = 0;
	}
	free(c);
	return RE_DRAW;
}

/* The cache that is chosen or open, its pages lit on the map. */
int act_slab_map(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	struct slab_cache_info *c;
	int n, at = (int)ui->scroll[VIEW_SLAB].at;

	c = slab_list(ui, p, &n);
	for (int i = 0; c && ui->slab.open && i < n; i++)
		at = c[i].id == ui->slab.cache ? i : at;
	if (c && at < n) {
		spot_owner(ui, c[at].owner, c[at].name);
		ui_set_view(ui, VIEW_MAP);
		if (ui->slab.open && ui->slab.slabs)
			map_goto(p, ui->slab.pfn);
		else if (!find_pages(ui, NULL, 0))
			ui_say(ui, true, "%s has no pages", c[at].name);
	}
	free(c);
	return RE_DRAW;
}

int act_slab_escape(struct ui *ui, int arg)
{
	if (!ui->slab.open)
		return act_view(ui, VIEW_MAP);
	ui->slab.open = false;
	return RE_DRAW;
}

struct finder {
	pfn_t pfn;
	u64 at;
};

static bool find_slab(const struct slab_info *s, void *arg)
{
	struct finder *f = arg;

	if (s->pfn == f->pfn)
		return false;
	f->at++;
	return true;
}

/* From a page to the slab it is part of, and the first object that begins in it. */
int act_inside(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	const struct slab_state *slab = machine_slab(p->m);
	struct finder f = { 0 };
	struct slab_info s;

	if (!slab || !slab_of_pfn(slab, p->map.cursor, &s) || s.cache == ~0u) {
		ui_say(ui, true, "this page is no slab page: nothing smaller than a page is in it");
		return RE_DRAW;
	}
	f.pfn = s.pfn;
	slab_visit(slab, slab_cache_by_id(slab, s.cache), find_slab, &f);
	ui->slab.cache = s.cache;
	ui->slab.slab = f.at;
	ui->slab.open = true;
	for (ui->slab.object = 0; ui->slab.object + 1 < s.objects; ui->slab.object++)
		if (slab_object_addr(slab, s.pfn, ui->slab.object) >= s.addr + ((p->map.cursor - s.pfn) << p->info.arch->page_shift))
			break;
	ui_set_view(ui, VIEW_SLAB);
	return RE_DRAW;
}
