/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machine files: what each key means, what each mistake is told, and the way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "io/config.h"

#define RAM "[firmware]\nram = 0x0+1G\n"

static struct desc *parse(const char *text, struct mm_error *err)
{
	return config_parse(text, strlen(text), "t.ini", err);
}

/* A description that must be readable. */
static struct desc *good(const char *text)
{
	struct mm_error err = { 0, "" };
	struct desc *d = parse(text, &err);

	if (!d)
		fail_msg("%s", err.msg);
	return d;
}

/* Expect @text to be refused with exactly @message. */
static void refuse_n(const char *text, size_t len, const char *message)
{
	struct mm_error err = { 0, "" };
	struct desc *d = config_parse(text, len, "t.ini", &err);

	assert_null(d);
	assert_string_equal(err.msg, message);
	assert_true(err.code < 0);
}

static void refuse(const char *text, const char *message)
{
	refuse_n(text, strlen(text), message);
}

/* Write, read back, compare. */
static void round_trip(const struct desc *d)
{
	struct text out = TEXT_INIT, why = TEXT_INIT;
	struct mm_error err = { 0, "" };
	struct desc *again;

	assert_int_equal(config_write(d, &out), 0);
	again = config_parse(text_str(&out), out.len, "again.ini", &err);
	if (!again)
		fail_msg("%s\n%s", err.msg, text_str(&out));
	if (!desc_equal(d, again, &why))
		fail_msg("%s%s", text_str(&why), text_str(&out));
	desc_free(again);
	text_cleanup(&why);
	text_cleanup(&out);
}

/* --- what keys mean -------------------------------------------------------- */

static void test_small_file_gets_defaults(void **state)
{
	struct desc *d = good(RAM);

	assert_string_equal(d->name, "t");
	assert_null(d->title);
	assert_string_equal(d->arch.name, "x86_64");
	assert_string_equal(d->cmdline, "");
	assert_int_equal(d->nr_cpus, 1);
	assert_int_equal(d->nr_cpus_possible, 1);
	assert_true(d->boot_alloc_model);
	assert_false(d->resv_complete);
	assert_int_equal(d->nr_fw, 1);
	assert_int_equal(d->fw[0].start, 0);
	assert_int_equal(d->fw[0].end, GiB);
	round_trip(d);
	desc_free(d);
}

static void test_machine_keys(void **state)
{
	struct desc *d = good("[machine]\narch = arm64\nname = board\ntitle = a board; with a semicolon ; comment\n"
			      "cpus = 2\ncpus_possible = 4\ncpu_cache = 512K\nswap = 3M\ncmdline = a=1\ncmdline = b\n"
			      "cmdline_join = =2\nseed = 0x10\nearly_allocations = listed\nnote = one\nnote = two\n"
			      "note_join =  more\n" RAM);

	assert_string_equal(d->name, "board");
	assert_string_equal(d->title, "a board; with a semicolon");
	assert_int_equal(d->arch.id, ARCH_ARM64);
	assert_int_equal(d->nr_cpus, 2);
	assert_int_equal(d->nr_cpus_possible, 4);
	assert_int_equal(d->l3_slice_kib, 512);
	assert_int_equal(d->swap, 3 * MiB);
	assert_string_equal(d->cmdline, "a=1 b=2");
	assert_int_equal(d->seed, 16);
	assert_true(d->resv_complete);
	assert_false(d->boot_alloc_model);
	assert_string_equal(d->hostfacts, "one\ntwomore\n");
	round_trip(d);
	desc_free(d);
}

/* The preset, the page size and the rest, in whatever order they stand. */
static void test_arch_keys_override_in_the_right_order(void **state)
{
	struct desc *d = good("[arch]\npageblock_order = 10\nsection_size = 1G\npage_size = 64K\ncma = off\n"
			      "deferred_init = yes\nmemory_block_size = 2G\nzones = DMA Normal Movable\n"
			      "dma_end = 1G\nnr_cpus = 64\nmax_nodes = 4\nvmemmap = 0x1000\n"
			      "[machine]\narch = arm64\n" RAM);
	const struct arch *a = &d->arch;

	assert_int_equal(a->page_shift, 16);
	assert_int_equal(a->pageblock_order, 10);
	assert_int_equal(a->section_shift, 30);
	assert_int_equal(a->max_page_order, 13);
	assert_false(a->has_cma);
	assert_true(a->deferred_init);
	assert_int_equal(a->block_size, 2 * GiB);
	assert_int_equal(a->zones_mask, 1u << ZONE_DMA | 1u << ZONE_NORMAL | 1u << ZONE_MOVABLE);
	assert_int_equal(a->dma_limit, GiB);
	assert_int_equal(a->nr_cpus_limit, 64);
	assert_int_equal(a->max_numnodes, 4);
	assert_int_equal(a->vmemmap_start, 0x1000);
	round_trip(d);
	desc_free(d);
}

