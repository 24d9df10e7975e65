/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Populating from a slabinfo. See slab/slab_populate.h.
 *
 * A row says how large objects are, how many slabs there are and how many objects
 * are active. Free objects of cpu slabs count as active there, so a cache is filled
 * until it has the slabs, all objects in use; then as many random objects as the row
 * calls inactive are freed, and the cpus let go of the slabs they got by that.
 *
 *   row: 7 active of 10, 2 slabs      #####  #####   ->   ##.##  #.#.#
 */
#include "slab/slab_populate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slab/slabinfo.h"
#include "slab/slub_internal.h"

#define MAX_REPORTED 20         /* differences of one kind that are printed one by one */
#define MAX_ROWS     4096
#define MAX_SLABS    (8u << 20) /* of one cache: a bound for nonsense in the file */

struct row {
	struct slabinfo_row r;
	struct kmem_cache *s; /* NULL: could not be created */
	bool created;
};

struct populate {
	struct slab_state *st;
	struct text *out;
	struct row *row; /* arena */
	u32 nr;
	u32 compared, equal;   /* rows whose geometry the file gives */
	u32 created, short_of; /* caches made; caches that did not get all slabs */
	u32 unlike;            /* caches whose counts differ from the file's in the end */
	bool old_slab;         /* written by the SLAB allocator */
	u64 slabs, pages;      /* added */
};

/* Reclaimable caches by name, besides those that end in "_inode_cache". */
static const char *const reclaimable[] = {
	"inode_cache", "dentry", "buffer_head", "radix_tree_node", "dquot", "dax_cache", "xfs_inode", "xfs_ili",
	"xfs_buf", "fuse_inode", "btrfs_inode", "ovl_inode", "gfs2_inode", "gfs2_glock", "ceph_inode_info",
	"ext4_extent_status", "extent_status", "ext4_io_end", "ext4_pending_reservation", "pending_reservation",
	"mb_cache_entry", "mbcache", "fat_cache", "exfat_cache", "erofs_inode", "nfs_direct_cache", "jffs2_i",
	"bio_post_read_ctx", "UBIFS inode cache", "bkey_cached", "bch_inode_info",
};

/* In memory file systems: their inodes go only when the file goes. */
static const char *const not_reclaimable[] = {
	"mqueue_inode_cache", "hugetlbfs_inode_cache", "shmem_inode_cache",
};

