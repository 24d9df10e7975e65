/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host refuses memory: the n-th allocation fails, for every n, alone or with all
 * that follow. Each time there is an error with a message, nothing leaks, and a machine
 * that was there before is as it was. The linker leads our calls of malloc() and the
 * like here (--wrap, see the Makefile); with 64-bit file offsets mmap() is mmap64() there.
 *
 *   allocation   1  2  3  4  5 ...          run 4:  ok ok ok fails
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/config.h"
#include "io/export.h"
#include "io/import.h"
#include "io/json.h"
#include "sim/conform.h"
#include "sim/history.h"
#include "sim/machine.h"

/* --- allocations that fail ------------------------------------------------------------ */

static u64 fail_at;   /* this allocation from now fails; 0: none */
static bool fail_on;  /* and all after it */
static u64 asked;     /* allocations so far */
static s64 mapped;    /* mmap() less munmap() */

static bool refused(void)
{
	asked++;
	return fail_at && (asked == fail_at || (fail_on && asked > fail_at));
}

static void faults(u64 at, bool on)
{
	asked = 0;
	fail_at = at;
	fail_on = on;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__real_mmap64(void *at, size_t n, int prot, int flags, int fd, off_t off);
int __real_munmap(void *p, size_t n);
void *__real_arena_alloc(struct arena *a, size_t size);
void *__real_arena_realloc(struct arena *a, void *old, size_t old_size, size_t size);
char *__real_arena_strdup(struct arena *a, const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);
void *__wrap_mmap64(void *at, size_t n, int prot, int flags, int fd, off_t off);
int __wrap_munmap(void *p, size_t n);
void *__wrap_arena_alloc(struct arena *a, size_t size);
void *__wrap_arena_realloc(struct arena *a, void *old, size_t old_size, size_t size);
char *__wrap_arena_strdup(struct arena *a, const char *s);

void *__wrap_malloc(size_t n) { return refused() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return refused() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *p, size_t n) { return refused() ? NULL : __real_realloc(p, n); }
char *__wrap_strdup(const char *s) { return refused() ? NULL : __real_strdup(s); }
char *__wrap_strndup(const char *s, size_t n) { return refused() ? NULL : __real_strndup(s, n); }

void *__wrap_mmap64(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	void *p = refused() ? MAP_FAILED : __real_mmap64(at, n, prot, flags, fd, off);

	mapped += p != MAP_FAILED;
	return p;
}

int __wrap_munmap(void *p, size_t n)
{
	mapped--;
	return __real_munmap(p, n);
}

void *__wrap_arena_alloc(struct arena *a, size_t size)
{
	if (refused())
		arena_exhausted(a);
	return __real_arena_alloc(a, size);
}

void *__wrap_arena_realloc(struct arena *a, void *old, size_t old_size, size_t size)
{
	if (refused())
		arena_exhausted(a);
	return __real_arena_realloc(a, old, old_size, size);
}

char *__wrap_arena_strdup(struct arena *a, const char *s)
{
	if (refused())
		arena_exhausted(a);
	return __real_arena_strdup(a, s);
}

/* --- what may not be left behind ----------------------------------------------------------- */

struct held {
	size_t heap; /* bytes; 0 under AddressSanitizer, which looks for leaks itself */
	s64 mapped;
	int files;
};

static struct held held_now(void)
{
	struct held h = { mallinfo2().uordblks, mapped, 0 };
	DIR *d = opendir("/proc/self/fd");

	while (d && readdir(d))
		h.files++;
	if (d)
		closedir(d);
	h.heap = mallinfo2().uordblks;
	return h;
}

/* Expect nothing left behind by the run with the @n-th allocation refused. */
static void assert_nothing_left(struct held before, const char *what, u64 n)
{
	struct held after = held_now();

	if (after.heap != before.heap || after.mapped != before.mapped || after.files != before.files)
		fail_msg("%s, allocation %llu refused: %lld bytes, %lld mappings, %d files left behind", what,
			 (unsigned long long)n, (long long)after.heap - (long long)before.heap,
			 (long long)(after.mapped - before.mapped), after.files - before.files);
}

/* --- things that are made: boot, import, records ---------------------------------------------- */

typedef int (*make_fn)(struct mm_error *err); /* makes something and frees it. 0 or -errno */

/* Every allocation of @make refused, alone and with all after it. */
static void refuse_each(make_fn make, const char *what)
{
	struct mm_error err = { 0, "" };
	u64 all;

	faults(0, false);
	assert_int_equal(make(&err), 0); /* whatever the C library allocates once, it has now */
	faults(0, false);
	assert_int_equal(make(&err), 0);
	all = asked;
	assert_true(all > 0);
	for (u64 n = 1; n <= all; n++) {
		struct held before = held_now();
		int rc;

		memset(&err, 0, sizeof(err));
		faults(n, n % 2);
		rc = make(&err);
		faults(0, false);
		if (rc > 0 || (rc && !err.msg[0]))
			fail_msg("%s, allocation %llu refused: %d without a message", what, (unsigned long long)n, rc);
		assert_nothing_left(before, what, n);
	}
	print_message("%s: each of %llu allocations refused\n", what, (unsigned long long)all);
}

static const char tiny_ini[] =
	"[machine]\nname = tiny\ncpus = 2\ncmdline = kernelcore=16M\n"
	"[firmware]\nram = 0x0-0x9ffff\nram = 0x100000-0x1ffffff\n"
	"[node 0]\nmemory = 0x0-0xffffff\ncpus = 0\n[node 1]\nmemory = 0x1000000-0x1ffffff\ncpus = 1\n";

static struct machine *boot_tiny(struct mm_error *err)
{
	struct desc *d = config_parse(tiny_ini, sizeof(tiny_ini) - 1, "tiny.ini", err);

	return d ? machine_create(d, BOOT_LATE, err) : NULL;
}

static int make_boot(struct mm_error *err)
{
	struct machine *m = boot_tiny(err);

	if (!m)
		return err->code ? err->code : 1;
	machine_destroy(m);
	return 0;
}

static void test_faults_boot(void **state) { refuse_each(make_boot, "boot"); }

static const char log_text[] =
	"Linux version 6.12.0 (gcc)\nCommand line: console=ttyS0 quiet\nBIOS-provided physical RAM map:\n"
	"BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
	"BIOS-e820: [mem 0x0000000000100000-0x0000000001ffffff] usable\n"
	"BIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] reserved\n"
	"Zone ranges:\n  DMA      [mem 0x0000000000001000-0x0000000000ffffff]\n"
	"  DMA32    [mem 0x0000000001000000-0x0000000001ffffff]\n"
	"memblock_reserve: [0x0000000001000000-0x00000000011fffff] setup_arch+0x1/0x2\n";

static int make_import(struct mm_error *err)
{
	struct text notes = TEXT_INIT, ini = TEXT_INIT;
	struct desc *d = import_log(log_text, sizeof(log_text) - 1, "boot.log", 0, &notes, err);
	int rc = d ? config_write(d, &ini) : err->code;

	if (rc && !err->msg[0])
		mm_fail(err, rc, "cannot be written: %s", mm_errname(rc));
	desc_free(d);
	text_cleanup(&notes);
	text_cleanup(&ini);
	return rc;
}

static void test_faults_import_of_a_log(void **state) { refuse_each(make_import, "import of a log"); }

static char scratch[] = "/tmp/mmview-faults-XXXXXX";

static const char *in_scratch(const char *rel)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", scratch, rel);
	return path;
}

