/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading state dumps: one line, one fact. The first word says what the line is;
 * zone lines open a zone, the lines after it belong to it. All pfns and list
 * entries are hexadecimal, other numbers decimal.
 *
 * Migratetypes and zone indexes in a dump are the kernel's; here they become ours
 * (a kernel without CMA or without HIGHMEM numbers fewer of them).
 */
#include "sim/state_dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_FILE (1L << 30)

struct reader {
	struct state_dump *d;
	struct dump_zone *z; /* the zone that lines belong to, NULL before the first */
	struct mm_error *err;
	u32 line_nr;
	u32 nr_mt;           /* the kernel's MIGRATE_TYPES */
};

static int bad(struct reader *r, const char *what)
{
	return mm_fail(r->err, -EINVAL, "%s:%u: %s", r->d->name, r->line_nr, what);
}

/* --- small pieces of text ------------------------------------------------------- */

char *file_read_arena(struct arena *arena, const char *path, size_t *size, struct mm_error *err)
{
	struct stat st;
	char *buf;
	FILE *f;

	if (stat(path, &st)) {
		mm_fail(err, -errno, "%s: %s", path, strerror(errno));
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > MAX_FILE) {
		mm_fail(err, -EINVAL, "%s is not a file of a sensible size (1 GiB at most)", path);
		return NULL;
	}
	/* Memory first: when there is none, no file must be left open. */
	buf = arena_alloc(arena, (size_t)st.st_size + 1);
	f = fopen(path, "rb");
	if (!f) {
		mm_fail(err, -errno, "%s: %s", path, strerror(errno));
		return NULL;
	}
	*size = fread(buf, 1, (size_t)st.st_size, f);
	buf[*size] = '\0';
	if (*size < (size_t)st.st_size)
		mm_fail(err, -EIO, "%s: cannot be read to its end: %s", path, ferror(f) ? strerror(errno) : "it became shorter");
	fclose(f);
	return *size < (size_t)st.st_size ? NULL : buf;
}

bool line_number(const char *line, const char *key, int base, u64 *out)
{
	size_t n = strlen(key);
	const char *p = line;
	char *end;

	while ((p = strstr(p, key))) {
		if (p == line || p[-1] == ' ' || p[-1] == '\n') {
			*out = strtoull(p + n, &end, base);
			return end != p + n;
		}
		p += n;
	}
	return false;
}

/* One field of a line: where it goes. */
enum field_kind { F_U64, F_U32, F_INT, F_U8, F_S16, F_BOOL, F_PFN };
struct field {
	const char *key;
	enum field_kind kind;
	void *to;
};

static void store(const struct field *f, u64 v)
{
	switch (f->kind) {
	case F_U64:
	case F_PFN: *(u64 *)f->to = v; break;
	case F_U32: *(u32 *)f->to = (u32)v; break;
	case F_INT: *(int *)f->to = (int)(s64)v; break;
	case F_U8: *(u8 *)f->to = (u8)v; break;
	case F_S16: *(s16 *)f->to = (s16)(s64)v; break;
	case F_BOOL: *(bool *)f->to = v; break;
	}
}

/* All @n fields must be in the line. */
static int read_fields(struct reader *r, const char *line, const struct field *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		u64 v;

		if (!line_number(line, f[i].key, f[i].kind == F_PFN ? 16 : 0, &v))
			return mm_fail(r->err, -EINVAL, "%s:%u: '%s' is missing or has no number", r->d->name,
				       r->line_nr, f[i].key);
		store(&f[i], v);
	}
	return 0;
}
#define READ(r, line, ...)                                                           \
	read_fields(r, line, (const struct field[]){ __VA_ARGS__ },                  \
		    sizeof((const struct field[]){ __VA_ARGS__ }) / sizeof(struct field))

/* Numbers separated by blanks, at most @max. Return: how many. */
static u32 read_numbers(const char *p, int base, u64 *out, u32 max)
{
	u32 n = 0;
	char *end;

	for (; n < max; n++, p = end) {
		out[n] = strtoull(p, &end, base);
		if (end == p)
			break;
	}
	return n;
}

/* Our zone type of the kernel's index @k; MAX_NR_ZONES beyond the last. */
static int zone_of_index(const struct arch *a, u64 k)
{
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (arch_has_zone(a, zid) && (u64)arch_zone_idx(a, zid) == k)
			return zid;
	return MAX_NR_ZONES;
}

