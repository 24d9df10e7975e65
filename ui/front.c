/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that concern the screen (quit, goto, palette, shot ...) and the one
 * door to the machine: whatever key or prompt wants goes through ui_command().
 */
#include "app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "lesson.h"

void ui_say(struct ui *ui, bool bad, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ui->message, sizeof(ui->message), fmt, ap);
	va_end(ap);
	ui->message_bad = bad;
}

const char *ui_shown(struct ui *ui, struct pane *p, const char *cmd)
{
	struct mm_error err = { 0 };

	if (strcmp(ui->shown_cmd, cmd) || ui->now >= ui->shown_ms + 250) {
		text_clear(&ui->shown);
		if (machine_command(p->m, cmd, &ui->shown, &err))
			text_printf(&ui->shown, "%s\n", err.msg);
		snprintf(ui->shown_cmd, sizeof(ui->shown_cmd), "%s", cmd);
		ui->shown_ms = ui->now;
	}
	return text_str(&ui->shown);
}

void ui_set_view(struct ui *ui, enum view_id v)
{
	if (v == ui->view)
		return;
	ui->last_view = ui->view;
	ui->view = v;
	ui->shown_ms = 0;
	ui->shown_cmd[0] = '\0';
	text_clear(&ui->shown);
}

/* --- front commands ------------------------------------------------------------ */

static int cmd_quit(struct ui *ui, const char *args)
{
	ui->quit = true;
	return 0;
}

static int cmd_view(struct ui *ui, const char *args)
{
	for (int v = 0; v < NR_VIEWS; v++)
		if (!strcasecmp(view_get((enum view_id)v)->name, args)) {
			ui_set_view(ui, (enum view_id)v);
			return 0;
		}
	ui_say(ui, true, "no view \"%s\"; there are Map, Buddy, Zones, Blocks, Page, Slab, Owners, Boot, Log, Time, Help", args);
	return -EINVAL;
}

static int cmd_goto(struct ui *ui, const char *args)
{
	snprintf(ui->find, sizeof(ui->find), "%s", args);
	if (ui->view != VIEW_PAGE)
		ui_set_view(ui, VIEW_MAP);
	if (find_go(ui, 1))
		return 0;
	ui_say(ui, true, "cannot go to \"%s\": give an address (0x48000000), pfn=N or memoryN", args);
	return -EINVAL;
}

static int cmd_zoom(struct ui *ui, const char *args)
{
	struct pane *p = ui_pane(ui);

	if (!strcmp(args, "in"))
		map_zoom(p, 1);
	else if (!strcmp(args, "out"))
		map_zoom(p, -1);
	else if (!strcmp(args, "whole") || !*args)
		map_whole(p);
	else if (!strcmp(args, "page"))
		map_zoom(p, 64);
	else
		return ui_say(ui, true, "zoom in, out, whole or page"), -EINVAL;
	return 0;
}

static int cmd_palette(struct ui *ui, const char *args)
{
	const struct theme *t = theme_find(&ui->themes, args);
	char names[512];

	theme_names(&ui->themes, names, sizeof(names));
	if (!t)
		return ui_say(ui, true, "palettes: %s", names), -EINVAL;
	ui->out.theme = t;
	output_invalidate(&ui->out);
	return 0;
}

/* Only what concerns the screen; the rest is the machine's. */
static int cmd_set(struct ui *ui, const char *args)
{
	return strncmp(args, "palette=", 8) ? -ENOENT : cmd_palette(ui, args + 8);
}

static int cmd_shot(struct ui *ui, const char *args)
{
	struct mm_error err = { 0 };

	ui->message[0] = '\0';
	ui_draw(ui);
	if (shot_write(&ui->cv, ui->out.theme, args, &err))
		return ui_say(ui, true, "%s", err.msg), err.code;
	ui_say(ui, false, "saved %s", args);
	return 0;
}

