/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command line parameters that change neither the memory map nor zones: how many
 * cpus there are, how large the log buffer is, and sysctls set at boot.
 *
 * Models: kernel/smp.c nrcpus(), maxcpus(), nosmp(); kernel/printk/printk.c
 * setup_log_buf(); fs/proc/proc_sysctl.c do_sysctl_args() (6.12).
 */
#include "boot/stages.h"

#include "alloc/page_alloc.h"

#define LOG_BUF_LEN       (128 * KiB) /* CONFIG_LOG_BUF_SHIFT=17: the static buffer */
#define LOG_CPU_BUF_LEN   (4 * KiB)   /* CONFIG_LOG_CPU_MAX_BUF_SHIFT=12 */
#define PRB_AVGBITS       5           /* one descriptor for each 32 bytes of text */
#define PRB_DESC_BYTES    24
#define PRINTK_INFO_BYTES 88
#define LOG_ALIGN         8

void boot_limit_cpus(struct system *sys)
{
	const struct cmdline *c = &sys->cmd;
	struct mm *mm = &sys->mm;

	if (c->nr_cpus && (int)c->nr_cpus < mm->nr_cpus_possible)
		mm->nr_cpus_possible = (int)c->nr_cpus;
	if (!c->maxcpus && arch_is_x86(sys))
		mm->nr_cpus_possible = 1;
	if (c->maxcpus != ~0u && (int)c->maxcpus < mm->nr_cpus)
		mm->nr_cpus = c->maxcpus ? (int)c->maxcpus : 1;
	if (mm->nr_cpus > mm->nr_cpus_possible)
		mm->nr_cpus = mm->nr_cpus_possible;
}

/* Many cpus talk much: beyond half of the static buffer there is a larger one. Bytes; 0: no need. */
static u64 log_buf_for_cpus(struct system *sys)
{
	u64 extra = (u64)(sys->mm.nr_cpus_possible - 1) * (u64)LOG_CPU_BUF_LEN;

	if (extra <= LOG_BUF_LEN / 2)
		return 0;
	sys_printk(sys, "printk: log_buf_len individual max cpu contribution: %llu bytes", LOG_CPU_BUF_LEN);
	sys_printk(sys, "printk: log_buf_len total cpu_extra contributions: %llu bytes", (unsigned long long)extra);
	sys_printk(sys, "printk: log_buf_len min size: %llu bytes", LOG_BUF_LEN);
	return 2ULL << ilog2_u64(extra + LOG_BUF_LEN - 1);
}

void setup_log_buf(struct system *sys, bool early)
{
	struct memblock *mb = &sys->memblock;
	u64 len = sys->cmd.log_buf_len > LOG_BUF_LEN ? sys->cmd.log_buf_len : 0;
	u64 descs = len >> PRB_AVGBITS;
	const char *before;

	if (early != (len && arch_is_x86(sys)))
		return;
	if (!len) {
		len = log_buf_for_cpus(sys);
		descs = len >> PRB_AVGBITS;
	}
	if (!len)
		return;
	if (sys->desc->boot_alloc_model && !sys->desc->resv_complete) {
		before = memblock_set_caller(mb, "setup_log_buf");
		memblock_alloc(mb, len, LOG_ALIGN);
		memblock_alloc(mb, descs * PRB_DESC_BYTES, LOG_ALIGN);
		memblock_alloc(mb, descs * PRINTK_INFO_BYTES, LOG_ALIGN);
		memblock_set_caller(mb, before);
	}
	sys_printk(sys, "printk: log_buf_len: %llu bytes", (unsigned long long)len);
}

void boot_sysctls(struct system *sys)
{
	const struct cmdline *c = &sys->cmd;
	struct vm_tunables *vm = &sys->mm.vm;

	if (c->watermark_scale_factor >= 1 && c->watermark_scale_factor <= 3000)
		vm->watermark_scale_factor = (int)c->watermark_scale_factor;
	if (c->min_free_kbytes <= INT32_MAX) {
		vm->min_free_kbytes = c->min_free_kbytes;
		vm->user_min_free_kbytes = (int)c->min_free_kbytes;
	}
	if (c->watermark_scale_factor != ~0ULL || c->min_free_kbytes != ~0ULL)
		setup_per_zone_wmarks(&sys->mm);
}
