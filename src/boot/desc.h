/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine description: plain data, what a machine file says or an import
 * found. Booting reads it and never changes it, so one description boots any
 * number of machines. Everything in it is host memory owned by the description.
 */
#ifndef MM_BOOT_DESC_H
#define MM_BOOT_DESC_H

#include "base/error.h"
#include "base/text.h"
#include "phys/arch.h"
#include "phys/firmware.h"

/* Memory of a node, as SRAT or the device tree gives it. */
struct desc_mem {
	phys_t start;
	phys_t end;
	int nid;
	bool hotplug; /* SRAT Hot Pluggable */
};

struct desc_node {
	int nid;
	u8 *cpu;          /* [nr_cpus possible] 1 where the cpu belongs here; NULL: none */
	u8 *distance;     /* [MAX nid + 1] row of the SLIT, or NULL: 10 / 20 */
	int nr_distance;
};

/* What took memory before memblock was handed over, with who it was. */
enum desc_resv_kind {
	RESV_PLAIN,        /* memblock_reserve() at an address that is known */
	RESV_KERNEL_CODE,  /* the same; shown in iomem as "Kernel code" */
	RESV_KERNEL_RODATA,
	RESV_KERNEL_DATA,
	RESV_KERNEL_BSS,
	RESV_INITRD,
	RESV_CRASHKERNEL,
	RESV_NOMAP,
	RESV_CMA,          /* a CMA area at a known place: its pages become MIGRATE_CMA after boot */
	RESV_ALLOC,        /* memblock_alloc of a size: boot finds the place (start = 0) */
	RESV_FREED,        /* memblock_phys_free of [start, end) */
	NR_RESV_KINDS
};
#define RESV_INIT 1u   /* given back to the buddy after boot (initrd, init sections); the label is
			  the kernel's word in "Freeing ... memory" */
#define RESV_INIT_EARLY 2u /* given back before watermarks are computed ("SMP alternatives") */

struct desc_resv {
	phys_t start;      /* bytes; for RESV_ALLOC: lower limit */
	phys_t end;        /* exclusive; for RESV_ALLOC: upper limit (0: none) */
	u64 size;          /* RESV_ALLOC only, bytes */
	u64 align;         /* RESV_ALLOC only, bytes */
	int nid;           /* RESV_ALLOC: node or NO_NODE */
	enum desc_resv_kind kind;
	u32 flags;
	const char *label; /* "kernel code", "initrd", "memmap", "unflatten_dt_nodes" ... */
};

/* A DIMM or virtio-mem device that can be plugged later. */
struct desc_dimm {
	const char *id;
	phys_t start;
	u64 size;
	int nid;
	bool virtio_mem; /* grows and shrinks; driver "virtio_mem" */
	bool plugged;    /* at boot */
	u64 requested;   /* virtio-mem: bytes plugged at boot when @plugged; 0: all of it */
	u64 unit;        /* virtio-mem: size of its blocks in bytes; 0: the smallest possible */
};

/* State a captured system had that boot alone cannot give (import). */
struct desc_freecount {
	int nid;
	int zone;                     /* enum zone_type */
	int mt;                       /* migratetype, or -1: sum of all types (buddyinfo) */
	u64 count[NR_PAGE_ORDERS_MAX];
};

/* Pages of a zone that were free beside its free lists when it was captured. */
struct desc_percpu {
	int nid;
	int zone;  /* enum zone_type */
	int cpu;   /* whose per-cpu lists hold @pages; -1: @pages is what the zone's counter of free pages said,
	              to which the cpus' own differences were not yet added */
	u64 pages;
};

/* What a captured system used pages for (/proc/kpageflags); the letters stand in machine files. */
enum desc_page_use {
	USE_FREE,          /* . */
	USE_ANON,          /* a  memory of processes, on the inactive LRU list */
	USE_ANON_ACTIVE,   /* A */
	USE_FILE,          /* f  page cache */
	USE_FILE_ACTIVE,   /* F */
	USE_SHMEM,         /* m  shared memory, tmpfs */
	USE_SHMEM_ACTIVE,  /* M */
	USE_ANON_LOCKED,   /* u  unevictable, anonymous or shared */
	USE_FILE_LOCKED,   /* U  unevictable page cache */
	USE_SLAB,          /* s */
	USE_PGTABLE,       /* t  page tables */
	USE_HUGETLB,       /* h */
	USE_KERNEL,        /* k  in use, and nothing more is known */
	USE_RESERVED,      /* r  PageReserved */
	USE_OFFLINE,       /* o  PageOffline: taken by a balloon or a hypervisor */
	USE_POISON,        /* p  PageHWPoison */
	NR_PAGE_USES
};
#define DESC_USE_LETTERS ".aAfFmMuUsthkrop"

/* @nr blocks of order @order, one behind the other from @pfn on, all used alike. */
struct desc_run {
	pfn_t pfn;
	u32 nr;
	u8 order;
	u8 use; /* enum desc_page_use */
};

