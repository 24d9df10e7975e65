/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Early reservations of the imported machine. A memblock=debug log lists every
 * one; then boot adds none of its own. Otherwise the log and proc/iomem tell a
 * few (kernel image, initrd, crash kernel, device tree areas) and boot models the
 * rest.
 *
 * What the kernel gave back after boot is told by its "Freeing ..." lines; where
 * it was follows from the layout of the kernel image:
 *
 *   x86    code | gap | rodata | gap | data ... | initmem | smp locks | nosave | bss ... decrypted
 *   arm64  code | init | data
 *
 * Models: arch/{x86,arm64}/kernel/vmlinux.lds.S, free_initmem().
 */
#include "io/import_internal.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 4096u

static int add(struct import *im, phys_t a, phys_t b, enum desc_resv_kind kind, u32 flags, const char *label)
{
	struct desc_resv r = { .start = a, .end = b, .nid = NO_NODE, .kind = kind, .flags = flags,
			       .label = label && *label ? label : NULL };

	return a < b ? desc_add_resv(im->d, &r) : 0;
}

/* --- the kernel image and what is freed of it ---------------------------------- */

static const struct iomem_line *image_part(const struct import *im, const char *name)
{
	for (size_t i = 0; i < im->nr_iomem && !im->iomem_masked; i++) {
		if (!strcmp(im->iomem[i].name, name))
			return &im->iomem[i];
	}
	return NULL;
}

/* Bytes that the line "Freeing @what memory" gave back; 0: no such line. */
static u64 freed(const struct import *im, const char *what)
{
	for (size_t i = 0; i < im->log.nr_freed; i++) {
		if (!strcmp(im->log.freed[i].what, what) && im->log.freed[i].kib < 1ULL << 40)
			return im->log.freed[i].kib * KiB;
	}
	return 0;
}

/* An exported machine's log says where such a part of the image is. */
static const struct bootlog_call *told_part(const struct import *im, const char *what)
{
	for (size_t i = 0; i < im->calls.nr_call; i++) {
		const struct bootlog_call *c = &im->calls.call[i];

		if (c->kind == BOOTLOG_RESERVE && !strcmp(c->caller, what))
			return c;
	}
	return NULL;
}

/* What was freed as @what, at its told place or at [@start, @end). */
static int add_freed(struct import *im, phys_t start, phys_t end, u32 flags, const char *what)
{
	const struct bootlog_call *c = told_part(im, what);

	return add(im, c ? c->base : start, c ? c->base + c->size : end, RESV_PLAIN, RESV_INIT | flags, what);
}

/* The gap behind @from up to @to, where it has the size that was freed. */
static int add_gap(struct import *im, const struct iomem_line *from, const struct iomem_line *to, const char *what)
{
	u64 size = freed(im, what);

	if (size && told_part(im, what))
		return add_freed(im, 0, 0, 0, what);
	if (!size || !from || !to || to->start < size || to->start - size < from->end)
		return 0;
	return add(im, to->start - size, to->start, RESV_PLAIN, RESV_INIT, what);
}

static int x86_freed(struct import *im)
{
	const struct iomem_line *code = image_part(im, "Kernel code"), *rodata = image_part(im, "Kernel rodata");
	const struct iomem_line *data = image_part(im, "Kernel data"), *bss = image_part(im, "Kernel bss");
	u64 init = freed(im, "unused kernel image (initmem)"), smp = freed(im, "SMP alternatives");
	u64 dec = freed(im, "unused decrypted");
	u64 nosave = im->d->arch.id == ARCH_X86_64 ? PAGE : 0; /* variables that hibernation does not save */
	phys_t end = bss && bss->start > nosave ? bss->start - nosave : 0;
	int ret = add_gap(im, code, rodata, "unused kernel image (text/rodata gap)");

	if (!ret)
		ret = add_gap(im, rodata, data, "unused kernel image (rodata/data gap)");
	if (ret || !bss || !data || end < init + smp || end - init - smp < data->end)
		return ret;
	ret = smp ? add_freed(im, end - smp, end, RESV_INIT_EARLY, "SMP alternatives") : 0;
	if (!ret && init)
		ret = add_freed(im, end - smp - init, end - smp, 0, "unused kernel image (initmem)");
	end = align_up(bss->end, PAGE);
	return !ret && dec && dec < bss->end - bss->start ? add_freed(im, end - dec, end, 0, "unused decrypted") : ret;
}

