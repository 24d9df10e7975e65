/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes and their memory: see process.h. */
#include "alloc/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/folio.h"
#include "alloc/lru.h"
#include "alloc/oom.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "alloc/swap.h"
#include "alloc/vmscan.h"

#define FIRST_PID 2       /* 1 is init, which is never killed */
#define RESERVED_PIDS 300 /* where numbering starts again */
#define KERNEL_STACK (16 * KiB)
#define KSWAPD_FAULTS 256 /* kswapd gets the cpu this often; a power of two */
#define GFP_PGTABLE (GFP_KERNEL_ACCOUNT | __GFP_ZERO)
#define GFP_STACK (GFP_KERNEL_ACCOUNT | __GFP_ZERO)
#define GFP_ANON (GFP_HIGHUSER_MOVABLE | __GFP_ZERO | __GFP_COMP)
#define GFP_PAGE_CACHE (GFP_HIGHUSER_MOVABLE | __GFP_COMP)
#define ANON_FLAGS (PGF_SWAPBACKED | PGF_UPTODATE | PGF_MAPPED)

static const char *const chain[NR_PROCESS_SETS] = {
	[PS_ANON] = "alloc_pages < vma_alloc_folio < alloc_anon_folio < do_anonymous_page < handle_mm_fault",
	[PS_TABLE] = "alloc_pages < pte_alloc_one < __pte_alloc < handle_mm_fault",
	[PS_STACK] =
		"alloc_pages < __vmalloc_node_range < alloc_thread_stack_node < copy_process < kernel_clone",
};
static const char file_chain[] =
	"alloc_pages < filemap_alloc_folio < page_cache_ra_unbounded < filemap_fault";

static bool alive(const struct process *p) { return p->set[PS_STACK].nr; }

/* Pages that one table of the lowest level maps. */
static u64 table_span(const struct mm *mm) { return 1ULL << mm->arch->hpage_pmd_order; }

static page_handle take(struct mm *mm, struct process *p, enum process_set s, gfp_t gfp, unsigned order,
			int nid)
{
	page_handle h = alloc_pages(mm, gfp, order, nid, p->owner[s]);

	if (h == NO_PAGE)
		return h;
	if (s != PS_STACK && !alive(p)) {
		/* The OOM killer chose us while we waited for it. */
		free_pages(mm, h, order);
		return NO_PAGE;
	}
	held_add(mm, &p->set[s], h);
	return h;
}

/* --- being born ------------------------------------------------------------------- */

static s32 next_pid(struct process_table *t)
{
	for (s32 n = 0; n < PID_MAX; n++) {
		const struct process *p = t->first;

		if (++t->last_pid >= PID_MAX)
			t->last_pid = RESERVED_PIDS;
		if (t->last_pid < FIRST_PID)
			t->last_pid = FIRST_PID;
		while (p && p->pid != t->last_pid)
			p = p->next;
		if (!p)
			return t->last_pid;
	}
	return -EAGAIN;
}

static void name_owners(struct mm *mm, struct process *p)
{
	for (int s = 0; s < NR_PROCESS_SETS; s++) {
		struct owner_record *o;

		p->owner[s] = owner_intern(mm, p->name, chain[s], p->pid);
		o = owner_get(mm, p->owner[s]);
		o->set = &p->set[s];
		o->keeper = "the process that holds it";
		o->kernel_stack = s == PS_STACK;
	}
}

/* Stacks are vmalloc memory, page by page; i386 has them in one block. */
static bool alloc_stack(struct mm *mm, struct process *p, int nid)
{
	bool block = mm->arch->id == ARCH_I386;
	u64 n = block ? 1 : max_u64(KERNEL_STACK >> mm->arch->page_shift, 1);

	for (u64 i = 0; i < n; i++) {
		page_handle h = take(mm, p, PS_STACK, GFP_STACK, block ? 1 : 0, nid);

		if (h == NO_PAGE)
			return false;
		page_stat_mod(mm, h, 1);
	}
	return true;
}

static bool alloc_table(struct mm *mm, struct process *p, int nid)
{
	page_handle h = take(mm, p, PS_TABLE, GFP_PGTABLE, 0, nid);

	if (h != NO_PAGE)
		page_stat_set(mm, h, KIND_PGTABLE, 0);
	return h != NO_PAGE;
}

