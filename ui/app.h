/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the front end share: struct ui and the small services that
 * views and panels use. Nothing here is a copy of the machine's state: every
 * frame reads it anew.
 */
#ifndef MM_UI_APP_H
#define MM_UI_APP_H

#include "axis.h"
#include "canvas.h"
#include "chart.h"
#include "hits.h"
#include "layout.h"
#include "lens.h"
#include "marks.h"
#include "menu.h"
#include "output.h"
#include "play.h"
#include "theme.h"
#include "tile.h"
#include "timeline.h"
#include "tty.h"
#include "ui.h"
#include "words.h"

struct ui;
struct pane;

/* --- the map's own state (map.c) ------------------------------------------- */

/* Holes take a column, or their size, or each node begins a row of its own. */
enum axis_mode { AXIS_SQUEEZED, AXIS_LINEAR, AXIS_NODES, NR_AXIS_MODES };

struct map {
	pfn_t cursor;
	unsigned shift;      /* log2 pages of a cell */
	bool whole;          /* follow the size at which everything fits */
	u64 top;             /* cell in the upper left corner */
	int cells, rows;     /* of the heatmap, from the layout */
	unsigned fit;        /* shift at which everything fits */
	struct axis axis;
	struct pfn_range *ranges; /* stretches of memory; owned */
	int nr_ranges;
	bool hilbert;        /* cells along a Hilbert curve instead of rows */
	bool selecting;
	pfn_t anchor;        /* other end of the selection */
	enum axis_mode mode;
	bool *new_row;       /* of each stretch: it begins a row; owned */
	u8 order[NR_BANDS];  /* enum band of each row that is wanted, from above */
	int nr_order;
	bool chosen;         /* the user said so: the first ones matter most */
	bool dragging;       /* on the bands, from @drag_from on */
	phys_t drag_from, drag_to;
	int band_shift;      /* first band shown where not all have room */
};

void map_init(struct pane *p);
void map_cleanup(struct map *map);
/* Read the axis anew and keep cursor and window inside. Called every frame. */
void map_update(struct pane *p);
void map_move(struct pane *p, s64 cells);
void map_goto(struct pane *p, pfn_t pfn);
/* Move on the screen; across the edge as far as makes sense. */
void map_step(struct pane *p, int dx, int dy);
/* Where cell number @cell of the window lies in the heatmap, and back (false: no cell there). */
void map_cell_xy(const struct map *map, u64 cell, int *x, int *y);
bool map_xy_cell(const struct map *map, int x, int y, u64 *cell);
int map_side(const struct map *map);
void map_zoom(struct pane *p, int steps); /* > 0: nearer */
void map_whole(struct pane *p);
/* Scroll so that the cursor is in the second row: a sheet will cover the lower half. */
void map_cursor_to_top(struct pane *p);
/* Show [@start, @end) as large as it fits. */
void map_show_range(struct pane *p, pfn_t start, pfn_t end);
const char *axis_mode_name(enum axis_mode m);
void map_scroll(struct pane *p, s64 rows);
/* Pages that the heatmap shows: [*start, *end). */
void map_window(const struct map *map, pfn_t *start, pfn_t *end);
/* Selected pages, or the cell under the cursor. */
struct pfn_range map_selection(const struct map *map);
bool map_is_zoomed(const struct map *map);

/* --- one machine on the screen --------------------------------------------- */

/* What a running workload did in the last second of the clock. */
struct pace {
	u64 ms, span;                 /* when it was read, and over how many ms */
	u64 ops, ev[NR_CHART_EVENTS]; /* as they were then */
	u64 done, pages[NR_CHART_EVENTS];
};

struct pane {
	struct machine *m;
	struct machine_info info;
	struct map map;
	struct layout layout;
	struct chart chart;
	struct rect area;   /* of the present view */
	struct pace pace;
	double debt;        /* operations of the workload that are due */
	u64 flash_seq;      /* trace number at which the last command began */
	u64 flash_until;    /* ms */
	u64 hash, hash_ops, hash_events; /* the last one computed, and of which moment; 0: none */
};

