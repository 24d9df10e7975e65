/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware map of the imported machine, from the best source there is:
 *
 *   x86    e820 in the log, sys/firmware/memmap, proc/iomem
 *   others memblock's own list (debugfs or memblock=debug), proc/iomem, "Early
 *          memory node ranges", SRAT
 *   any    proc/kpageflags; proc/zoneinfo: only the outline
 *
 * What the kernel changed in e820 for reasons that the command line does not
 * give (uncached memory, firmware quirks) is applied, up to the moment when the
 * map went to memblock; later changes do not move zones.
 */
#include "io/import_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- e820 ------------------------------------------------------------------ */

struct range_list {
	struct log_e820 *e;
	size_t nr, cap;
	bool failed;
};

static void list_add(struct range_list *l, phys_t a, phys_t b, enum fw_type type, u32 number)
{
	struct log_e820 *n;

	if (a >= b || l->failed)
		return;
	if (l->nr == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		n = realloc(l->e, l->cap * sizeof(*n));
		l->failed = !n;
		if (!n)
			return;
		l->e = n;
	}
	l->e[l->nr++] = (struct log_e820){ .start = a, .end = b, .type = type, .number = number };
}

/* Cut what @op changes out of entry @i, keep the rest, add the changed part. */
static void apply_to(struct range_list *l, size_t i, const struct log_e820_op *op)
{
	struct log_e820 e = l->e[i];
	phys_t a = max_u64(e.start, op->start), b = min_u64(e.end, op->end);

	if (e.type != op->from || a >= b)
		return;
	l->e[i].end = a; /* may become empty; dropped when copied */
	list_add(l, b, e.end, e.type, e.number);
	if (op->to != NR_FW_TYPES)
		list_add(l, a, b, op->to, 0);
}

/* Boot does these by itself: the first page, the legacy hole, mem=. */
static bool boot_does(const struct log_e820_op *op)
{
	bool first_page = !op->start && op->end <= 4 * KiB && op->to == FW_RESERVED;
	bool legacy = op->to == NR_FW_TYPES && op->start == 0xa0000 && op->end == MiB;
	bool limit = op->to == NR_FW_TYPES && op->end >= 1ULL << 63;

	return first_page || legacy || limit || op->from == op->to;
}

static void apply_ops(struct import *im, struct range_list *l)
{
	const struct bootlog *log = &im->log;

	for (size_t i = 0; i < log->nr_op; i++) {
		size_t nr = l->nr;

		if (log->op[i].line > log->last_pfn_line || boot_does(&log->op[i]))
			continue;
		for (size_t k = 0; k < nr; k++)
			apply_to(l, k, &log->op[i]);
	}
}