static void test_firmware_keys(void **state)
{
	struct desc *d = good("[firmware]\nram = 0x0-0x9fbff mirror\nram = 0x100000-0x3fffffff hotplug mirror\n"
			      "reserved = 0x9fc00-0x9ffff\nother = 0x40000000+4K type=20\n"
			      "device = 0xfec00000-0xfec003ff depth=1 IOAPIC 0\nacpi = 0x50000000+64KiB\n");

	assert_int_equal(d->nr_fw, 6);
	assert_int_equal(d->fw[0].flags, FW_MIRROR);
	assert_int_equal(d->fw[1].flags, FW_MIRROR | FW_HOTPLUG);
	assert_int_equal(d->fw[2].type, FW_RESERVED);
	assert_int_equal(d->fw[2].end, 0xa0000);
	assert_null(d->fw[2].name);
	assert_int_equal(d->fw[3].type, FW_OTHER);
	assert_int_equal(d->fw[3].depth, 20);
	assert_int_equal(d->fw[4].depth, 1);
	assert_string_equal(d->fw[4].name, "IOAPIC 0");
	assert_int_equal(d->fw[5].end - d->fw[5].start, 64 * KiB);
	round_trip(d);
	desc_free(d);
}

static void test_node_keys_count_cpus(void **state)
{
	struct desc *d = good(RAM "[node 0]\nmemory = 0x0+512M\ncpus = 0,2-3\ndistance = 10 20\n"
			      "[node 1]\nmemory = 512M+512M hotplug\ncpus = 1\ndistance = 20 10\n[node 3]\ncpus = none\n");

	assert_int_equal(d->nr_cpus, 4);
	assert_int_equal(d->nr_cpus_possible, 4);
	assert_int_equal(d->nr_node, 3);
	assert_int_equal(d->node[0].cpu[0] + d->node[0].cpu[1] * 2 + d->node[0].cpu[2] * 4 + d->node[0].cpu[3] * 8, 13);
	assert_int_equal(d->node[1].distance[0], 20);
	assert_int_equal(d->node[2].nid, 3);
	assert_null(d->node[2].cpu);
	assert_int_equal(d->nr_mem, 2);
	assert_true(d->mem[1].hotplug);
	assert_int_equal(d->mem[1].start, 512 * MiB);
	round_trip(d);
	desc_free(d);
}

static void test_reserve_keys(void **state)
{
	struct desc *d = good(RAM "[reserve]\nkernel_code = 1M+1M\ninitrd = 8M+1M\ninitrd = 16M+1M keep RAM disk\n"
			      "range = 32M+64K init unused kernel image (initmem)\nrange = 33M+64K init_early SMP alternatives\n"
			      "alloc = 64K align=2M node=0 above=1M below=512M NODE_DATA(0)\nfree = 32M+4K\ncma = 64M+64M linux,cma\n");

	assert_int_equal(d->nr_resv, 8);
	assert_int_equal(d->resv[0].kind, RESV_KERNEL_CODE);
	assert_null(d->resv[0].label);
	assert_int_equal(d->resv[1].flags, RESV_INIT);
	assert_int_equal(d->resv[2].flags, 0);
	assert_string_equal(d->resv[2].label, "RAM disk");
	assert_int_equal(d->resv[3].flags, RESV_INIT);
	assert_string_equal(d->resv[3].label, "unused kernel image (initmem)");
	assert_int_equal(d->resv[4].flags, RESV_INIT | RESV_INIT_EARLY);
	assert_int_equal(d->resv[5].kind, RESV_ALLOC);
	assert_int_equal(d->resv[5].size, 64 * KiB);
	assert_int_equal(d->resv[5].align, 2 * MiB);
	assert_int_equal(d->resv[5].nid, 0);
	assert_int_equal(d->resv[5].start, MiB);
	assert_int_equal(d->resv[5].end, 512 * MiB);
	assert_int_equal(d->resv[6].nid, NO_NODE);
	assert_int_equal(d->resv[7].kind, RESV_CMA);
	round_trip(d);
	desc_free(d);
}

static void test_memory_devices(void **state)
{
	struct desc *d = good(RAM "[dimm dimm0]\nstart = 4G\nsize = 512M\nplugged = yes\n"
			      "[virtio-mem vmem0]\nsize = 2G\nstart = 8G\nnode = 1\nrequested = 256M\nunit = 2M\n");

	assert_int_equal(d->nr_dimm, 2);
	assert_string_equal(d->dimm[0].id, "dimm0");
	assert_true(d->dimm[0].plugged);
	assert_false(d->dimm[0].virtio_mem);
	assert_true(d->dimm[1].virtio_mem);
	assert_int_equal(d->dimm[1].start, 8 * GiB);
	assert_int_equal(d->dimm[1].nid, 1);
	assert_int_equal(d->dimm[1].requested, 256 * MiB);
	assert_int_equal(d->dimm[1].unit, 2 * MiB);
	round_trip(d);
	desc_free(d);
}