static int arm64_freed(struct import *im)
{
	return add_gap(im, image_part(im, "Kernel code"), image_part(im, "Kernel data"), "unused kernel");
}

/*
 * A log without iomem gives the sizes of the image's parts, not their place: it
 * is assumed at 16 MiB, where kernels are linked for, or in the first RAM that
 * holds it (crash kernels, memory maps with early holes).
 */
#define LINK_ADDRESS (16 * MiB)

static bool in_ram(const struct desc *d, phys_t a, phys_t b)
{
	for (size_t i = 0; i < d->nr_fw; i++) {
		if (d->fw[i].type == FW_RAM && d->fw[i].start <= a && b <= d->fw[i].end)
			return true;
	}
	return false;
}

static phys_t image_place(const struct desc *d, u64 size)
{
	phys_t at = LINK_ADDRESS;

	if (in_ram(d, at, at + size))
		return at;
	for (size_t i = 0; i < d->nr_fw; i++) {
		at = align_up(max_u64(d->fw[i].start, MiB), 2 * MiB);
		if (d->fw[i].type == FW_RAM && at < d->fw[i].end && d->fw[i].end - at >= size)
			return at;
	}
	return 0;
}

static int x86_image(struct import *im)
{
	const struct log_memory *m = &im->log.memory;
	u64 code = align_up(m->code * KiB, 2 * MiB), rodata = align_up(m->rodata * KiB, 2 * MiB);
	u64 data = align_up(m->rwdata * KiB, PAGE), init = align_up(m->init * KiB, PAGE), bss = m->bss * KiB;
	phys_t at;
	int ret;

	if (!m->code || (m->code | m->rodata | m->rwdata | m->init | m->bss) >> 20 || image_part(im, "Kernel code"))
		return 0;
	at = image_place(im->d, code + rodata + data + init + bss);
	if (!at)
		return 0;
	ret = add(im, at, at + m->code * KiB, RESV_KERNEL_CODE, 0, "kernel code");
	if (!ret)
		ret = add(im, at + code, at + code + m->rodata * KiB, RESV_KERNEL_RODATA, 0, "kernel rodata");
	at += code + rodata;
	if (!ret)
		ret = add(im, at, at + data, RESV_KERNEL_DATA, 0, "kernel data");
	if (!ret)
		ret = add(im, at + data, at + data + init, RESV_PLAIN, RESV_INIT, "unused kernel image (initmem)");
	return ret ? ret : add(im, at + data + init, at + data + init + bss, RESV_KERNEL_BSS, 0, "kernel bss");
}

/* --- initrd ------------------------------------------------------------------- */

static const struct bootlog_call *initrd_call(const struct bootlog_calls *c)
{
	for (size_t i = 0; i < c->nr_call; i++) {
		if (c->call[i].kind == BOOTLOG_ADD && !strcmp(c->call[i].caller, "arm64_memblock_init"))
			return &c->call[i];
	}
	return NULL;
}

/*
 * A log that lost its beginning, on kernels that keep memblock for ever: the
 * initrd is what is taken out of its list after the hand-over and has the size
 * that the "Freeing initrd" line tells, which counts whole pages only.
 */
static const struct bootlog_call *initrd_free_call(const struct import *im, u64 size)
{
	u64 page = arch_page_size(&im->d->arch);
	bool late = false;

	for (size_t i = 0; size && i < im->calls.nr_call; i++) {
		const struct bootlog_call *c = &im->calls.call[i];

		late |= c->kind == BOOTLOG_HANDOVER;
		if (late && c->kind == BOOTLOG_FREE && c->size >= size && c->size <= size + 2 * page)
			return c;
	}
	return NULL;
}

