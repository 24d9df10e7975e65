/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands of the slab allocator: kmalloc, kfree, slab, cache, mempool, populate.
 */
#include "cmd/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine.h"
#include "slab/kmalloc.h"
#include "slab/mempool.h"
#include "slab/slab_populate.h"
#include "slab/slab_tag.h"

#define LL(v) ((unsigned long long)(v))
#define MAX_COUNT     10000000ULL
#define MAX_PRINTED   8
#define MAX_FILE      (1 * MiB) /* a slabinfo of 8000 rows */

/* What kmalloc and `cache alloc` were asked. */
struct object_request {
	gfp_t gfp;
	int node;
	u64 count;
	char name[SLAB_TAG_MAX];
	bool unused; /* nobody keeps the objects: shrinkers may free them */
};

/* The second word of `cache` and `mempool`. */
struct verb {
	const char *word;
	int (*run)(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err);
};

static const struct verb *find_verb(const struct verb *v, size_t n, const struct cmd_args *a)
{
	for (size_t i = 0; a->argc > 1 && i < n; i++)
		if (!strcmp(a->argv[1], v[i].word))
			return &v[i];
	return NULL;
}

static int need_slab(struct machine *m, struct mm_error *err)
{
	if (m->sys->slab)
		return 0;
	return mm_fail(err, -EAGAIN, "boot stands at stage '%s', before the slab allocator; run 'boot' first",
		       boot_stage_name(m->sys->stage));
}

static int parse_request(struct machine *m, const struct cmd_args *a, struct object_request *r,
			 struct mm_error *err)
{
	const char *gfp = cmd_value(a, "gfp"), *name = cmd_value(a, "as");
	int rc;

	r->gfp = GFP_KERNEL;
	r->unused = false;
	r->node = NO_NODE;
	r->count = 1;
	rc = cmd_int(a, "node", 0, m->sys->mm.nr_node_ids - 1, &r->node, err);
	rc = rc ? rc : cmd_u64(a, "count", &r->count, err);
	if (!rc && gfp)
		rc = gfp_parse(gfp, &r->gfp, err);
	if (rc)
		return rc;
	if (r->count < 1 || r->count > MAX_COUNT)
		return mm_fail(err, -EINVAL, "count=%llu: give 1 to %llu", LL(r->count), MAX_COUNT);
	if (name && (!*name || strlen(name) >= sizeof(r->name)))
		return mm_fail(err, -EINVAL, "as=%s: a name has 1 to %zu characters", name,
			       sizeof(r->name) - 1);
	if (name)
		snprintf(r->name, sizeof(r->name), "%s", name);
	else
		snprintf(r->name, sizeof(r->name), "o%llu", LL(m->sim->next_name++));
	return 0;
}

static void print_object(struct machine *m, const char *name, u64 addr, struct text *out)
{
	const struct slab_state *st = m->sys->slab;
	const struct kmem_cache *s;
	struct slab_info info;
	u32 index;

	if (!slab_of_addr(st, addr, &info, &index)) {
		text_printf(out, "%s: 0x%llx (ZERO_SIZE_PTR: no memory behind it)\n", name, LL(addr));
		return;
	}
	s = slab_cache_by_id(st, info.cache);
	text_printf(out, "%s: 0x%llx %s", name, LL(addr), s ? kmem_cache_name(s) : "large kmalloc");
	if (s)
		text_printf(out, " object %u of %u", index, info.objects);
	text_printf(out, ", pfn 0x%llx order %u node %d, ksize %llu\n", LL(info.pfn), info.order, info.nid,
		    LL(ksize(st, addr)));
}

/* Remember and print object number @i of a request. */
static void keep_object(struct machine *m, const struct object_request *r, u64 i, u64 addr, struct text *out)
{
	if (addr > ZERO_SIZE_PTR && !r->unused)
		slab_tag_add(m->sys->slab, addr, r->name);
	if (i < MAX_PRINTED)
		print_object(m, r->name, addr, out);
	else if (i == r->count - 1)
		text_printf(out, "%s: %llu objects in all\n", r->name, LL(r->count));
}

static int fail_memory(const struct object_request *r, u64 done, struct mm_error *err)
{
	return mm_fail(err, -ENOMEM, "simulated memory ended after %llu of %llu objects; they are kept as %s",
		       LL(done), LL(r->count), r->name);
}

/* --- kmalloc, kfree, slab ------------------------------------------------------- */

