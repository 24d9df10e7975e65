/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spotlight: pages that match a filter stay lit on the map, the others sink
 * back. And the way to such pages: next, previous, and small maps of where they are.
 */
#include "lens.h"
#include "app.h"
#include "actions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIND_RUNS 4000000 /* looked at to find the next page */
#define MINI_RUNS 200000  /* of one small map */

void spot_owner(struct ui *ui, u32 owner, const char *name)
{
	ui->spot = (struct spot){ .kind = SPOT_OWNER, .key = owner };
	snprintf(ui->spot.text, sizeof(ui->spot.text), "%s", name);
}

/* --- commands ------------------------------------------------------------------------ */

int cmd_color(struct ui *ui, const char *args)
{
	enum tile_lens id;

	if (!strncmp(args, "by ", 3))
		args += 3;
	id = lens_find(args);
	if (id == NR_LENSES)
		return ui_say(ui, true, "color by use, pageblock, order, migratetype, owner, process, flags, age, refcount, folio or lru"), -EINVAL;
	ui->tile.lens = id;
	ui_say(ui, false, "colour by %s: %s", lens_name(id), lens_about(id));
	return 0;
}

int act_color(struct ui *ui, int arg)
{
	ui->tile.lens = (enum tile_lens)(((int)ui->tile.lens + arg + NR_LENSES) % NR_LENSES);
	ui_say(ui, false, "colour by %s: %s", lens_name(ui->tile.lens), lens_about(ui->tile.lens));
	return RE_DRAW;
}

static bool owner_by_name(struct pane *p, const char *name, u32 *id)
{
	u32 n = machine_owner_count(p->m);

	for (u32 i = 1; i < n; i++)
		if (!strcmp(machine_owner_tag(p->m, i), name)) {
			*id = i;
			return true;
		}
	return false;
}

static int filter_owner(struct ui *ui, const char *name)
{
	u32 id;

	if (!owner_by_name(ui_pane(ui), name, &id))
		return ui_say(ui, true, "nobody called \"%s\" holds memory; view 7 lists owners", name), -ENOENT;
	spot_owner(ui, id, name);
	return 0;
}

int cmd_filter(struct ui *ui, const char *args)
{
	struct mm_error err = { 0 };
	struct spot s = { .kind = SPOT_FLAGS };
	char *end;

	if (!strncmp(args, "owner=", 6))
		return filter_owner(ui, args + 6);
	if (!strncmp(args, "cache=", 6))
		return filter_owner(ui, args + 6);
	if (!*args || !strcmp(args, "off")) {
		ui->spot = (struct spot){ 0 };
		return 0;
	}
	snprintf(s.text, sizeof(s.text), "%s", args);
	if (!strncmp(args, "pid=", 4)) {
		s.kind = SPOT_PID;
		s.key = strtoul(args + 4, &end, 10);
		if (*end || !s.key)
			return ui_say(ui, true, "filter pid=N: a number, as 'proc list' shows"), -EINVAL;
	} else if (page_filter_parse(args, &s.filter, &err)) {
		return ui_say(ui, true, "%s", err.msg), -EINVAL;
	}
	ui->spot = s;
	if (ui->view != VIEW_MAP)
		ui_set_view(ui, VIEW_MAP);
	return 0;
}

/* --- words ---------------------------------------------------------------------------- */

bool lens_active(const struct ui *ui) { return ui->tile.lens > LENS_PAGEBLOCKS || ui->spot.kind; }

void lens_title(const struct ui *ui, char *buf, size_t n)
{
	const struct lens_seen *s = &ui->seen;
	double share = s->all ? (double)s->lit * 100 / (double)s->all : 0.0;
	char lit[24];
	size_t o = 0;

	buf[0] = '\0';
	if (ui->spot.kind)
		o = (size_t)snprintf(buf, n, "lit: %s, %s page%s, %.*f %%", ui->spot.text, count_str(s->lit, lit, sizeof(lit)),
				     s->lit == 1 ? "" : "s", share < 10, share);
	if (ui->tile.lens > LENS_PAGEBLOCKS && o < n)
		o += (size_t)snprintf(buf + o, n - o, "%scoloured by %s", o ? "   " : "", lens_name(ui->tile.lens));
	if (s->sampled && o < n)
		snprintf(buf + o, n - o, " (sampled)");
}

