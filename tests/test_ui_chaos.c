/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real program in a pseudo terminal, under a storm of keys, mouse reports,
 * resizes and stops. Expect it to survive, the machine to be sound and the
 * terminal to be given back: cooked, cursor shown, mouse off, main screen.
 *
 * MMVIEW names the program, MMVIEW_CHAOS the number of inputs (default 1500),
 * MMVIEW_SEED the seed, which is printed.
 */
#include <errno.h>
#include <fcntl.h>
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
#include <termios.h>
#include <unistd.h>
#include <utmp.h>
#include <cmocka.h>

#include "base/rng.h"
#include "pty_session.h"

#define TAIL 65536

struct session {
	struct pty_session pty;
	struct rng rng;
	struct termios before;
	char tail[TAIL];   /* the last output */
	size_t len;
};

static void keep(void *arg, const char *buf, size_t n)
{
	struct session *s = arg;

	if (s->len + n >= TAIL) {
		size_t drop = s->len + n - TAIL + 1;

		drop = drop < TAIL / 2 ? TAIL / 2 : drop;
		drop = drop > s->len ? s->len : drop;
		memmove(s->tail, s->tail + drop, s->len - drop);
		s->len -= drop;
	}
	if (n > TAIL - 1 - s->len)
		n = TAIL - 1 - s->len;
	memcpy(s->tail + s->len, buf, n);
	s->len += n;
	s->tail[s->len] = '\0';
}

/* Until the program has written @what, or the patience of a loaded computer ends. */
static void read_until(struct session *s, const char *what)
{
	long long end = pty_clock_ms() + PTY_LAST_RESORT_MS;

	while (!strstr(s->tail, what) && pty_clock_ms() < end && pty_read(&s->pty, 20))
		;
}

