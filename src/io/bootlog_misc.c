/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rest of the boot log: which kernel on which architecture, the command
 * line, how many cpus, the page size, the "Memory:" line.
 */
#include "io/bootlog_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const arch_names[NR_LOG_ARCH] = {
	[LOG_ARCH_UNKNOWN] = "unknown", [LOG_X86_64] = "x86_64", [LOG_I386] = "i386",
	[LOG_ARM64] = "arm64", [LOG_ARM] = "arm", [LOG_RISCV64] = "riscv64", [LOG_PPC64] = "ppc64",
	[LOG_PPC32] = "ppc", [LOG_S390] = "s390x", [LOG_MIPS] = "mips", [LOG_SPARC64] = "sparc64",
	[LOG_IA64] = "ia64", [LOG_ALPHA] = "alpha", [LOG_SH] = "sh", [LOG_LOONGARCH] = "loongarch64",
	[LOG_PARISC] = "parisc", [LOG_M68K] = "m68k",
};

const char *log_arch_name(enum log_arch a)
{
	return a < NR_LOG_ARCH ? arch_names[a] : "unknown";
}

/* Words in the "Linux version" line: package names and compilers. First hit wins. */
static const struct {
	const char *word;
	enum log_arch arch;
} version_words[] = {
	{ "aarch64", LOG_ARM64 }, { "arm64", LOG_ARM64 }, { "riscv", LOG_RISCV64 },
	{ "i386-", LOG_I386 }, { "i686", LOG_I386 }, { "686-pae", LOG_I386 }, { "-586", LOG_I386 },
	{ "powerpc64", LOG_PPC64 }, { "ppc64", LOG_PPC64 }, { "sparc64", LOG_SPARC64 },
	{ "mips", LOG_MIPS }, { "alpha", LOG_ALPHA }, { "sh4-", LOG_SH }, { "s390x", LOG_S390 },
	{ "loongarch", LOG_LOONGARCH }, { "hppa", LOG_PARISC }, { "m68k", LOG_M68K },
	{ "x86_64", LOG_X86_64 }, { "amd64", LOG_X86_64 }, { "armv", LOG_ARM }, { "arm-", LOG_ARM },
	{ "gnueabi", LOG_ARM },
};

static void copy_text(char *dst, size_t n, const char *src)
{
	size_t len = strlen(src);

	len = len < n ? len : n - 1;
	memcpy(dst, src, len);
	dst[len] = '\0';
}

/* "6.12.117+deb12-amd64 (...": three numbers, missing ones are 0. */
static u32 scan_version(const char *s)
{
	u64 v[3] = { 0, 0, 0 };

	for (int i = 0; i < 3; i++) {
		if (!scan_num(&s, 10, &v[i]))
			break;
		if (i < 2 && v[i] > 255)
			return 0; /* no kernel's number */
		if (!scan_lit(&s, "."))
			break;
	}
	return (u32)(v[0] << 16 | v[1] << 8 | (v[2] > 255 ? 255 : v[2]));
}

static void set_arch(struct log_parse *p, enum log_arch a)
{
	if (p->log->arch == LOG_ARCH_UNKNOWN)
		p->log->arch = a;
}

static void version(struct log_parse *p, const char *s)
{
	struct bootlog *log = p->log;
	const char *r = s;

	if (log->version)
		return; /* a second boot in the same file */
	log->version = scan_version(s);
	scan_word(&r, log->release, sizeof(log->release));
	for (size_t i = 0; i < ARRAY_SIZE(version_words); i++) {
		if (strstr(s, version_words[i].word)) {
			set_arch(p, version_words[i].arch);
			break;
		}
	}
}

static void is_arm(struct log_parse *p, const char *s)
{
	set_arch(p, strchr(s, '[') ? LOG_ARM64 : LOG_ARM);
}

/* "PIPT I-cache on CPU0": only arm64 words it so. */
static void detected(struct log_parse *p, const char *s)
{
	if (strstr(s, " I-cache on CPU"))
		set_arch(p, LOG_ARM64);
}

static void is_arm64(struct log_parse *p, const char *s) { set_arch(p, LOG_ARM64); }
static void is_arm32(struct log_parse *p, const char *s) { set_arch(p, LOG_ARM); }
static void is_riscv(struct log_parse *p, const char *s) { set_arch(p, LOG_RISCV64); }
static void is_ppc64(struct log_parse *p, const char *s) { set_arch(p, LOG_PPC64); }
static void is_sparc(struct log_parse *p, const char *s) { set_arch(p, LOG_SPARC64); }
static void is_sh(struct log_parse *p, const char *s) { set_arch(p, LOG_SH); }
static void is_ia64(struct log_parse *p, const char *s) { set_arch(p, LOG_IA64); }

/* "CPU0 revision is: 00006303": MIPS says so. "CPU: ARMv7 Processor": ARM. */
static void is_mips(struct log_parse *p, const char *s) { set_arch(p, LOG_MIPS); }

