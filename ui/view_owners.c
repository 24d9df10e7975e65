/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who holds memory: by pages, or by how many pageblocks of movable type they made
 * useless for large blocks. Beside the list a small map shows where the chosen
 * owner's pages lie; Enter lights them on the large one.
 */
#include "app.h"
#include "actions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OWNERS 512
#define WALK_RUNS 2000000 /* looked at to find polluted pageblocks */
#define LIST_W 76

/* The owners as they are listed now. */
struct owner_list {
	struct owner_info o[MAX_OWNERS];
	u64 polluted[MAX_OWNERS];
	int nr;
	bool partial; /* the walk over the pages was cut short */
};

static void read_pollution(struct pane *p, struct owner_list *l)
{
	u32 nr = machine_owner_count(p->m);
	struct owner_blocks *t = calloc(nr + 1, sizeof(*t));

	if (!t)
		return;
	l->partial = !machine_pollution(p->m, t, nr, WALK_RUNS);
	for (int i = 0; i < l->nr; i++)
		l->polluted[i] = l->o[i].id < nr ? t[l->o[i].id].polluted : 0;
	free(t);
}

/* Most polluted pageblocks first; machine_owners() gave them by pages. */
static void sort_by_pollution(struct owner_list *l)
{
	for (int i = 1; i < l->nr; i++) {
		struct owner_info o = l->o[i];
		u64 n = l->polluted[i];
		int k = i;

		for (; k && l->polluted[k - 1] < n; k--) {
			l->o[k] = l->o[k - 1];
			l->polluted[k] = l->polluted[k - 1];
		}
		l->o[k] = o;
		l->polluted[k] = n;
	}
}

/* NULL: no memory. The caller frees it. */
static struct owner_list *read_list(struct ui *ui, struct pane *p)
{
	struct owner_list *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->nr = machine_owners(p->m, l->o, MAX_OWNERS);
	l->nr = l->nr < 0 ? 0 : l->nr < MAX_OWNERS ? l->nr : MAX_OWNERS;
	read_pollution(p, l);
	if (ui->owners_by_pollution)
		sort_by_pollution(l);
	return l;
}

/* --- drawing -------------------------------------------------------------------------- */

static void draw_row(struct ui *ui, struct pane *p, struct rect r, int y, const struct owner_list *l, int i, bool chosen)
{
	const struct owner_info *o = &l->o[i];
	enum color bg = chosen ? C_TRACK : C_GROUND;
	char buf[24];
	u64 most = 1;

	for (int k = 0; k < l->nr; k++)
		most = max_u64(most, ui->owners_by_pollution ? l->polluted[k] : l->o[k].pages);
	canvas_fill(&ui->cv, (struct rect){ r.x, y, r.w, 1 }, ' ', st(C_TEXT, bg));
	canvas_text(&ui->cv, r.x, y, 24, st_attr(o->pages ? C_BRIGHT : C_DIM, bg, chosen ? AT_BOLD : 0), o->tag);
	canvas_right(&ui->cv, r.x + 35, y, 10, st(C_TEXT, bg), "%s", size_of_pages(p, o->pages, buf, sizeof(buf)));
	canvas_right(&ui->cv, r.x + 46, y, 10, st(l->polluted[i] ? C_BAD : C_FAINT, bg), "%s", count_str(l->polluted[i], buf, sizeof(buf)));
	draw_bar(&ui->cv, r.x + 48, y, 15, ui->owners_by_pollution ? l->polluted[i] : o->pages, most,
		 ui->owners_by_pollution ? C_CAT2 : C_MOVABLE, bg);
	canvas_right(&ui->cv, r.x + 75, y, 11, st(C_DIM, bg), "%s", count_str(o->allocs, buf, sizeof(buf)));
	if (r.w > LIST_W + 10)
		canvas_text(&ui->cv, r.x + LIST_W + 1, y, r.w - LIST_W - 1, st(C_DIM, bg), o->callchain);
}

static void draw_heads(struct ui *ui, struct rect r, int y)
{
	struct style dim = st(C_DIM, C_GROUND), on = st_attr(C_ACCENT, C_GROUND, AT_BOLD);
	bool pollution = ui->owners_by_pollution;

	canvas_text(&ui->cv, r.x, y, 20, dim, "owner");
	canvas_right(&ui->cv, r.x + 35, y, 10, pollution ? dim : on, pollution ? "holds" : "holds\xe2\x96\xbc");
	canvas_right(&ui->cv, r.x + 46, y, 10, pollution ? on : dim, pollution ? "pollutes\xe2\x96\xbc" : "pollutes");
	canvas_right(&ui->cv, r.x + 75, y, 11, dim, "allocations");
	if (r.w > LIST_W + 10)
		canvas_text(&ui->cv, r.x + LIST_W + 1, y, r.w - LIST_W - 1, dim, "called by, innermost first");
}

