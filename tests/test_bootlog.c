/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot log parser: prefixes, old and new wordings, answers withheld, garbage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "io/bootlog.h"
#include "io/scan.h"

static void parse(struct bootlog *log, const char *text, bool withhold, struct text *notes)
{
	bootlog_parse(log, text, strlen(text), withhold, notes);
}

/* One line in every dress it is met in. Expect the same text under all of them. */
static void prefixes_of_syslog_journal_and_dmesg_come_off(void **state)
{
	static const char *const dressed[] = {
		"[    0.000000]   node   0: x",
		"<6>[    0.000000]   node   0: x",
		"[    0.000000][    T0]   node   0: x",
		"[  +0.000002]   node   0: x",
		"[Fri May 22 09:34:57 2026]   node   0: x",
		"Aug 21 05:51:46 host kernel:   node   0: x",
		"Aug 21 05:51:46 host kernel: [    0.000000]   node   0: x",
		"2024-05-01T10:00:00.123+02:00 host kernel:   node   0: x",
		"[    0.000000] kernel:   node   0: x",
		"kern  :info  : [    0.000000]   node   0: x",
		"  node   0: x",
		"2024-05-01T10:00:00,123456+02:00   node   0: x",
		"2024-05-01 10:00:00 10.0.0.1 [    0.000000]   node   0: x",
		"> [    0.000000]   node   0: x",
		"\t[    0.000000]   node   0: x",
		"6,339,5140900,-;  node   0: x",
		"Aug 21 05:51:46 host kernel[0]:   node   0: x",
		"[    0.000000] (0)[0:swapper]   node   0: x",
	};

	for (size_t i = 0; i < ARRAY_SIZE(dressed); i++)
		assert_string_equal(bootlog_strip_prefix(dressed[i]), "  node   0: x");
	assert_string_equal(bootlog_strip_prefix("[mem 0x1-0x2] available"), "[mem 0x1-0x2] available");
}

/*
 *   0x0 ---- usable ---- 0x9fc00 -- reserved -- 0xa0000
 * Expect both spellings of e820 to give the same half-open ranges.
 */
static void e820_reads_the_old_and_the_new_spelling(void **state)
{
	static const char *const texts[] = {
		"BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
		"BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved\n",
		" BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)\r\n"
		" BIOS-e820: 000000000009fc00 - 00000000000a0000 (reserved)\r\n",
		"BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff]  System RAM\n"
		"BIOS-e820: [gap 0x00000000000a0000-0x00000000000fffff]\n"
		"BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff]  device reserved\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct bootlog log;

		parse(&log, texts[i], false, NULL);
		assert_int_equal(log.nr_e820, 2);
		assert_int_equal(log.e820[0].end, 0x9fc00);
		assert_int_equal(log.e820[0].type, FW_RAM);
		assert_int_equal(log.e820[1].start, 0x9fc00);
		assert_int_equal(log.e820[1].end, 0xa0000);
		assert_int_equal(log.e820[1].type, FW_RESERVED);
		assert_int_equal(log.nr_ignored, 0);
		bootlog_cleanup(&log);
	}
}

/* Every e820 type by name; an unknown number is reserved. */
static void e820_types_are_known_by_name(void **state)
{
	static const struct {
		const char *name;
		enum fw_type type;
	} t[] = { { "ACPI data", FW_ACPI }, { "ACPI NVS", FW_NVS }, { "unusable", FW_UNUSABLE },
		  { "persistent (type 7)", FW_PMEM }, { "persistent (type 12)", FW_PRAM },
		  { "soft reserved", FW_SOFT_RESERVED }, { "type 20", FW_OTHER } };

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct bootlog log;
		char line[128];

		snprintf(line, sizeof(line), "BIOS-e820: [mem 0x1000-0x1fff] %s\n", t[i].name);
		parse(&log, line, false, NULL);
		assert_int_equal(log.nr_e820, 1);
		assert_int_equal(log.e820[0].type, t[i].type);
		bootlog_cleanup(&log);
	}
}

static const char answers[] =
	"Zone ranges:\n"
	"  DMA      [mem 0x0000000000001000-0x0000000000ffffff]\n"
	"  DMA32    [mem 0x0000000001000000-0x000000003fffffff]\n"
	"  Normal   empty\n"
	"Movable zone start for each node\n"
	"  Node 0: 0x0000000020000000\n"
	"Early memory node ranges\n"
	"  node   0: [mem 0x0000000000001000-0x000000003fffffff]\n"
	"Initmem setup node 0 [mem 0x0000000000001000-0x000000003fffffff]\n"
	"Initmem setup node 1 as memoryless\n"
	"Initmem setup node 2 [mem 0x0000000000000000-0x0000000000000000]\n"
	"On node 0 totalpages: 262143\n"
	"  DMA zone: 64 pages used for memmap\n";

