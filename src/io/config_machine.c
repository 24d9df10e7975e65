/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of [machine] and [arch]: what is true of the machine as a whole, and
 * where its kernel differs from the preset.
 */
#include <stdlib.h>
#include <string.h>

#include "io/config_keys.h"
#include "io/config_tables.h"

#define COMMAND_LINE_SIZE 2048 /* what x86 and arm64 kernels read, NUL included */

static int no_memory(const struct value *v)
{
	return ini_fail(v->doc, v->e, v->err, -ENOMEM, "no memory");
}

/* --- [machine] ------------------------------------------------------------- */

static int set_arch(struct config *c, struct value *v)
{
	struct mm_error own = { 0, "" };

	if (arch_preset(&c->d->arch, value_text(v), &own))
		return value_fail(v, "%s", own.msg);
	return 0;
}

int config_append(char **field, const char *sep, const char *more)
{
	size_t old = *field ? strlen(*field) : 0, n = old ? strlen(sep) : 0;
	char *s = realloc(*field, old + n + strlen(more) + 1);

	if (!s)
		return -ENOMEM;
	memcpy(s + old, sep, n);
	strcpy(s + old + n, more);
	text_harmless(s);
	*field = s;
	return 0;
}

/* The name that the file gives replaces the file's; further lines continue it. */
static int set_name(struct config *c, struct value *v)
{
	if (!c->name_given && desc_set_string(&c->d->name, ""))
		return no_memory(v);
	c->name_given = true;
	return config_append(&c->d->name, "", value_text(v)) ? no_memory(v) : 0;
}

static int set_title(struct config *c, struct value *v)
{
	return config_append(&c->d->title, "", value_text(v)) ? no_memory(v) : 0;
}

static int set_cpus(struct config *c, struct value *v)
{
	u64 n;

	if (value_number(v, 1, MAX_CPUS, &n))
		return -EINVAL;
	c->d->nr_cpus = (int)n;
	c->cpus_given = true;
	return value_end(v);
}

static int set_cpus_possible(struct config *c, struct value *v)
{
	u64 n;

	if (value_number(v, 1, MAX_CPUS, &n))
		return -EINVAL;
	c->d->nr_cpus_possible = (int)n;
	c->possible_given = true;
	return value_end(v);
}

static int cmdline_append(struct config *c, struct value *v, const char *sep)
{
	const char *more = value_text(v);

	if (strlen(c->d->cmdline) + strlen(sep) + strlen(more) >= COMMAND_LINE_SIZE)
		return value_fail(v, "the command line is longer than the %d bytes that the kernel reads; "
				  "shorten it", COMMAND_LINE_SIZE - 1);
	return config_append(&c->d->cmdline, sep, more) ? no_memory(v) : 0;
}

static int set_cmdline(struct config *c, struct value *v) { return cmdline_append(c, v, " "); }
static int set_cmdline_join(struct config *c, struct value *v) { return cmdline_append(c, v, ""); }

static int set_seed(struct config *c, struct value *v)
{
	return value_size(v, &c->d->seed) ? -EINVAL : value_end(v);
}

/* "5.10.0": three numbers, of which missing ones are 0. */
static int set_kernel(struct config *c, struct value *v)
{
	unsigned n[3] = { 0, 0, 0 };
	const char *s = value_rest(v);
	char *end;

	for (int i = 0; i < 3 && *s >= '0' && *s <= '9'; i++) {
		unsigned long x = strtoul(s, &end, 10);

		if (x > 255)
			return value_fail(v, "%lu is no part of a kernel version; write for example 5.10.0", x);
		n[i] = (unsigned)x;
		s = *end == '.' ? end + 1 : end;
	}
	if (!n[0] || *s)
		return value_fail(v, "'%.40s' is no kernel version; write for example 5.10.0", value_rest(v));
	c->d->kernel_version = n[0] << 16 | n[1] << 8 | n[2];
	return 0;
}

static int set_cpu_cache(struct config *c, struct value *v)
{
	u64 bytes;

	if (value_number(v, 0, TiB, &bytes))
		return -EINVAL;
	if (bytes % KiB)
		return value_fail(v, "%llu is no whole number of KiB; write for example 512K",
				  (unsigned long long)bytes);
	c->d->l3_slice_kib = (u32)(bytes / KiB);
	return value_end(v);
}

static int set_swap(struct config *c, struct value *v)
{
	u64 bytes;

	if (value_number(v, 0, 1ULL << 60, &bytes))
		return -EINVAL;
	c->d->swap = bytes;
	return value_end(v);
}

static int set_early(struct config *c, struct value *v)
{
	if (value_word(v, "model")) {
		c->d->boot_alloc_model = true;
		c->d->resv_complete = false;
	} else if (value_word(v, "listed")) {
		c->d->boot_alloc_model = false;
		c->d->resv_complete = true;
	} else if (value_word(v, "none")) {
		c->d->boot_alloc_model = false;
		c->d->resv_complete = false;
	} else {
		return value_fail(v, "'%.40s' is not model, listed or none", v->s);
	}
	return value_end(v);
}