static int run_kmalloc(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct object_request r;
	u64 size = 64, addr;
	int rc = need_slab(m, err);

	rc = rc ? rc : parse_request(m, a, &r, err);
	rc = rc ? rc : cmd_u64(a, "size", &size, err);
	if (rc)
		return rc;
	if (size > 1ULL << (m->sys->arch.page_shift + m->sys->arch.max_page_order))
		return mm_fail(err, -EINVAL,
			       "size=%llu: kmalloc gives at most one block of the largest order, %llu bytes",
			       LL(size), 1ULL << (m->sys->arch.page_shift + m->sys->arch.max_page_order));
	for (u64 i = 0; i < r.count; i++) {
		addr = kmalloc_node(m->sys->slab, size, r.gfp, r.node);
		if (!addr)
			return fail_memory(&r, i, err);
		keep_object(m, &r, i, addr, out);
	}
	return 0;
}

static bool is_number(const char *s)
{
	return *s >= '0' && *s <= '9';
}

static int free_address(struct machine *m, const char *word, struct text *out, struct mm_error *err)
{
	struct slab_state *st = m->sys->slab;
	const char *what;
	u64 addr;
	int rc = cmd_parse_u64(word, &addr, "address", err);

	if (rc)
		return rc;
	what = slab_internal_object(st, addr);
	if (what && addr > ZERO_SIZE_PTR)
		return mm_fail(err, -EBUSY,
			       "0x%llx is %s of the allocator itself; freeing it would corrupt the machine",
			       LL(addr), what);
	rc = kfree(st, addr, err);
	slab_tag_sweep(st);
	if (rc)
		slab_report_bad_free(st, NULL, addr, out);
	else
		text_printf(out, "freed 0x%llx\n", LL(addr));
	return rc;
}

static int run_kfree(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u64 freed;
	int rc = need_slab(m, err);

	if (rc)
		return rc;
	if (a->argc != 2)
		return mm_fail(err, -EINVAL, "say what to free: a name (kfree o0), an address, or all");
	if (is_number(a->argv[1]))
		return free_address(m, a->argv[1], out, err);
	freed = slab_tag_free(m->sys->slab, strcmp(a->argv[1], "all") ? a->argv[1] : NULL);
	if (!freed && strcmp(a->argv[1], "all"))
		return mm_fail(err, -ENOENT,
			       "no object is named '%s'; names are given by as= or printed by kmalloc",
			       a->argv[1]);
	text_printf(out, "freed %llu objects\n", LL(freed));
	return 0;
}

/* An address, a pfn or a name, as the pfn it lies in. */
static int find_page(struct machine *m, const char *word, u64 *addr, pfn_t *pfn, struct mm_error *err)
{
	const struct slab_state *st = m->sys->slab;
	struct slab_info info;
	const char *name;
	u32 index;
	int rc;

	*addr = 0;
	for (u32 i = 0; !is_number(word) && (name = slab_tag_at(st, i, addr)); i++)
		if (!strcmp(name, word))
			break;
	if (!is_number(word)) {
		if (!slab_of_addr(st, *addr, &info, &index))
			return mm_fail(err, -ENOENT, "no object is named '%s'", word);
		*pfn = info.pfn;
		return 0;
	}
	rc = cmd_parse_u64(word, addr, "address", err);
	if (rc)
		return rc;
	if (slab_of_addr(st, *addr, &info, &index)) {
		*pfn = info.pfn;
		return 0;
	}
	*pfn = *addr;
	*addr = 0;
	if (slab_of_pfn(st, *pfn, &info))
		return 0;
	return mm_fail(err, -ENOENT, "0x%llx is neither an address nor a pfn of a slab", LL(*pfn));
}

static int run_slab(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct slab_state *st = m->sys->slab;
	const char *own;
	u64 addr = 0;
	pfn_t pfn = 0;
	int rc = need_slab(m, err);

	if (!rc && a->argc != 2)
		rc = mm_fail(err, -EINVAL, "slab of what? give an address, a pfn or the name of an object");
	rc = rc ? rc : find_page(m, a->argv[1], &addr, &pfn, err);
	if (rc)
		return rc;
	if (addr) {
		const char *name = slab_tag_of(st, addr);

		print_object(m, name ? name : "object", addr, out);
		own = slab_internal_object(st, addr);
		if (own)
			text_printf(out, "       it is %s\n", own);
	}
	slab_draw(st, pfn, out);
	return 0;
}

