/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines with room for memory that comes and goes, and captures to compare them with. */
#ifndef MM_TESTS_HOTPLUG_FIXTURE_H
#define MM_TESTS_HOTPLUG_FIXTURE_H

#include "boot/system.h"
#include "hotplug/memory_hotplug.h"

/* A booted system without commands, history or screen. */
struct hot_machine {
	struct arena *arena;
	struct desc *desc;
	struct trace trace;
	struct system *sys;
};

/* 512 MiB on two nodes, x86_64, blocks of 128 MiB; node 2 is possible and empty. */
extern const char hot_ini[];

/* Boot a machine file given as text; fails the test on error. */
struct hot_machine *hot_boot_ini(const char *ini);
/* The same for a description; it is taken over. */
struct hot_machine *hot_boot(struct desc *d);
void hot_free(struct hot_machine *m);

/* Every invariant of allocator and hotplug; fails the test with the report. */
void hot_check(struct hot_machine *m);
/* "online Normal", "offline Normal Movable", "-" (no such block). In @buf of 96 bytes. */
const char *hot_block(struct hot_machine *m, u64 nr, char *buf);
/* Free pages of a zone, exactly. */
u64 hot_free_pages(const struct hot_machine *m, int nid, enum zone_type zid);

/* "$MMVIEW_SHARED/kernel/" + @path, or NULL when that folder is not there. Static buffer. */
const char *hot_capture(const char *path);
/* The whole file @dir/@name; NULL when there is none. Free it. */
char *hot_read(const char *dir, const char *name);

#endif
