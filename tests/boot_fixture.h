/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small machines described in code and booted, for tests of boot and what it sets up. */
#ifndef TESTS_BOOT_FIXTURE_H
#define TESTS_BOOT_FIXTURE_H

#include "base/text.h"
#include "boot/system.h"

struct boot_fixture {
	struct arena *arena;
	struct desc *desc;
	struct trace trace;
	struct system *sys; /* NULL before bf_boot() */
	struct mm_error err;
};

/* A machine of preset @arch with @cpus cpus and no memory yet. */
struct boot_fixture *bf_new(const char *arch, int cpus, const char *cmdline);
void bf_free(struct boot_fixture *f);

/* RAM of the firmware map; the same and it belongs to @nid. */
void bf_ram(struct boot_fixture *f, phys_t start, phys_t end);
void bf_node(struct boot_fixture *f, int nid, phys_t start, phys_t end);
void bf_hotplug_node(struct boot_fixture *f, int nid, phys_t start, phys_t end);
/* @cpu belongs to @nid; the node exists from then on. */
void bf_cpu(struct boot_fixture *f, int nid, int cpu);
void bf_distance(struct boot_fixture *f, int from, int to, u8 distance);
void bf_reserve(struct boot_fixture *f, phys_t start, phys_t end, enum desc_resv_kind kind, u32 flags,
		const char *label);

/* Boot (on) up to @stage; returns what system_boot() does, the message is in f->err. */
int bf_boot(struct boot_fixture *f, enum boot_stage stage);
/* The same, and it must work; the machine's invariants must hold. */
void bf_must_boot(struct boot_fixture *f, enum boot_stage stage);
/* page_alloc_check() must be clean. */
void bf_check(struct boot_fixture *f);

struct zone *bf_zone(struct boot_fixture *f, int nid, enum zone_type zid);
/* Is @line in the kernel log, as a whole? How many lines start with @begin? */
bool bf_logged(const struct boot_fixture *f, const char *line);
int bf_log_count(const struct boot_fixture *f, const char *begin);
/* @line must be in the log; the whole log is printed when it is not. */
void bf_expect_log(const struct boot_fixture *f, const char *line);

#endif
