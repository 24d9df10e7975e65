/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captured hotplug steps replayed: after every step, spans, present and managed
 * pages of all zones, state and valid zones of all blocks, the System RAM lines of
 * iomem and the answer to the command must be the kernel's.
 *
 * The captures come from live systems, whose kernel took pages while they ran.
 * Where the kernel names a page that was in the way, the test first lets the kernel
 * of the model allocate until it has that page too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/page_alloc.h"
#include "hotplug/dimm.h"
#include "hotplug/memory_failure.h"
#include "hotplug_fixture.h"
#include "io/import.h"

/* Pages that allocated by a zone line: "  managed  1234". */
struct zone_row {
	u64 start, spanned, present, managed;
};

struct golden {
	struct hot_machine *m;
	char dir[512];                          /* of the machine */
	char step[600];                         /* of the step that is being compared */
	struct zone_row base[8][MAX_NR_ZONES];  /* before the first step, as captured */
	struct zone_row model[8][MAX_NR_ZONES]; /* and in the model */
	u32 log_seen;                           /* lines of the model's log that were compared */
};

/* --- reading captures ------------------------------------------------------------ */

static int zone_by_name(const char *s)
{
	static const char *const name[MAX_NR_ZONES] = { "DMA\n",     "DMA32\n",   "Normal\n",
							"HighMem\n", "Movable\n", "Device\n" };

	for (int i = 0; i < MAX_NR_ZONES; i++)
		if (!strncmp(s, name[i], strlen(name[i])))
			return i;
	fail_msg("unknown zone %.10s", s);
	return -1;
}

static void parse_zoneinfo(const char *text, struct zone_row out[8][MAX_NR_ZONES])
{
	struct zone_row *row = NULL;
	unsigned long long v;
	int nid;

	memset(out, 0, 8 * sizeof(out[0]));
	for (const char *p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (sscanf(p, "Node %d, zone", &nid) == 1) {
			p = strstr(p, "zone");
			row = &out[nid][zone_by_name(p + 4 + strspn(p + 4, " "))];
		} else if (sscanf(p, " spanned %llu", &v) == 1) {
			row->spanned = v;
		} else if (sscanf(p, " present %llu", &v) == 1) {
			row->present = v;
		} else if (sscanf(p, " managed %llu", &v) == 1) {
			row->managed = v;
		} else if (sscanf(p, " start_pfn: %llu", &v) == 1) {
			row->start = v;
		}
	}
}

static void model_zones(const struct hot_machine *m, struct zone_row out[8][MAX_NR_ZONES])
{
	memset(out, 0, 8 * sizeof(out[0]));
	for_each_node(&m->sys->mm, n)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct zone *z = &n->zones[zid];

			out[n->nid][zid] = (struct zone_row){ z->zone_start_pfn, z->spanned_pages,
							      z->present_pages, z->managed_pages };
		}
}

/* --- comparing ------------------------------------------------------------------- */

static void compare_zones(struct golden *c)
{
	struct zone_row want[8][MAX_NR_ZONES], got[8][MAX_NR_ZONES];
	char *text = hot_read(c->step, "root/proc/zoneinfo");

	parse_zoneinfo(text, want);
	free(text);
	model_zones(c->m, got);
	for (int nid = 0; nid < 8; nid++)
		for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct zone_row *w = &want[nid][zid], *g = &got[nid][zid];
			s64 dw = (s64)(w->managed - c->base[nid][zid].managed);
			s64 dg = (s64)(g->managed - c->model[nid][zid].managed);

			if (w->spanned != g->spanned || w->present != g->present || dw != dg ||
			    (w->start && w->spanned && w->start != g->start))
				fail_msg("%s: node %d zone %d: start %llu spanned %llu present %llu managed "
					 "%+lld, "
					 "kernel start %llu spanned %llu present %llu managed %+lld",
					 c->step, nid, zid, (unsigned long long)g->start,
					 (unsigned long long)g->spanned, (unsigned long long)g->present,
					 (long long)dg, (unsigned long long)w->start,
					 (unsigned long long)w->spanned, (unsigned long long)w->present,
					 (long long)dw);
		}
}