int ui_stop_recording(struct ui *ui)
{
	int bad = ui->cast ? cast_stop(ui->cast) : 0;

	ui->out.tee = NULL;
	ui->cast = NULL;
	if (!bad)
		return 0;
	ui->cast_lost = (struct mm_error){ 0, "" };
	mm_fail(&ui->cast_lost, bad, "the recording could not be written any further (%s); it plays up to here", strerror(-bad));
	ui_say(ui, true, "%s", ui->cast_lost.msg);
	return bad;
}

static int cmd_record(struct ui *ui, const char *args)
{
	struct mm_error err = { 0 };
	int bad = ui_stop_recording(ui);

	if (bad)
		return bad;
	if (!strcmp(args, "off"))
		return ui_say(ui, false, "recording ended"), 0;
	ui->cast = cast_start(args, ui->cv.w, ui->cv.h, &err);
	if (!ui->cast)
		return ui_say(ui, true, "%s", err.msg), err.code;
	ui->out.tee = cast_write;
	ui->out.tee_arg = ui->cast;
	output_invalidate(&ui->out);
	ui_say(ui, false, "recording to %s; record off ends it", args);
	return 0;
}

static int cmd_order(struct ui *ui, const char *args)
{
	char *end;
	unsigned long o = strtoul(args, &end, 10);

	if (*end || !*args || o > ui_pane(ui)->info.arch->max_page_order)
		return ui_say(ui, true, "orders go from 0 to %u", ui_pane(ui)->info.arch->max_page_order), -EINVAL;
	ui->order = (unsigned)o;
	return 0;
}

/* Said and done; and remembered, unless a lesson asked for it. */
static void say_and_save(struct ui *ui, const char *key, const char *value, const char *what)
{
	struct mm_error err = { 0, "" };

	if (ui->tour.lesson)
		return;
	if (config_save(ui, key, value, &err))
		ui_say(ui, false, "%s %s (for now: %s)", what, value, err.msg);
	else
		ui_say(ui, false, "%s %s, remembered in config.ini", what, value);
}

static int cmd_bands(struct ui *ui, const char *args)
{
	char names[128];

	for (int i = 0; i < ui->nr_panes; i++)
		if (bands_set(&ui->pane[i].map, args))
			return ui_say(ui, true, "bands: any of iomem memblock block section node zone type, in the order you like"), -EINVAL;
	bands_names(&ui_pane(ui)->map, names, sizeof(names));
	say_and_save(ui, "bands", names, "bands:");
	return 0;
}

static int cmd_axis(struct ui *ui, const char *args)
{
	enum axis_mode m = 0;

	while (m < NR_AXIS_MODES && strcmp(axis_mode_name(m), args))
		m++;
	if (m == NR_AXIS_MODES)
		return ui_say(ui, true, "axis squeezed (a hole takes a column), linear (to scale) or nodes (each node begins a row)"), -EINVAL;
	for (int i = 0; i < ui->nr_panes; i++) {
		ui->pane[i].map.mode = m;
		map_update(&ui->pane[i]);
		map_goto(&ui->pane[i], ui->pane[i].map.cursor);
	}
	say_and_save(ui, "axis", args, "axis:");
	return 0;
}

int act_axis(struct ui *ui, int arg)
{
	enum axis_mode m = (enum axis_mode)((ui_pane(ui)->map.mode + 1) % NR_AXIS_MODES);

	cmd_axis(ui, axis_mode_name(m));
	return RE_DRAW;
}

int act_edit_bands(struct ui *ui, int arg)
{
	char line[160] = "bands ";

	bands_names(&ui_pane(ui)->map, line + 6, sizeof(line) - 6);
	prompt_open(ui, ':', line);
	ui_say(ui, false, "Take words out to hide bands, move words to reorder them; bands alone shows all again.");
	return RE_DRAW;
}

