/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State dumps: a kernel's complete allocator state as text (free lists in list
 * order, per-cpu lists, pageblock types, watermarks, counters), read into plain
 * data. Used by `conform` and by the compaction records.
 */
#ifndef MM_SIM_STATE_DUMP_H
#define MM_SIM_STATE_DUMP_H

#include "base/arena.h"
#include "base/error.h"
#include "phys/arch.h"
#include "zone/zone.h"

/* A list in list order, head first. */
struct dump_list {
	pfn_t *pfn;
	u32 nr;
};

struct dump_pcp {
	struct per_cpu_pages pcp; /* numbers only; its lists are empty */
	struct dump_list list[NR_PCP_LISTS_MAX];
	bool present;             /* the dump has this cpu */
};

#define DUMP_MAX_CPUS 16

struct dump_zone {
	int nid;
	enum zone_type zid;  /* ours */
	struct zone z;       /* numbers only; vm_stat is the global part */
	struct per_cpu_zonestat stat[DUMP_MAX_CPUS];
	struct dump_pcp pcp[DUMP_MAX_CPUS];
	u64 nr_free[NR_PAGE_ORDERS_MAX];
	struct dump_list free[NR_PAGE_ORDERS_MAX][MIGRATE_TYPES]; /* our migratetypes */
	pfn_t pb_start;      /* of the first pageblock below */
	u32 nr_pb;
	u8 *pb;              /* [nr_pb] pageblock bits, ours; DUMP_NO_SECTION */
	u16 *movable;        /* [nr_pb] pages that could be migrated; NULL: not in the dump */
};
#define DUMP_NO_SECTION 0xf

struct dump_node {
	int nid;
	pfn_t start;
	u64 spanned, present;
	int kswapd_order;
	int kswapd_highest_zoneidx; /* our zone type; MAX_NR_ZONES: none */
	int kswapd_failures;
	struct { int nid; enum zone_type zid; } *ref; /* fallback zonelist */
	u32 nr_refs;
};

struct state_dump {
	const char *name;  /* of the file, for messages */
	u64 op;            /* operations done before it was taken */
	struct arch arch;  /* preset, with what the dump says of it */
	struct dump_node *node;
	u32 nr_nodes;
	struct dump_zone **zone;
	u32 nr_zones;
	int nr_cpus;
	bool pages_follow; /* another file says what every used page is: load none */
	struct arena *arena;
};

/*
 * Read @path into memory of @arena. 0, or -errno (-ENOENT, -EINVAL ...) with
 * file, line and what is wrong with it.
 */
int state_dump_read(struct state_dump **out, struct arena *arena, const char *path, struct mm_error *err);

/* The whole file as a string in @arena; *size without the final NUL. NULL: *err says why. */
char *file_read_arena(struct arena *arena, const char *path, size_t *size, struct mm_error *err);

/* The number after "@key" in @line (key with its '='), in @base. False: it is not there or is no number. */
bool line_number(const char *line, const char *key, int base, u64 *out);

#endif