static int cmp_range(const void *x, const void *y)
{
	const struct log_e820 *a = x, *b = y;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* Is @key at the start of a word of the command line? */
static bool has_option(const struct import *im, const char *key)
{
	for (const char *s = im->cmdline; s && (s = strstr(s, key)); s++) {
		if (s == im->cmdline || s[-1] == ' ')
			return true;
	}
	return false;
}

static size_t count_map(const struct bootlog *log, enum log_map map)
{
	size_t n = 0;

	for (size_t i = 0; i < log->nr_e820; i++)
		n += log->e820[i].map == map;
	return n;
}

/* The firmware's own list; a user-defined one only when the options that made it are not known. */
static enum log_map choose_map(struct import *im)
{
	const struct bootlog *log = &im->log;

	if (count_map(log, MAP_USER) && !has_option(im, "mem=") && !has_option(im, "memmap=")) {
		text_puts(&im->notes, "the command line does not say how the user-defined map was made; "
				      "the map itself is used\n");
		return MAP_USER;
	}
	if (count_map(log, MAP_BIOS))
		return MAP_BIOS;
	return count_map(log, MAP_EXTENDED) ? MAP_EXTENDED : MAP_MODIFIED;
}

static int add_list(struct import *im, struct range_list *l)
{
	int ret = l->failed ? mm_fail(im->err, -ENOMEM, "no memory for the firmware map") : 0;

	if (l->nr)
		qsort(l->e, l->nr, sizeof(*l->e), cmp_range);
	for (size_t i = 0; i < l->nr && !ret; i++) {
		if (l->e[i].start < l->e[i].end)
			ret = desc_add_fw(im->d, l->e[i].start, l->e[i].end, l->e[i].type, 0, NULL,
					  l->e[i].type == FW_OTHER ? (int)l->e[i].number : 0);
	}
	free(l->e);
	return ret;
}

/*
 * Does the kernel of the log take ACPI data for memory when it looks for the last
 * page? New ones do, old ones do not, and "last_pfn" tells which it is. For an old
 * one the tables beyond RAM are given as reserved.
 */
static void acpi_beyond_ram(struct import *im, struct range_list *l)
{
	phys_t ram = 0;
	size_t n = 0;

	for (size_t i = 0; i < l->nr; i++) {
		if (l->e[i].type == FW_RAM && l->e[i].start < l->e[i].end)
			ram = max_u64(ram, l->e[i].end);
	}
	if (!ram || im->log.last_pfn != ram >> 12)
		return;
	for (size_t i = 0; i < l->nr; i++) {
		if (l->e[i].type != FW_ACPI || l->e[i].end >> 12 <= ram >> 12)
			continue;
		l->e[i].type = FW_RESERVED;
		n++;
	}
	if (n)
		text_puts(&im->notes, "this kernel did not count ACPI tables beyond RAM as memory; they are given as "
				      "reserved\n");
}

static int map_from_e820(struct import *im)
{
	enum log_map map = choose_map(im);
	struct range_list l = { NULL, 0, 0, false };

	for (size_t i = 0; i < im->log.nr_e820; i++) {
		if (im->log.e820[i].map == map)
			list_add(&l, im->log.e820[i].start, im->log.e820[i].end, im->log.e820[i].type,
				 im->log.e820[i].number);
	}
	apply_ops(im, &l);
	acpi_beyond_ram(im, &l);
	return add_list(im, &l);
}

/* --- sys/firmware/memmap ---------------------------------------------------- */

/* sysfs does not tell the number of a type without a name; firmware that has such types means this one. */
#define OTHER_NUMBER 20

static enum fw_type memmap_type(const char *name)
{
	static const struct {
		const char *name;
		enum fw_type type;
	} names[] = {
		{ "System RAM", FW_RAM }, { "ACPI Tables", FW_ACPI }, { "ACPI Non-volatile Storage", FW_NVS },
		{ "Unusable memory", FW_UNUSABLE }, { "Persistent Memory", FW_PMEM },
		{ "Persistent Memory (legacy)", FW_PRAM }, { "Soft Reserved", FW_SOFT_RESERVED },
		{ "Unknown E820 type", FW_OTHER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i].name))
			return names[i].type;
	}
	return FW_RESERVED;
}

static int map_from_sysfs(struct import *im)
{
	size_t nr, used = 0;
	u64 *list = import_list_numbered(im, "sys/firmware/memmap", "", &nr);
	struct range_list l = { NULL, 0, 0, false };
	char type[64];
	u64 a, b;

	for (size_t i = 0; i < nr; i++) {
		unsigned long long n = list[i];

		if (!import_read_u64(im, &a, 16, "sys/firmware/memmap/%llu/start", n) ||
		    !import_read_u64(im, &b, 16, "sys/firmware/memmap/%llu/end", n) ||
		    !import_read_line(im, type, sizeof(type), "sys/firmware/memmap/%llu/type", n))
			continue;
		if (b < a) {
			text_printf(&im->notes, "sys/firmware/memmap/%llu ends before it starts; ignored\n", n);
			continue;
		}
		list_add(&l, a, range_end(b), memmap_type(type), OTHER_NUMBER);
		used++;
	}
	free(list);
	if (used)
		text_printf(&im->notes, "firmware map: %zu entries of sys/firmware/memmap\n", used);
	return add_list(im, &l);
}

/* --- machines without e820 -------------------------------------------------- */