static void test_state_counts(void **state)
{
	struct desc *d = good(RAM "[state]\nfree = 0 DMA Movable 0:3 10:2\nfree = 0 DMA Movable 9:1\nfree = 0 DMA32 any 1:7\n");

	assert_int_equal(d->nr_freecount, 2);
	assert_int_equal(d->freecount[0].mt, MIGRATE_MOVABLE);
	assert_int_equal(d->freecount[0].count[0], 3);
	assert_int_equal(d->freecount[0].count[9], 1);
	assert_int_equal(d->freecount[0].count[10], 2);
	assert_int_equal(d->freecount[1].mt, -1);
	assert_int_equal(d->freecount[1].zone, ZONE_DMA32);
	round_trip(d);
	desc_free(d);
}

/* --- the format ------------------------------------------------------------ */

static void test_crlf_bom_indentation_and_comments_are_accepted(void **state)
{
	struct desc *d = good("\xef\xbb\xbf; head\r\n[machine]\r\n   arch = arm64\r\n\tcpus = 2 ; two\r\n\r\n# x\r\n"
			      "[firmware]\r\nram = 0x0-0xfffffff\r\n");

	assert_int_equal(d->arch.id, ARCH_ARM64);
	assert_int_equal(d->nr_cpus, 2);
	assert_int_equal(d->fw[0].end, 256 * MiB);
	desc_free(d);
}

static void test_last_line_needs_no_newline(void **state)
{
	struct desc *d = good("[firmware]\nram = 0-1023M\nram = 0x40000000+4K");

	assert_int_equal(d->nr_fw, 2);
	desc_free(d);
}

static void test_escapes_carry_any_byte(void **state)
{
	struct desc *d = good("[machine]\ncmdline = a\\x3bb \\x5cx41 \\q\n" RAM);

	assert_string_equal(d->cmdline, "a;b \\x41 \\q");
	round_trip(d);
	desc_free(d);
}

/* 197 bytes are read, 198 are refused, and line numbers stay right behind long lines. */
static void test_line_length_limit(void **state)
{
	char text[512];
	struct desc *d;
	int n = snprintf(text, sizeof(text), "[machine]\ntitle = ");

	memset(text + n, 'x', 189);
	snprintf(text + n + 189, sizeof(text) - (size_t)n - 189, "\n" RAM);
	d = good(text);
	assert_int_equal(strlen(d->title), 189);
	round_trip(d);
	desc_free(d);
	memset(text + n, 'x', 190);
	strcpy(text + n + 190, "\n" RAM);
	refuse(text, "t.ini:2: the line has 198 bytes, more than the 197 that can be read; split it (keys like "
	       "cmdline may be repeated)");
}

/* --- mistakes -------------------------------------------------------------- */

static void test_lines_that_are_nothing(void **state)
{
	refuse("[machine]\narch arm64\n" RAM, "t.ini:2: 'arch arm64' is neither [section], key = value nor a comment; "
	       "add the '=' or ']' that is missing, or put ';' in front");
	refuse("[machine\narch = arm64\n", "t.ini:1: '[machine' is neither [section], key = value nor a comment; "
	       "add the '=' or ']' that is missing, or put ';' in front");
	refuse("arch = arm64\n", "t.ini:1: 'arch' stands before any section; begin with [machine]");
	refuse_n("[machine]\narch = a\0b\n", 21, "t.ini:2: a NUL byte; this is not a text file");
	refuse("", "t.ini: the machine has no RAM; add 'ram = START-END' to [firmware]");
}

static void test_unknown_names_suggest_the_nearest(void **state)
{
	refuse("[machne]\n", "t.ini:1: unknown section [machne]; did you mean [machine]?");
	refuse("[bananas]\nx = 1\n", "t.ini:1: unknown section [bananas]; there are machine, arch, firmware, node N, "
	       "reserve, dimm ID, virtio-mem ID and state");
	refuse("[machine]\ncpu = 2\n", "t.ini:2: [machine] cpu = 2: unknown key; did you mean 'cpus'?");
	refuse("[machine]\nmemory = 1G\n", "t.ini:2: [machine] memory = 1G: unknown key; 'memory' belongs into [node]");
	refuse("[machine]\nbananas = 1\n", "t.ini:2: [machine] bananas = 1: unknown key; mmview.ini(5) lists the keys "
	       "of [machine]");
}

static void test_things_said_twice(void **state)
{
	refuse("[machine]\ncpus = 1\ncpus = 2\n", "t.ini:3: [machine] cpus = 2: the key appears twice, first in line 2; "
	       "remove one");
	refuse("[machine]\n[arch]\n[machine]\n", "t.ini:3: section [machine] appears twice, first in line 1; put its keys "
	       "into one section");
	refuse(RAM "[node 0]\n[node 00]\n", "t.ini:4: [node 00]: node 0 has a section already; put its keys into one section");
	refuse(RAM "[dimm a]\nstart = 4G\nsize = 1G\n[virtio-mem a]\n", "t.ini:6: [virtio-mem a]: there is a memory device of "
	       "this name already; choose another");
}