/* --- cache ... --------------------------------------------------------------------- */

static int find_cache(struct machine *m, const struct cmd_args *a, struct kmem_cache **s, struct mm_error *err)
{
	if (a->argc < 3)
		return mm_fail(err, -EINVAL, "cache %s which one? 'cache list' names them", a->argv[1]);
	*s = kmem_cache_find(m->sys->slab, a->argv[2]);
	if (*s)
		return 0;
	return mm_fail(err, -ENOENT, "no cache is named %s; 'cache list' names them", a->argv[2]);
}

/* "HWCACHE_ALIGN|PANIC" */
static int parse_flags(const char *s, slab_flags_t *flags, struct mm_error *err)
{
	while (*s) {
		size_t n = strcspn(s, "|,");
		const char *word = n > 5 && !strncmp(s, "SLAB_", 5) ? s + 5 : s;
		size_t len = n - (size_t)(word - s);
		unsigned bit = 0;

		while (slab_flag_name(bit) &&
		       (strlen(slab_flag_name(bit)) != len || strncmp(slab_flag_name(bit), word, len)))
			bit++;
		if (!slab_flag_name(bit))
			return mm_fail(
				err, -EINVAL,
				"flag '%.*s' is unknown; use HWCACHE_ALIGN, RECLAIM_ACCOUNT, ACCOUNT, "
				"CACHE_DMA, "
				"TYPESAFE_BY_RCU, NO_MERGE, RED_ZONE, POISON, STORE_USER, CONSISTENCY_CHECKS",
				(int)n, s);
		*flags |= 1u << bit;
		s += n + (s[n] != '\0');
	}
	return 0;
}

static void print_flags(slab_flags_t flags, struct text *out)
{
	const char *sep = "";

	for (unsigned bit = 0; slab_flag_name(bit); bit++) {
		if (!(flags >> bit & 1))
			continue;
		text_printf(out, "%s%s", sep, slab_flag_name(bit));
		sep = "|";
	}
	if (!*sep)
		text_puts(out, "none");
}

static int cache_create(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const char *flags = cmd_value(a, "flags");
	struct slab_request rq = { 0 };
	const struct kmem_cache *s;
	int size = 0, align = 0, ctor = 0, rc;

	if (a->argc != 3)
		return mm_fail(err, -EINVAL, "cache create NAME size=BYTES [align=BYTES] [flags=A|B] [ctor=1]");
	rc = cmd_int(a, "size", 1, 4 << 20, &size, err);
	rc = rc ? rc : cmd_int(a, "align", 0, 1 << 20, &align, err);
	rc = rc ? rc : cmd_int(a, "ctor", 0, 1, &ctor, err);
	if (!rc && flags)
		rc = parse_flags(flags, &rq.flags, err);
	if (!rc && !size)
		rc = mm_fail(err, -EINVAL, "how large are its objects? give size=BYTES");
	if (rc)
		return rc;
	rq.object_size = (u32)size;
	rq.align = (u32)align;
	rq.ctor = ctor;
	s = kmem_cache_create(m->sys->slab, a->argv[2], &rq, err);
	if (!s)
		return err->code ? err->code : -EINVAL;
	if (strcmp(kmem_cache_name(s), a->argv[2]))
		text_printf(out, "%s: merged with %s (slab_nomerge or flags=NO_MERGE keeps caches apart)\n",
			    a->argv[2], kmem_cache_name(s));
	text_printf(out, "%s: objects of %u bytes take %u, %u in a slab of %u pages\n", a->argv[2],
		    kmem_cache_geometry(s)->object_size, kmem_cache_geometry(s)->size,
		    kmem_cache_geometry(s)->objects, 1u << kmem_cache_geometry(s)->order);
	return 0;
}

static int cache_alloc(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const char *unused = cmd_value(a, "unused");
	struct object_request r;
	struct kmem_cache *s;
	int rc = find_cache(m, a, &s, err);

	rc = rc ? rc : parse_request(m, a, &r, err);
	if (rc)
		return rc;
	r.unused = unused && !strcmp(unused, "on");
	if (unused && !r.unused && strcmp(unused, "off"))
		return mm_fail(err, -EINVAL, "unused=%s: on or off", unused);
	for (u64 i = 0; i < r.count; i++) {
		u64 addr = kmem_cache_alloc_node(m->sys->slab, s, r.gfp, r.node);

		if (!addr)
			return fail_memory(&r, i, err);
		keep_object(m, &r, i, addr, out);
	}
	return 0;
}

