/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell looks like: tiles, colours, the canvas, layout, key names. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../ui/canvas.h"
#include "../ui/keynames.h"
#include "../ui/layout.h"
#include "../ui/tile.h"
#include "../ui/tty.h"

static const struct tile_options gauges = { LENS_PAGES, true, true };
static const struct tile_options letters = { LENS_PAGES, true, false };

static struct summary cell_of(u64 total)
{
	struct summary s;

	memset(&s, 0, sizeof(s));
	s.total = total;
	return s;
}

/* --- tiles ------------------------------------------------------------------- */

/* 32 free pages, 24 of them in a block of order 4. Expect the colour and digit of order 4. */
static void test_tile_free_cell_shows_its_largest_order(void **state)
{
	struct summary s = cell_of(32);
	struct tile t;

	s.pages[SUM_FREE0 + 4] = 16;
	s.pages[SUM_FREE0 + 3] = 16;
	t = tile_of(&s, &gauges);
	assert_int_equal(t.ch, '4');
	assert_int_equal(t.style.bg, C_FREE4);
}

/* A quarter used. Expect a gauge of two eighths: used at the bottom, free above. */
static void test_tile_mixed_cell_is_a_gauge(void **state)
{
	struct summary s = cell_of(32);
	struct tile t;

	s.pages[SUM_FREE0 + 2] = 24;
	s.pages[SUM_KIND0 + KIND_MOVABLE] = 8;
	t = tile_of(&s, &gauges);
	assert_int_equal(t.ch, 0x2582);
	assert_int_equal(t.style.fg, C_MOVABLE);
	assert_int_equal(t.style.bg, C_FREE2);
}

/* One used page of 1024. Expect it to be seen. One free page of 1024: likewise. */
static void test_tile_one_page_in_many_stays_visible(void **state)
{
	struct summary s = cell_of(1024);

	s.pages[SUM_FREE0] = 1023;
	s.pages[SUM_KIND0 + KIND_KERNEL] = 1;
	assert_int_equal(tile_of(&s, &gauges).ch, 0x2581);
	s.pages[SUM_FREE0] = 1;
	s.pages[SUM_KIND0 + KIND_KERNEL] = 1023;
	assert_int_equal(tile_of(&s, &gauges).ch, 0x2587);
}

/* Without part blocks the larger part fills the cell and the letter names the other. */
static void test_tile_without_gauges_names_the_smaller_part(void **state)
{
	struct summary s = cell_of(8);
	struct tile t;

	s.pages[SUM_FREE0 + 2] = 6;
	s.pages[SUM_KIND0 + KIND_KERNEL] = 2;
	t = tile_of(&s, &letters);
	assert_int_equal(t.ch, 'u');
	assert_int_equal(t.style.bg, C_FREE2);
	s.pages[SUM_FREE0 + 2] = 2;
	s.pages[SUM_KIND0 + KIND_KERNEL] = 6;
	t = tile_of(&s, &letters);
	assert_int_equal(t.ch, '2');
	assert_int_equal(t.style.bg, C_KERNEL);
}

static void test_tile_hole_is_blank(void **state)
{
	struct summary s = cell_of(16);

	s.pages[SUM_HOLE] = 16;
	assert_int_equal(tile_of(&s, &gauges).style.bg, C_HOLE);
}

/* Expect every class of pages to have a letter of its own: colour is never the only carrier. */
static void test_tile_letters_are_distinct(void **state)
{
	for (unsigned a = SUM_HOLE; a < SUM_FREE0; a++)
		for (unsigned b = a + 1; b < SUM_FREE0; b++)
			assert_int_not_equal(class_letter(a), class_letter(b));
	for (unsigned a = 0; a < 15; a++)
		for (unsigned b = a + 1; b < 15; b++)
			assert_int_not_equal(order_digit(a), order_digit(b));
}

/* --- colours ----------------------------------------------------------------- */

static unsigned light(u32 c) { return (c >> 16) * 54 + (c >> 8 & 255) * 183 + (c & 255) * 19; }

/* Expect free memory to grow lighter with each order in every palette. */
static void test_style_free_orders_grow_lighter(void **state)
{
	for (int p = 0; p < PAL_MONO; p++)
		for (unsigned o = 1; o < 15; o++) {
			u32 a = style_rgb(st(C_TEXT, free_color(o - 1)), theme_builtin((enum palette)p)).bg;
			u32 b = style_rgb(st(C_TEXT, free_color(o)), theme_builtin((enum palette)p)).bg;

			assert_true(light(b) > light(a));
		}
}

