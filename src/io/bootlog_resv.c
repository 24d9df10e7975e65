/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the boot log says was taken early: initrd, crash kernel, CMA, device
 * tree reservations; and what was given back ("Freeing ..."). The calls that
 * memblock=debug prints are read by bootcalls.c.
 */
#include "io/bootlog_internal.h"

#include <string.h>

static void add_resv(struct log_parse *p, phys_t a, phys_t b, enum log_resv_source src, const char *label)
{
	struct log_resv *r;

	if (!log_range_ok(p, a, b))
		return;
	r = LOG_ADD(p, resv);
	if (!r)
		return;
	r->start = a;
	r->end = b;
	r->source = src;
	strncpy(r->label, label, sizeof(r->label) - 1);
}

static void ramdisk(struct log_parse *p, const char *s)
{
	phys_t a, b;

	if (scan_mem(&s, &a, &b))
		add_resv(p, a, b, LOG_RESV_RAMDISK, "initrd");
}

/* i386 copies an initrd that lies in high memory: this is where it lies then. */
static void ramdisk_moved(struct log_parse *p, const char *s)
{
	phys_t a, b;

	if (!scan_mem(&s, &a, &b) || !log_range_ok(p, a, b))
		return;
	for (size_t i = 0; i < p->log->nr_resv; i++)
		if (p->log->resv[i].source == LOG_RESV_RAMDISK) {
			p->log->resv[i].start = a;
			p->log->resv[i].end = range_end((b - 1) | 4095);
		}
}

/* A size with MiB, MB, KiB or nothing after it, in bytes; saturates. */
static bool scan_unit(const char **s, u64 *bytes)
{
	u64 n, unit = MiB;

	if (!scan_any(s, &n))
		return false;
	scan_blanks(s);
	if (scan_lit(s, "KiB") || scan_lit(s, "KB") || scan_lit(s, "K"))
		unit = KiB;
	else if (!scan_lit(s, "MiB"))
		scan_lit(s, "MB");
	return !__builtin_mul_overflow(n, unit, bytes);
}

/* "Reserving 256MB of memory at 704MB for crashkernel (System RAM: 511MB)" */
static void reserving(struct log_parse *p, const char *s)
{
	u64 size, at;

	if (!scan_unit(&s, &size))
		return;
	scan_blanks(&s);
	if (!scan_lit(&s, "of memory at ") || !scan_unit(&s, &at) || !strstr(s, "crashkernel"))
		return;
	if (at + size < at)
		log_bad(p, "the crash kernel would wrap around");
	else
		add_resv(p, at, at + size, LOG_RESV_CRASHKERNEL, "crashkernel");
}

/* "0xe0000000 - 0x100000000 (512 MB)": the end is exclusive */
static void crash_range(struct log_parse *p, const char *s)
{
	u64 a, b;

	scan_blanks(&s);
	if (!scan_any(&s, &a))
		return;
	scan_blanks(&s);
	if (!scan_lit(&s, "-"))
		return;
	scan_blanks(&s);
	if (scan_any(&s, &b))
		add_resv(p, a, b, LOG_RESV_CRASHKERNEL, "crashkernel");
}

/* "64 MiB at 0x00000000fc000000 [on node -1]" */
static void cma_reserved(struct log_parse *p, const char *s)
{
	u64 size, at;

	scan_blanks(&s);
	if (!scan_unit(&s, &size))
		return;
	scan_blanks(&s);
	if (!scan_lit(&s, "at ") || !scan_any(&s, &at))
		return;
	if (at + size < at) {
		log_bad(p, "the CMA area would wrap around");
		return;
	}
	add_resv(p, at, at + size, LOG_RESV_CMA_DEFAULT, "reserved");
}

/* "created CMA memory pool at 0x95800000, size 56 MiB" */
static void pool(struct log_parse *p, const char *s)
{
	bool cma = scan_lit(&s, "CMA memory pool at ");
	u64 at, size;

	if (!cma && !scan_lit(&s, "DMA memory pool at "))
		return;
	if (!scan_any(&s, &at) || !scan_lit(&s, ", size ") || !scan_unit(&s, &size))
		log_bad(p, "no place and size in a memory pool");
	else if (size && at + size > at)
		add_resv(p, at, at + size, cma ? LOG_RESV_CMA : LOG_RESV_DMA_POOL, "reserved-memory pool");
}

