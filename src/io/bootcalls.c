/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the memblock calls out of a boot log made with memblock=debug.
 *
 * A request and its answer are two lines:
 *
 *   memblock_alloc_try_nid: 64 bytes align=0x40 nid=-1 from=0x0 max_addr=0x0 caller+0x1/0x2
 *   memblock_reserve: [0x5fefda00-0x5fefda3f] memblock_alloc_range_nid+0x12c/0x1c8
 *
 * A reservation made inside memblock is an answer; without a request before it,
 * the request came through a function that prints nothing, and the line behind it
 * may say which ("NODE_DATA(0) allocated", "cma: Reserved"). A request without an
 * answer failed. When an array is doubled, the kernel prints that and then the
 * calls that memblock makes itself; those are not listed.
 *
 * Models: the memblock_dbg() lines of mm/memblock.c, 3.x to 6.12.
 */
#include "io/bootreplay.h"

#include <stdlib.h>
#include <string.h>

#include "io/bootlog_internal.h"

#define LINE_MAX_LEN 1024

struct call_parse {
	struct bootlog_calls *out;
	u32 line;
	bool want_answer;   /* the last call is an allocation whose answer may come next */
	bool after_doubled; /* the last memblock line told of a doubling */
	bool in_dump;
	bool in_zones;
	bool mapped;
	bool numa_parsed;
	bool handed_over;
	u32 nr_doubled[2];  /* memory, reserved */
};

/* --- growing lists --------------------------------------------------------- */

static void *list_push(struct bootlog_calls *out, void *list, size_t nr, size_t *cap, size_t size)
{
	void *p = list;

	if (nr == *cap) {
		size_t n = *cap ? *cap * 2 : 32;

		p = realloc(list, n * size);
		if (!p) {
			out->failed = true;
			return NULL;
		}
		*cap = n;
	}
	memset((char *)p + nr * size, 0, size);
	return p;
}

static struct bootlog_call *push_call(struct call_parse *p, enum bootlog_call_kind kind)
{
	struct bootlog_calls *out = p->out;
	struct bootlog_call *list = list_push(out, out->call, out->nr_call, &out->cap_call, sizeof(*list));

	if (!list)
		return NULL;
	out->call = list;
	list += out->nr_call++;
	list->kind = kind;
	list->line = p->line;
	list->nid = NO_NODE;
	return list;
}

static void push_region(struct bootlog_calls *out, struct memblock_region **list, size_t *nr,
			const struct memblock_region *r)
{
	struct memblock_region *new;

	/* Lists of a dump keep no capacity: grow at powers of two. */
	if (!*nr || (*nr >= 32 && is_pow2(*nr))) {
		new = realloc(*list, (*nr ? *nr * 2 : 32) * sizeof(**list));
		if (!new) {
			out->failed = true;
			return;
		}
		*list = new;
	}
	(*list)[(*nr)++] = *r;
}

static struct bootlog_call *last_call(struct call_parse *p)
{
	return p->out->nr_call ? &p->out->call[p->out->nr_call - 1] : NULL;
}

static void ignore_line(struct call_parse *p)
{
	if (!p->out->nr_ignored++)
		p->out->first_ignored = p->line;
}

/* --- pieces of lines --------------------------------------------------------- */

/* "[0xA-0xB]" as base and size; base + size may wrap, as in the kernel. */
static bool scan_base_size(struct call_parse *p, const char **s, phys_t *base, phys_t *size)
{
	const char *q = *s, *digits;
	u64 a, b;

	if (!scan_lit(&q, "["))
		return false;
	scan_lit(&q, "mem ");
	digits = q;
	if (!scan_num(&q, 16, &a))
		return false;
	if (q - digits == 10 && a <= 0xffffffff)
		p->out->phys_addr_bits = 32;
	else if (q - digits == 18)
		p->out->phys_addr_bits = 64;
	if (!scan_lit(&q, "-") || !scan_num(&q, 16, &b) || !scan_lit(&q, "]"))
		return false;
	*base = a;
	*size = b - a + 1;
	if (p->out->phys_addr_bits == 32)
		*size &= 0xffffffff;
	*s = q;
	return true;
}

