/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of compaction and offlining: a dump of the allocator and of what every
 * page is (before.txt, pages-before.txt), one action (config.txt), and every page
 * that the kernel isolated, moved or put back (moves.txt), in order.
 *
 *   before + pages ─load─> allocator ─action─> trace events == moves.txt ?
 *                                         └─> after.txt, where the scanners met
 *
 * Our trace events say the same as the lines of moves.txt:
 *   I mm_page_isolate   M L R mm_page_migrate   P B mm_page_putback
 */
#include "sim/conform_migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/compaction.h"
#include "alloc/internal.h"
#include "alloc/lru.h"
#include "alloc/page_owner.h"
#include "boot/system.h"
#include "hotplug/memory_hotplug.h"
#include "sim/conform_events.h"
#include "sim/conform_load.h"
#include "zone/page_list.h"

#define ARENA_BYTES (4 * GiB)
#define TRACE_RING  (1u << 21)
#define ROW_PAGES   512
#define THP_MIN_BYTES (512ULL << 20) /* hugepage_init(): less memory, no transparent huge pages */

typedef unsigned long long ull;

enum action { ACTION_COMPACT, ACTION_ORDER9, ACTION_OFFLINE };

struct record {
	const char *dir;
	struct text *out;
	struct mm_error *err;
	struct arena *arena;
	struct trace trace;
	struct system *sys;
	struct mm *mm;
	const char *config;
	enum action action;
	struct memory_notifier notifier;
	struct outside_events events; /* trace.txt, for offlining */
	owner_id ours;       /* pages of the module: movable_ops that work */
	owner_id refuses;    /* the one whose callback answers -EBUSY or -EAGAIN */
	bool loaded;
};

static char *read_file(struct record *r, const char *name, bool must)
{
	struct mm_error ignored = { 0, "" };
	size_t n = strlen(r->dir) + strlen(name) + 2, size;
	char *path = arena_alloc(r->arena, n);

	snprintf(path, n, "%s/%s", r->dir, name);
	return file_read_arena(r->arena, path, &size, must ? r->err : &ignored);
}

static const char *next_line(const char *p)
{
	p = strchr(p, '\n');
	return p ? p + 1 : NULL;
}

/* --- pages-before.txt ------------------------------------------------------------------ */

static void set_used(struct record *r, pfn_t pfn, unsigned order, enum page_kind kind, u32 flags, owner_id owner)
{
	page_handle h = unreserve_pages(r->mm, pfn, order);

	buddy_set_page(r->mm->map, h, order,
		       page_info(PAGE_ALLOC, order, flags & (PGF_LRU | PGF_MOVABLE_OPS) ? MIGRATE_MOVABLE : 0, kind) | flags,
		       owner << 12 | 1);
}

static bool is_compound_tail_or_head(const struct record *r, pfn_t pfn)
{
	struct page_view v;

	memmap_view(r->mm->map, pfn, &v);
	return v.state == PAGE_ALLOC;
}

/* Pages of the row that are not of the zone: holes, whose struct pages the kernel gives to the zone that follows. */
static void load_holes(struct record *r, pfn_t pfn, const char *row)
{
	for (int i = 0, n; row[i] == '-' || (row[i] && row[i] != '\n'); i += n) {
		n = (int)strspn(row + i, "-");
		if (n && i + n <= ROW_PAGES && memmap_range_of(r->mm->map, pfn + (pfn_t)i))
			memmap_set_range(r->mm->map, pfn + (pfn_t)i, pfn + (pfn_t)(i + n), PAGE_HOLE, ZONE_NONE);
		n = n ? n : 1;
	}
}

/* One row: 512 characters, one per page. LRU pages come with their own lines. */
static void load_row(struct record *r, pfn_t pfn, const char *row)
{
	for (int i = 0; i < ROW_PAGES && row[i] && row[i] != '\n'; i++) {
		if (!strchr("musx", row[i]) || is_compound_tail_or_head(r, pfn + (pfn_t)i))
			continue;
		if (row[i] == 'm')
			set_used(r, pfn + (pfn_t)i, 0, KIND_DRIVER, PGF_MOVABLE_OPS, r->ours);
		else
			set_used(r, pfn + (pfn_t)i, 0, row[i] == 's' ? KIND_SLAB : KIND_KERNEL, 0, 0);
	}
}

