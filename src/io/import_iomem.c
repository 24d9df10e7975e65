/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/iomem: the resource tree as text. The top level tells RAM and what
 * firmware kept; children of RAM tell where the kernel image and early
 * reservations are; the rest are devices.
 *
 *   00100000-bffdffff : System RAM
 *     01000000-01ffffff : Kernel code
 *
 * An unprivileged reader sees all addresses as zero.
 *
 * Models: kernel/resource.c (r_show), arch/x86/kernel/e820.c (names),
 * arch/arm64/kernel/setup.c ("reserved").
 */
#include "io/import_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool iomem_line(const char *line, struct iomem_line *out)
{
	const char *s = line;
	size_t len;

	scan_blanks(&s);
	out->depth = (int)(s - line) / 2;
	if (!scan_range(&s, &out->start, &out->end) || !scan_lit(&s, " : "))
		return false;
	len = strcspn(s, "\r\n");
	len = len < sizeof(out->name) ? len : sizeof(out->name) - 1;
	memcpy(out->name, s, len);
	out->name[len] = '\0';
	return true;
}

static bool iomem_add(struct import *im, const struct iomem_line *l, size_t *cap)
{
	struct iomem_line *n;

	if (im->nr_iomem == *cap) {
		size_t more = *cap ? *cap * 2 : 128;

		n = realloc(im->iomem, more * sizeof(*n));
		im->no_memory |= !n;
		if (!n)
			return false;
		im->iomem = n;
		*cap = more;
	}
	im->iomem[im->nr_iomem++] = *l;
	return true;
}

void import_iomem_load(struct import *im)
{
	size_t len, cap = 0, bad = 0;
	char *text = import_read(im, &len, "proc/iomem");
	bool any = false;

	if (!text)
		return;
	for (char *s = text; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		struct iomem_line l;

		if (im->nr_iomem >= BOOTLOG_MAX_ITEMS)
			break;
		if (!iomem_line(s, &l) || l.end < l.start || l.depth > 32) {
			bad += *s && *s != '\n';
			continue;
		}
		any |= l.start || l.end > 1;
		if (!iomem_add(im, &l, &cap))
			break;
	}
	free(text);
	if (bad)
		text_printf(&im->notes, "proc/iomem: %zu lines are no resource lines and were ignored\n", bad);
	if (im->nr_iomem && !any) {
		im->iomem_masked = true;
		text_puts(&im->notes, "proc/iomem: all addresses are zero, as an ordinary user sees them; "
				      "root would add the physical map\n");
	}
}

static const struct {
	const char *name;
	enum fw_type type;
} top_names[] = {
	{ "System RAM", FW_RAM },
	{ "RAM", FW_RAM },
	{ "Reserved", FW_RESERVED },
	{ "Unknown E820 type", FW_RESERVED },
	{ "ACPI Tables", FW_ACPI },
	{ "ACPI Non-volatile Storage", FW_NVS },
	{ "Unusable memory", FW_UNUSABLE },
	{ "Persistent Memory", FW_PMEM },
	{ "Persistent Memory (legacy)", FW_PRAM },
	{ "Soft Reserved", FW_SOFT_RESERVED },
};

/* On x86 lower-case "reserved" is Reserved of old kernels; elsewhere memory that must not be mapped. */
static enum fw_type top_type(const struct import *im, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(top_names); i++) {
		if (!strcmp(name, top_names[i].name))
			return top_names[i].type;
	}
	if (!strcmp(name, "reserved"))
		return im->d->arch.id == ARCH_ARM64 ? FW_NOMAP : FW_RESERVED;
	return FW_DEVICE;
}

/* What the kernel itself puts into the tree while it boots. */
static bool made_by_boot(const char *name)
{
	return !strncmp(name, "Kernel ", 7) || !strcmp(name, "Crash kernel") || !strcmp(name, "reserved") ||
	       !strcmp(name, "RAM buffer");
}