static void open_session(struct session *s, const char *term)
{
	struct winsize ws = { 24, 80, 0, 0 };
	int slave;

	memset(s, 0, sizeof(*s));
	s->pty.see = keep;
	s->pty.arg = s;
	assert_int_equal(openpty(&s->pty.fd, &slave, NULL, NULL, &ws), 0);
	tcgetattr(slave, &s->before);
	s->pty.pid = fork();
	assert_true(s->pty.pid >= 0);
	if (!s->pty.pid) {
		setenv("TERM", term, 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		setenv("XDG_CONFIG_HOME", "/dev/null", 1);
		login_tty(slave);
		execl(pty_program(), pty_program(), "ini/article-arm64.ini", (char *)NULL);
		_exit(127);
	}
	close(slave);
	fcntl(s->pty.fd, F_SETFL, O_NONBLOCK);
	read_until(s, "op ");
	assert_non_null(strstr(s->tail, "article-arm64"));
}

/* Type @text; while the program is too busy to read, keep reading what it writes. */
static void say(struct session *s, const char *text)
{
	long long end = pty_clock_ms() + PTY_LAST_RESORT_MS;
	size_t left = strlen(text);

	while (left && pty_clock_ms() < end) {
		ssize_t n = write(s->pty.fd, text, left);

		if (n > 0) {
			text += n;
			left -= (size_t)n;
		} else if (errno != EAGAIN || !pty_read(&s->pty, 10)) {
			return;
		}
	}
	assert_int_equal(left, 0);
}

static const char *last_of(const char *text, const char *what)
{
	const char *last = NULL;

	for (const char *p = strstr(text, what); p; p = strstr(p + 1, what))
		last = p;
	return last;
}

/* Cooked again, and the last bytes show the cursor and leave mouse and screen. */
static void assert_terminal_is_given_back(struct session *s)
{
	struct termios after;

	pty_read(&s->pty, 20);
	assert_int_equal(tcgetattr(s->pty.fd, &after), 0);
	assert_int_equal(after.c_lflag & (ICANON | ECHO | ISIG), s->before.c_lflag & (ICANON | ECHO | ISIG));
	assert_true(last_of(s->tail, "\033[?1003l") >= last_of(s->tail, "\033[?1003h"));
	assert_true(last_of(s->tail, "\033[?1006l") >= last_of(s->tail, "\033[?1006h"));
	assert_non_null(strstr(s->tail, "\033[?1049l"));
	close(s->pty.fd);
}

/* --- the storm ---------------------------------------------------------------- */

static void random_resize(struct session *s)
{
	struct winsize ws = { (unsigned short)(1 + rng_below(&s->rng, 70)), (unsigned short)(1 + rng_below(&s->rng, 230)), 0, 0 };

	ioctl(s->pty.fd, TIOCSWINSZ, &ws);
	kill(s->pty.pid, SIGWINCH);
}

static void random_mouse(struct session *s)
{
	static const int buttons[] = { 0, 0, 0, 32, 32, 64, 65, 68, 2, 35, 35 };
	char buf[64];

	snprintf(buf, sizeof(buf), "\033[<%d;%d;%d%c", buttons[rng_below(&s->rng, ARRAY_SIZE(buttons))], (int)rng_below(&s->rng, 240),
		 (int)rng_below(&s->rng, 70), rng_percent(&s->rng, 80) ? 'M' : 'm');
	say(s, buf);
}

static void random_key(struct session *s)
{
	static const char *const keys[] = { "a", "a", "a", "f", "o", "O", "t", " ", ".", "<", ">", "u", "\022", "x", "c", "h", "j",
		"k", "l", "g", "G", "+", "-", "\r", "\033", "v", "b", "B", "r", ",", ";", "0", "M", "H", "y", "L", "T", "P", "m", "D", "\t", "\033[Z", "1", "2",
		"3", "4", "5", "6", "7", "8", "9", "?", "n", "N", "'", "w", "z", "]", "[", "\033[A", "\033[B", "\033[C", "\033[D",
		"\033[5~", "\033[6~", "/0x48000000\r", ":zoom page\r", ":show buddyinfo\r", ":al\t\t\t\033", ":goto memory9\r", "R",
		":lesson fragmentation\r", ":lesson off\r", "(", ")", "s", "s", "p", "A", "{", "}", "e", "\014", "V", "K", "J", "I", "I\r", "X", "E", "E\r",
		":axis linear\r", ":bands zone block\r", ":offline memory9\r", "Z", "S\033", ":live\r" };

	say(s, keys[rng_below(&s->rng, ARRAY_SIZE(keys))]);
}

/* Stopped as by Ctrl-Z, and continued; or told something that it need not know. */
static void random_signal(struct session *s)
{
	if (rng_percent(&s->rng, 50)) {
		kill(s->pty.pid, SIGTSTP);
		pty_read(&s->pty, 1);
	}
	kill(s->pty.pid, SIGCONT);
}

static void test_screen_survives_random_input(void **state)
{
	const char *n = getenv("MMVIEW_CHAOS"), *seed = getenv("MMVIEW_SEED");
	int events = n ? atoi(n) : 1500;
	u64 seed_nr = seed ? strtoull(seed, NULL, 0) : 42;
	struct winsize ws = { 40, 120, 0, 0 };
	struct session s;

	print_message("# seed %llu, %d inputs\n", (unsigned long long)seed_nr, events);
	open_session(&s, "xterm-256color");
	rng_seed(&s.rng, seed_nr);
	for (int i = 0; i < events; i++) {
		int r = (int)rng_below(&s.rng, 100);

		if (!r)
			random_signal(&s);
		else if (r < 4)
			random_resize(&s);
		else if (r < 20)
			random_mouse(&s);
		else
			random_key(&s);
		assert_true(pty_read(&s.pty, i % 16 ? 0 : 2));
		if (waitpid(s.pty.pid, NULL, WNOHANG))
			fail_msg("ended at input %d", i);
	}
	ioctl(s.pty.fd, TIOCSWINSZ, &ws);
	kill(s.pty.pid, SIGWINCH);
	say(&s, "\033\033\033\033");
	pty_read(&s.pty, 300); /* a workload may run: it need not come to rest */
	say(&s, ":lesson off\r:pause\r\014:verify\r");
	read_until(&s, "verify");
	pty_read(&s.pty, 1000);
	assert_null(strstr(s.tail, "broken"));
	say(&s, "\033\033q");
	assert_int_equal(pty_wait_end(&s.pty), 0);
	assert_terminal_is_given_back(&s);
}

/* --- ends ----------------------------------------------------------------------- */

static void test_quit_gives_the_terminal_back(void **state)
{
	struct session s;

	open_session(&s, "xterm-256color");
	say(&s, "q");
	assert_int_equal(pty_wait_end(&s.pty), 0);
	assert_terminal_is_given_back(&s);
}

static void end_by_signal(int sig)
{
	struct session s;
	int status;

	open_session(&s, "xterm-256color");
	kill(s.pty.pid, sig);
	status = pty_wait_end(&s.pty);
	assert_true(WIFSIGNALED(status) || WIFEXITED(status));
	assert_terminal_is_given_back(&s);
}

static void test_sigterm_gives_the_terminal_back(void **state) { end_by_signal(SIGTERM); }
static void test_sighup_gives_the_terminal_back(void **state) { end_by_signal(SIGHUP); }
static void test_crash_gives_the_terminal_back(void **state) { end_by_signal(SIGSEGV); }
static void test_abort_gives_the_terminal_back(void **state) { end_by_signal(SIGABRT); }

/* No colours, no mouse, no 24 bits. Expect not one byte of SGR colour or of mouse modes. */
static void test_vt100_gets_no_colours(void **state)
{
	struct session s;

	open_session(&s, "vt100");
	assert_null(strstr(s.tail, "38;2"));
	assert_null(strstr(s.tail, "\033[?1002h"));
	say(&s, "q");
	assert_int_equal(pty_wait_end(&s.pty), 0);
	close(s.pty.fd);
}

/* An idle screen. Expect no byte at all: it neither blinks nor floods. */
static void test_idle_screen_writes_nothing(void **state)
{
	struct session s;
	size_t len;

	open_session(&s, "xterm-256color");
	pty_settle(&s.pty);
	pty_read(&s.pty, 700);
	len = s.len;
	pty_read(&s.pty, 500);
	assert_int_equal(s.len, len);
	say(&s, "q");
	pty_wait_end(&s.pty);
	close(s.pty.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_quit_gives_the_terminal_back, pty_skip_without_program),
		cmocka_unit_test_setup(test_sigterm_gives_the_terminal_back, pty_skip_without_program),
		cmocka_unit_test_setup(test_sighup_gives_the_terminal_back, pty_skip_without_program),
		cmocka_unit_test_setup(test_crash_gives_the_terminal_back, pty_skip_without_program),
		cmocka_unit_test_setup(test_abort_gives_the_terminal_back, pty_skip_without_program),
		cmocka_unit_test_setup(test_vt100_gets_no_colours, pty_skip_without_program),
		cmocka_unit_test_setup(test_idle_screen_writes_nothing, pty_skip_without_program),
		cmocka_unit_test_setup(test_screen_survives_random_input, pty_skip_without_program),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("ui_chaos", tests, NULL, NULL);
}
