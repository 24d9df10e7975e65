/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check-kernel: boot every captured machine from what firmware and reservations
 * say, with the kernel's answers withheld, and compare every number that both
 * sides have.
 *
 *   check_kernel [-v] [FOLDER]       table of captures; -v lists what differs
 *
 * FOLDER is where kernel/ (captures) and bootlogs/ (logs of real machines, from
 * which the zone lines are predicted) are, by default $MMVIEW_SHARED or ../shared.
 * Exit status 1 when a capture differs, or fewer than 95 % of the logs are right.
 */
#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc/node.h"
#include "bootlog_compare.h"
#include "check_facts.h"
#include "hotplug/memory_hotplug.h"
#include "io/import.h"
#include "io/procfs.h"

#define TRACE_ENTRIES 1024
#define ARENA_BYTES   (16 * GiB)

/* One capture: where the log is that boot sees, and where the answers are. */
struct specimen {
	char name[128];
	char input[PATH_MAX];
	char answers[PATH_MAX];
};

struct totals {
	unsigned captures;
	unsigned compared;
	unsigned different;
};

/* --- reading a capture ------------------------------------------------------------ */

/* The whole file, NUL terminated (caller frees), or NULL. */
static char *read_file(const char *root, const char *path)
{
	char full[2 * PATH_MAX];
	size_t len = 0, n;
	char *buf = NULL;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	f = fopen(full, "rb");
	if (!f)
		return NULL;
	do {
		buf = realloc(buf, len + 65537);
		if (!buf)
			abort();
		n = fread(buf + len, 1, 65536, f);
		len += n;
	} while (n);
	fclose(f);
	buf[len] = '\0';
	return buf;
}

static bool exists(const char *root, const char *path)
{
	char full[2 * PATH_MAX];
	struct stat st;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	return !stat(full, &st);
}

typedef void (*parse_fn)(struct facts *f, const char *text);

static void parse_file(struct facts *f, const char *root, const char *path, parse_fn parse)
{
	char *text = read_file(root, path);

	if (text)
		parse(f, text);
	free(text);
}

/* A file of one line becomes one fact. */
static void one_line_fact(struct facts *f, const char *root, const char *path, const char *key)
{
	char *text = read_file(root, path);

	if (text) {
		text[strcspn(text, "\n")] = '\0';
		for (size_t n = strlen(text); n && text[n - 1] == ' '; n--)
			text[n - 1] = '\0';
		facts_add(f, text, "%s", key);
	}
	free(text);
}

static void real_sysctls(struct facts *f, const char *root)
{
	static const char *const names[] = { "min_free_kbytes", "lowmem_reserve_ratio", "watermark_scale_factor",
					     "watermark_boost_factor", "percpu_pagelist_high_fraction",
					     "extfrag_threshold", "compaction_proactiveness", "swappiness",
					     "zone_reclaim_mode" };
	char path[128], key[128];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "proc/sys/vm/%s", names[i]);
		snprintf(key, sizeof(key), "vm.%s", names[i]);
		one_line_fact(f, root, path, key);
	}
}

static void real_nodes(struct facts *f, const char *root)
{
	static const char *const lists[] = { "online", "possible", "has_cpu", "has_memory", "has_normal_memory" };
	char path[128], key[128];

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		snprintf(path, sizeof(path), "sys/devices/system/node/%s", lists[i]);
		snprintf(key, sizeof(key), "nodes %s", lists[i]);
		one_line_fact(f, root, path, key);
	}
	for (int nid = 0; nid < MAX_NUMNODES; nid++) {
		snprintf(path, sizeof(path), "sys/devices/system/node/node%d/distance", nid);
		snprintf(key, sizeof(key), "node %d distance", nid);
		one_line_fact(f, root, path, key);
		snprintf(path, sizeof(path), "sys/devices/system/node/node%d/cpulist", nid);
		snprintf(key, sizeof(key), "node %d cpulist", nid);
		one_line_fact(f, root, path, key);
	}
}

static void real_block(struct facts *f, const char *root, const char *name)
{
	static const char *const files[] = { "state", "valid_zones", "phys_index", "online", "removable" };
	char path[PATH_MAX], key[320];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "sys/devices/system/memory/%.200s/%s", name, files[i]);
		snprintf(key, sizeof(key), "%.200s %s", name, files[i]);
		one_line_fact(f, root, path, key);
	}
	for (int nid = 0; nid < 64; nid++) {
		snprintf(path, sizeof(path), "sys/devices/system/memory/%.200s/node%d", name, nid);
		if (exists(root, path))
			facts_add(f, "", "%.200s on node %d", name, nid);
	}
}

