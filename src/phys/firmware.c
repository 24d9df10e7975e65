/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The e820 table: how an x86 kernel turns what the firmware says into a map
 * without overlaps, and how mem=, memmap= and the kernel itself change it.
 *
 *    firmware   RAM------------------------
 *                       reserved----
 *                              ACPI-----
 *    sanitised  RAM-----reserved-ACPI---RAM     the larger type number wins
 *
 * The table is an unsorted array between two calls of e820_update_table(): the
 * functions that change it only shorten entries and append new ones.
 *
 * Models: arch/x86/kernel/e820.c (6.12).
 */
#include "phys/firmware.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phys/resource.h"

#define E820_MAX_ENTRIES_ZEROPAGE 128u /* what a boot loader can hand over in the boot page */

void e820_init(struct e820_table *t, struct arena *a, u32 max_numnodes, const struct log_sink *log)
{
	t->max_entries = E820_MAX_ENTRIES_ZEROPAGE + 3 * max_numnodes;
	t->entries = arena_alloc(a, t->max_entries * sizeof(*t->entries));
	t->nr_entries = 0;
	t->log = log;
}

void e820_copy(struct e820_table *t, struct arena *a, const struct e820_table *src)
{
	*t = *src;
	t->entries = arena_alloc(a, src->max_entries * sizeof(*t->entries));
	memcpy(t->entries, src->entries, src->nr_entries * sizeof(*t->entries));
}

/* --- types ----------------------------------------------------------------- */

/* One row per e820 type that has a name. */
static const struct e820_type_info {
	u32 nr;
	enum fw_type fw;
	const char *boot_name;  /* in the boot log */
	const char *iomem_name; /* in /proc/iomem */
	enum iores_desc desc;
} e820_types[] = {
	{ E820_TYPE_RAM, FW_RAM, "usable", "System RAM", IORES_DESC_NONE },
	{ E820_TYPE_RESERVED, FW_RESERVED, "reserved", "Reserved", IORES_DESC_RESERVED },
	{ E820_TYPE_ACPI, FW_ACPI, "ACPI data", "ACPI Tables", IORES_DESC_ACPI_TABLES },
	{ E820_TYPE_NVS, FW_NVS, "ACPI NVS", "ACPI Non-volatile Storage", IORES_DESC_ACPI_NV_STORAGE },
	{ E820_TYPE_UNUSABLE, FW_UNUSABLE, "unusable", "Unusable memory", IORES_DESC_NONE },
	{ E820_TYPE_PMEM, FW_PMEM, "persistent (type 7)", "Persistent Memory",
	  IORES_DESC_PERSISTENT_MEMORY },
	{ E820_TYPE_PRAM, FW_PRAM, "persistent (type 12)", "Persistent Memory (legacy)",
	  IORES_DESC_PERSISTENT_MEMORY_LEGACY },
	{ E820_TYPE_SOFT_RESERVED, FW_SOFT_RESERVED, "soft reserved", "Soft Reserved",
	  IORES_DESC_SOFT_RESERVED },
	{ E820_TYPE_RESERVED_KERN, FW_RAM, "usable", "System RAM", IORES_DESC_NONE },
};

static const struct e820_type_info *e820_type_info(u32 type)
{
	for (size_t i = 0; i < ARRAY_SIZE(e820_types); i++)
		if (e820_types[i].nr == type)
			return &e820_types[i];
	return NULL;
}

u32 e820_type_of(const struct fw_entry *e)
{
	if (e->type == FW_OTHER)
		return (u32)e->depth;
	for (size_t i = 0; i < ARRAY_SIZE(e820_types); i++)
		if (e820_types[i].fw == e->type)
			return e820_types[i].nr;
	return 0;
}

enum fw_type fw_type_of_e820(u32 e820_type)
{
	const struct e820_type_info *info = e820_type_info(e820_type);

	return info ? info->fw : FW_OTHER;
}

