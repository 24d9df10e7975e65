/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/kpageflags: eight bytes of flags for each page frame, the only file that
 * knows every page. It is read as a stream and becomes runs of blocks that are used
 * alike; where nothing better tells, frames that are no hole are RAM.
 *
 *   frame    0     1     2     3     4     5 ...
 *   bytes  [8]   [8]   [8]   [8]   [8]   [8]
 *          buddy buddy head  tail  lru   no page      bits 10, 15, 16, 5, 20
 *          `- order 1  `- order 1  `- order 0
 *
 * A free block's size is not told: free frames side by side are cut into the largest
 * aligned blocks, as the buddy would have merged them. Kernels before 4.11 mark the
 * first page of a free block only; their file gives counts and no places.
 *
 * proc/kpagecount says how often each page is mapped.
 *
 * Models: fs/proc/page.c, include/uapi/linux/kernel-page-flags.h.
 */
#include "io/import_internal.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KPF_LRU    5
#define KPF_ACTIVE 6
#define KPF_SLAB   7
#define KPF_BUDDY  10
#define KPF_ANON   12
#define KPF_SWAPBACKED 14
#define KPF_HEAD   15
#define KPF_TAIL   16
#define KPF_HUGE   17
#define KPF_UNEVICTABLE 18
#define KPF_HWPOISON 19
#define KPF_NOPAGE 20
#define KPF_THP    22
#define KPF_OFFLINE 23
#define KPF_PGTABLE 26
#define KPF_RESERVED 32

#define HAS(flags, bit) ((flags) >> (bit) & 1)
#define MAX_RUNS (32u << 20) /* 512 MiB of them: then places are not kept */
#define TAILS_FREE (4 << 16 | 11 << 8) /* 4.11: from here on all pages of a free block say so */

static const struct {
	u8 bit;
	const char *name;
} classes[] = {
	{ KPF_SLAB, "slab" }, { KPF_ANON, "anonymous" }, { KPF_LRU, "on LRU lists" }, { KPF_HUGE, "huge" },
	{ KPF_THP, "in transparent huge pages" }, { KPF_PGTABLE, "page tables" }, { KPF_RESERVED, "reserved" },
	{ KPF_BUDDY, "free" },
};

/* What stretch of frames is being collected. */
enum stretch { NOTHING, FREE_PAGES, FOLIO, SINGLES };

struct flags_scan {
	struct desc *d;
	bool places;            /* runs are wanted */
	pfn_t pfn, limit;       /* of the next frame; where the machine can have no more */
	pfn_t ram;              /* where the current run of RAM began; NO_PFN: in a hole */
	u64 pages, count[ARRAY_SIZE(classes)];
	struct pfn_range *run;
	size_t nr, cap;
	enum stretch kind;
	pfn_t start;            /* of the stretch */
	u8 use;
	u64 last;               /* flags of the frame before */
	bool failed;
};

/* --- RAM ------------------------------------------------------------------------- */

static void end_ram(struct flags_scan *s)
{
	struct pfn_range *n;

	if (s->ram == NO_PFN || s->failed || s->nr >= BOOTLOG_MAX_ITEMS)
		return;
	if (s->nr == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		n = realloc(s->run, s->cap * sizeof(*n));
		s->failed |= !n;
		if (!n)
			return;
		s->run = n;
	}
	s->run[s->nr++] = (struct pfn_range){ s->ram, s->pfn };
	s->ram = NO_PFN;
}

/* --- runs ------------------------------------------------------------------------- */

static enum desc_page_use lru_use(u64 flags)
{
	bool active = HAS(flags, KPF_ACTIVE), anon = HAS(flags, KPF_ANON);
	bool swapbacked = anon || HAS(flags, KPF_SWAPBACKED);

	if (HAS(flags, KPF_UNEVICTABLE))
		return swapbacked ? USE_ANON_LOCKED : USE_FILE_LOCKED;
	return (anon ? USE_ANON : swapbacked ? USE_SHMEM : USE_FILE) + active;
}

static enum desc_page_use use_of(u64 flags)
{
	if (HAS(flags, KPF_HWPOISON))
		return USE_POISON;
	if (HAS(flags, KPF_RESERVED))
		return USE_RESERVED;
	if (HAS(flags, KPF_OFFLINE))
		return USE_OFFLINE;
	if (HAS(flags, KPF_SLAB))
		return USE_SLAB;
	if (HAS(flags, KPF_PGTABLE))
		return USE_PGTABLE;
	if (HAS(flags, KPF_HUGE))
		return USE_HUGETLB;
	return HAS(flags, KPF_LRU) ? lru_use(flags) : USE_KERNEL;
}

static void add_run(struct flags_scan *s, pfn_t pfn, u64 nr, unsigned order, unsigned use)
{
	struct desc_run r = { .pfn = pfn, .nr = (u32)nr, .order = (u8)order, .use = (u8)use };

	s->failed |= s->places && desc_add_run(s->d, &r);
	s->places &= s->d->nr_run < MAX_RUNS;
}

/* [start, end) in the largest aligned blocks. */
static void add_blocks(struct flags_scan *s, pfn_t start, pfn_t end, unsigned use)
{
	while (start < end) {
		unsigned order = start ? (unsigned)__builtin_ctzll(start) : 63, max = s->d->arch.max_page_order;

		order = order < max ? order : max;
		while (start + (1ULL << order) > end)
			order--;
		add_run(s, start, 1, order, use);
		start += 1ULL << order;
	}
}

/* Is a folio what heads and tails say, and not half of one that was freed meanwhile? */
static bool folio_whole(pfn_t start, u64 nr)
{
	return !(nr & (nr - 1)) && !(start & (nr - 1));
}

static void end_stretch(struct flags_scan *s)
{
	u64 nr = s->pfn - s->start;

	if (s->kind == FREE_PAGES)
		add_blocks(s, s->start, s->pfn, USE_FREE);
	else if (s->kind == FOLIO && folio_whole(s->start, nr))
		add_blocks(s, s->start, s->pfn, s->use);
	else if (s->kind != NOTHING)
		add_run(s, s->start, nr, 0, s->use);
	s->kind = NOTHING;
}

static enum stretch kind_of(u64 flags)
{
	if (HAS(flags, KPF_BUDDY))
		return FREE_PAGES;
	return HAS(flags, KPF_HEAD) || HAS(flags, KPF_TAIL) ? FOLIO : SINGLES;
}

/* Does the frame go on with what is being collected? */
static bool goes_on(const struct flags_scan *s, u64 flags, enum stretch kind)
{
	if (kind != s->kind || (kind == SINGLES && use_of(flags) != s->use))
		return false;
	return kind != FOLIO || !HAS(flags, KPF_HEAD);
}

static void collect(struct flags_scan *s, u64 flags)
{
	enum stretch kind = kind_of(flags);

	if (goes_on(s, flags, kind))
		return;
	end_stretch(s);
	s->kind = kind;
	s->start = s->pfn;
	s->use = (u8)use_of(flags);
}

static void one_frame(struct flags_scan *s, u64 flags)
{
	if (HAS(flags, KPF_NOPAGE)) {
		end_ram(s);
		end_stretch(s);
	} else {
		if (s->ram == NO_PFN)
			s->ram = s->pfn;
		s->pages++;
		for (size_t i = 0; flags && i < ARRAY_SIZE(classes); i++)
			s->count[i] += HAS(flags, classes[i].bit);
		/* Most frames say what the one before said. */
		if (flags != s->last || s->kind == NOTHING || HAS(flags, KPF_HEAD))
			collect(s, flags);
	}
	s->last = flags;
	s->pfn++;
}

/* --- reading ----------------------------------------------------------------------- */

/* Call @fn for each eight bytes of @fd, up to @limit of them. False: no memory. */
static bool each_u64(int fd, u64 limit, void (*fn)(void *arg, u64 v), void *arg)
{
	static const size_t chunk = 1 << 20;
	u64 *buf = malloc(chunk), left = limit;
	size_t have = 0; /* bytes; a reading may end within a word */
	bool ok = buf != NULL;
	ssize_t n = 1;

	while (ok && n && left) {
		n = read(fd, (char *)buf + have, chunk - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		have += (size_t)n;
		for (size_t i = 0; i < have / 8 && left; i++, left--)
			fn(arg, buf[i]);
		memmove(buf, buf + have / 8, have % 8);
		have %= 8;
	}
	free(buf);
	return ok;
}

static void frame_callback(void *arg, u64 flags) { one_frame(arg, flags); }

static void tell(struct import *im, const struct flags_scan *s)
{
	text_printf(&im->notes, "proc/kpageflags: %llu pages", (unsigned long long)s->pages);
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		if (s->count[i])
			text_printf(&im->notes, ", %llu %s", (unsigned long long)s->count[i], classes[i].name);
	}
	text_puts(&im->notes, s->places ? "; each page is shown where it is\n" : "; places of pages are not used\n");
	if (s->pfn == s->limit)
		text_puts(&im->notes, "proc/kpageflags: goes on beyond the machine's physical addresses; the rest is ignored\n");
}

static int open_proc(struct import *im, const char *name)
{
	char path[PATH_MAX];
	int fd;

	if (!im->root[0] || (im->flags & (IMPORT_NO_STATE | IMPORT_WITHHOLD)) ||
	    snprintf(path, sizeof(path), "%s/%s%s", im->root, im->flat ? "" : "proc/", name) >= PATH_MAX)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && (errno == EACCES || errno == EPERM))
		text_printf(&im->notes, "proc/%s: not readable by this user; root would add %s\n", name,
			    !strcmp(name, "kpageflags") ? "what each page is and where" : "how often pages are mapped");
	return fd;
}

struct mapped { u64 once, more; };

static void count_callback(void *arg, u64 count)
{
	struct mapped *m = arg;

	m->once += count == 1;
	m->more += count > 1;
}

static void read_kpagecount(struct import *im, u64 limit)
{
	struct mapped m = { 0, 0 };
	int fd = open_proc(im, "kpagecount");

	if (fd < 0)
		return;
	if (!each_u64(fd, limit, count_callback, &m))
		im->no_memory = true;
	close(fd);
	if (m.once || m.more)
		text_printf(&im->notes, "proc/kpagecount: %llu pages are mapped once, %llu more often (shared)\n",
			    (unsigned long long)m.once, (unsigned long long)m.more);
}

int import_kpageflags(struct import *im, bool need_map)
{
	unsigned shift = im->d->arch.page_shift;
	struct flags_scan s = { .d = im->d, .ram = NO_PFN, .limit = 1ULL << (im->d->arch.phys_bits - shift) };
	int fd = open_proc(im, "kpageflags"), ret = 0;

	if (fd < 0)
		return 0;
	s.places = !im->log.version || im->log.version >= TAILS_FREE;
	s.failed = !each_u64(fd, s.limit, frame_callback, &s);
	close(fd);
	end_ram(&s);
	end_stretch(&s);
	if (!s.places)
		im->d->nr_run = 0;
	if (s.pages)
		tell(im, &s);
	im->free_frames = s.places ? s.count[ARRAY_SIZE(classes) - 1] : 0;
	for (size_t i = 0; i < s.nr && need_map && !ret && !s.failed; i++)
		ret = desc_add_fw(im->d, s.run[i].start << shift, s.run[i].end << shift, FW_RAM, 0, NULL, 0);
	free(s.run);
	read_kpagecount(im, s.limit);
	return s.failed ? -ENOMEM : ret;
}
