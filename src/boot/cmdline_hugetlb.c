/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hugepages=, hugepagesz= and default_hugepagesz= depend on their order: a count
 * belongs to the size in front of it, or to the default size when it is the very
 * first. This file replays them as the kernel does and returns what is asked for
 * by size.
 *
 *    hugepagesz=1G hugepages=2 hugepagesz=2M hugepages=0:64,1:32
 *      1G: 2, spread over the nodes       2M: 64 on node 0, 32 on node 1
 *
 * Models: mm/hugetlb.c hugepages_setup(), hugepagesz_setup(),
 * default_hugepagesz_setup(), hugetlb_init() (6.12).
 */
#include "boot/cmdline.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HUGE_MAX_HSTATE (ARCH_MAX_HUGE_SIZES + 1)
#define NOTHING_YET     (-1) /* last_target: no hugepages= so far */
#define FIRST_COUNT     (-2) /* last_target: the count before any size */

struct replay {
	struct cmdline *c;
	struct arena *a;
	const struct arch *arch;
	bool (*node_online)(const void *ctx, int nid);
	const void *ctx;
	struct hugetlb_request *h; /* [HUGE_MAX_HSTATE] */
	struct hugetlb_request first; /* a count before any size was named */
	u32 nr;
	u32 cur;              /* the size that counts go to */
	u32 dflt;
	bool valid_size;      /* the last size was good */
	bool parsed_default;
	int last_target;
};

static struct hugetlb_request *find_size(struct replay *r, u64 size)
{
	for (u32 i = 0; i < r->nr; i++)
		if (r->h[i].size == size)
			return &r->h[i];
	return NULL;
}

/* hugetlb_add_hstate(): nothing happens when the size is there. */
static void add_size(struct replay *r, u64 size)
{
	if (find_size(r, size) || r->nr >= HUGE_MAX_HSTATE)
		return;
	r->h[r->nr].size = size;
	r->h[r->nr].gigantic = size > arch_page_size(r->arch) << r->arch->max_page_order;
	r->cur = r->nr++;
}

static bool size_supported(const struct replay *r, u64 size)
{
	u64 sizes[ARCH_MAX_HUGE_SIZES];
	unsigned n = arch_huge_sizes(r->arch, sizes);

	for (unsigned i = 0; i < n; i++)
		if (sizes[i] == size)
			return true;
	return false;
}

/* --- hugepages= ------------------------------------------------------------ */

/* sscanf("%lu%n"): digits only. False: there are none. */
static bool scan_count(const char **s, u64 *out)
{
	const char *p = *s + strspn(*s, " \t");
	u64 v = 0;

	if (!isdigit((unsigned char)*p))
		return false;
	while (isdigit((unsigned char)*p))
		v = v * 10 + (u64)(*p++ - '0');
	*s = p;
	*out = v;
	return true;
}

/* The later count for the same node wins (the sum in @count keeps both, as in the kernel). */
static void set_node_count(struct replay *r, struct hugetlb_request *h, int nid, u64 count)
{
	size_t size = sizeof(*h->node);

	for (u32 i = 0; i < h->nr_node; i++)
		if (h->node[i].nid == nid) {
			h->node[i].count = count;
			return;
		}
	h->node = arena_realloc(r->a, h->node, h->nr_node * size, (h->nr_node + 1) * size);
	h->node[h->nr_node++] = (struct hugetlb_node_count){ nid, count };
}

/* Fill @h from "N" or "nid:N,nid:N". False: *@bad is what could not be read. */
static bool read_counts(struct replay *r, struct hugetlb_request *h, const char *s, const char **bad)
{
	const char *start = s;
	u64 n;

	while (*s) {
		*bad = s;
		if (!scan_count(&s, &n))
			return false;
		if (*s != ':') {
			if (*bad != start)
				return false;
			h->count = n;
			return true;
		}
		if (n >= r->arch->max_numnodes || (r->node_online && !r->node_online(r->ctx, (int)n)))
			return false;
		*bad = ++s;
		{
			int nid = (int)n;

			if (!scan_count(&s, &n))
				return false;
			set_node_count(r, h, nid, n);
		}
		h->count += n;
		if (*s != ',')
			return true;
		s++;
	}
	return true;
}

static void do_hugepages(struct replay *r, const char *v)
{
	int target = r->nr ? (int)r->cur : FIRST_COUNT;
	struct hugetlb_request *h = r->nr ? &r->h[r->cur] : &r->first;
	const char *bad;

	if (!r->valid_size) {
		cmdline_note(r->c, r->a,
			     "HugeTLB: hugepages=%s does not follow a valid hugepagesz, ignoring", v);
		r->valid_size = true;
		return;
	}
	if (target == r->last_target) {
		cmdline_note(r->c, r->a, "HugeTLB: hugepages= specified twice without interleaving "
			     "hugepagesz=, ignoring hugepages=%s", v);
		return;
	}
	if (read_counts(r, h, v, &bad)) {
		r->last_target = target;
		return;
	}
	cmdline_note(r->c, r->a, "HugeTLB: Invalid hugepages parameter %s", bad);
	h->count = 0;
	h->node = NULL;
	h->nr_node = 0;
}

