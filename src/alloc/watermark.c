/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory is kept free, and for whom.
 *
 *   free pages
 *      |
 *      +---- promo   demotion aims here
 *      +---- high    kswapd goes back to sleep
 *      +---- low     kswapd wakes up
 *      +---- min     ordinary requests have to reclaim themselves
 *      |
 *
 * min_free_kbytes grows with the square root of memory and is shared out to the
 * zones by their managed pages. lowmem_reserve adds what a zone keeps for those
 * who cannot use a higher one. The low watermark also sizes the per-cpu lists.
 *
 * Example, 1 GiB in one zone of 247889 managed pages: sqrt(16 * 991556) = 3983
 * KiB; khugepaged raises it to (2 + 9) * 512 pages = 22528 KiB = 5632 pages =
 * min; low is min + 5632 / 4 = 7040.
 *
 * Models: mm/page_alloc.c, mm/khugepaged.c of Linux 6.12.117.
 */
#include "alloc/watermark.h"

#include "alloc/node.h"
#include "alloc/zonelist.h"

#define SWAP_CLUSTER_MAX      32
#define HIGHMEM_MIN_MAX       128 /* pages: what min is capped to where the kernel itself does not allocate */
#define MIN_FREE_KBYTES_MIN   128
#define MIN_FREE_KBYTES_MAX   262144
#define PAGESET_HIGH_FRACTION 8   /* high_max is 1/8 of the zone, by cpu */
#define BATCH_BYTES           MiB

void vm_tunables_init(struct vm_tunables *vm)
{
	*vm = (struct vm_tunables){
		.min_free_kbytes = MIN_FREE_KBYTES_BOOT,
		.user_min_free_kbytes = -1,
		.lowmem_reserve_ratio = { [ZONE_DMA] = 256, [ZONE_DMA32] = 256, [ZONE_NORMAL] = 32 },
		.watermark_scale_factor = 10,
		.watermark_boost_factor = 15000,
		.extfrag_threshold = 500,
		.compaction_proactiveness = 20,
		.compact_unevictable_allowed = true,
		.swappiness = 60,
		.thp_enabled = true,
		.mobility = true,
		.nofragment = true,
		.pcp_enabled = true,
	};
}

