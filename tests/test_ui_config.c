/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's settings: keys bound anew, mistakes named with file and line, and
 * bands and axis remembered without losing what else the file says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../ui/app.h"

static char path[] = "/tmp/mmview-config-XXXXXX";

static struct ui *fresh(void)
{
	struct ui *ui = calloc(1, sizeof(*ui));

	assert_non_null(ui);
	ui->opt = (struct ui_options)UI_OPTIONS_DEFAULT;
	ui->opt.config = path;
	return ui;
}

static void drop(struct ui *ui)
{
	for (int i = 0; i < MAX_KEYS; i++)
		free(ui->bound[i]);
	free(ui);
}

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void assert_file(const char *text)
{
	char buf[512] = "";
	FILE *f = fopen(path, "r");
	size_t n = fread(buf, 1, sizeof(buf) - 1, f);

	fclose(f);
	buf[n] = '\0';
	assert_string_equal(buf, text);
}

static const char *keys_for(const struct ui *ui, const char *label)
{
	struct key_help k;

	for (int i = 0; keys_help(ui, i, &k); i++)
		if (!strcmp(k.label, label))
			return k.keys;
	fail_msg("no key does %s", label);
	return NULL;
}

/* alloc on Ctrl-A and F5. Expect the table to say so, and the other keys to stay. */
static void test_keys_are_bound_anew(void **state)
{
	struct ui *ui = fresh();
	struct mm_error err = { 0, "" };

	write_file("[keys]\nalloc = C-a F5\n");
	assert_int_equal(config_read(ui, &err), 0);
	assert_string_equal(keys_for(ui, "alloc"), "C-a F5");
	assert_string_equal(keys_for(ui, "quit"), "q C-c");
	drop(ui);
}

/* Expect the file, the line and what there is instead. */
static void test_mistakes_are_named(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "[keys]\nfly = a\n", ":2" }, { "[keys]\nalloc = Hyper-Q\n", "no key \"Hyper-Q\"" },
		{ "[ui]\n\nbands = zone moon\n", ":3" }, { "[ui]\naxis = curved\n", "squeezed, linear or nodes" },
		{ "[ui]\npalette = pink\n", "no palette" }, { "[sound]\nvolume = 3\n", "[ui] or [keys]" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ui *ui = fresh();
		struct mm_error err = { 0, "" };

		write_file(cases[i].text);
		assert_true(config_read(ui, &err) < 0);
		if (!strstr(err.msg, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.msg, cases[i].says);
		drop(ui);
	}
}

/* Bands in an order of one's own. Expect that order; a name that is not one changes nothing. */
static void test_bands_are_ordered_as_named(void **state)
{
	struct map map = { 0 };
	char names[128];

	assert_int_equal(bands_set(&map, "zone type iomem zone"), 0);
	bands_names(&map, names, sizeof(names));
	assert_string_equal(names, "zone type iomem");
	assert_int_equal(bands_set(&map, "zone moon"), -EINVAL);
	bands_names(&map, names, sizeof(names));
	assert_string_equal(names, "zone type iomem");
	assert_int_equal(bands_set(&map, ""), 0);
	assert_int_equal(map.nr_order, NR_BANDS);
}

/* Expect the old value to go, all else to stay, and the file to be read back. */
static void test_what_is_remembered_keeps_the_rest(void **state)
{
	struct ui *ui = fresh();
	struct mm_error err = { 0, "" };

	write_file("; mine\n[ui]\nbands = block\npalette = light\n[keys]\nalloc = C-a\n");
	assert_int_equal(config_save(ui, "bands", "zone node", &err), 0);
	assert_file("; mine\n[ui]\nbands = zone node\npalette = light\n[keys]\nalloc = C-a\n");
	assert_int_equal(config_read(ui, &err), 0);
	assert_string_equal(ui->bands, "zone node");
	unlink(path);
	assert_int_equal(config_save(ui, "axis", "linear", &err), 0);
	assert_file("[ui]\naxis = linear\n");
	drop(ui);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	if (fd >= 0)
		close(fd);
	return fd < 0;
}

static int remove_file(void **state)
{
	unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_are_bound_anew),
		cmocka_unit_test(test_mistakes_are_named),
		cmocka_unit_test(test_bands_are_ordered_as_named),
		cmocka_unit_test(test_what_is_remembered_keeps_the_rest),
	};

	return cmocka_run_group_tests_name("ui_config", tests, make_file, remove_file);
}