static u32 lru_flags(const char *line)
{
	static const struct { char c; u32 flag; } map[] = {
		{ 'l', PGF_LOCKED }, { 'w', PGF_WRITEBACK }, { 'd', PGF_DIRTY }, { 'U', PGF_UNEVICTABLE },
		{ 'M', PGF_MLOCKED }, { 'a', PGF_ACTIVE }, { 'u', PGF_UPTODATE },
	};
	const char *f = strstr(line, "flags=");
	const char *end = strchr(line, '\n');
	u32 flags = PGF_LRU;

	if (strstr(line, " anon ") && strstr(line, " anon ") < end)
		flags |= PGF_SWAPBACKED;
	if (strstr(line, " shmem ") && strstr(line, " shmem ") < end)
		flags |= PGF_SWAPBACKED;
	for (f = f && f < end ? f + 6 : end; f < end; f++)
		for (size_t i = 0; i < ARRAY_SIZE(map); i++)
			if (*f == map[i].c)
				flags |= map[i].flag;
	return flags;
}

/* "lru <pfn> count= mapcount= <type> mapping= index= flags=": onto its list; counters come from the dump. */
static void load_lru(struct record *r, const char *line)
{
	pfn_t pfn = strtoull(line + 4, NULL, 16);
	u32 flags = lru_flags(line);
	bool anon = strstr(line, " anon ") && strstr(line, " anon ") < strchr(line, '\n');
	struct page *p;
	page_handle h;

	if (is_compound_tail_or_head(r, pfn)) {
		h = memmap_find(r->mm->map, pfn);
		p = memmap_page(r->mm->map, h);
		p->info |= flags;
	} else {
		set_used(r, pfn, 0, anon ? KIND_ANON : KIND_FILE, flags, 0);
		h = memmap_find(r->mm->map, pfn);
		p = memmap_page(r->mm->map, h);
	}
	page_list_add_tail(r->mm->map, &lru_lists(r->mm, mm_zone(r->mm, memmap_zone(r->mm->map, h))->nid)[folio_lru_list(p)], h);
}

static void load_nodestat(struct record *r, const char *line)
{
	static const struct { const char *key; int item; } keys[] = {
		{ "inactive_anon=", NS_nr_inactive_anon }, { " active_anon=", NS_nr_active_anon },
		{ "inactive_file=", NS_nr_inactive_file }, { " active_file=", NS_nr_active_file },
		{ "unevictable=", NS_nr_unevictable },	   { "isolated_anon=", NS_nr_isolated_anon },
		{ "isolated_file=", NS_nr_isolated_file },
	};
	u64 nid, v;

	if (!line_number(line, "node=", 10, &nid) || nid >= (u64)r->mm->nr_node_ids || !r->mm->node[nid])
		return;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (line_number(line, keys[i].key, 10, &v))
			r->mm->node[nid]->vm_stat[keys[i].item] = (s64)v;
}

/* Is all of the pageblock at @pfn declared to be of the zone that starts at @zone_start? */
static bool row_zone_is(const struct record *r, pfn_t zone_start, pfn_t pfn)
{
	const struct memmap_range *a = memmap_range_of(r->mm->map, zone_start);
	const struct memmap_range *b = memmap_range_of(r->mm->map, pfn), *c = memmap_range_of(r->mm->map, pfn + ROW_PAGES - 1);

	return a && b && c && a->zone == b->zone && b->zone == c->zone;
}

static int load_pages(struct record *r)
{
	u64 zone_start = 0;
	const char *text = read_file(r, "pages-before.txt", true);

	if (!text)
		return r->err->code;
	for (const char *p = text; p && *p; p = next_line(p))
		if (!strncmp(p, "compound ", 9)) {
			char *end;
			pfn_t pfn = strtoull(p + 9, &end, 16);
			unsigned order = (unsigned)strtoul(end, NULL, 10);

			if (order <= r->mm->map->max_order)
				set_used(r, pfn, order, KIND_KERNEL, PGF_HEAD, 0);
		}
	for (const char *p = text; p && *p; p = next_line(p)) {
		char *end;
		pfn_t pfn = strtoull(p, &end, 16);

		if (end != p && *end == ' ' && strcspn(end + 1, "\n") == ROW_PAGES) {
			if (row_zone_is(r, zone_start, pfn))
				load_holes(r, pfn, end + 1);
			load_row(r, pfn, end + 1);
		} else if (!strncmp(p, "pagemap ", 8)) {
			line_number(p, "start=", 16, &zone_start);
		}
		if (!strncmp(p, "lru ", 4))
			load_lru(r, p);
		else if (!strncmp(p, "nodestat ", 9))
			load_nodestat(r, p);
	}
	return 0;
}

