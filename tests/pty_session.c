/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The built program in a pseudo terminal; see pty_session.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "pty_session.h"

#define MAX_ARGS 6

const char *pty_program(void)
{
	const char *p = getenv("MMVIEW");

	return p ? p : "build/mmview";
}

int pty_skip_without_program(void **state)
{
	if (access(pty_program(), X_OK)) {
		print_message("# skip: %s is not built\n", pty_program());
		skip();
	}
	return 0;
}

static void become_program(const char *const *args)
{
	const char *argv[MAX_ARGS + 2] = { pty_program() };

	for (int i = 0; i < MAX_ARGS && args[i]; i++)
		argv[i + 1] = args[i];
	setenv("TERM", "xterm-256color", 1);
	setenv("COLORTERM", "truecolor", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("XDG_CONFIG_HOME", "/dev/null", 1);
	unsetenv("NO_COLOR");
	unsetenv("COLORFGBG");
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

void pty_start(struct pty_session *s, int w, int h, const char *const *args)
{
	struct winsize ws = { (unsigned short)h, (unsigned short)w, 0, 0 };

	s->pid = forkpty(&s->fd, NULL, NULL, &ws);
	assert_true(s->pid >= 0);
	if (!s->pid)
		become_program(args);
	fcntl(s->fd, F_SETFL, O_NONBLOCK);
}

void pty_swallow(struct pty_session *s, int ms)
{
	struct pollfd p = { s->fd, POLLIN, 0 };
	char buf[8192];

	while (poll(&p, 1, ms * PATIENCE) > 0 && read(s->fd, buf, sizeof(buf)) > 0)
		;
}

void pty_type(struct pty_session *s, const char *keys)
{
	for (; *keys; keys++) {
		while (write(s->fd, keys, 1) < 0 && errno == EAGAIN)
			pty_swallow(s, 5);
		if (*keys == '\033' && keys[1] != '[')
			pty_swallow(s, 60);
	}
}

void pty_quit(struct pty_session *s, const char *keys)
{
	int status;

	pty_type(s, keys);
	for (int i = 0; i < 200 && waitpid(s->pid, &status, WNOHANG) == 0; i++)
		pty_swallow(s, 20);
	close(s->fd);
}
