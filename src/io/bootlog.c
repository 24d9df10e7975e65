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
	    try_rules(p, bootlog_node_rules, s) || try_rules(p, bootlog_other_rules, s))
		return;
	try_rules(p, bootlog_misc_rules, s);
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
		bootlog_clean_line(line, BOOTLOG_MAX_LINE, text, n);
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
	free(log->ram);
	free(log->cpu);
	free(log->group);
	free(log->resv);
	free(log->freed);
	free(log->virtio);
	free(log->zone);
	free(log->movable);
	free(log->early);
	free(log->initmem);
	free(log->hole);
	free(log->total);
	memset(log, 0, sizeof(*log));
}
