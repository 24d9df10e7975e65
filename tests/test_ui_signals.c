/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals that come at any time, some thousand a second: a window that is resized
 * again and again, a job that is continued. Expect that nothing is lost: no key, no
 * line of a script that comes through a pipe, no byte of a file that is written.
 *
 *   SIGWINCH  |   |   |   |   |   |   |   |   |
 *   keys      a   a   ESC  [   C   a   ESC  [   <  ...      bytes of one key, far apart
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/rng.h"
#include "pty_session.h"

struct storm {
	struct pty_session pty;
	pid_t sender;
	char dir[64];
};

/* What sends the signals: a process of its own, until it is killed or the program ends. */
static void send_signals(pid_t to)
{
	struct rng r;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves none behind */
	rng_seed(&r, 7);
	while (!kill(to, rng_below(&r, 4) ? SIGWINCH : SIGCONT))
		usleep(200 + (useconds_t)rng_below(&r, 400));
	_exit(0);
}

static void start(struct storm *s)
{
	static const char *const args[] = { "ini/article-arm64.ini", NULL };

	snprintf(s->dir, sizeof(s->dir), "/tmp/mmview-signals-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	pty_start(&s->pty, 100, 30, args);
	s->sender = fork();
	assert_true(s->sender >= 0);
	if (!s->sender)
		send_signals(s->pty.pid);
}

static void calm(struct storm *s)
{
	kill(s->sender, SIGKILL);
	waitpid(s->sender, NULL, 0);
	pty_settle(&s->pty);
}

static void finish(struct storm *s)
{
	pty_quit(&s->pty, "\033q");
	pty_shell("rm -rf %s", s->dir);
}

static void typef(struct storm *s, const char *fmt, ...)
{
	char line[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	pty_type(&s->pty, line);
}

/* Bytes one by one; the program has slept and been woken by signals in between. */
static void type_slowly(struct storm *s, const char *keys)
{
	for (; *keys; keys++) {
		assert_int_equal(write(s->pty.fd, keys, 1), 1);
		pty_read(&s->pty, 3);
	}
}

/*
 * 40 allocations, and between them cursor keys at once and mouse reports that come in
 * pieces. Expect 40 operations, and the first view still: no piece was taken for a key.
 */
static void no_key_is_lost(void **state)
{
	struct storm s;

	start(&s);
	for (int i = 0; i < 40; i++) {
		pty_type(&s.pty, "a\033[C");
		if (i % 4)
			continue;
		pty_type(&s.pty, "\033[<");
		type_slowly(&s, "35;20;1");
		pty_type(&s.pty, "0M");
	}
	calm(&s);
	typef(&s, ":shot %s/end.txt\r", s.dir);
	pty_settle(&s.pty);
	pty_shell("grep -q 'op 40 .*1 Map' %s/end.txt || { cat %s/end.txt; exit 1; }", s.dir, s.dir);
	finish(&s);
}

/* A script that trickles through a named pipe. Expect every line of it done. */
static void no_line_of_a_pipe_is_lost(void **state)
{
	char pipe[128];
	struct storm s;
	int fd;

	start(&s);
	snprintf(pipe, sizeof(pipe), "%s/pipe", s.dir);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	typef(&s, ":source %s\r", pipe);
	fd = open(pipe, O_WRONLY);
	for (int i = 0; i < 60; i++) {
		assert_int_equal(write(fd, "alloc or", 8), 8);
		usleep(1500);
		assert_int_equal(write(fd, "der=0\n", 6), 6);
	}
	close(fd);
	calm(&s);
	typef(&s, ":shot %s/end.txt\r", s.dir);
	pty_settle(&s.pty);
	pty_shell("grep -q 'op 60 ' %s/end.txt || { cat %s/end.txt; exit 1; }", s.dir, s.dir);
	finish(&s);
}

/* Sessions, exports, pictures and imports in the storm. Expect what they are without it, byte by byte. */
static void files_are_whole(void **state)
{
	struct storm s;

	start(&s);
	pty_type(&s.pty, ":run random ops=500 seed=3\r");
	typef(&s, ":save %s/a.session\r:export %s/a\r:save %s/b.session\r", s.dir, s.dir, s.dir);
	calm(&s);
	pty_shell("cmp %s/a.session %s/b.session", s.dir, s.dir);
	pty_shell("%s -x 'run random ops=500 seed=3' -x 'save %s/c.session' -x 'export %s/c' ini/article-arm64.ini >%s/none",
	      pty_program(), s.dir, s.dir, s.dir);
	pty_shell("cmp %s/a.session %s/c.session", s.dir, s.dir);
	pty_shell("diff -r --no-dereference %s/a %s/c", s.dir, s.dir);
	finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(no_key_is_lost, pty_skip_without_program),
		cmocka_unit_test_setup(no_line_of_a_pipe_is_lost, pty_skip_without_program),
		cmocka_unit_test_setup(files_are_whole, pty_skip_without_program),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("ui_signals", tests, NULL, NULL);
}