struct process *process_spawn(struct mm *mm, struct process_table *t, const char *name, int nid,
			      struct mm_error *err)
{
	struct process *p;
	s32 pid = next_pid(t);

	if (!*name || strlen(name) >= TASK_COMM_LEN || (*name >= '0' && *name <= '9')) {
		mm_fail(err, -EINVAL,
			"'%s' is no name for a process: 1 to %d characters, not starting with a digit", name,
			TASK_COMM_LEN - 1);
		return NULL;
	}
	if (pid < 0) {
		mm_fail(err, -EAGAIN, "all %d pids are taken; let processes exit", PID_MAX);
		return NULL;
	}
	p = arena_alloc(mm->arena, sizeof(*p));
	p->pid = pid;
	snprintf(p->name, sizeof(p->name), "%s", name);
	name_owners(mm, p);
	p->next = t->first;
	t->first = p;
	t->nr++;
	if (alloc_stack(mm, p, nid) && alloc_table(mm, p, nid))
		return p;
	process_exit(mm, t, p);
	mm_fail(err, -ENOMEM, "fork failed: no memory for a kernel stack and a page table");
	return NULL;
}

struct process *process_find(const struct process_table *t, const char *word)
{
	bool number = *word >= '0' && *word <= '9';
	long pid = number ? strtol(word, NULL, 0) : -1;
	struct process *p = t->first;

	while (p && (number ? p->pid != pid : strcmp(p->name, word)))
		p = p->next;
	return p;
}

/* --- faults -------------------------------------------------------------------------- */

/* One table for every table-full of pages mapped. */
static bool tables_for(struct mm *mm, struct process *p, u64 pages, int nid)
{
	u64 want = max_u64((pages + table_span(mm) - 1) / table_span(mm), 1);

	while (p->set[PS_TABLE].nr < want)
		if (!alloc_table(mm, p, nid))
			return false;
	return true;
}

static bool fault_one(struct mm *mm, struct process *p, int nid)
{
	page_handle h;

	if (!tables_for(mm, p, p->anon_pages + p->file_pages + 1, nid))
		return false;
	h = take(mm, p, PS_ANON, GFP_ANON, 0, nid);
	if (h == NO_PAGE)
		return false;
	page_stat_set(mm, h, KIND_ANON, ANON_FLAGS);
	lru_add(mm, h);
	p->anon_pages++;
	mm->vm_event[EV_pgfault]++;
	return true;
}

/* do_huge_pmd_anonymous_page(): a page table is laid by for the day the huge page is split. */
static bool fault_huge(struct mm *mm, struct process *p, struct touch *q)
{
	unsigned order = mm->arch->hpage_pmd_order;
	page_handle h = NO_PAGE;

	if (order <= mm->arch->max_page_order &&
	    tables_for(mm, p, p->anon_pages + p->file_pages + (1ULL << order), q->nid))
		h = take(mm, p, PS_ANON, GFP_TRANSHUGE, order, q->nid);
	if (h == NO_PAGE) {
		mm->vm_event[EV_thp_fault_fallback]++;
		q->nr_fallback++;
		return false;
	}
	page_stat_set(mm, h, KIND_THP, ANON_FLAGS | PGF_HEAD);
	lru_add(mm, h);
	p->anon_pages += 1ULL << order;
	mm->vm_event[EV_thp_fault_alloc]++;
	mm->vm_event[EV_pgfault]++;
	q->nr_thp++;
	return true;
}

static int fault_failed(const struct process *p, struct mm_error *err)
{
	if (!alive(p))
		return mm_fail(err, -ESRCH, "Out of memory: Killed process %d (%s)", p->pid, p->name);
	return mm_fail(err, -ENOMEM,
		       "process %d (%s): no page for a fault; 'memreport' tells who holds memory", p->pid,
		       p->name);
}

