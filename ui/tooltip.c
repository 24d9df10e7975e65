/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is under the mouse, in a small box beside it. */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))
#define LINES 3
#define WIDTH 64

static void cell_words(struct pane *p, u64 cell, char line[LINES][WIDTH])
{
	pfn_t pfn = axis_pfn(&p->map.axis, cell), end = pfn + (1ULL << p->map.shift);
	struct page_info pi;
	struct summary s;
	u64 pages;
	char size[24];

	memset(&s, 0, sizeof(s));
	machine_summary(p->m, pfn, end, &s);
	snprintf(line[0], WIDTH, "0x%llx" "\xe2\x80\x93" "0x%llx", LL(pfn_to_phys(p->info.arch, pfn)), LL(pfn_to_phys(p->info.arch, end) - 1));
	if (summary_free(&s))
		snprintf(line[1], WIDTH, "free %s, largest block order %d", size_of_pages(p, summary_free(&s), size, sizeof(size)), summary_largest_free(&s));
	else
		snprintf(line[1], WIDTH, "%s", class_label(summary_main_use(&s, &pages)));
	if (!p->map.shift && !machine_page(p->m, pfn, &pi) && pi.owner[0])
		snprintf(line[2], WIDTH, "held by %.50s", pi.owner);
	else if (summary_free(&s) && summary_main_use(&s, &pages) != SUM_HOLE)
		snprintf(line[2], WIDTH, "in use: %s %s", size_of_pages(p, pages, size, sizeof(size)), class_label(summary_main_use(&s, &pages)));
}

/* Below the mouse, or above and to the left where there is no room. */
static struct rect place(const struct ui *ui, int w, int h)
{
	struct rect r = { ui->hover.x + 2, ui->hover.y + 1, w, h };

	if (r.x + w > ui->cv.w)
		r.x = ui->hover.x - w - 1 > 0 ? ui->hover.x - w - 1 : 0;
	if (r.y + h > ui->cv.h - 1)
		r.y = ui->hover.y - h > 0 ? ui->hover.y - h : 0;
	return r;
}

void tooltip_draw(struct ui *ui, struct pane *p)
{
	char line[LINES][WIDTH] = { "", "", "" };
	struct rect r, clip;
	int w = 0, h = 0;
	u64 cell;

	if (!ui->hover.on || p != &ui->pane[ui->hover.pane])
		return;
	if (heat_cell(p, ui->hover.x, ui->hover.y, &cell) && !axis_is_void(&p->map.axis, cell))
		cell_words(p, cell, line);
	else if (!bands_words(p, ui->hover.x, ui->hover.y, line[0], WIDTH))
		return;
	for (; h < LINES && line[h][0]; h++)
		w = text_columns(line[h]) > w ? text_columns(line[h]) : w;
	r = place(ui, w + 2, h);
	clip = canvas_clip(&ui->cv, (struct rect){ 0, 0, ui->cv.w, ui->cv.h });
	canvas_fill(&ui->cv, r, ' ', st(C_TEXT, C_BAR));
	for (int i = 0; i < h; i++)
		canvas_text(&ui->cv, r.x + 1, r.y + i, w, st(i ? C_TEXT : C_BRIGHT, C_BAR), line[i]);
	canvas_clip(&ui->cv, clip);
}
