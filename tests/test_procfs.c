/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of kernel files: with all digits masked, the model prints what captured
 * kernels print, line for line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot_fixture.h"
#include "io/import.h"
#include "io/procfs.h"

static const char *shared_folder(void)
{
	const char *s = getenv("MMVIEW_SHARED");

	return s ? s : "../shared";
}

/* The file of a capture (free it), or NULL. */
static char *capture_file(const char *machine, const char *file)
{
	char path[1024];
	char *buf = NULL;
	long n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/kernel/%s/root/%s", shared_folder(), machine, file);
	f = fopen(path, "rb");
	if (!f)
		return NULL;
	if (!fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0 && !fseek(f, 0, SEEK_SET)) {
		buf = calloc(1, (size_t)n + 1);
		if (buf)
			buf[fread(buf, 1, (size_t)n, f)] = '\0';
	}
	fclose(f);
	return buf;
}

static struct boot_fixture *boot_capture(const char *machine)
{
	struct boot_fixture *f = bf_new("x86_64", 1, "");
	char path[1024];

	snprintf(path, sizeof(path), "%s/kernel/%s/root", shared_folder(), machine);
	desc_free(f->desc);
	f->desc = import_root(path, IMPORT_WITHHOLD | IMPORT_NO_STATE, NULL, &f->err);
	if (!f->desc) {
		f->desc = desc_new();
		bf_free(f);
		return NULL;
	}
	bf_must_boot(f, BOOT_LATE);
	return f;
}