static void real_blocks(struct facts *f, const char *root)
{
	char path[2 * PATH_MAX];
	struct dirent *e;
	DIR *d;

	one_line_fact(f, root, "sys/devices/system/memory/block_size_bytes", "block_size_bytes");
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory", root);
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (!strncmp(e->d_name, "memory", 6) && e->d_name[6] >= '0' && e->d_name[6] <= '9')
			real_block(f, root, e->d_name);
	if (d)
		closedir(d);
}

static void memory_lines(struct facts *f, const char *text) { facts_lines(f, text, "memblock memory"); }
static void reserved_lines(struct facts *f, const char *text) { facts_lines(f, text, "memblock reserved"); }

static void real_facts(struct facts *f, const struct specimen *c)
{
	parse_file(f, c->answers, "proc/zoneinfo", facts_zoneinfo);
	parse_file(f, c->answers, "proc/meminfo", facts_meminfo);
	parse_file(f, c->answers, "proc/vmstat", facts_vmstat);
	parse_file(f, c->answers, "proc/buddyinfo", facts_buddyinfo);
	parse_file(f, c->answers, "proc/pagetypeinfo", facts_pagetypeinfo);
	parse_file(f, c->answers, "proc/iomem", facts_iomem);
	parse_file(f, c->answers, "sys/kernel/debug/memblock/memory", memory_lines);
	parse_file(f, c->answers, "sys/kernel/debug/memblock/reserved", reserved_lines);
	parse_file(f, c->input, "var/log/dmesg", facts_log);
	real_sysctls(f, c->answers);
	real_nodes(f, c->answers);
	real_blocks(f, c->answers);
}

/* --- what the model says ------------------------------------------------------------ */

static void model_file(struct facts *f, struct system *sys, const char *name, parse_fn parse)
{
	struct text t = TEXT_INIT;

	procfs_find(name)->print(sys, &t);
	parse(f, text_str(&t));
	text_cleanup(&t);
}

static void model_memblock(struct facts *f, struct system *sys)
{
	struct text t = TEXT_INIT;

	memblock_debugfs_show(&sys->memblock, &sys->memblock.memory, &t);
	memory_lines(f, text_str(&t));
	text_clear(&t);
	memblock_debugfs_show(&sys->memblock, &sys->memblock.reserved, &t);
	reserved_lines(f, text_str(&t));
	text_cleanup(&t);
}

static void number_fact(struct facts *f, const char *key, s64 v)
{
	char value[32];

	snprintf(value, sizeof(value), "%lld", (long long)v);
	facts_add(f, value, "%s", key);
}

static void model_sysctls(struct facts *f, struct system *sys)
{
	const struct vm_tunables *vm = &sys->mm.vm;
	struct text t = TEXT_INIT;
	const char *sep = "";

	for_each_zone_type(&sys->mm, zid) {
		if (zid == ZONE_DEVICE)
			continue;
		text_printf(&t, "%s%d", sep, vm->lowmem_reserve_ratio[zid]);
		sep = "\t";
	}
	if (arch_has_zone(&sys->arch, ZONE_DEVICE))
		text_puts(&t, "\t0");
	facts_add(f, text_str(&t), "vm.lowmem_reserve_ratio");
	text_cleanup(&t);
	number_fact(f, "vm.min_free_kbytes", (s64)vm->min_free_kbytes);
	number_fact(f, "vm.watermark_scale_factor", vm->watermark_scale_factor);
	number_fact(f, "vm.watermark_boost_factor", vm->watermark_boost_factor);
	number_fact(f, "vm.percpu_pagelist_high_fraction", vm->percpu_pagelist_high_fraction);
	number_fact(f, "vm.extfrag_threshold", vm->extfrag_threshold);
	number_fact(f, "vm.compaction_proactiveness", vm->compaction_proactiveness);
	number_fact(f, "vm.swappiness", vm->swappiness);
	number_fact(f, "vm.zone_reclaim_mode", vm->zone_reclaim_mode);
}

