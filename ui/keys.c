/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of keys. The status line, the help view and the key handler all
 * read it, so a key that works is a key that is shown.
 */
#include "app.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "keynames.h"

#define MAP   VIEW_BIT(VIEW_MAP)
#define LISTS (ALL_VIEWS & ~MAP)
#define BLK   VIEW_BIT(VIEW_BLOCKS)
#define LOG   VIEW_BIT(VIEW_LOG)
#define PAGE  VIEW_BIT(VIEW_PAGE)
#define SLAB  VIEW_BIT(VIEW_SLAB)
#define BOOT  VIEW_BIT(VIEW_BOOT)
#define OWN   VIEW_BIT(VIEW_OWNERS)

struct key {
	const char *keys;    /* names, separated by spaces */
	u32 views;
	int (*fn)(struct ui *ui, int arg);
	int arg;
	int status;          /* place in the status line, lower is more important; 0: not there */
	const char *label;   /* a word or two; {order} {gfp} {run} {rate} {block} are filled in */
	const char *help;
	const char *group;
};

static const struct key keys[] = {
	{ "Right l", BOOT, act_film, FILM_ON, 1, "on", "next call of the boot allocator", "Boot film" },
	{ "Left h", BOOT, act_film, FILM_BACK, 2, "back", "call before", "Boot film" },
	{ "PgDn", BOOT, act_film, FILM_STAGE_ON, 3, "stage", "end of the next stage of boot; in the log a screen down", "Boot film" },
	{ "PgUp", BOOT, act_film, FILM_STAGE_BACK, 0, "stage back", "end of the stage before; in the log a screen up", "Boot film" },
	{ "Space", BOOT, act_film, FILM_PLAY, 4, "play", "play the film, or stop it", "Boot film" },
	{ "Enter", BOOT, act_film, FILM_LOG, 5, "log", "the whole kernel log, or the film again", "Boot film" },

	{ "a", ALL_VIEWS & ~BOOT, act_alloc, 0, 1, "alloc", "allocate a block with the order and type shown, on the node under the cursor", "Allocate" },
	{ "f", MAP | PAGE, act_free, 0, 2, "free", "free the block under the cursor, or what is selected", "Allocate" },
	{ "F", ALL_VIEWS, act_command, CMDLINE_FREE_ALL, 0, "free all", "free everything that was allocated by hand or by a workload", "Allocate" },
	{ "o", ALL_VIEWS & ~BOOT, act_order, +1, 3, "order {order}", "larger order (2^order pages) for the next allocation", "Allocate" },
	{ "O", ALL_VIEWS, act_order, -1, 0, "order down", "smaller order for the next allocation", "Allocate" },
	{ "t", ALL_VIEWS & ~BOOT, act_gfp, +1, 4, "{gfp}", "another kind of allocation: which zones it may use, what it may do (GFP flags)", "Allocate" },
	{ "'", ALL_VIEWS, act_goto_last, 0, 0, "last", "go to the page that was allocated last", "Allocate" },
	{ "e", MAP | PAGE, act_explain, 0, 21, "explain", "why the block under the cursor is as it is: its buddy, who holds it, what mixed its pageblock", "Allocate" },
	{ "w", ALL_VIEWS, act_why, 0, 0, "why", "how the last allocation went, zone by zone", "Allocate" },

	{ "W", ALL_VIEWS, act_workloads, 0, 15, "workload", "choose what Space runs: random requests, a server, a kernel build, one that fragments memory ...", "Workload" },
	{ "Space", ALL_VIEWS & ~BOOT, act_run, 0, 5, "{run}", "run or pause the random workload", "Workload" },
	{ ".", ALL_VIEWS, act_step, 1, 20, "step", "one operation of the workload", "Workload" },
	{ "<", ALL_VIEWS, act_rate, -1, 0, "slower", "slower workload", "Workload" },
	{ ">", ALL_VIEWS, act_rate, +1, 24, "{rate}", "faster workload", "Workload" },
	{ "u", ALL_VIEWS, act_command, CMDLINE_UNDO, 8, "undo", "undo the last command", "Time" },
	{ "C-r", ALL_VIEWS, act_command, CMDLINE_REDO, 0, "redo", "redo what was undone", "Time" },
	{ "R", ALL_VIEWS, act_command, CMDLINE_RESET, 0, "reset", "boot the machine anew", "Time" },

	{ "s", ALL_VIEWS & ~(SLAB | OWN), act_steps, 0, 10, "steps", "the last operation step by step on the map, with a sentence each", "Time" },
	{ "p", ALL_VIEWS, act_teach, 0, 22, "play", "play every command step by step, at the speed of teaching", "Time" },
	{ "{", ALL_VIEWS, act_teach_speed, -1, 0, "steps slower", "more time for each step", "Time" },
	{ "}", ALL_VIEWS, act_teach_speed, +1, 0, "steps faster", "less time for each step; at the end only the sums", "Time" },
	{ "r", ALL_VIEWS, act_timeline, 0, 9, "time", "the whole run as a bar: go back and forth in it with the arrows or the mouse", "Time" },
	{ "b", ALL_VIEWS, act_bookmark, 0, 0, "bookmark", "give this moment a name", "Time" },
	{ ",", ALL_VIEWS, act_bookmark_go, -1, 0, "bookmark back", "to the bookmark before this moment", "Time" },
	{ ";", ALL_VIEWS, act_bookmark_go, +1, 0, "bookmark on", "to the next bookmark", "Time" },

	{ "x", MAP | BLK | PAGE, act_block, BLOCK_TOGGLE, 13, "{block}", "take the memory block under the cursor, or the selected ones, offline; or put it online", "Hotplug" },
	{ "V", MAP | BLK, act_block, BLOCK_MOVABLE, 0, "online movable", "put it online in Movable: only pages that can move will live there", "Hotplug" },
	{ "K", MAP | BLK, act_block, BLOCK_KERNEL, 0, "online kernel", "put it online in a zone of the kernel: it may never go offline again", "Hotplug" },
	{ "J", MAP | BLK, act_culprit, 0, 0, "in the way", "go to the page that keeps the block from going offline", "Hotplug" },
	{ "I", MAP | BLK, act_plug, 0, 0, "plug in", "plug in memory: an empty slot, or a block of new addresses", "Hotplug" },
	{ "X", MAP | BLK, act_block, BLOCK_REMOVE, 0, "remove", "remove an offline block: its addresses are no memory any more", "Hotplug" },
	{ "c", ALL_VIEWS, act_command, CMDLINE_COMPACT, 15, "compact", "move pages together so that large free blocks appear", "Hotplug" },

	{ "d F2", ALL_VIEWS, act_lessons, 0, 0, "lessons", "guided tours: choose one", "Lesson" },
	{ "]", ALL_VIEWS, act_tour, +1, 0, "next", "next step of the lesson", "Lesson" },
	{ "[", ALL_VIEWS, act_tour, -1, 0, "back", "step before; what was poked at is undone", "Lesson" },

	{ "Left h", MAP | PAGE | SLAB, act_move, MOVE_LEFT, 0, "left", "one cell to the left; in the page view one page", "Move" },
	{ "Right l", MAP | PAGE | SLAB, act_move, MOVE_RIGHT, 0, "right", "one cell to the right; in the page view one page", "Move" },
	{ "Up k", ALL_VIEWS, act_move, MOVE_UP, 0, "up", "one row up; in the page view to the block before", "Move" },
	{ "Down j", ALL_VIEWS, act_move, MOVE_DOWN, 0, "down", "one row down; in the page view to the next block", "Move" },
	{ "PgUp", ALL_VIEWS, act_move, MOVE_PAGE_UP, 0, "page up", "one screen up", "Move" },
	{ "PgDn", ALL_VIEWS, act_move, MOVE_PAGE_DOWN, 0, "page down", "one screen down", "Move" },
	{ "Home", ALL_VIEWS, act_move, MOVE_ROW_START, 0, "row start", "start of the row", "Move" },
	{ "End", ALL_VIEWS, act_move, MOVE_ROW_END, 0, "row end", "end of the row", "Move" },
	{ "g", ALL_VIEWS, act_move, MOVE_FIRST, 0, "first", "first page of the machine, first line of a list", "Move" },
	{ "G", ALL_VIEWS, act_move, MOVE_LAST, 0, "last", "last page of the machine, last line of a list", "Move" },
	{ "S-Left (", MAP | PAGE, act_move, MOVE_BLOCK_PREV, 0, "block back", "to the memory block before", "Move" },
	{ "S-Right )", MAP | PAGE, act_move, MOVE_BLOCK_NEXT, 0, "block on", "to the next memory block", "Move" },
	{ "+ =", MAP, act_zoom, +1, 7, "zoom", "zoom in: half as many pages per cell", "Move" },
	{ "- _", MAP, act_zoom, -1, 20, "out", "zoom out", "Move" },
	{ "Enter", MAP, act_zoom, +4, 0, "into", "zoom in a lot", "Move" },
	{ "Esc", MAP, act_escape, 0, 0, "whole", "drop the selection, then show the whole machine", "Move" },
	{ "v", MAP, act_select, 0, 23, "select", "begin or end a selection; a, f and x act on it", "Move" },
	{ "Enter", SLAB, act_slab_enter, 0, 1, "open", "open the cache: its slabs object by object; there: the page of the object", "Move" },
	{ "i", MAP | PAGE, act_inside, 0, 20, "inside", "into the slab that the page is part of, object by object", "Move" },
	{ "K Right", LOG, act_log_kind, +1, 2, "kind", "next kind of events: all, allocations, blocks, compaction, reclaim ... kernel messages", "Move" },
	{ "Left", LOG, act_log_kind, -1, 0, "kind back", "kind of events before", "Move" },
	{ "Enter", LOG, act_log_enter, 0, 7, "on map", "show the event's page on the map", "Move" },
	{ "Enter", BLK, act_list_enter, 0, 7, "on map", "show it on the map", "Move" },

	{ "Enter", OWN, act_owner_enter, 0, 1, "on map", "light the owner's pages on the map; n and N go from one to the next", "Move" },
	{ "M", SLAB, act_slab_map, 0, 4, "on map", "light the cache's pages on the map; n and N go from one to the next", "Move" },

	{ "s", OWN, act_owner_sort, 0, 2, "sort", "owners by pages, or by the pageblocks that they pollute", "Look" },
	{ "s", SLAB, act_slab_sort, 0, 2, "sort", "caches by memory, objects, use, slabs, waste, object size, name", "Look" },
	{ "e", SLAB, act_slab_nodes, 0, 3, "nodes", "what each node holds of each cache, or the sums", "Look" },
	{ "E", MAP, act_edit_bands, 0, 0, "edit bands", "hide and reorder the bands", "Look" },
	{ "A", MAP, act_axis, 0, 0, "axis", "holes in a column, or to scale, or each node in rows of its own", "Look" },
	{ "B", MAP, act_bands, +1, 0, "bands", "other bands, where not all have room", "Look" },
	{ "M", MAP, act_lens, 0, 0, "lens", "colour cells by their pages or by the types of their pageblocks", "Look" },
	{ "C", MAP, act_color, +1, 0, "colour", "colours tell the use, order, type, owner, process, flags, age, references, folio, LRU list", "Look" },
	{ "H", MAP, act_hilbert, 0, 0, "curve", "cells in rows or along a Hilbert curve", "Look" },
	{ "y", MAP, act_letters, 0, 0, "letters", "letters and digits in cells on or off", "Look" },
	{ "L", ALL_VIEWS, act_legend, 0, 12, "legend", "what colours and letters mean", "Look" },
	{ "T", ALL_VIEWS, act_palette, 0, 0, "palette", "dark, light, high contrast, safe for colour-blind eyes, monochrome, then your own themes", "Look" },
	{ "P", ALL_VIEWS, act_presentation, 0, 0, "present", "presentation: large cells, few words", "Look" },
	{ "Y", ALL_VIEWS, act_mouse, 0, 0, "mouse", "mouse on or off (off: the terminal selects text, to copy it)", "Look" },
	{ "D", ALL_VIEWS, act_debug, 0, 0, "debug", "bytes per frame, state hash", "Look" },
	{ "S", ALL_VIEWS, act_shot, 0, 0, "picture", "save the screen as a picture: asks for the file name", "Look" },

	{ "Tab", ALL_VIEWS, act_view_next, +1, 14, "view", "next view", "Views" },
	{ "S-Tab", ALL_VIEWS, act_view_next, -1, 0, "view back", "view before", "Views" },
	{ "1", ALL_VIEWS, act_view, VIEW_MAP, 0, "map", "the map", "Views" },
	{ "2", ALL_VIEWS, act_view, VIEW_BUDDY, 0, "buddy", "free lists per zone, order and type", "Views" },
	{ "3", ALL_VIEWS, act_view, VIEW_ZONES, 0, "zones", "zones and nodes", "Views" },
	{ "4", ALL_VIEWS, act_view, VIEW_BLOCKS, 0, "blocks", "memory blocks", "Views" },
	{ "5", ALL_VIEWS, act_view, VIEW_PAGE, 0, "page", "the page under the cursor", "Views" },
	{ "6", ALL_VIEWS, act_view, VIEW_SLAB, 0, "slab", "slab caches", "Views" },
	{ "7", ALL_VIEWS, act_view, VIEW_OWNERS, 0, "owners", "who holds memory", "Views" },
	{ "8", ALL_VIEWS, act_view, VIEW_BOOT, 0, "boot", "boot as a film, and its log", "Views" },
	{ "9", ALL_VIEWS, act_view, VIEW_LOG, 0, "log", "events as they happened", "Views" },
	{ "0", ALL_VIEWS, act_view, VIEW_TIME, 0, "time view", "charts over the whole run", "Views" },
	{ "z", ALL_VIEWS, act_focus, 0, 0, "other machine", "the other machine, where two are shown", "Views" },
	{ "Z", ALL_VIEWS, act_compare, 0, 0, "differences", "in which figures the two machines differ", "Views" },

	{ "m F9 F10", ALL_VIEWS, act_menu, 0, 19, "menu", "all that can be done here, with arrows or the mouse", "Other" },
	{ ":", ALL_VIEWS, act_prompt, ':', 16, "command", "type a command; Tab completes, arrows recall", "Other" },
	{ "/", ALL_VIEWS, act_prompt, '/', 11, "find", "find an address, a pfn, a block, or text in a list", "Other" },
	{ "n", ALL_VIEWS, act_find, +1, 0, "next", "next match", "Other" },
	{ "N", ALL_VIEWS, act_find, -1, 0, "before", "match before", "Other" },
	{ "? F1", ALL_VIEWS, act_view, VIEW_HELP, 17, "help", "this help", "Other" },
	{ "C-l", ALL_VIEWS, act_redraw, 0, 0, "redraw", "draw the whole screen again", "Other" },
	{ "Esc", SLAB, act_slab_escape, 0, 10, "back", "from an open cache to the list, from there to the map", "Other" },
	{ "Esc", LISTS, act_view, VIEW_MAP, 10, "map", "back to the map", "Other" },
	{ "q C-c", ALL_VIEWS, act_quit, 0, 18, "quit", "leave mmview", "Other" },
};

