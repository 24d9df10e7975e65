/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What leaves the terminal: a recording that a terminal emulator plays back to
 * the very same screen, and pictures of every kind in every palette that all
 * show the same text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/types.h"
#include "../ui/canvas.h"
#include "pty_session.h"

#define W 100
#define H 30
#define H2 28 /* after the change of size */

struct session {
	struct pty_session pty;
	char dir[64];
};

static void start(struct session *s, int w, int h)
{
	static const char *const args[] = { "ini/article-arm64.ini", NULL };

	snprintf(s->dir, sizeof(s->dir), "/tmp/mmview-cast-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	pty_start(&s->pty, w, h, args);
}

/* Each key has been answered before the next one comes. */
static void type(struct session *s, const char *keys)
{
	pty_type(&s->pty, keys);
	pty_settle(&s->pty);
}

static void typef(struct session *s, const char *fmt, ...) PRINTF(2, 3);
static void typef(struct session *s, const char *fmt, ...)
{
	char buf[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	type(s, buf);
}

static char *slurp(const char *dir, const char *name)
{
	char path[160], *buf;
	struct stat st;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f || fstat(fileno(f), &st)) {
		print_message("# %s is not there\n", path);
		fail();
		return NULL;
	}
	buf = calloc((size_t)st.st_size + 1, 1);
	assert_non_null(buf);
	assert_int_equal(fread(buf, 1, (size_t)st.st_size, f), st.st_size);
	fclose(f);
	return buf;
}

static void remove_dir(const char *dir)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	if (system(cmd))
		print_message("# %s stays\n", dir);
}

/* --- recordings --------------------------------------------------------------------- */

/* Decode the JSON string at *s (after its opening quote) into @out. Return: bytes; *s is after the closing quote. */
static size_t json_string(const char **s, char *out)
{
	size_t n = 0;

	while (**s && **s != '"') {
		unsigned ch;

		assert_true((u8)**s >= 0x20);
		if (**s != '\\') {
			out[n++] = *(*s)++;
			continue;
		}
		(*s)++;
		if (**s == 'u') {
			assert_int_equal(sscanf(*s + 1, "%4x", &ch), 1);
			assert_true(ch < 0x80);
			out[n++] = (char)ch;
			*s += 5;
		} else {
			assert_true(**s == '"' || **s == '\\');
			out[n++] = *(*s)++;
		}
	}
	assert_int_equal(**s, '"');
	(*s)++;
	return n;
}

static void assert_whole_characters(const char *buf, size_t n)
{
	const char *s = buf;

	while (s < buf + n)
		assert_int_not_equal(utf8_next(&s), 0xfffd);
	assert_ptr_equal(s, buf + n);
}

struct tape {
	double last;
	int frames, resizes;
	FILE *script; /* shell commands that play it */
	const char *dir;
};

/* One event: times rise, strings are whole. Its part of the player is a file and a line of shell. */
static void play_line(struct tape *t, const char *line)
{
	char *data = malloc(strlen(line) + 1), path[160], kind;
	int at = 0, w, h;
	double time;
	const char *s;
	FILE *f;
	size_t n;

	assert_non_null(data);
	assert_int_equal(sscanf(line, "[%lf, \"%c\", \"%n", &time, &kind, &at), 2);
	assert_true(at > 0 && time >= t->last);
	s = line + at;
	n = json_string(&s, data);
	assert_string_equal(s, "]");
	fprintf(t->script, "sleep %.3f\n", (time - t->last) / 20);
	t->last = time;
	if (kind == 'r') {
		data[n] = '\0';
		assert_int_equal(sscanf(data, "%dx%d", &w, &h), 2);
		fprintf(t->script, "tmux -S %s/tmux resize-window -x %d -y %d\n", t->dir, w, h);
		t->resizes++;
	} else {
		assert_int_equal(kind, 'o');
		assert_whole_characters(data, n);
		snprintf(path, sizeof(path), "%s/%d.raw", t->dir, t->frames);
		f = fopen(path, "w");
		assert_non_null(f);
		fwrite(data, 1, n, f);
		fclose(f);
		fprintf(t->script, "cat %s\n", path);
		t->frames++;
	}
	free(data);
}

