/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start and stop of curses, input, mouse, signals.
 *
 * ncurses sets the terminal up, decodes keys and knows the terminal's
 * capabilities. Frames are written by output.c, not through curses windows: so
 * 24-bit colour works where terminfo has no entry for it, each frame's bytes can
 * be counted and recorded, and nothing but changed cells is ever sent. Keys are
 * read from a pad, which curses never refreshes by itself.
 *
 * The only mutable file-scope state of the program is here: signal handlers can
 * reach nothing else. On a crash the terminal gets its old modes back with
 * write() and tcsetattr() alone, then the signal takes its usual course.
 */
#include "tty.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

/* Every motion (1003) where the terminal has it, else motion with a button down (1002). */
#define SGR_MOUSE_ON  "\033[?1002h\033[?1003h\033[?1006h"
#define SGR_MOUSE_OFF "\033[?1006l\033[?1003l\033[?1002l"
#define CODE_SGR_MOUSE (KEY_MAX + 1)

struct tty {
	SCREEN *screen;
	WINDOW *pad;       /* keys are read from it */
	int w, h;
	enum depth depth;
	bool has_mouse, mouse;
	char report[24];   /* of a mouse report, what came after "ESC [ <" so far */
	int reported;      /* its length; -1: none has begun */
	char restore[256]; /* bytes that undo everything */
};

static volatile sig_atomic_t seen_winch, seen_quit, seen_stop, seen_int;
static char crash_restore[256];
static size_t crash_restore_len;
static struct termios crash_termios;

static const int crash_signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };

static void on_signal(int sig)
{
	if (sig == SIGWINCH)
		seen_winch = 1;
	else if (sig == SIGTSTP)
		seen_stop = 1;
	else if (sig == SIGINT)
		seen_int = 1;
	else
		seen_quit = sig;
}

