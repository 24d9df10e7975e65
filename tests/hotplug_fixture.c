/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for hotplug tests: see hotplug_fixture.h. */
#include "hotplug_fixture.h"

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
#include "io/config.h"
#include "phys/summary.h"

const char hot_ini[] = "[machine]\n"
		       "name = hot\n"
		       "arch = x86_64\n"
		       "cpus = 2\n"
		       "cmdline = memhp_default_state=offline dyndbg=\"file mm/memory_hotplug.c +p\"\n"
		       "[firmware]\n"
		       "ram = 0x1000-0x9ffff\n"
		       "ram = 0x100000-0x1fffffff\n"
		       "[node 0]\n"
		       "memory = 0x0-0xfffffff\n"
		       "cpus = 0\n"
		       "[node 1]\n"
		       "memory = 0x10000000-0x1fffffff\n"
		       "cpus = 1\n"
		       "[node 2]\n"
		       "memory = 0x200000000-0x27fffffff hotplug\n"
		       "[reserve]\n"
		       "kernel_code = 0x1000000-0x13fffff\n";

static void oom(void) { fail_msg("no host memory"); }

struct hot_machine *hot_boot(struct desc *d)
{
	struct hot_machine *m = calloc(1, sizeof(*m));
	struct mm_error err = { 0, "" };

	if (!m || !(m->arena = arena_create(8 * GiB)) || trace_init(&m->trace, 4096))
		oom();
	m->desc = d;
	m->sys = arena_alloc(m->arena, sizeof(*m->sys));
	if (system_init(m->sys, m->arena, d, &m->trace, &err) || system_boot(m->sys, BOOT_LATE, &err))
		fail_msg("boot: %s", err.msg);
	if (!m->sys->hotplug)
		memory_dev_init(m->sys);
	return m;
}

struct hot_machine *hot_boot_ini(const char *ini)
{
	struct mm_error err = { 0, "" };
	struct desc *d = config_parse(ini, strlen(ini), "hot.ini", &err);

	if (!d)
		fail_msg("%s", err.msg);
	return hot_boot(d);
}

void hot_free(struct hot_machine *m)
{
	system_cleanup(m->sys);
	arena_destroy(m->arena);
	trace_cleanup(&m->trace);
	desc_free(m->desc);
	free(m);
}

void hot_check(struct hot_machine *m)
{
	struct text t = TEXT_INIT;
	int rc = page_alloc_check(&m->sys->mm, &t);

	if (!rc)
		rc = summary_check(&m->sys->map, &t);
	if (!rc)
		rc = hotplug_check(m->sys, &t);
	if (!rc)
		rc = resource_check(&m->sys->iomem, &t);
	if (rc)
		fail_msg("%s", text_str(&t));
	text_cleanup(&t);
}

const char *hot_block(struct hot_machine *m, u64 nr, char *buf)
{
	struct memory_block b;
	char zones[64];

	if (memory_block_find(m->sys, nr, &b))
		return "-";
	snprintf(buf, 96, "%s %s", memory_block_state_name(b.range.state),
		 memory_block_valid_zones(m->sys, &b, zones));
	return buf;
}

u64 hot_free_pages(const struct hot_machine *m, int nid, enum zone_type zid)
{
	return (u64)zone_page_state_snapshot(&m->sys->mm, &m->sys->mm.node[nid]->zones[zid], NR_FREE_PAGES);
}

const char *hot_capture(const char *path)
{
	static char buf[512];
	const char *shared = getenv("MMVIEW_SHARED");

	snprintf(buf, sizeof(buf), "%s/kernel/%s", shared ? shared : "../shared", path);
	return access(buf, R_OK) ? NULL : buf;
}

char *hot_read(const char *dir, const char *name)
{
	char path[1024], *buf = NULL;
	size_t len = 0, n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		return NULL;
	do {
		buf = realloc(buf, len + 65537);
		if (!buf)
			oom();
		n = fread(buf + len, 1, 65536, f);
		len += n;
	} while (n);
	buf[len] = '\0';
	fclose(f);
	return buf;
}
