/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Out of memory: see oom.h. */
#include "alloc/oom.h"

#include "alloc/held.h"
#include "alloc/internal.h"
#include "alloc/lru.h"
#include "alloc/node.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "alloc/swap.h"

#define MAX_RECLAIM_RETRIES 16
#define TOP_HOLDERS         10

typedef unsigned long long ull;

/* --- the victim ------------------------------------------------------------------------ */

/* Pages held by all owner records of process @pid. */
static u64 process_pages(struct mm *mm, s32 pid)
{
	u64 pages = 0;

	for (u32 id = 1; id <= owner_count(mm); id++) {
		const struct owner_record *o = owner_get(mm, id);

		if (o && o->pid == pid && o->set)
			pages += o->pages + o->swapped;
	}
	return pages;
}

static s32 choose_victim(struct mm *mm)
{
	u64 most = 0;
	s32 victim = -1;

	for (u32 id = 1; id <= owner_count(mm); id++) {
		const struct owner_record *o = owner_get(mm, id);
		u64 pages;

		/* Tasks 0 and 1 are never killed. */
		if (!o || o->pid <= 1 || !o->set || !(o->pages + o->swapped))
			continue;
		pages = process_pages(mm, o->pid);
		if (pages > most) {
			most = pages;
			victim = o->pid;
		}
	}
	return victim;
}

/* Others hold references to the block: they keep it, nobody's, until the last one is put. */
static void disown(struct mm *mm, page_handle h)
{
	owner_id nobody = owner_intern(mm, "left behind", "get_page", -1);
	struct page *p = memmap_page(mm->map, h);
	const struct owner_record *old = owner_get(mm, page_owner_id(p));
	u32 ref = page_ref(p) - 1, seq = allocation_seq(mm, h), word = allocation_word(mm, h);

	held_forget(mm, h);
	if (old)
		owner_uncharge(mm, page_owner_id(p), page_order(p));
	owner_charge(mm, nobody, page_order(p));
	page_set_info(mm, h, page_kind(p) == KIND_FILE ? KIND_RECLAIMABLE : KIND_MOVABLE, p->info & PGF_HEAD);
	p->next = seq;
	p->prev = word;
	p->ext = nobody << 12 | ref;
}

void free_held_block(struct mm *mm, page_handle h)
{
	struct page *p = memmap_page(mm->map, h);

	if (p->info & PGF_LRU)
		lru_del(mm, h);
	page_stat_mod(mm, h, -1);
	if (p->info & PGF_MLOCKED)
		mm->vm_event[EV_unevictable_pgs_cleared] += 1ULL << page_order(p);
	if (page_ref(p) > 1) {
		disown(mm, h);
		return;
	}
	held_forget(mm, h);
	free_pages(mm, h, page_order(p));
}

u64 out_of_memory(struct mm *mm, const struct alloc_context *ac)
{
	s32 victim = choose_victim(mm);
	u64 freed = 0;

	if (victim < 0)
		return 0;
	trace_emit(mm->trace, TRACE_oom_kill, (u64)victim, process_pages(mm, victim), ac->order, ac->gfp, (u32)ac->nid, 0);
	mm->vm_event[EV_oom_kill]++;
	for (u32 id = 1; id <= owner_count(mm); id++) {
		struct owner_record *o = owner_get(mm, id);

		if (!o || o->pid != victim || !o->set)
			continue;
		freed += o->pages;
		swap_free(mm, o, ~0ULL);
		while (o->set->nr)
			free_held_block(mm, o->set->h[o->set->nr - 1]);
	}
	return freed;
}

/* --- Mem-Info ------------------------------------------------------------------------------ */

static s64 node_sum(const struct mm *mm, int item)
{
	s64 sum = 0;

	for_each_node(mm, n)
		sum += n->vm_stat[item];
	return sum;
}

static s64 zone_sum(const struct mm *mm, int item)
{
	s64 sum = 0;

	for_each_node(mm, n)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			sum += zone_page_state_snapshot(mm, &n->zones[z], item);
	return sum;
}

static u64 zone_pcp_pages(const struct mm *mm, const struct zone *z)
{
	u64 n = 0;

	for (int cpu = 0; z->pcp && cpu < mm->nr_cpus; cpu++)
		n += (u64)z->pcp[cpu].count;
	return n;
}

