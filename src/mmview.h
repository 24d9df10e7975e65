/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine as the front end sees it: the one header of src/ that ui/ includes
 * for the machine itself. Grouped by the file that implements each part. Readers
 * take a machine that they do not change; every change goes through
 * machine_command() or machine_run_slice().
 */
#ifndef MMVIEW_H
#define MMVIEW_H

#include "base/error.h"
#include "base/text.h"
#include "base/trace.h"
#include "base/types.h"
#include "alloc/gfp.h"
#include "alloc/vmstat.h"
#include "phys/arch.h"
#include "phys/page_flags.h"
#include "phys/page_types.h"
#include "phys/summary.h"
#include "cmd/command.h"
#include "slab/slub.h"
#include "zone/zone.h"

struct machine;

/* --- io/config.c, io/import.c: make a machine ----------------------------- */

/* Load a machine file and boot it. NULL: *err names file, line, key and remedy. */
struct machine *machine_open(const char *path, struct mm_error *err);
void machine_destroy(struct machine *m);
/* No undo from here on: saves the memory and time that recording takes. */
void machine_stop_recording(struct machine *m);

/* --- cmd/command.c -------------------------------------------------------- */

/* Run one command line; text is appended to @out. 0 or -errno with err->msg. */
int machine_command(struct machine *m, const char *line, struct text *out, struct mm_error *err);
/*
 * Completions of the last word of @line (commands, keys, values, names that
 * exist on this machine), one per line in @out. Return: how many.
 */
int machine_complete(const struct machine *m, const char *line, struct text *out);

/* Workload number @i from 0: its name and a sentence. False: there is none. */
bool machine_workload(int i, const char **name, const char **help);

/* --- sim/view.c: readers -------------------------------------------------- */

struct machine_info {
	const char *name;      /* "article-arm64" */
	const char *title;     /* one line, may be NULL */
	const char *stage;     /* boot stage reached */
	const struct arch *arch;
	u64 ram_bytes;         /* present memory */
	pfn_t start_pfn;       /* first and last+1 pfn worth drawing (devices excluded) */
	pfn_t end_pfn;
	int nr_nodes;          /* online nodes with memory or cpus */
	int nr_cpus;
	u64 ops;               /* operations so far */
	u64 events;            /* trace events so far */
	u64 free_pages;
	u64 managed_pages;
	u64 block_size;        /* memory block device size, bytes */
	const char *cmdline;
	const char *workload;  /* name of the current workload, NULL: none */
	bool running;          /* it is not paused */
	u64 rate;              /* operations per second asked for; 0: as fast as possible */
	u64 hash;              /* short state hash, 0 until asked for by machine_hash() */
};
void machine_info(const struct machine *m, struct machine_info *out);

/* Pages by class in [start, end); logarithmic (see phys/summary.h). */
void machine_summary(const struct machine *m, pfn_t start, pfn_t end, struct summary *out);

/* One page frame, resolved, with everything an inspector says about it. */
struct page_info {
	pfn_t pfn, head;
	phys_t phys;
	u64 linear;            /* linear address; 0 with @has_linear false (HIGHMEM, holes) */
	bool has_linear;
	u64 struct_page;       /* address of its struct page */
	enum page_state state;
	unsigned order, mt, pb_mt, kind;
	bool pb_skip, touched, device;
	u32 flags, ref;
	u64 section;           /* section number */
	s64 block;             /* memory block number, -1: none */
	int nid, zone;         /* -1: none */
	pfn_t buddy;           /* head ^ (1 << order); NO_PFN where there is none */
	bool buddy_free;       /* the buddy is free at the same order */
	char buddy_why[96];    /* why they cannot merge, plain words; "" when free or meaningless */
	char owner[96];        /* "" unknown */
	char callchain[160];
	int pid;               /* -1 none */
	u64 seq;               /* allocation sequence number, 0 unknown */
	char iomem[64];        /* innermost iomem resource name */
	char memblock[32];     /* "memory", "reserved: label", "" */
};
int machine_page(const struct machine *m, pfn_t pfn, struct page_info *out); /* -EINVAL outside the address space */

/* Bands: ranges of one kind of the address space, in address order. */
enum band { BAND_IOMEM, BAND_MEMBLOCK, BAND_BLOCK, BAND_SECTION, BAND_NODE, BAND_ZONE, BAND_MIGRATETYPE, NR_BANDS };
enum band_class { BC_NONE, BC_RAM, BC_KERNEL, BC_RESERVED, BC_DEVICE, BC_ACPI, BC_INITRD,
	BC_ONLINE, BC_OFFLINE, BC_EVEN, BC_ODD, BC_NODE0 /* + nid % 8 */ , BC_ZONE0 = BC_NODE0 + 8 /* + zone type */,
	BC_MT0 = BC_ZONE0 + MAX_NR_ZONES /* + migratetype */, BC_MIXED = BC_MT0 + MIGRATE_TYPES, NR_BAND_CLASSES };
