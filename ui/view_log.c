/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trace events as they happened, newest at the bottom, in the kernel's format. */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define KEEP 2000 /* lines that can be scrolled through */

static bool wanted(struct ui *ui, const char *line)
{
	return !ui->find[0] || strstr(line, ui->find);
}

static enum color event_color(unsigned type)
{
	switch (type) {
	case TRACE_mm_page_alloc: return C_TEXT;
	case TRACE_mm_page_free: return C_GOOD;
	case TRACE_mm_page_alloc_extfrag: case TRACE_oom_kill: case TRACE_memory_failure: return C_BAD;
	case TRACE_mm_page_split: case TRACE_mm_page_merge: case TRACE_mm_page_alloc_zone_locked: return C_DIM;
	default: return C_BRIGHT;
	}
}

/* The last events that fit the filter, oldest first. Return: how many. */
static int collect(struct ui *ui, const struct trace *t, u64 *out, int max)
{
	struct text line = TEXT_INIT;
	int n = 0;

	for (u64 s = t->seq; s > trace_oldest(t) && n < max && t->seq - s < 65536; s--) {
		text_clear(&line);
		trace_format(trace_get(t, s - 1), &line);
		if (wanted(ui, text_str(&line)))
			out[n++] = s - 1;
	}
	text_cleanup(&line);
	for (int i = 0; i < n / 2; i++) {
		u64 x = out[i];

		out[i] = out[n - 1 - i];
		out[n - 1 - i] = x;
	}
	return n;
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	const struct trace *t = machine_trace(p->m);
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	struct scroll *sc = &ui->scroll[VIEW_LOG];
	struct text line = TEXT_INIT;
	bool at_end = sc->at >= sc->nr - 1;
	u64 seq[KEEP];
	char title[200], num[24];
	int n = collect(ui, t, seq, KEEP), y;
	s64 first;

	snprintf(title, sizeof(title), "Events%s%s  (/ filters)", ui->find[0] ? " with " : "", ui->find);
	y = draw_heading(ui, in, title);
	if (at_end)
		sc->at = n;
	first = scroll_begin(sc, n, in.h - 1);
	for (s64 i = first; i < n && y < r.y + r.h; i++) {
		const struct trace_event *e = trace_get(t, seq[i]);
		enum color bg = i == sc->at ? C_TRACK : C_GROUND;

		if (!e)
			continue;
		text_clear(&line);
		trace_format(e, &line);
		canvas_fill(&ui->cv, (struct rect){ in.x, y, in.w, 1 }, ' ', st(C_TEXT, bg));
		canvas_right(&ui->cv, in.x + 10, y, 10, st(C_FAINT, bg), "%s", count_str(seq[i], num, sizeof(num)));
		canvas_text(&ui->cv, in.x + 12, y++, in.w - 12, st(event_color(e->type), bg), text_str(&line));
	}
	text_cleanup(&line);
	if (!n)
		canvas_text(&ui->cv, in.x, y, in.w, st(C_TEXT, C_GROUND), ui->find[0] ? "No event matches; / with nothing shows all." : "No event yet.");
}

const struct view_ops view_log = {
	.name = "Log",
	.about = "trace events in the kernel's words",
	.draw = draw,
	.lists = true,
};
