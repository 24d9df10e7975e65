/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics of the selected pages. */
#include "app.h"

#include <stdio.h>
#include <string.h>

int panel_selection(struct ui *ui, struct pane *p, struct rect r)
{
	struct pfn_range sel = map_selection(&p->map);
	struct rect in = { r.x, r.y + 1, r.w, r.h - 1 };
	struct summary s;
	char size[24];
	int row = 0;

	if (!p->map.selecting)
		return 0;
	memset(&s, 0, sizeof(s));
	machine_summary(p->m, sel.start, sel.end, &s);
	draw_heading(ui, r, "Selected");
	draw_field(ui, in, row++, "pfn", st(C_BRIGHT, C_GROUND), "0x%llx\xe2\x80\x93" "0x%llx", (unsigned long long)sel.start,
		   (unsigned long long)sel.end - 1);
	draw_field(ui, in, row++, "size", st(C_TEXT, C_GROUND), "%s", size_of_pages(p, sel.end - sel.start, size, sizeof(size)));
	draw_field(ui, in, row++, "free", st(C_GOOD, C_GROUND), "%s", size_of_pages(p, summary_free(&s), size, sizeof(size)));
	for (unsigned c = SUM_HOLE; c < SUM_FREE0; c++)
		if (s.pages[c])
			draw_field(ui, in, row++, class_label(c), st(C_TEXT, C_GROUND), "%s",
				   size_of_pages(p, s.pages[c], size, sizeof(size)));
	return row + 2;
}