/* --- sizes ----------------------------------------------------------------- */

static void do_hugepagesz(struct replay *r, const char *v)
{
	u64 size = memparse(v, NULL);
	struct hugetlb_request *h;

	r->valid_size = false;
	if (!size_supported(r, size)) {
		cmdline_note(r->c, r->a, "HugeTLB: unsupported hugepagesz=%s", v);
		return;
	}
	h = find_size(r, size);
	if (h) {
		/* Only the default size may be named again, to give it its count. */
		if (!r->parsed_default || h != &r->h[r->dflt] || h->count) {
			cmdline_note(r->c, r->a, "HugeTLB: hugepagesz=%s specified twice, ignoring", v);
			return;
		}
		r->cur = r->dflt;
	} else {
		add_size(r, size);
	}
	r->valid_size = true;
}

/* The count that came before any size goes to the default size. */
static void take_first(struct replay *r)
{
	struct hugetlb_request *h = &r->h[r->dflt];

	h->count = r->first.count;
	h->node = r->first.node;
	h->nr_node = r->first.nr_node;
	r->first = (struct hugetlb_request){ 0 };
}

static void do_default_hugepagesz(struct replay *r, const char *v)
{
	u64 size = memparse(v, NULL);

	r->valid_size = false;
	if (r->parsed_default) {
		cmdline_note(r->c, r->a, "HugeTLB: default_hugepagesz previously specified, ignoring %s", v);
		return;
	}
	if (!size_supported(r, size)) {
		cmdline_note(r->c, r->a, "HugeTLB: unsupported default_hugepagesz=%s", v);
		return;
	}
	add_size(r, size);
	r->valid_size = true;
	r->parsed_default = true;
	r->dflt = (u32)(find_size(r, size) - r->h);
	if (r->first.count)
		take_first(r);
}

/* --- the end of boot ------------------------------------------------------- */

/* "2.00 MiB": three digits, as string_get_size() prints it. */
static void size_name(u64 size, char *buf, size_t n)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB" };
	unsigned u = 0;

	while (size >= 1024 && u < 3) {
		size >>= 10;
		u++;
	}
	snprintf(buf, n, size < 10 ? "%llu.00 %s" : size < 100 ? "%llu.0 %s" : "%llu %s", (unsigned long long)size,
		 unit[u]);
}

/* Sizes that exist anyway, and the default size when none was named. */
static void finish(struct replay *r)
{
	u64 sizes[ARCH_MAX_HUGE_SIZES];
	unsigned n = arch_huge_sizes(r->arch, sizes);
	char name[32];

	for (unsigned i = 0; i < n; i++)
		add_size(r, sizes[i]);
	if (r->parsed_default)
		return;
	r->dflt = (u32)(find_size(r, arch_pmd_size(r->arch)) - r->h);
	if (!r->first.count)
		return;
	if (r->h[r->dflt].count) {
		size_name(r->h[r->dflt].size, name, sizeof(name));
		cmdline_note(r->c, r->a, "HugeTLB: Ignoring hugepages=%llu associated with %s page size",
			     (unsigned long long)r->h[r->dflt].count, name);
		cmdline_note(r->c, r->a, "HugeTLB: Using hugepages=%llu for number of default huge pages",
			     (unsigned long long)r->first.count);
	}
	take_first(r);
}

void cmdline_hugetlb(struct cmdline *c, struct arena *a, const struct arch *arch,
		     bool (*node_online)(const void *ctx, int nid), const void *ctx,
		     struct hugetlb_plan *out)
{
	struct replay r = { .c = c, .a = a, .arch = arch, .node_online = node_online, .ctx = ctx,
			    .valid_size = true, .last_target = NOTHING_YET };

	r.h = arena_alloc(a, HUGE_MAX_HSTATE * sizeof(*r.h));
	for (u32 i = 0; i < c->nr_hugetlb; i++) {
		const char *v = c->hugetlb[i].value;

		switch (c->hugetlb[i].kind) {
		case HUGETLB_PAGES:
			do_hugepages(&r, v);
			break;
		case HUGETLB_SIZE:
			do_hugepagesz(&r, v);
			break;
		case HUGETLB_DEFAULT_SIZE:
			do_default_hugepagesz(&r, v);
			break;
		}
	}
	finish(&r);
	r.h[r.dflt].is_default = true;
	out->req = r.h;
	out->nr = r.nr;
}