static int cache_free_address(struct machine *m, struct kmem_cache *s, u64 addr, struct text *out,
			      struct mm_error *err)
{
	const char *what = slab_internal_object(m->sys->slab, addr);
	int rc;

	if (what)
		return mm_fail(err, -EBUSY, "0x%llx is %s of the allocator itself", LL(addr), what);
	rc = kmem_cache_free(m->sys->slab, s, addr, err);
	if (rc)
		slab_report_bad_free(m->sys->slab, s, addr, out);
	else
		text_printf(out, "freed 0x%llx\n", LL(addr));
	return rc;
}

static int cache_free(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const char *n = cmd_value(a, "n");
	u64 addr = 0, want = 1;
	struct kmem_cache *s;
	int rc = find_cache(m, a, &s, err);

	rc = rc ? rc : cmd_u64(a, "addr", &addr, err);
	if (!rc && n && !strcmp(n, "all"))
		want = ~0ULL;
	else if (!rc)
		rc = cmd_u64(a, "n", &want, err);
	if (rc)
		return rc;
	if (addr)
		rc = cache_free_address(m, s, addr, out, err);
	else
		text_printf(out, "%s: freed %llu objects, chosen at random\n", kmem_cache_name(s),
			    LL(slab_thin_out(m->sys->slab, s, want, false)));
	slab_tag_sweep(m->sys->slab);
	return rc;
}

static int cache_shrink(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct slab_cache_info before, after;
	struct kmem_cache *s;
	int rc;

	if (a->argc == 3 && !strcmp(a->argv[2], "all")) {
		slab_memory_going_offline(m->sys->slab);
		text_puts(out, "every cache gave its empty slabs back\n");
		return 0;
	}
	rc = find_cache(m, a, &s, err);
	if (rc)
		return rc;
	slab_cache_info(m->sys->slab, s, &before);
	kmem_cache_shrink(m->sys->slab, s);
	slab_cache_info(m->sys->slab, s, &after);
	text_printf(out, "%s: %llu slabs given back, %llu left\n", before.name,
		    LL(before.num_slabs - after.num_slabs), LL(after.num_slabs));
	return 0;
}

static int cache_destroy(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc;

	if (a->argc != 3)
		return mm_fail(err, -EINVAL, "cache destroy which one? 'cache list' names them");
	rc = kmem_cache_destroy(m->sys->slab, a->argv[2], err);
	if (!rc)
		text_printf(out, "%s: destroyed\n", a->argv[2]);
	return rc;
}

/* --- cache list, cache show -------------------------------------------------------- */

static const char *const sort_keys[] = {"new",  "name",  "objs",  "active", "used",
					"size", "slabs", "bytes", "waste",  NULL};

static u64 sort_value(const struct slab_cache_info *c, const char *key)
{
	if (!strcmp(key, "objs"))
		return c->num_objs;
	if (!strcmp(key, "active"))
		return c->active_objs;
	if (!strcmp(key, "used"))
		return c->used_objs;
	if (!strcmp(key, "size"))
		return c->geo.size;
	if (!strcmp(key, "slabs"))
		return c->num_slabs;
	return !strcmp(key, "waste") ? c->waste : c->bytes;
}

static int compare_caches(const void *pa, const void *pb, void *key)
{
	const struct slab_cache_info *a = pa, *b = pb;
	u64 va = sort_value(a, key), vb = sort_value(b, key);

	if (!strcmp(key, "name"))
		return strcmp(a->name, b->name);
	return va == vb ? strcmp(a->name, b->name) : va < vb ? 1 : -1;
}

static int find_sort_key(const char *word, const char **key, struct mm_error *err)
{
	for (int i = 0; sort_keys[i]; i++) {
		*key = sort_keys[i];
		if (!strcmp(word, *key))
			return 0;
	}
	return mm_fail(err, -EINVAL,
		       "sort=%s: use new, name, objs, active, used, size, slabs, bytes or waste", word);
}

