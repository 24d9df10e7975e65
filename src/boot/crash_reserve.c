/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crashkernel=: memory for the kernel that takes over after a panic.
 *
 *   crashkernel=256M            below 4 GiB (arm64: what every device reaches),
 *                               above it when there is no room, and then a little
 *                               below as well
 *   crashkernel=256M@64M        at that place or not at all
 *   crashkernel=1G-4G:64M,4G-:256M   by the size of RAM
 *   crashkernel=512M,high  crashkernel=128M,low     above first
 *
 * The last crashkernel= on the command line counts. A place that the description
 * already tells is taken as it is.
 *
 * Models: kernel/crash_reserve.c, arch/{x86,arm64}/include/asm/crash_reserve.h (6.12).
 */
#include "boot/stages.h"

#include <string.h>

#define LLX(v) ((unsigned long long)(v))

/* What the command line asks for. */
struct crash_wish {
	u64 size;
	u64 base; /* 0: anywhere */
	u64 low_size;
	bool high;
};

/* What differs by architecture; bytes. */
struct crash_limits {
	u64 align;
	u64 low_max;
	u64 high_max;
	u64 low_default;
};

static struct crash_limits crash_limits(const struct system *sys)
{
	switch (sys->arch.id) {
	case ARCH_X86_64:
		return (struct crash_limits){ 16 * MiB, 4 * GiB, 64 * TiB, 256 * MiB };
	case ARCH_I386:
		return (struct crash_limits){ 16 * MiB, 512 * MiB, 512 * MiB, 0 };
	default:
		return (struct crash_limits){ 2 * MiB, sys->dma_limit, 1ULL << sys->arch.phys_bits, 128 * MiB };
	}
}

/* --- the command line ------------------------------------------------------ */

static size_t word_len(const char *s) { return strcspn(s, " "); }

/* Does the word at @s end in @suffix? */
static bool word_ends_in(const char *s, const char *suffix)
{
	size_t n = word_len(s), m = strlen(suffix);

	return n >= m && !strncmp(s + n - m, suffix, m);
}

/* The value of the last crashkernel= with @suffix (NULL: with neither suffix), or NULL. */
static const char *last_crashkernel(const char *cmdline, const char *suffix)
{
	const char *name = "crashkernel=", *last = NULL;

	for (const char *p = strstr(cmdline, name); p; p = strstr(p + 1, name)) {
		bool match = suffix ? word_ends_in(p, suffix) :
				      !word_ends_in(p, ",high") && !word_ends_in(p, ",low");

		if (match)
			last = p + strlen(name);
	}
	return last;
}

static int bad(struct system *sys, const char *what)
{
	sys_printk(sys, "crashkernel: %s", what);
	return -EINVAL;
}

/* A number must stand at *s; the cursor moves behind it. */
static bool number(const char **s, u64 *out)
{
	const char *end;

	*out = memparse(*s, &end);
	if (end == *s)
		return false;
	*s = end;
	return true;
}

/* start-[end]:size. 1: it covers @ram; 0: not; -EINVAL. */
static int read_range(struct system *sys, const char **s, u64 ram, u64 *size)
{
	u64 start, end = ~0ULL;

	if (!number(s, &start))
		return bad(sys, "Memory value expected");
	if (*(*s)++ != '-')
		return bad(sys, "'-' expected");
	if (**s != ':') {
		if (!number(s, &end))
			return bad(sys, "Memory value expected");
		if (end <= start)
			return bad(sys, "end <= start");
	}
	if (*(*s)++ != ':')
		return bad(sys, "':' expected");
	if (!number(s, size))
		return bad(sys, "Memory value expected");
	if (*size >= ram)
		return bad(sys, "invalid size");
	return ram >= start && ram < end;
}

/* By size of RAM, which is rounded up because firmware keeps some. */
static int read_ranges(struct system *sys, const char *s, u64 ram, struct crash_wish *w)
{
	int hit = 0;
	u64 size = 0;

	ram = (ram + 128 * MiB - 1) / (128 * MiB) * (128 * MiB);
	do {
		hit = read_range(sys, &s, ram, &size);
		if (hit < 0)
			return hit;
	} while (!hit && *s == ',' && s++);
	if (!hit || !size) {
		sys_printk(sys, "crashkernel size resulted in zero bytes");
		return 0;
	}
	w->size = size;
	s += strcspn(s, " @");
	if (*s == '@')
		w->base = memparse(s + 1, NULL);
	return 0;
}

static int read_simple(struct system *sys, const char *s, struct crash_wish *w)
{
	char what[40] = "unrecognized char: ?";

	if (!number(&s, &w->size))
		return bad(sys, "memory value expected");
	if (*s == '@')
		w->base = memparse(s + 1, NULL);
	else if (*s != ' ' && *s) {
		what[strlen(what) - 1] = *s;
		return bad(sys, what);
	}
	return 0;
}