/* Names of the keys of row @k: the user's, else the table's. */
static const char *keys_of(const struct ui *ui, const struct key *k)
{
	const char *bound = ui->bound[k - keys];

	return bound ? bound : k->keys;
}

static bool names_key(const struct ui *ui, const struct key *k, u32 key)
{
	const char *s = keys_of(ui, k);

	while (*s) {
		size_t n = strcspn(s, " ");

		if (key_parse(s, n) == key)
			return true;
		s += n;
		s += *s == ' ';
	}
	return false;
}

/* Of two rows for the present view the one that is meant for fewer views: what a view does with a key of its own. */
static const struct key *more_special(const struct ui *ui, const struct key *best, const struct key *k)
{
	if (!(k->views & VIEW_BIT(ui->view)))
		return best;
	return !best || __builtin_popcount(k->views) < __builtin_popcount(best->views) ? k : best;
}

/* The row that @key does in the present view; NULL: none. */
static const struct key *row_of(const struct ui *ui, u32 key)
{
	const struct key *best = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (names_key(ui, &keys[i], key))
			best = more_special(ui, best, &keys[i]);
	return best;
}

int keys_handle(struct ui *ui, u32 key)
{
	const struct key *k = row_of(ui, key);

	return k ? k->fn(ui, k->arg) : RE_NONE;
}