static void test_section_names(void **state)
{
	refuse("[node]\n", "t.ini:1: [node]: the node number is missing or wrong; write [node 0]");
	refuse("[node x]\n", "t.ini:1: [node x]: the node number is missing or wrong; write [node 0]");
	refuse("[dimm]\n", "t.ini:1: [dimm]: one name for the device is needed; write [dimm mem0]");
	refuse("[dimm a b]\n", "t.ini:1: [dimm a b]: one name for the device is needed; write [dimm mem0]");
	refuse("[machine one]\n", "t.ini:1: [machine one]: this section takes no name; write [machine]");
	refuse("[dimm aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n",
	       "t.ini:1: the section name is longer than 47 characters; shorten it");
	refuse(RAM "[dimm a]\nsize = 1G\n", "t.ini:3: [dimm a]: 'start' is missing; a memory device needs start and size");
}

static void test_numbers(void **state)
{
	refuse("[machine]\nseed = -1\n", "t.ini:2: [machine] seed = -1: negative numbers have no meaning here; write a "
	       "size such as 256M");
	refuse("[machine]\nseed = 010\n", "t.ini:2: [machine] seed = 010: a number with a leading zero; write 0x in front "
	       "of hexadecimal ones");
	refuse("[machine]\nseed = 18446744073709551616\n", "t.ini:2: [machine] seed = 18446744073709551616: the number does "
	       "not fit into 64 bits; write a smaller one");
	refuse("[machine]\nseed = 16E\n", "t.ini:2: [machine] seed = 16E: the number does not fit into 64 bits; write a "
	       "smaller one");
	refuse("[machine]\nseed = many\n", "t.ini:2: [machine] seed = many: 'many' is not a number such as 4096, 0x1000 or 256M");
	refuse("[machine]\nseed = 4fffffff\n", "t.ini:2: [machine] seed = 4fffffff: '4fffffff' is not a number; hexadecimal "
	       "ones begin with 0x, sizes end in K, M, G, T, P or E");
	refuse("[machine]\nseed = 1 2\n", "t.ini:2: [machine] seed = 1 2: '2' is too much here; remove it");
	refuse("[machine]\nseed =\n", "t.ini:2: [machine] seed = : the value is empty; write one or remove the line");
	refuse("[machine]\ncpus = 9000\n", "t.ini:2: [machine] cpus = 9000: 9000 is out of range; use 1 to 8192");
	refuse("[machine]\ncpu_cache = 100\n", "t.ini:2: [machine] cpu_cache = 100: 100 is no whole number of KiB; write for "
	       "example 512K");
	refuse("[arch]\nflatmem = perhaps\n", "t.ini:2: [arch] flatmem = perhaps: 'perhaps' is not yes or no");
	refuse("[machine]\nearly_allocations = all\n", "t.ini:2: [machine] early_allocations = all: 'all' is not model, "
	       "listed or none");
}

static void test_ranges(void **state)
{
	refuse("[firmware]\nram = 0x1000-0xfff\n", "t.ini:2: [firmware] ram = 0x1000-0xfff: the range ends (0xfff) before it "
	       "starts (0x1000); swap them");
	refuse("[firmware]\nram = 0x1000+0\n", "t.ini:2: [firmware] ram = 0x1000+0: the range is empty; write a size above 0");
	refuse("[firmware]\nram = 0x1000\n", "t.ini:2: [firmware] ram = 0x1000: something is missing; expected a range; write "
	       "START-END (END is the last byte) or START+SIZE");
	refuse("[firmware]\nram = 0xfffffffffffff000+8K\n", "t.ini:2: [firmware] ram = 0xfffffffffffff000+8K: the range "
	       "reaches the end of the 64-bit address space; make it smaller");
	refuse("[firmware]\nram = 0x0-0xffffffffffffffff\n", "t.ini:2: [firmware] ram = 0x0-0xffffffffffffffff: the range "
	       "reaches the end of the 64-bit address space; make it smaller");
	refuse("[firmware]\nram = 0+1P\n", "t.ini:2: [firmware] ram = 0+1P: ram 0x0-0x3ffffffffffff ends above the 46 address "
	       "bits of x86_64; lower it or raise physical_bits");
	refuse("[firmware]\nother = 0+4K\n", "t.ini:2: [firmware] other = 0+4K: the e820 type number is missing; write type=20 "
	       "behind the range");
	refuse(RAM "device = 0x1000+4K\n", "t.ini:3: [firmware] device = 0x1000+4K: device 0x1000-0x1fff has no name; write "
	       "the name behind the range");
	refuse("[firmware]\nname_join = x\n", "t.ini:2: [firmware] name_join = x: there is no entry above whose name this could "
	       "continue; move it down");
}