static int touch_anon(struct mm *mm, struct process *p, struct touch *q, struct mm_error *err)
{
	u64 huge = table_span(mm), left = q->anon, small = q->thp ? 0 : left;

	for (u64 n = 0; left; n++) {
		if (!small && left >= huge && p->anon_pages % huge == 0) {
			if (fault_huge(mm, p, q)) {
				left -= huge;
				continue;
			}
			small = huge; /* this range is filled with single pages */
		}
		if (!fault_one(mm, p, q->nid))
			return fault_failed(p, err);
		left--;
		small -= small ? 1 : 0;
		if ((n & (KSWAPD_FAULTS - 1)) == KSWAPD_FAULTS - 1)
			kswapd_run_all(mm);
	}
	return 0;
}

/* --- page cache ------------------------------------------------------------------------ */

static struct cached_file *open_file(struct mm *mm, struct process_table *t, const char *name)
{
	struct cached_file *f = t->files;
	struct owner_record *o;

	while (f && strcmp(f->name, name))
		f = f->next;
	if (f)
		return f;
	f = arena_alloc(mm->arena, sizeof(*f));
	memcpy(f->name, name, strlen(name) + 1);
	f->owner = owner_intern(mm, f->name, file_chain, -1);
	o = owner_get(mm, f->owner);
	o->set = &f->set;
	o->keeper = "the page cache; reclaim it";
	f->next = t->files;
	t->files = f;
	return f;
}

static void set_mapped(struct mm *mm, struct cached_file *f, bool mapped)
{
	for (u32 i = 0; i < f->set.nr; i++)
		folio_change_flags(mm, f->set.h[i], mapped ? PGF_MAPPED : 0, mapped ? 0 : PGF_MAPPED);
}

static void map_file(struct mm *mm, struct process_table *t, struct process *p)
{
	if (p->file)
		return;
	p->file = open_file(mm, t, p->name);
	if (!p->file->mappers++)
		set_mapped(mm, p->file, true);
}

static void unmap_file(struct mm *mm, struct process *p)
{
	if (!p->file)
		return;
	if (!--p->file->mappers)
		set_mapped(mm, p->file, false);
	p->file = NULL;
	p->file_pages = 0;
}

/* A file that is nobody's and has no pages is forgotten. */
static void drop_empty_files(struct mm *mm, struct process_table *t)
{
	for (struct cached_file **link = &t->files, *f; (f = *link);) {
		if (f->mappers || f->set.nr) {
			link = &f->next;
			continue;
		}
		*link = f->next;
		owner_get(mm, f->owner)->set = NULL;
		held_cleanup(mm, &f->set);
		arena_free(mm->arena, f, sizeof(*f));
	}
}

static bool read_page(struct mm *mm, struct process *p, struct touch *q)
{
	page_handle h = alloc_pages(mm, GFP_PAGE_CACHE, 0, q->nid, p->file->owner);
	s64 *stat;

	if (h == NO_PAGE)
		return false;
	held_add(mm, &p->file->set, h);
	page_stat_set(mm, h, KIND_FILE, PGF_UPTODATE | PGF_MAPPED | (q->dirty ? PGF_DIRTY : 0));
	lru_add(mm, h);
	stat = mm->node[mm_zone(mm, memmap_zone(mm->map, h))->nid]->vm_stat;
	stat[NS_nr_dirtied] += q->dirty;
	mm->vm_event[EV_pgmajfault]++;
	mm->vm_event[EV_pgpgin] += arch_page_size(mm->arch) / KiB;
	return true;
}

/* The page may be in the cache already: reading it again marks it as used. */
static int touch_file(struct mm *mm, struct process_table *t, struct process *p, struct touch *q,
		      struct mm_error *err)
{
	if (q->file)
		map_file(mm, t, p);
	for (u64 n = 0; n < q->file; n++) {
		if (!alive(p) || !tables_for(mm, p, p->anon_pages + p->file_pages + 1, q->nid))
			return fault_failed(p, err);
		if (p->file_pages < p->file->set.nr) {
			page_handle h = p->file->set.h[p->file_pages];

			folio_change_flags(mm, h, PGF_REFERENCED | (q->dirty ? PGF_DIRTY : 0), 0);
			q->nr_hits++;
		} else if (!read_page(mm, p, q)) {
			return fault_failed(p, err);
		}
		p->file_pages++;
		mm->vm_event[EV_pgfault]++;
		if ((n & (KSWAPD_FAULTS - 1)) == KSWAPD_FAULTS - 1)
			kswapd_run_all(mm);
	}
	return 0;
}

