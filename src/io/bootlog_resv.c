/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the boot log says was taken early: initrd, crash kernel, CMA, device
 * tree reservations, and the memblock calls and dumps of memblock=debug.
 *
 *   memory[0x1]  [0x100000-0x7ffdffff], 0x7fee0000 bytes on node 0 flags: 0x0
 *   memblock_reserve: [0x7fa00000-0x7fbfffff] memblock_alloc_range_nid+0xbd/0x180
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

/* The last memblock call made [a, b): give it its name. */
static void name_last_call(struct log_parse *p, phys_t a, phys_t b, const char *name)
{
	struct bootlog *log = p->log;
	struct log_memblock *m = log->nr_memblock ? &log->memblock[log->nr_memblock - 1] : NULL;

	if (m && !m->dump && m->what == LOG_MB_RESERVE && m->start == a && m->end == b)
		strcpy(m->caller, name);
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
			p->log->resv[i].end = (b + 4095) & ~(phys_t)4095;
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
	name_last_call(p, at, at + size, "cma");
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
	if (scan_mem(&s, &a, &b)) {
		add_resv(p, a, b, LOG_RESV_NODE_DATA, "node data");
		name_last_call(p, a, b, "node data");
	}
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

/* --- memblock=debug -------------------------------------------------------- */

/* "[0xA-0xB]" at *s, B inclusive; an empty range ends one before it starts. */
static bool scan_bracket(const char **s, phys_t *a, phys_t *b)
{
	const char *p = *s;

	scan_blanks(&p);
	if (!scan_lit(&p, "[") || !scan_range(&p, a, b) || !scan_lit(&p, "]"))
		return false;
	*s = p;
	return true;
}

static void dump_start(struct log_parse *p, const char *s)
{
	p->log->nr_dumps++;
}

/* What follows "memory[" or "reserved[": index, range, size, node, flags. */
static void dump_entry(struct log_parse *p, const char *s, int what)
{
	struct log_memblock *m;
	const char *node, *flags;
	phys_t a, b;
	u64 v;
	int nid = NO_NODE;

	s += strcspn(s, "]");
	if (!scan_lit(&s, "]") || !scan_bracket(&s, &a, &b) || !p->log->nr_dumps)
		return;
	if (!log_range_ok(p, a, b))
		return;
	node = strstr(s, "on node ");
	flags = strstr(s, "flags: ");
	if (node) {
		node += 8;
		scan_int(&node, &nid);
	}
	v = 0;
	if (flags) {
		flags += 7;
		scan_any(&flags, &v);
	}
	m = LOG_ADD(p, memblock);
	if (!m)
		return;
	*m = (struct log_memblock){ .start = a, .end = b, .nid = nid < MAX_NUMNODES ? nid : NO_NODE,
				    .flags = (u32)v, .what = what,
				    .dump = (u8)(p->log->nr_dumps < 255 ? p->log->nr_dumps : 255) };
}

static void dump_memory(struct log_parse *p, const char *s) { dump_entry(p, s, LOG_MB_MEMORY); }
static void dump_reserved(struct log_parse *p, const char *s) { dump_entry(p, s, LOG_MB_RESERVED); }

static void call(struct log_parse *p, const char *s, int what)
{
	struct log_memblock *m;
	phys_t a, b;

	if (!scan_bracket(&s, &a, &b) || b <= a)
		return; /* freeing or reserving nothing is legal and changes nothing */
	m = LOG_ADD(p, memblock);
	if (!m)
		return;
	m->start = a;
	m->end = b;
	m->nid = NO_NODE;
	m->what = what;
	if (scan_word(&s, m->caller, sizeof(m->caller)))
		m->caller[strcspn(m->caller, "+")] = '\0';
	if (what == LOG_MB_RESERVE && p->caller[0] && !strcmp(m->caller, "memblock_alloc_range_nid"))
		strcpy(m->caller, p->caller);
	p->caller[0] = '\0';
}

/* "32768 bytes align=0x40 nid=-1 from=0x0 max_addr=0x0 sparse_init+0x456/0x490": remember who */
static void alloc(struct log_parse *p, const char *s)
{
	const char *last = strrchr(s, ' ');

	p->caller[0] = '\0';
	if (!last)
		return;
	last++;
	if (scan_word(&last, p->caller, sizeof(p->caller)))
		p->caller[strcspn(p->caller, "+")] = '\0';
}

static void call_add(struct log_parse *p, const char *s) { call(p, s, LOG_MB_ADD); }
static void call_remove(struct log_parse *p, const char *s) { call(p, s, LOG_MB_REMOVE); }
static void call_reserve(struct log_parse *p, const char *s) { call(p, s, LOG_MB_RESERVE); }
static void call_free(struct log_parse *p, const char *s) { call(p, s, LOG_MB_FREE); }

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
	{ "memblock_reserve: ", call_reserve },
	{ "memblock_alloc_", alloc },
	{ "memblock_phys_alloc_", alloc },
	{ "memblock_phys_free: ", call_free },
	{ "memblock_free: ", call_free },
	{ "memblock_add: ", call_add },
	{ "memblock_remove: ", call_remove },
	{ "MEMBLOCK configuration:", dump_start },
	{ "memory[0x", dump_memory },
	{ "reserved[0x", dump_reserved },
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
