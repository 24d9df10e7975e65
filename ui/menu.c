/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The menu: see menu.h.
 *
 *    Allocate  Time  Hotplug  Move  Look  Views  Other  Commands
 *    ┌ a      alloc        allocate a block with the order and type ...  ┐
 *    │ f      free         free the block under the cursor ...           │
 */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"

#define MAX_GROUPS 16
#define MAX_ITEMS  256
#define COMMANDS   "Commands"
#define LESSONS    "Lesson"
#define WORKLOADS  "Workload"

/* A row of the key table, a command, a lesson or a workload. */
struct item {
	u32 key;          /* that does it; 0: one of the others */
	const char *keys; /* their names; of a command its own */
	char label[64];   /* of a lesson or workload its name */
	const char *help;
};

struct content {
	int nr_groups, nr;
	const char *group[MAX_GROUPS];
	struct item item[MAX_ITEMS];
	char *lessons;    /* text that items point to; owned */
};

static void add_group(struct content *c, const char *name)
{
	for (int i = 0; i < c->nr_groups; i++)
		if (!strcmp(c->group[i], name))
			return;
	if (c->nr_groups < MAX_GROUPS)
		c->group[c->nr_groups++] = name;
}

/* Groups that have something to do in the present view. */
static void find_groups(const struct ui *ui, struct content *c)
{
	struct key_help k;

	c->nr_groups = 0;
	for (int i = 0; keys_help(ui, i, &k); i++)
		if (keys_code(ui, i))
			add_group(c, k.group);
	add_group(c, COMMANDS);
}

static void add_command(struct content *c, const char *name, const char *args, const char *help)
{
	struct item *it = &c->item[c->nr];

	if (c->nr == MAX_ITEMS)
		return;
	*it = (struct item){ .keys = name, .help = help ? help : "" };
	snprintf(it->label, sizeof(it->label), "%s", args ? args : "");
	c->nr++;
}

static void find_commands(struct content *c)
{
	const struct front_command *f;
	int nr;

	for (int i = 0; i < command_count(); i++)
		add_command(c, command_at(i)->name, command_at(i)->args, command_at(i)->help);
	f = front_commands(&nr);
	for (int i = 0; i < nr; i++)
		add_command(c, f[i].name, f[i].args, f[i].help);
}

/* A line of the list: a name, blanks, a title. */
static void add_lesson(struct content *c, char *line)
{
	struct item *it = &c->item[c->nr];
	size_t n = strcspn(line, " ");

	if (c->nr == MAX_ITEMS || !line[n])
		return;
	*it = (struct item){ .keys = "", .help = line + n + strspn(line + n, " ") };
	snprintf(it->label, sizeof(it->label), "%.*s", (int)n, line);
	c->nr++;
}

static void find_lessons(struct content *c)
{
	size_t size = 0;
	FILE *f = open_memstream(&c->lessons, &size);

	if (!f)
		return;
	lesson_list(f);
	fclose(f);
	for (char *line = strtok(c->lessons, "\n"); line; line = strtok(NULL, "\n"))
		add_lesson(c, line);
}

static void find_workloads(struct content *c)
{
	const char *name, *help;

	for (int i = 0; machine_workload(i, &name, &help) && c->nr < MAX_ITEMS; i++, c->nr++) {
		c->item[c->nr] = (struct item){ .keys = "", .help = help };
		snprintf(c->item[c->nr].label, sizeof(c->item[c->nr].label), "%s", name);
	}
}

static void find_items(struct ui *ui, const char *group, struct content *c)
{
	struct key_help k;

	c->nr = 0;
	if (!strcmp(group, COMMANDS)) {
		find_commands(c);
		return;
	}
	for (int i = 0; keys_help(ui, i, &k) && c->nr < MAX_ITEMS; i++) {
		struct item *it = &c->item[c->nr];

		if (strcmp(k.group, group) || !keys_code(ui, i))
			continue;
		*it = (struct item){ .key = keys_code(ui, i), .keys = k.keys, .help = k.help };
		keys_label(ui, i, it->label, sizeof(it->label));
		c->nr++;
	}
	if (!strcmp(group, LESSONS))
		find_lessons(c);
	if (!strcmp(group, WORKLOADS))
		find_workloads(c);
}

static void read_content(struct ui *ui, struct content *c)
{
	struct menu *m = &ui->menu;

	c->lessons = NULL;
	find_groups(ui, c);
	m->group = m->group < 0 ? c->nr_groups - 1 : m->group >= c->nr_groups ? 0 : m->group;
	find_items(ui, c->group[m->group], c);
	m->item = m->item < 0 ? 0 : m->item >= c->nr ? c->nr - 1 : m->item;
}