/* --- the next page ---------------------------------------------------------------------- */

/* What find_owner() and the spotlight look for, and where. */
struct hunt {
	struct ui *ui;
	struct pane *p;
	const char *name; /* part of an owner's name; NULL: the spotlight */
	pfn_t hit;
	bool last;        /* the last one, not the first */
};

static bool matches(const struct hunt *h, const struct page_run *r)
{
	struct lens_count c;

	if (h->name)
		return r->state == PAGE_ALLOC && strstr(machine_owner_tag(h->p->m, r->owner), h->name);
	memset(&c, 0, sizeof(c));
	lens_add(&h->ui->lens, h->p->m, &h->ui->spot, r, &c);
	return lens_lit(&c);
}

static bool hunt_run(const struct page_run *r, void *arg)
{
	struct hunt *h = arg;

	if (!matches(h, r))
		return true;
	h->hit = r->start;
	return h->last;
}

bool find_pages(struct ui *ui, const char *name, int direction)
{
	struct pane *p = ui_pane(ui);
	struct hunt h = { ui, p, name, NO_PFN, direction < 0 };
	struct page_info pi;
	pfn_t from = p->map.cursor, here = from;

	if (!machine_page(p->m, from, &pi) && (pi.state == PAGE_ALLOC || pi.state == PAGE_BUDDY)) {
		from = pi.head + (1ULL << pi.order);
		here = pi.head;
	}
	if (!direction)
		machine_visit_pages(p->m, p->info.start_pfn, p->info.end_pfn, FIND_RUNS, hunt_run, &h);
	else if (direction > 0)
		machine_visit_pages(p->m, max_u64(from, here + 1), p->info.end_pfn, FIND_RUNS, hunt_run, &h);
	else
		machine_visit_pages(p->m, p->info.start_pfn, here, FIND_RUNS, hunt_run, &h);
	if (h.hit == NO_PFN)
		return false;
	map_goto(p, h.hit);
	return true;
}

/* --- a small map of it ------------------------------------------------------------------- */

struct mini {
	const struct spot *spot;
	const struct machine *m;
	const struct lens *lens;
	struct lens_count c;
	bool polluted; /* a lit page makes its pageblock less useful */
};

static bool mini_run(const struct page_run *r, void *arg)
{
	struct mini *k = arg;

	lens_add(k->lens, k->m, k->spot, r, &k->c);
	k->polluted |= k->spot->kind == SPOT_OWNER && r->owner == k->spot->key && page_run_pollutes(r);
	return true;
}

int spot_mini(struct ui *ui, struct pane *p, struct rect r, const struct spot *spot)
{
	struct axis axis = { 0 };
	struct lens lens;
	u64 cells = (u64)r.w * (u64)r.h;
	unsigned shift = axis_fit(p->map.ranges, p->map.nr_ranges, cells);
	u64 rows;

	lens_prepare(&lens, p->m, LENS_PAGES);
	axis_build(&axis, p->map.ranges, p->map.nr_ranges, shift);
	for (u64 i = 0; i < axis.cells && i < cells; i++) {
		struct mini k = { .spot = spot, .m = p->m, .lens = &lens };
		pfn_t at = axis_pfn(&axis, i);
		struct tile t;

		machine_visit_pages(p->m, at, at + (1ULL << shift), MINI_RUNS / cells + 16, mini_run, &k);
		t = lens_tile(&lens, &k.c, true, &ui->tile);
		if (k.polluted)
			t = (struct tile){ '!', st_attr(C_INK, C_CAT2, AT_BOLD) };
		canvas_put(&ui->cv, r.x + (int)(i % (u64)r.w), r.y + (int)(i / (u64)r.w), t.ch, t.style);
	}
	rows = (axis.cells + (u64)r.w - 1) / (u64)r.w;
	axis_cleanup(&axis);
	return (int)min_u64(rows, (u64)r.h);
}
