/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many small files, created and read again: see fio_load.h. */
#include "sim/fio_load.h"

#include "alloc/lru.h"
#include "alloc/page_owner.h"
#include "alloc/page_stat.h"
#include "alloc/shrinker.h"
#include "boot/system.h"
#include "sim/machine.h"
#include "slab/slub.h"

#define FILES_PER_BUFFER 8 /* on-disk inodes of 512 bytes in a page */
#define SUPER_BATCH      1024
#define NO_FILE          ~0u

enum object { OBJECT_INODE, OBJECT_DENTRY, OBJECT_NODE, OBJECT_ITEM, NR_OBJECTS };

/* As /proc/slabinfo of a kernel with XFS names and sizes them. */
static const struct {
	const char *name;
	u32 size; /* bytes */
	slab_flags_t flags;
} object_kind[NR_OBJECTS] = {
	[OBJECT_INODE] = { "xfs_inode", 1024, SLAB_RECLAIM_ACCOUNT | SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE },
	[OBJECT_DENTRY] = { "dentry", 192, SLAB_RECLAIM_ACCOUNT | SLAB_NO_MERGE },
	[OBJECT_NODE] = { "radix_tree_node", 576, SLAB_RECLAIM_ACCOUNT | SLAB_NO_MERGE },
	[OBJECT_ITEM] = { "xfs_ili", 264, SLAB_NO_MERGE },
};

/* A list of numbered things, oldest first, through their own links. */
struct age_link {
	u32 next, prev;
};
struct age_list {
	u32 first, last;
	u64 nr;
};

struct file {
	u64 object[NR_OBJECTS]; /* addresses; 0: not in memory */
	struct age_link unused; /* in fio->unused[nid] while it is on that list */
	page_handle page[FIO_FILE_PAGES]; /* page cache; NO_PAGE: not there */
	u8 pages;               /* how many are there */
	u8 nid;                 /* where its inode is */
	bool open, listed;
};

/* On-disk inodes of FILES_PER_BUFFER files. */
struct buffer {
	struct age_link link; /* in fio->buffers[nid], least recently used first */
	page_handle page;     /* NO_PAGE: not in memory */
	u8 nid;
};

struct thread {
	int cpu;
	u32 file; /* NO_FILE: none is open */
	u32 pos;  /* the page that comes next */
};

struct fio {
	struct machine *m;
	struct mm *mm;
	struct rng rng;
	struct kmem_cache *cache[NR_OBJECTS];
	struct file *file;
	struct buffer *buffer;
	u32 nr_files, nr_created;
	struct age_list unused[MAX_NUMNODES];  /* files without pages that nobody has open */
	struct age_list buffers[MAX_NUMNODES];
	struct thread thread[FIO_THREADS];
	u32 turn; /* the thread that runs next */
	u64 nr_cached;
	u32 *slot_of; /* [cap]: file and number in it of a page of the page cache, by handle */
	u32 cap;
	owner_id page_owner, buffer_owner;
};

/* --- lists by age --------------------------------------------------------------------- */

static struct age_link *file_link(struct fio *f, u32 i) { return &f->file[i].unused; }
static struct age_link *buffer_link(struct fio *f, u32 i) { return &f->buffer[i].link; }
typedef struct age_link *(*link_fn)(struct fio *f, u32 i);

static void age_add(struct fio *f, struct age_list *l, link_fn link, u32 i)
{
	*link(f, i) = (struct age_link){ .next = NO_FILE, .prev = l->nr ? l->last : NO_FILE };
	if (l->nr++)
		link(f, l->last)->next = i;
	else
		l->first = i;
	l->last = i;
}

static void age_del(struct fio *f, struct age_list *l, link_fn link, u32 i)
{
	struct age_link gone = *link(f, i);

	if (gone.prev != NO_FILE)
		link(f, gone.prev)->next = gone.next;
	else
		l->first = gone.next;
	if (gone.next != NO_FILE)
		link(f, gone.next)->prev = gone.prev;
	else
		l->last = gone.prev;
	l->nr--;
}

/* --- inodes and what belongs to them --------------------------------------------------- */

/* A file without pages that nobody has open can be forgotten. */
static void relist(struct fio *f, u32 i)
{
	struct file *file = &f->file[i];
	bool want = file->object[OBJECT_INODE] && !file->pages && !file->open;

	if (want && !file->listed)
		age_add(f, &f->unused[file->nid], file_link, i);
	else if (!want && file->listed)
		age_del(f, &f->unused[file->nid], file_link, i);
	file->listed = want;
}