static int zone_of_name(const char *s, size_t n)
{
	static const char *const names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (strlen(names[zid]) == n && !memcmp(names[zid], s, n))
			return zid;
	return MAX_NR_ZONES;
}

/* Our migratetype of the kernel's number; MIGRATE_TYPES when there is none. */
static unsigned mt_of_number(const struct reader *r, u64 k)
{
	if (k >= r->nr_mt)
		return MIGRATE_TYPES;
	return k == r->nr_mt - 1 ? MIGRATE_ISOLATE : (unsigned)k;
}

/* --- lines about the machine ------------------------------------------------------ */

static int read_state(struct reader *r, const char *line)
{
	return READ(r, line, { "op=", F_U64, &r->d->op });
}

static int read_params(struct reader *r, const char *line)
{
	struct arch *a = &r->d->arch;
	u64 section = 0;
	int rc = READ(r, line, { "pageblock_order=", F_U8, &a->pageblock_order },
		      { "MAX_PAGE_ORDER=", F_U8, &a->max_page_order },
		      { "PAGES_PER_SECTION=", F_U64, &section }, { "MIGRATE_TYPES=", F_U32, &r->nr_mt });

	if (rc)
		return rc;
	if (a->max_page_order >= NR_PAGE_ORDERS_MAX - 1 || a->pageblock_order > a->max_page_order ||
	    !is_pow2(section) || section >> a->max_page_order == 0 || r->nr_mt < MIGRATE_CMA ||
	    r->nr_mt > MIGRATE_TYPES)
		return bad(r, "these constants fit no kernel that we know");
	a->section_shift = (u8)(ilog2_u64(section) + a->page_shift);
	a->has_cma = r->nr_mt == MIGRATE_TYPES;
	return 0;
}

static int read_node(struct reader *r, const char *line)
{
	struct dump_node *n;
	u64 idx = 0;
	int rc;

	if (r->d->nr_nodes == MAX_NUMNODES)
		return bad(r, "too many nodes");
	r->d->node = arena_realloc(r->d->arena, r->d->node, r->d->nr_nodes * sizeof(*n),
				   (r->d->nr_nodes + 1) * sizeof(*n));
	n = &r->d->node[r->d->nr_nodes++];
	n->nid = atoi(line + strlen("node "));
	rc = READ(r, line, { "start=", F_PFN, &n->start }, { "spanned=", F_U64, &n->spanned },
		  { "present=", F_U64, &n->present }, { "kswapd_order=", F_INT, &n->kswapd_order },
		  { "kswapd_highest_zoneidx=", F_U64, &idx }, { "kswapd_failures=", F_INT, &n->kswapd_failures });
	n->kswapd_highest_zoneidx = zone_of_index(&r->d->arch, idx);
	if (!rc && (n->nid < 0 || n->nid >= MAX_NUMNODES))
		return bad(r, "there is no such node number");
	return rc;
}

static int read_zonelist(struct reader *r, const char *line)
{
	struct dump_node *n = r->d->nr_nodes ? &r->d->node[r->d->nr_nodes - 1] : NULL;
	const char *p = strchr(line, ':');

	if (!n || !p)
		return bad(r, "a zonelist must follow its node");
	for (p += strspn(p, ": "); *p; p += strspn(p, " ")) {
		char *end;
		int nid = (int)strtol(p, &end, 10);
		size_t len = *end == '/' ? strcspn(end + 1, " ") : 0;
		int zid = zone_of_name(end + 1, len);

		if (!len || zid == MAX_NR_ZONES)
			return bad(r, "zonelist entries look like 0/DMA32");
		n->ref = arena_realloc(r->d->arena, n->ref, n->nr_refs * sizeof(*n->ref),
				       (n->nr_refs + 1) * sizeof(*n->ref));
		n->ref[n->nr_refs].nid = nid;
		n->ref[n->nr_refs++].zid = (enum zone_type)zid;
		p = end + 1 + len;
	}
	return 0;
}

/* --- lines about a zone ------------------------------------------------------------ */

