/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exporting: real programs read the folder, importing it gives the same machine again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc/node.h"
#include "import_fixture.h"
#include "io/config.h"
#include "io/export.h"
#include "io/import.h"
#include "io/import_state.h"

/* Two nodes of 512 MiB with a hole between them, two cpus. */
static const char two_nodes[] =
	"[machine]\narch = x86_64\ncpus = 2\n"
	"[firmware]\nram = 0x0-0x9fbff\nram = 0x100000-0x1fffffff\nram = 0x100000000-0x11fffffff\n"
	"[node 0]\nmemory = 0x0-0x1fffffff\ncpus = 0\ndistance = 10 21\n"
	"[node 1]\nmemory = 0x100000000-0x11fffffff\ncpus = 1\ndistance = 21 10\n";

static struct desc *two_node_desc(void)
{
	struct mm_error err = { 0 };
	struct desc *d = config_parse(two_nodes, sizeof(two_nodes) - 1, "two-nodes.ini", &err);

	if (!d)
		fail_msg("%s", err.msg);
	return d;
}

/* A name for a folder that does not exist yet; its parent is a new temporary one. */
static char *place(char **parent)
{
	char *path = malloc(PATH_MAX);

	*parent = root_create();
	snprintf(path, PATH_MAX, "%s/machine", *parent);
	return path;
}

static void must_export(struct system *sys, const char *dir)
{
	struct mm_error err = { 0 };
	u64 nr = 0;

	if (export_dir(sys, dir, &nr, &err))
		fail_msg("%s", err.msg);
	assert_true(nr > 40);
}

/* Output of a command line; NULL when the program is not installed. */
static char *output_of(const char *fmt, const char *dir)
{
	char line[PATH_MAX + 256], *text = calloc(1, 1 << 20);
	size_t n;
	FILE *f;

	snprintf(line, sizeof(line), fmt, dir);
	f = popen(line, "r");
	assert_non_null(f);
	n = fread(text, 1, (1 << 20) - 1, f);
	text[n] = '\0';
	if (pclose(f) == 127 << 8 || !n) {
		free(text);
		return NULL;
	}
	return text;
}

/* Blanks squeezed, none at line ends. */
static char *squeeze(char *text)
{
	char *to = text;

	for (char *s = text; *s; s++) {
		if (*s == ' ' && (to == text || to[-1] == ' ' || to[-1] == '\n'))
			continue;
		if (*s == '\n' && to > text && to[-1] == ' ')
			to--;
		*to++ = *s;
	}
	*to = '\0';
	return text;
}

#define LSMEM "lsmem -a -o RANGE,SIZE,STATE,REMOVABLE,BLOCK,NODE,ZONES -s %s 2>/dev/null"

/* lsmem finds every block, its node through the link, its zones. */
static void lsmem_reads_the_exported_blocks(void **state)
{
	struct desc *d = two_node_desc();
	char *parent, *dir = place(&parent), *text;
	struct booted b;

	boot_desc(&b, d, BOOT_LATE);
	must_export(b.sys, dir);
	text = output_of(LSMEM, dir);
	booted_cleanup(&b);
	desc_free(d);
	root_remove(parent);
	free(dir);
	if (!text)
		skip();
	squeeze(text);
	assert_non_null(strstr(text, "0x0000000018000000-0x000000001fffffff 128M online yes 3 0 DMA32\n"));
	assert_non_null(strstr(text, "0x0000000100000000-0x0000000107ffffff 128M online yes 32 1 Normal\n"));
	assert_non_null(strstr(text, "Total online memory: 1G\n"));
	free(text);
}

/* hwloc sees two packages, each with its memory and its core. */
static void lstopo_reads_nodes_and_cpus(void **state)
{
	struct desc *d = two_node_desc();
	char *parent, *dir = place(&parent), *text;
	struct booted b;

	boot_desc(&b, d, BOOT_LATE);
	must_export(b.sys, dir);
	text = output_of("lstopo-no-graphics --if fsroot --input %s --of console 2>/dev/null", dir);
	booted_cleanup(&b);
	desc_free(d);
	root_remove(parent);
	free(dir);
	if (!text)
		skip();
	squeeze(text);
	assert_non_null(strstr(text, "Package L#1\nNUMANode L#1 (P#1"));
	assert_non_null(strstr(text, "Core L#1 + PU L#1 (P#1)"));
	free(text);
}

/* Somebody's files are in the way: refused, untouched. A path that cannot be: nothing is left behind. */
static void export_never_overwrites_and_leaves_nothing_half_done(void **state)
{
	struct desc *d = two_node_desc();
	char *parent, *dir = place(&parent), path[PATH_MAX + 32], *left;
	struct mm_error err = { 0 };
	struct booted b;

	boot_desc(&b, d, BOOT_LATE);
	root_puts(parent, "machine/mine.txt", "do not touch\n");
	assert_int_equal(export_dir(b.sys, dir, NULL, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "not empty"));
	snprintf(path, sizeof(path), "%s/mine.txt", dir);
	assert_int_equal(access(path, R_OK), 0);
	memset(&err, 0, sizeof(err));
	snprintf(path, sizeof(path), "%s/no/such/parent", parent);
	assert_int_equal(export_dir(b.sys, path, NULL, &err), -ENOENT);
	left = output_of("ls %s | wc -l", parent);
	assert_string_equal(left, "1\n");
	free(left);
	booted_cleanup(&b);
	desc_free(d);
	root_remove(parent);
	free(dir);
}

