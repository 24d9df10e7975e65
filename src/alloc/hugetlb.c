/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugetlb pools: see hugetlb.h. */
#include "alloc/hugetlb.h"

#include <string.h>

#include "alloc/contig.h"
#include "alloc/node.h"
#include "alloc/oom.h"
#include "alloc/page_owner.h"

#define HTLB_GFP (GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOWARN)

static bool gigantic(const struct mm *mm, const struct hstate *h)
{
	return h->order > mm->arch->max_page_order;
}

/* Order of the blocks that a page of @h consists of, and how many. */
static unsigned unit_order(const struct mm *mm, const struct hstate *h)
{
	return gigantic(mm, h) ? mm->arch->max_page_order : h->order;
}

static int page_nid(const struct mm *mm, page_handle h) { return mm_zone(mm, memmap_zone(mm->map, h))->nid; }

void hugetlb_add_hstate(struct mm *mm, struct hugetlb *t, u64 size)
{
	struct hstate *h = &t->h[t->nr++];
	struct owner_record *o;

	h->size = size;
	h->order = (unsigned)ilog2_u64(size >> mm->arch->page_shift);
	h->owner = owner_intern(mm, "hugetlb",
				gigantic(mm, h) ? "alloc_contig_pages < alloc_gigantic_folio"
						: "alloc_pages < alloc_buddy_hugetlb_folio",
				(int)-t->nr);
	h->rest =
		owner_intern(mm, "hugetlb", "alloc_contig_pages < alloc_gigantic_folio < tail", (int)-t->nr);
	o = owner_get(mm, h->rest);
	o->keeper = "the hugetlb pool";
	o = owner_get(mm, h->owner);
	o->keeper = "the hugetlb pool";
	o->set = &h->free;
}

/* --- whose a page is ------------------------------------------------------------------ */

/* The block gets another owner (with a set or without); @flags are those of its kind. */
static void give_to(struct mm *mm, page_handle h, owner_id to, u32 flags)
{
	struct page *p = memmap_page(mm->map, h);
	u32 seq = allocation_seq(mm, h), ref = page_ref(p);
	struct owner_record *o = owner_get(mm, to);

	held_forget(mm, h);
	if (page_owner_id(p))
		owner_uncharge(mm, page_owner_id(p), page_order(p));
	owner_charge(mm, to, page_order(p));
	page_set_info(mm, h, KIND_HUGETLB, PGF_HEAD | flags);
	p->next = seq;
	p->prev = 0;
	p->ext = to << 12 | ref;
	if (o->set)
		held_add(mm, o->set, h);
}

/* enqueue_hugetlb_folio(): the page waits in the pool; migration leaves it alone. */
static void enqueue(struct mm *mm, struct hstate *h, page_handle page) { give_to(mm, page, h->owner, 0); }

/* The last page of the pool that lies on @nid (NO_NODE: anywhere). NO_PAGE: there is none. */
static page_handle find_free(const struct mm *mm, const struct hstate *h, int nid)
{
	for (u32 i = h->free.nr; i-- > 0;)
		if (nid == NO_NODE || page_nid(mm, h->free.h[i]) == nid)
			return h->free.h[i];
	return NO_PAGE;
}

/* --- from the buddy and back ------------------------------------------------------------- */

static page_handle take_gigantic(struct mm *mm, struct hstate *h, int nid)
{
	const struct contig_use use = {HTLB_GFP, mm->arch->max_page_order, KIND_HUGETLB, h->rest};
	pfn_t pfn = alloc_contig_pages(mm, 1ULL << h->order, nid, &use);

	return pfn == NO_PFN ? NO_PAGE : memmap_find(mm->map, pfn);
}

/* A new page on @nid, in nobody's set yet: alloc_fresh_hugetlb_folio(). */
static page_handle fresh_page(struct mm *mm, struct hstate *h, int nid)
{
	page_handle page;

	if (gigantic(mm, h))
		return take_gigantic(mm, h, nid);
	page = alloc_pages(mm, HTLB_GFP | __GFP_THISNODE | __GFP_RETRY_MAYFAIL, h->order, nid, h->rest);
	mm->vm_event[page == NO_PAGE ? EV_htlb_buddy_alloc_fail : EV_htlb_buddy_alloc_success]++;
	return page;
}

/* update_and_free_hugetlb_folio(): all blocks of it. */
static void release_page(struct mm *mm, const struct hstate *h, page_handle page)
{
	pfn_t pfn = page_to_pfn(mm->map, page);

	free_contig_range(mm, pfn, pfn + (1ULL << h->order));
}

static int next_memory_node(const struct mm *mm, int nid)
{
	for (int i = 1; i <= mm->nr_node_ids; i++) {
		int n = (nid + i) % mm->nr_node_ids;

		if (mm->node[n] && mm->node[n]->online && node_has_memory(mm->node[n]))
			return n;
	}
	return 0;
}

