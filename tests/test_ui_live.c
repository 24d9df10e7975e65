/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mmview --live in a terminal: the files of a folder change, and the screen follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "import_fixture.h"
#include "pty_session.h"

static void put_buddyinfo(const char *root, unsigned singles)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      2 \n"
		 "Node 0, zone    DMA32 %6u    350    150     90     40     20     10      5      4      3     40 \n", singles);
	root_puts(root, "proc/buddyinfo", text);
}

static char *host_create(void)
{
	char *root = root_create();

	root_puts(root, "proc/version", "Linux version 6.12.117 (X@X)\n");
	root_puts(root, "proc/cpuinfo", "processor\t: 0\nvendor_id\t: X\nflags\t\t: fpu lm \n");
	root_puts(root, "proc/iomem", "00001000-0009fbff : System RAM\n00100000-1fffffff : System RAM\n");
	put_buddyinfo(root, 700);
	return root;
}

static void keep(void *arg, const char *s, size_t n) { text_write(arg, s, n); }

/* Read what the program writes until @word (blanks may be left out on a terminal) came, however long a loaded computer takes. */
static void await(struct pty_session *s, struct text *seen, const char *word)
{
	long long until = pty_clock_ms() + PTY_LAST_RESORT_MS;

	while (!memmem(text_str(seen), seen->len, word, strlen(word))) {
		if (pty_clock_ms() > until)
			fail_msg("\"%s\" never came on the screen", word);
		if (!pty_read(s, 200))
			fail_msg("the program ended before \"%s\" came", word);
	}
	text_clear(seen);
}

/*
 * Expect the new count on the screen without a key, that a file that goes away is told,
 * and that it is told when it is back.
 */
static void the_screen_follows_the_files(void **state)
{
	struct text seen = TEXT_INIT;
	struct pty_session s;
	char *root = host_create(), path[512];
	const char *args[] = { "--live", root, NULL };

	pty_start(&s, 120, 40, args);
	s.see = keep;
	s.arg = &seen;
	pty_type(&s, "\f"); /* drawn anew */
	await(&s, &seen, "live:");
	pty_type(&s, "2");
	await(&s, &seen, "DMA32");
	pty_settle(&s);
	put_buddyinfo(root, 9876);
	await(&s, &seen, "9876");
	snprintf(path, sizeof(path), "%s/proc/buddyinfo", root);
	assert_int_equal(unlink(path), 0);
	await(&s, &seen, "buddyinfo");
	put_buddyinfo(root, 9876);
	await(&s, &seen, "again");
	pty_quit(&s, "q");
	text_cleanup(&seen);
	root_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_screen_follows_the_files, pty_skip_without_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