static int draw_list(struct ui *ui, struct pane *p, struct rect r, const struct owner_list *l)
{
	int y = draw_heading(ui, r, ui->owners_by_pollution ? "Who pollutes pageblocks" : "Who holds memory");
	s64 first = scroll_begin(&ui->scroll[VIEW_OWNERS], l->nr, r.h - 3);

	draw_heads(ui, r, y++);
	if (!l->nr)
		canvas_text(&ui->cv, r.x, y, r.w, st(C_TEXT, C_GROUND), "Nobody yet: allocate with a, or run a workload with Space.");
	for (s64 i = first; i < l->nr && y < r.y + r.h - 1; i++)
		draw_row(ui, p, r, y++, l, (int)i, i == ui->scroll[VIEW_OWNERS].at);
	canvas_text(&ui->cv, r.x, r.y + r.h - 1, r.w, st(C_DIM, C_GROUND),
		    l->partial ? "Pollutes: counted in the first two million blocks only." :
				 "Pollutes: pageblocks of movable type in which it has pages that cannot move.");
	return y;
}

/* The chosen owner: where its pages are, and what that means. */
static void draw_chosen(struct ui *ui, struct pane *p, struct rect r, const struct owner_list *l, int at)
{
	const struct owner_info *o = &l->o[at];
	struct spot spot = { .kind = SPOT_OWNER, .key = o->id };
	char title[96], words[400], size[24];
	int row;

	snprintf(title, sizeof(title), "Where the pages of %s are", o->tag);
	row = draw_heading(ui, r, title) - r.y;
	row += spot_mini(ui, p, (struct rect){ r.x, r.y + row, r.w, r.h > 30 ? r.h - 20 : r.h / 2 }, &spot) + 1;
	row += draw_wrapped(ui, r, row, st(C_DIM, C_GROUND), "The whole machine, from the lowest address; lit: its pages. ! there it pollutes a pageblock.") + 1;
	draw_field(ui, r, row++, "holds", st(C_BRIGHT, C_GROUND), "%s", size_of_pages(p, o->pages, size, sizeof(size)));
	if (o->pid > 0)
		draw_field(ui, r, row++, "process", st(C_TEXT, C_GROUND), "pid %d", o->pid);
	for (const char *s = o->callchain; *s && row < r.h;) {
		const char *end = strstr(s, " < ");
		int n = end ? (int)(end - s) : (int)strlen(s);

		draw_field(ui, r, row++, s == o->callchain ? "called by" : "", st(C_TEXT, C_GROUND), "%.*s", n, s);
		s = end ? end + 3 : s + n;
	}
	if (l->polluted[at])
		snprintf(words, sizeof(words),
			 "%llu pageblocks are meant for pages that can move, but hold a page of %s that cannot. Compaction can never empty them, so no "
			 "free block as large as a pageblock comes from there until %s gives the page back.",
			 (unsigned long long)l->polluted[at], o->tag, o->tag);
	else
		snprintf(words, sizeof(words), "It pollutes nothing: its pages can move, or lie in pageblocks of their own type.");
	draw_wrapped(ui, r, row + 1, st(l->polluted[at] ? C_TEXT : C_DIM, C_GROUND), words);
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	struct owner_list *l = read_list(ui, p);
	bool wide = in.w >= LIST_W + 40;
	s64 at;

	if (!l)
		return;
	if (wide)
		in.w = in.w >= 180 ? in.w * 6 / 10 : LIST_W;
	draw_list(ui, p, in, l);
	at = ui->scroll[VIEW_OWNERS].at;
	if (wide && at < l->nr)
		draw_chosen(ui, p, (struct rect){ in.x + in.w + 3, in.y, r.w - in.w - 5, in.h }, l, (int)at);
	free(l);
}

/* --- keys ------------------------------------------------------------------------------- */

int act_owner_sort(struct ui *ui, int arg)
{
	ui->owners_by_pollution = !ui->owners_by_pollution;
	return RE_DRAW;
}

/* Light the chosen owner's pages on the map. */
int act_owner_enter(struct ui *ui, int arg)
{
	struct owner_list *l = read_list(ui, ui_pane(ui));
	s64 at = ui->scroll[VIEW_OWNERS].at;

	if (l && at < l->nr) {
		spot_owner(ui, l->o[at].id, l->o[at].tag);
		ui_set_view(ui, VIEW_MAP);
		find_pages(ui, NULL, 0);
	}
	free(l);
	return RE_DRAW;
}

const struct view_ops view_owners = {
	.name = "Owners",
	.about = "who holds memory, as page_owner would tell",
	.draw = draw,
	.lists = true,
};

int panel_owners(struct ui *ui, struct pane *p, struct rect r)
{
	struct owner_info o[16];
	int n = machine_owners(p->m, o, 16), y;
	char size[24];

	if (n <= 0)
		return 0;
	y = draw_heading(ui, r, "Owners");
	for (int i = 0; i < n && i < 16 && y < r.y + r.h; i++) {
		canvas_text(&ui->cv, r.x, y, 18, st(C_TEXT, C_GROUND), o[i].tag);
		draw_bar(&ui->cv, r.x + 19, y, r.w - 30, o[i].pages, o[0].pages, C_MOVABLE, C_TRACK);
		canvas_right(&ui->cv, r.x + r.w, y++, 10, st(C_DIM, C_GROUND), "%s", size_of_pages(p, o[i].pages, size, sizeof(size)));
	}
	return y - r.y + 1;
}