static bool in_list(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

slab_flags_t slab_known_flags(const char *name)
{
	if (!strncmp(name, "dma-kmalloc-", 12))
		return SLAB_CACHE_DMA;
	if (!strncmp(name, "kmalloc-rcl-", 12) || !strncmp(name, "dm_bufio_", 9))
		return SLAB_RECLAIM_ACCOUNT;
	if (in_list(not_reclaimable, ARRAY_SIZE(not_reclaimable), name))
		return 0;
	if (ends_with(name, "_inode_cache") || in_list(reclaimable, ARRAY_SIZE(reclaimable), name))
		return SLAB_RECLAIM_ACCOUNT;
	return 0;
}

/* --- reading the file ------------------------------------------------------------- */

static int read_rows(struct populate *p, const char *file, size_t len, struct mm_error *err)
{
	const char *end = file + len;
	u32 line = 0;

	for (const char *next; file < end; file = next) {
		const char *nl = memchr(file, '\n', (size_t)(end - file));
		size_t n = (size_t)((nl ? nl : end) - file);
		struct row *row = &p->row[p->nr];
		int rc;

		next = nl ? nl + 1 : end;
		line++;
		if (p->nr == MAX_ROWS)
			return mm_fail(err, -EINVAL, "line %u: more than %u caches; is this a slabinfo?", line,
				       MAX_ROWS);
		rc = slabinfo_parse(file, n, &row->r);
		if (rc < 0)
			return mm_fail(err, -EINVAL,
				       "line %u is not a row of /proc/slabinfo (name, counts, \": tunables\" "
				       "...): %.*s",
				       line, n > 60 ? 60 : (int)n, file);
		p->old_slab |= !rc && row->r.limit;
		p->nr += !rc;
	}
	return p->nr ? 0 : mm_fail(err, -EINVAL, "no row of /proc/slabinfo in it");
}

/* --- creating caches ------------------------------------------------------------------ */

static void create_missing(struct populate *p, struct row *row)
{
	struct slab_request rq = {
		.object_size = row->r.objsize <= 1u << 30 ? (u32)row->r.objsize : 0,
		.flags = slab_known_flags(row->r.name) | SLAB_NO_MERGE | SLAB_NO_USER_FLAGS,
	};
	struct mm_error err = { 0 };

	row->s = kmem_cache_find(p->st, row->r.name);
	if (row->s)
		return;
	row->s = kmem_cache_create(p->st, row->r.name, &rq, &err);
	if (!row->s)
		text_printf(p->out, "%s: not created: %s\n", row->r.name, err.msg);
	row->created = row->s != NULL;
	p->created += row->created;
}

/* What the file says of the geometry, against what is computed. */
static void compare_geometry(struct populate *p, const struct row *row)
{
	const struct slab_geometry *g = &row->s->geo;

	if (row->r.objsize != g->size) {
		text_printf(p->out, "%s: the file has objects of %llu bytes, this machine of %u\n", row->r.name,
			    (unsigned long long)row->r.objsize, g->size);
		return;
	}
	if (!row->r.objperslab || !row->r.pagesperslab)
		return;
	p->compared++;
	if (row->r.objperslab == g->objects && row->r.pagesperslab == 1ULL << g->order) {
		p->equal++;
		return;
	}
	if (p->compared - p->equal <= MAX_REPORTED)
		text_printf(p->out,
			    "%s: objsize %u: the file has %llu objects in %llu pages, computed %u in %u\n",
			    row->r.name, g->size, (unsigned long long)row->r.objperslab,
			    (unsigned long long)row->r.pagesperslab, g->objects, 1u << g->order);
}

/* --- filling ------------------------------------------------------------------------------ */

static u64 nr_slabs(const struct slab_state *st, const struct kmem_cache *s)
{
	u64 n = 0;

	for (int nid = 0; nid < st->mm->nr_node_ids; nid++)
		n += s->node[nid] ? s->node[nid]->nr_slabs : 0;
	return n;
}

/* Would an object from node @nid come from a slab that exists already? */
static bool has_free_object(const struct slab_state *st, const struct kmem_cache *s, int nid)
{
	const struct kmem_cache_cpu *c = s->cpu[st->mm->cpu];

	if (s->node[nid] && s->node[nid]->partial.first)
		return true;
	if (!c)
		return false;
	if (c->slab && c->slab->nid == nid && (c->freelist != OBJ_NONE || c->slab->freelist != OBJ_NONE))
		return true;
	for (const struct slab *slab = c->partial; slab; slab = slab->next)
		if (slab->nid == nid)
			return true;
	return false;
}

static bool alloc_on(struct slab_state *st, struct kmem_cache *s, int nid)
{
	gfp_t gfp = (GFP_KERNEL & ~__GFP_DIRECT_RECLAIM) | __GFP_NOWARN;

	return slab_alloc_node(st, s, gfp, nid) != 0;
}

/* Use up every free object that slabs of node @nid have. */
static void fill_node(struct slab_state *st, struct kmem_cache *s, int nid)
{
	while (has_free_object(st, s, nid))
		if (!alloc_on(st, s, nid))
			return;
}

static void fill_all_nodes(struct slab_state *st, struct kmem_cache *s)
{
	for (int nid = 0; nid < st->mm->nr_node_ids; nid++)
		if (st->node_ok[nid])
			fill_node(st, s, nid);
}

static int next_node(const struct slab_state *st, int nid)
{
	for (int i = 1; i <= st->mm->nr_node_ids; i++)
		if (st->node_ok[(nid + i) % st->mm->nr_node_ids])
			return (nid + i) % st->mm->nr_node_ids;
	return 0;
}

/* One more slab, all of it in use; on @nid if that has memory. */
static bool add_slab(struct slab_state *st, struct kmem_cache *s, int nid)
{
	const struct kmem_cache_cpu *c;

	if (!alloc_on(st, s, nid))
		return false;
	fill_node(st, s, nid);
	c = s->cpu[st->mm->cpu];
	if (c && c->slab)
		fill_node(st, s, c->slab->nid);
	return true;
}

/* Slabs until there are @target, from the nodes in turn. */
static void grow(struct slab_state *st, struct kmem_cache *s, u64 target)
{
	int nid = st->mm->nr_node_ids - 1;

	fill_all_nodes(st, s);
	while (nr_slabs(st, s) < target) {
		nid = next_node(st, nid);
		if (!add_slab(st, s, nid))
			break;
	}
	fill_all_nodes(st, s);
}

/* --- freeing what is not active -------------------------------------------------------------- */

static u64 total_objects(const struct slab_state *st, const struct kmem_cache *s)
{
	u64 n = 0;

	for (int nid = 0; nid < st->mm->nr_node_ids; nid++)
		n += s->node[nid] ? s->node[nid]->total_objects : 0;
	return n;
}

/* Free @want objects, at random, so that slabs stay; the cpus let go of what they got by that. */
static void free_inactive(struct slab_state *st, struct kmem_cache *s, u64 want)
{
	slab_thin_out(st, s, want, true);
	slab_flush_all(st, s);
}

static void populate_row(struct populate *p, struct row *row)
{
	struct slab_state *st = p->st;
	struct kmem_cache *s = row->s;
	u64 before = nr_slabs(st, s), pages = s->nr_pages, total;
	u64 target = min_u64(row->r.num_slabs, MAX_SLABS);
	struct slab_cache_info info;

	grow(st, s, target);
	total = total_objects(st, s);
	if (nr_slabs(st, s) == target && row->r.active_objs < total)
		free_inactive(st, s, total - row->r.active_objs);
	slab_cache_info(st, s, &info);
	p->slabs += info.num_slabs - before;
	p->pages += s->nr_pages - pages;
	p->short_of += info.num_slabs < row->r.num_slabs;
	if (info.num_slabs == row->r.num_slabs && info.active_objs == row->r.active_objs)
		return;
	if (++p->unlike <= MAX_REPORTED)
		text_printf(p->out, "%s: the file has %llu slabs, %llu active objects; here %llu and %llu\n",
			    row->r.name, (unsigned long long)row->r.num_slabs,
			    (unsigned long long)row->r.active_objs, (unsigned long long)info.num_slabs,
			    (unsigned long long)info.active_objs);
}

static void summarize(const struct populate *p)
{
	char size[32];

	if (p->old_slab)
		text_puts(p->out,
			  "the file was written by the old SLAB allocator: its objects and pages per slab "
			  "follow other rules than SLUB's\n");
	text_printf(p->out, "geometry: %u of %u rows equal what is computed for %u cpus\n", p->equal,
		    p->compared, p->st->cfg.limits.nr_cpus);
	text_printf(p->out,
		    "populated: %u caches (%u created), %llu slabs added, %s; %u with other counts than the "
		    "file%s\n",
		    p->nr, p->created, (unsigned long long)p->slabs,
		    size_str(p->pages << p->st->page_shift, size, sizeof(size)), p->unlike,
		    p->short_of ? " (memory is too small for all of them, or the counts are absurd)" : "");
}

int slab_populate(struct slab_state *st, const char *file, size_t len, struct text *out, struct mm_error *err)
{
	return slab_populate_from(st, file, len, NULL, out, err);
}

int slab_populate_from(struct slab_state *st, const char *file, size_t len, struct slab_source *src,
		       struct text *out, struct mm_error *err)
{
	struct populate p = { .st = st, .out = out };
	int rc;

	p.row = arena_alloc(st->arena, MAX_ROWS * sizeof(*p.row));
	rc = read_rows(&p, file, len, err);
	st->source = src;
	for (u32 i = p.nr; !rc && i-- > 0;)
		create_missing(&p, &p.row[i]); /* oldest first, so that ours lists them alike */
	for (u32 i = 0; !rc && i < p.nr; i++) {
		if (!p.row[i].s)
			continue;
		compare_geometry(&p, &p.row[i]);
		populate_row(&p, &p.row[i]);
	}
	st->source = NULL;
	if (!rc)
		summarize(&p);
	arena_free(st->arena, p.row, MAX_ROWS * sizeof(*p.row));
	return rc;
}
