/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Meanings of events: see words.h. */
#include "words.h"

#include <string.h>

static const struct { u8 kind; const char *meaning; } events[NR_TRACE_TYPES] = {
	[TRACE_mm_page_alloc] = { EK_ALLOC, "Somebody asked for 2^order pages in a row and got them, beginning at pfn; 'failed': no zone could give them. migratetype says which kind of pageblock they should come from, gfp_flags how hard the allocator may try." },
	[TRACE_mm_page_alloc_zone_locked] = { EK_ALLOC, "A block left the zone's free list, under the zone's lock. With percpu_refill=1 it went to a cpu's own list, from which later requests are served without the lock." },
	[TRACE_mm_page_free] = { EK_ALLOC, "2^order pages beginning at pfn were given back. Small blocks go to the cpu's own list first, larger ones to the zone, where they merge with free buddies." },
	[TRACE_mm_page_free_batched] = { EK_ALLOC, "One page of many that were given back together." },
	[TRACE_mm_page_pcpu_drain] = { EK_ALLOC, "A cpu's own list was too full, or was emptied on purpose: this block went back to the zone's free lists." },
	[TRACE_mm_page_alloc_extfrag] = { EK_BLOCKS, "No free block of the wanted type was left, so one was taken from another type: this is how pageblocks get mixed. change_ownership=1: enough of the pageblock was free that it changed its type as a whole." },
	[TRACE_mm_page_split] = { EK_BLOCKS, "The smallest free block that was large enough was larger than asked for: it was cut in halves, again and again; the upper halves went to the free lists of the lower orders." },
	[TRACE_mm_page_merge] = { EK_BLOCKS, "A freed block found its buddy free at the same order: together they are one block of the next order, and so on, as far as buddies were free." },
	[TRACE_set_migratetype] = { EK_BLOCKS, "A pageblock changed what it is for: after a fallback, for an isolation (offline, contiguous allocation), or back." },
	[TRACE_mm_compaction_begin] = { EK_COMPACTION, "Compaction of a zone begins: the migrate scanner goes up from the bottom and looks for pages that can move, the free scanner comes down from the top and looks for free pages." },
	[TRACE_mm_compaction_end] = { EK_COMPACTION, "Compaction of a zone is over: the scanners met, the wanted block is there, or it was given up. The next time it goes on where the scanners stand." },
	[TRACE_mm_compaction_isolate_migratepages] = { EK_COMPACTION, "The migrate scanner looked at this range and took out nr_taken pages that can move." },
	[TRACE_mm_compaction_isolate_freepages] = { EK_COMPACTION, "The free scanner looked at this range and took out nr_taken free pages to move into." },
	[TRACE_mm_compaction_migratepages] = { EK_COMPACTION, "The pages that the migrate scanner had taken out were moved; nr_failed could not be and stay where they were." },
	[TRACE_mm_compaction_try_to_compact_pages] = { EK_COMPACTION, "A request found no block that is large enough and compacts by itself before it goes on trying." },
	[TRACE_mm_compaction_finished] = { EK_COMPACTION, "Is compaction of this zone done? The answer: a block of the order is there, the scanners met, or go on." },
	[TRACE_mm_compaction_suitable] = { EK_COMPACTION, "Is compaction of this zone worth while? Not when a block is there already, nor when too few pages are free to move into." },
	[TRACE_mm_compaction_deferred] = { EK_COMPACTION, "Compaction was left out: it failed here not long ago." },
	[TRACE_mm_compaction_defer_compaction] = { EK_COMPACTION, "Compaction failed: the next attempts of this order are left out, twice as many each time." },
	[TRACE_mm_compaction_defer_reset] = { EK_COMPACTION, "Compaction worked: it is no longer left out." },
	[TRACE_mm_compaction_kcompactd_sleep] = { EK_COMPACTION, "The node's compaction thread has nothing to do and sleeps." },
	[TRACE_mm_compaction_wakeup_kcompactd] = { EK_COMPACTION, "The node's compaction thread is woken: somebody missed a block of this order." },
	[TRACE_mm_compaction_kcompactd_wake] = { EK_COMPACTION, "The node's compaction thread begins to work." },
	[TRACE_mm_migrate_pages] = { EK_COMPACTION, "A list of pages was moved: p succeeded, q failed." },
	[TRACE_mm_page_migrate] = { EK_COMPACTION, "The content of one page or folio was copied to another place and all who use it were pointed there; ret < 0: it could not be moved." },
	[TRACE_mm_page_isolate] = { EK_COMPACTION, "A page in use was taken out of circulation, so that it can be moved." },
	[TRACE_mm_page_putback] = { EK_COMPACTION, "A page that was to be moved stays where it is." },
	[TRACE_mm_vmscan_wakeup_kswapd] = { EK_RECLAIM, "Free pages fell below the low watermark: the node's reclaim thread is woken." },
	[TRACE_mm_vmscan_kswapd_wake] = { EK_RECLAIM, "The node's reclaim thread begins to look for pages that can be given up." },
	[TRACE_mm_vmscan_kswapd_sleep] = { EK_RECLAIM, "The high watermark is reached: the node's reclaim thread sleeps." },
	[TRACE_mm_vmscan_direct_reclaim_begin] = { EK_RECLAIM, "A request found too little and must give up pages itself before it may go on: it is stalled." },
	[TRACE_mm_vmscan_direct_reclaim_end] = { EK_RECLAIM, "The stalled request has given up p pages and tries again." },
	[TRACE_mm_vmscan_lru_shrink_inactive] = { EK_RECLAIM, "Of p pages that were not used lately, q were given up." },
	[TRACE_mm_vmscan_lru_shrink_active] = { EK_RECLAIM, "Of p pages of the active list, q became inactive: the next ones to be given up." },
	[TRACE_oom_kill] = { EK_RECLAIM, "Nothing could be reclaimed and nothing compacted: the kernel ends a process to get its memory." },
	[TRACE_kmem_cache_alloc] = { EK_SLAB, "An object was taken from a slab cache." },
	[TRACE_kmem_cache_free] = { EK_SLAB, "An object was given back to its slab cache." },
	[TRACE_kmalloc] = { EK_SLAB, "Memory by size: served by the kmalloc cache of the next larger object size." },
	[TRACE_kfree] = { EK_SLAB, "Memory by size was given back." },
	[TRACE_memblock_add] = { EK_BOOT, "Boot: the firmware says that this range is RAM." },
	[TRACE_memblock_remove] = { EK_BOOT, "Boot: this range is not to be used as RAM after all." },
	[TRACE_memblock_reserve] = { EK_BOOT, "Boot: this range is taken (kernel image, page structs, tables, firmware); it never reaches the allocator unless it is freed again." },
	[TRACE_memblock_phys_free] = { EK_BOOT, "Boot: a reserved range is free again." },
	[TRACE_boot_stage] = { EK_BOOT, "A stage of boot was reached." },
	[TRACE_memory_going_online] = { EK_HOTPLUG, "A memory block is about to go online: whoever must prepare is told." },
	[TRACE_memory_online] = { EK_HOTPLUG, "A memory block is online: its pages are on the free lists of a zone." },
	[TRACE_memory_cancel_online] = { EK_HOTPLUG, "Somebody refused: the block stays offline." },
	[TRACE_memory_going_offline] = { EK_HOTPLUG, "A memory block is to go offline: its pageblocks are isolated, what is in use will be moved away." },
	[TRACE_memory_offline] = { EK_HOTPLUG, "Everything was moved away: the block's pages belong to no zone any more." },
	[TRACE_memory_cancel_offline] = { EK_HOTPLUG, "A page could not be moved: the block stays online and its pageblocks get their types back." },
	[TRACE_memory_add] = { EK_HOTPLUG, "New addresses became memory: sections and page structs exist, the block is offline." },
	[TRACE_memory_remove] = { EK_HOTPLUG, "An offline block was removed: its addresses are no memory any more." },
	[TRACE_memory_failure] = { EK_HOTPLUG, "The hardware reported a broken page: it is taken out of use for good." },
};

static const char *const kinds[NR_EVENT_KINDS] = { "all", "alloc", "blocks", "compaction", "reclaim", "hotplug", "slab", "boot", "kernel" };

const char *event_kind_name(enum event_kind k) { return kinds[k]; }

enum event_kind event_kind_find(const char *name)
{
	int k = 0;

	while (k < NR_EVENT_KINDS && strcmp(kinds[k], name))
		k++;
	return (enum event_kind)k;
}

enum event_kind event_kind_of(enum trace_type t) { return (enum event_kind)events[t].kind; }
const char *event_meaning(enum trace_type t) { return events[t].meaning ? events[t].meaning : ""; }

bool event_page(const struct trace_event *e, pfn_t *pfn)
{
	enum event_kind k = event_kind_of((enum trace_type)e->type);

	*pfn = e->p;
	if (e->type >= TRACE_mm_compaction_migratepages && e->type <= TRACE_mm_migrate_pages)
		return false;
	return e->p != NO_PFN && (k == EK_ALLOC || k == EK_BLOCKS || k == EK_COMPACTION || k == EK_HOTPLUG);
}
