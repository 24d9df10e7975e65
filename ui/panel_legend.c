/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the colours and letters mean. */
#include "app.h"

#include <stdio.h>
#include <string.h>

/* The classes worth a place where room is short, in this order. */
static const u8 short_list[] = {
	SUM_FREE0, SUM_FREE0 + 3, SUM_FREE0 + 6, SUM_FREE0 + 9, SUM_FREE0 + 10,
	SUM_KIND0 + KIND_KERNEL, SUM_KIND0 + KIND_MOVABLE, SUM_KIND0 + KIND_RECLAIMABLE, SUM_RESERVED, SUM_PCP,
	SUM_KIND0 + KIND_SLAB, SUM_KIND0 + KIND_ANON, SUM_KIND0 + KIND_FILE, SUM_OFFLINE,
};

/* Swatch and name; presentation and narrow columns use short names. */
static int draw_entry(struct ui *ui, int x, int y, unsigned cls, int max)
{
	static const char *const brief[] = {
		[SUM_RESERVED] = "resv", [SUM_PCP] = "pcp", [SUM_OFFLINE] = "offl",
		[SUM_KIND0 + KIND_KERNEL] = "unmv", [SUM_KIND0 + KIND_MOVABLE] = "move",
		[SUM_KIND0 + KIND_RECLAIMABLE] = "recl", [SUM_KIND0 + KIND_SLAB] = "slab",
		[SUM_KIND0 + KIND_ANON] = "anon", [SUM_KIND0 + KIND_FILE] = "file",
	};
	char letter = class_letter(cls), name[32];

	if (cls >= SUM_FREE0)
		snprintf(name, sizeof(name), max < 8 ? "fr%s%u" : "free %s%u", "", cls - SUM_FREE0);
	else
		snprintf(name, sizeof(name), "%s", max < 8 ? brief[cls] : class_label(cls));
	canvas_put(&ui->cv, x, y, (u32)letter, st_attr(C_INK, class_color(cls), AT_FAINT));
	if (max >= 8) {
		canvas_put(&ui->cv, x + 1, y, ' ', st_attr(C_INK, class_color(cls), AT_FAINT));
		return 3 + canvas_text(&ui->cv, x + 3, y, max - 3, st(C_DIM, C_GROUND), name);
	}
	return 2 + canvas_text(&ui->cv, x + 2, y, max - 2, st(C_DIM, C_GROUND), name);
}

/* The buckets of a lens that looks at pages. */
static void draw_lens(struct ui *ui, struct rect r, bool upright)
{
	int at = 0;

	for (int i = BUCKET_FREE; i < ui->lens.nr; i++) {
		const struct lens_bucket *b = &ui->lens.b[i];
		int len = 2 + text_columns(b->label);

		if (upright ? at >= r.h : at + len > r.w)
			return;
		canvas_put(&ui->cv, r.x + (upright ? 0 : at), r.y + (upright ? at : 0), (u32)b->letter, st_attr(C_INK, b->color, AT_FAINT));
		canvas_text(&ui->cv, r.x + (upright ? 2 : at + 2), r.y + (upright ? at : 0), upright ? r.w - 2 : len, st(C_DIM, C_GROUND), b->label);
		at += upright ? 1 : len + 2;
	}
}

void legend_draw(struct ui *ui, struct pane *p, struct rect r, bool upright)
{
	unsigned top = p->info.arch->max_page_order;
	int at = 0;

	if (ui->tile.lens > LENS_PAGEBLOCKS) {
		draw_lens(ui, r, upright);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(short_list); i++) {
		unsigned cls = short_list[i];

		if (cls == SUM_FREE0 + 10)
			cls = SUM_FREE0 + top;
		else if (cls > SUM_FREE0 && cls >= SUM_FREE0 + top)
			continue;
		if (upright && at < r.h) {
			draw_entry(ui, r.x, r.y + at++, cls, r.w);
		} else if (!upright) {
			int len = 3 + (int)strlen(cls >= SUM_FREE0 ? "free 10" : class_label(cls));

			if (at + len > r.w)
				return;
			at += draw_entry(ui, r.x + at, r.y, cls, r.w - at) + 2;
		}
	}
}

