/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lesson about pages and folios, run without a screen: every command of it that
 * the machine knows works, and prints what the text beside it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "io/config.h"
#include "mmview.h"
#include "sim/machine.h"
#include "sim_fixture.h"

#define LESSON  "ini/lessons/06-page.lesson"
#define MACHINE "ini/article-arm64.ini"

/* Commands in the lesson's order, and what each must print. */
static const struct {
	const char *line;
	const char *words;
} said[] = {
	{ "show translate 0x44000", "0x44000" },
	{ "show translate section:8", "section" },
	{ "fails alloc order=11", "refused as expected" },
	{ "alloc order=0 gfp=GFP_KERNEL as=one", "order 0" },
	{ "get one", "refcount 2" },
	{ "put one", "refcount 1" },
	{ "put one", "that was the last reference, order 0 freed" },
	{ "fails put one", "refused as expected" },
	{ "alloc order=3 gfp=GFP_KERNEL as=plain", "order 3" },
	{ "folio of plain", "PageCompound is false" },
	{ "fails EBUSY put plain", "not compound" },
	{ "split plain", "became 8 single pages, each with refcount 1" },
	{ "put plain", "that was the last reference, order 0 freed" },
	{ "folio alloc order=3 gfp=GFP_HIGHUSER_MOVABLE as=folio", "order 3, 8 pages" },
	{ "folio of folio", "PageCompound is true: head page" },
	{ "get folio", "refcount 2" },
	{ "fails EBUSY folio split folio order=0", "in use" },
	{ "put folio", "refcount 1" },
	{ "folio split folio order=1", "split to order 1" },
	{ "proc spawn database", "kernel stack" },
	{ "proc touch database anon=4M thp=on", "2 got a huge page" },
	{ "hugetlb set nr=2", "nr_hugepages 2 of 2048 KiB" },
	{ "show page-types thp", "total\t      1024" },
	{ "show page-types huge", "total\t      1024" },
	{ "show translate 0x44000", "0x44000" },
};

/* The next "do:" line of the lesson that is not for the screen. NULL at the end. */
static const char *next_command(FILE *f, char *buf, size_t n)
{
	while (fgets(buf, (int)n, f)) {
		const char *line = buf + 4;

		buf[strcspn(buf, "\n")] = '\0';
		if (strncmp(buf, "do: ", 4) || !strncmp(line, "goto ", 5) || !strncmp(line, "view ", 5))
			continue;
		return line;
	}
	return NULL;
}

static void every_command_of_the_lesson_prints_what_its_text_says(void **state)
{
	struct mm_error err = { 0, "" };
	struct desc *d = config_load(MACHINE, &err);
	struct machine *m = d ? machine_create(d, BOOT_LATE, &err) : NULL;
	FILE *f = fopen(LESSON, "r");
	char buf[256];
	const char *line;
	size_t i = 0;

	if (!m)
		fail_msg("%s", err.msg);
	assert_non_null(f);
	for (; (line = next_command(f, buf, sizeof(buf))); i++) {
		char *out;

		assert_in_range(i, 0, ARRAY_SIZE(said) - 1);
		assert_string_equal(line, said[i].line);
		out = must(m, line);
		if (!strstr(out, said[i].words))
			fail_msg("%s: expected \"%s\" in:\n%s", line, said[i].words, out);
		free(out);
	}
	assert_int_equal(i, ARRAY_SIZE(said));
	must_verify(m);
	fclose(f);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_of_the_lesson_prints_what_its_text_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