static void print_list(const struct slab_cache_info *c, u32 n, struct text *out)
{
	u64 bytes = 0, waste = 0, slabs = 0;
	char size[32];

	text_puts(out,
		  "    OBJS   ACTIVE     USED  OBJSIZE  SLABS OBJ/SLAB  PAGES/SLAB      SIZE  UNUSED NAME\n");
	for (u32 i = 0; i < n; i++, c++) {
		text_printf(out, "%8llu %8llu %8llu %8u %6llu %8u %11u %9s %6llu%% %s%s\n", LL(c->num_objs),
			    LL(c->active_objs), LL(c->used_objs), c->geo.size, LL(c->num_slabs), c->geo.objects,
			    1u << c->geo.order, size_str(c->bytes, size, sizeof(size)),
			    LL(c->bytes ? c->waste * 100 / c->bytes : 0), c->name, c->aliases ? " *" : "");
		bytes += c->bytes;
		waste += c->waste;
		slabs += c->num_slabs;
	}
	text_printf(out, "%u caches, %llu slabs, %s", n, LL(slabs), size_str(bytes, size, sizeof(size)));
	text_printf(out, ", %s of it unused (* has aliases)\n", size_str(waste, size, sizeof(size)));
}

static int cache_list(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const char *word = cmd_value(a, "sort"), *key = "new";
	struct slab_cache_info *list;
	u32 n;

	if (word && find_sort_key(word, &key, err))
		return -EINVAL;
	n = slab_caches(m->sys->slab, NULL, 0);
	list = calloc(n, sizeof(*list));
	if (!list)
		return mm_fail(err, -ENOMEM, "the host has no memory left for the list");
	slab_caches(m->sys->slab, list, n);
	if (strcmp(key, "new"))
		qsort_r(list, n, sizeof(*list), compare_caches, (void *)(uintptr_t)key);
	print_list(list, n, out);
	free(list);
	return 0;
}

static void show_layout(const struct slab_cache_info *c, struct text *out)
{
	const struct slab_geometry *g = &c->geo;

	text_printf(out, "%s: object %u bytes, align %u, takes %u; free pointer at %u%s; flags ", c->name,
		    g->object_size, g->align, g->size, g->offset,
		    g->offset >= g->inuse ? " (behind the object)" : "");
	print_flags(c->flags, out);
	text_printf(out, "%s\n", c->ctor ? "; has a constructor" : "");
	text_printf(out,
		    "slab: order %u, %u objects (fallback: order %u, %u); cpu partial %u objects = %u slabs; "
		    "min partial %u\n",
		    g->order, g->objects, g->min_order, g->min_objects, g->cpu_partial, g->cpu_partial_slabs,
		    g->min_partial);
	text_printf(out,
		    "now: %llu slabs (%llu of cpus, %llu cpu partial, %llu node partial), %llu objects, %llu "
		    "used, "
		    "%llu active\n",
		    LL(c->num_slabs), LL(c->cpu_slabs), LL(c->cpu_partial_slabs), LL(c->node_partial_slabs),
		    LL(c->num_objs), LL(c->used_objs), LL(c->active_objs));
}

static void show_places(struct machine *m, const struct kmem_cache *s, struct text *out)
{
	u32 nr_free, nr_partial;
	u64 tid;

	for (int nid = 0; nid < m->sys->mm.nr_node_ids; nid++) {
		struct slab_node_info n;

		slab_node_info(s, nid, &n);
		if (n.nr_slabs)
			text_printf(out,
				    "node %d: %llu slabs, %llu objects; partial list %llu slabs, %llu free "
				    "objects\n",
				    nid, LL(n.nr_slabs), LL(n.total_objects), LL(n.nr_partial),
				    LL(n.partial_free));
	}
	for (int cpu = 0; cpu < m->sys->mm.nr_cpus_possible; cpu++)
		if (slab_cpu_info(m->sys->slab, s, cpu, &tid, &nr_free, &nr_partial))
			text_printf(
				out,
				"cpu %d: tid %llu, lockless freelist %u objects, partial chain %u slabs\n",
				cpu, LL(tid), nr_free, nr_partial);
}

struct draw_first {
	struct machine *m;
	struct text *out;
	u64 left;
};

static bool draw_slab(const struct slab_info *info, void *arg)
{
	struct draw_first *d = arg;

	slab_draw(d->m->sys->slab, info->pfn, d->out);
	return --d->left > 0;
}

