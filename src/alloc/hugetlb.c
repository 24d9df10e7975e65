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
	u32 seq = allocation_seq(mm, h), word = allocation_word(mm, h), ref = page_ref(p);
	struct owner_record *o = owner_get(mm, to);

	held_forget(mm, h);
	if (page_owner_id(p))
		owner_uncharge(mm, page_owner_id(p), page_order(p));
	owner_charge(mm, to, page_order(p));
	page_set_info(mm, h, KIND_HUGETLB, PGF_HEAD | flags);
	p->next = seq;
	p->prev = word;
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

/* A new page on @nid (with @only: and nowhere else), in nobody's set yet: alloc_fresh_hugetlb_folio(). */
static page_handle fresh_page(struct mm *mm, struct hstate *h, int nid, bool only)
{
	gfp_t gfp = HTLB_GFP | __GFP_RETRY_MAYFAIL | (only ? __GFP_THISNODE : 0);
	page_handle page;

	if (gigantic(mm, h))
		return take_gigantic(mm, h, nid);
	page = alloc_pages(mm, gfp, h->order, nid, h->rest);
	mm->vm_event[page == NO_PAGE ? EV_htlb_buddy_alloc_fail : EV_htlb_buddy_alloc_success]++;
	return page;
}

/* update_and_free_hugetlb_folio(): all blocks of it. */
static void release_page(struct mm *mm, const struct hstate *h, page_handle page)
{
	pfn_t pfn = page_to_pfn(mm->map, page);

	free_contig_range(mm, pfn, pfn + (1ULL << h->order));
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

u64 hugetlb_free_on(const struct mm *mm, const struct hstate *h, int nid)
{
	u64 n = 0;

	for (u32 i = 0; i < h->free.nr; i++)
		n += nid == NO_NODE || page_nid(mm, h->free.h[i]) == nid;
	return n;
}

/* Nodes take turns; *@turn is whose it is, then the next one's. NO_NODE when @nid says so: only that node. */
static int take_turn(const struct mm *mm, int *turn, int nid)
{
	int now = *turn;

	if (nid != NO_NODE)
		return nid;
	for (int i = 0; i < mm->nr_node_ids; i++, now = (now + 1) % mm->nr_node_ids)
		if (mm->node[now] && mm->node[now]->online && node_has_memory(mm->node[now]))
			break;
	*turn = (now + 1) % mm->nr_node_ids;
	return now;
}

/* alloc_pool_huge_folio(): one more page on @nid, or on the next node in turn that has one. */
static bool grow_pool(struct mm *mm, struct hstate *h, int nid)
{
	for (int i = 0; i < (nid == NO_NODE ? mm->nr_node_ids : 1); i++) {
		page_handle page = fresh_page(mm, h, take_turn(mm, &h->next_nid_to_alloc, nid), true);

		if (page == NO_PAGE)
			continue;
		enqueue(mm, h, page);
		return true;
	}
	return false;
}

/* remove_pool_hugetlb_folio(): a page of the pool goes back to the buddy; @surplus: one that counts as such. */
static bool shrink_pool(struct mm *mm, struct hstate *h, int nid, bool surplus)
{
	for (int i = 0; i < (nid == NO_NODE ? mm->nr_node_ids : 1); i++) {
		int n = take_turn(mm, &h->next_nid_to_free, nid);
		page_handle page = surplus && !h->surplus_node[n] ? NO_PAGE : find_free(mm, h, n);

		if (page == NO_PAGE)
			continue;
		h->surplus -= surplus;
		h->surplus_node[n] -= surplus;
		release_page(mm, h, page);
		return true;
	}
	return false;
}

/* adjust_pool_surplus(): one page more (@sign 1) or less (-1) counts as surplus. */
static bool adjust_surplus(struct mm *mm, struct hugetlb *t, u32 hstate, int nid, int sign)
{
	struct hstate *h = &t->h[hstate];
	int *turn = sign < 0 ? &h->next_nid_to_alloc : &h->next_nid_to_free;

	for (int i = 0; i < (nid == NO_NODE ? mm->nr_node_ids : 1); i++) {
		int n = take_turn(mm, turn, nid);

		if (sign < 0 ? !h->surplus_node[n] : h->surplus_node[n] >= hugetlb_pages_on(mm, t, hstate, n))
			continue;
		h->surplus += (u64)(s64)sign;
		h->surplus_node[n] += (u64)(s64)sign;
		return true;
	}
	return false;
}

static u64 persistent(const struct hugetlb *t, u32 hstate) { return hugetlb_total(t, hstate) - t->h[hstate].surplus; }

/* set_max_huge_pages() */
u64 hugetlb_set(struct mm *mm, struct hugetlb *t, u32 hstate, u64 count, int nid)
{
	struct hstate *h = &t->h[hstate];
	u64 least;

	/* A node's number means: as many there, and all that is elsewhere. */
	if (nid != NO_NODE) {
		u64 others = persistent(t, hstate) - (hugetlb_pages_on(mm, t, hstate, nid) - h->surplus_node[nid]);

		count = count + others < count ? ~0ULL : count + others;
	}
	/* Surplus pages become persistent before new ones are taken. */
	while (h->surplus && count > persistent(t, hstate) && adjust_surplus(mm, t, hstate, nid, -1))
		;
	while (count > persistent(t, hstate) && grow_pool(mm, h, nid))
		;
	/* Promised pages stay in the pool, as surplus if need be. */
	least = max_u64(count, h->resv + used_pages(t, hstate));
	while (least < persistent(t, hstate) && shrink_pool(mm, h, nid, false))
		;
	while (count < persistent(t, hstate) && adjust_surplus(mm, t, hstate, nid, 1))
		;
	return hugetlb_pages_on(mm, t, hstate, nid);
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
	held_cleanup(mm, &u->set);
	arena_free(mm->arena, u, sizeof(*u));
}

/* alloc_surplus_hugetlb_folio(): a page beyond the pool, into it. */
static bool add_surplus(struct mm *mm, struct hstate *h, int nid)
{
	page_handle page;

	if (gigantic(mm, h) || h->surplus >= h->overcommit)
		return false;
	page = fresh_page(mm, h, nid, false);
	if (page == NO_PAGE)
		return false;
	h->surplus++;
	h->surplus_node[page_nid(mm, page)]++;
	enqueue(mm, h, page);
	return true;
}

/* gather_surplus_pages(): the pool holds @count pages more than are promised. False: it cannot. */
static bool gather_surplus(struct mm *mm, struct hstate *h, u64 count)
{
	u64 added = 0;

	while (h->free.nr < h->resv + count) {
		bool got = false;

		for (int nid = 0; nid < mm->nr_node_ids && !got; nid++)
			got = mm->node[nid] && mm->node[nid]->online && add_surplus(mm, h, nid);
		if (got) {
			added++;
			continue;
		}
		while (added-- && shrink_pool(mm, h, NO_NODE, true))
			;
		return false;
	}
	return true;
}

static int pool_failed(const struct hstate *h, int code, const char *what, struct mm_error *err)
{
	return mm_fail(err, code,
		       "%s: the pool of %llu KiB pages has %u free, %llu of them reserved, and %llu surplus of %llu "
		       "allowed: 'hugetlb set nr=N' enlarges it, 'hugetlb set overcommit=N' allows surplus pages",
		       what, (unsigned long long)(h->size / KiB), h->free.nr, (unsigned long long)h->resv,
		       (unsigned long long)h->surplus, (unsigned long long)h->overcommit);
}

int hugetlb_map(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, const char *name, u64 count,
		struct mm_error *err)
{
	struct hstate *h = &t->h[hstate];

	/* More than there can ever be needs no trying. */
	if (count > ~0ULL >> h->order >> mm->arch->page_shift || !gather_surplus(mm, h, count))
		return pool_failed(h, -ENOMEM, "mmap: Cannot allocate memory", err);
	h->resv += count;
	user_of(mm, t, hstate, pid, name)->reserved += count;
	return 0;
}

/* dequeue_hugetlb_folio_vma(), or a surplus page. */
static page_handle page_for_fault(struct mm *mm, struct hstate *h, struct hugetlb_user *u, int nid)
{
	page_handle page;

	if (!u->reserved && h->free.nr <= h->resv && !add_surplus(mm, h, nid))
		return NO_PAGE;
	page = find_free(mm, h, nid);
	if (page == NO_PAGE)
		page = find_free(mm, h, NO_NODE);
	if (page != NO_PAGE && u->reserved) {
		u->reserved--;
		h->resv--;
	}
	return page;
}

static void forget_unused(struct mm *mm, struct hugetlb *t, struct hugetlb_user *u)
{
	if (u && !u->set.nr && !u->reserved)
		forget_user(mm, t, u);
}

int hugetlb_fault(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, const char *name, u64 count, int nid,
		  u64 *done, struct mm_error *err)
{
	struct hugetlb_user *u = user_of(mm, t, hstate, pid, name);
	struct hstate *h = &t->h[hstate];
	u64 n = 0;

	for (; n < count; n++) {
		page_handle page = page_for_fault(mm, h, u, nid);

		if (page == NO_PAGE)
			break;
		give_to(mm, page, u->owner, PGF_MAPPED | (gigantic(mm, h) ? 0 : PGF_MOVABLE_OPS));
		mm->vm_event[EV_pgfault]++;
	}
	if (done)
		*done = n;
	forget_unused(mm, t, u);
	return n == count ? 0 : pool_failed(h, -EFAULT, "SIGBUS", err);
}

int hugetlb_alloc(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, const char *name, u64 count, int nid,
		  struct mm_error *err)
{
	int rc = hugetlb_map(mm, t, hstate, pid, name, count, err);

	return rc ? rc : hugetlb_fault(mm, t, hstate, pid, name, count, nid, NULL, err);
}

/* free_huge_folio(): where the node has surplus pages this one is given up. */
static void put_page_back(struct mm *mm, struct hstate *h, page_handle page)
{
	int nid = page_nid(mm, page);

	if (!h->surplus_node[nid]) {
		enqueue(mm, h, page);
		return;
	}
	h->surplus_node[nid]--;
	h->surplus--;
	release_page(mm, h, page);
}

/* return_unused_surplus_pages() */
static void unreserve(struct mm *mm, struct hstate *h, struct hugetlb_user *u, u64 count)
{
	u64 surplus = min_u64(count, h->surplus);

	u->reserved -= count;
	h->resv -= count;
	while (surplus-- && shrink_pool(mm, h, NO_NODE, true))
		;
}

u64 hugetlb_free(struct mm *mm, struct hugetlb *t, u32 hstate, s32 pid, u64 count)
{
	struct hugetlb_user *u = user_of(mm, t, hstate, pid, NULL);
	u64 done = 0, unused;

	if (!u)
		return 0;
	for (; u->set.nr && done < count; done++)
		put_page_back(mm, &t->h[hstate], u->set.h[u->set.nr - 1]);
	unused = min_u64(count - done, u->reserved);
	unreserve(mm, &t->h[hstate], u, unused);
	forget_unused(mm, t, u);
	return done + unused;
}

static void dissolve(struct mm *mm, struct hstate *h, page_handle page)
{
	int nid = page_nid(mm, page);
	u64 surplus = h->surplus_node[nid] > 0;

	h->surplus_node[nid] -= surplus;
	h->surplus -= surplus;
	release_page(mm, h, page);
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
		if (h->free.nr <= h->resv)
			return false;
		dissolve(mm, h, first);
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

/* Promises are kept by free pages; surplus pages are somewhere. */
static int check_counts(const struct mm *mm, const struct hugetlb *t, u32 i, struct text *report)
{
	const struct hstate *h = &t->h[i];
	u64 resv = 0, surplus = 0;
	bool too_many = false;

	for (const struct hugetlb_user *u = t->users; u; u = u->next)
		resv += u->hstate == i ? u->reserved : 0;
	for (int nid = 0; nid < MAX_NUMNODES; nid++) {
		surplus += h->surplus_node[nid];
		too_many |= h->surplus_node[nid] && h->surplus_node[nid] > hugetlb_pages_on(mm, t, i, nid);
	}
	if (resv == h->resv && resv <= h->free.nr && surplus == h->surplus && !too_many)
		return 0;
	text_printf(report, "hugetlb: size %llu: reserved %llu (users %llu, free %u), surplus %llu (nodes %llu)\n",
		    (unsigned long long)h->size, (unsigned long long)h->resv, (unsigned long long)resv, h->free.nr,
		    (unsigned long long)h->surplus, (unsigned long long)surplus);
	return -EUCLEAN;
}

int hugetlb_check(struct mm *mm, const struct hugetlb *t, struct text *report)
{
	for (u32 i = 0; i < t->nr; i++)
		if (check_set(mm, &t->h[i], &t->h[i].free, t->h[i].owner, report) || check_counts(mm, t, i, report))
			return -EUCLEAN;
	for (const struct hugetlb_user *u = t->users; u; u = u->next)
		if (check_set(mm, &t->h[u->hstate], &u->set, u->owner, report))
			return -EUCLEAN;
	return 0;
}