/* A row of /proc/slabinfo. */
struct desc_slab {
	char *name;
	u64 active_objs, num_objs, objsize, objperslab, pagesperslab, active_slabs, num_slabs;
};

struct desc {
	char *name;      /* shown in the header: file name without folder and .ini */
	char *title;     /* one line of what it is, may be NULL */
	char *path;      /* where it came from, for messages; may be NULL */
	struct arch arch;
	char *cmdline;   /* kernel command line, never NULL */
	u64 seed;
	int nr_cpus;          /* online after boot */
	int nr_cpus_possible; /* sizes slab and per-cpu things; >= nr_cpus */
	u32 kernel_version;   /* major << 16 | minor << 8 | patch of an imported system, 0: 6.12.117. Boot prints the
	                         log lines that older kernels had and 6.12 has not */
	u32 l3_slice_kib;     /* cache per cpu, for PCPF_FREE_HIGH_BATCH; 0: unknown */

	u64 swap;             /* bytes of the swap area; 0: none */

	struct fw_entry *fw;     size_t nr_fw;
	struct desc_mem *mem;    size_t nr_mem;    /* empty: all RAM is node 0 */
	struct desc_node *node;  size_t nr_node;
	struct desc_resv *resv;  size_t nr_resv;   /* in the order they happened */
	struct desc_dimm *dimm;  size_t nr_dimm;
	struct desc_freecount *freecount; size_t nr_freecount;
	struct desc_percpu *percpu; size_t nr_percpu; /* of zones that freecount names */
	struct desc_run *run;    size_t nr_run;    /* ascending, no overlaps; pages in no run are as boot leaves them */
	struct desc_slab *slab;  size_t nr_slab;   /* in the order of the file */
	bool fw_overlaps;        /* firmware entries may overlap: the kernel's sanitising sorts it out */
	bool resv_complete;      /* resv holds every early reservation (from a memblock=debug log):
	                            boot adds none of its own (memmap, node data ...) */
	bool boot_alloc_model;   /* boot models the kernel's own early allocations (memmap, NODE_DATA ...) */
	char *hostfacts;         /* import: what was ignored, what root would add; may be NULL */
};

struct desc *desc_new(void); /* NULL: no memory */
void desc_free(struct desc *d);

/* Append; the strings are copied. 0 or -ENOMEM. */
int desc_add_fw(struct desc *d, phys_t start, phys_t end, enum fw_type type, u32 flags, const char *name, int depth);
int desc_add_mem(struct desc *d, phys_t start, phys_t end, int nid, bool hotplug);
int desc_add_resv(struct desc *d, const struct desc_resv *r);
int desc_add_dimm(struct desc *d, const struct desc_dimm *m);
int desc_add_freecount(struct desc *d, const struct desc_freecount *f);
int desc_add_percpu(struct desc *d, const struct desc_percpu *p);
/* Join the last run when @r goes on with it, else append. */
int desc_add_run(struct desc *d, const struct desc_run *r);
int desc_add_slab(struct desc *d, const struct desc_slab *s); /* the name is copied */
/* Does it say what a system was doing, beyond what boot gives? */
bool desc_has_state(const struct desc *d);
/* Replace a string field of a description by a copy of @s (NULL: nothing). 0 or -ENOMEM. */
int desc_set_string(char **field, const char *s);
struct desc_node *desc_get_node(struct desc *d, int nid); /* adds it if missing; NULL: no memory */

/* Cross checks (overlaps, wrap, alignment, limits): 0 or -EINVAL naming the entries and the remedy. */
int desc_validate(const struct desc *d, struct mm_error *err);

/* Where a cross check failed, so that a reader of files can name the line. */
enum desc_part { DESC_MACHINE, DESC_ARCH, DESC_FW, DESC_MEM, DESC_NODE, DESC_RESV, DESC_DIMM, DESC_FREECOUNT,
		 DESC_PERCPU, DESC_RUN, DESC_SLAB, NR_DESC_PARTS };
struct desc_place {
	enum desc_part part;
	size_t index;   /* of the entry in its array */
	s64 other;      /* the entry it collides with (same array unless said), or -1 */
	enum desc_part other_part;
};
/* The same, and *place (may be NULL) says which entry. */
int desc_validate_at(const struct desc *d, struct desc_place *place, struct mm_error *err);

/*
 * Do @a and @b describe the same machine (path aside)? When not, a line in
 * @why (may be NULL) names the first difference.
 */
bool desc_equal(const struct desc *a, const struct desc *b, struct text *why);

/* "ram", "reserved" ... : the key that machine files use for @type. */
const char *fw_type_key(enum fw_type type);
/* "range", "kernel_code", "alloc" ...: the same for reservations. */
const char *desc_resv_key(enum desc_resv_kind kind);

#endif
