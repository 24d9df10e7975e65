/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ':' and '/' prompts: a line with history and completion. */
#include "app.h"

#include <stdlib.h>
#include <string.h>

#include "actions.h"

void prompt_open(struct ui *ui, char kind, const char *initial)
{
	struct prompt *p = &ui->prompt;

	p->open = true;
	p->kind = kind;
	p->len = strlen(initial);
	memcpy(p->line, initial, p->len + 1);
	p->at = p->len;
	p->pos = p->nr_history;
	p->completion = -1;
	text_clear(&p->completions);
	ui->message[0] = '\0';
}

void prompt_cleanup(struct prompt *p)
{
	for (int i = 0; i < p->nr_history; i++)
		free(p->history[i]);
	text_cleanup(&p->completions);
	memset(p, 0, sizeof(*p));
}

static void remember(struct prompt *p)
{
	char *copy;

	if (!p->len || (p->nr_history && !strcmp(p->history[p->nr_history - 1], p->line)))
		return;
	copy = strdup(p->line);
	if (!copy)
		return;
	if (p->nr_history == HISTORY_MAX) {
		free(p->history[0]);
		memmove(p->history, p->history + 1, (HISTORY_MAX - 1) * sizeof(*p->history));
		p->nr_history--;
	}
	p->history[p->nr_history++] = copy;
}

static void set_line(struct prompt *p, const char *s)
{
	p->len = strlen(s);
	if (p->len >= sizeof(p->line))
		p->len = sizeof(p->line) - 1;
	memmove(p->line, s, p->len);
	p->line[p->len] = '\0';
	p->at = p->len;
}

static void recall(struct prompt *p, int step)
{
	int pos = p->pos + step;

	if (pos < 0 || pos > p->nr_history)
		return;
	p->pos = pos;
	set_line(p, pos < p->nr_history ? p->history[pos] : "");
}

static void insert(struct prompt *p, u32 ch)
{
	char buf[8];
	size_t n = (size_t)utf8_put(ch, buf);

	if (p->len + n >= sizeof(p->line))
		return;
	memmove(p->line + p->at + n, p->line + p->at, p->len - p->at + 1);
	memcpy(p->line + p->at, buf, n);
	p->len += n;
	p->at += n;
}