int act_menu(struct ui *ui, int arg)
{
	ui->menu.open = !ui->menu.open;
	ui->menu.item = 0;
	ui->menu.top = 0;
	return RE_DRAW;
}

static int open_at(struct ui *ui, const char *group)
{
	struct menu *m = &ui->menu;
	struct content c;

	find_groups(ui, &c);
	*m = (struct menu){ .open = true };
	while (m->group < c.nr_groups - 1 && strcmp(c.group[m->group], group))
		m->group++;
	read_content(ui, &c);
	while (m->item < c.nr - 1 && c.item[m->item].key)
		m->item++;
	free(c.lessons);
	return RE_DRAW;
}

int act_lessons(struct ui *ui, int arg) { return open_at(ui, LESSONS); }
int act_workloads(struct ui *ui, int arg) { return open_at(ui, WORKLOADS); }

/* --- keys and mouse ------------------------------------------------------------ */

static int to_group(struct ui *ui, int group)
{
	ui->menu.group = group;
	ui->menu.item = 0;
	ui->menu.top = 0;
	return RE_DRAW;
}

static int to_item(struct ui *ui, int item)
{
	struct content c;

	ui->menu.item = item;
	read_content(ui, &c);
	free(c.lessons);
	return RE_DRAW;
}

static void do_named(struct ui *ui, const char *group, const char *name)
{
	char line[96];

	if (!strcmp(group, LESSONS))
		snprintf(line, sizeof(line), "lesson %s", name);
	else
		snprintf(line, sizeof(line), "run %s seed=1 rate=%llu", name, (unsigned long long)ui->rate);
	ui_command(ui, line, true);
}

/* The key of an action does it; a command goes to the prompt, where its arguments are explained. */
static int do_item(struct ui *ui, int item)
{
	struct content c;
	struct item it;
	char line[96];

	ui->menu.item = item;
	read_content(ui, &c);
	free(c.lessons);
	it = c.item[ui->menu.item];
	ui->menu.open = false;
	if (it.key)
		return keys_handle(ui, it.key) | RE_DRAW;
	if (!*it.keys) {
		do_named(ui, c.group[ui->menu.group], it.label);
		return RE_DRAW;
	}
	snprintf(line, sizeof(line), "%s%s", it.keys, it.label[0] ? " " : "");
	prompt_open(ui, ':', line);
	return RE_DRAW;
}

int menu_key(struct ui *ui, u32 key)
{
	struct menu *m = &ui->menu;

	if (key >= HIT_MENU_GROUP(0))
		return to_group(ui, (int)(key - HIT_MENU_GROUP(0)));
	if (key >= HIT_MENU_ITEM(0))
		return do_item(ui, (int)(key - HIT_MENU_ITEM(0)));
	switch (key) {
	case K_LEFT: case 'h': case K_BACKTAB: return to_group(ui, m->group - 1);
	case K_RIGHT: case 'l': case K_TAB: return to_group(ui, m->group + 1);
	case K_UP: case 'k': return to_item(ui, m->item - 1);
	case K_DOWN: case 'j': return to_item(ui, m->item + 1);
	case K_PGUP: return to_item(ui, m->item - m->rows);
	case K_PGDN: return to_item(ui, m->item + m->rows);
	case K_HOME: return to_item(ui, 0);
	case K_END: return to_item(ui, MAX_ITEMS);
	case K_ENTER: case ' ': return do_item(ui, m->item);
	case ':': return keys_handle(ui, key) | RE_DRAW; /* below it: a picture of the menu can be taken */
	default: break;
	}
	m->open = false;
	if (key == K_ESC || key == 3)
		return RE_DRAW;
	if (keys_does(ui, key, act_menu))
		return RE_DRAW;
	return keys_handle(ui, key) | RE_DRAW;
}

int menu_mouse(struct ui *ui, const struct input *in)
{
	const struct hit *h = hits_at(&ui->hits, in->x, in->y);

	if (in->mouse == MOUSE_MOVE && h && h->key >= HIT_MENU_ITEM(0) && h->key < HIT_MENU_GROUP(0))
		return to_item(ui, (int)(h->key - HIT_MENU_ITEM(0)));
	if (in->mouse == MOUSE_WHEEL_UP || in->mouse == MOUSE_WHEEL_DOWN)
		return to_item(ui, ui->menu.item + (in->mouse == MOUSE_WHEEL_UP ? -1 : 1));
	if (in->mouse == MOUSE_PRESS)
		ui->menu.open = false;
	return in->mouse == MOUSE_PRESS ? RE_DRAW : RE_NONE;
}

/* --- drawing ------------------------------------------------------------------- */

