/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/zoneinfo and proc/cpuinfo: where zones lie, how many cpus there are.
 *
 * Models: mm/vmstat.c (zoneinfo_show_print).
 */
#include "io/import_internal.h"

#include <stdlib.h>
#include <string.h>

enum zone_type zone_type_of(const char *name)
{
	static const char *const names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

	for (int i = 0; i < MAX_NR_ZONES; i++) {
		if (!strcmp(name, names[i]))
			return (enum zone_type)i;
	}
	return MAX_NR_ZONES;
}

static struct zoneinfo_zone *zone_begin(struct import *im, const char *s, size_t *cap)
{
	struct zoneinfo_zone *z;
	char name[16];
	int nid;

	if (!scan_int(&s, &nid) || nid < 0 || nid >= MAX_NUMNODES || !scan_lit(&s, ", zone"))
		return NULL;
	if (!scan_word(&s, name, sizeof(name)) || zone_type_of(name) == MAX_NR_ZONES)
		return NULL;
	if (im->nr_zones >= (size_t)MAX_NUMNODES * MAX_NR_ZONES)
		return NULL;
	if (im->nr_zones == *cap) {
		size_t more = *cap ? *cap * 2 : 16;

		z = realloc(im->zones, more * sizeof(*z));
		im->no_memory |= !z;
		if (!z)
			return NULL;
		im->zones = z;
		*cap = more;
	}
	z = &im->zones[im->nr_zones++];
	*z = (struct zoneinfo_zone){ .nid = nid, .type = zone_type_of(name) };
	return z;
}

static void zone_field(struct import *im, struct zoneinfo_zone *z, const char *s)
{
	u64 cpu;

	if (scan_lit(&s, "cpu:")) {
		scan_blanks(&s);
		if (scan_num(&s, 10, &cpu) && cpu < MAX_CPUS && (int)cpu >= im->zoneinfo_cpus)
			im->zoneinfo_cpus = (int)cpu + 1;
		return;
	}
	if (!z)
		return;
	struct {
		const char *key;
		u64 *to;
	} f[] = { { "spanned ", &z->spanned }, { "present ", &z->present }, { "managed ", &z->managed },
		  { "start_pfn:", &z->start_pfn } };

	for (size_t i = 0; i < ARRAY_SIZE(f); i++) {
		if (!scan_lit(&s, f[i].key))
			continue;
		scan_blanks(&s);
		scan_num(&s, 10, f[i].to);
		return;
	}
}

void import_zoneinfo_load(struct import *im)
{
	struct zoneinfo_zone *z = NULL;
	size_t len, cap = 0;
	char *text;

	if (im->flags & IMPORT_WITHHOLD)
		return;
	text = import_read(im, &len, "proc/zoneinfo");
	if (!text)
		return;
	for (char *s = text; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		const char *p = s;

		if (scan_lit(&p, "Node ")) {
			z = zone_begin(im, p, &cap);
			continue;
		}
		scan_blanks(&p);
		zone_field(im, z, p);
	}
	free(text);
}

/* "SwapTotal:  262144 kB" of proc/meminfo. */
void import_swap(struct import *im)
{
	size_t len;
	char *text = im->flags & IMPORT_WITHHOLD ? NULL : import_read(im, &len, "proc/meminfo");
	const char *s = text ? strstr(text, "SwapTotal:") : NULL;
	u64 kib;

	if (s) {
		s += sizeof("SwapTotal:") - 1;
		scan_blanks(&s);
		if (scan_num(&s, 10, &kib) && kib < 1ULL << 50)
			im->d->swap = kib * KiB;
	}
	free(text);
}

int import_cpuinfo_count(struct import *im)
{
	size_t len;
	char *text = import_read(im, &len, "proc/cpuinfo");
	int n = 0;

	if (!text)
		return 0;
	for (char *s = text; *s && n < MAX_CPUS; s += strcspn(s, "\n"), s += *s == '\n')
		n += !strncmp(s, "processor\t", 10) || !strncmp(s, "processor ", 10);
	free(text);
	return n;
}

enum log_arch import_cpuinfo_arch(struct import *im)
{
	size_t len;
	char *text = import_read(im, &len, "proc/cpuinfo");
	enum log_arch a = LOG_ARCH_UNKNOWN;

	if (!text)
		return a;
	if (strstr(text, "vendor_id"))
		a = strstr(text, " lm ") ? LOG_X86_64 : LOG_I386;
	else if (strstr(text, "CPU architecture: 8") || strstr(text, "CPU architecture: AArch64"))
		a = LOG_ARM64;
	else if (strstr(text, "CPU architecture"))
		a = LOG_ARM;
	else if (strstr(text, "isa\t\t: rv64"))
		a = LOG_RISCV64;
	else if (strstr(text, "POWER"))
		a = LOG_PPC64;
	free(text);
	return a;
}
