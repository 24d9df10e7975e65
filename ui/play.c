/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps on the map, by hand or by themselves: see play.h. */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))
#define SLOW_RATE 5 /* operations a second that one can follow */

/* Milliseconds a step; 0: only the sum. */
static const int speeds[] = { 4000, 2000, 1000, 500, 200, 70, 0 };
#define SPEED_DEFAULT 2

void play_init(struct play *pl)
{
	memset(pl, 0, sizeof(*pl));
	pl->speed = SPEED_DEFAULT;
}

static bool shown(const struct ui *ui) { return ui->play.hand || ui->play.teach; }

const struct step *play_step(const struct ui *ui, const struct pane *p)
{
	const struct play *pl = &ui->play;
	bool over = !pl->hand && !pl->running; /* teaching: the picture is free again when all was shown */

	if (!shown(ui) || p != &ui->pane[pl->pane] || over || pl->at >= pl->steps.nr)
		return NULL;
	return &pl->steps.step[pl->at];
}

bool play_follows(const struct ui *ui, u64 rate) { return ui->play.teach && rate && rate <= SLOW_RATE; }

/* --- zoom --------------------------------------------------------------------------- */

static unsigned log2_pages(const struct pfn_range *r)
{
	unsigned o = 0;

	while (r->end - r->start > 1ULL << (o + 1))
		o++;
	return r->end - r->start > 1ULL << o ? o + 1 : o;
}

/* By hand: near enough that the two halves of what is cut are cells of their own. */
static void zoom_in(struct ui *ui)
{
	struct play *pl = &ui->play;
	struct pane *p = &ui->pane[pl->pane];
	const struct step *s = NULL;
	unsigned want;

	for (int i = pl->steps.nr - 1; i >= 0; i--) {
		enum step_kind k = pl->steps.step[i].kind;

		/* Compaction, offline and refusals concern the whole map. */
		if (k == STEP_SCAN || k == STEP_MOVE || k == STEP_REFUSE)
			return;
		if (k != STEP_NOTE)
			s = &pl->steps.step[i];
	}
	if (!s)
		return;
	want = log2_pages(&s->a);
	want = want > 5 ? want - 5 : 0;
	if (p->map.shift <= want)
		return;
	pl->zoomed = true;
	pl->was_whole = p->map.whole;
	pl->was_shift = p->map.shift;
	pl->was_cursor = p->map.cursor;
	map_zoom(p, (int)(p->map.shift - want));
	map_goto(p, s->a.start);
}

static void zoom_back(struct ui *ui)
{
	struct play *pl = &ui->play;
	struct pane *p = &ui->pane[pl->pane];

	if (!pl->zoomed)
		return;
	pl->zoomed = false;
	if (pl->was_whole)
		map_whole(p);
	else
		map_zoom(p, (int)p->map.shift - (int)pl->was_shift);
	map_goto(p, pl->was_cursor);
}

void play_close(struct ui *ui)
{
	zoom_back(ui);
	ui->play.hand = false;
	ui->play.running = false;
}

/* --- what to play ------------------------------------------------------------------------- */

/* Commands that only steer: the one before them is meant. */
static bool steers(const struct moment *mo)
{
	static const char *const words[] = { "start ", "pause", "resume" };

	for (size_t i = 0; mo->text && i < ARRAY_SIZE(words); i++)
		if (!strncmp(mo->text, words[i], strlen(words[i])))
			return true;
	return false;
}

static u64 seq_at(struct pane *p, u64 t)
{
	struct text out = TEXT_INIT;
	char line[48];

	snprintf(line, sizeof(line), "seek %llu", LL(t));
	machine_command(p->m, line, &out, NULL);
	text_cleanup(&out);
	return machine_trace(p->m)->seq;
}

/* The last operation before now that did something, done again to see its events. */
static bool last_operation(struct pane *p, u64 *from, u64 *to, struct moment *mo)
{
	u64 now = p->info.ops, t = now;

	while (t && machine_moment_at(p->m, t, mo) && steers(mo))
		t--;
	if (!t || !machine_moment_at(p->m, t, mo))
		return false;
	*from = seq_at(p, t - 1);
	*to = seq_at(p, t);
	seq_at(p, now);
	machine_info(p->m, &p->info);
	return true;
}

