/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who holds memory. Records are interned: equal name, call chain and pid give
 * the same number, which allocated heads keep in 20 bits. A hash table with
 * linear probing finds the number again.
 *
 * Models: mm/page_owner.c of Linux 6.12 (what is printed per block). Left out:
 * stack depot handles, free-time stacks, ages.
 */
#include "alloc/page_owner.h"

#include <string.h>

#include "alloc/held.h"
#include "alloc/migrate.h"
#include "alloc/vmstat.h"
#include "phys/page_flags.h"

struct owner_table {
	struct owner_record *rec; /* [cap]; number 0 is nobody */
	u32 nr;                   /* numbers given, 0 included */
	u32 cap;
	u32 *hash;                /* [cap * 2] numbers, 0: empty */
};

static u32 hash_str(u32 h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (u8)*s) * 16777619u;
	return h;
}

static u32 hash_of(const char *tag, const char *callchain, int pid)
{
	return hash_str(hash_str(2166136261u ^ (u32)pid, tag), callchain);
}

static void hash_insert(struct owner_table *t, owner_id id)
{
	const struct owner_record *r = &t->rec[id];
	u32 mask = t->cap * 2 - 1;
	u32 i = hash_of(r->tag, r->callchain, r->pid) & mask;

	while (t->hash[i])
		i = (i + 1) & mask;
	t->hash[i] = id;
}

static void table_grow(struct mm *mm, struct owner_table *t)
{
	u32 cap = t->cap ? t->cap * 2 : 64;

	t->rec = arena_realloc(mm->arena, t->rec, t->cap * sizeof(*t->rec), cap * sizeof(*t->rec));
	arena_free(mm->arena, t->hash, t->cap * 2 * sizeof(*t->hash));
	t->hash = arena_alloc(mm->arena, cap * 2 * sizeof(*t->hash));
	t->cap = cap;
	for (owner_id id = 1; id < t->nr; id++)
		hash_insert(t, id);
}

static struct owner_table *table_get(struct mm *mm)
{
	if (!mm->owners) {
		mm->owners = arena_alloc(mm->arena, sizeof(*mm->owners));
		mm->owners->nr = 1;
		table_grow(mm, mm->owners);
	}
	return mm->owners;
}

static owner_id owner_find(const struct owner_table *t, const char *tag, const char *callchain, int pid)
{
	u32 mask = t->cap * 2 - 1;

	for (u32 i = hash_of(tag, callchain, pid) & mask; t->hash[i]; i = (i + 1) & mask) {
		const struct owner_record *r = &t->rec[t->hash[i]];

		if (r->pid == pid && !strcmp(r->tag, tag) && !strcmp(r->callchain, callchain))
			return t->hash[i];
	}
	return 0;
}

owner_id owner_intern(struct mm *mm, const char *tag, const char *callchain, int pid)
{
	struct owner_table *t = table_get(mm);
	owner_id id;

	tag = tag ? tag : "";
	callchain = callchain ? callchain : "";
	id = owner_find(t, tag, callchain, pid);
	if (id || t->nr > OWNER_MAX)
		return id;
	if (t->nr == t->cap)
		table_grow(mm, t);
	id = t->nr++;
	t->rec[id] = (struct owner_record){
		.tag = arena_strdup(mm->arena, tag),
		.callchain = arena_strdup(mm->arena, callchain),
		.pid = pid,
	};
	hash_insert(t, id);
	return id;
}

struct owner_record *owner_get(struct mm *mm, owner_id id)
{
	return mm->owners && id && id < mm->owners->nr ? &mm->owners->rec[id] : NULL;
}

u32 owner_count(const struct mm *mm)
{
	return mm->owners ? mm->owners->nr : 1;
}

void owner_charge(struct mm *mm, owner_id id, unsigned order)
{
	mm->owners->rec[id].pages += 1ULL << order;
	mm->owners->rec[id].allocs++;
}

void owner_uncharge(struct mm *mm, owner_id id, unsigned order)
{
	mm->owners->rec[id].pages -= 1ULL << order;
}

static const char *const type_names[MIGRATE_TYPES] = {
	"Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate",
};

/* "alloc_pages < new_slab < kmalloc" as a stack trace, one frame a line. */
static void print_stack(const char *callchain, struct text *out)
{
	const char *s = callchain;

	while (*s) {
		const char *end = strstr(s, " < ");
		size_t n = end ? (size_t)(end - s) : strlen(s);

		text_printf(out, " %.*s\n", (int)n, s);
		s = end ? end + 3 : s + n;
	}
}

static const char *const reason_names[NR_MIGRATE_REASONS] = {
	"compaction", "memory_failure", "memory_hotplug", "syscall_or_cpuset", "mempolicy_mbind",
	"numa_misplaced", "contig_range", "longterm_pin", "demotion", "damon",
};

/* "mask 0x100cca(GFP_HIGHUSER_MOVABLE), pid 42, tgid 42 (dd), ts 7": time is counted in allocations. */
static void print_who(struct mm *mm, page_handle head, const char *mask, struct text *out)
{
	const struct owner_record *r = owner_get(mm, page_owner_id(memmap_page(mm->map, head)));
	gfp_t gfp = allocation_gfp(mm, head);
	s32 pid = r && r->pid > 0 ? r->pid : 0;

	text_printf(out, "%s %#x(", mask, gfp);
	gfp_format(gfp, out);
	text_printf(out, "), pid %d, tgid %d (%s), ts %u", pid, pid, r && *r->tag ? r->tag : "unknown",
		    allocation_seq(mm, head));
}

static void print_chain(struct mm *mm, page_handle head, struct text *out)
{
	const struct owner_record *r = owner_get(mm, page_owner_id(memmap_page(mm->map, head)));

	print_stack(r ? r->callchain : "", out);
}

void page_owner_print(struct mm *mm, page_handle head, struct text *out)
{
	const struct page *p = memmap_page(mm->map, head);
	pfn_t pfn = page_to_pfn(mm->map, head);
	int moved = allocation_moved(mm, head);
	struct page_view v;

	memmap_view(mm->map, pfn, &v);
	text_printf(out, "Page allocated via order %u, ", page_order(p));
	print_who(mm, head, "mask", out);
	text_printf(out, " ns\nPFN 0x%llx type %s Block %llu type %s Flags ", (unsigned long long)pfn,
		    type_names[gfp_migratetype(allocation_gfp(mm, head)) % MIGRATE_TYPES],
		    (unsigned long long)(pfn >> mm->map->pb_order), type_names[get_pageblock_migratetype(mm, pfn)]);
	page_flags_format(mm->arch, &v, out);
	text_puts(out, "\n");
	print_chain(mm, head, out);
	if (moved >= 0 && moved < NR_MIGRATE_REASONS)
		text_printf(out, "Page has been migrated, last migrate reason: %s\n", reason_names[moved]);
	text_puts(out, "\n");
}

void page_owner_dump(struct mm *mm, page_handle head, struct text *out)
{
	int moved = allocation_moved(mm, head);

	text_printf(out, "page_owner tracks the page as allocated\npage last allocated via order %u, migratetype %s, ",
		    page_order(memmap_page(mm->map, head)),
		    type_names[gfp_migratetype(allocation_gfp(mm, head)) % MIGRATE_TYPES]);
	print_who(mm, head, "gfp_mask", out);
	text_puts(out, ", free_ts 0\n");
	print_chain(mm, head, out);
	text_puts(out, "page_owner free stack trace missing\n");
	if (moved >= 0 && moved < NR_MIGRATE_REASONS)
		text_printf(out, "page has been migrated, last migrate reason: %s\n", reason_names[moved]);
}