struct band_range {
	phys_t start, end;     /* bytes, end exclusive */
	enum band_class cls;
	char label[48];        /* "System RAM", "memory9", "node 0", "Movable" */
	char detail[64];       /* "128 MiB · online · Normal" */
	int depth;             /* iomem nesting */
};
/*
 * Call @fn for the ranges of @band that overlap [start, end) bytes; ranges
 * narrower than @min_bytes may be merged with neighbours into one BC_MIXED range
 * (so that cost follows the screen's width). fn returns false to stop.
 */
typedef bool (*band_fn)(const struct band_range *r, void *arg);
void machine_band(const struct machine *m, enum band band, phys_t start, phys_t end, u64 min_bytes, band_fn fn, void *arg);
const char *band_name(enum band b);

/* Address space to draw: RAM stretches with the holes between them (devices ignored). */
struct axis_range { phys_t start, end; };
/* Fills up to @max; returns how many there are. Neighbours closer than a section are one. */
int machine_axis(const struct machine *m, struct axis_range *out, int max);

/* Nodes and zones. */
struct node_info {
	int nid;
	pfn_t start_pfn;
	u64 spanned, present;
	int nr_cpus;
	bool has_memory, has_cpu;
};
int machine_nodes(const struct machine *m, struct node_info *out, int max);  /* returns the number */
int machine_distance(const struct machine *m, int a, int b);

struct zone_info {
	int nid;
	enum zone_type type;
	const char *name;
	pfn_t start_pfn;
	u64 spanned, present, managed, cma;
	u64 free;                 /* exact */
	u64 pcp;                  /* pages on per-cpu lists */
	u64 wmark[NR_WMARK], boost;
	u64 protection[MAX_NR_ZONES];
	u64 nr_free[NR_PAGE_ORDERS_MAX];                    /* blocks per order */
	u64 nr_free_mt[NR_PAGE_ORDERS_MAX][MIGRATE_TYPES];
	u64 pageblocks[MIGRATE_TYPES];
	int max_order;
	int unusable[NR_PAGE_ORDERS_MAX];  /* unusable free space index x1000 */
	int extfrag[NR_PAGE_ORDERS_MAX];   /* fragmentation index x1000, -1000: would succeed */
	u64 nr_reserved_highatomic;
	int pcp_high_min, pcp_high_max, pcp_batch;
};
/* Every zone with spanned_pages, by node then type; fills up to @max, returns how many there are. */
int machine_zones(const struct machine *m, struct zone_info *out, int max);
/* One of them; false: there is no such zone. */
bool machine_zone(const struct machine *m, int nid, int type, struct zone_info *out);
/*
 * One after the other, cheaply: no free lists, per-cpu pages, pageblocks and indices.
 * *@at is 0 at first. False: no more.
 */
bool machine_zone_next(const struct machine *m, u32 *at, struct zone_info *out);
/* Zonelist of @nid as "0/Normal 0/DMA32 1/Normal". */
void machine_zonelist(const struct machine *m, int nid, struct text *out);

/* Memory block devices. */
struct block_info {
	u64 nr;
	phys_t start;
	u64 size;
	const char *state;        /* "online", "offline", "going-offline" */
	char zones[64];           /* valid_zones */
	int nid;
	bool removable;
	char why[96];             /* why it cannot go offline; "" when it can */
	pfn_t culprit;            /* the page that stands in the way; NO_PFN: no single page */
	s64 group;                /* -1: none */
};
u64 machine_block_count(const struct machine *m);
int machine_block(const struct machine *m, u64 index, struct block_info *out);   /* index 0 .. count-1 in address order */
s64 machine_block_index_of(const struct machine *m, phys_t addr);                 /* -1: none */

/* --- sim/history.c: the run as a line of moments ------------------------------ */

/* Time is counted in operations: now is machine_info.ops, the last recorded one this. */
u64 machine_time_end(const struct machine *m);
enum moment_kind { MOMENT_ENTRY, MOMENT_BOOKMARK, MOMENT_CHECKPOINT };
struct moment {
	u64 start, end;   /* before and after it; equal for a bookmark and a checkpoint */
	const char *text; /* the command, or the bookmark's name; NULL: steps of a workload, a checkpoint */
	u64 steps;        /* of the workload; 0 for a command */
	int rc;           /* what the command returned */
};
/* Bookmarks come in any order, the others in the order of time. fn returns false to stop. */
typedef bool (*moment_fn)(const struct moment *mo, void *arg);
void machine_moments(const struct machine *m, enum moment_kind kind, moment_fn fn, void *arg);
/* The entry that ended at time @t or was under way then; false: @t is 0 or nothing is recorded. */
bool machine_moment_at(const struct machine *m, u64 t, struct moment *out);
/* --- sim/view_hotplug.c ----------------------------------------------------- */

