/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small machine for slab tests: an allocator without boot or commands.
 *
 *   node 0: [DMA 16 MiB)[Normal ...)   node 1: [Normal ...)   ...
 */
#ifndef MM_TESTS_SLAB_FIXTURE_H
#define MM_TESTS_SLAB_FIXTURE_H

#include "alloc/page_alloc.h"
#include "slab/kmalloc.h"
#include "slab/slub.h"

struct slab_machine {
	struct arena *arena;
	struct trace trace;
	struct arch arch;
	struct memmap map;
	struct mm mm;
	struct slab_config cfg;
	struct slab_state *st;
	u64 free_at_start; /* pages, before the slab allocator was set up */
};

/* @arch: a preset, or "arm64-64k". @nodes nodes of @mib MiB each and @cpus cpus, spread over the nodes; no
 * slab allocator yet. */
struct slab_machine *slab_machine_bare(const char *arch, int nodes, u64 mib, int cpus);
/* The same with the slab allocator. */
struct slab_machine *slab_machine_new(const char *arch, int nodes, u64 mib, int cpus);
void slab_machine_free(struct slab_machine *m);

/* Set up the slab allocator with m->cfg. */
void slab_machine_init_slab(struct slab_machine *m);
/* slab_check() and page_alloc_check() must be clean. */
void slab_machine_check(struct slab_machine *m);
/* Free pages, those on per-cpu lists included. */
u64 slab_machine_free_pages(struct slab_machine *m);
/* A cache that must be creatable. */
struct kmem_cache *make_cache(struct slab_machine *m, const char *name, u32 size, slab_flags_t flags);

#endif