/* Into an empty folder that exists: allowed. */
static void export_fills_an_empty_folder(void **state)
{
	struct desc *d = two_node_desc();
	char *dir = root_create(), path[PATH_MAX];
	struct booted b;

	boot_desc(&b, d, BOOT_LATE);
	must_export(b.sys, dir);
	snprintf(path, sizeof(path), "%s/proc/zoneinfo", dir);
	assert_int_equal(access(path, R_OK), 0);
	booted_cleanup(&b);
	desc_free(d);
	root_remove(dir);
}

/* A machine file, exported and imported: expect the same firmware, nodes, distances, cpus. */
static void a_machine_comes_back_from_its_export(void **state)
{
	struct desc *d = two_node_desc(), *again;
	struct text why = TEXT_INIT;
	char *parent, *dir = place(&parent);
	struct mm_error err = { 0 };
	struct booted b;

	boot_desc(&b, d, BOOT_LATE);
	must_export(b.sys, dir);
	again = import_root(dir, IMPORT_NO_STATE, NULL, &err);
	assert_non_null(again);
	assert_int_equal(again->nr_cpus, d->nr_cpus);
	assert_int_equal(again->nr_mem, d->nr_mem);
	for (size_t i = 0; i < d->nr_mem; i++) {
		assert_int_equal(again->mem[i].start, d->mem[i].start);
		assert_int_equal(again->mem[i].end, d->mem[i].end);
		assert_int_equal(again->mem[i].nid, d->mem[i].nid);
	}
	for (size_t i = 0; i < d->nr_fw; i++) {
		assert_int_equal(again->fw[i].start, d->fw[i].start);
		assert_int_equal(again->fw[i].end, d->fw[i].end);
		assert_int_equal(again->fw[i].type, d->fw[i].type);
	}
	assert_int_equal(again->node[1].distance[0], 21);
	assert_int_equal(again->node[1].cpu[1], 1);
	desc_free(again);
	booted_cleanup(&b);
	desc_free(d);
	text_cleanup(&why);
	root_remove(parent);
	free(dir);
}

/* arm64 with 64 KiB pages: expect the page size to come back, and with it the orders. */
static void the_page_size_comes_back(void **state)
{
	static const char ini[] = "[machine]\narch = arm64\ncpus = 1\n[arch]\npage_size = 64K\n"
				  "[firmware]\nram = 0x80000000-0x17fffffff\n";
	struct mm_error err = { 0 };
	struct desc *d = config_parse(ini, sizeof(ini) - 1, "64k.ini", &err), *again;
	char *parent, *dir = place(&parent);
	struct booted b;

	if (!d)
		fail_msg("%s", err.msg);
	boot_desc(&b, d, BOOT_LATE);
	must_export(b.sys, dir);
	again = import_root(dir, 0, NULL, &err);
	if (!again)
		fail_msg("%s", err.msg);
	assert_int_equal(again->arch.page_shift, 16);
	assert_int_equal(again->arch.max_page_order, d->arch.max_page_order);
	desc_free(again);
	booted_cleanup(&b);
	desc_free(d);
	root_remove(parent);
	free(dir);
}

static void round_trip(const char *machine, const char *root, void *arg)
{
	struct text why = TEXT_INIT;
	char *parent, *dir = place(&parent);
	struct mm_error err = { 0 };
	struct desc *d, *again;
	struct booted b;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/proc/pagetypeinfo", root);
	if (access(path, R_OK))
		goto out;
	d = import_root(root, 0, NULL, &err);
	if (!d)
		fail_msg("%s: %s", machine, err.msg);
	boot_desc(&b, d, BOOT_LATE);
	import_apply_state(b.sys, &why);
	text_clear(&why);
	must_export(b.sys, dir);
	again = import_root(dir, 0, NULL, &err);
	if (!again)
		fail_msg("%s: %s", machine, err.msg);
	assert_int_equal(desc_set_string(&again->name, d->name) | desc_set_string(&again->title, d->title) |
			 desc_set_string(&again->hostfacts, d->hostfacts), 0);
	if (!desc_equal(d, again, &why))
		fail_msg("%s: %s", machine, text_str(&why));
	desc_free(again);
	booted_cleanup(&b);
	desc_free(d);
out:
	text_cleanup(&why);
	root_remove(parent);
	free(dir);
}

