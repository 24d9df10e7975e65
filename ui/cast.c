/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings: asciicast v2. A header, then a line of JSON per frame ("o") and per
 * change of size ("r"), so that any player can show it. A line reaches the file at
 * once and whole: who is killed, or finds the disk full, leaves a recording that
 * plays up to then.
 */
#include "app.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct cast {
	int fd;
	u64 start; /* ms */
	off_t whole; /* bytes in the file that are whole lines */
	struct text line;
	int error;   /* why nothing is written any more, -errno; 0: it is */
};

/* The line goes to the file; what of it does not fit is taken away again. */
static void put_line(struct cast *c)
{
	const char *s = text_str(&c->line);
	size_t left = c->line.len;

	if (c->line.failed)
		c->error = -ENOMEM;
	while (left && !c->error) {
		ssize_t n = write(c->fd, s, left);

		if (n < 0 && errno != EINTR)
			c->error = -errno;
		s += n > 0 ? n : 0;
		left -= n > 0 ? (size_t)n : 0;
	}
	if (!c->error)
		c->whole += (off_t)c->line.len;
	else if (ftruncate(c->fd, c->whole))
		c->whole = 0; /* a pipe: what is gone is gone */
	text_clear(&c->line);
}

struct cast *cast_start(const char *path, int w, int h, struct mm_error *err)
{
	struct cast *c = calloc(1, sizeof(*c));

	if (!c) {
		mm_fail(err, -ENOMEM, "no memory for a recording");
		return NULL;
	}
	c->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (c->fd < 0) {
		mm_fail(err, -errno, "cannot write %s: %s", path, strerror(errno));
		free(c);
		return NULL;
	}
	c->start = clock_ms();
	text_printf(&c->line, "{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %lld, \"title\": \"mmview\"}\n", w, h,
		    (long long)time(NULL));
	put_line(c);
	/* The cursor of the player's terminal is not part of the picture. */
	cast_write(c, "\033[?25l", 6);
	if (c->error) {
		mm_fail(err, c->error, "cannot write %s (%s); is the disk full?", path, strerror(-c->error));
		cast_stop(c);
		return NULL;
	}
	return c;
}

/* "[seconds, kind, " of a new line; the clock never goes back, so times do not either. */
static void begin_line(struct cast *c, char kind)
{
	u64 ms = clock_ms() - c->start;

	text_printf(&c->line, "[%llu.%03llu, \"%c\", \"", (unsigned long long)ms / 1000, (unsigned long long)ms % 1000, kind);
}

static void put_json(struct text *t, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		u8 b = (u8)s[i];

		if (b == '"' || b == '\\')
			text_printf(t, "\\%c", b);
		else if (b < 0x20 || b == 0x7f)
			text_printf(t, "\\u%04x", b);
		else
			text_write(t, &s[i], 1);
	}
}

/* A whole frame at once: no character of UTF-8 is cut in two. */
void cast_write(void *arg, const char *s, size_t n)
{
	struct cast *c = arg;

	if (c->error)
		return;
	begin_line(c, 'o');
	put_json(&c->line, s, n);
	text_puts(&c->line, "\"]\n");
	put_line(c);
}

void cast_resize(struct cast *c, int w, int h)
{
	if (c->error)
		return;
	begin_line(c, 'r');
	text_printf(&c->line, "%dx%d\"]\n", w, h);
	put_line(c);
}

int cast_error(const struct cast *c) { return c->error; }

int cast_stop(struct cast *c)
{
	int error = c->error;

	if (close(c->fd) && !error)
		error = -errno;
	text_cleanup(&c->line);
	free(c);
	return error;
}