static int add_memblock(struct import *im, phys_t a, phys_t b, u32 flags)
{
	u32 f = (flags & MEMBLOCK_HOTPLUG ? FW_HOTPLUG : 0) | (flags & MEMBLOCK_MIRROR ? FW_MIRROR : 0);

	return desc_add_fw(im->d, a, b, flags & MEMBLOCK_NOMAP ? FW_NOMAP : FW_RAM, f, NULL, 0);
}

/* The memory array of the last dump: the first ones may precede no-map marks. */
static int map_from_dump(struct import *im)
{
	const struct bootlog_dump *d = &im->calls.dump[im->calls.nr_dump - 1];
	int ret = 0;

	for (size_t i = 0; i < d->nr_memory && !ret; i++)
		ret = add_memblock(im, d->memory[i].base, d->memory[i].base + d->memory[i].size, d->memory[i].flags);
	return ret;
}

/* "   1: 0x4c000000..0x4c1fffff    0 NOMAP" */
bool import_debugfs_line(const char *s, phys_t *a, phys_t *b, int *nid, u32 *flags)
{
	u64 n, x, y;

	scan_blanks(&s);
	if (!scan_num(&s, 10, &n) || !scan_lit(&s, ":"))
		return false;
	scan_blanks(&s);
	if (!scan_any(&s, &x) || !scan_lit(&s, "..") || !scan_any(&s, &y) || y < x)
		return false;
	scan_blanks(&s);
	*nid = NO_NODE;
	scan_int(&s, nid);
	scan_blanks(&s);
	*flags = (strncmp(s, "NOMAP", 5) ? 0 : MEMBLOCK_NOMAP) | (strncmp(s, "HOTPLUG", 7) ? 0 : MEMBLOCK_HOTPLUG) |
		 (strncmp(s, "MIRROR", 6) ? 0 : MEMBLOCK_MIRROR);
	*a = x;
	*b = range_end(y);
	return true;
}

static int map_from_debugfs(struct import *im)
{
	size_t len;
	char *text = import_read(im, &len, "sys/kernel/debug/memblock/memory");
	int nid, ret = 0;
	phys_t a, b;
	u32 flags;

	if (!text)
		return 0;
	for (char *s = text; *s && !ret; s += strcspn(s, "\n"), s += *s == '\n') {
		if (!import_debugfs_line(s, &a, &b, &nid, &flags))
			continue;
		ret = add_memblock(im, a, b, flags);
		if (!ret && nid >= 0 && nid < MAX_NUMNODES && !im->log.whole_end)
			ret = desc_add_mem(im->d, a, b, nid, false);
	}
	free(text);
	return ret;
}

static bool nomap_at(const struct bootlog *log, phys_t start)
{
	for (size_t i = 0; i < log->nr_resv; i++) {
		if (log->resv[i].source == LOG_RESV_OF_NOMAP && log->resv[i].start <= start &&
		    start < log->resv[i].end)
			return true;
	}
	return false;
}

/* The end (index) of the chain of touching ranges of one node that begins at @i. */
static size_t chain_end(const struct bootlog *log, size_t i)
{
	for (i++; i < log->nr_early; i++) {
		const struct log_node_mem *m = &log->early[i];

		if (m[-1].end != m->start || m[-1].nid != m->nid)
			break;
	}
	return i;
}

/*
 * Node ranges that touch without being one differ in node or flags, and the only
 * flag that a device tree or EFI map gives is no-map. So in a chain of touching
 * ranges every second one is no-map: the ones that a reserved-memory line names,
 * else the half with less memory.
 */
static bool first_is_nomap(const struct bootlog *log, size_t from, size_t to)
{
	u64 size[2] = { 0, 0 };

	for (size_t i = from; i < to; i++) {
		if (nomap_at(log, log->early[i].start))
			return (i - from) % 2 == 0;
		size[(i - from) % 2] += log->early[i].end - log->early[i].start;
	}
	return size[0] < size[1];
}

static int map_from_early(struct import *im)
{
	const struct bootlog *log = &im->log;
	int ret = 0;

	for (size_t from = 0, to; from < log->nr_early; from = to) {
		bool nomap;

		to = chain_end(log, from);
		nomap = first_is_nomap(log, from, to);
		for (size_t i = from; i < to && !ret; i++, nomap = !nomap)
			ret = desc_add_fw(im->d, log->early[i].start, log->early[i].end,
					  nomap ? FW_NOMAP : FW_RAM, 0, NULL, 0);
	}
	if (log->nr_early)
		text_puts(&im->notes, "no firmware map in the log; the node ranges are taken for it\n");
	return ret;
}

