/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Importing systems: what each source gives, what is said when it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc/page_alloc.h"
#include "base/rng.h"
#include "bootlog_compare.h"
#include "import_fixture.h"
#include "io/config.h"
#include "io/import.h"
#include "io/import_state.h"
#include "io/procfs.h"

/* Import @root; the notes go to *notes. */
static struct desc *import(const char *root, unsigned flags, struct text *notes)
{
	struct mm_error err = { 0 };
	struct desc *d;

	text_init(notes);
	d = import_root(root, flags, notes, &err);
	if (!d)
		fail_msg("import: %s", err.msg);
	return d;
}

static u64 ram_bytes(const struct desc *d)
{
	u64 sum = 0;

	for (size_t i = 0; i < d->nr_fw; i++)
		sum += d->fw[i].type == FW_RAM ? d->fw[i].end - d->fw[i].start : 0;
	return sum;
}

static const char pc_log[] =
	"Linux version 6.1.0-18-amd64 (X@X)\n"
	"Command line: root=/dev/sda1 quiet\n"
	"BIOS-provided physical RAM map:\n"
	"BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
	"BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n"
	"e820: update [mem 0x00000000-0x00000fff] usable ==> reserved\n"
	"e820: update [mem 0x38000000-0x3fffffff] usable ==> reserved\n"
	"last_pfn = 0x38000 max_arch_pfn = 0x400000000\n"
	"e820: update [mem 0x30000000-0x30000fff] usable ==> reserved\n"
	"smpboot: Allowing 4 CPUs, 1 hotplug CPUs\n";

/*
 *   [ 0 .. 9fc00 )    [ 1M .......... 38000000 )[ trimmed, 40000000 )
 * Expect what the kernel took away before memblock to be reserved in the map, and
 * what it changed later to have no effect.
 */
static void changes_of_e820_count_until_memblock_has_the_map(void **state)
{
	char *root = root_create();
	struct text notes;
	struct desc *d;

	root_puts(root, "var/log/dmesg", pc_log);
	d = import(root, 0, &notes);
	assert_int_equal(d->arch.id, ARCH_X86_64);
	assert_int_equal(ram_bytes(d), 0x9fc00 + 0x37f00000);
	assert_string_equal(d->cmdline, "root=/dev/sda1 quiet");
	assert_int_equal(d->nr_cpus, 3);
	assert_int_equal(d->nr_cpus_possible, 4);
	desc_free(d);
	text_cleanup(&notes);
	root_remove(root);
}

/* As an ordinary user: iomem shows zeros. Expect the firmware map of sysfs, and a word about root. */
static void masked_iomem_says_what_root_would_add(void **state)
{
	char *root = root_create();
	struct text notes;
	struct desc *d;

	root_puts(root, "proc/version", "Linux version 6.1.0-18-amd64 (X@X)\n");
	root_puts(root, "proc/iomem", "00000000-00000000 : Reserved\n00000000-00000000 : System RAM\n"
		  "  00000000-00000000 : Kernel code\n");
	root_puts(root, "sys/firmware/memmap/0/start", "0x100000\n");
	root_puts(root, "sys/firmware/memmap/0/end", "0x1fffffff\n");
	root_puts(root, "sys/firmware/memmap/0/type", "System RAM\n");
	d = import(root, 0, &notes);
	assert_int_equal(ram_bytes(d), 0x1ff00000);
	assert_int_equal(d->nr_resv, 0);
	assert_non_null(strstr(text_str(&notes), "root would add the physical map"));
	assert_non_null(strstr(d->hostfacts, "root would add the physical map"));
	desc_free(d);
	text_cleanup(&notes);
	root_remove(root);
}

