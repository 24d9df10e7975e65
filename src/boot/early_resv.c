/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reservations that the description lists, played in their order.
 *
 * A machine file or a boot log says who took memory before the hand-over. Most
 * entries are places; some only ask for a size and memblock finds the place; a
 * few give memory back. The phase of an entry follows from who made it, so that
 * the stages of boot show memory filling up in the kernel's order.
 *
 * Models: the callers of memblock_reserve(), memblock_alloc*() and
 * memblock_phys_free() before mem_init().
 */
#include "boot/stages.h"

#include <string.h>

/* Who calls tells when. The first entry of a later phase ends the earlier ones. */
static const struct {
	const char *label; /* a part of the entry's label */
	enum resv_phase phase;
} callers[] = {
	{ "numa_set_distance", RESV_AT_NUMA },
	{ "NODE_DATA", RESV_AT_NUMA },
	{ "node data", RESV_AT_NUMA },
	{ "alloc_node_data", RESV_AT_NUMA },
	{ "sparse_", RESV_AT_SPARSE },
	{ "vmemmap_", RESV_AT_SPARSE },
	{ "memmap", RESV_AT_SPARSE },
	{ "section", RESV_AT_SPARSE },
	{ "free_area_init", RESV_AT_ZONES },
	{ "setup_usemap", RESV_AT_ZONES },
	{ "alloc_offline_node_data", RESV_AT_ZONES },
	{ "acpi_parse_hpet", RESV_REST },
	{ "io_apic_init", RESV_REST },
	{ "e820__reserve", RESV_REST },
	{ "firmware_map", RESV_REST },
	{ "register_nosave", RESV_REST },
	{ "pcpu", RESV_REST },
	{ "percpu", RESV_REST },
	{ "start_kernel", RESV_REST },
	{ "alloc_large_system_hash", RESV_REST },
	{ "swiotlb", RESV_REST },
};

static enum resv_phase entry_phase(const struct desc_resv *r)
{
	if (r->kind == RESV_CMA)
		return RESV_BEFORE_CMA;
	for (size_t i = 0; r->label && i < ARRAY_SIZE(callers); i++)
		if (strstr(r->label, callers[i].label))
			return callers[i].phase;
	return RESV_EARLY;
}

static int do_alloc(struct system *sys, const struct desc_resv *r, struct mm_error *err)
{
	phys_t at = memblock_alloc_range_nid(&sys->memblock, r->size, r->align, r->start,
					     r->end ? r->end : MEMBLOCK_ALLOC_ACCESSIBLE, r->nid, false);

	if (at)
		return 0;
	return mm_fail(err, -ENOMEM, "no room for the early reservation '%s' of %llu bytes; "
		       "give the machine more RAM or make it smaller",
		       r->label ? r->label : "unnamed", (unsigned long long)r->size);
}

static void add_cma(struct system *sys, const struct desc_resv *r)
{
	struct boot_cma *c;

	sys->cma = arena_realloc(sys->arena, sys->cma, sys->nr_cma * sizeof(*c),
				 (sys->nr_cma + 1) * sizeof(*c));
	c = &sys->cma[sys->nr_cma++];
	c->base = r->start;
	c->size = r->end - r->start;
	c->name = r->label ? r->label : "reserved";
}

static const char *entry_label(const struct desc_resv *r)
{
	static const char *const names[] = {
		[RESV_KERNEL_CODE] = "kernel code", [RESV_KERNEL_RODATA] = "kernel rodata",
		[RESV_KERNEL_DATA] = "kernel data", [RESV_KERNEL_BSS] = "kernel bss",
		[RESV_INITRD] = "initrd", [RESV_CRASHKERNEL] = "crashkernel", [RESV_NOMAP] = "no-map",
	};

	return r->label ? r->label : r->kind < ARRAY_SIZE(names) ? names[r->kind] : NULL;
}

/* Tables that come with the initrd get memory, and the map says so (x86). */
static void table_upgrade(struct system *sys, const struct desc_resv *r)
{
	if (!arch_is_x86(sys) || !r->label || strcmp(r->label, "acpi_table_upgrade"))
		return;
	e820_range_add(&sys->e820, r->start, r->end - r->start, E820_TYPE_NVS);
	e820_update_table(sys->arena, &sys->e820);
	sys_printk(sys, "modified physical RAM map:");
	e820_print_table(&sys->e820, "modified");
}

static int do_entry(struct system *sys, const struct desc_resv *r, struct mm_error *err)
{
	struct memblock *mb = &sys->memblock;
	const char *before = memblock_set_caller(mb, entry_label(r));
	int rc = 0;

	switch (r->kind) {
	case RESV_ALLOC:
		rc = do_alloc(sys, r, err);
		break;
	case RESV_FREED:
		memblock_phys_free(mb, r->start, r->end - r->start);
		break;
	case RESV_NOMAP:
		memblock_mark_nomap(mb, r->start, r->end - r->start);
		memblock_reserve(mb, r->start, r->end - r->start);
		break;
	case RESV_CMA:
		add_cma(sys, r);
		memblock_reserve(mb, r->start, r->end - r->start);
		break;
	default:
		memblock_reserve(mb, r->start, r->end - r->start);
		table_upgrade(sys, r);
		break;
	}
	memblock_set_caller(mb, before);
	return rc;
}

/*
 * A log goes on after the hand-over: kernels that keep memblock for ever (arm64)
 * take initrd and init code out of its list when they free them.
 */
static bool freed_after_boot(const struct system *sys, const struct desc_resv *r, enum resv_phase phase)
{
	const struct desc *d = sys->desc;
	u64 page = arch_page_size(&sys->arch);

	if (r->kind != RESV_FREED || phase != RESV_REST)
		return false;
	for (size_t i = 0; i < d->nr_resv; i++)
		if ((d->resv[i].flags & RESV_INIT) && d->resv[i].start <= r->start &&
		    align_up(d->resv[i].end, page) >= r->end)
			return true;
	return false;
}

int early_resv(struct system *sys, enum resv_phase phase, struct mm_error *err)
{
	const struct desc *d = sys->desc;

	for (; sys->resv_next < d->nr_resv; sys->resv_next++) {
		const struct desc_resv *r = &d->resv[sys->resv_next];
		int rc;

		if (entry_phase(r) > phase)
			return 0;
		rc = freed_after_boot(sys, r, phase) ? 0 : do_entry(sys, r, err);
		if (rc)
			return rc;
	}
	return 0;
}

const struct desc_resv *desc_find_resv(const struct desc *d, enum desc_resv_kind kind)
{
	for (size_t i = 0; i < d->nr_resv; i++)
		if (d->resv[i].kind == kind)
			return &d->resv[i];
	return NULL;
}

bool kernel_image_range(const struct system *sys, phys_t *start, phys_t *end)
{
	*start = ~0ULL;
	*end = 0;
	for (size_t i = 0; i < ARRAY_SIZE(sys->image); i++) {
		const struct phys_range *r = &sys->image[i];

		if (r->start >= r->end)
			continue;
		*start = min_u64(*start, r->start);
		*end = max_u64(*end, r->end);
	}
	return *end > 0;
}