bool keys_does(const struct ui *ui, u32 key, int (*fn)(struct ui *, int))
{
	const struct key *k = row_of(ui, key);

	return k && k->fn == fn;
}

/* Of the names of row @k the first that does it here. */
static u32 code_of(const struct ui *ui, const struct key *k)
{
	const char *s = keys_of(ui, k);

	while (*s) {
		size_t n = strcspn(s, " ");
		u32 key = key_parse(s, n);

		if (key && row_of(ui, key) == k)
			return key;
		s += n;
		s += *s == ' ';
	}
	return 0;
}

u32 keys_code(const struct ui *ui, int i) { return i >= 0 && (size_t)i < ARRAY_SIZE(keys) ? code_of(ui, &keys[i]) : 0; }

/* --- status line ------------------------------------------------------------ */

static void fill_label(struct ui *ui, const char *label, char *out, size_t n)
{
	if (!strcmp(label, "order {order}"))
		snprintf(out, n, "order %u", ui->order);
	else if (!strcmp(label, "{gfp}"))
		snprintf(out, n, "%s", gfp_choice(ui->gfp)->label);
	else if (!strcmp(label, "{run}"))
		snprintf(out, n, "%s", ui_pane(ui)->info.running ? "pause" : "run");
	else if (!strcmp(label, "{rate}"))
		ui_rate_text(ui, out, n);
	else if (!strcmp(label, "{block}"))
		ui_block_text(ui, out, n);
	else if (!strcmp(label, "command"))
		snprintf(out, n, "%s", ui->cv.w < 90 ? "" : ui->cv.w < 120 ? "cmd" : label);
	else
		snprintf(out, n, "%s", label);
}

