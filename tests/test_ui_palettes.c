/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Palettes, looked at with the eyes they are made for: colours are put through the
 * matrices of Machado, Oliveira and Fernandes (2009, severity 1) on linear light and
 * compared in CIE L*a*b*. Text is measured as WCAG does. Then themes of the user.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../ui/theme.h"

enum eye { EYE_ALL, EYE_PROTAN, EYE_DEUTAN, EYE_TRITAN };

static const double eyes[][9] = {
	[EYE_ALL] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 },
	[EYE_PROTAN] = { 0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998 },
	[EYE_DEUTAN] = { 0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881 },
	[EYE_TRITAN] = { 1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900 },
};

static double linear(u32 v)
{
	double c = v / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static void multiply(const double *m, const double *in, double *out)
{
	for (int i = 0; i < 3; i++)
		out[i] = m[3 * i] * in[0] + m[3 * i + 1] * in[1] + m[3 * i + 2] * in[2];
}

static double bent(double t) { return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116; }

/* @rgb as @eye sees it, in L*a*b*. */
static void seen(u32 rgb, enum eye eye, double *lab)
{
	static const double to_xyz[] = { 0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505 };
	double in[] = { linear(rgb >> 16 & 255), linear(rgb >> 8 & 255), linear(rgb & 255) }, out[3], xyz[3];

	multiply(eyes[eye], in, out);
	for (int i = 0; i < 3; i++)
		out[i] = out[i] < 0 ? 0 : out[i] > 1 ? 1 : out[i];
	multiply(to_xyz, out, xyz);
	lab[0] = 116 * bent(xyz[1]) - 16;
	lab[1] = 500 * (bent(xyz[0] / 0.95047) - bent(xyz[1]));
	lab[2] = 200 * (bent(xyz[1]) - bent(xyz[2] / 1.08883));
}

static double apart(u32 a, u32 b, enum eye eye)
{
	double x[3], y[3];

	seen(a, eye, x);
	seen(b, eye, y);
	return sqrt((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]) + (x[2] - y[2]) * (x[2] - y[2]));
}

static double luminance(u32 rgb) { return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255); }

