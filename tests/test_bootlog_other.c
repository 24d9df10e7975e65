/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot logs of kernels for other architectures: each sample tells its memory in its
 * own words; expect the map, the nodes and the page size that it tells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "alloc/node.h"
#include "import_fixture.h"
#include "io/import.h"

static struct desc *desc_of(const char *log, struct text *notes)
{
	struct mm_error err = { 0 };
	struct desc *d = import_log(log, strlen(log), "sample", 0, notes, &err);

	if (!d)
		fail_msg("%s", err.msg);
	return d;
}

static u64 ram_of(const struct desc *d)
{
	u64 sum = 0;

	for (size_t i = 0; i < d->nr_fw; i++)
		sum += d->fw[i].type == FW_RAM ? d->fw[i].end - d->fw[i].start : 0;
	return sum;
}

static bool has_ram(const struct desc *d, phys_t start, phys_t end)
{
	for (size_t i = 0; i < d->nr_fw; i++)
		if (d->fw[i].type == FW_RAM && d->fw[i].start == start && d->fw[i].end == end)
			return true;
	return false;
}

/* It boots, all RAM is in zones, and the log says which kernel it was drawn for. */
static void must_boot(struct desc *d)
{
	struct booted b;
	u64 pages = 0;

	boot_desc(&b, d, BOOT_LATE);
	for_each_node(&b.sys->mm, n)
		pages += n->node_present_pages;
	assert_int_equal(pages << d->arch.page_shift, ram_of(d));
	booted_cleanup(&b);
}

/*
 * Two nodes with memory of four that the firmware provides for; pages of 64 KiB are
 * told by the MMU's line. Expect the empty nodes to be there, too.
 */
static void ppc64_nodes_without_memory_are_there(void **state)
{
	static const char log[] =
		"Page orders: linear mapping = 24, virtual = 16, io = 16, vmemmap = 24\n"
		"Linux version 6.1.0 (builder) (powerpc64le-linux-gnu-gcc) #1 SMP\n"
		"numa: Partition configured for 4 NUMA nodes.\n"
		"numa:   NODE_DATA [mem 0xffff8000-0xffffffff]\n"
		"numa:     NODE_DATA(3) on node 0\n"
		"Zone ranges:\n"
		"  Normal   [mem 0x0000000000000000-0x00000001ffffffff]\n"
		"  Device   empty\n"
		"Movable zone start for each node\n"
		"Early memory node ranges\n"
		"  node   0: [mem 0x0000000000000000-0x00000000ffffffff]\n"
		"  node   2: [mem 0x0000000100000000-0x00000001ffffffff]\n"
		"Initmem setup node 0 [mem 0x0000000000000000-0x00000000ffffffff]\n";
	struct desc *d = desc_of(log, NULL);
	struct booted b;

	assert_int_equal(d->arch.page_shift, 16);
	assert_int_equal(ram_of(d), 8 * GiB);
	boot_desc(&b, d, BOOT_LATE);
	assert_int_equal(b.sys->mm.nr_node_ids, 4);
	for (int nid = 0; nid < 4; nid++) {
		assert_non_null(b.sys->mm.node[nid]);
		assert_int_equal(b.sys->mm.node[nid]->node_present_pages, nid % 2 ? 0 : 65536);
	}
	booted_cleanup(&b);
	desc_free(d);
}

/* 3.x: no "Early memory node ranges" survived; a node with a hole. */
static void ppc64_node_memory_of_old_kernels_is_read(void **state)
{
	static const char log[] =
		"Linux version 3.10.0 (builder) (ppc64-gcc) #1 SMP\n"
		"Node 0 Memory: 0x0-0x40000000 0x80000000-0xc0000000\n"
		"Node 1 Memory: 0x100000000-0x140000000\n";
	struct text notes = TEXT_INIT;
	struct desc *d = desc_of(log, &notes);

	assert_int_equal(ram_of(d), 3 * GiB);
	assert_int_equal(d->nr_mem, 3);
	assert_int_equal(d->mem[2].nid, 1);
	assert_non_null(strstr(text_str(&notes), "as the firmware listed it"));
	must_boot(d);
	desc_free(d);
	text_cleanup(&notes);
}