static int cache_show(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct draw_first d = { .m = m, .out = out, .left = 0 };
	struct slab_cache_info info;
	struct kmem_cache *s;
	int rc = find_cache(m, a, &s, err);

	rc = rc ? rc : cmd_u64(a, "draw", &d.left, err);
	if (rc)
		return rc;
	slab_cache_info(m->sys->slab, s, &info);
	show_layout(&info, out);
	show_places(m, s, out);
	text_puts(out, "events:");
	for (int i = 0; i < NR_SLUB_STATS; i++)
		if (info.stat[i])
			text_printf(out, " %s=%llu", slub_stat_name(i), LL(info.stat[i]));
	text_puts(out, "\n");
	if (d.left)
		slab_visit(m->sys->slab, s, draw_slab, &d);
	return 0;
}

static const struct verb cache_verbs[] = {
	{"list", cache_list}, {"show", cache_show},     {"create", cache_create},   {"alloc", cache_alloc},
	{"free", cache_free}, {"shrink", cache_shrink}, {"destroy", cache_destroy},
};

static int run_cache(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct verb *v = find_verb(cache_verbs, ARRAY_SIZE(cache_verbs), a);
	int rc = need_slab(m, err);

	if (!rc && !v)
		rc = mm_fail(err, -EINVAL,
			     "cache what? use list, show, create, alloc, free, shrink or destroy");
	return rc ? rc : v->run(m, a, out, err);
}

/* --- mempool ... ------------------------------------------------------------------------ */

static int find_pool(struct machine *m, const struct cmd_args *a, struct mempool **pool, struct mm_error *err)
{
	if (a->argc < 3)
		return mm_fail(err, -EINVAL, "mempool %s which one? 'mempool list' names them", a->argv[1]);
	*pool = mempool_find(m->sys->slab, a->argv[2]);
	return *pool ? 0
		     : mm_fail(err, -ENOENT, "no mempool is named %s; 'mempool list' names them", a->argv[2]);
}

static int pool_list(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mempool_info info;

	for (u32 i = 0; mempool_info(m->sys->slab, i, &info); i++)
		text_printf(out, "%s: %u of %u elements of %s in the reserve\n", info.name, info.curr_nr,
			    info.min_nr, info.cache);
	return 0;
}

static int pool_create(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const char *name = cmd_value(a, "cache");
	struct kmem_cache *s = name ? kmem_cache_find(m->sys->slab, name) : NULL;
	int min = 4, rc = cmd_int(a, "min", 1, 1024, &min, err);

	if (!rc && (a->argc != 3 || !s))
		rc = mm_fail(err, -EINVAL,
			     "mempool create NAME cache=CACHE [min=N], where 'cache list' shows CACHE");
	if (rc)
		return rc;
	if (!mempool_create(m->sys->slab, a->argv[2], (u32)min, s, err))
		return err->code;
	text_printf(out, "%s: a reserve of %d objects of %s\n", a->argv[2], min, kmem_cache_name(s));
	return 0;
}

static int pool_alloc(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct object_request r;
	struct mempool *pool;
	int rc = find_pool(m, a, &pool, err);

	rc = rc ? rc : parse_request(m, a, &r, err);
	for (u64 i = 0; !rc && i < r.count; i++) {
		u64 addr = mempool_alloc(m->sys->slab, pool, r.gfp);

		if (!addr)
			return fail_memory(&r, i, err);
		keep_object(m, &r, i, addr, out);
	}
	return rc;
}

static int pool_free(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct slab_state *st = m->sys->slab;
	struct mempool *pool;
	const char *name;
	u64 addr, freed = 0;
	int rc = find_pool(m, a, &pool, err);

	if (!rc && a->argc != 4)
		rc = mm_fail(err, -EINVAL, "mempool free POOL NAME: the name that mempool alloc printed");
	for (u32 i = 0; !rc && (name = slab_tag_at(st, i, &addr));) {
		if (strcmp(name, a->argv[3])) {
			i++;
			continue;
		}
		rc = mempool_free(st, pool, addr, err);
		freed += !rc;
		slab_tag_forget(st, i);
	}
	if (!rc && !freed)
		rc = mm_fail(err, -ENOENT, "no object is named '%s'", a->argv[3]);
	if (!rc)
		text_printf(out, "%llu elements went back\n", LL(freed));
	return rc;
}

static int pool_destroy(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mempool *pool;
	int rc = find_pool(m, a, &pool, err);

	if (rc)
		return rc;
	mempool_destroy(m->sys->slab, pool);
	text_printf(out, "%s: destroyed, its reserve is back in the cache\n", a->argv[2]);
	return 0;
}