static int map_from_srat(struct import *im)
{
	const struct bootlog *log = &im->log;
	int ret = 0;

	for (size_t i = 0; i < log->nr_srat && !ret; i++) {
		if (!log->srat[i].hotplug)
			ret = desc_add_fw(im->d, log->srat[i].start, log->srat[i].end, FW_RAM, 0, NULL, 0);
	}
	if (!log->nr_srat && log->whole_end)
		ret = desc_add_fw(im->d, log->whole_start, log->whole_end, FW_RAM, 0, NULL, 0);
	if (im->d->nr_fw)
		text_puts(&im->notes, "no firmware map; RAM is drawn as the nodes' ranges, without its holes\n");
	return ret;
}

/* Node ranges that the firmware's list does not cover. */
static void compare_with_list(struct import *im)
{
	const struct bootlog *log = &im->log;
	size_t nr = 0;

	for (size_t i = 0; i < log->nr_early && log->nr_ram; i++) {
		bool inside = false;

		for (size_t k = 0; k < log->nr_ram; k++)
			inside |= log->ram[k].start <= log->early[i].start && log->early[i].start < log->ram[k].end;
		nr += !inside;
	}
	if (nr)
		text_printf(&im->notes, "%zu node ranges are in no memory that the firmware listed; the node ranges are "
			    "used\n", nr);
}

/* Without node ranges: the firmware's list, with its nodes where it tells them. */
static int map_from_list(struct import *im)
{
	const struct bootlog *log = &im->log;
	bool nodes = false;
	int ret = 0;

	for (size_t i = 0; i < log->nr_ram; i++)
		nodes |= log->ram[i].nid != 0;
	for (size_t i = 0; i < log->nr_ram && !ret; i++) {
		ret = desc_add_fw(im->d, log->ram[i].start, log->ram[i].end, FW_RAM, 0, NULL, 0);
		if (!ret && nodes)
			ret = desc_add_mem(im->d, log->ram[i].start, log->ram[i].end, log->ram[i].nid, false);
	}
	if (log->nr_ram)
		text_puts(&im->notes, "no node ranges in the log; RAM is drawn as the firmware listed it\n");
	return ret;
}

static int add_pages(struct import *im, pfn_t start, pfn_t end, int nid)
{
	unsigned shift = im->d->arch.page_shift;
	int ret;

	if (start >= end)
		return 0;
	ret = desc_add_fw(im->d, start << shift, end << shift, FW_RAM, 0, NULL, 0);
	return ret ? ret : desc_add_mem(im->d, start << shift, end << shift, nid, false);
}

/* Does another zone of the node lie behind? Then the zone spans up to its limit, whatever memory it has. */
static bool zone_behind(const struct import *im, const struct zoneinfo_zone *z)
{
	for (size_t i = 0; i < im->nr_zones; i++) {
		const struct zoneinfo_zone *o = &im->zones[i];

		if (o->nid == z->nid && o->present && o->start_pfn >= z->start_pfn + z->spanned)
			return true;
	}
	return false;
}

/*
 * A zone is known by start, span and present pages; where its holes are is not.
 * On x86 the hole of the lowest zone ends at 1 MiB. A zone below another one may
 * end with a hole. Else all is put into one hole before the last pages of the
 * zone, so that span and present agree.
 */
#define LEGACY_END 256u /* pfn of 1 MiB */
#define TAIL_PAGES 512u
static int add_zone(struct import *im, const struct zoneinfo_zone *z)
{
	pfn_t start = z->start_pfn, end = start + z->spanned, hole_end;
	u64 hole = z->spanned - z->present;
	int ret;

	if (!hole)
		return add_pages(im, start, end, z->nid);
	if (im->d->arch.id != ARCH_ARM64 && hole < LEGACY_END && start < LEGACY_END - hole && end > LEGACY_END)
		hole_end = LEGACY_END;
	else
		hole_end = zone_behind(im, z) ? end : end - min_u64(z->present, TAIL_PAGES);
	ret = add_pages(im, start, hole_end - hole, z->nid);
	return ret ? ret : add_pages(im, hole_end, end, z->nid);
}