static int cmd_toggle(struct ui *ui, const char *args)
{
	static const struct { const char *name; int (*fn)(struct ui *, int); } toggles[] = {
		{ "legend", act_legend }, { "letters", act_letters }, { "mouse", act_mouse },
		{ "presentation", act_presentation }, { "debug", act_debug }, { "lens", act_lens }, { "hilbert", act_hilbert },
	};

	for (size_t i = 0; i < ARRAY_SIZE(toggles); i++)
		if (!strcmp(toggles[i].name, args))
			return toggles[i].fn(ui, 0), 0;
	return ui_say(ui, true, "toggle legend, letters, lens, hilbert, mouse, presentation or debug"), -EINVAL;
}

/* The list of lessons as a sheet; a name opens one. */
static int cmd_lesson(struct ui *ui, const char *args)
{
	char *buf = NULL;
	size_t size = 0;
	FILE *f;

	if (!strcmp(args, "off"))
		return tour_end(ui), 0;
	if (*args)
		return tour_start(ui, args);
	f = open_memstream(&buf, &size);
	if (!f)
		return -ENOMEM;
	lesson_list(f);
	fclose(f);
	text_clear(&ui->popup);
	text_puts(&ui->popup, buf);
	free(buf);
	snprintf(ui->popup_title, sizeof(ui->popup_title), "Lessons: open one with :lesson NAME");
	ui->popup_scroll = (struct scroll){ 0 };
	ui->popup_open = true;
	return 0;
}

static int cmd_here(struct ui *ui, const char *args)
{
	int ret;

	if (ui->here)
		return ui_say(ui, true, "here what?"), -EINVAL;
	ui->here = true;
	ret = ui_command(ui, args, true);
	ui->here = false;
	return ret;
}

static int cmd_live(struct ui *ui, const char *args)
{
	live_sheet(ui);
	return 0;
}

/* log [KIND [WORD]] */
static int cmd_log(struct ui *ui, const char *args)
{
	size_t n = strcspn(args, " ");
	char kind[32];
	enum event_kind k;

	snprintf(kind, sizeof(kind), "%.*s", (int)n, n ? args : "");
	k = n ? event_kind_find(kind) : EK_ALL;
	if (k == NR_EVENT_KINDS)
		return ui_say(ui, true, "log all, alloc, blocks, compaction, reclaim, hotplug, slab, boot or kernel, then a word to look for"), -EINVAL;
	log_set(ui, k, args + n + strspn(args + n, " "));
	ui_set_view(ui, VIEW_LOG);
	return 0;
}

static const struct front_command fronts[] = {
	{ "quit", "", "leave mmview", cmd_quit },
	{ "view", "NAME", "show a view: map, buddy, zones, blocks, page, slab, owners, boot, log, time, help", cmd_view },
	{ "goto", "ADDRESS|pfn=N|memoryN", "move the cursor there", cmd_goto },
	{ "zoom", "in|out|whole|page", "scale of the map", cmd_zoom },
	{ "bands", "[NAME...]", "which bands to show and in what order; all without a name", cmd_bands },
	{ "axis", "squeezed|linear|nodes", "holes take a column, or are drawn to scale, or each node begins a row", cmd_axis },
	{ "color", "by use|pageblock|order|migratetype|owner|process|flags|age|refcount|folio|lru", "what the map's colours tell", cmd_color },
	{ "filter", "FLAGS|owner=NAME|pid=N|cache=NAME|off",
	  "light the pages that match, as page-types' -b does: anon,~lru; =buddy; lru,dirty=lru", cmd_filter },
	{ "order", "N", "order of the next allocation by key", cmd_order },
	{ "palette", "dark|light|contrast|deuteranopia|tritanopia|mono|NAME", "colours; NAME: a theme of your own from config.ini", cmd_palette },
	{ "set", "palette=NAME", "the same; all other settings are the machine's", cmd_set },
	{ "toggle", "legend|letters|lens|hilbert|mouse|presentation|debug", "switch something on or off", cmd_toggle },
	{ "shot", "FILE.svg|.html|.ans|.txt", "save a picture of the screen", cmd_shot },
	{ "lesson", "[NAME|off]", "list the lessons, open one, close it", cmd_lesson },
	{ "here", "COMMAND", "with two machines: a command for this one only", cmd_here },
	{ "live", "", "with --live: what is read of the running system, and what root would add", cmd_live },
	{ "log", "[all|alloc|blocks|compaction|reclaim|hotplug|slab|boot|kernel [WORD]]", "show events of a kind, with a word in them", cmd_log },
	{ "record", "FILE.cast|off", "record the session as an asciicast", cmd_record },
};