static void test_overlaps_name_both_lines(void **state)
{
	refuse("[firmware]\nram = 0x0-0xfffff\nreserved = 0xf0000-0xfffff\n",
	       "t.ini:3: [firmware] reserved = 0xf0000-0xfffff: reserved 0xf0000-0xfffff overlaps ram 0x0-0xfffff; correct one "
	       "of them, or set overlaps = yes to let the kernel sort it out (the other is in line 2)");
	desc_free(good("[firmware]\noverlaps = yes\nram = 0x0-0xfffff\nreserved = 0xf0000-0xfffff\n"));
	refuse(RAM "[node 0]\nmemory = 0+512M\n[node 1]\nmemory = 256M+512M\n",
	       "t.ini:6: [node 1] memory = 256M+512M: memory 0x10000000-0x2fffffff overlaps memory 0x0-0x1fffffff; a byte "
	       "belongs to one node only (the other is in line 4)");
	refuse(RAM "[dimm a]\nstart = 512M\nsize = 1G\n",
	       "t.ini:4: [dimm a] start = 512M: memory device 0x20000000-0x5fffffff overlaps ram 0x0-0x3fffffff; move one of "
	       "them (the other is in line 2)");
	refuse(RAM "[dimm a]\nstart = 4G\nsize = 1G\n[dimm b]\nstart = 4G\nsize = 128M\n",
	       "t.ini:7: [dimm b] start = 4G: memory device 0x100000000-0x107ffffff overlaps memory device "
	       "0x100000000-0x13fffffff; move one of them (the other is in line 4)");
}

static void test_node_mistakes(void **state)
{
	refuse("[machine]\narch = arm64\n" RAM "[node 16]\nmemory = 0+1G\n",
	       "t.ini:6: [node 16] memory = 0+1G: node 16 does not exist on this arm64 kernel: nodes are 0 to 15 (max_nodes in "
	       "[arch])");
	refuse(RAM "[node 0]\ncpus = 0-1\n[node 1]\ncpus = 1\n", "t.ini:6: [node 1] cpus = 1: cpus: 1 is in node 0 and in node 1; "
	       "leave it in one (the other is in line 4)");
	refuse("[machine]\ncpus_possible = 2\n" RAM "[node 0]\ncpus = 0-2\n",
	       "t.ini:6: [node 0] cpus = 0-2: 2 is out of range; use 0 to 1");
	refuse(RAM "[node 0]\ncpus = 3-1\n", "t.ini:4: [node 0] cpus = 3-1: 1 is out of range; use 3 to 8191");
	refuse(RAM "[node 0]\ndistance = 11\n", "t.ini:4: [node 0] distance = 11: node 0: the distance to itself is 11; it must "
	       "be 10");
	refuse(RAM "[node 0]\ndistance = 10 10\n", "t.ini:4: [node 0] distance = 10 10: node 0: the distance to node 1 is 10; "
	       "remote nodes are 11 to 255");
	refuse(RAM "[node 0]\ndistance = 10 300\n", "t.ini:4: [node 0] distance = 10 300: 300 is out of range; use 0 to 255");
}

static void test_machine_and_arch_mistakes(void **state)
{
	refuse("[machine]\narch = amd64\n", "t.ini:2: [machine] arch = amd64: unknown architecture 'amd64'; use x86_64, arm64 "
	       "or i386");
	refuse("[arch]\npage_size = 64K\n", "t.ini:2: [arch] page_size = 64K: x86_64 has no pages of that size; use 4K");
	refuse("[arch]\npage_size = 5K\n", "t.ini:2: [arch] page_size = 5K: 5120 is not a power of two between 4096 and 65536");
	refuse("[arch]\npageblock_order = 11\n", "t.ini:2: [arch] pageblock_order = 11: pageblock_order = 11 must be between 1 "
	       "and max_page_order (10)");
	refuse("[arch]\nzones = DMA Highmem\n", "t.ini:2: [arch] zones = DMA Highmem: 'Highmem' is no zone; zones are DMA, DMA32, "
	       "Normal, HighMem, Movable and Device");
	refuse("[machine]\ncpus = 4\ncpus_possible = 2\n" RAM, "t.ini:2: [machine] cpus = 4: cpus = 4 must be between 1 and "
	       "cpus_possible (2)");
	refuse("[machine]\narch = i386\ncpus = 33\n" RAM, "t.ini:3: [machine] cpus = 33: 33 cpus are more than this i386 kernel "
	       "is built for (32); use fewer or set nr_cpus in [arch]");
}

