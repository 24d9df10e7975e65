/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts: what a kernel file says, as (key, value) pairs. The same parser reads a
 * capture's file and the model's text of it, so comparing is looking up keys.
 */
#include "check_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void facts_cleanup(struct facts *f)
{
	free(f->fact);
	memset(f, 0, sizeof(*f));
}

void facts_add(struct facts *f, const char *value, const char *fmt, ...)
{
	struct fact *x;
	va_list ap;

	if (f->nr == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 256;
		f->fact = realloc(f->fact, f->cap * sizeof(*f->fact));
		if (!f->fact)
			abort();
	}
	x = &f->fact[f->nr++];
	va_start(ap, fmt);
	vsnprintf(x->key, sizeof(x->key), fmt, ap);
	va_end(ap);
	snprintf(x->value, sizeof(x->value), "%s", value);
}

const char *facts_find(const struct facts *f, const char *key)
{
	for (size_t i = 0; i < f->nr; i++)
		if (!strcmp(f->fact[i].key, key))
			return f->fact[i].value;
	return NULL;
}

/* The next line of *s without its end into @line; false at the end of the text. */
bool next_line(const char **s, char *line, size_t n)
{
	size_t len = strcspn(*s, "\n");

	if (!**s)
		return false;
	snprintf(line, n, "%.*s", (int)len, *s);
	*s += len + ((*s)[len] == '\n');
	return true;
}