/* The rest of the line, without "+0x12/0x34": a symbol, or words in an exported machine's log. */
static void scan_caller(const char *s, char *buf, size_t n)
{
	size_t len;

	scan_blanks(&s);
	len = strcspn(s, "+\r\n");
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	len = len < n ? len : n - 1;
	memcpy(buf, s, len);
	buf[len] = '\0';
}

static bool inside_memblock(const char *caller)
{
	return !strncmp(caller, "memblock_", 9) || !strncmp(caller, "__memblock_", 11);
}

/* --- memblock lines ------------------------------------------------------------ */

/*
 * A reservation made by memblock itself: the answer of the request before it, the
 * place of a doubled array, or the answer of a request that was not printed.
 */
static void internal_reserve(struct call_parse *p, phys_t base, phys_t size, const char *caller)
{
	struct bootlog_call *c = last_call(p);

	if (p->want_answer && c->size == size) {
		c->base = base;
		p->want_answer = false;
		return;
	}
	if (c && c->kind == BOOTLOG_DOUBLED && c->base == base)
		return;
	c = push_call(p, BOOTLOG_ALLOC_UNKNOWN);
	if (!c)
		return;
	c->base = base;
	c->size = size;
	memcpy(c->caller, caller, sizeof(c->caller));
}

/* The old array of a list that was doubled before is freed by memblock itself. */
static bool frees_old_array(struct call_parse *p, const char *caller)
{
	const struct bootlog_call *c = last_call(p);

	return p->after_doubled && c && c->kind == BOOTLOG_DOUBLED && inside_memblock(caller) &&
	       p->nr_doubled[c->flags & 1] > 1;
}

static void range_call(struct call_parse *p, const char *s, enum bootlog_call_kind kind)
{
	char caller[sizeof(((struct bootlog_call *)0)->caller)];
	struct bootlog_call *c;
	phys_t base, size;
	int nid = NO_NODE;
	u64 flags = 0;

	if (!scan_base_size(p, &s, &base, &size)) {
		ignore_line(p);
		return;
	}
	scan_blanks(&s);
	if (scan_lit(&s, "nid="))
		scan_int(&s, &nid);
	scan_blanks(&s);
	if (scan_lit(&s, "flags=") || scan_lit(&s, "flags: ") || scan_lit(&s, "flags "))
		scan_num(&s, 16, &flags);
	scan_caller(s, caller, sizeof(caller));
	if (kind == BOOTLOG_RESERVE && inside_memblock(caller)) {
		internal_reserve(p, base, size, caller);
		return;
	}
	if (kind == BOOTLOG_FREE && frees_old_array(p, caller))
		return;
	p->want_answer = p->after_doubled = false;
	c = push_call(p, kind);
	if (!c)
		return;
	c->base = base;
	c->size = size;
	c->nid = nid;
	c->flags = (u32)flags;
	memcpy(c->caller, caller, sizeof(caller));
}

/* x86: memblock may use what the linear map covers, from the first sign that init_mem_mapping() is over. */
static void mapped_line(struct call_parse *p)
{
	if (!p->mapped && p->out->machine == BOOTLOG_X86 && p->out->nr_dump)
		p->mapped = push_call(p, BOOTLOG_MAPPED);
}

/* "N bytes align=0x40 nid=-1 from=0x0 max_addr=0x0 caller" */
static void alloc_call(struct call_parse *p, const char *s, enum bootlog_call_kind kind)
{
	u64 size, align, min, max;
	struct bootlog_call *c;
	int nid = NO_NODE;

	if (!scan_num(&s, 10, &size) || !scan_lit(&s, " bytes align=") || !scan_num(&s, 16, &align))
		goto bad;
	scan_blanks(&s);
	if (scan_lit(&s, "nid=") && !scan_int(&s, &nid))
		goto bad;
	scan_blanks(&s);
	if (!scan_lit(&s, "from=") || !scan_num(&s, 16, &min))
		goto bad;
	scan_blanks(&s);
	if (!scan_lit(&s, "max_addr=") || !scan_num(&s, 16, &max) || (align && !is_pow2(align)))
		goto bad;
	if (strstr(s, " setup_log_buf"))
		mapped_line(p);
	c = push_call(p, kind);
	if (!c)
		return;
	c->size = size;
	c->align = align;
	c->min = min;
	c->max = max;
	c->nid = nid;
	scan_caller(s, c->caller, sizeof(c->caller));
	p->want_answer = true;
	p->after_doubled = false;
	/* arm64 page tables are one page each */
	if (!strcmp(c->caller, "early_pgtable_alloc") && size >= 4096 && size <= 65536 && is_pow2(size))
		p->out->page_size = (u32)size;
	return;
bad:
	ignore_line(p);
}

