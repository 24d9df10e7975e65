/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: trace events in the kernel's format and the kernel's own messages, in
 * the order in which they happened, newest at the bottom. A kind and a word
 * filter it; what the chosen line means stands below in plain words.
 */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"

#define KEEP      2000  /* lines that can be scrolled through */
#define LOOK_BACK 65536 /* events that are looked at for them */
#define EXPLAIN   5     /* rows of the explanation */

/* A line of the log. */
struct row {
	u64 seq;     /* of the event, or of the event after the message */
	s64 message; /* index of a kernel message; -1: an event */
};

struct rows {
	int nr;
	struct row r[KEEP];
};

static bool matches(const struct log_filter *f, const char *line)
{
	return !f->word[0] || strcasestr(line, f->word);
}

static bool add_message(struct ui *ui, struct pane *p, struct rows *out, u32 i)
{
	if (out->nr < KEEP && matches(&ui->log, machine_dmesg_line(p->m, i)))
		out->r[out->nr++] = (struct row){ machine_dmesg_seq(p->m, i), i };
	return out->nr < KEEP;
}

static void add_event(struct ui *ui, struct pane *p, struct rows *out, u64 seq, struct text *line)
{
	const struct trace_event *e = trace_get(machine_trace(p->m), seq);

	if (!e || (ui->log.kind != EK_ALL && event_kind_of((enum trace_type)e->type) != ui->log.kind))
		return;
	if (ui->log.word[0]) {
		text_clear(line);
		trace_format(e, line);
		if (!matches(&ui->log, text_str(line)))
			return;
	}
	out->r[out->nr++] = (struct row){ seq, -1 };
}

/* Newest first, up to KEEP lines; a message comes before the event that it names. */
static void collect_back(struct ui *ui, struct pane *p, struct rows *out)
{
	const struct trace *t = machine_trace(p->m);
	bool events = ui->log.kind != EK_KERNEL, messages = ui->log.kind == EK_ALL || ui->log.kind == EK_KERNEL;
	u64 s = t->seq, stop = max_u64(trace_oldest(t), t->seq > LOOK_BACK ? t->seq - LOOK_BACK : 0);
	u32 m = messages ? machine_dmesg_count(p->m) : 0;
	struct text line = TEXT_INIT;

	out->nr = 0;
	for (; events && s > stop && out->nr < KEEP; s--) {
		while (m && machine_dmesg_seq(p->m, m - 1) >= s && add_message(ui, p, out, m - 1))
			m--;
		if (out->nr < KEEP)
			add_event(ui, p, out, s - 1, &line);
	}
	while (m && add_message(ui, p, out, m - 1))
		m--;
	text_cleanup(&line);
}

static void collect(struct ui *ui, struct pane *p, struct rows *out)
{
	collect_back(ui, p, out);
	for (int i = 0; i < out->nr / 2; i++) {
		struct row x = out->r[i];

		out->r[i] = out->r[out->nr - 1 - i];
		out->r[out->nr - 1 - i] = x;
	}
}

/* --- drawing --------------------------------------------------------------------------- */

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

static void draw_tabs(struct ui *ui, struct rect r)
{
	int x = r.x;

	for (int k = 0; k < NR_EVENT_KINDS && x < r.x + r.w; k++) {
		bool on = k == (int)ui->log.kind;

		x += canvas_printf(&ui->cv, x, r.y, r.x + r.w - x, on ? st_attr(C_INK, C_CURSOR, AT_BOLD) : st(C_DIM, C_GROUND), " %s ",
				   event_kind_name((enum event_kind)k));
	}
	if (ui->log.word[0])
		canvas_printf(&ui->cv, x + 1, r.y, r.x + r.w - x - 1, st_attr(C_ACCENT, C_GROUND, AT_BOLD), "/%s", ui->log.word);
	else
		canvas_text(&ui->cv, x + 1, r.y, r.x + r.w - x - 1, st(C_DIM, C_GROUND), "/ word");
}

static void draw_row(struct ui *ui, struct pane *p, int x, int y, int w, const struct row *row, bool chosen)
{
	const struct trace_event *e = trace_get(machine_trace(p->m), row->seq);
	enum color bg = chosen ? C_TRACK : C_GROUND;
	struct text line = TEXT_INIT;
	char num[24];

	if (chosen)
		canvas_fill(&ui->cv, (struct rect){ x, y, w, 1 }, ' ', st(C_TEXT, bg));
	if (row->message >= 0) {
		canvas_right(&ui->cv, x + 10, y, 10, st(C_ACCENT, bg), "kernel");
		canvas_text(&ui->cv, x + 12, y, w - 12, st(C_ACCENT, bg), machine_dmesg_line(p->m, (u32)row->message));
	} else if (e) {
		trace_format(e, &line);
		canvas_right(&ui->cv, x + 10, y, 10, st(C_DIM, bg), "%s", count_str(row->seq, num, sizeof(num)));
		canvas_text(&ui->cv, x + 12, y, w - 12, st_attr(event_color(e->type), bg, chosen ? AT_BOLD : 0), text_str(&line));
	}
	text_cleanup(&line);
}

