/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's settings:
 *
 *    [ui]                 palette, color, ascii, mouse, delay, presentation, lang,
 *    palette = light      bands, axis
 *    [theme mine]         colours by meaning, see theme.h
 *    [keys]               action = keys, as the help view names them
 *    alloc = a C-a
 */
#include "app.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/atomic_file.h"

static bool yes(const char *v) { return !strcmp(v, "yes") || !strcmp(v, "on") || !strcmp(v, "1") || !strcmp(v, "true"); }

static int set_ui(struct ui *ui, const char *key, const char *value, int nr, struct mm_error *err)
{
	struct ui_options *o = &ui->opt;

	if (!strcmp(key, "palette")) {
		snprintf(ui->palette, sizeof(ui->palette), "%s", value); /* a theme may come further below */
		ui->palette_line = nr;
	} else if (!strcmp(key, "color")) {
		if (o->depth == DEPTH_AUTO && depth_parse(value, &o->depth))
			return mm_fail(err, -EINVAL, "color is auto, never, 8, 16, 256 or true, not \"%s\"", value);
	} else if (!strcmp(key, "ascii")) {
		o->ascii |= yes(value);
	} else if (!strcmp(key, "mouse")) {
		o->no_mouse |= !yes(value);
	} else if (!strcmp(key, "presentation")) {
		o->presentation |= yes(value);
	} else if (!strcmp(key, "delay")) {
		if (!o->delay_ms)
			o->delay_ms = (int)clamp_u64((u64)strtoul(value, NULL, 10), 5, 10000);
	} else if (!strcmp(key, "bands")) {
		struct map probe = { 0 };

		if (bands_set(&probe, value))
			return mm_fail(err, -EINVAL, "bands are iomem, memblock, block, section, node, zone, type; not \"%s\"", value);
		snprintf(ui->bands, sizeof(ui->bands), "%s", value);
	} else if (!strcmp(key, "axis")) {
		while (ui->axis < NR_AXIS_MODES && strcmp(axis_mode_name(ui->axis), value))
			ui->axis++;
		if (ui->axis == NR_AXIS_MODES)
			return mm_fail(err, -EINVAL, "axis is squeezed, linear or nodes, not \"%s\"", value);
	} else if (!strcmp(key, "lang")) {
		if (!o->lang)
			o->lang = !strcmp(value, "zh") ? "zh" : "en";
	} else {
		return mm_fail(err, -EINVAL, "[ui] knows palette, color, ascii, mouse, delay, presentation, bands, axis and lang, not \"%s\"", key);
	}
	return 0;
}

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s;
}

static int read_line(struct ui *ui, char *line, char *section, size_t size, int nr, struct mm_error *err)
{
	char *s = trim(line), *eq;

	if (!*s || *s == '#' || *s == ';')
		return 0;
	if (*s == '[') {
		s[strcspn(s, "]")] = '\0';
		snprintf(section, size, "%s", s + 1);
		return strncmp(section, "theme", 5) ? 0 : theme_begin(&ui->themes, trim(section + 5), err);
	}
	eq = strchr(s, '=');
	if (!eq)
		return mm_fail(err, -EINVAL, "expected \"key = value\"");
	*eq = '\0';
	if (!strcmp(section, "keys"))
		return keys_bind(ui, trim(s), trim(eq + 1), err);
	if (!strcmp(section, "ui"))
		return set_ui(ui, trim(s), trim(eq + 1), nr, err);
	if (!strncmp(section, "theme", 5))
		return theme_set(&ui->themes, trim(s), trim(eq + 1), err);
	return mm_fail(err, -EINVAL, "settings stand under [ui] or [keys], colours under [theme NAME]");
}

static bool config_path(const struct ui *ui, char *path, size_t size)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (ui->opt.config)
		return (size_t)snprintf(path, size, "%s", ui->opt.config) < size;
	if (xdg && *xdg)
		return (size_t)snprintf(path, size, "%s/mmview/config.ini", xdg) < size;
	return home && (size_t)snprintf(path, size, "%s/.config/mmview/config.ini", home) < size;
}