static int make_root_import(struct mm_error *err)
{
	struct desc *d = import_root(in_scratch("root"), 0, NULL, err);

	desc_free(d);
	return d ? 0 : err->code;
}

static void test_faults_import_of_a_folder(void **state)
{
	struct mm_error err = { 0, "" };
	struct machine *m;
	u64 nr;

	faults(0, false);
	m = boot_tiny(&err);
	assert_non_null(m);
	assert_int_equal(export_dir(m->sys, in_scratch("root"), &nr, &err), 0);
	machine_destroy(m);
	refuse_each(make_root_import, "import of a folder");
}

static void put(const char *rel, const char *text)
{
	FILE *f;

	f = fopen(in_scratch(rel), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

#define ZONE                                                                                          \
	"params pageblock_order=9 MAX_PAGE_ORDER=10 MIGRATE_TYPES=5 PAGES_PER_SECTION=32768\n"        \
	"node 0 start=1000 spanned=1024 present=1024 kswapd_order=0 kswapd_highest_zoneidx=5 kswapd_failures=0\n" \
	"zonelist node=0: 0/DMA32\n"                                                                  \
	"zone node=0 idx=1 name=DMA32 start=1000 spanned=1024 present=1024 present_early=1024 managed=1024 " \
	"contiguous=1 initialized=1\nwmark min=10 low=12 high=14 promo=16 boost=0\nlowmem_reserve 0 0 0 0 0\n" \
	"flags=0x0 nr_reserved_highatomic=0 nr_free_highatomic=0 nr_isolate_pageblock=0 percpu_drift_mark=0\n" \
	"pageset high_min=0 high_max=0 batch=1\nvm_stat NR_FREE_PAGES=0: 1024 0 0\n"                  \
	"vm_stat_diff cpu=0 threshold=2: 0 0 0\n"                                                     \
	"pcp cpu=0 count=0 high=0 high_min=0 high_max=0 batch=1 flags=0x0 alloc_factor=0 expire=0 free_count=0\n" \
	"area order=10 nr_free=1\nfree order=10 mt=1 n=1: 1000\npageblocks start=1000 n=2: 11\n"      \
	"movable start=1000 : 0 0\nendstate\n"

static int make_conform(struct mm_error *err)
{
	struct text out = TEXT_INIT;
	int rc = conform_dir(in_scratch("record"), &out, err);

	text_cleanup(&out);
	return rc;
}

static void test_faults_records(void **state)
{
	faults(0, false);
	assert_int_equal(mkdir(in_scratch("record"), 0700), 0);
	put("record/before.txt", "state op=0\n" ZONE);
	put("record/ops.txt", "0 A 8 2808 0 1000 768 0\n1 F 8 1000 1024 0\n");
	put("record/after.txt", "state op=2\n" ZONE);
	refuse_each(make_conform, "a recorded allocator");
}

/* --- things that change a machine: commands ------------------------------------------------------ */

/* Run @line with its @n-th allocation refused. Expect the old machine, or the new one. */
static bool refuse_one(struct machine *m, const char *line, u64 n, u64 hash)
{
	struct mm_error err = { 0, "" };
	struct text out = TEXT_INIT, report = TEXT_INIT;
	struct held before = held_now();
	bool hit;
	int rc;

	faults(n, false);
	rc = machine_command(m, line, &out, &err);
	hit = asked >= n;
	faults(0, false);
	text_cleanup(&out);
	if (rc > 0 || (rc && !err.msg[0]))
		fail_msg("'%s', allocation %llu refused: %d without a message", line, (unsigned long long)n, rc);
	if (m->lost || machine_verify(m, &report))
		fail_msg("'%s', allocation %llu refused: %s", line, (unsigned long long)n, text_str(&report));
	/* Readers hold nothing; others grow the history. */
	if (command_find("show") && !strncmp(line, "show", 4))
		assert_nothing_left(before, line, n);
	/* A script may have come some lines far. */
	if (rc == -ENOMEM && strstr(err.msg, "as it was before") && strncmp(line, "source", 6) && machine_hash(m) != hash)
		fail_msg("'%s', allocation %llu refused: the machine is not as it was", line, (unsigned long long)n);
	return hit;
}

/* A machine with something in it, so that every command has something to do. */
static struct machine *busy_machine(void)
{
	static const char *const lines[] = {
		"alloc order=3 as=a", "cache create demo size=100", "cache alloc demo count=40", "proc spawn p",
		"proc touch p anon=64K", "kmalloc 200 as=k", "run random ops=50 seed=1", "bookmark here",
	};
	struct mm_error err = { 0, "" };
	struct machine *m = boot_tiny(&err);
	struct text out = TEXT_INIT;

	assert_non_null(m);
	history_set_interval(m, 2); /* checkpoints are among what may fail */
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (machine_command(m, lines[i], &out, &err))
			fail_msg("%s: %s", lines[i], err.msg);
	text_cleanup(&out);
	return m;
}

static u64 refuse_each_of(const char *line)
{
	struct held before = held_now();
	bool hit = true;
	u64 n = 0;

	for (u64 from = 1; hit; from = n + 1) {
		struct machine *m;
		u64 hash;

		/* One machine serves until a fault was survived by going on: then the next has a new one. */
		faults(0, false);
		m = busy_machine();
		hash = machine_hash(m);
		for (n = from; (hit = refuse_one(m, line, n, hash)) && machine_hash(m) == hash; n++)
			;
		machine_destroy(m);
	}
	assert_nothing_left(before, line, n);
	return n - 1;
}

static void test_faults_commands(void **state)
{
	static const char *const lines[] = {
		"alloc order=0 as=b",  "alloc order=9 as=b",	"free a",	    "undo",
		"seek start",	       "seek here",		"run random ops=20", "step 10",
		"kmalloc 4000 as=z",   "kfree k",		"cache create e size=64", "cache alloc demo count=60",
		"proc touch p file=32K", "proc exit p",		"compact",	    "reclaim pages=16",
		"offline memory0",     "drain",			"bookmark there",   "set swappiness=10",
		"hugetlb set 1",       "show zoneinfo",		"show slabinfo",    "show buddyinfo",
		"show owners",	       "show page-types",	"memreport",	    "history",
		"reset",	       "verify",		"help",		    "nonsense",
	};
	u64 all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		all += refuse_each_of(lines[i]);
	print_message("%zu commands: each of %llu allocations refused\n", ARRAY_SIZE(lines), (unsigned long long)all);
}

/* Saving and loading a session, writing and reading folders. */
static void test_faults_files(void **state)
{
	static const char *const what[] = { "save", "source", "export", "conform" };
	char line[512];

	faults(0, false);
	put("in.script", "alloc order=2 as=s\nrun random ops=10\nfree s\n");
	for (size_t i = 0; i < ARRAY_SIZE(what); i++) {
		snprintf(line, sizeof(line), "%s %s", what[i],
			 in_scratch(!strcmp(what[i], "source") ? "in.script" :
				    !strcmp(what[i], "conform") ? "record" : "out"));
		print_message("%s: each of %llu allocations refused\n", what[i],
			      (unsigned long long)refuse_each_of(line));
		faults(0, false);
		remove(in_scratch("out"));
	}
}

static int make_scratch(void **state) { return mkdtemp(scratch) ? 0 : -1; }
static int remove_scratch(void **state)
{
	char line[300];

	faults(0, false);
	snprintf(line, sizeof(line), "rm -rf %s", scratch);
	return system(line);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults_boot),
		cmocka_unit_test(test_faults_import_of_a_log),
		cmocka_unit_test(test_faults_import_of_a_folder),
		cmocka_unit_test(test_faults_records),
		cmocka_unit_test(test_faults_commands),
		cmocka_unit_test(test_faults_files),
	};

	/* What is freed must be seen as free at once: no cache between us and the heap. */
	if (!getenv("GLIBC_TUNABLES")) {
		setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
		execv("/proc/self/exe", argv);
	}
	mallopt(M_MXFAST, 0);
	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