/* Expect zones, Movable starts, node ranges and memory-less nodes as the kernel prints them. */
static void zone_answers_are_read(void **state)
{
	struct bootlog log;

	parse(&log, answers, false, NULL);
	assert_int_equal(log.nr_zone, 3);
	assert_int_equal(log.zones_counted, 1u << ZONE_DMA);
	assert_int_equal(log.zone[1].type, ZONE_DMA32);
	assert_int_equal(log.zone[1].end, 0x40000000);
	assert_true(log.zone[2].empty);
	assert_int_equal(log.nr_movable, 1);
	assert_int_equal(log.movable[0].start, 0x20000000);
	assert_int_equal(log.nr_early, 1);
	assert_int_equal(log.nr_initmem, 3);
	assert_true(log.initmem[1].memoryless);
	assert_true(log.initmem[2].memoryless);
	bootlog_cleanup(&log);
}

/* Withheld: nothing of the answer but the node ranges, which device-tree machines need. */
static void withholding_keeps_only_node_ranges(void **state)
{
	struct bootlog log;

	parse(&log, answers, true, NULL);
	assert_int_equal(log.nr_zone + log.nr_movable + log.nr_initmem, 0);
	assert_int_equal(log.nr_early, 1);
	bootlog_cleanup(&log);
}

/* Kernels before 3.5 count page frames. Expect bytes. */
static void page_frame_ranges_of_old_kernels_become_bytes(void **state)
{
	struct bootlog log;

	parse(&log,
	      "Zone PFN ranges:\n"
	      "  DMA      0x00000010 -> 0x00001000\n"
	      "  Normal   empty\n"
	      "Movable zone start PFN for each node\n"
	      "early_node_map[2] active PFN ranges\n"
	      "    0: 0x00000010 -> 0x0000009f\n"
	      "    1: 0x00000100 -> 0x00080000\n", false, NULL);
	assert_int_equal(log.nr_zone, 2);
	assert_int_equal(log.zone[0].start, 0x10000);
	assert_int_equal(log.zone[0].end, 0x1000000);
	assert_int_equal(log.nr_early, 2);
	assert_int_equal(log.early[1].nid, 1);
	assert_int_equal(log.early[1].end, 0x80000000);
	bootlog_cleanup(&log);
}

/* Colours of dmesg, and the northbridge's word about nodes. */
static void colours_are_no_part_of_a_line(void **state)
{
	struct bootlog log;

	parse(&log, "\033[32m[    0.000000] \033[0m\033[33mNode 1 MemBase 0000000080000000 Limit 0000000140000000\033[0m\n",
	      false, NULL);
	assert_int_equal(log.nr_srat, 1);
	assert_int_equal(log.srat[0].nid, 1);
	assert_int_equal(log.srat[0].start, 0x80000000);
	assert_int_equal(log.srat[0].end, 0x140000000);
	bootlog_cleanup(&log);
}

/* SRAT memory, cpus and hotplug marks; arm64 names cpus by MPIDR. */
static void srat_lines_give_nodes_and_cpus(void **state)
{
	struct bootlog log;

	parse(&log,
	      "SRAT: PXM 1 -> APIC 0x10 -> Node 1\n"
	      "ACPI: NUMA: SRAT: PXM 2 -> MPIDR 0x120000 -> Node 2\n"
	      "ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x0009ffff]\n"
	      "ACPI: SRAT: Node 1 PXM 1 [mem 0x100000000-0x1ffffffff] hotplug\n"
	      "NODE_DATA(5) allocated [mem 0x36a59000-0x36a5cfff]\n", false, NULL);
	assert_int_equal(log.nr_cpu, 2);
	assert_int_equal(log.cpu[1].hwid, 0x120000);
	assert_int_equal(log.cpu[1].nid, 2);
	assert_int_equal(log.nr_srat, 2);
	assert_false(log.srat[0].hotplug);
	assert_true(log.srat[1].hotplug);
	assert_int_equal(log.nodes_seen[0], 1 << 0 | 1 << 1 | 1 << 2 | 1 << 5);
	bootlog_cleanup(&log);
}

