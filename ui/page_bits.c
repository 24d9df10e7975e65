/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page->flags as a ruler: one column per bit, the fields in colours with their names
 * under them, then each field and each set flag in words.
 *
 *   63        54 51               34                     0
 *   0000000000000011111111111111111100000000000001000000000
 *   node       zone last_cpupid                      flags
 */
#include "page_parts.h"

#include <stdio.h>
#include <string.h>

#define MAX_FIELDS 5

struct field {
	const char *name, *plain;
	unsigned shift, width;
	enum color color;
};

static void add_field(struct field *f, int *n, const char *name, const char *plain, unsigned shift, unsigned width, enum color c)
{
	if (width)
		f[(*n)++] = (struct field){ name, plain, shift, width, c };
}

/* The word's fields, from the top. */
static int list_fields(const struct page_flags_layout *l, struct field *f)
{
	unsigned low = l->cpupid_width ? l->cpupid_shift : l->zone_shift;
	int n = 0;

	add_field(f, &n, "node", "which node it belongs to", l->node_shift, l->node_width, C_NODE0);
	add_field(f, &n, "zone", "which zone of that node", l->zone_shift, l->zone_width, C_ZONE_MOVABLE);
	add_field(f, &n, "last_cpupid", "last user; all ones: none", l->cpupid_shift, l->cpupid_width, C_BAND_DEVICE);
	add_field(f, &n, "unused", NULL, NR_PAGE_FLAGS, low - NR_PAGE_FLAGS, C_TRACK);
	add_field(f, &n, "flags", "one bit each", 0, NR_PAGE_FLAGS, C_BAND_ONLINE);
	return n;
}

/* What fits of the name: "zn" would be read as nothing, "z" next to a label is found. */
static const char *short_name(const struct field *f, int w)
{
	return w >= 4 && f->plain ? "cpu" : f->name[0] == 'z' && w ? "z" : "";
}

/* Bits @high .. @low from column r.x on: numbers, digits, names. Return: rows. */
static int draw_ruler(struct ui *ui, struct rect r, int y, u64 word, const struct field *f, int nr, int high, int low)
{
	for (int i = 0; i < nr; i++) {
		int top = (int)(f[i].shift + f[i].width) - 1, end = (int)f[i].shift, x, w;

		top = top < high ? top : high;
		end = end > low ? end : low;
		w = top - end + 1;
		if (w < 1)
			continue;
		x = r.x + high - top;
		canvas_printf(&ui->cv, x, y, w, st(C_DIM, C_GROUND), "%d", top);
		for (int b = top; b >= end; b--) {
			bool one = word >> b & 1;

			canvas_put(&ui->cv, r.x + high - b, y + 1, one ? '1' : '0', st_attr(C_INK, f[i].color, one ? AT_BOLD : AT_FAINT));
		}
		canvas_fill(&ui->cv, (struct rect){ x, y + 2, w, 1 }, ' ', st(C_INK, f[i].color));
		canvas_text(&ui->cv, x, y + 2, w, st(C_INK, f[i].color), w >= (int)strlen(f[i].name) ? f[i].name : short_name(&f[i], w));
	}
	return 3;
}

/* One field in words. Return: rows. */
static int draw_field_words(struct ui *ui, struct rect r, int row, u64 word, const struct field *f)
{
	u64 value = word >> f->shift & ((1ULL << f->width) - 1);
	struct rect in = { r.x + 21, r.y, r.w - 21, r.h };

	canvas_fill(&ui->cv, (struct rect){ r.x, r.y + row, 2, 1 }, ' ', st(C_INK, f->color));
	canvas_printf(&ui->cv, r.x + 3, r.y + row, 20, st(C_DIM, C_GROUND), "%-11s %u-%u", f->name, f->shift + f->width - 1, f->shift);
	canvas_printf(&ui->cv, in.x, r.y + row, in.w, st(C_BRIGHT, C_GROUND), "%#llx", (unsigned long long)value);
	in.x += 8;
	in.w -= 8;
	return (int)max_s64(1, draw_wrapped(ui, in, row, st(C_DIM, C_GROUND), f->plain));
}

/* Each flag that is set. Return: rows. */
static int draw_set_flags(struct ui *ui, struct rect r, int row, u64 word)
{
	int n = 0;

	for (unsigned b = 0; b < NR_PAGE_FLAGS; b++) {
		struct rect in = { r.x + 24, r.y, r.w - 24, r.h };
		const char *plain, *name = page_flag_bit(b, &plain);

		if (!(word >> b & 1))
			continue;
		canvas_printf(&ui->cv, r.x + 3, r.y + row + n, 20, st(C_BRIGHT, C_GROUND), "%-12s bit %u", name, b);
		n += (int)max_s64(1, draw_wrapped(ui, in, row + n, st(C_DIM, C_GROUND), plain));
	}
	return n;
}

int page_part_flags(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	struct page_flags_info info;
	struct field f[MAX_FIELDS];
	int nr, row, bits;
	char title[64];

	machine_page_flags(p->m, pi->pfn, &info);
	bits = info.layout.bits;
	nr = list_fields(&info.layout, f);
	snprintf(title, sizeof(title), "page->flags = %#llx", (unsigned long long)info.word);
	row = draw_heading(ui, r, title) - r.y;
	if (r.w >= bits) {
		row += draw_ruler(ui, r, r.y + row, info.word, f, nr, bits - 1, 0);
	} else {
		row += draw_ruler(ui, r, r.y + row, info.word, f, nr, bits - 1, bits / 2);
		row += draw_ruler(ui, r, r.y + row, info.word, f, nr, bits / 2 - 1, 0);
	}
	for (int i = 0; i < nr; i++)
		if (f[i].plain && strcmp(f[i].name, "flags"))
			row += draw_field_words(ui, r, row, info.word, &f[i]);
	nr = draw_set_flags(ui, r, row, info.word);
	if (!nr)
		nr = draw_wrapped(ui, (struct rect){ r.x + 3, r.y, r.w - 3, r.h }, row, st(C_DIM, C_GROUND), "no flag is set");
	return row + nr + 1;
}