static void ppc_phys_mem(struct log_parse *p, const char *s) { set_arch(p, LOG_PPC64); }

static void command_line(struct log_parse *p, const char *s)
{
	scan_blanks(&s);
	if (p->log->cmdline && strlen(p->log->cmdline) >= strlen(s))
		return;
	free(p->log->cmdline);
	p->log->cmdline = strdup(s);
	if (!p->log->cmdline)
		p->log->failed = true;
}

static void model(struct log_parse *p, const char *s)
{
	scan_blanks(&s);
	if (!strncmp(s, "SMBIOS ", 7) || !strncmp(s, "Memory slots", 12))
		return;
	if (!p->log->model[0])
		copy_text(p->log->model, sizeof(p->log->model), s);
}

static bool scan_cpus(const char **s, int *out)
{
	return scan_int(s, out) && *out > 0 && *out <= MAX_CPUS;
}

/* "128 CPUs, 0 hotplug CPUs", "2 present CPUs plus 0 hotplug CPUs" */
static void allowing(struct log_parse *p, const char *s)
{
	int n, hot = 0;

	if (!scan_cpus(&s, &n))
		return;
	if (!scan_lit(&s, " present CPUs plus ") && !scan_lit(&s, " CPUs, "))
		return;
	if (!scan_int(&s, &hot) || hot < 0 || hot > n)
		hot = strstr(s, "hotplug") && hot > 0 && hot <= MAX_CPUS ? hot : 0;
	p->log->nr_cpus = n;
	p->log->nr_hotplug_cpus = hot;
}

/* "8 nr_cpumask_bits:8 nr_cpu_ids:8 nr_node_ids:2" after "setup_percpu: NR_CPUS:" */
static void setup_percpu(struct log_parse *p, const char *s)
{
	const char *ids = strstr(s, "nr_cpu_ids:");
	int n;

	if (scan_cpus(&s, &n))
		p->log->config_nr_cpus = n;
	if (!ids)
		return;
	ids += strlen("nr_cpu_ids:");
	if (scan_cpus(&ids, &n))
		p->log->nr_cpu_ids = n;
}

/* "rcu:  RCU restricting CPUs from NR_CPUS=16 to nr_cpu_ids=8." */
static void rcu_line(struct log_parse *p, const char *s)
{
	const char *c = strstr(s, "from NR_CPUS=");
	const char *ids = strstr(s, "nr_cpu_ids=");
	int n;

	if (c) {
		c += strlen("from NR_CPUS=");
		if (scan_cpus(&c, &n))
			p->log->config_nr_cpus = n;
	}
	if (!ids)
		return;
	ids += strlen("nr_cpu_ids=");
	if (scan_cpus(&ids, &n) && !p->log->nr_cpu_ids)
		p->log->nr_cpu_ids = n;
}

/* "HWalign=64, Order=0-3, MinObjects=0, CPUs=8, Nodes=1" */
static void slub_line(struct log_parse *p, const char *s)
{
	const char *c = strstr(s, "CPUs=");
	int n;

	if (!c)
		return;
	c += 5;
	if (scan_cpus(&c, &n) && !p->log->nr_cpu_ids)
		p->log->nr_cpu_ids = n;
}

/*
 * "Embedded 10 pages/cpu s589208 r8192 d57960 u655360": where the unit is made
 * of whole pages (everywhere but on x86), it tells the page size.
 */
static void percpu_line(struct log_parse *p, const char *s)
{
	const char *u = strstr(s, " u");
	u64 pages, unit;

	if (!scan_any(&s, &pages) || !scan_lit(&s, " pages/cpu") || !pages || !u)
		return;
	u += 2;
	if (scan_any(&u, &unit) && unit % pages == 0 && is_pow2(unit / pages) && unit / pages <= 64 * KiB &&
	    unit / pages >= 4 * KiB)
		p->log->page_size = (u32)(unit / pages);
}

/* The number in front of @word in @s, in KiB; 0 where it is missing. */
static u64 kib_before(const char *s, const char *word)
{
	const char *w = strstr(s, word), *d;
	u64 v = 0;

	if (!w || w == s)
		return 0;
	d = w;
	while (d > s && d[-1] >= '0' && d[-1] <= '9')
		d--;
	scan_num(&d, 10, &v);
	return v;
}

static void memory_line(struct log_parse *p, const char *s)
{
	struct log_memory m = { 0 };
	u64 a, b;

	scan_blanks(&s);
	if (!scan_any(&s, &a) || !(scan_lit(&s, "K/") || scan_lit(&s, "k/")) || !scan_any(&s, &b))
		return;
	m.available = a;
	m.total = b;
	m.code = kib_before(s, "K kernel code") + kib_before(s, "k kernel code");
	m.rwdata = kib_before(s, "K rwdata");
	m.rodata = kib_before(s, "K rodata");
	m.init = kib_before(s, "K init") + kib_before(s, "k init");
	m.bss = kib_before(s, "K bss");
	m.reserved = kib_before(s, "K reserved") + kib_before(s, "k reserved");
	m.cma = kib_before(s, "K cma-reserved");
	m.highmem = kib_before(s, "K highmem") + kib_before(s, "k highmem");
	m.highmem_told = strstr(s, "K hi") != NULL;
	p->log->memory = m;
}

