/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot as a film. One picture per call of the boot allocator: what is RAM, what
 * is taken, and what is left for the buddy allocator, which gets it in one sweep
 * at the end of mem_init. Enter shows the whole kernel log instead.
 *
 *   position   0 ....... E   E+1 .. E+SWEEP   E+SWEEP+1 .......
 *              calls up to   the buddy takes  calls after that
 *              the hand-over what is free
 */
#include "app.h"

#include <stdio.h>
#include <string.h>

#include "actions.h"

#define LL(v) ((unsigned long long)(v))
#define MAX_STAGES 12
#define SWEEP      16   /* pictures of the hand-over */
#define MAX_COLS   512
#define PLAY_MS    20000 /* the whole film */

/* --- where the film stands ------------------------------------------------------ */

/* One picture: everything that the parts of the view need. */
struct picture {
	struct film_stage stage[MAX_STAGES];
	int nr_stages, now;  /* the stage that is going on */
	u32 calls, at;       /* of the boot allocator; done so far */
	u32 handover;        /* calls before the hand-over */
	int swept;           /* 0 .. SWEEP */
	struct film *film;
};

static void count_stages(const struct machine *m, struct picture *k)
{
	k->nr_stages = machine_film_stages(m, k->stage, MAX_STAGES);
	k->nr_stages = k->nr_stages < MAX_STAGES ? k->nr_stages : MAX_STAGES;
	k->calls = machine_film_count(m);
	k->handover = k->calls;
	for (int i = 0; i < k->nr_stages; i++)
		if (!strcmp(k->stage[i].name, "mem_init"))
			k->handover = k->stage[i].end_call;
}

static bool handed_over(const struct picture *k)
{
	for (int i = 0; i < k->nr_stages; i++)
		if (!strcmp(k->stage[i].name, "mem_init"))
			return k->stage[i].reached;
	return false;
}

static s64 positions(const struct picture *k) { return (s64)k->calls + 1 + (handed_over(k) ? SWEEP : 0); }

/* Position at which stage @i is done. */
static s64 stage_end(const struct picture *k, int i)
{
	s64 at = k->stage[i].end_call;

	return at + (handed_over(k) && (at > k->handover || !strcmp(k->stage[i].name, "mem_init") || !strcmp(k->stage[i].name, "late")) ? SWEEP : 0);
}

/* The stage at @pos; of stages without calls the one that was asked for. */
static int stage_at(const struct ui *ui, const struct picture *k, s64 pos)
{
	int now = 0;

	if (ui->film.stage_at == pos + 1 && ui->film.stage < k->nr_stages)
		return ui->film.stage;
	while (now < k->nr_stages - 1 && k->stage[now + 1].reached && stage_end(k, now) < pos)
		now++;
	return now;
}

static void take_picture(struct ui *ui, const struct machine *m, struct picture *k)
{
	s64 pos = ui->scroll[VIEW_BOOT].at;

	k->swept = handed_over(k) && pos > (s64)k->handover ? (int)(pos - k->handover < SWEEP ? pos - k->handover : SWEEP) : 0;
	k->at = (u32)(pos - k->swept);
	k->now = stage_at(ui, k, pos);
	k->film = film_open(m);
	if (k->film)
		film_seek(k->film, k->at);
}

bool film_moves(const struct ui *ui) { return ui->film.playing && ui->view == VIEW_BOOT; }

static void play_on(struct ui *ui, s64 nr)
{
	struct scroll *s = &ui->scroll[VIEW_BOOT];
	u64 step = max_u64(PLAY_MS / (u64)(nr ? nr : 1), 40);

	step = min_u64(step, 250);
	if (!film_moves(ui) || ui->now < ui->film.next_ms)
		return;
	ui->film.next_ms = ui->now + step;
	s->at += 1 + (s64)((u64)nr * 40 / PLAY_MS);
	if (s->at >= nr - 1) {
		s->at = nr - 1;
		ui->film.playing = false;
	}
}

/* --- keys -------------------------------------------------------------------------- */

static int go_stage(struct ui *ui, int direction)
{
	struct picture k;
	struct scroll *s = &ui->scroll[VIEW_BOOT];
	int now;

	count_stages(ui_pane(ui)->m, &k);
	now = stage_at(ui, &k, s->at) + direction;
	if (now < 0)
		s->at = 0;
	if (now < 0 || now >= k.nr_stages || !k.stage[now].reached)
		return RE_DRAW;
	s->at = stage_end(&k, now);
	ui->film.stage = now;
	ui->film.stage_at = s->at + 1;
	return RE_DRAW;
}