static void begin(struct ui *ui, struct pane *p, u64 from, u64 to, const char *title)
{
	struct play *pl = &ui->play;

	pl->pane = (int)(p - ui->pane);
	pl->at = 0;
	pl->next_ms = clock_ms() + (u64)speeds[pl->speed];
	snprintf(pl->title, sizeof(pl->title), "%s", title);
	steps_collect(p->m, from, to, !strncmp(title, "alloc ", 6), &pl->steps);
}

void play_events(struct ui *ui, struct pane *p, u64 from, u64 to, const char *title)
{
	if (!ui->play.teach || ui->play.hand || p != ui_pane(ui) || to <= from)
		return;
	begin(ui, p, from, to, title);
	ui->play.running = ui->play.steps.nr > 0 && speeds[ui->play.speed];
}

bool play_advance(struct ui *ui, u64 now)
{
	struct play *pl = &ui->play;

	while (pl->running && now >= pl->next_ms) {
		pl->next_ms += (u64)(speeds[pl->speed] ? speeds[pl->speed] : 1);
		if (++pl->at >= pl->steps.nr) {
			pl->running = false;
			pl->at = pl->hand ? pl->steps.nr - 1 : pl->steps.nr;
		}
	}
	return pl->running;
}

/* --- drawing ------------------------------------------------------------------------------- */

struct rect play_area(const struct ui *ui, struct rect *rest)
{
	struct rect r = { rest->x, rest->y + rest->h, rest->w, 0 };

	if (!shown(ui) || rest->h < MIN_H)
		return r;
	rest->h -= PLAY_ROWS;
	r.y -= PLAY_ROWS;
	r.h = PLAY_ROWS;
	return r;
}

static void speed_text(const struct play *pl, char *buf, size_t n)
{
	int ms = speeds[pl->speed];

	if (!ms)
		snprintf(buf, n, "sums only");
	else if (ms >= 1000)
		snprintf(buf, n, "%d s a step", ms / 1000);
	else
		snprintf(buf, n, "%d steps a s", 1000 / ms);
}

static void draw_title(struct ui *ui, struct rect r)
{
	const struct play *pl = &ui->play;
	char speed[32], hints[128];
	int x = r.x + 1, right = r.x + r.w - 1, n;

	canvas_fill(&ui->cv, (struct rect){ r.x, r.y, r.w, 1 }, ' ', st(C_TEXT, C_BAR));
	speed_text(pl, speed, sizeof(speed));
	snprintf(hints, sizeof(hints), pl->hand ? "\xe2\x86\x90 \xe2\x86\x92=step\tSpace=play\t{ }=%s\tEsc=end" : "{ }=%s\ts=by hand\tp=end", speed);
	n = hints_columns(hints);
	right -= n;
	draw_hints(ui, right, r.y, n, C_BAR, hints);
	right -= 2;
	x += canvas_text(&ui->cv, x, r.y, right - x, st_attr(C_ACCENT, C_BAR, AT_BOLD), pl->hand ? "Step" : "Teaching") + 1;
	if (pl->steps.nr)
		x += canvas_printf(&ui->cv, x, r.y, right - x, st_attr(C_BRIGHT, C_BAR, AT_BOLD), "%d of %d%s",
				   pl->at < pl->steps.nr ? pl->at + 1 : pl->steps.nr, pl->steps.nr, pl->steps.cut ? "+" : "") + 2;
	canvas_text(&ui->cv, x, r.y, right - x, st(C_TEXT, C_BAR), pl->title);
}

/* Pieces of a block in the order of addresses: what is left of it, and a sibling per order. */
struct pieces {
	int nr;
	struct { struct pfn_range r; unsigned order; int w; } p[NR_PAGE_ORDERS_MAX + 1];
};

static void cut_pieces(const struct step *s, struct pieces *out)
{
	struct pfn_range at = s->a;

	out->nr = 0;
	out->p[out->nr].r = at;
	out->p[out->nr++].order = s->order;
	for (unsigned o = s->order; out->nr <= NR_PAGE_ORDERS_MAX - 1 && 1ULL << o < s->whole.end - s->whole.start; o++) {
		pfn_t sibling = align_down(at.start, 1ULL << o) ^ (1ULL << o);
		int to = sibling < at.start ? 0 : out->nr;

		memmove(&out->p[to + 1], &out->p[to], (size_t)(out->nr - to) * sizeof(out->p[0]));
		out->p[to].r = (struct pfn_range){ sibling, sibling + (1ULL << o) };
		out->p[to].order = o;
		out->nr++;
		at.start &= ~(1ULL << o);
	}
}

