/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help, made from the tables of keys and commands. */
#include "app.h"

#include <stdio.h>
#include <string.h>

/* One line of help: a heading, a key or a command. */
struct line {
	const char *heading, *left, *right;
};
#define MAX_LINES 400

static int key_lines(const struct ui *ui, struct line *out, int max)
{
	const char *group = "";
	struct key_help k;
	int n = 0;

	for (int i = 0; keys_help(ui, i, &k) && n + 2 < max; i++) {
		if (strcmp(group, k.group)) {
			group = k.group;
			out[n++] = (struct line){ group, NULL, NULL };
		}
		out[n++] = (struct line){ NULL, k.keys, k.help };
	}
	return n;
}

static int command_lines(struct line *out, int max)
{
	const struct front_command *f;
	int n = 0, nr;

	out[n++] = (struct line){ "Commands of the screen, after :", NULL, NULL };
	f = front_commands(&nr);
	for (int i = 0; i < nr && n < max; i++)
		out[n++] = (struct line){ NULL, f[i].name, f[i].help };
	if (n < max)
		out[n++] = (struct line){ "Commands of the machine, after :", NULL, NULL };
	for (int i = 0; i < command_count() && n < max; i++)
		out[n++] = (struct line){ NULL, command_at(i)->name, command_at(i)->help };
	return n;
}

static void draw_line(struct ui *ui, int x, int y, int w, const struct line *l)
{
	if (l->heading) {
		draw_heading(ui, (struct rect){ x, y, w, 1 }, l->heading);
		return;
	}
	canvas_text(&ui->cv, x, y, 13, st_attr(C_ACCENT, C_GROUND, AT_BOLD), l->left);
	canvas_text(&ui->cv, x + 14, y, w - 14, st(C_TEXT, C_GROUND), l->right ? l->right : "");
}

/* Two columns where wide: keys left, commands right. */
static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct line keys[MAX_LINES], commands[MAX_LINES];
	int nk = key_lines(ui, keys, MAX_LINES), nc = command_lines(commands, MAX_LINES), rows = r.h - 2;
	bool wide = r.w >= 130;
	s64 total = wide ? (nk > nc ? nk : nc) : nk + nc, first;
	struct scroll *s = &ui->scroll[VIEW_HELP];

	s->at = s->at < s->top ? s->top : s->at;
	first = scroll_begin(s, total, rows);
	if (!wide)
		memcpy(keys + nk, commands, (size_t)(nk + nc > MAX_LINES ? MAX_LINES - nk : nc) * sizeof(*keys));
	for (int i = 0; i < rows; i++) {
		s64 at = first + i;
		int w = wide ? r.w / 2 - 3 : r.w - 2;

		if (at < (wide ? nk : total) && at < MAX_LINES)
			draw_line(ui, r.x + 1, r.y + 1 + i, w, &keys[at]);
		if (wide && at < nc)
			draw_line(ui, r.x + r.w / 2 + 1, r.y + 1 + i, w, &commands[at]);
	}
}

const struct view_ops view_help = {
	.name = "Help",
	.about = "keys and commands",
	.draw = draw,
	.lists = true,
};
