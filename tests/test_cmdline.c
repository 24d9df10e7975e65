/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line: words, quotes, and every parameter that the model knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "boot/cmdline.h"
#include "phys/firmware.h"

struct fixture {
	struct arena *a;
	struct arch arch;
	struct cmdline c;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->a = arena_create(256 * MiB);
	arch_preset(&f->arch, "x86_64", NULL);
	*state = f;
	return f->a ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_destroy(f->a);
	free(f);
	return 0;
}

static struct cmdline *parse(struct fixture *f, const char *arch, const char *text)
{
	arch_preset(&f->arch, arch, NULL);
	cmdline_parse(&f->c, f->a, &f->arch, text);
	return &f->c;
}

static void assert_op(const struct cmdline *c, u32 i, enum memmap_op_kind kind, u64 start, u64 size,
		      u32 from, u32 to)
{
	assert_true(i < c->nr_memmap);
	assert_int_equal(c->memmap[i].kind, kind);
	assert_int_equal(c->memmap[i].start, start);
	assert_int_equal(c->memmap[i].size, size);
	assert_int_equal(c->memmap[i].from, from);
	assert_int_equal(c->memmap[i].to, to);
}

static void test_memparse_reads_what_the_kernel_reads(void **state)
{
	const char *end;

	assert_int_equal(memparse("256M", &end), 256 * MiB);
	assert_string_equal(end, "");
	assert_int_equal(memparse("0x10k@3", &end), 16 * KiB);
	assert_string_equal(end, "@3");
	assert_int_equal(memparse("010", NULL), 8);
	assert_int_equal(memparse("09", &end), 0);
	assert_string_equal(end, "9");
	assert_int_equal(memparse("0xg", &end), 0);
	assert_string_equal(end, "xg");
	assert_int_equal(memparse("", &end), 0);
	assert_string_equal(end, "");
	assert_int_equal(memparse("-1", &end), 0);
	assert_string_equal(end, "-1");
	assert_int_equal(memparse("1T", NULL), TiB);
	assert_int_equal(memparse("2p", NULL), 2 * PiB);
	assert_int_equal(memparse("1E", NULL), 1ULL << 60);
	assert_int_equal(memparse("18446744073709551617", NULL), 1); /* wraps, silently */
}

/* Quotes keep blanks together; "--" ends the kernel's part; '-' and '_' are the same in names. */
static void test_words_are_cut_as_the_kernel_cuts_them(void **state)
{
	struct fixture *f = *state;
	const struct cmdline *c = parse(f, "x86_64",
		"  quiet dyndbg=\"file a.c +p\" \"spaced name=x\" root=/dev/sda1  kernelcore=1M -- mem=1G");

	assert_int_equal(c->nr_arg, 5);
	assert_string_equal(c->arg[0].name, "quiet");
	assert_null(c->arg[0].value);
	assert_string_equal(c->arg[1].name, "dyndbg");
	assert_string_equal(c->arg[1].value, "file a.c +p");
	assert_string_equal(c->arg[2].name, "spaced name");
	assert_string_equal(c->arg[2].value, "x");
	assert_string_equal(c->arg[3].value, "/dev/sda1");
	assert_false(c->arg[3].known);
	assert_true(c->arg[4].known);
	assert_int_equal(c->nr_memmap, 0);
	parse(f, "x86_64", "movable-node");
	assert_true(f->c.movable_node);
}

static void test_empty_line_leaves_defaults(void **state)
{
	const struct cmdline *c = parse(*state, "x86_64", "   ");

	assert_int_equal(c->nr_arg, 0);
	assert_int_equal(c->memory_limit, ~0ULL);
	assert_int_equal(c->cma_size, ~0ULL);
	assert_int_equal(c->highmem_pages, ~0ULL);
	assert_int_equal(c->thp, THP_DEFAULT);
	assert_int_equal(c->maxcpus, ~0u);
	assert_false(c->userdef);
}

