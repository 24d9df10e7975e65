/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds memory, largest first. */
#include "app.h"

#include <stdio.h>

#define MAX_OWNERS 512

static void draw_row(struct ui *ui, struct pane *p, struct rect r, int y, const struct owner_info *o, u64 most, bool chosen)
{
	char size[24], count[24];
	enum color bg = chosen ? C_TRACK : C_GROUND;

	if (chosen)
		canvas_fill(&ui->cv, (struct rect){ r.x, y, r.w, 1 }, ' ', st(C_TEXT, C_TRACK));
	canvas_text(&ui->cv, r.x, y, 24, st(C_BRIGHT, bg), o->tag);
	canvas_right(&ui->cv, r.x + 36, y, 10, st(C_TEXT, bg), "%s", size_of_pages(p, o->pages, size, sizeof(size)));
	draw_bar(&ui->cv, r.x + 38, y, 16, o->pages, most, C_MOVABLE, bg);
	canvas_right(&ui->cv, r.x + 65, y, 10, st(C_DIM, bg), "%s", count_str(o->allocs, count, sizeof(count)));
	canvas_text(&ui->cv, r.x + 67, y, r.w - 67, st(C_DIM, bg), o->callchain);
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct owner_info o[MAX_OWNERS];
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	int n = machine_owners(p->m, o, MAX_OWNERS), y = draw_heading(ui, in, "Who holds memory");
	struct style s = st(C_DIM, C_GROUND);
	s64 first;

	n = n < MAX_OWNERS ? n : MAX_OWNERS;
	first = scroll_begin(&ui->scroll[VIEW_OWNERS], n, in.h - 2);
	canvas_text(&ui->cv, in.x, y, 20, s, "owner");
	canvas_right(&ui->cv, in.x + 36, y, 10, s, "holds");
	canvas_right(&ui->cv, in.x + 65, y, 11, s, "allocations");
	canvas_text(&ui->cv, in.x + 67, y++, in.w - 67, s, "called by");
	if (!n)
		canvas_text(&ui->cv, in.x, y, in.w, st(C_TEXT, C_GROUND), "Nobody yet: allocate with a, or run a workload with Space.");
	for (s64 i = first; i < n && y < r.y + r.h; i++)
		draw_row(ui, p, in, y++, &o[i], o[0].pages, i == ui->scroll[VIEW_OWNERS].at);
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

	if (!n)
		return 0;
	y = draw_heading(ui, r, "Owners");
	for (int i = 0; i < n && i < 16 && y < r.y + r.h; i++) {
		canvas_text(&ui->cv, r.x, y, 18, st(C_TEXT, C_GROUND), o[i].tag);
		draw_bar(&ui->cv, r.x + 19, y, r.w - 30, o[i].pages, o[0].pages, C_MOVABLE, C_TRACK);
		canvas_right(&ui->cv, r.x + r.w, y++, 10, st(C_DIM, C_GROUND), "%s", size_of_pages(p, o[i].pages, size, sizeof(size)));
	}
	return y - r.y + 1;
}