/* "memblock: reserved is doubled to 256 at [0xA-0xB]" */
static void doubled_line(struct call_parse *p, const char *s)
{
	bool reserved = scan_lit(&s, "reserved");
	struct bootlog_call *c;
	phys_t base, size;
	u64 max;

	if (!reserved && !scan_lit(&s, "memory"))
		return;
	if (!scan_lit(&s, " is doubled to ") || !scan_num(&s, 10, &max) || max > INT32_MAX ||
	    !scan_lit(&s, " at ") || !scan_base_size(p, &s, &base, &size)) {
		ignore_line(p);
		return;
	}
	c = push_call(p, BOOTLOG_DOUBLED);
	if (!c)
		return;
	c->base = base;
	c->size = size;
	c->flags = reserved | (u32)max << 1;
	p->nr_doubled[reserved]++;
	p->after_doubled = true;
}

static const struct call_rule {
	const char *prefix;
	enum bootlog_call_kind kind;
	void (*fn)(struct call_parse *p, const char *s, enum bootlog_call_kind kind);
} call_rules[] = {
	{ "memblock_add_node: ", BOOTLOG_ADD_NODE, range_call },
	{ "memblock_add: ", BOOTLOG_ADD, range_call },
	{ "memblock_remove: ", BOOTLOG_REMOVE, range_call },
	{ "memblock_reserve: ", BOOTLOG_RESERVE, range_call },
	{ "memblock_phys_free: ", BOOTLOG_FREE, range_call },
	{ "memblock_free: ", BOOTLOG_FREE, range_call }, /* before 5.16 */
	{ "memblock_physmem_add: ", BOOTLOG_PHYSMEM_ADD, range_call },
	{ "memblock_free_late: ", BOOTLOG_FREE_LATE, range_call },
	{ "__memblock_free_late: ", BOOTLOG_FREE_LATE, range_call },
	{ "memblock_phys_alloc_range: ", BOOTLOG_PHYS_ALLOC, alloc_call },
	{ "memblock_alloc_try_nid: ", BOOTLOG_ALLOC, alloc_call },
	{ "memblock_alloc_try_nid_raw: ", BOOTLOG_ALLOC, alloc_call },
	{ "memblock_alloc_try_nid_nopanic: ", BOOTLOG_ALLOC, alloc_call },
	{ "memblock_virt_alloc_try_nid: ", BOOTLOG_ALLOC, alloc_call },
	{ "memblock_virt_alloc_try_nid_raw: ", BOOTLOG_ALLOC, alloc_call },
	{ "memblock_virt_alloc_try_nid_nopanic: ", BOOTLOG_ALLOC, alloc_call },
	{ "memblock_alloc_exact_nid_raw: ", BOOTLOG_ALLOC_EXACT, alloc_call },
};

/* --- the dump -------------------------------------------------------------------- */

static void dump_begin(struct call_parse *p)
{
	struct bootlog_calls *out = p->out;
	struct bootlog_dump *list = list_push(out, out->dump, out->nr_dump, &out->cap_dump, sizeof(*list));
	struct bootlog_call *c;

	if (!list)
		return;
	out->dump = list;
	c = push_call(p, BOOTLOG_DUMP);
	if (!c)
		return;
	c->align = out->nr_dump++;
	p->in_dump = true;
	p->want_answer = p->after_doubled = false;
}

