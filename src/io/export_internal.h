/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of export: a folder being written. */
#ifndef MM_IO_EXPORT_INTERNAL_H
#define MM_IO_EXPORT_INTERNAL_H

#include "base/text.h"
#include "io/export.h"

/* Where files go. After the first failure everything else does nothing. */
struct tree {
	int fd;            /* the folder */
	int rc;            /* 0, or the first error */
	u64 nr_files;
	struct mm_error *err;
	struct text body;  /* the file being composed */
};

/* A file @fmt (relative, folders are made) with the content of t->body, which is emptied. */
void tree_put(struct tree *t, const char *fmt, ...) PRINTF(2, 3);
/* The same with @line and a newline. */
void tree_line(struct tree *t, const char *line, const char *fmt, ...) PRINTF(3, 4);
/* A symbolic link @fmt -> @target. */
void tree_link(struct tree *t, const char *target, const char *fmt, ...) PRINTF(3, 4);

void export_proc(struct tree *t, struct system *sys);
void export_memory_blocks(struct tree *t, struct system *sys);
void export_nodes(struct tree *t, struct system *sys);
void export_cpus(struct tree *t, struct system *sys);
/* procfs_hugetlb.c; @nodes: by node, too. */
void export_hugepages(struct tree *t, struct system *sys, bool nodes);
void export_firmware(struct tree *t, struct system *sys);

#endif