static const struct verb pool_verbs[] = {
	{ "list", pool_list }, { "create", pool_create }, { "alloc", pool_alloc },
	{ "free", pool_free }, { "destroy", pool_destroy },
};

static int run_mempool(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const struct verb *v = find_verb(pool_verbs, ARRAY_SIZE(pool_verbs), a);
	int rc = need_slab(m, err);

	if (!rc && !v)
		rc = mm_fail(err, -EINVAL, "mempool what? use list, create, alloc, free or destroy");
	return rc ? rc : v->run(m, a, out, err);
}

/* --- populate ------------------------------------------------------------------------- */

/* The whole file @path into @buf, MAX_FILE bytes. */
static int read_file(const char *path, char *buf, size_t *len, struct mm_error *err)
{
	FILE *f = fopen(path, "r");
	bool bad;

	if (!f)
		return mm_fail(err, -errno, "%s: %s", path, strerror(errno));
	*len = fread(buf, 1, MAX_FILE, f);
	bad = ferror(f);
	fclose(f);
	if (bad)
		return mm_fail(err, -EIO, "%s: cannot be read (is it a folder?)", path);
	if (*len == MAX_FILE)
		return mm_fail(err, -EFBIG, "%s: too large for a /proc/slabinfo", path);
	return 0;
}

static int populate_file(struct machine *m, const char *path, struct text *out, struct mm_error *err)
{
	char *buf = arena_alloc(m->arena, MAX_FILE);
	size_t len = 0;
	int rc = read_file(path, buf, &len, err);

	if (!rc) {
		rc = slab_populate(m->sys->slab, buf, len, out, err);
		if (rc)
			mm_error_prefix(err, "%s: ", path);
	}
	arena_free(m->arena, buf, MAX_FILE);
	return rc;
}

static int run_populate(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_slab(m, err);

	if (rc)
		return rc;
	if (a->argc != 3 || strcmp(a->argv[1], "slab"))
		return mm_fail(err, -EINVAL,
			       "populate slab FILE, where FILE is a /proc/slabinfo of any machine");
	return populate_file(m, a->argv[2], out, err);
}

static const char *const kmalloc_keys[] = { "size", "gfp", "node", "count", "as", NULL };
static const char *const cache_keys[] = { "size", "align", "flags", "ctor", "gfp", "node", "count", "as", "unused",
					  "n", "addr", "sort", "draw", NULL };
static const char *const pool_keys[] = { "cache", "min", "gfp", "node", "count", "as", NULL };
static const char *const no_keys[] = { NULL };
static const char *const pool_words[] = { "list", "create", "alloc", "free", "destroy", NULL };
static const char *const cache_words[] = {"list", "show",   "create",  "alloc",
					  "free", "shrink", "destroy", NULL};
static const char *const populate_words[] = { "slab", NULL };

static const struct command rows[] = {
	{"kmalloc", "size=BYTES [gfp=FLAGS] [node=N] [count=N] [as=NAME]",
	 "allocate bytes with kmalloc() and keep them under a name", "Slab", 0, kmalloc_keys, NULL,
	 run_kmalloc},
	{"kfree", "NAME | ADDRESS | all", "free what kmalloc or cache alloc gave", "Slab", 0, no_keys, NULL,
	 run_kfree},
	{"slab", "ADDRESS | PFN | NAME", "draw the slab that an object lies in, object by object", "Slab",
	 CMD_READ, no_keys, NULL, run_slab},
	{"cache",
	 "list [sort=KEY] | show NAME [draw=N] | create NAME size=BYTES [align=N] [flags=A|B] [ctor=1] | "
	 "alloc NAME [count=N] [node=N] [as=NAME] [unused=on] | free NAME [n=N|all] [addr=A] | shrink NAME|all | destroy "
	 "NAME",
	 "kmem_cache: list, look at, create, use, shrink and destroy caches of equal objects", "Slab", 0,
	 cache_keys, cache_words, run_cache},
	{"mempool",
	 "list | create NAME cache=CACHE [min=N] | alloc NAME [count=N] [as=NAME] | free NAME OBJECT | "
	 "destroy NAME",
	 "reserves of objects that are there even when memory is not", "Slab", 0, pool_keys, pool_words,
	 run_mempool},
	{"populate", "slab FILE",
	 "fill memory with the caches of a /proc/slabinfo and compare their geometry", "Slab", 0, no_keys,
	 populate_words, run_populate},
};

const struct command *cmd_slab_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
