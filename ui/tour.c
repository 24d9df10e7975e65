/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lesson on the screen: its text beside or below the view, and the commands
 * that bring the machine to each step. See lesson.h for the files.
 */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"

#define SIDE_MIN_W 116 /* from here on the text stands beside the view */
#define SIDE_W     44

const char *ui_lang(const struct ui *ui)
{
	static const char *const vars[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	if (ui->opt.lang)
		return ui->opt.lang;
	for (size_t i = 0; i < ARRAY_SIZE(vars); i++) {
		const char *v = getenv(vars[i]);

		if (v && *v)
			return strncmp(v, "zh", 2) ? "en" : "zh";
	}
	return "en";
}

void tour_end(struct ui *ui)
{
	lesson_free(ui->tour.lesson);
	memset(&ui->tour, 0, sizeof(ui->tour));
}

/* Run what steps up to @step ask for on a freshly booted machine. */
static void replay(struct ui *ui, int step)
{
	const char *cmd;

	for (int i = 0; i < ui->nr_panes; i++) {
		struct pane *p = &ui->pane[i];

		p->map.selecting = false;
		map_update(p);
		map_whole(p);
	}
	ui_set_view(ui, VIEW_MAP);
	ui->tile.lens = LENS_PAGES;
	for (int s = 0; s <= step; s++)
		for (int i = 0; (cmd = lesson_command(ui->tour.lesson, s, i)); i++) {
			if (ui_command(ui, cmd, false) && s == step && ui->message_bad)
				continue;
			for (int k = 0; k < ui->nr_panes; k++)
				map_update(&ui->pane[k]);
		}
}

int tour_go(struct ui *ui, int step)
{
	struct tour *t = &ui->tour;

	if (!t->lesson || step < 0)
		return RE_NONE;
	if (step >= lesson_steps(t->lesson)) {
		ui_say(ui, false, "this was the last step; :lesson off closes the lesson, :lesson NAME opens another");
		return RE_DRAW;
	}
	t->step = step;
	ui_command(ui, "reset", false);
	replay(ui, step);
	if (!ui->message_bad)
		ui->message[0] = '\0';
	ui->popup_open = false;
	return RE_DRAW;
}

int tour_start(struct ui *ui, const char *name)
{
	struct mm_error err = { 0, "" };
	struct lesson *l = lesson_open(name, &err);

	if (!l)
		return ui_say(ui, true, "%s", err.msg), err.code;
	tour_end(ui);
	ui->tour.lesson = l;
	tour_go(ui, 0);
	return 0;
}

struct rect tour_area(const struct ui *ui, struct rect *rest)
{
	struct rect r = *rest;
	int h;

	if (!ui->tour.lesson)
		return (struct rect){ 0, 0, 0, 0 };
	if (rest->w >= SIDE_MIN_W) {
		rest->w -= SIDE_W;
		return (struct rect){ r.x + r.w - SIDE_W, r.y, SIDE_W, r.h };
	}
	h = r.h >= 34 ? 10 : 7;
	rest->h -= h;
	return (struct rect){ r.x, r.y + r.h - h, r.w, h };
}

void tour_draw(struct ui *ui, struct rect r)
{
	struct tour *t = &ui->tour;
	struct rect in = { r.x + 2, r.y + 2, r.w - 3, r.h - 3 };
	const char *lang = ui_lang(ui);
	int steps = lesson_steps(t->lesson);

	canvas_fill(&ui->cv, r, ' ', st(C_TEXT, C_TRACK));
	if (r.w < ui->cv.w && r.h > 20)
		in = (struct rect){ r.x + 2, r.y + 3, r.w - 4, r.h - 5 };
	else
		in = (struct rect){ r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	canvas_text(&ui->cv, in.x, in.y - 1, r.h > 20 ? in.w : in.w - 26, st_attr(C_ACCENT, C_TRACK, AT_BOLD), lesson_title(t->lesson, lang));
	if (r.h <= 20)
		canvas_printf(&ui->cv, in.x + in.w - 24, in.y - 1, 24, st(C_DIM, C_TRACK), " %d/%d   [ back   ] next", t->step + 1, steps);
	draw_wrapped(ui, in, r.h > 20 ? 1 : 0, st(C_TEXT, C_TRACK), lesson_text(t->lesson, t->step, lang));
	if (r.h > 20)
		canvas_printf(&ui->cv, in.x, r.y + r.h - 2, in.w, st(C_DIM, C_TRACK), "%d of %d    [ back    ] next", t->step + 1, steps);
}