static void draw_groups(struct ui *ui, const struct content *c)
{
	int x = 0, used = 0;
	bool wide;

	for (int i = 0; i < c->nr_groups; i++)
		used += text_columns(c->group[i]) + 2;
	wide = used <= ui->cv.w;
	canvas_fill(&ui->cv, (struct rect){ 0, 0, ui->cv.w, 1 }, ' ', st(C_TEXT, C_BAR));
	hits_add(&ui->hits, (struct rect){ 0, 0, ui->cv.w, 1 }, 0);
	for (int i = 0; i < c->nr_groups; i++) {
		struct style s = i == ui->menu.group ? st_attr(C_INK, C_CURSOR, AT_BOLD) : st(C_TEXT, C_BAR);
		int n = canvas_printf(&ui->cv, x, 0, ui->cv.w - x, s, " %s%s", c->group[i], wide ? " " : "");

		hits_add(&ui->hits, (struct rect){ x, 0, n, 1 }, HIT_MENU_GROUP(i));
		x += n;
	}
}

/* Columns of the keys and of the label. */
static void measure(const struct content *c, int *keys, int *label)
{
	*keys = *label = 0;
	for (int i = 0; i < c->nr; i++) {
		int k = text_columns(c->item[i].keys), l = text_columns(c->item[i].label);

		*keys = k > *keys ? k : *keys;
		*label = l > *label ? l : *label;
	}
	*keys = *keys > 14 ? 14 : *keys;
	*label = *label > 22 ? 22 : *label;
}

static void draw_item(struct ui *ui, const struct item *it, struct rect r, int keys, int label, bool chosen)
{
	enum color bg = chosen ? C_CURSOR : C_BAR;
	struct style strong = chosen ? st_attr(C_INK, bg, AT_BOLD) : st_attr(C_ACCENT, bg, AT_BOLD);
	struct style text = chosen ? st(C_INK, bg) : st(C_TEXT, bg), dim = chosen ? st(C_INK, bg) : st(C_DIM, bg);
	int x = r.x + 1;

	canvas_fill(&ui->cv, r, ' ', text);
	canvas_text(&ui->cv, x, r.y, keys, strong, it->keys);
	x += keys + 2;
	canvas_text(&ui->cv, x, r.y, label, text, it->label);
	x += label + 2;
	canvas_text(&ui->cv, x, r.y, r.x + r.w - 1 - x, dim, it->help);
}

/* The chosen item's sentence in full, below the list. */
static void draw_sentence(struct ui *ui, const struct item *it, struct rect r)
{
	struct text t = TEXT_INIT;
	int n = 0;

	text_puts(&t, it->help);
	text_wrap(&t, r.w - 2);
	canvas_fill(&ui->cv, r, ' ', st(C_TEXT, C_TRACK));
	for (const char *s = text_str(&t); *s && n < r.h; n++) {
		canvas_printf(&ui->cv, r.x + 1, r.y + n, r.w - 2, st(C_BRIGHT, C_TRACK), "%.*s", (int)strcspn(s, "\n"), s);
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	text_cleanup(&t);
}

void menu_draw(struct ui *ui)
{
	struct menu *m = &ui->menu;
	struct content c;
	struct rect r;
	int keys, label;

	read_content(ui, &c);
	draw_groups(ui, &c);
	measure(&c, &keys, &label);
	m->rows = c.nr < ui->cv.h - 5 ? c.nr : ui->cv.h - 5;
	if (m->item < m->top)
		m->top = m->item;
	if (m->item >= m->top + m->rows)
		m->top = m->item - m->rows + 1;
	r = (struct rect){ 0, 1, ui->cv.w < 110 ? ui->cv.w : 110, 1 };
	hits_add(&ui->hits, (struct rect){ 0, 1, r.w, m->rows + 3 }, 0);
	for (int i = 0; i < m->rows; i++, r.y++) {
		draw_item(ui, &c.item[m->top + i], r, keys, label, m->top + i == m->item);
		hits_add(&ui->hits, r, HIT_MENU_ITEM(m->top + i));
	}
	draw_sentence(ui, &c.item[m->item], (struct rect){ 0, r.y, r.w, 2 });
	canvas_fill(&ui->cv, (struct rect){ 0, r.y + 2, r.w, 1 }, ' ', st(C_DIM, C_TRACK));
	draw_hints(ui, 1, r.y + 2, r.w - 2, C_TRACK, "\xe2\x86\x90 \xe2\x86\x92=group\tUp Down=choose\tEnter=do it\tEsc=close");
	if (c.nr > m->rows)
		canvas_right(&ui->cv, r.w - 1, r.y + 2, 12, st(C_DIM, C_TRACK), "%d of %d", m->item + 1, c.nr);
	free(c.lessons);
}