/* Columns: in proportion, but none too narrow to be named; the largest takes what is left. */
static void size_pieces(struct pieces *ps, int w)
{
	int used = 0, largest = 0;
	u64 all = 0;

	for (int i = 0; i < ps->nr; i++)
		all += ps->p[i].r.end - ps->p[i].r.start;
	for (int i = 0; i < ps->nr; i++) {
		ps->p[i].w = (int)((double)w * (double)(ps->p[i].r.end - ps->p[i].r.start) / (double)all);
		ps->p[i].w = ps->p[i].w < 4 ? 4 : ps->p[i].w;
		used += ps->p[i].w;
		largest = ps->p[i].w > ps->p[largest].w ? i : largest;
	}
	ps->p[largest].w += w - used;
}

/* The block as a bar: the piece in hand lit, free pieces in their colours, what is not yet joined pale. */
static void draw_pieces(struct ui *ui, const struct step *s, int x, int y, int w)
{
	struct pieces ps;

	cut_pieces(s, &ps);
	size_pieces(&ps, w);
	for (int i = 0; i < ps.nr; i++) {
		bool mine = ps.p[i].r.start == s->a.start, joined = s->kind == STEP_SPLIT || ps.p[i].order <= s->order;
		struct style style = mine ? st_attr(C_INK, C_FLASH, AT_BOLD) :
				     joined ? st_attr(C_INK, free_color(ps.p[i].order), AT_BOLD) : st(C_DIM, C_TRACK);

		canvas_fill(&ui->cv, (struct rect){ x, y, ps.p[i].w - 1, 1 }, ' ', style);
		canvas_printf(&ui->cv, x + (ps.p[i].w > 12 ? ps.p[i].w / 2 - 4 : 0), y, ps.p[i].w - 1, style,
			      ps.p[i].w > 12 ? "order %u" : " %u", ps.p[i].order);
		x += ps.p[i].w;
	}
}

/* Zone that a scan or a move happens in: told by the step that began compaction. */
static struct pfn_range zone_of(const struct play *pl)
{
	for (int i = pl->at; i >= 0; i--)
		if (pl->steps.step[i].kind == STEP_NOTE && pl->steps.step[i].a.end)
			return pl->steps.step[i].a;
	return (struct pfn_range){ 0, 0 };
}

static int track_x(const struct pfn_range *z, pfn_t pfn, int x, int w)
{
	pfn_t at = pfn < z->start ? z->start : pfn >= z->end ? z->end - 1 : pfn;

	return x + (int)((double)(at - z->start) * w / (double)(z->end - z->start));
}

/* The zone as a bar with both scanners on it, and what moves between them. */
static void draw_track(struct ui *ui, const struct step *s, int x, int y, int w)
{
	const struct play *pl = &ui->play;
	struct pfn_range z = zone_of(pl);
	pfn_t low = z.start, high = z.end;
	bool has_low = false, has_high = false;
	int a, b;

	if (z.end <= z.start)
		return;
	for (int i = pl->at; i >= 0 && pl->steps.step[i].kind != STEP_NOTE; i--) {
		const struct step *t = &pl->steps.step[i];

		if (t->kind == STEP_SCAN && t->a.end && !has_low)
			low = t->a.end;
		if (t->kind == STEP_SCAN && t->b.end && !has_high)
			high = t->b.start;
		has_low |= t->kind == STEP_SCAN && t->a.end;
		has_high |= t->kind == STEP_SCAN && t->b.end;
	}
	a = track_x(&z, low, x, w);
	b = track_x(&z, high, x, w);
	canvas_fill(&ui->cv, (struct rect){ x, y, w, 1 }, ' ', st(C_TEXT, C_TRACK));
	canvas_fill(&ui->cv, (struct rect){ x, y, a - x, 1 }, 0xb7, st(C_ISOLATED, C_TRACK));
	canvas_fill(&ui->cv, (struct rect){ b, y, x + w - b, 1 }, 0xb7, st(C_GOOD, C_TRACK));
	canvas_text(&ui->cv, a > x + 8 ? a - 8 : x, y, 9, st_attr(C_INK, C_ACCENT, AT_BOLD), "migrate \xe2\x96\xb8");
	canvas_text(&ui->cv, b > x + w - 6 ? x + w - 6 : b, y, 6, st_attr(C_INK, C_ACCENT, AT_BOLD), "\xe2\x97\x82 free");
	if (s->kind != STEP_MOVE)
		return;
	canvas_put(&ui->cv, track_x(&z, s->a.start, x, w), y, 0x25cb, st_attr(C_BRIGHT, C_ISOLATED, AT_BOLD));
	canvas_put(&ui->cv, track_x(&z, s->b.start, x, w), y, 0x25cf, st_attr(C_INK, C_FLASH, AT_BOLD));
}