static void make_player(struct tape *t, char *cast)
{
	char path[160], *save = NULL, *line = strtok_r(cast, "\n", &save);
	int w, h, at = 0;

	assert_int_equal(sscanf(line, "{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %*d, \"title\": \"mmview\"}%n", &w, &h, &at), 2);
	assert_int_equal(at, strlen(line));
	assert_int_equal(w, W);
	assert_int_equal(h, H);
	snprintf(path, sizeof(path), "%s/play.sh", t->dir);
	t->script = fopen(path, "w");
	assert_non_null(t->script);
	fprintf(t->script, "while [ ! -f %s/go ]; do sleep 0.05; done\n", t->dir);
	while ((line = strtok_r(NULL, "\n", &save)))
		play_line(t, line);
	/* The terminal answers when it has drawn what came before the question. */
	fprintf(t->script, "stty -echo -icanon min 1\nprintf '\\033[5n'\ndd bs=1 count=4 2>%s/none >%s/none\n", t->dir, t->dir);
	fprintf(t->script, "touch %s/done\nsleep 600\n", t->dir);
	fclose(t->script);
}

/* The player in a tmux of its own; what it shows at the end goes to the file "played". */
static void play(const char *dir)
{
	pty_shell("LC_ALL=C.UTF-8 tmux -u -S %s/tmux -f /dev/null new-session -d -x %d -y %d sh %s/play.sh", dir, W, H, dir);
	pty_shell("tmux -S %s/tmux set -g status off; tmux -S %s/tmux resize-window -x %d -y %d; touch %s/go", dir, dir, W, H, dir);
	pty_shell("i=0; while [ ! -f %s/done ] && [ $i -lt 1200 ]; do sleep 0.1; i=$((i + 1)); done; [ -f %s/done ]", dir, dir);
	pty_shell("tmux -S %s/tmux capture-pane -p > %s/played; tmux -S %s/tmux kill-server", dir, dir, dir);
}

/* Line @i of @text without blanks at its end. */
static void line_of(const char *text, int i, char *out, size_t size)
{
	size_t n;

	while (i-- > 0 && *text) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	n = strcspn(text, "\n");
	snprintf(out, size, "%.*s", (int)n, text);
	for (n = strlen(out); n && out[n - 1] == ' '; n--)
		out[n - 1] = '\0';
}

/* The row of @text that begins with @word after blanks; -1 where none does. */
static int row_with(const char *text, const char *word)
{
	char line[1024];

	for (int i = 0; i < H2; i++) {
		line_of(text, i, line, sizeof(line));
		if (!strncmp(line + strspn(line, " "), word, strlen(word)))
			return i;
	}
	return -1;
}

static void assert_same_text(const char *want, const char *got, int rows, int but)
{
	char a[1024], b[1024];

	for (int i = 0; i < rows; i++) {
		line_of(want, i, a, sizeof(a));
		line_of(got, i, b, sizeof(b));
		if (i != but && strcmp(a, b)) {
			print_message("# row %d\n# want %s\n# got  %s\n", i, a, b);
			fail();
		}
	}
}

/*
 * Keys, a running workload, a change of size, the timeline and quotes in the
 * prompt are recorded. Expect a valid asciicast v2 whose last screen, played by
 * tmux, is the picture that the program took of itself at the end.
 */
static void a_recording_plays_back_to_the_same_screen(void **state)
{
	struct winsize ws = { H2, W, 0, 0 };
	struct session s;
	struct tape t = { 0 };
	char *cast, *shot, *played;

	start(&s, W, H);
	typef(&s, ":record %s/a.cast\r", s.dir);
	for (const char *k = "aaa+++lljj"; *k; k++)
		typef(&s, "%c", *k);
	type(&s, ":run random ops=2000\r");
	ioctl(s.pty.fd, TIOCSWINSZ, &ws);
	pty_settle(&s.pty);
	type(&s, "r\033[5~");
	type(&s, ":alloc order=1 as=\"b\\s\"\r");
	pty_read(&s.pty, 500); /* the flash of what was done fades */
	pty_settle(&s.pty);
	typef(&s, ":shot %s/end.txt\r", s.dir);
	pty_quit(&s.pty, "q");
	t.dir = s.dir;
	cast = slurp(s.dir, "a.cast");
	make_player(&t, cast);
	assert_int_equal(t.resizes, 1);
	assert_true(t.frames > 8);
	play(s.dir);
	shot = slurp(s.dir, "end.txt");
	played = slurp(s.dir, "played");
	/* One row of the played screen says "saved ...": the picture was taken before. */
	assert_same_text(shot, played, H2, row_with(played, "saved "));
	free(cast);
	free(shot);
	free(played);
	remove_dir(s.dir);
}