/* 16 and 8 colours: never text in the colour of its background. */
static void test_style_few_colours_keep_text_visible(void **state)
{
	for (int d = DEPTH_8; d <= DEPTH_16; d++)
		for (int p = PAL_DARK; p <= PAL_LIGHT; p++)
			for (int bg = 0; bg < C_INK; bg++)
				for (int i = 0; i < 4; i++) {
					static const u8 fgs[] = { C_TEXT, C_DIM, C_INK, C_BRIGHT };
					struct look l = style_resolve(st((enum color)fgs[i], (enum color)bg), theme_builtin((enum palette)p),
								      (enum depth)d);

					if (fgs[i] != bg)
						assert_int_not_equal(l.fg, l.bg == LOOK_DEFAULT ? LOOK_DEFAULT - 1 : l.bg);
				}
}

static void test_style_256_finds_exact_entries(void **state)
{
	assert_int_equal(color_to_256(0x000000), 16);
	assert_int_equal(color_to_256(0xffffff), 231);
	assert_int_equal(color_to_256(0x5f87af), 67);
	assert_int_equal(color_to_256(0x808080), 244);
}

/* --- canvas ------------------------------------------------------------------ */

static void row_text(const struct canvas *cv, int y, char *out)
{
	for (int x = 0; x < cv->w; x++)
		if (canvas_at(cv, x, y)->ch)
			out += utf8_put(canvas_at(cv, x, y)->ch, out);
	*out = '\0';
}

/* Expect a text that does not fit to end in an ellipsis inside its columns. */
static void test_canvas_text_is_cut_whole(void **state)
{
	struct canvas cv = { 0 };
	char row[64];

	canvas_resize(&cv, 8, 1);
	assert_int_equal(canvas_text(&cv, 1, 0, 5, st(C_TEXT, C_GROUND), "memory9"), 5);
	row_text(&cv, 0, row);
	assert_string_equal(row, " memo\xe2\x80\xa6  ");
	canvas_cleanup(&cv);
}

/* Two columns each. Expect overwriting one half to leave no other half behind. */
static void test_canvas_wide_characters_never_split(void **state)
{
	struct canvas cv = { 0 };
	char row[64];

	canvas_resize(&cv, 6, 1);
	assert_int_equal(canvas_text(&cv, 0, 0, 6, st(C_TEXT, C_GROUND), "\xe5\x86\x85\xe5\xad\x98"), 4);
	canvas_put(&cv, 1, 0, 'x', st(C_TEXT, C_GROUND));
	row_text(&cv, 0, row);
	assert_string_equal(row, " x\xe5\xad\x98  ");
	canvas_put(&cv, 2, 0, 'y', st(C_TEXT, C_GROUND));
	row_text(&cv, 0, row);
	assert_string_equal(row, " xy   ");
	canvas_cleanup(&cv);
}

/* A wide character with one column left. Expect it not to be put at all. */
static void test_canvas_wide_text_is_cut_before_half_a_character(void **state)
{
	struct canvas cv = { 0 };

	canvas_resize(&cv, 6, 1);
	assert_int_equal(canvas_text(&cv, 0, 0, 4, st(C_TEXT, C_GROUND), "\xe5\x86\x85\xe5\xad\x98\xe9\xa1\xb5"), 3);
	assert_int_equal(canvas_at(&cv, 2, 0)->ch, 0x2026);
	canvas_cleanup(&cv);
}

static void test_canvas_clip_holds(void **state)
{
	struct canvas cv = { 0 };
	char row[64];

	canvas_resize(&cv, 6, 2);
	canvas_clip(&cv, (struct rect){ 2, 0, 2, 1 });
	canvas_fill(&cv, (struct rect){ -5, -5, 20, 20 }, '#', st(C_TEXT, C_GROUND));
	row_text(&cv, 0, row);
	assert_string_equal(row, "  ##  ");
	row_text(&cv, 1, row);
	assert_string_equal(row, "      ");
	canvas_cleanup(&cv);
}

/* Expect an ASCII canvas to hold nothing else. */
static void test_canvas_ascii_replaces_glyphs(void **state)
{
	struct canvas cv = { .ascii = true };
	char row[64];

	canvas_resize(&cv, 9, 1);
	canvas_text(&cv, 0, 0, 9, st(C_TEXT, C_GROUND), "a\xc2\xb7" "b\xe2\x96\xb8\xe2\x96\x84\xe2\x96\x88\xe2\x89\xa5");
	row_text(&cv, 0, row);
	assert_string_equal(row, "a-b>-#>  ");
	canvas_cleanup(&cv);
}

static void test_utf8_broken_bytes_come_out_as_replacement(void **state)
{
	const char *s = "\xff\xe5\x86" "a";

	assert_int_equal(utf8_next(&s), 0xfffd);
	assert_int_equal(utf8_next(&s), 0xfffd);
	assert_int_equal(utf8_next(&s), 'a');
	assert_int_equal(*s, '\0');
}