static void draw_meaning(struct ui *ui, struct pane *p, struct rect r, const struct row *row)
{
	const struct trace_event *e = trace_get(machine_trace(p->m), row->seq);
	struct story s;
	char title[64];

	if (row->message >= 0) {
		draw_heading(ui, r, "A message of the kernel");
		draw_wrapped(ui, r, 1, st(C_TEXT, C_GROUND), "What dmesg shows: the kernel says in its own words what it found or did.");
		return;
	}
	if (!e)
		return;
	snprintf(title, sizeof(title), "%s", trace_name((enum trace_type)e->type));
	draw_heading(ui, r, title);
	if (e->type == TRACE_mm_page_alloc || e->type == TRACE_mm_page_free) {
		story_tell(machine_trace(p->m), row->seq, &s);
		canvas_printf(&ui->cv, r.x, r.y + 1, r.w, st(C_BRIGHT, C_GROUND), "%s  %s", s.what, s.how);
		draw_wrapped(ui, r, 2, st(C_TEXT, C_GROUND), event_meaning((enum trace_type)e->type));
	} else {
		draw_wrapped(ui, r, 1, st(C_TEXT, C_GROUND), event_meaning((enum trace_type)e->type));
	}
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	struct rect in = { r.x + 1, r.y, r.w - 2, r.h };
	struct scroll *sc = &ui->scroll[VIEW_LOG];
	bool at_end = sc->at >= sc->nr - 1;
	struct rows *rows = calloc(1, sizeof(*rows));
	s64 first;
	int y = in.y + 1, list = in.h - 1 - EXPLAIN;

	if (!rows)
		return;
	collect(ui, p, rows);
	draw_tabs(ui, in);
	if (at_end)
		sc->at = rows->nr;
	first = scroll_begin(sc, rows->nr, list);
	for (s64 i = first; i < rows->nr && i < first + list; i++)
		draw_row(ui, p, in.x, y++, in.w, &rows->r[i], i == sc->at);
	if (rows->nr)
		draw_meaning(ui, p, (struct rect){ in.x, r.y + r.h - EXPLAIN, in.w, EXPLAIN }, &rows->r[sc->at]);
	else
		canvas_text(&ui->cv, in.x, y, in.w, st(C_TEXT, C_GROUND),
			    ui->log.word[0] ? "Nothing matches; / and Enter shows all again." : "Nothing of this kind happened yet.");
	free(rows);
}

/* --- keys -------------------------------------------------------------------------------- */

void log_set(struct ui *ui, enum event_kind kind, const char *word)
{
	ui->log.kind = kind;
	snprintf(ui->log.word, sizeof(ui->log.word), "%s", word);
	ui->scroll[VIEW_LOG] = (struct scroll){ 0 };
}

int act_log_kind(struct ui *ui, int arg)
{
	char word[sizeof(ui->log.word)];

	snprintf(word, sizeof(word), "%s", ui->log.word);
	log_set(ui, (enum event_kind)(((int)ui->log.kind + arg + NR_EVENT_KINDS) % NR_EVENT_KINDS), word);
	return RE_DRAW;
}

/* The page of the chosen event, on the map. */
int act_log_enter(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	struct rows *rows = calloc(1, sizeof(*rows));
	s64 at = ui->scroll[VIEW_LOG].at;
	const struct trace_event *e = NULL;
	pfn_t pfn;

	if (!rows)
		return RE_NONE;
	collect(ui, p, rows);
	if (at >= 0 && at < rows->nr && rows->r[at].message < 0)
		e = trace_get(machine_trace(p->m), rows->r[at].seq);
	free(rows);
	if (!e || !event_page(e, &pfn)) {
		ui_say(ui, true, "this line is not about a page");
		return RE_DRAW;
	}
	ui_set_view(ui, VIEW_MAP);
	map_goto(p, pfn);
	return RE_DRAW;
}

const struct view_ops view_log = {
	.name = "Log",
	.about = "events and kernel messages as they happened, each explained",
	.draw = draw,
	.lists = true,
};
