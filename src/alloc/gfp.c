/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GFP flags as text, in both directions. Printing follows the kernel: the largest
 * known combination first, then what is left bit by bit, unknown bits as a number.
 *
 * Models: include/trace/events/mmflags.h of Linux 6.12, format %pGg.
 */
#include "alloc/gfp.h"

#include <stdlib.h>
#include <string.h>

struct gfp_name {
	gfp_t bits;
	const char *name;
};

/* In the order in which the kernel tries them when printing. */
static const struct gfp_name gfp_names[] = {
	{ GFP_TRANSHUGE, "GFP_TRANSHUGE" },
	{ GFP_TRANSHUGE_LIGHT, "GFP_TRANSHUGE_LIGHT" },
	{ GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE" },
	{ GFP_HIGHUSER, "GFP_HIGHUSER" },
	{ GFP_USER, "GFP_USER" },
	{ GFP_KERNEL_ACCOUNT, "GFP_KERNEL_ACCOUNT" },
	{ GFP_KERNEL, "GFP_KERNEL" },
	{ GFP_NOFS, "GFP_NOFS" },
	{ GFP_ATOMIC, "GFP_ATOMIC" },
	{ GFP_NOIO, "GFP_NOIO" },
	{ GFP_NOWAIT, "GFP_NOWAIT" },
	{ GFP_DMA, "GFP_DMA" },
	{ __GFP_HIGHMEM, "__GFP_HIGHMEM" },
	{ GFP_DMA32, "GFP_DMA32" },
	{ __GFP_HIGH, "__GFP_HIGH" },
	{ __GFP_IO, "__GFP_IO" },
	{ __GFP_FS, "__GFP_FS" },
	{ __GFP_NOWARN, "__GFP_NOWARN" },
	{ __GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL" },
	{ __GFP_NOFAIL, "__GFP_NOFAIL" },
	{ __GFP_NORETRY, "__GFP_NORETRY" },
	{ __GFP_COMP, "__GFP_COMP" },
	{ __GFP_ZERO, "__GFP_ZERO" },
	{ __GFP_NOMEMALLOC, "__GFP_NOMEMALLOC" },
	{ __GFP_MEMALLOC, "__GFP_MEMALLOC" },
	{ __GFP_HARDWALL, "__GFP_HARDWALL" },
	{ __GFP_THISNODE, "__GFP_THISNODE" },
	{ __GFP_RECLAIMABLE, "__GFP_RECLAIMABLE" },
	{ __GFP_MOVABLE, "__GFP_MOVABLE" },
	{ __GFP_ACCOUNT, "__GFP_ACCOUNT" },
	{ __GFP_WRITE, "__GFP_WRITE" },
	{ __GFP_RECLAIM, "__GFP_RECLAIM" },
	{ __GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM" },
	{ __GFP_KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM" },
};

/* Only for reading: our short words, and other spellings of single bits. */
static const struct gfp_name gfp_words[] = {
	{ GFP_KERNEL, "kernel" },
	{ GFP_HIGHUSER_MOVABLE, "movable" },
	{ GFP_KERNEL | __GFP_RECLAIMABLE, "reclaimable" },
	{ GFP_ATOMIC, "atomic" },
	{ GFP_DMA, "dma" },
	{ GFP_DMA32, "dma32" },
	{ GFP_USER, "user" },
	{ __GFP_DMA, "__GFP_DMA" },
	{ __GFP_DMA32, "__GFP_DMA32" },
};

static bool find_name(const struct gfp_name *t, size_t n, const char *s, size_t len, gfp_t *bits)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(t[i].name) != len || memcmp(t[i].name, s, len))
			continue;
		*bits = t[i].bits;
		return true;
	}
	return false;
}

static bool parse_number(const char *s, size_t len, gfp_t *bits)
{
	char buf[16], *end;
	unsigned long v;

	if (!len || len >= sizeof(buf))
		return false;
	memcpy(buf, s, len);
	buf[len] = '\0';
	if (buf[0] < '0' || buf[0] > '9')
		return false;
	errno = 0;
	v = strtoul(buf, &end, 0);
	*bits = (gfp_t)v;
	return !*end && !errno && v == *bits;
}

static bool parse_one(const char *s, size_t len, gfp_t *bits)
{
	return find_name(gfp_names, ARRAY_SIZE(gfp_names), s, len, bits) ||
	       find_name(gfp_words, ARRAY_SIZE(gfp_words), s, len, bits) || parse_number(s, len, bits);
}

int gfp_parse(const char *s, gfp_t *out, struct mm_error *err)
{
	gfp_t all = 0, bits;

	do {
		size_t len = strcspn(s, "|");

		if (!parse_one(s, len, &bits))
			return mm_fail(err, -EINVAL,
				       "no GFP flag is called '%.*s'; use names like GFP_KERNEL|__GFP_COMP, one of "
				       "kernel, user, movable, reclaimable, atomic, dma, dma32, or a number",
				       (int)len, s);
		all |= bits;
		s += len;
	} while (*s++ == '|');
	*out = all;
	return 0;
}

void gfp_format(gfp_t gfp, struct text *out)
{
	const char *sep = "";

	if (!gfp) {
		text_puts(out, "none");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(gfp_names); i++) {
		gfp_t bits = gfp_names[i].bits;

		if ((gfp & bits) != bits)
			continue;
		text_printf(out, "%s%s", sep, gfp_names[i].name);
		gfp &= ~bits;
		sep = "|";
	}
	if (gfp)
		text_printf(out, "%s%#x", sep, gfp);
}