static void on_crash(int sig)
{
	ssize_t n = write(STDOUT_FILENO, crash_restore, crash_restore_len);

	(void)n;
	tcsetattr(STDIN_FILENO, TCSANOW, &crash_termios);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void set_handlers(void (*normal)(int), void (*crash)(int))
{
	static const int sigs[] = { SIGWINCH, SIGTSTP, SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = normal;
	for (size_t i = 0; i < ARRAY_SIZE(sigs); i++) {
		/* A change of size cuts no reading of a file short; poll() it wakes in any case. */
		sa.sa_flags = sigs[i] == SIGWINCH || sigs[i] == SIGTSTP ? SA_RESTART : 0;
		sigaction(sigs[i], &sa, NULL);
	}
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sa.sa_handler = crash;
	sa.sa_flags = (int)SA_RESETHAND | SA_NODEFER;
	for (size_t i = 0; i < ARRAY_SIZE(crash_signals); i++)
		sigaction(crash_signals[i], &sa, NULL);
}

u64 clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000 + (u64)ts.tv_nsec / 1000000;
}

bool tty_is_utf8(void)
{
	const char *cs = nl_langinfo(CODESET);

	return cs && (!strcasecmp(cs, "UTF-8") || !strcasecmp(cs, "utf8"));
}

/* Remove "$<5>" padding, which only paper terminals need. */
static void strip_padding(char *s)
{
	char *p;

	while ((p = strstr(s, "$<"))) {
		char *e = strchr(p, '>');

		if (!e)
			return;
		memmove(p, e + 1, strlen(e + 1) + 1);
	}
}

const char *tty_cap(const struct tty *t, const char *name)
{
	const char *s = tigetstr(name);

	return !s || s == (char *)-1 ? "" : s;
}

const char *tty_cap2(const struct tty *t, const char *name, int a, int b)
{
	return tparm((char *)tty_cap(t, name), (long)a, (long)b, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
}

static void add_cap(char *out, size_t size, const char *name)
{
	const char *s = tigetstr(name);

	if (s && s != (char *)-1)
		snprintf(out + strlen(out), size - strlen(out), "%s", s);
}

static void build_restore(struct tty *t)
{
	t->restore[0] = '\0';
	if (t->has_mouse)
		snprintf(t->restore, sizeof(t->restore), "%s", SGR_MOUSE_OFF);
	add_cap(t->restore, sizeof(t->restore), "sgr0");
	add_cap(t->restore, sizeof(t->restore), "rmkx");
	add_cap(t->restore, sizeof(t->restore), "cnorm");
	add_cap(t->restore, sizeof(t->restore), "rmcup");
	strip_padding(t->restore);
	memcpy(crash_restore, t->restore, sizeof(t->restore));
	crash_restore_len = strlen(t->restore);
}

static enum depth detect_depth(void)
{
	const char *ct = getenv("COLORTERM"), *no = getenv("NO_COLOR");
	int colors = tigetnum("colors");

	if (no && *no)
		return DEPTH_MONO;
	if (colors < 8)
		return DEPTH_MONO;
	if (ct && (!strcmp(ct, "truecolor") || !strcmp(ct, "24bit")))
		return DEPTH_TRUE;
	if (colors > 256)
		return DEPTH_TRUE;
	return colors >= 256 ? DEPTH_256 : colors >= 16 ? DEPTH_16 : DEPTH_8;
}

static void read_size(struct tty *t)
{
	struct winsize ws;

	t->w = 80;
	t->h = 24;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_col && ws.ws_row) {
		t->w = ws.ws_col;
		t->h = ws.ws_row;
	} else {
		t->w = COLS;
		t->h = LINES;
	}
}

static void enter_modes(struct tty *t)
{
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(t->pad, TRUE);
	nodelay(t->pad, TRUE);
	if (t->mouse)
		tty_write(t, SGR_MOUSE_ON, strlen(SGR_MOUSE_ON));
}

struct tty *tty_start(const struct tty_options *opt, struct mm_error *err)
{
	struct tty *t = calloc(1, sizeof(*t));

	if (!t || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		free(t);
		mm_fail(err, -ENOTTY, "the screen needs a terminal; without one use -x COMMAND or -f SCRIPT");
		return NULL;
	}
	tcgetattr(STDIN_FILENO, &crash_termios);
	t->screen = newterm(NULL, stdout, stdin);
	if (!t->screen) {
		free(t);
		mm_fail(err, -ENOTTY, "terminal type \"%s\" is unknown here; set TERM, for example to xterm or vt100",
			getenv("TERM") ? getenv("TERM") : "");
		return NULL;
	}
	set_escdelay(25);
	t->pad = newpad(1, 1);
	t->reported = -1;
	t->depth = opt->depth == DEPTH_AUTO ? detect_depth() : opt->depth;
	t->has_mouse = *tty_cap(t, "kmous");
	t->mouse = t->has_mouse && opt->mouse;
	build_restore(t);
	refresh();
	set_handlers(on_signal, on_crash);
	enter_modes(t);
	/* After the keys of terminfo are known: newer entries name this prefix as a mouse of their own. */
	define_key(NULL, KEY_MOUSE);
	define_key("\033[<", CODE_SGR_MOUSE);
	read_size(t);
	return t;
}

void tty_stop(struct tty *t)
{
	if (!t)
		return;
	tty_set_mouse(t, false);
	delwin(t->pad);
	endwin();
	delscreen(t->screen);
	set_handlers(SIG_DFL, SIG_DFL);
	free(t);
}

void tty_suspend(struct tty *t)
{
	struct sigaction dfl, old;
	bool mouse = t->mouse;

	tty_set_mouse(t, false);
	endwin();
	memset(&dfl, 0, sizeof(dfl));
	dfl.sa_handler = SIG_DFL;
	sigaction(SIGTSTP, &dfl, &old);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &old, NULL);
	clearok(curscr, TRUE);
	refresh();
	t->mouse = mouse;
	enter_modes(t);
	read_size(t);
}

void tty_size(const struct tty *t, int *w, int *h)
{
	*w = t->w;
	*h = t->h;
}

enum depth tty_depth(const struct tty *t) { return t->depth; }
bool tty_mouse(const struct tty *t) { return t->mouse; }
bool tty_corner_scrolls(const struct tty *t) { return tigetflag("am") > 0 && tigetflag("xenl") <= 0; }

void tty_set_mouse(struct tty *t, bool on)
{
	const char *s = on ? SGR_MOUSE_ON : SGR_MOUSE_OFF;

	if (!t->has_mouse || on == t->mouse)
		return;
	t->mouse = on;
	tty_write(t, s, strlen(s));
}

void tty_write(struct tty *t, const char *s, size_t n)
{
	fflush(stdout);
	while (n) {
		ssize_t done = write(STDOUT_FILENO, s, n);

		if (done < 0) {
			struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };

			if (errno != EINTR && errno != EAGAIN)
				return;
			if (errno == EAGAIN)
				poll(&p, 1, 100);
			continue;
		}
		s += done;
		n -= (size_t)done;
	}
}

/* --- input ----------------------------------------------------------------- */

