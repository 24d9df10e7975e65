/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of text that are commands: words, quotes, what may not be in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd/command.h"
#include "io/config.h"
#include "sim/machine.h"

static int split(const char *line, struct cmd_args *a)
{
	static char buf[256]; /* the words point into it */
	struct mm_error err = { 0, "" };

	snprintf(buf, sizeof(buf), "%s", line);
	return cmd_split(buf, a, &err);
}

/* alloc as='two words' "x y" # note.  Expect quotes to group, in values too; a comment ends the line. */
static void test_command_quotes_group_words(void **state)
{
	struct cmd_args a;

	assert_int_equal(split("alloc as='two words' \"x y\" z # note", &a), 0);
	assert_int_equal(a.argc, 3);
	assert_string_equal(a.argv[1], "x y");
	assert_string_equal(a.argv[2], "z");
	assert_string_equal(cmd_value(&a, "as"), "two words");
	assert_int_equal(split("echo 'open", &a), -EINVAL);
}

static struct machine *tiny(void)
{
	static const char ini[] = "[firmware]\nram = 0x0-0x9ffff\nram = 0x100000-0x1ffffff\n[node 0]\nmemory = 0x0-0x1ffffff\n";
	struct mm_error err = { 0, "" };
	struct machine *m = machine_create(config_parse(ini, sizeof(ini) - 1, "tiny", &err), BOOT_LATE, &err);

	assert_non_null(m);
	return m;
}

/* Expect a line with an escape sequence to be refused, and the message to hold none of it. */
static void test_command_refuses_control_characters(void **state)
{
	struct mm_error err = { 0, "" };
	struct text out = TEXT_INIT;
	struct machine *m = tiny();

	assert_int_equal(machine_command(m, "alloc as=a\033[2Jb", &out, &err), -EINVAL);
	assert_null(strchr(err.msg, '\033'));
	assert_int_equal(machine_command(m, "alloc as=a\nfree a", &out, &err), -EINVAL);
	assert_int_equal(machine_command(m, "alloc\tas=a\n", &out, &err), 0);
	text_cleanup(&out);
	machine_destroy(m);
}

/* A session in which a command failed. Expect the saved script to play to its end and give the same machine. */
static void test_command_a_saved_session_plays_past_a_failure(void **state)
{
	char path[] = "/tmp/mmview-session-XXXXXX", line[64];
	struct mm_error err = { 0, "" };
	struct text out = TEXT_INIT;
	struct machine *m = tiny(), *again = tiny();
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(machine_command(m, "alloc order=2 as=a", &out, &err), 0);
	assert_int_not_equal(machine_command(m, "free nothing", &out, &err), 0);
	assert_int_equal(machine_command(m, "alloc order=1 as=b", &out, &err), 0);
	snprintf(line, sizeof(line), "save %s", path);
	assert_int_equal(machine_command(m, line, &out, &err), 0);
	snprintf(line, sizeof(line), "source %s", path);
	if (machine_command(again, line, &out, &err))
		fail_msg("%s", err.msg);
	assert_true(machine_hash(m) == machine_hash(again));
	unlink(path);
	text_cleanup(&out);
	machine_destroy(m);
	machine_destroy(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_quotes_group_words),
		cmocka_unit_test(test_command_refuses_control_characters),
		cmocka_unit_test(test_command_a_saved_session_plays_past_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