static void test_reserve_mistakes(void **state)
{
	refuse(RAM "[reserve]\nalloc = 0\n", "t.ini:4: [reserve] alloc = 0: alloc of 0x0 bytes: give a size above 0 and below "
	       "the 46 address bits of x86_64");
	refuse(RAM "[reserve]\nalloc = 4K align=3\n", "t.ini:4: [reserve] alloc = 4K align=3: alloc: align = 0x3 is not a power "
	       "of two");
	refuse(RAM "[reserve]\nalloc = 1M above=1M below=0x180000\n", "t.ini:4: [reserve] alloc = 1M above=1M below=0x180000: "
	       "alloc of 0x100000 bytes does not fit between above = 0x100000 and below = 0x180000");
	refuse(RAM "[reserve]\nrange = 0+1P\n", "t.ini:4: [reserve] range = 0+1P: range 0x0-0x3ffffffffffff ends above the 46 "
	       "address bits of x86_64; lower it or raise physical_bits");
	refuse(RAM "[reserve]\nname_join = x\n", "t.ini:4: [reserve] name_join = x: there is no entry above whose label this "
	       "could continue; move it down");
}

static void test_memory_device_mistakes(void **state)
{
	refuse(RAM "[dimm a]\nstart = 4G\nsize = 100M\n", "t.ini:4: [dimm a] start = 4G: a: start 0x100000000 and size 0x6400000 "
	       "must be multiples of the memory block size (128 MiB) and the size above 0");
	refuse("[machine]\narch = i386\n" RAM "[dimm a]\nstart = 4G\nsize = 1G\n", "t.ini:6: [dimm a] start = 4G: a: this kernel "
	       "has no sections (flatmem), so no memory hotplug; remove the device");
	refuse(RAM "[virtio-mem a]\nstart = 4G\nsize = 1G\nrequested = 2G\n", "t.ini:4: [virtio-mem a] start = 4G: a: requested is "
	       "larger than size; ask for at most 1024 MiB");
	refuse(RAM "[virtio-mem a]\nstart = 4G\nsize = 1G\nunit = 3M\n", "t.ini:4: [virtio-mem a] start = 4G: a: unit must be a "
	       "power of two and at least a page");
	refuse(RAM "[dimm a]\nstart = 64T\nsize = 1G\n", "t.ini:4: [dimm a] start = 64T: a ends above the 46 address bits of "
	       "x86_64; lower start or size");
}

static void test_state_mistakes(void **state)
{
	refuse(RAM "[state]\nfree = 0 DMA any 0=1\n", "t.ini:4: [state] free = 0 DMA any 0=1: counts are written ORDER:COUNT, "
	       "for example 10:228");
	refuse(RAM "[state]\nfree = 0 DMA Some 0:1\n", "t.ini:4: [state] free = 0 DMA Some 0:1: 'Some' is no migratetype; write "
	       "Unmovable, Movable, Reclaimable, HighAtomic, CMA, Isolate or any");
	refuse(RAM "[state]\nfree = 0 HighMem any 0:1\n", "t.ini:4: [state] free = 0 HighMem any 0:1: free: x86_64 has no such zone");
	refuse(RAM "[state]\nfree = 0 DMA any 11:1\n", "t.ini:4: [state] free = 0 DMA any 11:1: free: order 11 is above "
	       "max_page_order (10)");
	refuse(RAM "[state]\nfree = 0 DMA any 11", "t.ini:4: [state] free = 0 DMA any 11: counts are written ORDER:COUNT, "
	       "for example 10:228");
}

static void test_long_command_line_is_refused(void **state)
{
	struct text t = TEXT_INIT;
	struct mm_error err = { 0, "" };

	text_puts(&t, "[machine]\n");
	for (int i = 0; i < 15; i++)
		text_printf(&t, "cmdline = %0*d\n", 150, i);
	text_puts(&t, RAM);
	assert_null(config_parse(text_str(&t), t.len, "t.ini", &err));
	assert_non_null(strstr(err.msg, "t.ini:15: [machine] cmdline = 00000"));
	assert_non_null(strstr(err.msg, "the command line is longer than the 2047 bytes that the kernel reads; shorten it"));
	text_cleanup(&t);
}

static void test_files_that_cannot_be_read(void **state)
{
	struct mm_error err = { 0, "" };

	assert_int_equal(config_check("no/such/file.ini", &err), -ENOENT);
	assert_string_equal(err.msg, "no/such/file.ini: no such file; the machines that come with mmview are in ini/");
	err.msg[0] = '\0';
	assert_int_equal(config_check("ini", &err), -EISDIR);
	assert_string_equal(err.msg, "ini: is a folder; name a machine file, or use --import");
}

static void test_too_many_sections_are_refused(void **state)
{
	struct text t = TEXT_INIT;
	struct mm_error err = { 0, "" };

	for (int i = 0; i <= 4096; i++)
		text_printf(&t, "[node %d]\n", i);
	assert_null(config_parse(text_str(&t), t.len, "t.ini", &err));
	assert_string_equal(err.msg, "t.ini:4097: more than 4096 sections; no machine needs that many");
	text_cleanup(&t);
}

/* --- files and the way back ------------------------------------------------ */