static size_t char_before(const struct prompt *p)
{
	size_t at = p->at;

	while (at && ((u8)p->line[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t char_after(const struct prompt *p)
{
	size_t at = p->at;

	while (at < p->len && ((u8)p->line[++at] & 0xc0) == 0x80)
		;
	return at;
}

static void erase(struct prompt *p, size_t from, size_t to)
{
	memmove(p->line + from, p->line + to, p->len - to + 1);
	p->len -= to - from;
	p->at = from;
}

/* --- completion -------------------------------------------------------------- */

/* Names of front commands that begin like @word go in front of the machine's own. */
static int complete_front(const char *word, struct text *out)
{
	int nr, n = 0;
	const struct front_command *c = front_commands(&nr);

	for (int i = 0; i < nr; i++)
		if (!strncmp(c[i].name, word, strlen(word))) {
			text_printf(out, "%s\n", c[i].name);
			n++;
		}
	return n;
}

static const char *completion_at(const struct text *t, int i, size_t *n)
{
	const char *s = text_str(t);

	while (i-- > 0 && *s) {
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	*n = strcspn(s, "\n");
	return s;
}

static int count_lines(const struct text *t)
{
	int n = 0;

	for (const char *s = text_str(t); *s; s++)
		n += *s == '\n';
	return n;
}

static void put_completion(struct prompt *p, int i)
{
	size_t n, start = p->len;
	const char *s = completion_at(&p->completions, i, &n);

	while (start && p->line[start - 1] != ' ')
		start--;
	if (start + n >= sizeof(p->line))
		return;
	memcpy(p->line + start, s, n);
	p->len = p->at = start + n;
	p->line[p->len] = '\0';
}

static void complete(struct ui *ui, int step)
{
	struct prompt *p = &ui->prompt;
	int n;

	if (p->completion < 0) {
		text_clear(&p->completions);
		if (!strchr(p->line, ' '))
			complete_front(p->line, &p->completions);
		machine_complete(ui_pane(ui)->m, p->line, &p->completions);
		n = count_lines(&p->completions);
		if (!n)
			return;
		p->completion = 0;
		put_completion(p, 0);
		if (n > 1)
			return;
		if (p->len && p->line[p->len - 1] != '=')
			insert(p, ' ');
		p->completion = -1;
		text_clear(&p->completions);
		return;
	}
	n = count_lines(&p->completions);
	p->completion = (p->completion + step + n) % n;
	put_completion(p, p->completion);
}

/* --- keys -------------------------------------------------------------------- */

static int run_line(struct ui *ui)
{
	struct prompt *p = &ui->prompt;

	p->open = false;
	if (p->kind == '/' && ui->view == VIEW_LOG) {
		log_set(ui, ui->log.kind, p->line);
		return RE_DRAW;
	}
	if (!p->len)
		return RE_DRAW;
	remember(p);
	if (p->kind == ':') {
		ui_command(ui, p->line, true);
		return ui->quit ? RE_QUIT : RE_DRAW;
	}
	memcpy(ui->find, p->line, sizeof(ui->find) - 1);
	if (!find_go(ui, 1))
		ui_say(ui, true, "not found: %s", ui->find);
	return RE_DRAW;
}

int prompt_key(struct ui *ui, u32 key)
{
	struct prompt *p = &ui->prompt;

	if (key != K_TAB && key != K_BACKTAB)
		p->completion = -1;
	switch (key) {
	case K_ENTER: return run_line(ui);
	case K_ESC: case 3: p->open = false; break;
	case K_TAB: if (p->kind == ':') complete(ui, 1); break;
	case K_BACKTAB: if (p->kind == ':') complete(ui, -1); break;
	case K_UP: case 16: recall(p, -1); break;
	case K_DOWN: case 14: recall(p, 1); break;
	case K_LEFT: case 2: p->at = char_before(p); break;
	case K_RIGHT: case 6: p->at = char_after(p); break;
	case K_HOME: case 1: p->at = 0; break;
	case K_END: case 5: p->at = p->len; break;
	case K_DELETE: case 4: erase(p, p->at, char_after(p)); break;
	case K_BACKSPACE:
		if (!p->len)
			p->open = false;
		else
			erase(p, char_before(p), p->at);
		break;
	case 21: erase(p, 0, p->at); break;
	case 11: p->len = p->at; p->line[p->len] = '\0'; break;
	default:
		if (key >= 0x20 && key < K_UP)
			insert(p, key);
	}
	if (key != K_TAB && key != K_BACKTAB)
		text_clear(&p->completions);
	return RE_DRAW;
}

/* --- drawing ----------------------------------------------------------------- */

/* Candidates in one line above the prompt, the chosen one lit. */
static void draw_completions(struct ui *ui, int y)
{
	struct prompt *p = &ui->prompt;
	int n = count_lines(&p->completions), x = 1;

	if (!n)
		return;
	canvas_fill(&ui->cv, (struct rect){ 0, y, ui->cv.w, 1 }, ' ', st(C_TEXT, C_TRACK));
	for (int i = p->completion > 5 ? p->completion - 5 : 0; i < n && x < ui->cv.w - 8; i++) {
		size_t len;
		const char *s = completion_at(&p->completions, i, &len);
		bool chosen = i == p->completion;

		x += canvas_printf(&ui->cv, x, y, ui->cv.w - x - 1,
				   chosen ? st_attr(C_INK, C_CURSOR, AT_BOLD) : st(C_TEXT, C_TRACK), " %.*s ", (int)len, s);
	}
}

/* Before there is a command: what may be typed at all. */
static void draw_general_hint(struct ui *ui, int y)
{
	bool list = ui->view != VIEW_MAP && ui->view != VIEW_PAGE;
	const char *what = ui->prompt.kind == ':' ? "a command: undo, show buddyinfo, run fragment ...   Tab completes   Up recalls   m Commands lists" :
			   list ? "text to find here" : "an address (0x48000000), pfn=0x48000, memory9, or who holds a page (kmalloc)";

	canvas_fill(&ui->cv, (struct rect){ 0, y, ui->cv.w, 1 }, ' ', st(C_TEXT, C_TRACK));
	canvas_text(&ui->cv, 1, y, ui->cv.w - 2, st(C_DIM, C_TRACK), what);
}

/* What the command that is being typed wants: its arguments and one sentence. */
static void draw_hint(struct ui *ui, int y)
{
	struct prompt *p = &ui->prompt;
	size_t n = strcspn(p->line, " ");
	char name[64];
	const struct command *c;

	if (count_lines(&p->completions))
		return;
	if (p->kind == '/' || !p->len) {
		draw_general_hint(ui, y);
		return;
	}
	if (n >= sizeof(name))
		return;
	memcpy(name, p->line, n);
	name[n] = '\0';
	c = command_find(name);
	if (!c)
		return;
	canvas_fill(&ui->cv, (struct rect){ 0, y, ui->cv.w, 1 }, ' ', st(C_TEXT, C_TRACK));
	n = (size_t)canvas_printf(&ui->cv, 1, y, ui->cv.w - 2, st(C_TEXT, C_TRACK), "%s %s", c->name, c->args ? c->args : "");
	canvas_text(&ui->cv, (int)n + 4, y, ui->cv.w - (int)n - 5, st(C_DIM, C_TRACK), c->help ? c->help : "");
}

void prompt_draw(struct ui *ui, int y)
{
	struct prompt *p = &ui->prompt;
	char before[512];
	int x;

	canvas_fill(&ui->cv, (struct rect){ 0, y, ui->cv.w, 1 }, ' ', st(C_TEXT, C_BAR));
	canvas_put(&ui->cv, 1, y, (u32)p->kind, st_attr(C_ACCENT, C_BAR, AT_BOLD));
	canvas_text(&ui->cv, 2, y, ui->cv.w - 3, st(C_BRIGHT, C_BAR), p->line);
	memcpy(before, p->line, p->at);
	before[p->at] = '\0';
	x = 2 + text_columns(before);
	if (x < ui->cv.w)
		canvas_put(&ui->cv, x, y, p->at < p->len ? (u32)(u8)p->line[p->at] : ' ', st(C_INK, C_CURSOR));
	draw_completions(ui, y - 1);
	draw_hint(ui, y - 1);
}
