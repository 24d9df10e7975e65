/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct system: a computer that boots stage by stage.
 *
 *   firmware -> cmdline -> memblock -> numa -> sparse -> zones -> mem_init -> late
 *
 * Every stage leaves a machine that can be looked at: the film of a boot is this
 * list, stopped after each frame.
 *
 * Models: the order of init/main.c start_kernel(), setup_arch(), mm_core_init()
 * and kernel_init_freeable() in Linux 6.12, as far as memory goes.
 */
#include "boot/system.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alloc/watermark.h"
#include "boot/stages.h"

struct stage_info {
	const char *name;
	const char *help;
	int (*run)(struct system *sys, struct mm_error *err);
};

static const struct stage_info stages[NR_BOOT_STAGES] = {
	[BOOT_NONE] = { "none", "Power is on; the kernel has not looked at memory yet.", NULL },
	[BOOT_FIRMWARE] = { "firmware", "Firmware tells which address ranges are RAM, reserved or devices.",
			    boot_firmware },
	[BOOT_CMDLINE] = { "cmdline", "The kernel command line limits or changes that map.", boot_cmdline },
	[BOOT_MEMBLOCK] = { "memblock", "memblock lists all RAM and what is already taken: the kernel, the initrd.",
			    boot_memblock },
	[BOOT_NUMA] = { "numa", "Every range of RAM gets its node; nodes get their distances.", boot_numa },
	[BOOT_SPARSE] = { "sparse", "RAM is cut into sections, and room for their struct pages is taken.",
			  boot_sparse },
	[BOOT_ZONES] = { "zones", "Zones get their ranges; every page frame knows its zone and is reserved.",
			 boot_zones },
	[BOOT_MEM_INIT] = { "mem_init", "Whatever memblock still has free goes to the buddy allocator.",
			    boot_mem_init },
	[BOOT_LATE] = { "late", "Watermarks, per-cpu lists, CMA; the memory of init code and initrd is freed.",
			boot_late },
};

const char *boot_stage_name(enum boot_stage s)
{
	return (unsigned)s < NR_BOOT_STAGES ? stages[s].name : "?";
}

const char *boot_stage_help(enum boot_stage s)
{
	return (unsigned)s < NR_BOOT_STAGES ? stages[s].help : "";
}

static void dmesg_add(struct system *sys, const char *line)
{
	struct dmesg *d = &sys->dmesg;

	if (d->nr == d->cap) {
		u32 cap = d->cap ? d->cap * 2 : 64;

		d->line = arena_realloc(sys->arena, d->line, d->cap * sizeof(*d->line),
					cap * sizeof(*d->line));
		d->seq = arena_realloc(sys->arena, d->seq, d->cap * sizeof(*d->seq), cap * sizeof(*d->seq));
		d->cap = cap;
	}
	d->seq[d->nr] = sys->trace->seq;
	d->line[d->nr++] = arena_strdup(sys->arena, line);
}

void sys_printk(struct system *sys, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	dmesg_add(sys, line);
}

static void sink_line(void *ctx, const char *line)
{
	dmesg_add(ctx, line);
}

static void memblock_line(void *arg, const char *line)
{
	dmesg_add(arg, line);
}

static void film_call(void *arg, const struct memblock_call *call)
{
	struct system *sys = arg;
	struct boot_film *f = &sys->film;

	if (f->nr == f->cap) {
		u32 cap = f->cap ? f->cap * 2 : 128;

		f->call = arena_realloc(sys->arena, f->call, f->cap * sizeof(*f->call), cap * sizeof(*f->call));
		f->cap = cap;
	}
	f->call[f->nr++] = (struct boot_call){
		.call = *call,
		.stage = sys->stage < BOOT_LATE ? (enum boot_stage)(sys->stage + 1) : BOOT_LATE,
		.dmesg = sys->dmesg.nr,
	};
}

const struct log_sink *system_log(const struct system *sys) { return &sys->log; }

static void init_cpus(struct mm *mm, const struct desc *d)
{
	mm->nr_cpus = d->nr_cpus > 0 ? d->nr_cpus : 1;
	mm->nr_cpus_possible = d->nr_cpus_possible > mm->nr_cpus ? d->nr_cpus_possible : mm->nr_cpus;
	mm->cpu_node = arena_alloc(mm->arena, (size_t)mm->nr_cpus_possible * sizeof(*mm->cpu_node));
}

static void init_mm(struct system *sys)
{
	struct mm *mm = &sys->mm;

	mm->arena = sys->arena;
	mm->trace = sys->trace;
	mm->arch = &sys->arch;
	mm->map = &sys->map;
	mm->cache_slice_kib = sys->desc->l3_slice_kib;
	rng_seed(&mm->rng, sys->desc->seed);
	vm_tunables_init(&mm->vm);
	mm->swap_total = sys->desc->swap >> sys->arch.page_shift;
	init_cpus(mm, sys->desc);
}

static void init_memblock(struct system *sys)
{
	struct memblock_config cfg;

	memblock_config_arch(&cfg, &sys->arch, arch_is_numa(sys));
	memblock_init(&sys->memblock, sys->arena, &cfg, sys->trace);
	sys->memblock.hooks.arg = sys;
	sys->memblock.hooks.printk = memblock_line;
	sys->memblock.hooks.note = film_call;
}

int system_init(struct system *sys, struct arena *arena, const struct desc *desc, struct trace *trace,
		struct mm_error *err)
{
	int rc = arch_validate(&desc->arch, err);

	if (rc)
		return rc;
	memset(sys, 0, sizeof(*sys));
	sys->arena = arena;
	sys->desc = desc;
	sys->arch = desc->arch;
	sys->trace = trace;
	sys->log.line = sink_line;
	sys->log.ctx = sys;
	sys->stage = BOOT_NONE;
	init_mm(sys);
	init_memblock(sys);
	return 0;
}

int system_boot(struct system *sys, enum boot_stage upto, struct mm_error *err)
{
	while (sys->stage < upto) {
		enum boot_stage next = (enum boot_stage)(sys->stage + 1);
		int rc = stages[next].run(sys, err);

		if (rc)
			return rc;
		sys->stage = next;
		sys->film.dmesg_end[next] = sys->dmesg.nr;
		trace_emit(sys->trace, TRACE_boot_stage, 0, 0, (u32)next, 0, 0, 0);
	}
	return 0;
}

void system_cleanup(struct system *sys)
{
	memmap_cleanup(&sys->map);
}