/* Call @fn for every file in ini/. */
static int each_ini(void (*fn)(const char *path, const struct desc *d, void *arg), void *arg)
{
	DIR *dir = opendir("ini");
	struct dirent *e;
	int n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir))) {
		struct mm_error err = { 0, "" };
		struct desc *d;
		char path[300];

		if (strlen(e->d_name) < 5 || strcmp(e->d_name + strlen(e->d_name) - 4, ".ini"))
			continue;
		snprintf(path, sizeof(path), "ini/%s", e->d_name);
		d = config_load(path, &err);
		if (!d)
			fail_msg("%s", err.msg);
		fn(path, d, arg);
		desc_free(d);
		n++;
	}
	closedir(dir);
	return n;
}

static void check_round_trip(const char *path, const struct desc *d, void *arg)
{
	assert_string_equal(d->path, path);
	assert_int_equal(strncmp(path + 4, d->name, strlen(d->name)), 0);
	assert_non_null(d->title);
	round_trip(d);
}

static void test_shipped_files_load_and_come_back_equal(void **state)
{
	assert_true(each_ini(check_round_trip, NULL) >= 15);
}

static void collect_text(const char *path, const struct desc *d, void *arg)
{
	char line[256];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		text_puts(arg, line);
	fclose(f);
}

/* Is "key =" at the start of a line of a section that begins with @section? */
static bool key_is_used(const char *text, const char *section, const char *key)
{
	char want[64];
	bool in = false;

	snprintf(want, sizeof(want), "%s =", key);
	for (const char *p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (*p == '[')
			in = !strncmp(p + 1, section, strlen(section)) &&
			     strchr("] ", p[1 + strlen(section)]);
		if (in && !strncmp(p, want, strlen(want)))
			return true;
	}
	return false;
}

static void test_every_key_is_used_by_a_shipped_file(void **state)
{
	struct text all = TEXT_INIT;
	const char *section, *key, *help;

	each_ini(collect_text, &all);
	for (unsigned i = 0; config_key_name(i, &section, &key, &help); i++) {
		if (!key_is_used(text_str(&all), section, key))
			fail_msg("no file in ini/ uses [%s] %s", section, key);
		assert_true(*help != '\0');
	}
	text_cleanup(&all);
}

/* The manual page must name every key. */
static void test_every_key_is_in_the_manual(void **state)
{
	FILE *f = fopen("ui/man/mmview.ini.5", "r");
	struct text page = TEXT_INIT;
	const char *section, *key, *help;
	char line[512], want[80];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		text_puts(&page, line);
	fclose(f);
	for (unsigned i = 0; config_key_name(i, &section, &key, &help); i++) {
		snprintf(want, sizeof(want), "\n.B %s\n", key);
		if (!strstr(text_str(&page), want))
			fail_msg("mmview.ini(5) says nothing about %s", key);
	}
	text_cleanup(&page);
}

/* A string of @n bytes, as hostile as an imported name can be. */
static char *random_string(struct rng *r, size_t n)
{
	static const char odd[] = " ;\\x=[]\"#:\t\n\x7f\xc3\xa9";
	char *s = malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		s[i] = rng_percent(r, 30) ? odd[rng_below(r, sizeof(odd) - 1)] : (char)('a' + rng_below(r, 26));
	s[n] = '\0';
	return s;
}

static void random_entries(struct desc *d, struct rng *r)
{
	static const char *const word[] = { "init", "keep", "hotplug x", "depth=3", "node=1", "type=9 z" };
	phys_t at = 0;

	for (u64 n = 1 + rng_below(r, 12); n; n--) {
		u64 size = 1 + rng_below(r, GiB);
		char *name = rng_percent(r, 50) ? random_string(r, 1 + rng_below(r, 300)) :
						  strdup(word[rng_below(r, ARRAY_SIZE(word))]);
		enum fw_type type = (enum fw_type)rng_below(r, NR_FW_TYPES);
		struct desc_resv resv = { .nid = NO_NODE, .label = rng_percent(r, 80) ? name : NULL };
		u32 flags = (u32)rng_below(r, 4);

		desc_add_fw(d, at, at + size, type, flags, name, (int)rng_below(r, 8));
		resv.kind = (enum desc_resv_kind)rng_below(r, NR_RESV_KINDS);
		resv.start = at;
		resv.end = at + size;
		if (resv.kind == RESV_ALLOC) {
			resv.size = 1 + rng_below(r, size);
			resv.align = 1ULL << rng_below(r, 30);
			resv.nid = (int)rng_below(r, 4);
		} else if (rng_percent(r, 30)) {
			resv.flags = RESV_INIT | (rng_percent(r, 50) ? RESV_INIT_EARLY : 0);
		}
		desc_add_resv(d, &resv);
		free(name);
		at += size + rng_below(r, 2 * MiB);
	}
	desc_add_fw(d, at, at + GiB, FW_RAM, 0, NULL, 0);
}

