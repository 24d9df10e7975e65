/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keys do. What changes the machine is always a line of text for
 * ui_command(), the same that can be typed, scripted and recorded.
 */
#include "actions.h"
#include "slab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))

static const struct gfp_choice choices[] = {
	{ "GFP_KERNEL", "KERNEL", "kernel data: unmovable, never from Movable" },
	{ "GFP_HIGHUSER_MOVABLE", "MOVABLE", "pages of programs: movable, Movable first" },
	{ "GFP_KERNEL|__GFP_RECLAIMABLE", "RECLAIMABLE", "caches that can be dropped" },
	{ "GFP_ATOMIC", "ATOMIC", "cannot wait: may dig into the reserves" },
	{ "GFP_KERNEL|GFP_DMA", "DMA", "for devices that reach little memory" },
	{ "GFP_TRANSHUGE_LIGHT", "THP", "a huge page for a program, without effort" },
};

const struct gfp_choice *gfp_choice(int i)
{
	return i >= 0 && (size_t)i < ARRAY_SIZE(choices) ? &choices[i] : NULL;
}

static const char *const cmdlines[] = {
	[CMDLINE_FREE_ALL] = "free all", [CMDLINE_UNDO] = "undo", [CMDLINE_REDO] = "redo",
	[CMDLINE_RESET] = "reset", [CMDLINE_COMPACT] = "compact",
};

int act_command(struct ui *ui, int arg)
{
	ui_command(ui, cmdlines[arg], false);
	return RE_DRAW;
}

/* --- allocate ---------------------------------------------------------------- */

static int node_at_cursor(struct pane *p)
{
	struct page_info pi;

	return machine_page(p->m, p->map.cursor, &pi) ? -1 : pi.nid;
}

/* The newest allocation since event @from; NO_PFN: none. */
static pfn_t last_alloc(struct pane *p, u64 from)
{
	const struct trace *t = machine_trace(p->m);
	u64 stop = max_u64(from, trace_oldest(t));

	for (u64 s = t->seq; s > stop; s--) {
		const struct trace_event *e = trace_get(t, s - 1);

		if (e && e->type == TRACE_mm_page_alloc && e->p != NO_PFN)
			return e->p;
	}
	return NO_PFN;
}

/* An allocation that no zone could give, since event @from: not a mistake in the command. */
static bool last_failed(const struct pane *p, u64 from)
{
	const struct trace *t = machine_trace(p->m);

	for (u64 s = t->seq; s > max_u64(from, trace_oldest(t)); s--) {
		const struct trace_event *e = trace_get(t, s - 1);

		if (e && e->type == TRACE_mm_page_alloc)
			return e->p == NO_PFN;
	}
	return false;
}

/* The cursor goes along as long as that does not move the window. */
static void follow_new_block(struct ui *ui, u64 from)
{
	struct pane *p = ui_pane(ui);
	pfn_t pfn = last_alloc(p, from), start, end;

	if (pfn == NO_PFN)
		return;
	map_window(&p->map, &start, &end);
	if (pfn >= start && pfn < end)
		map_goto(p, pfn);
	else
		ui_say(ui, false, "allocated 0x%llx, outside this part of the map: ' goes there", LL(pfn));
}

/* The table says more than the error's one line. */
static void why_it_failed(struct ui *ui)
{
	ui->message[0] = '\0';
	act_why(ui, 0);
}

int act_alloc(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	int nid = node_at_cursor(p);
	u64 from = machine_trace(p->m)->seq;
	const struct gfp_choice *flags = gfp_choice(ui->gfp);
	char line[160];
	size_t n;

	n = (size_t)snprintf(line, sizeof(line), "alloc order=%u gfp=%s", ui->order, flags ? flags->flags : "GFP_KERNEL");
	if (nid >= 0 && p->info.nr_nodes > 1)
		snprintf(line + n, sizeof(line) - n, " node=%d", nid);
	if (!ui_command(ui, line, false))
		follow_new_block(ui, from);
	else if (!ui->opt.readonly && last_failed(p, from))
		why_it_failed(ui);
	return RE_DRAW;
}

static int free_selection(struct ui *ui, struct pane *p)
{
	struct pfn_range r = map_selection(&p->map);
	struct page_info pi;
	int freed = 0;

	for (pfn_t pfn = r.start; pfn < r.end && freed < 4096;) {
		char line[64];

		if (machine_page(p->m, pfn, &pi))
			break;
		if (pi.state == PAGE_ALLOC) {
			snprintf(line, sizeof(line), "free pfn=0x%llx", LL(pi.head));
			freed += !ui_command(ui, line, false);
		}
		pfn = pi.state == PAGE_ALLOC || pi.state == PAGE_BUDDY ? pi.head + (1ULL << pi.order) : pfn + 1;
	}
	ui_say(ui, false, "freed %d blocks", freed);
	p->map.selecting = false;
	return RE_DRAW;
}