/* "0x85800000..0x85dfffff (6144 KiB) nomap non-reusable memory@85800000" */
static void of_reserved(struct log_parse *p, const char *s)
{
	char map[16], use[24], label[40] = "reserved-memory";
	u64 a, b;

	scan_blanks(&s);
	if (strncmp(s, "0x", 2) || !scan_any(&s, &a) || !scan_lit(&s, "..") || !scan_any(&s, &b))
		return;
	scan_blanks(&s);
	if (*s == '(')
		s += strcspn(s, ")") + (strchr(s, ')') != NULL);
	if (!scan_word(&s, map, sizeof(map)) || !scan_word(&s, use, sizeof(use)))
		return;
	scan_word(&s, label, sizeof(label));
	if (!strcmp(use, "reusable"))
		add_resv(p, a, range_end(b), LOG_RESV_CMA, label);
	else
		add_resv(p, a, range_end(b), strcmp(map, "nomap") ? LOG_RESV_OF_MAP : LOG_RESV_OF_NOMAP, label);
}

/* "mapped [mem 0xbc000000-0xc0000000] (64MB)": most kernels print the end exclusively */
static void swiotlb(struct log_parse *p, const char *s)
{
	phys_t a, b;

	if (scan_mem(&s, &a, &b))
		add_resv(p, a, b & ~(phys_t)1, LOG_RESV_SWIOTLB, "swiotlb");
}

static void see_node(struct log_parse *p, int nid)
{
	if (log_nid_ok(p, nid))
		p->log->nodes_seen[nid / 64] |= 1ULL << (nid % 64);
}

static void node_data(struct log_parse *p, const char *s)
{
	phys_t a, b;
	int nid;

	if (!scan_int(&s, &nid))
		return;
	see_node(p, nid);
	if (scan_mem(&s, &a, &b))
		add_resv(p, a, b, LOG_RESV_NODE_DATA, "node data");
}

static void acpi_reserving(struct log_parse *p, const char *s)
{
	char label[40] = "ACPI ", name[8];
	phys_t a, b;

	if (!scan_word(&s, name, sizeof(name)) || !scan_mem(&s, &a, &b))
		return;
	strncat(label, name, sizeof(label) - strlen(label) - 1);
	add_resv(p, a, b, LOG_RESV_ACPI, label);
}

/* "from 0x9b772a18 to 0x9b772a50." */
static void esrt(struct log_parse *p, const char *s)
{
	u64 a, b;

	if (scan_any(&s, &a) && scan_lit(&s, " to ") && scan_any(&s, &b))
		add_resv(p, a, b, LOG_RESV_ESRT, "ESRT");
}

static void freeing(struct log_parse *p, const char *s)
{
	const char *m = strstr(s, " memory: ");
	struct log_freed *f;
	size_t len;
	u64 kib;

	if (!m || m == s)
		return;
	len = (size_t)(m - s);
	m += strlen(" memory: ");
	if (!scan_num(&m, 10, &kib) || !(scan_lit(&m, "K") || scan_lit(&m, "k")) || len >= sizeof(f->what))
		return;
	f = LOG_ADD(p, freed);
	if (!f)
		return;
	f->kib = kib;
	memcpy(f->what, s, len);
}

const struct log_rule bootlog_resv_rules[] = {
	{ "Freeing ", freeing },
	{ "RAMDISK: ", ramdisk },
	{ "Allocated new RAMDISK: ", ramdisk_moved },
	{ "Reserving ", reserving },
	{ "crashkernel reserved: ", crash_range },
	{ "crashkernel low memory reserved: ", crash_range },
	{ "cma: Reserved ", cma_reserved },
	{ "Reserved memory: created ", pool },
	{ "OF: reserved mem: ", of_reserved },
	{ "software IO TLB: mapped ", swiotlb },
	{ "NODE_DATA(", node_data },
	{ "ACPI: Reserving ", acpi_reserving },
	{ "esrt: Reserving ESRT space from ", esrt },
	{ NULL, NULL }
};