/* --- views ------------------------------------------------------------------ */

enum view_id { VIEW_MAP, VIEW_BUDDY, VIEW_ZONES, VIEW_BLOCKS, VIEW_PAGE, VIEW_SLAB, VIEW_OWNERS, VIEW_BOOT,
	VIEW_LOG, VIEW_TIME, VIEW_HELP, NR_VIEWS };
#define VIEW_BIT(v) (1u << (v))
#define ALL_VIEWS   (VIEW_BIT(NR_VIEWS) - 1)

/* What must happen after a key; the loop does it. */
enum reaction { RE_NONE = 0, RE_DRAW = 1, RE_CLEAR = 2, RE_QUIT = 4 };

struct view_ops {
	const char *name;
	const char *about; /* one plain sentence */
	void (*draw)(struct ui *ui, struct pane *p, struct rect r);
	/* May be NULL. @in->x and y are on the canvas. */
	int (*mouse)(struct ui *ui, struct pane *p, const struct input *in);
	/* Rows or items that can be scrolled through; NULL: none. Movement keys change ui->scroll. */
	bool lists;
};
extern const struct view_ops view_map, view_buddy, view_zones, view_blocks, view_page, view_slab, view_owners,
	view_boot, view_log, view_time, view_help;
const struct view_ops *view_get(enum view_id v);

/* Position in a list: the view writes nr and rows while it draws. */
struct scroll {
	s64 at;   /* selected row */
	s64 top;
	s64 nr;   /* rows there are */
	s64 rows; /* rows that fit */
};
void scroll_move(struct scroll *s, s64 rows);
/* Called by a view before drawing its rows: clamps and remembers. Return: first row to draw. */
s64 scroll_begin(struct scroll *s, s64 nr, s64 rows);

/* --- prompt (prompt.c) ------------------------------------------------------ */

#define HISTORY_MAX 200
struct prompt {
	bool open;
	char kind;           /* ':' command, '/' search */
	char line[512];
	size_t len, at;      /* bytes */
	char *history[HISTORY_MAX]; /* owned */
	int nr_history, pos;
	struct text completions; /* one per line */
	int completion;      /* chosen one, -1: none */
};
void prompt_open(struct ui *ui, char kind, const char *initial);
int prompt_key(struct ui *ui, u32 key);
void prompt_draw(struct ui *ui, int y);
void prompt_cleanup(struct prompt *p);

/* --- what the log shows (view_log.c) ------------------------------------------ */

struct log_filter {
	enum event_kind kind;
	char word[128]; /* lines with it, upper or lower case; "": all */
};
void log_set(struct ui *ui, enum event_kind kind, const char *word);

/* --- lessons on the screen (tour.c) ------------------------------------------- */

struct lesson;
struct tour {
	struct lesson *lesson; /* owned; NULL: none is open */
	int step;
};
/* Open lesson @name at its first step. 0 or -errno, which is shown. */
int tour_start(struct ui *ui, const char *name);
void tour_end(struct ui *ui);
int tour_go(struct ui *ui, int step); /* enum reaction */
/* Take the text's part off *rest. Its h is 0 when no lesson is open. */
struct rect tour_area(const struct ui *ui, struct rect *rest);
void tour_draw(struct ui *ui, struct rect r);
/* "en" or "zh": by option, else by locale. */
const char *ui_lang(const struct ui *ui);

/* --- boot as a film (view_boot.c) ------------------------------------------------- */

struct film_view {
	bool begun;          /* it was looked at: it stands where it was left */
	bool log;            /* the kernel log is shown instead */
	bool playing;
	u64 next_ms;
	int stage;           /* gone to by a key, and the position + 1 at which that holds */
	s64 stage_at;
	struct scroll other; /* of the log while the film is shown, and the other way round */
};
/* It plays and is on the screen: pictures are due. */
bool film_moves(const struct ui *ui);

/* --- a running system (live.c) --------------------------------------------------- */