/* --- config.txt ----------------------------------------------------------------------------- */

static const char *config_line(const struct record *r, const char *start)
{
	for (const char *p = r->config; p && *p; p = next_line(p))
		if (!strncmp(p, start, strlen(start)))
			return p + strlen(start);
	return NULL;
}

static u64 config_number(const struct record *r, const char *key, u64 dflt)
{
	const char *p = config_line(r, key);

	return p ? strtoull(p, NULL, 0) : dflt;
}

static bool config_line_holds(const struct record *r, const char *start, const char *word)
{
	const char *line = config_line(r, start), *found = line ? strstr(line, word) : NULL;

	return found && (size_t)(found - line) < strcspn(line, "\n");
}

/* "lowmem_reserve_ratio: 256 256 32 0 0": one number for each zone type that the kernel has. */
static void read_lowmem_ratios(struct record *r)
{
	const char *p = config_line(r, "lowmem_reserve_ratio: ");

	for (int zid = 0; p && zid < MAX_NR_ZONES; zid++) {
		char *end;
		long v;

		if (!arch_has_zone(r->mm->arch, (enum zone_type)zid))
			continue;
		v = strtol(p, &end, 10);
		if (end == p || memchr(p, '\n', (size_t)(end - p)))
			return;
		r->mm->vm.lowmem_reserve_ratio[zid] = (int)v;
		p = end;
	}
}

static u64 total_pages(const struct mm *mm)
{
	u64 pages = 0;

	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			pages += n->zones[zid].managed_pages;
	return pages;
}

static int read_config(struct record *r)
{
	struct vm_tunables *vm = &r->mm->vm;
	const char *p;

	r->config = read_file(r, "config.txt", true);
	if (!r->config)
		return r->err->code;
	p = config_line(r, "action=");
	if (p && !strncmp(p, "compact", 7))
		r->action = ACTION_COMPACT;
	else if (p && !strncmp(p, "order9", 6))
		r->action = ACTION_ORDER9;
	else if (p && !strncmp(p, "offline", 7))
		r->action = ACTION_OFFLINE;
	else
		return mm_fail(r->err, -EINVAL, "%s/config.txt: no line 'action=compact|order9|offline'", r->dir);
	vm->extfrag_threshold = (int)config_number(r, "extfrag_threshold: ", 500);
	vm->compaction_proactiveness = (int)config_number(r, "compaction_proactiveness: ", 0);
	vm->compact_unevictable_allowed = config_number(r, "compact_unevictable_allowed: ", 1);
	vm->watermark_boost_factor = (int)config_number(r, "watermark_boost_factor: ", 15000);
	vm->min_free_kbytes = config_number(r, "min_free_kbytes: ", 1024);
	vm->watermark_scale_factor = (int)config_number(r, "watermark_scale_factor: ", 10);
	vm->percpu_pagelist_high_fraction = (int)config_number(r, "percpu_pagelist_high_fraction: ", 0);
	read_lowmem_ratios(r);
	vm->thp_enabled = total_pages(r->mm) >= THP_MIN_BYTES >> r->mm->arch->page_shift &&
			  !config_line_holds(r, "cmdline: ", "transparent_hugepage=never");
	return 0;
}

/* --- the action -------------------------------------------------------------------------------- */

struct moves {
	const char *text; /* moves.txt */
	u64 lines;        /* of the record */
	u64 equal;
	u64 ours;         /* of ours */
	u64 first;        /* first different line, ~0: none */
	char want[80], have[80];
};

