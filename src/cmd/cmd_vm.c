/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc/sys/vm and the kernel's threads do: compact, drain.
 */
#include "cmd/tables.h"

#include "alloc/compaction.h"
#include "alloc/oom.h"
#include "alloc/page_alloc.h"
#include "alloc/process.h"
#include "alloc/vmscan.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

static void tell_zone(struct mm *mm, struct zone *z, struct text *out)
{
	struct compact_report r;

	compact_zone_full(mm, z, &r);
	text_printf(out, "node %d %-8s %llu pages moved, scanners met at 0x%llx / 0x%llx\n", z->nid, z->name,
		    LL(r.nr_migrated), LL(r.migrate_pfn), LL(r.free_pfn));
}

static int run_compact(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mm *mm = &m->sys->mm;
	int nid = NO_NODE;
	int rc = cmd_int(a, "node", 0, MAX_NUMNODES - 1, &nid, err);

	if (rc)
		return rc;
	if (m->sys->stage < BOOT_MEM_INIT)
		return mm_fail(err, -EAGAIN, "the buddy has no memory yet; run 'boot' first");
	if (nid != NO_NODE && (nid >= mm->nr_node_ids || !mm->node[nid] || !mm->node[nid]->online))
		return mm_fail(err, -EINVAL, "there is no node %d; 'show nodes' lists them", nid);
	for_each_node(mm, n) {
		if (nid != NO_NODE && n->nid != nid)
			continue;
		for (int z = 0; z < MAX_NR_ZONES; z++)
			if (populated_zone(&n->zones[z]))
				tell_zone(mm, &n->zones[z], out);
	}
	return 0;
}

static int run_drain(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	if (m->sys->stage < BOOT_MEM_INIT)
		return mm_fail(err, -EAGAIN, "there are no per-cpu lists yet; run 'boot' first");
	drain_all_pages(&m->sys->mm, NULL);
	text_puts(out, "per-cpu lists drained\n");
	return 0;
}

static int need_buddy(struct machine *m, struct mm_error *err)
{
	if (m->sys->stage >= BOOT_MEM_INIT)
		return 0;
	return mm_fail(err, -EAGAIN, "the buddy has no memory yet; run 'boot' first");
}

static int run_kcompactd(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mm *mm = &m->sys->mm;
	int rc = need_buddy(m, err);

	if (rc)
		return rc;
	for_each_node(mm, n) {
		unsigned before = fragmentation_score_node(mm, n);
		bool worked = kcompactd_run(mm, n);

		text_printf(out, "node %d: fragmentation score %u, %s", n->nid, before,
			    worked ? "" : "nothing to do (proactive compaction starts above 100 - compaction_proactiveness + 10)\n");
		if (worked)
			text_printf(out, "compacted to %u\n", fragmentation_score_node(mm, n));
	}
	return 0;
}

static int run_reclaim(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int nid = NO_NODE, rc = need_buddy(m, err);
	u64 pages = 1024;

	rc = rc ? rc : cmd_int(a, "node", 0, MAX_NUMNODES - 1, &nid, err);
	rc = rc ? rc : cmd_u64(a, "pages", &pages, err);
	if (rc)
		return rc;
	text_printf(out, "reclaimed %llu pages\n", LL(reclaim_pages(&m->sys->mm, nid, pages)));
	return 0;
}

/* echo N > /proc/sys/vm/drop_caches, after a sync: 1 page cache, 2 slab objects, 3 both. */
static int run_drop_caches(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct mm *mm = &m->sys->mm;
	int rc = need_buddy(m, err);
	u64 what = 3;

	if (!rc && a->argc > 1)
		rc = cmd_parse_u64(a->argv[1], &what, "what to drop", err);
	if (!rc && (!what || what > 3))
		rc = mm_fail(err, -EINVAL, "drop_caches %llu: 1 drops page cache, 2 slab objects, 3 both", LL(what));
	if (rc)
		return rc;
	if (what & 1) {
		mm->vm_event[EV_drop_pagecache]++;
		text_printf(out, "%llu pages of page cache dropped\n",
			    LL(m->sys->procs ? process_drop_files(mm, m->sys->procs) : 0));
	}
	if (what & 2)
		text_printf(out, "%llu pages of slab dropped\n", LL(drop_slab(mm)));
	return 0;
}

static int run_meminfo_report(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = need_buddy(m, err);

	if (!rc)
		oom_report(&m->sys->mm, GFP_KERNEL, 0, "memory report", out);
	return rc;
}

static const char *const reclaim_keys[] = { "node", "pages", NULL };
static const char *const compact_keys[] = { "node", NULL };
static const char *const no_keys[] = { NULL };

static const struct command rows[] = {
	{ "compact", "[node=N]", "compact all memory, or one node: what writing to compact_memory does", "Allocate", 0,
	  compact_keys, NULL, run_compact },
	{ "kcompactd", "", "let kcompactd run on every node: for orders it was woken for, or proactively", "Allocate", 0,
	  no_keys, NULL, run_kcompactd },
	{ "reclaim", "[pages=N] [node=N]", "reclaim pages from the LRU lists, oldest first, and objects from caches", "Allocate", 0, reclaim_keys, NULL,
	  run_reclaim },
	{ "drop_caches", "[1|2|3]", "give up page cache that nobody maps (1), reclaimable slab objects (2), or both (3)",
	  "Allocate", 0, no_keys, NULL, run_drop_caches },
	{ "memreport", "", "the Mem-Info block of an out-of-memory report, and who holds most", "Look", CMD_READ, no_keys, NULL,
	  run_meminfo_report },
	{ "drain", "", "give the pages of all per-cpu lists back to the buddy", "Allocate", 0, no_keys, NULL, run_drain },
};

const struct command *cmd_vm_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