static int read_zone(struct reader *r, const char *line)
{
	struct dump_zone *z = arena_alloc(r->d->arena, sizeof(*z));
	const char *name = strstr(line, "name=");
	int rc, zid;

	r->d->zone = arena_realloc(r->d->arena, r->d->zone, r->d->nr_zones * sizeof(*r->d->zone),
				   (r->d->nr_zones + 1) * sizeof(*r->d->zone));
	r->d->zone[r->d->nr_zones++] = z;
	r->z = z;
	rc = READ(r, line, { "node=", F_INT, &z->nid }, { "start=", F_PFN, &z->z.zone_start_pfn },
		  { "spanned=", F_U64, &z->z.spanned_pages }, { "present=", F_U64, &z->z.present_pages },
		  { "present_early=", F_U64, &z->z.present_early_pages },
		  { "managed=", F_U64, &z->z.managed_pages }, { "contiguous=", F_BOOL, &z->z.contiguous },
		  { "initialized=", F_BOOL, &z->z.initialized });
	if (rc)
		return rc;
	zid = name ? zone_of_name(name + 5, strcspn(name + 5, " ")) : MAX_NR_ZONES;
	if (zid == MAX_NR_ZONES || z->nid < 0 || z->nid >= MAX_NUMNODES)
		return bad(r, "no such zone");
	if (z->z.zone_start_pfn >> 40 || z->z.spanned_pages >> 40)
		return bad(r, "the zone lies beyond every physical address");
	z->zid = (enum zone_type)zid;
	z->z.nid = z->nid;
	z->z.idx = z->zid;
	return 0;
}

static int read_wmark(struct reader *r, const char *line)
{
	struct zone *z = &r->z->z;

	return READ(r, line, { "min=", F_U64, &z->watermark[WMARK_MIN] },
		    { "low=", F_U64, &z->watermark[WMARK_LOW] }, { "high=", F_U64, &z->watermark[WMARK_HIGH] },
		    { "promo=", F_U64, &z->watermark[WMARK_PROMO] }, { "boost=", F_U64, &z->watermark_boost });
}

static int read_reserve(struct reader *r, const char *line)
{
	u64 v[MAX_NR_ZONES];
	u32 n = read_numbers(line + strlen("lowmem_reserve"), 10, v, MAX_NR_ZONES);

	for (u32 k = 0; k < n; k++) {
		int zid = zone_of_index(&r->d->arch, k);

		if (zid < MAX_NR_ZONES)
			r->z->z.lowmem_reserve[zid] = v[k];
	}
	return 0;
}

static int read_flags(struct reader *r, const char *line)
{
	struct zone *z = &r->z->z;

	return READ(r, line, { "flags=", F_U32, &z->flags },
		    { "nr_reserved_highatomic=", F_U64, &z->nr_reserved_highatomic },
		    { "nr_free_highatomic=", F_U64, &z->nr_free_highatomic },
		    { "nr_isolate_pageblock=", F_U64, &z->nr_isolate_pageblock },
		    { "percpu_drift_mark=", F_U64, &z->percpu_drift_mark });
}

static int read_compact(struct reader *r, const char *line)
{
	struct zone *z = &r->z->z;
	const char *comma = strstr(line, "migrate_pfn=");
	int rc = READ(r, line, { "free_pfn=", F_PFN, &z->compact_cached_free_pfn },
		      { "migrate_pfn=", F_PFN, &z->compact_cached_migrate_pfn[0] },
		      { "init_migrate=", F_PFN, &z->compact_init_migrate_pfn },
		      { "init_free=", F_PFN, &z->compact_init_free_pfn },
		      { "considered=", F_U32, &z->compact_considered },
		      { "defer_shift=", F_U32, &z->compact_defer_shift },
		      { "order_failed=", F_INT, &z->compact_order_failed },
		      { "blockskip_flush=", F_BOOL, &z->compact_blockskip_flush });

	comma = comma ? strchr(comma, ',') : NULL;
	if (comma)
		z->compact_cached_migrate_pfn[1] = strtoull(comma + 1, NULL, 16);
	return rc;
}

static int read_pageset(struct reader *r, const char *line)
{
	struct zone *z = &r->z->z;

	return READ(r, line, { "high_min=", F_INT, &z->pageset_high_min },
		    { "high_max=", F_INT, &z->pageset_high_max }, { "batch=", F_INT, &z->pageset_batch });
}

/* The cpu number of the line; a dump of more cpus than we compare is refused. */
static int read_cpu(struct reader *r, const char *line, int *cpu)
{
	int rc = READ(r, line, { "cpu=", F_INT, cpu });

	if (!rc && (*cpu < 0 || *cpu >= DUMP_MAX_CPUS))
		return bad(r, "too many cpus");
	if (!rc && *cpu >= r->d->nr_cpus)
		r->d->nr_cpus = *cpu + 1;
	return rc;
}