/* Our event as a line of moves.txt without its number; "" for events that it does not hold. */
static void event_line(const struct trace_event *e, char *buf, size_t n)
{
	buf[0] = '\0';
	switch (e->type) {
	case TRACE_mm_page_isolate:
		if (!e->c)
			snprintf(buf, n, "I %llx", (ull)e->p);
		break;
	case TRACE_mm_page_putback:
		snprintf(buf, n, "%c %llx", e->c ? 'B' : 'P', (ull)e->p);
		break;
	case TRACE_mm_page_migrate:
		if (e->c && !e->i)
			snprintf(buf, n, "L %llx %llx", (ull)e->p, (ull)e->q);
		else if (!e->c && !e->i)
			snprintf(buf, n, "M %llx %llx %u", (ull)e->p, (ull)e->q, e->b);
		else if (!e->c)
			snprintf(buf, n, "R %llx %llx %u %d", (ull)e->p, (ull)e->q, e->b, e->i);
		break;
	default:
		break;
	}
}

/* The next line of the record without its number; Q lines are compared elsewhere. */
static bool record_line(const char **p, char *buf, size_t n)
{
	while (*p && **p) {
		const char *space = strchr(*p, ' ');
		size_t len = space ? strcspn(space + 1, "\n") : 0;

		*p = next_line(*p);
		if (!len || space[1] == 'Q')
			continue;
		snprintf(buf, n, "%.*s", (int)len, space + 1);
		return true;
	}
	return false;
}

static void compare_moves(struct record *r, struct moves *mv)
{
	const char *p = mv->text;
	char want[80], have[80];
	u64 seq = trace_oldest(&r->trace);

	mv->first = ~0ULL;
	for (;;) {
		bool more = record_line(&p, want, sizeof(want));
		bool ours = false;

		for (have[0] = '\0'; seq < r->trace.seq && !have[0]; seq++)
			event_line(trace_get(&r->trace, seq), have, sizeof(have));
		ours = have[0];
		if (!more && !ours)
			return;
		mv->lines += more;
		mv->ours += ours;
		if (more && ours && !strcmp(want, have)) {
			mv->equal++;
		} else if (mv->first == ~0ULL) {
			mv->first = mv->lines - more;
			snprintf(mv->want, sizeof(mv->want), "%s", more ? want : "(nothing)");
			snprintf(mv->have, sizeof(mv->have), "%s", ours ? have : "(nothing)");
		}
	}
}

/* The record's next "scanners" line says where they stopped. */
static bool scanners_equal(struct record *r, const char **p, pfn_t migrate_pfn, pfn_t free_pfn)
{
	u64 mig, free_;
	const char *line = *p;

	if (!line || !line_number(line, "migrate_pfn=", 16, &mig) || !line_number(line, "free_pfn=", 16, &free_))
		return false;
	*p = next_line(line);
	if (*p && strncmp(*p, "scanners", 8))
		*p = NULL;
	if (mig == migrate_pfn && free_ == free_pfn)
		return true;
	text_printf(r->out, "  scanners: kernel %llx/%llx, ours %llx/%llx\n", (ull)mig, (ull)free_, (ull)migrate_pfn,
		    (ull)free_pfn);
	return false;
}

/* Every compaction of a zone that our events tell of, against the record's lines. */
static int compare_scanners(struct record *r, u32 *nr, u32 *equal)
{
	const char *p = strstr(r->config, "\nscanners ");

	p = p ? p + 1 : NULL;
	for (u64 seq = trace_oldest(&r->trace); seq < r->trace.seq; seq++) {
		const struct trace_event *e = trace_get(&r->trace, seq);

		if (e->type != TRACE_mm_compaction_end)
			continue;
		(*nr)++;
		*equal += scanners_equal(r, &p, e->a, e->b);
	}
	if (p)
		text_puts(r->out, "  scanners: the kernel compacted more zones than we\n");
	return *nr == *equal && !p ? 0 : -EUCLEAN;
}

static int do_order9(struct record *r)
{
	const char *p = read_file(r, "moves.txt", true);
	u64 gfp, nid, requests;
	const char *line = config_line(r, "alloc order=9");
	int rc = 0;

	if (!p || !line || !line_number(line, "gfp=", 16, &gfp) || !line_number(line, "nid=", 10, &nid) ||
	    !line_number(line, "requests=", 10, &requests))
		return mm_fail(r->err, -EINVAL, "%s/config.txt: no line 'alloc order=9 gfp= nid= requests='", r->dir);
	for (u64 i = 0; i < requests; i++) {
		page_handle h = alloc_pages(r->mm, (gfp_t)gfp, 9, (int)nid, r->ours);
		pfn_t ours = h == NO_PAGE ? 0 : page_to_pfn(r->mm->map, h), want;

		p = strstr(p, " Q ");
		want = p ? strtoull(p + 3, NULL, 16) : 0;
		p = p ? p + 3 : "";
		if (want == ours)
			continue;
		text_printf(r->out, "  request %llu: kernel %llx, ours %llx\n", (ull)i, (ull)want, (ull)ours);
		rc = -EUCLEAN;
	}
	return rc;
}