static bool listed(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

/* Sizes and marks of a zone; counters that move while a system runs are left out. */
void facts_zoneinfo(struct facts *f, const char *text)
{
	static const char *const keys[] = { "boost", "min", "low", "high", "promo", "spanned", "present",
					    "managed", "cma", "node_unreclaimable:", "start_pfn:", NULL };
	char line[256], zone[96] = "", word[64], value[128];
	int nid, cpu = -1;

	while (next_line(&text, line, sizeof(line))) {
		if (sscanf(line, "Node %d, zone %31s", &nid, word) == 2) {
			snprintf(zone, sizeof(zone), "%d/%s", nid, word);
			facts_add(f, "", "zoneinfo %s", zone);
			cpu = -1;
		} else if (sscanf(line, " protection: (%127[^)]", value) == 1) {
			facts_add(f, value, "zoneinfo %s protection", zone);
		} else if (sscanf(line, " cpu: %d", &cpu) == 1) {
			continue;
		} else if (sscanf(line, " vm stats threshold: %127s", value) == 1) {
			facts_add(f, value, "zoneinfo %s cpu %d threshold", zone, cpu);
		} else if (sscanf(line, " %63s %127s", word, value) == 2) {
			if (!strcmp(word, "batch:") || !strcmp(word, "high:"))
				facts_add(f, value, "zoneinfo %s cpu %d %s", zone, cpu, word);
			else if (listed(word, keys))
				facts_add(f, value, "zoneinfo %s %s", zone, word);
		}
	}
}

void facts_meminfo(struct facts *f, const char *text)
{
	static const char *const keys[] = { "MemTotal:", "HighTotal:", "LowTotal:", "SwapTotal:", "CommitLimit:",
					    "VmallocTotal:", "CmaTotal:", "HugePages_Total:", "HugePages_Free:",
					    "HugePages_Rsvd:", "HugePages_Surp:", "Hugepagesize:", "Hugetlb:",
					    NULL };
	char line[256], word[64], value[64];

	while (next_line(&text, line, sizeof(line)))
		if (sscanf(line, "%63s %63s", word, value) == 2 && listed(word, keys))
			facts_add(f, value, "meminfo %s", word);
}

void facts_vmstat(struct facts *f, const char *text)
{
	static const char *const keys[] = { "nr_memmap_pages", "nr_memmap_boot_pages", NULL };
	char line[256], word[64], value[64];

	while (next_line(&text, line, sizeof(line))) {
		if (sscanf(line, "%63s %63s", word, value) != 2)
			continue;
		facts_add(f, "", "vmstat has %s", word);
		if (listed(word, keys))
			facts_add(f, value, "vmstat %s", word);
	}
}

void facts_buddyinfo(struct facts *f, const char *text)
{
	char line[256], zone[32];
	int nid;

	while (next_line(&text, line, sizeof(line)))
		if (sscanf(line, "Node %d, zone %31s", &nid, zone) == 2)
			facts_add(f, "", "buddyinfo %d/%s", nid, zone);
}

/* The number of pageblocks of each zone; of which type they are changes while a system runs. */
static void block_row(struct facts *f, const char *line)
{
	char zone[32], value[32];
	u64 sum = 0, n;
	int nid, used, at = 0;

	if (sscanf(line, "Node %d, zone %31s%n", &nid, zone, &used) != 2 || strstr(line, "type"))
		return;
	for (at = used; sscanf(line + at, "%llu%n", (unsigned long long *)&n, &used) == 1; at += used)
		sum += n;
	snprintf(value, sizeof(value), "%llu", (unsigned long long)sum);
	facts_add(f, value, "pagetypeinfo %d/%s pageblocks", nid, zone);
}

void facts_pagetypeinfo(struct facts *f, const char *text)
{
	char line[512], zone[32], type[32];
	int nid;

	while (next_line(&text, line, sizeof(line))) {
		if (sscanf(line, "Node %d, zone %31[^,], type %31s", &nid, zone, type) == 3)
			facts_add(f, "", "pagetypeinfo %d/%s %s", nid, zone, type);
		else if (!strncmp(line, "Page", 4))
			facts_add(f, "", "pagetypeinfo %s", line);
		else
			block_row(f, line);
	}
}

/* Lines that are RAM, kernel or reserved; devices are told to the model, not predicted. */
void facts_iomem(struct facts *f, const char *text)
{
	static const char *const names[] = { "System RAM", "Kernel code", "Kernel rodata", "Kernel data",
					     "Kernel bss", "reserved", "Reserved", "RAM buffer",
					     "ACPI Tables", "ACPI Non-volatile Storage", NULL };
	char line[256];

	while (next_line(&text, line, sizeof(line))) {
		const char *name = strstr(line, " : ");

		if (name && listed(name + 3, names))
			facts_add(f, "", "iomem %s", line);
	}
}

void facts_lines(struct facts *f, const char *text, const char *what)
{
	char line[512];

	while (next_line(&text, line, sizeof(line)))
		facts_add(f, "", "%s %s", what, line);
}

/* --- the kernel log ------------------------------------------------------------- */

static bool log_line_counts(const char *s)
{
	static const char *const begin[] = {
		"Zone ranges:", "  DMA", "  Normal", "  HighMem", "  Device", "Movable zone start", "  Node ",
		"Early memory node ranges", "  node ", "Initmem setup node", "On node ", "cma: Reserved",
		"Fallback order", "Built ", "Policy zone", "mem auto-init", "Dentry cache", "Inode-cache",
		"Mount-cache", "Mountpoint-cache", "futex hash", "BIOS-", "e820: ", "last_pfn",
		"ACPI: SRAT: Node", "NUMA: Node", "NUMA: Faking", "Faking a node", "No NUMA", "NODE_DATA(",
		"Freeing ", "Initializing HighMem", "Initializing Movable", "x86/mm: Memory block size",
		"HugeTLB: ", "  mapped low ram", "  low ram", NULL };

	for (const char *const *b = begin; *b; b++)
		if (!strncmp(s, *b, strlen(*b)))
			return true;
	return strstr(s, "MEM available.");
}

/* "Memory: 395868K/524288K available (... 57432K reserved, 65536K cma-reserved)" */
static void memory_line(struct facts *f, const char *s)
{
	const char *end = strstr(s, "K reserved"), *p = end;
	char value[64];
	u64 total, reserved, cma = 0;

	if (sscanf(s, "Memory: %*[0-9]K/%lluK", (unsigned long long *)&total) != 1 || !end)
		return;
	while (p > s && p[-1] >= '0' && p[-1] <= '9')
		p--;
	reserved = strtoull(p, NULL, 10);
	sscanf(end, "K reserved, %lluK cma", (unsigned long long *)&cma);
	snprintf(value, sizeof(value), "%llu", (unsigned long long)total);
	facts_add(f, value, "log Memory: total");
	snprintf(value, sizeof(value), "%llu", (unsigned long long)reserved);
	facts_add(f, value, "log Memory: reserved");
	snprintf(value, sizeof(value), "%llu", (unsigned long long)cma);
	facts_add(f, value, "log Memory: cma-reserved");
}

/* The text behind "[    0.000000] ", and the next such line. */
static const char *skip_stamp(const char *s)
{
	const char *end;

	if (*s != '[')
		return s;
	end = strstr(s, "] ");
	return end ? end + 2 : s;
}

/* The boot part of a log: what hotplug prints later is not compared. */
void facts_log(struct facts *f, const char *text)
{
	bool built = false;
	char line[1024];

	while (next_line(&text, line, sizeof(line))) {
		const char *s = skip_stamp(line);

		if (built && !strncmp(s, "Fallback order", 14) && facts_find(f, "log end of boot"))
			return;
		if (!strncmp(s, "Memory: ", 8))
			memory_line(f, s);
		else if (log_line_counts(s))
			facts_add(f, "", "log %s", s);
		built |= !strncmp(s, "Built ", 6);
		if (!strncmp(s, "HugeTLB: ", 9) && !facts_find(f, "log end of boot"))
			facts_add(f, "", "log end of boot");
	}
}