static void random_nodes(struct desc *d, struct rng *r)
{
	d->nr_cpus_possible = 1 + (int)rng_below(r, 600);
	d->nr_cpus = 1 + (int)rng_below(r, (u64)d->nr_cpus_possible);
	for (int nid = 0; nid < 3; nid++) {
		struct desc_node *n = desc_get_node(d, nid);

		n->cpu = calloc((size_t)d->nr_cpus_possible, 1);
		for (int i = nid; i < d->nr_cpus_possible; i += 3)
			n->cpu[i] = (u8)rng_below(r, 2);
		n->nr_distance = 100;
		n->distance = malloc(100);
		for (int i = 0; i < 100; i++)
			n->distance[i] = i == nid ? 10 : (u8)(11 + rng_below(r, 245));
		desc_add_mem(d, (u64)nid << 33, ((u64)nid << 33) + 1 + rng_below(r, 4 * GiB), nid, nid == 1);
	}
}

static void random_counts(struct desc *d, struct rng *r)
{
	struct desc_freecount f = { .nid = 1, .zone = ZONE_NORMAL, .mt = (int)rng_below(r, MIGRATE_TYPES + 1) - 1 };

	for (int o = 0; o <= d->arch.max_page_order; o++) {
		f.count[o] = rng_next(r);
		f.count[o] >>= rng_below(r, 64);
	}
	desc_add_freecount(d, &f);
}

/* Descriptions with names that no ini file can hold: expect them back, bit for bit. */
static void test_random_descriptions_come_back_equal(void **state)
{
	u64 seed = 20250101;
	struct rng r;

	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int round = 0; round < 150; round++) {
		struct desc *d = desc_new();
		char *s = random_string(&r, rng_below(&r, 900));

		desc_set_string(&d->cmdline, s);
		desc_set_string(&d->title, *s ? s : NULL);
		desc_set_string(&d->hostfacts, *s && strcmp(s, "\n") ? s : NULL);
		free(s);
		d->seed = rng_next(&r);
		d->l3_slice_kib = (u32)rng_below(&r, 1u << 20);
		d->fw_overlaps = rng_percent(&r, 50);
		d->boot_alloc_model = rng_percent(&r, 50);
		d->arch.dma_limit = rng_below(&r, 1u << 20) << 12;
		random_entries(d, &r);
		random_nodes(d, &r);
		random_counts(d, &r);
		round_trip(d);
		desc_free(d);
	}
}

/* Files with random damage: expect a description or a message, never anything else. */
static void test_damaged_files_give_a_message(void **state)
{
	struct text all = TEXT_INIT;
	u64 seed = 4711;
	struct rng r;

	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	collect_text("ini/reference.ini", NULL, &all);
	for (int round = 0; round < 2000; round++) {
		struct mm_error err = { 0, "" };
		size_t len = all.len;
		char *copy = malloc(len);
		struct desc *d;

		memcpy(copy, all.buf, len);
		for (u64 n = 1 + rng_below(&r, 4); n; n--)
			copy[rng_below(&r, len)] = (char)rng_next(&r);
		if (rng_percent(&r, 20))
			len = rng_below(&r, len);
		d = config_parse(copy, len, "t.ini", &err);
		assert_true(d || !strncmp(err.msg, "t.ini:", 6));
		desc_free(d);
		free(copy);
	}
	text_cleanup(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_file_gets_defaults),
		cmocka_unit_test(test_machine_keys),
		cmocka_unit_test(test_arch_keys_override_in_the_right_order),
		cmocka_unit_test(test_firmware_keys),
		cmocka_unit_test(test_node_keys_count_cpus),
		cmocka_unit_test(test_reserve_keys),
		cmocka_unit_test(test_memory_devices),
		cmocka_unit_test(test_state_counts),
		cmocka_unit_test(test_crlf_bom_indentation_and_comments_are_accepted),
		cmocka_unit_test(test_last_line_needs_no_newline),
		cmocka_unit_test(test_escapes_carry_any_byte),
		cmocka_unit_test(test_line_length_limit),
		cmocka_unit_test(test_lines_that_are_nothing),
		cmocka_unit_test(test_unknown_names_suggest_the_nearest),
		cmocka_unit_test(test_things_said_twice),
		cmocka_unit_test(test_section_names),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_overlaps_name_both_lines),
		cmocka_unit_test(test_node_mistakes),
		cmocka_unit_test(test_machine_and_arch_mistakes),
		cmocka_unit_test(test_reserve_mistakes),
		cmocka_unit_test(test_memory_device_mistakes),
		cmocka_unit_test(test_state_mistakes),
		cmocka_unit_test(test_long_command_line_is_refused),
		cmocka_unit_test(test_files_that_cannot_be_read),
		cmocka_unit_test(test_too_many_sections_are_refused),
		cmocka_unit_test(test_shipped_files_load_and_come_back_equal),
		cmocka_unit_test(test_every_key_is_used_by_a_shipped_file),
		cmocka_unit_test(test_every_key_is_in_the_manual),
		cmocka_unit_test(test_random_descriptions_come_back_equal),
		cmocka_unit_test(test_damaged_files_give_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
