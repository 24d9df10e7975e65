/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which architecture the imported machine has, and what its kernel's version and
 * configuration changed in zones and page size. An architecture without a preset
 * of its own takes the nearest one, with its zones put right; a note says so.
 *
 * Models: arch/arm64/mm/init.c (zone limits through the versions), the
 * ZONE_* options of the architectures.
 */
#include "io/import_internal.h"

#include <string.h>
#include <sys/utsname.h>

#define Z(x) (1u << ZONE_##x)

/* How each architecture that writes logs is drawn. */
static const struct arch_map {
	const char *preset;
	u32 zones;        /* bit per zone type; 0: as the preset */
	phys_t dma_limit; /* 0: as the preset */
} arch_maps[NR_LOG_ARCH] = {
	[LOG_X86_64] = { "x86_64", 0, 0 },
	[LOG_I386] = { "i386", 0, 0 },
	[LOG_ARM64] = { "arm64", 0, 0 },
	[LOG_ARM] = { "arm64", Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_RISCV64] = { "arm64", Z(DMA32) | Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_PPC64] = { "arm64", Z(NORMAL) | Z(MOVABLE) | Z(DEVICE), 0 },
	[LOG_PPC32] = { "arm64", Z(DMA) | Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_S390] = { "arm64", Z(DMA) | Z(NORMAL) | Z(MOVABLE), 2 * GiB },
	[LOG_MIPS] = { "arm64", Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_SPARC64] = { "arm64", Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_IA64] = { "arm64", Z(DMA32) | Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_ALPHA] = { "arm64", Z(DMA) | Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_SH] = { "arm64", Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_LOONGARCH] = { "arm64", Z(DMA32) | Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_PARISC] = { "arm64", Z(NORMAL) | Z(MOVABLE), 0 },
	[LOG_M68K] = { "arm64", Z(DMA) | Z(NORMAL) | Z(MOVABLE), 0 },
};

#define KVER(a, b, c) ((u32)(a) << 16 | (u32)(b) << 8 | (u32)(c))

static enum log_arch host_arch(void)
{
	struct utsname u;

	if (uname(&u))
		return LOG_ARCH_UNKNOWN;
	if (!strcmp(u.machine, "x86_64"))
		return LOG_X86_64;
	if (!strcmp(u.machine, "aarch64"))
		return LOG_ARM64;
	return u.machine[0] == 'i' && !strcmp(u.machine + 2, "86") ? LOG_I386 : LOG_ARCH_UNKNOWN;
}

/* e820 and "max_arch_pfn": 2^34 and more pages on 64 bits, 2^20 or 2^24 on 32. */
static enum log_arch x86_of(const struct bootlog *log)
{
	if (log->max_arch_pfn)
		return log->max_arch_pfn > 1ULL << 24 ? LOG_X86_64 : LOG_I386;
	return log->lowmem_line || log->highmem_line || log->low_ram_end ? LOG_I386 : LOG_X86_64;
}

static bool has_zone_name(const struct import *im, enum zone_type t)
{
	for (size_t i = 0; i < im->nr_zones; i++) {
		if (im->zones[i].type == t)
			return true;
	}
	return false;
}

static bool iomem_has(const struct import *im, const char *name)
{
	for (size_t i = 0; i < im->nr_iomem; i++) {
		if (!strcmp(im->iomem[i].name, name))
			return true;
	}
	return false;
}

static enum log_arch find_arch(struct import *im)
{
	enum log_arch a = im->log.arch;

	if (im->log.nr_e820 || im->log.max_arch_pfn)
		return x86_of(&im->log);
	if (a == LOG_ARCH_UNKNOWN && im->root[0])
		a = import_cpuinfo_arch(im);
	if (a == LOG_ARCH_UNKNOWN && !strcmp(im->root, "/"))
		a = host_arch();
	if (a != LOG_ARCH_UNKNOWN)
		return a;
	if (iomem_has(im, "System ROM") || iomem_has(im, "Video ROM"))
		return has_zone_name(im, ZONE_HIGHMEM) ? LOG_I386 : LOG_X86_64;
	if (has_zone_name(im, ZONE_HIGHMEM) || (im->nr_iomem && !im->iomem_masked && !iomem_has(im, "Reserved")))
		return im->nr_iomem && im->iomem[im->nr_iomem - 1].end > 1ULL << 36 ? LOG_ARM64 : LOG_ARM;
	if (has_zone_name(im, ZONE_DMA) && has_zone_name(im, ZONE_DMA32))
		return LOG_X86_64;
	a = im->log.nr_early ? LOG_ARM64 : LOG_X86_64; /* x86 has e820 lines */
	text_printf(&im->notes, "nothing tells the architecture; %s is assumed\n", log_arch_name(a));
	return a;
}

static void set_zone(struct arch *a, enum zone_type t, bool there)
{
	a->zones_mask = (u8)(there ? a->zones_mask | 1u << t : a->zones_mask & ~(1u << t));
}

