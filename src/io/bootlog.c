/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot log, line by line: take prefixes off, find the rule whose text the
 * line starts with, let it read the numbers. The rules live in bootlog_map.c
 * (firmware maps), bootlog_resv.c (reservations), bootlog_node.c
 * (nodes and zones) and bootlog_misc.c (version, cpus, sizes).
 *
 *   Aug 17 10:22:09 host kernel: [    0.000000][    T0]   DMA   [mem ...]
 *   '---- syslog ------------' '---- time and caller --'  '- the line --'
 */
#include "io/bootlog_internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NOTED 12

void log_bad(struct log_parse *p, const char *why)
{
	p->log->nr_ignored++;
	if (p->notes && p->nr_noted < MAX_NOTED) {
		text_printf(p->notes, "boot log line %u ignored: %s\n", p->line, why);
		p->nr_noted++;
	}
}

bool log_range_ok(struct log_parse *p, phys_t start, phys_t end)
{
	if (start < end)
		return true;
	log_bad(p, "the range ends before it starts");
	return false;
}

bool log_nid_ok(struct log_parse *p, int nid)
{
	if (nid >= 0 && nid < MAX_NUMNODES)
		return true;
	log_bad(p, "no such node number");
	return false;
}

void *log_list_add(struct log_parse *p, void **list, size_t *nr, size_t *cap, size_t size)
{
	void *n;

	if (*nr >= BOOTLOG_MAX_ITEMS) {
		log_bad(p, "more lines of this kind than any machine has");
		return NULL;
	}
	if (*nr == *cap) {
		size_t want = *cap ? *cap * 2 : 32;

		n = realloc(*list, want * size);
		if (!n) {
			p->log->failed = true;
			return NULL;
		}
		*list = n;
		*cap = want;
	}
	n = (char *)*list + (*nr)++ * size;
	memset(n, 0, size);
	return n;
}

/* "<5>", "kern  :info  : " (dmesg -x). */
static const char *strip_level(const char *s)
{
	const char *p = s;

	if (*s == '<') {
		p++;
		while (*p >= '0' && *p <= '9')
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

/* Everything up to "kernel: ", where that is a syslog or journal prefix. */
static const char *strip_syslog(const char *s)
{
	const char *k = strstr(s, "kernel: ");
	const char *b = strchr(s, '[');

	if (!k || k - s > 100 || (b && b < k) || (k > s && k[-1] != ' '))
		return s;
	return k + 8;
}

const char *bootlog_strip_prefix(const char *line)
{
	const char *s;

	for (int i = 0; i < 8; i++) {
		s = strip_bracket(strip_level(line));
		if (s == line)
			s = strip_syslog(line);
		if (s == line)
			break;
		line = s;
	}
	return line;
}

static bool try_rules(struct log_parse *p, const struct log_rule *r, const char *s)
{
	for (; r->prefix; r++) {
		size_t n = strlen(r->prefix);

		if (!strncmp(s, r->prefix, n)) {
			r->fn(p, s + n);
			return true;
		}
	}
	return false;
}

static void one_line(struct log_parse *p, const char *line)
{
	const char *s = bootlog_strip_prefix(line);

	scan_blanks(&s);
	if (!*s)
		return;
	if (try_rules(p, bootlog_map_rules, s) || try_rules(p, bootlog_resv_rules, s) ||
	    try_rules(p, bootlog_node_rules, s))
		return;
	try_rules(p, bootlog_misc_rules, s);
}

/* Bytes of the colour sequence at @s (ESC [ ... letter); 0: there is none. */
static size_t colour_len(const char *s, size_t len)
{
	size_t n = 2;

	if (len < 3 || s[0] != '\033' || s[1] != '[')
		return 0;
	while (n < len && (s[n] == ';' || (s[n] >= '0' && s[n] <= '9')))
		n++;
	return n < len ? n + 1 : n;
}

/* Copy a line without colours, CR and NUL bytes; other control bytes become blanks. */
static void clean_line(char *dst, const char *src, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < BOOTLOG_MAX_LINE; i++) {
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

void bootlog_parse(struct bootlog *log, const char *text, size_t len, bool withhold, struct text *notes)
{
	struct log_parse p = { .log = log, .notes = notes, .withhold = withhold };
	char *line = malloc(BOOTLOG_MAX_LINE + 1);
	const char *end = text + len;

	memset(log, 0, sizeof(*log));
	if (!line) {
		log->failed = true;
		return;
	}
	while (text < end && !log->failed) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl ? nl : end) - text);

		p.line = ++log->nr_lines;
		clean_line(line, text, n);
		one_line(&p, line);
		text += n + 1;
	}
	free(line);
	if (notes && log->nr_ignored > p.nr_noted)
		text_printf(notes, "boot log: %u more lines ignored for such reasons\n",
			    log->nr_ignored - p.nr_noted);
}

void bootlog_cleanup(struct bootlog *log)
{
	free(log->cmdline);
	free(log->e820);
	free(log->op);
	free(log->efi);
	free(log->srat);
	free(log->fake);
	free(log->cpu);
	free(log->group);
	free(log->resv);
	free(log->freed);
	free(log->zone);
	free(log->movable);
	free(log->early);
	free(log->initmem);
	free(log->hole);
	free(log->total);
	memset(log, 0, sizeof(*log));
}