/* Places in the status line: by importance, except these, which always stand at its end; the first where it is not tight. */
#define STATUS_TAIL 16
#define STATUS_MORE 20 /* places of little importance go on here */
#define STATUS_LAST 24

/* Narrow screens: one column between entries, and a letter that begins its label stands there only once. */
static bool tight(const struct ui *ui) { return ui->cv.w < 118; }
static int status_gap(const struct ui *ui) { return tight(ui) ? 1 : 2; }

static void first_name(const struct ui *ui, const struct key *k, char *out, size_t size)
{
	const char *s = keys_of(ui, k);

	snprintf(out, size, "%.*s", (int)strcspn(s, " "), s);
}

/* A running system is only looked at: what changes or replays a machine is not offered. */
static bool offered(const struct ui *ui, const struct key *k)
{
	static const char *const group[] = { "Allocate", "Time", "Hotplug" };

	for (size_t i = 0; ui->opt.live && i < ARRAY_SIZE(group); i++)
		if (!strcmp(k->group, group[i]) && k->fn != act_explain)
			return false;
	return true;
}

static const struct key *by_status(struct ui *ui, int status)
{
	const struct key *best = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].status == status && offered(ui, &keys[i]))
			best = more_special(ui, best, &keys[i]);
	return best;
}

/* An entry of the status line: "x" " " "offline", or where it is tight "a" "" "lloc", "+" "" "zoom". */
struct entry {
	char name[16], label[64];
	const char *rest; /* of the label */
	int between;
};