static void drop_objects(struct fio *f, struct file *file)
{
	for (int k = 0; k < NR_OBJECTS; k++) {
		if (file->object[k])
			kmem_cache_free(f->m->sys->slab, f->cache[k], file->object[k], NULL);
		file->object[k] = 0;
	}
}

/* @item: it was changed, so the log has an item of it. False: no memory. */
static bool load_objects(struct fio *f, struct file *file, bool item)
{
	struct slab_info info;
	u32 index;

	for (int k = 0; k < (item ? NR_OBJECTS : OBJECT_ITEM); k++) {
		file->object[k] = kmem_cache_alloc(f->m->sys->slab, f->cache[k], GFP_KERNEL);
		if (!file->object[k]) {
			drop_objects(f, file);
			return false;
		}
	}
	slab_of_addr(f->m->sys->slab, file->object[OBJECT_INODE], &info, &index);
	file->nid = (u8)info.nid;
	f->nr_cached++;
	return true;
}

static u64 count_unused(void *arg, int nid)
{
	const struct fio *f = arg;

	return slab_busy(f->m->sys->slab) ? 0 : f->unused[nid].nr;
}

static u64 scan_unused(void *arg, int nid, u64 nr)
{
	struct fio *f = arg;
	u64 freed = 0;

	for (; freed < nr && f->unused[nid].nr; freed++) {
		u32 i = f->unused[nid].first;

		drop_objects(f, &f->file[i]);
		f->nr_cached--;
		relist(f, i);
	}
	return freed;
}

/* --- on-disk inodes ------------------------------------------------------------------------ */

static bool load_buffer(struct fio *f, u32 i)
{
	struct buffer *b = &f->buffer[i];
	page_handle h;

	if (b->page != NO_PAGE) {
		age_del(f, &f->buffers[b->nid], buffer_link, i);
		age_add(f, &f->buffers[b->nid], buffer_link, i);
		return true;
	}
	h = alloc_pages(f->mm, GFP_KERNEL, 0, f->mm->cpu_node[f->mm->cpu], f->buffer_owner);
	if (h == NO_PAGE)
		return false;
	b->page = h;
	b->nid = (u8)mm_zone(f->mm, memmap_zone(f->mm->map, h))->nid;
	age_add(f, &f->buffers[b->nid], buffer_link, i);
	return true;
}

static u64 count_buffers(void *arg, int nid)
{
	const struct fio *f = arg;

	return f->buffers[nid].nr;
}

static u64 scan_buffers(void *arg, int nid, u64 nr)
{
	struct fio *f = arg;
	u64 freed = 0;

	for (; freed < nr && f->buffers[nid].nr; freed++) {
		u32 i = f->buffers[nid].first;

		age_del(f, &f->buffers[nid], buffer_link, i);
		free_pages(f->mm, f->buffer[i].page, 0);
		f->buffer[i].page = NO_PAGE;
	}
	return freed;
}

/* --- page cache ------------------------------------------------------------------------------- */

static page_handle *slot(struct fio *f, u32 i) { return &f->file[i / FIO_FILE_PAGES].page[i % FIO_FILE_PAGES]; }

/* Reclaim takes a page. */
static void page_forgot(void *arg, page_handle h)
{
	struct fio *f = arg;
	u32 i = f->slot_of[h] / FIO_FILE_PAGES;

	*slot(f, f->slot_of[h]) = NO_PAGE;
	f->file[i].pages--;
	relist(f, i);
}

static void note_page(struct fio *f, page_handle h, u32 i)
{
	if (h >= f->cap) {
		u32 cap = 1u << (ilog2_u64(h) + 1);

		f->slot_of = arena_realloc(f->mm->arena, f->slot_of, f->cap * sizeof(u32), cap * sizeof(u32));
		f->cap = cap;
	}
	f->slot_of[h] = i;
	*slot(f, i) = h;
}

static void page_moved(void *arg, page_handle from, page_handle to)
{
	struct fio *f = arg;

	note_page(f, to, f->slot_of[from]);
}

static const struct owner_ops page_ops = { page_forgot, page_moved };

/* Read or write page number @i of all: it is there, or it is brought in. False: no memory. */
static bool use_page(struct fio *f, u32 i)
{
	page_handle h = *slot(f, i);

	if (h != NO_PAGE) {
		mark_page_accessed(f->mm, h);
		return true;
	}
	h = alloc_pages(f->mm, GFP_HIGHUSER_MOVABLE, 0, f->mm->cpu_node[f->mm->cpu], f->page_owner);
	if (h == NO_PAGE)
		return false;
	note_page(f, h, i);
	page_stat_set(f->mm, h, KIND_FILE, PGF_UPTODATE | PGF_REFERENCED);
	lru_add(f->mm, h);
	f->file[i / FIO_FILE_PAGES].pages++;
	return true;
}

