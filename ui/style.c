/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From meaning to colour: palettes, and the ladder true colour -> 256 -> 16 ->
 * 8 -> none. See style.h. All functions are pure.
 */
#include "style.h"

#include <string.h>

struct color_row {
	u32 rgb[PAL_MONO]; /* dark, light, contrast, safe */
	u8 c16[2];         /* dark, light */
	u8 reverse;        /* without colours, a background of this meaning is reverse */
};

static const struct color_row rows[] = {
#define X(name, dark, light, contrast, safe, c16d, c16l, rev) \
	[C_##name] = { { dark, light, contrast, safe }, { c16d, c16l }, rev },
	COLOR_TABLE(X)
#undef X
};

static const char *const palette_names[] = { "dark", "light", "contrast", "safe", "mono" };
static const char *const depth_names[] = { "none", "8", "16", "256", "true" };

const char *palette_name(enum palette p) { return palette_names[p]; }
const char *depth_name(enum depth d) { return d == DEPTH_AUTO ? "auto" : depth_names[d]; }

enum palette palette_find(const char *name)
{
	for (int i = 0; i < NR_PALETTES; i++)
		if (!strcmp(name, palette_names[i]))
			return (enum palette)i;
	return NR_PALETTES;
}

int palette_parse(const char *name, enum palette *out)
{
	*out = palette_find(name);
	if (!strcmp(name, "deuteranopia") || !strcmp(name, "tritanopia") || !strcmp(name, "protanopia"))
		*out = PAL_SAFE;
	return *out == NR_PALETTES ? -EINVAL : 0;
}

int depth_parse(const char *name, enum depth *out)
{
	static const struct { const char *name; enum depth depth; } words[] = {
		{ "auto", DEPTH_AUTO }, { "always", DEPTH_AUTO }, { "never", DEPTH_MONO }, { "none", DEPTH_MONO },
		{ "true", DEPTH_TRUE }, { "24bit", DEPTH_TRUE }, { "256", DEPTH_256 }, { "16", DEPTH_16 }, { "8", DEPTH_8 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(name, words[i].name)) {
			*out = words[i].depth;
			return 0;
		}
	return -EINVAL;
}

/* Perceived lightness, 0..255. */
static unsigned luma(u32 rgb)
{
	return ((rgb >> 16 & 255) * 54 + (rgb >> 8 & 255) * 183 + (rgb & 255) * 19) >> 8;
}

/* @percent of @a and the rest of @b. */
static u32 blend(u32 a, u32 b, unsigned percent)
{
	u32 out = 0;

	for (int shift = 0; shift < 24; shift += 8) {
		u32 v = ((a >> shift & 255) * percent + (b >> shift & 255) * (100 - percent)) / 100;

		out |= v << shift;
	}
	return out;
}

static unsigned cube_level(unsigned v)
{
	return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

static unsigned distance(u32 a, u32 b)
{
	int dr = (int)(a >> 16 & 255) - (int)(b >> 16 & 255);
	int dg = (int)(a >> 8 & 255) - (int)(b >> 8 & 255);
	int db = (int)(a & 255) - (int)(b & 255);

	return (unsigned)(2 * dr * dr + 4 * dg * dg + 3 * db * db);
}

/* How far from grey, 0..255. */
static unsigned chroma(u32 rgb)
{
	unsigned r = rgb >> 16 & 255, g = rgb >> 8 & 255, b = rgb & 255;
	unsigned max = r > g ? (r > b ? r : b) : (g > b ? g : b), min = r < g ? (r < b ? r : b) : (g < b ? g : b);

	return max - min;
}

unsigned color_to_256(u32 rgb)
{
	static const u8 level[] = { 0, 95, 135, 175, 215, 255 };
	unsigned r = cube_level(rgb >> 16 & 255), g = cube_level(rgb >> 8 & 255), b = cube_level(rgb & 255);
	u32 cube = (u32)level[r] << 16 | (u32)level[g] << 8 | level[b];
	unsigned mean = ((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3;
	unsigned step = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 3) / 10;
	u32 grey = (8 + 10 * step) * 0x010101u;

	/* A grey only for what is nearly grey: hue carries the meaning. */
	return distance(rgb, grey) * (1 + chroma(rgb) / 16) < distance(rgb, cube) ? 232 + step : 16 + 36 * r + 6 * g + b;
}

static u32 ink_on(u32 bg) { return luma(bg) > 118 ? 0x0c0e12 : 0xffffff; }

struct look style_rgb(struct style s, enum palette pal)
{
	enum palette p = pal == PAL_MONO ? PAL_DARK : pal;
	u32 bg = rows[s.bg].rgb[p];
	u32 fg = s.fg == C_INK ? ink_on(bg) : rows[s.fg].rgb[p];
	struct look l = { fg, bg, (u8)(s.attr & ~AT_FAINT) };

	if (pal == PAL_MONO) {
		bool rev = rows[s.bg].reverse;

		l.fg = rev ? 0x101010 : 0xe0e0e0;
		l.bg = rev ? 0xd0d0d0 : 0x101010;
	}
	if (s.attr & AT_FAINT)
		l.fg = blend(l.fg, l.bg, pal == PAL_CONTRAST ? 75 : 45);
	if (s.attr & AT_REVERSE) {
		u32 t = l.fg;

		l.fg = l.bg;
		l.bg = t;
		l.attr &= (u8)~AT_REVERSE;
	}
	return l;
}

/* 16 and 8 colours: the terminal owner's own palette, so its own ground too. */
static struct look resolve_16(struct style s, enum palette pal, bool eight)
{
	int light = pal == PAL_LIGHT;
	u32 bg = rows[s.bg].c16[light], fg;
	struct look l = { 0, 0, s.attr };

	if (s.fg == C_INK)
		fg = bg == 2 || bg == 3 || bg == 6 || bg == 7 || bg > 8 ? 0 : 15;
	else
		fg = rows[s.fg].c16[light];
	if (fg == bg && s.fg != s.bg)
		fg = bg == 0 || bg == 8 ? 7 : 0;
	if (fg == 8 && bg == 4)
		fg = 7;
	if (eight) {
		if (fg > 8)
			l.attr |= AT_BOLD;
		fg = fg == 8 ? 7 : fg & 7;
		bg = bg == 8 ? 0 : bg & 7;
		if (fg == bg && s.fg != s.bg)
			fg = bg == 0 ? 7 : 0;
	}
	l.fg = s.fg == C_TEXT ? LOOK_DEFAULT : fg;
	l.bg = s.bg == C_GROUND || s.bg == C_HOLE ? LOOK_DEFAULT : bg;
	if (s.fg == C_TEXT && l.bg != LOOK_DEFAULT)
		l.fg = fg;
	l.attr &= (u8)~AT_FAINT;
	return l;
}

/* No colours: reverse marks what is used, bold what matters, faint what does not. */
static struct look resolve_mono(struct style s)
{
	struct look l = { LOOK_DEFAULT, LOOK_DEFAULT, s.attr };

	if (rows[s.bg].reverse)
		l.attr ^= AT_REVERSE;
	if (s.fg == C_ACCENT || s.fg == C_BRIGHT || s.fg == C_BAD)
		l.attr |= AT_BOLD;
	if (s.bg == C_CURSOR)
		l.attr |= AT_BOLD | AT_UNDERLINE;
	return l;
}

struct look style_resolve(struct style s, enum palette pal, enum depth depth)
{
	struct look l;

	if (depth == DEPTH_MONO || pal == PAL_MONO)
		return resolve_mono(s);
	if (depth == DEPTH_8 || depth == DEPTH_16)
		return resolve_16(s, pal, depth == DEPTH_8);
	l = style_rgb(s, pal);
	if (depth == DEPTH_256) {
		l.fg = color_to_256(l.fg);
		l.bg = color_to_256(l.bg);
	}
	return l;
}
