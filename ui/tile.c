/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mixtures of pages as cells: see tile.h. */
#include "tile.h"

static const struct { u8 color; char letter; const char *label; } classes[SUM_FREE0] = {
	[SUM_HOLE] = { C_HOLE, ' ', "hole" },
	[SUM_RESERVED] = { C_RESERVED, '#', "reserved" },
	[SUM_OFFLINE] = { C_OFFLINE, '-', "offline" },
	[SUM_DEVICE] = { C_DEVICE, '%', "device" },
	[SUM_PCP] = { C_PCP, 'p', "cpu list" },
	[SUM_ISOLATED] = { C_ISOLATED, '!', "isolated" },
	[SUM_KIND0 + KIND_KERNEL] = { C_KERNEL, 'u', "unmovable" },
	[SUM_KIND0 + KIND_RECLAIMABLE] = { C_RECLAIM, 'r', "reclaimable" },
	[SUM_KIND0 + KIND_MOVABLE] = { C_MOVABLE, 'm', "movable" },
	[SUM_KIND0 + KIND_ANON] = { C_ANON, 'a', "anonymous" },
	[SUM_KIND0 + KIND_FILE] = { C_FILE, 'f', "file" },
	[SUM_KIND0 + KIND_SLAB] = { C_SLAB, 's', "slab" },
	[SUM_KIND0 + KIND_PGTABLE] = { C_PGTABLE, 't', "page table" },
	[SUM_KIND0 + KIND_HUGETLB] = { C_HUGETLB, 'H', "hugetlb" },
	[SUM_KIND0 + KIND_THP] = { C_THP, 'T', "huge page" },
	[SUM_KIND0 + KIND_CMA] = { C_CMA, 'c', "CMA" },
	[SUM_KIND0 + KIND_DRIVER] = { C_DRIVER, 'd', "driver, movable" },
	[SUM_KIND0 + KIND_MEMMAP] = { C_MEMMAP, 'M', "memmap" },
};

static const struct { u8 color; char letter; } types[MIGRATE_TYPES] = {
	[MIGRATE_UNMOVABLE] = { C_KERNEL, 'U' },
	[MIGRATE_MOVABLE] = { C_MOVABLE, 'M' },
	[MIGRATE_RECLAIMABLE] = { C_RECLAIM, 'R' },
	[MIGRATE_HIGHATOMIC] = { C_ISOLATED, 'H' },
	[MIGRATE_CMA] = { C_CMA, 'C' },
	[MIGRATE_ISOLATE] = { C_OFFLINE, 'I' },
};

enum color class_color(unsigned cls)
{
	return cls >= SUM_FREE0 ? free_color(cls - SUM_FREE0) : (enum color)classes[cls].color;
}

char class_letter(unsigned cls) { return cls >= SUM_FREE0 ? order_digit(cls - SUM_FREE0) : classes[cls].letter; }
const char *class_label(unsigned cls) { return cls >= SUM_FREE0 ? "free" : classes[cls].label; }
enum color mt_color(unsigned mt) { return mt < MIGRATE_TYPES ? (enum color)types[mt].color : C_MIXED; }
char mt_letter(unsigned mt) { return mt < MIGRATE_TYPES ? types[mt].letter : '?'; }
char order_digit(unsigned order) { return (char)(order < 10 ? '0' + (int)order : 'A' + (int)order - 10); }

int summary_largest_free(const struct summary *s)
{
	for (int c = NR_SUMMARY_CLASSES - 1; c >= SUM_FREE0; c--)
		if (s->pages[c])
			return c - SUM_FREE0;
	return -1;
}

u64 summary_free(const struct summary *s)
{
	u64 n = 0;

	for (int c = SUM_FREE0; c < NR_SUMMARY_CLASSES; c++)
		n += s->pages[c];
	return n;
}