/* Import, boot, export, import: the same description, down to the last reservation and free count. */
static void captures_survive_the_round_trip(void **state)
{
	if (!each_capture(round_trip, NULL))
		skip();
}

static void lsmem_equal(const char *machine, const char *root, void *arg)
{
	static const char *const names[] = { "lsmem-a", "lsmem.txt" };
	char *parent, *dir = place(&parent), path[PATH_MAX], *want = NULL, *got;
	struct mm_error err = { 0 };
	struct booted b;
	struct desc *d;

	for (size_t i = 0; i < ARRAY_SIZE(names) && !want; i++) {
		snprintf(path, sizeof(path), "%.*s%s", (int)(strlen(root) - 4), root, names[i]);
		want = access(path, R_OK) ? NULL : output_of("cat %s", path);
	}
	d = want ? import_root(root, IMPORT_WITHHOLD, NULL, &err) : NULL;
	if (d) {
		boot_desc(&b, d, BOOT_LATE);
		must_export(b.sys, dir);
		got = output_of(LSMEM, dir);
		if (got)
			assert_string_equal(squeeze(got), squeeze(want));
		else
			*(bool *)arg = true;
		free(got);
		booted_cleanup(&b);
		desc_free(d);
	}
	free(want);
	root_remove(parent);
	free(dir);
}

/* What lsmem printed on the captured machine, and what it prints on our prediction of it. */
static void lsmem_agrees_with_the_captures(void **state)
{
	bool missing = false;

	if (!each_capture(lsmem_equal, &missing) || missing)
		skip();
}

/* The first line of @root/sys/devices/system/node/node@nid/@name that holds @key; NULL: no such file. */
static char *node_line(const char *root, int nid, const char *name, const char *key)
{
	char line[PATH_MAX];

	snprintf(line, sizeof(line), "grep -h '%s' %s/sys/devices/system/node/node%d/%s 2>/dev/null", key, root, nid, name);
	return output_of("%s", line);
}

/* "Node 0 MemTotal: 992500 kB" of the capture, "(P#0 local=992500KB" of lstopo. */
static void node_memory_agrees(const char *machine, const char *text, const char *meminfo, int nid)
{
	unsigned long long kb = strtoull(strstr(meminfo, "MemTotal:") + sizeof("MemTotal:"), NULL, 10);
	char want[64];

	if (kb)
		snprintf(want, sizeof(want), "(P#%d local=%lluKB", nid, kb);
	else
		snprintf(want, sizeof(want), "NUMANode L#%d (P#%d)", nid, nid);
	if (!strstr(text, want))
		fail_msg("%s: lstopo does not say '%s': %s", machine, want, text);
}

/* A row of lstopo's matrix: the node, then the capture's line. */
static void distances_agree(const char *machine, const char *text, const char *row, int nid)
{
	char want[256];

	snprintf(want, sizeof(want), "\n%d %s", nid, row);
	if (strchr(row, ' ') && !strstr(text, want))
		fail_msg("%s: lstopo's distances of node %d are not %s: %s", machine, nid, row, text);
}

static void lstopo_equal(const char *machine, const char *root, void *arg)
{
	struct mm_error err = { 0 };
	struct desc *d = import_root(root, IMPORT_WITHHOLD, NULL, &err);
	char *parent, *dir = place(&parent), *text, *meminfo, *row;
	struct booted b;

	if (!d)
		fail_msg("%s: %s", machine, err.msg);
	boot_desc(&b, d, BOOT_LATE);
	must_export(b.sys, dir);
	booted_cleanup(&b);
	desc_free(d);
	text = output_of("lstopo-no-graphics --if fsroot --input %s --of console -v 2>/dev/null", dir);
	for (int nid = 0; text && (meminfo = node_line(root, nid, "meminfo", "MemTotal")); nid++) {
		row = node_line(root, nid, "distance", ".");
		node_memory_agrees(machine, nid ? text : squeeze(text), meminfo, nid);
		distances_agree(machine, text, squeeze(row), nid);
		*(int *)arg += 1;
		free(meminfo);
		free(row);
	}
	free(text);
	root_remove(parent);
	free(dir);
}

/* On our prediction of a captured machine hwloc finds the captured nodes, their memory and distances. */
static void lstopo_agrees_with_the_captures(void **state)
{
	int nodes = 0;

	if (!each_capture(lstopo_equal, &nodes) || !nodes)
		skip();
	assert_true(nodes > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lsmem_reads_the_exported_blocks),
		cmocka_unit_test(lstopo_reads_nodes_and_cpus),
		cmocka_unit_test(export_never_overwrites_and_leaves_nothing_half_done),
		cmocka_unit_test(export_fills_an_empty_folder),
		cmocka_unit_test(a_machine_comes_back_from_its_export),
		cmocka_unit_test(the_page_size_comes_back),
		cmocka_unit_test(captures_survive_the_round_trip),
		cmocka_unit_test(lsmem_agrees_with_the_captures),
		cmocka_unit_test(lstopo_agrees_with_the_captures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