const char *e820_print_type(u32 type, char *buf)
{
	const struct e820_type_info *info = e820_type_info(type);

	if (info)
		snprintf(buf, 32, "%s", info->boot_name);
	else
		snprintf(buf, 32, "type %u", type);
	return buf;
}

const char *e820_type_to_string(u32 type)
{
	const struct e820_type_info *info = e820_type_info(type);

	return info ? info->iomem_name : "Unknown E820 type";
}

u32 e820_type_to_iomem_flags(u32 type)
{
	return fw_type_of_e820(type) == FW_RAM ? IORESOURCE_SYSTEM_RAM : IORESOURCE_MEM;
}

int e820_type_to_iores_desc(u32 type)
{
	const struct e820_type_info *info = e820_type_info(type);

	return info ? (int)info->desc : IORES_DESC_NONE;
}

/*
 * Below 1 MiB everything is busy (BIOS and ROM shadows). Above, reserved and
 * persistent memory is left for a driver to claim, and enters the tree later.
 */
bool e820_mark_busy(u32 type, u64 start)
{
	if (start < MiB)
		return true;
	return type != E820_TYPE_RESERVED && type != E820_TYPE_SOFT_RESERVED &&
	       type != E820_TYPE_PRAM && type != E820_TYPE_PMEM;
}

u64 e820_ram_alignment(u64 pos)
{
	u64 mb = pos >> 20;

	if (!mb)
		return 64 * KiB;
	return mb < 16 ? MiB : 64 * MiB;
}

/* --- changing the table ---------------------------------------------------- */

void e820_range_add(struct e820_table *t, u64 start, u64 size, u32 type)
{
	if (t->nr_entries >= t->max_entries) {
		log_line(t->log, "too many entries; ignoring [mem 0x%08llx-0x%08llx]",
			 (unsigned long long)start, (unsigned long long)(start + size - 1));
		return;
	}
	t->entries[t->nr_entries++] = (struct e820_entry){ start, size, type };
}

/*
 * The part of entry @i that lies in [start, end) goes: in the middle the entry
 * is cut in two (the upper half is appended), else it is shortened.
 * Return: bytes that went; *@from is where they began.
 */
static u64 e820_cut_entry(struct e820_table *t, u32 i, u64 start, u64 end, u64 *from)
{
	struct e820_entry *e = &t->entries[i];
	u64 entry_end = e->addr + e->size;
	u64 first = max_u64(start, e->addr);
	u64 last = min_u64(end, entry_end);

	*from = first;
	if (first >= last)
		return 0;
	if (e->addr < start && entry_end > end) {
		e820_range_add(t, end, entry_end - end, e->type);
		e->size = start - e->addr;
		return last - first;
	}
	e->size -= last - first;
	if (e->addr >= first)
		e->addr = last;
	return last - first;
}

/* The end of a range of @size bytes at @start, cut at the end of the address space. */
static u64 e820_range_end(u64 start, u64 size)
{
	return size > UINT64_MAX - start ? UINT64_MAX : start + size;
}

/*
 * The middle case of an update appends two entries, the new range first: the
 * order of entries is visible in a map that is printed unsorted.
 */
static u64 e820_update_entry(struct e820_table *t, u32 i, u64 start, u64 end, u32 new_type)
{
	struct e820_entry *e = &t->entries[i];
	u64 entry_end = e->addr + e->size;
	u64 from, n;

	if (e->addr >= start && entry_end <= end) {
		e->type = new_type;
		return e->size;
	}
	if (e->addr < start && entry_end > end) {
		e820_range_add(t, start, end - start, new_type);
		return e820_cut_entry(t, i, start, end, &from);
	}
	from = max_u64(start, e->addr);
	n = min_u64(end, entry_end) > from ? min_u64(end, entry_end) - from : 0;
	if (!n)
		return 0;
	e820_range_add(t, from, n, new_type);
	return e820_cut_entry(t, i, start, end, &from);
}

