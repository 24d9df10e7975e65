/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine description: plain data, what a machine file says or an import
 * found. Booting reads it and never changes it, so one description boots any
 * number of machines. Everything in it is host memory owned by the description.
 */
#ifndef MM_BOOT_DESC_H
#define MM_BOOT_DESC_H

#include "base/error.h"
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
	RESV_ALLOC,        /* memblock_alloc of a size: boot finds the place (start = 0) */
	RESV_FREED         /* memblock_phys_free of [start, end) */
};
#define RESV_INIT 1u   /* given back to the buddy after boot (initrd, init sections) */

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
};

/* State a captured system had that boot alone cannot give (import). */
struct desc_freecount {
	int nid;
	int zone;                     /* enum zone_type */
	int mt;                       /* migratetype, or -1: sum of all types (buddyinfo) */
	u64 count[NR_PAGE_ORDERS_MAX];
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
	u32 l3_slice_kib;     /* cache per cpu, for PCPF_FREE_HIGH_BATCH; 0: unknown */

	struct fw_entry *fw;     size_t nr_fw;
	struct desc_mem *mem;    size_t nr_mem;    /* empty: all RAM is node 0 */
	struct desc_node *node;  size_t nr_node;
	struct desc_resv *resv;  size_t nr_resv;   /* in the order they happened */
	struct desc_dimm *dimm;  size_t nr_dimm;
	struct desc_freecount *freecount; size_t nr_freecount;
	struct pfn_range *pb_hint; size_t nr_pb_hint; /* reserved for import */
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
struct desc_node *desc_get_node(struct desc *d, int nid); /* adds it if missing; NULL: no memory */

/* Cross checks (overlaps, wrap, alignment, limits): 0 or -EINVAL naming the entries and the remedy. */
int desc_validate(const struct desc *d, struct mm_error *err);

#endif