/* Devices that bring memory: what `plug` and `unplug` name. */
struct dimm_info {
	const char *id;
	phys_t start;
	u64 size;                 /* bytes; virtio-mem: of its window */
	u64 given;                /* bytes that the kernel has of it now */
	int nid;
	bool virtio_mem;
};
/* Fills up to @max, returns how many there are. */
int machine_dimms(const struct machine *m, struct dimm_info *out, int max);
/* What page_owner says of the block that @pfn lies in; nothing where nobody holds it. */
void machine_page_owner(const struct machine *m, pfn_t pfn, struct text *out);

/* Counters as in /proc/vmstat; units as there. */
u64 machine_vm_event(const struct machine *m, enum vm_event_item item);

/* Kernel log and trace. */
u32 machine_dmesg_count(const struct machine *m);
const char *machine_dmesg_line(const struct machine *m, u32 i);
/* Number of the trace event that came after line @i. */
u64 machine_dmesg_seq(const struct machine *m, u32 i);
const struct trace *machine_trace(const struct machine *m);

/* Owners, largest first: fills up to @max, returns how many there are; -ENOMEM where the host has no memory. */
struct owner_info {
	char tag[64];
	char callchain[160];
	u64 pages, allocs;
	u32 id;                /* as in struct page_run */
	int pid;               /* -1: the kernel's */
};
int machine_owners(const struct machine *m, struct owner_info *out, int max);

/* --- sim/view_pages.c: pages one by one ------------------------------------- */

/* Pages that are alike: a block, the part of it that was asked for, or untouched memory. */
struct page_run {
	pfn_t start, head;     /* first page of the run; head of its block */
	u64 nr;                /* pages of the run */
	enum page_state state;
	unsigned order, mt, pb_mt, kind;
	u32 flags, ref;        /* enum page_flag bits; references */
	u32 owner;             /* owner number, 0: nobody */
	page_handle handle;    /* NO_PAGE: never touched */
	bool device, zoned;    /* zoned: some zone's */
};
typedef bool (*page_run_fn)(const struct page_run *r, void *arg);
/*
 * Call @fn for at most @max runs of [start, end), in order; it returns false to stop.
 * Return: the first pfn that was not looked at; @end when all were.
 */
pfn_t machine_visit_pages(const struct machine *m, pfn_t start, pfn_t end, u64 max, page_run_fn fn, void *arg);
/* Bits of /proc/kpageflags (phys/page_types.h) of the first page of its block, or of a page behind it. */
u64 page_run_flags(const struct page_run *r, bool head);
/* Pages of the run that @f lets through. */
u64 page_run_matches(const struct page_run *r, const struct page_filter *f);
/* Is it an allocation that cannot move, in a pageblock of movable type? */
bool page_run_pollutes(const struct page_run *r);
/* Allocations made since this one. AGE_UNKNOWN: not allocated, or not kept. */
#define AGE_UNKNOWN (~0ULL)
u64 machine_run_age(const struct machine *m, const struct page_run *r);

/* Pageblocks of movable type that hold unmovable pages, by owner number. */
u32 machine_owner_count(const struct machine *m); /* numbers are below */
const char *machine_owner_tag(const struct machine *m, u32 owner); /* "" where there is none */
int machine_owner_pid(const struct machine *m, u32 owner); /* -1: no process */
struct owner_blocks { u64 polluted, last; };
/* Fills t[0 .. nr - 1] from at most @max runs. False: there are more, the rest was not looked at. */
bool machine_pollution(const struct machine *m, struct owner_blocks *t, u32 nr, u64 max);

/* page->flags of one page. */
struct page_flags_info {
	u64 word;                        /* as the kernel packs it */
	struct page_flags_layout layout; /* which bits are node, zone and last_cpupid */
	u64 kpage_flags;                 /* as /proc/kpageflags tells it */
};
void machine_page_flags(const struct machine *m, pfn_t pfn, struct page_flags_info *out);
/* What dump_page() prints for it, with what page_owner says of it. */
void machine_page_dump(const struct machine *m, pfn_t pfn, struct text *out);
/* All addresses of a page with their arithmetic, a line each. */
void machine_translate(const struct machine *m, pfn_t pfn, struct text *out);
/* The slab allocator for the readers of slab/slub.h; NULL: not there yet. */
const struct slab_state *machine_slab(const struct machine *m);

/* 64-bit hash of the whole model state. */
u64 machine_hash(struct machine *m);

