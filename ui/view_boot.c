/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Views that show text of the kernel's own formats: the boot log.
 */
#include "app.h"

#include <stdio.h>
#include <string.h>

static s64 count_lines(const char *s)
{
	s64 n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static struct style line_style(struct ui *ui, const char *s, int n, bool chosen)
{
	enum color fg = C_TEXT;

	if (s[0] == '#' || (n > 2 && s[0] == ' ' && s[1] == ' '))
		fg = C_DIM;
	if (n > 5 && (!strncmp(s, "Zone ", 5) || !strncmp(s, "Movable zone", 12 < n ? 12 : n)))
		fg = C_BRIGHT;
	if (ui->find[0] && memmem(s, (size_t)n, ui->find, strlen(ui->find)))
		fg = C_ACCENT;
	return st(fg, chosen ? C_TRACK : C_GROUND);
}

static void draw_text(struct ui *ui, struct rect r, enum view_id v, const char *text, const char *title)
{
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	int y = draw_heading(ui, in, title);
	s64 first = scroll_begin(&ui->scroll[v], count_lines(text), in.h - 1), line = 0;

	for (; *text && y < r.y + r.h; line++) {
		int n = (int)strcspn(text, "\n");
		bool chosen = line == ui->scroll[v].at;

		if (line >= first) {
			if (chosen)
				canvas_fill(&ui->cv, (struct rect){ in.x, y, in.w, 1 }, ' ', st(C_TEXT, C_TRACK));
			canvas_printf(&ui->cv, in.x, y++, in.w, line_style(ui, text, n, chosen), "%.*s", n, text);
		}
		text += n + (text[n] == '\n');
	}
}

static void draw_boot(struct ui *ui, struct pane *p, struct rect r)
{
	draw_text(ui, r, VIEW_BOOT, ui_shown(ui, p, "show dmesg"), "What the kernel said while booting (/ finds)");
}

const struct view_ops view_boot = {
	.name = "Boot",
	.about = "the kernel log of the boot",
	.draw = draw_boot,
	.lists = true,
};