struct live_view {
	u64 next_ms;  /* when it is looked at again */
	u64 cost_us;  /* processor time that the last look took */
	u32 told;     /* of the trouble that was told last; 0: there is none */
};
/* Read again if it is time. Return: what must be drawn. */
int live_work(struct ui *ui);
/* Milliseconds that input may be waited for, at most @ms (-1: for ever). */
int live_wait(const struct ui *ui, int ms);
/* "live: every 1.0 s" */
void live_text(const struct ui *ui, char *buf, size_t n);
/* Opens a sheet: what is read and what root would add. */
void live_sheet(struct ui *ui);

#define MAX_KEYS 128 /* rows of the key table */

/* --- colours of the map (lens.c, spot.c) -------------------------------------- */

struct lens_seen {
	u64 lit, all; /* pages on the heatmap */
	bool sampled;
};
/* Is the map drawn by lens.c: by a lens that looks at pages, or with a spotlight? */
bool lens_active(const struct ui *ui);
/* "coloured by owner   lit: anon, 1 234 pages here" */
void lens_title(const struct ui *ui, char *buf, size_t n);
/* Light the pages of @owner. */
void spot_owner(struct ui *ui, u32 owner, const char *name);
/* Go to the next page (@direction 0: the first of all) that is lit, or whose owner's name contains @name. */
bool find_pages(struct ui *ui, const char *name, int direction);
/* The whole machine in @r, what @spot falls on lit, '!' where it pollutes. Return: rows. */
int spot_mini(struct ui *ui, struct pane *p, struct rect r, const struct spot *spot);
/* Front commands. */
int cmd_color(struct ui *ui, const char *args);
int cmd_filter(struct ui *ui, const char *args);

/* --- the slab view (view_slab.c, slab_open.c) -------------------------------- */

enum slab_sort { SLAB_BY_MEMORY, SLAB_BY_OBJECTS, SLAB_BY_ACTIVE, SLAB_BY_SLABS, SLAB_BY_WASTE, SLAB_BY_SIZE, SLAB_BY_NAME,
	NR_SLAB_SORTS };
struct slab_choice {
	enum slab_sort sort;
	bool nodes;      /* the list tells nodes instead of sums */
	bool open;       /* one cache is open: */
	u32 cache;       /* its id */
	u64 slab;        /* which of its slabs, and which object there */
	u32 object;
	/* As drawn last: */
	u64 slabs;
	u32 objects, per_row;
	pfn_t pfn;
};

/* --- the whole -------------------------------------------------------------- */

struct ui {
	struct ui_options opt;
	struct tty *tty;
	struct output out;
	struct canvas cv;
	struct pane pane[2];
	int nr_panes, focus;
	bool here;               /* the command that runs is for the focused machine only */
	enum view_id view, last_view;
	struct scroll scroll[NR_VIEWS];
	char find[128];          /* what '/' looked for */
	struct tile_options tile;
	bool legend, debug;
	unsigned order;          /* of the next allocation */
	int gfp;                 /* index for gfp_choice() */
	u64 rate;                /* operations per second of the workload, 0: all it can */
	struct prompt prompt;
	struct hits hits;        /* what a click on the screen means, of the last frame */
	struct menu menu;
	char *bound[MAX_KEYS];   /* keys that the user's config gave to row i of the table; owned */
	struct tour tour;
	struct timeline timeline;
	struct slab_choice slab;
	struct spot spot;        /* what is lit on the map */
	bool owners_by_pollution; /* order of the owners' list */
	struct lens lens;        /* buckets of the colours that the map shows */
	struct lens_seen seen;   /* what the last frame counted */
	struct play play;
	struct log_filter log;
	struct text popup;       /* output of the last ':' command, shown until a key */
	struct scroll popup_scroll;
	int popup_left;          /* columns that it is pushed to the left */
	bool popup_open, popup_low; /* low: it leaves the upper half of the screen free */
	char popup_title[96];
	char message[512];
	bool message_bad;
	struct text shown;       /* text that a view read from a `show` command */
	char shown_cmd[64];
	u64 shown_ms;
	u64 now;                 /* ms, of this frame */
	struct machine **machines; /* the caller's */
	struct { bool on; int x, y, pane; } hover; /* where the mouse rests on the map */
	char bands[128];         /* that the config file asks for, "" all; and its axis */
	enum axis_mode axis;
	struct themes themes;    /* the user's own colours */
	char palette[64];        /* that the config file asks for, and in which line */
	int palette_line;
	struct live_view live;
	struct film_view film;
	struct cast *cast;       /* recording, NULL: none */
	struct mm_error cast_lost; /* what cut a recording short; told again when the screen is left */
	bool quit;
};