/* Runs of digits (and of blanks in front of them) become one '#'. */
static void mask(char *s)
{
	char *out = s;

	while (*s) {
		size_t blanks = strspn(s, " "), digits = strspn(s + blanks, "0123456789");

		if (digits) {
			*out++ = '#';
			s += blanks + digits;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

/* Same lines in the same order, with digits masked. */
static void expect_same_shape(const char *what, char *want, char *got)
{
	mask(want);
	mask(got);
	for (int line = 1; *want || *got; line++) {
		size_t w = strcspn(want, "\n"), g = strcspn(got, "\n");

		if (w != g || memcmp(want, got, w)) {
			print_error("%s line %d\n  kernel: %.*s\n  model:  %.*s\n", what, line, (int)w, want, (int)g, got);
			fail();
		}
		want += w + (want[w] == '\n');
		got += g + (got[g] == '\n');
	}
}

static void check_shape(struct boot_fixture *f, const char *machine, const char *name)
{
	struct text t = TEXT_INIT;
	char path[64];
	char *want;

	snprintf(path, sizeof(path), "proc/%s", name);
	want = capture_file(machine, path);
	assert_non_null(want);
	procfs_find(name)->print(f->sys, &t);
	text_puts(&t, "");
	expect_same_shape(name, want, t.buf);
	text_cleanup(&t);
	free(want);
}

/* One machine of each architecture, and one with several nodes. */
static void test_files_have_the_kernels_shape(void **state)
{
	static const char *const machines[] = { "x86_64/numa2", "x86_64/pc-6g", "x86_64/numa-memless",
						"arm64/seed", "i386/highmem-2g-612" };
	static const char *const files[] = { "zoneinfo", "buddyinfo", "pagetypeinfo", "vmstat" };
	/* meminfo is left out: the kernel tells of vmalloc and the direct map what the model has not. */

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		struct boot_fixture *f = boot_capture(machines[i]);

		if (!f) {
			print_message("no captures in %s/kernel; set MMVIEW_SHARED\n", shared_folder());
			skip();
		}
		for (size_t k = 0; k < ARRAY_SIZE(files); k++)
			check_shape(f, machines[i], files[k]);
		bf_free(f);
	}
}

/* Whole files that hold no moving numbers: expect every byte. */
static void test_lsmem_table_is_that_of_the_tool(void **state)
{
	struct boot_fixture *f = boot_capture("x86_64/numa2");
	struct text t = TEXT_INIT;
	char path[1024];
	char want[8192];
	FILE *file;

	if (!f)
		skip();
	snprintf(path, sizeof(path), "%s/kernel/x86_64/numa2/lsmem.txt", shared_folder());
	file = fopen(path, "rb");
	assert_non_null(file);
	want[fread(want, 1, sizeof(want) - 1, file)] = '\0';
	fclose(file);
	procfs_blocks(f->sys, &t);
	assert_string_equal(text_str(&t), want);
	text_cleanup(&t);
	bf_free(f);
}

static struct boot_fixture *two_nodes(void)
{
	struct boot_fixture *f = bf_new("x86_64", 3, "");

	bf_node(f, 0, MiB, GiB);
	bf_node(f, 1, GiB, 2 * GiB);
	bf_cpu(f, 0, 0);
	bf_cpu(f, 0, 2);
	bf_cpu(f, 1, 1);
	bf_distance(f, 0, 1, 21);
	bf_distance(f, 1, 0, 21);
	bf_must_boot(f, BOOT_LATE);
	return f;
}

static void test_nodes_and_zonelists_as_text(void **state)
{
	struct boot_fixture *f = two_nodes();
	struct text t = TEXT_INIT;

	procfs_nodes(f->sys, &t);
	assert_non_null(strstr(text_str(&t), "available: 2 nodes (0-1)\nnode 0 cpus: 0 2\nnode 0 size: "));
	assert_non_null(strstr(text_str(&t), "node distances:\nnode   0   1 \n  0:  10  21 \n  1:  21  10 \n"));
	text_clear(&t);
	procfs_zonelists(f->sys, &t);
	assert_string_equal(text_str(&t), "Node 0: 0/DMA32 0/DMA 1/DMA32\nNode 1: 1/DMA32 0/DMA32 0/DMA\n");
	text_cleanup(&t);
	bf_free(f);
}

static void test_sections_are_runs_by_node(void **state)
{
	struct boot_fixture *f = two_nodes();
	struct text t = TEXT_INIT;

	procfs_sections(f->sys, &t);
	assert_non_null(strstr(text_str(&t),
			       "section 0-7: [mem 0x0000000000000000-0x000000003fffffff] 1 GiB node 0\n"
			       "section 8-15: [mem 0x0000000040000000-0x000000007fffffff] 1 GiB node 1\n"));
	text_cleanup(&t);
	bf_free(f);
}

static bool bit_set(const void *ctx, int i) { return *(const unsigned *)ctx >> i & 1; }

static void test_lists_are_written_as_the_kernel_does(void **state)
{
	static const struct { unsigned bits; const char *want; } rows[] = {
		{ 0, "" }, { 1, "0" }, { 0xf, "0-3" }, { 0x2d, "0,2-3,5" }, { 0x80000001u, "0,31" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct text t = TEXT_INIT;

		procfs_list(&t, 32, bit_set, &rows[i].bits);
		assert_string_equal(text_str(&t), rows[i].want);
		text_cleanup(&t);
	}
}

/* Every file prints something at the stage from which it says it does, and later. */
static void test_every_file_prints_from_its_stage_on(void **state)
{
	for (int s = BOOT_FIRMWARE; s < NR_BOOT_STAGES; s++) {
		struct boot_fixture *f = bf_new("x86_64", 1, "");
		const struct procfs_file *p;

		bf_node(f, 0, MiB, GiB);
		bf_must_boot(f, (enum boot_stage)s);
		for (int i = 0; (p = procfs_at(i)); i++) {
			struct text t = TEXT_INIT;

			if ((int)p->from > s)
				continue;
			p->print(f->sys, &t);
			if (!t.len)
				print_error("%s prints nothing at stage %d\n", p->name, s);
			assert_true(t.len);
			text_cleanup(&t);
		}
		bf_free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_have_the_kernels_shape),
		cmocka_unit_test(test_lsmem_table_is_that_of_the_tool),
		cmocka_unit_test(test_nodes_and_zonelists_as_text),
		cmocka_unit_test(test_sections_are_runs_by_node),
		cmocka_unit_test(test_lists_are_written_as_the_kernel_does),
		cmocka_unit_test(test_every_file_prints_from_its_stage_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