/* iomem of a PC: RAM, devices with their nesting, the kernel image; "Reserved" is firmware's. */
static void iomem_gives_ram_devices_and_the_kernel_image(void **state)
{
	char *root = root_create();
	struct text notes;
	struct desc *d;

	root_puts(root, "proc/version", "Linux version 6.1.0-18-amd64 (X@X)\n");
	root_puts(root, "proc/iomem",
		  "00000000-00000fff : Reserved\n"
		  "00001000-0009ffff : System RAM\n"
		  "00100000-1fffffff : System RAM\n"
		  "  01000000-01ffffff : Kernel code\n"
		  "c0000000-febfffff : PCI Bus 0000:00\n"
		  "  fd000000-fdffffff : 0000:00:02.0\n"
		  "bad line\n");
	d = import(root, 0, &notes);
	assert_int_equal(ram_bytes(d), 0x9f000 + 0x1ff00000);
	assert_int_equal(d->nr_fw, 5);
	assert_int_equal(d->fw[4].type, FW_DEVICE);
	assert_int_equal(d->fw[4].depth, 1);
	assert_string_equal(d->fw[4].name, "0000:00:02.0");
	assert_int_equal(d->nr_resv, 1);
	assert_int_equal(d->resv[0].kind, RESV_KERNEL_CODE);
	assert_non_null(strstr(text_str(&notes), "1 lines are no resource lines"));
	desc_free(d);
	text_cleanup(&notes);
	root_remove(root);
}

static const char zoneinfo[] =
	"Node 0, zone      DMA\n  pages free     3840\n        spanned  4095\n        present  3997\n"
	"        managed  3840\n  start_pfn:           1\n"
	"Node 0, zone    DMA32\n  pages free     1000\n        spanned  126976\n        present  126000\n"
	"        managed  120000\n  pagesets\n    cpu: 0\n    cpu: 1\n  start_pfn:           4096\n";

/* Only zoneinfo: expect a machine whose zones span and hold as many pages as it says. */
static void zoneinfo_alone_gives_a_machine_of_the_same_size(void **state)
{
	char *root = root_create();
	struct text notes;
	struct booted b;
	struct desc *d;
	const struct zone *z;

	root_puts(root, "proc/version", "Linux version 6.1.0-18-amd64 (X@X)\n");
	root_puts(root, "proc/zoneinfo", zoneinfo);
	d = import(root, 0, &notes);
	assert_int_equal(d->nr_cpus, 2);
	boot_desc(&b, d, BOOT_LATE);
	z = b.sys->mm.node[0]->zones;
	assert_int_equal(z[ZONE_DMA].zone_start_pfn, 1);
	assert_int_equal(z[ZONE_DMA].spanned_pages, 4095);
	assert_int_equal(z[ZONE_DMA].present_pages, 3997);
	assert_int_equal(z[ZONE_DMA32].spanned_pages, 126976);
	assert_int_equal(z[ZONE_DMA32].present_pages, 126000);
	booted_cleanup(&b);
	desc_free(d);
	text_cleanup(&notes);
	root_remove(root);
}

/* Without sysfs and log, zones of two nodes side by side: expect both nodes; inside each other: one, and a note. */
static void zoneinfo_tells_nodes_apart(void **state)
{
	static const char beside[] = "Node 1, zone    DMA32\n  pages free     1000\n        spanned  131072\n"
				     "        present  131072\n        managed  130000\n  start_pfn:           131072\n";
	static const char inside[] = "Node 1, zone    DMA32\n  pages free     1000\n        spanned  4096\n"
				     "        present  4096\n        managed  4096\n  start_pfn:           8192\n";
	const char *const second[] = { beside, inside };

	for (size_t i = 0; i < ARRAY_SIZE(second); i++) {
		char *root = root_create(), text[1024];
		struct text notes;
		struct desc *d;

		snprintf(text, sizeof(text), "%s%s", zoneinfo, second[i]);
		root_puts(root, "proc/version", "Linux version 6.1.0-18-amd64 (X@X)\n");
		root_puts(root, "proc/zoneinfo", text);
		root_puts(root, "proc/iomem", "00001000-3fffffff : System RAM\n");
		d = import(root, 0, &notes);
		assert_int_equal(d->nr_mem, i ? 0 : 2);
		assert_true(!i == !strstr(text_str(&notes), "nodes lie in each other"));
		if (!i) {
			assert_int_equal(d->mem[1].nid, 1);
			assert_int_equal(d->mem[1].start, 131072ULL << 12);
		}
		desc_free(d);
		text_cleanup(&notes);
		root_remove(root);
	}
}