/* "System RAM (kmem)": added after boot by a driver. */
static bool added_by_driver(const char *name)
{
	return !strncmp(name, "System RAM (", 12);
}

static int add_dimm(struct import *im, const struct iomem_line *l)
{
	struct desc_dimm m = { .start = l->start, .size = l->end - l->start, .plugged = true };
	char id[24];

	for (size_t i = 0; i < im->log.nr_srat; i++)
		if (im->log.srat[i].start <= m.start && m.start < im->log.srat[i].end)
			m.nid = im->log.srat[i].nid;
	snprintf(id, sizeof(id), "mem%zu", im->d->nr_dimm);
	m.id = id;
	return desc_add_dimm(im->d, &m);
}

/* RAM that the firmware map does not know: a DIMM that ACPI announced. */
static bool ram_of_nobody(const struct import *im, const struct iomem_line *l)
{
	for (size_t i = 0; i < im->d->nr_fw; i++) {
		const struct fw_entry *e = &im->d->fw[i];

		if (e->type != FW_DEVICE && e->start < l->end && l->start < e->end)
			return false;
	}
	return !l->depth && !strcmp(l->name, "System RAM");
}

/*
 * What the firmware reserved and a driver then claimed as a whole shows below
 * the driver's line (x86).
 */
static bool reserved_in_device(const struct import *im, enum fw_type type, enum fw_type top)
{
	return im->d->arch.id != ARCH_ARM64 && top == FW_DEVICE &&
	       (type == FW_RESERVED || type == FW_ACPI || type == FW_NVS);
}

int import_iomem_map(struct import *im, bool devices_only)
{
	enum fw_type top = NR_FW_TYPES;
	int ret = 0;

	if (im->iomem_masked)
		return 0;
	for (size_t i = 0; i < im->nr_iomem && !ret; i++) {
		const struct iomem_line *l = &im->iomem[i];
		enum fw_type type = top_type(im, l->name);

		if (!l->depth)
			top = type;
		if (import_is_virtio_line(im, i))
			continue;
		if (devices_only && l->end > l->start && ram_of_nobody(im, l)) {
			ret = add_dimm(im, l);
			continue;
		}
		if (l->end <= l->start || made_by_boot(l->name))
			type = l->depth ? NR_FW_TYPES : type;
		if (type == NR_FW_TYPES || (type != FW_DEVICE && devices_only))
			continue;
		if (type != FW_DEVICE && l->depth && !reserved_in_device(im, type, top))
			continue;
		if (added_by_driver(l->name)) {
			ret = add_dimm(im, l);
			continue;
		}
		ret = desc_add_fw(im->d, l->start, l->end, type, 0, type == FW_DEVICE ? l->name : NULL,
				  type == FW_DEVICE ? l->depth : 0);
	}
	return ret;
}

static const struct {
	const char *name;
	enum desc_resv_kind kind;
	const char *label;
} child_names[] = {
	{ "Kernel code", RESV_KERNEL_CODE, "kernel code" },
	{ "Kernel rodata", RESV_KERNEL_RODATA, "kernel rodata" },
	{ "Kernel data", RESV_KERNEL_DATA, "kernel data" },
	{ "Kernel bss", RESV_KERNEL_BSS, "kernel bss" },
	{ "Crash kernel", RESV_CRASHKERNEL, "crashkernel" },
};

int import_iomem_resv(struct import *im)
{
	int ret = 0;

	if (im->iomem_masked)
		return 0;
	for (size_t i = 0; i < im->nr_iomem && !ret; i++) {
		const struct iomem_line *l = &im->iomem[i];
		struct desc_resv r = { .start = l->start, .end = l->end, .nid = NO_NODE };
		bool known = false;

		for (size_t k = 0; k < ARRAY_SIZE(child_names) && !known; k++) {
			if (strcmp(l->name, child_names[k].name))
				continue;
			known = true;
			r.kind = child_names[k].kind;
			r.label = child_names[k].label;
		}
		if (known && l->end > l->start)
			ret = desc_add_resv(im->d, &r);
	}
	return ret;
}