static int read_vm_stat(struct reader *r, const char *line)
{
	const char *p = strchr(line, ':');
	u64 v[NR_VM_ZONE_STAT_ITEMS] = { 0 };

	if (!p)
		return bad(r, "numbers must follow a colon");
	read_numbers(p + 1, 10, v, NR_VM_ZONE_STAT_ITEMS);
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		r->z->z.vm_stat[i] = (s64)v[i];
	return 0;
}

static int read_vm_stat_diff(struct reader *r, const char *line)
{
	const char *p = strchr(line, ':');
	u64 v[NR_VM_ZONE_STAT_ITEMS] = { 0 };
	int cpu, threshold, rc;

	rc = read_cpu(r, line, &cpu);
	if (!rc)
		rc = READ(r, line, { "threshold=", F_INT, &threshold });
	if (rc || !p)
		return rc ? rc : bad(r, "numbers must follow a colon");
	read_numbers(p + 1, 10, v, NR_VM_ZONE_STAT_ITEMS);
	r->z->stat[cpu].stat_threshold = (s8)threshold;
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		r->z->stat[cpu].vm_stat_diff[i] = (s8)(s64)v[i];
	return 0;
}

static int read_pcp(struct reader *r, const char *line)
{
	struct per_cpu_pages *p;
	int cpu, rc = read_cpu(r, line, &cpu);

	if (rc)
		return rc;
	r->z->pcp[cpu].present = true;
	p = &r->z->pcp[cpu].pcp;
	return READ(r, line, { "count=", F_INT, &p->count }, { "high=", F_INT, &p->high },
		    { "high_min=", F_INT, &p->high_min }, { "high_max=", F_INT, &p->high_max },
		    { "batch=", F_INT, &p->batch }, { "flags=", F_U8, &p->flags },
		    { "alloc_factor=", F_U8, &p->alloc_factor }, { "expire=", F_U8, &p->expire },
		    { "free_count=", F_S16, &p->free_count });
}

/* The pfns after the colon; their number is said by n=. */
static int read_list(struct reader *r, const char *line, struct dump_list *l)
{
	const char *p = strchr(line, ':');
	u64 n = 0;
	int rc = READ(r, line, { "n=", F_U64, &n });

	if (rc || !p)
		return rc ? rc : bad(r, "the pages of a list follow a colon");
	if (n > strlen(p) / 2 + 1)
		return bad(r, "the list is shorter than it says");
	l->pfn = arena_alloc(r->d->arena, (n + 1) * sizeof(*l->pfn));
	l->nr = read_numbers(p + 1, 16, l->pfn, (u32)n);
	return l->nr == n ? 0 : bad(r, "the list is shorter than it says");
}

static int read_pcplist(struct reader *r, const char *line)
{
	u64 index = 0;
	int cpu, rc = read_cpu(r, line, &cpu);

	if (!rc)
		rc = READ(r, line, { "index=", F_U64, &index });
	if (rc)
		return rc;
	if (index >= NR_PCP_LISTS_MAX)
		return bad(r, "there are 14 per-cpu lists");
	return read_list(r, line, &r->z->pcp[cpu].list[index]);
}

static int read_order(struct reader *r, const char *line, u64 *order)
{
	int rc = READ(r, line, { "order=", F_U64, order });

	if (!rc && *order > r->d->arch.max_page_order)
		return bad(r, "the order is larger than MAX_PAGE_ORDER");
	return rc;
}

static int read_area(struct reader *r, const char *line)
{
	u64 order;
	int rc = read_order(r, line, &order);

	return rc ? rc : READ(r, line, { "nr_free=", F_U64, &r->z->nr_free[order] });
}

static int read_free(struct reader *r, const char *line)
{
	u64 order, mt = 0;
	int rc = read_order(r, line, &order);

	if (!rc)
		rc = READ(r, line, { "mt=", F_U64, &mt });
	if (rc)
		return rc;
	if (mt_of_number(r, mt) == MIGRATE_TYPES)
		return bad(r, "there is no such migratetype");
	return read_list(r, line, &r->z->free[order][mt_of_number(r, mt)]);
}