static void compare_block(struct golden *c, const char *dir, u64 nr)
{
	char name[1024], want[96] = "", buf[96];
	char *state, *zones;

	snprintf(name, sizeof(name), "memory%llu/state", (unsigned long long)nr);
	state = hot_read(dir, name);
	snprintf(name, sizeof(name), "memory%llu/valid_zones", (unsigned long long)nr);
	zones = hot_read(dir, name);
	assert_non_null(state);
	assert_non_null(zones);
	state[strcspn(state, "\n")] = '\0';
	zones[strcspn(zones, "\n")] = '\0';
	snprintf(want, sizeof(want), "%s %s", state, zones);
	free(state);
	free(zones);
	if (strcmp(want, hot_block(c->m, nr, buf)))
		fail_msg("%s: memory%llu is '%s', the kernel says '%s'", c->step, (unsigned long long)nr,
			 hot_block(c->m, nr, buf), want);
}

static void compare_blocks(struct golden *c)
{
	char dir[700];
	struct dirent *e;
	u64 seen = 0;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/root/sys/devices/system/memory", c->step);
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d))) {
		unsigned long long nr;

		if (sscanf(e->d_name, "memory%llu", &nr) != 1)
			continue;
		compare_block(c, dir, nr);
		seen++;
	}
	closedir(d);
	assert_int_equal(seen, memory_block_count(c->m->sys));
}

/* Lines "start-end : System RAM..." of an iomem text, without indentation. */
static void ram_lines(const char *text, char *out, size_t n)
{
	size_t len = 0;

	out[0] = '\0';
	while (*text) {
		const char *end = text + strcspn(text, "\n"), *p = text + strspn(text, " ");
		const char *what = strstr(p, " : ");

		if (what && what < end && !strncmp(what + 3, "System RAM", 10))
			len += (size_t)snprintf(out + len, n - len, "%.*s\n", (int)(end - p), p);
		text = *end ? end + 1 : end;
	}
}

static void compare_iomem(struct golden *c)
{
	char want[4096], got[4096], *text = hot_read(c->step, "root/proc/iomem");
	struct text t = TEXT_INIT;

	ram_lines(text, want, sizeof(want));
	free(text);
	resource_print(&c->m->sys->iomem, &t);
	ram_lines(text_str(&t), got, sizeof(got));
	text_cleanup(&t);
	assert_string_equal(got, want);
}

/* Lines that hotplug makes; what stands between them in a log comes from elsewhere. */
static bool is_hotplug_line(const char *s)
{
	static const char *const start[] = {
		"Fallback order",   "Built ",      "Policy zone",   "Offlined Pages",
		"memory offlining", "page dumped", "memory memory", "memblock_add_node",
		"memblock_remove",  "virtio_mem",  "Boot memory",   "Memory failure",
	};

	for (size_t i = 0; i < ARRAY_SIZE(start); i++)
		if (!strncmp(s, start[i], strlen(start[i])))
			return true;
	return false;
}

/* Append @line of @n bytes: callers without offset; page totals only where @totals. */
static void log_line_add(struct text *t, const char *line, size_t n, bool totals)
{
	const char *total = memmem(line, n, "  Total pages:", 14), *offset = memmem(line, n, "+0x", 3);

	if (total && !totals)
		n = (size_t)(total - line);
	else if (offset)
		n = (size_t)(offset - line);
	text_write(t, line, n);
	text_puts(t, "\n");
}

/* What the step left in the log, against dmesg-new; the model knows the totals if it manages what the kernel
 * does. */
static void compare_log(struct golden *c)
{
	bool totals = !memcmp(c->base, c->model, sizeof(c->base));
	struct text want = TEXT_INIT, got = TEXT_INIT;
	char *log = hot_read(c->step, "dmesg-new");

	for (const char *p = log, *end; p && *p; p = *end ? end + 1 : end) {
		const char *s = strstr(p, "] ");

		end = p + strcspn(p, "\n");
		if (s && s < end && is_hotplug_line(s + 2))
			log_line_add(&want, s + 2, (size_t)(end - s - 2), totals);
	}
	free(log);
	for (; c->log_seen < c->m->sys->dmesg.nr; c->log_seen++) {
		const char *line = c->m->sys->dmesg.line[c->log_seen];

		if (is_hotplug_line(line))
			log_line_add(&got, line, strlen(line), totals);
	}
	assert_string_equal(text_str(&got), text_str(&want));
	text_cleanup(&got);
	text_cleanup(&want);
}

static void set_step(struct golden *c, const char *name)
{
	snprintf(c->step, sizeof(c->step), "%s/steps/%s", c->dir, name);
}

static void compare(struct golden *c, const char *name)
{
	set_step(c, name);
	compare_zones(c);
	compare_blocks(c);
	compare_iomem(c);
	compare_log(c);
	hot_check(c->m);
}

