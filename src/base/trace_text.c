/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel traces as text. Three tools, one idea: who, where, when, event, fields.
 *
 *   tracefs     bash-1234    [001] d..1.  12.345678: mm_page_free: page=... pfn=0x12 order=0
 *   trace-cmd   bash-1234    [001]        12.345678: mm_page_free:        page=... pfn=0x12 order=0
 *   perf        bash  1234   [001]        12.345678: kmem:mm_page_free: page=... pfn=0x12 order=0
 *
 * The event's name followed by a colon is what all have in common; what stands
 * before it may be missing. Fields are key=value; unknown ones are passed over.
 */
#include "base/trace_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ORDER_SEEN 30 /* larger is no order of any kernel */

static const char *const names[NR_TRACE_LINES] = {
	[TL_ALLOC] = "mm_page_alloc",		[TL_FREE] = "mm_page_free",
	[TL_FREE_BATCHED] = "mm_page_free_batched", [TL_ZONE_LOCKED] = "mm_page_alloc_zone_locked",
	[TL_EXTFRAG] = "mm_page_alloc_extfrag", [TL_PCPU_DRAIN] = "mm_page_pcpu_drain",
};

const char *trace_line_name(enum trace_line_type t)
{
	return t < NR_TRACE_LINES ? names[t] : NULL;
}

/* A line in memory that does not end with a NUL byte of its own. */
struct span {
	const char *p, *end;
};

static struct span line_of(const char *text)
{
	return (struct span){ text, text + strcspn(text, "\r\n") };
}

/* The event that is named at @p, whose name ends with a colon; *fields is behind it. */
static enum trace_line_type event_at(const struct span *l, const char *p, const char **fields)
{
	for (int t = TL_ALLOC; t < NR_TRACE_LINES; t++) {
		size_t n = strlen(names[t]);

		if ((size_t)(l->end - p) <= n || memcmp(p, names[t], n) || p[n] != ':')
			continue;
		*fields = p + n + 1;
		return (enum trace_line_type)t;
	}
	return TL_NONE;
}

/* Find "mm_...:" as a word of the line; *at is where the name (with "kmem:") starts. */
static enum trace_line_type find_event(const struct span *l, const char **at, const char **fields)
{
	for (const char *p = l->p; p + 3 < l->end; p++) {
		enum trace_line_type t;

		if (memcmp(p, "mm_", 3) || (p > l->p && p[-1] != ' ' && p[-1] != '\t' && p[-1] != ':'))
			continue;
		t = event_at(l, p, fields);
		if (t == TL_NONE)
			continue;
		*at = p - l->p >= 5 && !memcmp(p - 5, "kmem:", 5) ? p - 5 : p;
		return t;
	}
	return TL_NONE;
}

/* Value of field @key ("pfn=") among the words of @f, or NULL. */
static const char *field(const struct span *f, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = f->p; p + n <= f->end; p++)
		if (!memcmp(p, key, n) && (p == f->p || p[-1] == ' ' || p[-1] == '\t'))
			return p + n;
	return NULL;
}

/* Number after @key: hexadecimal with 0x, else decimal. */
static bool number(const struct span *f, const char *key, u64 *out)
{
	const char *v = field(f, key);
	char *end;

	if (!v || v >= f->end || !isdigit((unsigned char)*v))
		return false;
	errno = 0;
	*out = strtoull(v, &end, 0);
	return !errno && (end >= f->end || isspace((unsigned char)*end));
}

static void copy_word(char *to, size_t n, const char *from, const char *end)
{
	size_t len = 0;

	while (from + len < end && !isspace((unsigned char)from[len]) && len + 1 < n)
		len++;
	memcpy(to, from, len);
	to[len] = '\0';
}

/* "bash-1234 [001] ..." and "bash  1234 [001] ...": the first word names the task. */
static void read_head(const struct span *head, struct trace_line *out)
{
	const char *p = head->p, *bracket = memchr(head->p, '[', (size_t)(head->end - head->p));

	while (p < head->end && isspace((unsigned char)*p))
		p++;
	copy_word(out->task, sizeof(out->task), p, head->end);
	if (bracket && bracket + 1 < head->end && isdigit((unsigned char)bracket[1]))
		out->cpu = (int)strtol(bracket + 1, NULL, 10);
}

/* pfn and order; each event has its own idea of what the latter is called. */
static bool read_fields(const struct span *f, struct trace_line *out)
{
	u64 pfn, order = 0, mt;
	const char *gfp = field(f, "gfp_flags=");
	const char *page = field(f, "page=");

	if (!number(f, "pfn=", &pfn))
		return false;
	if (out->type == TL_EXTFRAG ? !number(f, "alloc_order=", &order)
				    : !number(f, "order=", &order) && out->type != TL_FREE_BATCHED)
		return false;
	if (order > MAX_ORDER_SEEN)
		return false;
	out->pfn = pfn;
	out->order = (unsigned)order;
	if (out->type == TL_ALLOC && !pfn &&
	    (!page || !strncmp(page, "(null)", 6) || !strncmp(page, "(nil)", 5) || !strtoull(page, NULL, 16)))
		out->pfn = NO_PFN;
	if (number(f, out->type == TL_EXTFRAG ? "alloc_migratetype=" : "migratetype=", &mt) && mt < 32)
		out->migratetype = (int)mt;
	if (gfp)
		copy_word(out->gfp, sizeof(out->gfp), gfp, f->end);
	return true;
}

enum trace_line_type trace_line_parse(const char *text, struct trace_line *out)
{
	struct span l = line_of(text), f;
	const char *at, *fields;

	*out = (struct trace_line){ .pfn = NO_PFN, .migratetype = -1, .cpu = -1 };
	while (l.p < l.end && isspace((unsigned char)*l.p))
		l.p++;
	if (l.p == l.end || *l.p == '#')
		return TL_NONE;
	out->type = find_event(&l, &at, &fields);
	if (out->type == TL_NONE)
		return TL_NONE;
	f = (struct span){ fields, l.end };
	read_head(&(struct span){ l.p, at }, out);
	if (!read_fields(&f, out))
		out->type = TL_GARBLED;
	return out->type;
}