static void show_totals(struct mm *mm, struct text *out)
{
	u64 pcp = 0;

	for_each_node(mm, n)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			pcp += zone_pcp_pages(mm, &n->zones[z]);
	text_printf(out, "active_anon:%lld inactive_anon:%lld isolated_anon:%lld\n", (long long)node_sum(mm, NS_nr_active_anon),
		    (long long)node_sum(mm, NS_nr_inactive_anon), (long long)node_sum(mm, NS_nr_isolated_anon));
	text_printf(out, " active_file:%lld inactive_file:%lld isolated_file:%lld\n",
		    (long long)node_sum(mm, NS_nr_active_file), (long long)node_sum(mm, NS_nr_inactive_file),
		    (long long)node_sum(mm, NS_nr_isolated_file));
	text_printf(out, " unevictable:%lld dirty:%lld writeback:%lld\n", (long long)node_sum(mm, NS_nr_unevictable),
		    (long long)node_sum(mm, NS_nr_dirty), (long long)node_sum(mm, NS_nr_writeback));
	text_printf(out, " slab_reclaimable:%lld slab_unreclaimable:%lld\n", (long long)node_sum(mm, NS_nr_slab_reclaimable),
		    (long long)node_sum(mm, NS_nr_slab_unreclaimable));
	text_printf(out, " mapped:%lld shmem:%lld pagetables:%lld\n", (long long)node_sum(mm, NS_nr_mapped),
		    (long long)node_sum(mm, NS_nr_shmem), (long long)node_sum(mm, NS_nr_page_table_pages));
	text_printf(out, " free:%lld free_pcp:%llu free_cma:%lld\n", (long long)zone_sum(mm, NR_FREE_PAGES), (ull)pcp,
		    (long long)zone_sum(mm, NR_FREE_CMA_PAGES));
}

static ull kib(const struct mm *mm, s64 pages) { return (ull)pages << (mm->arch->page_shift - 10); }

static void show_node_line(const struct mm *mm, const struct node *n, struct text *out)
{
	static const struct { const char *name; int item; } items[] = {
		{ "active_anon", NS_nr_active_anon }, { "inactive_anon", NS_nr_inactive_anon },
		{ "active_file", NS_nr_active_file }, { "inactive_file", NS_nr_inactive_file },
		{ "unevictable", NS_nr_unevictable }, { "isolated(anon)", NS_nr_isolated_anon },
		{ "isolated(file)", NS_nr_isolated_file }, { "mapped", NS_nr_mapped }, { "dirty", NS_nr_dirty },
		{ "writeback", NS_nr_writeback }, { "shmem", NS_nr_shmem },
		{ "anon_thp", NS_nr_anon_transparent_hugepages }, { "pagetables", NS_nr_page_table_pages },
	};

	text_printf(out, "Node %d", n->nid);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		text_printf(out, " %s:%llukB", items[i].name, kib(mm, n->vm_stat[items[i].item]));
	text_printf(out, " all_unreclaimable? %s\n", n->kswapd_failures >= MAX_RECLAIM_RETRIES ? "yes" : "no");
}

static void show_zone_line(const struct mm *mm, const struct zone *z, struct text *out)
{
	text_printf(out, "Node %d %s free:%llukB boost:%llukB min:%llukB low:%llukB high:%llukB reserved_highatomic:%lluKB",
		    z->nid, z->name, kib(mm, (s64)zone_page_state(z, NR_FREE_PAGES)), kib(mm, (s64)z->watermark_boost),
		    kib(mm, (s64)wmark_pages(z, WMARK_MIN)), kib(mm, (s64)wmark_pages(z, WMARK_LOW)),
		    kib(mm, (s64)wmark_pages(z, WMARK_HIGH)), kib(mm, (s64)z->nr_reserved_highatomic));
	text_printf(out, " active_anon:%llukB inactive_anon:%llukB active_file:%llukB inactive_file:%llukB unevictable:%llukB",
		    kib(mm, (s64)zone_page_state(z, NR_ZONE_ACTIVE_ANON)), kib(mm, (s64)zone_page_state(z, NR_ZONE_INACTIVE_ANON)),
		    kib(mm, (s64)zone_page_state(z, NR_ZONE_ACTIVE_FILE)), kib(mm, (s64)zone_page_state(z, NR_ZONE_INACTIVE_FILE)),
		    kib(mm, (s64)zone_page_state(z, NR_ZONE_UNEVICTABLE)));
	text_printf(out, " present:%llukB managed:%llukB free_pcp:%llukB local_pcp:%llukB free_cma:%llukB\n",
		    kib(mm, (s64)z->present_pages), kib(mm, (s64)z->managed_pages), kib(mm, (s64)zone_pcp_pages(mm, z)),
		    kib(mm, z->pcp ? z->pcp[mm->cpu].count : 0), kib(mm, (s64)zone_page_state(z, NR_FREE_CMA_PAGES)));
	text_puts(out, "lowmem_reserve[]:");
	for_each_zone_type(mm, zid)
		text_printf(out, " %llu", (ull)z->lowmem_reserve[zid]);
	text_puts(out, "\n");
}

