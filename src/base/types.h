/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain types and units that every floor uses.
 *
 * A pfn counts pages of the machine's page size, a phys_t counts bytes.
 * Ranges are half-open, [start, end).
 */
#ifndef MM_BASE_TYPES_H
#define MM_BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

typedef u64 pfn_t;  /* page frame number */
typedef u64 phys_t; /* physical address, bytes */

#define NO_PFN  ((pfn_t)~0ULL)
#define NO_NODE (-1) /* the kernel's NUMA_NO_NODE */

#define MAX_NUMNODES 1024 /* the largest NODES_SHIFT (10) of our presets */
#define MAX_CPUS     8192

/* A range of page frames, [start, end). */
struct pfn_range {
	pfn_t start;
	pfn_t end;
};

/* A range of bytes of physical address space, [start, end). */
struct phys_range {
	phys_t start;
	phys_t end;
};

/*
 * All zone types that any architecture has, in the kernel's order. Which of
 * them exist on a machine is said by arch->zones_mask; the kernel numbers only
 * those (see arch_zone_idx()).
 */
enum zone_type {
	ZONE_DMA,
	ZONE_DMA32,
	ZONE_NORMAL,
	ZONE_HIGHMEM,
	ZONE_MOVABLE,
	ZONE_DEVICE,
	MAX_NR_ZONES
};

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES, /* number of types that have per-cpu lists */
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
	MIGRATE_CMA,     /* exists where arch->has_cma */
	MIGRATE_ISOLATE, /* the kernel's number is one less without CMA */
	MIGRATE_TYPES
};

#define NR_PAGE_ORDERS_MAX 15 /* orders 0..14: enough for 64 KiB pages (13) */

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x)     __builtin_expect(!!(x), 1)
#define unlikely(x)   __builtin_expect(!!(x), 0)
#define always_inline inline __attribute__((always_inline))
#define noinline      __attribute__((noinline))
#define PRINTF(f, a)  __attribute__((format(printf, f, a)))

#define KiB (1ULL << 10)
#define MiB (1ULL << 20)
#define GiB (1ULL << 30)
#define TiB (1ULL << 40)
#define PiB (1ULL << 50)

static inline u64 min_u64(u64 a, u64 b) { return a < b ? a : b; }
static inline u64 max_u64(u64 a, u64 b) { return a > b ? a : b; }
static inline s64 min_s64(s64 a, s64 b) { return a < b ? a : b; }
static inline s64 max_s64(s64 a, s64 b) { return a > b ? a : b; }
static inline u64 clamp_u64(u64 v, u64 lo, u64 hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* @align must be a power of two. */
static inline u64 align_down(u64 v, u64 align) { return v & ~(align - 1); }
static inline u64 align_up(u64 v, u64 align)
{
	return (v + align - 1) & ~(align - 1);
}
static inline bool is_aligned(u64 v, u64 align) { return !(v & (align - 1)); }
static inline bool is_pow2(u64 v) { return v && !(v & (v - 1)); }

/* Index of the highest set bit; @v must not be 0. */
static inline int ilog2_u64(u64 v) { return 63 - __builtin_clzll(v); }

#endif