/* Log and film scroll apart. */
static void swap_log(struct ui *ui)
{
	struct scroll s = ui->scroll[VIEW_BOOT];

	ui->scroll[VIEW_BOOT] = ui->film.other;
	ui->film.other = s;
	ui->film.log = !ui->film.log;
	ui->film.playing = false;
}

int act_film(struct ui *ui, int arg)
{
	struct scroll *s = &ui->scroll[VIEW_BOOT];

	if (arg == FILM_LOG) {
		swap_log(ui);
	} else if (ui->film.log && (arg == FILM_STAGE_BACK || arg == FILM_STAGE_ON)) {
		scroll_move(s, arg == FILM_STAGE_ON ? s->rows : -s->rows);
	} else if (ui->film.log) {
		return RE_NONE;
	} else if (arg == FILM_STAGE_BACK || arg == FILM_STAGE_ON) {
		return go_stage(ui, arg == FILM_STAGE_ON ? 1 : -1);
	} else if (arg == FILM_PLAY) {
		ui->film.playing = !ui->film.playing;
		if (ui->film.playing && s->at >= s->nr - 1)
			s->at = 0;
	} else {
		ui->film.playing = false;
		scroll_move(s, arg == FILM_ON ? 1 : -1);
	}
	return RE_DRAW;
}

/* --- stages --------------------------------------------------------------------------- */

static void draw_stages(struct ui *ui, const struct picture *k, struct rect r)
{
	for (int i = 0; i < k->nr_stages; i++) {
		const struct film_stage *s = &k->stage[i];
		bool now = i == k->now, done = i < k->now;
		enum color fg = now ? C_ACCENT : done ? C_TEXT : C_DIM;
		struct style style = st_attr(fg, now ? C_TRACK : C_GROUND, now ? AT_BOLD : 0);

		canvas_fill(&ui->cv, (struct rect){ r.x, r.y + i, r.w, 1 }, ' ', style);
		canvas_put(&ui->cv, r.x, r.y + i, now ? 0x25b8 : done ? 0x2713 : ' ', style);
		canvas_text(&ui->cv, r.x + 2, r.y + i, 9, style, s->name);
		canvas_text(&ui->cv, r.x + 12, r.y + i, r.w - 12,
			    st(now ? C_BRIGHT : C_DIM, now ? C_TRACK : C_GROUND), s->help);
	}
}

/* --- bands ------------------------------------------------------------------------------ */

/* Bytes of [a, b) that the list covers; *touched: the last call was there. */
static u64 covered(const struct film *f, enum film_list list, phys_t a, phys_t b, bool *touched)
{
	u64 sum = 0;

	for (u32 i = 0, n = film_count(f, list); i < n; i++) {
		struct film_region r;

		if (film_region(f, list, i, &r) || r.end <= a)
			continue;
		if (r.start >= b)
			break;
		sum += min_u64(r.end, b) - max_u64(r.start, a);
		*touched |= r.changed;
	}
	return sum;
}

/* A column that is @part of @all in @fg over @bg: a gauge, or a letter where gauges cannot be drawn. */
static void put_part(struct ui *ui, int x, int y, u64 part, u64 all, enum color fg, enum color bg, char letter)
{
	unsigned n = all ? (unsigned)((double)part / (double)all * 8 + 0.5) : 0;

	if (!part)
		canvas_put(&ui->cv, x, y, ' ', st(C_INK, bg));
	else if (n >= 8)
		canvas_put(&ui->cv, x, y, ui->tile.gauges ? ' ' : (u32)letter, st_attr(C_INK, fg, AT_FAINT));
	else if (ui->tile.gauges)
		canvas_put(&ui->cv, x, y, 0x2580 + (n ? n : 1), st(fg, bg));
	else
		canvas_put(&ui->cv, x, y, (u32)letter, st(C_INK, n >= 4 ? fg : bg));
}

static void draw_column(struct ui *ui, const struct picture *k, const struct scale *s, int x, int x0, int y)
{
	phys_t a = scale_addr(s, x), b = scale_addr(s, x + 1);
	bool added = false, took = false, sweeping = k->swept * s->width > x * SWEEP;
	u64 ram = covered(k->film, FILM_MEMORY, a, b, &added), taken = covered(k->film, FILM_RESERVED, a, b, &took), free;
	static const enum color wait = C_BAND_RAM;

	if (scale_is_hole(s, x)) {
		for (int i = 0; i < 3; i++)
			canvas_put(&ui->cv, x0 + x, y + i, 0x2506, st(C_FAINT, C_GROUND));
		return;
	}
	free = ram > taken ? ram - taken : 0;
	put_part(ui, x0 + x, y, ram, b - a, C_BAND_ONLINE, C_TRACK, 'R');
	put_part(ui, x0 + x, y + 1, taken, b - a, C_BAND_RESERVED, C_TRACK, '#');
	put_part(ui, x0 + x, y + 2, free, b - a, sweeping ? free_color(10) : wait, C_TRACK, sweeping ? 'A' : '.');
	if (took)
		canvas_put(&ui->cv, x0 + x, y + 1, 0x25bc, st_attr(C_INK, C_FLASH, AT_BOLD));
	else if (added && k->at)
		canvas_put(&ui->cv, x0 + x, y, 0x25bc, st_attr(C_INK, C_FLASH, AT_BOLD));
}