void play_draw(struct ui *ui, struct rect r)
{
	const struct play *pl = &ui->play;
	const struct step *s = play_step(ui, &ui->pane[pl->pane]);
	struct rect text = { r.x + 1, r.y + 1, r.w - 2, 2 };
	char sum[224];

	canvas_fill(&ui->cv, r, ' ', st(C_TEXT, C_GROUND));
	draw_title(ui, r);
	if (s) {
		draw_wrapped(ui, text, 0, st(s->bad ? C_BAD : C_BRIGHT, C_GROUND), s->text);
		if (s->kind == STEP_SPLIT || s->kind == STEP_MERGE)
			draw_pieces(ui, s, r.x + 1, r.y + 3, r.w - 2);
		else if (s->kind == STEP_SCAN || s->kind == STEP_MOVE)
			draw_track(ui, s, r.x + 1, r.y + 3, r.w - 2);
		return;
	}
	steps_summary(&pl->steps.totals, sum, sizeof(sum));
	draw_wrapped(ui, text, 0, st(C_TEXT, C_GROUND), pl->steps.totals.events ? sum : "Each command is played here step by step: press a.");
}

/* --- keys ---------------------------------------------------------------------------------------- */

static int step_to(struct play *pl, int at)
{
	pl->running = false;
	pl->at = at < 0 ? 0 : at >= pl->steps.nr ? pl->steps.nr - 1 : at;
	return RE_DRAW;
}

int play_key(struct ui *ui, u32 key)
{
	struct play *pl = &ui->play;

	if (!pl->hand)
		return -1;
	switch (key) {
	case K_RIGHT: case '.': return step_to(pl, pl->at + 1);
	case K_LEFT: return step_to(pl, pl->at - 1);
	case K_HOME: return step_to(pl, 0);
	case K_END: return step_to(pl, pl->steps.nr);
	case ' ':
		pl->running = !pl->running && speeds[pl->speed];
		if (pl->running && pl->at >= pl->steps.nr - 1)
			pl->at = 0;
		pl->next_ms = clock_ms() + (u64)speeds[pl->speed];
		return RE_DRAW;
	case K_ESC: case 's': case K_ENTER:
		play_close(ui);
		return RE_DRAW;
	default: return -1; /* the next command ends it */
	}
}

int act_steps(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	struct moment mo = { 0 };
	u64 from, to;
	char title[96];

	if (p->info.running)
		return ui_say(ui, true, "the workload is running: Space pauses it, then s steps through its last operation"), RE_DRAW;
	if (!last_operation(p, &from, &to, &mo))
		return ui_say(ui, true, "nothing was done yet that could be shown step by step: press a"), RE_DRAW;
	snprintf(title, sizeof(title), "%s", mo.steps ? "one operation of the workload" : mo.text);
	begin(ui, p, from, to, title);
	if (!ui->play.steps.nr)
		return ui_say(ui, true, "'%s' touched no page: there is nothing to step through", title), RE_DRAW;
	ui_set_view(ui, VIEW_MAP);
	ui->timeline.open = false;
	ui->play.hand = true;
	ui->play.running = false;
	zoom_in(ui);
	return RE_DRAW;
}

int act_teach(struct ui *ui, int arg)
{
	play_close(ui);
	ui->play.teach = !ui->play.teach;
	ui->play.steps.nr = 0;
	ui->play.title[0] = '\0';
	memset(&ui->play.steps.totals, 0, sizeof(ui->play.steps.totals));
	return RE_DRAW;
}

int act_teach_speed(struct ui *ui, int arg)
{
	struct play *pl = &ui->play;
	char text[32];
	int n = (int)ARRAY_SIZE(speeds);

	pl->speed += arg;
	pl->speed = pl->speed < 0 ? 0 : pl->speed >= n ? n - 1 : pl->speed;
	pl->next_ms = clock_ms() + (u64)speeds[pl->speed];
	speed_text(pl, text, sizeof(text));
	if (!shown(ui))
		ui_say(ui, false, "steps: %s; s steps through the last command, p plays every command", text);
	return RE_DRAW;
}