/* A lens that looks at pages, on a sheet: what it asks, and every answer. */
static void popup_lens(struct ui *ui)
{
	int w = 62, rows = (ui->lens.nr + 1) / 2, h = rows + 7, x, y;
	struct rect r;

	h = h < ui->cv.h - 2 ? h : ui->cv.h - 2;
	r = (struct rect){ (ui->cv.w - w) / 2, (ui->cv.h - h) / 2, w, h };
	canvas_fill(&ui->cv, r, ' ', st(C_TEXT, C_BAR));
	x = r.x + 3;
	y = r.y + 1;
	canvas_printf(&ui->cv, x, y++, w - 6, st_attr(C_ACCENT, C_BAR, AT_BOLD), "Coloured by %s", lens_name(ui->lens.id));
	y += draw_wrapped(ui, (struct rect){ x, y, w - 6, 2 }, 0, st(C_TEXT, C_BAR), lens_about(ui->lens.id)) + 1;
	for (int i = BUCKET_FREE; i < ui->lens.nr && y < r.y + h - 2; i++) {
		int cx = x + (i - BUCKET_FREE) % 2 * 29;

		canvas_put(&ui->cv, cx, y, (u32)ui->lens.b[i].letter, st_attr(C_INK, ui->lens.b[i].color, AT_FAINT));
		canvas_put(&ui->cv, cx + 1, y, ' ', st(C_INK, ui->lens.b[i].color));
		canvas_text(&ui->cv, cx + 3, y, 25, st(C_TEXT, C_BAR), ui->lens.b[i].label);
		y += (i - BUCKET_FREE) % 2;
	}
	hits_add(&ui->hits, r, 0);
	draw_hints(ui, x, r.y + h - 1, w - 6, C_BAR, "C=next colouring\t:filter=lights pages\tL Esc=close");
}

/* Every class on one sheet over the middle of the screen. */
void legend_popup(struct ui *ui)
{
	int h = (SUM_FREE0 + 1) / 2 + 8, w = 56, y, x;
	struct rect r;

	if (ui->tile.lens > LENS_PAGEBLOCKS) {
		popup_lens(ui);
		return;
	}
	h = h < ui->cv.h - 2 ? h : ui->cv.h - 2;
	r = (struct rect){ (ui->cv.w - w) / 2, (ui->cv.h - h) / 2, w, h };
	canvas_fill(&ui->cv, r, ' ', st(C_TEXT, C_BAR));
	y = r.y + 1;
	x = r.x + 3;
	canvas_text(&ui->cv, x, y++, w - 6, st_attr(C_ACCENT, C_BAR, AT_BOLD), "What the map says");
	canvas_text(&ui->cv, x, y, w, st(C_TEXT, C_BAR), "free, order 0 to the largest: ");
	for (unsigned o = 0; o <= ui_pane(ui)->info.arch->max_page_order; o++)
		canvas_put(&ui->cv, x + 30 + (int)o, y, (u32)order_digit(o), st_attr(C_INK, free_color(o), AT_FAINT));
	y++;
	canvas_text(&ui->cv, x, y++, w - 6, st(C_DIM, C_BAR), "mixed cells are gauges: used rises from below");
	for (unsigned c = SUM_RESERVED; c < SUM_FREE0 && y < r.y + h - 2; c += 2, y++)
		for (unsigned k = c; k < c + 2 && k < SUM_FREE0; k++) {
			int cx = x + (int)(k - c) * 26;

			canvas_put(&ui->cv, cx, y, (u32)class_letter(k), st_attr(C_INK, class_color(k), AT_FAINT));
			canvas_put(&ui->cv, cx + 1, y, ' ', st(C_INK, class_color(k)));
			canvas_text(&ui->cv, cx + 3, y, 22, st(C_TEXT, C_BAR), class_label(k));
		}
	hits_add(&ui->hits, r, 0);
	draw_hints(ui, x, y + 1, w - 6, C_BAR, "C=other colours\tT=palette\tL Esc=close");
}