/* The only reservation of that size that proc/iomem shows (arm64). */
static const struct iomem_line *initrd_line(const struct import *im, u64 size)
{
	const struct iomem_line *found = NULL;
	u64 page = arch_page_size(&im->d->arch);

	for (size_t i = 0; size && !im->iomem_masked && i < im->nr_iomem; i++) {
		const struct iomem_line *l = &im->iomem[i];
		u64 n = l->end - l->start;

		if (!l->depth || strcmp(l->name, "reserved") || n < size || n > size + 2 * page)
			continue;
		if (found)
			return NULL;
		found = l;
	}
	return found;
}

/* The last page is not freed where the initrd fills it only in part. */
static int add_initrd_at(struct import *im, phys_t base, u64 told, u64 freed_size)
{
	return add(im, base, base + (freed_size && freed_size < told ? freed_size + 1 : told), RESV_INITRD, RESV_INIT,
		   "initrd");
}

/* x86 prints a RAMDISK line; arm64 adds the initrd's memory to memblock, in case mem= cut it off. */
static int add_initrd(struct import *im)
{
	const struct bootlog_call *c = initrd_call(&im->calls);
	const struct iomem_line *line;
	u64 size = freed(im, "initrd");

	if (!c && im->d->arch.id == ARCH_ARM64)
		c = initrd_free_call(im, size);
	if (c)
		return add_initrd_at(im, c->base, c->size, size);
	for (size_t i = 0; i < im->log.nr_resv; i++) {
		const struct log_resv *r = &im->log.resv[i];

		if (r->source == LOG_RESV_RAMDISK)
			return add(im, r->start, r->end, RESV_INITRD, RESV_INIT, "initrd");
	}
	line = im->d->arch.id == ARCH_ARM64 ? initrd_line(im, size) : NULL;
	return line ? add_initrd_at(im, line->start, line->end - line->start, size) : 0;
}

/* --- memblock=debug ------------------------------------------------------------ */

/* Does the call reserve [base, base + size)? */
static bool call_reserves(const struct bootlog_call *c)
{
	if (c->kind == BOOTLOG_RESERVE)
		return c->size;
	return c->base && c->size && (c->kind == BOOTLOG_DOUBLED || bootlog_call_is_alloc(c));
}

/* The kernel image, the initrd and what is freed of them are listed already, by what they are. */
static bool known_part(const struct desc *d, phys_t a, phys_t b)
{
	for (size_t i = 0; i < d->nr_resv; i++) {
		const struct desc_resv *r = &d->resv[i];

		if (r->start <= a && b <= align_up(r->end, PAGE) && (r->kind != RESV_PLAIN || r->flags) && r->kind != RESV_FREED)
			return true;
	}
	return false;
}

/*
 * The first dump shows what was reserved until then. What no told call explains
 * was taken before the kernel had read its command line: [@a, @b) minus calls.
 */
static int add_untold(struct import *im, phys_t a, phys_t b, size_t dump_at)
{
	int ret;

	for (size_t i = 0; i < dump_at && a < b; i++) {
		const struct bootlog_call *c = &im->calls.call[i];

		if (!call_reserves(c) || c->base + c->size <= a || c->base >= b)
			continue;
		ret = c->base > a ? add_untold(im, a, c->base, dump_at) : 0;
		if (ret)
			return ret;
		a = c->base + c->size;
	}
	return known_part(im->d, a, b) ? 0 : add(im, a, b, RESV_PLAIN, 0, "before_log");
}

/* "cma: Reserved" names this range. */
static bool is_cma(const struct bootlog *log, phys_t a, phys_t b)
{
	for (size_t i = 0; i < log->nr_resv; i++) {
		if (log->resv[i].source == LOG_RESV_CMA_DEFAULT && log->resv[i].start == a && log->resv[i].end == b)
			return true;
	}
	return false;
}

static int add_call(struct import *im, const struct bootlog_call *c)
{
	phys_t end = c->base + c->size;

	if (c->kind == BOOTLOG_FREE)
		return add(im, c->base, end, RESV_FREED, 0, c->caller);
	if (c->kind != BOOTLOG_RESERVE && !call_reserves(c))
		return 0;
	if (strstr(c->caller, "alloc_bootmem_huge_page") || !strcmp(c->caller, "gigantic huge page"))
		return 0; /* boot takes these itself, as the command line says */
	if (is_cma(&im->log, c->base, end))
		return add(im, c->base, end, RESV_CMA, 0, "reserved");
	if (known_part(im->d, c->base, end))
		return 0;
	return add(im, c->base, end, RESV_PLAIN, 0,
		   c->kind == BOOTLOG_ALLOC_NODE_DATA ? "alloc_node_data" : c->caller);
}

