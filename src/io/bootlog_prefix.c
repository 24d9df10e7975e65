/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands before and around the kernel's text in a log: levels, time stamps,
 * callers, syslog and journal headings, /dev/kmsg records, quote marks of mails,
 * headings of whoever recorded a serial line, colours.
 *
 *   2024-05-01T10:00:00.123 <6>[    0.000000][    T0]   DMA   [mem ...]
 *   '- the recorder --------'-'- time and caller --'  '- the line --'
 *
 * Each kind is taken off as often as it is found, in any order. Whatever else
 * stands before a kernel time stamp goes with it.
 */
#include "io/bootlog_internal.h"

#include <string.h>

#define MAX_HEADING 100 /* characters before a time stamp */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "<5>", "kern  :info  : " (dmesg -x). */
static const char *strip_level(const char *s)
{
	const char *p = s;

	if (*s == '<') {
		p++;
		while (is_digit(*p))
			p++;
		return *p == '>' && p > s + 1 ? p + 1 : s;
	}
	if (strncmp(s, "kern ", 5) && strncmp(s, "kern:", 5) && strncmp(s, "user ", 5))
		return s;
	p = strchr(s, ':');
	p = p ? strchr(p + 1, ':') : NULL;
	return p && p - s < 24 ? p + (p[1] == ' ' ? 2 : 1) : s;
}

/* "[    0.000000] ", "[    T0] ", "[Fri May 22 09:34:57 2026] ", but not "[mem ...". */
static const char *strip_bracket(const char *s)
{
	const char *e;

	if (*s != '[' || !strncmp(s, "[mem", 4))
		return s;
	e = strchr(s, ']');
	if (!e || e - s > 40)
		return s;
	return e[1] == ' ' ? e + 2 : e + 1;
}

/* Everything up to "kernel: " or "kernel[0]: ", where that is a syslog or journal prefix. */
static const char *strip_syslog(const char *s)
{
	const char *k = strstr(s, "kernel: "), *n = strstr(s, "kernel[0]: "), *b = strchr(s, '[');
	const char *end = k ? k + 8 : n ? n + 11 : NULL;

	k = k ? k : n;
	if (!k || k - s > MAX_HEADING || (b && b < k) || (k > s && k[-1] != ' '))
		return s;
	return end;
}

/* The end of "[   12.345678]" at @s; NULL: no kernel time stamp. */
static const char *time_stamp_end(const char *s)
{
	const char *p = s + 1, *digits;

	while (*p == ' ')
		p++;
	digits = p;
	while (is_digit(*p))
		p++;
	if (*s != '[' || p == digits || *p != '.' || !is_digit(p[1]))
		return NULL;
	for (p++; is_digit(*p); p++)
		;
	return *p == ']' ? p + 1 : NULL;
}

/* A recorder's heading: all that stands before a kernel time stamp. */
static const char *strip_heading(const char *s)
{
	for (const char *p = s; *p && p - s < MAX_HEADING; p++)
		if (time_stamp_end(p))
			return p;
	return s;
}

/* "2024-05-01T10:00:00,123456+02:00 ": dmesg --time-format iso, and recorders. */
static const char *strip_iso_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	const char *p = s;

	for (const char *f = form; *f; f++, p++) {
		bool ok = *f == 'd' ? is_digit(*p) : *f == 'T' ? *p == 'T' || *p == ' ' : *p == *f;

		if (!ok)
			return s;
	}
	p += strspn(p, ".,0123456789+-:Z");
	return *p == ' ' ? p + 1 : s;
}

/* "6,339,5140900,-;": a record of /dev/kmsg. */
static const char *strip_kmsg(const char *s)
{
	const char *p = s;
	int commas = 0;

	for (; commas < 3; p++) {
		if (*p == ',')
			commas++;
		else if (!is_digit(*p))
			return s;
	}
	p += strcspn(p, ";");
	return *p == ';' && p - s < MAX_HEADING ? p + 1 : s;
}

/* "> " of mails, "| " of tables, a "(0)[0:swapper]" of phones; blanks before a bracket. */
static const char *strip_marks(const char *s)
{
	const char *p = s + strspn(s, " \t");

	if (*p == '[' && p > s)
		return strncmp(p, "[mem", 4) && strip_bracket(p) > p && time_stamp_end(p) ? p : s;
	if (*s == '>' || *s == '|')
		return s[1] == ' ' ? s + 2 : s + 1;
	if (*s == '(' && is_digit(s[1])) {
		p = strstr(s, ")[");
		return p && p - s < 6 ? p + 1 : s;
	}
	return s;
}

const char *bootlog_strip_prefix(const char *line)
{
	static const char *(*const strip[])(const char *) = {
		strip_level, strip_bracket, strip_heading, strip_syslog, strip_iso_time, strip_kmsg, strip_marks,
	};

	for (int i = 0; i < 12; i++) {
		const char *s = line;

		for (size_t k = 0; k < ARRAY_SIZE(strip) && s == line; k++)
			s = strip[k](line);
		if (s == line)
			break;
		line = s;
	}
	return line;
}

/* Bytes of the colour sequence at @s (ESC [ ... letter); 0: there is none. */
static size_t colour_len(const char *s, size_t len)
{
	size_t n = 2;

	if (len < 3 || s[0] != '\033' || s[1] != '[')
		return 0;
	while (n < len && (s[n] == ';' || is_digit(s[n])))
		n++;
	return n < len ? n + 1 : n;
}

void bootlog_clean_line(char *dst, size_t max, const char *src, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < max; i++) {
		unsigned char c = (unsigned char)src[i];
		size_t skip = colour_len(src + i, len - i);

		if (skip) {
			i += skip - 1;
			continue;
		}
		if (c == '\r' || c == '\0')
			continue;
		dst[n++] = c < ' ' && c != '\t' ? ' ' : (char)c;
	}
	while (n && (dst[n - 1] == ' ' || dst[n - 1] == '\t'))
		n--;
	dst[n] = '\0';
}
