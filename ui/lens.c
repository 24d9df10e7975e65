/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages into buckets, buckets into tiles: see lens.h. */
#include "lens.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define KEYS_MAX 8
#define STRETCHES 8 /* of a cell that is too large to look at wholly */

static const struct { const char *name, *about; } lenses[NR_LENSES] = {
	[LENS_PAGES] = { "use", "what pages are used for; free ones by the order of their block" },
	[LENS_PAGEBLOCKS] = { "pageblock", "the migratetype of pageblocks" },
	[LENS_ORDER] = { "order", "the order of the block that each page lies in, free or used" },
	[LENS_TYPE] = { "migratetype", "the type that pages were allocated with; foreign: not that of their pageblock" },
	[LENS_OWNER] = { "owner", "who allocated the pages: the largest owners have a colour each" },
	[LENS_PROCESS] = { "process", "whose pages: the largest processes have a colour each" },
	[LENS_FLAGS] = { "flags", "the most telling flag of page->flags" },
	[LENS_AGE] = { "age", "how many allocations were made since" },
	[LENS_REF] = { "refcount", "how many references hold the page" },
	[LENS_FOLIO] = { "folio", "single pages, compound pages (head and tails), plain blocks" },
	[LENS_LRU] = { "lru", "the list that reclaim finds the page on" },
};

const char *lens_name(enum tile_lens id) { return id < NR_LENSES ? lenses[id].name : NULL; }
const char *lens_about(enum tile_lens id) { return lenses[id].about; }

enum tile_lens lens_find(const char *name)
{
	int id = 0;

	while (id < NR_LENSES && strcasecmp(lenses[id].name, name))
		id++;
	return (enum tile_lens)id;
}

/* --- buckets ---------------------------------------------------------------------------- */

static int add(struct lens *l, enum color color, char letter, const char *label)
{
	struct lens_bucket *b = &l->b[l->nr];

	b->color = (u8)color;
	b->letter = letter;
	snprintf(b->label, sizeof(b->label), "%s", label);
	return l->nr++;
}

/* A letter of @tag that no bucket has yet, else a digit. */
static char letter_for(const struct lens *l, const char *tag)
{
	for (const char *s = tag; *s; s++) {
		int i = 0;

		while (isalpha((unsigned char)*s) && i < l->nr && tolower(l->b[i].letter) != tolower(*s))
			i++;
		if (isalpha((unsigned char)*s) && i == l->nr)
			return *s;
	}
	return (char)('1' + l->nr - BUCKET_KEY0);
}

static void add_owners(struct lens *l, const struct machine *m, bool processes)
{
	struct owner_info o[64];
	int n = machine_owners(m, o, (int)ARRAY_SIZE(o)), keys = 0;

	n = n < (int)ARRAY_SIZE(o) ? n : (int)ARRAY_SIZE(o);
	for (int i = 0; i < n && keys < KEYS_MAX; i++) {
		char label[32];
		u64 key = processes ? (u64)o[i].pid : o[i].id;
		int k = BUCKET_KEY0;

		if (!o[i].pages || (processes && o[i].pid <= 0))
			continue;
		while (k < l->nr && l->keys[k] != key)
			k++;
		if (k < l->nr)
			continue;
		snprintf(label, sizeof(label), "%.28s", o[i].tag);
		k = add(l, (enum color)(C_CAT0 + keys++), letter_for(l, o[i].tag), label);
		l->keys[k] = key;
	}
}

static void prepare_use(struct lens *l)
{
	l->nr = NR_SUMMARY_CLASSES;
	for (int c = 0; c < NR_SUMMARY_CLASSES; c++) {
		l->b[c].color = (u8)class_color((unsigned)c);
		l->b[c].letter = class_letter((unsigned)c);
		snprintf(l->b[c].label, sizeof(l->b[c].label), "%s", class_label((unsigned)c));
	}
}

static void prepare_orders(struct lens *l, const struct machine *m)
{
	struct machine_info info;

	machine_info(m, &info);
	for (unsigned o = 0; o <= info.arch->max_page_order && l->nr < LENS_BUCKETS; o++) {
		char label[16];

		snprintf(label, sizeof(label), "order %u", o);
		/* Eight colours for up to fourteen orders: neighbours may share one, the digit tells them apart. */
		add(l, (enum color)(C_SEQ0 + (int)(o * 7 / info.arch->max_page_order)), order_digit(o), label);
	}
}

static void prepare_types(struct lens *l)
{
	static const char *const names[] = { "unmovable", "movable", "reclaimable", "highatomic", "CMA", "isolated" };

	for (unsigned t = 0; t < MIGRATE_TYPES; t++)
		add(l, mt_color(t), mt_letter(t), names[t]);
	add(l, C_CAT2, '!', "foreign to its pageblock");
}