/* --- threads ------------------------------------------------------------------------------------- */

static void close_file(struct fio *f, struct thread *t)
{
	f->file[t->file].open = false;
	relist(f, t->file);
	t->file = NO_FILE;
}

/* A file that another thread has open is left to that thread. */
static void open_file(struct fio *f, struct thread *t, bool create)
{
	u32 i = create ? f->nr_created++ : (u32)rng_below(&f->rng, f->nr_created);
	struct file *file = &f->file[i];

	if (file->open)
		return;
	file->open = true;
	t->file = i;
	t->pos = 0;
	relist(f, i);
	if (!load_buffer(f, i / FILES_PER_BUFFER) || (!file->object[OBJECT_INODE] && !load_objects(f, file, create)))
		close_file(f, t);
}

void fio_step(struct fio *f, bool create)
{
	struct thread *t = &f->thread[f->turn++ % FIO_THREADS];

	f->mm->cpu = t->cpu;
	if (t->file == NO_FILE) {
		if (!create || f->nr_created < f->nr_files)
			open_file(f, t, create);
	} else if (!use_page(f, t->file * FIO_FILE_PAGES + t->pos) || ++t->pos == FIO_FILE_PAGES) {
		close_file(f, t);
	}
}

bool fio_all_created(const struct fio *f)
{
	for (int t = 0; t < FIO_THREADS; t++)
		if (f->thread[t].file != NO_FILE)
			return false;
	return f->nr_created == f->nr_files;
}

u64 fio_cached_files(const struct fio *f) { return f->nr_cached; }

u64 fio_buffers(const struct fio *f)
{
	u64 sum = 0;

	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		sum += f->buffers[nid].nr;
	return sum;
}

/* --- starting ---------------------------------------------------------------------------------------- */

static void make_caches(struct fio *f)
{
	for (int k = 0; k < NR_OBJECTS; k++) {
		struct slab_request rq = { .object_size = object_kind[k].size, .flags = object_kind[k].flags };

		f->cache[k] = kmem_cache_find(f->m->sys->slab, object_kind[k].name);
		if (!f->cache[k])
			f->cache[k] = kmem_cache_create(f->m->sys->slab, object_kind[k].name, &rq, NULL);
	}
}

static void add_shrinker(struct fio *f, u64 (*count)(void *, int), u64 (*scan)(void *, int, u64), u64 batch)
{
	struct shrinker *s = arena_alloc(f->mm->arena, sizeof(*s));

	s->count = count;
	s->scan = scan;
	s->arg = f;
	s->seeks = DEFAULT_SEEKS;
	s->batch = batch;
	shrinker_register(f->mm, s);
}

struct fio *fio_start(struct machine *m, u64 nr_files, u64 seed)
{
	struct mm *mm = &m->sys->mm;
	struct fio *f = arena_alloc(mm->arena, sizeof(*f));
	u64 nr_buffers = (nr_files + FILES_PER_BUFFER - 1) / FILES_PER_BUFFER;

	f->m = m;
	f->mm = mm;
	rng_seed(&f->rng, seed);
	f->nr_files = (u32)nr_files;
	f->file = arena_alloc(mm->arena, nr_files * sizeof(*f->file));
	f->buffer = arena_alloc(mm->arena, nr_buffers * sizeof(*f->buffer));
	for (u64 i = 0; i < nr_files * FIO_FILE_PAGES; i++)
		*slot(f, (u32)i) = NO_PAGE;
	for (u64 i = 0; i < nr_buffers; i++)
		f->buffer[i].page = NO_PAGE;
	for (int t = 0; t < FIO_THREADS; t++)
		f->thread[t] = (struct thread){ .cpu = t * mm->nr_cpus / FIO_THREADS, .file = NO_FILE };
	f->page_owner = owner_intern(mm, "fio", "alloc_pages < filemap_add_folio < xfs_file_write_iter", -1);
	f->buffer_owner = owner_intern(mm, "fio", "alloc_pages < xfs_buf_alloc_pages < xfs_imap_to_bp", -1);
	owner_get(mm, f->page_owner)->ops = &page_ops;
	owner_get(mm, f->page_owner)->ops_arg = f;
	make_caches(f);
	mm->shrinkers = NULL;
	add_shrinker(f, count_unused, scan_unused, SUPER_BATCH);
	add_shrinker(f, count_buffers, scan_buffers, SUPER_BATCH);
	return f;
}