static int resv_from_memblock(struct import *im)
{
	const struct bootlog_calls *calls = &im->calls;
	const struct bootlog_dump *d = &calls->dump[0];
	size_t dump_at = 0;
	int ret = 0;

	while (dump_at < calls->nr_call && calls->call[dump_at].kind != BOOTLOG_DUMP)
		dump_at++;
	for (size_t i = 0; i < d->nr_reserved && !ret; i++)
		ret = add_untold(im, d->reserved[i].base, d->reserved[i].base + d->reserved[i].size, dump_at);
	for (size_t i = 0; i < calls->nr_call && calls->call[i].kind != BOOTLOG_HANDOVER && !ret; i++)
		ret = add_call(im, &calls->call[i]);
	im->d->resv_complete = true;
	im->resv_from_log = true;
	text_puts(&im->notes, "early reservations: all of them, from memblock=debug\n");
	return ret;
}

/* --- other lines ----------------------------------------------------------------- */

/* A pool is told twice, when it is made and when the device tree is listed. */
static bool told_before(const struct bootlog *log, size_t i)
{
	for (size_t k = 0; k < i && i < 4096; k++) {
		if (log->resv[k].start == log->resv[i].start && log->resv[k].end == log->resv[i].end)
			return true;
	}
	return false;
}

static int add_line(struct import *im, const struct log_resv *r, bool cma)
{
	switch (r->source) {
	case LOG_RESV_CMA_DEFAULT:
	case LOG_RESV_CMA:
		return cma ? add(im, r->start, r->end, RESV_CMA, 0, r->label) : 0;
	case LOG_RESV_CRASHKERNEL:
		return cma ? 0 : add(im, r->start, r->end, RESV_CRASHKERNEL, 0, r->label);
	case LOG_RESV_OF_MAP:
	case LOG_RESV_DMA_POOL:
	case LOG_RESV_ACPI:
	case LOG_RESV_ESRT:
		return cma ? 0 : add(im, r->start, r->end, RESV_PLAIN, 0, r->label);
	case LOG_RESV_NODE_DATA:
		return cma && !im->d->boot_alloc_model ? add(im, r->start, r->end, RESV_PLAIN, 0, "alloc_node_data") : 0;
	default:
		return 0; /* boot places swiotlb itself; no-map is in the map */
	}
}

/* CMA comes last, as boot sets it up after the zones. */
static int resv_from_lines(struct import *im)
{
	const struct bootlog *log = &im->log;
	int ret = 0;

	for (int cma = 0; cma < 2; cma++) {
		for (size_t i = 0; i < log->nr_resv && !ret; i++) {
			if (!told_before(log, i))
				ret = add_line(im, &log->resv[i], cma);
		}
	}
	return ret;
}

/* arm64 lists all that was reserved at boot below its System RAM. */
static bool iomem_tells_reservations(const struct import *im)
{
	for (size_t i = 0; !im->iomem_masked && i < im->nr_iomem; i++)
		if (im->iomem[i].depth && !strcmp(im->iomem[i].name, "reserved"))
			return true;
	return false;
}

int import_resv(struct import *im)
{
	bool debug = im->calls.nr_dump > 0;
	int ret;

	im->resv_from_log = debug;
	im->d->boot_alloc_model = !debug && !iomem_tells_reservations(im);
	ret = import_iomem_resv(im);
	if (!ret && !debug && !im->iomem_masked)
		ret = import_reserved_lines(im);
	if (!ret && im->d->arch.id != ARCH_ARM64 && !debug)
		ret = x86_image(im);
	if (!ret)
		ret = add_initrd(im);
	if (!ret)
		ret = im->d->arch.id == ARCH_ARM64 ? arm64_freed(im) : x86_freed(im);
	if (!ret && debug)
		ret = resv_from_memblock(im);
	if (!ret && !debug)
		ret = resv_from_lines(im);
	return ret ? mm_fail(im->err, ret, "no memory for the reservations") : 0;
}