/* i386: "1169MB HIGHMEM available.", "877MB LOWMEM available." */
static void any_line(struct log_parse *p, const char *s)
{
	const char *line = s;
	u64 mb;

	if (!scan_num(&s, 10, &mb))
		return;
	if (*s == ':')
		bootlog_early_pfns(p, line);
	if (*s == ')')
		bootlog_parisc_range(p, s);
	if (scan_lit(&s, "MB HIGHMEM available")) {
		p->log->highmem_line = true;
		p->log->highmem_mb = mb;
		set_arch(p, LOG_I386);
	} else if (scan_lit(&s, "MB LOWMEM available")) {
		p->log->lowmem_line = true;
		p->log->lowmem_mb = mb;
		set_arch(p, LOG_I386);
	}
}

/* "0 - 36dfe000" after "low ram: " */
static void low_ram(struct log_parse *p, const char *s)
{
	u64 a, b;

	if (scan_num(&s, 16, &a) && scan_lit(&s, " - ") && scan_num(&s, 16, &b))
		p->log->low_ram_end = b;
}

/* "128MB" after "Memory block size: " */
static void block_size(struct log_parse *p, const char *s)
{
	u64 mb;

	if (scan_num(&s, 10, &mb) && scan_lit(&s, "MB") && is_pow2(mb) && mb <= 64 * KiB)
		p->log->block_size = mb * MiB;
}

#define MAX_VIRTIO 64

static struct log_virtio *virtio_of(struct log_parse *p, const char *id)
{
	struct log_virtio *v;

	for (size_t i = 0; i < p->log->nr_virtio; i++)
		if (!strcmp(p->log->virtio[i].id, id))
			return &p->log->virtio[i];
	v = p->log->nr_virtio < MAX_VIRTIO ? LOG_ADD(p, virtio) : NULL;
	if (v)
		memcpy(v->id, id, strlen(id) + 1);
	return v;
}

/* "virtio0: region size: 0x40000000" */
static void virtio_line(struct log_parse *p, const char *s)
{
	struct log_virtio *v;
	char id[sizeof(v->id)];
	u64 n;

	if (!scan_word(&s, id, sizeof(id)) || !strchr(id, ':'))
		return;
	id[strcspn(id, ":")] = '\0';
	v = virtio_of(p, id);
	if (!v)
		return;
	struct {
		const char *key;
		u64 *to;
	} f[] = { { "start address: ", &v->start }, { "region size: ", &v->size },
		  { "device block size: ", &v->unit }, { "requested size: ", &v->requested } };

	scan_blanks(&s);
	if (scan_lit(&s, "nid: ")) {
		if (!scan_int(&s, &v->nid) || !log_nid_ok(p, v->nid))
			v->nid = 0;
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(f); i++)
		if (scan_lit(&s, f[i].key) && scan_any(&s, &n))
			*f[i].to = n;
}

const struct log_rule bootlog_misc_rules[] = {
	{ "virtio_mem ", virtio_line },
	{ "x86/mm: Memory block size: ", block_size },
	{ "Linux version ", version },
	{ "Command line:", command_line },
	{ "Kernel command line:", command_line },
	{ "Machine model: ", model },
	{ "OF: fdt: Machine model: ", model },
	{ "Hardware name: ", model },
	{ "DMI: ", model },
	{ "smpboot: Allowing ", allowing },
	{ "CPU topo: Allowing ", allowing },
	{ "SMP: Allowing ", allowing },
	{ "setup_percpu: NR_CPUS:", setup_percpu },
	{ "rcu: ", rcu_line },
	{ "RCU restricting CPUs ", rcu_line },
	{ "SLUB: ", slub_line },
	{ "percpu: Embedded ", percpu_line },
	{ "PERCPU: Embedded ", percpu_line },
	{ "Memory: ", memory_line },
	{ "low ram: ", low_ram },
	{ "Booting Linux on physical CPU ", is_arm },
	{ "CPU: ARMv", is_arm32 },
	{ "Detected ", detected },
	{ "psci: ", is_arm64 },
	{ "GICv3: ", is_arm64 },
	{ "SBI specification ", is_riscv },
	{ "riscv: ", is_riscv },
	{ "elf_hwcap is ", is_riscv },
	{ "hash-mmu: ", is_ppc64 },
	{ "radix-mmu: ", is_ppc64 },
	{ "phys_mem_size ", ppc_phys_mem },
	{ "DART IOMMU ", is_ppc64 },
	{ "PROMLIB: ", is_sparc },
	{ "CPU0 revision is: ", is_mips },
	{ "Booting machvec: ", is_sh },
	{ "SAL ", is_ia64 },
	{ "EFI v1.", is_ia64 },
	{ "", any_line },
	{ NULL, NULL }
};