/* --- doing ----------------------------------------------------------------------- */

static bool start(struct golden *c, const char *machine, const char *first_step)
{
	const char *dir = hot_capture(machine);
	struct mm_error err = { 0, "" };
	char root[600], *text;
	struct desc *d;

	if (!dir)
		return false;
	snprintf(c->dir, sizeof(c->dir), "%s", dir);
	snprintf(root, sizeof(root), "%s/root", dir);
	d = import_root(root, IMPORT_NO_STATE, NULL, &err);
	if (!d)
		fail_msg("%s", err.msg);
	c->m = hot_boot(d);
	set_step(c, first_step);
	text = hot_read(c->step, "root/proc/zoneinfo");
	parse_zoneinfo(text, c->base);
	free(text);
	model_zones(c->m, c->model);
	c->log_seen = c->m->sys->dmesg.nr;
	return true;
}

static void plug(struct golden *c, const char *id, phys_t at, u64 size, int nid)
{
	struct desc_dimm d = { .id = id, .start = at, .size = size, .nid = nid };
	struct mm_error err = { 0, "" };

	if (dimm_describe(c->m->sys, &d, &err) || dimm_plug(c->m->sys, dimm_find(c->m->sys, id), &err))
		fail_msg("%s", err.msg);
}

/* The kernel of the model allocates in @pfn's zone until it has @pfn. */
static void kernel_takes(struct golden *c, pfn_t pfn, unsigned order)
{
	struct mm *mm = &c->m->sys->mm;
	int nid = mm_zone(mm, memmap_range_of(mm->map, pfn)->zone)->nid;

	for (int i = 0; i < 4096; i++) {
		struct page_view v;

		memmap_view(mm->map, pfn, &v);
		if (v.state == PAGE_ALLOC)
			return;
		assert_int_not_equal(alloc_pages(mm, GFP_KERNEL, order, nid, 0), NO_PAGE);
	}
	fail_msg("pfn %#llx is not where the kernel allocates", (unsigned long long)pfn);
}

static void occupy(struct golden *c)
{
	char *log = hot_read(c->step, "dmesg-new"), *p = log ? strstr(log, "page: refcount") : NULL;
	char *head = p ? strstr(p, "head: order:") : NULL;

	if (p && (p = strstr(p, "pfn:0x")))
		kernel_takes(c, strtoull(p + 4, NULL, 16), head ? (unsigned)strtoul(head + 12, NULL, 10) : 0);
	free(log);
}

static int errno_of(const char *text)
{
	static const int known[] = { EINVAL, EBUSY, EIO, EPERM, ENOENT, EEXIST, ENOMEM };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strstr(text, strerror(known[i])))
			return -known[i];
	return 0;
}

/* One line "echo WORD > /sys/devices/system/memory/memoryN/state" or ".../soft_offline_page". */
static int echo(struct golden *c, const char *line)
{
	unsigned long long nr;
	char word[32];
	const char *file;

	assert_int_equal(sscanf(line, "echo %31s", word), 1);
	file = strstr(line, "/memory/");
	assert_non_null(file);
	if (sscanf(file, "/memory/memory%llu/state", &nr) == 1) {
		int type = mhp_online_type_from_str(word);

		return type < 0 ? type : memory_block_store_state(c->m->sys, nr, (enum mmop)type, NULL);
	}
	assert_non_null(strstr(file, "soft_offline_page"));
	return soft_offline_page(c->m->sys, strtoull(word, NULL, 0) >> c->m->sys->arch.page_shift, NULL);
}

static void replay(struct golden *c, const char *name)
{
	char *action;
	int rc;

	set_step(c, name);
	action = hot_read(c->step, "action");
	assert_non_null(action);
	occupy(c);
	rc = echo(c, action);
	if (rc != errno_of(action))
		fail_msg("%s: the model answers %d, the kernel %d", name, rc, errno_of(action));
	free(action);
	compare(c, name);
}

/* --- the captures ------------------------------------------------------------------- */