static void test_count_has_gaps_at_thousands(void **state)
{
	char buf[32];

	assert_string_equal(count_str(0, buf, sizeof(buf)), "0");
	assert_string_equal(count_str(9999, buf, sizeof(buf)), "9999");
	assert_string_equal(count_str(12345, buf, sizeof(buf)), "12 345");
	assert_string_equal(count_str(1234567890, buf, sizeof(buf)), "1 234 567 890");
}

/* --- layout ------------------------------------------------------------------ */

static struct layout laid_out(int w, int h, bool zoomed)
{
	struct layout_request q = { .w = w, .h = h - 2, .address_digits = 8, .nr_bands = 7, .zoomed = zoomed,
		.pages = 131072 };
	struct layout l;

	layout_map(&l, (struct rect){ 0, 1, w, h - 2 }, &q);
	return l;
}

static void test_layout_80x24_keeps_what_the_map_needs(void **state)
{
	struct layout l = laid_out(80, 24, false);

	assert_int_equal(l.cells, 64);
	assert_int_equal(l.nr_panels, 0);
	assert_true(l.nr_bands >= 3);
	assert_true(l.heat.h >= 12);
	assert_true(l.inspect.h >= 1);
	assert_true(l.events.h >= 1);
}

static void test_layout_wide_screens_get_panels(void **state)
{
	assert_int_equal(laid_out(120, 40, false).nr_panels, 1);
	assert_int_equal(laid_out(200, 60, false).nr_panels, 2);
	assert_int_equal(laid_out(120, 40, false).nr_bands, 7);
}

static void inside(struct rect r, int w, int h)
{
	assert_true(r.h == 0 || (r.x >= 0 && r.y >= 1 && r.x + r.w <= w && r.y + r.h <= h - 1));
}

/* Every size from the smallest to 300x100. Expect all parts on the screen and rows never to overlap. */
static void test_layout_parts_stay_on_the_screen_at_any_size(void **state)
{
	for (int w = MIN_W; w <= 300; w += 3)
		for (int h = MIN_H; h <= 100; h++)
			for (int z = 0; z < 2; z++) {
				struct layout l = laid_out(w, h, z);
				int rows = l.minimap.h + l.axis.h + l.bands.h + l.crumb.h + l.title.h + l.heat.h +
					   l.chart.h + l.inspect.h + l.events.h + l.legend.h;

				inside(l.heat, w, h);
				inside(l.bands, w, h);
				inside(l.events, w, h);
				inside(l.legend, w, h);
				for (int i = 0; i < l.nr_panels; i++)
					inside(l.panel[i], w, h);
				assert_true(l.heat.h >= 3 && l.cells >= 16);
				assert_true(rows <= h - 2);
			}
}

static void test_layout_too_small_is_told(void **state)
{
	assert_true(layout_too_small(59, 40));
	assert_true(layout_too_small(80, 14));
	assert_false(layout_too_small(60, 15));
}

/* --- keys -------------------------------------------------------------------- */

static void test_keys_have_names_in_both_directions(void **state)
{
	static const char *const names[] = { "a", "C-r", "Space", "Enter", "PgDn", "S-Tab", "F1", "F12", "?", "'" };
	char buf[16];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(key_name(key_parse(names[i], strlen(names[i])), buf, sizeof(buf)), names[i]);
	assert_int_equal(key_parse("Spce", 4), 0);
	assert_int_equal(key_parse("F13", 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tile_free_cell_shows_its_largest_order),
		cmocka_unit_test(test_tile_mixed_cell_is_a_gauge),
		cmocka_unit_test(test_tile_one_page_in_many_stays_visible),
		cmocka_unit_test(test_tile_without_gauges_names_the_smaller_part),
		cmocka_unit_test(test_tile_hole_is_blank),
		cmocka_unit_test(test_tile_letters_are_distinct),
		cmocka_unit_test(test_style_free_orders_grow_lighter),
		cmocka_unit_test(test_style_few_colours_keep_text_visible),
		cmocka_unit_test(test_style_256_finds_exact_entries),
		cmocka_unit_test(test_canvas_text_is_cut_whole),
		cmocka_unit_test(test_canvas_wide_characters_never_split),
		cmocka_unit_test(test_canvas_wide_text_is_cut_before_half_a_character),
		cmocka_unit_test(test_canvas_clip_holds),
		cmocka_unit_test(test_canvas_ascii_replaces_glyphs),
		cmocka_unit_test(test_utf8_broken_bytes_come_out_as_replacement),
		cmocka_unit_test(test_count_has_gaps_at_thousands),
		cmocka_unit_test(test_layout_80x24_keeps_what_the_map_needs),
		cmocka_unit_test(test_layout_wide_screens_get_panels),
		cmocka_unit_test(test_layout_parts_stay_on_the_screen_at_any_size),
		cmocka_unit_test(test_layout_too_small_is_told),
		cmocka_unit_test(test_keys_have_names_in_both_directions),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("ui_cells", tests, NULL, NULL);
}