/* --- the size of the pool ------------------------------------------------------------------ */

static u64 used_pages(const struct hugetlb *t, u32 hstate)
{
	u64 n = 0;

	for (const struct hugetlb_user *u = t->users; u; u = u->next)
		n += u->hstate == hstate ? u->set.nr : 0;
	return n;
}

u64 hugetlb_total(const struct hugetlb *t, u32 hstate)
{
	return t->h[hstate].free.nr + used_pages(t, hstate);
}

u64 hugetlb_pages_on(const struct mm *mm, const struct hugetlb *t, u32 hstate, int nid)
{
	const struct held_set *free = &t->h[hstate].free;
	u64 n = 0;

	if (nid == NO_NODE)
		return hugetlb_total(t, hstate);
	for (u32 i = 0; i < free->nr; i++)
		n += page_nid(mm, free->h[i]) == nid;
	for (const struct hugetlb_user *u = t->users; u; u = u->next)
		for (u32 i = 0; u->hstate == hstate && i < u->set.nr; i++)
			n += page_nid(mm, u->set.h[i]) == nid;
	return n;
}

/* One more page on @nid, or on the next node in turn that has one. */
static bool grow_pool(struct mm *mm, struct hstate *h, int nid, int *turn)
{
	for (int i = 0; i < mm->nr_node_ids; i++) {
		page_handle page;

		*turn = nid == NO_NODE ? next_memory_node(mm, *turn) : nid;
		page = fresh_page(mm, h, *turn);
		if (page != NO_PAGE) {
			enqueue(mm, h, page);
			return true;
		}
		if (nid != NO_NODE)
			break;
	}
	return false;
}

u64 hugetlb_set(struct mm *mm, struct hugetlb *t, u32 hstate, u64 count, int nid)
{
	struct hstate *h = &t->h[hstate];
	u64 have = hugetlb_pages_on(mm, t, hstate, nid);
	int turn = mm->nr_node_ids - 1;

	/* Surplus pages become persistent before new ones are taken. */
	while (h->surplus && count > have - min_u64(h->surplus, have))
		h->surplus--;
	for (; have < count && grow_pool(mm, h, nid, &turn); have++)
		;
	for (; have > count; have--) {
		page_handle page = find_free(mm, h, nid);

		if (page == NO_PAGE)
			break;
		release_page(mm, h, page);
	}
	if (have > count)
		h->surplus = max_u64(h->surplus, have - count);
	return have;
}

/* Is there a block of gigantic pages behind another one? (Their first block is aligned.) */
static bool starts_page(const struct mm *mm, const struct hstate *h, const struct page_view *v)
{
	return v->order == unit_order(mm, h) && !(v->head & ((1ULL << h->order) - 1));
}

static void adopt_block(struct mm *mm, struct hugetlb *t, const struct page_view *v)
{
	page_handle page = memmap_find(mm->map, v->head);
	const struct owner_record *o = owner_get(mm, v->owner);
	bool boot_gigantic = o && !strncmp(o->callchain, "memblock", 8);

	for (u32 i = 0; i < t->nr; i++) {
		struct hstate *h = &t->h[i];

		if (gigantic(mm, h) != boot_gigantic || v->order != unit_order(mm, h))
			continue;
		if (starts_page(mm, h, v))
			enqueue(mm, h, page);
		else
			give_to(mm, page, h->rest, 0);
		return;
	}
}

void hugetlb_adopt(struct mm *mm, struct hugetlb *t)
{
	const struct mem_section *sec;

	for (pfn_t pfn = 0; (sec = memmap_next_section(mm->map, pfn));) {
		pfn_t end = sec->start_pfn + memmap_section_pages(mm->map);

		for (pfn = max_u64(pfn, sec->start_pfn); pfn < end;) {
			struct page_view v;

			memmap_view(mm->map, pfn, &v);
			if (v.state == PAGE_ALLOC && v.kind == KIND_HUGETLB)
				adopt_block(mm, t, &v);
			pfn = v.state == PAGE_ALLOC || v.state == PAGE_BUDDY ? v.head + (1ULL << v.order)
									     : pfn + 1;
		}
	}
}

/* --- users ----------------------------------------------------------------------------------- */

static struct hugetlb_user *user_of(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, const char *name)
{
	struct hugetlb_user *u = t->users;
	struct owner_record *o;

	while (u && (u->pid != pid || u->hstate != hstate))
		u = u->next;
	if (u || !name)
		return u;
	u = arena_alloc(mm->arena, sizeof(*u));
	u->pid = pid;
	u->hstate = hstate;
	/* Not the process's number: the OOM killer takes no account of huge pages. */
	u->owner = owner_intern(mm, name, "alloc_hugetlb_folio < hugetlb_fault",
				-100 - (pid * ARCH_MAX_HUGE_SIZES + (s32)hstate));
	o = owner_get(mm, u->owner);
	o->set = &u->set;
	o->keeper = "the process that maps it, through its hugetlb pool";
	u->next = t->users;
	t->users = u;
	return u;
}

