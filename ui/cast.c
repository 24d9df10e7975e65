/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recordings: asciicast v2, a line of JSON per frame. */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
	c->start = clock_ms();
	fprintf(c->f, "{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %lld, \"title\": \"mmview\"}\n", w, h,
		(long long)time(NULL));
	return c;
}

void cast_write(void *arg, const char *s, size_t n)
{
	struct cast *c = arg;
	u64 ms = clock_ms() - c->start;

	fprintf(c->f, "[%llu.%03llu, \"o\", \"", (unsigned long long)ms / 1000, (unsigned long long)ms % 1000);
	for (size_t i = 0; i < n; i++) {
		u8 b = (u8)s[i];

		if (b == '"' || b == '\\')
			fprintf(c->f, "\\%c", b);
		else if (b < 0x20 || b == 0x7f)
			fprintf(c->f, "\\u%04x", b);
		else
			fputc(b, c->f);
	}
	fputs("\"]\n", c->f);
}

void cast_stop(struct cast *c)
{
	fclose(c->f);
	free(c);
}
