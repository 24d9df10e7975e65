/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slab_debug= option. See slab/slab_debug.h.
 */
#include "slab/slab_debug.h"

#include <ctype.h>
#include <string.h>

/* One block of the option: letters, then maybe a list of cache names. */
struct block {
	slab_flags_t flags;
	bool keep_order;
	const char *list; /* NULL: applies to every cache */
	size_t list_len;
	const char *next; /* NULL: this was the last one */
};

static slab_flags_t letter_flag(int c)
{
	switch (tolower(c)) {
	case 'f': return SLAB_CONSISTENCY_CHECKS;
	case 'z': return SLAB_RED_ZONE;
	case 'p': return SLAB_POISON;
	case 'u': return SLAB_STORE_USER;
	case 't': return SLAB_TRACE;
	default: return 0;
	}
}

static void parse_block(const char *s, struct block *b)
{
	size_t letters;

	memset(b, 0, sizeof(*b));
	s += strspn(s, ";");
	letters = strcspn(s, ",;");
	for (size_t i = 0; i < letters; i++) {
		if (s[i] == '-')
			b->flags = 0;
		else if (tolower((unsigned char)s[i]) == 'o')
			b->keep_order = true;
		b->flags |= letter_flag((unsigned char)s[i]);
	}
	if (!letters && s[0] == ',')
		b->flags = SLAB_DEBUG_DEFAULT;
	s += letters;
	if (*s == ',') {
		b->list = s + 1;
		b->list_len = strcspn(b->list, ";");
		s = b->list + b->list_len;
	}
	s += strspn(s, ";");
	b->next = *s ? s : NULL;
}

/* Does the comma separated list name @name, or a pattern "prefix*" of it? */
static bool list_names(const char *list, size_t len, const char *name)
{
	const char *end = list + len;

	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *stop = comma ? comma : end;
		const char *star = memchr(list, '*', (size_t)(stop - list));
		size_t n = (size_t)((star ? star : stop) - list);

		if (!strncmp(name, list, n) && (star || strlen(name) == n))
			return true;
		if (!comma)
			break;
		list = comma + 1;
	}
	return false;
}

/* Flags for every cache: the last block without a list; with only lists, none. */
static slab_flags_t global_flags(const char *opt, bool *keep_order)
{
	slab_flags_t flags = SLAB_DEBUG_DEFAULT;
	bool changed = false, lists = false;
	struct block b;

	*keep_order = false;
	if (!*opt)
		return flags;
	for (const char *s = opt; s; s = b.next) {
		parse_block(s, &b);
		*keep_order |= b.keep_order;
		lists |= b.list != NULL;
		if (b.list)
			continue;
		flags = b.flags;
		changed = true;
	}
	return lists && !changed ? 0 : flags;
}

slab_flags_t slab_debug_flags(const char *opt, slab_flags_t flags, const char *name, bool *keep_order)
{
	slab_flags_t global;
	struct block b;

	*keep_order = false;
	if (!opt || (flags & SLAB_NO_USER_FLAGS))
		return flags;
	global = global_flags(opt, keep_order);
	if (flags & SLAB_NOLEAKTRACE)
		global &= ~(u32)SLAB_STORE_USER;
	for (const char *s = opt; s && *s; s = b.next) {
		parse_block(s, &b);
		if (b.list && list_names(b.list, b.list_len, name))
			return flags | b.flags;
	}
	return flags | global;
}
