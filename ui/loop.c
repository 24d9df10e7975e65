/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main loop: input, a slice of the engine's work, a frame. Keys are never
 * late: the engine works in small slices between polls of the keyboard, and a
 * frame is drawn right after a key.
 */
#include "app.h"
#include "compare.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MS 33
#define SLICES   65536 /* between two frames at most, should the clock stand still */
/* Between two polls of the keyboard the engine works for about this long, on operations or on a checkpoint. */
#define SLICE_NS  1000000ULL
#define SLICE_MAX 65536 /* operations, at most */

static const struct view_ops *const views[NR_VIEWS] = {
	[VIEW_MAP] = &view_map, [VIEW_BUDDY] = &view_buddy, [VIEW_ZONES] = &view_zones,
	[VIEW_BLOCKS] = &view_blocks, [VIEW_PAGE] = &view_page, [VIEW_SLAB] = &view_slab,
	[VIEW_OWNERS] = &view_owners, [VIEW_BOOT] = &view_boot, [VIEW_LOG] = &view_log, [VIEW_TIME] = &view_time, [VIEW_HELP] = &view_help,
};

const struct view_ops *view_get(enum view_id v) { return views[v]; }

/* --- frame ------------------------------------------------------------------- */

/* Two machines: where half a screen is too narrow for a table, the one that has the keys. */
static bool one_at_a_time(const struct ui *ui) { return ui->nr_panes > 1 && ui->cv.w < 110 && ui->view != VIEW_MAP; }

static void header_left(struct ui *ui, struct pane *p, int max)
{
	char text[200], size[32], page[32];
	int x = 1;

	size_str(p->info.ram_bytes, size, sizeof(size));
	size_str(arch_page_size(p->info.arch), page, sizeof(page));
	x += canvas_text(&ui->cv, x, 0, max, st_attr(C_ACCENT, C_BAR, AT_BOLD), "mmview") + 2;
	x += canvas_text(&ui->cv, x, 0, max - x, st_attr(C_BRIGHT, C_BAR, AT_BOLD), p->info.name) + 2;
	if (ui->nr_panes > 1)
		x += canvas_printf(&ui->cv, x, 0, max - x, st(C_DIM, C_BAR), one_at_a_time(ui) ? "z: %s" : "| %s", ui->pane[!ui->focus].info.name) + 2;
	snprintf(text, sizeof(text), "%s \xc2\xb7 %d node%s \xc2\xb7 %s pages \xc2\xb7 %s \xc2\xb7 Linux 6.12", size, p->info.nr_nodes,
		 p->info.nr_nodes == 1 ? "" : "s", page, p->info.arch->name);
	if (text_columns(text) > max - x)
		snprintf(text, sizeof(text), "%s \xc2\xb7 %d node%s", size, p->info.nr_nodes, p->info.nr_nodes == 1 ? "" : "s");
	if (text_columns(text) > max - x)
		snprintf(text, sizeof(text), "%s", text_columns(size) > max - x ? "" : size);
	canvas_text(&ui->cv, x, 0, max - x, st(C_DIM, C_BAR), text);
}

static void draw_header(struct ui *ui)
{
	struct pane *p = ui_pane(ui);
	char ops[32], rate[32], num[24];
	int x;

	canvas_fill(&ui->cv, (struct rect){ 0, 0, ui->cv.w, 1 }, ' ', st(C_TEXT, C_BAR));
	x = keys_tabs(ui, ui->cv.w, 0) - 1;
	snprintf(ops, sizeof(ops), "op %s", count_str(p->info.ops, num, sizeof(num)));
	if (ui->opt.live)
		live_text(ui, ops, sizeof(ops));
	x = canvas_right(&ui->cv, x, 0, 24, st(ui->opt.live ? C_GOOD : C_TEXT, C_BAR), "%s", ops) - 2;
	if (p->info.workload) {
		if (p->info.rate)
			snprintf(rate, sizeof(rate), "%s/s", count_str(p->info.rate, num, sizeof(num)));
		else
			snprintf(rate, sizeof(rate), "full speed");
		x = canvas_right(&ui->cv, x, 0, 40, st(p->info.running ? C_GOOD : C_DIM, C_BAR), x < 60 ? "%s" : "%s %s",
				 p->info.running ? "\xe2\x96\xb6" : "\xe2\x80\x96", rate) - 2;
	}
	header_left(ui, p, x);
}