#define SUM_W 12 /* columns right of the bands */

static void put_sum(struct ui *ui, int x, int y, enum color fg, u64 bytes)
{
	char size[24];

	size_str(bytes, size, sizeof(size));
	canvas_right(&ui->cv, x + SUM_W, y, SUM_W - 1, st(fg, C_GROUND), "%s", size);
}

static int draw_bands(struct ui *ui, struct pane *p, const struct picture *k, struct rect r)
{
	int label_w = 10, w = r.w - label_w - SUM_W, x0 = r.x + label_w;
	u64 ram = film_memory_bytes(k->film), taken = film_reserved_bytes(k->film);
	struct scale s;

	w = w < MAX_COLS ? w : MAX_COLS;
	bands_scale(p, w, &s);
	bands_ticks(ui, &s, x0, r.y);
	canvas_text(&ui->cv, r.x, r.y, label_w, st(C_DIM, C_GROUND), "address");
	canvas_text(&ui->cv, r.x, r.y + 1, label_w, st(C_TEXT, C_GROUND), "RAM");
	canvas_text(&ui->cv, r.x, r.y + 2, label_w, st(C_TEXT, C_GROUND), "taken");
	canvas_text(&ui->cv, r.x, r.y + 3, label_w, st(C_TEXT, C_GROUND), k->swept ? "buddy" : "left over");
	for (int x = 0; x < s.width; x++)
		draw_column(ui, k, &s, x, x0, r.y + 1);
	put_sum(ui, x0 + w, r.y + 1, C_TEXT, ram);
	put_sum(ui, x0 + w, r.y + 2, C_TEXT, taken);
	put_sum(ui, x0 + w, r.y + 3, k->swept == SWEEP ? C_GOOD : C_TEXT, ram > taken ? ram - taken : 0);
	return r.y + 5;
}

/* --- calls and log ----------------------------------------------------------------------- */

static void draw_call(struct ui *ui, struct rect r, int y, u32 nr, const struct film_call *c, bool now)
{
	struct style s = st_attr(now ? C_BRIGHT : C_DIM, now ? C_TRACK : C_GROUND, now ? AT_BOLD : 0);
	char place[64] = "";

	if (c->start || c->end)
		snprintf(place, sizeof(place), " 0x%llx\xe2\x80\x93" "0x%llx", LL(c->start), LL(c->end - 1));
	canvas_fill(&ui->cv, (struct rect){ r.x, y, r.w, 1 }, ' ', s);
	canvas_printf(&ui->cv, r.x, y, r.w, s, "%s%4u %s%s%s%s%s%s", now ? "\xe2\x96\xb8" : " ", nr, c->name, place, c->caller[0] ? "  for " : "", c->caller,
		      *c->args ? "  " : "", c->args);
}

/* The calls around the present one; its meaning under it. */
static void draw_calls(struct ui *ui, const struct machine *m, const struct picture *k, struct rect r)
{
	int y = draw_heading(ui, r, "Calls of the boot allocator (memblock)"), rows = r.h - 2;
	s64 first = (s64)k->at - 1 - rows / 2;
	struct film_call c;

	first = first + rows > (s64)k->calls ? (s64)k->calls - rows : first;
	first = first < 0 ? 0 : first;
	for (s64 i = first; i < first + rows && i < (s64)k->calls; i++) {
		bool now = i == (s64)k->at - 1;

		if (machine_film_call(m, (u32)i, &c))
			continue;
		draw_call(ui, r, y++, (u32)i + 1, &c, now);
		if (now)
			canvas_text(&ui->cv, r.x + 6, y++, r.w - 6, st(C_ACCENT, C_GROUND), k->swept && k->at == k->handover ?
				    "hand-over: what is not taken goes to the buddy allocator, block by block" : c.help);
	}
}

/* Lines of the kernel log that were there by now. */
static u32 lines_by_now(const struct machine *m, const struct picture *k)
{
	struct film_call c;

	if (k->at < k->calls && k->at < k->stage[k->now].end_call && !machine_film_call(m, k->at, &c))
		return c.dmesg;
	return k->stage[k->now].end_line;
}