static void test_mem_on_x86_cuts_the_map(void **state)
{
	const struct cmdline *c = parse(*state, "x86_64", "mem=1G");

	assert_int_equal(c->nr_memmap, 1);
	assert_op(c, 0, MEMMAP_LIMIT, GiB, ~0ULL - GiB, E820_TYPE_RAM, 0);
	assert_true(c->userdef);
	assert_int_equal(c->max_mem_size, GiB);
	c = parse(*state, "x86_64", "mem=nonsense");
	assert_int_equal(c->nr_memmap, 0);
	assert_true(c->userdef);
	assert_string_equal(c->note[0], "Malformed early option 'mem'");
	c = parse(*state, "x86_64", "mem=nopentium");
	assert_false(c->userdef);
	assert_string_equal(c->note[0], "mem=nopentium ignored! (only supported on x86_32)");
	c = parse(*state, "i386", "mem=nopentium");
	assert_int_equal(c->nr_note, 0);
	c = parse(*state, "x86_64", "mem");
	assert_string_equal(c->note[0], "Malformed early option 'mem'");
}

static void test_mem_on_arm64_is_a_limit_of_whole_pages(void **state)
{
	const struct cmdline *c = parse(*state, "arm64", "mem=300M mem=0x10000fff");

	assert_int_equal(c->memory_limit, 0x10000000);
	assert_int_equal(c->nr_memmap, 0);
	assert_string_equal(c->note[1], "Memory limited to 256MB");
	c = parse(*state, "arm64", "memmap=1G@0");
	assert_false(c->arg[0].known);
}

/* All forms, in order, as lists and as repeated parameters. */
static void test_memmap_has_six_forms(void **state)
{
	const struct cmdline *c = parse(*state, "x86_64",
		"memmap=exactmap memmap=640K@0,1023M@1M memmap=64K#0x1000,4K$0x2000 memmap=1G!4G memmap=2G "
		"memmap=16K%0x8000-1+2,4K%0-2 memmap=4K%4K+5,8K%0");

	assert_int_equal(c->nr_memmap, 11);
	assert_op(c, 0, MEMMAP_EXACT, 0, 0, 0, 0);
	assert_op(c, 1, MEMMAP_ADD, 0, 640 * KiB, 0, E820_TYPE_RAM);
	assert_op(c, 2, MEMMAP_ADD, MiB, 1023 * MiB, 0, E820_TYPE_RAM);
	assert_op(c, 3, MEMMAP_ADD, 0x1000, 64 * KiB, 0, E820_TYPE_ACPI);
	assert_op(c, 4, MEMMAP_ADD, 0x2000, 4 * KiB, 0, E820_TYPE_RESERVED);
	assert_op(c, 5, MEMMAP_ADD, 4 * GiB, GiB, 0, E820_TYPE_PRAM);
	assert_op(c, 6, MEMMAP_LIMIT, 2 * GiB, ~0ULL - 2 * GiB, E820_TYPE_RAM, 0);
	assert_op(c, 7, MEMMAP_UPDATE, 0x8000, 16 * KiB, 1, 2);
	assert_op(c, 8, MEMMAP_REMOVE, 0, 4 * KiB, 2, 0);
	assert_op(c, 9, MEMMAP_ADD, 4 * KiB, 4 * KiB, 0, 5);
	assert_op(c, 10, MEMMAP_REMOVE, 0, 8 * KiB, 0, 0);
	assert_true(c->userdef);
}

static void test_memmap_nonsense_is_ignored(void **state)
{
	const struct cmdline *c = parse(*state, "x86_64", "memmap=nonsense,,4K%1-2x");

	assert_int_equal(c->nr_memmap, 0);
	assert_string_equal(c->note[0], "memmap=nonsense ignored: no size");
}

static void test_kernelcore_takes_size_percent_or_mirror(void **state)
{
	const struct cmdline *c = parse(*state, "x86_64", "kernelcore=256M movablecore=30%");

	assert_int_equal(c->kernelcore.pages, 65536);
	assert_int_equal(c->kernelcore.percent, 0);
	assert_int_equal(c->movablecore.percent, 30);
	c = parse(*state, "x86_64", "kernelcore=mirror");
	assert_true(c->kernelcore_mirror);
	assert_int_equal(c->kernelcore.pages, 0);
	c = parse(*state, "x86_64", "kernelcore=50% kernelcore=1G");
	assert_int_equal(c->kernelcore.percent, 0);
	assert_int_equal(c->kernelcore.pages, 262144);
	c = parse(*state, "x86_64", "kernelcore=1G kernelcore=150%");
	assert_int_equal(c->kernelcore.percent, 150);
	assert_int_equal(c->kernelcore.pages, 262144);
	assert_string_equal(c->note[0], "kernelcore=150% asks for more than 100 percent");
	c = parse(*state, "x86_64", "kernelcore");
	assert_string_equal(c->note[0], "Malformed early option 'kernelcore'");
}