/* floor(sqrt(@v)), digit by digit in base 2. */
static u64 int_sqrt(u64 v)
{
	u64 bit = 1ULL << 62, root = 0;

	while (bit > v)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		if (v >= root + bit) {
			v -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}

/* nr_free_buffer_pages(): beyond the high watermark, usable for GFP_USER. */
static u64 free_buffer_pages(const struct mm *mm)
{
	return nr_free_zone_pages(mm, gfp_zone(mm, GFP_USER));
}

void calculate_min_free_kbytes(struct mm *mm)
{
	u64 lowmem_kbytes = free_buffer_pages(mm) << (mm->arch->page_shift - 10);
	u64 kbytes = int_sqrt(lowmem_kbytes * 16);

	if ((s64)kbytes > mm->vm.user_min_free_kbytes)
		mm->vm.min_free_kbytes = clamp_u64(kbytes, MIN_FREE_KBYTES_MIN, MIN_FREE_KBYTES_MAX);
}

static void calculate_totalreserve_pages(struct mm *mm)
{
	u64 sum = 0;

	for_each_node(mm, n) {
		for (int i = 0; i < MAX_NR_ZONES; i++) {
			const struct zone *z = &n->zones[i];
			u64 max = 0;

			for (int j = i; j < MAX_NR_ZONES; j++)
				max = max_u64(max, z->lowmem_reserve[j]);
			max += z->watermark[WMARK_HIGH] + z->watermark_boost;
			sum += min_u64(max, z->managed_pages);
		}
	}
	mm->totalreserve_pages = sum;
}

static void node_lowmem_reserve(struct mm *mm, struct node *n)
{
	for (int i = 0; i < MAX_NR_ZONES - 1; i++) {
		struct zone *z = &n->zones[i];
		u64 ratio = (u64)mm->vm.lowmem_reserve_ratio[i];
		bool clear = !ratio || !z->managed_pages;
		u64 above = 0;

		for (int j = i + 1; j < MAX_NR_ZONES; j++) {
			above += n->zones[j].managed_pages;
			z->lowmem_reserve[j] = clear ? 0 : above / ratio;
		}
	}
}

void setup_per_zone_lowmem_reserve(struct mm *mm)
{
	for_each_node(mm, n)
		node_lowmem_reserve(mm, n);
	calculate_totalreserve_pages(mm);
}

/* Pages of zones that the kernel itself allocates from. */
static u64 lowmem_pages(const struct mm *mm)
{
	u64 sum = 0;

	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			if (zid != ZONE_HIGHMEM && zid != ZONE_MOVABLE)
				sum += n->zones[zid].managed_pages;
	return sum;
}

/* @v * @num / @den without overflow. */
static u64 mult_frac(u64 v, u64 num, u64 den)
{
	return v / den * num + v % den * num / den;
}

static void zone_set_wmarks(struct mm *mm, struct zone *z, u64 pages_min, u64 lowmem)
{
	u64 share = lowmem ? pages_min * z->managed_pages / lowmem : 0;
	u64 step;

	if (z->idx == ZONE_HIGHMEM || z->idx == ZONE_MOVABLE)
		z->watermark[WMARK_MIN] = clamp_u64(z->managed_pages / 1024, SWAP_CLUSTER_MAX,
						    HIGHMEM_MIN_MAX);
	else
		z->watermark[WMARK_MIN] = share;
	step = max_u64(share >> 2,
		       mult_frac(z->managed_pages, (u64)mm->vm.watermark_scale_factor, 10000));
	z->watermark_boost = 0;
	z->watermark[WMARK_LOW] = z->watermark[WMARK_MIN] + step;
	z->watermark[WMARK_HIGH] = z->watermark[WMARK_LOW] + step;
	z->watermark[WMARK_PROMO] = z->watermark[WMARK_HIGH] + step;
}

void setup_per_zone_wmarks(struct mm *mm)
{
	u64 pages_min = mm->vm.min_free_kbytes >> (mm->arch->page_shift - 10);
	u64 lowmem = lowmem_pages(mm);

	for_each_node(mm, n)
		for_each_zone_type(mm, zid)
			zone_set_wmarks(mm, &n->zones[zid], pages_min, lowmem);
	calculate_totalreserve_pages(mm);
	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			zone_set_pageset_high_and_batch(mm, &n->zones[zid]);
}

static u64 recommended_min_pages(const struct mm *mm)
{
	u64 block = 1ULL << mm->arch->pageblock_order;
	int highest = gfp_zone(mm, GFP_USER);
	u64 nr_zones = 0;

	for_each_node(mm, n)
		for (int zid = 0; zid <= highest; zid++)
			nr_zones += populated_zone(&n->zones[zid]);
	return min_u64(block * nr_zones * 2 + block * nr_zones * MIGRATE_PCPTYPES * MIGRATE_PCPTYPES,
		       free_buffer_pages(mm) / 20);
}

void set_recommended_min_free_kbytes(struct mm *mm)
{
	if (mm->vm.thp_enabled) {
		u64 kbytes = recommended_min_pages(mm) << (mm->arch->page_shift - 10);

		mm->vm.min_free_kbytes = max_u64(mm->vm.min_free_kbytes, kbytes);
	} else {
		calculate_min_free_kbytes(mm);
	}
	setup_per_zone_wmarks(mm);
}

void init_per_zone_wmark_min(struct mm *mm)
{
	calculate_min_free_kbytes(mm);
	setup_per_zone_wmarks(mm);
	refresh_zone_stat_thresholds(mm);
	setup_per_zone_lowmem_reserve(mm);
	/* khugepaged exists once the system runs. */
	if (mm->booted && mm->vm.thp_enabled)
		set_recommended_min_free_kbytes(mm);
}

static u64 rounddown_pow_of_two(u64 v)
{
	return 1ULL << ilog2_u64(v);
}

/*
 * About 0.1 % of the zone or 1 MiB, a quarter of that, as 2^n - 1:
 * 247889 pages: min(242, 256) / 4 = 60, 60 + 30 = 90 -> 64 - 1 = 63.
 */
static int zone_batchsize(const struct mm *mm, const struct zone *z)
{
	u64 batch = min_u64(z->managed_pages >> 10, BATCH_BYTES >> mm->arch->page_shift) / 4;

	if (batch < 1)
		batch = 1;
	return (int)rounddown_pow_of_two(batch + batch / 2) - 1;
}

/* Share of one cpu, at least four batches. @fraction 0: of the low watermark. */
static int zone_highsize(const struct mm *mm, const struct zone *z, int batch, int fraction)
{
	u64 total = fraction ? z->managed_pages / (u64)fraction : z->watermark[WMARK_LOW] + z->watermark_boost;
	int cpus = node_nr_cpus(mm, z->nid);
	u64 high = total / (u64)(cpus ? cpus : mm->nr_cpus);

	return (int)max_u64(high, (u64)batch << 2);
}

static void pageset_update(struct mm *mm, struct zone *z)
{
	for (int cpu = 0; z->pcp && cpu < mm->nr_cpus; cpu++) {
		z->pcp[cpu].high_min = z->pageset_high_min;
		z->pcp[cpu].high_max = z->pageset_high_max;
		z->pcp[cpu].batch = z->pageset_batch;
	}
}

void zone_set_pageset_high_and_batch(struct mm *mm, struct zone *z)
{
	int fraction = mm->vm.percpu_pagelist_high_fraction;
	int batch = zone_batchsize(mm, z);
	int high_min, high_max;

	if (batch < 1)
		batch = 1;
	high_min = zone_highsize(mm, z, batch, fraction);
	high_max = fraction ? high_min : zone_highsize(mm, z, batch, PAGESET_HIGH_FRACTION);
	if (z->pageset_high_min == high_min && z->pageset_high_max == high_max && z->pageset_batch == batch)
		return;
	z->pageset_high_min = high_min;
	z->pageset_high_max = high_max;
	z->pageset_batch = batch;
	pageset_update(mm, z);
}

void setup_zone_pageset(struct mm *mm, struct zone *z)
{
	if (!z->pcp) {
		z->zonestat = arena_alloc(mm->arena, (size_t)mm->nr_cpus * sizeof(*z->zonestat));
		z->pcp = arena_alloc(mm->arena, (size_t)mm->nr_cpus * sizeof(*z->pcp));
		/* New lists know nothing of what the zone was told before. */
		z->pageset_high_min = BOOT_PAGESET_HIGH;
		z->pageset_high_max = BOOT_PAGESET_HIGH;
		z->pageset_batch = BOOT_PAGESET_BATCH;
	}
	zone_set_pageset_high_and_batch(mm, z);
}

static void zone_pcp_cacheinfo(struct mm *mm, struct zone *z)
{
	u64 slice_pages = ((u64)mm->cache_slice_kib << 10) >> mm->arch->page_shift;

	for (int cpu = 0; z->pcp && cpu < mm->nr_cpus; cpu++) {
		struct per_cpu_pages *pcp = &z->pcp[cpu];

		if (slice_pages > 3 * (u64)pcp->batch)
			pcp->flags |= PCPF_FREE_HIGH_BATCH;
		else
			pcp->flags &= (u8)~PCPF_FREE_HIGH_BATCH;
	}
}

void setup_pcp_cacheinfo(struct mm *mm)
{
	for_each_node(mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			zone_pcp_cacheinfo(mm, &n->zones[zid]);
}