/* "memory[0x0]\t[0xA-0xB], 0xS bytes on node 0 flags: 0x0" */
static void dump_region(struct call_parse *p, const char *s, bool reserved)
{
	struct bootlog_dump *d = &p->out->dump[p->out->nr_dump - 1];
	struct memblock_region r = { .nid = MEMBLOCK_NO_NID };
	const char *flags, *node;
	u64 v;

	s = strchr(s, ']');
	if (!s)
		return;
	s++;
	scan_blanks(&s);
	if (!scan_base_size(p, &s, &r.base, &r.size)) {
		ignore_line(p);
		return;
	}
	node = strstr(s, " on node ");
	if (node) {
		node += 9;
		if (scan_int(&node, &r.nid) && numa_valid_node(r.nid))
			p->out->numa = true;
		else
			r.nid = MEMBLOCK_NO_NID;
	}
	flags = strstr(s, "flags: ");
	if (flags) {
		flags += 7;
		if (scan_num(&flags, 16, &v))
			r.flags = (enum memblock_flags)v;
	}
	if (reserved)
		push_region(p->out, &d->reserved, &d->nr_reserved, &r);
	else
		push_region(p->out, &d->memory, &d->nr_memory, &r);
}

static bool dump_line(struct call_parse *p, const char *s)
{
	if (scan_lit(&s, "memory[")) {
		dump_region(p, s, false);
		return true;
	}
	if (scan_lit(&s, "reserved[")) {
		dump_region(p, s, true);
		return true;
	}
	return !strncmp(s, "memory size", 11) || !strncmp(s, "memory.cnt", 10) ||
	       !strncmp(s, "reserved.cnt", 12);
}

/* --- lines that tell what is not printed --------------------------------------------- */

/* "NODE_DATA(0) allocated [mem 0xA-0xB]": whose request the last answer was. */
static void node_data_line(struct call_parse *p, const char *s)
{
	struct bootlog_call *c = last_call(p);
	phys_t start, end;
	int nid;

	p->out->numa = true;
	if (!c || c->kind != BOOTLOG_ALLOC_UNKNOWN || !scan_int(&s, &nid) || !numa_valid_node(nid) ||
	    !scan_mem(&s, &start, &end) || start != c->base)
		return;
	c->kind = BOOTLOG_ALLOC_NODE_DATA;
	c->nid = nid;
}

/* "cma: Reserved 64 MiB at 0x5ba00000 on node -1" */
static void cma_line(struct call_parse *p, const char *s)
{
	struct bootlog_call *c = last_call(p);
	const char *at = strstr(s, " at ");
	u64 base;

	if (!at || !c || c->kind != BOOTLOG_ALLOC_UNKNOWN)
		return;
	at += 4;
	if (!scan_num(&at, 16, &base) || base != c->base)
		return;
	c->kind = BOOTLOG_ALLOC_CMA;
	if (scan_lit(&at, " on node "))
		scan_int(&at, &c->nid);
}

/* "ACPI: SRAT: Node 1 PXM 1 [mem 0x40000000-0x7fffffff] hotplug" */
static void srat_line(struct call_parse *p, const char *s)
{
	struct bootlog_call *c;
	phys_t start, end;

	if (!strstr(s, "] hotplug") || !scan_mem(&s, &start, &end) || end <= start)
		return;
	c = push_call(p, BOOTLOG_SRAT_HOTPLUG);
	if (!c)
		return;
	c->base = start;
	c->size = end - start;
}

/* What numa_memblks_init() prints once the firmware's tables are read. */
static void numa_parsed_line(struct call_parse *p, const char *s)
{
	if (p->numa_parsed || (strncmp(s, "NUMA: Node ", 11) && strncmp(s, "Faking node ", 12) &&
			       strncmp(s, "Faking a node ", 14)))
		return;
	p->numa_parsed = true;
	push_call(p, BOOTLOG_NUMA_PARSED);
}

static bool has_word(const char *s, const char *word)
{
	size_t n = strlen(word);
	const char *at = s;

	while ((at = strstr(at, word))) {
		if ((at == s || at[-1] == ' ') && (!at[n] || at[n] == ' '))
			return true;
		at += n;
	}
	return false;
}