/*
 * Device tree, no firmware map: ranges that touch differ in no-map.
 *   [ RAM 64M ][ nomap 1M ][ RAM ........ ]   hole   [ RAM ]
 */
static void touching_node_ranges_alternate_between_ram_and_nomap(void **state)
{
	char *root = root_create();
	struct text notes;
	struct desc *d;

	root_puts(root, "var/log/dmesg",
		  "Linux version 5.13.0 (aarch64-linux-gnu-gcc)\n"
		  "Early memory node ranges\n"
		  "  node   0: [mem 0x0000000080000000-0x0000000083ffffff]\n"
		  "  node   0: [mem 0x0000000084000000-0x00000000840fffff]\n"
		  "  node   0: [mem 0x0000000084100000-0x00000000bfffffff]\n"
		  "  node   0: [mem 0x0000000100000000-0x000000013fffffff]\n"
		  "Initmem setup node 0 [mem 0x0000000080000000-0x000000013fffffff]\n");
	d = import(root, IMPORT_WITHHOLD, &notes);
	assert_int_equal(d->arch.id, ARCH_ARM64);
	assert_int_equal(d->nr_fw, 4);
	assert_int_equal(d->fw[0].type, FW_RAM);
	assert_int_equal(d->fw[1].type, FW_NOMAP);
	assert_int_equal(d->fw[2].type, FW_RAM);
	assert_int_equal(d->fw[3].type, FW_RAM);
	desc_free(d);
	text_cleanup(&notes);
	root_remove(root);
}

/*
 * arm64 with efi=debug: the firmware's map is in the log. Expect cacheable memory
 * only, what firmware keeps as no-map, and the node ranges to be the answer.
 */
static void efi_maps_of_arm64_are_read(void **state)
{
	static const char log[] =
		"Booting Linux on physical CPU 0x0000000000 [0x411fd070]\n"
		"Linux version 6.1.0 (X@X)\n"
		"efi: Processing EFI memory map:\n"
		"efi:   0x000040000000-0x00007fffffff [Conventional|   |  |  |  |  |  |  |  |   |WB|WT|WC|UC]\n"
		"efi:   0x000080000000-0x0000800fffff [Runtime Data|RUN|  |  |  |  |  |  |  |   |WB|WT|WC|UC]*\n"
		"efi:   0x000080100000-0x0000bfffffff [Boot Data   |   |  |  |  |  |  |  |  |   |WB|WT|WC|UC]*\n"
		"efi:   0x0000f0000000-0x0000f000ffff [MMIO        |RUN|  |  |  |  |  |  |  |   |  |  |  |UC]\n";
	struct mm_error err = { 0 };
	struct desc *d = import_log(log, sizeof(log) - 1, "efi.txt", IMPORT_WITHHOLD, NULL, &err);

	if (!d)
		fail_msg("%s", err.msg);
	assert_int_equal(d->nr_fw, 3);
	assert_int_equal(d->fw[0].type, FW_RAM);
	assert_int_equal(d->fw[1].type, FW_NOMAP);
	assert_int_equal(d->fw[1].end, 0x80100000);
	assert_int_equal(d->fw[2].type, FW_RAM);
	desc_free(d);
}

/* A log with three boots, the last one cut short: expect the second. */
static void the_last_useful_boot_of_a_log_counts(void **state)
{
	struct text log = TEXT_INIT, notes = TEXT_INIT;
	struct mm_error err = { 0 };
	struct desc *d;

	text_puts(&log, pc_log);
	text_puts(&log, "[    0.000000] Linux version 6.9.9 (X@X)\nBIOS-e820: [mem 0x100000-0x1fffff] usable\n"
			"last_pfn = 0x200 max_arch_pfn = 0x400000000\n");
	text_puts(&log, "[    0.000000] Linux version 6.10.0 (X@X)\n");
	d = import_log(text_str(&log), log.len, "kern.log", 0, &notes, &err);
	if (!d)
		fail_msg("%s", err.msg);
	assert_int_equal(ram_bytes(d), MiB);
	assert_non_null(strstr(text_str(&notes), "kernel 6.9.9"));
	assert_non_null(strstr(text_str(&notes), "holds 3 boots"));
	desc_free(d);
	text_cleanup(&log);
	text_cleanup(&notes);
}