static void fill_entry(struct ui *ui, const struct key *k, struct entry *e)
{
	bool once, sign;

	first_name(ui, k, e->name, sizeof(e->name));
	fill_label(ui, k->label, e->label, sizeof(e->label));
	once = tight(ui) && e->name[0] && !e->name[1] && e->name[0] == e->label[0];
	sign = tight(ui) && e->name[0] && !e->name[1] && !isalnum((unsigned char)e->name[0]);
	e->rest = e->label + once;
	e->between = *e->rest && !once && !sign;
}

/* Columns that the entry takes with the gap after it. */
static int entry_columns(struct ui *ui, const struct key *k)
{
	struct entry e;

	fill_entry(ui, k, &e);
	return text_columns(e.name) + e.between + text_columns(e.rest) + status_gap(ui);
}

static int draw_entry(struct ui *ui, const struct key *k, int x, int y)
{
	struct entry e;
	int n;

	fill_entry(ui, k, &e);
	n = canvas_text(&ui->cv, x, y, ui->cv.w - x, st_attr(C_ACCENT, C_BAR, AT_BOLD), e.name) + e.between;
	n += canvas_text(&ui->cv, x + n, y, ui->cv.w - x - n, st(C_TEXT, C_BAR), e.rest);
	hits_add(&ui->hits, (struct rect){ x, y, n, 1 }, code_of(ui, k));
	return n + status_gap(ui);
}