static void forget_user(struct mm *mm, struct hugetlb *t, struct hugetlb_user *u)
{
	struct hugetlb_user **link = &t->users;

	while (*link != u)
		link = &(*link)->next;
	*link = u->next;
	owner_get(mm, u->owner)->set = NULL;
	if (u->set.h)
		arena_free(mm->arena, u->set.h, u->set.cap * sizeof(*u->set.h));
	arena_free(mm->arena, u, sizeof(*u));
}

/* dequeue_hugetlb_folio(), or a surplus page. */
static page_handle get_page_for_user(struct mm *mm, struct hstate *h, int nid)
{
	page_handle page = find_free(mm, h, nid);
	int turn = nid;

	if (page == NO_PAGE)
		page = find_free(mm, h, NO_NODE);
	if (page != NO_PAGE || gigantic(mm, h) || h->surplus >= h->overcommit)
		return page;
	if (!grow_pool(mm, h, NO_NODE, &turn))
		return NO_PAGE;
	h->surplus++;
	return find_free(mm, h, NO_NODE);
}

u64 hugetlb_free(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, u64 count)
{
	struct hugetlb_user *u = user_of(mm, t, hstate, pid, NULL);
	struct hstate *h = &t->h[hstate];
	u64 done = 0;

	for (; u && u->set.nr && done < count; done++) {
		page_handle page = u->set.h[u->set.nr - 1];

		if (h->surplus) {
			h->surplus--;
			release_page(mm, h, page);
		} else {
			enqueue(mm, h, page);
		}
	}
	if (u && !u->set.nr)
		forget_user(mm, t, u);
	return done;
}

int hugetlb_alloc(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, const char *name, u64 count, int nid,
		  struct mm_error *err)
{
	struct hugetlb_user *u = user_of(mm, t, hstate, pid, name);
	struct hstate *h = &t->h[hstate];
	u64 done = 0;

	for (; done < count; done++) {
		page_handle page = get_page_for_user(mm, h, nid);

		if (page == NO_PAGE)
			break;
		give_to(mm, page, u->owner, PGF_MAPPED | (gigantic(mm, h) ? 0 : PGF_MOVABLE_OPS));
	}
	if (done == count)
		return 0;
	hugetlb_free(mm, t, hstate, pid, done);
	return mm_fail(err, -ENOMEM,
		       "the pool of %llu KiB pages has %u free and may take no surplus: 'hugetlb set nr=N' "
		       "enlarges it, "
		       "'hugetlb set overcommit=N' allows surplus pages",
		       (unsigned long long)(h->size / KiB), h->free.nr);
}

bool hugetlb_dissolve(struct mm *mm, struct hugetlb *t, pfn_t pfn)
{
	struct page_view v;

	memmap_view(mm->map, pfn, &v);
	for (u32 i = 0; i < t->nr && v.state == PAGE_ALLOC; i++) {
		struct hstate *h = &t->h[i];
		page_handle first;

		if (v.owner != h->owner && v.owner != h->rest)
			continue;
		first = memmap_find(mm->map, align_down(v.head, 1ULL << h->order));
		if (first == NO_PAGE || page_owner_id(memmap_page(mm->map, first)) != h->owner)
			return false;
		release_page(mm, h, first);
		return true;
	}
	return false;
}

static int check_set(struct mm *mm, const struct hstate *h, const struct held_set *set, owner_id owner,
		     struct text *report)
{
	if (held_check(mm, set, report))
		return -EUCLEAN;
	for (u32 i = 0; i < set->nr; i++) {
		const struct page *p = memmap_page(mm->map, set->h[i]);

		if (page_kind(p) == KIND_HUGETLB && page_order(p) == unit_order(mm, h) &&
		    page_owner_id(p) == owner)
			continue;
		text_printf(report, "hugetlb: pfn 0x%llx is no huge page of %llu bytes\n",
			    (unsigned long long)page_to_pfn(mm->map, set->h[i]), (unsigned long long)h->size);
		return -EUCLEAN;
	}
	return 0;
}

int hugetlb_check(struct mm *mm, const struct hugetlb *t, struct text *report)
{
	for (u32 i = 0; i < t->nr; i++)
		if (check_set(mm, &t->h[i], &t->h[i].free, t->h[i].owner, report))
			return -EUCLEAN;
	for (const struct hugetlb_user *u = t->users; u; u = u->next)
		if (check_set(mm, &t->h[u->hstate], &u->set, u->owner, report))
			return -EUCLEAN;
	return 0;
}