/* --- pictures ------------------------------------------------------------------------- */

/* Text of an .ans file: escapes dropped. */
static char *text_of_ans(const char *s)
{
	char *out = calloc(strlen(s) + 1, 1);
	size_t n = 0;

	assert_non_null(out);
	while (*s) {
		if (*s != '\033') {
			out[n++] = *s++;
			continue;
		}
		assert_int_equal(s[1], '[');
		s += 2 + strspn(s + 2, "0123456789;");
		assert_int_equal(*s++, 'm');
	}
	return out;
}

/* Text of an .html file's <pre>: tags dropped, entities resolved. */
static char *text_of_html(const char *s)
{
	char *out = calloc(strlen(s) + 1, 1);
	size_t n = 0;
	int open = 0;

	assert_non_null(out);
	s = strstr(s, "<pre");
	assert_non_null(s);
	s = strchr(s, '\n') + 1;
	while (*s) {
		if (*s == '<') {
			open += s[1] == '/' ? -1 : 1;
			s = strchr(s, '>') + 1;
		} else if (!strncmp(s, "&lt;", 4)) {
			out[n++] = '<';
			s += 4;
		} else if (!strncmp(s, "&amp;", 5)) {
			out[n++] = '&';
			s += 5;
		} else {
			assert_int_not_equal(*s, '&');
			out[n++] = *s++;
		}
	}
	assert_int_equal(open, -1); /* </pre> */
	return out;
}

/* Every <text> of the picture stands where the text has its character. */
static void assert_svg_shows(const char *svg, const char *text)
{
	int x, y, seen = 0;

	assert_memory_equal(svg, "<svg ", 5);
	assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
	for (const char *s = svg; (s = strstr(s, "<text ")); s++) {
		char row[1024], want[8] = "", *p = row;
		const char *got = strchr(s, '>') + 1, *c;

		assert_int_equal(sscanf(s, "<text x=\"%d\" y=\"%d\"", &x, &y), 2);
		line_of(text, (y - 15) / 20, row, sizeof(row));
		c = p;
		for (int col = 0; col < x / 10; col++)
			utf8_next(&c);
		utf8_put(*c ? utf8_next(&c) : 0, want);
		if (*want != '<' && *want != '&')
			assert_memory_equal(got, want, strlen(want));
		seen++;
	}
	assert_true(seen > 300);
}

static void check_palette(struct session *s, const char *palette)
{
	char *txt, *ans, *html, *svg, *plain;

	typef(s, ":palette %s\r", palette);
	pty_read(&s->pty, 600);
	typef(s, ":shot %s/a.txt\r", s->dir);
	typef(s, ":shot %s/a.ans\r", s->dir);
	typef(s, ":shot %s/a.html\r", s->dir);
	typef(s, ":shot %s/a.svg\r", s->dir);
	txt = slurp(s->dir, "a.txt");
	ans = slurp(s->dir, "a.ans");
	html = slurp(s->dir, "a.html");
	svg = slurp(s->dir, "a.svg");
	plain = text_of_ans(ans);
	assert_same_text(txt, plain, 24, -1);
	free(plain);
	plain = text_of_html(html);
	assert_same_text(txt, plain, 24, -1);
	assert_svg_shows(svg, txt);
	free(plain);
	free(txt);
	free(ans);
	free(html);
	free(svg);
}

static void pictures_show_the_same_in_every_palette(void **state)
{
	static const char *const palettes[] = { "dark", "light", "contrast", "deuteranopia", "tritanopia", "mono" };
	struct session s;

	start(&s, 80, 24);
	type(&s, "aaa");
	for (size_t i = 0; i < ARRAY_SIZE(palettes); i++)
		check_palette(&s, palettes[i]);
	pty_quit(&s.pty, "q");
	remove_dir(s.dir);
}

static int skip_without_tools(void **state)
{
	if (access(pty_program(), X_OK) || system("command -v tmux >/dev/null")) {
		print_message("# skip: %s is not built, or tmux is not installed\n", pty_program());
		skip();
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_recording_plays_back_to_the_same_screen, skip_without_tools),
		cmocka_unit_test_setup(pictures_show_the_same_in_every_palette, skip_without_tools),
	};

	return cmocka_run_group_tests_name("ui_cast", tests, NULL, NULL);
}