static bool is_possible(const void *ctx, int i) { return ((const struct mm *)ctx)->node[i]; }
static bool is_online(const void *ctx, int i) { return is_possible(ctx, i) && ((const struct mm *)ctx)->node[i]->online; }
static bool has_cpu(const void *ctx, int i) { return is_online(ctx, i) && node_nr_cpus(ctx, i); }
static bool has_memory(const void *ctx, int i)
{
	return is_online(ctx, i) && node_has_memory(((const struct mm *)ctx)->node[i]);
}
static bool has_normal(const void *ctx, int i)
{
	return is_online(ctx, i) && node_has_normal_memory(((const struct mm *)ctx)->node[i]);
}

static void node_list(struct facts *f, struct system *sys, const char *key, bool (*has)(const void *ctx, int i))
{
	struct text t = TEXT_INIT;

	procfs_list(&t, sys->mm.nr_node_ids, has, &sys->mm);
	facts_add(f, text_str(&t), "nodes %s", key);
	text_cleanup(&t);
}

struct cpus_of_node {
	const struct mm *mm;
	int nid;
};

static bool cpu_is_there(const void *ctx, int cpu)
{
	const struct cpus_of_node *c = ctx;

	return c->mm->cpu_node[cpu] == c->nid;
}

static void model_node(struct facts *f, const struct mm *mm, int nid)
{
	struct cpus_of_node c = { mm, nid };
	struct text t = TEXT_INIT;
	const char *sep = "";

	for_each_node(mm, n) {
		text_printf(&t, "%s%d", sep, node_distance(mm, nid, n->nid));
		sep = " ";
	}
	facts_add(f, text_str(&t), "node %d distance", nid);
	text_clear(&t);
	procfs_list(&t, mm->nr_cpus, cpu_is_there, &c);
	facts_add(f, text_str(&t), "node %d cpulist", nid);
	text_cleanup(&t);
}

static void model_nodes(struct facts *f, struct system *sys)
{
	if (sys->arch.max_numnodes <= 1)
		return;
	node_list(f, sys, "online", is_online);
	node_list(f, sys, "possible", is_possible);
	node_list(f, sys, "has_cpu", has_cpu);
	node_list(f, sys, "has_memory", has_memory);
	node_list(f, sys, "has_normal_memory", has_normal);
	for_each_node(&sys->mm, n)
		model_node(f, &sys->mm, n->nid);
}

static void model_block(struct facts *f, struct system *sys, const struct memory_block *b)
{
	char zones[64], text[32];
	unsigned long long nr = b->nr;

	snprintf(text, sizeof(text), "%08llx", nr);
	facts_add(f, memory_block_state_name((enum block_state)b->range.state), "memory%llu state", nr);
	facts_add(f, memory_block_valid_zones(sys, b, zones), "memory%llu valid_zones", nr);
	facts_add(f, text, "memory%llu phys_index", nr);
	facts_add(f, b->range.state == BLOCK_ONLINE ? "1" : "0", "memory%llu online", nr);
	facts_add(f, "1", "memory%llu removable", nr);
	facts_add(f, "", "memory%llu on node %d", nr, b->range.nid);
}

static void model_blocks(struct facts *f, struct system *sys)
{
	struct memory_block b;
	char text[32];

	if (!memory_block_size_bytes(sys))
		return;
	snprintf(text, sizeof(text), "%llx", (unsigned long long)memory_block_size_bytes(sys));
	facts_add(f, text, "block_size_bytes");
	for (u64 i = 0; i < memory_block_count(sys); i++)
		if (!memory_block_at(sys, i, &b))
			model_block(f, sys, &b);
}

static void model_facts(struct facts *f, struct system *sys)
{
	model_file(f, sys, "zoneinfo", facts_zoneinfo);
	model_file(f, sys, "meminfo", facts_meminfo);
	model_file(f, sys, "vmstat", facts_vmstat);
	model_file(f, sys, "buddyinfo", facts_buddyinfo);
	model_file(f, sys, "pagetypeinfo", facts_pagetypeinfo);
	model_file(f, sys, "iomem", facts_iomem);
	model_file(f, sys, "dmesg", facts_log);
	model_memblock(f, sys);
	model_sysctls(f, sys);
	model_nodes(f, sys);
	model_blocks(f, sys);
}

/* --- comparing ------------------------------------------------------------------------ */

/*
 * pcp->high moves between high_min and high_max while a cpu works, and is 0 as
 * long as it never had a page of the zone: a capture agrees when it is in there.
 */