/* No colours: reverse, bold and letters tell all. */
static inline bool ui_is_mono(const struct ui *ui)
{
	return ui->out.depth == DEPTH_MONO || ui->out.theme->base == PAL_MONO;
}

static inline struct pane *ui_pane(struct ui *ui) { return &ui->pane[ui->focus]; }

/* Run a line as if typed: front commands first, then every machine. 0 or -errno; the result is shown. */
int ui_command(struct ui *ui, const char *line, bool interactive);
void ui_say(struct ui *ui, bool bad, const char *fmt, ...) PRINTF(3, 4);
/* End a recording, if there is one. 0, or -errno where it could not be written, which is told. */
int ui_stop_recording(struct ui *ui);
void ui_set_view(struct ui *ui, enum view_id v);
/* Text of `show WHAT` from the machine, read again at most four times a second. */
const char *ui_shown(struct ui *ui, struct pane *p, const char *cmd);
/* The allocation that 'a' makes. */
struct gfp_choice { const char *flags; const char *label; const char *help; };
const struct gfp_choice *gfp_choice(int i); /* NULL past the end */
void ui_draw(struct ui *ui);
/* Front commands: NULL-terminated names and help for the help view and completion. */
struct front_command { const char *name, *args, *help; int (*run)(struct ui *ui, const char *args); };
const struct front_command *front_commands(int *nr);

/* --- drawing helpers (widget.c) --------------------------------------------- */

/* "Title ─────": returns the row below. */
int draw_heading(struct ui *ui, struct rect r, const char *title);
/* A bar of @part/@all over @w columns in eighths. */
void draw_bar(struct canvas *cv, int x, int y, int w, u64 part, u64 all, enum color fg, enum color bg);
/* "label    value": value cut at the rect's end. */
void draw_field(struct ui *ui, struct rect r, int row, const char *label, struct style style, const char *fmt, ...)
	PRINTF(6, 7);
/* Text wrapped at words into @r from row @row on. Return: rows used. */
int draw_wrapped(struct ui *ui, struct rect r, int row, struct style style, const char *s);
/* Break lines of @t that are longer than @w columns, at words. */
void text_wrap(struct text *t, int w);
/*
 * Hints that can be clicked: "x=take it off\tJ K=jump", keys before the '=', parts between
 * tabs. Only whole parts are drawn. Return: columns used.
 */
int hints_columns(const char *hints);
int draw_hints(struct ui *ui, int x, int y, int max, enum color bg, const char *hints);
char *size_of_pages(const struct pane *p, u64 pages, char *buf, size_t n);

/* --- parts of the map (bands.c, heat.c, panel_*.c) --------------------------- */

void bands_draw(struct ui *ui, struct pane *p);
/* All memory over @width columns, and addresses above it. */
void bands_scale(const struct pane *p, int width, struct scale *s);
void bands_ticks(struct ui *ui, const struct scale *s, int x, int y);
/* The address under column @x of the bands; false: no band there. */
/* Show the bands that @names has, in that order; "" all of them. 0, or -EINVAL. */
int bands_set(struct map *map, const char *names);
/* "zone node block" */
void bands_names(const struct map *map, char *buf, size_t n);
/* What the band under (@x, @y) says there. False: no band. */
bool bands_words(const struct pane *p, int x, int y, char *buf, size_t n);
bool bands_address(const struct pane *p, int x, int y, phys_t *addr);
void heat_draw(struct ui *ui, struct pane *p);
bool heat_cell(const struct pane *p, int x, int y, u64 *cell);