u64 e820_range_update(struct e820_table *t, u64 start, u64 size, u32 old_type, u32 new_type)
{
	u64 end = e820_range_end(start, size);
	u64 updated = 0;
	char from[32], to[32];

	log_line(t->log, "e820: update [mem 0x%08llx-0x%08llx] %s ==> %s", (unsigned long long)start,
		 (unsigned long long)(end - 1), e820_print_type(old_type, from),
		 e820_print_type(new_type, to));
	for (u32 i = 0; i < t->nr_entries; i++)
		if (t->entries[i].type == old_type)
			updated += e820_update_entry(t, i, start, end, new_type);
	return updated;
}

static u64 e820_remove_entry(struct e820_table *t, u32 i, u64 start, u64 end)
{
	struct e820_entry *e = &t->entries[i];
	u64 size = e->size;
	u64 from;

	if (e->addr >= start && e->addr + size <= end) {
		*e = (struct e820_entry){ 0, 0, 0 };
		return size;
	}
	return e820_cut_entry(t, i, start, end, &from);
}

u64 e820_range_remove(struct e820_table *t, u64 start, u64 size, u32 old_type, bool check_type)
{
	u64 end = e820_range_end(start, size);
	u64 removed = 0;
	char name[32] = "";

	log_line(t->log, "e820: remove [mem 0x%08llx-0x%08llx] %s", (unsigned long long)start,
		 (unsigned long long)(end - 1), check_type ? e820_print_type(old_type, name) : "");
	for (u32 i = 0; i < t->nr_entries; i++)
		if (!check_type || t->entries[i].type == old_type)
			removed += e820_remove_entry(t, i, start, end);
	return removed;
}

/* --- sanitising ------------------------------------------------------------ */

/* A place where an entry begins or ends. */
struct change_point {
	u64 addr;
	const struct e820_entry *entry;
};

/* The sweep over all change points. */
struct e820_sweep {
	struct e820_table *t;
	const struct e820_entry **overlap; /* entries that cover the current address */
	u32 nr_overlap;
	struct e820_entry *out;
	u32 nr_out;
	u32 last_type;
	u64 last_addr;
};

/* By address; where an entry ends and another begins, the beginning comes first. */
static int change_point_cmp(const void *a, const void *b)
{
	const struct change_point *p = a, *q = b;

	if (p->addr != q->addr)
		return p->addr > q->addr ? 1 : -1;
	return (p->addr != p->entry->addr) - (q->addr != q->entry->addr);
}

/* Ranges of these types may be distinct devices: neighbours are not joined. */
static bool e820_nomerge(u32 type)
{
	return type == E820_TYPE_PRAM || type == E820_TYPE_SOFT_RESERVED;
}

/* Enter or leave the entry of @cp. Return: the type that rules from here on, 0 for none. */
static u32 e820_sweep_type(struct e820_sweep *s, const struct change_point *cp)
{
	u32 type = 0;

	if (cp->addr == cp->entry->addr) {
		s->overlap[s->nr_overlap++] = cp->entry;
	} else {
		for (u32 i = 0; i < s->nr_overlap; i++)
			if (s->overlap[i] == cp->entry)
				s->overlap[i] = s->overlap[s->nr_overlap - 1];
		s->nr_overlap--;
	}
	for (u32 i = 0; i < s->nr_overlap; i++)
		if (s->overlap[i]->type > type)
			type = s->overlap[i]->type;
	return type;
}

/* Close the range that ends at @cp and open the next. False: the table is full. */
static bool e820_sweep_point(struct e820_sweep *s, const struct change_point *cp)
{
	u32 type = e820_sweep_type(s, cp);

	if (type == s->last_type && !e820_nomerge(type))
		return true;
	if (s->last_type) {
		s->out[s->nr_out].size = cp->addr - s->last_addr;
		if (s->out[s->nr_out].size && ++s->nr_out >= s->t->max_entries)
			return false;
	}
	if (type) {
		s->out[s->nr_out].addr = cp->addr;
		s->out[s->nr_out].type = type;
		s->last_addr = cp->addr;
	}
	s->last_type = type;
	return true;
}

