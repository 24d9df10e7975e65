/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/kpageflags: eight bytes of flags for each page frame, the only file that
 * knows every page. It is read as a stream. Where nothing better tells, frames
 * that are no hole are RAM; what the pages were used for is told in the notes.
 *
 *   frame    0     1     2     3 ...
 *   bytes  [8]   [8]   [8]   [8]        bit 10: head of a free block, bit 20: no page
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
#define KPF_SLAB   7
#define KPF_BUDDY  10
#define KPF_ANON   12
#define KPF_HUGE   17
#define KPF_NOPAGE 20
#define KPF_THP    22
#define KPF_PGTABLE 26
#define KPF_RESERVED 32

static const struct {
	u8 bit;
	const char *name;
} classes[] = {
	{ KPF_SLAB, "slab" }, { KPF_ANON, "anonymous" }, { KPF_LRU, "on LRU lists" }, { KPF_HUGE, "huge" },
	{ KPF_THP, "in transparent huge pages" }, { KPF_PGTABLE, "page tables" }, { KPF_RESERVED, "reserved" },
	{ KPF_BUDDY, "heads of free blocks" },
};

struct flags_scan {
	pfn_t pfn;              /* of the next frame */
	pfn_t start;            /* of the current run of RAM; NO_PFN: in a hole */
	u64 pages;
	u64 count[ARRAY_SIZE(classes)];
	struct pfn_range *run;
	size_t nr, cap;
	bool failed;
};

static void end_run(struct flags_scan *s)
{
	struct pfn_range *n;

	if (s->start == NO_PFN || s->failed || s->nr >= BOOTLOG_MAX_ITEMS)
		return;
	if (s->nr == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		n = realloc(s->run, s->cap * sizeof(*n));
		s->failed |= !n;
		if (!n)
			return;
		s->run = n;
	}
	s->run[s->nr++] = (struct pfn_range){ s->start, s->pfn };
	s->start = NO_PFN;
}

static void one_frame(struct flags_scan *s, u64 flags)
{
	if (flags >> KPF_NOPAGE & 1) {
		end_run(s);
	} else {
		if (s->start == NO_PFN)
			s->start = s->pfn;
		s->pages++;
		for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
			s->count[i] += flags >> classes[i].bit & 1;
	}
	s->pfn++;
}

static void scan_fd(struct flags_scan *s, int fd)
{
	static const size_t chunk = 1 << 20;
	u64 *buf = malloc(chunk);
	size_t have = 0; /* bytes; a reading may end within a word */
	ssize_t n = 1;

	s->failed |= !buf;
	while (n && !s->failed) {
		n = read(fd, (char *)buf + have, chunk - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		have += (size_t)n;
		for (size_t i = 0; i < have / 8; i++)
			one_frame(s, buf[i]);
		memmove(buf, buf + have / 8, have % 8);
		have %= 8;
	}
	end_run(s);
	free(buf);
}

static void tell(struct import *im, const struct flags_scan *s)
{
	text_printf(&im->notes, "proc/kpageflags: %llu pages", (unsigned long long)s->pages);
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		if (s->count[i])
			text_printf(&im->notes, ", %llu %s", (unsigned long long)s->count[i], classes[i].name);
	}
	text_puts(&im->notes, "\n");
}

int import_kpageflags(struct import *im, bool need_map)
{
	struct flags_scan s = { .start = NO_PFN };
	unsigned shift = im->d->arch.page_shift;
	char path[PATH_MAX];
	int fd, ret = 0;

	if (!im->root[0] || (im->flags & (IMPORT_NO_STATE | IMPORT_WITHHOLD)) ||
	    snprintf(path, sizeof(path), "%s/%s", im->root, im->flat ? "kpageflags" : "proc/kpageflags") >= PATH_MAX)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (errno == EACCES || errno == EPERM)
			text_puts(&im->notes, "proc/kpageflags: not readable by this user; root would add what each page is\n");
		return 0;
	}
	scan_fd(&s, fd);
	close(fd);
	if (s.pages)
		tell(im, &s);
	for (size_t i = 0; i < s.nr && need_map && !ret && !s.failed; i++)
		ret = desc_add_fw(im->d, s.run[i].start << shift, s.run[i].end << shift, FW_RAM, 0, NULL, 0);
	free(s.run);
	return s.failed ? -ENOMEM : ret;
}
