/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc/, sys/kernel/debug and var/log of an exported machine.
 *
 * Models: which files a 6.12 kernel has; their text comes from procfs_*.c.
 */
#include "io/export_internal.h"

#include <stdio.h>

#include "io/procfs.h"
#include "slab/slabinfo.h"

#define LLU(v) ((unsigned long long)(v))

/* As Debian's packages are called, by which a reader knows the architecture again. */
static const char *release(const struct system *sys, char *buf, size_t n)
{
	static const char *const suffix[NR_ARCH] = {
		[ARCH_X86_64] = "amd64", [ARCH_I386] = "686-pae", [ARCH_ARM64] = "arm64",
	};
	u32 v = sys->desc->kernel_version ? sys->desc->kernel_version : 6 << 16 | 12 << 8 | 117;

	snprintf(buf, n, "%u.%u.%u-%s", v >> 16, v >> 8 & 255, v & 255, suffix[sys->arch.id]);
	return buf;
}

static const struct {
	const char *path;
	void (*print)(struct system *sys, struct text *out);
} files[] = {
	{ "proc/iomem", procfs_iomem },
	{ "proc/zoneinfo", procfs_zoneinfo },
	{ "proc/buddyinfo", procfs_buddyinfo },
	{ "proc/pagetypeinfo", procfs_pagetypeinfo },
	{ "proc/meminfo", procfs_meminfo },
	{ "proc/vmstat", procfs_vmstat },
	{ "sys/kernel/debug/extfrag/extfrag_index", procfs_extfrag },
	{ "sys/kernel/debug/extfrag/unusable_index", procfs_unusable },
};

/* One entry per cpu, with what readers look at: number, package, address width. */
static void put_cpuinfo(struct tree *t, const struct system *sys)
{
	const struct mm *mm = &sys->mm;

	for (int cpu = 0; cpu < mm->nr_cpus; cpu++) {
		if (sys->arch.id == ARCH_ARM64)
			text_printf(&t->body, "processor\t: %d\nCPU implementer\t: 0x41\nCPU architecture: 8\n\n", cpu);
		else
			text_printf(&t->body, "processor\t: %d\nvendor_id\t: GenuineIntel\nphysical id\t: %d\ncore id\t\t: %d\n"
				    "flags\t\t: fpu pse pae%s\naddress sizes\t: %u bits physical\n\n", cpu,
				    mm->cpu_node[cpu], cpu, sys->arch.id == ARCH_X86_64 ? " lm " : " ",
				    sys->arch.phys_bits);
	}
	tree_put(t, "proc/cpuinfo");
}

static void put_log(struct tree *t, const struct system *sys)
{
	char buf[48];

	if (sys->arch.id == ARCH_ARM64)
		text_puts(&t->body, "[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]\n");
	text_printf(&t->body, "[    0.000000] Linux version %s (mmview)\n", release(sys, buf, sizeof(buf)));
	for (u32 i = 0; i < sys->dmesg.nr; i++)
		text_printf(&t->body, "[    0.000000] %s\n", sys->dmesg.line[i]);
	text_printf(&t->body, "[    0.000000] setup_percpu: NR_CPUS:%u nr_cpumask_bits:%d nr_cpu_ids:%d nr_node_ids:%d\n",
		    sys->arch.nr_cpus_limit, sys->mm.nr_cpus_possible, sys->mm.nr_cpus_possible, sys->mm.nr_node_ids);
	/* Units of whole pages: by this line a reader knows the page size. */
	if (sys->arch.id == ARCH_ARM64)
		text_printf(&t->body, "[    0.000000] percpu: Embedded 1 pages/cpu s%llu r0 d0 u%llu\n",
			    LLU(arch_page_size(&sys->arch)), LLU(arch_page_size(&sys->arch)));
	tree_put(t, "var/log/dmesg");
}

/* arm64 keeps memblock after boot; x86 does not. */
static void put_memblock(struct tree *t, const struct system *sys)
{
	const struct memblock *mb = &sys->memblock;

	if (sys->arch.id != ARCH_ARM64)
		return;
	memblock_debugfs_show(mb, &mb->memory, &t->body);
	tree_put(t, "sys/kernel/debug/memblock/memory");
	memblock_debugfs_show(mb, &mb->reserved, &t->body);
	tree_put(t, "sys/kernel/debug/memblock/reserved");
}

static void put_number(struct tree *t, const char *name, s64 value)
{
	text_printf(&t->body, "%lld\n", (long long)value);
	tree_put(t, "proc/sys/vm/%s", name);
}

static void put_tunables(struct tree *t, const struct system *sys)
{
	const struct vm_tunables *vm = &sys->mm.vm;

	put_number(t, "min_free_kbytes", (s64)vm->min_free_kbytes);
	put_number(t, "watermark_scale_factor", vm->watermark_scale_factor);
	put_number(t, "watermark_boost_factor", vm->watermark_boost_factor);
	put_number(t, "percpu_pagelist_high_fraction", vm->percpu_pagelist_high_fraction);
	put_number(t, "extfrag_threshold", vm->extfrag_threshold);
	put_number(t, "compaction_proactiveness", vm->compaction_proactiveness);
	put_number(t, "compact_unevictable_allowed", vm->compact_unevictable_allowed);
	put_number(t, "swappiness", vm->swappiness);
	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		if (arch_has_zone(&sys->arch, zid))
			text_printf(&t->body, zid ? "\t%d" : "%d", vm->lowmem_reserve_ratio[zid]);
	}
	text_puts(&t->body, "\n");
	tree_put(t, "proc/sys/vm/lowmem_reserve_ratio");
}

void export_proc(struct tree *t, struct system *sys)
{
	char buf[48];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		files[i].print(sys, &t->body);
		tree_put(t, "%s", files[i].path);
	}
	tree_line(t, sys->desc->cmdline, "proc/cmdline");
	text_printf(&t->body, "Linux version %s (mmview)\n", release(sys, buf, sizeof(buf)));
	tree_put(t, "proc/version");
	if (sys->slab) {
		slabinfo_print(sys->slab, &t->body);
		tree_put(t, "proc/slabinfo");
	}
	put_cpuinfo(t, sys);
	put_memblock(t, sys);
	put_tunables(t, sys);
	put_log(t, sys);
}