/* Begin and end of every entry that is not empty, in address order. Return: how many. */
static u32 e820_change_points(const struct e820_table *t, struct change_point *cp)
{
	u32 n = 0;

	for (u32 i = 0; i < t->nr_entries; i++) {
		const struct e820_entry *e = &t->entries[i];

		if (!e->size)
			continue;
		cp[n++] = (struct change_point){ e->addr, e };
		cp[n++] = (struct change_point){ e->addr + e->size, e };
	}
	qsort(cp, n, sizeof(*cp), change_point_cmp);
	return n;
}

static bool e820_wraps(const struct e820_table *t)
{
	for (u32 i = 0; i < t->nr_entries; i++)
		if (t->entries[i].addr + t->entries[i].size < t->entries[i].addr)
			return true;
	return false;
}

int e820_update_table(struct arena *a, struct e820_table *t)
{
	struct e820_sweep s = { .t = t };
	struct change_point *cp;
	size_t cp_size = 2 * t->nr_entries * sizeof(*cp);
	size_t overlap_size = t->nr_entries * sizeof(*s.overlap);
	size_t out_size = (t->max_entries + 1) * sizeof(*s.out);
	u32 nr;

	if (t->nr_entries < 2 || e820_wraps(t))
		return -1;
	cp = arena_alloc(a, cp_size);
	s.overlap = arena_alloc(a, overlap_size);
	s.out = arena_alloc(a, out_size);
	nr = e820_change_points(t, cp);
	for (u32 i = 0; i < nr; i++)
		if (!e820_sweep_point(&s, &cp[i]))
			break;
	memcpy(t->entries, s.out, s.nr_out * sizeof(*s.out));
	t->nr_entries = s.nr_out;
	arena_free(a, s.out, out_size);
	arena_free(a, s.overlap, overlap_size);
	arena_free(a, cp, cp_size);
	return 0;
}

/* --- reading --------------------------------------------------------------- */

void e820_print_table(const struct e820_table *t, const char *who)
{
	char name[32];

	for (u32 i = 0; i < t->nr_entries; i++) {
		const struct e820_entry *e = &t->entries[i];

		log_line(t->log, "%s: [mem 0x%016llx-0x%016llx] %s", who, (unsigned long long)e->addr,
			 (unsigned long long)(e->addr + e->size - 1), e820_print_type(e->type, name));
	}
}

static bool e820_overlaps(const struct e820_entry *e, u64 start, u64 end, u32 type)
{
	return (!type || e->type == type) && e->addr < end && e->addr + e->size > start;
}

bool e820_mapped_any(const struct e820_table *t, u64 start, u64 end, u32 type)
{
	for (u32 i = 0; i < t->nr_entries; i++)
		if (e820_overlaps(&t->entries[i], start, end, type))
			return true;
	return false;
}

/* Right only for a sorted table: each entry may push @start further. */
bool e820_mapped_all(const struct e820_table *t, u64 start, u64 end, u32 type)
{
	for (u32 i = 0; i < t->nr_entries; i++) {
		const struct e820_entry *e = &t->entries[i];

		if (!e820_overlaps(e, start, end, type))
			continue;
		if (e->addr <= start)
			start = e->addr + e->size;
		if (start >= end)
			return true;
	}
	return false;
}

pfn_t e820_end_of_ram_pfn(const struct e820_table *t, pfn_t limit_pfn, pfn_t max_arch_pfn)
{
	pfn_t last = 0;

	for (u32 i = 0; i < t->nr_entries; i++) {
		const struct e820_entry *e = &t->entries[i];
		pfn_t end = (e->addr + e->size) >> 12;

		if (e->type != E820_TYPE_RAM && e->type != E820_TYPE_ACPI)
			continue;
		if (e->addr >> 12 >= limit_pfn)
			continue;
		if (end > limit_pfn) {
			last = limit_pfn;
			break;
		}
		last = max_u64(last, end);
	}
	last = min_u64(last, max_arch_pfn);
	log_line(t->log, "last_pfn = %#llx max_arch_pfn = %#llx", (unsigned long long)last,
		 (unsigned long long)max_arch_pfn);
	return last;
}
