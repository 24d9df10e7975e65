/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The built program in a pseudo terminal; see pty_session.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
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

/* --- what the program is doing ---------------------------------------------------- */

long long pty_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Its state as ps shows it: R running or waiting for a processor, S asleep; Z when it has ended. */
static char state_of(pid_t pid)
{
	char path[32], buf[512], *end;
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return 'Z';
	buf[n] = '\0';
	end = strrchr(buf, ')'); /* the name before it may hold anything */
	return end && end[1] ? end[2] : 'Z';
}

/* Bytes that were typed and that it has not read. */
static int unread(const struct pty_session *s)
{
	const char *name = ptsname(s->fd);
	int fd = name ? open(name, O_RDONLY | O_NOCTTY | O_NONBLOCK) : -1, n = 0;

	if (fd < 0)
		return 0;
	ioctl(fd, FIONREAD, &n);
	close(fd);
	return n;
}

/* Return: 1 something came, 0 nothing for @ms, -1 the terminal is closed. */
static int read_some(struct pty_session *s, int ms)
{
	struct pollfd p = { s->fd, POLLIN, 0 };
	char buf[8192];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return 0;
	n = read(s->fd, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	if (s->see)
		s->see(s->arg, buf, (size_t)n);
	return 1;
}

bool pty_read(struct pty_session *s, int ms)
{
	long long left = ms, end = pty_clock_ms() + ms;
	int r;

	do {
		r = read_some(s, (int)left);
		left = end - pty_clock_ms();
	} while (r >= 0 && left > 0);
	return r >= 0;
}

#define CALM_MS 70 /* two frames and some: what moves by itself has moved */

void pty_settle(struct pty_session *s)
{
	long long now = pty_clock_ms(), calm = now, end = now + PTY_LAST_RESORT_MS;

	while (now - calm < CALM_MS) {
		int r = read_some(s, 5);
		char state = state_of(s->pid);

		now = pty_clock_ms();
		if (r < 0 || state == 'Z')
			return;
		if (r || state != 'S' || unread(s))
			calm = now;
		if (now > end)
			fail_msg("the program does not come to rest");
	}
}

/* --- typing --------------------------------------------------------------------------- */

void pty_start(struct pty_session *s, int w, int h, const char *const *args)
{
	struct winsize ws = { (unsigned short)h, (unsigned short)w, 0, 0 };
	int r = 0;

	memset(s, 0, sizeof(*s));
	s->pid = forkpty(&s->fd, NULL, NULL, &ws);
	assert_true(s->pid >= 0);
	if (!s->pid)
		become_program(args);
	fcntl(s->fd, F_SETFL, O_NONBLOCK);
	for (long long end = pty_clock_ms() + PTY_LAST_RESORT_MS; !r && pty_clock_ms() < end;)
		r = read_some(s, 1000);
	assert_int_equal(r, 1);
	pty_settle(s);
}

void pty_type(struct pty_session *s, const char *keys)
{
	long long end = pty_clock_ms() + PTY_LAST_RESORT_MS;

	for (; *keys; keys++) {
		while (write(s->fd, keys, 1) < 0 && errno == EAGAIN && pty_clock_ms() < end)
			read_some(s, 5);
		if (*keys == '\033' && keys[1] != '[')
			pty_settle(s);
	}
}

int pty_wait_end(struct pty_session *s)
{
	long long end = pty_clock_ms() + PTY_LAST_RESORT_MS;
	int status = -1;

	while (waitpid(s->pid, &status, WNOHANG) == 0) {
		if (pty_clock_ms() > end) {
			kill(s->pid, SIGKILL);
			waitpid(s->pid, &status, 0);
			fail_msg("the program did not end");
		}
		if (read_some(s, 20) < 0)
			usleep(1000); /* it has closed the terminal and is about to end */
	}
	return status;
}

void pty_quit(struct pty_session *s, const char *keys)
{
	pty_type(s, keys);
	pty_wait_end(s);
	close(s->fd);
}

void pty_shell(const char *fmt, ...)
{
	char cmd[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	assert_int_equal(system(cmd), 0);
}
