/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace ring and one formatter, worded like the kernel's print formats
 * (include/trace/events/{kmem,compaction,vmscan}.h).
 */
#include "base/trace.h"

#include <stdlib.h>
#include <string.h>

int trace_init(struct trace *t, size_t entries)
{
	size_t n = 1;

	while (n < entries)
		n *= 2;
	memset(t, 0, sizeof(*t));
	t->ring = calloc(n, sizeof(*t->ring));
	if (!t->ring)
		return -ENOMEM;
	t->mask = n - 1;
	return 0;
}

void trace_cleanup(struct trace *t)
{
	free(t->ring);
	memset(t, 0, sizeof(*t));
}

u64 trace_oldest(const struct trace *t)
{
	u64 oldest = t->seq > t->mask + 1 ? t->seq - t->mask - 1 : 0;

	return max_u64(oldest, t->floor);
}

void trace_rewind(struct trace *t, u64 seq, u64 written)
{
	u64 lost = written > t->mask + 1 ? written - t->mask - 1 : 0;

	t->floor = max_u64(t->floor, min_u64(lost, seq));
	t->seq = seq;
}

const struct trace_event *trace_get(const struct trace *t, u64 seq)
{
	if (seq >= t->seq || seq < trace_oldest(t))
		return NULL;
	return &t->ring[seq & t->mask];
}

const char *trace_name(enum trace_type type)
{
	static const char *const names[] = {
#define X(name) #name,
		TRACE_EVENTS(X)
#undef X
	};

	return (unsigned)type < NR_TRACE_TYPES ? names[type] : "?";
}

#define LL(v) ((unsigned long long)(v))

static void format_extfrag(const struct trace_event *e, struct text *out)
{
	text_printf(out,
		    "pfn=0x%llx alloc_order=%u fallback_order=%u alloc_migratetype=%u fallback_migratetype=%u change_ownership=%u",
		    LL(e->p), e->a & 0xff, e->a >> 8, e->b & 0xff, e->b >> 8 & 0xff, e->b >> 16);
}

/* Results of compaction as the tracepoints name them; the order of enum compact_result. */
static const char *compaction_status(u32 r)
{
	static const char *const names[] = { "not_suitable_zone", "skipped", "deferred", "no_suitable_page", "continue", "complete",
					     "partial_skipped", "contended", "success" };

	return r < ARRAY_SIZE(names) ? names[r] : "?";
}