static void cmdline_line(struct call_parse *p, const char *s)
{
	p->out->movable_node |= has_word(s, "movable_node");
	p->out->mirrored_kernelcore |= has_word(s, "kernelcore=mirror");
}

/* "node   0: [mem 0xA-0xB]", under "Early memory node ranges" */
static void early_line(struct call_parse *p, const char *s)
{
	struct memblock_region r = { .nid = MEMBLOCK_NO_NID };
	phys_t start, end;

	scan_blanks(&s);
	if (!scan_int(&s, &r.nid) || !scan_lit(&s, ": [mem ") || !numa_valid_node(r.nid))
		return;
	if (!scan_range(&s, &start, &end) || end <= start)
		return;
	r.base = start;
	r.size = end - start;
	push_region(p->out, &p->out->early, &p->out->nr_early, &r);
}

static void handover_line(struct call_parse *p)
{
	if (!p->handed_over)
		push_call(p, BOOTLOG_HANDOVER);
	p->handed_over = true;
}

static void nr_cpus_line(struct call_parse *p, const char *s)
{
	const char *at = strstr(s, "NR_CPUS");
	u64 n;

	if (!at)
		return;
	at += 7;
	if ((scan_lit(&at, "=") || scan_lit(&at, ":")) && scan_num(&at, 10, &n) && n <= MAX_CPUS)
		p->out->nr_cpus = (u32)n;
}

static void zone_dma_line(struct call_parse *p, const char *s)
{
	phys_t start, end;

	if (p->in_zones && scan_mem(&s, &start, &end))
		p->out->dma_end = end;
}

static void machine_line(struct call_parse *p, const char *s)
{
	struct bootlog_calls *out = p->out;
	u64 v;

	if (!strncmp(s, "BIOS-e820:", 10) || !strncmp(s, "BIOS-provided", 13))
		out->machine = BOOTLOG_X86;
	else if (strstr(s, "aarch64") || !strncmp(s, "arm64_", 6))
		out->machine = BOOTLOG_ARM64;
	if (strstr(s, "MB LOWMEM available"))
		out->is_32bit = true;
	if (scan_lit(&s, "low ram: 0 - ") && scan_num(&s, 16, &v))
		out->low_ram_end = v;
}

/* What setup_arch() prints behind init_mem_mapping(), in the order of its calls. */
static bool tells_mapped(const char *s)
{
	static const char *const signs[] = {
		"RAMDISK: ", "ACPI: ", "NUMA: ", "No NUMA configuration found", "Faking a node", "low ram: ",
		"Zone ranges:",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signs); i++)
		if (!strncmp(s, signs[i], strlen(signs[i])))
			return true;
	return strstr(s, "MB HIGHMEM available") || strstr(s, "MB LOWMEM available");
}

static void fact_line(struct call_parse *p, const char *s)
{
	const char *q = s;

	if (!p->mapped && tells_mapped(s))
		mapped_line(p);

	if (scan_lit(&q, "NODE_DATA("))
		node_data_line(p, q);
	else if (scan_lit(&q, "ACPI: SRAT: ") || scan_lit(&q, "SRAT: "))
		srat_line(p, q);
	else if (scan_lit(&q, "cma: Reserved "))
		cma_line(p, q);
	else if (scan_lit(&q, "Command line: ") || scan_lit(&q, "Kernel command line: "))
		cmdline_line(p, q);
	else if (scan_lit(&q, "node "))
		early_line(p, q);
	else if (scan_lit(&q, "SLUB: ") || (scan_lit(&q, "Memory: ") && strstr(q, "available")))
		handover_line(p);
	else if (scan_lit(&q, "DMA "))
		zone_dma_line(p, q);
	if (!strncmp(s, "Zone ranges:", 12))
		p->in_zones = true;
	else if (!strncmp(s, "Movable zone start", 18))
		p->in_zones = false;
	numa_parsed_line(p, s);
	nr_cpus_line(p, s);
	machine_line(p, s);
}