/* Named buckets of the other lenses, in the order that the classifiers count on. */
static const struct { enum tile_lens id; enum color color; char letter; const char *label; } named[] = {
	{ LENS_FLAGS, C_SEQ0, 'H', "head" }, { LENS_FLAGS, C_CAT0, 'l', "lru" }, { LENS_FLAGS, C_CAT3, 'R', "referenced" },
	{ LENS_FLAGS, C_CAT4, 'A', "active" }, { LENS_FLAGS, C_CAT1, 'D', "dirty" }, { LENS_FLAGS, C_CAT5, 'W', "writeback" },
	{ LENS_FLAGS, C_CAT6, 'u', "unevictable" }, { LENS_FLAGS, C_CAT2, 'L', "locked, pinned, isolated" },
	{ LENS_AGE, C_SEQ7, '0', "newest 16" }, { LENS_AGE, C_SEQ6, '1', "newest 128" }, { LENS_AGE, C_SEQ5, '2', "newest 1024" },
	{ LENS_AGE, C_SEQ4, '3', "newest 8192" }, { LENS_AGE, C_SEQ3, '4', "newest 65536" }, { LENS_AGE, C_SEQ1, '5', "older" },
	{ LENS_REF, C_SEQ1, '1', "1" }, { LENS_REF, C_SEQ3, '2', "2" }, { LENS_REF, C_SEQ4, '3', "3" }, { LENS_REF, C_SEQ5, '4', "4 to 7" },
	{ LENS_REF, C_SEQ7, '8', "8 and more" },
	{ LENS_FOLIO, C_CAT0, '1', "single page" }, { LENS_FOLIO, C_CAT1, 'H', "head of a folio" }, { LENS_FOLIO, C_CAT5, 't', "tail of a folio" },
	{ LENS_FOLIO, C_CAT6, 'b', "plain block, not compound" },
	{ LENS_LRU, C_CAT0, 'i', "inactive anon" }, { LENS_LRU, C_CAT3, 'a', "active anon" }, { LENS_LRU, C_CAT1, 'f', "inactive file" },
	{ LENS_LRU, C_CAT5, 'F', "active file" }, { LENS_LRU, C_CAT2, 'u', "unevictable" },
};

static const char *rest_label(enum tile_lens id)
{
	switch (id) {
	case LENS_OWNER: return "smaller or unknown owners";
	case LENS_PROCESS: return "the kernel, smaller processes";
	case LENS_FLAGS: return "no flag";
	case LENS_AGE: return "age not kept";
	case LENS_REF: return "no reference";
	case LENS_LRU: return "on no list";
	default: return "other";
	}
}

void lens_prepare(struct lens *l, const struct machine *m, enum tile_lens id)
{
	memset(l, 0, sizeof(*l));
	l->id = id;
	if (id == LENS_PAGES || id == LENS_PAGEBLOCKS) {
		prepare_use(l);
		return;
	}
	add(l, C_HOLE, ' ', "no memory");
	add(l, C_BAND_EVEN, '.', "free");
	add(l, C_RESERVED, '#', "reserved, offline");
	add(l, C_MIXED, '-', rest_label(id));
	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		if (named[i].id == id)
			add(l, named[i].color, named[i].letter, named[i].label);
	if (id == LENS_ORDER)
		prepare_orders(l, m);
	else if (id == LENS_TYPE)
		prepare_types(l);
	else if (id == LENS_OWNER || id == LENS_PROCESS)
		add_owners(l, m, id == LENS_PROCESS);
}

/* --- one run ------------------------------------------------------------------------------- */

static int by_flags(u32 flags)
{
	if (flags & (PGF_LOCKED | PGF_PINNED | PGF_ISOLATED))
		return BUCKET_KEY0 + 7;
	if (flags & (PGF_UNEVICTABLE | PGF_MLOCKED))
		return BUCKET_KEY0 + 6;
	if (flags & PGF_WRITEBACK)
		return BUCKET_KEY0 + 5;
	if (flags & PGF_DIRTY)
		return BUCKET_KEY0 + 4;
	if (flags & PGF_ACTIVE)
		return BUCKET_KEY0 + 3;
	if (flags & PGF_REFERENCED)
		return BUCKET_KEY0 + 2;
	return flags & PGF_LRU ? BUCKET_KEY0 + 1 : flags & PGF_HEAD ? BUCKET_KEY0 : BUCKET_REST;
}