/*
 * Only kpageflags:  [ no page ][ 1023 pages ][ 512 holes ][ 4096 pages ][ 3 bytes
 * Expect two ranges of RAM, the cut frame left out, and what pages were used for.
 */
static void kpageflags_alone_gives_ram_and_uses(void **state)
{
	size_t nr = 1024 + 512 + 4096;
	u64 *flags = calloc(nr + 1, sizeof(*flags));
	char *root = root_create();
	struct text notes;
	struct desc *d;

	for (size_t i = 0; i < nr; i++)
		flags[i] = !i || (i >= 1024 && i < 1536) ? 1 << 20 : i % 2 ? 1 << 7 : 1 << 5;
	root_puts(root, "proc/version", "Linux version 6.1.0-18-amd64 (X@X)\n");
	root_put(root, "proc/kpageflags", (const char *)flags, nr * 8 + 3);
	d = import(root, 0, &notes);
	assert_int_equal(d->nr_fw, 2);
	assert_int_equal(d->fw[0].start, 0x1000);
	assert_int_equal(d->fw[1].end - d->fw[1].start, 4096 * 4096);
	assert_non_null(strstr(text_str(&notes), "5119 pages, 2560 slab, 2559 on LRU lists"));
	desc_free(d);
	free(flags);
	text_cleanup(&notes);
	root_remove(root);
}

/* Two nodes claim the same megabytes: expect the later claim cut and a note. */
static void memory_claimed_twice_is_cut_with_a_note(void **state)
{
	char *root = root_create();
	struct text notes, log = TEXT_INIT;
	struct desc *d;

	text_puts(&log, pc_log);
	text_puts(&log, "ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x2fffffff]\n"
			"ACPI: SRAT: Node 1 PXM 1 [mem 0x20000000-0x3fffffff]\n");
	root_puts(root, "var/log/dmesg", text_str(&log));
	d = import(root, 0, &notes);
	assert_int_equal(d->nr_mem, 2);
	assert_int_equal(d->mem[1].start, 0x30000000);
	assert_non_null(strstr(text_str(&notes), "contradicts"));
	desc_free(d);
	text_cleanup(&log);
	text_cleanup(&notes);
	root_remove(root);
}

/* pagetypeinfo stops at 100000: expect the rest from buddyinfo. */
static void counts_beyond_100000_come_from_buddyinfo(void **state)
{
	char *root = root_create();
	struct text notes;
	struct desc *d;
	bool seen = false;

	root_puts(root, "var/log/dmesg", pc_log);
	root_puts(root, "proc/buddyinfo", "Node 0, zone    DMA32 120007 5 0 0 0 0 0 0 0 0 0\n");
	root_puts(root, "proc/pagetypeinfo",
		  "Node    0, zone    DMA32, type    Unmovable      7      5      0      0 0 0 0 0 0 0 0\n"
		  "Node    0, zone    DMA32, type      Movable >100000      0      0      0 0 0 0 0 0 0 0\n");
	d = import(root, 0, &notes);
	for (size_t i = 0; i < d->nr_freecount; i++) {
		if (d->freecount[i].mt == MIGRATE_MOVABLE) {
			assert_int_equal(d->freecount[i].count[0], 120000);
			seen = true;
		}
	}
	assert_true(seen);
	desc_free(d);
	text_cleanup(&notes);
	root_remove(root);
}

/*
 * Counts that boot alone would never give: expect every list to hold exactly
 * them, with all invariants intact, twice the same.
 */