static void draw_too_small(struct ui *ui)
{
	int y = ui->cv.h / 2;

	canvas_printf(&ui->cv, 1, y, ui->cv.w - 1, st(C_TEXT, C_GROUND), "mmview needs %dx%d; this is %dx%d.", MIN_W, MIN_H,
		      ui->cv.w, ui->cv.h);
	canvas_text(&ui->cv, 1, y + 1, ui->cv.w - 1, st(C_DIM, C_GROUND), "Please enlarge the window, or q to quit.");
}

static s64 count_lines(const char *s)
{
	s64 n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* From the column on to which the sheet is pushed. */
static void draw_popup_line(struct ui *ui, int y, const char *s, int n)
{
	int skip = ui->popup_left;

	for (const char *end = s + n; skip && s < end; skip--) {
		const char *from = s;

		utf8_next(&s);
		n -= (int)(s - from);
	}
	canvas_printf(&ui->cv, 1, y, ui->cv.w - 2, st(C_TEXT, C_TRACK), "%.*s", n > 0 ? n : 0, s);
}

/* Names of the keys that move the sheet, where it does not fit. */
static void popup_hints(struct ui *ui, const struct rect *r, bool tall, bool wide)
{
	char hints[96];
	int n;

	snprintf(hints, sizeof(hints), "%s%sEsc=close", tall ? "Up=up\tDown=down\t" : "", wide ? "\xe2\x86\x90 \xe2\x86\x92=sideways\t" : "");
	n = hints_columns(hints);
	canvas_fill(&ui->cv, (struct rect){ r->w - n - 2, r->y, n + 2, 1 }, ' ', st(C_TEXT, C_BAR));
	draw_hints(ui, r->w - n - 1, r->y, n, C_BAR, hints);
}

static void draw_popup(struct ui *ui)
{
	int widest = 0;
	s64 nr = count_lines(text_str(&ui->popup)), rows = ui->popup_low ? ui->cv.h / 2 - 2 : ui->cv.h - 6, top, line = 0;
	struct rect r;

	if (nr < rows)
		rows = nr < 3 ? 3 : nr;
	r = (struct rect){ 0, ui->cv.h - 2 - (int)rows, ui->cv.w, (int)rows + 1 };
	canvas_fill(&ui->cv, r, ' ', st(C_TEXT, C_TRACK));
	canvas_fill(&ui->cv, (struct rect){ 0, r.y, r.w, 1 }, ' ', st(C_TEXT, C_BAR));
	canvas_text(&ui->cv, 1, r.y, r.w - 30, st_attr(C_ACCENT, C_BAR, AT_BOLD), ui->popup_title);
	hits_add(&ui->hits, r, 0);
	ui->popup_scroll.at = ui->popup_scroll.top;
	top = scroll_begin(&ui->popup_scroll, nr, rows);
	for (const char *s = text_str(&ui->popup); *s && line < top + rows; line++) {
		int n = (int)strcspn(s, "\n");

		if (line >= top)
			draw_popup_line(ui, r.y + 1 + (int)(line - top), s, n);
		widest = n > widest ? n : widest;
		s += n + (s[n] == '\n');
	}
	popup_hints(ui, &r, nr > rows, widest > ui->cv.w - 2 || ui->popup_left);
}

static void draw_message(struct ui *ui, int y)
{
	if (!ui->message[0])
		return;
	canvas_fill(&ui->cv, (struct rect){ 0, y, ui->cv.w, 1 }, ' ', st(C_TEXT, C_TRACK));
	canvas_text(&ui->cv, 1, y, ui->cv.w - 2, st(ui->message_bad ? C_BAD : C_BRIGHT, C_TRACK), ui->message);
}

static void draw_debug(struct ui *ui)
{
	canvas_right(&ui->cv, ui->cv.w - 1, ui->cv.h - 2, 70, st(C_ACCENT, C_BAR),
		     " frame %llu  last %llu bytes  all %llu  %s/%s  hash %016llx ",
		     (unsigned long long)ui->out.frames, (unsigned long long)ui->out.last_bytes,
		     (unsigned long long)ui->out.bytes, depth_name(ui->out.depth), ui->out.theme->name,
		     (unsigned long long)(ui_pane(ui)->info.running ? 0 : ui_hash(ui_pane(ui))));
}

/* Return: rows that the strips at the bottom take. */
static int draw_panes(struct ui *ui)
{
	struct rect rest = { 0, 1, ui->cv.w, ui->cv.h - 2 }, text = tour_area(ui, &rest), time = timeline_area(ui, &rest);
	struct rect play = play_area(ui, &rest);
	struct rect figures = compare_area(ui, &rest);
	bool one = one_at_a_time(ui);
	int h = rest.h, w = one ? rest.w : rest.w / ui->nr_panes;

	if (text.h)
		tour_draw(ui, text);
	for (int i = 0; i < ui->nr_panes; i++) {
		struct pane *p = &ui->pane[i];
		struct rect old;

		p->area = one ? (struct rect){ 0, 1, w, h } : (struct rect){ i * w + (i ? 1 : 0), 1, w - (ui->nr_panes > 1), h };
		map_update(p);
		chart_tick(p);
		if (one && i != ui->focus)
			continue;
		old = canvas_clip(&ui->cv, p->area);
		view_get(ui->view)->draw(ui, p, p->area);
		canvas_clip(&ui->cv, old);
	}
	compare_draw(ui, figures);
	if (ui->view == VIEW_MAP)
		tooltip_draw(ui, &ui->pane[ui->hover.pane]);
	ui->timeline.bar.h = 0;
	ui->timeline.filling &= ui->view == VIEW_TIME;
	if (play.h)
		play_draw(ui, play);
	if (time.h)
		timeline_draw(ui, ui_pane(ui), time);
	return play.h + time.h;
}

/* The button under the mouse stands out: it can be pressed. */
static void hover_button(struct ui *ui)
{
	const struct hit *h = hits_at(&ui->hits, ui->hits.x, ui->hits.y);

	if (h && h->key && h->r.h == 1)
		canvas_tint(&ui->cv, h->r, C_SELECT);
}

void ui_draw(struct ui *ui)
{
	int strips;

	canvas_clear(&ui->cv, st(C_TEXT, C_GROUND));
	hits_clear(&ui->hits);
	if (layout_too_small(ui->cv.w, ui->cv.h)) {
		draw_too_small(ui);
		return;
	}
	strips = draw_panes(ui);
	draw_header(ui);
	if (ui->legend)
		legend_popup(ui);
	if (ui->popup_open)
		draw_popup(ui);
	draw_message(ui, ui->cv.h - 2 - (ui->popup_open ? 0 : strips));
	if (ui->debug)
		draw_debug(ui);
	if (ui->prompt.open)
		prompt_draw(ui, ui->cv.h - 1);
	else
		keys_status(ui, ui->cv.h - 1);
	if (ui->menu.open)
		menu_draw(ui);
	hover_button(ui);
}

/* --- input -------------------------------------------------------------------- */

static int popup_key(struct ui *ui, u32 key)
{
	struct scroll *s = &ui->popup_scroll;
	s64 step = key == K_UP || key == 'k' ? -1 : key == K_DOWN || key == 'j' ? 1 : key == K_PGUP ? -s->rows :
		   key == K_PGDN || key == ' ' ? s->rows : 0;

	if (key == K_LEFT || key == K_RIGHT) {
		ui->popup_left += key == K_RIGHT ? 16 : ui->popup_left ? -16 : 0;
		return RE_DRAW;
	}
	/* The prompt opens below it: a picture of the sheet can be taken. */
	if (key == ':')
		return keys_handle(ui, key) | RE_DRAW;
	if (!step) {
		ui->popup_open = ui->popup_low = false;
		ui->popup_left = 0;
		if (key == K_ESC || key == K_ENTER || key == 'q' || key == 3)
			return RE_DRAW;
		return keys_handle(ui, key) | RE_DRAW;
	}
	s->top += step;
	if (s->top > s->nr - s->rows)
		s->top = s->nr - s->rows;
	if (s->top < 0)
		s->top = 0;
	return RE_DRAW;
}

static int handle_key(struct ui *ui, u32 key)
{
	int re;

	if (layout_too_small(ui->cv.w, ui->cv.h))
		return key == 'q' || key == 3 ? RE_QUIT : RE_NONE;
	if (ui->prompt.open)
		return prompt_key(ui, key);
	if (ui->menu.open)
		return menu_key(ui, key);
	if (ui->popup_open)
		return popup_key(ui, key);
	ui->message[0] = '\0';
	if (key != ':') /* a picture of what the mouse tells can be taken */
		ui->hover.on = false;
	if (ui->legend && (key == K_ESC || key == 'L')) {
		ui->legend = false;
		return RE_DRAW;
	}
	re = play_key(ui, key);
	re = re >= 0 ? re : timeline_key(ui, key);
	if (re >= 0)
		return re;
	timeline_settle(ui);
	return keys_handle(ui, key) | RE_DRAW;
}

static int handle_mouse(struct ui *ui, const struct input *in)
{
	int re = timeline_mouse(ui, in);

	if (re >= 0)
		return re;
	for (int i = 0; i < ui->nr_panes; i++) {
		struct rect r = ui->pane[i].area;

		if (in->x < r.x || in->x >= r.x + r.w || (one_at_a_time(ui) && i != ui->focus))
			continue;
		if (in->mouse == MOUSE_PRESS)
			ui->focus = i;
		if (view_get(ui->view)->mouse)
			return view_get(ui->view)->mouse(ui, &ui->pane[i], in);
		if (in->mouse == MOUSE_WHEEL_UP || in->mouse == MOUSE_WHEEL_DOWN) {
			scroll_move(&ui->scroll[ui->view], in->mouse == MOUSE_WHEEL_UP ? -3 : 3);
			return RE_DRAW;
		}
	}
	return RE_NONE;
}

/* A click on a hint is its key. */
static int press_button(struct ui *ui, const struct hit *h)
{
	ui->hits.pressed = true;
	if (!h->key)
		return RE_NONE;
	ui->prompt.open = false;
	return handle_key(ui, h->key) | RE_DRAW;
}

/* The wheel scrolls a sheet, a click beside it closes it. */
static int popup_mouse(struct ui *ui, const struct input *in)
{
	if (in->mouse == MOUSE_WHEEL_UP || in->mouse == MOUSE_WHEEL_DOWN)
		return popup_key(ui, in->mouse == MOUSE_WHEEL_UP ? K_UP : K_DOWN);
	return in->mouse == MOUSE_PRESS ? popup_key(ui, K_ESC) : RE_NONE;
}

/* Return: whether another button than before lies under the mouse. */
static bool rests_elsewhere(struct ui *ui, const struct input *in)
{
	const struct hit *was = hits_at(&ui->hits, ui->hits.x, ui->hits.y);

	ui->hits.x = in->x;
	ui->hits.y = in->y;
	return hits_at(&ui->hits, in->x, in->y) != was;
}

static int mouse_input(struct ui *ui, const struct input *in)
{
	const struct hit *h = hits_at(&ui->hits, in->x, in->y);
	bool glow = rests_elsewhere(ui, in), held = ui->hits.pressed;

	if (in->mouse == MOUSE_PRESS && in->button == 0 && h)
		return press_button(ui, h);
	if (in->mouse == MOUSE_RELEASE || in->mouse == MOUSE_PRESS)
		ui->hits.pressed = false;
	if (held && (in->mouse == MOUSE_DRAG || in->mouse == MOUSE_RELEASE))
		return RE_NONE;
	if (ui->menu.open)
		return menu_mouse(ui, in) | (glow ? RE_DRAW : RE_NONE);
	if (ui->popup_open && !ui->prompt.open)
		return popup_mouse(ui, in) | (glow ? RE_DRAW : RE_NONE);
	if (ui->prompt.open)
		return RE_NONE;
	return handle_mouse(ui, in) | (glow ? RE_DRAW : RE_NONE);
}

static int fit_canvas(struct ui *ui)
{
	int w, h;

	tty_size(ui->tty, &w, &h);
	if (w == ui->cv.w && h == ui->cv.h)
		return 0;
	return canvas_resize(&ui->cv, w, h);
}

static int resized(struct ui *ui)
{
	int ret = fit_canvas(ui);

	if (ui->cast && !ret)
		cast_resize(ui->cast, ui->cv.w, ui->cv.h);
	return ret;
}

static int handle_input(struct ui *ui, const struct input *in)
{
	switch (in->type) {
	case IN_KEY:
		return handle_key(ui, in->key);
	case IN_MOUSE:
		return layout_too_small(ui->cv.w, ui->cv.h) ? RE_NONE : mouse_input(ui, in);
	case IN_RESIZE:
	case IN_REDRAW:
		return resized(ui) ? RE_QUIT : RE_DRAW | RE_CLEAR;
	case IN_QUIT:
		return RE_QUIT;
	default:
		return RE_NONE;
	}
}

/* --- the engine's share ---------------------------------------------------------- */

static bool any_running(const struct ui *ui)
{
	for (int i = 0; i < ui->nr_panes; i++)
		if (ui->pane[i].info.running)
			return true;
	return false;
}

/* Up to @n operations, as many as there is time for. Return: how many. */
static u64 run_ops(struct ui *ui, struct pane *p, u64 n)
{
	u64 from = machine_trace(p->m)->seq, done = machine_run_for(p->m, n, SLICE_NS);

	chart_tick(p);
	machine_info(p->m, &p->info);
	if (play_follows(ui, p->info.rate))
		play_events(ui, p, from, machine_trace(p->m)->seq, "one operation of the workload");
	return done;
}

/* One slice of one running machine. Return: whether more is due now. */
static bool run_slice(struct ui *ui, struct pane *p, double seconds)
{
	u64 n = SLICE_MAX, done;

	if (p->info.rate) {
		p->debt += seconds * (double)p->info.rate;
		if (p->debt > (double)p->info.rate)
			p->debt = (double)p->info.rate;
		n = min_u64((u64)p->debt, n);
	}
	if (machine_save_piece(p->m, SLICE_NS))
		return true;
	n = min_u64(n, chart_room(p));
	done = n ? run_ops(ui, p, n) : 0;
	if (p->info.rate)
		p->debt = n && !done ? 0 : p->debt - (double)done;
	return p->info.running && (!p->info.rate || p->debt >= 1);
}

/* One slice for each running machine. Return: whether more is due now. */
static bool run_slices(struct ui *ui, double seconds)
{
	bool more = false;

	for (int i = 0; i < ui->nr_panes; i++)
		if (ui->pane[i].info.running)
			more |= run_slice(ui, &ui->pane[i], seconds);
	return more;
}

/* Work until the frame is due or a key waits. */
static void work(struct ui *ui, u64 last, u64 due, struct input *in)
{
	u64 now = clock_ms();
	double seconds = (double)(now - last) / 1000;

	for (int i = 0; i < SLICES && run_slices(ui, seconds); i++) {
		seconds = 0;
		*in = tty_read(ui->tty, 0);
		if (in->type != IN_NONE || clock_ms() >= due)
			return;
	}
}

/* --- start and end ----------------------------------------------------------------- */

static const struct theme *choose_theme(const struct ui *ui)
{
	const char *fgbg = getenv("COLORFGBG"), *bg = fgbg ? strrchr(fgbg, ';') : NULL;

	if (ui->opt.palette)
		return theme_find(&ui->themes, ui->opt.palette);
	return theme_builtin(bg && (!strcmp(bg, ";15") || !strcmp(bg, ";7")) ? PAL_LIGHT : PAL_DARK);
}

static int start(struct ui *ui, struct machine **m, int nr, const struct ui_options *opt, struct mm_error *err)
{
	struct tty_options to;

	setlocale(LC_ALL, "");
	ui->opt = *opt;
	if (config_read(ui, err))
		return err->code;
	to = (struct tty_options){ ui->opt.depth, !ui->opt.no_mouse };
	if (!ui->opt.delay_ms)
		ui->opt.delay_ms = FRAME_MS;
	ui->tty = tty_start(&to, err);
	if (!ui->tty)
		return err->code;
	output_init(&ui->out, ui->tty, choose_theme(ui));
	ui->cv.ascii = ui->opt.ascii || !tty_is_utf8();
	ui->tile.letters = true;
	ui->tile.gauges = !ui->cv.ascii && !ui_is_mono(ui);
	ui->hits.x = -1;
	ui->order = 3;
	ui->gfp = 1;
	ui->rate = 200;
	play_init(&ui->play);
	ui->nr_panes = nr;
	ui->machines = m;
	if (ui->opt.live)
		ui->live.next_ms = clock_ms() + (u64)ui->opt.period_ms;
	for (int i = 0; i < nr; i++) {
		ui->pane[i].m = m[i];
		map_init(&ui->pane[i]);
		bands_set(&ui->pane[i].map, ui->bands);
		ui->pane[i].map.mode = ui->axis;
	}
	return fit_canvas(ui);
}

static void stop(struct ui *ui)
{
	ui_stop_recording(ui);
	for (int i = 0; i < ui->nr_panes; i++)
		map_cleanup(&ui->pane[i].map);
	tty_stop(ui->tty);
	output_cleanup(&ui->out);
	canvas_cleanup(&ui->cv);
	prompt_cleanup(&ui->prompt);
	for (int i = 0; i < MAX_KEYS; i++)
		free(ui->bound[i]);
	tour_end(ui);
	text_cleanup(&ui->popup);
	text_cleanup(&ui->shown);
}

static void frame(struct ui *ui)
{
	ui->tile.gauges = !ui->cv.ascii && !ui_is_mono(ui);
	ui->now = clock_ms();
	timeline_settle(ui);
	play_advance(ui, ui->now);
	ui_draw(ui);
	output_frame(&ui->out, &ui->cv);
	if (ui->cast && cast_error(ui->cast)) {
		ui_stop_recording(ui);
		ui_draw(ui);
		output_frame(&ui->out, &ui->cv);
	}
}

static void start_recording(struct ui *ui)
{
	char line[512];

	snprintf(line, sizeof(line), "record %s", ui->opt.record);
	ui_command(ui, line, false);
}

/* Something on the screen changes by itself. */
static bool ui_moves(const struct ui *ui)
{
	return ui->pane[ui->focus].flash_until > clock_ms() || ui->timeline.filling || film_moves(ui) || ui->play.running;
}

static void loop(struct ui *ui)
{
	u64 last_work = clock_ms(), due = 0;
	int re = RE_DRAW;

	while (!(re & RE_QUIT) && !ui->quit) {
		struct input in = { 0 };
		bool busy = any_running(ui), flash = ui_moves(ui);
		u64 now;

		if (re & RE_CLEAR)
			output_invalidate(&ui->out);
		if (re & RE_DRAW || busy || flash) {
			frame(ui);
			due = clock_ms() + (u64)ui->opt.delay_ms;
		}
		re = flash ? RE_DRAW : RE_NONE;
		if (busy) {
			u64 before = clock_ms();

			work(ui, last_work, due, &in);
			last_work = before;
		} else {
			last_work = clock_ms();
		}
		now = clock_ms();
		if (in.type == IN_NONE)
			in = tty_read(ui->tty, live_wait(ui, busy || flash ? (due > now ? (int)(due - now) : 0) : -1));
		re |= live_work(ui);
		for (int i = 0; in.type != IN_NONE; i++) {
			enum view_id before = ui->view;

			/* A click means what would be seen by now. */
			if (in.type == IN_MOUSE && in.mouse == MOUSE_PRESS && re & RE_DRAW && !(re & RE_CLEAR))
				ui_draw(ui);
			re |= handle_input(ui, &in);
			/* A view knows its length when it has been drawn: before the next key. */
			if (ui->view != before && !(re & RE_CLEAR))
				ui_draw(ui);
			if (re & RE_QUIT || i == 64)
				break;
			in = tty_read(ui->tty, 0);
		}
	}
}

int ui_run(struct machine **m, int nr, const struct ui_options *opt, struct mm_error *err)
{
	struct ui *ui = calloc(1, sizeof(*ui));
	int ret;

	if (!ui)
		return mm_fail(err, -ENOMEM, "no memory for the screen");
	ret = start(ui, m, nr, opt, err);
	if (!ret && opt->lesson)
		tour_start(ui, opt->lesson);
	if (!ret && opt->live)
		ui_say(ui, false, "The running system, read only. :live says what is read and what root would add.");
	if (!ret && opt->record)
		start_recording(ui);
	if (!ret)
		loop(ui);
	stop(ui);
	if (!ret && ui->cast_lost.code)
		ret = mm_fail(err, ui->cast_lost.code, "%s", ui->cast_lost.msg);
	free(ui);
	return ret;
}