static int by_age(u64 age)
{
	static const u64 limits[] = { 16, 128, 1024, 8192, 65536 };
	int i = 0;

	if (age == AGE_UNKNOWN)
		return BUCKET_REST;
	while (i < (int)ARRAY_SIZE(limits) && age >= limits[i])
		i++;
	return BUCKET_KEY0 + i;
}

static int by_ref(u32 ref) { return !ref ? BUCKET_REST : BUCKET_KEY0 + (int)(ref < 4 ? ref - 1 : ref < 8 ? 3 : 4); }

static int by_lru(u32 flags)
{
	if (!(flags & PGF_LRU))
		return BUCKET_REST;
	if (flags & PGF_UNEVICTABLE)
		return BUCKET_KEY0 + 4;
	return BUCKET_KEY0 + (flags & PGF_SWAPBACKED ? 0 : 2) + (flags & PGF_ACTIVE ? 1 : 0);
}

static int by_key(const struct lens *l, u64 key)
{
	for (int i = BUCKET_KEY0; i < l->nr; i++)
		if (l->keys[i] == key)
			return i;
	return BUCKET_REST;
}

/* Where pages that nobody has allocated go. -1: the run is allocated. */
static int unallocated(const struct lens *l, const struct page_run *r)
{
	switch (r->state) {
	case PAGE_ALLOC: return -1;
	case PAGE_BUDDY:
	case PAGE_PCP: return l->id == LENS_ORDER ? BUCKET_KEY0 + (int)r->order : BUCKET_FREE;
	case PAGE_HOLE: return BUCKET_HOLE;
	default: return r->zoned || r->state == PAGE_OFFLINE || r->state == PAGE_RESERVED ? BUCKET_ASIDE : BUCKET_HOLE;
	}
}

static int class_of(const struct page_run *r)
{
	switch (r->state) {
	case PAGE_BUDDY: return SUM_FREE0 + (int)r->order;
	case PAGE_PCP: return SUM_PCP;
	case PAGE_ALLOC: return SUM_KIND0 + (int)r->kind;
	case PAGE_RESERVED: return r->device ? SUM_DEVICE : SUM_RESERVED;
	case PAGE_OFFLINE: return SUM_OFFLINE;
	case PAGE_ISOLATED:
	case PAGE_POISON: return SUM_ISOLATED;
	default: return SUM_HOLE;
	}
}

/* The bucket of the run's pages; of a folio its tails. */
static int bucket_of(const struct lens *l, const struct machine *m, const struct page_run *r)
{
	int b = unallocated(l, r);

	if (l->id == LENS_PAGES || l->id == LENS_PAGEBLOCKS)
		return class_of(r);
	if (b >= 0)
		return b;
	switch (l->id) {
	case LENS_ORDER: return BUCKET_KEY0 + (int)r->order;
	case LENS_TYPE: return BUCKET_KEY0 + (page_run_pollutes(r) ? MIGRATE_TYPES : (int)r->mt);
	case LENS_OWNER: return by_key(l, r->owner);
	case LENS_PROCESS: return by_key(l, (u64)machine_owner_pid(m, r->owner));
	case LENS_FLAGS: return by_flags(r->flags);
	case LENS_AGE: return by_age(machine_run_age(m, r));
	case LENS_REF: return by_ref(r->ref);
	case LENS_FOLIO: return BUCKET_KEY0 + (r->flags & PGF_HEAD ? 2 : r->order ? 3 : 0);
	case LENS_LRU: return by_lru(r->flags);
	default: return BUCKET_REST;
	}
}

static u64 lit_pages(const struct machine *m, const struct spot *spot, const struct page_run *r)
{
	switch (spot->kind) {
	case SPOT_FLAGS: return page_run_matches(r, &spot->filter);
	case SPOT_OWNER: return r->state == PAGE_ALLOC && r->owner == spot->key ? r->nr : 0;
	case SPOT_PID: return r->state == PAGE_ALLOC && machine_owner_pid(m, r->owner) == (int)spot->key ? r->nr : 0;
	default: return 0;
	}
}

void lens_add(const struct lens *l, const struct machine *m, const struct spot *spot, const struct page_run *r, struct lens_count *c)
{
	int b = bucket_of(l, m, r);
	u64 lit = lit_pages(m, spot, r), nr = r->nr;

	c->lit[b] += lit;
	if (l->id == LENS_FOLIO && b == BUCKET_KEY0 + 2 && r->start == r->head) {
		c->all[BUCKET_KEY0 + 1]++;
		nr--;
	}
	c->all[b] += nr;
}

/* --- a cell --------------------------------------------------------------------------------- */

struct counting {
	const struct lens *l;
	const struct machine *m;
	const struct spot *spot;
	struct lens_count c;
};