static void test_kernelcore_counts_pages_of_the_machine(void **state)
{
	struct fixture *f = *state;

	arch_preset(&f->arch, "arm64", NULL);
	arch_set_page_shift(&f->arch, 16, NULL);
	cmdline_parse(&f->c, f->a, &f->arch, "kernelcore=1G");
	assert_int_equal(f->c.kernelcore.pages, 16384);
}

static void test_numa_off_and_fake(void **state)
{
	const struct cmdline *c = parse(*state, "x86_64", "numa=off");

	assert_true(c->numa_off);
	assert_null(c->numa_fake);
	c = parse(*state, "arm64", "numa=fake=4U:10,20 numa=fake=2");
	assert_string_equal(c->numa_fake, "2");
	assert_false(c->numa_off);
	c = parse(*state, "i386", "numa=off");
	assert_false(c->numa_off);
	assert_false(c->arg[0].known);
}

static void test_cma_has_size_base_and_limit(void **state)
{
	const struct cmdline *c = parse(*state, "arm64", "cma=128M");

	assert_int_equal(c->cma_size, 128 * MiB);
	assert_int_equal(c->cma_base, 0);
	assert_int_equal(c->cma_limit, 0);
	c = parse(*state, "arm64", "cma=64M@1G");
	assert_int_equal(c->cma_base, GiB);
	assert_int_equal(c->cma_limit, GiB + 64 * MiB);
	c = parse(*state, "arm64", "cma=64M@1G-2G");
	assert_int_equal(c->cma_limit, 2 * GiB);
	c = parse(*state, "arm64", "cma=0");
	assert_int_equal(c->cma_size, 0);
	c = parse(*state, "x86_64", "cma=128M"); /* no CMA in that kernel */
	assert_int_equal(c->cma_size, ~0ULL);
}

static void test_i386_highmem_and_vmalloc(void **state)
{
	const struct cmdline *c = parse(*state, "i386", "highmem=512M vmalloc=256M");

	assert_int_equal(c->highmem_pages, 131072);
	assert_int_equal(c->vmalloc_reserve, 264 * MiB);
	c = parse(*state, "x86_64", "highmem=512M vmalloc=256M");
	assert_int_equal(c->highmem_pages, ~0ULL);
	assert_int_equal(c->vmalloc_reserve, 0);
}

static void test_hotplug_parameters(void **state)
{
	const struct cmdline *c = parse(*state, "x86_64",
		"memhp_default_state=online_movable memory_hotplug.memmap_on_memory=1 "
		"memory_hotplug.online_policy=auto-movable memory_hotplug.auto_movable_ratio=400 "
		"memory_hotplug.auto_movable_numa_aware=n");

	assert_int_equal(c->memhp_default_state, MEMHP_ONLINE_MOVABLE);
	assert_int_equal(c->memmap_on_memory, OPT_ON);
	assert_false(c->memmap_on_memory_force);
	assert_true(c->auto_movable);
	assert_int_equal(c->auto_movable_ratio, 400);
	assert_int_equal(c->auto_movable_numa_aware, OPT_OFF);
	c = parse(*state, "x86_64", "memory_hotplug.memmap_on_memory=force memhp_default_state=maybe "
		  "memory_hotplug.online_policy=x");
	assert_true(c->memmap_on_memory_force);
	assert_int_equal(c->memhp_default_state, MEMHP_DEFAULT);
	assert_string_equal(c->note[0], "memhp_default_state=maybe ignored: use offline, online, online_kernel "
			    "or online_movable");
	assert_string_equal(c->note[1], "memory_hotplug.online_policy=x ignored: use contig-zones or auto-movable");
}

static void test_switches_take_the_kernels_booleans(void **state)
{
	const struct cmdline *c = parse(*state, "x86_64",
		"page_owner=on init_on_alloc=0 init_on_free=Yes memblock=debug hashdist=0 nokaslr noefi");

	assert_int_equal(c->page_owner, OPT_ON);
	assert_int_equal(c->init_on_alloc, OPT_OFF);
	assert_int_equal(c->init_on_free, OPT_ON);
	assert_int_equal(c->memblock_debug, OPT_ON);
	assert_int_equal(c->hashdist, OPT_OFF);
	assert_true(c->nokaslr && c->noefi);
	c = parse(*state, "x86_64", "page_owner=perhaps");
	assert_int_equal(c->page_owner, OPT_UNSET);
	assert_string_equal(c->note[0], "Malformed early option 'page_owner'");
}

