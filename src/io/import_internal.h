/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the files of the importer: everything found under the root, before
 * and while it becomes a description.
 */
#ifndef MM_IO_IMPORT_INTERNAL_H
#define MM_IO_IMPORT_INTERNAL_H

#include "io/bootlog.h"
#include "io/bootreplay.h"
#include "io/import.h"
#include "io/scan.h"

/* A line of proc/iomem. */
struct iomem_line {
	phys_t start, end;
	int depth;
	char name[64];
};

/* A zone of proc/zoneinfo; pages. */
struct zoneinfo_zone {
	int nid;
	enum zone_type type;
	pfn_t start_pfn;
	u64 spanned, present, managed, cma;
};

struct import {
	const char *root;      /* folder; "" when a bare log is read */
	unsigned flags;        /* enum import_flag */
	struct text notes;     /* what goes to the caller and into desc->hostfacts */
	struct mm_error *err;
	struct desc *d;
	struct bootlog log;    /* empty lists when there is none */
	struct bootlog_calls calls; /* memblock=debug; empty without */
	bool no_memory;        /* the host had none for some part: the import fails in the end */
	bool has_log;
	bool flat;             /* the files of proc/ lie in the root itself */
	bool resv_from_log;    /* memblock=debug calls were used */
	char *cmdline;         /* of proc/cmdline or the log; NULL: unknown */

	struct iomem_line *iomem;
	size_t nr_iomem;
	bool iomem_masked;     /* addresses are zero: an unprivileged reader */

	struct zoneinfo_zone *zones; /* proc/zoneinfo, unless withheld */
	size_t nr_zones;
	u64 free_frames;       /* pages that proc/kpageflags calls free; 0: their places are not known */
	int zoneinfo_cpus;     /* highest cpu number + 1 in its pagesets; 0: not told */
};

/* --- import_read.c --------------------------------------------------------- */

/*
 * The whole of root/@fmt as NUL-terminated text (free()), *len its length; NULL
 * when it is not there. Permission problems are noted with what root would add.
 */
char *import_read(struct import *im, size_t *len, const char *fmt, ...) PRINTF(3, 4);
/* The first line of a small file into @buf; false when it is not there. */
bool import_read_line(struct import *im, char *buf, size_t n, const char *fmt, ...) PRINTF(4, 5);
bool import_read_u64(struct import *im, u64 *out, int base, const char *fmt, ...) PRINTF(4, 5);
/* Numbers N of the entries "<prefix>N" in folder root/@dir, sorted; free(). NULL and *nr 0: none. */
u64 *import_list_numbered(struct import *im, const char *dir, const char *prefix, size_t *nr);
/* Is there such a file or folder? */
bool import_exists(struct import *im, const char *path);
/* Do the files of proc/ lie in im->root itself? Sets im->flat. */
void import_find_root(struct import *im);

/* --- import_iomem.c -------------------------------------------------------- */

void import_iomem_load(struct import *im);
/* RAM, firmware ranges and devices of iomem into desc->fw; with @devices_only only what firmware maps lack. */
int import_iomem_map(struct import *im, bool devices_only);
int import_iomem_resv(struct import *im); /* kernel image, crash kernel */

/* --- import_virtio.c ------------------------------------------------------- */

int import_virtio(struct import *im); /* virtio-mem devices into desc->dimm; 0 or -ENOMEM */
/* Does iomem line @i belong to a virtio-mem device, window or filled part? */
bool import_is_virtio_line(const struct import *im, size_t i);

/* --- import_mirror.c ------------------------------------------------------- */

int import_mirror(struct import *im); /* FW_MIRROR in desc->fw, which is complete; 0 or -ENOMEM */

/* --- import_proc.c --------------------------------------------------------- */

void import_zoneinfo_load(struct import *im);
enum zone_type zone_type_of(const char *name); /* MAX_NR_ZONES: no such zone */
void import_swap(struct import *im);           /* desc->swap */
int import_cpuinfo_count(struct import *im);   /* processors in proc/cpuinfo, 0: not there */
enum log_arch import_cpuinfo_arch(struct import *im);

/* --- import_kpageflags.c ---------------------------------------------------- */

/* Runs of proc/kpageflags into desc->run; with @need_map frames that are no hole become RAM. 0 or -ENOMEM. */
int import_kpageflags(struct import *im, bool need_map);

/* --- import_arch.c --------------------------------------------------------- */

/* Preset and what the sources say about it. 0 or -errno with im->err. */
int import_arch(struct import *im);

/* --- import_map.c, import_node.c, import_resv.c ----------------------------- */

int import_firmware(struct import *im); /* desc->fw */
int import_nodes(struct import *im);    /* desc->mem, desc->node, cpus */
int import_resv(struct import *im);     /* desc->resv */
int import_reserved_lines(struct import *im); /* import_reserved.c: what iomem shows; 0 or -ENOMEM */
/* A line of sys/kernel/debug/memblock: [*a, *b), node or NO_NODE, enum memblock_flags. */
bool import_debugfs_line(const char *s, phys_t *a, phys_t *b, int *nid, u32 *flags);

/* --- import_state.c -------------------------------------------------------- */

int import_freecounts(struct import *im); /* desc->freecount */
/* A line of proc/buddyinfo (type -1) or of pagetypeinfo's first table. False: it is none. */
bool import_buddy_line(const char *s, struct desc_freecount *f);
bool import_pagetype_line(const char *s, struct desc_freecount *f);
#define COUNT_UNKNOWN (~0ULL) /* what pagetypeinfo did not count to the end */

/* --- import_percpu.c ------------------------------------------------------- */

int import_percpu(struct import *im); /* desc->percpu, after the free counts; 0 or -ENOMEM */

/* --- import_slab.c --------------------------------------------------------- */

int import_slabinfo(struct import *im); /* desc->slab */

/* --- import_fit.c ----------------------------------------------------------- */

int import_fit(struct import *im); /* raise limits, leave contradictions out */

#endif