/* What was reserved, each wording once. */
static void reservations_of_all_wordings_are_read(void **state)
{
	static const struct {
		const char *line;
		enum log_resv_source source;
		phys_t start, end;
	} r[] = {
		{ "RAMDISK: [mem 0x36a5d000-0x36f60fff]", LOG_RESV_RAMDISK, 0x36a5d000, 0x36f61000 },
		{ "Reserving 256MB of memory at 704MB for crashkernel (System RAM: 2047MB)",
		  LOG_RESV_CRASHKERNEL, 704 * MiB, 960 * MiB },
		{ "crashkernel reserved: 0x00000000e0000000 - 0x0000000100000000 (512 MB)",
		  LOG_RESV_CRASHKERNEL, 0xe0000000, 0x100000000 },
		{ "cma: Reserved 64 MiB at 0x00000000baa00000 on node -1", LOG_RESV_CMA_DEFAULT, 0xbaa00000, 0xbea00000 },
		{ "Reserved memory: created CMA memory pool at 0x95800000, size 56 MiB",
		  LOG_RESV_CMA, 0x95800000, 0x99000000 },
		{ "OF: reserved mem: 0x0000000085800000..0x0000000085dfffff (6144 KiB) nomap non-reusable hyp@0",
		  LOG_RESV_OF_NOMAP, 0x85800000, 0x85e00000 },
		{ "OF: reserved mem: 0x0000000058000000..0x000000006fffffff (393216 KiB) map reusable linux,cma",
		  LOG_RESV_CMA, 0x58000000, 0x70000000 },
		{ "ACPI: Reserving FACP table memory at [mem 0xbffe12a1-0xbffe1314]", LOG_RESV_ACPI, 0xbffe12a1, 0xbffe1315 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(r); i++) {
		struct bootlog log;

		parse(&log, r[i].line, false, NULL);
		assert_int_equal(log.nr_resv, 1);
		assert_int_equal(log.resv[0].source, r[i].source);
		assert_int_equal(log.resv[0].start, r[i].start);
		assert_int_equal(log.resv[0].end, r[i].end);
		bootlog_cleanup(&log);
	}
}

/* Version, architecture, cpus, page size, memory line. */
static void machine_facts_are_read(void **state)
{
	struct bootlog log;

	parse(&log,
	      "Booting Linux on physical CPU 0x0000000000 [0x411fd070]\n"
	      "Linux version 5.14.0-rc2_linus (X@X) (gcc (GCC) 11.1.1) #1 SMP\n"
	      "percpu: Embedded 10 pages/cpu s589208 r8192 d57960 u655360\n"
	      "pcpu-alloc: [0] 000 [0] 001 [1] 002\n"
	      "setup_percpu: NR_CPUS:512 nr_cpumask_bits:8 nr_cpu_ids:8 nr_node_ids:2\n"
	      "Memory: 534549952K/535561216K available (12416K kernel code, 5762K rwdata, 9088K rodata, "
	      "4864K init, 9530K bss, 1011264K reserved, 0K cma-reserved)\n", false, NULL);
	assert_int_equal(log.arch, LOG_ARM64);
	assert_int_equal(log.version, 5 << 16 | 14 << 8);
	assert_string_equal(log.release, "5.14.0-rc2_linus");
	assert_int_equal(log.page_size, 65536);
	assert_int_equal(log.nr_group, 3);
	assert_int_equal(log.group[2].group, 1);
	assert_int_equal(log.nr_cpu_ids, 8);
	assert_int_equal(log.config_nr_cpus, 512);
	assert_int_equal(log.memory.total, 535561216);
	assert_int_equal(log.memory.init, 4864);
	bootlog_cleanup(&log);
}

/* Swapped, overflowing, negative, cut: each is counted, noted with its line, and left out. */
static void nonsense_is_noted_with_its_line(void **state)
{
	struct text notes = TEXT_INIT;
	struct bootlog log;

	parse(&log,
	      "BIOS-e820: [mem 0x2000-0x1000] usable\n"
	      "BIOS-e820: [mem 0x0000000000000000-0x1ffffffffffffffff] usable\n"
	      "BIOS-e820: [mem 0x100000-\n"
	      "BIOS-e820: [mem -0x1000-0x2000] usable\n"
	      "ACPI: SRAT: Node 5000 PXM 0 [mem 0x0-0xfff]\n"
	      "e820: update [mem 0x0-0xfff] usable ==\n", false, &notes);
	assert_int_equal(log.nr_e820 + log.nr_srat + log.nr_op, 0);
	assert_int_equal(log.nr_ignored, 6);
	assert_non_null(strstr(text_str(&notes), "line 1 ignored"));
	assert_non_null(strstr(text_str(&notes), "line 6 ignored"));
	text_cleanup(&notes);
	bootlog_cleanup(&log);
}

/* The last byte of 64-bit space: the range ends at ~0 and does not wrap to 0. */
static void the_highest_address_does_not_wrap(void **state)
{
	struct bootlog log;

	parse(&log, "e820: remove [mem 0x100000000-0xffffffffffffffff] usable\n", false, NULL);
	assert_int_equal(log.nr_op, 1);
	assert_true(log.op[0].end == ~0ULL);
	bootlog_cleanup(&log);
}

/* 100,000 lines and a line of a megabyte. Expect all lines seen and no more notes than a person reads. */
static void long_logs_and_long_lines_are_bounded(void **state)
{
	struct text t = TEXT_INIT, notes = TEXT_INIT;
	char *wide = malloc(1 << 20);
	struct bootlog log;

	for (int i = 0; i < 100000; i++)
		text_printf(&t, "BIOS-e820: [mem 0x%x-0x0] usable\n", i + 1);
	memset(wide, 'A', 1 << 20);
	text_write(&t, wide, 1 << 20);
	text_puts(&t, "\nBIOS-e820: [mem 0x1000-0x1fff] usable\n");
	bootlog_parse(&log, t.buf, t.len, false, &notes);
	assert_int_equal(log.nr_lines, 100002);
	assert_int_equal(log.nr_e820, 1);
	assert_int_equal(log.nr_ignored, 100000);
	assert_true(notes.len < 4096);
	text_cleanup(&t);
	text_cleanup(&notes);
	free(wide);
	bootlog_cleanup(&log);
}

/* Random bytes mixed with real words, seed printed. Expect no crash (run under sanitizers). */
static void random_bytes_never_crash_the_parser(void **state)
{
	static const char *const words[] = {
		"[mem 0x", "-0x", "] ", "BIOS-e820: ", "node   0: ", "Zone ranges:\n", "DMA ", "\n", "\r\n",
		"ACPI: SRAT: Node ", "memory[0x", "reserved[0x0]", "memblock_reserve: [0x", "pcpu-alloc: [", "[",
		"Memory: ", "K/", "Initmem setup node ", "efi: mem00: [", "range=[", "18446744073709551615", "-1",
		"MEMBLOCK configuration:\n", "Early memory node ranges\n", "percpu: Embedded ", "Freeing ",
	};
	const u64 seed = 0x5eed;
	struct rng r;

	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int round = 0; round < 300; round++) {
		struct text t = TEXT_INIT;
		struct bootlog log;

		for (int i = 0; i < 200; i++) {
			char raw[4];

			for (size_t k = 0; k < sizeof(raw); k++)
				raw[k] = (char)rng_next(&r);
			if (rng_percent(&r, 80))
				text_puts(&t, words[rng_below(&r, ARRAY_SIZE(words))]);
			else
				text_write(&t, raw, sizeof(raw));
			if (rng_percent(&r, 30))
				text_printf(&t, "%llx", (unsigned long long)(rng_next(&r) >> rng_below(&r, 64)));
		}
		bootlog_parse(&log, t.buf, t.len, rng_percent(&r, 50), NULL);
		bootlog_cleanup(&log);
		text_cleanup(&t);
	}
}

