/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages as /proc/kpageflags tells them: see page_types.h. */
#include "phys/page_types.h"

#include <string.h>

#define BIT(n) (1ULL << (n))
#define BITS_COMPOUND (BIT(KPF_COMPOUND_HEAD) | BIT(KPF_COMPOUND_TAIL))
#define HACKERS_BITS (0xffffULL << 32)

/* Every flag that page-types knows, also those that no page of the model has: letter and name by bit. */
static const struct {
	u8 bit;
	char letter;
	const char *name;
} kpf[] = {
	{ 0, 'L', "locked" },
	{ 1, 'E', "error" },
	{ 2, 'R', "referenced" },
	{ 3, 'U', "uptodate" },
	{ 4, 'D', "dirty" },
	{ 5, 'l', "lru" },
	{ 6, 'A', "active" },
	{ 7, 'S', "slab" },
	{ 8, 'W', "writeback" },
	{ 9, 'I', "reclaim" },
	{ 10, 'B', "buddy" },
	{ 11, 'M', "mmap" },
	{ 12, 'a', "anonymous" },
	{ 13, 's', "swapcache" },
	{ 14, 'b', "swapbacked" },
	{ 15, 'H', "compound_head" },
	{ 16, 'T', "compound_tail" },
	{ 17, 'G', "huge" },
	{ 18, 'u', "unevictable" },
	{ 19, 'X', "hwpoison" },
	{ 20, 'n', "nopage" },
	{ 21, 'x', "ksm" },
	{ 22, 't', "thp" },
	{ 23, 'o', "offline" },
	{ 24, 'z', "zero_page" },
	{ 25, 'i', "idle_page" },
	{ 26, 'g', "pgtable" },
	{ 32, 'r', "reserved" },
	{ 33, 'm', "mlocked" },
	{ 34, 'd', "owner_2" },
	{ 35, 'P', "private" },
	{ 36, 'p', "private_2" },
	{ 37, 'O', "owner_private" },
	{ 38, 'h', "arch" },
	{ 40, 'f', "softdirty" },
	{ 41, 'H', "arch_2" },
	{ 47, 'd', "anon_exclusive" },
	{ 48, 'I', "readahead" },
	{ 50, 'A', "slub_frozen" },
	{ 51, 'E', "slub_debug" },
	{ 61, 'F', "file" },
	{ 62, 'w', "swap" },
	{ 63, '1', "mmap_exclusive" },
};

static const struct {
	u32 ours;
	enum kpf bit;
} head_flags[] = {
	{ PGF_LOCKED, KPF_LOCKED },
	{ PGF_REFERENCED, KPF_REFERENCED },
	{ PGF_UPTODATE, KPF_UPTODATE },
	{ PGF_DIRTY, KPF_DIRTY },
	{ PGF_LRU, KPF_LRU },
	{ PGF_ACTIVE, KPF_ACTIVE },
	{ PGF_WRITEBACK, KPF_WRITEBACK },
	{ PGF_RECLAIM, KPF_RECLAIM },
	{ PGF_MAPPED, KPF_MMAP },
	{ PGF_SWAPBACKED, KPF_SWAPBACKED },
	{ PGF_UNEVICTABLE, KPF_UNEVICTABLE },
	{ PGF_MLOCKED, KPF_MLOCKED },
};

static u64 kind_bits(const struct page_view *v)
{
	bool rmap = v->kind == KIND_ANON || v->kind == KIND_THP || v->kind == KIND_FILE;
	u64 u = v->kind == KIND_ANON || v->kind == KIND_THP ? BIT(KPF_ANON) : 0;

	if (v->kind == KIND_HUGETLB)
		u |= BIT(KPF_HUGE);
	else if (rmap && v->order)
		u |= BIT(KPF_THP);
	if (v->kind == KIND_SLAB)
		u |= BIT(KPF_SLAB);
	return v->kind == KIND_PGTABLE && v->pfn == v->head ? u | BIT(KPF_PGTABLE) : u;
}