static const u64 wanted[MIGRATE_PCPTYPES][11] = {
	[MIGRATE_UNMOVABLE] = { 17, 3, 0, 9, 0, 0, 2, 0, 0, 1, 0 },
	[MIGRATE_MOVABLE] = { 301, 150, 77, 31, 16, 8, 4, 3, 2, 5, 40 },
	[MIGRATE_RECLAIMABLE] = { 0, 0, 5, 0, 0, 0, 0, 0, 1, 0, 2 },
};

static void free_lists_hold_exactly_the_imported_counts(void **state)
{
	char *root = root_create();
	struct text notes, report = TEXT_INIT;
	struct booted b;
	struct desc *d;
	const struct zone *z;

	root_puts(root, "var/log/dmesg", pc_log);
	d = import(root, 0, &notes);
	for (int mt = 0; mt < MIGRATE_PCPTYPES; mt++) {
		struct desc_freecount f = { .zone = ZONE_DMA32, .mt = mt };

		memcpy(f.count, wanted[mt], sizeof(wanted[mt]));
		assert_int_equal(desc_add_freecount(d, &f), 0);
	}
	boot_desc(&b, d, BOOT_LATE);
	import_apply_freecounts(b.sys);
	z = &b.sys->mm.node[0]->zones[ZONE_DMA32];
	for (int mt = 0; mt < MIGRATE_PCPTYPES; mt++) {
		for (int o = 0; o <= 10; o++)
			assert_int_equal(z->free_area[o].list[mt].nr, wanted[mt][o]);
	}
	if (page_alloc_check(&b.sys->mm, &report))
		fail_msg("%s", text_str(&report));
	booted_cleanup(&b);
	desc_free(d);
	text_cleanup(&notes);
	root_remove(root);
}

/* More free pages than the zone has: expect as many as fit and a line in the log, no failure. */
static void counts_that_do_not_fit_are_told_in_the_log(void **state)
{
	struct desc_freecount f = { .zone = ZONE_DMA, .mt = MIGRATE_MOVABLE, .count = { [10] = 50 } };
	char *root = root_create();
	struct text notes, report = TEXT_INIT;
	struct booted b;
	struct desc *d;

	root_puts(root, "var/log/dmesg", pc_log);
	d = import(root, 0, &notes);
	assert_int_equal(desc_add_freecount(d, &f), 0);
	boot_desc(&b, d, BOOT_LATE);
	import_apply_freecounts(b.sys);
	assert_non_null(strstr(b.sys->dmesg.line[b.sys->dmesg.nr - 1], "do not fit the model"));
	assert_int_equal(page_alloc_check(&b.sys->mm, &report), 0);
	booted_cleanup(&b);
	desc_free(d);
	text_cleanup(&notes);
	root_remove(root);
}

/* Nothing there, nothing telling, not a log: each with its own advice. */
static void useless_roots_are_refused_with_advice(void **state)
{
	char *root = root_create(), path[256];
	struct mm_error err = { 0 };

	assert_null(import_root(root, 0, NULL, &err));
	assert_int_equal(err.code, -ENODATA);
	assert_non_null(strstr(err.msg, "give a boot log"));
	memset(&err, 0, sizeof(err));
	assert_null(import_root("/nonexistent/folder", 0, NULL, &err));
	assert_int_equal(err.code, -ENOENT);
	memset(&err, 0, sizeof(err));
	root_puts(root, "poem.txt", "Shall I compare thee to a summer's day?\n");
	snprintf(path, sizeof(path), "%s/poem.txt", root);
	assert_null(import_root(path, 0, NULL, &err));
	assert_int_equal(err.code, -ENODATA);
	assert_non_null(strstr(err.msg, "no line of it tells about memory"));
	root_remove(root);
}

static const char *const fuzzed[] = {
	"proc/iomem", "proc/zoneinfo", "proc/buddyinfo", "proc/pagetypeinfo", "proc/cpuinfo", "proc/cmdline",
	"proc/version", "var/log/dmesg", "sys/firmware/memmap/0/start", "sys/firmware/memmap/0/end",
	"sys/firmware/memmap/0/type", "sys/devices/system/node/node0/cpulist", "sys/devices/system/node/node1/distance",
	"sys/devices/system/node/node1023/cpulist", "sys/devices/system/memory/block_size_bytes",
	"sys/devices/system/node/node0/memory18446744073709551615", "sys/kernel/debug/memblock/memory",
};

