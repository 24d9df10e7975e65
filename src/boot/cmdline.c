/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the kernel command line.
 *
 * The text is cut into words as the kernel cuts it (quotes group, "--" ends the
 * kernel's part), each word is looked up in one table, and its handler fills
 * struct cmdline. Dashes and underscores are the same in names. Numbers are read
 * by memparse(), which never fails: what is not a number is 0.
 *
 * Models: kernel/params.c next_arg()/parse_args(), init/main.c, lib/cmdline.c,
 * and the handlers named at the functions below (6.12).
 */
#include "boot/cmdline.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phys/firmware.h"

#define ON_X86_64 (1u << ARCH_X86_64)
#define ON_I386   (1u << ARCH_I386)
#define ON_ARM64  (1u << ARCH_ARM64)
#define ON_X86    (ON_X86_64 | ON_I386)
#define ON_64BIT  (ON_X86_64 | ON_ARM64)
#define ON_ALL    (ON_X86 | ON_ARM64)

#define VMALLOC_OFFSET (8 * MiB) /* guard hole between linear map and vmalloc area (i386) */

/* What a handler works on. */
struct parse {
	struct cmdline *c;
	struct arena *a;
	const struct arch *arch;
	const char *name; /* as written */
};

/* --- growing lists in the arena -------------------------------------------- */

/* Room for one more behind @nr elements (the size doubles at powers of two). */
static void *list_grow(struct arena *a, void *list, u32 nr, size_t size)
{
	if (nr & (nr - 1))
		return list;
	return arena_realloc(a, list, nr * size, (nr ? 2 * (size_t)nr : 1) * size);
}

void cmdline_note(struct cmdline *c, struct arena *a, const char *fmt, ...)
{
	char buf[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	c->note = list_grow(a, c->note, c->nr_note, sizeof(*c->note));
	c->note[c->nr_note++] = arena_strdup(a, buf);
}

static void add_memmap(struct parse *p, struct memmap_op op)
{
	struct cmdline *c = p->c;

	c->memmap = list_grow(p->a, c->memmap, c->nr_memmap, sizeof(*c->memmap));
	c->memmap[c->nr_memmap++] = op;
}

/* --- numbers --------------------------------------------------------------- */

/* simple_strtoull(s, end, 0): 0x, 0 for octal, wrapping silently. */
static u64 simple_strtoull(const char *s, const char **end)
{
	unsigned base = 10;
	u64 v = 0;

	if (s[0] == '0') {
		base = (s[1] == 'x' || s[1] == 'X') && isxdigit((unsigned char)s[2]) ? 16 : 8;
		if (base == 16)
			s += 2;
	}
	for (;; s++) {
		unsigned d;

		if (isdigit((unsigned char)*s))
			d = (unsigned)(*s - '0');
		else if (isxdigit((unsigned char)*s))
			d = (unsigned)(tolower((unsigned char)*s) - 'a') + 10;
		else
			break;
		if (d >= base)
			break;
		v = v * base + d;
	}
	*end = s;
	return v;
}

u64 memparse(const char *s, const char **end)
{
	static const char suffix[] = "kmgtpe";
	const char *stop, *which;
	u64 v = simple_strtoull(s, &stop);

	which = *stop ? strchr(suffix, tolower((unsigned char)*stop)) : NULL;
	if (which) {
		v <<= 10 * (which - suffix + 1);
		stop++;
	}
	if (end)
		*end = stop;
	return v;
}

/* lib/cmdline.c get_option(): an int; false when there is none. */
static bool get_option(const char *s, int *out)
{
	bool minus = *s == '-';
	const char *start = s + minus, *end;
	u64 v = simple_strtoull(start, &end);

	if (end == start)
		return false;
	*out = minus ? -(int)v : (int)v;
	return true;
}

/* lib/kstrtox.c kstrtobool(). */
static bool kstrtobool(const char *s, bool *out)
{
	static const char yes[] = "yYtT1", no[] = "nNfF0";

	if (!s || !*s)
		return false;
	if (strchr(yes, *s) || ((*s == 'o' || *s == 'O') && (s[1] == 'n' || s[1] == 'N')))
		*out = true;
	else if (strchr(no, *s) || ((*s == 'o' || *s == 'O') && (s[1] == 'f' || s[1] == 'F')))
		*out = false;
	else
		return false;
	return true;
}

static void malformed(struct parse *p)
{
	cmdline_note(p->c, p->a, "Malformed early option '%s'", p->name);
}

/* --- firmware map: arch/x86/kernel/e820.c, arch/arm64/mm/init.c ------------ */

static void memmap_limit(struct parse *p, u64 at)
{
	add_memmap(p, (struct memmap_op){ MEMMAP_LIMIT, at, UINT64_MAX - at, E820_TYPE_RAM, 0 });
}

static void x86_mem(struct parse *p, const char *v)
{
	u64 size;

	if (!strcmp(v, "nopentium")) {
		if (p->arch->id != ARCH_I386)
			cmdline_note(p->c, p->a, "mem=nopentium ignored! (only supported on x86_32)");
		return;
	}
	p->c->userdef = true;
	size = memparse(v, NULL);
	if (!size) {
		malformed(p);
		return;
	}
	memmap_limit(p, size);
	p->c->max_mem_size = size;
}

static void arm64_mem(struct parse *p, const char *v)
{
	p->c->memory_limit = align_down(memparse(v, NULL), arch_page_size(p->arch));
	cmdline_note(p->c, p->a, "Memory limited to %lldMB", (long long)(p->c->memory_limit >> 20));
}

static void do_mem(struct parse *p, const char *v)
{
	if (p->arch->id == ARCH_ARM64)
		arm64_mem(p, v);
	else
		x86_mem(p, v);
}

/* nn%ss[-from][+to]: retype, add or remove. */
static void memmap_retype(struct parse *p, const char *v, u64 size)
{
	struct memmap_op op = { .size = size };
	const char *s;

	op.start = memparse(v + 1, &s);
	if (*s == '-')
		op.from = (u32)simple_strtoull(s + 1, &s);
	if (*s == '+')
		op.to = (u32)simple_strtoull(s + 1, &s);
	if (*s)
		return;
	if (op.from && op.to)
		op.kind = MEMMAP_UPDATE;
	else
		op.kind = op.to ? MEMMAP_ADD : MEMMAP_REMOVE;
	add_memmap(p, op);
}

static void memmap_one(struct parse *p, const char *v)
{
	static const struct { char sep; u32 type; } form[] = {
		{ '@', E820_TYPE_RAM }, { '#', E820_TYPE_ACPI },
		{ '$', E820_TYPE_RESERVED }, { '!', E820_TYPE_PRAM },
	};
	const char *s;
	u64 size;

	if (!strncmp(v, "exactmap", 8)) {
		add_memmap(p, (struct memmap_op){ .kind = MEMMAP_EXACT });
		p->c->userdef = true;
		return;
	}
	size = memparse(v, &s);
	if (s == v) {
		cmdline_note(p->c, p->a, "memmap=%s ignored: no size", v);
		return;
	}
	p->c->userdef = true;
	for (size_t i = 0; i < ARRAY_SIZE(form); i++)
		if (*s == form[i].sep) {
			add_memmap(p, (struct memmap_op){ MEMMAP_ADD, memparse(s + 1, NULL), size, 0,
							  form[i].type });
			return;
		}
	if (*s == '%')
		memmap_retype(p, s, size);
	else
		memmap_limit(p, size);
}

/* A list: each part between commas is one change. */
static void do_memmap(struct parse *p, const char *v)
{
	char *list = arena_strdup(p->a, v), *s = list;

	while (s) {
		char *comma = strchr(s, ',');

		if (comma)
			*comma++ = '\0';
		memmap_one(p, s);
		s = comma;
	}
}

/* --- zones: mm/mm_init.c --------------------------------------------------- */

static void parse_core(struct parse *p, const char *v, struct cmdline_core *core)
{
	const char *end;
	u64 n = simple_strtoull(v, &end);

	if (*end == '%') {
		if (n > 100)
			cmdline_note(p->c, p->a, "%s=%s asks for more than 100 percent", p->name, v);
		core->percent = (u32)n;
	} else {
		core->pages = memparse(v, NULL) >> p->arch->page_shift;
		core->percent = 0;
	}
}

/* parse_option_str(): is @option one of the comma-separated words? */
static bool has_option(const char *v, const char *option)
{
	size_t n = strlen(option);

	while (*v) {
		if (!strncmp(v, option, n) && (!v[n] || v[n] == ','))
			return true;
		v += strcspn(v, ",");
		v += *v == ',';
	}
	return false;
}

static void do_kernelcore(struct parse *p, const char *v)
{
	if (has_option(v, "mirror"))
		p->c->kernelcore_mirror = true;
	else
		parse_core(p, v, &p->c->kernelcore);
}

static void do_movablecore(struct parse *p, const char *v) { parse_core(p, v, &p->c->movablecore); }

static void do_movable_node(struct parse *p, const char *v) { p->c->movable_node = true; }

static void do_highmem(struct parse *p, const char *v)
{
	p->c->highmem_pages = (u32)(memparse(v, NULL) >> p->arch->page_shift);
}

static void do_vmalloc(struct parse *p, const char *v)
{
	p->c->vmalloc_reserve = (u32)(memparse(v, NULL) + VMALLOC_OFFSET);
}

static void do_cma(struct parse *p, const char *v)
{
	struct cmdline *c = p->c;

	if (!p->arch->has_cma)
		return;
	c->cma_size = memparse(v, &v);
	if (*v != '@')
		return;
	c->cma_base = memparse(v + 1, &v);
	if (*v == '-')
		c->cma_limit = memparse(v + 1, NULL);
	else
		c->cma_limit = c->cma_base + c->cma_size;
}

/* --- nodes: arch/x86/mm/numa.c, drivers/base/arch_numa.c ------------------- */

static void do_numa(struct parse *p, const char *v)
{
	if (!strncmp(v, "off", 3))
		p->c->numa_off = true;
	if (!strncmp(v, "fake=", 5))
		p->c->numa_fake = arena_strdup(p->a, v + 5);
}

/* --- hugepages: kept in order for cmdline_hugetlb() ------------------------ */

static void add_hugetlb(struct parse *p, enum hugetlb_arg_kind kind, const char *v)
{
	struct cmdline *c = p->c;

	c->hugetlb = list_grow(p->a, c->hugetlb, c->nr_hugetlb, sizeof(*c->hugetlb));
	c->hugetlb[c->nr_hugetlb++] = (struct hugetlb_arg){ kind, arena_strdup(p->a, v) };
}

static void do_hugepages(struct parse *p, const char *v) { add_hugetlb(p, HUGETLB_PAGES, v); }
static void do_hugepagesz(struct parse *p, const char *v) { add_hugetlb(p, HUGETLB_SIZE, v); }
static void do_default_hugepagesz(struct parse *p, const char *v) { add_hugetlb(p, HUGETLB_DEFAULT_SIZE, v); }

static void do_thp(struct parse *p, const char *v)
{
	if (!strcmp(v, "always"))
		p->c->thp = THP_ALWAYS;
	else if (!strcmp(v, "madvise"))
		p->c->thp = THP_MADVISE;
	else if (!strcmp(v, "never"))
		p->c->thp = THP_NEVER;
	else
		cmdline_note(p->c, p->a, "transparent_hugepage= cannot parse, ignored");
}

/* --- hotplug --------------------------------------------------------------- */

static void do_memhp_state(struct parse *p, const char *v)
{
	static const struct { const char *word; enum memhp_state state; } t[] = {
		{ "offline", MEMHP_OFFLINE }, { "online", MEMHP_ONLINE },
		{ "online_kernel", MEMHP_ONLINE_KERNEL }, { "online_movable", MEMHP_ONLINE_MOVABLE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (!strcmp(v, t[i].word)) {
			p->c->memhp_default_state = t[i].state;
			return;
		}
	cmdline_note(p->c, p->a, "memhp_default_state=%s ignored: use offline, online, online_kernel or "
		     "online_movable", v);
}

/* A yes/no parameter; a value that is neither is malformed. */
static void set_onoff(struct parse *p, const char *v, enum onoff *out)
{
	bool on;

	if (kstrtobool(v, &on))
		*out = on ? OPT_ON : OPT_OFF;
	else
		malformed(p);
}

static void do_memmap_on_memory(struct parse *p, const char *v)
{
	if (!strcmp(v, "force") || !strcmp(v, "FORCE")) {
		p->c->memmap_on_memory = OPT_ON;
		p->c->memmap_on_memory_force = true;
	} else {
		p->c->memmap_on_memory_force = false;
		set_onoff(p, v, &p->c->memmap_on_memory);
	}
}

static void do_online_policy(struct parse *p, const char *v)
{
	if (!strcmp(v, "auto-movable") || !strcmp(v, "contig-zones"))
		p->c->auto_movable = *v == 'a';
	else
		cmdline_note(p->c, p->a, "%s=%s ignored: use contig-zones or auto-movable", p->name, v);
}

static void do_movable_ratio(struct parse *p, const char *v)
{
	p->c->auto_movable_ratio = (u32)memparse(v, NULL);
}

static void do_movable_numa(struct parse *p, const char *v)
{
	set_onoff(p, v, &p->c->auto_movable_numa_aware);
}

/* --- the rest -------------------------------------------------------------- */

static void do_page_owner(struct parse *p, const char *v) { set_onoff(p, v, &p->c->page_owner); }
static void do_init_on_alloc(struct parse *p, const char *v) { set_onoff(p, v, &p->c->init_on_alloc); }
static void do_init_on_free(struct parse *p, const char *v) { set_onoff(p, v, &p->c->init_on_free); }

static void do_memblock(struct parse *p, const char *v)
{
	if (strstr(v, "debug"))
		p->c->memblock_debug = OPT_ON;
}

static void do_hashdist(struct parse *p, const char *v)
{
	const char *end;

	p->c->hashdist = simple_strtoull(v, &end) ? OPT_ON : OPT_OFF;
}

static void do_nokaslr(struct parse *p, const char *v) { p->c->nokaslr = true; }
static void do_noefi(struct parse *p, const char *v) { p->c->noefi = true; }
static void do_crashkernel(struct parse *p, const char *v) { p->c->crashkernel = arena_strdup(p->a, v); }
static void do_slab_nomerge(struct parse *p, const char *v) { p->c->slab_nomerge = true; }
static void do_slab_merge(struct parse *p, const char *v) { p->c->slab_nomerge = false; }
static void do_slab_debug(struct parse *p, const char *v) { p->c->slab_debug = arena_strdup(p->a, v); }

static void get_u32(const char *v, u32 *out)
{
	int n;

	if (get_option(v, &n))
		*out = (u32)n;
}

static void do_slab_min_order(struct parse *p, const char *v) { get_u32(v, &p->c->slab_min_order); }
static void do_slab_max_order(struct parse *p, const char *v) { get_u32(v, &p->c->slab_max_order); }
static void do_slab_min_objects(struct parse *p, const char *v) { get_u32(v, &p->c->slab_min_objects); }
static void do_maxcpus(struct parse *p, const char *v) { get_u32(v, &p->c->maxcpus); }
static void do_nosmp(struct parse *p, const char *v) { p->c->maxcpus = 0; }

static void do_nr_cpus(struct parse *p, const char *v)
{
	int n;

	if (get_option(v, &n) && n > 0)
		p->c->nr_cpus = (u32)n;
}

static void do_dhash(struct parse *p, const char *v) { p->c->dhash_entries = memparse(v, NULL); }
static void do_ihash(struct parse *p, const char *v) { p->c->ihash_entries = memparse(v, NULL); }
static void do_mhash(struct parse *p, const char *v) { p->c->mhash_entries = memparse(v, NULL); }
static void do_mphash(struct parse *p, const char *v) { p->c->mphash_entries = memparse(v, NULL); }
static void do_min_free(struct parse *p, const char *v) { p->c->min_free_kbytes = memparse(v, NULL); }
static void do_scale(struct parse *p, const char *v) { p->c->watermark_scale_factor = memparse(v, NULL); }

/* Rounded up to a power of two; 2 GiB is the limit. */
static void do_log_buf_len(struct parse *p, const char *v)
{
	u64 n = min_u64(memparse(v, NULL), 2 * GiB);

	if (n)
		p->c->log_buf_len = (u32)(is_pow2(n) ? n : 2ULL << ilog2_u64(n));
}

/* --- the table ------------------------------------------------------------- */

enum arg_form { WORD, VALUE, EITHER }; /* without '=', with it, both allowed */

static const struct param {
	const char *name;
	unsigned archs;
	enum arg_form form;
	void (*fn)(struct parse *p, const char *value);
} params[] = {
	{ "mem", ON_ALL, VALUE, do_mem },
	{ "memmap", ON_X86, VALUE, do_memmap },
	{ "kernelcore", ON_ALL, VALUE, do_kernelcore },
	{ "movablecore", ON_ALL, VALUE, do_movablecore },
	{ "movable_node", ON_64BIT, EITHER, do_movable_node },
	{ "numa", ON_64BIT, VALUE, do_numa },
	{ "cma", ON_ALL, VALUE, do_cma },
	{ "highmem", ON_I386, VALUE, do_highmem },
	{ "vmalloc", ON_I386, VALUE, do_vmalloc },
	{ "crashkernel", ON_ALL, VALUE, do_crashkernel },
	{ "hugepages", ON_ALL, VALUE, do_hugepages },
	{ "hugepagesz", ON_ALL, VALUE, do_hugepagesz },
	{ "default_hugepagesz", ON_ALL, VALUE, do_default_hugepagesz },
	{ "transparent_hugepage", ON_ALL, VALUE, do_thp },
	{ "memhp_default_state", ON_64BIT, VALUE, do_memhp_state },
	{ "memory_hotplug.memmap_on_memory", ON_64BIT, VALUE, do_memmap_on_memory },
	{ "memory_hotplug.online_policy", ON_64BIT, VALUE, do_online_policy },
	{ "memory_hotplug.auto_movable_ratio", ON_64BIT, VALUE, do_movable_ratio },
	{ "memory_hotplug.auto_movable_numa_aware", ON_64BIT, VALUE, do_movable_numa },
	{ "page_owner", ON_ALL, VALUE, do_page_owner },
	{ "init_on_alloc", ON_ALL, VALUE, do_init_on_alloc },
	{ "init_on_free", ON_ALL, VALUE, do_init_on_free },
	{ "memblock", ON_ALL, VALUE, do_memblock },
	{ "hashdist", ON_64BIT, VALUE, do_hashdist },
	{ "nokaslr", ON_ALL, EITHER, do_nokaslr },
	{ "noefi", ON_X86, EITHER, do_noefi },
	{ "slab_nomerge", ON_ALL, EITHER, do_slab_nomerge },
	{ "slub_nomerge", ON_ALL, EITHER, do_slab_nomerge },
	{ "slab_merge", ON_ALL, EITHER, do_slab_merge },
	{ "slub_merge", ON_ALL, EITHER, do_slab_merge },
	{ "slab_debug", ON_ALL, EITHER, do_slab_debug },
	{ "slub_debug", ON_ALL, EITHER, do_slab_debug },
	{ "slab_min_order", ON_ALL, VALUE, do_slab_min_order },
	{ "slub_min_order", ON_ALL, VALUE, do_slab_min_order },
	{ "slab_max_order", ON_ALL, VALUE, do_slab_max_order },
	{ "slub_max_order", ON_ALL, VALUE, do_slab_max_order },
	{ "slab_min_objects", ON_ALL, VALUE, do_slab_min_objects },
	{ "slub_min_objects", ON_ALL, VALUE, do_slab_min_objects },
	{ "nr_cpus", ON_ALL, VALUE, do_nr_cpus },
	{ "maxcpus", ON_ALL, VALUE, do_maxcpus },
	{ "nosmp", ON_ALL, EITHER, do_nosmp },
	{ "dhash_entries", ON_ALL, VALUE, do_dhash },
	{ "ihash_entries", ON_ALL, VALUE, do_ihash },
	{ "mhash_entries", ON_ALL, VALUE, do_mhash },
	{ "mphash_entries", ON_ALL, VALUE, do_mphash },
	{ "log_buf_len", ON_ALL, VALUE, do_log_buf_len },
	{ "sysctl.vm.min_free_kbytes", ON_ALL, VALUE, do_min_free },
	{ "sysctl.vm.watermark_scale_factor", ON_ALL, VALUE, do_scale },
};

/* Names are equal when they differ only in '-' and '_'. */
static bool parameq(const char *a, const char *b)
{
	for (; *a || *b; a++, b++) {
		char x = *a == '-' ? '_' : *a, y = *b == '-' ? '_' : *b;

		if (x != y)
			return false;
	}
	return true;
}

/* Act on one word. Return: whether the model knows it. */
static bool do_param(struct parse *p, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(params); i++) {
		if (!parameq(p->name, params[i].name) || !(params[i].archs >> p->arch->id & 1))
			continue;
		if (!value && params[i].form == VALUE) {
			malformed(p);
			return true;
		}
		params[i].fn(p, value ? value : "");
		return true;
	}
	return false;
}

/* --- words ----------------------------------------------------------------- */

/*
 * next_arg(): cut the first word off @s, in place. *@value is NULL without '='.
 * Quotes keep blanks together and are taken off around a value or a whole word.
 * Return: what follows.
 */
static char *next_arg(char *s, char **name, char **value)
{
	bool in_quote = false, quoted = false;
	size_t i, equals = 0;

	if (*s == '"') {
		s++;
		in_quote = quoted = true;
	}
	for (i = 0; s[i]; i++) {
		if (isspace((unsigned char)s[i]) && !in_quote)
			break;
		if (!equals && s[i] == '=')
			equals = i;
		if (s[i] == '"')
			in_quote = !in_quote;
	}
	*name = s;
	*value = NULL;
	if (equals) {
		s[equals] = '\0';
		*value = s + equals + 1;
		if (**value == '"') {
			(*value)++;
			if (s[i - 1] == '"')
				s[i - 1] = '\0';
		}
	}
	if (quoted && i > 0 && s[i - 1] == '"')
		s[i - 1] = '\0';
	if (s[i])
		s[i++] = '\0';
	s += i;
	return s + strspn(s, " \t\n\v\f\r");
}

static void set_defaults(struct cmdline *c)
{
	memset(c, 0, sizeof(*c));
	c->memory_limit = ~0ULL;
	c->cma_size = ~0ULL;
	c->highmem_pages = ~0ULL;
	c->min_free_kbytes = ~0ULL;
	c->watermark_scale_factor = ~0ULL;
	c->auto_movable_ratio = ~0u;
	c->slab_min_order = ~0u;
	c->slab_max_order = ~0u;
	c->slab_min_objects = ~0u;
	c->maxcpus = ~0u;
}

void cmdline_parse(struct cmdline *c, struct arena *a, const struct arch *arch, const char *text)
{
	struct parse p = { c, a, arch, NULL };
	char *s, *name, *value;

	set_defaults(c);
	c->text = arena_strdup(a, text);
	s = arena_strdup(a, text);
	s += strspn(s, " \t\n\v\f\r");
	while (*s) {
		s = next_arg(s, &name, &value);
		if (!value && !strcmp(name, "--"))
			break;
		p.name = name;
		c->arg = list_grow(a, c->arg, c->nr_arg, sizeof(*c->arg));
		c->arg[c->nr_arg++] = (struct cmdline_arg){ name, value, do_param(&p, value) };
	}
}