int act_free(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	struct page_info pi;
	char line[64];
	pfn_t pfn = p->map.cursor, end = pfn + (ui->view == VIEW_PAGE ? 1 : 1ULL << p->map.shift);

	if (p->map.selecting)
		return free_selection(ui, p);
	for (; pfn < end; pfn++) {
		if (machine_page(p->m, pfn, &pi))
			break;
		if (pi.state == PAGE_ALLOC) {
			snprintf(line, sizeof(line), "free pfn=0x%llx", LL(pi.head));
			ui_command(ui, line, false);
			return RE_DRAW;
		}
		if (pi.state == PAGE_BUDDY)
			pfn = pi.head + (1ULL << pi.order) - 1;
	}
	ui_say(ui, true, "nothing here was allocated: reserved and free pages cannot be freed");
	return RE_DRAW;
}

int act_order(struct ui *ui, int arg)
{
	int top = ui_pane(ui)->info.arch->max_page_order, o = (int)ui->order + arg;

	ui->order = (unsigned)(o < 0 ? top : o > top ? 0 : o);
	return RE_DRAW;
}

int act_gfp(struct ui *ui, int arg)
{
	ui->gfp = (ui->gfp + arg) % (int)ARRAY_SIZE(choices);
	ui_say(ui, false, "%s: %s", choices[ui->gfp].flags, choices[ui->gfp].help);
	return RE_DRAW;
}

int act_goto_last(struct ui *ui, int arg)
{
	pfn_t pfn = last_alloc(ui_pane(ui), 0);

	if (pfn == NO_PFN)
		ui_say(ui, true, "nothing was allocated yet");
	else
		map_goto(ui_pane(ui), pfn);
	return RE_DRAW;
}

int act_why(struct ui *ui, int arg)
{
	struct text line = TEXT_INIT;

	text_clear(&ui->popup);
	machine_last_alloc(ui_pane(ui)->m, &line, &ui->popup);
	if (!line.len && !ui->popup.len) {
		ui_say(ui, true, "nothing was allocated yet");
	} else {
		text_wrap(&ui->popup, ui->cv.w - 3);
		snprintf(ui->popup_title, sizeof(ui->popup_title), "%s", text_str(&line));
		ui->popup_scroll = (struct scroll){ 0 };
		ui->popup_open = true;
	}
	text_cleanup(&line);
	return RE_DRAW;
}

/* --- time -------------------------------------------------------------------- */

static const u64 rates[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 0 };

void ui_rate_text(struct ui *ui, char *out, size_t n)
{
	char num[24];

	if (ui->rate)
		snprintf(out, n, "%s/s", count_str(ui->rate, num, sizeof(num)));
	else
		snprintf(out, n, "full speed");
}

int act_run(struct ui *ui, int arg)
{
	const struct machine_info *i = &ui_pane(ui)->info;
	char line[64];

	if (i->running)
		snprintf(line, sizeof(line), "pause");
	else if (i->workload)
		snprintf(line, sizeof(line), "resume rate=%llu", LL(ui->rate));
	else
		snprintf(line, sizeof(line), "run random seed=1 rate=%llu", LL(ui->rate));
	ui_command(ui, line, false);
	return RE_DRAW;
}

int act_step(struct ui *ui, int arg)
{
	if (!ui_pane(ui)->info.workload) {
		char line[64];

		snprintf(line, sizeof(line), "run random seed=1 rate=%llu", LL(ui->rate));
		if (ui_command(ui, line, false) || ui_command(ui, "pause", false))
			return RE_DRAW;
	}
	ui_command(ui, "step 1", false);
	return RE_DRAW;
}

int act_rate(struct ui *ui, int arg)
{
	int at = 0, n = (int)ARRAY_SIZE(rates);
	char line[64];

	while (at < n - 1 && rates[at] != ui->rate)
		at++;
	at += arg;
	ui->rate = rates[at < 0 ? 0 : at >= n ? n - 1 : at];
	if (ui_pane(ui)->info.running) {
		snprintf(line, sizeof(line), "resume rate=%llu", LL(ui->rate));
		ui_command(ui, line, false);
	}
	ui_rate_text(ui, line, sizeof(line));
	ui_say(ui, false, "workload speed: %s", line);
	return RE_DRAW;
}

/* --- move ---------------------------------------------------------------------- */

static void move_list(struct ui *ui, enum move m)
{
	struct scroll *s = &ui->scroll[ui->view];

	switch (m) {
	case MOVE_UP: scroll_move(s, -1); break;
	case MOVE_DOWN: scroll_move(s, 1); break;
	case MOVE_PAGE_UP: scroll_move(s, -s->rows); break;
	case MOVE_PAGE_DOWN: scroll_move(s, s->rows); break;
	case MOVE_FIRST: case MOVE_ROW_START: scroll_move(s, -s->nr); break;
	case MOVE_LAST: case MOVE_ROW_END: scroll_move(s, s->nr); break;
	default: break;
	}
}