static const char *const pieces[] = {
	"00000000-ffffffffffffffff : System RAM\n", "00001000-0009ffff : System RAM\n", "  ", "Node 0, zone DMA32\n",
	"spanned ", "present ", "start_pfn: ", "18446744073709551615", "-1", "0x", "\n", "BIOS-e820: [mem 0x0-0x9ffff] usable\n",
	"BIOS-e820: [mem 0x100000-0xfffffffffffffffe] usable\n", "Node 0, zone DMA, type Movable 1 2 3\n",
	"processor\t: 0\nvendor_id\n", "0-9999999", "last_pfn = 0x1 max_arch_pfn = 0xffffffffffffffff\n", "10 20 10",
	"ACPI: SRAT: Node 1023 PXM 0 [mem 0x0-0xffffffff]\n", "   0: 0x0..0xffffffffffffffff 0 NONE\n", "8000000\n",
	"Faking node 3 at [mem 0x0-0xfff]\n", "memblock_reserve: [0x0-0xffffffffffffffff] f+0x1\n",
	"MEMBLOCK configuration:\n memory[0x0] [0x0-0xffffffffffffffff], 0x0 bytes flags: 0xff\n",
	"percpu: Embedded 1 pages/cpu s u65536\n", "setup_percpu: NR_CPUS:8192 nr_cpu_ids:8192\n",
};

static void put_random(struct rng *r, const char *root, const char *rel)
{
	struct text t = TEXT_INIT;

	for (u64 n = rng_below(r, 30); n; n--) {
		char raw[8];

		for (size_t k = 0; k < sizeof(raw); k++)
			raw[k] = (char)rng_next(r);
		if (rng_percent(r, 85))
			text_puts(&t, pieces[rng_below(r, ARRAY_SIZE(pieces))]);
		else
			text_write(&t, raw, sizeof(raw));
	}
	root_put(root, rel, text_str(&t), t.len);
	text_cleanup(&t);
}

/* Random content in every file, seed printed: expect a valid description or a message, never a crash. */
static void garbage_in_any_file_gives_a_map_or_a_message(void **state)
{
	const u64 seed = 0xbad5eed;
	struct rng r;
	unsigned maps = 0;

	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int round = 0; round < 150; round++) {
		char *root = root_create();
		struct mm_error err = { 0 };
		struct desc *d;

		for (size_t i = 0; i < ARRAY_SIZE(fuzzed); i++) {
			if (rng_percent(&r, 60))
				put_random(&r, root, fuzzed[i]);
		}
		d = import_root(root, rng_percent(&r, 30) ? IMPORT_WITHHOLD : 0, NULL, &err);
		if (d)
			assert_int_equal(desc_validate(d, &err), 0);
		else
			assert_int_not_equal(err.msg[0], '\0');
		maps += d != NULL;
		desc_free(d);
		root_remove(root);
	}
	assert_in_range(maps, 10, 140);
}

/* This machine, as the user who runs the tests: a map, or a clear message where everything is masked. */
static void this_machine_opens_or_says_why_not(void **state)
{
	struct mm_error err = { 0 };
	struct text notes = TEXT_INIT;
	struct desc *d = import_root("/", 0, &notes, &err);

	if (!d)
		assert_int_equal(err.code, -ENODATA);
	else
		assert_true(ram_bytes(d) > 0);
	desc_free(d);
	text_cleanup(&notes);
}

/* Real logs, answers withheld. Expect at least 95 of 100 right in every line, and all to boot. */
static void real_boot_logs_are_predicted(void **state)
{
	char *dir = shared_path("bootlogs");
	struct text table = TEXT_INIT;
	struct log_totals t;

	if (!dir)
		skip();
	assert_int_equal(bootlog_table(dir, &table, &t), 0);
	free(dir);
	if (t.booted != t.logs || t.right * 100 < t.judged * 95)
		fail_msg("%s", text_str(&table));
	text_cleanup(&table);
}