/* Notes are lines; each ends with a newline. */
static int set_note(struct config *c, struct value *v)
{
	if (config_append(&c->d->hostfacts, "", value_text(v)) || config_append(&c->d->hostfacts, "", "\n"))
		return no_memory(v);
	return 0;
}

static int set_note_join(struct config *c, struct value *v)
{
	char *facts = c->d->hostfacts;

	if (facts)
		facts[strlen(facts) - 1] = '\0';
	return set_note(c, v);
}

/* --- [arch] ---------------------------------------------------------------- */

/* A power of two between 2^@lo and 2^@hi, as its exponent. */
static int value_shift(struct value *v, unsigned lo, unsigned hi, u8 *out)
{
	u64 n;

	if (value_size(v, &n))
		return -EINVAL;
	if (!is_pow2(n) || n < 1ULL << lo || n > 1ULL << hi)
		return value_fail(v, "%llu is not a power of two between %llu and %llu", (unsigned long long)n,
				  1ULL << lo, 1ULL << hi);
	*out = (u8)ilog2_u64(n);
	return value_end(v);
}

static int set_page_size(struct config *c, struct value *v)
{
	struct mm_error own = { 0, "" };
	u8 shift;

	if (value_shift(v, 12, 16, &shift))
		return -EINVAL;
	if (arch_set_page_shift(&c->d->arch, shift, &own))
		return value_fail(v, "%s", own.msg);
	return 0;
}

static int set_physical_bits(struct config *c, struct value *v)
{
	u64 n;

	if (value_number(v, 32, 52, &n))
		return -EINVAL;
	arch_set_phys_bits(&c->d->arch, (u8)n);
	return value_end(v);
}

static int set_section_size(struct config *c, struct value *v)
{
	return value_shift(v, 20, 32, &c->d->arch.section_shift);
}

/* A small number that the whole-description check will judge. */
static int set_u8(struct value *v, u8 *out)
{
	u64 n;

	if (value_number(v, 0, 255, &n))
		return -EINVAL;
	*out = (u8)n;
	return value_end(v);
}

static int set_u16(struct value *v, u16 *out)
{
	u64 n;

	if (value_number(v, 1, 65535, &n))
		return -EINVAL;
	*out = (u16)n;
	return value_end(v);
}

static int set_u64(struct value *v, u64 *out)
{
	return value_size(v, out) ? -EINVAL : value_end(v);
}

static int set_max_page_order(struct config *c, struct value *v)
{
	return set_u8(v, &c->d->arch.max_page_order);
}

static int set_pageblock_order(struct config *c, struct value *v)
{
	return set_u8(v, &c->d->arch.pageblock_order);
}

static int set_struct_page_size(struct config *c, struct value *v)
{
	return set_u8(v, &c->d->arch.struct_page_size);
}

static int set_huge_page_size(struct config *c, struct value *v)
{
	u8 page = c->d->arch.page_shift, shift;

	if (value_shift(v, page + 2u, page + 13u, &shift))
		return -EINVAL;
	c->d->arch.hpage_pmd_order = (u8)(shift - page);
	return 0;
}

static int set_nr_cpus(struct config *c, struct value *v) { return set_u16(v, &c->d->arch.nr_cpus_limit); }
static int set_max_nodes(struct config *c, struct value *v) { return set_u16(v, &c->d->arch.max_numnodes); }
static int set_cma(struct config *c, struct value *v) { return value_bool(v, &c->d->arch.has_cma); }
static int set_deferred(struct config *c, struct value *v)
{
	return value_bool(v, &c->d->arch.deferred_init);
}

static int set_strict(struct config *c, struct value *v)
{
	return value_bool(v, &c->d->arch.strict_pfn_valid);
}

static int set_flatmem(struct config *c, struct value *v) { return value_bool(v, &c->d->arch.flatmem); }
static int set_block_size(struct config *c, struct value *v) { return set_u64(v, &c->d->arch.block_size); }
static int set_page_offset(struct config *c, struct value *v) { return set_u64(v, &c->d->arch.page_offset); }
static int set_vmemmap(struct config *c, struct value *v) { return set_u64(v, &c->d->arch.vmemmap_start); }
static int set_dma_end(struct config *c, struct value *v) { return set_u64(v, &c->d->arch.dma_limit); }
static int set_dma32_end(struct config *c, struct value *v) { return set_u64(v, &c->d->arch.dma32_limit); }
static int set_vmalloc_end(struct config *c, struct value *v) { return set_u64(v, &c->d->arch.vmalloc_end); }
static int set_vmalloc(struct config *c, struct value *v) { return set_u64(v, &c->d->arch.vmalloc_reserve); }

