/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All addresses of a page, each with the arithmetic that leads to it and a plain word on what it is for. */
#include "page_parts.h"

#include <stdio.h>
#include <string.h>

#define LABEL 12

static const struct { const char *name, *plain; } words[] = {
	{ "pfn", "page frame number: pages counted from 0" },
	{ "physical", "what goes over the bus" },
	{ "linear", "where the kernel reads and writes it" },
	{ "struct page", "the kernel's record of it, in one long array" },
	{ "section", "records come and go by sections" },
	{ "pageblock", "its pages share one migratetype" },
	{ "block", "what hotplug takes offline" },
};

static const char *plain_of(const char *label)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].name, label))
			return words[i].plain;
	return NULL;
}

/* Where the next piece of a line goes. */
struct flow {
	int x, row;
};

/* @s behind what stands there when it fits, else from the next row on, cut at words. */
static void flow_text(struct ui *ui, struct rect in, struct flow *f, enum color fg, const char *s)
{
	int n = text_columns(s);

	if (f->x && f->x + n > in.w) {
		f->x = 0;
		f->row++;
	}
	if (f->x + n <= in.w) {
		canvas_text(&ui->cv, in.x + f->x, in.y + f->row, n, st(fg, C_GROUND), s);
		f->x += n + 2;
		return;
	}
	f->row += draw_wrapped(ui, in, f->row, st(fg, C_GROUND), s);
	f->x = 0;
}

/* Value, formula, what it is for. Return: rows. */
static int draw_line(struct ui *ui, struct rect r, int row, const char *label, char *value)
{
	struct rect in = { r.x + LABEL, r.y, r.w - LABEL, r.h };
	struct flow f = { 0, row };
	char *formula = strstr(value, " = ");

	canvas_text(&ui->cv, r.x, r.y + row, LABEL - 1, st(C_DIM, C_GROUND), label);
	if (formula)
		*formula = '\0';
	flow_text(ui, in, &f, formula ? C_BRIGHT : C_TEXT, value);
	if (formula)
		flow_text(ui, in, &f, C_GOOD, formula + 1);
	if (plain_of(label))
		flow_text(ui, in, &f, C_DIM, plain_of(label));
	return f.row - row + (f.x != 0);
}

int page_part_addresses(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	struct text t = TEXT_INIT;
	int row = draw_heading(ui, r, "Its addresses") - r.y;

	machine_translate(p->m, pi->pfn, &t);
	if (pi->block >= 0)
		text_printf(&t, "block          memory%lld = physical / %#llx\n", (long long)pi->block,
			    (unsigned long long)p->info.block_size);
	for (const char *s = text_str(&t); *s;) {
		int n = (int)strcspn(s, "\n");
		char label[16], value[256];

		/* "struct page    0x...": the label takes 15 columns. */
		snprintf(label, sizeof(label), "%.*s", n < 15 ? n : 15, s);
		for (int i = (int)strlen(label); i && label[i - 1] == ' ';)
			label[--i] = '\0';
		snprintf(value, sizeof(value), "%.*s", n > 15 ? n - 15 : 0, n > 15 ? s + 15 : "");
		row += draw_line(ui, r, row, label, value);
		s += n + (s[n] == '\n');
	}
	text_cleanup(&t);
	return row + 1;
}