static void test_slab_thp_and_the_rest(void **state)
{
	const struct cmdline *c = parse(*state, "x86_64",
		"slub_nomerge slab_debug=FZ,dentry slab_min_order=1 slub_max_order=2 slab_min_objects=9 "
		"transparent_hugepage=never nr_cpus=4 maxcpus=2 dhash_entries=1024 log_buf_len=3M "
		"crashkernel=128M crashkernel=256M,high sysctl.vm.min_free_kbytes=65536");

	assert_true(c->slab_nomerge);
	assert_string_equal(c->slab_debug, "FZ,dentry");
	assert_int_equal(c->slab_min_order, 1);
	assert_int_equal(c->slab_max_order, 2);
	assert_int_equal(c->slab_min_objects, 9);
	assert_int_equal(c->thp, THP_NEVER);
	assert_int_equal(c->nr_cpus, 4);
	assert_int_equal(c->maxcpus, 2);
	assert_int_equal(c->dhash_entries, 1024);
	assert_int_equal(c->log_buf_len, 4 * MiB);
	assert_string_equal(c->crashkernel, "256M,high");
	assert_int_equal(c->min_free_kbytes, 65536);
	c = parse(*state, "x86_64", "transparent_hugepage=sometimes nosmp nr_cpus=-3 slab_debug");
	assert_int_equal(c->thp, THP_DEFAULT);
	assert_string_equal(c->note[0], "transparent_hugepage= cannot parse, ignored");
	assert_int_equal(c->maxcpus, 0);
	assert_int_equal(c->nr_cpus, 0);
	assert_string_equal(c->slab_debug, "");
}

/* --- huge pages ------------------------------------------------------------ */

static bool online_below_2(const void *ctx, int nid)
{
	return nid < 2;
}

/* The plan as text: "size:count[nid:count ...]" with * for gigantic and = for the default. */
static void assert_plan(struct fixture *f, const char *arch, const char *text, const char *want)
{
	struct hugetlb_plan plan;
	char got[256] = "";
	size_t n = 0;

	parse(f, arch, text);
	cmdline_hugetlb(&f->c, f->a, &f->arch, online_below_2, NULL, &plan);
	for (u32 i = 0; i < plan.nr; i++) {
		const struct hugetlb_request *r = &plan.req[i];

		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%lluM%s%s:%llu", i ? " " : "",
				      (unsigned long long)(r->size >> 20), r->gigantic ? "*" : "",
				      r->is_default ? "=" : "", (unsigned long long)r->count);
		for (u32 j = 0; j < r->nr_node; j++)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "[%d:%llu]", r->node[j].nid,
					      (unsigned long long)r->node[j].count);
	}
	assert_string_equal(got, want);
}

static void test_hugepages_first_count_goes_to_the_default_size(void **state)
{
	assert_plan(*state, "x86_64", "", "1024M*:0 2M=:0");
	assert_plan(*state, "x86_64", "hugepages=64", "1024M*:0 2M=:64");
	assert_plan(*state, "x86_64", "hugepages=4 default_hugepagesz=1G", "1024M*=:4 2M:0");
}

static void test_hugepages_belong_to_the_size_before_them(void **state)
{
	assert_plan(*state, "x86_64", "hugepagesz=1G hugepages=2 hugepagesz=2M hugepages=512",
		    "1024M*:2 2M=:512");
	assert_plan(*state, "x86_64", "default_hugepagesz=1G hugepages=3 hugepagesz=2M hugepages=7",
		    "1024M*=:3 2M:7");
	assert_plan(*state, "arm64", "hugepagesz=32M hugepages=1", "32M*:1 1024M*:0 2M=:0 0M:0");
}

static void test_hugepages_per_node(void **state)
{
	assert_plan(*state, "x86_64", "hugepages=0:64,1:32", "1024M*:0 2M=:96[0:64][1:32]");
	assert_plan(*state, "x86_64", "hugepagesz=1G hugepages=1:2", "1024M*:2[1:2] 2M=:0");
}