/* --- the whole log ------------------------------------------------------------------- */

static void one_line(struct call_parse *p, const char *line)
{
	const char *s = bootlog_strip_prefix(line), *q;
	size_t i;

	scan_blanks(&s);
	for (i = 0; i < ARRAY_SIZE(call_rules); i++) {
		q = s;
		if (!scan_lit(&q, call_rules[i].prefix))
			continue;
		scan_blanks(&q);
		p->in_dump = false;
		call_rules[i].fn(p, q, call_rules[i].kind);
		if (strstr(q, "arm64_memblock_init"))
			p->out->machine = BOOTLOG_ARM64;
		return;
	}
	q = s;
	if (scan_lit(&q, "memblock: "))
		doubled_line(p, q);
	else if (!strncmp(s, "MEMBLOCK configuration:", 23))
		dump_begin(p);
	else if (!p->in_dump || !dump_line(p, s))
		fact_line(p, s);
}

/* A log cut behind a request says nothing about the answer: forget the request. */
static void forget_cut_request(struct call_parse *p)
{
	const struct bootlog_call *c = last_call(p);

	if (p->want_answer && c && p->out->nr_lines - c->line <= 1)
		p->out->nr_call--;
}

void bootlog_calls_read(struct bootlog_calls *out, const char *text, size_t len)
{
	struct call_parse p = { .out = out };
	const char *end = text + len;
	char line[LINE_MAX_LEN];

	memset(out, 0, sizeof(*out));
	out->page_size = 4096;
	out->phys_addr_bits = 64;
	while (text < end && !out->failed) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl ? nl : end) - text);

		p.line = ++out->nr_lines;
		bootlog_clean_line(line, sizeof(line) - 1, text, n);
		one_line(&p, line);
		text += nl ? n + 1 : n;
	}
	forget_cut_request(&p);
}

void bootlog_calls_cleanup(struct bootlog_calls *c)
{
	size_t i;

	for (i = 0; i < c->nr_dump; i++) {
		free(c->dump[i].memory);
		free(c->dump[i].reserved);
	}
	free(c->dump);
	free(c->call);
	free(c->early);
	memset(c, 0, sizeof(*c));
}

bool bootlog_call_is_alloc(const struct bootlog_call *c)
{
	return c->kind >= BOOTLOG_PHYS_ALLOC && c->kind <= BOOTLOG_ALLOC_UNKNOWN;
}

const char *bootlog_call_name(enum bootlog_call_kind kind)
{
	static const char *const names[NR_BOOTLOG_CALLS] = {
		[BOOTLOG_ADD] = "memblock_add",
		[BOOTLOG_ADD_NODE] = "memblock_add_node",
		[BOOTLOG_REMOVE] = "memblock_remove",
		[BOOTLOG_RESERVE] = "memblock_reserve",
		[BOOTLOG_FREE] = "memblock_phys_free",
		[BOOTLOG_PHYSMEM_ADD] = "memblock_physmem_add",
		[BOOTLOG_FREE_LATE] = "memblock_free_late",
		[BOOTLOG_PHYS_ALLOC] = "memblock_phys_alloc_range",
		[BOOTLOG_ALLOC] = "memblock_alloc_try_nid",
		[BOOTLOG_ALLOC_EXACT] = "memblock_alloc_exact_nid_raw",
		[BOOTLOG_ALLOC_NODE_DATA] = "memblock_phys_alloc_try_nid",
		[BOOTLOG_ALLOC_CMA] = "cma_declare_contiguous_nid",
		[BOOTLOG_ALLOC_UNKNOWN] = "memblock_alloc_range_nid",
		[BOOTLOG_DOUBLED] = "memblock_double_array",
		[BOOTLOG_DUMP] = "memblock_dump_all",
		[BOOTLOG_SRAT_HOTPLUG] = "memblock_mark_hotplug",
		[BOOTLOG_NUMA_PARSED] = "numa_memblks_init",
		[BOOTLOG_MAPPED] = "init_mem_mapping",
		[BOOTLOG_HANDOVER] = "memblock_free_all",
	};

	return names[kind];
}