static void feed_events(struct system *sys, void *arg)
{
	struct record *r = arg;

	outside_events_before_moves(&r->events);
}

/* "R <src> <dst> <mode> <-errno>": the page @src refuses; it lies where it lay before. */
static void load_refusal(struct record *r, const char *line)
{
	pfn_t pfn = strtoull(line + 2, NULL, 16);
	const char *code = memchr(line, '-', strcspn(line, "\n"));
	page_handle h = memmap_find(r->mm->map, pfn);
	struct page *p = h == NO_PAGE ? NULL : memmap_page(r->mm->map, h);

	if (!p || !code || page_owner_id(p) != r->ours)
		return;
	owner_get(r->mm, r->refuses)->movable_ops = (s8)strtol(code + 1, NULL, 10);
	owner_uncharge(r->mm, r->ours, 0);
	owner_charge(r->mm, r->refuses, 0);
	p->ext = r->refuses << 12 | page_ref(p);
}

/* Pages that refuse, and the signal that ends the attempt ("sigafter=" on the command line). */
static int load_disturbances(struct record *r)
{
	const char *moves = read_file(r, "moves.txt", true), *trace = read_file(r, "trace.txt", false);
	const char *cmdline = config_line(r, "cmdline: ");
	u64 refusals = 0, after = 0;

	if (!moves)
		return r->err->code;
	for (const char *p = moves; p && (p = strstr(p, " R ")); p++, refusals++)
		load_refusal(r, p + 1);
	if (refusals && cmdline && line_number(cmdline, "sigafter=", 10, &after))
		r->sys->signal_after_refusals = after;
	else
		r->sys->signal_after_refusals = refusals;
	r->events = (struct outside_events){ .mm = r->mm, .at = trace, .out = r->out };
	r->notifier = (struct memory_notifier){ feed_events, r };
	r->sys->notifier = &r->notifier;
	return 0;
}

static int do_offline(struct record *r)
{
	const char *line = config_line(r, "block=");
	const char *result = config_line(r, "write offline: result=");
	struct mm_error err = { 0, "" };
	struct memory_block b;
	u64 start, pages;
	int want, rc;
	u16 zone;

	if (!line || !result || !line_number(line, "start=", 16, &start) || !line_number(line, "pages=", 10, &pages))
		return mm_fail(r->err, -EINVAL, "%s/config.txt: no lines 'block=' and 'write offline: result='", r->dir);
	want = (int)strtol(result, NULL, 10);
	zone = memmap_range_of(r->mm->map, start)->zone;
	b = (struct memory_block){ .nr = start / pages, .start_pfn = start, .nr_pages = pages,
				   .range = { .zone = zone, .group = -1, .nid = (s16)mm_zone(r->mm, zone)->nid, .early = 1 } };
	rc = load_disturbances(r);
	if (rc)
		return rc;
	rc = offline_pages(r->sys, &b, start, pages, mm_zone(r->mm, zone), &err);
	outside_events_rest(&r->events);
	if ((want < 0 ? want : 0) == rc)
		return r->events.differences ? -EUCLEAN : 0;
	text_printf(r->out, "  offline: kernel %d, ours %d (%s)\n", want < 0 ? want : 0, rc, err.msg);
	return -EUCLEAN;
}

static int act(struct record *r)
{
	switch (r->action) {
	case ACTION_COMPACT: compact_nodes(r->mm, NO_NODE); return 0;
	case ACTION_ORDER9: return do_order9(r);
	case ACTION_OFFLINE: return do_offline(r);
	}
	return -EINVAL;
}

/* --- all of it ------------------------------------------------------------------------------------ */

