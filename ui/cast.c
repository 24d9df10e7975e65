/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings: asciicast v2. A header, then a line of JSON per frame ("o") and per
 * change of size ("r"), so that any player can show it.
 */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES (1 << 20) /* a line reaches the file in one piece */

struct cast {
	FILE *f;
	u64 start; /* ms */
};

struct cast *cast_start(const char *path, int w, int h, struct mm_error *err)
{
	struct cast *c = calloc(1, sizeof(*c));

	if (!c) {
		mm_fail(err, -ENOMEM, "no memory for a recording");
		return NULL;
	}
	c->f = fopen(path, "w");
	if (!c->f) {
		mm_fail(err, -errno, "cannot write %s: %s", path, strerror(errno));
		free(c);
		return NULL;
	}
	setvbuf(c->f, NULL, _IOFBF, LINE_BYTES);
	c->start = clock_ms();
	fprintf(c->f, "{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %lld, \"title\": \"mmview\"}\n", w, h,
		(long long)time(NULL));
	/* The cursor of the player's terminal is not part of the picture. */
	cast_write(c, "\033[?25l", 6);
	if (ferror(c->f)) {
		mm_fail(err, -EIO, "cannot write %s; is the disk full?", path);
		cast_stop(c);
		return NULL;
	}
	return c;
}

/* "[seconds, kind, " of a new line; the clock never goes back, so times do not either. */
static void begin_line(struct cast *c, char kind)
{
	u64 ms = clock_ms() - c->start;

	fprintf(c->f, "[%llu.%03llu, \"%c\", \"", (unsigned long long)ms / 1000, (unsigned long long)ms % 1000, kind);
}

static void put_json(FILE *f, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		u8 b = (u8)s[i];

		if (b == '"' || b == '\\')
			fprintf(f, "\\%c", b);
		else if (b < 0x20 || b == 0x7f)
			fprintf(f, "\\u%04x", b);
		else
			fputc(b, f);
	}
}

/* A whole frame at once: no character of UTF-8 is cut in two, and whoever kills us leaves whole lines. */
void cast_write(void *arg, const char *s, size_t n)
{
	struct cast *c = arg;

	begin_line(c, 'o');
	put_json(c->f, s, n);
	fputs("\"]\n", c->f);
	fflush(c->f);
}

void cast_resize(struct cast *c, int w, int h)
{
	begin_line(c, 'r');
	fprintf(c->f, "%dx%d\"]\n", w, h);
}

int cast_stop(struct cast *c)
{
	int bad = ferror(c->f) | fclose(c->f);

	free(c);
	return bad ? -EIO : 0;
}