static void move_block(struct pane *p, int direction)
{
	u64 pages = p->info.block_size >> p->info.arch->page_shift;
	pfn_t at = align_down(p->map.cursor, pages ? pages : 1);

	if (direction > 0)
		map_goto(p, at + pages);
	else
		map_goto(p, p->map.cursor > at ? at : at >= pages ? at - pages : 0);
}

static void move_map(struct pane *p, enum move m)
{
	s64 row = p->map.cells, col = (s64)(axis_cell(&p->map.axis, p->map.cursor) % (u64)row);

	switch (m) {
	case MOVE_LEFT: map_step(p, -1, 0); break;
	case MOVE_RIGHT: map_step(p, 1, 0); break;
	case MOVE_UP: map_step(p, 0, -1); break;
	case MOVE_DOWN: map_step(p, 0, 1); break;
	case MOVE_PAGE_UP: map_move(p, -row * p->map.rows); break;
	case MOVE_PAGE_DOWN: map_move(p, row * p->map.rows); break;
	case MOVE_ROW_START: map_move(p, -col); break;
	case MOVE_ROW_END: map_move(p, row - 1 - col); break;
	case MOVE_FIRST: map_goto(p, 0); break;
	case MOVE_LAST: map_goto(p, NO_PFN - 1); break;
	case MOVE_BLOCK_PREV: move_block(p, -1); break;
	case MOVE_BLOCK_NEXT: move_block(p, 1); break;
	}
}

/* Two machines: the other cursor goes to the same place, in pages from the start of memory. */
static void lead_other(struct ui *ui)
{
	struct pane *p = ui_pane(ui), *other = &ui->pane[!ui->focus];

	if (ui->nr_panes > 1)
		map_goto(other, other->info.start_pfn + (p->map.cursor - p->info.start_pfn));
}

int act_move(struct ui *ui, int arg)
{
	if (ui->view == VIEW_PAGE && arg < MOVE_BLOCK_PREV)
		page_move(ui, ui_pane(ui), (enum move)arg);
	else if (ui->view == VIEW_SLAB && ui->slab.open)
		slab_move(ui, (enum move)arg);
	else if (ui->view == VIEW_MAP || ui->view == VIEW_PAGE)
		move_map(ui_pane(ui), (enum move)arg);
	else
		move_list(ui, (enum move)arg);
	lead_other(ui);
	return RE_DRAW;
}

int act_zoom(struct ui *ui, int arg)
{
	for (int i = 0; i < ui->nr_panes; i++)
		map_zoom(&ui->pane[i], arg);
	return RE_DRAW;
}

int act_escape(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);

	if (p->map.selecting)
		p->map.selecting = false;
	else if (ui->spot.kind)
		ui->spot = (struct spot){ 0 };
	else
		for (int i = 0; i < ui->nr_panes; i++)
			map_whole(&ui->pane[i]);
	return RE_DRAW;
}

int act_select(struct ui *ui, int arg)
{
	struct map *map = &ui_pane(ui)->map;

	map->selecting = !map->selecting;
	map->anchor = map->cursor;
	return RE_DRAW;
}

int act_list_enter(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	struct block_info b;

	if (!machine_block(p->m, (u64)ui->scroll[VIEW_BLOCKS].at, &b)) {
		map_goto(p, phys_to_pfn(p->info.arch, b.start));
		ui_set_view(ui, VIEW_MAP);
	}
	return RE_DRAW;
}

/* --- look ---------------------------------------------------------------------- */

int act_bands(struct ui *ui, int arg)
{
	struct map *map = &ui_pane(ui)->map;

	map->band_shift = (map->band_shift + arg) % NR_BANDS;
	return RE_DRAW;
}

int act_lens(struct ui *ui, int arg)
{
	ui->tile.lens = ui->tile.lens == LENS_PAGEBLOCKS ? LENS_PAGES : LENS_PAGEBLOCKS;
	return RE_DRAW;
}

int act_hilbert(struct ui *ui, int arg)
{
	for (int i = 0; i < ui->nr_panes; i++) {
		struct pane *p = &ui->pane[i];

		p->map.hilbert = !p->map.hilbert;
		map_update(p);
		map_goto(p, p->map.cursor);
	}
	ui_say(ui, false, ui_pane(ui)->map.hilbert ? "cells along a Hilbert curve: what is near in memory is near here" : "cells in rows");
	return RE_DRAW;
}

int act_letters(struct ui *ui, int arg)
{
	ui->tile.letters = !ui->tile.letters;
	return RE_DRAW;
}