int process_touch(struct mm *mm, struct process_table *t, struct process *p, struct touch *q,
		  struct mm_error *err)
{
	int rc = touch_anon(mm, p, q, err);

	return rc ? rc : touch_file(mm, t, p, q, err);
}

static s64 *folio_node_stat(struct mm *mm, page_handle h)
{
	return mm->node[mm_zone(mm, memmap_zone(mm->map, h))->nid]->vm_stat;
}

/* A page of the cache is written if it is dirty, then freed. */
static u64 drop_page(struct mm *mm, page_handle h)
{
	const struct page *p = memmap_page(mm->map, h);
	u64 pages = 1ULL << page_order(p);

	if (p->info & PGF_DIRTY)
		folio_node_stat(mm, h)[NS_nr_written] += (s64)pages;
	free_held_block(mm, h);
	return pages;
}

/* --- giving back ------------------------------------------------------------------------- */

static u64 free_last(struct mm *mm, struct held_set *set)
{
	page_handle h = set->h[set->nr - 1];
	u64 pages = 1ULL << page_order(memmap_page(mm->map, h));

	folio_change_flags(mm, h, 0, PGF_PINNED);
	free_held_block(mm, h);
	return pages;
}

/* The last folio reaches beyond what is unmapped. False: it cannot be split now, so it stays whole. */
static bool cut_last(struct mm *mm, struct process *p)
{
	page_handle h = p->set[PS_ANON].h[p->set[PS_ANON].nr - 1];

	mm->vm_event[EV_thp_split_pmd]++;
	mm->vm_event[EV_thp_deferred_split_page]++;
	if (!folio_split(mm, page_to_pfn(mm->map, h), 0, NULL))
		return true;
	mm->vm_event[EV_thp_split_page_failed]++;
	return false;
}

/* Tables that map nothing any more. */
static u64 free_tables(struct mm *mm, struct process *p)
{
	u64 need = (p->anon_pages + p->file_pages + table_span(mm) - 1) / table_span(mm), freed = 0;

	while (p->set[PS_TABLE].nr > max_u64(need, 1))
		freed += free_last(mm, &p->set[PS_TABLE]);
	return freed;
}

u64 process_munmap(struct mm *mm, struct process_table *t, struct process *p, u64 anon, bool file)
{
	struct held_set *set = &p->set[PS_ANON];
	u64 freed = 0;

	while (set->nr && freed < anon) {
		u64 pages = 1ULL << page_order(memmap_page(mm->map, set->h[set->nr - 1]));

		if (pages > anon - freed) {
			if (!cut_last(mm, p))
				break;
			continue;
		}
		freed += free_last(mm, set);
		p->anon_pages -= pages;
	}
	if (freed < anon && !set->nr)
		p->anon_pages -= swap_free(mm, owner_get(mm, p->owner[PS_ANON]), anon - freed);
	if (file)
		unmap_file(mm, p);
	freed += free_tables(mm, p);
	drop_empty_files(mm, t);
	return freed;
}

u64 process_exit(struct mm *mm, struct process_table *t, struct process *p)
{
	struct process **link = &t->first;
	u64 freed = 0;

	unmap_file(mm, p);
	for (int s = 0; s < NR_PROCESS_SETS; s++) {
		while (p->set[s].nr)
			freed += free_last(mm, &p->set[s]);
		swap_free(mm, owner_get(mm, p->owner[s]), ~0ULL);
		owner_get(mm, p->owner[s])->set = NULL;
		held_cleanup(mm, &p->set[s]);
	}
	while (*link != p)
		link = &(*link)->next;
	*link = p->next;
	t->nr--;
	arena_free(mm->arena, p, sizeof(*p));
	drop_empty_files(mm, t);
	return freed;
}

u64 process_drop_files(struct mm *mm, struct process_table *t)
{
	u64 pages = 0;

	for (struct cached_file *f = t->files; f; f = f->next)
		while (!f->mappers && f->set.nr)
			pages += drop_page(mm, f->set.h[f->set.nr - 1]);
	drop_empty_files(mm, t);
	return pages;
}