/* arm64 zones by version: DMA32 only until 5.4 (called DMA before 4.16), DMA since 5.5. */
static void arm64_zones(struct import *im)
{
	u32 v = im->log.version;
	struct arch *a = &im->d->arch;

	a->strict_pfn_valid = v && v < KVER(5, 14, 0);
	if (!v || v >= KVER(5, 11, 0))
		return;
	if (v < KVER(4, 16, 0))
		set_zone(a, ZONE_DMA32, false);
	else if (v < KVER(5, 5, 0))
		set_zone(a, ZONE_DMA, false);
}

/* RAM of the log's node ranges in [a, b). */
static u64 ram_between(const struct bootlog *log, phys_t a, phys_t b)
{
	u64 sum = 0;

	for (size_t i = 0; i < log->nr_early; i++) {
		phys_t from = max_u64(log->early[i].start, a), to = min_u64(log->early[i].end, b);

		sum += from < to ? to - from : 0;
	}
	return sum;
}

static const struct log_resv *find_resv(const struct bootlog *log, enum log_resv_source source)
{
	for (size_t i = 0; i < log->nr_resv; i++) {
		if (log->resv[i].source == source)
			return &log->resv[i];
	}
	return NULL;
}

/*
 * swiotlb is placed as high as the DMA limit allows. With twice its size of RAM
 * between a power of two above it and 4 GiB, that power of two is the limit: what
 * the device tree says of a bus that reaches less. 0: nothing tells.
 */
static phys_t limit_by_swiotlb(const struct bootlog *log)
{
	const struct log_resv *s = find_resv(log, LOG_RESV_SWIOTLB);
	phys_t limit = GiB;

	if (!s)
		return 0;
	while (limit < s->end && limit < 4 * GiB)
		limit *= 2;
	return limit < 4 * GiB && ram_between(log, limit, 4 * GiB) >= 2 * (s->end - s->start) ? limit : 0;
}

/* Does a limit of @limit contradict the log? swiotlb lies below it, and is there when memory reaches beyond it. */
static bool limit_contradicted(const struct bootlog *log, phys_t limit)
{
	const struct log_resv *s = find_resv(log, LOG_RESV_SWIOTLB);

	if (s)
		return s->end > limit;
	return log->memory.total && ram_between(log, limit, ~0ULL);
}

/* 5.5 to 5.10: 30 bits above the gigabyte that RAM starts in; since then what the device tree says. */
static void arm64_dma_limit(struct import *im)
{
	const struct bootlog *log = &im->log;
	struct arch *a = &im->d->arch;
	phys_t base = log->nr_early ? log->early[0].start : 0;
	phys_t old = (base & ~(GiB - 1)) + GiB;
	bool before = log->version && log->version < KVER(5, 11, 0);

	if (before && base >= 4 * GiB)
		a->dma32_limit = (base & ~(4 * GiB - 1)) + 4 * GiB;
	if (!arch_has_zone(a, ZONE_DMA))
		return;
	if (!arch_has_zone(a, ZONE_DMA32))
		a->dma_limit = (base & ~(4 * GiB - 1)) + 4 * GiB; /* its name before 4.16 */
	else if (before && !limit_contradicted(log, old))
		a->dma_limit = old;
	else
		a->dma_limit = limit_by_swiotlb(log);
	if (a->dma_limit)
		text_printf(&im->notes, "DMA zone taken to end at %llu MiB, from the kernel's version and where "
			    "swiotlb lies\n", (unsigned long long)(a->dma_limit / MiB));
}

/* No line names a second node. */
static bool single_node(const struct bootlog *log)
{
	for (size_t i = 0; i < ARRAY_SIZE(log->nodes_seen); i++)
		if (log->nodes_seen[i] & ~(i ? 0ULL : 1ULL))
			return false;
	return true;
}

/* Zones that the log's answer lists: exactly these exist, and a full one ends at its limit. */
static void zones_from_log(struct import *im)
{
	const struct bootlog *log = &im->log;
	struct arch *a = &im->d->arch;
	u32 mask = Z(NORMAL) | Z(MOVABLE);
	bool later = false;

	/*
	 * x86 always has memory in the first 16 MiB: a ZONE_DMA that no line counts is not
	 * there. With several nodes the lines of the first may be lost.
	 */
	if (!log->nr_zone && log->zones_counted && a->id != ARCH_ARM64 && !(log->zones_counted & Z(DMA)) &&
	    single_node(log))
		set_zone(a, ZONE_DMA, false);
	if (!log->nr_zone)
		return;
	for (size_t i = log->nr_zone; i-- > 0;) {
		const struct log_zone *z = &log->zone[i];

		mask |= 1u << z->type;
		if (z->empty)
			continue;
		if (later && z->type == ZONE_DMA)
			a->dma_limit = z->end;
		if (later && z->type == ZONE_DMA32)
			a->dma32_limit = z->end;
		later = true;
	}
	a->zones_mask = (u8)mask;
}

static void zones_from_zoneinfo(struct import *im)
{
	u32 mask = Z(NORMAL) | Z(MOVABLE);

	if (!im->nr_zones)
		return;
	for (size_t i = 0; i < im->nr_zones; i++)
		mask |= 1u << im->zones[i].type;
	im->d->arch.zones_mask = (u8)mask;
}