static void test_hugepages_mistakes_are_the_kernels(void **state)
{
	struct fixture *f = *state;

	assert_plan(f, "x86_64", "hugepagesz=4M hugepages=5 hugepages=6", "1024M*:0 2M=:6");
	assert_string_equal(f->c.note[0], "HugeTLB: unsupported hugepagesz=4M");
	assert_string_equal(f->c.note[1], "HugeTLB: hugepages=5 does not follow a valid hugepagesz, ignoring");
	assert_plan(f, "x86_64", "hugepages=1 hugepages=2", "1024M*:0 2M=:1");
	assert_string_equal(f->c.note[0], "HugeTLB: hugepages= specified twice without interleaving hugepagesz=, "
			    "ignoring hugepages=2");
	assert_plan(f, "x86_64", "hugepagesz=2M hugepages=1 hugepagesz=2M hugepages=2", "2M=:1 1024M*:0");
	assert_string_equal(f->c.note[0], "HugeTLB: hugepagesz=2M specified twice, ignoring");
	assert_plan(f, "x86_64", "hugepages=0:1,7:2", "1024M*:0 2M=:0");
	assert_string_equal(f->c.note[0], "HugeTLB: Invalid hugepages parameter 7:2");
	assert_plan(f, "x86_64", "hugepages=lots", "1024M*:0 2M=:0");
	assert_string_equal(f->c.note[0], "HugeTLB: Invalid hugepages parameter lots");
	assert_plan(f, "x86_64", "default_hugepagesz=2M default_hugepagesz=1G", "2M=:0 1024M*:0");
	assert_string_equal(f->c.note[0], "HugeTLB: default_hugepagesz previously specified, ignoring 1G");
	assert_plan(f, "x86_64", "default_hugepagesz=3M", "1024M*:0 2M=:0");
	assert_string_equal(f->c.note[0], "HugeTLB: unsupported default_hugepagesz=3M");
}

/* The count without a size overrules the one with the default size, and both are told. */
static void test_hugepages_implicit_default_overrules_explicit(void **state)
{
	struct fixture *f = *state;

	assert_plan(f, "x86_64", "hugepages=8 hugepagesz=2M hugepages=4", "2M=:8 1024M*:0");
	assert_string_equal(f->c.note[0], "HugeTLB: Ignoring hugepages=4 associated with 2.00 MiB page size");
	assert_string_equal(f->c.note[1], "HugeTLB: Using hugepages=8 for number of default huge pages");
}

/* Garbage of all kinds: expect no crash, and every word kept. */
static void test_random_text_never_breaks_the_parser(void **state)
{
	static const char *const piece[] = {
		"mem=", "memmap=", "hugepages=", "hugepagesz=", "numa=fake=", "cma=", "kernelcore=", "\"", " ",
		"=", ",", "@", "%", "$", "!", "-", "+", ":", "0x", "99999999999999999999", "1G", "mirror", "--",
		"\t", "default_hugepagesz=", "nr_cpus=", "exactmap", "slab_debug", "\x80\xff", "0", "2M",
	};
	struct fixture *f = *state;
	struct hugetlb_plan plan;
	u64 seed = 612;
	struct rng r;

	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int round = 0; round < 3000; round++) {
		char text[512] = "";

		for (u64 n = rng_below(&r, 20); n; n--)
			strcat(text, piece[rng_below(&r, ARRAY_SIZE(piece))]);
		parse(f, arch_preset_name((unsigned)rng_below(&r, NR_ARCH)), text);
		cmdline_hugetlb(&f->c, f->a, &f->arch, NULL, NULL, &plan);
		assert_string_equal(f->c.text, text);
		assert_true(plan.nr >= 1);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_memparse_reads_what_the_kernel_reads),
		T(test_words_are_cut_as_the_kernel_cuts_them),
		T(test_empty_line_leaves_defaults),
		T(test_mem_on_x86_cuts_the_map),
		T(test_mem_on_arm64_is_a_limit_of_whole_pages),
		T(test_memmap_has_six_forms),
		T(test_memmap_nonsense_is_ignored),
		T(test_kernelcore_takes_size_percent_or_mirror),
		T(test_kernelcore_counts_pages_of_the_machine),
		T(test_numa_off_and_fake),
		T(test_cma_has_size_base_and_limit),
		T(test_i386_highmem_and_vmalloc),
		T(test_hotplug_parameters),
		T(test_switches_take_the_kernels_booleans),
		T(test_slab_thp_and_the_rest),
		T(test_hugepages_first_count_goes_to_the_default_size),
		T(test_hugepages_belong_to_the_size_before_them),
		T(test_hugepages_per_node),
		T(test_hugepages_mistakes_are_the_kernels),
		T(test_hugepages_implicit_default_overrules_explicit),
		T(test_random_text_never_breaks_the_parser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