/* "12*4kB (UM) 3*8kB (M) ... = 1234kB" */
static void show_zone_blocks(const struct mm *mm, const struct zone *z, struct text *out)
{
	static const char letters[MIGRATE_TYPES] = { 'U', 'M', 'E', 'H', 'C', 'I' };
	u64 total = 0;

	text_printf(out, "Node %d %s: ", z->nid, z->name);
	for (int o = 0; o <= mm->arch->max_page_order; o++) {
		const struct free_area *area = &z->free_area[o];
		u64 nr_free = area_nr_free(area);

		text_printf(out, "%llu*%llukB ", (ull)nr_free, kib(mm, 1) << o);
		total += nr_free << o;
		if (!nr_free)
			continue;
		text_puts(out, "(");
		for (int mt = 0; mt < MIGRATE_TYPES; mt++)
			if (area->list[mt].nr)
				text_printf(out, "%c", letters[mt]);
		text_puts(out, ") ");
	}
	text_printf(out, "= %llukB\n", kib(mm, (s64)total));
}

void show_mem(struct mm *mm, struct text *out)
{
	u64 total = 0, reserved = 0, high = 0;

	text_puts(out, "Mem-Info:\n");
	show_totals(mm, out);
	for_each_node(mm, n)
		if (n->node_present_pages)
			show_node_line(mm, n, out);
	for_each_node(mm, n)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			if (populated_zone(&n->zones[z]))
				show_zone_line(mm, &n->zones[z], out);
	for_each_node(mm, n) {
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			const struct zone *zone = &n->zones[z];

			if (!populated_zone(zone))
				continue;
			show_zone_blocks(mm, zone, out);
			total += zone->present_pages;
			reserved += zone->present_pages - zone->managed_pages;
			high += zone_is_highmem(mm, zone) ? zone->present_pages : 0;
		}
	}
	text_printf(out, "%lld total pagecache pages\n%lld pages in swap cache\nFree swap  = %llukB\nTotal swap = %llukB\n",
		    (long long)node_sum(mm, NS_nr_file_pages), (long long)node_sum(mm, NS_nr_swapcached),
		    kib(mm, (s64)nr_swap_pages(mm)), kib(mm, (s64)mm->swap_total));
	text_printf(out, "%llu pages RAM\n%llu pages HighMem/MovableOnly\n%llu pages reserved\n", (ull)total, (ull)high,
		    (ull)reserved);
	if (mm->arch->has_cma)
		text_printf(out, "%llu pages cma reserved\n", (ull)mm_cma_pages(mm));
}

/* --- the report ------------------------------------------------------------------------------ */

static void show_holders(struct mm *mm, struct text *out)
{
	u64 below = ~0ULL;

	text_puts(out, "largest holders (pages, owner):\n");
	for (int i = 0; i < TOP_HOLDERS; i++) {
		const struct owner_record *best = NULL;
		u32 same = 0;

		for (u32 id = 1; id <= owner_count(mm); id++) {
			const struct owner_record *o = owner_get(mm, id);

			if (!o || !o->pages || o->pages >= below)
				continue;
			if (!best || o->pages > best->pages) {
				best = o;
				same = 0;
			} else if (o->pages == best->pages) {
				same++;
			}
		}
		if (!best)
			return;
		text_printf(out, "%10llu  %s (%s)%s\n", (ull)best->pages, best->tag, best->callchain,
			    same ? ", and others with as many" : "");
		below = best->pages;
	}
}

void oom_report(struct mm *mm, gfp_t gfp, unsigned order, const char *what, struct text *out)
{
	text_printf(out, "%s: gfp_mask=%#x(", what, gfp);
	gfp_format(gfp, out);
	text_printf(out, "), order=%u\n", order);
	show_mem(mm, out);
	show_holders(mm, out);
}
