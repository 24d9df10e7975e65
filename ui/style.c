/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From meaning to colour: palettes, and the ladder true colour -> 256 -> 16 ->
 * 8 -> none. See style.h. All functions are pure.
 */
#include "style.h"

#include <string.h>
#include <strings.h>

struct color_row {
	u8 c16[2];         /* dark, light */
	u8 reverse;        /* without colours, a background of this meaning is reverse */
};

static const struct color_row rows[] = {
#define X(name, dark, light, contrast, deutan, tritan, c16d, c16l, rev) [C_##name] = { { c16d, c16l }, rev },
	COLOR_TABLE(X)
#undef X
};

static const struct theme builtin[NR_PALETTES] = {
#define X(name, dark, light, contrast, deutan, tritan, ...) [C_##name] = dark,
	[PAL_DARK] = { "dark", PAL_DARK, { COLOR_TABLE(X) } },
	[PAL_MONO] = { "mono", PAL_MONO, { COLOR_TABLE(X) } },
#undef X
#define X(name, dark, light, contrast, deutan, tritan, ...) [C_##name] = light,
	[PAL_LIGHT] = { "light", PAL_LIGHT, { COLOR_TABLE(X) } },
#undef X
#define X(name, dark, light, contrast, deutan, tritan, ...) [C_##name] = contrast,
	[PAL_CONTRAST] = { "contrast", PAL_CONTRAST, { COLOR_TABLE(X) } },
#undef X
#define X(name, dark, light, contrast, deutan, tritan, ...) [C_##name] = deutan,
	[PAL_DEUTAN] = { "deuteranopia", PAL_DEUTAN, { COLOR_TABLE(X) } },
#undef X
#define X(name, dark, light, contrast, deutan, tritan, ...) [C_##name] = tritan,
	[PAL_TRITAN] = { "tritanopia", PAL_TRITAN, { COLOR_TABLE(X) } },
#undef X
};

static const char *const role_names[] = {
#define X(name, ...) #name,
	COLOR_TABLE(X)
#undef X
};
static const char *const depth_names[] = { "none", "8", "16", "256", "true" };

const struct theme *theme_builtin(enum palette p) { return &builtin[p]; }
const char *depth_name(enum depth d) { return d == DEPTH_AUTO ? "auto" : depth_names[d]; }

enum palette palette_find(const char *name)
{
	if (!strcmp(name, "safe") || !strcmp(name, "protanopia"))
		return PAL_DEUTAN;
	for (int i = 0; i < NR_PALETTES; i++)
		if (!strcmp(name, builtin[i].name))
			return (enum palette)i;
	return NR_PALETTES;
}

const char *color_name(enum color c) { return role_names[c]; }

enum color color_find(const char *name)
{
	for (int i = 0; i < C_INK; i++)
		if (!strcasecmp(name, role_names[i]))
			return (enum color)i;
	return NR_COLORS;
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

/* Light that a channel gives off, 0..1: a cubic within a percent of the standard's curve. */
static double light(u32 v)
{
	double x = v / 255.0;

	return x * (0.012522878 + x * (0.682171111 + x * 0.305306011));
}

/* White or black, whichever stands out more: at least 4.5 to 1 on every background. */
static u32 ink_on(u32 bg)
{
	double l = 0.2126 * light(bg >> 16 & 255) + 0.7152 * light(bg >> 8 & 255) + 0.0722 * light(bg & 255);

	return l > 0.179 ? 0x000000 : 0xffffff;
}

/* How much of a faint letter is left, in percent: eyes that cannot go by colour read letters. */
static unsigned faint(enum palette base)
{
	return base == PAL_CONTRAST || base == PAL_DEUTAN || base == PAL_TRITAN ? 75 : 45;
}

struct look style_rgb(struct style s, const struct theme *t)
{
	u32 bg = s.bg == C_INK ? 0 : t->rgb[s.bg];
	u32 fg = s.fg == C_INK ? ink_on(bg) : t->rgb[s.fg];
	struct look l = { fg, bg, (u8)(s.attr & ~AT_FAINT) };

	if (t->base == PAL_MONO) {
		bool rev = rows[s.bg].reverse;

		l.fg = rev ? 0x101010 : 0xe0e0e0;
		l.bg = rev ? 0xd0d0d0 : 0x101010;
	}
	if (s.attr & AT_FAINT)
		l.fg = blend(l.fg, l.bg, faint(t->base));
	if (s.attr & AT_REVERSE) {
		u32 old = l.fg;

		l.fg = l.bg;
		l.bg = old;
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

struct look style_resolve(struct style s, const struct theme *t, enum depth depth)
{
	struct look l;

	if (depth == DEPTH_MONO || t->base == PAL_MONO)
		return resolve_mono(s);
	if (depth == DEPTH_8 || depth == DEPTH_16)
		return resolve_16(s, t->base, depth == DEPTH_8);
	l = style_rgb(s, t);
	if (depth == DEPTH_256) {
		l.fg = color_to_256(l.fg);
		l.bg = color_to_256(l.bg);
	}
	return l;
}