const struct front_command *front_commands(int *nr)
{
	*nr = (int)ARRAY_SIZE(fronts);
	return fronts;
}

/* --- the door -------------------------------------------------------------------- */

/* The name is the first word. -ENOENT: not a front command. */
static int run_front(struct ui *ui, const char *line)
{
	size_t n = strcspn(line, " ");

	for (size_t i = 0; i < ARRAY_SIZE(fronts); i++)
		if (strlen(fronts[i].name) == n && !strncmp(fronts[i].name, line, n))
			return fronts[i].run(ui, line + n + strspn(line + n, " "));
	return -ENOENT;
}

static bool changes_machine(const char *line)
{
	char name[64];
	const struct command *c;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " "), line);
	c = command_find(name);
	return c && !(c->flags & CMD_READ);
}

static void show_result(struct ui *ui, const char *line, const struct text *out, bool interactive)
{
	const char *s = text_str(out), *nl = strchr(s, '\n');

	if (!*s)
		return;
	if (!nl || !nl[1] || !interactive) {
		ui_say(ui, false, "%.*s", nl ? (int)(nl - s) : (int)strlen(s), s);
		return;
	}
	text_clear(&ui->popup);
	text_puts(&ui->popup, s);
	snprintf(ui->popup_title, sizeof(ui->popup_title), "%s", line);
	ui->popup_scroll = (struct scroll){ 0 };
	ui->popup_open = true;
}

/* Commands that take blocks offline. */
static bool takes_offline(const char *line)
{
	static const char *const names[] = { "offline", "chmem", "unplug", "resize" };
	size_t n = strcspn(line, " ");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == n && !strncmp(line, names[i], n))
			return true;
	return false;
}

int ui_command(struct ui *ui, const char *line, bool interactive)
{
	struct text out = TEXT_INIT;
	int ret;

	if (strncmp(line, "shot", 4))
		ui->menu.open = false;
	ret = run_front(ui, line);

	if (ret != -ENOENT)
		return ret;
	if (ui->opt.readonly && changes_machine(line)) {
		ui_say(ui, true, "read-only: nothing can be changed here");
		return -EROFS;
	}
	ui->message[0] = '\0';
	ui->popup_open = ui->popup_low = false;
	if (ui->play.hand && changes_machine(line))
		play_close(ui);
	for (int i = 0; i < ui->nr_panes; i++) {
		struct pane *p = &ui->pane[i];
		struct mm_error err = { 0 };
		u32 lines = machine_dmesg_count(p->m);
		int r;

		if (ui->here && i != ui->focus)
			continue;
		text_clear(&out);
		p->flash_seq = machine_trace(p->m)->seq;
		p->flash_until = clock_ms() + 450;
		r = machine_command(p->m, line, &out, &err);
		machine_info(p->m, &p->info);
		chart_tick(p);
		if (changes_machine(line))
			play_events(ui, p, p->flash_seq, machine_trace(p->m)->seq, line);
		if (r)
			ui_say(ui, true, "%s", err.msg[0] ? err.msg : mm_errname(r));
		if (r && i == ui->focus && takes_offline(line))
			offline_failed(ui, p, &err, p->flash_seq, lines);
		else if (!r && i == ui->focus)
			show_result(ui, line, &out, interactive);
		ret = i == ui->focus ? r : ret;
	}
	text_cleanup(&out);
	return ret;
}