static bool count_run(const struct page_run *r, void *arg)
{
	struct counting *k = arg;

	lens_add(k->l, k->m, k->spot, r, &k->c);
	return true;
}

/* What was seen of a stretch stands for all of it. */
static void add_scaled(struct lens_count *sum, const struct lens_count *part, u64 pages, u64 seen)
{
	for (int b = 0; b < LENS_BUCKETS; b++) {
		sum->all[b] += seen == pages ? part->all[b] : part->all[b] * pages / seen;
		sum->lit[b] += seen == pages ? part->lit[b] : part->lit[b] * pages / seen;
	}
}

/* Stretches spread over a cell that is too large to look at wholly. */
static void count_samples(struct counting *k, pfn_t start, pfn_t end, u64 max, struct lens_count *c)
{
	u64 step = max_u64((end - start) / STRETCHES, 1);

	memset(c, 0, sizeof(*c));
	for (pfn_t at = start; at < end; at += step) {
		pfn_t stop = min_u64(at + step, end), done;

		memset(&k->c, 0, sizeof(k->c));
		done = machine_visit_pages(k->m, at, stop, max / STRETCHES + 1, count_run, k);
		add_scaled(c, &k->c, stop - at, done - at);
		c->sampled |= done < stop;
	}
}

void lens_count(const struct lens *l, const struct machine *m, const struct spot *spot, pfn_t start, pfn_t end, u64 max,
		struct lens_count *c)
{
	struct counting k = { .l = l, .m = m, .spot = spot };

	if (machine_visit_pages(m, start, end, max, count_run, &k) < end)
		count_samples(&k, start, end, max, c);
	else
		*c = k.c;
}

/* --- tiles ------------------------------------------------------------------------------------ */

u64 lens_lit(const struct lens_count *c)
{
	u64 n = 0;

	for (int b = 0; b < LENS_BUCKETS; b++)
		n += c->lit[b];
	return n;
}

u64 lens_all(const struct lens_count *c)
{
	u64 n = 0;

	for (int b = 1; b < LENS_BUCKETS; b++)
		n += c->all[b];
	return n;
}

/* The two largest of @count, holes left out; -1: none. */
static void two_largest(const u64 *count, int nr, int *first, int *second)
{
	*first = *second = -1;
	for (int b = 1; b < nr; b++) {
		if (!count[b])
			continue;
		if (*first < 0 || count[b] > count[*first]) {
			*second = *first;
			*first = b;
		} else if (*second < 0 || count[b] > count[*second]) {
			*second = b;
		}
	}
}

static struct tile solid(const struct lens_bucket *b, const struct tile_options *o)
{
	return (struct tile){ o->letters || !o->gauges ? (u32)b->letter : ' ', st_attr(C_INK, b->color, AT_FAINT) };
}

/* @part of @all of the colour @low over @high. */
static struct tile mixed(enum color low, enum color high, u64 part, u64 all)
{
	return (struct tile){ 0x2580 + (u32)clamp_u64((part * 8 + all / 2) / all, 1, 7), st(low, high) };
}

static struct tile tile_lit(const struct lens *l, const struct lens_count *c, const struct tile_options *o)
{
	u64 lit = lens_lit(c), all = lens_all(c);
	int first, second;

	if (!all)
		return (struct tile){ ' ', st(C_TEXT, C_HOLE) };
	two_largest(c->lit, l->nr, &first, &second);
	if (first < 0)
		return (struct tile){ o->gauges ? ' ' : '.', st_attr(C_FAINT, C_TRACK, 0) };
	if (lit >= all)
		return solid(&l->b[first], o);
	if (!o->gauges)
		return (struct tile){ (u32)l->b[first].letter, lit * 2 >= all ? st(C_INK, l->b[first].color) : st(C_BRIGHT, C_TRACK) };
	return mixed((enum color)l->b[first].color, C_TRACK, lit, all);
}

struct tile lens_tile(const struct lens *l, const struct lens_count *c, bool spot, const struct tile_options *o)
{
	u64 all = lens_all(c);
	int first, second;

	if (spot)
		return tile_lit(l, c, o);
	two_largest(c->all, l->nr, &first, &second);
	if (first < 0)
		return solid(&l->b[BUCKET_HOLE], o);
	if (second < 0 || l->b[first].color == l->b[second].color)
		return solid(&l->b[first], o);
	if (!o->gauges)
		return (struct tile){ (u32)l->b[second].letter, st(C_INK, l->b[first].color) };
	return mixed((enum color)l->b[second].color, (enum color)l->b[first].color, c->all[second], all);
}