static bool high_in_range(const struct system *sys, const char *key, const char *value)
{
	int nid, cpu, high = atoi(value);
	char name[32];

	if (sscanf(key, "zoneinfo %d/%31s cpu %d high:", &nid, name, &cpu) != 3 || !strstr(key, " high:"))
		return false;
	for (int zid = 0; nid < sys->mm.nr_node_ids && sys->mm.node[nid] && zid < MAX_NR_ZONES; zid++) {
		const struct zone *z = &sys->mm.node[nid]->zones[zid];

		if (!strcmp(z->name, name))
			return !high || (high >= z->pageset_high_min && high <= z->pageset_high_max);
	}
	return false;
}

/* Did the capture have the file that @key comes from? The first word of a key says which. */
static bool answered(const struct facts *real, const char *key)
{
	size_t n = strcspn(key, " ");

	for (size_t i = 0; i < real->nr; i++)
		if (!strncmp(real->fact[i].key, key, n + 1))
			return true;
	return false;
}

/* What the model says and the kernel does not. */
static unsigned surplus(const struct facts *real, const struct facts *model, bool verbose)
{
	unsigned nr = 0;

	for (size_t i = 0; i < model->nr; i++) {
		const char *key = model->fact[i].key;

		if (facts_find(real, key) || !answered(real, key))
			continue;
		nr++;
		if (verbose)
			printf("    %s: kernel has not, model %s\n", key,
			       model->fact[i].value[0] ? model->fact[i].value : "has it");
	}
	return nr;
}

static void compare(const struct specimen *c, struct system *sys, const struct facts *real,
		    const struct facts *model, bool verbose, struct totals *t)
{
	unsigned compared = 0, different = 0, extra;

	for (size_t i = 0; i < real->nr; i++) {
		const struct fact *r = &real->fact[i];
		const char *m = facts_find(model, r->key);

		compared++;
		if ((m && !strcmp(m, r->value)) || high_in_range(sys, r->key, r->value))
			continue;
		different++;
		if (verbose)
			printf("    %s: kernel %s, model %s\n", r->key, r->value[0] ? r->value : "has it",
			       m ? m : "has not");
	}
	extra = surplus(real, model, verbose);
	compared += extra;
	different += extra;
	printf("%-30s %9u %9u %9u\n", c->name, compared, compared - different, different);
	t->captures++;
	t->compared += compared;
	t->different += different;
}

static void failed(const struct specimen *c, const char *why, struct totals *t)
{
	printf("%-30s %9s %9s %9u  %s\n", c->name, "-", "-", 1, why);
	t->captures++;
	t->compared++;
	t->different++;
}

static int boot(struct arena *a, const struct desc *d, struct trace *tr, struct system **sys, struct mm_error *err)
{
	jmp_buf env;
	int rc;

	arena_set_oom(a, &env);
	if (setjmp(env))
		return mm_fail(err, -ENOMEM, "the host has no memory left");
	*sys = arena_alloc(a, sizeof(**sys));
	rc = system_init(*sys, a, d, tr, err);
	return rc ? rc : system_boot(*sys, BOOT_LATE, err);
}

static void check_machine(const struct specimen *c, const struct desc *d, bool verbose, struct totals *t)
{
	struct arena *a = arena_create(ARENA_BYTES);
	struct facts real = { 0 }, model = { 0 };
	struct mm_error err = { 0 };
	struct system *sys = NULL;
	struct trace tr;

	if (!a || trace_init(&tr, TRACE_ENTRIES)) {
		failed(c, "no address space for the model", t);
	} else {
		if (boot(a, d, &tr, &sys, &err)) {
			failed(c, err.msg, t);
		} else {
			real_facts(&real, c);
			model_facts(&model, sys);
			compare(c, sys, &real, &model, verbose, t);
		}
		if (sys)
			system_cleanup(sys);
		trace_cleanup(&tr);
	}
	facts_cleanup(&real);
	facts_cleanup(&model);
	arena_destroy(a);
}

/*
 * A capture whose log and whose files lie in two folders becomes one folder of
 * links, as the machine had it. @joined holds 32 bytes. False: it cannot be made.
 */
static bool join_roots(const struct specimen *c, char *joined)
{
	static const char *const part[] = { "proc", "sys", "var" };
	char from[2 * PATH_MAX], to[64];

	strcpy(joined, "/tmp/check_kernel.XXXXXX");
	if (!mkdtemp(joined))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(part); i++) {
		char *root = realpath(i == 2 ? c->input : c->answers, NULL);

		snprintf(from, sizeof(from), "%s/%s", root ? root : "", part[i]);
		snprintf(to, sizeof(to), "%s/%s", joined, part[i]);
		free(root);
		if (symlink(from, to))
			return false;
	}
	return true;
}

