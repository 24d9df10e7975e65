/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growing text buffers and sizes in words: see text.h. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_init(struct text *t) { memset(t, 0, sizeof(*t)); }

void text_cleanup(struct text *t)
{
	free(t->buf);
	text_init(t);
}

void text_clear(struct text *t)
{
	t->len = 0;
	t->failed = false;
	if (t->buf)
		t->buf[0] = '\0';
}

char *text_harmless(char *s)
{
	for (unsigned char *p = (unsigned char *)s; p && *p; p++) {
		/* Also U+0080 ... U+009F, which terminals take for ESC and a letter. */
		bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;

		if (c1 || (*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f)
			*p = '?';
		if (c1)
			*++p = '?';
	}
	return s;
}

static bool text_reserve(struct text *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 256;
	char *buf;

	if (t->failed)
		return false;
	if (t->len + more + 1 <= t->cap)
		return true;
	while (cap < t->len + more + 1)
		cap *= 2;
	buf = realloc(t->buf, cap);
	if (!buf) {
		t->failed = true;
		return false;
	}
	t->buf = buf;
	t->cap = cap;
	return true;
}

void text_write(struct text *t, const char *s, size_t n)
{
	if (!text_reserve(t, n))
		return;
	memcpy(t->buf + t->len, s, n);
	t->len += n;
	t->buf[t->len] = '\0';
}

void text_puts(struct text *t, const char *s) { text_write(t, s, strlen(s)); }

void text_vprintf(struct text *t, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || !text_reserve(t, (size_t)n))
		return;
	vsnprintf(t->buf + t->len, (size_t)n + 1, fmt, ap);
	t->len += (size_t)n;
}

void text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(t, fmt, ap);
	va_end(ap);
}

const char *text_str(const struct text *t) { return t->buf ? t->buf : ""; }

const char *size_str(u64 bytes, char *buf, size_t n)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned u = 0;
	u64 v = bytes;

	while (u + 1 < ARRAY_SIZE(unit) && v >= 1024 && v % 1024 == 0) {
		v /= 1024;
		u++;
	}
	if (v < 10240) {
		snprintf(buf, n, "%llu %s", (unsigned long long)v, unit[u]);
		return buf;
	}
	double d = (double)bytes;
	for (u = 0; u + 1 < ARRAY_SIZE(unit) && d >= 1024; u++)
		d /= 1024;
	snprintf(buf, n, "%.1f %s", d, unit[u]);
	return buf;
}

int parse_size(const char *s, u64 *out, const char **end)
{
	static const char suffix[] = "KMGTPE";
	const char *p, *which;
	char *stop;
	u64 v;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	v = strtoull(s, &stop, 0);
	if (errno == ERANGE)
		return -ERANGE;
	if (stop == s)
		return -EINVAL;
	p = stop;
	which = *p ? strchr(suffix, *p >= 'a' ? *p - 32 : *p) : NULL;
	if (which) {
		unsigned shift = 10 * (unsigned)(which - suffix + 1);

		if (v && shift > (unsigned)__builtin_clzll(v))
			return -ERANGE;
		v <<= shift;
		p++;
	}
	if (end)
		*end = p;
	else if (*p)
		return -EINVAL;
	*out = v;
	return 0;
}