/* A panel draws into @r and returns the rows it used. */
typedef int (*panel_fn)(struct ui *ui, struct pane *p, struct rect r);
int panel_inspector(struct ui *ui, struct pane *p, struct rect r);
int panel_free(struct ui *ui, struct pane *p, struct rect r);
int panel_zones(struct ui *ui, struct pane *p, struct rect r);
int panel_blocks(struct ui *ui, struct pane *p, struct rect r);
int panel_owners(struct ui *ui, struct pane *p, struct rect r);
int panel_selection(struct ui *ui, struct pane *p, struct rect r);
int panel_mixed(struct ui *ui, struct pane *p, struct rect r);
int panel_why(struct ui *ui, struct pane *p, struct rect r);
void inspector_line(struct ui *ui, struct pane *p, struct rect r);
void events_draw(struct ui *ui, struct pane *p, struct rect r);
void legend_draw(struct ui *ui, struct pane *p, struct rect r, bool upright);
void legend_popup(struct ui *ui);

/* What is under the mouse, beside it (tooltip.c). */
void tooltip_draw(struct ui *ui, struct pane *p);

/* --- story.c: trace events as sentences -------------------------------------- */

enum tone { TONE_PLAIN, TONE_GOOD, TONE_BAD };
struct story {
	u64 seq;
	enum tone tone;
	char what[112];
	char how[192];
};
/* "Movable" */
const char *story_mt(unsigned mt);
/* Event @e, number @seq, by itself. */
void story_of(const struct trace_event *e, u64 seq, struct story *out);
/* Event number @seq with the steps that belong to it. */
void story_tell(const struct trace *t, u64 seq, struct story *out);
/* The newest @max sentences that end at or before event @upto, newest first. Return: how many. */
int story_latest(const struct machine *m, u64 upto, struct story *out, int max);

/* --- keys.c ------------------------------------------------------------------ */

int keys_handle(struct ui *ui, u32 key);
void keys_status(struct ui *ui, int y);
/* Rows for the help view: NULL past the end. */
struct key_help { const char *keys, *label, *help, *group; u32 views; };
bool keys_help(const struct ui *ui, int i, struct key_help *out);
/* The key that does row @i in the present view; 0: none does. */
u32 keys_code(const struct ui *ui, int i);
/* Is @key bound to @fn here? */
bool keys_does(const struct ui *ui, u32 key, int (*fn)(struct ui *, int));
/* The label of row @i with present values. */
void keys_label(struct ui *ui, int i, char *out, size_t n);
/* "1 Map  2 Buddy ..." as buttons, ending before column @x_end; only digits where narrow. Return: its first column. */
int keys_tabs(struct ui *ui, int x_end, int y);

/* Bind action @name ("alloc", "zoom") to the keys in @value ("a C-a"). 0, or -EINVAL with *err. */
int keys_bind(struct ui *ui, const char *name, const char *value, struct mm_error *err);

/* --- config.c ------------------------------------------------------------------ */

/*
 * Read the user's settings: opt->config, else $XDG_CONFIG_HOME/mmview/config.ini,
 * else ~/.config/mmview/config.ini. No file is fine. What the command line said
 * stays. 0, or -EINVAL with file and line in *err.
 */
int config_read(struct ui *ui, struct mm_error *err);
/* Remember "@key = @value" of [ui] there. 0, or -errno with *err. */
int config_save(struct ui *ui, const char *key, const char *value, struct mm_error *err);

/* --- export.c, cast.c --------------------------------------------------------- */

/* Write the canvas as .svg, .html, .ans or .txt, by the file's name. 0 or -errno with *err. */
int shot_write(const struct canvas *cv, const struct theme *theme, const char *path, struct mm_error *err);
struct cast *cast_start(const char *path, int w, int h, struct mm_error *err);
void cast_write(void *cast, const char *s, size_t n);
void cast_resize(struct cast *c, int w, int h);
/* Why it is not written any more, -errno; 0: it is. */
int cast_error(const struct cast *c);
/* 0, or what cast_error() says. */
int cast_stop(struct cast *c);

#endif