static bool zone_plausible(const struct import *im, const struct zoneinfo_zone *z)
{
	pfn_t limit = 1ULL << (im->d->arch.phys_bits - im->d->arch.page_shift);

	return z->present && z->present <= z->spanned && z->spanned <= limit && z->start_pfn <= limit - z->spanned;
}

static int map_from_zoneinfo(struct import *im)
{
	u64 missing = 0;
	int ret = 0;

	for (size_t i = 0; i < im->nr_zones && !ret; i++) {
		const struct zoneinfo_zone *z = &im->zones[i];

		if (!zone_plausible(im, z))
			continue;
		missing += z->spanned - z->present;
		ret = add_zone(im, z);
	}
	if (im->d->nr_fw)
		text_puts(&im->notes, "nothing tells where RAM is; it is drawn from the zones of proc/zoneinfo\n");
	if (missing)
		text_printf(&im->notes, "holes of %llu pages inside zones: their number is right, their place is "
			    "assumed\n", (unsigned long long)missing);
	return ret;
}

static bool has_ram(const struct desc *d)
{
	for (size_t i = 0; i < d->nr_fw; i++) {
		if (d->fw[i].type == FW_RAM)
			return true;
	}
	return false;
}

static int map_x86(struct import *im)
{
	if (im->log.nr_e820)
		return map_from_e820(im);
	return import_exists(im, "sys/firmware/memmap") ? map_from_sysfs(im) : 0;
}

/*
 * What the EFI stub's map makes of memory on arm64 (with efi=debug the log shows
 * it): everything cacheable is added, what the firmware keeps is no-map.
 */
static bool efi_usable(const struct log_efi *e)
{
	static const char *const types[] = { "Loader Code", "Loader Data", "Boot Code", "Boot Data", "Conventional",
					     "ACPI Reclaim", "Persistent" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (!strncmp(e->type, types[i], strlen(types[i])))
			return e->write_back;
	}
	return false;
}

static int map_from_efi(struct import *im)
{
	u64 page = arch_page_size(&im->d->arch);
	int ret = 0;

	for (size_t i = 0; i < im->log.nr_efi && !ret; i++) {
		const struct log_efi *e = &im->log.efi[i];

		if (e->memory && e->end <= 1ULL << 52)
			ret = desc_add_fw(im->d, align_down(e->start, page), align_up(e->end, page),
					  efi_usable(e) ? FW_RAM : FW_NOMAP, 0, NULL, 0);
	}
	return ret;
}

static int map_others(struct import *im)
{
	int ret = map_from_debugfs(im);

	if (!ret && !has_ram(im->d) && im->calls.nr_dump)
		ret = map_from_dump(im);
	if (!ret && !has_ram(im->d))
		ret = map_from_efi(im);
	return ret;
}

int import_firmware(struct import *im)
{
	bool x86 = im->d->arch.id != ARCH_ARM64;
	int ret = x86 ? map_x86(im) : map_others(im);

	if (ret)
		return ret;
	ret = import_virtio(im);
	if (!ret)
		ret = import_iomem_map(im, has_ram(im->d));
	if (!ret)
		ret = import_mirror(im);
	if (!ret && !has_ram(im->d))
		ret = map_from_early(im);
	compare_with_list(im);
	if (!ret && !has_ram(im->d))
		ret = map_from_list(im);
	if (!ret && !has_ram(im->d))
		ret = map_from_srat(im);
	if (!ret)
		ret = import_kpageflags(im, !has_ram(im->d));
	if (!ret && !has_ram(im->d))
		ret = map_from_zoneinfo(im);
	if (!ret && !has_ram(im->d))
		ret = mm_fail(im->err, -ENODATA, "nothing here says where memory is; give a boot log, "
			      "proc/iomem read by root, sys/firmware/memmap or proc/zoneinfo");
	return ret;
}