static double contrast(u32 a, u32 b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

/* Colours that stand side by side, and how far apart they must look; pages also from free memory of each order. */
struct company {
	const char *name;
	double least;
	int nr;
	u8 c[24];
	bool with_free;
};

static const struct company companies[] = {
	{ "pages", 11, 18, { C_KERNEL, C_SLAB, C_PGTABLE, C_MEMMAP, C_MOVABLE, C_ANON, C_FILE, C_HUGETLB, C_THP, C_DRIVER, C_RECLAIM,
		C_CMA, C_RESERVED, C_OFFLINE, C_DEVICE, C_HOLE, C_PCP, C_ISOLATED }, true },
	{ "categories", 19, 8, { C_CAT0, C_CAT1, C_CAT2, C_CAT3, C_CAT4, C_CAT5, C_CAT6, C_CAT7 }, false },
	{ "steps", 12, 8, { C_SEQ0, C_SEQ1, C_SEQ2, C_SEQ3, C_SEQ4, C_SEQ5, C_SEQ6, C_SEQ7 }, false },
	{ "zones", 12, 6, { C_ZONE_DMA, C_ZONE_DMA32, C_ZONE_NORMAL, C_ZONE_HIGHMEM, C_ZONE_MOVABLE, C_ZONE_DEVICE }, false },
	{ "nodes", 8, 8, { C_NODE0, C_NODE1, C_NODE2, C_NODE3, C_NODE4, C_NODE5, C_NODE6, C_NODE7 }, false },
	{ "iomem", 10, 6, { C_BAND_RAM, C_BAND_KERNEL, C_BAND_RESERVED, C_BAND_DEVICE, C_BAND_ACPI, C_BAND_INITRD }, false },
};

static int compare_pair(const struct theme *t, enum eye eye, const struct company *co, int a, int b, bool tell)
{
	double d = apart(t->rgb[a], t->rgb[b], eye);

	if (d >= co->least)
		return 0;
	if (tell)
		print_message("# %s, %s: %s and %s look alike (%.1f)\n", t->name, co->name, color_name((enum color)a), color_name((enum color)b), d);
	return 1;
}

/* How many pairs look too much alike. @tell: print them. */
static int look(const struct theme *t, enum eye eye, bool tell)
{
	int bad = 0;

	for (size_t i = 0; i < ARRAY_SIZE(companies); i++) {
		const struct company *co = &companies[i];

		for (int a = 0; a < co->nr; a++) {
			for (int b = a + 1; b < co->nr; b++)
				bad += compare_pair(t, eye, co, co->c[a], co->c[b], tell);
			for (int o = C_FREE0; co->with_free && o <= C_FREE10; o++)
				bad += compare_pair(t, eye, co, co->c[a], o, tell);
		}
	}
	return bad;
}

/* Reds and greens look alike. Expect everything that shares a map to stay apart, kernel from movable and both from free memory. */
static void test_palette_deuteranopia_keeps_roles_apart(void **state)
{
	assert_int_equal(look(theme_builtin(PAL_DEUTAN), EYE_DEUTAN, true), 0);
}

/* Blues and greens look alike. */
static void test_palette_tritanopia_keeps_roles_apart(void **state)
{
	assert_int_equal(look(theme_builtin(PAL_TRITAN), EYE_TRITAN, true), 0);
}

/* Expect each safe palette to be the better one for its own eyes: they are not the same. */
static void test_palettes_differ_where_eyes_differ(void **state)
{
	assert_true(look(theme_builtin(PAL_DEUTAN), EYE_TRITAN, false) > 0);
	assert_true(look(theme_builtin(PAL_TRITAN), EYE_DEUTAN, false) > 0);
	assert_true(look(theme_builtin(PAL_DARK), EYE_DEUTAN, false) > 0);
}

/* Good and bad are never told apart by hue alone that the eye lacks. */
static void test_palette_good_and_bad_stay_apart(void **state)
{
	const struct theme *d = theme_builtin(PAL_DEUTAN), *t = theme_builtin(PAL_TRITAN);

	assert_true(apart(d->rgb[C_GOOD], d->rgb[C_BAD], EYE_DEUTAN) > 40);
	assert_true(apart(d->rgb[C_GOOD], d->rgb[C_BAD], EYE_PROTAN) > 40);
	assert_true(apart(t->rgb[C_GOOD], t->rgb[C_BAD], EYE_TRITAN) > 40);
}

/* Words on the grounds they stand on. Expect 4.5 to 1 in every palette. */
static void test_palette_text_is_legible(void **state)
{
	static const u8 words[] = { C_TEXT, C_BRIGHT, C_DIM, C_ACCENT, C_GOOD, C_BAD }, grounds[] = { C_GROUND, C_BAR, C_TRACK };
	int bad = 0;

	for (int p = 0; p < PAL_MONO; p++)
		for (size_t w = 0; w < ARRAY_SIZE(words); w++)
			for (size_t g = 0; g < ARRAY_SIZE(grounds); g++) {
				const struct theme *t = theme_builtin((enum palette)p);
				double c = contrast(t->rgb[words[w]], t->rgb[grounds[g]]);

				if (c >= 4.5)
					continue;
				print_message("# %s: %s on %s is %.2f\n", t->name, color_name(words[w]), color_name(grounds[g]), c);
				bad++;
			}
	assert_int_equal(bad, 0);
}

/* Expect labels in C_INK to be legible on every background of every palette. */
static void test_palette_ink_is_legible_everywhere(void **state)
{
	for (int p = 0; p < NR_PALETTES; p++)
		for (int c = 0; c < C_INK; c++) {
			struct look l = style_rgb(st(C_INK, (enum color)c), theme_builtin((enum palette)p));

			assert_true(contrast(l.fg, l.bg) >= 4.5);
		}
}

/* --- themes of the user ---------------------------------------------------------- */

/* Expect the base's colours where the theme says nothing, wherever the base is said. */
static void test_theme_lies_over_its_base(void **state)
{
	struct themes t = { 0 };
	struct mm_error err = { 0, "" };
	const struct theme *th;

	assert_int_equal(theme_begin(&t, "beamer", &err), 0);
	assert_int_equal(theme_set(&t, "kernel", "#a02020", &err), 0);
	assert_int_equal(theme_set(&t, "base", "light", &err), 0);
	assert_int_equal(theme_set(&t, "Zone_Dma", "#010203", &err), 0);
	th = theme_find(&t, "beamer");
	assert_non_null(th);
	assert_int_equal(th->rgb[C_KERNEL], 0xa02020);
	assert_int_equal(th->rgb[C_ZONE_DMA], 0x010203);
	assert_int_equal(th->rgb[C_GROUND], theme_builtin(PAL_LIGHT)->rgb[C_GROUND]);
	assert_int_equal(th->base, PAL_LIGHT);
}

/* free = A B. Expect A at order 0, B at the largest and steps between. */
static void test_theme_free_is_a_ramp(void **state)
{
	struct themes t = { 0 };
	struct mm_error err = { 0, "" };

	theme_begin(&t, "ramp", &err);
	assert_int_equal(theme_set(&t, "free", "#000000 #0e1c2a", &err), 0);
	assert_int_equal(t.own[0].rgb[C_FREE0], 0);
	assert_int_equal(t.own[0].rgb[C_FREE0 + 7], 0x070e15);
	assert_int_equal(t.own[0].rgb[C_FREE14], 0x0e1c2a);
}

static void test_theme_mistakes_are_told(void **state)
{
	static const struct { const char *key, *value, *told; } bad[] = {
		{ "kernal", "#123456", "no colour" }, { "kernel", "red", "six hexadecimal" }, { "kernel", "#12345g", "six hexadecimal" },
		{ "kernel", "#123456 #123456", "six hexadecimal" }, { "base", "pink", "base is" }, { "free", "#123456", "two colours" },
	};
	struct themes t = { 0 };
	struct mm_error err = { 0, "" };

	assert_int_equal(theme_begin(&t, "", &err), -EINVAL);
	assert_int_equal(theme_begin(&t, "dark", &err), -EINVAL);
	assert_int_equal(theme_begin(&t, "mine", &err), 0);
	assert_int_equal(theme_begin(&t, "mine", &err), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		err = (struct mm_error){ 0, "" };
		assert_int_equal(theme_set(&t, bad[i].key, bad[i].value, &err), -EINVAL);
		assert_non_null(strstr(err.msg, bad[i].told));
	}
}

/* Expect T to go round ours and the user's. */
static void test_theme_next_reaches_all(void **state)
{
	struct themes t = { 0 };
	struct mm_error err = { 0, "" };
	const char *name = "dark";

	theme_begin(&t, "mine", &err);
	for (int i = 0; i < NR_PALETTES; i++)
		name = theme_next(&t, name)->name;
	assert_string_equal(name, "mine");
	assert_string_equal(theme_next(&t, name)->name, "dark");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_palette_deuteranopia_keeps_roles_apart),
		cmocka_unit_test(test_palette_tritanopia_keeps_roles_apart),
		cmocka_unit_test(test_palettes_differ_where_eyes_differ),
		cmocka_unit_test(test_palette_good_and_bad_stay_apart),
		cmocka_unit_test(test_palette_text_is_legible),
		cmocka_unit_test(test_palette_ink_is_legible_everywhere),
		cmocka_unit_test(test_theme_lies_over_its_base),
		cmocka_unit_test(test_theme_free_is_a_ramp),
		cmocka_unit_test(test_theme_mistakes_are_told),
		cmocka_unit_test(test_theme_next_reaches_all),
	};

	return cmocka_run_group_tests_name("ui_palettes", tests, NULL, NULL);
}
