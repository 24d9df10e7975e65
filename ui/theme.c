/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Themes from the user's config file: see theme.h. */
#include "theme.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_FREE 14

int theme_begin(struct themes *t, const char *name, struct mm_error *err)
{
	size_t n = strlen(name);

	if (!n || n >= sizeof(t->own[0].name) || strpbrk(name, " \t"))
		return mm_fail(err, -EINVAL, "a theme needs a name of one word, at most %zu letters: [theme beamer]", sizeof(t->own[0].name) - 1);
	if (palette_find(name) != NR_PALETTES)
		return mm_fail(err, -EINVAL, "\"%s\" is a palette of mmview; give your theme another name", name);
	for (int i = 0; i < t->nr; i++)
		if (!strcmp(t->own[i].name, name))
			return mm_fail(err, -EINVAL, "theme \"%s\" is there twice; rename or remove one", name);
	if (t->nr == MAX_THEMES)
		return mm_fail(err, -EINVAL, "more than %d themes; remove one", MAX_THEMES);
	t->own[t->nr] = *theme_builtin(PAL_DARK);
	snprintf(t->own[t->nr].name, sizeof(t->own[0].name), "%s", name);
	t->nr++;
	return 0;
}

/* "#rrggbb" at @s. False: something else stands there. */
static bool parse_rgb(const char *s, u32 *rgb)
{
	if (*s++ != '#')
		return false;
	for (int i = 0; i < 6; i++)
		if (!isxdigit((unsigned char)s[i]))
			return false;
	*rgb = (u32)strtoul(s, NULL, 16);
	return !s[6] || s[6] == ' ' || s[6] == '\t';
}

static int set_base(struct theme *th, const char *value, struct mm_error *err)
{
	enum palette p = palette_find(value);
	struct theme old = *th;

	if (p == NR_PALETTES)
		return mm_fail(err, -EINVAL, "base is dark, light, contrast, deuteranopia, tritanopia or mono, not \"%s\"", value);
	/* What the theme has said before its base stays. */
	for (int c = 0; c < C_INK; c++)
		th->rgb[c] = old.rgb[c] == theme_builtin(old.base)->rgb[c] ? theme_builtin(p)->rgb[c] : old.rgb[c];
	th->base = p;
	return 0;
}

static u32 between(u32 a, u32 b, unsigned part, unsigned all)
{
	u32 out = 0;

	for (int shift = 0; shift < 24; shift += 8)
		out |= ((a >> shift & 255) * (all - part) + (b >> shift & 255) * part) / all << shift;
	return out;
}

static int set_free(struct theme *th, const char *value, struct mm_error *err)
{
	const char *second = value + strcspn(value, " \t");
	u32 a, b;

	second += strspn(second, " \t");
	if (!parse_rgb(value, &a) || !parse_rgb(second, &b))
		return mm_fail(err, -EINVAL, "free wants two colours, of order 0 and of the largest order: free = #0b3d2e #bfe8c0");
	for (unsigned o = 0; o <= LAST_FREE; o++)
		th->rgb[C_FREE0 + o] = between(a, b, o, LAST_FREE);
	return 0;
}

int theme_set(struct themes *t, const char *key, const char *value, struct mm_error *err)
{
	struct theme *th = &t->own[t->nr - 1];
	enum color c = color_find(key);
	u32 rgb;

	if (!strcmp(key, "base"))
		return set_base(th, value, err);
	if (!strcmp(key, "free"))
		return set_free(th, value, err);
	if (c == NR_COLORS)
		return mm_fail(err, -EINVAL, "no colour \"%s\" in a theme; there are base, free, ground, text, kernel, movable and so on, all in mmview(1)", key);
	if (!parse_rgb(value, &rgb) || value[7])
		return mm_fail(err, -EINVAL, "a colour is # and six hexadecimal digits, %s = #4e79a7, not \"%s\"", key, value);
	th->rgb[c] = rgb;
	return 0;
}

const struct theme *theme_find(const struct themes *t, const char *name)
{
	enum palette p = palette_find(name);

	for (int i = 0; i < t->nr; i++)
		if (!strcmp(t->own[i].name, name))
			return &t->own[i];
	return p == NR_PALETTES ? NULL : theme_builtin(p);
}

static const struct theme *theme_at(const struct themes *t, int i)
{
	return i < NR_PALETTES ? theme_builtin((enum palette)i) : &t->own[i - NR_PALETTES];
}

const struct theme *theme_next(const struct themes *t, const char *name)
{
	int n = NR_PALETTES + t->nr, at = 0;

	while (at < n - 1 && strcmp(theme_at(t, at)->name, name))
		at++;
	return theme_at(t, (at + 1) % n);
}

void theme_names(const struct themes *t, char *buf, size_t n)
{
	size_t o = 0;

	buf[0] = '\0';
	for (int i = 0; i < NR_PALETTES + t->nr && o < n; i++)
		o += (size_t)snprintf(buf + o, n - o, "%s%s", i ? ", " : "", theme_at(t, i)->name);
}
