/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace events: what the engine reports while it works, as fixed-size records
 * in a ring, named as the kernel's tracepoints. Emitting never fails and never
 * calls a reader; a reader asks "from sequence number N" and is told how many
 * it missed. Animation, the log view, charts and tests read the same ring.
 *
 * The table below is the only list of events. Each row: name, then the meaning
 * of the generic fields (p and q are pfns or sizes in pages unless said).
 */
#ifndef MM_BASE_TRACE_H
#define MM_BASE_TRACE_H

#include "base/types.h"
#include "base/text.h"

/*      name                          p          q           a            b            c         i */
#define TRACE_EVENTS(X)                                                                                \
	X(mm_page_alloc)              /* pfn (NO_PFN: failed)   order        gfp          migratetype  alloc path flags (c) */ \
	X(mm_page_alloc_zone_locked)  /* pfn                    order        migratetype  percpu refill          */ \
	X(mm_page_free)               /* pfn                    order                                            */ \
	X(mm_page_free_batched)       /* pfn                                                                     */ \
	X(mm_page_pcpu_drain)         /* pfn                    order        migratetype                         */ \
	X(mm_page_alloc_extfrag)      /* pfn        q: -        a: alloc order|fallback order<<8, b: alloc mt|fallback mt<<8|change ownership<<16, c: - */ \
	X(mm_page_split)              /* pfn        q: pages kept a: order before, b: order after (upper halves went to lists); not a kernel tracepoint: expand() */ \
	X(mm_page_merge)              /* freed pfn  q: pfn of the merged block a: order before, b: order after; not a kernel tracepoint: __free_one_page() */ \
	X(mm_compaction_begin)        /* zone start q: zone end a: migrate pfn low32, b: free pfn low32, c: sync */ \
	X(mm_compaction_end)          /* zone start q: zone end a: migrate pfn low32, b: free pfn low32, c: status */ \
	X(mm_compaction_isolate_migratepages) /* start q: end a: scanned b: taken */ \
	X(mm_compaction_isolate_freepages)    /* start q: end a: scanned b: taken */ \
	X(mm_compaction_migratepages) /* a: migrated b: failed */ \
	X(mm_compaction_try_to_compact_pages) /* a: order b: gfp c: prio */ \
	X(mm_compaction_finished)     /* a: nid b: zone c: order i: ret */ \
	X(mm_compaction_suitable)     /* a: nid b: zone c: order i: ret */ \
	X(mm_compaction_deferred)     /* a: nid b: zone c: order */ \
	X(mm_compaction_defer_compaction) /* a: nid b: zone c: order */ \
	X(mm_compaction_defer_reset)  /* a: nid b: zone c: order */ \
	X(mm_compaction_kcompactd_sleep) /* a: nid */ \
	X(mm_compaction_wakeup_kcompactd) /* a: nid b: order c: highest zone */ \
	X(mm_compaction_kcompactd_wake)   /* a: nid b: order c: highest zone */ \
	X(mm_migrate_pages)           /* p: succeeded q: failed a: mode b: reason */ \
	X(mm_page_migrate)            /* p: source q: destination a: order b: mode c: 1 on an LRU list i: 0 or -errno; not a kernel tracepoint: one folio moved, or refused */ \
	X(mm_page_isolate)            /* p: pfn a: order c: 1 on an LRU list; not a kernel tracepoint: taken out to be moved */ \
	X(mm_page_putback)            /* p: pfn a: order c: 1 on an LRU list; not a kernel tracepoint: stays where it was */ \
	X(mm_vmscan_wakeup_kswapd)    /* a: nid b: zone c: order */ \
	X(mm_vmscan_kswapd_wake)      /* a: nid b: zone c: order */ \
	X(mm_vmscan_kswapd_sleep)     /* a: nid */ \
	X(mm_vmscan_direct_reclaim_begin) /* a: order b: gfp */ \
	X(mm_vmscan_direct_reclaim_end)   /* p: reclaimed */ \
	X(mm_vmscan_lru_shrink_inactive)  /* p: scanned q: reclaimed a: nid b: file c: priority */ \
	X(mm_vmscan_lru_shrink_active)    /* p: taken q: deactivated a: nid b: file c: priority */ \
	X(oom_kill)                   /* a: order b: gfp c: nid */ \
	X(kmem_cache_alloc)           /* p: address q: cache index a: bytes req b: bytes alloc c: gfp */ \
	X(kmem_cache_free)            /* p: address q: cache index */ \
	X(kmalloc)                    /* p: address q: cache index a: bytes req b: bytes alloc c: gfp */ \
	X(kfree)                      /* p: address */ \
	X(memblock_add)               /* p: base bytes q: size bytes a: flags i: nid */ \
	X(memblock_remove)            /* p: base bytes q: size bytes */ \
	X(memblock_reserve)           /* p: base bytes q: size bytes a: flags i: nid */ \
	X(memblock_phys_free)         /* p: base bytes q: size bytes */ \
	X(memory_going_online)        /* p: start pfn q: nr pages i: nid */ \
	X(memory_online)              /* p: start pfn q: nr pages i: nid */ \
	X(memory_cancel_online)       /* p: start pfn q: nr pages i: nid */ \
	X(memory_going_offline)       /* p: start pfn q: nr pages i: nid */ \
	X(memory_offline)             /* p: start pfn q: nr pages i: nid */ \
	X(memory_cancel_offline)      /* p: start pfn q: nr pages i: nid */ \
	X(memory_add)                 /* p: start pfn q: nr pages i: nid */ \
	X(memory_remove)              /* p: start pfn q: nr pages i: nid */ \
	X(memory_failure)             /* p: pfn a: type b: result */ \
	X(set_migratetype)            /* p: start pfn q: nr pages a: new type b: old type */ \
	X(boot_stage)                 /* a: stage number */

enum trace_type {
#define X(name) TRACE_##name,
	TRACE_EVENTS(X)
#undef X
	NR_TRACE_TYPES
};

struct trace_event {
	u64 p;
	u64 q;
	u32 a;
	u32 b;
	u32 c;
	u16 type; /* enum trace_type */
	s16 i;
};

struct trace {
	struct trace_event *ring; /* host memory, not part of checkpoints */
	u64 mask;                 /* entries - 1; a power of two */
	u64 seq;                  /* number of events ever emitted */
	u64 floor;                /* events below this number are not in the ring */
};

/* @entries is rounded up to a power of two. Return: 0 or -ENOMEM. */
int trace_init(struct trace *t, size_t entries);
void trace_cleanup(struct trace *t);

static inline void trace_emit(struct trace *t, enum trace_type type, u64 p, u64 q,
			      u32 a, u32 b, u32 c, int i)
{
	struct trace_event *e = &t->ring[t->seq++ & t->mask];

	e->p = p;
	e->q = q;
	e->a = a;
	e->b = b;
	e->c = c;
	e->type = (u16)type;
	e->i = (s16)i;
}

/* The machine went back to when @seq events had been emitted; the ring had been written up to @written. */
void trace_rewind(struct trace *t, u64 seq, u64 written);

/* Nothing that was emitted so far can be read any more. */
static inline void trace_forget(struct trace *t) { t->floor = t->seq; }

/* The oldest sequence number that can still be read. */
u64 trace_oldest(const struct trace *t);
/* Event number @seq, or NULL when it is gone or not there yet. */
const struct trace_event *trace_get(const struct trace *t, u64 seq);
const char *trace_name(enum trace_type type);
/* One line as the kernel's tracefs prints it: "name: field=value ...". */
void trace_format(const struct trace_event *e, struct text *out);

#endif
