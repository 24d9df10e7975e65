/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of mmtests' thpfioscale: threads create files of 64 KiB, more than memory
 * holds, then read them again at random. What that leaves in memory, by kind:
 *
 *   movable      page cache, 16 pages a file
 *   reclaimable  inode, dentry, radix tree node: they go after the last page of the file
 *   unmovable    log item of a file that was created; one page of on-disk inodes for 8
 *                files, read again when a file is opened whose page is gone
 *
 * Two shrinkers give the objects up: oldest first. Models what XFS does (fs/xfs, sizes of
 * its caches as slabinfo shows them), fs/inode.c, fs/dcache.c. Left out: writing (pages
 * are clean once they are written), large folios, a second access that makes a page
 * active, and dentries that go before their inode's pages.
 */
#ifndef MM_SIM_FIO_LOAD_H
#define MM_SIM_FIO_LOAD_H

#include "base/types.h"

struct machine;
struct fio;

#define FIO_THREADS    4
#define FIO_FILE_PAGES 16 /* 64 KiB */

/*
 * @nr_files files that do not exist yet, on @m, whose own shrinkers are replaced. In the
 * arena; never freed.
 */
struct fio *fio_start(struct machine *m, u64 nr_files, u64 seed);
/* One thread opens a file, or reads or writes one page of it. @create: write files that are new, while there are any. */
void fio_step(struct fio *f, bool create);
/* Every file has been written. */
bool fio_all_created(const struct fio *f);
/* Files whose objects are in memory, and unmovable pages of on-disk inodes. */
u64 fio_cached_files(const struct fio *f);
u64 fio_buffers(const struct fio *f);

#endif