/* "0-3,8": calls for 0 1 2 3 8; reversed and huge lists are refused. */
static void count_up(u64 n, void *arg) { *(u64 *)arg += n + 1; }

static void number_lists_are_read_and_bounded(void **state)
{
	u64 sum = 0;

	assert_true(scan_list("0-3,8\n", 64, count_up, &sum));
	assert_int_equal(sum, 1 + 2 + 3 + 4 + 9);
	assert_false(scan_list("3-1", 64, count_up, &sum));
	assert_false(scan_list("0-18446744073709551615", 64, count_up, &sum));
	assert_false(scan_list("x", 64, count_up, &sum));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_of_syslog_journal_and_dmesg_come_off),
		cmocka_unit_test(e820_reads_the_old_and_the_new_spelling),
		cmocka_unit_test(e820_types_are_known_by_name),
		cmocka_unit_test(zone_answers_are_read),
		cmocka_unit_test(withholding_keeps_only_node_ranges),
		cmocka_unit_test(page_frame_ranges_of_old_kernels_become_bytes),
		cmocka_unit_test(colours_are_no_part_of_a_line),
		cmocka_unit_test(srat_lines_give_nodes_and_cpus),
		cmocka_unit_test(reservations_of_all_wordings_are_read),
		cmocka_unit_test(machine_facts_are_read),
		cmocka_unit_test(nonsense_is_noted_with_its_line),
		cmocka_unit_test(the_highest_address_does_not_wrap),
		cmocka_unit_test(long_logs_and_long_lines_are_bounded),
		cmocka_unit_test(random_bytes_never_crash_the_parser),
		cmocka_unit_test(number_lists_are_read_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