static void test_x86_dimms_step_by_step(void **state)
{
	static const char *const steps[] = {
		"step-3-online_movable-35",
		"step-4-online_kernel-32",
		"step-5-online-33",
		"step-6-online-34",
		"step-7-online_kernel-after-movable-39",
		"step-8-online_movable-below-kernel-36",
		"step-9-online-37",
		"step-10-offline-movable-35",
		"step-11-offline-again-35",
		"step-12-bad-word-35",
		"step-13-offline-normal-32",
		"step-14-offline-normal-33",
		"step-15-offline-normal-39",
		"step-16-offline-boot-0",
		"step-17-offline-boot-1",
		"step-18-offline-boot-7",
		"step-19-soft-offline",
	};
	struct golden *c = calloc(1, sizeof(*c));

	if (!start(c, "x86_64/hotplug", "step-0-before")) {
		free(c);
		skip();
	}
	compare(c, "step-0-before");
	plug(c, "d0", 0x100000000, 512 * MiB, 0);
	compare(c, "step-1-add-dimm-node0");
	plug(c, "d1", 0x120000000, 512 * MiB, 1);
	compare(c, "step-2-add-dimm-node1");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		replay(c, steps[i]);
	assert_int_equal(dimm_unplug(c->m->sys, dimm_find(c->m->sys, "d1"), NULL), -EBUSY);
	compare(c, "step-20-device_del-node1");
	hot_free(c->m);
	free(c);
}

/* Pages that the kernel had in memory2041 when virtio-mem took the rest of it: one subblock. */
static void test_arm64_virtio_mem_step_by_step(void **state)
{
	struct desc_dimm d = {
		.id = "virtio0", .start = 0x3fc8000000, .size = 1 * GiB, .nid = 1, .virtio_mem = true
	};
	struct golden *c = calloc(1, sizeof(*c));
	struct mm_error err = { 0, "" };
	struct system *sys;

	if (!start(c, "arm64/seed_hotplug", "step0-before")) {
		free(c);
		skip();
	}
	sys = c->m->sys;
	hotplug_set(sys, "auto_online_blocks", "offline", NULL);
	if (dimm_describe(sys, &d, &err))
		fail_msg("%s", err.msg);
	compare(c, "step0-before");
	if (virtio_mem_resize(sys, dimm_find(sys, "virtio0"), 256 * MiB, &err))
		fail_msg("%s", err.msg);
	compare(c, "step1-plugged");
	assert_int_equal(memory_block_store_state(sys, 2041, MMOP_ONLINE, NULL), 0);
	compare(c, "step2-chmem");
	assert_int_equal(memory_block_store_state(sys, 2042, MMOP_ONLINE_MOVABLE, NULL), 0);
	compare(c, "step3-online_movable");
	set_step(c, "step4-offline");
	occupy(c);
	assert_int_equal(memory_block_store_state(sys, 2041, MMOP_OFFLINE, NULL), -EBUSY);
	assert_int_equal(memory_block_store_state(sys, 2042, MMOP_OFFLINE, NULL), 0);
	compare(c, "step4-offline");
	assert_int_equal(memory_block_store_state(sys, 2042, MMOP_ONLINE_KERNEL, NULL), 0);
	compare(c, "step5-online_kernel");
	assert_int_equal(virtio_mem_resize(sys, dimm_find(sys, "virtio0"), 0, NULL), -EBUSY);
	compare(c, "step9-unplugged");
	hot_free(c->m);
	free(c);
}

/* Expect the block devices of every captured machine, with their zones, at the end of boot. */
static void test_boot_blocks_of_all_machines(void **state)
{
	static const char *const machines[] = {
		"arm64/seed",
		"arm64/virt-1g",
		"arm64/numa2",
		"arm64/cma",
		"arm64/holes",
		"x86_64/pc-512m",
		"x86_64/pc-6g",
		"x86_64/numa2",
		"x86_64/numa-memless",
		"x86_64/kernelcore",
		"x86_64/movable_node-srat",
		"x86_64/hugepages-2m",
	};
	int seen = 0;

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		const char *dir = hot_capture(machines[i]);
		struct golden c = { 0 };
		struct mm_error err = { 0, "" };
		char root[600];
		struct desc *d;

		if (!dir)
			continue;
		snprintf(c.step, sizeof(c.step), "%s", dir);
		snprintf(root, sizeof(root), "%s/root", dir);
		d = import_root(root, IMPORT_NO_STATE, NULL, &err);
		if (!d)
			fail_msg("%s", err.msg);
		c.m = hot_boot(d);
		compare_blocks(&c);
		hot_check(c.m);
		hot_free(c.m);
		seen++;
	}
	if (!seen)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_blocks_of_all_machines),
		cmocka_unit_test(test_x86_dimms_step_by_step),
		cmocka_unit_test(test_arm64_virtio_mem_step_by_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
