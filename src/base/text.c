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

/*
 * Bytes of the character at @p, 0 where a terminal would act on it: control characters, DEL,
 * U+0080 ... U+009F (ESC and a letter in one), and bytes that are no UTF-8, which a terminal of
 * 8 bits may take for those.
 */
static int harmless_len(const unsigned char *p)
{
	int n = *p < 0x80 ? 1 : *p >= 0xc2 && *p < 0xe0 ? 2 : *p >> 4 == 14 ? 3 : *p >= 0xf0 && *p < 0xf5 ? 4 : 0;

	if (n == 1)
		return (*p >= ' ' && *p != 0x7f) || *p == '\n' || *p == '\t';
	for (int i = 1; i < n; i++)
		if (p[i] >> 6 != 2)
			return 0;
	return n == 2 && p[0] == 0xc2 && p[1] < 0xa0 ? 0 : n;
}

const char *text_harmful(const char *s)
{
	for (int n; *s; s += n) {
		n = harmless_len((const unsigned char *)s);
		if (!n)
			return s;
	}
	return NULL;
}

char *text_harmless(char *s)
{
	for (char *p = s; p && *p; p++) {
		const char *bad = text_harmful(p);

		if (!bad)
			break;
		p += bad - p;
		*p = '?';
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