/* size,high or size,low */
static int read_suffixed(struct system *sys, const char *s, const char *suffix, u64 *size)
{
	if (!number(&s, size))
		return bad(sys, "memory value expected");
	if (strncmp(s, suffix, strlen(suffix)) || word_len(s) != strlen(suffix))
		return bad(sys, "unrecognized char");
	return 0;
}

/* Neither suffix was missing: ,high and perhaps ,low. */
static int read_high_low(struct system *sys, struct crash_wish *w)
{
	const char *high = last_crashkernel(sys->cmd.text, ",high");
	const char *low = last_crashkernel(sys->cmd.text, ",low");

	if (!high || read_suffixed(sys, high, ",high", &w->size) || !w->size)
		return -EINVAL;
	w->high = true;
	w->low_size = crash_limits(sys).low_default;
	return low ? read_suffixed(sys, low, ",low", &w->low_size) : 0;
}

static int parse_crashkernel(struct system *sys, struct crash_wish *w)
{
	u64 ram = memblock_phys_mem_size(&sys->memblock);
	const char *s = last_crashkernel(sys->cmd.text, NULL);
	int rc;

	if (!s)
		rc = read_high_low(sys, w);
	else if (memchr(s, ':', word_len(s)))
		rc = read_ranges(sys, s, ram, w);
	else
		rc = read_simple(sys, s, w);
	return rc || !w->size || w->size >= ram ? -EINVAL : 0;
}

/* --- reserving ------------------------------------------------------------- */

static phys_t take(struct system *sys, u64 size, u64 align, u64 from, u64 to)
{
	const char *before = memblock_set_caller(&sys->memblock, "reserve_crashkernel");
	phys_t at = memblock_phys_alloc_range(&sys->memblock, size, align, from, to);

	memblock_set_caller(&sys->memblock, before);
	return at;
}

/* The first place that has room: where it was asked for, then the other half of memory. */
static phys_t take_somewhere(struct system *sys, struct crash_wish *w, const struct crash_limits *l)
{
	u64 high_from = w->high ? l->low_max : 0, high_to = w->high ? l->high_max : l->low_max;
	phys_t at;

	if (w->base)
		return take(sys, w->size, l->align, w->base, w->base + w->size);
	at = take(sys, w->size, l->align, high_from, high_to);
	if (at || l->low_max == l->high_max)
		return at;
	if (w->high)
		return take(sys, w->size, l->align, 0, l->low_max);
	w->low_size = l->low_default;
	return take(sys, w->size, l->align, l->low_max, l->high_max);
}

/* A kernel above needs some memory below for devices. False: there was none. */
static bool take_low(struct system *sys, const struct crash_wish *w, const struct crash_limits *l)
{
	phys_t at = take(sys, w->low_size, l->align, 0, l->low_max);

	if (!at) {
		sys_printk(sys, "cannot allocate crashkernel low memory (size:0x%llx).", LLX(w->low_size));
		return false;
	}
	sys_printk(sys, "crashkernel low memory reserved: 0x%08llx - 0x%08llx (%llu MB)", LLX(at),
		   LLX(at + w->low_size), LLX(w->low_size >> 20));
	sys->crashk[1] = (struct phys_range){ at, at + w->low_size };
	return true;
}

static void reserve(struct system *sys, struct crash_wish *w)
{
	const struct crash_limits l = crash_limits(sys);
	phys_t at = take_somewhere(sys, w, &l);

	if (!at && w->base) {
		sys_printk(sys, "crashkernel reservation failed - memory is in use.");
		return;
	}
	if (!at) {
		sys_printk(sys, "cannot allocate crashkernel (size:0x%llx)", LLX(w->size));
		return;
	}
	if (at >= l.low_max && w->low_size && !take_low(sys, w, &l)) {
		memblock_phys_free(&sys->memblock, at, w->size);
		return;
	}
	sys_printk(sys, "crashkernel reserved: 0x%016llx - 0x%016llx (%llu MB)", LLX(at), LLX(at + w->size),
		   LLX(w->size >> 20));
	sys->crashk[0] = (struct phys_range){ at, at + w->size };
}

/* The description knows where it is. False: it does not. */
static bool known_place(struct system *sys)
{
	const struct desc *d = sys->desc;
	unsigned n = 0;

	for (size_t i = 0; i < d->nr_resv; i++)
		if (d->resv[i].kind == RESV_CRASHKERNEL && n < ARRAY_SIZE(sys->crashk))
			sys->crashk[n++] = (struct phys_range){ d->resv[i].start, d->resv[i].end };
	return n > 0;
}

void crash_reserve(struct system *sys)
{
	struct crash_wish w = { 0 };

	if (known_place(sys) || !sys->cmd.crashkernel || sys->desc->resv_complete)
		return;
	if (!parse_crashkernel(sys, &w))
		reserve(sys, &w);
}
