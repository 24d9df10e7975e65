/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packing and printing of page->flags: see page_flags.h. */
#include "phys/page_flags.h"

#define LAST_PID_BITS 8

/* Kernel bit numbers of the flags that the model keeps. */
static const struct {
	u32 ours;
	u8 bit;
	const char *name;
} flags[] = {
	{ PGF_LOCKED, 0, "locked" },	    { PGF_WRITEBACK, 1, "writeback" },	  { PGF_REFERENCED, 2, "referenced" },
	{ PGF_UPTODATE, 3, "uptodate" },    { PGF_DIRTY, 4, "dirty" },		  { PGF_LRU, 5, "lru" },
	{ PGF_HEAD, 6, "head" },	    { PGF_ACTIVE, 8, "active" },	  { PGF_RECLAIM, 16, "reclaim" },
	{ PGF_SWAPBACKED, 17, "swapbacked" }, { PGF_UNEVICTABLE, 18, "unevictable" }, { PGF_MLOCKED, 19, "mlocked" },
};
#define BIT_RESERVED 13
#define BIT_HWPOISON 20

/* Every bit of a 64-bit 6.12 kernel by number, also those that no page of the model sets. */
static const struct {
	const char *name;
	const char *plain;
} all_flags[NR_PAGE_FLAGS] = {
	{ "locked", "somebody works on it; others wait" },
	{ "writeback", "its content is on the way to the disk" },
	{ "referenced", "used since somebody last looked" },
	{ "uptodate", "its content is valid" },
	{ "dirty", "newer than what the disk has" },
	{ "lru", "on a list from which reclaim picks" },
	{ "head", "first page of a compound page (folio)" },
	{ "waiters", "somebody waits for the lock" },
	{ "active", "on the list of pages in frequent use" },
	{ "workingset", "was in frequent use before" },
	{ "owner_priv_1", "its owner's own mark" },
	{ "owner_2", "its owner's second mark" },
	{ "arch_1", "the architecture's own mark" },
	{ "reserved", "boot kept it: never the allocator's" },
	{ "private", "its owner hung data on it" },
	{ "private_2", "its owner hung more data on it" },
	{ "reclaim", "to be freed as soon as it is written" },
	{ "swapbacked", "goes to swap when memory is short" },
	{ "unevictable", "reclaim must leave it alone" },
	{ "mlocked", "a program locked it into memory" },
	{ "hwpoison", "the hardware found it broken" },
	{ "young", "used lately (idle page tracking)" },
	{ "idle", "not used lately (idle page tracking)" },
};

const char *page_flag_bit(unsigned bit, const char **plain)
{
	if (plain)
		*plain = bit < NR_PAGE_FLAGS ? all_flags[bit].plain : NULL;
	return bit < NR_PAGE_FLAGS ? all_flags[bit].name : NULL;
}

static u8 bits_for(u64 values) { return values > 1 ? (u8)(ilog2_u64(values - 1) + 1) : 0; }

void page_flags_layout(const struct arch *a, struct page_flags_layout *out)
{
	u8 top = a->id == ARCH_I386 ? 32 : 64;

	out->bits = top;
	out->node_width = bits_for(a->max_numnodes);
	out->zone_width = __builtin_popcount(a->zones_mask) > 4 ? 3 : 2;
	out->cpupid_width = a->max_numnodes > 1 ? (u8)(LAST_PID_BITS + bits_for(a->nr_cpus_limit)) : 0;
	out->node_shift = (u8)(top - out->node_width);
	out->zone_shift = (u8)(out->node_shift - out->zone_width);
	out->cpupid_shift = (u8)(out->zone_shift - out->cpupid_width);
}

static u64 flag_bits(const struct page_view *v)
{
	u64 word = 0;

	if (v->state == PAGE_RESERVED)
		return 1ULL << BIT_RESERVED;
	if (v->state == PAGE_POISON)
		return 1ULL << BIT_HWPOISON;
	if (v->state != PAGE_ALLOC || v->pfn != v->head)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (v->flags & flags[i].ours)
			word |= 1ULL << flags[i].bit;
	return word;
}

static unsigned view_nid(const struct page_view *v) { return v->zone < ZONE_NONE ? v->zone >> ZONE_NR_SHIFT : 0; }
static unsigned view_zone_idx(const struct arch *a, const struct page_view *v)
{
	return v->zone < ZONE_NONE ? (unsigned)arch_zone_idx(a, v->zone & ((1 << ZONE_NR_SHIFT) - 1)) : 0;
}
static u64 cpupid_value(const struct page_flags_layout *l) { return (1ULL << l->cpupid_width) - 1; }

u64 page_flags_pack(const struct arch *a, const struct page_view *v)
{
	struct page_flags_layout l;
	u64 word = flag_bits(v);

	page_flags_layout(a, &l);
	if (l.node_width)
		word |= (u64)view_nid(v) << l.node_shift;
	word |= (u64)view_zone_idx(a, v) << l.zone_shift;
	return word | cpupid_value(&l) << l.cpupid_shift;
}

void page_flags_names(const struct page_view *v, struct text *out)
{
	u64 word = flag_bits(v);
	const char *sep = "";

	if (word >> BIT_RESERVED & 1)
		text_puts(out, "reserved");
	else if (word >> BIT_HWPOISON & 1)
		text_puts(out, "hwpoison");
	else
		for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
			if (!(word >> flags[i].bit & 1))
				continue;
			text_printf(out, "%s%s", sep, flags[i].name);
			sep = "|";
		}
}

void page_flags_format(const struct arch *a, const struct page_view *v, struct text *out)
{
	struct page_flags_layout l;

	page_flags_layout(a, &l);
	text_printf(out, "%#llx(", (unsigned long long)page_flags_pack(a, v));
	page_flags_names(v, out);
	if (flag_bits(v))
		text_puts(out, "|");
	if (l.node_width)
		text_printf(out, "node=%u|", view_nid(v));
	text_printf(out, "zone=%u", view_zone_idx(a, v));
	if (l.cpupid_width)
		text_printf(out, "|lastcpupid=%#llx", (unsigned long long)cpupid_value(&l));
	text_puts(out, ")");
}

static void explain_field(struct text *out, const char *name, unsigned shift, unsigned width, u64 value, const char *what)
{
	if (width)
		text_printf(out, "  bits %2u-%2u  %-11s = %#llx  %s\n", shift + width - 1, shift, name,
			    (unsigned long long)value, what);
}

void page_flags_explain(const struct arch *a, const struct page_view *v, struct text *out)
{
	struct page_flags_layout l;

	page_flags_layout(a, &l);
	text_puts(out, "page->flags = ");
	page_flags_format(a, v, out);
	text_puts(out, "\n");
	explain_field(out, "node", l.node_shift, l.node_width, view_nid(v), "page_to_nid()");
	explain_field(out, "zone", l.zone_shift, l.zone_width, view_zone_idx(a, v), "page_zonenum()");
	explain_field(out, "last_cpupid", l.cpupid_shift, l.cpupid_width, cpupid_value(&l), "all ones: nobody yet");
	explain_field(out, "flags", 0, 24, flag_bits(v), "one bit per PG_ flag");
}