/* The command line's palette goes before the file's; either must be one that there is. */
static int check_palette(struct ui *ui, const char *path, struct mm_error *err)
{
	bool asked = ui->opt.palette;
	char names[512];

	if (!asked && ui->palette[0])
		ui->opt.palette = ui->palette;
	if (!ui->opt.palette || theme_find(&ui->themes, ui->opt.palette))
		return 0;
	theme_names(&ui->themes, names, sizeof(names));
	mm_fail(err, -EINVAL, "no palette \"%.40s\"; there are %s, and yours are [theme NAME] in config.ini", ui->opt.palette, names);
	if (!asked)
		mm_error_prefix(err, "%s:%d", path, ui->palette_line);
	return err->code;
}

int config_read(struct ui *ui, struct mm_error *err)
{
	char path[512], line[512], section[64] = "";
	int nr = 0, ret = 0;
	FILE *f;

	if (!config_path(ui, path, sizeof(path)))
		return check_palette(ui, "", err);
	f = fopen(path, "r");
	if (!f)
		return ui->opt.config ? mm_fail(err, -errno, "cannot read %s: %s", path, strerror(errno)) : check_palette(ui, path, err);
	while (!ret && fgets(line, sizeof(line), f)) {
		nr++;
		ret = read_line(ui, line, section, sizeof(section), nr, err);
	}
	if (!ret && ferror(f))
		ret = mm_fail(err, -errno, "cannot be read: %s", strerror(errno));
	fclose(f);
	if (ret)
		mm_error_prefix(err, "%s:%d", path, nr);
	return ret ? ret : check_palette(ui, path, err);
}

/* Copy the file to @to with [ui] @key set to @value; what it said before about @key goes. */
static void copy_with(FILE *from, FILE *to, const char *key, const char *value)
{
	char line[512], copy[512], section[32] = "";
	bool done = false;

	while (from && fgets(line, sizeof(line), from)) {
		char *s = (snprintf(copy, sizeof(copy), "%s", line), trim(copy));

		if (*s == '[') {
			snprintf(section, sizeof(section), "%.*s", (int)strcspn(s + 1, "]"), s + 1);
			fputs(line, to);
			if (!strcmp(section, "ui") && !done)
				done = fprintf(to, "%s = %s\n", key, value) > 0;
			continue;
		}
		s[strcspn(s, "= \t")] = '\0';
		if (strcmp(section, "ui") || strcmp(s, key))
			fputs(line, to);
	}
	if (!done)
		fprintf(to, "[ui]\n%s = %s\n", key, value);
}

/*
 * Make the folder of @path. Below the home folder .config too; what XDG_CONFIG_HOME
 * names must be there: nobody wants folders for a mistyped name.
 */
static void make_folder(const struct ui *ui, const char *path)
{
	char dir[512], above[512];

	if (ui->opt.config)
		return;
	snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
	snprintf(above, sizeof(above), "%.*s", (int)(strrchr(dir, '/') - dir), dir);
	if (!getenv("XDG_CONFIG_HOME") || !*getenv("XDG_CONFIG_HOME"))
		mkdir(above, 0755); /* when it fails, opening the file tells why */
	mkdir(dir, 0755);
}

/* The file with @key set, and then all of it at once. */
static int write_anew(const char *path, const char *key, const char *value, struct mm_error *err)
{
	char *buf = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&buf, &len), *from = fopen(path, "r");
	int rc = 0;

	if (to)
		copy_with(from, to, key, value);
	if (from && ferror(from))
		rc = mm_fail(err, -EIO, "%s: cannot be read", path);
	if (!to || ferror(to))
		rc = mm_fail(err, -ENOMEM, "no memory for %s", path);
	if (from)
		fclose(from);
	if (to && fclose(to) && !rc)
		rc = mm_fail(err, -ENOMEM, "no memory for %s", path);
	rc = rc ? rc : atomic_write_file(path, buf, len, err);
	free(buf);
	return rc;
}

int config_save(struct ui *ui, const char *key, const char *value, struct mm_error *err)
{
	char path[512];
	int rc;

	if (!config_path(ui, path, sizeof(path)))
		return mm_fail(err, -ENOENT, "no home folder to remember it in");
	make_folder(ui, path);
	rc = write_anew(path, key, value, err);
	if (rc)
		mm_error_prefix(err, "cannot remember it");
	return rc;
}