int act_legend(struct ui *ui, int arg)
{
	ui->legend = !ui->legend;
	return RE_DRAW;
}

int act_palette(struct ui *ui, int arg)
{
	ui->out.theme = theme_next(&ui->themes, ui->out.theme->name);
	ui_say(ui, false, "palette: %s", ui->out.theme->name);
	return RE_DRAW | RE_CLEAR;
}

int act_presentation(struct ui *ui, int arg)
{
	ui->opt.presentation = !ui->opt.presentation;
	return RE_DRAW;
}

int act_mouse(struct ui *ui, int arg)
{
	tty_set_mouse(ui->tty, !tty_mouse(ui->tty));
	ui_say(ui, false, "mouse %s", tty_mouse(ui->tty) ? "on" : "off");
	return RE_DRAW;
}

int act_debug(struct ui *ui, int arg)
{
	ui->debug = !ui->debug;
	return RE_DRAW;
}

int act_shot(struct ui *ui, int arg)
{
	prompt_open(ui, ':', "shot mmview.svg");
	return RE_DRAW;
}

int act_view(struct ui *ui, int arg)
{
	ui_set_view(ui, (enum view_id)arg == ui->view && arg == VIEW_HELP ? ui->last_view : (enum view_id)arg);
	return RE_DRAW;
}

int act_view_next(struct ui *ui, int arg)
{
	ui_set_view(ui, (enum view_id)(((int)ui->view + arg + VIEW_HELP) % VIEW_HELP));
	return RE_DRAW;
}

int act_focus(struct ui *ui, int arg)
{
	if (ui->nr_panes > 1)
		ui->focus = !ui->focus;
	return RE_DRAW;
}

int act_prompt(struct ui *ui, int arg)
{
	prompt_open(ui, (char)arg, "");
	return RE_DRAW;
}

int act_tour(struct ui *ui, int arg)
{
	if (!ui->tour.lesson)
		ui_say(ui, true, "no lesson is open; :lesson lists them");
	return tour_go(ui, ui->tour.step + arg) | RE_DRAW;
}

int act_redraw(struct ui *ui, int arg) { return RE_DRAW | RE_CLEAR; }
int act_quit(struct ui *ui, int arg) { return RE_QUIT; }

/* --- find ------------------------------------------------------------------------ */

/* "0x48000000" is an address, "pfn=0x48000" a pfn, "memory9" a block. */
static bool find_on_map(struct ui *ui)
{
	struct pane *p = ui_pane(ui);
	const char *s = ui->find;
	u64 v;

	if (!strncmp(s, "pfn=", 4) && !parse_size(s + 4, &v, NULL)) {
		map_goto(p, v);
	} else if (!strncmp(s, "memory", 6) && !parse_size(s + 6, &v, NULL)) {
		map_goto(p, phys_to_pfn(p->info.arch, v * p->info.block_size));
	} else if (!parse_size(s, &v, NULL)) {
		/* A number too small to be an address of memory here is meant as a pfn. */
		map_goto(p, v < pfn_to_phys(p->info.arch, p->info.start_pfn) && v >= p->info.start_pfn
				    ? v : phys_to_pfn(p->info.arch, v));
	} else {
		return false;
	}
	return true;
}

/* The next line of the text in view that contains what we look for. */
static bool find_in_text(struct ui *ui, int direction)
{
	struct scroll *s = &ui->scroll[ui->view];
	const char *text = text_str(&ui->shown);
	s64 line = 0, first = -1, best = -1, last = -1;

	while (*text) {
		size_t n = strcspn(text, "\n");
		const char *hit = strstr(text, ui->find);

		if (hit && hit < text + n) {
			first = first < 0 ? line : first;
			if (direction > 0 && line > s->at && best < 0)
				best = line;
			if (direction < 0 && line < s->at)
				best = line;
			last = line;
		}
		text += n + (text[n] == '\n');
		line++;
	}
	if (first < 0)
		return false;
	s->at = best >= 0 ? best : direction > 0 ? first : last;
	return true;
}

bool find_go(struct ui *ui, int direction)
{
	if (!ui->find[0])
		return false;
	if (ui->view == VIEW_MAP || ui->view == VIEW_PAGE)
		return find_on_map(ui) || find_pages(ui, ui->find, direction);
	return find_in_text(ui, direction);
}

int act_find(struct ui *ui, int arg)
{
	if (!ui->find[0] && ui->spot.kind && ui->view == VIEW_MAP) {
		if (!find_pages(ui, NULL, arg))
			ui_say(ui, true, "no lit page %s here", arg > 0 ? "behind" : "before");
		return RE_DRAW;
	}
	if (!find_go(ui, arg))
		ui_say(ui, true, ui->find[0] ? "not found: %s" : "nothing to look for yet: press /", ui->find);
	return RE_DRAW;
}