static void remove_joined(const char *joined)
{
	static const char *const part[] = { "proc", "sys", "var" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(part); i++) {
		snprintf(path, sizeof(path), "%.40s/%s", joined, part[i]);
		unlink(path);
	}
	rmdir(joined);
}

static struct desc *import_specimen(const struct specimen *c, struct mm_error *err)
{
	struct desc *d = NULL;
	char joined[32];

	if (!strcmp(c->input, c->answers))
		return import_root(c->input, IMPORT_WITHHOLD | IMPORT_NO_STATE, NULL, err);
	if (join_roots(c, joined))
		d = import_root(joined, IMPORT_WITHHOLD | IMPORT_NO_STATE, NULL, err);
	else
		mm_fail(err, -EIO, "no folder of links can be made under /tmp");
	remove_joined(joined);
	return d;
}

static void check_capture(const struct specimen *c, bool verbose, struct totals *t)
{
	struct mm_error err = { 0 };
	struct desc *d = import_specimen(c, &err);

	if (!d) {
		failed(c, err.msg, t);
		return;
	}
	check_machine(c, d, verbose, t);
	desc_free(d);
}

/* --- finding captures --------------------------------------------------------------- */

/* A capture with steps keeps its answers in the first of them. */
static bool find_capture(const char *folder, const char *arch, const char *name, struct specimen *c)
{
	snprintf(c->name, sizeof(c->name), "%.50s/%.70s", arch, name);
	snprintf(c->input, sizeof(c->input), "%.2000s/%.50s/%.200s/root", folder, arch, name);
	snprintf(c->answers, sizeof(c->answers), "%s", c->input);
	if (exists(c->answers, "proc/zoneinfo"))
		return exists(c->input, "var/log/dmesg");
	snprintf(c->answers, sizeof(c->answers), "%.2000s/%.50s/%.200s/steps/step-0-before/root", folder, arch, name);
	return exists(c->answers, "proc/zoneinfo") && exists(c->input, "var/log/dmesg");
}

static int not_hidden(const struct dirent *e) { return e->d_name[0] != '.'; }

static void check_arch(const char *folder, const char *arch, bool verbose, struct totals *t)
{
	char path[PATH_MAX];
	struct dirent **list;
	int n;

	snprintf(path, sizeof(path), "%.2000s/%.200s", folder, arch);
	n = scandir(path, &list, not_hidden, alphasort);
	for (int i = 0; i < n; i++) {
		struct specimen c;

		if (find_capture(folder, arch, list[i]->d_name, &c))
			check_capture(&c, verbose, t);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static int check_folder(const char *folder, bool verbose)
{
	struct totals t = { 0, 0, 0 };
	struct dirent **list;
	int n = scandir(folder, &list, not_hidden, alphasort);

	if (n < 0) {
		fprintf(stderr, "check_kernel: no captures in %s; set MMVIEW_SHARED or give the folder\n", folder);
		return 2;
	}
	printf("%-30s %9s %9s %9s\n", "capture", "compared", "equal", "different");
	for (int i = 0; i < n; i++) {
		check_arch(folder, list[i]->d_name, verbose, &t);
		free(list[i]);
	}
	free(list);
	printf("%-30s %9u %9u %9u\n", "all", t.compared, t.compared - t.different, t.different);
	return t.different || !t.captures;
}

/* A log counts as right when all its zone and node lines are predicted. */
static int check_bootlogs(const char *folder)
{
	struct log_totals t = { 0, 0, 0, 0 };
	struct text out = TEXT_INIT;
	int rc = bootlog_table(folder, &out, &t);

	if (rc)
		fprintf(stderr, "check_kernel: no boot logs in %s\n", folder);
	else
		printf("\n%s", text_str(&out));
	text_cleanup(&out);
	return rc ? 2 : t.right * 100 < t.judged * 95;
}

int main(int argc, char **argv)
{
	bool verbose = argc > 1 && !strcmp(argv[1], "-v");
	const char *shared = getenv("MMVIEW_SHARED");
	char folder[PATH_MAX];
	int rc;

	if (argc > 1 + verbose)
		shared = argv[1 + verbose];
	if (!shared)
		shared = "../shared";
	snprintf(folder, sizeof(folder), "%.4000s/kernel", shared);
	rc = check_folder(folder, verbose);
	if (rc == 2)
		return rc;
	snprintf(folder, sizeof(folder), "%.4000s/bootlogs", shared);
	return check_bootlogs(folder) ? 1 : rc;
}