void keys_status(struct ui *ui, int y)
{
	const struct key *show[32], *tail[4];
	int n = 0, tails = 0, x = 1, room = ui->cv.w - 1 + tight(ui), from = STATUS_TAIL + tight(ui);

	canvas_fill(&ui->cv, (struct rect){ 0, y, ui->cv.w, 1 }, ' ', st(C_TEXT, C_BAR));
	for (int s = from; s < STATUS_MORE; s++) {
		const struct key *k = by_status(ui, s);

		if (k) {
			tail[tails++] = k;
			room -= entry_columns(ui, k);
		}
	}
	for (int s = 1; s <= STATUS_LAST && n < 32; s++) {
		const struct key *k = s >= from && s < STATUS_MORE ? NULL : by_status(ui, s);
		int w = k ? entry_columns(ui, k) : 0;

		if (!k || w > room)
			continue;
		room -= w;
		show[n++] = k;
	}
	for (int i = 0; i < n; i++)
		x += draw_entry(ui, show[i], x, y);
	for (int i = 0; i < tails; i++)
		x += draw_entry(ui, tail[i], x, y);
}

void keys_label(struct ui *ui, int i, char *out, size_t n) { fill_label(ui, keys[i].label, out, n); }

/* --- tabs of the views --------------------------------------------------------- */

static void tab_text(struct ui *ui, const struct key *k, bool names, char *out, size_t n)
{
	char name[16];

	first_name(ui, k, name, sizeof(name));
	if (names || k->arg == (int)ui->view)
		snprintf(out, n, "%s %s", name, view_get((enum view_id)k->arg)->name);
	else
		snprintf(out, n, "%s", name);
}

static bool is_tab(const struct key *k) { return k->fn == act_view && !strcmp(k->group, "Views"); }

static int tabs_columns(struct ui *ui, bool names)
{
	char text[64];
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (is_tab(&keys[i])) {
			tab_text(ui, &keys[i], names, text, sizeof(text));
			n += text_columns(text) + 1;
		}
	return n + 1;
}

int keys_tabs(struct ui *ui, int x_end, int y)
{
	bool names = ui->cv.w >= 118;
	int x = x_end - tabs_columns(ui, names), first = x;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		bool here = keys[i].arg == (int)ui->view;
		char text[64];
		int n;

		if (!is_tab(&keys[i]))
			continue;
		tab_text(ui, &keys[i], names, text, sizeof(text));
		n = text_columns(text);
		if (here)
			canvas_fill(&ui->cv, (struct rect){ x, y, n + 2, 1 }, ' ', st(C_ACCENT, C_GROUND));
		canvas_text(&ui->cv, x + 1, y, n, here ? st_attr(C_ACCENT, C_GROUND, AT_BOLD) : st(C_DIM, C_BAR), text);
		hits_add(&ui->hits, (struct rect){ x, y, n + 1, 1 }, code_of(ui, &keys[i]));
		x += n + 1;
	}
	return first;
}

_Static_assert(ARRAY_SIZE(keys) <= MAX_KEYS, "ui->bound has a place for each row");

/* The name of an action in the config file: its label without what is filled in. */
static void action_name(const struct key *k, char *out, size_t n)
{
	const char *s = k->label + (*k->label == '{');
	size_t len = strcspn(s, "{}");

	while (len && s[len - 1] == ' ')
		len--;
	snprintf(out, n, "%.*s", (int)len, s);
}

static int check_names(const char *value, struct mm_error *err)
{
	while (*value) {
		size_t n = strcspn(value, " ");

		if (!key_parse(value, n))
			return mm_fail(err, -EINVAL, "no key \"%.*s\"; keys are a, C-r, Space, Enter, PgUp, S-Tab, F1 and so on", (int)n, value);
		value += n;
		value += strspn(value, " ");
	}
	return 0;
}

int keys_bind(struct ui *ui, const char *name, const char *value, struct mm_error *err)
{
	bool found = false;

	if (check_names(value, err))
		return err->code;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char action[64];

		action_name(&keys[i], action, sizeof(action));
		if (strcmp(action, name))
			continue;
		free(ui->bound[i]);
		ui->bound[i] = strdup(value);
		found = true;
	}
	return found ? 0 : mm_fail(err, -EINVAL, "no action \"%s\"; the help view lists them", name);
}

bool keys_help(const struct ui *ui, int i, struct key_help *out)
{
	if (i < 0 || (size_t)i >= ARRAY_SIZE(keys))
		return false;
	*out = (struct key_help){ keys_of(ui, &keys[i]), keys[i].label, keys[i].help, keys[i].group, keys[i].views };
	return true;
}