unsigned summary_main_use(const struct summary *s, u64 *pages)
{
	unsigned best = SUM_HOLE;

	*pages = 0;
	for (unsigned c = SUM_RESERVED; c < SUM_FREE0; c++)
		if (s->pages[c] > *pages) {
			*pages = s->pages[c];
			best = c;
		}
	return best;
}

static struct tile plain(enum color bg, char letter, const struct tile_options *o)
{
	return (struct tile){ o->letters ? (u32)letter : ' ', st_attr(C_INK, bg, AT_FAINT) };
}

/* @part of @all in eighths, never 0 and never 8. */
static unsigned eighths(u64 part, u64 all)
{
	u64 n = (part * 8 + all / 2) / all;

	return (unsigned)clamp_u64(n, 1, 7);
}

/* @low rises over @high by @n eighths. */
static struct tile gauge(enum color low, enum color high, unsigned n)
{
	return (struct tile){ 0x2580 + n, st(low, high) };
}

/* Where part blocks cannot be drawn: the larger part fills, the other one is named. */
static struct tile lettered(enum color a, enum color b, bool a_larger, char la, char lb)
{
	return (struct tile){ (u32)(a_larger ? lb : la), st(C_INK, a_larger ? a : b) };
}

static struct tile tile_pageblocks(const struct summary *s, const struct tile_options *o)
{
	u64 all = 0, most = 0;
	unsigned best = 0, second = MIGRATE_TYPES;

	for (unsigned t = 0; t < MIGRATE_TYPES; t++) {
		all += s->pageblocks[t];
		if (s->pageblocks[t] > most) {
			most = s->pageblocks[t];
			best = t;
		}
	}
	for (unsigned t = 0; t < MIGRATE_TYPES; t++)
		if (t != best && s->pageblocks[t] && (second == MIGRATE_TYPES || s->pageblocks[t] > s->pageblocks[second]))
			second = t;
	if (!all)
		return plain(C_BAND_EVEN, ' ', o);
	if (second == MIGRATE_TYPES)
		return plain(mt_color(best), mt_letter(best), o);
	if (!o->gauges)
		return lettered(mt_color(best), mt_color(second), true, mt_letter(best), mt_letter(second));
	return gauge(mt_color(second), mt_color(best), eighths(s->pageblocks[second], all));
}

/* Two uses and no free page: the smaller one at the bottom. */
static struct tile tile_used(const struct summary *s, unsigned use, u64 pages, const struct tile_options *o)
{
	unsigned second = SUM_HOLE;

	for (unsigned c = SUM_RESERVED; c < SUM_FREE0; c++)
		if (c != use && s->pages[c] > s->pages[second] * (second != SUM_HOLE))
			second = c;
	if (second == SUM_HOLE || s->pages[second] * 16 < pages || class_color(second) == class_color(use))
		return plain(class_color(use), class_letter(use), o);
	if (!o->gauges)
		return lettered(class_color(use), class_color(second), true, class_letter(use), class_letter(second));
	return gauge(class_color(second), class_color(use), eighths(s->pages[second], pages + s->pages[second]));
}

struct tile tile_of(const struct summary *s, const struct tile_options *o)
{
	u64 free = summary_free(s), memory = s->total - s->pages[SUM_HOLE], pages;
	unsigned use = summary_main_use(s, &pages);
	enum color free_c;
	char digit;

	if (!memory)
		return plain(C_HOLE, ' ', o);
	if (o->lens == LENS_PAGEBLOCKS)
		return tile_pageblocks(s, o);
	if (!free)
		return tile_used(s, use, pages, o);
	free_c = free_color((unsigned)summary_largest_free(s));
	digit = order_digit((unsigned)summary_largest_free(s));
	if (free == memory)
		return plain(free_c, digit, o);
	if (!o->gauges)
		return lettered(free_c, class_color(use), free * 2 >= memory, digit, class_letter(use));
	return gauge(class_color(use), free_c, eighths(memory - free, memory));
}