/* The path of the last allocation made by a command, as one line and as a table. */
void machine_last_alloc(const struct machine *m, struct text *line, struct text *table);

/* --- sim/view_film.c: boot as a film ---------------------------------------- */

/* Boot in stages: "firmware" ... "late". */
struct film_stage {
	const char *name;
	const char *help;             /* one plain sentence */
	bool reached;
	u32 first_call, end_call;     /* its memblock calls: [first, end) */
	u32 first_line, end_line;     /* its lines of the kernel log */
};
/* Fills up to @max; returns how many there are (NR_BOOT_STAGES - 1). */
int machine_film_stages(const struct machine *m, struct film_stage *out, int max);

/* One call of the boot allocator. */
struct film_call {
	const char *name;             /* "memblock_reserve" */
	const char *help;             /* what it does, plain words */
	const char *stage;
	const char *caller;           /* who made it; "" unknown */
	phys_t start, end;            /* bytes; what was asked for, or what was found; 0, 0: whole lists or nothing */
	char args[96];                /* "node 1", "1 MiB, align 64, from 0x1000 below 0x40000000"; "" */
	bool on_reserved;             /* changes the reserved list, else memory (or physmem) */
	bool failed;
	u32 dmesg;                    /* lines of the kernel log printed before it */
};
u32 machine_film_count(const struct machine *m);
int machine_film_call(const struct machine *m, u32 i, struct film_call *out); /* -ERANGE */

/*
 * The lists after any number of calls. Open it again after a command has changed
 * the machine; close it before the machine goes. NULL: no host memory.
 */
struct film *film_open(const struct machine *m);
void film_close(struct film *f);
/* Stand after the first @calls calls (cut to their number), forward or back. Return: where it stands. */
u32 film_seek(struct film *f, u32 calls);
u32 film_at(const struct film *f);

enum film_list { FILM_MEMORY, FILM_RESERVED, FILM_PHYSMEM, FILM_OWNERS /* reserved, by who took it */, NR_FILM_LISTS };
struct film_region {
	phys_t start, end;
	int nid;                      /* NO_NODE: none */
	char flags[40];               /* "NONE", "HOTPLUG", "NOMAP" ... */
	const char *label;            /* reserved: who took its first byte; NULL unknown */
	bool changed;                 /* the last call touches it */
};
u32 film_count(const struct film *f, enum film_list list);
int film_region(const struct film *f, enum film_list list, u32 i, struct film_region *out); /* -ERANGE */
/* Bytes of RAM, and of them reserved, at this moment. */
u64 film_memory_bytes(const struct film *f);
u64 film_reserved_bytes(const struct film *f);

/* --- sim/view_causes.c ---------------------------------------------------- */

/* A zone that refused the last allocation made by a command; pages. */
struct alloc_try {
	int nid;
	const char *zone;
	pfn_t start, end;      /* the zone's span */
	unsigned pass;         /* 0: the fast path */
	u64 free, mark, reserve;
	const char *why;       /* "below the watermark" */
};
/* In the order of asking; fills up to @max, returns how many there are. */
int machine_last_tries(const struct machine *m, struct alloc_try *out, int max);

/* The pageblock of @pfn: what it is for, and what lives in it that should not. */
#define PAGEBLOCK_FOREIGN 4
struct pageblock_info {
	pfn_t start;
	u64 pages, free, used; /* @used: allocated, of any type */
	unsigned mt;           /* what it is for */
	u64 foreign_pages;     /* allocated pages of another type */
	int nr_foreign;
	struct { char owner[64]; unsigned mt; u64 pages; pfn_t first; } foreign[PAGEBLOCK_FOREIGN];
	bool has_fallback;     /* the trace still knows the fallback that let them in */
	u64 fallback_seq;      /* its event */
	pfn_t fallback_pfn;
	unsigned alloc_order, fallback_order, alloc_mt, fallback_mt;
	bool took_over;        /* the whole pageblock changed its type then */
};
int machine_pageblock(const struct machine *m, pfn_t pfn, struct pageblock_info *out); /* -EINVAL: no pageblocks there */

/* --- sim/workload.c ------------------------------------------------------- */

/* Do at most @max_ops operations of the running workload. Return: operations done. */
u64 machine_run_slice(struct machine *m, u64 max_ops);
/* The same, but when @max_ns have passed no further operations begin (0: no limit). */
u64 machine_run_for(struct machine *m, u64 max_ops, u64 max_ns);

/* --- sim/history.c -------------------------------------------------------- */

/*
 * Work for about @ns on a checkpoint that is due, or on making room for it. A front that
 * calls this before each slice never waits long for one; without it, checkpoints are taken
 * in one go. Return: true while there is more of it to do, and no slice should run.
 */
bool machine_save_piece(struct machine *m, u64 ns);

#endif