static const struct { int curses; u32 key; } key_map[] = {
	{ KEY_UP, K_UP }, { KEY_DOWN, K_DOWN }, { KEY_LEFT, K_LEFT }, { KEY_RIGHT, K_RIGHT },
	{ KEY_PPAGE, K_PGUP }, { KEY_NPAGE, K_PGDN }, { KEY_HOME, K_HOME }, { KEY_END, K_END },
	{ KEY_FIND, K_HOME }, { KEY_SELECT, K_END },
	{ KEY_BTAB, K_BACKTAB }, { KEY_DC, K_DELETE }, { KEY_IC, K_INSERT }, { KEY_BACKSPACE, K_BACKSPACE },
	{ KEY_ENTER, K_ENTER }, { KEY_SLEFT, K_SHIFT_LEFT }, { KEY_SRIGHT, K_SHIFT_RIGHT },
	{ KEY_SR, K_SHIFT_UP }, { KEY_SF, K_SHIFT_DOWN },
};

static u32 map_key(int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(key_map); i++)
		if (key_map[i].curses == code)
			return key_map[i].key;
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return K_F1 + (u32)(code - KEY_F(1));
	return 0;
}

static u32 map_char(wint_t c)
{
	switch (c) {
	case '\r': case '\n': return K_ENTER;
	case 27: return K_ESC;
	case '\t': return K_TAB;
	case 8: case 127: return K_BACKSPACE;
	default: return (u32)c;
	}
}

/* Turn "button;x;yM" into an event. False: it is none. */
static bool decode_mouse(const char *s, struct input *in)
{
	int b, x, y;
	char end;

	if (sscanf(s, "%5d;%5d;%5d%c", &b, &x, &y, &end) != 4)
		return false;
	in->type = IN_MOUSE;
	in->x = x - 1;
	in->y = y - 1;
	in->button = b & 3;
	in->shift = b & 4;
	in->ctrl = b & 16;
	if (b & 64)
		in->mouse = b & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
	else if (b & 32)
		in->mouse = (b & 3) == 3 ? MOUSE_MOVE : MOUSE_DRAG;
	else
		in->mouse = end == 'M' ? MOUSE_PRESS : MOUSE_RELEASE;
	return true;
}

/*
 * The rest of "ESC [ < button ; x ; y M". What has not arrived yet comes with the next
 * reading: on a slow line a report is no row of keys.
 */
static bool read_mouse(struct tty *t, struct input *in)
{
	for (;;) {
		int c = wgetch(t->pad);

		if (c == ERR)
			return false;
		if (c > 0x7f || t->reported >= (int)sizeof(t->report) - 1 || !strchr("0123456789;Mm", c)) {
			t->reported = -1;
			return false;
		}
		t->report[t->reported++] = (char)c;
		if (c != 'M' && c != 'm')
			continue;
		t->report[t->reported] = '\0';
		t->reported = -1;
		return decode_mouse(t->report, in);
	}
}

static bool read_signal(struct tty *t, struct input *in)
{
	if (seen_quit) {
		in->type = IN_QUIT;
		in->signal = seen_quit;
	} else if (seen_stop) {
		seen_stop = 0;
		tty_suspend(t);
		in->type = IN_REDRAW;
	} else if (seen_winch) {
		seen_winch = 0;
		read_size(t);
		resizeterm(t->h, t->w);
		in->type = IN_RESIZE;
	} else if (seen_int) {
		seen_int = 0;
		in->type = IN_KEY;
		in->key = 3;
	} else {
		return false;
	}
	return true;
}

static bool read_one(struct tty *t, struct input *in)
{
	wint_t c;
	int r;

	if (t->reported >= 0)
		return read_mouse(t, in);
	r = wget_wch(t->pad, &c);
	if (r == ERR)
		return false;
	if (r == KEY_CODE_YES && c == CODE_SGR_MOUSE) {
		t->reported = 0;
		return read_mouse(t, in);
	}
	in->key = r == KEY_CODE_YES ? map_key((int)c) : map_char(c);
	in->type = in->key ? IN_KEY : IN_NONE;
	return in->key;
}

/* No signal comes between the bytes of one key: curses would take the half for a key. */
static bool read_key(struct tty *t, struct input *in)
{
	sigset_t all, old;
	bool got;

	sigfillset(&all);
	for (size_t i = 0; i < ARRAY_SIZE(crash_signals); i++)
		sigdelset(&all, crash_signals[i]);
	sigprocmask(SIG_BLOCK, &all, &old);
	got = read_one(t, in);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return got;
}

struct input tty_read(struct tty *t, int ms)
{
	struct input in;
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
	int r;

	memset(&in, 0, sizeof(in));
	if (read_signal(t, &in) || read_key(t, &in))
		return in;
	r = poll(&p, 1, ms);
	if (read_signal(t, &in))
		return in;
	if (r > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL))) {
		in.type = IN_QUIT;
		in.signal = SIGHUP;
		return in;
	}
	if (r > 0)
		read_key(t, &in);
	return in;
}