/* Lines of @text about free blocks by type, blanks squeezed. */
static void squeeze_types(const char *text, struct text *out)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		size_t len = strcspn(text, "\n");
		bool blank = false;

		if (strncmp(text, "Node", 4) || !memmem(text, len, ", type", 6))
			continue;
		for (size_t i = 0; i < len; i++) {
			if (text[i] != ' ' || !blank)
				text_write(out, text + i, 1);
			blank = text[i] == ' ';
		}
		text_puts(out, "\n");
	}
}

static void fragmentation_equal(const char *machine, const char *root, void *arg)
{
	struct text notes, want = TEXT_INIT, got = TEXT_INIT, now = TEXT_INIT;
	char path[4096];
	struct booted b;
	struct desc *d;
	char *text;
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/pagetypeinfo", root);
	f = fopen(path, "r");
	if (!f)
		return;
	text = calloc(1, 1 << 20);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	squeeze_types(text, &want);
	free(text);
	d = import(root, 0, &notes);
	boot_desc(&b, d, BOOT_LATE);
	import_apply_freecounts(b.sys);
	procfs_pagetypeinfo(b.sys, &now);
	squeeze_types(text_str(&now), &got);
	assert_string_equal(text_str(&got), text_str(&want));
	booted_cleanup(&b);
	desc_free(d);
	text_cleanup(&notes);
	text_cleanup(&want);
	text_cleanup(&got);
	text_cleanup(&now);
}

static void captured_fragmentation_is_reproduced(void **state)
{
	if (!each_capture(fragmentation_equal, NULL))
		skip();
}

static void written_and_read_back(const char *machine, const char *root, void *arg)
{
	struct text notes, ini = TEXT_INIT, why = TEXT_INIT;
	struct mm_error err = { 0 };
	struct desc *d = import(root, 0, &notes), *again;

	assert_int_equal(config_write(d, &ini), 0);
	again = config_parse(text_str(&ini), ini.len, "imported.ini", &err);
	if (!again || !desc_equal(d, again, &why))
		fail_msg("%s: %s%s", machine, err.msg, text_str(&why));
	desc_free(again);
	desc_free(d);
	text_cleanup(&notes);
	text_cleanup(&ini);
	text_cleanup(&why);
}

/* An import written as a machine file reads back as the same description. */
static void an_import_becomes_a_machine_file(void **state)
{
	if (!each_capture(written_and_read_back, NULL))
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_of_e820_count_until_memblock_has_the_map),
		cmocka_unit_test(masked_iomem_says_what_root_would_add),
		cmocka_unit_test(iomem_gives_ram_devices_and_the_kernel_image),
		cmocka_unit_test(zoneinfo_alone_gives_a_machine_of_the_same_size),
		cmocka_unit_test(zoneinfo_tells_nodes_apart),
		cmocka_unit_test(touching_node_ranges_alternate_between_ram_and_nomap),
		cmocka_unit_test(efi_maps_of_arm64_are_read),
		cmocka_unit_test(the_last_useful_boot_of_a_log_counts),
		cmocka_unit_test(kpageflags_alone_gives_ram_and_uses),
		cmocka_unit_test(memory_claimed_twice_is_cut_with_a_note),
		cmocka_unit_test(counts_beyond_100000_come_from_buddyinfo),
		cmocka_unit_test(free_lists_hold_exactly_the_imported_counts),
		cmocka_unit_test(counts_that_do_not_fit_are_told_in_the_log),
		cmocka_unit_test(useless_roots_are_refused_with_advice),
		cmocka_unit_test(garbage_in_any_file_gives_a_map_or_a_message),
		cmocka_unit_test(this_machine_opens_or_says_why_not),
		cmocka_unit_test(real_boot_logs_are_predicted),
		cmocka_unit_test(captured_fragmentation_is_reproduced),
		cmocka_unit_test(an_import_becomes_a_machine_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