static int page_size(struct import *im)
{
	struct arch *a = &im->d->arch;
	u32 size = im->log.page_size;

	if (a->id != ARCH_ARM64 || !size || size == arch_page_size(a))
		return 0;
	if (size != 4 * KiB && size != 16 * KiB && size != 64 * KiB) {
		text_printf(&im->notes, "pages of %u KiB are drawn as such of %llu KiB\n", (unsigned)(size / KiB),
			    (unsigned long long)(arch_page_size(a) / KiB));
		return 0;
	}
	return arch_set_page_shift(a, (u8)ilog2_u64(size), im->err);
}

/* The value of @key= in the command line, in bytes; false when it is not there. */
static bool cmdline_size(const struct import *im, const char *key, u64 *out)
{
	const char *s = im->cmdline ? strstr(im->cmdline, key) : NULL;

	return s && (s == im->cmdline || s[-1] == ' ') && !parse_size(s + strlen(key), out, &s);
}

/*
 * i386: the log tells where the linear map ends; with what vmalloc reserves that
 * gives VMALLOC_END, which depends on the number of cpus the kernel is built for.
 */
#define VMALLOC_GUARD (8 * MiB)
static void i386_lowmem(struct import *im)
{
	static const u64 splits[] = { 0xc0000000, 0xb0000000, 0x80000000, 0x78000000, 0x40000000 };
	struct arch *a = &im->d->arch;
	u64 reserve = a->vmalloc_reserve, v;

	if (!im->log.low_ram_end || !im->log.highmem_mb || cmdline_size(im, "highmem=", &v))
		return;
	if (cmdline_size(im, "vmalloc=", &v) && v < GiB)
		reserve = v + VMALLOC_GUARD;
	for (size_t i = 0; i < ARRAY_SIZE(splits); i++) {
		u64 end = splits[i] + im->log.low_ram_end + reserve;

		if (end >= 1ULL << 32)
			continue;
		a->page_offset = splits[i];
		a->vmalloc_end = end;
		return;
	}
}

static void x86_options(struct import *im)
{
	const struct bootlog *log = &im->log;
	struct arch *a = &im->d->arch;

	if (a->id == ARCH_ARM64)
		return;
	if (is_pow2(log->max_arch_pfn) && log->max_arch_pfn >= 1ULL << 20 && log->max_arch_pfn <= 1ULL << 40)
		arch_set_phys_bits(a, (u8)(ilog2_u64(log->max_arch_pfn) + 12));
	if (a->id == ARCH_X86_64 && log->version && log->version < KVER(4, 3, 0))
		set_zone(a, ZONE_DEVICE, false);
	if (a->id != ARCH_I386)
		return;
	if (log->lowmem_line && !log->highmem_line)
		set_zone(a, ZONE_HIGHMEM, false);
	if (log->config_nr_cpus)
		a->nr_cpus_limit = (u16)log->config_nr_cpus;
	i386_lowmem(im);
}

/*
 * What the system says of its memory block size, where our rule for it (bare metal:
 * big blocks from 64 GiB on) may not be the one that was used.
 */
static void memory_block_size(struct import *im)
{
	struct arch *a = &im->d->arch;
	u64 size = im->log.block_size;

	if (!(im->flags & IMPORT_WITHHOLD))
		import_read_u64(im, &size, 16, "sys/devices/system/memory/block_size_bytes");
	if (!is_pow2(size) || size < 1ULL << a->section_shift || a->flatmem)
		return;
	if (size != 1ULL << a->section_shift || im->log.last_pfn >> (36 - 12))
		a->block_size = size;
}

/* arm: 3 GiB for user space, 240 MiB of vmalloc below the fixed mappings; HIGHMEM where the log counts it. */
static void arm_options(struct import *im)
{
	struct arch *a = &im->d->arch;

	a->strict_pfn_valid = true;
	if (!im->log.memory.highmem_told && !has_zone_name(im, ZONE_HIGHMEM))
		return;
	set_zone(a, ZONE_HIGHMEM, true);
	a->page_offset = 0xc0000000;
	a->vmalloc_end = 0xff800000;
	a->vmalloc_reserve = 240 * MiB + VMALLOC_GUARD;
}

int import_arch(struct import *im)
{
	enum log_arch la = find_arch(im);
	const struct arch_map *m = &arch_maps[la];
	int ret = arch_preset(&im->d->arch, m->preset, im->err);

	if (ret)
		return ret;
	if (m->zones)
		im->d->arch.zones_mask = (u8)m->zones;
	if (m->dma_limit)
		im->d->arch.dma_limit = m->dma_limit;
	if (strcmp(m->preset, log_arch_name(la)))
		text_printf(&im->notes, "%s has no preset; it is drawn with the rules of %s and its own zones\n",
			    log_arch_name(la), m->preset);
	if (la == LOG_ARM64) {
		arm64_zones(im);
		arm64_dma_limit(im);
	}
	if (la == LOG_ARM)
		arm_options(im);
	x86_options(im);
	zones_from_zoneinfo(im);
	zones_from_log(im);
	memory_block_size(im);
	return page_size(im);
}