void trace_format(const struct trace_event *e, struct text *out)
{
	text_printf(out, "%s: ", trace_name(e->type));
	switch ((enum trace_type)e->type) {
	case TRACE_mm_page_alloc:
		if (e->p == NO_PFN)
			text_printf(out, "pfn=failed order=%llu migratetype=%u gfp_flags=0x%x", LL(e->q), e->b, e->a);
		else
			text_printf(out, "pfn=0x%llx order=%llu migratetype=%u gfp_flags=0x%x", LL(e->p), LL(e->q), e->b, e->a);
		return;
	case TRACE_mm_page_alloc_zone_locked:
		text_printf(out, "pfn=0x%llx order=%llu migratetype=%u percpu_refill=%u", LL(e->p), LL(e->q), e->a, e->b);
		return;
	case TRACE_mm_page_free:
	case TRACE_mm_page_free_batched:
		text_printf(out, "pfn=0x%llx order=%llu", LL(e->p), LL(e->q));
		return;
	case TRACE_mm_page_pcpu_drain:
		text_printf(out, "pfn=0x%llx order=%llu migratetype=%u", LL(e->p), LL(e->q), e->a);
		return;
	case TRACE_mm_page_alloc_extfrag:
		format_extfrag(e, out);
		return;
	case TRACE_mm_page_split:
		text_printf(out, "pfn=0x%llx order %u -> %u", LL(e->p), e->a, e->b);
		return;
	case TRACE_mm_page_merge:
		text_printf(out, "pfn=0x%llx order %u -> pfn=0x%llx order %u", LL(e->p), e->a, LL(e->q), e->b);
		return;
	case TRACE_mm_compaction_isolate_migratepages:
	case TRACE_mm_compaction_isolate_freepages:
		text_printf(out, "range=(0x%llx ~ 0x%llx) nr_scanned=%u nr_taken=%u", LL(e->p), LL(e->q), e->a, e->b);
		return;
	case TRACE_mm_compaction_begin:
	case TRACE_mm_compaction_end:
		text_printf(out, "zone_start=0x%llx migrate_pfn=0x%x free_pfn=0x%x zone_end=0x%llx ", LL(e->p), e->a, e->b, LL(e->q));
		if (e->type == TRACE_mm_compaction_begin)
			text_printf(out, "mode=%s", e->c ? "sync" : "async");
		else
			text_printf(out, "status=%s", compaction_status(e->c));
		return;
	case TRACE_mm_compaction_finished:
	case TRACE_mm_compaction_suitable:
		text_printf(out, "node=%u zone=%u order=%d ret=%s", e->a, e->b, (int)e->c, compaction_status((u32)e->i));
		return;
	case TRACE_mm_compaction_deferred:
	case TRACE_mm_compaction_defer_compaction:
	case TRACE_mm_compaction_defer_reset:
		text_printf(out, "node=%u zone=%u order=%d", e->a, e->b, (int)e->c);
		return;
	case TRACE_mm_compaction_kcompactd_sleep:
		text_printf(out, "nid=%u", e->a);
		return;
	case TRACE_mm_compaction_wakeup_kcompactd:
	case TRACE_mm_compaction_kcompactd_wake:
		text_printf(out, "nid=%u order=%d highest_zoneidx=%u", e->a, (int)e->b, e->c);
		return;
	case TRACE_mm_migrate_pages:
		text_printf(out, "nr_succeeded=%llu nr_failed=%llu mode=%u reason=%u", LL(e->p), LL(e->q), e->a, e->b);
		return;
	case TRACE_set_migratetype:
		text_printf(out, "start_pfn=0x%llx nr_pages=%llu type=%u was=%u", LL(e->p), LL(e->q), e->a, e->b);
		return;
	case TRACE_mm_compaction_migratepages:
		text_printf(out, "nr_migrated=%u nr_failed=%u", e->a, e->b);
		return;
	case TRACE_mm_page_migrate:
		text_printf(out, "pfn=0x%llx -> 0x%llx order=%u mode=%u ret=%d", LL(e->p), LL(e->q), e->a, e->b, e->i);
		return;
	case TRACE_mm_page_isolate:
	case TRACE_mm_page_putback:
		text_printf(out, "pfn=0x%llx order=%u lru=%u", LL(e->p), e->a, e->c);
		return;
	case TRACE_mm_vmscan_wakeup_kswapd:
	case TRACE_mm_vmscan_kswapd_wake:
		text_printf(out, "nid=%u zid=%u order=%u", e->a, e->b, e->c);
		return;
	case TRACE_kmem_cache_alloc:
	case TRACE_kmalloc:
		text_printf(out, "ptr=0x%llx cache=%llu bytes_req=%u bytes_alloc=%u gfp_flags=0x%x",
			    LL(e->p), LL(e->q), e->a, e->b, e->c);
		return;
	case TRACE_kmem_cache_free:
	case TRACE_kfree:
		text_printf(out, "ptr=0x%llx cache=%llu", LL(e->p), LL(e->q));
		return;
	case TRACE_memblock_add:
	case TRACE_memblock_remove:
	case TRACE_memblock_reserve:
	case TRACE_memblock_phys_free:
		text_printf(out, "[0x%016llx-0x%016llx] flags=0x%x nid=%d", LL(e->p), LL(e->p + e->q - 1), e->a, e->i);
		return;
	default:
		break;
	}
	if (e->type >= TRACE_memory_going_online && e->type <= TRACE_memory_remove) {
		text_printf(out, "start_pfn=0x%llx nr_pages=%llu nid=%d", LL(e->p), LL(e->q), e->i);
		return;
	}
	text_printf(out, "p=0x%llx q=0x%llx a=%u b=%u c=%u i=%d", LL(e->p), LL(e->q), e->a, e->b, e->c, e->i);
}