/* Compound pages answer for the head; the pages behind the first of a plain block say nothing. */
static u64 allocated_bits(const struct page_view *v)
{
	bool compound = v->flags & PGF_HEAD;
	u64 u = 0;

	if (!compound && v->pfn != v->head)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(head_flags); i++)
		if (v->flags & head_flags[i].ours)
			u |= BIT(head_flags[i].bit);
	if (compound)
		u |= BIT(v->pfn == v->head ? KPF_COMPOUND_HEAD : KPF_COMPOUND_TAIL);
	return u | kind_bits(v);
}

u64 kpage_flags(const struct page_view *v)
{
	switch (v->state) {
	case PAGE_BUDDY:
		return BIT(KPF_BUDDY);
	case PAGE_ALLOC:
		return allocated_bits(v);
	case PAGE_RESERVED:
		return v->device || v->zone >= ZONE_NONE ? BIT(KPF_NOPAGE) : BIT(KPF_RESERVED);
	case PAGE_HOLE:
	case PAGE_OFFLINE:
		return BIT(KPF_NOPAGE);
	case PAGE_POISON:
		return BIT(KPF_HWPOISON);
	default:
		return 0;
	}
}

u64 kpage_flags_known(u64 flags)
{
	flags &= ~HACKERS_BITS;
	return flags & BIT(KPF_HUGE) ? flags : flags & ~BITS_COMPOUND;
}

void kpage_flags_symbols(u64 flags, struct text *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(kpf); i++)
		text_printf(out, "%c", flags >> kpf[i].bit & 1 ? kpf[i].letter : '_');
}

void kpage_flags_names(u64 flags, struct text *out)
{
	const char *sep = "";

	for (size_t i = 0; i < ARRAY_SIZE(kpf); i++) {
		if (!(flags >> kpf[i].bit & 1))
			continue;
		text_printf(out, "%s%s", sep, kpf[i].name);
		sep = ",";
	}
}

/* --- filters --------------------------------------------------------------------------- */

/* The flag that begins with the @len letters at @s; 0: none does. */
static u64 flag_by_name(const char *s, size_t len)
{
	if (len <= 8 && !strncmp(s, "compound", len))
		return BITS_COMPOUND;
	for (size_t i = 0; i < ARRAY_SIZE(kpf); i++)
		if (!strncmp(s, kpf[i].name, len))
			return BIT(kpf[i].bit);
	return 0;
}

/* The flags of "a,~b,c" up to '=' or the end: all of them, and those without '~'. */
static int parse_names(const char *s, u64 *all, u64 *plain, struct mm_error *err)
{
	*all = *plain = 0;
	while (*s && *s != '=') {
		size_t len = strcspn(s, ",=");
		bool without = *s == '~';
		u64 bit = len > without ? flag_by_name(s + without, len - without) : 0;

		if (!bit)
			return mm_fail(err, -EINVAL,
				       "'%.*s' is no page flag; lru, active, dirty, anon, slab, buddy, thp, "
				       "huge ...",
				       (int)len, s);
		*all |= bit;
		*plain |= without ? 0 : bit;
		s += len;
		s += *s == ',';
	}
	return 0;
}

int page_filter_parse(const char *s, struct page_filter *f, struct mm_error *err)
{
	const char *eq = strchr(s, '=');
	u64 ignored;
	int rc = parse_names(s, &f->mask, &f->bits, err);

	f->any = false;
	if (rc)
		return rc;
	if (!eq) {
		f->any = !strchr(s, '~');
		return 0;
	}
	if (eq == s)
		f->mask = ~0ULL;
	else
		f->mask = f->bits;
	return parse_names(eq + 1, &ignored, &f->bits, err);
}

bool page_filter_match(const struct page_filter *f, u64 flags)
{
	return f->any ? flags & f->mask : (flags & f->mask) == f->bits;
}