/* 16 KiB pages: a table of 2^7 pages has 2 MiB. */
static void mips_page_size_follows_from_a_hash_table(void **state)
{
	static const char log[] =
		"Linux version 5.4.0 (builder) (mips64el-linux-gcc) #1\n"
		"CPU0 revision is: 00006303 (ICT Loongson-2)\n"
		"Zone ranges:\n"
		"  Normal   [mem 0x0000000000000000-0x000000009fffffff]\n"
		"Early memory node ranges\n"
		"  node   0: [mem 0x0000000000000000-0x000000003fffffff]\n"
		"  node   0: [mem 0x0000000080000000-0x000000009fffffff]\n"
		"Dentry cache hash table entries: 262144 (order: 7, 2097152 bytes, linear)\n";
	struct desc *d = desc_of(log, NULL);

	assert_int_equal(d->arch.page_shift, 14);
	assert_int_equal(ram_of(d), GiB + 512 * MiB);
	must_boot(d);
	desc_free(d);
}

/* The firmware's list alone; what is no usable memory is left out, wrapping and swapped entries are told. */
static void mips_firmware_list_gives_ram(void **state)
{
	static const char log[] =
		"Linux version 3.2.0 (builder) (mips-linux-gcc) #1\n"
		"CPU0 revision is: 00019300\n"
		"Determined physical RAM map:\n"
		" memory: 0000000010000000 @ 0000000000000000 (usable)\n"
		" memory: 0000000000100000 @ 000000001fc00000 (ROM data)\n"
		" memory: 0000000030000000 @ 0000000020000000 (usable after init)\n"
		" memory: ffffffffffffffff @ 0000000000001000 (usable)\n";
	struct text notes = TEXT_INIT;
	struct desc *d = desc_of(log, &notes);

	assert_true(has_ram(d, 0, 256 * MiB));
	assert_true(has_ram(d, 512 * MiB, 512 * MiB + 768 * MiB));
	assert_int_equal(ram_of(d), GiB);
	assert_non_null(strstr(text_str(&notes), "would wrap around"));
	must_boot(d);
	desc_free(d);
	text_cleanup(&notes);
}

/* Clusters count pages of 8 KiB; usage 1 is the console's. Pages of that size cannot be drawn: a note. */
static void alpha_clusters_are_pages_of_8k(void **state)
{
	static const char log[] =
		"Linux version 6.1.0 (builder) (alpha-linux-gnu-gcc) #1\n"
		"memcluster 0, usage 1, start        0, end      256\n"
		"memcluster 1, usage 0, start      256, end    32512\n"
		"memcluster 2, usage 1, start    32512, end    32768\n"
		"Dentry cache hash table entries: 32768 (order: 5, 262144 bytes, linear)\n";
	struct text notes = TEXT_INIT;
	struct desc *d = desc_of(log, &notes);

	assert_true(has_ram(d, 256 * 8 * KiB, 32512 * 8 * KiB));
	assert_non_null(strstr(text_str(&notes), "pages of 8 KiB are drawn as such of 4 KiB"));
	must_boot(d);
	desc_free(d);
	text_cleanup(&notes);
}

static void parisc_ranges_are_read(void **state)
{
	static const char log[] =
		"Linux version 5.10.0 (builder) (hppa64-linux-gnu-gcc) #1\n"
		"Memory Ranges:\n"
		" 0) Start 0x0000000000000000 End 0x000000003fffffff Size   1024 MB\n"
		" 1) Start 0x0000000100000000 End 0x000000017fffffff Size   2048 MB\n"
		"Total Memory: 3072 MB\n";
	struct desc *d = desc_of(log, NULL);

	assert_true(has_ram(d, 0, GiB));
	assert_true(has_ram(d, 4 * GiB, 6 * GiB));
	must_boot(d);
	desc_free(d);
}