const char *const config_zone_names[MAX_NR_ZONES] = {
	[ZONE_DMA] = "DMA", [ZONE_DMA32] = "DMA32", [ZONE_NORMAL] = "Normal", [ZONE_HIGHMEM] = "HighMem",
	[ZONE_MOVABLE] = "Movable", [ZONE_DEVICE] = "Device",
};

int config_zone(struct value *v, int *zone)
{
	for (int z = 0; z < MAX_NR_ZONES; z++)
		if (value_word(v, config_zone_names[z])) {
			*zone = z;
			return 0;
		}
	value_skip_blanks(v);
	return value_fail(v, "'%.*s' is no zone; zones are DMA, DMA32, Normal, HighMem, Movable and Device",
			  (int)strcspn(v->s, " \t"), v->s);
}

static int set_zones(struct config *c, struct value *v)
{
	u8 mask = 0;
	int zone;

	while (*value_rest(v)) {
		if (config_zone(v, &zone))
			return -EINVAL;
		mask |= (u8)(1u << zone);
	}
	c->d->arch.zones_mask = mask;
	return 0;
}

const struct config_key config_machine_keys[] = {
	{ "machine", "arch", false, set_arch, "x86_64, arm64 or i386: whose kernel boots" },
	{ "machine", "name", true, set_name, "short name, else the file's; further lines continue it" },
	{ "machine", "title", true, set_title, "one line of what it is" },
	{ "machine", "cpus", false, set_cpus, "cpus online after boot" },
	{ "machine", "cpus_possible", false, set_cpus_possible, "cpus that could be there; sizes per-cpu things" },
	{ "machine", "kernel", false, set_kernel, "version of an imported system, whose log lines boot prints" },
	{ "machine", "cpu_cache", false, set_cpu_cache, "last-level cache per cpu; for the per-cpu page lists" },
	{ "machine", "swap", false, set_swap, "size of the swap area; without one anonymous memory stays" },
	{ "machine", "cmdline", true, set_cmdline, "kernel command line; repeated lines are joined by a space" },
	{ "machine", "cmdline_join", true, set_cmdline_join, "more of the command line, joined without a space" },
	{ "machine", "seed", false, set_seed, "where random numbers start" },
	{ "machine", "early_allocations", false, set_early,
	  "model: boot makes the kernel's own; listed: [reserve] has all of them; none" },
	{ "machine", "note", true, set_note, "a remark that travels with the description" },
	{ "machine", "note_join", true, set_note_join, "more of the remark above" },
	{ "arch", "page_size", false, set_page_size, "4K; on arm64 also 16K and 64K" },
	{ "arch", "physical_bits", false, set_physical_bits, "width of physical addresses (MAX_PHYSMEM_BITS)" },
	{ "arch", "section_size", false, set_section_size, "bytes of a sparse-memory section" },
	{ "arch", "max_page_order", false, set_max_page_order, "largest block of the buddy allocator" },
	{ "arch", "pageblock_order", false, set_pageblock_order, "pages that share a migratetype" },
	{ "arch", "struct_page_size", false, set_struct_page_size, "bytes of struct page" },
	{ "arch", "huge_page_size", false, set_huge_page_size, "bytes of a PMD-sized huge page" },
	{ "arch", "nr_cpus", false, set_nr_cpus, "cpus the kernel is built for (CONFIG_NR_CPUS)" },
	{ "arch", "max_nodes", false, set_max_nodes, "nodes the kernel is built for (1 << CONFIG_NODES_SHIFT)" },
	{ "arch", "zones", false, set_zones, "zone types of the kernel: DMA DMA32 Normal HighMem Movable Device" },
	{ "arch", "cma", false, set_cma, "CONFIG_CMA: there is a CMA migratetype" },
	{ "arch", "deferred_init", false, set_deferred, "CONFIG_DEFERRED_STRUCT_PAGE_INIT" },
	{ "arch", "strict_pfn_valid", false, set_strict,
	  "frames without mapped memory have no struct page (arm64 before 5.14)" },
	{ "arch", "flatmem", false, set_flatmem, "no sections: one flat mem_map" },
	{ "arch", "memory_block_size", false, set_block_size, "bytes of a memory block device; 0: the kernel's rule" },
	{ "arch", "page_offset", false, set_page_offset, "where the linear map begins" },
	{ "arch", "vmemmap", false, set_vmemmap, "where the struct pages of the linear map begin" },
	{ "arch", "dma_end", false, set_dma_end, "end of ZONE_DMA; 0: the kernel's rule" },
	{ "arch", "dma32_end", false, set_dma32_end, "end of ZONE_DMA32; 0: the kernel's rule" },
	{ "arch", "vmalloc_end", false, set_vmalloc_end, "i386: end of the vmalloc area" },
	{ "arch", "vmalloc", false, set_vmalloc, "i386: bytes kept for the vmalloc area" },
	{ NULL, NULL, false, NULL, NULL },
};
