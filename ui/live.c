/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running system: looked at again and again (io/live.h), drawn like any machine,
 * never changed. Looking must not disturb what one looks at: looks are so far apart
 * that they take a twenty-fifth of one processor at most.
 */
#include "app.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SHARE 25 /* one part of processor time in so many */

static u64 cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000 + (u64)t.tv_nsec / 1000;
}

static u64 period_ms(const struct ui *ui)
{
	return max_u64((u64)ui->opt.period_ms, ui->live.cost_us * SHARE / 1000);
}

/* What was read of the machine is read again; after another one took its place the map keeps cursor and zoom. */
static void refresh(struct ui *ui, struct machine *m)
{
	struct pane *p = &ui->pane[0];

	p->m = ui->machines[0] = m;
	machine_info(m, &p->info);
	p->flash_seq = machine_trace(m)->seq;
	ui->shown_cmd[0] = '\0';
}

/* A new trouble is said once, on the message line; the header shows that there is one. */
static void tell(struct ui *ui, const char *trouble)
{
	u32 hash = 0;

	for (const char *s = trouble; *s; s++)
		hash = hash * 31 + (u8)*s;
	if (hash == ui->live.told)
		return;
	if (*trouble)
		ui_say(ui, true, "%.*s", (int)strcspn(trouble, "\n"), trouble);
	else
		ui_say(ui, false, "All files can be read again.");
	ui->live.told = hash;
}

int live_work(struct ui *ui)
{
	struct mm_error err = { 0, "" };
	struct machine *m = ui->pane[0].m;
	u32 told = ui->live.told;
	u64 before;
	int r;

	if (!ui->opt.live || clock_ms() < ui->live.next_ms)
		return RE_NONE;
	before = cpu_us();
	r = live_look(ui->opt.live, &m, &err);
	if (r == LIVE_CHANGED || r == LIVE_REPLACED)
		refresh(ui, m);
	tell(ui, r < 0 ? err.msg : live_trouble(ui->opt.live));
	ui->live.cost_us = cpu_us() - before;
	ui->live.next_ms = clock_ms() + period_ms(ui);
	return r == LIVE_SAME && told == ui->live.told ? RE_NONE : RE_DRAW;
}

int live_wait(const struct ui *ui, int ms)
{
	u64 now = clock_ms();
	int left = ui->live.next_ms > now ? (int)(ui->live.next_ms - now) : 0;

	if (!ui->opt.live)
		return ms;
	return ms < 0 || left < ms ? left : ms;
}

void live_text(const struct ui *ui, char *buf, size_t n)
{
	u64 p = period_ms(ui);

	if (ui->live.told)
		snprintf(buf, n, "live: some is old");
	else
		snprintf(buf, n, "live: every %llu.%llu s", (unsigned long long)p / 1000, (unsigned long long)p % 1000 / 100);
}

/* The sheet's lines, no longer than the screen is wide. */
static void wrap(struct text *t, const char *s, int width)
{
	while (*s) {
		size_t n = strcspn(s, "\n"), part = n;

		if (n > (size_t)width)
			for (part = (size_t)width; part && s[part] != ' '; part--)
				;
		part = part ? part : n;
		text_printf(t, "%.*s\n", (int)part, s);
		s += part + (s[part] == ' ' || s[part] == '\n');
	}
}

static void sheet_costs(const struct ui *ui, struct text *t)
{
	const struct live_stats *st = live_stats(ui->opt.live);
	u64 p = period_ms(ui);

	text_printf(t, "Looked %llu times, every %llu.%llu s. The last look took %llu.%llu ms of one processor.\n",
		    (unsigned long long)st->looks, (unsigned long long)p / 1000, (unsigned long long)p % 1000 / 100,
		    (unsigned long long)ui->live.cost_us / 1000, (unsigned long long)ui->live.cost_us % 1000 / 100);
	text_printf(t, "So far: %llu KiB read, of which %llu KiB had changed; %llu free lists and %llu blocks "
		    "were brought up to date; %llu whole import%s.\n", (unsigned long long)st->bytes_read / 1024,
		    (unsigned long long)st->bytes_parsed / 1024, (unsigned long long)st->zones_changed,
		    (unsigned long long)st->blocks_moved, (unsigned long long)st->imports, st->imports == 1 ? "" : "s");
}

void live_sheet(struct ui *ui)
{
	struct text all = TEXT_INIT;
	const char *trouble;

	text_clear(&ui->popup);
	if (!ui->opt.live) {
		ui_say(ui, true, "this machine is a model; mmview --live shows the running system");
		return;
	}
	trouble = live_trouble(ui->opt.live);
	if (*trouble)
		text_printf(&all, "Out of date:\n%s\n", trouble);
	sheet_costs(ui, &all);
	text_puts(&all, "Nothing is changed: every key that would change memory is refused.\n\n");
	text_puts(&all, live_notes(ui->opt.live));
	wrap(&ui->popup, text_str(&all), ui->cv.w - 2);
	text_cleanup(&all);
	snprintf(ui->popup_title, sizeof(ui->popup_title), "What is read, and what root would add");
	ui->popup_scroll = (struct scroll){ 0 };
	ui->popup_open = true;
}