/* All that a zone spans and has sections for is System RAM; offlining asks for it. */
static void load_iomem(struct record *r)
{
	struct memmap *map = &r->sys->map;

	resource_init_root(&r->sys->iomem, ~0ULL);
	for (size_t i = 0; i < map->nr_ranges; i++) {
		phys_t start = pfn_to_phys(r->mm->arch, map->ranges[i].start);
		phys_t end = pfn_to_phys(r->mm->arch, map->ranges[i].end) - 1;

		if (map->ranges[i].zone != ZONE_NONE)
			request_resource(&r->sys->iomem,
					 resource_new(r->arena, start, end, "System RAM",
						      IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, IORES_DESC_NONE));
	}
}

static int load(struct record *r)
{
	struct state_dump *d;
	size_t n = strlen(r->dir) + 12;
	char *path = arena_alloc(r->arena, n);
	int rc;

	snprintf(path, n, "%s/before.txt", r->dir);
	rc = state_dump_read(&d, r->arena, path, r->err);
	if (rc)
		return rc;
	r->sys = arena_alloc(r->arena, sizeof(*r->sys));
	r->mm = &r->sys->mm;
	r->sys->arena = r->arena;
	r->sys->arch = d->arch;
	r->sys->trace = &r->trace;
	d->pages_follow = true;
	rc = conform_load(r->mm, r->arena, &r->sys->map, &r->trace, d, r->err);
	if (rc)
		return rc;
	r->loaded = true;
	r->ours = owner_intern(r->mm, "ours", "alloc_pages < module", -1);
	r->refuses = owner_intern(r->mm, "refuses", "alloc_pages < module", -1);
	r->sys->hotplug = arena_alloc(r->arena, sizeof(*r->sys->hotplug));
	load_iomem(r);
	rc = read_config(r);
	return rc ? rc : load_pages(r);
}

static int compare_after(struct record *r)
{
	struct conform_diff diff = { 0 };
	struct state_dump *d;
	size_t n = strlen(r->dir) + 11;
	char *path = arena_alloc(r->arena, n);
	int rc;

	snprintf(path, n, "%s/after.txt", r->dir);
	rc = state_dump_read(&d, r->arena, path, r->err);
	if (rc)
		return rc;
	d->pages_follow = true;
	conform_compare(r->mm, d, &diff, r->out);
	text_printf(r->out, "%s: after.txt: %u differences\n", r->dir, diff.nr);
	return diff.nr ? -EUCLEAN : 0;
}

static int run(struct record *r)
{
	struct moves mv = { 0 };
	u32 zones = 0, equal = 0;
	int rc = load(r), result;

	if (rc)
		return rc;
	mv.text = read_file(r, "moves.txt", true);
	if (!mv.text)
		return r->err->code;
	r->trace.floor = r->trace.seq;
	result = act(r);
	if (result && result != -EUCLEAN)
		return result;
	compare_moves(r, &mv);
	text_printf(r->out, "%s: moves %llu, ours %llu, equal %llu\n", r->dir, (ull)mv.lines, (ull)mv.ours, (ull)mv.equal);
	if (mv.first != ~0ULL)
		text_printf(r->out, "  first difference at line %llu: kernel '%s', ours '%s'\n", (ull)mv.first, mv.want, mv.have);
	if (r->action != ACTION_OFFLINE) {
		rc = compare_scanners(r, &zones, &equal);
		text_printf(r->out, "%s: zones compacted %u, meeting points equal %u\n", r->dir, zones, equal);
	}
	result = result ? result : rc;
	rc = compare_after(r);
	return rc ? rc : result ? result : mv.first == ~0ULL ? 0 : -EUCLEAN;
}

int conform_migrate_dir(const char *dir, struct text *out, struct mm_error *err)
{
	struct record r = { .dir = dir, .out = out, .err = err };
	jmp_buf env;
	volatile int rc = -ENOMEM;

	r.arena = arena_create(ARENA_BYTES);
	if (!r.arena || trace_init(&r.trace, TRACE_RING)) {
		arena_destroy(r.arena);
		return mm_fail(err, -ENOMEM, "the host has no memory for the record");
	}
	arena_set_oom(r.arena, &env);
	if (setjmp(env))
		mm_fail(err, -ENOMEM, "%s: the host has no memory left for this record", dir);
	else
		rc = run(&r);
	if (r.loaded)
		memmap_cleanup(&r.sys->map);
	trace_cleanup(&r.trace);
	arena_destroy(r.arena);
	return rc;
}