static u8 pb_of_digit(const struct reader *r, char c, bool *ok)
{
	unsigned v = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
	unsigned mt = mt_of_number(r, v & PB_MT_MASK);

	if (v == DUMP_NO_SECTION)
		return DUMP_NO_SECTION;
	*ok &= v < 16 && mt != MIGRATE_TYPES;
	return (u8)(mt | (v & PB_SKIP));
}

static int read_pageblocks(struct reader *r, const char *line)
{
	struct dump_zone *z = r->z;
	const char *p = strchr(line, ':');
	u64 n = 0;
	bool ok = true;
	int rc = READ(r, line, { "start=", F_PFN, &z->pb_start }, { "n=", F_U64, &n });

	if (rc || !p)
		return rc ? rc : bad(r, "one digit per pageblock follows a colon");
	if (n > strlen(p))
		return bad(r, "fewer pageblocks than it says");
	z->pb = arena_alloc(r->d->arena, n + 1);
	for (p++; *p; p++) {
		if (*p == ' ')
			continue;
		if (z->nr_pb == n)
			return bad(r, "more pageblocks than it says");
		z->pb[z->nr_pb++] = pb_of_digit(r, *p, &ok);
	}
	return ok && z->nr_pb == n ? 0 : bad(r, "a pageblock has an unknown type, or some are missing");
}

static int read_movable(struct reader *r, const char *line)
{
	struct dump_zone *z = r->z;
	const char *p = strchr(line, ':');
	u64 *v;

	if (!p)
		return bad(r, "one number per pageblock follows a colon");
	v = arena_alloc(r->d->arena, (z->nr_pb + 1) * sizeof(*v));
	z->movable = arena_alloc(r->d->arena, (z->nr_pb + 1) * sizeof(*z->movable));
	if (read_numbers(p + 1, 10, v, z->nr_pb) != z->nr_pb)
		return bad(r, "fewer numbers than pageblocks");
	for (u32 i = 0; i < z->nr_pb; i++)
		z->movable[i] = (u16)v[i];
	return 0;
}

/* --- dispatch ------------------------------------------------------------------------ */

static const struct {
	const char *word; /* with the separator that follows */
	bool in_zone;
	int (*read)(struct reader *r, const char *line);
} line_kinds[] = {
	{ "state ", false, read_state },      { "params ", false, read_params },
	{ "node ", false, read_node },        { "zonelist ", false, read_zonelist },
	{ "zone ", false, read_zone },        { "wmark ", true, read_wmark },
	{ "lowmem_reserve ", true, read_reserve }, { "flags=", true, read_flags },
	{ "compact ", true, read_compact },   { "pageset ", true, read_pageset },
	{ "vm_stat_diff ", true, read_vm_stat_diff }, { "vm_stat ", true, read_vm_stat },
	{ "pcplist ", true, read_pcplist },   { "pcp ", true, read_pcp },
	{ "area ", true, read_area },         { "free ", true, read_free },
	{ "pageblocks ", true, read_pageblocks }, { "movable ", true, read_movable },
};

static int read_line(struct reader *r, const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(line_kinds); i++) {
		if (strncmp(line, line_kinds[i].word, strlen(line_kinds[i].word)))
			continue;
		if (line_kinds[i].in_zone && !r->z)
			return bad(r, "this line belongs to a zone, and no zone came before it");
		return line_kinds[i].read(r, line);
	}
	return bad(r, "no line of a state dump starts like this");
}

int state_dump_read(struct state_dump **out, struct arena *arena, const char *path, struct mm_error *err)
{
	struct state_dump *d = arena_alloc(arena, sizeof(*d));
	struct reader r = { .d = d, .err = err, .nr_mt = MIGRATE_TYPES - 1 };
	size_t size;
	char *p, *next;
	int rc;

	d->arena = arena;
	d->name = arena_strdup(arena, path);
	rc = arch_preset(&d->arch, "x86_64", err);
	if (rc)
		return rc;
	p = file_read_arena(arena, path, &size, err);
	if (!p)
		return err ? err->code : -EIO;
	for (; p && *p; p = next) {
		next = strchr(p, '\n');
		if (next)
			*next++ = '\0';
		r.line_nr++;
		if (!strcmp(p, "endstate")) {
			*out = d;
			return d->nr_zones ? 0 : bad(&r, "the dump has no zone");
		}
		rc = read_line(&r, p);
		if (rc)
			return rc;
	}
	return bad(&r, "the dump ends without 'endstate'");
}