/* One number is all that such a log says. */
static void a_size_alone_is_ram_from_zero(void **state)
{
	static const struct {
		const char *log;
		u64 bytes;
	} t[] = {
		{ "Linux version 5.7.0 (builder) (s390x-linux-gnu-gcc) #1\n"
		  "setup: Linux is running as a z/VM guest operating system in 64-bit mode\n"
		  "setup: The maximum memory size is 2048MB\n", 2 * GiB },
		{ "Linux version 4.4.0 (builder) (gcc) #1\n"
		  "setup.289988: Linux is running natively in 64-bit mode\n"
		  "setup.b050d0: The maximum memory size is 4096MB\n", 4 * GiB },
		{ "Linux version 4.19.0 (builder) (gcc) #1\n"
		  "Total memory = 768MB; using 2048kB for hash table\n", 768 * MiB },
		{ "Linux version 3.16.0 (builder) (powerpc64-linux-gcc) #1\n"
		  "Top of RAM: 0x80000000, Total RAM: 0x80000000\n"
		  "Memory hole size: 0MB\n", 2 * GiB },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct desc *d = desc_of(t[i].log, NULL);

		assert_true(has_ram(d, 0, t[i].bytes));
		must_boot(d);
		desc_free(d);
	}
}

static void more_ram_than_addresses_is_told(void **state)
{
	static const char log[] =
		"Linux version 3.16.0 (builder) (powerpc64-linux-gcc) #1\n"
		"Top of RAM: 0x80000000, Total RAM: 0x90000000\n"
		"Early memory node ranges\n"
		"  node   0: [mem 0x0000000000000000-0x000000007fffffff]\n";
	struct text notes = TEXT_INIT;
	struct desc *d = desc_of(log, &notes);

	assert_non_null(strstr(text_str(&notes), "line 2 ignored: there is more RAM than addresses"));
	assert_int_equal(ram_of(d), 2 * GiB);
	desc_free(d);
	text_cleanup(&notes);
}

/* The list and the node ranges disagree: expect the ranges, and a note. */
static void contradictions_are_told(void **state)
{
	static const char log[] =
		"Linux version 3.2.0 (builder) (mips-linux-gcc) #1\n"
		" memory: 10000000 @ 00000000 (usable)\n"
		"Early memory node ranges\n"
		"  node   0: [mem 0x00000000-0x0fffffff]\n"
		"  node   0: [mem 0x20000000-0x2fffffff]\n";
	struct text notes = TEXT_INIT;
	struct desc *d = desc_of(log, &notes);

	assert_non_null(strstr(text_str(&notes), "1 node ranges are in no memory that the firmware listed"));
	assert_int_equal(ram_of(d), 512 * MiB);
	desc_free(d);
	text_cleanup(&notes);
}

/* sparc64 lists the fallback order of every node that may be: expect them all. */
static void fallback_lines_name_nodes(void **state)
{
	static const char log[] =
		"Linux version 6.16.0 (builder) (sparc64-linux-gnu-gcc) #1 SMP\n"
		"Early memory node ranges\n"
		"  node   0: [mem 0x0000000000000000-0x000000003fffffff]\n"
		"Fallback order for Node 0: 0\n"
		"Fallback order for Node 1: 0\n"
		"Fallback order for Node 5: 0\n";
	struct desc *d = desc_of(log, NULL);
	struct booted b;

	boot_desc(&b, d, BOOT_LATE);
	assert_int_equal(b.sys->mm.nr_node_ids, 6);
	assert_non_null(b.sys->mm.node[5]);
	assert_null(b.sys->mm.node[3]);
	booted_cleanup(&b);
	desc_free(d);
}