u32 process_reap(struct mm *mm, struct process_table *t)
{
	u32 dead = 0;

	for (struct process *p = t->first, *next; p; p = next) {
		next = p->next;
		if (alive(p))
			continue;
		process_exit(mm, t, p);
		dead++;
	}
	return dead;
}

/* --- what may move, what is in use -------------------------------------------------------- */

static u64 folio_pages(const struct mm *mm, page_handle h)
{
	return 1ULL << page_order(memmap_page(mm->map, h));
}

u64 process_mlock(struct mm *mm, struct process *p, bool lock)
{
	u32 flags = PGF_MLOCKED | PGF_UNEVICTABLE;
	u64 pages = 0;

	for (u32 i = 0; i < p->set[PS_ANON].nr; i++) {
		page_handle h = p->set[PS_ANON].h[i];

		if (lock == !!(memmap_page(mm->map, h)->info & PGF_MLOCKED))
			continue;
		folio_change_flags(mm, h, lock ? flags : 0, lock ? PGF_ACTIVE : flags);
		pages += folio_pages(mm, h);
	}
	mm->vm_event[lock ? EV_unevictable_pgs_mlocked : EV_unevictable_pgs_munlocked] += pages;
	return pages;
}

u64 process_pin(struct mm *mm, struct process *p, u64 pages)
{
	u64 done = 0;

	for (u32 i = 0; i < p->set[PS_ANON].nr && done < pages; i++) {
		page_handle h = p->set[PS_ANON].h[i];

		if (memmap_page(mm->map, h)->info & PGF_PINNED)
			continue;
		folio_change_flags(mm, h, PGF_PINNED, 0);
		folio_node_stat(mm, h)[NS_nr_foll_pin_acquired] += (s64)folio_pages(mm, h);
		done += folio_pages(mm, h);
	}
	return done;
}

u64 process_unpin(struct mm *mm, struct process *p)
{
	u64 done = 0;

	for (u32 i = 0; i < p->set[PS_ANON].nr; i++) {
		page_handle h = p->set[PS_ANON].h[i];

		if (!(memmap_page(mm->map, h)->info & PGF_PINNED))
			continue;
		folio_change_flags(mm, h, 0, PGF_PINNED);
		folio_node_stat(mm, h)[NS_nr_foll_pin_released] += (s64)folio_pages(mm, h);
		done += folio_pages(mm, h);
	}
	return done;
}

static u64 use_set(struct mm *mm, const struct held_set *set)
{
	u64 active = 0;

	for (u32 i = 0; i < set->nr; i++)
		if (mark_page_accessed(mm, set->h[i]))
			active += folio_pages(mm, set->h[i]);
	return active;
}

/* do_swap_page(): one page comes back from the swap area. */
static bool swap_in(struct mm *mm, struct process *p, int nid)
{
	page_handle h = take(mm, p, PS_ANON, GFP_HIGHUSER_MOVABLE, 0, nid);

	if (h == NO_PAGE)
		return false;
	page_stat_set(mm, h, KIND_ANON, ANON_FLAGS);
	lru_add(mm, h);
	swap_free(mm, owner_get(mm, p->owner[PS_ANON]), 1);
	mm->vm_event[EV_pswpin]++;
	mm->vm_event[EV_pgfault]++;
	mm->vm_event[EV_pgmajfault]++;
	mm->vm_event[EV_pgpgin] += arch_page_size(mm->arch) / KiB;
	return true;
}

u64 process_swapped(const struct mm *mm, const struct process *p)
{
	return owner_get((struct mm *)mm, p->owner[PS_ANON])->swapped;
}

u64 process_use(struct mm *mm, struct process *p, int nid, u64 *swapped_in)
{
	u64 want = process_swapped(mm, p);

	for (*swapped_in = 0; *swapped_in < want && process_swapped(mm, p); ++*swapped_in)
		if (!swap_in(mm, p, nid))
			break;
	if (!alive(p))
		return 0;
	return use_set(mm, &p->set[PS_ANON]) + (p->file ? use_set(mm, &p->file->set) : 0);
}