static void draw_said(struct ui *ui, const struct machine *m, const struct picture *k, struct rect r)
{
	u32 n = lines_by_now(m, k), rows = (u32)(r.h > 1 ? r.h - 1 : 0), first = n > rows ? n - rows : 0;
	int y = draw_heading(ui, r, "What the kernel has said so far");

	for (u32 i = first; i < n; i++)
		canvas_text(&ui->cv, r.x, y++, r.w, st(i + 1 == n ? C_BRIGHT : C_DIM, C_GROUND), machine_dmesg_line(m, i));
}

static void draw_film(struct ui *ui, struct pane *p, struct rect r)
{
	struct rect in = { r.x + 1, r.y + (r.h > 26), r.w - 2, r.h - (r.h > 26) };
	struct scroll *s = &ui->scroll[VIEW_BOOT];
	struct picture k;
	int y, half;

	count_stages(p->m, &k);
	play_on(ui, positions(&k));
	if (!ui->film.begun) {
		ui->film.begun = true;
		s->nr = positions(&k);
		s->at = s->nr - 1;
	}
	scroll_begin(s, positions(&k), 8);
	take_picture(ui, p->m, &k);
	y = draw_heading(ui, in, "Boot as a film: Left and Right step, PgUp and PgDn go by stages");
	if (!k.film) {
		canvas_text(&ui->cv, in.x, y, in.w, st(C_BAD, C_GROUND), "the host has no memory left for the film");
		return;
	}
	canvas_right(&ui->cv, in.x + in.w, in.y, 24, st(C_TEXT, C_GROUND), " %s%u of %u calls", ui->film.playing ? "\xe2\x96\xb6 " : "", k.at, k.calls);
	draw_stages(ui, &k, (struct rect){ in.x, y, in.w, k.nr_stages });
	y = draw_bands(ui, p, &k, (struct rect){ in.x, y + k.nr_stages + (r.h > 26), in.w, 5 }) - (r.h <= 26);
	half = in.w >= 150 ? in.w / 2 - 1 : in.w;
	if (half < in.w || in.y + in.h - y < 12) {
		draw_calls(ui, p->m, &k, (struct rect){ in.x, y, half, in.y + in.h - y });
	} else {
		int top = (in.y + in.h - y) / 2;

		draw_calls(ui, p->m, &k, (struct rect){ in.x, y, in.w, top });
		draw_said(ui, p->m, &k, (struct rect){ in.x, y + top + 1, in.w, in.y + in.h - y - top - 1 });
	}
	if (half < in.w)
		draw_said(ui, p->m, &k, (struct rect){ in.x + half + 2, y, in.w - half - 2, in.y + in.h - y });
	film_close(k.film);
}

/* --- the log -------------------------------------------------------------------------------- */

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
	if (n > 5 && (!strncmp(s, "Zone ", 5) || !strncmp(s, "Movable zone", 12 < n ? 12 : (size_t)n)))
		fg = C_BRIGHT;
	if (ui->find[0] && memmem(s, (size_t)n, ui->find, strlen(ui->find)))
		fg = C_ACCENT;
	return st(fg, chosen ? C_TRACK : C_GROUND);
}

static void draw_log(struct ui *ui, struct rect r, const char *text)
{
	struct rect in = { r.x + 1, r.y + 1, r.w - 2, r.h - 1 };
	int y = draw_heading(ui, in, "What the kernel said while booting (/ finds, Enter: the film)");
	s64 first = scroll_begin(&ui->scroll[VIEW_BOOT], count_lines(text), in.h - 1), line = 0;

	for (; *text && y < r.y + r.h; line++) {
		int n = (int)strcspn(text, "\n");
		bool chosen = line == ui->scroll[VIEW_BOOT].at;

		if (line >= first) {
			if (chosen)
				canvas_fill(&ui->cv, (struct rect){ in.x, y, in.w, 1 }, ' ', st(C_TEXT, C_TRACK));
			canvas_printf(&ui->cv, in.x, y++, in.w, line_style(ui, text, n, chosen), "%.*s", n, text);
		}
		text += n + (text[n] == '\n');
	}
}

static void draw(struct ui *ui, struct pane *p, struct rect r)
{
	if (ui->film.log)
		draw_log(ui, r, ui_shown(ui, p, "show dmesg"));
	else
		draw_film(ui, p, r);
}

const struct view_ops view_boot = {
	.name = "Boot",
	.about = "boot as a film, and the kernel's log",
	.draw = draw,
	.lists = true,
};
