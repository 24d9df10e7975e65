/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running system: read again and again, drawn like any machine, never changed.
 * Looking must not disturb what one looks at: readings are so far apart that
 * they take a twenty-fifth of one processor at most.
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

/* The new machine takes the old one's place; the map keeps cursor and zoom by address. */
static void replace(struct ui *ui, struct machine *m)
{
	struct pane *p = &ui->pane[0];

	machine_destroy(p->m);
	p->m = ui->machines[0] = m;
	machine_info(m, &p->info);
	p->flash_seq = machine_trace(m)->seq;
	ui->shown_cmd[0] = '\0';
	ui->live.nr++;
}

int live_work(struct ui *ui)
{
	struct mm_error err = { 0, "" };
	struct machine *m;
	u64 before;

	if (!ui->opt.live_read || clock_ms() < ui->live.next_ms)
		return RE_NONE;
	before = cpu_us();
	/* The first one was read before the screen opened; what it cost is not known yet. */
	m = ui->opt.live_read(ui->opt.live_arg, &err);
	ui->live.broken[0] = '\0';
	if (m)
		replace(ui, m);
	else
		snprintf(ui->live.broken, sizeof(ui->live.broken), "%.*s", (int)sizeof(ui->live.broken) - 1,
			 err.msg);
	if (!m)
		ui_say(ui, true, "cannot be read any more: %s", err.msg);
	ui->live.cost_us = cpu_us() - before;
	ui->live.next_ms = clock_ms() + period_ms(ui);
	return RE_DRAW;
}

int live_wait(const struct ui *ui, int ms)
{
	u64 now = clock_ms();
	int left = ui->live.next_ms > now ? (int)(ui->live.next_ms - now) : 0;

	if (!ui->opt.live_read)
		return ms;
	return ms < 0 || left < ms ? left : ms;
}

void live_text(const struct ui *ui, char *buf, size_t n)
{
	u64 p = period_ms(ui);

	if (ui->live.broken[0])
		snprintf(buf, n, "live: not readable");
	else
		snprintf(buf, n, "live: every %llu.%llu s", (unsigned long long)p / 1000, (unsigned long long)p % 1000 / 100);
}

void live_sheet(struct ui *ui)
{
	char often[48];

	text_clear(&ui->popup);
	if (!ui->opt.live_read) {
		ui_say(ui, true, "this machine is a model; mmview --live shows the running system");
		return;
	}
	live_text(ui, often, sizeof(often));
	text_printf(&ui->popup, "Read %llu times; a reading takes %llu ms of one processor, so it is done %s.\n",
		    (unsigned long long)ui->live.nr + 1, (unsigned long long)ui->live.cost_us / 1000, often + 6);
	text_puts(&ui->popup, "Nothing is changed: every key that would change memory is refused.\n");
	text_puts(&ui->popup, text_str(ui->opt.live_notes));
	snprintf(ui->popup_title, sizeof(ui->popup_title), "What is read, and what root would add");
	ui->popup_scroll = (struct scroll){ 0 };
	ui->popup_open = true;
}