/* riscv64 and loongarch64: zones DMA32 and Normal, no-map ranges by name. */
static void device_tree_machines_have_their_zones(void **state)
{
	static const char riscv[] =
		"Linux version 6.6.0 (builder) (riscv64-linux-gnu-gcc) #1 SMP\n"
		"SBI specification v1.0 detected\n"
		"OF: reserved mem: 0x0000000080000000..0x000000008007ffff (512 KiB) nomap non-reusable firmware@80000000\n"
		"Zone ranges:\n"
		"  DMA32    [mem 0x0000000080000000-0x00000000ffffffff]\n"
		"  Normal   [mem 0x0000000100000000-0x000000027fffffff]\n"
		"Early memory node ranges\n"
		"  node   0: [mem 0x0000000080000000-0x000000008007ffff]\n"
		"  node   0: [mem 0x0000000080080000-0x000000027fffffff]\n";
	static const char loongarch[] =
		"Linux version 6.12.0 (builder) (loongarch64-linux-gnu-gcc) #1 SMP\n"
		"Zone ranges:\n"
		"  DMA32    [mem 0x0000000000200000-0x00000000ffffffff]\n"
		"  Normal   [mem 0x0000000100000000-0x000000027fffffff]\n"
		"Early memory node ranges\n"
		"  node   0: [mem 0x0000000000200000-0x000000000effffff]\n"
		"  node   0: [mem 0x0000000090000000-0x000000027fffffff]\n"
		"Dentry cache hash table entries: 1048576 (order: 9, 8388608 bytes, linear)\n";
	struct desc *d = desc_of(riscv, NULL);
	struct booted b;

	assert_int_equal(d->fw[0].type, FW_NOMAP);
	boot_desc(&b, d, BOOT_LATE);
	assert_int_equal(b.sys->mm.node[0]->zones[ZONE_DMA32].zone_start_pfn, 0x80000);
	assert_int_equal(b.sys->mm.node[0]->zones[ZONE_NORMAL].present_pages, 0x180000);
	booted_cleanup(&b);
	desc_free(d);
	d = desc_of(loongarch, NULL);
	assert_int_equal(d->arch.page_shift, 14);
	must_boot(d);
	desc_free(d);
}

/* Every sample, cut off anywhere: a map or a message, never a crash. */
static void samples_may_end_anywhere(void **state)
{
	static const char log[] =
		"Linux version 3.2.0 (builder) (mips-linux-gcc) #1\n memory: 10000000 @ 00000000 (usable)\n"
		"memcluster 1, usage 0, start 256, end 32512\n 0) Start 0x0 End 0x3fffffff Size 1024 MB\n"
		"Node 0 Memory: 0x0-0x40000000 0x80000000-0xc0000000\nTop of RAM: 0x80000000, Total RAM: 0x80000000\n"
		"setup: The maximum memory size is 2048MB\nnuma: Partition configured for 4 NUMA nodes.\n"
		"Page orders: linear mapping = 24, virtual = 16\nFallback order for Node 5: 0\n"
		"Dentry cache hash table entries: 32768 (order: 5, 262144 bytes)\n";

	for (size_t n = 0; n < sizeof(log); n++) {
		struct mm_error err = { 0 };
		struct desc *d = import_log(log, n, "cut", 0, NULL, &err);

		assert_true(d || err.msg[0]);
		desc_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ppc64_nodes_without_memory_are_there),
		cmocka_unit_test(ppc64_node_memory_of_old_kernels_is_read),
		cmocka_unit_test(mips_page_size_follows_from_a_hash_table),
		cmocka_unit_test(mips_firmware_list_gives_ram),
		cmocka_unit_test(alpha_clusters_are_pages_of_8k),
		cmocka_unit_test(parisc_ranges_are_read),
		cmocka_unit_test(a_size_alone_is_ram_from_zero),
		cmocka_unit_test(more_ram_than_addresses_is_told),
		cmocka_unit_test(contradictions_are_told),
		cmocka_unit_test(fallback_lines_name_nodes),
		cmocka_unit_test(device_tree_machines_have_their_zones),
		cmocka_unit_test(samples_may_end_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
